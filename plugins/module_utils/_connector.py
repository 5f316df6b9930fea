# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Finding connectors, and what is known of their types. Follows ``/api/actions`` of the Kibana API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
WITHOUT_SECRETS = frozenset({".server-log", ".index"})


def find_connector(
    client: KibanaClient, connector_id: str | None, name: str | None = None, type_id: str | None = None
) -> dict[str, Any] | None:
    """The connector with this id, or without an id the one with exactly this name (and type); None: there is none.

    Raises :class:`PlanError` where several have the name, and ``KibanaError``.
    """
    if connector_id is not None:
        return client.reads.find(CONNECTORS, connector_id, fill_path(ITEM, {"id": connector_id}), PROBE)
    found = client.reads.search(CONNECTORS, named(name, type_id))
    if len(found) > 1:
        ids = ", ".join(sorted(f"{item['id']} ({item['connector_type_id']})" for item in found))
        advice = "give id" if type_id else "give id, or connector_type_id if that tells them apart"
        raise PlanError(f"{len(found)} connectors have the name {name!r}: {ids}; {advice}.")
    return found[0] if found else None


def references(client: KibanaClient, connector_id: str) -> int:
    """How many rules of the space use a connector; only the list of all connectors says so."""
    counts = [item.get("referenced_by_count") for item in client.pages(LIST) if item["id"] == connector_id]
    return int(counts[0] or 0) if counts else 0


def named(name: str | None, type_id: str | None) -> Callable[[dict[str, Any]], bool]:
    """Whether a connector has exactly this name, and this type where one is given."""
    return lambda item: item["name"] == name and type_id in (None, item["connector_type_id"])


def needs_secrets(type_id: str, config: Mapping[str, Any]) -> bool:
    """Whether a connector may hold secrets, which an update without them would drop. Unknown types may."""
    if type_id in WITHOUT_SECRETS:
        return False
    return comparable(config).get("hasAuth") != "false" or config.get("service") == "exchange_server"


def comparable(value: Any) -> Any:
    """A config in which what means the same for Kibana is the same.

    Empty and absent are one, since Kibana refuses empty texts and fills in nulls; numbers and booleans may be given
    as text, which Kibana converts.
    """
    if isinstance(value, Mapping):
        kept = {key: comparable(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item not in (None, "", {}, [])}
    if isinstance(value, (list, tuple)):
        return [comparable(item) for item in value]
    if isinstance(value, bool) or value in ("True", "False"):
        return str(value).lower()
    return str(value) if isinstance(value, (int, float)) else value


def without_blanks(value: Any) -> Any:
    """A config without nulls and without empty texts: what a type does not know it refuses even as null."""
    if isinstance(value, Mapping):
        kept = {key: without_blanks(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item not in (None, "")}
    return [without_blanks(item) for item in value] if isinstance(value, (list, tuple)) else value
