# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection as its users get it: built into an archive, and installed from it where nothing else is."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from conftest import ROOT

BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Installed:
    """An archive, and the collections path that it was installed into; home is a folder without anything."""

    archive: Path
    path: Path
    home: Path
    collection: Path = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "collection", self.path / "ansible_collections" / "stackops" / "kibana")

    def environment(self, **more: str) -> dict[str, str]:
        """The environment of somebody who has the archive and no clone."""
        own = {
            name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "KIBANA_", "PYTHON"))
        }
        fixed = {"ANSIBLE_COLLECTIONS_PATH": str(self.path), "ANSIBLE_NOCOLOR": "1", "HOME": str(self.home)}
        return own | fixed | more

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a program of Ansible in the empty home."""
        return subprocess.run(
            [str(BIN / command[0]), *command[1:]],
            cwd=self.home,
            env=self.environment(**environment),
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )


def install(folder: Path) -> Installed:
    """Build the working tree, and install the archive below `folder`."""
    home, path = folder / "home", folder / "collections"
    home.mkdir()
    galaxy = [str(BIN / "ansible-galaxy"), "collection"]
    _quiet([*galaxy, "build", "--output-path", str(folder), str(ROOT)], folder)
    (archive,) = folder.glob("stackops-kibana-*.tar.gz")
    found = Installed(archive, path, home)
    _quiet([*galaxy, "install", "--offline", "-p", str(path), str(archive)], home, found.environment())
    return found


def _quiet(command: list[str], folder: Path, environment: dict[str, str] | None = None) -> None:
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
