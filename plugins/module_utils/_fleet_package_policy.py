# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Package policies of Fleet: what a package collects for agents. API: ``/api/fleet/package_policies``.

They are read and written in the simplified format. An update in it replaces: Kibana takes the defaults of the package
for what is left out, so everything that is stored is sent again, secrets as the references that Kibana shows.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from ansible_collections.stackops.kibana.plugins.module_utils import _fleet_package as package
from ansible_collections.stackops.kibana.plugins.module_utils._args import UPDATE_SECRETS
from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient, fill_path, quoted
from ansible_collections.stackops.kibana.plugins.module_utils._engine import default_plan
from ansible_collections.stackops.kibana.plugins.module_utils._fleet_inputs import (
    InputError,
    mark_secrets,
    simplified,
    switched,
    typed,
    unknown,
    variables,
)
from ansible_collections.stackops.kibana.plugins.module_utils._fleet_package_upgrade import (
    manifest_of,
    stored_package,
    target,
    upgraded,
)
from ansible_collections.stackops.kibana.plugins.module_utils._fleet_references import only, policy_ids, shared_id
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import mask, prune, secrets_of, strings_in
from ansible_collections.stackops.kibana.plugins.module_utils._plan import Plan, PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Node, Resource
from ansible_collections.stackops.kibana.plugins.module_utils._secrets_file import open_secrets_file
from ansible_collections.stackops.kibana.plugins.module_utils._task import Context

POLICIES = "/api/fleet/package_policies"
POLICY = POLICIES + "/{id}"
SIMPLIFIED = {"format": "simplified"}
VARIABLES = ("vars", "inputs")
SENT = (
    *("name", "description", "namespace", "policy_ids", "output_id", "package", "vars", "inputs"),
    *("supports_agentless", "additional_datastreams_permissions"),
)
OF_PACKAGE = ("name", "version", "title", "experimental_data_stream_features")
READ_ONLY = frozenset(
    {
        *("revision", "version", "policy_id", "created_at", "created_by", "updated_at", "updated_by", "agents"),
        *("elasticsearch", "secret_references", "spaceIds", "is_managed", "enabled", "overrides", "package.title"),
        *("package.requires_root", "package.fips_compatible", "package.experimental_data_stream_features"),
        *("package_agent_version_condition", "var_group_selections", "cloud_connector_id", "cloud_connector_name"),
        *("supports_cloud_connector", "condition", "global_data_tags"),
    }
)


def check(params: dict[str, Any]) -> str | None:
    """What is wrong with the options by themselves, if anything."""
    for name in ("id", "name"):
        if params[name] is not None and not params[name].strip():
            return f"{name} is empty: leave it out, or give one."
    version = (params["package"] or {}).get("version")
    if version not in (None, "installed", "latest") and not package.SEMVER.match(version):
        return f"package.version is {version!r}: it must be installed, latest, or three numbers such as 1.2.3."
    try:
        variables(params["vars"])
        typed(params["inputs"])
    except InputError as error:
        return str(error)
    return None


def find(context: Context) -> dict[str, Any] | None:
    """The policy by its id, else by its name."""
    client, params = context.client, context.params
    if params["id"] is not None:
        path = fill_path(POLICY, {"id": params["id"]})
        answer: Any = client.find(path, params=SIMPLIFIED, probe=POLICIES)
        return cast("dict[str, Any] | None", answer and answer["item"])
    name = params["name"].strip()
    query = {**SIMPLIFIED, "kuery": f"ingest-package-policies.name:{quoted(name)}"}
    items = client.pages(POLICIES, items="items", size_name="perPage", params=query)
    return only([item for item in items if item.get("name") == name], "package policy", name)


def learn(context: Context, current: dict[str, Any] | None) -> None:
    """Find out which variables are secret, for everything that is shown from here on; the version is decided."""
    name, version = stored_package(current)
    given = {"vars": variables(context.params["vars"]), "inputs": typed(context.params["inputs"])}
    if name is None and (context.params["package"] or {}).get("name"):
        name, version = context.params["package"]["name"], context.params["package"]["version"]
    resource = cast("Resource", context.resource)
    manifest = manifest_of(context.client, name, version) if name and version else None
    mark_secrets(resource.traits, manifest, given, decode(current) if current else {})
    context.secrets.extend(strings_in(secrets_of(given, resource.traits)))
    for option in VARIABLES:
        if context.params[option] is not None:
            shown = mask({option: context.params[option]}, resource.traits)
            context.module.params[option] = shown[option]


def displayed(client: KibanaClient, raw: dict[str, Any]) -> dict[str, Any]:
    """A policy for output: what the package calls a secret or a password is masked."""
    view, root = decode(raw), Node()
    name, version = stored_package(raw)
    mark_secrets(root, manifest_of(client, name, version) if name else None, view)
    return cast("dict[str, Any]", mask(view, root))


def decode(raw: dict[str, Any]) -> dict[str, Any]:
    """The policy without what says nothing; older versions of Kibana know one agent policy alone."""
    view = cast("dict[str, Any]", prune({**raw, **simplified(raw)}))
    if "policy_ids" not in view:
        view["policy_ids"] = [view["policy_id"]] if view.get("policy_id") else []
    return view


