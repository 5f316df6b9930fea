# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What small wrong changes of the kinds of objects, Fleet to value lists, would break and no other test noticed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from harness import Answers, Kibana, client

from ansible_collections.stackops.kibana.plugins.module_utils import (
    _fleet_inputs,
    _fleet_package,
    _fleet_package_policy,
    _fleet_upgrade,
    _maintenance_window,
    _prebuilt_rules,
    _request,
    _request_compare,
    _saved_objects,
    _saved_objects_import,
    _synthetics,
    _timeline_import,
    _timelines,
    _value_list,
)
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PartialFailure, Plan
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Node
from ansible_collections.stackops.kibana.plugins.module_utils._role_features import Heir
from ansible_collections.stackops.kibana.plugins.module_utils._value_list_values import Change
from kibana_emulator.routes.fleet_agent_state import add_agent

POLICY = "fleet_package_policy"
APACHE = {"name": "web", "policy_ids": ["emulated-policy"], "package": {"name": "apache"}}
NOW = datetime(2026, 3, 1, tzinfo=UTC)


# _fleet_inputs -------------------------------------------------------------------------------------------------------


# Its empty dictionary of inputs is no list of the other format.
def test_a_policy_without_inputs_may_have_variables() -> None:
    raw = {"name": "web", "vars": {"url": "https://web"}, "inputs": {}}
    assert _fleet_inputs.simplified(raw) == {"vars": {"url": "https://web"}, "inputs": {}}


# _fleet_package ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "installed"), [("installed", "1.2.3"), ("not_installed", None), ("install_failed", None)]
)
def test_a_package_has_a_version_only_where_it_is_installed(status: str, installed: str | None) -> None:
    info = {"version": "1.2.3", "install_status": "installed"}
    assert _fleet_package.installed_version({"status": status, "installationInfo": info}) == installed


def test_a_package_is_of_no_space(kibana: Kibana) -> None:
    kibana.call("POST", "/api/spaces/space", {"id": "ops", "name": "Ops"})
    kibana.seen()
    # A user who may do nothing in the space of the task may still look at packages.
    kibana.fault(path="/s/ops/", status=403)
    found = _fleet_package.read(client(kibana_space="ops"), "apache")
    assert found is not None and found["name"] == "apache"


# _fleet_package_policy -----------------------------------------------------------------------------------------------


def test_variables_that_are_no_secrets_are_shown_among_the_options(kibana: Kibana) -> None:
    task = {"name": "okta", "package": {"name": "okta", "version": "3.0.0"}, "vars": {"url": "https://okta"}}
    secret = {"inputs": {"okta-httpjson": {"vars": {"api_key": "key-s3cret"}}}}
    shown = kibana.ok(POLICY, {**task, **secret})["invocation"]["module_args"]
    assert shown["vars"] == {"url": "https://okta"}
    assert list(shown["inputs"]["okta-httpjson"]["vars"]) == ["api_key"] and "s3cret" not in str(shown)


def test_a_policy_without_a_package_asks_for_no_manifest(kibana: Kibana) -> None:
    shown = _fleet_package_policy.displayed(client(), {"name": "old", "inputs": {"a-b": {"enabled": True}}})
    assert shown["inputs"] == {"a-b": {"enabled": True}} and kibana.seen() == []


@pytest.mark.parametrize(
    ("raw", "ids"),
    [
        ({"policy_id": "a"}, ["a"]),
        ({"policy_id": "a", "policy_ids": ["a", "b"]}, ["a", "b"]),
        ({"policy_id": None}, []),
        ({}, []),
    ],
)
def test_the_one_agent_policy_of_older_versions(raw: dict[str, Any], ids: list[str]) -> None:
    assert _fleet_package_policy.decode(raw)["policy_ids"] == ids


def test_the_output_of_a_package_policy_may_be_named(kibana: Kibana) -> None:
    task = {**APACHE, "output_id": "Preconfigured"}
    assert kibana.ok(POLICY, task)["package_policy"]["output_id"] == "preconfigured-es"
    assert not kibana.ok(POLICY, task)["changed"]


# _fleet_references ---------------------------------------------------------------------------------------------------


