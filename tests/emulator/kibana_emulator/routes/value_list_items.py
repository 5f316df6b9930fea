# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Items of value lists: `/api/lists/items` (reference security E.3, E.4)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from ..errors import SiemError
from ..routing import Context, Reply, route
from ..schema import Lenient, parse
from .value_list_store import ListStore, check_version, stamp
from .value_list_types import ListType, canonical
from .value_lists import (
    ALL,
    ITEMS_READ,
    ITEMS_WRITE,
    LISTS_READ,
    READ,
    Find,
    NonEmpty,
    existing,
    new_list,
    page_of,
    require_streams,
)

MAX_UPLOAD = 9_000_000
_BUFFER = 1000
Refresh = Literal["true", "false", "wait_for"]


class NewItem(Lenient):
    """POST of an item."""

    id: NonEmpty = None
    list_id: NonEmpty
    value: NonEmpty
    meta: dict[str, Any] = None
    refresh: Refresh = None


class ChangedItem(Lenient):
    """PUT of an item."""

    id: NonEmpty
    value: NonEmpty
    meta: dict[str, Any] = None
    version_token: str = Field(None, alias="_version")


class PatchedItem(ChangedItem):
    """PATCH of an item."""

    value: NonEmpty = None
    refresh: Refresh = None


class Selection(Lenient):
    """Query of GET and DELETE."""

    id: NonEmpty = None
    list_id: NonEmpty = None
    value: str = None
    refresh: Refresh = None


class FindItems(Find):
    """Query of `_find`."""

    list_id: NonEmpty


class Export(Lenient):
    """Query of `_export`."""

    list_id: NonEmpty


class Import(Lenient):
    """Query of `_import`."""

    list_id: NonEmpty = None
    type: ListType = None
    serializer: str = None
    deserializer: str = None
    refresh: Refresh = None


@route("POST", "/api/lists/items", requires=ALL, needs=(LISTS_READ, ITEMS_READ, ITEMS_WRITE))
def create_item(ctx: Context) -> dict[str, Any]:
    """Create; equal values are welcome, 409 only for an id that is taken, 400 for a value of another type."""
    body = parse(NewItem, ctx.body, style="zod")
    store = ListStore(ctx)
    require_streams(ctx, store, "To create a list item, the data stream must exist first.")
    owner = existing(store, body.list_id)
    if body.id and store.item_exists(body.id):
        raise SiemError(409, f'list item id: "{body.id}" already exists')
    fields = body.model_dump(include={"id", "meta"}, exclude_none=True)
    item = _new_item(ctx, owner, _canonical(owner["type"], body.value), fields)
    return store.put_item(item, at_once=body.refresh in ("true", "wait_for"))


@route("GET", "/api/lists/items", requires=READ, needs=(ITEMS_READ,))
def get_items(ctx: Context) -> dict[str, Any] | list[dict[str, Any]]:
    """One item by its id, an array by list and value."""
    query = parse(Selection, ctx.query, "request query", style="zod")
    store = ListStore(ctx)
    if query.id:
        return _item(store, query.id, 'list item id: "{}" does not exist')
    owner = _owner(store, query)
    found = store.with_value(owner["id"], owner["type"], query.value)
    if not found:
        raise SiemError(404, f'list_id: "{owner["id"]}" item of {query.value} does not exist')
    return found


@route("PUT", "/api/lists/items", requires=ALL, needs=(LISTS_READ, ITEMS_READ, ITEMS_WRITE))
def put_item(ctx: Context) -> dict[str, Any]:
    """Replace the value; `meta` goes when it is left out, and the answer names the former editor."""
    body = parse(ChangedItem, ctx.body, style="zod")
    store, changed = _changed(ctx, body, drop_meta=True)
    former = store.item(body.id)
    store.put_item(changed)
    return {**changed, "updated_by": former["updated_by"]}


@route("PATCH", "/api/lists/items", requires=ALL, needs=(LISTS_READ, ITEMS_READ, ITEMS_WRITE))
def patch_item(ctx: Context) -> dict[str, Any]:
    """Change what is given. Only `refresh: "true"` makes it seen at once."""
    body = parse(PatchedItem, ctx.body, style="zod")
    store, changed = _changed(ctx, body, drop_meta=False)
    return store.put_item(changed, at_once=body.refresh == "true")


@route("DELETE", "/api/lists/items", requires=ALL, needs=(LISTS_READ, ITEMS_READ, ITEMS_WRITE))
def delete_items(ctx: Context) -> dict[str, Any] | list[dict[str, Any]]:
    """Delete one item by its id, or all of a value; answers in the shape of GET."""
    query = parse(Selection, ctx.query, "request query", style="zod")
    store = ListStore(ctx)
    if query.id:
        found = [_item(store, query.id, 'list item with id: "{}" not found')]
    else:
        owner = _owner(store, query)
        found = store.with_value(owner["id"], owner["type"], query.value)
        if not found:
            raise SiemError(404, f'list_id: "{owner["id"]}" with {query.value} was not found')
    for item in found:
        store.drop_item(item, at_once=query.refresh == "true")
    return found[0] if query.id else found


