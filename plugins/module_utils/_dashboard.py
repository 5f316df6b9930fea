# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Dashboards in the two shapes that Kibana's API has had, seen through the names of the newer one.

8.18 to 9.1 wrap attributes and references of a saved object into ``item``; since 9.4 a dashboard is flat under
``data``. What means the same in both has one option. Panels, filters and controls are not translated: their content
differs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient
from ansible_collections.stackops.kibana.plugins.module_utils._plan import Plan, PlanError

PAGE_SIZE = 100
EMPTY: tuple[Any, ...] = (None, "", [], {})
# The display settings since 9.4, and their names before; None: not known then.
DISPLAY = {
    "auto_apply_filters": None,
    "hide_panel_borders": None,
    "hide_panel_titles": "hidePanelTitles",
    "sync_colors": "syncColors",
    "sync_cursor": "syncCursor",
    "sync_tooltips": "syncTooltips",
    "use_margins": "useMargins",
}
TIMES = ("created_at", "created_by", "updated_at", "updated_by")
COMMON: dict[str, Any] = {
    "description": "",
    "panels": [],
    "options": {},
    "filters": [],
    "query": {},
    "time_range": {},
    "refresh_interval": {},
    "tags": [],
}


@dataclass(frozen=True)
class Shape:
    """One generation of the API: its paths, what an omitted field means, and how its panels can be told."""

    name: str
    collection: str
    size_name: str
    defaults: Mapping[str, Any]
    panel_keys: tuple[str, ...]
    searches: bool

    @property
    def item(self) -> str:
        return self.collection + "/{id}"


OLD = Shape(
    "8.18 to 9.1",
    "/api/dashboards/dashboard",
    "perPage",
    {**COMMON, "references": [], "controlGroupInput": {}},
    ("gridData", "panelConfig"),
    False,
)
NEW = Shape(
    "9.4 and later",
    "/api/dashboards",
    "per_page",
    {**COMMON, "pinned_panels": [], "project_routing": ""},
    ("grid", "config"),
    True,
)


def shape_of(client: KibanaClient) -> Shape:
    """The shape that this Kibana speaks. Raises :class:`PlanError` for a version without a public API."""
    release = client.version[:2]
    if release >= (9, 4) or release == (999,):
        return NEW
    if (8, 18) <= release < (9, 2):
        return OLD
    raise PlanError(
        f"Kibana {version_text(client)} has no public API for dashboards: it is there from 8.18 to 9.1, and since 9.4."
    )


def version_text(client: KibanaClient) -> str:
    """Kibana's version as people write it."""
    return ".".join(str(part) for part in client.version)


