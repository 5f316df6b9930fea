# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connectors: facts of the security reference, C and J.3."""

from __future__ import annotations

import json
from typing import Any

import pytest
from emulator_api import Api, ok, refused

from kibana_emulator import Emulator

CONNECTOR = "/api/actions/connector"
URL = {"url": "https://x.example"}


@pytest.fixture(params=["8.18.0", "9.4.3"])
def api(request: pytest.FixtureRequest) -> Api:
    return Api(Emulator(version=request.param))


def create(api: Api, kind: str, path: str = "/c1", **fields: Any) -> dict[str, Any]:
    return ok(api.post(CONNECTOR + path, {"name": "c", "connector_type_id": kind, **fields}))


def refuse(api: Api, status: int, **body: Any) -> str:
    return refused(api.post(f"{CONNECTOR}/c2", {"name": "c", "connector_type_id": ".index", **body}), status)


def test_fixture_of_the_reference() -> None:
    api = Api(Emulator("8.18.0"))
    answer = create(api, ".webhook", name="hook", config={**URL, "hasAuth": False})
    assert answer == {
        "id": "c1",
        "name": "hook",
        "connector_type_id": ".webhook",
        "config": {**URL, "method": "post", "headers": None, "hasAuth": False, "authType": None},
        "is_preconfigured": False,
        "is_deprecated": False,
        "is_missing_secrets": False,
        "is_system_action": False,
    }


def test_defaults_and_nulls_are_filled_in(api: Api) -> None:
    index = create(api, ".index", config={"index": "i"})
    assert index["config"] == {"index": "i", "refresh": False, "executionTimeField": None}
    hook = create(api, ".webhook", "", config=URL, secrets={"user": "u", "password": "p"})
    assert (hook["config"]["hasAuth"], hook["config"]["authType"]) == (True, "webhook-authentication-basic")
    assert len(hook["id"]) == 36
    assert ("is_connector_type_deprecated" in hook) is (api.emulator.version >= (9, 0))


def test_default_model_depends_on_the_version() -> None:
    secrets = {"accessKey": "a", "secret": "b"}
    models = {
        version: create(Api(Emulator(version)), ".bedrock", config={"apiUrl": "https://a"}, secrets=secrets)["config"]
        for version in ("8.18.0", "9.4.3")
    }
    assert models["8.18.0"]["defaultModel"] == "anthropic.claude-3-5-sonnet-20240620-v1:0"
    assert models["9.4.3"]["defaultModel"] == "us.anthropic.claude-sonnet-4-5-20250929-v1:0"


def test_secrets_are_nowhere(api: Api) -> None:
    answer = create(api, ".slack", secrets={"webhookUrl": "https://s3cret"})
    assert "secrets" not in answer
    everything = [ok(api.get(f"{CONNECTOR}/c1")), ok(api.get(f"{CONNECTOR}s")), ok(api.get("/_emulator/state"))]
    assert "s3cret" not in json.dumps([*everything, api.emulator.requests])


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"config": None}, "[request body.config]: expected value of type [object] but got [null]"),
        ({"config": {"index": " "}}, "[request body.config.index]: value ' ' is not valid"),
        ({"name": ""}, "[request body.name]: value '' is not valid"),
        ({"extra": 1}, "[request body.extra]: definition for this key is missing"),
        ({"config": {}}, "error validating action type config: [index]: expected value of type [string]"),
        ({"config": {"index": "i", "x": 1}}, "error validating action type config: [x]: definition"),
        ({"config": {"index": "i"}, "secrets": {"x": "y"}}, "error validating action type secrets: [x]:"),
        ({"connector_type_id": ".nope"}, 'Action type ".nope" is not registered.'),
        ({"connector_type_id": ".cases"}, "System action creation is forbidden. Action type: .cases."),
        ({"connector_type_id": ".slack"}, "error validating action type secrets: [webhookUrl]:"),
    ],
)
def test_refused_creates(api: Api, body: dict[str, Any], text: str) -> None:
    assert text in refuse(api, 400, **body)
    assert api.emulator.store("connectors", "default") == {}


def test_name_is_required(api: Api) -> None:
    text = "[request body.name]: expected value of type [string] but got [undefined]"
    assert refused(api.post(CONNECTOR, {"connector_type_id": ".index"}), 400) == text


