# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine piece by piece, with as little as possible around it. Whole lives of modules are in test_lifecycle.py."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.stackops.kibana.plugins.module_utils import _engine
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import KNOWN_AFTER_APPLY, SECRET_HIDDEN
from ansible_collections.stackops.kibana.plugins.module_utils._plan import Plan, PlanError, Policy
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource

NAMES = ("id", "name", "secret", "login", "box")


def resource(**traits: Any) -> Resource:
    options = {name: {"type": "raw"} for name in NAMES}
    return Resource(result_key="thing", options=options, collection="/api/things", item="/api/things/{id}", **traits)


class Client:
    """Answers every request with the next of the answers, or raises it, and keeps what was asked."""

    def __init__(self, *answers: Any) -> None:
        self.answers, self.asked = list(answers), []
        self.doubt: Exception | None = None
        self.reads = SimpleNamespace(attempt=lambda work, settled: work(), anew=False, borrowed=False)
        self.spaces: list[bool] = []

    def _next(self, *asked: Any) -> Any:
        self.asked.append(asked)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def sent(self) -> int:
        return len(self.asked)

    def find(self, path: str, in_space: bool, probe: str) -> Any:
        return self._next("GET", path, in_space, probe)

    def call(self, method: str, path: str, json: Any, in_space: bool, safe: bool) -> Any:
        return self._next(method, path, json, in_space, safe)

    def delete(self, path: str, in_space: bool) -> Any:
        return self._next("DELETE", path, in_space)

    def require_space(self, check_mode: bool) -> None:
        self.spaces.append(check_mode)


