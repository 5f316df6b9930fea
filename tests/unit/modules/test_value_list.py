# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lifecycle table does not show of value lists: many values, lost answers, dropped and late values."""

from __future__ import annotations

import random
import re
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from harness import Kibana

from ansible_collections.stackops.kibana.plugins.module_utils import _value_list
from ansible_collections.stackops.kibana.plugins.module_utils._value_list_values import (
    compare,
    value_key,
    values_of_file,
)

ITEMS = "/api/lists/items"
IMPORT, EXPORT = f"POST {ITEMS}/_import", f"POST {ITEMS}/_export"
SLEEP = time.sleep


def make(kibana: Kibana, kind: str = "keyword", values: list[str] | None = None) -> None:
    """A list as somebody else made it."""
    kibana.call("POST", "/api/lists/index")
    kibana.call("POST", "/api/lists", {"id": "x", "name": "n", "description": "d", "type": kind})
    for value in values or []:
        kibana.call("POST", ITEMS, {"list_id": "x", "value": value})
    kibana.seen()


def stored(kibana: Kibana, list_id: str = "x") -> list[str]:
    """The values as Kibana exports them."""
    answer = kibana.http.post("http://localhost:5601" + f"{ITEMS}/_export", params={"list_id": list_id})
    assert answer.status_code == 200, answer.text
    kibana.seen()
    return answer.text.splitlines()


def new(**params: Any) -> dict[str, Any]:
    return {"id": "x", "name": "n", "description": "d", "type": "keyword", **params}


def test_ten_thousand_values_take_seconds(kibana: Kibana) -> None:
    values = [f"host-{number}.example.com" for number in range(12_000)]
    started = time.perf_counter()
    result = kibana.ok("value_list", new(items=values))
    assert kibana.writes().count(IMPORT) == 3
    assert result["item_counts"] == {"added": 12_000, "deleted": 0, "unchanged": 0, "total": 12_000}
    assert len(result["diff"]["after"]["items"]) == 1001
    assert result["diff"]["after"]["items"][-1] == "... and 11000 more"
    again = kibana.ok("value_list", new(items=values, exact=True))
    assert (again["changed"], len(kibana.seen())) == (False, 2)
    assert again["item_counts"] == {"added": 0, "deleted": 0, "unchanged": 12_000, "total": 12_000}
    assert time.perf_counter() - started < 6


def test_chunks_are_bounded_by_bytes(kibana: Kibana, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_value_list, "CHUNK_BYTES", 100)
    kibana.ok("value_list", new(items=["ä" * 20 + str(number) for number in range(10)]))
    assert kibana.writes().count(IMPORT) == 5
    assert len(stored(kibana)) == 10


def test_exact_deletes_only_what_is_not_listed_and_all_of_its_copies(any_kibana: Kibana) -> None:
    make(any_kibana, values=["a", "b", "b", "c c&/%", "c c&/%"])
    checked = any_kibana.ok("value_list", {"id": "x", "items": ["a", "d"], "exact": True}, check=True)
    assert any_kibana.writes() == []
    result = any_kibana.ok("value_list", {"id": "x", "items": ["a", "d"], "exact": True})
    assert result["diff"] == checked["diff"]
    assert result["item_counts"] == checked["item_counts"] == {"added": 1, "deleted": 2, "unchanged": 1, "total": 2}
    assert result["diff"]["before"]["items"] == ["b", "c c&/%"]
    assert result["diff"]["after"]["items"] == ["d"]
    assert stored(any_kibana) == ["a", "d"]


def test_copies_of_a_listed_value_are_left_alone(kibana: Kibana) -> None:
    make(kibana, values=["a", "a"])
    result = kibana.ok("value_list", {"id": "x", "items": ["a"], "exact": True})
    assert (result["changed"], result["item_counts"]["total"]) == (False, 1)


def test_empty_items_empty_the_list_and_no_items_leave_it(kibana: Kibana) -> None:
    make(kibana, values=["a", "b"])
    assert "item_counts" not in kibana.ok("value_list", {"id": "x", "name": "other"})
    assert stored(kibana) == ["a", "b"]
    assert not kibana.ok("value_list", {"id": "x", "items": []})["changed"]
    assert kibana.ok("value_list", {"id": "x", "items": [], "exact": True})["item_counts"]["deleted"] == 2
    assert stored(kibana) == []


