# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Saved objects as lines of JSON: reading such files, exports, and what two versions of an object have in common.

API: ``/api/saved_objects/_export``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import prune
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError

EXPORT = "/api/saved_objects/_export"
CHUNK_OBJECTS = 9_000  # Kibana takes 10 000
Key = tuple[str, str]
Saved = dict[str, Any]
# What changes by itself, or with every write.
VOLATILE = frozenset({"version", "updated_at", "created_at", "updated_by", "created_by", "sort", "score", "namespaces"})
# Attributes of a type that Kibana keeps for itself.
OWN_ATTRIBUTES = {
    "config": frozenset({"buildNum"}),
    "alert": frozenset(
        {
            "apiKey",
            "apiKeyCreatedByUser",
            "apiKeyOwner",
            "createdAt",
            "createdBy",
            "executionStatus",
            "lastRun",
            "meta",
            "monitoring",
            "nextRun",
            "revision",
            "running",
            "scheduledTaskId",
            "updatedAt",
            "updatedBy",
        }
    ),
}


def key_of(item: Saved) -> Key:
    """Type and id, which name a saved object in a space."""
    return str(item["type"]), str(item["id"])


def name_of(key: Key) -> str:
    """Type and id as people read them."""
    return f"{key[0]}:{key[1]}"


def parse(option: str, text: str) -> tuple[list[Saved], dict[str, Any] | None]:
    """The objects in lines of JSON, and the line with the details of their export, where there is one.

    Raises :class:`PlanError` that names the line which is none.
    """
    found: list[Saved] = []
    details = None
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
        except (ValueError, RecursionError):
            raise PlanError(f"Line {number} of {option} is no JSON: one object for each line is needed.") from None
        if isinstance(item, dict) and "exportedCount" in item:
            details = item
        elif not (isinstance(item, dict) and item.get("type") and item.get("id")):
            raise PlanError(f"Line {number} of {option} is no saved object: it needs type and id.")
        elif not isinstance(item.get("attributes"), dict):
            raise PlanError(f"Line {number} of {option} is no saved object: attributes must be a dictionary.")
        else:
            found.append(item)
    return found, details


def lines(items: Iterable[Any]) -> str:
    """Objects as lines of JSON."""
    return "".join(json.dumps(item, ensure_ascii=False, separators=(",", ":")) + "\n" for item in items)


def export(client: KibanaClient, body: dict[str, Any]) -> str:
    """An export as Kibana gives it. What is not there becomes an error that names it."""
    try:
        return client.text("POST", EXPORT, json=body)
    except KibanaError as error:
        absent = [name_of(key) for key in not_found(error)]
        if absent:
            raise PlanError(f"There is no saved object {', '.join(absent)} in this space.") from None
        raise


def not_found(error: KibanaError) -> list[Key]:
    """Which objects an export has not found; empty where it failed for another reason."""
    attributes = error.error.get("attributes") if isinstance(error.error, dict) else None
    items = (attributes or {}).get("objects") or []
    if error.status != 400 or any((item.get("error") or {}).get("statusCode") != 404 for item in items):
        return []
    return [key_of(item) for item in items]


def not_exportable(error: KibanaError, keys: Iterable[Key]) -> list[Key]:
    """Which of *keys* an export has refused because their types cannot be exported."""
    text = error.error.get("message", "") if isinstance(error.error, dict) else ""
    if error.status != 400 or "non-exportable types: " not in text:
        return []
    named = {part.strip() for part in text.split("non-exportable types: ", 1)[1].split(",")}
    return [key for key in keys if name_of(key) in named]


def read(client: KibanaClient, keys: Sequence[Key]) -> tuple[dict[Key, Saved], list[Key]]:
    """Those of the objects that are there, and the keys whose types Kibana does not export."""
    found: dict[Key, Saved] = {}
    wrong: list[Key] = []
    for start in range(0, len(keys), CHUNK_OBJECTS):
        wanted = list(keys[start : start + CHUNK_OBJECTS])
        while wanted:
            body = {"objects": [{"type": one, "id": two} for one, two in wanted], "excludeExportDetails": True}
            try:
                items, _unused = parse("the export", client.text("POST", EXPORT, json=body))
            except KibanaError as error:
                refused = not_exportable(error, wanted)
                gone = {*not_found(error), *refused} & {*wanted}
                if not gone:
                    raise
                wrong += refused
                wanted = [key for key in wanted if key not in gone]
                continue
            found.update({key_of(item): item for item in items})
            break
    return found, wrong


