# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole Kibana as variables, and back: the roles kibana_export and kibana_config in real plays."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from harness import VERSIONS
from plays import Played, play

from ansible_collections.stackops.kibana.plugins.filter.rule_from_toml import rule_from_toml
from ansible_collections.stackops.kibana.plugins.plugin_utils._export_files import dump
from kibana_emulator import Emulator, EmulatorServer

RULES = os.environ.get("KIBANA_RULES_DIR", "")
ITEM = {"item_id": "i", "name": "n", "description": "d", "entries": [{"field": "a", "type": "exists"}]}
THRESHOLD = {
    "aggType": "count",
    "groupBy": "all",
    "index": ["metrics-*"],
    "threshold": [90],
    "thresholdComparator": ">",
    "timeField": "@timestamp",
    "timeWindowSize": 5,
    "timeWindowUnit": "m",
}
MUSTACHE = "{{context.rule.name}} {% of %} {{#context.alerts}}{{_id}}\n{{/context.alerts}}"
# The same in two spaces, besides what all spaces share.
TEAM = {
    "connectors": [{"id": "log", "name": "Log", "connector_type_id": ".server-log"}],
    "value_lists": [{"id": "v", "name": "v", "description": "d", "type": "keyword", "items": ["{{ x }}", "b"]}],
    "exception_lists": [{"list_id": "l", "name": "l", "description": "d", "type": "detection"}],
    "exception_items": [{"list_id": "l", "items": [ITEM]}],
    "detection_rules": [
        {
            "rule_id": "r",
            "name": "R",
            "type": "query",
            "description": "{{ d }}",
            "query": "a:b",
            "severity": "low",
            "risk_score": 5,
            "exceptions_list": [{"list_id": "l"}],
            "actions": [{"id": "log", "params": {"message": MUSTACHE}}],
        }
    ],
    "alerting_rules": [
        {
            "name": "A",
            "rule_type_id": ".index-threshold",
            "consumer": "stackAlerts",
            "schedule": {"interval": "1m"},
            "params": THRESHOLD,
            "actions": [{"id": "log", "group": "threshold met", "params": {"message": MUSTACHE}}],
        }
    ],
}
TEAMS: dict[str, Any] = {
    "kibana_spaces": [{"id": name, "name": name} for name in ("a-team", "z-team")],
    **{
        f"kibana_{area}": [{**item, "kibana_space": space} for space in ("default", "z-team") for item in items]
        for area, items in TEAM.items()
    },
    "kibana_endpoint_exceptions": [
        {**ITEM, "entries": [{"field": "process.name", "type": "match", "value": "a"}], "os_types": ["linux"]}
    ],
    "kibana_data_views": [
        {"id": "own", "title": "own-*", "kibana_space": "z-team", "default": True},
        {"id": "shared", "title": "shared-*", "namespaces": ["default", "a-team"]},
    ],
}
TEAMS["kibana_alerting_rules"] = [
    {"id": f"a-{number}", **rule} for number, rule in enumerate(TEAMS["kibana_alerting_rules"])
]
TEAMS["kibana_exception_lists"].append({**TEAM["exception_lists"][0], "list_id": "g", "namespace_type": "agnostic"})
READING_POSTS = ("/_export", "/_review")


def run_role(folder: Path, url: str, role: str, source: Path | None = None, **variables: Any) -> Played:
    """Run a role of this collection, with the variables of an export as its README says."""
    load = {"dir": str(source), "depth": 1, "extensions": ["yml"], "ignore_files": ["secrets.example.yml"]}
    text = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {"kibana_username": "elastic", "kibana_password": "changeme"},
        "pre_tasks": [{"name": "Load", "ansible.builtin.include_vars": load, "no_log": True}] if source else [],
        "roles": [f"stackops.kibana.{role}"],
    }
    playbook = folder / f"{role}.yml"
    playbook.write_text(yaml.safe_dump([text], sort_keys=False), encoding="utf-8")
    return play(folder, url, playbook, **variables)


def export(folder: Path, url: str, dest: str, **variables: Any) -> dict[str, str]:
    """Export, and return the text of every file by its path."""
    played = run_role(folder, url, "kibana_export", kibana_export_dest=str(folder / dest), **variables)
    assert played.status == 0, played.output
    return texts(folder / dest)


def texts(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "secrets.yml"
    }


