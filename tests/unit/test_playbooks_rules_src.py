# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`rules_src` of detection_rules: rule files of the controller, without templates."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from plays import play

from kibana_emulator import Emulator, EmulatorServer

HEAD = '[rule]\nrule_id = "{}"\ntype = "query"\nname = "R"\ndescription = "d"\nseverity = "low"\nrisk_score = 5\n'
OTHER = {"rule_id": "two", "type": "query", "name": "Two", "description": "{{ x }}", "severity": "low", "risk_score": 5}
APART = {"kibana_in_process": False}


@dataclass(frozen=True)
class Served:
    url: str
    emulator: Emulator

    def rules(self) -> dict[str, dict[str, Any]]:
        """What is stored, by rule_id."""
        return {one["rule_id"]: dict(one) for one in self.emulator.store("detection_rules", "default").values()}


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    emulator = Emulator()
    with EmulatorServer(emulator) as made:
        yield Served(made.url, emulator)


def rules(folder: Path, *names: str, **options: Any) -> dict[str, Any]:
    """A task, and files for it: one of TOML for each name, and a folder with one of JSON."""
    files = folder / "files"
    (files / "more").mkdir(parents=True, exist_ok=True)
    for name in names:
        (files / f"{name}.toml").write_text(HEAD.format(name), encoding="utf-8")
    (files / "more" / "two.json").write_text(json.dumps(OTHER), encoding="utf-8")
    return {"name": "Rules", "stackops.kibana.detection_rules": {"rules_src": "files", **options}}


def again(task: dict[str, Any], **variables: Any) -> dict[str, Any]:
    return {**task, "name": "Again", "vars": variables}


def test_the_files_of_a_folder_are_applied_and_a_second_run_is_clean(tmp_path: Path, server: Served) -> None:
    task = rules(tmp_path, "one", "three", rule_defaults={"enabled": False}, exclude=["three*"])
    played = play(tmp_path, server.url, [task, again(task), again(task, **APART)])
    assert played.status == 0, played.output
    first, *rest = (entry["result"] for entry in played.results)
    assert {one["rule_id"]: one["result"] for one in first["rules"]} == {"one": "created", "two": "created"}
    assert [(one["changed"], one["summary"]["unchanged"]) for one in rest] == [(False, 2), (False, 2)]
    assert not server.rules()["one"]["enabled"] and "three" not in server.rules()
    assert server.rules()["two"]["description"] == "{{ x }}", "braces in a file are text"


def test_what_left_the_files_goes_and_check_mode_says_so(tmp_path: Path, server: Served) -> None:
    task = rules(tmp_path, "gone", "stays")
    exact = {"exact": True, "scope": {"rule_id": "*"}, "max_deletions": 5}
    assert play(tmp_path, server.url, [task]).status == 0
    (tmp_path / "files" / "gone.toml").unlink()
    task["stackops.kibana.detection_rules"].update(exact)
    before = server.rules()
    predicted = play(tmp_path, server.url, [task], "--check").result("Rules")
    assert server.rules() == before
    real = play(tmp_path, server.url, [task]).result("Rules")
    assert predicted["summary"] == real["summary"] and real["summary"]["deleted"] >= 1
    assert "gone" not in server.rules() and "stays" in server.rules()


WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"rules_src": "wrong"}, "1 problem in wrong. Nothing was written.\nx.toml, line 3: a rule has no field severty"),
    ({"rules_src": "nowhere"}, "nowhere does not exist."),
    ({"rules_src": "empty", "exact": True, "scope": {"rule_id": "*"}}, "There is no rule in empty (0 files)."),
    ({"rules_src": ["files"]}, "rules_src must be the directory of the files."),
    ({"exclude": "windows/*"}, "exclude must be a list of patterns."),
    ({"rule_defaults": [1]}, "rule_defaults must be a dictionary of options."),
    ({"rules": [{"rule_id": "y"}]}, "parameters are mutually exclusive: rules|rules_src"),
    ({"rules_src": None}, "one of the following is required: rules, rules_src"),
)


def test_one_sentence_says_what_is_wrong(tmp_path: Path, server: Served) -> None:
    tasks = [{**rules(tmp_path, **options), "ignore_errors": True} for options, _said in WRONG]
    (tmp_path / "empty").mkdir()
    (tmp_path / "wrong").mkdir()
    (tmp_path / "wrong" / "x.toml").write_text('[rule]\nrule_id = "x"\nseverty = "low"\n', encoding="utf-8")
    before = server.rules()
    played = play(tmp_path, server.url, tasks)
    assert server.rules() == before and "Traceback" not in played.output
    messages = [str(entry["result"].get("msg")) for entry in played.results]
    assert [said for (_options, said), msg in zip(WRONG, messages, strict=True) if said not in msg] == [], messages
