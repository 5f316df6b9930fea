# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Value lists: `/api/lists`, `/api/lists/index`, `/api/lists/privileges` (reference security E, J.6)."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import Field

from ..errors import SiemError
from ..kql import KqlError, compile_filter
from ..routing import Context, Reply, route
from ..schema import Lenient, parse
from . import value_list_references as references
from .value_list_store import ListStore, check_version, stamp
from .value_list_types import ListType

READ = ("lists-read",)
ALL = ("lists-all",)
# Elasticsearch is asked as the user, but for making the data streams, which Kibana does by itself.
LISTS_READ, LISTS_WRITE = ".lists-{space}:read", ".lists-{space}:write"
ITEMS_READ, ITEMS_WRITE = ".items-{space}:read", ".items-{space}:write"
SEEN = (".lists-{space}:view_index_metadata", ".items-{space}:view_index_metadata")
NonEmpty = Annotated[str, Field(min_length=1)]
Version = Annotated[int, Field(ge=1)]


class NewList(Lenient):
    """POST of a list."""

    id: NonEmpty = None
    name: NonEmpty
    description: NonEmpty
    type: ListType
    serializer: str = None
    deserializer: str = None
    meta: dict[str, Any] = None
    version: Version = 1


class ChangedList(Lenient):
    """PUT of a list."""

    id: NonEmpty
    name: NonEmpty
    description: NonEmpty
    meta: dict[str, Any] = None
    version: Version = None
    version_token: str = Field(None, alias="_version")


class PatchedList(ChangedList):
    """PATCH of a list."""

    name: NonEmpty = None
    description: NonEmpty = None


class ById(Lenient):
    """Query of GET."""

    id: NonEmpty


class Deletion(ById):
    """Query of DELETE."""

    deleteReferences: bool = False
    ignoreReferences: bool = False


class Find(Lenient):
    """Query of `_find`."""

    page: Annotated[int, Field(ge=0)] = 1
    per_page: Annotated[int, Field(ge=0)] = 20
    sort_field: NonEmpty = None
    sort_order: Literal["asc", "desc"] = "asc"
    cursor: NonEmpty = None
    filter: str = None


@route("POST", "/api/lists/index", requires=ALL)
def create_index(ctx: Context) -> dict[str, Any]:
    """Make both data streams; older versions refuse when they are there."""
    streams = ListStore(ctx).streams
    if len(streams) == 2 and ctx.emulator.version < (9, 0):
        raise SiemError(409, f'index: ".lists-{ctx.space}" and ".items-{ctx.space}" already exists')
    streams.update(lists=True, items=True)
    return {"acknowledged": True}


@route("GET", "/api/lists/index", requires=READ, needs=SEEN)
def get_index(ctx: Context) -> dict[str, Any]:
    """Say that both data streams exist; 404 otherwise, never `false`."""
    missing = [f"data stream .{name}-{ctx.space}" for name in ("lists", "items") if name not in ListStore(ctx).streams]
    if missing:
        raise SiemError(404, " and ".join(missing) + " does not exist")
    return {"list_index": True, "list_item_index": True}


@route("DELETE", "/api/lists/index", requires=ALL)
def delete_index(ctx: Context) -> dict[str, Any]:
    """Delete all lists and items of the space."""
    store = ListStore(ctx)
    if not store.streams:
        raise SiemError(404, f'index: ".lists-{ctx.space}" and ".items-{ctx.space}" does not exist')
    store.clear()
    return {"acknowledged": True}


@route("GET", "/api/lists/privileges", requires=READ)
def privileges(ctx: Context) -> dict[str, Any]:
    """What the user may do with the two data streams."""
    return {
        "lists": _privileges(ctx, f".lists-{ctx.space}"),
        "listItems": _privileges(ctx, f".items-{ctx.space}"),
        "is_authenticated": True,
    }


@route("POST", "/api/lists", requires=ALL, needs=(LISTS_READ, LISTS_WRITE))
def create_list(ctx: Context) -> dict[str, Any] | Reply:
    """Create; 400 without data streams, 409 for an id that is taken."""
    body = parse(NewList, ctx.body, style="zod")
    store = ListStore(ctx)
    require_streams(ctx, store, "To create a list, the data stream must exist first.")
    if body.id and store.exists(body.id):
        raise SiemError(409, f'list id: "{body.id}" already exists')
    return _with_warning(ctx, body, store.put(new_list(ctx, body.model_dump(exclude_none=True)), at_once=True))


@route("GET", "/api/lists", requires=READ, needs=(LISTS_READ,))
def get_list(ctx: Context) -> dict[str, Any]:
    """One list; 404."""
    query = parse(ById, ctx.query, "request query", style="zod")
    return existing(ListStore(ctx), query.id)


@route("PUT", "/api/lists", requires=ALL, needs=(LISTS_READ, LISTS_WRITE))
def put_list(ctx: Context) -> dict[str, Any]:
    """Replace name and description; `meta` goes when it is left out, `version` moves at every call."""
    body = parse(ChangedList, ctx.body, style="zod")
    return _update(ctx, body, drop_meta=True)


@route("PATCH", "/api/lists", requires=ALL, needs=(LISTS_READ, LISTS_WRITE))
def patch_list(ctx: Context) -> dict[str, Any]:
    """Change what is given; `version` moves at every call."""
    body = parse(PatchedList, ctx.body, style="zod")
    return _update(ctx, body, drop_meta=False)


