# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A directory of detection content as the options of modules, with all that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_actions import SYSTEM_CONNECTOR
from ansible_collections.stackops.kibana.plugins.module_utils._errors import tidy, unreadable
from ansible_collections.stackops.kibana.plugins.plugin_utils import _rule_documents, _rule_schema
from ansible_collections.stackops.kibana.plugins.plugin_utils._kinds import marked
from ansible_collections.stackops.kibana.plugins.plugin_utils._rule_documents import Part, Problem
from ansible_collections.stackops.kibana.plugins.plugin_utils._rule_things import KINDS, Thing, things
from ansible_collections.stackops.kibana.plugins.plugin_utils._rule_toml import RuleFileError

MODULES = {"rules": "detection_rule", "exception_lists": "exception_list"}
SHOWN = 200  # problems of which the message has the text
ENDPOINT_LIST = "endpoint_list"  # Kibana makes it when it is first needed
Known = Callable[[str], set[Any]]  # what Kibana has of a kind


@dataclass
class Content:
    """What is in the files, by kind, and what is wrong with it."""

    things: dict[str, list[Thing]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    items: list[Thing] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    files: int = 0
    defaults: dict[str, Any] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)  # what a snapshot says of itself

    def take(self, one: Thing | Problem) -> None:
        """Add an object or a problem."""
        if isinstance(one, Problem):
            self.problems.append(one)
            return
        if one.kind == "rules" and one.options.get("state") != "absent":
            one.options.update({name: value for name, value in self.defaults.items() if name not in one.options})
        (self.items if one.kind == "exception_items" else self.things[one.kind]).append(one)
        self.problems += _rule_schema.problems(one)

    def present(self, kind: str) -> Iterator[Thing]:
        """Those of a kind that are to be there."""
        return (one for one in self.things[kind] if one.options.get("state") != "absent")

    def options(self, owner: str) -> dict[str, list[dict[str, Any]]]:
        """The options of all objects, by kind, with the owner's mark."""
        found = {kind: [_plain(kind, one.options) for one in self.things[kind]] for kind in KINDS}
        lists = {list_key(one): one for one in found["exception_lists"]}
        for item in self.items:
            namespace, list_id = item.inside
            if item.inside not in lists:
                lists[item.inside] = {"list_id": list_id, "namespace_type": namespace}
                found["exception_lists"].append(lists[item.inside])
            one = lists[item.inside]
            one["items"] = [*(one.get("items") or ()), item.options]
        for kind, module in MODULES.items() if owner else ():
            found[kind] = [
                one
                if one.get("state") == "absent" or not (one.get("type") or one.get("name"))
                else marked(module, one, owner)
                for one in found[kind]
            ]
        return found


