# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Export and import of saved objects (reference platform E.2).

Connectors and rules, which Kibana can export too, live elsewhere here and are not exportable.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import Field, TypeAdapter, ValidationError

from ..errors import CoreError
from ..routing import Context, Reply, route
from ..schema import OMITTED, Strict, parse
from .data_views import put
from .saved_object_store import Saved, authorize, key, matches, missing, objects

BASE = "/api/saved_objects"
MAX_OBJECTS, MAX_UPLOAD = 10_000, 26_214_400
# What can be exported, and its icon and the version of its latest migration.
TYPES = {
    "canvas-workpad": ("canvasApp", "8.0.0"),
    "config": ("", "8.9.0"),
    "dashboard": ("dashboardApp", "10.3.0"),
    "event-annotation-group": ("flag", "8.0.0"),
    "index-pattern": ("indexPatternApp", "8.0.0"),
    "lens": ("lensApp", "8.9.0"),
    "links": ("link", "10.1.0"),
    "map": ("gisApp", "8.4.0"),
    "query": ("", "10.2.0"),
    "search": ("discoverApp", "10.5.0"),
    "tag": ("tag", "8.0.0"),
    "url": ("link", "8.6.0"),
    "visualization": ("visualizeApp", "8.5.0"),
}
CHECKED_REFERENCES = ("index-pattern", "search")
RESOLVABLE = ("conflict", "ambiguous_conflict", "missing_references")


class ObjectId(Strict):
    """Which object."""

    type: str
    id: str


class ExportBody(Strict):
    """Body of an export."""

    type: str | list[str] = OMITTED
    objects: list[ObjectId] = Field(OMITTED, max_length=MAX_OBJECTS)
    hasReference: ObjectId | list[ObjectId] = OMITTED
    search: str = OMITTED
    includeReferencesDeep: bool = False
    excludeExportDetails: bool = False


class ImportQuery(Strict):
    """Query of an import."""

    overwrite: bool = False
    createNewCopies: bool = False
    compatibilityMode: bool = False


class ResolveQuery(Strict):
    """Query of a resolution."""

    createNewCopies: bool = False
    compatibilityMode: bool = False


class Replacement(Strict):
    """One reference that leads elsewhere."""

    type: str
    from_: str = Field(alias="from")
    to: str


class Retry(Strict):
    """What to do with one object that could not be imported."""

    type: str
    id: str
    overwrite: bool = False
    destinationId: str = OMITTED
    replaceReferences: list[Replacement] = []
    createNewCopy: bool = False
    ignoreMissingReferences: bool = False


@route("POST", BASE + "/_export", versioned=False, refresh=False)
def export_objects(ctx: Context) -> Reply:
    """Return objects of types, or those named, as lines; what they refer to comes before them."""
    body = parse(ExportBody, ctx.body)
    found = _named(ctx, body) if body.objects is not None else _of_types(ctx, body)
    collected, lost = {key(item["type"], item["id"]): item for item in found}, []
    if body.includeReferencesDeep:
        lost = _follow(ctx, collected)
    if len(collected) > MAX_OBJECTS:
        raise CoreError(400, f"Can't export more than {MAX_OBJECTS} objects")
    lines: list[Any] = [_exported(item) for item in _dependencies_first(collected)]
    if not body.excludeExportDetails:
        details = {"missingRefCount": len(lost), "missingReferences": lost}
        lines.append({"exportedCount": len(lines), **details, "excludedObjectsCount": 0, "excludedObjects": []})
    text = "\n".join(json.dumps(line, separators=(",", ":"), ensure_ascii=False) for line in lines)
    headers = {"content-disposition": 'attachment; filename="export.ndjson"'}
    return Reply(200, text, headers, "application/ndjson")


