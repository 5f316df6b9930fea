# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that say too little: empty ones, 404 without a reason, conflicts with what was carried out."""

from __future__ import annotations

from typing import Any

import pytest
from harness import Kibana

ROLE = {"name": "soc", "elasticsearch": {"cluster": ["monitor"]}, "kibana": []}
CONNECTOR = {"name": "Log", "connector_type_id": ".server-log"}
BARE = {"statusCode": 404, "error": "Not Found", "message": "Not Found"}
TASKS = [("connector", CONNECTOR, "name"), ("case", {"title": "t", "description": "d", "owner": "cases"}, "title")]


@pytest.mark.parametrize(("module", "task", "key"), TASKS)
def test_a_delete_by_a_missing_route_is_no_success(kibana: Kibana, module: str, task: dict[str, Any], key: str) -> None:
    kibana.ok(module, task)
    kibana.fault(method="DELETE", status=404, body=BARE)
    gone = {"state": "absent", key: task[key], **({"owner": task["owner"]} if "owner" in task else {})}
    assert "does not have this function" in kibana.fails(module, gone)["msg"]
    kibana.no_faults()
    assert kibana.ok(module, gone)["changed"]


@pytest.mark.parametrize("task", [CONNECTOR, {**CONNECTOR, "id": "log"}])
def test_a_conflict_with_what_was_carried_out_is_a_change(kibana: Kibana, task: dict[str, Any]) -> None:
    for method in ("POST", "DELETE"):
        kibana.fault(method=method, status=409, carried_out=True, times=1)
    before = len(kibana.emulator.store("connectors", "default"))
    assert kibana.ok("connector", task)["changed"]
    assert len(kibana.emulator.store("connectors", "default")) == before + 1
    assert kibana.ok("connector", {**task, "state": "absent"})["changed"]
    assert len(kibana.emulator.store("connectors", "default")) == before


def test_an_empty_answer_to_a_read_is_not_absence(kibana: Kibana) -> None:
    kibana.fault(method="GET", status=200, body="")
    for task in ({**CONNECTOR, "id": "log"}, {"id": "log", "state": "absent"}):
        assert "is empty" in kibana.fails("connector", task)["msg"]


def test_an_empty_answer_to_a_write_is_looked_into(kibana: Kibana) -> None:
    kibana.fault(method="POST", status=200, body="", times=1, carried_out=True)
    assert kibana.ok("connector", CONNECTOR)["changed"]
