# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run targets of the Makefile next to each other, each with a log of its own.

Prints one line per finished part, the end of the log of a part that failed, pytest's own closing lines, and at last
`N passed, N failed`, counting parts. The exit status is 1 when a part failed.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

TAIL_LINES = 60
CLOSING = re.compile(r"^(=+ )?\d+ (passed|failed|error|skipped|xfailed|xpassed|deselected)\b.* in [\d.]+s\b.*$")


@dataclass(frozen=True)
class Result:
    """What became of one part."""

    part: str
    status: int
    seconds: float
    log: Path

    def lines(self) -> list[str]:
        """The log, without the colours that tools may put into it."""
        return re.sub(r"\x1b\[[0-9;]*m", "", self.log.read_text(errors="replace")).splitlines()

    def closing(self) -> str:
        """pytest's last line, where the part is one of pytest's."""
        found = [line.strip("= ") for line in self.lines() if CLOSING.match(line)]
        return found[-1] if found else ""


def run(part: str, logs: Path) -> Result:
    """Run one target to its end."""
    log, start = logs / f"{part}.log", time.monotonic()
    with log.open("wb") as output:
        done = subprocess.run(
            ["make", "--no-print-directory", part],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    return Result(part, done.returncode, time.monotonic() - start, log)


def report(result: Result) -> None:
    """One line for a part, and the end of its log where it failed."""
    verdict = "FAILED" if result.status else "ok"
    print(f"{verdict:<7} {result.part:<12} {result.seconds:6.1f} s  {result.closing()}".rstrip(), flush=True)
    if result.status:
        for line in result.lines()[-TAIL_LINES:]:
            print(f"    | {line}")
        print(f"    the whole log: {result.log}", flush=True)


def main() -> int:
    """Usage: run_parts.py --logs FOLDER [--jobs 2] PART..."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--logs", type=Path, required=True)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("parts", nargs="+")
    options = parser.parse_args()
    options.logs.mkdir(parents=True, exist_ok=True)
    start, results = time.monotonic(), []
    print(f"Running {len(options.parts)} parts, {options.jobs} at a time; logs in {options.logs}", flush=True)
    with ThreadPoolExecutor(options.jobs) as pool:
        for future in as_completed([pool.submit(run, part, options.logs) for part in options.parts]):
            results.append(future.result())
            report(results[-1])
    failed = sum(1 for result in results if result.status)
    print(f"\n{time.monotonic() - start:.0f} s in all")
    for result in sorted(results, key=lambda one: options.parts.index(one.part)):
        if result.closing():
            print(f"{result.part}: {result.closing()}")
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
