# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Items of many exception lists: few requests, clean second runs, exact mode, conflicts, failures of some."""

from __future__ import annotations

import json
from typing import Any

import pytest
from harness import Kibana
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

LISTS, ITEMS = "/api/exception_lists", "/api/exception_lists/items"
IMPORT = f"POST {LISTS}/_import"
FINDS = [f"{LISTS}/_find", f"{ITEMS}/_find"]
MODULE = "exception_items"


def item(name: str, **fields: Any) -> dict[str, Any]:
    entry = {"field": "host.name", "type": "match", "value": name}
    return {"item_id": name, "name": name, "description": "d", "entries": [entry], **fields}


def one(items: list[dict[str, Any]] | None, list_id: str = "l", **fields: Any) -> dict[str, Any]:
    described = {"name": "n", "description": "d", "type": "detection"}
    return {"list_id": list_id, **described, "items": items, **fields}


def became(result: dict[str, Any], word: str) -> list[str]:
    return [row["item_id"] for row in result["items"] if row["result"] == word]


def stored(kibana: Kibana, list_id: str = "l", kind: str = "single") -> dict[str, dict[str, Any]]:
    found = kibana.call("GET", f"{ITEMS}/_find?list_id={list_id}&namespace_type={kind}&per_page=10000")
    kibana.seen()
    return {one["item_id"]: one for one in found["data"]}


def many() -> list[dict[str, Any]]:
    """200 items in 69 lists, as somebody complained about."""
    lists = [one([], f"list-{number}") for number in range(69)]
    for number in range(200):
        lists[number % 69]["items"].append(item(f"item-{number}"))
    return lists


def test_two_hundred_items_in_many_lists_take_few_requests(any_kibana: Kibana) -> None:
    kibana, lists = any_kibana, many()
    predicted = kibana.ok(MODULE, {"lists": lists}, check=True)
    assert kibana.writes() == []
    first = kibana.ok(MODULE, {"lists": lists})
    assert [entry["path"] for entry in kibana.seen()] == [FINDS[0], f"{LISTS}/_import"]
    for key in ("changed", "diff", "items", "lists", "summary"):
        assert predicted[key] == first[key]
    assert first["summary"]["created"] == 200
    assert [row["result"] for row in first["lists"]] == ["created"] * 69
    again = kibana.ok(MODULE, {"lists": lists, "exact": True})
    assert not again["changed"] and "diff" not in again
    assert [entry["path"] for entry in kibana.seen()] == FINDS
    lists[3]["items"][0]["tags"] = ["new"]
    lists[5]["items"].pop()
    changed = kibana.ok(MODULE, {"lists": lists, "exact": True})
    assert (became(changed, "updated"), became(changed, "deleted")) == (["item-3"], ["item-143"])
    assert sorted(kibana.writes()) == [f"DELETE {ITEMS}", f"PUT {ITEMS}"]
    assert len(changed["diff"]) == 2
    assert kibana.emulator.violations == []


