#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: value_list_info
short_description: Read value lists of Elastic Security
description:
  - Returns value lists, without their values. M(stackops.kibana.value_list_export) reads the values of one.
  - A list that does not exist gives an empty result.
  - The user needs the privilege C(read) of the feature Security.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.attributes.info
  - stackops.kibana.action_group
options:
  id:
    description: Only the list of this id.
    type: str
  name:
    description: Only lists of exactly this name.
    type: str
  type:
    description: Only lists whose values have this type, such as V(ip) or V(keyword).
    type: str
  filter:
    description:
      - An expression in Kibana's query language, such as V(name:trusted*).
      - Together with the other options, all must fit.
    type: str
seealso:
  - module: stackops.kibana.value_list
  - module: stackops.kibana.value_list_export
"""

EXAMPLES = r"""
- name: Read all lists of addresses
  stackops.kibana.value_list_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    type: ip
  register: found

- name: Show their names
  ansible.builtin.debug:
    msg: "{{ found.value_lists | map(attribute='name') | list }}"
"""

RETURN = r"""
value_lists:
  description: The lists as Kibana shows them, sorted by id.
  returned: always
  type: list
  elements: dict
  sample:
    - id: trusted-scanners
      name: Trusted scanners
      description: Hosts that may scan the network
      type: ip
      immutable: false
      version: 1
"""

from ansible_collections.stackops.kibana.plugins.module_utils._task import run_info

LISTS = "/api/lists"
FIND = f"{LISTS}/_find"
PAGE_SIZE = 500
OPTIONS = {"id": {"type": "str"}, "name": {"type": "str"}, "type": {"type": "str"}, "filter": {"type": "str"}}


def candidates(context):
    """The lists that Kibana finds by the options which it understands."""
    client, params = context.client, context.params
    if params["id"] is not None and not params["filter"]:
        found = client.find(LISTS, params={"id": params["id"]}, probe=FIND)
        return [] if found is None else [found]
    query = {"filter": params["filter"]} if params["filter"] else {}
    return client.pages(FIND, items="data", size_name="per_page", size=PAGE_SIZE, params=query)


def read(context):
    """The lists that fit, each once."""
    exact = {name: context.params[name] for name in ("id", "name", "type") if context.params[name] is not None}
    found = {item["id"]: item for item in candidates(context)}
    return [item for key, item in sorted(found.items()) if all(item[name] == value for name, value in exact.items())]


def check(params):
    """What is wrong with the options, if anything."""
    empty = [name for name in OPTIONS if params[name] is not None and not params[name].strip()]
    return f"{empty[0]} is empty: leave it out, or give a text." if empty else None


def main():
    run_info("value_lists", OPTIONS, read, check=check)


if __name__ == "__main__":
    main()
