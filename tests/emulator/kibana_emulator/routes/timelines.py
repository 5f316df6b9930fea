# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Timelines: `/api/timeline`, `/api/timelines` (reference security G)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from ..errors import SiemError
from ..routing import Context, Reply, route
from ..schema import Lenient, parse
from .timeline_store import Document, Fields, Timelines, fill

if TYPE_CHECKING:
    from ..core import Emulator

READ = ("timeline_read",)
ALL = ("timeline_write",)
MAX_OBJECTS = 10_000


class Listing(Lenient):
    """Query of GET /api/timelines."""

    page_size: str = None
    page_index: str = None
    search: str = None
    sort_field: Literal["title", "description", "updated", "created"] = None
    sort_order: Literal["asc", "desc"] = None
    status: Literal["active", "draft", "immutable"] = None
    timeline_type: Literal["default", "template"] = None
    only_user_favorite: Literal["true", "false"] = None


class New(Lenient):
    """Body of POST and PATCH."""

    timeline: Fields
    timelineId: str | None = None
    version: str | None = None
    status: str | None = None
    timelineType: str | None = None
    templateTimelineId: str | None = None
    templateTimelineVersion: int | None = None


class Doomed(Lenient):
    """Body of DELETE."""

    savedObjectIds: list[str]
    searchIds: list[str] = []


class ExportQuery(Lenient):
    """Query of `_export`."""

    file_name: str


class ExportBody(Lenient):
    """Body of `_export`."""

    ids: list[str] | None = None


def seed_soc(emulator: Emulator) -> None:
    """Timelines of a small team."""
    fill(emulator)


@route("GET", "/api/timelines", requires=READ)
def find_timelines(ctx: Context) -> Document:
    """A page of timelines; drafts show up only when asked for. Without paging, as many as there are."""
    query = parse(Listing, ctx.query, "request query", style="zod")
    timelines = Timelines(ctx)
    hits = [item for item in timelines.all() if _fits(item, query)]
    if query.sort_field and query.sort_order:
        field = query.sort_field
        hits.sort(key=lambda item: str(item.get(field) or ""), reverse=query.sort_order == "desc")
    size, page = int(query.page_size or len(hits)), int(query.page_index or 1)
    counts = {
        "defaultTimelineCount": _count(timelines, "default"), "templateTimelineCount": _count(timelines, "template"),
        "elasticTemplateTimelineCount": _count(timelines, "template", "immutable"),
        "customTemplateTimelineCount": _count(timelines, "template", "active"), "favoriteCount": 0,
    }  # fmt: skip
    shown = [timelines.shown(item) for item in hits[(page - 1) * size : page * size]]
    return {"timeline": shown, "totalCount": len(hits), **counts}


def _fits(item: Document, query: Listing) -> bool:
    if query.timeline_type and item["timelineType"] != query.timeline_type:
        return False
    if (item["status"] == "draft") != (query.status == "draft"):
        return False
    if query.status in ("active", "immutable") and (item["status"] == "immutable") != (query.status == "immutable"):
        return False
    words = (query.search or "").lower().split()
    text = f"{item.get('title')} {item.get('description')}".lower()
    return not words or any(word in text for word in words)


def _count(timelines: Timelines, kind: str, status: str | None = None) -> int:
    return sum(item["timelineType"] == kind and status in (None, item["status"]) for item in timelines.all())


@route("GET", "/api/timeline", requires=READ)
def get_timeline(ctx: Context) -> Document:
    """One timeline, by exactly one of two ids."""
    timeline_id, template_id = ctx.query.get("id"), ctx.query.get("template_timeline_id")
    if bool(timeline_id) == bool(template_id):
        raise SiemError(500, "please provide id or template_timeline_id")
    timelines = Timelines(ctx)
    found = timelines.get(timeline_id) if timeline_id else timelines.template(template_id)
    if found is None and ctx.emulator.version < (9, 0):
        return {}
    if found is None:
        raise SiemError(404, f"Could not find timeline with id: {timeline_id or template_id}")
    return _wrapped(ctx, "getOneTimeline", timelines.shown(found))


@route("POST", "/api/timeline", requires=ALL)
def create_timeline(ctx: Context) -> Document:
    """Create; an id that is there is refused with 405."""
    body = parse(New, ctx.body, style="zod")
    timelines = Timelines(ctx)
    if timelines.get(body.timelineId):
        raise SiemError(405, "You cannot update timelines with POST. Use PATCH instead.")
    made = timelines.put(_fields(body))
    return _wrapped(ctx, "persistTimeline", timelines.shown(made), deep=True)


@route("PATCH", "/api/timeline", requires=ALL)
def change_timeline(ctx: Context) -> Document:
    """Change; `version` must be that of the stored one."""
    body = parse(New, ctx.body, style="zod")
    timelines = Timelines(ctx)
    stored = timelines.get(body.timelineId)
    if stored is None:
        raise SiemError(405, "You cannot create new timelines with PATCH. Use POST instead.")
    if stored["version"] != body.version:
        text = "Timeline version conflict. The provided timelineVersion does not match the current timeline."
        raise SiemError(409, text)
    changed = timelines.put(_fields(body), stored)
    return _wrapped(ctx, "persistTimeline", timelines.shown(changed), deep=True)


@route("DELETE", "/api/timeline", requires=ALL)
def delete_timelines(ctx: Context) -> Document:
    """Delete; ids that are not there are not reported."""
    body = parse(Doomed, ctx.body, style="zod")
    for timeline_id in body.savedObjectIds:
        Timelines(ctx).drop(timeline_id)
    return {"data": {"deleteTimeline": True}}


@route("POST", "/api/timeline/_export", requires=READ, refresh=False)
def export_timelines(ctx: Context) -> Reply:
    """Those named, in that order, then an error for each that is not there. Without ids: a page of none, so nothing."""
    query = parse(ExportQuery, ctx.query, "request query", style="zod")
    ids = parse(ExportBody, ctx.body, style="zod").ids or []
    if len(ids) > MAX_OBJECTS:
        raise SiemError(400, f"Can't export more than {MAX_OBJECTS} timelines")
    timelines = Timelines(ctx)
    found = [(timeline_id, timelines.get(timeline_id)) for timeline_id in ids]
    lines: list[Document] = [timelines.exported(item) for _unused, item in found if item]
    lines += [
        {"statusCode": 404, "error": "Not Found", "message": f"Saved object [siem-ui-timeline/{key}] not found"}
        for key, item in found
        if item is None
    ]
    text = "".join(json.dumps(line, separators=(",", ":"), ensure_ascii=False) + "\n" for line in lines)
    headers = {"content-disposition": f'attachment; filename="{query.file_name}"'}
    return Reply(200, text, headers, "application/ndjson")


def _fields(body: New) -> Document:
    if not body.timeline.title and body.timeline.status != "draft" and body.status != "draft":
        raise SiemError(405, "The title field cannot be empty.")
    sent = body.timeline.model_dump(exclude_unset=True)
    for name in ("status", "timelineType", "templateTimelineId", "templateTimelineVersion"):
        if getattr(body, name) is not None:
            sent.setdefault(name, getattr(body, name))
    return sent


def _wrapped(ctx: Context, name: str, timeline: Document, *, deep: bool = False) -> Document:
    """Before 9.0 an answer has the shape of a former API."""
    if ctx.emulator.version >= (9, 0):
        return timeline
    inner: Any = {"code": 200, "message": "success", "timeline": timeline} if deep else timeline
    return {"data": {name: inner}}
