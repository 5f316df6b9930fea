# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies of the routes of prebuilt rules."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from ..errors import CoreError
from ..routing import Context
from ..schema import Lenient, Strict, js_type, parse
from .prebuilt_diff import FORCED

MOST = 500
Pick = Literal["BASE", "CURRENT", "TARGET", "MERGED"]


class Page(Lenient):
    """Body of a review in 8.18; what it does not know it drops."""

    page: Annotated[int, Field(ge=1)] = 1
    per_page: Annotated[int, Field(ge=0)] = 20


class StrictPage(Strict):
    """Body of a review in 9.4."""

    page: Annotated[int, Field(ge=1)] = 1
    per_page: Annotated[int, Field(ge=0, le=MOST)] = 20
    filter: Any = None
    sort: Any = None


class Version(Lenient):
    """A rule to install."""

    rule_id: str
    version: int


class Upgrade(Version):
    """A rule to upgrade."""

    revision: int
    pick_version: Pick = None
    fields: dict[str, dict[str, Any]] = None


class SomeRules(Lenient):
    """Body of an installation."""

    mode: Literal["SPECIFIC_RULES"]
    rules: list[Version]


class AllRules(Lenient):
    """The other body of an installation."""

    mode: Literal["ALL_RULES"]


class SomeUpgrades(Lenient):
    """Body of an upgrade."""

    mode: Literal["SPECIFIC_RULES"]
    rules: Annotated[list[Upgrade], Field(min_length=1)]
    pick_version: Pick = None
    on_conflict: Literal["SKIP", "UPGRADE_SOLVABLE"] = None
    dry_run: bool = None


class AllUpgrades(Lenient):
    """The other body of an upgrade."""

    mode: Literal["ALL_RULES"]
    pick_version: Pick = None
    on_conflict: Literal["SKIP", "UPGRADE_SOLVABLE"] = None
    dry_run: bool = None


def body_of(ctx: Context, some: Any, every: Any) -> Any:
    """The body in one of its two forms; raise 400."""
    mode = ctx.body.get("mode") if isinstance(ctx.body, dict) else None
    if mode not in ("SPECIFIC_RULES", "ALL_RULES"):
        expected = "'ALL_RULES' | 'SPECIFIC_RULES'"
        raise CoreError(400, f"[request body]: mode: Invalid discriminator value. Expected {expected}")
    body = parse(some if mode == "SPECIFIC_RULES" else every, ctx.body, style="zod")
    for number, item in enumerate(getattr(body, "rules", ())):
        for name, chosen in (getattr(item, "fields", None) or {}).items():
            resolved = chosen.get("pick_version") == "RESOLVED"
            keys = {"pick_version", "resolved_value"} if resolved else {"pick_version"}
            if name in FORCED[:2] or set(chosen) != keys:
                raise CoreError(400, f"[request body]: rules.{number}.fields.{name}: Unrecognized key(s) in object")
    return body


def page_of(ctx: Context) -> Any:
    """The page that a review is asked for; raise 400."""
    if ctx.body is not None and not isinstance(ctx.body, dict):
        raise CoreError(400, f"[request body]: Expected object, received {js_type(ctx.body).lower()}")
    return parse(StrictPage if ctx.emulator.version >= (9, 3) else Page, ctx.body or {}, style="zod")
