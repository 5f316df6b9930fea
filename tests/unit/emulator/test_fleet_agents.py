# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fleet agents, what is done to them, and their files: facts of the platform reference, section A.11."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from emulator_api import Api, ok, refused

from kibana_emulator import Emulator
from kibana_emulator.routes.fleet_agent_state import add_agent, add_policy

AGENTS = "/api/fleet/agents"


@pytest.fixture(params=["8.18.0", "9.4.3"])
def api(request: pytest.FixtureRequest) -> Iterator[Api]:
    api = Api(Emulator(version=request.param))
    yield api
    assert api.emulator.violations == []
    assert api.emulator.crashes == []


@pytest.fixture
def soc() -> Api:
    return Api(Emulator(seed="soc"))


def agent(api: Api, agent_id: str) -> dict[str, Any]:
    return ok(api.get(f"{AGENTS}/{agent_id}"))["item"]


def names(answer: dict[str, Any]) -> list[str]:
    return [item["local_metadata"]["host"]["hostname"] for item in answer["items"]]


def status(api: Api, action_id: str) -> dict[str, Any]:
    items = ok(api.get(f"{AGENTS}/action_status"))["items"]
    return next((item for item in items if item["actionId"] == action_id), {})


def host(api: Api, **fields: Any) -> None:
    add_policy(api.emulator, "hosted", "Hosted", is_managed=True)
    add_agent(api.emulator, "hosted-1", "hosted-1", policy_id="hosted", **fields)


def test_all_states_are_in_the_data_set(soc: Api) -> None:
    answer = ok(soc.get(AGENTS, kuery="status:*", showInactive="true", getStatusSummary="true", perPage=100))
    assert all(count for count in answer["statusSummary"].values())
    assert {item["status"] for item in answer["items"]} == set(answer["statusSummary"])
    counts = ok(soc.get("/api/fleet/agent_status"))["results"]
    assert (counts["all"], counts["inactive"], counts["unenrolled"], counts["active"]) == (14, 1, 1, 12)


def test_inactive_and_unenrolled_agents_are_hidden(soc: Api) -> None:
    hidden = {"wks-chloe", "wks-elena"}
    assert not hidden & set(names(ok(soc.get(AGENTS, perPage=100))))
    assert "wks-chloe" in names(ok(soc.get(AGENTS, perPage=100, showInactive="true")))
    assert names(ok(soc.get(AGENTS, kuery="status:unenrolled", showInactive="true"))) == ["wks-elena"]
    assert names(ok(soc.get(AGENTS, kuery="status:(offline or unenrolled)", showInactive="true"))) == ["wks-boris"]
    assert agent(soc, "a0000001-0000-4000-8000-000000000010")["status"] == "unenrolled"


def test_unknown_agents_and_bad_queries(api: Api) -> None:
    assert refused(api.get(f"{AGENTS}/nope"), 404) == "Agent nope not found"
    for kuery in ("nope:1", "fleet-agents.nope:1", "test", 'tags:"a'):
        assert "KQL" in refused(api.get(AGENTS, kuery=kuery), 400)
    refused(api.get(AGENTS, page=11, perPage=1000), 400)
    refused(api.get(AGENTS, page=1, searchAfter="[1]"), 400)
    refused(api.get(AGENTS, searchAfter="no"), 400)
    refused(api.get(AGENTS, openPit="true"), 400)


def test_paging_by_search_after_loses_ties_without_a_point_in_time(api: Api) -> None:
    for number in range(7):
        add_agent(api.emulator, f"a{number}", "same")
    first = ok(api.get(AGENTS, perPage=3))
    assert first["total"] == 7
    assert ("list" in first) == (api.emulator.version < (9, 0))
    lost = ok(api.get(AGENTS, perPage=3, searchAfter=first["nextSearchAfter"]))
    assert (lost["items"], lost["page"]) == ([], 0)
    seen, answer = [], ok(api.get(AGENTS, perPage=3, openPit="true", pitKeepAlive="1m"))
    while answer["items"]:
        seen += [item["id"] for item in answer["items"]]
        after = {"searchAfter": answer["nextSearchAfter"], "pitId": answer["pit"], "pitKeepAlive": "1m"}
        answer = ok(api.get(AGENTS, perPage=3, **after))
    assert sorted(seen) == [f"a{number}" for number in range(7)]


def test_tags_are_listed_sorted_and_once(soc: Api) -> None:
    assert ok(soc.get(f"{AGENTS}/tags"))["items"] == ["ci", "cloud", "dmz", "production", "staff", "web"]
    assert ok(soc.get(f"{AGENTS}/tags", kuery="policy_id:soc-workstations"))["items"] == ["staff"]


def test_put_replaces_tags(api: Api) -> None:
    add_agent(api.emulator, "a1", "one", tags=["x"])
    assert ok(api.put(f"{AGENTS}/a1", {"tags": ["b", "a", "b"]}))["item"]["tags"] == ["b", "a"]
    assert ok(api.delete(f"{AGENTS}/a1")) == {"action": "deleted"}
    refused(api.delete(f"{AGENTS}/a1"), 404)


