#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ai_knowledge_base_entry
short_description: Manage an entry of the knowledge base of the AI assistant of Elastic Security
description:
  - Creates, changes and deletes a document that the assistant knows, or an index that it may ask.
  - An entry belongs to the user who runs this, unless O(global=true). Entries of other users are neither seen nor
    touched.
  - Documents need the model ELSER, see M(stackops.kibana.ai_knowledge_base).
  - This needs an Enterprise licence and the privilege to use the AI assistant, for entries of everybody the privilege
    to change those, too.
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
    description:
      - Id of an existing entry. Kibana chooses the ids of new ones.
      - Without it, the entry is looked for by O(name). If two have the name, the module fails and lists the ids.
    type: str
  name:
    description: Name of the entry. With O(id) it may be changed.
    type: str
  type:
    description: Kind of the entry. It cannot be changed. Required for a new entry.
    type: str
    choices: [document, index]
  global:
    description: Whether the entry is for all users of the space. A new entry gets V(false).
    type: bool
  text:
    description: The text of a document, as Markdown. Required for a new document.
    type: str
  source:
    description: Where a document comes from, a name or a path. A new document gets V(user).
    type: str
  kbResource:
    description:
      - The group that a document belongs to. A new document gets V(user).
      - Documents of V(security_labs) are found by O(id) only.
    type: str
    choices: [security_labs, user]
  required:
    description: Whether the assistant gets the document with each question. A new document gets V(false).
    type: bool
  index:
    description: The index or data stream to ask. Required for a new entry of this kind.
    type: str
  field:
    description: The field to search, one of the type C(semantic_text). Required for a new entry of this kind.
    type: str
  description:
    description: Tells the assistant when to ask the index. Required for a new entry of this kind.
    type: str
  queryDescription:
    description: Tells the assistant how to ask. Required for a new entry of this kind.
    type: str
  inputSchema:
    description: What the assistant has to find out before it asks. V([]) removes all.
    type: list
    elements: dict
    suboptions:
      fieldName:
        description: Name of the field.
        type: str
        required: true
      fieldType:
        description: Type of the field, such as V(string).
        type: str
        required: true
      description:
        description: What the field means.
        type: str
        required: true
  outputFields:
    description: The fields that the assistant gets. Their order does not matter. V([]) means all.
    type: list
    elements: str
seealso:
  - module: stackops.kibana.ai_knowledge_base
"""

EXAMPLES = r"""
- name: What the assistant should know about our network
  stackops.kibana.ai_knowledge_base_entry:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: Network plan
    type: document
    global: true
    text: |
      10.1.0.0/16 are servers, 10.2.0.0/16 are workstations.

- name: Let it look into the tickets
  stackops.kibana.ai_knowledge_base_entry:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: Tickets
    type: index
    global: true
    index: tickets
    field: content
    description: Use this index to find earlier tickets about a host or a user.
    queryDescription: The name of the host or of the user.
    outputFields: [title, content]

- name: Remove an entry
  stackops.kibana.ai_knowledge_base_entry:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: Old network plan
    state: absent
"""

RETURN = r"""
entry:
  description: The entry as Kibana returns it, without its vector. In check mode, what it would be.
  returned: when O(state=present)
  type: dict
  sample:
    id: 0b1c2d3e-0000-4000-8000-000000000001
    type: document
    name: Network plan
    global: true
    users: []
    kbResource: user
    source: user
    required: false
    text: 10.1.0.0/16 are servers, 10.2.0.0/16 are workstations.
