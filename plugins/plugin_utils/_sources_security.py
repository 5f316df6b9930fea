# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the objects of the Security solution are listed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

from ansible_collections.stackops.kibana.plugins.module_utils import _ai_assistant as assistant
from ansible_collections.stackops.kibana.plugins.module_utils import _asset_criticality as criticality
from ansible_collections.stackops.kibana.plugins.module_utils import _endpoint_exceptions as endpoint
from ansible_collections.stackops.kibana.plugins.module_utils import _exceptions as exceptions
from ansible_collections.stackops.kibana.plugins.module_utils import _prebuilt_rules as prebuilt
from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient, fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule import TYPE_DEFAULTS
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_actions import frequency
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_find import read_rules
from ansible_collections.stackops.kibana.plugins.module_utils._exception_items import LISTS, read_items
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource
from ansible_collections.stackops.kibana.plugins.module_utils._value_list import Work
from ansible_collections.stackops.kibana.plugins.plugin_utils._export import Exported, Template, options_of
from ansible_collections.stackops.kibana.plugins.plugin_utils._source import (
    Needs,
    Raw,
    Source,
    is_managed,
    module_of,
    where_there,
    without,
)

# What Kibana gives a new rule that says nothing of it.
EMPTY = (
    *("actions", "author", "exceptions_list", "false_positives", "references", "related_integrations"),
    *("required_fields", "risk_score_mapping", "severity_mapping", "tags", "threat"),
)
USUAL_RULE: dict[str, Any] = {
    "interval": "5m",
    "from": "now-6m",
    "to": "now",
    "max_signals": 100,
    "setup": "",
    "version": 1,
    **{name: [] for name in EMPTY},
}
USUAL_OF_TYPE = {"threat_match": {"threat_indicator_path": "threat.indicator"}}
USUAL_FREQUENCY = frequency(None)
MOST_VALUES = 1000  # of a value list that are written among its options
FIELDS = ("host.name", "user.name", "service.name")


def _detection_rules(client: KibanaClient, resource: Resource) -> Iterable[Raw]:
    """All rules of the space but those that Kibana's own packages bring."""
    return (rule for rule in read_rules(client, (), lambda rule: True).values() if not rule["immutable"])


def _finish_rule(client: KibanaClient, raw: Raw, exported: Exported) -> None:
    """Leave out what a new rule would get anyway, and the ids that another Kibana would give."""
    options = exported.options
    without(options, {**USUAL_RULE, **TYPE_DEFAULTS.get(raw["type"], {}), **USUAL_OF_TYPE.get(raw["type"], {})})
    for action in options.get("actions") or ():
        action.pop("uuid", None)
        if action.get("frequency") == USUAL_FREQUENCY:
            del action["frequency"]
    for entry in options.get("exceptions_list") or ():
        entry.pop("id", None)


def _rules_need(options: Mapping[str, Any]) -> Needs:
    yield "data_view", options.get("data_view_id")
    for action in options.get("actions") or ():
        yield "connector", action.get("id")
    for entry in options.get("exceptions_list") or ():
        yield "exception_list", entry.get("list_id")
        yield "exception_items", entry.get("list_id")
        if entry.get("list_id") == endpoint.LIST_ID:
            yield "endpoint_exception_list", endpoint.LIST_ID


def _prebuilt(client: KibanaClient, resource: Resource) -> Iterable[Raw]:
    """One selection of the installed rules that are on, one of those that are off."""
    installed = prebuilt.read_installed(client)
    for enabled in (True, False):
        chosen = sorted(key for key, rule in installed.items() if rule["enabled"] is enabled)
        if chosen:
            yield {"rule_id": chosen, "install": True, "enable": enabled}


def _prebuilt_options() -> Resource:
    options = module_of("prebuilt_rules").OPTIONS
    return Resource(result_key="rules", options={name: options[name] for name in ("install", "enable", "rule_id")})


def _value_lists(client: KibanaClient, resource: Resource) -> Iterable[Raw]:
    return client.pages(f"{LISTS.replace('exception_', '')}/_find", items="data", size_name="per_page")


