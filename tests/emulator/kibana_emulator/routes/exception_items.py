# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exception items and the endpoint list (reference security F.2, F.3)."""

from __future__ import annotations

from ..errors import SiemError
from ..routing import Context, route
from ..schema import parse
from . import exception_rules as rules
from .exception_lists import ALL, READ
from .exception_schema import ChangedItem, Find, FindItems, NewItem, RuleItem, Selection
from .exception_store import Document, Exceptions

ITEMS = "/api/exception_lists/items"
ENDPOINT_ITEMS = "/api/endpoint_list/items"


@route("POST", ITEMS, requires=ALL)
def create_item(ctx: Context) -> Document:
    """Create; 404 without the list, 409 for an item_id that is taken."""
    body = parse(NewItem, ctx.body, style="zod")
    owner = Exceptions(ctx, body.namespace_type).list(body.list_id)
    if owner is None:
        raise SiemError(404, f'exception list id: "{body.list_id}" does not exist')
    return rules.make_item(ctx, owner, body)


@route("GET", ITEMS, requires=READ)
def get_item(ctx: Context) -> Document:
    """One item; its namespace_type has to be said."""
    query = parse(Selection, ctx.query, "request query", style="zod")
    if not query.id and not query.item_id:
        raise SiemError(400, "id or item_id required")
    return _existing(Exceptions(ctx, query.namespace_type), query.item_id, query.id)


@route("PUT", ITEMS, requires=ALL)
def update_item(ctx: Context) -> Document:
    """Overwrite: what is left out is reset, comments only grow."""
    body = parse(ChangedItem, ctx.body, style="zod")
    return _update(ctx, Exceptions(ctx, body.namespace_type), body)


@route("DELETE", ITEMS, requires=ALL)
def delete_item(ctx: Context) -> Document:
    """Delete; returns what was there."""
    query = parse(Selection, ctx.query, "request query", style="zod")
    return _delete(Exceptions(ctx, query.namespace_type), query)


@route("GET", f"{ITEMS}/_find", requires=READ)
def find_items(ctx: Context) -> Document:
    """A page of the items of one or more lists, each with its namespace type; 404 without a list."""
    query = parse(FindItems, ctx.query, "request query", style="zod")
    list_ids, kinds = query.list_id.split(","), query.namespace_type.split(",")
    if len(list_ids) != len(kinds):
        text = (
            "list_id and namespace_id need to have the same comma separated number of values. Expected list_id length: "
            f"{len(list_ids)} to equal namespace_type length: {len(kinds)}"
        )
        raise SiemError(400, text)
    items: list[Document] = []
    for list_id, kind in zip(list_ids, kinds, strict=True):
        exceptions = Exceptions(ctx, kind)
        if exceptions.list(list_id) is None:
            raise SiemError(404, f'exception list id: "{query.list_id}" does not exist')
        items += exceptions.items(list_id)
    return rules.page_of(_search(items, query.search), query)


@route("POST", "/api/endpoint_list", requires=ALL)
def create_endpoint_list(ctx: Context) -> Document:
    """Make the list; `{}` when it is there already."""
    return rules.ensure_endpoint_list(ctx) or {}


@route("POST", ENDPOINT_ITEMS, requires=ALL)
def create_endpoint_item(ctx: Context) -> Document:
    """Create an item of the endpoint list, which is made when it is missing."""
    body = parse(RuleItem, ctx.body, style="zod")
    rules.ensure_endpoint_list(ctx)
    return rules.make_item(ctx, Exceptions(ctx, "agnostic").list(rules.ENDPOINT_LIST) or {}, body)


@route("GET", ENDPOINT_ITEMS, requires=READ)
def get_endpoint_item(ctx: Context) -> Document:
    """One item of the endpoint list, which is made when it is missing, as by all routes for its items."""
    rules.ensure_endpoint_list(ctx)
    query = parse(Selection, ctx.query, "request query", style="zod")
    if not query.id and not query.item_id:
        raise SiemError(400, "id or item_id required")
    return _existing(Exceptions(ctx, "agnostic"), query.item_id, query.id, "list item")


@route("PUT", ENDPOINT_ITEMS, requires=ALL)
def update_endpoint_item(ctx: Context) -> Document:
    """Overwrite an item of the endpoint list."""
    rules.ensure_endpoint_list(ctx)
    body = parse(ChangedItem, ctx.body, style="zod")
    return _update(ctx, Exceptions(ctx, "agnostic"), body, "list item")


@route("DELETE", ENDPOINT_ITEMS, requires=ALL)
def delete_endpoint_item(ctx: Context) -> Document:
    """Delete an item of the endpoint list."""
    rules.ensure_endpoint_list(ctx)
    query = parse(Selection, ctx.query, "request query", style="zod")
    return _delete(Exceptions(ctx, "agnostic"), query, "list item")


@route("GET", f"{ENDPOINT_ITEMS}/_find", requires=READ)
def find_endpoint_items(ctx: Context) -> Document:
    """A page of the items of the endpoint list."""
    rules.ensure_endpoint_list(ctx)
    query = parse(Find, ctx.query, "request query", style="zod")
    return rules.page_of(Exceptions(ctx, "agnostic").items(rules.ENDPOINT_LIST), query)


def _existing(
    exceptions: Exceptions, item_id: str | None, object_id: str | None, what: str = "exception list item"
) -> Document:
    found = exceptions.item(item_id, object_id)
    if found is None:
        name, key = ("id", object_id) if object_id else ("item_id", item_id)
        suffix = "does not exist" if what == "exception list item" else "not found"
        raise SiemError(404, f'{what} {name}: "{key}" {suffix}')
    return found


def _update(ctx: Context, exceptions: Exceptions, body: ChangedItem, what: str = "exception list item") -> Document:
    if not body.id and not body.item_id:
        raise SiemError(404, "either id or item_id need to be defined")
    return rules.change_item(ctx, exceptions, _existing(exceptions, body.item_id, body.id, what), body)


def _delete(exceptions: Exceptions, query: Selection, what: str = "exception list item") -> Document:
    if not query.id and not query.item_id:
        raise SiemError(400, 'Either "item_id" or "id" needs to be defined in the request')
    stored = _existing(exceptions, query.item_id, query.id, what)
    exceptions.drop_item(stored)
    return stored


def _search(items: list[Document], text: str | None) -> list[Document]:
    if not text:
        return items
    wanted = text.lower()
    return [item for item in items if wanted in f"{item['name']} {item['description']}".lower()]
