# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is special about monitors, parameters and private locations of Synthetics."""

from __future__ import annotations

from typing import Any

import pytest
from cases.synthetics_monitor import places
from cases.synthetics_private_location import policies
from harness import Kibana, without_invocation

MONITOR, PARAM, PLACE = "synthetics_monitor", "synthetics_parameter", "synthetics_private_location"
BASE = "/api/synthetics"
PING = {"type": "icmp", "host": "db"}
VIEWER = {"kibana_username": "viewer", "kibana_password": "viewer"}


def stored_location(kibana: Kibana, label: str) -> str:
    return str(kibana.call("GET", f"{BASE}/private_locations/{label}")["id"])


@pytest.mark.parametrize(
    ("given", "stored"),
    [("us_east", "us-east4-a"), ("us-east4-a", "us-east4-a"), ("north america - us east", "us-east4-a")],
)
def test_a_location_of_elastic_by_id_short_name_and_label(any_kibana: Kibana, given: str, stored: str) -> None:
    task = {"name": "m", **PING, "locations": [given, stored]}
    assert any_kibana.ok(MONITOR, task)["monitor"]["locations"] == [stored]
    any_kibana.seen()
    assert not any_kibana.ok(MONITOR, task)["changed"]
    assert not any("internal" in entry["path"] for entry in any_kibana.seen()), "what it has needs no look-up"


def test_labels_are_left_to_kibana_where_they_cannot_be_looked_up(kibana: Kibana) -> None:
    kibana.fault(path="/internal", status=404)
    text = kibana.fails(MONITOR, {"name": "m", **PING, "locations": ["North America - US East"]})["msg"]
    assert "Elastic managed Location(s) 'North America - US East' not found" in text
    assert kibana.ok(MONITOR, {"name": "m", **PING, "locations": ["us_east"]})["changed"]


def test_a_private_location_that_is_not_there_yet(kibana: Kibana) -> None:
    task = {"name": "m", **PING, "private_locations": ["Berlin"]}
    assert "there is no private location 'Berlin' in this space" in kibana.fails(MONITOR, task)["msg"]
    predicted = kibana.ok(MONITOR, task, check=True)
    assert predicted["monitor"]["private_locations"] == ["(known after apply)"]
    assert "(known after apply)" in predicted["warnings"][0]


def test_one_kind_of_location_leaves_the_other_alone(any_kibana: Kibana) -> None:
    places(any_kibana)
    any_kibana.ok(MONITOR, {"name": "m", **PING, "locations": ["us_east"], "private_locations": ["Berlin"]})
    after = any_kibana.ok(MONITOR, {"name": "m", "private_locations": ["Hamburg"]})["monitor"]
    assert after["locations"] == ["us-east4-a"]
    assert after["private_locations"] == [stored_location(any_kibana, "Hamburg")]
    assert any_kibana.ok(MONITOR, {"name": "m", "locations": []})["changed"]
    text = any_kibana.fails(MONITOR, {"name": "m", "private_locations": []})["msg"]
    assert "A monitor needs a location" in text


def test_a_new_monitor_without_all_it_needs_is_refused(kibana: Kibana) -> None:
    assert "needs type, locations or private_locations" in kibana.fails(MONITOR, {"name": "m"})["msg"]
    wrong = {"name": "m", "type": "browser", "locations": ["us_east"]}
    assert "needs inline_script" in kibana.fails(MONITOR, wrong)["msg"]
    assert "Kibana chooses the ids" in kibana.fails(MONITOR, {"id": "x", **PING})["msg"]
    assert kibana.writes() == []


def test_the_type_cannot_change_and_fields_of_another_type_are_refused(any_kibana: Kibana) -> None:
    any_kibana.ok(MONITOR, {"name": "m", **PING, "locations": ["us_east"]})
    assert "Kibana cannot change it" in any_kibana.fails(MONITOR, {"name": "m", "type": "tcp"})["msg"]
    text = any_kibana.fails(MONITOR, {"name": "m", "url": "https://x"})["msg"]
    assert "Invalid monitor key(s) for icmp type" in text and "url" in text


@pytest.mark.parametrize(
    ("kind", "update"),
    [
        ({"type": "http", "url": "https://x"}, {"check": {"response": {"status": []}}}),
        ({"type": "http", "url": "https://x"}, {"check": {"response": {"body": {"positive": []}}}}),
        ({"type": "tcp", "host": "x:1"}, {"check": {"send": ""}}),
    ],
)
def test_what_is_empty_and_left_out_by_kibana_is_no_change(any_kibana: Kibana, kind: Any, update: Any) -> None:
    places(any_kibana)
    any_kibana.ok("synthetics_monitor", {"name": "n", "private_locations": ["Berlin"], **kind})
    assert not any_kibana.ok("synthetics_monitor", {"name": "n", **update})["changed"]