def apply(folder: Path, url: str, source: str) -> Played:
    """Apply an export, with a made-up text for each secret."""
    example, filled = folder / source / "secrets.example.yml", folder / source / "secrets.yml"
    if example.exists():
        names = yaml.safe_load(example.read_text(encoding="utf-8"))["kibana_secrets"]
        secrets = {name: f"https://s3cret.example/{number}" for number, name in enumerate(names)}
        filled.write_text(yaml.safe_dump({"kibana_secrets": secrets}), encoding="utf-8")
    return run_role(folder, url, "kibana_config", folder / source, kibana_files=str(folder / source / "files"))


def writes(emulator: Emulator) -> list[str]:
    found = [f"{entry['method']} {entry['path']}" for entry in emulator.requests if entry["method"] != "GET"]
    emulator.requests.clear()
    return [line for line in found if not line.endswith(READING_POSTS)]


def changed(played: Played) -> list[Any]:
    return [(entry["task"], entry["result"].get("diff")) for entry in played.results if entry["result"].get("changed")]


def failures(played: Played) -> list[str]:
    return [line for line in played.output.splitlines() if "ERROR" in line or "fatal" in line]


def empty(source: Emulator) -> Emulator:
    """A new Kibana with the same package of prebuilt rules at hand."""
    emulator = Emulator(".".join(map(str, source.version)))
    for name in ("prebuilt_assets", "prebuilt_registry"):
        emulator.store(name).update(source.store(name))
    return emulator


def import_rules(url: str, folder: str) -> int:
    """Import rules in the form of Elastic's repository; how many there are."""
    rules = [rule_from_toml(str(path)) for path in sorted(Path(folder).rglob("*.toml"))]
    lines = "".join(json.dumps(rule) + "\n" for rule in rules)
    answer = requests.post(
        f"{url}/api/detection_engine/rules/_import",
        files={"file": ("rules.ndjson", lines, "application/ndjson")},
        headers={"kbn-xsrf": "test"},
        auth=("elastic", "changeme"),
        timeout=60,
    ).json()
    assert answer["success"], answer["errors"][:3]
    return len(rules)


@pytest.mark.parametrize(
    ("version", "rules"),
    [
        *((version, "") for version in VERSIONS),
        pytest.param(VERSIONS[-1], RULES, marks=pytest.mark.skipif(not RULES, reason="KIBANA_RULES_DIR is not set")),
    ],
    ids=(*VERSIONS, "with-real-rules"),
)
def test_round_trip(tmp_path: Path, version: str, rules: str) -> None:
    source = Emulator(version, seed="soc")
    with EmulatorServer(source) as server:
        imported = import_rules(server.url, rules) if rules else 0
        first = export(tmp_path, server.url, "first")
        assert first["detection_rules.yml"].count("- rule_id: ") >= imported
        if not rules:  # which take long enough
            stamps = {path: path.stat().st_mtime_ns for path in (tmp_path / "first").rglob("*")}
            assert export(tmp_path, server.url, "first") == first
            assert {path: path.stat().st_mtime_ns for path in (tmp_path / "first").rglob("*")} == stamps
    emulator = empty(source)
    with EmulatorServer(emulator) as server:
        applied = apply(tmp_path, server.url, "first")
        assert applied.status == 0, failures(applied) or applied.output
        assert export(tmp_path, server.url, "second") == first
        writes(emulator)
        again = apply(tmp_path, server.url, "first")
        assert again.status == 0, failures(again) or again.output
        assert changed(again) == []
        assert writes(emulator) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_several_spaces_and_texts_that_look_like_templates(tmp_path: Path, version: str) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "state.yml").write_text(dump(TEAMS), encoding="utf-8")
    with EmulatorServer(Emulator(version)) as server:
        made = apply(tmp_path, server.url, "state")
        assert made.status == 0, failures(made)
        first = export(tmp_path, server.url, "first")
        part = {"kibana_export_areas": ["detection_rules"], "kibana_export_spaces": ["z-team"]}
        assert set(export(tmp_path, server.url, "part", **part)) == {
            *("connectors.yml", "detection_rules.yml", "exception_items.yml", "exception_lists.yml")
        }
    assert first["data_views.yml"].count("id: shared") == first["exception_lists.yml"].count("list_id: g") == 1
    assert first["detection_rules.yml"].count("kibana_space: z-team") == 1
    emulator = Emulator(version)
    with EmulatorServer(emulator) as server:
        applied = apply(tmp_path, server.url, "first")
        assert applied.status == 0, failures(applied)
        assert export(tmp_path, server.url, "second") == first
        writes(emulator)
        again = apply(tmp_path, server.url, "first")
        assert again.status == 0 and changed(again) == [] and writes(emulator) == []
        rule = emulator.store("detection_rules", "z-team")
    assert next(iter(rule.values()))["actions"][0]["params"] == {"message": MUSTACHE}
