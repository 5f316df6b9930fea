# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The EXAMPLES of every module, as a person would run them: by ansible-playbook, over HTTP, twice."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import LINK, ROOT

from kibana_emulator import Emulator, EmulatorServer

MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("[!_]*.py"))
VARIABLES = {
    "kibana_api_key": "emulator:emulator",
    "kibana_username": "elastic",
    "kibana_password": "changeme",
    "ansible_python_interpreter": sys.executable,
}


def documented(module: str, block: str) -> str:
    """A documentation block of a module, without importing it."""
    text = (ROOT / "plugins" / "modules" / f"{module}.py").read_text(encoding="utf-8")
    return text.split(f'{block} = r"""', 1)[1].split('"""', 1)[0]


@pytest.mark.parametrize("module", MODULES)
def test_examples_run_twice(module: str, tmp_path: Path) -> None:
    tasks = yaml.safe_load(documented(module, "EXAMPLES"))
    assert any(f"stackops.kibana.{module}" in task for task in tasks)
    with EmulatorServer(Emulator(seed="soc")) as server:
        variables = {**VARIABLES, "kibana_url": server.url}
        play = {"hosts": "localhost", "gather_facts": False, "vars": variables, "tasks": tasks}
        (tmp_path / "examples.yml").write_text(yaml.safe_dump([play], sort_keys=False), encoding="utf-8")
        for _unused in range(2):
            environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(LINK.parents[2]), "ANSIBLE_NOCOLOR": "1"}
            command = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", "localhost,", "-c", "local"]
            done = subprocess.run(
                [*command, "examples.yml"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout + done.stderr
            assert "[WARNING]" not in done.stderr, done.stderr
