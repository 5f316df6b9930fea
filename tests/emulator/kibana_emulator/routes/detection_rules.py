# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Detection rules and what stands around them: `/api/detection_engine` (reference security D)."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field

from ..errors import SiemError
from ..kql import KqlError, Predicate, compile_filter
from ..routing import Context, route
from ..schema import Lenient, parse
from . import exception_rules
from .exception_schema import RuleItems
from .exception_store import Exceptions
from .rule_parts import Uuid
from .rule_rules import Rule, RuleStore, create, find_rule, patch, replace, save
from .rule_schema import parse_rule

READ = ("rules-read",)
ALL = ("rules-all",)
BASE = "/api/detection_engine"
RULES = f"{BASE}/rules"
SortField = Literal[
    "created_at", "createdAt", "enabled", "execution_summary.last_execution.date",
    "execution_summary.last_execution.metrics.execution_gap_duration_s",
    "execution_summary.last_execution.metrics.total_indexing_duration_ms",
    "execution_summary.last_execution.metrics.total_search_duration_ms", "execution_summary.last_execution.status",
    "name", "risk_score", "riskScore", "severity", "updated_at", "updatedAt",
]  # fmt: skip
_SEVERITIES = ("low", "medium", "high", "critical")
_WINDOW = 10_000


class Selection(Lenient):
    """Query of GET and DELETE."""

    id: Uuid = None
    rule_id: str = None


class Find(Lenient):
    """Query of `_find`."""

    fields: str | list[str] = None
    filter: str = None
    sort_field: SortField = None
    sort_order: Literal["asc", "desc"] = None
    page: Annotated[int, Field(ge=1)] = 1
    per_page: Annotated[int, Field(ge=0)] = 20


class Preview(Lenient):
    """What a preview needs besides the rule."""

    invocationCount: int
    timeframeEnd: str


@route("POST", RULES, requires=ALL)
def create_rule(ctx: Context) -> Rule:
    """Create, enabled unless told otherwise."""
    return create(ctx, ctx.body)


@route("GET", RULES, requires=READ)
def get_rule(ctx: Context) -> Rule:
    """One rule by `id` or `rule_id`."""
    query = parse(Selection, ctx.query, "request query", style="zod")
    return find_rule(ctx, query.id, query.rule_id)


@route("PUT", RULES, requires=ALL)
def put_rule(ctx: Context) -> Rule:
    """Replace."""
    return replace(ctx, ctx.body)


@route("PATCH", RULES, requires=ALL)
def patch_rule(ctx: Context) -> Rule:
    """Change what is given."""
    return patch(ctx, ctx.body)


@route("DELETE", RULES, requires=ALL)
def delete_rule(ctx: Context) -> Rule:
    """Delete; answers with the rule as it was. Its default exception list stays."""
    query = parse(Selection, ctx.query, "request query", style="zod")
    return RuleStore(ctx).drop(find_rule(ctx, query.id, query.rule_id))


@route("GET", f"{RULES}/_find", requires=READ)
def find_rules(ctx: Context) -> dict[str, Any]:
    """A page of rules; without a sort field in no order that means anything."""
    query = parse(Find, ctx.query, "request query", style="zod")
    if (query.sort_field is None) != (query.sort_order is None):
        raise SiemError(400, ['when "sort_order" and "sort_field" must exist together or not at all'])
    if query.page * query.per_page > _WINDOW:
        raise SiemError(400, f"Result window is too large, from + size must be less than or equal to: [{_WINDOW}]")
    hits = matching(ctx, query.filter)
    hits.sort(key=lambda rule: rule["id"])
    if query.sort_field:
        name = re.sub(r"[A-Z]", lambda found: "_" + found[0].lower(), query.sort_field)
        hits.sort(key=lambda rule: _sort_key(rule, name), reverse=query.sort_order == "desc")
    start = (query.page - 1) * query.per_page
    page = hits[start : start + query.per_page]
    return {"page": query.page, "perPage": query.per_page, "total": len(hits), "data": page}


@route("GET", f"{BASE}/tags", requires=READ)
def tags(ctx: Context) -> list[str]:
    """The tags of all rules, each once."""
    return sorted({tag for rule in RuleStore(ctx).by_id.values() for tag in rule["tags"]})


@route("POST", f"{RULES}/preview", requires=READ, refresh=False)
def preview(ctx: Context) -> dict[str, Any]:
    """Check the body; nothing is kept."""
    parse(Preview, ctx.body, style="zod")
    parse_rule(ctx.body)
    return {"previewId": ctx.emulator.uuid(), "logs": [], "isAborted": False}