def test_everything_that_an_item_can_have(any_kibana: Kibana) -> None:
    kibana = any_kibana
    entries = [
        {"field": "a", "type": "match", "value": 5, "operator": "excluded"},
        {"field": "b", "type": "match_any", "value": ["y", True, "x"]},
        {"field": "c", "type": "exists"},
        {"field": "d", "type": "wildcard", "value": "C:\\*.exe"},
        {"field": "e", "type": "list", "list": {"id": "ips", "type": "ip"}},
        {
            "field": "f",
            "type": "nested",
            "entries": [{"field": "g", "type": "match", "value": "h"}, {"field": "i", "type": "exists"}],
        },
    ]
    whole = item(
        "i",
        entries=entries,
        os_types=["windows", "linux"],
        tags=["b", "a"],
        meta={"a": {"b": 1}},
        expire_time="2030-01-01T00:00:00Z",
        comments=[{"comment": "one"}, {"comment": "two"}],
    )
    kibana.ok(MODULE, {"lists": [one([whole])]})
    found = stored(kibana)["i"]
    assert [entry.get("operator") for entry in found["entries"]] == ["excluded", *["included"] * 4, None]
    assert found["entries"][1]["value"] == ["y", "true", "x"]
    assert [comment["comment"] for comment in found["comments"]] == ["one", "two"]
    turned = {**whole, "entries": entries[::-1], "os_types": ["linux", "windows"], "tags": ["a", "b"]}
    turned["expire_time"] = "2030-01-01T01:00:00.000+01:00"
    turned["entries"][0] = {**turned["entries"][0], "entries": turned["entries"][0]["entries"][::-1]}
    for same in (whole, turned, {"item_id": "i"}, {"item_id": "i", "tags": ["b", "a"]}):
        assert not kibana.ok(MODULE, {"lists": [{"list_id": "l", "items": [same]}]})["changed"]
    for change in (
        {"entries": entries[1:]},
        {"expire_time": ""},
        {"tags": []},
        {"os_types": ["macos"]},
        {"meta": {}},
        {"name": "other"},
        {"comments": [{"comment": "two"}, {"comment": "three"}]},
    ):
        params = {"lists": [{"list_id": "l", "items": [{"item_id": "i", **change}]}]}
        before = stored(kibana)["i"]
        assert kibana.ok(MODULE, params, check=True)["diff"] == kibana.ok(MODULE, params)["diff"]
        assert kibana.writes() == [f"PUT {ITEMS}"]
        assert not kibana.ok(MODULE, params)["changed"]
        kept = {key: value for key, value in before.items() if key not in {*change, "_version", "updated_at"}}
        after = stored(kibana)["i"]
        assert kept == {key: after.get(key) for key in kept}, "what is not given stays"
    assert [comment["comment"] for comment in stored(kibana)["i"]["comments"]] == ["one", "two", "three"]
    assert kibana.emulator.violations == []


def test_exact_deletes_inside_its_lists_alone(kibana: Kibana) -> None:
    kibana.ok(MODULE, {"lists": [one([item("a"), item("b")]), one([item("c")], "m"), one([item("d")], "other")]})
    params = {"lists": [one([item("a")]), one(None, "m")], "exact": True}
    predicted = kibana.ok(MODULE, params, check=True)
    result = kibana.ok(MODULE, params)
    assert became(predicted, "deleted") == became(result, "deleted") == ["b"]
    assert predicted["diff"] == result["diff"]
    assert [set(stored(kibana, name)) for name in ("l", "m", "other")] == [{"a"}, {"c"}, {"d"}]


def test_exact_stops_before_too_many_deletions(kibana: Kibana) -> None:
    kibana.ok(MODULE, {"lists": [one([item(f"i{number}") for number in range(5)])]})
    kibana.seen()
    params = {"lists": [one([item("new")])], "exact": True, "max_deletions": 4}
    assert "max_deletions" in kibana.fails(MODULE, params)["msg"]
    assert kibana.writes() == []
    kibana.ok(MODULE, {**params, "max_deletions": 5})


def test_an_item_moves_between_lists_of_the_task_with_exact_alone(kibana: Kibana) -> None:
    kibana.ok(MODULE, {"lists": [one([item("a")]), one([], "m")]})
    kibana.seen()
    moved = {"lists": [one([]), one([item("a")], "m")]}
    assert "exact: true" in kibana.fails(MODULE, moved)["msg"]
    assert kibana.writes() == []
    result = kibana.ok(MODULE, {**moved, "exact": True})
    assert became(result, "updated") == ["a"]
    assert result["diff"][0]["before"]["list_id"] == "l"
    assert kibana.writes() == [f"DELETE {ITEMS}", f"POST {ITEMS}"]
    assert not kibana.ok(MODULE, {**moved, "exact": True})["changed"]
    foreign = kibana.fails(MODULE, {"lists": [one([item("a"), item("b")])]})
    assert (became(foreign, "failed"), became(foreign, "created")) == (["a"], ["b"])
    assert "already exists" in foreign["msg"]


