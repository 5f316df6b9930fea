# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The compiled form of modules is kept from one task to the next, and never outlives a change of the file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.stackops.kibana.plugins.plugin_utils import _compiled

MODULES = _compiled.PACKAGES[0]
# What a worker does: the finder, then a module.
WORKER = f"""
from ansible.plugins.loader import init_plugin_loader
init_plugin_loader([])
import importlib
from ansible_collections.stackops.kibana.plugins.plugin_utils import _in_process
assert _in_process.preload()
module = importlib.import_module("{MODULES}.space")
print(module.__cached__, module.__file__, module.RESOURCE.result_key)
"""


def test_python_keeps_the_compiled_form(tmp_path: Path) -> None:
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    link = str(Path(__file__).resolve().parents[3] / ".build" / "link")
    own = {**clean, "PYTHONPYCACHEPREFIX": str(tmp_path), "ANSIBLE_COLLECTIONS_PATH": link}
    said = subprocess.run([sys.executable, "-c", WORKER], env=own, capture_output=True, text=True, check=True).stdout
    kept, file, key = said.split()
    assert Path(kept).is_file() and Path(kept).is_relative_to(tmp_path)
    assert file.endswith("plugins/modules/space.py") and key == "space"
    assert list(tmp_path.rglob("_engine.*.pyc")), "what modules import is kept, too"


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "thing.py"
    for number in (1, 22):
        file.write_text(f"VALUE = {number}\n", encoding="utf-8")
        spec = _compiled.Finder().find_spec(f"{MODULES}.thing", [str(tmp_path / "nowhere"), str(tmp_path)])
        assert spec is not None and spec.loader is not None
        scope: dict[str, object] = {}
        exec(spec.loader.get_code(spec.name), scope)  # type: ignore[attr-defined]
        assert scope["VALUE"] == number


@pytest.mark.parametrize("name", ["json", "ansible_collections.other.thing.plugins.modules.space", MODULES])
def test_nothing_else_is_found(name: str) -> None:
    assert _compiled.Finder().find_spec(name, [str(Path(_compiled.__file__).parent)]) is None


def test_a_module_that_there_is_not_is_left_to_ansible() -> None:
    assert _compiled.Finder().find_spec(f"{MODULES}.nothing", ["/nowhere"]) is None
    assert _compiled.Finder().find_spec(f"{MODULES}.nothing", None) is None


def test_it_stands_before_the_finder_of_ansible_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first, theirs, last = type("A", (), {})(), type("B", (), {"__module__": "ansible.utils.x"})(), type("C", (), {})()
    finders = [first, theirs, last]
    monkeypatch.setattr(sys, "meta_path", finders)
    _compiled.install()
    _compiled.install()
    assert finders[0] is first and isinstance(finders[1], _compiled.Finder) and finders[2:] == [theirs, last]
