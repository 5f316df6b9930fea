# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fleet outputs: facts of the platform reference, section A.2."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from emulator_api import Api, ok, refused

from kibana_emulator import Emulator
from kibana_emulator.auth import digest

OUTPUTS = "/api/fleet/outputs"
KAFKA = {"type": "kafka", "name": "k", "hosts": ["test.fr:2000"], "auth_type": "user_pass", "username": "u"}


@pytest.fixture(params=["8.18.0", "9.4.3"])
def api(request: pytest.FixtureRequest) -> Iterator[Api]:
    api = Api(Emulator(version=request.param))
    yield api
    assert api.emulator.violations == []
    assert api.emulator.crashes == []


def create(api: Api, **fields: Any) -> dict[str, Any]:
    body = {"name": "es", "type": "elasticsearch", "hosts": ["https://test.fr"], **fields}
    return ok(api.post(OUTPUTS, body))["item"]


def test_smallest_elasticsearch_output(api: Api) -> None:
    item = create(api)
    item.pop("id")
    assert item == {
        "name": "es",
        "type": "elasticsearch",
        "hosts": ["https://test.fr:443"],
        "is_default": False,
        "is_default_monitoring": False,
        "preset": "balanced",
    }


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("http://test.fr", "http://test.fr:80"),
        ("https://test.fr:443/", "https://test.fr:443"),
        ("https://Test.FR:9200/path", "https://test.fr:9200/path"),
    ],
)
def test_hosts_are_normalised(api: Api, sent: str, stored: str) -> None:
    assert create(api, hosts=[sent])["hosts"] == [stored]


@pytest.mark.parametrize("host", ["test.fr:443", "ftp://test.fr", "nonsense", "https://"])
def test_bad_elasticsearch_hosts(api: Api, host: str) -> None:
    assert "Invalid" in refused(api.post(OUTPUTS, {"name": "a", "type": "elasticsearch", "hosts": [host]}), 400)


def test_presets(api: Api) -> None:
    assert create(api, config_yaml="bulk_max_size: 1")["preset"] == "custom"
    assert create(api, config_yaml="queue:\n  mem:\n    events: 1")["preset"] == "custom"
    assert create(api, config_yaml="other: 1")["preset"] == "balanced"
    body = {
        "name": "a",
        "type": "elasticsearch",
        "hosts": ["http://a"],
        "preset": "balanced",
        "config_yaml": "worker: 1",
    }
    assert "worker" in refused(api.post(OUTPUTS, body), 400)
    assert "preset" in refused(api.post(OUTPUTS, {**body, "preset": "fast"}), 400)


def test_logstash_is_echoed(api: Api) -> None:
    ssl = {"certificate": "CERTIFICATE", "key": "KEY", "certificate_authorities": ["CA1"]}
    body = {"name": "ls", "type": "logstash", "hosts": ["test.fr:443"], "ssl": ssl}
    item = ok(api.post(OUTPUTS, body))["item"]
    assert {key: item[key] for key in body} == body
    assert item["is_default"] is False
    assert "preset" not in item
    refused(api.post(OUTPUTS, {**body, "hosts": ["https://test.fr:443"]}), 400)


def test_smallest_kafka_output(api: Api) -> None:
    item = ok(api.post(OUTPUTS, {**KAFKA, "password": "p"}))["item"]
    filled = {
        "broker_timeout": 10, "required_acks": 1, "client_id": "Elastic", "compression": "gzip",
        "compression_level": 4, "sasl": {"mechanism": "PLAIN"}, "timeout": 30, "partition": "hash", "version": "1.0.0",
    }  # fmt: skip
    assert {key: item[key] for key in filled} == filled


@pytest.mark.parametrize(
    "fields",
    [
        {"compression": "gzip"},
        {"compression": "snappy", "compression_level": 4},
        {"connection_type": "plaintext"},
        {"auth_type": "none"},
        {"auth_type": "ssl"},
        {"password": None},
        {"secrets": {"password": "x"}},
        {"hosts": ["http://test.fr:1"]},
        {"hosts": ["test.fr:0"]},
        {"unknown": 1},
        {"version": "9.9"},
    ],
)
def test_kafka_conditions(api: Api, fields: dict[str, Any]) -> None:
    refused(api.post(OUTPUTS, {**KAFKA, "password": "p", **fields}), 400)


