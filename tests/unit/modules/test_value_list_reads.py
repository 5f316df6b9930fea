# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading value lists, and exporting their values to a file or into the result."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from harness import Kibana

from ansible_collections.stackops.kibana.plugins.modules import value_list_info

INFO, EXPORT = "value_list_info", "value_list_export"


def make(kibana: Kibana, list_id: str = "a", kind: str = "keyword", items: tuple[str, ...] = ("b", "a", "c")) -> None:
    params = {"id": list_id, "name": f"List {list_id}", "description": "d", "type": kind, "items": list(items)}
    kibana.ok("value_list", params)
    kibana.seen()


def ids(result: dict[str, Any]) -> list[str]:
    return [item["id"] for item in result["value_lists"]]


def test_info(any_kibana: Kibana) -> None:
    assert ids(any_kibana.ok(INFO, {})) == []
    make(any_kibana, "b")
    make(any_kibana, "a", "ip", ("192.0.2.1",))
    assert ids(any_kibana.ok(INFO, {})) == ["a", "b"]
    for params, found in (
        ({"id": "a"}, ["a"]),
        ({"id": "none"}, []),
        ({"id": "a", "type": "keyword"}, []),
        ({"name": "List b"}, ["b"]),
        ({"name": "List"}, []),
        ({"type": "ip"}, ["a"]),
        ({"filter": "type:keyword"}, ["b"]),
        ({"filter": "type:keyword", "id": "a"}, []),
    ):
        assert ids(any_kibana.ok(INFO, params)) == found
    assert any_kibana.writes() == []


def test_info_to_the_last_page(kibana: Kibana, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(value_list_info, "PAGE_SIZE", 2)
    for name in "abcde":
        make(kibana, name, items=())
    assert ids(kibana.ok(INFO, {})) == list("abcde")


@pytest.mark.parametrize("status", [401, 403, 404, 500])
@pytest.mark.parametrize("params", [{}, {"id": "a"}])
def test_an_error_is_never_an_empty_answer(kibana: Kibana, status: int, params: dict[str, Any]) -> None:
    kibana.fault(path="/api", status=status)
    assert kibana.fails(INFO, params)["status"] == status


def test_export_into_the_result(any_kibana: Kibana) -> None:
    make(any_kibana)
    result = any_kibana.ok(EXPORT, {"id": "a"})
    assert (result["changed"], result["content"], result["count"], result["size"]) == (False, "a\nb\nc\n", 3, 6)
    assert result["checksum"] == hashlib.sha256(b"a\nb\nc\n").hexdigest()
    assert any_kibana.ok(EXPORT, {"id": "a", "sort": False})["content"] == "b\na\nc\n"


def test_export_to_a_file(any_kibana: Kibana, tmp_path: Path) -> None:
    make(any_kibana)
    path = tmp_path / "lists" / "a.txt"
    params = {"id": "a", "dest": str(path), "create_directories": True, "mode": "0600"}
    for changed in (True, False):
        predicted = any_kibana.ok(EXPORT, params, check=True)
        assert path.exists() is not changed, "check mode writes no file"
        result = any_kibana.ok(EXPORT, params)
        for key in ("changed", "diff", "checksum", "count", "dest"):
            assert result.get(key) == predicted.get(key)
        assert result["changed"] is changed
        assert path.read_text(encoding="utf-8") == "a\nb\nc\n"
    any_kibana.ok("value_list", {"id": "a", "items": ["d"]})
    result = any_kibana.ok(EXPORT, params)
    assert result["changed"] and result["diff"][0]["after"].endswith("d\n")
    assert (path.stat().st_mode & 0o777) == 0o600


def test_a_written_file_can_be_read(kibana: Kibana, tmp_path: Path) -> None:
    make(kibana)
    kibana.ok(EXPORT, {"id": "a", "dest": str(tmp_path / "a.txt")})
    assert not kibana.ok("value_list", {"id": "a", "items_src": str(tmp_path / "a.txt"), "exact": True})["changed"]


def test_a_list_that_is_not_there(any_kibana: Kibana, tmp_path: Path) -> None:
    make(any_kibana)
    result = any_kibana.fails(EXPORT, {"id": "none", "dest": str(tmp_path / "a.txt")})
    assert "does not exist" in result["msg"] and not any(tmp_path.iterdir())
    predicted = any_kibana.ok(EXPORT, {"id": "none", "dest": str(tmp_path / "a.txt")}, check=True)
    assert predicted["changed"] and "does not exist yet" in predicted["warnings"][0]


@pytest.mark.parametrize("status", [401, 403, 404, 500, 502])
def test_an_error_writes_no_file(kibana: Kibana, tmp_path: Path, status: int) -> None:
    make(kibana)
    kibana.fault(path="/api/lists/items/_export", status=status)
    for check in (True, False):
        assert kibana.fails(EXPORT, {"id": "a", "dest": str(tmp_path / "a.txt")}, check=check)["status"] == status
    kibana.no_faults()
    kibana.fault(path="/api/lists/items/_export", status=200, body="<!DOCTYPE html><html></html>")
    assert "HTML page" in kibana.fails(EXPORT, {"id": "a", "dest": str(tmp_path / "a.txt")})["msg"]
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"id": " "}, "id is empty"),
        ({"id": "a", "mode": "0600"}, "dest"),
        ({"id": "a", "dest": "/nowhere/at/all.txt"}, "does not exist: create it first"),
        ({"id": "a", "dest": "/"}, "is a directory"),
    ],
)
def test_what_is_refused_before_any_request(kibana: Kibana, params: dict[str, Any], words: str) -> None:
    assert words in kibana.fails(EXPORT, params)["msg"]
    assert kibana.seen() == []
