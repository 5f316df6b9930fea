# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state of response actions, in the shape of Kibana and in that of its documentation."""

from __future__ import annotations

import pytest
from harness import Kibana

MODULE = "endpoint_action_state_info"
PATH = "/api/endpoint/action/state"


def test_it_is_read(any_kibana: Kibana) -> None:
    assert any_kibana.ok("endpoint_action_state_info", {})["action_state"] == {"canEncrypt": True}
    any_kibana.emulator.store("endpoint_action_state")["can_encrypt"] = False
    for check in (True, False):
        assert any_kibana.ok(MODULE, {}, check=check)["action_state"] == {"canEncrypt": False}


def test_the_documented_shape(kibana: Kibana) -> None:
    kibana.fault(path=PATH, status=200, body={"body": {"data": {"canEncrypt": True}}})
    assert kibana.ok(MODULE, {})["action_state"] == {"canEncrypt": True}


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_refusals(kibana: Kibana, status: int) -> None:
    kibana.fault(path=PATH, status=status)
    assert kibana.fails(MODULE, {})["status"] == status
