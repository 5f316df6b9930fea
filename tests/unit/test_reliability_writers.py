# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several writers at once: what somebody else does between any two of our requests is not lost.

The other writer, be it another play or a person, strikes right before one of our requests, from the first read to the
last write. What comes out must be what one of the two orders gives, in which one writer begins when the other is done.
So two fields of which one decides on the other (a window that is archived, and its switch) need no exception.

Kibana has a lock for few of its objects; where a PUT replaces the whole object blindly, a change that comes between our
last read and that PUT is lost, whatever a client does. That is all that may be lost: what the very next request
replaces. Nothing may be lost that came before our last read: between it and the write no other request may be sent.

A plain run takes some of the interleavings, STACKOPS_FULL=1 all of them: each pair of updates, each moment.
"""

from __future__ import annotations

import itertools
import json
import os
import pickle
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from harness import READS, Case, Kibana
from reliability import report
from test_lifecycle import CASES

from ansible_collections.stackops.kibana.plugins.module_utils import _session
from kibana_emulator import EmulatorAdapter

FULL = bool(os.environ.get("STACKOPS_FULL"))
SAMPLE = 6  # interleavings of a case in a plain run
Options = dict[str, Any]
Pair = tuple[Options, Options]
Act = Callable[[], Any]


@dataclass(frozen=True)
class Outcome:
    """Which of the two tasks failed, and which of them would have something to do afterwards."""

    failed: tuple[bool, bool]
    open: tuple[bool, bool]


def pairs(case: Case) -> list[Pair]:
    """Two updates that have nothing in common."""
    return [(one, two) for one in case.updates for two in case.updates if not set(one) & set(two)]


class Interrupted(EmulatorAdapter):
    """Lets somebody else act right before request number `moment`; what the other one sends passes.

    `method` and `carried` say what our request was, and which names of fields it carried.
    """

    def __init__(self, kibana: Kibana, moment: int, act: Act) -> None:
        super().__init__(kibana.emulator)
        self.left, self.act, self.struck = moment, act, False
        self.method, self.carried = "", frozenset[str]()

    def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if self.left == 0 and not self.struck:
            self.struck, self.method = True, request.method
            self.carried = names_in(request.body)
            self.act()
        self.left -= 1
        return super().send(request, *args, **kwargs)


def names_in(body: Any) -> frozenset[str]:
    """The names of all fields of a JSON body, at any depth."""

    def walk(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            yield from value
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from walk(inner)

    try:
        return frozenset(walk(json.loads(body)))
    except (TypeError, ValueError):
        return frozenset()


class Field:
    """A Kibana with the object of a case, which every writer comes to as it was."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, case: Case, *, create: bool = True) -> None:
        self.case = case
        self.kibana = Kibana(monkeypatch, case.versions[-1])
        if case.setup:
            case.setup(self.kibana)
        if create:
            self.kibana.ok(case.module, {**case.identity, **case.create})
        emulator = self.kibana.emulator
        self.held = pickle.dumps((emulator._stores, emulator.directory))

    def reset(self) -> None:
        """Put everything back to the beginning."""
        emulator = self.kibana.emulator
        emulator._stores, emulator.directory = pickle.loads(self.held)
        self.kibana.seen()

    def play(self, options: Options, adapter: EmulatorAdapter | None = None, *, check: bool = False) -> Options:
        """The result of a task in a play of its own."""
        used = adapter or EmulatorAdapter(self.kibana.emulator)
        self.kibana.monkeypatch.setattr(_session, "_SESSIONS", {})
        self.kibana.monkeypatch.setattr(_session, "build_adapter", lambda settings: used)
        result = self.kibana.run(self.case.module, {**self.case.identity, **options}, check=check)
        assert "exception" not in result and (result["msg"] if result.get("failed") else True), result
        return result

    def interrupted(self, options: Options, moment: int, act: Act) -> tuple[Interrupted, Options]:
        """Our task, and right before its request number `moment` what somebody else does."""
        ours = Interrupted(self.kibana, moment, act)
        return ours, self.play(options, ours)

    def open(self, options: Options) -> bool:
        """Whether a task with these options would change something, or fail."""
        result = self.play(options, check=True)
        return bool(result.get("failed") or result["changed"])

    def outcome(self, pair: Pair, *results: Options) -> Outcome:
        ours, theirs = (bool(result.get("failed")) for result in results)
        return Outcome((ours, theirs), (self.open(pair[0]), self.open(pair[1])))

    def in_turn(self, pair: Pair) -> set[Outcome]:
        """What the two orders give in which nobody is interrupted."""
        found = set()
        for order in ((0, 1), (1, 0)):
            self.reset()
            results: dict[int, Options] = {}
            for number in order:
                results[number] = self.play(pair[number])
            found.add(self.outcome(pair, results[0], results[1]))
        return found


