# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One life for every module: create, again, update, again, delete, again; each step in check mode first."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest
from harness import Case, Kibana, without_invocation

FOLDER = Path(__file__).parent / "cases"
NAMES = sorted(path.stem for path in FOLDER.glob("[!_]*.py"))
CASES = [case for name in NAMES for case in importlib.import_module(f"cases.{name}").CASES]
LIVES = [pytest.param(case, version, id=f"{case}-{version}") for case in CASES for version in case.versions]


def step(kibana: Kibana, case: Case, params: dict[str, Any], action: str) -> dict[str, Any]:
    """Run in check mode, then for real, and assert what holds for every step. Returns the real result."""
    kibana.seen()
    predicted = kibana.ok(case.module, {**case.identity, **params}, check=True)
    assert kibana.writes() == [], "check mode writes nothing"
    result = kibana.ok(case.module, {**case.identity, **params})
    writes = kibana.writes()
    assert len(writes) <= case.writes.get(action, 0 if action == "none" else 1), writes
    assert predicted["changed"] == result["changed"] == (action != "none"), (predicted, result)
    assert predicted.get("diff") == result.get("diff"), "check mode predicts the diff"
    assert ("diff" in result) == result["changed"], "a diff exactly where something changes"
    if result["changed"]:
        assert result["diff"]["before"] != result["diff"]["after"]
    for secret in case.secrets:
        assert secret not in without_invocation(predicted) + without_invocation(result)
    return result


@pytest.mark.parametrize(("case", "version"), LIVES)
def test_life(case: Case, version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kibana = Kibana(monkeypatch, version)
    kibana.unscrubbed()
    if case.setup:
        case.setup(kibana)
    created = step(kibana, case, case.create, "create")[case.result_key]
    again = step(kibana, case, case.create, "none")[case.result_key]
    assert _stable(case, again) == _stable(case, created)
    before = again
    for update in case.updates:
        after = step(kibana, case, update, "update")[case.result_key]
        step(kibana, case, update, "none")
        assert _others(case, before, update) == _others(case, after, update), f"{update} changed something else"
        before = after
    step(kibana, case, {"state": "absent"}, "delete")
    step(kibana, case, {"state": "absent"}, "none")
    assert kibana.emulator.violations == []


def _stable(case: Case, item: dict[str, Any]) -> str:
    return json.dumps({key: value for key, value in item.items() if key not in case.changes}, sort_keys=True)


def _others(case: Case, item: dict[str, Any], update: dict[str, Any]) -> str:
    """The fields that an update should leave alone; a field and its absence read the same when it is empty."""
    ignored = {*case.changes, *update}
    kept = {key: value for key, value in item.items() if key not in ignored and value not in (None, "", [], {})}
    return json.dumps(kept, sort_keys=True)
