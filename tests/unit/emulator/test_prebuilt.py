# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kibana's own routes for prebuilt rules."""

from __future__ import annotations

from typing import Any

import pytest
from emulator_api import Api, ok

from kibana_emulator import Emulator
from kibana_emulator.routes.prebuilt_assets import rule_id

OWN = "/internal/detection_engine/prebuilt_rules"
RULES = "/api/detection_engine/rules"
SOLVABLE, HARD, MERGES = "Run Key Changed", "Trail of the Cloud Stopped", "Kernel Module Loaded from a Home Folder"


@pytest.fixture(params=["8.18.0", "9.4.3"])
def api(request: pytest.FixtureRequest) -> Api:
    made = Api(Emulator(request.param, seed="soc"))
    made.session.headers["x-elastic-internal-origin"] = "Kibana"
    return made


def review(api: Api, kind: str = "upgrade", **body: Any) -> dict[str, Any]:
    return dict(ok(api.post(f"{OWN}/{kind}/_review", {"page": 1, "per_page": 500, **body})))


def upgrade(api: Api, name: str, **more: Any) -> dict[str, Any]:
    info = next(item for item in review(api)["rules"] if item["rule_id"] == rule_id(name))
    rule = {"rule_id": info["rule_id"], "revision": info["revision"], "version": info["target_rule"]["version"]}
    body = {"mode": "SPECIFIC_RULES", "rules": [{**rule, **more}]}
    return dict(ok(api.post(f"{OWN}/upgrade/_perform", body)))


def stored(api: Api, name: str) -> dict[str, Any]:
    return dict(ok(api.get(RULES, rule_id=rule_id(name))))


def test_status_and_reviews_agree(api: Api) -> None:
    stats = ok(api.get(f"{OWN}/status"))["stats"]
    assert stats["num_prebuilt_rules_to_install"] == len(review(api, "installation")["rules"]) > 10
    assert stats["num_prebuilt_rules_to_upgrade"] == len(review(api)["rules"]) == 7


def test_pages_of_a_review(api: Api) -> None:
    first, second = ([rule["rule_id"] for rule in review(api, page=page, per_page=2)["rules"]] for page in (1, 2))
    assert len(first) == 2
    assert (first == second) == (api.emulator.version < (9, 3))
    if api.emulator.version >= (9, 3):
        assert api.post(f"{OWN}/upgrade/_review", {"per_page": 501}).status_code == 400
        assert api.post(f"{OWN}/upgrade/_review", {"else": 1}).status_code == 400


def test_a_customised_rule_keeps_what_is_its_own(api: Api) -> None:
    assert upgrade(api, MERGES)["summary"] == {"total": 1, "succeeded": 1, "skipped": 0, "failed": 0}
    rule = stored(api, MERGES)
    assert (rule["version"], rule["severity"], rule["rule_source"]["is_customized"]) == (105, "medium", True)
    assert upgrade_again(api, MERGES)["results"]["skipped"][0]["reason"] == "RULE_UP_TO_DATE"


def upgrade_again(api: Api, name: str) -> dict[str, Any]:
    rule = {"rule_id": rule_id(name), "revision": 9, "version": 105}
    return dict(ok(api.post(f"{OWN}/upgrade/_perform", {"mode": "SPECIFIC_RULES", "rules": [rule]})))


def test_conflicts_are_errors_until_they_are_resolved(api: Api) -> None:
    for name, field in ((SOLVABLE, "tags"), (HARD, "kql_query")):
        answer = upgrade(api, name)
        assert f"field '{field}'" in answer["errors"][0]["message"]
        assert answer["errors"][0]["rules"] == [{"rule_id": rule_id(name)}]
    assert upgrade(api, HARD, fields={"kql_query": {"pick_version": "CURRENT"}})["summary"]["succeeded"] == 1
    assert stored(api, HARD)["query"].startswith("event.action:(StopLogging or")
    chosen = {"pick_version": "RESOLVED", "resolved_value": ["a"]}
    assert upgrade(api, SOLVABLE, fields={"tags": chosen})["summary"]["succeeded"] == 1
    assert stored(api, SOLVABLE)["tags"] == ["a"]


def test_a_stale_revision_and_unknown_fields_are_refused(api: Api) -> None:
    assert "Revision mismatch" in upgrade(api, SOLVABLE, revision=77)["errors"][0]["message"]
    rule = {"rule_id": rule_id(SOLVABLE), "revision": 1, "version": 105, "fields": {"tags": {"pick": "CURRENT"}}}
    assert api.post(f"{OWN}/upgrade/_perform", {"mode": "SPECIFIC_RULES", "rules": [rule]}).status_code == 400
    assert api.post(f"{OWN}/upgrade/_perform", {"mode": "SOME"}).status_code == 400


def test_without_the_licence_only_the_target_can_be_had(api: Api) -> None:
    api.emulator.rules_customization = False  # type: ignore[attr-defined]
    rule = {"rule_id": rule_id(SOLVABLE), "revision": 1, "version": 105, "pick_version": "MERGED"}
    answer = api.post(f"{OWN}/upgrade/_perform", {"mode": "SPECIFIC_RULES", "rules": [rule]})
    assert (answer.status_code, answer.json()["message"].partition(";")[0]) == (
        400,
        "Only the 'TARGET' version can be selected for a rule update",
    )
    assert upgrade(api, SOLVABLE)["summary"]["succeeded"] == 1
    assert "Reviewed" not in stored(api, SOLVABLE)["tags"]


def test_installation(api: Api) -> None:
    wanted = review(api, "installation")["rules"][0]
    rules = [{"rule_id": wanted["rule_id"], "version": wanted["version"]}, {"rule_id": "none", "version": 1}]
    body = {"mode": "SPECIFIC_RULES", "rules": rules}
    answer = ok(api.post(f"{OWN}/installation/_perform", body))
    assert answer["summary"] == {"total": 2, "succeeded": 1, "skipped": 0, "failed": 1}
    assert not ok(api.get(RULES, rule_id=wanted["rule_id"]))["enabled"]
    assert ok(api.post(f"{OWN}/installation/_perform", body))["results"]["skipped"][0]["reason"] == "ALREADY_INSTALLED"


def test_the_package(api: Api) -> None:
    assert ok(api.post(f"{OWN}/_bootstrap"))["packages"][0]["status"] == "already_installed"
    api.emulator.store("prebuilt_assets").clear()
    assert ok(api.get(f"{OWN}/status"))["stats"]["num_prebuilt_rules_total_in_package"] == 0
    assert ok(api.post(f"{OWN}/_bootstrap"))["packages"][0]["status"] == "installed"
    assert ok(api.get(f"{OWN}/status"))["stats"]["num_prebuilt_rules_total_in_package"] == 28


def test_the_public_route_takes_elastics_state_and_keeps_what_is_the_users(api: Api) -> None:
    assert ok(api.put(f"{RULES}/prepackaged"))["rules_updated"] == 7
    rule = stored(api, HARD)
    assert (rule["query"], rule["rule_source"]["is_customized"]) == ("event.action:StopLogging", False)
    assert stored(api, "Shadow Copies Deleted")["enabled"] is True
