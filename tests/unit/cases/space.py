# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from harness import Case

PICTURE = "data:image/png;base64,iVBORw0KGgo="

CASES = [
    Case(
        module="space",
        result_key="space",
        identity={"id": "soc-1_a"},
        create={
            "name": "Security / Süd",
            "color": "#D36086",
            "disabledFeatures": ["visualize", "canvas", "discover", "ml"],
        },
        updates=[
            {"name": "SOC"},
            {"description": "Detection and response"},
            {"description": ""},
            {"color": "#00bfb3"},
            {"initials": "S1"},
            {"initials": ""},
            {"imageUrl": PICTURE},
            {"imageUrl": ""},
            {"disabledFeatures": ["dashboard"]},
            {"disabledFeatures": []},
            {"solution": "security"},
            {"solution": "es", "disabledFeatures": []},
            {"solution": "classic"},
        ],
        changes=["disabledFeatures"],
    ),
    Case(module="space", name="smallest", result_key="space", identity={"id": "x"}, create={"name": "x"}),
    Case(
        module="space",
        name="solution",
        result_key="space",
        identity={"id": "oblt"},
        create={"name": "Observability", "solution": "oblt"},
        updates=[{"description": "Logs"}],
    ),
]
