# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prebuilt rules: selection, installation, upgrades with and without conflicts, the package, the public routes."""

from __future__ import annotations

from typing import Any

import pytest
from harness import VERSIONS, Kibana

from ansible_collections.stackops.kibana.plugins.module_utils import _prebuilt_rules
from kibana_emulator.routes.prebuilt_assets import rule_id

MODULE, INFO = "prebuilt_rules", "prebuilt_rules_info"
OWN = "/internal/detection_engine/prebuilt_rules"
SOLVABLE, HARD, MERGES = "Run Key Changed", "Trail of the Cloud Stopped", "Kernel Module Loaded from a Home Folder"
PLAIN = "Network Scanner Started"


@pytest.fixture(params=VERSIONS)
def soc(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Kibana:
    kibana = Kibana(monkeypatch, request.param)
    kibana.emulator.seed = "soc"
    kibana.emulator.reset()
    return kibana


def run(kibana: Kibana, **params: Any) -> dict[str, Any]:
    """The result, after check mode predicted the same and a second run had nothing to do."""
    kibana.seen()
    predicted = kibana.ok(MODULE, params, check=True)
    assert kibana.writes() == []
    result = kibana.ok(MODULE, params)
    for key in ("changed", "diff", "rules", "summary"):
        assert predicted.get(key) == result.get(key), key
    kibana.seen()
    again = kibana.ok(MODULE, params)
    assert not again["changed"] and "diff" not in again
    assert kibana.writes() == []
    assert kibana.emulator.crashes == [] and kibana.emulator.violations == []
    return result


def names(result: dict[str, Any], word: str = "changed") -> list[str]:
    return [rule["name"] for rule in result["rules"] if rule["result"] == word]


def stored(kibana: Kibana, name: str) -> dict[str, Any]:
    rules = kibana.emulator.store("detection_rules", "default").values()
    return dict(next(rule for rule in rules if rule["rule_id"] == rule_id(name)))


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        ({"tags": ["Domain: Container"]}, ["Cluster Admin Bound to Everybody", "Shell in a Container"]),
        ({"tags": ["Domain: Container", "Tactic: Execution"]}, ["Shell in a Container"]),
        ({"severity": ["critical"]}, ["Cluster Admin Bound to Everybody"]),
        ({"name": ["*LOGIN*", "beacon*"]}, ["Beacon over HTTP", "Console Login without a Second Factor",
                                            "Many Failed Logins over SSH"]),
        ({"mitre": ["T1110"]}, ["Many Failed Logins over SSH"]),
        ({"mitre": ["ta0010"]}, ["Archive Sent to a File Sharing Site"]),
        ({"mitre": ["lateral movement"]}, ["Remote Service Created"]),
        ({"type": ["new_terms"], "severity": ["low", "high"]}, ["First Use of a Cloud Region"]),
        ({"rule_id": [rule_id("Log Files Deleted")]}, ["Log Files Deleted"]),
        ({"name": ["nothing"]}, []),
        ({"rule_id": []}, []),
    ],
)  # fmt: skip
def test_what_is_selected_is_installed_disabled(soc: Kibana, selection: dict[str, Any], expected: list[str]) -> None:
    result = run(soc, install=True, **selection)
    assert names(result) == expected
    assert all(rule["actions"] == ["installed"] for rule in result["rules"] if rule["result"] == "changed")
    assert not any(stored(soc, name)["enabled"] for name in expected)
    assert result["summary"]["installed"] == len(expected)


def test_install_and_enable_in_one_task(soc: Kibana) -> None:
    result = run(soc, install=True, enable=True, mitre=["TA0006"])
    assert {rule["name"]: rule["actions"] for rule in result["rules"]} == {
        "Many Failed Logins over SSH": ["installed", "enabled"],
        "Memory of LSASS Read": ["enabled"],
    }
    assert stored(soc, "Many Failed Logins over SSH")["enabled"]
    off = run(soc, enable=False, mitre=["TA0006"])
    assert off["summary"]["disabled"] == 2
    assert off["diff"][0]["before"] == {"version": 105, "enabled": True}


def test_enabling_alone_installs_nothing(soc: Kibana) -> None:
    assert run(soc, enable=True, tags=["Domain: Container"])["rules"] == []