def test_agent_policies_that_are_stored_already_are_not_looked_up(kibana: Kibana) -> None:
    kibana.ok(POLICY, APACHE)
    # A user may manage package policies and not see agent policies.
    kibana.fault(path="/api/fleet/agent_policies", status=403)
    assert not kibana.ok(POLICY, APACHE)["changed"]


# _fleet_upgrade ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", ["max_failures", "max_fail_percentage"])
def test_no_failure_at_all_may_be_the_limit(limit: str) -> None:
    params = {"waves": None, "rollout_duration_seconds": None, "start_time": None, "wait": True, "wait_timeout": 9}
    limits = {"max_failures": None, "max_fail_percentage": None}
    assert _fleet_upgrade.check_waves({**params, **limits, limit: 0}) is None
    assert f"{limit} is -1" in str(_fleet_upgrade.check_waves({**params, **limits, limit: -1}))


def test_following_ends_with_the_last_agent(kibana: Kibana) -> None:
    add_agent(kibana.emulator, "agent-1", "host-1", version="9.3.1")
    task = {"kuery": "active:true", "version": str(kibana.emulator.version_number), "wait_timeout": 900}
    assert kibana.ok("fleet_agent_upgrade", task)["summary"]["upgraded"] == 1
    assert sum(kibana.waits) < 60


def agent(version: str, **fields: Any) -> dict[str, Any]:
    return {"id": "a", "local_metadata": {"elastic": {"agent": {"version": version}}}, **fields}


def looked(monkeypatch: pytest.MonkeyPatch, before: dict[str, Any], after: dict[str, Any]) -> tuple[bool, Any]:
    """Whether an agent is still waited for after a look, and its row."""
    monkeypatch.setattr(_fleet_upgrade, "read_these", lambda _client, _ids: [after])
    context: Any = SimpleNamespace(client=None, params={"version": "9.4.3"})
    rollout = _fleet_upgrade.Rollout(SimpleNamespace(context=context, params=context.params))  # type: ignore[arg-type]
    rollout.before, rollout.changes = {"a": before}, {"a": ("9.3.1", "9.4.3")}
    rollout.rows = {"a": {"version": "9.3.1", "result": "upgraded"}}
    waiting = {"a"}
    rollout._look(waiting)
    return bool(waiting), rollout.rows["a"]


@pytest.mark.parametrize(
    ("version", "upgraded_at", "waits"),
    [
        ("9.4.3", "old", False),  # who runs the version has arrived, whatever else it tells
        ("9.4.3", None, False),
        ("9.3.1", "new", False),
        ("9.3.1", "old", True),
        ("9.3.1", None, True),
    ],
)
def test_how_an_agent_arrives(
    version: str, upgraded_at: str | None, waits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = agent("9.3.1", upgraded_at="old")
    row = {"version": "9.3.1" if waits else "9.4.3", "result": "upgraded"}
    assert looked(monkeypatch, before, agent(version, upgraded_at=upgraded_at)) == (waits, row)


@pytest.mark.parametrize(
    ("metadata", "said"),
    [({"error_msg": "no space left"}, "no space left"), (None, "The agent reports UPG_FAILED.")],
)
def test_the_agent_itself_says_why_it_failed(metadata: Any, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    details = {"state": "UPG_FAILED", "action_id": "ours", "metadata": metadata}
    waits, row = looked(monkeypatch, agent("9.3.1"), agent("9.3.1", upgrade_details=details))
    assert not waits and row == {"version": "9.3.1", "result": "failed", "msg": said}


@pytest.mark.parametrize(
    ("status", "ended"),
    [("COMPLETE", True), ("EXPIRED", True), ("FAILED", True), ("IN_PROGRESS", False), ("ROLLOUT_PASSED", False)],
)
def test_an_action_whose_rollout_has_passed_may_go_on(status: str, ended: bool) -> None:
    assert _fleet_upgrade._has_ended({"status": status}) is ended


# _maintenance_window -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "duration", "left"),
    [(0, "0s", False), (0, "odd", False), (0, "1s", True), (59, "1m", True), (60, "1m", False)],
)
def test_a_window_goes_on_for_its_duration_alone(before: int, duration: str, left: bool) -> None:
    custom = {"start": (NOW - timedelta(seconds=before)).isoformat(), "duration": duration}
    assert _maintenance_window.has_time_left(custom, NOW) is left


# _prebuilt_rules -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("threat", "found"),
    [
        ({"tactic": {"id": "TA1", "name": "Impact"}}, ["ta1", "impact"]),  # Kibana needs no techniques
        ({"technique": [{"id": "T1", "subtechnique": [{"id": "T1.1"}]}]}, ["t1", "t1.1"]),
        ({"tactic": {"id": "TA1"}, "technique": None}, ["ta1"]),
        ({}, []),
    ],
)
def test_attacks_may_have_no_techniques(threat: dict[str, Any], found: list[str]) -> None:
    assert list(_prebuilt_rules.attacks_of({"threat": [threat]})) == found


