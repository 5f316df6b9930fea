# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Exporting detection rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from harness import Kibana

from ansible_collections.stackops.kibana.plugins.module_utils import _detection_rule_export

MODULE, RULES = "detection_rules_export", "/api/detection_engine/rules"
RULE = {"description": "d", "risk_score": 1, "severity": "low", "type": "query", "query": "a: 1", "enabled": False}


@pytest.fixture
def full(any_kibana: Kibana) -> Kibana:
    any_kibana.call("DELETE", RULES, params={"rule_id": "prebuilt-rule-1"})
    one = {"list_id": "trusted", "name": "Trusted", "description": "d", "type": "detection"}
    made = any_kibana.call("POST", "/api/exception_lists", one)
    entry = {"field": "a", "operator": "included", "type": "match", "value": "b"}
    item = {"list_id": "trusted", "item_id": "i", "name": "I", "description": "d", "type": "simple", "entries": [entry]}
    any_kibana.call("POST", "/api/exception_lists/items", item)
    reference = {"id": made["id"], "list_id": "trusted", "type": "detection", "namespace_type": "single"}
    config = {"name": "Log", "connector_type_id": ".server-log"}
    any_kibana.call("POST", "/api/actions/connector/log", config)
    action = {"id": "log", "action_type_id": ".server-log", "group": "default", "params": {"message": "m"}}
    create(any_kibana, "b/../x", exceptions_list=[reference], actions=[action], tags=["soc", "x"])
    create(any_kibana, "a", tags=["soc"])
    create(any_kibana, "c")
    return any_kibana


def create(kibana: Kibana, rule_id: str, **more: Any) -> None:
    kibana.call("POST", RULES, {**RULE, "rule_id": rule_id, "name": rule_id, **more})


def test_one_file_that_changes_only_with_the_rules(full: Kibana, tmp_path: Path) -> None:
    dest = tmp_path / "rules.ndjson"
    options = {"dest": str(dest)}
    predicted = full.ok(MODULE, options, check=True)
    assert predicted["changed"] and not dest.exists()
    result = full.ok(MODULE, options)
    assert result["diff"] == predicted["diff"]
    assert result["rules"] == ["a", "b/../x", "c"]
    assert result["counts"] == {"rules": 3, "exception_lists": 1, "exception_items": 1, "connectors": 1}
    before = dest.read_text(encoding="utf-8")
    lines = [json.loads(line) for line in before.splitlines()]
    assert [line.get("rule_id") for line in lines[:3]] == ["a", "b/../x", "c"]
    assert lines[-1]["exported_count"] == 6
    assert "updated_at" not in before and "immutable" not in before
    full.call("DELETE", RULES, params={"rule_id": "a"})
    create(full, "a", tags=["soc"])  # new times and another id
    assert not full.ok(MODULE, options)["changed"]
    full.call("PUT", RULES, {**RULE, "rule_id": "a", "name": "a", "tags": ["soc"], "query": "a: 2"})
    assert full.ok(MODULE, options)["changed"]
    assert not full.ok(MODULE, options)["changed"]


def test_kibana_takes_the_file_back(full: Kibana) -> None:
    content = full.ok(MODULE, {})["content"]
    for rule_id in ("a", "b/../x", "c"):
        full.call("DELETE", RULES, params={"rule_id": rule_id})
    file = {"file": ("rules.ndjson", content, "application/ndjson")}
    answer = full.call("POST", f"{RULES}/_import", files=file, params={"overwrite_exceptions": True})
    assert answer["success"] and answer["success_count"] == 3, answer
    assert full.ok(MODULE, {})["rules"] == ["a", "b/../x", "c"]


