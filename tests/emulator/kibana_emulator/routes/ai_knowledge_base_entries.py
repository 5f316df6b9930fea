# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entries of the knowledge base of the AI assistant (reference security I.3).

An entry belongs to its user, or to everybody. Documents need the model ELSER: `emulator.store("ai_knowledge_base",
space)["elser"] = True` says that it is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from ..errors import CoreError, SiemError
from ..routing import Context, route
from ..schema import OMITTED, Lenient, parse
from .ai_bulk import BASE, FindQuery, Kind, answer_page, stamped

if TYPE_CHECKING:
    from ..core import Emulator

PATH = f"{BASE}/knowledge_base/entries"
REQUIRES = "elasticAssistant"
GLOBAL = "securitySolution-manageGlobalKnowledgeBaseAIAssistant"
SORT = {"created_at": "createdAt", "updated_at": "updatedAt", "is_default": "id", "title": "id"}
KIND = Kind("ai_knowledge_base_entries", "name", "knowledgeBaseEntriesCount", "knowledgeBaseEntries", "entry", SORT)
LABS = "securityLabsId"


class User(Lenient):
    """Somebody who may see an entry."""

    id: str = OMITTED
    name: str = OMITTED


class Entry(Lenient):
    """What both kinds have."""

    name: str
    namespace: str = OMITTED
    users: list[User] = OMITTED


class Document(Entry):
    """A text."""

    type: Literal["document"]
    kbResource: Literal["security_labs", "user"]
    source: str
    text: str
    required: bool = OMITTED


class Input(Lenient):
    """A field that the model fills in to query an index."""

    fieldName: str
    fieldType: str
    description: str


class Index(Entry):
    """An index to ask."""

    type: Literal["index"]
    index: str
    field: str
    description: str
    queryDescription: str
    inputSchema: list[Input] = OMITTED
    outputFields: list[str] = OMITTED


def _sent(ctx: Context) -> tuple[dict[str, Any], bool]:
    """Return the entry of the body, and whether it is for everybody: an empty list of users says so."""
    kinds: dict[Any, type[Entry]] = {"document": Document, "index": Index}
    kind = ctx.body.get("type") if isinstance(ctx.body, dict) else None
    if kind not in kinds:
        text = "Invalid discriminator value. Expected 'document' | 'index'"
        raise CoreError(400, f"[request body]: type: {text}")
    sent = parse(kinds[kind], ctx.body, style="zod").model_dump(exclude_none=True)
    users = sent.pop("users", None)
    sent.pop("namespace", None)
    return sent, users == []


def _whole(ctx: Context, sent: dict[str, Any], for_all: bool) -> dict[str, Any]:
    """Return an entry with what the server adds."""
    if for_all and not ctx.user.allows(GLOBAL):
        raise SiemError(500, "User lacks privileges to create global knowledge base entries")
    extra: dict[str, Any] = {"inputSchema": [], "outputFields": []}
    if sent["type"] == "document":
        if not ctx.store("ai_knowledge_base").get("elser"):
            raise SiemError(
                500, "status_exception: Inference endpoint not found [elastic-security-ai-assistant-elser2]"
            )
        extra = {"required": False, "vector": {"modelId": "", "tokens": {}}}
    users = [] if for_all else [{"id": f"u_{ctx.user.name}", "name": ctx.user.name}]
    return {**extra, **sent, "global": for_all, "users": users}


def _visible(ctx: Context) -> dict[str, dict[str, Any]]:
    entries = ctx.store(KIND.store).items()
    return {
        key: item
        for key, item in entries
        if not item["users"] or any(user["name"] == ctx.user.name for user in item["users"])
    }


def _existing(ctx: Context, action: str) -> dict[str, Any]:
    """Return the entry of the path; 500 for none, and for one of everybody where the user may not touch it."""
    item = _visible(ctx).get(ctx.path["id"])
    if item is None:
        raise SiemError(500, f"Could not find documents to {action}: {ctx.path['id']}.")
    if item["global"] and not ctx.user.allows(GLOBAL):
        raise SiemError(500, f"User lacks privileges to {action} global knowledge base entries")
    return item


@route("GET", f"{PATH}/_find", requires=REQUIRES)
def find(ctx: Context) -> dict[str, Any]:
    """Return a page of entries. The articles of Security Labs are one entry more on each of the pages."""
    query = parse(FindQuery, ctx.query, "request query", style="zod")
    shown = [item for item in _visible(ctx).values() if item["type"] == "index" or item["kbResource"] == "user"]
    answer = answer_page(KIND, query, shown)
    if ctx.store("ai_knowledge_base").get("labs"):
        now = ctx.emulator.now()
        labs = {
            "id": LABS, "type": "document", "name": "Security Labs", "kbResource": "security_labs", "source": "",
            "required": True, "text": "170", "global": True, "users": [], "namespace": ctx.space, "createdAt": now,
            "createdBy": "elastic", "updatedAt": now, "updatedBy": "elastic",
        }  # fmt: skip
        answer["data"].append(labs)
        answer["total"] += 1
    return answer


@route("POST", PATH, requires=REQUIRES)
def create(ctx: Context) -> dict[str, Any]:
    """Make an entry; names need not be unique."""
    sent, for_all = _sent(ctx)
    item = stamped(ctx, _whole(ctx, sent, for_all))
    item.pop("timestamp")
    ctx.store(KIND.store)[item["id"]] = item
    return item


@route("GET", f"{PATH}/{{id}}", requires=REQUIRES)
def read(ctx: Context) -> dict[str, Any]:
    """Return an entry; 404 in the words of a missing route."""
    item = _visible(ctx).get(ctx.path["id"])
    if item is None:
        raise CoreError(404, "Not Found")
    return item


@route("PUT", f"{PATH}/{{id}}", requires=REQUIRES)
def replace(ctx: Context) -> dict[str, Any]:
    """Replace an entry. Without an empty list of users, it belongs to the user alone from then on."""
    sent, for_all = _sent(ctx)
    item = _existing(ctx, "update")
    kept = {name: item[name] for name in ("id", "namespace", "createdAt", "createdBy")}
    changed = {**kept, **_whole(ctx, sent, for_all), "updatedAt": ctx.emulator.now(), "updatedBy": ctx.user.name}
    ctx.store(KIND.store)[item["id"]] = changed
    return changed


@route("DELETE", f"{PATH}/{{id}}", requires=REQUIRES)
def delete(ctx: Context) -> dict[str, Any]:
    """Delete an entry."""
    del ctx.store(KIND.store)[_existing(ctx, "delete")["id"]]
    return {"id": ctx.path["id"]}


def seed_soc(emulator: Emulator) -> None:
    """The model, and what the SOC wants its assistant to know."""
    emulator.store("ai_knowledge_base", "default")["elser"] = True
    for name, text in (
        ("Escalation", "Call the officer on duty for critical alerts."),
        ("Naming", "wks- are laptops."),
    ):
        key, moment = emulator.uuid(), emulator.now()
        emulator.store(KIND.store, "default")[key] = {
            "id": key, "type": "document", "name": name, "kbResource": "user", "source": "user", "text": text,
            "required": False, "global": True, "users": [], "namespace": "default", "createdAt": moment,
            "createdBy": "elastic", "updatedAt": moment, "updatedBy": "elastic",
        }  # fmt: skip
