# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Request schemas of detection rules (reference security D.3, D.4). Unknown keys vanish silently, at every depth."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, create_model

from ..errors import EmulatorError, SiemError
from ..schema import Lenient, parse
from .rule_parts import (
    Action,
    ExceptionsRef,
    Fields,
    Integration,
    Interval,
    Kql,
    Mapping,
    NonEmpty,
    Positive,
    RequiredField,
    ResponseAction,
    RiskMapping,
    RiskScore,
    Severity,
    SeverityMapping,
    Suppression,
    Threat,
    Threshold,
    ThresholdSuppression,
    Uuid,
)


class Common(Lenient):
    """What every rule has. A default of None means: may be absent, may not be null."""

    rule_id: str = None
    name: NonEmpty
    description: NonEmpty
    risk_score: RiskScore
    severity: Severity
    enabled: bool = None
    interval: str = None
    from_: str = Field(None, alias="from")
    to: str = None
    max_signals: Positive = None
    tags: list[str] = None
    author: list[str] = None
    false_positives: list[str] = None
    references: list[str] = None
    threat: list[Threat] = None
    exceptions_list: list[ExceptionsRef] = None
    actions: list[Action] = None
    risk_score_mapping: list[RiskMapping] = None
    severity_mapping: list[SeverityMapping] = None
    related_integrations: list[Integration] = None
    required_fields: list[RequiredField] = None
    setup: str = None
    output_index: str = None
    version: Positive = None
    license: str = None
    note: str = None
    meta: dict[str, Any] = None
    namespace: str = None
    timeline_id: str = None
    timeline_title: str = None
    rule_name_override: str = None
    timestamp_override: str = None
    timestamp_override_fallback_disabled: bool = None
    building_block_type: str = None
    investigation_fields: Fields = None
    response_actions: list[ResponseAction] = None
    throttle: Interval | Literal["no_actions", "rule"] | None = None


class _Sourced(Lenient):
    index: list[str] = None
    data_view_id: str = None
    filters: list[Any] = None
    alert_suppression: Suppression = None


class Query(_Sourced):
    """Fields of query."""

    type: Literal["query"]
    query: str = None
    language: Kql = None
    saved_id: str = None


class SavedQuery(_Sourced):
    """Fields of saved_query."""

    type: Literal["saved_query"]
    saved_id: str
    query: str = None
    language: Kql = None


class Eql(_Sourced):
    """Fields of eql."""

    type: Literal["eql"]
    query: str
    language: Literal["eql"]
    event_category_override: str = None
    timestamp_field: str = None
    tiebreaker_field: str = None


class Esql(Lenient):
    """Fields of esql."""

    type: Literal["esql"]
    query: str
    language: Literal["esql"]
    alert_suppression: Suppression = None


class ThresholdRule(_Sourced):
    """Fields of threshold."""

    type: Literal["threshold"]
    query: str
    language: Kql = None
    threshold: Threshold
    saved_id: str = None
    alert_suppression: ThresholdSuppression = None


class ThreatMatch(_Sourced):
    """Fields of threat_match."""

    type: Literal["threat_match"]
    query: str
    language: Kql = None
    threat_query: str
    threat_index: list[str]
    threat_mapping: Annotated[list[Mapping], Field(min_length=1)]
    threat_filters: list[Any] = None
    threat_language: Kql = None
    threat_indicator_path: str = None
    saved_id: str = None
    concurrent_searches: Positive = None
    items_per_search: Positive = None


class MachineLearning(Lenient):
    """Fields of machine_learning."""

    type: Literal["machine_learning"]
    anomaly_threshold: Annotated[int, Field(ge=0)]
    machine_learning_job_id: str | Annotated[list[str], Field(min_length=1)]
    alert_suppression: Suppression = None


class NewTerms(_Sourced):
    """Fields of new_terms."""

    type: Literal["new_terms"]
    query: str
    language: Kql = None
    new_terms_fields: Annotated[list[str], Field(min_length=1, max_length=3)]
    history_window_start: NonEmpty


TYPES: dict[str, type[BaseModel]] = {
    "query": Query, "saved_query": SavedQuery, "eql": Eql, "esql": Esql, "threshold": ThresholdRule,
    "threat_match": ThreatMatch, "machine_learning": MachineLearning, "new_terms": NewTerms,
}  # fmt: skip
OWN_FIELDS = {kind: frozenset(model.model_fields) for kind, model in TYPES.items()}
ALL_OWN_FIELDS = frozenset().union(*OWN_FIELDS.values())


def _optional(model: type[BaseModel]) -> type[BaseModel]:
    fields: dict[str, Any] = {
        name: (info.annotation, Field(None, alias=info.alias, **_constraints(info)))
        for name, info in model.model_fields.items()
    }
    return create_model(f"Patch{model.__name__}", __base__=Lenient, **fields)


def _constraints(info: Any) -> dict[str, Any]:
    names = ("min_length", "max_length", "ge", "le", "pattern")
    return {
        name: getattr(item, name) for item in info.metadata for name in names if getattr(item, name, None) is not None
    }


class CreateIds(Lenient):
    """Ids in the body of PUT and PATCH."""

    id: Uuid = None
    rule_id: str = None


_CREATE = {kind: create_model(f"New{model.__name__}", __base__=(Common, model)) for kind, model in TYPES.items()}
_PATCH = {kind: _optional(model) for kind, model in _CREATE.items()}


def parse_rule(body: Any, error: type[EmulatorError] | None = None) -> dict[str, Any]:
    """Return a whole rule as sent, without what the schema does not know; raise 400."""
    kind = body.get("type") if isinstance(body, dict) else None
    model = _CREATE.get(kind if isinstance(kind, str) else "")
    if model is None:
        model = _CREATE["query"]
    options = {"error": error} if error else {}
    data = parse(model, body, style="zod", **options).model_dump(exclude_unset=True, by_alias=True)
    check_siblings(data)
    return data


def parse_ids(body: Any) -> CreateIds:
    """Return the ids in a body; raise 400."""
    return parse(CreateIds, body, style="zod")


def parse_patch(body: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return a part of a rule of the stored type; raise 400, for fields of other types too."""
    strange = sorted(key for key in body if key in ALL_OWN_FIELDS - OWN_FIELDS[kind])
    if strange or body.get("type", kind) != kind:
        names = strange or ["type"]
        raise SiemError(400, [f"{name}: not a field of a rule of type {kind}" for name in names])
    return parse(_PATCH[kind], body, style="zod").model_dump(exclude_unset=True, by_alias=True)


def check_siblings(data: dict[str, Any]) -> None:
    """Raise 400 with a list of texts where fields contradict each other."""
    problems = _pair(data, "timeline_id", "timeline_title") + _pair(data, "concurrent_searches", "items_per_search")
    threshold = data.get("threshold")
    if threshold:
        fields = threshold["field"] if isinstance(threshold["field"], list) else [threshold["field"]]
        if len(fields) > 3:
            problems.append("Number of fields must be 3 or less")
        if any(item["field"] in fields for item in threshold.get("cardinality") or ()):
            problems.append("Cardinality of a field that is being aggregated on is always 1")
    if problems:
        raise SiemError(400, problems)


def _pair(data: dict[str, Any], one: str, two: str) -> list[str]:
    if one in data and two not in data:
        return [f'when "{one}" exists, "{two}" must also exist']
    if two in data and one not in data:
        return [f'when "{two}" exists, "{one}" must also exist']
    return []
