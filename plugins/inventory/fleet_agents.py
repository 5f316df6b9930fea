# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts from the agents that are enrolled in Fleet."""

from __future__ import annotations

DOCUMENTATION = r"""
name: fleet_agents
short_description: Hosts from Fleet agents
description:
  - Makes a host of each agent that is enrolled in Fleet, with what Fleet knows of it as variables, and groups of their
    policies, tags, states, platforms and versions.
  - The name of its file has to end in C(fleet_agents.yml) or C(fleet_agents.yaml).
  - Where Kibana does not answer or refuses, that is an error, and not an inventory without hosts. See O(required).
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.fleet_agents
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
options:
  plugin:
    description: The name of this plugin.
    type: str
    required: true
    choices: [stackops.kibana.fleet_agents]
  group_by:
    description:
      - The groups to make. Those of V(policy) are named C(policy_<name>), and so on. V([]) makes none.
      - Characters that a name of a group cannot have become C(_).
    type: list
    elements: str
    choices: [policy, tags, status, platform, version]
    default: [policy, tags, status, platform, version]
  hostnames:
    description: Names of the hosts of agents, to take only these. Upper and lower case matter.
  required:
    description:
      - Whether Ansible ends with an error where the agents cannot be read. Without this it goes on with a warning,
        unless C(inventory.any_unparsed_is_failed) is set, and a play then finds no hosts.
    type: bool
    default: true
notes:
  - Connection options and the selection may be templates, such as a lookup of a secret.
  - Two agents of one host, or of two hosts with the same name, are two hosts of the inventory. The one that enrolled
    last has the name, the others get the beginning of their id behind it.
  - Needs the privilege to read Fleet's agents and agent policies.
seealso:
  - module: stackops.kibana.fleet_agent_info
"""

EXAMPLES = r"""
# fleet_agents.yml: all agents, with the connection from the environment variables KIBANA_URL and KIBANA_API_KEY.
plugin: stackops.kibana.fleet_agents

# prod.fleet_agents.yml: production servers that are online, addressed by their first IP address.
# plugin: stackops.kibana.fleet_agents
# kibana_url: https://kibana.example.com:5601
# kibana_api_key: "{{ lookup('ansible.builtin.file', '~/.kibana_api_key') }}"
# with_tags: [production]
# status: [online]
# group_by: [policy, platform]
# keyed_groups:
#   - key: fleet_agent.local_metadata.host.architecture
#     prefix: arch
# groups:
#   outdated: fleet_version is version('9.0.0', '<')
# compose:
#   ansible_host: fleet_ips | first
# cache: true
# cache_plugin: ansible.builtin.jsonfile
# cache_connection: ~/.cache/fleet
"""

from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

from ansible import constants as C
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable, to_safe_group_name

from ansible_collections.stackops.kibana.plugins.module_utils._args import CONNECTION, SettingsError
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError, tidy
from ansible_collections.stackops.kibana.plugins.module_utils._fleet_agents import (
    SELECTION,
    Fleet,
    check_selection,
    hostname,
)
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._task import Context
from ansible_collections.stackops.kibana.plugins.plugin_utils._connect import (
    client_for,
    connection_of,
    option_error,
    plain,
)

