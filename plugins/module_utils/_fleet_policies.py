# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Agent policies of Fleet by id or name. API: ``/api/fleet/agent_policies``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Listing

POLICIES = "/api/fleet/agent_policies"


def policies(client: KibanaClient) -> list[dict[str, Any]]:
    """All agent policies of the space."""
    return list(client.pages(POLICIES, items="items", size_name="perPage"))


def policy_named(client: KibanaClient, reference: str) -> dict[str, Any] | None:
    """The policy with this id or name, to which a task refers: the items of a loop look it up in one list.

    Raises :class:`PlanError` where two have the name.
    """
    listing = Listing(POLICIES, items="items", size_name="perPage")
    found = client.reads.search(listing, lambda policy: reference in (policy["id"], policy.get("name")), reference=True)
    return find_policy(found, reference)


def find_policy(known: Iterable[dict[str, Any]], reference: str) -> dict[str, Any] | None:
    """The policy with this id, else the one with this name; None where there is none.

    Raises :class:`PlanError` where two have the name.
    """
    known = list(known)
    found = [policy for policy in known if policy["id"] == reference]
    found = found or [policy for policy in known if policy.get("name") == reference]
    if len(found) > 1:
        ids = ", ".join(sorted(str(policy["id"]) for policy in found))
        raise PlanError(f"{len(found)} agent policies have the name {reference!r} (id: {ids}): give the id.")
    return found[0] if found else None
