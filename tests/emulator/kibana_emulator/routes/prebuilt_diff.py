# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Three versions of a prebuilt rule against each other: as installed, as it is, as Elastic has it now.

Some fields of a rule form a group in such a diff: where it looks, what it asks, when it runs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Rule = dict[str, Any]

SINGLE = (
    "name", "severity", "risk_score", "max_signals", "timestamp_override", "building_block_type", "anomaly_threshold",
    "machine_learning_job_id", "threshold", "new_terms_fields", "history_window_start", "alert_suppression",
    "risk_score_mapping", "severity_mapping", "threat", "required_fields", "related_integrations",
)  # fmt: skip
TEXTS = ("description", "note", "setup")
LISTS = ("tags", "references", "false_positives")
FORCED = ("version", "type", "author", "license")
NO_UPDATE = ("BASE=A, CURRENT=A, TARGET=A", "BASE=-, CURRENT=A, TARGET=A")


def data_source(rule: Rule) -> Any:
    """Where a rule looks."""
    if rule.get("data_view_id"):
        return {"type": "data_view", "data_view_id": rule["data_view_id"]}
    return {"type": "index_patterns", "index_patterns": rule["index"]} if rule.get("index") else None


def query(rule: Rule) -> Any:
    """What a rule asks."""
    if "query" not in rule:
        return None
    return {
        "type": "inline_query", "query": rule["query"], "language": rule.get("language", "kuery"),
        "filters": rule.get("filters", []),
    }  # fmt: skip


def schedule(rule: Rule) -> Any:
    """When a rule runs."""
    return {"interval": rule.get("interval", "5m"), "from": rule.get("from", "now-6m"), "to": rule.get("to", "now")}


GROUPS: dict[str, Callable[[Rule], Any]] = {
    "data_source": data_source, "kql_query": query, "eql_query": query, "esql_query": query, "rule_schedule": schedule,
}  # fmt: skip
GROUP_FIELDS = {
    "data_source": ("index", "data_view_id"), "rule_schedule": ("interval", "from", "to"),
    **dict.fromkeys(("kql_query", "eql_query", "esql_query"), ("query", "language", "filters")),
}  # fmt: skip


def fields_of(kind: str) -> tuple[str, ...]:
    """The fields of a diff for a type of rule, which can be upgraded one by one."""
    asked = {"eql": "eql_query", "esql": "esql_query"}.get(kind, "kql_query")
    return (*SINGLE, *TEXTS, *LISTS, "data_source", asked, "rule_schedule")


def value(rule: Rule, field: str) -> Any:
    """The value of a field or group."""
    return GROUPS[field](rule) if field in GROUPS else rule.get(field)


def rule_diff(base: Rule | None, current: Rule, target: Rule) -> dict[str, Any]:
    """The diff of a rule with all fields."""
    custom = bool(current["rule_source"].get("is_customized"))
    names = (*fields_of(target["type"]), "version", "type")
    diffs = {
        name: _field(name, value(base, name) if base else None, value(current, name), value(target, name),
                     has_base=base is not None, custom=custom)
        for name in names
    }  # fmt: skip
    return {
        "fields": diffs,
        "num_fields_with_updates": sum(diff["has_update"] for diff in diffs.values()),
        "num_fields_with_conflicts": sum(diff["conflict"] != "NONE" for diff in diffs.values()),
        "num_fields_with_non_solvable_conflicts": sum(diff["conflict"] == "NON_SOLVABLE" for diff in diffs.values()),
    }


def _equal(left: Any, right: Any, name: str) -> bool:
    if name in LISTS:
        return sorted(left or []) == sorted(right or [])
    return bool(left == right)


def _outcome(name: str, base: Any, current: Any, target: Any, has_base: bool) -> str:
    moved = not _equal(current, target, name)
    if not has_base:
        return f"BASE=-, CURRENT=A, TARGET={'B' if moved else 'A'}"
    if _equal(base, current, name):
        return f"BASE=A, CURRENT=A, TARGET={'B' if moved else 'A'}"
    if _equal(base, target, name):
        return "BASE=A, CURRENT=B, TARGET=A"
    return f"BASE=A, CURRENT=B, TARGET={'C' if moved else 'B'}"


def _field(name: str, base: Any, current: Any, target: Any, has_base: bool, custom: bool) -> dict[str, Any]:
    outcome = _outcome(name, base, current, target, has_base)
    merged, conflict, merge = target, "NONE", "TARGET"
    if outcome in (*NO_UPDATE, "BASE=A, CURRENT=B, TARGET=A", "BASE=A, CURRENT=B, TARGET=B"):
        merged, merge = current, "CURRENT"
    elif name == "type":
        merged, conflict, merge = current, "NON_SOLVABLE", "CURRENT"
    elif name == "version":
        pass
    elif outcome == "BASE=A, CURRENT=B, TARGET=C":
        merged, conflict = _merged(name, base, current, target)
        merge = "MERGED" if conflict == "SOLVABLE" else "CONFLICT"
    elif outcome == "BASE=-, CURRENT=A, TARGET=B" and custom:
        conflict = "NON_SOLVABLE"
    return {
        **({"base_version": base} if has_base else {}), "current_version": current, "target_version": target,
        "merged_version": merged, "diff_outcome": outcome, "merge_outcome": merge, "has_base_version": has_base,
        "has_update": outcome.endswith(("TARGET=C",)) or outcome in (
            "BASE=A, CURRENT=A, TARGET=B", "BASE=-, CURRENT=A, TARGET=B"),
        "conflict": conflict,
    }  # fmt: skip


def _merged(name: str, base: Any, current: Any, target: Any) -> tuple[Any, str]:
    """Merge what both sides changed: lists always can, texts where other lines changed."""
    if name in LISTS:
        gone = {item for item in base or [] if item not in (current or []) or item not in (target or [])}
        both = list(dict.fromkeys([*(current or []), *(target or [])]))
        return [item for item in both if item not in gone], "SOLVABLE"
    if name in TEXTS and base is not None and current and target:
        lines = [text.split("\n") for text in (base, current, target)]
        if len({len(part) for part in lines}) == 1:
            joined = []
            for old, mine, theirs in zip(*lines, strict=True):
                if old not in (mine, theirs) and mine != theirs:
                    return target, "NON_SOLVABLE"
                joined.append(theirs if mine == old else mine)
            return "\n".join(joined), "SOLVABLE"
    return target, "NON_SOLVABLE"
