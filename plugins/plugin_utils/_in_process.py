# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a module of this collection inside the current Python process, as if it had been sent to a host.

What ansible-core does with a module is: write its arguments as JSON, start a Python that reads them and calls the
module's main(), and read JSON from its standard output. `execute` replaces the middle part alone. The real
AnsibleModule prints, and Ansible's own code writes the arguments and reads the result, so both ways agree by
construction: masking, invocation, warnings, plain types, and all that a later ansible-core may add.

What a fresh process has of its own is put in place for the call and restored after it (`_as_fresh_process`).
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from ansible.module_utils import basic
from ansible.module_utils.common import json as module_json
from ansible.module_utils.common import warnings as module_warnings
from ansible.module_utils.common.parameters import PASS_VARS

from ansible_collections.stackops.kibana.plugins.plugin_utils import _compiled

COLLECTION = "ansible_collections.stackops.kibana.plugins"
PROFILE = "legacy"  # how ansible-core 2.19 and newer name the serialization that ordinary modules use
# What modules import, as far as many of them do.
PRELOADED = (
    "requests",
    "concurrent.futures.thread",
    "difflib",
    *(f"{COLLECTION}.module_utils.{name}" for name in ("_engine", "_client", "_many", "_secrets_file")),
)


@dataclass(frozen=True)
class Outcome:
    """What a process would have left behind: exit code, standard output and standard error."""

    rc: int
    stdout: str
    stderr: str


class Payload:
    """The arguments of a module as JSON, given out once: of thousands of rules no copy should stay behind."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def decode(self, *_unused: str) -> str:
        """What AnsibleModule calls to read them."""
        data, self._data = self._data, b""
        return data.decode()


class _ExitHandlers:
    """Stands in for `atexit` in ansible.module_utils.basic: temporary folders go when the module ends."""

    def __init__(self) -> None:
        self._calls: list[tuple[Callable[..., Any], tuple, dict]] = []

    def register(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        self._calls.append((function, args, kwargs))

    def run(self) -> None:
        """Last in, first out; what one of them raises is written to standard error and concerns no other."""
        while self._calls:
            function, args, kwargs = self._calls.pop()
            try:
                function(*args, **kwargs)
            except Exception:
                traceback.print_exc()


@contextlib.contextmanager
def telling(show: Callable[[str], None] | None) -> Iterator[None]:
    """Let modules say how far they are, for the time of the call."""
    progress = importlib.import_module(f"{COLLECTION}.module_utils._progress")
    with _swapped(progress, show=show):
        yield


def preload() -> bool:
    """Import what every module needs, so that forked workers find it there. False where something is not installed."""
    _compiled.install()
    try:
        for name in PRELOADED:
            importlib.import_module(name)
    except ImportError:
        return False
    encode_args({})
    if hasattr(module_json, "get_module_encoder"):  # the module's side of it
        module_json.get_module_encoder(PROFILE, module_json.Direction.MODULE_TO_CONTROLLER)
    return True


def execute(
    name: str, payload: bytes | Payload, cwd: str | None = None, task: str = "", prefetch: bool = True
) -> Outcome:
    """Run the main() of module `name` of this collection.

    `payload` is what a module is sent (`{"ANSIBLE_MODULE_ARGS": ...}` as JSON), `cwd` the folder to run in. Calls with
    the same `task`, the items of one loop, share what they have read, `prefetch` whole lists of objects, too.
    The module's own errors are part of the outcome. KeyboardInterrupt and a task's timeout, which is no Exception
    either, pass through.
    """
    stdout, stderr = io.StringIO(), io.StringIO()
    importlib.import_module(f"{COLLECTION}.module_utils._session").begin(task, prefetch)
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr), _as_fresh_process(name, payload, cwd):
        rc = _exit_code(name)
    return Outcome(rc, stdout.getvalue(), stderr.getvalue())


def run_module(
    name: str,
    module_args: dict[str, Any],
    *,
    check_mode: bool = False,
    diff: bool = False,
    verbosity: int = 0,
    remote_tmp: str | None = None,
    cwd: str | None = None,
    task: str = "",
    prefetch: bool = True,
) -> dict[str, Any]:
    """Run a module with plain arguments and return its result as a dict; for tests and scripts.

    On failure the result has `failed: true` and `msg`; after an unexpected exception also `exception`, a traceback.
    """
    internal = {
        "_ansible_check_mode": check_mode,
        "_ansible_diff": diff,
        "_ansible_verbosity": verbosity,
        "_ansible_remote_tmp": remote_tmp,
        "_ansible_module_name": name,
        **({"_ansible_inject_invocation": True} if "inject_invocation" in PASS_VARS else {}),  # ansible-core 2.20
        "_ansible_no_log": True,  # no syslog
    }
    payload = Payload(encode_args({**module_args, **internal}))
    outcome = execute(name, payload, cwd, task, prefetch)
    return _read(outcome)


def encode_args(module_args: dict[str, Any]) -> bytes:
    """Arguments as JSON, with the encoder that ansible-core itself uses for modules: tags and vaults become text.

    Raises TypeError for a value that JSON cannot hold.
    """
    text = json.dumps({"ANSIBLE_MODULE_ARGS": module_args}, **_encoding())
    if "\\ud" in text:
        try:
            json.dumps(json.loads(text), ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise TypeError("a text has half of a surrogate pair, which is no character") from None
    return text.encode()


def _encoding() -> dict[str, Any]:
    """Keyword arguments of json.dumps, by version of ansible-core."""
    if hasattr(module_json, "get_module_encoder"):  # 2.19
        return {"cls": module_json.get_module_encoder(PROFILE, module_json.Direction.CONTROLLER_TO_MODULE)}
    return {"cls": module_json.AnsibleJSONEncoder, "vault_to_text": True}


def _exit_code(name: str) -> int:
    """Call the module's main() and turn how it ends into an exit code, as the wrapper around a module does."""
    try:
        try:
            importlib.import_module(f"{COLLECTION}.modules.{name}").main()
            _no_exit()
        except Exception as error:
            _crash(error)
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code, file=sys.stderr)
    return 1


