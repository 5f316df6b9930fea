# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Enrollment keys beyond the table: names, tokens, revoked keys, policies that are missing."""

from __future__ import annotations

from typing import Any

import pytest
from harness import Kibana, without_invocation

KEY = "fleet_enrollment_api_key"
PATH = "/api/fleet/enrollment_api_keys"
LINUX = {"name": "Linux", "policy": "Emulated policy"}


def keys(kibana: Kibana) -> list[dict[str, Any]]:
    return list(kibana.emulator.store("fleet_enrollment_keys", "default").values())


def test_the_token_is_returned_on_request_alone(any_kibana: Kibana) -> None:
    any_kibana.unscrubbed()
    result = any_kibana.ok(KEY, LINUX)
    stored = keys(any_kibana)[-1]
    assert stored["api_key"] not in without_invocation(result)
    assert result["enrollment_api_key"]["id"] == stored["id"]
    assert result["enrollment_api_key"]["name"] == "Linux"
    asked = any_kibana.ok(KEY, {**LINUX, "return_token": True})
    assert not asked["changed"]
    assert asked["enrollment_api_key"]["api_key"] == stored["api_key"]
    other = any_kibana.ok(KEY, {**LINUX, "name": "Other", "return_token": True})
    assert other["enrollment_api_key"]["api_key"] == keys(any_kibana)[-1]["api_key"]
    assert keys(any_kibana)[-1]["api_key"] not in str(other["diff"])


def test_the_body(kibana: Kibana) -> None:
    predicted = kibana.ok(KEY, {**LINUX, "expiration": "7d"}, check=True)
    assert predicted["enrollment_api_key"] == {
        "id": "(known after apply)",
        "name": "Linux",
        "policy": "Emulated policy",
    }
    assert kibana.ok(KEY, {**LINUX, "expiration": "7d"})["diff"] == predicted["diff"]
    assert kibana.emulator.violations == []


def test_a_revoked_name_cannot_be_used_again(any_kibana: Kibana) -> None:
    any_kibana.ok(KEY, LINUX)
    any_kibana.ok(KEY, {**LINUX, "state": "absent"})
    any_kibana.writes()
    for check in (True, False):
        message = any_kibana.fails(KEY, LINUX, check=check)["msg"]
        assert "had a key named 'Linux', which is revoked" in message
    assert any_kibana.writes() == []
    assert not any_kibana.ok(KEY, {**LINUX, "state": "absent"})["changed"]


def test_all_keys_of_the_name_are_revoked(kibana: Kibana) -> None:
    kibana.ok(KEY, LINUX)
    first = keys(kibana)[-1]
    twin = {**first, "id": "0b0d1f5e-0000-4000-8000-000000000001"}
    twin["name"] = f"Linux ({twin['id']})"
    kibana.emulator.store("fleet_enrollment_keys", "default")[twin["id"]] = twin
    gone = {**twin, "id": "0b0d1f5e-0000-4000-8000-000000000002", "active": False}
    gone["name"] = f"Linux ({gone['id']})"
    kibana.emulator.store("fleet_enrollment_keys", "default")[gone["id"]] = gone
    assert not kibana.ok(KEY, LINUX)["changed"]
    kibana.writes()
    assert kibana.ok(KEY, {**LINUX, "state": "absent"})["changed"]
    assert len(kibana.writes()) == 2
    assert [key["active"] for key in keys(kibana) if key["name"].startswith("Linux")] == [False] * 3


def test_the_key_that_kibana_makes_itself_is_found(kibana: Kibana) -> None:
    assert not kibana.ok(KEY, {"name": "Default", "policy": "emulated-policy"})["changed"]


def test_a_key_that_kibana_keeps(kibana: Kibana) -> None:
    kibana.ok(KEY, LINUX)
    kibana.fault(method="DELETE", path=PATH, status=200, body={"action": "deleted"})
    assert "did not revoke the key" in kibana.fails(KEY, {**LINUX, "state": "absent"})["msg"]


def test_a_missing_policy(any_kibana: Kibana) -> None:
    params = {"name": "Linux", "policy": "Later"}
    assert "There is no agent policy with the id or name 'Later'" in any_kibana.fails(KEY, params)["msg"]
    predicted = any_kibana.ok(KEY, params, check=True)
    assert predicted["changed"]
    assert "Later" in predicted["warnings"][0]
    assert not any_kibana.ok(KEY, {**params, "state": "absent"})["changed"]


def test_a_lost_answer_makes_no_second_key(kibana: Kibana) -> None:
    kibana.fault(method="POST", path=PATH, cut="after", times=1)
    assert kibana.ok(KEY, LINUX)["changed"]
    assert len([key for key in keys(kibana) if key["name"].startswith("Linux")]) == 1


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({**LINUX, "name": " "}, "name is empty"),
        ({**LINUX, "expiration": "1 week"}, "expiration is '1 week'"),
    ],
)
def test_options_that_make_no_sense(kibana: Kibana, params: dict[str, Any], text: str) -> None:
    assert text in kibana.fails(KEY, params)["msg"]
    assert kibana.seen() == []


def test_a_viewer_may_not_see_keys(kibana: Kibana) -> None:
    result = kibana.fails(KEY, {**LINUX, "kibana_username": "viewer", "kibana_password": "viewer", "state": "absent"})
    assert result["status"] == 403
