# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Value lists and items: facts of the security reference, section E."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from emulator_api import Api, ok, refused

from kibana_emulator import Emulator

LISTS, ITEMS = "/api/lists", "/api/lists/items"


@pytest.fixture
def bare() -> Iterator[Api]:
    api = Api(Emulator())
    yield api
    assert api.emulator.violations == []
    assert api.emulator.crashes == []


@pytest.fixture
def api(bare: Api) -> Api:
    ok(bare.post(f"{LISTS}/index"))
    return bare


def make(api: Api, kind: str = "keyword", **fields: Any) -> dict[str, Any]:
    return ok(api.post(LISTS, {"id": "x", "name": "n", "description": "d", "type": kind, **fields}))


def add(api: Api, value: str, **fields: Any) -> dict[str, Any]:
    return ok(api.post(ITEMS, {"list_id": "x", "value": value, **fields}))


def exported(api: Api) -> list[str]:
    answer = api.post(f"{ITEMS}/_export", list_id="x")
    assert answer.headers["content-type"] == "application/ndjson"
    return answer.text.splitlines()


def test_data_streams_come_first(bare: Api) -> None:
    assert "does not exist" in refused(bare.get(f"{LISTS}/index"), 404)
    text = refused(bare.post(LISTS, {"name": "n", "description": "d", "type": "ip"}), 400)
    assert text == 'To create a list, the data stream must exist first. Data stream ".lists-default" does not exist'
    assert "data steam must" in refused(bare.upload(f"{ITEMS}/_import", "a.txt", "1", type="ip"), 400)
    assert ok(bare.post(f"{LISTS}/index")) == {"acknowledged": True}
    assert ok(bare.get(f"{LISTS}/index")) == {"list_index": True, "list_item_index": True}
    assert ok(bare.post(f"{LISTS}/index")) == {"acknowledged": True}
    assert "does not exist" in refused(bare.get(f"/s/other{LISTS}/index"), 404)
    ok(bare.delete(f"{LISTS}/index"))
    refused(bare.delete(f"{LISTS}/index"), 404)


def test_index_that_exists_is_409_on_8() -> None:
    old = Api(Emulator(version="8.18.0"))
    ok(old.post(f"{LISTS}/index"))
    refused(old.post(f"{LISTS}/index"), 409)


def test_list_errors(api: Api) -> None:
    make(api)
    assert refused(api.post(LISTS, {"id": "x", "name": "n", "description": "d", "type": "ip"}), 409) == (
        'list id: "x" already exists'
    )
    refused(api.get(LISTS, id="y"), 404)
    refused(api.put(LISTS, {"id": "y", "name": "n", "description": "d"}), 404)
    refused(api.patch(LISTS, {"id": "y"}), 404)
    refused(api.delete(LISTS, id="y"), 404)
    missing = api.get(LISTS)
    assert (missing.status_code, missing.json()["statusCode"]) == (400, 400)
    assert missing.json()["message"] == "[request query]: id: Required"
    assert set(api.get(LISTS, id="y").json()) == {"message", "status_code"}
    refused(api.post(LISTS, {"name": "n", "description": "d", "type": "nope"}), 400)


def test_version_moves_and_meta(api: Api) -> None:
    first = make(api, meta={"a": 1}, serializer="(?<value>.*)")
    assert first["version"] == 1
    assert first["immutable"] is False
    patched = ok(api.patch(LISTS, {"id": "x", "name": "n"}))
    assert (patched["version"], patched["meta"]) == (2, {"a": 1})
    assert patched["_version"] != first["_version"]
    put = ok(api.put(LISTS, {"id": "x", "name": "n", "description": "d", "type": "ip"}))
    assert put["version"] == 3
    assert "meta" not in put
    assert put["type"] == "keyword"
    assert put["serializer"] == "(?<value>.*)"
    text = refused(api.patch(LISTS, {"id": "x", "_version": first["_version"]}), 409)
    assert "versions mismatch" in text
    assert ok(api.patch(LISTS, {"id": "x", "_version": put["_version"], "version": 9}))["version"] == 9


def test_items_are_not_unique(api: Api) -> None:
    make(api)
    one, two = add(api, "v"), add(api, " v ")
    assert one["id"] != two["id"]
    found = ok(api.get(ITEMS, list_id="x", value="v"))
    assert [item["id"] for item in found] == [one["id"], two["id"]]
    assert ok(api.get(ITEMS, id=one["id"])) == one
    deleted = ok(api.delete(ITEMS, list_id="x", value="v"))
    assert len(deleted) == 2
    refused(api.delete(ITEMS, list_id="x", value="v"), 404)
    refused(api.get(ITEMS, list_id="x", value="v"), 404)
    refused(api.get(ITEMS), 400)


