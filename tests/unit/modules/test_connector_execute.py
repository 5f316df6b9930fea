# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running connectors: found, checked, sent once, and a failure inside of HTTP 200 is a failure."""

from __future__ import annotations

import json
from typing import Any

import pytest
from harness import Kibana

LOG = {"id": "log", "name": "Log", "connector_type_id": ".server-log"}
MESSAGE = {"params": {"message": "hello"}}
EXECUTE = "POST /api/actions/connector/log/_execute"


@pytest.fixture
def ready(any_kibana: Kibana) -> Kibana:
    """A Kibana with a connector to its log."""
    any_kibana.ok("connector", LOG)
    any_kibana.seen()
    return any_kibana


def runs(kibana: Kibana) -> list[dict[str, Any]]:
    return list(kibana.emulator.store("executions", "default").values())


@pytest.mark.parametrize("which", [{"id": "log"}, {"name": "Log"}, {"name": "Log", "connector_type_id": ".server-log"}])
def test_a_connector_runs_once_at_every_task(ready: Kibana, which: dict[str, str]) -> None:
    for number in (1, 2):
        result = ready.ok("connector_execute", {**which, **MESSAGE})
        assert result["changed"]
        assert result["execution"] == {"status": "ok", "connector_id": "log"}
        assert ready.writes() == [EXECUTE]
        assert len(runs(ready)) == number
    assert runs(ready)[0]["params"] == {"message": "hello"}


@pytest.mark.parametrize("which", [{"id": "log"}, {"name": "Log"}])
def test_check_mode_finds_and_validates_and_sends_nothing(ready: Kibana, which: dict[str, str]) -> None:
    result = ready.ok("connector_execute", {**which, **MESSAGE}, check=True)
    assert result["changed"]
    assert result["execution"] == {"connector_id": "log", "status": "(known after apply)"}
    assert "params.message is missing" in ready.fails("connector_execute", {**which, "params": {}}, check=True)["msg"]
    assert ready.writes() == []


def test_in_check_mode_the_connector_may_be_yet_to_come(kibana: Kibana) -> None:
    result = kibana.ok("connector_execute", {"name": "later", **MESSAGE}, check=True)
    assert result["changed"]
    assert result["execution"]["connector_id"] == "(known after apply)"
    assert "There is no connector with the name 'later'" in result["warnings"][0]
    result = kibana.fails("connector_execute", {"name": "later", **MESSAGE})
    assert result["msg"] == (
        "There is no connector with the name 'later' in this space: create it first, or correct the task."
    )
    wrong = {"id": "later", "connector_type_id": ".email", **MESSAGE}
    assert "params.subject is missing" in kibana.fails("connector_execute", wrong, check=True)["msg"]


def test_an_error_inside_http_200_fails_the_task(ready: Kibana) -> None:
    answer = {"status": "error", "message": "it broke", "service_message": "no such host", "retry": True}
    ready.call("POST", "/_emulator/connectors/log", {"next_execute": answer})
    result = ready.fails("connector_execute", {"id": "log", **MESSAGE})
    assert result["msg"] == "Connector 'Log' (log, .server-log) failed: it broke: no such host."
    assert result["execution"] == result["error"] == {**answer, "connector_id": "log"}
    assert [result[key] for key in ("status", "method", "path")] == [200, *EXECUTE.split(" ")]
    assert ready.writes().count(EXECUTE) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_refusal_is_not_repeated(ready: Kibana, status: int) -> None:
    ready.fault(method="POST", path="/api", status=status, body={"message": "no"}, headers={"Retry-After": "1"})
    result = ready.fails("connector_execute", {"id": "log", "kibana_retries": 5, **MESSAGE})
    assert ready.writes().count(EXECUTE) == 1
    assert ready.waits == []
    assert result["status"] == status
    assert ("may have been executed" in result["msg"]) is (status > 500)
    assert ("never repeats" in result["msg"]) is (status == 429)


