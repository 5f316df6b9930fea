#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: maintenance_window
short_description: Manage a maintenance window of Kibana
description:
  - Creates, changes, opens, archives and deletes a maintenance window, in which rules alert nobody.
  - With O(duration) it opens a window around a deployment, which a task in C(always) closes again. See the examples.
  - Kibana changes no window that is over or archived. Where one of those is to change, the module takes it out of the
    archive first, which is one write more.
  - Needs Kibana 9.1 or newer, 9.2 or newer to find a window by its title, a Platinum licence, and the privilege C(all)
    of the Kibana feature C(Maintenance Windows).
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
      - V(present) creates the window, or changes those of its fields that are given and differ. Fields that are not
        given stay as they are. A window in the archive whose time is not over is taken out of it.
      - V(archived) ends the window at once and keeps it in the archive. One that does not exist is not missed.
      - V(absent) deletes it, which ends it, too.
    type: str
    choices: [present, absent, archived]
    default: present
  id:
    description:
      - Id of an existing window. Kibana chooses the ids of new windows.
      - Without it, O(title) names the window. Titles need not be unique. Where more than one window has it, those in
        the archive among them, the module fails and lists the ids.
    type: str
  title:
    description: Title. Required for a new window. With O(id) it may be changed.
    type: str
  enabled:
    description: Whether the window keeps rules from alerting. A new window is enabled.
    type: bool
  duration:
    description:
      - Opens the window now, for this long, such as V(30m) or V(2h). Units are V(s), V(m), V(h) and V(d).
      - A window that is running stays as it is, so that a repeated task does not move its end.
      - Any other window of that name gets a new schedule, and is enabled.
    type: str
  schedule:
    description: When the window is, instead of O(duration). Required for a new window without it.
    type: dict
    suboptions:
      custom:
        description: The schedule.
        type: dict
        required: true
        suboptions:
          start:
            description:
              - Beginning, such as V(2026-03-01T22:00:00Z). A time without an offset is in UTC.
              - Required for a new window.
            type: str
          duration:
            description:
              - How long it lasts, such as V(90m). Units are V(s), V(m), V(h) and V(d).
              - Kibana may show the same time in another unit.
              - Required for a new window.
            type: str
          timezone:
            description: Time zone in which days are counted, such as V(Europe/Berlin). Kibana takes V(UTC).
            type: str
          recurring:
            description: When it comes again. V({}) makes it a single window.
            type: dict
            suboptions:
              every:
                description: Distance, such as V(1w). Units are V(d), V(w), V(M) and V(y).
                type: str
              end:
                description: Time of the last recurrence, in the form of O(schedule.custom.start).
                type: str
              occurrences:
                description: Number of recurrences, instead of O(schedule.custom.recurring.end).
                type: int
              onWeekDay:
                description:
                  - Days of the week, V(MO) to V(SU), or of the month, such as V(+1MO) for its first Monday.
                  - The order does not count.
                type: list
                elements: str
              onMonthDay:
                description: Days of the month, from 1 to 31.
                type: list
                elements: int
              onMonth:
                description: Months, from 1 to 12.
                type: list
                elements: int
  scope:
    description: Which alerts the window is for. Without it, for all. Kibana cannot remove it.
    type: dict
    suboptions:
      alerting:
        description: Which alerts.
        type: dict
        required: true
        suboptions:
          query:
            description: Which alerts.
            type: dict
            required: true
            suboptions:
              kql:
                description: Condition in Kibana's query language, on fields of alerts.
                type: str
                required: true
seealso:
  - module: stackops.kibana.alerting_rule
"""

EXAMPLES = r"""
- name: Deploy the shop without waking anybody
  block:
    - name: Open a window
      stackops.kibana.maintenance_window:
        kibana_url: "{{ kibana_url }}"
        kibana_api_key: "{{ kibana_api_key }}"
        title: Deployment of the shop
        duration: 1h
        scope:
          alerting:
            query:
              kql: 'kibana.alert.rule.tags: "shop"'

    - name: Deploy
      ansible.builtin.debug:
        msg: Here the work is done.
  always:
    - name: Close the window, whether that worked or not
      stackops.kibana.maintenance_window:
        kibana_url: "{{ kibana_url }}"
        kibana_api_key: "{{ kibana_api_key }}"
        title: Deployment of the shop
        state: archived

