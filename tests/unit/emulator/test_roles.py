# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles: facts of the security reference, B and J.2."""

from __future__ import annotations

from typing import Any

import pytest
from emulator_api import Api, ok, refused

from kibana_emulator import Emulator

ROLES = "/api/security/role"
INDEX = {"names": ["logs-*"], "privileges": ["read"]}
FEATURE = {"feature": {"discover": ["read"]}, "spaces": ["default"]}


@pytest.fixture(params=["8.18.0", "9.4.3"])
def api(request: pytest.FixtureRequest) -> Api:
    return Api(Emulator(version=request.param))


def put(api: Api, name: str = "demo", **body: Any) -> None:
    answer = api.put(f"{ROLES}/{name}", body)
    assert answer.status_code == 204, answer.text


def get(api: Api, name: str = "demo") -> dict[str, Any]:
    return ok(api.get(f"{ROLES}/{name}"))


def test_fixture_of_the_reference(api: Api) -> None:
    put(api, "ansible_demo", elasticsearch={"cluster": ["monitor"], "indices": [INDEX]}, kibana=[FEATURE])
    assert get(api, "ansible_demo") == {
        "name": "ansible_demo",
        "metadata": {},
        "transient_metadata": {"enabled": True},
        "elasticsearch": {
            "cluster": ["monitor"],
            "indices": [{**INDEX, "allow_restricted_indices": False}],
            "run_as": [],
        },
        "kibana": [{"base": [], "feature": {"discover": ["read"]}, "spaces": ["default"]}],
        "_transform_error": [],
        "_unrecognized_applications": [],
    }


def test_put_is_204_both_times_and_replaces_everything(api: Api) -> None:
    put(api, description="d", metadata={"a": 1}, elasticsearch={"cluster": ["all"]}, kibana=[{"base": ["all"]}])
    assert get(api)["kibana"] == [{"base": ["all"], "feature": {}, "spaces": ["*"]}]
    put(api, description="")
    role = get(api)
    assert "description" not in role
    assert (role["metadata"], role["elasticsearch"]["cluster"], role["kibana"]) == ({}, [], [])


def test_foreign_applications_survive_a_put(api: Api) -> None:
    put(api, kibana=[FEATURE])
    foreign = {"application": "logstash-default", "privileges": ["x"], "resources": ["*"]}
    api.emulator.store("roles")["demo"]["applications"].append(foreign)
    put(api)
    assert api.emulator.store("roles")["demo"]["applications"] == [foreign]
    assert get(api)["_unrecognized_applications"] == ["logstash-default"]


def test_answer_of_get_cannot_be_put_back(api: Api) -> None:
    put(api)
    assert "definition for this key is missing" in refused(api.put(f"{ROLES}/demo", get(api)), 400)


def test_create_only(api: Api) -> None:
    put(api)
    text = "Role already exists and cannot be created: demo"
    assert refused(api.put(f"{ROLES}/demo", {}, createOnly="true"), 409) == text


def test_sets_come_back_in_another_order(api: Api) -> None:
    entries = [{"base": ["read"], "spaces": ["zoo", "art"]}, {"base": ["all"], "spaces": ["bar"]}]
    put(api, elasticsearch={"cluster": ["monitor", "all"], "run_as": ["b", "a"]}, kibana=entries)
    role = get(api)
    assert role["elasticsearch"]["cluster"] == ["all", "monitor"]
    assert [entry["spaces"] for entry in role["kibana"]] == [["art", "zoo"], ["bar"]]
    put(api, kibana=[{"feature": {"ml": ["read", "read", "all"]}}])
    assert get(api)["kibana"][0]["feature"] == {"ml": ["read", "all"]}


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        ({}, "either [base] or [feature] is expected, but none of them specified"),
        ({"base": [], "feature": {}}, "either [base] or [feature] is expected"),
        ({"base": ["all"], "feature": {"a": ["b"]}}, "isn't allowed when non-empty [base] is defined."),
        ({"base": ["foo"]}, 'unknown global privilege "foo", must be one of [all,read]'),
        ({"base": ["all"], "spaces": ["*", "x"]}, "kibana.0.spaces]: types that failed validation:"),
        ({"base": ["all"], "spaces": ["foo-*"]}, "types that failed validation:"),
        ({"feature": {"a b": ["c"]}}, "only a-z, A-Z, 0-9, '_', and '-' are allowed"),
        ({"base": ["all"], "_reserved": ["x"]}, "definition for this key is missing"),
    ],
)
def test_rules_of_kibana_entries(api: Api, entry: dict[str, Any], text: str) -> None:
    assert text in refused(api.put(f"{ROLES}/demo", {"kibana": [entry]}), 400)
    assert api.get(f"{ROLES}/demo").status_code == 404


