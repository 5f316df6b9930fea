# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the bulk and find routes of the AI assistant's objects have in common (reference security I, J.8)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal

from pydantic import Field

from ..errors import SiemError
from ..kql import KqlError, by_path, compile_filter
from ..routing import Context, Reply
from ..schema import OMITTED, Lenient

BASE = "/api/security_ai_assistant"
MOST = 100
# What KQL reads as syntax in a value without quotes.
SYNTAX = re.compile(r'[():"<>{}\\]')


class Delete(Lenient):
    """What to delete. Kibana takes the query and ignores it."""

    ids: list[str] = Field(OMITTED, min_length=1)
    query: str = OMITTED


class FindQuery(Lenient):
    """Query of a find route."""

    fields: list[str] | str = OMITTED
    filter: str = ""
    sort_field: str = OMITTED
    sort_order: Literal["asc", "desc"] = "asc"
    page: int = Field(1, ge=1)
    per_page: int = Field(20, ge=0)


@dataclass(frozen=True)
class Kind:
    """One kind of object: where it is kept, what names it, and how an answer calls it."""

    store: str
    key: str
    count: str
    errors: str
    noun: str
    sort_fields: dict[str, str]


def answer_page(kind: Kind, query: FindQuery, objects: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a page of the objects that fit the filter."""
    if query.sort_field is not None and query.sort_field not in kind.sort_fields:
        raise SiemError(400, f"Invalid enum value '{query.sort_field}'")
    found = [item for item in objects if _filter(kind, query.filter)(item)]
    field = kind.sort_fields[query.sort_field] if query.sort_field else "id"  # the index promises no order
    found.sort(key=lambda item: (str(item.get(field, "")), item["id"]), reverse=query.sort_order == "desc")
    start = (query.page - 1) * query.per_page
    page = found[start : start + query.per_page]
    return {"perPage": query.per_page, "page": query.page, "total": len(found), "data": [dict(item) for item in page]}


def _filter(kind: Kind, text: str) -> Callable[[dict[str, Any]], Any]:
    if text and not re.search(r"[:<>]", text):  # no field: free text
        return lambda item: text.strip('"').lower() in str(item[kind.key]).lower()
    try:
        return compile_filter(text, lambda item, field: by_path(item, _camel(field)))
    except KqlError as problem:
        raise SiemError(500, str(problem)) from None


def _camel(field: str) -> str:
    """Return the name in an answer of what a filter calls `prompt_type`."""
    return re.sub(r"_([a-z])", lambda part: part[1].upper(), field)


def bulk(
    ctx: Context,
    kind: Kind,
    wanted: Any,
    visible: dict[str, dict[str, Any]],
    make: Callable[[dict[str, Any]], dict[str, Any]],
    check_names: bool = True,
) -> Any:
    """Carry out a bulk action: count, then names, then each operation by itself."""
    creates = [item.model_dump(exclude_none=True) for item in wanted.create or []]
    updates = [item.model_dump(exclude_none=True) for item in wanted.update or []]
    doomed = (wanted.delete.ids or []) if wanted.delete else []
    if len(creates) + len(updates) + len(doomed) > MOST:
        raise SiemError(400, f"More than {MOST} ids sent for bulk edit action.")
    _refuse_known(kind, creates, visible if check_names else {})
    store, errors = ctx.store(kind.store), []
    results: dict[str, list[Any]] = {"updated": [], "created": [], "deleted": [], "skipped": []}
    for item in creates:
        made = make(item)
        store[made["id"]] = made
        results["created"].append(made)
    for item in updates:
        if item["id"] in visible:
            visible[item["id"]].update(item, updatedAt=ctx.emulator.now(), updatedBy=ctx.user.name)
            results["updated"].append(visible[item["id"]])
        else:
            errors.append(_error(kind, item["id"]))
    for key in doomed:
        if key in visible and store.pop(key, None):
            results["deleted"].append(key)
        else:
            errors.append(_error(kind, key))
    return _answer(kind, results, errors)


def _answer(kind: Kind, results: dict[str, list[Any]], errors: list[dict[str, Any]]) -> Any:
    done = sum(len(items) for items in results.values())
    summary = {"failed": len(errors), "succeeded": done, "skipped": 0, "total": done + len(errors)}
    if errors:
        text = "Bulk edit partially failed" if done else "Bulk edit failed"
        attributes = {"errors": errors, "results": results, "summary": summary}
        return Reply(500, {"message": text, "attributes": attributes})
    return {"success": True, kind.count: done, "attributes": {"results": results, "summary": summary}}


def _refuse_known(kind: Kind, creates: list[dict[str, Any]], visible: dict[str, dict[str, Any]]) -> None:
    """Look for the names as Kibana does: without quotes, so that `*` is a wildcard and a colon breaks it all."""
    known = []
    for item in creates:
        name = item[kind.key]
        broken = SYNTAX.search(name)
        if broken:
            raise SiemError(500, f'KQLSyntaxError: Expected AND, OR, end of input but "{broken[0]}" found.')
        pattern = name.replace("[", "[[]").replace("?", "[?]")
        known += [key for key, other in visible.items() if fnmatchcase(other[kind.key], pattern)]
    if known:
        raise SiemError(409, f'{kind.noun}: "{",".join(known)}" already exists')


def _error(kind: Kind, key: str) -> dict[str, Any]:
    return {"status_code": 404, "message": f"Document {key} not found", kind.errors: [{"id": key, "name": ""}]}


def stamped(ctx: Context, item: dict[str, Any]) -> dict[str, Any]:
    """Return a new object with what the server adds."""
    moment = ctx.emulator.now()
    return {
        "id": ctx.emulator.uuid(),
        **item,
        "timestamp": moment,
        "createdAt": moment,
        "updatedAt": moment,
        "createdBy": ctx.user.name,
        "updatedBy": ctx.user.name,
        "namespace": ctx.space,
    }