@route("GET", "/api/lists/items/_find", requires=READ, needs=(ITEMS_READ,))
def find_items(ctx: Context) -> dict[str, Any]:
    """A page of the items of one list; 404 without the list."""
    query = parse(FindItems, ctx.query, "request query", style="zod")
    store = ListStore(ctx)
    existing(store, query.list_id)
    return page_of(store.items(query.list_id), query)


@route("POST", "/api/lists/items/_export", requires=READ, refresh=False, needs=(LISTS_READ, ITEMS_READ))
def export_items(ctx: Context) -> Reply:
    """The values as lines of text, whatever the content type says. An unknown list is 400."""
    query = parse(Export, ctx.query, "request query", style="zod")
    store = ListStore(ctx)
    existing(store, query.list_id, 400, "list_id: {} does not exist")
    text = "".join(f"{item['value']}\n" for item in store.items(query.list_id))
    headers = {"content-disposition": f'attachment; filename="{query.list_id}"'}
    return Reply(200, text, headers, "application/ndjson")


@route(
    "POST",
    "/api/lists/items/_import",
    requires=ALL,
    max_body=MAX_UPLOAD,
    multipart=True,
    needs=(LISTS_READ, ITEMS_READ, ITEMS_WRITE),
)
def import_items(ctx: Context) -> dict[str, Any]:
    """Append lines of a file; answers with the list, without counts or errors (E.4)."""
    query = parse(Import, ctx.query, "request query", style="zod")
    store = ListStore(ctx)
    require_streams(ctx, store, "To import a list item, the data steam must exist first.")
    upload = ctx.files.get("file")
    if upload is None or not upload.filename:
        raise SiemError(400, "To import a list item, the file name must be specified")
    if not upload.filename.endswith((".csv", ".txt")):
        text = "Unsupported media type. File must be one of the following types: [.csv, .txt]"
        raise SiemError(415, text)
    owner = _import_target(ctx, store, query, upload.filename)
    lines = upload.stream.read().decode("utf-8", "replace").splitlines()
    for value in _importable(lines, owner["type"]):
        store.put_item(_new_item(ctx, owner, value, {}))
    return owner


def _import_target(ctx: Context, store: ListStore, query: Import, name: str) -> dict[str, Any]:
    if query.list_id:
        return existing(store, query.list_id, 409)
    if not query.type:
        raise SiemError(400, "Either type or list_id need to be defined in the query")
    found = store.get(name)
    if found:
        return found
    fields = query.model_dump(include={"type", "serializer", "deserializer"}, exclude_none=True)
    description = f"File uploaded from file system of {name}"
    return store.put(new_list(ctx, {"id": name, "name": name, "description": description, **fields}), at_once=True)


def _importable(lines: list[str], kind: str) -> list[str]:
    """Return the values of good lines; a line is dropped when its buffer of 1000 has it already."""
    values = []
    for start in range(0, len(lines), _BUFFER):
        for line in dict.fromkeys(lines[start : start + _BUFFER]):
            try:
                values.append(canonical(kind, line))
            except ValueError:
                continue
    return values


def _new_item(ctx: Context, owner: dict[str, Any], value: str, fields: dict[str, Any]) -> dict[str, Any]:
    formats = {key: owner[key] for key in ("serializer", "deserializer") if key in owner}
    item = {
        "id": fields.get("id") or ctx.emulator.uuid(),
        "list_id": owner["id"],
        "type": owner["type"],
        "value": value,
    }
    return {**item, **formats, **fields, **stamp(ctx)}


def _canonical(kind: str, value: str) -> str:
    try:
        return canonical(kind, value)
    except ValueError:
        raise SiemError(400, "list item invalid") from None


def _changed(ctx: Context, body: ChangedItem, *, drop_meta: bool) -> tuple[ListStore, dict[str, Any]]:
    store = ListStore(ctx)
    stored = _item(store, body.id, 'list item id: "{}" not found')
    check_version(body.version_token, stored)
    changed = {key: value for key, value in stored.items() if not (drop_meta and key == "meta")}
    if body.value is not None:
        changed["value"] = _canonical(stored["type"], body.value)
    if body.meta is not None:
        changed["meta"] = body.meta
    now = ctx.emulator.now()
    changed.update(_version=ctx.emulator.version_token(), updated_at=now, updated_by=ctx.user.name)
    return store, changed


def _item(store: ListStore, item_id: str, text: str) -> dict[str, Any]:
    found = store.item(item_id)
    if found is None:
        raise SiemError(404, text.format(item_id))
    return found


def _owner(store: ListStore, query: Selection) -> dict[str, Any]:
    if not query.list_id or not query.value:
        raise SiemError(400, 'Either "list_id" or "id" needs to be defined in the request')
    return existing(store, query.list_id, text='list_id: "{}" does not exist')
