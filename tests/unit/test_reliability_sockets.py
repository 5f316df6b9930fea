# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module over real sockets that break; see reliability/sockets.py. The whole of it with STACKOPS_FULL=1."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import Kibana
from reliability import report
from reliability.matrix import lives
from reliability.sockets import FAULTS, Wire, cut_off, serving
from reliability.tasks import MODULES, world

FULL = bool(os.environ.get("STACKOPS_FULL"))
PART = 8  # of so many modules one is tried, and with it as large a part of the faults


@pytest.fixture(scope="module")
def wire() -> Iterator[Wire]:
    """One server for all of them."""
    with serving() as server:
        yield server


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1:DeprecationWarning")  # it is what one of the peers speaks
@pytest.mark.parametrize("module", MODULES if FULL else MODULES[::PART])
def test_sockets(kibana: Kibana, tmp_path: Path, wire: Wire, module: str) -> None:
    place = MODULES.index(module) // PART
    names = list(FAULTS) if FULL else list(FAULTS)[place % PART :: PART]
    cells = []
    with world(kibana, tmp_path) as there:
        for step, known in lives(there, module):
            cells += [cell for name in names if (cell := cut_off(there, wire, module, step, known, name))]
    report.add("faults", [cell.as_dict() for cell in cells])
    assert [f"{cell.fault}, {cell.task}: {cell.problems}" for cell in cells if cell.problems] == []
