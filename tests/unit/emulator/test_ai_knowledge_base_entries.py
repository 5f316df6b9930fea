# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries of the knowledge base: facts of the security reference, section I.3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from emulator_api import Api, ok, refused

from kibana_emulator import Emulator

URL = "/api/security_ai_assistant/knowledge_base/entries"
DOCUMENT = {"type": "document", "name": "n", "kbResource": "user", "source": "user", "text": "t"}
INDEX = {"type": "index", "name": "n", "index": "i", "field": "f", "description": "d", "queryDescription": "q"}


@pytest.fixture(params=["8.18.0", "9.4.3"])
def api(request: pytest.FixtureRequest) -> Iterator[Api]:
    api = Api(Emulator(version=request.param))
    api.emulator.store("ai_knowledge_base", "default")["elser"] = True
    yield api
    assert api.emulator.violations == []
    assert api.emulator.crashes == []


def test_a_replacement_without_users_is_for_one_alone(api: Api) -> None:
    made = ok(api.post(URL, {**DOCUMENT, "users": []}))
    assert made["global"] is True and made["users"] == [] and made["required"] is False
    path = f"{URL}/{made['id']}"
    changed = ok(api.put(path, {**DOCUMENT, "text": "u"}))
    assert changed["global"] is False and changed["users"][0]["name"] == "elastic"
    assert ok(api.get(path))["text"] == "u"
    assert ok(api.delete(path)) == {"id": made["id"]}
    assert refused(api.get(path), 404) == "Not Found"
    assert refused(api.delete(path), 500).startswith("Could not find documents to delete")
    assert refused(api.put(path, DOCUMENT), 500).startswith("Could not find documents to update")


@pytest.mark.parametrize("body", [{}, {"type": "x"}, {**DOCUMENT, "kbResource": "x"}, {**INDEX, "index": None}])
def test_bad_bodies(api: Api, body: dict[str, Any]) -> None:
    refused(api.post(URL, body), 400)


def test_the_list_has_security_labs_on_each_page(api: Api) -> None:
    api.emulator.store("ai_knowledge_base", "default")["labs"] = True
    for number in range(3):
        ok(api.post(URL, {**INDEX, "name": f"n{number}"}))
    ok(api.post(URL, {**DOCUMENT, "kbResource": "security_labs"}))
    pages = [ok(api.get(URL + "/_find", page=page, per_page=2, sort_field="created_at")) for page in (1, 2, 3)]
    *names, last = [[item["name"] for item in page["data"]] for page in pages]
    assert last == ["Security Labs"] and [len(page) for page in names] == [3, 2]
    assert all(page.pop() == "Security Labs" for page in names)
    assert sorted([*names[0], *names[1]]) == ["n0", "n1", "n2"]  # some were made within the same millisecond
    assert {page["total"] for page in pages} == {4}
