# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exception items which refer to a value list (reference security E.5)."""

from __future__ import annotations

from typing import Any

from ..errors import SiemError
from ..routing import Context
from .exception_store import Exceptions


def refuse(ctx: Context, list_id: str) -> None:
    """Raise 409 while an exception item refers to the list; its message is an object."""
    found = [
        {"exception_item": item, "exception_list": exceptions.list(item["list_id"])}
        for exceptions, item in _using(ctx, list_id)
    ]
    if found:
        text = f"Value list '{list_id}' is referenced in existing exception list(s)"
        raise SiemError(409, {"error": {"message": text, "references": found, "value_list_id": list_id}})


def remove(ctx: Context, list_id: str) -> None:
    """Take the list out of every exception item; an item of which nothing remains goes whole."""
    for exceptions, item in _using(ctx, list_id):
        entries = [entry for entry in item["entries"] if not _refers(entry, list_id)]
        if entries:
            exceptions.put_item({**item, "entries": entries, "_version": ctx.emulator.version_token()})
        else:
            exceptions.drop_item(item)


def _refers(entry: dict[str, Any], list_id: str) -> bool:
    return entry.get("type") == "list" and entry["list"]["id"] == list_id


def _using(ctx: Context, list_id: str) -> list[tuple[Exceptions, dict[str, Any]]]:
    return [
        (exceptions, item)
        for exceptions in (Exceptions(ctx, "single"), Exceptions(ctx, "agnostic"))
        for item in exceptions.all_items()
        if any(_refers(entry, list_id) for entry in item["entries"])
    ]
