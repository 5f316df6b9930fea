# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Inputs of package policies in Kibana's simplified format, which is the only one that is compared. Pure.

``inputs`` is ``{input: {enabled, vars, streams: {dataset: {enabled, vars}}}}``, where an input is named after its
policy template and its type. A manifest is a package as Kibana describes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.stackops.kibana.plugins.module_utils._resource import Node

Fields = dict[str, Any]
SECRET_WORDS = re.compile(r"(?i)password|passphrase|secret|token|api_?key|private_?key|credentials")
DATASET = "data_stream.dataset"


class InputError(ValueError):
    """The inputs of a task make no sense; the text says which and why."""


def typed(inputs: Any, place: str = "inputs", parts: tuple[str, ...] = ("enabled", "vars", "streams")) -> Fields:
    """The inputs of a task without what says nothing, with ``enabled`` as a boolean. Raises :class:`InputError`."""
    found: Fields = {}
    for name, given in (inputs or {}).items():
        if given is None:
            continue
        where = f"{place}.{name}"
        if not isinstance(given, Mapping):
            raise InputError(f"{where} is no dictionary: it takes {', '.join(parts)}.")
        unknown = sorted(str(key) for key in given if key not in parts)
        if unknown:
            raise InputError(f"{where} has {', '.join(unknown)}: it takes {', '.join(parts)}.")
        entry = {key: _part(where, key, value) for key, value in given.items() if value is not None}
        found[str(name)] = {key: value for key, value in entry.items() if value != {}}
    return {name: entry for name, entry in found.items() if entry}


def _part(where: str, key: str, value: Any) -> Any:
    if key == "streams":
        return typed(value, f"{where}.streams", ("enabled", "vars"))
    if key == "vars":
        return variables(value, f"{where}.vars")
    try:
        return boolean(value)
    except TypeError:
        raise InputError(f"{where}.enabled is {value!r}: it must be true or false.") from None


