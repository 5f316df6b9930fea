# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module against every fault; see reliability/matrix.py. The whole of it with STACKOPS_FULL=1."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from harness import Kibana
from reliability import report
from reliability.matrix import FAULTS, faulty, lives
from reliability.tasks import MODULES, world

FULL = bool(os.environ.get("STACKOPS_FULL"))
PART = 9  # of so many faults one is tried for a module, another one for the next


@pytest.mark.parametrize("module", MODULES)
def test_faults(kibana: Kibana, tmp_path: Path, module: str) -> None:
    place = MODULES.index(module)
    names = list(FAULTS) if FULL else list(FAULTS)[place % PART :: PART]
    cells = []
    with world(kibana, tmp_path) as there:
        for step, known in lives(there, module):
            cells += [cell for name in names if (cell := faulty(there, module, step, known, name))]
    report.add("faults", [cell.as_dict() for cell in cells])
    assert [f"{cell.fault}, {cell.task}: {cell.problems}" for cell in cells if cell.problems] == []
