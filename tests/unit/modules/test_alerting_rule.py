# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is special about alerting rules: two names, API keys, actions, muting, and reading them."""

from __future__ import annotations

from typing import Any

import pytest
from cases.alerting_rule import COUNT, DSL, EACH, LOG, connectors
from harness import URL, Kibana

from ansible_collections.stackops.kibana.plugins.plugin_utils._in_process import run_module

M, INFO = "alerting_rule", "alerting_rule_info"
NEW: dict[str, Any] = {
    "name": "Errors",
    "rule_type_id": ".index-threshold",
    "consumer": "stackAlerts",
    "schedule": {"interval": "1m"},
    "params": COUNT,
}
KEY = {"kibana_url": URL, "kibana_api_key": "emulator:emulator"}


def add(kibana: Kibana, rule_id: str = "r", **fields: Any) -> dict[str, Any]:
    made: dict[str, Any] = kibana.call("POST", f"/api/alerting/rule/{rule_id}", {**NEW, **fields})
    kibana.seen()
    return made


def test_two_rules_of_one_name_are_an_error_that_lists_both(any_kibana: Kibana) -> None:
    add(any_kibana, "one")
    add(any_kibana, "two", rule_type_id=".es-query", params=DSL)
    text = any_kibana.fails(M, {"name": "Errors", "enabled": False})["msg"]
    assert "one (.index-threshold), two (.es-query); give id, or rule_type_id" in text
    assert any_kibana.ok(M, {"name": "Errors", "rule_type_id": ".es-query", "enabled": False})["rule"]["id"] == "two"


def test_a_name_is_looked_up_to_the_end_and_exactly(any_kibana: Kibana) -> None:
    for number in range(130):
        add(any_kibana, f"r{number:03}", name=f"Errors {number}")
    add(any_kibana, "zz", name="errors")
    add(any_kibana, "a", name="Errors")
    assert any_kibana.ok(M, {"name": "Errors", "enabled": False})["rule"]["id"] == "a"
    add(any_kibana, "q", name="???")
    assert any_kibana.ok(M, {"name": "???", "enabled": False})["rule"]["id"] == "q"


def test_a_new_rule_without_all_it_needs_is_refused_before_anything_is_written(kibana: Kibana) -> None:
    text = kibana.fails(M, {"id": "x", "name": "x", "consumer": "alerts"})["msg"]
    assert "no alerting rule with the id 'x'" in text and "rule_type_id and schedule must be given" in text


@pytest.mark.parametrize("field", ["rule_type_id", "consumer"])
def test_what_cannot_change_is_refused(kibana: Kibana, field: str) -> None:
    add(kibana)
    assert "Kibana cannot change it" in kibana.fails(M, {"id": "r", field: "other"})["msg"]
    assert kibana.writes() == []


def test_a_new_action_gets_the_default_group_and_frequency_and_keeps_its_uuid(any_kibana: Kibana) -> None:
    connectors(any_kibana)
    one = {"id": "log-1", "params": LOG}
    made = any_kibana.ok(M, {"id": "r", **NEW, "actions": [one]})["rule"]["actions"]
    assert made[0]["group"] == "threshold met"
    assert made[0]["frequency"] == {"summary": False, "notify_when": "onActionGroupChange", "throttle": None}
    both = [{"id": "log-2", "params": LOG}, {**one, "params": {"message": "other"}}]
    after = any_kibana.ok(M, {"id": "r", "actions": both})["rule"]["actions"]
    assert after[1]["uuid"] == made[0]["uuid"] != after[0]["uuid"]
    own = {**one, "uuid": "11111111-1111-4111-8111-111111111111"}
    assert any_kibana.ok(M, {"id": "r", "actions": [own]})["rule"]["actions"][0]["uuid"] == own["uuid"]
    assert not any_kibana.ok(M, {"id": "r", "actions": [own]})["changed"]


def test_a_connector_that_is_not_there_yet(kibana: Kibana) -> None:
    task = {"id": "r", **NEW, "actions": [{"connector": "Log 1", "params": LOG}]}
    text = kibana.fails(M, task)["msg"]
    assert text.startswith("actions[0].connector: there is no connector with the name 'Log 1' in this space")
    predicted = kibana.ok(M, task, check=True)
    assert predicted["rule"]["actions"][0]["id"] == "(known after apply)"
    assert "(known after apply)" in predicted["warnings"][0]
    connectors(kibana)
    kibana.call("POST", "/api/actions/connector/again", {"name": "Log 1", "connector_type_id": ".server-log"})
    assert "actions[0].connector: 2 connectors have the name" in kibana.fails(M, task)["msg"]


