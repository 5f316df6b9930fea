#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: connector_info
short_description: Read connectors of Kibana, or the types of connectors
description:
  - Returns connectors of one space, or what types of connectors this Kibana has. Secrets are never part of it.
  - It needs the privilege C(read) of the feature Actions and Connectors. The types may be seen by anyone.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.attributes.info
  - stackops.kibana.action_group
options:
  gather:
    description:
      - V(connectors) returns connectors, with how many rules refer to each.
      - V(types) returns types of connectors, with the licence that they need.
    type: str
    choices: [connectors, types]
    default: connectors
  id:
    description: Id of a connector. One that does not exist gives an empty list.
    type: str
  name:
    description: Name of connectors. Names need not be unique.
    type: str
  connector_type_id:
    description: Type of connectors, such as V(.webhook), or id of the type.
    type: str
  feature_id:
    description:
      - With O(gather=types), the feature that the types must support, such as V(alerting), V(cases) or V(siem).
    type: str
seealso:
  - module: stackops.kibana.connector
"""

EXAMPLES = r"""
- name: Read all connectors
  stackops.kibana.connector_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
  register: all

- name: Read what types of connectors rules can use
  stackops.kibana.connector_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    gather: types
    feature_id: alerting
"""

RETURN = r"""
connectors:
  description: The connectors, sorted by name. The values of HTTP headers in the configuration are masked.
  returned: when O(gather=connectors)
  type: list
  elements: dict
  sample:
    - id: preconfigured-log
      name: Log of Kibana
      connector_type_id: .server-log
      is_preconfigured: true
      is_deprecated: false
      referenced_by_count: 0
connector_types:
  description: The types of connectors.
  returned: when O(gather=types)
  type: list
  elements: dict
  sample:
    - id: .index
      name: Index
      enabled: true
      enabled_in_config: true
      enabled_in_license: true
      minimum_license_required: basic
      supported_feature_ids: [alerting, uptime, siem]
"""

from ansible_collections.stackops.kibana.plugins.module_utils._connector import LIST, PROBE
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import mask
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_action

OPTIONS = {
    "gather": {"type": "str", "choices": ["connectors", "types"], "default": "connectors"},
    "id": {"type": "str"},
    "name": {"type": "str"},
    "connector_type_id": {"type": "str"},
    "feature_id": {"type": "str"},
}
HIDDEN = Resource("connectors", {}, hidden=frozenset({"config.headers.*"})).traits
FILTERS = {
    "connectors": {"id": "id", "name": "name", "connector_type_id": "connector_type_id"},
    "types": {"id": "connector_type_id"},
}


def check(params):
    """What is wrong with the options, if anything."""
    other = {"connectors": ("feature_id",), "types": ("id", "name")}[params["gather"]]
    wrong = [name for name in other if params[name] is not None]
    return f"{wrong[0]} does not go with gather {params['gather']}: leave it out." if wrong else None


def gather(context):
    """The connectors, or types, that were asked for; Kibana has no filters but for the feature of types."""
    params, client = context.params, context.client
    if params["gather"] == "types":
        query = {"feature_id": params["feature_id"]} if params["feature_id"] else None
        return {"changed": False, "connector_types": wanted(client.get(PROBE, params=query), params)}
    return {"changed": False, "connectors": [mask(item, HIDDEN) for item in wanted(client.get(LIST), params)]}


def wanted(items, params):
    """Those items that have what the options say."""
    filters = {field: params[option] for field, option in FILTERS[params["gather"]].items()}
    asked = {field: value for field, value in filters.items() if value is not None}
    return [item for item in items if asked.items() <= {field: item[field] for field in asked}.items()]


def main():
    run_action(gather, OPTIONS, check=check)


if __name__ == "__main__":
    main()
