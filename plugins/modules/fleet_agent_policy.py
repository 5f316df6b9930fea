#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_agent_policy
short_description: Manage an agent policy of Fleet
description:
  - Creates, changes and deletes an agent policy, which says what Elastic Agents of one kind do.
  - Kibana raises the revision of a policy at every write, and all its agents fetch it anew. The module writes only
    where a field that is given differs.
  - What a policy collects is in its package policies, see M(stackops.kibana.fleet_package_policy).
  - It needs the privileges to read and write agent policies of Fleet. Names of outputs, download sources and Fleet
    Server hosts need the one to read the settings of Fleet, too.
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
    description:
      - Id of the policy. Without it the policy is looked for by O(name).
      - A policy that does not exist is created with this id, or with one that Kibana chooses.
    type: str
  name:
    description: Name of the policy, which no other policy has. Required for a new one.
    type: str
  namespace:
    description: Namespace of its data streams. A new policy gets V(default) unless this says otherwise.
    type: str
  description:
    description: A description.
    type: str
  space_ids:
    description: Ids of the spaces that the policy is in, this task's among them. Needs Kibana 9.1 or newer.
    type: list
    elements: str
  monitoring_enabled:
    description: What agents collect about themselves. V([]) turns that off.
    type: list
    elements: str
    choices: [logs, metrics, traces]
  keep_monitoring_alive:
    description: Whether agents keep their monitoring server when they collect neither logs nor metrics of themselves.
    type: bool
  monitoring_pprof_enabled:
    description: Whether agents serve profiles of themselves.
    type: bool
  monitoring_http:
    description: The HTTP endpoint with which agents tell how they are.
    type: dict
    suboptions:
      enabled:
        description: Whether it is on.
        type: bool
      host:
        description: Address to listen on. Kibana takes V(localhost) unless this says otherwise.
        type: str
      port:
        description: Port to listen on. Kibana takes V(6791) unless this says otherwise.
        type: int
      buffer:
        description: The buffer endpoint.
        type: dict
        suboptions:
          enabled:
            description: Whether it is on.
            type: bool
  monitoring_diagnostics:
    description: Limits for the diagnostics that people ask of agents.
    type: dict
    suboptions:
      limit:
        description: How often an agent makes diagnostics.
        type: dict
        suboptions:
          interval:
            description: Time after which another one is allowed, such as V(1m).
            type: str
          burst:
            description: How many are allowed at once.
            type: int
      uploader:
        description: How an agent uploads them.
        type: dict
        suboptions:
          max_retries:
            description: How often it tries.
            type: int
          init_dur:
            description: Wait before the first repetition, such as V(1s).
            type: str
          max_dur:
            description: Longest wait, such as V(10m).
            type: str
  data_output_id:
    description: Id or name of the output for data. V("") takes the default one.
    type: str
  monitoring_output_id:
    description: Id or name of the output for what agents collect about themselves. V("") takes the default one.
    type: str
  download_source_id:
    description: Id or name of the download source for agents. V("") takes the default one.
    type: str
  fleet_server_host_id:
    description: Id or name of the Fleet Server host. V("") takes the default one.
    type: str
  inactivity_timeout:
    description: Seconds after which an agent that is offline counts as inactive. Kibana takes two weeks by itself.
    type: int
  unenroll_timeout:
    description: Seconds after which an agent that is offline is unenrolled. V(0) turns that off.
    type: int
  agent_features:
    description: Features of agents. The list replaces the stored one.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the feature, such as V(fqdn).
        type: str
        required: true
      enabled:
        description: Whether it is on.
        type: bool
        required: true
  global_data_tags:
    description: Fields that agents add to all data. The list replaces the stored one.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the field, without spaces.
        type: str
        required: true
      value:
        description: Its value, a text or a number.
        type: raw
        required: true
  required_versions:
    description: Versions that agents are upgraded to by themselves. Needs Kibana 9.1 or newer and a licence.
    type: list
    elements: dict
    suboptions:
      version:
        description: The version.
        type: str
        required: true
      percentage:
        description: Percentage of the agents that get it.
        type: float
        required: true
  is_protected:
    description:
      - Whether agents can only be uninstalled with a token. Needs a licence, and Elastic Defend in the policy.
    type: bool
  is_managed:
    description: Whether the policy is managed from outside. Such a policy is only changed with O(force=true).
    type: bool
  has_fleet_server:
    description:
      - Whether the policy is one for Fleet Servers. Cannot be changed later.
      - Kibana gives such a policy a package policy of the package C(fleet_server), and the first one an id of its own.
    type: bool
  is_default:
    description: Whether it is the default policy. Kibana keeps it for old clients alone.
    type: bool
  is_default_fleet_server:
    description: Whether it is the default policy for Fleet Servers. Kibana keeps it for old clients alone.
    type: bool
  supports_agentless:
    description: Whether its integrations run without agents of yours. Cannot be changed later.
    type: bool
  agentless:
    description: Settings of a policy whose integrations run without agents of yours.
    type: dict
    suboptions:
      resources:
        description: Resources.
        type: dict
        suboptions:
          requests:
            description: What is asked for.
            type: dict
            suboptions:
              memory:
                description: Memory, such as V(1Gi).
                type: str
              cpu:
                description: Processor, such as V(500m).
                type: str
      cloud_connectors:
        description: Cloud connectors.
        type: dict
        suboptions:
          enabled:
            description: Whether they are used.
            type: bool
          target_csp:
            description: The cloud provider.
            type: str
  overrides:
    description:
      - Settings that override those of the policy. Only the keys that are given are compared. V({}) removes all.
    type: dict
  advanced_settings:
    description: Settings of the agents themselves. V({}) takes all back, an empty text takes back the one.
    type: dict
    suboptions:
      agent_limits_go_max_procs:
        description: Most processors that an agent uses. V(0) means all.
        type: int
      agent_download_timeout:
        description: Time for the download of a new version, such as V(2h).
        type: str
      agent_download_target_directory:
        description: Folder for downloads.
        type: str
      agent_logging_metrics_period:
        description: How often an agent logs its metrics, such as V(30s).
        type: str
      agent_logging_level:
        description: What an agent logs.
        type: str
        choices: ["", debug, info, warning, error]
      agent_logging_to_files:
        description: Whether it logs to files.
        type: bool
      agent_logging_files_rotateeverybytes:
        description: Size at which a log file is closed.
        type: int
      agent_logging_files_keepfiles:
        description: How many old log files stay.
        type: int
      agent_logging_files_interval:
        description: Time after which a log file is closed, such as V(24h).
        type: str
  more_advanced_settings:
    description: Settings like O(advanced_settings) that have no option of their own, by Kibana's names.
    type: dict
  sys_monitoring:
    description: Whether a new policy gets a package policy of the package C(system), too.
    type: bool
    default: false
  force:
    description:
      - Whether to change or delete a policy that is managed from outside.
      - With O(state=absent) Kibana decides, and not the module, whether a policy with agents can go.
    type: bool
    default: false
  delete_package_policies:
    description:
      - Whether O(state=absent) may delete the package policies that no other agent policy has. Kibana deletes them with
        the policy.
    type: bool
    default: false
