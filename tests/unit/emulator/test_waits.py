# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The waits of a real server: for each request, and for a refresh after a write. They overlap."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests

from kibana_emulator import Emulator, EmulatorServer

REFRESH, COUNT = 0.5, 8
ROLE = {"elasticsearch": {"cluster": ["monitor"]}}


def ask(method: str, url: str, body: Any = None) -> int:
    options = {"json": body, "auth": ("elastic", "changeme"), "headers": {"kbn-xsrf": "x"}, "timeout": 30}
    return requests.request(method, url, **options).status_code


def seconds(work: Callable[..., Any], *arguments: Any) -> float:
    start = time.monotonic()
    work(*arguments)
    return time.monotonic() - start


def test_a_refresh_is_waited_for_after_a_successful_write_alone() -> None:
    with EmulatorServer(Emulator(refresh_ms=1000 * REFRESH)) as server:
        role = f"{server.url}/api/security/role/a"
        assert seconds(ask, "PUT", role, ROLE) >= REFRESH
        assert ask("GET", role) == 200
        for method, path, body in (
            ("GET", "/api/security/role/a", None),
            ("PUT", "/api/security/role/b", {"nonsense": 1}),
            ("POST", "/api/lists/items/_export?list_id=none", None),
            ("POST", "/api/saved_objects/_export", {"type": "tag"}),
        ):
            assert min(seconds(ask, method, server.url + path, body) for _unused in range(3)) < REFRESH, path


def test_waits_of_several_writes_overlap() -> None:
    with EmulatorServer(Emulator(refresh_ms=1000 * REFRESH)) as server, ThreadPoolExecutor(COUNT) as pool:
        urls = [f"{server.url}/api/security/role/r{number}" for number in range(COUNT)]
        took = seconds(lambda: list(pool.map(lambda url: ask("PUT", url, ROLE), urls)))
    assert REFRESH <= took < COUNT * REFRESH * 0.75


def test_latency_belongs_to_every_answer() -> None:
    with EmulatorServer(Emulator(latency_ms=100)) as server:
        assert seconds(ask, "GET", f"{server.url}/api/status") >= 0.1
        assert seconds(ask, "GET", f"{server.url}/api/nothing") >= 0.1
