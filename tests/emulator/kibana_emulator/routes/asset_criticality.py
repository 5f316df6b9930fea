# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asset criticality (reference security H.1 and J.8; Kibana's data client of the same name)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from ..errors import BypassError, CoreError
from ..kql import KqlError, compile_filter
from ..routing import Context, Reply, route
from ..schema import OMITTED, Lenient, parse
from .entity_store import v2_enabled

if TYPE_CHECKING:
    from ..core import Emulator

PATH = "/api/asset_criticality"
REQUIRES = "securitySolution-entity-analytics"
INDEX = ".asset-criticality.asset-criticality-{space}"
RECORDS_READ, RECORDS_WRITE = INDEX + ":read", INDEX + ":write"  # asked of Elasticsearch as the user
DELETED = "deleted"
WINDOW = 10_000  # Elasticsearch's limit for from + size
Level = Literal["low_impact", "medium_impact", "high_impact", "extreme_impact"]
Field_ = Literal["host.name", "user.name", "service.name", "related.entity"]


class Identity(Lenient):
    """What names a record."""

    id_field: Field_
    id_value: str
    refresh: Literal["wait_for"] = OMITTED


class Record(Identity):
    """Body of an upsert; an element of a bulk upsert."""

    criticality_level: Level


class Bulk(Lenient):
    """Body of a bulk upsert."""

    records: list[Record] = Field(min_length=1, max_length=1000)


class ListQuery(Lenient):
    """Query of the list."""

    kuery: str = ""
    sort_field: Literal["id_value", "id_field", "criticality_level", "@timestamp"] = "@timestamp"
    sort_direction: Literal["asc", "desc"] = "asc"
    page: int = Field(1, ge=1)
    per_page: int = Field(10, ge=1, le=1000)


@route("GET", "/internal/asset_criticality/privileges", requires=REQUIRES, internal=True)
def privileges(ctx: Context) -> dict[str, Any]:
    """What the user may do with the records."""
    held = {name: ctx.user.allows(f"{INDEX.format(space=ctx.space)}:{name}") for name in ("read", "write")}
    return {
        "privileges": {"elasticsearch": {"index": {".asset-criticality.asset-criticality-*": held}}},
        "has_all_required": all(held.values()),
        "has_read_permissions": held["read"],
        "has_write_permissions": held["write"],
    }


@route("POST", PATH, requires=REQUIRES, needs=(RECORDS_READ, RECORDS_WRITE))
def upsert(ctx: Context) -> dict[str, Any]:
    """Create or update a record; the time moves even where nothing else does."""
    _gone_under_v2(ctx)
    wanted = parse(Record, ctx.body, style="zod")
    _known_field(ctx, wanted, "request body")
    return _shown(keep(ctx.emulator, ctx.space, wanted.id_field, wanted.id_value, wanted.criticality_level))


@route("GET", PATH, requires=REQUIRES, needs=(RECORDS_READ,))
def get(ctx: Context) -> Any:
    """Return a record; 404 without a body where there is none."""
    _gone_under_v2(ctx)
    record = _stored(ctx, parse(Identity, ctx.query, "request query", style="zod"))
    return _shown(record) if record else Reply(404, "")


@route("DELETE", PATH, requires=REQUIRES, needs=(RECORDS_READ, RECORDS_WRITE))
def delete(ctx: Context) -> dict[str, Any]:
    """Leave a tombstone; 200 in any case."""
    _gone_under_v2(ctx)
    wanted = parse(Identity, ctx.query, "request query", style="zod")
    record = _stored(ctx, wanted)
    if record is None:
        return {"deleted": False}
    before = _shown(record)
    keep(ctx.emulator, ctx.space, wanted.id_field, wanted.id_value, DELETED)
    return {"deleted": True, "record": before}


