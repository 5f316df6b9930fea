# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source for Event-Driven Ansible, against an emulator over HTTP."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from conftest import ROOT

from kibana_emulator import Emulator, EmulatorServer

PATH = ROOT / "extensions" / "eda" / "plugins" / "event_source" / "kibana_alerts.py"
spec = importlib.util.spec_from_file_location("kibana_alerts", PATH)
source = importlib.util.module_from_spec(spec)
sys.modules["kibana_alerts"] = source
spec.loader.exec_module(source)

LOGIN = {"kibana_username": "elastic", "kibana_password": "changeme", "interval": 0.01}


class Kibana:
    """An emulator with a server, and what is needed to make alerts in it."""

    def __init__(self, emulator: Emulator, url: str) -> None:
        self.emulator, self.url = emulator, url

    def alert(self, space: str = "default", **fields: Any) -> str:
        answer = requests.post(f"{self.url}/_emulator/alerts/{space}", json=fields, timeout=10)
        return str(answer.json()["kibana.alert.uuid"])

    def call(self, method: str, path: str, body: Any) -> Any:
        return requests.request(
            method, self.url + path, json=body, auth=("elastic", "changeme"), headers={"kbn-xsrf": "t"}, timeout=10
        ).json()


@pytest.fixture
def kibana() -> Iterator[Kibana]:
    emulator = Emulator()
    with EmulatorServer(emulator) as server:
        yield Kibana(emulator, server.url)


def events(kibana: Kibana, count: int, **args: Any) -> list[dict[str, Any]]:
    """The first events of a run of the source; it is stopped a moment after them, to see whether more come."""

    async def run() -> list[dict[str, Any]]:
        queue: asyncio.Queue[Any] = asyncio.Queue()
        task = asyncio.create_task(source.main(queue, {**LOGIN, "kibana_url": kibana.url, **args}))
        found: list[dict[str, Any]] = []
        try:
            while len(found) < count:
                getter = asyncio.create_task(queue.get())
                await asyncio.wait({getter, task}, timeout=20, return_when=asyncio.FIRST_COMPLETED)
                if task.done():
                    task.result()
                found.append(getter.result())
            await asyncio.sleep(0.1)
            while not queue.empty():
                found.append(queue.get_nowait())
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        return found

    return asyncio.run(run())


def ids(found: list[dict[str, Any]]) -> list[str]:
    return [event["alert"]["id"] for event in found]


def test_an_alert_is_an_event_with_plain_names(kibana: Kibana) -> None:
    key = kibana.alert(**{"kibana.alert.severity": "high", "host": {"name": "web-01"}, "user.name": "anna"})
    (event,) = events(kibana, 1, start="all")
    alert = event["alert"]
    assert alert["id"] == key and alert["severity"] == "high"
    assert alert["host"] == "web-01" and alert["user"] == "anna"
    assert alert["rule_name"] == "Emulated rule" and alert["status"] == "open"
    assert event["source"]["kibana.alert.uuid"] == key
    assert event["meta"] == {"space": "default", "kind": "alerts"}
    json.dumps(event)


def test_from_now_on_only_what_is_new(kibana: Kibana) -> None:
    kibana.alert(**{"@timestamp": "2026-01-01T00:00:00.000Z"})
    assert events(kibana, 0) == []
    key = kibana.alert(**{"@timestamp": "2999-01-01T00:00:00.000Z"})
    assert ids(events(kibana, 1)) == [key]


def test_a_restart_goes_on_where_the_last_run_ended(kibana: Kibana, tmp_path: Path) -> None:
    args = {"start": "all", "cursor_file": str(tmp_path / "cursor.json")}
    first = [kibana.alert() for _unused in range(3)]
    assert ids(events(kibana, 3, **args)) == first
    late = kibana.alert(**{"@timestamp": source.back(kibana.emulator.now(), 120)})
    fresh = kibana.alert()
    assert set(ids(events(kibana, 2, **args))) == {late, fresh}
    assert events(kibana, 0, **args) == []


def test_what_comes_later_than_its_time_says_is_not_lost_within_the_overlap(kibana: Kibana) -> None:
    async def run() -> list[str]:
        queue: asyncio.Queue[Any] = asyncio.Queue()
        args = {**LOGIN, "kibana_url": kibana.url, "start": "all", "overlap": 600}
        task = asyncio.create_task(source.main(queue, args))
        kibana.alert()
        got = [(await asyncio.wait_for(queue.get(), 10))["alert"]["id"]]
        late = kibana.alert(**{"@timestamp": source.back(kibana.emulator.now(), 300)})
        got.append((await asyncio.wait_for(queue.get(), 10))["alert"]["id"])
        task.cancel()
        assert got[1] == late
        return got

    assert len(set(asyncio.run(run()))) == 2


