# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The least privileges of each module: enough for the tasks of its own EXAMPLES, and none of them too much."""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from harness import Kibana
from reliability import report
from reliability.tasks import MODULES, PASSWORD, USER, Step, World, steps

from ansible_collections.stackops.kibana.plugins.module_utils import _privileges
from ansible_collections.stackops.kibana.plugins.module_utils._privileges import ANALYTICS, PRIVILEGES, Needs
from ansible_collections.stackops.kibana.plugins.module_utils._privileges import MODULES as NEEDS

# What the EXAMPLES use besides, as the notes of the table say.
BESIDES: dict[str, list[str]] = {
    "ai_knowledge_base_entry": ["securitySolution-manageGlobalKnowledgeBaseAIAssistant"],
    "alerting_rule": ["actions:read"],
    "case": ["actions:read"],
    "case_configuration": ["cases-cases-read", "cases-cases-all", "actions:read"],
    "detection_rule": ["actions:read"],
    "detection_rules": ["actions:read"],
    "detection_rule_snapshot": ["actions:read", "lists-read"],
    "fleet_agent_policy": ["fleet-settings-read"],
    "kibana_role": ["read_features"],
    "kibana_roles": ["read_features"],
    "synthetics_private_location": ["fleet-agent-policies-read"],
}
# What Kibana does not refuse, but leaves out of its answers; and where one of two suffices for the emulator.
NOT_REFUSED = {
    ("data_view", "saved_object:index-pattern/read"),
    ("data_view_info", "saved_object:index-pattern/read"),
    ("risk_engine", "saved_object:risk-engine-configuration/read"),
    ("fleet_package_policy", "integrations-all"),
    ("fleet_package_policy", "fleet-agent-policies-all"),
    ("space_info", "spaces:read"),
    ("tag", "saved_object:tag/read"),
    ("case_info", "cases-securitySolution-read"),
}
OWN = [name for name in MODULES if NEEDS[name].read or NEEDS[name].write]


class Ordinary(World):
    """A world in which the module under test has its own user, and all others an administrator."""

    module, held = "", ("*",)

    def run(self, step: Step, check: bool = False) -> dict[str, Any]:
        held = self.held if step.module == self.module else ("*",)
        self.kibana.emulator.add_user(USER, PASSWORD, held)
        return super().run(step, check)


def run(kibana: Kibana, folder: Path, module: str, held: tuple[str, ...], check: bool = False) -> list[dict[str, Any]]:
    """What the tasks of a module return to a user with these privileges; in check mode, too, they are done for real."""
    world = Ordinary(kibana, folder)
    world.module = module
    results = []
    for step in steps(module):
        if step.module != module:
            world.run(step)
            continue
        if check:
            world.held = held
            results.append(world.run(step, check=True))
            world.held = ("*",)
            world.run(step)
        else:
            world.held = held
            results.append(world.run(step))
            if refused(results):  # what follows may need what this should have made
                break
    return results


def refused(results: list[dict[str, Any]]) -> list[str]:
    """The messages of what was not allowed."""
    return [result["msg"] for result in results if result.get("failed") and "403" in str(result)]


def test_the_table_has_every_module_and_explains_every_privilege() -> None:
    assert sorted(NEEDS) == MODULES
    for needs in NEEDS.values():
        assert needs.read or needs.write or needs.note
        assert {*needs.read, *needs.write} <= set(PRIVILEGES)
    for name, privilege in PRIVILEGES.items():
        assert privilege.words and privilege.includes in {"", *PRIVILEGES} - {name}


@pytest.mark.parametrize("module", OWN)
def test_they_are_enough(module: str, kibana: Kibana, tmp_path: Path) -> None:
    held = (*NEEDS[module].read, *NEEDS[module].write, *BESIDES.get(module, ()))
    results = run(kibana, tmp_path, module, held)
    report.add("privileges", [{"module": module, "held": list(held), "tasks": len(results)}])
    assert results and refused(results) == []


@pytest.mark.parametrize("module", [name for name in OWN if NEEDS[name].write and NEEDS[name].read])
def test_those_to_read_are_enough_for_check_mode(module: str, kibana: Kibana, tmp_path: Path) -> None:
    results = run(kibana, tmp_path, module, (*NEEDS[module].read, *BESIDES.get(module, ())), check=True)
    assert refused(results) == []


LACKING = [
    (name, lacking)
    for name in OWN
    for lacking in (*NEEDS[name].read, *NEEDS[name].write)
    if (name, lacking) not in NOT_REFUSED
]