def test_a_field_that_keeps_its_own_value_is_no_change() -> None:
    diffs = {
        "query": {"current_version": "mine", "merged_version": "theirs", "conflict": "NON_SOLVABLE"},
        "name": {"current_version": "old", "merged_version": "new", "conflict": "NONE"},
    }
    info = {
        "rule_id": "r", "revision": 1, "current_rule": {"type": "query"},
        "target_rule": {"type": "query", "version": 2}, "diff": {"fields": diffs},
    }  # fmt: skip
    assert _prebuilt_rules.decide(info, "keep").fields == {"name": ("old", "new")}


# _request ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "hidden"),
    [
        ({"body": "no JSON"}, "body"),
        ({"ndjson": ["{}", "no JSON"]}, "ndjson"),
        ({"compare": {"expected": "no JSON"}}, "compare.expected"),
    ],
)
def test_what_cannot_be_taken_apart_is_hidden_as_a_whole(given: dict[str, Any], hidden: str) -> None:
    params = {**dict.fromkeys(("body", "ndjson", "query", "upload", "compare")), "secret_fields": ["key"], **given}
    assert _request.secrets_among(params).hidden == {hidden, f"{hidden}.key"}


# _request_compare ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("current", [None, "abc", 5, {"a": 1}])
def test_what_is_no_list_stays_as_it_is_where_a_list_is_wanted(current: Any) -> None:
    assert _request_compare.project({"x": current}, {"x": ["a", "b"]}, Node()) == {"x": current}


# _role_features ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("privilege", "new"),
    [
        ("minimal_all", {"casesV2": ["minimal_all", "create_comment"], "notes": ["all"]}),
        ("all", {"casesV2": ["all"]}),
        ("minimal_read", {"casesV2": ["minimal_read"]}),
    ],
)
def test_only_minimal_all_needs_more_than_its_name(privilege: str, new: dict[str, list[str]]) -> None:
    assert Heir("casesV2", {"notes": {"minimal_all": "all"}}, ("create_comment",)).of(privilege) == new


# _saved_objects ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("managed", [True, False])
def test_whether_an_object_is_managed_counts(managed: bool) -> None:
    shown = _saved_objects.essence({"type": "tag", "id": "a", "attributes": {"name": "A"}, "managed": managed})
    assert shown == {"attributes": {"name": "A"}, "references": [], **({"managed": True} if managed else {})}


@pytest.mark.parametrize(
    ("attrs", "kept"),
    [
        ('{"ip": {"count": 3, "customLabel": "Address"}, "host": {"count": 1}}', {"ip": {"customLabel": "Address"}}),
        ('{"host": {"count": 1}}', None),
    ],
)
def test_labels_of_fields_count_and_how_often_they_are_used_does_not(attrs: str, kept: Any) -> None:
    item = {"type": "index-pattern", "id": "a", "attributes": {"title": "logs", "fieldAttrs": attrs}}
    shown = {"title": "logs", **({"fieldAttrs": kept} if kept else {})}
    assert _saved_objects.essence(item)["attributes"] == shown


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ({"type": "unsupported_type"}, "Kibana cannot import objects of this type."),
        ({"type": "unknown", "message": "Odd"}, "Odd"),
        ({"type": "odd"}, "odd"),
        ({}, "Kibana gives no reason."),
    ],
)
def test_why_an_import_fails(error: dict[str, Any], said: str) -> None:
    assert _saved_objects.reason(error) == said


