# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/checklists.md: what its rows name exists, and the rows that say so are checked here."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT

ROWS = re.findall(
    r"^\| ([✔☐]) \| (.+?) \| (.+) \|$", (ROOT / "docs" / "checklists.md").read_text("utf-8"), re.MULTILINE
)
MODULES = sorted(path for path in (ROOT / "plugins" / "modules").glob("[!_]*.py"))
TARGETS = set(re.findall(r"^([a-z -]+):(?!=)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
MAKE = {word for line in TARGETS for word in line.split()}
PARTS = re.search(r"^PARTS := (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
# What collections may have below plugins/, and what is their own.
PLUGIN_TYPES = {
    "action", "become", "cache", "callback", "cliconf", "connection", "doc_fragments", "filter", "httpapi",
    "inventory", "lookup", "module_utils", "modules", "netconf", "plugin_utils", "strategy", "sub_plugins",
    "terminal", "test", "vars",
}  # fmt: skip
README = (
    "Description", "Requirements", "Installation", "Use Cases", "Testing", "Contributing", "Support",
    "Release Notes and Roadmap", "Related Information", "License Information",
)  # fmt: skip


def options(path: Path) -> dict[str, Any]:
    """The documented options of a module, without those of fragments: `state` of the fragment is present or absent."""
    text = re.search(r'^DOCUMENTATION = r"""(.*?)^"""', path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert text, path
    return dict(yaml.safe_load(text[1]).get("options") or {})


def test_both_lists_are_read() -> None:
    assert len(ROWS) > 45
    assert all(shown.strip() for _state, _what, shown in ROWS)


@pytest.mark.parametrize(("what", "shown"), [(what, shown) for _state, what, shown in ROWS])
def test_what_a_row_names_is_there(what: str, shown: str) -> None:
    for named in re.findall(r"`([^`]+)`", shown):
        if named.startswith("make "):
            assert named.split()[1] in MAKE | set(PARTS[1].split() if PARTS else ()), f"{what}: {named}"
        elif "/" in named or re.search(r"\.(md|yml|txt|toml|cfg)$", named) or named.startswith("."):
            assert (ROOT / named).exists(), f"{what}: {named}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_names_of_modules_say_whether_they_gather(path: Path) -> None:
    given = options(path)
    state = given.get("state", {})
    assert not set(state.get("choices", ())) & {"get", "query", "list", "gather", "read", "info"}
    if path.stem.endswith("_info"):
        assert "state" not in given
    assert not path.stem.endswith("_facts")


def test_only_allowed_types_of_plugins() -> None:
    found = {path.name for path in (ROOT / "plugins").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert found <= PLUGIN_TYPES


def test_playbooks_and_roles_use_no_files_from_elsewhere() -> None:
    for folder in ("playbooks", "roles"):
        for path in (ROOT / folder).rglob("*.yml"):
            used = re.sub(r"#.*", "", path.read_text(encoding="utf-8"))
            assert not re.search(r"\.\./(\.\./)*(extensions|docs|tests|tools)\b|playbook_dir \}\}/\.\.", used), path


def test_every_role_has_an_argument_spec_and_a_readme() -> None:
    for role in (path for path in (ROOT / "roles").iterdir() if path.is_dir()):
        specs = yaml.safe_load((role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"]
        assert all(spec["short_description"] and spec["version_added"] for spec in specs.values())
        assert (role / "README.md").is_file()
        assert yaml.safe_load((role / "meta" / "main.yml").read_text(encoding="utf-8"))["galaxy_info"]["description"]


def test_the_readme_follows_the_template_of_certification() -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert [heading for heading in headings if heading in README] == list(README)


def test_nothing_is_ignored() -> None:
    assert not list((ROOT / "tests").rglob("ignore*.txt"))


@pytest.mark.parametrize(
    "name", (".github/workflows/ci.yml", ".github/workflows/release.yml", ".gitlab-ci.yml", ".forgejo/workflows/ci.yml")
)
def test_the_workflows_call_targets_that_exist(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert yaml.safe_load(text)
    steps = re.sub(r"#.*", "", text)
    called = {word for line in re.findall(r"\bmake ([a-z][a-z -]*)(?![A-Za-z=])", steps) for word in line.split()}
    assert called and called <= MAKE | set(PARTS[1].split() if PARTS else ()) | {"release-files"}, called


def test_the_matrix_of_the_workflows_is_the_one_of_the_tool() -> None:
    """Every ansible-core from requires_ansible on, and the development version, has its sanity tests."""
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))["jobs"]
    tool = set(re.findall(r'\("(2\.\d+)", "3', (ROOT / "tools" / "matrix.py").read_text(encoding="utf-8")))
    assert set(workflow["sanity"]["strategy"]["matrix"]["ansible"]) == tool | {"devel"}
    least = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))["requires_ansible"]
    assert least == ">=2.16.0" and min(tool) == "2.16"
