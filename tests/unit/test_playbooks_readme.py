# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks of the README run as they stand, and a second time without a change."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import LINK, ROOT

from kibana_emulator import Emulator, EmulatorServer

README = (ROOT / "README.md").read_text(encoding="utf-8")
PLAYBOOKS = [block for block in re.findall(r"```yaml\n(.*?)```", README, re.S) if "hosts:" in block]
LOCAL = "http://127.0.0.1:5601"


def play(text: str, url: str, folder: Path) -> str:
    """The output of ansible-playbook, with the connection that the README tells to export."""
    (folder / "site.yml").write_text(text.replace(LOCAL, url), encoding="utf-8")
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(LINK.parents[2]),
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "KIBANA_URL": url,
        "KIBANA_API_KEY": "emulator:emulator",
    }
    program = Path(sys.executable).with_name("ansible-playbook")
    done = subprocess.run(
        [program, "site.yml"], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "[WARNING]" not in done.stderr, done.stderr
    return done.stdout


def test_the_readme_has_playbooks() -> None:
    assert len(PLAYBOOKS) >= 4
    assert f"export KIBANA_URL={LOCAL} KIBANA_API_KEY=emulator:emulator" in README


@pytest.mark.parametrize("text", PLAYBOOKS, ids=lambda text: text.splitlines()[0].removeprefix("- name: "))
def test_playbook_of_the_readme_runs_twice(text: str, tmp_path: Path) -> None:
    with EmulatorServer(Emulator()) as server:
        assert not re.search(r"changed=0\b", play(text, server.url, tmp_path))
        assert re.search(r"changed=0\b", play(text, server.url, tmp_path))