@pytest.mark.parametrize("fault", [{"cut": "before"}, {"cut": "after"}, {"delay_ms": 90_000}])
def test_a_lost_answer_says_that_it_may_have_run(ready: Kibana, fault: dict[str, Any]) -> None:
    ready.fault(method="POST", path="/api", **fault)
    result = ready.fails("connector_execute", {"id": "log", **MESSAGE})
    assert result["msg"].endswith(
        "The connector may have been executed all the same: find out before you run the task again."
    )
    assert len(runs(ready)) <= 1
    assert ready.writes().count(EXECUTE) == 1


def test_an_answer_that_says_nothing_is_no_success(ready: Kibana) -> None:
    ready.fault(method="POST", path="/api", status=200, body={"connector_id": "log"})
    assert "Kibana gives no reason" in ready.fails("connector_execute", {"id": "log", **MESSAGE})["msg"]


def test_which_connector(ready: Kibana) -> None:
    result = ready.fails("connector_execute", {"id": "log", "connector_type_id": ".slack", **MESSAGE})
    assert result["msg"] == "Connector log is of type .server-log, and not .slack."
    ready.ok("connector", {**LOG, "id": "log2"})
    assert "2 connectors have the name 'Log'" in ready.fails("connector_execute", {"name": "Log", **MESSAGE})["msg"]
    assert "mutually exclusive" in ready.fails("connector_execute", {"name": "Log", "id": "log", **MESSAGE})["msg"]
    assert "required" in ready.fails("connector_execute", MESSAGE)["msg"]
    assert runs(ready) == []


def test_a_space_has_its_own_connectors(ready: Kibana) -> None:
    ready.call("POST", "/api/spaces/space", {"id": "soc", "name": "SOC"})
    assert "no connector" in ready.fails("connector_execute", {"id": "log", "space": "soc", **MESSAGE})["msg"]
    ready.ok("connector", {**LOG, "space": "soc"})
    assert ready.ok("connector_execute", {"id": "log", "space": "soc", **MESSAGE})["changed"]
    assert len(ready.emulator.store("executions", "soc")) == 1 and runs(ready) == []


def test_a_reader_may_run_and_nobody_may_not(ready: Kibana) -> None:
    viewer, nobody = ({f"kibana_{key}": name for key in ("username", "password")} for name in ("viewer", "nobody"))
    assert ready.ok("connector_execute", {"id": "log", **viewer, **MESSAGE})["changed"]
    assert ready.fails("connector_execute", {"id": "log", **nobody, **MESSAGE})["status"] == 403


def test_validation_can_be_switched_off(ready: Kibana) -> None:
    result = ready.fails("connector_execute", {"id": "log", "validate": False, "params": {"level": "loud"}})
    assert "error validating action params" in result["msg"], "that was Kibana"


def act(action: str, **params: Any) -> dict[str, Any]:
    return {"subAction": action, "subActionParams": params}


def push(**incident: Any) -> dict[str, Any]:
    return act("pushToService", incident=incident, comments=[{"comment": "c", "commentId": "1"}])


