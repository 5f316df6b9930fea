# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How prebuilt rules are upgraded, field by field (reference security D.12)."""

from __future__ import annotations

from typing import Any

from ..errors import SiemError
from ..routing import Context
from .prebuilt_assets import Asset
from .prebuilt_diff import FORCED, GROUP_FIELDS, fields_of, rule_diff
from .prebuilt_schema import Upgrade
from .rule_prebuilt import FILLED, base_asset, latest_assets
from .rule_rules import Rule, RuleStore, overwrite

KEPT = ("enabled", "exceptions_list", "actions", "response_actions", "meta", "throttle")


class UpgradeError(Exception):
    """Why one rule was not upgraded."""


def upgrade_one(ctx: Context, body: Any, item: Upgrade, default: str) -> dict[str, Any]:
    """Upgrade one rule, or say why it is passed over; raise UpgradeError."""
    rule = installed_rules(ctx).get(item.rule_id)
    if rule is None:
        raise UpgradeError(f'Rule with rule_id "{item.rule_id}" and version "{item.version}" not found')
    target = ctx.shared("prebuilt_assets").get(item.rule_id, {}).get(str(item.version))
    if target is None or target["version"] <= rule["version"]:
        return {"rule_id": item.rule_id, "reason": "RULE_UP_TO_DATE"}
    if item.revision != rule["revision"]:
        text = f"Revision mismatch for rule_id {item.rule_id}: expected {rule['revision']}, got {item.revision}"
        raise UpgradeError(text)
    base = base_asset(ctx.emulator, rule)
    target = {**FILLED, **target}
    diff = rule_diff({**FILLED, **base} if base else None, rule, target)
    if body.on_conflict == "SKIP" and diff["num_fields_with_conflicts"]:
        kind = "NON_SOLVABLE" if diff["num_fields_with_non_solvable_conflicts"] else "SOLVABLE"
        return {"rule_id": item.rule_id, "reason": "CONFLICT", "conflict": kind}
    picks = dict.fromkeys(fields_of(target["type"]), item.pick_version or body.pick_version or default)
    own = {name: dict(chosen) for name, chosen in (item.fields or {}).items()}
    if rule["type"] != target["type"] and {*picks.values(), *(one.get("pick_version") for one in own.values())} != {
        "TARGET"
    }:
        raise UpgradeError(
            f"Rule update for rule {item.rule_id} has a rule type change. All 'pick_version' values for rule must match"
            " 'TARGET'"
        )
    merged = _picked(rule, base, target, diff["fields"], picks, own, body.on_conflict)
    if body.dry_run:
        return basic({**rule, "version": target["version"]})
    stored = store_upgraded(ctx, rule, merged)
    return basic(stored) if ctx.emulator.version >= (9, 3) else stored


def _picked(
    rule: Rule, base: Asset | None, target: Asset, diffs: dict[str, Any], picks: dict[str, str],
    own: dict[str, dict[str, Any]], on_conflict: str | None,
) -> Rule:  # fmt: skip
    """The content of a rule after its upgrade."""
    result = {key: value for key, value in target.items() if key not in KEPT}
    sources = {"BASE": {**FILLED, **base} if base else None, "CURRENT": rule, "TARGET": target}
    for name, pick in picks.items():
        choice = own.get(name, {"pick_version": pick})
        kind = choice.get("pick_version")
        if kind == "RESOLVED":
            _write(result, name, choice["resolved_value"])
        elif kind == "MERGED":
            conflict = diffs[name]["conflict"]
            if conflict == "NON_SOLVABLE" or (conflict == "SOLVABLE" and on_conflict != "UPGRADE_SOLVABLE"):
                raise UpgradeError(
                    f"Automatic merge calculation for field '{name}' in rule of rule_id {rule['rule_id']} resulted in a"
                    " conflict. Please resolve the conflict manually or choose another value for 'pick_version'."
                )
            _write(result, name, diffs[name]["merged_version"])
        else:
            source = sources[str(kind)]
            if source is None:
                raise UpgradeError(f"Missing 'base' version for field '{name}' in rule {rule['rule_id']}")
            for key in GROUP_FIELDS.get(name, (name,)):
                _put(result, key, source.get(key))
    return result


def _write(rule: Rule, name: str, value: Any) -> None:
    """Put the value of a field or group into a rule."""
    if name not in GROUP_FIELDS:
        _put(rule, name, value)
    elif name == "data_source":
        value = value or {}
        _put(rule, "index", value.get("index_patterns"))
        _put(rule, "data_view_id", value.get("data_view_id"))
    else:
        for key in GROUP_FIELDS[name]:
            _put(rule, key, (value or {}).get(key) or None)


def _put(rule: Rule, key: str, value: Any) -> None:
    if value is None:
        rule.pop(key, None)
    else:
        rule[key] = value


def store_upgraded(ctx: Context, rule: Rule, content: Rule) -> Rule:
    """Store an upgraded rule; what the user decides about is kept."""
    kept = {key: rule[key] for key in KEPT if key in rule}
    forced = {**rule, **{key: content[key] for key in FORCED if key in content}}
    return overwrite(ctx, {**forced, "version": rule["version"]}, {**content, **kept})


def check_licence(body: Any) -> None:
    """Without an Enterprise licence rules come as Elastic has them."""
    picks = [body.pick_version, *(item.pick_version for item in getattr(body, "rules", ()))]
    for pick in picks:
        if pick not in (None, "TARGET"):
            raise SiemError(400, f"Only the 'TARGET' version can be selected for a rule update; received: '{pick}'")
    for item in getattr(body, "rules", ()):
        if item.fields:
            names = ", ".join(item.fields)
            raise SiemError(400, f"Rule field customization is not allowed. Received fields: {names}")


def installed_rules(ctx: Context) -> dict[str, Rule]:
    """The prebuilt rules of the space by `rule_id`."""
    return {rule["rule_id"]: rule for rule in RuleStore(ctx).by_id.values() if rule["immutable"]}


def outdated_rules(ctx: Context) -> list[tuple[Rule, Asset]]:
    """The rules of which the package has a later version, with that version."""
    assets = latest_assets(ctx.emulator)
    found = [(rule, assets[key]) for key, rule in installed_rules(ctx).items() if key in assets]
    return [(rule, asset) for rule, asset in found if rule["version"] < asset["version"]]


def basic(rule: Rule) -> dict[str, Any]:
    """What an answer says of a rule."""
    return {key: rule[key] for key in ("id", "rule_id", "version")}
