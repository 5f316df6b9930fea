# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fault matrix over real sockets: unknown names, closed ports, TLS that fails, answers cut off."""

from __future__ import annotations

import contextlib
import datetime
import io
import os
import re
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
import trustme
from harness import READS

from ansible_collections.stackops.kibana.plugins.module_utils import _session
from kibana_emulator import Emulator
from kibana_emulator.messages import Outcome
from kibana_emulator.server import _Handler, _Server
from reliability.matrix import Cell, Usual, judged
from reliability.tasks import CONNECTION, Step, World

BUILD_ADAPTER = _session.build_adapter  # the real one; a world has another
NOWHERE = "kibana.nowhere.invalid"
HOST, OTHER_HOST = "127.0.0.1", "another.kibana.test"
LOOK_UP = socket.getaddrinfo
UNKNOWN = {
    socket.EAI_NONAME: "Name or service not known",
    socket.EAI_AGAIN: "Temporary failure in name resolution",
}
GARBAGE = b"\x17\x03\x03\x00\x20" + b"?" * 32  # has the look of a record of TLS, and deciphers to nothing
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST, and what is on its way is lost
BREAKS = r"The connection to {url} was cut before an answer came: check Kibana and what lies between"


@dataclass(frozen=True)
class Trouble:
    """What is wrong between a module and Kibana, and how the message about it reads.

    ``host`` is another one than the server's, ``port`` 0 stands for a port where nobody listens, ``scheme`` is that of
    kibana_url, ``tls`` names what the server shows ("": it speaks no TLS). ``cut`` says where the connection ends: at
    "once", in "hello" (before TLS is agreed on), in the "headers", in the "body", with "garbage" instead of the rest;
    ``reset`` with RST. It concerns ``writes`` alone or all requests, so many ``times``.
    """

    says: str
    host: str = HOST
    listens: bool = True
    lookup: int = 0
    scheme: str = "https"
    tls: str = "good"
    cut: str = ""
    reset: bool = False
    writes: bool = False
    times: int | None = None


NO_TROUBLE = Trouble("")
NO_TLS = r"No trusted connection to {url}: "
FAULTS: dict[str, Trouble] = {
    "DNS: unknown host": Trouble(
        r"Cannot find the host of {url}: check kibana_url and the name service", host=NOWHERE, lookup=socket.EAI_NONAME
    ),
    "DNS: no name server": Trouble(
        r"Cannot find the host of {url}: check kibana_url and the name service", host=NOWHERE, lookup=socket.EAI_AGAIN
    ),
    "socket: refused": Trouble(r"{url} refused the connection: check kibana_url", listens=False, scheme="http"),
    "socket: closed at once": Trouble(BREAKS, scheme="http", tls="", cut="once"),
    "socket: reset at once": Trouble(BREAKS, scheme="http", tls="", cut="once", reset=True),
    "TLS: unknown CA": Trouble(NO_TLS + ".* is signed by an unknown CA: give it as kibana_ca_cert", tls="unknown"),
    "TLS: expired certificate": Trouble(NO_TLS + "the certificate of the server has expired: renew", tls="expired"),
    "TLS: certificate of another host": Trouble(NO_TLS + ".*for another name: .*kibana_url", tls="other"),
    "TLS: TLS 1.1 alone": Trouble(NO_TLS + ".*TLS 1.2", tls="old"),
    "TLS: a peer without TLS": Trouble(NO_TLS + "the server does not speak TLS there: use http://", tls=""),
    "TLS: http:// to a peer with TLS": Trouble(BREAKS + ", or use https://", scheme="http"),
    "TLS: closed before the handshake": Trouble(
        NO_TLS + f"the server ended the TLS handshake: check Kibana|{BREAKS}", cut="hello"
    ),
    "TLS: closed after the handshake": Trouble(f"{NO_TLS}the server ended the TLS handshake|{BREAKS}", cut="once"),
    "cut in the headers": Trouble(BREAKS, cut="headers"),
    "cut in the headers, once": Trouble(BREAKS, cut="headers", times=1),
    "cut in mid-answer": Trouble(BREAKS, cut="body"),
    "cut in mid-answer, reset": Trouble(BREAKS, cut="body", reset=True),
    "cut in mid-answer, without TLS": Trouble(BREAKS, scheme="http", tls="", cut="body"),
    "cut in mid-answer, once": Trouble(BREAKS, cut="body", times=1),
    "write carried out, cut in mid-answer": Trouble(BREAKS, cut="body", writes=True),
    "write carried out, cut in mid-answer, once": Trouble(BREAKS, cut="body", writes=True, times=1),
    "write carried out, reset in mid-answer, once": Trouble(BREAKS, cut="body", reset=True, writes=True, times=1),
    "write carried out, cut in the headers, once": Trouble(BREAKS, cut="headers", writes=True, times=1),
    "write carried out, garbage in mid-answer, once": Trouble(
        NO_TLS + "TLS failed: check Kibana", cut="garbage", writes=True, times=1
    ),
}  # fmt: skip


@cache
def authority() -> trustme.CA:
    """The CA that the modules are told to trust."""
    return trustme.CA()


