# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Agent policies of Fleet. API: ``/api/fleet/agent_policies``.

Every write raises the revision of a policy and goes out to all its agents, so nothing is written that does not differ.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from ansible_collections.stackops.kibana.plugins.module_utils._client import fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._engine import default_plan
from ansible_collections.stackops.kibana.plugins.module_utils._fleet_policies import POLICIES
from ansible_collections.stackops.kibana.plugins.module_utils._fleet_references import AGENT_POLICIES, only, shared_id
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import prune
from ansible_collections.stackops.kibana.plugins.module_utils._plan import Plan, PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource
from ansible_collections.stackops.kibana.plugins.module_utils._task import Context

POLICY = POLICIES + "/{id}"
REFERENCES = ("data_output_id", "monitoring_output_id", "download_source_id", "fleet_server_host_id")
NULLABLE = (*REFERENCES, "overrides")
SINCE = {"space_ids": (9, 1), "required_versions": (9, 1)}
SETTLED = ("monitoring_http", "monitoring_diagnostics", "agentless")
TWO_WEEKS = 1209600
DEFAULTS: dict[str, Any] = {
    "namespace": "default",
    "description": "",
    "inactivity_timeout": TWO_WEEKS,
    **dict.fromkeys(REFERENCES, ""),
    **{name: [] for name in ("monitoring_enabled", "agent_features", "global_data_tags", "required_versions")},
    **dict.fromkeys(
        (
            *("is_managed", "has_fleet_server", "is_default", "is_default_fleet_server", "keep_monitoring_alive"),
            *("is_protected", "supports_agentless", "monitoring_pprof_enabled"),
        ),
        False,
    ),
    **{name: {} for name in ("overrides", "advanced_settings", *SETTLED)},
}
READ_ONLY = frozenset(
    {
        *("revision", "version", "schema_version", "updated_at", "updated_by", "status", "agents", "fips_agents"),
        *("unprivileged_agents", "is_preconfigured", "package_policies", "created_at", "min_agent_version"),
        *("package_agent_version_conditions", "has_agent_version_conditions", "is_verifier"),
    }
)


def check(params: dict[str, Any]) -> str | None:
    """What is wrong with the options by themselves, if anything."""
    if params["state"] == "absent":
        return None
    for name in ("id", "name", "namespace"):
        if params[name] is not None and not params[name].strip():
            return f"{name} is empty: leave it out, or give one."
    if params["space_ids"] == []:
        return "space_ids is empty: a policy is in at least one space."
    for name in SETTLED:
        if params[name] is not None and not prune(params[name]):
            return f"{name} is empty, and Kibana cannot remove it: give the fields that are to change."
    return _lists(params)


def _lists(params: dict[str, Any]) -> str | None:
    for name in ("agent_features", "global_data_tags"):
        names = [item["name"] for item in params[name] or ()]
        twice = sorted({one for one in names if names.count(one) > 1})
        if twice:
            return f"{name} has {', '.join(twice)} more than once: give each name once."
    if any(" " in tag["name"] for tag in params["global_data_tags"] or ()):
        return "global_data_tags has a name with a space, which Kibana does not take."
    if sum(item["percentage"] for item in params["required_versions"] or ()) > 100:
        return "required_versions: the percentages add up to more than 100."
    if any(key.split(".")[0] == "inputs" for key in params["overrides"] or {}):
        return "overrides has inputs, which cannot be overridden here: use those of a package policy."
    return None


def find(context: Context) -> dict[str, Any] | None:
    """The policy by its id, else by its name, always as Kibana gives a single one."""
    identity = context.params["id"]
    if identity is None:
        name = context.params["name"]
        named = context.client.reads.search(AGENT_POLICIES, lambda policy: policy.get("name") == name)
        found = only(named, "agent policy", name)
        if found is None:
            return None
        identity = found["id"]
    answer: Any = context.client.find(fill_path(POLICY, {"id": identity}), probe=POLICIES)
    return None if answer is None else cast("dict[str, Any]", answer["item"])


def decode(raw: dict[str, Any]) -> dict[str, Any]:
    """The policy without what says nothing, and without the bodies of its package policies."""
    view = {name: value for name, value in raw.items() if value is not None}
    if _has_package(raw, "fleet_server"):  # Kibana makes a package policy of the flag, and does not keep it
        view["has_fleet_server"] = True
    if "package_policies" in view:
        view["package_policies"] = sorted(_title(item) for item in view["package_policies"])
    if "advanced_settings" in view:
        view["advanced_settings"] = {key: item for key, item in view["advanced_settings"].items() if item is not None}
    return view


def _title(package_policy: Any) -> str:
    return str(package_policy["name"] if isinstance(package_policy, dict) else package_policy)


def plan(context: Context, current: dict[str, Any] | None) -> Plan:
    """The usual plan with ids for names, refused where Kibana would refuse or would drop something."""
    if context.params["state"] == "absent":
        step = default_plan(context, current)
        return _deletion(context, step, current) if current is not None else step
    params = {**context.params, **{name: shared_id(context, name, current or {}) for name in REFERENCES}}
    params["advanced_settings"] = _settings(params, (current or {}).get("advanced_settings") or {})
    step = default_plan(replace(context, params=params), current)
    if not step.changed:
        return _with_revision(step, current)
    _refuse(context, step, current)
    if current and current.get("is_preconfigured"):
        context.warn(
            f"The agent policy {current['name']!r} is in Kibana's configuration file, which wins at the next start."
        )
    return _with_revision(step, current)


