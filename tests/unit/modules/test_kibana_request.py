# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Any request: where it may go, what is sent, when it is needed, and what is seen of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from harness import Kibana, without_invocation

from kibana_emulator.routes import fleet_agent_state

REQUEST = "kibana_request"
CONNECTOR = "/api/actions/connector/chat"
ROLE = "/api/security/role/readers"
SECRET = "https://chat.example.com/hush-hush"


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("api/status", "begin with one /"),
        ("http://evil.example/api/status", "begin with one /"),
        ("//evil.example/api", "begin with one /"),
        ("@evil.example/", "begin with one /"),
        ("/api/../internal", ". and .."),
        ("/api/%2e%2E/internal", ". and .."),
        ("/api/%252e%252e/internal", ". and .."),
        ("/api/x%2f..%2fy", ". and .."),
        ("/api/x%5c..%5cy", ". and .."),
        ("/api/..;/y", ". and .."),
        ("/api/./y", ". and .."),
        ("/api/x?a=b", "query"),
        ("/api/x#a", "query"),
        ("/api/x\\y", "query"),
        ("/api/x y", "query"),
        ("/api/x\r\nHost: evil", "query"),
        ("/s/other/api/status", "kibana_space"),
        ("/%73/other/api/status", "kibana_space"),
        ("", "begin with one /"),
    ],
)
@pytest.mark.parametrize("place", ["path", "compare.path", "compare.probe"])
def test_paths_that_lead_elsewhere_are_refused_before_any_request(
    kibana: Kibana, path: str, part: str, place: str
) -> None:
    params: dict[str, Any] = {"path": path}
    if place != "path":
        params = {"path": CONNECTOR, "method": "DELETE", "compare": {place.removeprefix("compare."): path}}
    message = kibana.fails(REQUEST, params)["msg"]
    assert part in message and message.startswith(f"{place} is ")
    assert kibana.seen() == []


@pytest.mark.parametrize(
    ("params", "part"),
    [
        ({"body": {}}, "reads no body of a GET"),
        ({"method": "POST", "body": "{"}, "neither a dictionary"),
        ({"method": "POST", "body": 5}, "neither a dictionary"),
        ({"method": "POST", "ndjson": ["{"]}, "ndjson is neither a dictionary"),
        ({"method": "POST", "ndjson": ["{"], "secret_fields": ["a"]}, "ndjson is neither a dictionary"),
        ({"method": "POST", "body": "{", "secret_fields": ["a"]}, "body is neither a dictionary"),
        ({"method": "POST", "body": {}, "text": "x"}, "mutually exclusive"),
        ({"method": "PUT", "idempotence": "read"}, "PUT writes"),
        ({"method": "POST", "paginate": {"items": ""}}, "needs the method GET"),
        ({"paginate": {"items": "", "size": 0}}, "at least 1"),
        ({"compare": {}}, "compare is about writes"),
        ({"unchanged_status": [409]}, "unchanged_status is about writes"),
        ({"status_code": [99]}, "no status"),
        ({"method": "POST", "compare": {}}, "give body"),
        ({"method": "POST", "body": [], "compare": {}}, "body is a list"),
        ({"method": "POST", "upload": {"src": "/no/such/file"}}, "does not exist"),
    ],
)
def test_options_that_make_no_sense(kibana: Kibana, params: dict[str, Any], part: str) -> None:
    assert part in kibana.fails(REQUEST, {"path": "/api/spaces/space", **params})["msg"]
    assert kibana.seen() == []


def test_a_read_is_unchanged_and_runs_in_check_mode(kibana: Kibana) -> None:
    for check in (True, False):
        result = kibana.ok(REQUEST, {"path": "/api/spaces/space", "in_space": False}, check=check)
        assert not result["changed"] and result["sent"] and result["status"] == 200
        assert result["json"][0]["id"] == "default"
    head = kibana.fails(REQUEST, {"path": "/api/actions/connector/none", "method": "HEAD"})
    assert head["status"] == 404