def test_too_many_deletions_stop_before_anything_is_written(kibana: Kibana) -> None:
    make(kibana, values=["a", "b", "c"])
    params = {"id": "x", "name": "other", "items": ["d"], "exact": True, "max_deletions": 2}
    for check in (True, False):
        message = kibana.fails("value_list", params, check=check)["msg"]
        assert message.startswith("3 values would be deleted, more than max_deletions (2) allows. Nothing was changed.")
    assert kibana.writes() == []
    assert kibana.ok("value_list", {**params, "max_deletions": 3})["changed"]


@pytest.mark.parametrize("kind", ["text", "integer_range", "date"])
def test_what_a_search_would_find_too_much_of_is_deleted_by_id(kibana: Kibana, kind: str) -> None:
    keep, drop = {"text": ("a b", "a"), "integer_range": ("1-9", "5"), "date": ("2026-01-05", "2026")}[kind]
    make(kibana, kind, [keep, drop, drop])
    assert kibana.ok("value_list", {"id": "x", "items": [keep], "exact": True})["item_counts"]["deleted"] == 1
    deletions = [entry for entry in kibana.seen() if entry["method"] == "DELETE"]
    assert len(deletions) == 2
    assert all("value" not in entry["query"] for entry in deletions)
    assert stored(kibana) == [keep]


def test_more_than_a_page_is_deleted_by_id(kibana: Kibana) -> None:
    kibana.ok("value_list", new(type="text", items=[f"t {number}" for number in range(2500)]))
    kibana.ok("value_list", {"id": "x", "items": ["t 1"], "exact": True})
    assert stored(kibana) == ["t 1"]


def test_dropped_values_are_named(kibana: Kibana) -> None:
    bad = [f"10.0.0.{number}" for number in range(256, 268)]
    result = kibana.fails("value_list", new(type="ip", items=["10.0.0.1", *bad]))
    assert result["msg"].startswith("Kibana accepted the import and dropped 12 of its values")
    assert "'10.0.0.256', '10.0.0.257'" in result["msg"]
    assert "'10.0.0.265', '... and 2 more'" in result["msg"]
    assert result["msg"].endswith("1 of 13 values were added, 0 of 0 deleted.")
    assert result["item_counts"] == {"added": 1, "deleted": 0, "unchanged": 0, "total": 1}
    assert result["items_not_added"] == bad
    assert (result["changed"], result["value_list"]["id"]) == (True, "x")
    assert kibana.writes().count(IMPORT) == 1, "what Kibana drops is not sent again"


@pytest.mark.parametrize("fault", [{"cut": "after"}, {"cut": "before"}, {"status": 502}, {"status": 503}])
def test_a_lost_answer_to_an_import_adds_nothing_twice(kibana: Kibana, fault: dict[str, Any]) -> None:
    make(kibana)
    values = [f"v{number}" for number in range(12_000)]
    kibana.fault(method="POST", path=f"{ITEMS}/_import", after=1, times=1, **fault)
    assert kibana.ok("value_list", {"id": "x", "items": values})["item_counts"]["added"] == 12_000
    assert sorted(stored(kibana)) == sorted(values)


def test_an_import_that_is_refused_says_what_was_done(kibana: Kibana) -> None:
    make(kibana, values=["old"])
    kibana.fault(method="POST", path=f"{ITEMS}/_import", after=1, status=403)
    values = [f"v{number}" for number in range(6000)]
    result = kibana.fails("value_list", {"id": "x", "items": values, "exact": True})
    assert (result["status"], result["method"], result["path"]) == (403, "POST", f"{ITEMS}/_import")
    # The two files are sent at the same time, and either can be the one that is refused.
    assert re.search("(5000|1000) of 6000 values were added, 1 of 1 deleted\\.", result["msg"])
    assert "Kibana refused POST" in result["msg"]
    assert (result["item_counts"]["added"], len(result["items_not_added"])) in (
        (5000, 1000),
        (1000, 1001),
    )  # no more than 1000 are named
    assert kibana.waits == [], "a refusal needs no waiting"


def test_failing_deletions_are_reported_and_end_early(kibana: Kibana) -> None:
    make(kibana, values=[f"v{number}" for number in range(200)])
    kibana.fault(method="DELETE", path=ITEMS, after=5, status=403)
    result = kibana.fails("value_list", {"id": "x", "items": [], "exact": True})
    assert "0 of 0 values were added, 5 of 200 deleted." in result["msg"]
    assert len(result["items_not_deleted"]) == 195
    assert len(kibana.writes()) < 30, "the others are not attempted"