def essence(item: Saved) -> dict[str, Any]:
    """What of an object is compared and shown: attributes, with JSON texts taken apart, references, and ``managed``."""
    own = OWN_ATTRIBUTES.get(item["type"], frozenset())
    attributes = {name: _unpacked(value) for name, value in item["attributes"].items() if name not in own}
    if item["type"] == "index-pattern":
        if isinstance(attributes.get("fieldAttrs"), dict):
            attributes["fieldAttrs"] = _without_popularity(attributes["fieldAttrs"])
        # With the first change of a data view Kibana writes what is empty, too.
        attributes = {name: value for name, value in attributes.items() if value}
    references = [{name: ref.get(name) for name in ("type", "id", "name")} for ref in item.get("references") or []]
    shown = {
        "attributes": prune(attributes),
        "references": sorted(references, key=lambda ref: [str(ref[name]) for name in ("name", "type", "id")]),
    }
    return {**shown, "managed": True} if item.get("managed") else shown


def _unpacked(value: Any) -> Any:
    """The value of a JSON text: dashboards and others keep much in such texts, whose spaces mean nothing."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    if isinstance(value, dict):
        return {name: _unpacked(item) for name, item in value.items()}
    return value


def _without_popularity(attrs: dict[str, Any]) -> dict[str, Any]:
    """How often a field was used is no setting."""
    bare = {
        field: {name: value for name, value in entry.items() if name != "count"}
        for field, entry in attrs.items()
        if isinstance(entry, dict)
    }
    return {field: entry for field, entry in bare.items() if entry}


def stable(items: Iterable[Saved]) -> list[Saved]:
    """Objects without what changes by itself, in an order that depends on nothing but their types and ids."""
    bare = [{name: value for name, value in item.items() if name not in VOLATILE} for item in items]
    for item in bare:
        refs = item.get("references") or []
        item["references"] = sorted(refs, key=lambda ref: [str(ref.get(name)) for name in ("name", "type", "id")])
    return [ordered(item) for item in sorted(bare, key=key_of)]


def ordered(value: Any) -> Any:
    """A value with the keys of its dicts in alphabetical order."""
    if isinstance(value, dict):
        return {name: ordered(value[name]) for name in sorted(value)}
    return [ordered(item) for item in value] if isinstance(value, list) else value


def dependencies_first(items: Mapping[Key, Saved], wanted: Sequence[Key]) -> Iterator[Key]:
    """The wanted objects, what others refer to first."""
    chosen, seen = {*wanted}, set()
    for first in wanted:
        stack: list[tuple[Key, bool]] = [(first, False)]
        while stack:
            key, ready = stack.pop()
            if ready:
                yield key
            elif key in chosen and key not in seen:
                seen.add(key)
                stack.append((key, True))
                refs = [(ref["type"], ref["id"]) for ref in items[key].get("references") or []]
                stack += [(ref, False) for ref in reversed(refs)]


def reason(error: Mapping[str, Any]) -> str:
    """Why an import has failed for one object, as people read it."""
    kind = error.get("type")
    if kind == "missing_references":
        return f"It refers to {named(key_of(ref) for ref in error.get('references') or [])}, not in this space."
    if kind == "conflict":
        return "It is there already, and overwrite is false."
    if kind == "ambiguous_conflict":
        ids = ", ".join(sorted(str(one.get("id")) for one in error.get("destinations") or []))
        return f"Several objects come from it ({ids}): say which with destinationId."
    if kind == "unsupported_type":
        return "Kibana cannot import objects of this type."
    return str(error.get("message") or kind or "Kibana gives no reason.")


def named(keys: Iterable[Key]) -> str:
    """Objects as people read them."""
    return ", ".join(name_of(key) for key in keys)


def warning(one: Mapping[str, Any]) -> str:
    """What Kibana warns of after an import."""
    action = f" See {one['actionPath']} in Kibana." if one.get("actionPath") else ""
    return f"{one.get('message', 'Kibana gives a warning without a text.')}{action}"
