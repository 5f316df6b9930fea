#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: value_list_export
short_description: Export the values of a value list
description:
  - Writes the values of a value list to a file, one per line, or returns them.
    O(stackops.kibana.value_list#module:items_src) reads such a file.
  - A file that already holds them is left alone.
  - The user needs the privilege C(read) of the feature Security.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.files
  - stackops.kibana.attributes
  - stackops.kibana.action_group
options:
  id:
    description: Id of the list. It must exist.
    type: str
    required: true
  sort:
    description:
      - Whether to sort the values, each once. The file then changes only where the values do, as suits a repository.
      - With V(false) they come as Kibana has them, which changes when a value is deleted and added again.
    type: bool
    default: true
seealso:
  - module: stackops.kibana.value_list
  - module: stackops.kibana.value_list_info
"""

EXAMPLES = r"""
- name: A list to export
  stackops.kibana.value_list:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: blocked-domains
    name: Blocked domains
    description: Domains that nobody should visit
    type: keyword
    items: [bad.example.com, worse.example.com]

- name: Write its values to a file
  stackops.kibana.value_list_export:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: blocked-domains
    dest: "{{ playbook_dir }}/lists/blocked-domains.txt"
    create_directories: true
    mode: "0644"

- name: Read its values
  stackops.kibana.value_list_export:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: blocked-domains
  register: exported

- name: Show them
  ansible.builtin.debug:
    msg: "{{ exported.content.splitlines() }}"
"""

RETURN = r"""
count:
  description: How many values there are.
  returned: always
  type: int
  sample: 2
dest:
  description: The file.
  returned: when O(dest) is given
  type: str
  sample: /srv/lists/blocked-domains.txt
content:
  description: The values, one per line.
  returned: when O(dest) is not given
  type: str
  sample: "bad.example.com\nworse.example.com\n"
checksum:
  description: The SHA-256 checksum of the content.
  returned: always
  type: str
  sample: 4b1e0fe29f2f4e9e1bbd0a3d9ef9bfa06fcc35d3e7c3e4c0f5c65d3a42e3a5c1
size:
  description: The size of the content in bytes.
  returned: always
  type: int
  sample: 34
"""

from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError
from ansible_collections.stackops.kibana.plugins.module_utils._files import FILE, FILE_RULES, Output
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_action
from ansible_collections.stackops.kibana.plugins.module_utils._value_list import ITEMS, is_missing
from ansible_collections.stackops.kibana.plugins.module_utils._value_list_values import values_of_text

OPTIONS = {"id": {"type": "str", "required": True}, "sort": {"type": "bool", "default": True}, **FILE}


def read(context):
    """The values; in check mode, none of a list that is not there yet."""
    list_id = context.params["id"]
    try:
        return values_of_text(context.client.text("POST", f"{ITEMS}/_export", params={"list_id": list_id}))
    except KibanaError as error:
        if not (context.check_mode and is_missing(error)):
            raise
        context.warn(f"The value list {list_id!r} does not exist yet; the prediction takes it for empty.")
        return []


def export(context):
    """Read the values and deliver them."""
    output = Output(context)
    values = read(context)
    if context.params["sort"]:
        values = sorted(set(values))
    content = "".join(f"{value}\n" for value in values)
    return {"count": len(values), **output.deliver(content.encode())}


def check(params):
    """What is wrong with the options, if anything."""
    return None if params["id"].strip() else "id is empty: give the id of a value list."


def main():
    run_action(export, OPTIONS, check=check, **FILE_RULES)


if __name__ == "__main__":
    main()