SERVICENOW = {"config": {"apiUrl": "https://a.example"}, "secrets": {"username": "u", "password": "p"}}
WEB = {"url": "https://a.example", "hasAuth": False}
CASES = dict.fromkeys(
    [
        "createIncidentUrl",
        "createIncidentJson",
        "createIncidentResponseKey",
        "getIncidentUrl",
        "viewIncidentUrl",
        "getIncidentResponseExternalTitleKey",
        "updateIncidentJson",
        "updateIncidentUrl",
    ],
    "https://a.example",
)
URL, TOKEN = {"url": "https://a.example"}, {"secrets": {"token": "t0ken"}}
API, KEY = {"apiUrl": "https://a.example"}, {"secrets": {"apiKey": "k3y"}}
# What makes a connector of each type, and what it takes.
ACCEPTED: list[tuple[str, dict[str, Any], list[dict[str, Any]]]] = [
    (".server-log", {}, [{"message": "m", "level": "trace"}]),
    (".index", {"config": {"index": "i"}}, [{"documents": [{"a": None}, {}]}, {"documents": [], "indexOverride": "j"}]),
    (
        ".email",
        {"config": {"from": "a@b.example", "host": "h", "port": 25, "hasAuth": False}},
        [{"bcc": ["x@y.example"], "subject": "s", "message": "m", "messageHTML": "<b>m</b>"}],
    ),
    (".slack", {"secrets": {"webhookUrl": "https://s"}}, [{"message": "m"}]),
    (".teams", {"secrets": {"webhookUrl": "https://s"}}, [{"message": "m"}]),
    (".webhook", {"config": WEB}, [{"body": "text"}, {"body": {"a": 1}}, {"body": [1]}, {}]),
    (
        ".pagerduty",
        {"secrets": {"routingKey": "r"}},
        [
            {"eventAction": "acknowledge", "dedupKey": "k" * 255},
            {"eventAction": "resolve", "dedupKey": "k"},
            {
                "eventAction": "trigger",
                "summary": "s" * 1024,
                "severity": "critical",
                "customDetails": {"a": 1},
                "links": [{"href": "https://l", "text": "l"}],
            },
        ],
    ),
    (".torq", {"config": {"webhookIntegrationUrl": "https://t"}, **TOKEN}, [{"body": {"a": 1}}]),
    (".xmatters", {"secrets": {"secretsUrl": "https://x"}, "config": {"usesBasic": False}}, [{"severity": "high"}]),
    (
        ".slack_api",
        TOKEN,
        [
            act("postMessage", text="t", channelIds=["C1"]),
            act("postBlockkit", text={"blocks": []}, channelIds=["C1"]),
            act("postBlockkit", text='{"blocks": []}', channelIds=["C1"]),
            act("validChannelId", channelId="C1"),
        ],
    ),
    (
        ".jira",
        {"config": {**API, "projectKey": "P"}, "secrets": {"email": "e", "apiToken": "t"}},
        [
            {"subAction": "issueTypes"},
            {"subAction": "getFields"},
            act("getIncident", externalId="1"),
            act("issue", id="1"),
            act("issues", title="t"),
            act("fieldsByIssueType", id="1"),
            push(summary="s", labels=["a-b"], otherFields={"x": 1}),
        ],
    ),
    (
        ".servicenow",
        SERVICENOW,
        [
            act("getChoices", fields=["severity"]),
            push(short_description="s", additional_fields={"u": 1}),
            act("closeIncident", incident={"externalId": "1"}),
            act("closeIncident", incident={"correlation_id": "c" * 100}),
        ],
    ),
    (".servicenow-sir", SERVICENOW, [push(short_description="s", priority="1", dest_ip="10.0.0.1")]),
    (".servicenow-itom", SERVICENOW, [act("addEvent", severity="1", additional_info={"a": 1})]),
    (
        ".swimlane",
        {"config": {**API, "appId": "a", "connectorType": "all"}, "secrets": {"apiToken": "t"}},
        [push(caseId="1", caseName="c")],
    ),
    (
        ".resilient",
        {"config": {**API, "orgId": "1"}, "secrets": {"apiKeyId": "i", "apiKeySecret": "s"}},
        [push(name="n", incidentTypes=[1001]), {"subAction": "severity"}],
    ),
    (".cases-webhook", {"config": {**CASES, "hasAuth": False}}, [push(title="t", tags=["a"])]),
    (
        ".opsgenie",
        {"config": API, **KEY},
        [
            act(
                "createAlert",
                message="m",
                priority="P1",
                responders=[{"type": "team", "name": "soc"}],
                visibleTo=[{"type": "user", "username": "u"}],
            ),
            act("closeAlert", alias="a"),
        ],
    ),
    (
        ".thehive",
        {"config": URL, **KEY},
        [
            act("createAlert", title="t", description="d", type="y", source="s", sourceRef="r", severity="4", tlp=0),
            push(title="t", description="d"),
        ],
    ),
    (
        ".tines",
        {"config": URL, "secrets": {"email": "e", "token": "t"}},
        [
            {"subAction": "stories"},
            act("webhooks", storyId="12"),
            act("run", webhookUrl="https://w", body={"a": 1}),
            act("test", webhook={"id": 1}, body="{}"),
        ],
    ),
    (".d3security", {"config": URL, **TOKEN}, [act("run", body={"a": 1}, severity="high")]),
    (
        ".gen-ai",
        {"config": {**API, "apiProvider": "OpenAI"}, **KEY},
        [
            act("run", body={"messages": []}),
            act("stream", body="{}", stream="true"),
            act("invokeAI", messages=[{"role": "user", "content": "hi"}]),
            act("getDashboard", dashboardId="d"),
        ],
    ),
    (
        ".bedrock",
        {"config": API, "secrets": {"accessKey": "a", "secret": "s"}},
        [act("invokeAIRaw", messages=[{"role": "user", "rawContent": []}]), act("test", body="{}", raw=True)],
    ),
    (
        ".gemini",
        {"config": {**API, "gcpRegion": "r", "gcpProjectID": "p"}, "secrets": {"credentialsJson": "{}"}},
        [act("invokeStream", messages=[{"role": "user", "content": "hi"}]), act("run", body={"a": 1})],
    ),
]
TAKEN = [
    pytest.param(kind, made, params, id=f"{kind}-{n}")
    for kind, made, all_of in ACCEPTED
    for n, params in enumerate(all_of)
]


