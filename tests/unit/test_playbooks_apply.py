# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kibana_apply: many objects of one kind, each by its own module, in-process and in processes of their own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from plays import play

from kibana_emulator import Emulator, EmulatorServer

LOG = {"connector_type_id": ".server-log"}
HOOK = {
    "id": "hook",
    "name": "Hook",
    "connector_type_id": ".webhook",
    "config": {"url": "https://hooks.example.com"},
    "secrets": {"user": "robot-us3r", "password": "apply-s3cret"},
}


def task(name: str, objects: Any, **options: Any) -> dict[str, Any]:
    return {"name": name, "stackops.kibana.kibana_apply": {"kind": "connector", "objects": objects, **options}}


@pytest.mark.parametrize("in_process", (True, False))
def test_objects_are_created_again_changed_and_deleted(tmp_path: Path, in_process: bool) -> None:
    both = [{"id": "a", "name": "A"}, {"id": "b", "name": "B"}]
    tasks = [
        task("Foretold", both, defaults=LOG) | {"check_mode": True},
        task("Created", both, defaults=LOG),
        task("Again", both, defaults=LOG),
        task("Changed", [{"id": "a", "name": "A2", **LOG}, {"id": "b", "state": "absent"}]),
        task("Empty", []),
        task("Secret", [HOOK]),
    ]
    emulator = Emulator()
    with EmulatorServer(emulator) as server:
        played = play(tmp_path, server.url, tasks, "--diff", "-vvv", kibana_in_process=in_process)
    assert played.status == 0, played.output
    assert played.result("Foretold") == {**played.result("Created")}
    assert played.result("Created")["objects"] == [
        {"object": "A", "result": "created"},
        {"object": "B", "result": "created"},
    ]
    again = played.result("Again")
    assert not again["changed"] and "diff" not in again
    assert again["summary"] == {"created": 0, "updated": 0, "deleted": 0, "unchanged": 2, "failed": 0}
    changed = played.result("Changed")
    assert [item["result"] for item in changed["objects"]] == ["updated", "deleted"]
    assert [part["after_header"] for part in changed["diff"]] == ["connector: A2", "connector: b"]
    assert played.result("Empty")["changed"] is False
    assert played.result("Secret")["changed"] and "apply-s3cret" not in played.output
    assert "robot-us3r" not in json.dumps(played.results)
    assert set(emulator.store("connectors", "default")) >= {"a", "hook"}


def test_a_failure_does_not_hide_the_others(tmp_path: Path) -> None:
    objects = [
        {"id": "x", "name": "X", "connector_type_id": ".nonsense"},
        {"id": "y", "nonsense": 1, **LOG},
        {"id": "z", "name": "Z", **LOG},
    ]
    emulator = Emulator()
    with EmulatorServer(emulator) as server:
        played = play(tmp_path, server.url, [task("Mixed", objects)])
    result = played.result("Mixed")
    assert played.status == 2 and result["changed"]
    assert [item["result"] for item in result["objects"]] == ["failed", "failed", "created"]
    assert result["objects"][0]["status"] == 400
    assert "2 of 3 objects failed: X: Kibana refused" in result["msg"]
    assert "nonsense" in result["objects"][1]["msg"]


def test_nobody_answers_and_the_rest_is_not_attempted(tmp_path: Path) -> None:
    objects = [{"id": name, "name": name, **LOG} for name in "abc"]
    played = play(tmp_path, "http://127.0.0.1:9", [task("Lost", objects, kibana_retries=0)])
    result = played.result("Lost")
    assert "not attempted" in result["objects"][1]["msg"] and "not attempted" in result["objects"][2]["msg"]
    assert "not attempted" not in result["objects"][0]["msg"]


@pytest.mark.parametrize(
    ("options", "said"),
    (
        ({"kind": "conector", "objects": []}, "kind is 'conector'"),
        ({"kind": "connector"}, "objects must be a list"),
        ({"kind": "connector", "objects": ["a"]}, "objects[0] must be a dictionary"),
        ({"kind": "connector", "objects": [], "defaults": "a"}, "defaults must be a dictionary"),
        ({"kind": "connector", "objects": [], "states": 1}, "Unsupported options: states"),
    ),
)
def test_wrong_options_are_one_sentence(tmp_path: Path, options: dict[str, Any], said: str) -> None:
    played = play(tmp_path, "http://127.0.0.1:9", [{"name": "Wrong", "stackops.kibana.kibana_apply": options}])
    assert played.status == 2
    assert said in played.result("Wrong")["msg"]


def test_modules_for_many_take_what_they_can(tmp_path: Path) -> None:
    rule = {"type": "query", "name": "R", "description": "d", "severity": "low", "risk_score": 1, "query": "a:b"}
    rules = [
        {**rule, "rule_id": "one"},
        {**rule, "rule_id": "two", "kibana_space": "soc"},
        {**rule, "rule_id": "three", "state": "disabled"},
        {**rule, "rule_id": "four", "severity": "nonsense", "kibana_space": "elsewhere"},
    ]
    roles = [{"name": "old", "state": "absent"}, {"name": "a", "cluster": ["all"]}, {"name": "b", "cluster": ["all"]}]
    tasks = [
        {"name": "Space", "stackops.kibana.space": {"id": "soc", "name": "SOC"}},
        {"name": "Roles", "stackops.kibana.kibana_apply": {"kind": "kibana_role", "objects": roles}},
        {"name": "Rules", "stackops.kibana.kibana_apply": {"kind": "detection_rule", "objects": rules}},
    ]
    emulator = Emulator()
    with EmulatorServer(emulator) as server:
        played = play(tmp_path, server.url, tasks, "--diff")
    found = played.result("Rules")
    assert [(item["object"], item["result"]) for item in found["objects"]] == [
        ("one", "created"),
        ("two", "created"),
        ("three", "created"),
        ("four", "failed"),
    ]
    assert found["objects"][1]["space"] == "soc" and "space" not in found["objects"][0]
    assert "severity" in found["objects"][3]["msg"]
    assert [part["after_header"] for part in found["diff"]] == [
        f"detection_rule: {name}" for name in ("one", "three", "two")
    ]
    assert found["summary"]["created"] == 3 and found["summary"]["failed"] == 1
    assert [item["result"] for item in played.result("Roles")["objects"]] == ["unchanged", "created", "created"]
    writes = [entry["path"] for entry in emulator.requests if entry["method"] != "GET"]
    assert writes.count("/api/security/roles") == 1
    assert sum("rules/_import" in path for path in writes) == 2
