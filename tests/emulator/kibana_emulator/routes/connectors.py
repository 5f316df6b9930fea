# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connectors and their types (reference security C and J.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field

from .. import connector_params
from ..auth import digest
from ..connector_types import TYPES, validated
from ..errors import CoreError
from ..messages import encode
from ..routing import Context, route
from ..schema import Strict, parse

if TYPE_CHECKING:
    from ..core import Emulator

ITEM = "/api/actions/connector/{id}"
MAX_ID = 36
UNREACHABLE = "unreachable"


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError(f"value '{text}' is not valid")
    return text


class Update(Strict):
    """Body of an update: config and secrets that are left out are reset."""

    name: Annotated[str, AfterValidator(_not_blank)]
    config: dict[str, Any] = {}
    secrets: dict[str, Any] = {}


class Create(Update):
    """Body of a create."""

    connector_type_id: str


class Execute(Strict):
    """Body of `_execute`."""

    params: dict[str, Any]


class TypesQuery(Strict):
    """Query of the list of types."""

    feature_id: str | None = Field(None)


def seed(emulator: Emulator) -> None:
    """Create one preconfigured connector and the system ones."""
    emulator.store("preconfigured_connectors")["preconfigured-log"] = {
        "id": "preconfigured-log",
        "name": "Preconfigured server log",
        "connector_type_id": ".server-log",
    }
    system = emulator.store("system_connectors")
    for type_id, kind in TYPES.items():
        if kind.system:
            system[f"system-connector-{type_id}"] = {"name": kind.name, "connector_type_id": type_id}


@route("POST", "/api/actions/connector", versioned=False)
@route("POST", "/api/actions/connector/", versioned=False)
@route("POST", ITEM, versioned=False)
def create_connector(ctx: Context) -> dict[str, Any]:
    """Create a connector under the caller's id or a new one."""
    wanted = _body(Create, ctx)
    type_id = wanted.connector_type_id
    if not ctx.user.allows("actions:all"):
        raise CoreError(403, f'Unauthorized to create a "{type_id}" action')
    connector_id = ctx.path.get("id") or ctx.emulator.uuid()
    if connector_id in ctx.shared("preconfigured_connectors") or connector_id in ctx.shared("system_connectors"):
        raise CoreError(400, f"This {connector_id} already exists in a preconfigured action.")
    if type_id not in TYPES:
        raise CoreError(400, f'Action type "{type_id}" is not registered.')
    if TYPES[type_id].system:
        raise CoreError(400, f"System action creation is forbidden. Action type: {type_id}.")
    config, secrets = validated(type_id, wanted.config, wanted.secrets, ctx.emulator.version)
    if connector_id in ctx.store("connectors"):
        raise CoreError(409, f"Saved object [action/{connector_id}] conflict")
    return _keep(ctx, connector_id, type_id, wanted.name, config, secrets)


@route("PUT", ITEM, versioned=False)
def update_connector(ctx: Context) -> dict[str, Any]:
    """Replace name, config and secrets."""
    wanted = _body(Update, ctx)
    _authorize(ctx, "update", "actions:all")
    connector_id = ctx.path["id"]
    if connector_id in ctx.shared("system_connectors"):
        raise CoreError(400, f"System action {connector_id} can not be updated.")
    if connector_id in ctx.shared("preconfigured_connectors"):
        text = "can not be updated." if ctx.emulator.version >= (9, 0) else "is not allowed to update."
        raise CoreError(400, f"Preconfigured action {connector_id} {text}")
    type_id = _stored(ctx)["connector_type_id"]
    config, secrets = validated(type_id, wanted.config, wanted.secrets, ctx.emulator.version)
    return _keep(ctx, connector_id, type_id, wanted.name, config, secrets)


@route("GET", ITEM, versioned=False)
def get_connector(ctx: Context) -> dict[str, Any]:
    """Return one connector."""
    _authorize(ctx, "get", "actions:read")
    return _shown(ctx, _visible(ctx))


@route("GET", "/api/actions/connectors", versioned=False)
def list_connectors(ctx: Context) -> list[dict[str, Any]]:
    """Return the connectors of the space and the preconfigured ones, but no system connector, sorted by name."""
    _authorize(ctx, "get", "actions:read")
    connectors = [*ctx.store("connectors").values(), *ctx.shared("preconfigured_connectors").values()]
    rules = [*ctx.store("rules").values(), *ctx.store("detection_rules").values()]
    used = [action.get("id") for rule in rules for action in _actions(rule)]
    shown = [{**_shown(ctx, item), "referenced_by_count": used.count(item["id"])} for item in connectors]
    return sorted(shown, key=lambda item: (item["name"].casefold(), item["name"]))


@route("DELETE", ITEM, versioned=False)
def delete_connector(ctx: Context) -> None:
    """Delete a connector; rules that refer to it are not asked."""
    _authorize(ctx, "delete", "actions:all")
    connector_id = ctx.path["id"]
    for store, kind in (("system_connectors", "System"), ("preconfigured_connectors", "Preconfigured")):
        if connector_id in ctx.shared(store):
            raise CoreError(400, f"{kind} action {connector_id} is not allowed to delete.")
    _stored(ctx)
    del ctx.store("connectors")[connector_id]


