#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_package
short_description: Install a package (integration) of Fleet
description:
  - Installs, upgrades, downgrades and removes a package, with its dashboards, index templates and pipelines.
  - It compares with the version that is really installed. Kibana itself calls a package installed whichever version one
    asks for.
  - Packages are installed for the whole of Kibana. What they collect is in package policies, see
    M(stackops.kibana.fleet_package_policy).
  - It needs the privileges to read and write integrations. An installation can take minutes. Raise O(kibana_timeout)
    where it does.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.no_space
  - stackops.kibana.state
  - stackops.kibana.attributes
  - stackops.kibana.action_group
options:
  state:
    description:
      - V(present) installs the package, or another version of it.
      - V(absent) removes it, unless package policies use it. Kibana installs packages of its own again at its next
        start.
    type: str
    choices: [present, absent]
    default: present
  name:
    description: Name of the package, such as V(nginx). With O(src), the archive says it.
    type: str
  version:
    description:
      - Version to have, or V(latest) for the latest one that goes with this Kibana.
      - Without it a package that is installed stays as it is, and one that is not is installed in its latest version.
    type: str
  prerelease:
    description: Whether versions before the release count for V(latest).
    type: bool
    default: false
  src:
    description:
      - Path of an archive (zip or tar.gz) to install instead of a package of the registry, on the host that runs the
        task. Its folder says the name and the version of the package.
      - It is installed where another version is installed, or none. The contents are not compared.
    type: path
  keep_policies_up_to_date:
    description: Whether an upgrade of the package takes its package policies along.
    type: bool
  force:
    description:
      - Whether to install an older version than the latest or the installed one, and one whose signature is not valid.
      - With O(state=absent), whether to delete the package policies that use the package, too.
    type: bool
    default: false
  ignore_constraints:
    description: Whether to install a version that was made for another version of Kibana.
    type: bool
    default: false
  ignore_mapping_update_errors:
    description: Whether to go on where the mappings of data streams cannot be updated.
    type: bool
    default: false
  skip_data_stream_rollover:
    description: Whether to leave out the rollover of data streams.
    type: bool
    default: false
seealso:
  - module: stackops.kibana.fleet_package_info
  - module: stackops.kibana.fleet_package_policy
"""

EXAMPLES = r"""
- name: Have the latest Apache package
  stackops.kibana.fleet_package:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: apache
    version: latest
    keep_policies_up_to_date: true

- name: Pin the package for Okta, even if it is an older version
  stackops.kibana.fleet_package:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: okta
    version: 3.0.0
    force: true

- name: Remove a package that nobody uses
  stackops.kibana.fleet_package:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: log
    state: absent
"""

RETURN = r"""
package:
  description: The package. In check mode, what it would be.
  returned: when O(state=present)
  type: dict
  contains:
    name:
      description: Its name.
      returned: always
      type: str
    version:
      description: The installed version.
      returned: always
      type: str
    latest_version:
      description: The latest version.
      returned: unless it would be installed
      type: str
    title:
      description: Its title.
      returned: unless it would be installed
      type: str
    install_source:
      description: Where it comes from.
      returned: unless it would be installed
      type: str
    keep_policies_up_to_date:
      description: Whether an upgrade takes its package policies along.
      returned: always
      type: bool
  sample:
    name: apache
    version: 1.24.0
    latest_version: 1.24.0
    title: Apache HTTP Server
    install_source: registry
    keep_policies_up_to_date: true
