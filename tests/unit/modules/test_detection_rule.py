# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lifecycle table does not show about detection rules."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from cases.detection_rule import BASE, setup
from harness import Kibana

from ansible_collections.stackops.kibana.plugins.filter.rule_from_toml import rule_from_toml

RULES = "/api/detection_engine/rules"
QUERY = {**BASE, "rule_id": "r", "type": "query", "query": "a: b"}
MAIL = {"id": "c-mail", "params": {"documents": [{"a": 1}]}}
OTHER = {"id": "c-2", "params": {"documents": [{"a": 1}]}}
EXTRA = {
    "eql": {"query": "any where true"},
    "esql": {"query": "from x"},
    "threshold": {"query": "*", "threshold": {"field": ["a"], "value": 1}},
    "machine_learning": {"anomaly_threshold": 1, "machine_learning_job_id": "j"},
    "new_terms": {"query": "*", "new_terms_fields": ["a"], "history_window_start": "now-7d"},
    "threat_match": {
        "query": "*",
        "threat_query": "*",
        "threat_index": ["i"],
        "threat_mapping": [{"entries": [{"field": "a", "value": "b"}]}],
    },
    "saved_query": {"saved_id": "s"},
    "query": {},
}


def rule(kind: str = "query", **fields: Any) -> dict[str, Any]:
    return {**BASE, "rule_id": "r", "type": kind, **EXTRA[kind], **fields}


def stored(kibana: Kibana, rule_id: str = "r") -> dict[str, Any]:
    return kibana.call("GET", f"{RULES}?rule_id={rule_id}")


# Real rules


def test_real_rules_converge(any_kibana: Kibana, capsys: pytest.CaptureFixture[str]) -> None:
    own = Path(__file__).parents[1] / "files" / "rules"
    files = sorted(Path(os.environ.get("KIBANA_RULES_DIR", own)).rglob("*.toml"))
    rules = [rule_from_toml(str(path)) for path in files]
    counts = {}
    for label, check in (("created", False), ("again", False), ("in check mode", True)):
        results = [any_kibana.ok("detection_rule", params, check=check) for params in rules]
        counts[label] = Counter(result["changed"] for result in results)
    with capsys.disabled():
        print(f"\n{len(rules)} rule files: " + ", ".join(f"{count[True]} changed {at}" for at, count in counts.items()))
    assert len(rules) >= 7
    assert [dict(count) for count in counts.values()] == [{True: len(rules)}, {False: len(rules)}, {False: len(rules)}]


# Enabling


def test_a_new_rule_is_enabled_and_says_so(any_kibana: Kibana) -> None:
    result = any_kibana.ok("detection_rule", QUERY)
    assert result["diff"]["after"]["enabled"] is True
    assert stored(any_kibana)["enabled"] is True


@pytest.mark.parametrize("params", [{"state": "disabled"}, {"enabled": False}, {"state": "disabled", "enabled": False}])
def test_a_new_rule_can_be_disabled(kibana: Kibana, params: dict[str, Any]) -> None:
    kibana.ok("detection_rule", {**QUERY, **params})
    assert stored(kibana)["enabled"] is False
    assert not kibana.ok("detection_rule", {**QUERY, **params})["changed"]


def test_disabling_needs_the_id_alone_and_an_update_does_not_enable_again(any_kibana: Kibana) -> None:
    any_kibana.ok("detection_rule", {**QUERY, "note": "n"})
    assert any_kibana.ok("detection_rule", {"rule_id": "r", "state": "disabled"})["changed"]
    assert not any_kibana.ok("detection_rule", {"rule_id": "r", "state": "disabled"})["changed"]
    any_kibana.ok("detection_rule", {**QUERY, "name": "New"})
    assert {key: stored(any_kibana)[key] for key in ("enabled", "note", "name")} == {
        "enabled": False,
        "note": "n",
        "name": "New",
    }
    any_kibana.seen()
    any_kibana.ok("detection_rule", {"rule_id": "r", "state": "enabled"})
    assert any_kibana.writes() == [f"PUT {RULES}"]
    assert stored(any_kibana)["enabled"] is True


