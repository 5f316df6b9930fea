# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role kibana_config: a Kibana from variables, in the order of dependency, and without what no variable lists."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from conftest import ROOT
from plays import Played, play

from kibana_emulator import Emulator, EmulatorServer

RULE = {"type": "query", "description": "d", "severity": "low", "risk_score": 5, "query": "a:b"}
CONNECTORS = [
    {"id": "log", "name": "soc-log", "connector_type_id": ".server-log"},
    {
        "id": "hook",
        "name": "soc-hook",
        "connector_type_id": ".webhook",
        "config": {"url": "https://hooks.example.com"},
        "secrets": {"user": "robot-us3r", "password": "config-s3cret"},
    },
]
STATE: dict[str, Any] = {
    "kibana_spaces": [{"id": "security", "name": "Security"}],
    "kibana_roles": [{"name": "analyst", "cluster": ["monitor"]}],
    "kibana_connectors": CONNECTORS,
    "kibana_detection_rules": [{**RULE, "rule_id": "one", "name": "One"}, {**RULE, "rule_id": "two", "name": "Two"}],
    "kibana_defaults": {"connectors": {"kibana_space": "security"}, "detection_rules": {"kibana_space": "security"}},
}


def run(folder: Path, url: str, *arguments: str, **variables: Any) -> Played:
    """Run the role; the state is in the play, what a test changes comes from the command line."""
    text = [
        {
            "hosts": "localhost",
            "gather_facts": False,
            "roles": ["stackops.kibana.kibana_config"],
            "vars": {**STATE, "kibana_url": url, "kibana_username": "elastic", "kibana_password": "changeme"},
        }
    ]
    playbook = folder / "site.yml"
    playbook.write_text(yaml.safe_dump(text, sort_keys=False), encoding="utf-8")
    return play(folder, "http://nobody.example", playbook, *arguments, **variables)


def writes(emulator: Emulator) -> list[str]:
    found = [f"{entry['method']} {entry['path']}" for entry in emulator.requests if entry["method"] != "GET"]
    emulator.requests.clear()
    return found


def test_first_run_check_mode_and_second_run(tmp_path: Path) -> None:
    emulator = Emulator()
    with EmulatorServer(emulator) as server:
        foretold = run(tmp_path, server.url, "--check", "--diff", "-vvv")
        assert foretold.status == 0, foretold.output
        assert writes(emulator) == []
        first = run(tmp_path, server.url, "--diff", "-vvv")
        assert first.status == 0, first.output
        order = [line for line in writes(emulator) if "_find" not in line and "_export" not in line]
        second = run(tmp_path, server.url)
        assert second.status == 0 and "changed=0 " in second.output
        assert writes(emulator) == []
    assert [line.split("/")[2:4] for line in order[:3]] == [
        ["spaces", "space"],
        ["security", "roles"],
        ["actions", "connector"],
    ]
    assert "rules/_import" in order[-1]
    for name in ("Spaces", "Roles", "Connectors", "Detection rules"):
        name = f"stackops.kibana.kibana_config : {name}"
        assert foretold.result(name)["summary"] == first.result(name)["summary"]
        assert foretold.result(name)["diff"] == first.result(name)["diff"]
    for output in (foretold, first):
        assert "config-s3cret" not in output.output and "config-s3cret" not in json.dumps(output.results)
    assert {entry["space"] for entry in first.result("stackops.kibana.kibana_config : Connectors")["objects"]} == {
        "security"
    }


def test_tags_run_a_part(tmp_path: Path) -> None:
    emulator = Emulator()
    with EmulatorServer(emulator) as server:
        played = run(tmp_path, server.url, "--tags", "roles")
        assert played.status == 0, played.output
    assert writes(emulator) == ["POST /api/security/roles"]


def test_exact_areas_lose_what_is_not_listed(tmp_path: Path) -> None:
    emulator = Emulator()
    owner = {"kibana_owner": "soc", "kibana_exact": ["roles", "connectors", "detection_rules"]}
    bounds = {"kibana_scope": {"connectors": {"name": "soc-*"}}, "kibana_max_deletions": 5}
    fewer = {"kibana_roles": [], "kibana_connectors": CONNECTORS[1:], "kibana_detection_rules": []}
    with EmulatorServer(emulator) as server:
        assert run(tmp_path, server.url, **owner, **bounds).status == 0
        writes(emulator)
        foretold = run(tmp_path, server.url, "--check", **owner, **bounds, **fewer)
        assert foretold.status == 0 and writes(emulator) == []
        stopped = run(tmp_path, server.url, **owner, **{**bounds, "kibana_max_deletions": 3}, **fewer)
        assert stopped.status == 2 and "4 objects would be deleted" in stopped.output and writes(emulator) == []
        pruned = run(tmp_path, server.url, **owner, **bounds, **fewer)
        assert pruned.status == 0, pruned.output
        again = run(tmp_path, server.url, **owner, **bounds, **fewer)
    plan = "stackops.kibana.kibana_config : Plan of deletions"
    assert foretold.result(plan)["msg"] == pruned.result(plan)["msg"]
    assert pruned.result(plan)["msg"] == [
        "detection_rule one in space security",
        "detection_rule two in space security",
        "connector log in space security",
        "kibana_role analyst",
    ]
    assert pruned.output.index("Plan of deletions") < pruned.output.index(
        "TASK [stackops.kibana.kibana_config : Delete"
    )
    assert "changed=0 " in again.output
    assert set(emulator.store("connectors", "security")) == {"hook"}


def test_an_exact_area_whose_variable_is_missing_deletes_nothing(tmp_path: Path) -> None:
    emulator = Emulator()
    with EmulatorServer(emulator) as server:
        played = run(
            tmp_path,
            server.url,
            kibana_exact=["slos"],
            kibana_owner="soc",
            kibana_max_deletions=5,
            kibana_connectors=[],
        )
    assert played.status == 2
    assert "objects has no list of slos" in played.output or "areas has 'slos'" in played.output


def test_a_wrong_type_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    emulator = Emulator()
    with EmulatorServer(emulator) as server:
        played = run(tmp_path, server.url, kibana_roles=["a"])
    assert played.status == 2 and "kibana_roles" in played.output
    assert writes(emulator) == []


def test_every_kind_has_its_task_its_variable_and_its_module() -> None:
    program = [sys.executable, str(ROOT / "tools" / "update_roles.py"), "--check"]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
