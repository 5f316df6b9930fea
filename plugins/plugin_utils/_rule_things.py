# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the parts of files are: rules, exception lists, value lists and connectors, as the options of their modules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule import READ_ONLY
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_export import OWN_OF_EXCEPTIONS
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_options import OPTIONS as RULE
from ansible_collections.stackops.kibana.plugins.plugin_utils import _rule_toml
from ansible_collections.stackops.kibana.plugins.plugin_utils._rule_documents import Part, Problem, is_table
from ansible_collections.stackops.kibana.plugins.plugin_utils._rule_toml import RuleFileError

KINDS = ("rules", "exception_lists", "value_lists", "connectors")
FOLDERS = {
    "exceptions": "exception_lists",
    "exception_lists": "exception_lists",
    "value_lists": "value_lists",
    "connectors": "connectors",
    "action_connectors": "connectors",
}
# What a file may have beside the lists of objects.
ABOUT = frozenset({"about", "metadata"})
OF_ITEMS = frozenset({"_tags", "list_id", "namespace_type", "type", "version"})
NO_FIELDS = "a rule, list or connector has fields: this is none of them."


@dataclass(frozen=True)
class Thing:
    """One object of a file, as the options of its module; ``lists`` says in which exception list an item is."""

    kind: str
    part: Part
    options: dict[str, Any]
    inside: tuple[str, str] = ("", "")  # of an item: namespace and id of its list

    def problem(self, msg: str, *place: Any) -> Problem:
        """What is wrong with it."""
        return self.part.problem(msg, *place)


def things(part: Part) -> Iterator[Thing | Problem]:
    """The objects in a part of a file."""
    if isinstance(part.data, list):
        for number in range(len(part.data)):
            yield from things(part.below(number))
    elif not is_table(part.data):
        yield part.problem(NO_FIELDS)
    else:
        yield from _of_table(part)


def _of_table(part: Part) -> Iterator[Thing | Problem]:
    data: Mapping[str, Any] = part.data
    if "exported_count" in data:
        return  # the last line of an export
    if is_table(data.get("rule")):
        yield from _rule_file(part)
    elif isinstance(data.get("exceptions"), list) and not data.get("rule_id"):
        yield from _beside(part, "exceptions")
        for number in range(len(data["exceptions"])):
            yield from _exceptions(part.below("exceptions").below(number))
    elif isinstance(data.get("action_connectors"), list):
        yield from _beside(part, "action_connectors")
        yield from things(part.below("action_connectors"))
    elif is_table(data.get("list")) and isinstance(data.get("items"), list):
        yield from _exceptions(part)
    elif any(isinstance(data.get(kind), list) for kind in KINDS) and not _identity(data):
        yield from _bundle(part)
    else:
        yield _single(part)


def _identity(data: Mapping[str, Any]) -> bool:
    return any(name in data for name in ("rule_id", "list_id", "item_id", "id", "name"))


def _beside(part: Part, name: str) -> Iterator[Problem]:
    for key in part.data:
        if key != name and key not in ABOUT:
            yield part.problem(f"[{key}] is unknown beside {name}.", key)


def _rule_file(part: Part) -> Iterator[Thing | Problem]:
    """A file with the tables of Elastic's rule files."""
    for key in part.data:
        if key not in _rule_toml.TABLES:
            yield part.problem(f"[{key}] is none of the tables rule, metadata, transform.", key)
    try:
        rule = _rule_toml.rule_of(part.data)
    except RuleFileError as error:
        yield part.problem(str(error), "rule", "new_terms")
        return
    yield Thing("rules", part.below("rule"), bare_rule(rule))


def _bundle(part: Part) -> Iterator[Thing | Problem]:
    """A file with lists of objects by kind."""
    for key, listed in part.data.items():
        if key in ABOUT:
            continue
        if key not in KINDS or not isinstance(listed, list):
            yield part.problem(f"{key} is unknown beside lists of {', '.join(KINDS)}.", key)
            continue
        for number, data in enumerate(listed):
            below = part.below(key).below(number)
            yield _made(key, below) if is_table(data) else below.problem(NO_FIELDS)


