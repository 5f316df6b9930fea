# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The `/_emulator` paths: log, faults, state, users and test hooks. They need no credentials and are not logged."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from .errors import CoreError, EmulatorError
from .faults import Fault
from .messages import Incoming
from .routing import Reply
from .schema import Strict, parse

if TYPE_CHECKING:
    from .core import Emulator

PREFIX = "/_emulator"
WHERE = "request body"


class _User(Strict):
    name: str
    password: str
    privileges: list[str]


class _ApiKey(Strict):
    name: str = "key"
    privileges: list[str] = ["*"]


class _ConnectorHook(Strict):
    next_execute: dict[str, Any] | None = None
    is_missing_secrets: bool | None = None


def answer(emulator: Emulator, request: Incoming, path: str) -> Reply:
    """Answer one control request; a wrong one gets a CORE error."""
    try:
        name, _unused, rest = path.removeprefix(PREFIX).strip("/").partition("/")
        action = _ACTIONS.get((request.method, name))
        if action is None:
            raise CoreError(404, "Not Found")
        body = json.loads(request.raw) if request.raw else None
        result = action(emulator, body, unquote(rest))
        return Reply(204) if result is None else Reply(200, result)
    except ValueError as problem:
        return Reply(400, CoreError(400, f"[{WHERE}]: {problem}").body())
    except EmulatorError as problem:
        return Reply(problem.status, problem.body())


def _requests(emulator: Emulator, body: Any, rest: str) -> Any:
    return emulator.requests


def _forget_requests(emulator: Emulator, body: Any, rest: str) -> None:
    emulator.requests.clear()


def _faults(emulator: Emulator, body: Any, rest: str) -> Any:
    return [fault.model_dump(exclude_unset=True) for fault in emulator.faults]


def add_faults(emulator: Emulator, body: Any, rest: str = "") -> Any:
    """Add a fault or a list of faults; return all that are active."""
    emulator.faults.extend([parse(Fault, item) for item in (body if isinstance(body, list) else [body])])
    return _faults(emulator, body, rest)


def _forget_faults(emulator: Emulator, body: Any, rest: str) -> None:
    emulator.faults.clear()


def _reset(emulator: Emulator, body: Any, rest: str) -> None:
    emulator.reset()


def _state(emulator: Emulator, body: Any, rest: str) -> Any:
    return emulator.state()


def _violations(emulator: Emulator, body: Any, rest: str) -> Any:
    return emulator.violations


def _add_user(emulator: Emulator, body: Any, rest: str) -> Any:
    wanted = parse(_User, body)
    emulator.add_user(wanted.name, wanted.password, wanted.privileges)
    return {"name": wanted.name, "privileges": wanted.privileges}


def _add_api_key(emulator: Emulator, body: Any, rest: str) -> Any:
    wanted = parse(_ApiKey, body or {})
    return emulator.issue_api_key(wanted.name, wanted.privileges)


def _connector_hook(emulator: Emulator, body: Any, rest: str) -> Any:
    """Flip one connector (`connectors/<id>`, or `connectors/<space>/<id>`): its next result, its missing secrets."""
    space, _unused, connector_id = rest.rpartition("/")
    connector = emulator.store("connectors", space or "default").get(connector_id)
    if connector is None:
        raise CoreError(404, f"Saved object [action/{connector_id}] not found")
    hook = parse(_ConnectorHook, body)
    connector.update(hook.model_dump(exclude_unset=True))
    return {"id": connector_id, **hook.model_dump(exclude_unset=True)}


def _alert(emulator: Emulator, body: Any, rest: str) -> Any:
    """Store an alert in a space (`alerts`, or `alerts/<space>`), as if a rule had run."""
    from .routes.alerts import add  # the routes know this module

    if not isinstance(body, dict):
        raise ValueError("an alert is an object")
    return add(emulator, rest or "default", body)


_ACTIONS: dict[tuple[str, str], Callable[[Emulator, Any, str], Any]] = {
    ("GET", "requests"): _requests,
    ("DELETE", "requests"): _forget_requests,
    ("GET", "faults"): _faults,
    ("POST", "faults"): add_faults,
    ("DELETE", "faults"): _forget_faults,
    ("POST", "reset"): _reset,
    ("GET", "state"): _state,
    ("GET", "violations"): _violations,
    ("POST", "users"): _add_user,
    ("POST", "api_keys"): _add_api_key,
    ("POST", "connectors"): _connector_hook,
    ("POST", "alerts"): _alert,
}
