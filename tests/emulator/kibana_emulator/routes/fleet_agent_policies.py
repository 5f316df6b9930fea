# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Agent policies: `/api/fleet/agent_policies` (reference platform A.8)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from ..errors import CoreError
from ..routing import Context, route
from ..schema import Strict, parse
from .fleet_agent_policy_schema import ChangedPolicy, NewPolicy, NewPolicySince91, check_body
from .fleet_agent_state import docs
from .fleet_enrollment_keys import add_key
from .fleet_owned import FORBIDDEN_IN_IDS
from .fleet_package_policy_state import STORE, add_package_policy

if TYPE_CHECKING:
    from ..core import Emulator

POLICIES = "/api/fleet/agent_policies"
READ = ("fleet-agent-policies-read", "fleet-agents-read", "fleet-setup")
ALL = ("fleet-agent-policies-all",)
_NAME = re.compile(r'^\s*(?:[\w-]+\.)?name\s*:\s*"((?:\\.|[^"\\])*)"\s*$')
_HOSTED = (
    "Cannot {what} in Fleet because the agent policy is managed by an external orchestration solution, such as Elastic"
    " Cloud, Kubernetes, etc. Please make changes using your orchestration solution."
)


class FindPolicies(Strict):
    """Query of the list of policies."""

    page: Annotated[int, Field(ge=1)] = 1
    perPage: Annotated[int, Field(ge=0)] = 20
    sortField: str = "updated_at"
    sortOrder: Literal["asc", "desc"] = "desc"
    kuery: str = ""
    full: bool = False
    noAgentCount: bool = True
    withAgentCount: bool = False
    showUpgradeable: bool = False
    format: Literal["simplified", "legacy"] = "legacy"


class OnePolicy(Strict):
    """Query of one policy."""

    format: Literal["simplified", "legacy"] = "legacy"


class CreateQuery(Strict):
    """Query of a new policy."""

    sys_monitoring: bool = False


class DeletePolicy(Strict):
    """Body of a deletion."""

    agentPolicyId: str
    force: bool = None


def named(kuery: str) -> str | None:
    """Return the name that `[type.]name:"x"` asks for, None without a filter; 400 for anything else."""
    if not kuery:
        return None
    found = _NAME.match(kuery)
    if not found:
        raise CoreError(400, "[request query.kuery]: KQLSyntaxError: the emulator knows name alone")
    return found[1].replace('\\"', '"').replace("\\\\", "\\")


def package_policies_of(ctx: Context, policy_id: str) -> list[dict[str, Any]]:
    """Return the package policies that belong to an agent policy."""
    return [doc for doc in ctx.store(STORE).values() if policy_id in doc["policy_ids"]]


def bump(ctx: Context, policy_ids: list[str]) -> None:
    """Raise the revisions of agent policies, in every space that shows them."""
    for space in ctx.emulator.state()["spaces"].values():
        known = space.get("fleet_agent_policies", {})
        for policy_id in policy_ids:
            if policy_id in known:
                moment, token = ctx.emulator.now(), ctx.emulator.version_token()
                changed = {"revision": known[policy_id]["revision"] + 1, "updated_at": moment, "version": token}
                known[policy_id] = {**known[policy_id], **changed}


def _shown(ctx: Context, policy: dict[str, Any], *, full: bool, counted: bool) -> dict[str, Any]:
    item = dict(policy)
    own = package_policies_of(ctx, policy["id"])
    if full:
        item["package_policies"] = own
    if counted:
        item["agents"] = sum(doc["policy_id"] == policy["id"] and doc["active"] for doc in docs(ctx).values())
        item["unprivileged_agents"] = 0
    if ctx.emulator.version >= (9, 1):
        item.setdefault("space_ids", [ctx.space])
    return item


@route("GET", POLICIES, requires=READ)
def list_policies(ctx: Context) -> dict[str, Any]:
    """A page of policies, the latest change first."""
    query = parse(FindPolicies, ctx.query, "request query")
    if query.perPage > 100 and (query.full or query.withAgentCount):
        text = "perPage should be less or equal to 100 when fetching full policies or agent counts."
        raise CoreError(400, f"[request query]: {text}")
    wanted = named(query.kuery)
    found = [one for one in ctx.store("fleet_agent_policies").values() if wanted is None or one["name"] == wanted]
    found.sort(key=lambda policy: str(policy.get(query.sortField, "")), reverse=query.sortOrder == "desc")
    start = (query.page - 1) * query.perPage
    items = [
        _shown(ctx, policy, full=query.full, counted=query.withAgentCount)
        for policy in found[start : start + query.perPage]
    ]
    return {"items": items, "total": len(found), "page": query.page, "perPage": query.perPage}


