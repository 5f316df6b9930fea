#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_server_host
short_description: Manage a Fleet Server host
description:
  - Creates, changes and deletes an entry in the list of addresses at which agents reach Fleet Server.
  - Kibana drops the proxy and the secrets that an update does not repeat. The module repeats them.
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
  host_urls:
    description:
      - Addresses of Fleet Servers, such as V(https://fleet.example.com:8220). Required for a new entry.
      - Kibana adds the port of the protocol where there is none.
    type: list
    elements: str
  is_default:
    description:
      - Whether agents use this entry unless their policy names another.
      - V(true) takes that from the entry that had it.
    type: bool
  is_internal:
    description: Whether Kibana hides the entry in its user interface.
    type: bool
  proxy_id:
    description: Id of the Fleet proxy to use. V("") uses none.
    type: str
  ssl:
    description: TLS settings. V({}) removes them.
    type: dict
    suboptions:
      certificate_authorities:
        description: CAs that agents trust when they connect to Fleet Server, as PEM texts or paths.
        type: list
        elements: str
      certificate:
        description: Certificate of the agent for Fleet Server.
        type: str
      key:
        description: Key of that certificate, as text that Kibana stores in the clear. Better use O(secrets.ssl.key).
        type: str
      es_certificate_authorities:
        description: CAs that Fleet Server trusts when it connects to Elasticsearch.
        type: list
        elements: str
      es_certificate:
        description: Certificate of Fleet Server for Elasticsearch.
        type: str
      es_key:
        description: Key of that certificate. Better use O(secrets.ssl.es_key).
        type: str
      agent_certificate_authorities:
        description: CAs that Fleet Server trusts when agents connect. Kibana knows it since 9.1.
        type: list
        elements: str
      agent_certificate:
        description: Certificate of agents for Fleet Server. Kibana knows it since 9.1.
        type: str
      agent_key:
        description: Key of that certificate. Better use O(secrets.ssl.agent_key).
        type: str
      client_auth:
        description: Whether Fleet Server demands a certificate of its clients.
        type: str
        choices: [optional, required, none]
  secrets:
    description: Secrets that Kibana stores apart, and never shows. See O(update_secrets).
    type: dict
    suboptions:
      ssl:
        description: Secrets of O(ssl).
        type: dict
        suboptions:
          key:
            description: Key of O(ssl.certificate).
            type: str
          es_key:
            description: Key of O(ssl.es_certificate).
            type: str
          agent_key:
            description: Key of O(ssl.agent_certificate).
            type: str
"""

EXAMPLES = r"""
- name: Name the Fleet Servers of the second data centre
  stackops.kibana.fleet_server_host:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: fleet-dc2
    name: Data centre 2
    host_urls:
      - https://fleet-a.dc2.example.com:8220
      - https://fleet-b.dc2.example.com:8220

- name: Remove them
  stackops.kibana.fleet_server_host:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: Data centre 2
    state: absent
"""

RETURN = r"""
fleet_server_host:
  description: The entry as Kibana returns it, without secrets. In check mode, what it would be.
  returned: when O(state=present)
  type: dict
  sample:
    id: fleet-dc2
    name: Data centre 2
    host_urls: ["https://fleet-a.dc2.example.com:8220"]
    is_default: false
    is_preconfigured: false
"""

from ansible_collections.stackops.kibana.plugins.module_utils._engine import run
from ansible_collections.stackops.kibana.plugins.module_utils._fleet import SSL_DEFAULTS, TRAITS, body_of, guarded
from ansible_collections.stackops.kibana.plugins.module_utils._fleet_output import is_url, normal_host
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource
from ansible_collections.stackops.kibana.plugins.module_utils._secrets_file import open_secrets_file

STRING = {"type": "str"}
STRINGS = {"type": "list", "elements": "str"}
KEY = {"type": "str", "no_log": True}
KEYS = ("key", "es_key", "agent_key")
SSL = {
    **dict.fromkeys(("certificate", "es_certificate", "agent_certificate"), STRING),
    **dict.fromkeys(
        ("certificate_authorities", "es_certificate_authorities", "agent_certificate_authorities"), STRINGS
    ),
    **dict.fromkeys(KEYS, KEY),
    "client_auth": {"type": "str", "choices": ["optional", "required", "none"]},
}


def check(params):
    """Kibana fails on what is no URL, without saying why."""
    urls = params["host_urls"] or ()
    wrong = next((number for number, url in enumerate(urls) if not is_url(url)), None)
    if wrong is None:
        return None
    return f"host_urls[{wrong}] must be a URL with http or https, such as https://fleet.example.com:8220."


RESOURCE = Resource(
    result_key="fleet_server_host",
    options={
        "id": STRING,
        "name": STRING,
        "host_urls": STRINGS,
        "is_default": {"type": "bool"},
        "is_internal": {"type": "bool"},
        "proxy_id": STRING,
        "ssl": {"type": "dict", "options": SSL},
        "secrets": {
            "type": "dict",
            "no_log": False,
            "options": {"ssl": {"type": "dict", "options": dict.fromkeys(KEYS, KEY)}},
        },
    },
    item="/api/fleet/fleet_server_hosts/{id}",
    collection="/api/fleet/fleet_server_hosts",
    answers_object=False,  # an update shows the TLS settings as a text
    read_only=frozenset({"is_preconfigured"}),
    write_only=frozenset(f"{form}.{key}" for form in ("ssl", "secrets.ssl") for key in KEYS),
    secret_pairs={f"ssl.{key}": f"secrets.ssl.{key}" for key in KEYS},
    unordered=frozenset({"host_urls"}),
    server_defaults={"is_default": False, "is_internal": False, **SSL_DEFAULTS},
    canonical={"host_urls[]": normal_host},
    check=check,
    plan=guarded("Fleet Server host", ("name", "host_urls")),
    encode=body_of,
    **TRAITS,
    secrets_file=open_secrets_file,
)


def main():
    run(RESOURCE)


if __name__ == "__main__":
    main()
