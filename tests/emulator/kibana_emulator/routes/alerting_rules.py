# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens to an alerting rule when it is written (reference platform F.3)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ..errors import CoreError
from ..fields import dump
from ..routing import Context
from .alerting_schema import Update
from .alerting_types import TYPES, RuleType
from .rule_actions import missing_connectors, seconds

if TYPE_CHECKING:
    from ..core import Emulator

RULES = "rules"
ALERTS = "rule_alerts"
Rule = dict[str, Any]
NO_ARTIFACTS = {"dashboards": [], "investigation_guide": {"blob": ""}}


def ensure(ctx: Context, type_id: str, consumer: str, verb: str) -> None:
    """Raise 403 unless the user may do this with rules of the type."""
    allowed = ctx.user.allows("alerting:all") or (verb in ("get", "find") and ctx.user.allows("alerting:read"))
    if not allowed:
        raise CoreError(403, f'Unauthorized by "{consumer}" to {verb} "{type_id}" rule')


def stored(ctx: Context, verb: str) -> Rule:
    """Return the rule of the path; raise 404, or 403."""
    rule = ctx.store(RULES).get(ctx.path["id"])
    if rule is None:
        raise CoreError(404, f"Saved object [alert/{ctx.path['id']}] not found")
    ensure(ctx, rule["rule_type_id"], rule["consumer"], verb)
    return rule


def sent(body: Update) -> dict[str, Any]:
    """Return the body with defaults; what is falsy is as good as left out, except an explicit null of flapping."""
    values = dump(body)
    values["actions"] = [_dumped(action) for action in body.actions]
    for name in ("throttle", "notify_when", "alert_delay", "artifacts"):
        if not values.get(name):
            values.pop(name, None)
    if "flapping" not in body.model_fields_set:
        values.pop("flapping", None)
    return values


def _dumped(action: Any) -> dict[str, Any]:
    return dump(action)


def checked_params(type_id: str, params: dict[str, Any]) -> dict[str, Any]:
    """Return the params with the defaults of the type."""
    return TYPES[type_id].params(params)


