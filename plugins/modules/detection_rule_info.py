#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: detection_rule_info
short_description: Read detection rules of Elastic Security
description:
  - Returns one rule, those that fit all the given options, or all rules of a space.
  - Kibana selects the rules, and all of them are returned, however many there are.
  - It needs the privilege C(read) of the feature Security (of Rules, since 9.3).
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.attributes.info
  - stackops.kibana.action_group
options:
  rule_id:
    description: The lasting id of a rule. A rule that does not exist gives an empty list.
    type: str
  id:
    description: The random id that Kibana gave to a rule. A rule that does not exist gives an empty list.
    type: str
  name:
    description: The exact name of rules. Several rules may have it.
    type: str
  filter:
    description:
      - An expression in KQL on the fields of rules, such as V(alert.attributes.params.severity:critical).
      - Fields are C(alert.attributes.name), C(.tags), C(.enabled), C(.params.ruleId), C(.params.type),
        C(.params.severity), C(.params.riskScore) and others.
    type: str
  tags:
    description: Tags that a rule has, all of them.
    type: list
    elements: str
  enabled:
    description: Whether the rules run.
    type: bool
  prebuilt:
    description: Whether the rules come from Elastic.
    type: bool
seealso:
  - module: stackops.kibana.detection_rule
  - module: stackops.kibana.detection_rules
"""

EXAMPLES = r"""
- name: Read the rules that run and are tagged
  stackops.kibana.detection_rule_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    tags: [SOC]
    enabled: true
  register: running

- name: Read the prebuilt rules of high and critical severity
  stackops.kibana.detection_rule_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    prebuilt: true
    filter: "alert.attributes.params.severity: (high or critical)"

- name: Read one rule
  stackops.kibana.detection_rule_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    rule_id: prebuilt-rule-1
"""

RETURN = r"""
rules:
  description: The rules as Kibana returns them, the oldest first.
  returned: always
  type: list
  elements: dict
  sample:
    - id: 6d3a4e5c-6a59-4c1b-8c19-4f4a7b1f4a55
      rule_id: soc-console-login
      type: query
      name: Console login without a second factor
      enabled: true
      severity: medium
      risk_score: 47
      tags: [SOC, AWS]
      immutable: false
      revision: 0
      version: 1
"""

from ansible_collections.stackops.kibana.plugins.module_utils._client import fill_path, quoted
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_find import PATH, find_rules
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_info

IDS = ("rule_id", "id")
SELECTION = ("name", "filter", "tags", "enabled", "prebuilt")
OPTIONS = {
    "rule_id": {"type": "str"},
    "id": {"type": "str"},
    "name": {"type": "str"},
    "filter": {"type": "str"},
    "tags": {"type": "list", "elements": "str"},
    "enabled": {"type": "bool"},
    "prebuilt": {"type": "bool"},
}


def read(context):
    """The rules that were asked for."""
    params, client = context.params, context.client
    for name in IDS:
        if params[name] is not None:
            found = client.find(fill_path(f"{PATH}?{name}={{{name}}}", params))
            return [] if found is None else [found]
    # Kibana searches a name by its words.
    return [rule for rule in find_rules(client, clauses(params)) if params["name"] in (None, rule["name"])]


def clauses(params):
    """The KQL clauses for the options, each of which must hold."""
    flags = {"enabled": "enabled", "prebuilt": "params.immutable"}
    return [
        *([f"alert.attributes.name: {quoted(params['name'])}"] if params["name"] is not None else []),
        *([params["filter"]] if params["filter"] else []),
        *(f"alert.attributes.tags: {quoted(tag)}" for tag in params["tags"] or ()),
        *(
            f"alert.attributes.{field}: {str(params[name]).lower()}"
            for name, field in flags.items()
            if params[name] is not None
        ),
    ]


def main():
    alone = [(one, other) for one in IDS for other in SELECTION]
    run_info("rules", OPTIONS, read, mutually_exclusive=[IDS, *alone])


if __name__ == "__main__":
    main()
