# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Exports of detection rules with what belongs to them. API: ``/api/detection_engine/rules/_export``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule import READ_ONLY
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_find import PATH, find_rules, is_any_of
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._saved_objects import lines, ordered, stable

CHUNK_RULES = 1000  # Kibana takes 10 000; an answer within kibana_timeout matters more
Line = dict[str, Any]
# What Kibana makes up for an exception list or an item of one.
OWN_OF_EXCEPTIONS = frozenset(
    {"_version", "created_at", "created_by", "id", "immutable", "tie_breaker_id", "updated_at", "updated_by"}
)
KINDS = ("rules", "exception_lists", "exception_items", "connectors")


@dataclass
class Exported:
    """What an export holds, by kind, and what Kibana says about it."""

    rules: dict[str, Line] = field(default_factory=dict)
    exception_lists: dict[str, Line] = field(default_factory=dict)
    exception_items: dict[str, Line] = field(default_factory=dict)
    connectors: dict[str, Line] = field(default_factory=dict)
    missing_rules: list[str] = field(default_factory=list)
    missing_exception_lists: list[str] = field(default_factory=list)

    def take(self, text: str) -> None:
        """Add the lines of an answer. Raises :class:`PlanError` for one that breaks off."""
        complete = False
        for line in text.split("\n"):
            if not line.strip():
                continue
            try:
                item = json.loads(line)
            except ValueError:
                raise PlanError("Kibana's answer breaks off in the middle of a line.") from None
            complete = complete or "exported_count" in item
            self._sort_in(item)
        if not complete:
            raise PlanError("Kibana's answer breaks off: its last line, which counts the objects, is missing.")

    def _sort_in(self, item: Line) -> None:
        if "exported_count" in item:
            self.missing_rules += [str(one.get("rule_id")) for one in item.get("missing_rules") or []]
            self.missing_exception_lists += [
                str(one.get("list_id")) for one in item.get("missing_exception_lists") or []
            ]
        elif "attributes" in item:
            self.connectors[str(item["id"])] = item
        elif "item_id" in item:
            self.exception_items[_place(item, "item_id")] = item
        elif "list_id" in item:
            self.exception_lists[_place(item, "list_id")] = item
        else:
            self.rules[str(item["rule_id"])] = item

    def details(self) -> dict[str, int]:
        """How many there are of each kind."""
        return {kind: len(getattr(self, kind)) for kind in KINDS}

    def everything(self) -> list[Line]:
        """All lines, in Kibana's order of the kinds."""
        return [line for kind in KINDS for line in getattr(self, kind).values()]


def _place(item: Line, name: str) -> str:
    """What names a list or an item: the same id may be used in the space, and once more in all spaces."""
    return f"{item.get('namespace_type', 'single')}:{item[name]}"


def selected(client: KibanaClient, tags: Sequence[str], custom_only: bool) -> list[str]:
    """The ids of the rules with all of the tags, and of custom ones alone where that is asked for."""
    clauses = [is_any_of("tags", [tag]) for tag in tags]
    if custom_only:
        clauses.append("alert.attributes.params.immutable: false")
    return [rule["rule_id"] for rule in find_rules(client, clauses)]


def export(client: KibanaClient, rule_ids: Sequence[str] | None) -> Exported:
    """Export the rules with these ids, or all."""
    found = Exported()
    if rule_ids is None:
        found.take(client.text("POST", f"{PATH}/_export"))
        return found
    for start in range(0, len(rule_ids), CHUNK_RULES):
        objects = [{"rule_id": rule_id} for rule_id in rule_ids[start : start + CHUNK_RULES]]
        found.take(client.text("POST", f"{PATH}/_export", json={"objects": objects}))
    return found


def settled(found: Exported) -> Exported:
    """The same without what changes by itself, in an order that depends on nothing but ids."""
    return Exported(
        rules=_bare(found.rules, READ_ONLY),
        exception_lists=_bare(found.exception_lists, OWN_OF_EXCEPTIONS),
        exception_items=_bare(found.exception_items, OWN_OF_EXCEPTIONS),
        connectors={item["id"]: item for item in stable(found.connectors.values())},
    )


def _bare(items: Mapping[str, Line], own: Iterable[str]) -> dict[str, Line]:
    dropped = frozenset(own)
    return {
        key: ordered({name: value for name, value in items[key].items() if name not in dropped})
        for key in sorted(items)
    }


def as_lines(found: Exported, details: bool) -> str:
    """One file with everything, as Kibana's import takes it."""
    items = found.everything()
    counts = {f"exported_{name}_count": value for name, value in _counts(found).items()}
    return lines([*items, *([{"exported_count": len(items), **counts}] if details else [])])


def _counts(found: Exported) -> dict[str, int]:
    return {
        "rules": len(found.rules),
        "exception_list": len(found.exception_lists),
        "exception_list_item": len(found.exception_items),
        "action_connector": len(found.connectors),
    }


def as_files(found: Exported) -> dict[str, str]:
    """A file for each rule, each exception list with its items, and each connector, by path."""
    files = {f"{_name(key)}.json": _pretty(rule) for key, rule in found.rules.items()}
    for key, one in found.exception_lists.items():
        items = [item for item in found.exception_items.values() if _place(item, "list_id") == key]
        files[f"exception_lists/{_name(str(one['list_id']))}.json"] = _pretty({"list": one, "items": items})
    files.update({f"connectors/{_name(key)}.json": _pretty(item) for key, item in found.connectors.items()})
    return files


def _name(key: str) -> str:
    """A text as the name of a file: nothing that leads to another folder, or that some systems do not take."""
    return quote(key, safe=" ").replace(".", "%2E") if key.startswith(".") else quote(key, safe=" ")


def _pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
