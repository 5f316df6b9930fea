# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Export and import of saved objects: facts of the platform reference, section E.2, and of Kibana's own tests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from emulator_api import Answer, Api, ok, refused

from kibana_emulator import Emulator

EXPORT, IMPORT = "/api/saved_objects/_export", "/api/saved_objects/_import"
RESOLVE = "/api/saved_objects/_resolve_import_errors"
VIEW = {"type": "index-pattern", "id": "logs", "attributes": {"title": "logs-*"}, "references": []}
REF = {"name": "index", "type": "index-pattern", "id": "logs"}
SEARCH = {"type": "search", "id": "s", "attributes": {"title": "S"}, "references": [REF]}
BOARD = {
    "type": "dashboard",
    "id": "b",
    "attributes": {"title": "B"},
    "references": [{"name": "1", "type": "search", "id": "s"}],
}


@pytest.fixture(params=["8.18.0", "9.4.3"])
def api(request: pytest.FixtureRequest) -> Iterator[Api]:
    api = Api(Emulator(version=request.param))
    yield api
    assert api.emulator.violations == []
    assert api.emulator.crashes == []


def text(*objects: dict[str, Any]) -> str:
    return "\n".join(json.dumps(item) for item in objects)


def load(api: Api, *objects: dict[str, Any], **query: Any) -> dict[str, Any]:
    return dict(ok(api.upload(IMPORT, "export.ndjson", text(*objects), **query)))


def resolve(api: Api, retries: list[dict[str, Any]], *objects: dict[str, Any], **query: Any) -> Answer:
    files = {"file": ("export.ndjson", text(*objects)), "retries": (None, json.dumps(retries))}
    return api.session.post(f"http://kibana{RESOLVE}", files=files, params=query)


def lines(api: Api, **body: Any) -> list[dict[str, Any]]:
    answer = api.post(EXPORT, body)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/ndjson"
    return [json.loads(line) for line in answer.text.split("\n")]


def test_import_and_export_in_the_order_of_dependencies(api: Api) -> None:
    answer = load(api, BOARD, SEARCH, VIEW)
    assert (answer["success"], answer["successCount"], answer["warnings"]) == (True, 3, [])
    assert answer["successResults"][2] == {
        "id": "logs",
        "type": "index-pattern",
        "meta": {"title": "logs-*", "icon": "indexPatternApp"},
        "managed": False,
    }
    deep = lines(api, objects=[{"type": "dashboard", "id": "b"}], includeReferencesDeep=True)
    assert [line.get("id") for line in deep] == ["logs", "s", "b", None]
    assert deep[3] == {
        "exportedCount": 3,
        "missingRefCount": 0,
        "missingReferences": [],
        "excludedObjectsCount": 0,
        "excludedObjects": [],
    }
    assert "namespaces" not in deep[0] and deep[0]["typeMigrationVersion"]
    assert [line["id"] for line in lines(api, type="*", excludeExportDetails=True)] == ["logs", "s", "b"]
    reference = {"type": "search", "id": "s"}
    assert [line["id"] for line in lines(api, type=["*"], hasReference=reference, excludeExportDetails=True)] == ["b"]


def test_a_conflict_keeps_everything_from_being_written(api: Api) -> None:
    load(api, VIEW)
    answer = load(api, {**VIEW, "attributes": {"title": "new"}}, SEARCH)
    assert not answer["success"]
    assert answer["errors"][0]["error"] == {"type": "conflict"}
    assert [one["id"] for one in answer["successResults"]] == ["s"], "although it was not written"
    refused(api.get("/api/saved_objects/search/s"), 404)
    answer = load(api, {**VIEW, "attributes": {"title": "new"}}, SEARCH, overwrite=True)
    assert answer["success"] and answer["successResults"][0]["overwrite"]
    assert ok(api.get("/api/saved_objects/index-pattern/logs"))["attributes"] == {"title": "new"}


