# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading rules: selections, paging beyond the window of a search, and never an error for an empty answer."""

from __future__ import annotations

from typing import Any

import pytest
from harness import Kibana

from ansible_collections.stackops.kibana.plugins.module_utils import _detection_rule_find

RULES = "/api/detection_engine/rules"
RULE = {"type": "query", "description": "d", "risk_score": 1, "severity": "low"}


def ids(kibana: Kibana, **params: Any) -> list[str]:
    return [rule["rule_id"] for rule in kibana.ok("detection_rule_info", params)["rules"]]


@pytest.fixture
def full(any_kibana: Kibana) -> Kibana:
    for number in range(4):
        tags = ["a b", f"t{number % 2}", 'say "hi"'][: number + 1]
        name, enabled = f"Rule {number}", number > 1
        any_kibana.call(
            "POST", RULES, {**RULE, "rule_id": f"r{number}", "name": name, "tags": tags, "enabled": enabled}
        )
    any_kibana.call("POST", RULES, {**RULE, "rule_id": "again", "name": "Rule 1", "severity": "high"})
    any_kibana.seen()
    return any_kibana


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({}, ["again", "prebuilt-rule-1", "r0", "r1", "r2", "r3"]),
        ({"rule_id": "r1"}, ["r1"]),
        ({"name": "Rule 1"}, ["again", "r1"]),
        ({"name": "Rule"}, []),
        ({"filter": "alert.attributes.params.severity: high or alert.attributes.params.ruleId: r0"}, ["again", "r0"]),
        ({"filter": "alert.attributes.params.severity: high or alert.attributes.name: *", "name": "Rule 2"}, ["r2"]),
        ({"tags": ["a b"]}, ["r0", "r1", "r2", "r3"]),
        ({"tags": ["a b", "t1"]}, ["r1", "r3"]),
        ({"tags": ['say "hi"']}, ["r2", "r3"]),
        ({"enabled": False, "prebuilt": False}, ["r0", "r1"]),
        ({"prebuilt": True}, ["prebuilt-rule-1"]),
        ({"rule_id": "none"}, []),
        ({"id": "00000000-0000-4000-8000-000000000000"}, []),
        ({"tags": ["none"]}, []),
    ],
)
def test_selections(full: Kibana, params: dict[str, Any], found: list[str]) -> None:
    assert sorted(ids(full, **params)) == found
    assert len(full.seen()) == 1
    assert full.emulator.violations == []


def test_by_the_random_id(full: Kibana) -> None:
    rule = full.ok("detection_rule_info", {"rule_id": "r1"})["rules"][0]
    assert full.ok("detection_rule_info", {"id": rule["id"]})["rules"] == [rule]


def test_all_are_read_beyond_the_window_of_a_search(kibana: Kibana, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_detection_rule_find, "WINDOW", 20)
    monkeypatch.setattr(_detection_rule_find, "PAGE", 5)
    for number in range(65):
        kibana.call("POST", RULES, {**RULE, "rule_id": f"r{number}", "name": "n"})
    stored = kibana.emulator.store("detection_rules", "default")
    for number, rule in enumerate(stored.values()):
        rule["created_at"] = f"2026-01-01T00:00:{number // 2:02d}.000Z"
    kibana.seen()
    found = ids(kibana)
    assert len(found) == len(set(found)) == 66
    assert len(kibana.seen()) == 4 + 4 + 4 + 3, "searches overlap by the rules of one moment"
    for rule in stored.values():
        rule["created_at"] = "2026-01-01T00:00:00.000Z"
    assert "More than 20 rules were created at" in kibana.fails("detection_rule_info", {})["msg"]


def test_a_broken_filter_is_an_error(kibana: Kibana) -> None:
    assert kibana.fails("detection_rule_info", {"filter": "a b c ("})["status"] == 400
    for params in ({"rule_id": "a", "id": "b"}, {"rule_id": "a", "tags": []}, {"id": "a", "enabled": True}):
        assert "mutually exclusive" in kibana.fails("detection_rule_info", params)["msg"]


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_an_error_is_never_an_empty_answer(kibana: Kibana, status: int) -> None:
    kibana.fault(path="/api", status=status, body={"statusCode": status, "error": "E", "message": "Not Found"})
    for params in ({}, {"rule_id": "a"}):
        assert kibana.fails("detection_rule_info", params)["status"] == status
