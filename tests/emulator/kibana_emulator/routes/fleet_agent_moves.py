# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Upgrades of Fleet agents, and their way to other policies (reference platform A.11.2, A.11.3, G.2).

Agents answer after some looks at the status of actions. `_upgrade` of an agent says how: `fails` and `rolls back` end
with a reason, `hangs` never ends, `late` has not told its new version yet; without it all goes well.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from ..errors import CoreError
from ..routing import Context, route
from ..schema import OMITTED, Strict, parse
from .fleet_agent_actions import LISTENING, PROGRESS, Action, given_agents, record
from .fleet_agent_state import docs, is_hosted, status_of
from .fleet_agents import ALL, existing

ELSEWHERE = (
    " in Fleet because the agent policy is managed by an external orchestration solution, such as Elastic Cloud,"
    " Kubernetes, etc. Please make changes using your orchestration solution."
)
_SEMVER = re.compile(r"(\d+)\.(\d+)\.(\d+)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$")
_DONE = ("UPG_FAILED", "UPG_ROLLBACK")


def _semver(value: str) -> str:
    if not _SEMVER.match(value):
        raise ValueError("not a valid semver")
    return value


class Reassign(Strict):
    """Body for one agent."""

    policy_id: Annotated[str, Field(min_length=1)]


class BulkReassign(Reassign):
    """Body for many; a text is KQL."""

    agents: list[str] | str
    batchSize: float = OMITTED
    includeInactive: bool = False


class Upgrade(Strict):
    """Body for one agent."""

    version: Annotated[str, AfterValidator(_semver)]
    source_uri: str = OMITTED
    force: bool = OMITTED
    skipRateLimitCheck: bool = OMITTED


class BulkUpgrade(Upgrade):
    """Body for many; a text is KQL."""

    agents: list[str] | str
    rollout_duration_seconds: Annotated[float, Field(ge=600)] = OMITTED
    start_time: str = OMITTED
    batchSize: float = OMITTED
    includeInactive: bool = False


def _checked_policy(ctx: Context, policy_id: str) -> None:
    policy = ctx.store("fleet_agent_policies").get(policy_id)
    if policy is None:
        raise CoreError(404, f"Agent policy not found: {policy_id}")
    if policy.get("is_managed"):
        raise CoreError(400, f"Cannot reassign agents to hosted agent policy {policy_id}{ELSEWHERE}")


def _move(ctx: Context, moving: list[dict[str, Any]], policy_id: str, total: int, errors: dict[str, str]) -> str:
    action = record(ctx, "POLICY_REASSIGN", [doc["id"] for doc in moving], total, newPolicyId=policy_id)
    action["acks"].update(errors)
    for doc in moving:
        doc.update(policy_id=policy_id, policy_revision=None)
    return str(action["actionId"])


@route("POST", "/api/fleet/agents/{agentId}/reassign", requires=ALL)
def reassign(ctx: Context) -> dict[str, Any]:
    """One agent, even to where it is."""
    body = parse(Reassign, ctx.body)
    _checked_policy(ctx, body.policy_id)
    doc = existing(ctx)
    if is_hosted(ctx, doc):
        text = f"Cannot reassign an agent from hosted agent policy {doc['policy_id']}{ELSEWHERE}"
        raise CoreError(400, text)
    _move(ctx, [doc], body.policy_id, 1, {})
    return {}


@route("POST", "/api/fleet/agents/bulk_reassign", requires=ALL)
def bulk_reassign(ctx: Context) -> dict[str, Any]:
    """Many agents; 400 where none of them can go."""
    body = parse(BulkReassign, ctx.body)
    _checked_policy(ctx, body.policy_id)
    given, errors = given_agents(ctx, body.agents, body.includeInactive), {}
    if isinstance(body.agents, list):
        errors = {key: f"Cannot find agent {key}" for key in body.agents if key not in docs(ctx)}
    moving = []
    for doc in given:
        if doc["policy_id"] == body.policy_id:
            errors[doc["id"]] = f"Agent {doc['id']} is already assigned to agent policy {body.policy_id}"
        elif is_hosted(ctx, doc):
            errors[doc["id"]] = f"Cannot reassign an agent from hosted agent policy {doc['policy_id']}"
        else:
            moving.append(doc)
    if not moving:
        raise CoreError(400, "No agents to reassign, already assigned or hosted agents")
    return {"actionId": _move(ctx, moving, body.policy_id, len(given), errors)}


