# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rulebook by the real ansible-rulebook: an alert fires, a case is opened, the agent of the host is tagged.

Part of `make test-full`, because it installs ansible-rulebook into an environment of its own; it needs Java 17.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests
import yaml
from conftest import LINK, ROOT

from kibana_emulator import Emulator, EmulatorServer

VENV = ROOT / ".build" / "rulebook"
WANTED = ("ansible-rulebook==1.3.2", "ansible-core==2.19.14", "requests==2.34.2")
PATIENCE = 90  # seconds

pytestmark = [
    pytest.mark.skipif(not os.environ.get("STACKOPS_FULL"), reason="part of make test-full"),
    pytest.mark.skipif(shutil.which("java") is None, reason="ansible-rulebook needs Java"),
]


def program() -> Path:
    """ansible-rulebook, installed where it is not yet."""
    if not (VENV / "bin" / "ansible-rulebook").exists():
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
        subprocess.run([str(VENV / "bin" / "pip"), "install", "-q", *WANTED], check=True)
    return VENV / "bin" / "ansible-rulebook"


def test_an_alert_opens_a_case_and_tags_its_agent(tmp_path: Path) -> None:
    java = Path(os.path.realpath(shutil.which("java") or "")).parents[1]
    host = {"localhost": {"ansible_connection": "local"}}
    (tmp_path / "inventory.yml").write_text(yaml.safe_dump({"all": {"hosts": host}}), encoding="utf-8")
    with EmulatorServer(Emulator(seed="soc")) as server:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "KIBANA_"))},
            "ANSIBLE_COLLECTIONS_PATH": str(LINK.parents[2]),
            "JAVA_HOME": str(java),
            "KIBANA_URL": server.url,
            "KIBANA_API_KEY": "emulator:emulator",
            "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}",
        }
        command = [str(program()), "-i", "inventory.yml", "-r", "stackops.kibana.kibana_alerts"]
        with (tmp_path / "log").open("w") as log:
            running = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=log, stderr=log)
            try:
                time.sleep(8)  # it begins with what comes from now on
                alert = {"kibana.alert.severity": "critical", "kibana.alert.rule.name": "Ransom", "host.name": "web-01"}
                requests.post(f"{server.url}/_emulator/alerts", json=alert, timeout=10).raise_for_status()
                done = answered(server.url)
            finally:
                running.terminate()
                running.wait(30)
    assert done, (tmp_path / "log").read_text()


def answered(url: str) -> bool:
    """Whether the case and the tag appear in time."""
    http = requests.Session()
    http.auth = ("elastic", "changeme")
    for _unused in range(PATIENCE):
        cases = http.get(f"{url}/api/cases/_find", params={"search": "Ransom"}, timeout=10).json()["cases"]
        agents = http.get(f"{url}/api/fleet/agents", params={"kuery": "tags:under-investigation"}, timeout=10).json()
        if cases and agents["total"]:
            return True
        time.sleep(1)
    return False
