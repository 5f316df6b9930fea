# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from harness import Case, Kibana


def policies(kibana: Kibana) -> None:
    for number in (1, 2):
        body = {"id": f"policy-{number}", "name": f"Policy {number}", "namespace": "default"}
        kibana.call("POST", "/api/fleet/agent_policies", body)


CASES = [
    Case(
        module="synthetics_private_location",
        result_key="private_location",
        identity={"label": 'Berlin / "Mitte" ü'},
        create={
            "agentPolicyId": "Policy 1",
            "geo": {"lat": 52.52, "lon": -13.405},
            "tags": ["zeta", "alpha"],
            "spaces": ["default", "other"],
        },
        changes=["id"],
        setup=policies,
    ),
    Case(
        module="synthetics_private_location",
        name="smallest",
        result_key="private_location",
        identity={"label": "x"},
        create={"agentPolicyId": "policy-2"},
        changes=["id"],
        setup=policies,
    ),
]