def numbers(version: str) -> tuple[int, ...]:
    """Return the three numbers of a version."""
    match = _SEMVER.match(version)
    return tuple(int(part) for part in match.groups()[:3]) if match else (0, 0, 0)


def _version(doc: dict[str, Any]) -> str:
    return str(doc["local_metadata"]["elastic"]["agent"]["version"])


def _check_version(ctx: Context, version: str, force: bool) -> None:
    """Refuse what is newer than Kibana (a newer patch is not), or than the newest Fleet Server."""
    wanted, kibana = numbers(version), numbers(ctx.emulator.version_number)
    if not force and wanted > kibana and wanted[:2] != kibana[:2]:
        shown, own = (".".join(map(str, part)) for part in (wanted, kibana))
        raise CoreError(
            400, f"Cannot upgrade agent to {shown} because it is higher than the installed kibana version {own}"
        )
    if force and wanted[:2] > kibana[:2]:
        raise CoreError(
            400,
            f"Cannot force upgrade agent to {version} because it does not satisfy the major and minor of the installed"
            f" kibana version {ctx.emulator.version_number}",
        )
    servers = [_version(doc) for doc in docs(ctx).values() if doc.get("_fleet_server")]
    newest = max(servers, key=numbers, default=version)
    if not force and wanted > numbers(newest) and wanted[:2] != numbers(newest)[:2]:
        raise CoreError(
            400, f"Cannot upgrade to version {version} because the latest fleet server version is {newest}."
        )


def _upgrading(doc: dict[str, Any]) -> bool:
    if doc.get("upgrade_details"):
        return doc["upgrade_details"]["state"] not in _DONE
    return bool(doc.get("upgrade_started_at") and not doc.get("upgraded_at"))


def _refusal(ctx: Context, doc: dict[str, Any], body: Upgrade) -> str | None:
    """Say why an agent is not upgraded. Who forces it forces it on agents that are gone, too."""
    reason = None
    if doc.get("unenrolled_at"):
        reason = "agent has been unenrolled."
    elif doc.get("unenrollment_started_at"):
        reason = "agent is being unenrolled."
    elif not doc["local_metadata"]["elastic"]["agent"].get("upgradeable"):
        reason = (
            "agent cannot be upgraded through Fleet. It may be running in a container or it is not installed as a"
            " service."
        )
    elif _upgrading(doc) or (doc.get("upgrade_details") or {}).get("state") == "UPG_WATCHING":
        reason = "agent is already being upgraded."
    elif numbers(body.version) < numbers(_version(doc)):
        reason = "agent does not support downgrades."
    elif numbers(body.version) == numbers(_version(doc)) and "+" not in body.version:
        reason = "agent is already running on the selected version."
    if reason and not body.force and not body.skipRateLimitCheck:
        return f"Agent {doc['id']} is not upgradeable: {reason}"
    if is_hosted(ctx, doc) and not body.force:
        return f"Cannot upgrade agent in hosted agent policy {doc['policy_id']}"
    return None


def _start(ctx: Context, given: list[dict[str, Any]], body: Upgrade, errors: dict[str, str], **shown: Any) -> str:
    refusals = {doc["id"]: reason for doc in given if (reason := _refusal(ctx, doc, body))}
    going = [doc for doc in given if doc["id"] not in refusals]
    action = record(ctx, "UPGRADE", [doc["id"] for doc in going], len(given), version=body.version, **shown)
    action["acks"].update({**errors, **refusals})
    for doc in going:
        # What the agent tells of an earlier upgrade stays until it checks in.
        doc.update(upgrade_started_at=ctx.emulator.now(), upgraded_at=None)
    return str(action["actionId"])


