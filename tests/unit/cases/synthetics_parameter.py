# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from harness import Case

CASES = [
    Case(
        module="synthetics_parameter",
        result_key="parameter",
        identity={"key": 'a "b" / ü'},
        create={"value": "correct horse", "tags": ["zeta", "alpha"]},
        updates=[{"description": "x"}, {"description": ""}, {"tags": ["alpha"]}, {"tags": []}],
        changes=["id"],
        secrets=["correct horse"],
    ),
    Case(
        module="synthetics_parameter",
        name="shared",
        result_key="parameter",
        identity={"key": "x"},
        create={"value": "correct horse", "share_across_spaces": True},
        updates=[{"description": "x"}],
        changes=["id"],
        secrets=["correct horse"],
    ),
]
