# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Detection rules: facts of the security reference, sections D and J.4."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from emulator_api import Api, ok, refused

from kibana_emulator import Emulator

BASE = "/api/detection_engine"
RULES = f"{BASE}/rules"
SMALL = {"rule_id": "demo-1", "type": "query", "name": "demo", "description": "d", "risk_score": 21, "severity": "low"}
PREBUILT = "prebuilt-rule-1"
CONNECTOR = {"connector_type_id": ".server-log", "name": "log", "config": {}, "secrets": {}}
ACTION = {"id": "c1", "action_type_id": ".server-log", "group": "default", "params": {"message": "m"}}


@pytest.fixture(params=["8.18.0", "9.4.3"])
def api(request: pytest.FixtureRequest) -> Iterator[Api]:
    api = Api(Emulator(version=request.param))
    yield api
    assert api.emulator.violations == []
    assert api.emulator.crashes == []


def make(api: Api, **fields: Any) -> dict[str, Any]:
    return ok(api.post(RULES, {**SMALL, **fields}))


def read(api: Api, rule_id: str = "demo-1") -> dict[str, Any]:
    return ok(api.get(RULES, rule_id=rule_id))


def lines(*objects: Any) -> str:
    return "".join(json.dumps(item) + "\n" for item in objects)


def test_smallest_rule(api: Api) -> None:
    made = make(api)
    assert len(made.pop("id")) == 36
    assert made.pop("created_at") == made.pop("updated_at")
    assert made == {
        **SMALL, "enabled": True, "interval": "5m", "from": "now-6m", "to": "now", "max_signals": 100, "query": "",
        "language": "kuery", "tags": [], "author": [], "false_positives": [], "references": [], "threat": [],
        "exceptions_list": [], "actions": [], "risk_score_mapping": [], "severity_mapping": [],
        "related_integrations": [], "required_fields": [], "setup": "", "output_index": "", "version": 1,
        "revision": 0, "immutable": False, "rule_source": {"type": "internal"}, "created_by": "elastic",
        "updated_by": "elastic",
    }  # fmt: skip


def test_unknown_keys_vanish(api: Api) -> None:
    made = make(api, typo=1, threat=[{"framework": "f", "tactic": {"id": "1", "name": "n", "reference": "r", "x": 1}}])
    assert "typo" not in made
    assert made["threat"] == [{"framework": "f", "tactic": {"id": "1", "name": "n", "reference": "r"}}]
    assert "threshold" not in make(api, rule_id="b", threshold={"field": "a", "value": 1})


def test_identity(api: Api) -> None:
    made = make(api)
    conflict = api.post(RULES, SMALL)
    assert (conflict.status_code, conflict.json()) == (
        409,
        {"message": 'rule_id: "demo-1" already exists', "status_code": 409},
    )
    both = ['both "id" and "rule_id" cannot exist, choose one or the other']
    assert refused(api.get(RULES, id=made["id"], rule_id="demo-1"), 400) == both
    assert refused(api.put(RULES, {**SMALL, "id": made["id"]}), 400) == both
    assert refused(api.get(RULES), 400) == ['either "id" or "rule_id" must be set']
    assert refused(api.get(RULES, rule_id="x"), 404) == 'rule_id: "x" not found'
    refused(api.get(RULES, id="no-uuid"), 400)
    refused(api.get(f"/s/other{RULES}", rule_id="demo-1"), 404)
    assert ok(api.delete(RULES, rule_id="demo-1"))["id"] == made["id"]
    refused(api.delete(RULES, rule_id="demo-1"), 404)


def test_schema_errors_are_core(api: Api) -> None:
    answer = api.post(RULES, {"type": "query", "name": "n"})
    assert set(answer.json()) == {"statusCode", "error", "message"}
    refused(api.post(RULES, {**SMALL, "risk_score": 101}), 400)
    refused(api.post(RULES, {**SMALL, "type": "strange"}), 400)
    refused(api.post(RULES, {**SMALL, "note": None}), 400)
    refused(api.post(RULES, {**SMALL, "investigation_fields": ["a"]}), 400)
    assert "threshold: Required" in refused(api.post(RULES, {**SMALL, "type": "threshold", "query": ""}), 400)


