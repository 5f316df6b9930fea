# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a dashboard is stored as a saved object, and how each generation of the API shows it (reference platform D)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ..schema import Strict, parse
from .dashboard_schema import PANEL_TYPES, Anything, Data, OldAttributes, OldPanel, Options, Panel, Section, checked
from .saved_object_store import Saved

MakeId = Callable[[], str]
KEPT = ("title", "description", "timeRestore", "timeFrom", "timeTo", "refreshInterval", "controlGroupInput", "version")
EXTRAS = ("id", "title", "panelRefName", "version")
LANGUAGES = {"kql": "kuery", "lucene": "lucene"}


def plain(parsed: Strict, **options: Any) -> Anything:
    """Return a parsed body as JSON, without what was left out."""
    return parsed.model_dump(by_alias=True, exclude_none=True, **options)


def store_old(wanted: OldAttributes, make_id: MakeId) -> Anything:
    """Return the attributes of the saved object for a body before 9.4."""
    sent = plain(wanted)
    for control in sent.get("controlGroupInput", {}).get("controls", []):
        control.update({"id": make_id(), "grow": False, "width": "medium", **control})
    source = sent["kibanaSavedObjectMeta"].get("searchSource")
    return {
        **{name: sent[name] for name in KEPT if name in sent},
        "panelsJSON": json.dumps([_stored_old_panel(panel, make_id) for panel in wanted.panels]),
        "optionsJSON": json.dumps(sent["options"]),
        "kibanaSavedObjectMeta": {} if source is None else {"searchSourceJSON": json.dumps(source)},
    }


def _stored_old_panel(panel: OldPanel, make_id: MakeId) -> Anything:
    sent = plain(panel)
    index = sent.get("panelIndex") or make_id()
    grid = {"i": index, **sent["gridData"]}
    extras = {name: sent[name] for name in EXTRAS if name in sent}
    place = {"type": sent["type"], "gridData": grid, "panelIndex": index}
    return {**place, "embeddableConfig": sent["panelConfig"], **extras}


def show_old(saved: Saved) -> Anything:
    """Return a dashboard as `item` before 9.4."""
    attributes, source = saved["attributes"], saved["attributes"].get("kibanaSavedObjectMeta", {})
    shown = {name: attributes[name] for name in KEPT if name in attributes}
    text = source.get("searchSourceJSON")
    shown["panels"] = [_shown_old_panel(panel) for panel in json.loads(attributes.get("panelsJSON", "[]"))]
    shown["options"] = json.loads(attributes.get("optionsJSON", "{}"))
    shown["kibanaSavedObjectMeta"] = {"searchSource": json.loads(text)} if text else {}
    return {**_old_frame(saved), "attributes": shown}


def summarize_old(saved: Saved) -> Anything:
    """Return a dashboard as the list shows it before 9.4."""
    names = ("title", "description", "timeRestore")
    return {**_old_frame(saved), "attributes": {name: saved["attributes"].get(name) for name in names}}


def _old_frame(saved: Saved) -> Anything:
    frame = {name: saved[name] for name in ("id", "type", "version", "references", "namespaces", "managed")}
    return {**frame, "createdAt": saved["created_at"], "updatedAt": saved["updated_at"]}


def _shown_old_panel(panel: Anything) -> Anything:
    shown = {name: panel[name] for name in ("type", "gridData", "panelIndex", *EXTRAS) if name in panel}
    return {**shown, "panelConfig": panel["embeddableConfig"]}


def store_new(wanted: Data, make_id: MakeId) -> tuple[Anything, list[Anything]]:
    """Return attributes and references of the saved object for a body since 9.4."""
    sent = plain(wanted)
    panels, sections = _stored_panels(sent["panels"], make_id)
    time, query = sent.get("time_range", {}), sent.get("query")
    source: Anything = {"filter": sent.get("filters", [])}
    if query:
        source["query"] = {"query": query["expression"], "language": LANGUAGES[query["language"]]}
    attributes = {
        "title": sent["title"],
        "description": sent.get("description", ""),
        "panelsJSON": json.dumps(panels),
        "sections": sections,
        "optionsJSON": json.dumps(sent["options"]),
        "kibanaSavedObjectMeta": {"searchSourceJSON": json.dumps(source)},
        "timeRestore": bool(time),
        **({"timeFrom": time["from"], "timeTo": time["to"]} if time else {}),
        **({"refreshInterval": sent["refresh_interval"]} if "refresh_interval" in sent else {}),
        **({"projectRouting": sent["project_routing"]} if "project_routing" in sent else {}),
        "pinned_panels": [_pinned(panel, make_id) for panel in sent.get("pinned_panels", [])],
    }
    tags = list(dict.fromkeys(sent.get("tags", [])))
    return attributes, [{"type": "tag", "id": tag, "name": f"tag-ref-{tag}"} for tag in tags]


