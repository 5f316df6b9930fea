# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run all tests of reliability, print what they counted, and write it to docs/reliability.md, between its marks.

`--from LOG ...` takes what earlier runs have counted. What stands outside of the marks is left as it is. Mutants are
counted by `make mutation`; their sums come from docs/mutation.json.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reliability.md"
LOG = ROOT / ".build" / "reliability.jsonl"
MUTATION = ROOT / "docs" / "mutation.json"
TESTS = ("reliability_*", "secrets_hunt", "privileges", "playbooks_secrets")
BEGIN, END = "<!-- begin: matrix -->", "<!-- end: matrix -->"
WAYS = {
    "in this process": "Every module, each task of its documented examples.",
    "over real sockets": "The same tasks while the connection is in trouble: names, TLS, answers that end early.",
    "in real plays": "Every role and action plugin, by ansible-playbook.",
    "in loops": "Items that are there, changed, deleted and created; with `kibana_prefetch` and without.",
}
SIGNS = {"ok": "s", "failed": "f"}
LONGEST = 150
START = """<!--
Copyright (c) 2026, stackops.kibana contributors
GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later
-->

# Reliability

"""
Entry = dict[str, Any]


def measured(log: Path) -> int:
    """Run the tests and the soak; what they count goes to *log*."""
    tests = sorted(str(path) for name in TESTS for path in (ROOT / "tests" / "unit").glob(f"test_{name}.py"))
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--hypothesis-profile=thorough", *tests]
    own = {**os.environ, "RELIABILITY_LOG": str(log), "STACKOPS_FULL": "1"}
    status = subprocess.run(command, cwd=ROOT, env=own, check=False).returncode
    figures = log.with_name("soak.json")
    soak = [sys.executable, str(ROOT / "tests" / "soak" / "soak.py"), "--output", str(figures)]
    status = subprocess.run(soak, cwd=ROOT, check=False).returncode or status
    with log.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"kind": "soak", **json.loads(figures.read_text(encoding="utf-8"))}) + "\n")
    return status


