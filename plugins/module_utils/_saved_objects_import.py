# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Importing saved objects: what is there is read first, and only what differs is sent.

Kibana imports a file as a whole: one conflict or one missing reference, and nothing is written, although the answer
lists the other objects as successes. So those that failed are taken out, and the rest is sent again.

An object whose id belongs to another space gets a new id here, and keeps the old one as its origin. Kibana finds it by
that at the next import, and so does this module.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError
from ansible_collections.stackops.kibana.plugins.module_utils._many import chunks
from ansible_collections.stackops.kibana.plugins.module_utils._plan import Plan
from ansible_collections.stackops.kibana.plugins.module_utils._saved_objects import (
    CHUNK_OBJECTS,
    EXPORT,
    Key,
    Saved,
    dependencies_first,
    essence,
    key_of,
    lines,
    name_of,
    parse,
    read,
    reason,
    warning,
)

IMPORT = "/api/saved_objects/_import"
RESOLVE = "/api/saved_objects/_resolve_import_errors"
CHUNK_BYTES = 20_000_000  # Kibana takes 25 MiB
CHECKED_REFERENCES = ("index-pattern", "search")  # Kibana looks for no others
RESOLVABLE = ("conflict", "ambiguous_conflict", "missing_references")
LATER = "Not attempted, because the connection or the credentials failed before."
Failures = dict[Key, str]


@dataclass
class Work:
    """One import. ``items`` are the objects of the file by key, ``retries`` what a task says about single ones."""

    client: KibanaClient
    items: dict[Key, Saved]
    overwrite: bool
    copies: bool = False
    compatibility: bool = False
    ignore_missing: bool = False
    replacements: Sequence[Mapping[str, str]] = ()
    retries: Mapping[Key, Mapping[str, Any]] = field(default_factory=dict)
    plans: dict[Key, Plan] = field(default_factory=dict)
    failures: Failures = field(default_factory=dict)
    targets: dict[Key, str] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)

    def said(self, key: Key, name: str) -> Any:
        """What the task says about one object."""
        return self.retries.get(key, {}).get(name)

    def is_copy(self, key: Key) -> bool:
        """Whether an object is to get a new id at every run."""
        return bool(self.copies or (self.said(key, "createNewCopy") and not self.said(key, "destinationId")))

    def may_overwrite(self, key: Key) -> bool:
        """Whether an object may replace one that is there."""
        own = self.said(key, "overwrite")
        return self.overwrite if own is None else bool(own)

    def swaps(self, key: Key) -> list[dict[str, str]]:
        """The references of an object that are to lead elsewhere."""
        first: dict[Key, dict[str, str]] = {}
        for one in [*(self.said(key, "replaceReferences") or []), *self.replacements]:
            first.setdefault((one["type"], one["from"]), dict(one))
        refs = {(ref["type"], ref["id"]) for ref in self.items[key].get("references") or []}
        return [one for place, one in first.items() if place in refs]

    def references(self, key: Key) -> list[dict[str, Any]]:
        """The references of an object as they will be."""
        swapped = {(one["type"], one["from"]): one["to"] for one in self.swaps(key)}
        found = []
        for ref in self.items[key].get("references") or []:
            place = ref["type"], ref["id"]
            target = swapped.get(place) or self.targets.get(place) or ref["id"]
            found.append({**ref, "id": target})
        return found


def plan(work: Work) -> None:
    """Read what is there and decide what becomes of each object of the file."""
    copies = [key for key in work.items if work.is_copy(key)]
    others = [key for key in work.items if not work.is_copy(key)]
    found = _current(work, others)
    for key in copies:
        work.plans[key] = Plan("create", after=essence(work.items[key]))
    for key in others:
        if key in work.failures:
            continue
        after = essence({**work.items[key], "references": work.references(key)})
        stored = found.get(key)
        if stored is None:
            work.plans[key] = Plan("create", after=after)
            continue
        before = essence(stored)
        same = before == after
        work.plans[key] = Plan("none" if same else "update", before, before if same else after, current=stored)
        if not same and not work.may_overwrite(key):
            work.failures[key] = "It is there already and differs, and overwrite is false."
        if not same:
            _tell_of_migration(work, key, stored)


def _tell_of_migration(work: Work, key: Key, stored: Saved) -> None:
    old, new = work.items[key].get("typeMigrationVersion"), stored.get("typeMigrationVersion")
    if old and new and old != new:
        work.told.append(
            f"{name_of(key)} is from another version of Kibana ({old}, here {new}), which migrates it at each import."
            " Export it anew if it is reported as changed at each run."
        )


def _current(work: Work, keys: Sequence[Key]) -> dict[Key, Saved]:
    """The objects that those of the file would replace."""
    places = {key: (key[0], str(work.said(key, "destinationId") or key[1])) for key in keys}
    found, wrong = read(work.client, sorted({*places.values()}))
    for key, place in places.items():
        if place in wrong:
            work.failures[key] = "Kibana cannot import objects of this type."
        elif place[1] != key[1]:
            work.targets[key] = place[1]
    there = {key: found[place] for key, place in places.items() if place in found}
    lost = [key for key in keys if not (key in there or key in work.failures or work.said(key, "destinationId"))]
    return {**there, **_by_origin(work, lost)}


