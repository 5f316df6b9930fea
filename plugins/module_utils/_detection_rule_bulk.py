# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Writing many detection rules: import, bulk deletion, and a look at what Kibana made of it.

An import answers with HTTP 200 whatever happens, and does not name the rules that it wrote. So what was sent is read
again and compared, which also tells whether a request was carried out whose answer got lost.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient, fill_path, pause
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule import EXCEPTION_LIST, encode, unlike
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_find import (
    CHUNK_IDS,
    PATH,
    Failures,
    by_bulk_action,
    read_rules,
)
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError, is_route_missing, message_of
from ansible_collections.stackops.kibana.plugins.module_utils._many import (
    Plans,
    chunks,
    in_parallel,
    json_size,
    write_many,
)
from ansible_collections.stackops.kibana.plugins.module_utils._plan import Plan
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource

CHUNK_RULES = 200  # Kibana takes 10 000; an answer within kibana_timeout matters more
CHUNK_BYTES = 9_000_000  # Kibana takes 10 MiB
CONCURRENCY = 5
LOOKS = 3  # a search may lag behind what was just written
ROUTES = ("bulk_action", "bulk_delete")


def write_rules(client: KibanaClient, resource: Resource, plans: Plans, prefer: str) -> tuple[Failures, str]:
    """Carry out the plans. Returns why which rules failed, and the route that deleted ("": none was to be deleted)."""
    steps = {key: step for key, step in plans.items() if step.changed}
    doomed = {key: str(_stored(step)["id"]) for key, step in steps.items() if step.action == "delete"}
    switched = {key: step for key, step in steps.items() if _is_switch(step)}
    alone = [
        key
        for key, step in steps.items()
        if step.action == "update" and _stored(step).get("immutable") and key not in switched
    ]
    imported = {key: step for key, step in steps.items() if not (key in doomed or key in alone or key in switched)}
    said, route = delete_rules(client, doomed, prefer) if doomed else ({}, "")
    said.update(switch_rules(client, switched))
    # To a prebuilt rule an import is a change of its source, not only of its fields.
    said.update(in_parallel(alone, lambda key: client.call("PUT", PATH, json=encode(steps[key])), CONCURRENCY))
    said.update(import_rules(client, imported))
    wrong, untouched = look(client, resource, {key: steps[key] for key in {**imported, **said}}, said)
    if untouched:  # a rule whose connector is missing keeps older Kibana from importing the rest of the file
        said = import_rules(client, untouched)
        wrong = {key: text for key, text in wrong.items() if key not in untouched}
        wrong.update(look(client, resource, untouched, said)[0])
    return wrong, route


def _is_switch(step: Plan) -> bool:
    """Whether all that an update does is to enable or disable the rule."""
    return step.action == "update" and {**step.before, "enabled": None} == {**step.after, "enabled": None}


def switch_rules(client: KibanaClient, steps: Plans) -> Failures:
    """Enable and disable rules, a hundred with one request, without writing anything else of them."""
    failures: Failures = {}
    for action, wanted in (("enable", True), ("disable", False)):
        keys = [key for key, step in steps.items() if bool(step.after["enabled"]) is wanted]

        def switch(part: Sequence[str], action: str = action) -> Failures:
            return by_bulk_action(client, {str(_stored(steps[key])["id"]): key for key in part}, action)

        failures.update(write_many(chunks(keys, CHUNK_IDS, CHUNK_BYTES, len), switch))
    return failures


def look(client: KibanaClient, resource: Resource, steps: Plans, said: Failures) -> tuple[Failures, Plans]:
    """What is wrong with rules after they were written, and which were not touched although no error was reported.

    *said* are the failures that were reported; they do not count where the rule is as planned all the same.
    """
    wrong: Failures = {}
    untouched: Plans = {}
    for attempt in range(LOOKS):
        try:
            stored = read_rules(client, steps)
        except KibanaError as error:
            unknown = f"It is not known whether this was done: {error.message}"
            return {key: said.get(key, unknown) for key in steps}, {}
        faults = {key: fault(resource, step, stored.get(key)) for key, step in steps.items()}
        wrong = {key: said.get(key, text) for key, text in faults.items() if text}
        untouched = {
            key: steps[key]
            for key in wrong
            if key not in said and stored.get(key, {}).get("updated_at") == _stored(steps[key]).get("updated_at")
        }
        if wrong.keys() <= said.keys():
            break
        if attempt < LOOKS - 1:
            pause(attempt)
    return wrong, untouched


