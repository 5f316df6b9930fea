# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects of each kind, as the options of tasks. Reads, never writes."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource
from ansible_collections.stackops.kibana.plugins.plugin_utils import (
    _export,
    _kinds,
    _sources_fleet,
    _sources_platform,
    _sources_security,
    _sources_synthetics,
)
from ansible_collections.stackops.kibana.plugins.plugin_utils._source import (
    Found,
    Raw,
    Source,
    collection,
    is_managed,
    module_of,
)

__all__ = ["KINDS", "SOURCES", "Found", "in_space", "is_managed", "objects", "reachable", "references", "resource_of"]

SOURCES: dict[str, Source] = {
    **_sources_platform.SOURCES,
    **_sources_fleet.SOURCES,
    **_sources_security.SOURCES,
    **_sources_synthetics.SOURCES,
}
KINDS = [kind for kind in _kinds.KINDS if kind.module in SOURCES]


def resource_of(kind: str) -> Resource:
    """The description of a kind's objects, which stands in its module or in its source."""
    own = SOURCES[kind].resource
    resource: Resource = own() if own else module_of(kind).RESOURCE
    return resource


def in_space(kind: str) -> bool:
    """Whether such objects belong to a space."""
    return resource_of(kind).in_space


def references(found: Found) -> Iterable[tuple[str, str]]:
    """What an object needs, as pairs of kind and id or name."""
    refers = SOURCES[found.kind].refers
    return [(kind, str(name)) for kind, name in (refers(found.options) if refers else ()) if name]


def reachable(kinds: Iterable[str]) -> set[str]:
    """These kinds, and all that objects of them may need."""
    found, waiting = set(), list(kinds)
    while waiting:
        kind = waiting.pop()
        if kind not in found and kind in SOURCES:
            found.add(kind)
            waiting += SOURCES[kind].needs
    return found


def objects(client: KibanaClient, kind: str) -> Iterable[Found]:
    """Every object of a kind in the client's space, in a stable order. Raises ``KibanaError``."""
    source, resource = SOURCES[kind], resource_of(kind)
    found = [_found(client, kind, source, resource, raw) for raw in (source.listed or collection)(client, resource)]
    return sorted(found, key=lambda one: str(list(one.identity.values())))


def _found(client: KibanaClient, kind: str, source: Source, resource: Resource, raw: Raw) -> Found:
    resource = source.described(client, raw) if source.described else resource
    view = resource.decode(raw) if resource.decode else raw
    exported = _export.options_of(resource, view, (*source.identity, *source.shown), source.verbatim)
    if source.finish:
        source.finish(client, raw, exported)
    identity = {name: exported.options[name] for name in source.identity if name in exported.options}
    kept = {name: value for name, value in exported.options.items() if name not in source.hushed}
    return Found(
        kind,
        identity,
        {**identity, **kept},
        (source.managed or is_managed)(raw),
        resource.in_space,
        exported.secrets,
        exported.files,
        bool(source.shared and source.shared(raw, client.settings.space or "default")),
        exported.aliases,
    )
