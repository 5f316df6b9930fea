# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the routes of cases share: who may do what, how a case is shown and written."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..errors import CoreError
from ..routing import Context
from .case_schema import OWNERS

if TYPE_CHECKING:
    from ..core import Emulator

CASES, COMMENTS, CONFIGURATIONS = "cases", "case_comments", "case_configurations"
Case = dict[str, Any]


def user(name: str) -> dict[str, Any]:
    """Return how a case names a user."""
    return {"username": name, "full_name": None, "email": None, "profile_uid": f"u_{name}_0"}


def may(ctx: Context, owner: str, right: str) -> bool:
    """Say whether the user has `read` or `all` on the cases of an owner."""
    return ctx.user.allows(f"cases-{owner}-{right}")


def ensure(ctx: Context, owner: str, right: str, action: str) -> None:
    """Raise 403 unless the user may."""
    if not may(ctx, owner, right):
        raise CoreError(403, f'Unauthorized to {action} with owners: "{owner}"')


def readable_owners(ctx: Context, action: str) -> list[str]:
    """Return the wanted owners that the user may see; others are left out silently, 403 only where there are none."""
    owners = [owner for owner in OWNERS if may(ctx, owner, "read")]
    if not owners:
        raise CoreError(403, f"Unauthorized to {action}")
    wanted = ctx.query.getlist("owner") or owners
    return [owner for owner in owners if owner in wanted]


def readable(ctx: Context, action: str) -> list[Case]:
    """Return the cases of these owners."""
    owners = readable_owners(ctx, action)
    return [case for case in ctx.store(CASES).values() if case["owner"] in owners]


def existing(ctx: Context, right: str, action: str) -> Case:
    """Return the case of the path; raise 404 or 403."""
    key = ctx.path["caseId"]
    case = ctx.store(CASES).get(key)
    if case is None:
        raise CoreError(404, f"Failed to {action} case id: {key}: Error: Saved object [cases/{key}] not found")
    ensure(ctx, case["owner"], right, action)
    return case


def comments_of(ctx: Context, key: str) -> list[Case]:
    """Return the attachments of a case, oldest first."""
    return [comment for comment in ctx.store(COMMENTS).values() if comment["_case"] == key]


def bare(comment: Case) -> Case:
    """Return a comment as people see it."""
    return {key: value for key, value in comment.items() if key != "_case"}


def shown(ctx: Context, case: Case, with_comments: bool = False) -> Case:
    """Return a case with its counters, and its comments only where they were asked for."""
    attached = comments_of(ctx, case["id"])
    alerts = [alert for comment in attached if comment["type"] == "alert" for alert in comment["alertId"]]
    counters = {
        "totalComment": sum(comment["type"] == "user" for comment in attached),
        "totalAlerts": len(set(alerts)),
    }
    return {**case, **counters, "comments": [bare(comment) for comment in attached] if with_comments else []}


def touch(ctx: Context, case: Case) -> None:
    """Give a case that was changed, or whose comments were, a new version."""
    case.update(version=ctx.emulator.version_token(), updated_at=ctx.emulator.now(), updated_by=user(ctx.user.name))


def new_case(emulator: Emulator, sent: Case, name: str) -> Case:
    """Return a case with everything that the server adds."""
    case = {
        "id": emulator.uuid(), "version": emulator.version_token(), "comments": [], "totalComment": 0,
        "totalAlerts": 0, "duration": None, "closed_at": None, "closed_by": None, "created_at": emulator.now(),
        "created_by": user(name), "external_service": None, "updated_at": None, "updated_by": None,
        "status": "open", "severity": "low", "assignees": [], "category": None, "customFields": [],
        **trimmed(sent),
    }  # fmt: skip
    if emulator.version >= (9, 0):
        case["settings"] = {"extractObservables": False, **case["settings"]}
        case.update(
            observables=[], total_observables=0, totalEvents=0, incremental_id=None, in_progress_at=None,
            time_to_acknowledge=None, time_to_investigate=None, time_to_resolve=None,
        )  # fmt: skip
    return case


