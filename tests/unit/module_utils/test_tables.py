# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of facts that modules carry along: names, defaults and traits of fields, one by one."""

from __future__ import annotations

from typing import Any

import pytest
from harness import Answers, Kibana

from ansible_collections.stackops.kibana.plugins.module_utils import (
    _alerting_rule,
    _case,
    _connector_types,
    _fleet_actions,
    _fleet_output,
    _fleet_references,
    _request_check,
    _synthetics,
    _timeline_import,
    _value_list_values,
)
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import same, strip
from ansible_collections.stackops.kibana.plugins.module_utils._role_features import HEIRS
from ansible_collections.stackops.kibana.plugins.modules import (
    apm_agent_configuration,
    fleet_agent_policy,
    fleet_package_policy,
)
from kibana_emulator.routes import fleet_output_rules


@pytest.mark.parametrize(
    ("feature", "then"),
    [
        ("generalCases", ["minimal_all", "create_comment", "case_reopen", "cases_assign"]),
        ("generalCasesV2", ["minimal_all", "cases_assign"]),
    ],
)
def test_what_minimal_privileges_of_cases_become(feature: str, then: list[str]) -> None:
    newest = HEIRS[feature][0]
    assert newest.of("minimal_all") == {"generalCasesV3": then}
    assert newest.of("read") == {"generalCasesV3": ["read"]}


# The public names of Elastic's locations, as Kibana documents them.
def test_short_names_of_locations() -> None:
    assert {name: place.rpartition("-")[0] for name, place in _synthetics.SHORT_NAMES.items()} == {
        "japan": "asia-northeast1",
        "india": "asia-south1",
        "singapore": "asia-southeast1",
        "australia_east": "australia-southeast1",
        "united_kingdom": "europe-west2",
        "germany": "europe-west3",
        "canada_east": "northamerica-northeast1",
        "brazil": "southamerica-east1",
        "us_east": "us-east4",
        "us_west": "us-west1",
    }
    assert {place.rpartition("-")[2] for place in _synthetics.SHORT_NAMES.values()} == {"a"}


def test_what_belongs_to_kafka_alone() -> None:
    shared = {"ssl"}
    assert _fleet_output.OWN["kafka"] == {*fleet_output_rules.KAFKA_FIELDS} - shared
    assert [kind for kind, names in _fleet_output.OWN.items() if "topic" in names] == ["kafka"]


def test_a_role_is_of_no_space_and_the_order_of_its_lists_says_nothing(kibana: Kibana) -> None:
    grant = {"clusters": ["b", "a"], "names": ["x"], "privileges": ["read"], "field_security": {"grant": ["m", "n"]}}
    feature = {"discover_v2": ["read", "url_create"]}
    role = {"name": "r", "remote_indices": [grant], "kibana": [{"spaces": ["default"], "feature": feature}]}
    kibana.call("POST", "/api/spaces/space", {"id": "ops", "name": "Ops"})
    kibana.seen()
    kibana.ok("kibana_role", {**role, "kibana_space": "ops"})
    assert {entry["space"] for entry in kibana.seen()} == {"default"}
    turned = {**grant, "clusters": ["a", "b"], "field_security": {"grant": ["n", "m"]}}
    other = [{"spaces": ["default"], "feature": {"discover_v2": ["url_create", "read"]}}]
    assert not kibana.ok("kibana_role", {**role, "remote_indices": [turned], "kibana": other})["changed"]


@pytest.mark.parametrize("kind", ["integer_range", "long_range", "float_range", "double_range"])
def test_a_range_of_numbers_means_the_same_however_it_is_written(kind: str) -> None:
    key = _value_list_values.value_key(kind)
    assert key("1.0-2") == key("1-2.00") != key("1-3")


@pytest.mark.parametrize(
    ("method", "said"),
    [("GET", "read"), ("HEAD", "read"), ("PUT", "repeatable"), ("DELETE", "repeatable"), ("POST", "once")],
)
def test_how_often_a_request_may_be_sent(method: str, said: str) -> None:
    assert _request_check.idempotence({"method": method, "idempotence": None}) == said


