# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases, their comments and their configuration: facts of the platform reference, section C."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from emulator_api import Api, ok, refused

from kibana_emulator import Emulator

CASES = "/api/cases"
NONE = {"id": "none", "name": "none", "type": ".none", "fields": None}
JIRA = {"id": "j", "name": "Jira", "type": ".jira", "fields": {"issueType": "10006", "priority": None, "parent": None}}
BODY = {
    "title": "t", "description": "d", "tags": ["b", "a"], "connector": NONE, "settings": {"syncAlerts": True},
    "owner": "securitySolution",
}  # fmt: skip
TEXT = {"type": "user", "comment": "seen", "owner": "securitySolution"}
ALERT = {
    "type": "alert", "alertId": "a1", "index": "i", "rule": {"id": "r", "name": "R"}, "owner": "securitySolution",
}  # fmt: skip


@pytest.fixture(params=["8.18.0", "9.4.3"])
def api(request: pytest.FixtureRequest) -> Iterator[Api]:
    api = Api(Emulator(version=request.param))
    yield api
    assert api.emulator.violations == []
    assert api.emulator.crashes == []


def create(api: Api, **fields: Any) -> dict[str, Any]:
    return dict(ok(api.post(CASES, {**BODY, **fields})))


def patch(api: Api, case: dict[str, Any], **fields: Any) -> Any:
    return api.patch(CASES, {"cases": [{"id": case["id"], "version": case["version"], **fields}]})


def configure(api: Api, *fields: dict[str, Any]) -> dict[str, Any]:
    body = {"owner": "securitySolution", "connector": NONE, "closure_type": "close-by-user", "customFields": fields}
    return dict(ok(api.post(CASES + "/configure", body)))


def field(key: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    return {"key": key, "label": key.title(), "type": kind, "required": False, **more}


def test_a_new_case(api: Api) -> None:
    case = create(api, title="  t ", tags=[" b", "a"])
    assert ok(api.get(f"{CASES}/{case['id']}")) == case
    assert (case["title"], case["tags"], case["status"], case["severity"]) == ("t", ["b", "a"], "open", "low")
    for name in ("category", "closed_at", "closed_by", "duration", "external_service", "updated_at", "updated_by"):
        assert case[name] is None
    assert case["assignees"] == case["customFields"] == case["comments"] == []
    assert case["created_by"]["username"] == "elastic"
    assert (case["totalComment"], case["totalAlerts"], case["connector"]) == (0, 0, NONE)


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "open"},
        {"unknown": 1},
        {"title": "  "},
        {"title": "x" * 161},
        {"tags": [""]},
        {"tags": ["x"] * 201},
        {"category": " "},
        {"severity": "none"},
        {"owner": "me"},
        {"connector": {"id": "none"}},
        {"connector": {**JIRA, "fields": {"issueType": "1"}}},
        {"connector": {**JIRA, "type": ".new"}},
        {"settings": {}},
        {"assignees": [{"uid": str(number)} for number in range(11)]},
        {"customFields": [{"key": "k", "type": "text", "value": "v"}]},
    ],
)
def test_what_a_new_case_must_not_have(api: Api, fields: dict[str, Any]) -> None:
    refused(api.post(CASES, {**BODY, **fields}), 400)
    assert ok(api.get(CASES + "/_find"))["total"] == 0


@pytest.mark.parametrize("name", BODY)
def test_what_a_new_case_must_have(api: Api, name: str) -> None:
    refused(api.post(CASES, {key: value for key, value in BODY.items() if key != name}), 400)


def test_an_update_and_its_locks(api: Api) -> None:
    case = create(api)
    (changed,) = ok(patch(api, case, title=" new ", connector=JIRA, assignees=[{"uid": "u"}, {"uid": "u"}]))
    assert (changed["title"], changed["connector"], changed["assignees"]) == ("new", JIRA, [{"uid": "u"}])
    assert changed["version"] != case["version"]
    assert changed["updated_by"]["username"] == "elastic"
    assert "have been updated" in refused(patch(api, case, title="x"), 409)
    assert "identical" in refused(patch(api, changed, title="new", tags=["a", "b"]), 406)
    assert "do not exist" in refused(patch(api, {**case, "id": "none"}, title="x"), 404)
    refused(patch(api, changed, owner="cases"), 400)
    refused(patch(api, changed, status="done"), 400)
    refused(api.patch(CASES, {"cases": [{"id": case["id"], "title": "x"}]}), 400)
    refused(api.patch(CASES, {"cases": []}), 400)
    (bare,) = ok(patch(api, changed, category="c"))
    assert ok(patch(api, bare, category=None))[0]["category"] is None


