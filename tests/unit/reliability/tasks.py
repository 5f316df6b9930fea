# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The EXAMPLES of a module as tasks that run in this process, each after the ones before it."""

from __future__ import annotations

import contextlib
import importlib
import itertools
import json
import os
import pickle
import re
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import yaml
from ansible.errors import AnsibleError
from ansible.module_utils import basic
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins import loader as plugins
from ansible.template import Templar, trust_as_template
from conftest import ROOT
from harness import READING_POSTS, READS, URL, Kibana
from requests.exceptions import Timeout

from ansible_collections.stackops.kibana.plugins.module_utils import _session
from ansible_collections.stackops.kibana.plugins.plugin_utils._in_process import run_module
from kibana_emulator import Emulator, EmulatorAdapter

PREFIX = "stackops.kibana."
PLUGINS = "ansible_collections.stackops.kibana.plugins"
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("[!_]*.py"))
ACTIONS = {path.stem for path in (ROOT / "plugins" / "action").glob("[!_]*.py")} - {"kibana"}
LOOKUP = re.compile(r"lookup\([^)]*\)")  # without Ansible's loader of collections there are no lookup plugins
LONGEST_SLEEP, LONGEST_WAIT = 9.0e9, 100_000.0
FIRST_TICK = 10**6  # of the emulator's clock after a restore
USER, PASSWORD = "reliable", "planted-password-of-the-connection"
CONNECTION = {"kibana_url": URL, "kibana_username": USER, "kibana_password": PASSWORD}


class Shared:
    """Finds the modules of this collection, as Ansible's loader of plugins does for an action."""

    @property
    def module_loader(self) -> Shared:
        return self

    def find_plugin_with_context(self, name: str, *_unused: Any, **_unused_too: Any) -> SimpleNamespace:
        path = ROOT / "plugins" / "modules" / f"{name.rpartition('.')[2]}.py"
        return SimpleNamespace(resolved=True, plugin_resolved_path=str(path), resolved_fqcn=name, redirect_list=[name])


@dataclass(frozen=True)
class Step:
    """A task: the module, its options (still with templates), and whether it runs in check mode."""

    name: str
    module: str
    args: dict[str, Any]
    check: bool = False
    register: str = ""
    variables: dict[str, Any] = field(default_factory=dict)


def steps(module: str) -> list[Step]:
    """The tasks in the EXAMPLES of a module that a test can run alone."""
    text = (ROOT / "plugins" / "modules" / f"{module}.py").read_text(encoding="utf-8")
    examples = yaml.safe_load(LOOKUP.sub("'planted-secret'", text.split('EXAMPLES = r"""', 1)[1].split('"""', 1)[0]))
    return [step for task in examples for step in _flat(task)]


def _flat(task: dict[str, Any]) -> Iterator[Step]:
    for part in ("block", "always"):
        for inner in task.get(part, ()):
            yield from _flat(inner)
    used = next((key for key in task if key.startswith((PREFIX, "ansible.builtin.copy"))), None)
    if used and "when" not in task and "failed_when" not in task:
        own = {key: value for key, value in task[used].items() if not key.startswith("kibana_")}
        args = own | {key: task[used][key] for key in ("kibana_space",) if key in task[used]}
        yield Step(
            task["name"], used.rpartition(".")[2], args, task.get("check_mode", False), task.get("register", ""),
            task.get("vars", {}),
        )  # fmt: skip


class Patient(EmulatorAdapter):
    """Lets the time of a request that was given up pass in the world's clock."""

    def __init__(self, there: World) -> None:
        super().__init__(there.kibana.emulator)
        self.there = there

    def send(self, request: Any, *args: Any, timeout: Any = None, **kwargs: Any) -> Any:
        try:
            return super().send(request, *args, timeout=timeout, **kwargs)
        except Timeout:
            self.there.waited += float(timeout)
            raise


