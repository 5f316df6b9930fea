#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_agent_info
short_description: Read agents of Fleet, or their tags
description:
  - Returns the agents that fit all the options that are given. Without any, all agents are returned that are neither
    inactive nor unenrolled.
  - It reads to the end, however many agents there are. No agent is no error.
  - It needs the privilege to read agents of Fleet.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.fleet_agents
  - stackops.kibana.attributes.info
  - stackops.kibana.action_group
options:
  gather:
    description: What to return, that is V(agents), or the V(tags) that they have, each once.
    type: str
    choices: [agents, tags]
    default: agents
  with_metrics:
    description: Whether to return the average use of processor and memory of each agent, too.
    type: bool
    default: false
seealso:
  - module: stackops.kibana.fleet_agent_tags
  - module: stackops.kibana.fleet_agent_unenroll
"""

EXAMPLES = r"""
- name: Read all agents
  stackops.kibana.fleet_agent_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
  register: fleet

- name: Read one agent
  stackops.kibana.fleet_agent_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    agent_ids: [a0000001-0000-4000-8000-000000000001]

- name: Find the servers that are in trouble
  stackops.kibana.fleet_agent_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    kuery: local_metadata.os.platform:debian
    with_tags: [production]
    status: [offline, error, degraded]

- name: Read the tags that are in use
  stackops.kibana.fleet_agent_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    gather: tags
"""

RETURN = r"""
agents:
  description: The agents as Kibana has them, the latest enrolment first. API keys are left out.
  returned: when O(gather=agents)
  type: list
  elements: dict
  sample:
    - id: a0000001-0000-4000-8000-000000000001
      status: online
      active: true
      policy_id: soc-servers
      tags: [production, web]
      enrolled_at: "2026-01-10T08:00:00.000Z"
      local_metadata:
        host:
          hostname: web-01
tags:
  description: The tags, sorted.
  returned: when O(gather=tags)
  type: list
  elements: str
  sample: [production, web]
"""

from ansible_collections.stackops.kibana.plugins.module_utils._fleet_agents import (
    AGENTS,
    SELECTION,
    Fleet,
    check_selection,
)
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_action

HIDDEN = ("access_api_key", "default_api_key", "sort")


def check(params):
    """What is wrong with the options, if anything."""
    return check_selection(params, required=False)


def gather(context):
    """The agents, or their tags."""
    fleet = Fleet(context)
    if context.params["gather"] == "tags" and not any(value for value in selectors(context.params)):
        return {"changed": False, "tags": tags_of_all(context)}
    agents = fleet.select(strict=False).agents
    if context.params["gather"] == "tags":
        return {"changed": False, "tags": sorted({tag for agent in agents for tag in agent.get("tags") or ()})}
    return {"changed": False, "agents": [shown(agent) for agent in agents]}


def selectors(params):
    """The options that the endpoint of the tags cannot apply."""
    return [params[name] is not None for name in SELECTION if name not in ("kuery", "include_inactive")]


def tags_of_all(context):
    """The tags, put together by Kibana."""
    params = {"showInactive": "true" if context.params["include_inactive"] else "false"}
    if context.params["kuery"]:
        params["kuery"] = context.params["kuery"]
    return sorted(context.client.get(AGENTS + "/tags", params=params)["items"])


def shown(agent):
    """An agent without what nobody needs to see."""
    return {key: value for key, value in agent.items() if key not in HIDDEN}


def main():
    options = {
        **SELECTION,
        "gather": {"type": "str", "choices": ["agents", "tags"], "default": "agents"},
        "with_metrics": {"type": "bool", "default": False},
    }
    run_action(gather, options, check=check)


if __name__ == "__main__":
    main()
