# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Many detection rules: ``GET /api/detection_engine/rules/_find`` to the end, and ``POST .../_bulk_action``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient, quoted
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError, message_of
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError

Rule = dict[str, Any]
Failures = dict[str, str]

PATH = "/api/detection_engine/rules"
WINDOW = 10_000  # Kibana gives no more of one search
PAGE = 1000
CHUNK_IDS = 100  # Kibana takes no more ids for a bulk action
FILTER_CHARACTERS = 4000  # a longer one may not fit into a URL


def is_any_of(field: str, values: Iterable[str]) -> str:
    """The KQL clause that a field has one of the values."""
    return f"alert.attributes.{field}: ({' or '.join(map(quoted, values))})"


def all_of(clauses: Iterable[str]) -> str:
    """The KQL expression that all of the clauses hold; empty where there are none."""
    return " and ".join(f"({clause})" for clause in clauses)


def find_rules(client: KibanaClient, clauses: Iterable[str] = ()) -> Iterator[Rule]:
    """Every rule that the KQL clauses select, once, the oldest first.

    Kibana ends each search after 10 000 rules, so the next one begins where it ended.
    """
    seen: set[str] = set()
    since = ""
    while True:
        later = [f'alert.attributes.createdAt >= "{since}"'] if since else []
        query = {"sort_field": "created_at", "sort_order": "asc", "filter": all_of([*clauses, *later])}
        count, last = 0, since
        for rule in _window(client, {name: value for name, value in query.items() if value}):
            count, last = count + 1, rule["created_at"]
            if rule["id"] not in seen:
                seen.add(rule["id"])
                yield rule
        if count < WINDOW:
            return
        if last == since:
            raise PlanError(f"More than {WINDOW} rules were created at {since}: Kibana cannot list them.")
        since = last


def _window(client: KibanaClient, query: dict[str, Any]) -> Iterator[Rule]:
    """The rules of one search, as far as Kibana gives them."""
    pages = client.pages(PATH + "/_find", items="data", size_name="per_page", size=PAGE, params=query)
    for number, rule in enumerate(pages, start=1):
        yield rule
        if number == WINDOW:
            return


def read_rules(
    client: KibanaClient,
    rule_ids: Collection[str],
    others: Callable[[Rule], bool] | None = None,
    kept: Callable[[Rule], Any] = lambda rule: rule,
) -> dict[str, Any]:
    """What is ``kept`` of the rules with these ids, and of those for which ``others`` is true, by ``rule_id``.

    Few are asked for by their ids; otherwise all are read, and only those that matter are kept.
    """
    wanted = set(rule_ids)
    if not wanted and others is None:
        return {}
    clause = is_any_of("params.ruleId", sorted(wanted))
    clauses = [clause] if others is None and len(clause) <= FILTER_CHARACTERS else []
    return {
        rule["rule_id"]: kept(rule)
        for rule in find_rules(client, clauses)
        if rule["rule_id"] in wanted or (others is not None and others(rule))
    }


def by_bulk_action(client: KibanaClient, keys: Mapping[str, str], action: str = "delete") -> Failures:
    """``POST _bulk_action``: HTTP 500 where any rule failed, with a list of them; it is done to the others."""
    try:
        client.call("POST", PATH + "/_bulk_action", json={"action": action, "ids": list(keys)}, safe=True)
    except KibanaError as error:
        details = error.error.get("attributes") if isinstance(error.error, dict) else None
        problems = (details or {}).get("errors")
        if not problems:
            raise
        return {
            keys[rule["id"]]: message_of(problem)
            for problem in problems
            for rule in problem.get("rules") or []
            if rule.get("id") in keys
        }
    return {}
