# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the body of a request to the fields of an output, or to a 400 (reference platform A.2)."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from ..errors import CoreError
from ..schema import parse
from .fleet_output_schema import (
    ChangedEs,
    ChangedKafka,
    ChangedLogstash,
    ChangedRemote,
    Kafka,
    NewEs,
    NewKafka,
    NewLogstash,
    NewRemote,
)

_NEW = {"elasticsearch": NewEs, "remote_elasticsearch": NewRemote, "logstash": NewLogstash, "kafka": NewKafka}
_CHANGED = {
    "elasticsearch": ChangedEs,
    "remote_elasticsearch": ChangedRemote,
    "logstash": ChangedLogstash,
    "kafka": ChangedKafka,
}


def parse_new(body: Any) -> dict[str, Any]:
    """Return a POST body with the schema's defaults; raise CoreError 400."""
    kind = body.get("type") if isinstance(body, dict) else None
    data = _dump(_NEW.get(kind if isinstance(kind, str) else "", NewEs), body)
    data.setdefault("is_default", False)
    data.setdefault("is_default_monitoring", False)
    return data


def parse_changed(body: Any) -> dict[str, Any]:
    """Return a PUT body; raise CoreError 400. Without a type the first form that fits is taken, elasticsearch first."""
    kind = body.get("type") if isinstance(body, dict) else None
    if kind is not None or not isinstance(body, dict) or "hosts" in body:
        models: list[type[BaseModel]] = [_CHANGED.get(kind if isinstance(kind, str) else "", ChangedEs)]
    else:
        models = list(_CHANGED.values())
    problems = []
    for model in models:
        try:
            data = _dump(model, body)
        except CoreError as problem:
            problems.append(problem)
            continue
        if model is ChangedKafka:
            data.setdefault("is_default", False)
            data.setdefault("is_default_monitoring", False)
        return data
    raise problems[0]


def _dump(model: type[BaseModel], body: Any) -> dict[str, Any]:
    data = parse(model, body).model_dump(exclude_unset=True)
    if issubclass(model, Kafka):
        _check_kafka(data)
    _check_doubles(data)
    return data


def _check_kafka(data: dict[str, Any]) -> None:
    """The conditions between siblings that the plain types cannot say."""
    _conditional(data, "compression_level", data.get("compression") == "gzip", "number")
    _conditional(data, "connection_type", data.get("auth_type") == "none", "string")
    _conditional(data, "username", data.get("auth_type") == "user_pass", "string")
    if data.get("password") and not data.get("username"):
        raise CoreError(400, "[request body.password]: a value wasn't expected to be present")
    if data.get("auth_type") == "user_pass" and not (
        data.get("password") or (data.get("secrets") or {}).get("password")
    ):
        raise CoreError(400, "[request body.password]: expected value of type [string] but got [undefined]")


def _conditional(data: dict[str, Any], key: str, wanted: bool, kind: str) -> None:
    if wanted and data.get(key) is None:
        raise CoreError(400, f"[request body.{key}]: expected value of type [{kind}] but got [undefined]")
    if not wanted and data.get(key) is not None:
        raise CoreError(400, f"[request body.{key}]: a value wasn't expected to be present")


def _check_doubles(data: dict[str, Any]) -> None:
    secrets = data.get("secrets") or {}
    pairs = (
        ("ssl.key", (data.get("ssl") or {}).get("key"), (secrets.get("ssl") or {}).get("key")),
        ("password", data.get("password"), secrets.get("password")),
        ("service_token", data.get("service_token"), secrets.get("service_token")),
        ("kibana_api_key", data.get("kibana_api_key"), secrets.get("kibana_api_key")),
    )
    for name, plain, secret in pairs:
        if plain and secret:
            raise CoreError(400, f"Cannot specify both {name} and secrets.{name}")
