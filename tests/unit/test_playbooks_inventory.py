# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugin fleet_agents, by the real ansible-inventory and ansible-playbook."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import LINK

from kibana_emulator import Emulator, EmulatorServer

BIN = Path(sys.executable).parent
API_KEY = "emulator:emulator"


class Server(EmulatorServer):
    """A server that knows its emulator."""

    def __init__(self, emulator: Emulator) -> None:
        super().__init__(emulator)
        self.emulator = emulator

    @property
    def agents(self) -> dict[str, Any]:
        return self.emulator.store("fleet_agents", "default")


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(Emulator(seed="soc")) as running:
        yield running


def run(program: str, folder: Path, url: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "KIBANA_"))}
    given = {"ANSIBLE_COLLECTIONS_PATH": str(LINK.parents[2]), "KIBANA_URL": url, "KIBANA_API_KEY": API_KEY}
    return subprocess.run(
        [str(BIN / program), *arguments],
        cwd=folder,
        env={**own, **given, "ANSIBLE_NOCOLOR": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def write(folder: Path, **options: Any) -> str:
    path = folder / "fleet_agents.yml"
    path.write_text(yaml.safe_dump({"plugin": "stackops.kibana.fleet_agents", **options}), encoding="utf-8")
    return path.name


def inventory(folder: Path, url: str, **options: Any) -> dict[str, Any]:
    done = run("ansible-inventory", folder, url, "-i", write(folder, **options), "--list")
    assert done.returncode == 0, done.stderr
    return dict(plain(json.loads(done.stdout)))


def plain(value: Any) -> Any:
    """Without the marks of texts that are never templates."""
    if isinstance(value, dict):
        return value["__ansible_unsafe"] if "__ansible_unsafe" in value else {k: plain(v) for k, v in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def hosts(listed: dict[str, Any]) -> dict[str, Any]:
    return dict(listed["_meta"]["hostvars"])


def test_hosts_variables_and_groups(tmp_path: Path, server: Server) -> None:
    listed = inventory(tmp_path, server.url)
    found = hosts(listed)
    agents = [agent for agent in server.agents.values() if agent.get("active", True)]
    assert 0 < len(found) <= len(agents)
    name, one = next((name, one) for name, one in found.items() if one["fleet_status"] == "online")
    assert one["fleet_hostname"] == name and one["fleet_agent"]["id"] == one["fleet_id"]
    assert name in listed["status_online"]["hosts"]
    assert name in listed["policy_" + one["fleet_policy"].replace(" ", "_").replace("-", "_")]["hosts"]
    for tag in one["fleet_tags"]:
        assert name in listed[f"tag_{tag}".replace("-", "_")]["hosts"]
    assert '"access_api_key":' not in json.dumps(found)


def test_selection_is_left_to_kibana(tmp_path: Path, server: Server) -> None:
    everything = hosts(inventory(tmp_path, server.url))
    tag = next(tag for one in everything.values() for tag in one["fleet_tags"])
    server.emulator.requests.clear()
    some = hosts(inventory(tmp_path, server.url, with_tags=[tag]))
    assert set(some) == {name for name, one in everything.items() if tag in one["fleet_tags"]}
    query = next(entry["query"] for entry in server.emulator.requests if entry["path"] == "/api/fleet/agents")
    assert tag in query["kuery"]
    assert hosts(inventory(tmp_path, server.url, with_tags=[]) | {"_meta": {"hostvars": {}}}) == {}


def test_constructed_options_and_templates(tmp_path: Path, server: Server) -> None:
    for agent in server.agents.values():
        agent["local_metadata"]["host"]["ip"] = ["10.1.2.3/24", "fe80::1/64"]
    listed = inventory(
        tmp_path,
        "http://nobody.example",
        kibana_url=server.url,
        kibana_api_key="{{ 'emulator' ~ ':' ~ 'emulator' }}",
        group_by=[],
        keyed_groups=[{"key": "fleet_platform", "prefix": "os"}],
        groups={"reachable": "fleet_status == 'online'"},
        compose={"ansible_host": "fleet_ips | first"},
    )
    found = hosts(listed)
    assert not [name for name in listed if name.startswith(("policy_", "tag_", "status_"))]
    assert set(listed["reachable"]["hosts"]) == {n for n, one in found.items() if one["fleet_status"] == "online"}
    assert any(name.startswith("os_") for name in listed)
    assert {one["ansible_host"] for one in found.values()} == {"10.1.2.3"}


def test_the_cache_spares_kibana(tmp_path: Path, server: Server) -> None:
    options = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(tmp_path / "cache")}
    first = inventory(tmp_path, server.url, **options)
    server.emulator.requests.clear()
    assert inventory(tmp_path, server.url, **options) == first
    assert server.emulator.requests == []


def test_more_agents_than_a_page(tmp_path: Path, server: Server) -> None:
    store = server.agents
    template = next(agent for agent in store.values() if agent.get("active", True))
    for number in range(1100):
        key = f"b{number:07d}-0000-4000-8000-000000000001"
        metadata = {**template["local_metadata"], "host": {"hostname": f"many-{number}"}}
        store[key] = {**template, "id": key, "local_metadata": metadata}
    found = hosts(inventory(tmp_path, server.url))
    assert sum(name.startswith("many-") for name in found) == 1100


def test_two_agents_of_one_name_are_two_hosts(tmp_path: Path, server: Server) -> None:
    store = server.agents
    template = next(agent for agent in store.values() if agent.get("active", True))
    key = "c0ffee00-0000-4000-8000-000000000001"
    store[key] = {**template, "id": key, "enrolled_at": "2020-01-01T00:00:00.000Z"}
    name = template["local_metadata"]["host"]["hostname"]
    found = hosts(inventory(tmp_path, server.url))
    assert found[name]["fleet_id"] == template["id"] and found[f"{name}_c0ffee00"]["fleet_id"] == key


@pytest.mark.parametrize(
    ("options", "said"),
    (
        ({"kibana_url": "http://127.0.0.1:9", "kibana_retries": 0}, "refused the connection"),
        ({"kibana_username": "nobody", "kibana_password": "nobody"}, "HTTP 403"),
        ({"kibana_username": "nobody", "kibana_password": "wrong"}, "HTTP 401"),
        ({"policy": "no such policy"}, "no agent policy with the id or name 'no such policy'"),
        ({"kuery": " "}, "kuery is empty"),
        ({"kibana_api_key": "{{ nonsense }}"}, "kibana_api_key is a template that cannot be filled in"),
    ),
)
def test_an_error_is_no_empty_inventory(tmp_path: Path, server: Server, options: dict[str, Any], said: str) -> None:
    name = write(tmp_path, **options)
    (tmp_path / "play.yml").write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, "tasks": []}]))
    for program, *arguments in (("ansible-inventory", "--list"), ("ansible-playbook", "play.yml")):
        done = run(program, tmp_path, server.url, "-i", name, *arguments)
        assert done.returncode != 0, done.stdout
        assert said in " ".join(done.stderr.split())
        assert "Traceback" not in done.stderr
    if "policy" in options:
        tolerant = run(
            "ansible-inventory", tmp_path, server.url, "-i", write(tmp_path, **options, required=False), "--list"
        )
        assert tolerant.returncode == 0 and said in " ".join(tolerant.stderr.split())
