# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""References, revisions, hosted policies, deletion and what Kibana would drop; and the info module."""

from __future__ import annotations

from typing import Any

import pytest
from harness import Kibana

from kibana_emulator.routes.fleet_agent_state import add_agent, add_policy
from kibana_emulator.routes.fleet_package_policy_state import add_package_policy

MODULE = "fleet_agent_policy"
INFO = "fleet_agent_policy_info"
POLICIES = "/api/fleet/agent_policies"


def stored(kibana: Kibana, policy_id: str) -> dict[str, Any]:
    return dict(kibana.call("GET", f"{POLICIES}/{policy_id}")["item"])


def test_no_write_and_no_new_revision_unless_a_field_differs(any_kibana: Kibana) -> None:
    task = {"id": "p", "name": "P", "monitoring_enabled": ["metrics", "logs"], "inactivity_timeout": 60}
    created = any_kibana.ok(MODULE, task)
    assert created["agent_policy"]["revision"] == 1
    assert "revision_before" not in created
    again = any_kibana.ok(MODULE, {**task, "monitoring_enabled": ["logs", "metrics"]})
    assert (again["changed"], again["revision_before"]) == (False, 1)
    changed = any_kibana.ok(MODULE, {**task, "description": "x"})
    assert (changed["revision_before"], changed["agent_policy"]["revision"]) == (1, 2)
    assert changed["agent_policy"]["inactivity_timeout"] == 60


def test_an_update_keeps_the_timeout_that_kibana_would_reset(kibana: Kibana) -> None:
    kibana.call("POST", POLICIES, {"id": "p", "name": "P", "namespace": "default", "inactivity_timeout": 77})
    kibana.ok(MODULE, {"id": "p", "description": "x"})
    assert stored(kibana, "p")["inactivity_timeout"] == 77


def test_what_others_set_survives(kibana: Kibana) -> None:
    body = {"id": "p", "name": "P", "namespace": "default", "advanced_settings": {"agent_logging_level": "debug"}}
    kibana.call("POST", POLICIES, {**body, "overrides": {"a": 1}, "global_data_tags": [{"name": "t", "value": 1}]})
    kibana.ok(MODULE, {"id": "p", "advanced_settings": {"agent_download_timeout": "1h"}, "overrides": {"b": 2}})
    policy = stored(kibana, "p")
    assert policy["advanced_settings"]["agent_logging_level"] == "debug"
    assert policy["overrides"] == {"a": 1, "b": 2}
    assert policy["global_data_tags"] == [{"name": "t", "value": 1}]


def test_references_by_name(kibana: Kibana) -> None:
    for number in (1, 2):
        output = {"id": f"o{number}", "name": "twin", "type": "elasticsearch", "hosts": ["http://es"]}
        kibana.call("POST", "/api/fleet/outputs", output)
    text = kibana.fails(MODULE, {"name": "P", "data_output_id": "twin"})["msg"]
    assert "o1, o2" in text
    kibana.ok(MODULE, {"name": "P", "data_output_id": "o2"})
    kibana.seen()
    assert not kibana.ok(MODULE, {"name": "P", "data_output_id": "o2"})["changed"]
    assert not [entry for entry in kibana.seen() if entry["path"] == "/api/fleet/outputs"], "nothing to look up"
    assert "there is no output" in kibana.fails(MODULE, {"name": "P", "data_output_id": "nope"})["msg"]
    predicted = kibana.ok(MODULE, {"name": "P", "data_output_id": "nope"}, check=True)
    assert predicted["agent_policy"]["data_output_id"] == "(known after apply)"
    assert any("nope" in warning for warning in predicted["warnings"])


def test_a_name_on_a_later_page(kibana: Kibana) -> None:
    for number in range(120):
        add_policy(kibana.emulator, f"p{number}", f"P {number}")
    assert not kibana.ok(MODULE, {"name": "P 0"})["changed"]
    assert not kibana.ok(MODULE, {"name": "P 119"})["changed"]


def test_a_policy_that_is_managed_from_outside(any_kibana: Kibana) -> None:
    add_policy(any_kibana.emulator, "cloud", "Cloud", is_managed=True)
    assert "external orchestration" in any_kibana.fails(MODULE, {"id": "cloud", "name": "Mine"})["msg"]
    assert "external orchestration" in any_kibana.fails(MODULE, {"id": "cloud", "state": "absent"}, check=True)["msg"]
    assert any_kibana.writes() == []
    assert not any_kibana.ok(MODULE, {"id": "cloud", "name": "Cloud"})["changed"]
    assert any_kibana.ok(MODULE, {"id": "cloud", "name": "Mine", "force": True})["changed"]
    assert any_kibana.ok(MODULE, {"id": "cloud", "state": "absent", "force": True})["changed"]


def test_a_policy_with_agents_stays(kibana: Kibana) -> None:
    add_agent(kibana.emulator, "a", "host", policy_id="emulated-policy")
    text = kibana.fails(MODULE, {"name": "Emulated policy", "state": "absent"})["msg"]
    assert "1 agents" in text
    assert kibana.writes() == []
    refused = kibana.fails(MODULE, {"name": "Emulated policy", "state": "absent", "force": True})
    assert refused["status"] == 400, "Kibana decides"


