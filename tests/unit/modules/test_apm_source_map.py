# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the lifecycle table does not show about source maps, and the module that reads them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from harness import Kibana

MODULE, BASE = "apm_source_map", "/api/apm/sourcemaps"
MAP = {"version": 3, "sources": ["a.ts"], "mappings": "AAAA"}
APP = {"service_name": "shop", "service_version": "1", "bundle_filepath": "/app.js"}


def upload(kibana: Kibana, content: Any, **identity: str) -> str:
    files = {name: (None, text) for name, text in {**APP, **identity, "sourcemap": json.dumps(content)}.items()}
    return str(kibana.call("POST", BASE, files=files)["id"])


def ids(kibana: Kibana) -> list[str]:
    return [one["id"] for one in kibana.call("GET", BASE, params={"perPage": 1000})["artifacts"]]


def test_a_file_that_is_written_otherwise_is_the_same(any_kibana: Kibana, tmp_path: Path) -> None:
    upload(any_kibana, MAP)
    any_kibana.seen()
    file = tmp_path / "app.js.map"
    file.write_text(json.dumps(dict(reversed(MAP.items())), indent=4))
    assert not any_kibana.ok(MODULE, {**APP, "src": str(file)})["changed"]
    assert any_kibana.writes() == []
    file.write_text(json.dumps({**MAP, "mappings": "B"}))
    result = any_kibana.ok(MODULE, {**APP, "src": str(file)})
    assert result["changed"] and len(ids(any_kibana)) == 1
    assert result["diff"]["before"]["checksum"] != result["diff"]["after"]["checksum"]


def test_older_ones_of_the_bundle_go(any_kibana: Kibana) -> None:
    old = upload(any_kibana, {**MAP, "mappings": "B"})
    other = upload(any_kibana, MAP, bundle_filepath="/other.js")
    new = upload(any_kibana, MAP)
    predicted = any_kibana.ok(MODULE, {**APP, "content": MAP}, check=True)
    result = any_kibana.ok(MODULE, {**APP, "content": MAP})
    assert result["changed"] and result["diff"] == predicted["diff"]
    assert result["diff"]["before"]["superseded"] == [old]
    assert ids(any_kibana) == [new, other]
    assert not any_kibana.ok(MODULE, {**APP, "content": MAP})["changed"]
    upload(any_kibana, {**MAP, "mappings": "C"})  # the wanted one is there, and not the newest
    assert any_kibana.ok(MODULE, {**APP, "content": MAP})["changed"]
    assert ids(any_kibana) == [new, other]
    upload(any_kibana, {**MAP, "mappings": "D"})
    assert any_kibana.ok(MODULE, {**APP, "state": "absent"})["changed"]
    assert ids(any_kibana) == [other]


def test_one_on_the_last_page_is_found(kibana: Kibana) -> None:
    upload(kibana, MAP)
    for number in range(45):
        upload(kibana, MAP, service_version=f"2.{number}")
    assert not kibana.ok(MODULE, {**APP, "content": MAP})["changed"]
    assert kibana.ok(MODULE, {**APP, "state": "absent"})["changed"]
    assert len(ids(kibana)) == 45


def test_without_a_content_one_that_is_there_is_left(kibana: Kibana) -> None:
    assert "needs src or content" in kibana.fails(MODULE, APP)["msg"]
    upload(kibana, MAP)
    assert not kibana.ok(MODULE, APP)["changed"]


def test_one_that_somebody_else_has_just_deleted(kibana: Kibana) -> None:
    upload(kibana, MAP)
    kibana.fault(method="DELETE", path=BASE, cut="after", times=1)  # the repetition gets a 500
    assert kibana.ok(MODULE, {**APP, "state": "absent"})["changed"]
    upload(kibana, MAP)
    kibana.fault(method="DELETE", path=BASE, status=500)
    assert kibana.fails(MODULE, {**APP, "state": "absent"})["status"] == 500


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"content": "{"}, "no JSON"),
        ({"content": {"version": 3}}, "needs version, sources and mappings"),
        ({"content": [1]}, "needs version"),
        ({"service_name": " "}, "service_name is empty"),
        ({"src": "/nowhere/a.map"}, "does not exist"),
    ],
)
def test_bad_input_is_told_before_any_request(kibana: Kibana, options: dict[str, Any], said: str) -> None:
    assert said in kibana.fails(MODULE, {**APP, **options})["msg"]
    assert kibana.seen() == []


def test_one_that_is_too_large(kibana: Kibana) -> None:
    result = kibana.fails(MODULE, {**APP, "content": {**MAP, "mappings": "A" * 1_100_000}})
    assert result["status"] == 413 and len(result["msg"]) < 500


def test_reading(any_kibana: Kibana) -> None:
    upload(any_kibana, MAP)
    upload(any_kibana, MAP, service_version="2")
    upload(any_kibana, MAP, bundle_filepath="https://a.example.com:443")
    maps = any_kibana.ok("apm_source_map_info", {})["source_maps"]
    assert [one["service_version"] for one in maps] == ["1", "2", "1"]
    assert "content" not in maps[0]
    assert len(any_kibana.ok("apm_source_map_info", {"service_version": "2"})["source_maps"]) == 1
    options = {"bundle_filepath": "https://A.example.com/", "contents": True}
    (one,) = any_kibana.ok("apm_source_map_info", options)["source_maps"]
    assert one["content"] == MAP
    assert any_kibana.ok("apm_source_map_info", {"service_name": "x"})["source_maps"] == []
