# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all benchmarks need: emulators, plays with their times and memory, bare sessions, and what is measured."""

from __future__ import annotations

import contextlib
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
import yaml

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
OUT = ROOT / ".build" / "bench"
USER = ("elastic", "changeme")
OWN = "stackops.kibana."
# Several Kibanas in one process: each has its own state, and they answer at their own ports.
MANY = """
import sys, threading
from kibana_emulator import Emulator, EmulatorServer
servers = [EmulatorServer(Emulator()).start() for _unused in range(int(sys.argv[1]))]
print(" ".join(server.url for server in servers), flush=True)
threading.Event().wait()
"""


@dataclass
class Way:
    """One way to do what a case is about: seconds of each round, and requests and memory of the last one."""

    name: str
    objects: int
    seconds: list[float] = field(default_factory=list)
    requests: int = 0
    memory_mb: float = 0.0
    floor: bool = False

    @property
    def each_ms(self) -> float:
        """The median of the milliseconds for one object."""
        return 1000 * statistics.median(self.seconds) / self.objects

    @property
    def best_ms(self) -> float:
        """The fastest round's: what else runs on the machine only ever adds."""
        return 1000 * min(self.seconds) / self.objects


@dataclass(frozen=True)
class Check:
    """What a figure has to keep to. Of times and memory only the full benchmark judges, of requests the tests, too."""

    text: str
    value: float
    limit: float
    kind: str = "time"
    at_least: bool = False

    @property
    def met(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit


@dataclass
class Report:
    """The figures of one case under one condition (latency, refresh)."""

    case: str
    title: str
    condition: str
    ways: list[Way] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)

    def __getitem__(self, name: str) -> Way:
        return next(way for way in self.ways if way.name == name)

    def way(self, name: str, objects: int, **facts: Any) -> Way:
        """The way of this name, made when it is first asked for."""
        for known in self.ways:
            if known.name == name:
                return known
        self.ways.append(Way(name, objects, **facts))
        return self.ways[-1]


def _started(command: list[str]) -> subprocess.Popen[str]:
    source = str(ROOT / "tests" / "emulator")
    own = {**os.environ, "PYTHONPATH": source, "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(command, env=own, stdout=subprocess.PIPE, text=True)


@contextlib.contextmanager
def _served(command: list[str]) -> Iterator[list[str]]:
    process = _started(command)
    try:
        line = process.stdout.readline() if process.stdout else ""
        found = [url.rstrip("/.") for url in re.findall(r"https?://[^\s,;]+", line)]
        if not found:
            sys.exit("The emulator did not start.")
        yield found
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def kibana(latency: int = 0, refresh: int = 0) -> Iterator[str]:
    """The URL of an emulator whose waits, in milliseconds, are those of a real server."""
    options = ["--port", "0", "--latency-ms", str(latency), "--refresh-ms", str(refresh)]
    with _served([sys.executable, "-m", "kibana_emulator", *options]) as urls:
        yield urls[0]


@contextlib.contextmanager
def kibanas(count: int) -> Iterator[list[str]]:
    """The URLs of several emulators."""
    with _served([sys.executable, "-c", MANY, str(count)]) as urls:
        yield urls


def session() -> requests.Session:
    """A session as bare as the client's own."""
    http = requests.Session()
    http.trust_env = False
    http.auth = USER
    http.headers["kbn-xsrf"] = "bench"
    return http


def call(http: requests.Session, method: str, url: str, **options: Any) -> Any:
    """A request that must not fail; the decoded answer."""
    answer = http.request(method, url, **options)
    if answer.status_code >= 400:
        sys.exit(f"{method} {url}: {answer.status_code} {answer.text[:500]}")
    return answer.json() if answer.content else None


def forget_log(url: str) -> None:
    """Empty the emulator's log of requests."""
    session().delete(f"{url}/_emulator/requests").raise_for_status()


def log(url: str) -> list[dict[str, Any]]:
    """The requests since the log was emptied."""
    return [entry for entry in call(session(), "GET", f"{url}/_emulator/requests") if "_emulator" not in entry["path"]]


def timed(way: Way, url: str, work: Callable[[], Any]) -> None:
    """Run a bare script's work, and note its time and its requests."""
    forget_log(url)
    start = time.perf_counter()
    work()
    way.seconds.append(time.perf_counter() - start)
    way.requests = len(log(url))


@dataclass(frozen=True)
class Task:
    """What one task of a play took."""

    name: str
    seconds: float
    items: int
    changed: int


def play(
    name: str,
    tasks: list[dict[str, Any]],
    url: str = "",
    hosts: dict[str, dict[str, Any]] | None = None,
    forks: int = 5,
    **variables: Any,
) -> tuple[list[Task], float, float]:
    """Run tasks; what each took, the seconds of the whole play, and the memory of its largest process in MB."""
    folder = OUT / "plays"
    folder.mkdir(parents=True, exist_ok=True)
    timings, playbook = folder / f"{name}.jsonl", folder / f"{name}.yml"
    timings.unlink(missing_ok=True)
    playbook.write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, "tasks": tasks}], sort_keys=False))
    inventory = folder / f"{name}.hosts.json"
    local = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    inventory.write_text(json.dumps({"all": {"hosts": hosts or {"localhost": {}}, "vars": {**local, **variables}}}))
    os.chmod(inventory, 0o644)
    program = str(Path(sys.executable).with_name("ansible-playbook"))
    command = [program, "-i", str(inventory), "-f", str(forks), str(playbook)]
    start = time.perf_counter()
    code, output, memory = _measured(command, _environment(url, timings))
    seconds = time.perf_counter() - start
    if code:
        sys.exit(f"{' '.join(command)}\n{output[-3000:]}")
    found = [Task(**json.loads(line)) for line in timings.read_text(encoding="utf-8").splitlines()]
    return found, seconds, memory


def _environment(url: str, timings: Path) -> dict[str, str]:
    # Where Python may not keep what it compiles, all of it is slower; that is not what is measured here.
    without = ("ANSIBLE_", "KIBANA_", "PYTHONDONTWRITEBYTECODE")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(without)}
    own = {
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build" / "link"),
        "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback_plugins"),
        "ANSIBLE_CALLBACKS_ENABLED": "timings",
        "TIMINGS_FILE": str(timings),
        "KIBANA_USERNAME": USER[0],
        "KIBANA_PASSWORD": USER[1],
    }
    return clean | own | ({"KIBANA_URL": url} if url else {})


def _measured(command: list[str], environment: dict[str, str]) -> tuple[int, str, float]:
    """Exit status, output, and the memory of the largest process among the command's and its children's, in MB."""
    log_file = OUT / "plays" / "output.log"
    with log_file.open("w+", encoding="utf-8") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        return process.returncode, output.read(), _mega(usage)


def _mega(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)


def tasks_of(
    way: Way, url: str, name: str, tasks: list[dict[str, Any]], changed: int | None = None, **variables: Any
) -> None:
    """Run tasks, and note the sum of their times, their requests and memory. ``changed``: how many items must be."""
    forget_log(url)
    found, _seconds, memory = play(name, tasks, url, **variables)
    way.seconds.append(sum(task.seconds for task in found))
    way.requests = len(log(url))
    way.memory_mb = memory
    was = sum(task.changed for task in found)
    if changed is not None and was != changed:
        sys.exit(f"{name}: {was} items changed, {changed} should.")
