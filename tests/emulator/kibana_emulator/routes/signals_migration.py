# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Migration of alerts in `.siem-signals-*`, indices from before 8.0 (reference security D.14, K1).

A Kibana that was never older than 8.0 has no such index, as here without the data set `soc`. An index record has
`version` (of its mapping), `signals` (count by version), `newest` (its last alert), `aliased` (part of the alias),
`write` (the write index), `polls` (looks at the task before the copy is done) and `loses` (documents that the copy
lacks, which makes the migration fail).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from ..errors import CoreError, SiemError
from ..routing import Context, route
from ..schema import Lenient, parse
from .detection_rules import ALL, BASE, READ

if TYPE_CHECKING:
    from ..core import Emulator

TEMPLATE_VERSION = 77
SIGNALS = f"{BASE}/signals"
_RELATIVE = re.compile(r"now(?:-(\d+)([smhdwMy]))?(?:/[smhdwMy])?\Z")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "M": 2_592_000, "y": 31_536_000}
Names = Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=1)]


class Age(Lenient):
    """Query of the status."""

    from_: str = Field(alias="from")


class Create(Lenient):
    """Body of a new migration."""

    index: Names
    size: Annotated[int, Field(ge=1)] = None
    slices: Annotated[int, Field(ge=1)] = None
    requests_per_second: Annotated[int, Field(ge=1)] = None


class Ids(Lenient):
    """Body of finalize and delete."""

    migration_ids: Names


def seed_soc(emulator: Emulator) -> None:
    """Two indices from an older release, the first with a migration that failed, and the write index."""
    indices = emulator.store("signals_indices", "default")
    for number, version, signals in ((1, 16, {15: 120, 16: 87}), (2, 57, {57: 2043}), (3, TEMPLATE_VERSION, {})):
        name = f".siem-signals-default-{number:06d}"
        indices[name] = index(version, signals or {TEMPLATE_VERSION: 311}, write=number == 3)
    first = ".siem-signals-default-000001"
    emulator.store("signals_migrations", "default")["924f7c50-505f-11eb-ae0a-3fa2e626a51d"] = {
        "sourceIndex": first, "destinationIndex": f"{first}-r{57:06d}", "status": "failure", "version": 57,
        "updated": "2024-03-06T22:05:56.859Z", "error": "The reindexing was cancelled.",
    }  # fmt: skip


def index(version: int, signals: dict[int, int], *, write: bool = False, **fields: Any) -> dict[str, Any]:
    """Return the record of an index with alerts."""
    counts = {str(key): count for key, count in signals.items()}
    record = {"version": version, "signals": counts, "newest": "2025-12-24T08:00:00.000Z", "aliased": True}
    return {**record, "write": write, "polls": 1, "loses": 0, **fields}


@route("GET", f"{SIGNALS}/migration_status", requires=READ)
def migration_status(ctx: Context) -> dict[str, Any]:
    """The indices of the alias that hold alerts since `from`, with their migrations, the newest first."""
    oldest = _moment(ctx, parse(Age, ctx.query, "request query", style="zod").from_)
    indices = _aliased(ctx)
    if not indices:
        raise SiemError(404, "undefined: undefined")
    migrations = sorted(ctx.store("signals_migrations").items(), key=lambda item: item[1]["updated"], reverse=True)
    shown = ("status", "version", "updated")
    return {
        "indices": [
            {
                "index": name, "version": record["version"], "is_outdated": _outdated(record),
                "signal_versions": [{"version": int(key), "count": n} for key, n in record["signals"].items()],
                "migrations": [
                    {"id": key, **{part: migration[part] for part in shown}}
                    for key, migration in migrations if migration["sourceIndex"] == name
                ],
            }
            for name, record in indices.items() if record["newest"] >= oldest
        ]
    }  # fmt: skip


@route("POST", f"{SIGNALS}/migration", requires=ALL, refresh=False)
def create_migrations(ctx: Context) -> dict[str, Any]:
    """Start copying; what needs none is skipped, and each index fails for itself."""
    names = parse(Create, ctx.body, style="zod").index
    indices = _aliased(ctx)
    if not indices:
        raise SiemError(
            400,
            f"Cannot migrate due to the signals template being out of date. Latest version: [{TEMPLATE_VERSION}], "
            "template version: [0]. Please visit Detections to automatically update your template, then try again.",
        )
    strange = [name for name in names if name not in indices]
    if strange:
        text = f"The following indices are not signals indices and cannot be migrated: [{','.join(strange)}]."
        raise SiemError(400, text)
    return {"indices": [_start(ctx, name, indices[name]) for name in names]}


