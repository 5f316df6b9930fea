#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_agent_reassign
short_description: Assign agents of Fleet to another policy
description:
  - Assigns the selected agents to an agent policy. Agents that have it already are left alone.
  - Fleet neither takes agents away from a policy that is managed from outside, such as that of Elastic Cloud, nor gives
    it any. Agents of such a policy are reported as V(ineligible), as are unenrolled ones. The task fails for those that
    it names in O(agent_ids) or O(hostnames).
  - This needs the privileges to change agents and to read agent policies.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.fleet_agents
  - stackops.kibana.attributes
  - stackops.kibana.action_group
options:
  policy_id:
    description: Id or name of the policy that the agents are to have. O(policy) is the one that they have now.
    type: str
    required: true
  batch_size:
    description: How many agents one request assigns at most.
    type: int
    default: 1000
  wait:
    description:
      - Whether to wait until all agents that are assigned work by their new policy, and to fail if they do not.
      - Agents that are offline take it up when they come back.
    type: bool
    default: false
  wait_timeout:
    description: How many seconds to wait at most.
    type: int
    default: 300
seealso:
  - module: stackops.kibana.fleet_agent_info
"""

EXAMPLES = r"""
- name: Move two hosts to the policy of the workstations
  stackops.kibana.fleet_agent_reassign:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    hostnames: [web-01, web-02]
    policy_id: SOC workstations
    wait: true

- name: Move all agents with a tag
  stackops.kibana.fleet_agent_reassign:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    with_tags: [staff]
    policy_id: soc-servers
"""

RETURN = r"""
agents:
  description: What became of each selected agent. In check mode, what would.
  returned: always
  type: list
  elements: dict
  contains:
    id:
      description: Id of the agent.
      returned: always
      type: str
    hostname:
      description: Name of its host.
      returned: always
      type: str
    result:
      description: V(reassigned), V(unchanged), V(ineligible) or V(failed).
      returned: always
      type: str
    msg:
      description: Why it is ineligible or failed.
      returned: in these cases
      type: str
  sample:
    - id: a0000001-0000-4000-8000-000000000001
      hostname: web-01
      result: reassigned
policy_id:
  description: Id of the policy.
  returned: always
  type: str
  sample: soc-workstations
summary:
  description: How many agents were V(reassigned), V(unchanged), V(ineligible) and V(failed).
  returned: always
  type: dict
  sample:
    reassigned: 1
    unchanged: 4
    ineligible: 0
    failed: 0
actions:
  description: Ids of the actions of Fleet that did it.
  returned: when something was changed
  type: list
  elements: str
"""

from ansible_collections.stackops.kibana.plugins.module_utils._fleet_actions import BATCH, Bulk, check_batch
from ansible_collections.stackops.kibana.plugins.module_utils._fleet_agents import (
    AGENTS,
    SELECTION,
    Fleet,
    check_selection,
)
from ansible_collections.stackops.kibana.plugins.module_utils._fleet_policies import find_policy
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import KNOWN_AFTER_APPLY
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_action

OPTIONS = {
    **SELECTION,
    "policy_id": {"type": "str", "required": True},
    **BATCH,
    "wait": {"type": "bool", "default": False},
    "wait_timeout": {"type": "int", "default": 300},
}
RESULTS = ("reassigned", "unchanged", "ineligible", "failed")


def check(params):
    """What is wrong with the options, if anything."""
    if not params["policy_id"].strip():
        return "policy_id is empty: say which policy the agents are to have."
    return check_batch(params) or check_selection(params)


def target(context, fleet):
    """The id of the policy that agents are to have."""
    reference = context.params["policy_id"]
    found = find_policy(fleet.policies.values(), reference)
    if found is None:
        message = f"There is no agent policy with the id or name {reference!r}"
        if not context.check_mode:
            raise PlanError(f"{message}: create it first, or correct policy_id.")
        context.warn(f"{message} yet; the prediction takes it for granted.")
        return KNOWN_AFTER_APPLY
    if found.get("is_managed"):
        raise PlanError(f"The agent policy {found['name']!r} is managed from outside: Fleet assigns no agents to it.")
    return found["id"]


def reason(fleet, agent):
    """Why an agent cannot be assigned, "" where it can."""
    if agent.get("unenrolled_at") or not agent.get("active", True):
        return "It is unenrolled."
    if fleet.is_hosted(agent):
        return "Its policy is managed from outside, so Fleet does not take it away."
    return ""


def converge(context):
    """Read the agents, and assign those that have another policy."""
    fleet = Fleet(context)
    policy_id = target(context, fleet)
    selection = fleet.select()
    if selection.missing:
        raise PlanError(f"No agent has the id or host name {', '.join(selection.missing)}. Nothing was changed.")
    bulk = Bulk(fleet, RESULTS, lambda agent: agent.get("policy_id") == policy_id, policy_id=policy_id)
    for agent in selection.agents:
        problem = reason(fleet, agent)
        if agent.get("policy_id") == policy_id:
            bulk.add(agent, "unchanged")
        elif problem:
            bulk.add(agent, "ineligible", problem)
        else:
            bulk.add(agent, "reassigned", change=(agent.get("policy_id"), policy_id))
    return bulk.run(AGENTS + "/bulk_reassign", {"policy_id": policy_id}, "policy_id")


def main():
    run_action(converge, OPTIONS, check=check)


if __name__ == "__main__":
    main()
