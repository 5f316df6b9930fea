# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How one kind of object is read, as data, and the usual ways to list it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient, fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource
from ansible_collections.stackops.kibana.plugins.plugin_utils import _export

MODULES = "ansible_collections.stackops.kibana.plugins.modules"
# Fields that say, in one kind of object or another, that Kibana itself or its configuration file decides the object.
MANAGED = ("_reserved", "immutable", "is_managed", "is_preconfigured", "is_system_action", "managed")

Raw = dict[str, Any]
Needs = Iterable[tuple[str, Any]]


@dataclass(frozen=True)
class Source:
    """How to read one kind.

    ``identity`` are the options that name an object; they and those ``shown`` stay in the options in any case, those
    ``hushed`` never do, and those ``verbatim`` stay as Kibana gives them. ``listed(client, resource)`` gives the
    objects as the module's ``find`` would; without it they are those of the resource's collection. ``managed(raw)``
    says that the object is not for users to change. ``shared(raw, space)`` says that other spaces have the same object.
    ``described(client, raw)`` is the description of one object where the kind's is not enough, ``resource()`` that of
    the kind where its module has none. ``finish(client, raw, exported)`` may complete the options. ``refers(options)``
    names what the object needs, as pairs of kind and id or name; ``needs`` are the kinds that may be among them.
    ``removable``: one object of the kind can be deleted.
    """

    identity: tuple[str, ...] = ("id",)
    listed: Callable[[KibanaClient, Resource], Iterable[Raw]] | None = None
    shown: tuple[str, ...] = ()
    hushed: tuple[str, ...] = ()
    verbatim: tuple[str, ...] = ()
    managed: Callable[[Raw], bool] | None = None
    shared: Callable[[Raw, str], bool] | None = None
    resource: Callable[[], Resource] | None = None
    described: Callable[[KibanaClient, Raw], Resource] | None = None
    finish: Callable[[KibanaClient, Raw, _export.Exported], None] | None = None
    refers: Callable[[Mapping[str, Any]], Needs] | None = None
    needs: tuple[str, ...] = ()
    removable: bool = True


@dataclass(frozen=True)
class Found:
    """An object of Kibana: what names it, what a task would say of it, and whether it is for users to change.

    ``files`` are texts that the options refer to, by their path among the files of an export. A ``shared`` object is
    the same in every space that has it. ``aliases`` are further names by which others may refer to it.
    """

    kind: str
    identity: dict[str, Any]
    options: dict[str, Any]
    managed: bool
    in_space: bool = True
    secrets: list[_export.Path] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    shared: bool = False
    aliases: list[str] = field(default_factory=list)


def module_of(kind: str) -> Any:
    """The module that manages a kind."""
    return importlib.import_module(f"{MODULES}.{kind}")


def is_managed(raw: Mapping[str, Any]) -> bool:
    """Whether an object says that it is not for users to change."""
    metadata = raw.get("metadata")
    return any(raw.get(name) for name in MANAGED) or bool(isinstance(metadata, Mapping) and metadata.get("_reserved"))


def collection(client: KibanaClient, resource: Resource) -> Iterable[Raw]:
    """The resource's collection, each object read by itself where an entry of the list does not have all of it."""
    entries = client.pages(
        resource.collection, items=resource.list_envelope, size_name=resource.page_size, in_space=resource.in_space
    )
    for entry in entries:
        yield entry if resource.list_is_complete else read(client, resource, entry)


def entries(client: KibanaClient, resource: Resource) -> Iterable[Raw]:
    """The entries of the resource's collection as they are."""
    return client.pages(
        resource.collection, items=resource.list_envelope, size_name=resource.page_size, in_space=resource.in_space
    )


def read(client: KibanaClient, resource: Resource, entry: Raw) -> Raw:
    """One object by itself."""
    answer: Any = client.get(fill_path(resource.item, entry), in_space=resource.in_space)
    raw: Raw = answer[resource.envelope] if resource.envelope else answer
    return raw


def where_there(listed: Callable[[KibanaClient, Resource], Iterable[Raw]]) -> Callable[..., Iterable[Raw]]:
    """The same list, empty where this Kibana does not have the feature."""

    def found(client: KibanaClient, resource: Resource) -> Iterable[Raw]:
        try:
            return list(listed(client, resource))
        except KibanaError as error:
            if error.status != 404:
                raise
            return []

    return found


def without(options: dict[str, Any], usual: Mapping[str, Any]) -> None:
    """Take out of *options* what has its usual value."""
    for name, value in usual.items():
        if name in options and options[name] == value:
            del options[name]