"""

from dataclasses import replace

from ansible_collections.stackops.kibana.plugins.module_utils._client import fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._engine import default_plan, run
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError
from ansible_collections.stackops.kibana.plugins.module_utils._fleet_package import (
    PACKAGE,
    PACKAGES,
    SEMVER,
    VERSION,
    archive_of,
    installed_version,
    manifest,
    order,
    read,
)
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource

SWITCH = {"type": "bool", "default": False}
SWITCHES = ("prerelease", "force", "ignore_constraints", "ignore_mapping_update_errors", "skip_data_stream_rollover")
QUERY = {
    "prerelease": "prerelease",
    "ignore_mapping_update_errors": "ignoreMappingUpdateErrors",
    "skip_data_stream_rollover": "skipDataStreamRollover",
}


def check(params):
    """What is wrong with the options, if anything."""
    version = params["version"]
    if version not in (None, "latest") and not SEMVER.match(version):
        return f"version is {version!r}: it must be latest or three numbers such as 1.2.3."
    return None


def named(context):
    """The name of the package, and the version that the archive has (None: there is no archive)."""
    params = context.params
    if params["src"] is None:
        return params["name"], None
    _kind, name, version = archive_of(params["src"])
    if params["name"] not in (None, name):
        raise PlanError(f"src: the package is {name}, and name is {params['name']}: leave name out, or correct it.")
    return name, version


def find(context):
    """The package, where it is installed; what is known of it in any case is kept for the plan."""
    name, _unused = named(context)
    item = read(context.client, name, context.params["prerelease"])
    return item if item is not None and installed_version(item) else None


def decode(item):
    """What matters of a package."""
    return {
        "name": item["name"],
        "version": installed_version(item),
        "latest_version": item.get("latestVersion") or item.get("version"),
        "title": item.get("title"),
        "install_source": (item.get("installationInfo") or {}).get("install_source"),
        "keep_policies_up_to_date": bool(item.get("keepPoliciesUpToDate")),
    }


def plan(context, current):
    """The usual plan with the version that is meant, refused where Kibana would refuse."""
    params, (name, packed) = context.params, named(context)
    if params["state"] == "absent":
        if current is not None and not params["force"]:
            refuse_used(context, name)
        return default_plan(context, current)
    version = packed or wanted(context, name, current)
    step = default_plan(replace(context, params={**params, "name": name, "version": version}), current)
    if packed is None and step.after.get("version") != step.before.get("version"):
        refuse_version(context, name, version, step.before.get("version"))
    return step


def wanted(context, name, current):
    """The version to have."""
    version = context.params["version"]
    if version is None and current is not None:
        return installed_version(current)
    if version not in (None, "latest"):
        return version
    return newest(context, name, current)


def newest(context, name, current):
    """The latest version in the registry."""
    item = current or read(context.client, name, context.params["prerelease"])
    if item is None:
        raise PlanError(f"There is no package {name!r}: correct name, or see prerelease.")
    return item.get("latestVersion") or item["version"]


def refuse_version(context, name, version, before):
    """Raise where the version is not there, or needs force."""
    manifest(context.client, name, version)
    if context.params["force"]:
        return
    if before is not None and order(version) < order(before):
        raise PlanError(f"The package {name!r} is installed in version {before}: a downgrade to {version} needs force.")
    latest = newest(context, name, None)
    if order(version) < order(latest):
        raise PlanError(
            f"The package {name!r} has a later version than {version} ({latest}): an older one needs force."
        )


def refuse_used(context, name):
    """Raise where package policies use the package, which Kibana would delete without a word."""
    path = fill_path(PACKAGE + "/stats", {"name": name})
    count = context.client.get(path, in_space=False)["response"]["package_policy_count"]
    if count:
        raise PlanError(f"The package {name!r} is used by {count} package policies: delete them first, or give force.")


def apply(context, step):
    """Install and set, or remove."""
    client, params, (name, packed) = context.client, context.params, named(context)
    force = {"force": "true"} if params["force"] else {}
    if step.action == "delete":
        path = fill_path(VERSION, {"name": name, "version": step.before["version"]})
        client.call("DELETE", path, in_space=False, params=force)
        return None
    version = step.after["version"]
    if version != step.before.get("version"):
        install(context, name, version, packed)
    keep = params["keep_policies_up_to_date"]
    if keep is not None and keep != step.before.get("keep_policies_up_to_date", False):
        path = fill_path(VERSION, {"name": name, "version": version})
        client.call("PUT", path, in_space=False, json={"keepPoliciesUpToDate": keep})
    return None


def install(context, name, version, packed):
    """Install one version, from the registry or from the archive."""
    client, params = context.client, context.params
    query = {theirs: "true" for ours, theirs in QUERY.items() if params[ours]}
    if packed is None:
        body = {option: True for option in ("force", "ignore_constraints") if params[option]}
        path = fill_path(VERSION, {"name": name, "version": version})
        client.call("POST", path, in_space=False, params=query, json=body)
        return
    query.pop("prerelease", None)
    with open(params["src"], "rb") as file:
        content = (archive_of(params["src"])[0], file.read())
    try:
        client.send("POST", PACKAGES, False, query, None, None, False, True, content=content)
    except KibanaError as error:
        if error.status == 429:
            error.message = f"{error.message} Kibana takes one upload in about ten seconds."
        raise


RESOURCE = Resource(
    result_key="package",
    options={
        "name": {"type": "str"},
        "version": {"type": "str"},
        "src": {"type": "path"},
        "keep_policies_up_to_date": {"type": "bool"},
        **dict.fromkeys(SWITCHES, SWITCH),
    },
    controls=frozenset({"src", *SWITCHES}),
    rules={"required_one_of": [("name", "src")], "mutually_exclusive": [("version", "src")]},
    key="name",
    in_space=False,
    read_only=frozenset({"latest_version", "title", "install_source"}),
    server_defaults={"keep_policies_up_to_date": False},
    check=check,
    find=find,
    decode=decode,
    plan=plan,
    apply=apply,
)


def main():
    run(RESOURCE)


if __name__ == "__main__":
    main()