@pytest.mark.parametrize(
    ("one", "said"),
    [
        ({"message": "Rules are off."}, "Rules are off."),
        ({"message": "Rules are off.", "actionPath": "/app/rules"}, "Rules are off. See /app/rules in Kibana."),
        ({}, "Kibana gives a warning without a text."),
    ],
)
def test_what_an_import_warns_of(one: dict[str, Any], said: str) -> None:
    assert _saved_objects.warning(one) == said


# _saved_objects_import -----------------------------------------------------------------------------------------------


def work(*ids: str, **more: Any) -> _saved_objects_import.Work:
    """An import of new data views, and of searches that each refer to the data view of the same id."""
    refs = {key: [{"type": "index-pattern", "id": key, "name": "r"}] for key in ids}
    items = {("search", key): {"type": "search", "id": key, "references": refs[key]} for key in ids}
    plans = {key: Plan("create") for key in items}
    return _saved_objects_import.Work(client(), items, False, plans=plans, **more)


def test_a_data_view_that_comes_along_under_another_id_is_not_missed(kibana: Kibana) -> None:
    own, other = ("index-pattern", "p"), "given-by-the-task"
    one = work("p")
    assert _saved_objects_import.missing_references(one) == {("search", "p"): [own]}
    one.items[own] = {"type": own[0], "id": own[1]}
    one.targets[own] = other
    assert _saved_objects_import.missing_references(one) == {}


@pytest.mark.parametrize("status", [None, 401, 403, 400, 500])
def test_only_some_failures_stop_the_files_that_follow(
    kibana: Kibana, status: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = keys = [("search", key) for key in "abc"]
    sent: list[Any] = []

    def refuse(_work: Any, left: Sequence[Any]) -> set[Any]:
        sent.append(list(left))
        raise KibanaError("no", status=status)

    monkeypatch.setattr(_saved_objects_import, "files", lambda _work: [[first, second], [third]])
    monkeypatch.setattr(_saved_objects_import, "_import", refuse)
    one = work("a", "b", "c")
    one.failures[second] = "known before"
    _saved_objects_import.write(one)
    stops = status in (None, 401, 403)
    assert sent == ([[first]] if stops else [[first], [third]])
    last = _saved_objects_import.LATER if stops else "no"
    assert one.failures == dict(zip(keys, ("no", "known before", last), strict=True))


# _synthetics ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schedule", "shown"),
    [
        ({"number": "30", "unit": "s"}, "30s"),
        ({"number": "3", "unit": "m"}, "3"),
        ({"number": "3"}, "3"),
    ],
)
def test_a_schedule_has_its_unit(schedule: dict[str, str], shown: str) -> None:
    assert _synthetics.as_options({"id": "a", "schedule": schedule})["schedule"] == shown


# _timeline_import ----------------------------------------------------------------------------------------------------


def step(number: int, result: str = "created", **fields: Any) -> _timeline_import.Step:
    timeline = {"savedObjectId": f"id-{number}", "title": f"t{number}", **fields}
    line = _timeline_import.Line(number, b"{}", timeline, _timelines.essence(timeline))
    return _timeline_import.Step(line, result)


@pytest.mark.parametrize(
    ("said", "failure", "msg"),
    [
        ({"id-1": "own", "(template_timeline_id) x": "template", "unknown": "any"}, "lost", "own"),
        ({"(template_timeline_id) x": "template", "unknown": "any"}, "lost", "template"),
        ({"id-2": "another", "unknown": "any"}, "lost", "any"),
        ({"id-2": "another"}, "lost", "lost"),
        ({}, "", "Kibana accepted the import and does not show the timeline."),
    ],
)
def test_why_a_timeline_did_not_come(
    said: dict[str, str], failure: str, msg: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_timeline_import, "read_all", lambda _client: [])
    one, none = step(1, timelineType="template", templateTimelineId="x"), Answers()
    _timeline_import._look(none, [one], said, failure)  # type: ignore[arg-type]
    assert (one.result, one.msg) == ("failed", msg)


