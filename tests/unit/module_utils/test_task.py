# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module does with its options, which of them are secret and where, and how its errors are told."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.stackops.kibana.plugins.module_utils import _task
from ansible_collections.stackops.kibana.plugins.module_utils._args import Settings, SettingsError, dangers
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import SECRET_HIDDEN
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PartialFailure, PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource

NAMES = ("id", "name", "secret", "login", "box")


def resource(**traits: Any) -> Resource:
    options = {name: {"type": "raw"} for name in NAMES}
    return Resource(result_key="thing", options=options, **traits)


def test_what_is_concealed_where_ansible_refuses_the_options() -> None:
    options = {"a": {"type": "dict"}, "b": {"type": "raw"}, "c": {"type": "list"}, "d": {"type": "str"}, "e": {}}
    kind = resource(veiled=frozenset({"box"}), hidden=frozenset({"secret.x", "login[].y"}))
    assert _task._concealed(options, kind) == {"box", "secret", "login"}
    assert _task._concealed(options, None) == set()
    assert _task._concealed(options, lambda params: kind) == {"a", "b", "c"}


def taken(kind: Resource | None, values: set[str] = frozenset(), **params: Any) -> tuple[Any, set[str]]:  # type: ignore[assignment]
    """The module and the secrets after a look at the options; *values* are what Ansible takes for secret."""
    passwords: set[str] = set()
    options = {**dict.fromkeys((*NAMES, "kibana_headers", "kibana_password", "kibana_api_key")), **params}
    options |= {name: options.get(name) for name in _task.CREDENTIALS}
    module = SimpleNamespace(params=dict(options), no_log_values=set(values), hide_passwords=passwords.update)
    secrets = set(_task._take_secrets(module, options, kind))
    module.passwords = passwords
    return module, secrets


def test_headers_are_masked_in_their_place_alone() -> None:
    module, secrets = taken(None, {"1", "word"}, kibana_headers={"X-A": 1, "X-B": "b"}, box="http://me:pass@host")
    assert module.no_log_values == {"word"}
    assert module.params["kibana_headers"] == {"X-A": SECRET_HIDDEN, "X-B": SECRET_HIDDEN}
    assert {"word", "b", "pass"} <= secrets and module.passwords == {"pass"}
    module, secrets = taken(None, {"word"})
    assert module.params["kibana_headers"] is None and secrets == {"word"}


def test_hidden_and_veiled_options_are_not_shown() -> None:
    kind = resource(hidden=frozenset({"secret.x", "login[].y"}), veiled=frozenset({"box", "name"}))
    shown = {"secret": {"x": "one", "z": "plain"}, "login": [{"y": "two"}], "box": {"any": "three"}}
    module, secrets = taken(kind, **shown)
    assert module.params["secret"] == {"x": SECRET_HIDDEN, "z": "plain"}
    assert module.params["login"] == [{"y": SECRET_HIDDEN}]
    assert module.params["box"] == SECRET_HIDDEN and module.params["name"] is None
    assert secrets == {"one", "two"}


def test_names_of_users_are_secret_in_their_place_alone() -> None:
    kind = resource(login_names=frozenset({"secret.user", "box.user"}), write_only=frozenset({"secret", "box"}))
    given = {"secret": {"user": "elastic", "word": "pw"}, "box": None}
    module, _secrets = taken(kind, {"elastic", "pw"}, **given)
    assert module.no_log_values == {"pw"}
    assert module.params["secret"] == {"user": SECRET_HIDDEN, "word": SECRET_HIDDEN}
    # What is a password as well stays secret everywhere: another field, or the task's own credentials.
    module, _secrets = taken(kind, {"elastic"}, secret={"user": "elastic", "word": "elastic"}, box=None)
    assert module.no_log_values == {"elastic"}
    module, _secrets = taken(kind, {"elastic"}, **given, kibana_password="elastic")
    assert module.no_log_values == {"elastic"}
    module, _secrets = taken(kind, {"elastic"}, **given, kibana_username="elastic")
    assert module.no_log_values == set()


# The main() of a module ----------------------------------------------------------------------------------------------


class Ended(Exception):
    """A module that has said what came of it."""


