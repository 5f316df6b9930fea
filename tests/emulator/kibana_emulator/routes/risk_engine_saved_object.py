# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The search for saved objects, as far as the risk engine's configuration needs it (reference platform E.1)."""

from __future__ import annotations

from typing import Any

from ..routing import Context, route
from .risk_engine import TYPE, saved_objects


@route("GET", "/api/saved_objects/_find", versioned=False)
def find(ctx: Context) -> dict[str, Any]:
    """Return the configuration of the risk engine where its type is among those wanted."""
    wanted = ctx.query.getlist("type")
    found = saved_objects(ctx.emulator, ctx.space) if TYPE in wanted else []
    return {"page": 1, "per_page": 20, "total": len(found), "saved_objects": found}
