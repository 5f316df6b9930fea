# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""One pure function decides what a task has to do; everything that is reported or sent is read from its answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._normalise import (
    SECRET_SENT,
    fill,
    leaves,
    mask,
    mask_hidden,
    merge_fields,
    nest,
    overlay,
    prune,
    same,
    secrets_of,
    strip,
)
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource


class PlanError(Exception):
    """The task asks for something that cannot be done; the text says what and why, in one sentence."""


class PartialFailure(Exception):
    """Some of what a task had to do failed; ``result`` says what was done all the same."""

    def __init__(self, message: str, result: dict[str, Any]) -> None:
        super().__init__(message)
        self.result = result


@dataclass(frozen=True)
class Policy:
    """How a task wants its object: ``state`` and ``update_secrets`` are the options of these names.

    ``rotated`` are the paths of those secrets that are not the ones which were sent the last time.
    """

    state: str = "present"
    update_secrets: str = "on_create"
    rotated: frozenset[tuple[str, ...]] = frozenset()

    def sends(self, path: tuple[str, ...]) -> bool:
        """Whether to send a secret that Kibana has already."""
        return self.update_secrets == "always" or path in self.rotated


@dataclass(frozen=True)
class Plan:
    """What to do: ``action`` is none, create, update or delete.

    ``before`` and ``after`` are the comparable object, without read-only fields and secrets. ``secrets`` are those to
    send with this plan, ``kept`` those that Kibana showed and that an update has to repeat. ``current`` is the object
    as Kibana gave it (None: absent), ``desired`` the pruned task, ``extra`` are further keys for the result.
    """

    action: str
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, Any] = field(default_factory=dict)
    current: dict[str, Any] | None = None
    desired: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)

    @property
    def changed(self) -> bool:
        return self.action != "none"

    @property
    def body(self) -> dict[str, Any]:
        """The whole object after the change, with the secrets to send."""
        return dict(overlay(overlay(self.after, self.kept), self.secrets))

    def diff(self, resource: Resource) -> dict[str, Any]:
        """The diff of the task: of a secret it says only that it will be sent."""
        shown = mask(self.secrets, resource.traits, SECRET_SENT)
        after = mask_hidden(self.before, self.after, resource.traits)
        return {"before": prune(mask(self.before, resource.traits)), "after": prune(overlay(after, shown))}


def plan(resource: Resource, desired: dict[str, Any], current: dict[str, Any] | None, policy: Policy) -> Plan:
    """Decide what brings *current* (shaped like the options, None where absent) to *desired*.

    Raises :class:`PlanError` where a field that Kibana fixes at creation differs.
    """
    node = resource.traits
    before = fill(strip(current, node), node) if current is not None else {}
    if policy.state == "absent":
        return Plan("none" if current is None else "delete", before=before, current=current)
    desired = prune(desired)
    wanted, secrets = strip(desired, node), secrets_of(desired, node)
    if current is None:
        after = fill(merge_fields({}, wanted, node), node)
        return Plan("create", {}, after, secrets, None, desired)
    wanted = {name: item for name, item in wanted.items() if item != {} or before.get(name)}  # else nothing to clear
    _refuse_immutable(resource, before, wanted)
    merged = merge_fields(before, wanted, node)
    touched = any(item is not before.get(name) for name, item in merged.items())  # mostly nothing is
    after = fill(merged, node) if touched else before
    differs = touched and not same(before, after, node)
    sent, kept = _secrets(resource, secrets, current, policy)
    if not (differs or sent):
        return Plan("none", before, before, {}, current, desired)
    if resource.resend_secrets:
        sent = secrets
    return Plan("update", before, after, sent, current, desired, kept=kept)


def _secrets(
    resource: Resource, given: dict[str, Any], current: dict[str, Any], policy: Policy
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Which of the given secrets to send with an update, and which of the stored ones to repeat."""
    if not resource.echo_secrets:
        if policy.update_secrets == "always":
            return given, {}
        return nest({path: item for path, item in leaves(given, references=False).items() if policy.sends(path)}), {}
    twins = {tuple(one.split(".")): tuple(two.split(".")) for one, two in resource.secret_pairs.items()}
    plain = set(twins)
    twins.update({two: one for one, two in twins.items()})
    stored = leaves(secrets_of(current, resource.traits))
    wanted = leaves(given)
    sent = {
        path: value
        for path, value in wanted.items()
        if policy.sends(path) or not (path in stored or twins.get(path) in stored)
    }
    kept = {
        path: value
        for path, value in stored.items()
        if not (path in sent or twins.get(path) in sent or (path in plain and twins[path] in stored))
    }
    return nest(sent), nest(kept)


def _refuse_immutable(resource: Resource, before: dict[str, Any], wanted: dict[str, Any]) -> None:
    for name in sorted(resource.immutable):
        if (
            before.get(name) is not None
            and name in wanted
            and not same(before[name], wanted[name], resource.traits.child(name))
        ):
            raise PlanError(
                f"{name} is {before[name]!r} and Kibana cannot change it to {wanted[name]!r} on an existing object;"
                f" delete the object first, or give it another {resource.key}."
            )
