# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Upgrades of Fleet agents in waves: who can be upgraded, sending, following, and stopping when too many fail.

API: ``/api/fleet/agents/bulk_upgrade``. Kibana takes every agent; which it refuses, and how each gets on, shows up in
the status of the action and in what the agent tells of itself.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._client import pause
from ansible_collections.stackops.kibana.plugins.module_utils._fleet_actions import (
    FOREVER,
    MAX_INTERVAL,
    Bulk,
    action_states,
)
from ansible_collections.stackops.kibana.plugins.module_utils._fleet_agents import AGENTS, Fleet, read_these
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PartialFailure
from ansible_collections.stackops.kibana.plugins.module_utils._progress import Progress

BULK_UPGRADE = AGENTS + "/bulk_upgrade"
RESULTS = ("upgraded", "requested", "unchanged", "ineligible", "failed", "pending", "not_attempted")
SILENT = ("offline", "inactive", "uninstalled", "orphaned", "enrolling")
ENDED = ("UPG_FAILED", "UPG_ROLLBACK")
SEMVER = re.compile(r"(\d+)\.(\d+)\.(\d+)(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?")
CLOSELY = 80  # so many agents are looked at each time, since one request gives them all
Agent = Mapping[str, Any]


def numbers(version: str) -> tuple[int, ...] | None:
    """The three numbers of a version, None where it is none."""
    match = SEMVER.fullmatch(version)
    return tuple(int(part) for part in match.groups()) if match else None


def version_of(agent: Agent) -> str:
    """The version that an agent runs, "" where it has not told."""
    local = ((agent.get("local_metadata") or {}).get("elastic") or {}).get("agent") or {}
    return str(local.get("version") or (agent.get("agent") or {}).get("version") or "")


def runs(agent: Agent, version: str) -> bool:
    """Whether an agent runs a version; which build of it only matters where one is named."""
    own = version_of(agent)
    return own == version or ("+" not in version and own.partition("+")[0] == version)


def details_of(agent: Agent) -> dict[str, Any]:
    """What the agent tells of its upgrade; agents before 8.12 tell nothing."""
    return dict(agent.get("upgrade_details") or {})


def is_upgrading(agent: Agent) -> bool:
    """Whether an agent has been asked to upgrade and is not done yet."""
    details = details_of(agent)
    if details:
        return details.get("state") not in ENDED
    return bool(agent.get("upgrade_started_at") and not agent.get("upgraded_at"))


def reason(fleet: Fleet, agent: Agent, params: Mapping[str, Any]) -> tuple[str, str] | None:
    """Why an agent is not asked to upgrade, as (result, text); None for one that is."""
    version, own, details = params["version"], version_of(agent), details_of(agent)
    target = details.get("target_version") if is_upgrading(agent) else None
    if agent.get("unenrolled_at") or not agent.get("active", True):
        return "ineligible", "It is unenrolled."
    if agent.get("unenrollment_started_at"):
        return "ineligible", "It is being unenrolled."
    if runs(agent, version) and target in (None, version):
        return "unchanged", ""
    if is_upgrading(agent) and target in (None, version):
        return "unchanged", "It is being upgraded already."
    if not params["force"]:
        problem = _forceable(fleet, agent, params, own, target)
        if problem:
            return "ineligible", problem
    if agent.get("status") in SILENT and not params["include_offline"]:
        return "ineligible", f"It is {agent['status']}: include_offline would ask it all the same."
    return None


def _forceable(fleet: Fleet, agent: Agent, params: Mapping[str, Any], own: str, target: str | None) -> str:
    """What is against an upgrade that ``force`` would do all the same, "" for nothing."""
    wanted, now = numbers(params["version"]) or (), numbers(own)
    local = ((agent.get("local_metadata") or {}).get("elastic") or {}).get("agent") or {}
    if fleet.is_hosted(agent):
        return "Its policy is managed from outside, so Fleet does not upgrade it."
    if target:
        return f"It is being upgraded to {target}."
    if not local.get("upgradeable"):
        return "Fleet cannot upgrade it: it runs in a container, or not as a service."
    if now is None:
        return "It has not told its version." if not own else f"Its version {own} is none that Fleet knows."
    return f"It runs {own}, and Fleet does not go back to an earlier version." if wanted < now else ""


