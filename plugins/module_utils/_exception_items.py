# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Exception lists and the items in them, many at once: read with few requests, written with few refreshes.

Each write of Kibana waits for a refresh, about a second. New lists and items therefore go in by an import, which
refreshes once for 100 of them, and the rest by several requests at a time. The import never overwrites here: what has
come to be there in the meantime is an error of its own.
API: https://www.elastic.co/docs/api/doc/kibana/group/endpoint-security-exceptions-api
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient, fill_path, quoted
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError
from ansible_collections.stackops.kibana.plugins.module_utils._exceptions import NAMESPACES, new_comments
from ansible_collections.stackops.kibana.plugins.module_utils._many import Plans, chunks, in_parallel, write_many
from ansible_collections.stackops.kibana.plugins.module_utils._plan import Plan

LISTS = "/api/exception_lists"
ITEMS = "/api/exception_lists/items"
ONE_ITEM = ITEMS + "?item_id={item_id}&namespace_type={namespace_type}"
SAVED_OBJECTS = {"single": "exception-list", "agnostic": "exception-list-agnostic"}
WINDOW = 10_000  # objects that one search gives, and the most items that a list can have
LONGEST_QUERY = 3000  # bytes
CHUNK_OBJECTS = 500  # five refreshes
CHUNK_BYTES = 900_000  # Kibana takes 9 000 000, many a proxy before it 1 MiB
IMPORTED_TYPES = ("detection", "rule_default")  # Kibana refuses to import what belongs to Endpoint
# Kibana puts the ids of an import into a search expression as they are.
IMPORTED_IDS = re.compile(r"(?!(?:and|or|not)\Z)\w[\w.-]*", re.ASCII | re.IGNORECASE)
NO_IMPORT = (400, 404, 413, 415)  # then one by one
Place = tuple[str, str]  # namespace_type, list_id


def read_lists(client: KibanaClient, places: Sequence[Place]) -> dict[Place, dict[str, Any]]:
    """Those of the lists that exist."""
    found: dict[Place, dict[str, Any]] = {}
    for namespace in NAMESPACES:
        names = [quoted(name) for kind, name in places if kind == namespace]
        for part in chunks(names, WINDOW, LONGEST_QUERY, lambda name: len(quote(name)) + 4):
            wanted = f"{SAVED_OBJECTS[namespace]}.attributes.list_id:({' or '.join(part)})"
            params = {"namespace_type": namespace, "filter": wanted, "page": 1, "per_page": WINDOW}
            answer = client.get(f"{LISTS}/_find", params=params)
            found.update({(namespace, item["list_id"]): item for item in answer["data"]})
    return {place: found[place] for place in places if place in found}


def read_items(client: KibanaClient, places: Sequence[Place]) -> Iterator[dict[str, Any]]:
    """All items of lists that exist. What is read together comes in one page, so that nothing moves between pages."""
    for part in chunks(places, WINDOW, LONGEST_QUERY, lambda place: len(quote(place[1])) + len(place[0]) + 6):
        params = {
            "list_id": ",".join(name for _unused, name in part),
            "namespace_type": ",".join(kind for kind, _unused in part),
            "page": 1,
            "per_page": WINDOW,
        }
        answer = client.get(f"{ITEMS}/_find", params=params)
        if answer["total"] > WINDOW and len(part) > 1:
            half = len(part) // 2
            yield from read_items(client, part[:half])
            yield from read_items(client, part[half:])
            continue
        if answer["total"] > len(answer["data"]):
            raise KibanaError(
                f"Kibana gives {len(answer['data'])} of {answer['total']} items of the list {part[0][1]}."
            )
        yield from answer["data"]


def list_body(step: Plan) -> dict[str, Any]:
    """The body that creates or replaces a list."""
    names = ("list_id", "namespace_type", "name", "description", "type", "tags")
    body = {name: step.after[name] for name in names}
    if step.action == "create":
        body["os_types"] = step.after["os_types"]
    return {**body, **({"meta": step.after["meta"]} if step.after["meta"] or step.before.get("meta") else {})}


def item_body(step: Plan) -> dict[str, Any]:
    """The body that creates or replaces an item; comments are those to add."""
    body = {name: step.after[name] for name in ("name", "description", "entries", "os_types", "tags")}
    optional = {name: step.after[name] for name in ("meta", "expire_time") if step.after[name]}
    stored = step.before if step.action == "update" and not is_move(step) else {}
    comments = new_comments(step.after, stored)
    return {
        "item_id": step.after["item_id"],
        "namespace_type": step.after["namespace_type"],
        "type": "simple",
        **body,
        **optional,
        **({"comments": comments} if comments else {}),
    }


def is_move(step: Plan) -> bool:
    """Whether an item is to be in another list. Kibana cannot move it: it is deleted, and made anew."""
    return step.action == "update" and step.before["list_id"] != step.after["list_id"]


