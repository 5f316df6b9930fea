# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What this collection costs, beside what one would do otherwise, on the same emulator and in the same run.

Rounds are interleaved, so that all ways meet the same machine. Prints tables, and writes them to docs/performance.md
and the figures to .build/bench.json. Exits with 1 where a figure does not keep to what is promised. `--quick` takes
small numbers, judges only the numbers of requests, and leaves the document alone.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import platform
import sys
import time
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from kit import OUT, ROOT, Report, Way  # noqa: E402
from lists import case_d  # noqa: E402
from loops import OURS, case_a, case_b, case_e  # noqa: E402
from rules import case_c, case_g  # noqa: E402

CASES = {"a": case_a, "b": case_b, "c": case_c, "d": case_d, "e": case_e, "g": case_g}


def table(report: Report) -> str:
    """The figures of a report in Markdown. Ratios are to this collection's own way, where there is one."""
    names = [way.name for way in report.ways]
    ours = report[OURS].each_ms if OURS in names else None
    lines = [
        "| | objects | ms an object | seconds | requests | MB | times ours |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for way in report.ways:
        ratio = f"{way.each_ms / ours:.2f}" if ours else ""
        lines.append(
            f"| {way.name} | {way.objects} | {way.each_ms:.2f} | {spread(way)} | {way.requests or ''} |"
            f" {f'{way.memory_mb:.0f}' if way.memory_mb else ''} | {ratio} |"
        )
    return "\n".join(lines)


def spread(way: Way) -> str:
    """The seconds of the fastest and the slowest round."""
    low, high = min(way.seconds), max(way.seconds)
    return f"{low:.2f}" if len(way.seconds) == 1 else f"{low:.2f} to {high:.2f}"


def verdicts(report: Report) -> list[str]:
    """One line for each promise."""
    lines = []
    for check in report.checks:
        promise = f"at {'least' if check.at_least else 'most'} {check.limit:g}"
        lines.append(f"- {check.text}: **{check.value:.3g}** ({promise}{'' if check.met else ', NOT MET'})")
    return lines


def section(report: Report) -> str:
    """A report in Markdown."""
    parts = [f"### ({report.case}) {report.title}; {report.condition}", table(report), "\n".join(verdicts(report))]
    return "\n\n".join(part for part in parts if part)


def surroundings() -> str:
    """What the figures depend on, and no name of a machine."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (
        f"{cores} cores, Python {platform.python_version()}, ansible-core {version('ansible-core')},"
        f" requests {version('requests')}"
    )


def write(reports: list[Report], path: Path) -> None:
    """The figures as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    facts = {"surroundings": surroundings(), "reports": [dataclasses.asdict(report) for report in reports]}
    path.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


def main() -> int:
    """Usage: bench.py [--quick] [--only abc] [--json FILE]"""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="small numbers; only the requests are judged")
    parser.add_argument("--only", default="".join(CASES), help="letters of the cases to run")
    parser.add_argument("--json", type=Path, default=ROOT / ".build" / "bench.json")
    chosen = parser.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    reports: list[Report] = []
    for letter in chosen.only:
        start = time.perf_counter()
        for report in CASES[letter](chosen.quick):
            reports.append(report)
            print(f"\n{section(report)}", flush=True)
        print(f"\n({letter}: {time.perf_counter() - start:.0f} s)", flush=True)
    write(reports, chosen.json)
    if not chosen.quick and set(chosen.only) == set(CASES):
        text = (HERE / "performance.md.in").read_text(encoding="utf-8")
        filled = text.format(reports="\n\n".join(map(section, reports)), surroundings=surroundings())
        (ROOT / "docs" / "performance.md").write_text(filled, encoding="utf-8")
    failed = [
        f"({report.case}) {check.text}: {check.value:.3g}"
        for report in reports
        for check in report.checks
        if not check.met and not (chosen.quick and check.kind != "count")
    ]
    print("\nNot met:\n" + "\n".join(failed) if failed else "\nEverything promised is met.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
