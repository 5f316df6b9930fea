# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Dashboards: both shapes, what Kibana fills in, what others have set, and what must not be written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from harness import Kibana

from ansible_collections.stackops.kibana.plugins.module_utils._dashboard_panels import covers, settle_list

NEW, OLD = "/api/dashboards", "/api/dashboards/dashboard"
NOTE = {"type": "markdown", "grid": {"x": 0, "y": 0}, "config": {"content": "a"}}
OTHER = {"type": "markdown", "grid": {"x": 24, "y": 0}, "config": {"content": "b"}}
OLD_NOTE = {"type": "visualization", "gridData": {"x": 0, "y": 0}, "panelConfig": {"a": 1}}


@pytest.fixture
def old(monkeypatch: pytest.MonkeyPatch) -> Kibana:
    return Kibana(monkeypatch, "8.18.0")


@pytest.fixture
def soc(kibana: Kibana) -> Kibana:
    kibana.emulator.seed = "soc"
    kibana.emulator.reset()
    return kibana


def stored(kibana: Kibana, id_: str) -> dict[str, Any]:
    return dict(kibana.emulator.store("saved_objects", "default")[f"dashboard/{id_}"])


def test_the_same_task_on_both_generations(any_kibana: Kibana) -> None:
    task = {
        "id": "d",
        "title": "t",
        "description": "d",
        "tags": ["x"],
        "options": {"use_margins": False, "hide_panel_titles": True},
        "time_range": {"from": "now-1h", "to": "now"},
        "query": {"expression": "a", "language": "kql"},
        "refresh_interval": {"pause": False, "value": 1000},
    }
    made = any_kibana.ok("dashboard", task)["dashboard"]
    assert {name: made[name] for name in task if name != "options"} == {
        name: value for name, value in task.items() if name != "options"
    }
    assert made["options"]["use_margins"] is False and made["options"]["hide_panel_titles"] is True
    attributes = stored(any_kibana, "d")["attributes"]
    assert (attributes["timeRestore"], attributes["timeFrom"], attributes["timeTo"]) == (True, "now-1h", "now")
    source = json.loads(attributes["kibanaSavedObjectMeta"]["searchSourceJSON"])
    assert source["query"] == {"query": "a", "language": "kuery"}
    assert stored(any_kibana, "d")["references"] == [{"type": "tag", "id": "x", "name": "tag-ref-x"}]


def test_create_uses_the_documented_route(old: Kibana) -> None:
    old.ok("dashboard", {"id": "d", "title": "t"})
    assert old.writes() == [f"POST {OLD}/d"]
    old.ok("dashboard", {"id": "d", "title": "u"})
    old.ok("dashboard", {"id": "d", "state": "absent"})
    assert old.writes() == [f"PUT {OLD}/d", f"DELETE {OLD}/d"]


def test_put_on_94(kibana: Kibana) -> None:
    kibana.ok("dashboard", {"id": "d", "title": "t"})
    kibana.ok("dashboard", {"id": "d", "title": "u"})
    assert kibana.writes() == [f"PUT {NEW}/d"] * 2


