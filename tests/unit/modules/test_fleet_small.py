# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the lifecycle table does not show about server hosts, download sources, proxies and the list of outputs."""

from __future__ import annotations

from typing import Any

import pytest
from harness import Kibana, without_invocation

HOST = {"id": "h", "name": "H", "host_urls": ["https://a"]}
SOURCE = {"id": "s", "name": "S", "host": "https://a"}
PROXY = {"id": "p", "name": "P", "url": "http://a"}
KINDS = {"fleet_server_host": HOST, "fleet_agent_download_source": SOURCE, "fleet_proxy": PROXY}
SECRET = {"secrets": {"ssl": {"key": "k-s3cret"}}}


def digest_of(kibana: Kibana, module: str, identity: str) -> str | None:
    """The digest of the secret that the emulator holds for an object, or None where it was lost."""
    store = {"fleet_server_host": "fleet_server_hosts", "fleet_agent_download_source": "fleet_download_sources"}
    reference = kibana.emulator.store(store[module])[identity]["secrets"]["ssl"]["key"]["id"]
    entry = kibana.emulator.store("fleet_secrets").get(reference)
    return entry and entry["digest"]


@pytest.mark.parametrize("module", ["fleet_server_host", "fleet_agent_download_source"])
def test_an_update_keeps_the_secret_and_rotates_it_only_when_asked(kibana: Kibana, module: str) -> None:
    options = KINDS[module]
    kibana.ok(module, {**options, **SECRET})
    first = digest_of(kibana, module, options["id"])
    assert first
    assert kibana.ok(module, {**options, "name": "other"})["changed"]
    assert digest_of(kibana, module, options["id"]) == first
    new = {"secrets": {"ssl": {"key": "new-s3cret"}}}
    assert not kibana.ok(module, {**options, "name": "other", **new})["changed"]
    result = kibana.ok(module, {**options, "name": "other", **new, "update_secrets": "always"})
    assert result["changed"]
    assert "new-s3cret" not in without_invocation(result)
    assert digest_of(kibana, module, options["id"]) not in (None, first)


@pytest.mark.parametrize("module", ["fleet_server_host", "fleet_proxy"])
def test_two_of_one_name_are_an_error_that_lists_both(kibana: Kibana, module: str) -> None:
    options = {**KINDS[module], "name": "same"}
    kibana.ok(module, options)
    kibana.ok(module, {**options, "id": "z"})
    by_name = {key: value for key, value in options.items() if key != "id"}
    result = kibana.fails(module, by_name)
    assert f"2 objects have the name 'same' (id: {options['id']}, z): give id" in result["msg"]


@pytest.mark.parametrize(
    ("module", "params", "text"),
    [
        ("fleet_server_host", {"id": "preconfigured-fleet-server", "name": "x"}, "is preconfigured"),
        ("fleet_server_host", {"id": "preconfigured-fleet-server", "state": "absent"}, "is preconfigured"),
        ("fleet_proxy", {"id": "preconfigured-proxy", "state": "absent"}, "is preconfigured"),
        ("fleet_agent_download_source", {"id": "fleet-default-download-source", "state": "absent"}, "is the default"),
        ("fleet_server_host", {"id": "new"}, "a new one needs name and host_urls"),
        ("fleet_agent_download_source", {"name": "new"}, "a new one needs host"),
        ("fleet_proxy", {"name": "new"}, "a new one needs url"),
        ("fleet_agent_download_source", {**SOURCE, "host": "mirror"}, "host must be a URL"),
        ("fleet_agent_download_source", {**SOURCE, "auth": {"username": "u", "api_key": "k"}}, "give one of them"),
        (
            "fleet_agent_download_source",
            {**SOURCE, "ssl": {"key": "s3cret"}, "secrets": {"ssl": {"key": "s3cret"}}},
            "ssl.key and secrets.ssl.key are the same thing",
        ),
        ("fleet_proxy", {}, "one of the following is required: id, name"),
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_refusals(kibana: Kibana, module: str, params: dict[str, Any], text: str, check: bool) -> None:
    assert text in kibana.fails(module, params, check=check)["msg"]
    assert kibana.writes() == []


def test_outputs(any_kibana: Kibana) -> None:
    any_kibana.ok(
        "fleet_output", {"id": "l", "name": "L", "type": "logstash", "hosts": ["a:1"], "ssl": {"key": "s3cret"}}
    )
    outputs = any_kibana.ok("fleet_output_info", {})["outputs"]
    assert [output["id"] for output in outputs] == ["fleet-default-output", "preconfigured-es", "l"]
    for wanted in ({"id": "l"}, {"name": "L"}, {"type": "logstash"}):
        found = any_kibana.ok("fleet_output_info", wanted)
        assert [output["id"] for output in found["outputs"]] == ["l"]
        assert "s3cret" not in without_invocation(found)
    for nothing in ({"id": "x"}, {"name": "x"}, {"type": "kafka"}, {"id": "l", "type": "kafka"}):
        assert any_kibana.ok("fleet_output_info", nothing)["outputs"] == []
    for status in (401, 403, 404, 500):
        any_kibana.fault(path="/api/fleet", status=status, body={"statusCode": status, "message": "Not Found"}, times=2)
        assert any_kibana.fails("fleet_output_info", {"id": "x"})["status"] == status
        any_kibana.no_faults()