def check_waves(params: Mapping[str, Any]) -> str | None:
    """What is wrong with the waves and the limits, if anything."""
    for size in params["waves"] or ():
        if not re.fullmatch(r"[1-9]\d*|([1-9]\d?|100)%", size):
            return f"waves has {size!r}: it must be a number such as 5, or a percentage such as 10%."
    if params["waves"] == []:
        return "waves is empty: leave it out, or say how many agents go first."
    seconds, limits = params["rollout_duration_seconds"], ("max_failures", "max_fail_percentage")
    if params["waves"] and (params["start_time"] or not params["wait"]):
        return "waves wait for each other, which does not go with start_time and with wait=false."
    wrong = [name for name in limits if params[name] is not None and params[name] < 0]
    if wrong:
        return f"{wrong[0]} is {params[wrong[0]]}: it must not be negative."
    if params["wait"] and not params["start_time"] and seconds and params["wait_timeout"] <= seconds:
        return f"wait_timeout is {params['wait_timeout']}: it must be longer than rollout_duration_seconds ({seconds})."
    return None


def cut_waves(ids: Sequence[str], sizes: Sequence[str] | None) -> list[list[str]]:
    """The waves of a rollout. A size is a number or a percentage of all; the last one goes for the rest."""
    waves, rest = [], list(ids)
    given = list(sizes or ["100%"])
    while rest:
        size = given.pop(0) if len(given) > 1 else given[0]
        count = len(ids) * int(size[:-1]) // 100 if size.endswith("%") else int(size)
        waves.append(rest[: max(1, count)])
        rest = rest[max(1, count) :]
    return waves


