# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the seconds and the counts of every task as a line of JSON to the file named by TIMINGS_FILE."""

from __future__ import annotations

import json
import os
import time

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: timings
type: aggregate
short_description: How long each task took
description: For the benchmarks of this collection.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "timings"

    def v2_playbook_on_task_start(self, task, is_conditional):
        self._start = time.perf_counter()

    def v2_runner_on_ok(self, result):
        seconds = time.perf_counter() - self._start
        items = result._result.get("results", [result._result])
        line = {
            "name": result._task.get_name(),
            "seconds": seconds,
            "items": len(items),
            "changed": sum(bool(item.get("changed")) for item in items),
        }
        with open(os.environ["TIMINGS_FILE"], "a", encoding="utf-8") as handle:
            handle.write(json.dumps(line) + "\n")
