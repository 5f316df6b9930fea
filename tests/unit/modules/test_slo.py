# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is special about SLOs: names, what a change throws away, groups, resetting, and reading them."""

from __future__ import annotations

from typing import Any

import pytest
from cases.slo import KQL, NEW
from harness import Kibana

M, INFO, BASE = "slo", "slo_info", "/api/observability/slos"


def add(kibana: Kibana, slo_id: str, name: str = "n", **fields: Any) -> None:
    kibana.call("POST", BASE, {"id": slo_id, "name": name, "description": "d", **NEW, **fields})
    kibana.seen()


def test_a_name_is_looked_up_to_the_end_and_two_are_an_error(any_kibana: Kibana) -> None:
    for number in range(130):
        add(any_kibana, f"slo-{number:05}", f"name {number}")
    add(any_kibana, "slo-zzzzz", "name")
    assert any_kibana.ok(M, {"name": "name", "tags": ["x"]})["slo"]["id"] == "slo-zzzzz"
    add(any_kibana, "slo-yyyyy", "name")
    text = any_kibana.fails(M, {"name": "name", "state": "absent"})["msg"]
    assert "2 objects have the name 'name' (id: slo-yyyyy, slo-zzzzz)" in text


def test_a_new_slo_without_all_it_needs_is_refused(kibana: Kibana) -> None:
    text = kibana.fails(M, {"name": "n", "objective": {"timesliceTarget": 0.5}})["msg"]
    assert "indicator and timeWindow and budgetingMethod and objective.target must be given" in text
    assert kibana.writes() == []


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"id": "short"}, "id is 'short': it must have 8 to 48"),
        ({"id": "with spaces in it"}, "must have 8 to 48"),
        ({"objective": {"target": 99.5}}, "objective.target is 99.5: it must be above 0 and below 1"),
    ],
)
def test_what_is_refused_before_any_request(kibana: Kibana, wrong: dict[str, Any], text: str) -> None:
    assert text in kibana.fails(M, {"name": "n", **wrong})["msg"]
    assert kibana.seen() == []


def test_a_change_of_words_throws_nothing_away(any_kibana: Kibana) -> None:
    add(any_kibana, "slo-00000", groupBy=["host.name"])
    words = {"name": "new", "description": "new", "tags": ["new"]}
    assert any_kibana.ok(M, {"id": "slo-00000", **words})["slo"]["revision"] == 1
    after = any_kibana.ok(M, {"id": "slo-00000", "settings": {"frequency": "5m"}})["slo"]
    assert after["revision"] == 2 and after["settings"]["syncDelay"] == "1m"
    assert after["groupBy"] == ["host.name"], "what is not given survives"


@pytest.mark.parametrize("stored", ["host.name", ["host.name"]])
def test_one_group_is_the_same_as_a_text_and_as_a_list(any_kibana: Kibana, stored: Any) -> None:
    add(any_kibana, "slo-00000", groupBy=stored)
    assert not any_kibana.ok(M, {"id": "slo-00000", "groupBy": ["host.name"]})["changed"]
    assert any_kibana.ok(M, {"id": "slo-00000", "groupBy": []})["slo"]["groupBy"] == "*"
    for none in ([], ["*"], [""]):
        assert not any_kibana.ok(M, {"id": "slo-00000", "groupBy": none})["changed"]


def test_params_are_merged_unless_the_kind_changes(any_kibana: Kibana) -> None:
    add(any_kibana, "slo-00000")
    given = {"type": "sli.kql.custom", "params": {"filter": "b: 1"}}
    params = any_kibana.ok(M, {"id": "slo-00000", "indicator": given})["slo"]["indicator"]["params"]
    assert params == {**KQL, "filter": "b: 1"}
    other = {"type": "sli.histogram.custom", "params": {**KQL, "good": {"field": "f", "aggregation": "value_count"}}}
    result = any_kibana.ok(M, {"id": "slo-00000", "indicator": other})
    assert result["slo"]["indicator"] == other
    assert result["diff"]["after"]["indicator"] == other