def _settings(params: dict[str, Any], stored: dict[str, Any]) -> dict[str, Any] | None:
    """The advanced settings, those without an option of their own among them; an empty text takes one back."""
    typed, more = prune(params["advanced_settings"]), prune(params["more_advanced_settings"])
    given = typed if more is None else {**(typed or {}), **more}
    if not given:
        return given
    return {name: value for name, value in given.items() if value != "" or stored.get(name) is not None} or None


def _with_revision(step: Plan, current: dict[str, Any] | None) -> Plan:
    return replace(step, extra={"revision_before": current.get("revision")}) if current else step


def _refuse(context: Context, step: Plan, current: dict[str, Any] | None) -> None:
    """Raise where Kibana would not do what the plan says."""
    if current is None and not step.after.get("name"):
        raise PlanError("There is no such agent policy yet, and a new one needs name.")
    for name, since in SINCE.items():
        if name in step.desired and context.client.version < since:
            raise PlanError(f"{name} needs Kibana {since[0]}.{since[1]} or newer: leave it out.")
    space = context.client.settings.space or "default"
    if space not in step.desired.get("space_ids", [space]):
        raise PlanError(f"space_ids lacks {space!r}, the space of this task: work in one that the policy stays in.")
    if current and current.get("is_managed") and not context.params["force"]:
        raise PlanError(
            f"The agent policy {current['name']!r} is managed by an external orchestration solution, so Kibana does"
            " not change it: give force."
        )
    if step.after.get("is_protected") and not step.before.get("is_protected") and not _has_package(current, "endpoint"):
        raise PlanError(
            "is_protected has no effect without Elastic Defend, and Kibana drops it: add a package policy of the"
            " package endpoint first."
        )


def _has_package(policy: dict[str, Any] | None, package: str) -> bool:
    found = (policy or {}).get("package_policies") or ()
    return any(isinstance(item, dict) and (item.get("package") or {}).get("name") == package for item in found)


def _deletion(context: Context, step: Plan, current: dict[str, Any]) -> Plan:
    """Deletion of what nobody uses any more; the diff names the package policies that go, too."""
    title, force = f"agent policy {current['name']!r} ({current['id']})", context.params["force"]
    if current.get("is_managed") and not force:
        raise PlanError(
            f"The {title} is managed by an external orchestration solution, so Kibana keeps it: give force."
        )
    if current.get("agents") and not force:
        raise PlanError(
            f"The {title} has {current['agents']} agents, so Kibana keeps it: unenroll or reassign them first."
        )
    lost = sorted(_title(item) for item in current.get("package_policies") or () if _is_alone(item))
    if lost and not context.params["delete_package_policies"]:
        raise PlanError(
            f"The {title} has package policies, which would be deleted with it ({', '.join(lost)}): delete them first,"
            " or give delete_package_policies."
        )
    return replace(step, before={**step.before, "package_policies": lost} if lost else step.before)


def _is_alone(package_policy: Any) -> bool:
    """Whether no other agent policy has the package policy."""
    return not isinstance(package_policy, dict) or len(package_policy.get("policy_ids") or ()) < 2


def body_of(step: Plan) -> dict[str, Any]:
    """The fields that Kibana has or shall have; the others keep out, since older versions do not know them."""
    stored = {name for name, value in (step.current or {}).items() if value is not None}
    body = {name: value for name, value in step.body.items() if name in stored or name in step.desired}
    body.setdefault("namespace", "default")
    body["inactivity_timeout"] = step.after.get("inactivity_timeout", TWO_WEEKS)
    if step.after.get("advanced_settings") != step.before.get("advanced_settings"):
        kept = {**dict.fromkeys(step.before.get("advanced_settings") or {}), **step.after["advanced_settings"]}
        body["advanced_settings"] = {name: None if value == "" else value for name, value in kept.items()}
    if step.action == "update":
        for name in ("id", "has_fleet_server"):
            body.pop(name, None)
        if step.after.get("space_ids") == step.before.get("space_ids"):
            body.pop("space_ids", None)
    return {name: None if name in NULLABLE and value in ("", {}) else value for name, value in body.items()}


def apply(context: Context, step: Plan) -> dict[str, Any] | None:
    """Write. The answer is left alone: that to a creation lacks what a read shows."""
    client, force = context.client, {"force": True} if context.params["force"] else {}
    if step.action == "delete":
        current = cast("dict[str, Any]", step.current)
        client.call("POST", POLICIES + "/delete", json={"agentPolicyId": current["id"], **force})
        return None
    body = {**body_of(step), **force}
    if step.action == "update":
        current = cast("dict[str, Any]", step.current)
        client.call("PUT", fill_path(POLICY, {"id": current["id"]}), json=body)
        return _read(context, current["id"])
    query = {"sys_monitoring": "true"} if context.params["sys_monitoring"] else None
    safe = context.params["id"] is not None
    made: Any = client.call("POST", POLICIES, json=body, params=query, safe=safe)
    return _read(context, made["item"]["id"])


def _read(context: Context, identity: str) -> dict[str, Any]:
    return cast("dict[str, Any]", context.client.get(fill_path(POLICY, {"id": identity}))["item"])


def resource(options: dict[str, Any], controls: frozenset[str]) -> Resource:
    """The description of an agent policy with the options of the module."""
    return Resource(
        result_key="agent_policy",
        options=options,
        controls=controls,
        rules={"required_one_of": [("id", "name")]},
        immutable=frozenset({"has_fleet_server", "supports_agentless"}),
        read_only=READ_ONLY,
        unordered=frozenset({"monitoring_enabled", "agent_features", "global_data_tags", "space_ids"}),
        keyed={"agent_features": ("name",), "global_data_tags": ("name",)},
        server_defaults=DEFAULTS,
        check=check,
        find=find,
        decode=decode,
        encode=body_of,
        plan=plan,
        apply=apply,
    )
