# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from harness import Case

CASES = [
    Case(
        module="tag",
        result_key="tag",
        identity={"id": "on call / ü"},
        create={"name": " On call ", "description": "Who is", "color": "#D36086"},
        updates=[
            {"name": "Duty"},
            {"description": "Who wakes up"},
            {"description": ""},
            {"color": "#00bfb3"},
        ],
    ),
    Case(
        module="tag",
        name="by-name",
        result_key="tag",
        identity={"name": " SOC"},
        create={},
        updates=[{"description": "Security"}, {"color": "#ABCDEF"}],
    ),
]
