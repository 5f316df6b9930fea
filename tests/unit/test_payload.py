# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is sent to a host for a task: the zip archive that Ansible makes of a module and all that it imports.

Two thirds of it are ansible-core's own. What a module imports without need shows here.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import LINK, ROOT

MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("[!_]*.py"))
MOST = 180 * 1024
OWN = 64 * 1024
# In a process of its own, because the finder of collections that Ansible installs would stay.
SIZES = """
import base64, io, json, re, sys, zipfile
from ansible.executor import module_common
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder

folder, *names = sys.argv[1:]
_AnsibleCollectionFinder(paths=[folder])._install()
variables = {"ansible_playbook_python": sys.executable, "ansible_python_interpreter": sys.executable}
found = {}
for name in names:
    path = f"{folder}/ansible_collections/stackops/kibana/plugins/modules/{name}.py"
    built = module_common.modify_module(
        module_name=f"stackops.kibana.{name}", module_path=path, module_args={}, templar=Templar(DataLoader()),
        task_vars=variables, module_compression="ZIP_DEFLATED", environment={}, remote_is_local=True,
    )
    text = max(re.findall(rb"[A-Za-z0-9+/=]{2000,}", built.b_module_data), key=len, default=b"")
    archive = base64.b64decode(text)
    parts = zipfile.ZipFile(io.BytesIO(archive)).infolist() if archive else []
    own = sum(part.compress_size for part in parts if "stackops" in part.filename)
    found[name] = [len(archive), own]
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def sizes() -> dict[str, list[int]]:
    """Module -> bytes of its archive, and how many of them are this collection's."""
    pytest.importorskip("ansible.module_utils._internal", reason="made for ansible-core 2.19 and newer")
    command = [sys.executable, "-c", SIZES, str(Path(LINK).parents[2]), *MODULES]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, list[int]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("module", MODULES)
def test_little_is_sent_for_a_task(sizes: dict[str, list[int]], module: str) -> None:
    whole, own = sizes[module]
    if whole:  # some are actions alone, and are never sent
        assert own < OWN and whole < MOST, (whole, own)