@pytest.mark.parametrize(
    "fields",
    [
        {"timeline_id": "a"},
        {"type": "threshold", "query": "", "threshold": {"field": list("abcd"), "value": 1}},
        {
            "type": "threshold", "query": "",
            "threshold": {"field": "a", "value": 1, "cardinality": [{"field": "a", "value": 1}]},
        },
    ],
)  # fmt: skip
def test_siblings_are_an_array_of_texts(api: Api, fields: dict[str, Any]) -> None:
    assert isinstance(refused(api.post(RULES, {**SMALL, **fields}), 400), list)


def test_coercions(api: Api) -> None:
    made = make(api, type="threshold", query="", threshold={"field": "host.name", "value": 1})
    assert made["threshold"]["field"] == ["host.name"]
    assert made["language"] == "kuery"
    empty = make(api, rule_id="b", type="threshold", query="", threshold={"field": "", "value": 1})
    assert empty["threshold"]["field"] == []
    ml = make(api, rule_id="c", type="machine_learning", machine_learning_job_id="j", anomaly_threshold=5)
    assert ml["machine_learning_job_id"] == ["j"]
    fields = [{"name": "host.name", "type": "keyword"}, {"name": "mine", "type": "keyword", "ecs": True}]
    assert [item["ecs"] for item in make(api, rule_id="d", required_fields=fields)["required_fields"]] == [True, False]


def test_enabled_has_three_defaults(api: Api) -> None:
    assert make(api)["enabled"] is True
    ok(api.put(RULES, {**SMALL, "enabled": False}))
    assert ok(api.put(RULES, SMALL))["enabled"] is False
    ok(api.upload(f"{RULES}/_import", "a.ndjson", lines({**SMALL, "rule_id": "imported"})))
    assert read(api, "imported")["enabled"] is False


def test_put_resets_and_keeps(api: Api) -> None:
    first = make(api, note="n", tags=["a"], version=7, meta={"x": 1})
    put = ok(api.put(RULES, {**SMALL, "name": "new"}))
    assert put["tags"] == []
    assert not {"note", "meta"} & set(put)
    assert (put["version"], put["revision"], put["id"]) == (7, 1, first["id"])
    assert put["created_at"] == first["created_at"]


def test_revision(api: Api) -> None:
    make(api)
    assert ok(api.put(RULES, SMALL))["revision"] == 0
    assert ok(api.put(RULES, {**SMALL, "enabled": False}))["revision"] == 0
    assert ok(api.put(RULES, {**SMALL, "tags": ["a"]}))["revision"] == 1
    assert ok(api.patch(RULES, {"rule_id": "demo-1", "tags": ["a"]}))["revision"] == 1


def test_patch(api: Api) -> None:
    make(api, note="n", tags=["a", "b"])
    patched = ok(api.patch(RULES, {"rule_id": "demo-1", "tags": ["c"], "index": ["i"]}))
    assert (patched["tags"], patched["note"], patched["index"]) == (["c"], "n", ["i"])
    refused(api.patch(RULES, {"rule_id": "demo-1", "threshold": {"field": "a", "value": 1}}), 400)
    refused(api.patch(RULES, {"rule_id": "demo-1", "note": None}), 400)
    refused(api.patch(RULES, {"rule_id": "demo-1", "risk_score": 101}), 400)
    refused(api.patch(RULES, {"rule_id": "nope", "name": "x"}), 404)
    refused(api.patch(RULES, {"name": "x"}), 400)


def test_actions(api: Api) -> None:
    refused(api.post(RULES, {**SMALL, "actions": [ACTION]}), 400)
    ok(api.post("/api/actions/connector/c1", CONNECTOR))
    made = make(api, actions=[ACTION])
    stored = made["actions"][0]
    assert stored["frequency"] == {"summary": True, "throttle": None, "notifyWhen": "onActiveAlert"}
    assert "throttle" not in made
    kept = ok(api.put(RULES, {**SMALL, "actions": [stored]}))
    assert kept["actions"] == [stored]
    assert kept["revision"] == 0
    assert ok(api.put(RULES, {**SMALL, "actions": [ACTION]}))["actions"][0]["uuid"] != stored["uuid"]
    slow = ok(api.put(RULES, {**SMALL, "actions": [ACTION], "throttle": "1h"}))["actions"][0]["frequency"]
    assert slow == {"summary": True, "throttle": "1h", "notifyWhen": "onThrottleInterval"}
    refused(api.put(RULES, {**SMALL, "actions": [ACTION], "throttle": "1m"}), 400)
    counts = {item["id"]: item["referenced_by_count"] for item in ok(api.get("/api/actions/connectors"))}
    assert counts["c1"] == 1


