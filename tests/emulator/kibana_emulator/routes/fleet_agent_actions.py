# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done to Fleet agents: unenrolment, tags, and how far it got (reference platform A.11.2, A.11.3, G.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import Field

from ..errors import CoreError
from ..routing import Context, route
from ..schema import Strict, parse
from .fleet_agent_state import docs, is_hosted, select, status_of
from .fleet_agents import ALL, LIMIT, READ, existing

LOOKS_UNTIL_ACK = 2  # an agent learns of its unenrolment at its next check-in
LISTENING = ("online", "error", "degraded", "unenrolling")

Action = dict[str, Any]
# What goes on with an action of a kind at each look at it, where agents have to answer.
PROGRESS: dict[str, Callable[[Context, Action], None]] = {}


class Unenroll(Strict):
    """Body for one agent."""

    force: bool = None
    revoke: bool = None


class BulkUnenroll(Unenroll):
    """Body for many; a text is KQL."""

    agents: list[str] | str
    batchSize: float = None
    includeInactive: bool = None


class BulkTags(Strict):
    """Tags to add and to remove; a text is KQL."""

    agents: list[str] | str
    tagsToAdd: list[str] = Field(default_factory=list)
    tagsToRemove: list[str] = Field(default_factory=list)
    batchSize: float = None
    includeInactive: bool = False


class ActionStatus(Strict):
    """Query of the actions; the first page is 0."""

    page: int = 0
    perPage: int = 20
    date: str = None
    latest: float = None
    errorSize: int = 5


class ActionIds(Strict):
    """Body of the search for the agents of actions."""

    actionIds: list[str]


def record(
    ctx: Context, kind: str, agents: list[str], total: int, action_id: str | None = None, **shown: Any
) -> Action:
    """Remember an action; `acks` are the answers of its agents, None for a success. `shown` is shown with it."""
    action = {
        "actionId": action_id or ctx.emulator.uuid(), "type": kind, "agents": agents, "total": total,
        "creationTime": ctx.emulator.now(), "acks": {}, "looks": 0, "cancelled": None,
        "shown": shown,
    }  # fmt: skip
    ctx.store("fleet_actions")[action["actionId"]] = action
    return action


def given_agents(ctx: Context, agents: list[str] | str, include_inactive: bool) -> list[dict[str, Any]]:
    """Return the agents that a body names; unknown ids are passed over."""
    if isinstance(agents, str):
        return select(ctx, agents, show_inactive=include_inactive, where="Kuery is malformed")
    return [docs(ctx)[agent_id] for agent_id in agents if agent_id in docs(ctx)]


def _refusal(ctx: Context, doc: dict[str, Any], body: Unenroll) -> str | None:
    """Say why an agent is not unenrolled."""
    if body.force:
        return None
    if doc.get("unenrolled_at") or (doc.get("unenrollment_started_at") and not body.revoke):
        return f"Agent {doc['id']} already unenrolled"
    if is_hosted(ctx, doc):
        return f"Cannot unenroll {doc['id']} from a hosted agent policy {doc['policy_id']}"
    return None


def _leave(ctx: Context, doc: dict[str, Any]) -> None:
    doc.update(active=False, unenrolled_at=ctx.emulator.now())


def _unenroll(ctx: Context, given: list[dict[str, Any]], body: Unenroll) -> dict[str, Any]:
    refusals = {doc["id"]: reason for doc in given if (reason := _refusal(ctx, doc, body))}
    leaving = [doc for doc in given if doc["id"] not in refusals]
    kind = "FORCE_UNENROLL" if body.revoke else "UNENROLL"
    action = record(ctx, kind, [doc["id"] for doc in leaving], len(given))
    action["acks"].update(refusals)
    for doc in leaving:
        if body.revoke:
            _leave(ctx, doc)
            action["acks"][doc["id"]] = None
        else:
            doc["unenrollment_started_at"] = ctx.emulator.now()
    return action


