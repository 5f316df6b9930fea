# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Setting up the knowledge base of the AI assistant (reference security I.3, J.8).

`emulator.store("ai_knowledge_base", space)` steers it: `available: false` is a cluster without machine learning,
`polls` is how often one must ask until the setup is done.
"""

from __future__ import annotations

from typing import Any

from ..errors import SiemError
from ..routing import Context, route
from ..schema import OMITTED, Lenient, parse
from .ai_bulk import BASE

PATH = f"{BASE}/knowledge_base"
REQUIRES = "elasticAssistant"
POLLS = 2


class SetupQuery(Lenient):
    """Query of the setup."""

    modelId: str = OMITTED
    ignoreSecurityLabs: bool = False


@route("GET", f"{PATH}/{{resource}}", requires=REQUIRES)
@route("GET", PATH, requires=REQUIRES)
def status(ctx: Context) -> dict[str, Any]:
    """Return the state; each look at it brings the setup further. The docs are there one look after the model."""
    base = ctx.store("ai_knowledge_base")
    left = base.get("left")
    if left is not None and left > 0:
        base["left"] = left = left - 1
    done = left == 0
    if left is not None and left <= 1:
        base["elser"] = True
    return {
        "elser_exists": base.get("elser", False),
        "is_setup_in_progress": left is not None and not done,
        "is_setup_available": base.get("available", True),
        "security_labs_exists": base.get("labs", False) or (done and base["with_labs"]),
        "user_data_exists": False,
        "product_documentation_status": "uninstalled",
    }


@route("POST", f"{PATH}/{{resource}}", requires=REQUIRES, refresh=False)
@route("POST", PATH, requires=REQUIRES, refresh=False)
def setup(ctx: Context) -> dict[str, Any]:
    """Start the setup. The resource in the path makes no difference; a second call does no harm."""
    query = parse(SetupQuery, ctx.query, "request query", style="zod")
    base = ctx.store("ai_knowledge_base")
    if not base.get("available", True):
        raise SiemError(500, "Error setting up Knowledge Base: no ML nodes are available")
    if base.get("left") is None or (not query.ignoreSecurityLabs and not base["with_labs"]):
        base["with_labs"] = not query.ignoreSecurityLabs
        base["left"] = base.get("polls", POLLS)
    return {"success": True}
