# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from harness import Case

CASES = [
    Case(
        module="fleet_package",
        result_key="package",
        identity={"name": "apache"},
        create={"version": "1.23.0", "force": True},
        updates=[
            {"version": "latest"},
            {"keep_policies_up_to_date": True},
            {"version": "1.23.0", "force": True},
            {"keep_policies_up_to_date": False},
            {"version": "1.24.0"},
        ],
        changes=["latest_version"],
    ),
    Case(
        module="fleet_package",
        name="with-settings",
        result_key="package",
        identity={"name": "okta"},
        create={"keep_policies_up_to_date": True, "ignore_constraints": True},
        writes={"create": 2},
    ),
    Case(
        module="fleet_package",
        name="prerelease",
        result_key="package",
        identity={"name": "preview_demo", "prerelease": True},
        create={},
    ),
]
