# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How detection rules come to be and change (reference security D.3 to D.6, J.4)."""

from __future__ import annotations

from typing import Any

from ..errors import SiemError
from ..routing import Context
from . import rule_actions
from .exception_rules import ensure_endpoint_list
from .rule_prebuilt import check_prebuilt, rule_source
from .rule_schema import check_siblings, parse_ids, parse_patch, parse_rule

Rule = dict[str, Any]

_VOLATILE = frozenset({"enabled", "updated_at", "updated_by", "revision", "rule_source"})
_GATED = frozenset({"exceptions_list", "investigation_fields", "note", "enabled"})
_KEPT = ("id", "rule_id", "created_at", "created_by", "immutable", "rule_source", "revision")
_LISTS = (
    "tags", "author", "false_positives", "references", "threat", "exceptions_list", "actions", "risk_score_mapping",
    "severity_mapping", "related_integrations", "required_fields",
)  # fmt: skip
_TYPE_DEFAULTS: dict[str, Rule] = {
    "query": {"query": "", "language": "kuery"},
    "saved_query": {"language": "kuery"},
    "threshold": {"language": "kuery"},
    "threat_match": {"language": "kuery", "threat_indicator_path": "threat.indicator"},
    "new_terms": {"language": "kuery"},
}
_ECS_ROOTS = frozenset({
    "@timestamp", "agent", "client", "cloud", "container", "data_stream", "destination", "device", "dll", "dns", "ecs",
    "email", "error", "event", "file", "group", "host", "http", "labels", "log", "message", "network", "observer",
    "orchestrator", "organization", "package", "process", "registry", "related", "rule", "server", "service", "source",
    "tags", "threat", "tls", "trace", "transaction", "url", "user", "user_agent", "vulnerability",
})  # fmt: skip


class RuleStore:
    """The rules of a space. Stored rules are never changed in place."""

    def __init__(self, ctx: Context) -> None:
        self.by_id = ctx.store("detection_rules")
        self._ids = ctx.store("detection_rule_ids")

    def get(self, object_id: str | None, rule_id: str | None) -> Rule | None:
        """Return a rule by one of its ids."""
        return self.by_id.get(object_id if object_id else self._ids.get(rule_id))

    def put(self, rule: Rule) -> Rule:
        """Store a rule."""
        self.by_id[rule["id"]] = rule
        self._ids[rule["rule_id"]] = rule["id"]
        return rule

    def drop(self, rule: Rule) -> Rule:
        """Delete a rule."""
        del self.by_id[rule["id"]], self._ids[rule["rule_id"]]
        return rule


def find_rule(ctx: Context, object_id: str | None, rule_id: str | None) -> Rule:
    """Return the rule of exactly one id; raise 400 or 404."""
    if object_id is not None and rule_id is not None:
        raise SiemError(400, ['both "id" and "rule_id" cannot exist, choose one or the other'])
    if object_id is None and rule_id is None:
        raise SiemError(400, ['either "id" or "rule_id" must be set'])
    found = RuleStore(ctx).get(object_id, rule_id)
    if found is None:
        name, key = ("id", object_id) if object_id is not None else ("rule_id", rule_id)
        raise SiemError(404, f'{name}: "{key}" not found')
    return found


def create(ctx: Context, body: Any, *, enabled: bool = True) -> Rule:
    """Store a new rule from a request body; raise 400, 409 or 500."""
    data = parse_rule(body)
    rule_id = data.get("rule_id")
    if rule_id is not None and RuleStore(ctx).get(None, rule_id):
        raise SiemError(409, f'rule_id: "{rule_id}" already exists')
    return insert(ctx, data, enabled=enabled)


def insert(ctx: Context, data: Rule, *, enabled: bool, prebuilt: bool = False) -> Rule:
    """Store a new rule of checked fields."""
    _check_default_list(ctx, data, None)
    ensure_endpoint_list(ctx)
    now, name = ctx.emulator.now(), ctx.user.name
    rule = {
        **completed(ctx, data), "id": ctx.emulator.uuid(), "rule_id": data.get("rule_id") or ctx.emulator.uuid(),
        "enabled": data.get("enabled", enabled), "version": data.get("version", 1), "revision": 0,
        "immutable": prebuilt, "created_at": now, "created_by": name, "updated_at": now, "updated_by": name,
    }  # fmt: skip
    rule["rule_source"] = rule_source(ctx, rule)
    return RuleStore(ctx).put(rule)


