#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_package_policy_info
short_description: Read package policies (integration policies) of Fleet
description:
  - Returns package policies in the shape of the options of M(stackops.kibana.fleet_package_policy), with all inputs and
    variables that have a value. Secrets are references, and passwords that Kibana does not store apart are masked.
  - It needs the privileges to read integrations and agent policies of Fleet.
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
    description: Id of a policy. One that does not exist gives an empty list.
    type: str
  name:
    description: Name of a policy.
    type: str
  package:
    description: Name of the package of the policies.
    type: str
  policy:
    description: Id or name of an agent policy that has the policies.
    type: str
    aliases: [policy_id]
seealso:
  - module: stackops.kibana.fleet_package_policy
"""

EXAMPLES = r"""
- name: Read all package policies
  stackops.kibana.fleet_package_policy_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
  register: integrations

- name: Read what servers collect from Apache
  stackops.kibana.fleet_package_policy_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    policy: SOC servers
    package: apache
"""

RETURN = r"""
package_policies:
  description: The policies, the latest change first.
  returned: always
  type: list
  elements: dict
  sample:
    - id: 5f0fd1c2-6c8d-4d0a-9b67-0e1b7d8f9c11
      name: apache-web
      policy_ids: [soc-servers]
      package: {name: apache, version: 1.23.0}
      inputs:
        apache-logfile:
          enabled: true
          streams:
            apache.access:
              enabled: true
              vars: {paths: [/var/log/apache2/access.log*]}
      revision: 1
"""

from ansible_collections.stackops.kibana.plugins.module_utils._client import fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._fleet_package_policy import (
    POLICIES,
    POLICY,
    SIMPLIFIED,
    displayed,
)
from ansible_collections.stackops.kibana.plugins.module_utils._fleet_policies import find_policy, policies
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_info

OPTIONS = {
    "id": {"type": "str"},
    "name": {"type": "str"},
    "package": {"type": "str"},
    "policy": {"type": "str", "aliases": ["policy_id"]},
}


def read(context):
    """The policies that were asked for."""
    client, params = context.client, context.params
    if params["id"] is not None:
        answer = client.find(fill_path(POLICY, params), params=SIMPLIFIED, probe=POLICIES)
        found = [] if answer is None else [answer["item"]]
    else:
        found = client.pages(POLICIES, items="items", size_name="perPage", params=SIMPLIFIED)
    wanted = [item for item in found if params["name"] in (None, item["name"])]
    wanted = [item for item in wanted if params["package"] in (None, (item.get("package") or {}).get("name"))]
    shown = [displayed(client, item) for item in wanted]
    if params["policy"] is None:
        return shown
    policy = find_policy(policies(client), params["policy"])
    return [item for item in shown if policy and policy["id"] in item["policy_ids"]]


def main():
    run_info("package_policies", OPTIONS, read)


if __name__ == "__main__":
    main()
