# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Try mutants: a swap of the function while everything is loaded, and where that says nothing the source afresh."""

from __future__ import annotations

import gc
import importlib
import importlib.abc
import importlib.util
import json
import os
import re
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from children import BROKEN, End, Tell, allow, each
from mutants import Mutant, mutants
from reach import ROOT, Known, Test, Watch, passes, path_of, users, watched
from swap import CannotSwap, Living, living, swap

PACKAGE = "ansible_collections.stackops.kibana.plugins"
# What is slow, and of the lives of modules those with the older version.
LEFT_OUT = re.compile(r"test_they_are_enough|test_those_to_read|test_none_is_too_much|-8\.18\.0\]")
OPTIONS = (
    *("-q", "-s", "-p", "no:xdist", "-o", "cache_dir=.build/mutation-cache", "--no-header", "--no-summary"),
    "--hypothesis-profile=mutation",
)
KILLED, SURVIVED, HANGS = "killed", "survived", "hangs"
NOTHING_RUN = (4, 5)  # of pytest
HANGING = (-signal.SIGXCPU, -signal.SIGALRM)


def identity(entry: dict[str, Any]) -> str:
    """What tells a mutant from the others, whatever moves around it."""
    return json.dumps([*(entry[key] for key in ("module", "function", "before", "after")), entry.get("nth", 0)])


def verdict_of(end: End) -> str | None:
    """What the end of a child says of a mutant; None where it says nothing."""
    if end.status in (0, BROKEN):
        return SURVIVED if end.status == 0 else None
    return HANGS if end.status in HANGING else KILLED


class Candidate(NamedTuple):
    """A mutant and the file in which it is."""

    name: str
    mutant: Mutant

    @property
    def entry(self) -> dict[str, Any]:
        """How the log and the survivors speak of it."""
        keys = ("line", "function", "before", "after", "nth", "digest")
        return {"module": self.name, **{key: getattr(self.mutant, key) for key in keys}}


