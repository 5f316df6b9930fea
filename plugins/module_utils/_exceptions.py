# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Exception lists and their items: options, what is wrong with them, and when two mean the same. No requests here.

API: https://www.elastic.co/docs/api/doc/kibana/group/endpoint-security-exceptions-api
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._plan import Plan, PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource

NAMESPACES = ("single", "agnostic")
LIST_TYPES = (
    "detection",
    "rule_default",
    "endpoint",
    "endpoint_trusted_apps",
    "endpoint_trusted_devices",
    "endpoint_events",
    "endpoint_host_isolation_exceptions",
    "endpoint_blocklists",
)
OPERATING_SYSTEMS = ("linux", "macos", "windows")
AGNOSTIC = " (agnostic)"  # tells objects of all spaces from those of one, where both have the same id
OWNER_TAG = "ownerSpaceId:"  # Kibana 9.1 and newer mark artifacts of Endpoint with their space

_TEXTS: dict[str, Any] = {"type": "list", "elements": "str"}
_BASE_ENTRY: dict[str, dict[str, Any]] = {
    "field": {"type": "str", "required": True},
    "operator": {"type": "str", "choices": ["included", "excluded"]},
    "value": {"type": "raw"},
}
_INNER: dict[str, Any] = {
    **_BASE_ENTRY,
    "type": {"type": "str", "required": True, "choices": ["match", "match_any", "exists"]},
}
ENTRY: dict[str, Any] = {
    **_BASE_ENTRY,
    "type": {
        "type": "str",
        "required": True,
        "choices": ["match", "match_any", "exists", "wildcard", "list", "nested"],
    },
    "list": {
        "type": "dict",
        "options": {"id": {"type": "str", "required": True}, "type": {"type": "str", "required": True}},
    },
    "entries": {"type": "list", "elements": "dict", "options": _INNER},
}
ITEM_OPTIONS: dict[str, dict[str, Any]] = {
    "item_id": {"type": "str", "required": True},
    "name": {"type": "str"},
    "description": {"type": "str"},
    "entries": {"type": "list", "elements": "dict", "options": ENTRY},
    "os_types": {**_TEXTS, "choices": list(OPERATING_SYSTEMS)},
    "tags": _TEXTS,
    "meta": {"type": "dict"},
    "expire_time": {"type": "str"},
    "comments": {"type": "list", "elements": "dict", "options": {"comment": {"type": "str", "required": True}}},
}
LIST_OPTIONS: dict[str, dict[str, Any]] = {
    "list_id": {"type": "str", "required": True},
    "namespace_type": {"type": "str", "choices": list(NAMESPACES), "default": "single"},
    "name": {"type": "str"},
    "description": {"type": "str"},
    "type": {"type": "str", "choices": list(LIST_TYPES)},
    "os_types": {**_TEXTS, "choices": list(OPERATING_SYSTEMS)},
    "tags": _TEXTS,
    "meta": {"type": "dict"},
}
_SERVER = frozenset(
    {"id", "created_at", "created_by", "updated_at", "updated_by", "tie_breaker_id", "immutable", "version", "key"}
)


def moment(text: Any) -> Any:
    """The moment that a time means, which may be written in several ways."""
    try:
        found = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        return text
    return (found if found.tzinfo else found.replace(tzinfo=timezone.utc)).timestamp()


# What lists and items share. The name of the namespace and the id together identify an object.
LIST_RESOURCE = Resource(
    result_key="lists",
    options=LIST_OPTIONS,
    key="key",
    read_only=_SERVER,
    lock=frozenset({"_version"}),
    immutable=frozenset({"type", "os_types"}),
    unordered=frozenset({"tags", "os_types"}),
    server_defaults={"tags": [], "os_types": [], "meta": {}},
)
ITEM_RESOURCE = Resource(
    result_key="items",
    options=ITEM_OPTIONS,
    key="key",
    read_only=_SERVER,
    lock=frozenset({"_version"}),
    unordered=frozenset({"tags", "os_types", "entries", "entries[].value", "entries[].entries"})
    | {"entries[].entries[].value"},
    server_defaults={"tags": [], "os_types": [], "meta": {}, "comments": [], "expire_time": ""},
    canonical={"expire_time": moment},
)


def key_of(namespace_type: str, name: str) -> str:
    """A text that identifies a list or an item among those of both namespaces."""
    return name + (AGNOSTIC if namespace_type == "agnostic" else "")


def check_id(name: str, text: str) -> str | None:
    """What is wrong with the id of a list or an item, if anything."""
    if not text.strip() or text != text.strip():
        return f"{name} is {text!r}: an id is a text without spaces at its ends."
    if name == "list_id" and "," in text:
        return f"list_id is {text!r}: Kibana takes a comma for the end of an id where it looks for items."
    if text.endswith(AGNOSTIC):
        return f"{name} is {text!r}: an id must not end with {AGNOSTIC.strip()!r}."
    return None


