# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The AI assistant: facts of the security reference, I and J.8."""

from __future__ import annotations

from typing import Any

import pytest
from emulator_api import Api, ok, refused

from kibana_emulator import Emulator

BASE = "/api/security_ai_assistant"
FIELDS, PROMPTS, KNOWLEDGE = f"{BASE}/anonymization_fields", f"{BASE}/prompts", f"{BASE}/knowledge_base"


@pytest.fixture(params=["8.18.0", "9.4.3"])
def api(request: pytest.FixtureRequest) -> Api:
    return Api(Emulator(version=request.param))


def bulk(api: Api, path: str, **body: Any) -> Any:
    return api.post(f"{path}/_bulk_action", body)


def prompt(name: str = "p", **more: Any) -> dict[str, Any]:
    return {"name": name, "content": "c", "promptType": "quick", **more}


def test_default_fields_come_with_the_first_look(api: Api) -> None:
    page = ok(api.get(f"{FIELDS}/_find"))
    assert (page["page"], page["perPage"], len(page["data"])) == (1, 20, 20)
    assert page["total"] > 20
    host = ok(api.get(f"{FIELDS}/_find", filter='field: "host.name"'))["data"]
    assert [(item["field"], item["allowed"], item["anonymized"]) for item in host] == [("host.name", True, True)]


def test_life_of_a_field(api: Api) -> None:
    answer = ok(bulk(api, FIELDS, create=[{"field": "x.y", "allowed": True}]))
    made = answer["attributes"]["results"]["created"][0]
    assert (answer["anonymization_fields_count"], made["anonymized"], made["namespace"]) == (1, False, "default")
    changed = ok(bulk(api, FIELDS, update=[{"id": made["id"], "anonymized": True, "field": "other"}]))
    updated = changed["attributes"]["results"]["updated"][0]
    assert (updated["field"], updated["allowed"], updated["anonymized"]) == ("x.y", True, True)
    assert ok(bulk(api, FIELDS, delete={"ids": [made["id"]]}))["attributes"]["results"]["deleted"] == [made["id"]]


def test_one_duplicate_refuses_the_whole_request(api: Api) -> None:
    total = ok(api.get(f"{FIELDS}/_find"))["total"]
    assert "already exists" in refused(bulk(api, FIELDS, create=[{"field": "new"}, {"field": "host.name"}]), 409)
    assert ok(api.get(f"{FIELDS}/_find"))["total"] == total
    assert bulk(api, FIELDS, create=[{"field": "host.*"}]).status_code == 409
    assert bulk(api, FIELDS, create=[{"field": "a:b"}]).status_code == 500


def test_more_than_a_hundred_operations(api: Api) -> None:
    creates = [{"field": f"f{number}"} for number in range(100)]
    assert "More than 100" in refused(bulk(api, FIELDS, create=creates, delete={"ids": ["x"]}), 400)


def test_a_part_may_fail(api: Api) -> None:
    answer = bulk(api, FIELDS, create=[{"field": "new"}], update=[{"id": "no", "allowed": True}])
    assert (answer.status_code, answer.json()["message"]) == (500, "Bulk edit partially failed")
    attributes = answer.json()["attributes"]
    assert attributes["errors"][0]["anonymization_fields"] == [{"id": "no", "name": ""}]
    assert attributes["summary"] == {"failed": 1, "succeeded": 1, "skipped": 0, "total": 2}
    assert bulk(api, FIELDS, delete={"ids": ["no"]}).json()["message"] == "Bulk edit failed"


def test_prompts_belong_to_a_user(api: Api) -> None:
    ok(bulk(api, PROMPTS, create=[prompt()]))
    assert ok(api.get(f"{PROMPTS}/_find"))["data"][0]["users"][0]["name"] == "elastic"
    api.emulator.add_user("other", "other", ("*",))
    other = Api(api.emulator, ("other", "other"))
    assert ok(other.get(f"{PROMPTS}/_find"))["total"] == 0
    ok(bulk(other, PROMPTS, create=[prompt()]))
    assert bulk(api, PROMPTS, create=[prompt()]).status_code == 409


def test_names_of_an_api_key_are_never_taken(api: Api) -> None:
    api.session.auth = None
    api.session.headers["authorization"] = "ApiKey " + api.emulator.issue_api_key("k")["encoded"]
    for number in (1, 2):
        ok(bulk(api, PROMPTS, create=[prompt()]))
        assert ok(api.get(f"{PROMPTS}/_find"))["total"] == number


def test_prompts_keep_name_and_type(api: Api) -> None:
    made = ok(bulk(api, PROMPTS, create=[prompt()]))["attributes"]["results"]["created"][0]
    change = {"id": made["id"], "name": "q", "promptType": "system", "color": "red"}
    updated = ok(bulk(api, PROMPTS, update=[change]))["attributes"]["results"]["updated"][0]
    assert (updated["name"], updated["promptType"], updated["color"]) == ("p", "quick", "red")


def test_prompts_are_found(api: Api) -> None:
    ok(bulk(api, PROMPTS, create=[prompt("b"), prompt("a"), prompt("s", promptType="system", isDefault=True)]))
    page = ok(api.get(f"{PROMPTS}/_find", sort_field="name", sort_order="desc"))
    assert [item["name"] for item in page["data"]] == ["b", "a"]
    assert ok(api.get(f"{PROMPTS}/_find", filter="b"))["total"] == 1
    assert ok(api.get(f"{PROMPTS}/_find", filter='name: "b" and prompt_type: quick'))["total"] == 1
    assert api.get(f"{PROMPTS}/_find", sort_field="createdAt").status_code == 400


def test_readers(api: Api) -> None:
    viewer = Api(api.emulator, ("viewer", "viewer"))
    for answer in (viewer.get(f"{FIELDS}/_find"), bulk(viewer, FIELDS), viewer.post(f"{KNOWLEDGE}/user")):
        assert answer.status_code == 403


@pytest.mark.parametrize("path", [KNOWLEDGE, f"{KNOWLEDGE}/security_labs"])
def test_setup_takes_its_time(api: Api, path: str) -> None:
    before = ok(api.get(path))
    assert (before["elser_exists"], before["is_setup_available"], before["is_setup_in_progress"]) == (
        False,
        True,
        False,
    )
    assert ok(api.post(path)) == {"success": True}
    first, second = ok(api.get(path)), ok(api.get(path))
    assert (first["elser_exists"], first["is_setup_in_progress"], first["security_labs_exists"]) == (True, True, False)
    assert (second["is_setup_in_progress"], second["security_labs_exists"]) == (False, True)
    ok(api.post(path))
    assert ok(api.get(path)) == second


def test_setup_without_docs_and_without_machine_learning(api: Api) -> None:
    ok(api.post(f"{KNOWLEDGE}/user", ignoreSecurityLabs="true"))
    states = [ok(api.get(KNOWLEDGE))["security_labs_exists"] for _unused in range(3)]
    assert states == [False, False, False]
    api.emulator.store("ai_knowledge_base", "default")["available"] = False
    assert "ML" in refused(api.post(KNOWLEDGE), 500)


def test_soc_data() -> None:
    assert ok(Api(Emulator(seed="soc")).get(f"{PROMPTS}/_find"))["total"] == 3
