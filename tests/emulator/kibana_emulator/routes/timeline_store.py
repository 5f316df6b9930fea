# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documents of timelines in a space, their notes and pinned events (reference security G, J.8)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import Field

from ..routing import Context
from ..schema import Lenient

if TYPE_CHECKING:
    from ..core import Emulator

Document = dict[str, Any]


class Note(Lenient):
    """A note on a timeline, or on one of its events."""

    noteId: str = None
    version: str | None = None
    eventId: str | None = None
    note: str | None = None
    timelineId: str = None
    created: float | None = None
    createdBy: str | None = None
    updated: float | None = None
    updatedBy: str | None = None


class Fields(Lenient):
    """What a timeline is made of. Other keys are dropped without a word."""

    columns: list[dict[str, Any]] | None = None
    dataProviders: list[dict[str, Any]] | None = None
    dataViewId: str | None = None
    description: str | None = None
    eqlOptions: dict[str, Any] | None = None
    eventType: str | None = None
    excludedRowRendererIds: list[str] | None = None
    favorite: list[dict[str, Any]] | None = None
    filters: list[dict[str, Any]] | None = None
    indexNames: list[str] | None = None
    kqlMode: str | None = None
    kqlQuery: dict[str, Any] | None = None
    savedQueryId: str | None = None
    savedSearchId: str | None = None
    sort: Any = None
    dateRange: dict[str, Any] | None = None
    status: str | None = Field(None, pattern="^(active|draft|immutable)$")
    templateTimelineId: str | None = None
    templateTimelineVersion: int | None = None
    timelineType: str | None = Field(None, pattern="^(default|template)$")
    title: str | None = None


class Line(Fields):
    """A line of an import."""

    savedObjectId: str | None
    version: str | None
    pinnedEventIds: list[str] | None
    eventNotes: list[Note] | None
    globalNotes: list[Note] | None


