# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Package policies: `/api/fleet/package_policies` (reference platform A.9)."""

from __future__ import annotations

import copy
import json
from typing import Any

from ..errors import CoreError
from ..routing import Context, route
from ..schema import parse
from . import fleet_package_policy_state as state
from .fleet_agent_policies import bump
from .fleet_agent_state import checked_filter
from .fleet_package_installs import install_version
from .fleet_package_policy_schema import (
    DeleteQuery,
    DryRun,
    FindPackagePolicies,
    FormatQuery,
    Ids,
    Long,
    LongUpdate,
    Simple,
)
from .fleet_package_policy_state import STORE, Fields
from .fleet_package_registry import LIMITED, proposal
from .fleet_packages import found

POLICIES = "/api/fleet/package_policies"
READ = ("integrations-read", "fleet-agent-policies-read")
ALL = ("integrations-all", "fleet-agent-policies-all")
FIELDS = frozenset({"name", "id", "package", "policy_id", "policy_ids", "output_id", "namespace", "updated_at"})
TYPES = ("ingest-package-policies", "fleet-package-policies")


def _shown(doc: Fields, form: str) -> Fields:
    return state.simplified(doc) if form == "simplified" else copy.deepcopy(doc)


def _existing(ctx: Context, text: str) -> Fields:
    doc = ctx.store(STORE).get(ctx.path["packagePolicyId"])
    if doc is None:
        raise CoreError(404, text.format(id=ctx.path["packagePolicyId"]))
    return doc


@route("GET", POLICIES, requires=READ)
def list_package_policies(ctx: Context) -> dict[str, Any]:
    """A page of package policies."""
    query = parse(FindPackagePolicies, ctx.query, "request query")
    prefix = next((kind for kind in TYPES if kind in query.kuery), TYPES[0])
    fits = checked_filter(query.kuery, FIELDS, prefix, "[request query.kuery]")
    items = [doc for doc in ctx.store(STORE).values() if fits(doc)]
    items.sort(key=lambda doc: str(doc.get(query.sortField, "")), reverse=query.sortOrder == "desc")
    start = (query.page - 1) * query.perPage
    page = [_shown(doc, query.format) for doc in items[start : start + query.perPage]]
    return {"items": page, "total": len(items), "page": query.page, "perPage": query.perPage}


@route("GET", POLICIES + "/{packagePolicyId}", requires=READ)
def get_package_policy(ctx: Context) -> dict[str, Any]:
    """One package policy; 404."""
    query = parse(FormatQuery, ctx.query, "request query")
    return {"item": _shown(_existing(ctx, "Package policy {id} not found"), query.format)}


@route("POST", POLICIES, requires=ALL)
def create_package_policy(ctx: Context) -> dict[str, Any]:
    """Create in either format; installs the package where that is missing."""
    query = parse(FormatQuery, ctx.query, "request query")
    long = isinstance(ctx.body, dict) and isinstance(ctx.body.get("inputs"), list)
    data = _dump(parse(Long if long else Simple, ctx.body))
    force, chosen = data.pop("force", False), data.pop("id", None) or ctx.emulator.uuid()
    name, version = data["package"]["name"], data["package"]["version"]
    found(name, version, True, bool(force))
    policy_ids = _policy_ids(data, [])
    _check(ctx, data["name"], chosen, policy_ids, force=force, package=name)
    if chosen in ctx.store(STORE):
        raise CoreError(409, f"Saved object [ingest-package-policies/{chosen}] conflict")
    moment = ctx.emulator.now()
    doc = {
        "description": "", "namespace": "", "output_id": None, "enabled": True, **data, **_parts(data, long),
        "id": chosen, "version": ctx.emulator.version_token(), "policy_ids": policy_ids,
        "policy_id": policy_ids[0] if policy_ids else None, "revision": 1,
        "created_at": moment, "created_by": ctx.user.name, "updated_at": moment, "updated_by": ctx.user.name,
    }  # fmt: skip
    _finish(ctx, doc, None)
    if ctx.emulator.version >= (9, 1):
        doc["spaceIds"] = [ctx.space]
    install_version(ctx, name, version)
    bump(ctx, policy_ids)
    answer = _shown(doc, query.format)
    if not policy_ids:
        answer.pop("policy_id")
    return {"item": answer}


@route("PUT", POLICIES + "/{packagePolicyId}", requires=ALL)
def update_package_policy(ctx: Context) -> dict[str, Any]:
    """Replace by what the simplified format says and the package's defaults, or merge what the long format has."""
    query = parse(FormatQuery, ctx.query, "request query")
    old = _existing(ctx, "Package policy not found")
    body = ctx.body if isinstance(ctx.body, dict) else {}
    long = not isinstance(body.get("inputs"), dict)
    data = _dump(parse(LongUpdate if long else Simple, ctx.body))
    if data.pop("version", old["version"]) != old["version"]:
        raise CoreError(409, f"Saved object [ingest-package-policies/{old['id']}] conflict")
    force = data.pop("force", False)
    for dropped in ("id", "spaceIds"):
        data.pop(dropped, None)
    policy_ids = _policy_ids(data, old["policy_ids"])
    _check(ctx, data.get("name", old["name"]), old["id"], policy_ids + old["policy_ids"], force=force)
    if not long:
        found(data["package"]["name"], data["package"]["version"], False, True)
        data = {"description": "", "namespace": "", **data}
    doc = {**copy.deepcopy(old), **data, **_parts({**old, **data}, long)}
    doc["package"] = {**old["package"], **doc["package"]}
    doc.update(
        policy_ids=policy_ids, policy_id=policy_ids[0] if policy_ids else None, revision=old["revision"] + 1,
        updated_at=ctx.emulator.now(), updated_by=ctx.user.name, version=ctx.emulator.version_token(),
    )  # fmt: skip
    _finish(ctx, doc, old)
    bump(ctx, sorted({*policy_ids, *old["policy_ids"]}))
    return {"item": _shown(doc, query.format)}


