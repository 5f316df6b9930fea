# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of sources fits the kinds and their modules; what an export takes, and what it leaves."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT
from harness import Kibana
from test_export import client

from ansible_collections.stackops.kibana.plugins.plugin_utils import _export_files, _kinds, _prune, _select, _sources
from ansible_collections.stackops.kibana.plugins.plugin_utils._connector_secrets import secrets_of
from ansible_collections.stackops.kibana.plugins.plugin_utils._export import Template
from ansible_collections.stackops.kibana.plugins.plugin_utils._source import Found

MODULES = ROOT / "plugins" / "modules"
WITHOUT_SOURCE: dict[str, str] = {}  # kinds that cannot be exported, with the reason
THERE = [kind for kind in _kinds.KINDS if (MODULES / f"{kind.module}.py").exists()]
LOG = {"connector_type_id": ".server-log"}
RULE = {"type": "query", "description": "d", "severity": "low", "risk_score": 5, "query": "a:b"}


def documented(module: str) -> dict[str, Any]:
    """The options of a module as it documents them."""
    text = (MODULES / f"{module}.py").read_text(encoding="utf-8")
    about = yaml.safe_load(text.split('DOCUMENTATION = r"""', 1)[1].split('"""', 1)[0])
    options: dict[str, Any] = {}
    for fragment in about["extends_documentation_fragment"]:
        name, _unused, part = fragment.removeprefix("stackops.kibana.").partition(".")
        source = importlib.import_module(f"ansible_collections.stackops.kibana.plugins.doc_fragments.{name}")
        more = yaml.safe_load(getattr(source.ModuleDocFragment, part.upper() or "DOCUMENTATION"))
        options.update(more.get("options") or {})
    return {**options, **(about.get("options") or {})}


@pytest.mark.parametrize("kind", THERE, ids=lambda kind: kind.module)
def test_every_kind_can_be_exported_and_is_what_its_module_documents(kind: _kinds.Kind) -> None:
    assert (kind.module in _sources.SOURCES) != (kind.module in WITHOUT_SOURCE)
    options = documented(kind.module)
    if kind.many and kind.many.module == kind.module:
        options.update(options[kind.many.option]["suboptions"])
    named = {*kind.labels, *_sources.SOURCES[kind.module].identity, *([kind.mark] if kind.mark else [])}
    assert named <= set(options)


def test_every_source_is_that_of_a_kind() -> None:
    assert set(_sources.SOURCES) <= set(_kinds.BY_MODULE)
    for source in _sources.SOURCES.values():
        assert set(source.needs) <= set(_sources.SOURCES)
        assert bool(source.needs) == bool(source.refers)


def test_what_is_needed_comes_first() -> None:
    order = [kind.module for kind in _kinds.KINDS]
    for kind, source in _sources.SOURCES.items():
        for needed in set(source.needs) - {"slo"}:  # a rule may watch an SLO, whatever comes first
            assert order.index(needed) < order.index(kind), (needed, kind)


@pytest.mark.parametrize(
    ("type_id", "config", "names"),
    (
        (".server-log", {}, ()),
        (".unknown", {}, ()),
        (".webhook", {}, ("user", "password")),
        (".webhook", {"hasAuth": False}, ()),
        (".webhook", {"authType": "webhook-authentication-ssl", "certType": "ssl-crt-key"}, ("crt", "key")),
        (".webhook", {"authType": "webhook-authentication-ssl", "certType": "ssl-pfx"}, ("pfx",)),
        (".cases-webhook", {"authType": "webhook-authentication-basic"}, ("user", "password")),
        (".webhook", {"authType": "webhook-oauth2-client-credentials"}, ("clientSecret",)),
        (".email", {"service": "exchange_server"}, ("clientSecret",)),
        (".email", {"hasAuth": False}, ()),
        (".email", {}, ("user", "password")),
        (".servicenow", {"isOAuth": True}, ("clientSecret", "privateKey")),
        (".servicenow-itom", {"isOAuth": False}, ("username", "password")),
        (".xmatters", {"usesBasic": False}, ("secretsUrl",)),
        (".xmatters", {}, ("user", "password")),
        (".jira", {}, ("email", "apiToken")),
    ),
)
def test_secrets_of_connectors(type_id: str, config: dict[str, Any], names: tuple[str, ...]) -> None:
    assert secrets_of(type_id, config) == names