def test_ids(api: Api) -> None:
    create(api, ".server-log")
    body = {"name": "c", "connector_type_id": ".server-log"}
    assert refused(api.post(f"{CONNECTOR}/c1", body), 409) == "Saved object [action/c1] conflict"
    assert refused(api.post(f"{CONNECTOR}/preconfigured-log", body), 400) == (
        "This preconfigured-log already exists in a preconfigured action."
    )
    assert refused(api.post(f"{CONNECTOR}/{'x' * 37}", body), 400).startswith("[request params.id]")
    ok(api.post(f"{CONNECTOR}/{'x' * 36}", body))


def test_put_resets_what_is_omitted(api: Api) -> None:
    create(api, ".email", config={"from": "a@b.c", "host": "h", "port": 25, "hasAuth": False})
    refused(api.put(f"{CONNECTOR}/c1", {"name": "n"}), 400)
    create(api, ".opsgenie", "/c3", config={"apiUrl": "https://a"}, secrets={"apiKey": "k"})
    body = {"name": "n", "config": {"apiUrl": "https://a"}}
    assert "error validating action type secrets: [apiKey]" in refused(api.put(f"{CONNECTOR}/c3", body), 400)
    marker = api.emulator.store("connectors", "default")["c3"]["secrets"]
    ok(api.put(f"{CONNECTOR}/c3", {**body, "secrets": {"apiKey": "other"}}))
    assert api.emulator.store("connectors", "default")["c3"]["secrets"] != marker
    text = "[request body.connector_type_id]: definition for this key is missing"
    assert refused(api.put(f"{CONNECTOR}/c3", {**body, "connector_type_id": ".opsgenie"}), 400) == text


def test_put_heals_missing_secrets(api: Api) -> None:
    create(api, ".teams", secrets={"webhookUrl": "https://a"})
    ok(api.post("/_emulator/connectors/c1", {"is_missing_secrets": True}))
    assert ok(api.get(f"{CONNECTOR}/c1"))["is_missing_secrets"] is True
    assert (
        ok(api.put(f"{CONNECTOR}/c1", {"name": "c", "secrets": {"webhookUrl": "https://a"}}))["is_missing_secrets"]
        is False
    )


def test_preconfigured_and_system_connectors(api: Api) -> None:
    shown = ok(api.get(f"{CONNECTOR}/preconfigured-log"))
    assert shown["is_preconfigured"] is True and not {"config", "is_missing_secrets"} & set(shown)
    refused(api.put(f"{CONNECTOR}/preconfigured-log", {"name": "n"}), 400)
    refused(api.delete(f"{CONNECTOR}/preconfigured-log"), 400)
    system = f"{CONNECTOR}/system-connector-.cases"
    assert refused(api.put(system, {"name": "n"}), 400) == "System action system-connector-.cases can not be updated."
    assert [item["id"] for item in ok(api.get("/s/other/api/actions/connectors"))] == ["preconfigured-log"]


def test_list_is_sorted_and_counts_references(api: Api) -> None:
    create(api, ".server-log", "/z", name="alpha")
    create(api, ".server-log", "/y", name="Beta")
    api.emulator.store("rules", "default")["r"] = {"actions": [{"id": "z"}, {"id": "z"}]}
    listed = ok(api.get(f"{CONNECTOR}s"))
    assert [item["name"] for item in listed] == ["alpha", "Beta", "Preconfigured server log"]
    assert [item["referenced_by_count"] for item in listed] == [2, 0, 0]
    assert "referenced_by_count" not in ok(api.get(f"{CONNECTOR}/z"))


def test_connector_lives_in_one_space(api: Api) -> None:
    create(api, ".server-log")
    assert refused(api.get(f"/s/other{CONNECTOR}/c1"), 404) == "Saved object [action/c1] not found"
    assert api.delete(f"{CONNECTOR}/c1").status_code == 204
    refused(api.delete(f"{CONNECTOR}/c1"), 404)
    refused(api.put(f"{CONNECTOR}/c1", {"name": "n"}), 404)


def test_types(api: Api) -> None:
    types = {item["id"]: item for item in ok(api.get(f"{CONNECTOR}_types"))}
    assert types[".index"]["minimum_license_required"] == "basic"
    assert ("is_deprecated" in types[".index"]) is (api.emulator.version >= (9, 0))
    cases = ok(api.get(f"{CONNECTOR}_types", feature_id="cases"))
    assert {".jira", ".cases-webhook"} <= {item["id"] for item in cases} and ".index" not in str(cases)


