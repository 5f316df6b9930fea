# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Facts about fleet_enrollment_api_key. A key cannot be changed, so there are no updates."""

from __future__ import annotations

from harness import Case, Kibana


def many_keys(kibana: Kibana) -> None:
    """More keys than a page has, and names that begin alike."""
    for number in range(105):
        kibana.call("POST", "/api/fleet/enrollment_api_keys", {"policy_id": "emulated-policy", "name": f"a {number}"})
    kibana.call("POST", "/api/fleet/enrollment_api_keys", {"policy_id": "emulated-policy", "name": "Linux servers 2"})


CASES = [
    Case(
        module="fleet_enrollment_api_key",
        result_key="enrollment_api_key",
        identity={"name": "Linux servers", "policy": "Emulated policy"},
        create={"expiration": "7d"},
        setup=many_keys,
        name="by-policy-name",
    ),
    Case(
        module="fleet_enrollment_api_key",
        result_key="enrollment_api_key",
        identity={"name": 'a (b) "c" \\ d', "policy_id": "emulated-policy"},
        create={},
        name="by-policy-id",
    ),
]
