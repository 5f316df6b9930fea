# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several writers at once: what somebody else changes between any two of our requests is not lost.

The other writer, be it another play or a person, sets other fields of the same object. It strikes right before one of
our requests, from the first read to the last write.

Kibana has a lock for few of its objects, LOCKED names their modules. Where a PUT replaces the whole object blindly, a
change that comes between our last read and that PUT is lost, whatever a client does. Even there nothing may be lost
that came before our last read: between it and the write no other request may be sent. WIDER names the exceptions.
"""

from __future__ import annotations

from typing import Any

import pytest
from harness import READS, Case, Kibana
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from reliability import report
from test_lifecycle import CASES

from ansible_collections.stackops.kibana.plugins.module_utils import _session
from kibana_emulator import EmulatorAdapter

DONE = -1
# They read what the write depends on (a package, connectors, locations) between the object and the write, or one field
# of theirs decides on another one (the state of a window, the kind of a suppression).
WIDER = {"alerting_rule", "detection_rule", "fleet_package_policy", "maintenance_window", "synthetics_monitor"}
LOCKED = {"case", "case_comment", "exception_list", "value_list"}
Pair = tuple[dict[str, Any], dict[str, Any]]
MOST = settings().max_examples // 30


def pairs(case: Case) -> list[Pair]:
    """Two updates that have nothing in common."""
    return [(one, two) for one in case.updates for two in case.updates if not set(one) & set(two)]


class Interrupted(EmulatorAdapter):
    """Lets somebody else act right before one of the requests; what the other one sends passes."""

    def __init__(self, kibana: Kibana) -> None:
        super().__init__(kibana.emulator)
        self.left, self.before, self.act = DONE, "", lambda: None

    def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if self.left == 0:
            self.left, self.before = DONE, request.method
            self.act()
        elif self.left > 0:
            self.left -= 1
        return super().send(request, *args, **kwargs)


def interrupted(
    kibana: Kibana, case: Case, one: dict[str, Any], two: dict[str, Any], moment: int
) -> tuple[Interrupted, dict[str, Any]]:
    """Our task with the options `one`, and before its request number `moment` somebody else's with `two`."""
    ours = Interrupted(kibana)
    ours.left = moment

    def act() -> None:
        kibana.monkeypatch.setattr(_session, "_SESSIONS", {})
        kibana.monkeypatch.setattr(_session, "build_adapter", lambda settings: EmulatorAdapter(kibana.emulator))
        kibana.run(case.module, {**case.identity, **two})  # it may be refused, too

    ours.act = act
    kibana.monkeypatch.setattr(_session, "_SESSIONS", {})
    kibana.monkeypatch.setattr(_session, "build_adapter", lambda settings: ours)
    return ours, kibana.run(case.module, {**case.identity, **one})


@pytest.mark.parametrize("case", [case for case in CASES if pairs(case)], ids=str)
def test_nothing_is_lost(monkeypatch: pytest.MonkeyPatch, case: Case) -> None:
    counts = {"interleavings": 0, "kept": 0, "lost": 0, "refused": 0}

    @settings(
        max_examples=MOST,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
        database=None,
    )
    @given(st.sampled_from(pairs(case)), st.integers(0, 3))
    def run(pair: Pair, moment: int) -> None:
        kibana = Kibana(monkeypatch, case.versions[-1])
        if case.setup:
            case.setup(kibana)
        kibana.ok(case.module, {**case.identity, **case.create})
        kibana.seen()
        ours, result = interrupted(kibana, case, pair[0], pair[1], moment)
        log = [entry["method"] for entry in kibana.seen()]
        assert "exception" not in result, result
        kibana.monkeypatch.setattr(_session, "_SESSIONS", {})
        if ours.left != DONE:
            return  # our task was ready before
        counts["interleavings"] += 1
        if result.get("failed"):
            # Kibana does not take both together, or does not let anybody else write.
            assert result["msg"], result
            counts["refused"] += 1
            return
        mine, theirs = (kibana.run(case.module, {**case.identity, **half}, check=True) for half in pair)
        lost = [half for half, left in zip(pair, (mine, theirs), strict=True) if left.get("changed")]
        counts["lost" if lost else "kept"] += 1
        blind = case.module in WIDER or (case.module not in LOCKED and ours.before not in READS)
        assert not lost or blind, f"{lost} is lost before {ours.before}: {log}"

    run()
    report.add("writers", [{"module": case.module, "case": str(case), "wider": case.module in WIDER, **counts}])