def replace(ctx: Context, body: Any) -> Rule:
    """Store a whole new content under the ids of a rule (PUT)."""
    data, ids = parse_rule(body), parse_ids(body)
    stored = find_rule(ctx, ids.id, ids.rule_id)
    return overwrite(ctx, stored, data)


def overwrite(ctx: Context, stored: Rule, data: Rule) -> Rule:
    """Store checked fields over a rule; what is missing is reset, `enabled` and `version` are kept."""
    _check_default_list(ctx, data, stored)
    kept = {key: stored[key] for key in _KEPT}
    flags = {key: data.get(key, stored[key]) for key in ("enabled", "version")}
    return save(ctx, stored, {**completed(ctx, data), **kept, **flags})


def patch(ctx: Context, body: Any) -> Rule:
    """Store what is given over what is there (PATCH)."""
    ids = parse_ids(body)
    stored = find_rule(ctx, ids.id, ids.rule_id)
    data = {key: value for key, value in parse_patch(body, stored["type"]).items() if key != "rule_id"}
    merged = {**stored, **data}
    check_siblings(merged)
    _check_default_list(ctx, data, stored)
    kept = {key: stored[key] for key in (*_KEPT,)}
    if "actions" not in data:
        merged.pop("throttle", None)
    return save(
        ctx, stored, {**completed(ctx, merged), **kept, "enabled": merged["enabled"], "version": merged["version"]}
    )


def save(ctx: Context, stored: Rule, rule: Rule) -> Rule:
    """Store `rule` over `stored`: the revision moves when anything but `enabled` differs."""
    changed = {
        key for key in {*stored, *rule} - _VOLATILE | {"enabled"} if stored.get(key) != rule.get(key)
    }  # fmt: skip
    check_prebuilt(stored, rule)
    check_gate(ctx, changed)
    revision = stored["revision"] + bool(changed - {"enabled"})
    rule = {**rule, "revision": revision, "updated_at": ctx.emulator.now(), "updated_by": ctx.user.name}
    rule["rule_source"] = rule_source(ctx, rule)
    return RuleStore(ctx).put(rule)


def may_enable(ctx: Context) -> bool:
    """Say whether the switch `emulator.rules_gate` lets this user edit the gated fields alone.

    `off`: everybody may; `privilege`: who holds `rules-enable`; `everyone`: nobody may, as was seen on 9.4 (D.6).
    """
    gate = getattr(ctx.emulator, "rules_gate", "off")
    return gate == "off" or (gate == "privilege" and ctx.user.allows("rules-enable"))


def check_gate(ctx: Context, changed: set[str]) -> None:
    """Raise 403 when nothing but gated fields changes and the user may not edit them."""
    if changed and changed <= _GATED and not may_enable(ctx):
        names = ", ".join(sorted(changed))
        text = f"The current user does not have the permissions to edit the following fields: {names}"
        raise SiemError(403, text)


def completed(ctx: Context, data: Rule) -> Rule:
    """Return the fields of a rule with everything that the server fills, coerces and computes."""
    rule = {
        "interval": "5m", "from": "now-6m", "to": "now", "max_signals": 100, "setup": "", "output_index": "",
        **{key: [] for key in _LISTS}, **_TYPE_DEFAULTS.get(data["type"], {}), **data,
    }  # fmt: skip
    rule["output_index"] = ""
    rule["actions"] = rule_actions.normalise(ctx, rule)
    rule.pop("throttle", None)
    rule["required_fields"] = [
        {"name": item["name"], "type": item["type"], "ecs": item["name"].partition(".")[0] in _ECS_ROOTS}
        for item in rule["required_fields"]
    ]
    if "threshold" in rule:
        field = rule["threshold"]["field"]
        as_list = field if isinstance(field, list) else [field] if field else []
        rule["threshold"] = {**rule["threshold"], "field": as_list}
    if isinstance(rule.get("machine_learning_job_id"), str):
        rule["machine_learning_job_id"] = [rule["machine_learning_job_id"]]
    return rule


def _check_default_list(ctx: Context, data: Rule, stored: Rule | None) -> None:
    """A rule has one default exception list at most, and a default list has one rule."""
    defaults = [item["id"] for item in data.get("exceptions_list") or () if item["type"] == "rule_default"]
    if len(defaults) > 1:
        raise SiemError(500, "More than one default exception list found on rule")
    if not defaults:
        return
    own = stored["id"] if stored else None
    for rule in RuleStore(ctx).by_id.values():
        if rule["id"] != own and any(item["id"] == defaults[0] for item in rule["exceptions_list"]):
            start = f"default exception list for rule: {own} already" if own else "default exception list already"
            raise SiemError(409, f"{start} exists in rule(s): {rule['id']}")
