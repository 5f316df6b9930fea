# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Importing saved objects."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from harness import Kibana, without_invocation

from ansible_collections.stackops.kibana.plugins.module_utils import _saved_objects_import

MODULE, SAVED = "saved_objects_import", "/api/saved_objects"
VIEW = {"type": "index-pattern", "id": "logs", "attributes": {"title": "logs-*", "fieldAttrs": "{}"}, "references": []}
REF = {"name": "index", "type": "index-pattern", "id": "logs"}
SEARCH = {"type": "search", "id": "s", "attributes": {"title": "S", "sort": '[ ["a"] ]'}, "references": [REF]}
BOARD = {
    "type": "dashboard",
    "id": "b",
    "attributes": {"title": "B"},
    "references": [{"name": "1", "type": "search", "id": "s"}],
}
DETAILS = {"exportedCount": 3, "missingRefCount": 0, "missingReferences": []}


def text(*items: dict[str, Any]) -> str:
    return "\n".join(json.dumps(item) for item in items)


def options(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"content": text(*items), **more}


def outcomes(result: dict[str, Any]) -> dict[str, str]:
    return {one["id"]: one["result"] for one in result["objects"]}


def changed(item: dict[str, Any], **attributes: Any) -> dict[str, Any]:
    return {**item, "attributes": {**item["attributes"], **attributes}}


def run(kibana: Kibana, task: dict[str, Any]) -> dict[str, Any]:
    """In check mode, for real, and again: one prediction, one import, then nothing."""
    kibana.seen()
    predicted = kibana.ok(MODULE, task, check=True)
    assert kibana.writes() == []
    result = kibana.ok(MODULE, task)
    assert len(kibana.writes()) == 1
    assert predicted["changed"] and result["changed"]
    assert predicted["diff"] == result["diff"] and predicted["objects"] == result["objects"]
    again = kibana.ok(MODULE, task)
    assert not again["changed"] and "diff" not in again, again
    assert kibana.writes() == []
    return result


def test_new_changed_and_unchanged(any_kibana: Kibana, tmp_path: Path) -> None:
    result = run(any_kibana, options(VIEW, SEARCH, BOARD, DETAILS))
    assert outcomes(result) == {"logs": "created", "s": "created", "b": "created"}
    file = tmp_path / "a.ndjson"
    file.write_text(text(BOARD, changed(SEARCH, title="T"), VIEW), encoding="utf-8")
    result = run(any_kibana, {"src": str(file)})
    assert outcomes(result) == {"logs": "unchanged", "s": "updated", "b": "unchanged"}
    assert [one["before_header"] for one in result["diff"]] == ["search:s"]
    assert result["diff"][0]["before"]["attributes"]["title"] == "S"
    assert result["diff"][0]["after"]["attributes"] == {"title": "T", "sort": [["a"]]}
    assert result["summary"] == {"created": 0, "updated": 1, "unchanged": 2, "deleted": 0, "failed": 0}
    assert any_kibana.emulator.violations == []


def test_what_kibana_keeps_for_itself_is_no_difference(any_kibana: Kibana) -> None:
    any_kibana.ok(MODULE, options(VIEW, SEARCH))
    exported = any_kibana.ok("saved_objects_export", {"type": "*", "stable": False})["content"]
    any_kibana.call("PUT", f"{SAVED}/search/s", {"attributes": {"title": "S"}})
    used = {"fields": {"x": {"count": 9}}}
    any_kibana.call("POST", "/api/data_views/data_view/logs/fields", used)
    any_kibana.seen()
    assert not any_kibana.ok(MODULE, {"content": exported})["changed"]
    assert not any_kibana.ok(MODULE, options(VIEW, changed(SEARCH, sort='[["a"]]')))["changed"]
    assert any_kibana.writes() == []


def test_without_overwrite_what_differs_fails_and_the_rest_is_imported(any_kibana: Kibana) -> None:
    any_kibana.ok(MODULE, options(VIEW))
    task = options(changed(VIEW, title="new"), SEARCH, overwrite=False)
    for check in (True, False):
        result = any_kibana.fails(MODULE, task, check=check)
        assert outcomes(result) == {"logs": "failed", "s": "created"}
        assert result["changed"] and "overwrite is false" in result["msg"]
    assert any_kibana.call("GET", f"{SAVED}/index-pattern/logs")["attributes"]["title"] == "logs-*"
    assert outcomes(any_kibana.ok(MODULE, options(VIEW, SEARCH, overwrite=False))) == {
        "logs": "unchanged",
        "s": "unchanged",
    }
    retry = {"type": "index-pattern", "id": "logs", "overwrite": True}
    run(any_kibana, {**task, "retries": [retry]})


