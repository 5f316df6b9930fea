# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of detection content before it is changed. Documented in plugins/modules/detection_rule_snapshot.py."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._args import CONNECTION, SettingsError
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError, unreadable
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.plugin_utils import _export_files, _rule_snapshot
from ansible_collections.stackops.kibana.plugins.plugin_utils._action import ActionModule as KibanaAction
from ansible_collections.stackops.kibana.plugins.plugin_utils._connect import (
    HALF_A_CHARACTER,
    client_for,
    connection_of,
    failure,
)
from ansible_collections.stackops.kibana.plugins.plugin_utils._prune import DEFAULT_SPACE

READ = {
    "value_lists": _rule_snapshot.value_lists,
    "exception_lists": _rule_snapshot.exception_lists,
    "connectors": _rule_snapshot.connectors,
    "rules": _rule_snapshot.rules,
}
NAMES = f"dest, {', '.join(READ)}, results and the options of the connection"
HEAD = """# Written by stackops.kibana.detection_rule_snapshot: what was there before it was changed.
---
"""


class Refusal(Exception):
    """The options are not right."""


class ActionModule(KibanaAction):
    """Reads the objects, and writes the file."""

    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """The path of the file, and how much is in it."""
        result = self.begin(task_vars)
        try:
            dest, named, connection = self._options()
            results = named.pop("results")
            changes = _rule_snapshot.changes(results)
            named = {kind: [*names, *_rule_snapshot.changing(results)[kind]] for kind, names in named.items()}
            client = client_for(connection, self._display.warning)
            space = client.settings.space or DEFAULT_SPACE
            found = {kind: READ[kind](client, names) for kind, names in named.items() if names}
        except (Refusal, SettingsError, PlanError, KibanaError) as error:
            return {**result, **failure(error)}
        except UnicodeEncodeError:
            return {**result, **failure(Refusal(HALF_A_CHARACTER))}
        return {**result, **self._written(dest, found, space), "changes": changes}

    def _options(self) -> tuple[Path, dict[str, Any], dict[str, Any]]:
        args = dict(self._task.args)
        dest, named = args.pop("dest", None), {kind: args.pop(kind, None) or [] for kind in (*READ, "results")}
        unknown = sorted(set(args) - set(CONNECTION) - {"space"})
        if unknown:
            raise Refusal(f"Unsupported options: {', '.join(unknown)}. detection_rule_snapshot has {NAMES}.")
        if not isinstance(dest, str) or not dest or unreadable(dest):
            raise Refusal("dest must be the path of the file to write.")
        for kind, names in named.items():
            if not isinstance(names, list):
                raise Refusal(f"{kind} must be a list.")
        for kind in ("value_lists", "connectors", "rules"):
            if not all(isinstance(name, (str, int)) for name in named[kind]):
                raise Refusal(f"{kind} must be a list of texts.")
            named[kind] = [str(name) for name in named[kind]]
        for one in named["exception_lists"]:
            if not isinstance(one, Mapping) or not one.get("list_id"):
                raise Refusal("exception_lists must be a list of dictionaries with list_id.")
        if not all(isinstance(one, Mapping) for one in named["results"]):
            raise Refusal("results must be a list of registered results.")
        return Path(self._loader.path_dwim(dest)), named, connection_of(args)

    def _written(self, dest: Path, found: dict[str, list[dict[str, Any]]], space: str) -> dict[str, Any]:
        if not found:
            return {"changed": False, "dest": "", "summary": dict.fromkeys(READ, 0)}
        plain = json.loads(json.dumps({"about": {"space": space}, **found}))  # no texts that Ansible has tagged
        text = HEAD + _export_files.dump(plain)
        try:
            written, diffs = _export_files.write(dest.parent, {dest.name: text}, self._task.check_mode)
        except OSError as error:
            return failure(Refusal(f"{error.filename or dest} cannot be written: {error.strerror or error}."))
        result: dict[str, Any] = {
            "changed": bool(written),
            "dest": str(dest),
            "summary": {kind: len(found.get(kind, ())) for kind in READ},
        }
        return {**result, **({"diff": diffs} if diffs and self._task.diff else {})}