def plan(context: Context, current: dict[str, Any] | None) -> Plan:
    """The usual plan with ids for names; with another version of the package it starts from the server's dry run."""
    if context.params["state"] == "absent":
        step = default_plan(context, current)
        return replace(step, before={key: value for key, value in step.before.items() if key not in VARIABLES})
    named = current or (context.params["package"] or {}).get("name")
    version = target(context, current) if named else None
    if context.params["package"]:
        context.params["package"]["version"] = version  # decided once
    learn(context, current)
    params = _resolved(context, current, version)
    view = replace(context, params=params)
    base = upgraded(context, current, version) if current and version else current
    step = default_plan(view, base)
    _refuse(step, current)
    try:
        step = _with_switches(context, step, params, version)
    except InputError as error:
        raise PlanError(str(error)) from None
    before = default_plan(view, current).before if current else {}
    changed = step.changed or before != step.after
    if changed:
        _refuse_several(context, step)
    if current is None:
        return step
    step = replace(step, action="update" if changed else "none", before=before)
    return replace(step, extra={"revision_before": current.get("revision")})


def _resolved(context: Context, current: dict[str, Any] | None, version: str | None) -> dict[str, Any]:
    """The options with ids for names, and in the form in which they are compared."""
    params, stored = context.params, decode(current) if current else {}
    found = {**params, "vars": variables(params["vars"]) or None, "inputs": typed(params["inputs"]) or None}
    found["name"] = params["name"].strip() if params["name"] else None
    found["policy_ids"] = policy_ids(context, "policy_ids", stored)
    found["output_id"] = shared_id(context, "output_id", stored)
    name = (params["package"] or {}).get("name") or stored_package(current)[0]
    found["package"] = {"name": name, "version": version} if params["package"] else None
    return found


def _refuse(step: Plan, current: dict[str, Any] | None) -> None:
    name, _version = stored_package(current)
    wanted = (step.after.get("package") or {}).get("name")
    if current is not None and wanted != name:
        raise PlanError(
            f"The package policy {current['name']!r} belongs to the package {name!r}: Kibana cannot give it to"
            f" {wanted!r}; delete it first."
        )
    if current is None and not (step.after.get("name") and wanted):
        raise PlanError("There is no such package policy yet, and a new one needs name and package.name.")


def _with_switches(context: Context, step: Plan, params: dict[str, Any], version: str | None) -> Plan:
    """The plan with the switches that belong together, for inputs that the package has."""
    inputs = params["inputs"]
    if not inputs:
        return step
    name = step.after["package"]["name"]
    manifest = manifest_of(context.client, name, version or step.after["package"]["version"]) or {}
    problem = unknown(inputs, (step.current or {}).get("inputs") or {}, manifest)
    if problem:
        raise PlanError(problem)
    after = {**step.after, "inputs": switched(step.after.get("inputs") or {}, _bare(inputs, step), manifest)}
    return replace(step, after=after)


def _bare(inputs: dict[str, Any], step: Plan) -> dict[str, Any]:
    """The inputs of the task that are in the plan: one that has nothing but secrets is not."""
    return {name: entry for name, entry in inputs.items() if name in (step.after.get("inputs") or {})}


def encode(step: Plan) -> dict[str, Any]:
    """The whole policy: Kibana takes the defaults of the package for what is left out."""
    kept = {name for name, value in (step.current or {}).items() if value is not None}
    body = {name: value for name, value in step.body.items() if name in SENT and (name in kept or name in step.desired)}
    stored = (step.current or {}).get("package") or {}
    body["package"] = {**{key: stored[key] for key in OF_PACKAGE if stored.get(key) is not None}, **{
        key: value for key, value in step.after["package"].items() if key in OF_PACKAGE}}  # fmt: skip
    body.setdefault("inputs", {})
    if body.get("output_id") == "":
        body["output_id"] = None
    if step.action == "create" and "id" in step.desired:
        body["id"] = step.desired["id"]
    return body


def apply(context: Context, step: Plan) -> dict[str, Any] | None:
    """Write, in the simplified format."""
    client, force = context.client, context.params["force"]
    if step.action == "delete":
        path = fill_path(POLICY, cast("dict[str, Any]", step.current))
        client.call("DELETE", path, params={"force": "true"} if force else None)
        return None
    body = encode(step)
    if "policy_ids" in body and client.version < (8, 15):
        body.update(policy_id=next(iter(body.pop("policy_ids")), None))
    if force:
        body["force"] = True
    if step.action == "create":
        safe = context.params["id"] is not None
        answer: Any = client.call("POST", POLICIES, json=body, params=SIMPLIFIED, safe=safe)
    else:
        path = fill_path(POLICY, cast("dict[str, Any]", step.current))
        answer = client.call("PUT", path, json=body, params=SIMPLIFIED)
    found: Any = client.get(fill_path(POLICY, answer["item"]), params=SIMPLIFIED)
    return cast("dict[str, Any]", found["item"])


def _refuse_several(context: Context, step: Plan) -> None:
    """Raise where an older Kibana cannot do it. The version is asked for here, before the last look at the policy."""
    if context.client.version < (8, 15) and len(step.after.get("policy_ids") or []) > 1:
        raise PlanError("policy_ids has several agent policies, and this Kibana takes one: give one, or use 8.15.")


def resource(options: dict[str, Any]) -> Resource:
    """The description of a package policy, made anew for each task: the task's package says what is secret."""
    return Resource(
        result_key="package_policy",
        secrets_file=open_secrets_file,
        options=options,
        item=POLICY,
        collection=POLICIES,
        controls=frozenset({"force", *UPDATE_SECRETS}),
        rules={"required_one_of": [("id", "name")]},
        read_only=READ_ONLY,
        veiled=frozenset(VARIABLES),
        echo_secrets=True,
        unordered=frozenset({"policy_ids", "additional_datastreams_permissions"}),
        server_defaults={
            **dict.fromkeys(("description", "namespace", "output_id"), ""),
            "policy_ids": [],
            "additional_datastreams_permissions": [],
            "supports_agentless": False,
        },
        immutable=frozenset({"supports_agentless"}),
        check=check,
        find=find,
        decode=decode,
        encode=encode,
        plan=plan,
        apply=apply,
    )
