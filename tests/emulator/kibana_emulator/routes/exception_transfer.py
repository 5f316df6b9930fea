# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files with exception lists and items, alone or along with rules (reference security F.5, J.4)."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..errors import CoreError, SiemError
from ..routing import Context
from ..schema import parse
from . import exception_rules as rules
from .exception_schema import NewItem, NewList
from .exception_store import Document, Exceptions

MAX_UPLOAD = 9_000_000
MAX_OBJECTS = 10_000
BULK = 100  # objects that are looked for, written and refreshed together
# Ids go into a KQL expression as they are: `list_id:(a OR b)`.
_NOT_IN_KQL = re.compile(r'[\s():<>"*{}\\]|\A(?:and|or|not)\Z', re.IGNORECASE)
_ENDPOINT_ARTIFACTS = {
    "endpoint_trusted_apps", "endpoint_trusted_devices", "endpoint_event_filters",
    "endpoint_host_isolation_exceptions", "endpoint_blocklists",
}  # fmt: skip
_OF_THE_SERVER = {
    "id", "_version", "created_at", "created_by", "updated_at", "updated_by", "tie_breaker_id", "immutable", "version",
}  # fmt: skip


@dataclass
class Imported:
    """What became of an import. renamed: old list_id -> new list, for references in rules."""

    lists: int = 0
    items: int = 0
    list_errors: list[Document] = field(default_factory=list)
    item_errors: list[Document] = field(default_factory=list)
    renamed: dict[str, Document] = field(default_factory=dict)
    bulks: int = 0


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


def check_import(lists: list[Document], items: list[Document]) -> None:
    """Raise what refuses a whole file."""
    if len(lists) + len(items) >= MAX_OBJECTS:
        raise SiemError(500, f"Can't import more than {MAX_OBJECTS} exceptions")
    if any(sent.get("list_id") in _ENDPOINT_ARTIFACTS for sent in (*lists, *items)):
        raise SiemError(400, "EndpointArtifactError: Import is not supported for Endpoint artifact exceptions")
    for sent in (*lists, *items):
        for key in ("list_id", "item_id"):
            if _NOT_IN_KQL.search(str(sent.get(key, "x"))):
                raise SiemError(400, f'KQLSyntaxError: Expected ")" but "{sent[key]}" found.')


def import_exceptions(
    ctx: Context, lists: list[Document], items: list[Document], *, overwrite: bool, as_new: bool
) -> Imported:
    """Store lists, then items; what cannot be stored is an error of its own. `bulks`: how often it was refreshed."""
    done = Imported()
    lists, done.list_errors = _unique(lists, "list_id", "list")
    items, done.item_errors = _unique(items, "item_id", "list item")
    for bulk in _bulks(lists):
        done.bulks += 1
        for sent in bulk:
            try:
                document = _import_list(ctx, sent, overwrite, as_new)
            except (CoreError, SiemError) as problem:
                done.list_errors.append(_error(sent, "list_id", problem))
                continue
            done.lists += 1
            done.renamed[sent["list_id"]] = document
    for bulk in _bulks(items):
        done.bulks += 1
        taken = {} if as_new else _taken(ctx, bulk)
        for sent in bulk:
            try:
                _import_item(ctx, sent, done.renamed, taken, overwrite, as_new)
                done.items += 1
            except (CoreError, SiemError) as problem:
                done.item_errors.append(_error(sent, "item_id", problem))
    return done


def _bulks(sent: list[Document]) -> Iterator[list[Document]]:
    return (sent[start : start + BULK] for start in range(0, len(sent), BULK))


def _unique(sent: list[Document], key: str, what: str) -> tuple[list[Document], list[Document]]:
    """Return those to import, the last of each id, and an error for an id that is there twice, in any namespace."""
    counts = Counter(str(item.get(key)) for item in sent if item.get(key))
    last = {str(item.get(key) or number): item for number, item in enumerate(sent)}
    errors = []
    for name in (name for name, count in counts.items() if count > 1):
        text = f'More than one exception {what} with {key}: "{name}" found in imported file. The last will be used.'
        errors.append({key: name, "error": {"status_code": 400, "message": text}})
    return [*last.values()], errors


def _taken(ctx: Context, bulk: list[Document]) -> dict[str, Document]:
    """The stored items with ids of this bulk: looked for in every namespace that occurs in it, whichever is meant."""
    kinds = {item.get("namespace_type", "single") for item in bulk} & {"single", "agnostic"}
    found = {}
    for exceptions in (Exceptions(ctx, kind) for kind in sorted(kinds)):
        for name in (str(item.get("item_id")) for item in bulk):
            stored = exceptions.item(name)
            found.update({name: stored} if stored else {})
    return found


def _import_list(ctx: Context, sent: Document, overwrite: bool, as_new: bool) -> Document:
    body = parse(NewList, _known(sent, NewList), style="zod")
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


def _import_item(
    ctx: Context,
    sent: Document,
    renamed: dict[str, Document],
    taken: dict[str, Document],
    overwrite: bool,
    as_new: bool,
) -> None:
    comments = [{"comment": one.get("comment")} for one in sent.get("comments") or []]
    body = parse(NewItem, _known({**sent, "comments": comments}, NewItem), style="zod")
    owner = renamed.get(body.list_id) or Exceptions(ctx, body.namespace_type).list(body.list_id)
    if owner is None:
        text = f'Exception list with list_id: "{body.list_id}", not found for exception list item with item_id: '
        raise SiemError(409, f'{text}"{body.item_id}"')
    stored = taken.get(body.item_id)
    if as_new:
        body.item_id = ctx.emulator.uuid()
    elif stored and not overwrite:
        raise SiemError(
            409, f'Found that item_id: "{body.item_id}" already exists. Import of item_id: "{body.item_id}" skipped.'
        )
    elif stored:
        Exceptions(ctx, stored["namespace_type"]).drop_item(stored)
    rules.make_item(ctx, owner, body)


def _known(sent: Document, model: type[NewList] | type[NewItem]) -> Document:
    """Refuse keys that an export does not have, and drop those that only the server sets."""
    strange = [key for key in sent if key not in model.model_fields and key not in _OF_THE_SERVER]
    if strange:
        raise SiemError(400, f'invalid keys "{",".join(strange)}"')
    return {key: value for key, value in sent.items() if key in model.model_fields}


def _error(sent: Document, key: str, problem: CoreError | SiemError) -> Document:
    names = {name: str(sent[name]) for name in ("list_id", key) if name in sent}
    return {**names, "error": {"status_code": problem.status, "message": str(problem.message)}}
