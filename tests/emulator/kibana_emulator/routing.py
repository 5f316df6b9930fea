# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Route table, the context handed to a handler, and the reply a handler may return."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from werkzeug.datastructures import FileStorage, MultiDict

if TYPE_CHECKING:
    from .auth import User
    from .core import Emulator

MEBIBYTE = 1_048_576
JSON = "application/json; charset=utf-8"


@dataclass
class Reply:
    """An answer other than 200 with JSON. A str or bytes body goes out verbatim, anything else as JSON.

    refreshes: how many refreshes a write waits for, one after the other.
    """

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = JSON
    refreshes: int = 1


@dataclass
class Context:
    """One request as a handler sees it."""

    emulator: Emulator
    user: User
    space: str
    path: dict[str, str]
    query: MultiDict[str, str]
    headers: Mapping[str, str]
    raw: bytes
    body: Any = None
    form: MultiDict[str, str] = field(default_factory=MultiDict)
    files: MultiDict[str, FileStorage] = field(default_factory=MultiDict)

    def store(self, name: str) -> dict[str, Any]:
        """Return the collection `name` of this request's space."""
        return self.emulator.store(name, self.space)

    def shared(self, name: str) -> dict[str, Any]:
        """Return the cluster-wide collection `name`."""
        return self.emulator.store(name)


Handler = Callable[[Context], Any]


@dataclass(frozen=True)
class Route:
    """One operation. The fields are the parameters of `route`."""

    method: str
    template: str
    handler: Handler
    requires: tuple[str, ...]
    versioned: bool
    internal: bool
    since: tuple[int, int] | None
    before: tuple[int, int] | None
    max_body: int
    multipart: bool
    binary: tuple[str, ...]
    auth: str
    refresh: bool
    concurrency: int | None
    segments: tuple[str, ...]
    needs: tuple[str, ...]

    def exists_in(self, version: tuple[int, ...]) -> bool:
        """Say whether this route is registered in that version of Kibana."""
        release = version[:2]
        return (self.since is None or release >= self.since) and (self.before is None or release < self.before)

    def match(self, segments: list[str]) -> dict[str, str] | None:
        """Return the decoded path parameters, or None when the path is another one."""
        params = {}
        for wanted, given in zip(self.segments, segments, strict=True):
            if wanted.startswith("{"):
                if not given:
                    return None
                params[wanted[1:-1]] = unquote(given)
            elif wanted != unquote(given):
                return None
        return params


_ROUTES: dict[tuple[str, int], list[Route]] = {}


def route(
    method: str,
    template: str,
    *,
    requires: tuple[str, ...] | str = (),
    versioned: bool = True,
    internal: bool = False,
    since: tuple[int, int] | None = None,
    before: tuple[int, int] | None = None,
    max_body: int = MEBIBYTE,
    multipart: bool = False,
    binary: tuple[str, ...] = (),
    auth: str = "required",
    refresh: bool | None = None,
    concurrency: int | None = None,
    needs: tuple[str, ...] = (),
) -> Callable[[Handler], Handler]:
    """Register the decorated handler for `method` on `template` (`/api/x/{id}`); may be stacked.

    requires: Kibana API privileges, any one of them suffices. versioned: takes part in `elastic-api-version`.
    internal: needs `x-elastic-internal-origin` from 9.0 on and has version 1. since/before: (major, minor), the route
    exists from `since` and is gone from `before`. max_body: bytes, above it 413. multipart: takes a form instead of
    JSON. binary: takes these types instead, unread in `raw`. auth: `required`, or `optional` for routes which answer
    anonymous callers. refresh: whether the answer waits for `refresh_ms`; by default every method but GET does.
    concurrency: how many such requests may be under way; one
    more is 429 before anybody looks at it. needs: what Elasticsearch asks of the user besides, all of it: the name of a
    privilege of the cluster, or `index:privilege` with `{space}` in it.
    """
    segments = tuple(template.split("/"))
    privileges = (requires,) if isinstance(requires, str) else tuple(requires)
    waits = method != "GET" if refresh is None else refresh

    def register(handler: Handler) -> Handler:
        entry = Route(
            method,
            template,
            handler,
            privileges,
            versioned,
            internal,
            since,
            before,
            max_body,
            multipart,
            binary,
            auth,
            waits,
            concurrency,
            segments,
            needs,
        )
        table = _ROUTES.setdefault((method, len(segments)), [])
        table.append(entry)
        # Literal segments win over parameters, as in hapi: `_find` is no id.
        table.sort(key=lambda item: [segment.startswith("{") for segment in item.segments])
        return handler

    return register


def find(method: str, path: str, version: tuple[int, ...]) -> tuple[Route, dict[str, str]] | None:
    """Return the route of that version for the still encoded `path` and its parameters, None when there is none."""
    segments = path.split("/")
    for entry in _ROUTES.get((method, len(segments)), ()):
        params = entry.match(segments)
        if params is not None and entry.exists_in(version):
            return entry, params
    return None


def routes() -> list[Route]:
    """Return every registered route."""
    return [entry for table in _ROUTES.values() for entry in table]
