# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Kibana that goes away in the middle of a play: one clear error, and the next run finishes the work."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from conftest import LINK, ROOT

from kibana_emulator import Emulator, EmulatorServer

PLAYBOOK = ROOT / "playbooks" / "demo.yml"


def play(url: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(LINK.parents[2]),
        "KIBANA_URL": url,
        "KIBANA_API_KEY": "emulator:emulator",
        "KIBANA_RETRIES": "1",
    }
    program = str(Path(sys.executable).with_name("ansible-playbook"))
    variables = json.dumps({"ansible_python_interpreter": sys.executable})
    command = [program, "-i", "localhost,", "-e", variables, str(PLAYBOOK)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def stop_after(server: EmulatorServer, emulator: Emulator, requests: int) -> threading.Thread:
    """Stop the server once so many requests were answered."""

    def watch() -> None:
        while len(emulator.requests) < requests:
            time.sleep(0.002)
        server.stop()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    return thread


def test_the_next_run_converges_without_duplicates() -> None:
    emulator = Emulator()
    server = EmulatorServer(emulator)
    server.start()
    watcher = stop_after(server, emulator, 30)
    broken = play(server.url)
    watcher.join(timeout=30)
    assert broken.returncode == 2, broken.stdout
    text = broken.stdout + broken.stderr
    assert "Traceback" not in text
    assert "refused the connection: check kibana_url" in text or "was cut before an answer came" in text
    with EmulatorServer(emulator) as again:
        done = play(again.url)
        assert done.returncode == 0, done.stdout + done.stderr
        last = play(again.url)
    assert "changed=0" in last.stdout, last.stdout
    for name in ("fleet_outputs", "spaces", "roles"):
        names = [item.get("name") for item in emulator.store(name).values() if item.get("name")]
        assert len(names) == len(set(names)), f"{name} has something twice"
