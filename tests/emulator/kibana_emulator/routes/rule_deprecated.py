# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bulk calls of 8.x which 9.0 removed: 200 with an error in place of each rule that failed (reference security D.8)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from ..errors import CoreError, SiemError
from ..routing import Context, Reply, route
from .detection_rules import ALL, RULES
from .rule_rules import RuleStore, create, find_rule, patch, replace

GONE = (9, 0)
_WARNING = '299 Kibana "This endpoint is deprecated. Please use the bulk action endpoint instead."'


@route("POST", f"{RULES}/_bulk_create", requires=ALL, before=GONE)
def bulk_create(ctx: Context) -> Reply:
    """Create; every copy of a rule_id that the request has twice is refused, at the end of the answer."""
    rules = _array(ctx)
    times = Counter(rule.get("rule_id") for rule in rules if isinstance(rule, dict) and rule.get("rule_id") is not None)
    twice = [rule_id for rule_id, count in times.items() if count > 1]
    single = [rule for rule in rules if not (isinstance(rule, dict) and rule.get("rule_id") in twice)]
    answer = [_item(rule, lambda body: create(ctx, body)) for rule in single]
    answer += [_error({"rule_id": rule_id}, 409, f'rule_id: "{rule_id}" already exists') for rule_id in twice]
    return _reply(answer)


@route("PUT", f"{RULES}/_bulk_update", requires=ALL, before=GONE)
def bulk_put(ctx: Context) -> Reply:
    """Replace each."""
    return _reply([_item(rule, lambda body: replace(ctx, body)) for rule in _array(ctx)])


@route("PATCH", f"{RULES}/_bulk_update", requires=ALL, before=GONE)
def bulk_patch(ctx: Context) -> Reply:
    """Change each."""
    return _reply([_item(rule, lambda body: patch(ctx, body)) for rule in _array(ctx)])


@route("DELETE", f"{RULES}/_bulk_delete", requires=ALL, before=GONE)
@route("POST", f"{RULES}/_bulk_delete", requires=ALL, before=GONE)
def bulk_delete(ctx: Context) -> Reply:
    """Delete each."""

    def delete(body: dict[str, Any]) -> dict[str, Any]:
        return RuleStore(ctx).drop(find_rule(ctx, body.get("id"), body.get("rule_id")))

    return _reply([_item(rule, delete) for rule in _array(ctx)])


def _array(ctx: Context) -> list[Any]:
    if not isinstance(ctx.body, list):
        raise CoreError(400, "[request body]: Expected array, received object")
    return ctx.body


def _item(sent: Any, do: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    try:
        return do(sent)
    except (CoreError, SiemError) as problem:
        text = problem.message if isinstance(problem.message, str) else ", ".join(problem.message)
        return _error(sent if isinstance(sent, dict) else {}, problem.status, text)


def _error(sent: dict[str, Any], status: int, message: str) -> dict[str, Any]:
    named = {key: sent[key] for key in ("rule_id", "id") if key in sent}
    return {**(named or {"rule_id": "(unknown id)"}), "error": {"status_code": status, "message": message}}


def _reply(answer: list[Any]) -> Reply:
    return Reply(200, answer, {"warning": _WARNING})
