# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is particular to connectors: secrets that every update drops, names that are not unique, rules that use them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from harness import Kibana, without_invocation

LIST, ITEM = "/api/actions/connectors", "/api/actions/connector"
LOG = {"name": "log", "connector_type_id": ".server-log"}
SLACK = {"id": "s", "name": "slack", "connector_type_id": ".slack_api", "secrets": {"token": "xoxb-s3cret"}}
MAIL = {
    "id": "m",
    "name": "mail",
    "connector_type_id": ".email",
    "config": {"from": "a@example.com", "host": "mail.example", "port": 443, "hasAuth": False},
}
PRECONFIGURED = "preconfigured-log"


def test_an_update_without_secrets_is_refused(any_kibana: Kibana) -> None:
    any_kibana.ok("connector", SLACK)
    any_kibana.seen()
    for check in (True, False):
        result = any_kibana.fails("connector", {"id": "s", "name": "other"}, check=check)
        assert result["msg"] == (
            "Kibana drops the secrets of a connector at every update, so changing 'slack' (.slack_api) needs them"
            " again: give secrets, or secrets: {} if it has none."
        )
    assert any_kibana.writes() == []
    assert not any_kibana.ok("connector", {"id": "s", "name": "slack"})["changed"], "nothing to change, nothing to lose"


def test_no_secrets_can_be_stated(kibana: Kibana) -> None:
    hook = {"id": "h", "name": "hook", "connector_type_id": ".webhook", "config": {"url": "https://a.example"}}
    kibana.ok("connector", hook)
    assert "give secrets" in kibana.fails("connector", {"id": "h", "name": "b"})["msg"]
    stated = {"id": "h", "name": "b", "secrets": {}, "update_secrets": "always"}
    assert kibana.ok("connector", stated)["changed"]
    assert not kibana.ok("connector", stated)["changed"], "an empty dict is no secret to send"
    assert kibana.ok("connector", {"id": "h", "config": {"hasAuth": False}})["changed"], "nor is one needed"


def test_every_update_sends_the_secrets(kibana: Kibana) -> None:
    kibana.ok("connector", SLACK)
    stored = kibana.emulator.store("connectors", "default")
    secrets = dict(stored["s"]["secrets"])
    assert secrets["token"]
    kibana.ok("connector", {**SLACK, "name": "new"})
    assert stored["s"]["secrets"] == secrets
    assert kibana.ok("connector", {**SLACK, "name": "new", "update_secrets": "always"})["changed"]
    kibana.ok("connector", {**SLACK, "name": "new", "secrets": {"token": "another"}})
    assert stored["s"]["secrets"] == secrets, "on_create: not compared, not sent"
    kibana.ok("connector", {**SLACK, "name": "new", "secrets": {"token": "another"}, "update_secrets": "always"})
    assert stored["s"]["secrets"] != secrets


def test_lost_secrets_are_healed(kibana: Kibana) -> None:
    kibana.ok("connector", SLACK)
    kibana.call("POST", "/_emulator/connectors/s", {"is_missing_secrets": True})
    result = kibana.ok("connector", {"id": "s", "name": "slack"})
    assert not result["changed"]
    assert "has lost its secrets" in result["warnings"][0]
    predicted, result = kibana.ok("connector", SLACK, check=True), kibana.ok("connector", SLACK)
    assert predicted["changed"] and result["changed"]
    assert predicted["diff"] == result["diff"]
    assert result["diff"]["after"]["secrets"] == {"token": "(a secret will be sent)"}
    assert result["connector"]["is_missing_secrets"] is False
    assert not kibana.ok("connector", SLACK)["changed"]


def test_names_are_not_unique(kibana: Kibana) -> None:
    for identity in ("a", "b"):
        kibana.ok("connector", {**LOG, "id": identity})
    kibana.ok("connector", {"id": "c", "name": "log", "connector_type_id": ".index", "config": {"index": "i"}})
    result = kibana.fails("connector", LOG)
    assert result["msg"] == "2 connectors have the name 'log': a (.server-log), b (.server-log); give id."
    assert "c (.index)" in kibana.fails("connector", {"name": "log", "state": "absent"})["msg"]
    found = kibana.ok("connector", {"name": "log", "connector_type_id": ".index", "config": {"index": "j"}})
    assert found["connector"]["id"] == "c"
    assert kibana.ok("connector", {"name": "lo", "connector_type_id": ".server-log"})["changed"], "the exact name"