def test_resetting_is_a_declared_change(any_kibana: Kibana) -> None:
    add(any_kibana, "slo-00000")
    task = {"id": "slo-00000", "reset": True}
    predicted = any_kibana.ok(M, task, check=True)
    assert any_kibana.writes() == []
    for _unused in range(2):
        result = any_kibana.ok(M, task)
        assert result["changed"] and result["diff"] == predicted["diff"]
        assert any_kibana.writes() == [f"POST {BASE}/slo-00000/_reset"]
    any_kibana.ok(M, {**task, "tags": ["x"], "enabled": False})
    assert [write.split("/")[-1] for write in any_kibana.writes()] == ["slo-00000", "_reset", "disable"]
    any_kibana.ok(M, {"id": "slo-11111", "name": "n", **NEW, "reset": True})
    assert any_kibana.writes() == [f"POST {BASE}"], "a new one needs none"


def test_an_id_of_another_space_is_an_error(kibana: Kibana) -> None:
    kibana.call("POST", "/api/spaces/space", {"id": "other", "name": "Other"})
    kibana.call("POST", f"/s/other{BASE}", {"id": "slo-00000", "name": "n", "description": "", **NEW})
    result = kibana.fails(M, {"id": "slo-00000", "name": "n", **NEW})
    assert result["status"] == 409 and "already exists" in result["msg"]


def test_what_kibana_says_reaches_the_user_in_one_line(any_kibana: Kibana) -> None:
    text = any_kibana.fails(M, {"name": "n", **NEW, "indicator": {"type": "sli.kql.custom", "params": {}}})["msg"]
    assert "in /body/indicator/params/index" in text and "\n" not in text
    wrong = {"timeWindow": {"type": "rolling", "duration": "1M"}}
    assert "Invalid time_window.duration" in any_kibana.fails(M, {"name": "n", **NEW, **wrong})["msg"]


def test_reading_with_and_without_status(any_kibana: Kibana) -> None:
    add(any_kibana, "slo-00000", "a", tags=["x", "y"])
    add(any_kibana, "slo-11111", "b", tags=["x"], groupBy="host.name")

    def ids(**options: Any) -> list[str]:
        return [slo["id"][-1] for slo in any_kibana.ok(INFO, options)["slos"]]

    assert ids() == ["0", "1", "1"] and ids(sortDirection="desc", hideStale=True) == ["1", "1", "0"]
    assert ids(kqlQuery="slo.tags: y") == ["0"]
    assert ids(gather="definitions") == ["0", "1"]
    assert ids(gather="definitions", name="b") == ["1"] and ids(gather="definitions", tags=["y", "x"]) == ["0"]
    assert ids(id="slo-00000") == ["0"] and ids(id="slo-99999") == []
    one = any_kibana.ok(INFO, {"id": "slo-11111", "instanceId": "one"})["slos"][0]
    assert one["instanceId"] == "one" and one["summary"]["status"] == "NO_DATA"


def test_reading_pages_to_the_end(any_kibana: Kibana) -> None:
    for number in range(205):
        add(any_kibana, f"slo-{number:05}")
    assert len(any_kibana.ok(INFO, {})["slos"]) == len(any_kibana.ok(INFO, {"gather": "definitions"})["slos"]) == 205


@pytest.mark.parametrize(
    "wrong",
    [{"id": "x", "kqlQuery": "y"}, {"gather": "definitions", "sortBy": "status"}, {"name": "x"}, {"instanceId": "x"}],
)
def test_an_option_that_would_be_ignored_is_refused(kibana: Kibana, wrong: dict[str, Any]) -> None:
    assert "cannot be given together with" in kibana.fails(INFO, wrong)["msg"]


def test_privileges(kibana: Kibana) -> None:
    add(kibana, "slo-00000")
    viewer = {"kibana_username": "viewer", "kibana_password": "viewer"}
    assert kibana.ok(INFO, viewer)["slos"]
    assert kibana.fails(M, {"id": "slo-00000", "state": "absent", **viewer})["status"] == 403