def variables(given: Any, where: str = "vars") -> Fields:
    """The variables of a task, without those that say nothing."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise InputError(f"{where} is no dictionary of variables.")
    for name, value in given.items():
        if isinstance(value, Mapping) and "isSecretRef" not in value:
            raise InputError(f"{where}.{name} is a dictionary: a variable is a text, a number, true, false or a list.")
    return {str(name): value for name, value in given.items() if value is not None}


def simplified(doc: Mapping[str, Any]) -> Fields:
    """``vars`` and ``inputs`` of a package policy in either format."""
    inputs = doc.get("inputs")
    if isinstance(inputs, Mapping):  # also an empty one
        return {name: doc[name] for name in ("vars", "inputs") if doc.get(name) is not None}
    found: Fields = {"inputs": {}}
    for item in inputs or ():
        streams = {
            stream["data_stream"]["dataset"]: {"enabled": stream["enabled"], "vars": _values(stream.get("vars"))}
            for stream in item.get("streams") or ()
        }
        entry = {"enabled": item["enabled"], "vars": _values(item.get("vars")), "streams": streams}
        found["inputs"][input_id(item, item.get("policy_template"))] = entry
    if doc.get("vars") is not None:
        found["vars"] = _values(doc["vars"])
    return found


def _values(records: Mapping[str, Any] | None) -> Fields:
    found = {}
    for name, record in (records or {}).items():
        value = record.get("value")
        found[name] = value["dataset"] if name == DATASET and isinstance(value, Mapping) else value
    return {name: value for name, value in found.items() if value is not None}


def input_id(item: Mapping[str, Any], template: Any) -> str:
    """The name of an input in the simplified format; newer packages name inputs of the same type apart."""
    name = str(item.get("name") or item["type"])
    return f"{template}-{name}" if template else name


def known_inputs(manifest: Mapping[str, Any]) -> dict[str, dict[str, bool]] | None:
    """The inputs of a package with their streams, and whether these are on at first; None where it has other ones."""
    templates = manifest.get("policy_templates") or []
    if not templates or any("inputs" not in template for template in templates):
        return None
    return {
        input_id(item, template["name"]): {
            data_stream["dataset"]: stream.get("enabled", True)
            for data_stream in manifest.get("data_streams") or ()
            for stream in data_stream.get("streams") or ()
            if stream.get("input") in (item["type"], item.get("name"))
        }
        for template in templates
        for item in template["inputs"]
    }


def unknown(inputs: Fields, stored: Fields, manifest: Mapping[str, Any]) -> str | None:
    """A sentence about an input or a stream that the package does not have."""
    known = known_inputs(manifest)
    if known is None:
        return None
    for name, entry in inputs.items():
        if name not in known and name not in stored:
            return f"The package has no input {name!r}; it has {', '.join(sorted(known)) or 'none'}."
        streams = {**known.get(name, {}), **stored.get(name, {}).get("streams", {})}
        for dataset in entry.get("streams", {}):
            if dataset not in streams:
                have = ", ".join(sorted(streams)) or "none"
                return f"The input {name!r} of the package has no stream {dataset!r}; it has {have}."
    return None


def switched(after: Fields, wanted: Fields, manifest: Mapping[str, Any]) -> Fields:
    """The inputs afterwards, with the switches that belong together. Raises :class:`InputError`.

    Kibana switches an input off whose streams are all off, and a stream that is on is of no use in one that is off.
    """
    defaults, found = known_inputs(manifest) or {}, dict(after)
    for name, given in wanted.items():
        entry, streams = dict(after[name]), dict(after[name].get("streams", {}))
        asked = [part.get("enabled") for part in given.get("streams", {}).values()]
        if True in asked and "enabled" not in given:
            entry["enabled"] = True
        all_off = bool(streams) and not any(part.get("enabled", True) for part in streams.values())
        if all_off and set(defaults.get(name, {})) <= set(streams):
            if given.get("enabled"):
                streams = _switched_on(name, streams, given.get("streams", {}), defaults.get(name, {}))
            elif "enabled" in entry:
                entry["enabled"] = False
        found[name] = {**entry, "streams": streams} if "streams" in entry else entry
    return found


def _switched_on(name: str, streams: Fields, given: Fields, defaults: Mapping[str, bool]) -> Fields:
    """The streams of an input that is switched on: those that are on in a new policy, but for those the task names."""
    free = [dataset for dataset in streams if "enabled" not in given.get(dataset, {})]
    chosen = [dataset for dataset in free if defaults.get(dataset, True)] or free
    if not chosen:
        raise InputError(f"inputs.{name} is enabled, but all its streams are not: enable one of them, or disable it.")
    return {dataset: {**part, "enabled": dataset in chosen} for dataset, part in streams.items()}


def mark_secrets(root: Node, manifest: Mapping[str, Any] | None, *stored: Fields) -> None:
    """Mark the secret variables in the traits: those that the package says are, and those that Kibana stores apart.

    Without a manifest (the package is gone) their names have to tell.
    """
    marked = {level: set(names) for level, names in _declared(manifest or {}).items()}
    for values in stored:
        for level, name, value in _walk(values):
            by_name = manifest is None and SECRET_WORDS.search(name)
            if by_name or (isinstance(value, Mapping) and "isSecretRef" in value):
                marked[level].add(name)
    for level, names in marked.items():
        node = root
        for step in level:
            node = node.children.setdefault(step, Node())
        for name in names:
            node.children.setdefault(name, Node()).secret = True


LEVELS: tuple[tuple[str, ...], ...] = (
    ("vars",),
    ("inputs", "*", "vars"),
    ("inputs", "*", "streams", "*", "vars"),
)


def _declared(manifest: Mapping[str, Any]) -> dict[tuple[str, ...], set[str]]:
    """The secret variables that a package declares, by level."""
    templates = manifest.get("policy_templates") or []
    sources = (
        [manifest],
        [item for template in templates for item in template.get("inputs") or ()],
        [*templates, *(item for stream in manifest.get("data_streams") or () for item in stream.get("streams") or ())],
    )
    return {
        level: {
            var["name"]
            for source in found
            for var in source.get("vars") or ()
            if var.get("secret") or var.get("type") == "password"
        }
        for level, found in zip(LEVELS, sources)
    }


def _walk(values: Fields) -> Iterator[tuple[tuple[str, ...], str, Any]]:
    """Every variable with its level."""
    for name, value in (values.get("vars") or {}).items():
        yield LEVELS[0], name, value
    for entry in (values.get("inputs") or {}).values():
        for name, value in (entry.get("vars") or {}).items():
            yield LEVELS[1], name, value
        for stream in (entry.get("streams") or {}).values():
            for name, value in (stream.get("vars") or {}).items():
                yield LEVELS[2], name, value
