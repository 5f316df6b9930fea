# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with objects from files, all of it, before Kibana is asked. Pure, but for value lists in files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils import _detection_rule_check as rule_check
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_options import OPTIONS as RULE
from ansible_collections.stackops.kibana.plugins.module_utils._exceptions import (
    ITEM_OPTIONS,
    LIST_OPTIONS,
    check_item,
    check_list,
)
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.modules import connector, value_list
from ansible_collections.stackops.kibana.plugins.plugin_utils._rule_documents import Place, Problem
from ansible_collections.stackops.kibana.plugins.plugin_utils._rule_things import Thing

STATE = {"state": {"type": "str", "choices": ["present", "absent"]}}
RULE_STATE = {"state": {"type": "str", "choices": ["present", "absent", "enabled", "disabled"]}}
ITEMS = {"items": {"type": "list", "elements": "dict", "options": ITEM_OPTIONS}}
OPTIONS: dict[str, dict[str, Any]] = {
    "rules": {**RULE, **RULE_STATE},
    "exception_lists": {**LIST_OPTIONS, **ITEMS, **STATE},
    "exception_items": ITEM_OPTIONS,
    "value_lists": {**value_list.OPTIONS, **STATE},
    "connectors": {**connector.OPTIONS, **STATE},
}
WHAT = {
    "rules": "a rule",
    "exception_lists": "an exception list",
    "exception_items": "an exception",
    "value_lists": "a value list",
    "connectors": "a connector",
}
NEEDED: dict[str, tuple[str, ...]] = {
    "exception_lists": ("name", "description", "type"),
    "exception_items": ("name", "description", "entries"),
    "value_lists": ("name", "description", "type"),
    "connectors": ("name", "connector_type_id"),
}
TYPES: dict[str, tuple[Any, str]] = {
    "str": ((str, int, float), "a text"),
    "path": (str, "a text"),
    "int": (int, "a whole number"),
    "bool": (bool, "true or false"),
    "list": (list, "a list"),
    "dict": (Mapping, "a table of fields"),
}
FIELD = re.compile(r"[\w@]+(?:\[\d+\])?(?:\.[\w@]+(?:\[\d+\])?)*")
STEP = re.compile(r"([\w@]+)(?:\[(\d+)\])?")


def problems(thing: Thing) -> Iterator[Problem]:
    """All that is wrong with one object, whatever else there is."""
    found = list(_shape(OPTIONS[thing.kind], thing.options, (), WHAT[thing.kind]))
    for place, msg in found:
        yield thing.problem(msg, *place)
    if found or thing.options.get("state") == "absent":
        return
    for msg in filter(None, dict.fromkeys(_sentences(thing))):
        yield thing.problem(msg, *_place_in(msg))


def _sentences(thing: Thing) -> Iterator[str]:
    """What is wrong with an object of the right shape; an empty sentence stands for nothing."""
    params = {"state": "present", **filled(OPTIONS[thing.kind], thing.options)}
    for name in NEEDED.get(thing.kind, ()):
        if params[name] is None:
            yield f"{name} is missing: {WHAT[thing.kind]} needs it."
    yield from CHECKS[thing.kind](params)


def _of_rule(params: dict[str, Any]) -> Iterator[str]:
    state, kind = params["state"], params["type"]
    enabled = rule_check.ENABLED.get(state, params["enabled"])
    if params["enabled"] not in (None, enabled):
        yield f"enabled is {str(params['enabled']).lower()}, and state is {state}: give one of them."
    for name in ("type", *rule_check.NEEDED, *rule_check.TYPE_NEEDED.get(kind or "", ())):
        if params[name] is None:
            yield f"{name} is missing: a rule{f' of type {kind}' if kind and name != 'type' else ''} needs it."
    suppression = {name: value for name, value in (params["alert_suppression"] or {}).items() if value}
    part = "duration" if kind == "threshold" else "group_by"
    if suppression and kind and part not in suppression:
        yield f"alert_suppression.{part} is missing: the suppression of a rule of type {kind} needs it."
    nothing = dict.fromkeys(rule_check.ALL_TYPE_FIELDS)
    for name in rule_check.ALL_TYPE_FIELDS if kind else ():
        yield rule_check.foreign_field({**nothing, name: params[name]}, kind) or ""
    yield from rule_check.problems(params)


