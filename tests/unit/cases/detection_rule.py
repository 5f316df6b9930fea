# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from harness import Case, Kibana

SERVER = ("updated_at", "updated_by", "revision")
BASE: dict[str, Any] = {
    "name": "Demo",
    "description": "Shows a rule.",
    "severity": "low",
    "risk_score": 21,
}
FILTERS = [{"meta": {"alias": None, "negate": True}, "query": {"match_phrase": {"host.name": "a"}}}]
SUPPRESSION = {"group_by": ["host.name", "user.name"], "duration": {"value": 5, "unit": "m"}}
TECHNIQUE = {"id": "T1", "name": "One", "reference": "https://x.example/T1/"}
TACTIC = {"id": "TA1", "name": "First", "reference": "https://x.example/TA1/"}


def setup(kibana: Kibana) -> None:
    """Two connectors and two exception lists that rules refer to."""
    for identity, name in (("c-mail", "SOC index"), ("c-2", "Other index")):
        body = {"name": name, "connector_type_id": ".index", "config": {"index": "alerts"}}
        kibana.call("POST", f"/api/actions/connector/{identity}", body)
    for identity, kind, namespace in (("known-good", "detection", "single"), ("trusted", "endpoint", "agnostic")):
        body = {"list_id": identity, "name": identity, "description": "d", "type": kind, "namespace_type": namespace}
        kibana.call("POST", "/api/exception_lists", body)


RESPONSE_UPDATES: list[dict[str, Any]] = [
    {"response_actions": [{"action_type_id": ".osquery", "params": {"query": "select 1"}}]},
    {"response_actions": []},
]
COMMON_UPDATES: list[dict[str, Any]] = [
    {"name": "Other"},
    {"description": "Other."},
    {"enabled": False},
    {"risk_score": 0},
    {"severity": "critical"},
    {"interval": "10m"},
    {"from": "now-360s"},
    {"to": "now-1m"},
    {"max_signals": 7},
    {"tags": ["b", "a", "a"]},
    {"tags": []},
    {"author": ["SOC"]},
    {"license": "MIT"},
    {"license": ""},
    {"false_positives": ["backup"]},
    {"references": ["https://x.example"]},
    {"note": "# Look\n{{user.name}}\n"},
    {"note": ""},
    {"setup": "none"},
    {"version": 3},
    {"meta": {"kibana_siem_app_url": "x", "n": 1}},
    {"meta": {"n": 2}},
    {"meta": {}},
    {"namespace": "prod"},
    {"namespace": ""},
    {"building_block_type": "default"},
    {"building_block_type": ""},
    {"rule_name_override": "event.code"},
    {"rule_name_override": ""},
    {"timestamp_override": "event.ingested"},
    {"timestamp_override": ""},
    {"timestamp_override_fallback_disabled": True},
    {"timestamp_override_fallback_disabled": False},
    {"timeline_id": "t-1", "timeline_title": "Template"},
    {"timeline_id": "", "timeline_title": ""},
    {"risk_score_mapping": [{"field": "event.risk_score", "value": ""}]},
    {"severity_mapping": [{"field": "event.severity", "value": "9", "severity": "high"}]},
    {"threat": [{"framework": "MITRE ATT&CK", "tactic": TACTIC}]},
    {"threat": [{"framework": "MITRE ATT&CK", "tactic": TACTIC, "technique": [TECHNIQUE]}]},
    {
        "threat": [
            {
                "framework": "MITRE ATT&CK",
                "tactic": TACTIC,
                "technique": [{**TECHNIQUE, "subtechnique": [{**TECHNIQUE, "id": "T1.1"}]}],
            }
        ]
    },
    {"related_integrations": [{"package": "aws", "version": "^1.0.0"}]},
    {"required_fields": [{"name": "user.name", "type": "keyword"}, {"name": "my.own", "type": "long"}]},
    {"investigation_fields": {"field_names": ["user.name", "host.name"]}},
    {"investigation_fields": {}},
    {"exceptions_list": [{"list_id": "known-good"}, {"list_id": "trusted"}, {"list_id": "endpoint_list"}]},
    {"exceptions_list": []},
    {"actions": [{"id": "c-mail", "params": {"documents": [{"a": 1}]}}]},
    {"actions": [{"connector": "SOC index", "group": "default", "params": {"documents": [{"a": "1"}]}}]},
    {
        "actions": [
            {"connector": "Other index", "params": {"documents": [{}]}},
            {
                "id": "c-mail",
                "action_type_id": ".index",
                "params": {"documents": [{"a": 1, "b": True}]},
                "frequency": {"summary": False, "notifyWhen": "onThrottleInterval", "throttle": "1h"},
                "alerts_filter": {"query": {"kql": "a:b", "filters": []}},
            },
        ]
    },
    {"actions": [{"id": "c-mail", "params": {"documents": [{"a": 1, "b": True}]}, "alerts_filter": {}}]},
    {"actions": [{"id": "c-mail", "params": {"documents": [{"a": 1}]}, "uuid": "my-own-uuid"}]},
    {"actions": [{"id": "c-2", "params": {"documents": [{"a": 1}]}}], "throttle": "12m"},
    {"actions": [{"id": "c-2", "params": {"documents": [{"a": 1}]}}], "throttle": "rule"},
    {"actions": []},
    *RESPONSE_UPDATES,
]
SOURCE_UPDATES: list[dict[str, Any]] = [
    {"index": ["logs-*", "-*elastic-cloud-logs-*"]},
    {"index": []},
    {"data_view_id": "security"},
    {"data_view_id": ""},
    {"filters": FILTERS},
    {"filters": []},
]
SUPPRESSION_UPDATES: list[dict[str, Any]] = [
    {"alert_suppression": SUPPRESSION},
    {"alert_suppression": {"missing_fields_strategy": "suppress"}},
    {"alert_suppression": {}},
]
SEARCH_UPDATES: list[dict[str, Any]] = [
    {"query": "a: c"},
    {"language": "lucene"},
    *SOURCE_UPDATES,
    *SUPPRESSION_UPDATES,
]


