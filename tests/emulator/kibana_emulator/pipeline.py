# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of checks which every request passes (reference security J.1)."""

from __future__ import annotations

import io
import json
import re
import sys
import time
import traceback
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

from .auth import ANONYMOUS, User
from .errors import CoreError, EmulatorError, SiemError
from .messages import Incoming
from .routing import Context, Reply, Route, find

if TYPE_CHECKING:
    from .core import Emulator

PUBLIC_VERSION = "2023-10-31"
MAX_HEADER = 65536  # bytes of request line and headers, as Kibana's start script tells Node.js
_SPACE = re.compile(r"/s/([a-z0-9_-]+)(?=/|$)")


def locate(base_path: str, path: str) -> tuple[str, str] | None:
    """Return (space, path without base path and space); None when the base path is missing."""
    if base_path:
        if path != base_path and not path.startswith(base_path + "/"):
            return None
        path = path[len(base_path) :]
    space = _SPACE.match(path)
    return (space[1], path[space.end() :]) if space else ("default", path)


def run(emulator: Emulator, request: Incoming, seen: dict[str, Any]) -> tuple[Reply, Route | None]:
    """Return the answer to `request` and its route; never raises. seen: filled with user and space for the log."""
    entry = None
    headers: dict[str, str] = {}
    if _header_size(request) > MAX_HEADER:
        return Reply(431), None
    try:
        place = locate(emulator.base_path, request.path)
        if place is None:
            raise CoreError(404, "Not Found")
        seen["space"], path = place
        method = "GET" if request.method == "HEAD" else request.method
        found = find(method, path, emulator.version)
        if found is None:
            raise CoreError(404, "Not Found")
        entry, params = found
        _limit(emulator, entry)
        user = _user(emulator, entry, request)
        seen["user"] = user.name or None
        context = Context(emulator, user, seen["space"], params, _query(request), request.headers, request.raw)
        _payload(entry, request, context)
        _post_auth(emulator, entry, request, path)
        _privileges(entry, user, path)
        _elasticsearch(entry, context)
        headers = _negotiate(entry, request, context, path)
        reply = _as_reply(entry.handler(context))
    except EmulatorError as problem:
        reply = Reply(problem.status, problem.body(), problem.headers)
    except Exception:
        emulator.crashes.append(traceback.format_exc())
        print(emulator.crashes[-1], file=sys.stderr)
        text = "An internal server error occurred. Check Kibana server logs for details."
        reply = Reply(500, CoreError(500, text).body())
    reply.headers = {**headers, **reply.headers}
    return reply, entry


def _header_size(request: Incoming) -> int:
    names = sum(len(name) + len(text) + 4 for name, text in request.headers.items())
    return len(request.method) + len(request.path) + len(request.query) + names


def _limit(emulator: Emulator, entry: Route) -> None:
    """Raise 429 where as many requests as the route takes are still waiting for their answers."""
    if entry.concurrency is None:
        return
    now = time.monotonic()
    busy = [end for end in emulator.busy.get(entry.template, ()) if end > now]
    emulator.busy[entry.template] = busy
    if len(busy) >= entry.concurrency:
        raise CoreError(429, "Too Many Requests")
    busy.append(now + (emulator.latency_ms + emulator.refresh_ms) / 1000)


def _as_reply(value: Any) -> Reply:
    if isinstance(value, Reply):
        return value
    return Reply(204) if value is None else Reply(200, value)


def _query(request: Incoming) -> MultiDict[str, str]:
    return MultiDict(parse_qsl(request.query, keep_blank_values=True)) if request.query else MultiDict()


def _user(emulator: Emulator, entry: Route, request: Incoming) -> User:
    try:
        return emulator.directory.authenticate(request.headers.get("authorization"))
    except CoreError:
        if entry.auth == "optional":
            return ANONYMOUS
        raise


