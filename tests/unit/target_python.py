# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules on another Python than the controller's, as on a managed node: results are those of in-process execution.

`tools/matrix.py` runs this, with the interpreter in STACKOPS_TARGET_PYTHON.
"""

from __future__ import annotations

import json
import os
from functools import partial
from pathlib import Path
from typing import Any

import harness
import pytest
from harness import Case, Kibana
from plays import play
from test_both_ways import FIRST, written

from kibana_emulator import Emulator, EmulatorServer

INTERPRETER = os.environ["STACKOPS_TARGET_PYTHON"]
SAMPLE = {
    "alerting_rule", "case", "connector", "dashboard", "data_view", "detection_rule", "exception_item", "fleet_output",
    "fleet_package_policy", "kibana_role", "kibana_roles", "slo", "space", "synthetics_monitor", "value_list",
}  # fmt: skip


@pytest.mark.parametrize("case", [case for case in FIRST if case.module in SAMPLE], ids=str)
def test_the_same_life_on_another_python(case: Case, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(harness, "Emulator", partial(Emulator, deterministic=True))
    kibana, ways = Kibana(monkeypatch), []
    with EmulatorServer(kibana.emulator) as server:
        playbook = written(case, server.url, tmp_path)
        for variables in ({}, {"ansible_python_interpreter": INTERPRETER}):
            kibana.emulator.reset()
            if case.setup:
                case.setup(kibana)
            played = play(tmp_path, server.url, playbook, "-vvv", "--diff", **variables)
            assert played.status == 0, played.output[-3000:]
            assert ("another Python interpreter is configured" in played.output) is bool(variables)
            ways.append(([told(entry["result"]) for entry in played.results], json.dumps(kibana.emulator.state())))
    assert ways[0] == ways[1]


def told(result: dict[str, Any]) -> str:
    """A result, without what names files."""
    return json.dumps({key: value for key, value in result.items() if key != "exception"}, sort_keys=True)