NAME = "stackops.kibana.fleet_agents"
HIDDEN = ("access_api_key", "default_api_key", "sort")
Agent = dict[str, Any]


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """Reads the agents, from the cache where it has them, and makes hosts of them."""

    NAME = NAME

    def verify_file(self, path: str) -> bool:
        """Whether the file is for this plugin, by its name."""
        return super().verify_file(path) and path.endswith(("fleet_agents.yml", "fleet_agents.yaml"))

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Fill the inventory. Raises AnsibleParserError where the agents cannot be read."""
        super().parse(inventory, loader, path, cache)
        try:
            self._read_config_data(path)
        except AttributeError:
            raise AnsibleParserError(f"{path} is no dictionary of options.") from None
        except (AnsibleError, ArithmeticError, TypeError, ValueError) as error:  # it does not expect every value
            raise AnsibleParserError(option_error(error)) from None
        try:
            agents = self._agents(self.get_cache_key(path), cache)
        except (KibanaError, PlanError, SettingsError) as error:
            if self.get_option("required"):
                # Ansible would go on with an empty inventory, and a play that should do something would do nothing.
                C.INVENTORY_ANY_UNPARSED_IS_FAILED = True
            raise AnsibleParserError(tidy(f"Fleet's agents cannot be read: {error}")) from None
        try:
            for name, agent in named(agents, self.display.warning):
                self._add(name, agent)
        except AnsibleError as error:  # of compose, groups and keyed_groups
            raise AnsibleParserError(tidy(str(error))) from None

    def _agents(self, key: str, cache: bool) -> list[Agent]:
        """The agents with the names of their policies, the latest enrolment first."""
        use = cache and self.get_option("cache")
        if use and key in self._cache:
            cached: list[Agent] = self._cache[key]
            return cached
        agents = self._read()
        if self.get_option("cache"):
            self._cache[key] = agents
        return agents

    def _read(self) -> list[Agent]:
        options = {name: self._option(name) for name in (*CONNECTION, *SELECTION)}
        checked = ArgumentSpecValidator(SELECTION).validate(
            {name: options[name] for name in SELECTION if options[name] is not None}
        )
        problem = plain("; ".join(checked.error_messages)) or check_selection(
            checked.validated_parameters, required=False
        )
        if problem:
            raise PlanError(problem)
        options |= checked.validated_parameters
        connection = connection_of({name: options[name] for name in CONNECTION})
        client = client_for(connection, self.display.warning)
        fleet = Fleet(Context(SimpleNamespace(check_mode=False), client, options))
        policies = fleet.policies
        return [
            {
                **{name: value for name, value in agent.items() if name not in HIDDEN},
                "policy_name": policies.get(agent.get("policy_id") or "", {}).get("name", agent.get("policy_id")),
            }
            for agent in fleet.select().agents
        ]

    def _option(self, name: str) -> Any:
        """An option, where it is a template with its value, and one that nobody gave as None."""
        if self._options.get(name) is None:
            return None
        try:
            return self.templar.template(self.get_option(name))
        except AnsibleError as error:
            raise PlanError(f"{name} is a template that cannot be filled in: {error}") from error

    def _add(self, name: str, agent: Agent) -> None:
        self.inventory.add_host(name)
        variables = host_variables(agent)
        for key, value in variables.items():
            self.inventory.set_variable(name, key, value)
        for group in groups_of(variables, self.get_option("group_by")):
            self.inventory.add_child(self.inventory.add_group(to_safe_group_name(group)), name)
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), variables, name, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), variables, name, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, name, strict=strict)


def named(agents: list[Agent], warn: Any) -> Iterator[tuple[str, Agent]]:
    """Each agent with the name of its host in the inventory."""
    taken: set[str] = set()
    for agent in agents:
        name = hostname(agent) or agent["id"]
        if name in taken:
            unique = f"{name}_{agent['id'][:8]}"
            warn(f"Several agents are on a host {name}: the one with the id {agent['id']} becomes {unique}.")
            name = unique
        taken.add(name)
        yield name, agent


def host_variables(agent: Mapping[str, Any]) -> dict[str, Any]:
    """What Fleet knows of an agent, as variables of its host."""
    metadata = agent.get("local_metadata") or {}
    host, system = metadata.get("host") or {}, metadata.get("os") or {}
    version = (agent.get("agent") or {}).get("version") or ((metadata.get("elastic") or {}).get("agent") or {}).get(
        "version"
    )
    return {
        "fleet_id": agent["id"],
        "fleet_hostname": hostname(agent),
        "fleet_status": agent.get("status"),
        "fleet_policy": agent.get("policy_name"),
        "fleet_policy_id": agent.get("policy_id"),
        "fleet_tags": list(agent.get("tags") or ()),
        "fleet_platform": system.get("platform"),
        "fleet_version": version,
        "fleet_ips": [str(ip).partition("/")[0] for ip in host.get("ip") or ()],
        "fleet_agent": dict(agent),
    }


def groups_of(variables: Mapping[str, Any], wanted: list[str]) -> list[str]:
    """The names of the groups of a host."""
    values = {
        "policy": [variables["fleet_policy"]],
        "tags": variables["fleet_tags"],
        "status": [variables["fleet_status"]],
        "platform": [variables["fleet_platform"]],
        "version": [variables["fleet_version"]],
    }
    prefix = {"tags": "tag"}
    return [f"{prefix.get(kind, kind)}_{value}" for kind in wanted for value in values[kind] if value]