def _payload(entry: Route, request: Incoming, context: Context) -> None:
    """Parse the body into `context`; raise 413, 415 or 400."""
    if len(request.raw) > entry.max_body:
        raise CoreError(413, f"Payload content length greater than maximum allowed: {entry.max_body}")
    if not request.raw:
        return
    mime, options = parse_options_header(request.headers.get("content-type", "application/json"))
    if entry.multipart:
        if mime != "multipart/form-data":
            raise CoreError(415, "Unsupported Media Type")
        _multipart(request.raw, mime, options, context)
        return
    if entry.binary:
        if mime not in entry.binary:
            raise CoreError(415, "Unsupported Media Type")
        return
    if mime != "application/json" and not mime.endswith("+json"):
        raise CoreError(415, "Unsupported Media Type")
    context.body = _json(request.raw)


def _multipart(raw: bytes, mime: str, options: dict[str, str], context: Context) -> None:
    try:
        parser = FormDataParser(silent=False)
        _unused, context.form, context.files = parser.parse(io.BytesIO(raw), mime, len(raw), options)
    except (ValueError, HTTPException) as problem:
        raise CoreError(400, "Invalid multipart payload format") from problem


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw, parse_constant=_no_constant)
    except (ValueError, RecursionError) as problem:
        raise CoreError(400, "Invalid request payload JSON format") from problem


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _post_auth(emulator: Emulator, entry: Route, request: Incoming, path: str) -> None:
    """Check the xsrf header, `kbn-version` and the restriction of internal routes, in this order."""
    headers = request.headers
    if request.method not in ("GET", "HEAD") and "kbn-xsrf" not in headers and "kbn-version" not in headers:
        raise CoreError(400, "Request must contain a kbn-xsrf header.")
    got, expected = headers.get("kbn-version"), emulator.version_number
    if got is not None and got != expected:
        text = (
            "Browser client is out of date, please refresh the page "
            f'("kbn-version" header was "{got}" but should be "{expected}")'
        )
        raise CoreError(400, text, {"expected": expected, "got": got})
    if entry.internal and emulator.version >= (9, 0) and "x-elastic-internal-origin" not in headers:
        text = (
            f"uri [{path}] with method [{request.method.lower()}] exists but is not available "
            "with the current configuration"
        )
        raise CoreError(400, text)


def _privileges(entry: Route, user: User, path: str) -> None:
    if entry.requires and not any(user.allows(privilege) for privilege in entry.requires):
        raise CoreError(
            403,
            f"API [{entry.method} {path}] is unauthorized for user, "
            f"this action is granted by the Kibana privileges [{','.join(entry.requires)}]",
        )


def _elasticsearch(entry: Route, context: Context) -> None:
    """Refuse as Elasticsearch does, which knows nothing of Kibana's privileges, in the words that Kibana passes on."""
    for need in entry.needs:
        name = need.format(space=context.space)
        index, _unused, privilege = name.rpartition(":")
        if not context.user.allows(name):
            place, kind = (f" on indices [{index}]", "index") if index else ("", "cluster")
            text = (
                f"security_exception: action is unauthorized for user [{context.user.name}]{place}, "
                f"this action is granted by the {kind} privileges [{privilege},all]"
            )
            raise SiemError(403, text)


def _negotiate(entry: Route, request: Incoming, context: Context, path: str) -> dict[str, str]:
    """Return the header that echoes the version; raise 400 for a version which the route does not have."""
    if not entry.versioned:
        return {}
    if "apiVersion" in context.query:
        raise CoreError(400, 'The query parameter "apiVersion" is not allowed for this route.')
    offered = "1" if entry.internal else PUBLIC_VERSION
    wanted = request.headers.get("elastic-api-version", offered)
    if wanted != offered:
        raise CoreError(
            400,
            f'No version "{wanted}" available for [{entry.method}] [{path}]. Available versions are: [{offered}]',
        )
    return {"elastic-api-version": offered}
