#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_enrollment_api_key
short_description: Manage an enrollment key of Fleet
description:
  - Creates and revokes a key (token) with which agents enrol in an agent policy.
  - Kibana appends an id to the name of a key. The module finds the key by the name without it.
  - A revoked key counts as absent. Kibana keeps it, and does not let its policy use its name again.
  - A key cannot be changed. It is created where its policy has no such key that is in force.
  - It needs the privileges to write agents and to read agent policies of Fleet.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.state
  - stackops.kibana.attributes
  - stackops.kibana.action_group
options:
  state:
    description:
      - V(present) creates the key.
      - V(absent) revokes it. Agents that have enrolled with it stay.
    type: str
    choices: [present, absent]
    default: present
  name:
    description: Name of the key, without the id that Kibana appends.
    type: str
    required: true
  policy:
    description: Id or name of the agent policy that agents enrol in with the key.
    type: str
    required: true
    aliases: [policy_id]
  expiration:
    description:
      - For how long a new key is good, such as V(7d), V(24h) or V(30m).
      - Kibana 8.x and up to 9.4 accept it, and let the key live for ever. It is not compared.
    type: str
  return_token:
    description:
      - Whether to return the token itself, as RV(enrollment_api_key.api_key).
      - Set C(no_log) to V(true) for such a task, as Ansible shows and stores results otherwise.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Create a key for new Linux servers
  stackops.kibana.fleet_enrollment_api_key:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    policy: Emulated policy
    name: Linux servers

- name: Get its token
  stackops.kibana.fleet_enrollment_api_key:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    policy: Emulated policy
    name: Linux servers
    return_token: true
  register: key
  no_log: true

- name: Revoke the key of last year
  stackops.kibana.fleet_enrollment_api_key:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    policy: Emulated policy
    name: Linux servers 2025
    state: absent
"""

RETURN = r"""
enrollment_api_key:
  description: The key. In check mode, what it would be.
  returned: when O(state=present)
  type: dict
  contains:
    id:
      description: Id of the key.
      returned: always
      type: str
    name:
      description: Its name, without the id.
      returned: always
      type: str
    policy:
      description: The policy as O(policy) gives it.
      returned: always
      type: str
    policy_id:
      description: Id of the policy.
      returned: unless it would be created
      type: str
    api_key_id:
      description: Id of the key in Elasticsearch.
      returned: unless it would be created
      type: str
    api_key:
      description: The token. A secret.
      returned: when O(return_token=true), unless it would be created
      type: str
    created_at:
      description: When it was created.
      returned: unless it would be created
      type: str
  sample:
    id: 9a1f6b1e-6f0e-4f6c-8a43-2f3c1d9b7a55
    name: Linux servers
    policy: Emulated policy
    policy_id: emulated-policy
    api_key_id: f3Cx5ZkBtnD3Rb5h0Qpx
    active: true
    created_at: "2026-02-01T12:00:00.000Z"
"""

import re

from ansible_collections.stackops.kibana.plugins.module_utils._client import fill_path, quoted
from ansible_collections.stackops.kibana.plugins.module_utils._engine import run
from ansible_collections.stackops.kibana.plugins.module_utils._fleet_policies import policy_named
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource

KEYS = "/api/fleet/enrollment_api_keys"
READ_ONLY = {"id", "policy_id", "api_key_id", "api_key", "active", "created_at", "expire_at", "hidden"}


def check(params):
    """What is wrong with the options, if anything."""
    if not params["name"].strip():
        return "name is empty: a key without a name could not be found again."
    if params["expiration"] is not None and not re.fullmatch(r"\d+[dhms]", params["expiration"]):
        return f"expiration is {params['expiration']!r}: it must be a number and d, h, m or s, such as 7d."
    return None


def base_name(key):
    """The name of a key as its creator gave it."""
    return key.get("name", "").removesuffix(f" ({key['id']})")


def keys_of(context, policy):
    """The keys of this name that the policy has or had, the newest first."""
    params = {"kuery": f"policy_id:{quoted(policy['id'])}"}
    found = context.client.pages(KEYS, items="items", size_name="perPage", params=params)
    return [key for key in found if key.get("policy_id") == policy["id"] and base_name(key) == context.params["name"]]


def policy_of(context):
    """The policy, or None where it cannot have a key yet."""
    reference = context.params["policy"]
    policy = policy_named(context.client, reference)
    if policy is None and context.params["state"] == "present":
        message = f"There is no agent policy with the id or name {reference!r}"
        if not context.check_mode:
            raise PlanError(f"{message}: create it first, or correct policy.")
        context.warn(f"{message} yet; the prediction takes it for one without keys.")
    return policy


def find(context):
    """The newest key that is in force. Raises PlanError where the name is used up."""
    policy = policy_of(context)
    keys = keys_of(context, policy) if policy else []
    active = [key for key in keys if key["active"]]
    if active:
        return shown(context, active[0])
    if keys and context.params["state"] == "present":
        raise PlanError(
            f"The policy {context.params['policy']!r} had a key named {context.params['name']!r}, which is revoked."
            " Kibana does not let a name be used again: choose another one."
        )
    return None


def shown(context, key):
    """A key in the shape of the options; its token only on request."""
    view = {**key, "name": base_name(key), "policy": context.params["policy"]}
    # Kibana says of existing keys alone whether they are hidden.
    dropped = {"hidden"} if context.params["return_token"] else {"hidden", "api_key"}
    return {name: value for name, value in view.items() if name not in dropped}


def apply(context, step):
    """Create the key, or revoke all that are in force under this name."""
    policy = policy_of(context)
    if step.action == "create":
        body = {"policy_id": policy["id"], "name": context.params["name"], "expiration": context.params["expiration"]}
        body = {name: value for name, value in body.items() if value is not None}
        return shown(context, context.client.call("POST", KEYS, json=body)["item"])
    for key in keys_of(context, policy):
        if key["active"]:
            context.client.delete(fill_path(KEYS + "/{id}", key))
    if any(key["active"] for key in keys_of(context, policy)):
        raise PlanError("Kibana did not revoke the key. Keys of a policy that is managed from outside are kept.")
    return None


RESOURCE = Resource(
    result_key="enrollment_api_key",
    options={
        "name": {"type": "str", "required": True},
        "policy": {"type": "str", "required": True, "aliases": ["policy_id"]},
        "expiration": {"type": "str"},
        "return_token": {"type": "bool", "default": False, "no_log": False},
    },
    controls=frozenset({"expiration", "return_token"}),
    read_only=frozenset(READ_ONLY),
    check=check,
    find=find,
    apply=apply,
)


def main():
    run(RESOURCE)


if __name__ == "__main__":
    main()
