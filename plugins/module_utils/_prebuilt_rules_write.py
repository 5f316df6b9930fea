# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Prebuilt rules: what to do with each, and doing it in chunks: install, upgrade, enable or disable."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_find import (
    CHUNK_IDS,
    by_bulk_action,
    read_rules,
)
from ansible_collections.stackops.kibana.plugins.module_utils._errors import message_of
from ansible_collections.stackops.kibana.plugins.module_utils._many import chunks, write_many
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._prebuilt_rules import (
    OWN,
    Catalogue,
    Rule,
    Upgrade,
    decide,
)

Failures = dict[str, str]

CHUNK_RULES = 100  # an answer within kibana_timeout matters more than few requests
CHUNK_BYTES = 900_000  # Kibana takes 1 MiB


@dataclass
class Step:
    """What to do with one rule. ``done`` are the actions that were carried out (in check mode: that would be)."""

    name: str
    version: int
    id: str = ""
    install: bool = False
    upgrade: Upgrade | None = None
    switch: bool | None = None
    done: list[str] = field(default_factory=list)

    @property
    def upgrades(self) -> bool:
        return self.upgrade is not None and not self.upgrade.refused

    @property
    def planned(self) -> list[str]:
        """The actions, in their order."""
        switched = {True: ["enabled"], False: ["disabled"], None: []}[self.switch]
        return [*(["installed"] if self.install else []), *(["upgraded"] if self.upgrades else []), *switched]

    @property
    def changed(self) -> bool:
        return bool(self.planned)

    @property
    def target(self) -> int:
        """The version afterwards."""
        return int(self.upgrade.body["version"]) if self.upgrade and self.upgrades else self.version

    def diff(self) -> dict[str, Any]:
        """What changes, field by field."""
        before: dict[str, Any] = {} if self.install else {"version": self.version}
        after: dict[str, Any] = {"version": self.target}
        if self.upgrade and self.upgrades:
            for name, (old, new) in self.upgrade.fields.items():
                before[name], after[name] = old, new
        if self.switch is not None:
            before.update({} if self.install else {"enabled": not self.switch})
            after["enabled"] = self.switch
        elif self.install:
            after["enabled"] = False
        header = f"rule: {self.name}"
        return {"before_header": header, "after_header": header, "before": before, "after": after}


Steps = dict[str, Step]


def plan_steps(found: Catalogue, params: Mapping[str, Any], selected: Callable[[Rule], bool]) -> Steps:
    """What to do with every selected rule, by ``rule_id``, in the order of their names."""
    steps: Steps = {}
    for key, rule in found.installed.items():
        if selected(rule):
            enable = params["enable"]
            switch = enable if enable is not None and enable != rule["enabled"] else None
            info = found.upgradeable.get(key) if params["upgrade"] else None
            upgrade = decide(info, params["conflicts"]) if info else None
            steps[key] = Step(rule["name"], rule["version"], rule["id"], upgrade=upgrade, switch=switch)
    for key, rule in found.installable.items() if params["install"] else ():
        if selected(rule) and key not in steps:
            steps[key] = Step(rule["name"], rule["version"], install=True, switch=params["enable"] or None)
    return dict(sorted(steps.items(), key=lambda item: (item[1].name, item[0])))


def refuse_conflicts(steps: Steps) -> None:
    """Fail before anything is written where a rule cannot be upgraded."""
    refused = [f"{step.name} ({step.upgrade.refused})" for step in steps.values() if step.upgrade and not step.upgrades]
    if refused:
        named = " ".join(refused[:5]) + (" And others." if len(refused) > 5 else "")
        raise PlanError(f"{len(refused)} rules cannot be upgraded without a decision. Nothing was changed. {named}")


def carry_out(client: KibanaClient, steps: Steps, warn: Callable[[str], None]) -> Failures:
    """Do it. Returns why which rules failed."""
    failures = _install(client, {key: step for key, step in steps.items() if step.install}, warn)
    upgrades = {key: step for key, step in steps.items() if step.upgrades}
    plain = {key: step for key, step in upgrades.items() if set(_body(step)) == {"rule_id", "revision", "version"}}
    chosen = {key: step for key, step in upgrades.items() if key not in plain}
    for part in (plain, chosen):  # a licence that allows no customisation refuses a whole request
        failures.update(_upgrade(client, part, warn))
    for switch in (True, False):
        failures.update(_switch(client, steps, switch, failures))
    return failures


def _body(step: Step) -> dict[str, Any]:
    return step.upgrade.body if step.upgrade else {}


def _install(client: KibanaClient, steps: Steps, warn: Callable[[str], None]) -> Failures:
    """Install rules, which are disabled at first."""

    def write(keys: Sequence[str]) -> Failures:
        rules = [{"rule_id": key, "version": steps[key].version} for key in keys]
        answer = _perform(client, "installation", rules)
        for rule in answer["results"]["created"]:
            if rule["rule_id"] in keys:
                steps[rule["rule_id"]].id = rule["id"]
        return _failures(answer, warn)

    failures = write_many(chunks(steps, CHUNK_RULES, CHUNK_BYTES, len), write)
    # A repetition after a lost answer, or somebody else: the rule is there, but was not named.
    unnamed = [key for key, step in steps.items() if key not in failures and not step.id]
    there = read_rules(client, unnamed)
    for key in unnamed:
        if key in there:
            steps[key].id = there[key]["id"]
        else:
            failures[key] = "Kibana reported no error, and the rule is not there."
    for key in steps.keys() - failures.keys():
        steps[key].done.append("installed")
    return failures


def _upgrade(client: KibanaClient, steps: Steps, warn: Callable[[str], None]) -> Failures:
    def write(keys: Sequence[str]) -> Failures:
        return _failures(_perform(client, "upgrade", [_body(steps[key]) for key in keys]), warn)

    sized = chunks(steps, CHUNK_RULES, CHUNK_BYTES, lambda key: len(str(_body(steps[key]))))
    failures = write_many(sized, write)
    for key in steps.keys() - failures.keys():
        steps[key].done.append("upgraded")
    return failures


def _switch(client: KibanaClient, steps: Steps, switch: bool, failed: Failures) -> Failures:
    ids = {step.id: key for key, step in steps.items() if step.switch is switch and step.id}
    action = "enable" if switch else "disable"

    def write(chunk: Sequence[str]) -> Failures:
        return by_bulk_action(client, {identity: ids[identity] for identity in chunk}, action)

    failures = write_many(chunks(ids, CHUNK_IDS, CHUNK_BYTES, len), write)
    failures = {ids.get(key, key): text for key, text in failures.items()}  # a chunk that failed names ids
    for key in ids.values():
        if key not in failures:
            steps[key].done.append(f"{action}d")
    return {key: text for key, text in failures.items() if key not in failed}


def _perform(client: KibanaClient, kind: str, rules: list[dict[str, Any]]) -> dict[str, Any]:
    """Send a request again where its answer was lost: a rule that is done is passed over."""
    body = {"mode": "SPECIFIC_RULES", "rules": rules}
    answer: dict[str, Any] = client.call("POST", f"{OWN}/{kind}/_perform", json=body, safe=True)
    return answer


def _failures(answer: Mapping[str, Any], warn: Callable[[str], None]) -> Failures:
    """The failures in an answer by rule; one that names no rule is about something else, such as timelines."""
    failures: Failures = {}
    for entry in answer.get("errors") or []:
        text = message_of(entry) or "Kibana gives no reason."
        if not entry.get("rules"):
            warn(f"Kibana reports besides the rules: {text}")
        for rule in entry.get("rules") or []:
            failures[rule["rule_id"]] = text
    return failures
