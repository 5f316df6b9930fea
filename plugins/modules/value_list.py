#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: value_list
short_description: Manage a value list of Elastic Security and its values
description:
  - Creates, changes and deletes a value list, which exceptions of detection rules refer to, and manages its values.
  - The values are read once. Only missing ones are added, by import in chunks. A run that finds all of them writes
    nothing.
  - Values are compared by what they mean for the type of the list. V(2001:DB8::1) and V(2001:db8:0::1) are the same
    V(ip), V(10.0.0.0/24) and V(10.0.0.0-10.0.0.255) the same V(ip_range). A value counts once, however often it is
    stored.
  - Kibana drops a value that does not fit the type without saying so. The module reads the values again after writing,
    waits for them to appear, and fails with the names of those that do not.
  - Creates the data streams for lists and values of the space where they are missing.
  - It needs the privilege C(all) of the feature Security, and those to read, write and create the indices C(.lists-*)
    and C(.items-*).
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
  id:
    description: Id of the list. It identifies the list.
    type: str
    required: true
  name:
    description: Name of the list. Required when the list is created.
    type: str
  description:
    description: What the list is for. Required when the list is created.
    type: str
  type:
    description:
      - Type of the values. Required when the list is created.
      - It cannot be changed later. Delete the list and create it again for that.
    type: str
    choices:
      - binary
      - boolean
      - byte
      - date
      - date_nanos
      - date_range
      - double
      - double_range
      - float
      - float_range
      - geo_point
      - geo_shape
      - half_float
      - integer
      - integer_range
      - ip
      - ip_range
      - keyword
      - long
      - long_range
      - shape
      - short
      - text
  serializer:
    description:
      - How Kibana reads a value, as a regular expression with named groups such as V((?<value>.*\)).
      - It is set when the list is created and cannot be changed later. The newest versions of Kibana ignore it.
      - The values of O(items) must be those that Kibana shows, because these are compared.
    type: str
  deserializer:
    description:
      - How Kibana shows a value, as a template such as V({{value}}).
      - It is set when the list is created and cannot be changed later. The newest versions of Kibana ignore it.
    type: str
  meta:
    description: Any data about the list. The keys given are merged with the stored ones. V({}) removes all.
    type: dict
  items:
    description:
      - The values. Numbers are written as text. In a list of O(type=boolean), V(true) and V(false) are, too.
      - Without this option and O(items_src) the values stay as they are.
    type: list
    elements: raw
  items_src:
    description:
      - Path of a file with the values, one per line, in UTF-8. Blank lines are skipped.
      - The file is read on the host that runs the module.
    type: path
  exact:
    description:
      - Whether to delete the stored values that are not given. With V([]) in O(items) the list is emptied.
      - Values are deleted one by one, O(concurrency) at a time.
    type: bool
    default: false
  max_deletions:
    description: Fail before anything is written if O(exact=true) would delete more values than this.
    type: int
  concurrency:
    description: How many values to delete at a time, from 1 to 32. Kibana may take a second for each.
    type: int
    default: 8
  delete_references:
    description:
      - With O(state=absent), whether to take the list out of the exception items that use it as well.
      - An exception item of which nothing else remains is deleted.
      - Without this option and O(ignore_references), Kibana refuses to delete a list that is used. Check mode does not
        foresee that.
    type: bool
    default: false
  ignore_references:
    description: With O(state=absent), whether to delete the list without looking whether exception items use it.
    type: bool
    default: false
seealso:
  - name: Kibana API, value lists
    description: The endpoints that this module uses.
    link: https://www.elastic.co/docs/api/doc/kibana/group/endpoint-security-lists-api
"""

EXAMPLES = r"""
- name: Create a list of addresses and add two
  stackops.kibana.value_list:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: trusted-scanners
    name: Trusted scanners
    description: Hosts that may scan the network
    type: ip
    items:
      - 192.0.2.10
      - 192.0.2.11

- name: Make it hold exactly these, but never delete more than 50
  stackops.kibana.value_list:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: trusted-scanners
    items: "{{ ['192.0.2.10', '192.0.2.12'] }}"
    exact: true
    max_deletions: 50
  register: scanners

- name: Show what was done
  ansible.builtin.debug:
    msg: "{{ scanners.item_counts.added }} added, {{ scanners.item_counts.deleted }} deleted"

- name: Write a file with one host name per line
  ansible.builtin.copy:
    content: |
      build01.example.com
      build02.example.com
    dest: "{{ playbook_dir }}/hosts.txt"
    mode: "0644"

- name: Take the values from it
  stackops.kibana.value_list:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: build-hosts
    name: Build hosts
    description: Hosts that compile software
    type: keyword
    items_src: "{{ playbook_dir }}/hosts.txt"
    exact: true

- name: Delete a list and take it out of the exceptions that use it
  stackops.kibana.value_list:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: trusted-scanners
    state: absent
    delete_references: true
