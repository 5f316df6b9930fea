# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Maintenance windows of the emulator: what it stores, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from harness import URL, Kibana

BASE = "/api/maintenance_window"
CUSTOM: dict[str, Any] = {"start": "2199-01-01T00:00:00.000Z", "duration": "1h"}


def new(**custom: Any) -> dict[str, Any]:
    return {"title": "w", "schedule": {"custom": {**CUSTOM, **custom}}}


def refused(kibana: Kibana, method: str, path: str, body: Any = None) -> tuple[int, str]:
    answer = kibana.http.request(method, URL + path, json=body)
    assert answer.status_code >= 400, answer.text
    return answer.status_code, answer.json()["message"]


@pytest.mark.parametrize(
    ("given", "shown"),
    [("1h", "60m"), ("90m", "1.5h"), ("1d", "24h"), ("2d", "2d"), ("45s", "45s"), ("120s", "2m"), ("1.5h", "5h")],
)
def test_a_duration_comes_back_in_another_form(kibana: Kibana, given: str, shown: str) -> None:
    assert kibana.call("POST", BASE, new(duration=given))["schedule"]["custom"]["duration"] == shown


@pytest.mark.parametrize(
    ("custom", "text"),
    [
        ({"start": "2199-01-01T00:00:00Z"}, "Invalid schedule start date format"),
        ({"duration": "x"}, "Invalid schedule duration format: x"),
        ({"recurring": {"every": "1h"}}, "'every' string of recurring schedule is not valid"),
        (
            {"recurring": {"every": "1d", "end": CUSTOM["start"], "occurrences": 1}},
            "Only one of 'end' or 'occurrences'",
        ),
        ({"recurring": {"every": "1d", "onWeekDay": []}}, "cannot be smaller than [1]"),
        ({"recurring": {"every": "1d", "onWeekDay": ["monday"]}}, "Invalid onWeekDay values"),
        ({"recurring": {"every": "1d"}, "duration": "24h"}, "Recurrence every 1d must be longer than the duration 24h"),
        ({"end": CUSTOM["start"]}, "definition for this key is missing"),
    ],
)
def test_what_is_refused(kibana: Kibana, custom: dict[str, Any], text: str) -> None:
    status, message = refused(kibana, "POST", BASE, new(**custom))
    assert status == 400 and text in message


def test_a_change_replaces_the_schedule(kibana: Kibana) -> None:
    made = kibana.call("POST", BASE, new(recurring={"every": "1w"}, timezone="Europe/Berlin"))
    after = kibana.call("PATCH", f"{BASE}/{made['id']}", {"schedule": {"custom": CUSTOM}})
    assert after["schedule"]["custom"] == {**CUSTOM, "duration": "60m", "timezone": "UTC"}


def test_what_is_over_cannot_change(kibana: Kibana) -> None:
    made = kibana.call("POST", BASE, new(start="2020-01-01T00:00:00.000Z"))
    path = f"{BASE}/{made['id']}"
    assert made["status"] == "archived"
    status, text = refused(kibana, "PATCH", path, {"title": "x"})
    assert status == 400 and "Cannot edit archived maintenance windows" in text
    assert kibana.call("POST", f"{path}/_unarchive")["status"] == "finished"
    assert kibana.call("PATCH", path, {"schedule": {"custom": CUSTOM}})["status"] == "upcoming"
    assert kibana.call("POST", f"{path}/_archive")["status"] == "archived"


def test_the_status_of_a_recurring_window(kibana: Kibana) -> None:
    start = "2020-01-01T00:00:00.000Z"

    def status(**recurring: Any) -> str:
        custom = new(start=start, duration="86399s", recurring={"every": "1d", **recurring})
        return str(kibana.call("POST", BASE, custom)["status"])

    assert status() == "running"
    assert status(occurrences=5) == status(end="2021-01-01T00:00:00.000Z") == "finished"


def test_the_list_and_what_is_missing(kibana: Kibana) -> None:
    for _unused in range(12):
        kibana.call("POST", BASE, new())
    page = kibana.call("GET", f"{BASE}/_find?status=upcoming&status=running")
    assert (page["total"], len(page["maintenanceWindows"])) == (12, 10)
    assert refused(kibana, "GET", f"{BASE}/_find?per_page=101")[0] == 400
    assert refused(kibana, "GET", f"{BASE}/x")[0] == refused(kibana, "DELETE", f"{BASE}/x")[0] == 404


def test_there_are_none_in_8(monkeypatch: pytest.MonkeyPatch) -> None:
    old = Kibana(monkeypatch, "8.18.0")
    assert refused(old, "GET", f"{BASE}/_find") == (404, "Not Found")
