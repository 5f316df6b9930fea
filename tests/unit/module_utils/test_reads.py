# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read once and used again, against a client that counts. Loops of modules are in test_loops.py."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.stackops.kibana.plugins.module_utils import _reads
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Listing

LISTING = Listing("/api/things", items="items", size_name="per_page", envelope="item")
A, B = {"id": "a", "name": "same", "deep": {"x": 1}}, {"id": "b", "name": "same"}


class Client:
    """Gives the objects that there are one by one or all together, and counts how often."""

    def __init__(self, *objects: dict[str, Any]) -> None:
        self.objects = {item["id"]: item for item in objects}
        self.settings = SimpleNamespace(space="ops")
        self.said: list[str] = []
        self.warn = self.said.append
        self.asked: list[Any] = []
        self.refusal: KibanaError | None = None

    def find(self, path: str, *, in_space: bool, probe: str) -> Any:
        self.asked.append((path, in_space, probe))
        found = self.objects.get(path.rpartition("/")[2])
        return {"item": found} if found else None

    def pages(self, path: str, **given: Any) -> Any:
        self.asked.append((path, given))
        if self.refusal:
            raise self.refusal
        return list(self.objects.values())


def reads(client: Client, memory: _reads.Memory | None = None, objects: bool = True) -> _reads.Reads:
    return _reads.Reads(client, memory or _reads.Memory(objects))


def named(name: str) -> Callable[[dict[str, Any]], bool]:
    return lambda item: bool(item["name"] == name)


def with_id(key: str) -> Callable[[dict[str, Any]], bool]:
    return lambda item: bool(item["id"] == key)


LIST = ("/api/things", {"items": "items", "size_name": "per_page", "in_space": True})


def test_the_third_object_is_taken_from_the_list() -> None:
    client = Client(A, B)
    memory = _reads.Memory(True)
    for _unused in range(2):
        own = reads(client, memory)
        assert own.find(LISTING, "a", "/api/things/a", "/probe") == A and own.borrowed is False
    assert client.asked == [("/api/things/a", True, "/probe")] * 2
    own = reads(client, memory)
    found = own.find(LISTING, "a", "/api/things/a")
    assert found == A and own.borrowed is True and client.asked[2:] == [LIST]
    found["deep"]["x"] = 2
    assert own.find(LISTING, "a", "/api/things/a") == A, "what is known is not shared"
    assert own.find(LISTING, "c", "/api/things/c") is None and client.asked[3:] == [("/api/things/c", True, "")]
    assert reads(Client({**A, "id": 7}), memory).find(LISTING, "b", "/api/things/b") == B


@pytest.mark.parametrize(("objects", "anew"), [(False, False), (True, True), (False, True)])
def test_where_objects_are_not_shared_each_is_read(objects: bool, anew: bool) -> None:
    client, memory = Client(A), _reads.Memory(objects)
    for _unused in range(5):
        own = reads(client, memory)
        own.anew = anew
        assert own.find(LISTING, "a", "/api/things/a") == A
    assert client.asked == [("/api/things/a", True, "")] * 5


def test_an_object_without_an_envelope() -> None:
    client = Client(A)
    assert reads(client).find(Listing("/api/things"), "a", "/api/things/a") == {"item": A}


def test_a_list_that_is_refused_is_asked_for_once() -> None:
    client, memory = Client(A), _reads.Memory(True)
    client.refusal = KibanaError("no", status=403)
    for _unused in range(9):
        assert reads(client, memory).find(LISTING, "a", "/api/things/a") == A
    assert client.asked.count(LIST) == 1
    client, memory = Client(A), _reads.Memory(True)
    client.refusal = KibanaError("gone")
    for fails in (False, False, True, True):
        if fails:
            with pytest.raises(KibanaError, match="gone"):
                reads(client, memory).find(LISTING, "a", "/api/things/a")
        else:
            reads(client, memory).find(LISTING, "a", "/api/things/a")


def test_a_search_uses_what_has_exactly_one() -> None:
    client, memory = Client(A, B), _reads.Memory(True)
    first = reads(client, memory)
    assert first.search(LISTING, named("same")) == [A, B] and first.borrowed is False
    second = reads(client, memory)
    assert second.search(LISTING, with_id("a")) == [A] and second.borrowed is True
    assert client.asked == [LIST]
    third = reads(client, memory)
    assert third.search(LISTING, named("same")) == [A, B] and third.borrowed is False
    assert third.search(LISTING, with_id("c")) == []
    assert client.asked == [LIST] * 3
    found = second.search(LISTING, with_id("a"))
    found[0]["deep"]["x"] = 2
    assert second.search(LISTING, with_id("a")) == [A], "what is known is not shared"
    third.anew = True
    assert third.search(LISTING, with_id("a")) == [A] and client.asked == [LIST] * 4


