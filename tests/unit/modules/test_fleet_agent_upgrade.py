# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Upgrades: only those that need one and can take it, in waves, and no further than the task allows."""

from __future__ import annotations

from typing import Any

import pytest
from harness import Kibana

from ansible_collections.stackops.kibana.plugins.module_utils import _fleet_upgrade
from kibana_emulator.routes import fleet_agent_state
from kibana_emulator.routes.fleet_agent_state import add_agent

MODULE = "fleet_agent_upgrade"
BULK = "POST /api/fleet/agents/bulk_upgrade"
ALL = {"kuery": "active:true"}


def target(kibana: Kibana) -> str:
    return str(kibana.emulator.version_number)


def older(kibana: Kibana) -> str:
    return "9.3.1" if kibana.emulator.version >= (9, 0) else "8.17.4"


def fleet(kibana: Kibana, number: int = 10, **fields: Any) -> list[dict[str, Any]]:
    """Agents whose hosts are named in the order of their enrolment; Kibana lists the latest first."""
    return [
        add_agent(
            kibana.emulator,
            f"agent-{n:03}",
            f"host-{n:03}",
            version=older(kibana),
            enrolled_at=f"2026-01-{1 + n // 60:02}T08:{n % 60:02}:00.000Z",
            **fields,
        )
        for n in range(number)
    ]


def results(result: dict[str, Any]) -> dict[str, str]:
    return {agent["hostname"]: agent["result"] for agent in result["agents"]}


def messages(result: dict[str, Any]) -> dict[str, str]:
    return {agent["hostname"]: agent.get("msg", "") for agent in result["agents"]}


def versions(kibana: Kibana) -> set[str]:
    agents = kibana.emulator.store("fleet_agents", "default").values()
    return {agent["local_metadata"]["elastic"]["agent"]["version"] for agent in agents}


def sent(kibana: Kibana) -> list[int]:
    """How many agents each request named."""
    actions = kibana.emulator.store("fleet_actions", "default").values()
    return [action["total"] for action in actions if action["type"] == "UPGRADE"]


def test_life(any_kibana: Kibana) -> None:
    kibana = any_kibana
    fleet(kibana, 3)
    params = {**ALL, "version": target(kibana)}
    predicted = kibana.ok(MODULE, params, check=True)
    assert kibana.writes() == [] and versions(kibana) == {older(kibana)}
    result = kibana.ok(MODULE, params)
    assert kibana.writes() == [BULK]
    assert predicted["changed"] and result["changed"] and predicted["diff"] == result["diff"]
    assert results(predicted) == results(result) == dict.fromkeys(("host-000", "host-001", "host-002"), "upgraded")
    assert result["diff"]["before"]["agents"]["agent-000"] == {"hostname": "host-000", "version": older(kibana)}
    assert {agent["version"] for agent in result["agents"]} == versions(kibana) == {target(kibana)}
    again = kibana.ok(MODULE, params)
    assert not again["changed"] and "diff" not in again and kibana.writes() == []
    assert set(results(again).values()) == {"unchanged"} and again["summary"]["unchanged"] == 3


