#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: tag
short_description: Manage a tag of Kibana
description:
  - Creates, changes and deletes a tag, which dashboards, searches and other saved objects can have.
  - Deleting a tag takes it from everything that has it.
  - The user needs the privilege C(all) of the feature Tag Management.
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
      - Id of the tag, which is what a dashboard refers to. Without it the tag is looked for by O(name).
      - A tag that does not exist is created with this id, or with one that Kibana chooses. Kibana can take an id only
        through the API of saved objects, which is deprecated, and which serverless does not have.
    type: str
  name:
    description: Name, of 2 to 50 characters. Names are unique in a space. Required for a new tag.
    type: str
  description:
    description: What the tag is for, of at most 100 characters. V("") removes it.
    type: str
  color:
    description: Colour, such as V(#d36086). A new tag without one gets a colour that is made from its name.
    type: str
seealso:
  - module: stackops.kibana.dashboard
"""

EXAMPLES = r"""
- name: The tag of the on-call team is there
  stackops.kibana.tag:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: on-call
    name: On call
    description: For whoever is on call
    color: "#d36086"

- name: A tag by its name, with whatever id and color
  stackops.kibana.tag:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: Firewalls
  register: firewalls

- name: A dashboard that has it
  stackops.kibana.dashboard:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: firewalls
    title: Firewalls
    tags: ["{{ firewalls.tag.id }}"]

- name: The tag is gone
  stackops.kibana.tag:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: Trial
    state: absent
"""

RETURN = r"""
tag:
  description: The tag. In check mode, what it would be.
  returned: when O(state=present)
  type: dict
  sample:
    id: on-call
    name: On call
    description: For whoever is on call
    color: "#d36086"
    managed: false
"""

import hashlib
import re
from dataclasses import replace

from ansible_collections.stackops.kibana.plugins.module_utils._client import fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._engine import default_plan, find_by_name, run
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource

TAGS = "/api/saved_objects_tagging/tags"
FIELDS = ("name", "description", "color")
LIMITS = {"name": (2, 50), "description": (0, 100)}


def check(params):
    """What is wrong with the options, if anything."""
    for name, (least, most) in LIMITS.items():
        value = params[name]
        if value is not None and not least <= len(value.strip()) <= most:
            return f"{name} must have {least} to {most} characters."
    if params["color"] is not None and not re.fullmatch("#[0-9a-fA-F]{6}", params["color"]):
        return f"color is {params['color']!r}: it must be # and six hexadecimal digits."
    return None


def color_of(name):
    """A color that is always the same for a name."""
    return "#" + hashlib.sha256(name.strip().encode("utf-8")).hexdigest()[:6]


def plan(context, current):
    """The usual plan; a new tag needs a name that nobody has, and a color."""
    params, step = context.params, default_plan(context, current)
    if step.action != "create":
        return step
    if params["name"] is None:
        raise PlanError(f"The tag {params['id']!r} does not exist, and name is missing to create it.")
    twin = find_by_name(context, RESOURCE, "name", params["name"].strip())
    if twin is not None:
        raise PlanError(f"The tag {twin['id']} has the name {params['name']!r} already: names are unique in a space.")
    return replace(step, after={"color": color_of(params["name"]), **step.after})


def find(context):
    """The tag by its id, else by its name as Kibana stores it."""
    if context.params["id"] is None:
        return find_by_name(context, RESOURCE, "name", context.params["name"].strip())
    found = context.client.find(fill_path(RESOURCE.item, context.params), probe=TAGS)
    return found and found["tag"]


def apply(context, step):
    """Write. Only the API of saved objects takes an id."""
    client, key = context.client, (step.current or context.params)["id"]
    if step.action == "delete":
        client.delete(fill_path(RESOURCE.item, {"id": key}))
        return None
    body = {name: step.after[name] for name in FIELDS}
    body["name"] = body["name"].strip()
    if step.action == "update":
        return client.call("POST", fill_path(RESOURCE.item, {"id": key}), json=body, safe=True)["tag"]
    if key is None:
        return client.call("POST", f"{TAGS}/create", json=body)["tag"]
    client.call("POST", fill_path("/api/saved_objects/tag/{id}", {"id": key}), json={"attributes": body}, safe=True)
    return None


RESOURCE = Resource(
    result_key="tag",
    options={"id": {"type": "str"}, **{name: {"type": "str"} for name in FIELDS}},
    collection=TAGS,
    item=TAGS + "/{id}",
    list_envelope="tags",
    rules={"required_one_of": [("id", "name")]},
    read_only=frozenset({"managed"}),
    server_defaults={"description": ""},
    canonical={"name": str.strip, "color": str.lower},
    check=check,
    find=find,
    plan=plan,
    apply=apply,
)


def main():
    run(RESOURCE)


if __name__ == "__main__":
    main()