def _named(ctx: Context, body: ExportBody) -> list[Saved]:
    if body.type is not None:
        raise CoreError(400, 'Can\'t specify both "types" and "objects" properties when exporting')
    if body.hasReference is not None or body.search is not None:
        raise CoreError(400, 'Can\'t specify "hasReference" or "search" with "objects" properties when exporting')
    wrong = [f"{one.type}:{one.id}" for one in body.objects if one.type not in TYPES]
    if wrong:
        raise CoreError(400, f"Trying to export object(s) with non-exportable types: {', '.join(wrong)}")
    place, found, errors = objects(ctx.emulator, ctx.space), [], []
    for one in body.objects:
        authorize(ctx, "bulk_get", one.type)
        item = place.get(key(one.type, one.id))
        if item is None:
            errors.append({"id": one.id, "type": one.type, "error": missing(one.type, one.id).body()})
        else:
            found.append(item)
    if errors:
        raise CoreError(400, "Error fetching objects to export", {"objects": errors})
    return found


def _of_types(ctx: Context, body: ExportBody) -> list[Saved]:
    if body.type is None:
        raise CoreError(400, "Either `type` or `objects` are required.")
    kinds = [body.type] if isinstance(body.type, str) else body.type
    wrong = [kind for kind in kinds if kind not in TYPES and kind != "*"]
    if wrong:
        raise CoreError(400, f"Trying to export non-exportable type(s): {', '.join(wrong)}")
    kinds = list(TYPES) if "*" in kinds else kinds
    wanted = [body.hasReference] if isinstance(body.hasReference, ObjectId) else body.hasReference
    return sorted(
        (
            item
            for item in objects(ctx.emulator, ctx.space).values()
            if item["type"] in kinds
            and ctx.user.allows(f"saved_object:{item['type']}/read")
            and matches(item, body.search, item["attributes"])
            and (wanted is None or any(_refers(item, one) for one in wanted))
        ),
        key=lambda item: str(item["id"]),
    )


def _refers(item: Saved, one: ObjectId) -> bool:
    return any((ref["type"], ref["id"]) == (one.type, one.id) for ref in item["references"])


def _follow(ctx: Context, collected: dict[str, Saved]) -> list[dict[str, str]]:
    """Add what the objects refer to, and what that refers to; return what is not there."""
    lost: dict[str, dict[str, str]] = {}
    waiting = list(collected.values())
    while waiting:
        for ref in waiting.pop()["references"]:
            name = key(ref["type"], ref["id"])
            item = objects(ctx.emulator, ctx.space).get(name)
            if item is None:
                lost[name] = {"id": ref["id"], "type": ref["type"]}
            elif name not in collected and item["type"] in TYPES:
                collected[name] = item
                waiting.append(item)
    return list(lost.values())


def _dependencies_first(collected: dict[str, Saved]) -> list[Saved]:
    done: dict[str, Saved] = {}
    open_: set[str] = set()

    def visit(name: str) -> None:
        if name in done or name in open_ or name not in collected:
            return
        open_.add(name)
        for ref in collected[name]["references"]:
            visit(key(ref["type"], ref["id"]))
        done[name] = collected[name]

    for name in collected:
        visit(name)
    return list(done.values())


def _exported(item: Saved) -> Saved:
    shown = {name: value for name, value in item.items() if name not in ("namespaces", "accessControl")}
    return {**shown, "typeMigrationVersion": item.get("typeMigrationVersion") or TYPES[item["type"]][1]}


@route("POST", BASE + "/_import", versioned=False, multipart=True, max_body=MAX_UPLOAD)
def import_objects(ctx: Context) -> dict[str, Any]:
    """Import a file. 200 whatever happens; one conflict or missing reference, and nothing at all is written."""
    query = parse(ImportQuery, ctx.query, "request query")
    if query.createNewCopies and (query.overwrite or query.compatibilityMode):
        other = "overwrite" if query.overwrite else "compatibilityMode"
        raise CoreError(400, f"cannot use [{other}] with [createNewCopies]")
    work = _Import(ctx, _lines(ctx), query.createNewCopies)
    work.check_references({})
    for item in work.known:
        work.place(item, Retry(type=item["type"], id=item["id"], overwrite=query.overwrite))
    return work.finish()


