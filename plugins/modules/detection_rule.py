#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: detection_rule
short_description: Manage a detection rule of Elastic Security
description:
  - Creates, changes, enables, disables and deletes a rule of the detection engine, of any type.
  - Kibana replaces a rule as a whole. The module reads it first and writes it back with the given fields changed,
    so that what is not given stays as it is.
  - Prebuilt rules of Elastic can be enabled and disabled, and be given actions and exception lists. Other changes make
    them customised rules, which the module warns about. A prebuilt rule that is deleted can be installed again.
  - The filter P(stackops.kibana.rule_from_toml#filter) turns a rule file of Elastic's repository of rules into the
    options of this module.
  - It needs the privilege C(all) of the feature Security (of Rules, since 9.3), those to read and write the indices of
    alerts, and C(read) of the feature Actions and Connectors for rules with actions.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.detection_rule
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.attributes
  - stackops.kibana.action_group
options:
  state:
    description:
      - V(present) creates the rule, or changes those of its fields that are given and differ. Fields that are not
        given stay as they are.
      - V(enabled) and V(disabled) do the same, and enable or disable the rule.
      - V(absent) deletes it. Its exception lists stay.
    type: str
    choices: [present, absent, enabled, disabled]
    default: present
notes:
  - A rule runs with the privileges of whoever wrote it last. When that was an API key, the rule stops once the key is
    gone.
seealso:
  - name: Kibana API, detection rules
    description: The endpoints that this module uses.
    link: https://www.elastic.co/docs/api/doc/kibana/group/endpoint-security-detections-api
"""

EXAMPLES = r"""
- name: Create a rule that searches logs
  stackops.kibana.detection_rule:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    rule_id: console-login-without-mfa
    type: query
    name: Console login without a second factor
    description: Somebody logged in to the console with a password alone.
    severity: medium
    risk_score: 47
    index: ["logs-aws.cloudtrail-*"]
    query: 'event.action: "ConsoleLogin" and aws.cloudtrail.mfa_used: false'
    tags: [AWS, Identity]
    threat:
      - framework: MITRE ATT&CK
        tactic:
          id: TA0001
          name: Initial Access
          reference: https://attack.mitre.org/tactics/TA0001/

- name: Create a rule that counts events
  stackops.kibana.detection_rule:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    rule_id: many-failed-logins
    type: threshold
    name: Many failed logins to one account
    description: More failed logins than people make.
    severity: high
    risk_score: 73
    query: event.category:authentication and event.outcome:failure
    threshold:
      field: user.name
      value: 50
      cardinality:
        - field: source.ip
          value: 5
    alert_suppression:
      duration:
        value: 1
        unit: h

- name: Create a rule on a sequence of events, disabled
  stackops.kibana.detection_rule:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    rule_id: office-starts-shell
    state: disabled
    type: eql
    name: Office program starts a shell that connects
    description: A document may have started a program.
    severity: high
    risk_score: 80
    from: now-9m
    query: |
      sequence by process.entity_id with maxspan=1m
        [process where process.parent.name == "winword.exe" and process.name : ("cmd.exe", "powershell.exe")]
        [network where true]

- name: Disable a rule, and leave the rest of it as it is
  stackops.kibana.detection_rule:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    rule_id: many-failed-logins
    state: disabled

- name: Delete a rule
  stackops.kibana.detection_rule:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    rule_id: console-login-without-mfa
    state: absent
"""

RETURN = r"""
rule:
  description: The rule as Kibana returns it. In check mode, what it would be.
  returned: when O(state) is not V(absent)
  type: dict
  sample:
    id: 6d3a4e5c-6a59-4c1b-8c19-4f4a7b1f4a55
    rule_id: many-failed-logins
    type: threshold
    name: Many failed logins to one account
    description: More failed logins than people make.
    enabled: false
    severity: high
    risk_score: 73
    query: event.category:authentication and event.outcome:failure
    language: kuery
    threshold:
      field: [user.name]
      value: 50
    interval: 5m
    from: now-6m
    to: now
    immutable: false
    revision: 0
    version: 1
"""

from ansible_collections.stackops.kibana.plugins.module_utils._client import fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule import (
    TRAITS,
    changed_fields,
    customisation,
    encode,
    plan_rule,
)
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_check import ENABLED, check_options
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_find import PATH
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_options import OPTIONS
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_references import References
from ansible_collections.stackops.kibana.plugins.module_utils._engine import default_plan, run
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource


def plan(context, current):
    """Put ids for names, then plan, and say what a change means to a prebuilt rule."""
    if context.params["state"] == "absent":
        return default_plan(context, current)
    rule = {**context.desired, "enabled": ENABLED.get(context.params["state"], context.params["enabled"])}
    references = References(context.client, context.check_mode, context.warn)
    step = plan_rule(context.resource, references.resolve(rule, current), current)
    warning = customisation(step)
    if warning:
        context.warn(warning)
    return step


# Kibana 9.4 refuses the first ones alone, even to administrators; of the others it wants both of a pair.
NOT_BY_PATCH = {"enabled", "exceptions_list", "investigation_fields", "note"}
NOT_BY_PATCH |= {"timeline_id", "timeline_title", "concurrent_searches", "items_per_search"}


def apply(context, step):
    """Write the rule: what changes alone where Kibana can merge it, else the whole rule."""
    client, identity = context.client, {"rule_id": context.params["rule_id"]}
    if step.action == "delete":
        return client.delete(fill_path(RESOURCE.item, identity))
    body = encode(step)
    if step.action == "create":
        return client.call("POST", PATH, json=body, safe=True)
    changed = changed_fields(step)
    if changed <= set(body) - NOT_BY_PATCH:  # it cannot clear a field
        body = {name: body[name] for name in changed}
        return client.call("PATCH", PATH, json={**identity, **body}, safe=True)
    return client.call("PUT", PATH, json=body)


RESOURCE = Resource(
    result_key="rule",
    options=OPTIONS,
    states=("present", "absent", "enabled", "disabled"),
    check=check_options,
    plan=plan,
    apply=apply,
    **TRAITS,
)


def main():
    run(RESOURCE)


if __name__ == "__main__":
    main()
