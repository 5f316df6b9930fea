# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Selections of agents, paging to the end, tags."""

from __future__ import annotations

from typing import Any

import pytest
from harness import Kibana

from kibana_emulator.routes import fleet_agent_state

INFO = "fleet_agent_info"
WEB_01 = "a0000001-0000-4000-8000-000000000001"
GONE = "a0000001-0000-4000-8000-000000000010"


@pytest.fixture
def soc(any_kibana: Kibana) -> Kibana:
    fleet_agent_state.seed_soc(any_kibana.emulator)
    return any_kibana


def hosts(kibana: Kibana, **params: Any) -> list[str]:
    agents = kibana.ok(INFO, params)["agents"]
    return sorted(agent["local_metadata"]["host"]["hostname"] for agent in agents)


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"agent_ids": [WEB_01]}, ["web-01"]),
        ({"agent_ids": [WEB_01, GONE, "nope"]}, ["web-01", "wks-elena"]),
        ({"agent_ids": [WEB_01, GONE], "kuery": "tags:*"}, ["web-01", "wks-elena"]),
        ({"agent_ids": [WEB_01], "policy": "soc-workstations"}, []),
        ({"agent_ids": []}, []),
        ({"hostnames": ["web-02", "wks-chloe", "wks-elena"]}, ["web-02", "wks-chloe"]),
        ({"hostnames": ["WEB-02"]}, []),
        ({"hostnames": []}, []),
        ({"with_tags": ["production", "web"]}, ["web-01", "web-02"]),
        ({"with_tags": ["production"], "status": ["error", "degraded"]}, ["db-01", "mail-01"]),
        ({"status": ["unenrolled", "offline"]}, ["wks-boris", "wks-elena"]),
        ({"status": ["inactive"]}, ["wks-chloe"]),
        ({"kuery": "status:unenrolled"}, ["wks-elena"]),
        ({"kuery": "tags:ci or tags:dmz", "policy": "SOC servers"}, ["build-01", "mail-01"]),
        ({"policy": "SOC workstations", "with_tags": ["staff"]}, ["wks-anna"]),
        ({"policy": "soc-workstations", "with_tags": ["staff"], "include_inactive": True}, ["wks-anna", "wks-chloe"]),
        ({"with_tags": ['no "such" \\ tag']}, []),
    ],
)
def test_selections(soc: Kibana, params: dict[str, Any], found: list[str]) -> None:
    assert hosts(soc, **params) == found
    assert soc.writes() == []


def test_without_options_everything_but_inactive_and_unenrolled(soc: Kibana) -> None:
    assert len(hosts(soc)) == 12
    assert len(hosts(soc, include_inactive=True)) == 13


def test_one_agent_is_one_request(soc: Kibana) -> None:
    soc.seen()
    agent = soc.ok(INFO, {"agent_ids": [WEB_01], "with_metrics": True})["agents"][0]
    assert [entry["path"] for entry in soc.seen()] == [f"/api/fleet/agents/{WEB_01}"]
    assert agent["status"] == "online"
    assert "sort" not in agent


def test_an_unknown_policy_is_an_empty_answer(soc: Kibana) -> None:
    result = soc.ok(INFO, {"policy": "nope"})
    assert result["agents"] == []
    assert "nope" in result["warnings"][0]


def test_two_policies_of_one_name_are_an_error(soc: Kibana) -> None:
    fleet_agent_state.add_policy(soc.emulator, "other", "SOC servers")
    assert "id: other, soc-servers" in soc.fails(INFO, {"policy": "SOC servers"})["msg"]


def test_tags(soc: Kibana) -> None:
    def tags(**params: Any) -> list[str]:
        return soc.ok(INFO, {"gather": "tags", **params})["tags"]

    soc.seen()
    assert tags() == ["ci", "cloud", "dmz", "production", "staff", "web"]
    assert [entry["path"] for entry in soc.seen()] == ["/api/fleet/agents/tags"]
    assert tags(kuery="policy_id:soc-workstations") == ["staff"]
    assert tags(policy="SOC servers", status=["updating"]) == ["ci"]
    assert tags(hostnames=["wks-boris"]) == []


def test_paging_to_the_end_although_all_enrolled_at_once(any_kibana: Kibana) -> None:
    for number in range(2345):
        fleet_agent_state.add_agent(any_kibana.emulator, f"a{number}", "clone", tags=["x"])
    any_kibana.seen()
    assert len({agent["id"] for agent in any_kibana.ok(INFO, {})["agents"]}) == 2345
    queries = [entry["query"] for entry in any_kibana.seen()]
    assert len(queries) == 4
    assert queries[1]["openPit"] == "true"  # page numbers would end at 10 000 agents
    assert all("searchAfter" in query and "page" not in query for query in queries[2:])
    ids = [f"a{number}" for number in range(0, 2345, 50)]
    assert [agent["id"] for agent in any_kibana.ok(INFO, {"agent_ids": ids})["agents"]] == ids


def test_many_host_names_do_not_make_the_url_too_long(kibana: Kibana) -> None:
    fleet_agent_state.add_agent(kibana.emulator, "a1", "host-500.example.org")
    found = kibana.ok(INFO, {"hostnames": [f"host-{number}.example.org" for number in range(1000)]})["agents"]
    assert [agent["id"] for agent in found] == ["a1"]
    assert all(len(str(entry["query"])) < 5000 for entry in kibana.seen())


@pytest.mark.parametrize(("params", "text"), [({"kuery": " "}, "kuery is empty"), ({"policy": ""}, "policy is empty")])
def test_options_that_make_no_sense(kibana: Kibana, params: dict[str, Any], text: str) -> None:
    assert text in kibana.fails(INFO, params)["msg"]
    assert kibana.seen() == []


def test_errors_of_kibana(kibana: Kibana) -> None:
    assert "KQLSyntaxError" in kibana.fails(INFO, {"kuery": "nope:1"})["msg"]
    assert kibana.fails(INFO, {"kibana_username": "nobody", "kibana_password": "nobody"})["status"] == 403
    missing = {"statusCode": 404, "error": "Not Found", "message": "Not Found"}
    kibana.fault(path="/api/fleet", status=404, body=missing)
    for params in ({}, {"agent_ids": ["x"]}, {"gather": "tags"}):
        assert "does not have this function" in kibana.fails(INFO, params)["msg"]
