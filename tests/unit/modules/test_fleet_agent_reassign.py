# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Agents that get another policy: those that have it are left alone, and so are those of others' policies."""

from __future__ import annotations

from typing import Any

import pytest
from harness import Kibana

from kibana_emulator.routes import fleet_agent_state

MODULE = "fleet_agent_reassign"
BULK = "POST /api/fleet/agents/bulk_reassign"
URL = "/api/fleet/agents/bulk_reassign"


@pytest.fixture
def soc(any_kibana: Kibana) -> Kibana:
    fleet_agent_state.seed_soc(any_kibana.emulator)
    return any_kibana


def policies(kibana: Kibana) -> dict[str, str]:
    docs = kibana.emulator.store("fleet_agents", "default").values()
    return {doc["local_metadata"]["host"]["hostname"]: doc["policy_id"] for doc in docs}


def results(result: dict[str, Any]) -> dict[str, str]:
    return {agent["hostname"]: agent["result"] for agent in result["agents"]}


@pytest.mark.parametrize("policy", ["soc-workstations", "SOC workstations"])
def test_life(soc: Kibana, policy: str) -> None:
    params = {"hostnames": ["web-01", "wks-anna"], "policy_id": policy}
    predicted = soc.ok(MODULE, params, check=True)
    assert soc.writes() == [] and policies(soc)["web-01"] == "soc-servers"
    result = soc.ok(MODULE, params)
    assert soc.writes() == [BULK]
    assert {**predicted, "actions": result["actions"]} == result
    assert results(result) == {"web-01": "reassigned", "wks-anna": "unchanged"}
    assert result["policy_id"] == policies(soc)["web-01"] == "soc-workstations"
    assert list(result["diff"]["after"]["agents"].values()) == [{"hostname": "web-01", "policy_id": "soc-workstations"}]
    again = soc.ok(MODULE, params)
    assert not again["changed"] and "diff" not in again and soc.writes() == []


def test_agents_in_all_states(soc: Kibana) -> None:
    params = {"status": list(fleet_agent_state.STATUSES), "policy_id": "emulated-policy", "batch_size": 5}
    result = soc.ok(MODULE, params)
    left = {name: kind for name, kind in results(result).items() if kind != "reassigned"}
    assert left == {"wks-elena": "ineligible", "fleet-server": "ineligible"}
    assert len(soc.writes()) == 3 and result["summary"]["reassigned"] == 12
    assert not soc.ok(MODULE, params)["changed"]


def test_those_who_are_named_must_go(soc: Kibana) -> None:
    for name, part in (("fleet-server", "managed from outside"), ("nope", "nope")):
        assert part in soc.fails(MODULE, {"hostnames": [name], "policy_id": "soc-servers"})["msg"]
    gone = "a0000001-0000-4000-8000-000000000010"
    assert "is unenrolled" in soc.fails(MODULE, {"agent_ids": [gone], "policy_id": "soc-servers"})["msg"]
    assert soc.writes() == []


@pytest.mark.parametrize("check", [True, False])
def test_no_agents_for_a_policy_of_others(soc: Kibana, check: bool) -> None:
    params = {"hostnames": ["web-01"], "policy_id": "Elastic Cloud agent policy"}
    assert "managed from outside" in soc.fails(MODULE, params, check=check)["msg"]
    assert soc.writes() == []


def test_a_policy_that_is_not_there_yet(soc: Kibana) -> None:
    params = {"hostnames": ["web-01"], "policy_id": "New"}
    predicted = soc.ok(MODULE, params, check=True)
    assert predicted["changed"] and predicted["policy_id"] == "(known after apply)" and predicted["warnings"]
    assert "create it first" in soc.fails(MODULE, params)["msg"]
    for policy_id in ("one", "two"):
        fleet_agent_state.add_policy(soc.emulator, policy_id, "New")
    assert "one, two" in soc.fails(MODULE, params)["msg"]


def test_waiting(soc: Kibana) -> None:
    params = {"policy": "SOC servers", "status": ["online"], "policy_id": "soc-workstations", "wait": True}
    assert soc.ok(MODULE, params)["summary"]["reassigned"] == 2
    docs = soc.emulator.store("fleet_agents", "default").values()
    moved = [doc for doc in docs if doc["local_metadata"]["host"]["hostname"].startswith("web-")]
    assert all(doc["policy_revision"] for doc in moved)
    silent = {"hostnames": ["wks-boris"], "policy_id": "soc-servers", "wait": True, "wait_timeout": 20}
    result = soc.fails(MODULE, silent)
    assert "has not ended after 20 seconds" in result["msg"] and result["changed"]


def test_a_lost_answer_is_no_failure(soc: Kibana) -> None:
    soc.fault(method="POST", path=URL, cut="after", times=1)
    result = soc.ok(MODULE, {"hostnames": ["web-01"], "policy_id": "soc-workstations"})
    assert result["changed"] and results(result) == {"web-01": "reassigned"}
    soc.fault(method="POST", path=URL, cut="before", times=1)
    assert not soc.fails(MODULE, {"hostnames": ["web-02"], "policy_id": "soc-workstations"})["changed"]


@pytest.mark.parametrize("status", [400, 403, 500])
def test_a_refused_request(soc: Kibana, status: int) -> None:
    soc.fault(method="POST", path=URL, status=status, body={"message": "no"})
    result = soc.fails(MODULE, {"hostnames": ["web-01"], "policy_id": "soc-workstations"})
    assert not result["changed"] and results(result) == {"web-01": "failed"}


@pytest.mark.parametrize(
    ("params", "part"),
    [
        ({"policy_id": " ", "hostnames": ["a"]}, "policy_id is empty"),
        ({"policy_id": "x"}, "No agents are selected"),
        ({"policy_id": "x", "hostnames": ["a"], "batch_size": 0}, "from 1 to"),
    ],
)
def test_refused_before_any_request(kibana: Kibana, params: dict[str, Any], part: str) -> None:
    assert part in kibana.fails(MODULE, params)["msg"]
    assert kibana.seen() == []
