#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: exception_items
short_description: Manage the items of many exception lists of Elastic Security at once
description:
  - Creates, changes and deletes any number of exceptions in any number of exception lists, and creates the lists.
  - It reads all of them with a few requests, and writes only what differs. New lists and items go in by Kibana's
    import, hundreds with one request. Everything else is written by several requests at a time, because each write
    of Kibana waits about a second.
  - What is not given of a list or an item stays as it is.
  - An item that Kibana refuses does not keep it from writing the others. The task then fails, and says what became of
    each. The next run does what is left.
  - It needs the privilege C(all) of the feature Security in the space.
  - Where the module runs in the controller, a line now and then says how far it is.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.exact
  - stackops.kibana.attributes
  - stackops.kibana.action_group
options:
  list_id:
    description:
      - Id of a list. The options beside it are those of this list.
      - For many lists with one task, give O(lists) instead, which takes far less time.
    type: str
  namespace_type: &namespace_type
    description: V(single) for a list of one space, V(agnostic) for one that all spaces share.
    type: str
    choices: [single, agnostic]
    default: single
  name: &name
    description: Name of the list. A list that does not exist yet needs one, else the task fails.
    type: str
  description: &description
    description: What the list is for. A list that does not exist yet needs one.
    type: str
  type: &type
    description:
      - What the list is for, see M(stackops.kibana.exception_list). A list that does not exist yet needs one.
      - It cannot be changed.
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
  os_types: &os_types
    description: Operating systems that the list is for, in any order. It cannot be changed.
    type: list
    elements: str
    choices: [linux, macos, windows]
  tags: &tags
    description: Tags of the list, in any order. V([]) removes all.
    type: list
    elements: str
  meta: &meta
    description: Any data about the list. The keys given are merged with the stored ones.
    type: dict
  items: &items
    description:
      - The exceptions. With O(exact=true) those of the list that are not given are deleted, and V([]) deletes all.
      - If not given, the items of the list are left alone, with O(exact=true), too.
    type: list
    elements: dict
    suboptions:
      item_id:
        description:
          - Id of the item. It identifies the item among all of the space, or of all spaces for an agnostic list.
          - An item that is in another list of the same task is moved with O(exact=true). Kibana can only do that by
            deleting and creating it. Without O(exact=true) the task fails.
        type: str
        required: true
      name:
        description: Name of the exception. A new one needs it.
        type: str
      description:
        description: Why the exception is made. A new one needs it.
        type: str
      entries:
        description:
          - The conditions, in any order. All of them must hold for the exception to apply. A new item needs them.
          - The list replaces the stored one.
        type: list
        elements: dict
        suboptions:
          field:
            description: Field of the event.
            type: str
            required: true
          type:
            description:
              - V(match) and V(wildcard) compare with a text, V(match_any) with several, V(list) with a value list.
              - V(exists) asks whether there is the field, V(nested) several things about one nested object.
            type: str
            required: true
            choices: [match, match_any, exists, wildcard, list, nested]
          operator:
            description:
              - V(included) if the condition must hold, V(excluded) if it must not. If not given, V(included).
              - Not for the type V(nested).
            type: str
            choices: [included, excluded]
          value:
            description: A text, for the type V(match_any) a list of them.
            type: raw
          list:
            description: The value list, for the type V(list).
            type: dict
            suboptions:
              id:
                description: Id of the value list.
                type: str
                required: true
              type:
                description: Type of its values, such as V(ip).
                type: str
                required: true
          entries:
            description: The conditions on the nested object, for the type V(nested), in any order.
            type: list
            elements: dict
            suboptions:
              field:
                description: Field below the nested one.
                type: str
                required: true
              type:
                description: The kind of condition, as above.
                type: str
                required: true
                choices: [match, match_any, exists]
              operator:
                description: As above.
                type: str
                choices: [included, excluded]
              value:
                description: As above.
                type: raw
      os_types:
        description: Operating systems that the exception is for, in any order. V([]) means all.
        type: list
        elements: str
        choices: [linux, macos, windows]
      tags:
        description:
          - Tags of the exception, in any order. V([]) removes all.
          - Those that Kibana itself gives to exceptions of Elastic Defend (V(ownerSpaceId:...)) stay.
        type: list
        elements: str
      meta:
        description:
          - Any data about the exception. The keys given are merged with the stored ones. V({}) removes all.
        type: dict
      expire_time:
        description: When the exception ceases to apply, such as V(2027-01-31T00:00:00Z). V("") means never.
        type: str
      comments:
        description:
          - Comments that the exception must have. Those that it lacks are added.
          - Kibana cannot change or delete comments, so all others stay.
        type: list
        elements: dict
        suboptions:
          comment:
            description: The text.
            type: str
            required: true
  lists:
    description:
      - Many lists, each with the options that are there for a single one.
      - Either this or O(list_id) is required.
    type: list
    elements: dict
    suboptions:
      list_id:
        description: Id of the list.
        type: str
        required: true
      namespace_type: *namespace_type
      name: *name
      description: *description
      type: *type
      os_types: *os_types
      tags: *tags
      meta: *meta
      items: *items
  concurrency:
    description: How many requests to have under way at a time, from 1 to 32.
    type: int
    default: 10
