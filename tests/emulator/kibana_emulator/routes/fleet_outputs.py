# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fleet outputs: `/api/fleet/outputs` (reference platform A.2, G.2)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ..errors import CoreError
from ..routing import Context, route
from . import fleet_output_rules as rules
from .fleet_output_bodies import parse_changed, parse_new
from .fleet_output_schema import ES_TYPES
from .fleet_setup import bump_policies

if TYPE_CHECKING:
    from ..core import Emulator

READ = ("fleet-settings-read", "fleet-agent-policies-read")
ALL = ("fleet-settings-all",)
_FLAGS = ("is_default", "is_default_monitoring")
_FORBIDDEN_IN_IDS = ("/", "..", '"', "\\", "(", ")", ";", "'")


def seed(emulator: Emulator) -> None:
    """Make the default output and one from the configuration file, of which only some fields may be edited."""
    outputs = emulator.store("fleet_outputs")
    outputs["fleet-default-output"] = {
        "id": "fleet-default-output", "name": "default", "type": "elasticsearch", "is_default": True,
        "is_default_monitoring": True, "hosts": ["http://localhost:9200"], "preset": "balanced",
    }  # fmt: skip
    outputs["preconfigured-es"] = {
        "id": "preconfigured-es", "name": "Preconfigured", "type": "elasticsearch", "is_default": False,
        "is_default_monitoring": False, "is_preconfigured": True, "allow_edit": ["hosts", "config_yaml"],
        "hosts": ["https://es.example:9200"], "preset": "balanced",
    }  # fmt: skip


@route("GET", "/api/fleet/outputs", requires=READ)
def list_outputs(ctx: Context) -> dict[str, Any]:
    """Everything, the default output first."""
    items = sorted(ctx.shared("fleet_outputs").values(), key=lambda output: not output["is_default"])
    return {"items": items, "total": len(items), "page": 1, "perPage": 10_000}


@route("GET", "/api/fleet/outputs/{outputId}", requires=READ)
def get_output(ctx: Context) -> dict[str, Any]:
    """One output; 404."""
    return {"item": _existing(ctx)}


@route("GET", "/api/fleet/outputs/{outputId}/health", requires=("fleet-settings-read",))
def output_health(ctx: Context) -> dict[str, Any]:
    """There is no agent that could report, so the state is unknown."""
    _existing(ctx)
    return {"state": "UNKNOWN", "message": "", "timestamp": ""}


@route("POST", "/api/fleet/logstash_api_keys", requires=ALL)
def logstash_api_key(ctx: Context) -> dict[str, Any]:
    """Issue a key; never the same twice."""
    key = ctx.emulator.issue_api_key("Fleet Logstash output", ())
    return {"api_key": f"{key['id']}:{key['api_key']}"}


@route("POST", "/api/fleet/outputs", requires=ALL)
def create_output(ctx: Context) -> dict[str, Any]:
    """Create; 400 for a bad body, 409 for an id that is taken."""
    data, outputs = _copy(parse_new(ctx.body)), ctx.shared("fleet_outputs")
    _check_hosts(ctx, data)
    output_id = data.pop("id", None) or ctx.emulator.uuid()
    if ctx.emulator.version >= (9, 4) and any(part in output_id for part in _FORBIDDEN_IN_IDS):
        raise CoreError(400, "[request body.id]: id contains characters that are not allowed")
    if output_id in outputs:
        raise CoreError(409, f"Saved object [ingest-outputs/{output_id}] conflict")
    if data["type"] in ES_TYPES:
        rules.check_preset(data)
        data["preset"] = data.get("preset") or rules.default_preset(data)
        data["hosts"] = [rules.normalise_host(host) for host in data["hosts"]]
    if data["type"] == "kafka":
        rules.fill_kafka(data)
    rules.drop_shipper(data)
    _keep_secrets(ctx, output_id, data, None)
    _move_flags(ctx, output_id, data)
    outputs[output_id] = {"id": output_id, **data}
    return {"item": outputs[output_id]}


@route("PUT", "/api/fleet/outputs/{outputId}", requires=ALL)
def update_output(ctx: Context) -> dict[str, Any]:
    """Merge; every PUT bumps the policies that use the output, whether anything changed or not."""
    data, stored = _copy(parse_changed(ctx.body)), _existing(ctx)
    output_id = stored["id"]
    _check_hosts(ctx, data)
    _check_editable(stored, data)
    if any(stored[flag] and data.get(flag) is False for flag in _FLAGS):
        raise CoreError(
            400,
            f"Default output {output_id} cannot be set to is_default=false or is_default_monitoring=false manually. "
            "Make another output the default first.",
        )
    _prepare_change(ctx, data, stored)
    _keep_secrets(ctx, output_id, data, stored)
    _move_flags(ctx, output_id, data)
    merged = rules.merge(stored, data)
    ctx.shared("fleet_outputs")[output_id] = merged
    bump_policies(ctx, output_id, all_of_them=merged["is_default"] or merged["is_default_monitoring"])
    return {"item": merged}