@pytest.mark.parametrize("batch_size", (1, 3, 7, 500))
def test_batches_lose_nothing_and_send_nothing_twice(kibana: Kibana, batch_size: int) -> None:
    times = [f"2026-01-01T00:00:0{n // 4}.000Z" for n in range(20)]  # four of one moment
    made = [kibana.alert(**{"@timestamp": time}) for time in times]
    found = ids(events(kibana, 20, start="all", batch_size=batch_size))
    assert sorted(found) == sorted(made)


def test_severity_status_filter_and_space(kibana: Kibana) -> None:
    kibana.call("POST", "/api/spaces/space", {"id": "soc", "name": "SOC"})
    wanted = kibana.alert("soc", **{"kibana.alert.severity": "high", "host.name": "a"})
    kibana.alert("soc", **{"kibana.alert.severity": "low", "host.name": "a"})
    kibana.alert("soc", **{"kibana.alert.severity": "high", "host.name": "b"})
    kibana.alert("soc", **{"kibana.alert.severity": "high", "host.name": "a", "kibana.alert.workflow_status": "closed"})
    kibana.alert(**{"kibana.alert.severity": "high", "host.name": "a"})
    args = {"kibana_space": "soc", "severity": "high", "filter": {"term": {"host.name": "a"}}, "start": "all"}
    assert ids(events(kibana, 1, **args)) == [wanted]


def test_cases_are_events_when_they_open_and_when_they_change(kibana: Kibana) -> None:
    body = {
        "title": "One",
        "description": "d",
        "tags": [],
        "owner": "securitySolution",
        "connector": {"id": "none", "name": "none", "type": ".none", "fields": None},
        "settings": {"syncAlerts": False},
        "severity": "high",
    }
    case = kibana.call("POST", "/api/cases", body)
    (event,) = events(kibana, 1, kind="cases", start="all", severity=["high"])
    assert event["case"]["title"] == "One"

    async def run() -> list[Any]:
        queue: asyncio.Queue[Any] = asyncio.Queue()
        args = {**LOGIN, "kibana_url": kibana.url, "kind": "cases", "start": "all"}
        task = asyncio.create_task(source.main(queue, args))
        found = [await asyncio.wait_for(queue.get(), 10)]
        patch = {"id": case["id"], "version": case["version"], "title": "Two"}
        await asyncio.to_thread(kibana.call, "PATCH", "/api/cases", {"cases": [patch]})
        found.append(await asyncio.wait_for(queue.get(), 10))
        task.cancel()
        return found

    assert [event["case"]["title"] for event in asyncio.run(run())] == ["One", "Two"]


def test_a_passing_failure_is_waited_out(kibana: Kibana, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "pause", lambda interval, failures: 0.01)
    faults = [{"status": 503, "body": "Kibana server is not ready yet", "times": 2}, {"cut": "before", "times": 1}]
    requests.post(f"{kibana.url}/_emulator/faults", json=faults, timeout=10)
    key = kibana.alert()
    assert ids(events(kibana, 1, start="all")) == [key]


def test_pauses_grow_and_are_bounded() -> None:
    assert source.pause(30, 0) == 30
    assert 30 <= source.pause(30, 1) <= 60
    assert source.pause(30, 50) <= source.LONGEST_PAUSE


@pytest.mark.parametrize(
    ("args", "said"),
    (
        ({"kibana_username": "nobody", "kibana_password": "wrong"}, "HTTP 401"),
        ({"kibana_username": "nobody", "kibana_password": "nobody"}, "HTTP 403"),
        ({"kibana_url": "nonsense"}, "kibana_url is missing or no URL"),
        ({"kind": "nonsense"}, "kind is 'nonsense'"),
        ({"interval": -1}, "interval is -1"),
        ({"overlap": "x"}, "overlap is 'x'"),
        ({"start": "yesterday"}, "start is 'yesterday'"),
        ({"filter": {"nonsense": {"a": 1}}}, "unknown query"),
        ({"kibana_ca_cert": "/nonsense.pem"}, "kibana_ca_cert /nonsense.pem cannot be read"),
    ),
)
def test_what_no_repetition_mends_ends_the_source(kibana: Kibana, args: dict[str, Any], said: str) -> None:
    with pytest.raises(source.SourceError, match=said):
        events(kibana, 1, **{"start": "all", **args})


def test_a_broken_cursor_is_an_error_and_is_not_overwritten(kibana: Kibana, tmp_path: Path) -> None:
    path = tmp_path / "cursor.json"
    path.write_text("{}")
    with pytest.raises(source.SourceError, match="cursor_file"):
        events(kibana, 1, cursor_file=str(path))
    assert path.read_text() == "{}"


def test_own_credentials_win_over_the_environment() -> None:
    environ = {"KIBANA_URL": "https://k", "KIBANA_API_KEY": "a:b"}
    assert "Authorization" in source.settings_from({}, environ).headers
    own = source.settings_from({"kibana_username": "u", "kibana_password": "p"}, environ)
    assert own.headers["Authorization"] == "Basic dTpw"
