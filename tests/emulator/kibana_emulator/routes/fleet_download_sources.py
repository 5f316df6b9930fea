# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Agent binary download sources: `/api/fleet/agent_download_sources` (reference platform A.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field

from ..errors import CoreError
from ..routing import Context, route
from ..schema import OMITTED, Strict
from .fleet_output_rules import at, drop_secrets, keep_secrets
from .fleet_owned import Secret, body, bump_users, existing, listed, new_id, refuse_doubles, take_default

if TYPE_CHECKING:
    from ..core import Emulator

READ, ALL = ("fleet-settings-read",), ("fleet-settings-all",)
STORE, MISSING = "fleet_download_sources", "Agent binary source {id} not found"
SECRETS = (("ssl", "key"), ("auth", "password"), ("auth", "api_key"))


def _http(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("expected URI with scheme [http|https].")
    return value


class Ssl(Strict):
    certificate_authorities: list[str] = Field(OMITTED, max_length=10)
    certificate: str = OMITTED
    key: str = OMITTED


class Header(Strict):
    key: str
    value: str


class Auth(Strict):
    username: str = OMITTED
    password: str = OMITTED
    api_key: str = OMITTED
    headers: list[Header] = Field(OMITTED, max_length=100)


class SslSecrets(Strict):
    key: Secret = OMITTED


class AuthSecrets(Strict):
    password: Secret = OMITTED
    api_key: Secret = OMITTED


class Secrets(Strict):
    ssl: SslSecrets = OMITTED
    auth: AuthSecrets = OMITTED


class Changed(Strict):
    """Body of an update, which replaces."""

    name: str
    host: Annotated[str, AfterValidator(_http)]
    is_default: bool = False
    proxy_id: str | None = OMITTED
    ssl: Ssl | None = OMITTED
    auth: Auth | None = OMITTED
    secrets: Secrets = OMITTED


class New(Changed):
    """Body of a create."""

    id: str = OMITTED


def seed(emulator: Emulator) -> None:
    """The source that the set-up of Fleet makes."""
    emulator.store(STORE)["fleet-default-download-source"] = {
        "id": "fleet-default-download-source", "name": "Elastic Artifacts", "is_default": True,
        "host": "https://artifacts.elastic.co/downloads/",
    }  # fmt: skip


@route("GET", "/api/fleet/agent_download_sources", requires=READ)
def list_sources(ctx: Context) -> dict[str, Any]:
    """Everything, the default first."""
    return listed(ctx, STORE)


@route("GET", "/api/fleet/agent_download_sources/{itemId}", requires=READ)
def get_source(ctx: Context) -> dict[str, Any]:
    """One source; 404."""
    return {"item": existing(ctx, STORE, MISSING)}


@route("POST", "/api/fleet/agent_download_sources", requires=ALL)
def create_source(ctx: Context) -> dict[str, Any]:
    """Create; 400 for a name that is taken."""
    data = body(ctx, New)
    owner = new_id(ctx, STORE, data, "ingest-download-sources")
    _check(ctx, owner, data)
    keep_secrets(ctx, owner, data, None, SECRETS)
    take_default(ctx, STORE, owner, data)
    ctx.shared(STORE)[owner] = {"id": owner, "is_default": False, **data}
    return {"item": ctx.shared(STORE)[owner]}


@route("PUT", "/api/fleet/agent_download_sources/{itemId}", requires=ALL)
def update_source(ctx: Context) -> dict[str, Any]:
    """Replace what is sent; the default flag goes when it is not repeated."""
    stored, data = existing(ctx, STORE, MISSING), {"is_default": False, **body(ctx, Changed)}
    owner = stored["id"]
    _check(ctx, owner, data)
    keep_secrets(ctx, owner, data, stored, SECRETS)
    take_default(ctx, STORE, owner, data)
    ctx.shared(STORE)[owner] = {**stored, **data}
    bump_users(ctx, "download_source_id", owner, everybody=data["is_default"])
    return {"item": ctx.shared(STORE)[owner]}


@route("DELETE", "/api/fleet/agent_download_sources/{itemId}", requires=ALL)
def delete_source(ctx: Context) -> dict[str, Any]:
    """Delete; policies lose the reference. 400 for the default."""
    stored = existing(ctx, STORE, MISSING)
    if stored["is_default"]:
        raise CoreError(400, f"Default Download source {stored['id']} cannot be deleted.")
    bump_users(ctx, "download_source_id", stored["id"], forget=True)
    drop_secrets(ctx, stored["id"])
    del ctx.shared(STORE)[stored["id"]]
    return {"id": stored["id"]}


def _check(ctx: Context, owner: str, data: dict[str, Any]) -> None:
    for other in ctx.shared(STORE).values():
        if other["name"] == data["name"] and other["id"] != owner:
            raise CoreError(400, f"Download Source '{other['id']}' already exists with name '{data['name']}'")
    if data.get("proxy_id") and data["proxy_id"] not in ctx.shared("fleet_proxies"):
        raise CoreError(400, f"Proxy {data['proxy_id']} not found")
    if ctx.emulator.version < (9, 4):
        for key in ("auth",):
            if key in data:
                raise CoreError(400, f"[request body.{key}]: definition for this key is missing")
    refuse_doubles(data, SECRETS)
    _check_auth(data)


def _check_auth(data: dict[str, Any]) -> None:
    auth = data.get("auth") or {}
    password = auth.get("password") or at(data.get("secrets"), ("auth", "password"))
    api_key = auth.get("api_key") or at(data.get("secrets"), ("auth", "api_key"))
    if api_key and (auth.get("username") or password):
        raise CoreError(400, "Cannot specify both username/password and api_key authentication")
    if bool(auth.get("username")) != bool(password):
        raise CoreError(400, "Username and password must be provided together")
    if (api_key or password) and any(h["key"].lower() == "authorization" for h in auth.get("headers") or []):
        raise CoreError(400, 'Cannot use "Authorization" custom header together with credentials')
