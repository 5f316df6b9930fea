# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Bulk actions on Fleet agents: requests in batches, waiting for their end, and what became of each agent.

API: ``/api/fleet/agents/bulk_...``, ``/api/fleet/agents/action_status``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient, pause
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError
from ansible_collections.stackops.kibana.plugins.module_utils._fleet_agents import (
    AGENTS,
    Fleet,
    hostname,
    read_these,
)
from ansible_collections.stackops.kibana.plugins.module_utils._many import chunks, write_many
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PartialFailure
from ansible_collections.stackops.kibana.plugins.module_utils._progress import Progress

ACTION_PAGES = 20
FOREVER = 10**9  # seconds, which can be reckoned with
MAX_INTERVAL = 10.0
BULK_BYTES = 900_000  # Kibana accepts 1 MiB

# The options of every module with a bulk action. How long to wait is for the module to say.
BATCH: dict[str, dict[str, Any]] = {"batch_size": {"type": "int", "default": 1000}}


def check_batch(params: Mapping[str, Any]) -> str | None:
    """What is wrong with the size of a batch, if anything: Kibana makes a task of its own of larger ones."""
    if not 1 <= params["batch_size"] <= 10000:
        return f"batch_size is {params['batch_size']}: it must be from 1 to 10000."
    return None


Done = Callable[[Mapping[str, Any]], bool]


class Bulk:
    """What is to be done to each agent of a selection, and the result of the task.

    ``results`` are the words for what may become of an agent, ``extra`` is added to the result as it is. ``done`` says
    of an agent that it is as it was asked to be: a request whose answer was lost may have been carried out.
    """

    def __init__(self, fleet: Fleet, results: Sequence[str], done: Done | None = None, **extra: Any) -> None:
        self.context = fleet.context
        self.done = done
        self.results = results
        self.extra = extra
        self.rows: dict[str, dict[str, Any]] = {}
        self.changes: dict[str, tuple[Any, Any]] = {}
        self.actions: list[str] = []

    def add(self, agent: Mapping[str, Any], result: str, msg: str = "", change: Any = None, **shown: Any) -> None:
        """Plan for one agent; ``change`` is (before, after) for one that a request is needed for."""
        row = {"id": agent["id"], "hostname": hostname(agent), **shown, "result": result}
        self.rows[agent["id"]] = {**row, "msg": msg} if msg else row
        if change is not None:
            self.changes[agent["id"]] = change

    def run(self, path: str, body: Mapping[str, Any], field: str, *, safe: bool = False) -> dict[str, Any]:
        """Send *body* for the agents that change, wait where asked for, and return the result of the task.

        ``field`` names what changes in the diff. ``safe``: sending a request twice does no harm. Raises
        :class:`PartialFailure` for agents that could not be changed, or that are named and must not be.
        """
        client, params = self.context.client, self.context.params
        problems: list[str] = []
        if self.changes:
            client.require_space(self.context.check_mode)
        if self.changes and not self.context.check_mode:
            problems += self._write(path, body, safe)
            if params["wait"] and self.actions:
                states = wait_for(client, self.actions, params["wait_timeout"])
                self._take_errors(states)
                problems += unfinished(states, params["wait_timeout"])
                if not problems:
                    self._finished()
        problems += self._named_ineligible()
        result = self._result(field)
        if problems:
            raise PartialFailure("; ".join(problems) + ".", result)
        return result

    def _write(self, path: str, body: Mapping[str, Any], safe: bool, only: Sequence[str] | None = None) -> list[str]:
        def write(ids: Sequence[str]) -> dict[str, str]:
            answer = self.context.client.call("POST", path, json={"agents": list(ids), **body}, safe=safe)
            self.actions.append(answer["actionId"])
            return {}

        keys = list(self.changes if only is None else only)
        batches = chunks(keys, self.context.params["batch_size"], BULK_BYTES, lambda key: len(key) + 4)
        failures = self._real(write_many(batches, write))
        for agent_id, message in failures.items():
            self._fail(agent_id, message)
        if not failures:
            return []
        reasons = "; ".join(dict.fromkeys(message.rstrip(".") for message in failures.values()))
        return [f"{len(failures)} of {len(self.rows)} agents failed: {reasons}"]

    def _real(self, failures: dict[str, str]) -> dict[str, str]:
        """Those failures that are real; agents that are as they were asked to be are none."""
        if not failures or self.done is None:
            return failures
        try:
            agents = read_these(self.context.client, failures)
        except KibanaError:
            return failures
        fine = {agent["id"] for agent in agents if self.done(agent)}
        return {key: message for key, message in failures.items() if key not in fine}

    def _take_errors(self, states: Mapping[str, Mapping[str, Any]]) -> None:
        for state in states.values():
            for error in state.get("latestErrors") or ():
                if error["agentId"] in self.changes:  # for tags, Fleet gives made-up ids
                    self._fail(error["agentId"], error["error"])

    def _fail(self, agent_id: str, message: str) -> None:
        before = self.changes.pop(agent_id)[0]
        row = self.rows[agent_id]
        self.rows[agent_id] = {**row, **({"tags": before} if "tags" in row else {}), "result": "failed", "msg": message}

    def _finished(self) -> None:
        for agent_id in self.changes:
            if self.rows[agent_id]["result"] == "requested":
                self.rows[agent_id]["result"] = "unenrolled"

    def _named_ineligible(self) -> list[str]:
        """Complain about agents that the user asked for one by one; in a query's answer they are passed over."""
        params = self.context.params
        rows = [row for row in self.rows.values() if row["result"] == "ineligible"]
        if not rows or not (params["agent_ids"] or params["hostnames"]):
            return []
        return [f"{row['hostname'] or row['id']} is left alone. {row['msg'].rstrip('.')}" for row in rows[:5]]

    def _result(self, field: str) -> dict[str, Any]:
        rows = list(self.rows.values())
        summary = {word: sum(row["result"] == word for row in rows) for word in self.results}
        result: dict[str, Any] = {"changed": bool(self.changes), "agents": rows, "summary": summary, **self.extra}
        if self.actions:
            result["actions"] = self.actions
        if self.changes and self.context.module._diff:
            sides = (("before", 0), ("after", 1))
            result["diff"] = {side: {"agents": self._side(field, place)} for side, place in sides}
        return result

    def _side(self, field: str, place: int) -> dict[str, Any]:
        names = {agent_id: self.rows[agent_id]["hostname"] for agent_id in self.changes}
        return {key: {"hostname": names[key], field: change[place]} for key, change in self.changes.items()}


