# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration of cases: `/api/cases/configure`, one for each owner (reference platform C.4)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from ..errors import CoreError
from ..routing import Context, route
from ..schema import OMITTED, Strict
from .case_rules import CASES, CONFIGURATIONS, Case, ensure, readable_owners, user
from .case_schema import (
    Assignees,
    Category,
    Connector,
    CustomFields,
    Description,
    NewSettings,
    Owner,
    Severity,
    Tags,
    Title,
    at_most,
    given,
    limited,
)

BASE = "/api/cases/configure"
Closure = Literal["close-by-user", "close-by-pushing"]


Key = Annotated[str, Field(pattern="^[a-z0-9_-]+$", max_length=36)]


class CustomFieldDefinition(Strict):
    """A custom field that cases of the owner have."""

    key: Key
    label: Annotated[str, AfterValidator(limited("label", 50))]
    type: Literal["text", "toggle", "number"]
    required: bool
    defaultValue: Any = OMITTED

    @model_validator(mode="after")
    def _typed(self) -> CustomFieldDefinition:
        kinds = {"text": str, "toggle": bool, "number": (int, float)}
        fits = isinstance(self.defaultValue, kinds[self.type])
        if self.defaultValue is not None and not (
            fits and (self.type == "toggle") == isinstance(self.defaultValue, bool)
        ):
            raise ValueError('Invalid value supplied to "customFields,defaultValue"')
        return self


class CaseFields(Strict):
    """What a template fills in."""

    title: Title = OMITTED
    description: Description = OMITTED
    tags: Tags = OMITTED
    severity: Severity = OMITTED
    category: Category | None = OMITTED
    assignees: Assignees = OMITTED
    connector: Connector = OMITTED
    settings: NewSettings = OMITTED
    customFields: CustomFields = OMITTED


class Template(Strict):
    """What a new case may start from."""

    key: Key
    name: Annotated[str, AfterValidator(limited("name", 50))]
    description: Annotated[str, Field(max_length=1000)] = OMITTED
    tags: Annotated[list[Annotated[str, AfterValidator(limited("template's tag", 50))]], Field(max_length=10)] = OMITTED
    caseFields: CaseFields | None


Definitions = Annotated[list[CustomFieldDefinition], AfterValidator(at_most("customFields", 10))]
Templates = Annotated[list[Template], AfterValidator(at_most("templates", 10))]


class NewConfiguration(Strict):
    """Body of a creation."""

    owner: Owner
    connector: Connector
    closure_type: Closure
    customFields: Definitions = OMITTED
    templates: Templates = OMITTED


class ConfigurationPatch(Strict):
    """Body of an update."""

    version: str
    connector: Connector = OMITTED
    closure_type: Closure = OMITTED
    customFields: Definitions = OMITTED
    templates: Templates = OMITTED


def _check_keys(sent: Case) -> None:
    for name in ("customFields", "templates"):
        keys = [item["key"] for item in sent.get(name, [])]
        if len(keys) != len(set(keys)):
            raise CoreError(400, f"Invalid duplicated {name} keys in request: {', '.join(sorted(keys))}")


def _check_templates(templates: list[Case], configured: list[Case] | None) -> None:
    """Refuse templates that do not fit the custom fields of the same request: those that are stored do not count."""
    types = {field["key"]: field["type"] for field in configured or []}
    for index, template in enumerate(templates):
        fields = (template["caseFields"] or {}).get("customFields") or []
        if configured is None and fields:
            raise CoreError(400, "No custom fields configured.")
        if not fields and types:
            raise CoreError(400, "No custom fields added to template.")
        keys = [field["key"] for field in fields]
        if len(keys) != len(set(keys)):
            raise CoreError(400, f"Invalid duplicated templates[{index}]'s customFields keys in request: {keys[0]}")
        unknown = [key for key in keys if key not in types]
        if unknown:
            raise CoreError(400, f"Invalid custom field keys: {','.join(unknown)}")
        wrong = [field["key"] for field in fields if field["type"] != types[field["key"]]]
        if wrong:
            raise CoreError(400, f"The following custom fields have the wrong type in the request: {', '.join(wrong)}")


