# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asset criticality and the risk engine: facts of the security reference, H and J.8."""

from __future__ import annotations

from typing import Any

import pytest
from emulator_api import Api, ok, refused

from kibana_emulator import Emulator

ASSETS = "/api/asset_criticality"
ENTITIES = "/api/security/entity_store/entities"
PUBLIC, INTERNAL = "/api/risk_score/engine", "/internal/risk_score/engine"
HOST = {"id_field": "host.name", "id_value": "h1"}


@pytest.fixture(params=["8.18.0", "9.4.3"])
def api(request: pytest.FixtureRequest) -> Api:
    api = Api(Emulator(version=request.param))
    api.session.headers["x-elastic-internal-origin"] = "test"
    return api


@pytest.fixture
def v2() -> Api:
    api = Api(Emulator(version="9.4.3"))
    api.session.headers["x-elastic-internal-origin"] = "test"
    api.emulator.store("entity_store")["v2"] = True
    return api


def found(api: Api, **query: Any) -> list[str]:
    return [record["id_value"] for record in ok(api.get(f"{ASSETS}/list", **query))["records"]]


def test_record_mirrors_the_entity(api: Api) -> None:
    record = ok(api.post(ASSETS, {**HOST, "criticality_level": "high_impact", "more": 1}))
    assert record.pop("@timestamp")
    level = {"criticality": "high_impact"}
    assert record == {
        **HOST,
        "criticality_level": "high_impact",
        "asset": level,
        "host": {"name": "h1", "asset": level},
    }


def test_life_of_a_record(api: Api) -> None:
    assert api.get(ASSETS, **HOST).status_code == 404
    assert ok(api.delete(ASSETS, **HOST)) == {"deleted": False}
    ok(api.post(ASSETS, {**HOST, "criticality_level": "low_impact"}))
    assert ok(api.delete(ASSETS, **HOST))["record"]["criticality_level"] == "low_impact"
    assert api.get(ASSETS, **HOST).text == ""
    page = ok(api.get(f"{ASSETS}/list"))
    assert (page["records"], page["total"]) == ([], 1)
    ok(api.post(ASSETS, {**HOST, "criticality_level": "low_impact"}))
    assert ok(api.get(ASSETS, **HOST))["criticality_level"] == "low_impact"


def test_bulk_keeps_failures_in_the_answer(api: Api) -> None:
    record = {**HOST, "criticality_level": "low_impact"}
    answer = ok(api.post(f"{ASSETS}/bulk", {"records": [record, record, {**record, "id_value": "h" * 600}]}))
    assert answer["stats"] == {"successful": 1, "failed": 2, "total": 3}
    assert answer["errors"][0] == {"message": "Duplicated entity", "index": 1}
    for records in ([], [record] * 1001, [{**record, "criticality_level": "unassigned"}]):
        assert api.post(f"{ASSETS}/bulk", {"records": records}).status_code == 400


def test_list_filters_sorts_and_pages(api: Api) -> None:
    for number in range(12):
        ok(api.post(ASSETS, {**HOST, "id_value": f"h{number:02}", "criticality_level": "low_impact"}))
    ok(api.post(ASSETS, {"id_field": "user.name", "id_value": "u", "criticality_level": "high_impact"}))
    assert len(found(api)) == 10
    assert found(api, kuery='id_field: "host.name" and id_value: ("h03" or "u")') == ["h03"]
    assert found(api, sort_field="id_value", sort_direction="desc", per_page=2) == ["u", "h11"]
    assert api.get(f"{ASSETS}/list", page=11, per_page=1000).status_code == 400


def test_related_entity_is_newer() -> None:
    body = {"id_field": "related.entity", "id_value": "x", "criticality_level": "low_impact"}
    assert Api(Emulator("8.18.0")).post(ASSETS, body).status_code == 400
    ok(Api(Emulator("9.4.3")).post(ASSETS, body))


def test_reader_may_nothing(api: Api) -> None:
    assert Api(api.emulator, ("viewer", "viewer")).get(f"{ASSETS}/list").status_code == 403


