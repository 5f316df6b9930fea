# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Data views (reference platform F.2). They live in the store of saved objects as `index-pattern`.

All errors of the handlers but 404 are 400, whatever they were.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ..errors import CoreError
from ..routing import Context, Reply, route
from ..schema import parse
from .data_view_schema import CreateBody, DefaultBody, FieldsBody, UpdateBody
from .saved_object_store import Saved, key, missing, objects, save

if TYPE_CHECKING:
    from ..core import Emulator

KIND, DEFAULTS = "index-pattern", "default_data_view"
MANAGE = "indexPatterns:manage"
BASE = "/api/data_views"
# Option of the API, attribute of the saved object: these are kept as JSON texts.
TEXTS = {
    "sourceFilters": "sourceFilters",
    "fieldFormats": "fieldFormatMap",
    "fieldAttrs": "fieldAttrs",
    "runtimeFieldMap": "runtimeFieldMap",
    "typeMeta": "typeMeta",
}
PLAIN = ("title", "name", "timeFieldName", "type", "allowNoIndex", "allowHidden")
OF_A_FIELD = ("format", "customLabel", "customDescription", "popularity")


def seed_soc(emulator: Emulator) -> None:
    """Make the data view of the dashboards the default, and add one that the SOC has outgrown."""
    attributes = {"title": "trial-*", "name": "Trial", "fieldFormatMap": "{}", "runtimeFieldMap": "{}"}
    save(emulator, "default", {"type": KIND, "id": "trial", "attributes": attributes})
    emulator.store(DEFAULTS, "default")["id"] = "logs"


@route("GET", BASE)
def list_views(ctx: Context) -> dict[str, Any]:
    """Return all data views of the space in short; an empty list to those who may read none."""
    views = [item for item in objects(ctx.emulator, ctx.space).values() if item["type"] == KIND]
    return {"data_view": [_short(ctx, item) for item in views] if _may_read(ctx) else []}


@route("POST", BASE + "/data_view", requires=MANAGE)
def create_view(ctx: Context) -> dict[str, Any]:
    """Create a data view. With `override` one of the same name is deleted before."""
    body = parse(CreateBody, ctx.body)
    view = body.data_view.model_dump(exclude_none=True)
    view["name"] = view.get("name") or view["title"]
    place, id_ = objects(ctx.emulator, ctx.space), view.get("id") or ctx.emulator.uuid()
    twin = next((item for item in place.values() if item["type"] == KIND and _name(item) == view["name"]), None)
    if twin and not body.override:
        raise CoreError(400, f"Duplicate data view: {view['name']}")
    if twin:
        _drop(ctx, twin)
    if key(KIND, id_) in place and not body.override:
        raise CoreError(400, f"Saved object [{KIND}/{id_}] conflict")
    spaces = {"namespaces": sorted(view["namespaces"])} if view.get("namespaces") else {}
    attributes = {"fieldFormatMap": "{}", "fieldAttrs": "{}", "runtimeFieldMap": "{}", "sourceFilters": "[]"}
    saved = put(ctx, {"type": KIND, "id": id_, **spaces, "attributes": {**attributes, **_attributes(view)}})
    default = ctx.store(DEFAULTS)
    if ctx.emulator.version < (9, 0) and not default.get("id"):
        default["id"] = id_
    return {"data_view": {**_show(saved), "namespaces": saved["namespaces"]}}


@route("GET", BASE + "/data_view/{id}")
def get_view(ctx: Context) -> dict[str, Any]:
    """Return one data view."""
    if not _may_read(ctx):
        raise CoreError(400, f"Unable to get {KIND}")
    saved = _existing(ctx)
    return {"data_view": {**_show(saved), "namespaces": saved["namespaces"]}}


@route("POST", BASE + "/data_view/{id}", requires=MANAGE)
def update_view(ctx: Context) -> dict[str, Any]:
    """Change what is given. `allowNoIndex` is taken and ignored; labels of runtime fields move to their fields."""
    wanted = parse(UpdateBody, ctx.body).data_view.model_dump(exclude_none=True)
    saved = _existing(ctx)
    stored = saved["attributes"]
    given = {name: value for name, value in wanted.items() if name not in ("allowNoIndex", "fields")}
    effective = [
        name for name in given if name not in ("title", "timeFieldName") or given[name] != stored.get(name, None)
    ]
    if not effective:
        if ctx.emulator.version < (9, 0):
            raise CoreError(400, "Index pattern change set is empty.")
        return {"data_view": _show(saved)}
    attributes = {**stored, **_attributes(given)}
    if "runtimeFieldMap" in given:
        _move_attributes(attributes, given["runtimeFieldMap"])
    return {"data_view": _show(put(ctx, {**saved, "attributes": attributes}))}


@route("DELETE", BASE + "/data_view/{id}", requires=MANAGE)
def delete_view(ctx: Context) -> dict[str, Any]:
    """Delete a data view in all its spaces. The default of the space goes on pointing at it."""
    _drop(ctx, _existing(ctx))
    return {}


