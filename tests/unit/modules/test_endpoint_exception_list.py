# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The endpoint exception list: made once, items by their id, comments that only grow."""

from __future__ import annotations

from typing import Any

import pytest
from harness import Kibana

MODULE = "endpoint_exception_list"
LIST = "/api/endpoint_list"
ITEMS = f"{LIST}/items"
MATCH = {"type": "match", "field": "process.name", "value": "agent.exe"}
NESTED = {
    "type": "nested",
    "field": "process.Ext.code_signature",
    "entries": [{"type": "match", "field": "trusted", "value": True}, {"type": "exists", "field": "subject_name"}],
}


def item(item_id: str = "a", **fields: Any) -> dict[str, Any]:
    return {"item_id": item_id, "name": "A", "description": "why", "entries": [MATCH, NESTED], **fields}


def both(kibana: Kibana, params: dict[str, Any]) -> dict[str, Any]:
    """Check mode, then for real: the same prediction, and nothing written by the first."""
    kibana.seen()
    before = dict(kibana.emulator.store("exception_lists"))
    predicted = kibana.ok(MODULE, params, check=True)
    assert kibana.writes() == []
    assert kibana.emulator.store("exception_lists") == before, "not even by reading"
    result = kibana.ok(MODULE, params)
    for key in ("changed", "diff", "exceptions", "summary", "list_created"):
        assert predicted.get(key) == result.get(key)
    assert ("diff" in result) == result["changed"]
    return result


def stored(kibana: Kibana, item_id: str = "a") -> dict[str, Any]:
    return dict(kibana.call("GET", f"{ITEMS}?item_id={item_id}"))


def test_the_list_alone(any_kibana: Kibana) -> None:
    first = both(any_kibana, {})
    assert (first["changed"], first["list_created"]) == (True, True)
    assert any_kibana.writes() == [f"POST {LIST}"]
    assert (both(any_kibana, {})["changed"], any_kibana.writes()) == (False, [])


def test_life_of_an_item(any_kibana: Kibana) -> None:
    steps: list[tuple[dict[str, Any], str, list[str]]] = [
        (item(), "created", [f"POST {LIST}", f"POST {ITEMS}"]),
        (item(), "unchanged", []),
        (item(entries=[NESTED, MATCH]), "unchanged", []),
        ({"item_id": "a", "tags": ["b", "a"]}, "updated", [f"PUT {ITEMS}"]),
        ({"item_id": "a", "tags": ["a", "b"]}, "unchanged", []),
        ({"item_id": "a", "os_types": ["windows", "linux"]}, "updated", [f"PUT {ITEMS}"]),
        ({"item_id": "a", "name": "B", "meta": {"k": 1}}, "updated", [f"PUT {ITEMS}"]),
        ({"item_id": "a", "comments": ["one"]}, "updated", [f"PUT {ITEMS}"]),
        ({"item_id": "a", "comments": ["one"]}, "unchanged", []),
        ({"item_id": "a", "comments": ["two", "two"]}, "updated", [f"PUT {ITEMS}"]),
        ({"item_id": "a", "entries": [{**MATCH, "operator": "excluded"}]}, "updated", [f"PUT {ITEMS}"]),
    ]
    for given, outcome, writes in steps:
        result = both(any_kibana, {"items": [given]})
        assert any_kibana.writes() == writes
        assert result["exceptions"] == [{"item_id": "a", "result": outcome}]
    held = stored(any_kibana)
    assert (held["name"], held["tags"], held["os_types"], held["meta"]) == (
        "B",
        ["b", "a"],
        ["windows", "linux"],
        {"k": 1},
    )
    assert [comment["comment"] for comment in held["comments"]] == ["one", "two"]
    assert held["entries"] == [{**MATCH, "operator": "excluded"}]
    for outcome, writes in (("deleted", [f"DELETE {ITEMS}"]), ("unchanged", [])):
        result = both(any_kibana, {"items": [{"item_id": "a"}], "state": "absent"})
        assert any_kibana.writes() == writes
        assert result["exceptions"] == [{"item_id": "a", "result": outcome}]
    assert any_kibana.emulator.violations == []


def test_absent_makes_no_list(any_kibana: Kibana) -> None:
    result = both(any_kibana, {"items": [{"item_id": "a"}], "state": "absent"})
    assert (result["changed"], result["list_created"]) == (False, False)
    assert any_kibana.emulator.store("exception_lists") == {}


