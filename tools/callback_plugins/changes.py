# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes what each task did as a line of JSON to the file named by CHANGES_FILE; for tools/demo.py."""

from __future__ import annotations

import json
import os

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: changes
type: aggregate
short_description: What each task did, as lines of JSON
description: For the demonstration of this collection.
"""


def happened(result):
    """What a result that is no failure says: unchanged, or what became of the object."""
    if not result.get("changed"):
        return "unchanged"
    diff = result.get("diff")
    if not isinstance(diff, dict):
        return "action taken"
    return "deleted" if not diff.get("after") else "changed" if diff.get("before") else "created"


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "changes"

    def _write(self, result, failed=False):
        found = result._result
        what = "failed" if failed else happened(found)
        line = {"task": result._task.get_name(), "what": what, "label": found.get("_ansible_item_label")}
        if failed:
            line["message"] = str(found.get("msg"))
        with open(os.environ["CHANGES_FILE"], "a", encoding="utf-8") as handle:
            handle.write(json.dumps(line, default=str) + "\n")

    def v2_runner_on_ok(self, result):
        if not result._task.loop:  # of a loop, the items are written
            self._write(result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        if not result._task.loop or "results" not in result._result:
            self._write(result, failed=True)

    def v2_runner_item_on_ok(self, result):
        self._write(result)

    def v2_runner_item_on_failed(self, result):
        self._write(result, failed=True)