@route("GET", POLICIES + "/{agentPolicyId}", requires=READ)
def get_policy(ctx: Context) -> dict[str, Any]:
    """One policy with its package policies; 404."""
    parse(OnePolicy, ctx.query, "request query")
    return {"item": _shown(ctx, _existing(ctx, ctx.path["agentPolicyId"]), full=True, counted=True)}


@route("POST", POLICIES, requires=ALL)
def create_policy(ctx: Context) -> dict[str, Any]:
    """Create with an enrollment key; 409 where the id or the name is taken, whatever the namespace."""
    query = parse(CreateQuery, ctx.query, "request query")
    data = _body(ctx, NewPolicySince91 if ctx.emulator.version >= (9, 1) else NewPolicy)
    known, fleet_server = ctx.store("fleet_agent_policies"), data.get("has_fleet_server")
    usual = "fleet-server-policy" if ctx.space == "default" else f"{ctx.space}-fleet-server-policy"
    free = usual if fleet_server and usual not in known else ctx.emulator.uuid()
    chosen = data.pop("id", None) or free
    if ctx.emulator.version >= (9, 4) and any(part in chosen for part in FORBIDDEN_IN_IDS):
        raise CoreError(400, "[request body.id]: id contains characters that are not allowed")
    _refuse_taken_name(known, data["name"], chosen)
    if chosen in known:
        raise CoreError(409, f"Saved object [ingest-agent-policies/{chosen}] conflict")
    _check_outputs(ctx, data, data["name"])
    moment = ctx.emulator.now()
    policy = {
        "is_managed": False, "monitoring_enabled": [], "agent_features": [], **data, "id": chosen, "status": "active",
        "revision": 1, "schema_version": "1.1.1", "updated_at": moment, "updated_by": ctx.user.name,
        "version": ctx.emulator.version_token(), "is_protected": False,
    }  # fmt: skip
    for dropped in ("force", "has_fleet_server"):  # the latter adds an integration, and is not kept
        policy.pop(dropped, None)
    for space in _spaces(ctx, policy):
        ctx.emulator.store("fleet_agent_policies", space)[chosen] = policy
    add_key(ctx.emulator, ctx.space, chosen, "Default", hidden=policy["is_managed"])
    _add_integrations(ctx, policy, query.sys_monitoring, bool(fleet_server))
    answer = dict(known[chosen])
    return {"item": {**answer, "space_ids": None} if ctx.emulator.version >= (9, 1) else answer}


def _add_integrations(ctx: Context, policy: dict[str, Any], system: bool, fleet_server: bool) -> None:
    wanted = [("system", "1.61.0")] if system else []
    wanted += [("fleet_server", "1.6.0")] if fleet_server else []
    for name, version in wanted:
        numbers = [doc["name"].rpartition("-")[2] for doc in ctx.store(STORE).values()
                   if doc["name"].startswith(name + "-")]  # fmt: skip
        number = max((int(text) for text in numbers if text.isdigit()), default=0) + 1
        installed = ctx.shared("fleet_packages").setdefault(
            name, {"version": version, "created_at": ctx.emulator.now()}
        )
        add_package_policy(
            ctx.emulator, ctx.space, f"{name}-{number}", name, installed["version"], [policy["id"]],
            namespace=policy["namespace"],
        )  # fmt: skip
        bump(ctx, [policy["id"]])


@route("PUT", POLICIES + "/{agentPolicyId}", requires=ALL)
def update_policy(ctx: Context) -> dict[str, Any]:
    """Merge; every PUT raises the revision, and one without `inactivity_timeout` resets that."""
    parse(OnePolicy, ctx.query, "request query")
    data = _body(ctx, NewPolicySince91 if ctx.emulator.version >= (9, 1) else NewPolicy, ChangedPolicy)
    policy_id = ctx.path["agentPolicyId"]
    stored = _existing(ctx, policy_id)
    data.pop("id", None)
    data.pop("bumpRevision", None)
    force, spaces = data.pop("force", None), data.pop("space_ids", None)
    if stored["is_managed"] and not force:
        for key, value in data.items():
            if stored.get(key) != value:
                raise CoreError(400, _HOSTED.format(what=f"update {key}"))
    _refuse_taken_name(ctx.store("fleet_agent_policies"), data["name"], policy_id)
    serves = any(doc["package"]["name"] == "fleet_server" for doc in package_policies_of(ctx, policy_id))
    _check_outputs(ctx, {**stored, **data, "has_fleet_server": serves}, data["name"])
    if data.get("is_protected") and not any(
        doc["package"]["name"] == "endpoint" for doc in package_policies_of(ctx, policy_id)
    ):
        data["is_protected"] = False
    merged = _merged(stored, data)
    moment, token = ctx.emulator.now(), ctx.emulator.version_token()
    merged.update(revision=stored["revision"] + 1, updated_at=moment, updated_by=ctx.user.name, version=token)
    if spaces:
        for space in _spaces(ctx, stored):
            ctx.emulator.store("fleet_agent_policies", space).pop(policy_id, None)
        merged["space_ids"] = spaces
    for space in _spaces(ctx, merged):
        ctx.emulator.store("fleet_agent_policies", space)[policy_id] = merged
    return {"item": _shown(ctx, merged, full=False, counted=False)}