def test_values_become_texts(kibana: Kibana) -> None:
    entries = [
        {"type": "match_any", "field": "process.pid", "value": [1, "2"]},
        {"type": "match_any", "field": "user.name", "value": "x"},
        {"type": "wildcard", "field": "file.path", "value": "C:\\*", "operator": "excluded"},
    ]
    kibana.ok(MODULE, {"items": [item(entries=entries)]})
    assert [entry["value"] for entry in stored(kibana)["entries"]] == [["1", "2"], ["x"], "C:\\*"]
    assert not kibana.ok(MODULE, {"items": [item(entries=entries)]})["changed"]


def test_exact(any_kibana: Kibana) -> None:
    any_kibana.ok(MODULE, {"items": [item(name) for name in "abc"]})
    exact = {"items": [item("b")], "exact": True}
    assert "a, c" in any_kibana.fails(MODULE, {**exact, "max_deletions": 1})["msg"]
    assert both(any_kibana, exact)["summary"]["deleted"] == 2
    assert not both(any_kibana, exact)["changed"]


def test_to_the_last_page(kibana: Kibana, monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.stackops.kibana.plugins.module_utils import _endpoint_exceptions

    monkeypatch.setattr(_endpoint_exceptions, "PAGE_SIZE", 2)
    items = [item(name) for name in "abcde"]
    assert kibana.ok(MODULE, {"items": items})["summary"]["created"] == 5
    assert not kibana.ok(MODULE, {"items": items})["changed"]


def test_one_failure_hides_no_other(any_kibana: Kibana) -> None:
    bad = item("b", entries=[{"type": "exists", "field": "process.entity_id"}])
    result = any_kibana.fails(MODULE, {"items": [item("a"), bad, item("c")]})
    assert (result["summary"]["created"], result["summary"]["failed"]) == (2, 1)
    assert "process.entity_id" in result["msg"] and result["changed"] and result["list_created"]


def test_somebody_else_was_faster(kibana: Kibana) -> None:
    kibana.ok(MODULE, {"items": [item()]})
    conflict = {"status": 409, "body": {"message": "version conflict", "status_code": 409}}
    kibana.fault(method="PUT", path=ITEMS, times=1, **conflict)
    assert kibana.ok(MODULE, {"items": [item(name="B")]})["changed"]
    assert stored(kibana)["name"] == "B"
    kibana.fault(method="PUT", path=ITEMS, **conflict)
    assert "version conflict" in kibana.fails(MODULE, {"items": [item(name="C")]})["msg"]


def test_a_lost_answer_is_found_out(kibana: Kibana) -> None:
    kibana.fault(method="POST", path=ITEMS, cut="after")
    assert kibana.ok(MODULE, {"items": [item()]})["summary"]["created"] == 1
    kibana.no_faults()
    assert not kibana.ok(MODULE, {"items": [item()]})["changed"]


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"exact": True}, "exact goes with items"),
        ({"exact": True, "items": [], "state": "absent"}, "exact goes with items"),
        ({"items": [item(), item()]}, "listed twice"),
        ({"items": [item(" ")]}, "item_id is empty"),
        ({"items": [item(entries=[])]}, "exception of nothing"),
        ({"items": [{"item_id": "a", "name": "A"}]}, "it needs description, entries"),
        ({"items": [item(entries=[{**MATCH, "value": None}])]}, "type match needs a value"),
        ({"items": [item(entries=[{**MATCH, "value": ["a"]}])]}, "type match takes a single value"),
        ({"items": [item(entries=[{**MATCH, "type": "exists"}])]}, "type exists takes no value"),
        ({"items": [item(entries=[{**MATCH, "type": "nested"}])]}, "type nested takes field and entries"),
        ({"items": [item(entries=[{**MATCH, "entries": []}])]}, "type match takes no entries"),
        ({"items": [item(entries=[{**NESTED, "entries": [{**MATCH, "value": ""}]}])]}, "type match needs a value"),
    ],
)
def test_what_is_refused(kibana: Kibana, params: dict[str, Any], words: str) -> None:
    assert words in kibana.fails(MODULE, params)["msg"]
    assert kibana.writes() == []


@pytest.mark.parametrize("status", [401, 403, 404, 500, 503])
def test_refusals_are_no_absence(kibana: Kibana, status: int) -> None:
    kibana.fault(path="/api/exception_lists", status=status)
    assert kibana.fails(MODULE, {"items": [{"item_id": "a"}], "state": "absent"})["status"] == status


def test_all_spaces_share_it(kibana: Kibana) -> None:
    assert "does not exist" in kibana.fails(MODULE, {"space": "soc"})["msg"]
    kibana.call("POST", "/api/spaces/space", {"id": "soc", "name": "SOC"})
    assert kibana.ok(MODULE, {"items": [item()], "space": "soc"})["changed"]
    assert {entry["space"] for entry in kibana.seen() if "endpoint_list" in entry["path"]} == {"soc"}
    assert not kibana.ok(MODULE, {"items": [item()]})["changed"]
