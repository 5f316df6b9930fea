# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What small wrong changes of the kinds of objects would break and no other fast test noticed, see docs/mutation.md.

Here are the files from the AI assistant to Fleet's outputs, in the order of their names.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from harness import Answers, Kibana, client

from ansible_collections.stackops.kibana.plugins.module_utils import (
    _ai_assistant,
    _case,
    _data_view,
    _detection_rule_bulk,
    _detection_rule_references,
    _drift_text,
    _exceptions,
    _fleet,
    _fleet_actions,
    _fleet_agents,
    _fleet_inputs,
    _fleet_output,
)
from ansible_collections.stackops.kibana.plugins.module_utils._alerting_rule import find_rule
from ansible_collections.stackops.kibana.plugins.module_utils._alerting_rule_options import fields
from ansible_collections.stackops.kibana.plugins.module_utils._connector import find_connector
from ansible_collections.stackops.kibana.plugins.module_utils._connector_types import ready_params
from ansible_collections.stackops.kibana.plugins.module_utils._dashboard import _set_old
from ansible_collections.stackops.kibana.plugins.module_utils._dashboard_panels import settle
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule import complete
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_check import _throttles
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_options import needed
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError
from ansible_collections.stackops.kibana.plugins.module_utils._exception_items import Writer
from ansible_collections.stackops.kibana.plugins.module_utils._fleet_agent_policy import body_of
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import KNOWN_AFTER_APPLY
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PartialFailure, Plan, PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Node, Resource

CONNECTOR = "/api/actions/connector"


def answers(*given: Any) -> Any:
    return Answers(*given)


# _ai_assistant -------------------------------------------------------------------------------------------------------

PROMPTS = _ai_assistant.Kind("prompts", Resource(result_key="prompts", options={}, key="name"), frozenset(), True)
NEW = {name: Plan("create", after={"name": name}) for name in ("made", "refused")}
OLD = {name: Plan("update", current={"id": name}) for name in ("changed", "broken")}


def test_a_request_of_which_a_part_failed_is_not_sent_again() -> None:
    results = {"created": [{"name": "made"}], "updated": [{"id": "changed"}]}
    said = {"errors": [{"message": "no such tool", "prompts": [{"id": "broken"}]}], "results": results}
    http = answers(KibanaError("Kibana failed", status=500, error={"attributes": said}))
    failures = _ai_assistant._send(http, PROMPTS, {**NEW, **OLD})
    assert failures == {"refused": "Kibana failed", "broken": "no such tool"}
    assert len(http.asked) == 1


# _alerting_rule ------------------------------------------------------------------------------------------------------


def test_a_rule_is_looked_for_by_its_name_as_a_phrase(kibana: Kibana) -> None:
    assert find_rule(client(), None, 'CPU "high"', None) is None
    assert [entry["query"]["search"] for entry in kibana.seen()] == ['"CPU  high "']


# _alerting_rule_options and _detection_rule_options ------------------------------------------------------------------


def test_how_options_are_described() -> None:
    assert fields(a=needed()) == {"type": "dict", "options": {"a": {"type": "str", "required": True}}}
    assert fields(required=True) == {"type": "dict", "options": {}, "required": True}


# _case ---------------------------------------------------------------------------------------------------------------


def test_a_case_is_looked_for_by_its_title_as_a_phrase(kibana: Kibana) -> None:
    assert _case.find_case(client(), None, 'CPU "high"', "cases") is None
    asked = [entry["query"] for entry in kibana.seen()]
    assert [(query["search"], query["searchFields"]) for query in asked] == [('"CPU  high "', "title")]


