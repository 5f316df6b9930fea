# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters between rules as files, rules as Kibana has them, and the options of modules."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from plays import play

from ansible_collections.stackops.kibana.plugins.filter.rule_from_toml import rule_from_toml
from ansible_collections.stackops.kibana.plugins.filter.rule_options import rule_options
from ansible_collections.stackops.kibana.plugins.filter.rule_to_toml import rule_to_toml
from ansible_collections.stackops.kibana.plugins.filter.with_secrets import with_secrets
from ansible_collections.stackops.kibana.plugins.plugin_utils import _rule_toml
from kibana_emulator import Emulator, EmulatorServer

RULES = Path(os.environ.get("KIBANA_RULES_DIR") or ROOT / "tests" / "unit" / "files" / "rules")
RULE = {"rule_id": "r", "type": "query"}
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
VALUES = st.recursive(
    TEXTS | st.integers(-(2**62), 2**62) | st.booleans() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)


def test_files_to_options_and_back() -> None:
    paths = sorted(RULES.rglob("*.toml"))
    assert paths
    for path in paths:
        rule = rule_from_toml(str(path))
        assert rule_from_toml(rule_to_toml(rule, {"maturity": "production"})) == rule


@given(st.dictionaries(TEXTS, VALUES, max_size=5), st.dictionaries(TEXTS, VALUES, max_size=3))
def test_whatever_is_written_is_read_back(rule: dict[str, Any], metadata: dict[str, Any]) -> None:
    for name in ("new_terms_fields", "history_window_start", "new_terms"):
        rule.pop(name, None)
    tables = _rule_toml.parse(_rule_toml.dump(rule, metadata))
    assert tables["rule"] == rule and tables.get("metadata", {}) == metadata


def test_a_file_is_for_people() -> None:
    rule = {**RULE, "query": "a:b and\nnot c:'d'", "threshold": {"field": ["x"], "value": 2}, "tags": ["A", "B"]}
    new = {"new_terms_fields": ["u"], "history_window_start": "now-7d", "note": "ends with '"}
    assert "random" not in rule_to_toml({**rule, "id": "random"})
    lines = rule_to_toml({**rule, **new}).splitlines()
    assert lines[0] == "[rule]" and 'tags = ["A", "B"]' in lines and "[rule.threshold]" in lines
    assert "[[rule.new_terms.history_window_start]]" in lines
    assert rule_from_toml(rule_to_toml({**rule, **new})) == {**rule, **new}


def test_an_export_becomes_options() -> None:
    server = {"id": "x", "immutable": False, "revision": 3, "updated_at": "t", "outcome": "exactMatch"}
    rule = {
        **RULE,
        **server,
        "license": None,
        "exceptions_list": [{"id": "y", "list_id": "l", "type": "detection", "namespace_type": "single"}],
        "required_fields": [{"name": "a", "type": "keyword", "ecs": True}],
    }
    options = {
        **RULE,
        "exceptions_list": [{"list_id": "l", "type": "detection", "namespace_type": "single"}],
        "required_fields": [{"name": "a", "type": "keyword"}],
    }
    assert rule_options(rule) == options
    assert rule_options([rule]) == [options]
    lines = [rule, {"list_id": "l", "type": "detection"}, {"id": "c", "attributes": {}}, {"exported_count": 3}]
    assert rule_options("\n".join(map(json.dumps, lines)) + "\n") == [options]


@pytest.mark.parametrize(
    ("value", "message"),
    (
        ({**RULE, "foo": 1}, "the rule: the module detection_rule has no option 'foo'"),
        ([RULE, 1], "element 1 must be a rule, not a int"),
        ("{broken", "line 1 is no valid JSON"),
        ('\n{"a": 1}', "line 2 is no part of an export of rules"),
        (None, "the rule must be a rule, not a NoneType"),
    ),
)
def test_what_is_no_rule_is_said(value: Any, message: str) -> None:
    with pytest.raises(AnsibleFilterError) as raised:
        rule_options(value)
    assert message in str(raised.value)


def test_what_cannot_be_written_is_said() -> None:
    for value, metadata in (("text", None), (RULE, "text"), ({**RULE, "new_terms_fields": ["a"]}, None)):
        with pytest.raises(AnsibleFilterError, match="rule_to_toml"):
            rule_to_toml(value, metadata)


def test_secrets_find_their_objects() -> None:
    objects = [{"id": "a", "name": "A"}, {"name": "B"}, {"id": "c"}]
    assert with_secrets(objects, {"a": {"k": 1}, "B": {"k": 2}, "A": {"k": 3}}) == [
        {"id": "a", "name": "A", "secrets": {"k": 1}},
        {"name": "B", "secrets": {"k": 2}},
        {"id": "c"},
    ]
    for value, secrets in (("a", {}), ([1], {}), ([], [])):
        with pytest.raises(AnsibleFilterError, match="with_secrets"):
            with_secrets(value, secrets)


@pytest.mark.parametrize("name", ("rule_to_toml", "rule_options", "with_secrets"))
def test_examples_run(tmp_path: Path, name: str) -> None:
    text = (ROOT / "plugins" / "filter" / f"{name}.py").read_text(encoding="utf-8")
    with EmulatorServer(Emulator()) as server:
        played = play(tmp_path, server.url, yaml.safe_load(text.split('EXAMPLES = r"""', 1)[1].split('"""', 1)[0]))
    assert played.status == 0, played.output