def test_actions_take_over_from_the_rule_how_often_they_run(any_kibana: Kibana) -> None:
    connectors(any_kibana)
    old = {"id": "log-1", "params": LOG, "group": "threshold met"}
    add(any_kibana, actions=[old], throttle="1h", notify_when="onThrottleInterval")
    assert not any_kibana.ok(M, {"id": "r", "actions": [old]})["changed"]
    result = any_kibana.ok(M, {"id": "r", "actions": [{**old, "frequency": EACH}]})
    assert "notify_when" in result["diff"]["before"] and "notify_when" not in result["diff"]["after"]
    assert result["rule"]["notify_when"] is None and result["rule"]["throttle"] == "1h"
    assert any_kibana.ok(M, {"id": "r", "tags": ["x"]})["rule"]["notify_when"] is None
    any_kibana.ok(M, {"id": "r", "actions": []})
    after = any_kibana.ok(M, {"id": "r", "tags": ["y"]})["rule"]
    assert after["notify_when"] is None and after["throttle"] == "1h"


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"throttle": "1h", "actions": [{"id": "x", "params": {}, "frequency": EACH}]}, "throttle is for the rule"),
        ({"mute_all": True, "muted_alert_ids": ["a"]}, "leave out muted_alert_ids"),
        ({"flapping": {"look_back_window": 5}}, "flapping needs look_back_window and status_change_threshold"),
        ({"flapping": {"look_back_window": 5, "status_change_threshold": 6}}, "must not be more than"),
    ],
)
def test_options_that_make_no_sense_together(kibana: Kibana, wrong: dict[str, Any], text: str) -> None:
    assert text in kibana.fails(M, {"id": "r", **wrong})["msg"]
    assert kibana.seen() == []


def test_the_owner_of_the_key_is_returned_and_a_new_key_is_a_declared_change(any_kibana: Kibana) -> None:
    any_kibana.emulator.add_user("anna", "secret", ["*"])
    any_kibana.http.auth = ("anna", "secret")
    add(any_kibana)
    assert any_kibana.ok(M, {"id": "r"})["rule"]["api_key_owner"] == "anna"
    task = {"id": "r", "update_api_key": True}
    predicted = any_kibana.ok(M, task, check=True)
    assert any_kibana.writes() == []
    result = any_kibana.ok(M, task)
    assert any_kibana.writes() == ["POST /api/alerting/rule/r/_update_api_key"]
    assert result["diff"] == predicted["diff"] and result["diff"]["before"]["api_key_owner"] == "anna"
    assert result["rule"]["api_key_owner"] == "elastic"
    any_kibana.ok(M, {**task, "tags": ["x"]})
    assert any_kibana.writes() == ["PUT /api/alerting/rule/r"]  # which brings a new key anyway
    any_kibana.ok(M, {"id": "r", "enabled": False})
    any_kibana.seen()
    any_kibana.ok(M, {**task, "tags": ["y"]})
    assert any_kibana.writes() == ["PUT /api/alerting/rule/r", "POST /api/alerting/rule/r/_update_api_key"]


def test_a_rule_that_will_run_with_the_key_of_the_task_is_warned_about(kibana: Kibana) -> None:
    def warned(check: bool = False, **task: Any) -> bool:
        result = run_module(M, {"id": "r", **KEY, **task}, check_mode=check, diff=True)
        assert not result.get("failed"), result
        warnings = result.get("warnings", [])
        assert all("'Errors' will run with the API key of this task" in text for text in warnings)
        return bool(warnings)

    assert warned(check=True, **NEW) and warned(**NEW) and not warned(**NEW)
    assert not warned(mute_all=True)
    assert not warned(tags=["x"], api_key_warning=False)
    assert warned(tags=["y"])
    assert kibana.ok(M, {"id": "r"})["rule"]["api_key_created_by_user"] is True
    assert not warned(enabled=False) and not warned(tags=[]) and warned(enabled=True)
    assert warned(update_api_key=True)


