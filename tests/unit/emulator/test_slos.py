# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SLOs of the emulator: what it fills in, drops, keeps and refuses."""

from __future__ import annotations

from typing import Any

import pytest
from harness import URL, Kibana

BASE = "/api/observability/slos"
NEW: dict[str, Any] = {
    "id": "slo-00000", "name": "n", "description": "d", "budgetingMethod": "occurrences",
    "indicator": {"type": "sli.kql.custom", "params": {"index": "i", "good": "g", "total": "t", "timestampField": "f"}},
    "timeWindow": {"type": "rolling", "duration": "30d"}, "objective": {"target": 0.99},
}  # fmt: skip


def refused(kibana: Kibana, method: str, path: str, body: Any = None) -> tuple[int, str]:
    answer = kibana.http.request(method, URL + path, json=body)
    assert answer.status_code >= 400, answer.text
    return answer.status_code, answer.json()["message"]


def test_a_create_answers_with_the_id_alone_and_is_filled_in(any_kibana: Kibana) -> None:
    assert any_kibana.call("POST", BASE, {**NEW, "enabled": False, "nonsense": 1}) == {"id": "slo-00000"}
    slo = any_kibana.call("GET", f"{BASE}/slo-00000")
    assert slo["enabled"] is True and slo["groupBy"] == "*" and slo["tags"] == [] and "nonsense" not in slo
    assert slo["settings"] == {"syncDelay": "1m", "frequency": "1m", "preventInitialBackfill": False, "syncField": None}
    assert slo["summary"]["status"] == "NO_DATA" and slo["instanceId"] == "*"


def test_an_update_moves_the_revision_only_where_it_must(any_kibana: Kibana) -> None:
    any_kibana.call("POST", BASE, NEW)
    path = f"{BASE}/slo-00000"
    first = any_kibana.call("GET", path)
    assert any_kibana.call("PUT", path, {"name": "n"})["updatedAt"] == first["updatedAt"]
    assert any_kibana.call("PUT", path, {"name": "m"})["revision"] == 1
    assert any_kibana.call("PUT", path, {"settings": {"frequency": "2m"}})["settings"]["syncDelay"] == "1m"
    after = any_kibana.call("PUT", path, {"objective": {"target": 0.9}, "groupBy": ""})
    assert after["revision"] == 3 and after["groupBy"] == "*"


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"name": None}, "in /body/name"),
        ({"id": "short"}, "in /body/id"),
        ({"objective": {"target": 99}}, "Invalid objective.target"),
        ({"objective": {"target": "0.9"}}, "in /body/objective/target"),
        ({"timeWindow": {"type": "rolling", "duration": "1M"}}, "Invalid time_window.duration"),
        ({"budgetingMethod": "timeslices"}, "Invalid objective.timeslice_target"),
        ({"settings": {"frequency": "60m"}}, "Invalid settings.frequency"),
        ({"settings": {"syncDelay": "6h"}}, "Invalid settings.sync_delay"),
        ({"settings": {"syncDelay": 5}}, "in /body/settings/syncDelay"),
        ({"indicator": {"type": "x", "params": {}}}, "in /body/indicator/type"),
        ({"indicator": {"type": "sli.metric.timeslice", "params": {"index": "i"}}}, "in /body/indicator/params/metric"),
    ],
)
def test_what_is_refused(any_kibana: Kibana, fields: dict[str, Any], text: str) -> None:
    status, message = refused(any_kibana, "POST", BASE, {**NEW, **fields})
    assert status == 400 and text in message


def test_conflicts_and_what_is_missing(any_kibana: Kibana) -> None:
    any_kibana.call("POST", BASE, NEW)
    assert refused(any_kibana, "POST", BASE, NEW) == (409, "SLO [slo-00000] already exists")
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/enable"), ("POST", "/_reset")):
        assert refused(any_kibana, method, f"{BASE}/slo-99999{path}") == (404, "SLO [slo-99999] not found")


def test_lists(any_kibana: Kibana) -> None:
    for number in range(30):
        any_kibana.call("POST", BASE, {**NEW, "id": f"slo-{number:05}", "groupBy": "*" if number else "host.name"})
    page = any_kibana.call("GET", BASE)
    assert (page["total"], page["perPage"], len(page["results"])) == (31, 25, 25)
    assert any_kibana.call("GET", f"{BASE}/_definitions")["total"] == 30
    assert refused(any_kibana, "GET", f"{BASE}/_definitions?perPage=1001")[0] == 400
    assert refused(any_kibana, "GET", f"{BASE}?kqlQuery=(")[0] == 400
    any_kibana.call("POST", f"{BASE}/_delete_instances", {"list": [{"sloId": "slo-00000", "instanceId": "one"}]})
