# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prompts: each option alone, what cannot be changed, and reading them."""

from __future__ import annotations

from typing import Any

import pytest
from harness import URL, Kibana, run_module

MODULE = "ai_prompts"
BASE = "/api/security_ai_assistant/prompts"
BULK = f"POST {BASE}/_bulk_action"
FULL = {
    "name": "SOC triage",
    "promptType": "quick",
    "content": "What happened?",
    "categories": ["zeta", "alert"],
    "color": "#F68FBE",
    "consumer": "securitySolutionUI",
    "isDefault": True,
    "isNewConversationDefault": False,
}


def became(result: dict[str, Any]) -> dict[str, str]:
    return {item["name"]: item["result"] for item in result["prompts"]}


def quick(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "promptType": "quick", "content": "c", **more}


def names(kibana: Kibana) -> list[str]:
    return [item["name"] for item in kibana.call("GET", f"{BASE}/_find?per_page=1000&sort_field=name")["data"]]


@pytest.mark.parametrize(
    "update",
    [
        {"content": "What now?"},
        {"categories": ["event"]},
        {"categories": []},
        {"color": "red"},
        {"consumer": "other"},
        {"isDefault": False},
        {"isNewConversationDefault": True},
    ],
    ids=str,
)
def test_each_option_alone(any_kibana: Kibana, update: dict[str, Any]) -> None:
    assert any_kibana.ok(MODULE, {"prompts": [FULL]})["changed"]
    assert not any_kibana.ok(MODULE, {"prompts": [{**FULL, "categories": ["alert", "zeta"]}]})["changed"]
    any_kibana.seen()
    params = {"prompts": [{"name": FULL["name"], **update}]}
    predicted = any_kibana.ok(MODULE, params, check=True)
    assert any_kibana.writes() == []
    result = any_kibana.ok(MODULE, params)
    assert any_kibana.writes() == [BULK]
    assert became(result) == {"SOC triage": "updated"}
    assert predicted["diff"] == result["diff"]
    assert not any_kibana.ok(MODULE, params)["changed"]
    stored = any_kibana.call("GET", f"{BASE}/_find")["data"][0]
    assert {key: stored[key] for key in FULL} == {**FULL, **update}


def test_defaults_make_no_difference(any_kibana: Kibana) -> None:
    for prompt in (quick("a"), quick("b", categories=[], isDefault=False)):
        assert any_kibana.ok(MODULE, {"prompts": [prompt]})["changed"]
        full = {**prompt, "categories": [], "isDefault": False, "isNewConversationDefault": False}
        for same in (prompt, {"name": prompt["name"]}, full):
            assert not any_kibana.ok(MODULE, {"prompts": [same]})["changed"]


def test_type_is_for_ever(kibana: Kibana) -> None:
    kibana.ok(MODULE, {"prompts": [FULL]})
    message = kibana.fails(MODULE, {"prompts": [{"name": "SOC triage", "promptType": "system"}]})["msg"]
    assert "promptType is 'quick' and Kibana cannot change it" in message


@pytest.mark.parametrize(
    ("prompt", "missing"),
    [({}, "promptType and content"), ({"content": "c"}, "promptType"), ({"promptType": "quick"}, "content")],
)
def test_a_new_prompt_needs_more(kibana: Kibana, prompt: dict[str, Any], missing: str) -> None:
    for check in (True, False):
        message = kibana.fails(MODULE, {"prompts": [{"name": "x", **prompt}]}, check=check)["msg"]
        assert message.endswith(f"needs {missing}.")
    assert not kibana.ok(MODULE, {"prompts": [{"name": "x"}], "state": "absent"})["changed"]


def test_default_system_prompts_are_kibanas_own(kibana: Kibana) -> None:
    prompt = {"name": "x", "promptType": "system", "content": "c"}
    assert "does not show it" in kibana.fails(MODULE, {"prompts": [{**prompt, "isDefault": True}]})["msg"]
    kibana.ok(MODULE, {"prompts": [prompt]})
    assert "does not show it" in kibana.fails(MODULE, {"prompts": [{"name": "x", "isDefault": True}]})["msg"]


def test_exact(any_kibana: Kibana) -> None:
    any_kibana.ok(MODULE, {"prompts": [quick("SOC a"), quick("SOC b"), quick("mine")]})
    exact = {"prompts": [quick("SOC a")], "exact": True, "scope": "SOC *"}
    result = any_kibana.ok(MODULE, exact)
    assert became(result) == {"SOC a": "unchanged", "SOC b": "deleted"}
    assert names(any_kibana) == ["SOC a", "mine"]
    assert not any_kibana.ok(MODULE, exact)["changed"]


def test_a_name_that_kibana_cannot_read(any_kibana: Kibana) -> None:
    result = any_kibana.fails(MODULE, {"prompts": [quick("a"), quick("SOC: b"), quick("c")]})
    assert became(result) == {"a": "created", "SOC: b": "failed", "c": "created"}
    assert "KQLSyntaxError" in result["msg"]


def test_a_lost_answer_makes_no_second_prompt(kibana: Kibana) -> None:
    params = {"kibana_url": URL, "kibana_api_key": "emulator:emulator", "prompts": [quick("a"), quick("b")]}
    kibana.fault(method="POST", path=f"{BASE}/_bulk_action", times=1, cut="after")
    first, second = run_module(MODULE, params), run_module(MODULE, params)
    assert (first.get("failed"), first["changed"], second["changed"]) == (None, True, False), first
    assert names(kibana) == ["a", "b"]


def test_prompts_of_others_stay_out_of_it(kibana: Kibana) -> None:
    kibana.emulator.add_user("other", "other", ("*",))
    other = {"kibana_username": "other", "kibana_password": "other"}
    kibana.ok(MODULE, {"prompts": [quick("a")], **other})
    exact = {"prompts": [quick("b")], "exact": True, "scope": "*"}
    assert became(kibana.ok(MODULE, exact)) == {"b": "created"}
    assert not kibana.ok(MODULE, {"prompts": [quick("a")], **other})["changed"]
