# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Contract checker: compares every exchange with the OpenAPI documents of Kibana when they are at hand.

Off without the environment variable KIBANA_OPENAPI_DIR, the folder with `kibana-8.18.yaml` and
`kibana-fleet-9.1.json`. Only exchanges that ended in 2xx are compared: others are wrong on purpose. A violation names
places and rules, never values, which may be secret.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import openapi_exceptions
from .messages import Incoming, Outcome

if TYPE_CHECKING:
    from .routing import Route

VARIABLE = "KIBANA_OPENAPI_DIR"
# The official document first: the other one is derived from a client's types.
DOCUMENTS = ("kibana-8.18.yaml", "kibana-fleet-9.1.json")
_BASE = "urn:kibana:document"
_ANY_SPACE = "/s/{spaceId}"

Operation = dict[str, Any]


def from_environment() -> Checker | None:
    """Return the checker, None without KIBANA_OPENAPI_DIR."""
    folder = os.environ.get(VARIABLE)
    return _checker(folder) if folder else None


@cache
def _checker(folder: str) -> Checker:
    return Checker(Path(folder))


class Checker:
    """Finds the operation of an exchange and validates both bodies against its schemas."""

    def __init__(self, folder: Path) -> None:
        self.documents = [_load(folder / name) for name in DOCUMENTS]
        self._operations: dict[tuple[str, int], list[tuple[list[str], int, Operation]]] = {}
        self._validators: dict[tuple[int, str], Any] = {}
        for number, document in enumerate(self.documents):
            for template, item in document["paths"].items():
                self._index(number, template.removeprefix(_ANY_SPACE), item)

    def _index(self, number: int, template: str, item: dict[str, Any]) -> None:
        segments = template.split("/")
        for method, operation in item.items():
            if isinstance(operation, dict):
                known = self._operations.setdefault((method.upper(), len(segments)), [])
                known.append((segments, number, operation))
                known.sort(key=lambda entry: [segment.startswith("{") for segment in entry[0]])

    def find(self, method: str, path: str) -> tuple[int, Operation] | None:
        """Return (number of the document, operation) of a path without base path and space."""
        given = path.split("/")
        for segments, number, operation in self._operations.get((method, len(given)), ()):
            if all(want.startswith("{") or want == got for want, got in zip(segments, given, strict=True)):
                return number, operation
        return None

    def check(self, entry: Route, path: str, request: Incoming, outcome: Outcome) -> list[dict[str, Any]]:
        """Return the violations of one exchange."""
        found = self.find(entry.method, path) if 200 <= outcome.status < 300 else None
        if found is None:
            return []
        number, operation = found
        problems = []
        if request.raw and not entry.multipart:
            problems += self._validate(number, operation, "request", operation.get("requestBody"), request.raw)
        responses = operation.get("responses", {})
        if str(outcome.status) in responses:
            problems += self._validate(number, operation, "response", responses[str(outcome.status)], outcome.body)
        elif any(status.startswith("2") for status in responses):
            problems.append({"part": "response", "where": "", "rule": "status", "expected": sorted(responses)})
        kept = [problem for problem in problems if not openapi_exceptions.excused(entry, problem)]
        return [{"method": entry.method, "path": path, "status": outcome.status, **problem} for problem in kept]

    def _validate(
        self, number: int, operation: Operation, part: str, holder: dict[str, Any] | None, raw: bytes
    ) -> list[dict[str, Any]]:
        validator = self._validator(number, operation, part, holder or {})
        if validator is None:
            return []
        try:
            value = json.loads(raw)
        except ValueError:
            return [{"part": part, "where": "", "rule": "json", "expected": "a JSON text"}]
        return [_violation(part, error) for error in validator.iter_errors(value)]

    def _validator(self, number: int, operation: Operation, part: str, holder: dict[str, Any]) -> Any:
        key = (id(holder), part)
        if key not in self._validators:
            content = holder.get("content", {})
            schema = next(
                (entry.get("schema") for mime, entry in content.items() if mime.startswith("application/json")), None
            )
            self._validators[key] = _compile(schema, self.documents[number]) if schema else None
        return self._validators[key]