def _finish_value_list(client: KibanaClient, raw: Raw, exported: Exported) -> None:
    """The values, in a file of their own where they are many."""
    values = sorted(Work(client, raw["id"], raw["type"], (), False, 1).read())
    if len(values) <= MOST_VALUES:
        exported.options["items"] = values
        return
    name = f"value_lists/{client.settings.space or 'default'}/{quote(raw['id'], safe='')}.txt"
    exported.files[name] = "".join(f"{value}\n" for value in values)
    exported.options["items_src"] = Template(f"{{{{ kibana_files }}}}/{name}")


def _exception_lists(client: KibanaClient, resource: Resource) -> Iterable[Raw]:
    """The lists of both namespaces, but for that of Endpoint, which is a kind of its own."""
    params = {"namespace_type": "single,agnostic"}
    found = client.pages(f"{LISTS}/_find", items="data", size_name="per_page", params=params)
    return (one for one in found if one["list_id"] != endpoint.LIST_ID)


def _is_agnostic(raw: Raw, space: str) -> bool:
    return raw.get("namespace_type") == "agnostic"


def _exception_items(client: KibanaClient, resource: Resource) -> Iterable[Raw]:
    """A list with its items, for each list that has any."""
    lists = list(_exception_lists(client, resource))
    groups: dict[tuple[str, str], list[Raw]] = {(one["namespace_type"], one["list_id"]): [] for one in lists}
    for item in read_items(client, list(groups)) if groups else ():
        groups[item["namespace_type"], item["list_id"]].append(_exception_item(item))
    for one in lists:
        items = groups[one["namespace_type"], one["list_id"]]
        if items:
            yield {**one, "items": sorted(items, key=lambda item: str(item["item_id"]))}


def _exception_item(raw: Raw) -> Raw:
    """An item as options, without the tag that Kibana itself gives it."""
    options = options_of(
        exceptions.ITEM_RESOURCE, exceptions.decode(raw, exceptions.ITEM_OPTIONS), ("item_id",)
    ).options
    tags = [tag for tag in options.pop("tags", ()) if not tag.startswith(exceptions.OWNER_TAG)]
    return {**options, **({"tags": tags} if tags else {})}


def _items_options() -> Resource:
    options = module_of("exception_items").LIST
    return Resource(
        result_key="lists", options={name: options[name] for name in ("list_id", "namespace_type", "items")}
    )


def _items_need(options: Mapping[str, Any]) -> Needs:
    yield "exception_list", options.get("list_id")
    for item in options.get("items") or ():
        for entry in item.get("entries") or ():
            yield "value_list", (entry.get("list") or {}).get("id")


def _endpoint_exceptions(client: KibanaClient, resource: Resource) -> Iterable[Raw]:
    if endpoint.read_list(client) is None:
        return []
    return [endpoint.decode(item) for item in endpoint.read_items(client).values()]


def _finish_endpoint(client: KibanaClient, raw: Raw, exported: Exported) -> None:
    tags = [tag for tag in exported.options.pop("tags", ()) if not tag.startswith(exceptions.OWNER_TAG)]
    if tags:
        exported.options["tags"] = tags


def _of_assistant(kind: str) -> Source:
    """Fields and prompts of the assistant."""

    def listed(client: KibanaClient, resource: Resource) -> Iterable[Raw]:
        return assistant.find(client, module_of(kind).KIND.path, resource.key)

    key = {"ai_prompts": "name"}.get(kind, "field")
    return Source((key,), where_there(listed), shown=SHOWN[kind], resource=lambda: module_of(kind).KIND.resource)


def _knowledge_base(client: KibanaClient, resource: Resource) -> Iterable[Raw]:
    """The knowledge base of a space, where it is set up: entries need it, so it is waited for."""
    status = client.get(fill_path(module_of("ai_knowledge_base").PATH, {"resource": "user"}))
    if status.get("elser_exists"):
        yield {"resource": "user", "ignoreSecurityLabs": not status.get("security_labs_exists"), "wait": True}


