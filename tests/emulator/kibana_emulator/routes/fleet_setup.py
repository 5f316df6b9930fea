# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fleet setup and settings, and the first agent policy (reference platform A.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..routing import Context, route
from ..schema import Strict, parse

if TYPE_CHECKING:
    from ..core import Emulator

SETUP = (
    "fleet-setup", "fleet-agents-read", "fleet-agent-policies-read", "fleet-settings-read", "integrations-read",
)  # fmt: skip


class DeleteUnenrolled(Strict):
    """`delete_unenrolled_agents`."""

    enabled: bool
    is_preconfigured: bool


class Settings(Strict):
    """PUT of the settings; everything is optional."""

    has_seen_add_data_notice: bool = None
    additional_yaml_config: str = None
    kibana_urls: list[str] = None
    kibana_ca_sha256: str = None
    prerelease_integrations_enabled: bool = None
    delete_unenrolled_agents: DeleteUnenrolled = None
    integration_knowledge_enabled: bool = None


def seed(emulator: Emulator) -> None:
    """Make the settings and one policy."""
    emulator.store("fleet_settings")["fleet-default-settings"] = {
        "id": "fleet-default-settings",
        "version": emulator.version_token(),
        "secret_storage_requirements_met": True,
        "output_secret_storage_requirements_met": True,
        "preconfigured_fields": [],
    }
    emulator.store("fleet_agent_policies", "default")["emulated-policy"] = {
        "id": "emulated-policy", "name": "Emulated policy", "namespace": "default", "description": "",
        "status": "active", "is_managed": False, "is_protected": False, "revision": 1, "schema_version": "1.1.1",
        "inactivity_timeout": 1209600, "monitoring_enabled": ["logs", "metrics"], "data_output_id": None,
        "monitoring_output_id": None, "updated_at": "2026-01-01T00:00:00.000Z", "updated_by": "system",
        "version": emulator.version_token(),
    }  # fmt: skip


def bump_policies(ctx: Context, output_id: str, *, all_of_them: bool = False, forget: bool = False) -> None:
    """Raise the revision of the policies that use an output; forget: they fall back to the default one."""
    for space in ctx.emulator.state()["spaces"].values():
        policies = space.get("fleet_agent_policies", {})
        through = _package_policies(space.get("fleet_package_policies", {}), output_id, forget)
        for policy in list(policies.values()):
            used = {key: None for key in ("data_output_id", "monitoring_output_id") if policy.get(key) == output_id}
            if used or all_of_them or policy["id"] in through:
                moment, token = ctx.emulator.now(), ctx.emulator.version_token()
                changed = {**policy, "revision": policy["revision"] + 1, "updated_at": moment, "version": token}
                policies[policy["id"]] = {**changed, **used} if forget else changed


def _package_policies(docs: dict[str, Any], output_id: str, forget: bool) -> set[str]:
    """Return the agent policies that use an output through one of their package policies."""
    users = [doc for doc in docs.values() if doc.get("output_id") == output_id]
    for doc in users if forget else ():
        docs[doc["id"]] = {**doc, "output_id": None, "revision": doc["revision"] + 1}
    return {policy_id for doc in users for policy_id in doc["policy_ids"]}


@route("POST", "/api/fleet/setup", requires=SETUP)
@route("POST", "/api/fleet/agents/setup", requires=SETUP)
def setup(ctx: Context) -> dict[str, Any]:
    """Everything is set up from the start."""
    return {"isInitialized": True, "nonFatalErrors": []}


@route("GET", "/api/fleet/agents/setup", requires=SETUP)
def readiness(ctx: Context) -> dict[str, Any]:
    """Say what is missing before agents can enrol: a Fleet Server."""
    stored = getattr(ctx.emulator, "fleet_secrets_enabled", True)
    return {
        "isReady": False,
        "missing_requirements": ["fleet_server"],
        "missing_optional_features": [],
        "is_secrets_storage_enabled": stored,
        "is_action_secrets_storage_enabled": stored,
    }


@route("GET", "/api/fleet/settings", requires=("fleet-settings-read",))
def get_settings(ctx: Context) -> dict[str, Any]:
    """The one settings object."""
    return {"item": ctx.shared("fleet_settings")["fleet-default-settings"]}


@route("PUT", "/api/fleet/settings", requires=("fleet-settings-all",))
def put_settings(ctx: Context) -> dict[str, Any]:
    """Merge; the version moves at every call."""
    data = parse(Settings, ctx.body).model_dump(exclude_unset=True)
    store = ctx.shared("fleet_settings")
    token = ctx.emulator.version_token()
    store["fleet-default-settings"] = {**store["fleet-default-settings"], **data, "version": token}
    return {"item": store["fleet-default-settings"]}
