# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""meta/runtime.yml names every module, and tools/update_runtime.py keeps what is not its own."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
spec = importlib.util.spec_from_file_location("update_runtime", ROOT / "tools" / "update_runtime.py")
update_runtime = importlib.util.module_from_spec(spec)
spec.loader.exec_module(update_runtime)

TEXT = """# first comment
---
requires_ansible: ">=2.16.0"
action_groups:
  kibana: [gone]
  other: [mine]
plugin_routing:
  modules:
    gone: {action_plugin: stackops.kibana.kibana}
    old: {tombstone: {removal_version: 2.0.0}}
  lookup:
    old: {tombstone: {removal_version: 2.0.0}}
"""


def test_runtime_is_current():
    text = (ROOT / "meta" / "runtime.yml").read_text()
    assert text == update_runtime.render(text, update_runtime.module_names(ROOT / "plugins" / "modules")), (
        "run `make runtime`"
    )


def test_every_module_is_in_the_group_and_goes_through_the_action_plugin():
    data = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())
    names = {path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")}
    # A report has no connection: defaults of the group would be options that it does not know.
    assert set(data["action_groups"]["kibana"]) == names - {"drift_report"}
    own = {path.stem for path in (ROOT / "plugins" / "action").glob("[!_]*.py")}
    assert {name: route["action_plugin"] for name, route in data["plugin_routing"]["modules"].items()} == {
        name: f"stackops.kibana.{name if name in own else 'kibana'}" for name in names
    }


def test_render_replaces_its_own_lists_and_keeps_the_rest():
    new = update_runtime.render(TEXT, ["b", "a_info"])
    data = yaml.safe_load(new)
    assert new.startswith("# first comment\n---\n")
    assert data["requires_ansible"] == ">=2.16.0"
    assert data["action_groups"] == {"kibana": ["b", "a_info"], "other": ["mine"]}
    assert data["plugin_routing"]["modules"] == {
        "a_info": {"action_plugin": "stackops.kibana.kibana"},
        "b": {"action_plugin": "stackops.kibana.kibana"},
        "old": {"tombstone": {"removal_version": "2.0.0"}},
    }
    assert data["plugin_routing"]["lookup"] == {"old": {"tombstone": {"removal_version": "2.0.0"}}}
    assert update_runtime.render(new, ["b", "a_info"]) == new


def test_private_files_are_no_modules(tmp_path):
    for name in ("b.py", "a.py", "__init__.py", "_private.py", "notes.txt"):
        (tmp_path / name).touch()
    assert update_runtime.module_names(tmp_path) == ["a", "b"]
