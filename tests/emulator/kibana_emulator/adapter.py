# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator mounted inside `requests`: no socket, no thread."""

from __future__ import annotations

import io
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter
from requests.cookies import extract_cookies_to_jar
from requests.exceptions import ConnectionError as RequestsConnectionError
from requests.exceptions import ReadTimeout
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse

from .core import Emulator
from .errors import reason
from .messages import Incoming, Outcome


class EmulatorAdapter(BaseAdapter):
    """Answers with `emulator`. A cut raises ConnectionError; a delay beyond the timeout ReadTimeout, at once."""

    def __init__(self, emulator: Emulator) -> None:
        super().__init__()
        self.emulator = emulator

    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> Response:
        """Send `request`; raises what requests itself raises for a cut or slow connection."""
        outcome = self.emulator.exchange(_incoming(request))
        limit = timeout[1] if isinstance(timeout, tuple) else getattr(timeout, "read_timeout", timeout)
        if limit is not None and outcome.delay >= limit:
            raise ReadTimeout(f"Read timed out. (read timeout={limit})", request=request)
        if outcome.delay:
            time.sleep(outcome.delay)
        if outcome.cut:
            text = "('Connection aborted.', RemoteDisconnected('Remote end closed connection without response'))"
            raise RequestsConnectionError(text, request=request)
        return self._response(request, outcome)

    def close(self) -> None:
        """Nothing to close."""

    def _response(self, request: PreparedRequest, outcome: Outcome) -> Response:
        raw = HTTPResponse(
            io.BytesIO(outcome.body), outcome.headers, outcome.status, reason=reason(outcome.status),
            preload_content=False,
        )  # fmt: skip
        response = Response()
        response.status_code = outcome.status
        response.headers = CaseInsensitiveDict(outcome.headers)
        response.headers["content-length"] = str(len(outcome.body))
        response.encoding = "utf-8"
        response.raw = raw
        response.reason = raw.reason
        response.url = request.url or ""
        response.request = request
        extract_cookies_to_jar(response.cookies, request, raw)
        return response


def _incoming(request: PreparedRequest) -> Incoming:
    parts = urlsplit(request.url or "")
    headers = {name.lower(): _text(value) for name, value in request.headers.items()}
    return Incoming(request.method or "GET", parts.path, parts.query, headers, _bytes(request.body))


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _bytes(body: Any) -> bytes:
    """Return the whole body: requests hands over text, bytes, a file or an iterable."""
    if body is None:
        return b""
    if isinstance(body, (str, bytes)):
        return body.encode() if isinstance(body, str) else body
    return body.read() if hasattr(body, "read") else b"".join(body)
