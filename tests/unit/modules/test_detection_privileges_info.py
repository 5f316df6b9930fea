# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user may do with the detection engine."""

from __future__ import annotations

import pytest
from harness import Kibana


@pytest.mark.parametrize("check", [True, False])
def test_privileges(any_kibana: Kibana, check: bool) -> None:
    mine = any_kibana.ok("detection_privileges_info", {}, check=check)
    assert mine["changed"] is False
    assert mine["privileges"]["has_all_requested"] and mine["privileges"]["has_encryption_key"]
    any_kibana.emulator.add_user("reader", "secret", ["rules-read"])
    user = {"kibana_username": "reader", "kibana_password": "secret", "space": "ops"}
    theirs = any_kibana.ok("detection_privileges_info", user, check=check)["privileges"]
    assert (theirs["username"], theirs["has_all_requested"]) == ("reader", False)
    assert theirs["index"][".alerts-security.alerts-ops"]["write"] is False
    assert any_kibana.writes() == []
    assert any_kibana.emulator.violations == []


@pytest.mark.parametrize("status", [401, 403, 404])
def test_an_error_is_an_error(kibana: Kibana, status: int) -> None:
    kibana.fault(path="/api", status=status, body={"statusCode": status, "error": "E", "message": "Not Found"})
    assert kibana.fails("detection_privileges_info", {})["status"] == status
