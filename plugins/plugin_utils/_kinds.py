# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of objects that make up a Kibana, in the order in which they depend on each other.

A kind is the name of the module that manages one such object. What may be deleted in bulk, what can be exported and
what marks an object as somebody's own is told here as well, because it is about Kibana as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Many:
    """A module that takes a list of such objects in its ``option``, and returns one entry for each of them.

    They are ``returned`` under that name, which is the option's if empty. ``outside`` are options of an object that
    this module has beside the list, for all of it. An object with one of the options ``alone`` goes to the module for
    one object.
    """

    module: str
    option: str
    outside: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()
    returned: str = ""


@dataclass(frozen=True)
class Kind:
    """One kind of object.

    ``variable`` is the variable of the role kibana_config that lists such objects, ``area`` the tag of its tasks.
    ``labels`` are the options that may name an object for people, the first that is there does. ``many`` manages
    several at once. ``mark`` is the option that can say whose an object is: a list of tags, or ``metadata``.
    """

    module: str
    variable: str
    labels: tuple[str, ...] = ("id", "name")
    many: Many | None = None
    mark: str = ""

    @property
    def area(self) -> str:
        return self.variable.removeprefix("kibana_")


KINDS = (
    Kind("space", "kibana_spaces"),
    Kind("kibana_role", "kibana_roles", ("name",), Many("kibana_roles", "roles", alone=("state",)), "metadata"),
    Kind("connector", "kibana_connectors", ("name", "id")),
    Kind("fleet_proxy", "kibana_fleet_proxies", ("name", "id")),
    Kind("fleet_output", "kibana_fleet_outputs", ("name", "id")),
    Kind("fleet_server_host", "kibana_fleet_server_hosts", ("name", "id")),
    Kind("fleet_agent_download_source", "kibana_fleet_agent_download_sources", ("name", "id")),
    Kind("fleet_package", "kibana_fleet_packages", ("name",)),
    Kind("fleet_agent_policy", "kibana_fleet_agent_policies", ("name", "id")),
    Kind("fleet_package_policy", "kibana_fleet_package_policies", ("name", "id")),
    Kind("fleet_enrollment_api_key", "kibana_fleet_enrollment_api_keys", ("name",)),
    Kind("tag", "kibana_tags", ("name", "id")),
    Kind("data_view", "kibana_data_views", ("name", "title", "id")),
    Kind("saved_objects_import", "kibana_saved_objects", ("src",)),
    Kind("dashboard", "kibana_dashboards", ("id", "title")),
    Kind("value_list", "kibana_value_lists"),
    Kind("exception_list", "kibana_exception_lists", ("list_id",), mark="tags"),
    Kind("exception_items", "kibana_exception_items", ("list_id",)),
    Kind(
        "endpoint_exception_list",
        "kibana_endpoint_exceptions",
        ("item_id",),
        Many("endpoint_exception_list", "items", ("state",), ("items",), "exceptions"),
    ),
    Kind("detection_rule", "kibana_detection_rules", ("rule_id",), Many("detection_rules", "rules"), "tags"),
    Kind("prebuilt_rules", "kibana_prebuilt_rules", ("name",)),
    Kind("alerting_rule", "kibana_alerting_rules", ("name", "id"), mark="tags"),
    Kind("maintenance_window", "kibana_maintenance_windows", ("title", "id")),
    Kind("slo", "kibana_slos", ("name", "id"), mark="tags"),
    Kind("synthetics_private_location", "kibana_synthetics_private_locations", ("label", "id")),
    Kind("synthetics_parameter", "kibana_synthetics_parameters", ("key", "id")),
    Kind("synthetics_monitor", "kibana_synthetics_monitors", ("name", "id"), mark="tags"),
    Kind("case_configuration", "kibana_case_configurations", ("owner",)),
    Kind("apm_agent_configuration", "kibana_apm_agent_configurations", ("service_name",)),
    Kind(
        "ai_anonymization_fields",
        "kibana_ai_anonymization_fields",
        ("field",),
        Many("ai_anonymization_fields", "fields", ("state",)),
    ),
    Kind("ai_prompts", "kibana_ai_prompts", ("name",), Many("ai_prompts", "prompts", ("state",))),
    Kind("ai_knowledge_base", "kibana_ai_knowledge_bases", ("resource",)),
    Kind("ai_knowledge_base_entry", "kibana_ai_knowledge_base_entries", ("name", "id")),
    Kind(
        "asset_criticality",
        "kibana_asset_criticality",
        ("id_value",),
        Many("asset_criticality", "records", ("state",)),
    ),
    Kind("risk_engine", "kibana_risk_engine", ()),
)
BY_MODULE = {kind.module: kind for kind in KINDS}
APPLICABLE = tuple(sorted(BY_MODULE))


def label(kind: str, options: Mapping[str, Any]) -> str:
    """What to call an object, from the options that describe it."""
    names = [str(options[name]) for name in BY_MODULE[kind].labels if options.get(name) not in (None, "")]
    return names[0] if names else kind


def marked(kind: str, options: Mapping[str, Any], owner: str) -> dict[str, Any]:
    """The options of an object with the mark of its owner, where its kind has a place for one."""
    place, mark = BY_MODULE[kind].mark, f"owner:{owner}"
    if place == "metadata":
        return {**options, "metadata": {**(options.get("metadata") or {}), "owner": owner}}
    if place:
        tags = list(options.get(place) or ())
        return {**options, place: tags if mark in tags else [*tags, mark]}
    return dict(options)