def test_schema_comes_before_privilege_and_privilege_before_the_rest(api: Api) -> None:
    api.session.auth = ("viewer", "viewer")
    assert "[request body.name]" in refused(api.post(CONNECTOR, {"connector_type_id": ".nope"}), 400)
    assert refuse(api, 403, connector_type_id=".nope") == 'Unauthorized to create a ".nope" action'
    assert refused(api.put(f"{CONNECTOR}/none", {"name": "n"}), 403) == "Unauthorized to update actions"
    assert refused(api.delete(f"{CONNECTOR}/none"), 403) == "Unauthorized to delete actions"
    ok(api.get(f"{CONNECTOR}s"))
    api.session.auth = ("nobody", "nobody")
    assert refused(api.get(f"{CONNECTOR}s"), 403) == "Unauthorized to get actions"
    run = api.post(f"{CONNECTOR}/preconfigured-log/_execute", {"params": {"message": "m"}})
    assert refused(run, 403) == "Unauthorized to execute actions"
    ok(api.get(f"{CONNECTOR}_types"))


def execute(api: Api, params: dict[str, Any], connector: str = "c1") -> dict[str, Any]:
    return ok(api.post(f"{CONNECTOR}/{connector}/_execute", {"params": params}))


def test_execute_answers_200_for_success_and_failure(api: Api) -> None:
    assert execute(api, {"message": "m"}, "preconfigured-log") == {
        "connector_id": "preconfigured-log", "status": "ok",
    }  # fmt: skip
    failed = execute(api, {"message": "m", "level": "loud"}, "preconfigured-log")
    assert failed["status"] == "error" and failed["retry"] is False
    assert failed["message"].startswith("error validating action params: [level]:")
    runs = api.emulator.store("executions", "default")
    assert list(runs.values()) == [
        {"id": "preconfigured-log", "type": ".server-log", "params": {"message": "m"}, "status": "ok"}
    ]
    refused(api.post(f"{CONNECTOR}/c9/_execute", {"params": {}}), 404)
    text = "[request body.params]: expected value of type [object] but got [undefined]"
    assert refused(api.post(f"{CONNECTOR}/preconfigured-log/_execute", {}), 400) == text


def test_unreachable_connector_fails(api: Api) -> None:
    create(api, ".webhook", config={"url": "https://unreachable.example", "hasAuth": False})
    answer = execute(api, {"body": "b"})
    assert (answer["status"], answer["retry"]) == ("error", True)
    assert answer["service_message"] and answer["message"]


def test_next_execute_hook_works_once(api: Api) -> None:
    create(api, ".webhook", config={**URL, "hasAuth": False})
    later = {"status": "error", "message": "slow down", "retry": "2026-01-01T00:00:00.000Z"}
    ok(api.post("/_emulator/connectors/c1", {"next_execute": later}))
    assert execute(api, {"body": "b"}) == {"connector_id": "c1", **later}
    assert execute(api, {"body": "b"})["status"] == "ok"


@pytest.mark.parametrize(
    ("kind", "config", "secrets", "params", "good"),
    [
        (".index", {"index": "i"}, {}, {"documents": [{"a": 1}]}, True),
        (".index", {"index": "i"}, {}, {"documents": {}}, False),
        (
            ".jira",
            {"apiUrl": "u", "projectKey": "k"},
            {"email": "e", "apiToken": "t"},
            {"subAction": "issueTypes"},
            True,
        ),
        (".jira", {"apiUrl": "u", "projectKey": "k"}, {"email": "e", "apiToken": "t"}, {"subAction": "nope"}, False),
        (".slack_api", {}, {"token": "t"}, {"subAction": "postMessage", "subActionParams": {"text": "t"}}, True),
        (".slack_api", {}, {"token": "t"}, {"subAction": "postBlockkit", "subActionParams": {"text": "{}"}}, False),
        (".pagerduty", {}, {"routingKey": "r"}, {"eventAction": "resolve"}, False),
        (".pagerduty", {}, {"routingKey": "r"}, {"eventAction": "trigger", "class": "c"}, True),
    ],
)
def test_params_are_checked_by_type(
    api: Api, kind: str, config: dict[str, Any], secrets: dict[str, Any], params: dict[str, Any], good: bool
) -> None:
    create(api, kind, config=config, secrets=secrets)
    assert execute(api, params)["status"] == ("ok" if good else "error")