def _by_origin(work: Work, keys: Sequence[Key]) -> dict[Key, Saved]:
    """The objects that came from the given ones, and have ids of their own in this space."""
    there: dict[Key, list[Saved]] = {}
    if keys:
        body = {"type": sorted({key[0] for key in keys}), "excludeExportDetails": True}
        try:
            items, _unused = parse("the export", work.client.text("POST", EXPORT, json=body))
        except KibanaError as error:
            if error.status != 400:  # there are more than Kibana exports
                raise
            items = []
        for item in items:
            if item.get("originId"):
                there.setdefault((item["type"], item["originId"]), []).append(item)
    found = {}
    for key in keys:
        kin = there.get((key[0], str(work.items[key].get("originId") or key[1])), [])
        if len(kin) > 1:
            ids = ", ".join(sorted(item["id"] for item in kin))
            work.failures[key] = f"Several objects come from it ({ids}): say which with destinationId."
        elif kin:
            found[key] = kin[0]
            work.targets[key] = kin[0]["id"]
    return found


def missing_references(work: Work) -> dict[Key, list[Key]]:
    """What Kibana will miss of the objects to be written: data views and searches that are nowhere."""
    wanted: dict[Key, list[Key]] = {}
    for key in changing(work):
        if work.ignore_missing or work.said(key, "ignoreMissingReferences"):
            continue
        refs = [(ref["type"], ref["id"]) for ref in work.references(key) if ref["type"] in CHECKED_REFERENCES]
        own = {*work.items} | {(one[0], target) for one, target in work.targets.items()}
        absent = [ref for ref in refs if ref not in own]
        if absent:
            wanted[key] = absent
    found, _unused = read(work.client, sorted({ref for refs in wanted.values() for ref in refs}))
    lost = {key: [ref for ref in refs if ref not in found] for key, refs in wanted.items()}
    return {key: refs for key, refs in lost.items() if refs}


def changing(work: Work) -> list[Key]:
    """The objects to be written, what others refer to first."""
    wanted = [key for key, step in work.plans.items() if step.changed and key not in work.failures]
    return list(dependencies_first(work.items, wanted))


def files(work: Work) -> list[list[Key]]:
    """The objects to be written in files of a size that Kibana takes."""
    return list(chunks(changing(work), CHUNK_OBJECTS, CHUNK_BYTES, lambda key: len(lines([work.items[key]]).encode())))


def write(work: Work) -> None:
    """Import all that differs, file by file."""
    stopped = False
    for keys in files(work):
        left = [key for key in keys if key not in work.failures]
        while left and not stopped:
            try:
                failed = _import(work, left)
            except KibanaError as error:
                work.failures.update(dict.fromkeys(left, error.message))
                stopped = error.status in (None, 401, 403)
                break
            if not failed:
                break
            left = [key for key in left if key not in failed]
        if stopped:
            work.failures.update({key: LATER for key in keys if key not in work.failures})


def _import(work: Work, keys: Sequence[Key]) -> set[Key]:
    """Import one file. Returns the objects to take out before the rest is sent again; empty: all is done."""
    answer = _send(work, keys)
    blocked = set()
    for error in answer.get("errors") or []:
        key = key_of(error)
        work.failures[key] = reason(error.get("error") or {})
        if (error.get("error") or {}).get("type") in RESOLVABLE:
            blocked.add(key)
    work.told += [warning(one) for one in answer.get("warnings") or []]
    if blocked:
        return {key for key in keys if key in work.failures}
    for one in answer.get("successResults") or []:
        if one.get("destinationId"):
            work.targets[key_of(one)] = one["destinationId"]
    done = {key_of(one) for one in answer.get("successResults") or []}
    silent = [key for key in keys if key not in done and key not in work.failures]
    work.failures.update(dict.fromkeys(silent, "Kibana says neither that it was imported nor why not."))
    return set()


def _send(work: Work, keys: Sequence[Key]) -> dict[str, Any]:
    content = lines(_line(work, key, {*keys}) for key in keys).encode("utf-8")
    form: dict[str, Any] = {"file": ("import.ndjson", content, "application/ndjson")}
    params: dict[str, str] = {"compatibilityMode": "true"} if work.compatibility else {}
    if work.copies:
        params["createNewCopies"] = "true"
    elif any(work.plans[key].action == "update" for key in keys):
        params["overwrite"] = "true"
    retries = [_retry(work, key) for key in keys]
    # What is to be overwritten can be sent again after a lost answer; what is new or a copy cannot.
    safe = not any(work.is_copy(key) for key in keys) and "overwrite" in params
    path = IMPORT
    if any(set(retry) - {"type", "id", "overwrite"} for retry in retries):
        path, form["retries"] = RESOLVE, (None, json.dumps(retries))
        params.pop("overwrite", None)
    answer: dict[str, Any] = work.client.call("POST", path, params=params, files=form, safe=safe)
    return answer


def _line(work: Work, key: Key, sent: set[Key]) -> Saved:
    """An object as it is sent. Of what is not sent along Kibana does not know that it has another id here."""
    swapped = {(one["type"], one["from"]) for one in work.swaps(key)}
    references = []
    for ref in work.items[key].get("references") or []:
        place = ref["type"], ref["id"]
        known = place in work.targets and place not in sent and place not in swapped
        references.append({**ref, "id": work.targets[place]} if known else ref)
    return {**work.items[key], "references": references}


def _retry(work: Work, key: Key) -> dict[str, Any]:
    """What Kibana is told about one object."""
    retry: dict[str, Any] = {"type": key[0], "id": key[1]}
    if work.plans[key].action == "update":
        retry["overwrite"] = True
    if work.said(key, "destinationId"):
        retry["destinationId"] = work.said(key, "destinationId")
    if work.swaps(key):
        retry["replaceReferences"] = work.swaps(key)
    if work.said(key, "createNewCopy"):
        retry["createNewCopy"] = True
    if work.ignore_missing or work.said(key, "ignoreMissingReferences"):
        retry["ignoreMissingReferences"] = True
    return retry
