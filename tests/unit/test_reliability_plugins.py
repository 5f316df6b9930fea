# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad values in all that is no module: the lookup, the inventory, the filters, and the source of events.

Actions have the options of a module, see test_reliability_input.py.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleError
from conftest import ROOT
from harness import Kibana
from hypothesis import given, settings
from reliability import report
from reliability.plugin import PLUGINS, inventory, look_up, plugin
from reliability.tasks import PASSWORD, World, world
from reliability.values import VALUES, judged, soon
from test_reliability_connection import SPACES, URLS
from test_reliability_drawn import ANYTHING, SURPRISES

from kibana_emulator import EmulatorServer

FULL = bool(os.environ.get("STACKOPS_FULL"))
PART = 1 if FULL else 7  # of so many values one is tried for an option, another one for the next
MORE: dict[str, Any] = {
    **VALUES,
    "null": None,
    "lone surrogate": "\ud800",
    "template": "{{ 1 // 0 }}",
    "half a bracket": "http://[::1",
    "more than a float": 10**400,
    "bytes": b"\xff",
    **{f"surprise {text!a}": text for text in SURPRISES},
}
SOURCE = ROOT / "extensions" / "eda" / "plugins" / "event_source" / "kibana_alerts.py"


def chosen(places: Iterable[str]) -> list[tuple[str, str]]:
    """Places and the names of the values to try there."""
    return [
        pair for number, pair in enumerate((place, name) for place in places for name in MORE) if number % PART == 0
    ]


def told(kind: str, count: int, found: dict[str, Any]) -> None:
    """Count what was tried, and fail where something is wrong."""
    problems = [f"{place}: {wrong}" for place, wrong in found.items()]
    report.add("input", [{"module": kind, "tried": count, "problems": problems}])
    assert found == {}


def tried(call: Callable[[], dict[str, Any]]) -> list[str]:
    """What is wrong with the outcome of a call."""
    try:
        with soon(30):
            result = call()
    except Exception:
        return [traceback.format_exc()[-900:]]
    wrong = judged(result)
    return wrong + (["a secret is shown"] if PASSWORD in json.dumps(result, default=repr) else [])


def stray(there: World, allowed: tuple[str, ...]) -> list[str]:
    """Requests to another path than one of these, and what crashed the emulator."""
    paths = {entry["path"] for entry in there.kibana.seen()}
    crashes = list(there.kibana.emulator.crashes)
    there.kibana.emulator.crashes.clear()
    return [f"a request to {path[:99]}" for path in sorted(paths) if not path.startswith(allowed)] + crashes


def test_lookup(kibana: Kibana, tmp_path: Path) -> None:
    found: dict[str, Any] = {}
    options = ["_terms", "items", "page_size_name", "in_space", "default", "unknown"]
    pairs = chosen(options)
    with world(kibana, tmp_path) as there:
        for option, name in pairs:
            value = MORE[name]
            given_ = {**there.connection, **({} if option == "_terms" else {option: value})}
            path = "/api/actions/connectors" if option != "page_size_name" else "/api/fleet/agent_policies"
            if option == "page_size_name":
                given_ = {"items": "items", **given_}
            terms = [value] if option == "_terms" else [path]
            wrong = tried(lambda terms=terms, given_=given_: look_up(terms, given_))
            wrong += stray(there, ("/api/actions/connectors", "/api/fleet/agent_policies"))
            found |= {f"{option} = {name}": wrong} if wrong else {}
    told("lookup kibana", len(pairs), found)


def test_paths_of_the_lookup(kibana: Kibana, tmp_path: Path) -> None:
    paths = [
        "/api/../x",
        "/api/%2e%2e/x",
        "/api/./x",
        "//elsewhere/api",
        "/api/a b",
        "/api/\\..\\x",
        "/api/x\r\nA: b",
    ]
    found: dict[str, Any] = {}
    with world(kibana, tmp_path) as there:
        for path in paths:
            for items in (None, "", "data"):
                wrong = tried(lambda path=path, items=items: look_up([path], {**there.connection, "items": items}))
                wrong += stray(there, ("/api/a%20b",))
                found |= {f"{path!r}, {items!r}": wrong} if wrong else {}
    told("lookup kibana, paths", 3 * len(paths), found)