def test_state_and_enabled_must_agree(kibana: Kibana) -> None:
    result = kibana.fails("detection_rule", {**QUERY, "state": "enabled", "enabled": False})
    assert result["msg"] == "state is enabled and enabled is false: give one of them."
    assert kibana.seen() == []


def test_an_absent_rule_cannot_be_disabled(kibana: Kibana) -> None:
    result = kibana.fails("detection_rule", {"rule_id": "r", "state": "disabled"}, check=True)
    assert result["msg"].startswith("There is no rule r yet. A new rule needs type, name, description, risk_score")


# What is refused before any request


REFUSED: list[tuple[dict[str, Any], str]] = [
    (rule(rule_id=""), "rule_id is empty"),
    (rule(name=""), "name is empty"),
    (rule(risk_score=101), "risk_score is 101"),
    (rule(risk_score=-1), "risk_score is -1"),
    (rule(max_signals=0), "max_signals is 0"),
    (rule(version=0), "version is 0"),
    (rule(timeline_id="t"), "timeline_id is given without timeline_title"),
    (rule(timeline_title="t"), "timeline_title is given without timeline_id"),
    (rule(timeline_id=""), "timeline_id is emptied and timeline_title is not"),
    (rule("threat_match", concurrent_searches=1), "concurrent_searches is given without items_per_search"),
    (rule("threat_match", threat_mapping=[]), "threat_mapping is empty"),
    (rule("threshold", threshold={"field": ["a", "b", "c", "d"], "value": 1}), "threshold.field has 4 fields"),
    (rule("threshold", threshold={"field": ["a"], "value": 0}), "threshold.value is 0"),
    (
        rule("threshold", threshold={"field": ["a"], "value": 1, "cardinality": [{"field": "a", "value": 1}]}),
        "threshold.cardinality names 'a'",
    ),
    (rule("threshold", alert_suppression={"group_by": ["a"]}), "alert_suppression.group_by is given"),
    (rule("new_terms", new_terms_fields=list("abcd")), "new_terms_fields has 4 fields"),
    (rule("new_terms", new_terms_fields=[]), "new_terms_fields is empty"),
    (rule("new_terms", history_window_start=""), "history_window_start is empty"),
    (rule("machine_learning", machine_learning_job_id=[]), "machine_learning_job_id is empty"),
    (rule("machine_learning", anomaly_threshold=-1), "anomaly_threshold is -1"),
    (rule("machine_learning", query="a"), "query is given, and a rule of type machine_learning has no such field"),
    (rule("esql", index=["a"]), "index is given, and a rule of type esql has no such field"),
    (rule("esql", data_view_id="a"), "data_view_id is given"),
    (rule("esql", filters=[{}]), "filters is given"),
    (rule("esql", language="kuery"), "language is 'kuery': a rule of type esql is written in esql"),
    (rule("eql", language="esql"), "language is 'esql'"),
    (rule(language="eql"), "language is 'eql': a rule of type query is written in kuery or lucene"),
    (rule(threshold={"field": ["a"], "value": 1}), "threshold is given, and a rule of type query"),
    (rule(alert_suppression={"group_by": list("abcd")}), "alert_suppression.group_by has 4 fields"),
    (
        rule(alert_suppression={"group_by": ["a"], "duration": {"value": 0, "unit": "s"}}),
        "alert_suppression.duration.value is 0",
    ),
    (rule(throttle="1h"), "throttle is given without actions"),
    (rule(throttle="often", actions=[MAIL]), "throttle is 'often'"),
    (
        rule(actions=[{**MAIL, "frequency": {"summary": True, "notifyWhen": "onThrottleInterval"}}]),
        "actions[0].frequency.throttle is missing",
    ),
    (rule(actions=[{"params": {}}]), "one of the following is required: id, connector"),
    (rule(actions=[{**MAIL, "connector": "x"}]), "mutually exclusive: id|connector"),
    (
        rule(exceptions_list=[{"list_id": "a", "type": "rule_default"}, {"list_id": "b", "type": "rule_default"}]),
        "exceptions_list has 2 lists of type rule_default (a, b)",
    ),
]


