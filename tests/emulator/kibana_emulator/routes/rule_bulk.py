# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`POST /api/detection_engine/rules/_bulk_action` (reference security D.7, J.5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field

from ..errors import CoreError, SiemError
from ..routing import Context, Reply, route
from ..schema import Lenient, parse
from . import exception_rules
from .detection_rules import ALL, RULES, matching
from .exception_store import Exceptions
from .rule_edits import Edit, EditRefused, apply_edits
from .rule_prebuilt import rule_source
from .rule_rules import Rule, RuleStore, may_enable, save
from .rule_transfer import export_reply

MAX_IDS, MAX_BY_QUERY, MAX_EDIT_BY_QUERY, MAX_CONCURRENT = 100, 10_000, 2_000, 5
_TYPES = Literal["enable", "disable", "delete", "duplicate", "export", "edit", "run", "fill_gaps"]


class Duplicate(Lenient):
    """What goes along with a copy."""

    include_exceptions: bool
    include_expired_exceptions: bool


class Period(Lenient):
    """When to run."""

    start_date: str
    end_date: str = None


class BulkAction(Lenient):
    """The body."""

    action: _TYPES
    ids: Annotated[list[str], Field(min_length=1)] = None
    query: str = None
    edit: Annotated[list[Edit], Field(min_length=1)] = None
    duplicate: Duplicate = None
    run: Period = None
    fill_gaps: Period = None


class DryRun(Lenient):
    """The query."""

    dry_run: bool = False


@dataclass
class Outcome:
    """What became of the rules."""

    results: dict[str, list[Any]] = field(
        default_factory=lambda: {"updated": [], "created": [], "deleted": [], "skipped": []}
    )
    errors: dict[tuple[str, int, str], list[Rule]] = field(default_factory=dict)
    succeeded: int = 0
    failed: int = 0

    def fail(self, rule: Rule, message: str, status: int = 500, code: str = "") -> None:
        """Note a failure; equal ones share an entry."""
        named = {key: rule[key] for key in ("id", "name") if key in rule}
        self.errors.setdefault((message, status, code), []).append(named)
        self.failed += 1

    def reply(self, dry_run: bool) -> Reply:
        """Return 200, or 500 when anything failed. A dry run shows no results."""
        skipped = len(self.results["skipped"])
        total = self.succeeded + self.failed + skipped
        results = {key: [] if dry_run else value for key, value in self.results.items()}
        summary = {"failed": self.failed, "succeeded": self.succeeded, "skipped": skipped, "total": total}
        attributes: dict[str, Any] = {"results": results, "summary": summary}
        if not self.failed:
            return Reply(200, {"success": True, "rules_count": total, "attributes": attributes})
        attributes["errors"] = [
            {"message": text, "status_code": status, **({"err_code": code} if code else {}), "rules": rules}
            for (text, status, code), rules in self.errors.items()
        ]
        message = "Bulk edit partially failed" if self.failed < total else "Bulk edit failed"
        return Reply(500, {"message": message, "status_code": 500, "attributes": attributes})


@route("POST", f"{RULES}/_bulk_action", requires=ALL, concurrency=MAX_CONCURRENT)
def bulk_action(ctx: Context) -> Reply:
    """Do one thing to many rules; what succeeded stays done when others fail."""
    dry_run = parse(DryRun, ctx.query, "request query", style="zod").dry_run
    body = parse(BulkAction, ctx.body, style="zod")
    _check(ctx, body, dry_run)
    outcome = Outcome()
    rules = _selected(ctx, body, outcome)
    if body.action == "export":
        return export_reply(ctx, rules, "rules_export.ndjson")
    for rule in rules:
        try:
            _one(ctx, body, rule, outcome, dry_run)
        except EditRefused as problem:
            outcome.fail(rule, problem.message, 400 if problem.code != "IMMUTABLE" else 500, problem.code)
        except (SiemError, CoreError) as problem:
            outcome.fail(rule, str(problem.message), problem.status)
    return outcome.reply(dry_run)


def _check(ctx: Context, body: BulkAction, dry_run: bool) -> None:
    if body.ids is not None and body.query is not None:
        raise SiemError(400, "Both query and ids are sent. Define either ids or query in request payload.")
    if body.ids is not None and len(body.ids) > MAX_IDS:
        raise SiemError(400, f"More than {MAX_IDS} ids sent for bulk edit action.")
    if body.action == "export" and dry_run:
        raise SiemError(400, "Export action doesn't support dry_run mode")
    if body.action == "fill_gaps" and ctx.emulator.version < (9, 1):
        raise CoreError(400, "[request body]: action: Invalid literal value")
    if body.action in ("edit", "run", "fill_gaps") and getattr(body, body.action) is None:
        raise CoreError(400, f"[request body]: {body.action}: Required")


