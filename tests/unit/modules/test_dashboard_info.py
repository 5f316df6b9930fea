# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading dashboards of both generations."""

from __future__ import annotations

from typing import Any

import pytest
from harness import Kibana


@pytest.fixture
def soc(any_kibana: Kibana) -> Kibana:
    any_kibana.emulator.seed = "soc"
    any_kibana.emulator.reset()
    return any_kibana


def ids(result: dict[str, Any]) -> set[str]:
    return {item["id"] for item in result["dashboards"]}


def test_one(soc: Kibana) -> None:
    one = soc.ok("dashboard_info", {"id": "soc-overview"})
    assert one["changed"] is False
    dashboard = one["dashboards"][0]
    assert dashboard["title"] == "SOC overview" and dashboard["tags"] == ["soc"] and len(dashboard["panels"]) == 1
    assert dashboard["time_range"] == {"from": "now-24h", "to": "now"} and dashboard["meta"]["version"]
    assert "access_control" not in dashboard
    assert soc.ok("dashboard_info", {"id": "nothing"})["dashboards"] == []
    assert ids(soc.ok("dashboard_info", {"id": "7f0ae2c0-soc"})) == {"soc-overview"}
    assert ids(soc.ok("dashboard_info", {"id": "soc-overview", "space": "other"})) == set()


def test_what_is_left_out_is_told(soc: Kibana) -> None:
    dashboard = soc.ok("dashboard_info", {"id": "soc-legacy"})["dashboards"][0]
    assert ("warnings" in dashboard) == (soc.emulator.version >= (9, 4))


def test_list_and_tags(soc: Kibana) -> None:
    everything = soc.ok("dashboard_info", {})
    assert ids(everything) == {"soc-overview", "soc-legacy", "soc-shift"}
    assert all("panels" not in item for item in everything["dashboards"])
    assert ids(soc.ok("dashboard_info", {"tags": ["x", "soc"]})) == {"soc-overview", "soc-legacy"}
    assert ids(soc.ok("dashboard_info", {"excluded_tags": ["soc"]})) == {"soc-shift"}
    assert ids(soc.ok("dashboard_info", {"tags": ["soc"], "excluded_tags": ["soc"]})) == set()
    assert ids(soc.ok("dashboard_info", {"space": "other"})) == set()


def test_query(soc: Kibana) -> None:
    if soc.emulator.version >= (9, 4):
        assert ids(soc.ok("dashboard_info", {"query": "shift hand*"})) == {"soc-shift"}
        assert [entry["query"].get("query") for entry in soc.seen()[1:]] == ["shift hand*"]
    else:
        result = soc.fails("dashboard_info", {"query": "shift"})
        assert result["msg"] == "Kibana can search for dashboards since 9.4, and this is 8.18.0: leave query out."


def test_to_the_last_page(any_kibana: Kibana) -> None:
    for number in range(230):
        saved = {"attributes": {"title": f"d{number}"}}
        any_kibana.call("POST", f"/api/saved_objects/dashboard/d{number}", saved)
    any_kibana.seen()
    assert len(ids(any_kibana.ok("dashboard_info", {}))) == 230
    assert len([entry for entry in any_kibana.seen() if "dashboards" in entry["path"]]) == 3


def test_the_list_of_later_versions(kibana: Kibana) -> None:
    entry = {"id": "d", "data": {"title": "t"}, "meta": {}}
    answer = {"data": [entry], "meta": {"total": 2, "page": 1, "per_page": 1}}
    kibana.fault(path="/api/dashboards", status=200, body=answer, times=1)
    kibana.fault(path="/api/dashboards", status=200, body={**answer, "data": [{**entry, "id": "e"}]}, times=1)
    assert ids(kibana.ok("dashboard_info", {})) == {"d", "e"}


def test_options_that_do_not_go_together(kibana: Kibana) -> None:
    for other in ({"query": "a"}, {"tags": ["a"]}, {"excluded_tags": ["a"]}):
        assert "mutually exclusive" in kibana.fails("dashboard_info", {"id": "d", **other})["msg"]


@pytest.mark.parametrize("status", [401, 403, 404, 500])
@pytest.mark.parametrize("task", [{}, {"id": "x"}])
def test_an_error_is_never_an_empty_answer(any_kibana: Kibana, task: dict[str, Any], status: int) -> None:
    body = {"statusCode": status, "error": "E", "message": "Not Found"}
    any_kibana.fault(path="/api/dashboards", status=status, body=body)
    assert any_kibana.fails("dashboard_info", task)["status"] == status