def test_the_space_is_in_the_path_unless_told_otherwise(kibana: Kibana) -> None:
    kibana.call("POST", "/api/spaces/space", {"id": "soc", "name": "SOC"})
    kibana.seen()
    kibana.ok(REQUEST, {"path": "/api/actions/connectors", "kibana_space": "soc"})
    kibana.ok(REQUEST, {"path": "/api/actions/connectors", "kibana_space": "soc", "in_space": False})
    kibana.ok(REQUEST, {"path": "/s/soc/api/actions/connectors", "in_space": False})
    assert [entry["space"] for entry in kibana.seen()] == ["soc", "default", "soc"]
    write = {"method": "POST", "path": "/api/actions/connector", "body": {}, "kibana_space": "nowhere"}
    assert "does not exist" in kibana.fails(REQUEST, write)["msg"]


def test_queries_are_written_as_kibana_reads_them(kibana: Kibana) -> None:
    query = {"showInactive": True, "perPage": 7, "kuery": "tags:a", "page": None}
    kibana.ok(REQUEST, {"path": "/api/fleet/agents", "query": query})
    assert kibana.seen()[-1]["query"] == {"showInactive": "true", "perPage": "7", "kuery": "tags:a"}


def role(**changes: Any) -> dict[str, Any]:
    body = {"elasticsearch": {"cluster": ["monitor", "manage_ilm"]}, "kibana": [{"base": ["read"], "spaces": ["*"]}]}
    compare = {"unordered": ["elasticsearch.cluster"], "probe": "/api/security/role"}
    return {"path": ROLE, "method": "PUT", "in_space": False, "body": body, "compare": compare, **changes}


def test_a_write_with_compare_lives_like_a_resource(any_kibana: Kibana) -> None:
    kibana = any_kibana
    predicted = kibana.ok(REQUEST, role(), check=True)
    assert kibana.writes() == [] and not predicted["sent"]
    made = kibana.ok(REQUEST, role())
    assert kibana.writes() == [f"PUT {ROLE}"]
    assert predicted["changed"] and made["changed"] and predicted["diff"] == made["diff"] and made["sent"]
    again = kibana.ok(REQUEST, role())
    assert not again["changed"] and not again["sent"] and "diff" not in again and kibana.writes() == []
    assert again["json"]["name"] == "readers"
    other = role(body={**role()["body"], "elasticsearch": {"cluster": ["manage_ilm", "monitor", "all"]}})
    predicted, done = kibana.ok(REQUEST, other, check=True), kibana.ok(REQUEST, other)
    assert predicted["diff"] == done["diff"]
    assert sorted(done["diff"]["before"]["elasticsearch"]["cluster"]) == ["manage_ilm", "monitor"]
    assert "transient_metadata" not in json.dumps(done["diff"]), "only what the body names is compared"
    assert not kibana.ok(REQUEST, other)["changed"]
    delete = {"path": ROLE, "method": "DELETE", "in_space": False, "compare": {"probe": "/api/security/role"}}
    kibana.seen()
    predicted = kibana.ok(REQUEST, delete, check=True)
    assert kibana.writes() == []
    gone = kibana.ok(REQUEST, delete)
    assert gone["changed"] and gone["diff"] == predicted["diff"] and gone["diff"]["after"] == {}
    assert not kibana.ok(REQUEST, delete)["changed"]
    assert kibana.writes() == [f"DELETE {ROLE}"]


def test_a_list_in_another_order_is_a_difference_unless_it_is_unordered(kibana: Kibana) -> None:
    kibana.ok(REQUEST, role())
    swapped = {"elasticsearch": {"cluster": ["manage_ilm", "monitor"]}, "kibana": role()["body"]["kibana"]}
    assert not kibana.ok(REQUEST, role(body=swapped))["changed"]
    stored = kibana.call("GET", ROLE)["elasticsearch"]["cluster"]
    ordered = {"probe": "/api/security/role"}
    body = {"elasticsearch": {"cluster": stored[::-1]}, "kibana": role()["body"]["kibana"]}
    assert kibana.ok(REQUEST, role(body=body, compare=ordered), check=True)["changed"]


def test_a_missing_function_is_no_missing_object(kibana: Kibana) -> None:
    params = {"path": "/api/no/such/thing", "method": "DELETE", "compare": {}}
    assert "does not have this function" in kibana.fails(REQUEST, params)["msg"]


@pytest.mark.parametrize("status", [401, 403, 500])
def test_only_404_means_absent(kibana: Kibana, status: int) -> None:
    kibana.fault(method="GET", path=ROLE, status=status, body={"message": "no"})
    assert kibana.fails(REQUEST, role(), check=True)["status"] == status
    assert kibana.writes() == []


