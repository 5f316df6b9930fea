# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exception lists and items: facts of the security reference, section F."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from emulator_api import Api, ok, refused

from kibana_emulator import Emulator

LISTS, ITEMS = "/api/exception_lists", "/api/exception_lists/items"
ENTRY = {"type": "match", "field": "host.name", "operator": "included", "value": "a"}


@pytest.fixture
def api() -> Iterator[Api]:
    api = Api(Emulator())
    yield api
    assert api.emulator.violations == []
    assert api.emulator.crashes == []


def make(api: Api, **fields: Any) -> dict[str, Any]:
    return ok(api.post(LISTS, {"list_id": "l", "name": "n", "description": "d", "type": "detection", **fields}))


def add(api: Api, **fields: Any) -> dict[str, Any]:
    body = {"list_id": "l", "item_id": "i", "type": "simple", "name": "n", "description": "d", "entries": [ENTRY]}
    return ok(api.post(ITEMS, {**body, **fields}))


def change(api: Api, **fields: Any) -> Any:
    return api.put(
        ITEMS, {"item_id": "i", "type": "simple", "name": "n", "description": "d", "entries": [ENTRY], **fields}
    )


def test_list_life(api: Api) -> None:
    made = make(api, tags=["t"], meta={"a": 1})
    assert (made["namespace_type"], made["version"], made["os_types"]) == ("single", 1, [])
    assert refused(api.post(LISTS, {"list_id": "l", "name": "n", "description": "d", "type": "detection"}), 409) == (
        'exception list id: "l" already exists'
    )
    put = ok(api.put(LISTS, {"list_id": "l", "name": "m", "description": "d", "type": "detection"}))
    assert (put["name"], put["tags"], put["meta"], put["version"]) == ("m", ["t"], {"a": 1}, 2)
    assert ok(api.get(LISTS, id=made["id"]))["list_id"] == "l"
    stale = {"list_id": "l", "name": "m", "description": "d", "type": "detection", "_version": made["_version"]}
    refused(api.put(LISTS, stale), 409)
    assert ok(api.delete(LISTS, list_id="l"))["list_id"] == "l"
    assert refused(api.get(LISTS, list_id="l"), 404) == 'exception list list_id: "l" does not exist'


def test_list_selectors(api: Api) -> None:
    refused(api.get(LISTS), 400)
    refused(api.delete(LISTS), 400)
    refused(api.put(LISTS, {"name": "m", "description": "d", "type": "detection"}), 404)
    make(api, namespace_type="agnostic")
    refused(api.get(LISTS, list_id="l"), 404)
    ok(api.get(f"/s/other{LISTS}", list_id="l", namespace_type="agnostic"))
    assert ok(api.get(f"{LISTS}/_find"))["total"] == 0
    found = ok(api.get(f"{LISTS}/_find", namespace_type="single,agnostic"))
    assert found["total"] == 1
    wanted = "exception-list-agnostic.attributes.list_id: l"
    assert ok(api.get(f"{LISTS}/_find", namespace_type="agnostic", filter=wanted))["total"] == 1
    assert ok(api.get(f"{LISTS}/_find", namespace_type="agnostic", filter=f"not {wanted}"))["total"] == 0


def test_item_put_overwrites_but_comments_grow(api: Api) -> None:
    make(api)
    fields = {"tags": ["t"], "os_types": ["linux"], "meta": {"a": 1}, "expire_time": "2030-01-01T00:00:00.000Z"}
    made = add(api, comments=[{"comment": "one"}], **fields)
    assert made["comments"][0]["created_by"] == "elastic"
    put = ok(change(api, comments=[{"comment": "two"}]))
    assert (put["tags"], put["os_types"]) == ([], [])
    assert not {"meta", "expire_time"} & set(put)
    assert [comment["comment"] for comment in put["comments"]] == ["one", "two"]
    assert len(ok(change(api, comments=[{"comment": "two"}]))["comments"]) == 3
    assert len(ok(change(api))["comments"]) == 3
    touched = [{"id": made["comments"][0]["id"], "comment": "other"}]
    assert isinstance(refused(change(api, comments=touched), 400), list)
    refused(change(api, _version=made["_version"]), 409)


