# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Anonymization fields: one request for what differs, exact mode, and what one refused field does to the others."""

from __future__ import annotations

from typing import Any

import pytest
from harness import Kibana

MODULE = "ai_anonymization_fields"
BASE = "/api/security_ai_assistant/anonymization_fields"
BULK = f"POST {BASE}/_bulk_action"


def became(result: dict[str, Any]) -> dict[str, str]:
    return {item["field"]: item["result"] for item in result["fields"]}


def stored(kibana: Kibana) -> dict[str, tuple[bool, bool]]:
    data = kibana.call("GET", f"{BASE}/_find?per_page=1000")["data"]
    return {item["field"]: (item["allowed"], item["anonymized"]) for item in data}


def field(name: str, **flags: bool) -> dict[str, Any]:
    return {"field": name, **flags}


def test_one_request_for_all_kinds_of_change(any_kibana: Kibana) -> None:
    any_kibana.ok(MODULE, {"fields": [field("old.a"), field("old.b")]})
    any_kibana.seen()
    fields = [
        field("new.a", allowed=True),
        field("host.name", anonymized=False),
        field("user.name", allowed=True, anonymized=True),
    ]
    params = {"fields": fields, "exact": True, "scope": "old.*"}
    predicted = any_kibana.ok(MODULE, params, check=True)
    assert any_kibana.writes() == []
    result = any_kibana.ok(MODULE, params)
    assert any_kibana.writes() == [BULK]
    assert became(result) == {
        "new.a": "created",
        "host.name": "updated",
        "user.name": "unchanged",
        "old.a": "deleted",
        "old.b": "deleted",
    }
    for key in ("changed", "diff", "fields", "summary"):
        assert predicted[key] == result[key]
    fields_now = stored(any_kibana)
    assert (fields_now["new.a"], fields_now["host.name"]) == ((True, False), (True, False))
    again = any_kibana.ok(MODULE, params)
    assert not again["changed"]
    assert "diff" not in again


def test_each_flag_alone(any_kibana: Kibana) -> None:
    steps: list[tuple[dict[str, bool], tuple[bool, bool]]] = [
        ({}, (False, False)),
        ({"anonymized": True}, (False, True)),
        ({"allowed": True}, (True, True)),
        ({"anonymized": False}, (True, False)),
    ]
    for flags, expected in steps:
        params = {"fields": [field("x.y", **flags)]}
        assert any_kibana.ok(MODULE, params)["changed"]
        assert not any_kibana.ok(MODULE, params)["changed"]
        assert stored(any_kibana)["x.y"] == expected
    assert became(any_kibana.ok(MODULE, {"fields": [field("x.y")], "state": "absent"})) == {"x.y": "deleted"}
    assert not any_kibana.ok(MODULE, {"fields": [field("x.y")], "state": "absent"})["changed"]


def test_chunks_of_a_hundred(kibana: Kibana) -> None:
    fields = [field(f"f{number}", allowed=True) for number in range(250)]
    assert kibana.ok(MODULE, {"fields": fields})["summary"]["created"] == 250
    assert kibana.writes() == [BULK] * 3
    assert not kibana.ok(MODULE, {"fields": fields})["changed"]
    absent = kibana.ok(MODULE, {"fields": fields, "state": "absent"})
    assert absent["summary"]["deleted"] == 250


def test_one_refused_field_hides_no_other(any_kibana: Kibana) -> None:
    fields = [*(field(f"f{number}") for number in range(20)), field("host.*"), field("a:b")]
    result = any_kibana.fails(MODULE, {"fields": fields})
    assert result["summary"] == {"created": 20, "updated": 0, "unchanged": 0, "deleted": 0, "failed": 2}
    assert "already exists" in result["msg"]
    assert {key for key, outcome in became(result).items() if outcome == "failed"} == {"host.*", "a:b"}
    assert result["changed"]
    assert len(any_kibana.writes()) < 16
    again = any_kibana.fails(MODULE, {"fields": fields})
    assert (again["changed"], again["summary"]["unchanged"]) == (False, 20)


def test_somebody_else_was_faster(kibana: Kibana) -> None:
    nothing = {"page": 1, "perPage": 1000, "total": 0, "data": []}
    kibana.fault(method="GET", path=f"{BASE}/_find", times=1, status=200, body=nothing)
    kibana.call("POST", f"{BASE}/_bulk_action", {"create": [field("x.y", allowed=True)]})
    result = kibana.ok(MODULE, {"fields": [field("x.y", allowed=True), field("x.z")]})
    assert set(stored(kibana)) >= {"x.y", "x.z"}
    assert became(result) == {"x.y": "created", "x.z": "created"}


def test_part_that_kibana_could_not_do(kibana: Kibana) -> None:
    kibana.ok(MODULE, {"fields": [field("x.y")]})
    found = kibana.call("GET", f"{BASE}/_find?per_page=1000")
    ghost = {**next(item for item in found["data"] if item["field"] == "x.y"), "id": "ghost", "field": "x.ghost"}
    body = {**found, "data": [*found["data"], ghost], "total": found["total"] + 1}
    kibana.fault(method="GET", path=f"{BASE}/_find", status=200, body=body)
    fields = [field("x.ghost", allowed=True), field("x.new"), field("x.y", allowed=True)]
    result = kibana.fails(MODULE, {"fields": fields})
    assert "Document ghost not found" in result["msg"]
    kibana.no_faults()
    assert stored(kibana)["x.y"] == (True, False)
    assert "x.new" in stored(kibana)


@pytest.mark.parametrize("fault", [{"cut": "after"}, {"cut": "before"}, {"status": 503}, {"status": 429}])
def test_a_passing_fault_is_survived(kibana: Kibana, fault: dict[str, Any]) -> None:
    kibana.fault(method="POST", path=f"{BASE}/_bulk_action", times=1, **fault)
    fields = [field("x.y"), field("x.z")]
    assert kibana.ok(MODULE, {"fields": fields})["changed"]
    assert not kibana.ok(MODULE, {"fields": fields})["changed"]


def test_exact_stops_in_time(kibana: Kibana) -> None:
    kibana.ok(MODULE, {"fields": [field("old.a"), field("old.b"), field("older")]})
    kibana.seen()
    exact = {"fields": [], "exact": True, "scope": "old.*", "max_deletions": 1}
    for check in (True, False):
        assert "old.a, old.b" in kibana.fails(MODULE, exact, check=check)["msg"]
    assert kibana.writes() == []
    assert kibana.ok(MODULE, {**exact, "max_deletions": 2})["summary"]["deleted"] == 2
    assert "older" in stored(kibana)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"fields": [], "exact": True}, "scope"),
        ({"fields": [], "exact": True, "scope": "*", "state": "absent"}, "only one of them"),
        ({"fields": [field("a"), field("a")]}, "listed twice"),
        ({"fields": [field("a")], "space": "nowhere"}, "does not exist"),
        ({"fields": [field("a")], "kibana_username": "viewer", "kibana_password": "viewer"}, "privilege"),
    ],
)
def test_what_is_refused(kibana: Kibana, params: dict[str, Any], words: str) -> None:
    assert words in kibana.fails(MODULE, params)["msg"]
    assert kibana.writes() == []


def test_two_of_one_name(kibana: Kibana) -> None:
    kibana.call("POST", f"{BASE}/_bulk_action", {"create": [field("x.y"), field("x.y")]})
    assert "2 objects have the field 'x.y'" in kibana.fails(MODULE, {"fields": [field("x.y")]})["msg"]
    assert kibana.ok(MODULE, {"fields": [field("x.z")]})["changed"]
