# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes into the emulator and comes out of it, independent of WSGI, sockets and requests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from .routing import JSON, Reply


@dataclass
class Incoming:
    """A request as it came over the wire. path is still percent-encoded; header names are lower case."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes = b""

    @classmethod
    def from_target(cls, method: str, target: str, headers: Mapping[str, str], raw: bytes) -> Incoming:
        """Build one from a request line's target."""
        path, _unused, query = target.partition("?")
        return cls(method, path, query, headers, raw)

    @classmethod
    def from_environ(cls, environ: Mapping[str, Any]) -> Incoming:
        """Build one from a WSGI environment."""
        headers = {key[5:].replace("_", "-").lower(): text for key, text in environ.items() if key.startswith("HTTP_")}
        if environ.get("CONTENT_TYPE"):
            headers["content-type"] = environ["CONTENT_TYPE"]
        raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        target = environ.get("RAW_URI") or environ.get("REQUEST_URI")
        encoded = target.partition("?")[0] if target else quote(path.encode("latin-1"))
        return cls(environ["REQUEST_METHOD"], encoded, environ.get("QUERY_STRING", ""), headers, raw)


@dataclass
class Outcome:
    """An answer ready to be sent. delay: seconds to wait before; cut: close the connection instead of answering."""

    status: int
    headers: dict[str, str]
    body: bytes
    delay: float = 0.0
    cut: bool = False


COMMON_HEADERS = {
    "kbn-name": "kibana",
    "kbn-license-sig": "7d1f6c1a9fdf7a4e5bb5f8c9e2d1b3a6f0c4e8d2",
    "cache-control": "private, no-cache, no-store, must-revalidate",
}


def encode(value: Any) -> bytes:
    """Return a JSON text as Kibana writes it: compact and not escaped."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def to_outcome(reply: Reply) -> Outcome:
    """Return `reply` with its body encoded and the headers that every answer has."""
    headers = {**COMMON_HEADERS, **{name.lower(): text for name, text in reply.headers.items()}}
    body = reply.body
    if body is None and reply.content_type == JSON:
        return Outcome(reply.status, headers, b"")
    headers.setdefault("content-type", reply.content_type)
    if isinstance(body, str):
        return Outcome(reply.status, headers, body.encode())
    return Outcome(reply.status, headers, body if isinstance(body, bytes) else encode(body))
