# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Inputs, secrets, versions and references of package policies; and the info module."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from harness import Kibana, without_invocation

from kibana_emulator.routes.fleet_agent_state import add_policy

MODULE = "fleet_package_policy"
INFO = "fleet_package_policy_info"
POLICIES = "/api/fleet/package_policies"
APACHE = {"name": "web", "policy_ids": ["emulated-policy"], "package": {"name": "apache"}}
OKTA: dict[str, Any] = {
    "name": "okta",
    "package": {"name": "okta", "version": "3.0.0"},
    "vars": {"url": "https://okta"},
    "inputs": {"okta-httpjson": {"vars": {"api_key": "key-s3cret"}}},
}


def stored(kibana: Kibana, name: str, form: str = "simplified") -> dict[str, Any]:
    items = kibana.call("GET", f"{POLICIES}?format={form}")["items"]
    return dict(next(item for item in items if item["name"] == name))


def secret(kibana: Kibana) -> dict[str, Any]:
    return dict(stored(kibana, "okta")["inputs"]["okta-httpjson"]["vars"]["api_key"])


def revision(kibana: Kibana) -> int:
    return int(kibana.call("GET", "/api/fleet/agent_policies/emulated-policy")["item"]["revision"])


def installed(kibana: Kibana, name: str, version: str) -> None:
    kibana.call("POST", f"/api/fleet/epm/packages/{name}/{version}", {"force": True})


def test_nothing_is_written_unless_something_differs(any_kibana: Kibana) -> None:
    created = any_kibana.ok(MODULE, APACHE)["package_policy"]
    assert created["inputs"]["apache-logfile"]["streams"]["apache.error"]["vars"]["paths"], "Kibana adds everything"
    before = revision(any_kibana)
    partial = {"inputs": {"apache-logfile": {"streams": {"apache.error": {"enabled": True}}}}}
    result = any_kibana.ok(MODULE, {**APACHE, **partial})
    assert (result["changed"], result["revision_before"], revision(any_kibana)) == (False, 1, before)


def test_what_is_not_given_survives_an_update(kibana: Kibana) -> None:
    kibana.ok(MODULE, {**APACHE, "description": "mine", "namespace": "prod"})
    policy = stored(kibana, "web")
    logfile = policy["inputs"]["apache-logfile"]["streams"]
    logfile["apache.error"]["vars"]["paths"] = ["/theirs"]
    body = {key: policy[key] for key in ("name", "description", "namespace", "policy_ids", "inputs")}
    body["package"] = {"name": "apache", "version": policy["package"]["version"]}
    kibana.call("PUT", f"{POLICIES}/{policy['id']}", body)
    kibana.ok(MODULE, {"name": "web", "inputs": {"apache-apache/metrics": {"enabled": False}}})
    after = stored(kibana, "web")
    assert after["inputs"]["apache-logfile"]["streams"]["apache.error"]["vars"]["paths"] == ["/theirs"]
    assert (after["description"], after["namespace"], after["policy_ids"]) == ("mine", "prod", ["emulated-policy"])
    assert after["inputs"]["apache-apache/metrics"]["enabled"] is False


def test_secrets_are_kept_by_reference_and_not_compared(any_kibana: Kibana) -> None:
    any_kibana.ok(MODULE, OKTA)
    first = secret(any_kibana)
    assert first["isSecretRef"]
    other = {**OKTA, "inputs": {"okta-httpjson": {"vars": {"api_key": "another-s3cret"}}}}
    assert not any_kibana.ok(MODULE, other)["changed"]
    assert any_kibana.ok(MODULE, {**OKTA, "description": "x"})["changed"]
    assert secret(any_kibana) == first, "sent again as it was"
    sent = any_kibana.ok(MODULE, {**other, "update_secrets": "always"})
    assert sent["changed"] and secret(any_kibana)["id"] != first["id"]
    assert sent["diff"]["after"]["inputs"]["okta-httpjson"]["vars"]["api_key"] == "(a secret will be sent)"
    assert any_kibana.ok(MODULE, {"name": "okta", "description": "y"})["changed"], "without any secret at hand"


def test_a_reference_may_be_given_back(kibana: Kibana) -> None:
    kibana.ok(MODULE, OKTA)
    task = {"name": "okta", "inputs": stored(kibana, "okta")["inputs"]}
    assert not kibana.ok(MODULE, task)["changed"]


