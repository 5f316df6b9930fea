# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role detection_as_code and the actions under it: check files, plan, import, delete, roll back."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
import requests
from conftest import ROOT
from plays import Played, play

from ansible_collections.stackops.kibana.plugins.plugin_utils import _rule_content
from ansible_collections.stackops.kibana.plugins.plugin_utils._rule_toml import RuleFileError
from kibana_emulator import Emulator, EmulatorServer

RULES = ROOT / "tests" / "unit" / "files" / "rules"
HEAD = '[rule]\nrule_id = "r"\ntype = "query"\nname = "R"\ndescription = "d"\nseverity = "low"\nrisk_score = 5\n'
RULE = {"rule_id": "r", "type": "query", "name": "R", "description": "d", "severity": "low", "risk_score": 5}
LIST = {"list_id": "ex", "name": "Ex", "description": "d", "type": "detection"}
ITEM = {"item_id": "i", "name": "I", "description": "d", "entries": [{"field": "a", "type": "match", "value": "b"}]}


def put(folder: Path, files: dict[str, Any]) -> Path:
    """Write files below a folder; what is no text is written as JSON."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text if isinstance(text, str) else json.dumps(text, indent=2), encoding="utf-8")
    return folder


def said(folder: Path, known: dict[str, set[Any]] | None = None) -> list[str]:
    """All that is wrong with the files of a folder."""
    content = _rule_content.load(folder, [])
    content.problems += _rule_content.missing(content, lambda kind: (known or {}).get(kind, set()))
    return [str(problem) for problem in sorted(set(content.problems))]


@pytest.mark.parametrize(
    ("name", "text", "problems"),
    (
        ("a.toml", HEAD + 'severty = "low"\n', ["line 8: a rule has no field severty: is severity meant?"]),
        ("a.toml", HEAD.replace("= 5", '= "5"'), ["line 7: risk_score is '5': it must be a whole number."]),
        ("a.toml", HEAD + "name = 'again'\n", ["line 8: no valid TOML: Cannot overwrite a value (at line 8"]),
        ("a.toml", HEAD + "[other]\n", ["line 8: [other] is none of the tables rule, metadata, transform."]),
        (
            "a.toml",
            HEAD + "note = '''\nseverity = 1\nfoo = 2\n'''\nfoo = 3\n",
            ["line 12: a rule has no field foo."],
        ),
        (
            "a.toml",
            HEAD + '[[rule.threat]]\nframework = "M"\n[rule.threat.tactic]\nid = "1"\nname = "n"\n',
            ["line 10: threat[0].tactic.reference is missing: a rule needs it."],
        ),
        (
            "a.toml",
            HEAD + "[rule.threshold]\nvalue = 1\nfield = []\n",
            ["line 8: threshold is given, and a rule of type"],
        ),
        ("a.toml", HEAD.replace("query", "new_terms") + '[rule.new_terms]\nfield = "a"\n', ["line 8: new_terms needs"]),
        (
            "a.yml",
            "rule_id: a\ntype: eql\nname: A\nrisk_score: 101\nseverity: high\nmax_signals: 0\nlanguage: kuery\n",
            [
                "line 1: description is missing: a rule of type eql needs it.",
                "line 1: query is missing: a rule of type eql needs it.",
                "line 4: risk_score is 101: it must be 100 at most.",
                "line 6: max_signals is 0: it must be at least 1.",
                "line 7: language is 'kuery': a rule of type eql is written in eql.",
            ],
        ),
        ("a.yml", "rule_id: a\nrule_id: b\n", ["line 2: rule_id is given twice."]),
        ("a.yml", "rule_id: [a\n", ["line 2: no valid YAML: "]),
        ("a.yml", "just text\n", ["line 1: a rule, list or connector has fields: this is none of them."]),
        ("a.json", '{"rule_id": "a",\n"rule_id": "b"}', ["rule_id is given twice."]),
        ("a.json", '{\n "a": }', ["line 2: no valid JSON: Expecting value."]),
        (
            "a.json",
            {**RULE, "actions": [{"params": {}}, {"id": "system-connector-.cases", "params": {}, "group": 1}]},
            ["actions[0] has none of id and connector: give one of them."],
        ),
        (
            "a.ndjson",
            json.dumps(RULE) + "\n{broken\n" + json.dumps({**RULE, "rule_id": "s", "type": "sql"}) + "\n",
            ["line 2: no valid JSON", "line 3: type is 'sql': it must be one of query, saved_query"],
        ),
        ("exceptions/a.yml", "list_id: a\nitems:\n  - item_id: b\n    entries: []\n", ["name is missing"]),
        ("exceptions/a.json", {**LIST, "items": [{**ITEM, "entries": []}]}, ["items[0].entries is empty"]),
        ("value_lists/a.yml", "id: a\nname: A\ndescription: d\ntype: ipp\n", ["line 4: type is 'ipp': it must be one"]),
        (
            "value_lists/a.yml",
            "id: a\nname: A\ndescription: d\ntype: ip\nitems_src: none.txt\n",
            ["line 5: items_src names", "which does not exist."],
        ),
        (
            "connectors/a.yml",
            "id: a\nname: A\nconnector_type_id: .slack\nsecrets: {webhookUrl: x}\n",
            ["line 4: secrets is given: a secret does not belong into such a file."],
        ),
        ("connectors/a.toml", "[[action_connectors]]\nid = 'a'\n[other]\n", ["line 3: [other] is unknown beside"]),
        ("a.yml", "$ANSIBLE_VAULT;1.1;AES256\n6162\n", ["a.yml: it is encrypted with ansible-vault"]),
        ("a.yml", "rules: []\nfoo: 1\n", ["line 2: foo is unknown beside lists of rules"]),
    ),
)
def test_what_is_wrong_is_said_with_file_and_line(tmp_path: Path, name: str, text: Any, problems: list[str]) -> None:
    found = "\n".join(said(put(tmp_path, {name: text})))
    assert found.startswith(name)
    for problem in problems:
        assert problem in found


def test_all_problems_of_all_files_are_listed(tmp_path: Path) -> None:
    exceptions = [{"list_id": "gone"}, {"list_id": "ex"}, {"list_id": "endpoint_list"}, {"list_id": "there"}]
    actions = [{"id": "hook", "params": {}}, {"connector": "Hook", "params": {}}, {"id": "nobody", "params": {}}]
    entry = {"field": "ip", "type": "list", "list": {"id": "v", "type": "keyword"}}
    files = {
        "a.toml": HEAD,
        "b.json": {**RULE, "exceptions_list": exceptions, "actions": actions},
        "exceptions/ex.json": {**LIST, "items": [ITEM, {**ITEM, "entries": [entry]}]},
        "exceptions/again.json": {**LIST, "items": []},
        "value_lists/v.json": {"id": "v", "name": "V", "description": "d", "type": "ip", "items": []},
        "connectors/hook.json": {"id": "hook", "name": "Hook", "connector_type_id": ".server-log"},
        "README.md": "no rule",
        "_drafts/x.toml": "broken",
        ".github/x.yml": "broken",
    }
    assert said(put(tmp_path, files), {"exception_lists": {("agnostic", "there")}}) == [
        "b.json, line 2: rule_id 'r' is already that of a.toml, line 2.",
        "b.json, line 10: there is no exception list 'gone'.",
        "b.json, line 32: there is no connector with the id 'nobody'.",
        "exceptions/ex.json, line 2: list_id 'ex' is already that of exceptions/again.json, line 2.",
        "exceptions/ex.json, line 20: item_id 'i' is already that of exceptions/ex.json, line 8.",
        "exceptions/ex.json, line 29: items[1].entries[0].list.type is 'keyword': the value list 'v' has the type ip.",
    ]


def test_every_format_gives_the_same_options(tmp_path: Path) -> None:
    server = {"id": "x", "created_at": "t", "updated_by": "u", "_version": "WzE=", "tie_breaker_id": "y"}
    item = {**ITEM, **server, "list_id": "ex", "namespace_type": "single", "type": "simple", "comments": []}
    exported = [
        {**RULE, "id": "x", "immutable": False, "revision": 3, "exceptions_list": [{"list_id": "ex", "id": "old"}]},
        {**LIST, **server, "namespace_type": "single", "immutable": False, "version": 1},
        item,
        {"id": "c", "type": "action", "attributes": {"actionTypeId": ".index", "name": "C", "config": {"index": "i"}}},
        {"exported_count": 4},
    ]
    connector = {"id": "c", "name": "C", "connector_type_id": ".index", "config": {"index": "i"}}
    toml = HEAD + '[[rule.exceptions_list]]\nlist_id = "ex"\n'
    exceptions = "[metadata]\n[[exceptions]]\n[exceptions.container]\n" + "".join(
        f'{name} = "{value}"\n' for name, value in LIST.items()
    )
    exceptions += (
        '[[exceptions.items]]\nitem_id = "i"\nlist_id = "ex"\nname = "I"\ndescription = "d"\ntype = "simple"\n'
    )
    exceptions += '[[exceptions.items.entries]]\nfield = "a"\ntype = "match"\nvalue = "b"\n'
    connectors = '[[action_connectors]]\nid = "c"\ntype = "action"\n[action_connectors.attributes]\nname = "C"\n'
    connectors += 'actionTypeId = ".index"\n[action_connectors.attributes.config]\nindex = "i"\n'
    rule = {**RULE, "exceptions_list": [{"list_id": "ex"}]}
    listed = {**LIST, "items": [ITEM]}
    bundle = {"about": {"any": "thing"}, "rules": [rule], "exception_lists": [listed], "connectors": [connector]}
    forms: list[dict[str, Any]] = [
        {"all.ndjson": "".join(json.dumps(line) + "\n" for line in exported)},
        {"r.toml": toml, "exceptions/e.toml": exceptions, "action_connectors/c.toml": connectors},
        {"r.json": rule, "exception_lists/e.json": {"list": LIST, "items": [item]}, "connectors/c.json": exported[3]},
        {"all.yaml": json.dumps(bundle)},
        {"deep/er/r.yml": json.dumps([rule]), "exceptions/e.yml": json.dumps(listed), "c.json": connector},
    ]
    for number, files in enumerate(forms):
        folder = put(tmp_path / str(number), files)
        assert said(folder) == []
        options = _rule_content.load(folder, []).options("")
        for one in options["exception_lists"]:
            assert one.pop("namespace_type", "single") == "single"
            for item in one["items"]:
                assert item.pop("comments", []) == []
        expected = {"rules": [rule], "exception_lists": [listed], "value_lists": [], "connectors": [connector]}
        assert options == expected


def test_owner_exclude_and_times_that_stay_texts(tmp_path: Path) -> None:
    item = "\n  - item_id: i\n    name: I\n    description: d\n    expire_time: 2030-01-31T00:00:00Z\n"
    item += "    entries: [{field: a, type: match, value: '{{ b }}'}]\n"
    text = "".join(f"{name}: {value}\n" for name, value in LIST.items()) + "items:" + item
    put(tmp_path, {"a.toml": HEAD + 'tags = ["x"]\n', "win/b.toml": "broken", "exceptions/e.yml": text})
    content = _rule_content.load(tmp_path, ["win/*"])
    assert content.problems == [] and content.files == 2
    options = content.options("soc")
    assert options["rules"][0]["tags"] == ["x", "owner:soc"]
    assert options["exception_lists"][0]["tags"] == ["owner:soc"]
    assert options["exception_lists"][0]["items"][0]["expire_time"] == "2030-01-31T00:00:00Z"


def test_a_path_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    for path in (tmp_path / "none", put(tmp_path, {"a.txt": ""}) / "a.txt"):
        with pytest.raises(RuleFileError, match=r"does not exist|must end in"):
            _rule_content.load(path, [])


@pytest.mark.skipif("KIBANA_RULES_DIR" not in os.environ, reason="KIBANA_RULES_DIR names no real rules")
def test_hundreds_of_real_rules_are_checked_in_seconds() -> None:
    started = time.monotonic()
    content = _rule_content.load(Path(os.environ["KIBANA_RULES_DIR"]), ["_deprecated/*"])
    assert content.problems == [] and len(content.things["rules"]) > 100
    assert time.monotonic() - started < 30


def files_task(**options: Any) -> dict[str, Any]:
    return {"name": "Read", "stackops.kibana.detection_rule_files": options}


def test_the_action_asks_kibana_only_for_what_the_files_lack(tmp_path: Path) -> None:
    put(tmp_path / "rules", {"a.json": {**RULE, "note": "{{ not.a.template }}"}})
    emulator = Emulator()
    with EmulatorServer(emulator) as server:
        alone = play(tmp_path, server.url, [files_task(path="rules")])
        assert alone.status == 0, alone.output
        assert emulator.requests == []
        assert alone.result("Read")["rules"] == [{**RULE, "note": "{{ not.a.template }}"}]
        put(tmp_path / "rules", {"b.json": {**RULE, "rule_id": "b", "exceptions_list": [{"list_id": "ex"}]}})
        lacking = play(tmp_path, server.url, [files_task(path="rules")])
        assert lacking.status == 2 and not lacking.result("Read")["changed"]
        assert lacking.result("Read")["msg"] == (
            "1 problem in rules. Nothing was written.\nb.json, line 10: there is no exception list 'ex'."
        )
        made = {"name": "Make", "stackops.kibana.exception_list": LIST}
        there = play(tmp_path, server.url, [made, files_task(path="rules")])
        assert there.status == 0, there.output
        emulator.requests.clear()
        told = play(tmp_path, server.url, [files_task(path="rules", references="files", fail=False)])
        assert told.status == 0 and told.result("Read")["problems"][0]["line"] == 10
        assert emulator.requests == []


@pytest.mark.parametrize(
    ("options", "message"),
    (
        ({}, "path must be the directory"),
        ({"path": "x"}, "x does not exist"),
        ({"path": ".", "references": "some"}, "references is 'some'"),
        ({"path": ".", "exclude": "a"}, "exclude must be a list"),
        ({"path": ".", "fail": "maybe"}, "fail is 'maybe'"),
        ({"path": ".", "foo": 1}, "Unsupported options: foo."),
    ),
)
def test_wrong_options_of_the_action_are_one_sentence(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    played = play(tmp_path, "http://127.0.0.1:1", [files_task(**options)])
    assert played.status == 2 and message in played.result("Read")["msg"]


def run(folder: Path, url: str, entry: str, *arguments: str, **variables: Any) -> Played:
    """Run the role on the files in the folder ``soc``."""
    role = {"name": "stackops.kibana.detection_as_code", "tasks_from": entry}
    login = {"kibana_url": url, "kibana_username": "elastic", "kibana_password": "changeme", "kibana_space": "soc"}
    usual = {"detection_as_code_path": "soc", "detection_as_code_owner": "soc", **login}
    tasks = [{"name": "Role", "ansible.builtin.include_role": role}]
    text = [{"hosts": "localhost", "gather_facts": False, "tasks": tasks, "vars": usual}]
    playbook = folder / "site.yml"
    playbook.write_text(json.dumps(text), encoding="utf-8")
    return play(folder, "http://nobody.example", playbook, *arguments, **variables)


def changes(played: Played) -> list[str]:
    found: list[str] = played.result("stackops.kibana.detection_as_code : Keep what is going to change")["changes"]
    return found


def writes(emulator: Emulator) -> list[str]:
    reads = ("_find", "_export", "/index")
    found = [
        f"{entry['method']} {entry['path']}"
        for entry in emulator.requests
        if entry["method"] != "GET" and not any(part in entry["path"] for part in reads)
    ]
    emulator.requests.clear()
    return found


def state(emulator: Emulator) -> dict[str, Any]:
    """All that the role is about, without what changes at every write."""
    volatile = ("updated_at", "revision", "version", "_version", "id", "created_at", "tie_breaker_id", "@timestamp")

    def bare(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: bare(item) for name, item in value.items() if name not in volatile}
        return [bare(item) for item in value] if isinstance(value, list) else value

    kinds = ("connectors", "exception_lists", "exception_items", "value_lists", "value_list_items")
    found = {
        kind: sorted(json.dumps(bare(one), sort_keys=True, default=str) for one in emulator.store(kind, "soc").values())
        for kind in kinds
    }
    rules = {one["rule_id"]: bare(one) for one in emulator.store("detection_rules", "soc").values()}
    return {**found, "detection_rules": rules}


CONTENT: dict[str, Any] = {
    "rules/one.toml": HEAD.replace('"r"', '"one"') + 'tags = ["x"]\n[[rule.exceptions_list]]\nlist_id = "ex"\n',
    "rules/two.yml": {**RULE, "rule_id": "two", "actions": [{"connector": "Hook", "params": {"body": "{{ a }}"}}]},
    "exceptions/ex.yml": {
        **LIST,
        "items": [{**ITEM, "entries": [{"field": "ip", "type": "list", "list": {"id": "v", "type": "ip"}}]}],
    },
    "value_lists/v.yml": {"id": "v", "name": "V", "description": "d", "type": "ip", "items_src": "v.txt"},
    "value_lists/v.txt": "192.0.2.1\n192.0.2.2\n",
    "connectors/hook.yml": {
        "id": "hook",
        "name": "Hook",
        "connector_type_id": ".webhook",
        "config": {"url": "https://hooks.example.com"},
    },
}
SECRETS = {"hook": {"user": "robot", "password": "dac-s3cret"}}


def test_deploy_again_change_delete_and_roll_back(tmp_path: Path) -> None:
    emulator = Emulator()
    put(tmp_path / "soc", CONTENT)
    secrets = {"detection_as_code_connector_secrets": SECRETS}
    exact = {"detection_as_code_exact": ["rules", "exception_lists", "exception_items"]}
    bounds = {**secrets, **exact, "detection_as_code_max_deletions": 2}
    with EmulatorServer(emulator) as server:
        space = [{"name": "Space", "stackops.kibana.space": {"id": "soc", "name": "SOC"}}]
        other = {"name": "Other", "stackops.kibana.detection_rule": {**RULE, "rule_id": "other", "kibana_space": "soc"}}
        assert play(tmp_path, server.url, [*space, other]).status == 0
        emulator.requests.clear()
        empty = state(emulator)
        foretold = run(tmp_path, server.url, "main", "--check", "--diff", "-vvv", **bounds)
        assert foretold.status == 0, foretold.output
        assert writes(emulator) == [] and not (tmp_path / "rollback").exists()
        first = run(tmp_path, server.url, "main", "--diff", "-vvv", **bounds)
        assert first.status == 0, first.output
        assert (
            changes(first)
            == changes(foretold)
            == [
                "rule one created",
                "rule two created",
                "exception list ex created",
                "exception i created",
                "value list v created",
                "connector Hook created",
            ]
        )
        for played in (foretold, first):
            assert "dac-s3cret" not in played.output and "dac-s3cret" not in json.dumps(played.results)
        deployed = state(emulator)
        assert all(deployed.values()) and set(deployed["detection_rules"]) == {"one", "two", "other"}
        assert deployed["detection_rules"]["one"]["tags"] == ["x", "owner:soc"]
        assert deployed["detection_rules"]["two"]["actions"][0]["params"] == {"body": "{{ a }}"}
        writes(emulator)
        second = run(tmp_path, server.url, "main", **bounds)
        assert second.status == 0 and "changed=0 " in second.output, second.output
        assert writes(emulator) == [] and len(list((tmp_path / "rollback").iterdir())) == 1

        (tmp_path / "soc" / "rules" / "two.yml").unlink()
        changed = CONTENT["rules/one.toml"].replace('name = "R"', 'name = "S"\nnote = "added {{ later }}"')
        put(tmp_path / "soc", {"rules/one.toml": changed, "rules/new.json": {**RULE, "rule_id": "new"}})
        put(tmp_path / "soc", {"exceptions/ex.yml": {**LIST, "items": [{**ITEM, "item_id": "j"}]}})
        put(tmp_path / "soc", {"value_lists/v.txt": "192.0.2.3\n"})
        stopped = run(tmp_path, server.url, "main", **{**bounds, "detection_as_code_max_deletions": 0})
        assert stopped.status == 2 and writes(emulator) == []
        edited = run(tmp_path, server.url, "main", **bounds)
        assert edited.status == 0, edited.output
        assert "rule two deleted" in changes(edited) and "exception i deleted" in changes(edited)
        assert set(state(emulator)["detection_rules"]) == {"one", "new", "other"}
        file = edited.result("stackops.kibana.detection_as_code : Keep what is going to change")["dest"]

        undo = {**secrets, "detection_as_code_rollback_file": file}
        writes(emulator)
        foretold = run(tmp_path, server.url, "rollback", "--check", **undo)
        assert foretold.status == 0 and writes(emulator) == [], foretold.output
        back = run(tmp_path, server.url, "rollback", **undo)
        assert back.status == 0, back.output
        assert changes(back) == changes(foretold)
        assert state(emulator) == deployed
        assert "changed=0 " in run(tmp_path, server.url, "rollback", **undo).output

        files = sorted((tmp_path / "rollback").iterdir())
        nothing = {**secrets, "detection_as_code_rollback_file": str(files[0])}
        gone = run(tmp_path, server.url, "rollback", **nothing)
        assert gone.status == 0, gone.output
        assert state(emulator) == empty


def test_nothing_is_written_where_a_file_is_wrong_and_validation_needs_no_kibana(tmp_path: Path) -> None:
    put(tmp_path / "soc", {**CONTENT, "rules/bad.toml": HEAD + "foo = 1\nbar = 2\n"})
    emulator = Emulator()
    with EmulatorServer(emulator) as server:
        played = run(tmp_path, server.url, "main")
    assert played.status == 2 and emulator.requests == []
    for line in (
        "rules/bad.toml, line 8: a rule has no field foo.",
        "rules/bad.toml, line 9: a rule has no field bar.",
    ):
        assert line in played.result("stackops.kibana.detection_as_code : Read and check the files")["msg"]
    nowhere = "http://127.0.0.1:1"
    assert run(tmp_path, nowhere, "validate").status == 2
    (tmp_path / "soc" / "rules" / "bad.toml").unlink()
    assert run(tmp_path, nowhere, "validate", detection_as_code_references="files").status == 0


def test_a_run_that_breaks_off_tells_where_its_file_is(tmp_path: Path) -> None:
    put(tmp_path / "soc", {"a.json": RULE, "exceptions/e.json": {**LIST, "items": [ITEM]}})
    emulator = Emulator()
    fault = {"method": "POST", "path": "/api/detection_engine/rules/_import", "status": 400}
    with EmulatorServer(emulator) as server:
        requests.post(f"{server.url}/_emulator/faults", json=fault, timeout=10).raise_for_status()
        played = run(tmp_path, server.url, "main", kibana_space="default")
        requests.delete(f"{server.url}/_emulator/faults", timeout=10)
        assert played.status == 2 and emulator.store("exception_items", "default")
        told = played.result("stackops.kibana.detection_as_code : Say how to undo what was done")["msg"]
        file = next((tmp_path / "rollback").iterdir())
        assert "HTTP 400" in told and f"What was there before is in {file};" in told
        elsewhere = run(tmp_path, server.url, "rollback", detection_as_code_rollback_file=str(file))
        assert elsewhere.status == 2 and "was kept of the space default" in elsewhere.output
        undo = {"kibana_space": "default", "detection_as_code_rollback_file": str(file)}
        assert run(tmp_path, server.url, "rollback", **undo).status == 0
    assert not emulator.store("exception_lists", "default")


def test_the_playbook_of_a_pipeline(tmp_path: Path) -> None:
    put(tmp_path / "files", {"a.toml": HEAD})
    emulator = Emulator()
    before = len(emulator.store("detection_rules", "default"))
    options = {"kibana_username": "elastic", "kibana_password": "changeme", "detections_path": str(tmp_path / "files")}
    book = ROOT / "playbooks" / "detections.yml"
    dirs = {"detection_as_code_rollback_dir": str(tmp_path / "undo")}
    with EmulatorServer(emulator) as server:
        assert play(tmp_path, server.url, book, detections_do="validate", **options).status == 0
        assert emulator.requests == []
        assert play(tmp_path, server.url, book, **options, **dirs).status == 0
        assert len(emulator.store("detection_rules", "default")) == before + 1
        undo = {
            "detections_do": "rollback",
            "detection_as_code_rollback_file": str(next((tmp_path / "undo").iterdir())),
        }
        assert play(tmp_path, server.url, book, **options, **dirs, **undo).status == 0
        assert len(emulator.store("detection_rules", "default")) == before


@pytest.mark.skipif("KIBANA_RULES_DIR" not in os.environ, reason="KIBANA_RULES_DIR names no real rules")
def test_hundreds_of_real_rules_go_in_and_a_second_run_is_clean(tmp_path: Path) -> None:
    emulator = Emulator()
    before = len(emulator.store("detection_rules", "default"))
    files = {"detection_as_code_path": os.environ["KIBANA_RULES_DIR"], "kibana_space": "default"}
    options = {**files, "detection_as_code_rule_defaults": {"enabled": False}}
    with EmulatorServer(emulator) as server:
        first = run(tmp_path, server.url, "main", **options)
        assert first.status == 0, first.output[-2000:]
        assert len(emulator.store("detection_rules", "default")) - before == len(changes(first)) > 100
        writes(emulator)
        second = run(tmp_path, server.url, "main", **options)
        assert "changed=0 " in second.output and writes(emulator) == []


def test_a_snapshot_says_everything_of_an_object(tmp_path: Path) -> None:
    emulator = Emulator(seed="soc")
    named = {
        "rules": ["r", "nobody"],
        "exception_lists": [{"list_id": "ex"}, {"list_id": "none", "namespace_type": "single"}],
        "value_lists": ["none"],
        "connectors": ["Log", "none"],
    }
    task = {
        "name": "Keep",
        "stackops.kibana.detection_rule_snapshot": {"dest": "keep/before.yml", **named},
    }
    with EmulatorServer(emulator) as server:
        log = {"id": "log", "name": "Log", "connector_type_id": ".server-log"}
        made = [
            {"name": "List", "stackops.kibana.exception_items": {**LIST, "items": [ITEM]}},
            {"name": "Rule", "stackops.kibana.detection_rule": {**RULE, "note": "{{ '{{ a }}' }}", "tags": ["x"]}},
            {"name": "Connector", "stackops.kibana.connector": log},
        ]
        foretold = play(tmp_path, server.url, [*made, {**task, "check_mode": True}], "--diff")
        assert foretold.status == 0 and not (tmp_path / "keep").exists(), foretold.output
        played = play(tmp_path, server.url, [{**task, "name": "Keep"}, {**task, "name": "Again"}], "--diff")
        assert played.status == 0, played.output
    assert foretold.result("Keep")["diff"] == played.result("Keep")["diff"]
    assert played.result("Keep")["changed"] and not played.result("Again")["changed"]
    assert played.result("Keep")["summary"] == {"value_lists": 1, "exception_lists": 2, "connectors": 2, "rules": 2}
    content = _rule_content.load(tmp_path / "keep" / "before.yml", [])
    assert content.problems == []
    options = content.options("")
    assert options["rules"][0] == {"rule_id": "nobody", "state": "absent"}
    rule = options["rules"][1]
    assert rule["note"] == "{{ a }}" and rule["license"] == "" and rule["filters"] == [] and rule["timeline_id"] == ""
    assert "id" not in rule and "updated_at" not in rule and "threshold" not in rule
    assert options["exception_lists"][0]["items"][0]["item_id"] == "i"
    assert options["exception_lists"][1]["state"] == options["value_lists"][0]["state"] == "absent"
    assert [one.get("state") for one in options["connectors"]] == [None, "absent"]


@pytest.mark.parametrize(
    ("options", "message"),
    (
        ({}, "dest must be the path"),
        ({"dest": "x", "rules": "a"}, "rules must be a list"),
        ({"dest": "x", "exception_lists": ["a"]}, "exception_lists must be a list of dictionaries"),
        ({"dest": "x", "results": ["a"]}, "results must be a list of registered results"),
        ({"dest": "x", "foo": 1}, "Unsupported options: foo."),
    ),
)
def test_wrong_options_of_a_snapshot_are_one_sentence(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    task = {"name": "Keep", "stackops.kibana.detection_rule_snapshot": options}
    played = play(tmp_path, "http://127.0.0.1:1", [task])
    assert played.status == 2 and message in played.result("Keep")["msg"]
