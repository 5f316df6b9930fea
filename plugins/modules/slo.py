#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: slo
short_description: Manage a service level objective (SLO) of Kibana
description:
  - Creates, changes, enables, disables, resets and deletes a service level objective.
  - Kibana throws away what it has computed and begins again whenever the indicator, the objective, the time window, the
    budgeting method, the groups or the settings change. The module writes only what differs.
  - Needs a Platinum licence, or a serverless project of Observability, and the privilege C(all) of the Kibana feature
    C(SLOs). The user must be able to read the indices of the indicator.
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
      - Id of the SLO, 8 to 48 letters, digits, V(-) and V(_); older versions take up to 36. A new SLO gets it. It must
        be unique in all spaces.
      - Without it, O(name) names the SLO. Names need not be unique. Where more than one SLO has it, the module fails
        and lists the ids.
    type: str
  name:
    description: Name. Required for a new SLO. With O(id) it may be changed.
    type: str
  description:
    description: Description. A new SLO gets an empty one when this is not given.
    type: str
  indicator:
    description: What is measured. Required for a new SLO.
    type: dict
    suboptions:
      type:
        description:
          - Kind of indicator.
          - Kibana knows V(sli.synthetics.availability) since 8.13.
        type: str
        required: true
        choices:
          - sli.apm.transactionDuration
          - sli.apm.transactionErrorRate
          - sli.kql.custom
          - sli.metric.custom
          - sli.metric.timeslice
          - sli.histogram.custom
          - sli.synthetics.availability
      params:
        description:
          - Parameters of the indicator, by the names that Kibana gives them.
          - Those given are merged with the stored ones, unless the kind changes. Lists are replaced.
          - V(sli.apm.transactionDuration) and V(sli.apm.transactionErrorRate) have C(service), C(environment),
            C(transactionType), C(transactionName), C(index) and C(filter), the first one C(threshold), too.
          - V(sli.kql.custom) has C(index), C(filter), C(good), C(total), C(timestampField) and C(dataViewId).
          - V(sli.metric.custom) and V(sli.histogram.custom) have the same, with dictionaries in C(good) and C(total).
            V(sli.metric.timeslice) has C(metric) in their place.
          - V(sli.synthetics.availability) has C(monitorIds), C(index), C(tags), C(projects) and C(filter).
        type: dict
        required: true
  timeWindow:
    description: Time that the objective is for. Required for a new SLO.
    type: dict
    suboptions:
      type:
        description: Whether the window ends now, or with the calendar.
        type: str
        required: true
        choices: [rolling, calendarAligned]
      duration:
        description: Length, V(7d), V(30d) or V(90d) of a rolling window, V(1w) or V(1M) of the calendar.
        type: str
        required: true
  budgetingMethod:
    description: What is counted, events or slices of time. Required for a new SLO.
    type: str
    choices: [occurrences, timeslices]
  objective:
    description: What is promised. Required for a new SLO.
    type: dict
    suboptions:
      target:
        description: Share of what must be good, above 0 and below 1, such as V(0.995).
        type: float
      timesliceTarget:
        description: Share of a slice that must be good, from 0 to 1. Needed with V(timeslices).
        type: float
      timesliceWindow:
        description: Length of a slice, such as V(5m). Needed with V(timeslices).
        type: str
  settings:
    description: Settings.
    type: dict
    suboptions:
      syncDelay:
        description: How long data may be late, from V(1m) to V(359m). A new SLO gets V(1m).
        type: str
      frequency:
        description: How often to look for new data, from V(1m) to V(59m). A new SLO gets V(1m).
        type: str
      preventInitialBackfill:
        description: Whether to begin now instead of at the beginning of the time window. A new SLO gets V(false).
        type: bool
      syncField:
        description: Field with the time at which data came in. Kibana knows it since 8.18. V("") removes it.
        type: str
  groupBy:
    description:
      - Fields for each of whose values there is an SLO of its own. V([]) or V(*) makes it one SLO.
      - Kibana takes more than one field since 8.14.
    type: list
    elements: str
  tags:
    description: Tags. Their order does not count. V([]) removes all.
    type: list
    elements: str
  enabled:
    description: Whether the SLO is computed. A new one is enabled, and one that is not to be is disabled right after.
    type: bool
  reset:
    description:
      - Whether to throw away what was computed and compute it again.
      - This is an action, and so always a change of an SLO that is there. A new one needs none.
    type: bool
    default: false
seealso:
  - module: stackops.kibana.slo_info