@pytest.mark.parametrize(("params", "text"), REFUSED, ids=[text for _unused, text in REFUSED])
def test_what_cannot_be_is_refused_before_any_request(kibana: Kibana, params: dict[str, Any], text: str) -> None:
    assert text in kibana.fails("detection_rule", params)["msg"]
    assert kibana.seen() == []


@pytest.mark.parametrize("kind", EXTRA)
def test_what_a_type_needs_is_named(kibana: Kibana, kind: str) -> None:
    for name in EXTRA[kind]:
        params = {key: value for key, value in rule(kind).items() if key != name}
        result = kibana.fails("detection_rule", params)
        assert result["msg"] == f"There is no rule r yet. A new rule of type {kind} needs {name}: give what is missing."
    assert kibana.writes() == []


def test_a_field_of_another_type_is_refused_on_an_update_too(kibana: Kibana) -> None:
    kibana.ok("detection_rule", rule("esql"))
    result = kibana.fails("detection_rule", {"rule_id": "r", "index": ["a"]})
    assert "a rule of type esql has no such field" in result["msg"]


def test_the_type_of_a_rule_does_not_change(kibana: Kibana) -> None:
    kibana.ok("detection_rule", QUERY)
    kibana.seen()
    result = kibana.fails("detection_rule", rule("eql"))
    assert "type is 'query' and Kibana cannot change it to 'eql'" in result["msg"]
    assert "delete the object first" in result["msg"]
    assert kibana.writes() == []


# What others have set, and what only the order tells apart


def test_what_others_have_set_survives(any_kibana: Kibana) -> None:
    setup(any_kibana)
    listed = [{"id": "x", "list_id": "x", "type": "detection", "namespace_type": "single"}]
    theirs = {"note": "theirs", "exceptions_list": listed, "actions": [{**MAIL, "action_type_id": ".index"}]}
    any_kibana.call("POST", RULES, {**QUERY, **theirs, "meta": {"by": "them"}, "interval": "1h"})
    before = stored(any_kibana)
    any_kibana.ok("detection_rule", {"rule_id": "r", "name": "Ours"})
    after = stored(any_kibana)
    moved = {"name", "updated_at", "revision"}
    assert {key for key in before if before[key] != after[key]} <= moved
    assert after["revision"] == before["revision"] + 1


def test_lists_that_are_sets_are_compared_as_sets(kibana: Kibana) -> None:
    setup(kibana)
    integrations = [{"package": "a", "version": "1"}, {"package": "b", "version": "1"}]
    fields = [{"name": "user.name", "type": "keyword"}, {"name": "z", "type": "long"}]
    lists = [{"list_id": "known-good"}, {"list_id": "endpoint_list"}]
    sets: dict[str, list[Any]] = {
        "tags": ["a", "b"],
        "author": ["a", "b"],
        "false_positives": ["a", "b"],
        "references": ["a", "b"],
        "index": ["a", "b"],
        "related_integrations": integrations,
        "required_fields": fields,
        "exceptions_list": lists,
        "actions": [MAIL, OTHER],
    }
    kibana.ok("detection_rule", {**QUERY, **sets})
    for name, value in sets.items():
        assert not kibana.ok("detection_rule", {"rule_id": "r", name: value[::-1]})["changed"], name
    threat = [{"framework": name, "tactic": {"id": "1", "name": "n", "reference": "r"}} for name in "ab"]
    kibana.ok("detection_rule", {"rule_id": "r", "threat": threat})
    assert kibana.ok("detection_rule", {"rule_id": "r", "threat": threat[::-1]})["changed"]


def test_the_diff_shows_no_field_that_kibana_sets_itself(kibana: Kibana) -> None:
    kibana.ok("detection_rule", {**QUERY, "required_fields": [{"name": "user.name", "type": "keyword"}]})
    diff = kibana.ok("detection_rule", {"rule_id": "r", "name": "New"})["diff"]
    assert not {"id", "revision", "updated_at", "rule_source", "output_index", "immutable"} & set(diff["after"])
    assert diff["after"]["required_fields"] == [{"name": "user.name", "type": "keyword"}]