def test_a_case_of_another_owner_is_another_case() -> None:
    other, own = ({"id": name, "title": "t", "status": "open", "owner": name} for name in ("observability", "cases"))
    assert _case.find_case(answers([other, own]), None, "t", "cases") == own


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        (-3, "-3"),
        (2.5, "2.5"),
        ("7", "7"),
        (" 2.5 ", "2.5"),
        (".5", "0.5"),
        (".5e1", "5.0"),
        ("1e3", "1000.0"),
        (-(10**17) - 1, "-100000000000000001"),
    ],
)
def test_a_number_stays_as_it_was_given(value: Any, sent: str) -> None:
    assert repr(_case.typed({"key": "k", "type": "number", "value": value})) == sent


# JSON has no such numbers, and nobody means 1_000.
@pytest.mark.parametrize("value", ["nan", "-inf", float("nan"), "1_000", True, "-", ".", "e3"])
def test_what_is_no_number_is_refused_as_one(value: Any) -> None:
    with pytest.raises(PlanError, match="is no number"):
        _case.typed({"key": "k", "type": "number", "value": value})


# _case_configuration -------------------------------------------------------------------------------------------------


def test_a_first_template_with_a_custom_field_that_is_not_there(kibana: Kibana) -> None:
    template = {"key": "t", "name": "T", "caseFields": {"customFields": [{"key": "gone", "value": "x"}]}}
    result = kibana.fails("case_configuration", {"owner": "cases", "templates": [template]})
    assert result["msg"] == "The template 't' has the custom field 'gone', which does not exist."


# _connector ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "advice"), [(None, "give id, or its type if that tells them apart."), (".index", "give id.")]
)
def test_what_tells_connectors_of_one_name_apart(kibana: Kibana, kind: str | None, advice: str) -> None:
    for name in ("one", "two"):
        body = {"name": "Twin", "connector_type_id": ".index", "config": {"index": "i"}}
        kibana.call("POST", f"{CONNECTOR}/{name}", body)
    with pytest.raises(PlanError) as error:
        find_connector(client(), None, "Twin", kind)
    assert str(error.value) == f"2 connectors have the name 'Twin': one (.index), two (.index); {advice}"


# _connector_types ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ['{"text": "hello"}', "[]", '"blocks"'])
def test_a_message_of_blocks_must_have_blocks(text: str) -> None:
    params = {"subAction": "postBlockkit", "subActionParams": {"text": text, "channelIds": ["C1"]}}
    with pytest.raises(PlanError, match="must be JSON with blocks"):
        ready_params(".slack_api", params)


# _dashboard and _dashboard_panels ------------------------------------------------------------------------------------


def test_filters_lie_in_the_source_of_the_search() -> None:
    attributes: dict[str, Any] = {"kibanaSavedObjectMeta": {"searchSource": {"query": {"query": "a"}}}}
    _set_old(attributes, "filters", [{"meta": {}}])
    source = {"query": {"query": "a"}, "filter": [{"meta": {}}]}
    assert attributes == {"kibanaSavedObjectMeta": {"searchSource": source}}


@pytest.mark.parametrize(
    ("stored", "wanted", "settled"),
    [
        (None, {"a": 1}, {"a": 1}),
        ([1], {"a": 1}, {"a": 1}),
        ({"a": 1}, "text", "text"),
        ({"a": 1, "b": 2}, {"a": 3}, {"a": 3, "b": 2}),
    ],
)
def test_parts_of_another_kind_are_replaced(stored: Any, wanted: Any, settled: Any) -> None:
    assert settle(stored, wanted) == settled


# _data_view ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("answer", "found"), [(None, ""), ("", ""), ("logs", "logs")])
def test_the_default_data_view(answer: str | None, found: str) -> None:
    assert _data_view.default_id(answers({"data_view_id": answer})) == found


@pytest.mark.parametrize(("exact", "kept"), [(False, {"customDescription": "d"}), (True, {})])
def test_exact_takes_away_the_other_attributes_of_a_field(exact: bool, kept: dict[str, str]) -> None:
    stored = {"host": {"customLabel": "old", "customDescription": "d"}}
    found = _data_view._entries("fieldAttrs", {"host": {"customLabel": "new"}}, stored, exact)
    assert found == {"host": {"customLabel": "new", **kept}}


