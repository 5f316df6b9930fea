# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Upgrades and new policies of agents: facts of the platform reference, sections A.11.2 and A.11.3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from emulator_api import Api, ok, refused

from kibana_emulator import Emulator
from kibana_emulator.routes.fleet_agent_state import add_agent

AGENTS = "/api/fleet/agents"
WEB = "a0000001-0000-4000-8000-000000000001"
ANNA = "a0000001-0000-4000-8000-000000000006"
HOSTED = "a0000001-0000-4000-8000-000000000014"


@pytest.fixture(params=["8.18.0", "9.4.3"])
def api(request: pytest.FixtureRequest) -> Iterator[Api]:
    api = Api(Emulator(version=request.param, seed="soc"))
    yield api
    assert api.emulator.crashes == []


def agent(api: Api, agent_id: str) -> dict[str, Any]:
    return dict(ok(api.get(f"{AGENTS}/{agent_id}"))["item"])


def state(api: Api, action_id: str) -> dict[str, Any]:
    items = ok(api.get(f"{AGENTS}/action_status"))["items"]
    return next(item for item in items if item["actionId"] == action_id)


def test_one_agent_gets_another_policy(api: Api) -> None:
    assert ok(api.post(f"{AGENTS}/{WEB}/reassign", {"policy_id": "soc-workstations"})) == {}
    assert agent(api, WEB)["policy_id"] == "soc-workstations"
    assert refused(api.post(f"{AGENTS}/{WEB}/reassign", {"policy_id": "none"}), 404) == "Agent policy not found: none"
    assert "hosted" in refused(api.post(f"{AGENTS}/{HOSTED}/reassign", {"policy_id": "soc-servers"}), 400)
    refused(api.post(f"{AGENTS}/{WEB}/reassign", {"policy_id": ""}), 400)
    refused(api.post(f"{AGENTS}/none/reassign", {"policy_id": "soc-servers"}), 404)


def test_many_agents_get_another_policy(api: Api) -> None:
    body = {"agents": [WEB, ANNA, HOSTED, "none"], "policy_id": "soc-workstations"}
    action_id = ok(api.post(f"{AGENTS}/bulk_reassign", body))["actionId"]
    assert agent(api, WEB)["policy_id"] == "soc-workstations" and agent(api, WEB)["policy_revision"] is None
    first, second = state(api, action_id), state(api, action_id)
    assert first["status"] == "IN_PROGRESS" or first["nbAgentsAck"] == 0
    assert second["status"] == "FAILED" and second["newPolicyId"] == "soc-workstations"
    assert agent(api, WEB)["policy_revision"] >= 1
    again = {**body, "agents": [WEB, HOSTED]}
    text = "No agents to reassign, already assigned or hosted agents"
    assert refused(api.post(f"{AGENTS}/bulk_reassign", again), 400) == text
    hosted = {**body, "policy_id": "policy-elastic-agent-on-cloud"}
    assert "hosted agent policy" in refused(api.post(f"{AGENTS}/bulk_reassign", hosted), 400)


def test_an_upgrade_takes_its_time(api: Api) -> None:
    version = api.emulator.version_number
    body = {"agents": [ANNA, WEB, HOSTED], "version": version}
    action_id = ok(api.post(f"{AGENTS}/bulk_upgrade", body))["actionId"]
    assert agent(api, ANNA)["status"] == "updating" and agent(api, ANNA)["upgraded_at"] is None
    first = state(api, action_id)
    assert first["status"] == "IN_PROGRESS" and first["version"] == version and first["nbAgentsFailed"] == 2
    assert "upgrade_details" not in agent(api, ANNA), "it has not checked in yet"
    assert state(api, action_id)["status"] == "IN_PROGRESS"
    assert agent(api, ANNA)["upgrade_details"]["state"] == "UPG_DOWNLOADING"
    second = state(api, action_id)
    assert second["status"] == "FAILED" and second["nbAgentsAck"] == 1
    errors = {error["agentId"]: error["error"] for error in second["latestErrors"]}
    assert "already running on the selected version" in errors[WEB]
    anna = agent(api, ANNA)
    assert anna["agent"]["version"] == version and anna["upgrade_started_at"] is None and anna["upgraded_at"]


@pytest.mark.parametrize("outcome", ["fails", "rolls back", "hangs"])
def test_an_upgrade_that_goes_wrong(api: Api, outcome: str) -> None:
    add_agent(api.emulator, "x", "x", version="8.16.0", _upgrade=outcome)
    body = {"agents": ["x"], "version": api.emulator.version_number}
    action_id = ok(api.post(f"{AGENTS}/bulk_upgrade", body))["actionId"]
    states = [state(api, action_id)["status"] for _unused in range(3)]
    assert states[-1] == ("IN_PROGRESS" if outcome == "hangs" else "FAILED")
    told = agent(api, "x")["upgrade_details"]["state"]
    assert told == {"fails": "UPG_FAILED", "rolls back": "UPG_ROLLBACK", "hangs": "UPG_DOWNLOADING"}[outcome]
    assert agent(api, "x")["agent"]["version"] == "8.16.0"


def test_a_rollout_goes_one_by_one_and_a_plan_waits(api: Api) -> None:
    for number in range(2):
        add_agent(api.emulator, f"x{number}", f"x{number}", version="8.16.0")
    body = {"agents": ["x0", "x1"], "version": api.emulator.version_number, "rollout_duration_seconds": 600}
    action_id = ok(api.post(f"{AGENTS}/bulk_upgrade", body))["actionId"]
    assert [state(api, action_id)["nbAgentsAck"] for _unused in range(4)] == [0, 0, 1, 2]
    refused(api.post(f"{AGENTS}/bulk_upgrade", {**body, "rollout_duration_seconds": 10}), 400)
    add_agent(api.emulator, "y", "y", version="8.16.0")
    later = {"agents": ["y"], "version": api.emulator.version_number, "start_time": "2999-01-01T00:00:00Z"}
    action_id = ok(api.post(f"{AGENTS}/bulk_upgrade", later))["actionId"]
    assert {state(api, action_id)["status"] for _unused in range(4)} == {"IN_PROGRESS"}


@pytest.mark.parametrize("version", ["99.0.0", "9.4", "newest"])
@pytest.mark.parametrize("path", ["bulk_upgrade", f"{ANNA}/upgrade"])
def test_versions_that_are_none(api: Api, version: str, path: str) -> None:
    body = {"version": version, **({"agents": [ANNA]} if path == "bulk_upgrade" else {})}
    text = refused(api.post(f"{AGENTS}/{path}", body), 400)
    assert ("higher than the installed kibana version" in text) == (version == "99.0.0")
    if version == "99.0.0":
        assert "Cannot force upgrade" in refused(api.post(f"{AGENTS}/{path}", {**body, "force": True}), 400)


def test_one_agent_is_upgraded(api: Api) -> None:
    body = {"version": api.emulator.version_number}
    assert ok(api.post(f"{AGENTS}/{ANNA}/upgrade", body)) == {}
    assert "already upgrading" in refused(api.post(f"{AGENTS}/{ANNA}/upgrade", body), 400)
    assert "already running" in refused(api.post(f"{AGENTS}/{WEB}/upgrade", body), 400)
    gone = "a0000001-0000-4000-8000-000000000010"
    assert "unenrolled" in refused(api.post(f"{AGENTS}/{gone}/upgrade", body), 400)