seealso:
  - module: stackops.kibana.fleet_agent_policy_info
  - module: stackops.kibana.fleet_package_policy
  - module: stackops.kibana.fleet_enrollment_api_key
"""

EXAMPLES = r"""
- name: Have a policy for Linux servers
  stackops.kibana.fleet_agent_policy:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: Linux servers
    namespace: production
    description: All servers with Debian
    monitoring_enabled: [logs, metrics]
    data_output_id: default
    global_data_tags:
      - name: datacentre
        value: dc2
    advanced_settings:
      agent_logging_level: info

- name: Take the default output for data, and let agents use two processors
  stackops.kibana.fleet_agent_policy:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: Linux servers
    data_output_id: ""
    advanced_settings:
      agent_limits_go_max_procs: 2

- name: Remove a policy with its integrations
  stackops.kibana.fleet_agent_policy:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: Linux servers of last year
    delete_package_policies: true
    state: absent
"""

RETURN = r"""
agent_policy:
  description:
    - The policy as Kibana returns it, with the names of its package policies. In check mode, what it would be.
    - Its C(revision) is the one after the task.
  returned: when O(state=present)
  type: dict
  sample:
    id: 4f6cb5d0-6f0e-4f6c-8a43-2f3c1d9b7a55
    name: Linux servers
    namespace: production
    monitoring_enabled: [logs, metrics]
    inactivity_timeout: 1209600
    is_managed: false
    is_protected: false
    revision: 3
    status: active
    agents: 12
    package_policies: [system-1]
