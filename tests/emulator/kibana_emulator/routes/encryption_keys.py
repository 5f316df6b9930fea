# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rotation of the key that secrets of saved objects are encrypted with (reference platform E.4).

The cluster-wide `key_rotation` holds the switches for tests: `configured` (old keys are in the configuration),
`busy` (how many more requests find a rotation under way), `objects` (`type/id` to the key in use: `primary`, `old`,
`stuck` for one that cannot be written, or `lost` for one that no known key opens).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from ..errors import CoreError
from ..routing import Context, route
from ..schema import OMITTED, Strict, parse

if TYPE_CHECKING:
    from ..core import Emulator

STATE = "key_rotation"
NOT_CONFIGURED = (
    "Kibana is not configured to support encryption key rotation. Update `kibana.yml` to include "
    "`xpack.encryptedSavedObjects.keyRotation.decryptionOnlyKeys` to rotate your encryption keys."
)
BUSY = "Encryption key rotation is in progress already."


class RotateQuery(Strict):
    """Query of a rotation."""

    batch_size: int = Field(10_000, alias="batch_size", ge=1, le=10_000)
    type: str = OMITTED


def seed(emulator: Emulator) -> None:
    """Configure an old key; nothing was encrypted with it."""
    emulator.store(STATE).update(configured=True, busy=0, objects={})


def seed_soc(emulator: Emulator) -> None:
    """Somebody changed the key after the first objects were made; one is of a key that nobody has any more."""
    keys = {"action/slack-soc": "old", "action/jira-soc": "old", "alert/brute-force": "old", "alert/beacon": "primary"}
    emulator.store(STATE)["objects"] = {**keys, "ingest-outputs/remote-es": "old", "action/forgotten": "lost"}


@route("POST", "/api/encrypted_saved_objects/_rotate_key", requires="rotateEncryptionKey", versioned=False)
def rotate(ctx: Context) -> dict[str, Any]:
    """Write what an old key opens with the primary key, batch by batch."""
    query = parse(RotateQuery, ctx.query, "request query")
    state = ctx.shared(STATE)
    if not state["configured"]:
        raise CoreError(400, NOT_CONFIGURED)
    if state["busy"]:
        state["busy"] -= 1
        raise CoreError(429, BUSY)
    kinds = {name: used for name, used in state["objects"].items() if query.type in (None, name.partition("/")[0])}
    successful, failed = 0, 0
    for batch in _batches(list(kinds), query.batch_size):
        due = [name for name in batch if kinds[name] in ("old", "stuck")]
        if not due:  # Kibana stops here, and may leave later objects behind
            break
        stuck = [name for name in due if kinds[name] == "stuck"]
        state["objects"].update({name: "primary" for name in due if name not in stuck})
        successful, failed = successful + len(due) - len(stuck), failed + len(stuck)
    return {"total": len(kinds), "successful": successful, "failed": failed}


def _batches(names: list[str], size: int) -> list[list[str]]:
    return [names[start : start + size] for start in range(0, len(names), size)]
