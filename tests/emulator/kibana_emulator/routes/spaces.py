# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Spaces (reference platform F.1)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field

from ..errors import CoreError
from ..routing import Context, route
from ..schema import OMITTED, Strict, parse

if TYPE_CHECKING:
    from ..core import Emulator

READ, MANAGE = "spaces:read", "manage_spaces"
MAX_SPACES = 1000
PURPOSES = ("any", "copySavedObjectsIntoSpace", "findSavedObjects", "shareSavedObjectsIntoSpace")
REPLACED_FEATURES = {"discover": "discover_v2", "dashboard": "dashboard_v2", "visualize": "visualize_v2"}
# What a solution view switches off; a stand-in for the real lists, which differ in every release.
SOLUTION_DISABLES = {
    "es": ["infrastructure", "logs", "siemV2", "slo", "uptime"],
    "oblt": ["enterpriseSearch", "siemV2"],
    "security": ["enterpriseSearch", "infrastructure", "logs", "slo", "uptime"],
}


def _matching(pattern: str, text: str) -> AfterValidator:
    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(text)
        return value

    return AfterValidator(check)


class Space(Strict):
    """Body of a create or an update."""

    id: Annotated[str, _matching("[a-z0-9_-]+", "must be lower case, a-z, 0-9, '_', and '-' are allowed")]
    name: str = Field(min_length=1)
    description: str = OMITTED
    color: Annotated[str, _matching("#[a-fA-F0-9]{6}", "must be a 6 digit hex color, starting with a #")] = OMITTED
    initials: str = Field(OMITTED, max_length=2)
    imageUrl: Annotated[str, _matching("(data:image.*)?", "must start with 'data:image'")] = OMITTED
    disabledFeatures: list[str] = []
    solution: Literal["security", "oblt", "es", "classic"] = OMITTED
    reserved: bool = Field(OMITTED, alias="_reserved")


class ListQuery(Strict):
    """Query of the list."""

    purpose: Literal["any", "copySavedObjectsIntoSpace", "shareSavedObjectsIntoSpace"] | None = None
    include_authorized_purposes: bool = False


def seed(emulator: Emulator) -> None:
    """Create the default space."""
    emulator.store("spaces")["default"] = {
        "id": "default",
        "name": "Default",
        "description": "This is your default space!",
        "color": "#00bfb3",
        "disabledFeatures": [],
        "_reserved": True,
    }


@route("GET", "/api/spaces/space")
def list_spaces(ctx: Context) -> list[dict[str, Any]]:
    """Return the spaces that the user may see, sorted by name."""
    query = parse(ListQuery, ctx.query, "request query")
    if query.purpose and query.include_authorized_purposes:
        raise CoreError(400, "[request query]: purpose and include_authorized_purposes cannot be used together")
    if not _may_read(ctx):
        raise CoreError(403, "Forbidden")
    spaces = [shown(space) for space in ctx.shared("spaces").values()]
    if query.include_authorized_purposes:
        for space in spaces:
            space["authorizedPurposes"] = {p: p == "any" or ctx.user.allows(MANAGE) for p in PURPOSES}
    return sorted(spaces, key=lambda space: (space["name"].casefold(), space["id"]))


@route("GET", "/api/spaces/space/{id}")
def get_space(ctx: Context) -> dict[str, Any]:
    """Return one space."""
    if not _may_read(ctx):
        raise CoreError(403, f"Unauthorized to get {ctx.path['id']} space")
    return shown(_existing(ctx))


@route("POST", "/api/spaces/space")
def create_space(ctx: Context) -> dict[str, Any]:
    """Create a space; the answer is 200, not 201."""
    wanted = parse(Space, ctx.body)
    _may_manage(ctx, "create")
    spaces = ctx.shared("spaces")
    if wanted.id in spaces:
        raise CoreError(409, f"A space with the identifier {wanted.id} already exists.")
    if len(spaces) >= MAX_SPACES:
        raise CoreError(
            400,
            "Unable to create Space, this exceeds the maximum number of spaces set by the "
            "xpack.spaces.maxSpaces setting",
        )
    spaces[wanted.id] = _sent(wanted)
    return shown(spaces[wanted.id])


@route("PUT", "/api/spaces/space/{id}")
def update_space(ctx: Context) -> dict[str, Any]:
    """Update: what is omitted stays, but disabledFeatures is reset; the id of the path wins."""
    wanted = parse(Space, ctx.body)
    _may_manage(ctx, "update")
    space = _existing(ctx)
    space.update({**_sent(wanted), "id": ctx.path["id"]})
    return shown(space)


@route("DELETE", "/api/spaces/space/{id}")
def delete_space(ctx: Context) -> None:
    """Delete a space and every object in it."""
    _may_manage(ctx, "delete")
    space = _existing(ctx)
    if space.get("_reserved"):
        raise CoreError(400, f"The {space['id']} space cannot be deleted because it is reserved.")
    del ctx.shared("spaces")[space["id"]]
    ctx.emulator.drop_space(space["id"])


def shown(space: dict[str, Any]) -> dict[str, Any]:
    """Return the space as Kibana shows it: disabledFeatures belongs to the solution, old ids are replaced."""
    features = SOLUTION_DISABLES.get(space.get("solution", "classic"), space["disabledFeatures"])
    return {**space, "disabledFeatures": [REPLACED_FEATURES.get(feature, feature) for feature in features]}


def _sent(wanted: Space) -> dict[str, Any]:
    return {**wanted.model_dump(exclude_none=True, exclude={"reserved"})}


def _existing(ctx: Context) -> dict[str, Any]:
    space = ctx.shared("spaces").get(ctx.path["id"])
    if space is None:
        raise CoreError(404, "Not Found")
    return space


def _may_read(ctx: Context) -> bool:
    return ctx.user.allows(READ) or ctx.user.allows(MANAGE)


def _may_manage(ctx: Context, verb: str) -> None:
    if not ctx.user.allows(MANAGE):
        raise CoreError(403, f"Unauthorized to {verb} spaces")
