# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Monitors of Synthetics and where they run. Follows ``/api/synthetics`` of the Kibana API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient, fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import KNOWN_AFTER_APPLY
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Listing

MONITORS = "/api/synthetics/monitors"
MONITOR = "/api/synthetics/monitors/{id}"
PRIVATE_LOCATIONS = "/api/synthetics/private_locations"
ALL_LOCATIONS = "/internal/uptime/service/locations"
# Short names that Kibana takes for Elastic's locations, and does not show again.
SHORT_NAMES = {
    "japan": "asia-northeast1-a",
    "india": "asia-south1-a",
    "singapore": "asia-southeast1-a",
    "australia_east": "australia-southeast1-a",
    "united_kingdom": "europe-west2-a",
    "germany": "europe-west3-a",
    "canada_east": "northamerica-northeast1-a",
    "brazil": "southamerica-east1-a",
    "us_east": "us-east4-a",
    "us_west": "us-west1-a",
}
Monitor = dict[str, Any]


def monitors(client: KibanaClient) -> Iterator[Monitor]:
    """All monitors of the space, without their secrets."""
    return client.pages(MONITORS, items="monitors", size_name="perPage", params={"sortField": "name.keyword"})


def monitors_in(client: KibanaClient, location_id: str) -> list[str]:
    """The names of the monitors that run in a location."""
    return [
        str(monitor["name"])
        for monitor in monitors(client)
        if location_id in [place["id"] for place in monitor.get("locations") or []]
    ]


def find_monitor(client: KibanaClient, monitor_id: str | None, name: str | None) -> Monitor | None:
    """The monitor with this id, or without an id the one with exactly this name; None: there is none.

    Raises :class:`PlanError` where several have the name, and ``KibanaError``.
    """
    if monitor_id is None:
        found = [monitor for monitor in monitors(client) if monitor["name"] == name]
        if len(found) > 1:
            ids = ", ".join(sorted(str(monitor["config_id"]) for monitor in found))
            raise PlanError(f"{len(found)} monitors have the name {name!r} (id: {ids}): give id.")
        if not found:
            return None
        monitor_id = found[0]["config_id"]
    one: Monitor | None = client.find(fill_path(MONITOR, {"id": monitor_id}), probe=PRIVATE_LOCATIONS)
    return one


def as_options(raw: Monitor) -> Monitor:
    """A monitor in the shape of the options: nested, with one list of ids for each kind of location."""
    view: Monitor = {}
    for key, value in raw.items():
        place, names = view, key.split(".")
        for name in names[:-1]:
            place = place.setdefault(name, {})
        place[names[-1]] = value
    places = raw.get("locations") or []
    view["id"] = raw.get("config_id", raw.get("id"))
    view["locations"] = [item["id"] for item in places if item.get("isServiceManaged")]
    view["private_locations"] = [item["id"] for item in places if not item.get("isServiceManaged")]
    plan = raw.get("schedule")
    if isinstance(plan, dict):
        view["schedule"] = plan["number"] if plan.get("unit", "m") == "m" else f"{plan['number']}{plan['unit']}"
    return view


@dataclass(frozen=True)
class Places:
    """Finds the ids of locations that may be given by id or label. ``warn`` takes a text for the person who runs it."""

    client: KibanaClient
    check_mode: bool
    warn: Callable[[str], None]

    def resolve(self, params: Monitor, current: Monitor | None) -> Monitor:
        """The options ``locations`` and ``private_locations`` with ids. Raises :class:`PlanError`."""
        stored = (current or {}).get("locations") or []
        done = {}
        if params["locations"] is not None:
            known = [item for item in stored if item.get("isServiceManaged")]
            done["locations"] = self._ids(params["locations"], known, self._public)
        if params["private_locations"] is not None:
            known = [item for item in stored if not item.get("isServiceManaged")]
            done["private_locations"] = self._ids(params["private_locations"], known, self._private)
        return done

    def _ids(self, names: list[str], known: list[Monitor], look_up: Callable[[str], str]) -> list[str]:
        """The ids of what is given, each once; only what the monitor does not have yet is looked up."""
        return list(dict.fromkeys(_among(known, name) or look_up(name) for name in names))

    def _public(self, name: str) -> str:
        if name in SHORT_NAMES:
            return SHORT_NAMES[name]
        try:
            listed = self.client.cached("synthetics locations", lambda: self.client.get(ALL_LOCATIONS))["locations"]
        except KibanaError as error:
            if error.status not in (400, 403, 404):
                raise
            return name  # Kibana knows the ids itself
        return _among([item for item in listed if item.get("isServiceManaged")], name) or name

    def _private(self, name: str) -> str:
        wanted = name.lower()
        found = _among(
            self.client.reads.search(
                Listing(PRIVATE_LOCATIONS),
                lambda item: wanted in (str(item.get("id", "")).lower(), str(item.get("label", "")).lower()),
                reference=True,
            ),
            name,
        )
        if found is not None:
            return found
        message = f"private_locations: there is no private location {name!r} in this space"
        if not self.check_mode:
            raise PlanError(f"{message}: create it first, or correct its label or id.")
        self.warn(f"{message} yet; its id is {KNOWN_AFTER_APPLY}.")
        return KNOWN_AFTER_APPLY


def _among(places: list[Monitor], name: str) -> str | None:
    """The id of the location with this id or label, of which case does not count."""
    wanted = name.lower()
    for key in ("id", "label"):
        for item in places:
            if str(item.get(key, "")).lower() == wanted:
                return str(item["id"])
    return None
