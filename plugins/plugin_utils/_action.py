# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one action plugin of all modules of this collection: it runs them in the controller where that is the same.

A module talks to Kibana over HTTP and touches nothing on its host, so with a `local` connection there is no reason to
start a Python for it. `meta/runtime.yml` names this plugin for every module. Where a task asks for something that
only a process of its own can give (see `_obstacle`), the module is executed as any other.

Everything is left to ansible-core's own action plugin for modules and its `_execute_module`; the three steps in which
it builds, sends and starts a module are replaced, those before and after are not.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import sys
from typing import Any

from ansible import constants as C
from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action.normal import ActionModule as NormalAction
from ansible.utils.display import Display

from ansible_collections.stackops.kibana.plugins.plugin_utils import _in_process

try:
    from ansible.executor.module_common import _BuiltModule
except ImportError:  # ansible-core before 2.19
    _BuiltModule = None

PRELOADED = _in_process.preload()  # in the controller's main process, see __init__.py
NO_PROGRAM = b"runs in-process"
_FOUND: dict[tuple[str, ...], str | None] = {}
DISCOVERED = ("auto", "auto_legacy", "auto_silent", "auto_legacy_silent")


class ActionModule(NormalAction):
    """Runs a module of this collection, in this process or as any other module."""

    _here = False
    _diff_wanted = False
    _prefetch = True
    _host = ""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """The module's result. Raises what ansible-core raises for a module that cannot be executed."""
        self._choose(task_vars)
        return super().run(tmp, task_vars)

    def begin(self, task_vars: dict[str, Any] | None) -> dict[str, Any]:
        """For actions that run several modules: what an action does first, and the result to add to."""
        self._choose(task_vars)
        return super(NormalAction, self).run(None, task_vars)

    def execute(self, module: str, args: dict[str, Any], task_vars: dict[str, Any] | None) -> dict[str, Any]:
        """The result of a module of this collection, always with its diff."""
        self._diff_wanted = True
        return self._execute_module(module_name=f"stackops.kibana.{module}", module_args=args, task_vars=task_vars)

    def _update_module_args(self, module_name: str, module_args: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        super()._update_module_args(module_name, module_args, *args, **kwargs)
        if self._diff_wanted:
            module_args["_ansible_diff"] = True

    def _choose(self, task_vars: dict[str, Any] | None) -> None:
        """Decide where modules run, and what those that run here may share."""
        self._module, obstacle = None, self._obstacle(task_vars or {})
        self._host = (task_vars or {}).get("inventory_hostname", "")
        self._here = obstacle is None
        self._prefetch = self._here and self._variable("kibana_prefetch", task_vars or {})
        if obstacle:
            Display().vvv(f"The module gets a process of its own: {obstacle}")

    def _obstacle(self, task_vars: dict[str, Any]) -> str | None:
        """Why the task cannot run in this process, or None."""
        if not self._variable("kibana_in_process", task_vars):
            return "kibana_in_process is false"
        if self._connection.transport != "local":
            return "the connection is not local"
        if self._connection.become:
            return "become is used"
        if self._task.async_val:
            return "async is used"
        if self._compute_environment_string():
            return "environment is used"
        if C.DEFAULT_KEEP_REMOTE_FILES:
            return "the module's files are to be kept"
        if not self._same_python(task_vars):
            return "another Python interpreter is configured"
        return None if PRELOADED else "the controller's Python lacks what modules need"

    def _variable(self, name: str, task_vars: dict[str, Any]) -> bool:
        """A variable that is true unless set."""
        value = self._templar.template(task_vars.get(name, True))
        try:
            return boolean(value)
        except TypeError:
            raise AnsibleActionFail(f"{name} must be true or false, not {value!r}.") from None

    def _same_python(self, task_vars: dict[str, Any]) -> bool:
        """Whether the interpreter for modules is the one that runs here, or is left to Ansible to find."""
        if self._task.delegate_to:
            task_vars = task_vars.get("ansible_delegated_vars", {}).get(self._task.delegate_to, task_vars)
        wanted = self._templar.template(C.config.get_config_value("INTERPRETER_PYTHON", variables=task_vars))
        return not wanted or wanted in DISCOVERED or _place(str(wanted).strip()) == _place(sys.executable)

    def _is_pipelining_enabled(self, module_style: str, wrap_async: bool = False) -> bool:
        """With pipelining nothing is copied to the host, and no temporary folder made there."""
        return self._here or super()._is_pipelining_enabled(module_style, wrap_async)

    def _configure_module(self, module_name: str, module_args: dict[str, Any], task_vars: dict[str, Any]) -> Any:
        """Find the module and encode its arguments, instead of packing a program."""
        if not self._here:
            return super()._configure_module(module_name, module_args, task_vars)
        path = self._find(module_name)
        if path is None:  # the error is ansible-core's own
            self._here = False
            return super()._configure_module(module_name, module_args, task_vars)
        self._module = os.path.splitext(os.path.basename(path))[0]
        try:
            self._payload = _in_process.Payload(_in_process.encode_args(module_args))
        except TypeError as error:
            raise AnsibleError(f"The arguments of {module_name} cannot be written as JSON: {error}") from error
        return _built(path)

    def _find(self, name: str) -> str | None:
        """The file of a module, or None; looked for once in a loop."""
        key = (name, *(self._task.collections or ()))
        if key not in _FOUND:
            found = self._shared_loader_obj.module_loader.find_plugin_with_context(
                name, ".py", collection_list=self._task.collections
            )
            _FOUND[key] = found.plugin_resolved_path if found.resolved else None
        return _FOUND[key]

    def _low_level_execute_command(self, cmd: str, *args: Any, in_data: Any = None, **kwargs: Any) -> dict[str, Any]:
        """Run the module; what it prints comes back as if from a host."""
        if not self._here or self._module is None:
            return super()._low_level_execute_command(cmd, *args, in_data=in_data, **kwargs)
        _make_folder(self.get_shell_option("remote_tmp", default="~/.ansible/tmp"))
        # Attempts that wait for a change (until) must not share what they have read; the items of a loop may.
        task = "" if self._task.until or self._task.retries else self._task._uuid
        with _in_process.telling(None if self._task.no_log else self._tell):
            outcome = _in_process.execute(self._module, self._payload, self._loader.get_basedir(), task, self._prefetch)
        return {
            "rc": outcome.rc,
            "stdout": outcome.stdout,
            "stdout_lines": outcome.stdout.splitlines(),
            "stderr": outcome.stderr,
            "stderr_lines": outcome.stderr.splitlines(),
        }

    def _tell(self, text: str) -> None:
        """Show how far a long task is. Not on standard output, which may be meant for a program."""
        Display().display(f"{self._host}: {self._module}: {text}", color=C.COLOR_VERBOSE, stderr=True)


def _built(path: str) -> Any:
    """What `_configure_module` returns; nobody reads the program that is missing here."""
    shebang = f"#!{sys.executable}"
    if _BuiltModule is None:
        return "new", shebang, NO_PROGRAM, path
    built = _BuiltModule(
        b_module_data=NO_PROGRAM, module_style="new", shebang=shebang, serialization_profile=_in_process.PROFILE
    )
    return built, path


@functools.cache
def _place(interpreter: str) -> tuple[str, str]:
    """Folder and program of an interpreter. The folder counts: a virtual environment's Python is a link to another."""
    path = shutil.which(interpreter) or interpreter
    return os.path.realpath(os.path.dirname(os.path.abspath(path))), os.path.realpath(path)


def _make_folder(path: str) -> None:
    """Sending a module makes the folder for temporary files; AnsibleModule would warn if it had to."""
    with contextlib.suppress(OSError):  # AnsibleModule says so, should a module need one
        os.makedirs(os.path.expanduser(os.path.expandvars(path)), mode=0o700, exist_ok=True)
