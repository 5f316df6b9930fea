# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Data views: facts of the platform reference, section F.2, and the sharing of objects, E.3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from emulator_api import Api, ok, refused

from kibana_emulator import Emulator

BASE = "/api/data_views"
VIEW = BASE + "/data_view"


@pytest.fixture(params=["8.18.0", "9.4.3"])
def api(request: pytest.FixtureRequest) -> Iterator[Api]:
    api = Api(Emulator(version=request.param))
    yield api
    assert api.emulator.violations == []
    assert api.emulator.crashes == []


def old(api: Api) -> bool:
    return api.emulator.version < (9, 0)


def create(api: Api, **view: Any) -> dict[str, Any]:
    return dict(ok(api.post(VIEW, {"data_view": {"title": "logs-*", **view}}))["data_view"])


def test_a_new_one_is_filled(api: Api) -> None:
    view = create(api, id="a")
    assert {"name": "logs-*", "sourceFilters": [], "fieldFormats": {}, "runtimeFieldMap": {}}.items() <= view.items()
    assert (view["allowNoIndex"], view["allowHidden"], view["namespaces"]) == (False, False, ["default"])
    assert "timeFieldName" not in view and "_source" in view["fields"]
    assert ok(api.get(f"{VIEW}/a"))["data_view"]["version"]
    assert refused(api.get(f"{VIEW}/b"), 404) == "Saved object [index-pattern/b] not found"


def test_names_are_unique_and_titles_are_not(api: Api) -> None:
    create(api, id="a", name="Logs")
    assert refused(api.post(VIEW, {"data_view": {"title": "x", "name": "Logs"}}), 400) == "Duplicate data view: Logs"
    assert "conflict" in refused(api.post(VIEW, {"data_view": {"title": "x", "id": "a"}}), 400)
    create(api, id="b", name="More logs")
    ok(api.post(VIEW, {"data_view": {"title": "x", "name": "Logs", "id": "c"}, "override": True}))
    assert [view["id"] for view in ok(api.get(BASE))["data_view"]] == ["b", "c"]


def test_an_update_changes_what_is_given_and_nothing_else(api: Api) -> None:
    runtime = {"hour": {"type": "long", "script": {"source": "emit(1)"}, "customLabel": "Hour"}}
    create(api, id="a", timeFieldName="t", runtimeFieldMap=runtime)
    view = ok(api.post(f"{VIEW}/a", {"data_view": {"allowNoIndex": True, "name": "N"}}))["data_view"]
    assert (view["name"], view["allowNoIndex"], view["timeFieldName"]) == ("N", False, "t")
    view = ok(api.post(f"{VIEW}/a", {"data_view": {"runtimeFieldMap": runtime}}))["data_view"]
    assert view["runtimeFieldMap"] == {"hour": {"type": "long", "script": {"source": "emit(1)"}}}
    assert view["fieldAttrs"]["hour"] == {"customLabel": "Hour"}
    assert ok(api.post(f"{VIEW}/a", {"data_view": {"runtimeFieldMap": {}}}))["data_view"]["runtimeFieldMap"] == {}
    for unknown in ("id", "allowHidden", "fieldAttrs", "namespaces", "version"):
        assert "definition for this key is missing" in refused(
            api.post(f"{VIEW}/a", {"data_view": {unknown: "x"}}), 400
        )


def test_an_update_without_effect(api: Api) -> None:
    create(api, id="a", timeFieldName="t")
    answer = api.post(f"{VIEW}/a", {"data_view": {"title": "logs-*", "timeFieldName": "t"}})
    if old(api):
        assert refused(answer, 400) == "Index pattern change set is empty."
    else:
        ok(answer)
    before = ok(api.get(f"{VIEW}/a"))["data_view"]["version"]
    ok(api.post(f"{VIEW}/a", {"data_view": {"sourceFilters": []}}))
    assert ok(api.get(f"{VIEW}/a"))["data_view"]["version"] != before


def test_attributes_of_fields(api: Api) -> None:
    create(api, id="a", fieldAttrs={"x": {"customLabel": "X", "count": 3}})
    answer = ok(api.post(f"{VIEW}/a/fields", {"fields": {"x": {"customLabel": None, "format": {"id": "bytes"}}}}))
    assert answer == {"acknowledged": True} if old(api) else answer["data_view"]["id"] == "a"
    view = ok(api.get(f"{VIEW}/a"))["data_view"]
    assert view["fieldAttrs"]["x"] == {"count": 3} and view["fieldFormats"]["x"] == {"id": "bytes"}
    assert refused(api.post(f"{VIEW}/a/fields", {"fields": {}}), 400) == "No fields provided."
    assert refused(api.post(f"{VIEW}/a/fields", {"fields": {"x": {}}}), 400) == "Change set is empty."


def test_the_default_is_not_moved_without_force(api: Api) -> None:
    assert ok(api.get(BASE + "/default")) == {"data_view_id": ""}
    create(api, id="a")
    assert ok(api.get(BASE + "/default")) == {"data_view_id": "a" if old(api) else ""}
    assert ok(api.post(BASE + "/default", {"data_view_id": "first"})) == {"acknowledged": True}
    assert ok(api.post(BASE + "/default", {"data_view_id": "b"})) == {"acknowledged": True}
    assert ok(api.get(BASE + "/default")) == {"data_view_id": "a" if old(api) else "first"}
    ok(api.post(BASE + "/default", {"data_view_id": None, "force": True}))
    assert ok(api.get(BASE + "/default")) == {"data_view_id": ""}


def test_rights(api: Api) -> None:
    create(api, id="a")
    viewer, nobody = Api(api.emulator, ("viewer", "viewer")), Api(api.emulator, ("nobody", "nobody"))
    ok(viewer.get(f"{VIEW}/a"))
    refused(viewer.delete(f"{VIEW}/a"), 403)
    assert ok(nobody.get(BASE)) == {"data_view": []}
    assert refused(nobody.get(f"{VIEW}/a"), 400) == "Unable to get index-pattern"


def test_sharing(api: Api) -> None:
    ok(api.post("/api/spaces/space", {"id": "b", "name": "B"}))
    create(api, id="a")
    move = {"objects": [{"type": "index-pattern", "id": "a"}], "spacesToAdd": ["b"], "spacesToRemove": []}
    path = "/api/spaces/_update_objects_spaces"
    assert ok(api.post(path, move))["objects"] == [{"type": "index-pattern", "id": "a", "spaces": ["b", "default"]}]
    ok(api.post(f"/s/b{VIEW}/a", {"data_view": {"name": "From b"}}))
    assert ok(api.get(f"{VIEW}/a"))["data_view"]["name"] == "From b"
    ok(api.post(path, {**move, "spacesToAdd": ["*"]}))
    assert ok(api.get(f"/s/b{VIEW}/a"))["data_view"]["namespaces"] == ["*"]
    gone = ok(api.post(path, {**move, "objects": [{"type": "index-pattern", "id": "x"}]}))["objects"][0]
    assert gone["error"]["statusCode"] == 404
    ok(api.delete(f"/s/b{VIEW}/a"))
    refused(api.get(f"{VIEW}/a"), 404)
