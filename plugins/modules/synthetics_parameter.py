#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: synthetics_parameter
short_description: Manage a global parameter of Synthetics
description:
  - Creates, changes and deletes a parameter that the monitors of Synthetics may use.
  - The value is a secret. It is never shown, and not compared with the stored one; see O(update_secrets).
  - Needs the privilege C(all) of the Kibana feature C(Synthetics and Uptime), and Kibana 8.17 or newer to delete.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.state
  - stackops.kibana.secrets
  - stackops.kibana.attributes
  - stackops.kibana.action_group
options:
  id:
    description: Id of an existing parameter. Kibana chooses the ids of new ones.
    type: str
  key:
    description:
      - Key of the parameter. Without O(id) it names the parameter. Where the space sees more than one parameter of that
        key, the module fails and lists the ids.
      - With O(id) it may be changed.
    type: str
  value:
    description: Value. Required for a new parameter.
    type: str
  description:
    description: Description.
    type: str
  tags:
    description: Tags. Their order does not count. V([]) removes all.
    type: list
    elements: str
  share_across_spaces:
    description: Whether all spaces see the parameter. It cannot be changed.
    type: bool
seealso:
  - module: stackops.kibana.synthetics_monitor
"""

EXAMPLES = r"""
- name: Give monitors a password
  stackops.kibana.synthetics_parameter:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    key: shop_password
    value: "{{ shop_password | default('changeme') }}"
    description: Password of the test account.
    tags: [shop]
  no_log: true

- name: Describe a parameter, and leave its value as it is
  stackops.kibana.synthetics_parameter:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    key: shop_url
    description: Address of the shop.

- name: Delete a parameter
  stackops.kibana.synthetics_parameter:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    key: shop_password
    state: absent
"""

RETURN = r"""
parameter:
  description: The parameter, without its value. In check mode, what it would be.
  returned: when O(state=present)
  type: dict
  sample:
    id: 1f4d4e2b-3c5e-4c53-9e5f-1b4f2a7d8c11
    key: shop_password
    value: VALUE_SPECIFIED_IN_NO_LOG_PARAMETER
    description: Password of the test account.
    tags: [shop]
    share_across_spaces: false
    namespaces: [default]
"""

from ansible_collections.stackops.kibana.plugins.module_utils._engine import default_plan, run
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import same
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource
from ansible_collections.stackops.kibana.plugins.module_utils._secrets_file import open_secrets_file

STRING = {"type": "str"}
FIELDS = ("key", "description", "tags")


def decode(raw):
    """The parameter with what its spaces mean."""
    return {**raw, "share_across_spaces": "*" in raw.get("namespaces", [])}


def plan(context, current):
    """The usual plan; a new parameter has a key and a value."""
    params = context.params
    if current is None and params["state"] == "present":
        if params["id"] is not None:
            raise PlanError(
                f"There is no parameter with the id {params['id']!r}, and Kibana chooses the ids of new ones: give key"
                " instead."
            )
        if params["value"] is None:
            raise PlanError(f"There is no parameter with the key {params['key']!r}, and a new one needs value.")
    return default_plan(context, current)


def encode(step):
    """A new parameter, or what differs."""
    if step.action == "create":
        return {name: value for name, value in step.body.items() if name in step.desired}
    traits = RESOURCE.traits
    changed = [n for n in FIELDS if not same(step.before.get(n), step.after.get(n), traits.child(n))]
    return {**{name: step.after[name] for name in changed}, **step.secrets}


RESOURCE = Resource(
    result_key="parameter",
    options={
        "id": STRING,
        "key": {"type": "str", "no_log": False},
        "value": {"type": "str", "no_log": True},
        "description": STRING,
        "tags": {"type": "list", "elements": "str"},
        "share_across_spaces": {"type": "bool"},
    },
    rules={"required_one_of": [("id", "key")]},
    collection="/api/synthetics/params",
    item="/api/synthetics/params/{id}",
    name_key="key",
    immutable=frozenset({"share_across_spaces"}),
    read_only=frozenset({"namespaces"}),
    write_only=frozenset({"value"}),
    unordered=frozenset({"tags"}),
    server_defaults={"description": "", "tags": [], "share_across_spaces": False},
    decode=decode,
    plan=plan,
    encode=encode,
    secrets_file=open_secrets_file,
)


def main():
    run(RESOURCE)


if __name__ == "__main__":
    main()
