# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads docs/coverage.md and fails where a row says more than there is."""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass

import pytest
from conftest import ROOT
from harness import VERSIONS
from test_examples import MODULES, documented

from kibana_emulator.routing import find

PROMISED = 34


@dataclass(frozen=True)
class Row:
    place: str
    endpoints: tuple[str, ...]
    modules: tuple[str, ...]
    state: str


def rows() -> list[Row]:
    found = []
    for line in (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 4 and cells[3] in ("done", "planned"):
            found.append(Row(cells[0], *(tuple(re.findall("`([^`]+)`", cell)) for cell in cells[1:3]), cells[3]))
    return found


ROWS = rows()
DONE = [pytest.param(row, id=f"{row.place}-{row.modules[0]}") for row in ROWS if row.state == "done"]


def test_every_promised_endpoint_has_its_row() -> None:
    seed = [row for row in ROWS if row.place.isdigit()]
    assert [int(row.place) for row in seed] == list(range(1, 34))
    assert sum(len(row.endpoints) for row in seed) == PROMISED


@pytest.mark.parametrize("row", DONE)
def test_the_emulator_has_every_endpoint_of_a_row(row: Row) -> None:
    for endpoint in row.endpoints:
        method, path = endpoint.split(" ", 1)
        filled = re.sub(r"\{[^}]+\}", "x", path)
        numbers = [tuple(int(part) for part in version.split(".")) for version in VERSIONS]
        assert any(find(method, filled, number) for number in numbers), endpoint


@pytest.mark.parametrize("row", DONE)
def test_every_module_of_a_row_is_there_with_examples_and_tests(row: Row) -> None:
    for module in row.modules:
        assert module in MODULES
        assert f"stackops.kibana.{module}:" in documented(module, "EXAMPLES")
        own = [
            path
            for path in (ROOT / "tests" / "unit").rglob("test_*.py")
            if re.search(f'"(stackops.kibana.)?{module}"', path.read_text(encoding="utf-8"))
        ]
        assert importlib.import_module(f"cases.{module}").CASES or own, f"nothing tests {module}"


def test_every_module_has_a_row() -> None:
    assert set(MODULES) == {module for row in ROWS if row.state == "done" for module in row.modules}
