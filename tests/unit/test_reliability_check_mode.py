# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check mode is true: whatever is there and whatever is wanted, it predicts what the real run does, and writes nothing.

What is there and what is wanted come from the lifecycle cases of all resources: their creates, updates and deletions,
any part of them, in any order.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from harness import Case, Kibana, without_invocation
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from reliability import report
from reliability.tasks import MODULES, steps, world
from test_lifecycle import CASES

GONE = {"state": "absent"}
# Kibana alone knows whether something is left to do, and says so only once it is done.
UNKNOWN = {"encryption_key_rotation"}
USUAL = settings().max_examples // 25  # a case has few options: 4 sequences each, and 40 with the thorough profile


def desires(case: Case) -> list[dict[str, Any]]:
    """What may be wanted of the object of a case."""
    return [case.create, *case.updates, GONE]


@st.composite
def wanted(draw: st.DrawFn, case: Case) -> dict[str, Any]:
    """Two of them together, of which some options are left out."""
    both = {**draw(st.sampled_from(desires(case))), **draw(st.sampled_from(desires(case)))}
    left_out = draw(st.sets(st.sampled_from(sorted(both)), max_size=2)) if both and draw(st.booleans()) else set()
    return {name: value for name, value in both.items() if name not in left_out}


def agrees(kibana: Kibana, module: str, params: dict[str, Any]) -> bool:
    """Run in check mode and for real, and compare. Returns whether the task could be done."""
    kibana.seen()
    predicted = kibana.run(module, params, check=True)
    assert kibana.writes() == [], "check mode writes nothing"
    result = kibana.run(module, params)
    assert "exception" not in predicted and "exception" not in result, (predicted, result)
    if predicted.get("failed"):
        assert result.get("failed"), f"check mode fails alone: {predicted['msg']}"
        assert kibana.writes() == [], "what check mode refuses is not begun"
        return False
    if result.get("failed"):  # Kibana knows rules that only it can tell
        assert "Kibana refused" in result["msg"] or result.get("status"), result["msg"]
        return False
    assert predicted["changed"] == result["changed"], (without_invocation(predicted), without_invocation(result))
    assert predicted.get("diff") == result.get("diff"), (predicted.get("diff"), result.get("diff"))
    assert bool(kibana.writes()) == result["changed"], "writes exactly where something changes"
    return True


@pytest.mark.parametrize("case", CASES, ids=str)
def test_any_state_and_any_desire(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = {"states": 0, "refused": 0}

    @settings(
        max_examples=USUAL,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
        database=None,
    )
    @given(st.lists(wanted(case), min_size=1, max_size=4))
    def run(sequence: list[dict[str, Any]]) -> None:
        kibana = Kibana(monkeypatch, case.versions[-1])
        if case.setup:
            case.setup(kibana)
        for params in sequence:
            done = agrees(kibana, case.module, {**case.identity, **params})
            compared["states" if done else "refused"] += 1

    run()
    report.add("check mode", [{"case": str(case), **compared}])


@pytest.mark.parametrize("module", MODULES)
def test_every_example(kibana: Kibana, tmp_path: Path, module: str) -> None:
    """Also where the prerequisites of a task are not there yet: check mode may warn, and must not fail."""
    with world(kibana, tmp_path) as there:
        for step in steps(module):
            there.run(step, check=True)  # some reads make what they read
            before = there.held()
            predicted = there.run(step, check=True)
            assert there.held() == before or step.module == "copy", f"{step.name}: check mode writes"
            result = there.run(step)
            if step.module == module and not step.check and module not in UNKNOWN:
                assert not predicted.get("failed"), (step.name, predicted)
                assert predicted["changed"] == result["changed"], (step.name, predicted, result)
                assert predicted.get("diff") == result.get("diff"), step.name
