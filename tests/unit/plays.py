# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs real plays against an emulator and returns the results of their tasks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from conftest import LINK

CALLBACKS = Path(__file__).parent / "in_process" / "callback_plugins"
PLAYBOOK = str(Path(sys.executable).with_name("ansible-playbook"))


@dataclass(frozen=True)
class Played:
    """How a run of ansible-playbook ended, and what its tasks returned in order, as `{event, task, host, result}`."""

    status: int
    output: str
    results: list[dict[str, Any]]

    def result(self, task: str) -> dict[str, Any]:
        """The result of the task of that name."""
        return next(entry["result"] for entry in self.results if entry["task"] == task)


def play(folder: Path, url: str, tasks: list[dict[str, Any]] | Path, *arguments: str, **variables: Any) -> Played:
    """Run tasks, or the play in a file, on localhost with the connection to `url` as module defaults."""
    playbook = tasks if isinstance(tasks, Path) else folder / "play.yml"
    if not isinstance(tasks, Path):
        connection = {"kibana_url": url, "kibana_username": "elastic", "kibana_password": "changeme"}
        text = {
            "hosts": "localhost",
            "gather_facts": False,
            "module_defaults": {"group/stackops.kibana.kibana": connection},
            "tasks": tasks,
        }
        playbook.write_text(yaml.safe_dump([text], sort_keys=False), encoding="utf-8")
    log = folder / "results.jsonl"
    log.unlink(missing_ok=True)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "KIBANA_"))},
        "ANSIBLE_COLLECTIONS_PATH": str(LINK.parents[2]),
        "ANSIBLE_CALLBACK_PLUGINS": str(CALLBACKS),
        "ANSIBLE_CALLBACKS_ENABLED": "results",
        "ANSIBLE_NOCOLOR": "1",
        "RESULTS_FILE": str(log),
        "KIBANA_URL": url,
    }
    command = [PLAYBOOK, "-i", "localhost,", "-c", "local", *arguments]
    extra = {"ansible_python_interpreter": sys.executable, **variables}
    done = subprocess.run(
        [*command, "-e", json.dumps(extra), str(playbook)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return Played(done.returncode, done.stdout + done.stderr, [json.loads(line) for line in lines])
