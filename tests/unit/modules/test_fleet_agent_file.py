# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that agents have uploaded: listing and deleting."""

from __future__ import annotations

from typing import Any

import pytest
from harness import Kibana

from kibana_emulator.routes import fleet_agent_files, fleet_agent_state

FILE, INFO = "fleet_agent_file", "fleet_agent_file_info"
WEB_01 = fleet_agent_files.WEB_01


@pytest.fixture
def soc(any_kibana: Kibana) -> Kibana:
    fleet_agent_state.seed_soc(any_kibana.emulator)
    fleet_agent_files.seed_soc(any_kibana.emulator)
    return any_kibana


def ids(result: dict[str, Any]) -> list[str]:
    return [upload["id"] for upload in result["files"]]


def test_listing(soc: Kibana) -> None:
    by_host = soc.ok(INFO, {"hostname": "web-01"})
    assert ids(by_host) == ["diag-3", "file-web-01-b", "file-web-01-a"]
    assert by_host["files"] == soc.ok(INFO, {"agent_id": WEB_01})["files"]
    assert ids(soc.ok(INFO, {"agent_id": WEB_01, "status": ["READY"]})) == ["file-web-01-b", "file-web-01-a"]
    assert ids(soc.ok(INFO, {"hostname": "web-02"})) == ["diag-4"]
    for params in ({"agent_id": "nope"}, {"hostname": "nope"}, {"agent_id": WEB_01, "status": []}):
        assert ids(soc.ok(INFO, params)) == []
    assert soc.writes() == []


def test_all_agents_of_a_host_are_looked_at(soc: Kibana) -> None:
    fleet_agent_state.add_agent(soc.emulator, "older", "web-01", active=False)
    fleet_agent_files.add_upload(soc.emulator, "older", "diag-9", "2025-12-01T00:00:00.000Z", file_id="file-9")
    assert ids(soc.ok(INFO, {"hostname": "web-01"}))[-1] == "file-9"
    assert soc.ok(FILE, {"hostname": "web-01", "file_id": "file-9"})["deleted"] == ["file-9"]


@pytest.mark.parametrize("named", ["id", "name"])
def test_deleting(soc: Kibana, named: str) -> None:
    upload = soc.ok(INFO, {"agent_id": WEB_01})["files"][1]
    params = {"agent_id": WEB_01, "file_id" if named == "id" else "name": upload[named]}
    predicted = soc.ok(FILE, params, check=True)
    assert soc.writes() == []
    result = soc.ok(FILE, params)
    assert soc.writes() == [f"DELETE /api/fleet/agents/files/{upload['id']}"]
    assert predicted == result
    assert (result["changed"], result["deleted"], ids(result)) == (True, ["file-web-01-b"], ["diag-3", "file-web-01-a"])
    assert [item["id"] for item in result["diff"]["before"]["files"]] == ["diag-3", "file-web-01-b", "file-web-01-a"]
    again = soc.ok(FILE, params)
    assert (again["changed"], again["deleted"], "diff" in again) == (False, [], False)
    assert soc.writes() == []


@pytest.mark.parametrize(
    "params",
    [
        {"agent_id": WEB_01, "file_id": "nope"},
        {"agent_id": WEB_01, "file_id": "diag-3"},  # a failed upload has no file, and the id of its action
        {"agent_id": "nope", "file_id": "file-web-01-a"},
        {"hostname": "nope", "name": "x"},
    ],
)
def test_what_is_not_there_need_not_be_deleted(soc: Kibana, params: dict[str, Any]) -> None:
    assert not soc.ok(FILE, params)["changed"]
    assert soc.writes() == []


@pytest.mark.parametrize("status", [400, 404])
def test_somebody_else_was_faster(soc: Kibana, status: int) -> None:
    body = {"statusCode": status, "error": "x", "message": "Failed to update file file-web-01-a metadata"}
    soc.fault(method="DELETE", path="/api/fleet/agents/files", status=status, body=body)
    params = {"agent_id": WEB_01, "file_id": "file-web-01-a"}
    assert "Failed to update file" in soc.fails(FILE, params)["msg"]
    soc.no_faults()
    soc.fault(method="DELETE", path="/api/fleet/agents/files", cut="after", times=1)
    assert soc.ok(FILE, params)["changed"]
    assert soc.emulator.store("fleet_uploads", "default")["diag-1"]["deleted"]


def test_refusals(soc: Kibana) -> None:
    viewer = {"kibana_username": "viewer", "kibana_password": "viewer"}
    params = {"agent_id": WEB_01, "file_id": "file-web-01-a"}
    assert soc.fails(FILE, {**params, **viewer})["status"] == 403
    missing = {"statusCode": 404, "error": "Not Found", "message": "Not Found"}
    soc.fault(method="DELETE", path="/api/fleet/agents/files", status=404, body=missing)
    assert "does not have this function" in soc.fails(FILE, params)["msg"]


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"file_id": "x"}, "one of the following is required: agent_id, hostname"),
        ({"agent_id": "x"}, "one of the following is required: file_id, name"),
        ({"agent_id": "x", "hostname": "y", "file_id": "x"}, "mutually exclusive"),
        ({"agent_id": "", "file_id": "x"}, "cannot be the id"),
    ],
)
def test_options_that_make_no_sense(kibana: Kibana, params: dict[str, Any], text: str) -> None:
    assert text in kibana.fails(FILE, params)["msg"]
    assert kibana.seen() == []
