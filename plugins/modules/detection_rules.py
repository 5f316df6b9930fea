#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: detection_rules
short_description: Manage many detection rules of Elastic Security at once
description:
  - Creates, changes, enables, disables and deletes any number of rules of the detection engine. It reads the rules
    once, and writes only those that differ, in few requests.
  - Each rule is described as for M(stackops.kibana.detection_rule). What is not given of a rule stays as it is.
  - Rules are written by Kibana's import, 200 of them with one request. Afterwards they are read again and compared,
    because an import may drop what it cannot use. A rule of which Kibana holds something else counts as failed, and
    the message names the fields.
  - Prebuilt rules of Elastic are written one by one, as M(stackops.kibana.detection_rule) does it.
  - Rules that are only to be enabled or disabled are so by Kibana's bulk action, 100 of them with one request.
  - A rule that Kibana refuses does not keep it from writing the others. The task then fails, and says what became of
    each.
  - It needs the privilege C(all) of the feature Security (of Rules, since 9.3), those to read and write the indices of
    alerts, and C(read) of the feature Actions and Connectors for rules with actions.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.detection_rule.list
  - stackops.kibana.detection_rule.rule_files
  - stackops.kibana.detection_rule.bulk
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.exact
  - stackops.kibana.attributes
  - stackops.kibana.action_group
options:
  rules:
    description: The rules. Each is described as for M(stackops.kibana.detection_rule). Required without O(rules_src).
    type: list
    elements: dict
notes:
  - A rule runs with the privileges of whoever wrote it last. When that was an API key, the rule stops once the key is
    gone.
  - An import of rules with many actions can take long. Raise O(kibana_timeout) where it does.
seealso:
  - module: stackops.kibana.detection_rule
  - module: stackops.kibana.detection_rule_info
  - plugin: stackops.kibana.rule_from_toml
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Bring all rules of the SOC to what the repository says, and delete those that left it
  stackops.kibana.detection_rules:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    exact: true
    scope:
      tags: [SOC]
    max_deletions: 10
    rules:
      - rule_id: soc-console-login
        type: query
        name: Console login without a second factor
        description: Somebody logged in to the console with a password alone.
        severity: medium
        risk_score: 47
        index: ["logs-aws.cloudtrail-*"]
        query: 'event.action: "ConsoleLogin" and aws.cloudtrail.mfa_used: false'
        tags: [SOC, AWS]
      - rule_id: soc-many-failed-logins
        state: disabled
        type: threshold
        name: Many failed logins to one account
        description: More failed logins than people make.
        severity: high
        risk_score: 73
        query: event.category:authentication and event.outcome:failure
        threshold:
          field: user.name
          value: 50
        tags: [SOC]

- name: Enable one rule, and delete another
  stackops.kibana.detection_rules:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    rules:
      - rule_id: soc-console-login
        state: enabled
      - rule_id: soc-outdated
        state: absent
"""

RETURN = r"""
rules:
  description: What became of each rule, in the order of O(rules), then those deleted by O(exact=true).
  returned: always
  type: list
  elements: dict
  contains:
    rule_id:
      description: The lasting id of the rule.
      returned: always
      type: str
    result:
      description: V(created), V(updated), V(unchanged), V(deleted) or V(failed).
      returned: always
      type: str
    msg:
      description: Why it failed.
      returned: when it failed
      type: str
  sample:
    - rule_id: soc-console-login
      result: created
summary:
  description: How many rules were V(created), V(updated), V(unchanged), V(deleted) and V(failed).
  returned: always
  type: dict
  sample:
    created: 2
    updated: 7
    unchanged: 961
    deleted: 0
    failed: 0
route:
  description: How rules were deleted, V(bulk_action) or V(bulk_delete).
  returned: when rules were deleted, not in check mode
  type: str
  sample: bulk_action
