# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fleet agents, reading and single ones: `/api/fleet/agents` (reference platform A.11.1, A.11.2)."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import Field

from ..errors import CoreError
from ..routing import Context, route
from ..schema import Strict, parse
from .fleet_agent_state import STATUSES, docs, select, shown, status_of

READ = ("fleet-agents-read",)
ALL = ("fleet-agents-all",)
LIMIT = 10_000
WHERE = "[request query.kuery]"


class FindAgents(Strict):
    """Query of the list of agents."""

    page: float = None
    perPage: Annotated[int, Field(ge=0)] = 20
    kuery: str = None
    showAgentless: bool = True
    showInactive: bool = False
    withMetrics: bool = False
    showUpgradeable: bool = False
    getStatusSummary: bool = False
    sortField: str = None
    sortOrder: Literal["asc", "desc"] = None
    searchAfter: str = None
    openPit: bool = None
    pitId: str = None
    pitKeepAlive: str = None


class FindTags(Strict):
    """Query of the tags."""

    kuery: str = None
    showInactive: bool = False


class FindOne(Strict):
    """Query of one agent."""

    withMetrics: bool = False


class ChangeAgent(Strict):
    """PUT of an agent; what is given replaces."""

    tags: list[str] = None
    user_provided_metadata: dict[str, Any] = None


class StatusQuery(Strict):
    """Query of the counts."""

    policyId: str = None
    policyIds: list[str] | str = None
    kuery: str = None


def _query(ctx: Context) -> FindAgents:
    query = parse(FindAgents, ctx.query, "request query")
    problem = None
    if query.openPit and query.pitId:
        problem = "You cannot request to open a new point-in-time with an existing pitId"
    elif (query.openPit or query.pitId or query.pitKeepAlive) and not query.pitKeepAlive:
        problem = "You must provide pitKeepAlive when using point-in-time parameters"
    elif (query.page or 1) * query.perPage > LIMIT:
        problem = f"You cannot use page and perPage page over {LIMIT} agents"
    elif query.searchAfter and query.page:
        problem = "You cannot use page parameter when using searchAfter"
    elif query.searchAfter and not _sort_values(query.searchAfter):
        problem = "searchAfter must be a non-empty array"
    if problem:
        raise CoreError(400, f"[request query]: {problem}")
    return query


def _sort_values(text: str) -> list[Any] | None:
    try:
        values = json.loads(text)
    except ValueError:
        return None
    return values if isinstance(values, list) else None


@route("GET", "/api/fleet/agents", requires=READ)
def list_agents(ctx: Context) -> dict[str, Any]:
    """A page of agents; inactive and unenrolled ones only when asked for. 400 beyond 10 000 without searchAfter."""
    query = _query(ctx)
    found = select(ctx, query.kuery, show_inactive=query.showInactive, where=WHERE)
    if query.sortField and query.sortField != "enrolled_at":
        found.sort(key=lambda doc: str(doc.get(query.sortField or "", "")), reverse=query.sortOrder != "asc")
    pit_id, order = _point_in_time(ctx, query, found)
    rows = [(doc, _sort(doc, order)) for doc in found]
    if query.searchAfter:
        after = _sort_values(query.searchAfter) or []
        rows = [row for row in rows if _comes_after(row[1], after)]
    start = 0 if query.searchAfter else (int(query.page or 1) - 1) * query.perPage
    page = rows[start : start + query.perPage]
    items = [{**shown(ctx, doc), "sort": sort} for doc, sort in page]
    answer: dict[str, Any] = {"items": items, "total": len(found), "perPage": query.perPage}
    answer["page"] = 0 if query.searchAfter else int(query.page or 1)
    if ctx.emulator.version < (9, 0):
        answer["list"] = items
    if items:
        answer["nextSearchAfter"] = json.dumps(items[-1]["sort"])
    if pit_id:
        answer["pit"] = pit_id
    if query.getStatusSummary:
        answer["statusSummary"] = _counts(found)
    return answer