@route("DELETE", "/api/lists", requires=ALL, needs=(LISTS_READ, LISTS_WRITE))
def delete_list(ctx: Context) -> dict[str, Any]:
    """Delete with all items; 409 with an object for a message while exception items refer to it (E.5)."""
    query = parse(Deletion, ctx.query, "request query", style="zod")
    store = ListStore(ctx)
    stored = store.get(query.id)
    if stored is None:
        raise SiemError(404, f'list id: "{query.id}" was not found')
    if not query.ignoreReferences:
        if query.deleteReferences:
            references.remove(ctx, query.id)
        else:
            references.refuse(ctx, query.id)
    store.drop(query.id)
    return stored


@route("GET", "/api/lists/_find", requires=READ, needs=(LISTS_READ,))
def find_lists(ctx: Context) -> dict[str, Any]:
    """A page of lists."""
    query = parse(Find, ctx.query, "request query", style="zod")
    return page_of(ListStore(ctx).all(), query)


def require_streams(ctx: Context, store: ListStore, text: str) -> None:
    """Raise 400 naming the first data stream that is missing."""
    for name in ("lists", "items"):
        if name not in store.streams:
            raise SiemError(400, f'{text} Data stream ".{name}-{ctx.space}" does not exist')


def existing(
    store: ListStore, list_id: str, status: int = 404, text: str = 'list id: "{}" does not exist'
) -> dict[str, Any]:
    """Return a list that is seen, else raise."""
    found = store.get(list_id)
    if found is None:
        raise SiemError(status, text.format(list_id))
    return found


def new_list(ctx: Context, fields: dict[str, Any]) -> dict[str, Any]:
    """Return a list document of these fields."""
    if ctx.emulator.version >= (9, 5):
        fields = {key: value for key, value in fields.items() if key not in ("serializer", "deserializer")}
    return {"id": ctx.emulator.uuid(), "immutable": False, "version": 1, **fields, **stamp(ctx)}


def page_of(
    documents: list[dict[str, Any]], query: Find, key: Callable[[dict[str, Any]], str] | None = None
) -> dict[str, Any]:
    """Return the page that `query` asks for, with the cursor; 400 for a bad cursor or filter."""
    _check_cursor(query.cursor)
    try:
        fits = compile_filter(query.filter, text_fields=("name", "description"))
    except KqlError as problem:
        raise SiemError(400, str(problem)) from problem
    hits = [document for document in documents if fits(document)] if query.filter else documents
    if query.sort_field:
        hits = sorted(hits, key=lambda doc: str(doc.get(query.sort_field, "")), reverse=query.sort_order == "desc")
    start = max(query.page - 1, 0) * query.per_page
    page = hits[start : start + query.per_page]
    last = page[-1]["tie_breaker_id"] if page else None
    cursor = base64.b64encode(json.dumps([start + len(page), [last]], separators=(",", ":")).encode()).decode()
    return {"cursor": cursor, "data": page, "page": query.page, "per_page": query.per_page, "total": len(hits)}


def _check_cursor(cursor: str | None) -> None:
    if cursor is None:
        return
    try:
        position, _unused = json.loads(base64.b64decode(cursor, validate=True))
    except (ValueError, TypeError, binascii.Error):
        position = None
    if not isinstance(position, int):
        raise SiemError(400, "Error parsing JSON from base64 encoded cursor")


def _update(ctx: Context, body: ChangedList | PatchedList, *, drop_meta: bool) -> dict[str, Any]:
    store = ListStore(ctx)
    stored = existing(store, body.id, text='list id: "{}" not found')
    check_version(body.version_token, stored)
    sent = body.model_dump(include={"name", "description", "meta"}, exclude_none=True)
    changed = {key: value for key, value in stored.items() if not (drop_meta and key == "meta")}
    changed.update(sent)
    changed.update(
        version=body.version or stored["version"] + 1,
        _version=ctx.emulator.version_token(),
        updated_at=ctx.emulator.now(),
        updated_by=ctx.user.name,
    )
    return store.put(changed)


def _with_warning(ctx: Context, body: NewList, answer: dict[str, Any]) -> dict[str, Any] | Reply:
    if ctx.emulator.version >= (9, 5) and (body.serializer or body.deserializer):
        text = f'299 Kibana-{ctx.emulator.version_number} "serializer and deserializer are ignored"'
        return Reply(200, answer, {"warning": text})
    return answer


def _privileges(ctx: Context, index: str) -> dict[str, Any]:
    names = (
        "all", "create", "create_doc", "create_index", "delete", "delete_index", "index", "maintenance", "manage",
        "monitor", "write", "read", "view_index_metadata",
    )  # fmt: skip
    rights = {name: ctx.user.allows(f"{index}:{name}") for name in names}
    cluster = ("all", "manage", "manage_api_key", "manage_index_templates", "manage_ml", "manage_own_api_key")
    held = {name: ctx.user.allows(name) for name in cluster}
    return {
        "username": ctx.user.name, "has_all_requested": all((*held.values(), *rights.values())), "cluster": held,
        "index": {index: rights}, "application": {},
    }  # fmt: skip
