# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases: `/api/cases` (reference platform C.2)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from ..errors import CoreError
from ..routing import Context, Reply, route
from .case_rules import (
    CASES,
    COMMENTS,
    Case,
    change_status,
    comments_of,
    custom_fields,
    differing,
    ensure,
    existing,
    new_case,
    page_of,
    readable,
    shown,
    touch,
    trimmed,
)
from .case_schema import CasesPatch, NewCase, given

QUERY = frozenset(
    ("assignees", "category", "customFields", "defaultSearchOperator", "from", "owner", "page", "perPage", "reporters",
     "search", "searchFields", "severity", "sortField", "sortOrder", "status", "tags", "to")
)  # fmt: skip
SORTED_BY = {"createdAt": "created_at", "updatedAt": "updated_at", "closedAt": "closed_at"}
SORT_FIELDS = (*SORTED_BY, "title", "category", "status", "severity")
STATES, SEVERITIES = ("open", "in-progress", "closed"), ("low", "medium", "high", "critical")


@route("POST", "/api/cases")
def create(ctx: Context) -> Case:
    """Create an open case; there is no way to choose its id."""
    sent = given(NewCase, ctx.body, ctx.emulator.version)
    sent["customFields"] = custom_fields(ctx, sent["owner"], sent.get("customFields"), creating=True)
    ensure(ctx, sent["owner"], "all", "create case")
    case = new_case(ctx.emulator, sent, ctx.user.name)
    if ctx.emulator.version >= (9, 0):
        case["incremental_id"] = len(ctx.store(CASES)) + 1
    ctx.store(CASES)[case["id"]] = case
    return shown(ctx, case)


@route("PATCH", "/api/cases")
def update(ctx: Context) -> list[Case]:
    """Change cases, all or none; answers with those that changed."""
    patches = given(CasesPatch, ctx.body, ctx.emulator.version)["cases"]
    cases, ids = ctx.store(CASES), [{"id": patch["id"], "version": patch["version"]} for patch in patches]
    prefix = f"Failed to update case, ids: {json.dumps(ids, separators=(',', ':'))}: Error: "
    for patch in patches:
        if patch["id"] in cases:
            ensure(ctx, cases[patch["id"]]["owner"], "all", "update case")
    unknown = [patch["id"] for patch in patches if patch["id"] not in cases]
    if unknown:
        text = f"These cases {', '.join(unknown)} do not exist. Please check you have the correct ids."
        raise CoreError(404, prefix + text)
    stale = [patch["id"] for patch in patches if cases[patch["id"]]["version"] != patch["version"]]
    if stale:
        text = f"These cases {', '.join(stale)} have been updated. Please refresh before saving additional updates."
        raise CoreError(409, prefix + text)
    changes = [(cases[patch["id"]], differing(cases[patch["id"]], patch)) for patch in patches]
    changes = [(case, fields) for case, fields in changes if fields]
    if not changes:
        raise CoreError(406, prefix + "All update fields are identical to current version.")
    if any("owner" in fields for _case, fields in changes):
        raise CoreError(400, prefix + "Updating the owner of a case is not allowed")
    for case, fields in changes:
        if "customFields" in fields:
            fields["customFields"] = custom_fields(ctx, case["owner"], fields["customFields"], creating=False)
    return [_changed(ctx, case, fields) for case, fields in changes]


def _changed(ctx: Context, case: Case, fields: Case) -> Case:
    status = fields.pop("status", None)
    case.update(trimmed(fields))
    if status:
        change_status(ctx, case, status)
    touch(ctx, case)
    return shown(ctx, case)


@route("DELETE", "/api/cases")
def delete(ctx: Context) -> None:
    """Delete cases with their comments; one that is missing saves all the others."""
    given_ids = ctx.query.getlist("ids")
    if len(given_ids) == 1 and given_ids[0].startswith("["):
        given_ids = json.loads(given_ids[0])
    if not 0 < len(given_ids) <= 100:
        raise CoreError(400, "The length of the field ids is too short or too long.")
    for key in given_ids:
        if key not in ctx.store(CASES):
            text = f"Failed to delete cases ids: {json.dumps(given_ids)}: Error: Saved object [cases/{key}] not found"
            raise CoreError(404, text)
        ensure(ctx, ctx.store(CASES)[key]["owner"], "all", "delete case")
    for key in given_ids:
        for comment in comments_of(ctx, key):
            del ctx.store(COMMENTS)[comment["id"]]
        del ctx.store(CASES)[key]


@route("GET", "/api/cases/{caseId}")
def get(ctx: Context) -> Case:
    """One case, with its comments unless they are not wanted."""
    return shown(ctx, existing(ctx, "read", "retrieve"), ctx.query.get("includeComments", "true") != "false")


def _tokens(text: str) -> list[str]:
    return re.findall(r"[\w']+", text.lower())


def _phrase_in(phrase: list[str], tokens: list[str]) -> bool:
    return any(tokens[start : start + len(phrase)] == phrase for start in range(len(tokens) - len(phrase) + 1))


