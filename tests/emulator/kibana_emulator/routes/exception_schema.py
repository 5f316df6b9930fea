# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Request schemas of exception lists and items (reference security F)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from ..schema import Lenient

NonEmpty = Annotated[str, Field(min_length=1)]
Namespace = Literal["single", "agnostic"]
OsType = Literal["linux", "macos", "windows"]
ListKind = Literal[
    "detection", "rule_default", "endpoint", "endpoint_trusted_apps", "endpoint_trusted_devices", "endpoint_events",
    "endpoint_host_isolation_exceptions", "endpoint_blocklists",
]  # fmt: skip
Operator = Literal["included", "excluded"]


def _namespaces(text: str) -> str:
    for part in text.split(","):
        if part not in ("single", "agnostic"):
            raise ValueError(f"Invalid enum value. Expected 'agnostic' | 'single', received '{part}'")
    return text


Namespaces = Annotated[str, AfterValidator(_namespaces)]


class Match(Lenient):
    """One value."""

    type: Literal["match"]
    field: NonEmpty
    operator: Operator
    value: NonEmpty


class MatchAny(Lenient):
    """One of several values."""

    type: Literal["match_any"]
    field: NonEmpty
    operator: Operator
    value: Annotated[list[NonEmpty], Field(min_length=1)]


class Exists(Lenient):
    """Any value."""

    type: Literal["exists"]
    field: NonEmpty
    operator: Operator


class Wildcard(Lenient):
    """A pattern."""

    type: Literal["wildcard"]
    field: NonEmpty
    operator: Operator
    value: NonEmpty


class ValueList(Lenient):
    """Which value list."""

    id: NonEmpty
    type: NonEmpty


class InList(Lenient):
    """A value of a value list."""

    type: Literal["list"]
    field: NonEmpty
    operator: Operator
    list: ValueList


class Nested(Lenient):
    """Several conditions on one nested object."""

    type: Literal["nested"]
    field: NonEmpty
    entries: Annotated[list[Annotated[Match | MatchAny | Exists, Field(discriminator="type")]], Field(min_length=1)]


Entry = Annotated[Match | MatchAny | Exists | Wildcard | InList | Nested, Field(discriminator="type")]


class NewList(Lenient):
    """POST of a list."""

    list_id: NonEmpty = None
    name: str
    description: str
    type: ListKind
    namespace_type: Namespace = "single"
    os_types: list[OsType] = []
    tags: list[str] = []
    meta: dict[str, Any] = None
    version: Annotated[int, Field(ge=1)] = 1


class ChangedList(NewList):
    """PUT of a list."""

    id: NonEmpty = None
    os_types: list[OsType] = None
    tags: list[str] = None
    version: Annotated[int, Field(ge=1)] = None
    version_token: str = Field(None, alias="_version")


class SharedList(Lenient):
    """POST /api/exceptions/shared."""

    name: NonEmpty
    description: NonEmpty


class Comment(Lenient):
    """A new comment, or with `id` one that is there."""

    id: NonEmpty = None
    comment: NonEmpty


class RuleItem(Lenient):
    """What an item is made of; the list is said elsewhere."""

    item_id: NonEmpty = None
    type: Literal["simple"]
    name: NonEmpty
    description: str
    entries: Annotated[list[Entry], Field(min_length=1)]
    os_types: list[OsType] = []
    tags: list[NonEmpty] = []
    meta: dict[str, Any] = None
    expire_time: str = None
    comments: list[Comment] = []


class NewItem(RuleItem):
    """POST of an item."""

    list_id: NonEmpty
    namespace_type: Namespace = "single"


class ChangedItem(RuleItem):
    """PUT of an item."""

    id: NonEmpty = None
    namespace_type: Namespace = "single"
    version_token: str = Field(None, alias="_version")


class RuleItems(Lenient):
    """POST /api/detection_engine/rules/{id}/exceptions."""

    items: list[RuleItem]


class Selection(Lenient):
    """Query of GET and DELETE."""

    id: NonEmpty = None
    list_id: NonEmpty = None
    item_id: NonEmpty = None
    namespace_type: Namespace = "single"
    filter: str = None


class Find(Lenient):
    """Query of `_find` for lists."""

    filter: str = None
    namespace_type: Namespaces = "single"
    page: Annotated[int, Field(ge=0)] = 1
    per_page: Annotated[int, Field(ge=0)] = 20
    sort_field: str = None
    sort_order: Literal["asc", "desc"] = "asc"


class FindItems(Find):
    """Query of `_find` for items."""

    list_id: NonEmpty
    search: str = None


class Whole(Lenient):
    """Query of `_export`."""

    id: NonEmpty
    list_id: NonEmpty
    namespace_type: Namespace
    include_expired_exceptions: Literal["true", "false"] = "true"


class Duplication(Lenient):
    """Query of `_duplicate`."""

    list_id: NonEmpty
    namespace_type: Namespace
    include_expired_exceptions: Literal["true", "false"] = "true"


class Import(Lenient):
    """Query of `_import`."""

    overwrite: bool = False
    as_new_list: bool = False
