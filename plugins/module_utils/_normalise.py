# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Pure functions that bring what was asked for and what Kibana holds into one form, and compare and merge them.

Every function takes a value and the :class:`Node` with the traits of its field, and returns a new value. Nothing here
does I/O or changes its arguments.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus

from ansible_collections.stackops.kibana.plugins.module_utils._resource import MISSING, PLAIN, Node

SECRET_SENT = "(a secret will be sent)"
SECRET_HIDDEN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
KNOWN_AFTER_APPLY = "(known after apply)"
URL_PASSWORD = re.compile(r"//[^/\s:@\"']*:([^/\s@\"']+)(?=@)")


def prune(value: Any) -> Any:
    """Drop ``None`` at every depth: an omitted option and a null of Kibana both say nothing."""
    if isinstance(value, dict):
        return {key: prune(item) for key, item in value.items() if item is not None}
    if isinstance(value, (list, tuple)):
        return [prune(item) for item in value if item is not None]
    return value


def fill(value: Any, node: Node) -> Any:
    """Add the server's defaults to every dict that lacks them; never makes a dict that is not there."""
    if node is PLAIN:
        return value
    if isinstance(value, dict):
        filled = {
            key: fill(item, node.child(key)) if isinstance(item, (dict, list)) else item for key, item in value.items()
        }
        for key, child in node.children.items():
            if child.default is not MISSING and filled.get(key) is None:
                filled[key] = copy.deepcopy(child.default)
        return filled
    if isinstance(value, list):
        return [fill(item, node.child("[]")) for item in value]
    return value


def strip(value: Any, node: Node) -> Any:
    """Drop what is never compared: read-only fields and secrets, and a dict that has nothing else."""
    if node is PLAIN:
        return value
    if isinstance(value, dict):
        kept = {}
        for key, item in value.items():
            child = node.child(key)
            if not (child.read_only or child.secret):
                bare = strip(item, child) if isinstance(item, (dict, list)) else item
                if bare != {} or item == {}:
                    kept[key] = bare
        return kept
    if isinstance(value, list):
        return [strip(item, node.child("[]")) for item in value]
    return value


def secrets_of(value: Any, node: Node) -> dict[str, Any]:
    """The secrets in a dict, in the shape that they have in it. Secrets inside lists are not supported."""
    found: dict[str, Any] = {}
    for key, item in value.items():
        child = node.child(key)
        if child.secret:
            found[key] = item
        elif isinstance(item, dict):
            below = secrets_of(item, child)
            if below:
                found[key] = below
    return found


def canonical(value: Any, node: Node) -> Any:
    """A form in which two values are equal exactly when they mean the same: nulls are absent, ``1`` is not ``true``."""
    if node.canonical is not None and value is not None:
        value = node.canonical(value)
    if isinstance(value, dict):
        return {str(key): canonical(item, node.child(str(key))) for key, item in value.items() if item is not None}
    if isinstance(value, (list, tuple)):
        items = [canonical(item, node.child("[]")) for item in value if item is not None]
        return sorted(items, key=_sort_key) if node.unordered else items
    if isinstance(value, bool):
        return ("bool", value)
    return value


def _sort_key(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def same(left: Any, right: Any, node: Node) -> bool:
    """Whether two values mean the same for Kibana. Most are the very same, which is quickly told."""
    if left is right or (left == right and _is_text(left)):
        return True
    if node.canonical is None and isinstance(left, dict) and isinstance(right, dict):
        names = [*left, *(name for name in right if name not in left)]
        if all(isinstance(name, str) for name in names):
            return all(same(left.get(name), right.get(name), node.child(name)) for name in names)
    return bool(canonical(left, node) == canonical(right, node))


def _is_text(value: Any) -> bool:
    """Whether a value is a text, or a list of texts alone: equal ones mean the same, unlike ``1 == True``."""
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(item, str) for item in value))


def merge(before: Any, desired: Any, node: Node) -> Any:
    """What is there once *desired* is applied to *before*.

    Dicts merge, and an explicit ``{}`` clears. Lists replace; of a keyed list each element is merged with the stored
    element of the same key. A value that means the same as the stored one leaves the stored one as it is.
    """
    if isinstance(desired, dict):
        return merge_fields(before if desired and isinstance(before, dict) else {}, desired, node)
    if isinstance(desired, list):
        desired = fill(desired, node)
        if isinstance(before, list) and node.keyed:
            desired = _merge_keyed(before, desired, node)
    return before if type(before) is type(desired) and same(before, desired, node) else desired


def merge_fields(before: dict[str, Any], desired: dict[str, Any], node: Node) -> dict[str, Any]:
    """Like ``merge`` for two dicts, but an empty *desired* changes nothing: no field of an object was given."""
    return {**before, **{key: merge(before.get(key), item, node.child(key)) for key, item in desired.items()}}


def _merge_keyed(before: list[Any], desired: list[Any], node: Node) -> list[Any]:
    """Merge each element with the first unused stored element of the same key."""
    rest, merged = list(before), []
    for item in desired:
        match = next((other for other in rest if _key(other, node) == _key(item, node)), None)
        if match is not None:
            rest.remove(match)
            item = merge(match, item, node.child("[]"))
        merged.append(item)
    return merged