def test_item_errors(api: Api) -> None:
    body = {"list_id": "l", "type": "simple", "name": "n", "description": "d", "entries": [ENTRY]}
    assert refused(api.post(ITEMS, body), 404) == 'exception list id: "l" does not exist'
    make(api)
    add(api)
    refused(api.post(ITEMS, {**body, "item_id": "i"}), 409)
    refused(api.post(ITEMS, {**body, "entries": []}), 400)
    refused(api.post(ITEMS, {**body, "entries": [{**ENTRY, "operator": "maybe"}]}), 400)
    refused(api.get(ITEMS, item_id="j"), 404)
    refused(api.delete(ITEMS), 400)
    refused(change(api, item_id=None), 400)
    refused(api.put(ITEMS, {key: body[key] for key in ("type", "name", "description", "entries")}), 404)
    ok(api.delete(ITEMS, item_id="i"))
    refused(api.delete(ITEMS, item_id="i"), 404)


def test_find_items(api: Api) -> None:
    refused(api.get(f"{ITEMS}/_find", list_id="l"), 404)
    make(api)
    make(api, list_id="m", namespace_type="agnostic")
    for number in range(3):
        add(api, item_id=f"i{number}", name=f"name {number}")
    add(api, list_id="m", namespace_type="agnostic", item_id="other")
    refused(api.get(f"{ITEMS}/_find", list_id="l,m"), 400)
    both = ok(api.get(f"{ITEMS}/_find", list_id="l,m", namespace_type="single,agnostic", per_page=3, page=2))
    assert (len(both["data"]), both["total"], both["per_page"]) == (1, 4, 3)
    wanted = 'exception-list.attributes.name: "name 1"'
    assert [item["item_id"] for item in ok(api.get(f"{ITEMS}/_find", list_id="l", filter=wanted))["data"]] == ["i1"]
    ok(api.delete(LISTS, list_id="l"))
    refused(api.get(ITEMS, item_id="i1"), 404)


def test_endpoint_list(api: Api) -> None:
    made = ok(api.post("/api/endpoint_list"))
    assert (made["list_id"], made["type"], made["namespace_type"]) == ("endpoint_list", "endpoint", "agnostic")
    assert ok(api.post("/api/endpoint_list")) == {}
    body = {"type": "simple", "name": "n", "description": "d", "entries": [ENTRY], "item_id": "i"}
    item = ok(api.post("/api/endpoint_list/items", body))
    assert item["list_id"] == "endpoint_list"
    refused(api.post("/api/endpoint_list/items", body), 409)
    bad = {**body, "item_id": "j", "entries": [{**ENTRY, "field": "process.entity_id"}]}
    assert "process.entity_id" in refused(api.post("/api/endpoint_list/items", bad), 400)
    assert refused(api.get("/api/endpoint_list/items", item_id="j"), 404) == 'list item item_id: "j" not found'
    ok(api.put("/api/endpoint_list/items", {**body, "name": "m"}))
    assert ok(api.get("/api/endpoint_list/items/_find"))["data"][0]["name"] == "m"
    ok(api.delete("/api/endpoint_list/items", item_id="i"))


def test_size_of_a_list(api: Api) -> None:
    make(api)
    items = api.emulator.store("exception_items_of_list", "default")
    items["l"] = dict.fromkeys(map(str, range(10_000)), True)
    body = {"list_id": "l", "type": "simple", "name": "n", "description": "d", "entries": [ENTRY]}
    assert "max size of 10000" in refused(api.post(ITEMS, body), 400)


def test_export_import_duplicate(api: Api) -> None:
    made = make(api)
    add(api)
    refused(api.post(f"{LISTS}/_export", list_id="l", namespace_type="single"), 400)
    query = {"id": made["id"], "list_id": "l", "namespace_type": "single", "include_expired_exceptions": "true"}
    text = api.post(f"{LISTS}/_export", **query).text
    assert [json.loads(line).get("item_id") for line in text.splitlines()] == [None, "i", None]
    again = ok(api.upload(f"{LISTS}/_import", "a.ndjson", text))
    assert (again["success"], again["success_count"]) == (False, 0)
    assert [error["error"]["status_code"] for error in again["errors"]] == [409, 409]
    over = ok(api.upload(f"{LISTS}/_import", "a.ndjson", text, overwrite="true"))
    assert (over["success"], over["success_count"], over["success_count_exception_lists"]) == (True, 2, 1)
    ok(api.upload(f"{LISTS}/_import", "a.ndjson", text, as_new_list="true"))
    copy = ok(api.post(f"{LISTS}/_duplicate", list_id="l", namespace_type="single", include_expired_exceptions="true"))
    assert copy["name"] == "n [Duplicate]"
    assert ok(api.get(f"{LISTS}/_find"))["total"] == 3
    refused(api.upload(f"{LISTS}/_import", "a.txt", text), 400)


