#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: risk_engine
short_description: Manage the risk engine of Elastic Security
description:
  - Installs, configures, turns on and off, runs and deletes the engine that computes the risk scores of hosts, users
    and services. Each space has one.
  - What is not given of the configuration stays as it is.
  - Kibana gives the whole configuration only by the API of saved objects. Where the user may not use that,
    O(exclude_alert_tags), and statuses other than V(closed), cannot be compared. A task that gives them is then always
    changed.
  - To install, turn on and turn off, Kibana has internal routes only.
  - A Kibana with the entity store V2, which came with 9.4, computes risk scores without this engine, and refuses all
    of this.
  - It needs the privilege C(all) of the feature Security, and privileges on the cluster to manage index templates,
    ingest pipelines and transforms.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.attributes
  - stackops.kibana.action_group
options:
  state:
    description:
      - V(present) installs the engine, which turns it on, and leaves one that is there on or off.
      - V(enabled) and V(disabled) also turn it on or off.
      - V(absent) deletes it with all risk scores.
    type: str
    choices: [present, enabled, disabled, absent]
    default: present
  exclude_alert_statuses:
    description:
      - Alerts with these statuses do not count, such as V(closed). V([]) lets all alerts count.
      - A new engine leaves out closed alerts.
    type: list
    elements: str
  exclude_alert_tags:
    description: Alerts with one of these tags do not count. V([]) lets all alerts count.
    type: list
    elements: str
  range:
    description: Alerts of this time count. A new engine looks at the last 30 days.
    type: dict
    suboptions:
      start:
        description: From when on, such as V(now-30d).
        type: str
      end:
        description: Until when, such as V(now).
        type: str
  filters:
    description: Which alerts count for some kinds of entity. V([]) removes all. Kibana 8 does not know them.
    type: list
    elements: dict
    suboptions:
      entity_types:
        description: The kinds of entity that the filter is for.
        type: list
        elements: str
        choices: [host, user, service]
        required: true
      filter:
        description: An expression in Kibana's query language.
        type: str
        required: true
  schedule_now:
    description:
      - Whether to compute the scores now instead of when the hour is over. The task is then always changed.
      - Kibana knows it since 8.15.
    type: bool
    default: false
seealso:
  - module: stackops.kibana.asset_criticality
"""

EXAMPLES = r"""
- name: Turn the risk engine on, and let alerts of two weeks count, closed ones, too
  stackops.kibana.risk_engine:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    state: enabled
    exclude_alert_statuses: []
    exclude_alert_tags: [test]
    range:
      start: now-14d
      end: now

- name: Compute the scores now
  stackops.kibana.risk_engine:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    schedule_now: true
"""

RETURN = r"""
risk_engine:
  description: The engine and its configuration. In check mode, what it would be.
  returned: when O(state) is not V(absent)
  type: dict
  contains:
    enabled:
      description: Whether it is on.
      returned: always
      type: bool
    status:
      description: What Kibana says of it, V(ENABLED) or V(DISABLED).
      returned: always
      type: str
    task_status:
      description: When it runs next, and whether it runs right now.
      returned: when it is on
      type: dict
    exclude_alert_statuses:
      description: Alerts with these statuses do not count.
      returned: always
      type: list
      elements: str
    exclude_alert_tags:
      description: Alerts with one of these tags do not count.
      returned: when Kibana shows them
      type: list
      elements: str
    range:
      description: Alerts of this time count.
      returned: always
      type: dict
    filters:
      description: Which alerts count for some kinds of entity.
      returned: when Kibana shows them
      type: list
      elements: dict
  sample:
    enabled: true
    status: ENABLED
    task_status:
      status: idle
      runAt: "2026-01-01T01:00:00.000Z"
    exclude_alert_statuses: [closed]
    exclude_alert_tags: []
    range:
      start: now-30d
      end: now
    filters: []
