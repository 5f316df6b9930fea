# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What drifted: the results of ``kibana_apply`` and ``kibana_prune`` in check mode as one report.

Pure functions. A report is ``{title, time, drift, summary, kibanas: [{name, summary, objects: [...]}]}``, an object
``{kind, object, result, changes: [{field, from, to}], msg}``. Secrets were masked by those who wrote the diffs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

WORDS = ("created", "updated", "deleted", "failed", "unchanged")
ABSENT = "(absent)"


def report(title: str, time: str, results: Mapping[str, Iterable[Mapping[str, Any]]]) -> dict[str, Any]:
    """The report on several Kibanas; *results* are the results of the tasks by the name of the Kibana."""
    kibanas = [kibana(name, parts) for name, parts in results.items()]
    summary = {word: sum(part["summary"][word] for part in kibanas) for word in WORDS}
    drift = any(summary[word] for word in WORDS[:4])
    return {"title": title, "time": time, "drift": drift, "summary": summary, "kibanas": kibanas}


def kibana(name: str, parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The part of one Kibana: what differs, and how many objects do not."""
    objects: list[dict[str, Any]] = []
    summary = dict.fromkeys(WORDS, 0)
    for part in parts:
        for item in differing(part):
            objects.append(item)
        for word in WORDS:
            summary[word] += int((part.get("summary") or {}).get(word, 0))
        if not part.get("objects") and part.get("failed"):
            summary["failed"] += 1
            objects.append(entry(part, part.get("kind", "task"), "failed", msg=part.get("msg", "no reason given")))
    return {"name": name, "summary": summary, "objects": objects}


def differing(part: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The objects of one result that differ, or of which nobody knows, because they failed."""
    diffs: dict[str, list[Mapping[str, Any]]] = {}
    shown = part.get("diff") or []
    for diff in shown if isinstance(shown, list) else [shown]:
        diffs.setdefault(str(diff.get("after_header", "")).partition(": ")[2], []).append(diff)
    for item in part.get("objects") or ():
        if item["result"] == "unchanged":
            continue
        own = diffs.pop(item["object"], [])
        changes = [change for diff in own for change in changed(diff.get("before"), diff.get("after")) if says(change)]
        yield entry({**part, **item}, item["object"], item["result"], changes, item.get("msg", ""))


def entry(
    part: Mapping[str, Any], name: str, result: str, changes: Iterable[Mapping[str, Any]] = (), msg: str = ""
) -> dict[str, Any]:
    """An object of the report."""
    found = {"kind": part.get("kind", ""), "object": name, "result": result, "changes": list(changes)}
    if part.get("space"):
        found["space"] = part["space"]
    return {**found, "msg": msg} if msg else found


def says(change: Mapping[str, Any]) -> bool:
    """Whether a change says something: of a field that is not there, that it would be empty does not."""
    return change["from"] != ABSENT or change["to"] not in (None, "", [], {})


def changed(before: Any, after: Any, path: str = "") -> Iterator[dict[str, Any]]:
    """Field by field, what differs; a field that is not there is ``(absent)``."""
    before, after = ({} if value in (None, "") and not path else value for value in (before, after))
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in [*before, *(name for name in after if name not in before)]:
            below = f"{path}.{name}" if path else str(name)
            yield from changed(before.get(name, ABSENT), after.get(name, ABSENT), below)
    elif before != after:
        yield {"field": path or "content", "from": before, "to": after}
