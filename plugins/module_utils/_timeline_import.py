# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The lines of an export of timelines: which of them Kibana lacks, and how they get there.

An import is not idempotent, so one whose answer is lost is not repeated: what is there afterwards decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError, message_of
from ansible_collections.stackops.kibana.plugins.module_utils._many import chunks
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PartialFailure, PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._task import Context
from ansible_collections.stackops.kibana.plugins.module_utils._timelines import (
    TIMELINE,
    essence,
    holds,
    kind_of,
    lines_of,
    parse_line,
    read_all,
)

RESULTS = ("created", "updated", "replaced", "unchanged", "failed")
CHUNK_COUNT = 1000  # Kibana takes 10 000
CHUNK_BYTES = 9_000_000  # Kibana takes 10 MiB
Timeline = Mapping[str, Any]


@dataclass
class Line:
    """A line of the file, its bytes and what it says."""

    number: int
    raw: bytes
    timeline: dict[str, Any]
    essence: dict[str, Any]

    @property
    def name(self) -> str:
        return f"line {self.number} ({self.timeline['title']})"


@dataclass
class Step:
    """What is to become of a line. ``stored`` is the timeline that it is about; ``first`` says to delete it before."""

    line: Line
    result: str
    stored: Timeline | None = None
    msg: str = ""
    first: bool = False
    made: str = field(default="")

    @property
    def changed(self) -> bool:
        return self.result in ("created", "updated", "replaced")


def parse(content: bytes) -> list[Line]:
    """The lines of an export. Raises :class:`PlanError` for what is none, before anything is sent."""
    lines: list[Line] = []
    for number, raw in lines_of(content):
        try:
            timeline = parse_line(raw)
        except ValueError as error:
            raise PlanError(f"Line {number} is not JSON: {error}.") from None
        if isinstance(timeline, dict) and "exported_count" in timeline:
            continue
        lines.append(Line(number, raw, timeline, _checked(timeline, number)))
    _refuse_twins(lines)
    return lines


def _checked(timeline: Any, number: int) -> dict[str, Any]:
    if not isinstance(timeline, dict):
        raise PlanError(f"Line {number} is no JSON object, so it is no timeline.")
    if not timeline.get("title"):
        raise PlanError(f"Line {number} has no title, so it is no timeline that Kibana would import.")
    needed = ("savedObjectId", "version", "pinnedEventIds", "eventNotes", "globalNotes")
    missing = [name for name in needed if name not in timeline]
    if missing:
        raise PlanError(f"Line {number} lacks {', '.join(missing)}, which every line of an export has.")
    try:
        return essence(timeline)
    except (AttributeError, TypeError):
        raise PlanError(f"Line {number} has notes or pinned events that are none.") from None


def _refuse_twins(lines: Iterable[Line]) -> None:
    known: dict[str, int] = {}
    for line in lines:
        key = line.timeline["savedObjectId"]
        if key and key in known:
            raise PlanError(f"Lines {known[key]} and {line.number} have the same savedObjectId {key}.")
        known[key] = line.number


def plan_all(lines: Iterable[Line], stored: Sequence[Timeline], if_different: str) -> list[Step]:
    """What is to become of every line, where these timelines are stored."""
    held = [(timeline, essence(timeline)) for timeline in stored]
    return [_plan(line, held, if_different) for line in lines]


def _plan(line: Line, held: Sequence[tuple[Timeline, dict[str, Any]]], if_different: str) -> Step:
    like = [(timeline, content) for timeline, content in held if _is_meant(line.timeline, timeline)]
    equal = next((timeline for timeline, content in like if holds(content, line.essence)), None)
    if equal is not None:
        return Step(line, "unchanged", equal)
    if not like:
        return Step(line, "created")
    if _template_id(line.timeline):
        return _plan_template(line, like[0][0])
    own = next((timeline for timeline, _unused in like if _id(timeline) == _id(line.timeline)), None)
    if if_different == "create" and own is None:
        return Step(line, "created")
    if if_different == "replace" and (own is not None or len(like) == 1):
        return Step(line, "replaced", own or like[0][0], first=own is not None)
    return Step(line, "failed", own, _why(line, like, own, if_different))


def _plan_template(line: Line, stored: Timeline) -> Step:
    given, known = (item.get("templateTimelineVersion") or 0 for item in (line.timeline, stored))
    if given > known:
        return Step(line, "updated", stored)
    msg = (
        f"the stored template differs and has templateTimelineVersion {known}: Kibana updates it only by a higher one"
        f" than the {given} of this line."
    )
    return Step(line, "failed", stored, msg)