# _detection_rule -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("stored", "stays"), [({}, False), ({"timestamp_override_fallback_disabled": True}, True)])
def test_what_is_off_is_nothing_new_where_kibana_has_nothing(stored: dict[str, Any], stays: bool) -> None:
    rule = {"timestamp_override_fallback_disabled": False}
    assert complete(rule, stored) == (rule if stays else {})


# _detection_rule_bulk ------------------------------------------------------------------------------------------------


def test_rules_are_looked_at_again_after_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[Any] = []

    def read(*_unused: Any) -> dict[str, Any]:
        done.append("read")
        return {}

    monkeypatch.setattr(_detection_rule_bulk, "read_rules", read)
    monkeypatch.setattr(_detection_rule_bulk, "pause", done.append)
    resource, http = Resource(result_key="rules", options={}), answers()
    wrong, untouched = _detection_rule_bulk.look(http, resource, {"a": Plan("create")}, {})
    assert done == ["read", 0, "read", 1, "read"]
    assert list(wrong) == list(untouched) == ["a"]


@pytest.mark.parametrize("kind", ["errors", "exceptions_errors", "action_connectors_errors"])
def test_every_kind_of_failure_of_an_import_is_reported(kind: str) -> None:
    answer = {"success": False, kind: [{"rule_id": "a,c", "error": {"message": "no"}}]}
    assert _detection_rule_bulk.reported(answer, ["a", "b", "c"]) == {"a": "no", "c": "no"}


# _detection_rule_check -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("throttle", "wrong"), [("1h", False), ("often", True)])
def test_the_throttle_of_an_action(throttle: str, wrong: bool) -> None:
    frequency = {"summary": True, "notifyWhen": "onThrottleInterval", "throttle": throttle}
    found = list(_throttles({"throttle": None, "actions": [{"frequency": frequency}]}))
    assert [text.partition(" is ")[0] for text in found] == ["actions[0].frequency.throttle"] * wrong


# _detection_rule_references ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "of_type", "kind"),
    [({}, "", KNOWN_AFTER_APPLY), ({"action_type_id": ".email"}, " of type .email", ".email")],
)
def test_a_connector_that_is_yet_to_come(
    given: dict[str, str], of_type: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_detection_rule_references, "find_connector", lambda *_unused, **_named: None)
    warnings: list[str] = []
    references = _detection_rule_references.References(answers(), True, warnings.append)
    rule = {"actions": [{"connector": "Mail", "params": {}, **given}], "exceptions_list": None}
    [action] = references.resolve(rule, None)["actions"]
    assert action == {"params": {}, "id": KNOWN_AFTER_APPLY, "action_type_id": kind}
    [text] = warnings
    assert text.startswith(f"actions[0].connector: there is no connector{of_type} with the name 'Mail' yet;")


def test_an_exception_list_that_is_yet_to_come(kibana: Kibana) -> None:
    warnings: list[str] = []
    references = _detection_rule_references.References(client(), True, warnings.append)
    [found] = references.resolve({"actions": None, "exceptions_list": [{"list_id": "new"}]}, None)["exceptions_list"]
    unknown = {"id": KNOWN_AFTER_APPLY, "type": KNOWN_AFTER_APPLY}
    assert found == {**unknown, "namespace_type": "single", "list_id": "new"} and len(warnings) == 1


# _drift_text ---------------------------------------------------------------------------------------------------------

DIFFERENT = {
    "kind": "space",
    "object": "ops",
    "result": "updated",
    "changes": [{"field": "name", "from": "a|b", "to": "`c`"}],
}


def test_a_report_as_markdown() -> None:
    summary = {"created": 0, "updated": 1, "deleted": 0, "failed": 0, "unchanged": 2}
    report = {"title": "Drift", "time": "", "drift": True, "summary": summary}
    text = _drift_text.markdown({**report, "kibanas": [{"name": "prod", "summary": summary, "objects": [DIFFERENT]}]})
    assert text.splitlines() == [
        "# Drift",
        "",
        "1 different; 2 as described.",
        "",
        "## prod",
        "",
        "### different: space: ops",
        "",
        "| field | is | should be |",
        "|---|---|---|",
        r"| `name` | `a\|b` | `c` |",
    ]
    assert text.endswith("|\n")


