# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The configuration of cases: one for each owner, never deleted, and written as a whole."""

from __future__ import annotations

from typing import Any

import pytest
from harness import Kibana

MODULE = "case_configuration"
URL = "/api/cases/configure"
OWNER = {"owner": "securitySolution"}
PLAYBOOK = {"key": "playbook", "label": "Playbook", "type": "text", "required": False}
TOGGLE = {"key": "told", "label": "Told", "type": "toggle", "required": True, "defaultValue": "yes"}
TEMPLATE = {
    "key": "mail",
    "name": "Mail",
    "tags": ["b", "a"],
    "caseFields": {"title": "T", "severity": "high", "customFields": [{"key": "playbook", "value": " PB-1 "}]},
}
WHOLE = {"closure_type": "close-by-pushing", "customFields": [PLAYBOOK, TOGGLE], "templates": [TEMPLATE]}


def jira(kibana: Kibana, connector_id: str = "jira-1", name: str = "Jira") -> None:
    secrets = {"email": "e", "apiToken": "t"}
    config = {"apiUrl": "https://jira.example", "projectKey": "SOC"}
    body = {"name": name, "connector_type_id": ".jira", "config": config, "secrets": secrets}
    kibana.call("POST", f"/api/actions/connector/{connector_id}", body)


def stored(kibana: Kibana, owner: str = "securitySolution") -> dict[str, Any]:
    found = kibana.call("GET", URL, params={"owner": owner})
    assert len(found) == 1
    return dict(found[0])


def step(kibana: Kibana, params: dict[str, Any], changed: bool) -> dict[str, Any]:
    kibana.seen()
    predicted = kibana.ok(MODULE, {**OWNER, **params}, check=True)
    assert kibana.writes() == []
    result = kibana.ok(MODULE, {**OWNER, **params})
    assert len(kibana.writes()) == int(changed)
    assert predicted["changed"] is result["changed"] is changed, (predicted.get("diff"), result.get("diff"))
    assert predicted.get("diff") == result.get("diff") and ("diff" in result) is changed
    return dict(result["case_configuration"])


UPDATES: list[dict[str, Any]] = [
    {"closure_type": "close-by-user"},
    {"connector": {"name": "Jira"}},
    {"connector": {"id": "none"}},
    {"connector": {"id": "jira-1"}},
    {"connector": {}},
    {"customFields": [{"key": "playbook", "label": "Book"}, {"key": "told"}]},
    {"customFields": [{"key": "playbook", "required": True, "defaultValue": "PB-0"}, {"key": "told"}]},
    {"customFields": [{"key": "playbook", "required": False, "defaultValue": ""}, {"key": "told"}]},
    {"customFields": [{"key": "told"}, {"key": "playbook"}]},
    {"customFields": [{"key": "told"}, {"key": "playbook"}, {"key": "third", "label": "3", "type": "text"}]},
    {"templates": [{"key": "mail", "name": "Mails"}]},
    {"templates": [{"key": "mail", "description": "For mails"}]},
    {"templates": [{"key": "mail", "description": ""}]},
    {"templates": [{"key": "mail", "tags": []}]},
    {"templates": [{"key": "mail", "caseFields": {"category": "Mail", "tags": ["x"]}}]},
    {"templates": [{"key": "mail", "caseFields": {"category": ""}}]},
    {"templates": [{"key": "mail", "caseFields": {"assignees": [{"uid": "u1"}]}}]},
    {"templates": [{"key": "mail", "caseFields": {"settings": {"syncAlerts": False}}}]},
    {"templates": [{"key": "mail", "caseFields": {"customFields": [{"key": "told", "value": "no"}]}}]},
    {"templates": [{"key": "mail", "caseFields": {"customFields": [{"key": "third", "value": "3"}]}}]},
    {"templates": [{"key": "mail", "caseFields": {"connector": {"name": "Jira", "fields": {"priority": "High"}}}}]},
    {"templates": [{"key": "mail", "caseFields": {"connector": {"id": "jira-1", "fields": {"priority": ""}}}}]},
    {"templates": [{"key": "mail", "caseFields": {"connector": {}}}]},
    {"templates": [{"key": "second", "name": "Second"}, {"key": "mail"}]},
    {"templates": [{"key": "second"}]},
    {"customFields": [{"key": "third"}]},
    {"templates": []},
    {"customFields": []},
]


def test_life(any_kibana: Kibana) -> None:
    kibana = any_kibana
    jira(kibana)
    made = step(kibana, WHOLE, True)
    assert made["templates"][0]["caseFields"]["customFields"] == [
        {"key": "playbook", "type": "text", "value": "PB-1"},
        {"key": "told", "type": "toggle", "value": True},
    ]
    step(kibana, WHOLE, False)
    reordered = {**TEMPLATE, "tags": ["a", "b"]}
    step(kibana, {"templates": [reordered]}, False)
    step(kibana, {}, False)
    for update in UPDATES:
        before = stored(kibana)
        step(kibana, update, True)
        step(kibana, update, False)
        after = stored(kibana)
        assert before["id"] == after["id"]
        for name in {"closure_type", "connector", "customFields", "templates"} - set(update):
            if name != "templates" or "customFields" not in update:
                assert before[name] == after[name], f"{update} changed {name}"
    assert kibana.emulator.violations == []