def test_package_policies_do_not_go_unsaid(kibana: Kibana) -> None:
    for policy in ("one", "two"):
        add_policy(kibana.emulator, policy, policy)
    add_package_policy(kibana.emulator, "default", "own", "log", "2.3.1", ["one"])
    add_package_policy(kibana.emulator, "default", "shared", "log", "2.3.1", ["one", "two"])
    text = kibana.fails(MODULE, {"id": "one", "state": "absent"})["msg"]
    assert "own" in text and "shared" not in text
    task = {"id": "one", "state": "absent", "delete_package_policies": True}
    assert kibana.ok(MODULE, task, check=True)["diff"]["before"]["package_policies"] == ["own"]
    kibana.ok(MODULE, task)
    left = kibana.emulator.store("fleet_package_policies", "default").values()
    assert [(item["name"], item["policy_ids"]) for item in left] == [("shared", ["two"])]


def test_protection_needs_defend(kibana: Kibana) -> None:
    assert "Elastic Defend" in kibana.fails(MODULE, {"id": "emulated-policy", "is_protected": True})["msg"]
    assert "Elastic Defend" in kibana.fails(MODULE, {"name": "new", "is_protected": True}, check=True)["msg"]
    add_package_policy(kibana.emulator, "default", "edr", "endpoint", "8.18.0", ["emulated-policy"])
    assert kibana.ok(MODULE, {"id": "emulated-policy", "is_protected": True})["changed"]
    assert not kibana.ok(MODULE, {"id": "emulated-policy", "is_protected": True})["changed"]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"name": " "}, "name is empty"),
        ({"space_ids": []}, "space_ids is empty"),
        ({"monitoring_http": {}}, "cannot remove"),
        ({"global_data_tags": [{"name": "a b", "value": 1}]}, "space"),
        ({"agent_features": [{"name": "a", "enabled": True}, {"name": "a", "enabled": False}]}, "more than once"),
        ({"required_versions": [{"version": "1", "percentage": 101}]}, "more than 100"),
        ({"overrides": {"inputs.a": 1}}, "cannot be overridden"),
    ],
)
def test_bad_options_are_refused_before_any_request(kibana: Kibana, options: dict[str, Any], text: str) -> None:
    assert text in kibana.fails(MODULE, {"id": "p", **options})["msg"]
    assert kibana.seen() == []


def test_what_this_kibana_does_not_have(monkeypatch: pytest.MonkeyPatch) -> None:
    old = Kibana(monkeypatch, "8.18.0")
    assert "needs Kibana 9.1" in old.fails(MODULE, {"name": "p", "space_ids": ["default"]})["msg"]
    assert "new one needs name" in old.fails(MODULE, {"id": "p"})["msg"]


def test_the_space_of_the_task_stays(kibana: Kibana) -> None:
    kibana.call("POST", "/api/spaces/space", {"id": "soc", "name": "SOC"})
    assert "lacks 'default'" in kibana.fails(MODULE, {"name": "p", "space_ids": ["soc"]})["msg"]
    kibana.ok(MODULE, {"id": "p", "name": "p"})
    assert kibana.ok(MODULE, {"id": "p", "space_ids": ["soc", "default"]})["changed"]
    assert not kibana.ok(MODULE, {"id": "p", "space_ids": ["default", "soc"]})["changed"]
    assert not kibana.ok(MODULE, {"name": "p", "space_ids": ["default", "soc"], "kibana_space": "soc"})["changed"]


def test_has_fleet_server_is_for_ever(kibana: Kibana) -> None:
    assert "has_fleet_server" in kibana.fails(MODULE, {"id": "emulated-policy", "has_fleet_server": True})["msg"]


def test_info(any_kibana: Kibana) -> None:
    add_agent(any_kibana.emulator, "a", "host", policy_id="emulated-policy")
    add_package_policy(any_kibana.emulator, "default", "own", "log", "2.3.1", ["emulated-policy"])
    for number in range(120):
        add_policy(any_kibana.emulator, f"p{number}", f"P {number}")
    assert len(any_kibana.ok(INFO, {})["agent_policies"]) == 121
    (one,) = any_kibana.ok(INFO, {"name": "Emulated policy", "details": True})["agent_policies"]
    assert (one["agents"], one["package_policies"]) == (1, ["own"])
    (same,) = any_kibana.ok(INFO, {"id": "emulated-policy", "details": True})["agent_policies"]
    assert same == one
    (plain,) = any_kibana.ok(INFO, {"id": "emulated-policy"})["agent_policies"]
    assert "agents" not in plain
    assert any_kibana.ok(INFO, {"id": "nope"})["agent_policies"] == []
    assert any_kibana.ok(INFO, {"id": "p1", "name": "P 2"})["agent_policies"] == []
    nobody = {"kibana_username": "nobody", "kibana_password": "nobody"}
    assert any_kibana.fails(INFO, nobody)["status"] == 403
