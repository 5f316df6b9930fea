# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Timelines to a file and back: bytes are kept, nothing is made twice, and every line has its result."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from harness import Kibana

EXPORT, IMPORT = "timeline_export", "timeline_import"
TIMELINE, TIMELINES = "/api/timeline", "/api/timelines"
DATES = {"start": "2026-01-05T00:00:00.000Z", "end": "2026-01-06T00:00:00.000Z"}


def line(**fields: Any) -> dict[str, Any]:
    empty = {"savedObjectId": None, "version": None, "pinnedEventIds": [], "eventNotes": [], "globalNotes": []}
    return {**empty, "title": "T", "dateRange": DATES, **fields}


def text(*lines: Any) -> str:
    return "".join(json.dumps(item) + "\n" for item in lines)


def template(version: int | None = 1, **fields: Any) -> dict[str, Any]:
    return line(timelineType="template", templateTimelineId="t", templateTimelineVersion=version, **fields)


def stored(kibana: Kibana) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = kibana.call("GET", TIMELINES)["timeline"]
    kibana.seen()
    return found


def ids(kibana: Kibana) -> list[str]:
    return [item["savedObjectId"] for item in stored(kibana)]


def both(kibana: Kibana, params: dict[str, Any]) -> dict[str, Any]:
    """Check mode, then for real: the same prediction, and nothing written by the first."""
    kibana.seen()
    predicted = kibana.ok(IMPORT, params, check=True)
    assert kibana.writes() == []
    result = kibana.ok(IMPORT, params)
    for key in ("changed", "diff", "summary"):
        assert predicted.get(key) == result.get(key)
    assert ("diff" in result) == result["changed"]
    return result


def results(result: dict[str, Any]) -> list[str]:
    return [item["result"] for item in result["timelines"]]


def test_import_makes_nothing_twice(any_kibana: Kibana) -> None:
    note = {"note": "n", "eventId": None, "timelineId": "old"}
    on_event = {"note": "m", "eventId": "e", "timelineId": "old"}
    first = line(savedObjectId="old", version="x", globalNotes=[note], eventNotes=[on_event], pinnedEventIds=["e"])
    content = text(first, line(title="U", description=""), template(title="V"))
    for outcome, writes in (("created", [f"POST {TIMELINE}/_import"]), ("unchanged", [])):
        result = both(any_kibana, {"content": content})
        assert any_kibana.writes() == writes
        assert results(result) == [outcome] * 3
        assert [item["savedObjectId"] for item in result["timelines"]] == ids(any_kibana)
    assert any_kibana.emulator.violations == []


def test_only_what_is_missing_is_sent(any_kibana: Kibana) -> None:
    any_kibana.ok(IMPORT, {"content": text(line())})
    result = both(any_kibana, {"content": text(line(), line(title="U"))})
    assert results(result) == ["unchanged", "created"]
    assert len(ids(any_kibana)) == 2


def test_templates_are_updated_by_a_higher_version(any_kibana: Kibana) -> None:
    for given, outcome in (
        (template(), "created"),
        (template(), "unchanged"),
        (template(2, description="d"), "updated"),
        (template(2, description="d"), "unchanged"),
    ):
        assert results(both(any_kibana, {"content": text(given)})) == [outcome]
        assert len(ids(any_kibana)) == 1
    any_kibana.seen()
    for check in (True, False):
        result = any_kibana.fails(IMPORT, {"content": text(template(2, description="e"))}, check=check)
        assert "templateTimelineVersion 2" in result["msg"] and results(result) == ["failed"]
    assert any_kibana.writes() == []


def test_a_template_without_an_id_is_known_by_its_title(any_kibana: Kibana) -> None:
    content = text(line(timelineType="template"))
    assert results(both(any_kibana, {"content": content})) == ["created"]
    assert results(both(any_kibana, {"content": content})) == ["unchanged"]


def test_another_one_of_this_title(any_kibana: Kibana) -> None:
    any_kibana.ok(IMPORT, {"content": text(line())})
    other = text(line(description="d"))
    for check in (True, False):
        result = any_kibana.fails(IMPORT, {"content": other}, check=check)
        assert "differs" in result["msg"] and not result["changed"]
    assert results(both(any_kibana, {"content": other, "if_different": "create"})) == ["created"]
    for choice in ("fail", "create", "replace"):
        assert results(both(any_kibana, {"content": other, "if_different": choice})) == ["unchanged"]
    third = text(line(description="e"))
    assert "not clear which" in any_kibana.fails(IMPORT, {"content": third, "if_different": "replace"})["msg"]
    assert len(ids(any_kibana)) == 2


