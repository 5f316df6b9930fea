#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: endpoint_exception_list
short_description: Manage the exceptions of Elastic Defend
description:
  - Sees to it that the endpoint exception list exists, and manages its items. Elastic Defend raises no alert for what
    an item describes, neither on the endpoint nor by its detection rule.
  - There is one such list, which all spaces share. The space only says where Kibana looks at the privileges of the
    user.
  - The list is read once, and only the items that differ are written. An item that Kibana refuses does not keep it
    from writing the others. The task then fails, and says what became of each.
  - The list itself is never deleted.
  - The user needs the privilege C(all) of the feature Security, and for endpoint exceptions where Kibana has one of its
    own for them.
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
  state:
    description:
      - V(present) creates the list and the items, or changes those fields of an item that are given and differ.
      - V(absent) deletes the items that are listed.
    type: str
    choices: [present, absent]
    default: present
  items:
    description:
      - The exceptions. If not given, only the list is seen to.
    type: list
    elements: dict
    suboptions:
      item_id:
        description: The id of the item, which you choose.
        type: str
        required: true
      name:
        description: Its name. Required to create it.
        type: str
      description:
        description: What it is for. Required to create it.
        type: str
      entries:
        description:
          - The conditions. All must be met. Their order does not matter.
          - Required to create the item.
        type: list
        elements: dict
        suboptions:
          type:
            description: The kind of the condition.
            type: str
            choices: [match, match_any, exists, wildcard, nested]
            required: true
          field:
            description: The field that it is about.
            type: str
            required: true
          operator:
            description:
              - Whether the condition must be met (V(included)) or must not be met (V(excluded)).
              - If not given, it must be met. V(nested) has none.
            type: str
            choices: [included, excluded]
          value:
            description: A text, or with V(match_any) a list of them. V(exists) and V(nested) have none.
            type: raw
          entries:
            description: The conditions on the fields below O(items[].entries[].field), with V(nested).
            type: list
            elements: dict
            suboptions:
              type:
                description: The kind of the condition.
                type: str
                choices: [match, match_any, exists]
                required: true
              field:
                description: The field, without the name of the field above it.
                type: str
                required: true
              operator:
                description: Whether the condition must be met or must not be met. If not given, it must be met.
                type: str
                choices: [included, excluded]
              value:
                description: A text, or with V(match_any) a list of them.
                type: raw
      os_types:
        description: The operating systems on which it applies.
        type: list
        elements: str
        choices: [linux, macos, windows]
      tags:
        description: Tags. Their order does not matter.
        type: list
        elements: str
      meta:
        description: Data of your own. The keys that are given are set, the others stay.
        type: dict
      comments:
        description:
          - Texts that must be among the comments of the item. Those that are missing are added.
          - Kibana cannot delete a comment.
        type: list
        elements: str
"""

EXAMPLES = r"""
- name: See to it that there is a list
  stackops.kibana.endpoint_exception_list:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"

- name: Let the backup agent work
  stackops.kibana.endpoint_exception_list:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    items:
      - item_id: backup-agent
        name: Backup agent
        description: Reads every file at night
        os_types: [windows]
        tags: [backup]
        entries:
          - type: match
            field: process.executable.caseless
            value: c:\program files\backup\agent.exe
          - type: nested
            field: process.Ext.code_signature
            entries:
              - type: match
                field: subject_name
                value: Backup Ltd
              - type: match
                field: trusted
                value: "true"
        comments:
          - "CHG-1234"

- name: Take an exception back
  stackops.kibana.endpoint_exception_list:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    state: absent
    items:
      - item_id: pentest-2025
"""

RETURN = r"""
exceptions:
  description: What became of each item, in the order of O(items), then those removed by O(exact=true).
  returned: always
  type: list
  elements: dict
  contains:
    item_id:
      description: The id of the item.
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
    - item_id: backup-agent
      result: created
summary:
  description: How many items were V(created), V(updated), V(unchanged), V(deleted) and V(failed).
  returned: always
  type: dict
  sample:
    created: 1
    updated: 0
    unchanged: 0
    deleted: 0
    failed: 0
list_created:
  description: Whether the list was missing and was created. In check mode, whether it would be.
  returned: always
  type: bool
  sample: false