def _plain(kind: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Without what goes without saying."""
    usual = kind != "rules" and options.get("state") == "present"
    return {name: value for name, value in options.items() if not (usual and name == "state")}


def taken(args: dict[str, Any], name: str, resolve: Callable[[str], str]) -> Content:
    """Take the option *name*, which says where the files are, with those beside it out of *args*, and read the files.

    *resolve* makes the path absolute. Raises :class:`RuleFileError`.
    """
    path, exclude, defaults = args.pop(name, None), args.pop("exclude", None), args.pop("rule_defaults", None)
    if not isinstance(path, str) or not path:
        raise RuleFileError(f"{name} must be the directory of the files.")
    if unreadable(path):
        raise RuleFileError(f"{name} is {path}, which {unreadable(path)}.")
    if not isinstance(exclude or [], list):
        raise RuleFileError("exclude must be a list of patterns.")
    if not isinstance(defaults or {}, Mapping):
        raise RuleFileError("rule_defaults must be a dictionary of options.")
    return load(Path(resolve(path)), exclude or [], defaults)


def summary(problems: Iterable[Problem], path: str) -> str:
    """One text of all problems, for a task that fails."""
    lines = [str(problem) for problem in sorted(set(problems))]
    several = f"{len(lines)} problems" if len(lines) > 1 else "1 problem"
    more = [f"and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    text = "\n".join([*lines[:SHOWN], *more])
    return f"{several} in {path}. Nothing was written.\n{text}"


def load(path: Path, exclude: Iterable[str], defaults: Mapping[str, Any] | None = None) -> Content:
    """Everything in a directory, or in one file. Raises :class:`RuleFileError` where there is neither.

    *defaults* are options of rules that do not have them.
    """
    content = Content(defaults=dict(defaults or {}))
    try:
        there = path.exists()
    except (OSError, ValueError):  # no file can have such a name
        there = False
    if not there:
        raise RuleFileError(tidy(f"{path} does not exist."))
    base = path if path.is_dir() else path.parent
    try:
        found = list(_rule_documents.files_in(path)) if path.is_dir() else [path]
    except OSError as error:
        raise RuleFileError(f"{error.filename} cannot be read: {error.strerror}.") from error
    if path.is_file() and path.suffix.lower() not in _rule_documents.FORMS:
        raise RuleFileError(f"{path} must end in one of {', '.join(_rule_documents.FORMS)}.")
    patterns = list(exclude)
    for one in found:
        name = one.relative_to(base).as_posix()
        if not any(fnmatchcase(name, pattern) for pattern in patterns):
            _load_file(content, one, name)
    content.problems += [*_twice(content), *_types_of_value_lists(content)]
    return content


def _load_file(content: Content, path: Path, name: str) -> None:
    content.files += 1
    try:
        file = _rule_documents.read(path, name)
        for part in _rule_documents.parts(file):
            if (
                isinstance(part, Part)
                and isinstance(part.data, Mapping)
                and isinstance(part.data.get("about"), Mapping)
            ):
                content.about.update(part.data["about"])
            for one in [part] if isinstance(part, Problem) else things(part):
                content.take(_placed(one, path.parent))
    except RuleFileError as error:
        content.problems.append(Problem(name, error.line, str(error)))


def _placed(one: Thing | Problem, folder: Path) -> Thing | Problem:
    """A value list takes its values from a file beside its own."""
    if isinstance(one, Thing) and one.kind == "value_lists" and isinstance(one.options.get("items_src"), str):
        one.options["items_src"] = str(folder / Path(one.options["items_src"]).expanduser())
    return one


def list_key(options: Mapping[str, Any]) -> tuple[str, str]:
    """What names an exception list."""
    return str(options.get("namespace_type") or "single"), str(options.get("list_id"))


def _names(one: Thing) -> Iterator[tuple[str, Any]]:
    """What has to be unique about an object: the field, and its value."""
    options = one.options
    if one.kind == "exception_lists":
        yield "list_id", list_key(options)
    for name in {"rules": ("rule_id",), "value_lists": ("id",), "connectors": ("id",)}.get(one.kind, ()):
        if options.get(name) is not None:
            yield name, str(options[name])


def _item_names(content: Content) -> Iterator[tuple[Thing, tuple[Any, ...], Any]]:
    for one in content.things["exception_lists"]:
        for number, item in enumerate(one.options.get("items") or ()):
            if isinstance(item, Mapping) and item.get("item_id") is not None:
                yield one, ("items", number, "item_id"), ("items", (list_key(one.options)[0], str(item["item_id"])))
    for one in content.items:
        yield one, ("item_id",), ("items", (one.inside[0], str(one.options.get("item_id"))))


def _twice(content: Content) -> Iterator[Problem]:
    """What is there twice, at the second place."""
    named = [
        (one, (name,), (one.kind, value))
        for kind in KINDS
        for one in content.things[kind]
        for name, value in _names(one)
    ]
    seen: dict[Any, tuple[Thing, tuple[Any, ...]]] = {}
    for one, place, key in [*named, *_item_names(content)]:
        if key not in seen:
            seen[key] = (one, place)
            continue
        value = key[1][1] if isinstance(key[1], tuple) else key[1]
        first = seen[key][0].problem("", *seen[key][1])
        where = f"{first.file}, line {first.line}" if first.line else first.file
        yield one.problem(f"{place[-1]} {value!r} is already that of {where}.", *place)


def _entries(content: Content) -> Iterator[tuple[Thing, tuple[Any, ...], Mapping[str, Any]]]:
    """The conditions of exceptions that look into a value list."""
    lists = [
        (one, ("items", number), item)
        for one in content.present("exception_lists")
        for number, item in enumerate(one.options.get("items") or ())
    ]
    for one, place, item in [*lists, *((item, (), item.options) for item in content.items)]:
        for number, entry in enumerate(_listed(item, "entries")):
            found = entry.get("list")
            if isinstance(found, Mapping) and found.get("id") is not None:
                yield one, (*place, "entries", number, "list"), found


def _listed(data: Any, name: str) -> list[Mapping[str, Any]]:
    """The tables in a list that may be none."""
    value = data.get(name) if isinstance(data, Mapping) else None
    return [one if isinstance(one, Mapping) else {} for one in value] if isinstance(value, list) else []


def _types_of_value_lists(content: Content) -> Iterator[Problem]:
    types = {str(one.options.get("id")): one.options.get("type") for one in content.present("value_lists")}
    for one, place, entry in _entries(content):
        known = types.get(str(entry["id"]))
        if known and entry.get("type") not in (None, known):
            yield one.problem(
                f"{_rule_schema.shown(place, 'type')} is {entry['type']!r}: the value list {entry['id']!r} has the type"
                f" {known}.",
                *place,
                "type",
            )


def missing(content: Content, known: Known) -> Iterator[Problem]:
    """References to what is neither in the files nor in Kibana, which is asked only where it has to be."""
    lists = {list_key(one.options) for one in content.present("exception_lists")} | {
        one.inside for one in content.items
    }
    values = {str(one.options.get("id")) for one in content.present("value_lists")}
    connectors = [one.options for one in content.present("connectors")]
    named = {("id", str(one.get("id"))) for one in connectors} | {("name", str(one.get("name"))) for one in connectors}
    for one, place, entry in _entries(content):
        if str(entry["id"]) not in values and str(entry["id"]) not in known("value_lists"):
            yield one.problem(f"there is no value list {entry['id']!r}.", *place, "id")
    for rule in content.present("rules"):
        yield from _missing_lists(rule, lists, known)
        yield from _missing_connectors(rule, named, known)


def _missing_lists(rule: Thing, lists: set[Any], known: Known) -> Iterator[Problem]:
    for number, entry in enumerate(_listed(rule.options, "exceptions_list")):
        name, namespace = entry.get("list_id"), entry.get("namespace_type")
        keys = {(space, str(name)) for space in ([namespace] if namespace else ["single", "agnostic"])}
        if name in (None, ENDPOINT_LIST) or keys & lists or keys & known("exception_lists"):
            continue
        yield rule.problem(f"there is no exception list {name!r}.", "exceptions_list", number, "list_id")


def _missing_connectors(rule: Thing, named: set[Any], known: Known) -> Iterator[Problem]:
    for number, action in enumerate(_listed(rule.options, "actions")):
        for option, called in (("id", "id"), ("connector", "name")):
            value = action.get(option)
            if value is None or str(value).startswith(SYSTEM_CONNECTOR):
                continue
            key = (called, str(value))
            if key not in named and key not in known("connectors"):
                yield rule.problem(f"there is no connector with the {called} {value!r}.", "actions", number, option)
