#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: synthetics_private_location
short_description: Manage a private location of Synthetics
description:
  - Creates, renames and deletes a private location, where the agents of a Fleet policy run monitors.
  - A location that monitors use is not deleted. The module looks for monitors in its space first; Kibana counts those
    of all spaces.
  - Needs the privilege C(all) of the Kibana feature C(Synthetics and Uptime), and C(read) of Fleet's agent policies to
    give a policy by its name.
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
    description: Id of an existing location. Kibana chooses the ids of new ones.
    type: str
  label:
    description:
      - Label, which is unique. Without O(id) it names the location.
      - With O(id) it may be changed, in Kibana 8.19, 9.1 and newer.
    type: str
  agentPolicyId:
    description:
      - Id or name of the agent policy whose agents run the monitors. Required for a new location. It cannot be changed.
      - A policy serves one location.
    type: str
  tags:
    description: Tags. Their order does not count. Most versions cannot change them.
    type: list
    elements: str
  geo:
    description: Where the location is. It cannot be changed.
    type: dict
    suboptions:
      lat:
        description: Latitude. It is compared to four places.
        type: float
        required: true
      lon:
        description: Longitude. It is compared to four places.
        type: float
        required: true
  spaces:
    description:
      - Ids of the spaces that see the location, V(*) for all. Their order does not count. It cannot be changed.
      - A new location is for all spaces of its agent policy when this is not given.
    type: list
    elements: str
seealso:
  - module: stackops.kibana.synthetics_monitor
"""

EXAMPLES = r"""
- name: Have an agent policy for the branch office
  stackops.kibana.fleet_agent_policy:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: Branch office
    namespace: default

- name: Run monitors there
  stackops.kibana.synthetics_private_location:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    label: Branch office Berlin
    agentPolicyId: Branch office
    geo:
      lat: 52.52
      lon: 13.405

- name: Delete a location
  stackops.kibana.synthetics_private_location:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    label: Branch office Hamburg
    state: absent
"""

RETURN = r"""
private_location:
  description: The location as Kibana returns it. In check mode, what it would be.
  returned: when O(state=present)
  type: dict
  sample:
    id: 8d3c0a56-4f7e-4a2b-9a31-0d2f5f6f7a10
    label: Branch office Berlin
    agentPolicyId: 4f1b5c0e-1f0b-4f6f-8f3b-2f3c4d5e6f70
    geo: {lat: 52.52000045776367, lon: 13.404999732971191}
    spaces: ["*"]
    isServiceManaged: false
    isInvalid: false
"""

from dataclasses import replace

from ansible_collections.stackops.kibana.plugins.module_utils._engine import default_plan, run
from ansible_collections.stackops.kibana.plugins.module_utils._fleet_policies import find_policy, policies
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import KNOWN_AFTER_APPLY, same
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource
from ansible_collections.stackops.kibana.plugins.module_utils._synthetics import monitors_in

STRING = {"type": "str"}
LOCATIONS = "/api/synthetics/private_locations"


def plan(context, current):
    """The usual plan, with the id of the policy, and not against monitors."""
    params, policy = context.params, context.params["agentPolicyId"]
    if params["state"] == "absent":
        if current is not None:
            _refuse_used(context, current)
        return default_plan(context, current)
    if current is None:
        _refuse_incomplete(params)
    if policy is not None and (current is None or policy != current["agentPolicyId"]):
        context = replace(context, params={**params, "agentPolicyId": _policy_id(context, policy)})
    return default_plan(context, current)


def _refuse_incomplete(params):
    if params["id"] is not None:
        raise PlanError(
            f"There is no private location with the id {params['id']!r}, and Kibana chooses the ids of new ones: give"
            " label instead."
        )
    if params["agentPolicyId"] is None:
        raise PlanError(
            f"There is no private location with the label {params['label']!r}, and a new one needs agentPolicyId."
        )


def _refuse_used(context, current):
    """In check mode the monitors may be about to go."""
    names = monitors_in(context.client, current["id"])
    if not names:
        return
    shown = ", ".join(repr(name) for name in sorted(names)[:5]) + (", and more" if len(names) > 5 else "")
    message = f"The private location {current['label']!r} is used by the monitors {shown}"
    if not context.check_mode:
        raise PlanError(f"{message}: delete them, or move them to another location first.")
    context.warn(f"{message}; it can be deleted only without them.")


def _policy_id(context, policy):
    found = find_policy(policies(context.client), policy)
    if found is not None:
        return found["id"]
    message = f"agentPolicyId: there is no agent policy {policy!r} in this space"
    if not context.check_mode:
        raise PlanError(f"{message}: create it first, or correct the name or id.")
    context.warn(f"{message} yet; its id is {KNOWN_AFTER_APPLY}.")
    return KNOWN_AFTER_APPLY


def encode(step):
    """A new location, or what differs."""
    if step.action == "create":
        return {name: value for name, value in step.after.items() if name in step.desired}
    traits = RESOURCE.traits
    return {
        name: step.after[name]
        for name in ("label", "tags")
        if not same(step.before.get(name), step.after.get(name), traits.child(name))
    }


def to_four_places(number):
    """A number as precisely as Kibana keeps it, which uses four bytes."""
    return round(float(number), 4)


RESOURCE = Resource(
    result_key="private_location",
    options={
        "id": STRING,
        "label": STRING,
        "agentPolicyId": STRING,
        "tags": {"type": "list", "elements": "str"},
        "geo": {
            "type": "dict",
            "options": {
                "lat": {"type": "float", "required": True},
                "lon": {"type": "float", "required": True},
            },
        },
        "spaces": {"type": "list", "elements": "str"},
    },
    rules={"required_one_of": [("id", "label")]},
    collection=LOCATIONS,
    item=LOCATIONS + "/{id}",
    name_key="label",
    immutable=frozenset({"agentPolicyId", "geo", "spaces"}),
    read_only=frozenset({"isServiceManaged", "isInvalid", "namespace"}),
    unordered=frozenset({"tags", "spaces"}),
    server_defaults={"tags": []},
    canonical={"geo.lat": to_four_places, "geo.lon": to_four_places},
    plan=plan,
    encode=encode,
)


def main():
    run(RESOURCE)


if __name__ == "__main__":
    main()
