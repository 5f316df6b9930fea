# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`POST /api/timeline/_import` (reference security G). It creates, and updates only templates of a higher version."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from ..errors import SiemError
from ..routing import Context, route
from .exception_transfer import uploaded_lines
from .timeline_store import Document, Line, Timelines
from .timelines import ALL, MAX_OBJECTS

MAX_UPLOAD = 10_485_760
SERVER_FIELDS = {"savedObjectId", "version", "pinnedEventIds", "eventNotes", "globalNotes"}
EMPTY_TITLE = "The title field cannot be empty."
DRAFT = "You are not allowed to set the status field value to draft."
STALE_TEMPLATE = (
    "Timeline template version conflict. The provided templateTimelineVersion does not match the current template."
)
SAME_VERSION = "To update existing Timeline templates, you must increment the templateTimelineVersion value."


class RefusedError(Exception):
    """A line that is not imported; the rest is."""


@route("POST", "/api/timeline/_import", requires=ALL, max_body=MAX_UPLOAD, multipart=True)
def import_timelines(ctx: Context) -> dict[str, Any]:
    """Import line by line: 200 whatever happens, unless a line is no timeline at all."""
    errors: list[Document] = []
    lines: dict[Any, Line] = {}
    uploaded = uploaded_lines(ctx)
    if len(uploaded) > MAX_OBJECTS:
        raise SiemError(500, f"Can't import more than {MAX_OBJECTS} rules")
    for number, item in enumerate(uploaded):
        if isinstance(item, str):
            errors.append({"rule_id": "(unknown id)", "error": {"status_code": 400, "message": item}})
            continue
        line = _parsed(item)
        if line.savedObjectId in lines:
            text = f'More than one timeline with savedObjectId: "{line.savedObjectId}" found'
            errors.append({"id": line.savedObjectId, "error": {"status_code": 400, "message": text}})
        lines[line.savedObjectId or number] = line
    counts = {"create": 0, "update": 0}
    for line in lines.values():
        try:
            counts[_import(ctx, line)] += 1
        except RefusedError as refusal:
            errors.append({"id": _name(line), "error": {"status_code": 409, "message": str(refusal)}})
    return {
        "success": not errors, "success_count": sum(counts.values()), "errors": errors,
        "timelines_installed": counts["create"], "timelines_updated": counts["update"],
    }  # fmt: skip


def _parsed(item: Document) -> Line:
    try:
        return Line.model_validate(item)
    except ValidationError as problem:
        first = problem.errors()[0]
        raise SiemError(500, f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from problem


def _name(line: Line) -> str:
    template = f"(template_timeline_id) {line.templateTimelineId}" if line.templateTimelineId else "unknown"
    return line.savedObjectId or template


def _import(ctx: Context, line: Line) -> str:
    """Create or update by one line; returns which."""
    timelines = Timelines(ctx)
    template = line.timelineType == "template"
    if not line.title:
        raise RefusedError(EMPTY_TITLE)
    stored = timelines.template(line.templateTimelineId) if template else None
    if stored is not None:
        return _update(timelines, line, stored)
    existing = timelines.get(line.savedObjectId)
    if line.status == "draft":
        raise RefusedError(DRAFT)
    if existing is not None and not (template and existing["timelineType"] == "template"):
        raise RefusedError(f'savedObjectId: "{line.savedObjectId}" already exists')
    fields = {**_content(line), "status": line.status or "active"}
    if template:
        fields["templateTimelineId"] = line.templateTimelineId or ctx.emulator.uuid()
        fields["templateTimelineVersion"] = line.templateTimelineVersion or 1
    _store(timelines, line, fields, None, template=template)
    return "create"


def _update(timelines: Timelines, line: Line, stored: Document) -> str:
    """A template that is there."""
    known, given = stored["templateTimelineVersion"] or 0, line.templateTimelineVersion
    if given is not None and given > known and (line.status or "active") == stored["status"]:
        _store(timelines, line, _content(line), stored, template=True)
        return "update"
    raise RefusedError(STALE_TEMPLATE if line.version != stored["version"] else SAME_VERSION)


def _content(line: Line) -> Document:
    """The fields of the timeline itself; the range of dates is always written."""
    sent = line.model_dump(exclude_unset=True, exclude=SERVER_FIELDS)
    dates = sent.get("dateRange") or {}
    return {**sent, "dateRange": {key: dates[key] for key in ("start", "end") if key in dates}}


def _store(timelines: Timelines, line: Line, fields: Document, stored: Document | None, *, template: bool) -> None:
    made = timelines.put(fields, stored)["savedObjectId"]
    notes = [*(line.globalNotes or []), *([] if template else line.eventNotes or [])]
    timelines.add_notes(made, [note.model_dump(exclude_unset=True) for note in notes])
    if not template:
        timelines.pin(made, line.pinnedEventIds or [])
