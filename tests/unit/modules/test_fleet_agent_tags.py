# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tags of agents: only those that differ are written, in batches; failures are told."""

from __future__ import annotations

from typing import Any

import pytest
from harness import Kibana

from kibana_emulator.routes import fleet_agent_state

TAGS = "fleet_agent_tags"
BULK = "POST /api/fleet/agents/bulk_update_agent_tags"


@pytest.fixture
def soc(any_kibana: Kibana) -> Kibana:
    fleet_agent_state.seed_soc(any_kibana.emulator)
    return any_kibana


def tags_of(kibana: Kibana) -> dict[str, list[str]]:
    docs = kibana.emulator.store("fleet_agents", "default").values()
    return {doc["local_metadata"]["host"]["hostname"]: doc.get("tags", []) for doc in docs}


def results(result: dict[str, Any]) -> dict[str, str]:
    return {agent["hostname"]: agent["result"] for agent in result["agents"]}


@pytest.mark.parametrize(
    ("state", "tags", "after"),
    [
        ("present", ["web", "eu"], {"web-01": {"production", "web", "eu"}, "build-01": {"ci", "web", "eu"}}),
        ("absent", ["production", "nope"], {"web-01": {"web"}, "mail-01": {"dmz"}, "build-01": {"ci"}}),
        ("exact", ["web", "production"], {"mail-01": {"web", "production"}, "build-01": {"web", "production"}}),
        ("exact", ["one"], {"web-01": {"one"}, "db-01": {"one"}, "build-01": {"one"}}),
        ("exact", [], {"web-01": set(), "build-01": set()}),
    ],
)
def test_states(soc: Kibana, state: str, tags: list[str], after: dict[str, set[str]]) -> None:
    params = {"policy": "SOC servers", "state": state, "tags": tags}
    before = tags_of(soc)
    predicted = soc.ok(TAGS, params, check=True)
    assert soc.writes() == []
    assert tags_of(soc) == before
    result = soc.ok(TAGS, params)
    assert soc.writes() == [BULK]
    assert {**predicted, "actions": result["actions"]} == result
    now = tags_of(soc)
    assert {name: set(now[name]) for name in after} == after
    assert {agent["hostname"]: set(agent["tags"]) for agent in result["agents"]} == {
        name: set(now[name]) for name in ("web-01", "web-02", "db-01", "mail-01", "build-01")
    }
    assert {name for name, kind in results(result).items() if kind == "updated"} == {
        name for name in now if set(now[name]) != set(before[name])
    }
    again = soc.ok(TAGS, params)
    assert not again["changed"]
    assert "diff" not in again
    assert soc.writes() == []


def test_the_diff_shows_each_agent(soc: Kibana) -> None:
    diff = soc.ok(TAGS, {"hostnames": ["web-01", "build-01"], "tags": ["web"]}, check=True)["diff"]
    agent = "a0000001-0000-4000-8000-000000000005"
    assert diff == {
        "before": {"agents": {agent: {"hostname": "build-01", "tags": ["ci"]}}},
        "after": {"agents": {agent: {"hostname": "build-01", "tags": ["ci", "web"]}}},
    }


@pytest.mark.parametrize("params", [{"agent_ids": []}, {"hostnames": []}, {"kuery": "tags:nope"}, {"status": []}])
def test_an_empty_selection_is_not_all(soc: Kibana, params: dict[str, Any]) -> None:
    result = soc.ok(TAGS, {**params, "tags": ["x"]})
    assert (result["changed"], result["agents"]) == (False, [])
    assert soc.writes() == []


def test_batches(kibana: Kibana) -> None:
    for number in range(2100):
        tags = ["x"] if number % 3 == 0 else []
        fleet_agent_state.add_agent(kibana.emulator, f"a{number:05}", f"host-{number}", tags=tags)
    result = kibana.ok(TAGS, {"kuery": "active:true", "tags": ["x"], "batch_size": 500})
    assert result["summary"] == {"updated": 1400, "unchanged": 700, "ineligible": 0, "failed": 0}
    assert kibana.writes() == [BULK] * 3
    assert len(result["actions"]) == 3


def test_hosted_agents_are_passed_over_unless_they_are_named(soc: Kibana) -> None:
    result = soc.ok(TAGS, {"kuery": "active:true", "tags": ["x"]})
    assert results(result)["fleet-server"] == "ineligible"
    assert result["summary"]["updated"] == 11
    named = soc.fails(TAGS, {"hostnames": ["fleet-server", "wks-chloe"], "tags": ["x"]})
    assert named["msg"].startswith("fleet-server is left alone. Its policy is managed from outside")
    assert named["changed"]
    assert results(named) == {"fleet-server": "ineligible", "wks-chloe": "updated"}
    assert not soc.ok(TAGS, {"hostnames": ["fleet-server"], "tags": ["cloud"]})["changed"]


