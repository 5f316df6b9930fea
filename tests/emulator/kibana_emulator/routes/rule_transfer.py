# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Export and import of detection rules (reference security D.10, D.11, J.4)."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from ..errors import CoreError, SiemError
from ..routing import Context, Reply, route
from ..schema import Lenient, parse
from .detection_rules import ALL, READ, RULES
from .exception_store import Exceptions
from .exception_transfer import Imported, import_exceptions, uploaded_lines
from .rule_actions import missing_connectors
from .rule_prebuilt import latest_assets
from .rule_rules import Rule, RuleStore, insert, overwrite
from .rule_schema import parse_rule

MAX_UPLOAD, MAX_OBJECTS = 10_485_760, 10_000


class Flags(Lenient):
    """Query of `_import`."""

    overwrite: bool = False
    overwrite_exceptions: bool = False
    overwrite_action_connectors: bool = False
    as_new_list: bool = False


class ExportQuery(Lenient):
    """Query of `_export`."""

    exclude_export_details: bool = False
    file_name: str = "export.ndjson"


class ExportObject(Lenient):
    """One rule to export."""

    rule_id: str


class ExportBody(Lenient):
    """Body of `_export`."""

    objects: list[ExportObject]


@route("POST", f"{RULES}/_export", requires=READ, refresh=False)
def export_rules(ctx: Context) -> Reply:
    """All rules or those named; unknown ones are listed in the details."""
    query = parse(ExportQuery, ctx.query, "request query", style="zod")
    store, missing = RuleStore(ctx), []
    rules = list(store.by_id.values())
    if ctx.body is not None:
        wanted = [item.rule_id for item in parse(ExportBody, ctx.body, style="zod").objects]
        rules = [rule for rule in (store.get(None, rule_id) for rule_id in wanted) if rule]
        missing = [{"rule_id": rule_id} for rule_id in wanted if store.get(None, rule_id) is None]
    if len(rules) > MAX_OBJECTS:
        raise SiemError(400, f"Can't export more than {MAX_OBJECTS} rules")
    return export_reply(ctx, rules, query.file_name, missing, details=not query.exclude_export_details)


def export_reply(
    ctx: Context, rules: list[Rule], name: str, missing: list[Any] | None = None, *, details: bool = True
) -> Reply:
    """Return rules, their exception lists with items, their connectors, and the line of details."""
    if ctx.emulator.version < (8, 18):
        rules = [rule for rule in rules if not rule["immutable"]]
    lists, items, lost = _exceptions_of(ctx, rules)
    connectors = _connectors_of(ctx, rules)
    lines = [*rules, *lists, *items, *connectors]
    if details:
        lines.append({
            "exported_count": len(lines), "exported_rules_count": len(rules), "missing_rules": missing or [],
            "missing_rules_count": len(missing or []), "exported_exception_list_count": len(lists),
            "exported_exception_list_item_count": len(items), "missing_exception_list_item_count": 0,
            "missing_exception_list_items": [], "missing_exception_lists": lost,
            "missing_exception_lists_count": len(lost), "exported_action_connector_count": len(connectors),
            "missing_action_connection_count": 0, "missing_action_connections": [],
            "excluded_action_connection_count": 0, "excluded_action_connections": [],
        })  # fmt: skip
    text = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Reply(200, text, headers, "application/ndjson")


@route("POST", f"{RULES}/_import", requires=ALL, max_body=MAX_UPLOAD, multipart=True)
def import_rules(ctx: Context) -> dict[str, Any]:
    """Import connectors, exception lists, items and rules; 200 whatever happens."""
    flags = parse(Flags, ctx.query, "request query", style="zod")
    lines = uploaded_lines(ctx)
    if len(lines) > MAX_OBJECTS:
        raise SiemError(400, f"Can't import more than {MAX_OBJECTS} rules")
    kinds: dict[str, list[Any]] = {"connector": [], "item": [], "list": [], "rule": []}
    for line in lines:
        kinds[_kind(line)].append(line)
    connectors = _import_connectors(ctx, kinds["connector"], flags.overwrite_action_connectors)
    exceptions = import_exceptions(
        ctx, kinds["list"], kinds["item"], overwrite=flags.overwrite_exceptions, as_new=flags.as_new_list
    )
    errors, count = _import_rules(ctx, kinds["rule"], flags, exceptions)
    exception_errors = exceptions.list_errors + exceptions.item_errors
    return {
        "success": not errors, "success_count": count, "rules_count": len(kinds["rule"]), "errors": errors,
        "exceptions_success": not exception_errors, "exceptions_success_count": exceptions.lists + exceptions.items,
        "exceptions_errors": exception_errors, **connectors,
    }  # fmt: skip


def _kind(line: Any) -> str:
    if isinstance(line, dict):
        if "attributes" in line:
            return "connector"
        if "entries" in line and "list_id" in line:
            return "item"
        if "list_id" in line:
            return "list"
    return "rule"


