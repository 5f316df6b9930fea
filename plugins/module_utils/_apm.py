# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Agent configurations of APM. Follows ``/api/apm/settings/agent-configuration`` of the Kibana API."""

from __future__ import annotations

from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient

CONFIGURATIONS = "/api/apm/settings/agent-configuration"
SERVICE = {"service_name": {"type": "str"}, "service_environment": {"type": "str"}}
# Kibana gives these back as numbers are written, not as they were sent.
NUMBERS = frozenset(
    {
        "session_sample_rate",
        "stack_trace_limit",
        "stress_monitor_gc_relief_threshold",
        "stress_monitor_gc_stress_threshold",
        "stress_monitor_system_cpu_relief_threshold",
        "stress_monitor_system_cpu_stress_threshold",
        "transaction_max_spans",
        "transaction_sample_rate",
    }
)


def service_of(params: dict[str, Any]) -> dict[str, str]:
    """Name and environment as Kibana wants them: one that is left out, or empty, stands for all."""
    given = {"name": params["service_name"], "environment": params["service_environment"]}
    return {key: value for key, value in given.items() if value}


def find_configuration(client: KibanaClient, service: dict[str, str]) -> dict[str, Any] | None:
    """The configuration of exactly this service, or None. Kibana has the same words for that as for a missing route."""
    path = f"{CONFIGURATIONS}/view"
    found: dict[str, Any] | None = client.find(path, in_space=False, probe=CONFIGURATIONS, params=service)
    return found


def shown(raw: dict[str, Any]) -> dict[str, Any]:
    """A configuration in the shape of the options."""
    service = raw.get("service") or {}
    named = {"service_name": service.get("name", ""), "service_environment": service.get("environment", "")}
    return {**named, **{key: value for key, value in raw.items() if key != "service"}}


def as_text(value: Any) -> str:
    """A setting as Kibana stores it: everything is a text there."""
    if isinstance(value, bool) or value in ("True", "False"):
        return str(value).lower()
    return str(value)


def as_number(value: str) -> Any:
    """A form in which ``0.10`` and ``0.1`` are equal; what is no number stays a text, for Kibana to refuse."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return value
