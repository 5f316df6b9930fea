# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Dashboards: `/api/dashboards/dashboard` of 8.18 to 9.1, `/api/dashboards` since 9.4 (reference platform D).

There is one store, that of saved objects; 9.2 and 9.3 have no public API for dashboards.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ..errors import CoreError
from ..routing import Context, Reply, route
from ..schema import parse
from .dashboard_codec import show_new, show_old, store_new, store_old, summarize_new, summarize_old, tags_of
from .dashboard_schema import Data, List, NewData, OldCreate, OldList, OldUpdate
from .saved_object_store import Saved, add_alias, authorize, key, matches, objects, of_type, resolve, save

if TYPE_CHECKING:
    from ..core import Emulator

KIND = "dashboard"
OLD, NEW = "/api/dashboards/dashboard", "/api/dashboards"
OLD_VERSIONS: dict[str, Any] = {"since": (8, 18), "before": (9, 2)}
NEW_VERSIONS: dict[str, Any] = {"since": (9, 4)}
NO_PROFILE = "Kibana could not determine the user profile ID for the caller"


@route("GET", OLD, **OLD_VERSIONS)
def list_old(ctx: Context) -> dict[str, Any]:
    """Return one page of dashboards, without their panels."""
    query = parse(OldList, ctx.query, "request query")
    authorize(ctx, "find", KIND)
    found = of_type(ctx.emulator, ctx.space, [KIND])
    start = (query.page - 1) * query.perPage
    return {"items": [summarize_old(item) for item in found[start : start + query.perPage]], "total": len(found)}


@route("GET", OLD + "/{id}", **OLD_VERSIONS)
def get_old(ctx: Context) -> dict[str, Any]:
    """Return the dashboard that an id, old or new, leads to."""
    saved, how = _resolved(ctx, f"A dashboard with saved object ID {ctx.path['id']} was not found.")
    names = {"alias_target_id": "aliasTargetId", "alias_purpose": "aliasPurpose"}
    return {"item": show_old(saved), "meta": {names.get(name, name): text for name, text in how.items()}}


@route("POST", OLD, **OLD_VERSIONS)
def create_old(ctx: Context) -> dict[str, Any]:
    """Create a dashboard; Kibana chooses the id."""
    return _create_old(ctx, ctx.emulator.uuid())


@route("POST", OLD + "/{id}", **OLD_VERSIONS)
def create_old_with_id(ctx: Context) -> dict[str, Any]:
    """Create a dashboard with this id."""
    return _create_old(ctx, ctx.path["id"])


def _create_old(ctx: Context, id_: str) -> dict[str, Any]:
    body = parse(OldCreate, ctx.body)
    authorize(ctx, "create", KIND)
    spaces = body.spaces or [ctx.space]
    if key(KIND, id_) in objects(ctx.emulator, spaces[0]):
        raise CoreError(409, f"A dashboard with saved object ID {id_} already exists.")
    return {"item": show_old(_save_old(ctx, spaces[0], {"id": id_}, body))}


@route("PUT", OLD + "/{id}", **OLD_VERSIONS)
def update_old(ctx: Context) -> dict[str, Any]:
    """Replace attributes and references of a dashboard."""
    body = parse(OldUpdate, ctx.body)
    authorize(ctx, "update", KIND)
    id_ = ctx.path["id"]
    before = objects(ctx.emulator, ctx.space).get(key(KIND, id_))
    if before is None:
        raise CoreError(404, f"A dashboard with saved object ID {id_} was not found.")
    return {"item": show_old(_save_old(ctx, ctx.space, before, body))}


def _save_old(ctx: Context, space: str, before: Saved, body: OldUpdate) -> Saved:
    attributes = store_old(body.attributes, ctx.emulator.uuid)
    references = [item.model_dump() for item in body.references]
    return save(ctx.emulator, space, {**before, "type": KIND, "attributes": attributes, "references": references})


@route("DELETE", OLD + "/{id}", **OLD_VERSIONS)
def delete_old(ctx: Context) -> Reply:
    """Delete a dashboard: 200 with an empty body."""
    _delete(ctx, f"A dashboard with saved object ID {ctx.path['id']} was not found.")
    return Reply(200, "")


@route("GET", NEW, **NEW_VERSIONS)
def list_new(ctx: Context) -> dict[str, Any]:
    """Return one page of the dashboards that a search finds, without their panels."""
    query = parse(List, ctx.query, "request query")
    authorize(ctx, "find", KIND)
    found = [item for item in of_type(ctx.emulator, ctx.space, [KIND]) if _wanted(item, query)]
    start = (query.page - 1) * query.per_page
    page = [summarize_new(item) for item in found[start : start + query.per_page]]
    return {"dashboards": page, "page": query.page, "total": len(found)}


def _wanted(item: Saved, query: List) -> bool:
    tags, excluded = ({names} if isinstance(names, str) else set(names) for names in (query.tags, query.excluded_tags))
    own = set(tags_of(item))
    fits = (not tags or bool(tags & own)) and not excluded & own
    return fits and matches(item, query.query, ("title", "description"))


