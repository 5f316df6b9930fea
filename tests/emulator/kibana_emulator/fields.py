# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Short notation for the many small schemas of connectors: a dict of field name to (type, default)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, create_model

from .errors import CoreError
from .schema import OMITTED, Strict, parse

Fields = dict[str, Any]


def texts(names: str, **others: Any) -> Fields:
    """Return text fields for `names` (`url* note`: a star is required), and `others` as (type, default)."""
    listed = {name.rstrip("*"): (str, ... if name.endswith("*") else OMITTED) for name in names.split()}
    return {**listed, **others}


def nullable(names: str) -> Fields:
    """Return text fields that Kibana fills with null."""
    return dict.fromkeys(names.split(), (str | None, None))


def choice(*values: str) -> Any:
    """Return the type of one of `values`."""
    return Literal[values]


def model(fields: Fields, name: str = "Model") -> type[Strict]:
    """Return a strict schema of these fields; a nested dict is a nested schema, optional with the key `name?`."""
    built: Fields = {}
    for key, field in fields.items():
        if isinstance(field, dict):
            nested = model(field, f"{name}_{key.rstrip('?')}")
            field = (nested, OMITTED if key.endswith("?") else ...)
        # Some of Kibana's names (`class`, `schema`) are taken in Python or pydantic: every field has an alias.
        plain = key.rstrip("?")
        built[f"field_{plain}"] = (field[0], Field(field[1], alias=plain))
    return create_model(name, __base__=Strict, **built)


def filled(schema: type[Strict], data: Any, prefix: str) -> dict[str, Any]:
    """Return `data` with the defaults of `schema`; raise CoreError 400 with `prefix` and the first problem."""
    try:
        parsed = parse(schema, data, "")
    except CoreError as problem:
        text = problem.message.replace("[.", "[").removeprefix("[]: ")
        raise CoreError(400, f"{prefix}: {text}") from None
    return dump(parsed)


def dump(parsed: Strict) -> dict[str, Any]:
    """Return the values, without the fields that were left out and have no default."""
    values = parsed.model_dump(by_alias=True)
    for name, field in type(parsed).model_fields.items():
        left_out = name not in parsed.model_fields_set and field.default is None
        if left_out and type(None) not in getattr(field.annotation, "__args__", ()):
            del values[field.alias or name]
        elif isinstance(getattr(parsed, name), Strict):
            values[field.alias or name] = dump(getattr(parsed, name))
    return values
