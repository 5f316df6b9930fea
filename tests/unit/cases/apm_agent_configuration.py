# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from harness import Case

MOVES = ["etag", "@timestamp", "applied_by_agent"]

CASES = [
    Case(
        module="apm_agent_configuration",
        result_key="configuration",
        identity={"service_name": "shop / ü", "service_environment": "production & co"},
        create={
            "settings": {
                "transaction_sample_rate": 0.10,
                "transaction_max_spans": "0500",
                "recording": True,
                "capture_body": "errors",
                "sanitize_field_names": "",
                "made_up": 1.0,
            },
            "agent_name": "java",
        },
        updates=[
            {"settings": {"transaction_sample_rate": "0.1250"}},
            {"settings": {"recording": False, "capture_body": "off"}},
            {"settings": {"sanitize_field_names": "password, *token*"}},
            {"agent_name": "python"},
            {"agent_name": ""},
            {"settings": {"recording": "False", "log_level": "info"}, "exact": True},
            {"settings": {}},
        ],
        changes=MOVES,
    ),
    Case(
        module="apm_agent_configuration",
        name="all-services",
        result_key="configuration",
        identity={},
        create={"settings": {"transaction_sample_rate": "1.0"}},
        updates=[{"settings": {"transaction_sample_rate": 0.3}}],
        changes=MOVES,
    ),
]