# References


def exported(areas: list[str], filters: dict[str, Any] | None = None, **options: Any) -> set[tuple[str, str]]:
    """Kind and label of all that an export of the default space takes."""
    wanted = _select.options_of({"dest": "x", "areas": areas, "filters": filters or {}, **options})
    read = [
        _select.Placed(one, "default")
        for kind in wanted.kinds_to_read()
        for one in _sources.objects(client(), kind)
        if not one.managed
    ]
    taken = _select.chosen(read, wanted)
    return {(one.found.kind, _kinds.label(one.found.kind, one.found.options)) for one in taken}


@pytest.fixture
def soc(monkeypatch: pytest.MonkeyPatch) -> Kibana:
    """Two rules, the first of which needs much."""
    kibana = Kibana(monkeypatch)
    kibana.ok("connector", {"id": "used", "name": "used", **LOG})
    kibana.ok("connector", {"id": "spare", "name": "spare", **LOG})
    kibana.ok("data_view", {"id": "logs", "title": "logs-*"})
    kibana.ok("data_view", {"id": "other", "title": "other-*"})
    listed = {"name": "n", "description": "d", "type": "ip"}
    kibana.ok("value_list", {"id": "good", "items": ["192.0.2.1"], **listed})
    kibana.ok("value_list", {"id": "spare", **listed})
    entry = {"field": "source.ip", "type": "list", "list": {"id": "good", "type": "ip"}}
    item = {"item_id": "known", "name": "n", "description": "d", "entries": [entry]}
    for name in ("known", "spare"):
        kibana.ok("exception_list", {"list_id": name, "name": name, "description": "d", "type": "detection"})
    kibana.ok("exception_items", {"list_id": "known", "items": [item]})
    rule = {
        **RULE,
        "tags": ["soc"],
        "data_view_id": "logs",
        "actions": [{"connector": "used", "params": {"message": "{{context.rule.name}}"}}],
        "exceptions_list": [{"list_id": "known"}],
    }
    kibana.ok("detection_rule", {"rule_id": "one", "name": "One", **rule})
    kibana.ok("detection_rule", {"rule_id": "two", "name": "Two", **RULE})
    return kibana


NEEDED = {
    ("connector", "used"),
    ("data_view", "logs-*"),
    ("value_list", "good"),
    ("exception_list", "known"),
    ("exception_items", "known"),
}


def test_a_rule_brings_all_that_it_needs_and_what_that_needs(soc: Kibana) -> None:
    assert exported(["detection_rules"], {"detection_rules": {"tags": ["soc"]}}) == {
        ("detection_rule", "one"),
        *NEEDED,
    }
    assert exported(["detection_rules"]) == {("detection_rule", "one"), ("detection_rule", "two"), *NEEDED}


def test_without_references_there_is_what_was_asked_for(soc: Kibana) -> None:
    assert exported(["detection_rules"], {"detection_rules": {"name": "O*"}}, references=False) == {
        ("detection_rule", "one")
    }
    assert exported(["connectors"], {"detection_rules": {"name": "T*"}}, references=False) == {
        ("connector", "used"),
        ("connector", "spare"),
    }


