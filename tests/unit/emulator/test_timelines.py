# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator's timelines."""

from __future__ import annotations

import json
from typing import Any

import pytest
from emulator_api import Api, ok

from kibana_emulator import Emulator

TIMELINE, TIMELINES = "/api/timeline", "/api/timelines"


@pytest.fixture(params=["8.18.0", "9.4.3"])
def api(request: pytest.FixtureRequest) -> Api:
    return Api(Emulator(version=request.param))


def line(**fields: Any) -> dict[str, Any]:
    empty = {"savedObjectId": None, "version": None, "pinnedEventIds": [], "eventNotes": [], "globalNotes": []}
    return {**empty, "title": "T", **fields}


def send(api: Api, *lines: Any, name: str = "t.ndjson") -> dict[str, Any]:
    text = "".join((item if isinstance(item, str) else json.dumps(item)) + "\n" for item in lines)
    return dict(ok(api.upload(f"{TIMELINE}/_import", name, text)))


def titles(api: Api, **query: Any) -> list[str]:
    return [item["title"] for item in ok(api.get(TIMELINES, **query))["timeline"]]


def test_life(api: Api) -> None:
    answer = ok(api.post(TIMELINE, {"timeline": {"title": "T", "nonsense": 1}}))
    wrapped = api.emulator.version < (9, 0)
    made = answer["data"]["persistTimeline"]["timeline"] if wrapped else answer
    assert (made["timelineType"], made["status"], made["templateTimelineId"]) == ("default", "active", None)
    assert isinstance(made["created"], int) and "nonsense" not in made
    change = {"timelineId": made["savedObjectId"], "version": made["version"], "timeline": {"title": "U"}}
    ok(api.patch(TIMELINE, change))
    assert api.patch(TIMELINE, change).status_code == 409
    assert api.patch(TIMELINE, {**change, "timelineId": "x"}).status_code == 405
    read = ok(api.get(TIMELINE, id=made["savedObjectId"]))
    assert (read["data"]["getOneTimeline"] if wrapped else read)["title"] == "U"
    assert api.get(TIMELINE).status_code == 500
    assert ok(api.delete(TIMELINE, {"savedObjectIds": ["x", made["savedObjectId"]]}))
    gone = api.get(TIMELINE, id=made["savedObjectId"])
    assert (gone.status_code, gone.json()) == (200, {}) if wrapped else gone.status_code == 404
    assert api.emulator.violations == []


def test_an_import_makes_another_every_time(api: Api) -> None:
    note = {"note": "n", "eventId": None, "timelineId": "old", "createdBy": "somebody"}
    given = line(savedObjectId="old", version="x", pinnedEventIds=["e"], globalNotes=[note], extra=1)
    for _unused in range(2):
        summary = send(api, given)
        assert (summary["success"], summary["timelines_installed"], summary["timelines_updated"]) == (True, 1, 0)
    found = ok(api.get(TIMELINES))["timeline"]
    assert len({item["savedObjectId"] for item in found} - {"old"}) == 2
    assert found[0]["dateRange"] == {} and "extra" not in found[0]
    assert (found[0]["notes"][0]["createdBy"], found[0]["pinnedEventIds"]) == ("somebody", ["e"])
    refused = send(api, line(savedObjectId=found[0]["savedObjectId"]))
    assert "already exists" in refused["errors"][0]["error"]["message"]


def test_templates_want_a_higher_version(api: Api) -> None:
    given = line(timelineType="template", templateTimelineId="t", templateTimelineVersion=1)
    assert send(api, given)["timelines_installed"] == 1
    assert send(api, given)["errors"][0]["error"]["status_code"] == 409
    assert send(api, {**given, "templateTimelineVersion": 2, "title": "U"})["timelines_updated"] == 1
    assert titles(api) == ["U"]
    for _unused in range(2):
        send(api, line(timelineType="template", title="without an id"))
    assert titles(api, timeline_type="template") == ["U", "without an id", "without an id"]


def test_what_an_import_refuses(api: Api) -> None:
    for item, words in (
        (line(title=""), "title field"),
        (line(status="draft"), "draft"),
        ("{", "Unexpected"),
    ):
        summary = send(api, item, line())
        assert summary["success_count"] == 1 and words in summary["errors"][0]["error"]["message"]
    assert (
        "More than one" in send(api, line(savedObjectId="a"), line(savedObjectId="a"))["errors"][0]["error"]["message"]
    )
    assert api.upload(f"{TIMELINE}/_import", "t.json", "{}").status_code == 400
    assert api.upload(f"{TIMELINE}/_import", "t.ndjson", '{"title": "T"}\n').status_code == 500


def test_export(api: Api) -> None:
    send(api, line(title="A"), line(title="B", status="immutable"))
    ids = [item["savedObjectId"] for item in ok(api.get(TIMELINES))["timeline"]]
    answer = api.post(f"{TIMELINE}/_export", {"ids": [*reversed(ids), "x"]}, file_name="f")
    lines = [json.loads(text) for text in answer.text.splitlines()]
    assert [item.get("title") for item in lines] == ["B", "A", None]
    assert lines[2]["statusCode"] == 404 and "status" not in lines[0] and lines[0]["globalNotes"] == []
    assert api.post(f"{TIMELINE}/_export", {"ids": None}, file_name="f").text == ""
    assert api.post(f"{TIMELINE}/_export", {"ids": ids}).status_code == 400


def test_lists(api: Api) -> None:
    send(api, *(line(title=name) for name in "CAB"), line(title="D", status="immutable", timelineType="template"))
    assert titles(api) == ["C", "A", "B", "D"]
    assert titles(api, sort_field="title", sort_order="desc", page_size="2", page_index="2") == ["B", "A"]
    assert titles(api, status="immutable") == ["D"]
    assert titles(api, search="a") == ["A"]
    assert ok(api.get(TIMELINES))["elasticTemplateTimelineCount"] == 1
    assert api.emulator.violations == []


def test_privileges() -> None:
    emulator = Emulator(seed="soc")
    viewer = Api(emulator, ("viewer", "viewer"))
    assert "Beacon on web-01" in titles(viewer)
    assert viewer.delete(TIMELINE, {"savedObjectIds": []}).status_code == 403
    assert Api(emulator, ("nobody", "nobody")).get(TIMELINES).status_code == 403
