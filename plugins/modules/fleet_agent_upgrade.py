#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_agent_upgrade
short_description: Upgrade agents of Fleet, in waves
description:
  - Asks the selected agents to upgrade to a version, and follows them until they run it.
  - Agents that run it already, or are on their way, are left alone. If that is true of all, nothing is written.
  - With O(waves), a few agents go first, and the others follow only if these arrive. In check mode, the result says
    which agents would go in which wave.
  - An agent watches itself for ten minutes after an upgrade, and may go back to its earlier version in that time. The
    task does not wait for that.
  - Agents that Fleet cannot upgrade are reported as V(ineligible). The task fails for those that it names in
    O(agent_ids) or O(hostnames).
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
  version:
    description:
      - The version to upgrade to, such as V(9.4.3). It must not be newer than Kibana, but for the last number.
    type: str
    required: true
  source_uri:
    description: Where agents download from. If not given, what their policy says.
    type: str
  force:
    description:
      - Whether to ask agents, too, which Fleet would refuse - those whose policy is managed from outside, that are
        being upgraded to another version, that run a newer one, or that run in a container.
    type: bool
    default: false
  skipRateLimitCheck:
    description: Whether to ask agents before 8.12 again that were upgraded less than ten minutes ago.
    type: bool
    default: false
  include_offline:
    description:
      - Whether to ask agents, too, that do not answer at the moment. They upgrade when they come back, and are not
        waited for. Their result is V(requested).
    type: bool
    default: false
  rollout_duration_seconds:
    description: Over how many seconds Fleet spreads the upgrades of one request, 600 or more.
    type: int
  start_time:
    description: When Fleet begins, as an ISO 8601 time such as V(2026-03-01T22:00:00Z). Such a task does not wait.
    type: str
  waves:
    description:
      - How many agents go in each wave, as numbers or percentages of those that need the upgrade, such as
        V(1), V(10%), V(50%). The last one is used again for the rest.
      - Agents go in the order of the names of their hosts. Without this, all go at once.
    type: list
    elements: str
  max_failures:
    description:
      - How many agents may fail, or not end in time. With more, no other wave begins, and the task fails.
      - If neither this nor O(max_fail_percentage) is given, no agent may fail. If fewer fail, they are a warning.
    type: int
  max_fail_percentage:
    description: The same, in percent of the agents that were asked so far.
    type: float
  batch_size:
    description: How many agents one request asks at most.
    type: int
    default: 1000
  wait:
    description: Whether to wait until the agents run the version. Without this, there can be no O(waves).
    type: bool
    default: true
  wait_timeout:
    description: How many seconds to wait for each wave at most. It must be longer than O(rollout_duration_seconds).
    type: int
    default: 1800
seealso:
  - module: stackops.kibana.fleet_agent_info
"""

EXAMPLES = r"""
- name: Upgrade the workstations, one of them first, and stop when more than a tenth fails
  stackops.kibana.fleet_agent_upgrade:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    policy: SOC workstations
    version: 9.4.3
    waves: ["1", 25%, 100%]
    max_fail_percentage: 10
    wait_timeout: 900

- name: Let Fleet spread the upgrade of the servers over a night
  stackops.kibana.fleet_agent_upgrade:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    policy: SOC servers
    with_tags: [production]
    version: 9.4.3
    start_time: "2037-03-01T22:00:00Z"
    rollout_duration_seconds: 21600
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
    version:
      description: The version that it runs, as far as it has told.
      returned: always
      type: str
    wave:
      description: Number of its wave.
      returned: when it needs the upgrade
      type: int
    result:
      description:
        - V(upgraded), or V(requested) for an agent that was asked and not waited for.
        - V(unchanged) for one that runs the version or is on its way, V(ineligible) for one that cannot be asked.
        - V(failed), V(pending) for one that did not end in time, V(not_attempted) for one whose wave did not begin.
      returned: always
      type: str
    msg:
      description: Why.
      returned: when there is something to say
      type: str
  sample:
    - id: a0000001-0000-4000-8000-000000000006
      hostname: wks-anna
      version: 9.4.3
      wave: 1
      result: upgraded
summary:
  description: How many agents have which result.
  returned: always
  type: dict
  sample:
    upgraded: 1
    requested: 0
    unchanged: 4
    ineligible: 1
    failed: 0
    pending: 0
    not_attempted: 0
actions:
  description: Ids of the actions of Fleet that did it.
  returned: when something was changed
  type: list
  elements: str
"""

from datetime import datetime

from ansible_collections.stackops.kibana.plugins.module_utils._fleet_actions import BATCH, check_batch
from ansible_collections.stackops.kibana.plugins.module_utils._fleet_agents import SELECTION, Fleet, check_selection
from ansible_collections.stackops.kibana.plugins.module_utils._fleet_upgrade import Rollout, check_waves, numbers
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_action

OPTIONS = {
    **SELECTION,
    "version": {"type": "str", "required": True},
    "source_uri": {"type": "str"},
    "force": {"type": "bool", "default": False},
    "skipRateLimitCheck": {"type": "bool", "default": False},
    "include_offline": {"type": "bool", "default": False},
    "rollout_duration_seconds": {"type": "int"},
    "start_time": {"type": "str"},
    "waves": {"type": "list", "elements": "str"},
    "max_failures": {"type": "int"},
    "max_fail_percentage": {"type": "float"},
    **BATCH,
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 1800},
}


def check(params):
    """What is wrong with the options, if anything."""
    if numbers(params["version"]) is None:
        return f"version is {params['version']!r}: it must have three numbers, such as 9.4.3."
    seconds, start = params["rollout_duration_seconds"], params["start_time"]
    if seconds is not None and seconds < 600:
        return f"rollout_duration_seconds is {seconds}: it must be at least 600."
    if start is not None and not _is_time(start):
        return f"start_time is {start!r}: it must be a time such as 2026-03-01T22:00:00Z."
    return check_waves(params) or check_batch(params) or check_selection(params)


def _is_time(text):
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")) is not None and "T" in text
    except ValueError:
        return False


def converge(context):
    """Read the agents, and upgrade those that do not run the version, wave by wave."""
    params, fleet = context.params, Fleet(context)
    kibana = context.client.version
    if numbers(params["version"])[:2] > kibana[:2]:
        shown = ".".join(map(str, kibana))
        raise PlanError(f"version is {params['version']}, and no agent can be newer than Kibana, which is {shown}.")
    selection = fleet.select()
    if selection.missing:
        raise PlanError(f"No agent has the id or host name {', '.join(selection.missing)}. Nothing was changed.")
    rollout = Rollout(fleet)
    names = ("version", "source_uri", "force", "skipRateLimitCheck", "rollout_duration_seconds", "start_time")
    body = {name: params[name] for name in names if params[name]}
    waits = params["wait"] and not params["start_time"]
    return rollout.roll_out(rollout.plan(selection.agents, waits), body, waits)


def main():
    run_action(converge, OPTIONS, check=check)


if __name__ == "__main__":
    main()
