# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the objects of each kind are listed, and how one of them becomes a task's options. Reads, never writes."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient, fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._connector import LIST as CONNECTORS
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_find import read_rules
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource
from ansible_collections.stackops.kibana.plugins.plugin_utils import _export, _kinds

MODULES = "ansible_collections.stackops.kibana.plugins.modules"
# Fields that say, in one kind of object or another, that Kibana itself or its configuration file decides the object.
MANAGED = ("_reserved", "immutable", "is_managed", "is_preconfigured", "is_system_action", "managed")

Raw = dict[str, Any]


@dataclass(frozen=True)
class Source:
    """How to read one kind.

    ``listed(client, resource)`` gives the objects as the module's ``find`` would; without it they are those of the
    resource's collection. ``identity`` are the options that name an object, and stay in the options in any case.
    ``managed(raw)`` says that the object is not for users to change. ``finish(client, raw, exported)`` may complete
    the options. ``refers(options)`` names what the object needs, as pairs of kind and id or name.
    """

    identity: tuple[str, ...] = ("id",)
    listed: Callable[[KibanaClient, Resource], Iterable[Raw]] | None = None
    managed: Callable[[Raw], bool] | None = None
    finish: Callable[[KibanaClient, Raw, _export.Exported], None] | None = None
    refers: Callable[[Mapping[str, Any]], Iterable[tuple[str, Any]]] | None = None


@dataclass(frozen=True)
class Found:
    """An object of Kibana: what names it, what a task would say of it, and whether it is for users to change."""

    kind: str
    identity: dict[str, Any]
    options: dict[str, Any]
    managed: bool
    in_space: bool = True
    secrets: list[_export.Path] = field(default_factory=list)


def resource_of(kind: str) -> Resource:
    """The description of a kind's objects, which stands in its module."""
    resource: Resource = importlib.import_module(f"{MODULES}.{kind}").RESOURCE
    return resource


def in_space(kind: str) -> bool:
    """Whether such objects belong to a space."""
    return resource_of(kind).in_space


def references(found: Found) -> Iterable[tuple[str, str]]:
    """What an object needs, as pairs of kind and id or name."""
    refers = SOURCES[found.kind].refers
    return [(kind, str(name)) for kind, name in (refers(found.options) if refers else ()) if name]


def objects(client: KibanaClient, kind: str) -> Iterable[Found]:
    """Every object of a kind in the client's space, in a stable order. Raises ``KibanaError``."""
    source, resource = SOURCES[kind], resource_of(kind)
    found = [_found(client, kind, source, resource, raw) for raw in (source.listed or _collection)(client, resource)]
    return sorted(found, key=lambda one: str(list(one.identity.values())))


def _found(client: KibanaClient, kind: str, source: Source, resource: Resource, raw: Raw) -> Found:
    view = resource.decode(raw) if resource.decode else raw
    exported = _export.options_of(resource, view, keep=source.identity)
    if source.finish:
        source.finish(client, raw, exported)
    identity = {name: exported.options[name] for name in source.identity if name in exported.options}
    managed = (source.managed or is_managed)(raw)
    return Found(kind, identity, exported.options, managed, resource.in_space, exported.secrets)


def is_managed(raw: Mapping[str, Any]) -> bool:
    """Whether an object says that it is not for users to change."""
    metadata = raw.get("metadata")
    return any(raw.get(name) for name in MANAGED) or bool(isinstance(metadata, Mapping) and metadata.get("_reserved"))


def _collection(client: KibanaClient, resource: Resource) -> Iterable[Raw]:
    """The resource's collection, each object read by itself where an entry of the list does not have all of it."""
    entries = client.pages(
        resource.collection, items=resource.list_envelope, size_name=resource.page_size, in_space=resource.in_space
    )
    for entry in entries:
        yield entry if resource.list_is_complete else _read(client, resource, entry)


def _read(client: KibanaClient, resource: Resource, entry: Raw) -> Raw:
    answer: Any = client.get(fill_path(resource.item, entry), in_space=resource.in_space)
    raw: Raw = answer[resource.envelope] if resource.envelope else answer
    return raw


def _connectors(client: KibanaClient, resource: Resource) -> Iterable[Raw]:
    return client.pages(CONNECTORS)


def _policies_need(options: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    return [("fleet_proxy", options.get("proxy_id"))]


def _rules_need(options: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    for action in options.get("actions") or ():
        yield "connector", action.get("id")
    for entry in options.get("exceptions_list") or ():
        yield "exception_list", entry.get("list_id")
        yield "exception_items", entry.get("list_id")


def _detection_rules(client: KibanaClient, resource: Resource) -> Iterable[Raw]:
    """All rules of the space but those that Kibana's own packages bring."""
    return (rule for rule in read_rules(client, (), lambda rule: True).values() if not rule["immutable"])


SOURCES: dict[str, Source] = {
    "space": Source(),
    "kibana_role": Source(("name",)),
    "connector": Source(listed=_connectors),
    "detection_rule": Source(("rule_id",), _detection_rules, refers=_rules_need),
    "fleet_proxy": Source(),
    "fleet_output": Source(refers=_policies_need),
    "fleet_server_host": Source(refers=_policies_need),
    "fleet_agent_download_source": Source(refers=_policies_need),
}
KINDS = [kind for kind in _kinds.KINDS if kind.module in SOURCES]
# What others may refer to: read where references are followed, whatever the areas.
REFERRED = ("connector", "fleet_proxy", "fleet_output", "exception_list", "exception_items", "value_list", "data_view")
