# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a command with a Kibana: the one that KIBANA_URL names, or an emulator on a free port for as long as it runs.

The command gets the connection as KIBANA_* variables; `--write FILE` also writes it as a YAML file of Ansible
variables (ansible-test hands no environment variable of ours to its plays), which is removed afterwards.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

CONNECTION = ("KIBANA_URL", "KIBANA_API_KEY", "KIBANA_USERNAME", "KIBANA_PASSWORD", "KIBANA_CA_CERT", "KIBANA_SPACE")


@contextlib.contextmanager
def emulator(version: str) -> Iterator[str]:
    """Start the emulator and give its URL, which it prints when it answers; stop it at the end."""
    source = str(Path(__file__).parent.parent / "tests" / "emulator")
    command = [sys.executable, "-m", "kibana_emulator", "--port", "0", "--version", version]
    environment = {**os.environ, "PYTHONPATH": source, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        found = re.search(r"https?://[^\s,;]+", process.stdout.readline())
        if not found:
            sys.exit("The emulator did not start.")
        yield found.group().rstrip("/.")
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def connection(version: str) -> Iterator[dict[str, str]]:
    """The KIBANA_* variables of the Kibana to use."""
    if os.environ.get("KIBANA_URL"):
        yield {name: os.environ[name] for name in CONNECTION if os.environ.get(name)}
        return
    with emulator(version) as url:
        yield {"KIBANA_URL": url, "KIBANA_USERNAME": "elastic", "KIBANA_PASSWORD": "changeme"}


@contextlib.contextmanager
def variable_file(path: Path | None, variables: dict[str, str]) -> Iterator[None]:
    """The connection as Ansible variables, readable by nobody else."""
    if path is None:
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps({name.lower(): value for name, value in variables.items()}) + "\n")
    try:
        yield
    finally:
        path.unlink()


def main() -> int:
    """Usage: with_emulator.py [--version 9.4.3] [--write FILE] -- COMMAND..."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--version", default="9.4.3")
    parser.add_argument("--write", type=Path)
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    with connection(options.version) as variables, variable_file(options.write, variables):
        others = {name: value for name, value in os.environ.items() if name not in CONNECTION}
        return subprocess.run(options.command, env={**others, **variables}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