def test_kafka_put_resets_flags_and_credentials(api: Api) -> None:
    item = ok(api.post(OUTPUTS, {**KAFKA, "password": "p", "is_default": True, "timeout": 5}))["item"]
    path = f"{OUTPUTS}/{item['id']}"
    assert "is_default=false" in refused(api.put(path, {"type": "kafka", "name": "k"}), 400)
    refused(api.put(path, {"type": "kafka", "is_default": True}), 400)
    changed = ok(api.put(path, {"type": "kafka", "name": "k", "is_default": True}))["item"]
    assert [changed[key] for key in ("username", "password", "sasl", "ssl")] == [None] * 4
    assert changed["timeout"] == 5


def test_ids(api: Api) -> None:
    assert create(api, id="mine")["id"] == "mine"
    refused(api.post(OUTPUTS, {"id": "mine", "name": "b", "type": "elasticsearch", "hosts": ["http://a"]}), 409)
    assert refused(api.get(f"{OUTPUTS}/other"), 404) == "Output other not found"
    refused(api.put(f"{OUTPUTS}/other", {"name": "x"}), 404)
    refused(api.delete(f"{OUTPUTS}/other"), 404)
    assert ok(api.delete(f"{OUTPUTS}/mine")) == {"id": "mine"}
    assert refused(api.post(OUTPUTS, {"type": "elasticsearch", "hosts": ["http://a"]}), 400) == (
        "[request body.name]: expected value of type [string] but got [undefined]"
    )


def test_default_moves_and_is_guarded(api: Api) -> None:
    new = create(api, is_default=True)["id"]
    items = ok(api.get(OUTPUTS))["items"]
    assert items[0]["id"] == new
    assert [item["id"] for item in items if item["is_default"]] == [new]
    assert [item["id"] for item in items if item["is_default_monitoring"]] == ["fleet-default-output"]
    assert "Make another output" in refused(api.put(f"{OUTPUTS}/{new}", {"is_default": False}), 400)
    assert refused(api.delete(f"{OUTPUTS}/{new}"), 400) == f"Default output {new} cannot be deleted."
    assert "monitoring output" in refused(api.delete(f"{OUTPUTS}/fleet-default-output"), 400)


def test_put_merges_and_bumps_policies(api: Api) -> None:
    def revision() -> int:
        return ok(api.get("/api/fleet/agent_policies/emulated-policy"))["item"]["revision"]

    item = create(api, ca_sha256="abc")
    changed = ok(api.put(f"{OUTPUTS}/{item['id']}", {"name": "new"}))["item"]
    assert changed == {**item, "name": "new"}
    assert revision() == 1
    ok(api.put(f"{OUTPUTS}/fleet-default-output", {"name": "default"}))
    assert revision() == 2


def test_put_with_type_recomputes_the_preset(api: Api) -> None:
    item = create(api, preset="latency")
    assert ok(api.put(f"{OUTPUTS}/{item['id']}", {"name": "b"}))["item"]["preset"] == "latency"
    assert ok(api.put(f"{OUTPUTS}/{item['id']}", {"type": "elasticsearch"}))["item"]["preset"] == "balanced"


def test_put_without_type_takes_hosts_for_urls(api: Api) -> None:
    item = ok(api.post(OUTPUTS, {"name": "ls", "type": "logstash", "hosts": ["a:1"]}))["item"]
    refused(api.put(f"{OUTPUTS}/{item['id']}", {"hosts": ["a:2"]}), 400)
    assert ok(api.put(f"{OUTPUTS}/{item['id']}", {"type": "logstash", "hosts": ["a:2"]}))["item"]["hosts"] == ["a:2"]


def test_change_of_type(api: Api) -> None:
    item = create(api, ca_sha256="x")
    path = f"{OUTPUTS}/{item['id']}"
    kafka = {**KAFKA, "password": "p"}
    changed = ok(api.put(path, kafka))["item"]
    assert (changed["preset"], changed["ca_sha256"], changed["compression_level"]) == (None, None, 4)
    back = ok(api.put(path, {"type": "elasticsearch", "hosts": ["http://a"]}))["item"]
    assert (back["preset"], back["compression"], back["hosts"]) == ("balanced", None, ["http://a:80"])


