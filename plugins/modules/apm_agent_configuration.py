#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: apm_agent_configuration
short_description: Manage a configuration of APM agents
description:
  - Creates, changes and deletes a configuration that APM agents fetch from Kibana, for one service or for all, in one
    environment or in all.
  - Service and environment name the configuration; there is at most one for each pair.
  - Kibana replaces a configuration as a whole, and agents then fetch it again. The module reads it first, and writes
    only what differs.
  - The configurations are the same in all spaces.
  - It needs the privilege C(all) of the feature APM and User Experience, with that to change the settings of agents.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.no_space
  - stackops.kibana.state
  - stackops.kibana.attributes
  - stackops.kibana.action_group
options:
  service_name:
    description: Name of the service. Without it, or with V(""), the configuration is that of all services.
    type: str
  service_environment:
    description: Environment of the service. Without it, or with V(""), the configuration is that of all environments.
    type: str
  agent_name:
    description:
      - Name of the agent, such as V(java). Kibana's user interface shows the settings that this agent knows.
      - V("") removes it.
    type: str
  settings:
    description:
      - The settings, by the names that the documentation of the agents uses, such as C(transaction_sample_rate),
        C(capture_body), C(log_level) or C(recording).
      - The settings given are merged with the stored ones; see O(exact). V({}) removes all.
      - Numbers and booleans may be written as such. Kibana stores texts.
      - Required for a new configuration.
    type: dict
  exact:
    description: Whether O(settings) are all there are, so that others are removed.
    type: bool
    default: false
seealso:
  - module: stackops.kibana.apm_agent_configuration_info
"""

EXAMPLES = r"""
- name: Sample a tenth of all requests everywhere
  stackops.kibana.apm_agent_configuration:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    settings:
      transaction_sample_rate: 0.1

- name: Look closer at the shop in production, and at nothing else
  stackops.kibana.apm_agent_configuration:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    service_name: shop
    service_environment: production
    agent_name: java
    settings:
      transaction_sample_rate: 0.5
      capture_body: errors
      log_level: info
    exact: true

- name: Remove the configuration of the shop in staging
  stackops.kibana.apm_agent_configuration:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    service_name: shop
    service_environment: staging
    state: absent
"""

RETURN = r"""
configuration:
  description: The configuration. In check mode, what it would be.
  returned: when O(state=present)
  type: dict
  sample:
    service_name: shop
    service_environment: production
    agent_name: java
    settings:
      transaction_sample_rate: "0.5"
    applied_by_agent: false
    etag: 0bc3b5ebf18fba8163fe4c96f491e3767a358f85
    "@timestamp": 1730194190636
"""

from dataclasses import replace

from ansible_collections.stackops.kibana.plugins.module_utils._apm import (
    CONFIGURATIONS,
    NUMBERS,
    SERVICE,
    as_number,
    as_text,
    find_configuration,
    service_of,
    shown,
)
from ansible_collections.stackops.kibana.plugins.module_utils._engine import default_plan, run
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource


def check(params):
    """A sentence about a setting that cannot be a text."""
    for name, value in (params["settings"] or {}).items():
        if isinstance(value, (dict, list)):
            return f"settings.{name} must be a text, a number or a boolean, not a list or a dictionary."
    return None


def find(context):
    return find_configuration(context.client, service_of(context.params))


def plan(context, current):
    """The usual plan, with the settings as Kibana stores them."""
    params = {**context.params, **{name: context.params[name] or "" for name in SERVICE}}
    if params["settings"] is not None:
        given = {name: as_text(value) for name, value in params["settings"].items() if value is not None}
        params["settings"] = given
        if params["exact"] and params["state"] == "present" and current is not None:
            # What the settings would drop is taken away first; the merge then leaves exactly the given ones.
            stored = {name: value for name, value in current["settings"].items() if name in given}
            step = default_plan(replace(context, params=params), {**current, "settings": stored})
            return _exactly(step, current)
    step = default_plan(replace(context, params=params), current)
    if step.action == "create" and params["settings"] is None:
        raise PlanError("There is no such configuration yet, and a new one needs settings.")
    return step


def _exactly(step, current):
    """The plan against the whole of what is stored."""
    if step.before.get("settings") == current["settings"]:
        return step
    return replace(step, action="update", before={**step.before, "settings": current["settings"]}, current=current)


def apply(context, step):
    """Write the whole, or delete. Both name the configuration in the body."""
    client, service = context.client, service_of(context.params)
    if step.action == "delete":
        body = {"service": service}
        client.delete(CONFIGURATIONS, json=body, in_space=False, is_there=lambda: find(context) is not None)
        return
    body = {"service": service, "settings": step.after.get("settings", {})}
    if step.after.get("agent_name"):
        body["agent_name"] = step.after["agent_name"]
    # With overwrite it can be sent again after a lost answer.
    client.call("PUT", CONFIGURATIONS, params={"overwrite": "true"}, json=body, in_space=False)


RESOURCE = Resource(
    result_key="configuration",
    options={
        **SERVICE,
        "agent_name": {"type": "str"},
        "settings": {"type": "dict"},
        "exact": {"type": "bool", "default": False},
    },
    controls=frozenset({"exact"}),
    key="etag",  # what Kibana makes up
    in_space=False,
    read_only=frozenset({"id", "@timestamp", "applied_by_agent", "etag", "error"}),
    server_defaults={"agent_name": ""},
    canonical={f"settings.{name}": as_number for name in NUMBERS},
    check=check,
    find=find,
    decode=shown,
    plan=plan,
    apply=apply,
)


def main():
    run(RESOURCE)


if __name__ == "__main__":
    main()
