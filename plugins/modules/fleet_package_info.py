#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_package_info
short_description: Read packages (integrations) of Fleet
description:
  - Returns packages of the registry and installed ones, with the version that is really installed.
  - It needs the privilege to read integrations.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.no_space
  - stackops.kibana.attributes.info
  - stackops.kibana.action_group
options:
  name:
    description: Name of a package. One that does not exist gives an empty list.
    type: str
  installed:
    description: Whether packages have to be installed, or must not be. Without it both count.
    type: bool
  outdated:
    description: Whether installed packages must have a later version, or must not have one.
    type: bool
  prerelease:
    description: Whether versions before the release count as the latest.
    type: bool
    default: false
seealso:
  - module: stackops.kibana.fleet_package
  - module: stackops.kibana.fleet_package_inputs_info
"""

EXAMPLES = r"""
- name: Read the packages that are installed
  stackops.kibana.fleet_package_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    installed: true

- name: See which of them could be upgraded
  stackops.kibana.fleet_package_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    outdated: true
  register: upgrades

- name: Read one
  stackops.kibana.fleet_package_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: apache
"""

RETURN = r"""
packages:
  description: The packages.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name.
      returned: always
      type: str
    title:
      description: Title.
      returned: always
      type: str
    version:
      description: The installed version.
      returned: where it is installed
      type: str
    latest_version:
      description: The latest version.
      returned: always
      type: str
    outdated:
      description: Whether there is a later version than the installed one.
      returned: where it is installed
      type: bool
    status:
      description: Kibana's word for its state, such as V(installed), V(not_installed) or V(install_failed).
      returned: always
      type: str
  sample:
    - name: apache
      title: Apache HTTP Server
      version: 1.23.0
      latest_version: 1.24.0
      outdated: true
      status: installed
      categories: [observability]
"""

from ansible_collections.stackops.kibana.plugins.module_utils._fleet_package import (
    PACKAGES,
    installed_version,
    order,
    read,
)
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_info

OPTIONS = {
    "name": {"type": "str"},
    "installed": {"type": "bool"},
    "outdated": {"type": "bool"},
    "prerelease": {"type": "bool", "default": False},
}
KEPT = ("name", "title", "description", "status", "type", "categories")


def gather(context):
    """The packages that were asked for."""
    client, params = context.client, context.params
    if params["name"] is not None:
        item = read(client, params["name"], params["prerelease"])
        items = [] if item is None else [item]
    else:
        query = {"prerelease": "true"} if params["prerelease"] else {}
        items = client.get(PACKAGES, in_space=False, params=query)["items"]
    return [package for package in map(shown, items) if fits(package, params)]


def shown(item):
    """What matters of a package."""
    version = installed_version(item)
    found = {name: item[name] for name in KEPT if item.get(name) is not None}
    found["latest_version"] = item.get("latestVersion") or item["version"]
    if version is not None:
        found.update(version=version, outdated=order(version) < order(found["latest_version"]))
    return found


def fits(package, params):
    """Whether a package is one of those that are wanted."""
    if params["installed"] not in (None, "version" in package):
        return False
    return params["outdated"] is None or package.get("outdated") == params["outdated"]


def main():
    run_info("packages", OPTIONS, gather)


if __name__ == "__main__":
    main()
