# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Agent policies, packages and package policies: facts of the platform reference, sections A.8 to A.10."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from emulator_api import Api, ok, refused

from kibana_emulator import Emulator
from kibana_emulator.routes.fleet_agent_state import add_agent, add_policy

AGENT = "/api/fleet/agent_policies"
PACKAGE = "/api/fleet/package_policies"
EPM = "/api/fleet/epm/packages"
NEW = {"name": "P", "namespace": "default"}
OKTA = {
    "name": "okta",
    "policy_ids": ["emulated-policy"],
    "package": {"name": "okta", "version": "3.0.0"},
    "vars": {"url": "https://okta"},
    "inputs": {"okta-httpjson": {"vars": {"api_key": "s3cret"}}},
}


@pytest.fixture(params=["8.18.0", "9.4.3"])
def api(request: pytest.FixtureRequest) -> Iterator[Api]:
    api = Api(Emulator(version=request.param))
    yield api
    assert api.emulator.violations == []
    assert api.emulator.crashes == []


def policy(api: Api, policy_id: str = "emulated-policy") -> dict[str, Any]:
    return dict(ok(api.get(f"{AGENT}/{policy_id}"))["item"])


def test_a_new_agent_policy(api: Api) -> None:
    item = ok(api.post(AGENT, {**NEW, "id": "p"}))["item"]
    assert (item["id"], item["revision"], item["status"], item["inactivity_timeout"]) == ("p", 1, "active", 1209600)
    keys = ok(api.get("/api/fleet/enrollment_api_keys"))["items"]
    assert any(key["policy_id"] == "p" and key["name"].startswith("Default (") for key in keys)
    refused(api.post(AGENT, {**NEW, "namespace": "other"}), 409)
    refused(api.post(AGENT, {"name": "Q", "namespace": "default", "id": "p"}), 409)
    refused(api.post(AGENT, {"name": "Q", "namespace": "No"}), 400)
    refused(api.post(AGENT, {"name": "Q"}), 400)
    refused(api.post(AGENT, {**NEW, "name": "Q", "unknown": 1}), 400)
    refused(api.post(AGENT, {**NEW, "name": "Q", "overrides": {"inputs": []}}), 400)
    refused(api.post(AGENT, {**NEW, "name": "Q", "data_output_id": "nope"}), 404)


def test_system_monitoring_and_fleet_server_add_package_policies(api: Api) -> None:
    ok(api.post(AGENT, {**NEW, "id": "p", "has_fleet_server": True}, sys_monitoring="true"))
    item = policy(api, "p")
    assert item["revision"] == 3 and "has_fleet_server" not in item
    assert [one["name"] for one in item["package_policies"]] == ["system-1", "fleet_server-1"]
    ok(api.post(AGENT, {**NEW, "name": "Q", "id": "q"}, sys_monitoring="true"))
    assert policy(api, "q")["package_policies"][0]["name"] == "system-2"


def test_every_put_raises_the_revision_and_resets_the_timeout(api: Api) -> None:
    ok(api.post(AGENT, {**NEW, "id": "p", "inactivity_timeout": 5, "description": "d", "monitoring_enabled": ["logs"]}))
    item = ok(api.put(f"{AGENT}/p", NEW))["item"]
    assert (item["revision"], item["inactivity_timeout"], item["description"]) == (2, 1209600, "d")
    assert ok(api.put(f"{AGENT}/p", NEW))["item"]["revision"] == 3
    ok(api.put(f"{AGENT}/p", {**NEW, "advanced_settings": {"agent_logging_level": "debug"}}))
    ok(api.put(f"{AGENT}/p", {**NEW, "advanced_settings": {"agent_download_timeout": "1h"}}))
    assert policy(api, "p")["advanced_settings"]["agent_logging_level"] == "debug", "objects merge"
    refused(api.put(f"{AGENT}/nope", NEW), 404)