def test_several_are_changed_together_or_not_at_all(api: Api) -> None:
    one, two = create(api), create(api, title="u")
    wanted = [{"id": case["id"], "version": case["version"], "title": "t"} for case in (one, two)]
    refused(api.patch(CASES, {"cases": [wanted[1], {**wanted[0], "version": "old"}]}), 409)
    assert [case["id"] for case in ok(api.patch(CASES, {"cases": wanted}))] == [two["id"]]


def test_closing_and_opening(api: Api) -> None:
    (closed,) = ok(patch(api, create(api), status="closed"))
    assert closed["closed_at"]
    assert closed["closed_by"]["username"] == "elastic"
    assert closed["duration"] == 0
    (opened,) = ok(patch(api, closed, status="in-progress"))
    assert opened["closed_at"] is opened["closed_by"] is opened["duration"] is None


def test_deleting(api: Api) -> None:
    one, two = create(api), create(api)
    ok(api.post(f"{CASES}/{one['id']}/comments", TEXT))
    refused(api.delete(CASES, ids=json.dumps([one["id"], "none"])), 404)
    refused(api.delete(CASES, ids="[]"), 400)
    assert api.delete(CASES, ids=json.dumps([one["id"]])).status_code == 204
    assert api.delete(CASES, ids=[two["id"]]).status_code == 204
    refused(api.get(f"{CASES}/{one['id']}"), 404)
    assert api.emulator.state()["spaces"]["default"]["case_comments"] == {}


def test_custom_fields(api: Api) -> None:
    configure(api, field("a"), field("b", "toggle", defaultValue=True), field("c", required=True, defaultValue="x"))
    case = create(api, customFields=[{"key": "c", "type": "text", "value": "y"}])
    shown = {item["key"]: item["value"] for item in case["customFields"]}
    assert list(shown.items()) == [("c", "y"), ("a", None), ("b", True)]
    (changed,) = ok(patch(api, case, customFields=[{"key": "a", "type": "text", "value": "z"}]))
    assert {item["key"]: item["value"] for item in changed["customFields"]} == {"a": "z", "b": True, "c": "x"}
    for wrong in (
        [{"key": "a", "type": "toggle", "value": True}],
        [{"key": "a", "type": "text", "value": True}],
        [{"key": "a", "type": "text", "value": " "}],
        [{"key": "d", "type": "text", "value": "x"}],
        [{"key": "c", "type": "text", "value": None}],
        [{"key": "a", "type": "text", "value": "x"}] * 2,
    ):
        refused(patch(api, changed, customFields=wrong), 400)


def test_a_required_field_without_default_must_be_sent(api: Api) -> None:
    configure(api, field("a", required=True))
    refused(api.post(CASES, BODY), 400)


def test_what_is_newer_than_8_18() -> None:
    old, new = Api(Emulator(version="8.18.0")), Api(Emulator(version="9.4.3"))
    settings = {"syncAlerts": True, "extractObservables": True}
    refused(old.post(CASES, {**BODY, "settings": settings}), 400)
    assert create(new, settings=settings)["settings"] == settings
    assert create(new)["settings"] == {"syncAlerts": True, "extractObservables": False}
    configure(new, field("n", "number"))
    create(new, customFields=[{"key": "n", "type": "number", "value": 3}])
    refused(old.post(CASES, {**BODY, "customFields": [{"key": "n", "type": "number", "value": 3}]}), 400)


def found(api: Api, **query: Any) -> list[str]:
    return [case["title"] for case in ok(api.get(CASES + "/_find", **query))["cases"]]