@pytest.mark.parametrize("objects", [True, False])
def test_a_reference_that_this_task_has_read_is_final(objects: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = [10.0]
    monkeypatch.setattr(_reads.time, "monotonic", lambda: moment[0])
    client, memory = Client(A, B), _reads.Memory(objects)
    first = reads(client, memory)
    for _unused in range(3):
        assert first.search(LISTING, with_id("c"), reference=True) == []
        assert first.search(LISTING, named("same"), reference=True) == [A, B]
    assert client.asked == [LIST] and first.borrowed is False
    moment[0] += 1
    second = reads(client, memory)
    assert second.search(LISTING, with_id("a"), reference=True) == [A] and second.borrowed is False
    assert client.asked == [LIST]
    assert second.search(LISTING, with_id("c"), reference=True) == [] and client.asked == [LIST] * 2
    assert second.search(LISTING, with_id("c"), reference=True) == [] and client.asked == [LIST] * 2


def test_without_shared_objects_a_search_reads() -> None:
    client, memory = Client(A), _reads.Memory(False)
    for _unused in range(2):
        own = reads(client, memory)
        assert own.search(LISTING, with_id("a")) == [A] and own.borrowed is False
    assert client.asked == [LIST] * 2


def test_the_list_of_a_space_is_that_of_the_space() -> None:
    client, memory = Client(A), _reads.Memory(True)
    everywhere = Listing("/api/things", in_space=False)
    for listing in (LISTING, everywhere):
        reads(client, memory).search(listing, with_id("a"))
    assert set(memory.values) == {"ops /api/things", " /api/things"}
    assert {area for _since, area, _value in memory.values.values()} == {"things"}


def test_entries_are_told_apart_by_their_key() -> None:
    client, memory = Client(A, B), _reads.Memory(True)
    found = reads(client, memory).search(Listing("/api/things", key="name"), lambda item: True)
    assert found == [B], "two entries of one key are one"


def test_a_write_to_everything_lets_all_be_counted_from_the_start() -> None:
    for path, due in (("/api/spaces/x", False), ("/api/saved_objects/_import", False), ("/api/others/x", True)):
        memory = _reads.Memory(True)
        for _unused in range(_reads.PATIENCE):
            assert not memory.due("ops /api/things")
        memory.written(path)
        assert memory.due("ops /api/things") is due


# attempt -------------------------------------------------------------------------------------------------------------


def work_of(own: _reads.Reads, client: Client, borrows: bool, outcome: Any) -> tuple[Callable[[], Any], list[bool]]:
    """Work that warns, may borrow as long as that is allowed, and ends with the outcome; and how it was called."""
    calls: list[bool] = []

    def work() -> Any:
        calls.append(own.anew)
        if borrows and not own.anew:
            own.borrowed = True
        client.warn(f"warning {len(calls)}")
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return work, calls


@pytest.mark.parametrize(
    ("borrows", "settled", "calls"), [(False, False, 1), (False, True, 1), (True, True, 1), (True, False, 2)]
)
def test_what_is_to_be_written_rests_on_nothing_borrowed(borrows: bool, settled: bool, calls: int) -> None:
    client = Client()
    own = reads(client)
    own.borrowed = True
    work, called = work_of(own, client, borrows, 5)
    tell = client.warn
    assert own.attempt(work, lambda result: settled and result == 5) == 5
    assert called == [False, True][:calls] and client.warn == tell
    assert client.said == [f"warning {calls}"] and own.anew is (calls == 2)


@pytest.mark.parametrize("error", [KibanaError("x"), PlanError("x")])
@pytest.mark.parametrize(("borrows", "calls"), [(False, 1), (True, 2)])
def test_what_fails_with_something_borrowed_is_tried_again(error: Exception, borrows: bool, calls: int) -> None:
    client = Client()
    own = reads(client)
    work, called = work_of(own, client, borrows, error)
    tell = client.warn
    with pytest.raises(type(error)):
        own.attempt(work, lambda result: True)
    assert len(called) == calls and client.said == [f"warning {calls}"] and client.warn == tell


def test_a_mistake_in_the_program_is_not_tried_again() -> None:
    client = Client()
    own = reads(client)
    work, called = work_of(own, client, True, ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        own.attempt(work, lambda result: True)
    assert len(called) == 1 and client.said == []


def test_where_all_is_read_anew_there_is_one_attempt() -> None:
    client = Client()
    own = reads(client)
    own.anew = True
    work, called = work_of(own, client, True, 5)
    assert own.attempt(work, lambda result: False) == 5 and called == [True] and client.said == ["warning 1"]