def test_default_exception_lists(api: Api) -> None:
    one = {"id": "1", "list_id": "one", "type": "rule_default", "namespace_type": "single"}
    two = {**one, "id": "2", "list_id": "two"}
    refused(api.post(RULES, {**SMALL, "exceptions_list": [one, two]}), 500)
    make(api, exceptions_list=[one])
    refused(api.post(RULES, {**SMALL, "rule_id": "b", "exceptions_list": [one]}), 409)
    ok(api.put(RULES, {**SMALL, "exceptions_list": [one]}))
    refused(api.post(RULES, {**SMALL, "rule_id": "b", "exceptions_list": [{"id": "1", "list_id": "one"}]}), 400)
    make(api, rule_id="b", exceptions_list=[{**one, "type": "detection"}])


def test_a_rule_makes_the_endpoint_list(api: Api) -> None:
    make(api)
    assert ok(api.post("/api/endpoint_list")) == {}


def test_exceptions_of_a_rule(api: Api) -> None:
    rule = make(api)
    item = {
        "type": "simple",
        "name": "n",
        "description": "d",
        "entries": [{"type": "exists", "field": "f", "operator": "included"}],
    }
    items = ok(api.post(f"{RULES}/{rule['id']}/exceptions", {"items": [item]}))
    changed = read(api)
    assert changed["exceptions_list"][0]["list_id"] == items[0]["list_id"]
    assert changed["exceptions_list"][0]["type"] == "rule_default"
    assert changed["revision"] == 1
    ok(api.post(f"{RULES}/{rule['id']}/exceptions", {"items": [item]}))
    assert read(api)["revision"] == 1
    unknown = "00000000-0000-4000-8000-000000000000"
    assert "not found" in refused(api.post(f"{RULES}/{unknown}/exceptions", {"items": [item]}), 500)


def test_prebuilt(api: Api) -> None:
    rule = read(api, PREBUILT)
    assert (rule["immutable"], rule["enabled"], rule["rule_source"]["is_customized"]) == (True, False, False)
    body = {
        key: rule[key] for key in ("rule_id", "type", "name", "description", "risk_score", "severity", "query", "index")
    }
    assert refused(api.put(RULES, body), 400) == 'Cannot update "author" field for prebuilt rules'
    body.update(author=rule["author"])
    assert "license" in refused(api.put(RULES, body), 400)
    body.update(license=rule["license"], tags=rule["tags"])
    assert ok(api.put(RULES, {**body, "enabled": True}))["rule_source"]["is_customized"] is False
    source = ok(api.put(RULES, {**body, "name": "mine"}))["rule_source"]
    assert source["is_customized"] is True
    assert ("customized_fields" in source) == (api.emulator.version >= (9, 2))


def test_prepackaged(api: Api) -> None:
    status = ok(api.get(f"{RULES}/prepackaged/_status"))
    assert (status["rules_installed"], status["rules_not_installed"], status["rules_not_updated"]) == (1, 1, 0)
    assert ok(api.put(f"{RULES}/prepackaged"))["rules_installed"] == 1
    assert ok(api.put(f"{RULES}/prepackaged"))["rules_installed"] == 0
    store = api.emulator.store("detection_rules", "default")
    key = read(api, PREBUILT)["id"]
    store[key] = {**store[key], "version": 2, "name": "old"}
    assert ok(api.get(f"{RULES}/prepackaged/_status"))["rules_not_updated"] == 1
    assert ok(api.put(f"{RULES}/prepackaged"))["rules_updated"] == 1
    assert read(api, PREBUILT)["version"] == 3
    ok(api.delete(RULES, rule_id=PREBUILT))
    assert ok(api.get(f"{RULES}/prepackaged/_status"))["rules_not_installed"] == 1


