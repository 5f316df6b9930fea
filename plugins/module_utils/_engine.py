# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The life of a task that manages one object: read, plan, act, and say what was done."""

from __future__ import annotations

from typing import Any, cast

from ansible_collections.stackops.kibana.plugins.module_utils._args import UPDATE_SECRETS
from ansible_collections.stackops.kibana.plugins.module_utils._client import fill_path, pause
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import KNOWN_AFTER_APPLY, mask, prune
from ansible_collections.stackops.kibana.plugins.module_utils._plan import Plan, PlanError, Policy, plan
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource
from ansible_collections.stackops.kibana.plugins.module_utils._task import Context, run_action

CONFLICT_ATTEMPTS = 4


def run(resource: Resource) -> None:
    """The ``main()`` of a module that manages one object of a resource."""
    options = {
        **resource.options,
        "state": {"type": "str", "choices": list(resource.states), "default": "present"},
        **(UPDATE_SECRETS if resource.write_only else {}),
    }
    run_action(_converge, options, resource=resource, **resource.rules)


def _converge(context: Context) -> dict[str, Any]:
    """Read, plan, and act until Kibana accepts it: a conflict is read and planned again."""
    resource, made = cast("Resource", context.resource), None
    context.recorded = resource.secrets_file(context) if resource.secrets_file else None
    for attempt in range(CONFLICT_ATTEMPTS):
        current, step = context.client.reads.attempt(lambda: _look(context, resource), lambda seen: not seen[1].changed)
        if not step.changed:
            return _result(context, resource, made or step, current)
        if context.check_mode:
            return _result(context, resource, step, None)
        try:
            written = _apply(context, resource, step)
        except KibanaError as error:
            if attempt == CONFLICT_ATTEMPTS - 1 or not _may_have_passed(error, step, attempt):
                raise
            made = step  # Kibana can report a conflict, or nothing at all, and have done what was asked
            pause(attempt)
            continue
        result = _result(context, resource, step, written)
        if context.recorded:
            context.recorded.note(context, step, written, result)
        return result
    raise AssertionError("unreachable")


def _may_have_passed(error: KibanaError, step: Plan, attempt: int) -> bool:
    """Whether reading again can help: a conflict, or a create whose answer was lost.

    A create that conflicts although the object is not there conflicts with something else, and for ever.
    """
    if step.action == "create":
        return error.ambiguous or (error.status == 409 and attempt == 0)
    return error.status == 409


def _look(context: Context, resource: Resource) -> tuple[dict[str, Any] | None, Plan]:
    """The object as Kibana holds it (None: absent), and the plan for it.

    Most objects have no lock: what is to be written is read again where Kibana was asked anything in between.
    """
    client, current = context.client, _find(context, resource)
    sent, step = client.sent, _plan(context, resource, current)
    if step.changed and resource.in_space:
        client.require_space(context.check_mode)
    if client.sent > sent and not context.check_mode:
        client.reads.borrowed = True
    return current, step


def _find(context: Context, resource: Resource) -> dict[str, Any] | None:
    """The object as Kibana holds it, or None."""
    if resource.find:
        return resource.find(context)
    client, key = context.client, context.params.get(resource.key)
    if key is not None:
        path = fill_path(resource.item, {resource.key: key})
        if resource.list_is_complete:
            return client.reads.find(resource.listing, key, path, resource.probe)
        found: Any = client.find(path, in_space=resource.in_space, probe=resource.probe)
        return unwrap(found, resource)
    return find_by_name(context, resource, resource.name_key, context.params[resource.name_key])


def unwrap(answer: Any, resource: Resource) -> dict[str, Any] | None:
    """The object in an answer of Kibana."""
    found: dict[str, Any] | None = answer[resource.envelope] if answer is not None and resource.envelope else answer
    return found


def find_by_name(context: Context, resource: Resource, field: str, name: Any) -> dict[str, Any] | None:
    """The one object of the collection whose *field* is *name*, looked for to the end; two are an error."""
    found = context.client.reads.search(resource.listing, lambda item: item.get(field) == name)
    if len(found) > 1:
        ids = ", ".join(sorted(str(item[resource.key]) for item in found))
        raise PlanError(f"{len(found)} objects have the {field} {name!r} ({resource.key}: {ids}): give {resource.key}.")
    return found[0] if found else None


def _plan(context: Context, resource: Resource, current: dict[str, Any] | None) -> Plan:
    """What to do; a resource's own plan is not asked about what is absent and is to be."""
    if current is None and context.params["state"] == "absent":
        return Plan("none")
    if resource.plan:
        planned: Plan = resource.plan(context, current)
        return planned
    return default_plan(context, current)


def policy_of(context: Context, view: dict[str, Any] | None) -> Policy:
    """How a task wants its object, with the secrets that differ from those recorded for what is there (*view*)."""
    params = context.params
    rotated: frozenset[tuple[str, ...]] = frozenset()
    if context.recorded and view is not None and params["state"] != "absent":
        rotated = context.recorded.rotated(context, view)
    return Policy(params["state"], params.get("update_secrets", "on_create"), rotated)


def default_plan(context: Context, current: dict[str, Any] | None) -> Plan:
    """The plan for an object as ``find`` returned it; a resource's own ``plan`` may start from it."""
    resource = cast("Resource", context.resource)
    view = resource.decode(current) if resource.decode and current is not None else current
    return plan(resource, context.desired, view, policy_of(context, view))


def _apply(context: Context, resource: Resource, step: Plan) -> dict[str, Any] | None:
    """Carry out a plan and return the object afterwards (None: deleted)."""
    context.client.reads.anew = True
    if resource.apply:
        left = resource.apply(context, step) or (_find(context, resource) if step.action != "delete" else None)
        return _surely(context, resource, left)
    client, identity = context.client, {**context.desired, **(step.current or {})}  # to fill the URL templates
    if step.action == "delete":
        client.delete(fill_path(resource.item, identity), in_space=resource.in_space)
        return _surely(context, resource, None)
    creating = step.action == "create"
    template = (resource.create or resource.collection) if creating else (resource.update or resource.item)
    body = resource.encode(step) if resource.encode else step.body
    answer: Any = client.call(
        resource.create_method if creating else resource.update_method,
        fill_path(template, identity),
        json=body,
        in_space=resource.in_space,
        safe=context.params.get(resource.key) is not None,
    )
    if answer is None or not resource.answers_object:
        return _find(context, resource)
    return unwrap(answer, resource)


def _surely(context: Context, resource: Resource, left: dict[str, Any] | None) -> dict[str, Any] | None:
    """What is left of an object. Fails where Kibana did not know how to delete it, and it is there all the same."""
    doubt = context.client.doubt
    if doubt is not None and left is None and _find(context, resource) is not None:
        raise doubt
    return left


def _result(context: Context, resource: Resource, step: Plan, raw: dict[str, Any] | None) -> dict[str, Any]:
    """The result of a task; all is read from the plan but the object, which is Kibana's where there is one."""
    result: dict[str, Any] = {"changed": step.changed}
    if step.changed and context.module._diff:
        result["diff"] = step.diff(resource)
    if step.action != "delete" and context.params["state"] != "absent":
        view = resource.decode(raw) if resource.decode and raw is not None else raw
        predicted = {resource.key: KNOWN_AFTER_APPLY, **prune(step.after)}
        result[resource.result_key] = mask(view if view is not None else predicted, resource.traits)
    return {**result, **step.extra}
