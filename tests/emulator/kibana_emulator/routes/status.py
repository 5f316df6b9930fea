# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""GET /api/status (reference security A.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import CoreError
from ..routing import Context, route

if TYPE_CHECKING:
    from ..core import Emulator

AVAILABLE = {"level": "available", "summary": "All services and plugins are available", "meta": {}}


@route("GET", "/api/status", versioned=False, auth="optional")
def status(ctx: Context) -> dict[str, Any]:
    """Return the level for anybody, the whole body for whoever has logged in."""
    if ctx.query.get("v7format") == "true" and ctx.query.get("v8format") == "true":
        raise CoreError(400, "[request query]: provide only one format option: v7format or v8format")
    if not ctx.user.name:
        return {"status": {"overall": {"level": "available"}}}
    emulator = ctx.emulator
    return {
        "name": "kibana",
        "uuid": "5b2de169-2785-441b-ae8c-186a1936b17d",
        "version": _version(emulator),
        "status": {"overall": AVAILABLE, "core": _core(), "plugins": {}},
        "metrics": {
            "last_updated": emulator.now(),
            "collection_interval_in_millis": 5000,
            "elasticsearch_client": {"totalActiveSockets": 0, "totalIdleSockets": 0, "totalQueuedRequests": 0},
        },
    }


def _version(emulator: Emulator) -> dict[str, Any]:
    number, _unused, suffix = emulator.version_number.partition("-")
    return {
        "number": number,
        "build_hash": "0" * 40,
        "build_number": 80000,
        "build_snapshot": suffix == "SNAPSHOT",
        "build_flavor": "traditional",
        "build_date": "2026-01-01T00:00:00.000Z",
    }


def _core() -> dict[str, Any]:
    ready = "SavedObjects service has completed migrations and is ready"
    return {
        "elasticsearch": {"level": "available", "summary": "Elasticsearch is available", "meta": {}},
        "savedObjects": {"level": "available", "summary": ready, "meta": {}},
    }
