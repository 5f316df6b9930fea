# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Other objects of Fleet, which people name and Kibana wants by id."""

from __future__ import annotations

from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._fleet_policies import POLICIES
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import KNOWN_AFTER_APPLY
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Listing
from ansible_collections.stackops.kibana.plugins.module_utils._task import Context

_OUTPUTS = Listing("/api/fleet/outputs", "items", in_space=False)
AGENT_POLICIES = Listing(POLICIES, "items", "perPage", envelope="item")
# Option: what it refers to, and where that is listed.
SHARED: dict[str, tuple[str, Listing]] = {
    "data_output_id": ("output", _OUTPUTS),
    "monitoring_output_id": ("output", _OUTPUTS),
    "output_id": ("output", _OUTPUTS),
    "download_source_id": (
        "agent download source",
        Listing("/api/fleet/agent_download_sources", "items", in_space=False),
    ),
    "fleet_server_host_id": ("Fleet Server host", Listing("/api/fleet/fleet_server_hosts", "items", in_space=False)),
}


def only(found: list[dict[str, Any]], what: str, name: str) -> dict[str, Any] | None:
    """The one object that was found by its name, or None. Raises :class:`PlanError` where there are two."""
    if len(found) > 1:
        ids = ", ".join(sorted(str(item["id"]) for item in found))
        raise PlanError(f"{len(found)} objects of the kind {what} have the name {name!r} (id: {ids}): give the id.")
    return found[0] if found else None


def shared_id(context: Context, option: str, current: dict[str, Any]) -> Any:
    """The id that an option means; what Kibana already has there is not looked up, nor is nothing."""
    reference = context.params[option]
    if reference in (None, "", current.get(option)):
        return reference
    return _id_of(context, option, *SHARED[option], reference)


def policy_ids(context: Context, option: str, current: dict[str, Any]) -> list[str] | None:
    """The ids of the agent policies that an option lists."""
    given, stored = context.params[option], current.get(option) or []
    if given is None:
        return None
    found = [
        reference if reference in stored else _id_of(context, option, "agent policy", AGENT_POLICIES, reference)
        for reference in given
    ]
    return list(dict.fromkeys(found))


def _id_of(context: Context, option: str, what: str, listing: Listing, reference: str) -> str:
    """The id of the object with this id, else with this name."""
    search = context.client.reads.search
    found = search(listing, lambda item: reference in (item["id"], item.get("name")), reference=True)
    by_id = [item for item in found if item["id"] == reference]
    match = only(by_id or found, what, reference)
    if match is not None:
        return str(match["id"])
    message = f"{option}: there is no {what} with the id or name {reference!r}"
    if not context.check_mode:
        raise PlanError(f"{message}: create it first, or correct {option}.")
    context.warn(f"{message} yet; it is taken for one that the play will have created.")
    return KNOWN_AFTER_APPLY