"""

RETURN = r"""
value_list:
  description: The list, without its values. In check mode, what it would be.
  returned: when O(state=present)
  type: dict
  sample:
    id: trusted-scanners
    name: Trusted scanners
    description: Hosts that may scan the network
    type: ip
    immutable: false
    version: 1
item_counts:
  description:
    - The numbers of values that were added and deleted, that were there and stay, and that there are in the end.
    - Values that mean the same count once.
  returned: when O(items) or O(items_src) is given, on failure too once values were written
  type: dict
  sample:
    added: 2
    deleted: 0
    unchanged: 10
    total: 12
items_not_added:
  description: The values that could not be added, up to 1000 of them.
  returned: on failure, once values were written
  type: list
  elements: str
items_not_deleted:
  description: The values that could not be deleted, up to 1000 of them.
  returned: on failure, once values were written
  type: list
  elements: str
"""

import time
from dataclasses import dataclass, fields

from ansible_collections.stackops.kibana.plugins.module_utils import _plan
from ansible_collections.stackops.kibana.plugins.module_utils._client import fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._engine import run
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError
from ansible_collections.stackops.kibana.plugins.module_utils._many import EXACT
from ansible_collections.stackops.kibana.plugins.module_utils._plan import Plan, PlanError, Policy
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource
from ansible_collections.stackops.kibana.plugins.module_utils._value_list import WAITS, Work, converge
from ansible_collections.stackops.kibana.plugins.module_utils._value_list_values import (
    Change,
    given_values,
    shorten,
    values_of_file,
)

TYPES = [
    "binary",
    "boolean",
    "byte",
    "date",
    "date_nanos",
    "date_range",
    "double",
    "double_range",
    "float",
    "float_range",
    "geo_point",
    "geo_shape",
    "half_float",
    "integer",
    "integer_range",
    "ip",
    "ip_range",
    "keyword",
    "long",
    "long_range",
    "shape",
    "short",
    "text",
]
CONTROLS = {
    "items": {"type": "list", "elements": "raw"},
    "items_src": {"type": "path"},
    **EXACT,
    "concurrency": {"type": "int", "default": 8},
    "delete_references": {"type": "bool", "default": False},
    "ignore_references": {"type": "bool", "default": False},
}
OPTIONS = {
    "id": {"type": "str", "required": True},
    "name": {"type": "str"},
    "description": {"type": "str"},
    "type": {"type": "str", "choices": TYPES},
    "serializer": {"type": "str"},
    "deserializer": {"type": "str"},
    "meta": {"type": "dict"},
    **CONTROLS,
}
NEEDED = ("name", "description", "type")
FORMATS = ("serializer", "deserializer")
LISTS = "/api/lists"
INDEX = "/api/lists/index"
SHOWN = 1000


@dataclass(frozen=True)
class ListPlan(Plan):
    """The plan of a list together with that of its values; ``step`` is the list's own."""

    step: Plan = None
    values: Change = None

    def diff(self, resource):
        """The diff of the list with the values that go and come, not those that stay."""
        shown = super().diff(resource)
        if self.values is not None and self.values.size:
            gone = [text for spellings in self.values.drop.values() for text in spellings[:1]]
            if self.current is not None:
                shown["before"]["items"] = shorten(gone, SHOWN)
            shown["after"]["items"] = shorten(self.values.add.values(), SHOWN)
        return shown


def check(params):
    """What is wrong with the options, if anything; and replace the values by their texts, before any request."""
    for name in ("id", "name", "description"):
        if params[name] is not None and not params[name].strip():
            return f"{name} is empty: Kibana demands a text."
    if params["state"] == "absent":
        if params["delete_references"] and params["ignore_references"]:
            return "delete_references and ignore_references exclude each other: give one of them."
        return None
    if params["items_src"] is not None:
        params["items"] = values_of_file(params["items_src"])
    elif params["items"] is not None:
        params["items"] = given_values(params["items"], params["type"] == "boolean")
    return _check_numbers(params)


def _check_numbers(params):
    if params["exact"] and params["items"] is None:
        return "exact needs to know what to keep: give items (which may be []) or items_src."
    if params["max_deletions"] is not None and params["max_deletions"] < 0:
        return "max_deletions is negative: give 0 or more."
    if not 1 <= params["concurrency"] <= 32:
        return "concurrency must be from 1 to 32."
    return None


def plan(context, current):
    """The plan for the list and its values, read here; stops where too many would be deleted."""
    params = context.params
    desired = _without_lost_formats(context, current)
    step = _plan.plan(RESOURCE, desired, current, Policy(params["state"]))
    missing = [name for name in NEEDED if step.action == "create" and not desired[name]]
    if missing:
        raise PlanError(f"The value list {params['id']!r} does not exist: give {', '.join(missing)} to create it.")
    keeps = params["state"] == "present" and params["items"] is not None
    values = _plan_values(context, current) if keeps else None
    action = "update" if step.action == "none" and values is not None and values.size else step.action
    extra = {} if values is None else {"item_counts": values.counts()}
    parts = {field.name: getattr(step, field.name) for field in fields(step)}
    return ListPlan(**{**parts, "action": action, "extra": extra}, step=step, values=values)