def check_item(item: dict[str, Any]) -> str | None:
    """What is wrong with an item, if anything; and bring its entries into the form that Kibana stores."""
    problem = check_id("item_id", item["item_id"])
    for name in ("name", "description"):
        if item[name] is not None and not item[name].strip():
            problem = problem or f"{name} is empty: Kibana demands a text."
    if item["entries"] is not None and not item["entries"]:
        problem = problem or "entries is empty: an exception needs one condition at least."
    if item["expire_time"] and isinstance(moment(item["expire_time"]), str):
        problem = problem or f"expire_time is {item['expire_time']!r}: give a time such as 2027-01-31T00:00:00Z."
    return problem or check_entries(item["entries"] or (), "entries")


def check_entries(entries: Iterable[dict[str, Any]], where: str) -> str | None:
    """What is wrong with conditions, if anything; ``operator`` is ``included`` where it is not given."""
    for number, entry in enumerate(entries):
        problem = _check_entry(entry, f"{where}[{number}]")
        if problem:
            return problem
    return None


def _check_entry(entry: dict[str, Any], where: str) -> str | None:
    kind, needs = entry["type"], {"list": "list", "nested": "entries", "exists": ""}.get(entry["type"], "value")
    for name in ("value", "list", "entries"):
        given = entry.get(name) not in (None, [], {}, "")
        if given != (name == needs):
            return f"{where}: type {kind} {'needs' if name == needs else 'takes no'} {name}."
        if not given:
            entry[name] = None  # Kibana drops it
    if kind == "nested":
        if entry["operator"]:
            return f"{where}: type nested takes no operator: give it to the entries in it."
        return check_entries(entry["entries"], f"{where}.entries")
    entry["operator"] = entry["operator"] or "included"
    if needs != "value":
        return None
    if isinstance(entry["value"], (list, tuple)) != (kind == "match_any"):
        return f"{where}: the value of type {kind} is {'a list' if kind == 'match_any' else 'one text'}."
    return _texts(entry, where)


def _texts(entry: dict[str, Any], where: str) -> str | None:
    """Make texts of numbers and booleans, which Kibana refuses as values."""
    values = entry["value"] if entry["type"] == "match_any" else [entry["value"]]
    if any(isinstance(value, (dict, list, tuple)) or value in (None, "") for value in values):
        return f"{where}: a value must be a text that is not empty."
    texts = [str(value).lower() if isinstance(value, bool) else str(value) for value in values]
    entry["value"] = texts if entry["type"] == "match_any" else texts[0]
    return None


def decode(raw: Mapping[str, Any], options: Iterable[str]) -> dict[str, Any]:
    """An object as Kibana gave it, in the shape of the options, with what a later request needs."""
    names = {*options, "id", "_version", "list_id", "namespace_type"}
    view = {name: value for name, value in raw.items() if name in names and value is not None}
    if "comments" in view:
        view["comments"] = [{"comment": comment["comment"]} for comment in view["comments"]]
    return view


def with_stored(item: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """The wanted item with what stays in any case: comments, which only grow, and the tag of the owning space."""
    merged = dict(item)
    if merged.get("comments") is not None:
        merged["comments"] = [*stored.get("comments", ()), *new_comments(item, stored)]
    tags = merged.get("tags")
    if tags is not None and not any(tag.startswith(OWNER_TAG) for tag in tags):
        merged["tags"] = [*tags, *(tag for tag in stored.get("tags", ()) if tag.startswith(OWNER_TAG))]
    return merged


def new_comments(item: Mapping[str, Any], stored: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The comments that are not there yet; one that is wanted twice is there when it is stored twice."""
    rest, new = [comment["comment"] for comment in stored.get("comments") or ()], []
    for comment in item.get("comments") or ():
        if comment["comment"] in rest:
            rest.remove(comment["comment"])
        else:
            new.append({"comment": comment["comment"]})
    return new


def check_list(params: Mapping[str, Any]) -> str | None:
    """What is wrong with a list, if anything."""
    for name in ("name", "description"):
        if params[name] is not None and not params[name].strip():
            return f"{name} is empty: Kibana demands a text."
    return check_id("list_id", params["list_id"])


def missing(step: Plan, what: str, names: Iterable[str]) -> None:
    """Raise :class:`PlanError` where something new lacks what it needs."""
    absent = [name for name in names if not step.after.get(name)]
    if absent:
        raise PlanError(f"{what} does not exist: give {', '.join(absent)} to create it.")
