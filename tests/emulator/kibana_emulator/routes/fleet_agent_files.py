# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that Fleet agents have uploaded (reference platform A.11.1, A.11.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import CoreError
from ..routing import Context, Reply, route
from .fleet_agents import ALL, READ

if TYPE_CHECKING:
    from ..core import Emulator

WEB_01 = "a0000001-0000-4000-8000-000000000001"
WEB_02 = "a0000001-0000-4000-8000-000000000002"


def add_upload(emulator: Emulator, agent_id: str, action_id: str, moment: str, **fields: Any) -> None:
    """Note a request for diagnostics; `file_id` when a file came, `error` when none will, neither: awaited."""
    name = f"elastic-agent-diagnostics-{moment[:19].replace(':', '-')}Z-00.zip"
    emulator.store("fleet_uploads", fields.pop("space", "default"))[action_id] = {
        "actionId": action_id, "agentId": agent_id, "name": name, "createTime": moment, "file_id": None,
        "error": None, "deleted": False, **fields,
    }  # fmt: skip


def seed_soc(emulator: Emulator) -> None:
    """Two files, a failure and one that is awaited."""
    add_upload(emulator, WEB_01, "diag-1", "2026-01-28T09:00:00.000Z", file_id="file-web-01-a")
    add_upload(emulator, WEB_01, "diag-2", "2026-01-30T09:00:00.000Z", file_id="file-web-01-b")
    add_upload(emulator, WEB_01, "diag-3", "2026-01-31T09:00:00.000Z", error="rate limit exceeded")
    add_upload(emulator, WEB_02, "diag-4", "2026-01-31T09:00:00.000Z")


@route("GET", "/api/fleet/agents/{agentId}/uploads", requires=READ)
def list_uploads(ctx: Context) -> dict[str, Any]:
    """The newest first; an unknown agent has none. Without a file the id is that of the action."""
    items = []
    for upload in ctx.store("fleet_uploads").values():
        if upload["agentId"] != ctx.path["agentId"] or upload["deleted"]:
            continue
        file_id = upload["file_id"]
        item = {
            "actionId": upload["actionId"], "id": file_id or upload["actionId"], "name": upload["name"],
            "status": "READY" if file_id else "FAILED" if upload["error"] else "IN_PROGRESS",
            "createTime": upload["createTime"],
            "filePath": f"/api/fleet/agents/files/{file_id}/{upload['name']}" if file_id else "",
        }  # fmt: skip
        items.append({**item, "error": upload["error"]} if upload["error"] else item)
    return {"items": sorted(items, key=lambda item: item["createTime"], reverse=True)}


def _stored(ctx: Context) -> dict[str, Any]:
    """Return the upload with this file; before the first file ever, Elasticsearch has no index to look into."""
    uploads = [upload for upload in ctx.store("fleet_uploads").values() if upload["file_id"]]
    if not uploads:
        raise CoreError(404, "index_not_found_exception: no such index [.fleet-fileds-fromhost-data-agent]")
    for upload in uploads:
        if upload["file_id"] == ctx.path["fileId"] and not upload["deleted"]:
            return upload
    raise CoreError(400, f"Failed to update file {ctx.path['fileId']} metadata")


@route("GET", "/api/fleet/agents/files/{fileId}/{fileName}", requires=READ)
def download(ctx: Context) -> Reply:
    """The content, an empty zip archive."""
    headers = {"content-disposition": f'attachment; filename="{_stored(ctx)["name"]}"'}
    return Reply(200, b"PK\x05\x06" + bytes(18), headers, "application/octet-stream")


@route("DELETE", "/api/fleet/agents/files/{fileId}", requires=ALL)
def delete_file(ctx: Context) -> dict[str, Any]:
    """Mark as deleted; 400 for an unknown one, 404 where there has never been any."""
    upload = _stored(ctx)
    upload["deleted"] = True
    return {"id": upload["file_id"], "deleted": True}