def test_an_empty_text_is_no_field_to_count_by(any_kibana: Kibana) -> None:
    counting = rule("threshold", threshold={"field": "", "value": 3})
    any_kibana.ok("detection_rule", counting)
    assert stored(any_kibana)["threshold"]["field"] == []
    assert not any_kibana.ok("detection_rule", counting)["changed"]


def test_parameters_that_kibana_adds_to_a_response_action_are_no_difference(kibana: Kibana) -> None:
    filled = {"action_type_id": ".osquery", "params": {"query": "select 1", "ecs_mapping": {}, "timeout": 60}}
    kibana.call("POST", RULES, {**QUERY, "response_actions": [filled]})
    given = {"action_type_id": ".osquery", "params": {"query": "select 1"}}
    assert not kibana.ok("detection_rule", {"rule_id": "r", "response_actions": [given]})["changed"]


def test_a_user_who_may_not_enable_rules_is_told_so_and_may_change_the_rest(kibana: Kibana) -> None:
    """As Kibana 9.4 does where only gated fields differ; it holds for PATCH, which is never used, too."""
    kibana.ok("detection_rule", QUERY)
    kibana.emulator.rules_gate = "everyone"
    result = kibana.fails("detection_rule", {"rule_id": "r", "state": "disabled"})
    assert "permissions to edit the following fields: enabled" in result["msg"]
    kibana.ok("detection_rule", {"rule_id": "r", "state": "disabled", "name": "New"})
    assert stored(kibana)["enabled"] is False


# Actions


def actions(kibana: Kibana, *wanted: dict[str, Any], **fields: Any) -> list[dict[str, Any]]:
    kibana.ok("detection_rule", {**QUERY, "actions": list(wanted), **fields})
    assert not kibana.ok("detection_rule", {**QUERY, "actions": list(wanted), **fields})["changed"]
    return stored(kibana)["actions"]


@pytest.mark.parametrize("throttle", [None, "rule", "no_actions", "1h"])
def test_an_action_gets_the_frequency_that_kibana_would_give_it(any_kibana: Kibana, throttle: str | None) -> None:
    setup(any_kibana)
    given = {"throttle": throttle} if throttle else {}
    any_kibana.call(
        "POST", RULES, {**QUERY, "rule_id": "k", "actions": [{**MAIL, "action_type_id": ".index"}], **given}
    )
    ours, theirs = actions(any_kibana, MAIL, **given)[0], stored(any_kibana, "k")["actions"][0]
    assert {**ours, "uuid": None} == {**theirs, "uuid": None}
    assert not any_kibana.ok("detection_rule", {"rule_id": "k", "actions": [MAIL], **given})["changed"]


def test_actions_keep_their_uuid_through_other_changes(kibana: Kibana) -> None:
    setup(kibana)
    first = {action["id"]: action["uuid"] for action in actions(kibana, MAIL, OTHER)}
    changed = {**MAIL, "params": {"documents": [{"b": 2}]}}
    second = {action["id"]: action["uuid"] for action in actions(kibana, OTHER, changed, name="New")}
    assert second == first
    rest = actions(kibana, OTHER)
    assert [action["uuid"] for action in rest] == [first["c-2"]]


def test_two_actions_of_one_connector_keep_theirs_by_content(kibana: Kibana) -> None:
    setup(kibana)
    one, two, three = ({**MAIL, "params": {"documents": [{"n": n}]}} for n in (1, 2, 3))
    before = {str(action["params"]): action["uuid"] for action in actions(kibana, one, two)}
    after = {str(action["params"]): action["uuid"] for action in actions(kibana, three, two, one)}
    assert {key: after[key] for key in before} == before
    assert len(set(after.values())) == 3


