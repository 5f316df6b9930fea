# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles and the features of Kibana: validation, deprecated features, their replacement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from harness import Kibana

ROLE = "/api/security/role/r"
Run = Callable[..., dict[str, Any]]
DISCOVER_NEW = {"discover_v2": ["read"], "savedQueryManagement": ["read"]}


@pytest.fixture(params=["kibana_role", "kibana_roles"])
def one(request: pytest.FixtureRequest, any_kibana: Kibana) -> Run:
    """Runs a module for one role, whichever module it is."""

    def run(feature: dict[str, list[str]] | None, *, fails: bool = False, check: bool = False, **more: Any) -> Any:
        kibana = None if feature is None else [{"spaces": ["ops"], "feature": feature}]
        role: dict[str, Any] = {"name": "r", **({} if kibana is None else {"kibana": kibana})}
        params = {**role, **more} if request.param == "kibana_role" else {"roles": [role], **more}
        any_kibana.seen()
        return (any_kibana.fails if fails else any_kibana.ok)(request.param, params, check=check)

    return run


def stored(kibana: Kibana) -> Any:
    return kibana.call("GET", ROLE)["kibana"][0]["feature"]


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    ("feature", "text"),
    [
        ({"discovr": ["all"]}, "role r: kibana[0].feature: this Kibana has no feature 'discovr' (it has discover_v2)"),
        ({"canvas": ["wirte"]}, "role r: kibana[0].feature.canvas: there is no privilege 'wirte', there are all, gen"),
        ({"discover": ["wirte"]}, "kibana[0].feature.discover: there is no privilege 'wirte'"),
    ],
)
def test_what_does_not_exist_fails_before_anything_is_written(
    any_kibana: Kibana, one: Run, feature: dict[str, list[str]], text: str, check: bool
) -> None:
    assert text in one(feature, fails=True, validate=True, check=check)["msg"]
    assert any_kibana.writes() == []
    assert not one(feature, check=True).get("failed"), "only where it is asked for"


@pytest.mark.parametrize("feature", [{"canvas": ["all", "generate_report"]}, {"discover_v2": ["minimal_read"]}, None])
def test_what_exists_is_fine(any_kibana: Kibana, one: Run, feature: dict[str, list[str]] | None) -> None:
    result = one(feature, validate=True)
    assert result["changed"] and not result.get("warnings")
    assert not one(feature, validate=True)["changed"]
    assert any_kibana.writes() == []


def test_deprecated_features_are_named_with_their_replacement(any_kibana: Kibana, one: Run) -> None:
    for check in (True, False):
        result = one({"discover": ["read"]}, validate=True, check=check)
        assert result["changed"]
        assert len(result["warnings"]) == 1
        assert "Role r: the feature discover is deprecated" in result["warnings"][0]
        assert "discover_v2, savedQueryManagement replaces it, and migrate=true rewrites it." in result["warnings"][0]
    assert stored(any_kibana) == {"discover": ["read"]}


@pytest.mark.parametrize("shows", [False, True])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"discover": ["read"]}, DISCOVER_NEW),
        ({"discover": ["minimal_all", "url_create"]},
         {"discover_v2": ["minimal_all", "url_create"], "savedQueryManagement": ["minimal_all"]}),
        ({"discover": ["read"], "dashboard": ["all"]},
         {**DISCOVER_NEW, "dashboard_v2": ["all"], "savedQueryManagement": ["read", "all"]}),
        ({"discover": ["all"], "discover_v2": ["read"], "graph": ["all"]},
         {"discover_v2": ["read", "all"], "savedQueryManagement": ["all"], "graph": ["all"]}),
    ],
)  # fmt: skip
def test_migration(
    any_kibana: Kibana, one: Run, old: dict[str, list[str]], new: dict[str, list[str]], shows: bool
) -> None:
    any_kibana.emulator.shows_deprecated_features = shows  # type: ignore[attr-defined]
    predicted = one(old, migrate=True, check=True)
    assert any_kibana.writes() == []
    result = one(old, migrate=True, validate=True)
    assert predicted["changed"] and predicted["diff"] == result["diff"]
    assert not result.get("warnings")
    assert {name: set(got) for name, got in stored(any_kibana).items()} == {n: set(got) for n, got in new.items()}
    assert not one(old, migrate=True)["changed"]
    assert not one(new, migrate=True, validate=True)["changed"]
    assert any_kibana.writes() == []


def test_a_stored_role_is_migrated_once(any_kibana: Kibana, one: Run) -> None:
    one({"discover": ["read"]})
    assert one({"discover": ["read"]}, migrate=True)["changed"]
    assert stored(any_kibana) == DISCOVER_NEW
    assert not one({"discover": ["read"]}, migrate=True)["changed"]


def test_cases(any_kibana: Kibana, one: Run) -> None:
    one({"generalCases": ["minimal_all", "cases_delete"]}, migrate=True)
    new = any_kibana.emulator.version >= (9, 1)
    extra = ["create_comment", "case_reopen", *(["cases_assign"] if new else [])]
    wanted = {"minimal_all", "cases_delete", *extra}
    assert {name: set(names) for name, names in stored(any_kibana).items()} == {f"generalCasesV{2 + new}": wanted}


def test_what_is_not_known_to_be_replaceable_stays_with_a_warning(any_kibana: Kibana, one: Run) -> None:
    result = one({"siem": ["all"]}, migrate=True)
    if any_kibana.emulator.version < (9, 1):
        assert set(stored(any_kibana)) == {"siemV2", "securitySolutionTimeline", "securitySolutionNotes"}
        assert not result.get("warnings")
    else:
        assert stored(any_kibana) == {"siem": ["all"]}
        assert "so it is not rewritten" in result["warnings"][0]
    assert not one({"siem": ["all"]}, migrate=True)["changed"]


def test_a_kibana_that_answers_the_new_ids_is_no_drift(any_kibana: Kibana, one: Run) -> None:
    one(DISCOVER_NEW)
    for options in ({}, {"validate": True}):
        assert not one({"discover": ["read"]}, **options)["changed"]
    assert one({"discover": ["all"]}, check=True)["changed"], "another privilege is drift"
    one({"discover": ["read"]}, migrate=True)
    assert stored(any_kibana) == DISCOVER_NEW


def test_migrating_by_hand_is_a_change(any_kibana: Kibana, one: Run) -> None:
    one({"discover": ["read"]})
    assert one(DISCOVER_NEW)["changed"]
    assert stored(any_kibana) == DISCOVER_NEW


def test_without_the_list_of_privileges_the_known_ones_are_taken(any_kibana: Kibana, one: Run) -> None:
    gone = {"statusCode": 404, "error": "Not Found", "message": "Not Found"}
    any_kibana.fault(path="/api/security/privileges", status=404, body=gone)
    one({"discover": ["read"]}, validate=True, migrate=True)
    assert stored(any_kibana) == DISCOVER_NEW
    assert "no feature 'nothing'" in one({"nothing": ["all"]}, fails=True, validate=True)["msg"]


def test_who_may_not_see_the_features_is_told(any_kibana: Kibana, one: Run) -> None:
    any_kibana.emulator.add_user("roles", "roles", ["manage_security"])
    user = {"kibana_username": "roles", "kibana_password": "roles"}
    result = one({"discover": ["read"]}, fails=True, validate=True, **user)
    assert (result["status"], result["path"]) == (403, "/api/features")
    assert one({"discover": ["read"]}, **user)["changed"]
