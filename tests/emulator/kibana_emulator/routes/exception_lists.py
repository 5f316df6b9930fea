# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exception lists: `/api/exception_lists`, `/api/exceptions/shared` (reference security F.1)."""

from __future__ import annotations

import json

from ..errors import SiemError
from ..routing import Context, Reply, route
from ..schema import parse
from . import exception_rules as rules
from .exception_schema import ChangedList, Duplication, Find, Import, NewList, Selection, SharedList, Whole
from .exception_store import Document, Exceptions
from .exception_transfer import MAX_UPLOAD, check_import, import_exceptions, uploaded_lines

READ = ("lists-read",)
ALL = ("lists-all",)


@route("POST", "/api/exception_lists", requires=ALL)
def create_list(ctx: Context) -> Document:
    """Create; 409 for a list_id that is taken in that namespace."""
    body = parse(NewList, ctx.body, style="zod")
    return rules.make_list(ctx, body.model_dump(exclude_none=True))


@route("POST", "/api/exceptions/shared", requires=ALL)
def create_shared_list(ctx: Context) -> Document:
    """Create a detection list with an id of the server's."""
    body = parse(SharedList, ctx.body, style="zod")
    fields = {"type": "detection", "namespace_type": "single", "os_types": [], "tags": [], "version": 1}
    return rules.make_list(ctx, {**body.model_dump(), **fields})


@route("GET", "/api/exception_lists", requires=READ)
def get_list(ctx: Context) -> Document:
    """One list; its namespace_type has to be said."""
    query = parse(Selection, ctx.query, "request query", style="zod")
    if not query.id and not query.list_id:
        raise SiemError(400, "id or list_id required")
    return existing_list(ctx, query.list_id, query.id, query.namespace_type)


@route("PUT", "/api/exception_lists", requires=ALL)
def update_list(ctx: Context) -> Document:
    """Replace name and description, merge the rest; `version` moves at every call."""
    body = parse(ChangedList, ctx.body, style="zod")
    if not body.id and not body.list_id:
        raise SiemError(404, "either id or list_id need to be defined")
    stored = existing_list(ctx, body.list_id, body.id, body.namespace_type)
    rules.check_version(body.version_token, stored)
    sent = body.model_dump(include={"name", "description", "type", "tags", "meta"}, exclude_none=True)
    version = body.version or stored["version"] + 1
    exceptions = Exceptions(ctx, body.namespace_type)
    return exceptions.put_list({**stored, **sent, "version": version, **rules.touch(ctx)})


@route("DELETE", "/api/exception_lists", requires=ALL)
def delete_list(ctx: Context) -> Document:
    """Delete with all items; rules keep their reference."""
    query = parse(Selection, ctx.query, "request query", style="zod")
    if not query.id and not query.list_id:
        raise SiemError(400, 'Either "list_id" or "id" needs to be defined in the request')
    stored = existing_list(ctx, query.list_id, query.id, query.namespace_type)
    Exceptions(ctx, query.namespace_type).drop_list(stored)
    return stored


@route("GET", "/api/exception_lists/_find", requires=READ)
def find_lists(ctx: Context) -> Document:
    """A page of the lists of one or both namespace types."""
    query = parse(Find, ctx.query, "request query", style="zod")
    kinds = dict.fromkeys(query.namespace_type.split(","))
    return rules.page_of([found for kind in kinds for found in Exceptions(ctx, kind).lists()], query)


@route("GET", "/api/exception_lists/summary", requires=READ)
def summary(ctx: Context) -> Document:
    """Count the items by operating system; items without one are not counted."""
    query = parse(Selection, ctx.query, "request query", style="zod")
    if not query.id and not query.list_id:
        raise SiemError(400, "id or list_id required")
    stored = existing_list(ctx, query.list_id, query.id, query.namespace_type)
    counts = dict.fromkeys(("windows", "linux", "macos"), 0)
    for item in Exceptions(ctx, query.namespace_type).items(stored["list_id"]):
        for name in item["os_types"]:
            counts[name] += 1
    return {**counts, "total": sum(counts.values())}