class Timelines:
    """Everything about the timelines of one request's space. Stored documents are never changed in place."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self._stored = ctx.store("timelines")
        self._notes = ctx.store("timeline_notes")
        self._pins = ctx.store("timeline_pins")

    def get(self, timeline_id: str | None) -> Document | None:
        """Return a timeline as it is stored."""
        return self._stored.get(timeline_id)

    def all(self) -> list[Document]:
        """Return every timeline as it is stored."""
        return [*self._stored.values()]

    def template(self, template_id: str | None) -> Document | None:
        """Return the first timeline with this `templateTimelineId`."""
        found = (item for item in self._stored.values() if item.get("templateTimelineId") == template_id)
        return next(found, None) if template_id else None

    def put(self, fields: Document, stored: Document | None = None) -> Document:
        """Store a new timeline, or changes of a stored one; fill in what the server does."""
        now, name = millis(self.ctx.emulator.now()), self.ctx.user.name
        kind = fields.get("timelineType") or (stored or {}).get("timelineType") or "default"
        document = {
            "excludedRowRendererIds": [], "favorite": [], "status": "active", "created": now, "createdBy": name,
            **(stored or {}), **fields, "timelineType": kind, "updated": now, "updatedBy": name,
            "version": self.ctx.emulator.version_token(),
        }  # fmt: skip
        if kind != "template":
            document.update(templateTimelineId=None, templateTimelineVersion=None)
        document.setdefault("savedObjectId", self.ctx.emulator.uuid())
        self._stored[document["savedObjectId"]] = document
        return document

    def drop(self, timeline_id: str) -> None:
        """Delete a timeline with its notes and pinned events; one that is not there is no error."""
        for store in (self._stored, self._notes, self._pins):
            store.pop(timeline_id, None)

    def add_notes(self, timeline_id: str, notes: list[Document]) -> None:
        """Add notes, which get ids of their own; they keep their author."""
        now = millis(self.ctx.emulator.now())
        made = [
            {
                "created": now, "createdBy": self.ctx.user.name, "updated": now, "updatedBy": self.ctx.user.name,
                **note, "noteId": self.ctx.emulator.uuid(), "version": self.ctx.emulator.version_token(),
                "timelineId": timeline_id,
            }
            for note in notes
        ]  # fmt: skip
        self._notes[timeline_id] = [*self.notes(timeline_id), *made]

    def pin(self, timeline_id: str, event_ids: list[str]) -> None:
        """Pin events."""
        self._pins[timeline_id] = [*self._pins.get(timeline_id, ()), *event_ids]

    def notes(self, timeline_id: str) -> list[Document]:
        """Return the notes of a timeline."""
        return list(self._notes.get(timeline_id, ()))

    def pins(self, timeline_id: str) -> list[str]:
        """Return the events that are pinned."""
        return list(self._pins.get(timeline_id, ()))

    def shown(self, document: Document) -> Document:
        """Return a timeline as reads show it, with its notes and pinned events."""
        timeline_id = document["savedObjectId"]
        notes, pins = self.notes(timeline_id), self.pins(timeline_id)
        saved = [
            {"eventId": event, "pinnedEventId": f"pin-{event}", "timelineId": timeline_id, "version": "WzEsMV0="}
            for event in pins
        ]
        return {
            **document, "eventIdToNoteIds": [note for note in notes if note.get("eventId")],
            "noteIds": [note["noteId"] for note in notes if not note.get("eventId")], "notes": notes,
            "pinnedEventIds": pins, "pinnedEventsSaveObject": saved,
        }  # fmt: skip

    def exported(self, document: Document) -> Document:
        """Return a timeline as a line of an export."""
        notes = self.notes(document["savedObjectId"])
        kept = {key: value for key, value in document.items() if key not in ("status", "excludedRowRendererIds")}
        return {
            **kept, "eventNotes": [note for note in notes if note.get("eventId")],
            "globalNotes": [note for note in notes if not note.get("eventId")],
            "pinnedEventIds": self.pins(document["savedObjectId"]),
        }  # fmt: skip


def millis(moment: str) -> int:
    """Return a time as timelines have it."""
    return int(datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp() * 1000)


def fill(emulator: Emulator) -> None:
    """A timeline with a note and a pinned event, a template of the team, and one of Elastic's."""
    made = {"created": 1767600000000, "createdBy": "elastic", "updated": 1767600000000, "updatedBy": "elastic"}
    common = {
        "columns": [{"columnHeaderType": "not-filtered", "id": "@timestamp"}], "dataProviders": [],
        "description": "", "eventType": "all", "filters": [], "kqlMode": "filter", "indexNames": [],
        "kqlQuery": {"filterQuery": None}, "dateRange": {"start": "2026-01-05T00:00:00.000Z", "end": "2026-01-06"},
        "sort": [{"columnId": "@timestamp", "columnType": "number", "sortDirection": "desc"}], "savedQueryId": None,
        "excludedRowRendererIds": [], "favorite": [], "status": "active", "timelineType": "default",
        "templateTimelineId": None, "templateTimelineVersion": None, **made,
    }  # fmt: skip
    template = {"timelineType": "template", "templateTimelineVersion": 1}
    seeds: list[Document] = [
        {"title": "Beacon on web-01", "savedObjectId": "7c4a1c80-0000-4000-8000-000000000001"},
        {
            "title": "Triage of a host", "savedObjectId": "7c4a1c80-0000-4000-8000-000000000002", **template,
            "templateTimelineId": "5f2b1c80-0000-4000-8000-000000000001",
        },
        {
            "title": "Generic Endpoint Timeline", "savedObjectId": "7c4a1c80-0000-4000-8000-000000000003", **template,
            "templateTimelineId": "db366523-f1c6-4c1f-8731-6ce5ed9e5717", "status": "immutable",
        },
    ]  # fmt: skip
    store = emulator.store("timelines", "default")
    for number, fields in enumerate(seeds):
        store[fields["savedObjectId"]] = {**common, **fields, "version": f"WzEw{number}LDFd"}
    first = seeds[0]["savedObjectId"]
    note = {"noteId": "a1", "version": "WzEsMV0=", "timelineId": first, "note": "Every 60 seconds", "eventId": None}
    emulator.store("timeline_notes", "default")[first] = [{**note, **made}]
    emulator.store("timeline_pins", "default")[first] = ["event-1"]
