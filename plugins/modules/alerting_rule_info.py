#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: alerting_rule_info
short_description: Read alerting rules of Kibana, their types and their health
description:
  - Returns alerting rules, or the types that Kibana knows, or whether the rules can run.
  - It reads to the end. Kibana gives no more than 10000 rules; of more, choose some with the options.
  - Rules of applications that the user may not see are left out.
  - It needs the privilege C(read) of the features that the rules belong to.
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
    description: What to return. V(rule_types) and V(health) heed no other option.
    type: str
    choices: [rules, rule_types, health]
    default: rules
  id:
    description: Id of a rule. One that does not exist gives an empty list.
    type: str
  name:
    description: Exact name of the rules.
    type: str
  rule_type_id:
    description: Type of the rules.
    type: str
  enabled:
    description: Whether the rules are enabled.
    type: bool
  tags:
    description: Tags of the rules, all of these.
    type: list
    elements: str
  filter:
    description:
      - A condition in Kibana's query language, on fields such as C(alert.attributes.schedule.interval).
    type: str
  filter_consumers:
    description: Applications that the rules belong to.
    type: list
    elements: str
  search:
    description: Words, or phrases in quotes, that the rules contain.
    type: str
  search_fields:
    description: Where to look for O(search), such as V(name) or V(tags).
    type: list
    elements: str
  default_search_operator:
    description: Whether one word of O(search) must be there, or all. Kibana takes V(OR).
    type: str
    choices: [OR, AND]
  sort_field:
    description: What to sort the rules by, such as V(name), V(createdAt) or V(updatedAt).
    type: str
    default: name
  sort_order:
    description: Order of the rules.
    type: str
    choices: [asc, desc]
    default: asc
seealso:
  - module: stackops.kibana.alerting_rule
"""

EXAMPLES = r"""
- name: Find the rules of the platform team that are disabled
  stackops.kibana.alerting_rule_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    tags: [platform]
    enabled: false
  register: disabled

- name: Find rules about errors
  stackops.kibana.alerting_rule_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    search: error*
    search_fields: [name]

- name: Read the types of rules, with their action groups
  stackops.kibana.alerting_rule_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    gather: rule_types

- name: Stop where rules cannot run
  stackops.kibana.alerting_rule_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    gather: health
  register: alerting
  failed_when: not alerting.health.has_permanent_encryption_key
"""

RETURN = r"""
rules:
  description: The rules.
  returned: when O(gather=rules)
  type: list
  elements: dict
  sample:
    - id: disk-full
      name: Disk nearly full
      rule_type_id: .index-threshold
      consumer: stackAlerts
      enabled: true
      schedule: {interval: 5m}
      tags: [platform]
      execution_status: {status: ok, last_execution_date: "2026-01-01T00:00:00.000Z"}
      api_key_owner: anna
rule_types:
  description: The types of rules.
  returned: when O(gather=rule_types)
  type: list
  elements: dict
  sample:
    - id: .index-threshold
      name: Index threshold
      producer: stackAlerts
      default_action_group_id: threshold met
      action_groups: [{id: threshold met, name: Threshold met}, {id: recovered, name: Recovered}]
      minimum_license_required: basic
health:
  description: Whether rules can run.
  returned: when O(gather=health)
  type: dict
  sample:
    is_sufficiently_secure: true
    has_permanent_encryption_key: true
    alerting_framework_health:
      execution_health: {status: ok, timestamp: "2026-01-01T00:00:00.000Z"}
"""

import json

from ansible_collections.stackops.kibana.plugins.module_utils._alerting_rule import FIND, TYPES, find_rule
from ansible_collections.stackops.kibana.plugins.module_utils._client import quoted
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_action

STRING = {"type": "str"}
STRINGS = {"type": "list", "elements": "str"}
# Options that Kibana understands as they are, and those that become a part of its filter.
QUERY = {
    "search": STRING,
    "search_fields": STRINGS,
    "default_search_operator": {"type": "str", "choices": ["OR", "AND"]},
    "filter_consumers": STRINGS,
}
FILTERS = {
    "name": STRING,
    "rule_type_id": STRING,
    "enabled": {"type": "bool"},
    "tags": STRINGS,
    "filter": STRING,
}
OPTIONS = {
    "gather": {"type": "str", "choices": ["rules", "rule_types", "health"], "default": "rules"},
    "id": STRING,
    **FILTERS,
    **QUERY,
    "sort_field": {"type": "str", "default": "name"},
    "sort_order": {"type": "str", "choices": ["asc", "desc"], "default": "asc"},
}


def check(params):
    """An option that would be ignored is refused: the answer would be more than what was asked for."""
    heeded, what = (("id",), "id") if params["id"] is not None else (("id", *FILTERS, *QUERY), "gather: rules")
    if params["gather"] != "rules":
        heeded, what = (), f"gather: {params['gather']}"
    ignored = [name for name in ("id", *FILTERS, *QUERY) if params[name] is not None and name not in heeded]
    return f"{' and '.join(ignored)} cannot be given together with {what}." if ignored else None


def gather(context):
    """What was asked for, under its name."""
    kind, client = context.params["gather"], context.client
    if kind == "rule_types":
        return {"changed": False, kind: client.get(TYPES)}
    if kind == "health":
        return {"changed": False, kind: client.get("/api/alerting/_health")}
    return {"changed": False, kind: read_rules(client, context.params)}


def read_rules(client, params):
    """The rules that were asked for."""
    if params["id"] is not None:
        found = find_rule(client, params["id"], None, None)
        return [] if found is None else [found]
    query = {name: params[name] for name in (*QUERY, "sort_field", "sort_order") if params[name] is not None}
    condition = as_filter(params)
    if condition:
        query["filter"] = condition
    rules = client.pages(FIND, items="data", size_name="per_page", params=query)
    # What Kibana compares without looking at case is compared again.
    return [rule for rule in rules if fits(rule, params)]


def as_filter(params):
    """The conditions in Kibana's query language."""
    parts = []
    if params["name"] is not None:
        parts.append(f"alert.attributes.name.keyword: {quoted(params['name'])}")
    if params["rule_type_id"] is not None:
        parts.append(f"alert.attributes.alertTypeId: {quoted(params['rule_type_id'])}")
    if params["enabled"] is not None:
        parts.append(f"alert.attributes.enabled: {json.dumps(params['enabled'])}")
    for tag in params["tags"] or []:
        parts.append(f"alert.attributes.tags: {quoted(tag)}")
    if params["filter"]:
        parts.append(f"({params['filter']})")
    return " and ".join(parts)


def fits(rule, params):
    """Whether a rule is one of those that were asked for."""
    return (
        params["name"] in (None, rule["name"])
        and params["rule_type_id"] in (None, rule["rule_type_id"])
        and params["enabled"] in (None, rule["enabled"])
        and set(params["tags"] or []) <= set(rule["tags"])
    )


def main():
    run_action(gather, OPTIONS, check=check)


if __name__ == "__main__":
    main()