def test_an_upgrade_keeps_customisations_and_shows_the_review(soc: Kibana) -> None:
    result = run(soc, upgrade=True)
    assert result["summary"]["upgraded"] == 5
    assert names(result, "skipped") == [SOLVABLE, HARD]
    skipped = {rule["name"]: rule for rule in result["rules"] if rule["result"] == "skipped"}
    assert skipped[SOLVABLE]["conflicts"] == {"tags": "solvable"}
    assert skipped[SOLVABLE]["msg"] == "Your changes and Elastic's meet in: tags."
    assert skipped[HARD]["conflicts"] == {"kql_query": "non_solvable"}
    diff = next(entry for entry in result["diff"] if entry["before_header"] == f"rule: {PLAIN}")
    assert (diff["before"]["version"], diff["after"]["version"]) == (104, 105)
    assert diff["after"]["kql_query"]["query"] == "process.name:(nmap or masscan)"
    merged = stored(soc, MERGES)
    assert (merged["version"], merged["severity"]) == (105, "medium")
    assert stored(soc, "Shadow Copies Deleted")["enabled"] is True


@pytest.mark.parametrize(
    ("conflicts", "solved", "query"),
    [
        ("merge", True, None),
        ("keep", True, "event.action:(StopLogging or DeleteTrail)"),
        ("overwrite", False, "event.action:StopLogging"),
    ],
)
def test_conflicts(soc: Kibana, conflicts: str, solved: bool, query: str | None) -> None:
    result = run(soc, upgrade=True, conflicts=conflicts, name=[SOLVABLE, HARD])
    rule = stored(soc, SOLVABLE)
    assert rule["version"] == 105
    assert ("Reviewed" in rule["tags"]) == solved
    assert "Data Source: Elastic Defend" in rule["tags"]
    hard = stored(soc, HARD)
    if query is None:
        assert names(result, "skipped") == [HARD]
        assert hard["version"] == 104
    else:
        assert (hard["version"], hard["query"]) == (105, query)


@pytest.mark.parametrize("check", [True, False])
def test_conflicts_that_shall_fail_do_so_before_anything_is_written(soc: Kibana, check: bool) -> None:
    result = soc.fails(MODULE, {"upgrade": True, "conflicts": "fail"}, check=check)
    assert "2 rules cannot be upgraded without a decision. Nothing was changed." in result["msg"]
    assert SOLVABLE in result["msg"] and HARD in result["msg"]
    assert soc.writes() == []


def change_type(soc: Kibana, name: str) -> None:
    """Let Elastic make another type of a rule."""
    versions = soc.emulator.store("prebuilt_assets")[rule_id(name)]
    versions["106"] = {**versions["105"], "version": 106, "type": "eql", "language": "eql", "query": "any where true"}


def test_a_new_type_is_taken_unless_the_rule_is_customised(soc: Kibana) -> None:
    change_type(soc, PLAIN)
    change_type(soc, MERGES)
    result = run(soc, upgrade=True, conflicts="keep", name=[PLAIN, MERGES])
    assert (stored(soc, PLAIN)["type"], stored(soc, MERGES)["version"]) == ("eql", 104)
    refused = next(rule for rule in result["rules"] if rule["name"] == MERGES)
    assert refused["msg"] == (
        "It was customised, and its type changes from query to eql, which only conflicts=overwrite can follow."
    )
    assert run(soc, upgrade=True, conflicts="overwrite", name=[MERGES])["summary"]["upgraded"] == 1


def test_a_customised_rule_whose_old_version_is_gone_is_a_conflict(soc: Kibana) -> None:
    del soc.emulator.store("prebuilt_assets")[rule_id(MERGES)]["104"]
    result = run(soc, upgrade=True, name=[MERGES])
    assert names(result, "skipped") == [MERGES]
    assert run(soc, upgrade=True, name=[MERGES], conflicts="keep")["summary"]["upgraded"] == 1
    assert stored(soc, MERGES)["severity"] == "medium"


def test_without_the_licence_customised_rules_fail_and_the_others_are_upgraded(soc: Kibana) -> None:
    soc.emulator.rules_customization = False  # type: ignore[attr-defined]
    result = soc.fails(MODULE, {"upgrade": True})
    assert "1 of 14 rules failed" in result["msg"] and "Only the 'TARGET' version" in result["msg"]
    assert result["summary"]["upgraded"] == 4
    assert stored(soc, MERGES)["version"] == 104


def test_everything_in_pages_and_chunks(soc: Kibana, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_prebuilt_rules, "PAGE", 2)
    assert run(soc, upgrade=True)["summary"]["upgraded"] == 5
    assert run(soc, install=True)["summary"]["installed"] == 14


def test_a_rule_that_nobody_knows(soc: Kibana) -> None:
    result = soc.fails(MODULE, {"rule_id": ["none", rule_id(PLAIN)], "install": True})
    assert result["msg"] == "No prebuilt rule has the rule_id none. Nothing was changed."
    assert soc.writes() == []


def test_nothing_asked_for(soc: Kibana) -> None:
    assert "Nothing is asked for" in soc.fails(MODULE, {})["msg"]
    assert soc.seen() == []