@route("POST", "/api/fleet/agents/{agentId}/unenroll", requires=ALL)
def unenroll(ctx: Context) -> dict[str, Any]:
    """One agent; 400 for a hosted one unless forced."""
    body, doc = parse(Unenroll, ctx.body or {}), existing(ctx)
    if is_hosted(ctx, doc) and not body.force:
        text = f"Cannot unenroll {doc['id']} from a hosted agent policy {doc['policy_id']}"
        raise CoreError(
            400, f"{text} in Fleet because the agent policy is managed by an external orchestration solution"
        )
    _unenroll(ctx, [doc], body)
    return {}


@route("POST", "/api/fleet/agents/bulk_unenroll", requires=ALL)
def bulk_unenroll(ctx: Context) -> dict[str, Any]:
    """Many agents; who is refused shows up in the status of the action alone."""
    body = parse(BulkUnenroll, ctx.body)
    return {"actionId": _unenroll(ctx, given_agents(ctx, body.agents, bool(body.includeInactive)), body)["actionId"]}


@route("POST", "/api/fleet/agents/bulk_update_agent_tags", requires=ALL)
def bulk_update_tags(ctx: Context) -> dict[str, Any]:
    """At once for ids; for KQL by a task, whose work is seen after a look at the status of actions."""
    body = parse(BulkTags, ctx.body)
    if isinstance(body.agents, list):
        return {"actionId": _change_tags(ctx, given_agents(ctx, body.agents, True), body)}
    kuery = f"({body.agents})" if body.agents else "active:*"
    if len(body.tagsToAdd) == 1 and not body.tagsToRemove:
        kuery += f' and not tags:"{body.tagsToAdd[0]}"'
    elif len(body.tagsToRemove) == 1 and not body.tagsToAdd:
        kuery += f' and tags:"{body.tagsToRemove[0]}"'
    select(ctx, kuery, show_inactive=body.includeInactive, where="Kuery is malformed")
    action_id = ctx.emulator.uuid()
    ctx.store("fleet_tasks")[action_id] = {"kuery": kuery, **body.model_dump(exclude_unset=True)}
    return {"actionId": action_id}


def _change_tags(ctx: Context, given: list[dict[str, Any]], body: BulkTags, action_id: str | None = None) -> str:
    """Change the tags and return the id of the action, which is not recorded when nobody was eligible."""
    eligible = [doc for doc in given if not is_hosted(ctx, doc)]
    action_id = action_id or ctx.emulator.uuid()
    if not eligible:
        return action_id
    add, remove = list(dict.fromkeys(body.tagsToAdd)), set(body.tagsToRemove)
    for doc in eligible:
        tags = doc.get("tags") or []
        if len(add) == 1 and len(remove) == 1:  # a rename keeps the place
            tags = [add[0] if tag in remove else tag for tag in tags]
        else:
            tags = [tag for tag in tags if tag not in remove]
        doc["tags"] = list(dict.fromkeys([*tags, *add]))
        doc["updated_at"] = ctx.emulator.now()
    ids = [ctx.emulator.uuid() for _unused in eligible]  # Fleet notes made-up ids for this kind of action
    record(ctx, "UPDATE_TAGS", ids, len(eligible), action_id)["acks"].update(dict.fromkeys(ids))
    return action_id


def _time_passes(ctx: Context) -> None:
    """Run waiting tasks, and let agents that still check in go on with what was asked of them."""
    tasks = ctx.store("fleet_tasks")
    for action_id, task in list(tasks.items()):
        del tasks[action_id]
        body = BulkTags(**{key: value for key, value in task.items() if key != "kuery"})
        _change_tags(ctx, given_agents(ctx, task["kuery"], body.includeInactive), body, action_id)
    for action in ctx.store("fleet_actions").values():
        action["looks"] += 1
        if action["type"] in PROGRESS and not action["cancelled"]:
            PROGRESS[action["type"]](ctx, action)


