# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Free-form parts of dashboards (panels, filters, controls) against what Kibana has made of them.

Kibana fills in ids, sizes and the defaults of each kind of panel. A stored part that has everything that is wanted is
taken for the wanted one; any other is replaced as a whole. Pure functions: no I/O, and no argument is changed.
"""

from __future__ import annotations

from typing import Any

NOTHING: tuple[Any, ...] = (None, False, "", [], {})


def covers(stored: Any, wanted: Any) -> bool:
    """Whether *stored* has everything that is in *wanted*. An absent value is as good as an empty one."""
    if wanted is None or wanted == {}:
        return True
    if stored is None:
        return wanted in NOTHING
    if isinstance(wanted, dict):
        return isinstance(stored, dict) and all(_covers_key(stored.get(key), key, item) for key, item in wanted.items())
    if isinstance(wanted, list):
        return isinstance(stored, list) and len(stored) == len(wanted) and all(map(covers, stored, wanted))
    return isinstance(stored, bool) == isinstance(wanted, bool) and bool(stored == wanted)


def _covers_key(stored: Any, key: str, wanted: Any) -> bool:
    """The panels of a section have no order: their places are in their grids."""
    if key == "panels" and isinstance(stored, list) and isinstance(wanted, list):
        return len(stored) == len(wanted) and all(match is not None for match in _matches(stored, wanted))
    return covers(stored, wanted)


def settle(stored: Any, wanted: Any) -> Any:
    """*wanted* with those parts in Kibana's own words that mean the same there."""
    if isinstance(wanted, list):
        return settle_list(stored if isinstance(stored, list) else [], wanted)
    if isinstance(wanted, dict) and isinstance(stored, dict):
        return {**stored, **{key: settle(stored.get(key), item) for key, item in wanted.items()}}
    return stored if covers(stored, wanted) else wanted


def settle_list(stored: list[Any], wanted: list[Any]) -> list[Any]:
    """The elements of *wanted*, each in Kibana's own words where it is stored, or with the id of its predecessor."""
    matches = _matches(stored, wanted)
    used = {index for index in matches if index is not None}
    free = [item for index, item in enumerate(stored) if index not in used]
    return [_with_id(item, free) if index is None else stored[index] for item, index in zip(wanted, matches)]


def _matches(stored: list[Any], wanted: list[Any]) -> list[int | None]:
    """For each wanted element the index of a stored one that has all of it, preferably the one in the same place.

    A vague element must not take the only one that a precise element could have: whoever is in the way moves on to
    another one, where there is any (a maximum matching).
    """
    fits = [_candidates(stored, item, place) for place, item in enumerate(wanted)]
    owners: dict[int, int] = {}

    def seat(place: int, seen: set[int]) -> bool:
        for index in fits[place]:
            if index not in seen:
                seen.add(index)
                if index not in owners or seat(owners[index], seen):
                    owners[index] = place
                    return True
        return False

    for place in range(len(wanted)):
        seat(place, set())
    taken = {place: index for index, place in owners.items()}
    return [taken.get(place) for place in range(len(wanted))]


def _candidates(stored: list[Any], item: Any, place: int) -> list[int]:
    found = [index for index, other in enumerate(stored) if covers(other, item)]
    return sorted(found, key=lambda index: index != place)


def _with_id(item: Any, free: list[Any]) -> Any:
    """A changed panel keeps the id of the panel of its type at its place, so that what refers to it still finds it."""
    place = _place(item)
    if place is None or "id" in item or "panelIndex" in item:
        return item
    twin = next((other for other in free if _place(other) == place), None)
    if twin is None:
        return item
    free.remove(twin)
    if "panelIndex" in twin:
        return {"panelIndex": twin["panelIndex"], **item, "gridData": {"i": twin["panelIndex"], **item["gridData"]}}
    return {"id": twin["id"], **item} if "id" in twin else item


def _place(item: Any) -> tuple[Any, ...] | None:
    grid = (item.get("grid") or item.get("gridData")) if isinstance(item, dict) else None
    return (item.get("type"), grid.get("x"), grid.get("y")) if isinstance(grid, dict) else None
