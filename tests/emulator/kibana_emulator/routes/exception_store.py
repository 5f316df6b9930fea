# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exception lists and their items: one store per space, one for what all spaces share (reference security J.7)."""

from __future__ import annotations

from typing import Any

from ..routing import Context

Document = dict[str, Any]


class Exceptions:
    """Lists and items of one namespace type. Stored documents are never changed in place."""

    def __init__(self, ctx: Context, namespace_type: str) -> None:
        store = ctx.shared if namespace_type == "agnostic" else ctx.store
        self.namespace_type = namespace_type
        self._lists = store("exception_lists")
        self._items = store("exception_items")
        self._list_ids = store("exception_list_ids")
        self._item_ids = store("exception_item_ids")
        self._of_list = store("exception_items_of_list")

    def list(self, list_id: str | None = None, object_id: str | None = None) -> Document | None:
        """Return a list by its human id or its object id."""
        return self._lists.get(self._list_ids.get(object_id) if object_id else list_id)

    def lists(self) -> list[Document]:
        """Return every list."""
        return [*self._lists.values()]

    def put_list(self, document: Document) -> Document:
        """Store a list."""
        self._lists[document["list_id"]] = document
        self._list_ids[document["id"]] = document["list_id"]
        return document

    def drop_list(self, document: Document) -> None:
        """Delete a list with its items."""
        for item in self.items(document["list_id"]):
            self.drop_item(item)
        self._of_list.pop(document["list_id"], None)
        del self._list_ids[document["id"]], self._lists[document["list_id"]]

    def item(self, item_id: str | None = None, object_id: str | None = None) -> Document | None:
        """Return an item by its human id or its object id."""
        return self._items.get(self._item_ids.get(object_id) if object_id else item_id)

    def items(self, list_id: str) -> list[Document]:
        """Return the items of a list."""
        return [self._items[item_id] for item_id in self._of_list.get(list_id, ())]

    def count(self, list_id: str) -> int:
        """Return how many items a list has."""
        return len(self._of_list.get(list_id, ()))

    def all_items(self) -> list[Document]:
        """Return the items of all lists."""
        return [*self._items.values()]

    def put_item(self, document: Document) -> Document:
        """Store an item."""
        self._items[document["item_id"]] = document
        self._item_ids[document["id"]] = document["item_id"]
        self._of_list.setdefault(document["list_id"], {})[document["item_id"]] = True
        return document

    def drop_item(self, document: Document) -> None:
        """Delete an item."""
        self._of_list[document["list_id"]].pop(document["item_id"], None)
        del self._item_ids[document["id"]], self._items[document["item_id"]]
