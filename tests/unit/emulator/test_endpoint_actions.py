# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator's response actions."""

from __future__ import annotations

from emulator_api import Api, ok

from kibana_emulator import Emulator

STATE = "/api/endpoint/action/state"


def test_state() -> None:
    emulator = Emulator()
    assert ok(Api(emulator).get(STATE)) == {"data": {"canEncrypt": True}}
    emulator.store("endpoint_action_state")["can_encrypt"] = False
    assert ok(Api(emulator).get(STATE)) == {"data": {"canEncrypt": False}}


def test_reading_is_not_enough() -> None:
    emulator = Emulator()
    for name in ("viewer", "nobody"):
        assert Api(emulator, (name, name)).get(STATE).status_code == 403
    emulator.add_user("responder", "responder", ("endpoint-isolateHost",))
    ok(Api(emulator, ("responder", "responder")).get(STATE))