"""

from dataclasses import replace

from ansible_collections.stackops.kibana.plugins.module_utils._ai_assistant import BASE, STAMPS
from ansible_collections.stackops.kibana.plugins.module_utils._client import fill_path, quoted
from ansible_collections.stackops.kibana.plugins.module_utils._engine import default_plan, run
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import KNOWN_AFTER_APPLY
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource

ENTRIES = f"{BASE}/knowledge_base/entries"
ENTRY = f"{BASE}/knowledge_base/entries/{{id}}"
FIND = f"{BASE}/knowledge_base/entries/_find"
PAGE = 100
LABS = "securityLabsId"  # stands for all the articles, on every page of the list
STRING = {"type": "str"}
BOOL = {"type": "bool"}
REQUIRED = {"document": ("text",), "index": ("index", "field", "description", "queryDescription")}
OWN = {
    "document": ("text", "source", "kbResource", "required"),
    "index": ("index", "field", "description", "queryDescription", "inputSchema", "outputFields"),
}
FILLED = {"document": {"source": "user", "kbResource": "user", "required": False}, "index": {}}
INPUT = {name: {"type": "str", "required": True} for name in ("fieldName", "fieldType", "description")}


def check(params):
    """What is wrong with the options, if anything."""
    if params["id"] is None and not (params["name"] or "").strip():
        return "Give id or name, to say which entry is meant."
    if params["id"] is None and params["kbResource"] == "security_labs":
        return "kbResource is security_labs, and Kibana lists no such entries: say by id which one is meant."
    return _strange(params, params["type"]) if params["type"] and params["state"] == "present" else None


def _strange(params, kind):
    strange = [name for other, names in OWN.items() if other != kind for name in names if params[name] is not None]
    return f"{strange[0]} is nothing that an entry of the type {kind} has." if strange else None


def find(context):
    """The entry, with its text."""
    client, params = context.client, context.params
    if params["id"] is not None:
        return client.find(fill_path(ENTRY, params), probe=FIND)
    found = [item for item in listed(client, params["name"]) if item["name"] == params["name"]]
    if len(found) > 1:
        ids = ", ".join(sorted(f"{item['id']} ({item['type']})" for item in found))
        raise PlanError(f"{len(found)} entries have the name {params['name']!r}: {ids}; give id.")
    return found[0] if found else None


def listed(client, name):
    """The entries that may have a name. The total is no help: it counts an entry that is on each page."""
    query = {"filter": f"name:{quoted(name)}", "sort_field": "created_at", "sort_order": "asc", "per_page": PAGE}
    found, page, full = {}, 0, True
    while full:
        page += 1
        items = [item for item in client.get(FIND, params={**query, "page": page})["data"] if item["id"] != LABS]
        full = len(items) >= PAGE and not {item["id"] for item in items} <= set(found)
        found.update({item["id"]: item for item in items})
    return list(found.values())


def decode(raw):
    """Without the vector, which is large and says nothing to people."""
    return {key: value for key, value in raw.items() if key != "vector"}


def plan(context, current):
    """The usual plan on the fields of this kind of entry; a new one gets what Kibana demands."""
    view = None if current is None else {name: current[name] for name in (*OPTIONS, "users") if name in current}
    step = replace(default_plan(context, view), current=current)
    if context.params["state"] == "absent":
        return step
    if step.action == "create":
        return replace(step, after=_complete(context, step.after))
    problem = _strange(context.params, current["type"])
    if problem:
        raise PlanError(f"The entry {current['name']!r} is there already: {problem}")
    return step


def _complete(context, after):
    given, kind = context.params["id"], after.get("type")
    if given is not None and not (context.check_mode and given == KNOWN_AFTER_APPLY):
        raise PlanError(f"There is no entry with the id {given!r}, and Kibana chooses the ids of new ones: give name.")
    missing = [name for name in ("name", *REQUIRED[kind]) if after.get(name) is None] if kind else ["type"]
    if missing:
        raise PlanError(f"The entry {after.get('name')!r} does not exist yet: a new one needs {', '.join(missing)}.")
    return {**FILLED[kind], **after}


def encode(step):
    """The whole entry, since an update replaces it. An empty list of users means everybody."""
    body = {name: value for name, value in step.after.items() if name != "id"}
    users = [] if body["global"] else (step.current or {}).get("users")
    return {**body, "users": users} if body["global"] or users else body


OPTIONS = {
    "id": STRING,
    "name": STRING,
    "type": {"type": "str", "choices": ["document", "index"]},
    "global": BOOL,
    "text": STRING,
    "source": STRING,
    "kbResource": {"type": "str", "choices": ["security_labs", "user"]},
    "required": BOOL,
    "index": STRING,
    "field": STRING,
    "description": STRING,
    "queryDescription": STRING,
    "inputSchema": {"type": "list", "elements": "dict", "options": INPUT},
    "outputFields": {"type": "list", "elements": "str"},
}
RESOURCE = Resource(
    result_key="entry",
    options=OPTIONS,
    item=ENTRY,
    collection=ENTRIES,
    immutable=frozenset({"type"}),
    read_only=STAMPS - {"id"},
    unordered=frozenset({"outputFields"}),
    server_defaults={"global": False},
    check=check,
    find=find,
    decode=decode,
    plan=plan,
    encode=encode,
)


def main():
    run(RESOURCE)


if __name__ == "__main__":
    main()
