# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Monitors of Synthetics: `/api/synthetics/monitors` (reference platform F.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from ..errors import CoreError
from ..routing import Context, route
from ..schema import OMITTED, Strict, parse
from .synthetics import BASE, MONITORS, READ, WRITE, Ids, locations_of
from .synthetics_fields import normalised, schedule, shown, supported

if TYPE_CHECKING:
    from ..core import Emulator

ITEM = f"{BASE}/monitors/{{id}}"
Monitor = dict[str, Any]
PUBLIC = {
    "us_central": "North America - US Central",
    "us-east4-a": "North America - US East",
    "europe-west2-a": "Europe - United Kingdom",
}
ALIASES = {"us_east": "us-east4-a", "united_kingdom": "europe-west2-a"}
NEEDED = {"http": ("urls", "url"), "tcp": ("hosts", "host"), "icmp": ("hosts", "host")}


class Find(Strict):
    """Query of the list; texts and lists of texts filter."""

    page: Annotated[int, Field(ge=1)] = 1
    perPage: Annotated[int, Field(ge=0, le=10_000)] = 50
    sortField: str = "name.keyword"
    sortOrder: str = "asc"
    query: str = OMITTED
    filter: str = OMITTED
    tags: str | list[str] = OMITTED
    monitorTypes: str | list[str] = OMITTED
    locations: str | list[str] = OMITTED
    projects: str | list[str] = OMITTED
    schedules: str | list[str] = OMITTED
    status: str | list[str] = OMITTED
    searchAfter: str = OMITTED
    internal: bool = False


@route("POST", f"{BASE}/monitors", requires=WRITE)
def create(ctx: Context) -> Monitor:
    """Create a monitor."""
    body = _body(ctx)
    kind = body.get("type")
    if kind not in NEEDED and kind != "browser":
        raise CoreError(400, f'Invalid value "{kind}" supplied to "type"')
    monitor = {**supported(kind, ctx.emulator.version), **normalised(kind, body, ctx.emulator.version)}
    places = body.get("locations") or [], body.get("private_locations") or []
    monitor["locations"] = _places(ctx, *places)
    key, now = ctx.emulator.uuid(), ctx.emulator.now()
    monitor.update(id=key, config_id=key, created_at=now, updated_at=now)
    if monitor["namespace"] == "default":
        monitor["namespace"] = ctx.space.replace("-", "_")
    _finish(ctx, monitor, body)
    ctx.store(MONITORS)[key] = monitor
    return _answer(ctx, monitor)


@route("PUT", ITEM, requires=WRITE)
def update(ctx: Context) -> Monitor:
    """Change what is given."""
    body, stored = _body(ctx), _stored(ctx)
    if "type" in body and body["type"] != stored["type"]:
        raise CoreError(400, f"Monitor type cannot be changed from {stored['type']} to {body['type']}.")
    monitor = {**stored, **normalised(stored["type"], body, ctx.emulator.version)}
    defaults = supported(stored["type"], ctx.emulator.version)
    monitor = {name: defaults.get(name) if value in (None, "") else value for name, value in monitor.items()}
    monitor["locations"] = _changed_places(ctx, stored["locations"], body)
    monitor.update(revision=stored["revision"] + 1, updated_at=ctx.emulator.now())
    _finish(ctx, monitor, body)
    stored.update(monitor)
    return _answer(ctx, stored)


def _body(ctx: Context) -> Monitor:
    if not isinstance(ctx.body, dict) or not ctx.body:
        raise CoreError(400, "Monitor must be a non-empty object")
    return ctx.body


def _finish(ctx: Context, monitor: Monitor, body: Monitor) -> None:
    """Check and complete a monitor before it is stored; raise 400."""
    kind = monitor["type"]
    monitor["schedule"] = schedule(body.get("schedule"), monitor["schedule"])
    if "retest_on_failure" in body:
        monitor["max_attempts"] = 2 if body["retest_on_failure"] else 1
    if kind in NEEDED and not monitor[NEEDED[kind][0]]:
        name = NEEDED[kind][1]
        text = f'Invalid value "undefined" supplied to "{name}"'
        raise CoreError(400, f"Monitor is not a valid monitor of type {kind}", {"details": text})
    if kind == "browser" and not monitor["source.inline.script"]:
        text = "source.inline.script: Script is required for browser monitor."
        raise CoreError(400, "Monitor is not a valid monitor of type browser", {"details": text})
    monitor["name"] = monitor["name"] or monitor.get("urls") or monitor.get("hosts")
    if not monitor["locations"]:
        raise CoreError(400, "At least one location is required, either elastic managed or private e.g locations: [].")
    for other in ctx.store(MONITORS).values():
        if other["name"] == monitor["name"] and other["config_id"] != monitor["config_id"]:
            raise CoreError(400, f'Monitor name must be unique, "{monitor["name"]}" already exists.')


def _changed_places(ctx: Context, stored: list[Monitor], body: Monitor) -> list[Monitor]:
    """Return the locations after a change: of the two kinds the one that is left out stays."""
    if "locations" not in body and "private_locations" not in body:
        return stored
    public = [place["id"] for place in stored if place["isServiceManaged"]]
    private = [place["id"] for place in stored if not place["isServiceManaged"]]
    return _places(ctx, body.get("locations", public), body.get("private_locations", private))


