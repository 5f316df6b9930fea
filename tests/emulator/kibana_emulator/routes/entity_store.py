# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entities of the entity store V2, as far as asset criticality needs them (Kibana's entity_store plugin, 9.4).

Off until `emulator.store("entity_store")["v2"]` is true, which also takes away the older routes.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from ..errors import CoreError
from ..kql import KqlError, by_path, compile_filter
from ..routing import Context, route
from ..schema import OMITTED, Lenient, parse

if TYPE_CHECKING:
    from ..core import Emulator

PATH = "/api/security/entity_store/entities"
REQUIRES = "securitySolution-entity-analytics"
V2 = (9, 4)
LEVELS = ("low_impact", "medium_impact", "high_impact", "extreme_impact", None)
Type = Literal["user", "host", "service", "generic"]


class ListQuery(Lenient):
    """Query of the list in its search-after mode."""

    filter: str = ""
    size: int = Field(10, ge=1)
    searchAfter: str = OMITTED


class Update(Lenient):
    """One entity of a bulk update."""

    type: Type
    doc: dict[str, Any]


class BulkUpdate(Lenient):
    """Body of a bulk update."""

    entities: list[Update]


class BulkQuery(Lenient):
    """Query of a bulk update."""

    force: bool = False


def v2_enabled(emulator: Emulator) -> bool:
    """Say whether the entity store V2 has replaced the older APIs."""
    return bool(emulator.version >= V2 and emulator.store("entity_store").get("v2"))


@route("POST", f"{PATH}/{{type}}", requires=REQUIRES, since=V2)
def create(ctx: Context) -> dict[str, Any]:
    """Create an entity; its id is its key."""
    _only_with_v2(ctx)
    euid = by_path(ctx.body or {}, "entity.id")
    if not euid:
        raise CoreError(400, "[request body]: entity: Required")
    entities = ctx.store("entities")
    if euid in entities:
        raise CoreError(409, f"Entity ID '{euid}' already exists")
    entities[euid] = {**ctx.body, "@timestamp": ctx.emulator.now()}
    entities[euid]["entity"] = {**ctx.body["entity"], "EngineMetadata": {"Type": ctx.path["type"]}}
    return {"ok": True}


@route("GET", PATH, requires=REQUIRES, since=V2)
def find(ctx: Context) -> dict[str, Any]:
    """Return entities and the mark to go on from."""
    _only_with_v2(ctx)
    query = parse(ListQuery, ctx.query, "request query", style="zod")
    try:
        fits = compile_filter(query.filter)
    except KqlError as problem:
        raise CoreError(400, f"Invalid filter: {problem}") from None
    found = sorted((key, entity) for key, entity in ctx.store("entities").items() if fits(entity))
    after = json.loads(query.searchAfter)[0] if query.searchAfter else ""
    rest = [(key, entity) for key, entity in found if key > after]
    page = rest[: query.size]
    mark = {"nextSearchAfter": [page[-1][0]]} if len(page) == query.size else {}
    return {"entities": [entity for _unused, entity in page], **mark}


@route("PUT", f"{PATH}/bulk", requires=REQUIRES, since=V2)
def bulk_update(ctx: Context) -> dict[str, Any]:
    """Update entities; one that is not there stays in the answer."""
    _only_with_v2(ctx)
    force = parse(BulkQuery, ctx.query, "request query", style="zod").force
    updates = parse(BulkUpdate, ctx.body, style="zod").entities
    for update in updates:
        asset = update.doc.get("asset") or {}
        if asset and not force:
            raise CoreError(400, "The following attributes are not allowed to be updated without forcing it "
                                 "(?force=true): asset.criticality")  # fmt: skip
        if asset.get("criticality") not in LEVELS:
            raise CoreError(400, "[request body]: entities.0.doc.asset.criticality: Invalid option")
    return {"ok": True, "errors": [error for update in updates if (error := _update(ctx, update.doc))]}


def _update(ctx: Context, doc: dict[str, Any]) -> dict[str, Any] | None:
    euid = by_path(doc, "entity.id")
    entity = ctx.store("entities").get(euid)
    if entity is None:
        key = hashlib.sha256(str(euid).encode()).hexdigest()
        reason = f"[{key}]: document missing"
        return {"_id": key, "status": 404, "type": "document_missing_exception", "reason": reason}
    entity["asset"] = {**entity.get("asset", {}), **doc.get("asset", {})}
    entity["@timestamp"] = ctx.emulator.now()
    return None


def _only_with_v2(ctx: Context) -> None:
    if not v2_enabled(ctx.emulator):
        raise CoreError(404, "Not Found")