def test_hosted_policies(api: Api) -> None:
    add_policy(api.emulator, "hosted", "Hosted", is_managed=True)
    assert "external orchestration" in refused(api.put(f"{AGENT}/hosted", NEW), 400)
    ok(api.put(f"{AGENT}/hosted", {**NEW, "force": True}))
    refused(api.post(f"{AGENT}/delete", {"agentPolicyId": "hosted"}), 400)
    body = {**OKTA, "policy_ids": ["hosted"]}
    refused(api.post(PACKAGE, body), 400)
    made = ok(api.post(PACKAGE, {**body, "force": True}))["item"]["id"]
    refused(api.delete(f"{PACKAGE}/{made}"), 400)
    ok(api.delete(f"{PACKAGE}/{made}", force="true"))
    ok(api.post(f"{AGENT}/delete", {"agentPolicyId": "hosted", "force": True}))


def test_deletion_of_an_agent_policy(api: Api) -> None:
    ok(api.post(AGENT, {**NEW, "id": "p"}))
    ok(api.post(PACKAGE, {**OKTA, "policy_ids": ["p"]}))
    shared = ok(api.post(PACKAGE, {**OKTA, "name": "shared", "policy_ids": ["p", "emulated-policy"]}))["item"]["id"]
    add_agent(api.emulator, "a", "host", policy_id="p")
    text = refused(api.post(f"{AGENT}/delete", {"agentPolicyId": "p", "force": True}), 400)
    assert "active or inactive agents" in text
    del api.emulator.store("fleet_agents", "default")["a"]
    assert ok(api.post(f"{AGENT}/delete", {"agentPolicyId": "p"})) == {"id": "p", "name": "P"}
    left = ok(api.get(PACKAGE))["items"]
    assert [(one["id"], one["policy_ids"]) for one in left] == [(shared, ["emulated-policy"])]
    refused(api.post(f"{AGENT}/delete", {"agentPolicyId": "p"}), 404)


def test_outputs_of_policies(api: Api) -> None:
    ok(api.post("/api/fleet/outputs", {"id": "ls", "name": "ls", "type": "logstash", "hosts": ["ls:5044"]}))
    ok(api.post("/api/fleet/outputs", {"id": "es", "name": "es", "type": "elasticsearch", "hosts": ["http://es"]}))
    server = {**NEW, "id": "fs", "has_fleet_server": True}
    assert "not usable" in refused(api.post(AGENT, {**server, "data_output_id": "ls"}), 400)
    ok(api.post(AGENT, {**server, "data_output_id": "es"}))
    assert "not usable" in refused(api.put(f"{AGENT}/fs", {**NEW, "data_output_id": "ls"}), 400)
    logstash = {"name": "es", "type": "logstash", "hosts": ["ls:5044"]}
    assert "Fleet Server" in refused(api.put("/api/fleet/outputs/es", logstash), 400)
    made = ok(api.post(PACKAGE, {**OKTA, "output_id": "es"}))["item"]["id"]
    before = policy(api)["revision"]
    ok(api.delete("/api/fleet/outputs/es"))
    assert ok(api.get(f"{PACKAGE}/{made}"))["item"]["output_id"] is None, "it falls back to the default"
    assert policy(api, "fs")["data_output_id"] is None
    assert policy(api)["revision"] == before + 1


def test_lists_have_pages_and_names(api: Api) -> None:
    for number in range(25):
        add_policy(api.emulator, f"p{number}", f"P {number}")
    answer = ok(api.get(AGENT))
    assert (len(answer["items"]), answer["total"]) == (20, 26)
    assert [one["id"] for one in ok(api.get(AGENT, kuery='ingest-agent-policies.name:"P 7"'))["items"]] == ["p7"]
    refused(api.get(AGENT, perPage=101, full="true"), 400)