def test_the_same_ids_in_both_namespaces(kibana: Kibana) -> None:
    lists = [one([item("a"), item("b")]), one([item("a"), item("b")], namespace_type="agnostic")]
    kibana.ok(MODULE, {"lists": lists})
    assert kibana.writes() == [IMPORT] * 2
    assert not kibana.ok(MODULE, {"lists": lists, "exact": True})["changed"]
    kibana.ok(MODULE, {"lists": [one([]), one([item("a")], namespace_type="agnostic")], "exact": True})
    assert (set(stored(kibana)), set(stored(kibana, kind="agnostic"))) == (set(), {"a"})


def test_what_cannot_be_imported_is_written_one_by_one(kibana: Kibana) -> None:
    lists = [
        one([item("a"), item("b")], "endpoint_trusted_apps", type="endpoint_trusted_apps", namespace_type="agnostic"),
        one([item("c (1)"), item("or"), item("fine"), item("too")], "l"),
        one([item("x"), item("y")], 'odd "id" (2)'),
    ]
    kibana.ok(MODULE, {"lists": lists})
    writes = kibana.writes()
    assert writes.count(IMPORT) == 1
    assert (writes.count(f"POST {LISTS}"), writes.count(f"POST {ITEMS}")) == (2, 6)
    assert not kibana.ok(MODULE, {"lists": lists, "exact": True})["changed"]


@pytest.mark.parametrize("status", [400, 403, 404, 413, 500])
def test_without_an_import_it_is_done_one_by_one(kibana: Kibana, status: int) -> None:
    kibana.fault(method="POST", path=f"{LISTS}/_import", status=status)
    params = {"lists": many()[:7]}
    if status in (403, 500):
        result = kibana.fails(MODULE, params)
        assert {row["result"] for row in result["items"]} == {"failed"}
        assert not result["changed"]
        assert kibana.writes() == [IMPORT]
    else:
        kibana.ok(MODULE, params)
        assert len(kibana.writes()) == 1 + 7 + sum(len(one["items"]) for one in params["lists"])
    kibana.no_faults()
    kibana.ok(MODULE, params)
    assert not kibana.ok(MODULE, params)["changed"]


def test_an_answer_that_is_lost(kibana: Kibana) -> None:
    kibana.fault(method="POST", path=f"{LISTS}/_import", cut="after", times=1)
    result = kibana.ok(MODULE, {"lists": many()})
    assert result["summary"]["created"] == 200
    kibana.fault(method="PUT", path=ITEMS, cut="after", times=1)
    change = {"lists": [{"list_id": "list-0", "items": [{"item_id": "item-0", "comments": [{"comment": "x"}]}]}]}
    assert kibana.ok(MODULE, change)["changed"]
    assert len(stored(kibana, "list-0")["item-0"]["comments"]) == 1, "a comment is not added twice"
    kibana.fault(method="DELETE", path=ITEMS, cut="after", times=1)
    assert kibana.ok(MODULE, {"lists": [one([], "list-0")], "exact": True})["summary"]["deleted"] == 3


def test_somebody_else_was_faster(kibana: Kibana, monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.stackops.kibana.plugins.module_utils import _exception_items, _exception_plan

    kibana.ok(MODULE, {"lists": [one([item("a"), item("b")])]})
    original, done = _exception_items.read_items, []

    def meddle(*args: Any) -> Any:
        found = list(original(*args))
        if not done:
            done.append(True)
            kibana.call("PUT", ITEMS, {**item("a", tags=["theirs"]), "type": "simple", "entries": full(item("a"))})
            kibana.call("POST", ITEMS, {**item("c"), "list_id": "l", "type": "simple", "entries": full(item("c"))})
        return found

    monkeypatch.setattr(_exception_plan, "read_items", meddle)
    wanted = [{"item_id": "a", "name": "ours"}, item("c", tags=["ours"]), item("d")]
    result = kibana.ok(MODULE, {"lists": [one(wanted)]})
    found = stored(kibana)
    assert (found["a"]["name"], found["a"]["tags"]) == ("ours", ["theirs"]), "their change is kept"
    assert (found["c"]["tags"], set(found)) == (["ours"], {"a", "b", "c", "d"})
    assert (became(result, "updated"), became(result, "created")) == (["a", "c"], ["d"])


def full(given: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**entry, "operator": "included"} for entry in given["entries"]]