@pytest.mark.parametrize("apart", [True, False])
def test_no_secret_is_shown(kibana: Kibana, apart: bool) -> None:
    kibana.emulator.fleet_secrets_enabled = apart  # type: ignore[attr-defined]
    kibana.unscrubbed()
    task = {**OKTA, "vars": {"url": "https://okta", "proxy_password": "proxy-s3cret"}}
    task["inputs"]["okta-httpjson"]["streams"] = {"okta.system": {"vars": {"keep_token": "stream-s3cret"}}}
    for options in ({"check": True}, {}, {}):
        text = json.dumps(kibana.ok(MODULE, task, **options))
        assert "s3cret" not in text
        assert "https://okta" in text, "what is no secret is shown"
    kibana.fault(method="PUT", path="/api/fleet", status=400, body={"statusCode": 400, "message": "bad: key-s3cret"})
    failed = kibana.fails(MODULE, {**task, "description": "x", "update_secrets": "always"})
    assert "s3cret" not in json.dumps(failed)
    text = json.dumps(kibana.ok(INFO, {})["package_policies"])
    assert "s3cret" not in text and "https://okta" in text


def test_no_option_is_shown_before_the_package_is_known(kibana: Kibana) -> None:
    kibana.unscrubbed()
    failed = kibana.fails(MODULE, {**OKTA, "kibana_username": "nobody", "kibana_password": "nobody"})
    assert failed["status"] == 403 and "s3cret" not in json.dumps(failed)


def test_switches_that_belong_together(kibana: Kibana) -> None:
    kibana.ok(MODULE, OKTA)
    streams = {"okta.system": {"enabled": False}}
    off = kibana.ok(MODULE, {"name": "okta", "inputs": {"okta-httpjson": {"streams": streams}}})
    assert off["diff"]["after"]["inputs"]["okta-httpjson"]["enabled"] is False, "as Kibana will have it"
    assert off["package_policy"]["inputs"]["okta-httpjson"]["enabled"] is False
    task = {"name": "okta", "inputs": {"okta-httpjson": {"enabled": "yes"}}}
    assert kibana.ok(MODULE, task)["changed"]
    found = stored(kibana, "okta")["inputs"]["okta-httpjson"]
    assert found["enabled"] and found["streams"]["okta.system"]["enabled"]
    assert not found["streams"]["okta.users"]["enabled"], "it is off in a new policy, too"
    assert not kibana.ok(MODULE, task)["changed"]
    both = {"okta.system": {"enabled": False}, "okta.users": {"enabled": False}}
    bad = {"name": "okta", "inputs": {"okta-httpjson": {"enabled": True, "streams": both}}}
    assert "enable one of them" in kibana.fails(MODULE, bad, check=True)["msg"]


def test_the_dry_run_shows_an_upgrade(any_kibana: Kibana) -> None:
    installed(any_kibana, "apache", "1.23.0")
    logs = {"apache-logfile": {"streams": {"apache.access": {"vars": {"paths": ["/mine"], "legacy_format": True}}}}}
    any_kibana.ok(MODULE, {**APACHE, "inputs": logs})
    assert stored(any_kibana, "web")["package"]["version"] == "1.23.0", "the installed one"
    installed(any_kibana, "apache", "1.24.0")
    assert not any_kibana.ok(MODULE, APACHE)["changed"], "no version given, none changed"
    any_kibana.seen()
    task = {"name": "web", "package": {"version": "installed"}}
    predicted = any_kibana.ok(MODULE, task, check=True)
    assert any(entry["path"].endswith("/upgrade/dryrun") for entry in any_kibana.seen())
    access = predicted["diff"]["after"]["inputs"]["apache-logfile"]["streams"]["apache.access"]["vars"]
    assert access["preserve_original_event"] is False and "legacy_format" not in access
    assert access["paths"] == ["/mine"]
    result = any_kibana.ok(MODULE, task)
    assert [entry["method"] for entry in any_kibana.seen() if entry["method"] == "PUT"] == ["PUT"]
    assert result["diff"] == predicted["diff"]
    assert stored(any_kibana, "web")["package"]["version"] == "1.24.0"
    assert not any_kibana.ok(MODULE, task)["changed"]
    back = {"name": "web", "package": {"version": "1.23.0"}}
    assert "take it back" in any_kibana.fails(MODULE, back, check=True)["msg"]