@route("DELETE", "/api/fleet/outputs/{outputId}", requires=ALL)
def delete_output(ctx: Context) -> dict[str, Any]:
    """Delete with its secrets; policies fall back to the default output. 400 for defaults and preconfigured ones."""
    stored = _existing(ctx)
    output_id = stored["id"]
    if stored.get("is_preconfigured"):
        raise CoreError(400, f"Preconfigured output {output_id} cannot be deleted outside of kibana config file.")
    if stored["is_default"]:
        raise CoreError(400, f"Default output {output_id} cannot be deleted.")
    if stored["is_default_monitoring"]:
        raise CoreError(400, f"Default monitoring output {output_id} cannot be deleted.")
    bump_policies(ctx, output_id, forget=True)
    rules.drop_secrets(ctx, output_id)
    del ctx.shared("fleet_outputs")[output_id]
    return {"id": output_id}


def _copy(data: dict[str, Any]) -> dict[str, Any]:
    return json.loads(json.dumps(data))


def _existing(ctx: Context) -> dict[str, Any]:
    output = ctx.shared("fleet_outputs").get(ctx.path["outputId"])
    if output is None:
        raise CoreError(404, f"Output {ctx.path['outputId']} not found")
    return output


def _check_hosts(ctx: Context, data: dict[str, Any]) -> None:
    if ctx.emulator.version >= (9, 4) and len(data.get("hosts") or ()) > 10:
        raise CoreError(
            400, f"[request body.hosts]: array size is [{len(data['hosts'])}], but cannot be greater than [10]"
        )


def _check_editable(stored: dict[str, Any], data: dict[str, Any]) -> None:
    if not stored.get("is_preconfigured"):
        return
    for key, value in data.items():
        old = stored.get(key)
        if (old or value) and key not in stored.get("allow_edit", ()) and old != value:
            raise CoreError(
                400, f"Preconfigured output {stored['id']} {key} cannot be updated outside of kibana config file."
            )


def _prepare_change(ctx: Context, data: dict[str, Any], stored: dict[str, Any]) -> None:
    """Complete the request with everything that Fleet sets besides."""
    kind = data.get("type") or stored["type"]
    if data.get("type") in ES_TYPES:
        rules.check_preset(data)
    if kind != stored["type"]:
        _check_fleet_server(ctx, data, stored)
        rules.change_type(data, stored)
    rules.clear_omitted(data)
    if kind in ES_TYPES and data.get("hosts"):
        data["hosts"] = [rules.normalise_host(host) for host in data["hosts"]]
    # An omitted preset is computed again from this request alone, so it goes back to balanced.
    if not data.get("preset") and (
        data.get("type") == "elasticsearch" or (kind in ES_TYPES and kind != stored["type"])
    ):
        data["preset"] = rules.default_preset(data)
    rules.drop_shipper(data)


def _check_fleet_server(ctx: Context, data: dict[str, Any], stored: dict[str, Any]) -> None:
    if data["type"] in ES_TYPES:
        return
    packages = ctx.store("fleet_package_policies").values()
    servers = {one for doc in packages if doc["package"]["name"] == "fleet_server" for one in doc["policy_ids"]}
    for policy in ctx.store("fleet_agent_policies").values():
        used = policy.get("data_output_id") or ("default" if stored["is_default"] else None)
        if (policy.get("has_fleet_server") or policy["id"] in servers) and used in ("default", stored["id"]):
            raise CoreError(
                400,
                f"{data['type'].capitalize()} output cannot be used with Fleet Server integration in {policy['name']}. "
                "Please create a new Elasticsearch output.",
            )


def _keep_secrets(ctx: Context, output_id: str, data: dict[str, Any], stored: dict[str, Any] | None) -> None:
    if getattr(ctx.emulator, "fleet_secrets_enabled", True):
        rules.store_secrets(ctx, output_id, data, stored)
    else:
        rules.secrets_as_plain(data)


def _move_flags(ctx: Context, output_id: str, data: dict[str, Any]) -> None:
    """Take a default flag away from its holder when `data` claims it."""
    outputs = ctx.shared("fleet_outputs")
    for flag in _FLAGS:
        if not data.get(flag):
            continue
        for other in list(outputs.values()):
            if other[flag] and other["id"] != output_id:
                outputs[other["id"]] = {**other, flag: False}