def _matches(case: Case, search: str, fields: list[str], operator: str) -> bool:
    """Say whether a simple query string fits: words and "phrases", without looking at case."""
    parts = [_tokens(phrase or word) for phrase, word in re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', search)]
    parts = [part for part in parts if part]
    hits = [any(_phrase_in(part, _tokens(case[field])) for field in fields) for part in parts]
    return bool(hits) and (all(hits) if operator == "AND" else any(hits))


def _moment(ctx: Context, text: str) -> str:
    """Return a KQL date as ISO text: `now`, `now-7d`, or a date."""
    if not text.startswith("now"):
        return text
    amount = re.fullmatch(r"now(?:-(\d+)([smhdw]))?", text)
    if not amount:
        raise CoreError(400, f'Invalid "from" and/or "to" query parameters: {text}')
    units = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
    back = timedelta(**{units[amount[2]]: int(amount[1])}) if amount[1] else timedelta()
    return (datetime.fromisoformat(ctx.emulator.now()) - back).isoformat(timespec="milliseconds")[:23] + "Z"


def _filters(ctx: Context) -> list[Callable[[Case], bool]]:
    """Return the conditions of a search but the one on the status, which the counters do without."""
    query, tests = ctx.query, []
    if query.getlist("severity"):
        tests.append(lambda case: case["severity"] in query.getlist("severity"))
    if query.getlist("tags"):
        tests.append(lambda case: bool(set(case["tags"]) & set(query.getlist("tags"))))
    if query.getlist("category"):
        tests.append(lambda case: case["category"] in query.getlist("category"))
    if query.getlist("assignees"):
        uids = set(query.getlist("assignees"))
        tests.append(
            lambda case: (
                bool(uids & {item["uid"] for item in case["assignees"]}) or ("none" in uids and not case["assignees"])
            )
        )
    if query.getlist("reporters"):
        names = set(query.getlist("reporters"))
        tests.append(lambda case: bool(names & {case["created_by"]["username"], case["created_by"]["profile_uid"]}))
    if query.get("from"):
        tests.append(lambda case: case["created_at"] >= _moment(ctx, query["from"]))
    if query.get("to"):
        tests.append(lambda case: case["created_at"] <= _moment(ctx, query["to"]))
    if query.get("search"):
        fields = query.getlist("searchFields") or ["title", "description"]
        tests.append(lambda case: _matches(case, query["search"], fields, query.get("defaultSearchOperator", "OR")))
    return tests


def _check_query(ctx: Context) -> None:
    unknown = [name for name in ctx.query if name not in QUERY]
    if unknown:
        raise CoreError(400, f'invalid keys "{",".join(unknown)}"')
    for name, choices in (
        ("status", STATES),
        ("severity", SEVERITIES),
        ("sortField", SORT_FIELDS),
        ("sortOrder", ("asc", "desc")),
        ("searchFields", ("title", "description")),
        ("defaultSearchOperator", ("AND", "OR")),
    ):
        for value in ctx.query.getlist(name):
            if value not in choices:
                raise CoreError(400, f'Invalid value "{value}" supplied to "{name}"')


def _rank(field: str) -> Callable[[Case], Any]:
    order = {"status": STATES, "severity": SEVERITIES}.get(field)
    if order:
        return lambda case: order.index(case[field])
    return lambda case: case[SORTED_BY.get(field, field)] or ""


@route("GET", "/api/cases/_find")
def find(ctx: Context) -> dict[str, Any]:
    """Cases by conditions, without their comments, the newest first."""
    _check_query(ctx)
    tests = _filters(ctx)
    found = [case for case in readable(ctx, "find cases") if all(test(case) for test in tests)]
    counts = {
        f"count_{state.replace('-', '_')}_cases": sum(case["status"] == state for case in found) for state in STATES
    }
    chosen = [case for case in found if case["status"] in (ctx.query.getlist("status") or STATES)]
    chosen.sort(key=_rank(ctx.query.get("sortField", "createdAt")), reverse=ctx.query.get("sortOrder") != "asc")
    return {**page_of(ctx, (shown(ctx, case) for case in chosen), "cases"), **counts}


@route("GET", "/api/cases/tags")
def tags(ctx: Context) -> list[str]:
    """The tags in use, each once."""
    return sorted({tag for case in readable(ctx, "retrieve tags") for tag in case["tags"]})


@route("GET", "/api/cases/reporters")
def reporters(ctx: Context) -> list[dict[str, Any]]:
    """Who has opened cases, as they were then, each once."""
    found = {case["created_by"]["username"]: case["created_by"] for case in readable(ctx, "retrieve reporters")}
    return list(found.values())


@route("GET", "/api/cases/status")
def status(ctx: Context) -> Reply:
    """How many cases are in which status; deprecated."""
    states = [case["status"] for case in readable(ctx, "find cases")]
    counts = {f"count_{state.replace('-', '_')}_cases": states.count(state) for state in STATES}
    return Reply(200, counts, {"warning": '299 Kibana "deprecated endpoint"'})


@route("GET", "/api/cases/{caseId}/alerts")
def alerts(ctx: Context) -> list[dict[str, Any]]:
    """The alerts of a case."""
    case = existing(ctx, "read", "get alerts")
    return [
        {"id": alert, "index": index, "attached_at": comment["created_at"]}
        for comment in comments_of(ctx, case["id"])
        if comment["type"] == "alert"
        for alert, index in zip(comment["alertId"], comment["index"], strict=True)
    ]


@route("GET", "/api/cases/alerts/{alertId}")
def by_alert(ctx: Context) -> list[dict[str, Any]]:
    """The cases which an alert is attached to; none is no error."""
    found = [
        case
        for case in readable(ctx, "get cases by alert")
        if any(ctx.path["alertId"] in comment.get("alertId", []) for comment in comments_of(ctx, case["id"]))
    ]
    names = {"id": "id", "title": "title", "description": "description", "status": "status", "created_at": "createdAt"}
    answer = []
    for case in found:
        whole = shown(ctx, case)
        totals = {"alerts": whole["totalAlerts"], "userComments": whole["totalComment"]}
        answer.append({**{to: case[name] for name, to in names.items()}, "totals": totals})
    return answer