def test_parameters_are_replaced_and_the_frequency_is_kept(kibana: Kibana) -> None:
    setup(kibana)
    hourly = {"summary": False, "notifyWhen": "onThrottleInterval", "throttle": "1h"}
    actions(kibana, {**MAIL, "params": {"documents": [{}], "extra": 1}, "frequency": hourly})
    [action] = actions(kibana, MAIL)
    assert (action["params"], action["frequency"]) == (MAIL["params"], hourly)
    always = {"summary": True, "notifyWhen": "onActiveAlert"}
    [action] = actions(kibana, {**MAIL, "frequency": always})
    assert action["frequency"] == {**always, "throttle": None}


def test_a_connector_is_found_by_its_name(kibana: Kibana) -> None:
    setup(kibana)
    [action] = actions(kibana, {"connector": "SOC index", "params": {"documents": [{}]}})
    assert (action["id"], action["action_type_id"], action["group"]) == ("c-mail", ".index", "default")


def test_two_connectors_of_a_name_are_an_error_that_lists_them(kibana: Kibana) -> None:
    setup(kibana)
    body = {"name": "SOC index", "connector_type_id": ".server-log"}
    kibana.call("POST", "/api/actions/connector/c-3", body)
    wanted = {"connector": "SOC index", "params": {"documents": [{}]}}
    result = kibana.fails("detection_rule", {**QUERY, "actions": [wanted]})
    assert "actions[0].connector: 2 connectors have the name 'SOC index'" in result["msg"]
    assert "c-3 (.server-log), c-mail (.index)" in result["msg"]
    assert kibana.ok("detection_rule", {**QUERY, "actions": [{**wanted, "action_type_id": ".index"}]})["changed"]


@pytest.mark.parametrize("wanted", [{"connector": "nope", "params": {}}, {"id": "nope", "params": {}}])
def test_a_missing_connector_is_an_error_and_in_check_mode_a_warning(kibana: Kibana, wanted: dict[str, Any]) -> None:
    result = kibana.fails("detection_rule", {**QUERY, "actions": [wanted]})
    assert "'nope' in this space: create it first" in result["msg"]
    result = kibana.ok("detection_rule", {**QUERY, "actions": [wanted]}, check=True)
    assert result["diff"]["after"]["actions"][0]["action_type_id"] == "(known after apply)"
    assert any("'nope' yet" in warning for warning in result["warnings"])
    assert kibana.writes() == []


def test_the_list_of_connectors_is_read_again_for_one_that_is_new(kibana: Kibana) -> None:
    setup(kibana)
    actions(kibana, {"connector": "SOC index", "params": {"documents": [{}]}})
    kibana.call("POST", "/api/actions/connector/new", {"name": "New", "connector_type_id": ".server-log"})
    assert actions(kibana, {"connector": "New", "params": {"message": "m"}})[0]["id"] == "new"


def test_a_system_action_has_no_group_and_no_frequency_and_comes_last(kibana: Kibana) -> None:
    setup(kibana)
    system = "system-connector-.cases"
    kibana.emulator.store("system_connectors")[system] = {"id": system, "connector_type_id": ".cases"}
    found = actions(kibana, {"id": system, "params": {"subAction": "run"}}, MAIL)
    assert [action["id"] for action in found] == ["c-mail", system]
    assert set(found[1]) == {"id", "action_type_id", "params", "uuid"}


# Exception lists


def test_an_exception_list_is_found_by_its_list_id(kibana: Kibana) -> None:
    setup(kibana)
    kibana.ok("detection_rule", {**QUERY, "exceptions_list": [{"list_id": "trusted"}, {"list_id": "endpoint_list"}]})
    trusted, endpoint = stored(kibana)["exceptions_list"]
    assert (trusted["type"], trusted["namespace_type"]) == ("endpoint", "agnostic")
    assert endpoint["id"] == "endpoint_list"
    kibana.seen()
    again = {"rule_id": "r", "exceptions_list": [{"list_id": "endpoint_list"}, {"list_id": "trusted"}]}
    assert not kibana.ok("detection_rule", again)["changed"]
    assert len(kibana.seen()) == 1, "what the rule holds already need not be looked up"