def wait_for(client: KibanaClient, action_ids: Iterable[str], timeout: int) -> dict[str, dict[str, Any]]:
    """Look at actions until none is in progress, or time is up; the last state of each (``{}``: never seen)."""
    states: dict[str, dict[str, Any]] = {action_id: {} for action_id in action_ids}
    timeout = min(timeout, FOREVER)
    begin, waited, interval = time.monotonic(), 0.0, 1.0
    progress = Progress(len(states))
    while True:
        pending = {key for key, state in states.items() if state.get("status", "IN_PROGRESS") == "IN_PROGRESS"}
        states.update(action_states(client, pending))
        if all(states[key].get("status", "IN_PROGRESS") != "IN_PROGRESS" for key in pending):
            return states
        if max(waited, time.monotonic() - begin) >= timeout:
            return states
        progress.tell(_answered(states))
        interval = min(interval, max(0.1, timeout - waited))
        pause(0, interval)
        waited += interval
        interval = min(MAX_INTERVAL, interval * 1.5)


def _answered(states: Mapping[str, Mapping[str, Any]]) -> str:
    done, asked = (sum(state.get(name, 0) for state in states.values()) for name in ("nbAgentsAck", "nbAgentsActioned"))
    return f"{done} of {asked} agents have answered"


def action_states(client: KibanaClient, wanted: set[str]) -> dict[str, dict[str, Any]]:
    """The states of the wanted actions as far as they are listed, among those of others, the newest first."""
    found: dict[str, dict[str, Any]] = {}
    for page in range(ACTION_PAGES if wanted else 0):
        items = client.get(AGENTS + "/action_status", params={"page": page, "perPage": 100, "errorSize": 100})["items"]
        found.update({item["actionId"]: item for item in items if item["actionId"] in wanted})
        if not items or len(found) == len(wanted):
            break
    return found


def unfinished(states: Mapping[str, Mapping[str, Any]], timeout: int) -> list[str]:
    """What is wrong with each action that has not ended well."""
    problems = []
    for action_id, state in states.items():
        status = state.get("status", "not listed")
        failed = state.get("nbAgentsFailed", 0)
        if status in ("IN_PROGRESS", "not listed"):
            done = f"{state.get('nbAgentsAck', 0)} of {state.get('nbAgentsActioned', 0)} agents have answered"
            problems.append(f"action {action_id} has not ended after {timeout} seconds ({done})")
        elif status != "COMPLETE" or failed:
            reasons = [f"{item.get('hostname') or item['agentId']}: {item['error']}" for item in _errors(state)]
            problems.append(f"action {action_id} is {status}, {failed} agents failed: {'; '.join(reasons) or '-'}")
    return problems


def _errors(state: Mapping[str, Any]) -> list[Any]:
    return list(state.get("latestErrors") or [])[:5]
