# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rotating the key of encrypted saved objects."""

from __future__ import annotations

from typing import Any

import pytest
from harness import Kibana

MODULE, ROTATE = "encryption_key_rotation", "/api/encrypted_saved_objects/_rotate_key"


@pytest.fixture
def soc(any_kibana: Kibana) -> Kibana:
    any_kibana.emulator.seed = "soc"
    any_kibana.emulator.reset()
    return any_kibana


def state(kibana: Kibana) -> dict[str, Any]:
    return kibana.emulator.store("key_rotation")


def waited(kibana: Kibana) -> float:
    """The seconds that the task slept; the harness takes over the clock of all modules."""
    return sum(kibana.waits)


def test_twice(soc: Kibana) -> None:
    first = soc.ok(MODULE, {})
    assert first["changed"] and first["rotation"] == {"total": 6, "successful": 4, "failed": 0}
    again = soc.ok(MODULE, {})
    assert not again["changed"] and again["rotation"] == {"total": 6, "successful": 0, "failed": 0}
    assert soc.writes() == [f"POST {ROTATE}"] * 2


def test_check_mode_sends_nothing(soc: Kibana) -> None:
    result = soc.ok(MODULE, {"wait": True}, check=True)
    assert result["changed"] and "rotation" not in result
    assert soc.seen() == []


def test_filters(soc: Kibana) -> None:
    assert soc.ok(MODULE, {"type": "alert", "batch_size": 10_000})["rotation"]["total"] == 2
    assert soc.seen()[0]["query"] == {"type": "alert", "batch_size": "10000"}
    nothing = soc.ok(MODULE, {"type": "unknown"})
    assert not nothing["changed"] and nothing["rotation"]["total"] == 0


def test_no_space_in_the_path(soc: Kibana) -> None:
    soc.ok(MODULE, {"kibana_space": "default"})
    soc.ok(MODULE, {"kibana_space": "soc"})
    assert {entry["space"] for entry in soc.seen()} == {"default"}


def test_failed_objects_fail_the_task_and_the_numbers_are_there(soc: Kibana) -> None:
    state(soc)["objects"]["alert/brute-force"] = "stuck"
    result = soc.fails(MODULE, {})
    assert result["changed"] and result["rotation"] == {"total": 6, "successful": 3, "failed": 1}
    assert result["msg"].startswith("1 of 6 saved objects could not be written")
    assert not soc.fails(MODULE, {})["changed"]


def test_in_progress(soc: Kibana) -> None:
    state(soc)["busy"] = 1
    result = soc.fails(MODULE, {})
    assert result["status"] == 429 and "set wait to true" in result["msg"] and "in progress already" in result["msg"]
    assert soc.writes() == [f"POST {ROTATE}"], "the client does not repeat it"


def test_waiting_for_another(soc: Kibana) -> None:
    state(soc)["busy"] = 3
    result = soc.ok(MODULE, {"wait": True})
    assert result["changed"] and result["rotation"]["successful"] == 4 and "warnings" not in result
    assert waited(soc) == 30 and len(soc.writes()) == 4


def test_waiting_ends(soc: Kibana) -> None:
    state(soc)["busy"] = 100
    result = soc.fails(MODULE, {"wait": True, "wait_timeout": 25})
    assert "did not end within 25 seconds" in result["msg"] and result["status"] == 429
    assert waited(soc) == 25 and len(soc.writes()) == 4


@pytest.mark.parametrize(
    "fault", [{"delay_ms": 90_000}, {"cut": "after"}, {"status": 504, "body": "<html>late</html>"}]
)
def test_an_answer_that_is_lost(soc: Kibana, fault: dict[str, Any]) -> None:
    soc.fault(path=ROTATE, times=1, **fault)
    state(soc)["busy"] = 0
    result = soc.fails(MODULE, {})
    assert "raise kibana_timeout, or set wait to true" in result["msg"] and len(soc.writes()) == 1
    soc.emulator.reset()
    soc.fault(path=ROTATE, times=1, **fault)
    result = soc.ok(MODULE, {"wait": True})
    assert result["changed"] and any("was lost" in text for text in result["warnings"])
    assert len(soc.writes()) == 2


def test_what_waiting_does_not_cure(soc: Kibana) -> None:
    state(soc)["configured"] = False
    result = soc.fails(MODULE, {"wait": True})
    assert result["status"] == 400 and "decryptionOnlyKeys" in result["msg"]
    viewer = {"kibana_username": "viewer", "kibana_password": "viewer"}
    assert soc.fails(MODULE, {"wait": True, **viewer})["status"] == 403
    assert soc.fails(MODULE, {"wait": True, "kibana_password": "wrong"})["status"] == 401
    assert waited(soc) == 0
    soc.fault(path=ROTATE, status=404, body={"statusCode": 404, "error": "Not Found", "message": "Not Found"})
    assert "does not have this function" in soc.fails(MODULE, {"wait": True})["msg"]


@pytest.mark.parametrize(
    ("task", "text"),
    [
        ({"batch_size": 0}, "batch_size is 0: it must be from 1 to 10000."),
        ({"batch_size": 10_001}, "batch_size is 10001"),
        ({"type": ""}, "type is empty"),
        ({"wait_timeout": 0}, "wait_timeout must be at least 1"),
    ],
)
def test_wrong_options(kibana: Kibana, task: dict[str, Any], text: str) -> None:
    assert text in kibana.fails(MODULE, task)["msg"]
    assert kibana.seen() == []