@route("POST", "/api/exception_lists/_duplicate", requires=ALL)
def duplicate_list(ctx: Context) -> Document:
    """Copy a list with its items under new ids."""
    query = parse(Duplication, ctx.query, "request query", style="zod")
    stored = existing_list(ctx, query.list_id, None, query.namespace_type)
    exceptions, now = Exceptions(ctx, query.namespace_type), ctx.emulator.now()
    kept = {
        key: stored[key]
        for key in ("description", "type", "namespace_type", "os_types", "tags", "meta")
        if key in stored
    }
    copy = rules.make_list(ctx, {**kept, "name": f"{stored['name']} [Duplicate]", "version": 1})
    for item in exceptions.items(stored["list_id"]):
        if query.include_expired_exceptions == "true" or rules.is_live(item, now):
            ids = {"id": ctx.emulator.uuid(), "item_id": ctx.emulator.uuid(), "list_id": copy["list_id"]}
            exceptions.put_item({**item, **ids, **rules.stamp(ctx)})
    return copy


@route("POST", "/api/exception_lists/_export", requires=READ, refresh=False)
def export_list(ctx: Context) -> Reply:
    """The list, its items and a line of details."""
    query = parse(Whole, ctx.query, "request query", style="zod")
    exceptions, now = Exceptions(ctx, query.namespace_type), ctx.emulator.now()
    stored = exceptions.list(query.list_id)
    if stored is None or stored["id"] != query.id:
        raise SiemError(400, f"exception list with list_id: {query.list_id} or id: {query.id} does not exist")
    items = exceptions.items(query.list_id)
    if query.include_expired_exceptions == "false":
        items = [item for item in items if rules.is_live(item, now)]
    details = {
        "exported_exception_list_count": 1, "exported_exception_list_item_count": len(items),
        "missing_exception_list_item_count": 0, "missing_exception_list_items": [], "missing_exception_lists": [],
        "missing_exception_lists_count": 0,
    }  # fmt: skip
    text = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in [stored, *items, details])
    headers = {"content-disposition": f'attachment; filename="{query.list_id}"'}
    return Reply(200, text, headers, "application/ndjson")


@route("POST", "/api/exception_lists/_import", requires=ALL, max_body=MAX_UPLOAD, multipart=True)
def import_list(ctx: Context) -> Reply:
    """Import lists and items; 200 unless the whole file is refused, errors are counted and listed."""
    query = parse(Import, ctx.query, "request query", style="zod")
    lists, items, errors = [], [], []
    for line in uploaded_lines(ctx):
        if isinstance(line, str):
            errors.append({"error": {"status_code": 400, "message": line}})
        elif "entries" in line or "item_id" in line:
            items.append(line)
        elif "list_id" in line:
            lists.append(line)
    check_import(lists, items)
    done = import_exceptions(ctx, lists, items, overwrite=query.overwrite, as_new=query.as_new_list)
    errors += done.list_errors + done.item_errors
    answer = {
        "errors": errors, "success": not errors, "success_count": done.lists + done.items,
        "success_exception_lists": not done.list_errors, "success_count_exception_lists": done.lists,
        "success_exception_list_items": not done.item_errors, "success_count_exception_list_items": done.items,
    }  # fmt: skip
    return Reply(200, answer, refreshes=max(1, done.bulks))


def existing_list(ctx: Context, list_id: str | None, object_id: str | None, namespace_type: str) -> Document:
    """Return a list of that namespace type; raise 404."""
    found = Exceptions(ctx, namespace_type).list(list_id, object_id)
    if found is None:
        name, key = ("id", object_id) if object_id else ("list_id", list_id)
        raise SiemError(404, f'exception list {name}: "{key}" does not exist')
    return found
