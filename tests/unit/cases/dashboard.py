# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from harness import Case

COMMON_UPDATES = [
    {"title": "Another"},
    {"description": "What is what"},
    {"description": ""},
    {"options": {"hide_panel_titles": True}},
    {"options": {"use_margins": False, "sync_colors": False, "sync_cursor": False, "sync_tooltips": True}},
    {"query": {"expression": "a: 1", "language": "kql"}},
    {"query": {"expression": "a:1", "language": "lucene"}},
    {"query": {}},
    {"time_range": {"from": "now-7d", "to": "now"}},
    {"time_range": {}},
    {"refresh_interval": {"pause": False, "value": 60000}},
    {"refresh_interval": {}},
    {"tags": ["c", "a", "c"]},
    {"tags": []},
]
NOTE = {"type": "markdown", "grid": {"x": 0, "y": 0}, "config": {"content": "a"}}
SECTION = {"title": "More", "grid": {"y": 15}, "panels": [{**NOTE, "grid": {"x": 1, "y": 0}}, NOTE]}
CONTROL = {"type": "options_list_control", "config": {"data_view_id": "logs", "field_name": "user.name"}}
FILTER = {"type": "condition", "condition": {"field": "a", "operator": "is", "value": 1}}
OLD_NOTE = {"type": "visualization", "gridData": {"x": 0, "y": 0}, "panelConfig": {"savedVis": {"a": [1.0, None]}}}
OLD_BY_REFERENCE = {
    "type": "lens",
    "gridData": {"x": 24, "y": 0, "h": 8},
    "panelConfig": {},
    "panelIndex": "p",
    "panelRefName": "panel_p",
}
OLD_FILTER = {"meta": {"disabled": False, "negate": False, "params": {"query": "x"}}, "query": {"match": {"a": "x"}}}

CASES = [
    Case(
        module="dashboard",
        result_key="dashboard",
        identity={"id": "soc-main"},
        create={
            "title": "SOC",
            "panels": [SECTION, NOTE],
            "tags": ["b", "a"],
            "options": {"hide_panel_borders": True, "syncTooltips": True},
            "time_range": {"from": "now-24h", "to": "now"},
            "filters": [FILTER],
            "pinned_panels": [CONTROL],
        },
        updates=[
            *COMMON_UPDATES,
            {"options": {"auto_apply_filters": False}},
            {"options": {"hide_panel_borders": False}},
            {"panels": [NOTE, {**SECTION, "collapsed": True}]},
            {"panels": [{**NOTE, "config": {"content": "b", "settings": {}}}]},
            {"panels": []},
            {"filters": [{**FILTER, "condition": {"field": "b", "operator": "exists"}}, FILTER]},
            {"filters": []},
            {"pinned_panels": [{**CONTROL, "width": "large"}]},
            {"pinned_panels": []},
            {"project_routing": "_alias:*"},
            {"project_routing": ""},
        ],
        changes=["meta"],
        versions=["9.4.3"],
        name="9.4",
    ),
    Case(
        module="dashboard",
        result_key="dashboard",
        identity={"id": "SOC / main %2e"},
        create={
            "title": "SOC",
            "panels": [OLD_BY_REFERENCE, OLD_NOTE],
            "references": [{"name": "p:panel_p", "type": "lens", "id": "l"}],
            "tags": ["b", "a"],
            "options": {"hidePanelTitles": True},
            "time_range": {"from": "now-24h", "to": "now"},
            "controlGroupInput": {
                "ignoreParentSettings": {},
                "controls": [{"type": "optionsListControl", "order": 0, "controlConfig": {"fieldName": "a"}}],
            },
        },
        updates=[
            *[update for update in COMMON_UPDATES if update != {"options": {"hide_panel_titles": True}}],
            {"options": {"hide_panel_titles": False}},
            {"panels": [{**OLD_NOTE, "panelConfig": {"title": "b"}}, OLD_BY_REFERENCE]},
            {"panels": []},
            {"references": [{"name": "q:panel_q", "type": "map", "id": "m"}]},
            {"references": []},
            {"filters": [OLD_FILTER]},
            {"filters": []},
            {"controlGroupInput": {"chainingSystem": "NONE", "ignoreParentSettings": {"ignoreQuery": True}}},
            {"controlGroupInput": {"controls": []}},
            {"controlGroupInput": {}},
        ],
        changes=["meta"],
        versions=["8.18.0"],
        name="8.18",
    ),
    Case(module="dashboard", name="smallest", result_key="dashboard", identity={"id": "x"}, create={"title": "x"}),
]
