# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which objects may go because no list names them. Pure functions on what `_sources` has read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from ansible_collections.stackops.kibana.plugins.plugin_utils import _kinds, _sources

DEFAULT_SPACE = "default"
WORDS = ("deleted", "failed")
ABOUT = ("objects", "scope", "defaults")


class Refusal(Exception):
    """The task cannot be done; the text says why and what to do, in one sentence."""


@dataclass(frozen=True)
class Area:
    """What is looked at in one area: the objects to keep, and what marks others as deletable."""

    kind: str
    keep: tuple[Mapping[str, Any], ...]
    scope: Mapping[str, Any]
    owner: str
    further: tuple[str, ...] = ()

    def spaces(self, usual: str | None) -> list[str]:
        """The spaces to look at: that of the task, those that the objects or their defaults name, and further ones."""
        if not _sources.resource_of(self.kind).in_space:
            return [usual or DEFAULT_SPACE]
        named = [space_of(item, usual) for item in self.keep]
        return sorted({usual or DEFAULT_SPACE, *named, *self.further})

    def takes(self, found: _sources.Found, space: str) -> bool:
        """Whether an object is to go."""
        return not found.managed and self._is_ours(found) and not self._is_kept(found, space)

    def _is_ours(self, found: _sources.Found) -> bool:
        """Whether it carries the owner's mark or lies in the scope."""
        mark = _kinds.BY_MODULE[self.kind].mark
        if self.owner and mark:
            wanted = _kinds.marked(self.kind, {}, self.owner)[mark]
            if lies_in(found.options, {mark: wanted}):
                return True
        return bool(self.scope) and lies_in(found.options, self.scope)

    def _is_kept(self, found: _sources.Found, space: str) -> bool:
        anywhere = found.shared or not found.in_space
        return any(names(item, found) and (anywhere or space_of(item, None, space) == space) for item in self.keep)


def space_of(item: Mapping[str, Any], *usual: str | None) -> str:
    """The space that an object names, or the first of the usual ones."""
    named = [space for space in (item.get("kibana_space"), item.get("space"), *usual) if space]
    return str(named[0]) if named else DEFAULT_SPACE


def names(item: Mapping[str, Any], found: _sources.Found) -> bool:
    """Whether a listed object is the one that was found: by what identifies it, else by its name."""
    given = [name for name in found.identity if item.get(name) is not None]
    given = given or [name for name in _kinds.BY_MODULE[found.kind].labels if item.get(name) is not None]
    return bool(given) and all(str(found.options.get(name)) == str(item[name]) for name in given)


def lies_in(value: Any, scope: Any) -> bool:
    """Whether a value matches a scope: fields of a dict all of them, a list one match each, a text its pattern."""
    if isinstance(scope, Mapping):
        return isinstance(value, Mapping) and all(lies_in(value.get(name), below) for name, below in scope.items())
    if isinstance(scope, (list, tuple)):
        items = value if isinstance(value, list) else [value]
        return all(any(lies_in(item, wanted) for item in items) for wanted in scope)
    if isinstance(value, list):
        return any(lies_in(item, scope) for item in value)
    return value is not None and fnmatchcase(str(value), str(scope))


def areas_of(args: dict[str, Any]) -> list[Area]:
    """The areas of a task in the order of deletion; takes what is about them out of *args*. Raises :class:`Refusal`."""
    listed = args.pop("areas", None)
    about = {name: {} if args.get(name) is None else args[name] for name in ABOUT}
    for name in ABOUT:
        args.pop(name, None)
    owner, spaces = str(args.pop("owner", None) or ""), args.pop("spaces", None) or []
    if not isinstance(spaces, list):
        raise Refusal("spaces must be a list of ids of spaces.")
    if not isinstance(listed, list):
        raise Refusal("areas must be a list of areas, such as [connectors, detection_rules].")
    for name, value in about.items():
        if not isinstance(value, Mapping):
            raise Refusal(f"{name} must be a dictionary by area.")
    for area in listed:
        if area not in list(PRUNABLE):  # it may be of any type
            raise Refusal(f"areas has {area!r}: it must be one of {', '.join(PRUNABLE)}.")
    return [_area(area, owner, tuple(map(str, spaces)), **about) for area in reversed(PRUNABLE) if area in listed]


