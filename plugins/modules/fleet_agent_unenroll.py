#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_agent_unenroll
short_description: Unenroll agents of Fleet
description:
  - Takes agents out of Fleet. Agents that are unenrolled already, or are being unenrolled, stay as they are.
  - Without O(revoke) Fleet asks each agent to go. It does so at its next check-in, so an agent that is offline goes
    when it comes back.
  - Ids and host names of O(agent_ids) and O(hostnames) that belong to no agent are no error.
  - Fleet leaves agents alone whose policy is managed from outside, unless O(force=true). They are reported as
    V(ineligible). The task fails for those that it names in O(agent_ids) or O(hostnames).
  - It needs the privileges to write agents and to read agent policies of Fleet.
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
  revoke:
    description:
      - Whether to unenroll at once, by revoking the API keys of the agent. It cannot send data from then on.
      - This also finishes with agents that were asked to go and did not answer.
    type: bool
    default: false
  force:
    description: Whether to unenroll agents whose policy is managed from outside.
    type: bool
    default: false
  batch_size:
    description: How many agents one request unenrolls at most.
    type: int
    default: 1000
  wait:
    description:
      - Whether to wait until all agents that the task asks to go have gone, and to fail if they do not.
      - Agents that somebody asked earlier are not waited for.
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
- name: Ask an agent to go, and wait until it has gone
  stackops.kibana.fleet_agent_unenroll:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    hostnames: [web-02]
    wait: true

- name: Clean up what has not been heard of for long
  stackops.kibana.fleet_agent_unenroll:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    policy: SOC workstations
    status: [inactive, uninstalled, orphaned]
    revoke: true
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
      description:
        - V(unenrolled) for an agent that was unenrolled, V(requested) for one that was asked to go.
        - V(unchanged) for one that had gone or been asked before, V(ineligible) or V(failed).
      returned: always
      type: str
    msg:
      description: Why it is unchanged, ineligible or failed.
      returned: in these cases
      type: str
  sample:
    - id: a0000001-0000-4000-8000-000000000002
      hostname: web-02
      result: requested
missing:
  description: Ids and host names that belong to no agent.
  returned: always
  type: list
  elements: str
  sample: []
summary:
  description: How many agents were V(unenrolled), V(requested), V(unchanged), V(ineligible) and V(failed).
  returned: always
  type: dict
  sample:
    unenrolled: 0
    requested: 1
    unchanged: 0
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
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_action

OPTIONS = {
    **SELECTION,
    "revoke": {"type": "bool", "default": False},
    "force": {"type": "bool", "default": False},
    **BATCH,
    "wait": {"type": "bool", "default": False},
    "wait_timeout": {"type": "int", "default": 300},
}
RESULTS = ("unenrolled", "requested", "unchanged", "ineligible", "failed")


def check(params):
    """What is wrong with the options, if anything."""
    return check_batch(params) or check_selection(params)


def reason(fleet, agent, params):
    """Why an agent is left as it is, as (result, text); None for one that is to go."""
    if agent.get("unenrolled_at") or not agent.get("active", True):
        return "unchanged", "It is unenrolled."
    # Its status says so only while it checks in: an offline agent that was asked to go is still called offline.
    if agent.get("unenrollment_started_at") and not params["revoke"]:
        return "unchanged", "It has been asked to go and has not answered yet."
    if fleet.is_hosted(agent) and not params["force"]:
        return "ineligible", "Its policy is managed from outside: force would unenroll it all the same."
    return None


def converge(context):
    """Read the agents, and unenroll those that are enrolled."""
    params, fleet = context.params, Fleet(context)
    selection = fleet.select()
    bulk = Bulk(fleet, RESULTS, missing=selection.missing)
    for agent in selection.agents:
        kept = reason(fleet, agent, params)
        if kept:
            bulk.add(agent, *kept)
        else:
            bulk.add(agent, "unenrolled" if params["revoke"] else "requested", change=(True, False))
    body = {name: True for name in ("revoke", "force") if params[name]}
    return bulk.run(AGENTS + "/bulk_unenroll", body, "enrolled")


def main():
    run_action(converge, OPTIONS, check=check)


if __name__ == "__main__":
    main()
