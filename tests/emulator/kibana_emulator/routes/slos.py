# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Service level objectives: `/api/observability/slos` (reference platform F.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from ..errors import CoreError
from ..kql import KqlError, by_path, compile_filter
from ..routing import Context, route
from ..schema import Lenient, parse
from .slo_rules import REVISED, SLOS, Slo, checked, new_slo, sent, validate

if TYPE_CHECKING:
    from ..core import Emulator

BASE = "/api/observability/slos"
ITEM = f"{BASE}/{{id}}"
READ, WRITE = ("slo_read",), ("slo_write",)
SUMMARY = {
    "status": "NO_DATA", "sliValue": -1, "errorBudget": {
        "initial": 0.01, "consumed": 0, "remaining": 1, "isEstimated": False,
    },
}  # fmt: skip


class Find(Lenient):
    """Query of the list with summaries."""

    kqlQuery: str = ""
    page: Annotated[int, Field(ge=1)] = 1
    perPage: Annotated[int, Field(ge=0, le=5000)] = 25
    sortBy: str = "status"
    sortDirection: Literal["asc", "desc"] = "asc"
    hideStale: bool = False


class FindDefinitions(Lenient):
    """Query of the list of definitions."""

    search: str = ""
    tags: str = ""
    includeOutdatedOnly: bool = False
    page: Annotated[int, Field(ge=1)] = 1
    perPage: Annotated[int, Field(ge=0, le=1000)] = 100


class Instance(Lenient):
    """One instance of a grouped SLO."""

    sloId: str
    instanceId: str


class Instances(Lenient):
    """Body of `_delete_instances`."""

    list_: list[Instance] = Field(alias="list")


@route("POST", BASE, requires=WRITE)
def create(ctx: Context) -> dict[str, str]:
    """Create an SLO; the answer has but the id."""
    values = sent(ctx.body, creating=True)
    slo = new_slo(ctx.emulator, values, ctx.user.name)
    validate(slo)
    # The id must be free in all spaces.
    spaces = [str(name) for name in ctx.shared("spaces")]
    if any(slo["id"] in ctx.emulator.store(SLOS, space) for space in spaces):
        raise CoreError(409, f"SLO [{slo['id']}] already exists")
    ctx.store(SLOS)[slo["id"]] = slo
    return {"id": slo["id"]}


@route("GET", ITEM, requires=READ)
def get(ctx: Context) -> Slo:
    """One SLO with its summary."""
    instance = ctx.query.get("instanceId", "*")
    return with_summary(_stored(ctx), instance)


@route("PUT", ITEM, requires=WRITE)
def update(ctx: Context) -> Slo:
    """Change what is given, each field as a whole but the settings. Nothing moves where nothing differs."""
    values, slo = sent(ctx.body, creating=False), _stored(ctx)
    after = {**slo, **values, "settings": {**slo["settings"], **values.get("settings", {})}}
    after["groupBy"] = values.get("groupBy") or slo["groupBy"]
    if after == slo:
        return checked(slo)
    validate(after)
    if any(after[name] != slo[name] for name in REVISED):
        after["revision"] += 1
    slo.update({**after, "updatedAt": ctx.emulator.now(), "updatedBy": ctx.user.name})
    return checked(slo)


@route("DELETE", ITEM, requires=WRITE)
def delete(ctx: Context) -> None:
    """Delete an SLO."""
    del ctx.store(SLOS)[_stored(ctx)["id"]]


@route("POST", f"{ITEM}/enable", requires=WRITE)
def enable(ctx: Context) -> None:
    """Start the transforms."""
    _switch(ctx, True)


@route("POST", f"{ITEM}/disable", requires=WRITE)
def disable(ctx: Context) -> None:
    """Stop the transforms."""
    _switch(ctx, False)


def _switch(ctx: Context, enabled: bool) -> None:
    slo = _stored(ctx)
    if slo["enabled"] != enabled:
        slo.update(enabled=enabled, updatedAt=ctx.emulator.now(), updatedBy=ctx.user.name)


@route("POST", f"{ITEM}/_reset", requires=WRITE)
def reset(ctx: Context) -> Slo:
    """Throw away what was computed, and begin again."""
    slo = _stored(ctx)
    slo.update(version=2, updatedAt=ctx.emulator.now(), updatedBy=ctx.user.name)
    return checked(slo)


@route("POST", f"{BASE}/_delete_instances", requires=WRITE)
def delete_instances(ctx: Context) -> None:
    """Forget the data of instances; unknown ones are no error."""
    parse(Instances, ctx.body)


@route("GET", BASE, requires=READ)
def find(ctx: Context) -> dict[str, Any]:
    """A page of SLOs with summaries, a grouped one once for each instance."""
    query = parse(Find, ctx.query, "request query")
    try:
        wanted = compile_filter(query.kqlQuery, lambda slo, field: by_path(slo, field.removeprefix("slo.")))
    except KqlError as problem:
        raise CoreError(400, f"KQLSyntaxError: {problem}") from None
    found = [slo for slo in ctx.store(SLOS).values() if wanted(slo)]
    results = [with_summary(slo, name) for slo in found for name in _instances(slo)]
    results.sort(key=lambda slo: slo["id"], reverse=query.sortDirection == "desc")
    return _page(results, query.page, query.perPage)


@route("GET", f"{BASE}/_definitions", requires=READ)
def definitions(ctx: Context) -> dict[str, Any]:
    """A page of definitions, whether there are data or not."""
    query = parse(FindDefinitions, ctx.query, "request query")
    tags = {tag for tag in query.tags.split(",") if tag}
    found = [
        checked(slo)
        for slo in ctx.store(SLOS).values()
        if query.search.strip("*").lower() in slo["name"].lower()
        and tags <= set(slo["tags"])
        and not query.includeOutdatedOnly
    ]
    return _page(sorted(found, key=lambda slo: slo["id"]), query.page, query.perPage)


def _page(items: list[Slo], page: int, size: int) -> dict[str, Any]:
    start = (page - 1) * size
    return {"page": page, "perPage": size, "total": len(items), "results": items[start : start + size]}


def _instances(slo: Slo) -> list[str]:
    return ["*"] if slo["groupBy"] in ("*", ["*"], []) else ["one", "two"]


def with_summary(slo: Slo, instance: str) -> Slo:
    """Return the SLO as a single read shows it."""
    return {**checked(slo), "instanceId": instance, "groupings": {}, "meta": {}, "summary": SUMMARY}


def _stored(ctx: Context) -> Slo:
    slo: Slo | None = ctx.store(SLOS).get(ctx.path["id"])
    if slo is None:
        raise CoreError(404, f"SLO [{ctx.path['id']}] not found")
    return slo


def seed_soc(emulator: Emulator) -> None:
    """One SLO of the log-in page."""
    values = {
        "id": "login-page-availability", "name": "Log-in page answers", "description": "Users can log in.",
        "indicator": {"type": "sli.kql.custom", "params": {
            "index": "logs-nginx-*", "good": "http.response.status_code < 500", "total": "url.path: /login",
            "timestampField": "@timestamp",
        }},
        "timeWindow": {"type": "rolling", "duration": "30d"}, "budgetingMethod": "occurrences",
        "objective": {"target": 0.99}, "tags": ["login"],
    }  # fmt: skip
    emulator.store(SLOS, "default")[values["id"]] = new_slo(emulator, values, "anna")
