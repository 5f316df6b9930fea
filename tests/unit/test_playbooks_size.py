# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kibana_config on 500 objects of many kinds: an unchanged run writes nothing, and does not take long."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from test_playbooks_export import changed, failures, run_role, writes

from kibana_emulator import Emulator, EmulatorServer

GENEROUS = 60  # seconds; on two idle cores it takes less than 15
WORDS = {"type": "query", "description": "d", "severity": "low", "risk_score": 5, "tags": ["soc"]}
ENTRY = {"field": "host.name", "type": "match", "operator": "included", "value": "a"}
CONDITION = {
    "aggType": "count",
    "groupBy": "all",
    "index": ["metrics-*"],
    "threshold": [90],
    "thresholdComparator": ">",
    "timeField": "@timestamp",
    "timeWindowSize": 5,
    "timeWindowUnit": "m",
}
STATE: dict[str, list[dict[str, Any]]] = {
    "kibana_spaces": [{"id": f"s{n}", "name": f"S {n}"} for n in range(10)],
    "kibana_roles": [{"name": f"r{n}", "cluster": ["monitor"]} for n in range(50)],
    "kibana_connectors": [
        {"id": f"c{n}", "name": f"C {n}", "connector_type_id": ".server-log", "kibana_space": f"s{n % 10}"}
        for n in range(60)
    ],
    "kibana_fleet_outputs": [
        {"id": f"o{n}", "name": f"O {n}", "type": "elasticsearch", "hosts": ["http://es:9200"]} for n in range(10)
    ],
    "kibana_fleet_agent_policies": [{"id": f"p{n}", "name": f"P {n}", "namespace": "default"} for n in range(10)],
    "kibana_tags": [{"id": f"t{n}", "name": f"T {n}", "color": "#112233"} for n in range(30)],
    "kibana_data_views": [{"id": f"v{n}", "title": f"logs-{n}-*"} for n in range(30)],
    "kibana_exception_lists": [
        {"list_id": f"e{n}", "name": f"E {n}", "description": "d", "type": "detection"} for n in range(20)
    ],
    "kibana_exception_items": [
        {"list_id": f"e{n}", "items": [{"item_id": f"i{n}", "name": "n", "description": "d", "entries": [ENTRY]}]}
        for n in range(20)
    ],
    "kibana_detection_rules": [
        {**WORDS, "rule_id": f"d{n}", "name": f"D {n}", "query": f"host.name:h{n}"} for n in range(240)
    ],
    "kibana_alerting_rules": [
        {
            "id": f"a{n}",
            "name": f"A {n}",
            "rule_type_id": ".index-threshold",
            "consumer": "stackAlerts",
            "schedule": {"interval": "5m"},
            "params": CONDITION,
        }
        for n in range(20)
    ],
}


def test_five_hundred_objects(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sum(map(len, STATE.values())) == 500
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "state.yml").write_text(yaml.safe_dump(STATE), encoding="utf-8")
    emulator, times = Emulator(), {}
    with EmulatorServer(emulator) as server:
        for label in ("created", "again"):
            writes(emulator)
            began = time.perf_counter()
            played = run_role(tmp_path, server.url, "kibana_config", tmp_path / "state")
            times[label] = time.perf_counter() - began
            assert played.status == 0, failures(played)
        reads = len(emulator.requests)
        assert changed(played) == []
        assert writes(emulator) == []
    with capsys.disabled():
        print(f"\n500 objects: created in {times['created']:.1f} s, unchanged in {times['again']:.1f} s, {reads} reads")
    assert times["again"] < GENEROUS
