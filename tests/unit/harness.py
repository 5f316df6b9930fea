# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs modules against an emulator inside this process, the way that the action plugin runs them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from ansible.module_utils import basic

from ansible_collections.stackops.kibana.plugins.module_utils import _client, _session
from ansible_collections.stackops.kibana.plugins.module_utils._args import settings_from
from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient
from ansible_collections.stackops.kibana.plugins.plugin_utils._in_process import run_module
from kibana_emulator import Emulator, EmulatorAdapter

VERSIONS = ("8.18.0", "9.4.3")
URL = "http://localhost:5601"
READS = ("GET", "HEAD")
READING_POSTS = ("/_export", "/_review", "/upgrade/dryrun")
BASIC = {"kibana_username": "elastic", "kibana_password": "changeme"}


def client(**options: Any) -> KibanaClient:
    """A client with these options of the connection, for what needs no module."""
    return KibanaClient(settings_from({"kibana_url": URL, "kibana_retries": 2, **BASIC, **options}, {}))


class Answers:
    """Stands in for a client: gives one answer after the other, or raises it, and keeps the parameters of requests."""

    def __init__(self, *answers: Any) -> None:
        self.left = list(answers)
        self.asked: list[Any] = []

    def call(self, _method: str, _path: str, **options: Any) -> Any:
        self.asked.append(options.get("params"))
        answer = self.left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def get(self, path: str, **options: Any) -> Any:
        return self.call("GET", path, **options)

    def pages(self, path: str, **options: Any) -> Any:
        return iter(self.get(path, **options))


@dataclass(frozen=True)
class Case:
    """Facts about a module for the lifecycle table.

    `create` are the options that make an object, `identity` those that name it later. Each of `updates` changes what
    it holds, alone. `changes` names the keys of the result that an update may change besides its own options.
    `secrets` are the strings that must never be seen. `setup` makes what must be there first. `writes` is the largest
    number of writes that one run may take, by action.
    """

    module: str
    result_key: str
    identity: dict[str, Any]
    create: dict[str, Any]
    updates: Sequence[dict[str, Any]] = ()
    changes: Sequence[str] = ()
    secrets: Sequence[str] = ()
    setup: Callable[[Kibana], None] | None = None
    writes: dict[str, int] = field(default_factory=dict)
    versions: Sequence[str] = VERSIONS
    name: str = ""

    def __str__(self) -> str:
        return f"{self.module}-{self.name}" if self.name else self.module


class Kibana:
    """An emulator, and modules that run against it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, version: str = VERSIONS[-1]) -> None:
        self.emulator = Emulator(version=version)
        self.monkeypatch = monkeypatch
        self.waits: list[float] = []
        monkeypatch.setattr(_session, "build_adapter", lambda settings: EmulatorAdapter(self.emulator))
        monkeypatch.setattr(_session, "_SESSIONS", {})
        monkeypatch.setattr(_client.time, "sleep", self.waits.append)
        self.http = requests.Session()
        self.http.mount("http://", EmulatorAdapter(self.emulator))
        self.http.auth = ("elastic", "changeme")
        self.http.headers["kbn-xsrf"] = "test"

    def run(self, module: str, params: dict[str, Any], *, check: bool = False, **options: Any) -> dict[str, Any]:
        """The result of a module, whether it failed or not."""
        connection = {"kibana_url": URL, "kibana_username": "elastic", "kibana_password": "changeme"}
        return run_module(module, {**connection, **params}, check_mode=check, diff=True, **options)

    def ok(self, module: str, params: dict[str, Any], *, check: bool = False, **options: Any) -> dict[str, Any]:
        """The result of a module that must not fail."""
        result = self.run(module, params, check=check, **options)
        assert not result.get("failed"), result
        return result

    def fails(self, module: str, params: dict[str, Any], *, check: bool = False, **options: Any) -> dict[str, Any]:
        """The result of a module that must fail, and not by an accident."""
        result = self.run(module, params, check=check, **options)
        assert result.get("failed"), result
        assert "exception" not in result and "Traceback" not in json.dumps(result), result
        assert result["msg"], result
        return result

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """A request as somebody else would send it; the decoded answer."""
        response = self.http.request(method, URL + path, json=body, **options)
        assert response.status_code < 400, response.text
        return response.json() if response.content else None

    def fault(self, **fault: Any) -> None:
        """Let the emulator misbehave, see its README."""
        response = self.http.post(URL + "/_emulator/faults", json=[fault])
        assert response.status_code < 400, response.text

    def no_faults(self) -> None:
        """Let the emulator behave again."""
        self.http.delete(URL + "/_emulator/faults")

    def seen(self) -> list[dict[str, Any]]:
        """The requests since the last call of this method."""
        log = [entry for entry in self.emulator.requests if not entry["path"].startswith("/_emulator")]
        self.emulator.requests.clear()
        return log

    def writes(self) -> list[str]:
        """The writing requests since the last look at the log, as "METHOD path". Some POSTs, as exports, only read."""
        log = [entry for entry in self.seen() if entry["method"] not in READS]
        return [f"{entry['method']} {entry['path']}" for entry in log if not entry["path"].endswith(READING_POSTS)]

    def unscrubbed(self) -> None:
        """Switch off Ansible's own scrubbing, so that a secret which we let through is seen."""
        self.monkeypatch.setattr(basic, "remove_values", lambda value, no_log_strings: value)


def without_invocation(result: dict[str, Any]) -> str:
    """A result as text, without the options that the user gave."""
    return json.dumps({key: value for key, value in result.items() if key != "invocation"}, default=str)
