#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: space_info
short_description: Read spaces of Kibana
description:
  - Returns one space, or all spaces that the user may see.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.no_space
  - stackops.kibana.attributes.info
  - stackops.kibana.action_group
options:
  id:
    description:
      - Id of a space. A space that does not exist gives an empty list.
      - If not given, all spaces are returned.
    type: str
seealso:
  - module: stackops.kibana.space
"""

EXAMPLES = r"""
- name: Read all spaces
  stackops.kibana.space_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
  register: all

- name: Read the default space
  stackops.kibana.space_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: default
"""

RETURN = r"""
spaces:
  description: The spaces, sorted by name.
  returned: always
  type: list
  elements: dict
  sample:
    - id: default
      name: Default
      description: This is your default space!
      color: "#00bfb3"
      disabledFeatures: []
      _reserved: true
"""

from ansible_collections.stackops.kibana.plugins.module_utils._client import fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_info

SPACES = "/api/spaces/space"


def read(context):
    """The spaces that were asked for."""
    if context.params["id"] is None:
        return context.client.get(SPACES, in_space=False)
    found = context.client.find(fill_path(SPACES + "/{id}", context.params), in_space=False, probe=SPACES)
    return [] if found is None else [found]


def main():
    run_info("spaces", {"id": {"type": "str"}}, read)


if __name__ == "__main__":
    main()
