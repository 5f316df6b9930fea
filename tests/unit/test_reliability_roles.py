# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every role and every action plugin against faults, in real plays; see reliability/roles.py.

The whole of it with STACKOPS_FULL=1: a play takes seconds.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from harness import Kibana
from reliability import report
from reliability.roles import NAMES, SUBJECTS, cells

FULL = bool(os.environ.get("STACKOPS_FULL"))
SOME = {"role kibana_config": ("403 from the second write on", "cut after the second write", "502 once")}


@pytest.mark.parametrize("name", SUBJECTS if FULL else SOME)
def test_roles(kibana: Kibana, tmp_path: Path, name: str) -> None:
    found = list(cells(kibana, tmp_path, name, NAMES if FULL else SOME[name]))
    report.add("faults", [cell.as_dict() for cell in found])
    assert found and [f"{cell.fault}: {cell.problems} ({cell.message})" for cell in found if cell.problems] == []
