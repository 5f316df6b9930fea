# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enrollment API keys: `/api/fleet/enrollment_api_keys` (reference platform A.6)."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any

from ..errors import CoreError
from ..routing import Context, route
from ..schema import Strict, parse
from .fleet_agent_state import checked_filter

if TYPE_CHECKING:
    from ..core import Emulator

KEYS = "/api/fleet/enrollment_api_keys"
READ = ("fleet-agents-all", "fleet-setup")
ALL = ("fleet-agents-all",)
FIELDS = frozenset({"api_key_id", "api_key", "policy_id", "active", "name", "hidden", "created_at", "expire_at"})
_SUFFIX = re.compile(r"^\([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\)$", re.IGNORECASE)


class FindKeys(Strict):
    """Query of the list."""

    page: int = 1
    perPage: int = 20
    kuery: str = None


class NewKey(Strict):
    """Body of a new key. The expiration is accepted and has no effect."""

    policy_id: str
    name: str = None
    expiration: str = None


def add_key(emulator: Emulator, space: str, policy_id: str, name: str | None, **fields: Any) -> dict[str, Any]:
    """Issue a key, which enrols agents and opens nothing else."""
    key_id, issued = emulator.uuid(), emulator.issue_api_key("fleet-enroll", ())
    item = {
        "id": key_id, "api_key_id": issued["id"], "name": f"{name} ({key_id})" if name else key_id, "active": True,
        "api_key": base64.b64encode(f"{issued['id']}:{issued['api_key']}".encode()).decode(),
        "policy_id": policy_id, "created_at": emulator.now(), "hidden": False, **fields,
    }  # fmt: skip
    emulator.store("fleet_enrollment_keys", space)[key_id] = item
    return item


def seed(emulator: Emulator) -> None:
    """Every policy gets a key when it is made."""
    add_key(emulator, "default", "emulated-policy", "Default")


def seed_soc(emulator: Emulator) -> None:
    """Keys of the policies, one of them revoked."""
    add_key(emulator, "default", "soc-servers", "Default")
    add_key(emulator, "default", "soc-servers", "Provisioning 2025", active=False)
    add_key(emulator, "default", "soc-servers", "Provisioning")
    add_key(emulator, "default", "soc-workstations", "Default")
    add_key(emulator, "default", "policy-elastic-agent-on-cloud", "Default", hidden=True)


@route("GET", KEYS, requires=READ)
def list_keys(ctx: Context) -> dict[str, Any]:
    """A page of keys, the newest first, revoked ones among them."""
    query = parse(FindKeys, ctx.query, "request query")
    fits = checked_filter(query.kuery, FIELDS, "fleet-enrollment-api-keys", "[request query.kuery]")
    found = [key for key in reversed(list(ctx.store("fleet_enrollment_keys").values())) if fits(key)]
    start = (query.page - 1) * query.perPage
    page = found[start : start + query.perPage]
    return {"items": page, "list": page, "total": len(found), "page": query.page, "perPage": query.perPage}


@route("POST", KEYS, requires=ALL)
def create_key(ctx: Context) -> dict[str, Any]:
    """Create; 404 for an unknown policy, 409 for a name that the policy has or ever had."""
    body = parse(NewKey, ctx.body)
    policy = ctx.store("fleet_agent_policies").get(body.policy_id)
    if policy is None:
        raise CoreError(404, f'Agent policy "{body.policy_id}" not found')
    for key in ctx.store("fleet_enrollment_keys").values():
        rest = key["name"].replace(body.name, "", 1).strip() if body.name else ""
        if key["policy_id"] == body.policy_id and body.name and _SUFFIX.match(rest):
            text = f"An enrollment key named {body.name} already exists for agent policy {body.policy_id}"
            raise CoreError(409, text)
    item = add_key(ctx.emulator, ctx.space, body.policy_id, body.name, hidden=bool(policy.get("is_managed")))
    return {"item": {key: value for key, value in item.items() if key != "hidden"}, "action": "created"}


@route("GET", KEYS + "/{keyId}", requires=READ)
def get_key(ctx: Context) -> dict[str, Any]:
    """One key, revoked or not; 404."""
    return {"item": _existing(ctx)}


@route("DELETE", KEYS + "/{keyId}", requires=ALL)
def revoke_key(ctx: Context) -> dict[str, Any]:
    """Revoke; the document stays, and a second time is no error."""
    parse(Strict, ctx.query, "request query")
    _existing(ctx)["active"] = False
    return {"action": "deleted"}


def _existing(ctx: Context) -> dict[str, Any]:
    key = ctx.store("fleet_enrollment_keys").get(ctx.path["keyId"])
    if key is None:
        raise CoreError(404, f"Enrollment api key {ctx.path['keyId']} not found")
    return key
