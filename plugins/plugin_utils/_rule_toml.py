# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rule files in the TOML format of Elastic's repository of detection rules: as options, and options as such a file.

The messages of :class:`RuleFileError` begin with what is wrong; who knows the name of the file puts it before them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule import READ_ONLY
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_options import OPTIONS

try:
    import tomllib as toml
except ImportError:
    try:
        import tomli as toml
    except ImportError:
        toml = None

Path = tuple[Any, ...]

TABLES = ("rule", "metadata", "transform")
# Texts that are wrapped in the file to keep its lines short.
PROSE = ("name", "description", "false_positives", "references", "tags")
PLACEHOLDER = re.compile(r"\$(osquery|investigate)_(\d+)(?![A-Za-z0-9_])")
BARE = re.compile(r"[A-Za-z0-9_-]+\Z")
HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?\Z")
ASSIGNED = re.compile(r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")
PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")
QUOTES = ("'''", '"""')


class RuleFileError(Exception):
    """What is wrong with a file, and on which line (0: not known)."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


def parse(text: str) -> dict[str, Any]:
    """The tables of a TOML text. Raises :class:`RuleFileError`."""
    if toml is None:
        raise RuleFileError("TOML needs Python 3.11, or the Python library tomli, on the controller.")
    try:
        tables: dict[str, Any] = toml.loads(text.replace("\r\n", "\n"))
    except toml.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        raise RuleFileError(f"no valid TOML: {error}", int(found[1]) if found else 0) from error
    return tables


def rule_of(tables: Mapping[str, Any]) -> dict[str, Any]:
    """The options of the module detection_rule, unchecked, from the tables of a file."""
    rule = dict(tables["rule"])
    rule.update(_new_terms(rule.pop("new_terms", None)))
    rule = {key: item for key, item in rule.items() if key not in READ_ONLY or key in OPTIONS}
    for key in PROSE:
        if key in rule:
            rule[key] = _joined(rule[key])
    if isinstance(rule.get("note"), str) and isinstance(tables.get("transform"), Mapping):
        rule["note"] = _with_queries(rule["note"], tables["transform"])
    return rule


def _new_terms(table: Any) -> dict[str, Any]:
    """Elastic's files write the two fields as pairs of a name and a value."""
    if table is None:
        return {}
    try:
        window = table["history_window_start"][0]
        return {table["field"]: table["value"], window["field"]: window["value"]}
    except (KeyError, IndexError, TypeError) as error:
        raise RuleFileError("new_terms needs field, value and a history_window_start with the same.") from error


def _joined(value: Any) -> Any:
    if isinstance(value, list):
        return [_joined(item) for item in value]
    return " ".join(line.strip() for line in value.strip().splitlines()) if isinstance(value, str) else value


def _with_queries(note: str, transform: Mapping[str, Any]) -> str:
    """The note with each placeholder replaced by the plugin that Kibana shows as a button."""

    def render(found: re.Match[str]) -> str:
        plugin, number = found[1], int(found[2])
        entries = transform.get(plugin, [])
        if number >= len(entries):
            return found[0]
        return f"!{{{plugin}{json.dumps(entries[number], sort_keys=True, separators=(',', ':'))}}}"

    return PLACEHOLDER.sub(render, note)


def lines(text: str) -> dict[Path, int]:
    """On which line each table and each key of a TOML text stands, by its path."""
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    within = ""  # the quotes of a text that goes on
    for number, line in enumerate(text.splitlines(), 1):
        if not within:
            header, assigned = HEADER.match(line), ASSIGNED.match(line)
            if header:
                table = _table(_parts(header[2]), header[1] == "[[", counts)
                found.setdefault(table, number)
            elif assigned:
                found.setdefault((*table, *_parts(assigned[1])), number)
        within = _goes_on(line, within)
    return found


def _parts(name: str) -> Path:
    return tuple(part.strip("\"'") for part in PART.findall(name))


def _table(names: Path, repeated: bool, counts: dict[Path, int]) -> Path:
    """The path of a table, with the number of the element behind each name of a list of tables."""
    path: Path = ()
    for place, name in enumerate(names, 1):
        path = (*path, name)
        if repeated and place == len(names):
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _goes_on(line: str, within: str) -> str:
    """The quotes of the text that goes on after a line, where one does."""
    at = 0
    while True:
        starts = [(line.find(mark, at), mark) for mark in ([within] if within else QUOTES)]
        there = [pair for pair in starts if pair[0] >= 0]
        if not there:
            return within
        at, mark = min(there)
        at, within = at + 3, "" if within else mark


def dump(rule: Mapping[str, Any], metadata: Mapping[str, Any]) -> str:
    """Options of the module detection_rule as the text of a file. Fields without a value are left out."""
    named = {key: value for key, value in sorted(rule.items()) if value is not None}
    terms, start = named.pop("new_terms_fields", None), named.pop("history_window_start", None)
    if terms is not None and start is not None:
        window = {"field": "history_window_start", "value": start}
        named["new_terms"] = {"field": "new_terms_fields", "value": terms, "history_window_start": [window]}
    elif terms is not None or start is not None:
        raise RuleFileError("new_terms_fields and history_window_start need each other.")
    parts = [*_written("metadata", metadata), ""] if metadata else []
    return "\n".join([*parts, *_written("rule", named)]) + "\n"


def _written(path: str, table: Mapping[str, Any], repeated: bool = False) -> Iterator[str]:
    """The lines of a table: its values first, since what follows a table's header belongs to that."""
    yield f"[[{path}]]" if repeated else f"[{path}]"
    given = {key: value for key, value in table.items() if value is not None}
    below = {key: value for key, value in given.items() if _is_table(value) or _is_tables(value)}
    for key, value in given.items():
        if key not in below:
            yield f"{_key(key)} = {_value(value, key == 'query')}"
    for key, value in below.items():
        for item in value if isinstance(value, list) else [value]:
            yield ""
            yield from _written(f"{path}.{_key(key)}", item, isinstance(value, list))


def _is_table(value: Any) -> bool:
    return isinstance(value, Mapping)


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(_is_table(item) for item in value)


def _key(name: Any) -> str:
    return str(name) if BARE.match(str(name)) else _quoted(str(name))


def _value(value: Any, block: bool = False) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items() if item is not None)
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(item) for item in value if item is not None) + "]"
    text = str(value)
    return _block(text) if block or "\n" in text else _quoted(text)


def _block(text: str) -> str:
    """A text of several lines; literally where TOML can have it so."""
    plain = "'''" not in text and not text.endswith("'") and not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text)
    if plain:
        return f"'''\n{text}'''"
    return _quoted(text)


def _quoted(text: str) -> str:
    """A text with escapes, of which TOML and JSON have the same."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
