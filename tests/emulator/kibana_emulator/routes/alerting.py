# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alerting rules: `/api/alerting` (reference platform F.3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..errors import CoreError
from ..kql import KqlError, by_path, compile_filter
from ..routing import Context, route
from ..schema import parse
from . import alerting_schema as bodies
from .alerting_rules import (
    ALERTS,
    RULES,
    Rule,
    checked_params,
    ensure,
    key_of,
    new_rule,
    normalise_actions,
    notify_when,
    sent,
    shown,
    stored,
)
from .alerting_types import CONSUMERS, TYPES
from .alerting_types import shown as shown_type

if TYPE_CHECKING:
    from ..core import Emulator

BASE = "/api/alerting"
ITEM = f"{BASE}/rule/{{id}}"
WINDOW = 10_000
SEARCHED = ("name", "tags")


@route("POST", f"{BASE}/rule")
@route("POST", ITEM)
def create(ctx: Context) -> Rule:
    """Create a rule under the caller's id or a new one."""
    new = ctx.emulator.version >= (9, 1)
    values = sent(parse(bodies.NewCreate if new else bodies.Create, ctx.body))
    type_id, consumer = values["rule_type_id"], values["consumer"]
    if type_id not in TYPES:
        raise CoreError(400, f'Rule type "{type_id}" is not registered.')
    _check_flapping(values)
    ensure(ctx, type_id, consumer, "create")
    if consumer not in (*CONSUMERS, "monitoring"):
        raise CoreError(403, f'Unauthorized by "{consumer}" to create "{type_id}" rule')
    values["params"] = checked_params(type_id, values["params"])
    values["actions"] = normalise_actions(ctx, TYPES[type_id], values)
    rule_id = ctx.path.get("id") or ctx.emulator.uuid()
    if rule_id in ctx.store(RULES):
        raise CoreError(409, f"Saved object [alert/{rule_id}] conflict")
    rule = new_rule(ctx.emulator, rule_id, values, ctx.user.name)
    rule.update(key_of(ctx, values["enabled"]))
    ctx.store(RULES)[rule_id] = rule
    return shown(rule, ctx.emulator.version)


@route("GET", ITEM)
def get(ctx: Context) -> Rule:
    """One rule."""
    return shown(stored(ctx, "get"), ctx.emulator.version)


@route("PUT", ITEM)
def update(ctx: Context) -> Rule:
    """Replace most of a rule. A throttle, a delay and flapping settings that are left out stay, all else is reset."""
    new = ctx.emulator.version >= (9, 1)
    values = sent(parse(bodies.NewUpdate if new else bodies.Update, ctx.body))
    _check_flapping(values)
    rule = stored(ctx, "update")
    kind = TYPES[rule["rule_type_id"]]
    values["params"] = checked_params(rule["rule_type_id"], values["params"])
    values["actions"] = normalise_actions(ctx, kind, values)
    before = {name: rule.get(name) for name in values}
    rule.update(values)
    if "artifacts" not in values:
        rule.pop("artifacts", None)
    rule.update(notify_when=notify_when(values), updated_at=ctx.emulator.now(), updated_by=ctx.user.name)
    rule["revision"] += before != {name: rule.get(name) for name in values}
    rule.update(key_of(ctx, rule["enabled"]))
    return shown(rule, ctx.emulator.version)


def _check_flapping(values: dict[str, Any]) -> None:
    flapping = values.get("flapping")
    if flapping and flapping["status_change_threshold"] > flapping["look_back_window"]:
        window, threshold = flapping["look_back_window"], flapping["status_change_threshold"]
        text = f"lookBackWindow ({window}) must be equal to or greater than statusChangeThreshold ({threshold})"
        raise CoreError(400, f"[request body.flapping]: {text}")


@route("DELETE", ITEM)
def delete(ctx: Context) -> None:
    """Delete a rule."""
    rule = stored(ctx, "delete")
    del ctx.store(RULES)[rule["id"]]
    ctx.store(ALERTS).pop(rule["id"], None)


@route("POST", f"{ITEM}/_enable")
def enable(ctx: Context) -> None:
    """Enable; the rule gets an API key where it has none."""
    rule = stored(ctx, "enable")
    if not rule["enabled"]:
        if rule["api_key_owner"] is None:
            rule.update(key_of(ctx, True))
        rule.update(enabled=True, scheduled_task_id=rule["id"], updated_at=ctx.emulator.now())


@route("POST", f"{ITEM}/_disable")
def disable(ctx: Context) -> None:
    """Disable; the API key stays."""
    if ctx.body is not None:
        parse(bodies.Disable, ctx.body)
    rule = stored(ctx, "disable")
    if rule["enabled"]:
        rule.update(enabled=False, scheduled_task_id=None, updated_at=ctx.emulator.now())


@route("POST", f"{ITEM}/_mute_all")
def mute_all(ctx: Context) -> None:
    """Mute a rule; alerts that were muted alone are forgotten."""
    stored(ctx, "muteAll").update(mute_all=True, muted_alert_ids=[], snooze_schedule=[])


@route("POST", f"{ITEM}/_unmute_all")
def unmute_all(ctx: Context) -> None:
    """Unmute a rule, and all its alerts."""
    stored(ctx, "unmuteAll").update(mute_all=False, muted_alert_ids=[], snooze_schedule=[])


@route("POST", f"{ITEM}/_update_api_key")
def update_api_key(ctx: Context) -> None:
    """Give the rule a key of the caller."""
    rule = stored(ctx, "updateApiKey")
    rule.update(key_of(ctx, True))
    rule.update(updated_at=ctx.emulator.now(), updated_by=ctx.user.name)


