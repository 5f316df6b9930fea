# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finding the saved object that an id leads to."""

from __future__ import annotations

import pytest
from harness import Kibana

GONE = {"statusCode": 404, "error": "Not Found", "message": "Not Found"}
RESOLVE = "/(s/[^/]+/)?api/saved_objects/resolve/"


@pytest.fixture
def soc(any_kibana: Kibana) -> Kibana:
    any_kibana.emulator.seed = "soc"
    any_kibana.emulator.reset()
    return any_kibana


def test_outcomes(soc: Kibana) -> None:
    exact = soc.ok("saved_object_info", {"type": "index-pattern", "id": "logs"})
    assert exact["changed"] is False and exact["route"] == "resolve"
    assert exact["saved_objects"][0]["outcome"] == "exactMatch"
    assert exact["saved_objects"][0]["attributes"]["title"] == "logs-*"
    assert "alias_target_id" not in exact["saved_objects"][0]
    alias = soc.ok("saved_object_info", {"type": "dashboard", "id": "7f0ae2c0-soc"})["saved_objects"][0]
    assert (alias["outcome"], alias["id"], alias["alias_target_id"]) == ("aliasMatch", "soc-overview", "soc-overview")
    both = soc.ok("saved_object_info", {"type": "dashboard", "id": "soc-shift"})["saved_objects"][0]
    assert (both["outcome"], both["id"], both["alias_target_id"]) == ("conflict", "soc-shift", "soc-legacy")
    assert both["alias_purpose"] == "savedObjectImport"
    assert {entry["path"].rsplit("/", 2)[0] for entry in soc.seen()} == {"/api/saved_objects/resolve"}


def test_nothing(soc: Kibana) -> None:
    for task in (
        {"type": "tag", "id": "x"},
        {"type": "nothing", "id": "soc"},
        {"type": "tag", "id": "soc", "space": "a"},
    ):
        result = soc.ok("saved_object_info", task)
        assert result["saved_objects"] == [] and result["route"] == "resolve"


@pytest.mark.parametrize("status", [404, 410])
def test_a_kibana_without_resolve(soc: Kibana, status: int) -> None:
    soc.fault(path=RESOLVE, status=status, body={**GONE, "statusCode": status})
    found = soc.ok("saved_object_info", {"type": "tag", "id": "soc"})
    assert found["route"] == "get" and found["saved_objects"][0]["attributes"]["name"] == "SOC"
    assert "outcome" not in found["saved_objects"][0]
    assert soc.ok("saved_object_info", {"type": "dashboard", "id": "7f0ae2c0-soc"})["saved_objects"] == []


def test_a_kibana_without_any_of_it(soc: Kibana) -> None:
    soc.fault(path="/api/saved_objects", status=404, body=GONE)
    assert "does not have this function" in soc.fails("saved_object_info", {"type": "tag", "id": "soc"})["msg"]


def test_types_that_kibana_hides(soc: Kibana) -> None:
    result = soc.fails("saved_object_info", {"type": "action", "id": "x"})
    assert result["status"] == 400 and "Unsupported saved object type: 'action'" in result["msg"]


def test_ids_with_strange_characters(soc: Kibana) -> None:
    soc.call("POST", "/api/saved_objects/query/a%2Fb%20%25", {"attributes": {"title": "t"}})
    assert soc.ok("saved_object_info", {"type": "query", "id": "a/b %"})["saved_objects"][0]["id"] == "a/b %"
    assert "cannot be the id" in soc.fails("saved_object_info", {"type": "query", "id": ".."})["msg"]


@pytest.mark.parametrize("status", [401, 403, 500])
def test_an_error_is_never_an_empty_answer(soc: Kibana, status: int) -> None:
    soc.fault(path="/api", status=status, body={"statusCode": status, "error": "E", "message": "Not Found"})
    assert soc.fails("saved_object_info", {"type": "tag", "id": "soc"})["status"] == status