def _point_in_time(
    ctx: Context, query: FindAgents, found: list[dict[str, Any]]
) -> tuple[str | None, dict[str, int] | None]:
    """Return the id of the point in time and the place of each agent in it, which breaks ties."""
    pits = ctx.store("fleet_agent_pits")
    if query.openPit:
        pit_id = ctx.emulator.uuid()
        pits[pit_id] = [doc["id"] for doc in found]
    elif query.pitId:
        if query.pitId not in pits:
            raise CoreError(404, "No search context found for id")
        pit_id = query.pitId
        known = {doc["id"]: doc for doc in found}
        found[:] = [known[agent_id] for agent_id in pits[pit_id] if agent_id in known]
    else:
        return None, None
    return pit_id, {agent_id: place for place, agent_id in enumerate(pits[pit_id])}


def _sort(doc: dict[str, Any], order: dict[str, int] | None) -> list[Any]:
    values = [doc["enrolled_at"], doc["local_metadata"]["host"]["hostname"]]
    return values if order is None else [*values, order[doc["id"]]]


def _comes_after(values: list[Any], after: list[Any]) -> bool:
    """Compare as Elasticsearch does: without a point in time nothing breaks a tie, and equal ones are skipped."""
    if values[0] != after[0]:
        return bool(values[0] < after[0])
    return bool(values[1:] > after[1:])


def _counts(found: list[dict[str, Any]]) -> dict[str, int]:
    counts = dict.fromkeys(STATUSES, 0)
    for doc in found:
        counts[status_of(doc)] += 1
    return counts


@route("GET", "/api/fleet/agents/tags", requires=READ)
def list_tags(ctx: Context) -> dict[str, Any]:
    """The tags in use, each once."""
    query = parse(FindTags, ctx.query, "request query")
    found = select(ctx, query.kuery, show_inactive=query.showInactive, where=WHERE)
    return {"items": sorted({tag for doc in found for tag in doc.get("tags", [])}, key=str.lower)}


@route("GET", "/api/fleet/agent_status", requires=READ)
def agent_status(ctx: Context) -> dict[str, Any]:
    """How many agents are in which state."""
    query = parse(StatusQuery, ctx.query, "request query")
    wanted = [query.policyIds] if isinstance(query.policyIds, str) else query.policyIds or []
    wanted = [*wanted, query.policyId] if query.policyId else wanted
    kuery = f"({query.kuery}) and status:*" if query.kuery else "status:*"
    found = select(ctx, kuery, show_inactive=True, where=WHERE)
    counts = _counts([doc for doc in found if not wanted or doc["policy_id"] in wanted])
    results = {key: counts[key] for key in ("online", "offline", "uninstalled", "orphaned", "inactive", "unenrolled")}
    active = sum(counts.values()) - counts["unenrolled"] - counts["inactive"]
    updating = counts["updating"] + counts["enrolling"] + counts["unenrolling"]
    results.update(error=counts["error"] + counts["degraded"], updating=updating, events=0, other=0)
    return {"results": {**results, "active": active, "all": sum(counts.values())}}


@route("GET", "/api/fleet/agents/available_versions", requires=READ)
def available_versions(ctx: Context) -> dict[str, Any]:
    """The versions of agents that go with this Kibana."""
    return {"items": [ctx.emulator.version_number]}


@route("GET", "/api/fleet/agents/{agentId}", requires=READ)
def get_agent(ctx: Context) -> dict[str, Any]:
    """One agent, unenrolled ones too; 404."""
    parse(FindOne, ctx.query, "request query")
    return {"item": shown(ctx, existing(ctx))}


@route("PUT", "/api/fleet/agents/{agentId}", requires=ALL)
def put_agent(ctx: Context) -> dict[str, Any]:
    """Replace the tags (each once, in their order) and the metadata of the user."""
    data, doc = parse(ChangeAgent, ctx.body).model_dump(exclude_unset=True), existing(ctx)
    if "tags" in data:
        data["tags"] = list(dict.fromkeys(data["tags"]))
    doc.update(data)
    return {"item": shown(ctx, doc)}


@route("DELETE", "/api/fleet/agents/{agentId}", requires=ALL)
def delete_agent(ctx: Context) -> dict[str, Any]:
    """Remove the document alone."""
    del docs(ctx)[existing(ctx)["id"]]
    return {"action": "deleted"}


def existing(ctx: Context) -> dict[str, Any]:
    """Return the agent of the path; 404."""
    doc = docs(ctx).get(ctx.path["agentId"])
    if doc is None:
        raise CoreError(404, f"Agent {ctx.path['agentId']} not found")
    return doc