def _selected(ctx: Context, body: BulkAction, outcome: Outcome) -> list[Rule]:
    """Return the rules of the ids or the query; neither means all."""
    if body.ids is None:
        found = matching(ctx, body.query)
        limit = MAX_EDIT_BY_QUERY if body.action == "edit" else MAX_BY_QUERY
        if len(found) > limit:
            text = f"More than {limit} rules matched the filter query. Try to narrow it down."
            raise SiemError(400, text)
        return found
    store, rules = RuleStore(ctx), []
    for object_id in dict.fromkeys(body.ids):
        rule = store.get(object_id, None)
        if rule is None:
            outcome.fail({"id": object_id}, "Rule not found")
        else:
            rules.append(rule)
    return rules


def _one(ctx: Context, body: BulkAction, rule: Rule, outcome: Outcome, dry_run: bool) -> None:
    action = body.action
    if action in ("enable", "disable", "run") and not may_enable(ctx):
        verb = "enable" if action != "run" else "run"
        outcome.fail(rule, f"User does not have permission to {verb} rules", 403, "USER_INSUFFICIENT_RULE_PRIVILEGES")
        return
    if action in ("run", "fill_gaps") and not rule["enabled"]:
        raise EditRefused("Cannot schedule manual rule run for a disabled rule", "MANUAL_RULE_RUN_DISABLED_RULE")
    if action == "edit":
        _edit(ctx, body, rule, outcome, dry_run)
        return
    outcome.succeeded += 1
    if dry_run:
        return
    if action in ("enable", "disable"):
        outcome.results["updated"].append(_switch(ctx, rule, action == "enable"))
    elif action == "delete":
        outcome.results["deleted"].append(RuleStore(ctx).drop(rule))
    elif action == "duplicate":
        outcome.results["created"].append(_duplicate(ctx, rule, body.duplicate))
    else:
        outcome.results["updated"].append(rule)


def _switch(ctx: Context, rule: Rule, enabled: bool) -> Rule:
    moment = ctx.emulator.now()
    return RuleStore(ctx).put({**rule, "enabled": enabled, "updated_at": moment, "updated_by": ctx.user.name})


def _edit(ctx: Context, body: BulkAction, rule: Rule, outcome: Outcome, dry_run: bool) -> None:
    if rule["immutable"] and ctx.emulator.version < (8, 18):
        raise EditRefused("Elastic rule can't be edited", "IMMUTABLE")
    edited = apply_edits(ctx, rule, body.edit)
    if edited == rule:
        skipped = {"id": rule["id"], "name": rule["name"], "skip_reason": "RULE_NOT_MODIFIED"}
        outcome.results["skipped"].append(skipped)
        return
    if not dry_run:
        outcome.results["updated"].append(save(ctx, rule, edited))
    outcome.succeeded += 1


def _duplicate(ctx: Context, rule: Rule, options: Duplicate | None) -> Rule:
    now, name = ctx.emulator.now(), ctx.user.name
    copy = {
        **rule, "id": ctx.emulator.uuid(), "rule_id": ctx.emulator.uuid(), "name": f"{rule['name']} [Duplicate]",
        "enabled": False, "immutable": False, "revision": 0, "created_at": now, "created_by": name,
        "updated_at": now, "updated_by": name,
    }  # fmt: skip
    copy["actions"] = [{**action, "uuid": ctx.emulator.uuid()} for action in rule["actions"]]
    copy["rule_source"] = rule_source(ctx, copy)
    with_expired = options is None or options.include_expired_exceptions
    if options is not None and not options.include_exceptions:
        copy["exceptions_list"] = []
    else:
        copy["exceptions_list"] = [_own_list(ctx, item, with_expired) for item in rule["exceptions_list"]]
    return RuleStore(ctx).put(copy)


def _own_list(ctx: Context, reference: dict[str, Any], with_expired: bool) -> dict[str, Any]:
    """Return the reference for a copy: shared lists stay, a default list is copied with its items."""
    exceptions = Exceptions(ctx, reference["namespace_type"])
    stored = exceptions.list(reference["list_id"])
    if reference["type"] != "rule_default" or stored is None:
        return reference
    fields = {key: stored[key] for key in ("name", "description", "type", "namespace_type", "os_types", "tags")}
    copy = exception_rules.make_list(ctx, {**fields, "name": f"{stored['name']} [Duplicate]", "version": 1})
    now = ctx.emulator.now()
    for item in exceptions.items(stored["list_id"]):
        if with_expired or exception_rules.is_live(item, now):
            ids = {"id": ctx.emulator.uuid(), "item_id": ctx.emulator.uuid(), "list_id": copy["list_id"]}
            exceptions.put_item({**item, **ids, **exception_rules.stamp(ctx)})
    return {**reference, "id": copy["id"], "list_id": copy["list_id"]}
