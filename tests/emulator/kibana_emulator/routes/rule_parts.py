# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects inside of a detection rule (reference security D.3, D.4)."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from ..schema import Lenient

_UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", re.IGNORECASE)


def _uuid(text: str) -> str:
    if not _UUID.match(text):
        raise ValueError("Invalid uuid")
    return text


Uuid = Annotated[str, AfterValidator(_uuid)]
NonEmpty = Annotated[str, Field(min_length=1)]
Positive = Annotated[int, Field(ge=1)]
RiskScore = Annotated[int, Field(ge=0, le=100)]
Severity = Literal["low", "medium", "high", "critical"]
Kql = Literal["kuery", "lucene"]
Interval = Annotated[str, Field(pattern=r"^[1-9]\d*[smhd]$")]


class Frequency(Lenient):
    """When an action runs."""

    summary: bool
    notifyWhen: Literal["onActiveAlert", "onThrottleInterval", "onActionGroupChange"]
    throttle: Interval | Literal["no_actions", "rule"] | None


class Action(Lenient):
    """An action of a rule."""

    id: str
    action_type_id: str
    group: str = None
    params: dict[str, Any]
    uuid: NonEmpty = None
    frequency: Frequency = None
    alerts_filter: dict[str, Any] = None


class ExceptionsRef(Lenient):
    """A reference to an exception list: all four keys."""

    id: NonEmpty
    list_id: NonEmpty
    type: Literal[
        "detection", "rule_default", "endpoint", "endpoint_trusted_apps", "endpoint_events",
        "endpoint_host_isolation_exceptions", "endpoint_blocklists",
    ]  # fmt: skip
    namespace_type: Literal["single", "agnostic"]


class RiskMapping(Lenient):
    """One override of the risk score."""

    field: str
    operator: Literal["equals"]
    value: str
    risk_score: RiskScore = None


class SeverityMapping(Lenient):
    """One override of the severity."""

    field: str
    operator: Literal["equals"]
    value: str
    severity: Severity


class Reference(Lenient):
    """A tactic or subtechnique."""

    id: str
    name: str
    reference: str


class Technique(Reference):
    """A technique."""

    subtechnique: list[Reference] = None


class Threat(Lenient):
    """A place in a framework of threats."""

    framework: str
    tactic: Reference
    technique: list[Technique] = None


class Integration(Lenient):
    """An integration that the rule goes with."""

    package: NonEmpty
    version: NonEmpty
    integration: NonEmpty = None


class RequiredField(Lenient):
    """A field that the rule reads; `ecs` is computed."""

    name: NonEmpty
    type: NonEmpty


class Fields(Lenient):
    """`investigation_fields`."""

    field_names: Annotated[list[NonEmpty], Field(min_length=1)]


class ResponseAction(Lenient):
    """An action on the endpoint."""

    action_type_id: Literal[".osquery", ".endpoint"]
    params: dict[str, Any]


class Duration(Lenient):
    """How long alerts are suppressed."""

    value: Positive
    unit: Literal["s", "m", "h"]


class Suppression(Lenient):
    """`alert_suppression` of most types."""

    group_by: Annotated[list[str], Field(min_length=1, max_length=3)]
    duration: Duration = None
    missing_fields_strategy: Literal["doNotSuppress", "suppress"] = None


class ThresholdSuppression(Lenient):
    """`alert_suppression` of threshold rules."""

    duration: Duration


class Cardinality(Lenient):
    """A count of different values."""

    field: str
    value: Annotated[int, Field(ge=0)]


class Threshold(Lenient):
    """`threshold`."""

    field: str | list[str]
    value: Positive
    cardinality: list[Cardinality] = None


class MappingEntry(Lenient):
    """A pair of fields."""

    field: NonEmpty
    type: Literal["mapping"]
    value: NonEmpty


class Mapping(Lenient):
    """Pairs that have to match together."""

    entries: list[MappingEntry]