@pytest.mark.parametrize(("kind", "made", "params"), TAKEN)
def test_what_is_valid_is_accepted_by_kibana_too(
    kibana: Kibana, kind: str, made: dict[str, Any], params: dict[str, Any]
) -> None:
    kibana.ok("connector", {"id": "c", "name": "c", "connector_type_id": kind, **made})
    result = kibana.ok("connector_execute", {"id": "c", "params": params})
    assert result["execution"]["status"] == "ok"
    assert kibana.emulator.violations == []


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    (".server-log", {}, "params.message is missing"),
    (".server-log", {"message": {"a": 1}}, "params.message must be a text"),
    (".server-log", {"message": "m", "level": "loud"}, "must be one of trace, debug, info, warn, error, fatal"),
    (".index", {}, "params.documents is missing"),
    (".index", {"documents": {"a": 1}}, "params.documents must be a list of dicts"),
    (".index", {"documents": ["a"]}, "params.documents[0] must be a dict"),
    (".email", {"subject": "s", "message": "m", "to": []}, "name a recipient"),
    (".email", {"subject": "s", "message": "m", "to": "a@b.example"}, "params.to must be a list"),
    (".email", {"message": "m", "to": ["a@b.example"]}, "params.subject is missing"),
    (".slack", {}, "params.message is missing"),
    (".teams", {"message": None}, "params.message is missing"),
    (".pagerduty", {}, "params.eventAction is missing"),
    (".pagerduty", {"eventAction": "close"}, "must be one of trigger, resolve, acknowledge"),
    (".pagerduty", {"eventAction": "resolve"}, "params.dedupKey is missing"),
    (".pagerduty", {"eventAction": "acknowledge", "dedupKey": ""}, "params.dedupKey is missing"),
    (".pagerduty", {"eventAction": "trigger", "dedupKey": "k" * 256}, "more than 255 characters"),
    (".pagerduty", {"eventAction": "trigger", "summary": "k" * 1025}, "more than 1024 characters"),
    (".pagerduty", {"eventAction": "trigger", "severity": "high"}, "params.severity is 'high'"),
    (".pagerduty", {"eventAction": "trigger", "links": [{"href": "h"}]}, "params.links[0].text is missing"),
    (".torq", {}, "params.body is missing"),
    (".xmatters", {}, "params.severity is missing"),
    (".slack_api", {}, "params.subAction is missing"),
    (".slack_api", act("shout"), "must be one of validChannelId, postMessage, postBlockkit"),
    (".slack_api", {"subAction": "postMessage"}, "params.subActionParams.text is missing"),
    (".slack_api", act("postMessage", text="t", channelIds=["a", "b"]), "channelIds has more than 1 elements"),
    (".slack_api", act("postBlockkit", text="t"), "must be JSON with blocks"),
    (".slack_api", act("validChannelId"), "channelId is missing"),
    (".jira", push(), "incident.summary is missing"),
    (".jira", push(summary="s", labels=["a b"]), "cannot contain spaces"),
    (".jira", act("getIncident"), "externalId is missing"),
    (".jira", act("issue"), "subActionParams.id is missing"),
    (".jira", act("issues"), "subActionParams.title is missing"),
    (".jira", {"subAction": "pushToService", "subActionParams": "x"}, "params.subActionParams must be a dict"),
    (".servicenow", push(), "incident.short_description is missing"),
    (".servicenow", act("closeIncident", incident={}), "must have externalId or correlation_id"),
    (".servicenow", act("closeIncident", incident={"correlation_id": "c" * 101}), "more than 100 characters"),
    (".servicenow", act("getChoices"), "subActionParams.fields is missing"),
    (".servicenow-sir", act("closeIncident", incident={"externalId": "1"}), "subAction is 'closeIncident'"),
    (".servicenow-itom", push(), "must be one of getChoices, addEvent"),
    (".swimlane", act("pushToService"), "subActionParams.incident is missing"),
    (".resilient", push(), "incident.name is missing"),
    (".cases-webhook", push(), "incident.title is missing"),
    (".opsgenie", act("createAlert"), "subActionParams.message is missing"),
    (".opsgenie", act("createAlert", message="m", priority="P6"), "must be one of P1, P2, P3, P4, P5"),
    (".opsgenie", act("createAlert", message="m", responders=[{"type": "user"}]), "[0] must have id or username"),
    (".opsgenie", act("createAlert", message="m", visibleTo=[{"type": "all"}]), "visibleTo[0].type is 'all'"),
    (".opsgenie", act("closeAlert"), "subActionParams.alias is missing"),
    (".thehive", act("createAlert", title="t"), "subActionParams.description is missing"),
    (".thehive", push(title="t", description="d", severity=5), "must be a number from 1 to 4"),
    (".thehive", push(title="t", description="d", tlp="red"), "must be a number from 0 to 4"),
    (".tines", act("run", body="{}"), "must have webhook or webhookUrl"),
    (".tines", act("webhooks"), "storyId is missing"),
    (".d3security", act("stop"), "must be one of run, test"),
    (".gen-ai", act("invokeAI"), "messages is missing"),
    (".gen-ai", act("stream", body="{}", stream="maybe"), "must be true or false"),
    (".bedrock", act("run"), "subActionParams.body is missing"),
    (".gemini", act("getDashboard"), "dashboardId is missing"),
]