# Markdown ends a cell at a bar even within backticks.
def test_a_bar_in_the_name_of_a_field() -> None:
    summary = {"created": 0, "updated": 1, "deleted": 0, "failed": 0, "unchanged": 0}
    item = {**DIFFERENT, "changes": [{"field": "meta.a|b", "from": 1, "to": 2}]}
    report = {"title": "Drift", "time": "", "drift": True, "summary": summary}
    text = _drift_text.markdown({**report, "kibanas": [{"name": "prod", "summary": summary, "objects": [item]}]})
    assert text.splitlines()[-1] == r"| `meta.a\|b` | `1` | `2` |"


@pytest.mark.parametrize(
    ("result", "is_open"), [("created", ""), ("updated", " open"), ("deleted", ""), ("failed", " open")]
)
def test_what_is_open_on_the_page_of_a_report(result: str, is_open: str) -> None:
    first, *_rest, last = _drift_text._object({**DIFFERENT, "result": result})
    assert first.startswith(f"<details{is_open}><summary>")
    assert last == "</div></details>"


# _exception_items ----------------------------------------------------------------------------------------------------


def test_an_import_names_the_list_that_it_refused() -> None:
    error = {"list_id": "l", "error": {"status_code": 409, "message": "it is there"}}
    writer = Writer(answers({"errors": [error], "success_count": 1}), {}, 1)
    step = Plan("create", after={"list_id": "l", "item_id": "i"})
    writer.lists, writer.items = {"the list": step}, {"the item": step}
    failures = writer._import_file([("list", "the list"), ("item", "the item")], "")
    assert failures == {("list", "the list"): "it is there"}
    assert writer.conflicts == {"the list"}


# _exception_plan -----------------------------------------------------------------------------------------------------


def test_items_of_a_list_that_is_neither_there_nor_described(kibana: Kibana) -> None:
    item = {"item_id": "i", "name": "n", "description": "d", "entries": [{"field": "f", "type": "exists"}]}
    for items in ([item], []):
        result = kibana.fails("exception_items", {"lists": [{"list_id": "gone", "items": items}]})
        assert result["msg"] == (
            "The exception list 'gone' (single) does not exist: give name, description, type to create it, or correct"
            " list_id or namespace_type."
        )
    assert kibana.writes() == []


# _exceptions ---------------------------------------------------------------------------------------------------------


def test_what_is_in_all_spaces_is_told_from_what_is_in_one() -> None:
    assert [_exceptions.key_of(namespace, "a") for namespace in _exceptions.NAMESPACES] == ["a", "a (agnostic)"]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"type": "list"}, "entries[0]: type list needs list."),
        ({"type": "list", "list": {}}, "entries[0]: type list needs list."),
        ({"type": "exists", "list": {"id": "l", "type": "ip"}}, "entries[0]: type exists takes no list."),
        ({"type": "exists", "list": {}}, None),
    ],
)
def test_the_list_of_a_condition(entry: dict[str, Any], said: str | None) -> None:
    whole = {"field": "f", "operator": None, **entry}
    assert _exceptions.check_entries([whole], "entries") == said
    assert said or whole["list"] is None


# _fleet --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["none", "update", "delete"])
def test_the_plan_of_what_may_be_changed(action: str, monkeypatch: pytest.MonkeyPatch) -> None:
    step = Plan(action)
    monkeypatch.setattr(_fleet, "default_plan", lambda *_unused: step)
    context: Any = SimpleNamespace(params={"name": "p"})
    assert _fleet.guarded("proxy", ("name",))(context, {"id": "1", "name": "p"}) is step


# _fleet_actions ------------------------------------------------------------------------------------------------------