def test_inventory(kibana: Kibana, tmp_path: Path) -> None:
    about = yaml.safe_load(plugin("inventory", "fleet_agents").DOCUMENTATION)["options"]
    selection = [
        "agent_ids", "policy", "with_tags", "without_tags", "status", "version", "kuery", "show_inactive", "hostnames"
    ]  # fmt: skip
    options = [*about, *selection, "compose", "groups", "keyed_groups", "strict", "cache", "unknown"]
    pairs, found = chosen(options), {}
    with world(kibana, tmp_path) as there:
        for option, name in pairs:
            path = tmp_path / "a.fleet_agents.yml"
            content = {"plugin": "stackops.kibana.fleet_agents", **there.connection, option: MORE[name]}
            try:
                text = yaml.safe_dump(content)
                path.write_text(text, encoding="utf-8")
            except (UnicodeEncodeError, ValueError):  # no file can hold it, or YAML cannot say it
                continue
            wrong = tried(lambda path=path: inventory(path, None)) + stray(there, ("/api/fleet/", "/api/status"))
            found |= {f"{option} = {name}": wrong} if wrong else {}
    told("inventory fleet_agents", len(pairs), found)


def test_files_of_the_inventory(kibana: Kibana, tmp_path: Path) -> None:
    contents = [
        b"",
        b"- a",
        b"5",
        b"x",
        b"\xff\xfe",
        bytes(range(256)),
        b"a: [",
        b"plugin: other\n",
        b"plugin: [a]\n",
        b"!!x",
    ]
    found: dict[str, Any] = {}
    with world(kibana, tmp_path):
        for number, content in enumerate(contents):
            path = tmp_path / f"{number}.fleet_agents.yml"
            path.write_bytes(content)
            wrong = tried(lambda path=path: inventory(path, None))
            found |= {repr(content): wrong} if wrong else {}
    told("inventory fleet_agents, files", len(contents), found)


def filters() -> dict[str, Callable[..., Any]]:
    """All filters of the collection."""
    made: dict[str, Callable[..., Any]] = {}
    for path in sorted((ROOT / "plugins" / "filter").glob("[!_]*.py")):
        made |= importlib.import_module(f"{PLUGINS}.filter.{path.stem}").FilterModule().filters()
    return made


def filtered(name: str, *args: Any) -> dict[str, Any]:
    try:
        return {"changed": False, "value": filters()[name](*args)}
    except AnsibleError as error:
        return {"failed": True, "msg": str(error).replace("not a NoneType", "not nothing")}


def shapes(value: Any) -> list[tuple[Any, ...]]:
    """What a filter may be given with a bad value in it."""
    rule = {"rule_id": "r", "type": "query", "name": "n", "description": "d", "severity": "low", "risk_score": 1}
    return [
        (value,), ([value],), ({"name": value},), (value, value), ([{"id": value}], {"a": 1}), ([{"name": "a"}], value),
        ({**rule, "threat": value},), ({**rule, "exceptions_list": value},), ({**rule, "actions": [value]},),
        ([{**rule, "tags": value}],), (json.dumps(rule) + "\n" + str(value)[:99],),
        (f"[rule]\n{str(value)[:50]}\n",), ({**rule, "note": value}, {"maturity": value}),
        ([{"id": "a"}], {"a": value}),
    ]  # fmt: skip


@pytest.mark.parametrize("name", sorted(filters()))
def test_filters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    found: dict[str, Any] = {}
    count = 0
    for what in list(MORE)[::PART]:
        for number, args in enumerate(shapes(MORE[what])):
            count += 1
            wrong = tried(lambda args=args: _of_filter(name, args))
            found |= {f"{what}, {number}": wrong} if wrong else {}
    told(f"filter {name}", count, found)


def _of_filter(name: str, args: tuple[Any, ...]) -> dict[str, Any]:
    if name != "rule_to_toml" and name != "with_secrets":
        args = args[:1]
    elif name == "with_secrets" and len(args) == 1:
        args = (*args, {})
    return filtered(name, *args)


