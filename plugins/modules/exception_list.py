#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: exception_list
short_description: Manage an exception list of Elastic Security
description:
  - Creates, changes and deletes an exception list, which detection rules refer to.
  - The items in it are managed by M(stackops.kibana.exception_items), which can create its lists, too, and does it
    much faster where there are many.
  - B(Deleting a list deletes its items.) Rules that refer to it keep a reference that leads nowhere.
  - It needs the privilege C(all) of the feature Security in the space.
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
  list_id:
    description: Id of the list. Together with O(namespace_type) it identifies the list, and cannot be changed.
    type: str
    required: true
  namespace_type:
    description:
      - V(single) for a list of one space, V(agnostic) for one that all spaces share.
      - Lists of both kinds may have the same id. They are different lists.
    type: str
    choices: [single, agnostic]
    default: single
  name:
    description: Name of the list. A new list needs one.
    type: str
  description:
    description: What the list is for. A new list needs one.
    type: str
  type:
    description:
      - What the list is for. A new list needs one, and it cannot be changed.
      - V(detection) is a list that rules share, V(rule_default) one of a single rule. The others belong to Elastic
        Defend.
      - Kibana knows V(endpoint_trusted_devices) since 9.2.
    type: str
    choices:
      - detection
      - rule_default
      - endpoint
      - endpoint_trusted_apps
      - endpoint_trusted_devices
      - endpoint_events
      - endpoint_host_isolation_exceptions
      - endpoint_blocklists
  os_types:
    description: Operating systems that the list is for, in any order. It cannot be changed.
    type: list
    elements: str
    choices: [linux, macos, windows]
  tags:
    description: Tags of the list, in any order. V([]) removes all.
    type: list
    elements: str
  meta:
    description: Any data about the list. The keys given are merged with the stored ones.
    type: dict
seealso:
  - module: stackops.kibana.exception_items
  - name: Kibana API, exceptions
    description: The endpoints that this module uses.
    link: https://www.elastic.co/docs/api/doc/kibana/group/endpoint-security-exceptions-api
"""

EXAMPLES = r"""
- name: Create a list of exceptions that rules share
  stackops.kibana.exception_list:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    list_id: vulnerability-scanners
    name: Vulnerability scanners
    description: What our own scanners do
    type: detection
    tags: [soc]

- name: Delete a list with its items
  stackops.kibana.exception_list:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    list_id: old-scanners
    state: absent
"""

RETURN = r"""
exception_list:
  description: The list. In check mode, what it would be.
  returned: when O(state=present)
  type: dict
  sample:
    id: 6a1f8b0e-61a5-4b5f-8a0c-3c4b7e9d1f10
    list_id: vulnerability-scanners
    namespace_type: single
    name: Vulnerability scanners
    description: What our own scanners do
    type: detection
    tags: [soc]
    version: 1
"""

from dataclasses import replace

from ansible_collections.stackops.kibana.plugins.module_utils._client import fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._engine import default_plan, run
from ansible_collections.stackops.kibana.plugins.module_utils._exception_items import LISTS, list_body
from ansible_collections.stackops.kibana.plugins.module_utils._exceptions import LIST_RESOURCE, check_list, missing

ITEM = LISTS + "?list_id={list_id}&namespace_type={namespace_type}"


def find(context):
    """The list with this id in this namespace."""
    return context.client.find(fill_path(ITEM, context.params), probe=LISTS + "/_find?per_page=1")


def plan(context, current):
    """The usual plan; a new list needs more than its id."""
    step = default_plan(context, current)
    if step.action == "create":
        missing(step, f"The exception list {context.params['list_id']!r}", ("name", "description", "type"))
    return step


def encode(step):
    """The body, with the version that the plan is made for."""
    lock = {"_version": step.current["_version"]} if step.action == "update" else {}
    return {**list_body(step), **lock}


RESOURCE = replace(
    LIST_RESOURCE,
    result_key="exception_list",
    key="list_id",
    item=ITEM,
    collection=LISTS,
    update=LISTS,
    check=check_list,
    find=find,
    plan=plan,
    encode=encode,
)


def main():
    run(RESOURCE)


if __name__ == "__main__":
    main()