@route("POST", BASE + "/_resolve_import_errors", versioned=False, multipart=True, max_body=MAX_UPLOAD)
def resolve_errors(ctx: Context) -> dict[str, Any]:
    """Import those objects of a file that `retries` names, as it says."""
    query = parse(ResolveQuery, ctx.query, "request query")
    if query.createNewCopies and query.compatibilityMode:
        raise CoreError(400, "cannot use [compatibilityMode] with [createNewCopies]")
    try:
        retries = TypeAdapter(list[Retry]).validate_json(ctx.form.get("retries", ""))
    except ValidationError as problem:
        raise CoreError(400, f"[request body.retries]: {problem.errors()[0]['msg']}") from None
    named = {key(retry.type, retry.id): retry for retry in retries}
    if len(named) < len(retries):
        raise CoreError(400, "Non-unique retry objects detected")
    lines = [item for item in _lines(ctx) if key(item["type"], item["id"]) in named]
    for item in lines:
        swaps = {(one.type, one.from_): one.to for one in named[key(item["type"], item["id"])].replaceReferences}
        item["references"] = [
            {**ref, "id": swaps.get((ref["type"], ref["id"]), ref["id"])} for ref in item.get("references", [])
        ]
    work = _Import(ctx, lines, query.createNewCopies)
    work.check_references(named)
    for item in work.known:
        work.place(item, named[key(item["type"], item["id"])])
    return work.finish()


def _lines(ctx: Context) -> list[Saved]:
    """Return the objects of the uploaded file; raise 400 for a file that is none."""
    upload = ctx.files.get("file")
    if upload is None:
        if not ctx.raw:
            raise CoreError(415, "Unsupported Media Type")
        raise CoreError(400, "[request body.file]: expected value of type [Stream] but got [undefined]")
    name = upload.filename or ""
    if not name.lower().endswith(".ndjson"):
        raise CoreError(400, f"Invalid file extension .{name.rpartition('.')[2]}")
    try:
        texts = upload.stream.read().decode().split("\n")
        lines = [json.loads(line) for line in texts if line.strip()]
    except ValueError:
        raise CoreError(400, "Unexpected token in JSON at position 0") from None
    lines = [line for line in lines if "exportedCount" not in line]
    if len(lines) > MAX_OBJECTS:
        raise CoreError(400, f"Can't import more than {MAX_OBJECTS} objects")
    names = [f"{line['type']}:{line['id']}" for line in lines]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise CoreError(400, f"Non-unique import objects detected: [{','.join(twice)}]")
    return lines