@route("POST", f"{RULES}/{{id}}/exceptions", requires=ALL)
def add_exceptions(ctx: Context) -> list[dict[str, Any]]:
    """Add items to the rule's default exception list, which is made at the first call; an unknown rule is 500."""
    body = parse(RuleItems, ctx.body, style="zod")
    rule = RuleStore(ctx).get(ctx.path["id"], None)
    if rule is None:
        raise SiemError(500, f'Unable to add exception to rule - rule with id:"{ctx.path["id"]}" not found')
    reference = next((item for item in rule["exceptions_list"] if item["type"] == "rule_default"), None)
    owner = Exceptions(ctx, "single").list(reference["list_id"]) if reference else None
    if owner is None:
        owner = _default_list(ctx, rule)
    return [exception_rules.make_item(ctx, owner, item) for item in body.items]


@route("GET", f"{BASE}/privileges", requires=READ)
def privileges(ctx: Context) -> dict[str, Any]:
    """What the user may do with the alerts of the space."""
    cluster = (
        "all", "manage", "monitor", "manage_ml", "monitor_ml", "manage_api_key", "manage_pipeline", "manage_security",
        "manage_transform", "monitor_transform", "manage_own_api_key", "manage_index_templates",
    )  # fmt: skip
    rights = (
        "all", "index", "write", "create", "delete", "manage", "monitor", "create_doc", "maintenance", "create_index",
        "delete_index", "read", "view_index_metadata",
    )  # fmt: skip
    held = {name: ctx.user.allows(name) for name in cluster}
    index = {name: ctx.user.allows(f"{_alerts(ctx)}:{name}") for name in rights}
    return {
        "username": ctx.user.name, "has_all_requested": all((*held.values(), *index.values())), "cluster": held,
        "index": {_alerts(ctx): index}, "application": {}, "is_authenticated": True, "has_encryption_key": True,
    }  # fmt: skip


@route("POST", f"{BASE}/index", requires=ALL)
def create_index(ctx: Context) -> dict[str, Any]:
    """Make the index of alerts; it may be there already."""
    ctx.store("alerts_index")["name"] = _alerts(ctx)
    return {"acknowledged": True}


@route("GET", f"{BASE}/index", requires=READ)
def get_index(ctx: Context) -> dict[str, Any]:
    """Name the index of alerts; 404 before it is made."""
    if not ctx.store("alerts_index"):
        raise SiemError(404, "index for this space does not exist")
    return {"name": _alerts(ctx), "index_mapping_outdated": False}


@route("DELETE", f"{BASE}/index", requires=ALL)
def delete_index(ctx: Context) -> dict[str, Any]:
    """There is no legacy index that could be deleted."""
    raise SiemError(404, f'index: ".siem-signals-{ctx.space}" does not exist')


def matching(ctx: Context, text: str | None) -> list[Rule]:
    """Return the rules that a KQL expression over `alert.attributes` selects; raise 400."""
    rules = list(RuleStore(ctx).by_id.values())
    try:
        fits: Predicate = compile_filter(text, _attribute, ("alert.attributes.name",))
    except KqlError as problem:
        raise SiemError(400, str(problem)) from problem
    return [rule for rule in rules if fits(rule)] if text else rules


def _attribute(rule: Rule, field: str) -> Any:
    if field == "alert.id":
        return [rule["id"], f"alert:{rule['id']}"]
    name = field.removeprefix("alert.attributes.").removeprefix("params.").removesuffix(".keyword")
    value: Any = rule
    for part in re.sub(r"[A-Z]", lambda found: "_" + found[0].lower(), name).split("."):
        if isinstance(value, list):
            value = [item.get(part) for item in value if isinstance(item, dict)]
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return value


def _sort_key(rule: Rule, name: str) -> Any:
    value = rule.get(name)
    if name == "severity":
        return _SEVERITIES.index(value)
    return value if isinstance(value, (int, bool)) else str(value or "").lower()


def _alerts(ctx: Context) -> str:
    return f".alerts-security.alerts-{ctx.space}"


def _default_list(ctx: Context, rule: Rule) -> dict[str, Any]:
    fields = {
        "name": f"Exceptions for rule - {rule['name']}", "description": f"Exceptions for rule with id: {rule['id']}",
        "type": "rule_default", "namespace_type": "single", "os_types": [], "tags": ["default_rule_exception_list"],
        "version": 1,
    }  # fmt: skip
    owner = exception_rules.make_list(ctx, fields)
    reference = {key: owner[key] for key in ("id", "list_id", "type", "namespace_type")}
    others = [item for item in rule["exceptions_list"] if item["type"] != "rule_default"]
    save(ctx, rule, {**rule, "exceptions_list": [*others, reference]})
    return owner
