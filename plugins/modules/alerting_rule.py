#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: alerting_rule
short_description: Manage an alerting rule of Kibana
description:
  - Creates, changes, enables, disables, mutes and deletes a rule of any type, such as V(.es-query) or
    V(.index-threshold).
  - Kibana replaces a rule as a whole. The module reads it first and writes it back with the given fields changed, so
    that what is not given stays as it is, what Kibana fills in among it.
  - Rules of Elastic Security are better managed by M(stackops.kibana.detection_rule).
  - Needs the privilege C(all) of the Kibana feature that the consumer stands for, C(Stack Rules) for V(stackAlerts),
    and C(read) of C(Actions and Connectors) for rules with actions.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.state
  - stackops.kibana.attributes
  - stackops.kibana.action_group
options:
  id:
    description:
      - Id of the rule. A new rule gets it. It must be unique in all spaces.
      - Without it, O(name) names the rule, together with O(rule_type_id) where that is given. Names need not be unique.
        Where more than one rule has it, the module fails and lists the ids.
    type: str
  name:
    description: Name of the rule. Required for a new rule. With O(id) it may be changed.
    type: str
  rule_type_id:
    description:
      - Type of the rule. Required for a new rule. It cannot be changed.
      - M(stackops.kibana.alerting_rule_info) lists the types, with the action groups of each.
    type: str
  consumer:
    description:
      - Application that the rule belongs to, such as V(stackAlerts), V(alerts), V(logs), V(infrastructure),
        V(observability) or V(slo). Required for a new rule. It cannot be changed.
    type: str
  enabled:
    description: Whether the rule runs. A new rule is enabled when this is not given.
    type: bool
  schedule:
    description: When the rule runs. Required for a new rule.
    type: dict
    suboptions:
      interval:
        description:
          - How often the rule runs, such as V(1m).
          - It is compared as text, so V(60s) differs from V(1m).
        type: str
        required: true
  params:
    description:
      - Parameters of the rule, by the names that its type defines.
      - Those given are merged with the stored ones, to which Kibana has added its defaults. Lists are replaced.
      - Where C(searchType) of a rule V(.es-query) changes, they replace the stored ones, as those of another way to
        search are refused.
    type: dict
  tags:
    description: Tags. Their order does not count. V([]) removes all.
    type: list
    elements: str
  actions:
    description:
      - Actions, all that the rule is to have. V([]) removes all.
      - An action keeps its uuid, and with it what Kibana remembers of its runs, when its O(actions[].uuid) is given,
        or when an action of the same connector and group is already there.
    type: list
    elements: dict
    suboptions:
      id:
        description: Id of the connector.
        type: str
      connector:
        description: Name of the connector, instead of O(actions[].id).
        type: str
      group:
        description:
          - Action group, such as V(query matched), V(threshold met) or V(recovered).
          - An action that is there keeps its group. A new one gets the default group of the rule's type.
        type: str
      params:
        description: What the connector is to do, with Mustache templates.
        type: dict
        required: true
      frequency:
        description:
          - How often the action runs.
          - An action that is there keeps its frequency. A new one runs for each alert when its group changes, as the
            actions that Kibana's user interface makes. With O(notify_when) or O(throttle) there is none.
        type: dict
        suboptions:
          summary:
            description: Whether one action stands for all alerts.
            type: bool
            required: true
          notify_when:
            description: When the action runs.
            type: str
            choices: [onActionGroupChange, onActiveAlert, onThrottleInterval]
            required: true
          throttle:
            description: How long to wait until the action runs again, with V(onThrottleInterval).
            type: str
      alerts_filter:
        description: Which alerts the action is for. V({}) removes it.
        type: dict
        suboptions:
          query:
            description: A search that the alerts must match.
            type: dict
            suboptions:
              kql:
                description: The search, in Kibana's query language.
                type: str
                required: true
              filters:
                description: Filters as Kibana writes them. If not given, there are none.
                type: list
                elements: dict
          timeframe:
            description: When the action may run.
            type: dict
            suboptions:
              days:
                description: Days of the week, from V(1) for Monday. V([]) stands for all.
                type: list
                elements: int
                required: true
              hours:
                description: Hours of the day.
                type: dict
                required: true
                suboptions:
                  start:
                    description: Beginning, such as V(08:00).
                    type: str
                    required: true
                  end:
                    description: End, such as V(17:00).
                    type: str
                    required: true
              timezone:
                description: Time zone of the hours, such as V(Europe/Berlin).
                type: str
                required: true
      uuid:
        description: Id of the action within the rule. Kibana makes one.
        type: str
      use_alert_data_for_template:
        description: Whether the templates take the fields of the alert.
        type: bool
  notify_when:
    description:
      - When the actions run, for the rule as a whole.
      - Deprecated by Kibana in favour of O(actions[].frequency), with which it cannot be combined. A rule whose actions
        are given a frequency loses it.
    type: str
    choices: [onActionGroupChange, onActiveAlert, onThrottleInterval]
  throttle:
    description:
      - How long to wait until the actions run again, for the rule as a whole.
      - Deprecated by Kibana in favour of O(actions[].frequency), too. Kibana cannot remove it from a rule.
    type: str
  alert_delay:
    description: How many runs in a row must find an alert before there is one. Kibana cannot remove it from a rule.
    type: dict
    suboptions:
      active:
        description: Number of runs.
        type: int
        required: true
  flapping:
    description:
      - When an alert counts as flapping, for this rule alone. V({}) goes back to the settings of the space.
      - Kibana knows it since 8.16.
    type: dict
    suboptions:
      look_back_window:
        description: Number of runs to look back at, from 2 to 20.
        type: int
      status_change_threshold:
        description: How often the status must change among them, from 2 to 20.
        type: int
      enabled:
        description: Whether to look for flapping. Kibana knows it since 9.3.
        type: bool
  artifacts:
    description: What goes with the rule. Kibana knows it since 8.19 and 9.1.
    type: dict
    suboptions:
      dashboards:
        description: Dashboards to look at, in this order. V([]) removes all.
        type: list
        elements: dict
        suboptions:
          id:
            description: Id of the dashboard.
            type: str
            required: true
      investigation_guide:
        description: What to do about an alert.
        type: dict
        suboptions:
          blob:
            description: The guide, as Markdown. V("") removes it.
            type: str
            required: true
  mute_all:
    description:
      - Whether the rule runs without running its actions.
      - Kibana unmutes single alerts whenever this changes.
    type: bool
  muted_alert_ids:
    description:
      - Ids of the alerts that are muted, all of them. V([]) unmutes all.
      - Since Kibana 9.4 the alerts must be there.
    type: list
    elements: str
  update_api_key:
    description:
      - Whether to give the rule a new API key, made from the credentials of this task. The rule then runs with their
        privileges.
      - This is an action, and so always a change. An update of an enabled rule renews the key anyway.
    type: bool
    default: false
  api_key_warning:
    description:
      - Whether to warn when the module makes a rule run with the API key of the task. Such a rule stops when the key is
        deleted or expires. The keys that Kibana makes for a user who logs in with a password do not.
    type: bool
    default: true
