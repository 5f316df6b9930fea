# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fleet agents as documents: their status, the KQL over them, their policies, and a believable fleet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..errors import CoreError
from ..kql import KqlError, Predicate, by_path, compile_filter
from ..routing import Context

if TYPE_CHECKING:
    from ..core import Emulator

STATUSES = (
    "online", "error", "inactive", "offline", "updating", "unenrolled", "degraded", "enrolling", "unenrolling",
    "orphaned", "uninstalled",
)  # fmt: skip
FIELDS = frozenset((
    "access_api_key_id", "action_seq_no", "active", "agent", "default_api_key", "default_api_key_id", "enrolled_at",
    "last_checkin", "last_checkin_status", "last_updated", "local_metadata", "namespaces", "packages", "policy_id",
    "policy_revision_idx", "shared_id", "status", "tags", "type", "unenrolled_at", "unenrolled_reason",
    "unenrollment_started_at", "updated_at", "upgrade_details", "upgrade_started_at", "upgrade_status", "upgraded_at",
    "user_provided_metadata",
))  # fmt: skip
_FIELD = re.compile(r"([A-Za-z_][\w.\-]*)\s*(?=:|[<>])")
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"')
# States that the emulator plays, because it has no clock that would make an agent miss its check-ins.
_MISSED = ("inactive", "uninstalled", "orphaned", "offline", "updating", "enrolling")


def status_of(doc: dict[str, Any]) -> str:
    """Return the status as Fleet works it out; an offline agent stays `offline` while it is being unenrolled."""
    if not doc["active"]:
        return "unenrolled"
    if doc.get("_plays") in _MISSED:
        return str(doc["_plays"])
    if doc.get("unenrollment_started_at"):
        return "unenrolling"
    reported = doc.get("last_checkin_status")
    if reported in ("error", "degraded"):
        return str(reported)
    upgrading = doc.get("upgrade_started_at") and not doc.get("upgraded_at")
    failed = (doc.get("upgrade_details") or {}).get("state") in ("UPG_FAILED", "UPG_ROLLBACK")
    return "updating" if upgrading and not failed else "online"


def shown(ctx: Context, doc: dict[str, Any]) -> dict[str, Any]:
    """Return an agent as the API shows it."""
    item = {key: value for key, value in doc.items() if not key.startswith("_")}
    if ctx.emulator.version < (9, 1):
        item.pop("namespaces", None)
    return {**item, "status": status_of(doc)}


def docs(ctx: Context) -> dict[str, dict[str, Any]]:
    """Return the agents of this space by id."""
    return ctx.store("fleet_agents")


def checked_filter(text: str | None, known: frozenset[str], prefix: str, where: str) -> Predicate:
    """Return a predicate for strictly validated KQL; 400 for bad syntax, an unknown field or a value without one."""
    plain = (text or "").replace(prefix + ".", "")
    for field in _FIELD.findall(_QUOTED.sub('""', plain)):
        if field.partition(".")[0] not in known:
            raise CoreError(
                400, f"{where}: KQLSyntaxError: This key '{field}' does not exist in {prefix} index patterns"
            )
    try:
        return compile_filter(plain, _lookup)
    except KqlError as problem:
        raise CoreError(400, f"{where}: KQLSyntaxError: {problem}") from problem


def _lookup(doc: dict[str, Any], field: str) -> Any:
    return status_of(doc) if field == "status" and "_plays" in doc else by_path(doc, field)


def select(ctx: Context, kuery: str | None, *, show_inactive: bool, where: str) -> list[dict[str, Any]]:
    """Return the agents that fit, the latest enrolment first, then by host name."""
    fits = checked_filter(kuery, FIELDS, "fleet-agents", where)
    text = (kuery or "").lower()
    unenrolled = "status:*" in text or "status:unenrolled" in text
    if ctx.emulator.version < (9, 0):
        unenrolled = show_inactive
    found = []
    for doc in docs(ctx).values():
        status = status_of(doc)
        hidden = (status == "inactive" and not show_inactive) or (status == "unenrolled" and not unenrolled)
        if not hidden and fits(doc):
            found.append(doc)
    found.sort(key=lambda doc: doc["local_metadata"]["host"]["hostname"])
    return sorted(found, key=lambda doc: doc["enrolled_at"], reverse=True)


def is_hosted(ctx: Context, doc: dict[str, Any]) -> bool:
    """Say whether the agent's policy is managed from outside."""
    policy = ctx.store("fleet_agent_policies").get(doc.get("policy_id", ""))
    return bool(policy and policy.get("is_managed"))