def test_shared_and_summary(api: Api) -> None:
    shared = ok(api.post("/api/exceptions/shared", {"name": "n", "description": "d"}))
    assert shared["type"] == "detection"
    make(api)
    add(api, os_types=["linux", "windows"])
    add(api, item_id="j")
    assert ok(api.get(f"{LISTS}/summary", list_id="l")) == {"windows": 1, "linux": 1, "macos": 0, "total": 2}


def lines(*documents: dict[str, Any]) -> str:
    return "".join(json.dumps(document) + "\n" for document in documents)


LIST = {"list_id": "l", "name": "n", "description": "d", "type": "detection"}
ITEM = {"list_id": "l", "item_id": "i", "name": "n", "description": "d", "type": "simple", "entries": [ENTRY]}


def test_what_an_import_refuses_as_a_whole(api: Api) -> None:
    for strange in ({**LIST, "list_id": "a b"}, {**LIST, "list_id": "or"}, {**ITEM, "item_id": "x(1)"}):
        assert "KQL" in refused(api.upload(f"{LISTS}/_import", "a.ndjson", lines(LIST, strange)), 400)
    artifact = {**LIST, "list_id": "endpoint_blocklists"}
    assert "not supported" in refused(api.upload(f"{LISTS}/_import", "a.ndjson", lines(artifact)), 400)
    many = lines(*({**LIST, "list_id": f"l{number}"} for number in range(10_000)))
    refused(api.upload(f"{LISTS}/_import", "a.ndjson", many), 500)
    assert ok(api.get(f"{LISTS}/_find"))["total"] == 0


def test_what_an_import_refuses_of_a_file(api: Api) -> None:
    strange = {**ITEM, "item_id": "j", "color": "red"}
    homeless = {**ITEM, "item_id": "k", "list_id": "m"}
    answer = ok(api.upload(f"{LISTS}/_import", "a.ndjson", lines(LIST, ITEM, strange, homeless)))
    assert (answer["success"], answer["success_count"]) == (False, 2)
    found = {error["item_id"]: error["error"] for error in answer["errors"]}
    assert found["j"] == {"status_code": 400, "message": 'invalid keys "color"'}
    assert found["k"]["status_code"] == 409 and "not found" in found["k"]["message"]
    twice = ok(api.upload(f"{LISTS}/_import", "a.ndjson", lines({**ITEM, "item_id": "z"}, {**ITEM, "item_id": "z"})))
    assert twice["success_count"] == 1 and "More than one" in twice["errors"][0]["error"]["message"]


def test_an_import_confuses_the_namespaces(api: Api) -> None:
    agnostic = {"namespace_type": "agnostic"}
    ok(api.upload(f"{LISTS}/_import", "a.ndjson", lines({**LIST, **agnostic}, {**ITEM, **agnostic})))
    make(api)
    other = {**ITEM, "item_id": "other", **agnostic}
    answer = ok(api.upload(f"{LISTS}/_import", "a.ndjson", lines(ITEM, other)))
    assert [error["item_id"] for error in answer["errors"]] == ["i"], "taken in the other namespace"
    assert ok(api.upload(f"{LISTS}/_import", "a.ndjson", lines(ITEM)))["success"]


def test_an_import_waits_for_a_refresh_for_each_hundred() -> None:
    emulator = Emulator(refresh_ms=5)
    api = Api(emulator)
    items = ({**ITEM, "item_id": f"i{number}"} for number in range(250))
    started = time.monotonic()
    ok(api.upload(f"{LISTS}/_import", "a.ndjson", lines(LIST, *items)))
    assert time.monotonic() - started >= 4 * 0.005


def test_a_search_ends_after_ten_thousand(api: Api) -> None:
    make(api)
    assert "[10000] but was [10002]" in refused(api.get(f"{ITEMS}/_find", list_id="l", per_page=5001, page=2), 400)
    ok(api.get(f"{ITEMS}/_find", list_id="l", per_page=10_000))


def test_a_security_team_has_a_list() -> None:
    api = Api(Emulator(seed="soc"))
    found = ok(api.get(f"{ITEMS}/_find", list_id="soc-known-activity"))["data"]
    assert {item["item_id"] for item in found} == {"soc-known-scanner", "soc-known-backup"}
    for item in found:
        assert ok(api.get(ITEMS, item_id=item["item_id"])) == ok(api.get(ITEMS, id=item["id"]))
        ok(api.delete(ITEMS, item_id=item["item_id"]))
    ok(api.delete(LISTS, list_id="soc-known-activity"))
