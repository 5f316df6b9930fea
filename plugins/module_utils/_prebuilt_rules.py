# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Prebuilt rules of Elastic: which there are, which a task selects, and how each is upgraded.

Kibana's own routes tell and do it rule by rule. The public ones do all rules at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_find import PATH, find_rules
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError, is_route_missing
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError

Rule = dict[str, Any]

OWN = "/internal/detection_engine/prebuilt_rules"
PUBLIC = PATH + "/prepackaged"
PACKAGE = "security_detection_engine"
PAGE = 500  # Kibana gives no more upgrades at once
WHOLE = 10_000
LIST: dict[str, Any] = {"type": "list", "elements": "str"}
SELECTION: dict[str, dict[str, Any]] = {
    "rule_id": LIST,
    "name": LIST,
    "tags": LIST,
    "severity": {**LIST, "choices": ["low", "medium", "high", "critical"]},
    "mitre": LIST,
    "type": LIST,
}
CONFLICTS = ("skip", "fail", "merge", "keep", "overwrite")


def selects(params: Mapping[str, Any]) -> Callable[[Rule], bool]:
    """A function that tells whether the task's options select a rule."""
    names = [pattern.lower() for pattern in params["name"] or ()]
    attacks = {text.lower() for text in params["mitre"] or ()}
    ids, tags = set(params["rule_id"] or ()), set(params["tags"] or ())

    def selected(rule: Rule) -> bool:
        return (
            (params["rule_id"] is None or rule["rule_id"] in ids)
            and (params["name"] is None or any(fnmatchcase(rule["name"].lower(), pattern) for pattern in names))
            and tags <= set(rule.get("tags") or ())
            and (params["severity"] is None or rule.get("severity") in params["severity"])
            and (params["mitre"] is None or not attacks.isdisjoint(attacks_of(rule)))
            and (params["type"] is None or rule.get("type") in params["type"])
        )

    return selected


def attacks_of(rule: Rule) -> Iterator[str]:
    """The ids and names of the tactics and techniques of a rule, in lower case."""
    for threat in rule.get("threat") or ():
        for part in [threat.get("tactic") or {}, *(threat.get("technique") or ())]:
            for item in [part, *(part.get("subtechnique") or ())]:
                yield from (str(item[key]).lower() for key in ("id", "name") if item.get(key))


@dataclass
class Catalogue:
    """The prebuilt rules of a space by ``rule_id``: installed, in the package alone, and those to be upgraded."""

    installed: dict[str, Rule] = field(default_factory=dict)
    installable: dict[str, Rule] = field(default_factory=dict)
    upgradeable: dict[str, Rule] = field(default_factory=dict)

    def check_ids(self, ids: list[str] | None) -> None:
        """Raise :class:`PlanError` where there is no rule with one of the ids."""
        unknown = [key for key in ids or () if key not in self.installed and key not in self.installable]
        if unknown:
            raise PlanError(f"No prebuilt rule has the rule_id {', '.join(sorted(unknown))}. Nothing was changed.")


def read_status(client: KibanaClient) -> dict[str, Any] | None:
    """How many rules there are of each kind; None where this Kibana lacks its own routes."""
    try:
        status: dict[str, Any] = client.get(OWN + "/status")["stats"]
    except KibanaError as error:
        if error.status == 404 and is_route_missing(error.error):
            return None
        raise
    return status


def read_installed(client: KibanaClient) -> dict[str, Rule]:
    """The installed prebuilt rules."""
    return {rule["rule_id"]: rule for rule in find_rules(client, ["alert.attributes.params.immutable: true"])}


def read_catalogue(client: KibanaClient, install: bool, upgrade: bool) -> Catalogue:
    """The rules, as far as they matter. Looking at what can be had is a POST that writes nothing."""
    found = Catalogue(installed=read_installed(client))
    if install:
        found.installable = review(client, "installation", "num_rules_to_install")
    if upgrade:
        found.upgradeable = review(client, "upgrade", "num_rules_to_upgrade_total")
    return found


