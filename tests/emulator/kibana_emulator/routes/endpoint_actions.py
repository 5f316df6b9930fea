# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""State of response actions (reference security F.4)."""

from __future__ import annotations

from typing import Any

from ..errors import CoreError
from ..routing import Context, route

ACTIONS = ("isolateHost", "releaseHost", "killProcess", "suspendProcess", "getProcesses", "getFile", "execute", "scan")


@route("GET", "/api/endpoint/action/state")
def action_state(ctx: Context) -> dict[str, Any]:
    """Whether actions can be encrypted; for those who may do one of them, which the handler decides."""
    if not any(ctx.user.allows(f"endpoint-{action}") for action in ACTIONS):
        raise CoreError(403, "Endpoint authorization failure")
    return {"data": {"canEncrypt": bool(ctx.shared("endpoint_action_state").get("can_encrypt", True))}}
