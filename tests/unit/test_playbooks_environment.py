# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Execution environments: ansible-builder understands the definition, and finds what the collection asks for."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml
from archive import Installed, install
from conftest import ROOT

DEFINITION = ROOT / "extensions" / "execution_environment"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return install(tmp_path_factory.mktemp("archive"))


def test_the_definition_becomes_a_build_context(installed: Installed, tmp_path: Path) -> None:
    shutil.copytree(DEFINITION, tmp_path, dirs_exist_ok=True)
    context = tmp_path / "context"
    definition = str(tmp_path / "execution-environment.yml")
    done = installed.run(
        "ansible-builder", "create", "-f", definition, "-c", str(context), "--output-filename", "Containerfile"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    recipe = (context / "Containerfile").read_text(encoding="utf-8")
    assert "ansible-galaxy collection install" in recipe and "python3.12" in recipe
    final = recipe.partition("# Final build stage")[2]
    installs, compiles = final.find("/usr/share/ansible /usr/share/ansible"), final.find("$PYCMD -m compileall")
    assert 0 < installs < compiles and "ARG PYCMD" in final[:compiles]
    wanted = yaml.safe_load((context / "_build" / "requirements.yml").read_text(encoding="utf-8"))
    assert wanted == yaml.safe_load((DEFINITION / "requirements.yml").read_text(encoding="utf-8"))


def test_the_archive_beside_the_definition(installed: Installed, tmp_path: Path) -> None:
    """As requirements.yml says in its comment."""
    shutil.copytree(DEFINITION, tmp_path, dirs_exist_ok=True)
    shutil.copy(installed.archive, tmp_path)
    definition = yaml.safe_load((tmp_path / "execution-environment.yml").read_text(encoding="utf-8"))
    definition["additional_build_files"] = [{"src": installed.archive.name, "dest": "archives"}]
    archive = {"name": f"archives/{installed.archive.name}", "type": "file"}
    definition["dependencies"]["galaxy"] = {"collections": [archive]}
    (tmp_path / "own.yml").write_text(yaml.safe_dump(definition), encoding="utf-8")
    context = tmp_path / "context"
    done = installed.run("ansible-builder", "create", "-f", str(tmp_path / "own.yml"), "-c", str(context))
    assert done.returncode == 0, done.stdout + done.stderr
    assert (context / "_build" / "archives" / installed.archive.name).is_file()


def test_the_collection_asks_for_its_python_package(installed: Installed, tmp_path: Path) -> None:
    """What the build does inside the image, with the installed collection."""
    python, system = tmp_path / "requirements.txt", tmp_path / "bindep.txt"
    done = installed.run(
        "ansible-builder", "introspect", "--write-pip", str(python), "--write-bindep", str(system), str(installed.path)
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "requests>=2.28.0" in python.read_text(encoding="utf-8"), json.dumps(done.stdout)
    assert not system.exists() or not [
        line for line in system.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")
    ]
