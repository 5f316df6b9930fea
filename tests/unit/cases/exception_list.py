# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from harness import Case

UPDATES = [
    {"name": "Other"},
    {"description": "Something else"},
    {"tags": ["b", "a"]},
    {"tags": []},
    {"meta": {"owner": "red team"}},
]
# The version counts writes; the rest says when and by whom.
CHANGES = ["version", "_version", "updated_at", "updated_by"]

CASES = [
    Case(
        module="exception_list",
        result_key="exception_list",
        identity={"list_id": "scanners"},
        create={
            "name": "Scanners",
            "description": "Our own",
            "type": "detection",
            "os_types": ["windows", "linux"],
            "tags": ["soc", "x"],
            "meta": {"owner": "blue team", "n": 1},
        },
        updates=UPDATES,
        changes=CHANGES,
    ),
    Case(
        module="exception_list",
        name="agnostic",
        result_key="exception_list",
        identity={"list_id": "of all spaces/&", "namespace_type": "agnostic"},
        create={"name": "n", "description": "d", "type": "rule_default"},
        updates=UPDATES,
        changes=CHANGES,
    ),
]
