# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Roles: what the module for one and the module for many share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._errors import parse
from ansible_collections.stackops.kibana.plugins.module_utils._plan import Plan, PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource

STRINGS: dict[str, Any] = {"type": "list", "elements": "str"}
NEEDED: dict[str, Any] = {**STRINGS, "required": True}
INDICES: dict[str, Any] = {
    "names": NEEDED,
    "privileges": NEEDED,
    "field_security": {"type": "dict", "options": {"grant": STRINGS, "except": STRINGS}},
    "query": {"type": "json"},
    "allow_restricted_indices": {"type": "bool"},
}
OPTIONS: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "description": {"type": "str"},
    "metadata": {"type": "dict"},
    "cluster": STRINGS,
    "indices": {"type": "list", "elements": "dict", "options": INDICES},
    "remote_indices": {"type": "list", "elements": "dict", "options": {"clusters": NEEDED, **INDICES}},
    "remote_cluster": {"type": "list", "elements": "dict", "options": {"clusters": NEEDED, "privileges": NEEDED}},
    "run_as": STRINGS,
    "kibana": {
        "type": "list",
        "elements": "dict",
        "options": {"base": {**STRINGS, "choices": ["all", "read"]}, "feature": {"type": "dict"}, "spaces": STRINGS},
    },
}
OUTSIDE_ELASTICSEARCH = ("name", "description", "metadata", "kibana")
NOT_IN_OLD_VERSIONS = ("description", "remote_indices", "remote_cluster")


def check(role: dict[str, Any]) -> str | None:
    """What is wrong with the Kibana privileges, if anything."""
    used: set[str] = set()
    for number, entry in enumerate(role["kibana"] or []):
        where = f"kibana[{number}]"
        spaces = entry["spaces"] if entry["spaces"] is not None else ["*"]
        if bool(entry["base"]) == bool(entry["feature"]):
            return f"{where} must have either base or feature, and not both."
        if not spaces:
            return f"{where}.spaces is empty: name spaces, or give '*' for all of them."
        if "*" in spaces and len(spaces) > 1:
            return f"{where}.spaces has '*' together with other spaces: give '*' alone, or name the spaces."
        if used.intersection(spaces):
            return f"{where}.spaces repeats {sorted(used.intersection(spaces))}: a space may occur in one entry only."
        used.update(spaces)
    reserved = sorted(key for key in role["metadata"] or {} if str(key).startswith("_"))
    return f"metadata must not have keys that begin with '_': {reserved}." if reserved else None


def decode(raw: dict[str, Any]) -> dict[str, Any]:
    """Kibana nests the privileges in Elasticsearch; the options are flat."""
    role = {name: raw[name] for name in OUTSIDE_ELASTICSEARCH if name in raw}
    return {**role, **raw["elasticsearch"]}


def encode(plan: Plan) -> dict[str, Any]:
    """The body of a PUT, which knows no name, refuses what only a GET shows, and takes what is left out for empty."""
    after = {name: value for name, value in plan.after.items() if value or name not in NOT_IN_OLD_VERSIONS}
    body: dict[str, Any] = {name: after[name] for name in ("description", "metadata", "kibana") if name in after}
    elasticsearch = {name: value for name, value in after.items() if name not in OUTSIDE_ELASTICSEARCH}
    return {**body, "elasticsearch": elasticsearch}


def refine(raw: dict[str, Any] | None, step: Plan, item: Mapping[str, Any]) -> Plan:
    """Refuse what must not be touched, and take privileges that Kibana cannot show for unknown.

    *item* are the options of the role. Raises :class:`PlanError`.
    """
    if raw is None:
        return step
    if step.changed and raw.get("metadata", {}).get("_reserved"):
        raise PlanError(f"{raw['name']} is a reserved role of Elasticsearch, which cannot be changed or deleted.")
    if not raw.get("_transform_error") or step.action == "delete":
        return step
    # Kibana shows privileges that it cannot translate as an empty list, which is not what is stored.
    if item.get("kibana") is not None:
        return replace(step, action="update", before={**step.before, "kibana": "(unreadable)"})
    if not step.changed:
        return step
    raise PlanError(
        f"Kibana cannot read the Kibana privileges of role {raw['name']}"
        f" ({', '.join(raw['_transform_error'])}), so a change would delete them: give kibana, too."
    )


RESOURCE = Resource(
    result_key="role",
    options=OPTIONS,
    key="name",
    item="/api/security/role/{name}",
    collection="/api/security/role",
    list_is_complete=True,
    create="/api/security/role/{name}",
    create_method="PUT",
    probe="/api/security/role",
    in_space=False,
    answers_object=False,
    unordered=frozenset(
        {
            "cluster",
            "run_as",
            "indices",
            "indices[].names",
            "indices[].privileges",
            "indices[].field_security.grant",
            "indices[].field_security.except",
            "remote_indices",
            "remote_indices[].clusters",
            "remote_indices[].names",
            "remote_indices[].privileges",
            "remote_indices[].field_security.grant",
            "remote_indices[].field_security.except",
            "remote_cluster",
            "remote_cluster[].clusters",
            "remote_cluster[].privileges",
            "kibana",
            "kibana[].base",
            "kibana[].feature.*",
            "kibana[].spaces",
        }
    ),
    server_defaults={
        "description": "",
        "metadata": {},
        "cluster": [],
        "indices": [],
        "indices[].allow_restricted_indices": False,
        "remote_indices[].allow_restricted_indices": False,
        "remote_indices": [],
        "remote_cluster": [],
        "run_as": [],
        "kibana": [],
        "kibana[].base": [],
        "kibana[].feature": {},
        "kibana[].spaces": ["*"],
    },
    canonical={"indices[].query": parse, "remote_indices[].query": parse},
    decode=decode,
    encode=encode,
)
