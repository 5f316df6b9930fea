# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Kibana as variable files. Documented in plugins/modules/kibana_export.py."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._args import CONNECTION, SettingsError
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.plugin_utils import _export_files, _kinds, _mapping, _select, _sources
from ansible_collections.stackops.kibana.plugins.plugin_utils._action import ActionModule as KibanaAction
from ansible_collections.stackops.kibana.plugins.plugin_utils._connect import client_for, connection_of, failure
from ansible_collections.stackops.kibana.plugins.plugin_utils._prune import DEFAULT_SPACE

NAMES = "dest, areas, spaces, filters, references, mapping and the options of the connection"


class ActionModule(KibanaAction):
    """Reads the objects, chooses among them, and writes the files that differ."""

    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """The files and how much is in them."""
        result = self.begin(task_vars)
        try:
            options, connection = self._options()
            chosen = self._chosen(options, connection)
        except (_select.Refusal, SettingsError, PlanError, KibanaError) as error:
            return {**result, **failure(error)}
        return {**result, **self._written(options, chosen, connection.get("kibana_space") or DEFAULT_SPACE)}

    def _options(self) -> tuple[_select.Options, dict[str, Any]]:
        args = dict(self._task.args)
        options = _select.options_of(args)
        unknown = sorted(set(args) - set(CONNECTION) - {"space"})
        if unknown:
            raise _select.Refusal(f"Unsupported options: {', '.join(unknown)}. kibana_export has {NAMES}.")
        return options, connection_of(args)

    def _chosen(self, options: _select.Options, connection: Mapping[str, Any]) -> list[_select.Placed]:
        """The objects to write, in the order of areas, spaces and names."""
        usual = connection.get("kibana_space") or DEFAULT_SPACE
        client = client_for({**connection, "kibana_space": usual}, self._display.warning)
        spaces = options.spaces or [usual]
        if spaces == ["*"]:
            spaces = sorted(space["id"] for space in client.get("/api/spaces/space", in_space=False))
        spaces = sorted(spaces, key=lambda space: space != usual)  # what several spaces share is read in the usual one
        found: list[_select.Placed] = []
        for kind in options.kinds_to_read():
            places = spaces if _sources.in_space(kind) else spaces[:1]
            read = [_select.Placed(one, space) for space in places for one in self._objects(kind, connection, space)]
            self._display.v(f"{kind}: {len(read)} objects")
            found += _select.once(read)
        return _select.chosen(found, options)

    def _objects(self, kind: str, connection: Mapping[str, Any], space: str) -> list[_sources.Found]:
        client = client_for({**connection, "kibana_space": space}, self._display.warning)
        return [one for one in _sources.objects(client, kind) if not one.managed]

    def _written(self, options: _select.Options, chosen: list[_select.Placed], usual: str) -> dict[str, Any]:
        areas: dict[str, list[dict[str, Any]]] = {_kinds.BY_MODULE[kind].area: [] for kind in options.kinds}
        secrets: list[str] = []
        files: dict[str, str] = {}
        for one in chosen:
            found = _mapping.mapped(one.found, options.mapping)
            files.update(found.files)
            space = options.mapping["spaces"].get(one.space, one.space)
            described, keys = _export_files.described(found, space, usual)
            areas.setdefault(_kinds.BY_MODULE[found.kind].area, []).append(described)
            secrets += keys
        folder = Path(options.dest)
        try:
            texts = _export_files.contents(areas, secrets, files, folder)
            written, diffs = _export_files.write(folder, texts, self._task.check_mode)
        except OSError as error:
            return failure(_select.Refusal(f"{error.filename or folder} cannot be written: {error.strerror or error}."))
        result: dict[str, Any] = {
            "changed": bool(written),
            "dest": str(folder),
            "files": [str(folder / name) for name in texts],
            "written": written,
            "summary": {area: len(objects) for area, objects in areas.items() if objects},
            "secrets": sorted(set(secrets)),
        }
        return {**result, **({"diff": diffs} if diffs and self._task.diff else {})}
