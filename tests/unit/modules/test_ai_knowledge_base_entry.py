# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entries of the knowledge base: whose they are, names that are not unique, kinds that have different fields."""

from __future__ import annotations

from typing import Any

import pytest
from cases.ai_knowledge_base_entry import CASES, with_model
from harness import Kibana

MODULE = "ai_knowledge_base_entry"
ENTRIES = "/api/security_ai_assistant/knowledge_base/entries"
DOCUMENT = {"name": "D", "type": "document", "text": "t"}
INDEX = {**CASES[1].identity, **CASES[1].create}
BODY = {**DOCUMENT, "kbResource": "user", "source": "user"}


@pytest.fixture
def base(any_kibana: Kibana) -> Kibana:
    with_model(any_kibana)
    any_kibana.emulator.store("ai_knowledge_base", "default")["labs"] = True
    return any_kibana


def test_a_new_document_gets_what_kibana_demands(base: Kibana) -> None:
    predicted = base.ok(MODULE, DOCUMENT, check=True)["entry"]
    made = base.ok(MODULE, DOCUMENT)["entry"]
    assert {name: made[name] for name in predicted if name != "id"} == {
        name: value for name, value in predicted.items() if name != "id"
    }
    assert made["source"] == made["kbResource"] == "user" and "vector" not in made


def test_an_entry_of_everybody_stays_so(base: Kibana) -> None:
    base.ok(MODULE, {**DOCUMENT, "global": True})
    changed = base.ok(MODULE, {"name": "D", "text": "other"})["entry"]
    assert changed["global"] is True and changed["users"] == []
    mine = base.ok(MODULE, {"name": "D", "global": False})["entry"]
    assert mine["global"] is False and mine["users"][0]["name"] == "elastic"


def test_entries_of_others_are_not_seen(base: Kibana) -> None:
    other = {"users": [{"id": "u_x", "name": "x"}], "id": "theirs", "name": "D", "type": "document", "global": False}
    store = base.emulator.store("ai_knowledge_base_entries", "default")
    store["theirs"] = {**other, "kbResource": "user", "text": "secret", "source": "user", "createdAt": ""}
    assert base.ok(MODULE, DOCUMENT)["changed"]
    assert base.ok(MODULE, {"name": "D", "state": "absent"})["changed"]
    assert set(store) == {"theirs"}
    assert not base.ok(MODULE, {"id": "theirs", "state": "absent"})["changed"]


def test_two_of_a_name_are_named(base: Kibana) -> None:
    ids = [base.call("POST", ENTRIES, BODY)["id"] for _unused in range(2)]
    message = base.fails(MODULE, DOCUMENT)["msg"]
    assert all(f"{one} (document)" in message for one in ids)
    assert base.ok(MODULE, {"id": ids[0], "name": "E"})["changed"]
    assert not base.ok(MODULE, DOCUMENT)["changed"]


@pytest.mark.parametrize("number", [100, 101, 200, 201])
def test_long_lists_are_read_to_the_end(base: Kibana, number: int) -> None:
    for _unused in range(number):
        base.call("POST", ENTRIES, BODY)
    assert base.fails(MODULE, DOCUMENT)["msg"].startswith(f"{number} entries")


def test_security_labs_are_no_entry(base: Kibana) -> None:
    assert not base.ok(MODULE, {"name": "Security Labs", "state": "absent"})["changed"]
    assert base.writes() == []


def test_an_id_that_is_not_there(base: Kibana) -> None:
    assert "Kibana chooses the ids" in base.fails(MODULE, {**DOCUMENT, "id": "nope"})["msg"]
    assert not base.ok(MODULE, {"id": "nope", "state": "absent"})["changed"]
    assert base.ok(MODULE, {**DOCUMENT, "id": "(known after apply)"}, check=True)["changed"]


@pytest.mark.parametrize(
    ("params", "part"),
    [
        ({"type": "document"}, "Give id or name"),
        ({"name": " "}, "Give id or name"),
        ({"name": "D", "type": "document", "index": "i"}, "index is nothing"),
        ({"name": "D", "type": "index", "text": "t"}, "text is nothing"),
    ],
)
def test_refused_before_any_request(kibana: Kibana, params: dict[str, Any], part: str) -> None:
    assert part in kibana.fails(MODULE, params)["msg"]
    assert kibana.seen() == []


@pytest.mark.parametrize(
    ("params", "part"),
    [
        ({"name": "new"}, "needs type"),
        ({"name": "new", "type": "document"}, "needs text"),
        ({"name": "new", "type": "index", "index": "i"}, "needs field, description, queryDescription"),
        ({"name": "D", "type": "index"}, "cannot change it to 'index'"),
        ({"name": "D", "outputFields": ["a"]}, "is there already: outputFields is nothing"),
    ],
)
def test_refused_before_any_write(base: Kibana, params: dict[str, Any], part: str) -> None:
    base.ok(MODULE, DOCUMENT)
    base.writes()
    for check in (True, False):
        assert part in base.fails(MODULE, params, check=check)["msg"]
    assert base.writes() == []


def test_without_the_model_there_are_no_documents(any_kibana: Kibana) -> None:
    assert "Inference endpoint not found" in any_kibana.fails(MODULE, DOCUMENT)["msg"]
    assert any_kibana.ok(MODULE, INDEX)["changed"]


def test_a_lost_answer_makes_no_second_entry(base: Kibana) -> None:
    base.fault(method="POST", path=ENTRIES, cut="after", times=1)
    assert base.ok(MODULE, DOCUMENT)["changed"]
    assert not base.ok(MODULE, DOCUMENT)["changed"]
