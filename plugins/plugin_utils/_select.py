# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which objects an export takes: those of its areas that the filters let pass, and those that they refer to. Pure."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.stackops.kibana.plugins.module_utils._errors import unreadable
from ansible_collections.stackops.kibana.plugins.plugin_utils import _kinds, _sources
from ansible_collections.stackops.kibana.plugins.plugin_utils._mapping import mapping_of
from ansible_collections.stackops.kibana.plugins.plugin_utils._prune import Refusal, lies_in

__all__ = ["Options", "Placed", "Refusal", "chosen", "options_of"]


@dataclass(frozen=True)
class Placed:
    """An object and the space it was read in."""

    found: _sources.Found
    space: str


@dataclass(frozen=True)
class Options:
    """What the task asks for; ``filters`` are scopes by kind."""

    dest: str
    kinds: tuple[str, ...]
    spaces: list[str]
    filters: Mapping[str, Mapping[str, Any]]
    references: bool
    mapping: Mapping[str, Mapping[str, str]]

    def kinds_to_read(self) -> list[str]:
        """The kinds to read, in the order of application: with references those that others may refer to as well."""
        wanted = _sources.reachable(self.kinds) if self.references else set(self.kinds)
        return [kind.module for kind in _sources.KINDS if kind.module in wanted]


def options_of(args: dict[str, Any]) -> Options:
    """Take the options of the export out of *args*. Raises :class:`Refusal`."""
    areas, dest = args.pop("areas", None), args.pop("dest", None)
    spaces, filters = args.pop("spaces", None) or [], args.pop("filters", None) or {}
    references, mapping = args.pop("references", True), mapping_of(args.pop("mapping", None))
    if not dest or not isinstance(dest, str):
        raise Refusal("dest is missing: name the directory for the files.")
    areas = list(EXPORTABLE) if areas is None else areas
    for name, listed in (("areas", areas), ("spaces", spaces)):
        if not isinstance(listed, list):
            raise Refusal(f"{name} must be a list.")
    if not isinstance(filters, Mapping) or not all(isinstance(scope, Mapping) for scope in filters.values()):
        raise Refusal("filters must be a dictionary by area, of fields and patterns.")
    for area in (*areas, *filters):
        if area not in list(EXPORTABLE):  # it may be of any type
            raise Refusal(f"There is no area {area!r} to export: it must be one of {', '.join(EXPORTABLE)}.")
    try:
        follow = boolean(references)
    except TypeError:
        raise Refusal(f"references must be true or false, not {references!r}.") from None
    kinds = tuple(EXPORTABLE[area] for area in EXPORTABLE if area in areas)
    scopes = {EXPORTABLE[area]: scope for area, scope in filters.items()}
    dest = os.path.expanduser(os.path.expandvars(dest))
    if unreadable(dest):
        raise Refusal(f"dest is {dest}, which {unreadable(dest)}.")
    return Options(dest, kinds, [str(space) for space in spaces], scopes, follow, mapping)


def once(read: list[Placed]) -> list[Placed]:
    """The objects of a kind, each of those that several spaces share once, in the space that came first."""
    kept, seen = [], set()
    for one in read:
        key = str(sorted(one.found.identity.items()))
        if not (one.found.shared and key in seen):
            kept.append(one)
        seen.add(key)
    return kept


def chosen(every: list[Placed], options: Options) -> list[Placed]:
    """The objects that pass, and with ``references`` all that they need, in the order in which they were read."""
    taken = {
        number
        for number, one in enumerate(every)
        if one.found.kind in options.kinds and lies_in(one.found.options, options.filters.get(one.found.kind, {}))
    }
    if options.references:
        known: dict[tuple[str, str, str], set[int]] = {}
        for number, one in enumerate(every):
            for name in names(one.found):
                known.setdefault((one.found.kind, _place(one), name), set()).add(number)
        waiting = list(taken)
        while waiting:
            one = every[waiting.pop()]
            for kind, name in _sources.references(one.found):
                there = known.get((kind, one.space, name), set()) | known.get((kind, "", name), set())
                waiting += there - taken
                taken |= there
    return [every[number] for number in sorted(taken)]


def names(found: _sources.Found) -> set[str]:
    """Everything by which another object may call this one."""
    called = [*found.identity.values(), *(found.options.get(name) for name in _kinds.BY_MODULE[found.kind].labels)]
    return {*(str(name) for name in called if name is not None), *found.aliases}


def _place(one: Placed) -> str:
    return one.space if one.found.in_space and not one.found.shared else ""


EXPORTABLE = {kind.area: kind.module for kind in _sources.KINDS}