def case(kind: str, create: dict[str, Any], updates: list[dict[str, Any]]) -> Case:
    return Case(
        module="detection_rule",
        name=kind,
        result_key="rule",
        identity={"rule_id": f"{kind} / Süd & 1"},
        create={**BASE, "type": kind, **create},
        updates=updates,
        changes=SERVER,
        setup=setup,
    )


CASES = [
    case("query", {}, [*COMMON_UPDATES, *SEARCH_UPDATES, {"saved_id": "s"}]),
    case("saved_query", {"saved_id": "s-1"}, [*SEARCH_UPDATES, {"saved_id": "s-2"}]),
    case(
        "eql",
        {"query": "any where true", "tags": ["b", "a"], "author": ["x"], "state": "disabled"},
        [
            {"query": "process where true\n"},
            {"state": "enabled", "enabled": True},
            *SOURCE_UPDATES,
            *SUPPRESSION_UPDATES,
            {"event_category_override": "event.type"},
            {"event_category_override": ""},
            {"timestamp_field": "event.created"},
            {"timestamp_field": ""},
            {"tiebreaker_field": "event.sequence"},
            {"tiebreaker_field": ""},
        ],
    ),
    case("esql", {"query": "from logs-*"}, [{"query": "from x"}, *SUPPRESSION_UPDATES]),
    case(
        "threshold",
        {"query": "a: b", "threshold": {"field": "host.name", "value": 2}},
        [
            *SEARCH_UPDATES[: -len(SUPPRESSION_UPDATES)],
            {"saved_id": "s"},
            {"threshold": {"field": ["user.name", "host.name"], "value": 2}},
            {"threshold": {"field": [], "value": 2}},
            {"threshold": {"field": ["a"], "value": 5, "cardinality": [{"field": "source.ip", "value": 0}]}},
            {"alert_suppression": {"duration": {"value": 1, "unit": "h"}}},
            {"alert_suppression": {}},
        ],
    ),
    case(
        "threat_match",
        {
            "query": "*:*",
            "threat_query": "*:*",
            "threat_index": ["ti-b", "ti-a"],
            "threat_mapping": [{"entries": [{"field": "file.hash.md5", "value": "threat.indicator.file.hash.md5"}]}],
        },
        [
            *SEARCH_UPDATES,
            {"saved_id": "s"},
            {"threat_query": "a: b"},
            {"threat_index": ["ti-*"]},
            {"threat_mapping": [{"entries": [{"field": "a", "type": "mapping", "value": "b"}]}] * 2},
            {"threat_filters": FILTERS},
            {"threat_filters": []},
            {"threat_language": "lucene"},
            {"threat_indicator_path": "ti"},
            {"concurrent_searches": 2, "items_per_search": 100},
        ],
    ),
    case(
        "machine_learning",
        {"anomaly_threshold": 50, "machine_learning_job_id": "job-1"},
        [
            {"anomaly_threshold": 0},
            {"machine_learning_job_id": ["job-2", "job-1"]},
            *SUPPRESSION_UPDATES,
            *RESPONSE_UPDATES,
        ],
    ),
    case(
        "new_terms",
        {"query": "a: b", "new_terms_fields": ["user.name", "host.id"], "history_window_start": "now-7d"},
        [*SEARCH_UPDATES, {"new_terms_fields": "user.name"}, {"history_window_start": "now-14d"}],
    ),
]
