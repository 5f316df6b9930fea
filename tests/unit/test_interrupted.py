# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody presses Ctrl-C while a task writes many objects: what is done is whole, and the next run does the rest."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import requests
import yaml
from conftest import ROOT
from plays import PLAYBOOK, play
from test_broken_off import USER, environment

from kibana_emulator import Emulator, EmulatorServer

COUNT = 40
ITEMS = "/api/exception_lists/items"


def items(**fields: Any) -> dict[str, Any]:
    entry = {"field": "host.name", "type": "match", "value": "x"}
    one = {"name": "n", "description": "d", "entries": [entry], **fields}
    return {
        "list_id": "l",
        "name": "n",
        "description": "d",
        "type": "detection",
        "items": [{"item_id": f"i{number}", **one} for number in range(COUNT)],
    }


def tagged(url: str) -> list[str]:
    """The items that the change has reached."""
    found = requests.get(f"{url}{ITEMS}/_find?list_id=l&per_page=1000", auth=USER, timeout=30).json()
    assert found["total"] == COUNT
    return [item["item_id"] for item in found["data"] if item["tags"] == ["new"]]


def test_ctrl_c(tmp_path: Path) -> None:
    with EmulatorServer(Emulator(refresh_ms=200)) as server:
        task = {"stackops.kibana.exception_items": {"lists": [items()]}}
        assert play(tmp_path, server.url, [task]).status == 0
        change = [{"name": "c", "stackops.kibana.exception_items": {"lists": [items(tags=["new"])], "concurrency": 4}}]
        path = tmp_path / "interrupted.yml"
        path.write_text(yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "tasks": change}]))
        running = subprocess.Popen(
            [PLAYBOOK, "-i", "localhost,", "-c", "local", str(path)],
            cwd=ROOT,
            env=environment(server.url),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        until = time.monotonic() + 60
        while len(tagged(server.url)) < 8 and time.monotonic() < until:
            time.sleep(0.05)
        os.killpg(running.pid, signal.SIGINT)  # as a terminal does
        running.communicate(timeout=60)
        done = tagged(server.url)
        assert running.returncode != 0
        assert 8 <= len(done) < COUNT
        again = play(tmp_path, server.url, change).result("c")
        assert again["summary"] == {
            "created": 0,
            "updated": COUNT - len(done),
            "unchanged": len(done),
            "deleted": 0,
            "failed": 0,
        }
        assert not play(tmp_path, server.url, change).result("c")["changed"]
