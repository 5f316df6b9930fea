# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Synthetics of the emulator: other forms, hidden secrets, and refusals."""

from __future__ import annotations

from typing import Any

import pytest
from harness import URL, Kibana

BASE = "/api/synthetics"
HTTP: dict[str, Any] = {"type": "http", "name": "m", "url": "https://x", "locations": ["us_east"]}


def refused(kibana: Kibana, method: str, path: str, body: Any = None, **options: Any) -> tuple[int, str]:
    answer = kibana.http.request(method, URL + BASE + path, json=body, **options)
    assert answer.status_code >= 400, answer.text
    return answer.status_code, answer.json()["message"]


def test_a_monitor_comes_back_in_another_form(any_kibana: Kibana) -> None:
    body = {**HTTP, "schedule": 5, "timeout": 20, "ssl": {"key": "k"}, "password": "p", "params": '{"a": "b"}'}
    made = any_kibana.call("POST", f"{BASE}/monitors", body)
    assert made["schedule"] == {"number": "5", "unit": "m"} and made["timeout"] == "20"
    assert made["ssl.verification_mode"] == "full" and made["ssl.key"] == "k" and made["params"] == {"a": "b"}
    assert made["locations"][0]["id"] == "us-east4-a" and made["locations"][0]["isServiceManaged"] is True
    assert "tags" not in made and "proxy_url" not in made and made["retest_on_failure"] is True
    listed = any_kibana.call("GET", f"{BASE}/monitors")["monitors"][0]
    assert not {"password", "params", "ssl.key"} & set(listed)
    path = f"{BASE}/monitors/{made['config_id']}"
    seen = any_kibana.http.get(URL + path, auth=("viewer", "viewer")).json()
    assert seen["url"] == "https://x" and not {"password", "params", "ssl.key"} & set(seen)


def test_an_update_keeps_what_it_leaves_out(any_kibana: Kibana) -> None:
    made = any_kibana.call("POST", f"{BASE}/monitors", {**HTTP, "tags": ["a"], "username": "u"})
    path = f"{BASE}/monitors/{made['config_id']}"
    after = any_kibana.call("PUT", path, {"enabled": False})
    assert (after["tags"], after["username"], after["revision"]) == (["a"], "u", 2)
    assert "tags" not in any_kibana.call("PUT", path, {"tags": []})
    assert refused(any_kibana, "PUT", f"/monitors/{made['config_id']}", {"type": "tcp"})[0] == 400


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"locations": []}, "At least one location is required"),
        ({"locations": ["Nowhere"]}, "Elastic managed Location(s) 'Nowhere' not found"),
        ({"private_locations": ["Nowhere"]}, "Private Location(s) 'Nowhere' not found"),
        ({"host": "x"}, "Invalid monitor key(s) for http type:  host"),
        ({"check": {"send": "x"}}, "Invalid monitor key(s) for http type:  check.send"),
        ({"schedule": 7}, "Monitor schedule is invalid"),
        ({"url": ""}, "Monitor is not a valid monitor of type http"),
        ({"type": "ftp"}, 'Invalid value "ftp" supplied'),
        ({"params": "{"}, "Invalid params"),
    ],
)
def test_what_is_refused(any_kibana: Kibana, fields: dict[str, Any], text: str) -> None:
    status, message = refused(any_kibana, "POST", "/monitors", {**HTTP, **fields})
    assert status == 400 and text in message


def test_names_are_unique_and_deletions_say_what_they_did(any_kibana: Kibana) -> None:
    made = any_kibana.call("POST", f"{BASE}/monitors", HTTP)
    assert 'Monitor name must be unique, "m" already exists.' in refused(any_kibana, "POST", "/monitors", HTTP)[1]
    key = made["config_id"]
    assert any_kibana.call("DELETE", f"{BASE}/monitors/{key}") == [{"id": key, "deleted": True}]
    assert refused(any_kibana, "DELETE", f"/monitors/{key}")[0] == 404
    gone = any_kibana.call("POST", f"{BASE}/monitors/_bulk_delete", {"ids": [key]})
    assert gone == {"result": [{"id": key, "deleted": False}]}


def test_the_list_of_monitors_has_pages_and_filters(any_kibana: Kibana) -> None:
    for number in range(60):
        tags = ["even"] if number % 2 == 0 else []
        any_kibana.call("POST", f"{BASE}/monitors", {**HTTP, "name": f"m{number:02}", "tags": tags})
    page = any_kibana.call("GET", f"{BASE}/monitors?tags=even&locations=us-east4-a")
    assert (page["total"], page["absoluteTotal"], page["perPage"]) == (30, 60, 50)
    assert refused(any_kibana, "GET", "/monitors?per_page=10")[0] == 400


def test_an_update_of_a_parameter_answers_with_the_old_value(any_kibana: Kibana) -> None:
    made = any_kibana.call("POST", f"{BASE}/params", {"key": "k", "value": "old"})
    path = f"{BASE}/params/{made['id']}"
    assert any_kibana.call("PUT", path, {"value": "new"})["value"] == "old"
    assert any_kibana.call("GET", path)["value"] == "new"
    assert "value" not in any_kibana.http.get(URL + path, auth=("viewer", "viewer")).json()
    assert refused(any_kibana, "PUT", f"/params/{made['id']}", {}) == (400, "Request body cannot be empty")
    assert refused(any_kibana, "PUT", f"/params/{made['id']}", {"share_across_spaces": True})[0] == 400
    assert any_kibana.call("DELETE", path) == [{"id": made["id"], "deleted": True}]
    assert any_kibana.call("DELETE", path) == [{"id": made["id"], "deleted": False}]
    many = any_kibana.call("POST", f"{BASE}/params", [{"key": "a", "value": "b"}, {"key": "c", "value": "d"}])
    assert len(many) == 2 and any_kibana.call("POST", f"{BASE}/params/_bulk_delete", {"ids": [many[0]["id"]]})


def test_private_locations(any_kibana: Kibana) -> None:
    any_kibana.call("POST", "/api/fleet/agent_policies", {"id": "p", "name": "P", "namespace": "default"})
    body = {"label": "L", "agentPolicyId": "p", "geo": {"lat": 52.52, "lon": 1}}
    made = any_kibana.call("POST", f"{BASE}/private_locations", body)
    assert made["geo"] == {"lat": 52.52000045776367, "lon": 1.0} and made["spaces"] == ["*"]
    assert any_kibana.call("GET", f"{BASE}/private_locations/L")["id"] == made["id"]
    assert refused(any_kibana, "GET", "/private_locations/x")[0] == 404
    assert "label L already exists" in refused(any_kibana, "POST", "/private_locations", body)[1]
    other = {**body, "label": "M"}
    assert "agentPolicyId p already exists" in refused(any_kibana, "POST", "/private_locations", other)[1]
    unknown = {**other, "agentPolicyId": "x"}
    assert "Agent policy with id x not found" in refused(any_kibana, "POST", "/private_locations", unknown)[1]
    status, text = refused(any_kibana, "DELETE", "/private_locations/x")
    assert status == 400 and text.endswith("does not exist.")
    monitor = {**HTTP, "locations": [], "private_locations": ["l"]}
    any_kibana.call("POST", f"{BASE}/monitors", monitor)
    assert "used by 1 monitor(s)" in refused(any_kibana, "DELETE", f"/private_locations/{made['id']}")[1]