def _compile(schema: dict[str, Any], document: dict[str, Any]) -> Any:
    """Return a validator of `schema`, whose references point into `document`."""
    from jsonschema import Draft4Validator
    from referencing import Registry, Resource, Specification

    resource = Resource(contents=document, specification=Specification.OPAQUE)
    return Draft4Validator(schema, registry=Registry().with_resource(_BASE, resource))


def _violation(part: str, error: Any) -> dict[str, Any]:
    """Return where and which rule; of a union the problem of the variant that came closest."""
    while error.context:
        error = max(error.context, key=lambda item: (len(item.absolute_path), item.validator != "type"))
    where = ".".join(str(step) for step in error.absolute_path)
    rule = error.validator
    expected = error.validator_value if rule in ("type", "enum", "minLength", "maxLength", "pattern") else None
    if rule == "required":
        expected = sorted(set(error.validator_value) - set(error.instance))
    if rule == "additionalProperties":
        expected = "none of " + ", ".join(sorted(set(error.instance) - set(error.schema.get("properties", {}))))
    return {"part": part, "where": where, "rule": rule, "expected": expected}


def _load(path: Path) -> dict[str, Any]:
    """Return the document as JSON schemas; the result is cached, as parsing and converting takes seconds."""
    source = path.read_bytes()
    mark = hashlib.sha256(source + Path(__file__).read_bytes()).hexdigest()[:20]
    cached = Path(tempfile.gettempdir()) / f"kibana-emulator-{os.getuid()}-{mark}.json"
    if cached.exists() and cached.stat().st_uid == os.getuid():
        return json.loads(cached.read_bytes())
    document = to_json_schema(json.loads(source) if path.suffix == ".json" else _yaml(source))
    with tempfile.NamedTemporaryFile("w", dir=cached.parent, delete=False) as partial:
        json.dump(document, partial)
    Path(partial.name).replace(cached)
    return document


def _yaml(source: bytes) -> Any:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return json.loads(json.dumps(yaml.load(source, Loader=loader), default=str))


def to_json_schema(node: Any) -> Any:
    """Return OpenAPI 3.0 schemas as JSON schemas of draft 4.

    `oneOf` becomes `anyOf`: Kibana takes the first variant that fits and does not mind a second one. Where both stand
    side by side, `anyOf` is the generator's way to write "anything" and is dropped. `nullable` becomes null. What is
    no list of names under `required` is a slip of the document and goes.
    """
    if isinstance(node, list):
        return [to_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    schema = {key: to_json_schema(value) for key, value in node.items()}
    if isinstance(schema.get("$ref"), str):
        schema["$ref"] = _BASE + schema["$ref"].removeprefix(_BASE)
    if isinstance(schema.get("oneOf"), list):
        schema["anyOf"] = schema.pop("oneOf")
    if isinstance(schema.get("required"), (list, bool)):
        names = schema.pop("required")
        schema["required"] = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
        if not schema["required"]:
            del schema["required"]
    if schema.get("required", ()) is None:
        del schema["required"]
    if schema.get("type") == "objects":  # another slip
        schema["type"] = "object"
    if schema.get("nullable") is True:
        schema = _with_null(schema)
    return schema


def _with_null(schema: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in schema.items() if key != "nullable"}
    if isinstance(kept.get("type"), str):
        kept["type"] = [kept["type"], "null"]
    if isinstance(kept.get("enum"), list) and None not in kept["enum"]:
        kept["enum"] = [*kept["enum"], None]
    for union in ("anyOf", "allOf"):
        if isinstance(kept.get(union), list):
            rest = {key: value for key, value in kept.items() if key != union}
            return {"anyOf": [{"enum": [None]}, {**rest, union: kept[union]}]}
    if "$ref" in kept:
        return {"anyOf": [{"enum": [None]}, {"$ref": kept["$ref"]}]}
    return kept