def add_agent(emulator: Emulator, agent_id: str, hostname: str, **fields: Any) -> dict[str, Any]:
    """Put an agent into a space (`_space`); `_plays` fixes a status that would need a clock."""
    space = fields.pop("_space", "default")
    version = fields.pop("version", "9.4.3" if emulator.version >= (9, 0) else "8.18.0")
    doc = {
        "_plays": "", "id": agent_id, "type": "PERMANENT", "active": True, "enrolled_at": "2026-01-10T08:00:00.000Z",
        "access_api_key_id": f"key-{agent_id}", "policy_id": "emulated-policy", "policy_revision": 1, "packages": [],
        "agent": {"id": agent_id, "version": version}, "last_checkin": "2026-02-01T12:00:00.000Z",
        "last_checkin_status": "online", "last_checkin_message": "Running", "namespaces": [space],
        "user_provided_metadata": {}, "components": [], "upgraded_at": None, "upgrade_started_at": None,
        "local_metadata": {
            "elastic": {"agent": {"id": agent_id, "version": version, "upgradeable": True, "log_level": "info"}},
            "host": {"hostname": hostname, "name": hostname, "architecture": "x86_64"},
            "os": {"family": "debian", "name": "Debian GNU/Linux", "platform": "debian", "version": "12"},
        },
        **fields,
    }  # fmt: skip
    emulator.store("fleet_agents", space)[agent_id] = doc
    return doc


def add_policy(emulator: Emulator, policy_id: str, name: str, **fields: Any) -> None:
    """Put a policy into the default space."""
    like = emulator.store("fleet_agent_policies", "default")["emulated-policy"]
    emulator.store("fleet_agent_policies", "default")[policy_id] = {
        **like, "id": policy_id, "name": name, "version": emulator.version_token(), **fields,
    }  # fmt: skip


_FLEET: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("a0000001-0000-4000-8000-000000000001", "web-01", "soc-servers", {"tags": ["production", "web"]}),
    ("a0000001-0000-4000-8000-000000000002", "web-02", "soc-servers", {"tags": ["production", "web"]}),
    ("a0000001-0000-4000-8000-000000000003", "db-01", "soc-servers", {
        "tags": ["production"], "last_checkin_status": "degraded", "last_checkin_message": "1 unit is degraded",
        "unhealthy_reason": ["input"], "_older": True,
    }),
    ("a0000001-0000-4000-8000-000000000004", "mail-01", "soc-servers", {
        "tags": ["production", "dmz"], "last_checkin_status": "error", "last_checkin_message": "output unreachable",
        "unhealthy_reason": ["output"],
    }),
    ("a0000001-0000-4000-8000-000000000005", "build-01", "soc-servers", {
        "_plays": "updating", "tags": ["ci"], "upgrade_started_at": "2026-02-01T11:58:00.000Z",
    }),
    ("a0000001-0000-4000-8000-000000000006", "wks-anna", "soc-workstations", {"tags": ["staff"], "_older": True}),
    ("a0000001-0000-4000-8000-000000000007", "wks-boris", "soc-workstations", {"_plays": "offline"}),
    ("a0000001-0000-4000-8000-000000000008", "wks-chloe", "soc-workstations", {
        "_plays": "inactive", "last_checkin": "2025-11-02T09:00:00.000Z", "tags": ["staff"],
    }),
    ("a0000001-0000-4000-8000-000000000009", "wks-dmitri", "soc-workstations", {
        "unenrollment_started_at": "2026-02-01T11:59:00.000Z",
    }),
    ("a0000001-0000-4000-8000-000000000010", "wks-elena", "soc-workstations", {
        "active": False, "unenrolled_at": "2026-01-20T10:00:00.000Z", "tags": ["gone"],
    }),
    ("a0000001-0000-4000-8000-000000000011", "wks-felix", "soc-workstations", {
        "_plays": "enrolling", "enrolled_at": "2026-02-01T11:59:30.000Z",
    }),
    ("a0000001-0000-4000-8000-000000000012", "wks-gina", "soc-workstations", {"_plays": "uninstalled"}),
    ("a0000001-0000-4000-8000-000000000013", "wks-hugo", "soc-workstations", {"_plays": "orphaned"}),
    ("a0000001-0000-4000-8000-000000000014", "fleet-server", "policy-elastic-agent-on-cloud", {
        "tags": ["cloud"], "_fleet_server": True,
    }),
)  # fmt: skip


def seed_soc(emulator: Emulator) -> None:
    """Make three policies (one managed from outside) and agents in all states."""
    add_policy(emulator, "soc-servers", "SOC servers", data_output_id="preconfigured-es", inactivity_timeout=604800)
    add_policy(emulator, "soc-workstations", "SOC workstations")
    add_policy(emulator, "policy-elastic-agent-on-cloud", "Elastic Cloud agent policy", is_managed=True)
    for agent_id, hostname, policy_id, fields in _FLEET:
        if fields.get("_older"):
            fields = {**fields, "version": "9.3.1" if emulator.version >= (9, 0) else "8.17.4"}
        add_agent(emulator, agent_id, hostname, **{"policy_id": policy_id, **fields})
