# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Many objects in one task: plan them all, write what differs in chunks, and say of each what became of it.

Nothing is written before everything is planned, and a failure of one object never hides the others.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any, TypeVar

from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PartialFailure, Plan, PlanError, Policy, plan
from ansible_collections.stackops.kibana.plugins.module_utils._progress import Progress
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource
from ansible_collections.stackops.kibana.plugins.module_utils._task import Context

Item = TypeVar("Item")
Key = TypeVar("Key", bound=Hashable)
Plans = dict[str, Plan]
Refine = Callable[[Any, Plan, Mapping[str, Any]], Plan]
Decide = Callable[[Mapping[str, Any], Any], Plan]
Describe = Callable[[str, Plan], Mapping[str, Any]]
WORDS = {"none": "unchanged", "create": "created", "update": "updated", "delete": "deleted"}

HOPELESS = (None, 401, 403, 429, 503)  # what has failed so after all retries fails for the next object, too

# The options that a list-valued module offers for deleting what is not listed.
EXACT: dict[str, dict[str, Any]] = {"exact": {"type": "bool", "default": False}, "max_deletions": {"type": "int"}}


def plan_many(
    resource: Resource,
    wanted: Iterable[Mapping[str, Any]],
    current: Mapping[str, dict[str, Any]],
    policy: Policy,
    remove: Iterable[str] = (),
    refine: Refine | None = None,
    decide: Decide | None = None,
) -> Plans:
    """The plan of every wanted object by its key, then of those to remove.

    *wanted* are the elements of the module's option, *current* the objects as Kibana gave them, by key. *remove* are
    the keys that may go unless they are wanted. ``refine(raw, plan, element)`` may replace a plan,
    ``decide(element, raw)`` makes it from the start. Raises :class:`PlanError`, also for what is wanted twice.
    """
    plans: Plans = {}
    for item in wanted:
        key = str(item[resource.key])
        if key in plans:
            raise PlanError(f"{resource.key} {key!r} is listed twice.")
        raw = current.get(key)
        step = decide(item, raw) if decide else _plan_one(resource, dict(item), raw, policy)
        plans[key] = refine(current.get(key), step, item) if refine else step
    for key in sorted(remove):
        if key not in plans:
            plans[key] = _plan_one(resource, {}, current[key], Policy("absent"))
    return plans


def _plan_one(resource: Resource, item: dict[str, Any], current: dict[str, Any] | None, policy: Policy) -> Plan:
    view = resource.decode(current) if resource.decode and current is not None else current
    return plan(resource, item, view, policy)


def guard_deletions(plans: Plans, most: int | None) -> None:
    """Stop before anything is written where more would be deleted than the user allows."""
    doomed = [key for key, step in plans.items() if step.action == "delete"]
    if most is not None and len(doomed) > most:
        named = ", ".join(doomed[:10]) + (", ..." if len(doomed) > 10 else "")
        raise PlanError(
            f"{len(doomed)} objects would be deleted, more than max_deletions ({most}) allows."
            f" Nothing was changed. They are: {named}"
        )


def chunks(items: Iterable[Item], count: int, size: int, measure: Callable[[Item], int]) -> Iterator[list[Item]]:
    """Cut *items* into lists of at most *count* items and *size* bytes by *measure*; an item is never split."""
    chunk: list[Item] = []
    total = 0
    for item in items:
        weight = measure(item)
        if chunk and (len(chunk) >= count or total + weight > size):
            yield chunk
            chunk, total = [], 0
        chunk.append(item)
        total += weight
    if chunk:
        yield chunk


def json_size(value: Any) -> int:
    """The bytes of a value in a JSON body."""
    return len(json.dumps(value).encode()) + 1


def write_many(
    chunked: Iterable[Sequence[Key]], write: Callable[[Sequence[Key]], Mapping[Key, str]], concurrency: int = 1
) -> dict[Key, str]:
    """Write chunk by chunk and return why which keys failed.

    ``write`` returns the failures within its chunk. Where it raises, the whole chunk has failed. See ``in_parallel``.
    """
    parts = list(chunked)
    failures: dict[Key, str] = {}

    def attempt(number: int) -> None:
        failures.update(write(parts[number]))

    for number, message in in_parallel(range(len(parts)), attempt, concurrency).items():
        failures.update(dict.fromkeys(parts[number], message))
    return failures