@pytest.mark.parametrize(
    ("add", "remove", "after"),
    [
        (["newTag", "newTag"], ["existingTag"], ["newTag", "tag1"]),
        (["x"], [], ["existingTag", "tag1", "x"]),
        ([], ["tag1"], ["existingTag"]),
        (["x", "tag1"], ["existingTag"], ["tag1", "x"]),
        (["tag1"], [], ["existingTag", "tag1"]),
    ],
)
def test_bulk_tags_by_id(api: Api, add: list[str], remove: list[str], after: list[str]) -> None:
    add_agent(api.emulator, "a1", "one", tags=["existingTag", "tag1"])
    body = {"agents": ["a1", "nope"], "tagsToAdd": add, "tagsToRemove": remove}
    action = status(api, ok(api.post(f"{AGENTS}/bulk_update_agent_tags", body))["actionId"])
    assert agent(api, "a1")["tags"] == after
    assert (action["status"], action["nbAgentsAck"], action["type"]) == ("COMPLETE", 1, "UPDATE_TAGS")


def test_bulk_tags_by_kuery_are_a_task(api: Api) -> None:
    add_agent(api.emulator, "a1", "one")
    add_agent(api.emulator, "a2", "two", tags=["x"])
    answer = ok(api.post(f"{AGENTS}/bulk_update_agent_tags", {"agents": "active:true", "tagsToAdd": ["x"]}))
    assert "tags" not in agent(api, "a1")
    assert status(api, answer["actionId"])["nbAgentsActioned"] == 1
    assert agent(api, "a1")["tags"] == ["x"]


def test_nobody_eligible_for_tags_is_an_action_that_never_shows_up(api: Api) -> None:
    host(api)
    answer = ok(api.post(f"{AGENTS}/bulk_update_agent_tags", {"agents": ["hosted-1"], "tagsToAdd": ["x"]}))
    assert status(api, answer["actionId"]) == {}
    assert "tags" not in agent(api, "hosted-1")


def test_unenrolment_waits_for_the_agents(api: Api) -> None:
    add_agent(api.emulator, "a1", "one")
    add_agent(api.emulator, "a2", "two", _plays="offline")
    action_id = ok(api.post(f"{AGENTS}/bulk_unenroll", {"agents": ["a1", "a2"]}))["actionId"]
    assert agent(api, "a1")["status"] == "unenrolling"
    assert agent(api, "a2")["status"] == "offline"
    assert agent(api, "a2")["unenrollment_started_at"]
    assert status(api, action_id)["status"] == "IN_PROGRESS"
    action = status(api, action_id)
    assert (action["status"], action["nbAgentsAck"], action["nbAgentsActioned"]) == ("IN_PROGRESS", 1, 2)
    assert agent(api, "a1")["status"] == "unenrolled"
    ok(api.post(f"{AGENTS}/actions/{action_id}/cancel"))
    assert status(api, action_id)["status"] == "CANCELLED"


def test_revoking_is_done_at_once(api: Api) -> None:
    add_agent(api.emulator, "a1", "one")
    action_id = ok(api.post(f"{AGENTS}/bulk_unenroll", {"agents": "active: true", "revoke": True}))["actionId"]
    assert agent(api, "a1")["active"] is False
    assert status(api, action_id)["status"] == "COMPLETE"
    assert status(api, action_id)["type"] == "FORCE_UNENROLL"


def test_who_is_refused_shows_up_in_the_action_alone(api: Api) -> None:
    host(api)
    add_agent(api.emulator, "a1", "one", unenrollment_started_at="2026-01-01T00:00:00.000Z")
    action_id = ok(api.post(f"{AGENTS}/bulk_unenroll", {"agents": ["hosted-1", "a1"]}))["actionId"]
    action = status(api, action_id)
    assert (action["status"], action["nbAgentsFailed"], action["nbAgentsActionCreated"]) == ("FAILED", 2, 0)
    assert {error["error"] for error in action["latestErrors"]} == {
        "Cannot unenroll hosted-1 from a hosted agent policy hosted",
        "Agent a1 already unenrolled",
    }
    assert "hosted agent policy" in refused(api.post(f"{AGENTS}/hosted-1/unenroll", {}), 400)
    ok(api.post(f"{AGENTS}/hosted-1/unenroll", {"force": True, "revoke": True}))
    assert agent(api, "hosted-1")["status"] == "unenrolled"


def test_bodies_are_strict(api: Api) -> None:
    for path in ("bulk_unenroll", "bulk_update_agent_tags"):
        assert "agents" in refused(api.post(f"{AGENTS}/{path}", {}), 400)
        assert "extra" in refused(api.post(f"{AGENTS}/{path}", {"agents": [], "extra": 1}), 400)


def test_privileges(soc: Api) -> None:
    viewer = Api(soc.emulator, ("viewer", "viewer"))
    ok(viewer.get(AGENTS))
    refused(viewer.post(f"{AGENTS}/bulk_unenroll", {"agents": []}), 403)
    refused(viewer.delete(f"{AGENTS}/files/file-web-01-a"), 403)


def test_files(soc: Api) -> None:
    uploads = f"{AGENTS}/a0000001-0000-4000-8000-000000000001/uploads"
    items = ok(soc.get(uploads))["items"]
    assert [item["status"] for item in items] == ["FAILED", "READY", "READY"]
    assert (items[0]["id"], items[0]["filePath"], items[0]["error"]) == ("diag-3", "", "rate limit exceeded")
    assert soc.get(items[1]["filePath"]).content.startswith(b"PK")
    assert ok(soc.delete(f"{AGENTS}/files/{items[1]['id']}")) == {"id": items[1]["id"], "deleted": True}
    assert len(ok(soc.get(uploads))["items"]) == 2
    refused(soc.delete(f"{AGENTS}/files/{items[1]['id']}"), 400)
    refused(Api(Emulator()).delete(f"{AGENTS}/files/x"), 404)
    assert ok(soc.get(f"{AGENTS}/nobody/uploads")) == {"items": []}
