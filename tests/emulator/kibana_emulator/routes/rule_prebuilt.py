# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prebuilt rules: two assets, one of them installed from the start in the default space (reference security D.12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import SiemError
from ..routing import Context

if TYPE_CHECKING:
    from ..core import Emulator

_SEED_TIME = "2026-01-01T00:00:00.000Z"
_NOT_CUSTOM = frozenset({
    "id", "rule_id", "revision", "immutable", "rule_source", "created_at", "created_by", "updated_at", "updated_by",
    "enabled", "actions", "exceptions_list", "version", "output_index", "response_actions", "meta",
})  # fmt: skip


def _asset(rule_id: str, name: str, **fields: Any) -> dict[str, Any]:
    return {
        "rule_id": rule_id, "type": "query", "name": name, "description": f"{name}.", "risk_score": 47,
        "severity": "medium", "query": "event.category:process", "language": "kuery", "index": ["logs-*"],
        "author": ["Elastic"], "license": "Elastic License v2", "tags": ["OS: Linux"], "version": 3, **fields,
    }  # fmt: skip


ASSETS = {
    asset["rule_id"]: asset
    for asset in (
        _asset("prebuilt-rule-1", "Emulated Prebuilt Rule One"),
        _asset("prebuilt-rule-2", "Emulated Prebuilt Rule Two", severity="high", risk_score=73, tags=["OS: Windows"]),
    )
}
_FILLED: dict[str, Any] = {
    "interval": "5m", "from": "now-6m", "to": "now", "max_signals": 100, "setup": "", "output_index": "",
    "false_positives": [], "references": [], "threat": [], "exceptions_list": [], "actions": [],
    "risk_score_mapping": [], "severity_mapping": [], "related_integrations": [], "required_fields": [],
}  # fmt: skip


def seed(emulator: Emulator) -> None:
    """Install the first asset in the default space."""
    rule = {
        **_FILLED, **ASSETS["prebuilt-rule-1"], "id": "11111111-1111-4111-8111-111111111111", "enabled": False,
        "revision": 0, "immutable": True, "created_at": _SEED_TIME, "created_by": "elastic",
        "updated_at": _SEED_TIME, "updated_by": "elastic",
    }  # fmt: skip
    rule["rule_source"] = _source(emulator, rule)
    emulator.store("detection_rules", "default")[rule["id"]] = rule
    emulator.store("detection_rule_ids", "default")[rule["rule_id"]] = rule["id"]


def rule_source(ctx: Context, rule: dict[str, Any]) -> dict[str, Any]:
    """Return where a rule comes from, computed from its content."""
    return _source(ctx.emulator, rule)


def check_prebuilt(stored: dict[str, Any], rule: dict[str, Any]) -> None:
    """Raise 400 for what may not change in a prebuilt rule."""
    if stored["immutable"]:
        for name in ("author", "license"):
            if stored.get(name) != rule.get(name):
                raise SiemError(400, f'Cannot update "{name}" field for prebuilt rules')


def _source(emulator: Emulator, rule: dict[str, Any]) -> dict[str, Any]:
    if not rule["immutable"]:
        return {"type": "internal"}
    base = {**_FILLED, **ASSETS.get(rule["rule_id"], {})}
    custom = sorted(key for key in {*base, *rule} - _NOT_CUSTOM if base.get(key) != rule.get(key))
    source: dict[str, Any] = {"type": "external", "is_customized": bool(custom) and emulator.version >= (8, 18)}
    if emulator.version >= (9, 2):
        source["customized_fields"] = [{"field_name": name} for name in custom]
        source["has_base_version"] = rule["rule_id"] in ASSETS
    return source
