# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The generic store of saved objects, and what finds an object by an old id (reference platform E.1, G.3).

Per space `saved_objects` maps `type/id` to an object; cluster wide `saved_object_aliases` maps `space/type/id` to the
alias of that id. Dashboards live here, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..errors import CoreError
from ..routing import Context

if TYPE_CHECKING:
    from ..core import Emulator

STORE, ALIASES = "saved_objects", "saved_object_aliases"
Saved = dict[str, Any]
# Types with an API of their own, which this one does not show.
HIDDEN = frozenset(
    [
        "action",
        "action_task_params",
        "alert",
        "api_key_pending_invalidation",
        "cases",
        "cases-comments",
        "exception-list",
        "fleet-agent-policies",
        "ingest-outputs",
        "space",
        "task",
    ]
)


def key(kind: str, id_: str) -> str:
    """Return the key of an object in the store of its space."""
    return f"{kind}/{id_}"


def objects(emulator: Emulator, space: str) -> dict[str, Saved]:
    """Return the objects of a space by key."""
    return emulator.store(STORE, space)


def of_type(emulator: Emulator, space: str, kinds: Iterable[str]) -> list[Saved]:
    """Return the objects of some types, those changed last first."""
    wanted = set(kinds)
    found = [item for item in objects(emulator, space).values() if item["type"] in wanted]
    return sorted(found, key=lambda item: item["updated_at"], reverse=True)


def save(emulator: Emulator, space: str, item: Saved) -> Saved:
    """Put an object (type, id, attributes, references, ...) into the store; version and times are set here."""
    place, now = objects(emulator, space), emulator.now()
    before = place.get(key(item["type"], item["id"]), {})
    stamps = {"created_at": before.get("created_at", now), "updated_at": now, "version": emulator.version_token()}
    basics = {"references": [], "managed": False, "namespaces": [space], "coreMigrationVersion": "8.8.0"}
    place[key(item["type"], item["id"])] = {**basics, **item, **stamps}
    return place[key(item["type"], item["id"])]


def add_alias(
    emulator: Emulator, space: str, kind: str, source: str, target: str, purpose: str = "savedObjectConversion"
) -> None:
    """Let the old id `source` lead to the object `target`."""
    emulator.store(ALIASES)[f"{space}/{kind}/{source}"] = {"target": target, "purpose": purpose, "disabled": False}


def resolve(ctx: Context, kind: str, id_: str) -> tuple[Saved | None, dict[str, str]]:
    """Return the object that an id leads to, and how: `outcome`, and of an alias its target and purpose."""
    found = objects(ctx.emulator, ctx.space)
    exact = found.get(key(kind, id_))
    alias = ctx.shared(ALIASES).get(f"{ctx.space}/{kind}/{id_}")
    target = found.get(key(kind, alias["target"])) if alias and not alias["disabled"] else None
    if target is None:
        return exact, {"outcome": "exactMatch"}
    assert alias is not None
    how = {"alias_target_id": alias["target"], "alias_purpose": alias["purpose"]}
    return (exact, {"outcome": "conflict", **how}) if exact else (target, {"outcome": "aliasMatch", **how})


def authorize(ctx: Context, action: str, kind: str) -> None:
    """Raise 403 where the user lacks the right; reading is `get`, `find` and `resolve`."""
    right = "read" if action in ("get", "find", "resolve", "bulk_get") else "write"
    if not ctx.user.allows(f"saved_object:{kind}/{right}"):
        raise CoreError(403, f"Unable to {action} {kind}")


def missing(kind: str, id_: str) -> CoreError:
    """Return the error of an object that is not there."""
    return CoreError(404, f"Saved object [{kind}/{id_}] not found")


def visible(kind: str) -> None:
    """Raise 400 for a type that this API does not show."""
    if kind in HIDDEN:
        raise CoreError(400, f"Unsupported saved object type: '{kind}': Bad Request")


def matches(item: Saved, search: str | None, fields: Iterable[str]) -> bool:
    """Say whether all words of a `simple_query_string` stand in one of the fields; `word*` matches a beginning."""
    texts = [str(item["attributes"].get(field, "")).lower() for field in fields]
    words = {part for text in texts for part in [*text.split(), *text.replace("-", " ").split()]}
    for word in (search or "").lower().split():
        if word == "*" or word.rstrip("*") in words:
            continue
        if not (word.endswith("*") and any(other.startswith(word.rstrip("*")) for other in words)):
            return False
    return True
