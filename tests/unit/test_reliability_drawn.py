# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad values that are drawn by the type of an option, in one option or several at once, for every module.

What comes back is a clear failure, or a success after which the same task changes nothing. A few of them in a plain
run, many with STACKOPS_FULL=1.
"""

from __future__ import annotations

import copy
import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from harness import Kibana
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from reliability import report
from reliability.tasks import MODULES, PASSWORD, Step, World, world
from reliability.values import TEXTS, is_file, judged, options, own_steps, prepared, soon, strayed

FULL = bool(os.environ.get("STACKOPS_FULL"))
EXAMPLES = int(os.environ.get("RELIABILITY_EXAMPLES", "100")) if FULL else 3
PART = 5  # of so many modules one is tried in a plain run
YES = (True, "yes", "on", 1, 1.0, "TRUE")
# Options that ask for a change in each run.
CHANGING: dict[str, tuple[Any, ...]] = {
    "update_secrets": ("always", "on_change"),
    "idempotence": ("once", "repeatable"),  # of a request that is not compared
    "reset": YES,
    "createNewCopies": YES,
}
SURPRISES = (
    "no", "yes", "on", "~", "null", "1e3", "0x10", "0o17", "017", "1_000", "12:30:00", "2026-11-27", ".inf", ".nan",
    "<<", "*a", "&a b", "!!python/object:os.system", "%TAG", "- a", "a: b", "#", "|", ">", "'", '"', "{", "[", "",
    "{{ 1 }}", "{{ nothing }}", "{% raw %}", "{{", "}}", "{#", "${HOME}", "$(id)", "`id`", "%s%n", "%2e%2e%2f", "..%5c",
    "%", "%zz", "?", "&a=b", "#x", ";", "a//b", "//", "\\..\\..", "*", "a*", "_all", "-", "--", "true", "None", "NaN",
    "\ufeffx", "\u200b", "e\u0301", "\u0130", "ß", "\u2028", "\x85", "\x00", "\x7f", "\ud800", "\udfff", "\U0010ffff",
)  # fmt: skip
NAMES = ("id", "name", "type", "unknown", "", "a.b")


def _long(char: str, count: int) -> str:
    return char * count


TEXT = st.one_of(
    st.sampled_from(SURPRISES),
    st.sampled_from(sorted(TEXTS.values())),
    st.text(max_size=30),
    st.text(st.characters(categories=["Cc", "Cf", "Cs", "Co", "Zl", "Zp", "Mn"]), min_size=1, max_size=12),
    st.builds(_long, st.sampled_from(["x", "é", "/", "..", " ", "\n", "a,"]), st.sampled_from([300, 5000, 1_000_000])),
)
NUMBER = st.one_of(
    st.integers(-3, 3),
    st.integers(),
    st.sampled_from([2**31, -(2**31) - 1, 2**53 + 1, 2**63, 2**64, 10**30, 10**400, -1, 0]),
    st.floats(),
    st.sampled_from([0.5, 3.0, -0.0, 1e308, math.nan, math.inf, -math.inf]),
)
LEAF = st.one_of(TEXT, NUMBER, st.booleans(), st.none())
ANYTHING = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.one_of(st.sampled_from(["id", "name", "type", "unknown", "", "a.b"]), TEXT), inner, max_size=3
        ),
    ),
    max_leaves=5,
)
FILE_NAME = st.one_of(
    st.sampled_from(["", " ", ".", "a\0b", "x" * 300, "~nobody-here", "nothing.yml", "\ud800"]), NUMBER
)


def values(spec: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Bad values for an option, most of them of its type."""
    kind, choices = spec.get("type", "str"), spec.get("choices")
    own: st.SearchStrategy[Any] = TEXT
    if kind in ("int", "float"):
        own = st.one_of(NUMBER, st.sampled_from(["1e3", "0x10", "1_0", "3.0", "٣", " 1 ", "", "-1", "NaN"]))
    elif kind == "bool":
        own = st.sampled_from([True, False, "yes", "no", "on", "", "maybe", 1, 0, 2, 1.0, "TRUE", None])
    elif kind == "list":
        element = {**spec, "type": spec.get("elements", "str")}
        own = st.lists(values(element), max_size=4)
    elif kind == "dict" and spec.get("suboptions"):
        own = suboptions(spec["suboptions"])
    elif kind in ("dict", "json"):
        own = st.dictionaries(TEXT, ANYTHING, max_size=3)
    elif kind == "raw":
        own = ANYTHING
    if choices:
        own = st.one_of(st.sampled_from(choices), own)
    return st.one_of(own, own, own, ANYTHING)


