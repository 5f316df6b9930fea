# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Roles (reference security B and J.2). They belong to the cluster; a space in the URL means nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from ..errors import CoreError
from ..role_codec import APPLICATION, RESERVED_APPLICATION, shown, stored
from ..role_rules import elasticsearch_problem, kibana_problems, validated
from ..routing import Context, route
from ..schema import Strict, js_type, parse

if TYPE_CHECKING:
    from ..core import Emulator

ACTIONS = {"get": ("read_security", "manage_security"), "put": ("manage_security",), "delete": ("manage_security",)}


class GetQuery(Strict):
    """Query of the reading calls."""

    replaceDeprecatedPrivileges: bool = False


class PutQuery(Strict):
    """Query of a PUT."""

    createOnly: bool = False


class Sort(Strict):
    """Order of a role query."""

    field: str
    direction: Literal["asc", "desc"]


class Filters(Strict):
    """Filters of a role query."""

    showReservedRoles: bool = True


class RoleQuery(Strict):
    """Body of `_query`; Elasticsearch's page has ten roles unless told otherwise."""

    query: str | None = None
    from_: int = Field(0, alias="from", ge=0)
    size: int = Field(10, ge=0)
    sort: Sort | None = None
    filters: Filters = Filters()


def seed(emulator: Emulator) -> None:
    """Create the reserved roles, and one that Kibana cannot translate."""
    roles = emulator.store("roles")
    everything = [
        {"names": ["*"], "privileges": ["all"], "allow_restricted_indices": False},
        {
            "names": ["*"],
            "privileges": ["monitor", "read", "read_cross_cluster", "view_index_metadata"],
            "allow_restricted_indices": True,
        },
    ]
    reading = [{"names": ["*"], "privileges": ["read", "view_index_metadata"], "allow_restricted_indices": False}]
    roles["superuser"] = _reserved(["all"], everything, ["*"], [("*", "*")])
    roles["kibana_admin"] = _reserved([], [], [], [(APPLICATION, "all")])
    roles["kibana_system"] = _reserved(["manage_index_templates", "monitor"], [], [], [])
    roles["kibana_user"] = _reserved([], [], [], [(APPLICATION, "all")])
    roles["kibana_user"]["metadata"].update(
        _deprecated=True, _deprecated_reason="Please use the [kibana_admin] role instead"
    )
    roles["monitoring_user"] = _reserved([], [], [], [(RESERVED_APPLICATION, "reserved_monitoring")])
    roles["viewer"] = _reserved([], reading, [], [(APPLICATION, "read")])
    roles["editor"] = _reserved([], reading, [], [(APPLICATION, "all")])
    roles["legacy_untranslatable"] = _reserved([], [], [], [(APPLICATION, "space_all")])
    roles["legacy_untranslatable"]["metadata"] = {}


def _reserved(
    cluster: list[str], indices: list[dict[str, Any]], run_as: list[str], applications: list[tuple[str, str]]
) -> dict[str, Any]:
    listed = [{"application": name, "privileges": [right], "resources": ["*"]} for name, right in applications]
    return {
        "cluster": cluster,
        "indices": indices,
        "run_as": run_as,
        "applications": listed,
        "metadata": {"_reserved": True},
    }


@route("GET", "/api/security/role")
def list_roles(ctx: Context) -> list[dict[str, Any]]:
    """Return every role, reserved ones included, in byte order of the name."""
    query = parse(GetQuery, ctx.query, "request query")
    _authorize(ctx, "get")
    roles = ctx.shared("roles")
    return [shown(name, roles[name], query.replaceDeprecatedPrivileges) for name in _by_name(roles)]


@route("GET", "/api/security/role/{name}")
def get_role(ctx: Context) -> dict[str, Any]:
    """Return one role."""
    query = parse(GetQuery, ctx.query, "request query")
    _authorize(ctx, "get")
    name = ctx.path["name"]
    role = ctx.shared("roles").get(name)
    if role is None:
        raise CoreError(404, "Not Found")
    return shown(name, role, query.replaceDeprecatedPrivileges)


@route("PUT", "/api/security/role/{name}")
def put_role(ctx: Context) -> None:
    """Create or replace a role: 204 in both cases."""
    name, roles = ctx.path["name"], ctx.shared("roles")
    if len(name) > 1024:
        raise CoreError(
            400, f"[request params.name]: value has length [{len(name)}] but it must have a maximum length of [1024]."
        )
    create_only = parse(PutQuery, ctx.query, "request query").createOnly
    body = validated(ctx.body)
    _authorize(ctx, "put")
    if create_only and name in roles:
        raise CoreError(409, f"Role already exists and cannot be created: {name}")
    problem = kibana_problems(body, ctx.emulator.version)
    if problem:
        raise CoreError(400, problem)
    problem = _refusal(name, roles, body)
    if problem:
        raise _from_elasticsearch(400, "action_request_validation_exception", problem)
    roles[name] = stored(body, roles.get(name))