def test_values_that_are_seen_late_are_waited_for(kibana: Kibana, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", SLEEP)
    make(kibana, values=["a"])
    kibana.emulator.visibility_ms = 300
    result = kibana.ok("value_list", {"id": "x", "name": "late", "items": ["b", "c"], "exact": True})
    assert (result["item_counts"]["total"], stored(kibana)) == (2, ["b", "c"])
    assert not kibana.ok("value_list", {"id": "x", "name": "late", "items": ["b", "c"], "exact": True})["changed"]
    kibana.ok("value_list", {"id": "x", "state": "absent"})
    assert not kibana.ok("value_list", {"id": "x", "state": "absent"})["changed"]


def test_a_change_of_the_list_that_is_seen_late_is_waited_for(kibana: Kibana, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", SLEEP)
    make(kibana)
    kibana.emulator.visibility_ms = 300
    assert kibana.ok("value_list", {"id": "x", "meta": {"a": 1}})["changed"]
    assert not kibana.ok("value_list", {"id": "x", "meta": {"a": 1}})["changed"]


def test_a_proxy_page_is_no_export(kibana: Kibana) -> None:
    make(kibana, values=["a"])
    kibana.fault(path=f"{ITEMS}/_export", status=200, body="<html><body>Log in</body></html>")
    assert "HTML page" in kibana.fails("value_list", {"id": "x", "items": ["a"], "exact": True})["msg"]
    assert kibana.writes() == []


def test_file_of_values(kibana: Kibana, tmp_path: Path) -> None:
    file = tmp_path / "values.txt"
    file.write_bytes("\ufeffa\r\n\r\n  b \r\nä\n\na\nlast".encode())
    assert kibana.ok("value_list", new(items_src=str(file)))["item_counts"]["added"] == 4
    assert stored(kibana) == ["a", "b", "ä", "last"]
    file.write_text("")
    assert kibana.ok("value_list", {"id": "x", "items_src": str(file), "exact": True})["item_counts"]["total"] == 0


def test_files_that_cannot_be_used(kibana: Kibana, tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes("ä\n".encode("latin-1"))
    (tmp_path / "binary").write_bytes(b"a\0b")
    (tmp_path / "folder").mkdir()
    reasons = {"latin": "no UTF-8", "binary": "null bytes", "folder": "directory", "none": "does not exist"}
    for name, reason in reasons.items():
        message = kibana.fails("value_list", new(items_src=str(tmp_path / name)))["msg"]
        assert message.startswith("items_src names") and reason in message and message.count(".") >= 1
    assert kibana.seen() == []


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (new(items=["a", {"b": 1}]), "items[1] is a dictionary"),
        (new(items=["a", None]), "items[1] is null"),
        (new(items=[["a"]]), "items[0] is a list"),
        (new(items=[" "]), "items[0] is empty"),
        (new(items=["a\nb"]), "items[0] has a line break"),
        (new(items=[True]), "items[0] is a boolean of YAML"),
        (new(items=["a"], items_src="/x"), "mutually exclusive"),
        (new(exact=True), "exact needs to know what to keep"),
        (new(items=[], max_deletions=-1), "max_deletions is negative"),
        (new(items=[], concurrency=0), "concurrency must be from 1 to 32"),
        (new(name=""), "name is empty"),
        (new(state="absent", delete_references=True, ignore_references=True), "exclude each other"),
    ],
)
def test_options_are_refused_before_any_request(kibana: Kibana, params: dict[str, Any], message: str) -> None:
    assert message in kibana.fails("value_list", params)["msg"]
    assert kibana.seen() == []


def test_what_a_new_list_needs(kibana: Kibana) -> None:
    for check in (True, False):
        message = kibana.fails("value_list", {"id": "x", "name": "n", "items": ["a"]}, check=check)["msg"]
        assert message == ("The value list 'x' does not exist: give description, type to create it.")
    assert kibana.writes() == []


def test_type_and_formats_are_fixed(kibana: Kibana) -> None:
    kibana.ok("value_list", new(serializer="(?<value>.*)", items=["a"]))
    kibana.seen()
    assert "type is 'keyword' and Kibana cannot change it to 'ip'" in kibana.fails("value_list", new(type="ip"))["msg"]
    assert "serializer is" in kibana.fails("value_list", new(serializer="x"))["msg"]
    result = kibana.ok("value_list", new(deserializer="{{value}}"))
    assert not result["changed"]
    assert "holds no deserializer" in result["warnings"][0]
    assert kibana.writes() == []


def test_newest_versions_ignore_formats(monkeypatch: pytest.MonkeyPatch) -> None:
    kibana = Kibana(monkeypatch, "9.5.0")
    assert kibana.ok("value_list", new(serializer="x"))["changed"]
    assert not kibana.ok("value_list", new(serializer="x"))["changed"]


def test_booleans_and_numbers(kibana: Kibana) -> None:
    kibana.ok("value_list", new(type="boolean", items=[True, "false"]))
    assert stored(kibana) == ["true", "false"]
    assert not kibana.ok("value_list", new(type="boolean", items=[False, True], exact=True))["changed"]
    kibana.ok("value_list", new(id="y", type="double", items=[1, 2.5, "3e2"]))
    assert not kibana.ok("value_list", {"id": "y", "items": ["1.0", "2.50", 300], "exact": True})["changed"]
    assert stored(kibana, "y") == ["1", "2.5", "3e2"]


def test_references_are_named(any_kibana: Kibana) -> None:
    make(any_kibana)
    exceptions = {"list_id": "e", "name": "e", "description": "d", "type": "detection"}
    any_kibana.call("POST", "/api/exception_lists", exceptions)
    entry = {"type": "list", "field": "f", "operator": "included", "list": {"id": "x", "type": "keyword"}}
    item = {"list_id": "e", "item_id": "i", "type": "simple", "name": "i", "description": "d", "entries": [entry]}
    any_kibana.call("POST", "/api/exception_lists/items", item)
    any_kibana.seen()
    message = any_kibana.fails("value_list", {"id": "x", "state": "absent"})["msg"]
    assert message.startswith("The value list 'x' is used by exception item 'i' of list 'e': change them first")
    assert len(any_kibana.writes()) == 1
    assert any_kibana.ok("value_list", {"id": "x", "state": "absent", "delete_references": True})["changed"]
    assert any_kibana.call("GET", "/api/exception_lists/items/_find?list_id=e")["total"] == 0
    any_kibana.call("POST", "/api/lists", {"id": "x", "name": "n", "description": "d", "type": "keyword"})
    any_kibana.call("POST", "/api/exception_lists/items", item)
    assert any_kibana.ok("value_list", {"id": "x", "state": "absent", "ignore_references": True})["changed"]


def test_a_list_of_another_space(kibana: Kibana) -> None:
    kibana.call("POST", "/api/spaces/space", {"id": "ops", "name": "Ops"})
    assert kibana.ok("value_list", new(kibana_space="ops", items=["a"]), check=True)["item_counts"]["added"] == 1
    assert kibana.ok("value_list", new(kibana_space="ops", items=["a"]))["changed"]
    assert kibana.ok("value_list", new(items=["a"]))["changed"]
    kibana.seen()
    kibana.ok("value_list", new(kibana_space="ops", items=[], exact=True))
    assert {entry["space"] for entry in kibana.seen() if entry["method"] != "GET"} == {"ops"}
    assert stored(kibana) == ["a"]


@pytest.mark.parametrize(
    ("kind", "left", "right", "same"),
    [
        ("ip", "2001:DB8:0::1", "2001:db8::1", True), ("ip", "::ffff:10.0.0.1", "10.0.0.1", True),
        ("ip", "10.0.0.1", "10.0.0.2", False), ("ip_range", "10.0.0.0/24", "10.0.0.0-10.0.0.255", True),
        ("ip_range", "10.0.0.7/24", "10.0.0.0/24", True), ("ip_range", "10.0.0.1", "10.0.0.1/32", True),
        ("ip_range", "10.0.0.0/24", "10.0.0.0/25", False), ("ip_range", "2001:DB8::/32", "2001:db8:0::/32", True),
        ("integer", "1", "1.0", True), ("integer", "1", "+1", True), ("integer", "1", "-1", False),
        ("double", "1e3", "1000.00", True), ("double", "0.1", "0.10000000000000001", False),
        ("long_range", "-5 - -1", "-5--1", True), ("integer_range", "5", "5-5", True),
        ("keyword", "A", "a", False), ("keyword", "1", "1.0", False), ("keyword", "nan", "NaN", False),
        ("double", "nan", "nan", True), ("boolean", "true", "false", False),
        ("date", "2026-01-01", "2026-01-01T00:00:00.000Z", True), ("date", "2026", "2026-01-01T00:00", True),
        ("date", "2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00Z", True),
        ("date", "1767225600000", "2026-01-01", True), ("date", "1767225600120", "2026-01-01T00:00:00.12Z", True),
        ("date", "2026-01-01T00:00:00.1Z", "2026-01-01T00:00:00.01Z", False),
        ("date_nanos", "2026-01-01T00:00:00.000000001Z", "2026-01-01T00:00:00Z", False),
        ("date_range", "2026-01-01,2026-02-01", "2026-01-01T00:00:00Z , 2026-02", True),
        ("geo_point", "43.30, -1.5", "POINT (-1.5 43.3)", True), ("geo_point", "1,2", "2,1", False),
    ],
)  # fmt: skip
def test_what_means_the_same(kind: str, left: str, right: str, same: bool) -> None:
    key = value_key(kind)
    assert (key(left) == key(right)) is same
    assert len({key(left), key(right)}) == (1 if same else 2)


ALPHABETS = {
    "keyword": ["a", "A", "a b", "ä", "&=?#/%2e", "1", "1.0", '"', "a,b", "x" * 3000, "-"],
    "ip": ["10.0.0.1", "10.0.0.2", "2001:db8::1", "2001:DB8:0::1", "::ffff:10.0.0.1", "fe80::1"],
    "ip_range": ["10.0.0.0/24", "10.0.0.0-10.0.0.255", "10.0.0.1", "10.0.0.1/32", "2001:DB8::/32"],
    "integer": ["1", "1.0", "+1", "2", "-7"],
    "date": ["2026", "2026-01-01", "2026-01-01T00:00:00Z", "1767225600000", "2026-03-01"],
}


@pytest.mark.parametrize("seed", range(60))
def test_any_values_become_any_others_in_one_run(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    chance = random.Random(seed)
    kind = chance.choice(list(ALPHABETS))
    pick = ALPHABETS[kind]
    kibana = Kibana(monkeypatch, chance.choice(("8.18.0", "9.4.3")))
    make(kibana, kind, chance.choices(pick, k=chance.randrange(7)))
    before = stored(kibana)
    params = {"id": "x", "items": chance.choices(pick, k=chance.randrange(7)), "exact": chance.random() < 0.5}
    predicted = kibana.ok("value_list", params, check=True)
    assert kibana.writes() == []
    done = kibana.ok("value_list", params)
    for name in ("changed", "item_counts", "diff"):
        assert done.get(name) == predicted.get(name)
    after = stored(kibana)
    key = value_key(kind)
    wanted, had = set(map(key, params["items"])), set(map(key, before))
    assert set(map(key, after)) == (wanted if params["exact"] else wanted | had)
    assert done["changed"] == (set(map(key, after)) != had)
    assert done["item_counts"]["total"] == len(set(map(key, after)))
    assert not kibana.ok("value_list", params)["changed"]
    assert kibana.writes() == []


def test_compare_keeps_the_first_spelling() -> None:
    change = compare("ip", [], ["2001:DB8::1", "2001:db8::1"], True)
    assert list(change.add.values()) == ["2001:DB8::1"]


def test_imports_go_at_the_same_time_and_one_that_fails_is_made_up_for(kibana: Kibana) -> None:
    values = [f"v{number}" for number in range(22_000)]
    kibana.fault(method="POST", path=f"{ITEMS}/_import", times=1, status=500)
    kibana.fault(method="POST", path=f"{ITEMS}/_import", times=1, cut="after")
    result = kibana.ok("value_list", new(items=values))
    assert result["item_counts"]["added"] == 22_000
    assert len(stored(kibana)) == 22_000, "nothing is there twice"


def test_a_connection_that_goes_leaves_whole_imports_and_the_next_run_continues(kibana: Kibana) -> None:
    values = [f"v{number}" for number in range(22_000)]
    kibana.fault(method="POST", path=f"{ITEMS}/_import", after=2, cut="before")
    result = kibana.fails("value_list", new(items=values, concurrency=1))
    assert result["changed"]
    assert result["item_counts"]["added"] == len(stored(kibana)) == 10_000
    kibana.no_faults()
    result = kibana.ok("value_list", new(items=values))
    assert result["item_counts"] == {"added": 12_000, "deleted": 0, "unchanged": 10_000, "total": 22_000}
    assert len(stored(kibana)) == 22_000


def test_a_large_file_is_not_held_twice(tmp_path: Path) -> None:
    path = tmp_path / "values.txt"
    path.write_text("".join(f"host-{number}.example.com\n" for number in range(200_000)))
    tracemalloc.start()
    values = values_of_file(str(path))
    size, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(values) == 200_000
    assert peak < size * 1.2
