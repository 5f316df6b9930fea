# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role drift_report and the module under it: twenty changes that somebody made, all of them found, nothing else."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from conftest import ROOT
from plays import Played, play

from ansible_collections.stackops.kibana.plugins.module_utils import _drift, _drift_text
from ansible_collections.stackops.kibana.plugins.plugin_utils._in_process import run_module
from kibana_emulator import Emulator, EmulatorServer

RULE = {"type": "query", "description": "d", "severity": "low", "risk_score": 5, "query": "a:b", "tags": ["soc"]}
STATE: dict[str, Any] = {
    "kibana_spaces": [{"id": f"team-{n}", "name": f"Team {n}"} for n in range(5)],
    "kibana_roles": [{"name": f"role-{n}", "cluster": ["monitor"]} for n in range(8)],
    "kibana_connectors": [
        {"id": f"log-{n}", "name": f"Log {n}", "connector_type_id": ".server-log", "kibana_space": f"team-{n}"}
        for n in range(5)
    ]
    + [
        {
            "id": "hook",
            "name": "Hook",
            "connector_type_id": ".webhook",
            "config": {"url": "https://hooks.example.com"},
            "secrets": {"user": "robot", "password": "drift-s3cret"},
        }
    ],
    "kibana_detection_rules": [{**RULE, "rule_id": f"rule-{n}", "name": f"Rule {n}"} for n in range(12)],
}
ROLE = "stackops.kibana.{}"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
BROWSER = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


def run_role(folder: Path, url: str, role: str, **variables: Any) -> Played:
    """Run a role of this collection with the described state."""
    text = [
        {
            "hosts": "localhost",
            "gather_facts": False,
            "roles": [{"role": ROLE.format(role)}],
            "vars": {**STATE, "kibana_username": "elastic", "kibana_password": "changeme"},
        }
    ]
    playbook = folder / f"{role}.yml"
    playbook.write_text(yaml.safe_dump(text, sort_keys=False), encoding="utf-8")
    return play(folder, url, playbook, **variables)


def planted(url: str) -> set[tuple[str, str, str]]:
    """Change twenty objects behind everybody's back; what a report has to say of each."""
    with requests.Session() as http:
        http.auth, http.headers["kbn-xsrf"] = ("elastic", "changeme"), "test"

        def call(method: str, path: str, body: Any = None) -> None:
            response = http.request(method, url + path, json=body)
            assert response.status_code < 400, response.text

        for n in range(2):
            call("PUT", f"/api/spaces/space/team-{n}", {"id": f"team-{n}", "name": "Renamed"})
        for n in range(4):
            call("PUT", f"/api/security/role/role-{n}", {"elasticsearch": {"cluster": ["all"]}})
        for n in range(4, 6):
            call("DELETE", f"/api/security/role/role-{n}")
        for n in range(2):
            call("PUT", f"/s/team-{n}/api/actions/connector/log-{n}", {"name": "Edited", "config": {}, "secrets": {}})
        call("DELETE", "/s/team-2/api/actions/connector/log-2")
        for n in range(6):
            call("PATCH", "/api/detection_engine/rules", {"rule_id": f"rule-{n}", "severity": "critical"})
        for n in range(6, 9):
            call("DELETE", f"/api/detection_engine/rules?rule_id=rule-{n}")
    return {
        *{("space", f"team-{n}", "updated") for n in range(2)},
        *{("kibana_role", f"role-{n}", "updated") for n in range(4)},
        *{("kibana_role", f"role-{n}", "created") for n in range(4, 6)},
        *{("connector", f"Log {n}", "updated") for n in range(2)},
        ("connector", "Log 2", "created"),
        *{("detection_rule", f"rule-{n}", "updated") for n in range(6)},
        *{("detection_rule", f"rule-{n}", "created") for n in range(6, 9)},
    }