def test_finding(api: Api) -> None:
    create(api, title="Can't log in", tags=["x"], category="c", assignees=[{"uid": "u"}])
    create(api, title="log in twice", severity="high", description="about mail")
    (closed,) = ok(patch(api, create(api, title="other", owner="cases"), status="closed"))
    ok(api.post(f"{CASES}/{closed['id']}/comments", {**TEXT, "owner": "cases"}))
    whole = ok(api.get(CASES + "/_find"))
    assert (whole["total"], whole["page"], whole["per_page"]) == (3, 1, 20)
    assert (whole["count_open_cases"], whole["count_in_progress_cases"], whole["count_closed_cases"]) == (2, 0, 1)
    assert all(case["comments"] == [] for case in whole["cases"])
    assert {case["title"]: case["totalComment"] for case in whole["cases"]}["other"] == 1
    for query, titles in (
        ({"search": '"log in"', "searchFields": "title"}, {"Can't log in", "log in twice"}),
        ({"search": '"CAN\'T LOG"'}, {"Can't log in"}),
        ({"search": "mail twice", "defaultSearchOperator": "AND"}, {"log in twice"}),
        ({"search": "!!!"}, set()),
        ({"status": "closed"}, {"other"}),
        ({"status": ["open", "closed"], "owner": ["cases"]}, {"other"}),
        ({"severity": "high"}, {"log in twice"}),
        ({"tags": ["x", "y"]}, {"Can't log in"}),
        ({"category": "c"}, {"Can't log in"}),
        ({"assignees": "u"}, {"Can't log in"}),
        ({"assignees": "none"}, {"other", "log in twice"}),
        ({"reporters": "nobody"}, set()),
        ({"from": "now-1h", "reporters": "elastic"}, {"other", "log in twice", "Can't log in"}),
        ({"to": "now-1h"}, set()),
    ):
        assert set(found(api, **query)) == titles, query
    assert found(api, sortField="title", sortOrder="asc") == ["Can't log in", "log in twice", "other"]
    assert found(api, sortField="severity")[0] == "log in twice"
    assert len(found(api, perPage=2, page=2)) == 1
    for query in ({"perPage": 101}, {"page": 101, "perPage": 100}, {"sortField": "x"}, {"unknown": 1}, {"page": 0}):
        refused(api.get(CASES + "/_find", **query), 400)


def test_tags_reporters_and_counts(api: Api) -> None:
    create(api)
    create(api, owner="cases", tags=["c", "a"])
    assert ok(api.get(CASES + "/tags")) == ["a", "b", "c"]
    assert ok(api.get(CASES + "/tags", owner="cases")) == ["a", "c"]
    assert [user["username"] for user in ok(api.get(CASES + "/reporters"))] == ["elastic"]
    assert ok(api.get(CASES + "/reporters", owner="observability")) == []
    assert ok(api.get(CASES + "/status"))["count_open_cases"] == 2


def test_who_may_do_what() -> None:
    emulator = Emulator()
    case = create(Api(emulator))
    create(Api(emulator), owner="cases", title="mine")
    emulator.add_user("helper", "helper", ["cases-cases-read", "cases-cases-all"])
    helper, viewer, nobody = (Api(emulator, (name, name)) for name in ("helper", "viewer", "nobody"))
    assert found(helper) == ["mine"]
    refused(helper.get(f"{CASES}/{case['id']}"), 403)
    refused(helper.post(CASES, BODY), 403)
    assert len(found(viewer)) == 2
    refused(patch(viewer, case, title="x"), 403)
    refused(viewer.delete(CASES, ids=json.dumps([case["id"]])), 403)
    for path in ("_find", "tags", "reporters", "configure"):
        refused(nobody.get(f"{CASES}/{path}"), 403)
    assert ok(Api(emulator).get("/s/other/api/cases/_find"))["total"] == 0


