# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change the core in small wrong ways, and see whether the fast tests notice. `make mutation`, see docs/mutation.md.

Each mutant is tested in a forked child, in which a finder gives the changed source for the one module: no file of the
tree is touched, and what is expensive to import is imported once. Results go to a file of lines, so that a run that was
broken off goes on where it was.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.abc
import importlib.util
import json
import os
import resource
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml
from mutants import Mutant, mutants

ROOT = Path(__file__).resolve().parents[2]
SURVIVORS = Path(__file__).with_name("survivors.yml")
UTILS = ROOT / "plugins" / "module_utils"
PACKAGE = "ansible_collections.stackops.kibana.plugins.module_utils"
CORE = ("_normalise", "_plan", "_client", "_args", "_session", "_many", "_reads", "_secrets_file", "_errors")
UNIT = "tests/unit/module_utils/"
LIFE = "tests/unit/test_lifecycle.py"
# The fast tests, the likeliest to notice first. What follows is only asked where these do not notice.
QUICKEST = UNIT + "test_small_pieces.py"
FIRST: dict[str, list[str]] = {
    "_normalise": [UNIT + "test_plan.py"],
    "_plan": [UNIT + "test_plan.py"],
    "_client": [UNIT + "test_client.py", UNIT + "test_connection.py"],
    "_args": [UNIT + "test_client.py", "tests/unit/test_transport.py", UNIT + "test_connection.py"],
    "_session": ["tests/unit/test_transport.py", UNIT + "test_client.py", UNIT + "test_connection.py"],
    "_many": [UNIT + "test_many.py"],
    "_reads": ["tests/unit/test_loops.py"],
    "_secrets_file": ["tests/unit/test_secrets_file.py"],
    "_errors": [UNIT + "test_client.py"],
}
THEN = [LIFE, "tests/unit/modules/test_kibana_roles.py"]
CHOSEN = "test_kibana_roles or 9.4.3 and (fleet_proxy or fleet_output or connector or space or kibana_role or tag)"
SECONDS = 240  # of a child, after which a mutant counts as killed: it hangs


HEAD = """<!-- Written by tests/mutation/run.py --document; the reasons are in tests/mutation/survivors.yml. -->
# Mutation testing

Tests are good when they notice mistakes. `make mutation` makes small ones in the core, one at a time: another
comparison, a condition turned round, a part of it left out, another constant, nothing returned, a statement removed.
Then it runs the fast tests that belong to the file. A mutant that no test notices *survives*: either a test is missing,
or the change makes no difference.

```sh
make mutation                             # all of it, for hours
make mutation ARGS="--share 0.2"          # a fifth, always the same one
make mutation ARGS="--modules _plan,_many"
make mutation ARGS="--quick"              # the unit tests alone, without lives of modules
make mutation ARGS="--document"           # writes this page
```

A run goes on where the last one was broken off (`.build/mutation.jsonl`). `make test-full` tests a small sample, and
fails where a mutant survives without a reason below. Sentences for people are not changed, nor are imports and
annotations.

| file | different mutants | tested | killed | survived |
|---|---|---|---|---|
"""
MIDDLE = """
A sample of the mutants was tested, by the fast unit tests of the core alone (`--quick`). The tables of lives, faults
and modules, which are slower, notice more.

## Survivors

| file | where | was | became | why it survives |
|---|---|---|---|---|
"""


class Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the one module, and gives it the changed source."""

    def __init__(self, name: str, source: str) -> None:
        self.name, self.source = f"{PACKAGE}.{name}", source

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        return importlib.util.spec_from_loader(fullname, self) if fullname == self.name else None

    def create_module(self, spec: Any) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        module.__file__ = str(UTILS / (self.name.rpartition(".")[2] + ".py"))
        exec(compile(self.source, module.__file__, "exec"), module.__dict__)


def verdict(name: str, source: str, thorough: bool) -> str:
    """What the tests say about a mutant: killed, survived or hangs."""
    child = os.fork()
    if child == 0:
        _silence()
        os._exit(_tested(name, source, thorough))
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return "survived" if os.waitstatus_to_exitcode(status) == 0 else "killed"
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "hangs"


def _silence() -> None:
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))  # one that eats memory must not take the machine along


def _tested(name: str, source: str, thorough: bool) -> int:
    """1 where a test fails."""
    import pytest
    from hypothesis import settings

    sys.meta_path.insert(0, Changed(name, source))
    settings.register_profile("mutation", deadline=None, max_examples=25, database=None, derandomize=True)
    common = [
        "-q",
        "-x",
        "-p",
        "no:xdist",
        "-o",
        "cache_dir=.build/mutation-cache",
        "--hypothesis-profile=mutation",
        "--no-header",
    ]
    try:
        for path in (QUICKEST, *FIRST[name]):
            if pytest.main([*common, path]):
                return 1
        return int(bool(thorough and pytest.main([*common, *THEN, "-k", CHOSEN])))
    except BaseException:
        return 1


def warm() -> None:
    """Import once what every child needs and no mutant changes."""
    os.chdir(ROOT)
    for path in (ROOT / "tests" / "emulator",):
        sys.path.insert(0, str(path))
    for name in ("pytest", "hypothesis", "hypothesis.strategies", "requests", "yaml", "trustme", "kibana_emulator"):
        importlib.import_module(name)
    importlib.import_module("ansible.module_utils.basic")
    os.environ["KIBANA_OPENAPI_DIR"] = ""


def chosen(name: str, share: float) -> list[Mutant]:
    """A share of the mutants of a module, always the same ones."""
    every = mutants((UTILS / f"{name}.py").read_text(encoding="utf-8"))
    return [mutant for mutant in every if _chance(name, mutant) < share]


def _chance(name: str, mutant: Mutant) -> float:
    text = f"{name} {mutant.function} {mutant.before} {mutant.after}"
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) / 0xFFFFFFFF


def main(arguments: list[str]) -> int:
    """Test the mutants; the status is 1 where one survives that docs/mutation.md does not explain."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--share", type=float, default=1.0, help="of the mutants, 0 to 1")
    parser.add_argument("--minutes", type=float, default=600, help="stop after so many")
    parser.add_argument("--modules", default=",".join(CORE))
    parser.add_argument("--log", type=Path, default=ROOT / ".build" / "mutation.jsonl")
    parser.add_argument("--quick", action="store_true", help="ask the fast tests alone")
    parser.add_argument("--again", action="store_true", help="test those once more that survived, and no others")
    parser.add_argument("--trust", action="store_true", help="do not run the tests without a change first")
    parser.add_argument("--document", action="store_true", help="write docs/mutation.md from the log")
    parser.add_argument("--list", action="store_true", help="count the mutants")
    options = parser.parse_args(arguments)
    options.log = options.log.absolute()
    names = options.modules.split(",")
    if options.document:
        return document(options.log)
    if options.list:
        print({name: len(chosen(name, options.share)) for name in names})
        return 0
    warm()
    for name in [] if options.trust else names:
        if verdict(name, (UTILS / f"{name}.py").read_text(encoding="utf-8"), False) != "survived":
            print(f"{name}: its tests fail without any change", file=sys.stderr)
            return 2
    return run(names, options)