def _part(ctx: Context, action: Action) -> None:
    """Let agents that still check in acknowledge their unenrolment."""
    for agent_id in action["agents"] if action["looks"] >= LOOKS_UNTIL_ACK else ():
        doc = docs(ctx).get(agent_id)
        if doc and agent_id not in action["acks"] and status_of(doc) in LISTENING:
            _leave(ctx, doc)
            action["acks"][agent_id] = None


PROGRESS["UNENROLL"] = _part


def _state(ctx: Context, action: dict[str, Any], errors: int) -> dict[str, Any]:
    acks = action["acks"]
    failed = {agent_id: reason for agent_id, reason in acks.items() if reason}
    complete = len(acks) >= action["total"]
    state = "CANCELLED" if action["cancelled"] else "IN_PROGRESS"
    if complete and not action["cancelled"]:
        state = "FAILED" if failed else "COMPLETE"
    found = [(agent_id, docs(ctx).get(agent_id)) for agent_id in list(failed)[:errors]]
    item = {
        "actionId": action["actionId"], "type": action["type"], "status": state,
        "nbAgentsActionCreated": len(action["agents"]), "nbAgentsAck": len(acks) - len(failed),
        "nbAgentsFailed": len(failed), "nbAgentsActioned": action["total"], "creationTime": action["creationTime"],
        "hasRolloutPeriod": False, **action["shown"],
        "latestErrors": [
            {"agentId": agent_id, "error": failed[agent_id], "timestamp": action["creationTime"],
             "hostname": doc["local_metadata"]["host"]["hostname"] if doc else agent_id}
            for agent_id, doc in found
        ],
    }  # fmt: skip
    return {**item, "completionTime": action["creationTime"]} if complete else item


def _policy_changes(ctx: Context) -> list[dict[str, Any]]:
    """Return the entries of changed policies, which are among the actions."""
    return [
        {"actionId": f"{policy['id']}:{policy['revision']}", "type": "POLICY_CHANGE", "status": "COMPLETE",
         "nbAgentsActionCreated": 0, "nbAgentsAck": 0, "nbAgentsFailed": 0, "nbAgentsActioned": 0,
         "creationTime": policy["updated_at"], "completionTime": policy["updated_at"], "policyId": policy["id"],
         "revision": policy["revision"]}
        for policy in ctx.store("fleet_agent_policies").values() if policy["revision"] > 1
    ]  # fmt: skip


@route("GET", "/api/fleet/agents/action_status", requires=READ)
def action_status(ctx: Context) -> dict[str, Any]:
    """A page of actions, the newest first; pages begin at 0."""
    query = parse(ActionStatus, ctx.query, "request query")
    _time_passes(ctx)
    items = [_state(ctx, action, query.errorSize) for action in ctx.store("fleet_actions").values()]
    items = sorted([*items, *_policy_changes(ctx)], key=lambda item: item["creationTime"], reverse=True)
    start = query.page * query.perPage
    return {"items": items[start : start + query.perPage]}


@route("POST", "/api/fleet/agents", requires=READ)
def agents_of_actions(ctx: Context) -> dict[str, Any]:
    """The ids of the agents that actions were for."""
    wanted = parse(ActionIds, ctx.body).actionIds
    actions = ctx.store("fleet_actions")
    if not actions:
        raise CoreError(404, "index_not_found_exception: no such index [.fleet-actions]")
    return {"items": [agent_id for key in wanted for agent_id in actions.get(key, {"agents": ()})["agents"]][:LIMIT]}


@route("POST", "/api/fleet/agents/actions/{actionId}/cancel", requires=ALL)
def cancel(ctx: Context) -> dict[str, Any]:
    """Stop what has not been done yet; 404."""
    action = ctx.store("fleet_actions").get(ctx.path["actionId"])
    if action is None:
        raise CoreError(404, "Action not found")
    action["cancelled"] = ctx.emulator.now()
    data = {"target_id": action["actionId"]}
    return {"item": {"id": ctx.emulator.uuid(), "type": "CANCEL", "created_at": action["cancelled"], "data": data}}
