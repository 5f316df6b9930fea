# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a directory of detection content: what is in them, and on which line it stands."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.stackops.kibana.plugins.module_utils._errors import unreadable
from ansible_collections.stackops.kibana.plugins.plugin_utils import _rule_toml
from ansible_collections.stackops.kibana.plugins.plugin_utils._rule_toml import RuleFileError

Place = tuple[Any, ...]

FORMS = {".toml": "toml", ".yml": "yaml", ".yaml": "yaml", ".json": "json", ".ndjson": "ndjson"}
VAULT = "$ANSIBLE_VAULT;"
# Fields that a TOML file has in another place.
ELSEWHERE = {"new_terms_fields": "new_terms", "history_window_start": "new_terms"}


@dataclass(frozen=True, order=True)
class Problem:
    """Something that is wrong with a file. Line 0 stands for one that is not known."""

    file: str
    line: int
    msg: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.msg}" if self.line else f"{self.file}: {self.msg}"


@dataclass
class File:
    """One file; its lines are looked up only where there is something to say about one."""

    name: str  # in the directory
    path: Path
    text: str
    form: str
    known: dict[Place, int] | None = field(default=None, repr=False)

    def line(self, place: Place) -> int:
        """The line of what is nearest to a place in the file; 0 where nothing is known."""
        if self.known is None:
            self.known = _rule_toml.lines(self.text) if self.form == "toml" else _yaml_lines(self.text)
        while place and place not in self.known:
            first = (*place, 0)
            if first in self.known:
                return self.known[first]
            place = place[:-1]
        return self.known.get(place, 0)


@dataclass(frozen=True)
class Part:
    """Something in a file: its data, and where in the file they stand."""

    file: File
    data: Any
    at: Place = ()
    start: int = 0  # the line, where the whole of it is on one

    def below(self, name: Any) -> Part:
        """What stands under a key or a number in it."""
        return Part(self.file, self.data[name], (*self.at, name), self.start)

    def problem(self, msg: str, *place: Any) -> Problem:
        """What is wrong with it, or with what stands at a place in it."""
        if self.file.form == "toml" and place and place[0] in ELSEWHERE:
            place = (ELSEWHERE[place[0]],)
        return Problem(self.file.name, self.start or self.file.line((*self.at, *place)), msg)


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML whose times stay texts, and in which no key stands twice."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Any:
        """As usual, but for a key that is there already."""
        seen = set()
        for key, _value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value != "<<":
                if key.value in seen:
                    raise RuleFileError(f"{key.value} is given twice.", key.start_mark.line + 1)
                seen.add(key.value)
        return super().construct_mapping(node, deep)


Loader.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))


def files_in(directory: Path) -> Iterator[Path]:
    """The files of the known formats, in the order of their names; none that begins with a dot or an underscore."""
    for path in sorted(directory.iterdir(), key=lambda one: one.name):
        if path.name.startswith((".", "_")):
            continue
        if path.is_dir():
            yield from files_in(path)
        elif path.suffix.lower() in FORMS:
            yield path


def read(path: Path, name: str) -> File:
    """The file. Raises :class:`RuleFileError`."""
    problem = unreadable(str(path))
    if problem:
        raise RuleFileError(f"it cannot be read: it {problem}.")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RuleFileError(f"it cannot be read: {getattr(error, 'strerror', None) or error}.") from error
    if text.startswith(VAULT):
        raise RuleFileError("it is encrypted with ansible-vault, and cannot be read here.")
    return File(name, path, text, FORMS[path.suffix.lower()])


def parts(file: File) -> list[Part | Problem]:
    """The documents of a file. Raises :class:`RuleFileError` where nothing can be made of the file."""
    if file.form == "toml":
        return [Part(file, _rule_toml.parse(file.text))]
    if file.form == "ndjson":
        numbered = enumerate(file.text.split("\n"), 1)
        return [_line(file, line, number) for number, line in numbered if line.strip()]
    if file.form == "json":
        return [Part(file, _json(file.text), (0,))]
    return [Part(file, data, (number,)) for number, data in enumerate(_yaml(file.text)) if data is not None]


def _line(file: File, text: str, number: int) -> Part | Problem:
    """One line of a file that has an object on each: the others can be read whatever is wrong with it."""
    try:
        return Part(file, _json(text, number), (), number)
    except RuleFileError as error:
        return Problem(file.name, number, str(error))


def _json(text: str, line: int = 0) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise RuleFileError(f"no valid JSON: {error.msg}.", line or error.lineno) from error
    except RuleFileError as error:
        error.line = line
        raise


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        raise RuleFileError(f"{next(name for name in names if names.count(name) > 1)} is given twice.")
    return found


def _yaml(text: str) -> list[Any]:
    try:
        return list(yaml.load_all(text, Loader=Loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise RuleFileError(f"no valid YAML: {error.problem}.", mark.line + 1 if mark else 0) from error
    except yaml.YAMLError as error:
        raise RuleFileError(f"no valid YAML: {error}") from error


def _yaml_lines(text: str) -> dict[Place, int]:
    """The lines of a YAML or JSON text, by document, keys and numbers. Empty for JSON that is no YAML."""
    found: dict[Place, int] = {}
    try:
        for number, node in enumerate(yaml.compose_all(text, Loader=Loader)):
            if node is not None:
                _walk(node, (number,), node.start_mark.line + 1, found)
    except yaml.YAMLError:
        return {}
    return found


def _walk(node: yaml.Node, place: Place, line: int, found: dict[Place, int]) -> None:
    found[place] = line
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            _walk(value, (*place, str(key.value)), key.start_mark.line + 1, found)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            _walk(value, (*place, number), value.start_mark.line + 1, found)


def is_table(value: Any) -> bool:
    """Whether it has fields."""
    return isinstance(value, Mapping)
