#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_package_inputs_info
short_description: Read the template of the inputs of a package
description:
  - Returns the inputs of a package (integration) with their default values, as an Elastic Agent without Fleet takes
    them in its configuration.
  - A package or version that does not exist is no error. It gives an empty answer.
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
    description: Name of the package, such as V(apache).
    type: str
    required: true
  version:
    description: Version of the package. If not given, it is the latest one that this Kibana can install.
    type: str
  format:
    description:
      - V(json) returns the inputs as data.
      - V(yaml) returns a text with comments, which also says what else can be set.
    type: str
    choices: [json, yaml]
    default: json
  prerelease:
    description: Whether to take versions that are not released yet, too.
    type: bool
    default: false
  ignore_unverified:
    description: Whether to take a package whose signature cannot be verified.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Read the inputs of a package
  stackops.kibana.fleet_package_inputs_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: apache
    version: 1.24.0
  register: apache

- name: Read the latest ones as YAML
  stackops.kibana.fleet_package_inputs_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: apache
    format: yaml
"""

RETURN = r"""
inputs:
  description: The inputs.
  returned: when O(format=json)
  type: list
  elements: dict
  sample:
    - id: apache-logfile
      type: logfile
      streams:
        - id: logfile-apache.access
          data_stream:
            dataset: apache.access
            type: logs
          paths: [/var/log/apache2/access.log*]
yaml:
  description: The inputs as a text, byte for byte as Kibana gives it.
  returned: when O(format=yaml)
  type: str
package:
  description: The package that they belong to. Empty where it does not exist.
  returned: always
  type: dict
  sample:
    name: apache
    version: 1.24.0
"""

from ansible_collections.stackops.kibana.plugins.module_utils._client import fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError, is_route_missing
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_action

PACKAGE = "/api/fleet/epm/packages/{name}"
INPUTS = "/api/fleet/epm/templates/{name}/{version}/inputs"
OPTIONS = {
    "name": {"type": "str", "required": True},
    "version": {"type": "str"},
    "format": {"type": "str", "choices": ["json", "yaml"], "default": "json"},
    "prerelease": {"type": "bool", "default": False},
    "ignore_unverified": {"type": "bool", "default": False},
}


def query(params):
    """The parameters that both requests share."""
    named = {"prerelease": params["prerelease"], "ignoreUnverified": params["ignore_unverified"]}
    return {name: "true" for name, value in named.items() if value}


def gather(context):
    """The inputs in the wanted format."""
    client, params = context.client, context.params
    version, empty = params["version"], {"json": {"inputs": []}, "yaml": {"yaml": ""}}[params["format"]]
    try:
        if version is None:
            path = fill_path(PACKAGE, params)
            version = client.get(path, in_space=False, params=query(params))["item"]["version"]
        found = template(client, params, version)
    except KibanaError as error:
        if error.status != 404 or is_route_missing(error.error):
            raise
        return {"changed": False, "package": {}, **empty}
    return {"changed": False, "package": {"name": params["name"], "version": version}, **found}


def template(client, params, version):
    """The template of one version."""
    path = fill_path(INPUTS, {"name": params["name"], "version": version})
    options = {**query(params), "format": params["format"]}
    if params["format"] == "yaml":
        return {"yaml": client.text("GET", path, in_space=False, params=options)}
    return {"inputs": client.get(path, in_space=False, params=options)["inputs"]}


def main():
    run_action(gather, OPTIONS)


if __name__ == "__main__":
    main()
