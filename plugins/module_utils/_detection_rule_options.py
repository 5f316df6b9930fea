# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The options that describe a detection rule: every field of Kibana's documented body, flat and typed."""

from __future__ import annotations

from typing import Any


def strings() -> dict[str, Any]:
    return {"type": "list", "elements": "str"}


def dicts(**options: Any) -> dict[str, Any]:
    return {"type": "list", "elements": "dict", **({"options": options} if options else {})}


def text(*choices: str, required: bool = False) -> dict[str, Any]:
    limits: dict[str, Any] = {"choices": list(choices)} if choices else {}
    return {"type": "str", **limits, **({"required": True} if required else {})}


def needed(kind: str = "str") -> dict[str, Any]:
    return {"type": kind, "required": True}


SEVERITIES = ("low", "medium", "high", "critical")
REFERENCE = {"id": needed(), "name": needed(), "reference": needed()}
ACTION = {
    "id": text(),
    "connector": text(),
    "action_type_id": text(),
    "group": text(),
    "params": needed("dict"),
    "frequency": {
        "type": "dict",
        "options": {
            "summary": needed("bool"),
            "notifyWhen": text("onActiveAlert", "onThrottleInterval", "onActionGroupChange", required=True),
            "throttle": text(),
        },
    },
    "alerts_filter": {"type": "dict"},
    "uuid": text(),
}
EXCEPTION_LIST_TYPES = (
    "detection",
    "rule_default",
    "endpoint",
    "endpoint_trusted_apps",
    "endpoint_events",
    "endpoint_host_isolation_exceptions",
    "endpoint_blocklists",
)

COMMON_OPTIONS: dict[str, Any] = {
    "rule_id": needed(),
    "type": text("query", "saved_query", "eql", "esql", "threshold", "threat_match", "machine_learning", "new_terms"),
    "name": text(),
    "description": text(),
    "enabled": {"type": "bool"},
    "risk_score": {"type": "int"},
    "severity": text(*SEVERITIES),
    "interval": text(),
    "from": text(),
    "to": text(),
    "max_signals": {"type": "int"},
    "tags": strings(),
    "author": strings(),
    "license": text(),
    "false_positives": strings(),
    "references": strings(),
    "note": text(),
    "setup": text(),
    "version": {"type": "int"},
    "meta": {"type": "dict"},
    "namespace": text(),
    "building_block_type": text(),
    "rule_name_override": text(),
    "timestamp_override": text(),
    "timestamp_override_fallback_disabled": {"type": "bool"},
    "timeline_id": text(),
    "timeline_title": text(),
    "risk_score_mapping": dicts(field=needed(), operator=text("equals"), value=needed(), risk_score={"type": "int"}),
    "severity_mapping": dicts(
        field=needed(), operator=text("equals"), value=needed(), severity=text(*SEVERITIES, required=True)
    ),
    "threat": dicts(
        framework=needed(),
        tactic={"type": "dict", "required": True, "options": REFERENCE},
        technique=dicts(**REFERENCE, subtechnique=dicts(**REFERENCE)),
    ),
    "related_integrations": dicts(package=needed(), version=needed(), integration=text()),
    "required_fields": dicts(name=needed(), type=needed()),
    "investigation_fields": {"type": "dict", "options": {"field_names": strings()}},
    "exceptions_list": dicts(
        list_id=needed(), id=text(), type=text(*EXCEPTION_LIST_TYPES), namespace_type=text("single", "agnostic")
    ),
    "actions": {
        **dicts(**ACTION),
        "mutually_exclusive": [("id", "connector")],
        "required_one_of": [("id", "connector")],
    },
    "throttle": text(),
    "response_actions": dicts(action_type_id=text(".osquery", ".endpoint", required=True), params=needed("dict")),
}
TYPE_OPTIONS: dict[str, Any] = {
    "query": text(),
    "language": text("kuery", "lucene", "eql", "esql"),
    "index": strings(),
    "data_view_id": text(),
    "filters": dicts(),
    "saved_id": text(),
    "alert_suppression": {
        "type": "dict",
        "options": {
            "group_by": strings(),
            "duration": {
                "type": "dict",
                "options": {"value": needed("int"), "unit": text("s", "m", "h", required=True)},
            },
            "missing_fields_strategy": text("doNotSuppress", "suppress"),
        },
    },
    "event_category_override": text(),
    "timestamp_field": text(),
    "tiebreaker_field": text(),
    "threshold": {
        "type": "dict",
        "options": {
            "field": {**strings(), "required": True},
            "value": needed("int"),
            "cardinality": dicts(field=needed(), value=needed("int")),
        },
    },
    "threat_query": text(),
    "threat_index": strings(),
    "threat_mapping": dicts(entries={**dicts(field=needed(), type=text("mapping"), value=needed()), "required": True}),
    "threat_filters": dicts(),
    "threat_language": text("kuery", "lucene"),
    "threat_indicator_path": text(),
    "concurrent_searches": {"type": "int"},
    "items_per_search": {"type": "int"},
    "anomaly_threshold": {"type": "int"},
    "machine_learning_job_id": strings(),
    "new_terms_fields": strings(),
    "history_window_start": text(),
}
OPTIONS: dict[str, Any] = {**COMMON_OPTIONS, **TYPE_OPTIONS}
