# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from harness import Case

HOUR = {"type": "long", "script": {"source": "emit(1)"}}
GEO = {"type": "composite", "script": {"source": "emit(['a': 1])"}, "fields": {"a": {"type": "long"}}}

CASES = [
    Case(
        module="data_view",
        result_key="data_view",
        identity={"id": "logs / ü"},
        create={
            "name": "Logs",
            "title": "logs-*,-logs-old-*",
            "timeFieldName": "@timestamp",
            "sourceFilters": [{"value": "tls.*"}, {"value": "dns.*"}],
            "fieldFormats": {"network.bytes": {"id": "bytes"}, "n": {"id": "number", "params": {"pattern": "0"}}},
            "fieldAttrs": {"network.bytes": {"customLabel": "Traffic", "customDescription": "In and out"}},
            "runtimeFieldMap": {"hour": HOUR, "geo": GEO},
            "allowNoIndex": True,
        },
        updates=[
            {"name": "All logs"},
            {"title": "logs-*"},
            {"timeFieldName": "event.ingested"},
            {"timeFieldName": ""},
            {"sourceFilters": [{"value": "dns.*"}]},
            {"sourceFilters": []},
            {"fieldFormats": {"n": {"id": "percent"}}},
            {"fieldFormats": {"network.bytes": {}}},
            {"fieldFormats": {}},
            {"fieldAttrs": {"network.bytes": {"customDescription": ""}, "n": {"customLabel": "N"}}},
            {"fieldAttrs": {"n": {"customLabel": "N"}}, "exact": True},
            {"fieldAttrs": {}},
            {"runtimeFieldMap": {"hour": {**HOUR, "type": "keyword"}}},
            {"runtimeFieldMap": {"hour": {}}},
            {"runtimeFieldMap": {}},
            {"type": "rollup"},
            {"typeMeta": {"aggs": {"a": {}}, "params": {"rollup_index": "r"}}},
        ],
        changes=["version"],
    ),
    Case(
        module="data_view",
        name="by-name",
        result_key="data_view",
        identity={"name": "Metrics"},
        create={"title": "metrics-*", "allowHidden": True, "default": True},
        updates=[{"title": "metrics-*,m-*"}, {"default": False}, {"default": True}],
        changes=["version", "default"],
        writes={"create": 2},
    ),
    Case(
        module="data_view",
        name="by-title",
        result_key="data_view",
        identity={"title": "metrics-*"},
        create={},
        updates=[{"namespaces": ["other", "default"]}, {"namespaces": ["default"]}, {"namespaces": ["*"]}],
        changes=["version", "namespaces"],
        setup=lambda kibana: kibana.call("POST", "/api/spaces/space", {"id": "other", "name": "Other"}),
    ),
]