@route("DELETE", "/api/security/role/{name}")
def delete_role(ctx: Context) -> None:
    """Delete a role."""
    _authorize(ctx, "delete")
    name, roles = ctx.path["name"], ctx.shared("roles")
    if name not in roles:
        raise CoreError(404, '{"found":false}')
    if roles[name]["metadata"].get("_reserved"):
        raise _from_elasticsearch(400, "illegal_argument_exception", f"role [{name}] is reserved and cannot be deleted")
    del roles[name]


@route("POST", "/api/security/roles", since=(8, 16))
def bulk_roles(ctx: Context) -> dict[str, Any]:
    """Create or replace many roles: 200 whatever happens to each; empty categories are left out."""
    wanted = _bulk_body(ctx.body)
    _authorize(ctx, "put")
    roles = ctx.shared("roles")
    answer: dict[str, Any] = {}
    for name, body in wanted.items():
        outcome = _bulk_one(ctx, name, body, roles)
        if isinstance(outcome, dict):
            answer.setdefault("errors", {})[name] = outcome
        else:
            answer.setdefault(outcome, []).append(name)
    return answer


def _bulk_body(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict) or not isinstance(body.get("roles"), dict):
        given = js_type(body.get("roles")) if isinstance(body, dict) and "roles" in body else "undefined"
        raise CoreError(400, f"[request body.roles]: expected value of type [object] but got [{given}]")
    for key in body:
        if key != "roles":
            raise CoreError(400, f"[request body.{key}]: definition for this key is missing")
    return {name: validated(role, f"request body.roles.{name}") for name, role in body["roles"].items()}


def _bulk_one(ctx: Context, name: str, body: dict[str, Any], roles: dict[str, Any]) -> str | dict[str, str]:
    problem = kibana_problems(body, ctx.emulator.version)
    if problem:
        return {"type": "kibana_privilege_validation_exception", "reason": problem}
    problem = _refusal(name, roles, body)
    if problem:
        return {"type": "action_request_validation_exception", "reason": problem}
    previous, new = roles.get(name), stored(body, roles.get(name))
    roles[name] = new
    if previous is None:
        return "created"
    return "noop" if previous == new else "updated"


@route("POST", "/api/security/role/_query", since=(8, 15), refresh=False)
def query_roles(ctx: Context) -> dict[str, Any]:
    """Return one page of roles."""
    wanted = parse(RoleQuery, ctx.body if ctx.body is not None else {})
    _authorize(ctx, "get")
    roles = ctx.shared("roles")
    text = (wanted.query or "").strip("*").lower()
    names = [
        name
        for name in _by_name(roles)
        if text in name.lower() and (wanted.filters.showReservedRoles or not roles[name]["metadata"].get("_reserved"))
    ]
    if wanted.sort and wanted.sort.direction == "desc":
        names.reverse()
    page = names[wanted.from_ : wanted.from_ + wanted.size]
    return {"roles": [shown(name, roles[name]) for name in page], "count": len(page), "total": len(names)}


def _by_name(roles: dict[str, Any]) -> list[str]:
    return sorted(roles, key=lambda name: name.encode())


def _refusal(name: str, roles: dict[str, Any], body: dict[str, Any]) -> str | None:
    if name in roles and roles[name]["metadata"].get("_reserved"):
        return f"Validation Failed: 1: Role [{name}] is reserved and may not be used.;"
    return elasticsearch_problem(body)


def _authorize(ctx: Context, verb: str) -> None:
    """Leave the decision to Elasticsearch, as Kibana does: after the schema, with Elasticsearch's text."""
    if any(ctx.user.allows(privilege) for privilege in ACTIONS[verb]):
        return
    name, granted = ctx.user.name, ",".join([*ACTIONS[verb], "all"])
    raise _from_elasticsearch(
        403,
        "security_exception",
        f"action [cluster:admin/xpack/security/role/{verb}] is unauthorized for user [{name}] with effective roles "
        f"[{name}], this action is granted by the cluster privileges [{granted}]",
    )


def _from_elasticsearch(status: int, kind: str, text: str) -> CoreError:
    return CoreError(status, f"[{kind}\n\tRoot causes:\n\t\t{kind}: {text}]: {text}")