def test_agents_in_all_states(any_kibana: Kibana) -> None:
    kibana = any_kibana
    fleet_agent_state.seed_soc(kibana.emulator)
    for doc in kibana.emulator.store("fleet_agents", "default").values():
        if "_fleet_server" not in doc:
            doc["local_metadata"]["elastic"]["agent"]["version"] = older(kibana)
    servers = kibana.emulator.store("fleet_agents", "default")["a0000001-0000-4000-8000-000000000014"]
    servers["policy_id"], hosted = "emulated-policy", servers["policy_id"]
    add_agent(kibana.emulator, "h", "hosted", version=older(kibana), policy_id=hosted)
    add_agent(kibana.emulator, "c", "container", version=older(kibana))["local_metadata"]["elastic"]["agent"][
        "upgradeable"
    ] = False
    other = {"upgrade_details": {"state": "UPG_DOWNLOADING", "target_version": "8.16.0", "action_id": "x"}}
    add_agent(kibana.emulator, "o", "other-way", version="8.15.0", **other)
    add_agent(kibana.emulator, "m", "mute")["local_metadata"]["elastic"]["agent"]["version"] = None
    kibana.emulator.store("fleet_agents", "default")["m"]["agent"] = {"id": "m"}
    params = {"status": list(fleet_agent_state.STATUSES), "version": target(kibana)}
    result = kibana.ok(MODULE, {**params, "include_offline": True})
    told = messages(result)
    assert results(result) == {
        "web-01": "upgraded", "web-02": "upgraded", "db-01": "upgraded", "mail-01": "upgraded",
        "build-01": "unchanged", "wks-anna": "upgraded", "wks-boris": "requested", "wks-chloe": "requested",
        "wks-dmitri": "ineligible", "wks-elena": "ineligible", "wks-felix": "requested", "wks-gina": "requested",
        "wks-hugo": "requested", "fleet-server": "unchanged", "hosted": "ineligible", "container": "ineligible",
        "other-way": "ineligible", "mute": "ineligible",
    }  # fmt: skip
    for name, part in (
        ("wks-dmitri", "being unenrolled"),
        ("wks-elena", "is unenrolled"),
        ("hosted", "managed from outside"),
        ("container", "in a container"),
        ("other-way", "upgraded to 8.16.0"),
        ("mute", "not told its version"),
        ("build-01", "already"),
    ):
        assert part in told[name]
    assert sent(kibana) == [10]
    kibana.seen()
    again = kibana.ok(MODULE, {**params, "include_offline": True})
    assert not again["changed"] and kibana.writes() == []
    without = kibana.ok(MODULE, {"status": ["offline"], "version": target(kibana)})
    assert not without["changed"]


def test_no_way_back(kibana: Kibana) -> None:
    add_agent(kibana.emulator, "n", "newer", version="9.4.3")
    result = kibana.ok(MODULE, {**ALL, "version": "9.3.0"})
    assert results(result) == {"newer": "ineligible"} and "go back" in messages(result)["newer"]
    forced = kibana.ok(MODULE, {**ALL, "version": "9.3.0", "force": True})
    assert results(forced) == {"newer": "upgraded"} and versions(kibana) == {"9.3.0"}


def test_silent_agents_are_left_alone_unless_asked_for(kibana: Kibana) -> None:
    fleet(kibana, 2, _plays="offline")
    params = {**ALL, "version": target(kibana)}
    result = kibana.ok(MODULE, params)
    assert set(results(result).values()) == {"ineligible"} and not result["changed"]
    assert "left alone" in kibana.fails(MODULE, {**params, "hostnames": ["host-000"]})["msg"]
    asked = kibana.ok(MODULE, {**params, "include_offline": True})
    assert set(results(asked).values()) == {"requested"} and asked["changed"] and kibana.waits == []
    assert not kibana.ok(MODULE, {**params, "include_offline": True})["changed"]


@pytest.mark.parametrize(
    ("sizes", "waves"),
    [
        (None, [10]),
        (["100%"], [10]),
        (["1"], [1] * 10),
        (["1", "3"], [1, 3, 3, 3]),
        (["1", "25%", "100%"], [1, 2, 7]),
        (["5%", "50%"], [1, 5, 4]),
        (["99"], [10]),
    ],
)
def test_waves(kibana: Kibana, sizes: list[str] | None, waves: list[int]) -> None:
    fleet(kibana)
    params = {**ALL, "version": target(kibana), "waves": sizes}
    predicted, result = kibana.ok(MODULE, params, check=True), kibana.ok(MODULE, params)
    assert sent(kibana) == waves
    numbers = [agent["wave"] for agent in sorted(result["agents"], key=lambda agent: agent["hostname"])]
    assert numbers == [number for number, size in enumerate(waves, 1) for _unused in range(size)]
    assert [agent["wave"] for agent in predicted["agents"]] == [agent["wave"] for agent in result["agents"]]
    assert result["summary"]["upgraded"] == 10


def test_nobody_is_forgotten_by_waves() -> None:
    for count in (0, 1, 7, 100, 101):
        ids = [str(number) for number in range(count)]
        for sizes in (None, ["1%"], ["33%"], ["1", "2", "50%"]):
            assert [key for wave in _fleet_upgrade.cut_waves(ids, sizes) for key in wave] == ids