@route("DELETE", POLICIES + "/{packagePolicyId}", requires=ALL)
def delete_package_policy(ctx: Context) -> dict[str, Any]:
    """Delete; one that is not there is no error. 400 for hosted policies without force."""
    query = parse(DeleteQuery, ctx.query, "request query")
    doc = ctx.store(STORE).get(ctx.path["packagePolicyId"])
    if doc is not None:
        _refuse_hosted(ctx, doc["policy_ids"], query.force, "remove integrations of")
        for item in doc.get("secret_references", ()):
            ctx.shared("fleet_package_secrets").pop(item["id"], None)
        del ctx.store(STORE)[doc["id"]]
        bump(ctx, doc["policy_ids"])
    return {"id": ctx.path["packagePolicyId"]}


@route("POST", POLICIES + "/upgrade", requires=ALL)
def upgrade(ctx: Context) -> list[dict[str, Any]]:
    """Bring package policies to the installed version of their package."""
    answers = []
    for policy_id in parse(Ids, ctx.body).packagePolicyIds:
        old, version = _upgradeable(ctx, policy_id)
        doc = state.upgraded(old, version)
        state.check(doc)
        moment, token = ctx.emulator.now(), ctx.emulator.version_token()
        doc.update(revision=old["revision"] + 1, updated_at=moment, version=token)
        _finish(ctx, doc, old)
        bump(ctx, doc["policy_ids"])
        answers.append({"id": policy_id, "name": doc["name"], "success": True})
    return answers


@route("POST", POLICIES + "/upgrade/dryrun", requires=READ, refresh=False)
def dry_run(ctx: Context) -> list[dict[str, Any]]:
    """Say what an upgrade to the installed version of the package would make of each."""
    answers = []
    for policy_id in parse(DryRun, ctx.body).packagePolicyIds:
        old, version = _upgradeable(ctx, policy_id)
        new = state.upgraded(old, version)
        errors = state.problems(new)
        proposed = {key: value for key, value in new.items() if key not in ("id", "spaceIds")}
        if errors:
            proposed["errors"] = errors
        answers.append({"name": old["name"], "diff": [copy.deepcopy(old), proposed], "hasErrors": bool(errors)})
    return answers


def _upgradeable(ctx: Context, policy_id: str) -> tuple[Fields, str]:
    doc = ctx.store(STORE).get(policy_id)
    if doc is None:
        raise CoreError(404, f"Package policy with id {policy_id} not found")
    name, version = doc["package"]["name"], doc["package"]["version"]
    installed = ctx.shared("fleet_packages").get(name)
    if installed is None:
        raise CoreError(400, f"Package {name} is not installed")
    if installed["version"] == version:
        text = f"Package policy {policy_id}'s package version {version} of package {name} is up to date with the"
        raise CoreError(400, f"{text} installed version. Please upgrade the package first.")
    return doc, installed["version"]


def _dump(parsed: Any) -> Fields:
    data = dict(json.loads(json.dumps(parsed.model_dump(exclude_unset=True))))
    return {**data, "name": data["name"].strip()} if data.get("name") else data


def _policy_ids(data: Fields, stored: list[str]) -> list[str]:
    if "policy_ids" in data:
        return list(dict.fromkeys(data["policy_ids"]))
    if "policy_id" in data:
        return [data["policy_id"]] if data["policy_id"] else []
    return list(stored)


def _parts(data: Fields, long: bool) -> Fields:
    name, version = data["package"]["name"], data["package"]["version"]
    if not long:
        return state.from_simplified(data, name, version)
    inputs = data["inputs"] or proposal(name, version)["inputs"]
    state.align(inputs)
    return {"inputs": inputs}


def _finish(ctx: Context, doc: Fields, old: Fields | None) -> None:
    state.check(doc)
    state.keep_secrets(ctx.emulator, doc, old)
    doc["package"] = {"title": doc["package"]["name"].capitalize(), "requires_root": False, **doc["package"]}
    state.stored(ctx.emulator, ctx.space, doc)


def _refuse_hosted(ctx: Context, policy_ids: list[str], force: bool, what: str) -> None:
    for policy_id in policy_ids:
        policy = ctx.store("fleet_agent_policies").get(policy_id)
        if policy and policy["is_managed"] and not force:
            raise CoreError(400, f"Cannot {what} hosted agent policy {policy_id}")


def _check(
    ctx: Context, name: str, own: str, policy_ids: list[str], *, force: bool | None, package: str | None = None
) -> None:
    for policy_id in policy_ids:
        if policy_id not in ctx.store("fleet_agent_policies"):
            raise CoreError(404, "Agent policy not found")
    _refuse_hosted(ctx, policy_ids, bool(force), "update integrations of" if package is None else "add integrations to")
    for doc in ctx.store(STORE).values():
        if doc["name"] == name and doc["id"] != own:
            text = f"An integration policy with the name {name} already exists."
            raise CoreError(409, f"{text} Please rename it or choose a different name.")
        if package in LIMITED and doc["package"]["name"] == package and {*doc["policy_ids"]} & {*policy_ids}:
            text = f"Unable to create integration policy. Integration '{package}' already exists on this agent policy."
            raise CoreError(400, text)