def test_a_missing_exception_list_is_an_error_and_in_check_mode_a_warning(kibana: Kibana) -> None:
    params = {**QUERY, "exceptions_list": [{"list_id": "nope"}]}
    assert "there is no exception list 'nope' in this space" in kibana.fails("detection_rule", params)["msg"]
    result = kibana.ok("detection_rule", params, check=True)
    assert result["diff"]["after"]["exceptions_list"][0]["id"] == "(known after apply)"
    assert kibana.writes() == []


# Prebuilt rules


PREBUILT = {"rule_id": "prebuilt-rule-1"}


@pytest.mark.parametrize("params", [{"author": ["SOC"]}, {"license": "MIT"}, {"license": ""}])
@pytest.mark.parametrize("check", [True, False])
def test_author_and_license_of_a_prebuilt_rule_stay(any_kibana: Kibana, params: dict[str, Any], check: bool) -> None:
    result = any_kibana.fails("detection_rule", {**PREBUILT, **params}, check=check)
    assert f"{next(iter(params))} cannot be changed: prebuilt-rule-1 is a prebuilt rule of Elastic" in result["msg"]
    assert any_kibana.writes() == []


@pytest.mark.parametrize("check", [True, False])
def test_customising_a_prebuilt_rule_is_warned_about(any_kibana: Kibana, check: bool) -> None:
    result = any_kibana.ok("detection_rule", {**PREBUILT, "severity": "low", "author": ["Elastic"]}, check=check)
    assert ["changing severity makes it a customised rule" in text for text in result["warnings"]] == [True]


def test_enabling_a_prebuilt_rule_is_not(any_kibana: Kibana) -> None:
    setup(any_kibana)
    for params in ({"state": "enabled"}, {"actions": [MAIL]}, {"exceptions_list": [{"list_id": "endpoint_list"}]}):
        result = any_kibana.ok("detection_rule", {**PREBUILT, **params})
        assert result["changed"] and not result.get("warnings")
    assert stored(any_kibana, "prebuilt-rule-1")["rule_source"]["is_customized"] is False


# What Kibana says


def test_words_of_kibana_pass_through(kibana: Kibana) -> None:
    text = "Your license does not support machine learning. Please upgrade your license"
    kibana.fault(method="POST", path=RULES, status=403, body={"message": text, "status_code": 403})
    result = kibana.fails("detection_rule", rule("machine_learning"))
    assert text in result["msg"] and result["status"] == 403


def test_a_default_list_of_another_rule_is_a_conflict_that_ends(kibana: Kibana) -> None:
    own = {"id": "d", "list_id": "d", "type": "rule_default", "namespace_type": "single"}
    kibana.ok("detection_rule", {**QUERY, "exceptions_list": [own]})
    kibana.seen()
    result = kibana.fails("detection_rule", {**QUERY, "rule_id": "second", "exceptions_list": [own]})
    assert "default exception list already exists" in result["msg"]
    assert len(kibana.writes()) <= 4


@pytest.mark.parametrize(
    ("update", "method"),
    [
        ({"name": "other", "tags": ["a"]}, "PATCH"),
        ({"actions": [{"connector": "SOC index", "params": {"documents": [{"a": 1}]}}]}, "PATCH"),
        ({"name": "other", "license": ""}, "PUT"),  # PATCH cannot clear a field
        ({"note": "other"}, "PUT"),  # Kibana 9.4 refuses it to PATCH
        ({"enabled": False}, "PUT"),
    ],
)
def test_kibana_merges_a_change_where_it_can(any_kibana: Kibana, update: dict[str, Any], method: str) -> None:
    setup(any_kibana)
    any_kibana.ok("detection_rule", {**QUERY, "license": "MIT"})
    any_kibana.seen()
    any_kibana.ok("detection_rule", {"rule_id": "r", **update})
    assert any_kibana.writes() == [f"{method} {RULES}"]
    assert not any_kibana.ok("detection_rule", {"rule_id": "r", **update})["changed"]


def test_a_user_who_may_only_read_is_told_so(kibana: Kibana) -> None:
    user = {"kibana_username": "viewer", "kibana_password": "viewer"}
    assert kibana.ok("detection_rule", {**QUERY, **user}, check=True)["changed"]
    assert kibana.fails("detection_rule", {**QUERY, **user})["status"] == 403