def fault(resource: Resource, step: Plan, stored: dict[str, Any] | None) -> str:
    """What is wrong with a rule after it was written; "" if nothing is."""
    if step.action == "delete":
        return "Kibana reported no error, and the rule is still there." if stored else ""
    if stored is None:
        return "Kibana reported no error, and the rule is not there."
    fields = unlike(resource, step, stored)
    return f"Kibana reported no error, and holds something else in: {', '.join(fields)}." if fields else ""


def import_rules(client: KibanaClient, steps: Plans) -> Failures:
    """Import rules in files of a size that Kibana takes. A new rule is never written over one that is there."""
    _make_endpoint_list(client, steps)
    files = chain.from_iterable(
        chunks(
            [key for key, step in steps.items() if step.action == action],
            CHUNK_RULES,
            CHUNK_BYTES,
            lambda key: json_size(encode(steps[key])),
        )
        for action in ("create", "update")
    )
    return write_many(files, lambda keys: _import({key: steps[key] for key in keys}, client))


def _import(steps: Plans, client: KibanaClient) -> Failures:
    """Import one file. Returns the failures that Kibana reports."""
    overwrite = any(step.action == "update" for step in steps.values())
    lines = "".join(json.dumps(encode(step)) + "\n" for step in steps.values())
    try:
        answer = client.call(
            "POST",
            PATH + "/_import",
            params={"overwrite": str(overwrite).lower()},
            files={"file": ("rules.ndjson", lines.encode(), "application/ndjson")},
            safe=True,  # a repetition finds the rules there, or writes them once more
        )
    except KibanaError as error:
        if error.status != 413 or len(steps) == 1:
            raise
        keys = list(steps)
        half = len(keys) // 2
        parts = (keys[:half], keys[half:])
        return {key: text for part in parts for key, text in _import({k: steps[k] for k in part}, client).items()}
    return reported(answer, list(steps))


def reported(answer: Mapping[str, Any], keys: Sequence[str]) -> Failures:
    """The failures in the answer to an import, by rule. One that names no rule of the file may concern any of them."""
    failures: Failures = {}
    for kind in ("errors", "exceptions_errors", "action_connectors_errors"):
        for entry in answer.get(kind) or []:
            named = str(entry.get("rule_id") or "")
            # The rules that lack a connector are named together.
            found = [named] if named in keys else [part for part in named.split(",") if part in keys]
            for key in found or keys:
                failures.setdefault(key, message_of(entry) or "Kibana gives no reason.")
    return failures


def _make_endpoint_list(client: KibanaClient, steps: Plans) -> None:
    """Make the list of endpoint exceptions where a rule refers to it: an import does not, and would drop it."""
    lists = {entry["list_id"] for step in steps.values() for entry in step.after.get("exceptions_list") or []}
    if "endpoint_list" not in lists:
        return
    try:
        if client.find(fill_path(EXCEPTION_LIST, {"list_id": "endpoint_list", "namespace_type": "agnostic"})) is None:
            client.call("POST", "/api/endpoint_list", safe=True)
    except KibanaError:
        return  # the import tells which rules suffer from it


def delete_rules(client: KibanaClient, ids: Mapping[str, str], prefer: str) -> tuple[Failures, str]:
    """Delete rules, whose random ids are the values. Returns the failures, and the route that was taken.

    Where this Kibana lacks the preferred route, the other one is taken.
    """
    routes = sorted(ROUTES, key=lambda name: name != prefer)

    def delete(keys: Sequence[str]) -> Failures:
        while True:
            try:
                return _DELETE[routes[0]](client, {ids[key]: key for key in keys})
            except KibanaError as error:
                if error.status != 404 or not is_route_missing(error.error) or len(routes) == 1:
                    raise
                routes.pop(0)

    chunked = chunks(list(ids), CHUNK_IDS, CHUNK_BYTES, len)
    return write_many(chunked, delete), routes[0]


def _by_bulk_delete(client: KibanaClient, keys: Mapping[str, str]) -> Failures:
    """``DELETE _bulk_delete``: HTTP 200 with a list of deleted rules and errors, in the order of the request."""
    answer = client.call("DELETE", PATH + "/_bulk_delete", json=[{"id": identity} for identity in keys])
    return {
        keys[item["id"]]: message_of(item["error"]) for item in answer if "error" in item and item.get("id") in keys
    }


_DELETE = {"bulk_action": by_bulk_action, "bulk_delete": _by_bulk_delete}


def _stored(step: Plan) -> dict[str, Any]:
    """The rule as it was when the task began."""
    return step.current or {}
