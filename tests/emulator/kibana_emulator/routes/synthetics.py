# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters and private locations of Synthetics: `/api/synthetics` (reference platform F.6)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from ..errors import CoreError
from ..fields import dump
from ..routing import Context, route
from ..schema import OMITTED, Strict, parse

if TYPE_CHECKING:
    from ..core import Emulator

BASE = "/api/synthetics"
READ, WRITE = ("uptime-read", "uptime-write"), ("uptime-write",)
PARAMS, LOCATIONS, MONITORS = "synthetics_params", "synthetics_private_locations", "synthetics_monitors"
Object = dict[str, Any]
Text = Annotated[str, Field(min_length=1)]


class Param(Strict):
    """Body of a create of a parameter."""

    key: Text
    value: Text
    description: str = OMITTED
    tags: list[str] = OMITTED
    share_across_spaces: bool = OMITTED


class ParamChange(Strict):
    """Body of a change of a parameter."""

    key: Text = OMITTED
    value: Text = OMITTED
    description: str = OMITTED
    tags: list[str] = OMITTED


class Ids(Strict):
    """Body of deletions."""

    ids: Annotated[list[str], Field(min_length=1)]


class Geo(Strict):
    """A place."""

    lat: float
    lon: float


class Location(Strict):
    """Body of a create of a private location."""

    label: str
    agentPolicyId: str
    tags: list[str] = OMITTED
    geo: Geo = OMITTED
    spaces: list[str] = OMITTED


class LocationChange(Strict):
    """Body of a change of a private location."""

    label: Text = OMITTED


def params_of(ctx: Context) -> list[Object]:
    """Return the parameters that the space sees."""
    return [item for item in ctx.shared(PARAMS).values() if {"*", ctx.space} & set(item["namespaces"])]


def _shown(ctx: Context, param: Object) -> Object:
    """Return a parameter; its value is for those who may write."""
    return {name: value for name, value in param.items() if name != "value" or ctx.user.allows("uptime-write")}


@route("GET", f"{BASE}/params", requires=READ)
def list_params(ctx: Context) -> list[Object]:
    """All parameters at once."""
    return [_shown(ctx, item) for item in params_of(ctx)]


@route("POST", f"{BASE}/params", requires=WRITE)
def create_param(ctx: Context) -> Any:
    """Create one parameter or several; two may have the same key."""
    many = isinstance(ctx.body, list)
    made = [_new_param(ctx, parse(Param, item)) for item in (ctx.body if many else [ctx.body])]
    return made if many else made[0]


def _new_param(ctx: Context, body: Param) -> Object:
    values = dump(body)
    shared = values.pop("share_across_spaces", False)
    param = {"id": ctx.emulator.uuid(), **values, "namespaces": ["*"] if shared else [ctx.space]}
    ctx.shared(PARAMS)[param["id"]] = param
    return dict(param)


@route("GET", f"{BASE}/params/{{id}}", requires=READ)
def get_param(ctx: Context) -> Object:
    """One parameter."""
    return _shown(ctx, _param(ctx))


@route("PUT", f"{BASE}/params/{{id}}", requires=WRITE)
def update_param(ctx: Context) -> Object:
    """Change what is given; the answer has the value of before."""
    values = dump(parse(ParamChange, ctx.body))
    if not values:
        raise CoreError(400, "Request body cannot be empty")
    param = _param(ctx)
    before = param["value"]
    param.update(values)
    return {**param, "value": before}


@route("DELETE", f"{BASE}/params/{{id}}", requires=WRITE)
def delete_param(ctx: Context) -> list[Object]:
    """Delete a parameter; an unknown one is no error."""
    return _delete_params(ctx, [ctx.path["id"]])


@route("POST", f"{BASE}/params/_bulk_delete", requires=WRITE)
def delete_params(ctx: Context) -> list[Object]:
    """Delete several parameters."""
    return _delete_params(ctx, parse(Ids, ctx.body).ids)


def _delete_params(ctx: Context, ids: list[str]) -> list[Object]:
    return [{"id": key, "deleted": ctx.shared(PARAMS).pop(key, None) is not None} for key in ids]


def _param(ctx: Context) -> Object:
    found = [item for item in params_of(ctx) if item["id"] == ctx.path["id"]]
    if not found:
        raise CoreError(404, "Param not found")
    return found[0]


def _single(number: float) -> float:
    """Return a number as Elasticsearch keeps it in four bytes."""
    return float(struct.unpack("f", struct.pack("f", number))[0])