@pytest.mark.parametrize(("failed", "end"), [(5, "line 5 (t5): no"), (6, "line 5 (t5): no; and 1 more")])
def test_five_failures_are_named_and_the_others_counted(failed: int, end: str) -> None:
    steps = [step(number + 1, "failed") for number in range(failed)]
    for one in steps:
        one.msg = "no"
    context: Any = SimpleNamespace(module=SimpleNamespace(_diff=False))
    with pytest.raises(PartialFailure) as error:
        _timeline_import.report(context, steps)
    assert str(error.value).startswith(f"{failed} of {failed} timelines failed: line 1 (t1): no; ")
    assert str(error.value).endswith(end)


# _timelines ----------------------------------------------------------------------------------------------------------


def page(total: int, *ids: str) -> dict[str, Any]:
    return {"timeline": [{"savedObjectId": key} for key in ids], "totalCount": total}


@pytest.mark.parametrize(
    "pages",
    [
        [page(2, "a", "b")],
        [page(2, "a"), page(2, "b")],
        [page(3, "a"), page(3, "b"), page(3)],  # one was deleted in between
        [page(0)],
    ],
)
def test_timelines_are_read_to_the_end_and_no_further(pages: list[dict[str, Any]]) -> None:
    given = Answers(*pages)
    found = _timelines.read_all(given)  # type: ignore[arg-type]
    assert found == [item for one in pages for item in one["timeline"]]
    assert [params["page_index"] for params in given.asked] == list(range(1, len(pages) + 1))


FULL = {
    "title": "T",
    "templateTimelineId": "x",
    "templateTimelineVersion": 2,
    "pinnedEventIds": ["e2", "e1", "e2"],
    "dateRange": {"start": "s", "end": None, "more": {}},
    "globalNotes": [{"note": "all"}],
    "eventNotes": [{"note": "one", "eventId": "e1"}, {"eventId": "e2"}],
}


def test_what_counts_of_a_timeline_and_of_a_template() -> None:
    both = {"title": "T", "dateRange": {"start": "s"}}
    assert _timelines.essence(FULL) == {
        **both, "timelineType": "default", "pinnedEventIds": ["e1", "e2"],
        "notes": [["", "all"], ["e1", "one"], ["e2", ""]],
    }  # fmt: skip
    assert _timelines.essence({**FULL, "timelineType": "template"}) == {
        **both, "timelineType": "template", "templateTimelineId": "x", "templateTimelineVersion": 2,
        "notes": [["", "all"]],
    }  # fmt: skip


# _value_list ---------------------------------------------------------------------------------------------------------


def values(source: Any, kind: str = "text") -> _value_list.Work:
    return _value_list.Work(source, "x", kind, [], False, 1)


def test_a_list_that_cannot_be_seen_yet_has_no_values(kibana: Kibana) -> None:
    assert values(client()).read() == []


@pytest.mark.parametrize(
    ("status", "message", "missing"),
    [
        (404, "list id: x does not exist", True),
        (404, "Not Found", False),  # there is no such route
        (400, "list id: x does not exist", True),
        (400, "odd", False),
        (500, "list id: x does not exist", False),
    ],
)
def test_how_a_missing_list_is_told(status: int, message: str, missing: bool) -> None:
    assert _value_list.is_missing(KibanaError("no", status=status, error={"message": message})) is missing


def test_where_nothing_is_deleted_no_item_is_read(kibana: Kibana) -> None:
    assert _value_list._delete(values(client()), Change(add={"a": "a"})) == []
    assert kibana.seen() == []


def items(total: int, *ids: str, **more: Any) -> dict[str, Any]:
    return {"data": [{"id": key, "value": key} for key in ids], "total": total, **more}


@pytest.mark.parametrize(
    ("pages", "cursors"),
    [
        ([items(2, "a", "b", cursor="c1")], [None]),
        ([items(3, "a", cursor="c1"), items(3, "b", cursor="c2"), items(3, "c")], [None, "c1", "c2"]),
        ([items(3, "a", cursor="c1"), items(3)], [None, "c1"]),  # some were deleted in between
        ([items(0)], [None]),
    ],
)
def test_items_are_read_to_the_end_by_their_cursor(pages: list[dict[str, Any]], cursors: list[str | None]) -> None:
    given = Answers(*pages)
    assert list(_value_list._all_items(values(given))) == [item for one in pages for item in one["data"]]
    assert [params.get("cursor") for params in given.asked] == cursors
    assert [params["page"] for params in given.asked] == list(range(1, len(pages) + 1))
