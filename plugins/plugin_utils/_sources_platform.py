# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the objects of Kibana itself, and of Observability, are listed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils import _alerting_rule as alerting
from ansible_collections.stackops.kibana.plugins.module_utils import _dashboard as dashboards
from ansible_collections.stackops.kibana.plugins.module_utils import _saved_objects as saved
from ansible_collections.stackops.kibana.plugins.module_utils._apm import CONFIGURATIONS
from ansible_collections.stackops.kibana.plugins.module_utils._case_configuration import CONFIGURE
from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient, fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._connector import LIST as CONNECTORS
from ansible_collections.stackops.kibana.plugins.module_utils._data_view import COLLECTION, ITEM, default_id
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError
from ansible_collections.stackops.kibana.plugins.module_utils._maintenance_window import as_seconds
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource
from ansible_collections.stackops.kibana.plugins.plugin_utils._connector_secrets import secrets_of
from ansible_collections.stackops.kibana.plugins.plugin_utils._export import Exported, Template
from ansible_collections.stackops.kibana.plugins.plugin_utils._source import (
    Needs,
    Raw,
    Source,
    entries,
    is_managed,
    module_of,
    where_there,
    without,
)

# Rules of the Security solution are detection rules, whose module is another one.
SECURITY = "siem"
PANELS = ("panels", "filters", "pinned_panels", "controlGroupInput")
# What no other kind covers, and Kibana lets people export and import.
SAVED_TYPES = (
    *("canvas-workpad", "event-annotation-group", "graph-workspace", "lens", "links", "map"),
    *("osquery-pack", "osquery-saved-query", "query", "search", "url", "visualization"),
)
# The types of saved objects that others refer to, by the kinds that manage them.
KINDS_OF_TYPES = {"index-pattern": "data_view", "tag": "tag", "dashboard": "dashboard", "action": "connector"}
UNITS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))
DATA_VIEW_KEYS = ("data_view_id", "dataViewId", "index_pattern_id", "indexPatternId")
SAVED_OBJECT_KEYS = ("savedObjectId", "saved_object_id", "ref_id")


def _connectors(client: KibanaClient, resource: Resource) -> Iterable[Raw]:
    return client.pages(CONNECTORS)


def _finish_connector(client: KibanaClient, raw: Raw, exported: Exported) -> None:
    """Ask for the secrets that the type needs: Kibana shows none."""
    for name in secrets_of(raw["connector_type_id"], raw.get("config") or {}):
        exported.ask("secrets", name)


def _data_views(client: KibanaClient, resource: Resource) -> Iterable[Raw]:
    usual = ""
    for number, entry in enumerate(client.pages(COLLECTION, items="data_view")):
        usual = usual if number else default_id(client)
        view = client.get(fill_path(ITEM, entry))["data_view"]
        yield {**view, "default": True} if view["id"] == usual else view


def _finish_data_view(client: KibanaClient, raw: Raw, exported: Exported) -> None:
    if exported.options.get("namespaces") == [client.settings.space or "default"]:
        del exported.options["namespaces"]


def _in_several(raw: Raw, space: str) -> bool:
    return raw.get("namespaces") not in (None, [space])


def _dashboards(client: KibanaClient, resource: Resource) -> Iterable[Raw]:
    try:
        shape = dashboards.shape_of(client)
    except PlanError:
        return
    for entry in dashboards.listed(client, shape, {}):
        identity = (entry.get("item") or entry)["id"]
        yield client.get(fill_path(shape.item, {"id": identity}))


def _finish_dashboard(client: KibanaClient, raw: Raw, exported: Exported) -> None:
    usual = dashboards.shape_of(client).defaults
    without(exported.options, {name: value for name, value in usual.items() if name != "options"})


def _is_managed_dashboard(raw: Raw) -> bool:
    return bool(dashboards.decode(raw)["meta"].get("managed"))


def _dashboards_need(options: Mapping[str, Any]) -> Needs:
    for tag in options.get("tags") or ():
        yield "tag", tag
    for reference in options.get("references") or ():
        yield KINDS_OF_TYPES.get(reference["type"], "saved_objects_import"), reference["id"]
    for key, value in _texts_within([options.get(name) for name in PANELS]):
        if key in DATA_VIEW_KEYS:
            yield "data_view", value
        elif key in SAVED_OBJECT_KEYS:
            yield "saved_objects_import", value


