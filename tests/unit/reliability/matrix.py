# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fault matrix: what each module does while Kibana misbehaves, and whether the next run puts everything right."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from reliability.tasks import PASSWORD, Step, World, steps

HTML = "<!DOCTYPE html><html><body>Log in</body></html>"
HALF = '{"id": '
MOST_REQUESTS = 60  # of a task that needs few; of others so many times what it needs:
MOST_TIMES = 12
MOST_SECONDS = 1800.0  # of waiting, all of it virtual, before a task with several requests gives up
WAITING = {"kibana_info": 160, "encryption_key_rotation": 70}  # they wait as long as wait_timeout says
LONGEST_MESSAGE = 1500
INSIDES = re.compile(r"Traceback|HTTPS?ConnectionPool|object at 0x|<class|NoneType|KeyError|\n")
# What differs between two runs that do the same: ids, times, locks, counters.
LOGS = ("fleet_actions", "fleet_tasks")  # what agents were asked for; asking twice does nothing more
MILLISECONDS = 1_500_000_000_000
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+\d\d:\d\d)")
COUNTER = re.compile(
    r"^[_@]?(timestamp|version|(policy_)?revision|seq_no|primary_term|tie_breaker(_id)?|executionId|api_key|.*(token|Token|digest))$"
)

# What differs from a run without faults, and why that cannot be otherwise: module, problem, reason.
EXCEPTIONS = (
    (
        r"fleet_agent_\w+",
        "another result|the message does not name",
        "the id of the action was in the answer that got lost",
    ),
    ("detection_alert_migration", "another result", "the names of the indices were in the answer that got lost"),
    ("encryption_key_rotation", "another result", "the numbers are those of the second request; a warning says so"),
    ("kibana_request", "another result|success, and not", "it hands on what Kibana answers, whatever that is"),
    ("value_list(_export)?", "another result|success, and not|the next", "values come as plain text: any text is one"),
    ("risk_engine", "success, and not|the next run does not", "scores are computed once more, which does no harm"),
)


def everywhere(**fault: Any) -> list[dict[str, Any]]:
    return [{"path": "/(s/[^/]+/)?(api|internal)", **fault}]


def reading(**fault: Any) -> list[dict[str, Any]]:
    return [one | {"method": "GET"} for one in everywhere(**fault)]


def writing(**fault: Any) -> list[dict[str, Any]]:
    return [one | {"method": method} for method in ("POST", "PUT", "PATCH", "DELETE") for one in everywhere(**fault)]


def said(status: int, error: str, message: str) -> dict[str, Any]:
    return {"status": status, "body": {"statusCode": status, "error": error, "message": message}}


NOT_FOUND = said(404, "Not Found", "Not Found")
CONFLICT = said(409, "Conflict", "version conflict, required seqNo [5]")
BUSY = said(429, "Too Many Requests", "slow down")
STARTING = {"status": 503, "body": "Kibana server is not ready yet"}
FAULTS: dict[str, list[dict[str, Any]]] = {
    "401": everywhere(**said(401, "Unauthorized", "unable to authenticate user\n\tRoot causes:\n\t\tnobody")),
    "403 on reads": reading(**said(403, "Forbidden", "not you")),
    "403 on writes": writing(**said(403, "Forbidden", "not you")),
    "403 from the second write on": writing(**said(403, "Forbidden", "not you"), after=1),
    "404 of every route": everywhere(**NOT_FOUND),
    "404 of writing routes": writing(**NOT_FOUND),
    "409 once": writing(**CONFLICT, times=1),
    "409 for ever": writing(**CONFLICT),
    "409, carried out": writing(**CONFLICT, times=1, carried_out=True),
    "413": writing(**said(413, "Request Entity Too Large", "Payload content length greater than maximum allowed")),
    "429 once": everywhere(**BUSY, times=1),
    "429 with Retry-After": everywhere(**BUSY, times=2, headers={"Retry-After": "7"}),
    "429 for ever": everywhere(**BUSY),
    "429 for ever, Retry-After an hour": everywhere(**BUSY, headers={"Retry-After": "3600"}),
    "500 once": everywhere(status=500, body={"message": "broken", "status_code": 500}, times=1),
    "500": everywhere(status=500, body={"message": "broken", "status_code": 500}),
    "500, carried out": writing(status=500, body={"message": "broken"}, times=1, carried_out=True),
    "500 from the second write on": writing(status=500, body={"message": "broken"}, after=1),
    "502 once": everywhere(status=502, body=HTML, times=1),
    "502": everywhere(status=502, body=HTML),
    "502, carried out": writing(status=502, body=HTML, times=1, carried_out=True),
    "503 while starting": everywhere(**STARTING, times=2),
    "503": everywhere(**STARTING),
    "HTML": everywhere(status=200, body=HTML),
    "truncated JSON": everywhere(status=200, body=HALF),
    "truncated JSON, carried out": writing(status=200, body=HALF, times=1, carried_out=True),
    "nothing in answers to reads": reading(status=200, body=""),
    "slow reads": reading(delay_ms=90_000),
    "slow writes": writing(delay_ms=90_000),
    "cut before, once": everywhere(cut="before", times=1),
    "cut before": everywhere(cut="before"),
    "cut after, once": writing(cut="after", times=1),
    "cut after": writing(cut="after"),
    "cut after the second write": writing(cut="after", after=1),
}