def _area(
    area: str,
    owner: str,
    spaces: tuple[str, ...],
    objects: Mapping[str, Any],
    scope: Mapping[str, Any],
    defaults: Mapping[str, Any],
) -> Area:
    kind, keep, inside, usual = PRUNABLE[area], objects.get(area), scope.get(area) or {}, defaults.get(area) or {}
    if not isinstance(keep, list) or not all(isinstance(item, Mapping) for item in keep):
        raise Refusal(f"objects has no list of {area}: give the objects that stay, or [] where none does.")
    if not isinstance(inside, Mapping):
        raise Refusal(f"scope of {area} must be a dictionary of fields and patterns.")
    if not inside and not (owner and _kinds.BY_MODULE[kind].mark):
        place = "have no place for the mark of an owner" if owner else "come without owner"
        raise Refusal(f"The {area} {place}: give scope, to say what of them may be deleted.")
    present = tuple({**usual, **item} for item in keep if item.get("state") != "absent")
    return Area(kind, present, inside, owner, (*spaces, *([space_of(usual)] if usual else [])))


def limit(most: Any) -> int:
    """How many objects may go. Raises :class:`Refusal`."""
    try:
        number = int(str(most))
    except ValueError:
        number = -1
    if number < 0 or isinstance(most, bool):
        raise Refusal(f"max_deletions is {most!r}: give the largest number of objects that one run may delete.")
    return number


def guard(surplus: Mapping[str, list[_sources.Found]], most: int) -> None:
    """Raise :class:`Refusal` where more would go than is allowed."""
    labels = [f"{kind}: {label(one)}" for kind, found in surplus.items() for one in found]
    if len(labels) > most:
        named = ", ".join(labels[:10]) + (", ..." if len(labels) > 10 else "")
        raise Refusal(
            f"{len(labels)} objects would be deleted, more than max_deletions ({most}) allows. Nothing was deleted."
            f" They are: {named}"
        )


def label(found: _sources.Found) -> str:
    """What to call an object."""
    return _kinds.label(found.kind, {**found.options, **found.identity})


def placed(found: _sources.Found, space: str) -> _sources.Found:
    """The object with the space that it is in among its identity, where it is in one."""
    return replace(found, identity={**found.identity, "kibana_space": space}) if found.in_space else found


def deletion(found: _sources.Found) -> dict[str, Any]:
    """The options that delete an object."""
    return {**found.identity, "state": "absent"}


def combined(parts: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """One result of those of the areas."""
    parts = [part for part in parts if part["objects"]]
    result: dict[str, Any] = {
        "changed": any(part["changed"] for part in parts),
        "areas": [{name: value for name, value in part.items() if name not in ("diff", "warnings")} for part in parts],
        "deletions": [line(part["kind"], item) for part in parts for item in part["objects"]],
        "summary": {word: sum(part["summary"][word] for part in parts) for word in WORDS},
    }
    for name in ("diff", "warnings"):
        gathered = [item for part in parts for item in part.get(name) or ()]
        if gathered:
            result[name] = gathered
    failures = [part["msg"] for part in parts if part.get("failed")]
    return {**result, **({"failed": True, "msg": "; ".join(failures)} if failures else {})}


def line(kind: str, item: Mapping[str, Any]) -> str:
    """An object that goes, for people."""
    return f"{kind} {item['object']}" + (f" in space {item['space']}" if item.get("space") else "")


# By area, in the order of application.
PRUNABLE = {kind.area: kind.module for kind in _sources.KINDS if _sources.SOURCES[kind.module].removable}