def test_an_upgrade_that_needs_a_new_variable(kibana: Kibana) -> None:
    installed(kibana, "okta", "3.0.0")
    kibana.ok(MODULE, OKTA)
    reference = secret(kibana)
    installed(kibana, "okta", "3.1.0")
    task = {"name": "okta", "package": {"version": "latest"}}
    for check in (True, False):
        assert "Region is required" in kibana.fails(MODULE, task, check=check)["msg"]
    given = {**task, "inputs": {"okta-httpjson": {"vars": {"region": "eu"}}}}
    assert kibana.ok(MODULE, given, check=True)["changed"]
    assert kibana.ok(MODULE, given)["changed"]
    assert secret(kibana) == reference, "the secret goes along"


def test_a_version_that_is_not_installed_yet(kibana: Kibana) -> None:
    installed(kibana, "apache", "1.23.0")
    kibana.ok(MODULE, APACHE)
    task = {"name": "web", "package": {"name": "apache", "version": "latest"}}
    assert "fleet_package first" in kibana.fails(MODULE, task)["msg"]
    predicted = kibana.ok(MODULE, task, check=True)
    assert predicted["diff"]["after"]["package"]["version"] == "1.24.0"
    assert any("1.23.0" in text for text in predicted["warnings"])


def test_agent_policies_by_name(kibana: Kibana) -> None:
    for number in range(120):
        add_policy(kibana.emulator, f"p{number}", f"P {number}")
    kibana.ok(MODULE, {**APACHE, "policy_ids": ["P 0", "p119"]})
    assert stored(kibana, "web")["policy_ids"] == ["p0", "p119"]
    assert not kibana.ok(MODULE, {**APACHE, "policy_ids": ["P 119", "P 0"]})["changed"]
    wrong = {**APACHE, "policy_ids": ["nope"]}
    assert "no agent policy" in kibana.fails(MODULE, wrong)["msg"]
    predicted = kibana.ok(MODULE, wrong, check=True)
    assert predicted["package_policy"]["policy_ids"] == ["(known after apply)"]
    add_policy(kibana.emulator, "twin", "P 0")
    assert "p0, twin" in kibana.fails(MODULE, {**APACHE, "policy_ids": ["P 0"]})["msg"]


def test_a_policy_on_a_later_page(kibana: Kibana) -> None:
    for number in range(120):
        kibana.call("POST", POLICIES, {"name": f"log {number}", "package": {"name": "system", "version": "1.61.0"}})
    assert not kibana.ok(MODULE, {"name": "log 0", "package": {"name": "system"}})["changed"]
    assert len(kibana.ok(INFO, {"package": "system"})["package_policies"]) == 120


def test_an_agent_policy_that_is_managed_from_outside(kibana: Kibana) -> None:
    add_policy(kibana.emulator, "hosted", "Hosted", is_managed=True)
    task = {**APACHE, "policy_ids": ["hosted"]}
    assert kibana.fails(MODULE, task)["status"] == 400
    assert kibana.ok(MODULE, {**task, "force": True})["changed"]
    assert kibana.fails(MODULE, {"name": "web", "state": "absent"})["status"] == 400
    assert kibana.ok(MODULE, {"name": "web", "state": "absent", "force": True})["changed"]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"inputs": {"a": 1}}, "inputs.a is no dictionary"),
        ({"inputs": {"a": {"enable": True}}}, "has enable"),
        ({"inputs": {"a": {"enabled": "maybe"}}}, "must be true or false"),
        ({"inputs": {"a": {"streams": {"b": {"streams": {}}}}}}, "inputs.a.streams.b has streams"),
        ({"inputs": {"a": {"vars": [1]}}}, "no dictionary of variables"),
        ({"vars": {"a": {"value": 1}}}, "vars.a is a dictionary"),
        ({"name": " "}, "name is empty"),
        ({"package": {"name": "apache", "version": "1"}}, "package.version"),
    ],
)
def test_bad_options_are_refused_before_any_request(kibana: Kibana, options: dict[str, Any], text: str) -> None:
    assert text in kibana.fails(MODULE, {**APACHE, **options})["msg"]
    assert kibana.seen() == []


