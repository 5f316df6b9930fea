#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_agent_download_source
short_description: Manage a source for Elastic Agent binaries
description:
  - Creates, changes and deletes an entry in the list of places from which agents download what they upgrade to.
  - Kibana replaces an entry as a whole, and drops the default flag and the secrets that an update does not repeat.
    The module repeats them.
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
    description: Name, which is unique.
    type: str
  host:
    description: Address of the source, a URL with http or https. Required for a new entry.
    type: str
  is_default:
    description:
      - Whether agents use this entry unless their policy names another.
      - V(true) takes that from the entry that had it.
    type: bool
  proxy_id:
    description: Id of the Fleet proxy to use. V("") uses none.
    type: str
  ssl:
    description: TLS settings. V({}) removes them.
    type: dict
    suboptions:
      certificate_authorities:
        description: CAs to trust, as PEM texts or paths.
        type: list
        elements: str
      certificate:
        description: Client certificate.
        type: str
      key:
        description: Key of that certificate, as text that Kibana stores in the clear. Better use O(secrets.ssl.key).
        type: str
  auth:
    description:
      - How to log in at the source. V({}) removes it. Kibana knows it since 9.4.
      - A user with a password and an API key exclude each other.
    type: dict
    suboptions:
      username:
        description: Name of the user.
        type: str
      password:
        description: Password, as text that Kibana stores in the clear. Better use O(secrets.auth.password).
        type: str
      api_key:
        description: API key, as text that Kibana stores in the clear. Better use O(secrets.auth.api_key).
        type: str
      headers:
        description: HTTP headers for every download.
        type: list
        elements: dict
        suboptions:
          key:
            description: Name of the header.
            type: str
            required: true
          value:
            description: Value of the header. It is shown nowhere, but it is compared.
            type: str
            required: true
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
      auth:
        description: Secrets of O(auth).
        type: dict
        suboptions:
          password:
            description: Password of O(auth.username).
            type: str
          api_key:
            description: API key.
            type: str
"""

EXAMPLES = r"""
- name: Let agents download from a mirror of our own
  stackops.kibana.fleet_agent_download_source:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: own-mirror
    name: Own mirror
    host: https://artifacts.example.com/downloads/
    ssl:
      certificate_authorities:
        - /etc/ssl/own-ca.pem

- name: Remove the mirror
  stackops.kibana.fleet_agent_download_source:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: Own mirror
    state: absent
"""

RETURN = r"""
download_source:
  description: The entry as Kibana returns it, without secrets. In check mode, what it would be.
  returned: when O(state=present)
  type: dict
  sample:
    id: own-mirror
    name: Own mirror
    host: https://artifacts.example.com/downloads/
    is_default: false
"""

from ansible_collections.stackops.kibana.plugins.module_utils._engine import run
from ansible_collections.stackops.kibana.plugins.module_utils._fleet import SSL_DEFAULTS, TRAITS, body_of, guarded
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource
from ansible_collections.stackops.kibana.plugins.module_utils._secrets_file import open_secrets_file

STRING = {"type": "str"}
SECRET = {"type": "str", "no_log": True}
PAIRS = {name: f"secrets.{name}" for name in ("ssl.key", "auth.password", "auth.api_key")}
HEADER = {
    # The name of a header is no secret, whatever its key is called.
    "key": {"type": "str", "required": True, "no_log": False},
    "value": {"type": "str", "required": True},
}
AUTH = {"username": STRING, "password": SECRET, "api_key": SECRET}


def check(params):
    """What is wrong with the options, if anything."""
    auth, secret = params["auth"] or {}, (params["secrets"] or {}).get("auth") or {}
    password, api_key = auth.get("password") or secret.get("password"), auth.get("api_key") or secret.get("api_key")
    if params["host"] is not None and not params["host"].startswith(("http://", "https://")):
        return "host must be a URL with http or https."
    if api_key and (password or auth.get("username")):
        return "auth has a user and an API key: give one of them."
    for name, form in PAIRS.items():
        group, key = name.split(".")
        if (params[group] or {}).get(key) and ((params["secrets"] or {}).get(group) or {}).get(key):
            return f"{name} and {form} are the same thing: give one of them."
    return None


RESOURCE = Resource(
    result_key="download_source",
    options={
        "id": STRING,
        "name": STRING,
        "host": STRING,
        "is_default": {"type": "bool"},
        "proxy_id": STRING,
        "ssl": {
            "type": "dict",
            "options": {
                "certificate_authorities": {"type": "list", "elements": "str"},
                "certificate": STRING,
                "key": SECRET,
            },
        },
        "auth": {
            "type": "dict",
            "options": {**AUTH, "headers": {"type": "list", "elements": "dict", "options": HEADER, "no_log": False}},
        },
        "secrets": {
            "type": "dict",
            "no_log": False,
            "options": {
                "ssl": {"type": "dict", "options": {"key": SECRET}},
                "auth": {"type": "dict", "options": {"password": SECRET, "api_key": SECRET}},
            },
        },
    },
    item="/api/fleet/agent_download_sources/{id}",
    collection="/api/fleet/agent_download_sources",
    write_only=frozenset({*PAIRS, *PAIRS.values()}),
    secret_pairs=PAIRS,
    hidden=frozenset({"auth.headers[].value"}),
    server_defaults={"is_default": False, "auth": {}, **SSL_DEFAULTS},
    check=check,
    plan=guarded("download source", ("name", "host")),
    encode=body_of,
    **TRAITS,
    secrets_file=open_secrets_file,
)


def main():
    run(RESOURCE)


if __name__ == "__main__":
    main()