def log(field: Field) -> list[str]:
    """The requests since the last look, for a message."""
    return [f"{entry['method']} {entry['path']}" for entry in field.kibana.seen()]


def judged(field: Field, pair: Pair, moment: int) -> tuple[str, str]:
    """What an interleaving comes to, in a word ("": our task was ready before), and what is wrong with it."""
    field.reset()
    theirs: list[Options] = []
    ours, result = field.interrupted(pair[0], moment, lambda: theirs.append(field.play(pair[1])))
    if not ours.struck:
        return "", ""
    seen = log(field)
    outcome = field.outcome(pair, result, theirs[0])
    if outcome == Outcome((False, False), (False, False)):
        return "kept", ""
    if outcome in field.in_turn(pair):
        return "as in turn", ""
    # A PUT that replaces the whole object leaves out what is empty.
    blind = ours.method == "PUT" or (ours.method not in READS and bool(ours.carried & set(pair[1])))
    if blind and outcome == Outcome((False, False), (False, True)):
        return "lost", ""
    if outcome.failed == (True, False) and not outcome.open[1] and ours.method not in READS:
        return "refused", ""  # Kibana does not let us write what we have seen otherwise
    return "wrong", f"{pair} {moment} {outcome} before {ours.method}: {seen} {result.get('msg')}"


def interleavings(case: Case) -> Iterator[tuple[Pair, Iterator[int]]]:
    """Pairs, each with the moments to try: all of them, or some that are the same in every run."""
    if FULL:
        yield from ((pair, itertools.count()) for pair in pairs(case))
        return
    chosen = random.Random(str(case))
    every = pairs(case)
    for pair in chosen.sample(every, min(SAMPLE, len(every))):
        yield pair, iter([chosen.randrange(4)])


@pytest.mark.parametrize("case", [case for case in CASES if pairs(case)], ids=str)
def test_nothing_is_lost(monkeypatch: pytest.MonkeyPatch, case: Case) -> None:
    field, counts, wrong = Field(monkeypatch, case), Counter[str](), []
    for pair, moments in interleavings(case):
        for moment in moments:
            word, problem = judged(field, pair, moment)
            if not word:
                break
            counts[word] += 1
            wrong += [problem] if problem else []
    words = ("kept", "as in turn", "lost", "refused", "wrong")
    report.add("writers", [{"module": case.module, "case": str(case), **{word: counts[word] for word in words}}])
    assert not wrong, f"{len(wrong)}:\n" + "\n".join(wrong[:5])


# Somebody deletes or creates the object ------------------------------------------------------------------------------

MOMENTS = range(12 if FULL else 5)


def count(field: Field) -> int:
    """How many objects Kibana holds, of whatever kind."""
    return sum(len(store) for store in field.kibana.emulator._stores.values())


@pytest.mark.parametrize("case", [case for case in CASES if case.updates], ids=str)
def test_what_somebody_has_deleted(monkeypatch: pytest.MonkeyPatch, case: Case) -> None:
    """Our update says that it failed, or all of the object is there as it should be, or none (it was deleted later)."""
    field = Field(monkeypatch, case)
    for update, moment in itertools.product(case.updates if FULL else case.updates[:2], MOMENTS):
        field.reset()
        ours, result = field.interrupted(update, moment, lambda: field.play({"state": "absent"}))
        if not ours.struck:
            break
        done = result.get("failed") or not field.open(update) or not field.open({"state": "absent"})
        assert done, (update, moment, ours.method, log(field))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_somebody_else_creates(monkeypatch: pytest.MonkeyPatch, case: Case) -> None:
    """There is one of it. Where Kibana chooses the id, a second one cannot be told from the first by any client."""
    field = Field(monkeypatch, case, create=False)
    field.play(case.create)
    alone = count(field)
    for moment in MOMENTS:
        field.reset()
        ours, result = field.interrupted(case.create, moment, lambda: field.play(case.create))
        if not ours.struck:
            break
        blind = ours.method not in READS
        assert count(field) == alone or blind, (moment, ours.method, log(field))
        assert result.get("failed") or blind or not field.open(case.create), (moment, ours.method, log(field))


