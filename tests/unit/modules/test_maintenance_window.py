# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is special about maintenance windows: opening and closing, the archive, and the forms of times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from harness import Kibana

from ansible_collections.stackops.kibana.plugins.module_utils import _maintenance_window as times

M, BASE = "maintenance_window", "/api/maintenance_window"
LATER = {"custom": {"start": "2199-01-01T00:00:00.000Z", "duration": "1h"}}


def add(kibana: Kibana, title: str = "w", **custom: Any) -> dict[str, Any]:
    body = {"title": title, "schedule": {"custom": {**LATER["custom"], **custom}}}
    made: dict[str, Any] = kibana.call("POST", BASE, body)
    kibana.seen()
    return made


def test_a_window_around_a_deployment(kibana: Kibana) -> None:
    opened = kibana.ok(M, {"title": "w", "duration": "1h"})[M]
    assert opened["status"] == "running" and opened["schedule"]["custom"]["duration"] == "60m"
    assert not kibana.ok(M, {"title": "w", "duration": "2h"})["changed"], "it stays as it is while it runs"
    closed = kibana.ok(M, {"title": "w", "state": "archived"})
    assert closed[M]["status"] == "archived"
    assert closed["diff"]["before"]["status"] == "running" and closed["diff"]["after"]["status"] == "archived"
    kibana.seen()
    again = kibana.ok(M, {"title": "w", "duration": "30m"})[M]
    assert again["id"] == opened["id"] and again["status"] == "running"
    assert kibana.writes() == [f"POST {BASE}/{opened['id']}/_unarchive", f"PATCH {BASE}/{opened['id']}"]
    assert kibana.ok(M, {"title": "w", "state": "absent"})["changed"]


def test_closing_what_was_never_opened_is_no_error(kibana: Kibana) -> None:
    result = kibana.ok(M, {"title": "w", "state": "archived"})
    assert result["changed"] is False and result[M] is None


@pytest.mark.parametrize("check", [True, False])
def test_opening_a_disabled_window_enables_it(kibana: Kibana, check: bool) -> None:
    made = add(kibana)
    kibana.call("PATCH", f"{BASE}/{made['id']}", {"enabled": False})
    assert kibana.ok(M, {"title": "w", "duration": "1h"}, check=check)[M]["enabled"] is True


def test_what_is_not_given_survives_in_a_form_that_kibana_reads(kibana: Kibana) -> None:
    add(kibana, duration="90m", recurring={"every": "1w", "onWeekDay": ["MO"]})
    custom = kibana.ok(M, {"title": "w", "schedule": {"custom": {"timezone": "Europe/Berlin"}}})[M]["schedule"][
        "custom"
    ]
    assert custom == {
        "start": "2199-01-01T00:00:00.000Z",
        "duration": "1.5h",
        "timezone": "Europe/Berlin",
        "recurring": {"every": "1w", "onWeekDay": ["MO"]},
    }
    assert not kibana.ok(M, {"title": "w", "schedule": {"custom": {"duration": "5400s"}}})["changed"]


def test_a_window_that_is_over_is_left_alone_until_it_changes(kibana: Kibana) -> None:
    past = {"custom": {"start": "2020-01-01T00:00:00Z", "duration": "1h"}}
    made = kibana.ok(M, {"title": "w", "schedule": past})[M]
    assert made["status"] == "archived"
    assert not kibana.ok(M, {"title": "w", "schedule": past})["changed"]
    task = {"title": "w", "schedule": LATER}
    predicted, result = kibana.ok(M, task, check=True), kibana.ok(M, task)
    assert predicted["diff"] == result["diff"] and result[M]["status"] == "upcoming"


def test_present_takes_a_window_with_time_left_out_of_the_archive(kibana: Kibana) -> None:
    made = add(kibana, recurring={"every": "1w"})
    kibana.ok(M, {"id": made["id"], "state": "archived"})
    kibana.seen()
    assert kibana.ok(M, {"id": made["id"]})[M]["status"] == "upcoming"
    assert kibana.writes() == [f"POST {BASE}/{made['id']}/_unarchive"]
    assert not kibana.ok(M, {"id": made["id"]})["changed"]


