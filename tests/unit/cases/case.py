# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from harness import Case, Kibana

MOVES = ["id", "version", "updated_at", "updated_by"]
NONE = {"id": "none", "name": "none", "type": ".none", "fields": None}
FIELDS = [
    {"key": "a", "label": "A", "type": "text", "required": False},
    {"key": "b", "label": "B", "type": "toggle", "required": False},
    {"key": "c", "label": "C", "type": "text", "required": True, "defaultValue": "default"},
]


def configured(kibana: Kibana) -> None:
    body: dict[str, Any] = {"owner": "securitySolution", "connector": NONE, "closure_type": "close-by-user"}
    kibana.call("POST", "/api/cases/configure", {**body, "customFields": FIELDS})
    secrets = {"email": "e", "apiToken": "t"}
    config = {"apiUrl": "https://jira.example", "projectKey": "SOC"}
    jira = {"name": "Jira", "connector_type_id": ".jira", "config": config, "secrets": secrets}
    kibana.call("POST", "/api/actions/connector/jira-1", jira)


CASES = [
    Case(
        module="case",
        result_key="case",
        identity={"title": '  Malware on "wks-1" \\ can\'t wait ', "owner": "securitySolution"},
        create={
            "description": " Found by the scanner.\n",
            "tags": ["zeta", " alpha ", "zeta"],
            "severity": "high",
            "assignees": [{"uid": "u2"}, {"uid": "u1"}, {"uid": "u2"}],
            "connector": {"name": "Jira", "fields": {"issueType": "10006"}},
            "customFields": [{"key": "b", "type": "toggle", "value": "yes"}],
        },
        updates=[
            {"description": "Found twice."},
            {"status": "in-progress"},
            {"status": "closed"},
            {"status": "open"},
            {"severity": "low"},
            {"category": " Malware "},
            {"category": ""},
            {"tags": ["alpha"]},
            {"tags": []},
            {"assignees": [{"uid": "u1"}]},
            {"assignees": []},
            {"connector": {"fields": {"priority": "High"}}},
            {"connector": {"id": "jira-1", "fields": {"issueType": ""}}},
            {"connector": {"id": "none"}},
            {"connector": {"id": "sn", "name": "SN", "type": ".servicenow", "fields": {"urgency": "2"}}},
            {"connector": {"id": "w", "name": "W", "type": ".cases-webhook"}},
            {"connector": {}},
            {"settings": {"syncAlerts": False}},
            {"customFields": [{"key": "a", "type": "text", "value": " x "}]},
            {
                "customFields": [
                    {"key": "a", "type": "text", "value": ""},
                    {"key": "b", "type": "toggle", "value": False},
                ]
            },
        ],
        changes=[*MOVES, "closed_at", "closed_by", "duration"],
        setup=configured,
    ),
    Case(
        module="case",
        name="born-closed",
        result_key="case",
        identity={"title": "?!", "owner": "cases"},
        create={"description": "x", "status": "closed", "settings": {"syncAlerts": False}},
        updates=[{"description": "y"}],
        changes=[*MOVES, "closed_at", "closed_by", "duration"],
        writes={"create": 2},
    ),
    Case(
        module="case",
        name="new-in-9",
        result_key="case",
        identity={"title": "observables", "owner": "observability"},
        create={"description": "x", "settings": {"extractObservables": True}},
        updates=[{"settings": {"extractObservables": False}}, {"settings": {"syncAlerts": False}}],
        changes=MOVES,
        versions=["9.4.3"],
    ),
]
