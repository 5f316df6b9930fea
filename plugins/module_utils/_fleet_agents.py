# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Fleet agents: which ones a task means, and whose policy is managed from outside. API: ``/api/fleet/agents``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient, fill_path, quoted
from ansible_collections.stackops.kibana.plugins.module_utils._fleet_policies import find_policy, policies
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._task import Context

AGENTS = "/api/fleet/agents"
AGENT = "/api/fleet/agents/{id}"
STATUSES = (
    "online", "offline", "error", "degraded", "updating", "enrolling", "unenrolling", "unenrolled", "inactive",
    "uninstalled", "orphaned",
)  # fmt: skip
LISTS = ("agent_ids", "hostnames", "with_tags", "status")
SELECTORS = (*LISTS, "kuery", "policy")
SELECTION: dict[str, dict[str, Any]] = {
    "agent_ids": {"type": "list", "elements": "str"},
    "hostnames": {"type": "list", "elements": "str"},
    "kuery": {"type": "str"},
    "policy": {"type": "str"},
    "with_tags": {"type": "list", "elements": "str"},
    "status": {"type": "list", "elements": "str", "choices": list(STATUSES)},
    "include_inactive": {"type": "bool", "default": False},
}
PAGE = 1000
FEW = 20  # so many agents are read one by one rather than looked for among all
MAX_KUERY = 4000  # it travels in the URL, which Kibana limits


@dataclass(frozen=True)
class Selection:
    """The agents that a task means, and those ids and host names it gives that belong to no agent."""

    agents: list[dict[str, Any]]
    missing: list[str]


def check_selection(params: Mapping[str, Any], *, required: bool = True) -> str | None:
    """What is wrong with the selection, if anything. ``required``: it must not be left out, which would mean all."""
    if required and all(params[name] is None for name in SELECTORS):
        return f"No agents are selected: give at least one of {', '.join(SELECTORS)} (all: kuery 'active:true')."
    for name in ("kuery", "policy"):
        if params[name] is not None and not params[name].strip():
            return f"{name} is empty: leave it out, or say which agents are meant."
    return None


class Fleet:
    """The agents and policies of the task's space, read when they are needed."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.params = context.params

    @cached_property
    def policies(self) -> dict[str, dict[str, Any]]:
        """All agent policies by id."""
        return {policy["id"]: policy for policy in policies(self.context.client)}

    def select(self, *, strict: bool = True) -> Selection:
        """The agents that fit all the options that are given; an empty list fits none.

        ``strict``: an unknown policy is an error, but for check mode, where the play may be about to create it.
        """
        if any(self.params[name] == [] for name in LISTS):
            return Selection([], [])
        policy_id = None
        if self.params["policy"] is not None:
            policy_id = self._policy_id(self.params["policy"], strict)
            if policy_id is None:
                return Selection([], [])
        agents = [agent for agent in self._candidates(policy_id) if fits(agent, self.params, policy_id)]
        return Selection(agents, self._missing(agents))

    def kuery(self, policy_id: str | None = None) -> str:
        """The options as KQL, as far as Kibana can apply them."""
        params = self.params
        parts = [
            params["kuery"] or "",
            f"policy_id:{quoted(policy_id)}" if policy_id else "",
            *(f"tags:{quoted(tag)}" for tag in params["with_tags"] or ()),
            # Kibana shows unenrolled agents only to a text that contains status:unenrolled or status:*.
            any_of("status", params["status"] or (["*"] if params["agent_ids"] else []), str),
        ]
        names = any_of("local_metadata.host.hostname", params["hostnames"] or [], quoted)
        if sum(map(len, parts)) + len(names) <= MAX_KUERY:
            parts.append(names)
        return " and ".join(f"({part})" for part in parts if part)

    @property
    def show_inactive(self) -> bool:
        """Whether Kibana should give inactive agents, too: those who are named are meant whatever they do."""
        named = any(self.params[name] for name in ("include_inactive", "agent_ids", "hostnames", "status"))
        return named or mentions_hidden(self.params["kuery"])

    def is_hosted(self, agent: Mapping[str, Any]) -> bool:
        """Whether the agent's policy is managed from outside, so that Fleet leaves its agents alone."""
        return bool(self.policies.get(agent.get("policy_id") or "", {}).get("is_managed"))

    def _policy_id(self, reference: str, strict: bool) -> str | None:
        found = find_policy(self.policies.values(), reference)
        if found is None:
            message = f"There is no agent policy with the id or name {reference!r}"
            if strict and not self.context.check_mode:
                raise PlanError(f"{message}: correct policy.")
            self.context.warn(f"{message}: no agent is selected.")
        return found["id"] if found else None

    def _candidates(self, policy_id: str | None) -> Iterable[dict[str, Any]]:
        client, ids = self.context.client, self.params["agent_ids"]
        metrics = {"withMetrics": "true"} if self.params.get("with_metrics") else {}
        if ids and len(ids) <= FEW and self.params["kuery"] is None:
            return list(read_each(client, ids, metrics))
        shown = "true" if self.show_inactive else "false"
        kuery = self.kuery(policy_id)
        return read_all(client, {"showInactive": shown, **metrics, **({"kuery": kuery} if kuery else {})})

    def _missing(self, agents: list[dict[str, Any]]) -> list[str]:
        known = {agent["id"] for agent in agents} | {hostname(agent) for agent in agents}
        named = [*(self.params["agent_ids"] or ()), *(self.params["hostnames"] or ())]
        return [name for name in dict.fromkeys(named) if name not in known]