def test_a_name_is_looked_up_to_the_end(any_kibana: Kibana) -> None:
    body = {"type": "icmp", "host": "h", "locations": ["us_east"]}
    for number in range(130):
        any_kibana.call("POST", f"{BASE}/monitors", {**body, "name": f"m {number}"})
    wanted = any_kibana.call("POST", f"{BASE}/monitors", {**body, "name": "zz"})
    assert any_kibana.ok(MONITOR, {"name": "zz", "enabled": False})["monitor"]["id"] == wanted["config_id"]
    assert any_kibana.ok(MONITOR, {"id": wanted["config_id"], "name": "new"})["monitor"]["name"] == "new"


def test_secrets_survive_and_are_sent_on_request_alone(any_kibana: Kibana) -> None:
    any_kibana.unscrubbed()
    secret = {"password": "correct horse", "ssl": {"key": "BEGIN KEY"}}
    task = {"name": "m", "type": "http", "url": "https://x", "locations": ["us_east"], "username": "u", **secret}
    made = any_kibana.ok(MONITOR, task)
    store = any_kibana.emulator.store("synthetics_monitors", "default")
    inside = store[made["monitor"]["id"]]
    assert inside["password"] == "correct horse" and inside["ssl.key"] == "BEGIN KEY"
    any_kibana.ok(MONITOR, {"name": "m", "ssl": {"verification_mode": "none"}})
    assert store[made["monitor"]["id"]]["ssl.key"] == "BEGIN KEY"
    assert not any_kibana.ok(MONITOR, {**task, "password": "battery staple"})["changed"]
    sent = any_kibana.ok(MONITOR, {**task, "password": "battery staple", "update_secrets": "always"})
    assert sent["changed"] and store[made["monitor"]["id"]]["password"] == "battery staple"
    assert sent["diff"]["after"]["password"] == "(a secret will be sent)"
    for result in (made, sent):
        assert not any(text in without_invocation(result) for text in ("correct horse", "battery staple", "BEGIN KEY"))


def test_a_changed_script_shows_as_changed_and_not_as_text(kibana: Kibana) -> None:
    kibana.unscrubbed()
    task = {"name": "m", "type": "browser", "inline_script": "step one", "locations": ["us_east"]}
    kibana.ok(MONITOR, task)
    result = kibana.ok(MONITOR, {"name": "m", "inline_script": "step two"})
    assert result["diff"]["before"]["inline_script"] != result["diff"]["after"]["inline_script"]
    assert "step" not in without_invocation(result)


def test_nested_fields_that_are_not_given_survive(any_kibana: Kibana) -> None:
    check = {"request": {"method": "POST", "headers": {"a": "b"}}, "response": {"status": ["200"]}}
    task = {"name": "m", "type": "http", "url": "https://x", "locations": ["us_east"], "check": check}
    any_kibana.ok(MONITOR, task)
    any_kibana.ok(MONITOR, {"name": "m", "check": {"response": {"body": {"negative": ["error"]}}}})
    inside = next(iter(any_kibana.emulator.store("synthetics_monitors", "default").values()))
    assert inside["check.request.method"] == "POST" and inside["check.request.headers"] == {"a": "b"}
    assert inside["check.response.status"] == ["200"] and inside["check.response.body.negative"] == ["error"]


def test_one_alert_that_is_not_given_survives(any_kibana: Kibana) -> None:
    any_kibana.ok(MONITOR, {"name": "m", **PING, "locations": ["us_east"], "alert": {"status": {"enabled": False}}})
    after = any_kibana.ok(MONITOR, {"name": "m", "alert": {"tls": {"enabled": False}}})["monitor"]
    assert after["alert"] == {"status": {"enabled": False}, "tls": {"enabled": False}}


def test_a_key_that_is_not_to_be_updated_is_not_sent_with_its_neighbours(any_kibana: Kibana) -> None:
    task = {"name": "m", "type": "http", "url": "https://x", "locations": ["us_east"], "ssl": {"key": "BEGIN KEY"}}
    any_kibana.ok(MONITOR, task)
    assert any_kibana.ok(MONITOR, {"name": "m", "ssl": {"key": "BEGIN NEW", "verification_mode": "none"}})["changed"]
    inside = next(iter(any_kibana.emulator.store("synthetics_monitors", "default").values()))
    assert (inside["ssl.key"], inside["ssl.verification_mode"]) == ("BEGIN KEY", "none")


def test_two_parameters_of_one_key_are_an_error_that_lists_both(any_kibana: Kibana) -> None:
    ids = [any_kibana.call("POST", f"{BASE}/params", {"key": "k", "value": "v"})["id"] for _unused in range(2)]
    text = any_kibana.fails(PARAM, {"key": "k", "description": "x"})["msg"]
    assert all(one in text for one in ids)
    assert any_kibana.ok(PARAM, {"id": ids[0], "key": "new"})["parameter"]["key"] == "new"