def _why(line: Line, like: Sequence[tuple[Timeline, Any]], own: Timeline | None, if_different: str) -> str:
    ids = ", ".join(sorted(_id(timeline) for timeline, _unused in like))
    if if_different == "replace":
        return f"{len(like)} other timelines have this title ({ids}): it is not clear which to replace."
    if own is not None:
        return f"the timeline {_id(own)} differs, and Kibana cannot update it by import: set if_different to replace."
    return f"a timeline of this title differs ({ids}): set if_different to create or replace, or change the title."


def _is_meant(timeline: Timeline, stored: Timeline) -> bool:
    """Whether a stored timeline may be the one of a line."""
    if kind_of(timeline) != kind_of(stored):
        return False
    if _template_id(timeline):
        return _template_id(stored) == _template_id(timeline)
    return _id(stored) == _id(timeline) or stored.get("title") == timeline["title"]


def _template_id(timeline: Timeline) -> str:
    return str(timeline.get("templateTimelineId") or "") if kind_of(timeline) == "template" else ""


def _id(timeline: Timeline) -> str:
    return str(timeline.get("savedObjectId") or "")


def write(client: KibanaClient, steps: Sequence[Step], source: bytes) -> None:
    """Import what differs, and note in the steps what became of it.

    Where it can be, a timeline is deleted only once the one that replaces it is there.
    """
    todo = [step for step in steps if step.changed]
    delete(client, [step for step in todo if step.first])
    failure: KibanaError | None = None
    said: dict[str, str] = {}
    for chunk in chunks(todo, CHUNK_COUNT, CHUNK_BYTES, lambda step: len(step.line.raw) + 1):
        whole = len(chunk) == len(steps)
        data = source if whole else b"".join(step.line.raw + b"\n" for step in chunk)
        try:
            answer = client.call("POST", f"{TIMELINE}/_import", files={"file": ("t.ndjson", data, "text/plain")})
        except KibanaError as error:
            failure = error
            break
        said.update((str(error.get("id")), message_of(error)) for error in answer.get("errors") or ())
    _look(client, todo, said, failure.message if failure else "")
    if failure and not any(step.changed or step.first for step in todo):
        raise failure
    delete(client, [step for step in todo if step.result == "replaced" and not step.first])


def delete(client: KibanaClient, steps: Iterable[Step]) -> None:
    """Delete the stored timelines that are to be replaced."""
    ids = [_id(step.stored) for step in steps if step.stored is not None]
    if ids:
        client.call("DELETE", TIMELINE, json={"savedObjectIds": ids})


def _look(client: KibanaClient, todo: Sequence[Step], said: Mapping[str, str], failure: str) -> None:
    """Read again: a line of which nothing equal is there has failed, whatever Kibana said."""
    for step, found in zip(todo, plan_all([step.line for step in todo], read_all(client), "fail")):
        if found.result == "unchanged" and found.stored is not None:
            step.made = _id(found.stored)
            continue
        step.result = "failed"
        template = f"(template_timeline_id) {_template_id(step.line.timeline)}"
        told = said.get(_id(step.line.timeline)) or said.get(template) or said.get("unknown")
        step.msg = told or failure or "Kibana accepted the import and does not show the timeline."
        if step.first:
            step.msg += " The timeline that it was to replace is deleted already."


def report(context: Context, steps: Sequence[Step]) -> dict[str, Any]:
    """The result of the task. Raises :class:`PartialFailure` with it where a line failed."""
    shown = [_shown(step) for step in steps]
    counts = {name: sum(item["result"] == name for item in shown) for name in RESULTS}
    made = [step for step in steps if step.changed]
    result: dict[str, Any] = {"changed": bool(made) or _lost(steps), "timelines": shown, "summary": counts}
    if made and context.module._diff:
        result["diff"] = [_diff(step) for step in made]
    failed = [step for step in steps if step.result == "failed"]
    if failed:
        reasons = "; ".join(f"{step.line.name}: {step.msg}" for step in failed[:5])
        more = f"; and {len(failed) - 5} more" if len(failed) > 5 else ""
        raise PartialFailure(f"{len(failed)} of {len(steps)} timelines failed: {reasons}{more}", result)
    return result


def _lost(steps: Iterable[Step]) -> bool:
    """Whether a timeline was deleted and its successor did not come to be."""
    return any(step.first and step.result == "failed" for step in steps)


def _shown(step: Step) -> dict[str, Any]:
    timeline = step.line.timeline
    shown = {
        "line": step.line.number,
        "title": timeline["title"],
        "timelineType": kind_of(timeline),
        "result": step.result,
    }
    known = step.made or (_id(step.stored) if step.stored is not None and step.result != "replaced" else "")
    return {
        **shown,
        **({"savedObjectId": known} if known else {}),
        **({"msg": step.msg} if step.result == "failed" else {}),
    }


def _diff(step: Step) -> dict[str, Any]:
    header = f"timelines: {step.line.timeline['title']}"
    before = essence(step.stored) if step.stored is not None else {}
    return {"before_header": header, "after_header": header, "before": before, "after": {**before, **step.line.essence}}