def fits(agent: Mapping[str, Any], params: Mapping[str, Any], policy_id: str | None) -> bool:
    """Whether an agent fits the options; what only Kibana can tell (``kuery``) is taken for granted."""
    ids, names, tags, status = (params[name] for name in LISTS)
    own = agent.get("status")
    if own == "unenrolled" and status is None and not ids and not mentions_hidden(params["kuery"]):
        return False
    return (
        (ids is None or agent["id"] in ids)
        and (names is None or hostname(agent) in names)
        and (tags is None or set(tags) <= set(agent.get("tags") or ()))
        and (status is None or own in status)
        and (policy_id is None or agent.get("policy_id") == policy_id)
    )


def mentions_hidden(kuery: str | None) -> bool:
    """Whether a query of the user is about agents that Kibana does not show by itself."""
    return any(word in (kuery or "").lower() for word in ("unenrolled", "inactive", "status:*"))


def hostname(agent: Mapping[str, Any]) -> str:
    """The name of the host of an agent, "" where it has not told."""
    host = (agent.get("local_metadata") or {}).get("host") or {}
    return str(host.get("hostname") or host.get("name") or "")


def read_each(client: KibanaClient, ids: Iterable[str], params: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The agents with these ids, unenrolled ones too; unknown ids are passed over."""
    for agent_id in dict.fromkeys(ids):
        found = client.find(fill_path(AGENT, {"id": agent_id}), params=params or None)
        if found is not None:
            yield found["item"]


def read_these(client: KibanaClient, ids: Iterable[str]) -> list[dict[str, Any]]:
    """The agents with these ids, whatever state they are in: few one by one, many from the list."""
    wanted = set(ids)
    if len(wanted) <= FEW:
        return list(read_each(client, sorted(wanted), {}))
    kuery = any_of("agent.id", sorted(wanted), quoted)
    query = {"showInactive": "true", "kuery": f"status:* and ({kuery})" if len(kuery) <= MAX_KUERY else "status:*"}
    return [agent for agent in read_all(client, query) if agent["id"] in wanted]


def read_all(client: KibanaClient, params: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Every agent that the query gives, to the end, each once.

    More than a page is read at one point in time, as Kibana neither pages beyond 10 000 agents otherwise, nor keeps
    two apart that enrolled in the same moment. A Kibana that knows no ``searchAfter`` is read by page numbers.
    """
    query: dict[str, Any] = {**params, "perPage": PAGE}
    answer = client.get(AGENTS, params=query)
    if len(answer["items"]) < answer["total"] and "nextSearchAfter" in answer:
        answer = client.get(AGENTS, params={**query, "openPit": "true", "pitKeepAlive": "1m"})
    seen: set[str] = set()
    page = 1
    while True:
        yield from (item for item in answer["items"] if item["id"] not in seen)
        seen.update(item["id"] for item in answer["items"])
        if not answer["items"] or len(seen) >= answer["total"]:
            return
        page += 1
        answer = client.get(AGENTS, params={**query, **_next(answer, page)})


def _next(answer: Mapping[str, Any], page: int) -> dict[str, Any]:
    if not answer.get("pit"):
        return {"page": page}
    after = answer.get("nextSearchAfter") or json.dumps(answer["items"][-1]["sort"])
    return {"searchAfter": after, "pitId": answer["pit"], "pitKeepAlive": "1m"}


def any_of(field: str, values: Iterable[str], form: Any) -> str:
    """KQL for a field that has one of the values, "" for none. Each is written out, which Kibana looks for."""
    return " or ".join(f"{field}:{form(value)}" for value in values)
