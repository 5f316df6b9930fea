# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tags of saved objects: `/api/saved_objects_tagging`. They live in the store of saved objects as `tag`."""

from __future__ import annotations

import re
from typing import Any

from ..errors import CoreError
from ..routing import Context, route
from ..schema import Strict, parse
from .saved_object_store import Saved, authorize, key, missing, objects, save

KIND, BASE = "tag", "/api/saved_objects_tagging/tags"


class Tag(Strict):
    """Body of a create and of an update: both take the whole tag."""

    name: str
    description: str
    color: str


@route("GET", BASE, versioned=False)
def list_tags(ctx: Context) -> dict[str, Any]:
    """Return all tags of the space; an empty list to those who may read none."""
    found = [item for item in objects(ctx.emulator, ctx.space).values() if item["type"] == KIND]
    return {"tags": [_show(item) for item in found if ctx.user.allows(f"saved_object:{KIND}/read")]}


@route("GET", BASE + "/{id}", versioned=False)
def get_tag(ctx: Context) -> dict[str, Any]:
    """Return one tag."""
    authorize(ctx, "get", KIND)
    return {"tag": _show(_existing(ctx))}


@route("POST", BASE + "/create", versioned=False)
def create_tag(ctx: Context) -> dict[str, Any]:
    """Create a tag, whose id Kibana chooses."""
    body = parse(Tag, ctx.body)
    return {"tag": _show(_write(ctx, body, ctx.emulator.uuid(), "create"))}


@route("POST", BASE + "/{id}", versioned=False)
def update_tag(ctx: Context) -> dict[str, Any]:
    """Replace a tag."""
    body = parse(Tag, ctx.body)
    _refuse_twins(ctx, body.name, ctx.path["id"])
    _existing(ctx)
    return {"tag": _show(_write(ctx, body, ctx.path["id"], "update"))}


@route("DELETE", BASE + "/{id}", versioned=False)
def delete_tag(ctx: Context) -> None:
    """Delete a tag, and take it from everything that has it."""
    authorize(ctx, "delete", KIND)
    tag = _existing(ctx)
    place = objects(ctx.emulator, ctx.space)
    del place[key(KIND, tag["id"])]
    for item in place.values():
        item["references"] = [one for one in item["references"] if (one["type"], one["id"]) != (KIND, tag["id"])]


def _existing(ctx: Context) -> Saved:
    item = objects(ctx.emulator, ctx.space).get(key(KIND, ctx.path["id"]))
    if item is None:
        raise missing(KIND, ctx.path["id"])
    return item


def _refuse_twins(ctx: Context, name: str, own: str) -> None:
    for item in objects(ctx.emulator, ctx.space).values():
        if item["type"] == KIND and item["id"] != own and item["attributes"]["name"] == name:
            raise CoreError(409, f'A tag with the name "{name}" already exists.')


def _write(ctx: Context, body: Tag, id_: str, action: str) -> Saved:
    _refuse_twins(ctx, body.name, id_)
    attributes = {**body.model_dump(), "name": body.name.strip()}
    problems = {
        "name": _length("name", attributes["name"], 2, 50),
        "description": _length("description", attributes["description"], 0, 100),
        "color": None if re.fullmatch("#[0-9a-fA-F]{6}", body.color) else "Tag color must be a valid hex color",
    }
    errors = {name: text for name, text in problems.items() if text}
    if errors:
        validation = {"valid": False, "warnings": [], "errors": errors}
        raise CoreError(400, "Error validating tag attributes", validation)
    authorize(ctx, action, KIND)
    before = objects(ctx.emulator, ctx.space).get(key(KIND, id_), {})
    return save(ctx.emulator, ctx.space, {**before, "type": KIND, "id": id_, "attributes": attributes})


def _length(what: str, text: str, least: int, most: int) -> str | None:
    if len(text) < least:
        return f"Tag {what} must be at least {least} characters"
    return f"Tag {what} may not exceed {most} characters" if len(text) > most else None


def _show(item: Saved) -> dict[str, Any]:
    return {"id": item["id"], **item["attributes"], "managed": item["managed"]}
