# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Many values of a value list: read by export, added by import, deleted one by one, and read again until it is so.

Kibana acknowledges an import before its values can be seen, and says nothing about lines that it drops. An import is
not idempotent, so one whose answer is lost is not repeated: what is still missing after a while is.
API: https://www.elastic.co/docs/api/doc/kibana/group/endpoint-security-lists-api
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError, is_route_missing, message_of
from ansible_collections.stackops.kibana.plugins.module_utils._many import Key, chunks, in_parallel
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PartialFailure
from ansible_collections.stackops.kibana.plugins.module_utils._value_list_values import (
    Change,
    compare,
    shorten,
    values_of_text,
)

ITEMS = "/api/lists/items"
CHUNK_LINES = 5000
IMPORTS = 4  # at a time: Kibana cuts each into several requests of its own, and sends these at once
CHUNK_BYTES = 900_000  # Kibana takes 9 000 000, many a proxy before it 1 MiB
WAITS = (0.25, 0.5, 1.0, 2.0, 3.0, 3.0, 3.0)  # seconds between looks, until nothing has moved for all of them
ATTEMPTS = 3
FINAL = (400, 401, 403, 404, 413, 415)
# Types whose search for a value finds that value alone. A range is also found by what it contains, a text by one of
# its words, a date by its year: there, deleting "by value" would delete others too, so it is done by id.
EXACT_SEARCH = frozenset(
    {"boolean", "byte", "short", "integer", "long", "half_float", "float", "double", "ip", "keyword"}
)
LONGEST_IN_URL = 2000


@dataclass(frozen=True)
class Work:
    """What to make of the values of one list."""

    client: KibanaClient
    list_id: str
    kind: str
    wanted: Sequence[str]
    exact: bool
    concurrency: int

    def compare(self, stored: Sequence[str]) -> Change:
        """What has to change where these values are stored."""
        return compare(self.kind, stored, self.wanted, self.exact)

    def read(self) -> list[str]:
        """The stored values; none where the list itself cannot be seen (yet)."""
        try:
            return values_of_text(self.client.text("POST", f"{ITEMS}/_export", params={"list_id": self.list_id}))
        except KibanaError as error:
            if is_missing(error):
                return []
            raise


def is_missing(error: KibanaError) -> bool:
    """An export of a list that is not there is answered with 400 or 404, as the version may be."""
    if error.status == 404:
        return not is_route_missing(error.error)
    return error.status == 400 and "does not exist" in message_of(error.error)


def converge(work: Work, change: Change, more: Mapping[str, Any]) -> None:
    """Carry out *change* and see that it holds.

    Raises :class:`PartialFailure` where something is left, with what was done; *more* goes into its result.
    """
    left, attempt = change, 0
    while left.size and attempt < ATTEMPTS:
        problems = _write(work, left)
        final = any(problem.status in FINAL for problem in problems)
        before, left = left, _look(work, left, () if final else WAITS)
        if final or not problems:
            break
        attempt = 0 if left.size < before.size else attempt + 1
    if left.size:
        raise _failure(work, change, left, problems, more)


def _write(work: Work, change: Change) -> list[KibanaError]:
    """One go at all of it; returns what went wrong. New values come first: better one too many than one missing."""
    return [*_import(work, list(change.add.values())), *_delete(work, change)]


def _import(work: Work, values: Sequence[str]) -> list[KibanaError]:
    parts = list(chunks(values, CHUNK_LINES, CHUNK_BYTES, lambda value: len(value.encode()) + 1))

    def send(number: int) -> None:
        file = ("values.txt", "".join(f"{value}\n" for value in parts[number]).encode(), "text/plain")
        work.client.call("POST", f"{ITEMS}/_import", params={"list_id": work.list_id}, files={"file": file})

    return _try_all(range(len(parts)), send, min(IMPORTS, work.concurrency))


def _delete(work: Work, change: Change) -> list[KibanaError]:
    queries = list(_deletions(work, change)) if change.drop else []
    return _try_all(queries, lambda query: work.client.delete(f"{ITEMS}?{query}"), work.concurrency)


def _try_all(keys: Sequence[Key], write: Callable[[Key], Any], concurrency: int) -> list[KibanaError]:
    """Write all that can be written; what went wrong."""
    errors: list[KibanaError] = []

    def attempt(key: Key) -> None:
        try:
            write(key)
        except KibanaError as error:
            errors.append(error)
            raise

    in_parallel(keys, attempt, concurrency)
    return errors


def _deletions(work: Work, change: Change) -> Iterator[str]:
    """The query of each request that is needed."""
    values = {value for spellings in change.drop.values() for value in spellings}
    if work.kind in EXACT_SEARCH and all(len(quote(value)) <= LONGEST_IN_URL for value in values):
        for value in sorted(values):
            yield urlencode({"list_id": work.list_id, "value": value})
        return
    for item in _all_items(work):
        if str(item["value"]).strip() in values:
            yield urlencode({"id": item["id"]})


def _all_items(work: Work) -> Iterator[dict[str, Any]]:
    """Every stored item. The cursor is what leads Kibana beyond the first 10 000."""
    page, seen, cursor = 1, 0, None
    while True:
        params = {"list_id": work.list_id, "page": page, "per_page": 1000, **({"cursor": cursor} if cursor else {})}
        answer = work.client.get(f"{ITEMS}/_find", params=params)
        yield from answer["data"]
        page, seen, cursor = page + 1, seen + len(answer["data"]), answer.get("cursor")
        if not answer["data"] or seen >= answer["total"]:
            return


def _look(work: Work, change: Change, waits: Sequence[float]) -> Change:
    """What is left to do, read again as long as it gets less and, where nothing moves, for the sum of *waits*."""
    left, idle = work.compare(work.read()), 0
    while left.size and idle < len(waits):
        time.sleep(waits[idle])
        before, left = left, work.compare(work.read())
        idle = 0 if left.size < before.size else idle + 1
    return left


def _failure(
    work: Work, change: Change, left: Change, problems: Sequence[KibanaError], more: Mapping[str, Any]
) -> PartialFailure:
    """What was done, and what was not and why."""
    counts = change.counts(left)
    reason = problems[0].message if problems else _silence(work, left)
    done = (
        f"{counts['added']} of {len(change.add)} values were added, {counts['deleted']} of {len(change.drop)} deleted."
    )
    result = {
        **(problems[0].as_result() if problems else {}),
        **more,
        "changed": bool(more.get("changed") or counts["added"] or counts["deleted"]),
        "item_counts": counts,
        "items_not_added": shorten(left.add.values(), 1000),
        "items_not_deleted": shorten((spellings[0] for spellings in left.drop.values()), 1000),
    }
    result.pop("msg", None)
    return PartialFailure(f"{reason} {done}", result)


def _silence(work: Work, left: Change) -> str:
    """The reason where Kibana gave none."""
    if left.add:
        named = ", ".join(map(repr, shorten(left.add.values(), 10)))
        return (
            f"Kibana accepted the import and dropped {len(left.add)} of its values, as it does with what is no valid"
            f" {work.kind}: {named}."
        )
    named = ", ".join(map(repr, shorten((spellings[0] for spellings in left.drop.values()), 10)))
    return f"Kibana acknowledged the deletion of {len(left.drop)} values that are still there: {named}."