def test_replace_by_title_imports_first(any_kibana: Kibana) -> None:
    any_kibana.ok(IMPORT, {"content": text(line())})
    before = ids(any_kibana)
    other = {"content": text(line(description="d")), "if_different": "replace"}
    assert results(both(any_kibana, other)) == ["replaced"]
    assert any_kibana.writes() == [f"POST {TIMELINE}/_import", f"DELETE {TIMELINE}"]
    assert len(ids(any_kibana)) == 1 and ids(any_kibana) != before
    assert results(both(any_kibana, other)) == ["unchanged"]
    any_kibana.fault(path=f"{TIMELINE}/_import", status=500)
    any_kibana.fails(IMPORT, {**other, "content": text(line(description="e"))})
    assert len(ids(any_kibana)) == 1, "nothing is deleted before its successor is there"


def test_replace_by_id(any_kibana: Kibana) -> None:
    any_kibana.ok(IMPORT, {"content": text(line())})
    own = ids(any_kibana)[0]
    changed = {"content": text(line(savedObjectId=own, version="x", description="d"))}
    assert "cannot update it by import" in any_kibana.fails(IMPORT, {**changed, "if_different": "create"})["msg"]
    assert results(both(any_kibana, {**changed, "if_different": "replace"})) == ["replaced"]
    assert any_kibana.writes() == [f"DELETE {TIMELINE}", f"POST {TIMELINE}/_import"]
    assert stored(any_kibana)[0]["description"] == "d"
    own = ids(any_kibana)[0]
    any_kibana.fault(path=f"{TIMELINE}/_import", status=500)
    again = {"content": text(line(savedObjectId=own, description="e")), "if_different": "replace"}
    result = any_kibana.fails(IMPORT, again)
    assert "deleted already" in result["msg"] and result["changed"]


def test_bytes_are_kept(kibana: Kibana, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient

    sent: list[bytes] = []
    send = KibanaClient.send

    def spy(self: KibanaClient, *args: Any, **kwargs: Any) -> Any:
        sent.extend(file[1] for file in [(args[5] or {}).get("file")] if file)
        return send(self, *args, **kwargs)

    monkeypatch.setattr(KibanaClient, "send", spy)
    raw = (
        '  {"title" : "\\u00e9 é",  "savedObjectId":null, "version":null,"pinnedEventIds":[],'
        '"eventNotes":[],"globalNotes":[]}\r\n\n'
    ).encode()
    (tmp_path / "t.ndjson").write_bytes(raw)
    assert results(kibana.ok(IMPORT, {"src": str(tmp_path / "t.ndjson")})) == ["created"]
    assert sent == [raw]


def test_one_failure_hides_no_other(any_kibana: Kibana) -> None:
    result = any_kibana.fails(IMPORT, {"content": text(line(), line(title="D", status="draft"), line(title="U"))})
    assert results(result) == ["created", "failed", "created"]
    assert "draft" in result["msg"] and result["changed"] and result["summary"]["failed"] == 1


def test_a_lost_answer_is_found_out(kibana: Kibana) -> None:
    kibana.fault(path=f"{TIMELINE}/_import", cut="after")
    assert results(kibana.ok(IMPORT, {"content": text(line())})) == ["created"]
    kibana.no_faults()
    assert len(ids(kibana)) == 1


@pytest.mark.parametrize("status", [401, 403, 404, 413, 500, 503])
def test_refusals(kibana: Kibana, status: int) -> None:
    for path in (f"{TIMELINE}/_import", TIMELINES):
        kibana.fault(path=path, status=status)
        assert kibana.fails(IMPORT, {"content": text(line())})["status"] == status
    assert kibana.fails(EXPORT, {})["status"] == status


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "Line 1 is not JSON"),
        (text(line()) + "[]", "Line 2 is no JSON object"),
        (text({"statusCode": 404, "error": "Not Found"}), "Line 1 has no title"),
        (text({"title": "T"}), "Line 1 lacks savedObjectId"),
        (text(line(globalNotes=["n"])), "notes or pinned events"),
        (text(line(savedObjectId="a"), line(savedObjectId="a", title="U")), "Lines 1 and 2 have the same"),
    ],
)
def test_what_is_refused_before_any_request(kibana: Kibana, content: str, words: str) -> None:
    assert words in kibana.fails(IMPORT, {"content": content})["msg"]
    assert kibana.seen() == []


def test_an_empty_file(kibana: Kibana, tmp_path: Path) -> None:
    (tmp_path / "t").write_bytes(b"\n")
    assert kibana.ok(IMPORT, {"src": str(tmp_path / "t")})["timelines"] == []
    assert "does not exist" in kibana.fails(IMPORT, {"src": str(tmp_path / "none")})["msg"]