@route("POST", f"{PATH}/bulk", requires=REQUIRES, needs=(RECORDS_READ, RECORDS_WRITE))
def bulk(ctx: Context) -> dict[str, Any]:
    """Upsert up to 1000 records; what is wrong with one of them stays in the answer."""
    _gone_under_v2(ctx)
    records = parse(Bulk, ctx.body, style="zod").records
    seen: set[tuple[str, str]] = set()
    errors = []
    for index, record in enumerate(records):
        _known_field(ctx, record, "request body")
        key = (record.id_field, record.id_value)
        if key in seen:
            errors.append({"message": "Duplicated entity", "index": index})
            continue
        seen.add(key)
        if len(record.id_value.encode()) > 500:  # an id of Elasticsearch has at most 512 bytes
            errors.append({"message": "id is too long, must be no longer than 512 bytes", "index": index})
            continue
        keep(ctx.emulator, ctx.space, *key, record.criticality_level)
    total, failed = len(records), len(errors)
    return {"errors": errors, "stats": {"successful": total - failed, "failed": failed, "total": total}}


@route("GET", f"{PATH}/list", requires=REQUIRES, needs=(RECORDS_READ,))
def find(ctx: Context) -> dict[str, Any]:
    """Return a page; tombstones are no records, but the total counts them."""
    _gone_under_v2(ctx)
    query = parse(ListQuery, ctx.query, "request query", style="zod")
    if query.page * query.per_page > WINDOW:
        size = query.page * query.per_page
        raise BypassError(400, f"Result window is too large, from + size must be less than or equal to: [{WINDOW}] "
                               f"but was [{size}].")  # fmt: skip
    try:
        fits = compile_filter(query.kuery)
    except KqlError as problem:
        raise BypassError(500, str(problem)) from None
    found = [record for record in ctx.store("asset_criticality").values() if fits(record)]
    alive = [record for record in found if record["criticality_level"] != DELETED]
    alive.sort(key=lambda record: record[query.sort_field], reverse=query.sort_direction == "desc")
    start = (query.page - 1) * query.per_page
    page = [_shown(record) for record in alive[start : start + query.per_page]]
    return {"records": page, "total": len(found), "page": query.page, "per_page": query.per_page}


def keep(emulator: Emulator, space: str, field: str, value: str, level: str) -> dict[str, Any]:
    """Store a record with the mirrored entity and return it."""
    record = {
        "id_field": field,
        "id_value": value,
        "criticality_level": level,
        "@timestamp": emulator.now(),
        "asset": {"criticality": level},
    }
    kind = field.partition(".")[0]
    if kind in ("host", "user", "service"):
        record[kind] = {"name": value, "asset": {"criticality": level}}
    emulator.store("asset_criticality", space)[f"{field}:{value}"] = record
    return record


def _shown(record: dict[str, Any]) -> dict[str, Any]:
    return dict(record)


def _stored(ctx: Context, wanted: Identity) -> dict[str, Any] | None:
    _known_field(ctx, wanted, "request query")
    record = ctx.store("asset_criticality").get(f"{wanted.id_field}:{wanted.id_value}")
    return record if record and record["criticality_level"] != DELETED else None


def _known_field(ctx: Context, wanted: Identity, where: str) -> None:
    if wanted.id_field == "related.entity" and ctx.emulator.version < (8, 19):
        expected = "'host.name' | 'user.name' | 'service.name'"
        raise CoreError(400, f"[{where}]: id_field: Invalid enum value. Expected {expected}, received 'related.entity'")


def _gone_under_v2(ctx: Context) -> None:
    if v2_enabled(ctx.emulator):
        raise CoreError(404, "Not Found")


def seed_soc(emulator: Emulator) -> None:
    """A few important assets."""
    for field, value, level in (
        ("host.name", "dc-01", "extreme_impact"),
        ("host.name", "web-01", "high_impact"),
        ("host.name", "kiosk-07", "low_impact"),
        ("user.name", "admin", "extreme_impact"),
        ("user.name", "j.doe", "medium_impact"),
        ("service.name", "payments", "high_impact"),
    ):
        keep(emulator, "default", field, value, level)
    keep(emulator, "default", "host.name", "retired-03", DELETED)
