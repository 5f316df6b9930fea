# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Files that agents have uploaded. API: ``/api/fleet/agents/{agentId}/uploads``."""

from __future__ import annotations

from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._client import fill_path, quoted
from ansible_collections.stackops.kibana.plugins.module_utils._fleet_agents import hostname, read_all
from ansible_collections.stackops.kibana.plugins.module_utils._task import Context

AGENT: dict[str, dict[str, Any]] = {"agent_id": {"type": "str"}, "hostname": {"type": "str"}}
AGENT_RULES: dict[str, list[tuple[str, str]]] = {
    "required_one_of": [("agent_id", "hostname")],
    "mutually_exclusive": [("agent_id", "hostname")],
}


def uploads(context: Context) -> list[dict[str, Any]]:
    """The uploads of the agent that the task names, the newest first, each with ``agent_id``."""
    found = []
    for agent_id in _agent_ids(context):
        items = context.client.get(fill_path("/api/fleet/agents/{id}/uploads", {"id": agent_id}))["items"]
        found += [{**item, "agent_id": agent_id} for item in items]
    return sorted(found, key=lambda item: str(item["createTime"]), reverse=True)


def _agent_ids(context: Context) -> list[str]:
    """The id that was given, else those of all agents of the host, whatever state they are in."""
    name = context.params["hostname"]
    if name is None:
        return [str(context.params["agent_id"])]
    kuery = f"local_metadata.host.hostname:{quoted(name)} and status:*"
    agents = read_all(context.client, {"showInactive": "true", "kuery": kuery})
    return [agent["id"] for agent in agents if hostname(agent) == name]