def test_gate_of_9_4(api: Api) -> None:
    make(api)
    api.emulator.rules_gate = "privilege"
    api.emulator.add_user("editor", "e", ["rules-read", "rules-all"])
    editor = Api(api.emulator, ("editor", "e"))
    assert "fields: enabled" in refused(editor.patch(RULES, {"rule_id": "demo-1", "enabled": False}), 403)
    refused(editor.put(RULES, {**SMALL, "enabled": False}), 403)
    ok(editor.put(RULES, {**SMALL, "enabled": False, "name": "other"}))
    bulk = editor.post(f"{RULES}/_bulk_action", {"action": "enable", "query": "alert.attributes.name: other"})
    assert bulk.status_code == 500
    assert bulk.json()["attributes"]["errors"][0]["err_code"] == "USER_INSUFFICIENT_RULE_PRIVILEGES"
    ok(api.patch(RULES, {"rule_id": "demo-1", "enabled": True}))
    api.emulator.rules_gate = "everyone"
    refused(api.patch(RULES, {"rule_id": "demo-1", "enabled": False}), 403)


def test_find(api: Api) -> None:
    for number in range(5):
        make(api, rule_id=f"r{number}", name=f"Rule {number}", tags=["even" if number % 2 == 0 else "odd"])
    page = ok(api.get(f"{RULES}/_find", per_page=2, page=2, sort_field="name", sort_order="desc"))
    assert [rule["name"] for rule in page["data"]] == ["Rule 2", "Rule 1"]
    assert (page["page"], page["perPage"], page["total"]) == (2, 2, 6)

    def total(text: str) -> int:
        return ok(api.get(f"{RULES}/_find", filter=text))["total"]

    assert total("alert.attributes.tags: even") == 3
    assert total('alert.attributes.tags: "even" and alert.attributes.name: "Rule 2"') == 1
    assert total('alert.attributes.name: "rule"') == 6
    assert total("alert.attributes.params.ruleId: (r1 or r2)") == 2
    assert total("alert.attributes.params.immutable: true") == 1
    assert total("not alert.attributes.params.immutable: true") == 5
    assert total("alert.attributes.params.ruleId: r*") == 5
    assert total("alert.attributes.enabled: false") == 1
    assert total("alert.attributes.params.riskScore >= 40") == 1
    refused(api.get(f"{RULES}/_find", filter="(broken"), 400)
    refused(api.get(f"{RULES}/_find", sort_field="name"), 400)
    refused(api.get(f"{RULES}/_find", sort_field="_id", sort_order="asc"), 400)
    assert ok(api.get(f"{BASE}/tags")) == ["OS: Linux", "even", "odd"]


def bulk(api: Api, action: str, dry_run: bool = False, **body: Any) -> Any:
    return api.post(f"{RULES}/_bulk_action", {"action": action, **body}, dry_run=str(dry_run).lower())


def test_bulk_action(api: Api) -> None:
    ids = [make(api, rule_id=f"r{number}")["id"] for number in range(3)]
    dry = ok(bulk(api, "disable", dry_run=True, ids=ids))
    assert dry["attributes"]["results"] == {"updated": [], "created": [], "deleted": [], "skipped": []}
    assert dry["attributes"]["summary"] == {"failed": 0, "succeeded": 3, "skipped": 0, "total": 3}
    assert read(api, "r0")["enabled"] is True
    done = ok(bulk(api, "disable", ids=ids))
    assert (done["success"], done["rules_count"]) == (True, 3)
    assert read(api, "r0")["enabled"] is False
    assert read(api, "r0")["revision"] == 0
    unknown = "00000000-0000-4000-8000-000000000000"
    partly = bulk(api, "delete", ids=[ids[0], unknown])
    assert partly.status_code == 500
    assert partly.json()["message"] == "Bulk edit partially failed"
    assert partly.json()["attributes"]["errors"] == [
        {"message": "Rule not found", "status_code": 500, "rules": [{"id": unknown}]}
    ]
    refused(api.get(RULES, rule_id="r0"), 404)
    assert bulk(api, "delete", ids=[unknown]).json()["message"] == "Bulk edit failed"
    refused(bulk(api, "enable", ids=ids, query=""), 400)
    refused(bulk(api, "enable", ids=[unknown] * 101), 400)
    refused(bulk(api, "nonsense", ids=ids), 400)
    assert ok(bulk(api, "enable"))["rules_count"] == 3


