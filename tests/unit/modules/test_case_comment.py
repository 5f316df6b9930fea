# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the lifecycle table does not show about the comments of cases."""

from __future__ import annotations

from typing import Any

import pytest
from cases.case_comment import opened
from harness import Kibana

CASE = {"case_title": "Malware", "case_owner": "cases"}
ALERT = {"type": "alert", "alertId": ["a1"], "index": ["i"], "rule": {"id": None, "name": None}, "owner": "cases"}


@pytest.fixture
def path(any_kibana: Kibana) -> str:
    """The comments of a case."""
    opened(any_kibana)
    case = any_kibana.call("GET", "/api/cases/_find")["cases"][0]
    any_kibana.seen()
    return f"/api/cases/{case['id']}/comments"


def say(kibana: Kibana, path: str, text: str) -> dict[str, Any]:
    comment = {"type": "user", "owner": "cases", "comment": text}
    said = kibana.call("POST", path, comment)["comments"][-1]
    kibana.seen()
    return dict(said)


def texts(kibana: Kibana, path: str) -> list[str]:
    return [item.get("comment", "alert") for item in kibana.call("GET", path + "/_find?sortOrder=asc")["comments"]]


def test_a_text_is_said_once(any_kibana: Kibana, path: str) -> None:
    first = say(any_kibana, path, "seen ")
    say(any_kibana, path, "seen")
    result = any_kibana.ok("case_comment", {**CASE, "comment": " seen"})
    assert not result["changed"]
    assert result["comment"]["id"] == first["id"]
    assert any_kibana.ok("case_comment", {**CASE, "comment": "Seen"})["comment"]["comment"] == "Seen"
    assert texts(any_kibana, path) == ["seen ", "seen", "Seen"]


def test_a_text_is_looked_for_to_the_end(any_kibana: Kibana, path: str) -> None:
    for number in range(101):
        say(any_kibana, path, str(number))
    assert not any_kibana.ok("case_comment", {**CASE, "comment": "100"})["changed"]


def test_editing(any_kibana: Kibana, path: str) -> None:
    comment = say(any_kibana, path, "seen")
    say(any_kibana, path, "other")
    options = {**CASE, "id": comment["id"], "comment": "seen twice"}
    predicted = any_kibana.ok("case_comment", options, check=True)
    assert any_kibana.writes() == []
    result = any_kibana.ok("case_comment", options)
    assert len(any_kibana.writes()) == 1
    assert predicted["diff"] == result["diff"]
    assert (result["diff"]["before"]["comment"], result["diff"]["after"]["comment"]) == ("seen", "seen twice")
    assert result["comment"]["comment"] == "seen twice"
    assert not any_kibana.ok("case_comment", options)["changed"]
    assert texts(any_kibana, path) == ["seen twice", "other"]


def test_an_edit_whose_answer_is_lost_was_made(any_kibana: Kibana, path: str) -> None:
    comment = say(any_kibana, path, "seen")
    any_kibana.fault(method="PATCH", path="/api/cases", cut="after", times=1)
    result = any_kibana.ok("case_comment", {**CASE, "id": comment["id"], "comment": "new"})
    assert result["changed"]
    assert result["comment"]["comment"] == "new"


def test_deleting_one(any_kibana: Kibana, path: str) -> None:
    comment = say(any_kibana, path, "a")
    say(any_kibana, path, "b")
    alert = any_kibana.call("POST", path, ALERT)["comments"][-1]
    for options in ({"id": comment["id"]}, {"comment": "b"}, {"id": alert["id"]}):
        result = any_kibana.ok("case_comment", {**CASE, **options, "state": "absent"})
        assert (result["changed"], result["deleted"]) == (True, 1)
        result = any_kibana.ok("case_comment", {**CASE, **options, "state": "absent"})
        assert (result["changed"], result["deleted"]) == (False, 0)
    assert texts(any_kibana, path) == []


def test_two_of_one_text_are_not_deleted_by_it(any_kibana: Kibana, path: str) -> None:
    ids = [say(any_kibana, path, "a")["id"], say(any_kibana, path, "a")["id"]]
    message = any_kibana.fails("case_comment", {**CASE, "comment": "a", "state": "absent"})["msg"]
    assert all(comment in message for comment in ids)
    assert texts(any_kibana, path) == ["a", "a"]


def test_deleting_all(any_kibana: Kibana, path: str) -> None:
    options = {**CASE, "all": True, "state": "absent"}
    assert not any_kibana.ok("case_comment", options)["changed"]
    say(any_kibana, path, "a")
    any_kibana.call("POST", path, ALERT)
    any_kibana.seen()
    predicted = any_kibana.ok("case_comment", options, check=True)
    assert any_kibana.writes() == []
    result = any_kibana.ok("case_comment", options)
    assert any_kibana.writes() == [f"DELETE {path}"]
    assert predicted["deleted"] == result["deleted"] == 2
    assert predicted["diff"] == result["diff"]
    assert [item["type"] for item in result["diff"]["before"]["comments"]] == ["user", "alert"]
    assert texts(any_kibana, path) == []
    assert not any_kibana.ok("case_comment", options)["changed"]


def test_a_comment_of_another_case_is_out_of_reach(any_kibana: Kibana, path: str) -> None:
    comment = say(any_kibana, path, "a")
    other = any_kibana.ok("case", {"title": "other", "owner": "cases", "description": "d"})["case"]["id"]
    result = any_kibana.ok("case_comment", {"case_id": other, "id": comment["id"], "state": "absent"})
    assert not result["changed"]
    message = any_kibana.fails("case_comment", {"case_id": other, "id": comment["id"], "comment": "b"})["msg"]
    assert "has no comment with the id" in message
    assert texts(any_kibana, path) == ["a"]


def test_a_case_that_is_not_there(any_kibana: Kibana) -> None:
    options = {"case_id": "none", "comment": "a"}
    assert "There is no case 'none'" in any_kibana.fails("case_comment", options)["msg"]
    assert any_kibana.ok("case_comment", options, check=True)["changed"]
    for doomed in ({"comment": "a"}, {"id": "x"}, {"all": True}):
        assert not any_kibana.ok("case_comment", {"case_id": "none", **doomed, "state": "absent"})["changed"]
    assert any_kibana.writes() == []


def test_an_alert_has_no_text(any_kibana: Kibana, path: str) -> None:
    alert = any_kibana.call("POST", path, ALERT)["comments"][-1]
    message = any_kibana.fails("case_comment", {**CASE, "id": alert["id"], "comment": "a"})["msg"]
    assert "is of the type alert" in message


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"comment": "a"}, "Give case_id, or case_title and case_owner"),
        ({"case_title": "x", "comment": "a"}, "Give case_id, or case_title and case_owner"),
        (CASE, "comment must be given"),
        ({**CASE, "comment": " "}, "must not be blank"),
        ({**CASE, "comment": "a", "all": True}, "all: true belongs to state: absent"),
        ({**CASE, "state": "absent"}, "Give one of id, comment or all: true"),
        ({**CASE, "state": "absent", "all": True, "id": "x"}, "Give one of id, comment or all: true"),
        ({**CASE, "state": "absent", "comment": "a", "id": "x"}, "Give one of id, comment or all: true"),
    ],
)
def test_refusals(kibana: Kibana, params: dict[str, Any], text: str) -> None:
    assert text in kibana.fails("case_comment", params)["msg"]
    assert kibana.seen() == []
