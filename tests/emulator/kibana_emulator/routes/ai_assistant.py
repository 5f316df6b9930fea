# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Anonymization fields and prompts of the AI assistant (reference security I.1, I.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from ..routing import Context, route
from ..schema import OMITTED, Lenient, parse
from .ai_bulk import BASE, Delete, FindQuery, Kind, answer_page, bulk, stamped

if TYPE_CHECKING:
    from ..core import Emulator

READ = "elasticAssistant"
WRITE_FIELDS = "securitySolution-updateAIAssistantAnonymization"
FIELDS = Kind(
    "anonymization_fields",
    "field",
    "anonymization_fields_count",
    "anonymization_fields",
    "anonymization field",
    {
        "created_at": "createdAt",
        "updated_at": "updatedAt",
        "anonymized": "anonymized",
        "allowed": "allowed",
        "field": "field",
    },
)
PROMPTS = Kind(
    "prompts",
    "name",
    "prompts_count",
    "prompts",
    "prompt with id",
    {"created_at": "createdAt", "updated_at": "updatedAt", "is_default": "isDefault", "name": "name"},
)
# A part of the fields that Kibana allows by default, and those that it anonymizes.
ALLOWED = [
    "_id", "@timestamp", "cloud.provider", "destination.ip", "event.action", "event.category", "event.dataset",
    "event.module", "event.outcome", "file.hash.sha256", "file.name", "file.path", "host.os.name",
    "host.os.version", "kibana.alert.rule.description", "kibana.alert.rule.name", "kibana.alert.severity",
    "message", "network.protocol", "process.args", "process.command_line", "process.executable", "process.name",
    "process.parent.name", "rule.name", "source.ip", "threat.tactic.name", "user.domain",
]  # fmt: skip
ANONYMIZED = ["host.ip", "host.name", "user.name", "user.target.name"]


class FieldCreate(Lenient):
    """A new anonymization field."""

    field: str
    allowed: bool = OMITTED
    anonymized: bool = OMITTED


class FieldUpdate(Lenient):
    """A change of an anonymization field."""

    id: str
    allowed: bool = OMITTED
    anonymized: bool = OMITTED


class FieldsBulk(Lenient):
    """Body of the bulk action on anonymization fields."""

    create: list[FieldCreate] = OMITTED
    update: list[FieldUpdate] = OMITTED
    delete: Delete = OMITTED


class PromptUpdate(Lenient):
    """A change of a prompt; its name and its type are for ever."""

    id: str
    content: str = OMITTED
    categories: list[str] = OMITTED
    color: str = OMITTED
    consumer: str = OMITTED
    isDefault: bool = OMITTED
    isNewConversationDefault: bool = OMITTED


class PromptCreate(Lenient):
    """A new prompt."""

    name: str
    content: str
    promptType: Literal["system", "quick"]
    categories: list[str] = OMITTED
    color: str = OMITTED
    consumer: str = OMITTED
    isDefault: bool = OMITTED
    isNewConversationDefault: bool = OMITTED


class PromptsBulk(Lenient):
    """Body of the bulk action on prompts."""

    create: list[PromptCreate] = OMITTED
    update: list[PromptUpdate] = OMITTED
    delete: Delete = OMITTED


@route("GET", f"{BASE}/anonymization_fields/_find", requires=READ)
def find_fields(ctx: Context) -> dict[str, Any]:
    """Return a page of anonymization fields."""
    query = parse(FindQuery, ctx.query, "request query", style="zod")
    return answer_page(FIELDS, query, list(_fields(ctx).values()))


@route("POST", f"{BASE}/anonymization_fields/_bulk_action", requires=WRITE_FIELDS)
def bulk_fields(ctx: Context) -> Any:
    """Create, update and delete anonymization fields."""
    wanted = parse(FieldsBulk, ctx.body, style="zod")
    return bulk(ctx, FIELDS, wanted, _fields(ctx), lambda item: _new_field(ctx, item))


@route("GET", f"{BASE}/prompts/_find", requires=READ)
def find_prompts(ctx: Context) -> dict[str, Any]:
    """Return a page of the user's prompts, without the system prompts that Kibana brings along."""
    query = parse(FindQuery, ctx.query, "request query", style="zod")
    shown = [item for item in _prompts(ctx).values() if not (item["promptType"] == "system" and item.get("isDefault"))]
    return answer_page(PROMPTS, query, shown)


@route("POST", f"{BASE}/prompts/_bulk_action", requires=READ)
def bulk_prompts(ctx: Context) -> Any:
    """Create, update and delete prompts. An API key has no profile, and so no names that could be taken."""
    wanted = parse(PromptsBulk, ctx.body, style="zod")
    has_profile = not ctx.headers.get("authorization", "").lower().startswith("apikey")
    return bulk(ctx, PROMPTS, wanted, _prompts(ctx), lambda item: _new_prompt(ctx, item), has_profile)


def _fields(ctx: Context) -> dict[str, dict[str, Any]]:
    """Return the fields of the space; the default ones come with the first look at them."""
    fields = ctx.store(FIELDS.store)
    if not ctx.store("ai_assistant").get("initialized"):
        ctx.store("ai_assistant")["initialized"] = True
        for name in (*ALLOWED, *ANONYMIZED):
            item = _new_field(ctx, {"field": name, "allowed": True, "anonymized": name in ANONYMIZED})
            fields[item["id"]] = {**item, "createdBy": "elastic", "updatedBy": "elastic"}
    return fields


def _new_field(ctx: Context, item: dict[str, Any]) -> dict[str, Any]:
    return stamped(ctx, {"allowed": False, "anonymized": False, **item})


def _prompts(ctx: Context) -> dict[str, dict[str, Any]]:
    mine = ctx.store(PROMPTS.store).items()
    return {key: item for key, item in mine if any(user["name"] == ctx.user.name for user in item["users"])}


def _new_prompt(ctx: Context, item: dict[str, Any]) -> dict[str, Any]:
    filled = {"categories": [], "isDefault": False, "isNewConversationDefault": False, **item}
    users = [{"id": f"u_{ctx.user.name}", "name": ctx.user.name}]
    return {**stamped(ctx, filled if ctx.emulator.version >= (9, 0) else item), "users": users}


def seed_soc(emulator: Emulator) -> None:
    """A few prompts of the user elastic."""
    prompts = emulator.store(PROMPTS.store, "default")
    for name, kind, content in (
        ("Triage an alert", "quick", "Say what happened, how bad it is, and what to look at next."),
        ("Explain the query", "quick", "Explain this query to somebody who has never seen it."),
        ("SOC analyst", "system", "You are an analyst of a security operations centre. Be brief, cite your evidence."),
    ):
        moment, key = emulator.now(), emulator.uuid()
        prompts[key] = {
            "id": key,
            "name": name,
            "promptType": kind,
            "content": content,
            "categories": [],
            "isDefault": False,
            "isNewConversationDefault": False,
            "consumer": "securitySolutionUI",
            "timestamp": moment,
            "createdAt": moment,
            "updatedAt": moment,
            "createdBy": "elastic",
            "updatedBy": "elastic",
            "namespace": "default",
            "users": [{"id": "u_elastic", "name": "elastic"}],
        }
