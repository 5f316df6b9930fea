# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies of the cases API: limits, texts of errors, fields of connectors and custom fields (reference platform C.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, model_validator

from ..errors import CoreError
from ..schema import OMITTED, Strict, parse

Status = Literal["open", "in-progress", "closed"]
Severity = Literal["low", "medium", "high", "critical"]
Owner = Literal["cases", "observability", "securitySolution"]
OWNERS = ("cases", "observability", "securitySolution")
# What each type of connector keeps in a case: all of it, or null.
FIELDS: dict[str, tuple[str, ...]] = {
    ".none": (),
    ".cases-webhook": (),
    ".jira": ("issueType", "parent", "priority"),
    ".resilient": ("incidentTypes", "severityCode"),
    ".servicenow": ("category", "impact", "severity", "subcategory", "urgency"),
    ".servicenow-sir": (
        "category", "destIp", "malwareHash", "malwareUrl", "priority", "sourceIp", "subcategory",
    ),
    ".swimlane": ("caseId",),
    ".thehive": ("rule", "tlp"),
}  # fmt: skip


def limited(field: str, most: int) -> Callable[[str], str]:
    """Return the check of a text that must not be blank; what is longer than `most` when trimmed is refused, too."""

    def check(value: str) -> str:
        if not value.strip():
            raise ValueError(f"The {field} field cannot be an empty string.")
        if len(value.strip()) > most:
            raise ValueError(f"The length of the {field} is too long. The maximum length is {most}.")
        return value

    return check


def at_most(field: str, most: int, least: int = 0) -> Callable[[list[Any]], list[Any]]:
    """Return the check of the length of a list."""

    def check(value: list[Any]) -> list[Any]:
        if len(value) > most:
            raise ValueError(f"The length of the field {field} is too long. Array must be of length <= {most}.")
        if len(value) < least:
            raise ValueError(f"The length of the field {field} is too short. Array must be of length >= {least}.")
        return value

    return check


class Settings(Strict):
    """Settings of 8.18."""

    syncAlerts: bool


class NewSettings(Settings):
    """Settings of 9.4."""

    extractObservables: bool = OMITTED


class Connector(Strict):
    """The external system of a case."""

    id: str
    name: str
    type: str
    fields: dict[str, Any] | None

    @model_validator(mode="after")
    def _known(self) -> Connector:
        if self.type not in FIELDS:
            raise ValueError(f'Invalid value "{self.type}" supplied to "connector,type"')
        if self.fields is not None and (not FIELDS[self.type] or set(self.fields) != set(FIELDS[self.type])):
            raise ValueError('Invalid value supplied to "connector,fields"')
        return self


class Assignee(Strict):
    """A user, by the id of the profile."""

    uid: str


class CustomField(Strict):
    """The value of a custom field."""

    key: str
    type: Literal["text", "toggle", "number"]
    value: Any

    @model_validator(mode="after")
    def _typed(self) -> CustomField:
        kinds = {"text": str, "toggle": bool, "number": (int, float)}
        fits = isinstance(self.value, kinds[self.type]) and (self.type == "toggle") == isinstance(self.value, bool)
        if self.value is not None and not fits:
            raise ValueError('Invalid value supplied to "customFields,value"')
        if self.type == "text" and self.value is not None:
            limited("value", 160)(self.value)
        return self


Title = Annotated[str, AfterValidator(limited("title", 160))]
Description = Annotated[str, AfterValidator(limited("description", 30_000))]
Category = Annotated[str, AfterValidator(limited("category", 50))]
Tags = Annotated[list[Annotated[str, AfterValidator(limited("tag", 256))]], AfterValidator(at_most("tags", 200))]
Assignees = Annotated[list[Assignee], AfterValidator(at_most("assignees", 10))]
CustomFields = Annotated[list[CustomField], AfterValidator(at_most("customFields", 10))]


class NewCase(Strict):
    """Body of a creation. It has no status."""

    title: Title
    description: Description
    tags: Tags
    connector: Connector
    settings: NewSettings
    owner: Owner
    assignees: Assignees = OMITTED
    severity: Severity = OMITTED
    category: Category | None = None
    customFields: CustomFields = OMITTED


class CasePatch(Strict):
    """One case of an update."""

    id: str
    version: str
    title: Title = OMITTED
    description: Description = OMITTED
    tags: Tags = OMITTED
    connector: Connector = OMITTED
    settings: NewSettings = OMITTED
    owner: str = OMITTED
    assignees: Assignees = OMITTED
    severity: Severity = OMITTED
    status: Status = OMITTED
    category: Category | None = None
    customFields: CustomFields = OMITTED


class CasesPatch(Strict):
    """Body of an update."""

    cases: Annotated[list[CasePatch], AfterValidator(at_most("cases", 100, least=1))]


class UserComment(Strict):
    """A text."""

    type: Literal["user"]
    owner: Owner
    comment: Annotated[str, AfterValidator(limited("comment", 30_000))]


class Rule(Strict):
    """The rule of an alert."""

    id: str | None
    name: str | None


class AlertComment(Strict):
    """One alert, or several."""

    type: Literal["alert"]
    owner: Owner
    alertId: str | list[str]
    index: str | list[str]
    rule: Rule

    @model_validator(mode="after")
    def _same_length(self) -> AlertComment:
        ids, indices = as_list(self.alertId), as_list(self.index)
        if len(ids) != len(indices) or not ids:
            raise ValueError("Received an alert comment with ids and indices arrays of different lengths")
        return self


class UserCommentPatch(UserComment):
    """A text that is changed."""

    id: str
    version: str


class AlertCommentPatch(AlertComment):
    """Alerts that are changed."""

    id: str
    version: str


def as_list(value: str | list[str]) -> list[str]:
    """Return one or several as several."""
    return value if isinstance(value, list) else [value]


def given(model: type[Strict], data: Any, version: tuple[int, ...]) -> dict[str, Any]:
    """Return the fields that were sent; raise 400 for what is wrong, or is not known to that version."""
    sent = parse(model, data).model_dump(exclude_unset=True)
    for case in sent.get("cases", [sent]):
        if version < (9, 0) and "extractObservables" in case.get("settings", {}):
            raise CoreError(400, 'invalid keys "extractObservables"')
        if version < (9, 0) and any(field["type"] == "number" for field in case.get("customFields", [])):
            raise CoreError(400, 'Invalid value "number" supplied to "customFields,type"')
    return sent