@pytest.mark.parametrize(("kind", "params", "text"), REFUSED)
def test_what_is_invalid_is_refused_before_any_request(
    kibana: Kibana, kind: str, params: dict[str, Any], text: str
) -> None:
    for check in (True, False):
        result = kibana.fails(
            "connector_execute", {"id": "c", "connector_type_id": kind, "params": params}, check=check
        )
        assert text in result["msg"]
        assert result["msg"].startswith(f"This is not what a connector of type {kind}")
    assert kibana.seen() == []


def test_every_documented_type_is_tested() -> None:
    from ansible_collections.stackops.kibana.plugins.module_utils._connector_types import FLAT, SUB_ACTIONS

    assert {case[0] for case in ACCEPTED} == {*FLAT, *SUB_ACTIONS}
    assert {case[0] for case in REFUSED} == {*FLAT, *SUB_ACTIONS} - {".webhook"}  # nothing about it can be wrong


def test_a_dict_where_kibana_wants_json_is_written_as_json(kibana: Kibana) -> None:
    kibana.ok("connector", {"id": "c", "name": "c", "connector_type_id": ".webhook", "config": WEB})
    kibana.ok("connector_execute", {"id": "c", "params": {"body": {"a": "ä", "b": None}}})
    assert json.loads(runs(kibana)[0]["params"]["body"]) == {"a": "ä", "b": None}


def test_nulls_in_documents_are_kept(kibana: Kibana) -> None:
    kibana.ok("connector", {"id": "c", "name": "c", "connector_type_id": ".index", "config": {"index": "i"}})
    kibana.ok("connector_execute", {"id": "c", "params": {"documents": [{"a": None}]}})
    assert runs(kibana)[0]["params"] == {"documents": [{"a": None}]}


def test_an_unknown_type_takes_anything(kibana: Kibana) -> None:
    made = {"config": URL, "secrets": {"clientId": "c", "clientSecret": "s"}}
    kibana.ok("connector", {"id": "c", "name": "c", "connector_type_id": ".crowdstrike", **made})
    kibana.ok("connector_execute", {"id": "c", "params": {"anything": [None, {"goes": 1}]}})
    assert runs(kibana)[0]["params"] == {"anything": [None, {"goes": 1}]}
