# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The endpoint exception list and its items. API: ``/api/endpoint_list``.

Reading an item by this API makes Kibana create the list, so the list itself is looked for by another one first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient, pause
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError, is_route_missing
from ansible_collections.stackops.kibana.plugins.module_utils._plan import Plan

LIST = "/api/endpoint_list"
ITEMS = f"{LIST}/items"
LIST_ID = "endpoint_list"
PAGE_SIZE = 1000
ATTEMPTS = 4
FIELDS = ("item_id", "name", "description", "entries", "os_types", "tags", "meta")
LONE = ("match", "wildcard")
Replan = Callable[[Any], Plan]


def read_list(client: KibanaClient) -> dict[str, Any] | None:
    """The list as Kibana holds it, or None."""
    query = {"list_id": LIST_ID, "namespace_type": "agnostic"}
    found: dict[str, Any] | None = client.find(
        "/api/exception_lists", params=query, probe="/api/exception_lists/_find?per_page=1"
    )
    return found


def read_items(client: KibanaClient) -> dict[str, dict[str, Any]]:
    """All items by their ``item_id``. To be called only where the list exists."""
    query = {"sort_field": "created_at", "sort_order": "asc"}
    items = client.pages(f"{ITEMS}/_find", items="data", size_name="per_page", size=PAGE_SIZE, params=query)
    return {item["item_id"]: item for item in items}


def decode(raw: Mapping[str, Any]) -> dict[str, Any]:
    """An item in the shape of the options: of comments, the texts."""
    item = {name: raw[name] for name in FIELDS if name in raw}
    return {**item, "comments": [comment["comment"] for comment in raw.get("comments") or ()]}


def entry_problem(entry: Mapping[str, Any]) -> str | None:
    """What is wrong with a condition, if anything."""
    kind, value, nested = entry["type"], entry["value"], entry.get("entries")
    if kind == "nested":
        if value is not None or entry["operator"] is not None or not nested:
            return "an entry of type nested takes field and entries, and neither value nor operator"
        return next(filter(None, map(entry_problem, nested)), None)
    if nested is not None:
        return f"an entry of type {kind} takes no entries"
    if kind == "exists":
        return None if value is None else "an entry of type exists takes no value"
    values = value if isinstance(value, list) else [value]
    if not values or any(item is None or isinstance(item, (dict, list)) or str(item) == "" for item in values):
        return f"an entry of type {kind} needs a value that is not empty"
    return f"an entry of type {kind} takes a single value" if kind in LONE and isinstance(value, list) else None


def entry_of(entry: Mapping[str, Any]) -> dict[str, Any]:
    """A condition as Kibana takes it: values are texts, and what is not said is included."""
    made = {name: value for name, value in entry.items() if value is not None}
    if entry["type"] == "nested":
        return {**made, "entries": [entry_of(inner) for inner in entry["entries"]]}
    made["operator"] = made.get("operator", "included")
    if entry["type"] == "match_any":
        value = entry["value"]
        made["value"] = [_text(item) for item in (value if isinstance(value, list) else [value])]
    elif entry["type"] in LONE:
        made["value"] = _text(entry["value"])
    return made


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def create_list(client: KibanaClient) -> None:
    """Create the list; that it has come to be by now is as good."""
    client.call("POST", LIST, safe=True)


def write_item(client: KibanaClient, key: str, step: Plan, raw: Any, replan: Replan) -> None:
    """Write what differs of one item, stored as *raw*. Where somebody else was faster, read and plan again."""
    for attempt in range(ATTEMPTS):
        try:
            _send(client, key, step, raw)
        except KibanaError as error:
            if error.status != 409 or step.action != "update" or attempt == ATTEMPTS - 1:
                raise
            pause(attempt)
            raw = client.find(ITEMS, params={"item_id": key}, probe=f"{ITEMS}/_find?per_page=1")
            step = replan(raw)
            if step.changed:
                continue
        return


def _send(client: KibanaClient, key: str, step: Plan, raw: Any) -> None:
    if step.action == "delete":
        try:
            client.call("DELETE", ITEMS, params={"item_id": key})
        except KibanaError as error:
            if error.status != 404 or is_route_missing(error.error):
                raise
        return
    known = step.before.get("comments") or []
    new = [{"comment": text} for text in step.after.get("comments") or [] if text not in known]
    body = {**step.after, "type": "simple", "comments": new}
    if step.action == "create":
        client.call("POST", ITEMS, json=body, safe=True)
    else:
        client.call("PUT", ITEMS, json={**body, "_version": raw["_version"]})
