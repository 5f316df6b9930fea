#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_agent_tags
short_description: Set tags of agents of Fleet
description:
  - Adds tags to the selected agents, removes tags from them, or gives them exactly these tags.
  - It reads the agents first, and names to Kibana only those that do not comply. If all comply, nothing is written.
  - Fleet leaves agents alone whose policy is managed from outside, such as that of Elastic Cloud. They are reported as
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
  tags:
    description: The tags. Their order does not matter.
    type: list
    elements: str
    required: true
  state:
    description:
      - V(present) adds O(tags), and leaves others alone.
      - V(absent) removes O(tags), and leaves others alone.
      - V(exact) makes O(tags) the only ones. An empty list removes all tags.
    type: str
    choices: [present, absent, exact]
    default: present
  batch_size:
    description: How many agents one request changes at most.
    type: int
    default: 1000
  wait:
    description:
      - Whether to look at the result of each request, and to fail if an agent could not be changed.
    type: bool
    default: true
  wait_timeout:
    description: How many seconds to wait at most.
    type: int
    default: 120
seealso:
  - module: stackops.kibana.fleet_agent_info
"""

EXAMPLES = r"""
- name: Mark the servers of a policy
  stackops.kibana.fleet_agent_tags:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    policy: SOC servers
    tags: [production, linux]

- name: Give two hosts exactly one tag
  stackops.kibana.fleet_agent_tags:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    hostnames: [wks-anna, wks-boris]
    tags: [staff]
    state: exact

- name: Take a tag away from all agents that have it
  stackops.kibana.fleet_agent_tags:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    with_tags: [ci]
    tags: [ci]
    state: absent
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
    tags:
      description: Its tags afterwards.
      returned: always
      type: list
      elements: str
    result:
      description: V(updated), V(unchanged), V(ineligible) or V(failed).
      returned: always
      type: str
    msg:
      description: Why it is ineligible or failed.
      returned: in these cases
      type: str
  sample:
    - id: a0000001-0000-4000-8000-000000000001
      hostname: web-01
      tags: [production, web, linux]
      result: updated
summary:
  description: How many agents were V(updated), V(unchanged), V(ineligible) and V(failed).
  returned: always
  type: dict
  sample:
    updated: 1
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
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_action

OPTIONS = {
    **SELECTION,
    "tags": {"type": "list", "elements": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent", "exact"], "default": "present"},
    **BATCH,
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 120},
}
RESULTS = ("updated", "unchanged", "ineligible", "failed")


def check(params):
    """What is wrong with the options, if anything."""
    if not all(tag.strip() for tag in params["tags"]):
        return "tags has an empty tag: leave it out."
    return check_batch(params) or check_selection(params)


def wanted(before, tags, state):
    """The tags of an agent afterwards."""
    if state == "absent":
        return [tag for tag in before if tag not in tags]
    kept = before if state == "present" else [tag for tag in before if tag in tags]
    return list(dict.fromkeys([*kept, *tags]))


def converge(context):
    """Read the agents, and change those that do not comply."""
    params, fleet = context.params, Fleet(context)
    selection = fleet.select()
    if selection.missing:
        raise PlanError(f"No agent has the id or host name {', '.join(selection.missing)}. Nothing was changed.")
    bulk = Bulk(fleet, RESULTS)
    tags = list(dict.fromkeys(params["tags"]))
    for agent in selection.agents:
        before = agent.get("tags") or []
        after = wanted(before, tags, params["state"])
        if set(before) == set(after):
            bulk.add(agent, "unchanged", tags=before)
        elif fleet.is_hosted(agent):
            bulk.add(
                agent, "ineligible", "Its policy is managed from outside, so Fleet does not change it.", tags=before
            )
        else:
            bulk.add(agent, "updated", change=(before, after), tags=after)
    extra = {tag for before, after in bulk.changes.values() for tag in before if tag not in after}
    remove = {"absent": tags, "exact": sorted(extra)}.get(params["state"], [])
    body = {"tagsToAdd": [] if params["state"] == "absent" else tags, "tagsToRemove": remove}
    # The outcome is the same however often it is asked for, so it may be sent again.
    return bulk.run(AGENTS + "/bulk_update_agent_tags", body, "tags", safe=True)


def main():
    run_action(converge, OPTIONS, check=check)


if __name__ == "__main__":
    main()