def test_without_compare_a_write_is_always_changed_and_check_mode_sends_nothing(kibana: Kibana) -> None:
    params = {"path": ROLE, "method": "PUT", "in_space": False, "body": json.dumps(role()["body"])}
    predicted = kibana.ok(REQUEST, params, check=True)
    assert predicted["changed"] and kibana.writes() == []
    for _unused in range(2):
        result = kibana.ok(REQUEST, params)
        assert result["changed"] and result["diff"] == predicted["diff"] and result["status"] == 204
        assert result["diff"]["after"]["request"]["body"] == role()["body"]


def connector(**changes: Any) -> dict[str, Any]:
    body = {"name": "Chat", "connector_type_id": ".slack", "config": {}, "secrets": {"webhookUrl": SECRET}}
    return {"path": CONNECTOR, "method": "POST", "body": body, "secret_fields": ["secrets"], **changes}


@pytest.mark.parametrize("form", [dict, json.dumps])
def test_secrets_are_sent_and_never_seen(kibana: Kibana, form: Any) -> None:
    kibana.unscrubbed()
    params = connector(body=form(connector()["body"]))
    for check in (True, False):
        assert SECRET not in json.dumps(kibana.ok(REQUEST, params, check=check))
    assert not kibana.call("GET", CONNECTOR)["is_missing_secrets"]
    kibana.fault(method="POST", path=CONNECTOR, status=400, body={"message": f"cannot use {SECRET}"})
    assert SECRET not in json.dumps(kibana.fails(REQUEST, params))


def test_secrets_wherever_they_are_given(kibana: Kibana, tmp_path: Path) -> None:
    kibana.unscrubbed()
    kibana.fault(path="/api/x", status=200, body=f"you said {SECRET}", headers={"content-type": "text/plain"})
    (tmp_path / "f").write_text("x", encoding="utf-8")
    base = {"path": "/api/x", "method": "POST", "secret_fields": ["t", "[].t"]}
    for given in (
        {"query": {"t": SECRET}},
        {"ndjson": [{"t": SECRET}]},
        {"ndjson": [json.dumps({"t": SECRET})]},
        {"body": [{"t": SECRET}]},
        {"upload": {"src": str(tmp_path / "f"), "form": {"t": SECRET}}},
    ):
        for check in (True, False):
            assert SECRET not in json.dumps(kibana.ok(REQUEST, {**base, **given}, check=check)), given


def test_secrets_are_not_compared(kibana: Kibana) -> None:
    kibana.unscrubbed()
    params = connector(compare={"ignore": ["connector_type_id"], "envelope": ""})
    assert kibana.ok(REQUEST, params, check=True)["diff"]["after"]["secrets"] == {
        "webhookUrl": "(a secret will be sent)"
    }
    made = kibana.ok(REQUEST, params)
    assert made["changed"] and SECRET not in json.dumps(made)
    again = kibana.ok(REQUEST, {**params, "body": {**params["body"], "secrets": {"webhookUrl": SECRET + "2"}}})
    assert not again["changed"] and SECRET not in json.dumps(again)


def test_secrets_of_an_answer_are_masked_by_their_path(kibana: Kibana) -> None:
    kibana.fault(path="/api/things", status=200, body=[{"id": "a", "key": SECRET}, {"key": {"deep": SECRET}}])
    result = kibana.ok(REQUEST, {"path": "/api/things", "secret_fields": ["[].key"]})
    assert SECRET not in without_invocation(result) and result["json"][0]["id"] == "a"
    kibana.no_faults()
    kibana.fault(path="/api/things", status=200, body={"item": {"key": SECRET, "a": 1}})
    result = kibana.ok(REQUEST, {"path": "/api/things", "secret_fields": ["item.key"]})
    assert SECRET not in without_invocation(result) and result["json"]["item"]["a"] == 1


