# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects of Kibana as options that bring them back, whatever was given in between.

What is not given of an object stays as it is. So a snapshot also says, with an empty value, what an object does not
have, and which objects are not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule import CLEARABLE, READ_ONLY
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_check import (
    ALL_TYPE_FIELDS,
    TYPE_FIELDS,
)
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_find import read_rules
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_options import OPTIONS as RULE
from ansible_collections.stackops.kibana.plugins.module_utils._exception_items import read_items
from ansible_collections.stackops.kibana.plugins.module_utils._exceptions import (
    ITEM_OPTIONS,
    LIST_OPTIONS,
    OWNER_TAG,
)
from ansible_collections.stackops.kibana.plugins.module_utils._value_list import Work
from ansible_collections.stackops.kibana.plugins.plugin_utils import _rule_stored

Options = dict[str, Any]

EMPTY: dict[str, Any] = {"str": "", "list": [], "dict": {}, "bool": False}
VALUE_LIST = ("id", "name", "description", "type", "serializer", "deserializer", "meta")
CONNECTOR = ("id", "name", "connector_type_id", "config")
ABSENT = {"state": "absent"}
# By the module that manages such an object: its kind, and what to call it.
KINDS = {
    "detection_rule": ("rules", "rule"),
    "exception_list": ("exception_lists", "exception list"),
    "value_list": ("value_lists", "value list"),
    "connector": ("connectors", "connector"),
}


def rules(client: KibanaClient, rule_ids: Iterable[str]) -> list[Options]:
    """The rules with these ids."""
    wanted = sorted(set(rule_ids))
    stored = read_rules(client, wanted)
    return [_rule(stored[name]) if name in stored else {"rule_id": name, **ABSENT} for name in wanted]


def _rule(raw: Mapping[str, Any]) -> Options:
    foreign = set(ALL_TYPE_FIELDS) - TYPE_FIELDS[raw["type"]]
    rule = {
        name: _emptied(RULE[name]["type"])
        for name in CLEARABLE - foreign
        if name in RULE and RULE[name]["type"] in EMPTY
    }
    rule.update({name: raw[name] for name in RULE if name not in READ_ONLY and raw.get(name) is not None})
    rule["exceptions_list"] = [_without(entry, "id") for entry in rule.get("exceptions_list") or ()]
    rule["required_fields"] = [_without(entry, "ecs") for entry in rule.get("required_fields") or ()]
    if raw.get("immutable"):  # nobody but Elastic changes these
        rule.pop("author", None)
        rule.pop("license", None)
    return dict(sorted(rule.items()))


def _emptied(kind: str) -> Any:
    value = EMPTY[kind]
    return value.copy() if isinstance(value, (list, dict)) else value


def _without(entry: Mapping[str, Any], gone: str) -> Options:
    return {name: value for name, value in sorted(entry.items()) if name != gone}


def exception_lists(client: KibanaClient, named: Iterable[Mapping[str, Any]]) -> list[Options]:
    """These lists with all their items. One whose namespace is not given may be in both."""
    wanted = sorted(
        {
            (str(space), str(one["list_id"]))
            for one in named
            for space in ([one["namespace_type"]] if one.get("namespace_type") else ["single", "agnostic"])
        }
    )
    stored = {(one["namespace_type"], one["list_id"]): one for one in _rule_stored.exception_lists(client)}
    there = [key for key in wanted if key in stored]
    items: dict[tuple[str, str], list[Options]] = {key: [] for key in there}
    for item in read_items(client, there) if there else ():
        items[item["namespace_type"], item["list_id"]].append(_described(item, ITEM_OPTIONS, {"expire_time": ""}))
    guessed = {str(one["list_id"]) for one in named if not one.get("namespace_type")}
    found = []
    for key in wanted:
        name = {"list_id": key[1], "namespace_type": key[0]}
        if key in stored:
            one = _described(stored[key], LIST_OPTIONS, {})
            found.append({**one, "items": sorted(items[key], key=lambda item: str(item["item_id"]))})
        elif key[1] not in guessed:
            found.append({**name, **ABSENT})
    return found


def _described(raw: Mapping[str, Any], options: Mapping[str, Any], usual: Options) -> Options:
    """A list or an item; what it lacks is empty. Comments only grow, so they are left out."""
    empty = {"tags": [], "meta": {}, **usual}
    one = {name: raw.get(name, empty.get(name)) for name in options if name != "comments"}
    one["tags"] = [tag for tag in one["tags"] or () if not tag.startswith(OWNER_TAG)]
    one["meta"] = one["meta"] or {}
    if "entries" in one:
        one["entries"] = [dict(entry) for entry in one["entries"]]
    return {name: value for name, value in one.items() if value is not None}


def value_lists(client: KibanaClient, ids: Iterable[str]) -> list[Options]:
    """These lists with all their values."""
    stored = {one["id"]: one for one in _rule_stored.value_lists(client)}
    found = []
    for name in sorted(set(ids)):
        if name not in stored:
            found.append({"id": name, **ABSENT})
            continue
        one = {key: stored[name][key] for key in VALUE_LIST if stored[name].get(key) is not None}
        values = sorted(Work(client, name, one["type"], (), False, 1).read())
        found.append({**one, "meta": one.get("meta") or {}, "items": values, "exact": True})
    return found


def connectors(client: KibanaClient, names: Iterable[str]) -> list[Options]:
    """The connectors with these ids or names, without secrets, which Kibana does not show."""
    stored, found = _rule_stored.connectors(client), []
    for name in sorted(set(names)):
        there = [one for one in stored if name in (one["id"], one["name"])]
        found += [{key: one[key] for key in CONNECTOR if one.get(key) is not None} for one in there]
        if not there:
            found.append({"name": name, **ABSENT})
    return found


def _entries(results: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str, Any, Mapping[str, Any]]]:
    """What the results of tasks say of objects: kind, what to call it, its name, the entry itself."""
    for result in results:
        for part in [result, *(result.get("areas") or ())]:
            if part.get("kind") in KINDS:
                kind, called = KINDS[part["kind"]]
                for entry in part["objects"]:
                    yield kind, called, entry["object"], entry
        for entry in result.get("rules") or ():
            yield "rules", "rule", entry["rule_id"], entry
        for entry in result.get("lists") or ():
            yield "exception_lists", "exception list", entry["list_id"], entry
        for entry in result["items"] if isinstance(result.get("items"), list) else ():
            yield "exception_lists", "exception", entry["item_id"], entry


def changes(results: Iterable[Mapping[str, Any]]) -> list[str]:
    """A line for each object that changes."""
    return [
        f"{called} {name} {entry['result']}"
        for _kind, called, name, entry in _entries(results)
        if entry["result"] != "unchanged"
    ]


def changing(results: Iterable[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """The names of the objects that change, by kind."""
    found: dict[str, list[Any]] = {kind: [] for kind, _called in KINDS.values()}
    for kind, _called, name, entry in _entries(results):
        if entry["result"] != "unchanged":
            place = {key: entry[key] for key in ("list_id", "namespace_type") if key in entry} or {"list_id": name}
            found[kind].append(place if kind == "exception_lists" else name)
    return found