def test_agents_that_do_not_exist_stop_the_task(soc: Kibana) -> None:
    for check in (True, False):
        result = soc.fails(TAGS, {"agent_ids": ["nope"], "hostnames": ["web-01"], "tags": ["x"]}, check=check)
        assert "No agent has the id or host name nope, web-01" in result["msg"]
    assert soc.writes() == []


def test_an_unknown_policy(soc: Kibana) -> None:
    assert "There is no agent policy" in soc.fails(TAGS, {"policy": "nope", "tags": ["x"]})["msg"]
    predicted = soc.ok(TAGS, {"policy": "nope", "tags": ["x"]}, check=True)
    assert not predicted["changed"]
    assert predicted["warnings"]


def test_a_batch_that_fails_does_not_hide_the_others(kibana: Kibana) -> None:
    for number in range(4):
        fleet_agent_state.add_agent(kibana.emulator, f"a{number}", f"host-{number}", tags=["old"])
    kibana.fault(method="POST", path="/api/fleet/agents/bulk", status=500, after=1, times=1)
    result = kibana.fails(TAGS, {"kuery": "active:true", "tags": ["x"], "batch_size": 2})
    assert result["msg"].startswith("2 of 4 agents failed: Kibana refused POST")
    assert result["changed"]
    assert result["summary"] == {"updated": 2, "unchanged": 0, "ineligible": 0, "failed": 2}
    assert [agent["tags"] for agent in result["agents"] if agent["result"] == "failed"] == [["old"]] * 2
    assert len(result["diff"]["after"]["agents"]) == 2
    assert kibana.ok(TAGS, {"kuery": "active:true", "tags": ["x"]})["summary"]["updated"] == 2


def test_a_lost_answer_is_asked_for_again(kibana: Kibana) -> None:
    fleet_agent_state.add_agent(kibana.emulator, "a1", "one")
    kibana.fault(method="POST", path="/api/fleet/agents/bulk", cut="after", times=1)
    assert kibana.ok(TAGS, {"agent_ids": ["a1"], "tags": ["x"]})["changed"]


def test_an_action_that_never_shows_up_is_not_waited_for_for_ever(kibana: Kibana) -> None:
    fleet_agent_state.add_agent(kibana.emulator, "a1", "one")
    kibana.fault(path="/api/fleet/agents/action_status", status=200, body={"items": []})
    result = kibana.fails(TAGS, {"agent_ids": ["a1"], "tags": ["x"], "wait_timeout": 5})
    assert "has not ended after 5 seconds" in result["msg"]
    assert sum(kibana.waits) >= 5 or len(kibana.waits) > 2
    kibana.waits.clear()
    assert not kibana.ok(TAGS, {"agent_ids": ["a1"], "tags": ["y"], "wait": False}).get("warnings")
    assert kibana.waits == []


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"tags": ["x"]}, "No agents are selected: give at least one of agent_ids"),
        ({"tags": ["x"], "include_inactive": True}, "No agents are selected"),
        ({"tags": ["x", " "], "kuery": "active:true"}, "tags has an empty tag"),
        ({"tags": ["x"], "kuery": ""}, "kuery is empty"),
        ({"tags": ["x"], "kuery": "a:b", "batch_size": 0}, "batch_size is 0"),
    ],
)
def test_options_that_make_no_sense(kibana: Kibana, params: dict[str, Any], text: str) -> None:
    assert text in kibana.fails(TAGS, params)["msg"]
    assert kibana.seen() == []


def test_a_viewer_may_not(soc: Kibana) -> None:
    params = {"hostnames": ["wks-boris"], "tags": ["x"], "kibana_username": "viewer", "kibana_password": "viewer"}
    assert "fleet-agents-all" in soc.fails(TAGS, params)["msg"]


def test_a_space_that_does_not_exist(kibana: Kibana) -> None:
    fleet_agent_state.add_agent(kibana.emulator, "a1", "one", _space="nowhere")
    assert (
        "space 'nowhere' does not exist"
        in kibana.fails(TAGS, {"agent_ids": ["a1"], "tags": ["x"], "space": "nowhere"})["msg"]
    )