def test_bulk_edit_and_duplicate(api: Api) -> None:
    rule = make(api, tags=["a"])
    edit = [{"type": "add_tags", "value": ["b", "a"]}]
    changed = ok(bulk(api, "edit", ids=[rule["id"]], edit=edit))["attributes"]["results"]["updated"][0]
    assert (changed["tags"], changed["revision"]) == (["a", "b"], 1)
    skipped = ok(bulk(api, "edit", ids=[rule["id"]], edit=edit))["attributes"]["results"]["skipped"]
    assert skipped == [{"id": rule["id"], "name": "demo", "skip_reason": "RULE_NOT_MODIFIED"}]
    schedule = [{"type": "set_schedule", "value": {"interval": "10m", "lookback": "1m"}}]
    ok(bulk(api, "edit", ids=[rule["id"]], edit=schedule))
    assert (read(api)["from"], read(api)["meta"]) == ("now-660s", {"from": "1m"})
    refused(bulk(api, "edit", ids=[rule["id"]], edit=[{"type": "strange", "value": []}]), 400)
    copy = ok(bulk(api, "duplicate", ids=[rule["id"]]))["attributes"]["results"]["created"][0]
    assert (copy["name"], copy["enabled"], copy["immutable"]) == ("demo [Duplicate]", False, False)
    assert copy["rule_id"] != "demo-1"
    exported = bulk(api, "export", ids=[rule["id"]])
    assert json.loads(exported.text.splitlines()[0])["rule_id"] == "demo-1"
    refused(bulk(api, "export", dry_run=True, ids=[rule["id"]]), 400)


def test_export(api: Api) -> None:
    make(api)
    answer = api.post(f"{RULES}/_export", {"objects": [{"rule_id": "demo-1"}, {"rule_id": "gone"}]})
    rule, details = map(json.loads, answer.text.splitlines())
    assert rule == read(api)
    assert (details["exported_rules_count"], details["missing_rules"]) == (1, [{"rule_id": "gone"}])
    everything = api.post(f"{RULES}/_export", exclude_export_details="true").text.splitlines()
    assert len(everything) == 2


def upload(api: Api, *objects: Any, **query: Any) -> dict[str, Any]:
    return ok(api.upload(f"{RULES}/_import", "a.ndjson", lines(*objects), **query))


def test_import(api: Api) -> None:
    made = upload(api, SMALL, {**SMALL, "rule_id": "bad", "risk_score": "x"}, {"exported_count": 1})
    assert (made["success"], made["success_count"], made["rules_count"]) == (False, 1, 2)
    assert [(item["rule_id"], item["error"]["status_code"]) for item in made["errors"]] == [("bad", 400)]
    assert upload(api, SMALL)["errors"][0]["error"]["status_code"] == 409
    before = read(api)
    over = upload(api, {**SMALL, "name": "new", "typo": 1}, overwrite="true")
    assert (over["success"], over["success_count"]) == (True, 1)
    assert (read(api)["id"], read(api)["name"]) == (before["id"], "new")
    twice = upload(api, {**SMALL, "rule_id": "t"}, {**SMALL, "rule_id": "t"})
    assert "More than one rule" in twice["errors"][0]["error"]["message"]
    assert twice["success_count"] == 1
    assert "rule_id" not in ok(api.upload(f"{RULES}/_import", "a.ndjson", "{broken"))["errors"][0]
    assert refused(api.upload(f"{RULES}/_import", "a.txt", "{}"), 400) == "Invalid file extension .txt"
    refused(api.upload(f"{RULES}/_import", "a.ndjson", "x" * 10_485_761), 413)


