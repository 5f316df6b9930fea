# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the lifecycle table does not show about APM agent configurations, and the module that reads them."""

from __future__ import annotations

from typing import Any

import pytest
from harness import Kibana

BASE = "/api/apm/settings/agent-configuration"
SHOP = {"service_name": "shop", "service_environment": "production"}


def stored(kibana: Kibana, **service: str) -> dict[str, Any]:
    return dict(kibana.call("GET", BASE + "/view", params=service))


def test_a_run_that_changes_nothing_leaves_the_mark_of_the_agents(any_kibana: Kibana) -> None:
    options = {**SHOP, "settings": {"transaction_sample_rate": "0.50", "recording": True}}
    first = any_kibana.ok("apm_agent_configuration", options)["configuration"]
    service = {"name": "shop", "environment": "production"}
    any_kibana.call("POST", BASE + "/search", {"service": service, "etag": first["etag"]})
    again = any_kibana.ok("apm_agent_configuration", options)
    assert not again["changed"]
    assert again["configuration"]["applied_by_agent"]
    assert again["configuration"]["etag"] == first["etag"]


def test_settings_of_others_stay_unless_exact(any_kibana: Kibana) -> None:
    theirs = {"service": {"name": "shop"}, "settings": {"log_level": "info", "recording": "true"}, "agent_name": "go"}
    any_kibana.call("PUT", BASE, theirs)
    options = {"service_name": "shop", "settings": {"recording": False}}
    result = any_kibana.ok("apm_agent_configuration", options)
    assert result["diff"]["before"]["settings"] == {"log_level": "info", "recording": "true"}
    assert result["configuration"]["settings"] == {"log_level": "info", "recording": "false"}
    assert stored(any_kibana, name="shop")["agent_name"] == "go"
    predicted = any_kibana.ok("apm_agent_configuration", {**options, "exact": True}, check=True)
    result = any_kibana.ok("apm_agent_configuration", {**options, "exact": True})
    assert predicted["diff"] == result["diff"]
    assert result["diff"]["before"]["settings"] == {"log_level": "info", "recording": "false"}
    assert result["diff"]["after"]["settings"] == {"recording": "false"}
    assert stored(any_kibana, name="shop")["settings"] == {"recording": "false"}
    assert not any_kibana.ok("apm_agent_configuration", {**options, "exact": True})["changed"]
    assert any_kibana.ok("apm_agent_configuration", {**options, "settings": {}, "exact": True})["changed"]
    assert stored(any_kibana, name="shop")["settings"] == {}


def test_a_wider_configuration_is_another_one(kibana: Kibana) -> None:
    kibana.ok("apm_agent_configuration", {"settings": {"recording": True}})
    assert not kibana.ok("apm_agent_configuration", {**SHOP, "state": "absent"})["changed"]
    assert kibana.ok("apm_agent_configuration", {**SHOP, "settings": {"recording": True}})["changed"]
    assert kibana.ok("apm_agent_configuration", {"service_name": "", "state": "absent"})["changed"]
    assert len(kibana.call("GET", BASE)["configurations"]) == 1


@pytest.mark.parametrize(
    ("params", "text"),
    [
        (SHOP, "a new one needs settings"),
        ({"settings": {"transaction_ignore_urls": ["/a"]}}, "settings.transaction_ignore_urls must be a text"),
        ({"settings": {"transaction_ignore_urls": {"a": 1}}, "state": "absent"}, "must be a text"),
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_refusals(kibana: Kibana, params: dict[str, Any], text: str, check: bool) -> None:
    assert text in kibana.fails("apm_agent_configuration", params, check=check)["msg"]
    assert kibana.writes() == []


def test_what_kibana_refuses_is_said(kibana: Kibana) -> None:
    result = kibana.fails("apm_agent_configuration", {**SHOP, "settings": {"capture_body": "some"}})
    assert "capture_body" in result["msg"]


def test_a_kibana_without_the_function_is_not_an_absent_configuration(kibana: Kibana) -> None:
    kibana.fault(path=BASE, status=404, body={"statusCode": 404, "error": "Not Found", "message": "Not Found"})
    for module, params in (
        ("apm_agent_configuration", {**SHOP, "state": "absent"}),
        ("apm_agent_configuration_info", SHOP),
        ("apm_agent_configuration_info", {}),
    ):
        assert "does not have this function" in kibana.fails(module, params)["msg"]


def test_gone_before_it_could_be_deleted(kibana: Kibana) -> None:
    gone = {"method": "DELETE", "path": BASE, "status": 404, "body": {"statusCode": 404, "message": "Not Found"}}
    kibana.ok("apm_agent_configuration", {**SHOP, "settings": {}})
    kibana.fault(**gone)
    assert kibana.fails("apm_agent_configuration", {**SHOP, "state": "absent"})["status"] == 404
    kibana.no_faults()
    kibana.fault(**gone, carried_out=True)
    assert kibana.ok("apm_agent_configuration", {**SHOP, "state": "absent"})["changed"]
    kibana.no_faults()
    kibana.ok("apm_agent_configuration", {**SHOP, "settings": {}})
    kibana.fault(method="DELETE", path=BASE, status=400, body={"statusCode": 400, "message": "no"})
    assert kibana.fails("apm_agent_configuration", {**SHOP, "state": "absent"})["status"] == 400


def with_data(kibana: Kibana) -> None:
    kibana.emulator.seed = "soc"
    kibana.emulator.reset()


def services(result: dict[str, Any]) -> list[tuple[str, str]]:
    return [(item["service_name"], item["service_environment"]) for item in result["configurations"]]


def test_info(any_kibana: Kibana) -> None:
    assert any_kibana.ok("apm_agent_configuration_info", {})["configurations"] == []
    with_data(any_kibana)
    all_of_them = any_kibana.ok("apm_agent_configuration_info", {})
    assert services(all_of_them) == [("", ""), ("shop-api", ""), ("shop-api", "production")]
    any_kibana.seen()
    one = any_kibana.ok("apm_agent_configuration_info", {"service_name": "shop-api"})
    assert [entry["path"] for entry in any_kibana.seen()] == [BASE + "/view"]
    assert one["configurations"][0]["settings"] == {"capture_body": "errors", "log_level": "warning"}
    for params, found in (
        ({"service_name": "shop-api", "service_environment": "production"}, [("shop-api", "production")]),
        ({"service_name": ""}, [("", "")]),
        ({"service_environment": ""}, [("", "")]),
        ({"service_environment": "production"}, []),
        ({"service_name": "shop"}, []),
    ):
        assert services(any_kibana.ok("apm_agent_configuration_info", params)) == found
    assert any_kibana.writes() == []


def test_what_is_read_can_be_written(kibana: Kibana) -> None:
    with_data(kibana)
    for item in kibana.ok("apm_agent_configuration_info", {})["configurations"]:
        options = {
            name: item[name]
            for name in ("service_name", "service_environment", "agent_name", "settings")
            if name in item
        }
        assert not kibana.ok("apm_agent_configuration", {**options, "exact": True})["changed"]


@pytest.mark.parametrize("status", [401, 403, 500])
@pytest.mark.parametrize("params", [{}, SHOP])
def test_an_error_is_never_an_empty_answer(kibana: Kibana, status: int, params: dict[str, Any]) -> None:
    kibana.fault(path="/api", status=status, body={"statusCode": status, "error": "E", "message": "no"})
    assert kibana.fails("apm_agent_configuration_info", params)["status"] == status
