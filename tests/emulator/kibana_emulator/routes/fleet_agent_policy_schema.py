# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies of agent policies (reference platform A.8.2)."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field

from ..errors import CoreError
from ..schema import Strict

TWO_WEEKS = 1_209_600
Whole = Annotated[int, Field(ge=0)]
_NAMESPACE = re.compile(r'^[^A-Z*\\/?"<>|\s,#:-][^A-Z*\\/?"<>|\s,#:-]*$')


class Feature(Strict):
    """`agent_features[]`."""

    name: str
    enabled: bool


class Tag(Strict):
    """`global_data_tags[]`."""

    name: str
    value: str | int | float


class Requests(Strict):
    """`agentless.resources.requests`."""

    memory: Annotated[str, Field(pattern=r"^\d+(Mi|Gi)$")] = None
    cpu: Annotated[str, Field(pattern=r"^(\d+m|\d+(\.\d+)?)$")] = None


class Resources(Strict):
    """`agentless.resources`."""

    requests: Requests = None


class CloudConnectors(Strict):
    """`agentless.cloud_connectors`."""

    enabled: bool
    target_csp: str = None


class Agentless(Strict):
    """`agentless`."""

    resources: Resources = None
    cloud_connectors: CloudConnectors = None


class Buffer(Strict):
    """`monitoring_http.buffer`."""

    enabled: bool = False


class MonitoringHttp(Strict):
    """`monitoring_http`."""

    enabled: bool = None
    host: str = None
    port: Annotated[int, Field(ge=0, le=65353)] = None
    buffer: Buffer = None


class Limit(Strict):
    """`monitoring_diagnostics.limit`."""

    interval: str = None
    burst: int | float = None


class Uploader(Strict):
    """`monitoring_diagnostics.uploader`."""

    max_retries: int | float = None
    init_dur: str = None
    max_dur: str = None


class Diagnostics(Strict):
    """`monitoring_diagnostics`."""

    limit: Limit = None
    uploader: Uploader = None


class AdvancedSettings(Strict):
    """`advanced_settings`; each may be null."""

    agent_limits_go_max_procs: Whole | None = None
    agent_download_timeout: str | None = None
    agent_download_target_directory: str | None = None
    agent_logging_metrics_period: str | None = None
    agent_logging_level: Literal["debug", "info", "warning", "error"] | None = None
    agent_logging_to_files: bool | None = None
    agent_logging_files_rotateeverybytes: Whole | None = None
    agent_logging_files_keepfiles: Whole | None = None
    agent_logging_files_interval: str | None = None


class AdvancedSettingsSince91(AdvancedSettings):
    """What came later."""

    agent_monitoring_runtime_experimental: str | None = None


class RequiredVersion(Strict):
    """`required_versions[]`."""

    version: str
    percentage: Annotated[float, Field(ge=0, le=100)]


class NewPolicy(Strict):
    """Body of a new policy."""

    id: str = None
    name: Annotated[str, Field(min_length=1)]
    namespace: Annotated[str, Field(min_length=1)]
    description: str = None
    is_managed: bool = None
    has_fleet_server: bool = None
    is_default: bool = None
    is_default_fleet_server: bool = None
    unenroll_timeout: Whole = None
    inactivity_timeout: Whole = TWO_WEEKS
    monitoring_enabled: list[Literal["logs", "metrics", "traces"]] = None
    keep_monitoring_alive: bool | None = None
    data_output_id: str | None = None
    monitoring_output_id: str | None = None
    download_source_id: str | None = None
    fleet_server_host_id: str | None = None
    agent_features: list[Feature] = None
    is_protected: bool = None
    overrides: dict[str, Any] | None = None
    advanced_settings: AdvancedSettings = None
    supports_agentless: bool | None = None
    global_data_tags: list[Tag] = None
    agentless: Agentless = None
    monitoring_pprof_enabled: bool = None
    monitoring_http: MonitoringHttp = None
    monitoring_diagnostics: Diagnostics = None
    force: bool = None


class NewPolicySince91(NewPolicy):
    """What came later."""

    space_ids: list[str] = None
    required_versions: list[RequiredVersion] | None = None
    advanced_settings: AdvancedSettingsSince91 = None


class ChangedPolicy(Strict):
    """What only an update knows."""

    bumpRevision: bool = None


def check_body(data: dict[str, Any]) -> None:
    """400 for what the types do not say; fills what Kibana fills."""
    problem = None
    tags = [tag["name"] for tag in data.get("global_data_tags") or ()]
    if not data["name"].strip():
        problem = "name]: Invalid empty string"
    elif not _NAMESPACE.match(data["namespace"]):
        problem = "namespace]: Namespace contains invalid characters"
    elif any(key.partition(".")[0] == "inputs" for key in data.get("overrides") or {}):
        problem = "overrides]: inputs overrides is not allowed"
    elif any(re.search(r"\s", name) for name in tags):
        problem = "global_data_tags]: Found tag names with spaces, tag names with spaces are not allowed."
    elif len(set(tags)) < len(tags):
        problem = "global_data_tags]: Found duplicate tag names, duplicate tag names are not allowed."
    elif sum(item["percentage"] for item in data.get("required_versions") or ()) > 100:
        raise CoreError(400, "Policy required_versions: the sum of percentages cannot exceed 100")
    if problem:
        raise CoreError(400, f"[request body.{problem}")
    if data.get("monitoring_http"):
        data["monitoring_http"] = {"host": "localhost", "port": 6791, **data["monitoring_http"]}