def test_a_missing_package_is_installed(soc: Kibana) -> None:
    soc.emulator.store("prebuilt_assets").clear()
    params = {"install": True, "tags": ["Domain: Container"]}
    predicted = soc.ok(MODULE, params, check=True)
    assert predicted["changed"] and predicted["package"] == "installed"
    assert any("known after apply" in text for text in predicted["warnings"])
    assert soc.writes() == []
    result = soc.ok(MODULE, params)
    assert (result["package"], result["summary"]["installed"]) == ("installed", 2)
    assert not soc.ok(MODULE, params)["changed"]


def test_the_latest_package(soc: Kibana) -> None:
    soc.emulator.store("fleet_packages")["security_detection_engine"]["version"] = "9.4.2"
    soc.emulator.store("prebuilt_assets").pop(rule_id("Shell in a Container"))
    params = {"install": True, "name": ["shell in*"], "package": "latest"}
    assert soc.ok(MODULE, params, check=True)["package"] == "installed"
    assert soc.ok(MODULE, params)["summary"]["installed"] == 1
    soc.seen()
    assert not soc.ok(MODULE, params)["changed"]
    assert soc.writes() == []


def test_a_lost_answer_is_no_failure(soc: Kibana) -> None:
    soc.fault(method="POST", path=f"{OWN}/.*_perform", cut="after", times=1)
    soc.fault(method="POST", path="/api/detection_engine/rules/_bulk_action", cut="after", times=1)
    result = soc.ok(MODULE, {"install": True, "enable": True, "tags": ["Domain: Container"]})
    assert result["summary"]["installed"] == result["summary"]["enabled"] == 2


def test_a_refusal_is_told_by_rule(soc: Kibana) -> None:
    soc.fault(method="POST", path="/api/detection_engine/rules/_bulk_action", status=500, body={"message": "broken"})
    result = soc.fails(MODULE, {"install": True, "enable": True, "tags": ["Domain: Container"]})
    assert "2 of 2 rules failed" in result["msg"] and "broken" in result["msg"]
    assert [rule["actions"] for rule in result["rules"]] == [["installed"], ["installed"]]
    assert result["changed"] is True


ALL = {"install": True, "upgrade": True, "conflicts": "overwrite"}


def test_the_public_route(soc: Kibana) -> None:
    params = {**ALL, "route": "public", "enable": True}
    predicted = soc.ok(MODULE, params, check=True)
    assert predicted["changed"]
    assert any(text.startswith("21 rules and timelines would be installed") for text in predicted["warnings"])
    assert soc.writes() == []
    result = soc.ok(MODULE, params)
    assert (result["summary"]["installed"], result["summary"]["upgraded"]) == (14, 7)
    assert result["summary"]["enabled"] == 27
    soc.seen()
    assert not soc.ok(MODULE, params)["changed"]
    assert soc.writes() == []


def test_the_public_route_is_taken_where_there_is_no_other(soc: Kibana) -> None:
    missing = {"statusCode": 404, "error": "Not Found", "message": "Not Found"}
    soc.fault(path=OWN, status=404, body=missing)
    assert soc.ok(MODULE, ALL)["summary"]["installed"] == 14
    text = soc.fails(MODULE, {**ALL, "conflicts": "skip"})["msg"]
    assert text.startswith("This Kibana has only the public routes for prebuilt rules.")
    assert "only the public routes" in soc.fails(INFO, {})["msg"]


@pytest.mark.parametrize("change", [{"conflicts": "keep"}, {"name": ["*"]}, {"upgrade": False}])
def test_the_public_route_cannot_do_less(soc: Kibana, change: dict[str, Any]) -> None:
    assert "conflicts=overwrite and no selection" in soc.fails(MODULE, {**ALL, "route": "public", **change})["msg"]
    assert soc.seen() == []


def test_a_reader_may_look_and_not_install(soc: Kibana) -> None:
    reader = {"kibana_username": "viewer", "kibana_password": "viewer"}
    assert soc.ok(MODULE, {"install": True, **reader}, check=True)["changed"]
    assert "403" in soc.fails(MODULE, {"install": True, **reader})["msg"]


def test_info(soc: Kibana) -> None:
    result = soc.ok(INFO, {})
    assert result["counts"] == {"installed": 14, "installable": 14, "upgradeable": 7}
    assert len(result["rules"]) == 28
    pending = soc.ok(INFO, {"status": ["upgradeable"]})["rules"]
    assert len(pending) == 7
    rule = next(rule for rule in pending if rule["name"] == SOLVABLE)
    assert rule["fields"] == ["description", "kql_query", "tags"]
    assert (rule["conflicts"], rule["customized"], rule["target_version"]) == ({"tags": "solvable"}, True, 105)
    found = soc.ok(INFO, {"tags": ["Domain: Container"], "status": ["installable"]})["rules"]
    assert [rule["status"] for rule in found] == ["installable", "installable"]
    assert soc.writes() == []
