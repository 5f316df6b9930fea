# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a security team has in its exception lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .exception_store import Document

if TYPE_CHECKING:
    from ..core import Emulator

_ITEMS: dict[str, tuple[str, str, list[dict[str, Any]]]] = {
    "soc-known-scanner": (
        "Vulnerability scanner",
        "Weekly scan of the servers",
        [{"field": "source.ip", "type": "match_any", "operator": "included", "value": ["10.20.0.5", "10.20.0.6"]}],
    ),
    "soc-known-backup": (
        "Backup",
        "The agent makes shadow copies at night",
        [
            {"field": "process.name", "type": "match", "operator": "included", "value": "backup-agent.exe"},
            {"field": "process.code_signature.trusted", "type": "match", "operator": "included", "value": "true"},
        ],
    ),
}


def seed_soc(emulator: Emulator) -> None:
    """Add a list that rules share, with two items."""
    common = {"namespace_type": "single", "os_types": [], "tags": ["soc"], "name": "", "description": ""}
    owner = {**common, "list_id": "soc-known-activity", "type": "detection", "version": 1, "immutable": False}
    _put(emulator, "list", {**owner, "name": "Known activity", "description": "What is ours, and looks like an attack"})
    for item_id, (name, description, entries) in _ITEMS.items():
        item = {**common, "list_id": owner["list_id"], "item_id": item_id, "type": "simple", "comments": []}
        _put(emulator, "item", {**item, "name": name, "description": description, "entries": entries})
        emulator.store("exception_items_of_list", "default").setdefault(owner["list_id"], {})[item_id] = True


def _put(emulator: Emulator, kind: str, fields: Document) -> None:
    now = emulator.now()
    stamp = {"created_at": now, "created_by": "elastic", "updated_at": now, "updated_by": "elastic"}
    document = {"id": emulator.uuid(), "_version": emulator.version_token(), "tie_breaker_id": emulator.uuid()}
    key = fields[f"{kind}_id"]
    emulator.store(f"exception_{kind}s", "default")[key] = {**document, **fields, **stamp}
    emulator.store(f"exception_{kind}_ids", "default")[document["id"]] = key