def test_the_value_of_a_parameter_is_sent_on_request_alone(any_kibana: Kibana) -> None:
    any_kibana.unscrubbed()
    task = {"key": "k", "value": "correct horse"}
    key = any_kibana.ok(PARAM, task)["parameter"]["id"]
    assert not any_kibana.ok(PARAM, {"key": "k", "value": "battery staple"})["changed"]
    always = {"key": "k", "value": "battery staple", "update_secrets": "always"}
    predicted, result = any_kibana.ok(PARAM, always, check=True), any_kibana.ok(PARAM, always)
    assert predicted["diff"] == result["diff"] and result["changed"]
    assert any_kibana.emulator.store("synthetics_params")[key]["value"] == "battery staple"
    # The answer to the update has the old value.
    assert "correct horse" not in without_invocation(result) and "battery" not in without_invocation(result)
    any_kibana.ok(PARAM, {"key": "k", "tags": ["x"]})
    assert any_kibana.emulator.store("synthetics_params")[key]["value"] == "battery staple"


def test_a_parameter_for_all_spaces(any_kibana: Kibana) -> None:
    any_kibana.call("POST", "/api/spaces/space", {"id": "other", "name": "Other"})
    any_kibana.ok(PARAM, {"key": "k", "value": "v", "share_across_spaces": True})
    assert not any_kibana.ok(PARAM, {"key": "k", "kibana_space": "other", "share_across_spaces": True})["changed"]
    assert "Kibana cannot change it" in any_kibana.fails(PARAM, {"key": "k", "share_across_spaces": False})["msg"]


def test_a_new_parameter_needs_a_value_and_no_id(kibana: Kibana) -> None:
    assert "a new one needs value" in kibana.fails(PARAM, {"key": "k"})["msg"]
    assert "Kibana chooses the ids" in kibana.fails(PARAM, {"id": "x", "value": "v"})["msg"]
    assert kibana.fails(PARAM, {"key": "k", "value": "v", **VIEWER})["status"] == 403


def test_a_location_keeps_its_policy_and_its_place(any_kibana: Kibana) -> None:
    policies(any_kibana)
    task = {"label": "Berlin", "agentPolicyId": "Policy 1", "geo": {"lat": 52.52, "lon": 13.405}}
    made = any_kibana.ok(PLACE, task)["private_location"]
    assert made["agentPolicyId"] == "policy-1" and made["geo"]["lat"] != 52.52
    assert not any_kibana.ok(PLACE, {"label": "Berlin", "agentPolicyId": "policy-1"})["changed"]
    for wrong in ({"agentPolicyId": "Policy 2"}, {"geo": {"lat": 52.53, "lon": 13.405}}, {"spaces": ["default"]}):
        assert "Kibana cannot change it" in any_kibana.fails(PLACE, {"label": "Berlin", **wrong})["msg"]


def test_a_location_is_renamed_in_newer_versions(kibana: Kibana) -> None:
    places(kibana)
    key = stored_location(kibana, "Berlin")
    kibana.ok(MONITOR, {"name": "m", **PING, "private_locations": ["Berlin"]})
    assert kibana.ok(PLACE, {"id": key, "label": "Potsdam"})["private_location"]["label"] == "Potsdam"
    assert not kibana.ok(MONITOR, {"name": "m", "private_locations": ["Potsdam"]})["changed"]
    assert "already exists" in kibana.fails(PLACE, {"id": key, "label": "Hamburg"})["msg"]


def test_a_location_in_use_is_not_deleted(any_kibana: Kibana) -> None:
    places(any_kibana)
    any_kibana.ok(MONITOR, {"name": "m", **PING, "private_locations": ["Berlin"]})
    any_kibana.seen()
    text = any_kibana.fails(PLACE, {"label": "Berlin", "state": "absent"})["msg"]
    assert "'Berlin' is used by the monitors 'm'" in text and any_kibana.writes() == []
    assert any_kibana.ok(PLACE, {"label": "Berlin", "state": "absent"}, check=True)["warnings"]
    any_kibana.ok(MONITOR, {"name": "m", "state": "absent"})
    assert any_kibana.ok(PLACE, {"label": "Berlin", "state": "absent"})["changed"]


def test_a_policy_that_is_not_there_yet(kibana: Kibana) -> None:
    task = {"label": "Berlin", "agentPolicyId": "Branch"}
    assert "there is no agent policy 'Branch' in this space" in kibana.fails(PLACE, task)["msg"]
    predicted = kibana.ok(PLACE, task, check=True)
    assert predicted["private_location"]["agentPolicyId"] == "(known after apply)" and predicted["warnings"]
    assert "needs agentPolicyId" in kibana.fails(PLACE, {"label": "x"})["msg"]
    assert "Kibana chooses the ids" in kibana.fails(PLACE, {"id": "x", "agentPolicyId": "y"})["msg"]