def test_twenty_planted_changes_are_found_and_nothing_else(tmp_path: Path) -> None:
    with EmulatorServer(Emulator()) as server:
        assert run_role(tmp_path, server.url, "kibana_config").status == 0
        clean = run_role(tmp_path, server.url, "drift_report", drift_report_fail=True)
        assert clean.status == 0, clean.output
        assert json.loads((tmp_path / "drift" / "drift.json").read_text())["drift"] is False
        wanted = planted(server.url)
        requests.delete(f"{server.url}/_emulator/requests", timeout=10)
        played = run_role(tmp_path, server.url, "drift_report", drift_report_fail=True, drift_report_time="now")
        log = requests.get(f"{server.url}/_emulator/requests", timeout=10).json()
    assert played.status == 2 and "Kibana is not as described: 6 missing, 14 different" in played.output
    assert {entry["method"] for entry in log} == {"GET"}
    assert len(wanted) == 20
    report = json.loads((tmp_path / "drift" / "drift.json").read_text())
    objects = report["kibanas"][0]["objects"]
    assert {(item["kind"], item["object"], item["result"]) for item in objects} == wanted
    assert len(objects) == 20
    changes = {item["object"]: item["changes"] for item in objects}
    assert changes["role-0"] == [{"field": "cluster", "from": ["all"], "to": ["monitor"]}]
    assert changes["rule-0"] == [{"field": "severity", "from": "critical", "to": "low"}]
    assert report["time"] == "now"
    for name in ("drift.md", "drift.html"):
        text = html.unescape((tmp_path / "drift" / name).read_text())
        assert all(name in text for _kind, name, _result in wanted)
        assert "drift-s3cret" not in text
    assert "drift-s3cret" not in played.output


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here")
@pytest.mark.parametrize(("look", "width"), (("light", 1200), ("dark", 480)))
def test_the_page_in_a_browser(tmp_path: Path, look: str, width: int) -> None:
    """The picture is kept in .build/drift, to be looked at."""
    with EmulatorServer(Emulator()) as server:
        assert run_role(tmp_path, server.url, "kibana_config").status == 0
        wanted = planted(server.url)
        assert run_role(tmp_path, server.url, "drift_report").status == 0
    page = tmp_path / "drift" / "drift.html"
    picture = ROOT / ".build" / "drift" / f"{look}-{width}.png"
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.unlink(missing_ok=True)
    options = [*BROWSER, f"--user-data-dir={tmp_path / 'profile'}", f"--window-size={width},2600"]
    dark = ["--blink-settings=preferredColorScheme=0"] if look == "dark" else []
    for wanted_output in ("--dump-dom", f"--screenshot={picture}"):
        done = subprocess.run(
            [str(CHROMIUM), *options, *dark, wanted_output, page.as_uri()],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        if wanted_output == "--dump-dom":
            shown = html.unescape(done.stdout)
            assert shown.count("<details") == len(wanted)
            assert all(f"{kind}: {name}" in shown for kind, name, _result in wanted)
    assert picture.stat().st_size > 20_000


def test_what_cannot_be_looked_at_is_part_of_the_report(tmp_path: Path) -> None:
    with EmulatorServer(Emulator()) as server:
        requests.post(
            f"{server.url}/_emulator/faults", json=[{"path": "/api/security", "status": 403}], timeout=10
        ).raise_for_status()
        played = run_role(tmp_path, server.url, "drift_report")
    assert played.status == 0, played.output
    report = json.loads((tmp_path / "drift" / "drift.json").read_text())
    assert report["summary"]["failed"] == 8 and report["summary"]["created"] == 5 + 6 + 12
    failed = [item for item in report["kibanas"][0]["objects"] if item["result"] == "failed"]
    assert all("HTTP 403" in item["msg"] for item in failed)


def result(**extra: Any) -> dict[str, Any]:
    diff = {"before": {"name": "a"}, "after": {"name": "<script>alert(1)</script> | `x`"}}
    header = {"before_header": "connector: C", "after_header": "connector: C"}
    return {
        "kind": "connector",
        "objects": [{"object": "C", "result": "updated", "space": "soc"}],
        "summary": {"updated": 1},
        "diff": [{**header, **diff}],
        **extra,
    }


def test_the_page_takes_nothing_for_markup_and_needs_nothing_from_elsewhere() -> None:
    page = _drift_text.page(_drift.report("A <b>title</b>", "now", {"prod & test": [result()]}))
    assert "<script" not in page and "&lt;script&gt;" in page
    assert "A &lt;b&gt;title" in page and "prod &amp; test" in page and "(space soc)" in page
    assert not re.search(r"(src|href)=|url\(|@import", page)


def test_markdown_keeps_its_table_whatever_the_values() -> None:
    text = _drift_text.markdown(_drift.report("T", "", {"prod": [result()]}))
    rows = [line for line in text.splitlines() if line.startswith("| `name`")]
    assert len(rows) == 1 and rows[0].replace("\\|", "").count("|") == 4


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    (
        ({"a": 1}, {"a": 1}, []),
        ({"a": {"b": 1, "c": [1]}}, {"a": {"b": 2, "c": [1]}}, [("a.b", 1, 2)]),
        ({"a": 1}, {}, [("a", 1, "(absent)")]),
        ({}, {"a": {"b": 1}}, [("a", "(absent)", {"b": 1})]),
        ({"a": [1, 2]}, {"a": [1]}, [("a", [1, 2], [1])]),
        ("old text", "new text", [("content", "old text", "new text")]),
    ),
)
def test_fields_one_by_one(before: Any, after: Any, changes: list[tuple[str, Any, Any]]) -> None:
    found = [(item["field"], item["from"], item["to"]) for item in _drift.changed(before, after)]
    assert found == changes


def test_the_module_writes_only_what_differs_and_nothing_in_check_mode(tmp_path: Path) -> None:
    params = {"results": {"prod": [result()]}, "dest": str(tmp_path / "out"), "formats": ["json", "html"]}
    assert run_module("drift_report", params, check_mode=True)["changed"]
    assert not (tmp_path / "out").exists()
    first = run_module("drift_report", params)
    assert first["changed"] and first["drift"] and first["summary"]["updated"] == 1
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["drift.html", "drift.json"]
    assert not run_module("drift_report", params)["changed"]


def test_results_of_another_shape_are_one_sentence(tmp_path: Path) -> None:
    outcome = run_module("drift_report", {"results": {"prod": {"a": 1}}, "dest": str(tmp_path)})
    assert outcome["failed"] and outcome["msg"].startswith("results['prod'] must be a list")
