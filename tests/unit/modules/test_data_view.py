# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the lifecycle table does not show about data views, and the module that reads them."""

from __future__ import annotations

from typing import Any

import pytest
from harness import Kibana

VIEW = "/api/data_views/data_view"
HOUR = {"type": "long", "script": {"source": "emit(1)"}}


def create(kibana: Kibana, **view: Any) -> None:
    kibana.call("POST", VIEW, {"data_view": {"title": "logs-*", **view}})


def stored(kibana: Kibana, key: str) -> dict[str, Any]:
    return dict(kibana.call("GET", f"{VIEW}/{key}")["data_view"])


def test_entries_of_others_stay_unless_exact(any_kibana: Kibana) -> None:
    create(any_kibana, id="a", runtimeFieldMap={"theirs": HOUR}, fieldFormats={"n": {"id": "url", "params": {"a": 1}}})
    options = {"id": "a", "runtimeFieldMap": {"mine": HOUR}, "fieldFormats": {"n": {"id": "bytes"}}}
    result = any_kibana.ok("data_view", options)
    assert set(result["diff"]["after"]["runtimeFieldMap"]) == {"mine", "theirs"}
    assert stored(any_kibana, "a")["fieldFormats"] == {"n": {"id": "bytes"}}, "an entry replaces the whole entry"
    assert not any_kibana.ok("data_view", options)["changed"]
    assert any_kibana.ok("data_view", {**options, "exact": True}, check=True)["changed"]
    any_kibana.ok("data_view", {**options, "exact": True})
    assert set(stored(any_kibana, "a")["runtimeFieldMap"]) == {"mine"}
    assert not any_kibana.ok("data_view", {**options, "exact": True})["changed"]


def test_popularity_is_left_alone(any_kibana: Kibana) -> None:
    create(any_kibana, id="a", fieldAttrs={"x": {"count": 7, "customLabel": "X"}, "y": {"count": 2}})
    result = any_kibana.ok("data_view", {"id": "a", "fieldAttrs": {"z": {"customLabel": "Z"}}, "exact": True})
    assert result["diff"]["before"]["fieldAttrs"] == {"x": {"customLabel": "X"}}
    assert result["data_view"]["fieldAttrs"] == {"z": {"customLabel": "Z"}}
    assert stored(any_kibana, "a")["fieldAttrs"]["x"] == {"count": 7}
    assert stored(any_kibana, "a")["fieldAttrs"]["y"] == {"count": 2}


def test_a_change_takes_one_write_for_each_function(kibana: Kibana) -> None:
    create(kibana, id="a")
    kibana.seen()
    kibana.ok("data_view", {"id": "a", "title": "x", "fieldAttrs": {"x": {"customLabel": "X"}}, "default": True})
    assert kibana.writes() == [f"POST {VIEW}/a", f"POST {VIEW}/a/fields", "POST /api/data_views/default"]


@pytest.mark.parametrize("field", ["allowNoIndex", "allowHidden"])
def test_what_kibana_cannot_change_is_refused(any_kibana: Kibana, field: str) -> None:
    create(any_kibana, id="a")
    any_kibana.seen()
    assert field in any_kibana.fails("data_view", {"id": "a", field: True})["msg"]
    assert any_kibana.writes() == []
    assert not any_kibana.ok("data_view", {"id": "a", field: False})["changed"]


def test_two_of_a_title_are_an_error(kibana: Kibana) -> None:
    create(kibana, id="a", name="A")
    create(kibana, id="b", name="B")
    message = kibana.fails("data_view", {"title": "logs-*", "state": "absent"})["msg"]
    assert "a, b" in message
    assert kibana.ok("data_view", {"name": "B", "state": "absent"})["changed"]


def test_a_first_one_in_a_space_need_not_become_the_default(any_kibana: Kibana) -> None:
    options = {"id": "a", "title": "x", "default": False}
    assert any_kibana.ok("data_view", options)["data_view"]["default"] is False
    assert not any_kibana.ok("data_view", options)["changed"]
    assert any_kibana.call("GET", "/api/data_views/default") == {"data_view_id": ""}


def test_a_lost_answer_to_an_update(any_kibana: Kibana) -> None:
    create(any_kibana, id="a")
    any_kibana.fault(method="POST", path=VIEW, cut="after", times=1)
    assert any_kibana.ok("data_view", {"id": "a", "title": "x"})["changed"]
    assert stored(any_kibana, "a")["title"] == "x"


def test_the_space_of_the_task_cannot_be_left(kibana: Kibana) -> None:
    create(kibana, id="a")
    assert "'default'" in kibana.fails("data_view", {"id": "a", "namespaces": ["other"]})["msg"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"title": ""}, "title is empty"),
        ({"runtimeFieldMap": {"x": {"script": {"source": "s"}}}}, "needs a type"),
        ({"runtimeFieldMap": {"x": {**HOUR, "customLabel": "X"}}}, "unknown key customLabel"),
        ({"fieldAttrs": {"x": {"count": 1}}}, "unknown key count"),
        ({"fieldFormats": {"x": "bytes"}}, "must be a dictionary"),
    ],
)
def test_bad_input_is_told_before_any_request(kibana: Kibana, options: dict[str, Any], said: str) -> None:
    assert said in kibana.fails("data_view", {"id": "a", **options})["msg"]
    assert kibana.seen() == []


def test_a_new_one_needs_a_title(kibana: Kibana) -> None:
    assert "needs title" in kibana.fails("data_view", {"id": "a", "name": "x"}, check=True)["msg"]


def test_reading(any_kibana: Kibana) -> None:
    create(any_kibana, id="b", name="B", fieldAttrs={"x": {"count": 7}})
    create(any_kibana, id="a", name="A")
    any_kibana.call("POST", "/api/data_views/default", {"data_view_id": "b", "force": True})
    result = any_kibana.ok("data_view_info", {})
    assert [view["id"] for view in result["data_views"]] == ["a", "b"]
    assert result["default"] == "b" and not result["changed"]
    assert [view["id"] for view in any_kibana.ok("data_view_info", {"title": "logs-*"})["data_views"]] == ["a", "b"]
    (view,) = any_kibana.ok("data_view_info", {"name": "B"})["data_views"]
    assert "fields" not in view and view["fieldAttrs"] == {}
    (view,) = any_kibana.ok("data_view_info", {"id": "b", "fields": True})["data_views"]
    assert "_source" in view["fields"]
    assert any_kibana.ok("data_view_info", {"id": "c"})["data_views"] == []
    assert any_kibana.ok("data_view_info", {"name": "c"})["data_views"] == []