def test_item_errors(api: Api) -> None:
    make(api, "ip")
    refused(api.post(ITEMS, {"list_id": "y", "value": "v"}), 404)
    assert refused(api.post(ITEMS, {"list_id": "x", "value": "v"}), 400) == "list item invalid"
    add(api, "10.0.0.1", id="i")
    refused(api.post(ITEMS, {"list_id": "x", "value": "10.0.0.2", "id": "i"}), 409)
    refused(api.post(ITEMS, {"list_id": "x", "value": 5}), 400)
    refused(api.put(ITEMS, {"id": "j", "value": "10.0.0.2"}), 404)


def test_item_update(api: Api) -> None:
    make(api)
    item = add(api, "a", meta={"m": 1})
    patched = ok(api.patch(ITEMS, {"id": item["id"], "value": "b"}))
    assert (patched["value"], patched["meta"]) == ("b", {"m": 1})
    refused(api.patch(ITEMS, {"id": item["id"], "_version": item["_version"]}), 409)
    api.emulator.add_user("writer", "w", ["lists-*", ".lists-*", ".items-*"])
    put = ok(Api(api.emulator, ("writer", "w")).put(ITEMS, {"id": item["id"], "value": "c"}))
    assert put["updated_by"] == "elastic"
    assert "meta" not in put
    assert ok(api.get(ITEMS, id=item["id"]))["updated_by"] == "writer"
    assert exported(api) == ["c"]
    refused(api.get(ITEMS, list_id="x", value="b"), 404)


@pytest.mark.parametrize(
    ("kind", "sent", "shown"),
    [
        ("ip", "2001:DB8:0::1", "2001:db8::1"),
        ("ip_range", "10.0.0.0/24", "10.0.0.0/24"),
        ("ip_range", "10.0.0.1 - 10.0.0.9", "10.0.0.1-10.0.0.9"),
        ("ip_range", "2001:DB8::/32", "2001:db8::/32"),
        ("integer_range", "1 - 5", "1-5"),
        ("keyword", "  A b ", "A b"),
        ("date", "2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.000Z"),
        ("date_range", "2026-01-01,2026-02-01", "2026-01-01,2026-02-01"),
        ("geo_point", "43.3, -1.5", "43.3,-1.5"),
        ("byte", "-128", "-128"),
        ("boolean", "true", "true"),
    ],
)
def test_values_have_one_form(api: Api, kind: str, sent: str, shown: str) -> None:
    make(api, kind)
    assert add(api, sent)["value"] == shown
    assert len(ok(api.get(ITEMS, list_id="x", value=sent))) == 1


@pytest.mark.parametrize(
    ("kind", "bad"),
    [
        ("ip", "10.0.0"), ("ip_range", "10.0.0.0/33"), ("byte", "128"), ("integer", "1.5"), ("boolean", "yes"),
        ("date", "soon"), ("double", "nan"), ("geo_point", "100,0"), ("long_range", "a-b"),
    ],
)  # fmt: skip
def test_bad_values(api: Api, kind: str, bad: str) -> None:
    make(api, kind)
    refused(api.post(ITEMS, {"list_id": "x", "value": bad}), 400)
    ok(api.upload(f"{ITEMS}/_import", "a.txt", bad, list_id="x"))
    assert exported(api) == []


def test_import(api: Api) -> None:
    make(api, "ip")
    answer = ok(
        api.upload(f"{ITEMS}/_import", "a.txt", "10.0.0.1\n\nbad\n10.0.0.1\n10.0.0.2\n", list_id="x", type="byte")
    )
    assert answer["id"] == "x"
    assert "value" not in answer
    assert exported(api) == ["10.0.0.1", "10.0.0.2"]
    ok(api.upload(f"{ITEMS}/_import", "a.txt", "10.0.0.1", list_id="x"))
    assert exported(api) == ["10.0.0.1", "10.0.0.2", "10.0.0.1"]
    refused(api.upload(f"{ITEMS}/_import", "a.txt", "10.0.0.1", list_id="y"), 409)
    refused(api.upload(f"{ITEMS}/_import", "a.ndjson", "10.0.0.1", list_id="x"), 415)
    assert "Either type or list_id" in refused(api.upload(f"{ITEMS}/_import", "a.txt", "1"), 400)
    refused(api.upload(f"{ITEMS}/_import", "a.txt", "1" * 9_000_001, list_id="x"), 413)


