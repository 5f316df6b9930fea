# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Times of maintenance windows. Kibana writes the same duration and the same instant in more than one way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._normalise import KNOWN_AFTER_APPLY

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
DAY = re.compile(r"([+-][1-4])?(MO|TU|WE|TH|FR|SA|SU)")


def as_seconds(text: Any) -> float | None:
    """The length of a duration such as ``90m``, or of ``1.5h`` as Kibana may show it; None for what is none."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", str(text))
    return float(found[1]) * UNITS[found[2]] if found else None


def as_instant(text: Any) -> Any:
    """The instant that a time means, in UTC where it has no offset; the text itself where it is no time."""
    moment = parsed(text)
    return moment.timestamp() if moment else text


def as_text(value: Any) -> str:
    """A text without the blanks around it."""
    return str(value).strip()


def parsed(text: Any) -> datetime | None:
    """A time of ISO 8601. Python before 3.11 reads neither Z nor fractions of any length."""
    plain = re.sub(r"[zZ]$", "+00:00", str(text).strip())
    plain = re.sub(r"\.(\d+)", lambda found: "." + found[1][:6].ljust(6, "0"), plain)
    try:
        moment = datetime.fromisoformat(plain)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def problem_of_schedule(custom: Mapping[str, Any]) -> str | None:
    """A sentence about a schedule that Kibana would refuse or misread; None: it is well."""
    place, recurring = "schedule.custom", custom.get("recurring") or {}
    for name, value in (("start", custom.get("start")), ("recurring.end", recurring.get("end"))):
        if value is not None and parsed(value) is None:
            return f"{place}.{name} is {value!r}: it must be a time such as 2026-03-01T22:00:00Z."
    duration, every = custom.get("duration"), recurring.get("every")
    if duration is not None and not re.fullmatch(r"\d+[smhd]", duration):
        return f"{place}.duration is {duration!r}: it must be a number and one of the units s, m, h and d."
    if every is not None and not re.fullmatch(r"\d+[dwMy]", every):
        return f"{place}.recurring.every is {every!r}: it must be a number and one of the units d, w, M and y."
    if recurring.get("end") is not None and recurring.get("occurrences") is not None:
        return f"{place}.recurring: give end or occurrences, not both."
    wrong = [day for day in recurring.get("onWeekDay") or [] if not DAY.fullmatch(day)]
    return f"{place}.recurring.onWeekDay: {wrong[0]!r} is no day such as MO or +1MO." if wrong else None


def whole_schedule(custom: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """A schedule as a request may carry it: instants and durations in the forms that Kibana reads.

    Of the duration ``1.5h``, which it may show, it would read ``5h``.
    """
    body = {name: value for name, value in custom.items() if value not in (None, {}, [])}
    start = now if body["start"] == KNOWN_AFTER_APPLY else parsed(body["start"])
    body["start"] = _written(start) if start else body["start"]
    if not re.fullmatch(r"\d+[smhd]", str(body["duration"])):
        body["duration"] = f"{round(as_seconds(body['duration']) or 0)}s"
    if "recurring" in body:
        body["recurring"] = without_empty(body["recurring"])
        end = parsed(body["recurring"].get("end", ""))
        body["recurring"].update({"end": _written(end)} if end else {})
    return body


def without_empty(recurring: Mapping[str, Any]) -> dict[str, Any]:
    """When a window comes again, without the lists that name no day: Kibana knows none of them."""
    return {name: value for name, value in recurring.items() if value not in (None, [])}


def _written(moment: datetime) -> str:
    moment = moment.astimezone(timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def has_time_left(custom: Mapping[str, Any], now: datetime) -> bool:
    """Whether a schedule goes on after now. Of one that ends after a number of times nobody can say."""
    recurring = custom.get("recurring") or {}
    if recurring:
        end = parsed(recurring["end"]) if recurring.get("end") else None
        return not recurring.get("occurrences") and (end is None or end > now)
    start = parsed(custom["start"])
    return start is not None and start + timedelta(seconds=as_seconds(custom["duration"]) or 0) > now
