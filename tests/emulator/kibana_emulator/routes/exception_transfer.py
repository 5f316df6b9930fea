# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files with exception lists and items, alone or along with rules (reference security F.5, J.4)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from ..errors import CoreError, SiemError
from ..routing import Context
from ..schema import parse
from . import exception_rules as rules
from .exception_schema import NewItem, NewList
from .exception_store import Document, Exceptions

MAX_UPLOAD = 9_000_000


@dataclass
class Imported:
    """What became of an import. renamed: old list_id -> new list, for references in rules."""

    lists: int = 0
    items: int = 0
    list_errors: list[Document] = field(default_factory=list)
    item_errors: list[Document] = field(default_factory=list)
    renamed: dict[str, Document] = field(default_factory=dict)


def uploaded_lines(ctx: Context) -> list[Document | str]:
    """Return the objects of the uploaded file, an error text for a line that is none; 400 for another file name."""
    upload = ctx.files.get("file")
    if upload is None:
        raise CoreError(400, "[request body.file]: expected value of type [Stream] but got [undefined]")
    name = upload.filename or ""
    if not name.lower().endswith(".ndjson"):
        extension = f".{name.rpartition('.')[2]}" if "." in name else ""
        raise SiemError(400, f"Invalid file extension {extension}")
    answer: list[Document | str] = []
    for line in upload.stream.read().decode("utf-8", "replace").splitlines():
        if line.strip():
            answer.append(_line(line))
    return [item for item in answer if isinstance(item, str) or not _is_details(item)]


def _line(text: str) -> Document | str:
    try:
        value = json.loads(text)
    except ValueError as problem:
        return f"Unexpected token in JSON: {problem}"
    return value if isinstance(value, dict) else "Expected object"


def _is_details(item: Document) -> bool:
    return any(key in item for key in ("exported_count", "exported_exception_list_count"))


def import_exceptions(
    ctx: Context, lists: list[Document], items: list[Document], *, overwrite: bool, as_new: bool
) -> Imported:
    """Store lists, then items; what cannot be stored is an error of its own."""
    done = Imported()
    for sent in lists:
        try:
            document = _import_list(ctx, sent, overwrite, as_new)
        except (CoreError, SiemError) as problem:
            done.list_errors.append(_error(sent, "list_id", problem))
            continue
        done.lists += 1
        done.renamed[sent["list_id"]] = document
    for sent in items:
        try:
            _import_item(ctx, sent, done.renamed, overwrite, as_new)
            done.items += 1
        except (CoreError, SiemError) as problem:
            done.item_errors.append(_error(sent, "item_id", problem))
    return done


def _import_list(ctx: Context, sent: Document, overwrite: bool, as_new: bool) -> Document:
    body = parse(NewList, sent, style="zod")
    exceptions = Exceptions(ctx, body.namespace_type)
    fields = body.model_dump(exclude_none=True)
    stored = exceptions.list(body.list_id)
    if as_new:
        return rules.make_list(ctx, {**fields, "list_id": ctx.emulator.uuid()})
    if stored is None:
        return rules.make_list(ctx, fields)
    if not overwrite:
        raise SiemError(
            409, f'Found that list_id: "{body.list_id}" already exists. Import of list_id: "{body.list_id}" skipped.'
        )
    for item in exceptions.items(body.list_id):
        exceptions.drop_item(item)
    return exceptions.put_list({**stored, **fields, "version": stored["version"] + 1, **rules.touch(ctx)})


def _import_item(ctx: Context, sent: Document, renamed: dict[str, Document], overwrite: bool, as_new: bool) -> None:
    body = parse(NewItem, sent, style="zod")
    owner = renamed.get(body.list_id) or Exceptions(ctx, body.namespace_type).list(body.list_id)
    if owner is None:
        text = f'Exception list with list_id: "{body.list_id}", not found for exception list item with item_id: '
        raise SiemError(409, f'{text}"{body.item_id}"')
    exceptions = Exceptions(ctx, owner["namespace_type"])
    stored = exceptions.item(body.item_id)
    if as_new:
        body.item_id = ctx.emulator.uuid()
    elif stored and not overwrite:
        raise SiemError(
            409, f'Found that item_id: "{body.item_id}" already exists. Import of item_id: "{body.item_id}" skipped.'
        )
    elif stored:
        exceptions.drop_item(stored)
    rules.make_item(ctx, owner, body)


def _error(sent: Document, key: str, problem: CoreError | SiemError) -> Document:
    names = {name: str(sent[name]) for name in ("list_id", key) if name in sent}
    return {**names, "error": {"status_code": problem.status, "message": str(problem.message)}}
