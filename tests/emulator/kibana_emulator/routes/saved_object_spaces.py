# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The spaces that share a saved object (reference platform E.3)."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from ..errors import CoreError
from ..routing import Context, route
from ..schema import Strict, parse
from .saved_object_store import authorize, key, missing, objects, save

# Types that several spaces may share; all others belong to one.
SHAREABLE = frozenset({"index-pattern", "search", "ml-trained-model", "ml-job", "event-annotation-group"})


class ObjectId(Strict):
    """Which object."""

    type: str
    id: str


class Body(Strict):
    """Body of a change of spaces."""

    objects: list[ObjectId] = Field(min_length=1)
    spacesToAdd: list[str]
    spacesToRemove: list[str]


@route("POST", "/api/spaces/_update_objects_spaces")
def update_spaces(ctx: Context) -> dict[str, Any]:
    """Add objects to spaces, and take them away; one that is left without a space is gone."""
    body = parse(Body, ctx.body)
    if not body.spacesToAdd and not body.spacesToRemove:
        raise CoreError(400, "spacesToAdd and/or spacesToRemove must be a non-empty array of strings: Bad Request")
    return {"objects": [_moved(ctx, one, body) for one in body.objects]}


def _moved(ctx: Context, one: ObjectId, body: Body) -> dict[str, Any]:
    authorize(ctx, "share_to_space", one.type)
    shown: dict[str, Any] = {"type": one.type, "id": one.id, "spaces": []}
    saved = objects(ctx.emulator, ctx.space).get(key(one.type, one.id))
    if saved is None:
        return {**shown, "error": missing(one.type, one.id).body()}
    if one.type not in SHAREABLE:
        problem = CoreError(400, f"{one.type} doesn't support multiple namespaces: Bad Request")
        return {**shown, "error": problem.body()}
    everywhere = list(ctx.shared("spaces"))
    before = everywhere if "*" in saved["namespaces"] else saved["namespaces"]
    spaces = sorted(({*saved["namespaces"]} | {*body.spacesToAdd}) - {*body.spacesToRemove})
    spaces = ["*"] if "*" in spaces else spaces
    for space in before:
        objects(ctx.emulator, space).pop(key(one.type, one.id), None)
    moved = {**saved, "namespaces": spaces}
    for space in everywhere if "*" in spaces else spaces:
        save(ctx.emulator, space, moved)
    return {**shown, "spaces": spaces}
