# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Unenrolment: who goes, who is left alone, and waiting for it."""

from __future__ import annotations

from typing import Any

import pytest
from harness import Kibana

from kibana_emulator.routes import fleet_agent_state

UNENROLL = "fleet_agent_unenroll"
BULK = "POST /api/fleet/agents/bulk_unenroll"


@pytest.fixture
def soc(any_kibana: Kibana) -> Kibana:
    fleet_agent_state.seed_soc(any_kibana.emulator)
    return any_kibana


def results(result: dict[str, Any]) -> dict[str, str]:
    return {agent["hostname"]: agent["result"] for agent in result["agents"]}


def statuses(kibana: Kibana) -> dict[str, str]:
    docs = kibana.emulator.store("fleet_agents", "default").values()
    return {doc["local_metadata"]["host"]["hostname"]: fleet_agent_state.status_of(doc) for doc in docs}


def test_asked_to_go(soc: Kibana) -> None:
    params = {"policy": "SOC workstations", "status": ["online", "offline", "unenrolling"]}
    predicted = soc.ok(UNENROLL, params, check=True)
    assert soc.writes() == []
    result = soc.ok(UNENROLL, params)
    assert soc.writes() == [BULK]
    assert {**predicted, "actions": result["actions"]} == result
    assert results(result) == {"wks-anna": "requested", "wks-boris": "requested", "wks-dmitri": "unchanged"}
    again = soc.ok(UNENROLL, params)
    assert not again["changed"]
    assert results(again)["wks-boris"] == "unchanged"
    assert soc.writes() == []


def test_revoking_finishes_with_those_that_were_asked(soc: Kibana) -> None:
    soc.ok(UNENROLL, {"hostnames": ["wks-boris"]})
    params = {"hostnames": ["wks-boris", "wks-dmitri"], "revoke": True, "wait": True}
    result = soc.ok(UNENROLL, params)
    assert results(result) == {"wks-boris": "unenrolled", "wks-dmitri": "unenrolled"}
    assert statuses(soc)["wks-boris"] == "unenrolled"
    again = soc.ok(UNENROLL, params)
    assert (again["changed"], again["missing"]) == (False, ["wks-boris", "wks-dmitri"])


def test_waiting_until_all_have_gone(soc: Kibana) -> None:
    result = soc.ok(UNENROLL, {"with_tags": ["web"], "wait": True})
    assert results(result) == {"web-01": "unenrolled", "web-02": "unenrolled"}
    assert statuses(soc)["web-02"] == "unenrolled"
    assert len(soc.waits) == 1
    by_id = soc.ok(UNENROLL, {"agent_ids": ["a0000001-0000-4000-8000-000000000001", "nope"]})
    assert (by_id["changed"], results(by_id), by_id["missing"]) == (False, {"web-01": "unchanged"}, ["nope"])


def test_an_agent_that_is_offline_does_not_answer(soc: Kibana) -> None:
    result = soc.fails(UNENROLL, {"hostnames": ["wks-anna", "wks-boris"], "wait": True, "wait_timeout": 30})
    assert "has not ended after 30 seconds (1 of 2 agents have answered)" in result["msg"]
    assert result["changed"]
    assert sum(soc.waits) == pytest.approx(30, abs=1)
    assert len(soc.waits) < 20


def test_an_agent_that_fails_is_named(soc: Kibana) -> None:
    agent = "a0000001-0000-4000-8000-000000000001"
    errors = [{"agentId": agent, "error": "it is gone", "timestamp": "", "hostname": "web-01"}]
    state = {"type": "UNENROLL", "status": "FAILED", "nbAgentsFailed": 1, "nbAgentsAck": 1, "latestErrors": errors}
    uuid = soc.emulator.uuid
    soc.monkeypatch.setattr(soc.emulator, "uuid", lambda: "the-action")
    soc.fault(path="/api/fleet/agents/action_status", status=200, body={"items": [{**state, "actionId": "the-action"}]})
    result = soc.fails(UNENROLL, {"hostnames": ["web-01", "web-02"], "wait": True})
    soc.monkeypatch.setattr(soc.emulator, "uuid", uuid)
    assert "action the-action is FAILED, 1 agents failed: web-01: it is gone" in result["msg"]
    assert results(result) == {"web-01": "failed", "web-02": "requested"}
    assert list(result["diff"]["after"]["agents"]) == ["a0000001-0000-4000-8000-000000000002"]


def test_hosted_agents(soc: Kibana) -> None:
    query = {"kuery": "tags:cloud or tags:ci"}
    assert results(soc.ok(UNENROLL, query)) == {"fleet-server": "ineligible", "build-01": "requested"}
    assert not soc.ok(UNENROLL, query)["changed"]
    named = {"hostnames": ["fleet-server"]}
    assert "force would unenroll it" in soc.fails(UNENROLL, named)["msg"]
    soc.writes()
    assert soc.ok(UNENROLL, {**named, "force": True, "revoke": True})["changed"]
    assert soc.writes() == [BULK]
    assert statuses(soc)["fleet-server"] == "unenrolled"


@pytest.mark.parametrize("params", [{"agent_ids": []}, {"kuery": "tags:nope"}, {"with_tags": []}, {"hostnames": ["x"]}])
def test_an_empty_selection_is_not_all(soc: Kibana, params: dict[str, Any]) -> None:
    result = soc.ok(UNENROLL, {**params, "revoke": True, "force": True})
    assert (result["changed"], result["agents"]) == (False, [])
    assert soc.writes() == []


def test_a_lost_answer_is_not_asked_for_again(kibana: Kibana) -> None:
    fleet_agent_state.add_agent(kibana.emulator, "a1", "one")
    kibana.fault(method="POST", path="/api/fleet/agents/bulk", cut="after", times=1)
    result = kibana.fails(UNENROLL, {"agent_ids": ["a1"]})
    assert kibana.writes() == [BULK]
    assert result["summary"]["failed"] == 1
    assert not kibana.ok(UNENROLL, {"agent_ids": ["a1"]})["changed"]


def test_no_selection(kibana: Kibana) -> None:
    assert "No agents are selected" in kibana.fails(UNENROLL, {"revoke": True})["msg"]
    assert kibana.seen() == []