@route("GET", NEW + "/{id}", **NEW_VERSIONS)
def get_new(ctx: Context) -> dict[str, Any]:
    """Return the dashboard that an id, old or new, leads to."""
    saved, _how = _resolved(ctx, f"A dashboard with ID [{ctx.path['id']}] was not found.")
    return show_new(saved, read=True)


@route("POST", NEW, **NEW_VERSIONS)
def create_new(ctx: Context) -> Reply:
    """Create a dashboard; Kibana chooses the id."""
    body = parse(NewData, ctx.body)
    authorize(ctx, "create", KIND)
    if body.access_control is not None:
        raise CoreError(400, NO_PROFILE)
    return Reply(201, show_new(_save_new(ctx, {"id": ctx.emulator.uuid()}, body), read=False))


@route("PUT", NEW + "/{id}", **NEW_VERSIONS)
def put_new(ctx: Context) -> Reply:
    """Create a dashboard with this id, or replace all of it."""
    body = parse(Data, ctx.body)
    authorize(ctx, "update", KIND)
    before = objects(ctx.emulator, ctx.space).get(key(KIND, ctx.path["id"]))
    saved = _save_new(ctx, before or {"id": ctx.path["id"]}, body)
    return Reply(200 if before else 201, show_new(saved, read=False))


def _save_new(ctx: Context, before: Saved, body: Data) -> Saved:
    attributes, references = store_new(body, ctx.emulator.uuid)
    return save(ctx.emulator, ctx.space, {**before, "type": KIND, "attributes": attributes, "references": references})


@route("DELETE", NEW + "/{id}", **NEW_VERSIONS)
def delete_new(ctx: Context) -> None:
    """Delete a dashboard: 204."""
    _delete(ctx, f"A dashboard with ID [{ctx.path['id']}] was not found.")


def _resolved(ctx: Context, text: str) -> tuple[Saved, dict[str, str]]:
    authorize(ctx, "get", KIND)
    saved, how = resolve(ctx, KIND, ctx.path["id"])
    if saved is None:
        raise CoreError(404, text)
    return saved, how


def _delete(ctx: Context, text: str) -> None:
    authorize(ctx, "delete", KIND)
    if objects(ctx.emulator, ctx.space).pop(key(KIND, ctx.path["id"]), None) is None:
        raise CoreError(404, text)


def seed_soc(emulator: Emulator) -> None:
    """The dashboards of the SOC with what they need: a data view, a tag, a search, and ids from before an upgrade."""
    _add(emulator, "tag", "soc", {"name": "SOC", "description": "", "color": "#d36086"})
    _add(emulator, "index-pattern", "logs", {"title": "logs-*", "name": "Logs", "timeFieldName": "@timestamp"})
    data_view = [{"id": "logs", "name": "kibanaSavedObjectMeta.searchSourceJSON.index", "type": "index-pattern"}]
    _add(emulator, "search", "failed-logons", {"title": "Failed logons", "columns": ["user.name"]}, data_view)
    tag = {"type": "tag", "id": "soc", "name": "tag-ref-soc"}
    old_search = {"type": "search", "id": "failed-logons", "name": "old:panel_old"}
    _add_dashboard(emulator, "soc-overview", "SOC overview", [_note("Start here")], [tag])
    drawn = {**_note(""), "type": "visualization", "panelIndex": "old", "panelRefName": "panel_old"}
    _add_dashboard(emulator, "soc-legacy", "SOC before the upgrade", [_note("Old"), drawn], [tag, old_search])
    add_alias(emulator, "default", KIND, "7f0ae2c0-soc", "soc-overview")
    _add_dashboard(emulator, "soc-shift", "Shift handover", [], [])
    add_alias(emulator, "default", KIND, "soc-shift", "soc-legacy", "savedObjectImport")


def _note(text: str) -> dict[str, Any]:
    config = {"content": f"## {text}", "settings": {"open_links_in_new_tab": True}}
    place = {"x": 0, "y": 0, "w": 24, "h": 6, "i": "note"}
    return {"type": "markdown", "gridData": place, "panelIndex": "note", "embeddableConfig": config}


def _add(
    emulator: Emulator, kind: str, id_: str, attributes: dict[str, Any], references: list[dict[str, str]] | None = None
) -> None:
    saved = {"type": kind, "id": id_, "attributes": attributes, "references": references or []}
    save(emulator, "default", saved | ({"accessControl": {"accessMode": "default"}} if kind == KIND else {}))


def _add_dashboard(
    emulator: Emulator, id_: str, title: str, panels: list[dict[str, Any]], references: list[dict[str, str]]
) -> None:
    source = {"query": {"query": "", "language": "kuery"}, "filter": []}
    options = {"hidePanelTitles": False, "syncColors": False, "syncCursor": True, "syncTooltips": False}
    attributes = {
        "title": title,
        "description": "",
        "panelsJSON": json.dumps(panels),
        "optionsJSON": json.dumps({**options, "useMargins": True}),
        "kibanaSavedObjectMeta": {"searchSourceJSON": json.dumps(source)},
        "timeRestore": True,
        "timeFrom": "now-24h",
        "timeTo": "now",
    }
    _add(emulator, KIND, id_, attributes, references)
