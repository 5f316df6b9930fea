# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""100 000 requests through one process: memory stays flat, no socket leaks, every result is right. `make soak`.

Most of them by modules that run in this process, as the action plugin runs them, and by the client itself, against an
emulator without sockets; a part over real sockets. Between the good ones come refusals, busy and broken answers. The
work is bounded in number and in time, and the figures go to a file as JSON; the status is 1 where something is wrong.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LINK = ROOT / ".build" / "link"
sys.path[:0] = [str(LINK), str(ROOT / "tests" / "emulator")]

from ansible_collections.stackops.kibana.plugins.module_utils import _client, _session  # noqa: E402
from ansible_collections.stackops.kibana.plugins.module_utils._args import settings_from  # noqa: E402
from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient  # noqa: E402
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError  # noqa: E402
from ansible_collections.stackops.kibana.plugins.plugin_utils._in_process import run_module  # noqa: E402
from kibana_emulator import Emulator, EmulatorAdapter, EmulatorServer  # noqa: E402

BASIC = {"kibana_username": "elastic", "kibana_password": "changeme"}
MEMORY = 24.0  # MiB that the process may grow by after the first tenth of the work
OBJECTS = 0.05  # the share by which the number of objects may grow; caches of abstract classes grow for a long time
FAULTS: list[dict[str, Any]] = [
    {"status": 429, "headers": {"Retry-After": "1"}, "times": 1},
    {"status": 503, "body": "Kibana server is not ready yet", "times": 1},
    {"status": 502, "body": "<html>proxy</html>", "times": 1},
    {"cut": "before", "times": 1},
]


@dataclass
class Soak:
    """Where the work stands, and what was measured."""

    total: int
    end: float
    requests: int = 0
    wrong: list[str] = field(default_factory=list)
    samples: list[dict[str, float]] = field(default_factory=list)
    _next: int = 0

    def check(self, right: bool, what: str) -> None:
        """Note a result that is not right."""
        if not right and len(self.wrong) < 20:
            self.wrong.append(what)

    def count(self, emulator: Emulator) -> None:
        """Count the requests that the emulator has logged; measure now and then."""
        self.requests += len(emulator.requests)
        emulator.requests.clear()
        if self.requests >= self._next:
            self._next = self.requests + self.total // 20
            gc.collect()
            measured = {"requests": self.requests, "rss": rss(), "objects": len(gc.get_objects()), "sockets": sockets()}
            self.samples.append(measured)
            print(json.dumps(measured), flush=True)

    def more(self, until: int) -> bool:
        """Whether to go on with a part that ends after so many requests."""
        return self.requests < until and time.monotonic() < self.end and not self.wrong