class Log:
    """What is known of the mutants, and the file that keeps it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        self.entries = {identity(entry): entry for entry in map(json.loads, lines)}

    def add(self, candidate: Candidate, verdict: str, by: str) -> None:
        entry = {**candidate.entry, "verdict": verdict, "by": by}
        self.entries[identity(entry)] = entry
        with self.path.open("a", encoding="utf-8") as log:
            log.write(json.dumps(entry) + "\n")

    def verdict(self, candidate: Candidate) -> str | None:
        """None where it was not tried, or where its function is another one by now."""
        entry = self.entries.get(identity(candidate.entry), {})
        return entry.get("verdict") if entry.get("digest") == candidate.mutant.digest else None

    def forget(self, candidates: list[Candidate]) -> None:
        """Have these tried again."""
        gone = {identity(candidate.entry) for candidate in candidates}
        self.entries = {key: entry for key, entry in self.entries.items() if key not in gone}
        self.path.write_text("".join(json.dumps(entry) + "\n" for entry in self.entries.values()), encoding="utf-8")


class Pool:
    """The tests that may be asked, and who has noticed what so far."""

    def __init__(self, tests: list[Test], seconds: float) -> None:
        self.tests, self._seconds = tests, seconds
        self.seconds = {test.id: test.seconds for test in tests}
        self._kills: Counter[str] = Counter()
        self._here: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)

    def noticed(self, candidate: Candidate, test: str) -> None:
        self._kills[test] += 1
        self._here[candidate.name, candidate.mutant.function][test] += 1

    def asked(self, candidate: Candidate) -> list[str]:
        """The names of the tests for a mutant, the likeliest to notice first."""
        here = self._here[candidate.name, candidate.mutant.function]
        tests = sorted(self._reaching(candidate), key=lambda test: (-here[test.id], self._cost(test)))
        return list(self._within_budget(tests))

    def _cost(self, test: Test) -> float:
        slow = 1 if "/module_utils/" in test.id else 3
        return slow * (test.seconds + 0.01) / (1 + self._kills[test.id])

    def _reaching(self, candidate: Candidate) -> list[Test]:
        name, mutant = candidate
        if mutant.function and (found := [test for test in self.tests if test.runs({name: set(mutant.lines)})]):
            return found
        places = users(name, mutant.line)
        return [test for test in self.tests if test.runs(places) or name in names_in(test.id.partition("::")[0])]

    def _within_budget(self, tests: Iterable[Test]) -> Iterator[str]:
        spent = 0.0
        for test in tests:
            spent += test.seconds
            if spent > self._seconds:
                return
            yield test.id


@cache
def names_in(path: str) -> frozenset[str]:
    """The words with an underscore in front in a file of tests: it may speak of a table without running a line."""
    return frozenset(re.findall(r"\b_\w+", (ROOT / path).read_text(encoding="utf-8")))


@dataclass
class Run:
    """What a run works with: the files of tests, what is known of them, and the log.

    Each way of trying mutants ends after so many `minutes`; the tests for one mutant take so many `seconds`.
    """

    files: list[str]
    known: Known
    log: Log
    minutes: float
    seconds: float

    def in_time(self, candidates: list[Candidate]) -> Iterator[Candidate]:
        """The candidates, until the time is over."""
        end = time.monotonic() + 60 * self.minutes
        return (candidate for candidate in candidates if time.monotonic() < end)

    def pool(self) -> Pool:
        return Pool(self.known.tests(self.files), self.seconds)


class Swapping:
    """A plugin of pytest: instead of running the tests it tries one mutant after the other with them."""

    def __init__(self, candidates: list[Candidate], run: Run) -> None:
        self.candidates, self.run = candidates, run
        self.items: dict[str, Any] = {}
        self.modules: dict[str, ModuleType] = {}
        self.living: Living = {}
        self.watch, self.before = Watch(), dict[str, list[int]]()
        self.broken: list[str] = []

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        items[:] = [item for item in items if not LEFT_OUT.search(item.nodeid)]

    def pytest_runtestloop(self, session: Any) -> bool:
        self.items = {item.nodeid: item for item in session.items}
        for name in {candidate.name for candidate in self.candidates}:
            self.modules[name] = importlib.import_module(f"{PACKAGE}.{path_of(name).parent.name}.{name}")
        self.before = self.watch.stop()
        gc.collect()
        self.living = living()
        gc.freeze()  # forked children share what is not looked at
        each([file for file in self.run.files if not self.run.known.has(file)], self._watch, self._watched)
        if not self.broken:
            self.pool = self.run.pool()
            each(self.run.in_time(self.candidates), self._try, self._tried)
        return True

    def _watch(self, file: str, tell: Tell) -> int:
        watch, found = Watch(), []
        for name, item in self.items.items():
            if name.startswith(f"{file}::"):
                tell(name)
                test = watched(item, watch)
                if test is None:
                    return 1
                found.append(test)
        self.run.known.keep(file, found)
        return 0

    def _watched(self, file: str, end: End) -> None:
        if end.status:
            self.broken.append(end.told or file)
            print(f"{end.told or file}: it fails without any change", file=sys.stderr)

    def _try(self, candidate: Candidate, tell: Tell) -> int:
        try:
            swap(self.living, self.modules[candidate.name], candidate.mutant.text, candidate.mutant.tree)
        except CannotSwap:
            return BROKEN
        for test in self.pool.asked(candidate):
            tell(test)
            allow(10 + 5 * self.pool.seconds[test])
            # Twice, as a busy machine can make a test fail.
            if not passes(self.items[test]) and not passes(self.items[test]):
                return 1
        return 0

    def _tried(self, candidate: Candidate, end: End) -> None:
        verdict = verdict_of(end)
        if verdict in (KILLED, HANGS):
            self.pool.noticed(candidate, end.told)
            self.run.log.add(candidate, verdict, end.told)
        elif verdict == SURVIVED and candidate.mutant.function and not self._ran_before(candidate):
            self.run.log.add(candidate, verdict, end.told)

    def _ran_before(self, candidate: Candidate) -> bool:
        """Whether the function has done something while modules were imported, which a swap would not change."""
        name, mutant = candidate
        same = {line for other in mutants(mutant.text) if other.function == mutant.function for line in other.lines}
        return not same.isdisjoint(self.before.get(name, ()))


class Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the one module, and gives it the changed source."""

    def __init__(self, name: str, source: str) -> None:
        self.path = path_of(name)
        self.name, self.source = f"{PACKAGE}.{self.path.parent.name}.{name}", source

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        return importlib.util.spec_from_loader(fullname, self) if fullname == self.name else None

    def create_module(self, spec: Any) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        module.__file__ = str(self.path)
        exec(compile(self.source, module.__file__, "exec", dont_inherit=True), module.__dict__)


