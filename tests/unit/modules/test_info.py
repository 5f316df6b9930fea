# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The small modules that only read: roles, spaces, Kibana itself."""

from __future__ import annotations

from typing import Any

import pytest
from harness import Kibana

STARTING = "Kibana server is not ready yet"


def names(result: dict[str, Any]) -> list[str]:
    return [role["name"] for role in result["roles"]]


def test_roles(any_kibana: Kibana) -> None:
    any_kibana.ok("kibana_role", {"name": "a/b", "cluster": ["monitor"]})
    custom = any_kibana.ok("kibana_role_info", {})
    assert names(custom) == ["a/b", "legacy_untranslatable"]
    assert custom["roles"][0]["cluster"] == ["monitor"]
    assert custom["roles"][1]["unreadable"]
    assert "superuser" in names(any_kibana.ok("kibana_role_info", {"include_reserved": True}))
    assert names(any_kibana.ok("kibana_role_info", {"name": "a/b"})) == ["a/b"]
    assert any_kibana.ok("kibana_role_info", {"name": "none"})["roles"] == []
    assert any_kibana.ok("kibana_role_info", {"name": "a/b", "replace_deprecated_privileges": True})["roles"]
    assert any_kibana.writes() == ["PUT /api/security/role/a%2Fb"]


def test_what_is_read_can_be_written(kibana: Kibana) -> None:
    kibana.ok("kibana_role", {"name": "a", "kibana": [{"base": ["read"]}], "indices": []})
    role = kibana.ok("kibana_role_info", {"name": "a"})["roles"][0]
    assert not kibana.ok("kibana_role", role)["changed"]


def test_spaces(kibana: Kibana) -> None:
    kibana.call("POST", "/api/spaces/space", {"id": "ops", "name": "Ops"})
    assert [space["id"] for space in kibana.ok("space_info", {})["spaces"]] == ["default", "ops"]
    assert kibana.ok("space_info", {"id": "ops"})["spaces"][0]["name"] == "Ops"
    assert kibana.ok("space_info", {"id": "none"})["spaces"] == []


def test_kibana_itself(any_kibana: Kibana) -> None:
    found = any_kibana.ok("kibana_info", {})["kibana"]
    assert found["version"] == any_kibana.emulator.version_number
    assert found["status"] == "available"
    assert found["core"] == {"elasticsearch": "available", "savedObjects": "available"}


def test_a_kibana_that_is_not_available_is_an_answer(kibana: Kibana) -> None:
    kibana.fault(path="/api/status", status=503, body={"status": {"overall": {"level": "critical"}}})
    assert kibana.ok("kibana_info", {})["kibana"] == {"status": "critical"}


def test_waiting_for_a_start(kibana: Kibana) -> None:
    kibana.fault(path="/api/status", status=503, body=STARTING, times=2)
    kibana.fault(path="/api/status", status=503, body={"status": {"overall": {"level": "unavailable"}}}, times=1)
    kibana.fault(path="/api/status", cut="before", times=1)
    assert kibana.ok("kibana_info", {"wait": True})["kibana"]["status"] == "available"
    assert len(kibana.waits) == 4


def test_waiting_ends(kibana: Kibana) -> None:
    kibana.fault(path="/api/status", status=503, body=STARTING)
    result = kibana.fails("kibana_info", {"wait": True, "wait_timeout": 0})
    assert "not available within 0 seconds" in result["msg"]
    assert STARTING in result["msg"]


@pytest.mark.parametrize("module", ["kibana_role_info", "space_info", "kibana_info"])
@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_an_error_is_never_an_empty_answer(kibana: Kibana, module: str, status: int) -> None:
    kibana.fault(path="/api", status=status, body={"statusCode": status, "error": "E", "message": "Not Found"})
    for params in ({}, {"wait": True}) if module == "kibana_info" else ({},):
        if not (params and status == 500):
            assert kibana.fails(module, params)["status"] == status
