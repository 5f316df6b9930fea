# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Reading many detection rules: ``GET /api/detection_engine/rules/_find``, to the end, however many there are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient, quoted
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError

Rule = dict[str, Any]

PATH = "/api/detection_engine/rules"
WINDOW = 10_000  # Kibana gives no more of one search
PAGE = 1000
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
