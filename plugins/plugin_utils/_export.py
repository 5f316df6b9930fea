# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An object of Kibana as the options of its module, such that applying them changes nothing.

The description of the resource tells how: its options and their traits. Nothing here does I/O.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._normalise import same, url_passwords
from ansible_collections.stackops.kibana.plugins.module_utils._resource import MISSING, Node, Resource

Path = tuple[str, ...]


class Template(str):
    """A text that Ansible is to take for a template; every other text is written so that it is not."""


@dataclass
class Exported:
    """The options of one object, and the paths of the secrets in them, which the user has to fill in.

    ``files`` are texts that the options refer to, ``aliases`` further names by which others may refer to the object.
    """

    options: dict[str, Any] = field(default_factory=dict)
    secrets: list[Path] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    aliases: list[str] = field(default_factory=list)

    def ask(self, *path: str) -> None:
        """Put the placeholder of a secret at a path of the options."""
        place = self.options
        for name in path[:-1]:
            place = place.setdefault(name, {})
        place[path[-1]] = Template()
        self.secrets.append(path)


def options_of(
    resource: Resource, view: Mapping[str, Any], keep: tuple[str, ...] = (), verbatim: tuple[str, ...] = ()
) -> Exported:
    """The options that describe the decoded object *view*.

    *keep* names those that are given in any case, *verbatim* those that stay as they are.

    Left out is what the server decides (read-only fields, defaults, nulls). A secret that Kibana shows, or of which it
    shows a reference, becomes a :class:`Template` without text, and its path is among the ``secrets``.
    """
    exported = Exported()
    for name, spec in resource.options.items():
        if name in resource.controls or view.get(name) is None:
            continue
        node = resource.traits.child(name)
        value = _ordered(view[name]) if name in verbatim else _fit(view[name], spec, node, (name,), exported.secrets)
        if value is not None and (name in keep or not _is_default(value, node)):
            exported.options[name] = value
    return exported


def _is_default(value: Any, node: Node) -> bool:
    return node.default is not MISSING and not isinstance(value, Template) and same(value, node.default, node)


def _fit(value: Any, spec: Mapping[str, Any], node: Node, path: Path, secrets: list[Path]) -> Any:
    """A value with what its option takes; None where nothing is left of it."""
    if value is None or node.read_only:
        return None
    if node.secret or node.hidden or (isinstance(value, str) and url_passwords(value)):
        return _placeholders(value, path, secrets)
    below = spec.get("options")
    if isinstance(value, Mapping):
        return _fit_dict(value, below, node, path, secrets)
    if isinstance(value, list):
        element = {"options": below} if below else {}
        items = [_fit(item, element, node.child("[]"), (*path, str(at)), secrets) for at, item in enumerate(value)]
        kept = [item for item in items if item is not None]
        return sorted(kept, key=_sort_key) if node.unordered and not secrets_below(path, secrets) else kept
    return int(value) if isinstance(value, float) and value.is_integer() else value  # as Kibana would write it


def secrets_below(path: Path, secrets: list[Path]) -> bool:
    """Whether there is a secret within what lies at *path*: then its place counts."""
    return any(secret[: len(path)] == path for secret in secrets)


def _sort_key(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _ordered(value: Any) -> Any:
    """A value with the keys of its dicts in order, with all its nulls."""
    if isinstance(value, Mapping):
        return {name: _ordered(value[name]) for name in sorted(value)}
    return [_ordered(item) for item in value] if isinstance(value, list) else value


def _fit_dict(value: Mapping[str, Any], below: Any, node: Node, path: Path, secrets: list[Path]) -> Any:
    names = sorted(value) if below is None else [name for name in below if name in value]
    fitted = {
        name: _fit(value[name], (below or {}).get(name) or {}, node.child(name), (*path, name), secrets)
        for name in names
    }
    kept = {name: item for name, item in fitted.items() if item is not None and not _is_default(item, node.child(name))}
    return kept if kept or not value else None


def _placeholders(value: Any, path: Path, secrets: list[Path]) -> Any:
    """The same shape with a placeholder for each text; a reference to a stored secret is one."""
    if isinstance(value, Mapping) and "id" not in value:
        return {name: _placeholders(item, (*path, str(name)), secrets) for name, item in value.items()}
    if isinstance(value, list):
        return [_placeholders(item, (*path, str(number)), secrets) for number, item in enumerate(value)]
    if value in (None, ""):
        return value
    secrets.append(path)
    return Template()