"""

EXAMPLES = r"""
- name: Promise that the shop answers
  stackops.kibana.slo:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: shop-availability
    name: The shop answers
    description: Requests that do not end in an error of the server.
    indicator:
      type: sli.kql.custom
      params:
        index: logs-shop-*
        good: http.response.status_code < 500
        total: http.response.status_code > 0
        timestampField: "@timestamp"
    timeWindow:
      type: rolling
      duration: 30d
    budgetingMethod: occurrences
    objective:
      target: 0.995
    groupBy: [service.name]
    tags: [shop]

- name: Promise that transactions are quick, five minutes at a time
  stackops.kibana.slo:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: The checkout is quick
    indicator:
      type: sli.apm.transactionDuration
      params:
        service: checkout
        environment: production
        transactionType: request
        transactionName: ""
        index: metrics-apm*
        threshold: 500
    timeWindow:
      type: calendarAligned
      duration: 1M
    budgetingMethod: timeslices
    objective:
      target: 0.99
      timesliceTarget: 0.95
      timesliceWindow: 5m

- name: Disable an SLO
  stackops.kibana.slo:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: The checkout is quick
    enabled: false

- name: Compute an SLO anew, after its data were repaired
  stackops.kibana.slo:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: shop-availability
    reset: true

- name: Delete an SLO
  stackops.kibana.slo:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: The checkout is quick
    state: absent
"""

RETURN = r"""
slo:
  description:
    - The SLO as Kibana returns it, without its summary, which M(stackops.kibana.slo_info) reads. In check mode, what it
      would be.
  returned: when O(state=present)
  type: dict
  sample:
    id: shop-availability
    name: The shop answers
    description: Requests that do not end in an error of the server.
    indicator:
      type: sli.kql.custom
      params: {index: logs-shop-*, good: http.response.status_code < 500, timestampField: "@timestamp"}
    timeWindow: {type: rolling, duration: 30d}
    budgetingMethod: occurrences
    objective: {target: 0.995}
    settings: {syncDelay: 1m, frequency: 1m, preventInitialBackfill: false}
    groupBy: service.name
    tags: [shop]
    enabled: true
    revision: 1
    version: 2