@route("POST", "/api/fleet/agents/{agentId}/upgrade", requires=ALL)
def upgrade(ctx: Context) -> dict[str, Any]:
    """One agent; 400 for what cannot be upgraded."""
    body = parse(Upgrade, ctx.body)
    _check_version(ctx, body.version, bool(body.force))
    doc = existing(ctx)
    if doc.get("unenrollment_started_at") or doc.get("unenrolled_at"):
        raise CoreError(400, "cannot upgrade an unenrolling or unenrolled agent")
    if not body.force and _upgrading(doc):
        raise CoreError(400, f"agent {doc['id']} is already upgrading")
    reason = _refusal(ctx, doc, body)
    if reason:
        raise CoreError(400, reason)
    _start(ctx, [doc], body, {})
    return {}


@route("POST", "/api/fleet/agents/bulk_upgrade", requires=ALL)
def bulk_upgrade(ctx: Context) -> dict[str, Any]:
    """Many agents; who is refused shows up in the status of the action alone."""
    body = parse(BulkUpgrade, ctx.body)
    _check_version(ctx, body.version, bool(body.force))
    given, errors = given_agents(ctx, body.agents, body.includeInactive), {}
    if isinstance(body.agents, list):
        errors = {key: f"Cannot find agent {key}" for key in body.agents if key not in docs(ctx)}
    shown: dict[str, Any] = {"hasRolloutPeriod": body.rollout_duration_seconds is not None}
    if body.start_time or body.rollout_duration_seconds:
        shown["startTime"] = body.start_time or ctx.emulator.now()
    return {"actionId": _start(ctx, given, body, errors, **shown)}


def _go_on(ctx: Context, action: Action) -> None:
    """Let the agents of an upgrade get further: all at once, or one at each look in a rollout period."""
    if action["shown"].get("startTime", "") > ctx.emulator.now():
        action["looks"] = 0
        return
    ready = [docs(ctx)[key] for key in action["agents"] if key in docs(ctx) and key not in action["acks"]]
    ready = [doc for doc in ready if status_of(doc) in (*LISTENING, "updating")]
    if action["shown"].get("hasRolloutPeriod"):
        ready = ready[:1]
    for doc in ready if action["looks"] > 1 else ():  # nobody has checked in yet
        outcome = doc.get("_upgrade")
        if action["looks"] < 3 or outcome == "hangs":
            if numbers(_version(doc)) >= (8, 12, 0):
                target = action["shown"]["version"]
                details = {"target_version": target, "action_id": action["actionId"], "state": "UPG_DOWNLOADING"}
                doc["upgrade_details"] = details
        elif outcome in ("fails", "rolls back"):
            action["acks"][doc["id"]] = _fail(doc, outcome)
        else:
            action["acks"][doc["id"]] = None
            _arrive(ctx, doc, action["shown"]["version"])


def _fail(doc: dict[str, Any], outcome: str) -> str:
    """Fleet Server takes the mark of an upgrade from an agent that failed."""
    reason = "unable to download package: no space left on device"
    doc["upgrade_started_at"] = None
    if doc.get("upgrade_details"):
        state = "UPG_FAILED" if outcome == "fails" else "UPG_ROLLBACK"
        doc["upgrade_details"].update(state=state, metadata={"failed_state": "UPG_DOWNLOADING", "error_msg": reason})
    return reason


def _arrive(ctx: Context, doc: dict[str, Any], version: str) -> None:
    """The agent is on the version; it watches itself for some minutes more."""
    if doc.get("_upgrade") != "late":
        doc["local_metadata"]["elastic"]["agent"]["version"] = version
        doc["agent"]["version"] = version
    doc.update(upgraded_at=ctx.emulator.now(), upgrade_started_at=None)
    if doc.get("upgrade_details"):
        doc["upgrade_details"]["state"] = "UPG_WATCHING"


def _arrive_at_policy(ctx: Context, action: Action) -> None:
    """Let agents take up their new policy."""
    for key in action["agents"]:
        doc = docs(ctx).get(key)
        if action["looks"] >= 2 and doc and key not in action["acks"] and status_of(doc) in LISTENING:
            doc["policy_revision"] = ctx.store("fleet_agent_policies")[doc["policy_id"]]["revision"]
            action["acks"][key] = None


PROGRESS.update(UPGRADE=_go_on, POLICY_REASSIGN=_arrive_at_policy)
