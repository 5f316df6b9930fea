# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Migrating old alerts: every step twice and in check mode, nothing to do, and what goes wrong."""

from __future__ import annotations

from typing import Any

import pytest
from harness import Kibana

SIGNALS = "/api/detection_engine/signals"
ONE, TWO, WRITE = (f".siem-signals-default-00000{number}" for number in (1, 2, 3))
FAILED = "924f7c50-505f-11eb-ae0a-3fa2e626a51d"
MODULE = "detection_alert_migration"


@pytest.fixture
def old(any_kibana: Kibana) -> Kibana:
    """A Kibana with alerts from before 8.0."""
    any_kibana.emulator.seed = "soc"
    any_kibana.emulator.reset()
    return any_kibana


def run(kibana: Kibana, action: str, *, check: bool = False, **params: Any) -> dict[str, Any]:
    return kibana.ok(MODULE, {"action": action, **params}, check=check)


def became(result: dict[str, Any]) -> list[str]:
    return [item["result"] for item in result["migrations"]]


def record(kibana: Kibana, name: str) -> dict[str, Any]:
    return kibana.emulator.store("signals_indices", "default")[name]


def test_from_outdated_to_gone(old: Kibana) -> None:
    predicted = run(old, "create", check=True, index=[TWO])
    assert old.writes() == []
    made = run(old, "create", index=[TWO], slices=2)
    assert became(made) == became(predicted) == ["started"]
    assert made["changed"] and predicted["changed"]
    assert old.writes() == [f"POST {SIGNALS}/migration"]
    again = run(old, "create", index=[TWO])
    assert (again["changed"], became(again), old.writes()) == (False, ["pending"], [])
    ids = {"migration_ids": [made["migrations"][0]["id"]]}
    assert became(run(old, "finalize", check=True, **ids)) == ["finalized"]
    assert old.writes() == []
    done = run(old, "finalize", **ids)
    assert (done["changed"], became(done)) == (True, ["finalized"])
    assert old.writes() == [f"POST {SIGNALS}/finalize_migration"] * 2
    assert old.waits == [1]
    again = run(old, "finalize", **ids)
    assert (again["changed"], became(again)) == (False, ["unchanged"])
    assert became(run(old, "create", index=[TWO])) == ["unchanged"], "its copy is in its place"
    assert run(old, "delete", check=True, **ids)["changed"]
    old.writes()
    gone = run(old, "delete", **ids)
    assert (gone["changed"], became(gone)) == (True, ["deleted"])
    again = run(old, "delete", **ids)
    assert (again["changed"], became(again)) == (False, ["unchanged"])
    assert old.emulator.violations == []


def test_all_that_is_shown(old: Kibana) -> None:
    assert [item["is_outdated"] for item in run(old, "status")["indices"]] == [True, True, False]
    assert run(old, "status", **{"from": "now-1s"})["indices"] == []
    removed = run(old, "delete", all=True)
    assert [(item["id"], item["result"]) for item in removed["migrations"]] == [(FAILED, "deleted")]
    made = run(old, "create", all=True)
    assert [item["sourceIndex"] for item in made["migrations"]] == [ONE, TWO]
    pending = run(old, "finalize", all=True, wait=False)
    assert (pending["changed"], became(pending)) == (False, ["pending", "pending"])
    assert became(run(old, "finalize", all=True)) == ["finalized", "finalized"]
    for action in ("create", "finalize", "delete"):
        nothing = run(old, action, all=True)
        assert (nothing["changed"], nothing["migrations"], nothing["msg"]) == (False, [], "There is nothing to do.")


@pytest.mark.parametrize("check", [True, False])
def test_a_kibana_without_old_alerts_has_nothing_to_do(any_kibana: Kibana, check: bool) -> None:
    assert run(any_kibana, "status", check=check)["indices"] == []
    for action in ("create", "finalize", "delete"):
        assert run(any_kibana, action, check=check, all=True)["msg"] == "There is nothing to do."
    subject = {"create": "index", "finalize": "migration_ids", "delete": "migration_ids"}
    for action, name in subject.items():
        assert not run(any_kibana, action, check=check, **{name: []})["changed"], "an empty list is not all"
    assert "there are: none" in any_kibana.fails(MODULE, {"action": "create", "index": [ONE]}, check=check)["msg"]
    assert any_kibana.writes() == []


def test_each_failure_is_told_and_the_others_go_on(old: Kibana) -> None:
    record(old, WRITE)["version"] = 5
    record(old, ONE)["loses"] = 3
    run(old, "delete", all=True)
    result = old.fails(MODULE, {"action": "create", "all": True})
    assert became(result) == ["started", "started", "failed"]
    assert result["changed"]
    assert result["msg"].startswith(f"1 of 3 migrations failed: {WRITE}: The specified index is a write index")
    result = old.fails(MODULE, {"action": "finalize", "all": True})
    assert became(result) == ["failed", "finalized"]
    assert "different document counts" in result["msg"]
    result = old.fails(MODULE, {"action": "create", "index": [ONE]})
    assert "resource_already_exists_exception" in result["msg"]


def test_waiting_ends(old: Kibana) -> None:
    record(old, TWO)["polls"] = 99
    made = run(old, "create", index=[TWO])
    ids = [item["id"] for item in made["migrations"]]
    result = old.fails(MODULE, {"action": "finalize", "migration_ids": ids, "wait_timeout": 12})
    assert "not done within 12 seconds" in result["msg"]
    assert sum(old.waits) == 12
    for check in (True, False):
        result = old.fails(MODULE, {"action": "delete", "migration_ids": ids}, check=check)
        assert "still pending, and cannot be deleted" in result["msg"]
    assert ids[0] in old.emulator.store("signals_migrations", "default")


def test_what_is_not_there(old: Kibana) -> None:
    assert "is no index with old alerts" in old.fails(MODULE, {"action": "create", "index": ["x"]})["msg"]
    result = old.fails(MODULE, {"action": "finalize", "migration_ids": ["x"]})
    assert "security-solution-signals-migration/x" in result["msg"]


def test_a_kibana_without_the_function_says_so(kibana: Kibana) -> None:
    kibana.fault(path=SIGNALS, status=404, body={"statusCode": 404, "error": "Not Found", "message": "Not Found"})
    assert "this Kibana does not have this function" in kibana.fails(MODULE, {"action": "status"})["msg"]


def test_a_bare_list_is_understood_too(kibana: Kibana) -> None:
    """As the API documentation has it."""
    item = {"id": "m", "sourceIndex": "s", "destinationIndex": "d", "status": "success", "completed": True}
    kibana.fault(path=f"{SIGNALS}/finalize_migration", status=200, body=[item])
    assert became(run(kibana, "finalize", migration_ids=["m"])) == ["unchanged"]


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"action": "create"}, "wants either index or all=true"),
        ({"action": "create", "index": ["a"], "all": True}, "wants either index or all=true"),
        ({"action": "create", "migration_ids": ["a"]}, "migration_ids is given, which action=create does not use"),
        ({"action": "delete", "index": ["a"]}, "index is given, which action=delete does not use"),
        ({"action": "create", "all": True, "slices": 0}, "slices is 0"),
    ],
)
def test_options_that_make_no_sense(kibana: Kibana, params: dict[str, Any], text: str) -> None:
    assert text in kibana.fails(MODULE, params)["msg"]
    assert kibana.seen() == []
