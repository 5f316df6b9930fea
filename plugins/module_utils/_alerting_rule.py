# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Finding alerting rules, and their actions as Kibana wants them. Follows ``/api/alerting`` of the Kibana API."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient, fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._connector import find_connector
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_actions import is_system, pair_actions
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import KNOWN_AFTER_APPLY
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError

COLLECTION = "/api/alerting/rule"
ITEM = "/api/alerting/rule/{id}"
FIND = "/api/alerting/rules/_find"
TYPES = "/api/alerting/rule_types"
Rule = dict[str, Any]
# What a task may leave out of an action, and what then stays as it is stored.
KEPT = ("group", "frequency", "alerts_filter", "uuid", "use_alert_data_for_template")
# What Kibana's user interface gives a new action.
FREQUENCY = {"summary": False, "notify_when": "onActionGroupChange"}


def find_rule(client: KibanaClient, rule_id: str | None, name: str | None, type_id: str | None) -> Rule | None:
    """The rule with this id, or without an id the one with exactly this name (and type); None: there is none.

    Raises :class:`PlanError` where several have the name, and ``KibanaError``.
    """
    if rule_id is not None:
        stored: Rule | None = client.find(fill_path(ITEM, {"id": rule_id}), probe=TYPES)
        return stored
    found = [rule for rule in _named(client, str(name)) if type_id in (None, rule["rule_type_id"])]
    if len(found) > 1:
        ids = ", ".join(sorted(f"{rule['id']} ({rule['rule_type_id']})" for rule in found))
        advice = "give id" if type_id else "give id, or rule_type_id if that tells them apart"
        raise PlanError(f"{len(found)} alerting rules have the name {name!r}: {ids}; {advice}.")
    return _as_read(found[0]) if found else None


def _as_read(rule: Rule) -> Rule:
    """A rule of the list without what only the list says."""
    return {name: value for name, value in rule.items() if name not in ("active_snoozes", "is_snoozed_until")}


def _named(client: KibanaClient, name: str) -> Iterator[Rule]:
    """The rules with a name. Kibana searches for its words; one that has none is looked for among all rules."""
    query = {"sort_field": "name", "sort_order": "asc"}
    if re.search(r"[^\W_]", name):
        # Quotes and backslashes end words anyway, and would end the phrase.
        query.update(search='"' + re.sub(r'["\\]', " ", name) + '"', search_fields="name")
    return (
        rule for rule in client.pages(FIND, items="data", size_name="per_page", params=query) if rule["name"] == name
    )


def with_connectors(
    client: KibanaClient, actions: list[Rule], check_mode: bool, warn: Callable[[str], None]
) -> list[Rule]:
    """The actions with the ids of connectors that are given by name. Raises :class:`PlanError`."""
    known: dict[str, str] = {}
    done = []
    for number, action in enumerate(actions):
        rest = {name: value for name, value in action.items() if name != "connector"}
        if "connector" in action:
            name = action["connector"]
            if name not in known:
                known[name] = _connector_id(client, f"actions[{number}].connector", name, check_mode, warn)
            rest["id"] = known[name]
        done.append(rest)
    return done


def _connector_id(client: KibanaClient, place: str, name: str, check_mode: bool, warn: Callable[[str], None]) -> str:
    try:
        found = find_connector(client, None, name, reference=True)
    except PlanError as error:
        raise PlanError(f"{place}: {error}") from None
    if found is not None:
        return str(found["id"])
    if not check_mode:
        raise PlanError(
            f"{place}: there is no connector with the name {name!r} in this space: create it first, or correct the"
            " name."
        )
    warn(f"{place}: there is no connector with the name {name!r} yet; its id is {KNOWN_AFTER_APPLY}.")
    return KNOWN_AFTER_APPLY


def is_by_rule(desired: Rule, current: Rule | None, actions: list[Rule]) -> bool:
    """Whether the rule as a whole says how often its actions run, which excludes that each action does."""
    if desired.get("notify_when") or desired.get("throttle"):
        return True
    if current is None or any("frequency" in action for action in actions):
        return False
    return bool(current.get("notify_when")) and not any(item.get("frequency") for item in current["actions"])


def complete_actions(
    actions: list[Rule], stored: list[Rule], by_rule: bool, default_group: Callable[[], str]
) -> list[Rule]:
    """The actions with all that Kibana wants, those of system connectors last, as Kibana sorts them.

    An action takes over the uuid of the stored one that it stands for: a new uuid would be a change, and Kibana would
    forget when the action ran. ``default_group`` gives the group of an action that is new and names none.
    """
    done = []
    for action, other in pair_actions(actions, stored):
        kept = {name: (other or {})[name] for name in KEPT if (other or {}).get(name) is not None}
        whole = {**kept, **action}
        if not is_system(whole):
            _complete(whole, by_rule, default_group)
        done.append(whole)
    return sorted(done, key=is_system)


def _complete(action: Rule, by_rule: bool, default_group: Callable[[], str]) -> None:
    if "group" not in action:
        action["group"] = default_group()
    if by_rule:
        action.pop("frequency", None)
    else:
        action.setdefault("frequency", dict(FREQUENCY))
    if not action.get("alerts_filter"):
        action.pop("alerts_filter", None)
    elif "query" in action["alerts_filter"]:
        query = {"filters": [], **action["alerts_filter"]["query"]}
        action["alerts_filter"] = {**action["alerts_filter"], "query": query}


def default_group(client: KibanaClient, type_id: str) -> str:
    """The action group that is the first choice of a type of rules. Raises :class:`PlanError`."""
    for kind in client.cached("rule types", lambda: client.get(TYPES)):
        if kind["id"] == type_id:
            return str(kind["default_action_group_id"])
    raise PlanError(
        f"Kibana has no rule type {type_id!r}, or the user may not see it: correct rule_type_id, or give the group of"
        " each action."
    )
