# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator: its state, its clock and the way of one request through it."""

from __future__ import annotations

import base64
import importlib
import itertools
import json
import pkgutil
import random
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs

from . import control, openapi, pipeline
from . import routes as route_package
from .auth import Directory, User
from .errors import ConnectionCutError, CoreError, reason
from .faults import Fault, hit
from .messages import Incoming, Outcome, to_outcome
from .routing import JSON, Reply

DEFAULT_VERSION = "9.4.3"
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def _load_areas() -> list[ModuleType]:
    """Import every module of `routes`: importing registers its operations."""
    names = sorted(info.name for info in pkgutil.iter_modules(route_package.__path__))
    return [importlib.import_module(f"{route_package.__name__}.{name}") for name in names]


AREAS = _load_areas()


class Emulator:
    """A Kibana of one version.

    version: of the Kibana that is played. base_path: `/kibana` or empty. deterministic: ids and times come from
    counters. latency_ms: added to every answer. refresh_ms: added to every successful write, as a real Kibana waits
    for a refresh. Thread-safe: one request at a time is handled, delays happen outside of the lock.
    """

    def __init__(
        self,
        version: str = DEFAULT_VERSION,
        base_path: str = "",
        deterministic: bool = False,
        latency_ms: float = 0,
        refresh_ms: float = 0,
        seed: str = "default",
    ) -> None:
        self.version_number = version
        self.version = tuple(int(part) for part in version.partition("-")[0].split("."))
        self.base_path = "/" + base_path.strip("/") if base_path.strip("/") else ""
        self.deterministic = deterministic
        self.latency_ms = latency_ms
        self.refresh_ms = refresh_ms
        self.seed = seed
        self.lock = threading.RLock()
        self.checker = openapi.from_environment()
        self.violations: list[dict[str, Any]] = []
        self.crashes: list[str] = []
        self.reset()

    def reset(self) -> None:
        """Go back to the initial state: objects, users, keys, log, faults, ids and clock."""
        with self.lock:
            self.requests: list[dict[str, Any]] = []
            self.faults: list[Fault] = []
            self.busy: dict[str, list[float]] = {}
            self.directory = Directory.initial()
            self._stores: dict[tuple[str | None, str], dict[str, Any]] = {}
            self._tokens = itertools.count(1)
            self._ticks = itertools.count()
            self._random = random.Random(20260101)
            for name in ("seed", "seed_soc") if self.seed == "soc" else ("seed",):
                for area in AREAS:
                    fill: Callable[[Emulator], None] | None = getattr(area, name, None)
                    if fill:
                        fill(self)

    def store(self, name: str, space: str | None = None) -> dict[str, Any]:
        """Return the collection `name` of a space, or the cluster-wide one. Only JSON-able values may go in."""
        return self._stores.setdefault((space, name), {})

    def drop_space(self, space: str) -> None:
        """Forget everything that lives in `space`."""
        for key in [key for key in self._stores if key[0] == space]:
            del self._stores[key]

    def state(self) -> dict[str, Any]:
        """Return everything held, as `{cluster: {name: ...}, spaces: {space: {name: ...}}}`."""
        answer: dict[str, Any] = {"version": self.version_number, "cluster": {}, "spaces": {}}
        for (space, name), objects in self._stores.items():
            part = answer["cluster"] if space is None else answer["spaces"].setdefault(space, {})
            part[name] = objects
        return answer

    def now(self) -> str:
        """Return the time as ISO 8601 with milliseconds and Z."""
        moment = datetime.now(UTC)
        if self.deterministic:
            moment = _EPOCH + timedelta(milliseconds=next(self._ticks))
        return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"

    def uuid(self) -> str:
        """Return a new UUID v4."""
        if self.deterministic:
            return str(uuid.UUID(int=self._random.getrandbits(128), version=4))
        return str(uuid.uuid4())

    def next_token(self) -> tuple[int, int]:
        """Return the next (sequence number, primary term) of Elasticsearch."""
        return next(self._tokens), 1

    def version_token(self) -> str:
        """Return the next lock token of a saved object: base64 of `[seq_no,primary_term]`."""
        return base64.b64encode(json.dumps(self.next_token(), separators=(",", ":")).encode()).decode()

    def add_user(self, name: str, password: str, privileges: Iterable[str]) -> User:
        """Add a user who holds exactly these privileges."""
        return self.directory.add_user(name, password, privileges)

    def issue_api_key(self, name: str, privileges: Iterable[str] = ("*",)) -> dict[str, str]:
        """Make an API key; return `{id, name, api_key, encoded}`. Only a digest of it is kept."""
        key_id, secret = self.uuid(), self.uuid()
        encoded = self.directory.add_api_key(key_id, secret, User(name, tuple(privileges)))
        return {"id": key_id, "name": name, "api_key": secret, "encoded": encoded}

    def exchange(self, request: Incoming) -> Outcome:
        """Answer one request. The caller waits for `delay` and honours `cut`."""
        path = request.path.removeprefix(self.base_path) if self.base_path else request.path
        if path.startswith(control.PREFIX):
            with self.lock:
                return to_outcome(control.answer(self, request, path))
        with self.lock:
            return self._logged(request)

    def _logged(self, request: Incoming) -> Outcome:
        place = pipeline.locate(self.base_path, request.path)
        path = place[1] if place else request.path
        seen: dict[str, Any] = {"space": place[0] if place else "default", "user": None}
        query = {key: texts[0] if len(texts) == 1 else texts for key, texts in parse_qs(request.query, True).items()}
        moment = self.now()
        fault = hit(self.faults, request.method, (request.path, path)) if self.faults else None
        outcome = self._answer(request, path, fault, seen)
        entry = {"time": moment, "method": request.method, "path": path, "query": query, "status": outcome.status}
        entry.update(user=seen["user"], space=seen["space"])
        if fault:
            entry.update(fault=True, cut=fault.cut)
        if fault and fault.cut == "before":
            entry["status"] = None
        self.requests.append(entry)
        return outcome

    def _answer(self, request: Incoming, path: str, fault: Fault | None, seen: dict[str, Any]) -> Outcome:
        delay = (self.latency_ms + (fault.delay_ms if fault else 0)) / 1000
        if fault and (fault.cut == "before" or (fault.status and fault.cut is None)):
            if fault.carried_out:
                pipeline.run(self, request, seen)
            outcome = to_outcome(_fault_reply(fault))
            outcome.delay, outcome.cut = delay, fault.cut is not None
            return outcome
        reply, entry = pipeline.run(self, request, seen)
        outcome = to_outcome(reply)
        if fault and fault.headers:
            outcome.headers.update({name.lower(): text for name, text in fault.headers.items()})
        if entry and entry.refresh and outcome.status < 300:
            delay += reply.refreshes * self.refresh_ms / 1000
        if self.checker and entry:
            self.violations.extend(self.checker.check(entry, path, request, outcome))
        if request.method == "HEAD":
            outcome.body = b""
        outcome.delay, outcome.cut = delay, bool(fault and fault.cut)
        return outcome

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        """Plain WSGI. Raises ConnectionCutError where a fault cuts the connection."""
        outcome = self.exchange(Incoming.from_environ(environ))
        if outcome.delay:
            time.sleep(outcome.delay)
        if outcome.cut:
            raise ConnectionCutError
        headers = [*outcome.headers.items(), ("content-length", str(len(outcome.body)))]
        start_response(f"{outcome.status} {reason(outcome.status)}", headers)
        return [outcome.body]


def _fault_reply(fault: Fault) -> Reply:
    """Return the answer that a fault asks for; a status without a body gets Kibana's own shape."""
    status = fault.status or 500
    body = CoreError(status, reason(status)).body() if fault.body is None else fault.body
    content_type = JSON
    if isinstance(body, str):
        content_type = "text/html" if body.lstrip().startswith("<") else "text/plain; charset=utf-8"
    return Reply(status, body, fault.headers, content_type)
