# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many rules, also from files of the controller. Documented in plugins/modules/detection_rules.py."""

from __future__ import annotations

from typing import Any

from ansible_collections.stackops.kibana.plugins.plugin_utils import _rule_content
from ansible_collections.stackops.kibana.plugins.plugin_utils._action import ActionModule as KibanaAction
from ansible_collections.stackops.kibana.plugins.plugin_utils._connect import failure
from ansible_collections.stackops.kibana.plugins.plugin_utils._rule_toml import RuleFileError


class ActionModule(KibanaAction):
    """Reads rule files here, where templates would only cost time, and hands their rules to the module."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """The module's result, or what is wrong with the files."""
        args = dict(self._task.args)
        src = args.get("rules_src")
        if src is None or args.get("rules") is not None:
            return super().run(tmp, task_vars)  # the module says which options do not go together
        try:
            content = _rule_content.taken(args, "rules_src", self._loader.path_dwim)
        except RuleFileError as error:
            return {**failure(error), "changed": False}
        if content.problems:
            return {"failed": True, "changed": False, "msg": _rule_content.summary(content.problems, src)}
        rules = [one.options for one in content.things["rules"]]
        if not rules:  # with exact, a wrong directory would delete all there is
            return {"failed": True, "changed": False, "msg": f"There is no rule in {src} ({content.files} files)."}
        self._task.args = {**args, "rules": rules}
        return super().run(tmp, task_vars)
