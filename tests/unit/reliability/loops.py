# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Loops of writing modules whose lists may stand in for their objects: with `kibana_prefetch` and without."""

from __future__ import annotations

import contextlib
import json
import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cases import fleet_agent_policy, slo
from harness import READING_POSTS, READS, Kibana
from test_loops import KINDS

from ansible_collections.stackops.kibana.plugins.module_utils import _session
from ansible_collections.stackops.kibana.plugins.plugin_utils._in_process import run_module
from kibana_emulator import Emulator, EmulatorAdapter
from reliability.matrix import plain
from reliability.tasks import Step, World

ABSENT = {"state": "absent"}
SHOWN = ("diff", "warnings", "exception", "invocation")
Options = dict[str, Any]


@dataclass(frozen=True)
class Loop:
    """Objects of one kind: the items of a loop.

    ``mine`` changes an item; ``theirs`` is what somebody else may set meanwhile: something that no item is about first.
    ``path`` is that of the list, ``named`` says that the objects are known by a name alone.
    """

    module: str
    items: list[Options]
    path: str
    mine: Options
    theirs: tuple[Options, ...] = ()
    named: bool = False
    setup: Callable[[Kibana], None] | None = None


def without_id(module: str) -> list[Options]:
    """The objects of a kind, known by their names alone."""
    return [{key: value for key, value in item.items() if key != "id"} for item in KINDS[module][0]]


def items(make: Callable[[int], Options]) -> list[Options]:
    """The first objects of a kind."""
    return [make(number) for number in range(8)]


def policies(kibana: Kibana) -> None:
    """A policy for each private location: none may have two."""
    for number in range(8):
        body = {"id": f"policy-{number}", "name": f"Policy {number}", "namespace": "default"}
        kibana.call("POST", "/api/fleet/agent_policies", body)


MINE: dict[str, tuple[Options, tuple[Options, ...]]] = {
    "kibana_role": ({"cluster": ["all"]}, ({"run_as": ["them"]}, {"description": "theirs"})),
    "space": ({"color": "#112233"}, ({"description": "theirs"}, {"color": "#445566"})),
    "connector": (
        {"config": {"index": "mine", "refresh": True}},
        ({"config": {"executionTimeField": "@timestamp"}}, {"config": {"index": "theirs"}}),
    ),
    "fleet_output": ({"hosts": ["mine.example:1"]}, ({"config_yaml": "a: 1"}, {"hosts": ["theirs.example:1"]})),
    "fleet_proxy": ({"url": "http://mine:1"}, ({"certificate": "theirs"}, {"url": "http://theirs:1"})),
    "fleet_server_host": (
        {"host_urls": ["https://mine.example:1"]},
        ({"is_internal": True}, {"host_urls": ["https://theirs.example:1"]}),
    ),
    "fleet_agent_download_source": (
        {"host": "https://mine.example"},
        ({"ssl": {"certificate_authorities": ["theirs"]}}, {"host": "https://theirs.example"}),
    ),
}
LOOPS: dict[str, Loop] = {
    **{name: Loop(name, KINDS[name][0], KINDS[name][1], *MINE[name]) for name in MINE},
    **{
        f"{name}-by-name": Loop(name, without_id(name), KINDS[name][1], *MINE[name], named=True)
        for name in MINE
        if name not in ("kibana_role", "space")
    },
    "data_view-by-name": Loop(
        "data_view",
        items(lambda n: {"name": f"View {n}", "title": f"logs-{n}-*"}),
        "/api/data_views",
        {"title": "mine-*"},
        ({"timeFieldName": "@timestamp"}, {"title": "theirs-*"}),
        named=True,
    ),
    "fleet_agent_policy-by-name": Loop(
        "fleet_agent_policy",
        items(lambda n: {"name": f"Policy {n}", "description": f"D{n}"}),
        "/api/fleet/agent_policies",
        {"namespace": "mine"},
        ({"inactivity_timeout": 3600}, {"description": "theirs"}),
        named=True,
        setup=fleet_agent_policy.others,
    ),
    "maintenance_window-by-name": Loop(
        "maintenance_window",
        items(lambda n: {"title": f"Window {n}", "schedule": {"custom": {"start": "2199-03-01", "duration": "90m"}}}),
        "/api/maintenance_window/_find",
        {"schedule": {"custom": {"duration": "36h"}}},
        ({"scope": {"alerting": {"query": {"kql": "a: 1"}}}}, {"schedule": {"custom": {"duration": "12h"}}}),
        named=True,
    ),
    "slo-by-name": Loop(
        "slo",
        items(lambda n: {"name": f"Objective {n}", **slo.NEW}),
        "/api/observability/slos/_definitions",
        {"objective": {"target": 0.9}},
        ({"description": "theirs"}, {"objective": {"target": 0.8}}),
        named=True,
    ),
    "synthetics_parameter-by-name": Loop(
        "synthetics_parameter",
        items(lambda n: {"key": f"key-{n}", "value": "planted-parameter", "tags": ["a"]}),
        "/api/synthetics/params",
        {"tags": ["mine"]},
        ({"description": "theirs"}, {"tags": ["theirs"]}),
        named=True,
    ),
    "synthetics_private_location-by-name": Loop(
        "synthetics_private_location",
        items(lambda n: {"label": f"Place {n}", "agentPolicyId": f"policy-{n}"}),
        "/api/synthetics/private_locations",
        {},
        named=True,
        setup=policies,
    ),
    "tag": Loop(
        "tag",
        items(lambda n: {"id": f"t{n}", "name": f"Tag {n}", "color": "#112233"}),
        "/api/saved_objects_tagging/tags",
        {"color": "#ABCDEF"},
        ({"description": "theirs"}, {"color": "#FEDCBA"}),
    ),
    "tag-by-name": Loop(
        "tag",
        items(lambda n: {"name": f"Tag {n}", "color": "#112233"}),
        "/api/saved_objects_tagging/tags",
        {"color": "#ABCDEF"},
        ({"description": "theirs"}, {"color": "#FEDCBA"}),
        named=True,
    ),
}


