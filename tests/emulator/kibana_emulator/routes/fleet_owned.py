# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What server hosts, download sources and proxies of Fleet share (reference platform A.3-A.5)."""

from __future__ import annotations

import json
from typing import Any

from ..errors import CoreError
from ..routing import Context
from ..schema import Strict, parse
from .fleet_output_rules import at

Secret = str | dict[str, str]
FORBIDDEN_IN_IDS = ("/", "..", '"', "\\", "(", ")", ";", "'")


def listed(ctx: Context, store: str) -> dict[str, Any]:
    """Everything at once, the default first."""
    items = sorted(ctx.shared(store).values(), key=lambda item: not item.get("is_default"))
    return {"items": items, "total": len(items), "page": 1, "perPage": 10_000}


def existing(ctx: Context, store: str, text: str) -> dict[str, Any]:
    """The object that the path names; 404 with `text`."""
    found = ctx.shared(store).get(ctx.path["itemId"])
    if found is None:
        raise CoreError(404, text.format(id=ctx.path["itemId"]))
    return found


def body(ctx: Context, model: type[Strict]) -> dict[str, Any]:
    """The keys that the request has, checked."""
    data = parse(model, ctx.body)
    return json.loads(json.dumps(data.model_dump(exclude_unset=True)))


def new_id(ctx: Context, store: str, data: dict[str, Any], kind: str) -> str:
    """The id that the request chose, or a new one; 409 where it is taken."""
    chosen = data.pop("id", None) or ctx.emulator.uuid()
    if ctx.emulator.version >= (9, 4) and any(part in chosen for part in FORBIDDEN_IN_IDS):
        raise CoreError(400, "[request body.id]: id contains characters that are not allowed")
    if chosen in ctx.shared(store):
        raise CoreError(409, f"Saved object [{kind}/{chosen}] conflict")
    return chosen


def refuse_doubles(data: dict[str, Any], paths: tuple[tuple[str, ...], ...]) -> None:
    """400 where a secret is given both plain and under `secrets`."""
    for path in paths:
        if at(data, path) and at(data.get("secrets"), path):
            name = ".".join(path)
            raise CoreError(400, f"Cannot specify both {name} and secrets.{name}")


def take_default(ctx: Context, store: str, owner: str, data: dict[str, Any]) -> None:
    """Take the default flag away from its holder when `data` claims it."""
    if data.get("is_default"):
        for other in list(ctx.shared(store).values()):
            if other["is_default"] and other["id"] != owner:
                ctx.shared(store)[other["id"]] = {**other, "is_default": False}


def bump_users(ctx: Context, key: str, owner: str, *, everybody: bool = False, forget: bool = False) -> None:
    """Raise the revision of the policies whose `key` names `owner`; forget: they lose the reference."""
    for space in ctx.emulator.state()["spaces"].values():
        policies = space.get("fleet_agent_policies", {})
        for policy in list(policies.values()):
            uses = policy.get(key) == owner
            if not (uses or everybody):
                continue
            changed = {**policy, "revision": policy["revision"] + 1, "updated_at": ctx.emulator.now()}
            policies[policy["id"]] = {**changed, key: None} if uses and forget else changed