def test_what_others_have_set_survives_on_8(old: Kibana) -> None:
    tag = {"type": "tag", "id": "x", "name": "their-name"}
    lens = {"type": "lens", "id": "l", "name": "p:panel_p"}
    source = {"query": {"query": {"match_all": {}}, "language": "dsl"}, "sort": [{"a": "asc"}], "index": "i"}
    attributes = {
        "title": "t",
        "panels": [{**OLD_NOTE, "panelIndex": "p", "version": "8.1.0", "panelConfig": {"deep": [{"n": None}]}}],
        "options": {"syncColors": False},
        "timeRestore": False,
        "timeFrom": "now-3h",
        "timeTo": "now",
        "refreshInterval": {"pause": True, "value": 5, "section": 2},
        "kibanaSavedObjectMeta": {"searchSource": source},
        "version": 3,
        "controlGroupInput": {"controls": [{"type": "c", "order": 0, "id": "mine", "controlConfig": {"x": 1}}]},
    }
    old.call("POST", f"{OLD}/d", {"attributes": attributes, "references": [lens, tag]})
    before = old.call("GET", f"{OLD}/d")["item"]
    old.ok("dashboard", {"id": "d", "description": "mine", "options": {"use_margins": False}, "tags": ["y", "x"]})
    after = old.call("GET", f"{OLD}/d")["item"]
    expected = {**before["attributes"], "description": "mine"}
    expected["options"] = {**expected["options"], "useMargins": False}
    assert after["attributes"] == expected
    new = {"type": "tag", "id": "y", "name": "tag-ref-y"}
    assert sorted(one["name"] for one in after["references"]) == ["p:panel_p", "tag-ref-y", "their-name"]
    assert all(one in after["references"] for one in (lens, tag, new))
    old.ok("dashboard", {"id": "d", "refresh_interval": {"pause": True, "value": 9}})
    assert old.call("GET", f"{OLD}/d")["item"]["attributes"]["refreshInterval"]["section"] == 2


def test_what_others_have_set_survives_on_94(kibana: Kibana) -> None:
    body = {
        "title": "t",
        "panels": [NOTE, {"title": "s", "grid": {"y": 9}, "panels": [OTHER]}],
        "query": {"expression": "a", "language": "lucene"},
        "filters": [{"type": "dsl", "dsl": {"a": None}}],
        "project_routing": "_alias:_origin",
    }
    kibana.call("PUT", f"{NEW}/d", body)
    kibana.emulator.store("saved_objects", "default")["dashboard/d"]["accessControl"] = {"accessMode": "default"}
    before = kibana.call("GET", f"{NEW}/d")["data"]
    assert before["access_control"] == {"access_mode": "default"}
    kibana.ok("dashboard", {"id": "d", "tags": ["x"]})
    after = kibana.call("GET", f"{NEW}/d")["data"]
    assert after == {**before, "tags": ["x"]}


def test_fields_of_later_versions_survive(kibana: Kibana) -> None:
    kibana.call("PUT", f"{NEW}/d", {"title": "t"})
    answer = {**kibana.call("GET", f"{NEW}/d")}
    answer["data"]["esql_approximation"] = True
    kibana.fault(method="GET", path=f"{NEW}/d", status=200, body=answer)
    kibana.fault(method="PUT", path=f"{NEW}/d", status=400, body={"message": "seen"})
    sent: list[Any] = []
    request = kibana.emulator.exchange
    kibana.emulator.exchange = lambda wanted: (sent.append(wanted.raw), request(wanted))[1]  # type: ignore[method-assign]
    kibana.fails("dashboard", {"id": "d", "title": "u"})
    assert json.loads(sent[-1])["esql_approximation"] is True


def test_a_read_with_warnings_is_never_written_back(soc: Kibana) -> None:
    for check in (True, False):
        result = soc.fails("dashboard", {"id": "soc-legacy", "title": "New"}, check=check)
        assert "would delete them" in result["msg"] and "panel type: visualization" in result["msg"]
        assert soc.writes() == []
    unchanged = soc.ok("dashboard", {"id": "soc-legacy", "title": "SOC before the upgrade"})
    assert not unchanged["changed"] and len(unchanged["dashboard"]["warnings"]) == 1
    assert soc.ok("dashboard", {"id": "soc-legacy", "state": "absent"})["changed"]


def test_an_old_id_is_no_second_dashboard(soc: Kibana) -> None:
    for task in ({"title": "t"}, {"state": "absent"}):
        result = soc.fails("dashboard", {"id": "7f0ae2c0-soc", **task})
        assert result["msg"] == "'7f0ae2c0-soc' is an old id of the dashboard 'soc-overview': give the new one as id."
    assert soc.writes() == []
    assert soc.ok("dashboard", {"id": "soc-shift", "title": "Shift handover"})["changed"] is False