def test_a_title_is_looked_up_to_the_end_and_exactly(kibana: Kibana) -> None:
    wanted = add(kibana, "window")
    for number in range(120):
        add(kibana, f"window {number}")
    assert kibana.ok(M, {"title": "window", "enabled": False})[M]["id"] == wanted["id"]
    add(kibana, "window")
    text = kibana.fails(M, {"title": "window", "state": "absent"})["msg"]
    assert "2 objects have the title 'window'" in text and wanted["id"] in text


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"duration": "1 h"}, "duration is '1 h'"),
        ({"schedule": {"custom": {"duration": "1 hour"}}}, "schedule.custom.duration is '1 hour'"),
        ({"schedule": {"custom": {"start": "tomorrow"}}}, "schedule.custom.start is 'tomorrow'"),
        ({"schedule": {"custom": {"recurring": {"every": "1h"}}}}, "recurring.every is '1h'"),
        ({"schedule": {"custom": {"recurring": {"end": LATER["custom"]["start"], "occurrences": 2}}}}, "not both"),
        ({"schedule": {"custom": {"recurring": {"onWeekDay": ["monday"]}}}}, "'monday' is no day"),
        ({"scope": {"alerting": {"query": {"kql": " "}}}}, "kql is blank"),
        ({"schedule": LATER, "duration": "1h"}, "mutually exclusive"),
    ],
)
def test_what_is_refused_before_any_request(kibana: Kibana, wrong: dict[str, Any], text: str) -> None:
    assert text in kibana.fails(M, {"title": "w", **wrong})["msg"]
    assert kibana.seen() == []


def test_a_new_window_needs_a_time_and_no_id(kibana: Kibana) -> None:
    assert "schedule.custom.start and schedule.custom.duration" in kibana.fails(M, {"title": "w"})["msg"]
    assert "Kibana chooses the ids" in kibana.fails(M, {"id": "x", "title": "w", "duration": "1h"})["msg"]


def test_an_older_kibana_is_named_as_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    old = Kibana(monkeypatch, "8.18.0")
    by_title = old.fails(M, {"title": "w", "duration": "1h"})
    assert by_title["msg"].startswith("Maintenance windows need Kibana 9.2 or newer, as they are found by their title")
    assert by_title["status"] == 404
    assert "need Kibana 9.1 or newer" in old.fails(M, {"id": "w", "state": "absent"})["msg"]


def test_a_missing_licence_or_privilege_is_an_error(kibana: Kibana) -> None:
    viewer = {"kibana_username": "viewer", "kibana_password": "viewer"}
    assert kibana.fails(M, {"title": "w", "state": "absent", **viewer})["status"] == 403


@pytest.mark.parametrize(
    ("text", "length"), [("90s", 90), ("1.5h", 5400), ("2d", 172_800), ("5", None), ("-1", None), ("1w", None)]
)
def test_durations(text: str, length: float | None) -> None:
    assert times.as_seconds(text) == length


def test_instants() -> None:
    same = ["2026-01-01T00:00:00Z", "2026-01-01T01:00:00.000+01:00", "2026-01-01", "2026-01-01T00:00:00.0000000Z"]
    assert len({times.as_instant(text) for text in same}) == 1
    assert times.as_instant("soon") == "soon"


def test_time_left() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    start = (now - timedelta(minutes=30)).isoformat()
    assert times.has_time_left({"start": start, "duration": "1h"}, now)
    assert not times.has_time_left({"start": start, "duration": "30m"}, now)
    assert times.has_time_left({"start": start, "duration": "1m", "recurring": {"every": "1d"}}, now)
    for over in ({"end": "2025-12-31T00:00:00Z"}, {"occurrences": 2}):
        assert not times.has_time_left({"start": start, "duration": "1m", "recurring": {"every": "1d", **over}}, now)
