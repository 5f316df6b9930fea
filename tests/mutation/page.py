# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write docs/mutation.md and docs/mutation.json from what runs have found."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import yaml
from reach import ROOT
from trials import HANGS, KILLED, SURVIVED, Candidate, Log, identity

SURVIVORS = Path(__file__).with_name("survivors.yml")
HEAD = """<!-- Written by tests/mutation/run.py --document; the reasons are in tests/mutation/survivors.yml. -->
# Mutation testing

Tests are good when they notice mistakes. `make mutation` makes small ones in the core, one at a time: another
comparison, a condition turned round, a part of it left out, another constant, nothing returned, a statement removed.
A mutant that no test notices *survives*: either a test is missing, or the change makes no difference.

```sh
make mutation                             # all of it
make mutation ARGS="--quick"              # asks the fast tests alone, without lives of modules
make mutation ARGS="--share 0.2"          # a fifth, always the same one
make mutation ARGS="--modules _plan,_many"
make mutation ARGS="--wide --share 0.06"  # of the files beyond the core, with the tests of all modules
make mutation ARGS="--again --seconds 60" # what survived, with more tests
make mutation ARGS="--document"           # writes this page
```

First every test is watched: which lines does it run? A mutant is tried with the tests that run its line, the likeliest
to notice it first, for so many seconds. That takes a fraction of a second for most, as nothing is imported anew: the
changed function takes the place of the old one in a process in which all tests are loaded. What survives so, and was
already run while modules were imported, is tried once more with the changed source imported by everything that needs
it. A test that fails has to fail twice.

A run goes on where the last one was broken off (`.build/mutation.jsonl`); a function that has changed since is tried
again. `make test-full` tests a small sample, and fails where a mutant survives without a reason below. Sentences for
people are not changed, nor are imports and annotations.

| file | mutants | tested | killed | survived |
|---|---|---|---|---|
"""
MIDDLE = """
{tested} of {all} mutants of the core were tested with the fast tests (`--quick`). The tables of lives, faults and
modules, which are slower, notice more.

The other {files} files of module_utils belong to one kind of object each. Of their {others} mutants a sample was tested
with the tests of the modules (`--wide`): {sampled}, of which {noticed} were killed and {alive} survived.

## Survivors

| file | where | was | became | why it survives |
|---|---|---|---|---|
"""


def reasons() -> dict[str, str]:
    """Why a mutant may survive, by its identity."""
    if not SURVIVORS.exists():
        return {}
    return {identity(entry): entry["why"] for entry in yaml.safe_load(SURVIVORS.read_text(encoding="utf-8")) or ()}


def document(log: Log, files: dict[str, list[Candidate]], others: dict[str, list[Candidate]]) -> None:
    """Write docs/mutation.md and docs/mutation.json for the mutants of the core and of the *others*, by file."""
    why, rows, table, counts = reasons(), [], [], {}
    for name, every in files.items():
        known = counts[name] = tally(log, every)
        killed = known[KILLED] + known[HANGS]
        rows.append(f"| `{name}` | {len(every)} | {known.total()} | {killed} | {known[SURVIVED]} |")
        table += survivors(log, name, every, why)
    total = sum(counts.values(), Counter())
    made = sum(map(len, files.values()))
    beyond = sum((tally(log, every) for every in others.values()), Counter())
    sample = {"all": sum(map(len, others.values())), "tested": beyond.total()}
    sample |= {"killed": beyond[KILLED] + beyond[HANGS], "survived": beyond[SURVIVED]}
    table += [line for name, every in others.items() for line in survivors(log, name, every, why)]
    middle = MIDDLE.format(
        tested=total.total(), all=made, files=len(others), others=sample["all"],
        sampled=sample["tested"], noticed=sample["killed"], alive=sample["survived"],
    )  # fmt: skip
    text = HEAD + "\n".join(rows) + "\n" + middle + "\n".join(table) + "\n"
    (ROOT / "docs" / "mutation.md").write_text(text, encoding="utf-8")
    killed, survived = total[KILLED] + total[HANGS], total[SURVIVED]
    figures = {"all": made, "tested": total.total(), "killed": killed, "survived": survived}
    figures |= {"explained": sum("not explained yet" not in row for row in table)}
    figures |= {"beyond": sample}
    figures |= {"modules": {name: dict(known) for name, known in sorted(counts.items())}}
    (ROOT / "docs" / "mutation.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(figures)


def tally(log: Log, every: list[Candidate]) -> Counter[str]:
    """How many of these mutants came to which end."""
    return Counter(verdict for candidate in every if (verdict := log.verdict(candidate)))


def survivors(log: Log, name: str, every: list[Candidate], why: dict[str, str]) -> list[str]:
    """Lines of a table: which of these mutants survived, and why."""
    alive = [candidate.entry for candidate in every if log.verdict(candidate) == SURVIVED]
    return [
        f"| `{name}` | {entry['function'] or 'outside of functions'} | `{cell(entry['before'])}` |"
        f" `{cell(entry['after'])}` | {why.get(identity(entry), 'not explained yet')} |"
        for entry in sorted(alive, key=identity)
    ]


def cell(text: str) -> str:
    """A text for a cell of a Markdown table."""
    return text.replace("|", "\\|").replace("`", "'")