@dataclass
class Cell:
    """One task of a module under one fault; ``way`` says how it was run."""

    module: str
    task: str
    fault: str
    way: str = "in this process"
    outcome: str = ""
    message: str = ""
    requests: int = 0
    seconds: float = 0.0
    state: str = ""
    problems: list[str] = field(default_factory=list)
    exception: str = ""

    def excuse(self) -> None:
        """Take known exceptions out of the problems."""
        for module, problem, reason in EXCEPTIONS:
            kept = [one for one in self.problems if not (re.fullmatch(module, self.module) and re.match(problem, one))]
            if len(kept) < len(self.problems):
                self.problems, self.exception = kept, reason

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Usual:
    """How a task goes without faults, twice."""

    before: Any
    since: dict[Any, Any]
    first: dict[str, Any]
    second: dict[str, Any]
    requests: int
    states: tuple[str, str, str]


def plain(value: Any, key: str = "") -> Any:
    """A value without what differs between two runs that do the same; dictionaries whose keys are ids become lists."""
    if COUNTER.match(key) and not isinstance(value, (dict, list)):
        return "*"
    if isinstance(value, dict):
        made = {_masked(str(name)): plain(inner, str(name)) for name, inner in value.items()}
        same = (
            sorted(json.dumps(plain(one), sort_keys=True) for one in value.values()) if len(made) < len(value) else []
        )
        return same or made
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, int) and value > MILLISECONDS:
        return "<time>"
    return _masked(value) if isinstance(value, str) else value


def _masked(text: str) -> str:
    return MOMENT.sub("<time>", UUID.sub("<id>", text))


def state(world: World, since: dict[Any, Any]) -> str:
    """How what Kibana and the folder hold differs from `since`."""
    held = {place: value for place, value in world.objects().items() if place[1] not in LOGS}
    gone = [[*map(str, place), "gone"] for place in since if place not in held and place[1] not in LOGS]
    new = [[*map(str, place), value] for place, value in held.items() if value != since.get(place)]
    return json.dumps(sorted(json.dumps(plain(one), sort_keys=True, default=str) for one in gone + new))


def outcome(result: dict[str, Any]) -> str:
    """A successful result, to be compared with another one; warnings are no part of it."""
    kept = {key: value for key, value in result.items() if key not in ("invocation", "warnings", "diff", "progress")}
    return json.dumps(plain(kept), sort_keys=True, default=str)


def usual(world: World, step: Step) -> Usual:
    """Run a task twice without faults; the world is then as after the first run."""
    world.run(step, check=True)  # some reads make what they read
    before, since = world.snapshot(), copy.deepcopy(world.objects())
    states = [state(world, since)]
    world.requests()
    first = world.run(step)
    count = world.requests()[0]
    world.settle()
    states.append(state(world, since))
    after = world.snapshot()
    second = world.run(step)
    world.settle()
    states.append(state(world, since))
    world.restore(after)
    return Usual(before, since, first, second, count, (states[0], states[1], states[2]))


