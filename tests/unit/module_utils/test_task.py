# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module does with its options before it talks to Kibana: which of them are secret, and where."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils import _task
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import SECRET_HIDDEN
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
