# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Templates of inputs in both formats, and packages that are not to be had."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from harness import URL, Kibana

INFO = "fleet_package_inputs_info"
PREVIEW = {"name": "preview_demo", "version": "0.1.0-beta.1"}
UNSIGNED = {"name": "unsigned_demo", "version": "1.0.0"}


def test_both_formats(any_kibana: Kibana) -> None:
    params = {"name": "apache", "version": "1.23.0"}
    data = any_kibana.ok(INFO, params)
    assert data["inputs"][0]["streams"][0]["data_stream"] == {"dataset": "apache.access", "type": "logs"}
    assert "yaml" not in data
    text = any_kibana.ok(INFO, {**params, "format": "yaml"})
    url = f"{URL}/api/fleet/epm/templates/apache/1.23.0/inputs?format=yaml"
    assert text["yaml"] == any_kibana.http.get(url).text
    assert yaml.safe_load(text["yaml"])["inputs"] == data["inputs"]
    assert data["package"] == text["package"] == params
    assert any_kibana.writes() == []


def test_the_latest_version(any_kibana: Kibana) -> None:
    assert any_kibana.ok(INFO, {"name": "apache"})["package"]["version"] == "1.24.0"
    assert any_kibana.ok(INFO, {"name": "preview_demo", "prerelease": True})["package"] == PREVIEW
    assert any_kibana.ok(INFO, {"name": "preview_demo"})["package"] == {}


def test_a_package_without_inputs_is_not_a_missing_one(kibana: Kibana) -> None:
    assert kibana.ok(INFO, {"name": "elastic_agent"})["package"]["version"] == "2.0.3"
    assert kibana.ok(INFO, {"name": "elastic_agent"})["inputs"] == []


@pytest.mark.parametrize("params", [{"name": "nope"}, {"name": "apache", "version": "9.9.9"}, PREVIEW])
@pytest.mark.parametrize(("form", "empty"), [("json", {"inputs": []}), ("yaml", {"yaml": ""})])
def test_what_does_not_exist_is_empty(kibana: Kibana, params: dict[str, Any], form: str, empty: dict[str, Any]) -> None:
    result = kibana.ok(INFO, {**params, "format": form})
    assert {**empty, "package": {}}.items() <= result.items()


def test_unreleased_and_unverified_packages(kibana: Kibana) -> None:
    assert kibana.ok(INFO, {**PREVIEW, "prerelease": True})["inputs"]
    assert "signature" in kibana.fails(INFO, UNSIGNED)["msg"]
    assert kibana.ok(INFO, {**UNSIGNED, "ignore_unverified": True, "format": "yaml"})["yaml"]


def test_errors(kibana: Kibana) -> None:
    assert "semver" in kibana.fails(INFO, {"name": "apache", "version": "1"})["msg"]
    assert (
        kibana.fails(INFO, {"name": "apache", "kibana_username": "nobody", "kibana_password": "nobody"})["status"]
        == 403
    )
    missing = {"statusCode": 404, "error": "Not Found", "message": "Not Found"}
    kibana.fault(path="/api/fleet", status=404, body=missing)
    assert "does not have this function" in kibana.fails(INFO, {"name": "apache"})["msg"]
    kibana.no_faults()
    kibana.fault(path="/api/fleet", status=200, body="<!DOCTYPE html><html></html>")
    for form in ("json", "yaml"):
        assert "HTML" in kibana.fails(INFO, {"name": "apache", "version": "1.24.0", "format": form})["msg"]