def _exceptions(part: Part) -> Iterator[Thing | Problem]:
    """A list with its items, as Elastic's tool and our export write them."""
    name = next((key for key in ("container", "list") if is_table(part.data) and is_table(part.data.get(key))), "")
    if not name:
        yield part.problem("an exception list needs a table container.")
        return
    for key in part.data:
        if key not in (name, "items"):
            yield part.problem(f"{key} is unknown beside {name} and items.", key)
    head = part.below(name)
    yield _made("exception_lists", head)
    for number in range(len(part.data.get("items") or ())):
        yield _item(part.below("items").below(number), head.data)


def _single(part: Part) -> Thing | Problem:
    """One object, known by its fields, else by the folder of its file."""
    data, folder = part.data, FOLDERS.get(part.file.name.split("/")[0], "rules")
    if is_table(data.get("attributes")) or "connector_type_id" in data:
        return _made("connectors", part)
    if "item_id" in data and "list_id" in data:
        return _item(part, data)
    if "list_id" in data:
        return _made("exception_lists", part)
    return _made("rules" if "rule_id" in data else folder, part)


def _made(kind: str, part: Part) -> Thing:
    make = {"rules": bare_rule, "exception_lists": _bare_list, "connectors": _connector}.get(kind, dict)
    return Thing(kind, part, make({key: value for key, value in part.data.items() if value is not None}))


def _item(part: Part, of: Mapping[str, Any]) -> Thing | Problem:
    if not is_table(part.data):
        return part.problem(NO_FIELDS)
    inside = (str(of.get("namespace_type") or "single"), str(of.get("list_id") or ""))
    return Thing("exception_items", part, _bare_item(part.data), inside)


def bare_rule(data: Mapping[str, Any]) -> dict[str, Any]:
    """A rule without what Kibana sets, and without ids that another Kibana would give."""
    rule = {key: value for key, value in data.items() if value is not None and (key not in READ_ONLY or key in RULE)}
    if isinstance(rule.get("exceptions_list"), list):
        rule["exceptions_list"] = [_without(entry, _random(entry)) for entry in rule["exceptions_list"]]
    if isinstance(rule.get("required_fields"), list):
        rule["required_fields"] = [_without(entry, {"ecs"}) for entry in rule["required_fields"]]
    return rule


def _random(entry: Any) -> set[str]:
    """The field with the id of an exception list, unless it is one that every Kibana knows."""
    return set() if is_table(entry) and entry.get("id") == entry.get("list_id") else {"id"}


def _bare_list(data: Mapping[str, Any]) -> dict[str, Any]:
    one = _without(data, OWN_OF_EXCEPTIONS | {"version", "_tags"})
    if isinstance(one.get("items"), list):
        one["items"] = [_bare_item(item) if is_table(item) else item for item in one["items"]]
    return dict(one)


def _bare_item(data: Mapping[str, Any]) -> dict[str, Any]:
    item = dict(_without(data, OWN_OF_EXCEPTIONS | OF_ITEMS))
    if isinstance(item.get("comments"), list):
        item["comments"] = [_comment(one) for one in item["comments"]]
    return item


def _comment(data: Any) -> Any:
    return {"comment": data["comment"]} if is_table(data) and "comment" in data else data


def _connector(data: Mapping[str, Any]) -> dict[str, Any]:
    """A connector, which an export shows as a saved object."""
    known = data.get("attributes")
    if not is_table(known):
        return dict(data)
    options = {"id": data.get("id"), "name": known.get("name"), "connector_type_id": known.get("actionTypeId")}
    config = {"config": known["config"]} if known.get("config") else {}
    return {**{name: value for name, value in options.items() if value is not None}, **config}


def _without(value: Any, names: Any) -> Any:
    """A table without nulls and without these fields; anything else as it is."""
    if not is_table(value):
        return value
    return {key: item for key, item in value.items() if item is not None and key not in names}