# Two plays and a person ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ByHand:
    """What a person does by Kibana's own API to the object of a case, while two plays set one field each.

    `body` makes the request's body of the object as it is read; `kept` says whether the person's change is there.
    `replaced`: a PUT of the plays replaces it.
    """

    plays: Pair
    method: str
    path: str
    body: Callable[[Any], Any]
    kept: Callable[[Any], bool]
    read: str = ""
    replaced: bool = True

    def look(self, kibana: Kibana, known: Any) -> Any:
        """The object as Kibana gives it to the person."""
        return kibana.call("GET", (self.read or self.path).format(**known))

    def act(self, kibana: Kibana, known: Any) -> None:
        stored = self.look(kibana, known)
        kibana.call(self.method, self.path.format(**known), self.body(stored))


DETECTION = "/api/detection_engine/rules"
WORDS = "by hand"
PEOPLE = {
    "alerting_rule": ByHand(
        ({"tags": ["alpha"]}, {"actions": [{"connector": "Log 2", "params": {"message": "look"}}]}),
        "POST", "/api/alerting/rule/{id}/_mute_all", lambda stored: None, lambda stored: stored["mute_all"] is True,
        "/api/alerting/rule/{id}", replaced=False,
    ),
    "detection_rule-query": ByHand(
        ({"exceptions_list": [{"list_id": "known-good"}]}, {"tags": ["b"]}),
        "PATCH", DETECTION, lambda stored: {"rule_id": stored["rule_id"], "setup": WORDS},
        lambda stored: stored["setup"] == WORDS, DETECTION + "?id={id}",
    ),
    "maintenance_window": ByHand(
        ({"schedule": {"custom": {"duration": "36h"}}}, {"scope": {"alerting": {"query": {"kql": "a: 1"}}}}),
        "PATCH", "/api/maintenance_window/{id}", lambda stored: {"enabled": False},
        lambda stored: stored["enabled"] is False,
    ),
    "synthetics_monitor": ByHand(
        ({"private_locations": ["Hamburg"]}, {"mode": "all"}),
        "PUT", "/api/synthetics/monitors/{id}", lambda stored: {"tags": [WORDS]},
        lambda stored: stored["tags"] == [WORDS],
    ),
    "fleet_package_policy": ByHand(
        ({"output_id": "DC 2"}, {"policy_ids": ["web"]}),
        "PUT", "/api/fleet/package_policies/{id}",
        lambda stored: {"description": WORDS, "version": stored["item"]["version"]},
        lambda stored: stored["item"]["description"] == WORDS,
    ),
    "exception_list": ByHand(
        ({"tags": ["x"]}, {"name": "other"}),
        "PUT", "/api/exception_lists",
        lambda stored: {
            **{name: stored[name] for name in ("id", "name", "type", "tags", "_version", "namespace_type")},
            "description": WORDS,
        },
        lambda stored: stored["description"] == WORDS, "/api/exception_lists?id={id}",
    ),
    "case": ByHand(
        ({"tags": ["alpha"]}, {"severity": "low"}),
        "PATCH", "/api/cases",
        lambda stored: {"cases": [{"id": stored["id"], "version": stored["version"], "description": WORDS}]},
        lambda stored: stored["description"] == WORDS, "/api/cases/{id}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PEOPLE)
def test_two_plays_and_a_person(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The second play strikes amid the first, and the person amid the second. Only blind writes may lose anything."""
    case, person = next(case for case in CASES if str(case) == name), PEOPLE[name]
    field = Field(monkeypatch, case)
    first, second = person.plays
    known = field.play({})[case.result_key]
    moments, tried = (10 if FULL else 6), 0
    for one, two in itertools.product(range(moments), range(moments)):
        field.reset()
        inner: list[tuple[Interrupted, Options]] = []

        def strike(two: int = two, note: Callable[[Any], None] = inner.append) -> None:
            note(field.interrupted(second, two, lambda: person.act(field.kibana, known)))

        ours, result = field.interrupted(first, one, strike)
        if not ours.struck or not inner[0][0].struck:
            continue
        tried += 1
        theirs, answer = inner[0]
        where = (one, two, ours.method, theirs.method, log(field), result.get("msg"), answer.get("msg"))
        for adapter, refused in ((ours, result.get("failed")), (theirs, answer.get("failed"))):
            assert not refused or adapter.method not in READS, where
        assert result.get("failed") or not field.open(first), where
        if ours.method in READS:
            assert answer.get("failed") or not field.open(second), where
        if not person.replaced or (ours.method != "PUT" and theirs.method != "PUT"):
            assert person.kept(person.look(field.kibana, known)), where
    assert tried >= 4