def test_what_is_wrong_with_agents_is_a_sentence() -> None:
    module = SimpleNamespace(_diff=False)
    params = {"agent_ids": ["a"], "hostnames": None, "batch_size": 1000, "wait": True, "wait_timeout": 1}
    context = SimpleNamespace(client=answers(), params=params, check_mode=False, module=module)
    fleet: Any = SimpleNamespace(context=context)
    bulk = _fleet_actions.Bulk(fleet, ["ineligible"])
    for agent in ("a", "b"):
        bulk.add({"id": agent}, "ineligible", "It is hosted.")
    with pytest.raises(PartialFailure) as error:
        bulk.run("/api/x", {}, "tags")
    assert str(error.value) == "a is left alone. It is hosted; b is left alone. It is hosted."


# _fleet_agent_policy -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("action", "more"), [("create", {"id", "has_fleet_server", "space_ids"}), ("update", set())])
def test_what_an_update_of_an_agent_policy_leaves_out(action: str, more: set[str]) -> None:
    policy = {"id": "p", "name": "P", "has_fleet_server": False, "space_ids": ["default"]}
    body = body_of(Plan(action, before=policy, after=policy, current=policy))
    assert set(body) == {"name", "namespace", "inactivity_timeout", *more}


# _fleet_agents -------------------------------------------------------------------------------------------------------


def test_the_next_page_of_agents_begins_after_the_last_one() -> None:
    items = [{"sort": [1, "a"]}, {"sort": [2, "b"]}]
    query = {"pitId": "p", "pitKeepAlive": "1m"}
    assert _fleet_agents._next({"pit": "p", "items": items}, 2) == {**query, "searchAfter": '[2, "b"]'}
    assert _fleet_agents._next({"pit": "p", "items": items, "nextSearchAfter": "[3]"}, 2)["searchAfter"] == "[3]"
    assert _fleet_agents._next({"items": items}, 2) == {"page": 2}


# _fleet_inputs -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("manifest", "secret"), [({}, False), (None, True)])
def test_names_tell_secrets_where_the_package_cannot(manifest: dict[str, Any] | None, secret: bool) -> None:
    root = Node()
    _fleet_inputs.mark_secrets(root, manifest, {"vars": {"token_url": "x", "key": {"isSecretRef": True, "id": "1"}}})
    found = {name for name, node in root.children["vars"].children.items() if node.secret}
    assert found == {"key", *(["token_url"] if secret else [])}


# _fleet_output -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "stored"),
    [
        ("es.example.com:9200", "es.example.com:9200"),
        ("http://es:99999", "http://es:99999"),
        ("https://ES.example.com/", "https://es.example.com:443"),
        ("http://[FE80::1]/x/", "http://[fe80::1]:80/x"),
    ],
)
def test_addresses_as_kibana_stores_them(host: str, stored: str) -> None:
    assert _fleet_output.normal_host(host) == stored


@pytest.mark.parametrize(
    ("text", "preset", "unread"),
    [(None, "balanced", "balanced"), ("a: 1", "balanced", None), ("worker: 1", "custom", None)],
)
def test_the_preset_of_an_output_without_one(
    text: str | None, preset: str, unread: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _fleet_output.usual_preset(text) == preset
    monkeypatch.setattr(_fleet_output, "yaml", None)
    assert _fleet_output.usual_preset(text) == unread


@pytest.mark.parametrize(
    ("host", "fine"), [("k:9092", True), (":9092", False), ("9092", False), ("k:0", False), ("k:65536", False)]
)
def test_addresses_of_kafka(host: str, fine: bool) -> None:
    assert _fleet_output._is_host(host, "kafka") is fine


def test_only_a_configuration_that_is_given_has_to_be_valid() -> None:
    bad = {"config_yaml": "a: ["}
    assert _fleet_output.problem({"name": "n"}, {"type": "kafka", **bad}) is None
    assert "is not valid YAML" in str(_fleet_output.problem(bad, {"type": "kafka", **bad}))