def _texts_within(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a nested value, with the key that it stands under."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _texts_within(item, str(name))
    elif isinstance(value, list):
        for item in value:
            yield from _texts_within(item, key)
    elif isinstance(value, str):
        yield key, value


def _saved_objects(client: KibanaClient, resource: Resource) -> Iterable[Raw]:
    """The saved objects of the space that no other kind covers, as one file."""
    items = [item for item in _saved_of(client, SAVED_TYPES) if not item.get("managed")]
    try:
        dashboards.shape_of(client)
    except PlanError:
        items += [item for item in _saved_of(client, ("dashboard",)) if not item.get("managed")]
    if items:
        yield {"src": f"saved_objects/{client.settings.space or 'default'}.ndjson", "objects": saved.stable(items)}


def _saved_of(client: KibanaClient, types: tuple[str, ...]) -> list[saved.Saved]:
    """All objects of those of the types that this Kibana knows."""
    body = {"type": list(types), "excludeExportDetails": True}
    try:
        items, _unused = saved.parse("the export", client.text("POST", saved.EXPORT, json=body))
    except KibanaError as error:
        if error.status != 400:
            raise
        return [] if len(types) == 1 else [item for one in types for item in _saved_of(client, (one,))]
    return items


def _finish_saved(client: KibanaClient, raw: Raw, exported: Exported) -> None:
    exported.files[raw["src"]] = saved.lines(raw["objects"])
    exported.aliases += [str(item["id"]) for item in raw["objects"]]
    exported.options["src"] = Template(f"{{{{ kibana_files }}}}/{raw['src']}")


def _saved_options() -> Resource:
    return Resource(result_key="objects", options={"src": module_of("saved_objects_import").OPTIONS["src"]})


def _alerting_rules(client: KibanaClient, resource: Resource) -> Iterable[Raw]:
    for rule in client.pages(alerting.FIND, items="data", size_name="per_page"):
        if rule["consumer"] != SECURITY:
            yield client.get(fill_path(alerting.ITEM, rule))


def _finish_alerting_rule(client: KibanaClient, raw: Raw, exported: Exported) -> None:
    """Leave out ids that another Kibana would give, and what goes for the rule where its actions have their own."""
    options, actions = exported.options, exported.options.get("actions") or []
    for action in actions:
        action.pop("uuid", None)
    if options.get("mute_all"):
        options.pop("muted_alert_ids", None)
    if any("frequency" in action for action in actions):
        options.pop("notify_when", None)
        options.pop("throttle", None)


def _alerting_rules_need(options: Mapping[str, Any]) -> Needs:
    for action in options.get("actions") or ():
        yield "connector", action.get("id")
    for dashboard in (options.get("artifacts") or {}).get("dashboards") or ():
        yield "dashboard", dashboard["id"]
    parameters = options.get("params") or {}
    search = parameters.get("searchConfiguration")
    yield "data_view", search.get("index") if isinstance(search, Mapping) else None
    yield "slo", parameters.get("sloId")


def _finish_window(client: KibanaClient, raw: Raw, exported: Exported) -> None:
    """Kibana writes durations with fractions, and takes none."""
    custom = (exported.options.get("schedule") or {}).get("custom") or {}
    seconds = as_seconds(custom.get("duration"))
    if seconds:
        size, unit = next((size, unit) for size, unit in UNITS if seconds % size == 0)
        custom["duration"] = f"{round(seconds / size)}{unit}"


def _case_configurations(client: KibanaClient, resource: Resource) -> Iterable[Raw]:
    return client.get(CONFIGURE)


def _case_configurations_need(options: Mapping[str, Any]) -> Needs:
    yield "connector", (options.get("connector") or {}).get("id")
    for template in options.get("templates") or ():
        yield "connector", ((template.get("caseFields") or {}).get("connector") or {}).get("id")


def _apm_configurations(client: KibanaClient, resource: Resource) -> Iterable[Raw]:
    return client.get(CONFIGURATIONS, in_space=False)["configurations"]


SOURCES: dict[str, Source] = {
    "space": Source(),
    # What Kibana cannot translate it does not show, and so nobody can write it again.
    "kibana_role": Source(("name",), managed=lambda raw: is_managed(raw) or bool(raw.get("_transform_error"))),
    "connector": Source(listed=_connectors, finish=_finish_connector),
    "tag": Source(listed=entries),
    "data_view": Source(listed=_data_views, shared=_in_several, finish=_finish_data_view),
    "saved_objects_import": Source(
        ("src",), _saved_objects, resource=_saved_options, finish=_finish_saved, removable=False
    ),
    "dashboard": Source(
        listed=_dashboards,
        verbatim=PANELS,
        managed=_is_managed_dashboard,
        finish=_finish_dashboard,
        refers=_dashboards_need,
        needs=("tag", "data_view", "saved_objects_import"),
    ),
    "alerting_rule": Source(
        listed=_alerting_rules,
        shown=("enabled",),
        finish=_finish_alerting_rule,
        refers=_alerting_rules_need,
        needs=("connector", "data_view", "dashboard", "slo"),
    ),
    "maintenance_window": Source(
        ("title",),
        where_there(entries),
        hushed=("id",),
        finish=_finish_window,
        managed=lambda raw: is_managed(raw) or raw.get("status") == "archived",
    ),
    "slo": Source(
        listed=where_there(entries),
        refers=lambda options: [("data_view", options["indicator"]["params"].get("dataViewId"))],
        needs=("data_view",),
    ),
    "case_configuration": Source(
        ("owner",), _case_configurations, refers=_case_configurations_need, needs=("connector",), removable=False
    ),
    "apm_agent_configuration": Source(("service_name", "service_environment"), _apm_configurations),
}