def test_an_unknown_type_does_not(api: Api) -> None:
    answer = load(api, {**VIEW, "type": "wigwags"}, VIEW)
    assert answer["errors"][0]["error"] == {"type": "unsupported_type"}
    assert not answer["success"] and answer["successCount"] == 1
    ok(api.get("/api/saved_objects/index-pattern/logs"))


def test_missing_references_and_what_resolves_them(api: Api) -> None:
    answer = load(api, SEARCH)
    assert answer["errors"][0]["error"]["references"] == [{"type": "index-pattern", "id": "logs"}]
    load(api, {**VIEW, "id": "other"})
    swap = {"type": "index-pattern", "from": "logs", "to": "other"}
    assert ok(resolve(api, [], SEARCH)) == {"success": True, "successCount": 0, "warnings": []}
    retry = {"type": "search", "id": "s"}
    assert ok(resolve(api, [{**retry, "replaceReferences": [swap]}], SEARCH))["success"]
    assert ok(api.get("/api/saved_objects/search/s"))["references"][0]["id"] == "other"
    assert ok(resolve(api, [retry], SEARCH))["errors"][0]["error"]["type"] == "missing_references"
    answer = ok(resolve(api, [{**retry, "ignoreMissingReferences": True, "overwrite": True}], SEARCH))
    assert answer["success"] and answer["successResults"][0]["overwrite"]
    answer = ok(resolve(api, [{**retry, "ignoreMissingReferences": True, "destinationId": "t"}], SEARCH))
    assert answer["successResults"][0]["destinationId"] == "t"
    assert ok(api.get("/api/saved_objects/search/t"))["originId"] == "s"


def test_an_id_of_another_space_gets_a_new_one(api: Api) -> None:
    ok(api.post("/api/spaces/space", {"id": "x", "name": "X"}))
    load(api, VIEW, SEARCH)
    answer = ok(api.upload(f"/s/x{IMPORT}", "a.ndjson", text(VIEW, SEARCH), overwrite=True))
    first = answer["successResults"][0]["destinationId"]
    again = ok(api.upload(f"/s/x{IMPORT}", "a.ndjson", text(VIEW, SEARCH), overwrite=True))
    assert again["successResults"][0]["destinationId"] == first and again["successResults"][0]["overwrite"]
    search = ok(api.get(f"/s/x/api/saved_objects/search/{again['successResults'][1]['destinationId']}"))
    assert search["references"][0]["id"] == first and search["originId"] == "s"


def test_copies(api: Api) -> None:
    load(api, VIEW)
    answer = load(api, VIEW, SEARCH, createNewCopies=True)
    assert all(one["destinationId"] != one["id"] for one in answer["successResults"])
    assert refused(api.upload(IMPORT, "a.ndjson", text(VIEW), createNewCopies=True, overwrite=True), 400)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "Either `type` or `objects` are required."),
        ({"type": "tag", "objects": []}, "Can't specify both"),
        ({"type": ["wigwags"]}, "Trying to export non-exportable type(s): wigwags"),
        ({"objects": [{"type": "wigwags", "id": "1"}]}, "non-exportable types: wigwags:1"),
        ({"objects": [{"type": "tag", "id": "1"}]}, "Error fetching objects to export"),
    ],
)
def test_refused_exports(api: Api, body: dict[str, Any], said: str) -> None:
    assert said in refused(api.post(EXPORT, body), 400)


def test_refused_imports(api: Api) -> None:
    assert refused(api.post(IMPORT), 415) == "Unsupported Media Type"
    assert refused(api.upload(IMPORT, "a.json", ""), 400) == "Invalid file extension .json"
    assert "Non-unique import objects detected: [index-pattern:logs]" in refused(
        api.upload(IMPORT, "a.ndjson", text(VIEW, VIEW)), 400
    )
    refused(api.upload(IMPORT, "a.ndjson", "{"), 400)
    refused(Api(api.emulator, ("viewer", "viewer")).upload(IMPORT, "a.ndjson", text(VIEW)), 403)
