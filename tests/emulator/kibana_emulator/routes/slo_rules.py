# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies of SLOs: what they must have, what is dropped, and what is filled in (reference platform F.5)."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

from ..errors import CoreError

if TYPE_CHECKING:
    from ..core import Emulator

Slo = dict[str, Any]
SLOS = "slos"
REQUIRED = ("name", "description", "indicator", "timeWindow", "budgetingMethod", "objective")
KNOWN = (*REQUIRED, "settings", "tags", "groupBy")
# A change of these throws away what was computed.
REVISED = ("indicator", "groupBy", "timeWindow", "objective", "budgetingMethod", "settings")
SETTINGS = {"syncDelay": "1m", "frequency": "1m", "preventInitialBackfill": False}
MINUTES = {"m": 1, "h": 60, "d": 1440, "w": 10_080, "M": 43_200}
APM = ("environment", "index", "service", "transactionName", "transactionType")
INDICATORS = {
    "sli.apm.transactionDuration": (*APM, "threshold"),
    "sli.apm.transactionErrorRate": APM,
    "sli.kql.custom": ("index", "good", "total", "timestampField"),
    "sli.metric.custom": ("index", "good", "total", "timestampField"),
    "sli.histogram.custom": ("index", "good", "total", "timestampField"),
    "sli.metric.timeslice": ("index", "metric", "timestampField"),
    "sli.synthetics.availability": ("monitorIds", "index"),
}


def _bad(place: str, value: Any, kind: str) -> CoreError:
    shown = "undefined" if value is None else value
    return CoreError(400, f"Failed to validate: \n  in /body/{place}: {shown} does not match expected type {kind}")


def sent(body: Any, *, creating: bool) -> Slo:
    """Return the known fields of a body; unknown ones are dropped without a word. Raise 400."""
    if not isinstance(body, dict):
        raise _bad("", body, "object")
    for name in REQUIRED if creating else ():
        if body.get(name) is None:
            raise _bad(name, None, "string" if name in ("name", "description") else "object")
    values = {name: copy.deepcopy(body[name]) for name in KNOWN if name in body}
    for name, value in values.items():
        _check_type(name, value)
    if creating and "id" in body:
        if not (isinstance(body["id"], str) and re.fullmatch(r"[a-zA-Z0-9_-]{8,48}", body["id"])):
            raise _bad("id", body["id"], "sloIdSchema")
        values["id"] = body["id"]
    return values


def _check_type(name: str, value: Any) -> None:
    kinds: dict[str, Any] = {"name": str, "description": str, "budgetingMethod": str, "tags": list}
    kind = kinds.get(name, (str, list) if name == "groupBy" else dict)
    if not isinstance(value, kind):
        raise _bad(name, value, getattr(kind, "__name__", "string"))
    if name == "budgetingMethod" and value not in ("occurrences", "timeslices"):
        raise _bad(name, value, '"occurrences" | "timeslices"')
    if name == "indicator":
        _check_indicator(value)
    if name == "timeWindow" and (value.get("type") not in ("rolling", "calendarAligned") or not value.get("duration")):
        raise _bad("timeWindow/type", value.get("type"), '"rolling" | "calendarAligned"')
    if name == "objective":
        _check_objective(value)
    if name == "settings":
        _check_settings(value)


def _check_objective(value: Slo) -> None:
    for key in ("target", "timesliceTarget"):
        number = value.get(key)
        if (number is None and key == "target") or isinstance(number, (str, bool)):
            raise _bad(f"objective/{key}", number, "number")


def _check_settings(value: Slo) -> None:
    for key in ("syncDelay", "frequency"):
        if key in value and not re.fullmatch(r"\d+[mhdwM]", str(value[key])):
            raise _bad(f"settings/{key}", value[key], "Duration")


def _check_indicator(value: Slo) -> None:
    if value.get("type") not in INDICATORS:
        raise _bad("indicator/type", value.get("type"), '"sli.apm.transactionDuration"')
    params = value.get("params")
    for key in INDICATORS[value["type"]]:
        if not isinstance(params, dict) or params.get(key) is None:
            raise _bad(f"indicator/params/{key}", None, "string")


def validate(slo: Slo) -> None:
    """Raise 400 for what makes no sense."""
    window, objective, settings = slo["timeWindow"], slo["objective"], slo["settings"]
    if not 0 < objective["target"] < 1:
        raise CoreError(400, "Invalid objective.target")
    fitting = {"rolling": ("7d", "30d", "90d"), "calendarAligned": ("1w", "1M")}[window["type"]]
    if window["duration"] not in fitting:
        raise CoreError(400, "Invalid time_window.duration")
    if slo["budgetingMethod"] == "timeslices":
        if not 0 <= objective.get("timesliceTarget", -1) <= 1:
            raise CoreError(400, "Invalid objective.timeslice_target")
        if not re.fullmatch(r"\d+[mh]", objective.get("timesliceWindow", "")):
            raise CoreError(400, "Invalid objective.timeslice_window")
    if not 1 <= minutes(settings["frequency"]) < 60:
        raise CoreError(400, "Invalid settings.frequency")
    if not 1 <= minutes(settings["syncDelay"]) < 360:
        raise CoreError(400, "Invalid settings.sync_delay")


def minutes(text: str) -> int:
    """Return the length of `5m`."""
    return int(text[:-1]) * MINUTES[text[-1]]


def new_slo(emulator: Emulator, values: Slo, owner: str) -> Slo:
    """Return an SLO as it is stored; a new one is always enabled."""
    now = emulator.now()
    settings = {**SETTINGS, **values.get("settings", {})}
    if emulator.version >= (8, 18):
        settings.setdefault("syncField", None)
    return {
        "id": values.get("id") or emulator.uuid(),
        **{name: values[name] for name in REQUIRED},
        "settings": settings,
        "tags": values.get("tags") or [],
        "groupBy": values.get("groupBy") or "*",
        "enabled": True,
        "revision": 1,
        "version": 2,
        "createdAt": now,
        "updatedAt": now,
        "createdBy": owner,
        "updatedBy": owner,
    }


def checked(slo: Slo) -> Slo:
    """Return a copy to answer with."""
    return copy.deepcopy(slo)
