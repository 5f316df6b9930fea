# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fleet proxies: `/api/fleet/proxies` (reference platform A.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator

from ..errors import CoreError
from ..routing import Context, route
from ..schema import OMITTED, Strict
from .fleet_owned import body, existing, listed, new_id

if TYPE_CHECKING:
    from ..core import Emulator

READ, ALL = ("fleet-settings-read",), ("fleet-settings-all",)
STORE, MISSING = "fleet_proxies", "Fleet proxy {id} not found"
NULLED = ("proxy_headers", "certificate_authorities", "certificate", "certificate_key")
USERS = ("fleet_outputs", "fleet_server_hosts", "fleet_download_sources")


def _url(value: str) -> str:
    if not value.startswith(("http://", "https://", "socks5://")):
        raise ValueError("Invalid URL")
    return value


class Changed(Strict):
    """Body of an update."""

    name: str = OMITTED
    url: Annotated[str, AfterValidator(_url)] = OMITTED
    proxy_headers: dict[str, str | bool | int | float] | None = None
    certificate_authorities: str | None = None
    certificate: str | None = None
    certificate_key: str | None = None


class New(Changed):
    """Body of a create."""

    id: str = OMITTED
    name: str
    url: Annotated[str, AfterValidator(_url)]


def seed(emulator: Emulator) -> None:
    """A proxy from the configuration file."""
    emulator.store(STORE)["preconfigured-proxy"] = {
        "id": "preconfigured-proxy", "name": "From the configuration", "url": "http://proxy.example:3128",
        "is_preconfigured": True,
    }  # fmt: skip


@route("GET", "/api/fleet/proxies", requires=READ)
def list_proxies(ctx: Context) -> dict[str, Any]:
    """Everything."""
    return listed(ctx, STORE)


@route("GET", "/api/fleet/proxies/{itemId}", requires=READ)
def get_proxy(ctx: Context) -> dict[str, Any]:
    """One proxy; 404."""
    return {"item": existing(ctx, STORE, MISSING)}


@route("POST", "/api/fleet/proxies", requires=ALL)
def create_proxy(ctx: Context) -> dict[str, Any]:
    """Create; names are not unique."""
    data = body(ctx, New)
    owner = new_id(ctx, STORE, data, "fleet-proxy")
    ctx.shared(STORE)[owner] = {"id": owner, **data, "is_preconfigured": False}
    return {"item": ctx.shared(STORE)[owner]}


@route("PUT", "/api/fleet/proxies/{itemId}", requires=ALL)
def update_proxy(ctx: Context) -> dict[str, Any]:
    """Merge, but headers and certificates go when they are not repeated."""
    stored, data = existing(ctx, STORE, MISSING), body(ctx, Changed)
    if stored["is_preconfigured"]:
        raise CoreError(403, f"Cannot update {stored['id']} preconfigured proxy")
    ctx.shared(STORE)[stored["id"]] = {**stored, **dict.fromkeys(NULLED), **data}
    return {"item": ctx.shared(STORE)[stored["id"]]}


@route("DELETE", "/api/fleet/proxies/{itemId}", requires=ALL)
def delete_proxy(ctx: Context) -> dict[str, Any]:
    """Delete; whatever used it uses none. 403 where a preconfigured object uses it."""
    stored = existing(ctx, STORE, MISSING)
    users = [
        (store, item) for store in USERS for item in ctx.shared(store).values() if item.get("proxy_id") == stored["id"]
    ]
    if stored["is_preconfigured"] or any(item.get("is_preconfigured") for _unused, item in users):
        raise CoreError(403, f"Cannot delete {stored['id']} preconfigured proxy")
    for store, item in users:
        ctx.shared(store)[item["id"]] = {**item, "proxy_id": None}
    del ctx.shared(STORE)[stored["id"]]
    return {"id": stored["id"]}