def test_secrets_become_references(api: Api) -> None:
    vault = api.emulator.store("fleet_secrets")
    body = {"name": "ls", "type": "logstash", "hosts": ["a:1"], "secrets": {"ssl": {"key": "s3cret"}}}
    item = ok(api.post(OUTPUTS, body))["item"]
    path, first = f"{OUTPUTS}/{item['id']}", item["secrets"]["ssl"]["key"]
    assert set(first) == {"id"}
    assert vault[first["id"]]["digest"] == digest("s3cret")
    second = ok(api.put(path, {"type": "logstash", "secrets": {"ssl": {"key": "s3cret"}}}))["item"]["secrets"]["ssl"][
        "key"
    ]
    assert second != first
    assert list(vault) == [second["id"]]
    kept = ok(api.put(path, {"type": "logstash", "secrets": {"ssl": {"key": second}}}))["item"]
    assert kept["secrets"]["ssl"]["key"] == second
    assert list(vault) == [second["id"]]
    assert "s3cret" not in api.get(path).text + api.get("/_emulator/state").text


def test_put_without_secrets_loses_the_document(api: Api) -> None:
    vault = api.emulator.store("fleet_secrets")
    item = ok(api.post(OUTPUTS, {**KAFKA, "secrets": {"password": "p"}}))["item"]
    assert "sasl" not in item
    assert len(vault) == 1
    changed = ok(api.put(f"{OUTPUTS}/{item['id']}", {"name": "renamed"}))["item"]
    assert changed["secrets"] == item["secrets"]
    assert vault == {}


def test_deleting_an_output_deletes_its_secrets(api: Api) -> None:
    item = ok(api.post(OUTPUTS, {**KAFKA, "secrets": {"password": "p"}}))["item"]
    ok(api.delete(f"{OUTPUTS}/{item['id']}"))
    assert api.emulator.store("fleet_secrets") == {}


def test_plain_and_secret_together(api: Api) -> None:
    body = {"name": "r", "type": "remote_elasticsearch", "hosts": ["http://a"], "service_token": "a"}
    assert "both" in refused(api.post(OUTPUTS, {**body, "secrets": {"service_token": "b"}}), 400)


def test_without_storage_for_secrets(api: Api) -> None:
    api.emulator.fleet_secrets_enabled = False
    item = ok(api.post(OUTPUTS, {**KAFKA, "secrets": {"password": "p"}}))["item"]
    assert item["password"] == "p"
    assert "secrets" not in item


def test_preconfigured_output(api: Api) -> None:
    path = f"{OUTPUTS}/preconfigured-es"
    assert "name cannot be updated outside" in refused(api.put(path, {"name": "mine"}), 400)
    ok(api.put(path, {"name": "Preconfigured", "config_yaml": "a: 1"}))
    assert "cannot be deleted" in refused(api.delete(path), 400)


def test_shipper_needs_the_switch(api: Api) -> None:
    shipper = {"loadbalance": True}
    assert create(api, shipper=shipper)["shipper"] is None
    assert create(api, shipper=shipper, config_yaml="shipper:\n  enabled: true")["shipper"] == shipper


def test_privileges(api: Api) -> None:
    viewer = Api(api.emulator, ("viewer", "viewer"))
    ok(viewer.get(OUTPUTS))
    assert "[fleet-settings-all]" in refused(viewer.post(OUTPUTS, {}), 403)
    refused(Api(api.emulator, ("nobody", "nobody")).get(OUTPUTS), 403)


def test_settings_merge(api: Api) -> None:
    before = ok(api.get("/api/fleet/settings"))["item"]
    after = ok(api.put("/api/fleet/settings", {"prerelease_integrations_enabled": True}))["item"]
    assert after == {**before, "prerelease_integrations_enabled": True, "version": after["version"]}
    assert after["version"] != before["version"]
    assert ok(api.post("/api/fleet/setup"))["isInitialized"] is True