def test_one_item_that_is_refused_does_not_keep_the_others(kibana: Kibana) -> None:
    bad = item("bad", entries=[{"field": "process.entity_id", "type": "match", "value": "x"}])
    lists = [one([item("good"), bad], "endpoint_list", type="endpoint", namespace_type="agnostic")]
    result = kibana.fails(MODULE, {"lists": lists})
    assert (became(result, "created"), became(result, "failed")) == (["good"], ["bad"])
    assert "process.entity_id" in result["msg"]
    assert result["changed"]
    left = kibana.fails(MODULE, {"lists": lists})
    assert (became(left, "unchanged"), left["changed"]) == (["good"], False)


def test_errors_of_an_import_that_name_nothing(kibana: Kibana, monkeypatch: pytest.MonkeyPatch) -> None:
    body = {"errors": [{"error": {"status_code": 500, "message": "shard"}, "item_id": "(unknown item_id)"}]}
    counts = {"success": False, "success_count": 1}
    kibana.fault(method="POST", path=f"{LISTS}/_import", status=200, body={**body, **counts}, times=1)
    result = kibana.fails(MODULE, {"lists": [one([item("a"), item("b")])]})
    assert (became(result, "failed"), result["changed"]) == (["a", "b"], False)
    assert "shard" in result["msg"]


def test_chunks_of_a_large_import(kibana: Kibana) -> None:
    lists = [one([item(f"i{number}") for number in range(1200)])]
    result = kibana.ok(MODULE, {"lists": lists})
    assert kibana.writes() == [IMPORT] * 4
    assert result["summary"]["created"] == 1200
    again = kibana.ok(MODULE, {"lists": lists, "exact": True})
    assert not again["changed"]
    assert len(kibana.seen()) == 2


def test_a_connection_that_goes_leaves_whole_chunks_and_the_next_run_continues(kibana: Kibana) -> None:
    lists = [one([item(f"i{number}") for number in range(1200)])]
    kibana.fault(method="POST", path=f"{LISTS}/_import", after=2, cut="before")
    result = kibana.fails(MODULE, {"lists": lists, "concurrency": 1})
    assert len(stored(kibana)) == 500
    assert (result["summary"]["created"], result["summary"]["failed"]) == (500, 700)
    assert "not attempted" in json.dumps(result["items"])
    kibana.no_faults()
    kibana.seen()
    assert kibana.ok(MODULE, {"lists": lists})["summary"]["created"] == 700
    assert kibana.writes() == [IMPORT] * 2