class Only:
    """A plugin of pytest: run these tests in this order, and tell which one it is."""

    def __init__(self, tests: list[str], tell: Tell, seconds: dict[str, float]) -> None:
        self.place = {test: number for number, test in enumerate(tests)}
        self.tell, self.seconds = tell, seconds

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        items[:] = sorted((item for item in items if item.nodeid in self.place), key=self._order)

    def _order(self, item: Any) -> int:
        return self.place[item.nodeid]

    def pytest_runtest_protocol(self, item: Any) -> bool:
        self.tell(item.nodeid)
        allow(10 + 5 * self.seconds[item.nodeid])
        if not passes(item) and not passes(item):
            item.session.testsfailed += 1
            item.session.shouldfail = "it is noticed"
        return True


def afresh(candidates: list[Candidate], run: Run) -> int:
    """Try mutants with the changed source imported by everything that needs it; slow, and without any doubt.

    2 where the tests fail so without any change.
    """
    pool, first = run.pool(), candidates[:1]
    unchanged: list[End] = []

    def tested(candidate: Candidate, tell: Tell) -> int:
        import pytest

        mutant = candidate.mutant
        sys.meta_path.insert(0, Changed(candidate.name, mutant.source if unchanged else mutant.text))
        for part in _parts(pool.asked(candidate)):
            files = sorted({test.partition("::")[0] for test in part})
            tell(f"collection of {' '.join(files)}")
            allow(120)
            status = pytest.main([*OPTIONS, *files], plugins=[Only(part, tell, pool.seconds)])
            if status in NOTHING_RUN:
                return BROKEN
            if status:
                return 1
        return 0

    def done(candidate: Candidate, end: End) -> None:
        verdict = verdict_of(end)
        if verdict is None:
            print(f"{candidate.name}.py:{candidate.mutant.line}: no test could be run", file=sys.stderr)
        else:
            pool.noticed(candidate, end.told if verdict != SURVIVED else "")
            run.log.add(candidate, verdict, end.told)

    each(first, tested, lambda _candidate, end: unchanged.append(end))
    if unchanged and unchanged[0].status:
        print(f"{unchanged[0].told}: it fails without any change ({unchanged[0].status})", file=sys.stderr)
        return 2
    each(run.in_time(candidates), tested, done)
    return 0


def _parts(tests: list[str]) -> list[list[str]]:
    """First those from the file of the likeliest test, as collecting takes its time, then the others."""
    first = tests[0].partition("::")[0] if tests else ""
    parts = [[test for test in tests if test.startswith(first) is mine] for mine in (True, False)]
    return [part for part in parts if part]


def warm() -> None:
    """Import once what every child needs and no mutant changes."""
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT / "tests" / "emulator"))
    for name in ("pytest", "hypothesis", "hypothesis.strategies", "requests", "yaml", "trustme", "kibana_emulator"):
        importlib.import_module(name)
    importlib.import_module("ansible.module_utils.basic")
    os.environ["KIBANA_OPENAPI_DIR"] = ""
    settings = importlib.import_module("hypothesis").settings
    settings.register_profile("mutation", deadline=None, max_examples=25, database=None, derandomize=True)


def swapped(candidates: list[Candidate], run: Run) -> int:
    """Try mutants in a child that has imported everything; 2 where a test fails without any change."""
    child = os.fork()
    if child == 0:
        import pytest

        status = 2
        try:
            plugin = Swapping(candidates, run)
            plugin.watch.start()
            status = 2 if pytest.main([*OPTIONS, *run.files], plugins=[plugin]) or plugin.broken else 0
        finally:
            sys.stdout.flush()
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
