# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The actions of a detection rule as Kibana stores them: frequency, uuid and order. Pure functions."""

from __future__ import annotations

from typing import Any

Action = dict[str, Any]

SYSTEM_CONNECTOR = "system-connector-"
NO_THROTTLE = (None, "no_actions", "rule")
# What a task may leave out, and what then stays as it is stored.
KEPT = ("group", "frequency", "alerts_filter", "uuid")


def is_system(action: Action) -> bool:
    """Whether an action belongs to a connector of Kibana itself, which has neither group nor frequency."""
    return str(action["id"]).startswith(SYSTEM_CONNECTOR)


def complete_actions(wanted: list[Action], stored: list[Action], throttle: str | None) -> list[Action]:
    """The actions with all that Kibana adds, those of system connectors last, as Kibana sorts them.

    An action takes over the uuid of the stored one that it stands for: a new uuid would be a change, and would start
    the throttling of the action anew.
    """
    pairs = pair_actions(wanted, stored)
    done = [_complete(action, other or {}, throttle) for action, other in pairs]
    return sorted(done, key=is_system)


def pair_actions(wanted: list[Action], stored: list[Action]) -> list[tuple[Action, Action | None]]:
    """Each action with the stored one that it stands for: the best matches are made first."""
    rest, found = list(stored), {}
    for likeness in (_same_uuid, _same_content, _same_place):
        for number, action in enumerate(wanted):
            if number in found:
                continue
            other = next((other for other in rest if likeness(action, other)), None)
            if other is not None:
                rest.remove(other)
                found[number] = other
    return [(action, found.get(number)) for number, action in enumerate(wanted)]


def _same_uuid(action: Action, other: Action) -> bool:
    return "uuid" in action and action["uuid"] == other.get("uuid")


def _same_content(action: Action, other: Action) -> bool:
    return _same_place(action, other) and action["params"] == other["params"]


def _same_place(action: Action, other: Action) -> bool:
    """An action that names its own uuid stands for the stored one of that uuid alone."""
    group = action.get("group", other.get("group"))
    return "uuid" not in action and action["id"] == other["id"] and group == other.get("group")


def _complete(action: Action, other: Action, throttle: str | None) -> Action:
    kept = {name: other[name] for name in KEPT if other.get(name) is not None}
    if is_system(action):
        return {**kept, **action}
    default = {"group": "default", "frequency": frequency(throttle)}
    if throttle is not None:
        kept.pop("frequency", None)
    done = {**default, **kept, **action}
    if not done.get("alerts_filter"):
        done.pop("alerts_filter", None)
    return done


def frequency(throttle: str | None) -> dict[str, Any]:
    """What Kibana makes of an action without a frequency, by the throttle of its rule."""
    if throttle in NO_THROTTLE:
        return {"summary": True, "notifyWhen": "onActiveAlert"}
    return {"summary": True, "notifyWhen": "onThrottleInterval", "throttle": throttle}