def test_risk_engine_states(api: Api) -> None:
    def status() -> str:
        return ok(api.get(f"{INTERNAL}/status"))["risk_engine_status"]

    assert status() == "NOT_INSTALLED"
    assert "NOT_INSTALLED" in refused(api.post(f"{PUBLIC}/schedule_now"), 500)
    assert api.post(f"{INTERNAL}/enable").status_code == 500
    assert ok(api.post(f"{INTERNAL}/init"))["result"]["risk_engine_enabled"] is True
    assert status() == "ENABLED"
    assert ok(api.post(f"{PUBLIC}/schedule_now")) == {"success": True}
    ok(api.post(f"{INTERNAL}/disable"))
    assert status() == "DISABLED"
    ok(api.post(f"{INTERNAL}/enable"))
    assert ok(api.delete(f"{PUBLIC}/dangerously_delete_data")) == {"cleanup_successful": True}
    assert api.delete(f"{PUBLIC}/dangerously_delete_data").json()["errors"][0]["seq"] == 1


def test_risk_engine_configuration(api: Api) -> None:
    ok(api.post(f"{INTERNAL}/init"))
    assert ok(api.get(f"{INTERNAL}/settings"))["includeClosedAlerts"] is False
    body = {"exclude_alert_statuses": [], "exclude_alert_tags": ["t"], "range": {"start": "now-7d"}}
    assert ok(api.patch(f"{PUBLIC}/saved_object/configure", body)) == {"risk_engine_saved_object_configured": True}
    settings = ok(api.get(f"{INTERNAL}/settings"))
    assert (settings["includeClosedAlerts"], settings["range"]) == (True, {"start": "now-7d"})
    saved = ok(api.get("/api/saved_objects/_find", type="risk-engine-configuration"))["saved_objects"]
    assert saved[0]["attributes"]["excludeAlertTags"] == ["t"]
    assert ok(api.get("/api/saved_objects/_find", type="tag"))["total"] == 0


def test_configuring_what_is_not_installed() -> None:
    body = {"exclude_alert_statuses": []}
    assert Api(Emulator("8.18.0")).patch(f"{PUBLIC}/saved_object/configure", body).status_code == 500
    new = Api(Emulator("9.4.3"))
    ok(new.patch(f"{PUBLIC}/saved_object/configure", body))
    new.session.headers["x-elastic-internal-origin"] = "test"
    assert ok(new.get(f"{INTERNAL}/status")) == {"risk_engine_status": "DISABLED"}


def test_put_is_a_matter_of_the_version() -> None:
    path = f"{PUBLIC}/saved_object/configure"
    assert {v: Api(Emulator(v)).put(path, {}).status_code for v in ("8.18.0", "9.3.0", "9.4.3")} == {
        "8.18.0": 404,
        "9.3.0": 200,
        "9.4.3": 404,
    }


def test_entity_store_v2_replaces_the_older_routes(v2: Api) -> None:
    for answer in (v2.get(f"{ASSETS}/list"), v2.post(f"{PUBLIC}/schedule_now")):
        assert (answer.status_code, answer.json()["message"]) == (404, "Not Found")
    assert "Entity Store V2" in refused(v2.get(f"{INTERNAL}/status"), 400)
    assert Api(Emulator("9.4.3")).get(ENTITIES).status_code == 404


def test_entities(v2: Api) -> None:
    for name in ("h1", "h2", "h3"):
        ok(v2.post(f"{ENTITIES}/host", {"entity": {"id": f"host:{name}"}, "host": {"name": name}}))
    assert v2.post(f"{ENTITIES}/host", {"entity": {"id": "host:h1"}}).status_code == 409
    first = ok(v2.get(ENTITIES, size=2))
    rest = ok(v2.get(ENTITIES, size=2, searchAfter='["host:h2"]'))
    assert (len(first["entities"]), first["nextSearchAfter"], len(rest["entities"])) == (2, ["host:h2"], 1)
    entities = [
        {"type": "host", "doc": {"entity": {"id": f"host:{name}"}, "asset": {"criticality": "low_impact"}}}
        for name in ("h1", "no")
    ]
    assert v2.put(f"{ENTITIES}/bulk", {"entities": entities}).status_code == 400
    answer = ok(v2.put(f"{ENTITIES}/bulk", {"entities": entities}, force="true"))
    assert [error["status"] for error in answer["errors"]] == [404]
    changed = ok(v2.get(ENTITIES, filter='host.name: "h1"'))["entities"]
    assert [entity["asset"] for entity in changed] == [{"criticality": "low_impact"}]


def test_soc_data() -> None:
    api = Api(Emulator(seed="soc"))
    assert "dc-01" in found(api)
    assert "retired-03" not in found(api)
