# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kibana_prune: what no list names goes, within its bounds, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from plays import Played, play

from ansible_collections.stackops.kibana.plugins.plugin_utils import _connect, _prune, _sources
from kibana_emulator import Emulator, EmulatorServer

LOG = {"connector_type_id": ".server-log"}
RULE = {"type": "query", "description": "d", "severity": "low", "risk_score": 5, "query": "a:b"}


def apply(kind: str, objects: list[dict[str, Any]], **options: Any) -> dict[str, Any]:
    return {"name": f"Apply {kind}", "stackops.kibana.kibana_apply": {"kind": kind, "objects": objects, **options}}


def prune(name: str, **options: Any) -> dict[str, Any]:
    return {"name": name, "stackops.kibana.kibana_prune": {"max_deletions": 10, **options}}


def run(folder: Path, server: EmulatorServer, *tasks: dict[str, Any]) -> Played:
    return play(folder, server.url, list(tasks), "--diff")


def test_only_what_lies_in_the_scope_goes_and_check_mode_says_so(tmp_path: Path) -> None:
    connectors = [{"id": name, "name": f"soc-{name}", **LOG} for name in "abc"] + [{"id": "x", "name": "other", **LOG}]
    options = {
        "areas": ["connectors"],
        "objects": {"connectors": [{"id": "a"}, {"name": "soc-b"}]},
        "scope": {"connectors": {"name": "soc-*"}},
    }
    emulator = Emulator()
    with EmulatorServer(emulator) as server:
        played = run(
            tmp_path,
            server,
            apply("connector", connectors),
            prune("Foretold", **options) | {"check_mode": True},
            prune("Pruned", **options),
            prune("Again", **options),
        )
    assert played.status == 0, played.output
    assert played.result("Foretold") == played.result("Pruned")
    pruned = played.result("Pruned")
    assert pruned["changed"] and pruned["summary"] == {"deleted": 1, "failed": 0}
    assert pruned["areas"][0]["objects"] == [{"object": "c", "space": "default", "result": "deleted"}]
    assert pruned["deletions"] == ["connector c in space default"]
    assert pruned["diff"][0]["before"]["name"] == "soc-c" and pruned["diff"][0]["after"] == {}
    assert not played.result("Again")["changed"]
    assert set(emulator.store("connectors", "default")) >= {"a", "b", "x"}


def test_the_mark_of_an_owner_and_several_areas_in_reverse_order(tmp_path: Path) -> None:
    rules = [{**RULE, "rule_id": name, "name": name} for name in ("one", "two")]
    emulator = Emulator()
    with EmulatorServer(emulator) as server:
        played = run(
            tmp_path,
            server,
            apply("kibana_role", [{"name": "mine", "cluster": ["all"]}, {"name": "gone", "cluster": []}], owner="soc"),
            apply("kibana_role", [{"name": "theirs", "metadata": {"owner": "else"}}, {"name": "nobodys"}]),
            apply("detection_rule", rules, owner="soc"),
            apply("detection_rule", [{**RULE, "rule_id": "other", "name": "other"}]),
            prune(
                "Pruned",
                areas=["roles", "detection_rules"],
                objects={"roles": [{"name": "mine"}], "detection_rules": [{"rule_id": "one"}]},
                owner="soc",
            ),
        )
        http = requests.Session()
        http.auth = ("elastic", "changeme")
        roles = {role["name"] for role in http.get(f"{server.url}/api/security/role").json()}
        found = http.get(f"{server.url}/api/detection_engine/rules/_find").json()["data"]
    assert played.status == 0, played.output
    assert [area["kind"] for area in played.result("Pruned")["areas"]] == ["detection_rule", "kibana_role"]
    assert {"mine", "theirs", "nobodys", "superuser"} <= roles and "gone" not in roles
    assert sorted(rule["rule_id"] for rule in found if not rule["immutable"]) == ["one", "other"]


def test_objects_are_told_apart_by_their_space(tmp_path: Path) -> None:
    same = [{"name": "soc-log", **LOG}, {"name": "soc-log", "kibana_space": "team", **LOG}]
    keep = [{"name": "soc-log", "kibana_space": "team"}]
    emulator = Emulator()
    with EmulatorServer(emulator) as server:
        played = run(
            tmp_path,
            server,
            apply("space", [{"id": "team", "name": "Team"}]),
            apply("connector", same),
            prune(
                "Pruned", areas=["connectors"], objects={"connectors": keep}, scope={"connectors": {"name": "soc-*"}}
            ),
        )
    assert played.status == 0, played.output
    assert [item["space"] for item in played.result("Pruned")["areas"][0]["objects"]] == ["default"]