def _of_exception_list(params: dict[str, Any]) -> Iterator[str]:
    yield check_list(params) or ""
    for number, item in enumerate(params["items"] or ()):
        for name in NEEDED["exception_items"]:
            if item[name] is None:
                yield f"items[{number}].{name} is missing: an exception needs it."
        problem = check_item(item)
        yield f"items[{number}].{problem}" if problem else ""


def _of_exception_item(params: dict[str, Any]) -> Iterator[str]:
    yield check_item(params) or ""


def _of_value_list(params: dict[str, Any]) -> Iterator[str]:
    try:
        yield value_list.check(params) or ""
    except (PlanError, OSError) as error:
        yield str(error).replace(" on the host that runs the module", "")


def _of_connector(params: dict[str, Any]) -> Iterator[str]:
    if params["secrets"]:
        yield "secrets is given: a secret does not belong into such a file."
    yield connector.check(params) or ""


def _place_in(sentence: str) -> Place:
    """The field that a sentence begins with, as a place."""
    found = FIELD.match(sentence)
    steps = STEP.findall(found[0]) if found else []
    return tuple(part for name, number in steps for part in ((name, int(number)) if number else (name,)))


def _shape(options: Mapping[str, Any], data: Mapping[str, Any], at: Place, what: str) -> Iterator[tuple[Place, str]]:
    """Unknown and missing fields, wrong types and choices, at any depth."""
    for name in data:
        if name not in options:
            near = get_close_matches(str(name), options, 1)
            yield (*at, name), f"{what} has no field {shown(at, name)}{f': is {near[0]} meant?' if near else '.'}"
    for name, spec in options.items():
        value = data.get(name)
        if value is None:
            if spec.get("required"):
                yield at, f"{shown(at, name)} is missing: {what} needs it."
        else:
            yield from _value(spec, value, (*at, name), what)
    for names in options and _groups(at, what, data):
        yield at, names


def _groups(at: Place, what: str, data: Mapping[str, Any]) -> Iterable[str]:
    """An action names its connector in one way."""
    if len(at) == 2 and at[0] == "actions":
        given = [name for name in ("id", "connector") if data.get(name) is not None]
        if len(given) != 1:
            yield f"{shown(at[:1], at[1])} has {'both' if given else 'none'} of id and connector: give one of them."


def _value(spec: Mapping[str, Any], value: Any, at: Place, what: str) -> Iterator[tuple[Place, str]]:
    kind, below = spec["type"], spec.get("options")
    if kind == "list" and spec.get("elements") == "str" and isinstance(value, str):
        return  # one text is a list of it, for a module
    if kind in TYPES:
        fitting, called = TYPES[kind]
        if not isinstance(value, fitting) or (isinstance(value, bool) and kind != "bool"):
            yield at, f"{shown(at[:-1], at[-1])} is {_brief(value)}: it must be {called}."
            return
    if "choices" in spec and kind != "list" and value not in spec["choices"]:
        yield at, f"{shown(at[:-1], at[-1])} is {value!r}: it must be one of {', '.join(spec['choices'])}."
    if kind == "dict" and below:
        yield from _shape(below, value, at, what)
    if kind == "list":
        choices = {"choices": spec["choices"]} if "choices" in spec else {}
        element = {"type": spec.get("elements", "raw"), "options": below, **choices}
        for number, item in enumerate(value):
            yield from _value(element, item, (*at, number), what)


def shown(at: Place, name: Any) -> str:
    """A place as people write it, such as C(threat[0].tactic.id)."""
    text = ""
    for part in (*at, name):
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _brief(value: Any) -> str:
    if isinstance(value, (str, bool, int, float)):
        text = repr(value) if isinstance(value, str) else str(value).lower()
        return text if len(text) <= 40 else f"{text[:37]}..."
    return "a table of fields" if isinstance(value, Mapping) else "a list" if isinstance(value, list) else "nothing"


def filled(options: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """The data as a module gets them: with None, or the default, for every option that is not given."""
    return {name: _filled(spec, data.get(name)) for name, spec in options.items()}


def _filled(spec: Mapping[str, Any], value: Any) -> Any:
    below = spec.get("options")
    if value is None:
        return spec.get("default")
    if below and isinstance(value, Mapping):
        return filled(below, value)
    if below and isinstance(value, list):
        return [filled(below, item) for item in value]
    if spec["type"] == "list" and isinstance(value, str):
        return [value]
    return str(value) if spec["type"] == "str" else value


CHECKS = {
    "rules": _of_rule,
    "exception_lists": _of_exception_list,
    "exception_items": _of_exception_item,
    "value_lists": _of_value_list,
    "connectors": _of_connector,
}
