# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What actions on many objects of one kind have in common: giving them to modules, and one result for all of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible.utils.display import Display

from ansible_collections.stackops.kibana.plugins.module_utils._args import CONNECTION
from ansible_collections.stackops.kibana.plugins.plugin_utils import _kinds
from ansible_collections.stackops.kibana.plugins.plugin_utils._action import ActionModule as KibanaAction

PROGRESS_EVERY = 50
WORDS = ("created", "updated", "deleted", "unchanged", "failed")


@dataclass(frozen=True)
class Batch:
    """What one run of a module applies: its arguments, and which of the objects are among them."""

    module: str
    args: dict[str, Any]
    numbers: list[int]
    option: str = ""  # where the module takes a list
    returned: str = ""  # and where it returns one


class ManyAction(KibanaAction):
    """Applies each object by its own module, or several by one that takes a list."""

    _supports_async = False

    def apply_all(
        self, kind: str, objects: list[dict[str, Any]], connection: dict[str, Any], task_vars: dict[str, Any] | None
    ) -> dict[str, Any]:
        """Give every object its turn, and return the combined result."""
        outcomes = list(self._outcomes(kind, objects, connection, task_vars))
        return combined(kind, objects, outcomes, self._task.diff)

    def _outcomes(
        self, kind: str, objects: list[dict[str, Any]], connection: dict[str, Any], task_vars: dict[str, Any] | None
    ) -> Iterator[tuple[Batch, dict[str, Any]]]:
        """Each batch and what its module returned, in order."""
        done, unreachable = 0, ""
        for batch in batches(kind, objects, connection):
            if unreachable:
                yield batch, {"failed": True, "msg": f"not attempted, because: {unreachable}"}
                continue
            outcome = self.execute(batch.module, batch.args, task_vars)
            if lost(outcome):
                unreachable = outcome["msg"]
            before, done = done, done + len(batch.numbers)
            if done // PROGRESS_EVERY > before // PROGRESS_EVERY:
                Display().v(f"{kind}: {done} of {len(objects)}")
            yield batch, outcome


def batches(kind: str, objects: list[dict[str, Any]], connection: dict[str, Any]) -> list[Batch]:
    """How the objects are given to modules: together where a module takes several, the space and all else being equal.

    Together they come where the first of them stands.
    """
    many, found = _kinds.BY_MODULE[kind].many, []
    together: dict[str, Batch] = {}
    for number, item in enumerate(objects):
        if many is None or any(name in item for name in many.alone):
            found.append(Batch(kind, {**connection, **item}, [number]))
            continue
        outside = {name: item[name] for name in item if name in (*CONNECTION, "space", *many.outside)}
        key = json.dumps(outside, sort_keys=True, default=str)
        if key not in together:
            args = {**connection, **outside, many.option: []}
            together[key] = Batch(many.module, args, [], many.option, many.returned or many.option)
            found.append(together[key])
        together[key].args[many.option].append({name: item[name] for name in item if name not in outside})
        together[key].numbers.append(number)
    return found


def lost(outcome: Mapping[str, Any]) -> bool:
    """Whether an object failed for a reason that every other will fail for, too: nobody answers, or knows the user."""
    if not outcome.get("failed"):
        return False
    return outcome.get("status") == 401 or ("method" in outcome and outcome.get("status") is None)


def combined(
    kind: str, objects: list[dict[str, Any]], outcomes: list[tuple[Batch, dict[str, Any]]], diff: bool
) -> dict[str, Any]:
    """The result of the task: every object, the counts, the diffs, the warnings of all."""
    labels = [_kinds.label(kind, item) for item in objects]
    entries = {
        number: {"object": labels[number], **place(batch), **said}
        for batch, outcome in outcomes
        for number, said in zip(batch.numbers, told(batch, outcome))
    }
    result: dict[str, Any] = {"kind": kind, "changed": any(outcome.get("changed") for _batch, outcome in outcomes)}
    result["objects"] = [entries[number] for number in sorted(entries)]
    counts = [item["result"] for item in result["objects"]]
    result["summary"] = {word: counts.count(word) for word in WORDS}
    if diff and result["changed"]:
        result["diff"] = [
            part for batch, outcome in outcomes for part in diffs(kind, labels[batch.numbers[0]], batch, outcome)
        ]
    for key in ("warnings", "deprecations"):
        texts = [text for _batch, outcome in outcomes for text in outcome.get(key) or ()]
        if texts:
            result[key] = [text for number, text in enumerate(texts) if text not in texts[:number]]
    return {**result, **failure(result["objects"])}


def place(batch: Batch) -> dict[str, str]:
    """The space that a batch was told to work in, where it was."""
    space = batch.args.get("kibana_space") or batch.args.get("space")
    return {"space": str(space)} if space else {}


def failure(entries: list[dict[str, Any]]) -> dict[str, Any]:
    """What makes the task a failed one, where an object failed."""
    failed = [item for item in entries if item["result"] == "failed"]
    if not failed:
        return {}
    reasons = "; ".join(f"{item['object']}: {item['msg']}" for item in failed[:5])
    more = f"; and {len(failed) - 5} more" if len(failed) > 5 else ""
    return {"failed": True, "msg": f"{len(failed)} of {len(entries)} objects failed: {reasons}{more}"}


def told(batch: Batch, outcome: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is said of each object of a batch."""
    listed = outcome.get(batch.returned) if batch.option else None
    if isinstance(listed, list) and len(listed) >= len(batch.numbers):
        return [{key: item[key] for key in ("result", "msg") if key in item} for item in listed]
    if outcome.get("failed"):
        known = {key: outcome[key] for key in ("status", "method", "path", "error") if key in outcome}
        return [{"result": "failed", "msg": outcome.get("msg", "no reason given"), **known}] * len(batch.numbers)
    return [{"result": word(outcome)}] * len(batch.numbers)


def word(outcome: Mapping[str, Any]) -> str:
    """How the change of an object is called, read from its diff."""
    if not outcome.get("changed"):
        return "unchanged"
    found = outcome.get("diff")
    if isinstance(found, Mapping):
        if not found.get("before"):
            return "created"
        if not found.get("after"):
            return "deleted"
    return "updated"


def diffs(kind: str, label: str, batch: Batch, outcome: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The diffs of a batch, each with a header that names its object."""
    found = outcome.get("diff") or []
    shown = []
    for part in found if isinstance(found, list) else [found]:
        own = str(part.get("after_header", "")).partition(": ")[2] if batch.option else ""
        header = f"{kind}: {own or label}"
        shown.append({**part, "before_header": header, "after_header": header})
    return shown
