# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What is wrong with a detection rule, said before Kibana is asked. Pure functions that return sentences.

Kibana silently drops a field that does not belong to a rule's type, so this is refused here: the task would otherwise
change the rule at every run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Rule = dict[str, Any]

SOURCE = ("index", "data_view_id", "filters")
SEARCH = ("query", "language", *SOURCE, "alert_suppression")
TYPE_FIELDS: dict[str, frozenset[str]] = {
    "query": frozenset((*SEARCH, "saved_id")),
    "saved_query": frozenset((*SEARCH, "saved_id")),
    "eql": frozenset((*SEARCH, "event_category_override", "timestamp_field", "tiebreaker_field")),
    "esql": frozenset(("query", "language", "alert_suppression")),
    "threshold": frozenset((*SEARCH, "saved_id", "threshold")),
    "threat_match": frozenset(
        (
            *SEARCH,
            "saved_id",
            "threat_query",
            "threat_index",
            "threat_mapping",
            "threat_filters",
            "threat_language",
            "threat_indicator_path",
            "concurrent_searches",
            "items_per_search",
        )
    ),
    "machine_learning": frozenset(("anomaly_threshold", "machine_learning_job_id", "alert_suppression")),
    "new_terms": frozenset((*SEARCH, "new_terms_fields", "history_window_start")),
}
ALL_TYPE_FIELDS = sorted(frozenset().union(*TYPE_FIELDS.values()))
NEEDED = ("name", "description", "risk_score", "severity")
TYPE_NEEDED: dict[str, tuple[str, ...]] = {
    "query": (),
    "saved_query": ("saved_id",),
    "eql": ("query",),
    "esql": ("query",),
    "threshold": ("query", "threshold"),
    "threat_match": ("query", "threat_query", "threat_index", "threat_mapping"),
    "machine_learning": ("anomaly_threshold", "machine_learning_job_id"),
    "new_terms": ("query", "new_terms_fields", "history_window_start"),
}
NOT_EMPTY = (
    "rule_id",
    "name",
    "description",
    "saved_id",
    "threat_index",
    "threat_mapping",
    "threat_indicator_path",
    "machine_learning_job_id",
    "new_terms_fields",
    "history_window_start",
)
LEAST = {"risk_score": 0, "anomaly_threshold": 0, "max_signals": 1, "version": 1, "concurrent_searches": 1}
LEAST["items_per_search"] = 1
MOST = {"risk_score": 100}
PAIRS = (("timeline_id", "timeline_title"), ("concurrent_searches", "items_per_search"))
LANGUAGES = {"eql": ("eql",), "esql": ("esql",)}
ENABLED = {"enabled": True, "disabled": False}
THROTTLE = re.compile(r"(no_actions|rule|[1-9]\d*[smhd])\Z")


def check_options(params: Rule) -> str | None:
    """One sentence about what is wrong with the options of a task or of an element, with its ``state``, or None."""
    state, enabled = params["state"], params["enabled"]
    if state in ENABLED and enabled is not None and enabled != ENABLED[state]:
        return f"state is {state} and enabled is {str(enabled).lower()}: give one of them."
    return None if state == "absent" else check_rule(params)


def check_rule(rule: Rule) -> str | None:
    """One sentence about what is wrong with the options of a rule whatever Kibana holds, or None."""
    return next(problems(rule), None)


def foreign_field(rule: Rule, kind: str) -> str | None:
    """A sentence about a field that a rule of this type does not have, or None."""
    for name in ALL_TYPE_FIELDS:
        if rule[name] not in (None, "", [], {}) and name not in TYPE_FIELDS[kind]:
            return f"{name} is given, and a rule of type {kind} has no such field: leave it out."
    if rule["language"] and rule["language"] not in LANGUAGES.get(kind, ("kuery", "lucene")):
        known = " or ".join(LANGUAGES.get(kind, ("kuery", "lucene")))
        return f"language is {rule['language']!r}: a rule of type {kind} is written in {known}."
    if kind == "threshold" and (rule["alert_suppression"] or {}).get("group_by"):
        return "alert_suppression.group_by is given: a threshold rule groups by threshold.field, and has duration only."
    return None


