#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_package_policy
short_description: Manage a package policy (integration policy) of Fleet
description:
  - Creates, changes, upgrades and deletes a package policy, which says what the agents of one or more agent policies
    collect with a package.
  - Only those inputs, streams and variables are compared that the task gives. Kibana adds all others of the package
    with their defaults, and they stay as they are.
  - Variables that the package calls secret, or passwords, are neither compared nor shown. See O(update_secrets).
  - For another version of the package, the module asks Kibana for a dry run of the upgrade, and shows what it changes.
  - Every write raises the revision of the agent policies, so nothing is written that does not differ.
  - It needs the privileges to read and write integrations and agent policies of Fleet.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.state
  - stackops.kibana.secrets
  - stackops.kibana.attributes
  - stackops.kibana.action_group
options:
  id:
    description:
      - Id of the policy. Without it the policy is looked for by O(name).
      - A policy that does not exist is created with this id, or with one that Kibana chooses.
    type: str
  name:
    description: Name of the policy, which no other one has. Required for a new one.
    type: str
  description:
    description: A description.
    type: str
  namespace:
    description: Namespace of its data streams. V("") takes the one of the agent policy.
    type: str
  policy_ids:
    description:
      - Ids or names of the agent policies that have it. The list replaces the stored one. V([]) takes it from all.
      - More than one needs a licence, and Kibana 8.15 or newer.
    type: list
    elements: str
  output_id:
    description: Id or name of the output for its data. V("") takes the one of the agent policy. Needs a licence.
    type: str
  package:
    description: The package. Required for a new policy.
    type: dict
    suboptions:
      name:
        description: Name of the package. It cannot be changed later.
        type: str
      version:
        description:
          - Version of the package for this policy, V(installed) for the one that is installed, or V(latest).
          - Without it a policy keeps its version, and a new one gets the one that is installed, else the latest.
          - The version must be installed before a policy can be brought to it, see M(stackops.kibana.fleet_package).
            For a new policy, Kibana installs the package if it is missing.
        type: str
  vars:
    description: Variables of the package, by name. Those that are not given stay as they are.
    type: dict
  inputs:
    description:
      - Inputs, by Kibana's names, that is the policy template, a dash and the type, such as V(apache-logfile). See
        M(stackops.kibana.fleet_package_policy_info) for those of a policy that is there.
      - An input has C(enabled), C(vars) and C(streams). The latter has streams by their data sets, such as
        V(apache.access), each with C(enabled) and C(vars).
      - Inputs, streams and variables that are not given stay as they are. In a new policy they are as the package has
        them.
      - A stream that is enabled enables its input, unless the task says otherwise. An input that is enabled while all
        its streams are not gets those streams that a new policy has.
    type: dict
  additional_datastreams_permissions:
    description: Further data streams that agents may write to, such as V(logs-other-*).
    type: list
    elements: str
  supports_agentless:
    description: Whether it runs without agents of yours. Cannot be changed later.
    type: bool
  force:
    description: Whether to go on where an agent policy is managed from outside, or the package has no valid signature.
    type: bool
    default: false
notes:
  - When a task fails before the package is known, Ansible shows neither O(vars) nor O(inputs) of it.
seealso:
  - module: stackops.kibana.fleet_agent_policy
  - module: stackops.kibana.fleet_package
  - module: stackops.kibana.fleet_package_policy_info
  - module: stackops.kibana.fleet_package_inputs_info
"""

EXAMPLES = r"""
- name: Collect the logs of Apache
  stackops.kibana.fleet_package_policy:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: apache-intranet
    policy_ids: [SOC servers]
    package:
      name: apache
    inputs:
      apache-logfile:
        streams:
          apache.access:
            vars:
              paths: [/srv/www/*/access.log]
      apache-apache/metrics:
        enabled: false

- name: Collect from Okta
  stackops.kibana.fleet_package_policy:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: okta
    policy_ids: [SOC servers]
    package:
      name: okta
      version: installed
    vars:
      url: https://example.okta.com
    inputs:
      okta-httpjson:
        vars:
          api_key: "{{ okta_api_key | default('from your vault') }}"

- name: Remove a policy
  stackops.kibana.fleet_package_policy:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: apache-old
    state: absent
"""

RETURN = r"""
package_policy:
  description:
    - The policy as Kibana returns it in the simplified format, with all inputs. In check mode, what it would be.
    - Secrets are references. Its C(revision) is the one after the task.
  returned: when O(state=present)
  type: dict
  sample:
    id: 5f0fd1c2-6c8d-4d0a-9b67-0e1b7d8f9c11
    name: okta
    policy_ids: [soc-servers]
    package:
      name: okta
      version: 3.0.0
    vars:
      url: https://example.okta.com
    inputs:
      okta-httpjson:
        enabled: true
        vars:
          api_key: {id: Wq3bX5kBtnD3Rb5h0Qpx, isSecretRef: true}
        streams:
          okta.system:
            enabled: true
            vars: {interval: 60s}
    revision: 1
revision_before:
  description: The revision that the policy had before the task.
  returned: when O(state=present) and the policy was there
  type: int
  sample: 2
"""

from ansible_collections.stackops.kibana.plugins.module_utils._args import UPDATE_SECRETS
from ansible_collections.stackops.kibana.plugins.module_utils._engine import run
from ansible_collections.stackops.kibana.plugins.module_utils._fleet_package_policy import resource

TEXT = {"type": "str"}
TEXTS = {"type": "list", "elements": "str"}
OPTIONS = {
    **dict.fromkeys(("id", "name", "description", "namespace"), TEXT),
    "policy_ids": TEXTS,
    "output_id": TEXT,
    "package": {"type": "dict", "options": {"name": TEXT, "version": TEXT}},
    "vars": {"type": "dict"},
    "inputs": {"type": "dict"},
    "additional_datastreams_permissions": TEXTS,
    "supports_agentless": {"type": "bool"},
    "force": {"type": "bool", "default": False},
    **UPDATE_SECRETS,
}
RESOURCE = resource(OPTIONS)


def main():
    run(resource(OPTIONS))


if __name__ == "__main__":
    main()
