# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from harness import Case

CASES = [
    Case(
        module="kibana_role",
        result_key="role",
        identity={"name": "Analyst / Süd %2e"},
        create={
            "cluster": ["monitor", "manage_ilm"],
            "indices": [
                {"names": ["logs-*", "metrics-*"], "privileges": ["view_index_metadata", "read"]},
                {
                    "names": ["secret-*"],
                    "privileges": ["read"],
                    "query": '{"term": {"a": 1}}',
                    "field_security": {"grant": ["*"], "except": ["salary"]},
                },
            ],
            "run_as": ["reporter"],
            "metadata": {"owner": "soc"},
            "kibana": [
                {"spaces": ["security", "ops"], "feature": {"discover": ["read", "all"], "dashboard": ["read"]}},
                {"base": ["read"], "spaces": ["default"]},
            ],
        },
        updates=[
            {"description": "Reads logs"},
            {"description": ""},
            {"cluster": ["monitor"]},
            {"cluster": []},
            {"indices": [{"names": ["logs-*"], "privileges": ["read"], "allow_restricted_indices": True}]},
            {"indices": []},
            {"remote_indices": [{"clusters": ["eu"], "names": ["logs-*"], "privileges": ["read"]}]},
            {"remote_cluster": [{"clusters": ["eu"], "privileges": ["monitor_enrich"]}]},
            {"remote_indices": []},
            {"run_as": []},
            {"metadata": {"tier": 1}},
            {"metadata": {}},
            {"kibana": [{"base": ["all"]}]},
            {"kibana": []},
        ],
    ),
    Case(module="kibana_role", name="smallest", result_key="role", identity={"name": "x"}, create={}),
]
