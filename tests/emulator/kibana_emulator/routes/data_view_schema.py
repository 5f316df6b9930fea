# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Schemas of data views (reference platform F.2)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from ..schema import OMITTED, Lenient, Strict

Primitive = Literal["keyword", "long", "double", "date", "ip", "boolean", "geo_point"]


class Format(Strict):
    """How the values of a field are shown."""

    id: str = OMITTED
    params: Any = None


class Script(Strict):
    """A script of a runtime field."""

    source: str


class SubField(Strict):
    """A field within a composite one."""

    type: Primitive
    format: Format = OMITTED
    customLabel: str = OMITTED
    customDescription: str = Field(OMITTED, max_length=300)
    popularity: int | float = Field(OMITTED, ge=0)


class RuntimeField(Strict):
    """A runtime field."""

    type: Primitive | Literal["composite"]
    script: Script = OMITTED
    fields: dict[str, SubField] = OMITTED
    format: Format = OMITTED
    customLabel: str = OMITTED
    customDescription: str = Field(OMITTED, max_length=300)
    popularity: int | float = Field(OMITTED, ge=0)


class Filter(Strict):
    """A field that Discover hides."""

    value: str
    clientId: str | int = OMITTED


class Attributes(Strict):
    """What a field is called."""

    customLabel: str = OMITTED
    customDescription: str = Field(OMITTED, max_length=300)
    count: int | float = OMITTED


class FieldSpec(Lenient):
    """A field of a request; all but scripted ones are computed."""

    name: str
    type: str = "string"


class Update(Strict):
    """The data view in the body of an update."""

    title: str = OMITTED
    type: str = OMITTED
    typeMeta: dict[str, Any] = OMITTED
    timeFieldName: str = OMITTED
    sourceFilters: list[Filter] = OMITTED
    fieldFormats: dict[str, Format] = OMITTED
    fields: dict[str, FieldSpec] = OMITTED
    allowNoIndex: bool = OMITTED
    runtimeFieldMap: dict[str, RuntimeField] = OMITTED
    name: str = OMITTED


class Create(Update):
    """The data view in the body of a create."""

    title: str
    version: str = OMITTED
    id: str = OMITTED
    fieldAttrs: dict[str, Attributes] = OMITTED
    namespaces: list[str] = OMITTED
    allowHidden: bool = OMITTED


class CreateBody(Strict):
    """Body of a create."""

    override: bool = False
    refresh_fields: bool = False
    data_view: Create


class UpdateBody(Strict):
    """Body of an update."""

    refresh_fields: bool = False
    data_view: Update


class FieldUpdate(Strict):
    """New attributes of a field; null takes one away."""

    customLabel: str | None = Field(None, min_length=1)
    customDescription: str | None = Field(None, min_length=1, max_length=300)
    count: int | float | None = None
    format: Format | None = None


class FieldsBody(Strict):
    """Body of an update of fields."""

    fields: dict[str, FieldUpdate]


class DefaultBody(Strict):
    """Body that sets the default data view of a space."""

    data_view_id: str | None = Field(min_length=1)
    force: bool = False