def test_a_missing_reference_fails_that_object_and_those_that_need_it(any_kibana: Kibana) -> None:
    tag = {"type": "tag", "id": "t", "attributes": {"name": "T"}}
    predicted = any_kibana.ok(MODULE, options(BOARD, SEARCH, tag), check=True)
    assert "index-pattern:logs" in predicted["warnings"][0]
    result = any_kibana.fails(MODULE, options(BOARD, SEARCH, tag))
    assert outcomes(result) == {"b": "failed", "s": "failed", "t": "created"}
    assert "index-pattern:logs" in result["msg"] and "search:s" in result["msg"]
    any_kibana.ok(MODULE, options(VIEW))
    assert outcomes(any_kibana.ok(MODULE, options(BOARD, SEARCH, tag))) == {
        "b": "created",
        "s": "created",
        "t": "unchanged",
    }


def test_missing_references_can_be_ignored(any_kibana: Kibana) -> None:
    run(any_kibana, options(SEARCH, ignoreMissingReferences=True))
    run(any_kibana, options(changed(SEARCH, title="T"), retries=[{**ident(SEARCH), "ignoreMissingReferences": True}]))


def ident(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": item["type"], "id": item["id"]}


def test_references_can_be_replaced(any_kibana: Kibana) -> None:
    any_kibana.ok(MODULE, options({**VIEW, "id": "mine"}, {**VIEW, "id": "third"}))
    swap = {"type": "index-pattern", "from": "logs", "to": "mine"}
    run(any_kibana, options(SEARCH, replaceReferences=[swap]))
    assert any_kibana.call("GET", f"{SAVED}/search/s")["references"][0]["id"] == "mine"
    own = {**ident(SEARCH), "replaceReferences": [{**swap, "to": "third"}]}
    run(any_kibana, options(SEARCH, replaceReferences=[swap], retries=[own]))
    assert any_kibana.call("GET", f"{SAVED}/search/s")["references"][0]["id"] == "third"


def test_an_object_can_have_another_id_here(any_kibana: Kibana) -> None:
    task = options(VIEW, SEARCH, retries=[{**ident(VIEW), "destinationId": "here"}])
    result = run(any_kibana, task)
    assert result["objects"][0]["destinationId"] == "here"
    assert any_kibana.call("GET", f"{SAVED}/search/s")["references"][0]["id"] == "here"
    copy = [{**ident(SEARCH), "destinationId": "copy", "createNewCopy": True}]
    run(any_kibana, options(VIEW, changed(SEARCH, title="C"), retries=[*task["retries"], *copy]))
    assert any_kibana.call("GET", f"{SAVED}/search/s")["attributes"]["title"] == "S"


def test_ids_that_another_space_has(any_kibana: Kibana) -> None:
    any_kibana.call("POST", "/api/spaces/space", {"id": "x", "name": "X"})
    any_kibana.ok(MODULE, options(VIEW, SEARCH))
    task = options(VIEW, SEARCH, kibana_space="x")
    assert any_kibana.ok(MODULE, task)["objects"][0]["destinationId"]
    any_kibana.seen()
    again = any_kibana.ok(MODULE, task)
    assert not again["changed"] and again["objects"][0]["destinationId"]
    assert any_kibana.writes() == []
    result = any_kibana.ok(MODULE, options(VIEW, changed(SEARCH, title="T"), kibana_space="x"))
    assert outcomes(result) == {"logs": "unchanged", "s": "updated"}
    assert any_kibana.call("GET", f"{SAVED}/search/s")["attributes"]["title"] == "S"


def test_several_that_come_from_one(kibana: Kibana) -> None:
    kibana.call("POST", "/api/spaces/space", {"id": "x", "name": "X"})
    for key in ("one", "two"):
        retry = {**ident(VIEW), "destinationId": key}
        kibana.ok(MODULE, options(VIEW, retries=[retry]))
    for check in (True, False):
        result = kibana.fails(MODULE, options(VIEW), check=check)
        assert "(one, two)" in result["msg"] and not result["changed"]
    assert not kibana.ok(MODULE, options(VIEW, retries=[{**ident(VIEW), "destinationId": "two"}]))["changed"]


def test_copies_are_made_at_each_run(any_kibana: Kibana) -> None:
    task = options(VIEW, SEARCH, createNewCopies=True)
    for _unused in range(2):
        assert any_kibana.ok(MODULE, task)["changed"]
    assert any_kibana.ok(MODULE, task, check=True)["changed"]
    assert len(any_kibana.call("GET", f"{SAVED}/_find", params={"type": "search"})["saved_objects"]) == 2


def test_a_type_that_cannot_be_imported(any_kibana: Kibana) -> None:
    for check in (True, False):
        result = any_kibana.fails(MODULE, options({**VIEW, "type": "wigwags"}, {**VIEW, "id": "b"}), check=check)
        assert outcomes(result) == {"logs": "failed", "b": "created"}


def test_large_files_are_cut_where_references_allow_it(kibana: Kibana, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_saved_objects_import, "CHUNK_OBJECTS", 1)
    assert outcomes(kibana.ok(MODULE, options(BOARD, SEARCH, VIEW))) == {
        "b": "created",
        "s": "created",
        "logs": "created",
    }
    assert kibana.writes() == [f"POST {SAVED}/_import"] * 3
    assert not kibana.ok(MODULE, options(BOARD, SEARCH, VIEW))["changed"]
    assert "too large" in kibana.fails(MODULE, options(SEARCH, VIEW, createNewCopies=True))["msg"]


@pytest.mark.parametrize("status", [401, 403, 413, 500])
def test_refusals(kibana: Kibana, status: int) -> None:
    kibana.fault(path="/api", status=status)
    assert kibana.fails(MODULE, options(VIEW))["status"] == status
    kibana.no_faults()
    kibana.fault(path="/api/saved_objects/_import", status=status)
    result = kibana.fails(MODULE, options(VIEW, SEARCH))
    assert outcomes(result) == {"logs": "failed", "s": "failed"} and not result["changed"]


@pytest.mark.parametrize("fault", [{"cut": "after"}, {"cut": "before"}, {"status": 503}])
@pytest.mark.parametrize("existing", [True, False])
def test_a_lost_answer(kibana: Kibana, fault: dict[str, Any], existing: bool) -> None:
    if existing:
        kibana.ok(MODULE, options(changed(VIEW, title="old")))
    kibana.fault(method="POST", path=f"{SAVED}/_import", times=1, **fault)
    result = kibana.run(MODULE, options(VIEW))
    if existing or fault == {"cut": "after"}:
        assert not result.get("failed") and result["changed"], result
    kibana.ok(MODULE, options(VIEW))
    assert not kibana.ok(MODULE, options(VIEW))["changed"]


def test_a_space_that_does_not_exist(kibana: Kibana) -> None:
    assert "space 'x' does not exist" in kibana.fails(MODULE, options(VIEW, kibana_space="x"))["msg"]
    assert kibana.ok(MODULE, options(VIEW, kibana_space="x"), check=True)["changed"]


def test_objects_of_another_version_are_told(kibana: Kibana) -> None:
    kibana.ok(MODULE, options(VIEW))
    result = kibana.ok(MODULE, options({**changed(VIEW, title="x"), "typeMigrationVersion": "7.0.0"}))
    assert "7.0.0" in without_invocation(result["warnings"] and {"warnings": result["warnings"]})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "no saved object"),
        ("{", "Line 1 of content is no JSON"),
        (text(VIEW) + '\n{"id": "x"}', "Line 2 of content is no saved object"),
        (text({"type": "a", "id": "b"}), "attributes"),
        (text(VIEW, VIEW), "twice"),
    ],
)
def test_bad_files_are_told_before_any_request(kibana: Kibana, content: str, said: str) -> None:
    assert said in kibana.fails(MODULE, {"content": content})["msg"]
    assert kibana.seen() == []


def test_bad_input_is_told_before_any_request(kibana: Kibana, tmp_path: Path) -> None:
    assert "does not exist" in kibana.fails(MODULE, {"src": str(tmp_path / "a")})["msg"]
    (tmp_path / "b").write_bytes(b"\xff\xfe\x00")
    assert "UTF-8" in kibana.fails(MODULE, {"src": str(tmp_path / "b")})["msg"]
    assert "retries has tag:x" in kibana.fails(MODULE, options(VIEW, retries=[{"type": "tag", "id": "x"}]))["msg"]
    kibana.fails(MODULE, options(VIEW, createNewCopies=True, compatibilityMode=True))
    assert kibana.seen() == []