"""

import re
from dataclasses import replace

from ansible_collections.stackops.kibana.plugins.module_utils._client import fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._engine import default_plan, find_by_name, run
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import same
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource

SLOS = "/api/observability/slos"
ITEM = "/api/observability/slos/{id}"
STRING = {"type": "str"}
FLOAT = {"type": "float"}
INDICATORS = [
    "sli.apm.transactionDuration",
    "sli.apm.transactionErrorRate",
    "sli.kql.custom",
    "sli.metric.custom",
    "sli.metric.timeslice",
    "sli.histogram.custom",
    "sli.synthetics.availability",
]


def one_of(*choices):
    return {"type": "str", "choices": list(choices)}


def fields(**options):
    return {"type": "dict", "options": options}


OPTIONS = {
    "id": STRING,
    "name": STRING,
    "description": STRING,
    "indicator": fields(
        type={**one_of(*INDICATORS), "required": True},
        params={"type": "dict", "required": True},
    ),
    "timeWindow": fields(
        type={**one_of("rolling", "calendarAligned"), "required": True},
        duration={"type": "str", "required": True},
    ),
    "budgetingMethod": one_of("occurrences", "timeslices"),
    "objective": fields(target=FLOAT, timesliceTarget=FLOAT, timesliceWindow=STRING),
    "settings": fields(syncDelay=STRING, frequency=STRING, preventInitialBackfill={"type": "bool"}, syncField=STRING),
    "groupBy": {"type": "list", "elements": "str"},
    "tags": {"type": "list", "elements": "str"},
    "enabled": {"type": "bool"},
    "reset": {"type": "bool", "default": False},
}
REQUIRED = ("name", "indicator", "timeWindow", "budgetingMethod", "objective")
CONTENT = (*REQUIRED, "description", "settings", "groupBy", "tags")
# What only some reads show, and what is computed.
SEEN = ("summary", "instanceId", "groupings", "meta", "remote")


def check(params):
    """A sentence about what Kibana would refuse."""
    if params["id"] is not None and not re.fullmatch(r"[A-Za-z0-9_-]{8,48}", params["id"]):
        return f"id is {params['id']!r}: it must have 8 to 48 letters, digits, - and _."
    target = (params["objective"] or {}).get("target")
    if target is not None and not 0 < target < 1:
        return f"objective.target is {target}: it must be above 0 and below 1, such as 0.99."
    return None


def find(context):
    """The SLO with the id, else with the name. The list with summaries lacks those without data."""
    if context.params["id"] is not None:
        return context.client.find(fill_path(ITEM, context.params))
    return find_by_name(context, context.resource, "name", context.params["name"])


def decode(raw):
    return {name: value for name, value in raw.items() if name not in SEEN}


def as_groups(value):
    """The fields of ``groupBy``, of which Kibana shows a single one as a text and none as a star."""
    fields = [value] if isinstance(value, str) else list(value or [])
    return [name for name in fields if name not in ("", "*")]


def plan(context, current):
    """The usual plan, where another kind of indicator takes the place of the stored one as a whole."""
    if current is None and context.params["state"] == "present":
        _refuse_incomplete(context.params)
    step = default_plan(context, current)
    if step.action not in ("none", "update"):
        return step
    wanted = step.desired.get("indicator")
    if wanted and wanted["type"] != step.before["indicator"]["type"]:
        step = replace(step, after={**step.after, "indicator": wanted})
    if context.params["reset"]:
        step = replace(
            step, action="update", before={**step.before, "reset": False}, after={**step.after, "reset": True}
        )
    return step


def _refuse_incomplete(params):
    missing = [name for name in REQUIRED if params[name] is None]
    if params["objective"] is not None and params["objective"]["target"] is None:
        missing.append("objective.target")
    if missing:
        which = f"id {params['id']!r}" if params["id"] is not None else f"name {params['name']!r}"
        raise PlanError(f"There is no SLO with the {which}, and {' and '.join(missing)} must be given to create it.")


def apply(context, step):
    """Write what differs, then what has endpoints of its own; returns the SLO as it is afterwards."""
    client, wanted = context.client, context.params["id"]
    if step.action == "create":
        body = {"description": "", **encode(step, CONTENT), **({"id": wanted} if wanted is not None else {})}
        made = client.call("POST", SLOS, json=body, safe=wanted is not None)
        return _follow(client, made["id"], ["disable"] if step.after["enabled"] is False else [])
    path = fill_path(ITEM, step.current)
    if step.action == "delete":
        return client.delete(path)
    traits = context.resource.traits
    differing = [name for name in CONTENT if not same(step.before.get(name), step.after.get(name), traits.child(name))]
    if differing:
        client.call("PUT", path, json=encode(step, differing))
    verbs = ["_reset"] if step.after.get("reset") else []
    if step.before["enabled"] != step.after["enabled"]:
        verbs.append("enable" if step.after["enabled"] else "disable")
    return _follow(client, step.current["id"], verbs)


def _follow(client, slo_id, verbs):
    path = fill_path(ITEM, {"id": slo_id})
    for verb in verbs:
        client.call("POST", f"{path}/{verb}", safe=True)
    return client.get(path)


def encode(step, names):
    """These fields as Kibana wants them."""
    body = {name: step.after[name] for name in names if step.after.get(name) is not None}
    if "groupBy" in body:
        groups = as_groups(body["groupBy"])
        body["groupBy"] = groups if len(groups) > 1 else groups[0] if groups else "*"
    if "settings" in body:
        body["settings"] = {name: value for name, value in body["settings"].items() if value is not None}
        if body["settings"].get("syncField") == "":
            # Null removes it; before 8.18 nobody knows it.
            body["settings"]["syncField"] = None
            if not (step.before.get("settings") or {}).get("syncField"):
                del body["settings"]["syncField"]
    return body


RESOURCE = Resource(
    result_key="slo",
    options=OPTIONS,
    rules={"required_one_of": [("id", "name")]},
    controls=frozenset({"reset"}),
    collection=f"{SLOS}/_definitions",
    list_envelope="results",
    page_size="perPage",
    read_only=frozenset({"revision", "version", "createdAt", "updatedAt", "createdBy", "updatedBy", "isTemplate"}),
    unordered=frozenset({"tags"}),
    server_defaults={
        "description": "",
        "enabled": True,
        "groupBy": "*",
        "settings": {"syncDelay": "1m", "frequency": "1m", "preventInitialBackfill": False, "syncField": ""},
        "settings.syncDelay": "1m",
        "settings.frequency": "1m",
        "settings.preventInitialBackfill": False,
        "settings.syncField": "",
        "tags": [],
    },
    canonical={"groupBy": as_groups},
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
