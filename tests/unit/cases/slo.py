# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from harness import Case

MOVES = ["updatedAt", "updatedBy", "revision", "version"]
KQL = {"index": "logs-*", "good": "a: 1", "total": "a: *", "timestampField": "@timestamp"}
METRIC = {
    "metrics": [{"name": "A", "aggregation": "avg", "field": "load"}],
    "equation": "A",
    "comparator": "LTE",
    "threshold": 5,
}
SLICE = {"index": "metrics-*", "metric": METRIC, "timestampField": "@timestamp"}
APM = {
    "service": "shop",
    "environment": "prod",
    "transactionType": "request",
    "transactionName": "",
    "index": "metrics-apm*",
}
NEW = {
    "indicator": {"type": "sli.kql.custom", "params": KQL},
    "timeWindow": {"type": "rolling", "duration": "30d"},
    "budgetingMethod": "occurrences",
    "objective": {"target": 0.99},
}

CASES = [
    Case(
        module="slo",
        result_key="slo",
        identity={"id": "shop-availability"},
        create={"name": "The shop / answers", **NEW, "tags": ["zeta", "alpha"]},
        updates=[
            {"name": "Shop"},
            {"description": "x"},
            {"description": ""},
            {"objective": {"target": 0.995}},
            {"indicator": {"type": "sli.kql.custom", "params": {"good": {"kqlQuery": "a: 2", "filters": []}}}},
            {"indicator": {"type": "sli.metric.timeslice", "params": SLICE}},
            {"indicator": {"type": "sli.apm.transactionErrorRate", "params": APM}},
            {"indicator": {"type": "sli.apm.transactionDuration", "params": {**APM, "threshold": 500}}},
            {
                "indicator": {
                    "type": "sli.synthetics.availability",
                    "params": {"monitorIds": [{"value": "*", "label": "All"}], "index": "synthetics-*"},
                }
            },
            {"timeWindow": {"type": "calendarAligned", "duration": "1M"}},
            {
                "budgetingMethod": "timeslices",
                "objective": {"target": 0.9, "timesliceTarget": 0.95, "timesliceWindow": "5m"},
            },
            {"settings": {"syncDelay": "5m"}},
            {"settings": {"frequency": "2m", "preventInitialBackfill": True}},
            {"settings": {"syncField": "event.ingested"}},
            {"settings": {"syncField": ""}},
            {"groupBy": ["service.name"]},
            {"groupBy": ["service.name", "host.name"]},
            {"groupBy": []},
            {"tags": ["alpha"]},
            {"tags": []},
            {"enabled": False},
            {"enabled": True},
        ],
        changes=MOVES,
    ),
    Case(
        module="slo",
        name="by-name",
        result_key="slo",
        identity={"name": "?! quick"},
        create={**NEW, "enabled": False, "groupBy": ["*"]},
        updates=[{"enabled": True}, {"tags": ["x"]}],
        changes=["id", *MOVES],
        writes={"create": 2},
    ),
]