def test_envelope_and_expected(kibana: Kibana) -> None:
    kibana.call("POST", "/api/fleet/proxies", {"id": "p", "name": "P", "url": "http://p:1"})
    params: dict[str, Any] = {"path": "/api/fleet/proxies/p", "method": "PUT", "in_space": False}
    body = {"name": "P", "url": "http://p:1"}
    assert not kibana.ok(REQUEST, {**params, "body": body, "compare": {"envelope": "item"}})["changed"]
    place = [item["id"] for item in kibana.call("GET", "/api/fleet/proxies")["items"]].index("p")
    listed = {"path": "/api/fleet/proxies", "envelope": f"items.{place}"}
    assert not kibana.ok(REQUEST, {**params, "body": body, "compare": listed})["changed"]
    assert kibana.ok(REQUEST, {**params, "body": body, "compare": {"envelope": "item", "expected": {"url": "u"}}})[
        "changed"
    ]
    wrong = kibana.fails(REQUEST, {**params, "body": body, "compare": {"envelope": "thing"}})
    assert "compare.envelope" in wrong["msg"]


def test_statuses_of_choice(kibana: Kibana) -> None:
    missing = {"path": "/api/actions/connector/none"}
    assert kibana.fails(REQUEST, missing)["status"] == 404
    result = kibana.ok(REQUEST, {**missing, "status_code": [200, 404]})
    assert result["status"] == 404 and "not found" in json.dumps(result["json"]).lower()
    assert "not in status_code" in kibana.fails(REQUEST, {"path": "/api/status", "status_code": [404]})["msg"]
    kibana.ok(REQUEST, connector())
    assert kibana.fails(REQUEST, connector())["status"] == 409
    again = kibana.ok(REQUEST, connector(unchanged_status=[409]))
    assert not again["changed"] and again["status"] == 409 and "diff" not in again


@pytest.mark.parametrize(("value", "changed"), [(0, False), ("0", False), (1, True)])
def test_an_answer_may_say_that_nothing_was_changed(kibana: Kibana, value: Any, changed: bool) -> None:
    kibana.fault(path="/api/bulk", status=200, body={"summary": {"done": value}, "ok": True})
    when = {"summary.done": "0", "ok": "true"}
    result = kibana.ok(REQUEST, {"path": "/api/bulk", "method": "POST", "body": {}, "unchanged_when": when})
    assert result["changed"] is changed


@pytest.mark.parametrize("size", [1, 4, 14, 100])
def test_pages_are_read_to_the_end(any_kibana: Kibana, size: int) -> None:
    fleet_agent_state.seed_soc(any_kibana.emulator)
    params = {"path": "/api/fleet/agents", "query": {"showInactive": True, "kuery": "status:*"}}
    result = any_kibana.ok(REQUEST, {**params, "paginate": {"items": "items", "size": size}})
    assert len({agent["id"] for agent in result["json"]}) == 14
    without_total = {"items": "items", "size": size, "total": "nothing"}
    assert len(any_kibana.ok(REQUEST, {**params, "paginate": without_total})["json"]) == 14


def test_a_list_that_does_not_page_is_no_endless_loop(kibana: Kibana) -> None:
    kibana.fault(path="/api/list", status=200, body=[{"id": "a"}])
    params = {"path": "/api/list", "paginate": {"items": ""}}
    assert "same page again" in kibana.fails(REQUEST, params)["msg"]
    wrong = kibana.fails(REQUEST, {**params, "path": "/api/status", "paginate": {"items": "nope"}})
    assert "paginate.items" in wrong["msg"]


def with_rule(kibana: Kibana) -> None:
    rule = {"type": "query", "query": "*", "name": "R", "description": "d", "severity": "low", "risk_score": 1}
    kibana.call("POST", "/api/detection_engine/rules", {**rule, "rule_id": "r"})


def test_an_export_to_a_file(kibana: Kibana, tmp_path: Path) -> None:
    with_rule(kibana)
    dest = tmp_path / "rules.ndjson"
    params = {"path": "/api/detection_engine/rules/_export", "method": "POST", "idempotence": "read"}
    assert isinstance(kibana.ok(REQUEST, params)["json"], list)
    assert kibana.ok(REQUEST, {**params, "dest": str(dest)}, check=True)["changed"] and not dest.exists()
    result = kibana.ok(REQUEST, {**params, "dest": str(dest)})
    assert result["changed"] and result["size"] == dest.stat().st_size and "json" not in result
    assert not kibana.ok(REQUEST, {**params, "dest": str(dest)})["changed"]
    dest.write_text("old hush-hush", encoding="utf-8")
    masked = kibana.ok(REQUEST, {**params, "dest": str(dest), "secret_fields": ["[].name"]})
    assert masked["changed"] and "hush-hush" not in json.dumps(masked["diff"])


