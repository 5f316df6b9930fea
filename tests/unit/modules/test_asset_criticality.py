# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Criticality of many assets: few requests, clean second runs, removal, and the entity store in its place."""

from __future__ import annotations

from typing import Any

import pytest
from harness import Kibana

MODULE = "asset_criticality"
PATH = "/api/asset_criticality"
ENTITIES = "/api/security/entity_store/entities"


def record(value: str, level: str = "high_impact", field: str = "host.name") -> dict[str, Any]:
    return {"id_field": field, "id_value": value, "criticality_level": level}


def became(result: dict[str, Any]) -> dict[str, str]:
    return {item["entity"]: item["result"] for item in result["records"]}


def stored(kibana: Kibana) -> dict[str, str]:
    records = kibana.call("GET", f"{PATH}/list?per_page=1000")["records"]
    return {item["id_value"]: item["criticality_level"] for item in records}


def with_v2(kibana: Kibana, *names: str) -> Kibana:
    kibana.emulator.store("entity_store")["v2"] = True
    for number, name in enumerate(names):
        kibana.call("POST", f"{ENTITIES}/host", {"entity": {"id": f"host:{number}"}, "host": {"name": name}})
    kibana.seen()
    return kibana


def test_life_of_a_single_asset(any_kibana: Kibana) -> None:
    identity = {"id_field": "host.name", "id_value": 'a "b" \\ c:d'}
    steps: list[tuple[dict[str, Any], str, list[str]]] = [
        ({"criticality_level": "low_impact"}, "created", [f"POST {PATH}"]),
        ({"criticality_level": "low_impact"}, "unchanged", []),
        ({"criticality_level": "extreme_impact"}, "updated", [f"POST {PATH}"]),
        ({"state": "absent"}, "deleted", [f"DELETE {PATH}"]),
        ({"state": "absent"}, "unchanged", []),
        ({"criticality_level": "low_impact"}, "created", [f"POST {PATH}"]),
        ({"criticality_level": "unassigned"}, "deleted", [f"DELETE {PATH}"]),
        ({"criticality_level": "unassigned"}, "unchanged", []),
    ]
    for params, outcome, writes in steps:
        predicted = any_kibana.ok(MODULE, {**identity, **params}, check=True)
        assert any_kibana.writes() == []
        result = any_kibana.ok(MODULE, {**identity, **params})
        assert any_kibana.writes() == writes
        assert list(became(result).values()) == [outcome]
        assert result["route"] == "asset_criticality"
        for key in ("changed", "diff", "records", "summary"):
            assert predicted.get(key) == result.get(key)
        assert ("diff" in result) == result["changed"] == (outcome != "unchanged")


def test_thousands_in_few_requests(kibana: Kibana) -> None:
    records = [record(f"host-{number}") for number in range(1100)]
    result = kibana.ok(MODULE, {"records": records})
    assert kibana.writes() == [f"POST {PATH}/bulk"] * 2
    assert result["summary"]["created"] == 1100
    assert not kibana.ok(MODULE, {"records": records})["changed"]
    assert len(kibana.seen()) <= 12
    records[7] = record("host-7", "low_impact")
    assert kibana.ok(MODULE, {"records": records})["summary"]["updated"] == 1
    assert kibana.writes() == [f"POST {PATH}"]


def test_long_names_keep_the_address_short(kibana: Kibana) -> None:
    kibana.ok(MODULE, {"records": [record("x" * 400 + str(number)) for number in range(50)]})
    longest = max(len(str(entry["query"])) for entry in kibana.seen())
    assert longest < 8000


def test_mixed_list(any_kibana: Kibana) -> None:
    any_kibana.ok(MODULE, {"records": [record("a"), record("b"), record("c")]})
    records = [record("a", "unassigned"), record("b", "low_impact"), record("c"), record("b", field="user.name")]
    result = any_kibana.ok(MODULE, {"records": records})
    assert became(result) == {
        "host.name:a": "deleted",
        "host.name:b": "updated",
        "host.name:c": "unchanged",
        "user.name:b": "created",
    }
    assert not any_kibana.ok(MODULE, {"records": records})["changed"]


def test_exact_stays_in_its_scope(any_kibana: Kibana) -> None:
    any_kibana.ok(MODULE, {"records": [record("a"), record("b"), record("u", field="user.name")]})
    exact = {"records": [record("a")], "exact": True, "scope": ["host.name"]}
    refused = any_kibana.fails(MODULE, {**exact, "max_deletions": 0})
    assert "host.name:b" in refused["msg"]
    assert any_kibana.ok(MODULE, exact, check=True)["summary"]["deleted"] == 1
    assert any_kibana.ok(MODULE, exact)["summary"]["deleted"] == 1
    assert stored(any_kibana) == {"a": "high_impact", "u": "high_impact"}
    assert not any_kibana.ok(MODULE, exact)["changed"]


def test_an_empty_list_changes_nothing(any_kibana: Kibana) -> None:
    any_kibana.ok(MODULE, {"records": [record("a")]})
    for state in ("present", "absent"):
        result = any_kibana.ok(MODULE, {"records": [], "state": state})
        assert (result["changed"], result["records"]) == (False, [])


