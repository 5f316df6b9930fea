#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_proxy
short_description: Manage a proxy of Fleet
description:
  - Creates, changes and deletes a proxy that agents can use to reach outputs, Fleet Servers and download sources.
  - Kibana drops the headers and the certificates that an update does not repeat. The module repeats them.
  - Deleting a proxy takes it from everything that uses it.
  - It needs the privileges to read and write the settings of Fleet.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.no_space
  - stackops.kibana.state
  - stackops.kibana.secrets
  - stackops.kibana.attributes
  - stackops.kibana.action_group
options:
  id:
    description:
      - Id of the object. Without it the object is looked for by O(name).
      - An object that does not exist is created with this id, or with one that Kibana chooses.
    type: str
  name:
    description: Name. Names need not be unique. If two objects have it, give O(id).
    type: str
  url:
    description: Address of the proxy, with http, https or socks5. Required for a new proxy.
    type: str
  proxy_headers:
    description:
      - HTTP headers for the proxy, by name. They are merged with the stored ones. V({}) removes all.
      - The values may be secrets. They are compared, and shown nowhere.
    type: dict
  certificate_authorities:
    description: CA of the proxy, as PEM text or path. V("") removes it.
    type: str
  certificate:
    description: Client certificate for the proxy. V("") removes it.
    type: str
  certificate_key:
    description: Key of O(certificate). See O(update_secrets).
    type: str
"""

EXAMPLES = r"""
- name: Let agents use the proxy of the office
  stackops.kibana.fleet_proxy:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: office
    name: Office
    url: http://proxy.example.com:3128
  register: proxy

- name: Reach the Fleet Server through it
  stackops.kibana.fleet_server_host:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: fleet-office
    name: Office
    host_urls: ["https://fleet.example.com:8220"]
    proxy_id: "{{ proxy.fleet_proxy.id }}"

- name: Remove the proxy
  stackops.kibana.fleet_proxy:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: office
    state: absent
"""

RETURN = r"""
fleet_proxy:
  description: The proxy as Kibana returns it, without secrets. In check mode, what it would be.
  returned: when O(state=present)
  type: dict
  sample:
    id: office
    name: Office
    url: http://proxy.example.com:3128
    is_preconfigured: false
"""

from ansible_collections.stackops.kibana.plugins.module_utils._engine import run
from ansible_collections.stackops.kibana.plugins.module_utils._fleet import TRAITS, guarded
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource
from ansible_collections.stackops.kibana.plugins.module_utils._secrets_file import open_secrets_file

STRING = {"type": "str"}
NULLABLE = ("proxy_headers", "certificate_authorities", "certificate", "certificate_key")


def encode(plan):
    """The body of a write: an update forgets what is not repeated, and null clears."""
    body = {name: value for name, value in plan.body.items() if name != "id" or plan.action == "create"}
    return {name: (None if name in NULLABLE and value in ("", {}) else value) for name, value in body.items()}


RESOURCE = Resource(
    result_key="fleet_proxy",
    options={
        "id": STRING,
        "name": STRING,
        "url": STRING,
        "proxy_headers": {"type": "dict"},
        "certificate_authorities": STRING,
        "certificate": STRING,
        "certificate_key": {"type": "str", "no_log": True},
    },
    item="/api/fleet/proxies/{id}",
    collection="/api/fleet/proxies",
    read_only=frozenset({"is_preconfigured"}),
    write_only=frozenset({"certificate_key"}),
    hidden=frozenset({"proxy_headers"}),
    server_defaults={"proxy_headers": {}, "certificate_authorities": "", "certificate": ""},
    plan=guarded("Fleet proxy", ("name", "url")),
    encode=encode,
    **TRAITS,
    secrets_file=open_secrets_file,
)


def main():
    run(RESOURCE)


if __name__ == "__main__":
    main()