def _no_exit() -> NoReturn:
    """The module's main() returned, which no module may do."""
    if _wrapper() is not None:
        raise RuntimeError("New-style module did not handle its own exit.")
    print('{"msg": "New-style module did not handle its own exit", "failed": true}')
    sys.exit(1)


def _crash(error: Exception) -> NoReturn:
    """Report an unexpected exception: as a result from 2.19 on, before that as a traceback on standard error."""
    traceback.print_exc()
    handle = getattr(_wrapper(), "_handle_exception", None)
    if handle is not None:
        handle(error, PROFILE)
    sys.exit(1)


def _wrapper() -> Any:
    """The code in which ansible-core 2.19 and newer run a module, or None."""
    try:
        return importlib.import_module("ansible.module_utils._internal._ansiballz._loader")
    except ImportError:
        return None


@contextlib.contextmanager
def _as_fresh_process(name: str, payload: bytes | Payload, cwd: str | None) -> Iterator[None]:
    """Give the call what belongs to a module's process: its arguments, no warnings yet, its folder, its exit."""
    exits = _ExitHandlers()
    with contextlib.ExitStack() as stack:
        stack.enter_context(_swapped(sys, argv=[name]))
        stack.enter_context(
            _swapped(basic, _ANSIBLE_ARGS=payload, _ANSIBLE_PROFILE=PROFILE, _PARSED_MODULE_ARGS=None, atexit=exits)
        )
        for owner, values in _controller_marks():
            stack.enter_context(_swapped(owner, **values))
        stack.enter_context(_emptied(module_warnings._global_warnings))
        stack.enter_context(_emptied(module_warnings._global_deprecations))
        stack.enter_context(_folder(cwd))
        stack.callback(exits.run)
        yield


def _controller_marks() -> list[tuple[Any, dict[str, Any]]]:
    """From 2.19 on module_utils know when they run in the controller, and show warnings instead of returning them."""
    try:
        internal = importlib.import_module("ansible.module_utils._internal")
        tracebacks = importlib.import_module("ansible.module_utils._internal._traceback")
    except ImportError:
        return []
    return [(internal, {"is_controller": False}), (tracebacks, {"_module_tracebacks_enabled_events": None})]


@contextlib.contextmanager
def _swapped(owner: Any, **values: Any) -> Iterator[None]:
    """Set those of the attributes that this version of ansible-core has."""
    before = {key: getattr(owner, key) for key in values if hasattr(owner, key)}
    try:
        for key in before:
            setattr(owner, key, values[key])
        yield
    finally:
        for key, value in before.items():
            setattr(owner, key, value)


@contextlib.contextmanager
def _emptied(container: Any) -> Iterator[None]:
    """An empty list or dict for the time of the call; the same object, since others hold on to it."""
    before = container.copy()
    container.clear()
    try:
        yield
    finally:
        container.clear()
        (container.update if isinstance(container, dict) else container.extend)(before)


@contextlib.contextmanager
def _folder(path: str | None) -> Iterator[None]:
    """Run in the given folder, and come back: AnsibleModule may leave a folder that it cannot read."""
    try:
        before = os.getcwd()
    except OSError:  # it was deleted
        before = None
    try:
        if path:
            os.chdir(path)
        yield
    finally:
        if before:
            with contextlib.suppress(OSError):  # it was deleted, or may not be entered any more
                os.chdir(before)


def _read(outcome: Outcome) -> dict[str, Any]:
    """The result in an outcome, with warnings as text."""
    crashed = outcome.stderr.startswith("Traceback")
    if crashed or not outcome.stdout.strip():
        lines = outcome.stderr.strip().splitlines() or ["The module returned nothing."]
        return {"failed": True, "msg": lines[-1], "exception": outcome.stderr, "rc": outcome.rc}
    result = json.loads(next(line for line in outcome.stdout.split("\n") if line.startswith("{")))
    for key in ("warnings", "deprecations"):
        if key in result:
            result[key] = [_message(item) for item in result[key]]
    return result


def _message(item: Any) -> Any:
    """A warning is text, a deprecation a dict with `msg`; from 2.19 on both are wrapped in an event."""
    if isinstance(item, dict):
        return item.get("event", item).get("msg")
    return item
