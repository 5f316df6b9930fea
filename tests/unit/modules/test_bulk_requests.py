# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many requests a thousand objects take: to make them all, when nothing changes, and when one in a hundred does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from harness import READS, Kibana

COUNT = 1000


@dataclass(frozen=True)
class Bulk:
    """A list-valued module: its options for many objects, and how many requests it may take for them."""

    module: str
    first: dict[str, Any]
    changed: dict[str, Any]
    writes: int
    changed_writes: int
    reads: int
    setup: Any = None

    def __str__(self) -> str:
        return self.module


def exceptions(edit: bool) -> dict[str, Any]:
    lists = [{"list_id": f"l{n}", "name": "n", "description": "d", "type": "detection", "items": []} for n in range(50)]
    for number in range(COUNT):
        entry = {"field": "host.name", "type": "match", "value": f"h{number}"}
        tags = ["new"] if edit and number % 100 == 0 else []
        lists[number % 50]["items"].append(
            {"item_id": f"i{number}", "name": "n", "description": "d", "entries": [entry], "tags": tags}
        )
    return {"lists": lists, "exact": True}


def values(edit: bool) -> dict[str, Any]:
    items = [f"v{number}" for number in range(COUNT)] + (["new"] if edit else [])
    return {"id": "x", "name": "n", "description": "d", "type": "keyword", "items": items, "exact": True}


def rules(edit: bool) -> dict[str, Any]:
    return {
        "rules": [
            {
                "rule_id": f"r{number}",
                "name": f"rule {number}{' new' if edit and number % 100 == 0 else ''}",
                "description": "d",
                "type": "query",
                "query": "*",
                "risk_score": 21,
                "severity": "low",
            }
            for number in range(COUNT)
        ]
    }


def roles(edit: bool) -> dict[str, Any]:
    changed = [
        {"name": f"r{number}", "cluster": ["monitor"] if edit and number % 100 == 0 else []} for number in range(COUNT)
    ]
    return {"roles": changed}


def assets(edit: bool) -> dict[str, Any]:
    return {
        "records": [
            {
                "id_field": "host.name",
                "id_value": f"host-{number}",
                "criticality_level": "high_impact" if edit and number % 100 == 0 else "low_impact",
            }
            for number in range(COUNT)
        ]
    }


def fields(edit: bool) -> dict[str, Any]:
    return {
        "fields": [
            {"field": f"field.{number}", "allowed": not (edit and number % 100 == 0), "anonymized": False}
            for number in range(COUNT)
        ]
    }


BULKS = [
    Bulk("exception_items", exceptions(False), exceptions(True), writes=4, changed_writes=10, reads=2),
    Bulk("value_list", values(False), values(True), writes=3, changed_writes=1, reads=4),
    Bulk("detection_rules", rules(False), rules(True), writes=5, changed_writes=1, reads=2),
    Bulk("kibana_roles", roles(False), roles(True), writes=10, changed_writes=1, reads=1),
    Bulk("asset_criticality", assets(False), assets(True), writes=1, changed_writes=1, reads=20),
    Bulk("ai_anonymization_fields", fields(False), fields(True), writes=10, changed_writes=1, reads=2),
]


def took(kibana: Kibana) -> tuple[int, int]:
    """The reads and writes since the last look; an export is a POST that reads."""
    log = kibana.seen()
    reads = sum(entry["method"] in READS or entry["path"].endswith("/_export") for entry in log)
    return reads, len(log) - reads


@pytest.mark.parametrize("bulk", BULKS, ids=str)
def test_a_thousand_objects(kibana: Kibana, bulk: Bulk) -> None:
    assert kibana.ok(bulk.module, bulk.first)["changed"]
    assert took(kibana)[1] <= bulk.writes
    assert not kibana.ok(bulk.module, bulk.first)["changed"]
    reads, writes = took(kibana)
    assert (reads <= bulk.reads, writes) == (True, 0), (reads, writes)
    assert reads / COUNT < 0.05
    assert kibana.ok(bulk.module, bulk.changed)["changed"]
    reads, writes = took(kibana)
    assert writes <= bulk.changed_writes
    assert reads <= 2 * bulk.reads + 1
