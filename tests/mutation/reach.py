# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tests run which lines of the plugins, and how long they take: only those can notice a mutant there."""

from __future__ import annotations

import ast
import hashlib
import json
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (ROOT / "plugins" / "module_utils", ROOT / "plugins" / "plugin_utils")
CALLS = 50  # of a function in one test, after which it hardly runs a line that it has not run before


class Test(NamedTuple):
    """A test: its name for pytest, how long it takes, and the lines that it runs, by file."""

    id: str
    seconds: float
    lines: dict[str, list[int]]

    def runs(self, places: dict[str, set[int]]) -> bool:
        """Whether it runs one of these lines."""
        return any(not lines.isdisjoint(self.lines.get(name, ())) for name, lines in places.items())


class Watch:
    """Notes the lines of the plugins that are run between start() and stop()."""

    def __init__(self) -> None:
        self._names: dict[CodeType, str] = {}
        self._left: dict[CodeType, int] = {}
        self._lines: dict[str, set[int]] = defaultdict(set)

    def start(self) -> None:
        self._left.clear()
        self._lines = defaultdict(set)
        threading.settrace(self._called)
        sys.settrace(self._called)

    def stop(self) -> dict[str, list[int]]:
        sys.settrace(None)
        threading.settrace(None)  # type: ignore[arg-type]
        return {name: sorted(lines) for name, lines in self._lines.items()}

    def _called(self, frame: FrameType, event: str, argument: Any) -> Any:
        code = frame.f_code
        if code not in self._names:
            self._names[code] = name_of(code.co_filename)
        if not self._names[code]:
            return None
        left = self._left[code] = self._left.get(code, CALLS) - 1
        if left < 0:
            return None
        seen = self._lines[self._names[code]]

        def line(frame: FrameType, event: str, argument: Any) -> Any:
            seen.add(frame.f_lineno)
            return line

        return line


def name_of(filename: str) -> str:
    """`_plan` for the file of that name among the shared files of the plugins, empty for any other file."""
    folder, _slash, file = filename.rpartition("/")
    return file.removesuffix(".py") if folder.endswith(("plugins/module_utils", "plugins/plugin_utils")) else ""


def path_of(name: str) -> Path:
    """The file of a name such as `_plan`."""
    return next(folder / f"{name}.py" for folder in FOLDERS if (folder / f"{name}.py").exists())


def watched(item: Any, watch: Watch) -> Test | None:
    """Run a test of pytest; None where it fails. One that fails only because it is watched reaches nothing."""
    test = _watched(item, watch) or _watched(item, watch)
    return test or (Test(item.nodeid, 0.0, {}) if passes(item) else None)


def _watched(item: Any, watch: Watch) -> Test | None:
    used = time.process_time()  # a test is not slow because the machine is busy
    watch.start()
    try:
        good = passes(item)
    finally:
        lines = watch.stop()
    return Test(item.nodeid, round(time.process_time() - used, 3), lines) if good else None


def passes(item: Any) -> bool:
    """Whether a test of pytest passes, or is skipped."""
    from _pytest.runner import runtestprotocol

    try:
        return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=None))
    except BaseException:  # such as KeyboardInterrupt
        return False


class Known:
    """What is known of the tests, kept in a folder, file of tests by file, until the file or a plugin changes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        unit = ROOT / "tests" / "unit"
        self._state = _digest([*(ROOT / "plugins").rglob("*.py"), unit / "conftest.py", unit / "harness.py"])

    def _place(self, file: str) -> Path:
        state = hashlib.sha256(f"{self._state} {file} {_digest([ROOT / file])}".encode()).hexdigest()[:20]
        return self.folder / f"{state}.json"

    def has(self, file: str) -> bool:
        return self._place(file).exists()

    def keep(self, file: str, tests: list[Test]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._place(file).write_text(json.dumps(tests), encoding="utf-8")

    def tests(self, files: Iterable[str]) -> list[Test]:
        """The tests of these files, the quickest first; those of a unit come before the others."""
        texts = [self._place(file).read_text(encoding="utf-8") for file in files if self.has(file)]
        found = [Test(*entry) for text in texts for entry in json.loads(text)]
        return sorted(found, key=lambda test: ("/module_utils/" not in test.id, test.seconds))


def _digest(paths: Iterable[Path]) -> str:
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in sorted(paths))).hexdigest()


def users(name: str, line: int) -> dict[str, set[int]]:
    """The lines, by file, that speak of what a statement outside of functions makes, and its own: a class, a table."""
    tree = ast.parse(path_of(name).read_text(encoding="utf-8"))
    statement = [node for node in tree.body if node.lineno <= line][-1]
    found: dict[str, set[int]] = defaultdict(set)
    found[name].update(range(statement.lineno, (statement.end_lineno or 0) + 1))
    made = set(_made(statement))
    for path in sorted(path for folder in FOLDERS for path in folder.glob("*.py")):
        text = path.read_text(encoding="utf-8")
        if any(word in text for word in made):
            spoken = (node for node in ast.walk(ast.parse(text)) if made & _words(node))
            found[path.stem].update(node.lineno for node in spoken if hasattr(node, "lineno"))
    return found


def _words(node: ast.AST) -> set[Any]:
    return {getattr(node, key, None) for key in ("id", "attr", "arg")}


def _made(statement: ast.stmt) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
