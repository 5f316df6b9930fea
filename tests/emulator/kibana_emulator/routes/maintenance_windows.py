# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Maintenance windows: `/api/maintenance_window` (reference platform F.4), public since 9.1."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field

from ..errors import CoreError
from ..fields import dump
from ..routing import Context, route
from ..schema import OMITTED, Strict, parse

if TYPE_CHECKING:
    from ..core import Emulator

BASE = "/api/maintenance_window"
ITEM = f"{BASE}/{{id}}"
WINDOWS = "maintenance_windows"
READ, WRITE, SINCE = ("read-maintenance-window",), ("write-maintenance-window",), (9, 1)
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "M": 2_592_000, "y": 31_536_000}
Window = dict[str, Any]


def _date(text: str) -> str:
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", text):
        raise ValueError(f"Invalid schedule start date format: {text}. Use ISO 8601 format.")
    return text


def _duration(text: str) -> str:
    if not re.search(r"(\d+)(s|m|h|d)", text):
        raise ValueError(f"Invalid schedule duration format: {text}")
    return text


def _every(text: str) -> str:
    if not re.search(r"(\d+)(d|w|M|y)", text):
        raise ValueError(f"'every' string of recurring schedule is not valid : {text}")
    return text


def _days(days: list[str]) -> list[str]:
    for day in days:
        if not re.fullmatch(r"([+-][1-4])?(MO|TU|WE|TH|FR|SA|SU)", day):
            raise ValueError(f"Invalid onWeekDay values in recurring schedule: {day}")
    return days


Date = Annotated[str, AfterValidator(_date)]


class Recurring(Strict):
    """When it comes again."""

    end: Date = OMITTED
    every: Annotated[str, AfterValidator(_every)] = OMITTED
    onWeekDay: Annotated[list[str], Field(min_length=1), AfterValidator(_days)] = OMITTED
    onMonthDay: Annotated[list[Annotated[int, Field(ge=1, le=31)]], Field(min_length=1)] = OMITTED
    onMonth: Annotated[list[Annotated[int, Field(ge=1, le=12)]], Field(min_length=1)] = OMITTED
    occurrences: Annotated[int, Field(ge=1)] = OMITTED


class Custom(Strict):
    """When it is."""

    start: Date
    duration: Annotated[str, AfterValidator(_duration)]
    timezone: str = OMITTED
    recurring: Recurring = OMITTED


class Schedule(Strict):
    """The only kind there is."""

    custom: Custom


class Query(Strict):
    """Which alerts."""

    kql: str


class Alerting(Strict):
    """Which alerts."""

    query: Query


class Scope(Strict):
    """Which alerts."""

    alerting: Alerting


class Update(Strict):
    """Body of a change."""

    title: str = OMITTED
    enabled: bool = OMITTED
    schedule: Schedule = OMITTED
    scope: Scope = OMITTED


class Create(Update):
    """Body of a create."""

    title: str
    enabled: bool = True
    schedule: Schedule


State = Literal["running", "upcoming", "finished", "archived", "disabled"]


class Find(Strict):
    """Query of the list."""

    title: str = OMITTED
    created_by: str = OMITTED
    status: State | list[State] = OMITTED
    page: Annotated[int, Field(ge=1, le=100)] = 1
    per_page: Annotated[int, Field(ge=1, le=100)] = 10


@route("POST", BASE, requires=WRITE, since=SINCE)
def create(ctx: Context) -> Window:
    """Create a window; there is no way to choose its id."""
    values = _values(parse(Create, ctx.body))
    now, name = ctx.emulator.now(), ctx.user.name
    window = {"id": ctx.emulator.uuid(), **values, "created_at": now, "created_by": name}
    _stamp(ctx, window)
    window["_expires"] = _expiration(window, now)
    ctx.store(WINDOWS)[window["id"]] = window
    return shown(window, now)


@route("GET", ITEM, requires=READ, since=SINCE)
def get(ctx: Context) -> Window:
    """One window."""
    return shown(_stored(ctx, "get"), ctx.emulator.now())


@route("PATCH", ITEM, requires=WRITE, since=SINCE)
def update(ctx: Context) -> Window:
    """Change what is given, the schedule as a whole; not once it is over or archived."""
    values, now = _values(parse(Update, ctx.body)), ctx.emulator.now()
    window = _stored(ctx, "update")
    if _moment(window["_expires"]) < _moment(now):
        text = f"Failed to update maintenance window by id: {window['id']}, Error: "
        raise CoreError(400, text + "Error: Cannot edit archived maintenance windows")
    window.update({name: value for name, value in values.items() if value not in ("", {})})
    window["_expires"] = _expiration(window, now)
    window["_archived"] = False
    return shown(_stamp(ctx, window), now)


@route("DELETE", ITEM, requires=WRITE, since=SINCE)
def delete(ctx: Context) -> None:
    """Delete a window."""
    del ctx.store(WINDOWS)[_stored(ctx, "delete")["id"]]


@route("POST", f"{ITEM}/_archive", requires=WRITE, since=SINCE)
def archive(ctx: Context) -> Window:
    """End a window, at once and for good."""
    window = _stored(ctx, "archive")
    window.update(_archived=True, _expires=ctx.emulator.now())
    return shown(_stamp(ctx, window), ctx.emulator.now())