def _stored_panels(wanted: list[Anything], make_id: MakeId) -> tuple[list[Anything], list[Anything]]:
    panels, sections = [], []
    for item in wanted:
        if "type" in item:
            panels.append(_stored_panel(plain(parse(Panel, item)), make_id))
            continue
        section = plain(parse(Section, item))
        id_ = section.get("id") or make_id()
        place = {"i": id_, "y": section["grid"]["y"]}
        sections.append({"title": section["title"], "collapsed": section["collapsed"], "gridData": place})
        panels += [{**_stored_panel(panel, make_id), "sectionId": id_} for panel in section["panels"]]
    return panels, sections


def _stored_panel(panel: Anything, make_id: MakeId) -> Anything:
    id_ = panel.get("id") or make_id()
    place = {"type": panel["type"], "gridData": {**panel["grid"], "i": id_}, "panelIndex": id_}
    return {**place, "embeddableConfig": checked(panel)}


def _pinned(panel: Anything, make_id: MakeId) -> Anything:
    return {"id": make_id(), "grow": False, "width": "medium", **panel, "config": checked(panel)}


def show_new(saved: Saved, *, read: bool) -> Anything:
    """Return a dashboard since 9.4; a read drops panels without schemas and says so in `warnings`."""
    attributes, warnings = saved["attributes"], []
    panels = []
    for panel in json.loads(attributes.get("panelsJSON", "[]")):
        if read and panel["type"] not in PANEL_TYPES:
            warnings.append(_dropped(panel))
        else:
            panels.append(panel)
    data = {
        **_basics(saved),
        "options": {**plain(Options()), **_snake_options(json.loads(attributes.get("optionsJSON", "{}")))},
        "panels": _shown_panels(panels, attributes.get("sections", [])),
        "pinned_panels": attributes.get("pinned_panels", []),
        **_search(attributes),
    }
    if "refreshInterval" in attributes:
        data["refresh_interval"] = {name: attributes["refreshInterval"][name] for name in ("pause", "value")}
    if "projectRouting" in attributes:
        data["project_routing"] = attributes["projectRouting"]
    return {**_frame(saved), "data": data, **({"warnings": warnings} if warnings else {})}


def summarize_new(saved: Saved) -> Anything:
    """Return a dashboard as the list shows it since 9.4."""
    return {**_frame(saved), "data": _basics(saved)}


def tags_of(saved: Saved) -> list[str]:
    """Return the ids of the tags of a dashboard."""
    return [item["id"] for item in saved["references"] if item["type"] == "tag"]


def _frame(saved: Saved) -> Anything:
    meta = {name: saved[name] for name in ("created_at", "updated_at", "managed", "version")}
    return {"id": saved["id"], "meta": meta}


def _basics(saved: Saved) -> Anything:
    attributes = saved["attributes"]
    shown: Anything = {"title": attributes["title"], "tags": tags_of(saved)}
    if attributes.get("description"):
        shown["description"] = attributes["description"]
    if attributes.get("timeRestore") and "timeFrom" in attributes:
        shown["time_range"] = {"from": attributes["timeFrom"], "to": attributes["timeTo"]}
    if "accessControl" in saved:
        shown["access_control"] = {"access_mode": saved["accessControl"]["accessMode"]}
    return shown


def _search(attributes: Anything) -> Anything:
    source = json.loads(attributes.get("kibanaSavedObjectMeta", {}).get("searchSourceJSON", "{}"))
    shown: Anything = {"filters": source["filter"]} if source.get("filter") else {}
    if source.get("query"):
        language = "lucene" if source["query"]["language"] == "lucene" else "kql"
        shown["query"] = {"expression": source["query"]["query"], "language": language}
    return shown


def _snake_options(options: Anything) -> Anything:
    """Options as older versions stored them have other names."""
    return {"".join(f"_{c.lower()}" if c.isupper() else c for c in name): value for name, value in options.items()}


def _shown_panels(panels: list[Anything], sections: list[Anything]) -> list[Anything]:
    """Sections come last, whatever the order in which they were sent."""
    free = [_shown_panel(panel) for panel in panels if "sectionId" not in panel]
    for section in sections:
        place = section["gridData"]
        inside = [_shown_panel(panel) for panel in panels if panel.get("sectionId") == place["i"]]
        rest = {"title": section["title"], "collapsed": section["collapsed"], "panels": inside, "id": place["i"]}
        free.append({"grid": {"y": place["y"]}, **rest})
    return free


def _shown_panel(panel: Anything) -> Anything:
    grid = {name: panel["gridData"][name] for name in ("x", "y", "w", "h")}
    return {"grid": grid, "config": panel["embeddableConfig"], "id": panel["panelIndex"], "type": panel["type"]}


def _dropped(panel: Anything) -> Anything:
    kind = panel["type"]
    text = f"Panel schema not available for panel type: {kind}. Panels without schemas are not supported by dashboard"
    return {
        "type": "dropped_panel",
        "message": f"{text} REST endpoints",
        "panel_type": kind,
        "panel_config": panel["embeddableConfig"],
    }
