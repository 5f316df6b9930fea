# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines about long work: not for quick tasks, now and then for long ones."""

from __future__ import annotations

import pytest
from harness import Kibana

from ansible_collections.stackops.kibana.plugins.module_utils import _progress
from ansible_collections.stackops.kibana.plugins.module_utils._progress import Progress
from ansible_collections.stackops.kibana.plugins.plugin_utils import _in_process


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(_progress.time, "monotonic", lambda: now[0])
    return now


def test_nothing_is_said_without_somebody_who_listens(clock: list[float]) -> None:
    progress = Progress(3)
    clock[0] += 100
    progress.add()
    assert _progress.show is None


def test_long_work_says_how_far_it_is_now_and_then(clock: list[float]) -> None:
    lines: list[str] = []
    with _in_process.telling(lines.append):
        progress = Progress(100, "items written")
        for _unused in range(50):
            progress.add(2)
            clock[0] += 0.5
    assert _progress.show is None
    assert lines == ["22 of 100 items written", "62 of 100 items written"]


def test_a_module_says_it_while_it_writes(kibana: Kibana, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_progress, "FIRST", 0.0)
    monkeypatch.setattr(_progress, "EVERY", 0.0)
    lines: list[str] = []
    with _in_process.telling(lines.append):
        kibana.ok("kibana_roles", {"roles": [{"name": f"r{number}"} for number in range(250)]})
    assert lines == ["1 of 3 requests done", "2 of 3 requests done", "3 of 3 requests done"]
