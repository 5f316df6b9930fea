# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Data views. API: ``/api/data_views``.

Kibana keeps the maps of a data view (formats, attributes of fields, runtime fields) by field. Here each entry of such a
map is an own thing: one that a task gives replaces the stored entry of that field and leaves the other fields alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient, fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._engine import default_plan, find_by_name
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import prune, same
from ansible_collections.stackops.kibana.plugins.module_utils._plan import Plan, PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource
from ansible_collections.stackops.kibana.plugins.module_utils._task import Context

COLLECTION = "/api/data_views"
CREATE = "/api/data_views/data_view"
ITEM = "/api/data_views/data_view/{id}"
DEFAULT = "/api/data_views/default"
SPACES = "/api/spaces/_update_objects_spaces"
ENTRIES: dict[str, tuple[str, ...]] = {
    "fieldFormats": ("id", "params"),
    "fieldAttrs": ("customLabel", "customDescription"),
    "runtimeFieldMap": ("type", "script", "fields"),
}
RUNTIME_TYPES = ("keyword", "long", "double", "date", "ip", "boolean", "geo_point", "composite")
UPDATABLE = (
    "title",
    "name",
    "timeFieldName",
    "sourceFilters",
    "fieldFormats",
    "runtimeFieldMap",
    "type",
    "typeMeta",
)


def check(params: dict[str, Any]) -> str | None:
    """What is wrong with the options, if anything."""
    for name in ("title", "name"):
        if params[name] == "":
            return f"{name} is empty."
    for name in ENTRIES:
        for field, entry in (params[name] or {}).items():
            problem = _check_entry(name, entry)
            if problem:
                return f"{name}.{field} {problem}"
    return None


def _check_entry(name: str, entry: Any) -> str | None:
    if entry is None or entry == {}:
        return None
    if not isinstance(entry, dict):
        return "must be a dictionary."
    unknown = sorted(set(entry) - set(ENTRIES[name]))
    if unknown:
        return f"has the unknown key {unknown[0]}; there are {', '.join(ENTRIES[name])}."
    if name == "runtimeFieldMap" and entry.get("type") not in RUNTIME_TYPES:
        return f"needs a type, one of {', '.join(RUNTIME_TYPES)}."
    return None


def find(context: Context) -> dict[str, Any] | None:
    """The data view by its id, else by its name, else by its title."""
    params, client = context.params, context.client
    key = params["id"]
    if key is None:
        field = "name" if params["name"] is not None else "title"
        listed = find_by_name(context, _resource(context), field, params[field])
        if listed is None:
            return None
        key = listed["id"]
    default = None if params["default"] is None else default_id(client)  # asked first: the data view is seen last
    found = client.find(fill_path(ITEM, {"id": key}), probe=COLLECTION)
    if found is None:
        return None
    view: dict[str, Any] = found["data_view"]
    return view if default is None else {**view, "default": default == view["id"]}


def _resource(context: Context) -> Resource:
    if context.resource is None:
        raise PlanError("a data view needs its resource")
    return context.resource


def default_id(client: KibanaClient) -> str:
    """Id of the default data view of the space; empty where there is none."""
    return str(client.get(DEFAULT)["data_view_id"] or "")


def decode(raw: dict[str, Any]) -> dict[str, Any]:
    """The data view without what Kibana computes: the fields of its indices, and how often each was used."""
    view = {key: value for key, value in raw.items() if key != "fields"}
    attrs = {
        field: {key: value for key, value in entry.items() if key in ENTRIES["fieldAttrs"] and value}
        for field, entry in (raw.get("fieldAttrs") or {}).items()
    }
    return {**view, "fieldAttrs": {field: entry for field, entry in attrs.items() if entry}}


