# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that reads Elastic's rule files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from conftest import LINK

from ansible_collections.stackops.kibana.plugins.filter.rule_from_toml import rule_from_toml
from ansible_collections.stackops.kibana.plugins.plugin_utils import _rule_toml
from kibana_emulator import Emulator, EmulatorServer

RULES = Path(__file__).parents[1] / "files" / "rules"
HEAD = '[rule]\nrule_id = "r"\ntype = "query"\n'


def test_a_file_becomes_options() -> None:
    rule = rule_from_toml(str(RULES / "query.toml"))
    assert rule["description"] == (
        "Somebody added a user to the group of administrators on a host that is not managed."
    )
    assert rule["false_positives"] == ["Setting up a host."]
    assert rule["query"] == 'event.action:"added-member-to-group" and\n  not host.name:*.managed.example\n'
    assert rule["enabled"] is False
    assert rule["filters"][0]["query"]["wildcard"]["host.name"]["case_insensitive"] is True
    assert "maturity" not in rule and "transform" not in rule


def test_queries_of_the_transform_table_stand_in_the_note() -> None:
    note = rule_from_toml(str(RULES / "query.toml"))["note"].splitlines()
    label = '"label":"Processes of the user"'
    query = '"query":"SELECT * FROM processes WHERE username = \'{{user.name}}\'"'
    assert note[2] == f"- what the user runs: !{{osquery{{{label},{query}}}}}"
    name, _unused, text = note[3].partition("!{investigate")
    assert name == "- what else happened: "
    assert json.loads(text[:-1])["providers"][0][0] == {
        "excluded": False,
        "field": "host.id",
        "queryType": "phrase",
        "value": "{{host.id}}",
        "valueType": "string",
    }
    assert note[4] == "- what costs $5 or $osquery_7", "what is no placeholder stays"


def test_new_terms_become_flat() -> None:
    rule = rule_from_toml(str(RULES / "new_terms.toml"))
    assert rule["new_terms_fields"] == ["user.name", "source.geo.country_iso_code"]
    assert rule["history_window_start"] == "now-30d"
    assert "new_terms" not in rule


def test_text_and_path_give_the_same() -> None:
    for path in RULES.glob("*.toml"):
        text = path.read_text(encoding="utf-8")
        assert rule_from_toml(text) == rule_from_toml(str(path)) == rule_from_toml(text.replace("\n", "\r\n"))


def test_fields_that_kibana_sets_are_left_out() -> None:
    text = HEAD + 'revision = 3\nid = "x"\nthrottle = "rule"\n'
    assert rule_from_toml(text) == {"rule_id": "r", "type": "query", "throttle": "rule"}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (HEAD + "\nfoo = 1\n", "x.toml, line 5: the module detection_rule has no option 'foo'"),
        (HEAD + "[[rule.bar]]\na = 1\n", "x.toml, line 4: the module detection_rule has no option 'bar'"),
        (HEAD + "[other]\na = 1\n", "x.toml, line 4: [other] is none of the tables"),
        (HEAD + "name = \n", "x.toml is no valid TOML: Invalid value (at line 4"),
        ("[metadata]\na = 1\n", "x.toml has no [rule] table"),
        ('[rule]\nrule_id = "r"\n', "x.toml: type is missing in the [rule] table"),
        (HEAD + '[rule.new_terms]\nfield = "a"\n', "x.toml, line 4: new_terms needs field, value"),
        ("no-such-file.toml", "rule_from_toml cannot read 'no-such-file.toml'"),
        (None, "rule_from_toml takes a path or a text, not a NoneType"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_line(value: str, message: str) -> None:
    with pytest.raises(AnsibleFilterError) as raised:
        rule_from_toml(value, file="x.toml")
    assert message in str(raised.value)


def test_an_old_python_without_tomli_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_rule_toml, "toml", None)
    with pytest.raises(AnsibleFilterError, match="Python library tomli"):
        rule_from_toml(HEAD)


def test_a_play_over_a_folder_of_files_runs_twice(tmp_path: Path) -> None:
    """Braces in a note are for Kibana: no template may touch them on the way."""
    emulator = Emulator()
    with EmulatorServer(emulator) as server:
        defaults = {"kibana_url": server.url, "kibana_username": "elastic", "kibana_password": "changeme"}
        task = {
            "name": "Apply the rule files",
            "stackops.kibana.detection_rule": "{{ item | stackops.kibana.rule_from_toml }}",
            "with_fileglob": [f"{RULES}/*.toml"],
            "loop_control": {"label": "{{ item | basename }}"},
        }
        play = {
            "hosts": "localhost",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": sys.executable},
            "module_defaults": {"group/stackops.kibana.kibana": defaults},
            "tasks": [task],
        }
        (tmp_path / "play.yml").write_text(yaml.safe_dump([play], sort_keys=False), encoding="utf-8")
        count = len(list(RULES.glob("*.toml")))
        for expected in (count, 0):
            environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(LINK.parents[2]), "ANSIBLE_NOCOLOR": "1"}
            command = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", "localhost,", "-c", "local"]
            done = subprocess.run(
                [*command, "play.yml"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout + done.stderr
            assert done.stdout.count("changed: [localhost] => (item=") == expected, done.stdout
        rules = emulator.store("detection_rules", "default").values()
        assert any("{{user.name}}" in rule.get("note", "") for rule in rules)