def listed(client: KibanaClient, shape: Shape, query: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every dashboard of the space that *query* selects, without its panels, in the shape of an answer to a read."""
    page, seen = 1, 0
    while True:
        answer = client.get(shape.collection, params={**query, "page": page, shape.size_name: PAGE_SIZE})
        found = answer.get("items", answer.get("dashboards", answer.get("data")))
        for item in found:
            yield {"item": item} if shape is OLD else item
        seen += len(found)
        # Since 9.6 the total is under meta.
        if not found or seen >= answer.get("total", (answer.get("meta") or {}).get("total", 0)):
            return
        page += 1


def decode(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A dashboard in the shape of the options, from an answer of either generation."""
    return _decode_old(raw["item"]) if "item" in raw else _decode_new(raw)


def _decode_new(raw: Mapping[str, Any]) -> dict[str, Any]:
    view = {name: value for name, value in raw["data"].items() if name != "access_control"}
    warnings = [str(item.get("message", item)) for item in raw.get("warnings") or ()]
    return {
        "id": raw["id"],
        **view,
        "meta": dict(raw.get("meta") or {}),
        **({"warnings": warnings} if warnings else {}),
    }


def _decode_old(item: Mapping[str, Any]) -> dict[str, Any]:
    attributes, references = item["attributes"], item.get("references") or []
    source = (attributes.get("kibanaSavedObjectMeta") or {}).get("searchSource") or {}
    options, interval = attributes.get("options"), attributes.get("refreshInterval")
    view = {
        "title": attributes.get("title"),
        "description": attributes.get("description"),
        "panels": attributes.get("panels"),
        "options": options and {name: options[old] for name, old in DISPLAY.items() if old in options},
        "filters": source.get("filter"),
        "query": _query(source.get("query")),
        "time_range": _time_range(attributes),
        "refresh_interval": interval and {name: interval[name] for name in ("pause", "value")},
        "tags": [reference["id"] for reference in references if reference["type"] == "tag"],
        "references": [reference for reference in references if reference["type"] != "tag"],
        "controlGroupInput": attributes.get("controlGroupInput"),
    }
    meta = {name: item.get(_camel(name)) for name in TIMES}
    meta.update({name: item.get(name) for name in ("managed", "version")})
    return {
        "id": item["id"],
        **{name: value for name, value in view.items() if value is not None},
        "meta": {name: value for name, value in meta.items() if value is not None},
    }


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _query(query: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The query, unless it is one in Elasticsearch's own language, which has no option."""
    if not query or not isinstance(query.get("query"), str):
        return None
    return {"expression": query["query"], "language": "lucene" if query.get("language") == "lucene" else "kql"}


def _time_range(attributes: Mapping[str, Any]) -> dict[str, Any] | None:
    if not attributes.get("timeRestore") or "timeFrom" not in attributes:
        return None
    return {"from": attributes["timeFrom"], "to": attributes.get("timeTo")}


def encode(shape: Shape, step: Plan) -> dict[str, Any]:
    """The request body, with all of the dashboard, for a plan whose ``current`` is Kibana's own answer."""
    return _encode_old(step) if shape is OLD else _encode_new(step)


def _encode_new(step: Plan) -> dict[str, Any]:
    """Access control is no part of it: an update that carries it is refused, one that does not keeps it."""
    names = {"title", *NEW.defaults}
    data = (step.current or {}).get("data", {})
    kept = {name: value for name, value in data.items() if name not in (*names, "access_control")}
    return {**kept, **{name: step.after[name] for name in sorted(names) if step.after.get(name) not in EMPTY}}


def _encode_old(step: Plan) -> dict[str, Any]:
    item = (step.current or {}).get("item", {})
    attributes = dict(item.get("attributes", {}))
    for name, value in step.after.items():
        if value != step.before.get(name):
            _set_old(attributes, name, value)
    attributes["options"] = attributes.get("options") or {}
    kept = {one["id"]: one for one in item.get("references") or () if one["type"] == "tag"}
    tags = [kept.get(tag, {"type": "tag", "id": tag, "name": f"tag-ref-{tag}"}) for tag in step.after["tags"]]
    return {"attributes": attributes, "references": [*step.after["references"], *tags]}


def _set_old(attributes: dict[str, Any], name: str, value: Any) -> None:
    """Set one field in the attributes as they were before 9.4, and leave everything around it as it is."""
    if name in ("title", "description", "panels"):
        attributes[name] = value
    elif name == "options":
        own = {DISPLAY[each]: flag for each, flag in value.items()}
        attributes["options"] = {**attributes.get("options", {}), **own} if own else {}
    elif name == "time_range":
        times = {"timeFrom": value["from"], "timeTo": value["to"]} if value else {}
        attributes.update(times, timeRestore=bool(value))
    elif name in ("refresh_interval", "controlGroupInput"):
        field = "refreshInterval" if name == "refresh_interval" else name
        _put(attributes, field, value and {**attributes.get(field, {}), **value})
    elif name in ("query", "filters"):
        meta = attributes.get("kibanaSavedObjectMeta") or {}
        source = dict(meta.get("searchSource") or {})
        if name == "query" and value:
            value = {"query": value["expression"], "language": "lucene" if value["language"] == "lucene" else "kuery"}
        _put(source, "filter" if name == "filters" else name, value)
        attributes["kibanaSavedObjectMeta"] = {**meta, "searchSource": source}


def _put(place: dict[str, Any], name: str, value: Any) -> None:
    if value in EMPTY:
        place.pop(name, None)
    else:
        place[name] = value