@route("POST", BASE + "/data_view/{id}/fields", requires=MANAGE)
def update_fields(ctx: Context) -> dict[str, Any]:
    """Change what fields are called and how they are shown."""
    changes = parse(FieldsBody, ctx.body).fields
    saved = _existing(ctx)
    attributes = dict(saved["attributes"])
    attrs = json.loads(attributes.get("fieldAttrs") or "{}")
    formats = json.loads(attributes.get("fieldFormatMap") or "{}")
    sent = {field: change.model_dump(exclude_unset=True) for field, change in changes.items()}
    if not sent:
        raise CoreError(400, "No fields provided.")
    if not any(sent.values()):
        raise CoreError(400, "Change set is empty.")
    for field, change in sent.items():
        if "format" in change:
            formats[field] = change.pop("format")
        attrs[field] = {name: value for name, value in {**attrs.get(field, {}), **change}.items() if value is not None}
    attributes["fieldFormatMap"] = json.dumps({name: value for name, value in formats.items() if value})
    attributes["fieldAttrs"] = json.dumps(attrs)
    changed = put(ctx, {**saved, "attributes": attributes})
    return {"acknowledged": True} if ctx.emulator.version < (9, 0) else {"data_view": _show(changed)}


@route("GET", BASE + "/default")
def get_default(ctx: Context) -> dict[str, Any]:
    """Return the id of the default data view, which need not be there any more."""
    return {"data_view_id": ctx.store(DEFAULTS).get("id") or ""}


@route("POST", BASE + "/default", requires=MANAGE)
def set_default(ctx: Context) -> Any:
    """Set or unset the default; without `force` only where there is none. Nobody looks whether it exists."""
    body = parse(DefaultBody, ctx.body)
    place = ctx.store(DEFAULTS)
    if body.force or not place.get("id"):
        place["id"] = body.data_view_id
    return Reply(200, {"acknowledged": True})


def _may_read(ctx: Context) -> bool:
    return ctx.user.allows(f"saved_object:{KIND}/read")


def _existing(ctx: Context) -> Saved:
    saved = objects(ctx.emulator, ctx.space).get(key(KIND, ctx.path["id"]))
    if saved is None:
        raise missing(KIND, ctx.path["id"])
    return saved


def _name(saved: Saved) -> str:
    return str(saved["attributes"].get("name") or saved["attributes"]["title"])


def spaces_of(ctx: Context, saved: Saved) -> list[str]:
    """Return the ids of all spaces that hold an object."""
    return list(ctx.shared("spaces")) if "*" in saved["namespaces"] else list(saved["namespaces"])


def put(ctx: Context, saved: Saved) -> Saved:
    """Store an object in all its spaces."""
    stored = save(ctx.emulator, ctx.space, saved)
    for space in spaces_of(ctx, stored):
        objects(ctx.emulator, space)[key(stored["type"], stored["id"])] = stored
    if ctx.space not in spaces_of(ctx, stored):
        del objects(ctx.emulator, ctx.space)[key(stored["type"], stored["id"])]
    return stored


def _drop(ctx: Context, saved: Saved) -> None:
    for space in spaces_of(ctx, saved):
        objects(ctx.emulator, space).pop(key(KIND, saved["id"]), None)


def _attributes(view: dict[str, Any]) -> dict[str, Any]:
    """Return what is given in the form of the saved object."""
    plain = {name: view[name] for name in PLAIN if name in view}
    return plain | {TEXTS[name]: json.dumps(view[name]) for name in TEXTS if name in view}


def _move_attributes(attributes: dict[str, Any], runtime: dict[str, Any]) -> None:
    """Keep labels and formats of runtime fields with those of all fields, and not where they were sent."""
    attrs = json.loads(attributes.get("fieldAttrs") or "{}")
    formats = json.loads(attributes.get("fieldFormatMap") or "{}")
    for field, spec in runtime.items():
        labels = {name: spec[name] for name in ("customLabel", "customDescription") if name in spec}
        if labels:
            attrs[field] = {**attrs.get(field, {}), **labels}
        if "format" in spec:
            formats[field] = spec["format"]
    bare = {
        field: {name: value for name, value in spec.items() if name not in OF_A_FIELD}
        for field, spec in runtime.items()
    }
    texts = {"fieldAttrs": attrs, "fieldFormatMap": formats, "runtimeFieldMap": bare}
    attributes.update({name: json.dumps(value) for name, value in texts.items()})


def _show(saved: Saved) -> dict[str, Any]:
    """Return a data view as the API shows it, with the fields that Kibana finds in the indices."""
    stored = saved["attributes"]
    shown: dict[str, Any] = {"id": saved["id"], "version": saved["version"], "name": _name(saved)}
    shown |= {name: stored[name] for name in ("title", "timeFieldName", "type") if name in stored}
    for name, place in TEXTS.items():
        empty: Any = [] if name == "sourceFilters" else {}
        if stored.get(place) or name != "typeMeta":
            shown[name] = json.loads(stored.get(place) or "null") or empty
    shown["allowNoIndex"] = bool(stored.get("allowNoIndex"))
    shown["allowHidden"] = bool(stored.get("allowHidden"))
    names = ["_id", "_index", "_source", stored.get("timeFieldName"), *shown["runtimeFieldMap"]]
    shown["fields"] = {name: _field(name, shown) for name in names if name}
    return shown


def _field(name: str, view: dict[str, Any]) -> dict[str, Any]:
    labels = view["fieldAttrs"].get(name, {})
    known = {"name": name, "type": "string", "searchable": True, "aggregatable": True, "scripted": False}
    return {**known, "count": 0, "format": view["fieldFormats"].get(name, {"id": "string"}), **labels}


def _short(ctx: Context, saved: Saved) -> dict[str, Any]:
    shown = _show(saved)
    names = ["id", "title", "name", "type", "typeMeta"]
    if ctx.emulator.version >= (9, 0):
        names.append("timeFieldName")
    short = {name: shown[name] for name in names if name in shown}
    managed = {"managed": saved["managed"]} if ctx.emulator.version >= (9, 0) else {}
    return {**short, "namespaces": saved["namespaces"], **managed}
