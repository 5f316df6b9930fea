# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Timelines: all of them, and what of one counts when two are compared. API: ``/api/timeline``, ``/api/timelines``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient

TIMELINE = "/api/timeline"
TIMELINES = "/api/timelines"
PAGE_SIZE = 100
# What a timeline is made of. The rest is ids, dates and names that Kibana sets, and what an export leaves out.
FIELDS = (
    "columns",
    "dataProviders",
    "dataViewId",
    "dateRange",
    "description",
    "eqlOptions",
    "eventType",
    "filters",
    "indexNames",
    "kqlMode",
    "kqlQuery",
    "savedQueryId",
    "savedSearchId",
    "sort",
    "timelineType",
    "title",
)
TEMPLATE_FIELDS = ("templateTimelineId", "templateTimelineVersion")
EMPTY: tuple[Any, ...] = (None, "", [], {})


def read_all(client: KibanaClient, **query: str) -> list[dict[str, Any]]:
    """All timelines, each once, the oldest first; drafts are not among them."""
    found: dict[str, dict[str, Any]] = {}
    page, seen = 1, 0
    while True:
        pages = {"page_index": page, "page_size": PAGE_SIZE, "sort_field": "created", "sort_order": "asc"}
        answer = client.get(TIMELINES, params={**query, **pages})
        items = answer["timeline"]
        found.update((item["savedObjectId"], item) for item in items)
        seen += len(items)
        if not items or seen >= answer["totalCount"]:
            return list(found.values())
        page += 1


def kind_of(timeline: Mapping[str, Any]) -> str:
    """``default`` or ``template``; timelines of long ago do not say it."""
    return str(timeline.get("timelineType") or "default")


def essence(timeline: Mapping[str, Any]) -> dict[str, Any]:
    """What counts of a timeline, whether from a read or from an export. Nothing empty is part of it."""
    template = kind_of(timeline) == "template"
    names = (*FIELDS, *TEMPLATE_FIELDS) if template else FIELDS
    kept = {name: _bare(timeline.get(name)) for name in names}
    kept.update(timelineType=kind_of(timeline), notes=_notes(timeline, template))
    if not template:  # Kibana imports pinned events, and notes on events, of timelines alone
        kept["pinnedEventIds"] = sorted(set(timeline.get("pinnedEventIds") or ()))
    return {name: value for name, value in kept.items() if value not in EMPTY}


def holds(stored: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether a stored essence has all of the *wanted* one."""
    for name, value in wanted.items():
        held = stored.get(name)
        if name in ("notes", "pinnedEventIds"):
            if not all(item in (held or ()) for item in value):
                return False
        elif not _equal(held, value):
            return False
    return True


def parse_line(line: bytes) -> Any:
    """The JSON of a line of an export. Raises ValueError."""
    try:
        return json.loads(line.decode("utf-8"))
    except RecursionError:
        raise ValueError("too deep") from None


def lines_of(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, with their numbers and without what ends them."""
    for number, line in enumerate(content.split(b"\n"), 1):
        if line.strip():
            yield number, line.rstrip(b"\r")


def _notes(timeline: Mapping[str, Any], template: bool) -> list[list[str]]:
    notes = timeline.get("notes")
    if notes is None:
        notes = [*(timeline.get("globalNotes") or ()), *(timeline.get("eventNotes") or ())]
    texts = [[note.get("eventId") or "", note.get("note") or ""] for note in notes]
    return sorted(text for text in texts if not (template and text[0]))


def _bare(value: Any) -> Any:
    """A value without anything empty in it."""
    if isinstance(value, dict):
        items = {key: _bare(item) for key, item in value.items()}
        return {key: item for key, item in items.items() if item not in EMPTY}
    return [_bare(item) for item in value] if isinstance(value, list) else value


def _equal(left: Any, right: Any) -> bool:
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)
