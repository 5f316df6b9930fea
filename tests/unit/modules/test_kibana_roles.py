# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many roles at once: few requests, clean second runs, exact mode, failures of some."""

from __future__ import annotations

from typing import Any

import pytest
from cases.kibana_role import CASES
from harness import Kibana

ROLES = [{"name": f"soc_{number}", "cluster": ["monitor"]} for number in range(250)]
BULK = "POST /api/security/roles"


def names(result: dict[str, Any], became: str) -> list[str]:
    return [item["name"] for item in result["roles"] if item["result"] == became]


def test_only_what_differs_is_written(kibana: Kibana) -> None:
    predicted = kibana.ok("kibana_roles", {"roles": ROLES}, check=True)
    assert kibana.writes() == []
    first = kibana.ok("kibana_roles", {"roles": ROLES})
    assert kibana.writes() == [BULK] * 3
    assert first["summary"]["created"] == 250
    assert {key: predicted[key] for key in ("changed", "diff", "roles", "summary")} == {
        key: first[key] for key in ("changed", "diff", "roles", "summary")
    }
    again = kibana.ok("kibana_roles", {"roles": ROLES})
    assert not again["changed"]
    assert "diff" not in again
    assert [entry["path"] for entry in kibana.seen()] == ["/api/security/role"]
    changed = [{**ROLES[0], "run_as": ["x"]}, *ROLES[1:]]
    result = kibana.ok("kibana_roles", {"roles": changed})
    assert names(result, "updated") == ["soc_0"]
    assert len(result["diff"]) == 1
    assert kibana.writes() == [BULK]


def test_everything_that_one_role_can_have(any_kibana: Kibana) -> None:
    role = {**CASES[0].identity, **CASES[0].create}
    assert any_kibana.ok("kibana_roles", {"roles": [role]})["changed"]
    assert not any_kibana.ok("kibana_roles", {"roles": [role]})["changed"]
    assert not any_kibana.ok("kibana_role", role)["changed"]


def test_exact_deletes_inside_its_scope_alone(kibana: Kibana) -> None:
    kibana.ok("kibana_roles", {"roles": [*ROLES[:3], {"name": "other"}]})
    exact = {"roles": ROLES[:1], "exact": True, "scope": "soc_*"}
    predicted = kibana.ok("kibana_roles", exact, check=True)
    result = kibana.ok("kibana_roles", exact)
    assert names(result, "deleted") == names(predicted, "deleted") == ["soc_1", "soc_2"]
    assert predicted["diff"] == result["diff"]
    left = {role["name"] for role in kibana.call("GET", "/api/security/role")}
    assert {"other", "superuser"} <= left
    assert not kibana.ok("kibana_roles", exact)["changed"]


def test_exact_never_deletes_reserved_roles(kibana: Kibana) -> None:
    kibana.ok("kibana_roles", {"roles": [], "exact": True, "scope": "*"})
    assert {"superuser", "viewer"} <= {role["name"] for role in kibana.call("GET", "/api/security/role")}


def test_exact_stops_before_too_many_deletions(kibana: Kibana) -> None:
    kibana.ok("kibana_roles", {"roles": ROLES[:5]})
    kibana.seen()
    exact = {"roles": [{"name": "new"}], "exact": True, "scope": "soc_*", "max_deletions": 4}
    assert "5 objects would be deleted, more than max_deletions (4)" in kibana.fails("kibana_roles", exact)["msg"]
    assert kibana.writes() == []
    assert "scope" in kibana.fails("kibana_roles", {"roles": [], "exact": True})["msg"]


def test_a_role_that_kibana_refuses_does_not_keep_it_from_the_others(kibana: Kibana) -> None:
    roles = [{"name": "bad", "cluster": ["no_such_privilege"]}, *ROLES[:2]]
    result = kibana.fails("kibana_roles", {"roles": roles})
    assert result["changed"]
    assert result["msg"].startswith("1 of 3 objects failed: bad: ")
    assert names(result, "created") == ["soc_0", "soc_1"]
    assert names(result, "failed") == ["bad"]


def test_a_lost_connection_leaves_whole_chunks_and_the_next_run_goes_on(kibana: Kibana) -> None:
    kibana.fault(method="POST", path="/api/security/roles", cut="before", after=1)
    result = kibana.fails("kibana_roles", {"roles": ROLES})
    assert len(names(result, "created")) == 100
    assert len(names(result, "failed")) == 150
    assert "not attempted" in result["roles"][-1]["msg"]
    kibana.no_faults()
    result = kibana.ok("kibana_roles", {"roles": ROLES})
    assert result["summary"] == {"created": 150, "updated": 0, "unchanged": 100, "deleted": 0, "failed": 0}


def test_without_a_bulk_endpoint_each_role_is_written_alone(kibana: Kibana) -> None:
    missing = {"statusCode": 404, "error": "Not Found", "message": "Not Found"}
    kibana.fault(method="POST", path="/api/security/roles", status=404, body=missing)
    assert kibana.ok("kibana_roles", {"roles": ROLES[:3]})["summary"]["created"] == 3
    assert not kibana.ok("kibana_roles", {"roles": ROLES[:3]})["changed"]


@pytest.mark.parametrize(
    ("roles", "text"),
    [
        ([{"name": "a"}, {"name": "a"}], "name 'a' is listed twice"),
        ([{"name": "a", "kibana": [{"spaces": ["x"]}]}], "roles[0] (a): kibana[0] must have either base or feature"),
        ([{"name": "superuser", "cluster": []}], "superuser is a reserved role"),
    ],
)
def test_lists_that_make_no_sense(kibana: Kibana, roles: list[dict[str, Any]], text: str) -> None:
    assert text in kibana.fails("kibana_roles", {"roles": roles})["msg"]
    assert kibana.writes() == []
