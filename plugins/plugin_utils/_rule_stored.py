# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Kibana has of the objects that detection rules refer to. Reads, never writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient
from ansible_collections.stackops.kibana.plugins.module_utils._exception_items import LISTS

CONNECTORS = "/api/actions/connectors"
VALUE_LISTS = "/api/lists"
BOTH = {"namespace_type": "single,agnostic"}


def connectors(client: KibanaClient) -> list[dict[str, Any]]:
    """All connectors of the space."""
    return list(client.get(CONNECTORS))


def exception_lists(client: KibanaClient) -> list[dict[str, Any]]:
    """The exception lists of the space and of all spaces."""
    return list(client.pages(f"{LISTS}/_find", items="data", size_name="per_page", params=BOTH))


def value_lists(client: KibanaClient) -> list[dict[str, Any]]:
    """The value lists of the space; none where Kibana has not made the data streams for them yet."""
    if client.find(f"{VALUE_LISTS}/index") is None:
        return []
    return list(client.pages(f"{VALUE_LISTS}/_find", items="data", size_name="per_page"))


def _names_of_connectors(client: KibanaClient) -> set[Any]:
    found = connectors(client)
    return {("id", item["id"]) for item in found} | {("name", item["name"]) for item in found}


READ: Mapping[str, Callable[[KibanaClient], set[Any]]] = {
    "connectors": _names_of_connectors,
    "exception_lists": lambda client: {(one["namespace_type"], one["list_id"]) for one in exception_lists(client)},
    "value_lists": lambda client: {one["id"] for one in value_lists(client)},
}


def known(client: KibanaClient) -> Callable[[str], set[Any]]:
    """A function that tells what names there are of a kind, and asks Kibana once."""
    read: dict[str, set[Any]] = {}

    def names(kind: str) -> set[Any]:
        if kind not in read:
            read[kind] = READ[kind](client)
        return read[kind]

    return names
