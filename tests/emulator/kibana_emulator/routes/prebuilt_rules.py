# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Routes of prebuilt rules (reference security D.12): the public ones for all of them, Kibana's own for some."""

from __future__ import annotations

from typing import Any

from ..routing import Context, route
from .detection_rules import ALL, BASE, READ, RULES
from .exception_rules import ensure_endpoint_list
from .prebuilt_assets import PACKAGE, Asset
from .prebuilt_diff import NO_UPDATE, rule_diff
from .prebuilt_schema import AllRules, AllUpgrades, SomeRules, SomeUpgrades, Upgrade, Version, body_of, page_of
from .prebuilt_upgrade import (
    UpgradeError,
    basic,
    check_licence,
    installed_rules,
    outdated_rules,
    store_upgraded,
    upgrade_one,
)
from .rule_prebuilt import FILLED, base_asset, install_package, latest_assets
from .rule_rules import Rule, RuleStore, insert

OWN = BASE.replace("/api/", "/internal/") + "/prebuilt_rules"


@route("GET", f"{RULES}/prepackaged/_status", requires=READ)
def prepackaged_status(ctx: Context) -> dict[str, Any]:
    """Count custom, installed, missing and outdated rules."""
    rules, assets = RuleStore(ctx).by_id.values(), latest_assets(ctx.emulator)
    installed = installed_rules(ctx)
    return {
        "rules_custom_installed": len(rules) - len(installed),
        "rules_installed": len(installed),
        "rules_not_installed": sum(key not in installed for key in assets),
        "rules_not_updated": len(outdated_rules(ctx)),
        "timelines_installed": 0, "timelines_not_installed": 0, "timelines_not_updated": 0,
    }  # fmt: skip


@route("PUT", f"{RULES}/prepackaged", requires=ALL, concurrency=1)
def install_prepackaged(ctx: Context) -> dict[str, Any]:
    """Install the package and all missing rules, disabled, and bring the others to Elastic's state."""
    _ensure_package(ctx)
    missing = [
        asset for asset in latest_assets(ctx.emulator).values() if not RuleStore(ctx).get(None, asset["rule_id"])
    ]
    for asset in missing:
        insert(ctx, dict(asset), enabled=False, prebuilt=True)
    outdated = outdated_rules(ctx)
    for rule, asset in outdated:
        store_upgraded(ctx, rule, {**FILLED, **asset})
    return {
        "rules_installed": len(missing), "rules_updated": len(outdated), "timelines_installed": 0,
        "timelines_updated": 0,
    }  # fmt: skip


@route("GET", f"{OWN}/status", requires=READ, internal=True)
def status(ctx: Context) -> dict[str, Any]:
    """Count installed, installable and upgradeable rules."""
    installed, assets = installed_rules(ctx), latest_assets(ctx.emulator)
    outdated = outdated_rules(ctx)
    stats = {
        "num_prebuilt_rules_installed": len(installed),
        "num_prebuilt_rules_to_install": sum(key not in installed for key in assets),
        "num_prebuilt_rules_to_upgrade": len(outdated), "num_prebuilt_rules_total_in_package": len(assets),
    }  # fmt: skip
    tags = sorted({tag for rule, _asset in outdated for tag in rule["tags"]})
    return {"stats": stats, "aggregated_fields": {"upgradeable_rules": {"tags": tags}}}


@route("POST", f"{OWN}/_bootstrap", requires=ALL, internal=True, concurrency=1)
def bootstrap(ctx: Context) -> dict[str, Any]:
    """Install the latest packages."""
    state = "installed" if install_package(ctx.emulator) else "already_installed"
    version = ctx.shared("fleet_packages")[PACKAGE]["version"]
    return {
        "packages": [
            {"name": PACKAGE, "version": version, "status": state},
            {"name": "endpoint", "version": "9.1.0", "status": "already_installed"},
        ]
    }


@route("POST", f"{OWN}/installation/_review", requires=READ, internal=True, refresh=False, concurrency=3)
def review_installation(ctx: Context) -> dict[str, Any]:
    """The rules that can be installed: all at once, paged since 9.3."""
    installed = installed_rules(ctx)
    found = [asset for key, asset in latest_assets(ctx.emulator).items() if key not in installed]
    tags = sorted({tag for asset in found for tag in asset["tags"]})
    answer = {"stats": {"num_rules_to_install": len(found), "tags": tags}}
    rules = [_as_rule(ctx, asset) for asset in sorted(found, key=lambda item: str(item["rule_id"]))]
    if ctx.emulator.version < (9, 3):
        return {**answer, "rules": rules}
    body = page_of(ctx)
    start = (body.page - 1) * body.per_page
    window = {"page": body.page, "per_page": body.per_page, "total": len(rules)}
    return {**answer, **window, "rules": rules[start : start + body.per_page]}