notes:
  - A rule runs with the privileges of whoever wrote or enabled it last. C(api_key_owner) of RV(rule) says who that is,
    and C(api_key_created_by_user) whether it is that user's own key.
seealso:
  - module: stackops.kibana.alerting_rule_info
  - module: stackops.kibana.connector
  - module: stackops.kibana.maintenance_window
"""

EXAMPLES = r"""
- name: Create a connector that writes to Kibana's log
  stackops.kibana.connector:
    kibana_url: "{{ kibana_url }}"
    kibana_username: "{{ kibana_username }}"
    kibana_password: "{{ kibana_password }}"
    name: Platform log
    connector_type_id: .server-log

- name: Alert when a service logs many errors
  stackops.kibana.alerting_rule:
    kibana_url: "{{ kibana_url }}"
    kibana_username: "{{ kibana_username }}"
    kibana_password: "{{ kibana_password }}"
    id: shop-errors
    name: Many errors in the shop
    rule_type_id: .es-query
    consumer: stackAlerts
    schedule:
      interval: 5m
    tags: [shop, production]
    params:
      searchType: esqlQuery
      esqlQuery:
        esql: 'FROM logs-shop-* | WHERE log.level == "error" | STATS n = COUNT(*) | WHERE n > 100'
      timeField: "@timestamp"
      timeWindowSize: 5
      timeWindowUnit: m
      size: 0
      threshold: [0]
      thresholdComparator: ">"
    actions:
      - connector: Platform log
        group: query matched
        frequency:
          summary: false
          notify_when: onThrottleInterval
          throttle: 1h
        params:
          level: error
          message: "{{ '{{rule.name}}: {{context.value}}' }}"
      - connector: Platform log
        group: recovered
        params:
          message: All is well again.

