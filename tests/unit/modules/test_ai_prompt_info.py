# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading prompts: all of them, and those that fit."""

from __future__ import annotations

from typing import Any

import pytest
from harness import Kibana

MODULE = "ai_prompt_info"
BASE = "/api/security_ai_assistant/prompts"


def add(kibana: Kibana, *prompts: tuple[str, str]) -> None:
    create = [{"name": name, "promptType": kind, "content": "c"} for name, kind in prompts]
    for start in range(0, len(create), 100):
        kibana.call("POST", f"{BASE}/_bulk_action", {"create": create[start : start + 100]})
    kibana.seen()


def names(kibana: Kibana, **params: Any) -> list[str]:
    result = kibana.ok(MODULE, params)
    assert result["changed"] is False
    return [prompt["name"] for prompt in result["prompts"]]


def test_an_empty_answer(any_kibana: Kibana) -> None:
    assert names(any_kibana) == names(any_kibana, name="x") == names(any_kibana, promptType="quick") == []


def test_to_the_end(kibana: Kibana, monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.stackops.kibana.plugins.module_utils import _ai_assistant

    monkeypatch.setattr(_ai_assistant, "PAGE_SIZE", 7)
    add(kibana, *((f"p{number:03}", "quick") for number in range(150)))
    assert names(kibana) == [f"p{number:03}" for number in range(150)]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, ["a", 'b "c" \\', "s"]),
        ({"name": 'b "c" \\'}, ['b "c" \\']),
        ({"name": "b"}, []),
        ({"promptType": "system"}, ["s"]),
        ({"promptType": "quick", "name": "s"}, []),
        ({"filter": 'prompt_type: "quick" or name: "s"', "name": "s"}, ["s"]),
        ({"filter": 'name: "a" or name: "s"', "promptType": "system"}, ["s"]),
    ],
    ids=str,
)
def test_selection_is_the_servers(any_kibana: Kibana, params: dict[str, Any], expected: list[str]) -> None:
    add(any_kibana, ("s", "system"), ("a", "quick"))
    prompts = any_kibana.emulator.store("prompts", "default")
    odd = {**next(iter(prompts.values())), "id": "odd", "name": 'b "c" \\', "promptType": "quick"}
    prompts["odd"] = odd
    assert names(any_kibana, **params) == expected
    seen = any_kibana.seen()
    assert {entry["method"] for entry in seen} == {"GET"}
    assert all(("filter" in entry["query"]) == bool(params) for entry in seen)


def test_default_system_prompts_are_not_shown(kibana: Kibana) -> None:
    prompt = {"name": "d", "promptType": "system", "content": "c", "isDefault": True}
    kibana.call("POST", f"{BASE}/_bulk_action", {"create": [prompt]})
    assert names(kibana) == []


def test_viewer_reads_a_sentence(kibana: Kibana) -> None:
    assert "privilege" in kibana.fails(MODULE, {"kibana_username": "viewer", "kibana_password": "viewer"})["msg"]