def test_comments(api: Api) -> None:
    case = create(api)
    path = f"{CASES}/{case['id']}/comments"
    refused(api.delete(path), 404)
    after = ok(api.post(path, TEXT))
    assert after["version"] != case["version"]
    assert (after["totalComment"], after["comments"][0]["comment"]) == (1, "seen")
    (comment,) = ok(api.get(path + "/_find"))["comments"]
    assert ok(api.get(f"{path}/{comment['id']}")) == comment
    change = {**TEXT, "id": comment["id"], "version": comment["version"], "comment": "twice"}
    changed = ok(api.patch(path, change))["comments"][0]
    assert changed["comment"] == "twice"
    assert changed["updated_by"]["username"] == "elastic"
    refused(api.patch(path, change), 409)
    newest = {**change, "version": changed["version"]}
    refused(api.patch(path, {**newest, "id": "none"}), 404)
    refused(api.patch(path, {**newest, "owner": "cases"}), 400)
    refused(api.patch(path, {**ALERT, "id": comment["id"], "version": changed["version"]}), 400)
    refused(api.patch(f"{CASES}/{create(api)['id']}/comments", newest), 404)
    refused(api.delete(f"{path}/none"), 404)
    refused(api.delete(f"{CASES}/none/comments/{comment['id']}"), 404)
    assert api.delete(f"{path}/{comment['id']}").status_code == 204
    refused(api.get(f"{path}/{comment['id']}"), 404)
    assert ok(api.get(f"{CASES}/{case['id']}"))["totalComment"] == 0


def test_comments_that_are_refused(api: Api) -> None:
    path = f"{CASES}/{create(api)['id']}/comments"
    refused(api.post(path, {**TEXT, "comment": " "}), 400)
    refused(api.post(path, {**TEXT, "comment": "x" * 30_001}), 400)
    refused(api.post(path, {**TEXT, "owner": "cases"}), 400)
    refused(api.post(path, {**TEXT, "more": 1}), 400)
    refused(api.post(path, {**TEXT, "type": "other"}), 400)
    refused(api.post(path, {**ALERT, "alertId": ["a", "b"]}), 400)
    refused(api.post(f"{CASES}/none/comments", TEXT), 404)


def test_alerts(api: Api) -> None:
    case = create(api)
    path = f"{CASES}/{case['id']}/comments"
    ok(api.post(path, ALERT))
    ok(api.post(path, {**ALERT, "alertId": ["a1", "a2"], "index": ["i", "j"]}))
    assert ok(api.post(path, ALERT))["totalAlerts"] == 2
    alerts = ok(api.get(f"{CASES}/{case['id']}/alerts"))
    assert [(alert["id"], alert["index"]) for alert in alerts] == [("a1", "i"), ("a2", "j")]
    assert [item["id"] for item in ok(api.get(CASES + "/alerts/a2"))] == [case["id"]]
    assert ok(api.get(CASES + "/alerts/a3")) == []
    assert api.delete(path).status_code == 204
    (closed,) = ok(patch(api, ok(api.get(f"{CASES}/{case['id']}")), status="closed"))
    assert closed["totalAlerts"] == 0
    refused(api.post(path, ALERT), 400)


def test_the_configuration(api: Api) -> None:
    assert ok(api.get(CASES + "/configure")) == []
    first = configure(api, field("a"))
    second = configure(api, field("a"), field("b"))
    assert first["id"] != second["id"]
    assert [item["id"] for item in ok(api.get(CASES + "/configure", owner="securitySolution"))] == [second["id"]]
    case = create(api, customFields=[{"key": "b", "type": "text", "value": "v"}])
    path = f"{CASES}/configure/{second['id']}"
    refused(api.patch(path, {"version": "old", "closure_type": "close-by-user"}), 409)
    refused(api.patch(path, {"version": second["version"], "owner": "cases"}), 400)
    refused(api.patch(path, {"version": second["version"], "customFields": [field("a", "toggle")]}), 400)
    refused(api.patch(path, {"version": second["version"], "customFields": [field("a"), field("a")]}), 400)
    refused(api.patch(CASES + "/configure/none", {"version": "x"}), 404)
    changed = ok(api.patch(path, {"version": second["version"], "customFields": [field("a")]}))
    assert changed["version"] != second["version"]
    assert [item["key"] for item in ok(api.get(f"{CASES}/{case['id']}"))["customFields"]] == ["a"]


def test_the_data_set_belongs_together() -> None:
    api = Api(Emulator(seed="soc"))
    assert len(found(api)) == 3
    assert [user["username"] for user in ok(api.get(CASES + "/reporters"))] == ["anna", "boris"]
    assert [case["title"] for case in ok(api.get(CASES + "/alerts/alert-2"))] == ["Brute force on web-01"]