revision_before:
  description: The revision that the policy had before the task.
  returned: when O(state=present) and the policy was there
  type: int
  sample: 2
"""

from ansible_collections.stackops.kibana.plugins.module_utils._engine import run
from ansible_collections.stackops.kibana.plugins.module_utils._fleet_agent_policy import resource

TEXT = {"type": "str"}
BOOL = {"type": "bool"}
NUMBER = {"type": "int"}
FREE = {"type": "dict"}


def _group(**options):
    return {"type": "dict", "options": options}


def _items(**options):
    return {"type": "list", "elements": "dict", "options": {name: {**one, "required": True} for name, one in
                                                            options.items()}}  # fmt: skip


ADVANCED = {
    "agent_limits_go_max_procs": NUMBER,
    "agent_download_timeout": TEXT,
    "agent_download_target_directory": TEXT,
    "agent_logging_metrics_period": TEXT,
    "agent_logging_level": {"type": "str", "choices": ["", "debug", "info", "warning", "error"]},
    "agent_logging_to_files": BOOL,
    "agent_logging_files_rotateeverybytes": NUMBER,
    "agent_logging_files_keepfiles": NUMBER,
    "agent_logging_files_interval": TEXT,
}
OPTIONS = {
    **dict.fromkeys(("id", "name", "namespace", "description"), TEXT),
    "space_ids": {"type": "list", "elements": "str"},
    "monitoring_enabled": {"type": "list", "elements": "str", "choices": ["logs", "metrics", "traces"]},
    "keep_monitoring_alive": BOOL,
    "monitoring_pprof_enabled": BOOL,
    "monitoring_http": _group(enabled=BOOL, host=TEXT, port=NUMBER, buffer=_group(enabled=BOOL)),
    "monitoring_diagnostics": _group(
        limit=_group(interval=TEXT, burst=NUMBER), uploader=_group(max_retries=NUMBER, init_dur=TEXT, max_dur=TEXT)
    ),
    **dict.fromkeys(("data_output_id", "monitoring_output_id", "download_source_id", "fleet_server_host_id"), TEXT),
    "inactivity_timeout": NUMBER,
    "unenroll_timeout": NUMBER,
    "agent_features": _items(name=TEXT, enabled=BOOL),
    "global_data_tags": _items(name=TEXT, value={"type": "raw"}),
    "required_versions": _items(version=TEXT, percentage={"type": "float"}),
    **dict.fromkeys(("is_protected", "is_managed", "has_fleet_server", "is_default"), BOOL),
    **dict.fromkeys(("is_default_fleet_server", "supports_agentless"), BOOL),
    "agentless": _group(
        resources=_group(requests=_group(memory=TEXT, cpu=TEXT)),
        cloud_connectors=_group(enabled=BOOL, target_csp=TEXT),
    ),
    "overrides": FREE,
    "advanced_settings": _group(**ADVANCED),
    "more_advanced_settings": FREE,
    "sys_monitoring": {"type": "bool", "default": False},
    "force": {"type": "bool", "default": False},
    "delete_package_policies": {"type": "bool", "default": False},
}
RESOURCE = resource(
    OPTIONS, frozenset({"more_advanced_settings", "sys_monitoring", "force", "delete_package_policies"})
)


def main():
    run(RESOURCE)


if __name__ == "__main__":
    main()