@route("GET", "/api/actions/connector_types", versioned=False)
def list_types(ctx: Context) -> list[dict[str, Any]]:
    """Return the connector types; needs no privilege."""
    wanted = parse(TypesQuery, ctx.query, "request query").feature_id
    recent = ctx.emulator.version >= (9, 0)
    return [
        {
            "id": type_id,
            "name": kind.name,
            "enabled": True,
            "enabled_in_config": True,
            "enabled_in_license": True,
            "minimum_license_required": kind.licence,
            "supported_feature_ids": list(kind.features),
            "is_system_action_type": kind.system,
            **({"is_deprecated": False} if recent else {}),
        }
        for type_id, kind in TYPES.items()
        if (wanted is None and not kind.system) or wanted in kind.features
    ]


@route("POST", ITEM + "/_execute", versioned=False, refresh=False)
def execute(ctx: Context) -> dict[str, Any]:
    """Run a connector: 200 for success and failure alike. Each run is kept in the collection `executions`."""
    params = parse(Execute, ctx.body).params
    _authorize(ctx, "execute", "actions:read")
    connector = _visible(ctx)
    answer: dict[str, Any] = {"connector_id": connector["id"]}
    type_id = connector["connector_type_id"]
    try:
        full = connector_params.validated(type_id, params)
    except CoreError as problem:
        return {**answer, "status": "error", "message": problem.message, "retry": False, "errorSource": "user"}
    answer.update(connector.pop("next_execute", None) or _result(ctx, connector, full))
    runs = ctx.store("executions")
    run = {"id": connector["id"], "type": type_id, "params": params, "status": answer["status"]}
    runs[str(len(runs) + 1)] = run
    return answer


def _result(ctx: Context, connector: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
    addresses = [connector["name"], *(text for text in connector.get("config", {}).values() if isinstance(text, str))]
    if any(UNREACHABLE in text for text in addresses):
        message = "an error occurred while running the action"
        detail = "getaddrinfo ENOTFOUND unreachable"
        return {"status": "error", "message": message, "service_message": detail, "retry": True, "errorSource": "user"}
    data = connector_params.canned(connector["connector_type_id"], connector, params, ctx.emulator.now())
    return {"status": "ok"} if data is None else {"status": "ok", "data": data}


def _body(model: type[Any], ctx: Context) -> Any:
    connector_id = ctx.path.get("id", "")
    if len(connector_id) > MAX_ID:
        length = len(connector_id)
        raise CoreError(
            400, f"[request params.id]: value has length [{length}] but it must have a maximum length of [{MAX_ID}]."
        )
    wanted = parse(model, ctx.body)
    for part in ("config", "secrets"):
        _refuse_blank(getattr(wanted, part), f"request body.{part}")
    return wanted


def _refuse_blank(value: Any, path: str) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            _refuse_blank(item, f"{path}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _refuse_blank(item, f"{path}.{index}")
    elif isinstance(value, str) and not value.strip():
        raise CoreError(400, f"[{path}]: value '{value}' is not valid")


def _authorize(ctx: Context, verb: str, privilege: str) -> None:
    if not (ctx.user.allows(privilege) or ctx.user.allows("actions:all")):
        raise CoreError(403, f"Unauthorized to {verb} actions")


def _stored(ctx: Context) -> dict[str, Any]:
    connector = ctx.store("connectors").get(ctx.path["id"])
    if connector is None:
        raise CoreError(404, f"Saved object [action/{ctx.path['id']}] not found")
    return connector


def _visible(ctx: Context) -> dict[str, Any]:
    return ctx.shared("preconfigured_connectors").get(ctx.path["id"]) or _stored(ctx)


def _actions(rule: Any) -> list[dict[str, Any]]:
    return rule.get("actions") or [] if isinstance(rule, dict) else []


def _keep(
    ctx: Context, connector_id: str, type_id: str, name: str, config: dict[str, Any], secrets: dict[str, Any]
) -> dict[str, Any]:
    """Store the connector; of its secrets only what tells two of them apart."""
    kept = {key: digest(f"{connector_id}{encode(value)!r}")[:16] for key, value in secrets.items() if value is not None}
    connector = {
        "id": connector_id,
        "name": name,
        "connector_type_id": type_id,
        "config": config,
        "secrets": kept,
        "is_missing_secrets": False,
    }
    ctx.store("connectors")[connector_id] = connector
    return _shown(ctx, connector)


def _shown(ctx: Context, connector: dict[str, Any]) -> dict[str, Any]:
    answer = {key: connector[key] for key in ("id", "name", "config", "connector_type_id") if key in connector}
    answer["is_preconfigured"] = connector["id"] in ctx.shared("preconfigured_connectors")
    answer["is_deprecated"] = False
    if not answer["is_preconfigured"]:
        answer["is_missing_secrets"] = connector["is_missing_secrets"]
    answer["is_system_action"] = False
    if ctx.emulator.version >= (9, 0):
        answer["is_connector_type_deprecated"] = False
    return answer