def test_there_and_back(any_kibana: Kibana, tmp_path: Path) -> None:
    note = {"note": "n", "eventId": None, "timelineId": "old"}
    any_kibana.ok(IMPORT, {"content": text(line(title="é", globalNotes=[note]), template(title="V"))})
    path = tmp_path / "t.ndjson"
    for changed in (True, False):
        predicted = any_kibana.ok(EXPORT, {"dest": str(path)}, check=True)
        result = any_kibana.ok(EXPORT, {"dest": str(path)})
        for key in ("changed", "diff", "checksum", "timelines"):
            assert result.get(key) == predicted.get(key)
        assert result["changed"] is changed
    assert [item["title"] for item in result["timelines"]] == ["V", "é"]
    raw = any_kibana.http.post(
        f"http://localhost:5601{TIMELINE}/_export?file_name=x",
        json={"ids": [item["savedObjectId"] for item in result["timelines"]]},
    ).content
    assert path.read_bytes() == raw
    assert results(any_kibana.ok(IMPORT, {"src": str(path)})) == ["unchanged"] * 2
    any_kibana.call("POST", "/api/spaces/space", {"id": "soc", "name": "SOC"})
    assert results(both(any_kibana, {"src": str(path), "space": "soc"})) == ["created"] * 2
    assert results(both(any_kibana, {"src": str(path), "space": "soc"})) == ["unchanged"] * 2


def test_a_file_is_kept_where_only_versions_differ(any_kibana: Kibana, tmp_path: Path) -> None:
    any_kibana.ok(IMPORT, {"content": text(line())})
    path = tmp_path / "t.ndjson"
    any_kibana.ok(EXPORT, {"dest": str(path)})
    before, item = path.read_bytes(), stored(any_kibana)[0]
    body = {"timelineId": item["savedObjectId"], "version": item["version"], "timeline": {"title": "T"}}
    any_kibana.call("PATCH", TIMELINE, body)
    assert not any_kibana.ok(EXPORT, {"dest": str(path)})["changed"] and path.read_bytes() == before
    body.update(version=stored(any_kibana)[0]["version"], timeline={"title": "T", "description": "d"})
    any_kibana.call("PATCH", TIMELINE, body)
    assert any_kibana.ok(EXPORT, {"dest": str(path)})["changed"]
    path.write_text("no export\n", encoding="utf-8")
    assert any_kibana.ok(EXPORT, {"dest": str(path)})["changed"]


def test_what_to_export(any_kibana: Kibana, monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.stackops.kibana.plugins.module_utils import _timelines

    monkeypatch.setattr(_timelines, "PAGE_SIZE", 2)
    lines = [line(title=name) for name in "CBA"]
    any_kibana.ok(IMPORT, {"content": text(*lines, template(title="T"), line(title="I", status="immutable"))})
    by_title = {item["title"]: item["savedObjectId"] for item in stored(any_kibana)}
    for params, titles in (
        ({}, "ABCT"),
        ({"timelineType": "default"}, "ABC"),
        ({"timelineType": "template"}, "T"),
        ({"status": "immutable"}, "I"),
        ({"titles": ["C", "A"]}, "AC"),
        ({"ids": [by_title["C"], by_title["A"], by_title["C"]]}, "CA"),
        ({"titles": []}, ""),
    ):
        result = any_kibana.ok(EXPORT, params)
        assert [item["title"] for item in result["timelines"]] == list(titles)
        assert len(result["content"].splitlines()) == len(titles)
    for params, words in (({"titles": ["A", "X"]}, "title 'X'"), ({"ids": ["x", by_title["A"]]}, "with the id x")):
        assert words in any_kibana.fails(EXPORT, params)["msg"]
        predicted = any_kibana.ok(EXPORT, params, check=True)
        assert [item["title"] for item in predicted["timelines"]] == ["A"] and words in predicted["warnings"][0]
    assert "empty element" in any_kibana.fails(EXPORT, {"titles": [" "]})["msg"]


def test_an_export_that_was_cut_off(kibana: Kibana, tmp_path: Path) -> None:
    kibana.ok(IMPORT, {"content": text(line())})
    kibana.fault(path=f"{TIMELINE}/_export", status=200, body='{"savedObjectId": ')
    assert "is not JSON" in kibana.fails(EXPORT, {"dest": str(tmp_path / "t")})["msg"]
    assert not any(tmp_path.iterdir())


def test_import_into_a_space_that_is_not_there(kibana: Kibana) -> None:
    params = {"content": text(line()), "space": "soc"}
    assert "does not exist" in kibana.fails(IMPORT, params)["msg"]
    assert kibana.ok(IMPORT, params, check=True)["changed"]