def test_what_the_package_does_not_have(kibana: Kibana) -> None:
    wrong = {"inputs": {"apache-httpjson": {"enabled": True}}}
    stream = {"inputs": {"apache-logfile": {"streams": {"apache.nope": {"enabled": True}}}}}
    for check in (True, False):
        assert "apache-logfile" in kibana.fails(MODULE, {**APACHE, **wrong}, check=check)["msg"]
        assert "apache.access" in kibana.fails(MODULE, {**APACHE, **stream}, check=check)["msg"]
    assert "needs name and package.name" in kibana.fails(MODULE, {"name": "x"})["msg"]
    assert kibana.writes() == []
    kibana.ok(MODULE, APACHE)
    assert "belongs to the package" in kibana.fails(MODULE, {**APACHE, "package": {"name": "okta"}})["msg"]


def test_a_package_that_is_not_there_yet(kibana: Kibana) -> None:
    task = {**APACHE, "package": {"name": "nope"}, "inputs": {"nope-logfile": {"vars": {"password": "key-s3cret"}}}}
    assert "no package 'nope'" in kibana.fails(MODULE, task)["msg"]
    kibana.unscrubbed()
    predicted = kibana.ok(MODULE, task, check=True)
    assert predicted["package_policy"]["package"]["version"] == "(known after apply)"
    assert len([text for text in predicted["warnings"] if "'nope'" in text]) == 1
    assert "s3cret" not in json.dumps(predicted), "the name of the variable has to tell"
    assert "needs name and package.name" in kibana.fails(MODULE, {"name": "x", "package": {"version": "latest"}})["msg"]
    assert kibana.writes() == []


def test_nothing_in_empty_dictionaries(kibana: Kibana) -> None:
    kibana.ok(MODULE, APACHE)
    task = {**APACHE, "vars": {}, "inputs": {"apache-logfile": {"vars": {}, "streams": {"apache.error": None}}}}
    assert not kibana.ok(MODULE, task)["changed"]


def test_an_older_kibana_has_one_agent_policy(kibana: Kibana) -> None:
    kibana.fault(path="/api/status", status=200, body={"version": {"number": "8.14.0"}})
    assert kibana.ok(MODULE, APACHE)["package_policy"]["policy_ids"] == ["emulated-policy"]
    add_policy(kibana.emulator, "web", "Web")
    assert "takes one" in kibana.fails(MODULE, {"name": "web", "policy_ids": ["web", "emulated-policy"]})["msg"]


def test_a_policy_of_a_package_that_is_gone(kibana: Kibana) -> None:
    kibana.ok(MODULE, OKTA)
    kibana.fault(path="/api/fleet/epm", status=404, body={"statusCode": 404, "message": "[okta] not found"})
    kibana.unscrubbed()
    assert not kibana.ok(MODULE, {**OKTA, "package": {"name": "okta"}})["changed"]
    assert kibana.ok(MODULE, {"name": "okta", "state": "absent"})["changed"]


def test_info(any_kibana: Kibana) -> None:
    any_kibana.ok(MODULE, APACHE)
    any_kibana.ok(MODULE, OKTA)
    assert {item["name"] for item in any_kibana.ok(INFO, {})["package_policies"]} == {"web", "okta"}
    (one,) = any_kibana.ok(INFO, {"policy": "Emulated policy"})["package_policies"]
    assert one["inputs"]["apache-logfile"]["streams"]["apache.access"]["enabled"] is True
    assert any_kibana.ok(INFO, {"id": one["id"], "package": "apache"})["package_policies"] == [one]
    assert any_kibana.ok(INFO, {"name": "web"})["package_policies"] == [one]
    for nothing in ({"id": "nope"}, {"policy": "nope"}, {"package": "log"}):
        assert any_kibana.ok(INFO, nothing)["package_policies"] == []
    nobody = {"kibana_username": "nobody", "kibana_password": "nobody"}
    assert any_kibana.fails(INFO, nobody)["status"] == 403
    assert "s3cret" not in without_invocation(any_kibana.ok(INFO, {}))


def test_a_secret_that_changed_is_sent_once(kibana: Kibana, tmp_path: Path) -> None:
    record = {"secrets_file": str(tmp_path / "record.json"), "secrets_key": "a key that is long enough"}
    task = {**OKTA, "update_secrets": "on_change", **record}
    kibana.ok(MODULE, task)
    first = secret(kibana)
    assert not kibana.ok(MODULE, task)["changed"]
    rotated = {**task, "inputs": {"okta-httpjson": {"vars": {"api_key": "another-s3cret"}}}}
    assert kibana.ok(MODULE, rotated, check=True)["changed"]
    assert kibana.ok(MODULE, rotated)["changed"]
    assert secret(kibana)["id"] != first["id"]
    assert not kibana.ok(MODULE, rotated)["changed"]