@pytest.mark.parametrize("version", ["8.17.3", "9.2.0", "9.3.4"])
def test_versions_without_an_api(monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    kibana = Kibana(monkeypatch, version)
    for module, task in (("dashboard", {"id": "d", "title": "t"}), ("dashboard_info", {})):
        message = kibana.fails(module, task)["msg"]
        assert message.startswith(f"Kibana {version} has no public API for dashboards")


@pytest.mark.parametrize("version", ["9.0.0", "9.1.2", "9.5.0"])
def test_versions_with_one(monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    kibana = Kibana(monkeypatch, version)
    assert kibana.ok("dashboard", {"id": "d", "title": "t"})["changed"]
    assert [item["id"] for item in kibana.ok("dashboard_info", {})["dashboards"]] == ["d"]


@pytest.mark.parametrize(
    ("version", "task", "text"),
    [
        ("9.4.3", {"references": []}, "references belongs to Kibana 8.18 to 9.1, and this is Kibana 9.4.3"),
        ("9.4.3", {"controlGroupInput": {}}, "controlGroupInput belongs to Kibana 8.18 to 9.1"),
        ("9.4.3", {"panels": [NOTE, OLD_NOTE]}, "panels[1] has gridData, the shape of Kibana 8.18 to 9.1"),
        ("8.18.0", {"pinned_panels": []}, "pinned_panels belongs to Kibana 9.4 and later"),
        ("8.18.0", {"project_routing": ""}, "project_routing belongs to Kibana 9.4 and later"),
        ("8.18.0", {"options": {"hide_panel_borders": False}}, "options.hide_panel_borders belongs to Kibana 9.4"),
        ("8.18.0", {"panels": [NOTE]}, "panels[0] has grid, the shape of Kibana 9.4 and later"),
    ],
)
def test_the_wrong_shape_is_refused_before_reading(
    monkeypatch: pytest.MonkeyPatch, version: str, task: dict[str, Any], text: str
) -> None:
    kibana = Kibana(monkeypatch, version)
    assert text in kibana.fails("dashboard", {"id": "d", "title": "t", **task})["msg"]
    assert [entry["path"] for entry in kibana.seen()] == ["/api/status"]


@pytest.mark.parametrize(
    ("task", "text"),
    [
        ({"title": " "}, "title is empty"),
        ({"references": [{"type": "tag", "id": "x", "name": "n"}]}, "references[0] is a tag: give its id 'x' in tags"),
        ({"time_range": {"from": "now"}}, "required together"),
        ({"refresh_interval": {"value": 1}}, "required together"),
        ({"query": {"expression": "a"}}, "required together"),
    ],
)
def test_wrong_options_are_refused_before_any_request(kibana: Kibana, task: dict[str, Any], text: str) -> None:
    assert text in kibana.fails("dashboard", {"id": "d", **task})["msg"]
    assert kibana.seen() == []


def test_a_new_one_needs_a_title(any_kibana: Kibana) -> None:
    for check in (True, False):
        assert "a new one needs a title" in any_kibana.fails("dashboard", {"id": "d", "tags": []}, check=check)["msg"]
    assert any_kibana.writes() == []


def test_a_changed_panel_keeps_its_id(any_kibana: Kibana) -> None:
    is_old = any_kibana.emulator.version < (9,)
    panel, key, id_ = (OLD_NOTE, "panelConfig", "panelIndex") if is_old else (NOTE, "config", "id")
    made = any_kibana.ok("dashboard", {"id": "d", "title": "t", "panels": [panel]})["dashboard"]["panels"]
    changed = {**panel, key: {"content": "new"}}
    after = any_kibana.ok("dashboard", {"id": "d", "panels": [changed]})["dashboard"]["panels"]
    assert after[0][id_] == made[0][id_] and after[0][key]["content"] == "new"
    if is_old:
        assert after[0]["gridData"]["i"] == made[0]["gridData"]["i"]


def test_unmatched_panels_are_found_by_what_they_hold(kibana: Kibana) -> None:
    kibana.ok("dashboard", {"id": "d", "title": "t", "panels": [NOTE, OTHER]})
    assert not kibana.ok("dashboard", {"id": "d", "panels": [OTHER, NOTE]})["changed"], "places are in the grids"
    result = kibana.ok("dashboard", {"id": "d", "panels": [OTHER]})
    assert result["changed"] and len(result["dashboard"]["panels"]) == 1
    before, after = (result["diff"][side]["panels"] for side in ("before", "after"))
    assert len(before) == 2 and after == [panel for panel in before if panel["grid"]["x"] == 24]


def test_kibanas_words_about_a_panel_are_shown(kibana: Kibana) -> None:
    assert (
        "to be one of" in kibana.fails("dashboard", {"id": "d", "title": "t", "panels": [{**NOTE, "type": "x"}]})["msg"]
    )
    body = {"statusCode": 400, "message": "Bad request", "panelErrors": [{"message": "no such field: a"}]}
    kibana.fault(method="PUT", path=NEW, status=400, body=body)
    assert "Bad request (no such field: a)" in kibana.fails("dashboard", {"id": "d", "title": "t"})["msg"]


def test_nulls_in_panels_reach_kibana(kibana: Kibana) -> None:
    panel = {"type": "vis", "grid": {"x": 0, "y": 0}, "config": {"a": None, "b": [None, 1]}}
    made = kibana.ok("dashboard", {"id": "d", "title": "t", "panels": [panel]})["dashboard"]["panels"][0]
    assert made["config"]["b"] == [None, 1] and made["config"]["a"] is None
    assert not kibana.ok("dashboard", {"id": "d", "panels": [panel]})["changed"]


def test_spaces(any_kibana: Kibana) -> None:
    any_kibana.call("POST", "/api/spaces/space", {"id": "soc", "name": "SOC"})
    any_kibana.ok("dashboard", {"id": "d", "title": "t", "space": "soc"})
    assert any_kibana.ok("dashboard", {"id": "d", "state": "absent"})["changed"] is False
    assert any_kibana.ok("dashboard", {"id": "d", "state": "absent", "space": "soc"})["changed"]
    assert "does not exist" in any_kibana.fails("dashboard", {"id": "d", "title": "t", "space": "none"})["msg"]


def test_rights(any_kibana: Kibana) -> None:
    viewer = {"kibana_username": "viewer", "kibana_password": "viewer"}
    assert any_kibana.fails("dashboard", {"id": "d", "title": "t", **viewer})["status"] == 403


@pytest.mark.parametrize(
    ("stored_value", "wanted", "is_covered"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, True),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ({"a": 1}, {"a": 1, "b": False}, True),
        ({"a": 1}, {"b": {}}, True),
        ({"a": 1}, {"a": True}, False),
        ({"a": 24.0}, {"a": 24}, True),
        ({"a": [1, {"b": 1, "c": 2}]}, {"a": [1, {"b": 1}]}, True),
        ({"a": [1, 2]}, {"a": [1]}, False),
        ({"a": [1, 2]}, {"a": [2, 1]}, False),
        ({"panels": [{"a": 1}, {"a": 2}]}, {"panels": [{"a": 2}, {"a": 1}]}, True),
        ({"panels": [{"a": 1}, {"a": 2}]}, {"panels": [{"a": 1}, {"a": 1}]}, False),
        (None, {"a": 1}, False),
        ("a", {"a": 1}, False),
    ],
)
def test_covers(stored_value: Any, wanted: Any, is_covered: bool) -> None:
    assert covers(stored_value, wanted) is is_covered


def test_a_vague_panel_does_not_take_the_place_of_another() -> None:
    held = [{"type": "a", "id": "1"}, {"type": "a", "id": "2", "title": "t"}]
    assert settle_list(held, [{"type": "a"}, {"type": "a", "title": "t"}]) == held
    assert settle_list(held, [{"type": "a", "title": "t"}, {"type": "a"}]) == [held[1], held[0]]
    assert settle_list(held[::-1], [{"type": "a"}, {"type": "a", "title": "t"}]) == held
    assert settle_list(held, [{"type": "a"}, {"type": "a"}]) == held, "what fits in its place stays there"
