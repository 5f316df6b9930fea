# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the objects of Synthetics are listed. Kibana chooses their ids, so labels, keys and names stand for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient, fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource
from ansible_collections.stackops.kibana.plugins.module_utils._synthetics import MONITOR, monitors
from ansible_collections.stackops.kibana.plugins.plugin_utils._export import Exported
from ansible_collections.stackops.kibana.plugins.plugin_utils._source import Needs, Raw, Source, entries, where_there

BODY = "check.request.body"  # Kibana keeps it with its kind


def _finish_location(client: KibanaClient, raw: Raw, exported: Exported) -> None:
    """Give the place as precisely as Kibana keeps it, which uses four bytes."""
    place = exported.options.get("geo") or {}
    place.update({name: round(number, 4) for name, number in place.items()})


def _monitors(client: KibanaClient, resource: Resource) -> Iterable[Raw]:
    for entry in monitors(client):
        monitor = client.get(fill_path(MONITOR, {"id": entry["config_id"]}))
        body = monitor.get(BODY)
        yield {**monitor, BODY: body.get("value", "")} if isinstance(body, Mapping) else monitor


def _finish_monitor(client: KibanaClient, raw: Raw, exported: Exported) -> None:
    """Name locations by their labels, and ask for the secrets that Kibana does not show."""
    options = exported.options
    if "private_locations" in options:
        places = [item for item in raw["locations"] if not item.get("isServiceManaged")]
        options["private_locations"] = sorted(item.get("label") or item["id"] for item in places)
    for name in ("schedule", "timeout", "wait", "max_redirects"):
        if str(options.get(name, "")).isdigit():
            options[name] = int(options[name])
    if options.get("username") and "password" not in options:
        exported.ask("password")
    if (options.get("ssl") or {}).get("certificate") and "key" not in options["ssl"]:
        exported.ask("ssl", "key")


def _in_several(raw: Raw, space: str) -> bool:
    return (raw.get("spaces") or raw.get("namespaces") or [space]) != [space]


def _monitors_need(options: Mapping[str, Any]) -> Needs:
    return [("synthetics_private_location", label) for label in options.get("private_locations") or ()]


SOURCES: dict[str, Source] = {
    "synthetics_private_location": Source(
        ("label",),
        where_there(entries),
        hushed=("id",),
        shared=_in_several,
        finish=_finish_location,
        refers=lambda options: [("fleet_agent_policy", options.get("agentPolicyId"))],
        needs=("fleet_agent_policy",),
    ),
    "synthetics_parameter": Source(
        ("key",),
        where_there(entries),
        hushed=("id",),
        shared=_in_several,
        finish=lambda client, raw, exported: None if "value" in exported.options else exported.ask("value"),
    ),
    "synthetics_monitor": Source(
        ("name",),
        where_there(_monitors),
        shown=("enabled",),
        hushed=("id",),
        managed=lambda raw: raw.get("origin") == "project",
        shared=_in_several,
        finish=_finish_monitor,
        refers=_monitors_need,
        needs=("synthetics_private_location",),
    ),
}