"""

from dataclasses import replace

from ansible_collections.stackops.kibana.plugins.module_utils._engine import run
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import prune
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError, Policy
from ansible_collections.stackops.kibana.plugins.module_utils._plan import plan as plan_one
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource

PUBLIC = "/api/risk_score/engine"
INTERNAL = "/internal/risk_score/engine"
SAVED_OBJECT = "risk-engine-configuration"
SETTINGS = {
    "exclude_alert_statuses": "excludeAlertStatuses",
    "exclude_alert_tags": "excludeAlertTags",
    "range": "range",
    "filters": "filters",
}
LIST = {"type": "list", "elements": "str"}
ENTITY_TYPES = {**LIST, "choices": ["host", "user", "service"], "required": True}
FILTER = {"entity_types": ENTITY_TYPES, "filter": {"type": "str", "required": True}}


def check(params):
    """What is wrong with the options, if anything."""
    if params["schedule_now"] and params["state"] in ("disabled", "absent"):
        return f"schedule_now needs an engine that is on: it does not go with state={params['state']}."
    return None


def find(context):
    """The status and the configuration of the engine, or None where there is none."""
    status = context.client.get(f"{INTERNAL}/status")
    if status["risk_engine_status"] == "NOT_INSTALLED":
        return None
    return {**status, "attributes": configuration(context.client)}


def configuration(client):
    """The configuration as its saved object holds it, or as much as an internal route tells."""
    try:
        found = client.get("/api/saved_objects/_find", params={"type": SAVED_OBJECT})["saved_objects"]
    except KibanaError as error:
        if error.status not in (400, 403, 404):
            raise
        found = []
    if found:
        return found[0]["attributes"]
    settings = client.get(f"{INTERNAL}/settings")
    statuses = [] if settings.pop("includeClosedAlerts", False) else ["closed"]
    return {"excludeAlertTags": None, **settings, "excludeAlertStatuses": statuses}


def decode(raw):
    """The engine in the shape of the options. Of a saved object, what is not there is empty."""
    shown = {name: raw["attributes"].get(field, []) for name, field in SETTINGS.items()}
    status = raw["risk_engine_status"]
    task = raw.get("risk_engine_task_status")
    return prune({"status": status, "task_status": task, "enabled": status == "ENABLED", **shown})


def plan(context, current):
    """The usual plan; whether the engine is on follows from the state."""
    params, state = context.params, context.params["state"]
    enabled = {"enabled": True, "disabled": False, "present": True if current is None else None}.get(state)
    policy = Policy("absent" if state == "absent" else "present")
    step = plan_one(RESOURCE, {**context.desired, "enabled": enabled}, decode(current) if current else None, policy)
    if not params["schedule_now"]:
        return step
    if not step.after.get("enabled"):
        raise PlanError("schedule_now needs an engine that is on: give state=enabled.")
    action = "update" if step.action == "none" else step.action
    return replace(step, action=action, after={**step.after, "next_run": "now"})


def apply(context, step):
    """Carry out a plan, and return the engine afterwards."""
    client, before, after = context.client, step.before, step.after
    if step.action == "delete":
        client.call("DELETE", f"{PUBLIC}/dangerously_delete_data")
        return None
    enabled = before.get("enabled")
    if step.action == "create":
        client.call("POST", f"{INTERNAL}/init", safe=True)
        enabled = True
    body = {name: after[name] for name in SETTINGS if name in step.desired and after[name] != before.get(name)}
    if body:
        configure(client, body)
    if after["enabled"] != enabled:
        client.call("POST", f"{INTERNAL}/{'enable' if after['enabled'] else 'disable'}", safe=True)
    if "next_run" in after:
        client.call("POST", f"{PUBLIC}/schedule_now")
    found = find(context)
    if found and body.get("filters") and not decode(found).get("filters"):
        raise PlanError("This Kibana did not keep the filters: its version does not know them. All else was done.")
    return found


def configure(client, body):
    """Write settings. The method is PATCH; some versions have PUT in its place."""
    path = f"{PUBLIC}/saved_object/configure"
    try:
        client.call("PATCH", path, json=body, safe=True)
    except KibanaError as error:
        if error.status not in (404, 405):
            raise
        try:
            client.call("PUT", path, json=body)
        except KibanaError as second:
            raise error if second.status in (404, 405) else second from None


RESOURCE = Resource(
    result_key="risk_engine",
    key="status",
    states=("present", "enabled", "disabled", "absent"),
    options={
        "exclude_alert_statuses": LIST,
        "exclude_alert_tags": LIST,
        "range": {"type": "dict", "options": {"start": {"type": "str"}, "end": {"type": "str"}}},
        "filters": {"type": "list", "elements": "dict", "options": FILTER},
        "schedule_now": {"type": "bool", "default": False},
    },
    controls=frozenset({"schedule_now"}),
    read_only=frozenset({"status", "task_status"}),
    unordered=frozenset({"exclude_alert_statuses", "exclude_alert_tags", "filters", "filters[].entity_types"}),
    server_defaults={
        "exclude_alert_statuses": ["closed"],
        "range": {"start": "now-30d", "end": "now"},
        "range.start": "now-30d",
        "range.end": "now",
    },
    check=check,
    find=find,
    decode=decode,
    plan=plan,
    apply=apply,
)


def main():
    run(RESOURCE)


if __name__ == "__main__":
    main()
