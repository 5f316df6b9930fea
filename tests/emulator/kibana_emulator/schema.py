# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Request schemas: pydantic models whose first error becomes Kibana's 400 text."""

from __future__ import annotations

from collections.abc import Mapping
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError
from werkzeug.datastructures import MultiDict

from .errors import CoreError, EmulatorError

Model = TypeVar("Model", bound=BaseModel)

# Default of a field that may be left out but not be null: `name: str = OMITTED`.
OMITTED: Any = None


class Strict(BaseModel):
    """A schema that refuses unknown keys (Kibana's config-schema objects); values are not coerced in bodies."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True)


class Lenient(BaseModel):
    """A schema that drops unknown keys (zod objects); values are not coerced in bodies."""

    model_config = ConfigDict(extra="ignore", strict=True, populate_by_name=True)


def parse(
    model: type[Model],
    data: Any,
    where: str = "request body",
    error: type[EmulatorError] = CoreError,
    style: str = "config",
) -> Model:
    """Return `data` as an instance of `model`; raise `error` with status 400 at the first problem.

    A MultiDict (query string) is flattened and its texts are coerced: booleans and numbers are written as text there.
    style: `config` gives `[request body.name]: ...`, `zod` gives `[request body]: name: ...`.
    """
    is_query = isinstance(data, MultiDict)
    value = flatten(data) if is_query else data
    if not isinstance(value, Mapping):
        raise error(400, f"[{where}]: expected a plain object value, but found [{js_type(value)}] instead.")
    try:
        return model.model_validate(value, strict=False if is_query else None)
    except ValidationError as problem:
        first = problem.errors(include_url=False)[0]
    raise error(400, message(model, first, where, style))


def flatten(query: MultiDict[str, str]) -> dict[str, Any]:
    """Return a query as a dict: a repeated key becomes a list, a single one stays a text."""
    return {key: values[0] if len(values) == 1 else values for key, values in query.lists()}


def message(model: type[BaseModel], problem: Mapping[str, Any], where: str, style: str) -> str:
    """Return Kibana's text for one pydantic error."""
    path = ".".join(str(part) for part in problem["loc"])
    if style == "zod":
        text = "Required" if problem["type"] == "missing" else problem["msg"].removeprefix("Value error, ")
        return f"[{where}]: {path}: {text}" if path else f"[{where}]: {text}"
    name = f"{where}.{path}" if path else where
    return f"[{name}]: {_text(model, problem, name)}"


def js_type(value: Any) -> str:
    """Return the name that Kibana gives to the type of a JSON value."""
    if value is None:
        return "null"
    for kinds, name in ((bool, "boolean"), ((int, float), "number"), (str, "string"), (list, "Array")):
        if isinstance(value, kinds):
            return name
    return "Object"


_EXPECTED = {
    "string_type": "string", "bool_type": "boolean", "bool_parsing": "boolean", "int_type": "number",
    "int_parsing": "number", "float_type": "number", "float_parsing": "number", "list_type": "array",
    "dict_type": "object", "model_type": "object", "model_attributes_type": "object", "mapping_type": "object",
}  # fmt: skip

_LIMITS = {
    "string_too_short": "value has length [{length}] but it must have a minimum length of [{min_length}].",
    "string_too_long": "value has length [{length}] but it must have a maximum length of [{max_length}].",
    "too_short": "array size is [{length}], but cannot be smaller than [{min_length}]",
    "too_long": "array size is [{length}], but cannot be greater than [{max_length}]",
    "greater_than_equal": "Value must be equal to or greater than [{ge}].",
    "less_than_equal": "Value must be equal to or lower than [{le}].",
}


def _text(model: type[BaseModel], problem: Mapping[str, Any], name: str) -> str:
    kind, given, limits = problem["type"], problem.get("input"), problem.get("ctx", {})
    if kind == "missing":
        return f"expected value of type [{expected_type(model, problem['loc'])}] but got [undefined]"
    if kind == "extra_forbidden":
        return "definition for this key is missing"
    if kind in _EXPECTED:
        return f"expected value of type [{_EXPECTED[kind]}] but got [{js_type(given)}]"
    if kind == "literal_error":
        choices = [choice.strip("'") for choice in limits["expected"].replace(" or ", ", ").split(", ")]
        lines = [f"- [{name}.{index}]: expected value to equal [{choice}]" for index, choice in enumerate(choices)]
        return "\n".join(["types that failed validation:", *lines])
    if kind in _LIMITS:
        length = len(given) if isinstance(given, (str, list, dict)) else 0
        return _LIMITS[kind].format(**{**limits, "length": length})
    return problem["msg"].removeprefix("Value error, ")


def expected_type(model: type[BaseModel], path: tuple[Any, ...]) -> str:
    """Return Kibana's name of the type that `model` wants at `path`."""
    annotation: Any = model
    for part in path:
        annotation = _step(_variant(annotation), part)
    return _type_name(_variant(annotation))


def _variant(annotation: Any) -> Any:
    """Return the first variant of a union that is not None: Kibana names that one."""
    if get_origin(annotation) in (Union, UnionType):
        return next((item for item in get_args(annotation) if item is not type(None)), annotation)
    return annotation


def _step(annotation: Any, part: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = {field.alias or name: field for name, field in annotation.model_fields.items()}
        return fields[part].annotation if part in fields else Any
    arguments = get_args(annotation)
    return arguments[-1] if arguments else Any


def _type_name(annotation: Any) -> str:
    origin = get_origin(annotation) or annotation
    if origin is Literal:
        return js_type(get_args(annotation)[0])
    for kind, name in ((bool, "boolean"), ((int, float), "number"), (str, "string"), (list, "array")):
        if isinstance(origin, type) and issubclass(origin, kind):
            return name
    return "object" if isinstance(origin, type) and issubclass(origin, (dict, BaseModel)) else "any"