def _without_lost_formats(context, current):
    """The desired list without what Kibana took at creation or never; it would differ at every run."""
    desired = context.desired
    for name in FORMATS:
        if current is not None and desired[name] is not None and not current.get(name):
            context.warn(
                f"Kibana holds no {name} for the value list {current['id']!r}: it takes one at creation only,"
                " and newest versions ignore it."
            )
            desired[name] = None
    return desired


def _plan_values(context, current):
    params = context.params
    work = _work(context, current)
    values = work.compare(work.read() if current is not None else [])
    most = params["max_deletions"]
    if most is not None and len(values.drop) > most:
        gone = ", ".join(shorten((spellings[0] for spellings in values.drop.values()), 10))
        raise PlanError(
            f"{len(values.drop)} values would be deleted, more than max_deletions ({most}) allows. Nothing was changed."
            f" They are: {gone}"
        )
    return values


def _work(context, current):
    params = context.params
    kind = (current or params)["type"]
    return Work(context.client, params["id"], kind, params["items"], params["exact"], params["concurrency"])


def apply(context, step):
    """Write the list, then its values."""
    if step.action == "delete":
        return _delete(context, step.current)
    stored = step.current
    if step.step.action == "create":
        stored = _create(context, step.step)
    elif step.step.action == "update":
        stored = _update(context, step.step)
    if step.values is not None and step.values.size:
        converge(_work(context, stored), step.values, {"changed": step.step.changed, "value_list": stored})
    return stored


def _create(context, step):
    """The new list. A create whose answer is lost is not repeated here: the engine looks whether it is there."""
    _create_data_streams(context.client)
    body = {name: value for name, value in step.after.items() if value or name != "meta"}
    return context.client.call("POST", LISTS, json=body)


def _create_data_streams(client):
    """Older versions answer 409 where they exist; that is no reason to believe a 409."""
    if client.find(INDEX) is not None:
        return
    try:
        client.call("POST", INDEX, safe=True)
    except KibanaError as error:
        if error.status != 409 or client.find(INDEX) is None:
            raise


def _update(context, step):
    """PUT, because PATCH cannot remove meta; it takes what is left out for empty and refuses a stale version."""
    body = {name: step.after[name] for name in ("id", "name", "description")}
    if step.after["meta"]:
        body["meta"] = step.after["meta"]
    written = context.client.call("PUT", LISTS, json={**body, "_version": step.current["_version"]})
    _wait(context, lambda seen: seen is None or all(seen.get(name) == body.get(name) for name in (*body, "meta")))
    return written


def _delete(context, current):
    path = fill_path("/api/lists?id={id}", current)
    for option, name in (("delete_references", "deleteReferences"), ("ignore_references", "ignoreReferences")):
        path += f"&{name}=true" if context.params[option] else ""
    try:
        context.client.delete(path)
    except KibanaError as error:
        references = _references(error)
        if not references:
            raise
        raise PlanError(
            f"The value list {current['id']!r} is used by {', '.join(shorten(references, 10))}: change them first, or"
            " give delete_references: true to take the list out of them, or ignore_references: true to leave them so."
        ) from None
    _wait(context, lambda seen: seen is None)


def _references(error):
    """The exception items that a refusal names; its message is an object."""
    message = error.error.get("message") if error.status == 409 and isinstance(error.error, dict) else None
    refusal = message.get("error") if isinstance(message, dict) else None
    found = refusal.get("references", []) if isinstance(refusal, dict) else []
    return [
        f"exception item {item['exception_item']['item_id']!r} of list {item['exception_list']['list_id']!r}"
        for item in found
    ]


def _wait(context, settled):
    """Let the next task find what this one did: Kibana shows changes of lists late."""
    for pause in (*WAITS, None):
        if settled(context.client.find(fill_path(RESOURCE.item, context.params))) or pause is None:
            return
        time.sleep(pause)


RESOURCE = Resource(
    result_key="value_list",
    options=OPTIONS,
    rules={"mutually_exclusive": [("items", "items_src")]},
    controls=frozenset(CONTROLS),
    item="/api/lists?id={id}",
    collection=LISTS,
    immutable=frozenset({"type", *FORMATS}),
    read_only=frozenset(
        {"@timestamp", "created_at", "created_by", "immutable", "tie_breaker_id", "updated_at", "updated_by", "version"}
    ),
    lock=frozenset({"_version"}),
    server_defaults={"meta": {}},
    check=check,
    plan=plan,
    apply=apply,
)


def main():
    run(RESOURCE)


if __name__ == "__main__":
    main()
