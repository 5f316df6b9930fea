#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kibana_role_info
short_description: Read roles of Kibana
description:
  - Returns one role or all of them, in the shape of the options of M(stackops.kibana.kibana_role).
  - It needs the privilege C(read_security) on the cluster.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.no_space
  - stackops.kibana.attributes.info
  - stackops.kibana.action_group
options:
  name:
    description:
      - Name of a role. A role that does not exist gives an empty list.
      - If not given, all roles are returned.
    type: str
  include_reserved:
    description: Whether the list of all roles contains those that Elasticsearch brings along.
    type: bool
    default: false
  replace_deprecated_privileges:
    description:
      - Whether Kibana shows deprecated privileges on features as those that replace them.
      - Kibana knows it since 8.16.
    type: bool
    default: false
seealso:
  - module: stackops.kibana.kibana_role
"""

EXAMPLES = r"""
- name: Read all roles that somebody made
  stackops.kibana.kibana_role_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
  register: all

- name: Read one role
  stackops.kibana.kibana_role_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: viewer
  register: one
"""

RETURN = r"""
roles:
  description: The roles, sorted by name.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name of the role.
      returned: always
      type: str
    unreadable:
      description:
        - Why Kibana cannot show the privileges in Kibana.
        - They are not empty then, though RV(roles[].kibana) is.
      returned: where it cannot
      type: list
      elements: str
    kibana:
      description: Privileges in Kibana.
      returned: always
      type: list
      elements: dict
  sample:
    - name: soc_analyst
      cluster: [monitor]
      indices: []
      run_as: []
      metadata: {}
      kibana:
        - base: [read]
          feature: {}
          spaces: ["*"]
"""

from ansible_collections.stackops.kibana.plugins.module_utils._client import fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._role import RESOURCE, decode
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_info

OPTIONS = {
    "name": {"type": "str"},
    "include_reserved": {"type": "bool", "default": False},
    "replace_deprecated_privileges": {"type": "bool", "default": False},
}


def read(context):
    """The roles that were asked for."""
    params, client = context.params, context.client
    query = "?replaceDeprecatedPrivileges=true" if params["replace_deprecated_privileges"] else ""
    if params["name"] is not None:
        path = fill_path(RESOURCE.item, params) + query
        found = client.find(path, in_space=False, probe=RESOURCE.probe)
        return [] if found is None else [shown(found)]
    roles = client.get(RESOURCE.probe + query, in_space=False)
    return [
        shown(role) for role in roles if params["include_reserved"] or not role.get("metadata", {}).get("_reserved")
    ]


def shown(raw):
    """A role as the options describe it, and what Kibana could not read of it."""
    return {**decode(raw), **({"unreadable": raw["_transform_error"]} if raw.get("_transform_error") else {})}


def main():
    run_info("roles", OPTIONS, read)


if __name__ == "__main__":
    main()