def in_parallel(keys: Sequence[Key], write: Callable[[Key], Any], concurrency: int) -> dict[Key, str]:
    """Write each key by a request of its own, several at a time, and return why which keys failed.

    What is not begun yet is not attempted where the connection, the credentials or an overloaded Kibana are the
    reason. An interruption waits for the requests under way, and starts no other: the next run continues from there.
    """
    stopped: list[str] = []

    def attempt(key: Key) -> str | None:
        if stopped:
            return f"not attempted, because: {stopped[0]}"
        try:
            write(key)
        except KibanaError as error:
            if error.status in HOPELESS:
                stopped.append(error.message)
            return error.message
        return None

    progress, outcomes = Progress(len(keys)), {}
    for key, message in _run(keys, attempt, max(1, min(concurrency, len(keys)))):
        progress.add()
        if message is not None:
            outcomes[key] = message
    return {key: outcomes[key] for key in keys if key in outcomes}


def _run(keys: Sequence[Key], attempt: Callable[[Key], str | None], workers: int) -> Iterator[tuple[Key, str | None]]:
    """What *attempt* says of each key, as it ends."""
    if workers == 1:
        for key in keys:
            yield key, attempt(key)
        return
    pool = ThreadPoolExecutor(max_workers=workers)
    try:
        futures = {pool.submit(attempt, key): key for key in keys}
        for future in as_completed(futures):
            yield futures[future], future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def still_failing(failures: Mapping[str, str], replan: Callable[[], Mapping[str, Plan]]) -> dict[str, str]:
    """Those of the *failures* that are real: a request whose answer was lost may have been carried out.

    *replan* reads and plans again; it is called only where something failed.
    """
    if not failures:
        return {}
    try:
        plans = replan()
    except (KibanaError, PlanError):
        return dict(failures)
    return {key: text for key, text in failures.items() if key in plans and plans[key].changed}


def report(
    context: Context,
    resource: Resource,
    plans: Plans,
    failures: Mapping[str, str],
    describe: Describe | None = None,
) -> dict[str, Any]:
    """The result of the task: every object, the counts, and a diff for each change that was (or would be) made.

    ``describe(key, plan)`` names an object in the result, where its key alone does not. Raises
    :class:`PartialFailure` with the same result where an object failed.
    """
    result = outcome(context, resource, plans, failures, describe)
    complain(len(plans), failures, result)
    return result


def outcome(
    context: Context,
    resource: Resource,
    plans: Plans,
    failures: Mapping[str, str],
    describe: Describe | None = None,
) -> dict[str, Any]:
    """Like ``report``, whether an object failed or not."""
    results = [_result(resource, key, step, failures, describe) for key, step in plans.items()]
    made = {key: step for key, step in plans.items() if step.changed and key not in failures}
    result: dict[str, Any] = {"changed": bool(made), resource.result_key: results, "summary": _summary(results)}
    if context.module._diff and made:
        result["diff"] = [_diff(resource, key, step) for key, step in made.items()]
    return result


def complain(total: int, failures: Mapping[str, str], result: dict[str, Any]) -> None:
    """Raise :class:`PartialFailure` where some of *total* objects failed."""
    if failures:
        reasons = "; ".join(f"{key}: {message}" for key, message in list(failures.items())[:5])
        more = f"; and {len(failures) - 5} more" if len(failures) > 5 else ""
        raise PartialFailure(f"{len(failures)} of {total} objects failed: {reasons}{more}", result)


def _result(
    resource: Resource, key: str, step: Plan, failures: Mapping[str, str], describe: Describe | None
) -> dict[str, Any]:
    named = describe(key, step) if describe else {resource.key: key}
    if key in failures:
        return {**named, "result": "failed", "msg": failures[key]}
    return {**named, "result": WORDS[step.action]}


def _summary(results: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    counts = dict.fromkeys((*WORDS.values(), "failed"), 0)
    for item in results:
        counts[item["result"]] += 1
    return counts


def _diff(resource: Resource, key: str, step: Plan) -> dict[str, Any]:
    header = f"{resource.result_key}: {key}"
    return {"before_header": header, "after_header": header, **step.diff(resource)}
