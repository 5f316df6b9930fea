# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What anonymization fields and prompts of the AI assistant share: find, and one bulk request for what differs.

Kibana takes up to 100 operations in a request. One name that exists already refuses the whole request, so a refused
one is cut in halves until the culprit is alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError
from ansible_collections.stackops.kibana.plugins.module_utils._many import (
    Plans,
    Refine,
    chunks,
    guard_deletions,
    json_size,
    plan_many,
    report,
    still_failing,
    write_many,
)
from ansible_collections.stackops.kibana.plugins.module_utils._plan import Plan, PlanError, Policy
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource
from ansible_collections.stackops.kibana.plugins.module_utils._task import Context

BASE = "/api/security_ai_assistant"
PAGE_SIZE = 1000
CHUNK_COUNT = 100
CHUNK_BYTES = 900_000  # Kibana accepts 1 MiB
STAMPS = frozenset({"id", "timestamp", "createdAt", "updatedAt", "createdBy", "updatedBy", "namespace", "users"})


@dataclass(frozen=True)
class Kind:
    """One kind of object: its ``resource``, and what follows from how Kibana treats it.

    ``path`` is its part of the URL and the key of an error's objects. ``fixed`` are fields that an update must not
    carry. ``guarded``: Kibana itself refuses a second object of the same name, so that a repeated create is safe.
    """

    path: str
    resource: Resource
    fixed: frozenset[str]
    guarded: bool
    refine: Refine | None = None


def find(client: KibanaClient, path: str, sort_field: str, **params: Any) -> list[dict[str, Any]]:
    """All objects of a kind, or those that the KQL expression ``filter`` selects."""
    query = {"sort_field": sort_field, "sort_order": "asc", **params}
    pages = client.pages(f"{BASE}/{path}/_find", items="data", size_name="per_page", size=PAGE_SIZE, params=query)
    return list(pages)


def converge(context: Context, kind: Kind) -> dict[str, Any]:
    """Bring the list of a task about: read all, plan, write what differs. The result of the module."""
    plans = _plan(context, kind)
    guard_deletions(plans, context.params["max_deletions"])
    failures: dict[str, str] = {}
    if any(step.changed for step in plans.values()):
        context.client.require_space(context.check_mode)
        if not context.check_mode:
            failures = still_failing(_write(context.client, kind, plans), lambda: _plan(context, kind))
    return report(context, kind.resource, plans, failures)


def check(params: Mapping[str, Any]) -> str | None:
    """What is wrong with the options of a list, if anything."""
    if params["exact"] and params["state"] == "absent":
        return "exact deletes what is not listed, and state=absent deletes what is: give only one of them."
    return None


def _plan(context: Context, kind: Kind) -> Plans:
    params, key, name = context.params, kind.resource.key, kind.resource.result_key
    found = find(context.client, kind.path, key)
    wanted = {item[key] for item in params[name]}
    current = _by_key(found, key, wanted)
    remove = [each for each in current if params["exact"] and fnmatchcase(each, params["scope"])]
    return plan_many(kind.resource, params[name], current, Policy(params["state"]), remove, kind.refine)


def _by_key(found: Iterable[dict[str, Any]], key: str, wanted: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The objects by name. Raises :class:`PlanError` where a wanted name stands for two of them."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for item in found:
        groups.setdefault(item[key], []).append(item)
    for name in wanted:
        if len(groups.get(name, ())) > 1:
            ids = ", ".join(sorted(item["id"] for item in groups[name]))
            raise PlanError(f"{len(groups[name])} objects have the {key} {name!r} (id: {ids}): delete all but one.")
    return {name: items[0] for name, items in groups.items()}


def _write(client: KibanaClient, kind: Kind, plans: Plans) -> dict[str, str]:
    changed = {key: step for key, step in plans.items() if step.changed}
    cut = chunks(changed, CHUNK_COUNT, CHUNK_BYTES, lambda key: json_size(changed[key].body))
    return write_many(cut, lambda keys: _send(client, kind, {key: changed[key] for key in keys}))


def _send(client: KibanaClient, kind: Kind, plans: Plans) -> dict[str, str]:
    """One request, or two of half the size where Kibana refused it because of one object."""
    body = _body(kind, plans)
    try:
        safe = kind.guarded or "create" not in body
        client.call("POST", f"{BASE}/{kind.path}/_bulk_action", json=body, safe=safe)
    except KibanaError as error:
        attributes = error.error.get("attributes") if isinstance(error.error, dict) else None
        if attributes:
            return _failed(kind, plans, attributes, error.message)
        if error.status not in (409, 500):
            raise
        if len(plans) == 1:
            return dict.fromkeys(plans, error.message)
        keys = list(plans)
        halves = keys[: len(keys) // 2], keys[len(keys) // 2 :]
        return {k: v for half in halves for k, v in _send(client, kind, {key: plans[key] for key in half}).items()}
    return {}


def _body(kind: Kind, plans: Plans) -> dict[str, Any]:
    creates = [step.body for step in plans.values() if step.action == "create"]
    updates = [_update(kind, step) for step in plans.values() if step.action == "update"]
    doomed = [(step.current or {})["id"] for step in plans.values() if step.action == "delete"]
    body = {"create": creates, "update": updates, "delete": {"ids": doomed} if doomed else None}
    return {name: part for name, part in body.items() if part}


def _update(kind: Kind, step: Plan) -> dict[str, Any]:
    """Kibana changes the given fields and leaves the others."""
    given = {name: value for name, value in step.body.items() if name in step.desired and name not in kind.fixed}
    return {"id": (step.current or {})["id"], **given}


def _failed(kind: Kind, plans: Plans, attributes: Mapping[str, Any], text: str) -> dict[str, str]:
    """Why which objects failed, where Kibana did the others."""
    reasons = {
        item.get("id"): error["message"] for error in attributes.get("errors", ()) for item in error.get(kind.path, ())
    }
    results = attributes.get("results", {})
    done = {item["id"] for item in results.get("updated", ())} | set(results.get("deleted", ()))
    made = {item[kind.resource.key] for item in results.get("created", ())}
    failed = [
        key
        for key, step in plans.items()
        if (key not in made if step.current is None else step.current["id"] not in done)
    ]
    return {key: reasons.get((plans[key].current or {}).get("id"), text) for key in failed}