"""

from ansible_collections.stackops.kibana.plugins.module_utils._endpoint_exceptions import (
    LIST_ID,
    create_list,
    decode,
    entry_of,
    entry_problem,
    read_items,
    read_list,
    write_item,
)
from ansible_collections.stackops.kibana.plugins.module_utils._many import (
    EXACT,
    guard_deletions,
    in_parallel,
    plan_many,
    report,
    still_failing,
)
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PartialFailure, PlanError, Policy
from ansible_collections.stackops.kibana.plugins.module_utils._plan import plan as plan_one
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_action

CONCURRENCY = 4
CONDITION = {
    "field": {"type": "str", "required": True},
    "operator": {"type": "str", "choices": ["included", "excluded"]},
    "value": {"type": "raw"},
}
INNER = {"type": {"type": "str", "choices": ["match", "match_any", "exists"], "required": True}, **CONDITION}
ENTRY = {
    "type": {"type": "str", "choices": ["match", "match_any", "exists", "wildcard", "nested"], "required": True},
    **CONDITION,
    "entries": {"type": "list", "elements": "dict", "options": INNER},
}
ITEM = {
    "item_id": {"type": "str", "required": True},
    "name": {"type": "str"},
    "description": {"type": "str"},
    "entries": {"type": "list", "elements": "dict", "options": ENTRY},
    "os_types": {"type": "list", "elements": "str", "choices": ["linux", "macos", "windows"]},
    "tags": {"type": "list", "elements": "str"},
    "meta": {"type": "dict"},
    "comments": {"type": "list", "elements": "str"},
}
OPTIONS = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "items": {"type": "list", "elements": "dict", "options": ITEM},
    **EXACT,
}
LISTS = {"entries", "entries[].value", "entries[].entries", "entries[].entries[].value", "os_types", "tags"}
RESOURCE = Resource(
    result_key="exceptions",
    options=ITEM,
    key="item_id",
    unordered=frozenset(LISTS),
    server_defaults={"os_types": [], "tags": [], "comments": []},
)


def check(params):
    """What is wrong with the options, if anything."""
    if params["exact"] and (params["state"] == "absent" or params["items"] is None):
        return "exact goes with items and state=present: it removes what is not listed."
    for item in params["items"] or []:
        if not item["item_id"].strip():
            return "item_id is empty for one of the items."
        if item["entries"] == []:
            return f"The item {item['item_id']!r} has no entries: it would be an exception of nothing."
        problem = next(filter(None, map(entry_problem, item["entries"] or [])), None)
        if problem:
            return f"The item {item['item_id']!r} cannot be: {problem}."
    return None


def decide(item, raw, state):
    """The plan for one item; comments only grow."""
    current = decode(raw) if raw is not None else None
    if state == "absent":
        return plan_one(RESOURCE, {}, current, Policy("absent"))
    missing = [name for name in ("name", "description", "entries") if item[name] is None]
    if current is None and missing:
        raise PlanError(f"The item {item['item_id']!r} does not exist yet: it needs {', '.join(missing)}.")
    said = current["comments"] if current else []
    comments = [*said, *(text for text in dict.fromkeys(item["comments"] or []) if text not in said)]
    entries = None if item["entries"] is None else [entry_of(entry) for entry in item["entries"]]
    return plan_one(RESOURCE, {**item, "comments": comments, "entries": entries}, current, Policy())


def make_plans(context, stored):
    """Read, and plan every item."""
    params = context.params
    current = read_items(context.client) if stored is not None and params["items"] is not None else {}
    return plan_many(
        RESOURCE,
        params["items"] or [],
        current,
        Policy(),
        current if params["exact"] else (),
        decide=lambda item, raw: decide(item, raw, params["state"]),
    ), current


def converge(context):
    """See to the list, then to the items."""
    client, params = context.client, context.params
    stored = read_list(client)
    plans, current = make_plans(context, stored)
    guard_deletions(plans, params["max_deletions"])
    creating = stored is None and params["state"] == "present"
    todo = [key for key, step in plans.items() if step.changed]
    failures = {}
    if creating or todo:
        client.require_space(context.check_mode)
        if not context.check_mode:
            failures = write(context, creating, plans, todo, current)
    try:
        result = report(context, RESOURCE, plans, failures)
    except PartialFailure as error:
        add_list(context, error.result, creating)
        raise
    return add_list(context, result, creating)


def write(context, creating, plans, todo, current):
    """Write what differs; the items that failed, with the reason."""
    client, state = context.client, context.params["state"]
    wanted = {item["item_id"]: item for item in context.params["items"] or []}
    if creating:
        create_list(client)

    def one(key):
        write_item(client, key, plans[key], current.get(key), lambda raw: decide(wanted[key], raw, state))

    return still_failing(in_parallel(todo, one, CONCURRENCY), lambda: make_plans(context, True)[0])


def add_list(context, result, created):
    """The result, with what became of the list itself."""
    result["list_created"] = created
    if created:
        result["changed"] = True
        if context.module._diff:
            result.setdefault("diff", []).insert(0, {"before": {}, "after": {"list_id": LIST_ID}})
    return result


def main():
    run_action(converge, OPTIONS, check=check)


if __name__ == "__main__":
    main()