def test_one_failure_hides_no_other(any_kibana: Kibana) -> None:
    result = any_kibana.fails(MODULE, {"records": [record("a"), record("x" * 600), record("b")]})
    assert result["summary"] == {"created": 2, "updated": 0, "unchanged": 0, "deleted": 0, "failed": 1}
    assert "512 bytes" in result["msg"]
    assert result["changed"]
    assert set(stored(any_kibana)) == {"a", "b"}


def test_a_lost_answer_is_found_out(kibana: Kibana) -> None:
    kibana.fault(method="POST", path=f"{PATH}/bulk", cut="after")
    records = [record("a"), record("b")]
    assert kibana.ok(MODULE, {"records": records})["summary"]["created"] == 2
    kibana.no_faults()
    kibana.fault(method="POST", path=f"{PATH}/bulk", status=500)
    result = kibana.fails(MODULE, {"records": [*records, record("c"), record("d")]})
    assert (result["changed"], result["summary"]["failed"]) == (False, 2)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"id_field": "host.name", "id_value": "a"}, "criticality_level is missing"),
        ({"records": [{"id_field": "host.name", "id_value": "a"}]}, "criticality_level is missing"),
        ({"records": [record(" ")]}, "id_value is empty"),
        ({"records": [record("a"), record("a", "low_impact")]}, "listed twice"),
        ({"records": [], "id_field": "host.name", "id_value": "a"}, "mutually exclusive"),
        ({}, "one of the following is required"),
        ({"records": [], "exact": True}, "scope"),
        ({"records": [], "exact": True, "scope": ["host.name"], "state": "absent"}, "exact goes with"),
    ],
)
def test_what_is_refused(kibana: Kibana, params: dict[str, Any], words: str) -> None:
    assert words in kibana.fails(MODULE, params)["msg"]
    assert kibana.writes() == []


def test_spaces(kibana: Kibana) -> None:
    assert "does not exist" in kibana.fails(MODULE, {"records": [record("a")], "space": "soc"})["msg"]
    assert kibana.ok(MODULE, {"records": [record("a")], "space": "soc"}, check=True)["changed"]
    kibana.call("POST", "/api/spaces/space", {"id": "soc", "name": "SOC"})
    kibana.ok(MODULE, {"records": [record("a")], "space": "soc"})
    assert stored(kibana) == {}


def test_entity_store_takes_its_place(kibana: Kibana) -> None:
    with_v2(kibana, "a", "a", "b")
    for level in ("high_impact", "unassigned"):
        predicted = kibana.ok(MODULE, {"records": [record("a", level)]}, check=True)
        assert kibana.writes() == []
        result = kibana.ok(MODULE, {"records": [record("a", level)]})
        assert kibana.writes() == [f"PUT {ENTITIES}/bulk"]
        assert (result["route"], result["changed"], result["diff"]) == ("entity_store", True, predicted["diff"])
        assert not kibana.ok(MODULE, {"records": [record("a", level)]})["changed"]
    entities = kibana.emulator.store("entities", "default")
    assert [entities[f"host:{number}"].get("asset") for number in range(3)] == [{"criticality": None}] * 2 + [None]


def test_entities_of_one_name_that_differ(kibana: Kibana) -> None:
    with_v2(kibana, "a", "a")
    kibana.emulator.store("entities", "default")["host:1"]["asset"] = {"criticality": "low_impact"}
    result = kibana.ok(MODULE, {"records": [record("a", "low_impact")]})
    assert became(result) == {"host.name:a": "updated"}
    assert not kibana.ok(MODULE, {"records": [record("a", "low_impact")]})["changed"]


def test_entity_store_must_have_seen_it(kibana: Kibana) -> None:
    with_v2(kibana, "a")
    for check in (True, False):
        result = kibana.fails(MODULE, {"records": [record("a"), record("new")]}, check=check)
        assert "has not seen this entity" in result["msg"]
        assert became(result) == {"host.name:a": "created", "host.name:new": "failed"}
    assert not kibana.ok(MODULE, {"records": [record("new", "unassigned")]})["changed"]


def test_exact_in_the_entity_store_to_the_last_page(kibana: Kibana, monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.stackops.kibana.plugins.module_utils import _asset_criticality

    monkeypatch.setattr(_asset_criticality, "PAGE_SIZE", 2)
    with_v2(kibana, *"abcde")
    kibana.ok(MODULE, {"records": [record(name) for name in "abcde"]})
    exact = {"records": [record("a")], "exact": True, "scope": ["host.name"]}
    assert kibana.ok(MODULE, exact)["summary"]["deleted"] == 4
    assert not kibana.ok(MODULE, exact)["changed"]


def test_neither_place_is_one_sentence(kibana: Kibana) -> None:
    kibana.fault(path="/api/(asset_criticality|security)", status=404)
    result = kibana.fails(MODULE, {"records": [record("a")]})
    assert "does not have this function" in result["msg"]
    assert PATH in result["msg"]


def test_viewer_reads_a_sentence(kibana: Kibana) -> None:
    result = kibana.fails(MODULE, {"records": [record("a")], "kibana_username": "viewer", "kibana_password": "viewer"})
    assert (result["status"], "privilege" in result["msg"]) == (403, True)