class Writer:
    """Writes the plans of lists and items. ``failures`` say why which keys failed, ``conflicts`` which may pass."""

    def __init__(self, client: KibanaClient, kinds: Mapping[Place, str], concurrency: int) -> None:
        self.client, self.kinds, self.concurrency = client, kinds, concurrency
        self.conflicts: set[str] = set()

    def write(self, lists: Plans, items: Plans) -> tuple[dict[str, str], dict[str, str]]:
        """Write all that differs: why which lists and which items failed."""
        self.lists, self.items, self.conflicts = lists, items, set()
        self.list_failures: dict[str, str] = {}
        self.item_failures: dict[str, str] = {}
        done = self._import_new()
        self._one_by_one(done)
        return self.list_failures, self.item_failures

    def _import_new(self) -> set[tuple[str, str]]:
        """Create what an import may create; what has been tried that way, as ``(kind, key)``."""
        done: set[tuple[str, str]] = set()
        for namespace in NAMESPACES:  # Kibana confuses equal ids of both in one file
            lines = dict(self._lines(namespace))
            if len(lines) > 1:
                done |= self._import_lines(lines)
        return done

    def _lines(self, namespace: str) -> Iterator[tuple[tuple[str, str], str]]:
        """The lines of a file for what is new in a namespace, by kind and key: lists, then items."""
        for key, step in self.lists.items():
            if step.action == "create" and self._may_import(namespace, step):
                yield ("list", key), json.dumps(list_body(step))
        for key, step in self.items.items():
            if step.action == "create" and self._may_import(namespace, step):
                yield ("item", key), json.dumps({**item_body(step), "list_id": step.after["list_id"]})

    def _may_import(self, namespace: str, step: Plan) -> bool:
        place, name = (step.after["namespace_type"], step.after["list_id"]), step.after.get("item_id", "x")
        return (
            place[0] == namespace
            and self.kinds.get(place) in IMPORTED_TYPES
            and bool(IMPORTED_IDS.fullmatch(place[1]) and IMPORTED_IDS.fullmatch(name))
        )

    def _import_lines(self, lines: Mapping[tuple[str, str], str]) -> set[tuple[str, str]]:
        """Import in files of a bounded size, the lists before the items where it takes more than one."""
        refused: set[tuple[str, str]] = set()

        def send(keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
            try:
                return self._import_file(keys, "".join(f"{lines[key]}\n" for key in keys))
            except KibanaError as error:
                if error.status not in NO_IMPORT:
                    raise
                refused.update(keys)
                return {}

        def cut(keys: Sequence[tuple[str, str]]) -> list[list[tuple[str, str]]]:
            return list(chunks(keys, CHUNK_OBJECTS, CHUNK_BYTES, lambda key: len(lines[key]) + 1))

        parts = cut(list(lines))
        failures: dict[tuple[str, str], str] = {}
        if len(parts) == 1:
            failures.update(write_many(parts, send))
        else:
            failures.update(write_many(cut([key for key in lines if key[0] == "list"]), send))
            failures.update(write_many(cut([key for key in lines if key[0] == "item"]), send, self.concurrency))
        for (kind, key), text in failures.items():
            (self.list_failures if kind == "list" else self.item_failures)[key] = text
        return set(lines) - refused

    def _import_file(self, keys: Sequence[tuple[str, str]], text: str) -> dict[tuple[str, str], str]:
        """Import one file; why which of its lines failed. Repeating it does no harm: it overwrites nothing."""
        answer = self.client.call(
            "POST", f"{LISTS}/_import", files={"file": ("exceptions.ndjson", text, "application/ndjson")}, safe=True
        )
        names = {self._name(key): key for key in keys}
        failures: dict[tuple[str, str], str] = {}
        vague = ""
        for error in answer["errors"]:
            name = ("item", error["item_id"]) if "item_id" in error else ("list", error.get("list_id", ""))
            message = str(error["error"]["message"])
            if name in names:
                failures[names[name]] = message
                if error["error"].get("status_code") == 409:
                    self.conflicts.add(names[name][1])
            else:
                vague = message
        if vague or answer["success_count"] + len(failures) < len(keys):
            # It says that something failed and not what; reading again tells.
            text = vague or "Kibana did not say that it was imported."
            failures = {**dict.fromkeys(keys, text), **failures}
        return failures

    def _name(self, key: tuple[str, str]) -> tuple[str, str]:
        kind, name = key
        step = self.lists[name] if kind == "list" else self.items[name]
        return kind, step.after["list_id" if kind == "list" else "item_id"]

    def _one_by_one(self, done: set[tuple[str, str]]) -> None:
        """Everything else, several requests at a time: lists first, items of a list that failed not at all."""
        lists = [key for key, step in self.lists.items() if step.changed and ("list", key) not in done]
        self.list_failures.update(in_parallel(lists, self._write_list, self.concurrency))
        missing = {
            (step.after["namespace_type"], step.after["list_id"])
            for key, step in self.lists.items()
            if key in self.list_failures and step.action == "create"
        }
        rest = [key for key, step in self.items.items() if step.changed and ("item", key) not in done]
        lost = [key for key in rest if _place(self.items[key]) in missing]
        self.item_failures.update(dict.fromkeys(lost, "not attempted, because its list could not be created"))
        todo = [key for key in rest if key not in set(lost)]
        self.item_failures.update(in_parallel(todo, self._write_item, self.concurrency))

    def _write_list(self, key: str) -> None:
        step = self.lists[key]
        self._call(key, LISTS, list_body(step), step)

    def _write_item(self, key: str) -> None:
        step = self.items[key]
        if step.action == "delete" or is_move(step):
            self.client.delete(fill_path(ONE_ITEM, step.before))
        if step.action == "delete":
            return
        body = item_body(step)
        if step.action == "create" or is_move(step):
            body["list_id"] = step.after["list_id"]
        self._call(key, ITEMS, body, step)

    def _call(self, key: str, path: str, body: dict[str, Any], step: Plan) -> None:
        """Create or replace. A lost answer is asked for again: the id, or the version, makes that safe."""
        method = "POST"
        if step.action == "update" and not is_move(step):
            method, body = "PUT", {**body, "_version": (step.current or {})["_version"]}
        try:
            self.client.call(method, path, json=body, safe=True)
        except KibanaError as error:
            if error.status == 409:
                self.conflicts.add(key)
            raise


def _place(step: Plan) -> Place:
    side = step.after or step.before
    return side["namespace_type"], side["list_id"]