def test_versions_of_packages(api: Api) -> None:
    refused(api.post(f"{EPM}/apache/1.23.0", {}), 400)
    refused(api.post(f"{EPM}/nope/1.0.0", {}), 404)
    ok(api.post(f"{EPM}/apache/1.23.0", {"force": True}))
    item = ok(api.get(f"{EPM}/apache/1.24.0"))["item"]
    assert (item["status"], item["version"], item["installationInfo"]["version"]) == ("installed", "1.24.0", "1.23.0")
    ok(api.post(f"{EPM}/apache/1.23.0"))
    ok(api.put(f"{EPM}/apache/1.23.0", {"keepPoliciesUpToDate": True}))
    ok(api.post(f"{EPM}/apache"))
    item = ok(api.get(f"{EPM}/apache"))["item"]
    assert item["installationInfo"]["version"] == "1.24.0" and item["keepPoliciesUpToDate"] is True
    refused(api.post(f"{EPM}/apache/1.23.0", {}), 400)


def test_removal_of_packages(api: Api) -> None:
    refused(api.delete(f"{EPM}/okta/3.0.0"), 400)
    ok(api.post(PACKAGE, OKTA))
    assert ok(api.get(f"{EPM}/okta/stats"))["response"]["package_policy_count"] == 1
    add_agent(api.emulator, "a", "host")
    assert "in use by agent" in refused(api.delete(f"{EPM}/okta/3.0.0"), 400)
    ok(api.delete(f"{EPM}/okta/3.0.0", force="true"))
    assert ok(api.get(PACKAGE))["items"] == []


def test_uploads(api: Api) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("mine-1.0.0/manifest.yml", "")
    url = f"http://kibana{EPM}"
    send = api.session.post
    assert ok(send(url, data=data.getvalue(), headers={"content-type": "application/zip"}))["_meta"]["name"] == "mine"
    assert ok(api.get(f"{EPM}/mine"))["item"]["installationInfo"]["install_source"] == "upload"
    refused(send(url, data=b"text", headers={"content-type": "text/plain"}), 415)
    refused(send(url, data=b"text", headers={"content-type": "application/zip"}), 400)
    refused(send(url, data=b"text", headers={"content-type": "application/gzip"}), 400)


def test_a_package_policy_in_both_formats(api: Api) -> None:
    before = policy(api)["revision"]
    item = ok(api.post(PACKAGE, OKTA))["item"]
    assert isinstance(item["inputs"], list) and item["vars"]["url"] == {"type": "text", "value": "https://okta"}
    simple = ok(api.get(f"{PACKAGE}/{item['id']}", format="simplified"))["item"]
    okta = simple["inputs"]["okta-httpjson"]
    assert okta["vars"]["api_key"]["isSecretRef"] is True
    assert okta["streams"]["okta.system"]["vars"] == {"interval": "60s", "batch_size": 1000}
    assert okta["streams"]["okta.users"]["enabled"] is False
    assert (simple["namespace"], simple["description"], simple["policy_id"]) == ("", "", "emulated-policy")
    assert policy(api)["revision"] == before + 1
    assert ok(api.get(f"{EPM}/okta"))["item"]["installationInfo"]["version"] == "3.0.0", "installed on demand"
    refused(api.post(PACKAGE, OKTA), 409)
    refused(api.get(f"{PACKAGE}/nope"), 404)
    refused(api.get(f"{PACKAGE}/{item['id']}", format="other"), 400)


@pytest.mark.parametrize(
    ("change", "status", "text"),
    [
        ({"inputs": {"nope": {}}}, 400, "Input not found: nope"),
        ({"inputs": {"okta-httpjson": {"streams": {"nope": {}}}}}, 400, "Stream not found"),
        ({"inputs": {"okta-httpjson": {"vars": {"nope": 1}}}}, 400, "nope not found"),
        ({"inputs": {"okta-httpjson": {}}}, 400, "Api key is required"),
        ({"vars": {"url": {"value": 1}}}, 400, ""),
        ({"enabled": True}, 400, "definition for this key is missing"),
        ({"policy_ids": ["nope"]}, 404, "Agent policy not found"),
        ({"package": {"name": "nope", "version": "1.0.0"}}, 404, ""),
        ({"additional_datastreams_permissions": ["x"]}, 400, "permissions"),
    ],
)
def test_bad_package_policies(api: Api, change: dict[str, Any], status: int, text: str) -> None:
    assert text in refused(api.post(PACKAGE, {**OKTA, **change}), status)


