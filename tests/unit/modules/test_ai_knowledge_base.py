# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The setup of the knowledge base: once, with or without waiting, and what keeps it from being done."""

from __future__ import annotations

from typing import Any

import pytest
from harness import Kibana

MODULE = "ai_knowledge_base"
PATH = "/api/security_ai_assistant/knowledge_base/security_labs"


def knobs(kibana: Kibana) -> dict[str, Any]:
    return kibana.emulator.store("ai_knowledge_base", "default")


def test_set_up_once_and_wait(any_kibana: Kibana) -> None:
    predicted = any_kibana.ok(MODULE, {"wait": True}, check=True)
    assert any_kibana.writes() == []
    assert (predicted["changed"], predicted["ready"]) == (True, False)
    result = any_kibana.ok(MODULE, {"wait": True})
    assert any_kibana.writes() == [f"POST {PATH}"]
    assert (result["changed"], result["ready"], result["diff"]) == (True, True, predicted["diff"])
    assert result["knowledge_base"]["security_labs_exists"] is True
    assert any_kibana.waits
    again = any_kibana.ok(MODULE, {"wait": True})
    assert (again["changed"], again["ready"]) == (False, True)
    assert "diff" not in again
    assert any_kibana.writes() == []
    assert any_kibana.emulator.violations == []


def test_without_waiting(any_kibana: Kibana) -> None:
    knobs(any_kibana)["polls"] = 5
    first = any_kibana.ok(MODULE, {})
    assert (first["changed"], first["ready"], any_kibana.waits) == (True, False, [])
    second = any_kibana.ok(MODULE, {})
    assert (second["changed"], second["knowledge_base"]["is_setup_in_progress"]) == (False, True)
    assert len(any_kibana.writes()) == 1
    third = any_kibana.ok(MODULE, {"wait": True})
    assert (third["changed"], third["ready"]) == (False, True)


def test_without_the_articles_and_with_them_later(any_kibana: Kibana) -> None:
    lean = {"ignoreSecurityLabs": True, "wait": True, "modelId": ".elser_model_2", "resource": "user"}
    assert any_kibana.ok(MODULE, lean)["changed"]
    post = next(entry for entry in any_kibana.seen() if entry["method"] == "POST")
    assert post["query"] == {"modelId": ".elser_model_2", "ignoreSecurityLabs": "true"}
    assert post["path"].endswith("/user")
    assert not any_kibana.ok(MODULE, lean)["changed"]
    full = any_kibana.ok(MODULE, {"wait": True})
    assert (full["changed"], full["diff"]["before"]) == (True, {"elser_exists": True, "security_labs_exists": False})
    assert not any_kibana.ok(MODULE, {"wait": True})["changed"]


def test_time_is_over(kibana: Kibana) -> None:
    knobs(kibana)["polls"] = 100
    result = kibana.fails(MODULE, {"wait": True, "wait_timeout": 12})
    assert "was not ready within 12 seconds" in result["msg"]
    assert "raise wait_timeout" in result["msg"]
    assert sum(kibana.waits) == 12


def test_cluster_without_machine_learning(kibana: Kibana) -> None:
    knobs(kibana)["available"] = False
    for check in (True, False):
        assert "machine learning" in kibana.fails(MODULE, {}, check=check)["msg"]
    assert kibana.writes() == []


@pytest.mark.parametrize("fault", [{"cut": "after"}, {"delay_ms": 60_000}])
def test_kibana_answers_only_when_it_is_done(kibana: Kibana, fault: dict[str, Any]) -> None:
    kibana.fault(method="POST", path=PATH, **fault)
    result = kibana.ok(MODULE, {"wait": True})
    assert (result["changed"], result["ready"]) == (True, True)
    assert len(kibana.writes()) == 1


@pytest.mark.parametrize("fault", [{"cut": "before"}, {"status": 500}, {"status": 403}, {"status": 404}])
def test_a_setup_that_did_not_start_fails(kibana: Kibana, fault: dict[str, Any]) -> None:
    kibana.fault(method="POST", path=PATH, **fault)
    assert kibana.fails(MODULE, {"wait": True})["method"] == "POST"


def test_what_is_refused(kibana: Kibana) -> None:
    assert "at least 1" in kibana.fails(MODULE, {"wait_timeout": 0})["msg"]
    assert "does not exist" in kibana.fails(MODULE, {"space": "nowhere"})["msg"]
    assert "privilege" in kibana.fails(MODULE, {"kibana_username": "viewer", "kibana_password": "viewer"})["msg"]
    assert kibana.writes() == []