"""

from fnmatch import fnmatchcase
from functools import cache

from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule import TRAITS, customisation, plan_rule
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_bulk import ROUTES, write_rules
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_check import ENABLED, check_options
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_find import read_rules
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_options import OPTIONS as RULE
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_references import References
from ansible_collections.stackops.kibana.plugins.module_utils._many import EXACT, guard_deletions, plan_many, report
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PartialFailure, Plan, PlanError, Policy, plan
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_action

RESOURCE = Resource(result_key="rules", options=RULE, **TRAITS)
STATE = {"type": "str", "choices": ["present", "absent", "enabled", "disabled"], "default": "present"}
OPTIONS = {
    "rules": {"type": "list", "elements": "dict", "options": {**RULE, "state": STATE}},
    "rules_src": {"type": "path"},
    "exclude": {"type": "list", "elements": "str"},
    "rule_defaults": {"type": "dict"},
    "scope": {
        "type": "dict",
        "options": {"tags": {"type": "list", "elements": "str"}, "rule_id": {"type": "str"}},
        "required_one_of": [("tags", "rule_id")],
    },
    "delete_route": {"type": "str", "choices": list(ROUTES), "default": ROUTES[0]},
    **EXACT,
}
UNCHANGED = Plan("none")  # of thousands of rules that are as they should be nothing needs to be kept


def check(params):
    """What is wrong with the options, if anything."""
    if params["rules"] is None:
        return "There are no rules: give rules or, in a playbook, rules_src."
    for number, rule in enumerate(params["rules"]):
        problem = check_options(rule)
        if problem:
            return f"rules[{number}] ({rule['rule_id']}): {problem}"
    scope = params["scope"] or {}
    if params["exact"] and not (scope.get("tags") or scope.get("rule_id")):
        return "scope says nothing: name tags or a pattern for rule_id; '*' stands for all rules."
    return None


def converge(context):
    """Read the rules, plan, write what differs."""
    params = context.params
    inside = removable(params["scope"]) if params["exact"] else None
    wanted = {rule["rule_id"]: rule for rule in params["rules"]}
    decide = planner(context)

    def planned(rule):  # at once, since an unchanged rule need not be kept
        return decide(wanted[rule["rule_id"]], rule) if rule["rule_id"] in wanted else rule

    current = read_rules(context.client, wanted, inside, planned)
    plans = plan_many(
        RESOURCE,
        params["rules"],
        current,
        Policy(),
        current.keys() - wanted.keys(),
        decide=lambda element, plan: plan or decide(element, None),
    )
    guard_deletions(plans, params["max_deletions"])
    failures, route = {}, ""
    if any(step.changed for step in plans.values()):
        context.client.require_space(context.check_mode)
        for step in plans.values():
            warn_of_customisation(context, step)
        if not context.check_mode:
            failures, route = write_rules(context.client, RESOURCE, plans, params["delete_route"])
    return reported(context, plans, failures, {"route": route} if route else {})


def removable(scope):
    """A function that tells whether exact mode may delete a rule: never one of Elastic."""
    tags, pattern = set(scope["tags"] or ()), scope["rule_id"] or "*"
    return lambda rule: (
        not rule["immutable"] and tags <= set(rule.get("tags") or ()) and fnmatchcase(rule["rule_id"], pattern)
    )


def planner(context):
    """A function that plans one element of the option."""
    references = References(context.client, context.check_mode, cache(context.warn))  # many rules lack the same list

    def decide(element, raw):
        if element["state"] == "absent":
            return plan(RESOURCE, {}, raw, Policy("absent"))
        rule = {**element, "enabled": ENABLED.get(element["state"], element["enabled"])}
        del rule["state"]
        try:
            step = plan_rule(RESOURCE, references.resolve(rule, raw), raw)
            return step if step.changed else UNCHANGED
        except PlanError as error:
            raise PlanError(f"{element['rule_id']}: {error}") from error

    return decide


def warn_of_customisation(context, step):
    warning = customisation(step)
    if warning:
        context.warn(warning)


def reported(context, plans, failures, extra):
    """The result, with what there is to add to it."""
    try:
        return {**report(context, RESOURCE, plans, failures), **extra}
    except PartialFailure as failure:
        raise PartialFailure(str(failure), {**failure.result, **extra}) from failure


def main():
    run_action(
        converge,
        OPTIONS,
        check=check,
        required_if=[("exact", True, ("scope",))],
        required_one_of=[("rules", "rules_src")],
        mutually_exclusive=[("rules", "rules_src")],
    )


if __name__ == "__main__":
    main()
