# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role fleet_bootstrap: Fleet in one go, and what an agent needs to enrol."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from plays import Played, play

from kibana_emulator import Emulator, EmulatorServer

STATE: dict[str, Any] = {
    "fleet_bootstrap_proxies": [{"id": "way-out", "name": "Way out", "url": "http://proxy.example.com:3128"}],
    "fleet_bootstrap_download_sources": [
        {"id": "mirror", "name": "Mirror", "host": "https://mirror.example.com/agents"}
    ],
    "fleet_bootstrap_outputs": [
        {
            "id": "archive",
            "name": "Archive",
            "type": "elasticsearch",
            "hosts": ["https://archive.example.com:9200"],
            "ssl": {"certificate": "cert"},
            "secrets": {"ssl": {"key": "fleet-s3cret"}},
        }
    ],
    "fleet_bootstrap_server_hosts": [
        {
            "id": "dc2",
            "name": "Data centre 2",
            "host_urls": ["https://fleet-a.example.com:8220", "https://fleet-b.example.com:8220"],
            "proxy_id": "way-out",
            "ssl": {"certificate_authorities": ["/etc/ssl/dc 2.pem", "-----BEGIN CERTIFICATE-----\nx"]},
        }
    ],
    "fleet_bootstrap_packages": [{"name": "apache"}],
    "fleet_bootstrap_agent_policies": [
        {"id": "web", "name": "Web", "fleet_server_host_id": "Data centre 2", "download_source_id": "Mirror"},
        {"id": "plain", "name": "Plain"},
    ],
    "fleet_bootstrap_package_policies": [{"name": "apache-web", "policy_ids": ["Web"], "package": {"name": "apache"}}],
    "fleet_bootstrap_enrollment_keys": [
        {"name": "rollout", "policy": "Web"},
        {"name": "rollout", "policy": "plain"},
    ],
}
VERSION = "9.4.3"
ROLE = "stackops.kibana.fleet_bootstrap : {}"


def run(folder: Path, url: str, *arguments: str, **variables: Any) -> Played:
    login = {"kibana_url": url, "kibana_username": "elastic", "kibana_password": "changeme"}
    use = {
        "name": "Use",
        "ansible.builtin.debug": {"msg": "{{ fleet_bootstrap_tokens | default({}) | map('length') | list }}"},
    }
    text = [
        {
            "hosts": "localhost",
            "gather_facts": False,
            "roles": ["stackops.kibana.fleet_bootstrap"],
            "post_tasks": [use],
            "vars": {**STATE, **login},
        }
    ]
    playbook = folder / "site.yml"
    playbook.write_text(json.dumps(text), encoding="utf-8")
    return play(folder, "http://nobody.example", playbook, *arguments, **variables)


def agents(played: Played) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = played.result(ROLE.format("Show what an agent needs"))["fleet_bootstrap_agents"]
    return found


def writes(emulator: Emulator) -> list[str]:
    found = [f"{entry['method']} {entry['path']}" for entry in emulator.requests if entry["method"] != "GET"]
    emulator.requests.clear()
    return found


def test_from_nothing_to_the_first_agent(tmp_path: Path) -> None:
    emulator = Emulator()
    with EmulatorServer(emulator) as server:
        foretold = run(tmp_path, server.url, "--check", "--diff", fleet_bootstrap_return_tokens=True)
        assert foretold.status == 0, foretold.output
        assert writes(emulator) == []
        assert [one["policy_id"] for one in agents(foretold)] == ["", ""]
        first = run(tmp_path, server.url, "--diff", "-vvv", fleet_bootstrap_return_tokens=True)
        assert first.status == 0, first.output
        assert writes(emulator)
        second = run(tmp_path, server.url)
        assert second.status == 0 and "changed=0 " in second.output and writes(emulator) == []
    assert "fleet-s3cret" not in first.output and "fleet-s3cret" not in json.dumps(first.results)
    web, plain = agents(first)
    assert web == {
        "enrollment_key": "rollout",
        "policy": "Web",
        "policy_id": "web",
        "fleet_server_urls": ["https://fleet-a.example.com:8220", "https://fleet-b.example.com:8220"],
        "certificate_authorities": ["/etc/ssl/dc 2.pem", "-----BEGIN CERTIFICATE-----\nx"],
        "proxy_url": "http://proxy.example.com:3128",
        "agent_version": VERSION,
        "download_url": (
            f"https://mirror.example.com/agents/beats/elastic-agent/elastic-agent-{VERSION}-linux-x86_64.tar.gz"
        ),
        "install_options": [
            "--url=https://fleet-a.example.com:8220",
            "--certificate-authorities=/etc/ssl/dc 2.pem",
            "--proxy-url=http://proxy.example.com:3128",
        ],
        "install_command": web["install_command"],
    }
    assert shlex.split(web["install_command"]) == [
        "./elastic-agent",
        "install",
        "--non-interactive",
        *web["install_options"],
        "--enrollment-token=$FLEET_ENROLLMENT_TOKEN",
    ]
    assert plain["fleet_server_urls"] != web["fleet_server_urls"] and plain["policy_id"] == "plain"
    assert agents(second) == agents(first)


def test_tokens_only_on_request_and_never_shown(tmp_path: Path) -> None:
    emulator = Emulator()
    with EmulatorServer(emulator) as server:
        without = run(tmp_path, server.url, "-vvv")
        with_tokens = run(tmp_path, server.url, "-vvv", fleet_bootstrap_return_tokens=True)
    tokens = [key["api_key"] for key in emulator.store("fleet_enrollment_keys", "default").values()]
    assert tokens and without.result("Use")["msg"] == []
    assert len(with_tokens.result("Use")["msg"]) == 2
    assert "changed=0 " in with_tokens.output
    for played in (without, with_tokens):
        assert not [token for token in tokens if token in played.output]


@pytest.mark.parametrize(
    ("variables", "expected"),
    (
        ({"fleet_bootstrap_agent_version": "8.17.1"}, "elastic-agent-8.17.1-linux-x86_64.tar.gz"),
        ({"fleet_bootstrap_platform": "windows-x86_64"}, "-windows-x86_64.zip"),
        ({"fleet_bootstrap_ca_path": "/own/ca.pem"}, "--certificate-authorities=/own/ca.pem"),
    ),
)
def test_what_the_variables_say_of_agents(tmp_path: Path, variables: dict[str, Any], expected: str) -> None:
    only = {
        "fleet_bootstrap_packages": [],
        "fleet_bootstrap_package_policies": [],
        "fleet_bootstrap_outputs": [],
    }
    with EmulatorServer(Emulator()) as server:
        played = run(tmp_path, server.url, **only, **variables)
    assert played.status == 0, played.output
    assert expected in json.dumps(agents(played)[0])
