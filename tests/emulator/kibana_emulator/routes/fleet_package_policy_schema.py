# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies and queries of package policies in both formats (reference platform A.9, A.9.1)."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from ..schema import Strict

_PERMISSION = re.compile(r"^(logs|metrics|traces|synthetics|profiling)-")


class SecretRef(Strict):
    """A reference to a stored secret."""

    id: str
    isSecretRef: bool


Value = bool | str | int | float | list[str] | list[int | float] | SecretRef | None


class SimpleStream(Strict):
    """A stream in the simplified format."""

    enabled: bool = None
    vars: dict[str, Value] = None


class SimpleInput(SimpleStream):
    """An input in the simplified format."""

    streams: dict[str, SimpleStream] = None


class Package(Strict):
    """`package`."""

    name: str
    version: str
    title: str = None
    requires_root: bool = None
    experimental_data_stream_features: list[dict[str, Any]] = None


class _Common(Strict):
    id: str = None
    name: str
    description: str = None
    namespace: Annotated[str, Field(pattern=r'^[^A-Z*\\/?"<>|\s,#:-]*$')] = None
    policy_id: str | None = None
    policy_ids: list[str] = None
    output_id: str | None = None
    supports_agentless: bool | None = None
    additional_datastreams_permissions: list[str] | None = None
    force: bool = None

    @field_validator("additional_datastreams_permissions")
    @classmethod
    def _permissions(cls, value: list[str] | None) -> list[str] | None:
        for item in value or ():
            if not _PERMISSION.match(item):
                raise ValueError(f"{item} is not a valid datastream permissions")
        return value


class Simple(_Common):
    """A new package policy in the simplified format, and an update in it."""

    package: Package
    vars: dict[str, Value] = None
    inputs: dict[str, SimpleInput] = None


class Record(Strict):
    """A variable in the long format."""

    type: str = None
    value: Any = None
    frozen: bool = None


class LongStream(Strict):
    """A stream in the long format."""

    id: str = None
    enabled: bool
    data_stream: dict[str, Any]
    vars: dict[str, Record] = None


class LongInput(Strict):
    """An input in the long format."""

    id: str = None
    type: str
    policy_template: str = None
    enabled: bool
    vars: dict[str, Record] = None
    streams: list[LongStream] = []


class Long(_Common):
    """A new package policy in the long format."""

    package: Package = None
    enabled: bool = True
    inputs: list[LongInput]
    vars: dict[str, Record] = None
    overrides: dict[str, Any] | None = None
    spaceIds: list[str] = None


class LongUpdate(Long):
    """An update in the long format: everything may be left out."""

    name: str = None
    enabled: bool = None
    inputs: list[LongInput] = None
    version: str = None


class FindPackagePolicies(Strict):
    """Query of the list."""

    page: Annotated[int, Field(ge=1)] = 1
    perPage: Annotated[int, Field(ge=0)] = 20
    sortField: str = "updated_at"
    sortOrder: Literal["asc", "desc"] = "desc"
    kuery: str = ""
    showUpgradeable: bool = False
    withAgentCount: bool = False
    format: Literal["simplified", "legacy"] = "legacy"


class FormatQuery(Strict):
    """Query of one."""

    format: Literal["simplified", "legacy"] = "legacy"


class DeleteQuery(Strict):
    """Query of a deletion."""

    force: bool = False


class Ids(Strict):
    """Body of an upgrade."""

    packagePolicyIds: list[str]


class DryRun(Ids):
    """Body of a dry run; the version is taken and has no effect."""

    packageVersion: str = None
