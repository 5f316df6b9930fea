# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mutants of tests/mutation: each is one change, and is valid Python."""

from __future__ import annotations

import ast
import importlib.util
import sys
from typing import Any

from conftest import ROOT

SOURCE = '''
"""Words."""

def add(a, b=1):
    """More words."""
    if a > b and not b:
        raise ValueError("a sentence stays as it is")
    for item in [a, b]:
        if item is None:
            continue
        a += item
    return a + b if a else "word"
'''


def tool() -> Any:
    path = ROOT / "tests" / "mutation" / "mutants.py"
    spec = importlib.util.spec_from_file_location("mutants", path)
    module = importlib.util.module_from_spec(spec)  # type: ignore[arg-type]
    sys.modules["mutants"] = module
    spec.loader.exec_module(module)  # type: ignore[union-attr]
    return module


def test_each_mutant_is_one_valid_change() -> None:
    found = list(tool().mutants(SOURCE))
    plain = ast.unparse(ast.parse(SOURCE))
    sources = [mutant.source for mutant in found]
    assert all(source != plain and compile(source, "x", "exec") for source in sources)
    assert len(set(sources)) == len(sources)
    changes = {(mutant.before, mutant.after) for mutant in found}
    assert {("a > b", "a >= b"), ("not b", "b"), ("a + b", "a - b"), ("1", "2"), ("a += item", "(removed)")} <= changes
    assert {("continue", "pass"), ("item is None", "item is not None"), ("'word'", "'wordX'")} <= changes
    assert not any("sentence" in mutant.before and mutant.before.startswith("'") for mutant in found)
    assert {mutant.function for mutant in found} == {"add"}