def _knowledge_base_options() -> Resource:
    options = module_of("ai_knowledge_base").OPTIONS
    names = ("resource", "ignoreSecurityLabs", "wait")
    return Resource(result_key="knowledge_base", options={name: options[name] for name in names})


def _knowledge(client: KibanaClient, resource: Resource) -> Iterable[Raw]:
    """The entries of people, without Elastic's articles."""
    query = {"sort_field": "created_at", "sort_order": "asc"}
    module, found, page, full = module_of("ai_knowledge_base_entry"), {}, 0, True
    while full:
        page += 1
        data = client.get(module.FIND, params={**query, "page": page, "per_page": module.PAGE})["data"]
        items = [item for item in data if item["id"] != module.LABS]
        full = len(items) >= module.PAGE and not {item["id"] for item in items} <= set(found)
        found.update({item["id"]: item for item in items})
    return [item for item in found.values() if item.get("kbResource") in (None, "user")]


def _finish_knowledge(client: KibanaClient, raw: Raw, exported: Exported) -> None:
    without(exported.options, module_of("ai_knowledge_base_entry").FILLED.get(raw["type"], {}))


def _criticality(client: KibanaClient, resource: Resource) -> Iterable[Raw]:
    module = module_of("asset_criticality")
    for key, record in criticality.place(client).everything(module.FIELDS).items():
        field, value = key.split(":", 1)
        yield {"id_field": field, "id_value": value, "criticality_level": record[criticality.LEVEL]}


def _criticality_options() -> Resource:
    return Resource(result_key="records", options=module_of("asset_criticality").RECORD)


def _risk_engine(client: KibanaClient, resource: Resource) -> Iterable[Raw]:
    found = module_of("risk_engine").find(SimpleNamespace(client=client))
    return [found] if found else []


def _finish_risk_engine(client: KibanaClient, raw: Raw, exported: Exported) -> None:
    exported.options["state"] = "enabled" if raw["risk_engine_status"] == "ENABLED" else "disabled"


SHOWN = {"ai_anonymization_fields": ("allowed", "anonymized"), "ai_prompts": ()}
SOURCES: dict[str, Source] = {
    "value_list": Source(listed=_value_lists, finish=_finish_value_list),
    "exception_list": Source(
        ("list_id", "namespace_type"), _exception_lists, shared=_is_agnostic, managed=lambda raw: bool(raw["immutable"])
    ),
    "exception_items": Source(
        ("list_id", "namespace_type"),
        _exception_items,
        managed=lambda raw: bool(raw["immutable"]),
        shared=_is_agnostic,
        resource=_items_options,
        refers=_items_need,
        needs=("exception_list", "value_list"),
        removable=False,
    ),
    "endpoint_exception_list": Source(
        ("item_id",), _endpoint_exceptions, shared=lambda raw, space: True, finish=_finish_endpoint
    ),
    "detection_rule": Source(
        ("rule_id",),
        _detection_rules,
        shown=("enabled",),
        finish=_finish_rule,
        refers=_rules_need,
        needs=("connector", "exception_list", "exception_items", "endpoint_exception_list", "data_view"),
    ),
    "prebuilt_rules": Source((), _prebuilt, resource=_prebuilt_options, removable=False),
    "ai_anonymization_fields": _of_assistant("ai_anonymization_fields"),
    "ai_prompts": _of_assistant("ai_prompts"),
    "ai_knowledge_base": Source(
        ("resource",), where_there(_knowledge_base), resource=_knowledge_base_options, removable=False
    ),
    "ai_knowledge_base_entry": Source(
        ("name",),
        where_there(_knowledge),
        hushed=("id",),
        finish=_finish_knowledge,
        managed=is_managed,
        refers=lambda options: [("ai_knowledge_base", "user")],
        needs=("ai_knowledge_base",),
    ),
    "asset_criticality": Source(
        ("id_field", "id_value"), where_there(_criticality), resource=_criticality_options, shown=("criticality_level",)
    ),
    "risk_engine": Source(
        (), where_there(_risk_engine), finish=_finish_risk_engine, managed=lambda raw: False, removable=False
    ),
}
