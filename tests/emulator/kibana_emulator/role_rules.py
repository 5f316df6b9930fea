# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a role must fulfil: the request schema, Kibana's rules for `kibana[]`, Elasticsearch's own checks (B.2, B.3)."""

from __future__ import annotations

import re
from typing import Any

from pydantic import Field

from .errors import CoreError
from .schema import OMITTED, Strict, parse

_FEATURE = re.compile("[a-zA-Z0-9_-]+")
_SPACE = re.compile("[a-z0-9_-]+")

# Privileges that Elasticsearch knows by name; action patterns (`cluster:...`, `indices:...`) are accepted as well.
CLUSTER_PRIVILEGES = frozenset(
    {
        "all",
        "cancel_task",
        "create_snapshot",
        "cross_cluster_replication",
        "cross_cluster_search",
        "delegate_pki",
        "grant_api_key",
        "manage",
        "manage_api_key",
        "manage_autoscaling",
        "manage_behavioral_analytics",
        "manage_ccr",
        "manage_connector",
        "manage_data_frame_transforms",
        "manage_data_stream_global_retention",
        "manage_enrich",
        "manage_esql",
        "manage_ilm",
        "manage_index_templates",
        "manage_inference",
        "manage_ingest_pipelines",
        "manage_logstash_pipelines",
        "manage_ml",
        "manage_oidc",
        "manage_own_api_key",
        "manage_pipeline",
        "manage_reindex",
        "manage_rollup",
        "manage_saml",
        "manage_search_application",
        "manage_search_query_rules",
        "manage_search_synonyms",
        "manage_security",
        "manage_service_account",
        "manage_slm",
        "manage_token",
        "manage_transform",
        "manage_user_profile",
        "manage_watcher",
        "monitor",
        "monitor_connector",
        "monitor_data_frame_transforms",
        "monitor_data_stream_global_retention",
        "monitor_enrich",
        "monitor_esql",
        "monitor_inference",
        "monitor_ml",
        "monitor_rollup",
        "monitor_snapshot",
        "monitor_stats",
        "monitor_text_structure",
        "monitor_transform",
        "monitor_watcher",
        "none",
        "post_behavioral_analytics_event",
        "read_ccr",
        "read_connector_secrets",
        "read_fleet_secrets",
        "read_ilm",
        "read_pipeline",
        "read_security",
        "read_slm",
        "transport_client",
        "write_connector_secrets",
        "write_fleet_secrets",
    }
)
INDEX_PRIVILEGES = frozenset(
    {
        "all",
        "auto_configure",
        "create",
        "create_doc",
        "create_index",
        "cross_cluster_replication",
        "cross_cluster_replication_internal",
        "delete",
        "delete_index",
        "index",
        "maintenance",
        "manage",
        "manage_data_stream_lifecycle",
        "manage_failure_store",
        "manage_follow_index",
        "manage_ilm",
        "manage_leader_index",
        "monitor",
        "none",
        "read",
        "read_cross_cluster",
        "read_failure_store",
        "view_index_metadata",
        "write",
    }
)
# Privileges that exist for all spaces alone, until Fleet became space-aware.
ALL_SPACES_FEATURES = frozenset({"fleet", "fleetv2"})


class FieldSecurity(Strict):
    """Field level security of an index entry."""

    grant: list[str] = OMITTED
    # `except` is a word of Python's own.
    except_: list[str] = Field(OMITTED, alias="except")


class Index(Strict):
    """`elasticsearch.indices[]`."""

    names: list[str] = Field(min_length=1)
    privileges: list[str] = Field(min_length=1)
    field_security: FieldSecurity = OMITTED
    query: str = OMITTED
    allow_restricted_indices: bool = OMITTED


class RemoteIndex(Index):
    """`elasticsearch.remote_indices[]`."""

    clusters: list[str] = Field(min_length=1)


class RemoteCluster(Strict):
    """`elasticsearch.remote_cluster[]`."""

    clusters: list[str] = Field(min_length=1)
    privileges: list[str] = Field(min_length=1)


class ElasticsearchPart(Strict):
    """`elasticsearch`."""

    cluster: list[str] = OMITTED
    indices: list[Index] = OMITTED
    remote_indices: list[RemoteIndex] = OMITTED
    remote_cluster: list[RemoteCluster] = OMITTED
    run_as: list[str] = OMITTED