@route("POST", f"{ITEM}/alert/{{alert}}/_mute")
def mute(ctx: Context) -> None:
    """Mute one alert; 9.4 wants to know it."""
    known = parse(bodies.MuteQuery, ctx.query, "request query") if ctx.emulator.version >= (9, 4) else None
    rule, alert = stored(ctx, "muteAlert"), ctx.path["alert"]
    if known and known.validate_alerts_existence and alert not in ctx.store(ALERTS).get(rule["id"], []):
        raise CoreError(404, f'Alert instance with id "{alert}" does not exist for rule with id "{rule["id"]}"')
    if not rule["mute_all"] and alert not in rule["muted_alert_ids"]:
        rule["muted_alert_ids"].append(alert)


@route("POST", f"{ITEM}/alert/{{alert}}/_unmute")
def unmute(ctx: Context) -> None:
    """Unmute one alert."""
    rule = stored(ctx, "unmuteAlert")
    rule["muted_alert_ids"] = [alert for alert in rule["muted_alert_ids"] if alert != ctx.path["alert"]]


@route("GET", f"{BASE}/rules/_find")
def find(ctx: Context) -> dict[str, Any]:
    """A page of the rules that the user may see."""
    query = parse(bodies.Find, ctx.query, "request query")
    if query.sort_order and not query.sort_field:
        raise CoreError(400, "[request query]: sort_order needs sort_field")
    ensure(ctx, "any", "any", "find")
    if query.page * query.per_page > WINDOW:
        raise CoreError(400, "Result window is too large, from + size must be less than or equal to: [10000]")
    rules = [rule for rule in ctx.store(RULES).values() if _wanted(rule, query)]
    rules.sort(key=lambda rule: rule["id"])
    if query.sort_field:
        name = re.sub(r"[A-Z]", lambda found: "_" + found[0].lower(), query.sort_field.removesuffix(".keyword"))
        rules.sort(key=lambda rule: str(rule.get(name, "")).lower(), reverse=query.sort_order == "desc")
    start = (query.page - 1) * query.per_page
    page = [_listed(shown(rule, ctx.emulator.version)) for rule in rules[start : start + query.per_page]]
    return {"page": query.page, "per_page": query.per_page, "total": len(rules), "data": page}


def _listed(rule: Rule) -> Rule:
    return {**rule, "active_snoozes": [], "is_snoozed_until": None}


def _wanted(rule: Rule, query: bodies.Find) -> bool:
    consumers = [query.filter_consumers] if isinstance(query.filter_consumers, str) else query.filter_consumers
    if consumers and rule["consumer"] not in consumers:
        return False
    if query.search and not _found(rule, query):
        return False
    try:
        return compile_filter(query.filter, _attribute)(rule)
    except KqlError as problem:
        raise CoreError(400, f"KQLSyntaxError: {problem}") from None


def _attribute(rule: Rule, field: str) -> Any:
    """Return the value of `alert.attributes.alertTypeId`."""
    if not field.startswith("alert.attributes."):
        raise CoreError(400, f"This key '{field}' need to be wrapped by a saved object type like alert: Bad Request")
    name = field.removeprefix("alert.attributes.").removesuffix(".keyword")
    name = {"alertTypeId": "rule_type_id", "muteAll": "mute_all"}.get(name, name)
    return by_path(rule, name)


def _found(rule: Rule, query: bodies.Find) -> bool:
    """Say whether a simple query string fits: words and "phrases", `*` at the end of a word."""
    fields = query.search_fields or SEARCHED
    fields = [fields] if isinstance(fields, str) else fields
    texts = [_words(text) for field in fields for text in _texts(rule.get(field))]
    parts = re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', query.search)
    hits = [any(_in(phrase or word, words) for words in texts) for phrase, word in parts if _words(phrase or word)]
    return bool(hits) and (all(hits) if query.default_search_operator == "AND" else any(hits))


def _texts(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [] if value is None else [str(value)]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _in(part: str, words: list[str]) -> bool:
    wanted = _words(part)
    if part.endswith("*") and len(wanted) == 1:
        return any(word.startswith(wanted[0]) for word in words)
    return any(words[at : at + len(wanted)] == wanted for at in range(len(words) - len(wanted) + 1))


@route("GET", f"{BASE}/rule_types")
def rule_types(ctx: Context) -> list[dict[str, Any]]:
    """The types that the user may see."""
    if not (ctx.user.allows("alerting:read") or ctx.user.allows("alerting:all")):
        return []
    return [shown_type(type_id) for type_id in TYPES]


@route("GET", f"{BASE}/_health")
def health(ctx: Context) -> dict[str, Any]:
    """Whether rules run."""
    ensure(ctx, "any", "any", "get")
    state = {"status": "ok", "timestamp": ctx.emulator.now()}
    return {
        "is_sufficiently_secure": True,
        "has_permanent_encryption_key": True,
        "alerting_framework_health": {
            "decryption_health": state,
            "execution_health": state,
            "read_health": state,
        },
    }


def seed_soc(emulator: Emulator) -> None:
    """Two rules that somebody made by hand: one runs, one does not."""
    for rule_id, name, enabled in (("disk-full", "Disk nearly full", True), ("old-errors", "Too many errors", False)):
        values = {
            "name": name, "tags": ["platform"], "enabled": enabled, "consumer": "stackAlerts",
            "rule_type_id": ".index-threshold", "schedule": {"interval": "5m"}, "actions": [],
            "params": checked_params(".index-threshold", {
                "index": ["metrics-*"], "timeField": "@timestamp", "timeWindowSize": 5, "timeWindowUnit": "m",
                "threshold": [90], "thresholdComparator": ">",
            }),
        }  # fmt: skip
        emulator.store(RULES, "default")[rule_id] = new_rule(emulator, rule_id, values, "anna")
