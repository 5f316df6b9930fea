# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration of cases: `/api/cases/configure`, one for each owner (reference platform C.4)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from ..errors import CoreError
from ..routing import Context, route
from ..schema import OMITTED, Strict
from .case_rules import CASES, CONFIGURATIONS, Case, ensure, readable_owners, user
from .case_schema import Connector, Owner, at_most, given, limited

BASE = "/api/cases/configure"
Closure = Literal["close-by-user", "close-by-pushing"]


class CustomFieldDefinition(Strict):
    """A custom field that cases of the owner have."""

    key: Annotated[str, Field(pattern="^[a-z0-9_-]+$", max_length=36)]
    label: Annotated[str, AfterValidator(limited("label", 50))]
    type: Literal["text", "toggle", "number"]
    required: bool
    defaultValue: Any = OMITTED


class Template(Strict):
    """What a new case may start from."""

    key: str
    name: str
    description: str = OMITTED
    tags: list[str] = OMITTED
    caseFields: dict[str, Any] | None


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
    """Change a configuration. Values of custom fields that are gone go from all cases."""
    sent = given(ConfigurationPatch, ctx.body, ctx.emulator.version)
    stored = ctx.store(CONFIGURATIONS).get(ctx.path["configurationId"])
    if stored is None:
        text = f"Saved object [cases-configure/{ctx.path['configurationId']}] not found"
        raise CoreError(404, f"Failed to get patch configure in route: Error: {text}")
    ensure(ctx, stored["owner"], "all", "update case configuration")
    _check_keys(sent)
    if sent.pop("version") != stored["version"]:
        raise CoreError(409, "This configuration has been updated. Please refresh before saving additional updates.")
    types = {field["key"]: field["type"] for field in stored["customFields"]}
    wrong = [
        field["key"]
        for field in sent.get("customFields", [])
        if types.get(field["key"], field["type"]) != field["type"]
    ]
    if wrong:
        raise CoreError(400, f"Invalid custom field types in request for the following keys: {', '.join(wrong)}")
    stamp = {"updated_at": ctx.emulator.now(), "updated_by": user(ctx.user.name)}
    stored.update({**sent, **stamp, "version": ctx.emulator.version_token()})
    kept = {field["key"] for field in stored["customFields"]}
    for case in ctx.store(CASES).values():
        if case["owner"] == stored["owner"]:
            case["customFields"] = [field for field in case["customFields"] if field["key"] in kept]
    return dict(stored)
