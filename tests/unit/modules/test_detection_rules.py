# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many rules at once: few requests, clean second runs, exact mode, and nothing that gets lost in an import unseen."""

from __future__ import annotations

import os
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from cases.detection_rule import BASE, CASES, setup
from harness import Kibana

from ansible_collections.stackops.kibana.plugins.filter.rule_from_toml import rule_from_toml
from ansible_collections.stackops.kibana.plugins.module_utils import _detection_rule_bulk

PATH = "/api/detection_engine/rules"
FIND, IMPORT = f"GET {PATH}/_find", f"POST {PATH}/_import"
ACTION, DELETE = f"POST {PATH}/_bulk_action", f"DELETE {PATH}/_bulk_delete"
MISSING = {"statusCode": 404, "error": "Not Found", "message": "Not Found"}
MAIL = {"id": "c-mail", "action_type_id": ".index", "group": "default", "params": {"documents": [{"a": 1}]}}
SOC = {"exact": True, "scope": {"tags": ["SOC"]}}


def rule(number: Any, **fields: Any) -> dict[str, Any]:
    return {**BASE, "rule_id": f"soc-{number}", "type": "query", "tags": ["SOC"], **fields}


RULES = [rule(number) for number in range(450)]


def run(kibana: Kibana, rules: list[dict[str, Any]], *, check: bool = False, **params: Any) -> dict[str, Any]:
    return kibana.ok("detection_rules", {"rules": rules, **params}, check=check)


def fails(kibana: Kibana, rules: list[dict[str, Any]], *, check: bool = False, **params: Any) -> dict[str, Any]:
    return kibana.fails("detection_rules", {"rules": rules, **params}, check=check)


def requests(kibana: Kibana) -> list[str]:
    return [f"{entry['method']} {entry['path']}" for entry in kibana.seen()]


def ids(result: dict[str, Any], became: str) -> list[str]:
    return [item["rule_id"] for item in result["rules"] if item["result"] == became]


def stored(kibana: Kibana) -> dict[str, dict[str, Any]]:
    return {item["rule_id"]: item for item in kibana.call("GET", f"{PATH}/_find?per_page=1000")["data"]}


# Real rules


