#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: asset_criticality
short_description: Say how critical hosts, users and services are
description:
  - Sets and removes the criticality of assets, of one or of thousands. It weighs in the risk scores of Elastic
    Security.
  - It reads what is there, and writes only what differs, with one request for up to 1000 assets. Kibana has no bulk
    request to remove, so each removal is a request of its own.
  - An asset that Kibana refuses does not keep it from writing the others. The task then fails, and says what became
    of each.
  - Since Kibana 9.4 the API of asset criticality is deprecated, and a Kibana with the entity store V2 does not have it
    any more. The module then writes the criticality to the entities of the entity store, which must have seen them
    in the data before. The result says which of the two it used.
  - It needs a Platinum licence, the privilege C(all) of the feature Security, and the privileges C(read) and C(write)
    on the index C(.asset-criticality.asset-criticality-<space>).
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.exact
  - stackops.kibana.attributes
  - stackops.kibana.action_group
options:
  records:
    description: The assets. Give either this, or O(id_field) and O(id_value) for a single one.
    type: list
    elements: dict
    suboptions:
      id_field:
        description:
          - The field that names the asset.
          - Kibana knows V(service.name) since 8.18 and V(related.entity) since 8.19.
        type: str
        choices: [host.name, user.name, service.name, related.entity]
        required: true
      id_value:
        description: The value of the field.
        type: str
        required: true
      criticality_level:
        description: How critical the asset is. V(unassigned) removes what is set. Required with O(state=present).
        type: str
        choices: [low_impact, medium_impact, high_impact, extreme_impact, unassigned]
  id_field:
    description: The field that names a single asset.
    type: str
    choices: [host.name, user.name, service.name, related.entity]
  id_value:
    description: The value of the field.
    type: str
  criticality_level:
    description: How critical the single asset is. V(unassigned) removes what is set. Required with O(state=present).
    type: str
    choices: [low_impact, medium_impact, high_impact, extreme_impact, unassigned]
  state:
    description:
      - V(present) sets the criticality.
      - V(absent) removes it, whatever it is.
    type: str
    choices: [present, absent]
    default: present
  scope:
    description:
      - Of which kinds of assets O(exact=true) removes the criticality of those that are not listed.
      - Kibana shows up to 10000 of each kind.
      - Required with O(exact=true).
    type: list
    elements: str
    choices: [host.name, user.name, service.name, related.entity]
seealso:
  - module: stackops.kibana.risk_engine
"""

EXAMPLES = r"""
- name: A single host
  stackops.kibana.asset_criticality:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id_field: host.name
    id_value: dc-01
    criticality_level: extreme_impact

- name: All critical users, and no others
  stackops.kibana.asset_criticality:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    exact: true
    scope: [user.name]
    max_deletions: 10
    records:
      - id_field: user.name
        id_value: admin
        criticality_level: extreme_impact
      - id_field: user.name
        id_value: j.doe
        criticality_level: high_impact

- name: Say no more of a host
  stackops.kibana.asset_criticality:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id_field: host.name
    id_value: kiosk-07
    state: absent
"""

RETURN = r"""
records:
  description: What became of each asset, in the order of O(records), then those removed by O(exact=true).
  returned: always
  type: list
  elements: dict
  contains:
    entity:
      description: Field and value that name the asset.
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
    - entity: host.name:dc-01
      result: created
summary:
  description: How many assets were V(created), V(updated), V(unchanged), V(deleted) and V(failed).
  returned: always
  type: dict
  sample:
    created: 1
    updated: 0
    unchanged: 0
    deleted: 0
    failed: 0
route:
  description:
    - Which API was used, V(asset_criticality) or V(entity_store).
  returned: when nothing failed
  type: str
  sample: asset_criticality
"""

from ansible_collections.stackops.kibana.plugins.module_utils._asset_criticality import KEY, LEVEL, place
from ansible_collections.stackops.kibana.plugins.module_utils._many import (
    EXACT,
    guard_deletions,
    plan_many,
    report,
    still_failing,
)
from ansible_collections.stackops.kibana.plugins.module_utils._plan import Policy
from ansible_collections.stackops.kibana.plugins.module_utils._plan import plan as plan_one
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_action

FIELDS = ["host.name", "user.name", "service.name", "related.entity"]
UNASSIGNED = "unassigned"
LEVELS = ["low_impact", "medium_impact", "high_impact", "extreme_impact", UNASSIGNED]
RESOURCE = Resource(result_key="records", options={}, key=KEY)
ONE = {
    "id_field": {"type": "str", "choices": FIELDS},
    "id_value": {"type": "str"},
    "criticality_level": {"type": "str", "choices": LEVELS},
}
RECORD = {**ONE, "id_field": {**ONE["id_field"], "required": True}, "id_value": {"type": "str", "required": True}}
OPTIONS = {
    "records": {"type": "list", "elements": "dict", "options": RECORD},
    **ONE,
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "scope": {"type": "list", "elements": "str", "choices": FIELDS},
    **EXACT,
}


def given(params):
    """The records of the task; a single one is a list of one."""
    return params["records"] if params["records"] is not None else [{name: params[name] for name in ONE}]


def check(params):
    """What is wrong with the options, if anything."""
    for record in given(params):
        if params["state"] == "present" and record["criticality_level"] is None:
            return f"criticality_level is missing for {record['id_field']} {record['id_value']!r}."
        if not record["id_value"].strip():
            return f"id_value is empty for {record['id_field']}."
    if params["exact"] and (params["state"] == "absent" or params["records"] is None):
        return "exact goes with a list of records and state=present: it removes what is not listed."
    return None


def wanted(params):
    """The records as :mod:`_asset_criticality` knows them."""
    absent = params["state"] == "absent"
    return [
        {
            KEY: f"{record['id_field']}:{record['id_value']}",
            LEVEL: UNASSIGNED if absent else record["criticality_level"],
        }
        for record in given(params)
    ]


def refine(raw, step, item):
    """The plan; a level that is unassigned is none at all."""
    return plan_one(RESOURCE, {}, raw, Policy("absent")) if item[LEVEL] == UNASSIGNED else step


def make_plans(context, where):
    """Read, and plan every record."""
    params, items = context.params, wanted(context.params)
    others = where.everything(params["scope"]) if params["exact"] else {}
    current = {**others, **where.read(item[KEY] for item in items)}
    return plan_many(RESOURCE, items, current, Policy(), others, refine)


def converge(context):
    """Find out where the criticality lives, plan, write what differs."""
    where = place(context.client)
    plans = make_plans(context, where)
    guard_deletions(plans, context.params["max_deletions"])
    failures = where.impossible(plans)
    todo = {key: step for key, step in plans.items() if step.changed and key not in failures}
    if todo:
        context.client.require_space(context.check_mode)
        if not context.check_mode:
            failures.update(still_failing(where.write(todo), lambda: make_plans(context, where)))
    return {**report(context, RESOURCE, plans, failures), "route": where.route}


def main():
    run_action(
        converge,
        OPTIONS,
        check=check,
        mutually_exclusive=[("records", "id_field"), ("records", "id_value"), ("records", "criticality_level")],
        required_one_of=[("records", "id_value")],
        required_together=[("id_field", "id_value")],
        required_if=[("exact", True, ("scope",))],
    )


if __name__ == "__main__":
    main()
