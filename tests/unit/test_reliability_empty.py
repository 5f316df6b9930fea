# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An empty dictionary, list or text in each option, at every depth: refused, or the second run changes nothing.

An empty value clears what Kibana can hold as empty. Where Kibana keeps or fills in a value of its own, a task that goes
on clearing would never be at rest. A plain run takes the first example of each module, STACKOPS_FULL=1 all of them.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from harness import Kibana
from reliability import report
from reliability.tasks import MODULES, Step, World, world
from reliability.values import options, own_steps, prepared

FULL = bool(os.environ.get("STACKOPS_FULL"))
EMPTY: dict[str, Any] = {"dict": {}, "list": [], "str": "", "raw": {}}
Place = tuple[str, ...]


def places(specs: Mapping[str, Any], above: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Each option that can be empty, however deep, and what is empty for it."""
    for name, spec in sorted(specs.items()):
        kind = spec.get("type", "str")
        if kind in EMPTY:
            yield (*above, name), EMPTY[kind]
        yield from places(spec.get("suboptions") or {}, (*above, name))


def emptied(args: Mapping[str, Any], place: Place, value: Any) -> dict[str, Any] | None:
    """The options with this one empty, in the first element where it is within a list; None where there is no place."""
    made = copy.deepcopy(dict(args))
    there: Any = made
    for name in place[:-1]:
        if there.get(name) in (None, []):
            there[name] = {}
        there = there[name][0] if isinstance(there[name], list) else there[name]
        if not isinstance(there, dict):
            return None
    there[place[-1]] = copy.deepcopy(value)
    return made


def restless(there: World, step: Step, args: dict[str, Any]) -> str:
    """How the task that was done a moment ago goes on changing, if it does."""
    first = there.carry_out(step, args)
    if first.get("failed"):
        return str(first["exception"]) if "exception" in first else ""
    there.settle()
    again = there.carry_out(step, args)
    return str(again.get("msg") or again.get("diff"))[:600] if again.get("failed") or again.get("changed") else ""


@pytest.mark.parametrize("module", MODULES)
def test_empty_values_come_to_rest(kibana: Kibana, tmp_path: Path, module: str) -> None:
    found, tried = {}, 0
    with world(kibana, tmp_path) as there:
        start = prepared(there, module)
        for step in own_steps(module) if FULL else own_steps(module)[:1]:
            usual = there.templated(step)
            there.restore(start)
            if step.check or restless(there, step, usual):
                continue  # it acts anew each time
            for place, value in places(options(module)):
                args = emptied(usual, place, value)
                if args is None:
                    continue
                there.restore(start)
                tried += 1
                problem = restless(there, step, args)
                found |= {f"{step.name}, {'.'.join(place)}": problem} if problem else {}
    problems = [f"{place}: {problem}" for place, problem in found.items()]
    report.add("input", [{"module": f"{module}, empty", "tried": tried, "problems": problems}])
    assert found == {}