@st.composite
def suboptions(draw: Any, specs: Mapping[str, Any]) -> dict[str, Any]:
    """Some of the options in an option, and now and then one that there is not."""
    names = draw(st.lists(st.sampled_from(sorted(specs)), max_size=3, unique=True))
    made = {name: draw(values(specs[name])) for name in names}
    return {**made, **(draw(st.sampled_from([{}, {}, {"unknown": 1}, {"": None}])))}


def drawn(draw: Any, module: str, args: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Options of a task with bad values in one to three of them, and which these are."""
    specs, made = options(module), copy.deepcopy(args)
    places = draw(st.lists(st.sampled_from(sorted(specs)), min_size=1, max_size=3, unique=True))
    for name in places:
        inner = specs[name].get("suboptions")
        if is_file(module, (name,)):
            made[name] = draw(FILE_NAME)
        elif inner and made.get(name) and draw(st.booleans()):  # within what the example has
            whole = made[name][0] if isinstance(made[name], list) else made[name]
            if isinstance(whole, dict):
                below = draw(st.sampled_from(sorted(inner)))
                whole[below] = draw(values(inner[below]))
        else:
            made[name] = draw(values(specs[name]))
    return made, tuple(places)


def wrong_with(there: World, module: str, step: Step, args: dict[str, Any], places: tuple[str, ...]) -> list[str]:
    """Run a task with its drawn options, and return what is wrong with the outcomes."""
    result: dict[str, Any] = {}
    for check in (True, False):
        there.waited = 0.0
        result = there.carry_out(step, args, check)
        found = [*judged(result), *there.kibana.emulator.crashes, *strayed(there, module, places), *leaked(result)]
        if found or result.get("failed"):
            return found
    if step.check or acts(there, module) or asks_for_a_change(args):
        return []
    there.settle()
    again = there.carry_out(step, args)
    if again.get("failed"):
        return [f"fails when run again: {str(again.get('msg'))[:300]} {again.get('exception', '')[-600:]}"]
    return [f"never at rest: {json.dumps(again.get('diff'), default=str)[:600]}"] if again.get("changed") else []


def asks_for_a_change(args: dict[str, Any]) -> bool:
    """Whether a task wants something done in each run."""
    asked = [name for name, values in CHANGING.items() if args.get(name) in values]
    return bool(asked) and (asked != ["idempotence"] or not args.get("compare"))


def leaked(result: dict[str, Any]) -> list[str]:
    """Whether a password is shown."""
    shown = {key: value for key, value in result.items() if key != "invocation"}
    return ["a secret is shown"] if PASSWORD in json.dumps(shown, default=str) else []


RESTLESS: dict[str, bool] = {}


def acts(there: World, module: str) -> bool:
    """Whether a module acts anew each time, by its examples."""
    return RESTLESS.get(module, False)


def prepare(there: World, module: str) -> tuple[Any, list[tuple[Step, dict[str, Any]]]]:
    """The state to start from, and the tasks of the examples with their options; notes whether the module acts."""
    start = prepared(there, module)
    steps = [(step, there.templated(step)) for step in own_steps(module)]
    RESTLESS[module] = False
    for step, args in steps:
        there.restore(start)
        first, second = there.carry_out(step, args), there.carry_out(step, args)
        if not first.get("failed") and second.get("changed"):
            RESTLESS[module] = True
    return start, steps


@pytest.mark.parametrize("module", MODULES if FULL else MODULES[::PART])
def test_drawn_values(kibana: Kibana, tmp_path: Path, module: str) -> None:
    found: dict[str, Any] = {}
    tried = 0
    if not options(module):
        return
    with world(kibana, tmp_path) as there:
        start, steps = prepare(there, module)

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=not FULL,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(st.data())
        def try_one(data: st.DataObject) -> None:
            nonlocal tried
            step, usual = data.draw(st.sampled_from(steps))
            args, places = drawn(data.draw, module, usual)
            there.restore(start)
            tried += 1
            with soon(120):
                wrong = wrong_with(there, module, step, args, places)
            if wrong:  # gathered, so that one run shows them all
                shown = {name: args.get(name) for name in places}
                found[f"{step.name}: {ascii(shown)[:400]}"] = wrong

        try_one()
    problems = [f"{place}: {wrong}" for place, wrong in found.items()]
    report.add("input", [{"module": f"{module}, drawn", "tried": tried, "problems": problems}])
    assert found == {}