@route("POST", POLICIES + "/delete", requires=ALL)
def delete_policy(ctx: Context) -> dict[str, Any]:
    """Delete with its keys and those package policies that no other policy has; 400 with agents, or if hosted."""
    body = parse(DeletePolicy, ctx.body)
    policy = _existing(ctx, body.agentPolicyId)
    if policy["is_managed"] and not body.force:
        raise CoreError(400, f"Cannot delete hosted agent policy {policy['id']}")
    if any(doc["policy_id"] == policy["id"] and doc["active"] for doc in docs(ctx).values()):
        raise CoreError(400, "Cannot delete an agent policy that is assigned to any active or inactive agents")
    for doc in package_policies_of(ctx, policy["id"]):
        rest = [policy_id for policy_id in doc["policy_ids"] if policy_id != policy["id"]]
        if rest:
            ctx.store(STORE)[doc["id"]] = {**doc, "policy_ids": rest, "policy_id": rest[0]}
        else:
            del ctx.store(STORE)[doc["id"]]
    keys = ctx.store("fleet_enrollment_keys")
    for key_id in [key_id for key_id, key in keys.items() if key["policy_id"] == policy["id"]]:
        del keys[key_id]
    for space in _spaces(ctx, policy):
        ctx.emulator.store("fleet_agent_policies", space).pop(policy["id"], None)
    return {"id": policy["id"], "name": policy["name"]}


def _body(ctx: Context, model: type[Strict], second: type[Strict] | None = None) -> dict[str, Any]:
    if second is not None:
        model = type("Changed", (second, model), {})
    parsed = parse(model, ctx.body)
    data = json.loads(json.dumps(parsed.model_dump(exclude_unset=True)))
    data["inactivity_timeout"] = parsed.inactivity_timeout
    check_body(data)
    return data


def _merged(stored: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    """Objects merge, as saved objects do; everything else is replaced."""
    result = dict(stored)
    for key, value in data.items():
        if isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = _merged(result[key], value)
        else:
            result[key] = value
    return result


def _spaces(ctx: Context, policy: dict[str, Any]) -> list[str]:
    return list(policy.get("space_ids") or [ctx.space])


def _existing(ctx: Context, policy_id: str) -> dict[str, Any]:
    policy = ctx.store("fleet_agent_policies").get(policy_id)
    if policy is None:
        raise CoreError(404, f"Saved object [ingest-agent-policies/{policy_id}] not found")
    return policy


def _refuse_taken_name(known: dict[str, Any], name: str, policy_id: str) -> None:
    for other in known.values():
        if other["name"] == name and other["id"] != policy_id:
            raise CoreError(409, f"Agent policy '{name}' already exists in Fleet with id '{other['id']}'.")


def _check_outputs(ctx: Context, data: dict[str, Any], name: str) -> None:
    for key in ("data_output_id", "monitoring_output_id"):
        output = ctx.shared("fleet_outputs").get(data.get(key) or "")
        if data.get(key) and output is None:
            raise CoreError(404, f"Output {data[key]} not found")
        if key == "data_output_id" and output and output["type"] != "elasticsearch" and data.get("has_fleet_server"):
            raise CoreError(400, f'Output of type "{output["type"]}" is not usable with policy "{name}".')


def seed_soc(emulator: Emulator) -> None:
    """Two package policies of the servers' policy."""
    for package, version in (("system", "1.60.0"), ("okta", "3.0.0")):
        emulator.store("fleet_packages")[package] = {"version": version, "created_at": "2026-01-05T00:00:00.000Z"}
    add_package_policy(emulator, "default", "system-1", "system", "1.60.0", ["soc-servers", "soc-workstations"])
    add_package_policy(emulator, "default", "apache-web", "apache", "1.23.0", ["soc-servers"])