class World:
    """A Kibana, a folder and the variables of a play, which can be put back to an earlier state."""

    def __init__(self, kibana: Kibana, folder: Path, version: str = "9.4.3") -> None:
        self.kibana, self.folder = kibana, folder
        self.variables: dict[str, Any] = {"playbook_dir": str(folder)}
        self.connection: dict[str, Any] = CONNECTION
        self.secrets: set[str] = set()
        self.waited = 0.0
        self._restored: bytes | None = None
        kibana.emulator = Emulator(version=version, seed="soc", deterministic=True)
        kibana.http.mount("http://", type(kibana.http.adapters["http://"])(kibana.emulator))
        kibana.monkeypatch.setattr(_session, "build_adapter", lambda settings: Patient(self))
        kibana.emulator.add_user(USER, PASSWORD, ["*"])
        self._loader = DataLoader()
        self._loader.set_basedir(str(folder))
        real = time.monotonic
        kibana.monkeypatch.setattr(time, "sleep", self._wait)
        kibana.monkeypatch.setattr(time, "monotonic", lambda: real() + self.waited)
        kibana.monkeypatch.setattr(basic, "remove_values", self._unscrubbed)
        kibana.monkeypatch.chdir(folder)

    def _wait(self, seconds: float) -> None:
        """As time.sleep, which knows no such numbers; and nothing may wait for ever."""
        if not 0 <= seconds < LONGEST_SLEEP:
            raise OverflowError("timestamp out of range for platform time_t")
        self.waited += seconds
        if self.waited > LONGEST_WAIT:
            raise AssertionError("waits for ever")

    def _unscrubbed(self, value: Any, secrets: Any) -> Any:
        """Let a secret through that only Ansible would have taken out, and remember which they are."""
        self.secrets.update(str(one) for one in secrets if len(str(one)) > 5)
        return value

    def run(self, step: Step, check: bool = False) -> dict[str, Any]:
        """The result of a task."""
        result = self.carry_out(step, self.templated(step), check)
        if step.register:
            self.variables[step.register] = result
        return result

    def carry_out(self, step: Step, args: dict[str, Any], check: bool = False) -> dict[str, Any]:
        """The result of a task with these options, in which nothing is a template any more."""
        if step.module == "copy":
            Path(args["dest"]).write_text(args["content"], encoding="utf-8")
            return {"changed": False}
        check = check or step.check
        if step.module in ACTIONS:
            return self._act(step, args, check)
        try:
            return run_module(step.module, args, check_mode=check, diff=True)
        except TypeError as error:  # no JSON: the action of the modules makes a failed task of it
            return {"failed": True, "msg": str(error)}

    def templated(self, step: Step) -> dict[str, Any]:
        """The options of a task, with the connection."""
        variables = {**self.variables, **step.variables}
        args: dict[str, Any] = Templar(self._loader, variables).template(_trusted(step.args))
        return {**(self.connection if step.module not in ("copy", "drift_report") else {}), **args}

    def _act(self, step: Step, args: dict[str, Any], check: bool) -> dict[str, Any]:
        """What the action plugin of a module returns; it runs modules in this process."""
        task = Task()
        task.action, task.args, task.check_mode, task.diff = PREFIX + step.module, args, check, True
        context = PlayContext()
        action = importlib.import_module(f"{PLUGINS}.action.{step.module}").ActionModule(
            task=task, connection=plugins.connection_loader.get("local", context), play_context=context,
            loader=self._loader, templar=Templar(self._loader, {}), shared_loader_obj=Shared(),
        )  # fmt: skip
        action._shared_loader_obj = Shared()  # newer versions of ansible-core do not take the argument
        try:
            result: dict[str, Any] = action.run(task_vars={"ansible_python_interpreter": "auto_silent"})
        except AnsibleError as error:  # Ansible makes a failed task of it
            return {"failed": True, "msg": str(error)}
        except Exception:
            return {"failed": True, "msg": "", "exception": traceback.format_exc()}
        if "Traceback" not in str(result.get("exception")):
            result.pop("exception", None)  # ansible-core's own note that a module has failed
        return result

    def settle(self) -> None:
        """Let agents do what they were asked for; the emulator's do so as somebody looks."""
        for _unused in range(6 if self.kibana.emulator.store("fleet_actions", "default") else 0):
            self.kibana.call("GET", "/api/fleet/agents/action_status")
        self.kibana.seen()

    def requests(self) -> tuple[int, int]:
        """How many requests Kibana saw since the last call, and how many of them could write."""
        log = self.kibana.seen()
        return len(log), sum(_writing(entry) for entry in log)

    def snapshot(self) -> Any:
        """All that `restore` needs."""
        emulator = self.kibana.emulator
        held = pickle.dumps((emulator._stores, emulator.directory))
        return held, pickle.dumps(self.variables), self.files(), emulator._random.getstate()

    def restore(self, snapshot: Any) -> None:
        """Go back to an earlier state; the ids that are given out go on from the same place."""
        held, variables, files, ids = snapshot
        emulator = self.kibana.emulator
        if not self._is_as(held):
            emulator._stores, emulator.directory = pickle.loads(held)
        self.variables = pickle.loads(variables)
        emulator._random.setstate(ids)
        emulator._ticks, emulator._tokens = itertools.count(FIRST_TICK), itertools.count(FIRST_TICK)
        for log in (emulator.faults, emulator.requests, emulator.crashes, emulator.busy):
            log.clear()
        self.waited, self._restored = 0.0, held
        there = self.files()
        for path in set(there) - set(files):
            path.unlink()
        for path, content in files.items():
            if there.get(path) != content:
                path.parent.mkdir(exist_ok=True, parents=True)
                path.write_bytes(content)

    def _is_as(self, held: bytes) -> bool:
        """Whether the emulator was put back to this state and asked nothing since: it looks at its clock each time."""
        return self._restored is held and repr(self.kibana.emulator._ticks) == f"count({FIRST_TICK})"

    def files(self) -> dict[Path, bytes]:
        """What lies in the folder."""
        return {path: path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}

    def held(self) -> str:
        """What Kibana and the folder hold, as text."""
        return json.dumps(sorted(map(repr, self.objects().items())))

    def objects(self) -> dict[Any, Any]:
        """What Kibana and the folder hold, by where it lies."""
        stores = self.kibana.emulator._stores.items()
        held = {(space, name, key): value for (space, name), store in stores for key, value in store.items()}
        return held | {("file", path.name, ""): content.decode() for path, content in self.files().items()}


def _writing(entry: dict[str, Any]) -> bool:
    return entry["method"] not in READS and not entry["path"].endswith(READING_POSTS)


def _trusted(value: Any) -> Any:
    """A value whose strings Ansible takes for templates."""
    if isinstance(value, dict):
        return {key: _trusted(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_trusted(inner) for inner in value]
    return trust_as_template(value) if isinstance(value, str) else value


@contextlib.contextmanager
def world(kibana: Kibana, folder: Path) -> Iterator[World]:
    """A world, and the working folder as before afterwards."""
    before = os.getcwd()
    try:
        yield World(kibana, folder)
    finally:
        os.chdir(before)
