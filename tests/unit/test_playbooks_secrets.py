# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A play full of secrets by ansible-runner, -vvvv --diff: they are in nothing that it shows, keeps or leaves behind."""

from __future__ import annotations

import base64
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from conftest import LINK
from plays import PLAYBOOK
from reliability import report
from test_secrets_hunt import API_KEY, HEADER, PASSWORD, PEM, hits

from kibana_emulator import Emulator, EmulatorServer

ansible_runner = pytest.importorskip("ansible_runner")
VAULT = {
    "one": {"login": "planted-login-s3cret", "header": "planted-connector-header-s3cret", "key": PEM},
    "hooks": {name: f"https://planted-loop-{name}-s3cret.test/" for name in ("a", "b")},
    "proxy": {"header": "planted-proxy-header-s3cret", "url": "http://me:planted-url-s3cret@proxy.test:3128"},
    "output": "planted-output-s3cret",
    "parameter": "planted-parameter-s3cret",
    "body": "https://planted-body-s3cret.test/",
    "role": "https://planted-role-s3cret.test/",
    "kibana_password": PASSWORD,
    "kibana_headers": {"X-Access": HEADER},
}
SECRETS = [
    *(value for key, value in VAULT["one"].items() if key != "url"),  # type: ignore[attr-defined]
    *VAULT["hooks"].values(),  # type: ignore[attr-defined]
    *(VAULT[name] for name in ("output", "parameter", "body", "role", "kibana_password")),
    "planted-proxy-header-s3cret",
    "planted-url-s3cret",
    HEADER,
    API_KEY.partition(":")[2],
    base64.b64encode(f"planted:{PASSWORD}".encode()).decode(),
]
OF_CONNECTION = [PASSWORD, HEADER, SECRETS[-1]]
# What was sent to a space, and comes back in an error.
ECHOED = {
    "broken": ["planted-login-s3cret", "planted-connector-header-s3cret"],
    "broken-a": [VAULT["hooks"]["a"]],
    "broken-b": [VAULT["hooks"]["b"]],
    "broken-many": ["planted-login-s3cret"],
    "broken-lookup": [],
}
TASKS = yaml.safe_load(
    """
- name: Connector
  stackops.kibana.connector: &connector
    id: one
    name: One
    connector_type_id: .webhook
    config: {url: https://hook.test, headers: {X-Key: "{{ one.header }}"}}
    secrets: {user: robot, password: "{{ one.login }}"}
  register: shown
- name: What it returned
  ansible.builtin.debug: {var: shown}
- name: The same where Kibana repeats everything in an error
  stackops.kibana.connector: {<<: *connector, kibana_space: broken}
  register: shown
  ignore_errors: true
- name: What the failure returned
  ansible.builtin.debug: {var: shown}
- name: Another URL, and its secrets again
  stackops.kibana.connector: {<<: *connector, name: Renamed, update_secrets: always}
- name: Wrong options
  stackops.kibana.connector: {<<: *connector, no_such_option: 1}
  ignore_errors: true
- name: A loop over names
  stackops.kibana.connector:
    id: "{{ item }}"
    name: "{{ item }}"
    connector_type_id: .slack
    secrets: {webhookUrl: "{{ hooks[item] }}"}
  loop: [a, b]
  register: shown
- name: What the loop returned
  ansible.builtin.debug: {var: shown}
- name: A loop that fails
  stackops.kibana.connector:
    id: "{{ item }}"
    name: "{{ item }}"
    connector_type_id: .slack
    secrets: {webhookUrl: "{{ hooks[item] }}"}
    kibana_space: "broken-{{ item }}"
  loop: [a, b]
  ignore_errors: true
- name: Proxy with a key and headers
  stackops.kibana.fleet_proxy:
    id: p
    name: P
    url: "{{ proxy.url }}"
    proxy_headers: {X-P: "{{ proxy.header }}"}
    certificate: C
    certificate_key: "{{ one.key }}"
  register: shown
- name: What the proxy returned
  ansible.builtin.debug: {var: shown}
- name: Output
  stackops.kibana.fleet_output:
    id: remote
    name: Remote
    type: remote_elasticsearch
    hosts: ["https://es.test"]
    service_token: "{{ output }}"
- name: Server host
  stackops.kibana.fleet_server_host:
    id: s
    name: S
    host_urls: ["https://fleet.test"]
    ssl: {certificate: C, key: "{{ one.key }}"}
- name: Parameter
  stackops.kibana.synthetics_parameter: {key: k, value: "{{ parameter }}"}
- name: Any request
  stackops.kibana.kibana_request:
    method: POST
    path: /api/actions/connector
    body: {name: R, connector_type_id: .slack, config: {}, secrets: {webhookUrl: "{{ body }}"}}
    secret_fields: [secrets]
- name: Many objects
  stackops.kibana.kibana_apply: &many
    kind: connector
    defaults: {connector_type_id: .webhook, config: {url: https://hook.test, headers: {X-Key: "{{ one.header }}"}}}
    objects:
      - {id: m1, name: M1, secrets: {user: robot, password: "{{ one.login }}"}}
      - {id: m2, name: M2, secrets: {user: robot, password: "{{ role }}"}}
  register: shown
- name: What they returned
  ansible.builtin.debug: {var: shown}
- name: Many objects where Kibana repeats everything
  stackops.kibana.kibana_apply: {<<: *many, defaults: {connector_type_id: .webhook, kibana_space: broken-many},
    objects: [{id: m1, name: M1, secrets: {user: robot, password: "{{ one.login }}"}}]}
  ignore_errors: true
- name: Many proxies
  stackops.kibana.kibana_apply:
    kind: fleet_proxy
    objects:
      - {id: q, name: Q, url: "{{ proxy.url }}", proxy_headers: {X-P: "{{ proxy.header }}"}}
- name: Somebody changes one
  ansible.builtin.uri:
    url: "{{ kibana_url }}/api/actions/connector/m1"
    method: PUT
    headers: {kbn-xsrf: x}
    url_username: elastic
    url_password: changeme
    force_basic_auth: true
    body_format: json
    body: {name: Edited, config: {url: "https://other.test", hasAuth: false}, secrets: {}}
- name: Drift
  stackops.kibana.kibana_apply: *many
  check_mode: true
  diff: true
  register: drift
- name: Report
  stackops.kibana.drift_report: {results: {production: ["{{ drift }}"]}, dest: drift}
- name: Export
  stackops.kibana.kibana_export: {dest: exported}
- name: Prune
  stackops.kibana.kibana_prune:
    areas: [connectors]
    objects: {connectors: [{id: one, name: Renamed}]}
    scope: {connectors: {name: "*"}}
    max_deletions: 50
- name: Role
  ansible.builtin.include_role: {name: stackops.kibana.kibana_config}
  vars:
    kibana_connectors:
      - {id: r, name: R, connector_type_id: .slack, secrets: {webhookUrl: "{{ role }}"}}
    kibana_fleet_proxies:
      - {id: q2, name: Q2, url: "{{ proxy.url }}", proxy_headers: {X-P: "{{ proxy.header }}"}}
- name: Lookup that fails
  ansible.builtin.debug:
    msg: "{{ lookup('stackops.kibana.kibana', '/s/broken-lookup/api/spaces/space', in_space=false, **who) }}"
  vars:
    who: {kibana_url: "{{ kibana_url }}", kibana_username: planted, kibana_password: "{{ kibana_password }}",
          kibana_headers: "{{ kibana_headers }}"}
  ignore_errors: true
- name: Enrollment key
  stackops.kibana.fleet_enrollment_api_key: {policy: "{{ policy }}", name: planted}
  register: shown
- name: What that returned
  ansible.builtin.debug: {var: shown}
- name: Its token on request, and kept quiet
  stackops.kibana.fleet_enrollment_api_key: {policy: "{{ policy }}", name: planted, return_token: true}
  register: token
  no_log: true
- name: It is there
  ansible.builtin.assert: {that: token.enrollment_api_key.api_key | length > 10, quiet: true}
- name: By an API key
  stackops.kibana.space_info:
    kibana_api_key: "{{ key }}"
    kibana_username: "{{ omit }}"
    kibana_password: "{{ omit }}"
    kibana_space: "{{ omit }}"
"""
)