def normalise_actions(ctx: Context, kind: RuleType, body: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the actions as they are stored, those of system connectors last; raise 400."""
    system = ctx.shared("system_connectors")
    wanted = body["actions"]
    for action in wanted:
        if action["id"] not in system and not action.get("group"):
            raise CoreError(400, f"Group is not defined in action {action['id']}")
    missing = missing_connectors(ctx, wanted)
    if missing:
        raise CoreError(400, f"Failed to load action {missing[0]} (404): Saved object [action/{missing[0]}] not found")
    plain = [_complete(ctx, action) for action in wanted if action["id"] not in system]
    own = [
        {name: action[name] for name in ("id", "params", "uuid", "connector_type_id")}
        for action in (_complete(ctx, action) for action in wanted if action["id"] in system)
    ]
    if plain:
        _validate(kind, plain, own, body)
    return plain + own


def _complete(ctx: Context, action: dict[str, Any]) -> dict[str, Any]:
    places = (ctx.store("connectors"), ctx.shared("preconfigured_connectors"), ctx.shared("system_connectors"))
    connector = next(place[action["id"]] for place in places if action["id"] in place)
    done = {"uuid": ctx.emulator.uuid(), **action, "connector_type_id": connector["connector_type_id"]}
    query = (done.get("alerts_filter") or {}).get("query")
    if query:
        query["dsl"] = json.dumps({"bool": {"filter": [query["kql"]]}})
    return done


def _validate(kind: RuleType, plain: list[Rule], own: list[Rule], body: dict[str, Any]) -> None:
    errors = []
    if len({action["uuid"] for action in plain + own}) < len(plain + own):
        errors.append("Actions have duplicated UUIDs")
    unknown = [action["group"] for action in plain if action["group"] not in (*kind.groups, "recovered")]
    if unknown:
        errors.append(f"Invalid action groups: {', '.join(unknown)}")
    if body.get("notify_when") or body.get("throttle"):
        names = [action["group"] for action in plain if action.get("frequency")]
        if names:
            errors.append(
                "Cannot specify per-action frequency params when notify_when or throttle are defined at the rule"
                f" level: {', '.join(names)}"
            )
    else:
        names = [action["group"] for action in plain if not action.get("frequency")]
        if names:
            errors.append(f"Actions missing frequency parameters: {', '.join(names)}")
    errors += _short_throttles(plain, body["schedule"]["interval"])
    filtered = [action["uuid"] for action in plain if "alerts_filter" in action]
    if filtered and not kind.alerts:
        errors.append(
            f"This ruleType ({kind.name}) can't have an action with Alerts Filter. Actions: [{', '.join(filtered)}]"
        )
    empty = [action["uuid"] for action in plain if action.get("alerts_filter") == {}]
    if empty:
        errors.append(f'Action\'s alertsFilter  must have either "query" or "timeframe" : {", ".join(empty)}')
    if errors:
        head = "error:" if len(errors) == 1 else f"{len(errors)} errors:\n-"
        raise CoreError(400, f"Failed to validate actions due to the following {head} " + "\n- ".join(errors))


def _short_throttles(plain: list[Rule], interval: str) -> list[str]:
    short = [
        f"{action['group']} ({action['frequency']['throttle']})"
        for action in plain
        if (action.get("frequency") or {}).get("notify_when") == "onThrottleInterval"
        and seconds(action["frequency"]["throttle"] or "") < seconds(interval)
    ]
    if not short:
        return []
    return [f"Action frequency cannot be shorter than the schedule interval of {interval}: {', '.join(short)}"]


def notify_when(body: dict[str, Any]) -> str | None:
    """Return what a rule as a whole does, from what was sent alone."""
    return body.get("notify_when") or ("onThrottleInterval" if body.get("throttle") else None)


def key_of(ctx: Context, enabled: bool) -> dict[str, Any]:
    """Return who owns the API key that a rule runs with; a disabled rule gets none."""
    if not enabled:
        return {"api_key_owner": None, "api_key_created_by_user": None}
    own = ctx.headers.get("authorization", "").lower().startswith("apikey ")
    return {"api_key_owner": ctx.user.name, "api_key_created_by_user": own}


def new_rule(emulator: Emulator, rule_id: str, values: dict[str, Any], owner: str) -> Rule:
    """Return a rule that has never run."""
    now = emulator.now()
    return {
        "id": rule_id, "name": values["name"], "tags": values["tags"], "enabled": values["enabled"],
        "consumer": values["consumer"], "rule_type_id": values["rule_type_id"], "schedule": values["schedule"],
        "params": values["params"], "actions": values["actions"], "throttle": values.get("throttle"),
        "notify_when": notify_when(values), "created_by": owner, "updated_by": owner, "created_at": now,
        "updated_at": now, "api_key_owner": owner, "api_key_created_by_user": False, "mute_all": False,
        "muted_alert_ids": [], "revision": 0, "running": False, "snooze_schedule": [],
        "execution_status": {"status": "pending", "last_execution_date": now},
        "scheduled_task_id": rule_id if values["enabled"] else None,
        **{name: values[name] for name in ("alert_delay", "flapping", "artifacts") if name in values},
    }  # fmt: skip


def shown(rule: Rule, version: tuple[int, ...]) -> Rule:
    """Return the rule as Kibana answers with it."""
    answer = {name: value for name, value in rule.items() if value is not None or name not in ("scheduled_task_id",)}
    if version >= (9, 0):
        answer["artifacts"] = {**NO_ARTIFACTS, **rule.get("artifacts", {})}
        answer["actions"] = [_without_dsl(action) for action in rule["actions"]]
    return answer


def _without_dsl(action: Rule) -> Rule:
    query = (action.get("alerts_filter") or {}).get("query")
    if not query:
        return action
    bare = {name: value for name, value in query.items() if name != "dsl"}
    return {**action, "alerts_filter": {**action["alerts_filter"], "query": bare}}