def test_an_update_in_the_simplified_format_replaces(api: Api) -> None:
    made = ok(api.post(PACKAGE, {**OKTA, "description": "d"}, format="simplified"))["item"]
    reference = made["inputs"]["okta-httpjson"]["vars"]["api_key"]
    body = {**OKTA, "inputs": {"okta-httpjson": {"vars": {"api_key": reference}}}}
    item = ok(api.put(f"{PACKAGE}/{made['id']}", body, format="simplified"))["item"]
    assert item["inputs"]["okta-httpjson"]["vars"]["api_key"] == reference
    assert (item["description"], item["revision"]) == ("", 2)
    assert ok(api.put(f"{PACKAGE}/{made['id']}", {"description": "x"}))["item"]["description"] == "x"
    refused(api.put(f"{PACKAGE}/{made['id']}", {"description": "x", "version": "old"}), 409)
    item = ok(api.put(f"{PACKAGE}/{made['id']}", OKTA, format="simplified"))["item"]
    assert item["inputs"]["okta-httpjson"]["vars"]["api_key"] != reference, "a plain text is a new secret"
    assert len(api.emulator.store("fleet_package_secrets")) == 1
    streams = {"okta.system": {"enabled": False}}
    off = {**OKTA, "inputs": {"okta-httpjson": {"vars": {"api_key": "s"}, "streams": streams}}}
    item = ok(api.put(f"{PACKAGE}/{made['id']}", off, format="simplified"))["item"]
    assert item["inputs"]["okta-httpjson"]["enabled"] is False


def test_upgrades_and_dry_runs(api: Api) -> None:
    made = ok(api.post(PACKAGE, OKTA))["item"]["id"]
    ids = {"packagePolicyIds": [made]}
    refused(api.post(f"{PACKAGE}/upgrade/dryrun", ids), 400)
    ok(api.post(f"{EPM}/okta/3.1.0", {}))
    (answer,) = ok(api.post(f"{PACKAGE}/upgrade/dryrun", ids))
    assert answer["hasErrors"] and "region" in answer["diff"][1]["errors"][0]["key"]
    assert [one["package"]["version"] for one in answer["diff"]] == ["3.0.0", "3.1.0"]
    refused(api.post(f"{PACKAGE}/upgrade", ids), 400)
    apache = {"name": "web", "package": {"name": "apache", "version": "1.23.0"}}
    made = ok(api.post(PACKAGE, apache))["item"]["id"]
    ok(api.post(f"{EPM}/apache/1.24.0", {}))
    (answer,) = ok(api.post(f"{PACKAGE}/upgrade", {"packagePolicyIds": [made]}))
    assert answer["success"]
    item = ok(api.get(f"{PACKAGE}/{made}", format="simplified"))["item"]
    assert item["package"]["version"] == "1.24.0"
    assert "preserve_original_event" in item["inputs"]["apache-logfile"]["streams"]["apache.access"]["vars"]


def test_deletion_is_lenient_and_limited_packages_are_not(api: Api) -> None:
    assert ok(api.delete(f"{PACKAGE}/nope")) == {"id": "nope"}
    endpoint = {"policy_ids": ["emulated-policy"], "package": {"name": "endpoint", "version": "8.18.0"}}
    ok(api.post(PACKAGE, {**endpoint, "name": "one"}))
    refused(api.post(PACKAGE, {**endpoint, "name": "two"}), 400)


def test_privileges() -> None:
    reader = Api(Emulator(), ("viewer", "viewer"))
    ok(reader.get(AGENT))
    ok(reader.get(PACKAGE))
    refused(reader.post(AGENT, NEW), 403)
    refused(reader.post(PACKAGE, OKTA), 403)
    refused(reader.post(f"{EPM}/okta", {}), 403)
