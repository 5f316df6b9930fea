# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations of `_bulk_action` with action `edit` (reference security D.7)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from ..routing import Context
from ..schema import Lenient
from . import rule_actions
from .rule_parts import Action, Fields

Rule = dict[str, Any]
Short = Annotated[str, Field(pattern=r"^[1-9]\d*[smh]$")]


class Tags(Lenient):
    """Edit of the tags."""

    type: Literal["add_tags", "delete_tags", "set_tags"]
    value: list[str]


class Patterns(Lenient):
    """Edit of the index patterns."""

    type: Literal["add_index_patterns", "delete_index_patterns", "set_index_patterns"]
    value: list[str]
    overwrite_data_views: bool = False


class Investigation(Lenient):
    """Edit of the investigation fields."""

    type: Literal["add_investigation_fields", "delete_investigation_fields", "set_investigation_fields"]
    value: Fields


class TimelineValue(Lenient):
    """Which timeline."""

    timeline_id: str
    timeline_title: str


class Timeline(Lenient):
    """Edit of the timeline."""

    type: Literal["set_timeline"]
    value: TimelineValue


class NormalAction(Action):
    """An action without its type, which is that of the connector."""

    action_type_id: str = None


class ActionsValue(Lenient):
    """Which actions."""

    actions: list[NormalAction]
    throttle: Literal["rule", "1h", "1d", "7d"] = None


class Actions(Lenient):
    """Edit of the actions."""

    type: Literal["add_rule_actions", "set_rule_actions"]
    value: ActionsValue


class ScheduleValue(Lenient):
    """Interval and look-back."""

    interval: Short
    lookback: Short


class Schedule(Lenient):
    """Edit of the schedule."""

    type: Literal["set_schedule"]
    value: ScheduleValue


Edit = Annotated[Tags | Patterns | Investigation | Timeline | Actions | Schedule, Field(discriminator="type")]


class EditRefused(Exception):
    """This rule cannot be edited so. code: Kibana's err_code."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.message, self.code = message, code


def apply_edits(ctx: Context, rule: Rule, edits: list[Any]) -> Rule:
    """Return the edited rule, the same one when nothing changes; raise EditRefused."""
    edited = dict(rule)
    for edit in edits:
        _EDITS[edit.type.partition("_")[2]](ctx, edited, edit)
    return edited


def _members(have: list[str], edit: Any, values: list[str]) -> list[str]:
    verb = edit.type.partition("_")[0]
    if verb == "add":
        return [*have, *(value for value in dict.fromkeys(values) if value not in have)]
    if verb == "delete":
        return [value for value in have if value not in values]
    return list(dict.fromkeys(values))


def _tags(ctx: Context, rule: Rule, edit: Tags) -> None:
    rule["tags"] = _members(rule["tags"], edit, edit.value)


def _patterns(ctx: Context, rule: Rule, edit: Patterns) -> None:
    if rule["type"] == "machine_learning":
        text = "Index patterns can't be added. Machine learning rule doesn't have index patterns property"
        raise EditRefused(text, "MACHINE_LEARNING_INDEX_PATTERN")
    if rule["type"] == "esql":
        raise EditRefused("ES|QL rule doesn't have index patterns property", "ESQL_INDEX_PATTERN")
    if rule.get("data_view_id") and not edit.overwrite_data_views:
        return
    if edit.overwrite_data_views:
        rule.pop("data_view_id", None)
    patterns = _members(rule.get("index") or [], edit, edit.value)
    if not patterns and rule.get("index"):
        raise EditRefused("Mutated params invalid: Index patterns can't be empty", "INDEX_PATTERN")
    if patterns:
        rule["index"] = patterns


def _investigation(ctx: Context, rule: Rule, edit: Investigation) -> None:
    have = (rule.get("investigation_fields") or {}).get("field_names", [])
    names = _members(have, edit, edit.value.field_names)
    if names:
        rule["investigation_fields"] = {"field_names": names}
    else:
        rule.pop("investigation_fields", None)


def _timeline(ctx: Context, rule: Rule, edit: Timeline) -> None:
    rule.update(edit.value.model_dump())


def _actions(ctx: Context, rule: Rule, edit: Actions) -> None:
    places = (ctx.store("connectors"), ctx.shared("preconfigured_connectors"), ctx.shared("system_connectors"))
    sent = []
    for action in edit.value.actions:
        data = action.model_dump(exclude_none=True)
        connector = next((place[action.id] for place in places if action.id in place), {})
        sent.append({"action_type_id": connector.get("connector_type_id", ""), **data})
    wanted = {**rule, "actions": sent, "throttle": edit.value.throttle}
    new = rule_actions.normalise(ctx, wanted)
    rule["actions"] = [*rule["actions"], *new] if edit.type == "add_rule_actions" else new


def _schedule(ctx: Context, rule: Rule, edit: Schedule) -> None:
    total = rule_actions.seconds(edit.value.interval) + rule_actions.seconds(edit.value.lookback)
    meta = {**rule.get("meta", {}), "from": edit.value.lookback}
    rule.update(interval=edit.value.interval, to="now", meta=meta)
    rule["from"] = f"now-{total}s"


_EDITS: dict[str, Any] = {
    "tags": _tags, "index_patterns": _patterns, "investigation_fields": _investigation, "timeline": _timeline,
    "rule_actions": _actions, "schedule": _schedule,
}  # fmt: skip