def _transformed(templates: list[Case], configured: list[Case]) -> list[Case]:
    """Return templates with exactly the configured custom fields, as an update leaves them."""
    done = []
    for template in templates:
        fields = (template["caseFields"] or {}).get("customFields") or []
        kept = [field for field in fields if field["key"] in {item["key"] for item in configured}]
        for item in configured:
            if item["key"] not in {field["key"] for field in kept}:
                value = item.get("defaultValue")
                empty = False if item["type"] == "toggle" else None
                kept.append({"key": item["key"], "type": item["type"], "value": empty if value is None else value})
        done.append({**template, "caseFields": {**(template["caseFields"] or {}), "customFields": kept}})
    return done


def _found(ctx: Context, owner: str) -> list[Case]:
    return [item for item in ctx.store(CONFIGURATIONS).values() if item["owner"] == owner]


@route("GET", BASE)
def read(ctx: Context) -> list[Case]:
    """The configurations that the user may see; none is no error."""
    owners = readable_owners(ctx, "find case configurations")
    return [item for owner in owners for item in _found(ctx, owner)]


@route("POST", BASE)
def create(ctx: Context) -> Case:
    """Make a configuration, which takes the place of the one that the owner had."""
    sent = given(NewConfiguration, ctx.body, ctx.emulator.version)
    _check_keys(sent)
    _check_templates(sent.get("templates", []), sent.get("customFields"))
    ensure(ctx, sent["owner"], "all", "create case configuration")
    for old in _found(ctx, sent["owner"]):
        del ctx.store(CONFIGURATIONS)[old["id"]]
    key = ctx.emulator.uuid()
    ctx.store(CONFIGURATIONS)[key] = {
        "id": key, "version": ctx.emulator.version_token(), "mappings": [], "error": None, "customFields": [],
        "templates": [], "created_at": ctx.emulator.now(), "created_by": user(ctx.user.name), "updated_at": None,
        "updated_by": None, **sent,
    }  # fmt: skip
    return dict(ctx.store(CONFIGURATIONS)[key])


@route("PATCH", BASE + "/{configurationId}")
def update(ctx: Context) -> Case:
    """Change a configuration. Templates that are left out are gone; of custom fields that go, the values of all cases.

    Which custom fields a template may have depends on those of the same request.
    """
    sent = given(ConfigurationPatch, ctx.body, ctx.emulator.version)
    stored = ctx.store(CONFIGURATIONS).get(ctx.path["configurationId"])
    if stored is None:
        text = f"Saved object [cases-configure/{ctx.path['configurationId']}] not found"
        raise CoreError(404, f"Failed to get patch configure in route: Error: {text}")
    types = {field["key"]: field["type"] for field in stored["customFields"]}
    wrong = [
        f'"{field["label"]}"'
        for field in sent.get("customFields", [])
        if types.get(field["key"], field["type"]) != field["type"]
    ]
    if wrong:
        text = "Invalid custom field types in request for the following labels"
        raise CoreError(400, f"{text}: {', '.join(wrong)}")
    _check_keys(sent)
    sent["templates"] = _transformed(sent.get("templates", []), sent.get("customFields", []))
    _check_templates(sent["templates"], sent.get("customFields"))
    ensure(ctx, stored["owner"], "all", "update case configuration")
    if sent.pop("version") != stored["version"]:
        raise CoreError(409, "This configuration has been updated. Please refresh before saving additional updates.")
    stamp = {"updated_at": ctx.emulator.now(), "updated_by": user(ctx.user.name)}
    stored.update({**sent, **stamp, "version": ctx.emulator.version_token()})
    kept = {field["key"] for field in stored["customFields"]}
    for case in ctx.store(CASES).values():
        if case["owner"] == stored["owner"]:
            case["customFields"] = [field for field in case["customFields"] if field["key"] in kept]
    return dict(stored)