def test_single_alerts_are_muted(any_kibana: Kibana) -> None:
    add(any_kibana)
    any_kibana.emulator.store("rule_alerts", "default")["r"] = ["host/1", "host 2"]
    task = {"id": "r", "muted_alert_ids": ["host/1", "host 2"]}
    predicted = any_kibana.ok(M, task, check=True)
    result = any_kibana.ok(M, task)
    assert predicted["diff"] == result["diff"]
    assert result["rule"]["muted_alert_ids"] == ["host 2", "host/1"]
    assert not any_kibana.ok(M, task)["changed"]
    assert any_kibana.ok(M, {"id": "r", "muted_alert_ids": ["host/1"]})["rule"]["muted_alert_ids"] == ["host/1"]
    muted = any_kibana.ok(M, {"id": "r", "mute_all": True})
    assert muted["rule"]["muted_alert_ids"] == [] and muted["diff"]["after"]["muted_alert_ids"] == []
    again = any_kibana.ok(M, {"id": "r", "mute_all": False, "muted_alert_ids": ["host/1"]})["rule"]
    assert again["muted_alert_ids"] == ["host/1"] and again["mute_all"] is False


def test_an_alert_that_is_not_there_is_an_error_of_newer_versions(kibana: Kibana) -> None:
    add(kibana)
    assert "does not exist" in kibana.fails(M, {"id": "r", "muted_alert_ids": ["x"]})["msg"]


def test_an_unknown_type_is_said(kibana: Kibana) -> None:
    connectors(kibana)
    task = {**NEW, "id": "r", "rule_type_id": ".nothing"}
    assert "is not registered" in kibana.fails(M, task)["msg"]
    text = kibana.fails(M, {**task, "actions": [{"id": "log-1", "params": LOG}]})["msg"]
    assert "no rule type '.nothing'" in text


def test_a_user_without_privileges_is_told(kibana: Kibana) -> None:
    add(kibana)
    viewer = {"kibana_username": "viewer", "kibana_password": "viewer"}
    assert not kibana.ok(M, {"id": "r", "tags": [], **viewer})["changed"]
    assert kibana.fails(M, {"id": "r", "tags": ["x"], **viewer})["status"] == 403
    nobody = {"kibana_username": "nobody", "kibana_password": "nobody"}
    assert kibana.fails(M, {"id": "r", "state": "absent", **nobody})["status"] == 403


def test_reading_with_conditions(any_kibana: Kibana) -> None:
    add(any_kibana, "a", name='One "quoted" rule', tags=["x", "y"])
    add(any_kibana, "b", name="Two", enabled=False, tags=["x"])
    add(any_kibana, "c", name="three", rule_type_id=".es-query", params=DSL, consumer="logs")

    def ids(**options: Any) -> list[str]:
        return [rule["id"] for rule in any_kibana.ok(INFO, options)["rules"]]

    assert ids() == ["a", "c", "b"]
    assert ids(sort_order="desc") == ["b", "c", "a"]
    assert ids(id="b") == ["b"] and ids(id="nothing") == []
    assert ids(name='One "quoted" rule') == ["a"] and ids(name="two") == []
    assert ids(tags=["x"]) == ["a", "b"] and ids(tags=["y", "x"]) == ["a"]
    assert ids(enabled=False) == ["b"] and ids(enabled=True, rule_type_id=".es-query") == ["c"]
    assert ids(filter_consumers=["logs"]) == ["c"]
    assert ids(filter="alert.attributes.name: Two or alert.attributes.consumer: logs", enabled=True) == ["c"]
    assert ids(search="quot*", search_fields=["name"]) == ["a"]
    assert ids(search="one two") == ["a", "b"] and ids(search="one two", default_search_operator="AND") == []


def test_reading_pages_to_the_end(any_kibana: Kibana) -> None:
    for number in range(205):
        add(any_kibana, f"r{number}")
    assert len(any_kibana.ok(INFO, {})["rules"]) == 205


def test_reading_types_and_health(any_kibana: Kibana) -> None:
    kinds = {kind["id"]: kind for kind in any_kibana.ok(INFO, {"gather": "rule_types"})["rule_types"]}
    assert kinds[".es-query"]["default_action_group_id"] == "query matched"
    assert any_kibana.ok(INFO, {"gather": "health"})["health"]["has_permanent_encryption_key"] is True


@pytest.mark.parametrize("wrong", [{"gather": "health", "id": "x"}, {"id": "x", "tags": ["y"]}])
def test_an_option_that_would_be_ignored_is_refused(kibana: Kibana, wrong: dict[str, Any]) -> None:
    assert "cannot be given together with" in kibana.fails(INFO, wrong)["msg"]