def test_import_by_type_names_the_list_after_the_file(api: Api) -> None:
    made = ok(api.upload(f"{ITEMS}/_import", "hosts.txt", "a\nb", type="keyword"))
    assert (made["id"], made["name"]) == ("hosts.txt", "hosts.txt")
    assert made["description"] == "File uploaded from file system of hosts.txt"
    ok(api.upload(f"{ITEMS}/_import", "hosts.txt", "c", type="keyword"))
    assert ok(api.get(f"{ITEMS}/_find", list_id="hosts.txt"))["total"] == 3


def test_find(api: Api) -> None:
    make(api)
    for value in "cab":
        add(api, value)
    page = ok(api.get(f"{ITEMS}/_find", list_id="x", per_page=2, sort_field="value", sort_order="desc"))
    assert [item["value"] for item in page["data"]] == ["c", "b"]
    assert (page["page"], page["per_page"], page["total"]) == (1, 2, 3)
    rest = ok(api.get(f"{ITEMS}/_find", list_id="x", per_page=2, page=2, sort_field="value", cursor=page["cursor"]))
    assert len(rest["data"]) == 1
    assert ok(api.get(f"{ITEMS}/_find", list_id="x", filter="value:a"))["total"] == 1
    refused(api.get(f"{ITEMS}/_find", list_id="x", cursor="!"), 400)
    refused(api.get(f"{ITEMS}/_find", list_id="y"), 404)
    refused(api.post(f"{ITEMS}/_export", list_id="y"), 400)
    assert ok(api.get(f"{LISTS}/_find", filter="name:n"))["total"] == 1
    assert ok(api.get(f"{LISTS}/_find", filter="type:ip"))["total"] == 0


def test_references(api: Api) -> None:
    make(api)
    add(api, "v")
    ok(api.post("/api/exception_lists", {"list_id": "e", "name": "e", "description": "d", "type": "detection"}))
    item = {"list_id": "e", "type": "simple", "name": "i", "description": "d"}
    uses = {"type": "list", "field": "f", "operator": "included", "list": {"id": "x", "type": "keyword"}}
    other = {"type": "exists", "field": "f", "operator": "included"}
    ok(api.post("/api/exception_lists/items", {**item, "item_id": "only", "entries": [uses]}))
    ok(api.post("/api/exception_lists/items", {**item, "item_id": "both", "entries": [uses, other]}))
    problem = refused(api.delete(LISTS, id="x"), 409)["error"]
    assert problem["value_list_id"] == "x"
    assert [found["exception_item"]["item_id"] for found in problem["references"]] == ["only", "both"]
    assert ok(api.delete(LISTS, id="x", deleteReferences="true"))["id"] == "x"
    left = ok(api.get("/api/exception_lists/items/_find", list_id="e"))["data"]
    assert [(found["item_id"], found["entries"]) for found in left] == [("both", [other])]
    make(api)
    ok(api.post("/api/exception_lists/items", {**item, "item_id": "again", "entries": [uses]}))
    ok(api.delete(LISTS, id="x", ignoreReferences="true"))
    make(api)
    assert exported(api) == []


def test_changes_are_seen_late(api: Api) -> None:
    make(api)
    api.emulator.visibility_ms = 60
    ok(api.upload(f"{ITEMS}/_import", "a.txt", "a\nb", list_id="x", refresh="wait_for"))
    assert exported(api) == []
    add(api, "c", refresh="wait_for")
    assert exported(api) == ["c"]
    time.sleep(0.08)
    assert exported(api) == ["a", "b", "c"]
    ok(api.delete(ITEMS, list_id="x", value="a", refresh="wait_for"))
    ok(api.delete(ITEMS, list_id="x", value="b", refresh="true"))
    assert sorted(exported(api)) == ["a", "c"]
    time.sleep(0.08)
    assert exported(api) == ["c"]


def test_many_items_stay_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KIBANA_OPENAPI_DIR", raising=False)  # the check against the documents has its own pace
    api = Api(Emulator())
    ok(api.post(f"{LISTS}/index"))
    make(api)
    started = time.process_time()
    for number in range(12):
        ok(api.upload(f"{ITEMS}/_import", "a.txt", "\n".join(f"v{number}-{i}" for i in range(1000)), list_id="x"))
    assert ok(api.get(f"{ITEMS}/_find", list_id="x", per_page=10_000, page=2))["total"] == 12_000
    for number in range(200):
        ok(api.delete(ITEMS, list_id="x", value=f"v0-{number}"))
    assert len(exported(api)) == 11_800
    assert time.process_time() - started < 5


def test_privileges(api: Api) -> None:
    viewer = Api(api.emulator, ("viewer", "viewer"))
    assert "[lists-all]" in refused(viewer.post(LISTS, {}), 403)
    rights = ok(viewer.get(f"{LISTS}/privileges"))
    assert rights["lists"]["index"][".lists-default"]["write"] is False
