# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tools of tests/mutation: each mutant is one change and valid Python, a swap reaches all that use a function."""

from __future__ import annotations

import ast
import importlib
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT

SOURCE = '''
"""Words."""

def add(a, b=1):
    """More words."""
    if a > b and not b:
        raise ValueError("a sentence stays as it is")
    for item in [a, b]:
        if item is None:
            continue
        a += item
    return a + b if a else "word"
'''
MODULE = """
TABLE = {"one": 1}
LIMIT = 3


class Box:
    size = 5

    @property
    def double(self):
        return self.size * 2


def add(a, b=1):
    def inner():
        return a + b
    return inner() if a < LIMIT else TABLE["one"]
"""


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Imports a file of tests/mutation."""
    monkeypatch.syspath_prepend(str(ROOT / "tests" / "mutation"))
    return importlib.import_module


def test_each_mutant_is_one_valid_change(tool: Any) -> None:
    found = list(tool("mutants").mutants(SOURCE))
    plain = ast.unparse(ast.parse(SOURCE))
    sources = [mutant.source for mutant in found]
    assert all(source != plain and compile(source, "x", "exec") for source in sources)
    assert len(set(sources)) == len(sources)
    changes = {(mutant.before, mutant.after) for mutant in found}
    assert {("a > b", "a >= b"), ("not b", "b"), ("a + b", "a - b"), ("1", "2"), ("a += item", "(removed)")} <= changes
    assert {("continue", "pass"), ("item is None", "item is not None"), ("'word'", "'wordX'")} <= changes
    assert not any("sentence" in mutant.before and mutant.before.startswith("'") for mutant in found)
    assert {mutant.function for mutant in found} == {"add"}


def test_mutants_are_told_apart_and_know_their_statement(tool: Any) -> None:
    twice = "def f(a):\n    if a:\n        return 1\n    return (1,\n        2)\nX = 1\n"
    found = list(tool("mutants").mutants(twice))
    ones = [(mutant.line, mutant.nth, mutant.lines) for mutant in found if (mutant.before, mutant.after) == ("1", "2")]
    assert ones == [(3, 0, range(3, 4)), (4, 1, range(4, 6)), (6, 0, range(6, 7))]
    assert [mutant.lines for mutant in found if mutant.before.startswith("if a")] == [range(2, 3)]
    other = list(tool("mutants").mutants(twice.replace("X = 1", "X = 3")))
    assert {mutant.digest for mutant in found if mutant.function} == {
        mutant.digest for mutant in other if mutant.function
    }
    assert found[-1].digest != other[-1].digest


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A module, and another one that has taken all from it."""
    (tmp_path / "swapped_one.py").write_text(MODULE)
    (tmp_path / "swapped_two.py").write_text("from swapped_one import LIMIT, TABLE, Box, add\nOTHER = TABLE\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("swapped_one", "swapped_two"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return importlib.import_module("swapped_one"), importlib.import_module("swapped_two")


@pytest.mark.parametrize(
    ("before", "after", "result"),
    [
        ("return self.size * 2", "return self.size * 3", (15, 3, 1)),
        ("return a + b", "return a - b", (10, 1, 1)),
        ("a < LIMIT", "a > LIMIT", (10, 1, 6)),
        ('{"one": 1}', '{"one": 7}', (10, 3, 7)),
        ("LIMIT = 3", "LIMIT = 9", (10, 3, 6)),
    ],
)
def test_a_swap_reaches_all_that_use_a_module(tool: Any, module: Any, before: str, after: str, result: Any) -> None:
    one, two = module
    box = two.Box()
    assert (box.double, two.add(2), two.add(5)) == (10, 3, 1)
    swap = tool("swap")
    assert before in MODULE
    swap.swap(swap.living(), one, MODULE, ast.parse(MODULE.replace(before, after)))
    assert (box.double, two.add(2), one.add(5)) == result and two.OTHER == one.TABLE


@pytest.mark.parametrize(("before", "after"), [("size = 5", "size = 6"), ("b=1", "b=2")])
def test_what_cannot_be_swapped_is_said(tool: Any, module: Any, before: str, after: str) -> None:
    swap = tool("swap")
    with pytest.raises(swap.CannotSwap):
        swap.swap(swap.living(), module[0], MODULE, ast.parse(MODULE.replace(before, after)))


def test_children_tell_how_they_end(tool: Any) -> None:
    children, ends = tool("children"), {}

    def work(job: str, tell: Any) -> int:
        for _unused in range(2000):  # more than a pipe would hold
            tell("something long " * 9)
        tell(job)
        if job == "wrong":
            raise ValueError(job)
        if job == "busy":
            children.allow(0.2)
            while True:
                pass
        return len(job)

    started = time.monotonic()
    children.each(["a", "wrong", "busy"], work, lambda job, end: ends.update({job: (end.status, end.told)}))
    assert ends == {"a": (1, "a"), "wrong": (children.BROKEN, "wrong"), "busy": (-24, "busy")}
    assert time.monotonic() - started < 60


def test_the_lines_that_are_run_are_known(tool: Any) -> None:
    from ansible_collections.stackops.kibana.plugins.module_utils import _drift

    watch = tool("reach").Watch()
    watch.start()
    _drift.says({"from": "(absent)", "to": 1})
    found = watch.stop()
    (line,) = found["_drift"]
    assert set(found) == {"_drift"}
    assert 'change["from"] != ABSENT' in Path(_drift.__file__).read_text().splitlines()[line - 1]
