# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lifecycle table does not show about roles."""

from __future__ import annotations

from typing import Any

import pytest
from harness import Kibana

ROLE = "/api/security/role/r"
SMALL = {"name": "r", "cluster": ["monitor"]}


@pytest.mark.parametrize("params", [{"cluster": ["monitor"]}, {"state": "absent"}])
@pytest.mark.parametrize("check", [True, False])
def test_a_reserved_role_is_refused_with_a_reason(kibana: Kibana, params: dict[str, Any], check: bool) -> None:
    result = kibana.fails("kibana_role", {"name": "superuser", **params}, check=check)
    assert "superuser is a reserved role" in result["msg"]
    assert kibana.writes() == []


def test_a_role_that_kibana_cannot_translate_is_not_taken_for_an_empty_one(kibana: Kibana) -> None:
    name = {"name": "legacy_untranslatable"}
    assert not kibana.ok("kibana_role", name)["changed"]
    refused = kibana.fails("kibana_role", {**name, "description": "new"})
    assert "a change would delete them: give kibana, too" in refused["msg"]
    assert kibana.writes() == []
    emptied = kibana.ok("kibana_role", {**name, "kibana": []})
    assert emptied["changed"]
    assert emptied["diff"]["before"]["kibana"] == "(unreadable)"
    assert not kibana.ok("kibana_role", {**name, "kibana": []})["changed"]


def test_such_a_role_can_be_deleted(kibana: Kibana) -> None:
    assert kibana.ok("kibana_role", {"name": "legacy_untranslatable", "state": "absent"})["changed"]


@pytest.mark.parametrize(
    ("kibana_privileges", "text"),
    [
        ([{"base": ["all"], "feature": {"discover": ["read"]}}], "kibana[0] must have either base or feature"),
        ([{"spaces": ["a"]}], "kibana[0] must have either base or feature"),
        ([{"base": ["all"], "spaces": ["*", "a"]}], "kibana[0].spaces has '*' together with other spaces"),
        ([{"base": ["all"], "spaces": []}], "kibana[0].spaces is empty"),
        (
            [{"base": ["all"], "spaces": ["a"]}, {"base": ["read"], "spaces": ["b", "a"]}],
            "kibana[1].spaces repeats ['a']",
        ),
    ],
)
def test_privileges_that_exclude_each_other_fail_before_any_request(
    kibana: Kibana, kibana_privileges: list[dict[str, Any]], text: str
) -> None:
    assert text in kibana.fails("kibana_role", {"name": "r", "kibana": kibana_privileges})["msg"]
    assert kibana.seen() == []


def test_the_query_is_compared_as_json_and_may_be_a_dict(kibana: Kibana) -> None:
    def role(query: Any) -> dict[str, Any]:
        return {"name": "r", "indices": [{"names": ["a"], "privileges": ["read"], "query": query}]}

    assert kibana.ok("kibana_role", role('{"term": {"a": 1, "b": 2}}'))["changed"]
    assert not kibana.ok("kibana_role", role('{"term":{"b":2,"a":1}}'))["changed"]
    assert not kibana.ok("kibana_role", role({"term": {"a": 1, "b": 2}}))["changed"]
    assert kibana.ok("kibana_role", role({"term": {"a": 1}}))["changed"]


def test_privileges_of_other_applications_survive(kibana: Kibana) -> None:
    kibana.ok("kibana_role", SMALL)
    applications = [{"application": "logstash", "privileges": ["read"], "resources": ["*"]}]
    stored = kibana.emulator.store("roles")["r"]
    stored["applications"] += applications
    kibana.ok("kibana_role", {**SMALL, "cluster": ["manage"]})
    assert applications[0] in kibana.emulator.store("roles")["r"]["applications"]


def test_fields_of_a_newer_kibana_survive(kibana: Kibana) -> None:
    kibana.ok("kibana_role", SMALL)
    kibana.call("PUT", ROLE, {"elasticsearch": {"cluster": ["monitor"], "run_as": ["x"]}, "metadata": {"a": 1}})
    changed = kibana.ok("kibana_role", {**SMALL, "cluster": ["manage"]})
    assert changed["role"]["run_as"] == ["x"]
    assert changed["role"]["metadata"] == {"a": 1}


def test_metadata_with_reserved_keys_is_refused(kibana: Kibana) -> None:
    result = kibana.fails("kibana_role", {"name": "r", "metadata": {"_reserved": True}})
    assert "must not have keys that begin with '_'" in result["msg"]


def test_a_name_that_is_no_id_asks_nothing(kibana: Kibana) -> None:
    for name in ("", "..", "."):
        assert "cannot be the id of an object" in kibana.fails("kibana_role", {"name": name})["msg"]
    assert kibana.seen() == []


def test_a_concurrent_change_is_read_again(kibana: Kibana) -> None:
    kibana.ok("kibana_role", SMALL)
    kibana.fault(method="PUT", path=ROLE, status=409, times=2)
    assert kibana.ok("kibana_role", {**SMALL, "cluster": ["manage"]})["changed"]
    assert kibana.call("GET", ROLE)["elasticsearch"]["cluster"] == ["manage"]


def test_credentials_are_not_in_the_result(kibana: Kibana) -> None:
    result = kibana.ok("kibana_role", {**SMALL, "kibana_headers": {"X-Token": "s3cr3t", "X-A": "r"}}, verbosity=4)
    assert "s3cr3t" not in str(result)
    assert "changeme" not in str(result)
    assert result["role"]["name"] == "r", "a header's value is not scrubbed from everything"
