# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real HTTP/1.1 server around the emulator."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .core import Emulator
from .errors import reason
from .messages import Incoming, Outcome

IDLE_SECONDS = 120


class _Handler(BaseHTTPRequestHandler):
    """One keep-alive connection."""

    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    wbufsize = -1  # one write per answer: headers and body travel together
    disable_nagle_algorithm = True
    emulator: Emulator

    def handle_one_request(self) -> None:
        """Answer the next request of this connection; nothing is printed, whatever the client does."""
        with contextlib.suppress(ConnectionError, TimeoutError, ssl.SSLError):
            super().handle_one_request()
            return
        self.close_connection = True

    def _answer(self) -> None:
        headers = {name.lower(): text for name, text in self.headers.items()}
        raw = self._chunks() if "chunked" in headers.get("transfer-encoding", "") else self._body(headers)
        outcome = self.emulator.exchange(Incoming.from_target(self.command, self.path, headers, raw))
        if outcome.delay:
            time.sleep(outcome.delay)
        if outcome.cut:
            self._cut()
        else:
            self._write(outcome)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _answer

    def _body(self, headers: dict[str, str]) -> bytes:
        length = int(headers.get("content-length") or 0)
        return self.rfile.read(length) if length else b""

    def _chunks(self) -> bytes:
        parts = []
        while size := int(self.rfile.readline().partition(b";")[0].strip() or b"0", 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _write(self, outcome: Outcome) -> None:
        lines = [f"HTTP/1.1 {outcome.status} {reason(outcome.status)}"]
        lines += [f"{name}: {text}" for name, text in outcome.headers.items()]
        if outcome.status != 204:
            lines.append(f"content-length: {len(outcome.body)}")
        self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1") + outcome.body)
        self.wfile.flush()

    def _cut(self) -> None:
        """Close the socket without a byte of an answer."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing: the log is at /_emulator/requests."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    ssl_context: ssl.SSLContext | None = None

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Do the TLS handshake in the connection's own thread, so that a slow client blocks nobody."""
        if self.ssl_context is not None:
            request = self.ssl_context.wrap_socket(request, server_side=True)
        self.RequestHandlerClass(request, client_address, self)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print nothing about clients that went away."""


class EmulatorServer:
    """Serves `emulator` from a background thread; a context manager. port 0 takes a free one; see `url`."""

    def __init__(
        self, emulator: Emulator, host: str = "127.0.0.1", port: int = 0, ssl_context: ssl.SSLContext | None = None
    ) -> None:
        handler = type("Handler", (_Handler,), {"emulator": emulator})
        self._server = _Server((host, port), handler)
        self._server.ssl_context = ssl_context
        scheme = "https" if ssl_context else "http"
        self.port: int = self._server.server_address[1]
        shown = f"[{host}]" if ":" in host else host
        self.url = f"{scheme}://{shown}:{self.port}{emulator.base_path}"
        self._thread: threading.Thread | None = None

    def start(self) -> EmulatorServer:
        """Answer from now on."""
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop answering and free the port."""
        if self._thread:
            self._server.shutdown()
            self._thread.join()
            self._thread = None
        self._server.server_close()

    def __enter__(self) -> EmulatorServer:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
