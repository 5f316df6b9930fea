# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kibana's features and their privileges.

`GET /api/features` leaves deprecated features out, as Kibana does since it has any. The switch
`emulator.shows_deprecated_features` plays a Kibana that shows them, with what replaces them.
`GET /api/security/privileges` has the privileges of all features, deprecated ones among them.
"""

from __future__ import annotations

from typing import Any

from ..routing import Context, route
from ..schema import Strict, parse

MAIN = ("all", "read", "minimal_all", "minimal_read")
_ARTIFACTS = (
    "trusted_applications_all", "trusted_applications_read", "event_filters_all", "event_filters_read",
    "blocklist_all", "blocklist_read", "host_isolation_exceptions_all", "host_isolation_exceptions_read",
    "endpoint_list_all", "endpoint_list_read", "policy_management_all", "policy_management_read",
)  # fmt: skip
_CASES = ("cases_delete", "cases_settings")
_REPORTS = ("url_create", "store_search_session", "generate_report")
_OLD, _NEW = (0, 0), (9, 1)
_Version = tuple[int, int]
_Row = tuple[str, str, str, tuple[str, ...], _Version, _Version | None, tuple[str, ...]]
# Id: name, category, sub-feature privileges, first version, first version in which it is deprecated, replacements.
_FEATURES: tuple[_Row, ...] = (
    ("discover", "Discover", "kibana", _REPORTS, _OLD, (8, 18), ("discover_v2", "savedQueryManagement")),
    ("discover_v2", "Discover", "kibana", _REPORTS, (8, 18), None, ()),
    ("dashboard", "Dashboard", "kibana", (*_REPORTS, "download_csv_report"), _OLD, (8, 18),
     ("dashboard_v2", "savedQueryManagement")),
    ("dashboard_v2", "Dashboard", "kibana", (*_REPORTS, "download_csv_report"), (8, 18), None, ()),
    ("visualize", "Visualize Library", "kibana", ("url_create", "generate_report"), _OLD, (8, 18),
     ("visualize_v2", "savedQueryManagement")),
    ("visualize_v2", "Visualize Library", "kibana", ("url_create", "generate_report"), (8, 18), None, ()),
    ("maps", "Maps", "kibana", (), _OLD, (8, 18), ("maps_v2", "savedQueryManagement")),
    ("maps_v2", "Maps", "kibana", (), (8, 18), None, ()),
    ("canvas", "Canvas", "kibana", ("generate_report",), _OLD, None, ()),
    ("graph", "Graph", "kibana", (), _OLD, None, ()),
    ("ml", "Machine Learning", "kibana", (), _OLD, None, ()),
    ("apm", "APM and User Experience", "observability", ("settings_save",), _OLD, None, ()),
    ("uptime", "Synthetics and Uptime", "observability", ("elastic_managed_locations_enabled",), _OLD, None, ()),
    ("slo", "SLOs", "observability", (), _OLD, None, ()),
    ("infrastructure", "Infrastructure", "observability", (), _OLD, None, ()),
    ("logs", "Logs", "observability", (), _OLD, None, ()),
    ("siem", "Security", "securitySolution", _ARTIFACTS, _OLD, (8, 18),
     ("siemV2", "securitySolutionTimeline", "securitySolutionNotes")),
    ("siemV2", "Security", "securitySolution", _ARTIFACTS, (8, 18), _NEW, ("siemV5",)),
    ("siemV5", "Security", "securitySolution",
     (*_ARTIFACTS, "global_artifact_management_all", "endpoint_exceptions_all", "endpoint_exceptions_read"),
     _NEW, None, ()),
    ("securitySolutionTimeline", "Timeline", "securitySolution", (), (8, 18), None, ()),
    ("securitySolutionNotes", "Notes", "securitySolution", (), (8, 18), None, ()),
    ("securitySolutionAssistant", "AI Assistant", "securitySolution", ("update_anonymization",), _OLD, None, ()),
    *(
        row
        for name, title, category in (
            ("generalCases", "Cases", "management"), ("observabilityCases", "Cases", "observability"),
            ("securitySolutionCases", "Cases", "securitySolution"),
        )
        for row in (
            (name, title, category, _CASES, _OLD, (8, 17), (f"{name}V2",)),
            (f"{name}V2", title, category, (*_CASES, "create_comment", "case_reopen"), (8, 17), _NEW, (f"{name}V3",)),
            (f"{name}V3", title, category, (*_CASES, "create_comment", "case_reopen", "cases_assign"), _NEW, None, ()),
        )
    ),
    ("osquery", "Osquery", "securitySolution", ("live_queries_all", "run_saved_queries", "packs_all"), _OLD, None, ()),
    ("dev_tools", "Dev Tools", "management", (), _OLD, None, ()),
    ("advancedSettings", "Advanced Settings", "management", (), _OLD, None, ()),
    ("indexPatterns", "Data View Management", "management", (), _OLD, None, ()),
    ("filesManagement", "Files Management", "management", (), _OLD, None, ()),
    ("savedObjectsManagement", "Saved Objects Management", "management", (), _OLD, None, ()),
    ("savedObjectsTagging", "Tag Management", "management", (), _OLD, None, ()),
    ("savedQueryManagement", "Saved Query Management", "management", (), (8, 18), None, ()),
    ("fleetv2", "Fleet", "management", ("agents_all", "agents_read", "agent_policies_all"), _OLD, None, ()),
    ("fleet", "Integrations", "management", (), _OLD, None, ()),
    ("actions", "Actions and Connectors", "management", ("endpoint_security_execute",), _OLD, None, ()),
    ("stackAlerts", "Stack Rules", "management", (), _OLD, None, ()),
    ("rulesSettings", "Rules Settings", "management", ("allFlappingSettings", "readFlappingSettings"), _OLD, None, ()),
    ("maintenanceWindow", "Maintenance Windows", "management", (), _OLD, None, ()),
)  # fmt: skip


class Query(Strict):
    """Query of the list of features."""

    ignoreValidLicenses: bool = False


class PrivilegesQuery(Strict):
    """Query of the list of privileges."""

    includeActions: bool = False
    respectLicenseLevel: bool = True


@route("GET", "/api/features", requires="read_features")
def list_features(ctx: Context) -> list[dict[str, Any]]:
    """The features of this version, in the order of the menu."""
    parse(Query, ctx.query, "request query")
    version = ctx.emulator.version[:2]
    old_too = getattr(ctx.emulator, "shows_deprecated_features", False)
    return [
        _feature(number, row, version)
        for number, row in enumerate(_FEATURES)
        if row[4] <= version and (old_too or not _deprecated(row, version))
    ]


@route("GET", "/api/security/privileges", versioned=False)
def list_privileges(ctx: Context) -> dict[str, Any]:
    """The names of all privileges, by feature; deprecated features have theirs, too."""
    parse(PrivilegesQuery, ctx.query, "request query")
    version = ctx.emulator.version[:2]
    features = {row[0]: [*MAIN, *row[3]] for row in _FEATURES if row[4] <= version}
    reserved = ["fleet-setup", "ml_user", "ml_admin", "ml_apm_user", "monitoring"]
    return {"features": features, "global": ["all", "read"], "space": ["all", "read"], "reserved": reserved}


def _deprecated(row: _Row, version: tuple[int, ...]) -> bool:
    return row[5] is not None and version >= row[5]


def _feature(number: int, row: _Row, version: tuple[int, ...]) -> dict[str, Any]:
    name, title, category, subs, _since, _until, heirs = row
    old = _deprecated(row, version)
    successor = next((other for other in _FEATURES if heirs and other[0] == heirs[0]), None)
    if successor and _deprecated(successor, version):  # what replaces a feature is never deprecated itself
        heirs = (successor[6][0], *heirs[1:])
    feature: dict[str, Any] = {
        "id": name, "name": title, "order": 100 * number + 100, "app": [name, "kibana"], "catalogue": [name],
        "category": {"id": category, "label": category.title(), "order": 1000}, "scope": ["spaces", "security"],
        "privileges": {
            level: {
                "app": [name, "kibana"], "api": [], "savedObject": {"all": [], "read": []}, "ui": ["show"],
                **({"replacedBy": _replaced(heirs, level)} if old else {}),
            }
            for level in ("all", "read")
        },
    }  # fmt: skip
    if subs:
        feature["subFeatures"] = [_sub_feature(sub, heirs if old else ()) for sub in subs]
    if old:
        feature["deprecated"] = {"notice": f"{title} was replaced.", "replacedBy": list(heirs[:1])}
    return feature


def _sub_feature(sub: str, heirs: tuple[str, ...]) -> dict[str, Any]:
    privilege: dict[str, Any] = {
        "id": sub, "name": sub, "includeIn": "all", "savedObject": {"all": [], "read": []}, "ui": [sub],
    }  # fmt: skip
    if heirs:
        privilege["replacedBy"] = [{"feature": heirs[0], "privileges": [sub]}]
    return {"name": sub, "privilegeGroups": [{"groupType": "independent", "privileges": [privilege]}]}


def _replaced(heirs: tuple[str, ...], level: str) -> Any:
    """What takes the place of a privilege: one list, or two where the minimal one differs."""
    main, others = heirs[0], heirs[1:]
    plain = [{"feature": heir, "privileges": [level]} for heir in heirs]
    bare = [f"minimal_{level}"]
    if level == "all" and main.endswith("CasesV2"):
        bare += ["create_comment", "case_reopen"]
    elif level == "all" and main.endswith("CasesV3"):
        bare += ["create_comment", "case_reopen", "cases_assign"]
    others_level = f"minimal_{level}" if "savedQueryManagement" in others else level
    minimal = [
        {"feature": main, "privileges": bare},
        *({"feature": heir, "privileges": [others_level]} for heir in others),
    ]
    return {"default": plain, "minimal": minimal}
