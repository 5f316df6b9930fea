# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documents of value lists in a space, with the indexes that keep big lists fast and the delay of visibility.

Stored documents are never changed in place. With `emulator.visibility_ms` above 0 a change is seen only that long
after it was acknowledged, as Elasticsearch shows it after the next refresh (reference security E.2, O.25).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from ..errors import SiemError
from ..routing import Context
from .value_list_types import canonical

Document = dict[str, Any]


class ListStore:
    """Everything about the value lists of one request's space."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.streams = ctx.store("value_list_streams")
        self._lists = ctx.store("value_lists")
        self._items = ctx.store("value_list_items")
        self._home = ctx.store("value_list_of_item")
        self._values = ctx.store("value_list_values")
        self._delayed = ctx.store("value_list_delayed")
        self._expire()

    # Lists

    def get(self, list_id: str) -> Document | None:
        """Return a list as it is seen now."""
        late = self._delayed.get(f"list {list_id}")
        return late["old"] if late else self._lists.get(list_id)

    def all(self) -> list[Document]:
        """Return every list that is seen."""
        ids = [
            *self._lists,
            *(key[5:] for key in self._delayed if key.startswith("list ") and key[5:] not in self._lists),
        ]
        return [found for found in map(self.get, ids) if found]

    def exists(self, list_id: str) -> bool:
        """Say whether the id is taken, seen or not."""
        return list_id in self._lists

    def put(self, document: Document, *, at_once: bool = False) -> Document:
        """Store a list."""
        self._hide(f"list {document['id']}", self._lists.get(document["id"]), at_once)
        self._lists[document["id"]] = document
        return document

    def drop(self, list_id: str) -> None:
        """Delete a list with its items."""
        self._hide(f"list {list_id}", self._lists.pop(list_id, None), False)
        for item_id in self._items.pop(list_id, {}):
            del self._home[item_id]
        self._values.pop(list_id, None)

    def clear(self) -> None:
        """Delete everything, the data streams too."""
        for store in (self.streams, self._lists, self._items, self._home, self._values, self._delayed):
            store.clear()

    # Items

    def item(self, item_id: str) -> Document | None:
        """Return an item as it is seen now."""
        late = self._delayed.get(f"item {item_id}")
        if late:
            return late["old"]
        list_id = self._home.get(item_id)
        return None if list_id is None else self._items[list_id][item_id]

    def item_exists(self, item_id: str) -> bool:
        """Say whether the id is taken."""
        return item_id in self._home

    def items(self, list_id: str) -> list[Document]:
        """Return the items of a list that are seen now."""
        stored = self._items.get(list_id, {})
        late = {key[5:]: entry["old"] for key, entry in self._delayed.items() if key.startswith("item ")}
        if not late:
            return list(stored.values())
        seen = [late.pop(item_id) if item_id in late else item for item_id, item in stored.items()]
        return [item for item in [*seen, *late.values()] if item and item["list_id"] == list_id]

    def with_value(self, list_id: str, kind: str, value: str) -> list[Document]:
        """Return the items of this value."""
        try:
            wanted = canonical(kind, value)
        except ValueError:
            return []
        if self._delayed:
            return [item for item in self.items(list_id) if item["value"] == wanted]
        stored = self._items.get(list_id, {})
        return [stored[item_id] for item_id in self._values.get(list_id, {}).get(wanted, ())]

    def put_item(self, item: Document, *, at_once: bool = False) -> Document:
        """Store an item."""
        item_id, list_id = item["id"], item["list_id"]
        old = self._items.get(list_id, {}).get(item_id)
        self._hide(f"item {item_id}", old, at_once)
        self._forget_value(old)
        self._items.setdefault(list_id, {})[item_id] = item
        self._home[item_id] = list_id
        self._values.setdefault(list_id, {}).setdefault(item["value"], {})[item_id] = True
        return item

    def drop_item(self, item: Document, *, at_once: bool = False) -> None:
        """Delete an item."""
        self._hide(f"item {item['id']}", item, at_once)
        self._forget_value(item)
        self._items[item["list_id"]].pop(item["id"], None)
        self._home.pop(item["id"], None)

    def _forget_value(self, item: Document | None) -> None:
        if item:
            values = self._values.get(item["list_id"], {})
            ids = values.get(item["value"], {})
            ids.pop(item["id"], None)
            if not ids:
                values.pop(item["value"], None)

    # Visibility

    def _hide(self, key: str, old: Document | None, at_once: bool) -> None:
        delay = getattr(self.ctx.emulator, "visibility_ms", 0)
        if delay and not at_once:
            moment = datetime.fromisoformat(self.ctx.emulator.now()) + timedelta(milliseconds=delay)
            self._delayed[key] = {"old": old, "until": moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")}
        else:
            self._delayed.pop(key, None)

    def _expire(self) -> None:
        if self._delayed:
            now = self.ctx.emulator.now()
            for key in [key for key, entry in self._delayed.items() if entry["until"] <= now]:
                del self._delayed[key]


def stamp(ctx: Context) -> Document:
    """Return the fields that the server sets on a new document."""
    now, name = ctx.emulator.now(), ctx.user.name
    return {
        "_version": ctx.emulator.version_token(), "@timestamp": now, "created_at": now, "created_by": name,
        "updated_at": now, "updated_by": name, "tie_breaker_id": ctx.emulator.uuid(),
    }  # fmt: skip


def check_version(sent: str | None, stored: Document) -> None:
    """Raise 409 when the request was made for another state of the document."""
    if sent is not None and sent != stored["_version"]:
        raise SiemError(
            409, f"Conflict: versions mismatch. Provided versions:{sent} does not match {stored['_version']}"
        )
