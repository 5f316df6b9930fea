# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad values in every option of every module; see reliability/values.py. The whole of it with STACKOPS_FULL=1."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from harness import Kibana
from reliability import report
from reliability.tasks import MODULES, world
from reliability.values import VALUES, cases, prepared, problems

FULL = bool(os.environ.get("STACKOPS_FULL"))
PART = 41  # of so many values one is tried for an option, another one for the next


@pytest.mark.parametrize("module", MODULES)
def test_bad_values(kibana: Kibana, tmp_path: Path, module: str) -> None:
    found, tried = {}, 0
    with world(kibana, tmp_path) as there:
        start = prepared(there, module)
        for number, (place, name) in enumerate(cases(module)):
            if FULL or number % PART == 0:
                there.restore(start)
                tried += 1
                wrong = problems(there, module, place, VALUES[name])
                if wrong:
                    found[f"{'.'.join(place)} = {name}"] = wrong
    report.add(
        "input", [{"module": module, "tried": tried, "problems": [f"{place}: {one}" for place, one in found.items()]}]
    )
    assert found == {}