def _import_rules(ctx: Context, lines: list[Any], flags: Flags, done: Imported) -> tuple[list[Any], int]:
    """Return the errors and the number of rules that were created or overwritten."""
    errors: list[Any] = []
    rules = {}
    times = Counter(line.get("rule_id") for line in lines if isinstance(line, dict))
    for line in lines:
        if isinstance(line, str):
            errors.append(_error(None, 400, line))
        elif not line.get("rule_id"):
            errors.append(_error(None, 400, "rule_id: Required"))
        else:
            rules[line["rule_id"]] = line
    if not flags.overwrite:
        for rule_id in rules:
            if times[rule_id] > 1:
                errors.append(_error(rule_id, 400, f'More than one rule with rule-id: "{rule_id}" found'))
    count = 0
    for rule_id, line in rules.items():
        try:
            errors += _import_rule(ctx, line, flags, done)
            count += 1
        except (SiemError, CoreError) as problem:
            text = problem.message if isinstance(problem.message, str) else ", ".join(problem.message)
            errors.append(_error(rule_id, problem.status, text))
    return errors, count


def _import_rule(ctx: Context, line: dict[str, Any], flags: Flags, done: Imported) -> list[Any]:
    """Store one rule; return notes about references that were dropped; raise what makes it fail."""
    data = parse_rule(line)
    stored = RuleStore(ctx).get(None, data["rule_id"])
    if stored and not flags.overwrite:
        text = f'rule_id: "{data["rule_id"]}" already exists'
        raise SiemError(409, text if ctx.emulator.version < (9, 0) else "Rule with this rule_id already exists")
    gone = missing_connectors(ctx, data.get("actions") or [])
    if gone:
        plural = "connector is" if len(gone) == 1 else "connectors are"
        raise SiemError(404, f"{len(gone)} {plural} missing. Connector ids missing are: {', '.join(gone)}")
    notes = []
    references = []
    for item in data.get("exceptions_list") or ():
        found = done.renamed.get(item["list_id"]) or Exceptions(ctx, item["namespace_type"]).list(item["list_id"])
        if found:
            references.append({**item, "id": found["id"], "list_id": found["list_id"]})
            continue
        text = (
            f'Rule with rule_id: "{data["rule_id"]}" references a non existent exception list of list_id: '
            f'"{item["list_id"]}". Reference has been removed.'
        )
        notes.append(_error(data["rule_id"], 400, text))
    if "exceptions_list" in data:
        data["exceptions_list"] = references
    if stored:
        overwrite(ctx, stored, data)
    else:
        known = data["rule_id"] in latest_assets(ctx.emulator)
        insert(ctx, data, enabled=False, prebuilt=known and ctx.emulator.version >= (8, 18))
    return notes


def _import_connectors(ctx: Context, lines: list[Any], overwrite_them: bool) -> dict[str, Any]:
    """Store connectors that are not there; without their secrets, of which a warning tells."""
    store, count, warnings = ctx.store("connectors"), 0, []
    for line in lines:
        connector_id, attributes = line["id"], line["attributes"]
        if connector_id in ctx.shared("preconfigured_connectors") or (connector_id in store and not overwrite_them):
            continue
        lacking = bool(attributes.get("isMissingSecrets"))
        store[connector_id] = {
            "id": connector_id, "name": attributes["name"], "connector_type_id": attributes["actionTypeId"],
            "config": attributes.get("config", {}), "secrets": {}, "is_missing_secrets": lacking,
        }  # fmt: skip
        count += 1
        if lacking:
            text = "1 connector has sensitive information that require updates."
            warnings.append(
                {
                    "type": "action_required",
                    "message": text,
                    "actionPath": "/app/management/insightsAndAlerting/triggersActionsConnectors/connectors",
                    "buttonLabel": "Go to connectors",
                }
            )
    return {
        "action_connectors_success": True, "action_connectors_success_count": count, "action_connectors_errors": [],
        "action_connectors_warnings": warnings,
    }  # fmt: skip


def _error(rule_id: str | None, status: int, message: str) -> dict[str, Any]:
    named = {"rule_id": rule_id} if rule_id is not None else {}
    return {**named, "error": {"status_code": status, "message": message}}


def _exceptions_of(ctx: Context, rules: list[Rule]) -> tuple[list[Any], list[Any], list[Any]]:
    lists, items, lost = [], [], []
    keys = dict.fromkeys(
        (item["namespace_type"], item["list_id"]) for rule in rules for item in rule["exceptions_list"]
    )
    for namespace_type, list_id in keys:
        exceptions = Exceptions(ctx, namespace_type)
        found = exceptions.list(list_id)
        if found is None:
            lost.append({"list_id": list_id})
        else:
            lists.append(found)
            items += exceptions.items(list_id)
    return lists, items, lost


def _connectors_of(ctx: Context, rules: list[Rule]) -> list[Any]:
    store = ctx.store("connectors")
    ids = dict.fromkeys(action["id"] for rule in rules for action in rule["actions"] if action["id"] in store)
    return [
        {
            "id": connector_id, "type": "action", "updated_at": ctx.emulator.now(), "references": [],
            "attributes": {
                "actionTypeId": store[connector_id]["connector_type_id"], "name": store[connector_id]["name"],
                "config": store[connector_id].get("config", {}), "secrets": {}, "isMissingSecrets": True,
            },
        }
        for connector_id in ids
    ]  # fmt: skip