def test_a_failed_answer_never_becomes_a_file(kibana: Kibana, tmp_path: Path) -> None:
    dest = tmp_path / "x"
    kibana.ok(REQUEST, {"path": "/api/actions/connector/none", "status_code": [404], "dest": str(dest)})
    assert not dest.exists()


def test_an_upload(kibana: Kibana, tmp_path: Path) -> None:
    with_rule(kibana)
    export = {"path": "/api/detection_engine/rules/_export", "method": "POST", "idempotence": "read"}
    kibana.ok(REQUEST, {**export, "dest": str(tmp_path / "rules.ndjson")})
    params = {
        "path": "/api/detection_engine/rules/_import",
        "method": "POST",
        "query": {"overwrite": True},
        "upload": {"src": str(tmp_path / "rules.ndjson")},
        "unchanged_when": {"success_count": 0},
    }
    result = kibana.ok(REQUEST, params)
    assert result["changed"] and result["json"]["success"] and result["json"]["success_count"] > 0


def test_other_bodies(kibana: Kibana, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []
    adapter = type(kibana.http.adapters["http://"])
    send = adapter.send
    monkeypatch.setattr(adapter, "send", lambda self, request, **k: sent.append(request) or send(self, request, **k))
    kibana.fault(path="/api/anything", status=200, body="fine", headers={"content-type": "text/plain"})
    params = {"path": "/api/anything", "method": "POST"}
    result = kibana.ok(REQUEST, {**params, "ndjson": [{"a": 1}, '{"b": 2}']})
    assert sent[-1].body == b'{"a": 1}\n{"b": 2}\n' and sent[-1].headers["Content-Type"] == "application/x-ndjson"
    assert result["content"] == "fine"
    kibana.ok(REQUEST, {**params, "text": "häßlich", "content_type": "text/csv"})
    assert sent[-1].body == "häßlich".encode() and sent[-1].headers["Content-Type"] == "text/csv"


def test_internal_endpoints_get_the_headers_they_want(any_kibana: Kibana, monkeypatch: pytest.MonkeyPatch) -> None:
    any_kibana.fault(path="/internal/x", status=200, body={})
    assert any_kibana.ok(REQUEST, {"path": "/internal/x", "method": "POST", "text": "x"})["status"] == 200


@pytest.mark.parametrize(("idempotence", "attempts"), [("once", 1), ("repeatable", 4), ("read", 4)])
def test_only_what_may_be_repeated_is_repeated(kibana: Kibana, idempotence: str, attempts: int) -> None:
    kibana.fault(method="POST", path="/api/thing", status=502, body="")
    kibana.fails(REQUEST, {"path": "/api/thing", "method": "POST", "idempotence": idempotence})
    assert len(kibana.seen()) == attempts
    kibana.no_faults()
    kibana.fault(method="PUT", path="/api/thing", cut="after")
    kibana.fails(REQUEST, {"path": "/api/thing", "method": "PUT", "idempotence": idempotence.replace("read", "once")})
    assert len(kibana.seen()) == (4 if idempotence == "repeatable" else 1)


def test_a_lost_answer_is_looked_up_with_compare(kibana: Kibana) -> None:
    kibana.fault(method="POST", path=CONNECTOR, cut="after", times=1)
    result = kibana.ok(REQUEST, connector(compare={"expected": {"name": "Chat"}}))
    assert result["changed"] and result["json"]["name"] == "Chat"
    kibana.fault(method="POST", path="/api/actions/connector/other", cut="before", times=1)
    params = connector(path="/api/actions/connector/other", compare={"expected": {"name": "Chat"}})
    assert kibana.fails(REQUEST, params)["msg"]


def test_no_redirect_to_another_host_and_no_page_of_a_proxy(kibana: Kibana) -> None:
    kibana.fault(path="/api/x", status=302, headers={"location": "http://evil.example/"}, body="")
    assert "no credentials are sent" in kibana.fails(REQUEST, {"path": "/api/x"})["msg"]
    kibana.no_faults()
    kibana.fault(path="/api/x", status=200, body="<!DOCTYPE html><html>")
    assert "HTML page" in kibana.fails(REQUEST, {"path": "/api/x"})["msg"]
