#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: apm_source_map_info
short_description: Read source maps of APM
description:
  - Returns the source maps of bundles of JavaScript that were uploaded for APM, the newest first.
  - The user needs the privilege C(read) of the feature APM and User Experience.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.no_space
  - stackops.kibana.attributes.info
  - stackops.kibana.action_group
options:
  service_name:
    description: Only source maps of this service.
    type: str
  service_version:
    description: Only source maps of this version.
    type: str
  bundle_filepath:
    description: Only source maps of this bundle.
    type: str
  contents:
    description: Whether to return the source maps themselves, too, which can be large.
    type: bool
    default: false
seealso:
  - module: stackops.kibana.apm_source_map
"""

EXAMPLES = r"""
- name: Which versions of the shop have source maps?
  stackops.kibana.apm_source_map_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    service_name: shop-web
  register: maps

- name: Show them
  ansible.builtin.debug:
    msg: "{{ maps.source_maps | map(attribute='service_version') | unique }}"
"""

RETURN = r"""
source_maps:
  description: The source maps, the newest first.
  returned: always
  type: list
  elements: dict
  contains:
    checksum:
      description: SHA-256 of the content as JSON with sorted keys and no spaces.
      returned: always
      type: str
    content:
      description: The source map itself.
      returned: when O(contents=true)
      type: dict
  sample:
    - id: apm:shop-web-1.0-644fd5a997d1ddd90ee131ba18e2b3d03931d89dd1fe4599143c0b3264b3e456
      service_name: shop-web
      service_version: "1.0"
      bundle_filepath: https://shop.example.com/app.js
      checksum: 5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03
      created: "2026-01-01T00:00:00.000Z"
"""

from ansible_collections.stackops.kibana.plugins.module_utils._apm_source_map import (
    IDENTITY,
    checksum,
    cleaned,
    identity_of,
    listed,
    shown,
)
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_info

OPTIONS = {**{name: {"type": "str"} for name in IDENTITY}, "contents": {"type": "bool", "default": False}}


def read(context):
    """The source maps that were asked for."""
    wanted = {name: context.params[name] for name in IDENTITY if context.params[name] is not None}
    if "bundle_filepath" in wanted:
        wanted["bundle_filepath"] = cleaned(wanted["bundle_filepath"])
    found = []
    for artifact in listed(context.client):
        identity, content = identity_of(artifact), artifact["body"].get("sourceMap")
        if all(identity[name] == value for name, value in wanted.items()):
            one = shown(artifact, identity, checksum(content))
            found.append({**one, "content": content} if context.params["contents"] else one)
    return found


def main():
    run_info("source_maps", OPTIONS, read)


if __name__ == "__main__":
    main()
