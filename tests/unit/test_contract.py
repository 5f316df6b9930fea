# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module must have, whatever it does."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
import yaml
from test_examples import MODULES, documented

FRAGMENTS = {"stackops.kibana.connection", "stackops.kibana.action_group"}
WITHOUT_KIBANA = {"drift_report"}
SPACES = {"stackops.kibana.space", "stackops.kibana.no_space"}


@pytest.fixture(params=MODULES)
def module(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def documentation(module: str) -> dict[str, Any]:
    return dict(yaml.safe_load(documented(module, "DOCUMENTATION")))


def test_documentation_uses_the_shared_fragments(module: str) -> None:
    used = set(documentation(module)["extends_documentation_fragment"])
    if module not in WITHOUT_KIBANA:
        assert used >= FRAGMENTS
        assert len(used & SPACES) == 1
    assert any(fragment.startswith("stackops.kibana.attributes") for fragment in used)


def test_documentation_is_complete(module: str) -> None:
    text = documentation(module)
    assert text["module"] == module
    assert text["short_description"] and not text["short_description"].endswith(".")
    assert text["description"] and text["author"] and text["version_added"]
    assert yaml.safe_load(documented(module, "RETURN"))
    for name, option in _flat(text.get("options", {})):
        assert option.get("description"), f"{name} has no description"


def test_every_task_of_the_examples_has_a_name_and_a_full_module_name(module: str) -> None:
    for task in yaml.safe_load(documented(module, "EXAMPLES")):
        for part in [*task.get("block", []), *task.get("always", [])] or [task]:
            assert task.get("name") and part.get("name"), task
            assert any("." in key for key in part), task


def test_a_case_file_belongs_to_every_module(module: str) -> None:
    cases = importlib.import_module(f"cases.{module}")
    assert hasattr(cases, "CASES")


def _flat(options: dict[str, Any], prefix: str = "") -> list[tuple[str, dict[str, Any]]]:
    found = []
    for name, option in options.items():
        found.append((prefix + name, option))
        found += _flat(option.get("suboptions", {}), f"{prefix}{name}.")
    return found
