#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: space
short_description: Manage a space of Kibana
description:
  - Creates, changes and deletes a space.
  - B(Deleting a space deletes everything that lives in it), such as its dashboards, rules and connectors.
  - The default space can be changed, but not deleted.
  - It needs the privilege C(all) on all features in all spaces.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.no_space
  - stackops.kibana.state
  - stackops.kibana.attributes
  - stackops.kibana.action_group
options:
  id:
    description:
      - Id of the space, as it stands in URLs. It identifies the space and cannot be changed.
      - It may have lower case letters, digits, V(_) and V(-).
    type: str
    required: true
  name:
    description: Name of the space. A new space needs one.
    type: str
  description:
    description: What the space is for. V("") removes it.
    type: str
  color:
    description: Colour of the space's picture, such as V(#00bfb3).
    type: str
  initials:
    description: At most two characters for the space's picture. With V("") Kibana takes them from the name.
    type: str
  imageUrl:
    description: The space's picture as a data URL, C(data:image/png;base64,...). V("") removes it.
    type: str
  disabledFeatures:
    description:
      - Ids of the features that are hidden in the space, in any order. V([]) shows all.
      - Kibana stores the newest id of a feature, such as V(discover_v2) for V(discover). Both are taken for the same.
      - A solution other than V(classic) decides this itself, so the two do not go together.
    type: list
    elements: str
  solution:
    description: The solution view of the space. Kibana knows it since 8.16, and takes a missing value for V(classic).
    type: str
    choices: [security, oblt, es, classic]
seealso:
  - module: stackops.kibana.space_info
  - name: Kibana API, spaces
    description: The endpoints that this module uses.
    link: https://www.elastic.co/docs/api/doc/kibana/group/endpoint-spaces
"""

EXAMPLES = r"""
- name: Create a space for the security team
  stackops.kibana.space:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: security
    name: Security operations
    description: Detection and response
    color: "#d36086"
    disabledFeatures: [canvas, ml]

- name: Give it another name, and leave the rest as it is
  stackops.kibana.space:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: security
    name: SOC

- name: Delete it with everything in it
  stackops.kibana.space:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: security
    state: absent
"""

RETURN = r"""
space:
  description: The space. In check mode, what it would be.
  returned: when O(state=present)
  type: dict
  sample:
    id: security
    name: Security operations
    description: Detection and response
    color: "#d36086"
    disabledFeatures: [canvas, ml]
"""

import re

from ansible_collections.stackops.kibana.plugins.module_utils._engine import default_plan, run
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource

OPTIONS = {
    "id": {"type": "str", "required": True},
    "name": {"type": "str"},
    "description": {"type": "str"},
    "color": {"type": "str"},
    "initials": {"type": "str"},
    "imageUrl": {"type": "str"},
    "disabledFeatures": {"type": "list", "elements": "str"},
    "solution": {"type": "str", "choices": ["security", "oblt", "es", "classic"]},
}
# What a missing field means. It is not sent where nothing is stored: older versions refuse fields that they lack.
DEFAULTS = {"description": "", "initials": "", "imageUrl": "", "solution": "classic", "disabledFeatures": []}
HAS_FEATURES = (None, "classic")


def check(params):
    """What is wrong with the options, if anything."""
    if not re.fullmatch("[a-z0-9_-]+", params["id"]):
        return f"id is {params['id']!r}: the id of a space has only a-z, 0-9, _ and -."
    if params["state"] == "absent":
        return "The default space cannot be deleted." if params["id"] == "default" else None
    if params["disabledFeatures"] and params["solution"] not in HAS_FEATURES:
        return f"disabledFeatures must not be given with solution {params['solution']}, which decides them itself."
    return "name is empty: a space needs a name." if params["name"] == "" else None


def newest(feature):
    """A feature's id without its generation: Kibana answers `discover_v2` where `discover` was sent."""
    return re.sub(r"_?[vV]\d+$", "", str(feature))


def decode(raw):
    """The space without the features that its solution disables: Kibana computes them, nobody set them."""
    computed = raw.get("solution") not in HAS_FEATURES
    return {name: value for name, value in raw.items() if not (computed and name == "disabledFeatures")}


def encode(plan):
    """The whole space: depending on its version Kibana resets more or less of what an update leaves out."""
    stored = plan.current or {}
    return {
        name: value
        for name, value in plan.after.items()
        if name in stored or name not in DEFAULTS or value != DEFAULTS[name]
    }


def plan(context, current):
    """Refuse what cannot be, where only the stored space tells."""
    params, step = context.params, default_plan(context, current)
    if step.action == "create" and params["name"] is None:
        raise PlanError(f"The space {params['id']!r} does not exist, and name is missing to create it.")
    solution = step.after.get("solution")
    if step.changed and params["disabledFeatures"] and params["solution"] is None and solution not in HAS_FEATURES:
        raise PlanError(
            f"The solution {solution} of space {params['id']!r} decides disabledFeatures itself:"
            " leave disabledFeatures out, or give solution: classic, too."
        )
    return step


RESOURCE = Resource(
    result_key="space",
    options=OPTIONS,
    collection="/api/spaces/space",
    item="/api/spaces/space/{id}",
    probe="/api/spaces/space",
    in_space=False,
    list_is_complete=True,
    read_only=frozenset({"_reserved"}),
    unordered=frozenset({"disabledFeatures"}),
    server_defaults=DEFAULTS,
    canonical={"disabledFeatures[]": newest, "color": str.lower},
    check=check,
    decode=decode,
    encode=encode,
    plan=plan,
)


def main():
    run(RESOURCE)


if __name__ == "__main__":
    main()