- name: Disable a rule, and leave the rest of it as it is
  stackops.kibana.alerting_rule:
    kibana_url: "{{ kibana_url }}"
    kibana_username: "{{ kibana_username }}"
    kibana_password: "{{ kibana_password }}"
    name: Too many errors
    enabled: false

- name: Keep a rule quiet
  stackops.kibana.alerting_rule:
    kibana_url: "{{ kibana_url }}"
    kibana_username: "{{ kibana_username }}"
    kibana_password: "{{ kibana_password }}"
    id: shop-errors
    mute_all: true

- name: Let a rule run with the privileges of another user
  stackops.kibana.alerting_rule:
    kibana_url: "{{ kibana_url }}"
    kibana_username: "{{ kibana_username }}"
    kibana_password: "{{ kibana_password }}"
    id: shop-errors
    update_api_key: true

- name: Delete a rule
  stackops.kibana.alerting_rule:
    kibana_url: "{{ kibana_url }}"
    kibana_username: "{{ kibana_username }}"
    kibana_password: "{{ kibana_password }}"
    id: shop-errors
    state: absent
"""

RETURN = r"""
rule:
  description: The rule as Kibana returns it. In check mode, what it would be.
  returned: when O(state=present)
  type: dict
  sample:
    id: shop-errors
    name: Many errors in the shop
    rule_type_id: .es-query
    consumer: stackAlerts
    enabled: true
    schedule: {interval: 5m}
    tags: [shop, production]
    params: {searchType: esqlQuery, size: 0, threshold: [0], thresholdComparator: ">", aggType: count, groupBy: all}
    actions:
      - id: 661fe5b4-2e5b-4b7c-9e1c-6f1b3f1f2d3c
        connector_type_id: .server-log
        group: query matched
        frequency: {summary: false, notify_when: onThrottleInterval, throttle: 1h}
        params: {level: error, message: "{{rule.name}}: {{context.value}}"}
        uuid: 5f4e2b0a-7d0b-4f0c-8a0e-3c8b0d4d2f11
    mute_all: false
    muted_alert_ids: []
    revision: 0
    api_key_owner: elastic
    api_key_created_by_user: false
