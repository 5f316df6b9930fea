# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Actions of detection rules: frequency, uuid, order, and the connectors they name (reference security D.5)."""

from __future__ import annotations

from typing import Any

from ..errors import SiemError
from ..routing import Context

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def normalise(ctx: Context, data: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the actions of a rule as they are stored; raise 400 for a connector or throttle that cannot be."""
    throttle, actions = data.get("throttle"), data.get("actions") or []
    system_ids = ctx.shared("system_connectors")
    missing = missing_connectors(ctx, actions)
    if missing:
        raise SiemError(400, f"Failed to load actions: Saved object [action/{missing[0]}] not found")
    normal = [_complete(ctx, action, throttle) for action in actions if action["id"] not in system_ids]
    system = [_identified(ctx, action) for action in actions if action["id"] in system_ids]
    for action in normal:
        _check_throttle(action, data.get("interval", "5m"))
    return normal + [
        {key: value for key, value in action.items() if key not in ("group", "frequency")} for action in system
    ]


def missing_connectors(ctx: Context, actions: list[dict[str, Any]]) -> list[str]:
    """Return the ids of connectors that are not there."""
    places = (ctx.store("connectors"), ctx.shared("preconfigured_connectors"), ctx.shared("system_connectors"))
    return [action["id"] for action in actions if not any(action["id"] in place for place in places)]


def _identified(ctx: Context, action: dict[str, Any]) -> dict[str, Any]:
    return {**action, "uuid": action.get("uuid") or ctx.emulator.uuid()}


def _complete(ctx: Context, action: dict[str, Any], throttle: str | None) -> dict[str, Any]:
    done = {"group": "default", **_identified(ctx, action)}
    if "frequency" not in done:
        interval = throttle if throttle not in (None, "no_actions", "rule") else None
        notify = "onThrottleInterval" if interval else "onActiveAlert"
        done["frequency"] = {"summary": True, "notifyWhen": notify, "throttle": interval}
    return done


def _check_throttle(action: dict[str, Any], interval: str) -> None:
    throttle = action["frequency"].get("throttle")
    if throttle and seconds(throttle) < seconds(interval):
        raise SiemError(
            400,
            f"Failed to validate actions due to the following error: Action throttle cannot be shorter than the "
            f"schedule interval of {interval}: default ({throttle})",
        )


def seconds(text: str) -> int:
    """Return the length of `5m`; 0 for what is none."""
    return int(text[:-1]) * _SECONDS[text[-1]] if text[:-1].isdigit() and text[-1] in _SECONDS else 0