- name: Have a window on the first Sunday of each month
  stackops.kibana.maintenance_window:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    title: Monthly patches
    schedule:
      custom:
        start: "2026-01-04T02:00:00Z"
        duration: 3h
        timezone: Europe/Berlin
        recurring:
          every: 1M
          onWeekDay: [+1SU]

- name: Delete it
  stackops.kibana.maintenance_window:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    title: Monthly patches
    state: absent
"""

RETURN = r"""
maintenance_window:
  description: The window as Kibana returns it. In check mode, what it would be.
  returned: when O(state) is not V(absent); null where there is nothing to archive
  type: dict
  sample:
    id: f0cb1780-537a-4e34-8adf-3b4336862858
    title: Deployment of the shop
    enabled: true
    schedule:
      custom: {start: "2026-03-01T22:00:00.000Z", duration: 60m, timezone: UTC}
    scope: {alerting: {query: {kql: 'kibana.alert.rule.tags: "shop"'}}}
    status: running
    created_by: elastic
    updated_by: elastic
"""

from dataclasses import replace
from datetime import datetime, timezone

from ansible_collections.stackops.kibana.plugins.module_utils._client import fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._engine import default_plan, find_by_name, run
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError
from ansible_collections.stackops.kibana.plugins.module_utils._maintenance_window import (
    as_instant,
    as_seconds,
    as_text,
    has_time_left,
    problem_of_schedule,
    whole_schedule,
    without_empty,
)
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import KNOWN_AFTER_APPLY, prune
from ansible_collections.stackops.kibana.plugins.module_utils._plan import Plan, PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource

STRING = {"type": "str"}
NUMBERS = {"type": "list", "elements": "int"}
RECURRING = {
    "every": STRING,
    "end": STRING,
    "occurrences": {"type": "int"},
    "onWeekDay": {"type": "list", "elements": "str"},
    "onMonthDay": NUMBERS,
    "onMonth": NUMBERS,
}
CUSTOM = {
    "start": STRING,
    "duration": STRING,
    "timezone": STRING,
    "recurring": {"type": "dict", "options": RECURRING},
}
OPTIONS = {
    "id": STRING,
    "title": STRING,
    "enabled": {"type": "bool"},
    "duration": STRING,
    "schedule": {
        "type": "dict",
        "options": {"custom": {"type": "dict", "required": True, "options": CUSTOM}},
    },
    "scope": {
        "type": "dict",
        "options": {
            "alerting": {
                "type": "dict",
                "required": True,
                "options": {
                    "query": {"type": "dict", "required": True, "options": {"kql": {"type": "str", "required": True}}}
                },
            }
        },
    },
}
FIELDS = ("title", "enabled", "schedule", "scope")


def check(params):
    """A sentence about options that Kibana would misunderstand."""
    if params["duration"] is not None and as_seconds(params["duration"]) is None:
        return f"duration is {params['duration']!r}: it must be a number and one of the units s, m, h and d."
    if params["scope"] is not None and not params["scope"]["alerting"]["query"]["kql"].strip():
        return "scope.alerting.query.kql is blank: Kibana cannot remove the scope of a window."
    return problem_of_schedule(params["schedule"]["custom"]) if params["schedule"] else None


def find(context):
    """The window with the id, else with the title."""
    client, params = context.client, context.params
    try:
        if params["id"] is not None:
            return client.find(fill_path("/api/maintenance_window/{id}", params))
        return find_by_name(context, context.resource, "title", params["title"])
    except KibanaError as error:
        if error.status != 404:
            raise
        need = "9.1 or newer" if params["id"] is not None else "9.2 or newer, as they are found by their title"
        message = f"Maintenance windows need Kibana {need}: {error.message}"
        known = {"method": error.method, "path": error.path, "status": error.status, "error": error.error}
        raise KibanaError(message, **known) from None


def plan(context, current):
    """The usual plan, with the schedule of a window that opens now, and with the archive."""
    params = context.params
    if params["state"] == "absent":
        return default_plan(context, current)
    if params["state"] == "archived":
        return _plan_archive(context, current)
    if params["duration"] is not None:
        context = replace(context, params={**params, **_opened(params, current)})
    if current is None:
        _refuse_incomplete(context.params)
    step = _with_one_end(default_plan(context, current))
    if current is None or current["status"] != "archived":
        return step
    if step.action == "none" and not has_time_left(current["schedule"]["custom"], datetime.now(timezone.utc)):
        return step
    # It is taken out of the archive, whether anything else differs or not.
    before, after = {**step.before, "status": "archived"}, {**step.after, "status": KNOWN_AFTER_APPLY}
    return replace(step, action="update", before=before, after=after)


def _opened(params, current):
    """What the options mean for a window that is to be open now."""
    if current is not None and current["status"] == "running":
        return {}
    custom = {"start": KNOWN_AFTER_APPLY, "duration": params["duration"], "recurring": {}}
    return {"schedule": {"custom": custom}, "enabled": True if params["enabled"] is None else params["enabled"]}


def _with_one_end(step):
    """A recurrence ends at a time or after a number of times; the one given takes the place of the other."""
    given = step.desired.get("schedule", {}).get("custom", {}).get("recurring", {})
    other = {"end": "occurrences", "occurrences": "end"}
    dropped = [other[name] for name in other if name in given]
    custom = step.after.get("schedule", {}).get("custom", {})
    if step.action != "update" or not dropped:
        return step
    recurring = {name: value for name, value in custom["recurring"].items() if name not in dropped}
    return replace(step, after={**step.after, "schedule": {"custom": {**custom, "recurring": recurring}}})


def _plan_archive(context, current):
    if current is None:
        return Plan("none", extra={"maintenance_window": None})
    if current["status"] == "archived":
        return Plan("none", current=current)
    step = default_plan(replace(context, params={**context.params, **dict.fromkeys(OPTIONS)}), current)
    before, after = {**step.before, "status": current["status"]}, {**step.before, "status": "archived"}
    return replace(step, action="update", before=before, after=after)


def _refuse_incomplete(params):
    if params["id"] is not None:
        raise PlanError(
            f"There is no maintenance window with the id {params['id']!r}, and Kibana chooses the ids of new windows:"
            " give title instead."
        )
    custom = prune(params["schedule"] or {}).get("custom", {})
    missing = [f"schedule.custom.{name}" for name in ("start", "duration") if name not in custom]
    if missing:
        raise PlanError(
            f"There is no maintenance window {params['title']!r} yet, and a new one needs {' and '.join(missing)},"
            " or duration to open it now."
        )


def apply(context, step):
    """Write what differs; what is in the archive comes out of it first."""
    client = context.client
    if step.action == "create":
        return client.call("POST", "/api/maintenance_window", json=encode(step, FIELDS))
    path = fill_path("/api/maintenance_window/{id}", step.current)
    if step.action == "delete":
        return client.delete(path)
    if step.after.get("status") == "archived":
        return client.call("POST", f"{path}/_archive", safe=True)
    window = step.current
    if window["status"] == "archived":
        window = client.call("POST", f"{path}/_unarchive", safe=True)
    differing = [name for name in FIELDS if step.before.get(name) != step.after.get(name)]
    # The same change again does no harm.
    return client.call("PATCH", path, json=encode(step, differing), safe=True) if differing else window


def encode(step, names):
    """These fields as Kibana wants them."""
    body = {name: step.after[name] for name in names if step.after.get(name) is not None}
    if "schedule" in body:
        body["schedule"] = {"custom": whole_schedule(body["schedule"]["custom"], datetime.now(timezone.utc))}
    if "scope" in body:
        body["scope"] = {"alerting": {"query": {"kql": body["scope"]["alerting"]["query"]["kql"]}}}
    return body


RESOURCE = Resource(
    result_key="maintenance_window",
    options=OPTIONS,
    states=("present", "absent", "archived"),
    rules={"required_one_of": [("id", "title")], "mutually_exclusive": [("duration", "schedule")]},
    controls=frozenset({"duration"}),
    collection="/api/maintenance_window/_find",
    list_envelope="maintenanceWindows",
    page_size="per_page",
    read_only=frozenset({"status", "created_at", "created_by", "updated_at", "updated_by"}),
    unordered=frozenset(f"schedule.custom.recurring.{name}" for name in ("onWeekDay", "onMonthDay", "onMonth")),
    server_defaults={"enabled": True, "schedule.custom.timezone": "UTC", "schedule.custom.recurring": {}},
    canonical={
        "schedule.custom.duration": as_seconds,
        "schedule.custom.start": as_instant,
        "schedule.custom.recurring": without_empty,  # Kibana refuses an empty list there
        "schedule.custom.recurring.end": as_instant,
        "schedule.custom.recurring.every": as_text,
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
