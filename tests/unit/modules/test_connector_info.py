# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading connectors and their types."""

from __future__ import annotations

from typing import Any

import pytest
from harness import Kibana, without_invocation

INDEX = {"id": "i", "name": "Log", "connector_type_id": ".index", "config": {"index": "a"}}
HOOK = {
    "id": "h",
    "name": "Hook",
    "connector_type_id": ".webhook",
    "config": {"url": "https://a", "hasAuth": False, "headers": {"X-Token": "header-s3cret"}},
    "secrets": {},
}


def ids(result: dict[str, Any]) -> list[str]:
    return [item["id"] for item in result["connectors"]]


def test_connectors(any_kibana: Kibana) -> None:
    for connector in (INDEX, HOOK):
        any_kibana.ok("connector", connector)
    everything = any_kibana.ok("connector_info", {})
    assert {"h", "i", "preconfigured-log"} <= set(ids(everything))
    assert "header-s3cret" not in without_invocation(everything)
    assert "X-Token" in without_invocation(everything)
    for wanted in ({"id": "i"}, {"name": "Log"}, {"connector_type_id": ".index"}):
        assert ids(any_kibana.ok("connector_info", wanted)) == ["i"]
    for nothing in ({"id": "x"}, {"name": "log"}, {"id": "i", "name": "Hook"}):
        assert ids(any_kibana.ok("connector_info", nothing)) == []
    assert {"h", "i"}.isdisjoint(ids(any_kibana.ok("connector_info", {"kibana_space": "other"})))


def test_types(any_kibana: Kibana) -> None:
    types = any_kibana.ok("connector_info", {"gather": "types"})["connector_types"]
    assert ".webhook" in [item["id"] for item in types]
    one = any_kibana.ok("connector_info", {"gather": "types", "connector_type_id": ".index"})["connector_types"]
    assert [item["id"] for item in one] == [".index"]
    cases = any_kibana.ok("connector_info", {"gather": "types", "feature_id": "cases"})["connector_types"]
    assert 0 < len(cases) < len(types)


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"feature_id": "siem"}, "feature_id does not go with gather connectors"),
        ({"gather": "types", "name": "x"}, "name does not go with gather types"),
    ],
)
def test_options_that_do_not_go_together(kibana: Kibana, params: dict[str, Any], text: str) -> None:
    assert text in kibana.fails("connector_info", params)["msg"]
    assert kibana.seen() == []


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_an_error_is_never_an_empty_answer(kibana: Kibana, status: int) -> None:
    kibana.fault(path="/api", status=status, body={"statusCode": status, "error": "E", "message": "Not Found"})
    assert kibana.fails("connector_info", {"id": "x"})["status"] == status
