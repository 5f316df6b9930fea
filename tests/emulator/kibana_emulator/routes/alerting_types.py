# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Types of alerting rules: action groups, and the params that each wants and fills in (reference platform F.3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from ..errors import CoreError
from ..fields import dump
from ..schema import OMITTED, Strict, parse

Params = dict[str, Any]
RECOVERED = {"id": "recovered", "name": "Recovered"}
CONSUMERS = ("alerts", "stackAlerts", "logs", "infrastructure", "observability", "slo", "apm", "uptime", "ml")
Comparator = Literal[">", "<", ">=", "<=", "between", "notBetween"]
AggType = Literal["count", "min", "max", "avg", "sum"]
_OWN = {"esQuery": ("esQuery", "index"), "searchSource": ("searchConfiguration",), "esqlQuery": ("esqlQuery",)}


class EsQuery(Strict):
    """Params of `.es-query`; which of the last four are there depends on `searchType`."""

    size: Annotated[int, Field(ge=0, le=10_000)]
    timeWindowSize: Annotated[int, Field(ge=1)]
    timeWindowUnit: str
    threshold: Annotated[list[int | float], Field(min_length=1, max_length=2)]
    thresholdComparator: Comparator
    excludeHitsFromPreviousRun: bool = True
    aggType: AggType = "count"
    groupBy: str = "all"
    searchType: Literal["esQuery", "searchSource", "esqlQuery"] = "esQuery"
    timeField: str = OMITTED
    aggField: str = OMITTED
    termField: str | list[str] = OMITTED
    termSize: int = OMITTED
    sourceFields: list[dict[str, Any]] = OMITTED
    esQuery: str = OMITTED
    index: list[str] = OMITTED
    searchConfiguration: dict[str, Any] = OMITTED
    esqlQuery: dict[str, str] = OMITTED


class IndexThreshold(Strict):
    """Params of `.index-threshold`."""

    index: str | list[str]
    timeField: str
    timeWindowSize: Annotated[int, Field(ge=1)]
    timeWindowUnit: str
    threshold: Annotated[list[int | float], Field(min_length=1, max_length=2)]
    thresholdComparator: Comparator
    aggType: AggType = "count"
    groupBy: Literal["all", "top"] = "all"
    aggField: str = OMITTED
    termField: str | list[str] = OMITTED
    termSize: int = OMITTED
    filterKuery: str = OMITTED


def _invalid(text: str) -> CoreError:
    return CoreError(400, f"params invalid: {text}")


def _typed(schema: type[Strict], params: Params) -> Params:
    try:
        return dump(parse(schema, params, ""))
    except CoreError as problem:
        raise _invalid(problem.message.replace("[.", "[")) from None


def _es_query(params: Params) -> Params:
    done = _typed(EsQuery, params)
    for kind, names in _OWN.items():
        for name in names:
            if kind == done["searchType"] and name not in done:
                raise _invalid(f"[{name}]: expected value of type [string] but got [undefined]")
            if kind != done["searchType"] and name in done:
                raise _invalid(f"[{name}]: a value wasn't expected to be present")
    return done


def _index_threshold(params: Params) -> Params:
    done = _typed(IndexThreshold, params)
    if done["aggType"] != "count" and "aggField" not in done:
        raise _invalid("[aggField]: must have a value when [aggType] is not count")
    if done["groupBy"] == "top" and not {"termField", "termSize"} <= set(done):
        raise _invalid("[termField]: termField required when [groupBy] is top")
    return done


def _free(*required: str) -> Callable[[Params], Params]:
    def checked(params: Params) -> Params:
        for name in required:
            if name not in params:
                raise _invalid(f"[{name}]: expected value of type [string] but got [undefined]")
        return params

    return checked


def _error_count(params: Params) -> Params:
    done = _free("environment", "threshold", "windowSize", "windowUnit")(params)
    return {"groupBy": ["service.name", "service.environment"], **done}


@dataclass(frozen=True)
class RuleType:
    """What is known of a type. groups: ids of action groups, the default one first; alerts: supports filters."""

    name: str
    groups: tuple[str, ...]
    producer: str
    params: Callable[[Params], Params]
    alerts: bool = True
    licence: str = "basic"


TYPES = {
    ".es-query": RuleType("Elasticsearch query", ("query matched",), "stackAlerts", _es_query),
    ".index-threshold": RuleType("Index threshold", ("threshold met",), "stackAlerts", _index_threshold),
    "apm.error_rate": RuleType("Error count threshold", ("threshold_met",), "apm", _error_count),
    "slo.rules.burnRate": RuleType(
        "SLO burn rate",
        ("slo.burnRate.alert", "slo.burnRate.high", "slo.burnRate.medium", "slo.burnRate.low"),
        "slo",
        _free("sloId", "windows"),
        licence="platinum",
    ),
    "observability.rules.custom_threshold": RuleType(
        "Custom threshold", ("custom_threshold.fired", "custom_threshold.nodata"), "observability", _free("criteria")
    ),
    "monitoring_alert_cpu_usage": RuleType("CPU Usage", ("default",), "monitoring", _free(), alerts=False),
}


def shown(type_id: str) -> dict[str, Any]:
    """Return an entry of the list of types."""
    kind = TYPES[type_id]
    groups = [{"id": group, "name": group.capitalize()} for group in kind.groups]
    return {
        "id": type_id,
        "name": kind.name,
        "category": "management" if kind.producer == "stackAlerts" else "observability",
        "producer": kind.producer,
        "enabled_in_license": True,
        "minimum_license_required": kind.licence,
        "is_exportable": True,
        "recovery_action_group": RECOVERED,
        "action_groups": [*groups, RECOVERED],
        "default_action_group_id": kind.groups[0],
        "action_variables": {"context": [], "state": [], "params": []},
        "authorized_consumers": {name: {"read": True, "all": True} for name in (*CONSUMERS, "monitoring")},
        "does_set_recovery_context": True,
        "has_alerts_mappings": kind.alerts,
        "has_fields_for_a_a_d": kind.alerts,
        "auto_recover_alerts": True,
    }
