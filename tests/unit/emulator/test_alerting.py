# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alerting rules of the emulator: what it fills in, forgets and refuses."""

from __future__ import annotations

from typing import Any

import pytest
from harness import URL, Kibana

RULE = "/api/alerting/rule"
WINDOW = {"timeField": "t", "timeWindowSize": 5, "timeWindowUnit": "m", "threshold": [1], "thresholdComparator": ">"}
NEW: dict[str, Any] = {
    "name": "n", "rule_type_id": ".es-query", "consumer": "alerts", "schedule": {"interval": "5m"},
    "params": {**WINDOW, "size": 1, "esQuery": "{}", "index": ["i"]},
}  # fmt: skip
EACH = {"summary": False, "notify_when": "onActiveAlert", "throttle": None}


def refused(kibana: Kibana, method: str, path: str, body: Any = None, **options: Any) -> tuple[int, str]:
    answer = kibana.http.request(method, URL + path, json=body, **options)
    assert answer.status_code >= 400, answer.text
    return answer.status_code, answer.json()["message"]


def action(**fields: Any) -> dict[str, Any]:
    return {"id": "preconfigured-log", "group": "query matched", "params": {"message": "m"}, **fields}


def body_of(rule: dict[str, Any]) -> dict[str, Any]:
    return {name: rule[name] for name in ("name", "schedule", "params", "tags")}


def test_params_are_filled(any_kibana: Kibana) -> None:
    params = any_kibana.call("POST", RULE, NEW)["params"]
    assert params["aggType"] == "count" and params["groupBy"] == "all" and params["searchType"] == "esQuery"
    assert params["excludeHitsFromPreviousRun"] is True


def test_an_update_resets_most_and_keeps_some(any_kibana: Kibana) -> None:
    extra = {"tags": ["a"], "throttle": "1h", "alert_delay": {"active": 2}, "actions": [action()]}
    extra["flapping"] = {"look_back_window": 5, "status_change_threshold": 3}
    made = any_kibana.call("POST", f"{RULE}/r", {**NEW, **extra})
    assert made["notify_when"] == "onThrottleInterval"
    after = any_kibana.call("PUT", f"{RULE}/r", {key: NEW[key] for key in ("name", "schedule", "params")})
    assert (after["tags"], after["actions"], after["notify_when"]) == ([], [], None)
    assert (after["throttle"], after["alert_delay"]) == ("1h", {"active": 2})
    assert after["flapping"] == extra["flapping"]
    assert any_kibana.call("PUT", f"{RULE}/r", {**body_of(after), "flapping": None})["flapping"] is None


def test_artifacts_are_new_and_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    old = Kibana(monkeypatch, "8.18.0")
    assert refused(old, "POST", RULE, {**NEW, "artifacts": {}})[0] == 400
    new = Kibana(monkeypatch, "9.4.3")
    made = new.call("POST", f"{RULE}/r", {**NEW, "artifacts": {"dashboards": [{"id": "d"}]}})
    assert made["artifacts"] == {"dashboards": [{"id": "d"}], "investigation_guide": {"blob": ""}}
    assert new.call("PUT", f"{RULE}/r", body_of(made))["artifacts"]["dashboards"] == []


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"actions": [action(group=None)]}, "request body.actions.0.group"),
        ({"actions": [{"id": "preconfigured-log"}]}, "Group is not defined in action preconfigured-log"),
        ({"actions": [action()]}, "Actions missing frequency parameters: query matched"),
        ({"actions": [action(frequency=EACH)], "notify_when": "onActiveAlert"}, "Cannot specify per-action frequency"),
        ({"actions": [action(frequency=EACH, group="default")]}, "Invalid action groups: default"),
        ({"actions": [action(id="x", frequency=EACH)]}, "Saved object [action/x] not found"),
        ({"actions": [action(frequency=EACH, uuid="u"), action(frequency=EACH, uuid="u")]}, "duplicated UUIDs"),
        ({"actions": [action(frequency=EACH, connector_type_id="x")]}, "definition for this key is missing"),
        ({"params": {}}, "params invalid: [size]"),
        ({"params": {**NEW["params"], "esqlQuery": {"esql": "x"}}}, "a value wasn't expected to be present"),
        ({"schedule": {"interval": "5x"}}, "string is not a valid duration: 5x"),
        ({"rule_type_id": "x"}, 'Rule type "x" is not registered.'),
        ({"mute_all": True}, "[request body.mute_all]: definition for this key is missing"),
    ],
)
def test_what_is_refused(any_kibana: Kibana, fields: dict[str, Any], text: str) -> None:
    status, message = refused(any_kibana, "POST", RULE, {**NEW, **fields})
    assert status == 400 and text in message


def test_a_throttle_shorter_than_the_interval(any_kibana: Kibana) -> None:
    often = {"summary": False, "notify_when": "onThrottleInterval", "throttle": "1m"}
    text = refused(any_kibana, "POST", RULE, {**NEW, "actions": [action(frequency=often)]})[1]
    assert "cannot be shorter than the schedule interval of 5m: query matched (1m)" in text


def test_an_update_takes_no_type(any_kibana: Kibana) -> None:
    any_kibana.call("POST", f"{RULE}/r", NEW)
    assert refused(any_kibana, "PUT", f"{RULE}/r", NEW)[0] == 400
    assert refused(any_kibana, "POST", f"{RULE}/r", NEW) == (409, "Saved object [alert/r] conflict")
    assert refused(any_kibana, "GET", f"{RULE}/x") == (404, "Saved object [alert/x] not found")


def test_a_disabled_rule_has_no_key(any_kibana: Kibana) -> None:
    made = any_kibana.call("POST", f"{RULE}/r", {**NEW, "enabled": False})
    assert made["api_key_owner"] is None and "scheduled_task_id" not in made
    any_kibana.call("POST", f"{RULE}/r/_enable")
    assert any_kibana.call("GET", f"{RULE}/r")["api_key_owner"] == "elastic"
    any_kibana.call("POST", f"{RULE}/r/_disable", {"untrack": True})
    after = any_kibana.call("GET", f"{RULE}/r")
    assert after["api_key_owner"] == "elastic" and after["enabled"] is False


def test_the_list(any_kibana: Kibana) -> None:
    for number in range(12):
        any_kibana.call("POST", f"{RULE}/r{number}", {**NEW, "name": f"Rule {number}"})
    page = any_kibana.call("GET", "/api/alerting/rules/_find")
    assert (page["total"], page["per_page"], len(page["data"])) == (12, 10, 10)
    found = any_kibana.call("GET", '/api/alerting/rules/_find?search="rule 1"&search_fields=name')
    assert [rule["name"] for rule in found["data"]] == ["Rule 1"]
    assert refused(any_kibana, "GET", "/api/alerting/rules/_find?sort_order=asc")[0] == 400
    assert refused(any_kibana, "GET", "/api/alerting/rules/_find?filter=name:x")[0] == 400
    assert refused(any_kibana, "GET", "/api/alerting/rules/_find?per_page=100&page=101")[0] == 400
    assert refused(any_kibana, "GET", "/api/alerting/rules/_find", auth=("nobody", "nobody"))[0] == 403


def test_a_connector_counts_its_rules(any_kibana: Kibana) -> None:
    any_kibana.call("POST", RULE, {**NEW, "actions": [action(frequency=EACH)]})
    counts = {item["id"]: item["referenced_by_count"] for item in any_kibana.call("GET", "/api/actions/connectors")}
    assert counts["preconfigured-log"] == 1
