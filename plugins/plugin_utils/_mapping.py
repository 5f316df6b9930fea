# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is called otherwise in another environment: spaces, indices, connectors and texts. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.stackops.kibana.plugins.plugin_utils import _sources
from ansible_collections.stackops.kibana.plugins.plugin_utils._export import Template
from ansible_collections.stackops.kibana.plugins.plugin_utils._prune import Refusal

PARTS = ("spaces", "indices", "connectors", "texts")
Names = Mapping[str, str]
Path = tuple[str, ...]
SPACE_FIELDS = ("kibana_space", "namespaces", "space", "space_ids", "spaces")
INDEX_FIELDS = ("index", "indexPattern", "index_pattern", "indices", "threat_index")
# Fields that name indices in one kind alone.
OWN_INDEX_FIELDS = {"data_view": ("title",), "kibana_role": ("names",)}


def mapping_of(given: Any) -> dict[str, Names]:
    """The checked option. Raises :class:`Refusal`."""
    given = {} if given is None else given
    if not isinstance(given, Mapping) or set(given) - set(PARTS):
        raise Refusal(f"mapping must be a dictionary with {', '.join(PARTS)}.")
    for part, names in given.items():
        if not isinstance(names, Mapping) or not all(isinstance(name, str) for pair in names.items() for name in pair):
            raise Refusal(f"mapping.{part} must be a dictionary of old and new texts.")
        if "" in names:
            raise Refusal(f"mapping.{part} has an empty text, which cannot be replaced.")
    return {part: given.get(part) or {} for part in PARTS}


def mapped(found: _sources.Found, mapping: Mapping[str, Names]) -> _sources.Found:
    """The object as the other environment calls it."""
    if not any(mapping.values()):
        return found

    def change(value: Any, path: Path) -> Any:
        return _changed(found.kind, value, path, mapping)

    options = _walk(found.options, (), change)
    identity = {name: options.get(name, value) for name, value in found.identity.items()}
    files = {_path_in(name, mapping["spaces"]): _replaced(text, mapping["texts"]) for name, text in found.files.items()}
    return replace(found, identity=identity, options=options, files=files)


def _walk(value: Any, path: Path, change: Callable[[Any, Path], Any]) -> Any:
    if isinstance(value, Mapping):
        return {name: _walk(item, (*path, str(name)), change) for name, item in value.items()}
    if isinstance(value, list):
        return [_walk(item, path, change) for item in value]
    return change(value, path) if isinstance(value, str) else value


def _changed(kind: str, text: str, path: Path, mapping: Mapping[str, Names]) -> str:
    """A text at a path of keys, whose lists do not count."""
    field = path[-1]
    if isinstance(text, Template):
        place = text.rpartition("{{ kibana_files }}/")[2]
        return Template(f"{{{{ kibana_files }}}}/{_path_in(place, mapping['spaces'])}") if place else text
    if field in SPACE_FIELDS or (kind == "space" and path == ("id",)):
        return mapping["spaces"].get(text, text)
    if field in INDEX_FIELDS or field in OWN_INDEX_FIELDS.get(kind, ()):
        text = ",".join(mapping["indices"].get(part.strip(), part) for part in text.split(","))
    if field in ("id", "name", "connector") and (
        (kind == "connector" and len(path) == 1) or {"actions", "connector"} & set(path)
    ):
        text = mapping["connectors"].get(text, text)
    return _replaced(text, mapping["texts"])


def _replaced(text: str, names: Names) -> str:
    for old, new in names.items():
        text = text.replace(old, new)
    return text


def _path_in(path: str, spaces: Names) -> str:
    """The path of a file whose folder or name is that of a space."""
    parts = path.split("/")
    if len(parts) > 1:
        name, dot, ending = parts[1].partition(".")
        parts[1] = spaces.get(name, name) + dot + ending
    return "/".join(parts)
