# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kibana dies in the middle of a play: one clear error, and the next run converges without a duplicate."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from conftest import LINK, ROOT

from kibana_emulator import Emulator, EmulatorServer
from kibana_emulator.messages import Outcome

PLAYBOOK = str(Path(sys.executable).with_name("ansible-playbook"))
COUNT = 12
LISTS = (
    ("rules", "/s/security/api/detection_engine/rules/_find", "data"),
    ("value lists", "/s/security/api/lists/_find", "data"),
    ("outputs", "/api/fleet/outputs", "items"),
)
USER = ("elastic", "changeme")


def written(folder: Path) -> Path:
    """A play that creates connectors whose ids Kibana makes up: each that is sent twice would be there twice."""
    tasks = [
        {
            "name": f"Connector {number}",
            "stackops.kibana.connector": {"name": f"Log {number}", "connector_type_id": ".server-log"},
        }
        for number in range(COUNT)
    ]
    path = folder / "play.yml"
    path.write_text(yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}], sort_keys=False))
    return path


def environment(url: str) -> dict[str, str]:
    """The environment of a play, with the connection."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "KIBANA_"))}
    return own | {
        "ANSIBLE_COLLECTIONS_PATH": str(LINK.parents[2]),
        "ANSIBLE_NOCOLOR": "true",
        "KIBANA_URL": url,
        "KIBANA_USERNAME": "elastic",
        "KIBANA_PASSWORD": "changeme",
        "KIBANA_RETRIES": "1",
    }


def start(playbook: Path, url: str) -> subprocess.Popen[str]:
    """Begin the play."""
    command = [PLAYBOOK, "-i", "localhost,", "-c", "local", "-e", f"ansible_python_interpreter={sys.executable}"]
    return subprocess.Popen(
        [*command, str(playbook)],
        env=environment(url),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ended(run: subprocess.Popen[str]) -> tuple[int, str]:
    """Exit status and output of a play."""
    output = run.communicate(timeout=120)[0]
    return run.returncode, output


def one_clear_error(output: str, words: str) -> None:
    """One task fails, with one sentence that names what to look at."""
    assert output.count("fatal:") == 1, output
    assert "Traceback" not in output and "HTTPConnectionPool" not in output
    assert re.search(words, output), output
    assert "failed=1" in output


def connectors(url: str) -> list[dict[str, Any]]:
    """Every connector of the default space."""
    found: list[dict[str, Any]] = requests.get(f"{url}/api/actions/connectors", auth=USER, timeout=5).json()
    return found


def test_killed_in_the_middle(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kibana_emulator", "--port", "0"]
    own = {**os.environ, "PYTHONPATH": str(ROOT / "tests" / "emulator"), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, env=own, stdout=subprocess.PIPE, text=True) as kibana:
        try:
            assert kibana.stdout is not None
            url = re.search(r"http://[0-9.:]+", kibana.stdout.readline())[0]  # type: ignore[index]
            seeded = len(connectors(url))
            run = start(written(tmp_path), url)
            deadline = time.monotonic() + 60
            while len(connectors(url)) < seeded + 3 and time.monotonic() < deadline:
                time.sleep(0.01)
        finally:
            kibana.kill()
    status, output = ended(run)
    assert status == 2, output
    one_clear_error(output, "refused the connection: check kibana_url|broke off")


class Dying:
    """A Kibana that dies with a certain write: before it is carried out, or after it and before the answer."""

    base_path = ""

    def __init__(self, state: Emulator, writes: int, carried_out: bool) -> None:
        self.state, self.left, self.carried_out = state, writes, carried_out

    def exchange(self, request: Any) -> Any:
        """The answer; from the death on every connection is cut."""
        dead = self.left < 0
        self.left -= request.method == "POST"
        dying = self.left < 0
        if dead or (dying and not self.carried_out):
            return Outcome(500, {}, b"", cut=True)
        outcome = self.state.exchange(request)
        outcome.cut = dying
        return outcome


@pytest.mark.parametrize("carried_out", [False, True])
def test_the_next_run_converges_without_a_duplicate(carried_out: bool, tmp_path: Path) -> None:
    state = Emulator()
    playbook = written(tmp_path)
    with EmulatorServer(Dying(state, 4, carried_out)) as server:  # type: ignore[arg-type]
        status, output = ended(start(playbook, server.url))
    assert status == 2, output
    one_clear_error(output, "connection")
    done = 5 if carried_out else 4
    with EmulatorServer(state) as server:
        names = [item["name"] for item in connectors(server.url)]
        assert sum(name.startswith("Log ") for name in names) == done
        status, output = ended(start(playbook, server.url))
        assert status == 0 and f"changed={COUNT - done} " in output, output
        names = sorted(item["name"] for item in connectors(server.url) if item["name"].startswith("Log "))
        assert names == sorted(f"Log {number}" for number in range(COUNT))
        status, output = ended(start(playbook, server.url))
        assert status == 0 and "changed=0 " in output, output


@pytest.mark.parametrize("writes", [4, 12, 20])
def test_the_demonstration_is_finished_by_the_next_run(writes: int) -> None:
    """Here the task is a loop, each item of which fails with the same reason."""
    state = Emulator()
    seeded = len(state.store("fleet_outputs"))
    playbook = ROOT / "playbooks" / "demo.yml"
    with EmulatorServer(Dying(state, writes, carried_out=True)) as server:  # type: ignore[arg-type]
        status, output = ended(start(playbook, server.url))
    assert status == 2 and "failed=1" in output, output
    assert "Traceback" not in output
    assert len({found.split(": ")[0] for found in re.findall(r"Module failed: \S+ (.*)", output)}) == 1, output
    with EmulatorServer(state) as server:
        status, output = ended(start(playbook, server.url))
        assert status == 0, output
        status, output = ended(start(playbook, server.url))
        assert status == 0 and "changed=0 " in output, output
        found = {
            name: len(requests.get(server.url + path, auth=USER, timeout=5).json()[key]) for name, path, key in LISTS
        }
        assert found == {"rules": 12, "value lists": 2, "outputs": seeded + 4}
        names = [item["name"] for item in connectors(f"{server.url}/s/security") if item["name"].startswith("SOC ")]
        assert sorted(names) == ["SOC on call", "SOC server log"]
