# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWX: the playbook that sets it up, and its credential type."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from awx import CREDENTIAL_TYPE, TOKEN, Awx, injected, served
from conftest import ROOT
from plays import Played, play

from ansible_collections.stackops.kibana.plugins.module_utils import _args, _session
from ansible_collections.stackops.kibana.plugins.plugin_utils._in_process import run_module
from kibana_emulator import Emulator, EmulatorAdapter

SETUP = ROOT / "playbooks" / "awx_setup.yml"
PROJECT = ROOT / "extensions" / "awx" / "project"
TEMPLATES = yaml.safe_load((ROOT / "playbooks" / "files" / "awx" / "job_templates.yml").read_text(encoding="utf-8"))
SECRET = "s3cret-of-kibana"
CREDENTIAL = {"kibana_url": "https://kibana.example.com:5601", "kibana_api_key": SECRET}
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


def setup(folder: Path, url: str, *arguments: str, token: str = TOKEN, **variables: Any) -> Played:
    """Run the playbook."""
    own = {
        "awx_host": url,
        "awx_token": token,
        "awx_project_url": "https://git.example.com/soc/kibana.git",
        "awx_credential": CREDENTIAL,
        **variables,
    }
    return play(folder, url, SETUP, "-vvv", *arguments, **own)


def changed(played: Played) -> list[str]:
    """The names of the tasks that changed something."""
    return [entry["task"] for entry in played.results if entry["result"].get("changed")]


def test_everything_is_made_once(tmp_path: Path) -> None:
    awx = Awx()
    with served(awx) as url:
        foretold = setup(tmp_path, url, "--check")
        assert foretold.status == 0, foretold.output
        assert awx.writes == [] and changed(foretold)
        first = setup(tmp_path, url)
        assert first.status == 0, first.output
        assert len(awx.writes) == 11, awx.writes
        second = setup(tmp_path, url)
        assert second.status == 0 and changed(second) == [], second.output
        assert len(awx.writes) == 11
    (kind,) = awx.objects["credential_types"].values()
    assert {name: kind[name] for name in CREDENTIAL_TYPE} == CREDENTIAL_TYPE
    (credential,) = awx.objects["credentials"].values()
    assert credential["inputs"] == CREDENTIAL and credential["credential_type"] == kind["id"]
    assert {one["name"]: one["playbook"] for one in awx.objects["job_templates"].values()} == {
        one["name"]: one["playbook"] for one in TEMPLATES
    }
    assert sorted(spec["name"] for spec in awx.surveys.values()) == sorted(one["survey"]["name"] for one in TEMPLATES)
    assert all(ids == [credential["id"]] for ids in awx.attached.values()) and len(awx.attached) == 2
    for shown in (foretold, first, second):
        assert SECRET not in shown.output + json.dumps(shown.results)
        assert TOKEN not in json.dumps([entry["result"].get("invocation") for entry in shown.results])


def test_a_refusal_is_told_in_the_words_of_awx(tmp_path: Path) -> None:
    with served(Awx()) as url:
        played = setup(tmp_path, url, token="wrong")
    assert played.status != 0
    assert "GET /credential_types/: 401" in played.output
    assert "Authentication credentials were not provided." in played.output


def test_the_credential_type_alone_is_mended_where_it_differs(tmp_path: Path) -> None:
    awx = Awx()
    awx.objects["credential_types"][7] = {"id": 7, **CREDENTIAL_TYPE, "injectors": {"env": {}}}
    with served(awx) as url:
        played = setup(tmp_path, url, awx_project_url="", awx_credential={})
    assert played.status == 0 and len(changed(played)) == 1, played.output
    assert awx.writes == ["PATCH /api/v2/credential_types/7/"]
    assert awx.objects["credential_types"][7]["injectors"] == CREDENTIAL_TYPE["injectors"]


def test_every_connection_option_can_be_injected() -> None:
    options = {name.upper() for name in _args.CONNECTION} | {"KIBANA_SECRETS_KEY"}
    assert set(CREDENTIAL_TYPE["injectors"]["env"]) == options
    fields = {field["id"]: field for field in CREDENTIAL_TYPE["inputs"]["fields"]}
    assert {name.upper() for name in fields} == options
    secrets = {name for name, spec in _args.CONNECTION.items() if spec.get("no_log")} | {"kibana_secrets_key"}
    assert secrets <= {name for name, field in fields.items() if field.get("secret")}


@pytest.mark.parametrize(
    "credential",
    (
        {"kibana_api_key": "emulator:emulator"},
        {"kibana_username": "elastic", "kibana_password": "changeme"},
        {"kibana_bearer_token": "emulator-token", "kibana_retries": "0", "kibana_headers": '{"X-Tenant": "soc"}'},
    ),
)
def test_fields_left_empty_do_no_harm(
    credential: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """AWX gives the variables of such fields, too, as empty text."""
    emulator = Emulator()
    monkeypatch.setattr(_session, "build_adapter", lambda settings: EmulatorAdapter(emulator))
    monkeypatch.setattr(_session, "_SESSIONS", {})
    inputs = {"kibana_url": "http://kibana.test:5601", **credential}
    for name, value in injected(inputs, tmp_path).items():
        monkeypatch.setenv(name, value)
    result = run_module("space", {"id": "soc", "name": "SOC"})
    assert result.get("changed"), result


def test_certificates_become_files(tmp_path: Path) -> None:
    inputs = {"kibana_url": "https://kibana.test", "kibana_client_cert": PEM, "kibana_client_key": PEM}
    environment = injected(inputs, tmp_path, seen=tmp_path)
    assert Path(environment["KIBANA_CLIENT_CERT"]).read_text(encoding="utf-8") == PEM
    assert environment["KIBANA_CLIENT_KEY"] != environment["KIBANA_CLIENT_CERT"]
    assert injected({"kibana_url": "https://kibana.test"}, tmp_path)["KIBANA_CLIENT_CERT"] == ""


def test_the_job_templates_name_playbooks_of_the_project() -> None:
    for template in TEMPLATES:
        text = (PROJECT / template["playbook"]).read_text(encoding="utf-8")
        for question in template["survey"]["spec"]:
            assert {"question_name", "question_description", "variable", "type", "required", "default"} <= set(question)
            assert question["variable"] in text