def test_the_type_cannot_change(kibana: Kibana) -> None:
    kibana.ok("connector", {**LOG, "id": "a"})
    message = kibana.fails("connector", {"id": "a", "connector_type_id": ".index"}, check=True)["msg"]
    assert "connector_type_id is '.server-log'" in message
    assert "delete the object first" in message


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"id": "x" * 37, **LOG}, "id has 37 characters: Kibana takes 1 to 36."),
        ({"id": "", **LOG}, "id has 0 characters"),
        ({"id": "system-connector-.cases", **LOG}, "system connector"),
        ({"id": "a", "name": " "}, "name is blank"),
        ({"connector_type_id": ".index"}, "one of the following is required: id, name"),
    ],
)
def test_what_is_refused_before_any_request(kibana: Kibana, params: dict[str, Any], text: str) -> None:
    assert text in kibana.fails("connector", params)["msg"]
    assert kibana.seen() == []


def test_what_a_creation_needs(kibana: Kibana) -> None:
    for check in (True, False):
        message = kibana.fails("connector", {"id": "a"}, check=check)["msg"]
        assert message == (
            "There is no connector with the id 'a', and name and connector_type_id must be given to create it."
        )
    assert "name 'b'" in kibana.fails("connector", {"name": "b"})["msg"]
    assert kibana.ok("connector", {"id": "x" * 36, **LOG})["connector"]["id"] == "x" * 36


def test_texts_and_numbers_are_compared_by_what_they_mean(kibana: Kibana) -> None:
    kibana.ok("connector", MAIL)
    for config in ({"port": "443"}, {"hasAuth": "False"}, {"tenantId": ""}, {"port": 443, "secure": None}):
        assert not kibana.ok("connector", {"id": "m", "config": config})["changed"], config
    assert kibana.ok("connector", {"id": "m", "config": {"port": "444"}}, check=True)["changed"]


def test_the_order_of_channels_does_not_matter(kibana: Kibana) -> None:
    channels = [{"id": "C1", "name": "#a"}, {"id": "C2", "name": "#b"}]
    kibana.ok("connector", {**SLACK, "config": {"allowedChannels": channels}})
    assert not kibana.ok("connector", {**SLACK, "config": {"allowedChannels": channels[::-1]}})["changed"]


def test_fields_of_others_and_defaults_survive_an_update(any_kibana: Kibana) -> None:
    body = {"name": "i", "connector_type_id": ".index", "config": {"index": "a", "executionTimeField": "t"}}
    any_kibana.call("POST", f"{ITEM}/i", body)
    any_kibana.ok("connector", {"id": "i", "config": {"refresh": True}})
    stored = any_kibana.call("GET", f"{ITEM}/i")
    assert stored["config"] == {"index": "a", "executionTimeField": "t", "refresh": True}


def test_header_values_are_masked_and_compared(kibana: Kibana) -> None:
    kibana.unscrubbed()
    headers = {"Authorization": "Bearer h3ader", "Accept": "text/plain"}
    config = {"url": "https://a.example", "headers": headers, "hasAuth": False}
    hook = {"id": "h", "name": "hook", "connector_type_id": ".webhook", "config": config}
    result = kibana.ok("connector", hook)
    assert "h3ader" not in json.dumps(result), "not even in the invocation"
    assert set(result["connector"]["config"]["headers"]) == set(headers)
    assert kibana.call("GET", f"{ITEM}/h")["config"]["headers"] == headers, "what is sent is not masked"
    assert not kibana.ok("connector", hook)["changed"]
    changed = {"id": "h", "config": {"headers": {"Authorization": "Bearer n3w"}}}
    predicted, result = kibana.ok("connector", changed, check=True), kibana.ok("connector", changed)
    assert predicted["diff"] == result["diff"]
    shown = result["diff"]["after"]["config"]["headers"]
    assert shown["Authorization"] != shown["Accept"] == result["diff"]["before"]["config"]["headers"]["Accept"]
    assert "h3ader" not in json.dumps(result) and "n3w" not in json.dumps(result)
    assert kibana.call("GET", f"{ITEM}/h")["config"]["headers"] == {**headers, "Authorization": "Bearer n3w"}
    failed = kibana.fails("connector", {"id": "h", "config": {"method": "get", "headers": {"X": "Bearer f4il"}}})
    assert "f4il" not in json.dumps(failed)


