# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the lifecycle table does not show about cases, and the module that reads them."""

from __future__ import annotations

from typing import Any

import pytest
from cases.case import NONE, configured
from harness import Kibana

NAMED = {"title": "Malware", "owner": "cases"}
BODY = {**NAMED, "description": "d", "tags": ["b", "a"], "connector": NONE, "settings": {"syncAlerts": True}}


def opened(kibana: Kibana, **fields: Any) -> dict[str, Any]:
    made = dict(kibana.call("POST", "/api/cases", {**BODY, **fields}))
    kibana.seen()
    return made


def stored(kibana: Kibana, case_id: str) -> dict[str, Any]:
    return dict(kibana.call("GET", f"/api/cases/{case_id}"))


def with_data(kibana: Kibana) -> None:
    kibana.emulator.seed = "soc"
    kibana.emulator.reset()


def test_a_case_by_id_may_get_another_title(any_kibana: Kibana) -> None:
    case = opened(any_kibana)
    result = any_kibana.ok("case", {"id": case["id"], "title": " Ransomware ", "tags": ["a", "b", "a"]})
    assert any_kibana.writes() == ["PATCH /api/cases"]
    assert result["diff"]["after"]["title"] == "Ransomware"
    assert stored(any_kibana, case["id"])["title"] == "Ransomware"
    assert any_kibana.ok("case", {"id": case["id"], "state": "absent"})["changed"]
    assert not any_kibana.ok("case", {"id": case["id"], "state": "absent"})["changed"]


def test_two_cases_of_one_title(kibana: Kibana) -> None:
    ids = sorted(
        opened(kibana, **fields)["id"] for fields in ({}, {}, {"owner": "observability"}, {"title": "malware"})
    )
    result = kibana.fails("case", {**NAMED, "severity": "high"})
    assert "2 cases of cases have the title 'Malware'" in result["msg"]
    assert sum(case_id in result["msg"] for case_id in ids) == 2
    assert "give the id" in kibana.fails("case", {**NAMED, "state": "absent"})["msg"]
    assert kibana.writes() == []
    assert not kibana.ok("case", {"title": "malware", "owner": "cases"})["changed"]


def test_a_title_is_looked_for_to_the_end(kibana: Kibana) -> None:
    oldest = opened(kibana, title="scan")
    for number in range(105):
        opened(kibana, title=f"scan {number}")
    assert kibana.ok("case", {"title": "scan", "owner": "cases"})["case"]["id"] == oldest["id"]
    oldest = opened(kibana, title="...")
    assert kibana.ok("case", {"title": "...", "owner": "cases"})["case"]["id"] == oldest["id"]


def test_what_others_change_meanwhile_is_read_again(kibana: Kibana, monkeypatch: pytest.MonkeyPatch) -> None:
    case = opened(kibana)
    exchange, raced = kibana.emulator.exchange, []

    def racing(request: Any) -> Any:
        if request.method == "PATCH" and not raced:
            raced.append(True)
            other = {"id": case["id"], "version": case["version"], "tags": ["theirs"]}
            kibana.call("PATCH", "/api/cases", {"cases": [other]})
        return exchange(request)

    monkeypatch.setattr(kibana.emulator, "exchange", racing)
    assert kibana.ok("case", {**NAMED, "severity": "high"})["changed"]
    after = stored(kibana, case["id"])
    assert (after["tags"], after["severity"]) == (["theirs"], "high")


def test_a_change_whose_answer_is_lost_was_made(kibana: Kibana) -> None:
    case = opened(kibana)
    kibana.fault(method="PATCH", path="/api/cases", cut="after", times=1)
    assert kibana.ok("case", {**NAMED, "status": "closed"})["changed"]
    assert stored(kibana, case["id"])["status"] == "closed"


def test_a_new_case_whose_status_fails_is_finished_by_the_next_run(kibana: Kibana) -> None:
    kibana.fault(method="PATCH", path="/api/cases", status=500, body={"message": "no"})
    options = {**NAMED, "description": "d", "status": "in-progress"}
    assert kibana.fails("case", options)["status"] == 500
    kibana.no_faults()
    result = kibana.ok("case", options)
    assert (result["diff"]["before"]["status"], result["case"]["status"]) == ("open", "in-progress")
    assert kibana.call("GET", "/api/cases/_find")["total"] == 1


def test_custom_fields_of_others_stay(any_kibana: Kibana) -> None:
    configured(any_kibana)
    options = {"title": "t", "owner": "securitySolution", "description": "d"}
    text = {"key": "a", "type": "text", "value": 42}
    any_kibana.ok("case", {**options, "customFields": [text, {"key": "c", "type": "text", "value": "mine"}]})
    result = any_kibana.ok("case", {**options, "customFields": [{"key": "b", "type": "toggle", "value": True}]})
    assert {field["key"]: field["value"] for field in result["case"]["customFields"]} == {
        "a": "42",
        "b": True,
        "c": "mine",
    }


