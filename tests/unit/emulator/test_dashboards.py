# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Both generations of the dashboards API, against reference platform D."""

from __future__ import annotations

from typing import Any

import pytest
from emulator_api import Api, ok, refused

from kibana_emulator import Emulator

OLD, NEW = "/api/dashboards/dashboard", "/api/dashboards"
NOTE = {"type": "markdown", "grid": {"x": 0, "y": 0}, "config": {"content": "a"}}
OLD_NOTE = {"type": "visualization", "gridData": {"x": 0, "y": 0}, "panelConfig": {"any": [{"a": None}]}}


@pytest.fixture
def old() -> Api:
    return Api(Emulator(version="8.18.0"))


@pytest.fixture
def new() -> Api:
    return Api(Emulator())


def test_each_generation_has_its_own_paths(old: Api, new: Api) -> None:
    between = Api(Emulator(version="9.2.1"))
    assert refused(old.get(NEW), 404) == refused(new.get(f"{OLD}/x"), 404) == "Not Found"
    assert refused(between.get(NEW), 404) == refused(between.get(OLD), 404) == "Not Found"


def test_old_create_fills(old: Api) -> None:
    body = {"attributes": {"title": "t", "panels": [OLD_NOTE]}}
    made = ok(old.post(f"{OLD}/a", body))["item"]
    assert made["attributes"]["options"]["syncColors"] is True
    assert made["attributes"]["description"] == "" and made["attributes"]["timeRestore"] is False
    panel = made["attributes"]["panels"][0]
    assert panel["gridData"] == {"x": 0, "y": 0, "w": 24, "h": 15, "i": panel["panelIndex"]}
    assert panel["panelConfig"] == {"any": [{"a": None}]}
    read = ok(old.get(f"{OLD}/a"))
    assert read["item"] == made and read["meta"] == {"outcome": "exactMatch"}
    assert refused(old.post(f"{OLD}/a", body), 409) == "A dashboard with saved object ID a already exists."


def test_old_put_replaces(old: Api) -> None:
    references = [{"type": "tag", "id": "x", "name": "tag-ref-x"}]
    body: dict[str, Any] = {"attributes": {"title": "t", "panels": [OLD_NOTE]}, "references": references}
    before = ok(old.post(f"{OLD}/a", body))["item"]
    after = ok(old.put(f"{OLD}/a", {"attributes": {"title": "u"}}))["item"]
    assert after["attributes"]["panels"] == [] and after["references"] == [] and after["version"] != before["version"]
    assert "was not found" in refused(old.put(f"{OLD}/b", body), 404)
    assert "definition for this key is missing" in refused(old.put(f"{OLD}/a", {**body, "spaces": []}), 400)
    answer = old.delete(f"{OLD}/a")
    assert (answer.status_code, answer.content) == (200, b"")
    assert refused(old.delete(f"{OLD}/a"), 404) == "A dashboard with saved object ID a was not found."


def test_old_list(old: Api) -> None:
    for number in range(3):
        ok(old.post(f"{OLD}/{number}", {"attributes": {"title": str(number)}}))
    page = ok(old.get(OLD, page=2, perPage=2))
    assert page["total"] == 3 and len(page["items"]) == 1
    assert set(page["items"][0]["attributes"]) == {"title", "description", "timeRestore"}
    refused(old.get(OLD, perPage=1001), 400)


