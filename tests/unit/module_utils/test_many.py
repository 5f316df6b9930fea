# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many objects at once: what may be deleted, how work is cut, and how it ends early."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.stackops.kibana.plugins.module_utils import _many
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError
from ansible_collections.stackops.kibana.plugins.module_utils._many import (
    chunks,
    guard_deletions,
    in_parallel,
    json_size,
    plan_many,
    write_many,
)
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError, Policy
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource

RESOURCE = Resource(
    result_key="things",
    options={"name": {}, "tags": {}, "size": {}},
    key="name",
    unordered=frozenset({"tags"}),
    read_only=frozenset({"id"}),
    server_defaults={"size": 1},
)
NAMES = st.sampled_from([f"{kind}-{number}" for kind in ("soc", "other") for number in range(6)])
FIELDS = st.fixed_dictionaries(
    {}, optional={"tags": st.lists(st.sampled_from("abc"), unique=True), "size": st.none() | st.integers(0, 3)}
)
STORED = st.dictionaries(NAMES, FIELDS).map(
    lambda all_: {name: {"name": name, "id": f"id of {name}", **fields} for name, fields in all_.items()}
)
WANTED = st.dictionaries(NAMES, FIELDS).map(lambda all_: [{"name": name, **fields} for name, fields in all_.items()])


def applied(stored: dict[str, Any], plans: _many.Plans) -> dict[str, Any]:
    """What is there once the plans are carried out."""
    after = dict(stored)
    for key, step in plans.items():
        if step.action == "delete":
            del after[key]
        elif step.changed:
            after[key] = {**step.after, "id": f"id of {key}"}
    return after


@given(stored=STORED, wanted=WANTED)
def test_exact_deletes_what_is_in_scope_and_not_listed_and_nothing_else(
    stored: dict[str, Any], wanted: list[dict[str, Any]]
) -> None:
    scope = {name for name in stored if name.startswith("soc-")}
    plans = plan_many(RESOURCE, wanted, stored, Policy(), scope)
    listed = {item["name"] for item in wanted}
    assert {key for key, step in plans.items() if step.action == "delete"} == scope - listed
    assert {key for key, step in plans.items() if step.action == "create"} == listed - stored.keys()
    assert plans.keys() == listed | scope
    after = applied(stored, plans)
    assert set(after) == (stored.keys() - scope) | listed
    for name in stored.keys() - listed - scope:
        assert after[name] == stored[name], "what is neither listed nor in scope is left alone"
    again = plan_many(RESOURCE, wanted, after, Policy(), scope & after.keys())
    assert not any(step.changed for step in again.values()), "the second run is clean"


@given(stored=STORED, wanted=WANTED, absent=st.booleans())
def test_nothing_is_deleted_without_exact(stored: dict[str, Any], wanted: list[dict[str, Any]], absent: bool) -> None:
    plans = plan_many(RESOURCE, wanted, stored, Policy("absent" if absent else "present"))
    listed = {item["name"] for item in wanted}
    doomed = {key for key, step in plans.items() if step.action == "delete"}
    assert doomed == (listed & stored.keys() if absent else set())


@given(stored=STORED, wanted=WANTED, most=st.none() | st.integers(0, 12))
def test_it_stops_before_more_than_max_deletions(
    stored: dict[str, Any], wanted: list[dict[str, Any]], most: int | None
) -> None:
    plans = plan_many(RESOURCE, wanted, stored, Policy(), stored)
    doomed = [key for key, step in plans.items() if step.action == "delete"]
    if most is not None and len(doomed) > most:
        with pytest.raises(PlanError, match="Nothing was changed") as error:
            guard_deletions(plans, most)
        assert all(key in str(error.value) for key in doomed[:10])
    else:
        guard_deletions(plans, most)


@given(wanted=st.lists(st.text(max_size=40), max_size=60), count=st.integers(1, 10), size=st.integers(1, 80))
def test_chunks_are_bounded_and_lose_nothing(wanted: list[str], count: int, size: int) -> None:
    cut = list(chunks(wanted, count, size, json_size))
    assert [item for part in cut for item in part] == wanted
    for part in cut:
        assert 1 <= len(part) <= count
        assert len(part) == 1 or sum(map(json_size, part)) <= size


def error(status: int | None) -> KibanaError:
    return KibanaError(f"HTTP {status}", status=status)


@pytest.mark.parametrize("concurrency", [1, 8])
@pytest.mark.parametrize("status", [None, 401, 403, 429, 503])
def test_what_fails_for_all_is_not_tried_for_all(status: int | None, concurrency: int) -> None:
    tried: list[int] = []

    def write(key: int) -> None:
        tried.append(key)
        time.sleep(0.001)
        if key >= 3:
            raise error(status)

    failures = in_parallel(range(500), write, concurrency)
    assert list(failures) == list(range(3, 500)), "in the order of the keys"
    assert len(tried) < 100
    assert failures[499] == f"not attempted, because: HTTP {status}"


@pytest.mark.parametrize("status", [400, 404, 409, 500])
def test_what_fails_for_one_does_not_keep_the_others(status: int) -> None:
    def write(key: int) -> None:
        if key % 2:
            raise error(status)

    assert in_parallel(range(50), write, 8) == dict.fromkeys(range(1, 50, 2), f"HTTP {status}")


def test_as_many_at_a_time_as_allowed() -> None:
    lock, now, most = threading.Lock(), [0], [0]

    def write(_key: int) -> None:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        time.sleep(0.005)
        with lock:
            now[0] -= 1

    in_parallel(range(40), write, 4)
    assert most[0] == 4


def test_a_programming_error_is_no_failure_of_an_object() -> None:
    def write(_key: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        in_parallel(range(50), write, 4)


@pytest.mark.parametrize("concurrency", [1, 4])
def test_an_interruption_ends_what_is_under_way_and_begins_nothing(
    monkeypatch: pytest.MonkeyPatch, concurrency: int
) -> None:
    begun, ended = [], []

    def write(key: int) -> None:
        begun.append(key)
        time.sleep(0.002)
        ended.append(key)

    def interrupted(self: Any, number: int = 1) -> None:
        self.done += number
        if self.done == 10:
            raise KeyboardInterrupt

    monkeypatch.setattr(_many.Progress, "add", interrupted)
    with pytest.raises(KeyboardInterrupt):
        in_parallel(range(1000), write, concurrency)
    assert sorted(begun) == sorted(ended), "no write is left half done"
    assert 10 <= len(ended) <= 20 + concurrency


@pytest.mark.parametrize("concurrency", [1, 3])
def test_chunks_fail_as_a_whole_or_in_part(concurrency: int) -> None:
    def write(part: Sequence[str]) -> dict[str, str]:
        if "c" in part:
            raise error(500)
        return {key: "no" for key in part if key == "f"}

    failures = write_many([["a", "b"], ["c", "d"], ["e", "f"]], write, concurrency)
    assert failures == {"c": "HTTP 500", "d": "HTTP 500", "f": "no"}
