# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the lifecycle table does not show of the risk engine."""

from __future__ import annotations

import pytest
from harness import Kibana

MODULE = "risk_engine"
CONFIGURE = "/api/risk_score/engine/saved_object/configure"
SCHEDULE = "/api/risk_score/engine/schedule_now"


def runs(kibana: Kibana) -> int:
    return int(kibana.emulator.store("risk_engine", "default")["engine"]["runs"])


def test_present_leaves_an_engine_off(any_kibana: Kibana) -> None:
    any_kibana.ok(MODULE, {"state": "disabled"})
    result = any_kibana.ok(MODULE, {"range": {"start": "now-3d"}})
    assert (result["changed"], result["risk_engine"]["status"]) == (True, "DISABLED")
    assert result["risk_engine"]["range"] == {"start": "now-3d", "end": "now"}


def test_settings_are_there_before_the_engine_starts(any_kibana: Kibana) -> None:
    any_kibana.ok(MODULE, {"state": "disabled"})
    any_kibana.seen()
    any_kibana.ok(MODULE, {"state": "enabled", "exclude_alert_tags": ["x"]})
    assert any_kibana.writes() == [f"PATCH {CONFIGURE}", "POST /internal/risk_score/engine/enable"]
    any_kibana.ok(MODULE, {"state": "disabled", "exclude_alert_tags": ["x"]})
    assert any_kibana.writes() == ["POST /internal/risk_score/engine/disable"]


def test_half_a_range_is_filled(any_kibana: Kibana) -> None:
    result = any_kibana.ok(MODULE, {"range": {"start": "now-7d"}})
    assert result["risk_engine"]["range"] == {"start": "now-7d", "end": "now"}
    result = any_kibana.ok(MODULE, {"range": {"end": "now-1h"}})
    assert result["risk_engine"]["range"] == {"start": "now-7d", "end": "now-1h"}


def test_schedule_now_is_an_action(any_kibana: Kibana) -> None:
    any_kibana.ok(MODULE, {"state": "enabled"})
    any_kibana.seen()
    predicted = any_kibana.ok(MODULE, {"schedule_now": True}, check=True)
    assert (predicted["changed"], runs(any_kibana), any_kibana.writes()) == (True, 0, [])
    assert predicted["diff"]["after"]["next_run"] == "now"
    for number in (1, 2):
        result = any_kibana.ok(MODULE, {"schedule_now": True})
        assert (result["changed"], runs(any_kibana)) == (True, number)
        assert "next_run" not in result["risk_engine"]
    assert any_kibana.writes() == [f"POST {SCHEDULE}"] * 2


def test_schedule_now_on_a_new_engine(any_kibana: Kibana) -> None:
    any_kibana.ok(MODULE, {"state": "enabled", "schedule_now": True})
    assert runs(any_kibana) == 1


@pytest.mark.parametrize("state", ["disabled", "absent"])
def test_schedule_now_needs_an_engine_that_is_on(kibana: Kibana, state: str) -> None:
    assert "schedule_now needs" in kibana.fails(MODULE, {"state": state, "schedule_now": True})["msg"]
    assert kibana.seen() == []
    kibana.ok(MODULE, {"state": "disabled"})
    kibana.seen()
    for check in (True, False):
        assert "give state=enabled" in kibana.fails(MODULE, {"schedule_now": True}, check=check)["msg"]
    assert kibana.writes() == []


def test_put_where_there_is_no_patch(monkeypatch: pytest.MonkeyPatch) -> None:
    kibana = Kibana(monkeypatch, "9.3.0")
    kibana.fault(method="PATCH", path=CONFIGURE, status=404)
    kibana.ok(MODULE, {"exclude_alert_tags": ["x"]})
    assert kibana.writes()[-2:] == [f"PATCH {CONFIGURE}", f"PUT {CONFIGURE}"]
    assert not kibana.ok(MODULE, {"exclude_alert_tags": ["x"]})["changed"]


def test_neither_patch_nor_put_is_one_sentence(kibana: Kibana) -> None:
    kibana.fault(method="PATCH", path=CONFIGURE, status=404)
    result = kibana.fails(MODULE, {"exclude_alert_tags": ["x"]})
    assert "does not have this function" in result["msg"]
    assert result["method"] == "PATCH"


def test_without_a_right_to_saved_objects(any_kibana: Kibana) -> None:
    wanted = {"exclude_alert_statuses": ["closed"], "range": {"start": "now-7d", "end": "now"}}
    any_kibana.fault(path="/api/saved_objects/_find", status=403)
    any_kibana.ok(MODULE, wanted)
    again = any_kibana.ok(MODULE, wanted)
    assert not again["changed"]
    assert "exclude_alert_tags" not in again["risk_engine"]
    assert any_kibana.ok(MODULE, {"exclude_alert_statuses": []})["changed"]
    assert not any_kibana.ok(MODULE, {"exclude_alert_statuses": []})["changed"]
    for _again in range(2):
        assert any_kibana.ok(MODULE, {"exclude_alert_tags": ["x"]})["changed"]


def test_filters_of_a_version_that_drops_them(monkeypatch: pytest.MonkeyPatch) -> None:
    kibana = Kibana(monkeypatch, "8.18.0")
    filters = [{"entity_types": ["host"], "filter": "host.name: *"}]
    assert "does not know them" in kibana.fails(MODULE, {"filters": filters})["msg"]


def test_entity_store_v2_is_told_in_one_sentence(kibana: Kibana) -> None:
    kibana.emulator.store("entity_store")["v2"] = True
    for state in ("present", "absent"):
        result = kibana.fails(MODULE, {"state": state})
        assert "not available when Entity Store V2 is enabled" in result["msg"]
    assert kibana.writes() == []


def test_each_space_has_its_own(kibana: Kibana) -> None:
    assert "does not exist" in kibana.fails(MODULE, {"space": "soc"})["msg"]
    kibana.call("POST", "/api/spaces/space", {"id": "soc", "name": "SOC"})
    kibana.ok(MODULE, {"space": "soc"})
    assert kibana.emulator.store("risk_engine", "soc")
    assert not kibana.emulator.store("risk_engine", "default")


def test_viewer_reads_a_sentence(kibana: Kibana) -> None:
    result = kibana.fails(MODULE, {"kibana_username": "viewer", "kibana_password": "viewer"})
    assert result["status"] == 403
    assert "privilege" in result["msg"]
