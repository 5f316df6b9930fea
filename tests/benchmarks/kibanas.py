# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One play over many Kibanas, with more and fewer forks: the example project of AWX over emulators.

Each emulator is a process of its own, and waits before every answer as a Kibana does that is elsewhere. Writes its
table into docs/awx.md, unless told otherwise.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROJECT = ROOT / "extensions" / "awx" / "project"
PAGE = ROOT / "docs" / "awx.md"
TABLE = re.compile(r"(<!-- kibanas -->\n).*?(<!-- end of kibanas -->)", re.DOTALL)
RECAP = re.compile(r"changed=(\d+) .*failed=(\d+)")


@contextlib.contextmanager
def emulators(count: int, latency: int) -> Iterator[list[str]]:
    """The URLs of so many emulators."""
    command = [sys.executable, "-m", "kibana_emulator", "--port", "0", "--latency-ms", str(latency)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests" / "emulator"), "PYTHONUNBUFFERED": "1"}
    running = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _number in range(count)
    ]
    try:
        urls = []
        for process in running:
            found = re.search(r"https?://[^\s,;]+", process.stdout.readline() if process.stdout else "")
            if not found:
                sys.exit("An emulator did not start.")
            urls.append(found.group().rstrip("/."))
        yield urls
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait()


def played(inventory: Path, forks: int) -> tuple[float, int]:
    """Seconds of a run, and the number of changes in all Kibanas."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "KIBANA_"))}
    environment = {
        **own,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build" / "link"),
        "ANSIBLE_NOCOLOR": "1",
        "KIBANA_USERNAME": "elastic",
        "KIBANA_PASSWORD": "changeme",
        "SOC_WEBHOOK_PASSWORD": "benchmark",
    }
    program = str(Path(sys.executable).with_name("ansible-playbook"))
    command = [program, "-i", str(inventory), "--forks", str(forks), str(PROJECT / "kibana_config.yml")]
    variables = ["-e", json.dumps({"ansible_python_interpreter": sys.executable})]
    start = time.monotonic()
    done = subprocess.run(command + variables, env=environment, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - start
    recap = RECAP.findall(done.stdout)
    if done.returncode or any(failed != "0" for _changed, failed in recap):
        sys.exit(done.stdout[-3000:] + done.stderr[-3000:])
    return seconds, sum(int(changed) for changed, _failed in recap)


def measured(count: int, latency: int, forks: list[int]) -> str:
    """The table."""
    lines = [
        f"{count} Kibanas, five objects each, {latency} ms before every answer; {os.cpu_count()} cores, which the",
        f"emulators use, too; Python {platform.python_version()}, ansible-core {version('ansible-core')}.",
        "",
        "| forks | first run | second run, nothing changes | Kibanas a minute, second run |",
        "|---:|---:|---:|---:|",
    ]
    with emulators(count, latency) as urls, tempfile.TemporaryDirectory() as folder:
        os.symlink(PROJECT / "inventory" / "group_vars", Path(folder) / "group_vars")
        hosts = {f"kibana-{number + 1:02}": {"kibana_url": url} for number, url in enumerate(urls)}
        inventory = Path(folder) / "kibanas.json"
        inventory.write_text(json.dumps({"kibanas": {"hosts": hosts}}), encoding="utf-8")
        for number in forks:
            for url in urls:
                urllib.request.urlopen(urllib.request.Request(f"{url}/_emulator/reset", method="POST")).close()
            first, changes = played(inventory, number)
            second, later = played(inventory, number)
            if not changes or later:
                sys.exit(f"{changes} changes in the first run, {later} in the second.")
            lines.append(f"| {number} | {first:.0f} s | {second:.0f} s | {60 * count / second:.0f} |")
            print(lines[-1], flush=True)
    return "\n".join(lines) + "\n"


def main() -> None:
    """Usage: kibanas.py [--hosts 20] [--latency-ms 100] [--forks 1,5,20] [--no-write]"""
    parser = argparse.ArgumentParser()
    parser.add_argument("--hosts", type=int, default=20)
    parser.add_argument("--latency-ms", type=int, default=100)
    parser.add_argument("--forks", default="1,5,20")
    parser.add_argument("--no-write", action="store_true")
    options = parser.parse_args()
    text = measured(options.hosts, options.latency_ms, [int(number) for number in options.forks.split(",")])
    if not options.no_write:
        page = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(TABLE.sub(lambda found: f"{found[1]}\n{text}\n{found[2]}", page), encoding="utf-8")


if __name__ == "__main__":
    main()