@pytest.mark.parametrize("outcome", ["fails", "rolls back", "hangs"])
@pytest.mark.parametrize("old", [False, True])
def test_one_failure_stops_the_rollout(kibana: Kibana, outcome: str, old: bool) -> None:
    agents = fleet(kibana)
    if old:  # these tell nothing of their upgrades
        for agent in agents:
            agent["local_metadata"]["elastic"]["agent"]["version"] = "8.11.0"
    agents[1]["_upgrade"] = outcome
    params = {**ALL, "version": target(kibana), "waves": ["2", "4"], "wait_timeout": 60}
    result = kibana.fails(MODULE, params)
    word = "pending" if outcome == "hangs" else "failed"
    assert result["summary"] == {
        "upgraded": 1, "requested": 0, "unchanged": 0, "ineligible": 0, "failed": int(word == "failed"),
        "pending": int(word == "pending"), "not_attempted": 8,
    }  # fmt: skip
    assert results(result)["host-001"] == word and sent(kibana) == [2] and result["changed"]
    assert "1 of 2 agents" in result["msg"] and "host-001: " in result["msg"] and "8 agents were left" in result["msg"]
    assert set(result["diff"]["after"]["agents"]) == {"agent-000", "agent-001"}
    if word == "failed":
        assert "no space left" in messages(result)["host-001"]
        del agents[1]["_upgrade"]
        assert kibana.ok(MODULE, {**ALL, "version": target(kibana)})["summary"]["upgraded"] == 9


@pytest.mark.parametrize(
    ("limits", "waves", "stops"),
    [
        ({}, 1, True),
        ({"max_failures": 1}, 1, True),
        ({"max_failures": 2}, 5, False),
        ({"max_fail_percentage": 99.5}, 1, True),
        ({"max_fail_percentage": 100}, 5, False),
        ({"max_failures": 5, "max_fail_percentage": 50}, 1, True),
    ],
)
def test_limits(kibana: Kibana, limits: dict[str, Any], waves: int, stops: bool) -> None:
    for agent in fleet(kibana)[:2]:
        agent["_upgrade"] = "fails"
    params = {**ALL, "version": target(kibana), "waves": ["2"], **limits}
    result = (kibana.fails if stops else kibana.ok)(MODULE, params)
    assert len(sent(kibana)) == waves and result["summary"]["failed"] == 2
    assert result["summary"]["not_attempted"] == 10 - 2 * waves
    if not stops:
        assert "not more than the task allows" in result["warnings"][0]


def test_an_old_failure_is_none_of_ours(kibana: Kibana) -> None:
    agents = fleet(kibana, 2)
    agents[0]["upgrade_details"] = {"state": "UPG_FAILED", "target_version": "9.4.0", "action_id": "old"}
    assert kibana.ok(MODULE, {**ALL, "version": target(kibana)})["summary"]["upgraded"] == 2


def test_an_agent_may_tell_its_version_late(kibana: Kibana) -> None:
    fleet(kibana, 2, _upgrade="late", upgraded_at="2026-01-01T00:00:00.000Z")
    result = kibana.ok(MODULE, {**ALL, "version": target(kibana)})
    assert {agent["version"] for agent in result["agents"]} == {target(kibana)}
    assert not kibana.ok(MODULE, {**ALL, "version": target(kibana)})["changed"]


def test_what_kibana_refuses_fails(kibana: Kibana, monkeypatch: pytest.MonkeyPatch) -> None:
    """Something changes between the look at the agents and the request."""
    agents = fleet(kibana, 2)
    plan = _fleet_upgrade.Rollout.plan

    def then_changed(*args: Any) -> Any:
        waves = plan(*args)
        agents[0]["local_metadata"]["elastic"]["agent"]["upgradeable"] = False
        return waves

    monkeypatch.setattr(_fleet_upgrade.Rollout, "plan", then_changed)
    result = kibana.fails(MODULE, {**ALL, "version": target(kibana)})
    assert "not upgradeable" in messages(result)["host-000"] and results(result)["host-001"] == "upgraded"


def test_batches(kibana: Kibana) -> None:
    fleet(kibana, 25)
    result = kibana.ok(MODULE, {**ALL, "version": target(kibana), "batch_size": 10, "waves": ["5", "100%"]})
    assert sent(kibana) == [5, 10, 10] and result["summary"]["upgraded"] == 25 and len(result["actions"]) == 3


def test_a_large_fleet_is_read_when_the_actions_have_ended(kibana: Kibana) -> None:
    fleet(kibana, 150)
    kibana.seen()
    result = kibana.ok(MODULE, {**ALL, "version": target(kibana)})
    assert result["summary"]["upgraded"] == 150 and sent(kibana) == [150]
    reads = [entry for entry in kibana.seen() if entry["path"] == "/api/fleet/agents"]
    assert len(reads) == 2, "once to plan, once to see that all have arrived"