seealso:
  - module: stackops.kibana.exception_list
  - module: stackops.kibana.value_list
  - name: Kibana API, exceptions
    description: The endpoints that this module uses.
    link: https://www.elastic.co/docs/api/doc/kibana/group/endpoint-security-exceptions-api
"""

EXAMPLES = r"""
- name: Add an exception to a list
  stackops.kibana.exception_items:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    list_id: soc-maintenance
    name: Maintenance
    description: What administrators do at night
    type: detection
    items:
      - item_id: soc-reboot
        name: Planned reboots
        description: The servers restart on Sundays
        expire_time: "2030-01-31T00:00:00Z"
        entries:
          - field: process.name
            type: match_any
            value: [shutdown.exe, reboot]

- name: Bring two lists to what the repository says, and delete exceptions that left it
  stackops.kibana.exception_items:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    exact: true
    max_deletions: 5
    lists:
      - list_id: soc-scanners
        name: Scanners
        description: What our own scanners do
        type: detection
        items:
          - item_id: soc-scanner-nessus
            name: Nessus
            description: Weekly scan of the servers
            entries:
              - field: source.ip
                type: match_any
                value: [10.1.2.3, 10.1.2.4]
              - field: process.name
                type: match
                value: nessusd
            comments:
              - comment: Agreed with the network team
      - list_id: soc-backup
        name: Backup
        description: What the backup does
        type: detection
        items:
          - item_id: soc-backup-copy
            name: Shadow copies
            description: The agent makes shadow copies at night
            os_types: [windows]
            entries:
              - field: process.executable
                type: wildcard
                value: C:\Program Files\Backup\*.exe
              - field: file.Ext.code_signature
                type: nested
                entries:
                  - field: subject_name
                    type: match
                    value: Backup Inc.
                  - field: trusted
                    type: match
                    value: "true"
"""

RETURN = r"""
items:
  description: What became of each item, in the order of the task, then those deleted.
  returned: always
  type: list
  elements: dict
  contains:
    item_id:
      description: Id of the item.
      returned: always
      type: str
    list_id:
      description: Id of its list.
      returned: always
      type: str
    namespace_type:
      description: V(single) or V(agnostic).
      returned: always
      type: str
    result:
      description: V(created), V(updated), V(unchanged), V(deleted) or V(failed).
      returned: always
      type: str
    msg:
      description: Why it failed.
      returned: when it failed
      type: str
  sample:
    - item_id: soc-scanner-nessus
      list_id: soc-scanners
      namespace_type: single
      result: created
summary:
  description: How many items were V(created), V(updated), V(unchanged), V(deleted) and V(failed).
  returned: always
  type: dict
  sample:
    created: 1
    updated: 0
    unchanged: 199
    deleted: 0
    failed: 0
lists:
  description: What became of each list itself. Those that are not described are not in it.
  returned: always
  type: list
  elements: dict
  sample:
    - list_id: soc-scanners
      namespace_type: single
      result: created
"""

from ansible_collections.stackops.kibana.plugins.module_utils._exception_plan import converge
from ansible_collections.stackops.kibana.plugins.module_utils._exceptions import (
    ITEM_OPTIONS,
    LIST_OPTIONS,
    check_item,
    check_list,
)
from ansible_collections.stackops.kibana.plugins.module_utils._many import EXACT
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_action

LIST = {**LIST_OPTIONS, "items": {"type": "list", "elements": "dict", "options": ITEM_OPTIONS}}
OPTIONS = {
    **LIST,
    "list_id": {"type": "str"},
    "lists": {"type": "list", "elements": "dict", "options": LIST},
    "concurrency": {"type": "int", "default": 10},
    **EXACT,
}
BESIDE = ("list_id", "items", "name", "description", "type", "os_types", "tags", "meta")
RULES = {"mutually_exclusive": [("lists", name) for name in BESIDE], "required_one_of": [("lists", "list_id")]}


def check(params):
    """What is wrong with the options, if anything."""
    if params["lists"] is None:
        params["lists"] = [{name: params[name] for name in LIST}]
    if not 1 <= params["concurrency"] <= 32:
        return "concurrency must be from 1 to 32."
    if params["max_deletions"] is not None and params["max_deletions"] < 0:
        return "max_deletions is negative: give 0 or more."
    for number, one in enumerate(params["lists"]):
        where = f"lists[{number}]" if params["list_id"] is None else ""
        problem = check_list(one)
        if problem:
            return f"{where}: {problem}".lstrip(": ")
        for place, item in enumerate(one["items"] or ()):
            problem = check_item(item)
            if problem:
                return f"{where}.items[{place}] ({item['item_id']}): {problem}".lstrip(".")
    return None


def main():
    run_action(converge, OPTIONS, check=check, **RULES)


if __name__ == "__main__":
    main()