@route("POST", f"{ITEM}/_unarchive", requires=WRITE, since=SINCE)
def unarchive(ctx: Context) -> Window:
    """Take a window back; it is good for a year then."""
    window, now = _stored(ctx, "archive"), ctx.emulator.now()
    window.update(_archived=False, _expires=_later(now, UNITS["y"]))
    return shown(_stamp(ctx, window), now)


@route("GET", f"{BASE}/_find", requires=READ, since=(9, 2))
def find(ctx: Context) -> dict[str, Any]:
    """A page of windows, those that changed last first."""
    query = parse(Find, ctx.query, "request query")
    states = [query.status] if isinstance(query.status, str) else query.status
    windows = [shown(window, ctx.emulator.now()) for window in ctx.store(WINDOWS).values()]
    windows = [
        window
        for window in windows
        if (not query.title or query.title.lower() in window["title"].lower())
        and (not states or window["status"] in states)
        and query.created_by in (None, window["created_by"])
    ]
    windows.sort(key=lambda window: (window["updated_at"], window["id"]), reverse=True)
    start = (query.page - 1) * query.per_page
    page = windows[start : start + query.per_page]
    return {"page": query.page, "per_page": query.per_page, "total": len(windows), "maintenanceWindows": page}


def _values(body: Update) -> Window:
    """Return the body as it is stored: of a schedule what a recurrence rule can say."""
    values = dump(body)
    if "schedule" not in values:
        return values
    custom = values["schedule"]["custom"]
    recurring = custom.get("recurring") or {}
    if "end" in recurring and "occurrences" in recurring:
        text = "Only one of 'end' or 'occurrences' can be set for recurring schedules."
        raise CoreError(400, f"[request body.schedule.custom]: {text}")
    every, duration = recurring.get("every"), custom["duration"]
    if every and seconds(duration) >= seconds(every):
        text = f"Recurrence every {every} must be longer than the duration {duration}."
        raise CoreError(400, f"[request body.schedule.custom]: {text}")
    values["schedule"] = {"custom": {"timezone": "UTC", **custom, "duration": _as_shown(seconds(duration))}}
    if not recurring:
        values["schedule"]["custom"].pop("recurring", None)
    return values


def seconds(text: str) -> int:
    """Return the length of `90m`; of `1.5h` the server sees but the `5h`."""
    found = re.search(r"(\d+)([smhdwMy])", text)
    return int(found[1]) * UNITS[found[2]] if found else 0


def _as_shown(length: int) -> str:
    """Return a length as the server writes it: in the largest unit of which there is more than one."""
    for unit in ("d", "h"):
        if length > UNITS[unit]:
            return f"{length / UNITS[unit]:g}{unit}"
    return f"{length // 60}m" if length % 60 == 0 else f"{length}s"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _later(text: str, length: float) -> str:
    moment = _moment(text) + timedelta(seconds=length)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def _length(custom: Window) -> float:
    return float(custom["duration"][:-1]) * UNITS[custom["duration"][-1]]


def _expiration(window: Window, now: str) -> str:
    custom = window["schedule"]["custom"]
    return _later(now, UNITS["y"]) if "recurring" in custom else _later(custom["start"], _length(custom))


def _stamp(ctx: Context, window: Window) -> Window:
    window.update(updated_at=ctx.emulator.now(), updated_by=ctx.user.name)
    return window


def _stored(ctx: Context, verb: str) -> Window:
    window = ctx.store(WINDOWS).get(ctx.path["id"])
    if window is None:
        text = f"Saved object [maintenance-window/{ctx.path['id']}] not found"
        raise CoreError(404, f"Failed to {verb} maintenance window by id: {ctx.path['id']}, Error: {text}")
    return window


def shown(window: Window, now: str) -> Window:
    """Return the window with its status of this moment."""
    answer = {name: value for name, value in window.items() if not name.startswith("_")}
    return {**answer, "status": _status(window, _moment(now))}


def _status(window: Window, now: datetime) -> str:
    if not window["enabled"]:
        return "disabled"
    if window.get("_archived") or _moment(window["_expires"]) < now:
        return "archived"
    custom = window["schedule"]["custom"]
    passed, recurring = (now - _moment(custom["start"])).total_seconds(), custom.get("recurring", {})
    if passed < 0:
        return "upcoming"
    if "every" not in recurring:
        return "running" if passed < _length(custom) else "finished"
    turn, within = divmod(passed, seconds(recurring["every"]))
    if turn >= recurring.get("occurrences", turn + 1) or ("end" in recurring and _moment(recurring["end"]) < now):
        return "finished"
    return "running" if within < _length(custom) else "upcoming"


def seed_soc(emulator: Emulator) -> None:
    """One window every week."""
    if emulator.version < SINCE:
        return
    custom = {"start": "2026-01-04T02:00:00.000Z", "duration": "2h", "timezone": "Europe/Berlin"}
    key, now = emulator.uuid(), emulator.now()
    emulator.store(WINDOWS, "default")[key] = {
        "id": key, "title": "Weekly patches", "enabled": True, "created_at": now, "created_by": "anna",
        "updated_at": now, "updated_by": "anna", "_expires": _later(now, UNITS["y"]),
        "schedule": {"custom": {**custom, "recurring": {"every": "1w", "onWeekDay": ["SU"]}}},
    }  # fmt: skip
