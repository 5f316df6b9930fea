# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many objects of one kind in one task, each by its own module. Documented in plugins/modules/kibana_apply.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._args import CONNECTION
from ansible_collections.stackops.kibana.plugins.module_utils._errors import tidy
from ansible_collections.stackops.kibana.plugins.plugin_utils import _kinds
from ansible_collections.stackops.kibana.plugins.plugin_utils._apply import ManyAction

NAMES = "kind, objects, defaults, owner and the options of the connection"


class ActionModule(ManyAction):
    """Applies the objects that the task lists."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """The combined result. A failed object makes the task fail once all others have had their turn."""
        result = self.begin(task_vars)
        options = self._options()
        if "msg" in options:
            return {**result, "failed": True, "msg": tidy(options["msg"])}
        result.update(self.apply_all(**options, task_vars=task_vars))
        self._remove_tmp_path(self._connection._shell.tmpdir)
        return result

    def _options(self) -> dict[str, Any]:
        """The checked options, with the connection's apart as ``connection``; or ``msg`` with what is wrong."""
        args = dict(self._task.args)
        kind, objects, defaults = args.pop("kind", None), args.pop("objects", None), args.pop("defaults", None) or {}
        owner = args.pop("owner", None)
        unknown = sorted(set(args) - set(CONNECTION) - {"space"})
        if unknown:
            return {"msg": f"Unsupported options: {', '.join(unknown)}. kibana_apply has {NAMES}."}
        if kind not in _kinds.APPLICABLE:
            return {"msg": f"kind is {kind!r}: it must be one of {', '.join(_kinds.APPLICABLE)}."}
        if not isinstance(defaults, Mapping):
            return {"msg": "defaults must be a dictionary of options."}
        if not isinstance(objects, list):
            return {"msg": "objects must be a list of dictionaries, each with the options of one object."}
        for number, item in enumerate(objects):
            if not isinstance(item, Mapping):
                return {"msg": f"objects[{number}] must be a dictionary with the options of {kind}."}
        objects = [{**defaults, **item} for item in objects]
        if owner:
            objects = [item if is_absent(item) else _kinds.marked(kind, item, str(owner)) for item in objects]
        return {"kind": kind, "objects": objects, "connection": args}


def is_absent(item: Mapping[str, Any]) -> bool:
    """Whether an object is to go."""
    return item.get("state") == "absent"