@pytest.mark.parametrize("name", sorted(filters()))
@settings(max_examples=1000 if FULL else 20, deadline=None, derandomize=not FULL, database=None)
@given(ANYTHING, ANYTHING)
def test_filters_with_drawn_values(name: str, value: Any, other: Any) -> None:
    if name == "rule_from_toml" and isinstance(value, str):
        value += "\n"  # the text, and no path
    assert tried(lambda: _of_filter(name, (value, other))) == []


class Done(Exception):
    """The source has asked once."""


def source() -> Any:
    """The source of events as a Python module."""
    if "kibana_alerts" not in sys.modules:
        spec = importlib.util.spec_from_file_location("kibana_alerts", SOURCE)
        assert spec and spec.loader
        sys.modules["kibana_alerts"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules["kibana_alerts"])
    return sys.modules["kibana_alerts"]


def asked(args: dict[str, Any]) -> dict[str, Any]:
    """Let the source ask Kibana once."""
    there = source()
    try:
        asyncio.run(there.main(asyncio.Queue(), args))
    except Done:
        return {"changed": False}
    except there.SourceError as error:
        return {"failed": True, "msg": str(error)}
    raise AssertionError("the source ends")


def of_events(kibana: Kibana, monkeypatch: pytest.MonkeyPatch, places: list[tuple[str, str, Any]], kind: str) -> None:
    def once(interval: float, failures: int) -> float:
        assert float(interval) >= 0 and interval < float("inf")
        raise Done

    monkeypatch.setattr(source(), "pause", once)
    found: dict[str, Any] = {}
    with EmulatorServer(kibana.emulator) as server:
        usual = {"kibana_url": server.url, "kibana_username": "elastic", "kibana_password": "changeme"}
        for option, name, value in places:
            value = value.replace("{port}", str(server.port)) if isinstance(value, str) else value
            for extra in ({}, {"kind": "cases"}):
                wrong = tried(lambda option=option, value=value, extra=extra: asked({**usual, **extra, option: value}))
                paths = {entry["path"] for entry in kibana.seen()}
                wrong += [f"a request to {path[:99]}" for path in paths if not path.endswith(ASKED)]
                wrong += kibana.emulator.crashes
                kibana.emulator.crashes.clear()
                found |= {f"{option} = {name}": wrong} if wrong else {}
    told(f"event source, {kind}", 2 * len(places), found)


ASKED = ("/api/detection_engine/signals/search", "/api/cases/_find")


def test_arguments_of_the_event_source(kibana: Kibana, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    pytest.importorskip("aiohttp")
    documented = yaml.safe_load(source().DOCUMENTATION)["options"]
    pairs = chosen([*documented, "unknown"])
    of_events(kibana, monkeypatch, [(place, name, MORE[name]) for place, name in pairs], "arguments")


def test_addresses_and_spaces_of_the_event_source(
    kibana: Kibana, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    places = [("kibana_url", name, value) for name, (value, _host) in list(URLS.items())[::PART]]
    places += [("kibana_space", name, value) for name, value in list(SPACES.items())[::PART]]
    of_events(kibana, monkeypatch, places, "connection")


@pytest.mark.parametrize("option", ["cursor_file", "kibana_ca_cert"])
def test_files_of_the_event_source(
    kibana: Kibana, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    (tmp_path / "binary").write_bytes(bytes(range(256)))
    (tmp_path / "empty").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "dangling").symlink_to(tmp_path / "nothing")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    os.mkfifo(tmp_path / "pipe")
    for number, text in enumerate(
        ["[]", "{}", '{"since": 1, "floor": 2, "seen": {}}', '{"seen": [], "since": ""}', "[" * 9**5]
    ):
        (tmp_path / f"json{number}").write_text(text)
    names = [str(tmp_path / name) for name in os.listdir(tmp_path)]
    names += [str(tmp_path / "no" / "such"), "/dev/null", "/dev/zero", "/proc/nothing", "~nobody-here/x", "x" * 300]
    of_events(kibana, monkeypatch, [(option, name, name) for name in sorted(names)], option)
