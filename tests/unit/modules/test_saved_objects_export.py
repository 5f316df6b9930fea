# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Exporting saved objects."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from harness import Kibana

SAVED = "/api/saved_objects"
REF = {"type": "index-pattern", "id": "logs", "name": "index"}
DEEP = {"objects": [{"type": "search", "id": "s"}], "includeReferencesDeep": True}


@pytest.fixture
def full(any_kibana: Kibana) -> Kibana:
    attributes = {"title": "logs-*", "fieldAttrs": "{}"}
    any_kibana.call("POST", f"{SAVED}/index-pattern/logs", {"attributes": attributes})
    any_kibana.call("POST", f"{SAVED}/search/s", {"attributes": {"title": "Süd"}, "references": [REF]})
    return any_kibana


def ids(text: str) -> list[Any]:
    return [json.loads(line).get("id") for line in text.splitlines()]


def test_without_a_file_the_lines_are_the_result(full: Kibana) -> None:
    result = full.ok("saved_objects_export", DEEP)
    assert not result["changed"] and "dest" not in result
    assert ids(result["content"]) == ["logs", "s", None]
    assert result["objects"] == [{"type": "index-pattern", "id": "logs"}, {"type": "search", "id": "s"}]
    assert result["details"]["exportedCount"] == 2
    assert "Süd" in result["content"] and "updated_at" not in result["content"]
    assert ids(full.ok("saved_objects_export", {**DEEP, "excludeExportDetails": True})["content"]) == ["logs", "s"]


def test_a_file_changes_only_with_the_objects(full: Kibana, tmp_path: Path) -> None:
    dest = tmp_path / "a.ndjson"
    options = {**DEEP, "dest": str(dest)}
    predicted = full.ok("saved_objects_export", options, check=True)
    assert predicted["changed"] and not dest.exists()
    result = full.ok("saved_objects_export", options)
    assert result["changed"] and result["diff"] == predicted["diff"]
    before = dest.read_bytes()
    full.call("PUT", f"{SAVED}/search/s", {"attributes": {"title": "Süd"}})  # new version and time
    assert not full.ok("saved_objects_export", options)["changed"]
    assert dest.read_bytes() == before
    full.call("PUT", f"{SAVED}/search/s", {"attributes": {"title": "Nord"}})
    assert full.ok("saved_objects_export", options, check=True)["changed"]
    assert dest.read_bytes() == before
    assert full.ok("saved_objects_export", options)["changed"]
    assert b"Nord" in dest.read_bytes()


@pytest.mark.parametrize("details", [True, False])
def test_lines_as_kibana_gives_them(full: Kibana, tmp_path: Path, details: bool) -> None:
    dest = tmp_path / "a.ndjson"
    options = {**DEEP, "dest": str(dest), "stable": False, "excludeExportDetails": not details}
    assert full.ok("saved_objects_export", options)["changed"]
    assert ids(dest.read_text()) == ["logs", "s", *([None] if details else [])]
    assert "updated_at" in dest.read_text()
    full.call("PUT", f"{SAVED}/search/s", {"attributes": {"title": "Süd"}})
    assert not full.ok("saved_objects_export", options)["changed"]
    assert full.ok("saved_objects_export", {**options, "stable": True})["changed"], "another kind of file"


def test_by_type(full: Kibana) -> None:
    assert ids(full.ok("saved_objects_export", {"type": "*"})["content"]) == ["logs", "s", None]
    options = {"type": ["search", "index-pattern"], "hasReference": [{"type": "index-pattern", "id": "logs"}]}
    assert ids(full.ok("saved_objects_export", options)["content"]) == ["s", None]
    assert ids(full.ok("saved_objects_export", {"type": "search", "search": "nothing"})["content"]) == [None]


def test_what_is_missing(full: Kibana) -> None:
    wrong = {"objects": [{"type": "search", "id": "s"}, {"type": "tag", "id": "x"}]}
    assert full.fails("saved_objects_export", wrong)["msg"] == "There is no saved object tag:x in this space."
    full.call("DELETE", f"{SAVED}/index-pattern/logs")
    result = full.ok("saved_objects_export", DEEP)
    assert "index-pattern:logs" in result["warnings"][0]
    assert "wigwags" in full.fails("saved_objects_export", {"type": "wigwags"})["msg"]


def test_an_answer_that_breaks_off(kibana: Kibana, tmp_path: Path) -> None:
    kibana.fault(path="/api/saved_objects/_export", status=200, body='{"type":"a","id":"b","attributes":{}}')
    dest = tmp_path / "a.ndjson"
    assert "breaks off" in kibana.fails("saved_objects_export", {"type": "*", "dest": str(dest)})["msg"]
    assert not dest.exists()


@pytest.mark.parametrize("status", [401, 403, 500])
def test_refusals(kibana: Kibana, status: int) -> None:
    kibana.fault(path="/api", status=status)
    assert kibana.fails("saved_objects_export", {"type": "*"})["status"] == status


def test_bad_input_is_told_before_any_request(kibana: Kibana, tmp_path: Path) -> None:
    assert "nothing to export" in kibana.fails("saved_objects_export", {"objects": []})["msg"]
    kibana.fails("saved_objects_export", {"type": "*", "objects": [{"type": "a", "id": "b"}]})
    kibana.fails("saved_objects_export", {"type": "*", "dest": str(tmp_path)})
    assert kibana.seen() == []
