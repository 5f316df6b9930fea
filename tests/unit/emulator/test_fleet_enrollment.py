# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enrollment API keys and packages of Fleet: facts of the platform reference, sections A.6 and A.10."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
import requests
import yaml
from emulator_api import Api, ok, refused

from kibana_emulator import Emulator, EmulatorAdapter

KEYS = "/api/fleet/enrollment_api_keys"
TEMPLATES = "/api/fleet/epm/templates"
PACKAGES = "/api/fleet/epm/packages"
POLICY = "emulated-policy"


@pytest.fixture(params=["8.18.0", "9.4.3"])
def api(request: pytest.FixtureRequest) -> Iterator[Api]:
    api = Api(Emulator(version=request.param, seed="soc"))
    yield api
    assert api.emulator.violations == []
    assert api.emulator.crashes == []


def test_a_key_gets_its_id_into_the_name(api: Api) -> None:
    answer = ok(api.post(KEYS, {"policy_id": POLICY, "name": "linux", "expiration": "7d"}))
    item = answer["item"]
    assert answer["action"] == "created"
    assert item["name"] == f"linux ({item['id']})"
    assert base64.b64decode(item["api_key"]).decode().startswith(item["api_key_id"] + ":")
    assert "expire_at" not in item
    assert ok(api.get(f"{KEYS}/{item['id']}"))["item"]["api_key"] == item["api_key"]
    nameless = ok(api.post(KEYS, {"policy_id": POLICY}))["item"]
    assert nameless["name"] == nameless["id"]


def test_a_name_is_taken_for_ever(api: Api) -> None:
    item = ok(api.post(KEYS, {"policy_id": POLICY, "name": "linux"}))["item"]
    refused(api.post(KEYS, {"policy_id": POLICY, "name": "linux"}), 409)
    ok(api.post(KEYS, {"policy_id": POLICY, "name": "linux servers"}))
    ok(api.post(KEYS, {"policy_id": "soc-servers", "name": "linux"}))
    for _again in range(2):
        assert ok(api.delete(f"{KEYS}/{item['id']}")) == {"action": "deleted"}
    assert ok(api.get(f"{KEYS}/{item['id']}"))["item"]["active"] is False
    assert "already exists" in refused(api.post(KEYS, {"policy_id": POLICY, "name": "linux"}), 409)


def test_keys_that_cannot_be(api: Api) -> None:
    assert refused(api.post(KEYS, {"policy_id": "nope"}), 404) == 'Agent policy "nope" not found'
    refused(api.post(KEYS, {"raoul": "raoul"}), 400)
    refused(api.get(f"{KEYS}/nope"), 404)
    refused(api.delete(f"{KEYS}/nope"), 404)
    refused(api.get(KEYS, kuery="nope:1"), 400)
    refused(api.delete(f"{KEYS}/nope", forceDelete="true"), 400)


def test_list_of_keys(api: Api) -> None:
    answer = ok(api.get(KEYS, kuery='fleet-enrollment-api-keys.policy_id:"soc-servers"'))
    assert [item["name"].partition(" (")[0] for item in answer["items"]] == [
        "Provisioning",
        "Provisioning 2025",
        "Default",
    ]
    assert answer["list"] == answer["items"]
    assert ok(api.get(KEYS, perPage=2, page=2))["total"] == 6
    assert ok(api.get(KEYS, kuery="active:false"))["total"] == 1


def test_a_key_opens_nothing_but_enrolment(api: Api) -> None:
    token = ok(api.get(KEYS))["items"][0]["api_key"]
    session = requests.Session()
    session.mount("http://", EmulatorAdapter(api.emulator))
    answer = session.get("http://kibana/api/fleet/agents", headers={"Authorization": f"ApiKey {token}"})
    assert answer.status_code == 403
    refused(Api(api.emulator, ("viewer", "viewer")).get(KEYS), 403)


@pytest.mark.parametrize(("name", "version"), [("apache", "1.24.0"), ("log", "2.3.1"), ("elastic_agent", "2.0.3")])
def test_templates_say_the_same_in_both_formats(api: Api, name: str, version: str) -> None:
    inputs = ok(api.get(f"{TEMPLATES}/{name}/{version}/inputs"))
    for form in ("yaml", "yml"):
        answer = api.get(f"{TEMPLATES}/{name}/{version}/inputs", format=form)
        assert answer.headers["content-type"].startswith("text/yaml")
        assert yaml.safe_load(answer.text) == inputs


def test_yaml_has_the_titles(api: Api) -> None:
    text = api.get(f"{TEMPLATES}/apache/1.24.0/inputs", format="yaml").text
    assert "  # Collect logs from Apache instances: Collecting Apache access and error logs\n" in text
    assert "\n      # Apache error logs: Collect Apache error logs\n      - id: logfile-apache.error\n" in text


def test_packages_that_are_not_to_be_had(api: Api) -> None:
    refused(api.get(f"{TEMPLATES}/apache/0.1.0/inputs"), 404)
    refused(api.get(f"{TEMPLATES}/nope/1.0.0/inputs"), 404)
    refused(api.get(f"{TEMPLATES}/apache/1/inputs"), 400)
    refused(api.get(f"{TEMPLATES}/preview_demo/0.1.0-beta.1/inputs"), 404)
    ok(api.get(f"{TEMPLATES}/preview_demo/0.1.0-beta.1/inputs", prerelease="true"))
    answer = api.get(f"{TEMPLATES}/unsigned_demo/1.0.0/inputs")
    assert (answer.status_code, answer.json()["attributes"]) == (400, {"type": "verification_failed"})
    ok(api.get(f"{TEMPLATES}/unsigned_demo/1.0.0/inputs", ignoreUnverified="true"))
    refused(api.get(f"{TEMPLATES}/apache/1.24.0/inputs", format="xml"), 400)


def test_installed_is_said_of_the_name(api: Api) -> None:
    item = ok(api.get(f"{PACKAGES}/apache/1.24.0"))["item"]
    assert (item["status"], item["version"], item["installationInfo"]["version"]) == ("installed", "1.24.0", "1.23.0")
    assert ok(api.get(f"{PACKAGES}/apache"))["item"]["version"] == "1.24.0"
    assert ok(api.get(f"{PACKAGES}/log"))["item"]["status"] == "not_installed"
    names = {item["name"] for item in ok(api.get(PACKAGES))["items"]}
    assert "preview_demo" not in names
    assert "preview_demo" in {item["name"] for item in ok(api.get(PACKAGES, prerelease="true"))["items"]}