def test_new_put_creates_and_replaces(new: Api) -> None:
    made = new.put(f"{NEW}/a", {"title": "t", "tags": ["x", "x"], "panels": [NOTE], "description": "d"})
    assert made.status_code == 201
    data = made.json()["data"]
    assert data["tags"] == ["x"]
    assert data["panels"][0]["config"]["settings"] == {"open_links_in_new_tab": True}
    assert data["panels"][0]["grid"] == {"x": 0, "y": 0, "w": 24, "h": 15}
    assert ok(new.get(f"{NEW}/a"))["data"] == data
    after = ok(new.put(f"{NEW}/a", {"title": "t"}))["data"]
    assert after["panels"] == [] and after["tags"] == [] and "description" not in after
    assert new.delete(f"{NEW}/a").status_code == 204
    assert refused(new.get(f"{NEW}/a"), 404) == "A dashboard with ID [a] was not found."


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({}, "[request body.title]: expected value of type [string] but got [undefined]"),
        ({"title": "t", "id": "a"}, "[request body.id]: definition for this key is missing"),
        ({"title": "t", "access_control": {"access_mode": "default"}}, "access_control]: definition for this key"),
        ({"title": "t", "panels": [{**NOTE, "type": "lens"}]}, "to be one of"),
        ({"title": "t", "panels": [{**NOTE, "config": {}}]}, "config.content]"),
        ({"title": "t", "panels": [OLD_NOTE]}, "[request body.grid]: expected value of type [object]"),
        ({"title": "t", "attributes": {}}, "definition for this key is missing"),
    ],
)
def test_new_refuses(new: Api, body: dict[str, Any], text: str) -> None:
    assert text in refused(new.put(f"{NEW}/a", body), 400)


def test_new_create_has_no_id_and_wants_a_person_for_access(new: Api) -> None:
    assert new.post(NEW, {"title": "t"}).status_code == 201
    assert "user profile ID" in refused(new.post(NEW, {"title": "t", "access_control": {}}), 400)
    assert "definition" in refused(new.post(NEW, {"title": "t", "id": "a"}), 400)


def test_new_moves_sections_to_the_end(new: Api) -> None:
    section = {"title": "s", "grid": {"y": 3}, "panels": [NOTE]}
    data = new.put(f"{NEW}/a", {"title": "t", "panels": [section, NOTE]}).json()["data"]
    assert [panel.get("title") for panel in data["panels"]] == [None, "s"]
    assert data["panels"][1]["collapsed"] is False and data["panels"][1]["panels"][0]["id"]


def test_a_read_drops_what_has_no_schema_and_writing_it_back_loses_it() -> None:
    api = Api(Emulator(seed="soc"))
    read = ok(api.get(f"{NEW}/soc-legacy"))
    assert read["warnings"][0]["type"] == "dropped_panel" and len(read["data"]["panels"]) == 1
    kept = {name: value for name, value in read["data"].items() if name != "access_control"}
    assert "warnings" not in ok(api.put(f"{NEW}/soc-legacy", kept))
    assert "warnings" not in ok(api.get(f"{NEW}/soc-legacy"))


def test_new_list_searches(new: Api) -> None:
    for name, tags in (("alpha one", ["x"]), ("alpha two", ["y"]), ("beta", ["x", "y"])):
        new.put(f"{NEW}/{name[-3:]}", {"title": name, "tags": tags})
    found = ok(new.get(NEW, query="alpha*"))
    assert found["total"] == 2 and found["page"] == 1
    assert ok(new.get(NEW, query="alpha one"))["total"] == 1
    assert ok(new.get(NEW, tags="x"))["total"] == 2
    assert ok(new.get(NEW, tags=["x", "y"]))["total"] == 3
    assert [item["id"] for item in ok(new.get(NEW, tags="x", excluded_tags="y"))["dashboards"]] == ["one"]
    assert len(ok(new.get(NEW, per_page=2, page=2))["dashboards"]) == 1


def test_spaces_and_rights(new: Api) -> None:
    new.put(f"/s/soc{NEW}/a", {"title": "t"})
    refused(new.get(f"{NEW}/a"), 404)
    viewer = Api(new.emulator, ("viewer", "viewer"))
    assert ok(viewer.get(f"/s/soc{NEW}/a"))["id"] == "a"
    assert refused(viewer.put(f"{NEW}/a", {"title": "t"}), 403) == "Unable to update dashboard"
    assert refused(Api(new.emulator, ("nobody", "nobody")).get(NEW), 403) == "Unable to find dashboard"