def _start(ctx: Context, name: str, record: dict[str, Any]) -> dict[str, Any]:
    nothing = {"index": name, "migration_id": None, "migration_index": None}
    if not _outdated(record):
        return nothing
    if record["write"]:
        text = "The specified index is a write index and cannot be migrated."
        return {**nothing, "error": {"message": text, "status_code": 400}}
    target = f"{name}-r{TEMPLATE_VERSION:06d}"
    migrations = ctx.store("signals_migrations")
    if any(other["destinationIndex"] == target for other in migrations.values()):
        text = f"resource_already_exists_exception: index [{target}/{ctx.emulator.uuid()}] already exists"
        return {**nothing, "error": {"message": text, "status_code": 400}}
    migration_id = ctx.emulator.uuid()
    migrations[migration_id] = {
        "sourceIndex": name, "destinationIndex": target, "status": "pending", "version": TEMPLATE_VERSION,
        "updated": ctx.emulator.now(), "polls": record["polls"], "loses": record["loses"],
    }  # fmt: skip
    return {"index": name, "migration_id": migration_id, "migration_index": target}


@route("POST", f"{SIGNALS}/finalize_migration", requires=ALL)
def finalize_migrations(ctx: Context) -> dict[str, Any]:
    """Put the copies in place of the originals where they are done; an object with a list, whatever the document says.

    A migration that failed has an `error` and no `completed`.
    """
    migrations = _named(ctx)
    return {"migrations": [_finalize(ctx, key, migration) for key, migration in migrations.items()]}


def _finalize(ctx: Context, key: str, migration: dict[str, Any]) -> dict[str, Any]:
    if migration["status"] == "pending" and migration["polls"] > 0:
        migration["polls"] -= 1
    elif migration["status"] == "pending":
        _settle(ctx, migration)
    if migration["status"] == "failure":
        return {**_shown(key, migration), "error": {"message": migration["error"], "status_code": 400}}
    return {**_shown(key, migration), "completed": migration["status"] != "pending"}


def _settle(ctx: Context, migration: dict[str, Any]) -> None:
    """End a migration: the alias moves to the copy, unless the copy lacks documents."""
    indices, source, target = ctx.store("signals_indices"), migration["sourceIndex"], migration["destinationIndex"]
    migration["updated"] = ctx.emulator.now()
    total = sum(indices[source]["signals"].values())
    if migration["loses"]:
        migration["status"] = "failure"
        migration["error"] = (
            f"The source and destination indexes have different document counts. Source [{source}] has [{total}] "
            f"documents, while destination [{target}] has [{total - migration['loses']}] documents."
        )
        return
    migration["status"] = "success"
    copy = index(TEMPLATE_VERSION, {TEMPLATE_VERSION: total}, newest=indices[source]["newest"])
    indices[target] = copy
    indices[source]["aliased"] = False


@route("DELETE", f"{SIGNALS}/migration", requires=ALL)
def delete_migrations(ctx: Context) -> dict[str, Any]:
    """Forget migrations that have ended; a pending one is answered like the others, and stays."""
    answer = []
    for key, migration in _named(ctx).items():
        answer.append(_shown(key, migration))
        if migration["status"] != "pending":
            del ctx.store("signals_migrations")[key]
    return {"migrations": answer}


def _named(ctx: Context) -> dict[str, dict[str, Any]]:
    """Return the migrations of the body; one that is missing is a 404 for all of them."""
    migrations = ctx.store("signals_migrations")
    ids = parse(Ids, ctx.body, style="zod").migration_ids
    for key in ids:
        if key not in migrations:
            raise SiemError(404, f"Saved object [security-solution-signals-migration/{key}] not found")
    return {key: migrations[key] for key in ids}


def _shown(key: str, migration: dict[str, Any]) -> dict[str, Any]:
    names = ("destinationIndex", "status", "sourceIndex", "version", "updated")
    return {"id": key, **{name: migration[name] for name in names}}


def _aliased(ctx: Context) -> dict[str, dict[str, Any]]:
    return {name: record for name, record in ctx.store("signals_indices").items() if record["aliased"]}


def _outdated(record: dict[str, Any]) -> bool:
    return any(version < TEMPLATE_VERSION for version in (record["version"], *map(int, record["signals"])))


def _moment(ctx: Context, text: str) -> str:
    """Return the moment that a date or `now-30d` means; raise 400."""
    found = _RELATIVE.match(text)
    now = datetime.fromisoformat(ctx.emulator.now())
    if not found:
        try:
            return datetime.fromisoformat(text).replace(tzinfo=UTC).isoformat()
        except ValueError:
            raise CoreError(400, "[request query]: from: Failed to parse date-math expression") from None
    back = timedelta(seconds=int(found[1] or 0) * _SECONDS[found[2] or "s"])
    return (now - back).isoformat() if back < timedelta(days=365 * 1000) else ""