def test_real_rules_in_one_task(any_kibana: Kibana, capsys: pytest.CaptureFixture[str]) -> None:
    own = Path(__file__).parents[1] / "files" / "rules"
    files = sorted(Path(os.environ.get("KIBANA_RULES_DIR", own)).rglob("*.toml"))
    rules = [rule_from_toml(str(path)) for path in files]
    few = max(1, len(rules) // 100)
    changed = [{**item, "note": "changed"} if number < few else item for number, item in enumerate(rules)]
    lines = []
    for label, wanted, check, expected in (
        ("in check mode", rules, True, len(rules)),
        ("created", rules, False, len(rules)),
        ("again", rules, False, 0),
        ("a few changed", changed, False, few),
        ("again", changed, False, 0),
    ):
        any_kibana.seen()
        began = time.perf_counter()
        result = run(any_kibana, wanted, check=check)
        took = time.perf_counter() - began
        sent = Counter(requests(any_kibana))
        lines.append(f"  {label}: {len(result.get('diff', ()))} changed, {took:.2f} s, {dict(sent)}")
        assert len(result.get("diff", ())) == expected
        assert sent[IMPORT] == (0 if check or not expected else -(-expected // 200))
        assert sent[FIND] == (1 if check or not expected else 2)
    with capsys.disabled():
        print(f"\n{len(rules)} rule files, {any_kibana.emulator.version_number}:\n" + "\n".join(lines))


# What is written


def test_only_what_differs_is_written(any_kibana: Kibana) -> None:
    predicted = run(any_kibana, RULES, check=True)
    assert any_kibana.writes() == []
    first = run(any_kibana, RULES)
    assert requests(any_kibana) == [FIND] + [IMPORT] * 3 + [FIND]
    assert first["summary"]["created"] == 450
    keys = ("changed", "diff", "rules", "summary")
    assert {key: predicted[key] for key in keys} == {key: first[key] for key in keys}
    again = run(any_kibana, RULES)
    assert not again["changed"] and "diff" not in again
    assert requests(any_kibana) == [FIND]
    result = run(any_kibana, [rule(0, note="n"), *RULES[1:]])
    assert ids(result, "updated") == ["soc-0"]
    assert requests(any_kibana) == [FIND, IMPORT, FIND]
    assert any_kibana.emulator.violations == []


def test_few_rules_are_asked_for_by_their_ids(kibana: Kibana) -> None:
    run(kibana, RULES)
    kibana.seen()
    odd = [rule('a "b" \\ (c)'), rule(1)]
    assert ids(run(kibana, odd), "created") == ['soc-a "b" \\ (c)']
    assert all("ruleId" in entry["query"]["filter"] for entry in kibana.seen() if entry["path"].endswith("_find"))
    assert not run(kibana, odd)["changed"]
    assert run(kibana, [])["rules"] == []


@pytest.mark.parametrize("case", CASES, ids=str)
def test_everything_that_a_rule_can_have(any_kibana: Kibana, case: Any) -> None:
    if case.setup:
        case.setup(any_kibana)
    whole = {**case.identity, **case.create}
    for wanted in (whole, *({**case.identity, **update} for update in case.updates)):
        run(any_kibana, [wanted])
        assert not run(any_kibana, [wanted])["changed"], wanted
        assert not any_kibana.ok("detection_rule", wanted)["changed"], wanted
    assert any_kibana.emulator.violations == []


def test_enabled_is_as_for_a_single_rule(any_kibana: Kibana) -> None:
    """A rule is enabled where an import alone would store it disabled."""
    states = [rule(1), rule(2, state="disabled"), rule(3, enabled=False), rule(4, state="enabled")]
    run(any_kibana, states)
    assert [stored(any_kibana)[f"soc-{number}"]["enabled"] for number in (1, 2, 3, 4)] == [True, False, False, True]
    toggled = [{"rule_id": "soc-1", "state": "disabled"}, {"rule_id": "soc-2", "state": "enabled"}]
    any_kibana.seen()
    assert len(ids(run(any_kibana, toggled), "updated")) == 2
    assert any_kibana.writes() == [f"POST {PATH}/_bulk_action"] * 2
    assert not run(any_kibana, toggled)["changed"]
    assert run(any_kibana, [rule(1), rule(2)])["changed"] is False
    assert [stored(any_kibana)[f"soc-{number}"]["enabled"] for number in (1, 2)] == [False, True]


def test_many_rules_are_enabled_in_steps_of_a_hundred(any_kibana: Kibana) -> None:
    run(any_kibana, [rule(number, enabled=False) for number in range(250)])
    before = stored(any_kibana)
    any_kibana.seen()
    enabled = [{"rule_id": f"soc-{number}", "state": "enabled"} for number in range(250)]
    enabled[7]["name"] = "also another name"
    any_kibana.fault(method="POST", path=f"{PATH}/_bulk_action", cut="after", times=1)
    result = run(any_kibana, enabled)
    assert result["summary"]["updated"] == 250
    writes = Counter(any_kibana.writes())
    assert writes == {f"POST {PATH}/_bulk_action": 3 + 1, IMPORT: 1}, "one answer was lost"
    after = stored(any_kibana)
    assert all(after[f"soc-{number}"]["enabled"] for number in range(250))
    changed = {key for key in before["soc-0"] if before["soc-0"][key] != after["soc-0"][key]}
    assert changed <= {"enabled", "updated_at", "updated_by"}
    assert not run(any_kibana, enabled)["changed"]


def test_a_rule_that_cannot_be_enabled_does_not_keep_the_others(kibana: Kibana) -> None:
    run(kibana, [rule(number, enabled=False) for number in range(3)])
    gone = stored(kibana)["soc-1"]["id"]
    problem = {"message": "no licence for it", "status_code": 403, "rules": [{"id": gone}]}
    body = {"message": "Bulk edit partially failed", "status_code": 500, "attributes": {"errors": [problem]}}
    kibana.fault(method="POST", path=f"{PATH}/_bulk_action", status=500, body=body)
    result = fails(kibana, [{"rule_id": f"soc-{number}", "state": "enabled"} for number in range(3)])
    assert ids(result, "failed") == ["soc-1"]
    assert "no licence for it" in result["msg"]


def test_what_others_have_set_survives(any_kibana: Kibana) -> None:
    setup(any_kibana)
    listed = [{"id": "x", "list_id": "known-good", "type": "detection", "namespace_type": "single"}]
    listed[0]["id"] = any_kibana.call("GET", "/api/exception_lists?list_id=known-good")["id"]
    theirs = {"note": "theirs", "exceptions_list": listed, "actions": [MAIL], "meta": {"by": "them"}, "interval": "1h"}
    any_kibana.call("POST", PATH, {**rule(1), **theirs})
    before = stored(any_kibana)["soc-1"]
    run(any_kibana, [{"rule_id": "soc-1", "name": "Ours"}])
    after = stored(any_kibana)["soc-1"]
    assert {key for key in before if before[key] != after[key]} <= {"name", "updated_at", "revision"}


def test_names_of_connectors_and_lists_are_looked_up_once(any_kibana: Kibana) -> None:
    setup(any_kibana)
    connector = {"connector": "SOC index", "params": {"documents": [{"a": 1}]}}
    lists = [{"list_id": "known-good"}, {"list_id": "endpoint_list"}]
    wanted = [rule(number, actions=[connector], exceptions_list=lists) for number in range(30)]
    any_kibana.seen()
    run(any_kibana, wanted)
    sent = Counter(requests(any_kibana))
    assert sent["GET /api/actions/connectors"] == 1
    assert sent["GET /api/exception_lists"] <= 3
    assert {item["list_id"] for item in stored(any_kibana)["soc-29"]["exceptions_list"]} == {
        "known-good",
        "endpoint_list",
    }
    assert not run(any_kibana, wanted)["changed"]


def test_references_that_the_play_has_yet_to_make(kibana: Kibana) -> None:
    wanted = [rule(number, exceptions_list=[{"list_id": "later"}]) for number in range(3)]
    result = run(kibana, wanted, check=True)
    assert len(result["warnings"]) == 1 and "there is no exception list 'later'" in result["warnings"][0]
    result = fails(kibana, wanted)
    assert result["msg"].startswith("soc-0: exceptions_list: there is no exception list 'later'")
    assert kibana.writes() == []


def test_prebuilt_rules_are_written_one_by_one(any_kibana: Kibana) -> None:
    prebuilt = {"rule_id": "prebuilt-rule-1", "state": "enabled"}
    result = run(any_kibana, [prebuilt, rule(1)])
    assert sorted(any_kibana.writes()) == [f"POST {PATH}/_bulk_action", IMPORT]
    assert result["summary"]["updated"] == result["summary"]["created"] == 1
    assert not run(any_kibana, [prebuilt])["changed"]
    assert stored(any_kibana)["prebuilt-rule-1"]["immutable"] is True
    result = run(any_kibana, [{"rule_id": "prebuilt-rule-1", "severity": "low"}], check=True)
    assert "changing severity makes it a customised rule" in result["warnings"][0]
    result = fails(any_kibana, [{"rule_id": "prebuilt-rule-1", "author": ["SOC"]}, rule(2)])
    assert result["msg"].startswith("prebuilt-rule-1: author cannot be changed")
    assert "soc-2" not in stored(any_kibana)
    any_kibana.seen()
    run(any_kibana, [{"rule_id": "prebuilt-rule-1", "interval": "17m"}])
    assert any_kibana.writes() == [f"PUT {PATH}"]


def test_files_are_cut_by_size(kibana: Kibana, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_detection_rule_bulk, "CHUNK_BYTES", 5000)
    run(kibana, [rule(number, note="n" * 2000) for number in range(5)])
    assert kibana.writes() == [IMPORT] * 3


def test_a_proxy_that_takes_less_gets_less(kibana: Kibana) -> None:
    kibana.fault(method="POST", path=f"{PATH}/_import", status=413, body="<html>too large</html>", times=2)
    assert run(kibana, RULES[:4])["summary"]["created"] == 4
    assert kibana.writes() == [IMPORT] * 5
    kibana.fault(method="POST", path=f"{PATH}/_import", status=413, body="<html>too large</html>")
    assert "HTTP 413" in fails(kibana, [rule("big")])["msg"]


# What goes wrong


def test_a_rule_that_kibana_refuses_does_not_keep_it_from_the_others(any_kibana: Kibana) -> None:
    bad = rule("bad", actions=[{**MAIL, "id": "gone"}])
    result = fails(any_kibana, [RULES[0], bad, RULES[1]])
    assert result["changed"]
    assert result["msg"].startswith("1 of 3 objects failed: soc-bad: ")
    assert "Connector ids missing are: gone" in result["msg"]
    assert ids(result, "created") == ["soc-0", "soc-1"]
    assert "soc-bad" not in stored(any_kibana)


def test_a_reference_that_the_import_drops_is_a_failure(any_kibana: Kibana) -> None:
    reference = {"list_id": "gone", "id": "1", "type": "detection", "namespace_type": "single"}
    result = fails(any_kibana, [rule(1, exceptions_list=[reference]), rule(2)])
    assert "references a non existent exception list" in result["msg"]
    assert ids(result, "failed") == ["soc-1"]


def test_what_an_import_loses_is_a_failure(kibana: Kibana, monkeypatch: pytest.MonkeyPatch) -> None:
    """An import drops what it does not know, and reports success."""
    whole = _detection_rule_bulk.encode
    lossy = {"note", "response_actions"}
    monkeypatch.setattr(
        _detection_rule_bulk, "encode", lambda step: {k: v for k, v in whole(step).items() if k not in lossy}
    )
    respond = [{"action_type_id": ".osquery", "params": {"query": "select 1"}}]
    result = fails(kibana, [rule(1, note="n", response_actions=respond), rule(2)])
    assert result["rules"][0]["msg"] == "Kibana reported no error, and holds something else in: note, response_actions."
    assert ids(result, "created") == ["soc-2"]
    assert kibana.writes() == [IMPORT], "a rule that was written is not written again"


def test_a_search_that_lags_is_asked_again(kibana: Kibana) -> None:
    empty = {"page": 1, "perPage": 1000, "total": 0, "data": []}
    kibana.fault(path=f"{PATH}/_find", status=200, body=empty, after=1, times=1)
    assert ids(run(kibana, [rule(1)]), "created") == ["soc-1"]
    assert kibana.writes() == [IMPORT]


def test_rules_that_share_a_file_with_a_bad_one_are_imported_again(kibana: Kibana) -> None:
    """Kibana 8 imports nothing of a file in which the connector of one rule is missing."""
    text = {"error": {"status_code": 404, "message": "1 connector is missing."}}
    answer = {"success": False, "errors": [{"rule_id": "soc-1,soc-3", **text}]}
    kibana.fault(path=f"{PATH}/_import", status=200, body=answer, times=1)
    result = fails(kibana, RULES[:5])
    assert ids(result, "created") == ["soc-0", "soc-2", "soc-4"]
    assert {item["msg"] for item in result["rules"] if "msg" in item} == {"1 connector is missing."}
    assert sorted(key for key in stored(kibana) if key.startswith("soc")) == ["soc-0", "soc-2", "soc-4"]


def test_an_error_that_names_no_rule_counts_where_it_matters(kibana: Kibana) -> None:
    answer = {"success": False, "errors": [{"error": {"status_code": 400, "message": "Unexpected token"}}]}
    kibana.call("POST", PATH, {**rule(1), "enabled": True})
    kibana.fault(path=f"{PATH}/_import", status=200, body=answer)
    result = fails(kibana, [rule(1), rule(2)])
    assert ids(result, "unchanged") == ["soc-1"]
    assert result["rules"][1]["msg"] == "Unexpected token"


def test_a_lost_answer_is_no_failure_when_the_rules_are_there(kibana: Kibana) -> None:
    kibana.fault(method="POST", path=f"{PATH}/_import", cut="after", times=1)
    assert run(kibana, RULES[:3])["summary"]["created"] == 3
    assert kibana.writes() == [IMPORT] * 2, "the second attempt found them there"
    kibana.fault(method="POST", path=f"{PATH}/_import", cut="after")
    assert run(kibana, [rule(1, name="New")])["summary"]["updated"] == 1


def test_a_lost_connection_is_told_and_the_next_run_goes_on(kibana: Kibana) -> None:
    kibana.fault(method="POST", path=f"{PATH}/_import", cut="before", after=1)
    result = fails(kibana, RULES)
    assert result["summary"]["created"] == 200
    assert "not attempted" in result["rules"][-1]["msg"]
    kibana.no_faults()
    assert run(kibana, RULES)["summary"]["created"] == 250


def test_what_cannot_be_looked_at_is_not_called_a_success(kibana: Kibana) -> None:
    kibana.fault(path=f"{PATH}/_find", status=403, body={"statusCode": 403, "message": "no"}, after=1)
    assert "It is not known whether this was done" in fails(kibana, [rule(1)])["msg"]


def test_a_new_rule_is_never_written_over_another(kibana: Kibana) -> None:
    """Somebody may make it in the meantime."""
    empty = {"page": 1, "perPage": 1000, "total": 0, "data": []}
    kibana.call("POST", PATH, {**rule(1), "name": "Theirs", "note": "theirs"})
    kibana.fault(path=f"{PATH}/_find", status=200, body=empty, times=1)
    assert "already exists" in fails(kibana, [rule(1)])["msg"]
    assert stored(kibana)["soc-1"]["note"] == "theirs"


def test_a_user_who_may_only_read_is_told_so(kibana: Kibana) -> None:
    user = {"kibana_username": "viewer", "kibana_password": "viewer"}
    assert run(kibana, [rule(1)], check=True, **user)["changed"]
    result = fails(kibana, [rule(1), rule(2)], **user)
    assert "HTTP 403" in result["msg"] and not result["changed"]


def test_a_space_that_does_not_exist(kibana: Kibana) -> None:
    assert "space 'ops' does not exist" in fails(kibana, [rule(1)], space="ops")["msg"]
    assert run(kibana, [rule(1)], check=True, space="ops")["changed"]
    kibana.call("POST", "/api/spaces/space", {"id": "ops", "name": "Ops"})
    run(kibana, [rule(1)], space="ops")
    assert "soc-1" not in stored(kibana)
    assert not run(kibana, [rule(1)], space="ops")["changed"]


# Deleting


def test_single_rules_can_be_absent(any_kibana: Kibana) -> None:
    run(any_kibana, RULES[:2])
    gone = [{"rule_id": "soc-0", "state": "absent"}, {"rule_id": "never-was", "state": "absent"}]
    predicted = run(any_kibana, gone, check=True)
    result = run(any_kibana, gone)
    assert (ids(result, "deleted"), ids(result, "unchanged")) == (["soc-0"], ["never-was"])
    assert predicted["rules"] == result["rules"] and predicted["diff"] == result["diff"]
    assert (result["route"], "route" in predicted) == ("bulk_action", False)
    assert not run(any_kibana, gone)["changed"]
    assert "soc-1" in stored(any_kibana)


def test_exact_deletes_inside_its_scope_alone(any_kibana: Kibana) -> None:
    run(any_kibana, [*RULES[:250], rule("other", tags=["net"])])
    predicted = run(any_kibana, RULES[:1], check=True, **SOC)
    any_kibana.seen()
    result = run(any_kibana, RULES[:1], **SOC)
    assert requests(any_kibana) == [FIND] + [ACTION] * 3
    assert ids(result, "deleted") == ids(predicted, "deleted") == sorted(f"soc-{number}" for number in range(1, 250))
    assert sorted(stored(any_kibana)) == ["prebuilt-rule-1", "soc-0", "soc-other"]
    assert not run(any_kibana, RULES[:1], **SOC)["changed"]
    both = {"exact": True, "scope": {"tags": ["net"], "rule_id": "abc*"}}
    assert not run(any_kibana, [], **both)["changed"]
    assert ids(run(any_kibana, [], exact=True, scope={"rule_id": "soc-*"}), "deleted") == ["soc-0", "soc-other"]


def test_exact_never_deletes_prebuilt_rules(any_kibana: Kibana) -> None:
    run(any_kibana, RULES[:1])
    assert ids(run(any_kibana, [], exact=True, scope={"rule_id": "*"}), "deleted") == ["soc-0"]
    assert sorted(stored(any_kibana)) == ["prebuilt-rule-1"]


def test_exact_stops_before_too_many_deletions(kibana: Kibana) -> None:
    run(kibana, RULES[:5])
    kibana.seen()
    assert "5 objects would be deleted" in fails(kibana, [rule("new")], max_deletions=4, **SOC)["msg"]
    assert kibana.writes() == []


@pytest.mark.parametrize("scope", [None, {}, {"tags": []}, {"rule_id": ""}])
def test_exact_wants_a_scope(kibana: Kibana, scope: Any) -> None:
    assert "scope" in fails(kibana, [], exact=True, scope=scope)["msg"]
    assert kibana.seen() == []


@pytest.mark.parametrize(
    ("version", "prefer", "used"),
    [
        ("8.18.0", "bulk_delete", "bulk_delete"),
        ("8.18.0", "bulk_action", "bulk_action"),
        ("9.4.3", "bulk_delete", "bulk_action"),
    ],
)
def test_the_route_of_deletions(monkeypatch: pytest.MonkeyPatch, version: str, prefer: str, used: str) -> None:
    kibana = Kibana(monkeypatch, version)
    run(kibana, RULES[:150])
    result = run(kibana, [], delete_route=prefer, **SOC)
    assert result["route"] == used
    assert result["summary"]["deleted"] == 150
    assert [item for item in kibana.writes() if item != IMPORT][-2:] == [
        ACTION if used == "bulk_action" else DELETE
    ] * 2


def test_the_old_route_serves_where_the_new_one_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    kibana = Kibana(monkeypatch, "8.18.0")
    run(kibana, RULES[:3])
    kibana.fault(path=f"{PATH}/_bulk_action", status=404, body=MISSING)
    assert run(kibana, [], **SOC)["route"] == "bulk_delete"
    run(kibana, RULES[:1])
    kibana.fault(path=f"{PATH}/_bulk_delete", status=404, body=MISSING)
    assert "this Kibana does not have this function" in fails(kibana, [], **SOC)["msg"]


@pytest.mark.parametrize("route", ["bulk_action", "bulk_delete"])
def test_what_is_gone_already_is_deleted(monkeypatch: pytest.MonkeyPatch, route: str) -> None:
    kibana = Kibana(monkeypatch, "8.18.0")
    run(kibana, RULES[:3])
    deleted = kibana.call("GET", f"{PATH}/_find?per_page=100")
    kibana.call("DELETE", f"{PATH}?rule_id=soc-1")
    kibana.fault(path=f"{PATH}/_find", status=200, body=deleted, times=1)
    assert run(kibana, [], delete_route=route, **SOC)["summary"]["deleted"] == 3


def test_a_rule_that_cannot_be_deleted_is_named(kibana: Kibana) -> None:
    run(kibana, RULES[:3])
    identity = stored(kibana)["soc-1"]["id"]
    problem = {"message": "It is locked", "status_code": 500, "rules": [{"id": identity, "name": "n"}]}
    body = {"message": "Bulk edit failed", "status_code": 500, "attributes": {"errors": [problem]}}
    kibana.fault(path=f"{PATH}/_bulk_action", status=500, body=body)
    gone = [{"rule_id": "soc-1", "state": "absent"}]
    assert fails(kibana, gone)["msg"] == "1 of 1 objects failed: soc-1: It is locked"


def test_a_busy_kibana_is_asked_again(kibana: Kibana) -> None:
    run(kibana, RULES[:3])
    busy = {"statusCode": 429, "error": "Too Many Requests", "message": "Too Many Requests"}
    kibana.fault(path=f"{PATH}/_bulk_action", status=429, body=busy, times=2)
    assert run(kibana, [], **SOC)["summary"]["deleted"] == 3


@pytest.mark.parametrize(
    ("rules", "text"),
    [
        ([rule(1), rule(1)], "rule_id 'soc-1' is listed twice"),
        ([rule(1), rule(2, risk_score=101)], "rules[1] (soc-2): risk_score is 101"),
        ([rule(1, state="enabled", enabled=False)], "rules[0] (soc-1): state is enabled and enabled is false"),
        ([{"rule_id": "soc-9", "state": "disabled"}], "soc-9: There is no rule soc-9 yet"),
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_lists_that_make_no_sense(kibana: Kibana, rules: list[dict[str, Any]], text: str, check: bool) -> None:
    assert text in fails(kibana, rules, check=check)["msg"]
    assert kibana.writes() == []
