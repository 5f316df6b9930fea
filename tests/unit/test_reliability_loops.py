# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Loops with `kibana_prefetch` and without: what a list says may spare a read, and never costs anybody a change.

A plan that writes reads its object again. So whatever somebody else does between two items, an item that changes
something does exactly what it would do alone; and one that says "unchanged" was right when the list was read.
"""

from __future__ import annotations

import itertools
import os
import random
from pathlib import Path
from typing import Any

import pytest
from harness import READS, Kibana
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from reliability import report
from reliability.loops import ABSENT, LOOPS, Elsewhere, Loop, looping, step
from reliability.matrix import FAULTS, faulty, outcome, usual
from reliability.tasks import Step

from ansible_collections.stackops.kibana.plugins.module_utils import _reads

FULL = bool(os.environ.get("STACKOPS_FULL"))
PART = 11  # of so many kinds one meets faults, and one of so many faults
MOST = settings().max_examples // 25
SAMPLE = 3  # of the stories of a kind
FEW = 2  # objects that somebody and the loop are about
LOOP = {"task": "one loop"}
Act = tuple[str, int, int]


@pytest.mark.parametrize("prefetch", [True, False], ids=["prefetch", "apart"])
@pytest.mark.parametrize("name", LOOPS if FULL else list(LOOPS)[::PART])
def test_faults_in_a_loop(kibana: Kibana, tmp_path: Path, name: str, prefetch: bool) -> None:
    place = list(LOOPS).index(name) // PART * 2 + prefetch
    names = list(FAULTS) if FULL else list(FAULTS)[place % PART :: PART]
    loop = LOOPS[name]
    there = looping(kibana, tmp_path, prefetch)
    if loop.setup:
        loop.setup(kibana)
    made = there.run(Step("before", loop.module, {"items": loop.items[:6]}))
    assert not made.get("failed"), made
    known = usual(there, step(loop))
    assert known.first["changed"] and not known.second["changed"], (known.first, known.second)
    cells = [cell for fault in names if (cell := faulty(there, loop.module, step(loop), known, fault))]
    for cell in cells:
        cell.task, cell.way = f"{name}, {'with' if prefetch else 'without'} prefetch", "in loops"
    report.add("faults", [cell.as_dict() for cell in cells])
    assert [f"{cell.fault}: {cell.problems}" for cell in cells if cell.problems] == []


def acts(loop: Loop) -> st.SearchStrategy[list[Act]]:
    """What happens in turn: items of the loop as they are, changed, absent; and what somebody else sets or deletes."""
    kinds = ["item", "item", "mine", "absent", "theirs", "deleted", "created"]
    return st.lists(
        st.tuples(st.sampled_from(kinds), st.integers(0, FEW - 1), st.integers(0, max(len(loop.theirs) - 1, 0))),
        min_size=6,
        max_size=16,
    )


def options(loop: Loop, act: Act) -> dict[str, Any]:
    """The options of an act."""
    kind, number, which = act
    item = loop.items[number]
    theirs = loop.theirs[which] if loop.theirs else {}
    return {
        "item": item,
        "mine": {**item, **loop.mine},
        "theirs": {**item, **theirs},
        "created": {**item, **theirs},
    }.get(kind, {**item, **ABSENT})


def compared(there: Elsewhere, wanted: dict[str, Any], check: bool) -> tuple[dict[str, Any], Any]:
    """What the item would do alone, in a copy of this Kibana, and what Kibana held afterwards."""
    before = there.held()
    with there.somebody_else():
        result = there.item(wanted, check=check)[0]
    after = there.content()
    there.put(before)
    return result, after


@pytest.mark.parametrize("name", LOOPS if FULL else list(LOOPS)[1::3])
def test_an_item_does_what_it_would_do_alone(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    loop, counts = LOOPS[name], {"items": 0, "stale": 0}

    @settings(
        max_examples=MOST,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
        database=None,
        phases=[Phase.generate, Phase.shrink] if FULL else [Phase.generate],
    )
    @given(acts(loop), st.sampled_from((0, _reads.PATIENCE)), st.booleans(), st.booleans())
    def run(story: list[Act], patience: int, check: bool, prefetch: bool) -> None:
        monkeypatch.setattr(_reads, "PATIENCE", patience)
        there = Elsewhere(monkeypatch, loop)
        there.kibana.run("space_info", {})  # another task: nothing is known
        for item in loop.items[: FEW - 1]:
            there.kibana.ok(loop.module, item)
        listed = there.held()
        for act in story:
            wanted = options(loop, act)
            if act[0] in ("theirs", "deleted", "created"):
                with there.somebody_else():
                    there.kibana.run(loop.module, wanted)
                continue
            alone, after = compared(there, wanted, check)
            before = there.held()
            result, writes, read = there.item(wanted, check=check, prefetch=prefetch, **LOOP)
            listed = {"before": before, "after": there.held()}.get(read, listed)
            counts["items"] += 1
            assert "exception" not in result, result
            if outcome(result) == outcome(alone):
                assert there.content() == after, (act, writes)
                continue
            # It said "unchanged" although somebody had changed the object since the list was read.
            assert prefetch and not result.get("failed") and not result["changed"] and writes == [], (result, alone)
            now = there.held()
            there.put(listed)
            then = compared(there, wanted, True)[0]
            there.put(now)
            assert not then.get("failed") and not then["changed"], (act, result, then)
            counts["stale"] += 1

    run()
    report.add("loops", [{"case": name, **counts}])


@pytest.mark.parametrize("name", LOOPS)
def test_nothing_is_lost_within_an_item(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The rule of test_reliability_writers.py, also where the plan of the item began with an entry of a list."""
    loop, counts = LOOPS[name], {"interleavings": 0, "kept": 0, "lost": 0, "refused": 0}
    item = loop.items[0]
    theirs = {**identity(loop), **(loop.theirs[0] if loop.theirs else {})}
    desires = [item, {**item, **loop.mine}, {**item, **ABSENT}]
    deeds = {"set": theirs, "deleted": {**item, **ABSENT}, "created": {**item, **theirs}}

    def run(wanted: dict[str, Any], deed: str, moment: int, prefetch: bool) -> None:
        there = Elsewhere(monkeypatch, loop)
        there.kibana.run("space_info", {})
        for one in loop.items[deed == "created" : 4]:
            there.kibana.ok(loop.module, one)
        for one in loop.items[1:4]:  # so that the list has been read
            there.item(one, prefetch=prefetch, **LOOP)
        if not there.strike(moment, deeds[deed]):
            return
        result = there.item(wanted, prefetch=prefetch, **LOOP)[0]
        struck = there.struck()
        if not struck or struck.refused:
            return  # our task was ready before, or Kibana did not let anybody else do that
        counts["interleavings"] += 1
        assert "exception" not in result, result
        if result.get("failed"):
            assert result["msg"], result
            counts["refused"] += 1
            return
        blind = struck.written or struck.before not in READS
        with there.somebody_else():
            mine = there.item(wanted, check=True)[0]
            kept = there.item(theirs, check=True)[0] if deed != "deleted" and "state" not in wanted else {}
        # Who had nothing to do was right when it looked.
        lost = [one for one in (mine, kept) if result["changed"] and (one.get("failed") or one.get("changed"))]
        counts["lost" if lost else "kept"] += 1
        assert not lost or blind, (deed, struck.before, lost)

    stories = list(itertools.product(desires, sorted(deeds), range(6), (True, False)))
    for story in stories if FULL else random.Random(name).sample(stories, SAMPLE):
        run(*story)
    report.add("loops", [{"case": name, **counts}])


def identity(loop: Loop) -> dict[str, Any]:
    """What names the first object of a loop."""
    item = loop.items[0]
    key = next(key for key in ("id", "name", "title", "key", "label") if key in item)
    return {key: item[key]}