def test_selection(full: Kibana) -> None:
    assert full.ok(MODULE, {"tags": ["soc"]})["rules"] == ["a", "b/../x"]
    assert full.ok(MODULE, {"tags": ["soc", "x"]})["rules"] == ["b/../x"]
    assert full.ok(MODULE, {"rule_ids": ["c", "a", "c"]})["rules"] == ["a", "c"]
    assert full.ok(MODULE, {"tags": ["none"]})["rules"] == []
    full.call("PUT", f"{RULES}/prepackaged")
    assert len(full.ok(MODULE, {})["rules"]) > 3
    assert full.ok(MODULE, {"custom_only": True})["rules"] == ["a", "b/../x", "c"]
    bare = full.ok(MODULE, {"tags": ["x"], "exceptions": False, "connectors": False, "exclude_export_details": True})
    assert len(bare["content"].splitlines()) == 1


def test_a_file_for_each(full: Kibana, tmp_path: Path) -> None:
    base = tmp_path / "rules"
    options = {"directory": str(base), "create_directories": True, "mode": "0600", "exact": True}
    predicted = full.ok(MODULE, options, check=True)
    assert predicted["changed"] and not base.exists()
    result = full.ok(MODULE, options)
    assert result["diff"] == predicted["diff"] and result["files"] == predicted["files"]
    names = sorted(str(path.relative_to(base)) for path in base.rglob("*.json"))
    assert names == ["a.json", "b%2F..%2Fx.json", "c.json", "connectors/log.json", "exception_lists/trusted.json"]
    assert (base / "a.json").stat().st_mode & 0o777 == 0o600
    assert json.loads((base / "exception_lists/trusted.json").read_text())["items"][0]["item_id"] == "i"
    assert not full.ok(MODULE, options)["changed"]
    rule = json.loads((base / "a.json").read_text())
    assert not full.ok("detection_rules", {"rules": [rule]})["changed"], "a file is what detection_rules takes"
    full.call("DELETE", RULES, params={"rule_id": "c"})
    (base / "other.txt").write_text("mine")
    assert not full.ok(MODULE, {**options, "exact": False})["changed"]
    predicted = full.ok(MODULE, options, check=True)
    assert predicted["deleted"] == [str(base / "c.json")] and (base / "c.json").exists()
    assert full.ok(MODULE, options)["diff"] == predicted["diff"]
    assert not (base / "c.json").exists() and (base / "other.txt").exists()


def test_many_are_fetched_in_parts(full: Kibana, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = full.ok(MODULE, {"custom_only": True})["content"]
    monkeypatch.setattr(_detection_rule_export, "CHUNK_RULES", 1)
    assert full.ok(MODULE, {"custom_only": True})["content"] == whole


def test_what_is_missing(full: Kibana, tmp_path: Path) -> None:
    assert "rule_id x" in full.fails(MODULE, {"rule_ids": ["a", "x"]})["msg"]
    gone = str(tmp_path / "no")
    assert "create_directories" in full.fails(MODULE, {"directory": gone})["msg"]
    assert full.ok(MODULE, {"directory": gone}, check=True)["changed"]


@pytest.mark.parametrize("status", [401, 403, 500])
def test_refusals(kibana: Kibana, status: int) -> None:
    kibana.fault(path="/api", status=status)
    assert kibana.fails(MODULE, {})["status"] == status


@pytest.mark.parametrize("body", ['{"rule_id": "a"}\n', '{"rule_id'])
def test_an_answer_that_breaks_off(kibana: Kibana, tmp_path: Path, body: str) -> None:
    kibana.fault(path=f"{RULES}/_export", status=200, body=body)
    assert "breaks off" in kibana.fails(MODULE, {"dest": str(tmp_path / "a")})["msg"]
    assert not (tmp_path / "a").exists()


def test_bad_input_is_told_before_any_request(kibana: Kibana, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for options in (
        {"rule_ids": []},
        {"rule_ids": ["a"], "tags": ["b"]},
        {"exact": True},
        {"mode": "0600"},
        {"directory": str(tmp_path / "file")},
        {"directory": str(tmp_path), "dest": str(tmp_path / "x")},
    ):
        kibana.fails(MODULE, options)
    assert kibana.seen() == []
