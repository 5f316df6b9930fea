#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_agent_policy_info
short_description: Read agent policies of Fleet
description:
  - Returns agent policies in the shape of the options of M(stackops.kibana.fleet_agent_policy). No policy is no error.
  - It needs the privilege to read agent policies or agents of Fleet.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.attributes.info
  - stackops.kibana.action_group
options:
  id:
    description: Id of a policy.
    type: str
  name:
    description: Name of a policy.
    type: str
  details:
    description: Whether to return how many agents each policy has, and the names of its package policies.
    type: bool
    default: false
seealso:
  - module: stackops.kibana.fleet_agent_policy
"""

EXAMPLES = r"""
- name: Read all agent policies
  stackops.kibana.fleet_agent_policy_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
  register: fleet

- name: Read one, with the number of its agents
  stackops.kibana.fleet_agent_policy_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: SOC servers
    details: true
"""

RETURN = r"""
agent_policies:
  description: The policies, the latest change first.
  returned: always
  type: list
  elements: dict
  sample:
    - id: soc-servers
      name: SOC servers
      namespace: default
      monitoring_enabled: [logs, metrics]
      data_output_id: preconfigured-es
      revision: 3
      agents: 5
      package_policies: [apache-web, system-1]
"""

from ansible_collections.stackops.kibana.plugins.module_utils._client import fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._fleet_agent_policy import POLICY, decode
from ansible_collections.stackops.kibana.plugins.module_utils._fleet_policies import POLICIES
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_info

OPTIONS = {"id": {"type": "str"}, "name": {"type": "str"}, "details": {"type": "bool", "default": False}}
DETAILS = ("agents", "unprivileged_agents", "package_policies")


def read(context):
    """The policies that were asked for."""
    client, params, details = context.client, context.params, context.params["details"]
    if params["id"] is not None:
        answer = client.find(fill_path(POLICY, params), probe=POLICIES)
        found = [] if answer is None else [answer["item"]]
    else:
        query = {"full": "true", "withAgentCount": "true"} if details else {}
        found = client.pages(POLICIES, items="items", size_name="perPage", params=query)
    wanted = [policy for policy in found if params["name"] in (None, policy["name"])]
    return [shown(policy, details) for policy in wanted]


def shown(policy, details):
    """A policy as the module that manages it shows it."""
    return {name: value for name, value in decode(policy).items() if details or name not in DETAILS}


def main():
    run_info("agent_policies", OPTIONS, read)


if __name__ == "__main__":
    main()