def lives(world: World, module: str) -> Iterator[tuple[Step, Usual]]:
    """The tasks of a module itself, each with its usual course; the world is put back after each of them."""
    for step in steps(module):
        if step.module != module:
            world.run(step)
            continue
        known = usual(world, step)
        after = world.snapshot()
        yield step, known
        world.restore(after)


def faulty(world: World, module: str, step: Step, known: Usual, name: str) -> Cell | None:
    """Run a task under a fault and once more without it. None where the fault met no request."""
    world.restore(known.before)
    for fault in FAULTS[name]:
        world.kibana.fault(**fault)
    result = world.run(step)
    log = [entry for entry in world.kibana.emulator.requests if not entry["path"].startswith("/_emulator")]
    if not any(entry.get("fault") for entry in log):
        return None
    world.kibana.no_faults()
    return judged(world, step, known, Cell(module, step.name, name, requests=len(log)), result)


def judged(world: World, step: Step, known: Usual, cell: Cell, result: dict[str, Any]) -> Cell:
    """Fill in what a task under a fault has done, and run it once more now that the fault is over."""
    cell.outcome, cell.message = "failed" if result.get("failed") else "ok", str(result.get("msg", ""))
    cell.seconds = world.waited
    world.settle()
    after = state(world, known.since)
    names = {known.states[1]: "as without a fault", known.states[0]: "as before"}
    cell.state = names.get(after, "in between")
    cell.problems = [*_lies(cell, result, known, after), *_bounds(cell, known), *_leaks(world, result)]
    cell.problems += [*_recovery(world, step, known), *world.kibana.emulator.crashes]
    cell.excuse()
    return cell


def _lies(cell: Cell, result: dict[str, Any], known: Usual, after: str) -> list[str]:
    """What is wrong with a result."""
    message = cell.message
    if "exception" in result or INSIDES.search(message):
        return [f"the message shows the inside: {message} {result.get('exception', '')}"]
    if cell.outcome == "failed":
        short = message.strip() and len(message) <= LONGEST_MESSAGE
        wrong = [] if short else [f"no clear message: {message!r}"]
        if result.get("changed") is False and after != known.states[0] and "carried out" not in cell.fault:
            wrong += [] if cell.fault.startswith(("slow", "cut after")) else ["says unchanged, and Kibana has changed"]
        return wrong
    again = known.states[2] if known.second.get("changed") else known.states[1]  # an action by nature may be repeated
    if after not in (known.states[1], again):
        return [
            "success, and not everything is done" if known.first.get("changed") else "success, and something changed"
        ]
    got, usual = outcome(result), outcome(known.first)
    return [] if got == usual else [f"another result than without the fault: {got[:700]} instead of {usual[:700]}"]


def _bounds(cell: Cell, known: Usual) -> list[str]:
    most = max(MOST_REQUESTS, MOST_TIMES * known.requests, WAITING.get(cell.module, 0))
    wrong = [f"{cell.requests} requests instead of {known.requests}"] if cell.requests > most else []
    return wrong + ([f"{cell.seconds:.0f} seconds of waiting"] if cell.seconds > MOST_SECONDS else [])


def _leaks(world: World, result: dict[str, Any]) -> list[str]:
    text = json.dumps({key: value for key, value in result.items() if key != "invocation"}, default=str)
    return ["a secret is shown"] if any(secret in text for secret in world.secrets | {PASSWORD}) else []


def _recovery(world: World, step: Step, known: Usual) -> list[str]:
    """The next run without the fault, and the one after it."""
    result = world.run(step)
    if result.get("failed"):
        return [f"the next run fails: {result.get('msg')}"]
    world.settle()
    # What is an action by nature is done once more, as two runs without faults do it.
    wrong = [] if state(world, known.since) in known.states[1:] else ["the next run does not converge"]
    again = world.run(step)
    if again.get("failed") or again.get("changed") != known.second.get("changed"):
        wrong.append(f"the run after it: {again.get('msg', '')} changed={again.get('changed')}")
    return wrong
