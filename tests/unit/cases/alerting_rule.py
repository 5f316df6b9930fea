# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from harness import Case, Kibana

MOVES = ["updated_at", "updated_by", "revision", "scheduled_task_id", "api_key_owner", "api_key_created_by_user"]
WINDOW = {"size": 10, "timeWindowSize": 5, "timeWindowUnit": "m", "threshold": [100], "thresholdComparator": ">"}
DSL = {"esQuery": '{"query": {"match_all": {}}}', "index": ["logs-*"], "timeField": "@timestamp", **WINDOW}
ESQL = {"searchType": "esqlQuery", "esqlQuery": {"esql": "FROM logs-*"}, "timeField": "@timestamp", **WINDOW}
COUNT = {"index": "logs-*", "timeField": "@timestamp", **{key: WINDOW[key] for key in WINDOW if key != "size"}}
EACH = {"summary": False, "notify_when": "onActiveAlert"}
HOURLY = {"summary": True, "notify_when": "onThrottleInterval", "throttle": "1h"}
LOG = {"message": "look"}
OFFICE = {"days": [1, 5], "hours": {"start": "08:00", "end": "17:00"}, "timezone": "Europe/Berlin"}


def connectors(kibana: Kibana) -> None:
    for number in (1, 2):
        body: dict[str, Any] = {"name": f"Log {number}", "connector_type_id": ".server-log", "config": {}}
        kibana.call("POST", f"/api/actions/connector/log-{number}", {**body, "secrets": {}})


CASES = [
    Case(
        module="alerting_rule",
        result_key="rule",
        identity={"id": "errors", "rule_type_id": ".es-query", "consumer": "stackAlerts"},
        create={
            "name": 'Many "errors" \\ in the shop',
            "schedule": {"interval": "5m"},
            "params": DSL,
            "tags": ["zeta", "alpha"],
            "actions": [
                {"connector": "Log 1", "params": LOG},
                {"id": "system-connector-.cases", "params": {"subAction": "run"}},
                {"id": "log-2", "group": "recovered", "params": LOG, "frequency": HOURLY},
            ],
        },
        updates=[
            {"name": "Errors"},
            {"schedule": {"interval": "10m"}},
            {"params": {"threshold": [200], "size": 5}},
            {"params": ESQL},
            {"params": {"esqlQuery": {"esql": "FROM metrics-*"}}},
            {"tags": ["alpha"]},
            {"tags": []},
            {"actions": [{"connector": "Log 1", "params": LOG, "frequency": EACH}]},
            {"actions": [{"id": "log-1", "params": LOG, "alerts_filter": {"query": {"kql": "a: 1"}}}]},
            {"actions": [{"id": "log-1", "params": LOG, "alerts_filter": {"timeframe": OFFICE}}]},
            {"actions": [{"id": "log-1", "params": LOG, "alerts_filter": {}}]},
            {"actions": [{"id": "log-1", "params": LOG, "use_alert_data_for_template": True}]},
            {"alert_delay": {"active": 3}},
            {"flapping": {"look_back_window": 10, "status_change_threshold": 4}},
            {"flapping": {}},
            {"enabled": False},
            {"enabled": True},
            {"mute_all": True},
            {"mute_all": False},
            {"actions": []},
        ],
        changes=MOVES,
        setup=connectors,
    ),
    Case(
        module="alerting_rule",
        name="by-name",
        result_key="rule",
        identity={"name": "?!", "rule_type_id": ".index-threshold"},
        create={
            "consumer": "alerts",
            "schedule": {"interval": "1h"},
            "params": COUNT,
            "enabled": False,
            "mute_all": True,
            "notify_when": "onActionGroupChange",
            "actions": [{"id": "log-1", "params": LOG}],
        },
        updates=[
            {"params": {"aggType": "max", "aggField": "bytes"}},
            {"notify_when": "onThrottleInterval", "throttle": "2h"},
            {"enabled": True},
            {"actions": [{"id": "log-1", "params": LOG, "group": "recovered"}]},
            {"actions": [{"id": "log-1", "params": LOG, "frequency": EACH}]},
            {"tags": ["a"]},
        ],
        changes=["id", "notify_when", *MOVES],
        setup=connectors,
        writes={"create": 2},
    ),
    Case(
        module="alerting_rule",
        name="new-in-9",
        result_key="rule",
        identity={"id": "x", "name": "x", "rule_type_id": "apm.error_rate", "consumer": "apm"},
        create={
            "schedule": {"interval": "1m"},
            "params": {"environment": "ENVIRONMENT_ALL", "threshold": 25, "windowSize": 5, "windowUnit": "m"},
            "artifacts": {"dashboards": [{"id": "d2"}, {"id": "d1"}]},
        },
        updates=[
            {"tags": ["keeps what goes with it"]},
            {"artifacts": {"investigation_guide": {"blob": "# Look"}}},
            {"artifacts": {"dashboards": []}},
            {"artifacts": {"investigation_guide": {"blob": ""}}},
            {"flapping": {"look_back_window": 10, "status_change_threshold": 4, "enabled": False}},
        ],
        changes=MOVES,
        versions=["9.4.3"],
    ),
]