class KibanaEntry(Strict):
    """`kibana[]`."""

    spaces: list[str] = ["*"]
    base: list[str] | None = None
    feature: dict[str, list[str]] = OMITTED


class Role(Strict):
    """Body of a PUT. The server takes a missing `elasticsearch` although its document does not."""

    description: str = Field(OMITTED, max_length=2048)
    metadata: dict[str, Any] = OMITTED
    elasticsearch: ElasticsearchPart = OMITTED
    kibana: list[KibanaEntry] = []


def validated(body: Any, where: str = "request body") -> dict[str, Any]:
    """Return the body of a role with the defaults of `kibana[]` filled in; raise CoreError 400."""
    role = parse(Role, body, where).model_dump(exclude_none=True, by_alias=True)
    for index, entry in enumerate(role["kibana"]):
        entry.setdefault("base", [])
        entry.setdefault("feature", {})
        _check_entry(entry, f"{where}.kibana.{index}")
    spaces = [space for entry in role["kibana"] for space in entry["spaces"]]
    doubled = sorted({space for space in spaces if spaces.count(space) > 1})
    if doubled:
        names = ", ".join(doubled)
        raise CoreError(400, f"[{where}.kibana]: more than one privilege is applied to the following spaces: [{names}]")
    return role


def _check_entry(entry: dict[str, Any], where: str) -> None:
    spaces, base, feature = entry["spaces"], entry["base"], entry["feature"]
    if spaces != ["*"] and (not spaces or not all(_SPACE.fullmatch(space) for space in spaces)):
        text = "must be lower case, a-z, 0-9, '_', and '-' are allowed"
        raise CoreError(
            400,
            f"[{where}.spaces]: types that failed validation:\n- [{where}.spaces.0.0]: expected value to equal [*]\n"
            f"- [{where}.spaces.1.0]: {text}",
        )
    if not base and not feature:
        raise CoreError(400, f"[{where}]: either [base] or [feature] is expected, but none of them specified")
    if base and feature:
        text = "definition of [feature] isn't allowed when non-empty [base] is defined."
        raise CoreError(400, f"[{where}.feature]: {text}")
    for name in base:
        if name not in ("all", "read"):
            kind = "global" if spaces == ["*"] else "space"
            text = f'unknown {kind} privilege "{name}", must be one of [all,read]'
            raise CoreError(400, f"[{where}.base.{base.index(name)}]: {text}")
    for name, privileges in feature.items():
        if not all(_FEATURE.fullmatch(text) for text in (name, *privileges)):
            raise CoreError(400, f"[{where}.feature.{name}]: only a-z, A-Z, 0-9, '_', and '-' are allowed")


def kibana_problems(role: dict[str, Any], version: tuple[int, ...]) -> str | None:
    """Return why Kibana's features refuse this role, None when they accept it. Unknown features are accepted."""
    problems = [
        f"Feature privilege [{feature}.{name}] requires all spaces to be selected "
        f"but received [{','.join(entry['spaces'])}]"
        for entry in role["kibana"]
        for feature, names in entry["feature"].items()
        for name in names
        if version < (9, 1) and feature in ALL_SPACES_FEATURES and entry["spaces"] != ["*"]
    ]
    if not problems:
        return None
    listed = ",".join(f'"{problem}"' for problem in problems)
    return f"Role cannot be updated due to validation errors: [{listed}]"


def elasticsearch_problem(role: dict[str, Any]) -> str | None:
    """Return the text with which Elasticsearch refuses this role, None when it accepts it."""
    part = role.get("elasticsearch") or {}
    for name in part.get("cluster", []):
        if name.lower() not in CLUSTER_PRIVILEGES and not name.startswith("cluster:"):
            return f"Validation Failed: 1: unknown cluster privilege [{name}];"
    for item in [*part.get("indices", []), *part.get("remote_indices", [])]:
        for name in item["privileges"]:
            if name.lower() not in INDEX_PRIVILEGES and not name.startswith("indices:"):
                return f"Validation Failed: 1: unknown index privilege [{name}];"
    for key in role.get("metadata", {}):
        if key.startswith("_"):
            return f"Validation Failed: 1: role descriptor metadata keys may not start with [_]: [{key}];"
    return None