def test_a_preconfigured_connector_is_left_alone(any_kibana: Kibana) -> None:
    for name in ({"id": PRECONFIGURED}, {"name": "Preconfigured server log", "connector_type_id": ".server-log"}):
        assert not any_kibana.ok("connector", name)["changed"]
        for bad in ({"state": "absent"}, {"id": PRECONFIGURED, "name": "other"}):
            assert "preconfigured" in any_kibana.fails("connector", {**name, **bad}, check=True)["msg"]
            assert "preconfigured" in any_kibana.fails("connector", {**name, **bad})["msg"]
    result = any_kibana.ok("connector", {"id": PRECONFIGURED, "config": {"a": 1}, "secrets": {"b": "c"}})
    assert not result["changed"]
    assert "not compared" in result["warnings"][0]
    assert any_kibana.writes() == []


def test_a_connector_that_rules_use_is_not_deleted(kibana: Kibana) -> None:
    kibana.ok("connector", {**LOG, "id": "used"})
    kibana.emulator.store("rules", "default")["r"] = {"id": "r", "actions": [{"id": "used"}]}
    for identity in ({"id": "used"}, {"name": "log"}):
        result = kibana.fails("connector", {**identity, "state": "absent"})
        assert result["msg"] == (
            "Connector 'log' (used) is used by 1 rule, whose actions would fail:"
            " remove it from them first, or give force: true."
        )
        predicted = kibana.ok("connector", {**identity, "state": "absent"}, check=True)
        assert predicted["changed"] and "used by 1 rule" in predicted["warnings"][0]
    assert kibana.writes() == ["POST /api/actions/connector/used"]
    assert kibana.ok("connector", {"id": "used", "state": "absent", "force": True})["changed"]
    assert len(kibana.call("GET", LIST)) == 1


@pytest.mark.parametrize("fault", [{"cut": "after"}, {"cut": "before"}, {"status": 502, "body": "bad gateway"}])
@pytest.mark.parametrize("identity", [{}, {"id": "mine"}])
def test_a_lost_answer_makes_no_second_connector(kibana: Kibana, identity: dict[str, str], fault: Any) -> None:
    kibana.fault(method="POST", path=ITEM, times=1, **fault)
    result = kibana.ok("connector", {**LOG, **identity})
    assert result["changed"]
    named = [item for item in kibana.call("GET", LIST) if item["name"] == "log"]
    assert [item["id"] for item in named] == [result["connector"]["id"]]


def test_a_failed_update_shows_no_secret(kibana: Kibana) -> None:
    kibana.unscrubbed()
    kibana.ok("connector", SLACK)
    result = kibana.fails("connector", {**SLACK, "name": "n", "secrets": {"tokn": "xoxb-oth3r"}})
    assert "[token]" in result["msg"]
    assert "xoxb-oth3r" not in without_invocation(result)


def test_no_privilege_is_said(kibana: Kibana) -> None:
    viewer = {"kibana_username": "viewer", "kibana_password": "viewer"}
    assert kibana.ok("connector", {**LOG, "id": "a", **viewer}, check=True)["changed"]
    assert 'Unauthorized to create a ".server-log" action' in kibana.fails("connector", {**LOG, **viewer})["msg"]


def test_the_name_of_a_user_mutilates_nothing(kibana: Kibana) -> None:
    hook = {
        "id": "h",
        "name": "kibana hook",
        "connector_type_id": ".webhook",
        "config": {"url": "https://kibana.example"},
    }
    result = kibana.ok("connector", {**hook, "secrets": {"user": "kibana", "password": "pa55w0rd"}})
    assert result["connector"]["name"] == "kibana hook"
    assert result["connector"]["config"]["url"] == "https://kibana.example"
    assert "pa55w0rd" not in json.dumps(result), "not even in the invocation"
    assert result["invocation"]["module_args"]["secrets"]["user"] != "kibana"


def test_a_name_that_is_a_password_as_well_is_scrubbed(kibana: Kibana) -> None:
    hook = {"id": "h", "name": "changeme hook", "connector_type_id": ".webhook", "config": {"url": "https://a.example"}}
    result = kibana.ok("connector", {**hook, "secrets": {"user": "changeme", "password": "twice-one"}})
    assert "changeme" not in json.dumps(result), "the password of the connection"
    result = kibana.ok("connector", {**hook, "name": "twice", "secrets": {"user": "twice", "password": "twice"}})
    assert result["connector"]["name"] != "twice"