def test_without_waiting(kibana: Kibana) -> None:
    fleet(kibana, 2)
    params = {**ALL, "version": target(kibana), "wait": False}
    predicted, result = kibana.ok(MODULE, params, check=True), kibana.ok(MODULE, params)
    assert results(predicted) == results(result) == {"host-000": "requested", "host-001": "requested"}
    assert kibana.waits == [] and not kibana.ok(MODULE, params)["changed"]


def test_planned_for_later(kibana: Kibana) -> None:
    fleet(kibana, 2)
    params = {**ALL, "version": target(kibana), "start_time": "2999-01-01T00:00:00Z", "rollout_duration_seconds": 600}
    result = kibana.ok(MODULE, params)
    assert set(results(result).values()) == {"requested"} and kibana.waits == []
    action = kibana.call("GET", "/api/fleet/agents/action_status")["items"][0]
    assert action["startTime"].startswith("2999") and action["hasRolloutPeriod"] and action["status"] == "IN_PROGRESS"


def test_a_rollout_period_is_waited_for(kibana: Kibana) -> None:
    fleet(kibana, 5)
    result = kibana.ok(MODULE, {**ALL, "version": target(kibana), "rollout_duration_seconds": 600})
    assert result["summary"]["upgraded"] == 5


def test_the_time_limit_is_kept(kibana: Kibana) -> None:
    fleet(kibana, 1, _upgrade="hangs")
    result = kibana.fails(MODULE, {**ALL, "version": target(kibana), "wait_timeout": 30})
    assert "has not ended its upgrade after 30 seconds" in result["msg"] and 25 <= sum(kibana.waits) <= 31


def test_a_lost_answer_is_no_failure(kibana: Kibana) -> None:
    fleet(kibana, 2)
    kibana.fault(method="POST", path="/api/fleet/agents/bulk_upgrade", cut="after", times=1)
    result = kibana.ok(MODULE, {**ALL, "version": target(kibana), "wait": False})
    assert sent(kibana) == [2] and result["changed"] and result["summary"]["failed"] == 0


@pytest.mark.parametrize("status", [400, 403, 500])
def test_a_refused_request(kibana: Kibana, status: int) -> None:
    fleet(kibana, 4)
    kibana.fault(method="POST", path="/api/fleet/agents/bulk_upgrade", status=status, body={"message": "no"})
    result = kibana.fails(MODULE, {**ALL, "version": target(kibana), "waves": ["2"]})
    assert not result["changed"] and result["summary"]["failed"] == 2 and result["summary"]["not_attempted"] == 2


def test_nothing_newer_than_kibana(any_kibana: Kibana) -> None:
    fleet(any_kibana, 1)
    for check in (True, False):
        assert "newer than Kibana" in any_kibana.fails(MODULE, {**ALL, "version": "10.0.0"}, check=check)["msg"]
    patch = target(any_kibana).rpartition(".")[0] + ".9"
    assert any_kibana.ok(MODULE, {**ALL, "version": patch})["changed"]


@pytest.mark.parametrize(
    ("params", "part"),
    [
        ({"version": "9.4"}, "three numbers"),
        ({"waves": ["0"]}, "waves has '0'"),
        ({"waves": ["101%"]}, "waves has '101%'"),
        ({"waves": []}, "waves is empty"),
        ({"waves": ["1"], "wait": False}, "wait for each other"),
        ({"waves": ["1"], "start_time": "2999-01-01T00:00:00Z"}, "wait for each other"),
        ({"max_failures": -1}, "negative"),
        ({"rollout_duration_seconds": 10}, "at least 600"),
        ({"rollout_duration_seconds": 3600}, "longer than rollout_duration_seconds"),
        ({"start_time": "tomorrow"}, "must be a time"),
        ({"batch_size": 0}, "from 1 to"),
        ({"kuery": None}, "No agents are selected"),
    ],
)
def test_refused_before_any_request(kibana: Kibana, params: dict[str, Any], part: str) -> None:
    assert part in kibana.fails(MODULE, {**ALL, "version": "9.4.3", **params})["msg"]
    assert kibana.seen() == []


def test_unknown_names_stop_it(kibana: Kibana) -> None:
    fleet(kibana, 1)
    message = kibana.fails(MODULE, {"hostnames": ["host-000", "nope"], "version": target(kibana)})["msg"]
    assert "nope" in message and sent(kibana) == []