def test_a_number(kibana: Kibana) -> None:
    field = {"key": "n", "label": "N", "type": "number", "required": False}
    body = {"owner": "cases", "connector": NONE, "closure_type": "close-by-user", "customFields": [field]}
    kibana.call("POST", "/api/cases/configure", body)
    options = {**NAMED, "description": "d", "customFields": [{"key": "n", "type": "number", "value": "7"}]}
    assert kibana.ok("case", options)["case"]["customFields"][0]["value"] == 7
    options["customFields"] = [{"key": "n", "type": "number", "value": 7}]
    assert not kibana.ok("case", options)["changed"]


def test_a_connector_that_the_play_is_about_to_make(kibana: Kibana) -> None:
    options = {**NAMED, "description": "d", "connector": {"name": "Jira"}}
    predicted = kibana.ok("case", options, check=True)
    assert predicted["case"]["connector"]["id"] == "(known after apply)"
    assert any("no connector 'Jira' yet" in warning for warning in predicted["warnings"])
    assert "There is no connector 'Jira'" in kibana.fails("case", options)["msg"]
    configured(kibana)
    assert kibana.ok("case", options)["case"]["connector"]["type"] == ".jira"
    fields = {"issueType": None, "parent": None, "priority": None}
    assert kibana.ok("case", options)["case"]["connector"]["fields"] == fields


def test_a_case_that_the_play_is_about_to_open(kibana: Kibana) -> None:
    predicted = kibana.ok("case", {**NAMED, "description": "d"}, check=True)["case"]
    later = kibana.ok("case", {"id": predicted["id"], "status": "closed"}, check=True)
    assert later["changed"]
    assert kibana.ok("case_comment", {"case_id": predicted["id"], "comment": "x"}, check=True)["changed"]


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({}, "Give id, or title and owner"),
        ({"title": "x"}, "Give id, or title and owner"),
        ({"title": " ", "owner": "cases"}, "title must not be blank"),
        ({"id": "none", "severity": "low"}, "There is no case with the id 'none'"),
        ({"title": "x", "owner": "cases"}, "a new one needs a description"),
        ({**NAMED, "customFields": [{"key": "a", "type": "toggle", "value": "maybe"}]}, "of 'a' is no toggle"),
        ({**NAMED, "customFields": [{"key": "a", "type": "number", "value": "x"}]}, "of 'a' is no number"),
        ({**NAMED, "customFields": [{"key": "a", "type": "text", "value": ["x"]}]}, "of 'a' is no text"),
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_refusals(kibana: Kibana, params: dict[str, Any], text: str, check: bool) -> None:
    opened(kibana)
    assert text in kibana.fails("case", params, check=check)["msg"]
    assert kibana.writes() == []


def test_the_owner_stays(kibana: Kibana) -> None:
    case = opened(kibana)
    assert "owner is 'cases'" in kibana.fails("case", {"id": case["id"], "owner": "observability"})["msg"]


def test_gone_before_it_could_be_deleted(kibana: Kibana) -> None:
    opened(kibana)
    kibana.fault(method="DELETE", path="/api/cases", status=404, body={"statusCode": 404, "message": "gone"})
    assert kibana.ok("case", {**NAMED, "state": "absent"})["changed"]


def test_spaces(kibana: Kibana) -> None:
    kibana.call("POST", "/api/spaces/space", {"id": "ops", "name": "Ops"})
    assert kibana.ok("case", {**NAMED, "description": "d", "space": "ops"})["changed"]
    assert kibana.ok("case_info", {"space": "ops"})["cases"][0]["title"] == "Malware"
    assert kibana.ok("case_info", {})["cases"] == []


def titles(kibana: Kibana, **params: Any) -> set[str]:
    return {case["title"] for case in kibana.ok("case_info", params)["cases"]}


