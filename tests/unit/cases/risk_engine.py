# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from harness import Case

CASES = [
    # The last one stands for the module in the error table, whose faults are on public routes.
    Case(
        module="risk_engine",
        name="plain",
        result_key="risk_engine",
        identity={},
        create={},
        updates=[{"range": {"start": "now-90d", "end": "now"}}],
        changes=("task_status",),
    ),
    Case(
        module="risk_engine",
        name="disabled",
        result_key="risk_engine",
        identity={"kibana_space": "default"},
        create={"state": "disabled", "exclude_alert_statuses": ["open"]},
        updates=[
            {"filters": [{"entity_types": ["user", "host"], "filter": "user.name: *"}]},
            {"filters": []},
        ],
        writes={"create": 3},
        versions=("9.4.3",),
    ),
    Case(
        module="risk_engine",
        name="enabled",
        result_key="risk_engine",
        identity={},
        create={"state": "enabled", "exclude_alert_tags": ["test"], "range": {"start": "now-7d"}},
        updates=[
            {"range": {"end": "now-1h"}},
            {"exclude_alert_statuses": []},
            {"exclude_alert_statuses": ["closed", "acknowledged"]},
            {"exclude_alert_tags": ["zeta", "alpha"]},
            {"exclude_alert_tags": []},
            {"state": "disabled"},
            {"state": "enabled"},
        ],
        changes=("status", "enabled", "task_status"),
        writes={"create": 2},
    ),
]