def trimmed(sent: Case) -> Case:
    """Return the fields as they are stored: texts without blanks around them, each assignee once."""
    kept = dict(sent)
    for name in ("title", "description", "category"):
        if isinstance(kept.get(name), str):
            kept[name] = kept[name].strip()
    if "tags" in kept:
        kept["tags"] = [tag.strip() for tag in kept["tags"]]
    if "assignees" in kept:
        kept["assignees"] = [{"uid": uid} for uid in dict.fromkeys(item["uid"] for item in kept["assignees"]) if uid]
    return kept


def custom_fields(ctx: Context, owner: str, sent: list[Case] | None, creating: bool) -> list[Case]:
    """Return the values of all configured fields, those that were sent first; raise 400 for what does not fit."""
    found = [item for item in ctx.store(CONFIGURATIONS).values() if item["owner"] == owner]
    configured = {field["key"]: field for item in found for field in item["customFields"]}
    sent = sent or []
    keys = [field["key"] for field in sent]
    if len(keys) != len(set(keys)):
        raise CoreError(400, f"Invalid duplicated customFields keys in request: {', '.join(sorted(keys))}")
    unknown = [key for key in keys if key not in configured]
    if unknown and not configured:
        raise CoreError(400, "No custom fields configured.")
    if unknown:
        raise CoreError(400, f"Invalid custom field keys: {','.join(unknown)}")
    wrong = [field["key"] for field in sent if field["type"] != configured[field["key"]]["type"]]
    if wrong:
        raise CoreError(400, f"The following custom fields have the wrong type in the request: {', '.join(wrong)}")
    missing = [
        {"key": key, "type": field["type"], "value": field.get("defaultValue")}
        for key, field in configured.items()
        if key not in keys
    ]
    everything = [*sent, *missing]
    empty = [field["key"] for field in everything if field["value"] is None and configured[field["key"]]["required"]]
    if empty and (creating or any(key in keys for key in empty)):
        raise CoreError(400, f"Missing required custom fields without default value configured: {', '.join(empty)}")
    return everything


def differing(case: Case, sent: Case) -> Case:
    """Return the fields of an update that change something. Of lists the order does not count."""
    changed = {}
    for name, value in sent.items():
        old = case.get(name)
        if isinstance(old, list) and isinstance(value, list):
            same = all(item in old for item in value) and all(item in value for item in old)
        else:
            same = old == value
        if not same and name not in ("id", "version"):
            changed[name] = value
    return changed


def change_status(ctx: Context, case: Case, status: str) -> None:
    """Close or open a case, and what follows from that."""
    case["status"] = status
    if status != "closed":
        case.update(closed_at=None, closed_by=None, duration=None)
        return
    moment = ctx.emulator.now()
    seconds = datetime.fromisoformat(moment) - datetime.fromisoformat(case["created_at"])
    case.update(closed_at=moment, closed_by=user(ctx.user.name), duration=int(seconds.total_seconds()))


def page_of(ctx: Context, items: Iterable[Any], plural: str) -> dict[str, Any]:
    """Return a page of at most 100 items and its numbers; raise 400 where the paging goes too far."""
    numbers = {}
    for name, default in (("page", "1"), ("perPage", "20")):
        text = ctx.query.get(name, default)
        if not text.isdigit() or not int(text):
            raise CoreError(400, f'Invalid value "{text}" supplied to "{name}"')
        numbers[name] = int(text)
    page, size = numbers["page"], numbers["perPage"]
    if size > 100:
        raise CoreError(400, "The provided perPage value is too high. The maximum allowed perPage value is 100.")
    if page * size > 10_000:
        raise CoreError(400, "The number of documents is too high. Paginating through more than 10000 documents is "
                             "not possible.")  # fmt: skip
    everything = list(items)
    chosen = everything[(page - 1) * size : page * size]
    return {plural: chosen, "page": page, "per_page": size, "total": len(everything)}
