# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lifecycle table by real ansible-playbook, in-process and in processes of their own: the results are equal.

The emulator counts its ids and its time, and is reset in between, so that not a byte may differ: not in a result,
nor in what Kibana holds afterwards. Normally each module shows its first case, with STACKOPS_FULL=1 all of them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import harness
import pytest
import yaml
from conftest import LINK
from harness import Case, Kibana
from test_lifecycle import CASES

from kibana_emulator import Emulator, EmulatorServer

CALLBACKS = Path(__file__).parent / "in_process" / "callback_plugins"
PLAYBOOK = str(Path(sys.executable).with_name("ansible-playbook"))
FULL = bool(os.environ.get("STACKOPS_FULL"))
FIRST = list({case.module: case for case in reversed(CASES)}.values())[::-1]
MOST = 1000 if FULL else 5
DIFFERENT = ("exception",)  # a traceback names other files
MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


class Literal(str):
    """Text that Ansible must not take for a template, such as the {{variables}} of Kibana's own."""


class Dumper(yaml.SafeDumper):
    """Writes a play."""

    def ignore_aliases(self, data: Any) -> bool:
        """Ansible's own loader may give an alias another tag."""
        return True


Dumper.add_representer(Literal, lambda dumper, text: dumper.represent_scalar("!unsafe", str(text), style="'"))


def literal(value: Any) -> Any:
    """The value with every template marked as text."""
    if isinstance(value, dict):
        return {literal(key) if "{" in str(key) else key: literal(item) for key, item in value.items()}
    if isinstance(value, list):
        return [literal(item) for item in value]
    return Literal(value) if isinstance(value, str) and "{" in value else value


def steps(case: Case) -> list[tuple[dict[str, Any], bool]]:
    """Options and check mode of each task: create, again, each update, delete, again."""
    updates = case.updates[:MOST]
    changes = [case.create, *updates, {"state": "absent"}]
    pairs = [(options, check) for options in changes for check in (True, False)]
    return [*pairs[:2], (case.create, False), *pairs[2:], ({"state": "absent"}, False)]


def written(case: Case, url: str, folder: Path) -> Path:
    """The play for a case."""
    connection = {"kibana_url": url, "kibana_username": "elastic", "kibana_password": "changeme"}
    tasks = [
        {
            "name": f"Step {number}",
            f"stackops.kibana.{case.module}": literal(json.loads(json.dumps({**case.identity, **options}))),
            "check_mode": check,
            "ignore_errors": True,
        }
        for number, (options, check) in enumerate(steps(case))
    ]
    defaults = {"group/stackops.kibana.kibana": connection}
    play = {"hosts": "localhost", "gather_facts": False, "module_defaults": defaults, "tasks": tasks}
    path = folder / "life.yml"
    path.write_text(yaml.dump([play], Dumper=Dumper, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return path


def results(playbook: Path, in_process: bool) -> tuple[list[dict[str, Any]], str]:
    """What each task returned, and all that was shown."""
    lines = playbook.with_name("results.jsonl")
    lines.unlink(missing_ok=True)
    own = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "KIBANA_"))}
    environment = own | {
        "ANSIBLE_COLLECTIONS_PATH": str(LINK.parents[2]),
        "ANSIBLE_CALLBACK_PLUGINS": str(CALLBACKS),
        "ANSIBLE_CALLBACKS_ENABLED": "results",
        "RESULTS_FILE": str(lines),
        "LC_ALL": "C.UTF-8",
    }
    variables = {"kibana_in_process": in_process, "ansible_python_interpreter": sys.executable}
    command = [PLAYBOOK, "-i", "localhost,", "-c", "local", "-vvv", "--diff", "-e", json.dumps(variables)]
    done = subprocess.run(
        [*command, str(playbook)], env=environment, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert ("gets a process of its own" in done.stdout) is not in_process
    return [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()], done.stdout + done.stderr


@pytest.mark.parametrize("case", CASES if FULL else FIRST, ids=str)
def test_the_same_life_both_ways(case: Case, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(harness, "Emulator", partial(Emulator, deterministic=True))
    kibana = Kibana(monkeypatch)
    ways = []
    with EmulatorServer(kibana.emulator) as server:
        playbook = written(case, server.url, tmp_path)
        for in_process in (True, False):
            kibana.emulator.reset()
            if case.setup:
                case.setup(kibana)
            found, shown = results(playbook, in_process)
            ways.append((found, json.dumps(kibana.emulator.state())))
            for secret in case.secrets:
                assert secret not in shown
    (inside, stored), (outside, also_stored) = ways
    assert len(inside) == len(outside) == len(steps(case))
    for here, there in zip(inside, outside, strict=True):
        assert text(here) == text(there)
        assert here["event"] == "ok", here
        if "invocation" in here["result"]:  # ansible-core 2.20 and newer keep it to themselves
            assert here["result"]["invocation"]["module_args"]["kibana_password"] == MASK
    assert inside[1]["result"]["changed"] and not inside[2]["result"]["changed"]
    assert stored == also_stored


def text(line: dict[str, Any]) -> str:
    """A result as it came, but for tracebacks."""
    return json.dumps({**line, "result": {key: item for key, item in line["result"].items() if key not in DIFFERENT}})


def test_what_modules_need_is_imported_before_the_controller_forks() -> None:
    """The main process looks for an action plugin of each task; if that imported nothing, every task would do so."""
    program = """
import sys
from ansible.plugins.loader import action_loader, init_plugin_loader
init_plugin_loader([])
action_loader.get("stackops.kibana.space", class_only=True)
print(*sys.modules)
"""
    environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(LINK.parents[2])}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert {"requests", "ansible_collections.stackops.kibana.plugins.module_utils._engine"} <= set(loaded)