def incomplete(rule: Rule) -> str | None:
    """A sentence about what is missing to create a rule, or None."""
    needed = ("type", *NEEDED, *TYPE_NEEDED.get(rule["type"] or "", ()))
    missing = [name for name in needed if rule[name] is None]
    suppression = {name: value for name, value in (rule["alert_suppression"] or {}).items() if value}
    if suppression and rule["type"] not in (None, "threshold") and "group_by" not in suppression:
        missing.append("alert_suppression.group_by")
    if suppression and rule["type"] == "threshold" and "duration" not in suppression:
        missing.append("alert_suppression.duration")
    if not missing:
        return None
    kind = f"A new rule of type {rule['type']}" if rule["type"] else "A new rule"
    return f"There is no rule {rule['rule_id']} yet. {kind} needs {', '.join(missing)}: give what is missing."


def problems(rule: Rule) -> Iterator[str]:
    """All that is wrong with the options of a rule whatever Kibana holds, but for one foreign field at most."""
    yield from _values(rule)
    if rule["type"]:
        foreign = foreign_field(rule, rule["type"])
        if foreign:
            yield foreign
    yield from _pairs(rule)
    yield from _threshold(rule["threshold"])
    yield from _groups(rule)
    yield from _lists(rule["exceptions_list"] or [])
    yield from _throttles(rule)


def _values(rule: Rule) -> Iterator[str]:
    for name in NOT_EMPTY:
        if rule[name] is not None and (not rule[name] or rule[name] == [""]):
            yield f"{name} is empty: Kibana wants a value."
    for name, least in LEAST.items():
        if rule[name] is not None and rule[name] < least:
            yield f"{name} is {rule[name]}: it must be at least {least}."
    for name, most in MOST.items():
        if rule[name] is not None and rule[name] > most:
            yield f"{name} is {rule[name]}: it must be {most} at most."


def _pairs(rule: Rule) -> Iterator[str]:
    for one, two in PAIRS:
        for here, there in ((one, two), (two, one)):
            if rule[here] and not rule[there]:
                yield f"{here} is given without {there}: Kibana takes both or none."
            if rule[here] == "" and rule[there] is None:
                yield f"{here} is emptied and {there} is not: Kibana takes both or none."


def _threshold(threshold: dict[str, Any] | None) -> Iterator[str]:
    if threshold is None:
        return
    fields = threshold["field"]
    if len(fields) > 3:
        yield f"threshold.field has {len(fields)} fields: Kibana takes 3 at most."
    if threshold["value"] < 1:
        yield f"threshold.value is {threshold['value']}: it must be at least 1."
    for item in threshold["cardinality"] or []:
        if item["field"] in fields:
            yield (
                f"threshold.cardinality names {item['field']!r}, which threshold.field groups by:"
                " its cardinality is always 1."
            )
        if item["value"] < 0:
            yield f"threshold.cardinality has the value {item['value']}: it must be at least 0."


def _groups(rule: Rule) -> Iterator[str]:
    suppression = rule["alert_suppression"] or {}
    for name, fields in (
        ("new_terms_fields", rule["new_terms_fields"]),
        ("alert_suppression.group_by", suppression.get("group_by")),
    ):
        if fields is not None and not 1 <= len(fields) <= 3:
            yield f"{name} has {len(fields)} fields: Kibana takes 1 to 3."
    duration = suppression.get("duration")
    if duration and duration["value"] < 1:
        yield f"alert_suppression.duration.value is {duration['value']}: it must be at least 1."


def _lists(exceptions: list[dict[str, Any]]) -> Iterator[str]:
    own = [item["list_id"] for item in exceptions if item["type"] == "rule_default"]
    if len(own) > 1:
        yield f"exceptions_list has {len(own)} lists of type rule_default ({', '.join(own)}): a rule has one at most."


def _throttles(rule: Rule) -> Iterator[str]:
    if rule["throttle"] is not None and rule["actions"] is None:
        yield "throttle is given without actions: Kibana only uses it for actions without a frequency of their own."
    places = [("throttle", rule["throttle"])]
    for number, action in enumerate(rule["actions"] or []):
        frequency = action["frequency"] or {}
        places.append((f"actions[{number}].frequency.throttle", frequency.get("throttle")))
        if frequency.get("notifyWhen") == "onThrottleInterval" and not frequency.get("throttle"):
            yield f"actions[{number}].frequency.throttle is missing: notifyWhen is onThrottleInterval."
    for place, value in places:
        if value is not None and not THROTTLE.match(value):
            yield f"{place} is {value!r}: give a number and s, m, h or d such as 1h, or no_actions, or rule."
