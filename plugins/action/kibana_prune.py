# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deletes what no list names. Documented in plugins/modules/kibana_prune.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._args import CONNECTION, SettingsError
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.plugin_utils import _prune, _sources
from ansible_collections.stackops.kibana.plugins.plugin_utils._apply import ManyAction
from ansible_collections.stackops.kibana.plugins.plugin_utils._connect import client_for, connection_of, failure

NAMES = "areas, objects, scope, owner, defaults, spaces, max_deletions and the options of the connection"


class ActionModule(ManyAction):
    """Finds what is not listed in each area, and deletes it in the reverse order of dependency."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """What was deleted, by area. Nothing is deleted before all of it is known to be allowed."""
        result = self.begin(task_vars)
        try:
            areas, most, connection = self._options()
            surplus = {area.kind: self._surplus(area, connection) for area in areas}
            _prune.guard(surplus, most)
        except (_prune.Refusal, SettingsError, PlanError, KibanaError) as error:
            return {**result, **failure(error)}
        parts = [
            self.apply_all(kind, [_prune.deletion(one) for one in found], connection, task_vars)
            for kind, found in surplus.items()
        ]
        self._remove_tmp_path(self._connection._shell.tmpdir)
        return {**result, **_prune.combined(parts)}

    def _options(self) -> tuple[list[_prune.Area], int, dict[str, Any]]:
        """The areas in the order of deletion, how much may go, and the connection. Raises ``Refusal``."""
        args = dict(self._task.args)
        areas, most = _prune.areas_of(args), _prune.limit(args.pop("max_deletions", None))
        unknown = sorted(set(args) - set(CONNECTION) - {"space"})
        if unknown:
            raise _prune.Refusal(f"Unsupported options: {', '.join(unknown)}. kibana_prune has {NAMES}.")
        return areas, most, connection_of(args)

    def _surplus(self, area: _prune.Area, connection: Mapping[str, Any]) -> list[_sources.Found]:
        """The objects of an area that are to go, of every space that is looked at."""
        found: list[_sources.Found] = []
        for space in area.spaces(connection.get("kibana_space")):
            client = client_for({**connection, "kibana_space": space}, self._display.warning)
            for one in _sources.objects(client, area.kind):
                if area.takes(one, space):
                    found.append(_prune.placed(one, space))
        return found
