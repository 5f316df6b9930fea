# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad values for every option of every module: what comes back must be a clear failure or a success."""

from __future__ import annotations

import contextlib
import copy
import re
import signal
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any
from urllib.parse import unquote

import yaml
from conftest import ROOT

from reliability.matrix import INSIDES
from reliability.tasks import Step, World, steps

TEXTS = {
    "empty": "",
    "blank": " ",
    "NUL": "a\0b",
    "control characters": "\x1b[31m\x07\r\nX-Injected: 1",
    "unicode": "Zürich 東京 \U0001f600 \u202e",
    "slash": "a/b",
    "traversal": "../../api/status",
    "encoded traversal": "..%2f..%2fapi%2fstatus",
    "dots": "..",
    "dot": ".",
    "query": "a?b=c&d#e",
    "percent": "%00%",
    "quotes": "'\"`\\",
    "KQL": '" or *:* or name : "',
    "no": "no",
    "1e3": "1e3",
    "date": "2026-02-30T25:61:00+99:00",
    "braces": "{id} %s {0}",
}
OTHERS = {
    "true": True,
    "zero": 0,
    "minus one": -1,
    "huge number": 10**30,
    "fraction": 1.5,
    "float as an integer": 3.0,
    "not a number": float("nan"),
    "infinite": float("inf"),
    "empty list": [],
    "list with null": [None],
    "nested lists": [[["x"]]],
    "list of texts": ["", "a/b", "a/b", ".."],
    "list of dictionaries": [{"nonsense": 1}, {}],
    "empty dictionary": {},
    "dictionary": {"": None, "a/b": {"..": []}},
    "a megabyte": "x" * 1_000_000,
}
VALUES: dict[str, Any] = TEXTS | OTHERS
FREE = {("kibana_request", "path")}  # whose purpose is to name any path
OUTSIDE = ("slash", "dots", "traversal", "list of texts", "encoded traversal")  # outside of the folder
LONGEST_MESSAGE = 5000
# Asked for references, spaces and versions, whatever the module.
COMMON = {"spaces", "status", "features", "security", "actions", "uptime", "exception_lists", "lists"}
AREA = re.compile(r"/(?:api|internal)/([^/]+)")
ANSIBLE = re.compile(
    r"argument '|Elements value for option|value of |Value '|parameters are mutually"
    r"|Unsupported parameters|missing required"
)
PATH = re.compile(r"[\w/.~%!$&'()*+,;=:@-]*")


@cache
def options(module: str) -> dict[str, dict[str, Any]]:
    """The documented options of a module, those of its fragments aside."""
    text = (ROOT / "plugins" / "modules" / f"{module}.py").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text.split('DOCUMENTATION = r"""', 1)[1].split('"""', 1)[0])
    return {name: spec for name, spec in (found.get("options") or {}).items() if not name.startswith("kibana_")}


def places(module: str) -> Iterator[tuple[str, ...]]:
    """Where a value may stand: an option, or an option of an option."""
    for name, spec in options(module).items():
        yield (name,)
        for inner in spec.get("suboptions") or ():
            yield (name, inner)


@cache
def own_steps(module: str) -> tuple[Step, ...]:
    """The tasks of the module itself in its examples."""
    return tuple(step for step in steps(module) if step.module == module)


def spoilt(module: str, place: tuple[str, ...], value: Any) -> Step:
    """A task of the module's examples, one that has the option if there is any, with another value for it."""
    known = own_steps(module)
    step = next((one for one in known if place[0] in one.args), known[0])
    args = copy.deepcopy(step.args)
    if len(place) == 1:
        args[place[0]] = value
    else:
        inner = args.get(place[0])
        whole = inner[0] if isinstance(inner, list) and inner else inner
        spec = options(module)[place[0]]
        made = {**(whole if isinstance(whole, dict) else {}), place[1]: value}
        args[place[0]] = [made] if spec.get("type") == "list" else made
    return replace(step, args=args, register="")


def is_file(module: str, place: tuple[str, ...]) -> bool:
    """Whether an option names a file or directory."""
    spec = options(module)[place[0]]
    return spec.get("type") == "path" or place[0] in ("dest", "src", "path")


@cache
def areas(module: str) -> set[str]:
    """Filled by `prepared`: the parts of the API that the examples of a module use."""
    return {"fleet"} if module == "prebuilt_rules" else set()  # no example has its option `package`


def prepared(world: World, module: str) -> Any:
    """Run the examples of a module, note which parts of the API they use, and return the state at their beginning."""
    start = world.snapshot()
    for step in steps(module):
        world.run(step)
        areas(module).update(AREA.findall(entry["path"])[0] for entry in world.kibana.seen())
    variables = dict(world.variables)
    world.restore(start)
    world.variables = variables  # what later tasks refer to
    return world.snapshot()


def problems(world: World, module: str, place: tuple[str, ...], value: Any) -> list[str]:
    """Run a task with a value in a place, and return what is wrong with the outcome."""
    step = spoilt(module, place, value)
    for check in (True, False):
        world.waited = 0.0
        result = world.run(step, check)
        wrong = [*judged(result), *world.kibana.emulator.crashes, *strayed(world, module, place)]
        if wrong:
            return wrong
        if result.get("failed"):
            break
    return []


def judged(result: dict[str, Any]) -> list[str]:
    """What is wrong with a result, be it a success or a failure."""
    traceback = str(result.get("exception") or "")
    if "Traceback" in traceback:
        return [f"exception: {traceback[-600:]}"]
    if not result.get("failed"):
        return []
    message = str(result.get("msg", ""))
    if ANSIBLE.match(message):  # the words are ansible-core's
        return []
    if not message.strip() or len(message) > LONGEST_MESSAGE:
        return [f"no clear message: {message[:200]!r}"]
    return [f"the message shows the inside: {message[:300]}"] if INSIDES.search(message.strip()) else []


def strayed(world: World, module: str, place: tuple[str, ...]) -> list[str]:
    """Requests to other places than this module has to do with."""
    if (module, place[0]) in FREE:
        world.kibana.seen()
        return []
    wrong = []
    for entry in world.kibana.seen():
        path = entry["path"]
        blank = [part for part in path.split("/")[1:] if unquote(part) in ("", ".", "..")]
        area = AREA.match(path)
        if blank or not area or area[1] not in areas(module) | COMMON or not PATH.fullmatch(path):
            wrong.append(f"a request to {entry['method']} {path[:200]}")
    return wrong


def cases(module: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every place of a module with the name of every value."""
    for place in places(module):
        for name in VALUES:
            if not (is_file(module, place) and name in OUTSIDE):
                yield place, name


@contextlib.contextmanager
def soon(seconds: int) -> Iterator[None]:
    """Fail where what is done here takes longer, as it would for ever at a pipe that nobody writes to."""

    def late(*_unused: Any) -> None:
        raise AssertionError(f"hangs: not done after {seconds} seconds")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