def plan(context: Context, current: dict[str, Any] | None) -> Plan:
    """The usual plan, with the maps entry by entry."""
    params = context.params
    step = default_plan(replace(context, params={**params, **dict.fromkeys(ENTRIES)}), current)
    if params["state"] == "absent":
        return step
    if step.action == "create" and params["title"] is None:
        raise PlanError("There is no such data view yet, and a new one needs title.")
    _refuse_to_leave(context)
    maps = {
        name: _entries(name, params[name], step.before.get(name, {}), params["exact"])
        for name in ENTRIES
        if params[name] is not None
    }
    after = {**step.after, **maps}
    if step.action == "create":
        return replace(step, after=after, desired={**step.desired, **maps})
    if same(step.before, after, _resource(context).traits):
        return replace(step, action="none", after=step.before)
    return replace(step, action="update", after=after)


def _refuse_to_leave(context: Context) -> None:
    spaces = context.params["namespaces"]
    own = context.client.settings.space or "default"
    if spaces is not None and own not in spaces and "*" not in spaces:
        raise PlanError(f"namespaces must have {own!r}, the space that this task works in, or '*'.")


def _entries(name: str, given: Mapping[str, Any], stored: dict[str, Any], exact: bool) -> dict[str, Any]:
    """The whole map after the change."""
    if not given:
        return {}
    whole = {} if exact else dict(stored)
    for field, entry in prune(given).items():
        if name == "fieldAttrs" and entry and not exact:
            entry = {**stored.get(field, {}), **entry}
        whole[field] = {key: value for key, value in entry.items() if value != ""}
    return {field: entry for field, entry in whole.items() if entry}


def apply(context: Context, step: Plan) -> None:
    """Write what differs: the data view itself, the attributes of fields, its spaces, the default."""
    client = context.client
    if step.action == "delete":
        client.delete(fill_path(ITEM, step.current or {}))
        return
    if step.action == "create":
        key = _create(context, step)
    else:
        key = (step.current or {})["id"]
        _update(client, key, step)
    wanted = step.after.get("default")
    if wanted is not None and (default_id(client) == key) != wanted:
        body = {"data_view_id": key if wanted else None, "force": True}
        client.call("POST", DEFAULT, json=body, safe=True)


def _create(context: Context, step: Plan) -> str:
    # Not repeated by the client: the second would be refused as a duplicate. The engine looks for it first.
    body = {name: value for name, value in step.after.items() if name in step.desired and name != "default"}
    return str(context.client.call("POST", CREATE, json={"data_view": body})["data_view"]["id"])


def _update(client: KibanaClient, key: str, step: Plan) -> None:
    differs = {name for name in {*step.before, *step.after} if step.before.get(name) != step.after.get(name)}
    body = {name: step.after[name] for name in UPDATABLE if name in differs}
    if body:
        _post(client, fill_path(ITEM, {"id": key}), {"data_view": body})
    if "fieldAttrs" in differs:
        fields = _field_changes(step.before["fieldAttrs"], step.after["fieldAttrs"])
        _post(client, fill_path(ITEM + "/fields", {"id": key}), {"fields": fields})
    if "namespaces" in differs:
        _share(client, key, set(step.before["namespaces"]), set(step.after["namespaces"]))


def _field_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What differs, field by field; None takes an attribute away."""
    changes: dict[str, Any] = {}
    for field in sorted({*before, *after}):
        old, new = before.get(field, {}), after.get(field, {})
        changed = {key: new.get(key) for key in ENTRIES["fieldAttrs"] if old.get(key) != new.get(key)}
        if changed:
            changes[field] = changed
    return changes


def _post(client: KibanaClient, path: str, body: dict[str, Any]) -> None:
    """Write, again if need be. Some versions refuse a write that finds everything as it should be."""
    try:
        client.call("POST", path, json=body, safe=True)
    except KibanaError as error:
        if not (error.status == 400 and "change set is empty" in error.message.lower()):
            raise


def _share(client: KibanaClient, key: str, before: set[str], after: set[str]) -> None:
    body = {
        "objects": [{"type": "index-pattern", "id": key}],
        "spacesToAdd": sorted(after - before),
        "spacesToRemove": sorted(before - after),
    }
    answer = client.call("POST", SPACES, json=body, safe=True)
    for item in answer["objects"]:
        if item.get("error"):
            text = item["error"].get("message", "no reason given")
            raise KibanaError(f"Kibana cannot change the spaces of data view {key}: {text}", method="POST", path=SPACES)
