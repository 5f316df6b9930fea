# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the objects of Fleet are listed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils import _fleet_output as outputs
from ansible_collections.stackops.kibana.plugins.module_utils import _fleet_package as packages
from ansible_collections.stackops.kibana.plugins.module_utils import _fleet_package_policy as package_policies
from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient, fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._fleet_agent_policy import POLICY, REFERENCES
from ansible_collections.stackops.kibana.plugins.module_utils._fleet_inputs import mark_secrets
from ansible_collections.stackops.kibana.plugins.module_utils._fleet_package_upgrade import manifest_of, stored_package
from ansible_collections.stackops.kibana.plugins.module_utils._fleet_policies import POLICIES
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource
from ansible_collections.stackops.kibana.plugins.plugin_utils._export import Exported
from ansible_collections.stackops.kibana.plugins.plugin_utils._source import Needs, Raw, Source, is_managed, module_of

KEYS = "/api/fleet/enrollment_api_keys"
GIVEN_NAME = "Default"  # of the key that Kibana makes with each policy
REFERRED = ("fleet_output", "fleet_output", "fleet_agent_download_source", "fleet_server_host")


def _need_proxy(options: Mapping[str, Any]) -> Needs:
    return [("fleet_proxy", options.get("proxy_id"))]


def _finish_output(client: KibanaClient, raw: Raw, exported: Exported) -> None:
    """Leave out what another type, or another setting, would be needed for."""
    options, kind = exported.options, raw["type"]
    strange = {name for name in options if name in outputs.SPECIFIC and name not in outputs.OWN[kind]}
    if options.get("auth_type") != "none":
        strange.add("connection_type")
    if options.get("auth_type") != "user_pass":
        strange |= {"username", "password"}
    if options.get("compression") != "gzip":
        strange.add("compression_level")
    if "password" in strange and isinstance(options.get("secrets"), dict):
        options["secrets"].pop("password", None)
        exported.secrets[:] = [path for path in exported.secrets if path != ("secrets", "password")]
    for name in strange & set(options):
        del options[name]
        exported.secrets[:] = [path for path in exported.secrets if path[0] != name]


def _packages(client: KibanaClient, resource: Resource) -> Iterable[Raw]:
    """The installed packages, as a read of each one says; not those that somebody uploaded."""
    for entry in client.get(packages.PACKAGES, in_space=False, params={"prerelease": "true"})["items"]:
        if entry.get("status") in ("not_installed", "installing"):
            continue
        item = packages.read(client, entry["name"], prerelease=True)
        if item is not None and packages.installed_version(item):
            yield item


def _finish_package(client: KibanaClient, raw: Raw, exported: Exported) -> None:
    """Say what it takes to install this version where there are newer ones."""
    exported.options["force"] = True
    if "-" in exported.options["version"]:
        exported.options["prerelease"] = True


def _is_uploaded(raw: Raw) -> bool:
    return (raw.get("installationInfo") or {}).get("install_source") in ("upload", "custom")


def _agent_policies(client: KibanaClient, resource: Resource) -> Iterable[Raw]:
    for entry in client.pages(POLICIES, items="items", size_name="perPage"):
        yield client.get(fill_path(POLICY, entry))["item"]


def _agent_policies_need(options: Mapping[str, Any]) -> Needs:
    return [(kind, options.get(name)) for name, kind in zip(REFERENCES, REFERRED)]


def _finish_agent_policy(client: KibanaClient, raw: Raw, exported: Exported) -> None:
    """Leave out a space that follows from where the policy is."""
    if exported.options.get("space_ids") == [client.settings.space or "default"]:
        del exported.options["space_ids"]


def _package_policies(client: KibanaClient, resource: Resource) -> Iterable[Raw]:
    query = package_policies.SIMPLIFIED
    for entry in client.pages(package_policies.POLICIES, items="items", size_name="perPage", params=query):
        yield client.get(fill_path(package_policies.POLICY, entry), params=query)["item"]


def _package_policy(client: KibanaClient, raw: Raw) -> Resource:
    """The description of one package policy: its package says what is secret in it."""
    resource = package_policies.resource(module_of("fleet_package_policy").OPTIONS)
    name, version = stored_package(raw)
    manifest = manifest_of(client, name, version) if name and version else None
    mark_secrets(resource.traits, manifest, package_policies.decode(raw))
    return resource


def _package_policies_need(options: Mapping[str, Any]) -> Needs:
    yield "fleet_output", options.get("output_id")
    yield "fleet_package", (options.get("package") or {}).get("name")
    for policy in options.get("policy_ids") or ():
        yield "fleet_agent_policy", policy


def _lives_elsewhere_too(raw: Raw, space: str) -> bool:
    """Whether other spaces show the same policy. Before spaces are known to Fleet, all of them do."""
    spaces = raw.get("space_ids") or raw.get("spaceIds")
    return not spaces or spaces != [space]


def _keys(client: KibanaClient, resource: Resource) -> Iterable[Raw]:
    """The keys in force that somebody made."""
    for key in client.pages(KEYS, items="items", size_name="perPage"):
        name = key.get("name", "").removesuffix(f" ({key['id']})")
        if key.get("active") and key.get("policy_id") and name not in ("", GIVEN_NAME):
            yield {**key, "name": name, "policy": key["policy_id"]}


def _keys_need(options: Mapping[str, Any]) -> Needs:
    return [("fleet_agent_policy", options.get("policy"))]


SOURCES: dict[str, Source] = {
    "fleet_proxy": Source(),
    "fleet_output": Source(finish=_finish_output, refers=_need_proxy, needs=("fleet_proxy",)),
    "fleet_server_host": Source(refers=_need_proxy, needs=("fleet_proxy",)),
    "fleet_agent_download_source": Source(refers=_need_proxy, needs=("fleet_proxy",)),
    "fleet_package": Source(("name",), _packages, managed=_is_uploaded, finish=_finish_package),
    "fleet_agent_policy": Source(
        listed=_agent_policies,
        shared=_lives_elsewhere_too,
        finish=_finish_agent_policy,
        refers=_agent_policies_need,
        needs=("fleet_output", "fleet_agent_download_source", "fleet_server_host"),
    ),
    "fleet_package_policy": Source(
        listed=_package_policies,
        managed=lambda raw: is_managed(raw) or bool(raw.get("supports_agentless")),
        shared=_lives_elsewhere_too,
        described=_package_policy,
        refers=_package_policies_need,
        needs=("fleet_output", "fleet_package", "fleet_agent_policy"),
    ),
    "fleet_enrollment_api_key": Source(
        ("name", "policy"),
        _keys,
        shared=lambda raw, space: True,
        refers=_keys_need,
        needs=("fleet_agent_policy",),
    ),
}