def test_info_on_cases(any_kibana: Kibana) -> None:
    with_data(any_kibana)
    phishing, force, malware = "Phishing wave against accounting", "Brute force on web-01", "Malware on wks-chloe"
    assert titles(any_kibana) == {phishing, force, malware}
    for params, found in (
        ({"status": ["open", "in-progress"]}, {phishing, force}),
        ({"severity": ["critical"], "status": ["closed"]}, {malware}),
        ({"tags": ["phishing", "malware"], "owner": ["securitySolution"]}, {phishing, malware}),
        ({"reporters": ["boris"]}, {force}),
        ({"owner": ["cases"]}, set()),
        ({"category": ["none"]}, set()),
        ({"assignees": ["none"], "search": "accounting"}, {phishing}),
        ({"search": "reported wave", "searchFields": ["title"], "defaultSearchOperator": "AND"}, set()),
        ({"from": "now-1d", "to": "now"}, {phishing, force, malware}),
        ({"to": "now-1d"}, set()),
        ({"alert_id": "alert-2"}, {force}),
        ({"alert_id": "alert-2", "owner": ["cases"]}, set()),
        ({"alert_id": "none"}, set()),
        ({"id": "none"}, set()),
    ):
        assert titles(any_kibana, **params) == found, params
    listed = any_kibana.ok("case_info", {"sortField": "title", "sortOrder": "asc"})["cases"]
    assert [case["title"] for case in listed] == [force, malware, phishing]
    case = any_kibana.ok("case_info", {"id": listed[0]["id"]})["cases"][0]
    assert case == listed[0]
    assert any_kibana.writes() == []


def test_info_pages_to_the_end(kibana: Kibana) -> None:
    case, *_others = [opened(kibana, title=f"t{number}") for number in range(101)]
    assert len(titles(kibana)) == 101
    for number in range(101):
        comment = {"type": "user", "owner": "cases", "comment": str(number)}
        kibana.call("POST", f"/api/cases/{case['id']}/comments", comment)
    comments = kibana.ok("case_info", {"gather": "comments", "id": case["id"]})["comments"]
    assert [comment["comment"] for comment in comments] == [str(number) for number in range(101)]


def test_info_on_the_rest(any_kibana: Kibana) -> None:
    for kind in ("reporters", "tags"):
        assert any_kibana.ok("case_info", {"gather": kind})[kind] == []
    with_data(any_kibana)
    names = [user["username"] for user in any_kibana.ok("case_info", {"gather": "reporters"})["reporters"]]
    assert names == ["anna", "boris"]
    assert "malware" in any_kibana.ok("case_info", {"gather": "tags", "owner": ["securitySolution"]})["tags"]
    assert any_kibana.ok("case_info", {"gather": "tags", "owner": ["cases"]})["tags"] == []
    key = any_kibana.ok("case_info", {"alert_id": "alert-1"})["cases"][0]["id"]
    comments = any_kibana.ok("case_info", {"gather": "comments", "id": key})["comments"]
    assert [comment["type"] for comment in comments] == ["user", "alert"]
    assert [alert["id"] for alert in any_kibana.ok("case_info", {"gather": "alerts", "id": key})["alerts"]] == [
        "alert-1"
    ]
    for kind in ("comments", "alerts"):
        assert any_kibana.ok("case_info", {"gather": kind, "id": "none"})[kind] == []


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"gather": "comments"}, "gather: comments needs id"),
        ({"gather": "tags", "status": ["open"]}, "status cannot be given together with gather: tags"),
        ({"id": "x", "tags": ["a"]}, "tags cannot be given together with id"),
        ({"id": "x", "alert_id": "y"}, "alert_id cannot be given together with id"),
        ({"alert_id": "y", "search": "z"}, "search cannot be given together with alert_id"),
    ],
)
def test_info_refuses_what_it_would_ignore(kibana: Kibana, params: dict[str, Any], text: str) -> None:
    assert text in kibana.fails("case_info", params)["msg"]
    assert kibana.seen() == []


@pytest.mark.parametrize("status", [401, 403, 500])
@pytest.mark.parametrize(
    "params", [{}, {"id": "x"}, {"alert_id": "x"}, *({"gather": kind} for kind in ("reporters", "tags")),
               *({"gather": kind, "id": "x"} for kind in ("comments", "alerts"))],
)  # fmt: skip
def test_an_error_is_never_an_empty_answer(kibana: Kibana, status: int, params: dict[str, Any]) -> None:
    kibana.fault(path="/api", status=status, body={"statusCode": status, "error": "E", "message": "no"})
    assert kibana.fails("case_info", params)["status"] == status


def test_a_kibana_without_cases_says_so(kibana: Kibana) -> None:
    kibana.fault(path="/api", status=404, body={"statusCode": 404, "error": "Not Found", "message": "Not Found"})
    for params in ({}, {"id": "x"}, {"gather": "alerts", "id": "x"}):
        assert "does not have this function" in kibana.fails("case_info", params)["msg"]


def test_a_case_that_is_absent_and_is_to_be_is_left_alone_whatever_else_is_given(kibana: Kibana) -> None:
    connector = {"id": "sn", "name": "SN", "type": ".servicenow", "fields": {"urgency": "2"}}
    params = {"title": "Gone", "owner": "securitySolution", "state": "absent", "connector": connector}
    for check in (True, False):
        assert kibana.ok("case", params, check=check)["changed"] is False
    assert kibana.writes() == []