def test_more_than_a_search_gives_is_read_in_parts(kibana: Kibana, monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.stackops.kibana.plugins.module_utils import _exception_items

    kibana.ok(MODULE, {"lists": many()})
    monkeypatch.setattr(_exception_items, "WINDOW", 50)
    kibana.seen()
    assert not kibana.ok(MODULE, {"lists": many(), "exact": True})["changed"]
    assert 5 < len(kibana.seen()) < 20
    monkeypatch.setattr(_exception_items, "WINDOW", 2)
    assert "2 of 3 items" in kibana.fails(MODULE, {"lists": many()})["msg"]


def test_a_list_that_is_missing(kibana: Kibana) -> None:
    params = {"lists": [{"list_id": "l", "items": [item("a")]}]}
    assert "does not exist" in kibana.fails(MODULE, params)["msg"]
    predicted = kibana.ok(MODULE, params, check=True)
    assert became(predicted, "created") == ["a"]
    assert "does not exist yet" in predicted["warnings"][0]
    assert "type" in kibana.fails(MODULE, {"lists": [{"list_id": "l", "name": "n"}]})["msg"]
    kibana.ok("exception_list", {"list_id": "l", "name": "n", "description": "d", "type": "detection"})
    kibana.ok(MODULE, params)
    assert "description, entries" in kibana.fails(MODULE, {"lists": [one([{"item_id": "b", "name": "b"}])]})["msg"]


def test_a_list_that_cannot_be_made_takes_its_items_with_it(kibana: Kibana) -> None:
    kibana.fault(method="POST", path=f"{LISTS}/_import", status=404)
    kibana.fault(method="POST", path=LISTS, status=500, times=1)
    result = kibana.fails(MODULE, {"lists": [one([item("a")]), one([item("b")], "m")], "concurrency": 1})
    assert (became(result, "created"), became(result, "failed")) == (["b"], ["a"])
    assert "its list could not be created" in result["msg"]


def test_a_list_changes_along_with_its_items(kibana: Kibana) -> None:
    kibana.ok(MODULE, {"lists": [one([item("a")])]})
    result = kibana.ok(MODULE, {"lists": [one([item("a")], name="other", tags=["t"])]})
    assert result["changed"] and result["lists"][0]["result"] == "updated"
    assert kibana.call("GET", f"{LISTS}?list_id=l")["name"] == "other"
    assert "cannot change" in kibana.fails(MODULE, {"lists": [one([], type="rule_default")]})["msg"]


def test_the_tag_that_kibana_gives_to_endpoint_artifacts_stays(kibana: Kibana) -> None:
    tags = ["policy:all", "ownerSpaceId:default"]
    kibana.ok(MODULE, {"lists": [one([item("a", tags=tags)])]})
    assert not kibana.ok(MODULE, {"lists": [one([item("a", tags=["policy:all"])])]})["changed"]
    kibana.ok(MODULE, {"lists": [one([item("a", tags=[])])]})
    assert stored(kibana)["a"]["tags"] == ["ownerSpaceId:default"]


BAD = [
    ({"list_id": "a,b"}, "comma"),
    ({"list_id": " a"}, "spaces"),
    ({"name": ""}, "name is empty"),
    ({"items": [item("")]}, "item_id"),
    ({"items": [item("a", entries=[])]}, "entries is empty"),
    ({"items": [item("a", expire_time="soon")]}, "expire_time"),
    ({"items": [item("a", entries=[{"field": "a", "type": "match"}])]}, "needs value"),
    ({"items": [item("a", entries=[{"field": "a", "type": "match", "value": ["x"]}])]}, "one text"),
    ({"items": [item("a", entries=[{"field": "a", "type": "match_any", "value": "x"}])]}, "a list"),
    ({"items": [item("a", entries=[{"field": "a", "type": "match_any", "value": [{}]}])]}, "a text"),
    ({"items": [item("a", entries=[{"field": "a", "type": "exists", "value": "x"}])]}, "takes no value"),
    ({"items": [item("a", entries=[{"field": "a", "type": "list", "value": "x"}])]}, "takes no value"),
    ({"items": [item("a", entries=[{"field": "a", "type": "nested", "operator": "included"}])]}, "needs entries"),
]


@pytest.mark.parametrize(("wrong", "says"), BAD)
def test_bad_input_is_refused_before_any_request(kibana: Kibana, wrong: dict[str, Any], says: str) -> None:
    assert says in kibana.fails(MODULE, {"lists": [{**one([]), **wrong}]})["msg"]
    assert kibana.seen() == []


def test_the_same_item_twice(kibana: Kibana) -> None:
    assert "twice" in kibana.fails(MODULE, {"lists": [one([item("a")]), one([item("a")], "m")]})["msg"]
    assert "twice" in kibana.fails(MODULE, {"lists": [one([]), one([])]})["msg"]
    for number in (0, 33):
        assert "concurrency" in kibana.fails(MODULE, {"lists": [], "concurrency": number})["msg"]
    assert kibana.ok(MODULE, {"lists": []})["items"] == []


def test_a_list_larger_than_kibana_allows(kibana: Kibana, monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.stackops.kibana.plugins.module_utils import _exception_plan

    monkeypatch.setattr(_exception_plan, "WINDOW", 3)
    assert "would have 4" in kibana.fails(MODULE, {"lists": [one([item(f"i{n}") for n in range(4)])]})["msg"]
    assert kibana.writes() == []


def test_one_list_has_its_options_beside_it(kibana: Kibana) -> None:
    params = {**one([item("a"), item("b")], namespace_type="agnostic"), "exact": True}
    assert kibana.ok(MODULE, params)["summary"]["created"] == 2
    assert not kibana.ok(MODULE, params)["changed"]
    assert not kibana.ok(MODULE, {"lists": [one([item("a")], namespace_type="agnostic")]})["changed"]
    assert kibana.ok(MODULE, {**params, "items": []})["summary"]["deleted"] == 2
    assert "items[0] (a): " in kibana.fails(MODULE, {**params, "items": [item("a", entries=[])]})["msg"]
    assert "mutually exclusive" in kibana.fails(MODULE, {"lists": [], "list_id": "l"})["msg"]
    assert "lists, list_id" in kibana.fails(MODULE, {"exact": True})["msg"]


TAGS = st.sampled_from([None, [], ["a"], ["b", "a"]])
CONTENT = st.dictionaries(st.sampled_from(["i1", "i2", "i3", "i4"]), TAGS, max_size=4)


def content(given_tags: dict[str, Any], prefix: str = "") -> list[dict[str, Any]]:
    return [item(prefix + name, **({} if tags is None else {"tags": tags})) for name, tags in given_tags.items()]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=CONTENT, other=CONTENT, wanted=CONTENT, exact=st.booleans(), most=st.none() | st.integers(0, 3))
def test_any_content_becomes_any_other_and_nothing_else_is_touched(
    monkeypatch: pytest.MonkeyPatch,
    before: dict[str, Any],
    other: dict[str, Any],
    wanted: dict[str, Any],
    exact: bool,
    most: int | None,
) -> None:
    kibana = Kibana(monkeypatch)
    kibana.ok(MODULE, {"lists": [one(content(before)), one(content(other, "o-"), "other")]})
    untouched, had = stored(kibana, "other"), stored(kibana)
    params = {"lists": [one(content(wanted))], "exact": exact, "max_deletions": most}
    doomed = before.keys() - wanted.keys() if exact else set()
    if most is not None and len(doomed) > most:
        assert "max_deletions" in kibana.fails(MODULE, params)["msg"]
        assert (kibana.writes(), stored(kibana)) == ([], had)
        return
    predicted = kibana.ok(MODULE, params, check=True)
    result = kibana.ok(MODULE, params)
    assert {key: predicted.get(key) for key in ("changed", "diff", "items")} == {
        key: result.get(key) for key in ("changed", "diff", "items")
    }
    assert set(became(result, "deleted")) == doomed
    now = stored(kibana)
    assert now.keys() == (before.keys() | wanted.keys()) - doomed
    for name, tags in wanted.items():
        assert sorted(now[name]["tags"]) == sorted((before.get(name) or []) if tags is None else tags)
    assert stored(kibana, "other") == untouched
    assert not kibana.ok(MODULE, params)["changed"]
    assert kibana.writes() == []


def test_a_space_that_is_missing_and_a_user_who_may_only_look(kibana: Kibana) -> None:
    params = {"lists": [one([item("a")])]}
    assert "space 'nowhere' does not exist" in kibana.fails(MODULE, {**params, "kibana_space": "nowhere"})["msg"]
    assert kibana.writes() == []
    viewer = {"kibana_username": "viewer", "kibana_password": "viewer"}
    result = kibana.fails(MODULE, {**params, **viewer})
    assert (became(result, "failed"), result["changed"]) == (["a"], False)
    assert "403" in result["msg"] or "unauthorized" in result["msg"]
    kibana.ok(MODULE, params)
    assert not kibana.ok(MODULE, {**params, **viewer})["changed"], "reading needs no more than reading"
    kibana.emulator.add_user("none", "none", [])
    assert kibana.fails(MODULE, {**params, "kibana_username": "none", "kibana_password": "none"})["status"] == 403