def test_what_older_privileges_of_security_become() -> None:
    whole = {"siemV2": ["minimal_all"], "securitySolutionTimeline": ["all"], "securitySolutionNotes": ["all"]}
    assert HEIRS["siem"][0].of("minimal_all") == whole
    assert HEIRS["siem"][0].of("all") == {**whole, "siemV2": ["all"]}


def test_the_fields_of_an_incident() -> None:
    names = ("category", "destIp", "malwareHash", "malwareUrl", "priority", "sourceIp", "subcategory")
    assert _case.whole_fields(".servicenow-sir", {}, {}) == dict.fromkeys(names)


@pytest.mark.parametrize("level", ["trace", "debug", "info", "warn", "error", "fatal"])
def test_levels_of_a_log(level: str) -> None:
    assert _connector_types.ready_params(".server-log", {"message": "m", "level": level})["level"] == level


@pytest.mark.parametrize("type_id", [".jira", ".resilient", ".servicenow"])
def test_fields_can_be_asked_for(type_id: str) -> None:
    assert _connector_types.ready_params(type_id, {"subAction": "getFields"})["subAction"] == "getFields"


def test_an_action_keeps_what_is_not_said_of_it() -> None:
    stored = {"id": "c", "params": {"a": 1}, "uuid": "u", "group": "recovered", "use_alert_data_for_template": True}
    done = _alerting_rule.complete_actions([{"id": "c", "params": {"a": 2}}], [stored], True, lambda: "default")
    assert [(one["group"], one["uuid"], one["params"]) for one in done] == [("recovered", "u", {"a": 2})]


@pytest.mark.parametrize("key", ["gridData", "panelConfig"])
def test_panels_of_older_kibanas_are_refused_by_newer_ones(kibana: Kibana, key: str) -> None:
    result = kibana.fails("dashboard", {"id": "d", "title": "t", "panels": [{"type": "markdown", key: {}}]})
    assert f"panels[0] has {key}, the shape of Kibana 8.18 to 9.1" in result["msg"]


def test_only_policies_of_agents_are_of_a_space() -> None:
    assert {name: listing.in_space for name, (_what, listing) in _fleet_references.SHARED.items()} == dict.fromkeys(
        ("data_output_id", "monitoring_output_id", "output_id", "download_source_id", "fleet_server_host_id"), False
    )


def test_the_counts_of_an_import_of_timelines() -> None:
    task: Any = None
    assert _timeline_import.report(task, [])["summary"] == dict.fromkeys(
        ("created", "updated", "replaced", "unchanged", "failed"), 0
    )


# What Fleet says of a policy and nobody can set through these modules.
@pytest.mark.parametrize(
    ("module", "names"),
    [
        (fleet_agent_policy, ("agents", "is_preconfigured", "package_policies", "revision", "status", "updated_at")),
        (fleet_package_policy, ("condition", "global_data_tags", "is_managed", "overrides", "revision", "spaceIds")),
    ],
)
def test_what_fleet_alone_sets_is_no_difference(module: Any, names: tuple[str, ...]) -> None:
    traits = module.RESOURCE.traits
    assert strip({"name": "n", **dict.fromkeys(names, 1)}, traits) == {"name": "n"}


@pytest.mark.parametrize("name", ["session_sample_rate", "stack_trace_limit", "transaction_sample_rate"])
def test_settings_of_agents_that_are_numbers(name: str) -> None:
    traits = apm_agent_configuration.RESOURCE.traits
    assert same({"settings": {name: "0.10"}}, {"settings": {name: "0.1"}}, traits)


def test_a_wait_may_be_as_long_as_one_likes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_fleet_actions, "pause", lambda _attempt, _seconds: None)
    states = [{"items": [{"actionId": "a", "status": status}]} for status in ("IN_PROGRESS", "COMPLETE")]
    kibana: Any = Answers(*states)
    assert _fleet_actions.wait_for(kibana, ["a"], 10**400)["a"]["status"] == "COMPLETE"