class Looping(World):
    """A world whose task is a loop: the step's ``items`` are given to its module one after the other."""

    prefetch = True

    def run(self, step: Step, check: bool = False) -> dict[str, Any]:
        """What all items returned, as one result; as in a play, each has its turn."""
        _session.begin()
        results = [self._item(step.module, {**self.connection, **item}, check) for item in step.args["items"]]
        failed = [result for result in results if result.get("failed")]
        apart = {key: [one[key] for one in results if key in one] for key in ("diff", "warnings", "exception")}
        return {
            "changed": any(result.get("changed") for result in results),
            "results": [{key: value for key, value in one.items() if key not in SHOWN} for one in results],
            **{key: found for key, found in apart.items() if found},
            **({"failed": True, "msg": failed[0]["msg"]} if failed else {}),
        }

    def _item(self, module: str, options: Options, check: bool) -> dict[str, Any]:
        return run_module(module, options, check_mode=check, diff=True, task="one loop", prefetch=self.prefetch)


class Struck(EmulatorAdapter):
    """Lets somebody else act right before the request that is ``left`` requests away (-1: never)."""

    left, before, written, refused = -1, "", False, False

    def act(self) -> None:
        """What somebody else does."""

    def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if self.left == 0:
            self.before = request.method
            self.act()
        self.left -= self.left >= 0
        reads = request.method in READS or request.path_url.partition("?")[0].endswith(READING_POSTS)
        self.written = self.written or not (reads or self.before)
        return super().send(request, *args, **kwargs)


class Elsewhere:
    """A Kibana that can be left for a copy of itself, so that two runs can begin in the same state."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, loop: Loop) -> None:
        self.monkeypatch, self.loop = monkeypatch, loop
        self.kibana = Kibana(monkeypatch)
        self.kibana.emulator = Emulator(deterministic=True)
        self.kibana.http.mount("http://", EmulatorAdapter(self.kibana.emulator))
        monkeypatch.setattr(_session, "build_adapter", self._adapter)
        self.adapter: Struck | None = None
        if loop.setup:
            loop.setup(self.kibana)
        self.kibana.seen()

    def _adapter(self, _settings: Any) -> EmulatorAdapter:
        self.adapter = Struck(self.kibana.emulator)
        return self.adapter

    def held(self) -> tuple[bytes, Any]:
        """The state, to go back to."""
        emulator = self.kibana.emulator
        return pickle.dumps((emulator._stores, emulator.directory)), emulator._random.getstate()

    def put(self, held: tuple[bytes, Any]) -> None:
        """Go back to a state."""
        emulator = self.kibana.emulator
        emulator._stores, emulator.directory = pickle.loads(held[0])
        emulator._random.setstate(held[1])

    @contextlib.contextmanager
    def somebody_else(self) -> Iterator[None]:
        """What is run meanwhile knows nothing of what the loop has read."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(_session, "_SESSIONS", {})
            patch.setattr(_session, "_TASK", dict(_session._TASK))
            patch.setattr(_session, "build_adapter", lambda settings: EmulatorAdapter(self.kibana.emulator))
            yield

    def strike(self, moment: int, deed: Options) -> bool:
        """Let somebody else do this right before that request of the next item. False where no request was sent yet."""
        if self.adapter is None:
            return False
        ours = self.adapter

        def act() -> None:
            with self.somebody_else():
                ours.refused = bool(self.kibana.run(self.loop.module, deed).get("failed"))

        ours.left, ours.before, ours.written, ours.act = moment, "", False, act  # type: ignore[method-assign]
        return True

    def struck(self) -> Struck | None:
        """How it came, if it did."""
        return self.adapter if self.adapter and self.adapter.before else None

    def item(self, options: Options, **how: Any) -> tuple[dict[str, Any], list[str], str]:
        """Run the module: its result, its writes, and whether it read the list last before or after these, or not."""
        self.kibana.seen()
        result = self.kibana.run(self.loop.module, options, **how)
        writes, listed = [], ""
        for entry in self.kibana.seen():
            if entry["method"] == "GET" and entry["path"].endswith(self.loop.path):
                listed = "after" if writes else "before"
            elif entry["method"] not in READS and not entry["path"].endswith(READING_POSTS):
                writes.append(f"{entry['method']} {entry['path']}")
        return result, writes, listed

    def content(self) -> str:
        """What Kibana holds, without what differs between two runs that do the same."""
        stores = self.kibana.emulator._stores.items()
        found = [[str(space), name, key, value] for (space, name), store in stores for key, value in store.items()]
        return json.dumps(sorted(json.dumps(plain(one), sort_keys=True, default=str) for one in found))


def looping(kibana: Kibana, folder: Path, prefetch: bool) -> Looping:
    """A world of loops."""
    world = Looping(kibana, folder)
    world.prefetch = prefetch
    return world


def step(loop: Loop) -> Step:
    """A loop over objects of which some are there: unchanged, changed, deleted and created."""
    wanted = [*loop.items[:3], *({**item, **loop.mine} for item in loop.items[3:5]), *loop.items[6:]]
    return Step("loop", loop.module, {"items": [*wanted[:5], {**loop.items[5], **ABSENT}, *wanted[5:]]})
