# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fleet Server hosts: `/api/fleet/fleet_server_hosts` (reference platform A.3)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from ..errors import CoreError
from ..routing import Context, route
from ..schema import OMITTED, Strict
from .fleet_output_rules import drop_secrets, keep_secrets, merge, normalise_host
from .fleet_owned import Secret, body, bump_users, existing, listed, new_id, refuse_doubles, take_default

if TYPE_CHECKING:
    from ..core import Emulator

READ = ("fleet-agents-all", "fleet-settings-read")
ALL = ("fleet-settings-all",)
STORE, MISSING = "fleet_server_hosts", "Fleet server {id} not found"
SECRETS = (("ssl", "key"), ("ssl", "es_key"), ("ssl", "agent_key"))


class Ssl(Strict):
    certificate_authorities: list[str] = OMITTED
    certificate: str = OMITTED
    key: str = OMITTED
    es_certificate_authorities: list[str] = OMITTED
    es_certificate: str = OMITTED
    es_key: str = OMITTED
    agent_certificate_authorities: list[str] = OMITTED
    agent_certificate: str = OMITTED
    agent_key: str = OMITTED
    client_auth: Literal["optional", "required", "none"] = OMITTED


class SslSecrets(Strict):
    key: Secret = OMITTED
    es_key: Secret = OMITTED
    agent_key: Secret = OMITTED


class Secrets(Strict):
    ssl: SslSecrets = OMITTED


class Changed(Strict):
    """Body of an update."""

    name: str = OMITTED
    host_urls: list[str] = Field(OMITTED, min_length=1)
    is_default: bool = OMITTED
    is_internal: bool = OMITTED
    proxy_id: str | None = None
    ssl: Ssl | None = OMITTED
    secrets: Secrets = OMITTED


class New(Changed):
    """Body of a create."""

    id: str = OMITTED
    name: str
    host_urls: list[str] = Field(min_length=1)
    is_preconfigured: bool = OMITTED


def seed(emulator: Emulator) -> None:
    """A host from the configuration file, which is also the default."""
    emulator.store(STORE)["preconfigured-fleet-server"] = {
        "id": "preconfigured-fleet-server", "name": "From the configuration", "is_default": True,
        "host_urls": ["https://fleet.example:8220"], "is_preconfigured": True,
    }  # fmt: skip


@route("GET", "/api/fleet/fleet_server_hosts", requires=READ)
def list_hosts(ctx: Context) -> dict[str, Any]:
    """Everything, the default first."""
    return listed(ctx, STORE)


@route("GET", "/api/fleet/fleet_server_hosts/{itemId}", requires=READ)
def get_host(ctx: Context) -> dict[str, Any]:
    """One host; 404."""
    return {"item": existing(ctx, STORE, MISSING)}


@route("POST", "/api/fleet/fleet_server_hosts", requires=ALL)
def create_host(ctx: Context) -> dict[str, Any]:
    """Create; 409 for an id that is taken, and then the default stays where it is."""
    data = body(ctx, New)
    owner = new_id(ctx, STORE, data, "fleet-fleet-server-host")
    refuse_doubles(data, SECRETS)
    _normalise(data)
    keep_secrets(ctx, owner, data, None, SECRETS)
    take_default(ctx, STORE, owner, data)
    item = {"id": owner, "is_default": False, **data, "is_preconfigured": False}
    ctx.shared(STORE)[owner] = item
    return {"item": item}


@route("PUT", "/api/fleet/fleet_server_hosts/{itemId}", requires=ALL)
def update_host(ctx: Context) -> dict[str, Any]:
    """Merge, but for the proxy, which goes when it is not repeated. The answer has the TLS settings as a text."""
    stored, data = existing(ctx, STORE, MISSING), {"proxy_id": None, **body(ctx, Changed)}
    if stored["is_preconfigured"]:
        raise CoreError(403, f"Cannot update {stored['id']} preconfigured fleet server host")
    refuse_doubles(data, SECRETS)
    _normalise(data)
    owner = stored["id"]
    keep_secrets(ctx, owner, data, stored, SECRETS)
    take_default(ctx, STORE, owner, data)
    merged = merge(stored, data)
    ctx.shared(STORE)[owner] = merged
    bump_users(ctx, "fleet_server_host_id", owner, everybody=merged["is_default"])
    return {"item": {**merged, **({"ssl": json.dumps(merged["ssl"])} if merged.get("ssl") else {})}}


@route("DELETE", "/api/fleet/fleet_server_hosts/{itemId}", requires=ALL)
def delete_host(ctx: Context) -> dict[str, Any]:
    """Delete; policies lose the reference. 403 for the default and for preconfigured ones."""
    stored = existing(ctx, STORE, MISSING)
    if stored["is_preconfigured"]:
        raise CoreError(403, f"Cannot delete {stored['id']} preconfigured fleet server host")
    if stored["is_default"]:
        raise CoreError(403, f"Default Fleet Server hosts {stored['id']} cannot be deleted.")
    bump_users(ctx, "fleet_server_host_id", stored["id"], forget=True)
    drop_secrets(ctx, stored["id"])
    del ctx.shared(STORE)[stored["id"]]
    return {"id": stored["id"]}


def _normalise(data: dict[str, Any]) -> None:
    if "host_urls" in data:
        data["host_urls"] = [normalise_host(url) for url in data["host_urls"]]