@route("POST", f"{OWN}/upgrade/_review", requires=READ, internal=True, refresh=False, concurrency=3)
def review_upgrade(ctx: Context) -> dict[str, Any]:
    """The rules that can be upgraded, with their diffs. Before 9.3 every page is the first."""
    body, outdated = page_of(ctx), outdated_rules(ctx)
    paged = ctx.emulator.version >= (9, 3)
    start = (body.page - 1) * body.per_page if paged else 0
    shown = outdated[start : start + body.per_page]
    counts = {
        "num_rules_to_upgrade_total": 0 if paged else len(outdated), "num_rules_with_conflicts": 0,
        "num_rules_with_non_solvable_conflicts": 0,
        "tags": [] if paged else sorted({tag for rule, _asset in outdated for tag in rule["tags"]}),
    }  # fmt: skip
    return {
        "stats": counts, "rules": [_upgrade_info(ctx, rule, asset) for rule, asset in shown], "page": body.page,
        "per_page": body.per_page, **({"total": len(outdated)} if paged else {}),
    }  # fmt: skip


@route("POST", f"{OWN}/installation/_perform", requires=ALL, internal=True, concurrency=1)
def perform_installation(ctx: Context) -> dict[str, Any]:
    """Install rules, disabled. HTTP 200 whatever happens to each."""
    body: Any = body_of(ctx, SomeRules, AllRules)
    ensure_endpoint_list(ctx)
    _ensure_package(ctx)
    assets, installed = latest_assets(ctx.emulator), installed_rules(ctx)
    every = [Version(rule_id=key, version=asset["version"]) for key, asset in assets.items() if key not in installed]
    created: list[Any] = []
    skipped: list[Any] = []
    errors: list[tuple[str, str]] = []
    for item in every if body.mode == "ALL_RULES" else body.rules:
        if item.rule_id in installed:
            skipped.append({"rule_id": item.rule_id, "reason": "ALREADY_INSTALLED"})
        elif item.rule_id not in assets:
            errors.append((item.rule_id, f'Rule with ID "{item.rule_id}" and version "{item.version}" not found'))
        else:
            asset = ctx.shared("prebuilt_assets")[item.rule_id].get(str(item.version))
            if asset and RuleStore(ctx).get(None, item.rule_id):
                errors.append((item.rule_id, f'rule_id: "{item.rule_id}" already exists'))
            elif asset:  # an unknown version is passed over in silence
                created.append(insert(ctx, dict(asset), enabled=False, prebuilt=True))
    brief = ctx.emulator.version >= (9, 3)
    return _outcome({"created": [basic(rule) if brief else rule for rule in created], "skipped": skipped}, errors)


@route("POST", f"{OWN}/upgrade/_perform", requires=ALL, internal=True, concurrency=1)
def perform_upgrade(ctx: Context) -> dict[str, Any]:
    """Upgrade rules, field by field. HTTP 200 whatever happens to each."""
    body: Any = body_of(ctx, SomeUpgrades, AllUpgrades)
    allowed = getattr(ctx.emulator, "rules_customization", True)
    default = "MERGED" if allowed else "TARGET"
    if not allowed:
        check_licence(body)
    some = body.mode == "SPECIFIC_RULES"
    queue = body.rules if some else [
        Upgrade(rule_id=rule["rule_id"], version=asset["version"], revision=rule["revision"])
        for rule, asset in outdated_rules(ctx)
    ]  # fmt: skip
    updated: list[Any] = []
    skipped: list[Any] = []
    errors: list[tuple[str, str]] = []
    for item in queue:
        try:
            result = upgrade_one(ctx, body, item, default)
        except UpgradeError as problem:
            errors.append((item.rule_id, str(problem)))
            continue
        (skipped if "reason" in result else updated).append(result)
    return _outcome({"updated": updated, "skipped": skipped}, errors)


def _ensure_package(ctx: Context) -> None:
    if not ctx.shared("prebuilt_assets"):
        install_package(ctx.emulator)


def _as_rule(ctx: Context, asset: Asset) -> Rule:
    """An asset in the shape of a rule that does not exist yet."""
    now = ctx.emulator.now()
    return {
        **FILLED, **asset, "id": ctx.emulator.uuid(), "enabled": False, "revision": 0, "immutable": True,
        "rule_source": {"type": "external", "is_customized": False}, "created_at": now, "created_by": "elastic",
        "updated_at": now, "updated_by": "elastic",
    }  # fmt: skip


def _upgrade_info(ctx: Context, rule: Rule, asset: Asset) -> dict[str, Any]:
    base = base_asset(ctx.emulator, rule)
    diff = rule_diff({**FILLED, **base} if base else None, rule, {**FILLED, **asset})
    fields = {name: item for name, item in diff["fields"].items() if item["diff_outcome"] not in NO_UPDATE}
    target = {**_as_rule(ctx, asset), "id": rule["id"], "revision": rule["revision"] + 1}
    return {
        "id": rule["id"], "rule_id": rule["rule_id"], "revision": rule["revision"], "version": rule["version"],
        "current_rule": rule, "target_rule": target, "diff": {**diff, "fields": fields},
        **({"has_base_version": base is not None} if ctx.emulator.version >= (9, 2) else {}),
    }  # fmt: skip


def _outcome(results: dict[str, list[Any]], errors: list[tuple[str, str]]) -> dict[str, Any]:
    """The answer of a perform route: equal messages share an entry."""
    grouped: dict[str, list[dict[str, str]]] = {}
    for key, text in errors:
        grouped.setdefault(text, []).append({"rule_id": key})
    done, passed = (len(items) for items in results.values())
    summary = {"total": done + passed + len(errors), "succeeded": done, "skipped": passed, "failed": len(errors)}
    listed = [{"message": text, "rules": rules} for text, rules in grouped.items()]
    return {"summary": summary, "results": results, "errors": listed}