def review(client: KibanaClient, kind: str, total: str) -> dict[str, Rule]:
    """All rules of a review. Old Kibana gives the whole list at once, or the first page whatever page is wanted."""
    found: dict[str, Rule] = {}
    page = 1
    while True:
        answer = _review(client, kind, page, PAGE)
        news = {rule["rule_id"]: rule for rule in answer["rules"] if rule["rule_id"] not in found}
        found.update(news)
        if not news or len(answer["rules"]) < PAGE or "page" not in answer:
            break
        page += 1
    if len(found) < answer["stats"].get(total, 0) and "total" not in answer:
        return {rule["rule_id"]: rule for rule in _review(client, kind, 1, WHOLE)["rules"]}
    return found


def _review(client: KibanaClient, kind: str, page: int, size: int) -> dict[str, Any]:
    body = {"page": page, "per_page": size}
    answer: dict[str, Any] = client.call("POST", f"{OWN}/{kind}/_review", json=body, safe=True)
    return answer


@dataclass(frozen=True)
class Upgrade:
    """How one rule is to be upgraded. ``refused`` says why it is not; ``conflicts`` are fields by their kind."""

    body: dict[str, Any]
    fields: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    conflicts: dict[str, str] = field(default_factory=dict)
    customized: bool = False
    refused: str = ""


def decide(info: Rule, conflicts: str) -> Upgrade:
    """How to upgrade a rule from what the review says of it, and from the option ``conflicts``."""
    current, target, diffs = info["current_rule"], info["target_rule"], info["diff"]["fields"]
    kinds = {name: diff.get("conflict") for name, diff in diffs.items()}
    found = {name: str(kind).lower() for name, kind in sorted(kinds.items()) if kind in ("SOLVABLE", "NON_SOLVABLE")}
    custom = is_customized(info)
    body = {"rule_id": info["rule_id"], "revision": info["revision"], "version": target["version"]}
    turned = current["type"] != target["type"]
    if conflicts == "overwrite" or (turned and not custom):
        body["pick_version"] = "TARGET"
        return Upgrade(body, _outcome(diffs, {}, "target_version"), found, custom)
    refused = _refusal(current, target, found, conflicts)
    own = {name: _choice(diffs[name], kind) for name, kind in found.items()}
    if custom:  # without Enterprise Kibana refuses this, and would otherwise take Elastic's state
        body["pick_version"] = "MERGED"
    if own:
        body["fields"] = own
    return Upgrade(body, _outcome(diffs, found, "merged_version"), found, custom, refused)


def is_customized(info: Rule) -> bool:
    """Whether somebody changed the rule, as far as Kibana can tell."""
    source = info["current_rule"].get("rule_source") or {}
    outcomes = (str(diff.get("diff_outcome")) for diff in info["diff"]["fields"].values())
    return bool(source.get("is_customized")) or any("CURRENT=B" in outcome for outcome in outcomes)


def _refusal(current: Rule, target: Rule, found: Mapping[str, str], conflicts: str) -> str:
    """Why a rule is not upgraded; "" if it is."""
    if current["type"] != target["type"]:
        return (
            f"It was customised, and its type changes from {current['type']} to {target['type']},"
            " which only conflicts=overwrite can follow."
        )
    hard = [name for name, kind in found.items() if kind == "non_solvable"]
    if found and conflicts in ("skip", "fail"):
        return f"Your changes and Elastic's meet in: {', '.join(found)}."
    if hard and conflicts == "merge":
        return f"Kibana cannot merge your changes and Elastic's in: {', '.join(hard)}."
    return ""


def _choice(diff: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """What becomes of a field in which there is a conflict: Kibana's own merge, else what the user has."""
    if kind == "solvable":
        return {"pick_version": "RESOLVED", "resolved_value": diff["merged_version"]}
    return {"pick_version": "CURRENT"}


def _outcome(diffs: Mapping[str, Any], found: Mapping[str, str], pick: str) -> dict[str, tuple[Any, Any]]:
    """The fields that change: what they are, and what they will be."""
    result = {}
    for name, diff in sorted(diffs.items()):
        after = diff.get("current_version" if found.get(name) == "non_solvable" else pick)
        if after != diff.get("current_version"):
            result[name] = (diff.get("current_version"), after)
    return result
