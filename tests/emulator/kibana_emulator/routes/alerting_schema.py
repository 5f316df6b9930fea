# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies and queries of alerting rules (reference platform F.3)."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from ..schema import OMITTED, Strict

NotifyWhen = Literal["onActionGroupChange", "onActiveAlert", "onThrottleInterval"]


def _duration(text: str) -> str:
    if not re.fullmatch(r"[1-9]\d*[smhd]", text):
        raise ValueError(f"string is not a valid duration: {text}")
    return text


def _hours(text: str) -> str:
    if not re.fullmatch(r"([01]?\d|2[0-4]):[0-5]\d", text):
        raise ValueError(f"string is not a valid time in HH:mm format {text}")
    return text


Duration = Annotated[str, AfterValidator(_duration)]
Hours = Annotated[str, AfterValidator(_hours)]


class Schedule(Strict):
    """How often a rule runs."""

    interval: Duration


class Frequency(Strict):
    """How often an action runs."""

    summary: bool
    notify_when: NotifyWhen
    throttle: Duration | None = None


class FilterQuery(Strict):
    """Which alerts an action is for; Kibana makes `dsl` itself."""

    kql: str
    filters: list[dict[str, Any]]
    dsl: str = OMITTED


class Span(Strict):
    """Hours of a day."""

    start: Hours
    end: Hours


class Timeframe(Strict):
    """When an action may run."""

    days: list[Annotated[int, Field(ge=1, le=7)]]
    hours: Span
    timezone: str


class AlertsFilter(Strict):
    """Restricts an action."""

    query: FilterQuery = OMITTED
    timeframe: Timeframe = OMITTED


class Action(Strict):
    """An action of a rule."""

    id: str
    group: str = OMITTED
    params: dict[str, Any] = {}
    frequency: Frequency = OMITTED
    alerts_filter: AlertsFilter = OMITTED
    uuid: str = OMITTED
    use_alert_data_for_template: bool = OMITTED


class AlertDelay(Strict):
    """How many runs in a row make an alert."""

    active: Annotated[int, Field(ge=1)]


class Flapping(Strict):
    """When an alert flaps."""

    look_back_window: Annotated[int, Field(ge=2, le=20)]
    status_change_threshold: Annotated[int, Field(ge=2, le=20)]


class NewFlapping(Flapping):
    """It can be switched off since 9.3."""

    enabled: bool = OMITTED


class Update(Strict):
    """Body of an update."""

    name: str
    schedule: Schedule
    tags: list[str] = []
    params: dict[str, Any] = {}
    actions: list[Action] = []
    throttle: Duration | None = None
    notify_when: NotifyWhen | None = None
    alert_delay: AlertDelay = OMITTED
    flapping: Flapping | None = None


class Create(Update):
    """Body of a create."""

    rule_type_id: str
    consumer: str
    enabled: bool = True


class Dashboard(Strict):
    """A dashboard to look at."""

    id: str


class Guide(Strict):
    """What to do about an alert."""

    blob: Annotated[str, Field(max_length=10_000)]


class Artifacts(Strict):
    """What goes with a rule, since 8.19 and 9.1."""

    dashboards: Annotated[list[Dashboard], Field(max_length=10)] = OMITTED
    investigation_guide: Guide = OMITTED


class NewUpdate(Update):
    """Body of an update in 9."""

    flapping: NewFlapping | None = None
    artifacts: Artifacts = OMITTED


class NewCreate(Create):
    """Body of a create in 9."""

    flapping: NewFlapping | None = None
    artifacts: Artifacts = OMITTED


class Disable(Strict):
    """Body of `_disable`."""

    untrack: bool = False


class MuteQuery(Strict):
    """Query of `_mute` of one alert in 9.4."""

    validate_alerts_existence: bool = True


class Find(Strict):
    """Query of the list."""

    page: Annotated[int, Field(ge=1)] = 1
    per_page: Annotated[int, Field(ge=0)] = 10
    search: str = OMITTED
    default_search_operator: Literal["OR", "AND"] = "OR"
    search_fields: str | list[str] = OMITTED
    sort_field: str = OMITTED
    sort_order: Literal["asc", "desc"] = OMITTED
    has_reference: str = OMITTED
    fields: str | list[str] = OMITTED
    filter: str = OMITTED
    filter_consumers: str | list[str] = OMITTED
