# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of what drifted, from the results of tasks."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.stackops.kibana.plugins.module_utils import _drift

NOTHING = {"created": 0, "updated": 0, "deleted": 0, "failed": 0, "unchanged": 0}
APPLIED = {
    "kind": "space",
    "summary": {"created": 1, "updated": 1, "failed": 1, "unchanged": 3},
    "objects": [
        {"object": "same", "result": "unchanged"},
        {"object": "ops", "result": "updated"},
        {"object": "dev", "result": "created", "kind": "tag", "space": "s"},
        {"object": "bad", "result": "failed", "msg": "no such thing"},
    ],
    "diff": [
        {"after_header": "space: ops", "before": {"name": "a", "x": 1}, "after": {"name": "b", "x": 1}},
        {"after_header": "space: ops", "before": {"y": [1]}, "after": {"y": [2]}},
        {"after_header": "space: dev", "before": "", "after": {"name": "n", "tags": []}},
        {"before": {"a": 1}, "after": {"a": 2}},
    ],
}
OBJECTS = [
    {
        "kind": "space",
        "object": "ops",
        "result": "updated",
        "changes": [{"field": "name", "from": "a", "to": "b"}, {"field": "y", "from": [1], "to": [2]}],
    },
    {
        "kind": "tag",
        "object": "dev",
        "result": "created",
        "changes": [{"field": "name", "from": "(absent)", "to": "n"}],
        "space": "s",
    },
    {"kind": "space", "object": "bad", "result": "failed", "changes": [], "msg": "no such thing"},
]


def test_what_one_result_says() -> None:
    assert list(_drift.differing(APPLIED)) == OBJECTS
    assert list(_drift.differing({})) == list(_drift.differing({"objects": None, "diff": None})) == []


def test_one_diff_need_not_be_a_list() -> None:
    part = {"objects": [{"object": "ops", "result": "updated"}], "diff": APPLIED["diff"][0]}  # type: ignore[index]
    assert [item["changes"] for item in _drift.differing(part)] == [[{"field": "name", "from": "a", "to": "b"}]]


def test_a_kibana_is_the_sum_of_its_results() -> None:
    found = _drift.kibana("prod", [APPLIED, {"summary": {"deleted": 2, "unchanged": 1}}, {"summary": None}])
    assert found == {
        "name": "prod",
        "summary": {"created": 1, "updated": 1, "deleted": 2, "failed": 1, "unchanged": 4},
        "objects": OBJECTS,
    }


def test_a_task_that_failed_without_objects_counts_once() -> None:
    failed = {"failed": True, "msg": "unreachable", "kind": "role", "space": "s"}
    found = _drift.kibana("prod", [failed, {"failed": True}, {"failed": False}, {**APPLIED, "failed": True}])
    assert found["summary"]["failed"] == 3
    assert found["objects"][:2] == [
        {"kind": "role", "object": "role", "result": "failed", "changes": [], "space": "s", "msg": "unreachable"},
        {"kind": "", "object": "task", "result": "failed", "changes": [], "msg": "no reason given"},
    ]
    assert found["objects"][2:] == OBJECTS


@pytest.mark.parametrize(("word", "drift"), [(word, word != "unchanged") for word in NOTHING])
def test_what_is_drift(word: str, drift: bool) -> None:
    found = _drift.report("T", "now", {"a": [{"summary": {word: 2}}], "b": [{"summary": {word: 1}}], "c": []})
    assert found["drift"] is drift
    assert found["summary"] == {**NOTHING, word: 3}
    assert [(part["name"], part["summary"]) for part in found["kibanas"]] == [
        ("a", {**NOTHING, word: 2}),
        ("b", {**NOTHING, word: 1}),
        ("c", NOTHING),
    ]
    assert (found["title"], found["time"]) == ("T", "now")


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, [("a.c", 2, 3)]),
        ({"a": 1}, {"b": 2}, [("a", 1, "(absent)"), ("b", "(absent)", 2)]),
        ({"a": ""}, {"a": {"b": 1}}, [("a", "", {"b": 1})]),
        ({"a": {"b": 1}}, {"a": 5}, [("a", {"b": 1}, 5)]),
        ({"a": {"b": None}}, {"a": {"b": ""}}, [("a.b", None, "")]),
        ("", {"a": 1}, [("a", "(absent)", 1)]),
        ({"a": 1}, None, [("a", 1, "(absent)")]),
        ("one", "two", [("content", "one", "two")]),
        ("one", "one", []),
        (None, "", []),
        ({1: 2}, {1: 3}, [("1", 2, 3)]),
    ],
)
def test_field_by_field(before: Any, after: Any, changes: list[tuple[str, Any, Any]]) -> None:
    found = [(change["field"], change["from"], change["to"]) for change in _drift.changed(before, after)]
    assert found == changes


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("(absent)", None, False),
        ("(absent)", "", False),
        ("(absent)", [], False),
        ("(absent)", {}, False),
        ("(absent)", 0, True),
        ("(absent)", False, True),
        (1, None, True),
        ("", "x", True),
    ],
)
def test_that_what_was_not_there_is_empty_says_nothing(old: Any, new: Any, says: bool) -> None:
    assert _drift.says({"from": old, "to": new}) is says
