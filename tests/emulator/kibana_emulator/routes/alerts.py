# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Detection alerts: a search in Elasticsearch's own terms, of which the common part is understood.

Alerts are made through the control path `alerts`, since Kibana makes them itself when its rules run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..errors import SiemError
from ..routing import Context, route
from ..schema import Lenient, parse

if TYPE_CHECKING:
    from ..core import Emulator

WINDOW = 10_000  # index.max_result_window
Alert = dict[str, Any]
Predicate = Callable[[Alert], bool]
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "gt": lambda one, other: one > other,
    "gte": lambda one, other: one >= other,
    "lt": lambda one, other: one < other,
    "lte": lambda one, other: one <= other,
}


class Search(Lenient):
    query: dict[str, Any] | None = None
    size: int = 10
    sort: Any = None
    track_total_hits: bool | int | None = None


def seed_soc(emulator: Emulator) -> None:
    """A few alerts of the last days, one of them closed."""
    for number, (rule, severity, status) in enumerate(
        (("Many failed logins", "high", "open"), ("Scanner inside", "medium", "open"), ("Old noise", "low", "closed"))
    ):
        add(
            emulator,
            "default",
            {
                "@timestamp": f"2026-01-0{number + 1}T08:00:00.000Z",
                "kibana.alert.rule.name": rule,
                "kibana.alert.severity": severity,
                "kibana.alert.workflow_status": status,
                "host": {"name": f"web-0{number + 1}"},
            },
        )


def add(emulator: Emulator, space: str, fields: Alert) -> Alert:
    """Store an alert as a rule's run would write it; what is not given is filled in."""
    identity = fields.get("kibana.alert.uuid") or emulator.uuid().replace("-", "") * 2
    alert = {
        "@timestamp": emulator.now(),
        "kibana.alert.rule.name": "Emulated rule",
        "kibana.alert.rule.rule_id": "emulated-rule",
        "kibana.alert.rule.uuid": emulator.uuid(),
        "kibana.alert.severity": "low",
        "kibana.alert.risk_score": 21,
        "kibana.alert.workflow_status": "open",
        "kibana.alert.status": "active",
        "kibana.alert.reason": "event on a host created low alert Emulated rule.",
        "kibana.space_ids": [space],
        **fields,
        "kibana.alert.uuid": identity,
    }
    emulator.store("alerts", space)[identity] = alert
    return alert


# Kibana asks Elasticsearch for alerts by itself, so the user needs no privilege on their indices. Which of its own
# it asks for depends on the version: that of Security, or since alerts have some, theirs.
@route("POST", "/api/detection_engine/signals/search", requires=("securitySolution", "alerts-read"), refresh=False)
def search(ctx: Context) -> dict[str, Any]:
    """What Elasticsearch answers to this query on the alerts of the space."""
    body = parse(Search, ctx.body or {}, style="zod")
    if not body.model_fields_set:
        raise SiemError(400, '"value" must have at least 1 children')
    if body.size > WINDOW:
        raise SiemError(400, f"Result window is too large, from + size must be less than or equal to: [{WINDOW}]")
    wanted = predicate(body.query or {"match_all": {}})
    found = [alert for alert in ctx.store("alerts").values() if wanted(alert)]
    for field, direction in reversed(_orders(body.sort)):
        found.sort(key=lambda alert, name=field: str(value(alert, name)), reverse=direction == "desc")
    hits = [
        {
            "_index": f".internal.alerts-security.alerts-{ctx.space}-000001",
            "_id": alert["kibana.alert.uuid"],
            "_score": None,
            "_source": alert,
            "sort": [value(alert, field) for field, _direction in _orders(body.sort)],
        }
        for alert in found[: body.size]
    ]
    return {
        "took": 3,
        "timed_out": False,
        "_shards": {"total": 1, "successful": 1, "skipped": 0, "failed": 0},
        "hits": {"total": {"value": len(found), "relation": "eq"}, "max_score": None, "hits": hits},
    }


def _orders(sort: Any) -> list[tuple[str, str]]:
    """The fields to sort by, from any form that Elasticsearch takes."""
    orders = []
    for item in sort if isinstance(sort, list) else [sort] if sort else []:
        name, how = (item, "asc") if isinstance(item, str) else next(iter(item.items()))
        orders.append((name, how.get("order", "asc") if isinstance(how, dict) else how))
    return orders


def value(alert: Alert, field: str) -> Any:
    """The value of a field, whether it is stored with dots in its name or as objects."""
    if field in alert:
        return alert[field]
    found: Any = alert
    for part in field.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def predicate(query: dict[str, Any]) -> Predicate:
    """A query of Elasticsearch as a function. Raises SiemError for a kind that is not understood."""
    if not isinstance(query, dict):
        raise SiemError(400, "[_na] query malformed, must start with start_object")
    kind, about = next(iter(query.items()), ("match_all", {}))
    if kind == "bool":
        return _bool(about)
    if kind == "match_all":
        return lambda alert: True
    if not isinstance(about, dict) or not about:
        raise SiemError(400, f"[{kind}] query malformed, no start_object after query name")
    if kind == "exists":
        return lambda alert: value(alert, about["field"]) is not None
    field, wanted = next(iter(about.items()))
    if kind == "range":
        return lambda alert: _within(value(alert, field), wanted)
    if kind in ("term", "match", "match_phrase"):
        one = (
            next((wanted[key] for key in ("value", "query") if key in wanted), None)
            if isinstance(wanted, dict)
            else wanted
        )
        return lambda alert: _equal(value(alert, field), one)
    if kind == "terms":
        return lambda alert: any(_equal(value(alert, field), one) for one in wanted)
    raise SiemError(400, f"unknown query [{kind}]")


def _bool(about: Any) -> Predicate:
    if not isinstance(about, dict):
        raise SiemError(400, "[bool] query malformed, no start_object after query name")
    parts = {
        name: [predicate(one) for one in (given if isinstance(given, list) else [given])]
        for name, given in about.items()
        if name in ("filter", "must", "must_not", "should")
    }
    every = [*parts.get("filter", []), *parts.get("must", [])]
    some, none = parts.get("should", []), parts.get("must_not", [])
    needs_some = bool(some) and (not every or about.get("minimum_should_match"))
    return lambda alert: (
        all(part(alert) for part in every)
        and not any(part(alert) for part in none)
        and (not needs_some or any(part(alert) for part in some))
    )


def _within(found: Any, limits: dict[str, Any]) -> bool:
    return found is not None and all(COMPARE[name](found, limit) for name, limit in limits.items() if name in COMPARE)


def _equal(found: Any, wanted: Any) -> bool:
    return wanted in found if isinstance(found, list) else found == wanted