def table(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """A table in Markdown."""
    head = list(head)
    lines = [head, ["---"] * len(head), *([str(cell).replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def by(entries: Iterable[Entry], key: str) -> dict[str, list[Entry]]:
    """Entries by one of their fields, in order."""
    found: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        found[entry[key]].append(entry)
    return found


def fault_row(name: str, cells: list[Entry]) -> list[Any]:
    """What a fault did to all modules."""
    ends, states = Counter(cell["outcome"] for cell in cells), Counter(cell["state"] for cell in cells)
    said = Counter(re.sub(r"(GET|PUT|POST|PATCH|DELETE) \S+", r"\1 ...", cell["message"]) for cell in cells)
    usual = next((text for text, _unused in said.most_common() if text), "")
    usual = usual if len(usual) <= LONGEST else usual[:LONGEST] + " ..."
    return [
        name, len(cells), sum(not cell["problems"] for cell in cells), ends["ok"], ends["failed"],
        f"{states['as before']} / {states['as without a fault']} / {states['in between']}",
        max(cell["requests"] for cell in cells), round(max(cell["seconds"] for cell in cells)), usual,
    ]  # fmt: skip


def sign(cells: list[Entry]) -> str:
    """How the tasks of a module came through a fault."""
    if any(cell["problems"] for cell in cells):
        return "**x**"
    found = "".join(sorted({SIGNS[cell["outcome"]] for cell in cells}))
    return found + ("*" if any(cell["exception"] for cell in cells) else "")


def matrix(cells: list[Entry]) -> str:
    """The tables of the fault matrix."""
    faults, modules = by(cells, "fault"), by(cells, "module")
    head = [
        "fault",
        "cells",
        "passed",
        "survived",
        "failed",
        "state: before / done / between",
        "most requests",
        "most seconds",
        "usual message",
    ]
    text = table(head, (fault_row(name, found) for name, found in sorted(faults.items())))
    names = sorted(faults)
    legend = "\n".join(f"{number}. {name}" for number, name in enumerate(names, 1))
    grid = []
    for module, found in sorted(modules.items()):
        of = by(found, "fault")
        grid.append([module, *(sign(of[name]) if name in of else "" for name in names)])
    excused = sorted({(cell["module"], cell["exception"]) for cell in cells if cell["exception"]})
    reasons = "\n".join(f"- `{module}`: {reason}." for module, reason in excused)
    return (
        f"{text}\n\nBy module. s: survived as if nothing had been, f: failed with one clear sentence; in both cases the"
        " next run without the fault led to the same state as a run that never saw it. \\*: with an exception that is"
        f" named below. Empty: the task sends no such request. The columns are:\n\n{legend}\n\n"
        f"{table(['module', *map(str, range(1, len(names) + 1))], grid)}\n"
        + (f"\nExceptions:\n\n{reasons}\n" if reasons else "")
    )


def counts(entries: list[Entry]) -> list[str]:
    """The sums, one line each."""
    of = by(entries, "kind")
    cells, tried = of.get("faults", []), of.get("input", [])
    failed = [f"{cell['module']}, {cell['fault']}: {cell['problems']}" for cell in cells if cell["problems"]]
    failed += [f"{entry['module']}: {entry['problems']}" for entry in tried if entry["problems"]]

    def total(kind: str, key: str) -> int:
        return sum(entry.get(key, 0) for entry in of.get(kind, []))

    ways = [f"{len(found)} {way}" for way, found in sorted(by(cells, "way").items())]
    secrets, users = of.get("secrets", []), of.get("privileges", [])
    failed += [f"{entry['module']}: {entry['hits']} secrets shown" for entry in secrets if entry["hits"]]
    failed += [f"soak: {problem}" for entry in of.get("soak", []) for problem in entry["problems"]]
    changes = ("kept", "as in turn", "refused", "lost")
    return [
        f"fault matrix: {len(cells)} cells run, {sum(not cell['problems'] for cell in cells)} passed,"
        f" {sum(bool(cell['exception']) for cell in cells)} of these with a named exception;"
        f" {len(by(cells, 'module'))} modules and roles, {len(by(cells, 'fault'))} faults;"
        f" {', '.join(ways)}",
        f"bad input: {total('input', 'tried')} values tried in {len(tried)} runs over the options of modules and"
        f" plugins, {sum(len(entry['problems']) for entry in tried)} problems",
        f"check mode: {total('check mode', 'states')} predictions compared with the real run,"
        f" {total('check mode', 'refused')} tasks refused by both or by Kibana",
        f"concurrent writers: {sum(total('writers', word) for word in changes)} interleavings,"
        f" {total('writers', 'kept')} kept both changes, {total('writers', 'as in turn')} ended as"
        f" if one writer had come after the other, {total('writers', 'refused')} in a clear failure,"
        f" {total('writers', 'lost')} fell into the window of a blind replacement",
        f"loops: {total('loops', 'items')} items between what somebody else did compared with what they do alone,"
        f" {total('loops', 'stale')} of them said unchanged for a list that was right when it was read;"
        f" {total('loops', 'interleavings')} interleavings within an item, {total('loops', 'lost')} fell into the"
        " window of a blind replacement",
        f"secrets: {total('secrets', 'planted')} planted in {len(secrets)} runs and looked for in"
        f" {total('secrets', 'searched')} outputs, logs, events and files, {total('secrets', 'hits')} found",
        f"privileges: {sum('held' in entry for entry in users)} modules run by users that hold exactly what is"
        f" documented, {sum('lacking' in entry for entry in users)} runs by users that lack one of it, all refused",
        *(soaked(entry) for entry in of.get("soak", [])),
        mutants(),
        f"failures: {len(failed)}",
        *failed,
    ]


def soaked(entry: Entry) -> str:
    """The figures of the soak in one line."""
    memory = [sample["rss"] for sample in entry["samples"]]
    return (
        f"soak: {entry['requests']} requests through one process, {entry['parts']['sockets']} of them over sockets;"
        f" {memory[1]:.0f} MiB after a tenth of the work and {memory[-1]:.0f} at its end, at most"
        f" {entry['most_sockets']} sockets, {len(entry['problems'])} problems"
    )


def mutants() -> str:
    """The sums of docs/mutation.md in one line."""
    known = json.loads(MUTATION.read_text(encoding="utf-8"))
    more = known["beyond"]
    return (
        f"mutants: {known['tested']} of {known['all']} in the {len(known['modules'])} files of the core tried,"
        f" {known['killed']} killed; {more['tested']} of {more['all']} in the other files, {more['killed']} killed;"
        f" {known['survived'] + more['survived']} survived, {known['explained']} of these explained in docs/mutation.md"
    )


def page(entries: list[Entry]) -> str:
    """The part of the page between the marks."""
    of = by(entries, "kind")
    ways = by(of.get("faults", []), "way")
    lost = sorted({entry["module"] for entry in of.get("writers", []) if entry["lost"]})
    lines = "\n".join(f"- {line}" for line in counts(entries))
    return (
        "Written by `make reliability`. Every module runs its own documented examples against the emulator, in this"
        f" process and with a clock that does not wait.\n\n{lines}\n\n"
        "## Concurrent writers\n\nSomebody else changes another field of the same object right before one of our"
        " requests. Where Kibana replaces an object as a whole and offers no lock, a change between our last read and"
        " our write is lost; the two follow each other directly, without a request between them. So it is with "
        f"{', '.join(f'`{name}`' for name in lost) or 'no module'}.\n\n"
        + "\n".join(f"## Faults {way}\n\n{WAYS[way]}\n\n{matrix(ways[way])}" for way in WAYS if way in ways)
    )


def main() -> int:
    """Write the page; the status is that of the tests."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="logs", type=Path, nargs="+", help="what earlier runs have counted")
    logs, status = parser.parse_args().logs, 0
    if not logs:
        LOG.parent.mkdir(exist_ok=True)
        LOG.unlink(missing_ok=True)
        logs, status = [LOG], measured(LOG)
    entries = [json.loads(line) for log in logs for line in log.read_text(encoding="utf-8").splitlines()]
    print("\n".join(counts(entries)))
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else START
    if BEGIN not in text:
        text = f"{text.rstrip()}\n\n{BEGIN}\n{END}\n"
    before, rest = text.split(BEGIN, 1)
    PAGE.write_text(f"{before}{BEGIN}\n\n{page(entries).strip()}\n\n{END}{rest.split(END, 1)[1]}", encoding="utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main())