"""

from dataclasses import replace

from ansible_collections.stackops.kibana.plugins.module_utils._alerting_rule import (
    COLLECTION,
    ITEM,
    complete_actions,
    default_group,
    find_rule,
    is_by_rule,
    with_connectors,
)
from ansible_collections.stackops.kibana.plugins.module_utils._alerting_rule_options import OPTIONS
from ansible_collections.stackops.kibana.plugins.module_utils._client import fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._engine import default_plan, run
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import KNOWN_AFTER_APPLY, prune, same
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource

REQUIRED = ("name", "rule_type_id", "consumer", "schedule")
# What an update replaces; the rest has endpoints of its own.
CONTENT = ("name", "tags", "schedule", "params", "actions", "notify_when", "throttle", "alert_delay", "flapping")
CONTENT = (*CONTENT, "artifacts")
SWITCHES = ("enabled", "mute_all", "muted_alert_ids")
NO_ARTIFACTS = {"dashboards": [], "investigation_guide": {"blob": ""}}


def check(params):
    """A sentence about options that exclude each other."""
    by_rule = [name for name in ("notify_when", "throttle") if params[name] is not None]
    actions = params["actions"] or []
    if by_rule and any(action["frequency"] is not None for action in actions):
        return f"{by_rule[0]} is for the rule as a whole: leave it out, or leave out actions[].frequency."
    if params["mute_all"] and params["muted_alert_ids"]:
        return "mute_all: true mutes all alerts: leave out muted_alert_ids."
    flapping = prune(params["flapping"] or {})
    if flapping and not {"look_back_window", "status_change_threshold"} <= set(flapping):
        return "flapping needs look_back_window and status_change_threshold, or is {} to remove it."
    if flapping and flapping["status_change_threshold"] > flapping["look_back_window"]:
        return "flapping.status_change_threshold must not be more than flapping.look_back_window."
    return None


def find(context):
    params = context.params
    return find_rule(context.client, params["id"], params["name"], params["rule_type_id"])


def plan(context, current):
    """The usual plan, with whole actions, and with what Kibana does besides."""
    params = context.params
    if params["state"] == "absent":
        return default_plan(context, current)
    if current is None:
        _refuse_incomplete(params)
    by_rule = False
    if params["actions"] is not None:
        actions = with_connectors(context.client, prune(params["actions"]), context.check_mode, context.warn)
        by_rule = is_by_rule(params, current, actions)
        stored, kind = (
            (current or {}).get("actions") or [],
            params["rule_type_id"] or (current or {}).get("rule_type_id", ""),
        )
        whole = complete_actions(actions, stored, by_rule, lambda: default_group(context.client, kind))
        context = replace(context, params={**params, "actions": whole})
    step = _with_key(context, _beyond_fields(context, default_plan(context, current), by_rule))
    if params["api_key_warning"] and _writes_key(context, step):
        context.warn(
            f"The rule {step.after['name']!r} will run with the API key of this task, and stop when that key is deleted"
            " or expires: log in with a user name and password, or set api_key_warning to false."
        )
    return step


def _refuse_incomplete(params):
    missing = [name for name in REQUIRED if params[name] is None]
    if missing:
        which = f"id {params['id']!r}" if params["id"] is not None else f"name {params['name']!r}"
        raise PlanError(
            f"There is no alerting rule with the {which}, and {' and '.join(missing)} must be given to create it."
        )


def _beyond_fields(context, step, by_rule):
    """The plan with what one field means for others."""
    if step.action != "update":
        return step
    before, after, wanted = step.before, dict(step.after), step.desired.get("params", {})
    kind = before["params"].get("searchType")
    if kind != wanted.get("searchType", kind):
        after["params"] = wanted
    if after.get("mute_all") != before.get("mute_all") and "muted_alert_ids" not in step.desired:
        after["muted_alert_ids"] = []
    if after["actions"] and "actions" in step.desired and not by_rule:
        after.pop("notify_when", None)
    return replace(step, after=after)


def _with_key(context, step):
    """The plan with a new API key, if one is wanted and nothing else brings it."""
    if not context.params["update_api_key"] or step.action not in ("none", "update"):
        return step
    owner = {"api_key_owner": step.current["api_key_owner"] or ""}
    after = {**step.after, "api_key_owner": KNOWN_AFTER_APPLY}
    return replace(step, action="update", before={**step.before, **owner}, after=after)


def _writes_key(context, step):
    """Whether the plan makes the rule run with an API key that the task itself uses."""
    if step.action not in ("create", "update") or not context.client.settings.authorization.startswith("ApiKey "):
        return False
    anew = "api_key_owner" in step.after or not step.before.get("enabled") or _content_differs(context, step)
    return bool(step.after.get("enabled")) and anew


def _content_differs(context, step):
    traits = context.resource.traits
    return any(not same(step.before.get(name), step.after.get(name), traits.child(name)) for name in CONTENT)


def encode(step):
    """The rule as an update wants it."""
    body = {name: step.after[name] for name in CONTENT if step.after.get(name) is not None}
    body["actions"] = [_encode_action(action) for action in body["actions"]]
    if any("frequency" in action for action in body["actions"]):
        body.pop("notify_when", None)
        body.pop("throttle", None)
    elif body.get("notify_when") != "onThrottleInterval" and "throttle" not in step.desired:
        body.pop("throttle", None)  # Kibana would take it up again
    if not body["flapping"]:
        body["flapping"] = None
        if not step.before.get("flapping"):
            del body["flapping"]  # which older versions refuse
    body["artifacts"] = {name: part for name, part in body["artifacts"].items() if part not in ([], {"blob": ""})}
    if not body["artifacts"]:
        del body["artifacts"]  # leaving it out removes it
    return body


def _encode_action(action):
    action = prune(action)
    if "frequency" in action:
        action["frequency"] = {"throttle": None, **action["frequency"]}
    return action


def apply(context, step):
    """Write the rule, then what has endpoints of its own; returns the rule as it is afterwards."""
    client, wanted = context.client, context.params["id"]
    if step.action == "create":
        body = {**encode(step), **{name: step.after[name] for name in ("rule_type_id", "consumer", "enabled")}}
        path = COLLECTION if wanted is None else fill_path(ITEM, {"id": wanted})
        rule = client.call("POST", path, json=body, safe=wanted is not None)
        return _follow(client, rule, {}, step.after)
    path = fill_path(ITEM, {"id": step.current["id"]})
    if step.action == "delete":
        return client.delete(path)
    rule, renewed = step.current, False
    if _content_differs(context, step):
        rule = client.call("PUT", path, json=encode(step))
        renewed = step.before["enabled"]
    if "api_key_owner" in step.after and not renewed:
        client.call("POST", f"{path}/_update_api_key", safe=True)
        rule = client.get(path)
    return _follow(client, rule, step.before, step.after)


def _follow(client, rule, before, after):
    """Enable, disable, mute and unmute what is not so yet. What the plan does not change stays as it is by now."""
    path, done = fill_path(ITEM, {"id": rule["id"]}), []
    planned = {name for name in SWITCHES[:2] if after[name] != before.get(name)}
    if "mute_all" in planned or set(after["muted_alert_ids"]) != set(before.get("muted_alert_ids", ())):
        planned.add("muted_alert_ids")
    after = {name: (after if name in planned else rule)[name] for name in SWITCHES}
    if rule["enabled"] != after["enabled"]:
        done.append("_enable" if after["enabled"] else "_disable")
    muted = set(rule["muted_alert_ids"])
    if rule["mute_all"] != after["mute_all"]:
        done.append("_mute_all" if after["mute_all"] else "_unmute_all")
        muted = set()
    wanted = set(after["muted_alert_ids"])
    done += [fill_path("alert/{id}/_mute", {"id": alert}) for alert in sorted(wanted - muted)]
    done += [fill_path("alert/{id}/_unmute", {"id": alert}) for alert in sorted(muted - wanted)]
    for verb in done:
        client.call("POST", f"{path}/{verb}", safe=True)
    return client.get(path) if done else rule


RESOURCE = Resource(
    result_key="rule",
    options=OPTIONS,
    rules={"required_one_of": [("id", "name")]},
    controls=frozenset({"update_api_key", "api_key_warning"}),
    immutable=frozenset({"rule_type_id", "consumer"}),
    read_only=frozenset(
        {
            "actions[].alerts_filter.query.dsl",
            "actions[].connector_type_id",
            "active_snoozes",
            "api_key_created_by_user",
            "api_key_owner",
            "created_at",
            "created_by",
            "execution_status",
            "is_snoozed_until",
            "last_run",
            "mapped_params",
            "monitoring",
            "next_run",
            "revision",
            "running",
            "scheduled_task_id",
            "snooze_schedule",
            "updated_at",
            "updated_by",
            "view_in_app_relative_url",
        }
    ),
    unordered=frozenset({"tags", "muted_alert_ids"}),
    server_defaults={
        "actions": [],
        "artifacts": NO_ARTIFACTS,
        "artifacts.dashboards": [],
        "artifacts.investigation_guide": {"blob": ""},
        "enabled": True,
        "flapping": {},
        "mute_all": False,
        "muted_alert_ids": [],
        "params": {},
        "tags": [],
    },
    check=check,
    find=find,
    plan=plan,
    apply=apply,
)


def main():
    run(RESOURCE)


if __name__ == "__main__":
    main()
