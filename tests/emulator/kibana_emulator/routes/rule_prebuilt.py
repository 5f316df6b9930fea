# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is stored of prebuilt rules: the package, and what a rule owes to it (reference security D.6.1, D.12).

`prebuilt_assets` of the cluster has every version of every rule of the installed package by `rule_id` and version;
`prebuilt_registry` the same of the package that Kibana would install.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import SiemError
from ..routing import Context
from .prebuilt_assets import PACKAGE, Asset, default_assets, rule_id, soc_assets

if TYPE_CHECKING:
    from ..core import Emulator

_SEED_TIME = "2026-01-01T00:00:00.000Z"
_NOT_CUSTOM = frozenset({
    "id", "rule_id", "revision", "immutable", "rule_source", "created_at", "created_by", "updated_at", "updated_by",
    "enabled", "actions", "exceptions_list", "version", "output_index", "response_actions", "meta",
})  # fmt: skip
FILLED: dict[str, Any] = {
    "interval": "5m", "from": "now-6m", "to": "now", "max_signals": 100, "setup": "", "output_index": "",
    "false_positives": [], "references": [], "threat": [], "exceptions_list": [], "actions": [],
    "risk_score_mapping": [], "severity_mapping": [], "related_integrations": [], "required_fields": [],
}  # fmt: skip
_INSTALLED_BEFORE = (
    "Shell Started by a Web Server", "Kernel Module Loaded from a Home Folder", "Network Scanner Started",
    "Shadow Copies Deleted", "Run Key Changed", "Account Added to Administrators", "Trail of the Cloud Stopped",
)  # fmt: skip
_INSTALLED_NOW = (
    "Sudoers File Changed", "Encoded PowerShell Command", "Defender Switched Off", "Tunnel over DNS",
    "Memory of LSASS Read", "Bucket Made Public",
)  # fmt: skip


def seed(emulator: Emulator) -> None:
    """Two assets, the first of them installed in the default space."""
    emulator.store("fleet_packages")[PACKAGE] = {"version": "9.4.5", "created_at": _SEED_TIME}
    _publish(emulator, default_assets())
    _install(emulator, default_assets()[0], "11111111-1111-4111-8111-111111111111")


def seed_soc(emulator: Emulator) -> None:
    """A few dozen assets; some are installed, some of those outdated, customised, or both."""
    _publish(emulator, soc_assets())
    for name in _INSTALLED_NOW:
        key = rule_id(name)
        _install(emulator, latest_assets(emulator)[key], key)
    for name in _INSTALLED_BEFORE:
        key = rule_id(name)
        _install(emulator, emulator.store("prebuilt_assets")[key]["104"], key)
    _customise(emulator, "Encoded PowerShell Command", severity="critical", risk_score=99)
    _customise(emulator, "Kernel Module Loaded from a Home Folder", severity="medium")
    _customise(emulator, "Run Key Changed", tags=["OS: Windows", "Tactic: Persistence", "Reviewed"])
    _customise(emulator, "Trail of the Cloud Stopped", query="event.action:(StopLogging or DeleteTrail)")
    _customise(emulator, "Shadow Copies Deleted", enabled=True)


def _publish(emulator: Emulator, assets: list[Asset]) -> None:
    for store in (emulator.store("prebuilt_assets"), emulator.store("prebuilt_registry")):
        for asset in assets:
            store.setdefault(asset["rule_id"], {})[str(asset["version"])] = asset


def _install(emulator: Emulator, asset: Asset, key: str) -> None:
    rule = {
        **FILLED, **asset, "id": key, "enabled": False, "revision": 0, "immutable": True,
        "created_at": _SEED_TIME, "created_by": "elastic", "updated_at": _SEED_TIME, "updated_by": "elastic",
    }  # fmt: skip
    _keep(emulator, rule)


def _customise(emulator: Emulator, name: str, **fields: Any) -> None:
    rule = emulator.store("detection_rules", "default")[rule_id(name)]
    _keep(emulator, {**rule, **fields, "revision": rule["revision"] + ("enabled" not in fields)})


def _keep(emulator: Emulator, rule: dict[str, Any]) -> None:
    rule["rule_source"] = _source(emulator, rule)
    emulator.store("detection_rules", "default")[rule["id"]] = rule
    emulator.store("detection_rule_ids", "default")[rule["rule_id"]] = rule["id"]


def latest_assets(emulator: Emulator) -> dict[str, Asset]:
    """The latest version of every rule of the installed package, by `rule_id`."""
    return {key: versions[max(versions, key=int)] for key, versions in emulator.store("prebuilt_assets").items()}


def base_asset(emulator: Emulator, rule: dict[str, Any]) -> Asset | None:
    """The content that a rule was installed with; the package does not keep every old version."""
    found: Asset | None = emulator.store("prebuilt_assets").get(rule["rule_id"], {}).get(str(rule["version"]))
    return found


def install_package(emulator: Emulator) -> bool:
    """Install the package, or its latest version. Says whether there was anything to do."""
    registry, assets = emulator.store("prebuilt_registry"), emulator.store("prebuilt_assets")
    packages = emulator.store("fleet_packages")
    if assets == registry and PACKAGE in packages:
        return False
    assets.clear()
    assets.update(registry)
    packages[PACKAGE] = {"version": "9.4.5", "created_at": emulator.now()}
    return True


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
    asset = base_asset(emulator, rule)
    base = {**FILLED, **(asset or {})}
    custom = sorted(key for key in {*base, *rule} - _NOT_CUSTOM if base.get(key) != rule.get(key)) if asset else []
    customized = bool(custom) if asset else rule["revision"] > 0  # without a base only a change can be told
    source: dict[str, Any] = {"type": "external", "is_customized": customized and emulator.version >= (8, 18)}
    if emulator.version >= (9, 2):
        source["customized_fields"] = [{"field_name": name} for name in custom]
        source["has_base_version"] = asset is not None
    return source