def rss() -> float:
    """The memory of this process in MiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return round(pages * resource.getpagesize() / 2**20, 1)


def sockets() -> int:
    """The open sockets of this process."""
    found = 0
    for entry in os.listdir("/proc/self/fd"):
        try:
            found += os.readlink(f"/proc/self/fd/{entry}").startswith("socket:")
        except OSError:
            continue
    return found


def lives() -> Iterator[tuple[str, dict[str, Any], list[dict[str, Any]]]]:
    """Modules with an object, and changes of it."""
    yield "space", {"id": "soak", "name": "Soak"}, [{"id": "soak", "name": "Other"}]
    yield "tag", {"name": "soak", "color": "#00ff00"}, [{"name": "soak", "description": "d"}]
    yield (
        "connector",
        {
            "id": "soak",
            "name": "Soak",
            "connector_type_id": ".webhook",
            "config": {"url": "https://a.test"},
            "secrets": {"user": "u", "password": "soak-s3cret"},
        },
        [{"id": "soak", "name": "Other", "secrets": {"user": "u", "password": "soak-s3cret"}}],
    )
    yield "fleet_proxy", {"id": "soak", "name": "P", "url": "http://p:1"}, [{"id": "soak", "url": "http://p:2"}]
    yield "kibana_role", {"name": "soak", "cluster": ["monitor"]}, [{"name": "soak", "cluster": ["all"]}]
    yield "exception_list", {"list_id": "soak", "name": "S", "description": "d", "type": "detection"}, []


def by_modules(soak: Soak, emulator: Emulator, url: str, until: int) -> None:
    """Whole lives: create, again, change, delete; each in a task of its own, with a loop of errors in between."""
    number = 0
    while soak.more(until):
        number += 1
        for module, options, changes in lives():
            fault(emulator, FAULTS[number % len(FAULTS)] if number % 5 == 0 else None)
            steps = [(options, True), (options, False), *((change, True) for change in changes)]
            identity = {name: options[name] for name in ("id", "list_id", "name") if name in options}
            identity = {next(iter(identity)): next(iter(identity.values()))}
            for step, changed in [
                *steps,
                ({**identity, "state": "absent"}, True),
                ({**identity, "state": "absent"}, False),
            ]:
                task = f"task {number} {module}" if number % 2 else ""
                result = run_module(module, {"kibana_url": url, **BASIC, **step}, diff=True, task=task)
                right = not result.get("failed") and result["changed"] is changed and ("diff" in result) is changed
                soak.check(right, f"{module} {step}: {result}")
                soak.check("soak-s3cret" not in json.dumps(result), f"{module} shows a secret")
        wrong = run_module("space", {"kibana_url": url, "kibana_username": "nobody", "kibana_password": "x", "id": "a"})
        soak.check(wrong.get("status") == 401, f"401 was {wrong}")
        soak.count(emulator)


def by_client(soak: Soak, emulator: Emulator, url: str, until: int) -> None:
    """Many small requests: written, read, listed, deleted."""
    client = KibanaClient(settings_from({"kibana_url": url, **BASIC}, {}))
    while soak.more(until):
        for number in range(50):
            path = f"/api/spaces/space/s{number}"
            made = client.call("POST", "/api/spaces/space", json={"id": f"s{number}", "name": "S"}, in_space=False)
            soak.check(made["id"] == f"s{number}", "another space was made")
            client.call("PUT", path, json={"id": f"s{number}", "name": "T"}, in_space=False)
            soak.check(client.get(path, in_space=False)["name"] == "T", "the change is not there")
        soak.check(len(client.get("/api/spaces/space", in_space=False)) == 51, "another number of spaces")
        for number in range(50):
            client.delete(f"/api/spaces/space/s{number}", in_space=False)
            soak.check(
                client.find(f"/api/spaces/space/s{number}", in_space=False, probe="/api/spaces/space") is None,
                "it is there",
            )
        try:
            client.get("/api/fleet/outputs/nothing", in_space=False)
        except KibanaError as error:
            soak.check(error.status == 404, f"404 was {error.status}")
        soak.count(emulator)


def fault(emulator: Emulator, one: dict[str, Any] | None) -> None:
    """Let the next request go wrong once."""
    if one:
        from kibana_emulator.control import add_faults

        add_faults(emulator, [{"path": "/api", **one}])


def verdict(soak: Soak, threads: int) -> list[str]:
    """What is wrong, if anything."""
    late = [sample for sample in soak.samples if sample["requests"] >= soak.total / 10]
    problems = list(soak.wrong)
    if soak.requests < soak.total:
        problems.append(f"only {soak.requests} of {soak.total} requests in time")
    if late:
        first, last = late[0], late[-1]
        if last["rss"] - first["rss"] > MEMORY:
            problems.append(f"memory grew from {first['rss']} to {last['rss']} MiB")
        if last["objects"] > first["objects"] * (1 + OBJECTS):
            problems.append(f"Python's objects grew from {first['objects']} to {last['objects']}")
    if sockets() > 1:
        problems.append(f"{sockets()} sockets are open at the end")
    if threading.active_count() > threads:
        problems.append(f"{threading.active_count()} threads are alive at the end")
    return problems


def main(arguments: list[str]) -> int:
    """Do the work and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--output", type=Path, default=ROOT / ".build" / "soak.json")
    options = parser.parse_args(arguments)
    start, threads = time.monotonic(), threading.active_count()
    soak = Soak(options.requests, start + 60 * options.minutes)
    waits: list[float] = []
    _client.time.sleep = waits.append  # type: ignore[assignment]
    emulator, mounted = Emulator(), _session.build_adapter
    _session.build_adapter = lambda settings: EmulatorAdapter(emulator)
    parts: dict[str, int] = {}
    plan: list[tuple[str, Callable[..., None], float]] = [("modules", by_modules, 0.4), ("client", by_client, 0.9)]
    for name, work, share in plan:
        before = soak.requests
        work(soak, emulator, "http://localhost:5601", int(options.requests * share))
        parts[name] = soak.requests - before
    _session.build_adapter = mounted
    forget_sessions()
    before, most = soak.requests, 0
    with EmulatorServer(emulator) as server:
        for work, share in ((by_modules, 0.95), (by_client, 1.0)):
            work(soak, emulator, server.url, int(options.requests * share))
            most = max(most, sockets())
            soak.check(len(_session._SESSIONS) <= 4, f"{len(_session._SESSIONS)} sessions are kept")
    parts["sockets"] = soak.requests - before
    forget_sessions()
    gc.collect()
    deadline = time.monotonic() + 5
    while threading.active_count() > threads and time.monotonic() < deadline:  # the server's threads see the end
        threading.Event().wait(0.05)
    state = emulator.state()
    soak.check(list(state["cluster"].get("spaces", {"default": 1})) == ["default"], "spaces are left over")
    problems = verdict(soak, threads)
    figures = {
        "requests": soak.requests,
        "parts": parts,
        "seconds": round(time.monotonic() - start),
        "waits": len(waits),
        "most_sockets": most,
        "samples": [
            soak.samples[0],
            *[one for one in soak.samples if one["requests"] >= soak.total / 10][::4],
            soak.samples[-1],
        ],
        "problems": problems,
    }
    options.output.parent.mkdir(exist_ok=True)
    options.output.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(figures))
    return int(bool(problems))


def forget_sessions() -> None:
    """Close all sessions, as the end of a process does."""
    for session in _session._SESSIONS.values():
        session.close()
    _session._SESSIONS.clear()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