def _key(item: Any, node: Node) -> list[Any]:
    element = node.child("[]")
    return [canonical(item.get(name), element.child(name)) for name in node.keyed]


def leaves(value: Any, path: tuple[str, ...] = (), references: bool = True) -> dict[tuple[str, ...], Any]:
    """The secrets of a nested dict by their paths; a reference to a stored secret is one, without its hash.

    What a task gives has no *references*: there a field may be called ``id``.
    """
    if not isinstance(value, dict):
        return {} if value in (None, "") else {path: value}
    if references and "isSecretRef" in value:
        return {path: value}
    if references and "id" in value:
        return {path: {"id": value["id"]}}
    found: dict[tuple[str, ...], Any] = {}
    for key, item in value.items():
        found.update(leaves(item, (*path, key), references))
    return found


def nest(flat: dict[tuple[str, ...], Any]) -> dict[str, Any]:
    """The nested dict of what ``leaves`` has taken apart."""
    tree: dict[str, Any] = {}
    for path, value in flat.items():
        place = tree
        for name in path[:-1]:
            place = place.setdefault(name, {})
        place[path[-1]] = value
    return tree


def overlay(base: Any, top: Any) -> Any:
    """Lay one nested dict over another; used to put secrets into a request body."""
    if not (isinstance(base, dict) and isinstance(top, dict)):
        return top
    return {**base, **{key: overlay(base[key], item) if key in base else item for key, item in top.items()}}


def mask(value: Any, node: Node, text: str = SECRET_HIDDEN) -> Any:
    """Replace the secrets by *text*, for output alone. A reference to a stored secret (``{id: ...}``) is none."""
    if isinstance(value, dict):
        return {
            key: _mask_secret(item, text) if _is_masked(node.child(key)) else mask(item, node.child(key), text)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [mask(item, node.child("[]"), text) for item in value]
    return value


def mask_hidden(before: Any, after: Any, node: Node) -> Any:
    """Mask the hidden fields of *after*, so that those which differ from *before* can be told from the others."""
    if not isinstance(after, dict):
        return mask(after, node, SECRET_HIDDEN if before == after else SECRET_SENT)
    old, shown = before if isinstance(before, dict) else {}, {}
    for key, item in after.items():
        child, text = node.child(key), SECRET_HIDDEN if old.get(key) == item else SECRET_SENT
        shown[key] = _mask_secret(item, text) if child.hidden else mask_hidden(old.get(key), item, child)
    return shown


def hidden_strings(value: Any, node: Node) -> Iterable[str]:
    """Every string in the hidden fields of a nested value."""
    if isinstance(value, dict):
        for key, item in value.items():
            child = node.child(key)
            yield from strings_in(item) if child.hidden else hidden_strings(item, child)
    elif isinstance(value, list):
        for item in value:
            yield from hidden_strings(item, node.child("[]"))


def _is_masked(node: Node) -> bool:
    return node.secret or node.hidden


def _mask_secret(value: Any, text: str) -> Any:
    if isinstance(value, dict):
        return (
            value
            if {"id"} <= set(value) <= {"id", "hash"} or value.get("isSecretRef") is True
            else {key: _mask_secret(item, text) for key, item in value.items()}
        )
    return value if value is None or value == "" else text


def strings_in(value: Any) -> Iterable[str]:
    """Every non-empty string in a nested value, in no particular order."""
    rest = [value]
    while rest:
        one = rest.pop()
        if isinstance(one, str):
            if one:
                yield one
        elif isinstance(one, dict):
            rest.extend(one.values())
        elif isinstance(one, (list, tuple, set, frozenset)):
            rest.extend(one)


def url_passwords(value: Any) -> set[str]:
    """The passwords in the URLs of a nested value, as they are written there."""
    return {found for text in strings_in(value) if "@" in text for found in URL_PASSWORD.findall(text)}


def scrub(value: Any, secrets: Iterable[str]) -> Any:
    """Replace every occurrence of a secret in every string of a nested value. For error texts, which Kibana writes."""
    forms = {form for secret in secrets for form in _forms(secret) if len(form) > 3}
    known = sorted(forms, key=len, reverse=True)
    return _scrub(value, known) if known else value


def _forms(secret: str) -> Iterable[str]:
    """How a secret may be written in an error: as it is, within JSON or a URL; of a key in several lines each line."""
    lines = [line for line in secret.splitlines() if not line.startswith("-----")]
    for text in (secret, " ".join(secret.split()), *(line for line in lines if len(line) > 7)):
        for inner in (text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]):
            yield from (inner, json.dumps(inner)[1:-1], quote(inner), quote(inner, safe=""), quote_plus(inner))


def _scrub(value: Any, known: list[str]) -> Any:
    if isinstance(value, str):
        for secret in known:
            value = value.replace(secret, "********")
        return value
    if isinstance(value, dict):
        return {_scrub(key, known): _scrub(item, known) for key, item in value.items()}
    if isinstance(value, list):
        return [_scrub(item, known) for item in value]
    return value
