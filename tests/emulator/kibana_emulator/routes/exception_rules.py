# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How exception lists and items come to be and change, for every route that makes or changes them."""

from __future__ import annotations

from typing import Any

from ..errors import SiemError
from ..kql import KqlError, compile_filter
from ..routing import Context
from .exception_schema import ChangedItem, Find, RuleItem
from .exception_store import Document, Exceptions

MAX_ITEMS = 10_000
WINDOW = 10_000  # hits that Elasticsearch pages through
ENDPOINT_LIST = "endpoint_list"
_ENDPOINT_REFUSES = {
    "file.Ext.quarantine_path", "file.Ext.quarantine_result", "process.entity_id", "process.parent.entity_id",
    "process.ancestry",
}  # fmt: skip


def stamp(ctx: Context) -> Document:
    """Return what the server sets on a new document."""
    now, name = ctx.emulator.now(), ctx.user.name
    return {
        "_version": ctx.emulator.version_token(), "created_at": now, "created_by": name, "updated_at": now,
        "updated_by": name, "tie_breaker_id": ctx.emulator.uuid(),
    }  # fmt: skip


def touch(ctx: Context) -> Document:
    """Return what the server sets on a changed document."""
    return {
        "_version": ctx.emulator.version_token(), "updated_at": ctx.emulator.now(), "updated_by": ctx.user.name,
    }  # fmt: skip


def make_list(ctx: Context, fields: Document) -> Document:
    """Store a new list of these fields; 409 when the id is taken."""
    exceptions = Exceptions(ctx, fields["namespace_type"])
    list_id = fields.get("list_id") or ctx.emulator.uuid()
    if exceptions.list(list_id):
        raise SiemError(409, f'exception list id: "{list_id}" already exists')
    document = {"id": ctx.emulator.uuid(), "immutable": False, **fields, "list_id": list_id, **stamp(ctx)}
    return exceptions.put_list(document)


def ensure_endpoint_list(ctx: Context) -> Document | None:
    """Make the endpoint list; None when it is there already."""
    exceptions = Exceptions(ctx, "agnostic")
    if exceptions.list(ENDPOINT_LIST):
        return None
    fields = {
        "id": ENDPOINT_LIST, "list_id": ENDPOINT_LIST, "type": "endpoint", "name": "Endpoint Security Exception List",
        "description": "Endpoint Security Exception List", "namespace_type": "agnostic", "os_types": [], "tags": [],
        "version": 1, "immutable": False,
    }  # fmt: skip
    return exceptions.put_list({**fields, **stamp(ctx)})


def make_item(ctx: Context, owner: Document, body: RuleItem) -> Document:
    """Store a new item in `owner`; 409 for an id that is taken, 400 for a full list or a refused field."""
    exceptions = Exceptions(ctx, owner["namespace_type"])
    item_id = body.item_id or ctx.emulator.uuid()
    if exceptions.item(item_id):
        raise SiemError(409, f'exception list item id: "{item_id}" already exists')
    _check_endpoint(owner, body)
    if exceptions.count(owner["list_id"]) >= MAX_ITEMS:
        text = f"Failed to add exception item, exception list would exceed max size of {MAX_ITEMS}"
        raise SiemError(400, text)
    document = {"id": ctx.emulator.uuid(), "item_id": item_id, "list_id": owner["list_id"]}
    document.update(_content(body), namespace_type=owner["namespace_type"])
    document["comments"] = [_comment(ctx, item.comment) for item in body.comments]
    return exceptions.put_item({**document, **stamp(ctx)})


def change_item(ctx: Context, exceptions: Exceptions, stored: Document, body: ChangedItem) -> Document:
    """Overwrite an item but for its comments, which only grow; 409 for a stale `_version`."""
    check_version(body.version_token, stored)
    _check_endpoint(exceptions.list(stored["list_id"]), body)
    kept = ("id", "item_id", "list_id", "namespace_type", "created_at", "created_by", "tie_breaker_id")
    comments = _comments(ctx, stored["comments"], body)
    document = {**{key: stored[key] for key in kept}, **_content(body), "comments": comments, **touch(ctx)}
    return exceptions.put_item(document)


def check_version(sent: str | None, stored: Document) -> None:
    """Raise 409 when the request was made for another state."""
    if sent is not None and sent != stored["_version"]:
        raise SiemError(409, f"[exception-list:{stored['id']}]: version conflict, required seqNo [{sent}]")


def page_of(documents: list[Document], query: Find) -> Document:
    """Return the page that `query` asks for; 400 for a filter that cannot be read."""
    try:
        fits = compile_filter(query.filter, _attribute, ("name", "description"))
    except KqlError as problem:
        raise SiemError(400, str(problem)) from problem
    hits = [document for document in documents if fits(document)]
    if query.sort_field:
        field = query.sort_field
        hits.sort(key=lambda item: str(_attribute(item, field) or ""), reverse=query.sort_order == "desc")
    start = max(query.page - 1, 0) * query.per_page
    if start + query.per_page > WINDOW:
        raise SiemError(
            400,
            "illegal_argument_exception: Result window is too large, from + size must be less than or equal to: "
            f"[{WINDOW}] but was [{start + query.per_page}].",
        )
    page = hits[start : start + query.per_page]
    return {"data": page, "page": query.page, "per_page": query.per_page, "total": len(hits)}


def is_live(item: Document, now: str) -> bool:
    """Say whether an item has not expired."""
    return item.get("expire_time", now) >= now


def _attribute(document: Document, field: str) -> Any:
    return document.get(
        field.removeprefix("exception-list-agnostic.").removeprefix("exception-list.").removeprefix("attributes.")
    )


def _content(body: RuleItem) -> Document:
    sent = body.model_dump(
        include={"type", "name", "description", "entries", "os_types", "tags", "meta", "expire_time"}, exclude_none=True
    )
    return {**sent, "os_types": body.os_types, "tags": body.tags}


def _comment(ctx: Context, text: str) -> Document:
    return {
        "id": ctx.emulator.uuid(), "comment": text, "created_at": ctx.emulator.now(), "created_by": ctx.user.name,
    }  # fmt: skip


def _comments(ctx: Context, stored: list[Document], body: ChangedItem) -> list[Document]:
    known = {comment["id"]: comment for comment in stored}
    for comment in body.comments:
        if comment.id and comment.id not in known:
            raise SiemError(400, ['item "comment" id does not exist'])
        if comment.id and known[comment.id]["comment"] != comment.comment:
            raise SiemError(400, ['item "comment" cannot be changed'])
    return [*stored, *(_comment(ctx, comment.comment) for comment in body.comments if not comment.id)]


def _check_endpoint(owner: Document | None, body: RuleItem) -> None:
    if not owner or owner["type"] != "endpoint":
        return
    for entry in body.entries:
        if entry.field in _ENDPOINT_REFUSES:
            raise SiemError(400, f"cannot add endpoint exception item on field {entry.field}")
        if entry.type in ("list",):
            raise SiemError(
                400, f'cannot add exception item with entry of type "{entry.type}" to endpoint exception list'
            )
    if body.expire_time:
        raise SiemError(400, "cannot add expire_time to endpoint exception item")