def context(kind: Resource, client: Any = None, check: bool = False, diff: bool = True, **params: Any) -> Any:
    module = SimpleNamespace(check_mode=check, _diff=diff, no_log_values=set(), params={})
    options = {**dict.fromkeys(NAMES), "state": "present", **params}
    module.params.update(options)
    return _engine.Context(module, client or Client(), options, kind)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often the engine has waited."""
    found: list[int] = []
    monkeypatch.setattr(_engine, "pause", found.append)
    return found


CONFLICT = KibanaError("conflict", status=409)
LOST = KibanaError("lost", ambiguous=True)
OLD, NEW = {"id": "1", "name": "a"}, {"id": "1", "name": "b"}
NO_SPACE = {"in_space": False, "probe": "/api/probe"}


def test_a_conflict_is_read_and_planned_again(pauses: list[int]) -> None:
    client = Client(OLD, CONFLICT, OLD, CONFLICT, OLD, NEW)
    assert _engine._converge(context(resource(), client, id="1", name="b"))["thing"] == NEW
    assert [asked[0] for asked in client.asked] == ["GET", "PUT"] * 3 and pauses == [0, 1]
    assert client.spaces == [False] * 3


def test_conflicts_end(pauses: list[int]) -> None:
    client = Client(*[OLD, CONFLICT] * 9)
    with pytest.raises(KibanaError):
        _engine._converge(context(resource(), client, id="1", name="b"))
    assert [asked[0] for asked in client.asked] == ["GET", "PUT"] * 4 and pauses == [0, 1, 2]


def test_another_error_ends_at_once(pauses: list[int]) -> None:
    client = Client(OLD, KibanaError("no", status=400))
    with pytest.raises(KibanaError):
        _engine._converge(context(resource(), client, id="1", name="b"))
    assert pauses == []


def test_what_a_lost_answer_has_done_is_a_change(pauses: list[int]) -> None:
    result = _engine._converge(context(resource(), Client(None, LOST, NEW), id="1", name="b"))
    assert result["changed"] and result["thing"] == NEW and pauses == [0]
    assert result["diff"] == {"before": {}, "after": {"id": "1", "name": "b"}}


@pytest.mark.parametrize(
    ("action", "error", "attempt", "again"),
    [
        ("create", LOST, 0, True),
        ("create", LOST, 2, True),
        ("create", CONFLICT, 0, True),
        ("create", CONFLICT, 1, False),
        ("create", KibanaError("no", status=400), 0, False),
        ("update", CONFLICT, 2, True),
        ("update", LOST, 0, False),
        ("delete", KibanaError("no", status=500), 0, False),
    ],
)
def test_when_reading_again_can_help(action: str, error: KibanaError, attempt: int, again: bool) -> None:
    assert _engine._may_have_passed(error, Plan(action), attempt) is again


def test_check_mode_only_reads() -> None:
    client = Client(None)
    found = _engine._converge(context(resource(), client, check=True, id="1", name="b", box={"x": None}))
    assert found["thing"] == {"id": "1", "name": "b", "box": {}} or found["thing"] == {"id": "1", "name": "b"}
    assert client.spaces == [True] and len(client.asked) == 1
    found = _engine._converge(context(resource(find=lambda _context: None), check=True, name="b"))
    assert found["thing"] == {"id": KNOWN_AFTER_APPLY, "name": "b"}


def test_what_is_as_it_should_be_is_not_written_and_asks_for_no_space() -> None:
    client = Client(NEW)
    found = _engine._converge(context(resource(), client, id="1", name="b"))
    assert found == {"changed": False, "thing": NEW} and client.spaces == []


def test_what_is_asked_of_kibana() -> None:
    kind = resource(**NO_SPACE, create="/api/new/{id}", update="/api/old/{id}", create_method="PUT")
    client = Client(None, NEW)
    _engine._converge(context(kind, client, id="1", name="b"))
    assert client.asked == [
        ("GET", "/api/things/1", False, "/api/probe"),
        ("PUT", "/api/new/1", {"id": "1", "name": "b"}, False, True),
    ]
    assert client.spaces == [] and client.reads.anew is True
    client = Client(OLD, NEW)
    _engine._converge(
        context(resource(**NO_SPACE, update="/api/old/{id}", update_method="PATCH"), client, id="1", name="b")
    )
    assert client.asked[1] == ("PATCH", "/api/old/1", {"id": "1", "name": "b"}, False, True)
    client = Client(OLD, None)
    result = _engine._converge(context(resource(**NO_SPACE), client, id="1", state="absent"))
    assert client.asked[1] == ("DELETE", "/api/things/1", False) and set(result) == {"changed", "diff"}


def test_without_templates_of_their_own_the_usual_ones_are_used() -> None:
    client = Client(NEW)
    kind = resource(find=lambda _context: None, encode=lambda step: [step.action, step.body])
    _engine._converge(context(kind, client, name="b"))
    assert client.asked == [("POST", "/api/things", ["create", {"name": "b"}], True, False)]
    client = Client(OLD, NEW)
    _engine._converge(context(resource(), client, id="1", name="b"))
    assert client.asked[1][:2] == ("PUT", "/api/things/1")


@pytest.mark.parametrize(("answer", "answers_object"), [(None, True), ({"ok": True}, False)])
def test_an_answer_without_the_object_is_looked_after(answer: Any, answers_object: bool) -> None:
    client = Client(OLD, answer, NEW)
    found = _engine._converge(context(resource(answers_object=answers_object), client, id="1", name="b"))
    assert found["thing"] == NEW and client.asked[2][:2] == ("GET", "/api/things/1")


@pytest.mark.parametrize(
    ("check", "asks", "borrowed"), [(False, True, True), (True, True, False), (False, False, False)]
)
def test_where_kibana_was_asked_in_between_it_is_read_again(check: bool, asks: bool, borrowed: bool) -> None:
    def planned(task: Any, _current: Any) -> Plan:
        if asks:
            task.client.find("/api/others", True, "")
        return Plan("update")

    client = Client(OLD, None)
    kind = resource(plan=planned)
    found, step = _engine._look(context(kind, client, check, id="1"), kind)
    assert (found, step.action, client.reads.borrowed) == (OLD, "update", borrowed)
    assert client.spaces == [check]


def test_envelopes() -> None:
    kind = resource(envelope="item")
    assert _engine.unwrap({"item": 1}, kind) == 1 and _engine.unwrap(None, kind) is None
    assert _engine.unwrap({"item": 1}, resource()) == {"item": 1}


def test_a_name_is_looked_for_and_two_are_an_error() -> None:
    items = [{"id": "2", "name": "a"}, {"id": "1", "name": "a"}, {"id": "3", "name": "b"}, {"id": "4"}]
    client = Client()
    client.reads.search = lambda listing, wanted: [item for item in items if wanted(item)]
    kind = resource(name_key="name")
    assert _engine._find(context(kind, client, name="b"), kind) == {"id": "3", "name": "b"}
    assert _engine._find(context(kind, client, name="c"), kind) is None
    with pytest.raises(PlanError) as error:
        _engine._find(context(kind, client, name="a"), kind)
    assert str(error.value) == "2 objects have the name 'a' (id: 1, 2): give id."


def test_a_list_that_is_complete_serves_for_a_read() -> None:
    asked: list[Any] = []
    client = Client()
    client.reads.find = lambda *given: asked.append(given)
    kind = resource(list_is_complete=True, probe="/api/probe")
    assert _engine._find(context(kind, client, id="1"), kind) is None
    assert asked == [(kind.listing, "1", "/api/things/1", "/api/probe")] and client.asked == []


def test_a_resource_that_applies_by_itself() -> None:
    done: list[Plan] = []

    def apply(_context: Any, step: Plan) -> Any:
        done.append(step)
        return None if step.action != "create" else NEW

    kind = resource(apply=apply)
    assert _engine._converge(context(kind, Client(None), id="1", name="b"))["thing"] == NEW
    assert _engine._converge(context(kind, Client(OLD, NEW), id="1", name="b"))["thing"] == NEW
    client = Client(OLD)
    assert _engine._converge(context(kind, client, id="1", state="absent"))["changed"]
    assert [step.action for step in done] == ["create", "update", "delete"] and len(client.asked) == 1


@pytest.mark.parametrize("kind", [resource(), resource(apply=lambda _context, _step: None)])
@pytest.mark.parametrize("there", [None, OLD])
def test_a_doubtful_delete_is_looked_into(kind: Resource, there: Any) -> None:
    client = Client(OLD, *([] if kind.apply else [None]), there)
    client.doubt = KibanaError("doubt", status=404)
    task = context(kind, client, id="1", state="absent")
    if there:
        with pytest.raises(KibanaError, match="doubt"):
            _engine._converge(task)
    else:
        assert _engine._converge(task)["changed"]
    assert client.answers == []


def test_what_is_left_needs_no_look() -> None:
    client = Client()
    client.doubt = KibanaError("doubt", status=404)
    assert _engine._surely(context(resource(), client, id="1"), resource(), NEW) == NEW and client.asked == []


def test_a_plan_of_its_own_is_not_asked_about_what_is_absent_and_is_to_be() -> None:
    kind = resource(plan=lambda _context, current: Plan("update", after={"was": current}))
    assert _engine._plan(context(kind, state="absent"), kind, None).action == "none"
    assert _engine._plan(context(kind, state="absent"), kind, OLD).after == {"was": OLD}
    assert _engine._plan(context(kind), kind, None).after == {"was": None}


def test_results() -> None:
    kind = resource(decode=lambda raw: {"id": raw["id"], "decoded": True}, hidden=frozenset({"secret"}))
    step = Plan("update", {"name": "a"}, {"name": "b", "box": None, "secret": "s"}, extra={"more": 1})
    with_diff, without = context(kind, id="1"), context(kind, diff=False, id="1")
    assert _engine._result(without, kind, step, OLD) == {
        "changed": True,
        "thing": {"id": "1", "decoded": True},
        "more": 1,
    }
    assert _engine._result(with_diff, kind, step, None) == {
        "changed": True,
        "diff": step.diff(kind),
        "thing": {"id": KNOWN_AFTER_APPLY, "name": "b", "secret": SECRET_HIDDEN},
        "more": 1,
    }
    assert _engine._result(with_diff, kind, Plan("none"), OLD) == {
        "changed": False,
        "thing": {"id": "1", "decoded": True},
    }
    gone = context(kind, state="absent")
    assert _engine._result(gone, kind, Plan("none"), None) == {"changed": False}
    assert set(_engine._result(gone, kind, Plan("delete", {"name": "a"}), None)) == {"changed", "diff"}
    # A state of its own, whose plan deletes, and one that is absent and writes something all the same.
    assert set(_engine._result(with_diff, kind, Plan("delete"), None)) == {"changed", "diff"}
    assert set(_engine._result(gone, kind, Plan("update"), OLD)) == {"changed", "diff"}


class Recorded:
    """Stands for the file of digests."""

    def __init__(self) -> None:
        self.noted: list[Any] = []

    def rotated(self, _context: Any, view: Any) -> frozenset[tuple[str, ...]]:
        return frozenset({("secret",)}) if view else frozenset()

    def note(self, *given: Any) -> None:
        self.noted.append(given[1:])


def test_rotated_secrets_are_asked_for_where_there_is_an_object_to_keep() -> None:
    rotated = Policy("present", "on_change", frozenset({("secret",)}))
    given = {"update_secrets": "on_change"}
    for params, view, policy in (
        (given, OLD, rotated),
        (given, None, Policy("present", "on_change")),
        ({**given, "state": "absent"}, OLD, Policy("absent", "on_change")),
        ({}, OLD, Policy("present", "on_create", frozenset({("secret",)}))),
    ):
        task = context(resource(), **params)
        assert _engine.policy_of(task, view) == Policy(policy.state, policy.update_secrets)
        task.recorded = Recorded()
        assert _engine.policy_of(task, view) == policy


def test_what_was_written_is_noted_and_nothing_else() -> None:
    recorded = Recorded()
    kind = resource(write_only=frozenset({"secret"}), secrets_file=lambda _context: recorded)
    task = {"id": "1", "name": "b", "secret": "s", "update_secrets": "on_change"}
    result = _engine._converge(context(kind, Client(OLD, NEW), **task))
    (step, written, noted) = recorded.noted[0]
    assert (step.action, step.secrets, written, noted) == ("update", {"secret": "s"}, NEW, result)
    _engine._converge(context(kind, Client(OLD), check=True, **task))
    _engine._converge(context(kind, Client(NEW), id="1", name="b"))
    assert len(recorded.noted) == 1


def test_what_is_decoded_is_planned() -> None:
    kind = resource(decode=lambda raw: raw["inner"])
    assert _engine.default_plan(context(kind, name="b"), {"inner": NEW}).action == "none"
    assert _engine.default_plan(context(kind, name="b"), None).action == "create"


def test_the_options_that_describe_the_object() -> None:
    kind = resource(controls=frozenset({"box"}))
    assert context(kind, name="b").desired == {"id": None, "name": "b", "secret": None, "login": None}
    assert context(kind, check=True).check_mode is True and context(kind).check_mode is False


def test_the_options_of_a_module(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(_engine, "run_action", lambda action, options, **rules: seen.append((action, options, rules)))
    kind = resource(rules={"required_one_of": [("id", "name")]}, states=("present", "gone"))
    _engine.run(kind)
    _engine.run(resource(write_only=frozenset({"secret"})))
    (action, options, rules), (_action, more, _rules) = seen
    assert action is _engine._converge and rules == {"resource": kind, "required_one_of": [("id", "name")]}
    state = {"type": "str", "choices": ["present", "gone"], "default": "present"}
    assert options == {**kind.options, "state": state}
    assert set(more) - set(options) == {"update_secrets", "secrets_file", "secrets_key"}


def test_what_is_to_be_written_is_not_settled() -> None:
    asked: list[Any] = []
    client = Client(NEW)

    def attempt(work: Any, settled: Any) -> Any:
        asked.extend([settled((None, Plan("none"))), settled((None, Plan("create")))])
        return work()

    client.reads.attempt = attempt
    _engine._converge(context(resource(), client, id="1", name="b"))
    assert asked == [True, False]
