# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The API of saved objects, deprecated since 8.7 and still served (reference platform E.1)."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from ..errors import CoreError
from ..routing import Context, route
from ..schema import OMITTED, Strict, parse
from .saved_object_store import (
    Saved,
    authorize,
    key,
    matches,
    missing,
    objects,
    of_type,
    resolve,
    save,
    visible,
)

BASE = "/api/saved_objects"


class Reference(Strict):
    """What an object refers to."""

    name: str
    type: str
    id: str


class CreateBody(Strict):
    """Body of a create."""

    attributes: dict[str, Any]
    references: list[Reference] = []
    initialNamespaces: list[str] = OMITTED
    coreMigrationVersion: str = OMITTED
    typeMigrationVersion: str = OMITTED


class UpdateBody(Strict):
    """Body of an update."""

    attributes: dict[str, Any]
    references: list[Reference] = OMITTED
    version: str = OMITTED
    upsert: dict[str, Any] = OMITTED


class CreateQuery(Strict):
    """Query of a create."""

    overwrite: bool = False


class DeleteQuery(Strict):
    """Query of a delete."""

    force: bool = False


class FindQuery(Strict):
    """Query of a search, as far as it is played."""

    type: str | list[str]
    page: int = Field(1, ge=0)
    per_page: int = Field(20, ge=0)
    search: str = OMITTED
    search_fields: str | list[str] = []
    default_search_operator: str = "OR"
    fields: str | list[str] = []


@route("GET", BASE + "/{type}/{id}", versioned=False)
def get_object(ctx: Context) -> Saved:
    """Return one object by its own id."""
    kind, id_ = _named(ctx, "get")
    item = objects(ctx.emulator, ctx.space).get(key(kind, id_))
    if item is None:
        raise missing(kind, id_)
    return item


@route("GET", BASE + "/resolve/{type}/{id}", versioned=False)
def resolve_object(ctx: Context) -> dict[str, Any]:
    """Return the object that an id, old or new, leads to."""
    kind, id_ = _named(ctx, "resolve")
    item, how = resolve(ctx, kind, id_)
    if item is None:
        raise missing(kind, id_)
    return {"saved_object": item, **how}


@route("POST", BASE + "/{type}", versioned=False)
def create_object(ctx: Context) -> Saved:
    """Create an object whose id Kibana chooses."""
    return _create(ctx, ctx.emulator.uuid())


@route("POST", BASE + "/{type}/{id}", versioned=False)
def create_object_with_id(ctx: Context) -> Saved:
    """Create an object with this id."""
    return _create(ctx, ctx.path["id"])


def _create(ctx: Context, id_: str) -> Saved:
    query = parse(CreateQuery, ctx.query, "request query")
    body = parse(CreateBody, ctx.body)
    kind, _unused = _named(ctx, "create")
    if key(kind, id_) in objects(ctx.emulator, ctx.space) and not query.overwrite:
        raise CoreError(409, f"Saved object [{kind}/{id_}] conflict")
    wanted = body.model_dump(exclude_none=True, exclude={"initialNamespaces", "attributes"})
    return save(ctx.emulator, ctx.space, {"type": kind, "id": id_, "attributes": body.attributes, **wanted})


@route("PUT", BASE + "/{type}/{id}", versioned=False)
def update_object(ctx: Context) -> dict[str, Any]:
    """Merge attributes at the top level; the answer echoes what was sent."""
    body = parse(UpdateBody, ctx.body)
    kind, id_ = _named(ctx, "update")
    item = objects(ctx.emulator, ctx.space).get(key(kind, id_))
    if item is None and body.upsert is None:
        raise missing(kind, id_)
    if item is not None and body.version not in (None, item["version"]):
        raise CoreError(409, f"Saved object [{kind}/{id_}] conflict")
    base = item or {"type": kind, "id": id_, "attributes": body.upsert}
    sent = {} if body.references is None else {"references": [one.model_dump() for one in body.references]}
    merged = {**base["attributes"], **body.attributes} if item else body.upsert
    saved = save(ctx.emulator, ctx.space, {**base, "attributes": merged, **sent})
    shown = {name: saved[name] for name in ("id", "type", "updated_at", "version", "namespaces")}
    return {**shown, "attributes": body.attributes, **sent}


@route("DELETE", BASE + "/{type}/{id}", versioned=False)
def delete_object(ctx: Context) -> dict[str, Any]:
    """Delete an object of this space."""
    parse(DeleteQuery, ctx.query, "request query")
    kind, id_ = _named(ctx, "delete")
    if objects(ctx.emulator, ctx.space).pop(key(kind, id_), None) is None:
        raise missing(kind, id_)
    return {}


@route("GET", BASE + "/_find", versioned=False)
def find_objects(ctx: Context) -> dict[str, Any]:
    """Return one page of the objects of some types; hidden and unknown types give nothing."""
    query = parse(FindQuery, ctx.query, "request query")
    kinds, fields = _listed(query.type), [name.partition("^")[0] for name in _listed(query.search_fields)]
    for kind in kinds:
        authorize(ctx, "find", kind)
    found = [
        item
        for item in of_type(ctx.emulator, ctx.space, kinds)
        if matches(item, query.search, fields or item["attributes"])
    ]
    start = max(query.page - 1, 0) * query.per_page
    page = [_only(item, _listed(query.fields)) for item in found[start : start + query.per_page]]
    return {"page": query.page, "per_page": query.per_page, "total": len(found), "saved_objects": page}


@route("POST", BASE + "/_bulk_get", versioned=False, refresh=False)
def bulk_get(ctx: Context) -> dict[str, Any]:
    """Return many objects; one that is not there has an error in its place."""
    found = []
    for wanted in ctx.body:
        visible(wanted["type"])
        authorize(ctx, "bulk_get", wanted["type"])
        item = objects(ctx.emulator, ctx.space).get(key(wanted["type"], wanted["id"]))
        found.append(item or {**wanted, "error": missing(wanted["type"], wanted["id"]).body()})
    return {"saved_objects": found}


def _named(ctx: Context, action: str) -> tuple[str, str]:
    """Return type and id of the path; raise 400 for a hidden type and 403 for a missing right."""
    kind = ctx.path["type"]
    visible(kind)
    authorize(ctx, action, kind)
    return kind, ctx.path.get("id", "")


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _only(item: Saved, fields: list[str]) -> Saved:
    if not fields:
        return {**item, "score": 0}
    return {**item, "attributes": {name: item["attributes"].get(name) for name in fields}, "score": 0}