def test_a_space_may_occur_once(api: Api) -> None:
    entry = {"base": ["all"], "spaces": ["marketing"]}
    text = "[request body.kibana]: more than one privilege is applied to the following spaces: [marketing]"
    assert refused(api.put(f"{ROLES}/demo", {"kibana": [entry, entry]}), 400) == text


@pytest.mark.parametrize(
    "body",
    [
        {"elasticsearch": {"cluster": ["nonsense"]}},
        {"elasticsearch": {"indices": [{"names": ["a"], "privileges": ["nonsense"]}]}},
        {"elasticsearch": {"indices": [{"names": [], "privileges": ["read"]}]}},
        {"elasticsearch": {"indices": [{**INDEX, "query": {"match_all": {}}}]}},
        {"elasticsearch": {"indices": [{**INDEX, "field_security": {"grants": []}}]}},
        {"elasticsearch": {"cluster": None}},
        {"description": None},
        {"description": "x" * 2049},
        {"metadata": {"_reserved": True}},
    ],
)
def test_refused_bodies(api: Api, body: dict[str, Any]) -> None:
    refused(api.put(f"{ROLES}/demo", body), 400)


def test_remote_parts_are_absent_unless_stored(api: Api) -> None:
    remote = {**INDEX, "clusters": ["c"]}
    cluster = {"clusters": ["c"], "privileges": ["monitor_enrich"]}
    put(api, elasticsearch={"remote_indices": [remote], "remote_cluster": [cluster]})
    part = get(api)["elasticsearch"]
    assert part["remote_indices"] == [{**remote, "allow_restricted_indices": False}]
    assert part["remote_cluster"] == [cluster]
    put(api)
    assert set(get(api)["elasticsearch"]) == {"cluster", "indices", "run_as"}


def test_list_is_in_byte_order_with_reserved_roles(api: Api) -> None:
    put(api, "Zulu")
    names = [role["name"] for role in ok(api.get(ROLES))]
    assert names == sorted(names) and names[0] == "Zulu"
    assert {"superuser", "kibana_admin", "viewer", "editor"} < set(names)


def test_reserved_roles_refuse_change(api: Api) -> None:
    assert get(api, "superuser")["metadata"]["_reserved"] is True
    refused(api.put(f"{ROLES}/superuser", {}), 400)
    refused(api.delete(f"{ROLES}/superuser"), 400)
    assert get(api, "monitoring_user")["kibana"][0]["_reserved"] == ["monitoring"]


def test_untranslatable_role_hides_its_privileges(api: Api) -> None:
    role = get(api, "legacy_untranslatable")
    assert role["kibana"] == []
    assert role["_transform_error"] == ["kibana:space_privileges_global"]


def test_delete(api: Api) -> None:
    put(api)
    assert api.delete(f"{ROLES}/demo").status_code == 204
    refused(api.delete(f"{ROLES}/demo"), 404)
    refused(api.get(f"{ROLES}/demo"), 404)


def test_bulk_says_what_happened_to_each(api: Api) -> None:
    def bulk(**roles: Any) -> Any:
        return ok(api.post("/api/security/roles", {"roles": roles}))

    one = {"elasticsearch": {"cluster": ["monitor"]}}
    assert bulk(a=one, b={}) == {"created": ["a", "b"]}
    assert bulk(a=one, b=one) == {"noop": ["a"], "updated": ["b"]}
    answer = bulk(c={"elasticsearch": {"cluster": ["nonsense"]}}, d=one)
    assert answer["created"] == ["d"]
    assert answer["errors"]["c"]["type"] == "action_request_validation_exception"
    assert api.get(f"{ROLES}/c").status_code == 404
    refused(api.post("/api/security/roles", {"roles": {"e": {"name": "e"}}}), 400)


def test_query_pages(api: Api) -> None:
    put(api, "mine")
    answer = ok(api.post(f"{ROLES}/_query", {"size": 2, "from": 1, "filters": {"showReservedRoles": False}}))
    assert (answer["count"], answer["total"]) == (1, 2)
    assert ok(api.post(f"{ROLES}/_query", {"query": "min"}))["total"] == 2


def test_schema_comes_before_the_refusal_of_elasticsearch(api: Api) -> None:
    api.session.auth = ("viewer", "viewer")
    refused(api.put(f"{ROLES}/demo", {"name": "demo"}), 400)
    assert "this action is granted by the cluster privileges" in refused(api.put(f"{ROLES}/demo", {}), 403)
    refused(api.get(ROLES), 403)


def test_deprecated_features_can_be_shown_replaced(api: Api) -> None:
    put(api, kibana=[FEATURE])
    role = ok(api.get(f"{ROLES}/demo", replaceDeprecatedPrivileges="true"))
    assert role["kibana"][0]["feature"] == {"discover_v2": ["read"]}