def locations_of(ctx: Context) -> list[Object]:
    """Return the private locations that the space sees."""
    return [item for item in ctx.shared(LOCATIONS).values() if {"*", ctx.space} & set(item["spaces"])]


def _location(ctx: Context) -> Object:
    wanted = ctx.path["id"]
    found = [item for item in locations_of(ctx) if wanted in (item["id"], item["label"])]
    if not found:
        raise CoreError(404, f'Private location with id or label "{wanted}" not found')
    return found[0]


@route("GET", f"{BASE}/private_locations", requires=READ)
def list_locations(ctx: Context) -> list[Object]:
    """All private locations at once."""
    return [dict(item) for item in locations_of(ctx)]


@route("GET", f"{BASE}/private_locations/{{id}}", requires=READ)
def get_location(ctx: Context) -> Object:
    """One private location, by id or label."""
    return dict(_location(ctx))


@route("POST", f"{BASE}/private_locations", requires=WRITE)
def create_location(ctx: Context) -> Object:
    """Create a private location on an agent policy."""
    values = dump(parse(Location, ctx.body))
    policy = values["agentPolicyId"]
    if policy not in ctx.store("fleet_agent_policies"):
        text = f"Agent policy with id {policy} not found in space {ctx.space}, please use an agent policy available"
        raise CoreError(400, f"{text} in current space.")
    _check_free(ctx, values["label"], policy)
    geo = values.get("geo")
    location = {
        "id": ctx.emulator.uuid(),
        "label": values["label"],
        "agentPolicyId": policy,
        "isServiceManaged": False,
        "isInvalid": False,
        "geo": {name: _single(geo[name]) for name in ("lat", "lon")} if geo else {"lat": 0, "lon": 0},
        "spaces": values.get("spaces") or ["*"],
        **({"tags": values["tags"]} if "tags" in values else {}),
    }
    ctx.shared(LOCATIONS)[location["id"]] = location
    return dict(location)


def _check_free(ctx: Context, label: str, policy: str | None, own: str = "") -> None:
    for other in ctx.shared(LOCATIONS).values():
        if other["id"] != own and other["label"] == label:
            raise CoreError(400, f"Private location with label {label} already exists")
        if other["id"] != own and policy and other["agentPolicyId"] == policy:
            raise CoreError(400, f"Private location with agentPolicyId {policy} already exists")


@route("PUT", f"{BASE}/private_locations/{{id}}", requires=WRITE, since=(9, 1))
def update_location(ctx: Context) -> Object:
    """Change the label, in the monitors of the location, too."""
    values = dump(parse(LocationChange, ctx.body))
    location = ctx.shared(LOCATIONS).get(ctx.path["id"])
    if location is None:
        raise CoreError(404, f"Private location with id {ctx.path['id']} does not exist.")
    if "label" in values:
        _check_free(ctx, values["label"], None, location["id"])
        location["label"] = values["label"]
        for monitor in ctx.store(MONITORS).values():
            for place in monitor["locations"]:
                if place["id"] == location["id"]:
                    place["label"] = values["label"]
    return dict(location)


@route("DELETE", f"{BASE}/private_locations/{{id}}", requires=WRITE)
def delete_location(ctx: Context) -> str:
    """Delete a private location that nothing uses; an unknown one is a bad request."""
    key = ctx.path["id"]
    if key not in ctx.shared(LOCATIONS):
        raise CoreError(400, f"Private location with id {key} does not exist.")
    spaces = list(ctx.shared("spaces"))
    monitors = [monitor for space in spaces for monitor in ctx.emulator.store(MONITORS, space).values()]
    used = sum(key in [place["id"] for place in monitor["locations"]] for monitor in monitors)
    if used:
        text = f"Private location with id {key} cannot be deleted because it is used by {used} monitor(s)."
        raise CoreError(400, text)
    del ctx.shared(LOCATIONS)[key]
    return ""


def seed_soc(emulator: Emulator) -> None:
    """A private location in the data centre, and one parameter."""
    policies = list(emulator.store("fleet_agent_policies", "default"))
    emulator.store(LOCATIONS)["data-centre"] = {
        "id": "data-centre", "label": "Data centre", "agentPolicyId": policies[0] if policies else "none",
        "isServiceManaged": False, "isInvalid": False, "geo": {"lat": 0, "lon": 0}, "spaces": ["*"],
    }  # fmt: skip
    key = emulator.uuid()
    emulator.store(PARAMS)[key] = {
        "id": key, "key": "shop_url", "value": "https://shop.example", "namespaces": ["default"],
    }  # fmt: skip