@pytest.mark.parametrize(("module", "lacking"), LACKING)
def test_none_is_too_much(module: str, lacking: str, kibana: Kibana, tmp_path: Path) -> None:
    """Without one of them, and the stronger ones that include it, some task fails and says so."""
    needed = (*NEEDS[module].read, *NEEDS[module].write, *BESIDES.get(module, ()))
    held = [name for name in needed if lacking not in (name, getattr(PRIVILEGES.get(name), "includes", ""))]
    messages = refused(run(kibana, tmp_path, module, tuple(held)))
    report.add("privileges", [{"module": module, "lacking": lacking, "refused": len(messages)}])
    assert messages and all("lacks a privilege" in text or "HTTP 403" in text for text in messages)


# The preflight -------------------------------------------------------------------------------------------------------


def preflight(kibana: Kibana, held: list[str], *modules: str, **options: Any) -> dict[str, Any]:
    kibana.emulator.add_user("somebody", "word", held)
    params = {"kibana_username": "somebody", "kibana_password": "word", "modules": list(modules), **options}
    result = kibana.ok("kibana_info", params)
    assert kibana.writes() == []
    return result["privileges"]


def test_what_a_list_of_modules_needs_and_what_is_missing(any_kibana: Kibana) -> None:
    found = preflight(any_kibana, ["fleet-settings-read"], "fleet_output", "stackops.kibana.connector")
    assert found["modules"]["fleet_output"] == {"read": ["fleet-settings-read"], "write": ["fleet-settings-all"]}
    assert found["held"] == ["fleet-settings-read"]
    assert found["missing"] == ["actions:all", "actions:read"]
    assert found["unknown"] == ["fleet-settings-all"]
    assert found["words"]["fleet-settings-all"] == "Fleet, Settings: All"
    assert set(found["words"]) == {"fleet-settings-read", "fleet-settings-all", "actions:read", "actions:all"}


@pytest.mark.parametrize("name", [name for name, known in PRIVILEGES.items() if known.probe and not known.told])
def test_each_probe_tells_who_has_the_privilege(any_kibana: Kibana, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asking = importlib.import_module("ansible_collections.stackops.kibana.plugins.modules.kibana_info")
    # Some go with others in every module: one that needs nothing else asks for it here.
    monkeypatch.setitem(asking.MODULES, "space_info", Needs((name,)))
    theirs = preflight(any_kibana, [], "space_info")
    if theirs["unknown"]:
        assert name == "read-maintenance-window" and any_kibana.emulator.version < (9, 2)
        return
    assert theirs["missing"] == [name]
    assert preflight(any_kibana, [name], "space_info")["held"] == [name]


AREAS = {
    "/api/lists/privileges": ("value_list", "lists-read"),
    "/internal/asset_criticality/privileges": ("asset_criticality", ANALYTICS),
    "/internal/risk_score/engine/privileges": ("risk_engine", ANALYTICS),
    "/api/detection_engine/privileges": ("kibana_role", "rules-read"),
}


@pytest.mark.parametrize("space", ["default", "soc"])
@pytest.mark.parametrize("name", [name for name, known in PRIVILEGES.items() if known.told])
def test_what_elasticsearch_allows_is_told_by_the_area(any_kibana: Kibana, name: str, space: str) -> None:
    module, area = AREAS[PRIVILEGES[name].probe]
    where = {"kibana_space": space}
    assert name in preflight(any_kibana, [area], module, **where)["missing"]
    assert name in preflight(any_kibana, [area, name], module, **where)["held"]
    unknown = preflight(any_kibana, [name, "read_security"], module, **where)  # and nothing of Kibana's
    assert name in unknown["unknown"]


def test_a_module_that_there_is_not_is_an_error_before_any_request(kibana: Kibana) -> None:
    result = kibana.fails("kibana_info", {"modules": ["fleet_output", "no_such"]})
    assert result["msg"].startswith("modules has 'no_such'") and kibana.seen() == []


def test_a_broken_kibana_is_an_error_and_no_missing_privilege(kibana: Kibana) -> None:
    kibana.fault(path="/api/fleet", status=500)
    assert kibana.fails("kibana_info", {"modules": ["fleet_output"]})["status"] == 500


def test_without_modules_nothing_is_asked(kibana: Kibana) -> None:
    assert "privileges" not in kibana.ok("kibana_info", {})
    assert preflight(kibana, [], "drift_report")["missing"] == []


def test_the_document_is_current() -> None:
    spec = importlib.util.spec_from_file_location("update_privileges", ROOT / "tools" / "update_privileges.py")
    tool = importlib.util.module_from_spec(spec)  # type: ignore[arg-type]
    spec.loader.exec_module(tool)  # type: ignore[union-attr]
    tool.table = lambda: _privileges
    assert (ROOT / "docs" / "privileges.md").read_text("utf-8") == tool.render(), "run `make runtime`"