def test_owners_have_nothing_to_do_with_each_other(kibana: Kibana) -> None:
    step(kibana, {"owner": "observability", "closure_type": "close-by-pushing"}, True)
    step(kibana, {}, True)
    assert stored(kibana)["closure_type"] == "close-by-user"
    assert stored(kibana, "observability")["closure_type"] == "close-by-pushing"


def test_templates_follow_the_custom_fields(kibana: Kibana) -> None:
    step(kibana, WHOLE, True)
    result = kibana.ok(MODULE, {**OWNER, "customFields": [{"key": "told"}]})
    for side, keys in (("before", ["playbook", "told"]), ("after", ["told"])):
        fields = result["diff"][side]["templates"][0]["caseFields"]["customFields"]
        assert [field["key"] for field in fields] == keys


def test_numbers_are_new_in_9(any_kibana: Kibana) -> None:
    params = {**OWNER, "customFields": [{"key": "n", "label": "N", "type": "number", "defaultValue": "7"}]}
    if any_kibana.emulator.version >= (9, 0):
        assert any_kibana.ok(MODULE, params)["case_configuration"]["customFields"][0]["defaultValue"] == 7
        assert not any_kibana.ok(MODULE, params)["changed"]
    else:
        assert "number" in any_kibana.fails(MODULE, params)["msg"]


def test_a_change_by_somebody_else_is_read_again(kibana: Kibana) -> None:
    step(kibana, WHOLE, True)
    conflict = {"statusCode": 409, "error": "Conflict", "message": "This configuration has been updated."}
    kibana.fault(method="PATCH", path=URL, status=409, body=conflict, times=1)
    assert kibana.ok(MODULE, {**OWNER, "closure_type": "close-by-user"})["changed"]
    kibana.fault(method="PATCH", path=URL, cut="after", times=1)
    assert kibana.ok(MODULE, {**OWNER, "closure_type": "close-by-pushing"})["changed"]
    assert stored(kibana)["closure_type"] == "close-by-pushing" and stored(kibana)["templates"]


def test_a_lost_answer_to_a_creation(kibana: Kibana) -> None:
    kibana.fault(method="POST", path=URL, cut="after", times=1)
    assert kibana.ok(MODULE, {**OWNER, **WHOLE})["changed"]
    assert not kibana.ok(MODULE, {**OWNER, **WHOLE})["changed"]


@pytest.mark.parametrize(
    ("params", "part"),
    [
        ({"customFields": [PLAYBOOK, PLAYBOOK]}, "twice"),
        ({"customFields": [{"key": "A b"}]}, "of a-z"),
        ({"templates": [{"key": f"k{n}", "name": "n"} for n in range(11)]}, "allows 10"),
    ],
)
def test_refused_before_any_request(kibana: Kibana, params: dict[str, Any], part: str) -> None:
    assert part in kibana.fails(MODULE, {**OWNER, **params})["msg"]
    assert kibana.seen() == []


@pytest.mark.parametrize(
    ("params", "part"),
    [
        ({"customFields": [{"key": "new"}]}, "label and type"),
        ({"customFields": [{"key": "new", "type": "text"}]}, "give label"),
        ({"customFields": [{"key": "playbook", "type": "toggle"}]}, "cannot make it a toggle"),
        ({"customFields": [{"key": "told", "defaultValue": "perhaps"}]}, "is no toggle"),
        ({"templates": [{"key": "new"}]}, "give name"),
        ({"templates": [{"key": "mail", "caseFields": {"customFields": [{"key": "x", "value": 1}]}}]}, "not exist"),
        (
            {"templates": [{"key": "mail", "caseFields": {"customFields": [{"key": "told", "value": "x"}]}}]},
            "no toggle",
        ),
        ({"connector": {"name": "nope"}}, "There is no connector"),
    ],
)
def test_refused_before_any_write(kibana: Kibana, params: dict[str, Any], part: str) -> None:
    step(kibana, WHOLE, True)
    assert part in kibana.fails(MODULE, {**OWNER, **params})["msg"]
    assert kibana.writes() == []


def test_names_of_connectors(kibana: Kibana) -> None:
    assert kibana.ok(MODULE, {**OWNER, "connector": {"name": "Jira"}}, check=True)["warnings"]
    jira(kibana)
    jira(kibana, "jira-2")
    assert "jira-1" in kibana.fails(MODULE, {**OWNER, "connector": {"name": "Jira"}})["msg"]


@pytest.mark.parametrize("status", [401, 403, 404, 500])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_errors(kibana: Kibana, status: int, method: str) -> None:
    body = {"statusCode": status, "error": "e", "message": "Not Found" if status == 404 else "no"}
    kibana.fault(method=method, path=URL, status=status, body=body)
    assert kibana.fails(MODULE, OWNER)["status"] == status
