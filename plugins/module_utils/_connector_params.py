# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What each type of connector takes as ``params`` of an execution, as far as Kibana's documentation demands it.

A schema is a dict of names (a star marks a required one) and checks. A check takes a value and the place it stands at,
and returns the value to send or raises :class:`PlanError`. What a schema does not name passes: newer versions of Kibana
know more. Follows ``POST /api/actions/connector/{id}/_execute``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError

Check = Callable[[Any, str], Any]
Schema = Mapping[str, Check]


def text(value: Any, where: str) -> Any:
    """A text; numbers pass, as the documentation and Kibana do not always agree on which is which."""
    if isinstance(value, (dict, list)):
        raise PlanError(f"{where} must be a text, and is a {type(value).__name__}.")
    return value


def json_text(value: Any, where: str) -> Any:
    """A text; Kibana wants JSON in it, so that a dict or a list is written as JSON."""
    return json.dumps(value) if isinstance(value, (dict, list)) else value


def texts(value: Any, where: str) -> Any:
    """A list of texts."""
    if not isinstance(value, list):
        raise PlanError(f"{where} must be a list, and is {value!r}.")
    return [text(item, f"{where}[{number}]") for number, item in enumerate(value)]


def anything(value: Any, where: str) -> Any:
    """What Kibana alone can judge."""
    return value


def mapping(value: Any, where: str) -> Any:
    """A dict."""
    return check_fields({}, value, where)


def flag(value: Any, where: str) -> Any:
    """A boolean, also as text."""
    if isinstance(value, bool) or str(value).lower() in ("true", "false"):
        return str(value).lower() == "true"
    raise PlanError(f"{where} must be true or false, and is {value!r}.")


def choice(*allowed: str) -> Check:
    """One of these texts."""

    def check(value: Any, where: str) -> Any:
        if value not in allowed:
            raise PlanError(f"{where} is {value!r}: it must be one of {', '.join(allowed)}.")
        return value

    return check


def up_to(longest: int, inner: Check = text) -> Check:
    """A text of so many characters, or a list of so many elements, at most."""

    def check(value: Any, where: str) -> Any:
        value = inner(value, where)
        if len(value if isinstance(value, list) else str(value)) > longest:
            what = "elements" if isinstance(value, list) else "characters"
            raise PlanError(f"{where} has more than {longest} {what}.")
        return value

    return check


def between(least: int, most: int) -> Check:
    """A whole number, also as text."""

    def check(value: Any, where: str) -> Any:
        try:
            number = int(str(value))
        except ValueError:
            number = least - 1
        if not least <= number <= most:
            raise PlanError(f"{where} is {value!r}: it must be a number from {least} to {most}.")
        return number

    return check


def objects(schema: Schema) -> Check:
    """A list of dicts."""

    def check(value: Any, where: str) -> Any:
        if not isinstance(value, list):
            raise PlanError(f"{where} must be a list of dicts.")
        return [check_fields(schema, item, f"{where}[{number}]") for number, item in enumerate(value)]

    return check


def nested(schema: Schema) -> Check:
    """A dict with a schema of its own."""
    return partial(check_fields, schema)


def fields(names: str, **checks: Check) -> dict[str, Check]:
    """A schema: names (``summary* labels``), which are texts unless a check is given."""
    return {name: checks.get(name.rstrip("*"), text) for name in names.split()}


def check_fields(schema: Schema, values: Any, where: str) -> dict[str, Any]:
    """The dict to send for *values*. Raises :class:`PlanError`, which names the first field that does not fit."""
    if not isinstance(values, Mapping):
        raise PlanError(f"{where} must be a dict, and is {values!r}.")
    ready = dict(values)
    for key, check in schema.items():
        name = key.rstrip("*")
        if ready.get(name) is not None:
            ready[name] = check(ready[name], f"{where}.{name}")
        elif key.endswith("*"):
            raise PlanError(f"{where}.{name} is missing.")
    return ready