@cache
def context(kind: str) -> ssl.SSLContext:
    """What a server shows."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    signer = trustme.CA() if kind == "unknown" else authority()
    yesterday = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    expired = (
        {"not_before": yesterday - datetime.timedelta(days=1), "not_after": yesterday} if kind == "expired" else {}
    )
    signer.issue_cert(OTHER_HOST if kind == "other" else HOST, **expired).configure_cert(made)
    if kind == "old":
        made.set_ciphers("ALL:@SECLEVEL=0")  # a system's policy would forbid the server what this test needs
        made.minimum_version = made.maximum_version = ssl.TLSVersion.TLSv1_1
    return made


class _Unruly(_Handler):
    """A connection that ends as the trouble of its server wants."""

    server: Wire

    @property
    def emulator(self) -> Emulator:  # type: ignore[override]
        return self.server.emulator

    def handle(self) -> None:
        if self.server.meets("once"):
            self._end()
        else:
            super().handle()

    def _write(self, outcome: Outcome) -> None:
        if not self.server.meets("headers", "body", "garbage", method=self.command):
            super()._write(outcome)
            return
        real, self.wfile = self.wfile, io.BytesIO()
        super()._write(outcome)
        whole, self.wfile = self.wfile.getvalue(), real
        head = len(whole) - len(outcome.body)
        inside = outcome.body and self.server.trouble.cut != "headers"  # what has no body ends in its headers
        real.write(whole[: head + len(outcome.body) // 2 if inside else head // 2])
        with contextlib.suppress(OSError):
            real.flush()
            if self.server.trouble.cut == "garbage":
                with socket.socket(fileno=os.dup(self.connection.fileno())) as under_tls:
                    under_tls.sendall(GARBAGE)
        self._end()

    def _end(self) -> None:
        """Close the socket, with RST where the trouble says so; under TLS without a word of farewell."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            if self.server.trouble.reset:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                os.close(self.connection.detach())
            else:
                self.connection.shutdown(socket.SHUT_RDWR)


class Wire(_Server):
    """One server for all worlds and troubles."""

    emulator: Emulator

    def __init__(self) -> None:
        super().__init__((HOST, 0), _Unruly)
        self.trouble, self.left, self.met = NO_TROUBLE, 0, False
        self.lock = threading.Lock()

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Speak TLS as the trouble says, or break off before it."""
        if self.meets("hello"):
            request.shutdown(socket.SHUT_RDWR)
            return
        self.ssl_context = context(self.trouble.tls) if self.trouble.tls else None
        super().finish_request(request, client_address)

    def meets(self, *cuts: str, method: str = "") -> bool:
        """Whether the connection ends here."""
        if self.trouble.cut not in cuts or (self.trouble.writes and method in READS):
            return False
        with self.lock:
            self.left -= 1
            self.met = self.met or self.left >= 0
            return self.left >= 0

    def connection(self) -> dict[str, Any]:
        """The options that lead to this server."""
        trouble = self.trouble
        port = self.server_address[1] if trouble.listens else free_port()
        url = f"{trouble.scheme}://{trouble.host}:{port}"
        return {**CONNECTION, "kibana_url": url, "kibana_ca_cert": authority().cert_pem.bytes().decode()}


class Counting:
    """An adapter that counts what it was given to send."""

    def __init__(self, adapter: Any) -> None:
        self.adapter, self.count = adapter, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.adapter, name)

    def send(self, *args: Any, **kwargs: Any) -> Any:
        self.count += 1
        return self.adapter.send(*args, **kwargs)


def free_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        return int(taken.getsockname()[1])


@contextlib.contextmanager
def serving() -> Iterator[Wire]:
    """The server, in a thread of its own."""
    with Wire() as wire:
        thread = threading.Thread(target=wire.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield wire
        finally:
            wire.shutdown()
            thread.join()


@contextlib.contextmanager
def troubled(world: World, wire: Wire, trouble: Trouble) -> Iterator[list[Counting]]:
    """A world whose modules reach their Kibana over the wire. Yields their adapters, which count."""
    made: list[Counting] = []
    wire.emulator, wire.trouble = world.kibana.emulator, trouble
    wire.left, wire.met = (10**9 if trouble.times is None else trouble.times), trouble.cut in ("", "once", "hello")

    def build(settings: Any) -> Counting:
        made.append(Counting(BUILD_ADAPTER(settings)))
        return made[-1]

    def look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host == NOWHERE:
            raise socket.gaierror(trouble.lookup, UNKNOWN[trouble.lookup])
        return LOOK_UP(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_session, "_SESSIONS", {})
        patch.setattr(_session, "build_adapter", build)
        patch.setattr(socket, "getaddrinfo", look_up)
        patch.setattr(world, "connection", wire.connection())
        try:
            yield made
        finally:
            for adapter in made:
                adapter.close()


def cut_off(world: World, wire: Wire, module: str, step: Step, known: Usual, name: str) -> Cell | None:
    """Run a task while its connection is in trouble, and once more without it. None where it met no trouble."""
    world.restore(known.before)
    trouble = FAULTS[name]
    with troubled(world, wire, trouble) as adapters:
        result = world.run(step)
        url = world.connection["kibana_url"]
    count = sum(adapter.count for adapter in adapters)
    if not count or not wire.met:
        return None
    cell = judged(world, step, known, Cell(module, step.name, name, "over real sockets", requests=count), result)
    if cell.outcome == "failed" and not re.search(trouble.says.replace("{url}", re.escape(url)), cell.message):
        cell.problems.append(f"the message does not name the cause: {cell.message}")
    cell.excuse()
    cell.message = cell.message.replace(url, f"{trouble.scheme}://{trouble.host}:5601")  # the same in every run
    return cell