class _Import:
    """One import under way. `targets` says under which id an object will be stored."""

    def __init__(self, ctx: Context, lines: list[Saved], copies: bool) -> None:
        self.ctx, self.copies = ctx, copies
        self.errors: list[dict[str, Any]] = []
        self.known: list[Saved] = []
        self.targets: dict[str, str] = {}
        self.fresh: set[str] = set()
        self.overwritten: set[str] = set()
        for item in lines:
            if item["type"] in TYPES:
                self.known.append(item)
            else:
                self._fail(item, {"type": "unsupported_type"})

    def check_references(self, retries: dict[str, Retry]) -> None:
        """Data views and searches that an object refers to must be in the file or in the space."""
        there = {key(item["type"], item["id"]) for item in self.known} | objects(
            self.ctx.emulator, self.ctx.space
        ).keys()
        for item in self.known:
            retry = retries.get(key(item["type"], item["id"]))
            refs = [ref for ref in item.get("references", []) if ref["type"] in CHECKED_REFERENCES]
            lost = {key(ref["type"], ref["id"]): ref for ref in refs if key(ref["type"], ref["id"]) not in there}
            if lost and not (retry and retry.ignoreMissingReferences):
                named = [{"type": ref["type"], "id": ref["id"]} for ref in lost.values()]
                self._fail(item, {"type": "missing_references", "references": named})

    def place(self, item: Saved, retry: Retry) -> None:
        """Decide under which id an object is stored, or why it cannot be."""
        name = key(item["type"], item["id"])
        here = objects(self.ctx.emulator, self.ctx.space)
        if self.copies or retry.createNewCopy:
            self.targets[name] = retry.destinationId or self.ctx.emulator.uuid()
            self.fresh.add(name)
            return
        target = retry.destinationId or item["id"]
        if key(item["type"], target) not in here and not retry.destinationId:
            origin = item.get("originId", item["id"])
            kin = [one["id"] for one in here.values() if one["type"] == item["type"] and one.get("originId") == origin]
            if len(kin) > 1:
                places = [{"id": id_, "title": here[key(item["type"], id_)]["attributes"].get("title")} for id_ in kin]
                self._fail(item, {"type": "ambiguous_conflict", "destinations": places})
                return
            if not kin and item["type"] != "config" and self._elsewhere(key(item["type"], target)):
                kin = [self.ctx.emulator.uuid()]
            target = kin[0] if kin else target
        self.targets[name] = target
        if key(item["type"], target) in here:
            if not retry.overwrite:
                self._fail(item, {"type": "conflict", **({"destinationId": target} if target != item["id"] else {})})
            self.overwritten.add(name)

    def _elsewhere(self, name: str) -> bool:
        spaces = [space for space in self.ctx.shared("spaces") if space != self.ctx.space]
        return any(name in objects(self.ctx.emulator, space) for space in spaces)

    def _fail(self, item: Saved, error: dict[str, Any]) -> None:
        self.errors.append({"id": item["id"], "type": item["type"], "meta": self._meta(item), "error": error})

    def _meta(self, item: Saved) -> dict[str, Any]:
        icon = TYPES.get(item["type"], ("", ""))[0]
        title = item["attributes"].get("title", item["attributes"].get("name"))
        return {name: value for name, value in (("title", title), ("icon", icon)) if value}

    def finish(self) -> dict[str, Any]:
        """Write, unless something could be resolved first, and return the answer of both routes."""
        failed = {key(error["type"], error["id"]) for error in self.errors}
        blocked = any(error["error"]["type"] in RESOLVABLE for error in self.errors)
        good = [item for item in self.known if key(item["type"], item["id"]) not in failed]
        for item in good:
            authorize(self.ctx, "bulk_create", item["type"])
            if not blocked:
                self._write(item)
        results = [self._success(item) for item in good]
        answer: dict[str, Any] = {"successCount": len(results), "success": not self.errors, "warnings": []}
        if results:
            answer["successResults"] = results
        if self.errors:
            answer["errors"] = self.errors
        return answer

    def _write(self, item: Saved) -> None:
        name = key(item["type"], item["id"])
        target = self.targets[name]
        refs = [
            {**ref, "id": self.targets.get(key(ref["type"], ref["id"]), ref["id"])}
            for ref in item.get("references", [])
        ]
        origin = {"originId": item.get("originId", item["id"])} if target != item["id"] else {}
        stored = objects(self.ctx.emulator, self.ctx.space).pop(key(item["type"], target), {})
        kept = {"namespaces": stored["namespaces"]} if stored else {}
        migration = {"typeMigrationVersion": TYPES[item["type"]][1], "managed": item.get("managed", False)}
        fields = {"type": item["type"], "id": target, "attributes": item["attributes"], "references": refs}
        put(self.ctx, {**fields, **migration, **kept, **(origin if name not in self.fresh else {})})

    def _success(self, item: Saved) -> dict[str, Any]:
        name = key(item["type"], item["id"])
        target = self.targets[name]
        shown = {
            "id": item["id"],
            "type": item["type"],
            "meta": self._meta(item),
            "managed": item.get("managed", False),
        }
        if name in self.overwritten:
            shown["overwrite"] = True
        if target != item["id"]:
            shown["destinationId"] = target
        return shown
