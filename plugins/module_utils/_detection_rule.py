# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Detection rules: the traits of their fields, what Kibana makes of them, and the plan for one rule.

Fields follow the Security detections API of Kibana (``/api/detection_engine/rules``). A *rule* here is a dict in the
shape of the options, with None for what was not given.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_actions import complete_actions
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_check import foreign_field, incomplete
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_find import PATH
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import prune, same
from ansible_collections.stackops.kibana.plugins.module_utils._plan import Plan, PlanError, Policy, plan
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource

EXCEPTION_LIST = "/api/exception_lists?list_id={list_id}&namespace_type={namespace_type}"

READ_ONLY = frozenset(
    {
        "id",
        "immutable",
        "rule_source",
        "revision",
        "created_at",
        "created_by",
        "updated_at",
        "updated_by",
        "execution_summary",
        "outcome",
        "alias_target_id",
        "alias_purpose",
        "output_index",
        "throttle",
    }
)
# Kibana knows no empty value of these: it leaves them out of an answer, and a PUT clears them by leaving them out.
CLEARABLE = frozenset(
    {
        "license",
        "note",
        "meta",
        "namespace",
        "building_block_type",
        "rule_name_override",
        "timestamp_override",
        "timestamp_override_fallback_disabled",
        "timeline_id",
        "timeline_title",
        "investigation_fields",
        "response_actions",
        "index",
        "data_view_id",
        "filters",
        "alert_suppression",
        "event_category_override",
        "timestamp_field",
        "tiebreaker_field",
        "threat_filters",
        "threat_language",
    }
)
KQL = {"language": "kuery"}
TYPE_DEFAULTS: dict[str, dict[str, Any]] = {
    "query": {"query": "", **KQL},
    "saved_query": KQL,
    "threshold": KQL,
    "threat_match": KQL,
    "new_terms": KQL,
    "eql": {"language": "eql"},
    "esql": {"language": "esql"},
    "machine_learning": {},
}
# What may be changed on a rule of Elastic without making it a customised one.
NO_CUSTOMISATION = frozenset({"enabled", "actions", "exceptions_list", "response_actions", "meta", "version"})


TRAITS: dict[str, Any] = {
    "key": "rule_id",
    "item": PATH + "?rule_id={rule_id}",
    "collection": PATH,
    "update": PATH,
    "immutable": frozenset({"type"}),
    "read_only": READ_ONLY | {"required_fields[].ecs"},
    "unordered": frozenset(
        {
            "tags",
            "author",
            "false_positives",
            "references",
            "related_integrations",
            "required_fields",
            "exceptions_list",
            "actions",
            "index",
            "alert_suppression.group_by",
            "threat_index",
            "machine_learning_job_id",
            "new_terms_fields",
        }
    ),
    # Kibana adds defaults of its own to the parameters, so what is not given must be let alone.
    "keyed": {"response_actions": ("action_type_id",)},
    "server_defaults": {
        "enabled": True,
        "threat[].technique": [],
        "threat[].technique[].subtechnique": [],
        "severity_mapping[].operator": "equals",
        "risk_score_mapping[].operator": "equals",
        "threat_mapping[].entries[].type": "mapping",
    },
}


def encode(step: Plan) -> dict[str, Any]:
    """The body of a POST or PUT: the whole rule, without what is empty where Kibana knows no empty value."""
    body = {name: value for name, value in step.body.items() if name not in CLEARABLE or not _is_empty(value)}
    if "actions" in body:
        body["actions"] = [_with_null_throttle(action) for action in body["actions"]]
    return body


def _with_null_throttle(action: dict[str, Any]) -> dict[str, Any]:
    """Kibana wants a null where an action is not throttled."""
    if "frequency" not in action:
        return action
    return {**action, "frequency": {"throttle": None, **action["frequency"]}}


def _is_empty(value: Any) -> bool:
    return value in ("", [], {}, {"field_names": []}) or value is None or value is False


def plan_rule(resource: Resource, rule: dict[str, Any], current: dict[str, Any] | None) -> Plan:
    """The plan that brings *current* (as Kibana gave it, None: absent) to *rule*, whose references are resolved.

    Raises :class:`PlanError` where fields are missing for a new rule, belong to another type, or are Elastic's own.
    """
    kind = rule["type"] or (current or {}).get("type")
    problem = foreign_field(rule, kind) if kind else None
    problem = problem or (incomplete(rule) if current is None else _belongs_to_elastic(resource, rule, current))
    if problem:
        raise PlanError(problem)
    return plan(resource, complete(rule, current), current, Policy())


def complete(rule: dict[str, Any], current: dict[str, Any] | None) -> dict[str, Any]:
    """The rule as it is compared and written: with what Kibana would add to it, without what says nothing."""
    known = current or {}
    full = {**(TYPE_DEFAULTS[rule["type"]] if current is None else {}), **prune(rule)}
    for name in CLEARABLE & set(full):
        if _is_empty(full[name]) and _is_empty(known.get(name)):
            del full[name]
    throttle = full.pop("throttle", None)
    if "actions" in full:
        full["actions"] = complete_actions(full["actions"], known.get("actions") or [], throttle)
    if "threshold" in full:
        # An empty text stands for no field, here as in Kibana.
        full["threshold"] = {**full["threshold"], "field": [name for name in full["threshold"]["field"] if name]}
    return full


def _belongs_to_elastic(resource: Resource, rule: dict[str, Any], current: dict[str, Any]) -> str | None:
    """Kibana lets nobody change the author and the license of a prebuilt rule."""
    if not current.get("immutable"):
        return None
    for name in ("author", "license"):
        stored = current.get(name) or ("" if name == "license" else [])
        if rule[name] is not None and not same(stored, rule[name], resource.traits.child(name)):
            return (
                f"{name} cannot be changed: {current['rule_id']} is a prebuilt rule of Elastic;"
                f" leave {name} out, or give the rule another rule_id to make a copy of it."
            )
    return None


def customisation(step: Plan) -> str | None:
    """A warning where an update makes a prebuilt rule a customised one."""
    current = step.current or {}
    if (
        step.action != "update"
        or not current.get("immutable")
        or (current.get("rule_source") or {}).get("is_customized")
    ):
        return None
    fields = sorted(changed_fields(step) - NO_CUSTOMISATION)
    if not fields:
        return None
    return (
        f"{current['rule_id']} is a prebuilt rule of Elastic: changing {', '.join(fields)} makes it a customised rule,"
        " which updates of Elastic no longer replace without a review."
    )


def changed_fields(step: Plan) -> set[str]:
    """The names of the fields that a plan changes."""
    return {name for name in {*step.before, *step.after} if step.before.get(name) != step.after.get(name)}


def unlike(resource: Resource, step: Plan, stored: dict[str, Any]) -> list[str]:
    """The fields that Kibana holds otherwise than a plan has written them. What Kibana adds does not count."""
    again = plan(resource, complete(step.after, stored), stored, Policy())
    return sorted(changed_fields(again)) if again.changed else []