def test_the_space_of_the_environment_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIBANA_SPACE", "team")
    assert _connect.connection_of({"kibana_url": "x", "kibana_space": None}) == {
        "kibana_url": "x",
        "kibana_space": "team",
    }
    assert _connect.connection_of({"space": "own"}) == {"kibana_space": "own"}
    monkeypatch.delenv("KIBANA_SPACE")
    assert _connect.connection_of({}) == {}


def test_too_many_stop_before_the_first(tmp_path: Path) -> None:
    emulator = Emulator()
    with EmulatorServer(emulator) as server:
        played = run(
            tmp_path,
            server,
            apply("connector", [{"id": name, "name": f"soc-{name}", **LOG} for name in "abc"]),
            prune(
                "Pruned",
                areas=["connectors"],
                objects={"connectors": []},
                scope={"connectors": {"id": "?"}},
                max_deletions=2,
            ),
        )
    result = played.result("Pruned")
    assert "3 objects would be deleted, more than max_deletions (2) allows. Nothing was deleted." in result["msg"]
    assert set(emulator.store("connectors", "default")) >= {"a", "b", "c"}
    assert not [entry for entry in emulator.requests if entry["method"] == "DELETE"]


@pytest.mark.parametrize(
    ("options", "said"),
    (
        ({"areas": "connectors", "objects": {}}, "areas must be a list"),
        ({"areas": ["conectors"], "objects": {}}, "areas has 'conectors'"),
        ({"areas": ["connectors"], "objects": {}}, "objects has no list of connectors"),
        ({"areas": ["connectors"], "objects": {"connectors": []}}, "The connectors come without owner: give scope"),
        ({"areas": ["connectors"], "objects": {"connectors": []}, "owner": "a"}, "no place for the mark of an owner"),
        ({"areas": ["roles"], "objects": {"roles": []}, "owner": "a", "max_deletions": "x"}, "max_deletions is 'x'"),
        ({"areas": ["roles"], "objects": {"roles": []}, "owner": "a", "max_deletions": -1}, "max_deletions is -1"),
        ({"areas": ["roles"], "objects": {"roles": []}, "owner": "a", "exact": True}, "Unsupported options: exact"),
        ({"areas": [], "objects": [], "owner": "a"}, "objects must be a dictionary"),
        ({"areas": ["roles"], "objects": {"roles": []}, "owner": "a"}, "refused the connection"),
    ),
)
def test_what_is_wrong_is_one_sentence(tmp_path: Path, options: dict[str, Any], said: str) -> None:
    played = play(tmp_path, "http://127.0.0.1:9", [prune("Wrong", **options, kibana_retries=0)])
    assert played.status == 2
    assert said in played.result("Wrong")["msg"]


NAMES = st.sampled_from(["a", "b", "soc-a", "soc-b", "soc-c"])
FOUND = st.builds(
    lambda name, tags, managed, in_space: _sources.Found(
        "detection_rule", {"rule_id": name}, {"rule_id": name, "tags": tags}, managed, in_space
    ),
    NAMES,
    st.lists(st.sampled_from(["owner:soc", "owner:else", "x"]), max_size=2),
    st.booleans(),
    st.booleans(),
)


@given(found=FOUND, keep=st.lists(NAMES, max_size=3), scoped=st.booleans(), owner=st.sampled_from(["", "soc"]))
def test_never_what_is_managed_kept_or_out_of_bounds(
    found: _sources.Found, keep: list[str], scoped: bool, owner: str
) -> None:
    scope = {"rule_id": "soc-*"} if scoped else {}
    area = _prune.Area("detection_rule", tuple({"rule_id": name} for name in keep), scope, owner)
    ours = (scoped and found.options["rule_id"].startswith("soc-")) or (
        owner == "soc" and "owner:soc" in found.options["tags"]
    )
    kept = found.options["rule_id"] in keep
    assert area.takes(found, "default") == (ours and not kept and not found.managed)


@pytest.mark.parametrize(
    ("value", "scope", "inside"),
    (
        ({"name": "soc-a"}, {"name": "soc-*"}, True),
        ({"name": "soc-a"}, {"name": "soc-*", "id": "*"}, False),
        ({"name": "SOC-a"}, {"name": "soc-*"}, False),
        ({"tags": ["a", "b"]}, {"tags": ["a"]}, True),
        ({"tags": ["a", "b"]}, {"tags": ["a", "c*"]}, False),
        ({"tags": ["a", "b"]}, {"tags": "b"}, True),
        ({"metadata": {"owner": "x"}}, {"metadata": {"owner": "x"}}, True),
        ({"metadata": "x"}, {"metadata": {"owner": "x"}}, False),
        ({}, {"tags": ["*"]}, False),
    ),
)
def test_scopes(value: Any, scope: Any, inside: bool) -> None:
    assert _prune.lies_in(value, scope) is inside
