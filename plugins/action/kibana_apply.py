# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many objects of one kind in one task, each by its own module. Documented in plugins/modules/kibana_apply.py."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible.utils.display import Display

from ansible_collections.stackops.kibana.plugins.module_utils._args import CONNECTION
from ansible_collections.stackops.kibana.plugins.plugin_utils import _kinds
from ansible_collections.stackops.kibana.plugins.plugin_utils._action import ActionModule as KibanaAction

PROGRESS_EVERY = 50
WORDS = ("created", "updated", "deleted", "unchanged", "failed")


class ActionModule(KibanaAction):
    """Applies each object by its own module and reports on all of them."""

    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """The combined result. A failed object makes the task fail once all others have had their turn."""
        result = self.begin(task_vars)
        options = self._options()
        if "msg" in options:
            return {**result, "failed": True, **options}
        outcomes = list(self._outcomes(options, task_vars))
        self._remove_tmp_path(self._connection._shell.tmpdir)
        return {**result, **combined(options["kind"], outcomes, self._task.diff)}

    def _options(self) -> dict[str, Any]:
        """The checked options, with the connection's apart as ``connection``; or ``msg`` with what is wrong."""
        args = dict(self._task.args)
        kind, objects, defaults = args.pop("kind", None), args.pop("objects", None), args.pop("defaults", None) or {}
        unknown = sorted(set(args) - set(CONNECTION) - {"space"})
        if unknown:
            return {"msg": f"Unsupported options: {', '.join(unknown)}. kibana_apply has kind, objects and defaults."}
        if kind not in _kinds.APPLICABLE:
            return {"msg": f"kind is {kind!r}: it must be one of {', '.join(_kinds.APPLICABLE)}."}
        if not isinstance(defaults, Mapping):
            return {"msg": "defaults must be a dictionary of options."}
        if not isinstance(objects, list):
            return {"msg": "objects must be a list of dictionaries, each with the options of one object."}
        for number, item in enumerate(objects):
            if not isinstance(item, Mapping):
                return {"msg": f"objects[{number}] must be a dictionary with the options of {kind}."}
        return {"kind": kind, "objects": [{**defaults, **item} for item in objects], "connection": args}

    def _outcomes(
        self, options: dict[str, Any], task_vars: dict[str, Any] | None
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """The label and the module's result of each object, in order."""
        kind, objects, unreachable = options["kind"], options["objects"], ""
        for number, item in enumerate(objects, 1):
            label = _kinds.label(kind, item)
            if unreachable:
                yield label, {"failed": True, "msg": f"not attempted, because: {unreachable}"}
                continue
            outcome = self.execute(kind, {**options["connection"], **item}, task_vars)
            if lost(outcome):
                unreachable = outcome["msg"]
            if number % PROGRESS_EVERY == 0:
                Display().v(f"{kind}: {number} of {len(objects)}")
            yield label, outcome


def lost(outcome: Mapping[str, Any]) -> bool:
    """Whether an object failed for a reason that every other will fail for, too: nobody answers, or knows the user."""
    if not outcome.get("failed"):
        return False
    return outcome.get("status") == 401 or ("method" in outcome and outcome.get("status") is None)


def combined(kind: str, outcomes: list[tuple[str, dict[str, Any]]], diff: bool) -> dict[str, Any]:
    """The result of the task: every object, the counts, the diffs, the warnings of all."""
    result: dict[str, Any] = {"kind": kind, "changed": any(outcome.get("changed") for _label, outcome in outcomes)}
    result["objects"] = [entry(label, outcome) for label, outcome in outcomes]
    counts = [item["result"] for item in result["objects"]]
    result["summary"] = {word: counts.count(word) for word in WORDS}
    if diff and result["changed"]:
        result["diff"] = [part for label, outcome in outcomes for part in diffs(f"{kind}: {label}", outcome)]
    for key in ("warnings", "deprecations"):
        texts = [text for _label, outcome in outcomes for text in outcome.get(key) or ()]
        if texts:
            result[key] = [text for number, text in enumerate(texts) if text not in texts[:number]]
    failed = [item for item in result["objects"] if item["result"] == "failed"]
    if failed:
        reasons = "; ".join(f"{item['object']}: {item['msg']}" for item in failed[:5])
        more = f"; and {len(failed) - 5} more" if len(failed) > 5 else ""
        result.update(failed=True, msg=f"{len(failed)} of {len(outcomes)} objects failed: {reasons}{more}")
    return result


def entry(label: str, outcome: dict[str, Any]) -> dict[str, Any]:
    """What is said of one object."""
    if outcome.get("failed"):
        known = {key: outcome[key] for key in ("status", "method", "path", "error") if key in outcome}
        return {"object": label, "result": "failed", "msg": outcome.get("msg", "no reason given"), **known}
    return {"object": label, "result": word(outcome)}


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


def diffs(header: str, outcome: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The diffs of one object, each with a header that names it."""
    found = outcome.get("diff") or []
    parts = found if isinstance(found, list) else [found]
    return [{"before_header": header, "after_header": header, **part} for part in parts]
