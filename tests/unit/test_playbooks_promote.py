# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook promote: what one Kibana has, under other names in another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from conftest import ROOT
from plays import Played, play
from test_playbooks_export import writes

from ansible_collections.stackops.kibana.plugins.plugin_utils import _mapping
from ansible_collections.stackops.kibana.plugins.plugin_utils._export import Template
from ansible_collections.stackops.kibana.plugins.plugin_utils._prune import Refusal
from ansible_collections.stackops.kibana.plugins.plugin_utils._source import Found
from kibana_emulator import Emulator, EmulatorServer

NAME = "Alert {{context.rule.name}} {% of %} {{#state.signals_count}}many{{/state.signals_count}}"
DEV = [
    ("space", {"id": "dev", "name": "Development"}),
    ("kibana_role", {"name": "analyst", "kibana": [{"spaces": ["dev"], "feature": {"discover": ["all"]}}]}),
    (
        "connector",
        {
            "id": "dev-hook",
            "name": "Dev hook",
            "connector_type_id": ".webhook",
            "config": {"url": "https://hooks.dev.example.com/{{kibana}}", "headers": {"X-Team": "soc-h3ader"}},
            "secrets": {"user": "robot", "password": "dev-s3cret"},
            "kibana_space": "dev",
        },
    ),
    ("data_view", {"id": "logs", "title": "logs-dev-*,metrics-*", "name": "Logs", "kibana_space": "dev"}),
    (
        "detection_rule",
        {
            "rule_id": "one",
            "name": "One",
            "type": "query",
            "description": "See {{ not_a_variable }}.",
            "severity": "low",
            "risk_score": 5,
            "query": "a:b",
            "index": ["logs-dev-*", "winlogbeat-*"],
            "actions": [{"id": "dev-hook", "params": {"body": NAME}}],
            "kibana_space": "dev",
        },
    ),
]
MAPPING = {
    "spaces": {"dev": "prod"},
    "indices": {"logs-dev-*": "logs-*"},
    "connectors": {"dev-hook": "hook", "Dev hook": "Hook"},
    "texts": {"dev.example.com": "example.com"},
}
SECRETS = {
    "kibana_secrets": {
        "connectors/prod/hook/secrets.user": "robot",
        "connectors/prod/hook/secrets.password": "prod-s3cret",
        "connectors/prod/hook/config.headers.X-Team": "soc-other",
    }
}


def fill(folder: Path, url: str) -> None:
    """Make the source what `DEV` says; Kibana's own templates are no templates of Ansible."""
    tasks = [
        {"name": kind, f"stackops.kibana.{kind}": f"{{{{ lookup('file', '{kind}.json') | from_json }}}}"}
        for kind, _options in DEV
    ]
    for kind, options in DEV:
        (folder / f"{kind}.json").write_text(json.dumps(options), encoding="utf-8")
    done = play(folder, url, tasks)
    assert done.status == 0, done.output


def promote(folder: Path, source: str, target: str, *arguments: str) -> Played:
    """Run the playbook with two hosts."""
    login = {"kibana_username": "elastic", "kibana_password": "changeme"}
    hosts = {"source": {"kibana_url": source, **login}, "target": {"kibana_url": target, **login}}
    inventory = folder / "inventory.yml"
    inventory.write_text(yaml.safe_dump({"all": {"hosts": hosts}}), encoding="utf-8")
    variables = {"promote_mapping": MAPPING, "promote_dest": str(folder / "promoted"), **SECRETS}
    playbook = ROOT / "playbooks" / "promote.yml"
    return play(folder, "http://nobody.example", playbook, "-i", str(inventory), *arguments, **variables)


def test_what_the_source_has_comes_to_the_target_under_its_names(tmp_path: Path) -> None:
    emulator = Emulator()
    with EmulatorServer(Emulator()) as source, EmulatorServer(emulator) as target:
        fill(tmp_path, source.url)
        foretold = promote(tmp_path, source.url, target.url, "--check")
        assert foretold.status == 0, foretold.output
        assert writes(emulator) == []
        done = promote(tmp_path, source.url, target.url, "--diff")
        assert done.status == 0, done.output
        assert "s3cret" not in done.output
        again = promote(tmp_path, source.url, target.url)
        assert again.status == 0, again.output
        assert not [entry["task"] for entry in again.results if entry["result"].get("changed")]
        http = requests.Session()
        http.auth = ("elastic", "changeme")
        spaces = {space["id"] for space in http.get(f"{target.url}/api/spaces/space").json()}
        role = http.get(f"{target.url}/api/security/role/analyst").json()
        connector = http.get(f"{target.url}/s/prod/api/actions/connector/hook").json()
        rule = http.get(f"{target.url}/s/prod/api/detection_engine/rules?rule_id=one").json()
        views = http.get(f"{target.url}/s/prod/api/data_views").json()["data_view"]
    assert spaces == {"default", "prod"}
    assert role["kibana"][0]["spaces"] == ["prod"]
    assert connector["name"] == "Hook"
    assert connector["config"]["url"] == "https://hooks.example.com/{{kibana}}"
    assert connector["config"]["headers"] == {"X-Team": "soc-other"}
    assert rule["index"] == ["logs-*", "winlogbeat-*"]
    assert rule["actions"][0]["id"] == "hook" and rule["actions"][0]["params"] == {"body": NAME}
    assert rule["description"] == "See {{ not_a_variable }}."
    assert [view["title"] for view in views] == ["logs-*,metrics-*"]


@pytest.mark.parametrize(
    ("given", "said"),
    (
        ([], "mapping must be a dictionary with spaces, indices, connectors, texts."),
        ({"space": {}}, "mapping must be a dictionary with"),
        ({"spaces": ["a"]}, "mapping.spaces must be a dictionary of old and new texts."),
        ({"spaces": {"a": 1}}, "mapping.spaces must be a dictionary of old and new texts."),
        ({"texts": {"": "a"}}, "mapping.texts has an empty text"),
    ),
)
def test_a_wrong_mapping_is_one_sentence(given: Any, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        _mapping.mapping_of(given)


def mapped(kind: str, options: dict[str, Any], **more: Any) -> Found:
    return _mapping.mapped(Found(kind, {}, options, False, **more), _mapping.mapping_of(MAPPING))


def test_only_what_a_part_is_about_changes() -> None:
    options = {"id": "dev-hook", "name": "dev", "index": "dev-hook", "tags": ["dev"], "n": 1, "params": {"index": "x"}}
    assert mapped("alerting_rule", options).options == options
    assert mapped("tag", {"id": "dev", "name": "Dev hook"}).options == {"id": "dev", "name": "Dev hook"}
    assert mapped("space", {"id": "dev"}).options == {"id": "prod"}
    assert mapped("kibana_role", {"name": "dev", "names": ["logs-dev-*"]}).options == {
        "name": "dev",
        "names": ["logs-*"],
    }
    assert mapped("dashboard", {"title": "logs-dev-*"}).options == {"title": "logs-dev-*"}


def test_files_follow_their_space() -> None:
    src = Template("{{ kibana_files }}/saved_objects/dev.ndjson")
    found = mapped("saved_objects_import", {"src": src}, files={"saved_objects/dev.ndjson": "at dev.example.com\n"})
    assert found.options["src"] == "{{ kibana_files }}/saved_objects/prod.ndjson"
    assert isinstance(found.options["src"], Template)
    assert found.files == {"saved_objects/prod.ndjson": "at example.com\n"}