def _places(ctx: Context, public: list[str], private: list[str]) -> list[Monitor]:
    own = locations_of(ctx)
    found, lost, lost_private = [], [], []
    for name in public:
        key = ALIASES.get(name, name)
        if key in PUBLIC:
            found.append({"id": key, "label": PUBLIC[key], "isServiceManaged": True, "geo": {"lat": 1.5, "lon": 2.5}})
        else:
            lost.append(name)
    for name in private:
        match = next((item for item in own if name.lower() in (item["id"].lower(), item["label"].lower())), None)
        if match:
            kept = ("id", "label", "geo", "agentPolicyId")
            found.append({**{key: match[key] for key in kept}, "isServiceManaged": False})
        else:
            lost_private.append(name)
    text = ""
    if lost:
        text += (
            f" Elastic managed Location(s) '{'|'.join(lost)}' not found. Available locations are '{'|'.join(PUBLIC)}'"
        )
    if lost_private:
        labels = "|".join(item["label"] for item in own)
        text += f" Private Location(s) '{'|'.join(lost_private)}' not found. Available private locations are '{labels}'"
    if text:
        raise CoreError(400, f"Invalid locations specified.{text}")
    return list({place["id"]: place for place in found}.values())


@route("GET", ITEM, requires=READ)
def get(ctx: Context) -> Monitor:
    """One monitor, with its secrets for those who may write."""
    return _answer(ctx, _stored(ctx))


@route("DELETE", ITEM, requires=WRITE)
def delete(ctx: Context) -> list[dict[str, Any]]:
    """Delete a monitor."""
    key = _stored(ctx)["config_id"]
    del ctx.store(MONITORS)[key]
    return [{"id": key, "deleted": True}]


@route("POST", f"{BASE}/monitors/_bulk_delete", requires=WRITE)
def delete_many(ctx: Context) -> dict[str, Any]:
    """Delete several monitors."""
    ids = parse(Ids, ctx.body).ids
    return {"result": [{"id": key, "deleted": ctx.store(MONITORS).pop(key, None) is not None} for key in ids]}


@route("GET", f"{BASE}/monitors", requires=READ)
def find(ctx: Context) -> dict[str, Any]:
    """A page of monitors, without secrets."""
    query = parse(Find, ctx.query, "request query")
    everything = list(ctx.store(MONITORS).values())
    found = [monitor for monitor in everything if _wanted(monitor, query)]
    found.sort(key=lambda monitor: monitor["name"].casefold(), reverse=query.sortOrder == "desc")
    start = (query.page - 1) * query.perPage
    page = [shown(monitor, secrets=False) for monitor in found[start : start + query.perPage]]
    return {
        "monitors": page, "page": query.page, "perPage": query.perPage, "total": len(found),
        "absoluteTotal": len(everything), "syncErrors": [],
    }  # fmt: skip


def _wanted(monitor: Monitor, query: Find) -> bool:
    return (
        _among(query.tags, monitor["tags"])
        and _among(query.monitorTypes, [monitor["type"]])
        and _among(query.locations, [place["id"] for place in monitor["locations"]])
        and (query.query is None or query.query.lower() in monitor["name"].lower())
    )


def _among(wanted: str | list[str] | None, have: list[str]) -> bool:
    texts = [wanted] if isinstance(wanted, str) else wanted
    return texts is None or bool(set(texts) & set(have))


@route("GET", "/internal/uptime/service/locations", requires=READ, internal=True)
def service_locations(ctx: Context) -> dict[str, Any]:
    """All locations, public and private ones."""
    public = [{"id": key, "label": label, "isServiceManaged": True} for key, label in PUBLIC.items()]
    return {"locations": [*public, *locations_of(ctx)], "throttling": {"download": 100, "upload": 30}}


def _stored(ctx: Context) -> Monitor:
    monitor: Monitor | None = ctx.store(MONITORS).get(ctx.path["id"])
    if monitor is None:
        raise CoreError(404, f"Monitor id {ctx.path['id']} not found!")
    return monitor


def _answer(ctx: Context, monitor: Monitor) -> Monitor:
    answer = shown(monitor, secrets=ctx.user.allows("uptime-write"))
    if ctx.emulator.version >= (9, 0):
        answer.update(spaceId=ctx.space, spaces=[ctx.space])
    return answer


def seed_soc(emulator: Emulator) -> None:
    """A monitor of the log-in page."""
    key, now = emulator.uuid(), emulator.now()
    place = {"id": "us_central", "label": PUBLIC["us_central"], "isServiceManaged": True, "geo": {"lat": 1.5, "lon": 2}}
    monitor = {**supported("http", emulator.version), "type": "http", "name": "Log-in page", "locations": [place]}
    monitor.update(urls="https://login.example", id=key, config_id=key, created_at=now, updated_at=now)
    emulator.store(MONITORS, "default")[key] = monitor
