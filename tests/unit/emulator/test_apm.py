# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""APM agent configuration: facts of the platform reference, section B.1."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from emulator_api import Api, ok, refused

from kibana_emulator import Emulator

BASE = "/api/apm/settings/agent-configuration"
RATE = {"transaction_sample_rate": "0.55"}


@pytest.fixture(params=["8.18.0", "9.4.3"])
def api(request: pytest.FixtureRequest) -> Iterator[Api]:
    api = Api(Emulator(version=request.param))
    yield api
    assert api.emulator.violations == []
    assert api.emulator.crashes == []


def put(api: Api, service: dict[str, str], settings: dict[str, str], **extra: Any) -> None:
    assert ok(api.put(BASE, {"service": service, "settings": settings, **extra})) == {}


@pytest.mark.parametrize(
    ("service", "rate", "etag"),
    [
        ({}, "0.55", "eb88a8997666cc4b33745ef355a1bbd7c4782f2d"),
        ({}, "0.1", "0758cb18817de60cca29e07480d472694239c4c3"),
        ({"name": "my_service"}, "0.2", "e04737637056fdf1763bf0ef0d3fcb86e89ae5fc"),
    ],
)
def test_etags_are_those_of_kibana(api: Api, service: dict[str, str], rate: str, etag: str) -> None:
    put(api, service, {"transaction_sample_rate": rate})
    assert ok(api.get(BASE + "/view", **service))["etag"] == etag


def test_an_item(api: Api) -> None:
    put(api, {"name": "a"}, RATE, agent_name="java")
    item = ok(api.get(BASE + "/view", name="a"))
    assert item.pop("@timestamp") > 1_700_000_000_000
    assert item.pop("etag") and item.pop("id")
    assert item == {"service": {"name": "a"}, "settings": RATE, "agent_name": "java", "applied_by_agent": False}
    listed = ok(api.get(BASE))["configurations"]
    assert len(listed) == 1
    assert "id" not in listed[0]


def test_view_is_exact_and_says_no_more_than_a_missing_route(api: Api) -> None:
    put(api, {"name": "a"}, RATE)
    assert refused(api.get(BASE + "/view"), 404) == "Not Found"
    refused(api.get(BASE + "/view", name="a", environment="production"), 404)
    refused(api.get(BASE + "/view", environment="production"), 404)


def test_overwriting_must_be_asked_for_and_replaces(api: Api) -> None:
    put(api, {"name": "a"}, RATE, agent_name="java")
    body = {"service": {"name": "a"}, "settings": {"recording": "true"}}
    assert 'already exists for "a/undefined' in refused(api.put(BASE, body), 400)
    ok(api.put(BASE, body, overwrite="true"))
    ok(api.put(BASE, {**body, "service": {"name": "b"}}, overwrite="true"))
    item = ok(api.get(BASE + "/view", name="a"))
    assert item["settings"] == {"recording": "true"}
    assert "agent_name" not in item
    assert len(ok(api.get(BASE))["configurations"]) == 2


def test_numbers_come_back_shorter_in_old_versions(api: Api) -> None:
    put(api, {}, {"transaction_sample_rate": "0.10"})
    shown = ok(api.get(BASE + "/view"))["settings"]["transaction_sample_rate"]
    assert shown == ("0.10" if api.emulator.version >= (9, 0) else "0.1")


@pytest.mark.parametrize(
    "settings",
    [
        {"transaction_sample_rate": "1.5"},
        {"transaction_sample_rate": 0.5},
        {"capture_body": "some"},
        {"recording": "True"},
        {"api_request_time": "30"},
        {"transaction_max_spans": "-1"},
        {"unknown": None},
    ],
)
def test_settings_are_texts_and_known_ones_are_checked(api: Api, settings: dict[str, Any]) -> None:
    refused(api.put(BASE, {"service": {}, "settings": settings}), 400)


def test_what_else_is_refused(api: Api) -> None:
    put(api, {}, {"unknown": "x"})
    refused(api.put(BASE, {"settings": {}}), 400)
    refused(api.put(BASE, {"service": {}}), 400)
    refused(api.put(BASE, {"service": {"name": 1}, "settings": {}}), 400)
    refused(api.delete(BASE, {"name": "a"}), 400)
    refused(api.delete(BASE, {"service": {"name": "a"}}), 404)


def test_deleting(api: Api) -> None:
    put(api, {"name": "a", "environment": "e"}, RATE)
    refused(api.delete(BASE, {"service": {"name": "a"}}), 404)
    assert ok(api.delete(BASE, {"service": {"name": "a", "environment": "e"}})) == {"result": "deleted"}
    assert ok(api.get(BASE))["configurations"] == []


def test_agents_get_the_narrowest_and_say_that_they_have_it(api: Api) -> None:
    for service in ({}, {"environment": "e"}, {"name": "a"}, {"name": "a", "environment": "e"}):
        put(api, service, {"x": str(service)})
    for asked, got in (
        ({"name": "a", "environment": "e"}, {"name": "a", "environment": "e"}),
        ({"name": "a", "environment": "f"}, {"name": "a"}),
        ({"name": "b", "environment": "e"}, {"environment": "e"}),
        ({"name": "b"}, {}),
    ):
        assert ok(api.post(BASE + "/search", {"service": asked}))["_source"]["service"] == got
    etag = ok(api.get(BASE + "/view", name="a"))["etag"]
    ok(api.post(BASE + "/search", {"service": {"name": "a"}, "etag": "other"}))
    assert not ok(api.get(BASE + "/view", name="a"))["applied_by_agent"]
    ok(api.post(BASE + "/search", {"service": {"name": "a"}, "etag": etag}))
    assert ok(api.get(BASE + "/view", name="a"))["applied_by_agent"]
    ok(api.put(BASE, {"service": {"name": "a"}, "settings": {}}, overwrite="true"))
    assert not ok(api.get(BASE + "/view", name="a"))["applied_by_agent"]


def test_it_is_one_for_all_spaces_and_needs_privileges() -> None:
    emulator = Emulator()
    put(Api(emulator), {}, RATE)
    assert len(ok(Api(emulator).get("/s/other" + BASE))["configurations"]) == 1
    viewer = Api(emulator, ("viewer", "viewer"))
    assert len(ok(viewer.get(BASE))["configurations"]) == 1
    refused(viewer.put(BASE, {"service": {}, "settings": {}}), 403)
    refused(viewer.delete(BASE, {"service": {}}), 403)
    refused(Api(emulator, ("nobody", "nobody")).get(BASE + "/view"), 403)


def test_what_helps_to_choose() -> None:
    api = Api(Emulator(seed="soc"))
    assert ok(api.get(BASE + "/agent_name", serviceName="shop-api")) == {"agentName": "java"}
    assert ok(api.get(BASE + "/agent_name", serviceName="none")) == {}
    refused(api.get(BASE + "/agent_name"), 400)
    assert ok(api.get(BASE + "/environments", serviceName="shop-api"))["environments"] == [
        {"name": "ALL_OPTION_VALUE", "alreadyConfigured": True},
        {"name": "production", "alreadyConfigured": True},
        {"name": "staging", "alreadyConfigured": False},
    ]
    assert ok(api.get(BASE + "/view", name="shop-api", environment="production"))["applied_by_agent"]
