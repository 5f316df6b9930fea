# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Finding connectors. Follows ``/api/actions`` of the Kibana API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient, fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Listing

LIST = "/api/actions/connectors"
CONNECTORS = Listing(LIST)
COLLECTION = "/api/actions/connector"
ITEM = "/api/actions/connector/{id}"
# Answers for everybody, wherever there are connectors at all.
PROBE = "/api/actions/connector_types"
LONGEST_ID = 36
SYSTEM_ID = "system-connector-"


def find_connector(
    client: KibanaClient,
    connector_id: str | None,
    name: str | None = None,
    type_id: str | None = None,
    reference: bool = False,
) -> dict[str, Any] | None:
    """The connector with this id, or without an id the one with exactly this name (and type); None: there is none.

    ``reference``: the task only refers to it by its name. Raises :class:`PlanError` where several have the name, and
    ``KibanaError``.
    """
    if connector_id is not None:
        return client.reads.find(CONNECTORS, connector_id, fill_path(ITEM, {"id": connector_id}), PROBE)
    found = client.reads.search(CONNECTORS, named(name, type_id), reference=reference)
    if len(found) > 1:
        ids = ", ".join(sorted(f"{item['id']} ({item['connector_type_id']})" for item in found))
        advice = "give id" if type_id else "give id, or its type if that tells them apart"
        raise PlanError(f"{len(found)} connectors have the name {name!r}: {ids}; {advice}.")
    return found[0] if found else None


def references(client: KibanaClient, connector_id: str) -> int:
    """How many rules of the space use a connector; only the list of all connectors says so."""
    counts = [item.get("referenced_by_count") for item in client.pages(LIST) if item["id"] == connector_id]
    return int(counts[0] or 0) if counts else 0


def named(name: str | None, type_id: str | None) -> Callable[[dict[str, Any]], bool]:
    """Whether a connector has exactly this name, and this type where one is given."""
    return lambda item: item["name"] == name and type_id in (None, item["connector_type_id"])