@pytest.mark.parametrize("version", ("8.18.0", "9.4.3"))
def test_a_dashboard_brings_its_tags_and_data_views(monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    kibana = Kibana(monkeypatch, version)
    for name in ("mine", "spare"):
        kibana.ok("tag", {"id": name, "name": name})
        kibana.ok("data_view", {"id": name, "title": f"{name}-*"})
    old = {"references": [{"id": "mine", "name": "x", "type": "index-pattern"}]}
    pinned = {"type": "options_list_control", "config": {"data_view_id": "mine", "field_name": "host.name"}}
    new = {"pinned_panels": [pinned]}
    kibana.ok("dashboard", {"id": "d", "title": "D", "tags": ["mine"], **(new if version > "9" else old)})
    assert exported(["dashboards"]) == {("dashboard", "d"), ("tag", "mine"), ("data_view", "mine-*")}


def test_a_package_policy_brings_its_policy_and_package(monkeypatch: pytest.MonkeyPatch) -> None:
    kibana = Kibana(monkeypatch)
    kibana.ok("fleet_proxy", {"id": "p", "name": "P", "url": "http://p.example:3128"})
    kibana.ok("fleet_output", {"id": "o", "name": "O", "type": "elasticsearch", "hosts": ["http://e"], "proxy_id": "p"})
    kibana.ok("fleet_output", {"id": "x", "name": "X", "type": "elasticsearch", "hosts": ["http://e"]})
    kibana.ok("fleet_agent_policy", {"id": "a", "name": "A", "namespace": "default", "data_output_id": "o"})
    kibana.ok("fleet_package", {"name": "apache"})
    kibana.ok("fleet_package_policy", {"id": "q", "name": "Q", "policy_ids": ["a"], "package": {"name": "apache"}})
    assert exported(["fleet_package_policies"]) == {
        ("fleet_package_policy", "Q"),
        ("fleet_agent_policy", "A"),
        ("fleet_package", "apache"),
        ("fleet_output", "O"),
        ("fleet_proxy", "P"),
    }


def test_what_several_spaces_share_comes_once() -> None:
    def one(space: str, shared: bool, **identity: Any) -> _select.Placed:
        return _select.Placed(Found("data_view", identity, identity, False, shared=shared), space)

    read = [one("a", True, id="x"), one("b", True, id="x"), one("a", False, id="y"), one("b", False, id="y")]
    assert [(item.space, item.found.identity["id"]) for item in _select.once(read)] == [
        ("a", "x"),
        ("a", "y"),
        ("b", "y"),
    ]


def test_what_several_spaces_share_is_kept_in_all_of_them() -> None:
    """An object may be listed in one of its spaces; to delete it in another would delete it there, too."""
    area = _prune.Area("data_view", ({"id": "x", "kibana_space": "a"},), {"id": "*"}, "")
    own, shared = (Found("data_view", {"id": "x"}, {"id": "x"}, False, shared=shared) for shared in (False, True))
    assert area.takes(own, "b")
    assert not area.takes(shared, "b")


# Files


def test_texts_that_look_like_templates_are_read_back_as_they_are(tmp_path: Path) -> None:
    value = {
        "a": "{{ x }}",
        "b": "{% if %}\n{# c #}\n",
        "c": "plain",
        "d": Template("{{ kibana_files }}/x"),
        "e": "true",
    }
    text = _export_files.dump(value)
    assert text.count("!unsafe") == 2

    class Loader(yaml.SafeLoader):
        """Reads what Ansible calls unsafe as a text."""

    Loader.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))
    assert yaml.load(text, Loader) == value


def test_many_values_go_to_a_file_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    kibana = Kibana(monkeypatch)
    items = [f"198.51.{number // 250}.{number % 250}" for number in range(1001)]
    kibana.ok("value_list", {"id": "a/b", "name": "n", "description": "d", "type": "ip", "items": items})
    (found,) = _sources.objects(client(), "value_list")
    assert found.options["items_src"] == "{{ kibana_files }}/value_lists/default/a%2Fb.txt"
    assert sorted(found.files["value_lists/default/a%2Fb.txt"].split()) == sorted(items)
