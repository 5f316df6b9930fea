# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles between the two forms: Kibana's, and the applications in which Elasticsearch stores them (security B, J.2)."""

from __future__ import annotations

from typing import Any

APPLICATION = "kibana-.kibana"
RESERVED_APPLICATION = "kibana-*"
BASE = ("all", "read")
REPLACED_FEATURES = {
    "discover": "discover_v2",
    "dashboard": "dashboard_v2",
    "visualize": "visualize_v2",
    "maps": "maps_v2",
    "siem": "siemV2",
    "generalCases": "generalCasesV2",
    "observabilityCases": "observabilityCasesV2",
    "securitySolutionCases": "securitySolutionCasesV2",
}


def to_application(entry: dict[str, Any]) -> dict[str, Any]:
    """Return the stored form of one `kibana[]` entry."""
    everywhere = entry["spaces"] == ["*"]
    prefix = "" if everywhere else "space_"
    privileges = [prefix + base for base in entry["base"]]
    for feature, names in entry["feature"].items():
        privileges += [f"feature_{feature}.{name}" for name in names]
    resources = ["*"] if everywhere else [f"space:{space}" for space in sorted(entry["spaces"])]
    return {"application": APPLICATION, "privileges": privileges, "resources": resources}


def _is_kibana(application: dict[str, Any]) -> bool:
    return application["application"] in (APPLICATION, RESERVED_APPLICATION, "*")


def _mixes(privileges: list[str]) -> bool:
    features = [name for name in privileges if name.startswith("feature_")]
    base = [name for name in privileges if name.removeprefix("space_") in BASE]
    return bool(features and base)


def transform_error(applications: list[dict[str, Any]]) -> str | None:
    """Return why Kibana cannot show these privileges, None when it can. Then `kibana` is empty in the answer."""
    own = [item for item in applications if item["application"] == APPLICATION]
    for item in own:
        everywhere = "*" in item["resources"]
        if any(name.startswith("reserved_") for name in item["privileges"]):
            return "reserved_privileges_wrong_app"
        if everywhere and any(name in ("space_all", "space_read") for name in item["privileges"]):
            return "space_privileges_global"
        if not everywhere and any(name in BASE for name in item["privileges"]):
            return "global_privileges_space"
        if _mixes(item["privileges"]):
            return "base_feature_privileges_mixed"
        if everywhere and len(item["resources"]) > 1:
            return "global_resource_mixed"
        if any(name != "*" and not name.startswith("space:") for name in item["resources"]):
            return "invalid_resource_format"
    resources = [name for item in own for name in item["resources"]]
    return "duplicated_resources" if len(resources) != len(set(resources)) else None


def _features(privileges: list[str], replace: bool) -> dict[str, list[str]]:
    features: dict[str, list[str]] = {}
    for privilege in privileges:
        if not privilege.startswith("feature_"):
            continue
        feature, _unused, name = privilege.removeprefix("feature_").partition(".")
        names = features.setdefault(REPLACED_FEATURES.get(feature, feature) if replace else feature, [])
        if name not in names:
            names.append(name)
    return features


def to_entry(application: dict[str, Any], replace: bool) -> dict[str, Any]:
    """Return the `kibana[]` entry of one stored application."""
    privileges = application["privileges"]
    spaces = [name.removeprefix("space:") for name in application["resources"]]
    base = [name.removeprefix("space_") for name in privileges if name.removeprefix("space_") in (*BASE, "*")]
    entry: dict[str, Any] = {"base": base, "feature": _features(privileges, replace), "spaces": spaces}
    reserved = [name.removeprefix("reserved_") for name in privileges if name.startswith("reserved_")]
    return {"_reserved": reserved, **entry} if reserved else entry


def shown(name: str, role: dict[str, Any], replace: bool = False) -> dict[str, Any]:
    """Return the role as a GET shows it."""
    problem = transform_error(role["applications"])
    entries = [] if problem else [to_entry(item, replace) for item in role["applications"] if _is_kibana(item)]
    foreign = [item["application"] for item in role["applications"] if not _is_kibana(item)]
    elasticsearch = {
        key: role[key] for key in ("cluster", "remote_cluster", "indices", "remote_indices", "run_as") if key in role
    }
    return {
        "name": name,
        **({"description": role["description"]} if role.get("description") else {}),
        "metadata": role["metadata"],
        "transient_metadata": {"enabled": True},
        "elasticsearch": elasticsearch,
        "kibana": entries,
        "_transform_error": [f"kibana:{problem}"] if problem else [],
        "_unrecognized_applications": list(dict.fromkeys(foreign)),
    }


def stored(body: dict[str, Any], previous: dict[str, Any] | None) -> dict[str, Any]:
    """Return what is kept of a validated PUT body: a full replacement, but for the applications of others.

    Set-like lists are kept sorted and the entries ordered by their resources: the emulator reorders on purpose.
    """
    elasticsearch = body.get("elasticsearch") or {}
    own = sorted((to_application(entry) for entry in body.get("kibana") or []), key=lambda item: item["resources"])
    foreign = [item for item in (previous or {}).get("applications", []) if item["application"] != APPLICATION]
    role: dict[str, Any] = {
        "cluster": sorted(elasticsearch.get("cluster", [])),
        "indices": [_index(item) for item in elasticsearch.get("indices", [])],
        "run_as": sorted(elasticsearch.get("run_as", [])),
        "applications": own + foreign,
        "metadata": body.get("metadata") or {},
    }
    if body.get("description"):
        role["description"] = body["description"]
    if elasticsearch.get("remote_indices"):
        role["remote_indices"] = [_index(item) for item in elasticsearch["remote_indices"]]
    if elasticsearch.get("remote_cluster"):
        role["remote_cluster"] = [_sorted(item) for item in elasticsearch["remote_cluster"]]
    return role


def _index(item: dict[str, Any]) -> dict[str, Any]:
    return {**_sorted(item), "allow_restricted_indices": bool(item.get("allow_restricted_indices", False))}


def _sorted(item: dict[str, Any]) -> dict[str, Any]:
    return {key: sorted(value) if isinstance(value, list) else value for key, value in item.items()}
