# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Which version of its package a package policy is to have, and what Kibana makes of it there.

API: ``/api/fleet/package_policies/upgrade/dryrun``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from ansible_collections.stackops.kibana.plugins.module_utils import _fleet_package as package
from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient
from ansible_collections.stackops.kibana.plugins.module_utils._fleet_inputs import (
    mark_secrets,
    simplified,
    typed,
    variables,
)
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import KNOWN_AFTER_APPLY
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource
from ansible_collections.stackops.kibana.plugins.module_utils._task import Context

DRY_RUN = "/api/fleet/package_policies/upgrade/dryrun"


def stored_package(current: dict[str, Any] | None) -> tuple[Any, Any]:
    found = (current or {}).get("package") or {}
    return found.get("name"), found.get("version")


def manifest_of(client: KibanaClient, name: str, version: str) -> dict[str, Any] | None:
    """The manifest, or None where nobody has it any more."""
    if version == KNOWN_AFTER_APPLY:
        return None
    try:
        return package.manifest(client, name, version)
    except PlanError:
        return None


def target(context: Context, current: dict[str, Any] | None) -> str:
    """The version of the package that the policy is to have."""
    given = (context.params["package"] or {}).get("version")
    name, stored = stored_package(current)
    if given is None and stored is not None:
        return str(stored)
    if given not in (None, "installed", "latest"):
        return str(given)
    name = name or (context.params["package"] or {})["name"]
    item = package.read(context.client, name)
    if item is None:
        message = f"There is no package {name!r}"
        if not context.check_mode:
            raise PlanError(f"{message}: install it first, or correct package.name.")
        context.warn(f"{message} yet; it is taken for one that the play will have installed.")
        return KNOWN_AFTER_APPLY
    installed = package.installed_version(item) if given != "latest" else None
    return str(installed or item.get("latestVersion") or item["version"])


def upgraded(context: Context, current: dict[str, Any], version: str) -> dict[str, Any]:
    """The policy as Kibana itself would bring it to another version of its package."""
    name, stored = stored_package(current)
    if version == stored:
        return current
    if version == KNOWN_AFTER_APPLY:
        return {**current, "package": {**current["package"], "version": version}}
    if package.order(version) < package.order(stored):
        raise PlanError(
            f"The package policy {current['name']!r} has version {stored} of {name!r}: Kibana cannot take it back to"
            f" {version}."
        )
    moved = {**current, "package": {**current["package"], "version": version}}
    # The same policy is not asked about twice: nothing may come between the last look at it and the write.
    key = f"dry run {current['id']} {current.get('version')} {version}"
    answer = context.client.cached(key, lambda: _dry_run(context, current, version), DRY_RUN)
    if not answer:
        return moved
    proposed = (answer.get("diff") or [{}, {}])[1]
    _refuse_errors(context, answer, proposed)
    found = {**moved, **simplified(proposed)}
    mark_secrets(cast(Resource, context.resource).traits, manifest_of(context.client, name, version), found)
    return found


def _dry_run(context: Context, current: dict[str, Any], version: str) -> dict[str, Any]:
    """What Kibana answers to an upgrade that it only tries; empty where the package is not there yet."""
    name, _stored = stored_package(current)
    item = package.read(context.client, name)
    installed = package.installed_version(item) if item else None
    if installed != version:
        message = f"The package {name!r} is installed in version {installed}, not {version}"
        if not context.check_mode:
            raise PlanError(f"{message}: install that with fleet_package first.")
        context.warn(f"{message}; what an upgrade makes of the policy is known once it is.")
        return {}
    body = {"packagePolicyIds": [current["id"]], "packageVersion": version}
    answers: list[dict[str, Any]] = context.client.call("POST", DRY_RUN, json=body, safe=True)
    return answers[0]


def _refuse_errors(context: Context, answer: dict[str, Any], proposed: dict[str, Any]) -> None:
    """Raise where the dry run found errors that the task does not mend by giving the variable."""
    given = {"vars": variables(context.params["vars"]), "inputs": typed(context.params["inputs"])}
    names = set(_names(given))
    errors = [
        f"{item.get('key')}: {item.get('message')}" if item.get("key") else str(item.get("message"))
        for item in (proposed.get("errors") or answer.get("errors") or [answer.get("body") or {}])
        if str(item.get("key")).rpartition(".vars.")[2] not in names
    ]
    if answer.get("hasErrors") and errors:
        raise PlanError(f"An upgrade to another version of the package fails: {'; '.join(errors)}.")


def _names(value: Mapping[str, Any]) -> Iterator[str]:
    """The names of all variables in a nested value."""
    for key, item in value.items():
        if key == "vars":
            yield from item
        elif isinstance(item, dict):
            yield from _names(item)