class Rollout(Bulk):
    """An upgrade of agents, wave by wave."""

    def __init__(self, fleet: Fleet, **extra: Any) -> None:
        params = fleet.params
        super().__init__(fleet, RESULTS, lambda agent: is_upgrading(agent) or runs(agent, params["version"]), **extra)
        self.params = params
        self.before: dict[str, Agent] = {}
        self.attempted = 0

    def plan(self, agents: Sequence[Agent], waits: bool) -> list[list[str]]:
        """Decide about each agent, and return the waves of those that are asked."""
        fleet = Fleet(self.context)
        going = []
        for agent in agents:
            kept = reason(fleet, agent, self.params)
            shown = {"version": version_of(agent)}
            if kept:
                self.add(agent, *kept, **shown)
                continue
            heard = waits and agent.get("status") not in SILENT
            change = (shown["version"], self.params["version"])
            self.add(agent, "upgraded" if heard else "requested", change=change, **shown)
            self.before[agent["id"]] = agent
            going.append(agent["id"])
        going.sort(key=lambda key: (self.rows[key]["hostname"], key))
        waves = cut_waves(going, self.params["waves"])
        for number, ids in enumerate(waves, 1):
            for key in ids:
                self.rows[key]["wave"] = number
        return waves

    def roll_out(self, waves: Sequence[Sequence[str]], body: Mapping[str, Any], waits: bool) -> dict[str, Any]:
        """Send the waves, and return the result of the task. Raises :class:`PartialFailure`."""
        problems: list[str] = []
        if waves:
            self.context.client.require_space(self.context.check_mode)
        for number, ids in enumerate(waves if not self.context.check_mode else (), 1):
            self._wave(ids, body, f"wave {number} of {len(waves)}: " if len(waves) > 1 else "", waits)
            if self._too_many():
                problems.append(self._stop(waves[number:]))
                break
        bad = self._bad()
        if bad and not problems:
            self.context.warn(f"{self._complaint(bad)}, which is not more than the task allows.")
        problems += self._named_ineligible()
        result = self._result("version")
        if problems:
            raise PartialFailure("; ".join(problems) + ".", result)
        return result

    def _wave(self, ids: Sequence[str], body: Mapping[str, Any], name: str, waits: bool) -> None:
        self.attempted += len(ids)
        known = len(self.actions)
        self._write(BULK_UPGRADE, body, False, ids)
        sent = [key for key in ids if key in self.changes]
        heard = {key for key in sent if self.before[key].get("status") not in SILENT}
        if waits and heard:
            self._follow(heard, set(self.actions[known:]), name)

    def _follow(self, waiting: set[str], actions: set[str], name: str) -> None:
        """Look at the agents until each has an outcome, or time is up."""
        timeout, total = min(self.params["wait_timeout"], FOREVER), len(waiting)
        begin, waited, interval = time.monotonic(), 0.0, 1.0
        progress = Progress(total)
        while True:
            over = max(waited, time.monotonic() - begin) >= timeout
            states = action_states(self.context.client, actions)
            self._take(waiting, {key: text for state in states.values() for key, text in _errors(state).items()})
            ended = len(states) == len(actions) and all(_has_ended(state) for state in states.values())
            if waiting and (ended or over or len(waiting) <= CLOSELY):
                self._look(waiting)
            if not waiting or over:
                break
            progress.tell(f"{name}{total - len(waiting)} of {total} agents have ended their upgrade")
            interval = min(interval, max(0.1, timeout - waited))
            pause(0, interval)
            waited += interval
            interval = min(MAX_INTERVAL, interval * 1.5)
        for key in waiting:
            self.rows[key].update(result="pending", msg=f"It has not ended its upgrade after {timeout} seconds.")

    def _look(self, waiting: set[str]) -> None:
        """Take those that have arrived, and those that say that they failed, out of *waiting*."""
        failed = {}
        for agent in read_these(self.context.client, waiting):
            key, details = agent["id"], details_of(agent)
            before = self.before[key]
            old = details_of(before)
            if runs(agent, self.params["version"]) or agent.get("upgraded_at") not in (None, before.get("upgraded_at")):
                waiting.discard(key)
                self.rows[key]["version"] = self.params["version"]
            elif details.get("state") in ENDED and details.get("action_id") != old.get("action_id"):
                said = (details.get("metadata") or {}).get("error_msg")
                failed[key] = said or f"The agent reports {details['state']}."
        self._take(waiting, failed)

    def _take(self, waiting: set[str], failed: Mapping[str, str]) -> None:
        for key in waiting & set(failed):
            waiting.discard(key)
            before = self.changes[key][0]
            self.changes[key] = (before, before)
            self.rows[key].update(result="failed", msg=failed[key])

    def _bad(self) -> list[dict[str, Any]]:
        return [row for row in self.rows.values() if row["result"] in ("failed", "pending")]

    def _too_many(self) -> bool:
        """Whether more have failed than the task allows; without a limit, one is too many."""
        bad, most, share = len(self._bad()), self.params["max_failures"], self.params["max_fail_percentage"]
        if most is None and share is None:
            return bad > 0
        return (most is not None and bad > most) or (share is not None and bad * 100 > share * self.attempted)

    def _complaint(self, bad: Sequence[Mapping[str, Any]]) -> str:
        reasons = "; ".join(f"{row['hostname'] or row['id']}: {row['msg'].rstrip('.')}" for row in bad[:5])
        more = f"; and {len(bad) - 5} more" if len(bad) > 5 else ""
        return f"{len(bad)} of {self.attempted} agents failed or did not end their upgrade ({reasons}{more})"

    def _stop(self, waves: Sequence[Sequence[str]]) -> str:
        """Leave the other waves alone, and say so."""
        left = [key for ids in waves for key in ids]
        for key in left:
            del self.changes[key]
            self.rows[key].update(result="not_attempted", msg="The rollout was stopped before.")
        text = self._complaint(self._bad())
        return f"{text}: the rollout was stopped, and {len(left)} agents were left alone" if left else text


def _errors(state: Mapping[str, Any]) -> dict[str, str]:
    return {error["agentId"]: error["error"] for error in state.get("latestErrors") or ()}


def _has_ended(state: Mapping[str, Any]) -> bool:
    return state.get("status") not in ("IN_PROGRESS", "ROLLOUT_PASSED")
