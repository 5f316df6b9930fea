# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make integration-real` compares Kibana with the emulator; here the Kibana is another emulator, over HTTP."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT
from test_lifecycle import CASES

from kibana_emulator import Emulator, EmulatorServer

sys.path.insert(0, str(ROOT / "tools"))
import compare_kibana as tool
import integration_real as real

FULL = bool(os.environ.get("STACKOPS_FULL"))
SAMPLE = ("space", "kibana_role", "value_list", "data_view")
STACK = ROOT / "tests" / "integration" / "stack"
CHOSEN = CASES if FULL else [case for case in CASES if case.module in SAMPLE]


@pytest.mark.parametrize("version", ("8.18.0", "9.4.3") if FULL else ("9.4.3",))
def test_two_emulators_do_not_differ(version: str, tmp_path: Path) -> None:
    with EmulatorServer(Emulator(version=version)) as server:
        report = tool.compare(CHOSEN, tool.Side({"kibana_url": server.url, **tool.ELASTIC}), version)
    assert report.differences == [], report.differences[:5]
    assert report.broken == [], report.broken[:5]
    wanted = {case.module for case in CHOSEN if version in case.versions}
    assert wanted - {name.split("-")[0] for name in report.cases} <= {"ai_knowledge_base_entry", "fleet_package_policy"}
    page = tool.written(report, tmp_path).read_text(encoding="utf-8")
    assert "0 differences, 0 broken promises" in page


class Other(tool.Side):
    """A Kibana that does some things in its own way."""

    def run(self, module: str, params: dict[str, Any], *, check: bool = False) -> dict[str, Any]:
        result = super().run(module, params, check=check)
        if "space" in result:
            result["space"] = {**result["space"], "color": "#000000", "newer": True}
        return result if check or result["changed"] else {**result, "changed": True}


def test_differences_and_broken_promises_are_written_down(tmp_path: Path) -> None:
    case = next(case for case in CASES if str(case) == "space-smallest")
    with EmulatorServer(Emulator()) as server:
        report = tool.compare([case], Other({"kibana_url": server.url, **tool.ELASTIC}), "9.4.3", lambda text: None)
    found = {(one.step, one.what) for one in report.differences}
    assert {("create", "space.newer"), ("create again", "changed"), ("create", "check mode: space.color")} <= found
    assert "space-smallest, create again: changed something that was as it should be" in report.broken
    page = tool.written(report, tmp_path).read_text(encoding="utf-8")
    assert "| space-smallest |" in page and "`true`" in page


def test_what_no_two_kibanas_have_alike_is_left_out() -> None:
    here = {"id": "a", "created_at": "2026-01-01T00:00:00Z", "text": "at 2026-01-01T00:00:00.123Z", "name": "x"}
    there = {"id": "b", "created_at": "2025-01-01T00:00:00Z", "text": "at 2025-01-01T00:00:00.456Z", "name": "y"}
    assert list(tool.differing(tool.plain(here), tool.plain(there))) == [("name", "x", "y")]


def test_the_stack_is_of_three_services_on_loopback() -> None:
    services = yaml.safe_load((STACK / "compose.yml").read_text(encoding="utf-8"))["services"]
    assert {"elasticsearch", "kibana", "fleet-server"} <= set(services)
    for name, service in services.items():
        assert "STACK_VERSION" in service["image"]
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ())), name
        assert set(service.get("depends_on", ())) <= set(services)
    settings = yaml.safe_load((STACK / "kibana.yml").read_text(encoding="utf-8"))
    assert (
        services["fleet-server"]["environment"]["FLEET_SERVER_POLICY_ID"]
        == settings["xpack.fleet.agentPolicies"][0]["id"]
    )
    assert all(len(settings[f"xpack.{name}.encryptionKey"]) >= 32 for name in ("encryptedSavedObjects", "security"))


def test_a_kibana_at_hand_is_used_and_nothing_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole program, with an emulator for the Kibana and the integration targets left out."""
    with EmulatorServer(Emulator()) as server:
        environment = {"KIBANA_URL": server.url, "KIBANA_USERNAME": "elastic", "KIBANA_PASSWORD": "changeme"}
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        bin_folder = tmp_path / "bin"
        bin_folder.mkdir()
        (bin_folder / "make").write_text('#!/bin/sh\necho "make $* at $KIBANA_URL"\n', encoding="utf-8")
        (bin_folder / "make").chmod(0o755)
        monkeypatch.setenv("PATH", f"{bin_folder}{os.pathsep}{os.environ['PATH']}")
        monkeypatch.setattr(real, "OUTPUT", tmp_path / "output")
        monkeypatch.setattr(sys, "argv", ["integration_real.py", "--only", "space"])
        assert real.main() == 0
    assert f"integration at {server.url}" in (tmp_path / "output" / "integration.log").read_text(encoding="utf-8")
    assert "0 differences, 0 broken promises" in (tmp_path / "output" / "9.4.3.md").read_text(encoding="utf-8")


def test_without_docker_it_says_what_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(real.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match="Docker with compose is needed"), real.stack("9.4.3", False):
        pass