def test_import_with_references(api: Api) -> None:
    reference = {"id": "1", "list_id": "l", "type": "detection", "namespace_type": "single"}
    rule = {**SMALL, "exceptions_list": [reference]}
    lost = upload(api, rule)
    assert "non existent exception list" in lost["errors"][0]["error"]["message"]
    assert read(api)["exceptions_list"] == []
    container = {"list_id": "l", "name": "n", "description": "d", "type": "detection"}
    done = upload(api, container, rule, overwrite="true")
    assert (done["success"], done["exceptions_success_count"]) == (True, 1)
    stored = ok(api.get("/api/exception_lists", list_id="l"))
    assert read(api)["exceptions_list"] == [{**reference, "id": stored["id"]}]
    with_action = {**SMALL, "rule_id": "b", "actions": [ACTION]}
    assert upload(api, with_action)["errors"][0]["error"]["status_code"] == 404
    line = {
        "id": "c1",
        "type": "action",
        "attributes": {"actionTypeId": ".server-log", "name": "log", "config": {}, "isMissingSecrets": True},
    }
    done = upload(api, with_action, line)
    assert (done["success"], done["action_connectors_success_count"]) == (True, 1)
    assert done["action_connectors_warnings"]


def test_round_trip(api: Api) -> None:
    make(api, type="threshold", query="", threshold={"field": "host.name", "value": 1}, note="n")
    text = api.post(f"{RULES}/_export").text
    before = read(api)
    assert upload(api, *map(json.loads, text.splitlines()), overwrite="true")["success"]
    after = read(api)
    assert {**after, "updated_at": 0} == {**before, "updated_at": 0}


def test_deprecated_bulk_calls() -> None:
    new = Api(Emulator(version="9.0.0"))
    assert refused(new.post(f"{RULES}/_bulk_create", []), 404) == "Not Found"
    old = Api(Emulator(version="8.18.0"))
    made = old.post(f"{RULES}/_bulk_create", [{**SMALL, "rule_id": "x"}, {**SMALL, "rule_id": "x"}, SMALL])
    assert [item.get("name") for item in ok(made)] == ["demo", None]
    assert ok(made)[1] == {"rule_id": "x", "error": {"status_code": 409, "message": 'rule_id: "x" already exists'}}
    assert "warning" in made.headers
    assert (
        ok(old.put(f"{RULES}/_bulk_update", [{**SMALL, "name": "b"}, {**SMALL, "rule_id": "y"}]))[1]["error"][
            "status_code"
        ]
        == 404
    )
    assert ok(old.patch(f"{RULES}/_bulk_update", [{"rule_id": "demo-1", "name": "c"}]))[0]["name"] == "c"
    assert ok(old.delete(f"{RULES}/_bulk_delete", [{"rule_id": "demo-1"}]))[0]["name"] == "c"
    assert ok(old.post(f"{RULES}/_bulk_delete", [{"rule_id": "demo-1"}, {}]))[1]["error"]["status_code"] == 400


def test_surroundings(api: Api) -> None:
    refused(api.get(f"{BASE}/index"), 404)
    ok(api.post(f"{BASE}/index"))
    assert ok(api.get(f"{BASE}/index"))["name"] == ".alerts-security.alerts-default"
    refused(api.delete(f"{BASE}/index"), 404)
    assert ok(api.get(f"{BASE}/privileges"))["has_encryption_key"] is True
    when = {"invocationCount": 1, "timeframeEnd": "2026-01-01T00:00:00.000Z"}
    assert ok(api.post(f"{RULES}/preview", {**SMALL, **when}))["isAborted"] is False
    refused(api.post(f"{RULES}/preview", SMALL), 400)
    viewer = Api(api.emulator, ("viewer", "viewer"))
    ok(viewer.get(f"{RULES}/_find"))
    refused(viewer.post(RULES, SMALL), 403)


def test_a_thousand_rules_stay_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KIBANA_OPENAPI_DIR", raising=False)  # the check against the documents has its own pace
    api = Api(Emulator())
    started = time.process_time()
    assert upload(api, *({**SMALL, "rule_id": f"r{number}"} for number in range(1000)))["success_count"] == 1000
    for number in range(300):
        ok(api.put(RULES, {**SMALL, "rule_id": f"r{number}", "tags": ["x"]}))
    for page in range(1, 11):
        assert (
            len(ok(api.get(f"{RULES}/_find", per_page=100, page=page, sort_field="name", sort_order="asc"))["data"])
            == 100
        )
    assert (
        ok(bulk(api, "edit", query="alert.attributes.tags: x", edit=[{"type": "add_tags", "value": ["y"]}]))[
            "rules_count"
        ]
        == 300
    )
    assert time.process_time() - started < 8