def everything(folder: Path, own: set[Path]) -> dict[str, str]:
    """The text of every file below a folder, but for those of the user."""
    paths = [path for path in folder.rglob("*") if path.is_file() and path not in own]
    return {str(path.relative_to(folder)): path.read_bytes().decode("utf-8", "replace") for path in paths}


@pytest.mark.parametrize("in_process", [True, False], ids=["in-process", "as modules"])
def test_nothing_shows_a_secret(in_process: bool, tmp_path: Path) -> None:
    emulator = Emulator(seed="soc")
    emulator.add_user("planted", PASSWORD, ["*"])
    emulator.directory.add_api_key(*API_KEY.split(":"), emulator.directory.users["planted"][1])
    for folder in ("home", "tmp", "runner"):
        (tmp_path / folder).mkdir()
    secrets, playbook = tmp_path / "vault.yml", tmp_path / "play.yml"
    secrets.write_text(yaml.safe_dump({**VAULT, "key": API_KEY}, allow_unicode=True), encoding="utf-8")
    with EmulatorServer(emulator) as server:
        policies = emulator.store("fleet_agent_policies", "default") or emulator.store("fleet_agent_policies")
        connection = {
            "kibana_url": server.url,
            "kibana_username": "planted",
            "kibana_password": "{{ kibana_password }}",
            "kibana_headers": "{{ kibana_headers }}",
        }
        text = {
            "hosts": "localhost",
            "gather_facts": False,
            "vars_files": ["vault.yml"],
            "vars": {
                "kibana_url": server.url,
                "kibana_in_process": in_process,
                "kibana_username": "planted",
                "policy": next(iter(policies), "emulated-policy"),
            },
            "module_defaults": {"group/stackops.kibana.kibana": connection},
            "tasks": TASKS,
        }
        playbook.write_text(yaml.safe_dump([text], sort_keys=False, width=1000), encoding="utf-8")
        for space, sent in ECHOED.items():
            said = {"statusCode": 400, "message": json.dumps([*sent, *OF_CONNECTION])}
            fault(server.url, {"path": f"/s/{space}/", "status": 400, "body": said})
        done = ansible_runner.run(
            private_data_dir=str(tmp_path / "runner"),
            project_dir=str(tmp_path),
            playbook=str(playbook),
            inventory="localhost ansible_connection=local",
            verbosity=4,
            cmdline="--diff",
            quiet=True,
            envvars={
                "ANSIBLE_COLLECTIONS_PATH": str(LINK.parents[2]),
                "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
                "HOME": str(tmp_path / "home"),
                "TMPDIR": str(tmp_path / "tmp"),
                "PATH": f"{Path(PLAYBOOK).parent}:{os.environ['PATH']}",
                "LC_ALL": "C.UTF-8",
                "PYTHONWARNINGS": "ignore",
            },
        )
    shown = done.stdout.read()
    assert done.status == "successful", shown[-3000:]
    keys = [key["api_key"] for key in stored(emulator, "enrollment") if key.get("api_key")]
    found, planted = {}, [*SECRETS, *keys]
    files = everything(tmp_path, {secrets, playbook})
    files["requests"] = json.dumps(emulator.requests)
    events = [path for path in files if "job_events" in path]
    assert len(events) > 3 * len(TASKS) and any(path.startswith("exported") for path in files)
    assert ("gets a process of its own" in shown) is not in_process
    for path, content in files.items():
        for secret in hits(content, planted):
            at = content.find(next(line for line in secret.splitlines() if "--" not in line)[:20])
            found[secret] = f"{path}: {content[max(0, at - 300) : at + 100]}"
    report.add("secrets", [{"module": "play", "planted": len(planted), "searched": len(files), "hits": len(found)}])
    assert not found, "\n".join(f"{secret[:40]!r} in {place}" for secret, place in found.items())


def stored(emulator: Emulator, name: str) -> list[dict[str, Any]]:
    """What the emulator holds in all collections whose names contain this word."""
    state = emulator.state()
    parts = [state["cluster"], *state["spaces"].values()]
    return [item for part in parts for key, held in part.items() if name in key for item in held.values()]


def fault(url: str, body: dict[str, Any]) -> None:
    requests.post(f"{url}/_emulator/faults", json=body, timeout=10).raise_for_status()