def run(names: list[str], options: argparse.Namespace) -> int:
    """Test mutant by mutant, module by module in turn."""
    options.log.parent.mkdir(exist_ok=True)
    known = {}
    if options.log.exists():
        lines = map(json.loads, options.log.read_text(encoding="utf-8").splitlines())
        known = {identity(line): line["verdict"] for line in lines}
    queue = [(name, mutant) for name in names for mutant in chosen(name, options.share)]
    if options.again:
        alive = {key for key, found in known.items() if found == "survived"}
        queue = [item for item in queue if _named(*item) in alive]
        known = {key: found for key, found in known.items() if key not in alive}
    queue.sort(key=lambda item: _chance(*item))  # so that a run that is broken off has seen all modules
    end, count = time.monotonic() + 60 * options.minutes, Counter()
    unexplained = 0
    explained = reasons()
    with options.log.open("a", encoding="utf-8") as log:
        for name, mutant in queue:
            entry = {"module": name, **{key: getattr(mutant, key) for key in ("line", "function", "before", "after")}}
            if identity(entry) not in known:
                if time.monotonic() > end:
                    break
                known[identity(entry)] = verdict(name, mutant.source, not options.quick)
                log.write(json.dumps({**entry, "verdict": known[identity(entry)]}) + "\n")
                log.flush()
            found = known[identity(entry)]
            count[found] += 1
            if found == "survived" and identity(entry) not in explained:
                unexplained += 1
                print(f"{name}.py:{mutant.line} {mutant.function}: {mutant.before}  ->  {mutant.after}")
    print(f"{sum(count.values())} of {len(queue)} mutants: {dict(count)}; {unexplained} survivors are not explained")
    return int(bool(unexplained))


def reasons() -> dict[str, str]:
    """Why a mutant may survive, by its identity."""
    if not SURVIVORS.exists():
        return {}
    return {identity(entry): entry["why"] for entry in yaml.safe_load(SURVIVORS.read_text(encoding="utf-8")) or ()}


def document(log: Path) -> int:
    """Write docs/mutation.md and docs/mutation.json from what a run has found."""
    found = {identity(line): line for line in map(json.loads, log.read_text(encoding="utf-8").splitlines())}
    why, counts = reasons(), {}
    for line in found.values():
        counts.setdefault(line["module"], Counter())[line["verdict"]] += 1
    rows, total = [], Counter()
    for name in CORE:
        known = counts.get(name, Counter())
        total.update(known)
        every = len({_named(name, mutant) for mutant in chosen(name, 1)})
        rows.append(
            f"| `{name}` | {every} | {known.total()} | {known['killed'] + known['hangs']} | {known['survived']} |"
        )
    alive = [line for key, line in sorted(found.items()) if line["verdict"] == "survived"]
    table = [
        f"| `{line['module']}` | {line['function']} | `{cell(line['before'])}` | `{cell(line['after'])}` |"
        f" {why.get(identity(line), 'not explained yet')} |"
        for line in alive
    ]
    text = HEAD + "\n".join(rows) + "\n" + MIDDLE + "\n".join(table) + "\n"
    (ROOT / "docs" / "mutation.md").write_text(text, encoding="utf-8")
    explained = sum(identity(line) in why for line in alive)
    figures = {"tested": total.total(), "killed": total["killed"] + total["hangs"], "survived": total["survived"]}
    figures |= {"explained": explained, "modules": {name: dict(known) for name, known in sorted(counts.items())}}
    (ROOT / "docs" / "mutation.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(figures)
    return 0


def _named(name: str, mutant: Mutant) -> str:
    return json.dumps([name, mutant.function, mutant.before, mutant.after])


def cell(text: str) -> str:
    """A text for a cell of a Markdown table."""
    return text.replace("|", "\\|").replace("`", "'")


def identity(entry: dict[str, Any]) -> str:
    """What tells a mutant from the others, whatever moves around it."""
    return json.dumps([entry[key] for key in ("module", "function", "before", "after")])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
