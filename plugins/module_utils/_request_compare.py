# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Comparing what a request carries with what is there, where nothing is known of it but names of fields."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._normalise import same
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Node, Resource


def below(top: str, path: str) -> str:
    return top + path if path.startswith("[") else f"{top}.{path}"


def traits(**paths: Iterable[str]) -> Node:
    """The traits of a body or an answer, which may be a list itself."""
    made = {name: frozenset(below("x", path) for path in given) for name, given in paths.items()}
    return Resource(result_key="json", options={}, **made).traits.child("x")  # type: ignore[arg-type]


def lookup(value: Any, path: str) -> Any:
    """The value at a path of names and of numbers of list elements, None where there is none."""
    for name in filter(None, path.split(".")):
        if isinstance(value, Mapping):
            value = value.get(name)
        elif isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


def project(current: Any, wanted: Any, node: Node) -> Any:
    """What of *current* is named by *wanted*: Kibana may add fields everywhere, and reorder what has no order."""
    if isinstance(current, dict) and isinstance(wanted, dict) and wanted:
        return {key: project(current[key], item, node.child(key)) for key, item in wanted.items() if key in current}
    if isinstance(current, list) and isinstance(wanted, list):
        return list(_project_list(current, wanted, node))
    return current


def _project_list(current: list[Any], wanted: list[Any], node: Node) -> Iterator[Any]:
    rest, element = list(current), node.child("[]")
    for place, item in enumerate(wanted):
        views = [project(other, item, element) for other in rest]
        if node.unordered:
            hit = next((index for index, view in enumerate(views) if same(view, item, element)), None)
        else:
            hit = 0 if place < len(current) else None
        if hit is not None:
            yield views[hit]
            del rest[hit]
    yield from rest


def alike(value: Any, wanted: Any) -> bool:
    """Whether two values are the same to a person who writes YAML, where a template is a text."""
    return bool(value == wanted) or (not isinstance(value, (dict, list)) and text_of(value) == text_of(wanted))


def text_of(value: Any) -> str:
    """A value as it stands in a query or a form."""
    return value if isinstance(value, str) else json.dumps(value)
