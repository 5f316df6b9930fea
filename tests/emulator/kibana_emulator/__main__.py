# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Command line: `python -m kibana_emulator`; prints one line when it answers, ends with Ctrl-C or SIGTERM."""

from __future__ import annotations

import argparse
import signal
import ssl
import sys
import threading

from .core import DEFAULT_VERSION, Emulator
from .server import EmulatorServer


def options(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return the parsed command line."""
    parser = argparse.ArgumentParser(prog="kibana_emulator", description="A stateful Kibana look-alike for tests.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=5601, help="0 takes a free one (default: %(default)s)")
    parser.add_argument("--version", default=DEFAULT_VERSION, help="Kibana version to play (default: %(default)s)")
    parser.add_argument("--base-path", default="", help="server.basePath, for example /kibana")
    parser.add_argument("--latency-ms", type=float, default=0, help="wait this long before every answer")
    parser.add_argument("--refresh-ms", type=float, default=0, help="wait this much longer after a write")
    parser.add_argument("--deterministic", action="store_true", help="ids and times from counters")
    parser.add_argument("--tls-cert", help="certificate file (PEM); serves https")
    parser.add_argument("--tls-key", help="key file (PEM), if it is not in the certificate file")
    parser.add_argument("--seed", choices=("default", "soc"), default="default", help="data set to start with")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to stop; return the exit status. What prevents the start is told in one sentence."""
    chosen = options(arguments)
    try:
        server = _server(chosen)
    except (OSError, OverflowError, ValueError) as problem:
        print(f"The emulator cannot start on {chosen.host}:{chosen.port}: {problem}.", file=sys.stderr)
        return 1
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with server:
        print(f"Kibana emulator {chosen.version} answers at {server.url} (user elastic, password changeme)", flush=True)
        stop.wait()
    return 0


def _server(chosen: argparse.Namespace) -> EmulatorServer:
    context = None
    if chosen.tls_cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chosen.tls_cert, chosen.tls_key)
    emulator = Emulator(
        chosen.version, chosen.base_path, chosen.deterministic, chosen.latency_ms, chosen.refresh_ms, chosen.seed
    )
    return EmulatorServer(emulator, chosen.host, chosen.port, context)


if __name__ == "__main__":
    sys.exit(main())
