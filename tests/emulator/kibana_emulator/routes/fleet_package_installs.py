# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Installation, removal, upload and settings of packages (reference platform A.10, A.10.2)."""

from __future__ import annotations

import io
import re
import tarfile
import zipfile
from typing import Any

from ..errors import CoreError
from ..routing import MEBIBYTE, Context, route
from ..schema import Strict, parse
from .fleet_agent_policies import bump
from .fleet_agent_state import docs
from .fleet_package_policy_state import STORE
from .fleet_packages import READ, found, latest

PACKAGES = "/api/fleet/epm/packages"
ALL = ("integrations-all",)
_TYPES = ("application/zip", "application/gzip")
_FOLDER = re.compile(r"^([a-z0-9_]+)-(\d+\.\d+\.\d+[^/]*)/manifest\.yml$")


class InstallQuery(Strict):
    """Query of an installation."""

    prerelease: bool = None
    ignoreMappingUpdateErrors: bool = False
    skipDataStreamRollover: bool = False


class InstallBody(Strict):
    """Body of an installation; it may be left out."""

    force: bool = False
    ignore_constraints: bool = False


class UploadQuery(Strict):
    """Query of an upload."""

    ignoreMappingUpdateErrors: bool = False
    skipDataStreamRollover: bool = False


class Settings(Strict):
    """Body of the settings."""

    keepPoliciesUpToDate: bool = None
    namespace_customization_enabled_for: list[str] = None


class RemoveQuery(Strict):
    """Query of a removal."""

    force: bool = False


@route("GET", PACKAGES + "/{pkgName}/stats", requires=READ)
def package_stats(ctx: Context) -> dict[str, Any]:
    """How many policies use a package."""
    used = _users(ctx, ctx.path["pkgName"])
    agents = {policy_id for doc in used for policy_id in doc["policy_ids"]}
    return {"response": {"agent_policy_count": len(agents), "package_policy_count": len(used)}}


@route("POST", PACKAGES + "/{pkgName}", requires=ALL)
@route("POST", PACKAGES + "/{pkgName}/{pkgVersion}", requires=ALL)
def install(ctx: Context) -> dict[str, Any]:
    """Install or install again; an older version than the latest only with force, unless it is the installed one."""
    query = parse(InstallQuery, ctx.query, "request query")
    body = parse(InstallBody, ctx.body if ctx.body is not None else {})
    name, store = ctx.path["pkgName"], ctx.shared("fleet_packages")
    version = found(name, ctx.path.get("pkgVersion"), bool(query.prerelease), body.force)
    installed, newest = store.get(name), latest(name, bool(query.prerelease))
    if version != newest and (installed or {}).get("version") != version and not body.force:
        raise CoreError(400, f"{name}-{version} is out-of-date and cannot be installed or updated")
    _put(ctx, name, version, "registry")
    items = [{"id": f"logs-{name}", "type": "index_template"}, {"id": f"{name}-overview", "type": "dashboard"}]
    return {"items": items, "_meta": {"install_source": "registry", "name": name}}


@route("POST", PACKAGES, requires=ALL, binary=_TYPES, max_body=100 * MEBIBYTE)
def upload(ctx: Context) -> dict[str, Any]:
    """Install what an archive holds; 400 for anything that is no package."""
    parse(UploadQuery, ctx.query, "request query")
    try:
        if ctx.headers.get("content-type", "").startswith("application/zip"):
            names = zipfile.ZipFile(io.BytesIO(ctx.raw)).namelist()
        else:
            with tarfile.open(fileobj=io.BytesIO(ctx.raw)) as archive:
                names = archive.getnames()
    except (zipfile.BadZipFile, tarfile.TarError) as problem:
        raise CoreError(400, f"Error during extraction of package: {problem}") from problem
    package = next((match for match in map(_FOLDER.match, names) if match), None)
    if package is None:
        raise CoreError(400, "Package must contain a top-level manifest.yml file.")
    _put(ctx, package[1], package[2], "upload")
    return {"items": [{"id": "x", "type": "index_template"}], "_meta": {"install_source": "upload", "name": package[1]}}


def install_version(ctx: Context, name: str, version: str) -> None:
    """Install a package that a new policy needs, unless it is there."""
    if name not in ctx.shared("fleet_packages"):
        _put(ctx, name, version, "registry")


def _put(ctx: Context, name: str, version: str, source: str) -> None:
    old = ctx.shared("fleet_packages").get(name, {})
    entry = {"version": version, "created_at": ctx.emulator.now(), "source": source}
    keep = {key: old[key] for key in ("keep_policies_up_to_date",) if key in old}
    ctx.shared("fleet_packages")[name] = {**entry, **keep}


@route("PUT", PACKAGES + "/{pkgName}/{pkgVersion}", requires=ALL)
@route("PUT", PACKAGES + "/{pkgName}", requires=ALL)
def package_settings(ctx: Context) -> dict[str, Any]:
    """Whether an upgrade takes the policies along; 404 unless installed."""
    body = parse(Settings, ctx.body)
    entry = ctx.shared("fleet_packages").get(ctx.path["pkgName"])
    if entry is None:
        raise CoreError(404, f"package {ctx.path['pkgName']} is not installed")
    if body.keepPoliciesUpToDate is not None:
        entry["keep_policies_up_to_date"] = body.keepPoliciesUpToDate
    item = {"name": ctx.path["pkgName"], "title": ctx.path["pkgName"], "version": entry["version"], "assets": {}}
    return {"item": {**item, "keepPoliciesUpToDate": entry.get("keep_policies_up_to_date", False)}}


@route("DELETE", PACKAGES + "/{pkgName}", requires=ALL)
@route("DELETE", PACKAGES + "/{pkgName}/{pkgVersion}", requires=ALL)
def remove(ctx: Context) -> dict[str, Any]:
    """Remove with all its package policies, unless agents have them and there is no force."""
    query = parse(RemoveQuery, ctx.query, "request query")
    name, store = ctx.path["pkgName"], ctx.shared("fleet_packages")
    if name not in store:
        raise CoreError(400, f"{name} is not installed")
    used = _users(ctx, name)
    if any(_agents(ctx, doc) for doc in used) and not query.force:
        what = f"{name}:{ctx.path.get('pkgVersion')}"
        raise CoreError(400, f"Unable to remove package {what} with existing package policy(s) in use by agent(s)")
    for doc in used:
        del ctx.store(STORE)[doc["id"]]
        bump(ctx, doc["policy_ids"])
    del store[name]
    return {"items": [{"id": f"logs-{name}", "type": "index_template"}]}


def _users(ctx: Context, name: str) -> list[dict[str, Any]]:
    return [doc for doc in ctx.store(STORE).values() if doc["package"]["name"] == name]


def _agents(ctx: Context, doc: dict[str, Any]) -> bool:
    return any(agent["policy_id"] in doc["policy_ids"] and agent["active"] for agent in docs(ctx).values())
