# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The life of a task with the items of many exception lists: read, plan all of it, write, and look at what failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError
from ansible_collections.stackops.kibana.plugins.module_utils._exception_items import (
    WINDOW,
    Place,
    Writer,
    is_move,
    read_items,
    read_lists,
)
from ansible_collections.stackops.kibana.plugins.module_utils._exceptions import (
    ITEM_OPTIONS,
    ITEM_RESOURCE,
    LIST_OPTIONS,
    LIST_RESOURCE,
    decode,
    key_of,
    missing,
    with_stored,
)
from ansible_collections.stackops.kibana.plugins.module_utils._many import (
    Plans,
    complain,
    guard_deletions,
    outcome,
    plan_many,
)
from ansible_collections.stackops.kibana.plugins.module_utils._plan import Plan, PlanError, Policy, plan
from ansible_collections.stackops.kibana.plugins.module_utils._task import Context

ATTEMPTS = 3
NEW_LIST = ("name", "description", "type")
NEW_ITEM = ("name", "description", "entries")


@dataclass(frozen=True)
class Work:
    """What is to be done: to the lists, and to the items in them. ``kinds`` are the types of the lists."""

    lists: Plans
    items: Plans
    kinds: Mapping[Place, str]


def converge(context: Context) -> dict[str, Any]:
    """Read, plan, write; what conflicted with somebody else's change is read and planned again."""
    plans = read_and_plan(context, warn=True)
    guard_deletions(plans.items, context.params["max_deletions"])
    changed = any(step.changed for step in (*plans.lists.values(), *plans.items.values()))
    if changed:
        context.client.require_space(context.check_mode)
    if not changed or context.check_mode:
        return _result(context, plans, {}, {})
    return _result(context, *_write(context, plans))


def _write(context: Context, plans: Work) -> tuple[Work, dict[str, str], dict[str, str]]:
    """Write the plans; they may be others in the end, where somebody else was at work. And why which keys failed."""
    writer = Writer(context.client, plans.kinds, context.params["concurrency"])
    lists, items = dict(plans.lists), dict(plans.items)
    failed = writer.write(lists, items)
    for _unused in range(ATTEMPTS):
        if not any(failed):
            break
        try:
            now = read_and_plan(context)
        except (KibanaError, PlanError):
            break
        failed = (_still(failed[0], now.lists), _still(failed[1], now.items))
        again = [
            {key: now_ for key, now_ in new.items() if key in writer.conflicts and key in old}
            for old, new in zip(failed, (now.lists, now.items))
        ]
        if not any(again):
            break
        lists.update(again[0])
        items.update(again[1])
        rest = tuple({key: text for key, text in old.items() if key not in new} for old, new in zip(failed, again))
        said = writer.write(*again)
        failed = ({**rest[0], **said[0]}, {**rest[1], **said[1]})
    return Work(lists, items, plans.kinds), *failed


def read_and_plan(context: Context, warn: bool = False) -> Work:
    """Read what is there, and plan. Raises :class:`PlanError` for what cannot be done."""
    wanted = context.params["lists"]
    places = [(one["namespace_type"], one["list_id"]) for one in wanted]
    stored = read_lists(context.client, places)
    lists = _plan_lists(context, wanted, stored, warn)
    managed = [place for place, one in zip(places, wanted) if one["items"] is not None]
    current = {
        key_of(raw["namespace_type"], raw["item_id"]): raw
        for raw in read_items(context.client, [place for place in managed if place in stored])
    }
    elements = [
        {**item, "key": key_of(place[0], item["item_id"]), "namespace_type": place[0], "list_id": place[1]}
        for place, one in zip(places, wanted)
        for item in one["items"] or ()
    ]
    exact = context.params["exact"]
    items = plan_many(
        ITEM_RESOURCE,
        elements,
        {key: decode(raw, ITEM_OPTIONS) for key, raw in current.items()},
        Policy(),
        current if exact else (),
        decide=lambda item, raw: _plan_item(item, raw, exact),
    )
    _check_sizes(items, current)
    kinds = {place: one["type"] for place, one in zip(places, wanted) if one["type"]}
    return Work(lists, items, {**kinds, **{place: raw["type"] for place, raw in stored.items()}})


