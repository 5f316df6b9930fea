# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rule files of a directory, checked. Documented in plugins/modules/detection_rule_files.py."""

from __future__ import annotations

from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._args import CONNECTION, SettingsError
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError
from ansible_collections.stackops.kibana.plugins.plugin_utils import _rule_content, _rule_stored
from ansible_collections.stackops.kibana.plugins.plugin_utils._action import ActionModule as KibanaAction
from ansible_collections.stackops.kibana.plugins.plugin_utils._connect import client_for, connection_of, failure
from ansible_collections.stackops.kibana.plugins.plugin_utils._rule_toml import RuleFileError

NAMES = "path, exclude, rule_defaults, owner, references, fail and the options of the connection"
REFERENCES = ("kibana", "files", "none")


class ActionModule(KibanaAction):
    """Reads the files, and says all that is wrong with them."""

    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """The options of all objects, or the problems. Nothing is ever changed."""
        result = {**self.begin(task_vars), "changed": False}
        try:
            options = self._options()
            content = options["content"]
            content.problems += self._missing(content, options)
        except (RuleFileError, SettingsError, KibanaError) as error:
            return {**result, **failure(error)}
        return {**result, **_told(content, options)}

    def _options(self) -> dict[str, Any]:
        """The checked options, with the connection's apart as ``connection``, and the content of the files.

        Raises :class:`RuleFileError`.
        """
        args = dict(self._task.args)
        files = {name: args.pop(name, None) for name in ("path", "exclude", "rule_defaults")}
        options = {
            "path": files["path"],
            "owner": str(args.pop("owner", None) or ""),
            "references": args.pop("references", None) or REFERENCES[0],
            "fail": self._bool("fail", args.pop("fail", True)),
        }
        unknown = sorted(set(args) - set(CONNECTION) - {"space"})
        if unknown:
            raise RuleFileError(f"Unsupported options: {', '.join(unknown)}. detection_rule_files has {NAMES}.")
        if options["references"] not in REFERENCES:
            raise RuleFileError(f"references is {options['references']!r}: it must be one of {', '.join(REFERENCES)}.")
        content = _rule_content.taken(files, "path", self._loader.path_dwim)
        return {**options, "connection": connection_of(args), "content": content}

    @staticmethod
    def _bool(name: str, value: Any) -> bool:
        if str(value).lower() not in ("true", "false", "yes", "no"):
            raise RuleFileError(f"{name} is {value!r}: it must be true or false.")
        return str(value).lower() in ("true", "yes")

    def _missing(self, content: _rule_content.Content, options: dict[str, Any]) -> list[_rule_content.Problem]:
        """Missing references. Kibana is asked for what the files do not have, and only then."""
        if options["references"] == "none":
            return []
        if options["references"] == "files":
            return list(_rule_content.missing(content, lambda kind: set()))
        names: list[Any] = []

        def known(kind: str) -> set[Any]:
            if not names:
                names.append(_rule_stored.known(client_for(options["connection"], self._display.warning)))
            found: set[Any] = names[0](kind)
            return found

        return list(_rule_content.missing(content, known))


def _told(content: _rule_content.Content, options: dict[str, Any]) -> dict[str, Any]:
    """The result."""
    problems = sorted(set(content.problems))
    shown = [{"file": one.file, "line": one.line, "msg": one.msg} for one in problems]
    found = {} if problems else content.options(options["owner"])
    counts = {kind: len(things) for kind, things in content.things.items()}
    if content.about:
        found["about"] = content.about
    result = {**found, "files": content.files, "summary": counts, "problems": shown}
    if not problems or not options["fail"]:
        return result
    return {**result, "failed": True, "msg": _rule_content.summary(problems, options["path"])}
