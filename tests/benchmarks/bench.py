# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an item of a loop costs, beside `ansible.builtin.uri` and beside the same module in a process of its own.

One emulator process and interleaved rounds, so that all ways meet the same machine. Prints a table, writes it to
docs/performance.md and the figures to .build/bench/. Exits with 1 where an item costs more than the budget even in the
fastest rounds.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
OUT = ROOT / ".build" / "bench"
BUDGET_MS = 10.0
FLOOR, OURS, URI, MODULE, DEBUG = "Bare requests", "In-process", "The builtin uri", "Module path", "The builtin debug"
MEANING = {
    FLOOR: "the floor: one GET with `requests`, one session",
    OURS: "`kibana_role`, in-process (the default)",
    DEBUG: "`ansible.builtin.debug`, which does nothing",
    URI: "`ansible.builtin.uri`, one GET",
    MODULE: "`kibana_role` with `kibana_in_process: false`",
}

sys.path.insert(0, str(ROOT / "tools"))
from with_emulator import emulator  # noqa: E402


def role(number: int) -> dict[str, Any]:
    """The body of a role as loop.yml describes it."""
    indices = [{"names": ["logs-*"], "privileges": ["read"]}]
    kibana = [{"base": ["read"], "spaces": ["*"]}]
    return {
        "description": f"Number {number}",
        "elasticsearch": {"cluster": ["monitor"], "indices": indices},
        "kibana": kibana,
    }


def session() -> requests.Session:
    """A session as bare as the client's own."""
    http = requests.Session()
    http.trust_env = False
    http.auth = ("elastic", "changeme")
    http.headers["kbn-xsrf"] = "bench"
    return http


def floor(url: str, items: int) -> float:
    """Seconds for reading each role once."""
    http = session()
    start = time.perf_counter()
    for number in range(items):
        http.get(f"{url}/api/security/role/role-{number}").raise_for_status()
    return time.perf_counter() - start


def play(url: str, items: int, few: int) -> list[dict[str, Any]]:
    """One run of loop.yml: task, seconds, items, changed."""
    timings = OUT / "timings.jsonl"
    timings.unlink(missing_ok=True)
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "KIBANA_"))}
    environment = {
        **clean,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build" / "link"),
        "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback_plugins"),
        "ANSIBLE_CALLBACKS_ENABLED": "timings",
        "TIMINGS_FILE": str(timings),
        "KIBANA_URL": url,
        "KIBANA_USERNAME": "elastic",
        "KIBANA_PASSWORD": "changeme",
    }
    program = str(Path(sys.executable).with_name("ansible-playbook"))
    variables = ["-e", f"items={items}", "-e", f"few={few}", "-e", f"ansible_python_interpreter={sys.executable}"]
    command = [program, "-i", "localhost,", "-c", "local", *variables, str(HERE / "loop.yml")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stdout[-3000:] + done.stderr)
    return [json.loads(line) for line in timings.read_text(encoding="utf-8").splitlines()]


def measure(rounds: int, items: int, few: int) -> dict[str, list[float]]:
    """Milliseconds per item of each way, one figure per round."""
    figures: dict[str, list[float]] = {}
    with emulator("9.4.3") as url:
        for number in range(items):
            session().put(f"{url}/api/security/role/role-{number}", json=role(number)).raise_for_status()
        for number in range(rounds):
            print(f"round {number + 1} of {rounds} ...", flush=True)
            figures.setdefault(FLOOR, []).append(1000 * floor(url, items) / items)
            for task in play(url, items, few):
                if task["changed"]:
                    sys.exit(f"{task['task']}: {task['changed']} of {task['items']} items changed, none should.")
                figures.setdefault(task["task"], []).append(1000 * task["seconds"] / task["items"])
    return figures


def table(figures: dict[str, list[float]], counts: dict[str, int]) -> str:
    """The figures as a table in Markdown."""
    ours = statistics.median(figures[OURS])
    lines = [
        "| an item of a loop of | items | ms per item (median) | fastest and slowest round | times in-process |",
        "|---|---:|---:|---:|---:|",
    ]
    for way in (FLOOR, DEBUG, OURS, MODULE, URI):
        found, middle = figures[way], statistics.median(figures[way])
        spread = f"{min(found):.1f} to {max(found):.1f}"
        lines.append(f"| {MEANING[way]} | {counts[way]} | {middle:.1f} | {spread} | {middle / ours:.2f} |")
    return "\n".join(lines)


def surroundings() -> str:
    """What the figures depend on, and no name of a machine."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (
        f"{cores} cores, Python {platform.python_version()}, ansible-core {version('ansible-core')},"
        f" requests {version('requests')}"
    )


def main() -> int:
    """Usage: bench.py [--rounds 3] [--items 300] [--few 40]"""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--items", type=int, default=300)
    parser.add_argument("--few", type=int, default=40, help="items of the ways that start a process for each")
    chosen = parser.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    figures = measure(chosen.rounds, chosen.items, chosen.few)
    counts = {way: chosen.few if way in (URI, MODULE) else chosen.items for way in MEANING}
    over = statistics.median(figures[OURS]) - statistics.median(figures[FLOOR])
    best = min(figures[OURS]) - min(figures[FLOOR])  # what else runs on the machine only ever adds
    shown = table(figures, counts)
    verdict = (
        f"In-process, an item costs {over:.1f} ms over the floor ({best:.1f} ms in the fastest rounds);"
        f" the budget is {BUDGET_MS:.0f} ms."
    )
    print(f"\n{shown}\n\n{verdict}\n({surroundings()}, {chosen.rounds} rounds)")
    facts = {
        "ms_per_item": figures,
        "items": counts,
        "over_floor_ms": over,
        "best_ms": best,
        "surroundings": surroundings(),
    }
    (OUT / "loop.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    text = (HERE / "performance.md.in").read_text(encoding="utf-8")
    filled = text.format(table=shown, verdict=verdict, surroundings=surroundings(), rounds=chosen.rounds)
    (ROOT / "docs" / "performance.md").write_text(filled, encoding="utf-8")
    return 0 if best <= BUDGET_MS else 1


if __name__ == "__main__":
    sys.exit(main())