def _plan_lists(context: Context, wanted: Any, stored: Mapping[Place, Any], warn: bool) -> Plans:
    """The plans of the lists. One that neither exists nor is described may come from an earlier task of the play."""
    elements = []
    for one in wanted:
        fields = {name: one[name] for name in LIST_OPTIONS}
        key = key_of(one["namespace_type"], one["list_id"])
        if (one["namespace_type"], one["list_id"]) in stored or any(one[name] is not None for name in NEW_LIST):
            elements.append({**fields, "key": key})
            continue
        text = f"The exception list {one['list_id']!r} ({one['namespace_type']}) does not exist"
        if not context.check_mode:
            raise PlanError(f"{text}: give {', '.join(NEW_LIST)} to create it, or correct list_id or namespace_type.")
        if warn:
            context.warn(f"{text} yet; the prediction takes it for empty.")
    current = {key_of(*place): decode(raw, LIST_OPTIONS) for place, raw in stored.items()}
    plans = plan_many(LIST_RESOURCE, elements, current, Policy())
    for key, step in plans.items():
        if step.action == "create":
            missing(step, f"The exception list {key!r}", NEW_LIST)
    return plans


def _plan_item(item: Mapping[str, Any], raw: dict[str, Any] | None, exact: bool) -> Plan:
    if raw is not None and raw["list_id"] != item["list_id"] and not exact:
        raise PlanError(
            f"The item {item['item_id']!r} is in the list {raw['list_id']!r}, and is to be in {item['list_id']!r}:"
            " give exact: true to move it, or another item_id."
        )
    step = plan(ITEM_RESOURCE, with_stored(item, raw or {}), raw, Policy())
    if step.action == "create" or is_move(step):
        missing(step, f"The item {item['item_id']!r} of the list {item['list_id']!r}", NEW_ITEM)
    return step


def _check_sizes(items: Plans, current: Mapping[str, Any]) -> None:
    """Refuse what would make a list larger than Kibana allows: an import would not notice."""
    sizes: dict[Place, int] = {}
    sides = [step.after for step in items.values() if step.action != "delete"]
    for side in [*sides, *(raw for key, raw in current.items() if key not in items)]:
        place = side["namespace_type"], side["list_id"]
        sizes[place] = sizes.get(place, 0) + 1
    for (_unused, list_id), size in sizes.items():
        if size > WINDOW:
            raise PlanError(f"The exception list {list_id!r} would have {size} items; Kibana allows {WINDOW}.")


def _still(failures: Mapping[str, str], plans: Plans) -> dict[str, str]:
    """Those of the failures that are real: what was asked for may have been done all the same."""
    return {key: text for key, text in failures.items() if key in plans and plans[key].changed}


def _result(
    context: Context, plans: Work, list_failures: Mapping[str, str], item_failures: Mapping[str, str]
) -> dict[str, Any]:
    """One result of both; the summary counts items."""
    lists = outcome(context, LIST_RESOURCE, plans.lists, list_failures, _describe)
    items = outcome(context, ITEM_RESOURCE, plans.items, item_failures, _describe)
    diff = [*lists.get("diff", ()), *items.get("diff", ())]
    result = {**items, "changed": lists["changed"] or items["changed"], "lists": lists["lists"]}
    if diff:
        result["diff"] = diff
    failed = {**{f"list {key}": text for key, text in list_failures.items()}, **item_failures}
    complain(len(plans.lists) + len(plans.items), failed, result)
    return result


def _describe(_key: str, step: Plan) -> dict[str, Any]:
    side = step.after or step.before
    return {name: side[name] for name in ("item_id", "list_id", "namespace_type") if name in side}
