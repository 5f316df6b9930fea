# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change the core in small wrong ways, and see whether the tests notice. `make mutation`, see docs/mutation.md.

No file of the tree is touched. Tests are collected once, and each is watched once: which lines does it run? A mutant is
then tried in a forked child, which swaps the code of the changed function and runs the tests that reach the line, until
one fails. What survives that, and what is changed outside of functions, is tried again with the changed source imported
afresh. Results go to a file of lines, so that a run that was broken off goes on where it was.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections import Counter
from pathlib import Path

from mutants import mutants
from page import document, reasons
from reach import ROOT, Known, path_of
from trials import SURVIVED, Candidate, Log, Run, afresh, identity, swapped, warm

CORE = (
    *("_normalise", "_plan", "_client", "_args", "_session", "_many", "_reads", "_secrets_file", "_errors"),
    *("_resource", "_task", "_engine", "_module", "_files", "_progress", "_privileges", "_drift"),
)
UNIT = "tests/unit/"
QUICK = ("module_utils", "test_transport.py", "test_secrets_file.py", "test_privileges.py", "test_loops.py")
THOROUGH = ("test_lifecycle.py", "modules/test_kibana_roles.py", "modules/test_kibana_role.py", "test_options.py")
WIDE = ("module_utils", "test_lifecycle.py", "modules")  # for what belongs to one kind of object


def chosen(name: str, share: float) -> list[Candidate]:
    """A share of the mutants of a file, always the same ones."""
    every = (Candidate(name, mutant) for mutant in mutants(path_of(name).read_text(encoding="utf-8")))
    return [candidate for candidate in every if _chance(candidate) < share]


def _chance(candidate: Candidate) -> float:
    return int(hashlib.sha256(identity(candidate.entry).encode()).hexdigest()[:8], 16) / 0xFFFFFFFF


def beyond() -> list[str]:
    """The shared files of modules that are not of the core."""
    return sorted({path.stem for path in (ROOT / "plugins" / "module_utils").glob("_[a-z]*.py")} - {*CORE})


def files_of_tests(options: argparse.Namespace) -> list[str]:
    """The paths of the tests that are asked, from the root."""
    names = WIDE if options.wide else QUICK if options.quick else (*QUICK, *THOROUGH)
    paths = [ROOT / UNIT / path for path in names]
    found = [file for path in paths for file in (sorted(path.glob("test_*.py")) if path.is_dir() else [path])]
    return [str(file.relative_to(ROOT)) for file in found]


def main(arguments: list[str]) -> int:
    """Test the mutants; the status is 1 where one survives that docs/mutation.md does not explain."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--share", type=float, default=1.0, help="of the mutants, 0 to 1")
    parser.add_argument("--minutes", type=float, default=600, help="stop each of the two ways after so many")
    parser.add_argument("--seconds", type=float, default=6, help="of tests for one mutant, the likeliest first")
    parser.add_argument("--modules", default=",".join(CORE))
    parser.add_argument("--wide", action="store_true", help="the files beyond the core, with the tests of all modules")
    parser.add_argument("--log", type=Path, default=ROOT / ".build" / "mutation.jsonl")
    parser.add_argument("--quick", action="store_true", help="ask the fast tests alone")
    parser.add_argument("--again", action="store_true", help="test those once more that survived, and no others")
    parser.add_argument("--document", action="store_true", help="write docs/mutation.md from the log")
    parser.add_argument("--list", action="store_true", help="count the mutants")
    options = parser.parse_args(arguments)
    options.log = options.log.absolute()
    options.log.parent.mkdir(exist_ok=True)
    names = beyond() if options.wide else options.modules.split(",")
    if options.document:
        core, others = ({name: chosen(name, 1) for name in names} for names in (CORE, beyond()))
        document(Log(options.log), core, others)
        return 0
    if options.list:
        print({name: len(chosen(name, options.share)) for name in names})
        return 0
    queue = [candidate for name in names for candidate in chosen(name, options.share)]
    queue.sort(key=_chance)  # so that a run that is broken off has seen all files
    return test_them(queue, options)


def test_them(queue: list[Candidate], options: argparse.Namespace) -> int:
    """Try the mutants that are not known yet, and say which survive."""
    log = Log(options.log)
    if options.again:
        queue = [candidate for candidate in queue if log.verdict(candidate) == SURVIVED]
        log.forget(queue)
    known = Known(ROOT / ".build" / "mutation-reach")
    run = Run(files_of_tests(options), known, log, options.minutes, options.seconds)
    warm()
    for attempt in (swapped, afresh):
        status = attempt([candidate for candidate in queue if not run.log.verdict(candidate)], run)
        if status:
            return status
        run.log = Log(options.log)  # with what a child has added
    return report(queue, run.log)


def report(queue: list[Candidate], log: Log) -> int:
    """Say what was found; 1 where a mutant survives that nobody has explained."""
    found = [(candidate, verdict) for candidate in queue if (verdict := log.verdict(candidate))]
    explained = reasons()
    alive = [candidate for candidate, verdict in found if verdict == SURVIVED]
    open_ones = [candidate for candidate in alive if identity(candidate.entry) not in explained]
    for name, mutant in open_ones:
        nth = f" ({mutant.nth + 1}.)" if mutant.nth else ""
        print(f"{name}.py:{mutant.line} {mutant.function}: {mutant.before}  ->  {mutant.after}{nth}")
    counts = dict(Counter(verdict for _candidate, verdict in found))
    print(f"{len(found)} of {len(queue)} mutants: {counts}; {len(open_ones)} survivors are not explained")
    return int(bool(open_ones))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