class Module:
    """Stands for AnsibleModule: keeps what it is told, in order."""

    check_mode = False

    def __init__(self, params: dict[str, Any]) -> None:
        self.params = params
        self.no_log_values: set[str] = set()
        self.told: list[Any] = []

    def hide_passwords(self, passwords: Any) -> None:
        self.told.append(("hide", set(passwords)))

    def log_invocation(self) -> None:
        self.told.append(("log", dict(self.params)))

    def warn(self, text: str) -> None:
        self.told.append(("warn", text))

    def fail_json(self, **result: Any) -> None:
        raise Ended("failed", result)

    def exit_json(self, **result: Any) -> None:
        raise Ended("done", result)


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs an action with these options, and returns how it ended, with what, and the module."""
    monkeypatch.setattr(_task.os, "environ", {})

    def run(action: Any, given: dict[str, Any] | None = None, runner: Any = None, **rules: Any) -> tuple[str, Any, Any]:
        names = [*NAMES, *_task.CREDENTIALS, "kibana_headers"]
        module = Module({**dict.fromkeys(names), "kibana_url": "https://k", **(given or {})})
        built: list[Any] = []

        def build(*arguments: Any, **options: Any) -> Module:
            built.append((*arguments, options))
            return module

        monkeypatch.setattr(_task, "build_module", build)
        with pytest.raises(Ended) as ended:
            (runner or _task.run_action)(action, {"name": {"type": "dict"}}, **rules)
        module.built = built
        return (*ended.value.args, module)

    return run


def test_an_action_gets_its_context_and_its_result_is_the_modules(start: Any) -> None:
    seen: list[Any] = []
    kind = resource(veiled=frozenset({"box"}))

    def action(context: Any) -> dict[str, Any]:
        seen.append(context)
        context.client.warn("of key-word")
        return {"changed": True}

    given = {"kibana_api_key": "id:key-word", "name": "n", "id": [0] * 201, "kibana_headers": {"A": "head"}}
    how, result, module = start(action, given, resource=kind, supports="x")
    assert (how, result) == ("done", {"changed": True})
    (context,) = seen
    assert context.params["name"] == "n" and len(context.params["id"]) == 201 and context.resource is kind
    assert {"id:key-word", "key-word", "head"} <= set(context.secrets)
    assert context.client.settings.url == "https://k" and context.client.secrets is context.secrets
    assert module.built == [({"name": {"type": "dict"}}, {"box"}, {"supports": "x"})]
    assert module.params["id"] == ["(201 elements)"]
    assert [entry for entry in module.told if entry[0] != "hide"] == [
        ("log", module.params),
        ("warn", "of ********"),
    ]


def test_an_action_that_reads(start: Any) -> None:
    how, result, _module = start("things", {}, lambda key, options: _task.run_info(key, options, lambda _context: [1]))
    assert (how, result) == ("done", {"changed": False, "things": [1]})


def test_a_resource_may_depend_on_the_options(start: Any) -> None:
    seen: list[Any] = []

    def made(params: dict[str, Any]) -> Resource:
        return resource(hidden=frozenset({params["name"]}))

    def action(context: Any) -> dict[str, Any]:
        seen.append(context.resource)
        return {}

    _how, _result, module = start(action, {"name": "secret", "secret": "word"}, resource=made)
    assert seen[0].hidden == {"secret"} and module.params["secret"] == SECRET_HIDDEN
    assert module.built[0][1] == {"name"}, "before the options are known all that may be secret is concealed"


@pytest.mark.parametrize(
    ("error", "result"),
    [
        (KibanaError("no key-word", status=400, method="GET"), {"msg": "no ********", "status": 400, "method": "GET"}),
        (PartialFailure("no key-word", {"a": "key-word"}), {"msg": "no ********", "a": "********"}),
        (PlanError("no key-word"), {"msg": "no ********"}),
        (SettingsError("no key-word"), {"msg": "no ********"}),
    ],
)
def test_errors_are_told_without_secrets(start: Any, error: Exception, result: dict[str, Any]) -> None:
    def action(_context: Any) -> Any:
        raise error

    assert start(action, {"kibana_api_key": "key-word"})[:2] == ("failed", result)


def test_a_mistake_in_the_program_stays_one(start: Any) -> None:
    def action(_context: Any) -> Any:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        start(action)


@pytest.mark.parametrize("own", [True, False])
def test_options_may_be_refused_before_anything_else(start: Any, own: bool) -> None:
    def check(params: dict[str, Any]) -> str | None:
        return "not so" if params["name"] == "bad" else None

    def action(_context: Any) -> Any:
        return {"ran": True}

    kind = resource(check=None if own else check)
    rules = {"resource": kind, **({"check": check} if own else {})}
    assert start(action, {"name": "bad", "kibana_url": "nonsense"}, **rules)[:2] == ("failed", {"msg": "not so"})
    assert start(action, {"name": "good"}, **rules)[:2] == ("done", {"ran": True})
    assert "must be a URL" in start(action, {"name": "good", "kibana_url": "nonsense"}, **rules)[1]["msg"]


def test_dangers_are_told(start: Any) -> None:
    _how, _result, module = start(lambda _context: {}, {"kibana_url": "http://far", "kibana_api_key": "word"})
    assert [text for kind, text in module.told if kind == "warn"] == dangers(
        Settings("http://far", authorization="ApiKey word")
    )
