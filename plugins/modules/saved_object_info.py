#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: saved_object_info
short_description: Find the saved object that an id leads to
description:
  - Returns a saved object, such as a dashboard, a data view, a saved search or a visualization, by its type and id.
  - An id may be one from before an upgrade or an import, which Kibana keeps as an alias. RV(saved_objects[].outcome)
    says whether the id is the object's own, an alias, or both at once, in which case two objects claim it.
  - Kibana has deprecated this part of its API. Where the function that follows aliases is gone, the object is read by
    its own id alone, and RV(route) says so.
  - It needs the privilege C(read) of the feature that the object belongs to.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.attributes.info
  - stackops.kibana.action_group
options:
  type:
    description:
      - Type of the saved object, such as V(dashboard), V(index-pattern) (a data view), V(search), V(lens), V(map),
        V(tag) or V(config).
      - Kibana does not show every type here. Connectors and rules, for one, have modules of their own.
    type: str
    required: true
  id:
    description: Id of the saved object, old or new. One that leads nowhere gives an empty list.
    type: str
    required: true
seealso:
  - module: stackops.kibana.dashboard_info
"""

EXAMPLES = r"""
- name: Find out which dashboard an old bookmark means
  stackops.kibana.saved_object_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    type: dashboard
    id: 7f0ae2c0-soc
  register: found

- name: Show its id of today
  ansible.builtin.debug:
    msg: "{{ found.saved_objects[0].id }} ({{ found.saved_objects[0].outcome }})"

- name: Stop where a data view is missing
  stackops.kibana.saved_object_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    type: index-pattern
    id: logs
  register: data_view
  failed_when: data_view.saved_objects | length == 0
"""

RETURN = r"""
saved_objects:
  description: The saved object, or nothing.
  returned: always
  type: list
  elements: dict
  contains:
    type:
      description: Type.
      returned: always
      type: str
    id:
      description:
        - Its own id. It is not the one that was asked for where RV(saved_objects[].outcome) is V(aliasMatch).
      returned: always
      type: str
    attributes:
      description: Its content, as Kibana stores it.
      returned: always
      type: dict
    references:
      description: What it refers to.
      returned: always
      type: list
      elements: dict
    outcome:
      description:
        - V(exactMatch), the id is the object's own and nobody else's.
        - V(aliasMatch), the id is an old one of this object.
        - V(conflict), the id is this object's own, and also an old one of the object
          RV(saved_objects[].alias_target_id).
      returned: when RV(route) is V(resolve)
      type: str
    alias_target_id:
      description: Id of the object that the alias leads to.
      returned: when there is an alias
      type: str
    alias_purpose:
      description: Why there is an alias, V(savedObjectConversion) or V(savedObjectImport).
      returned: when there is an alias
      type: str
  sample:
    - type: dashboard
      id: soc-overview
      attributes: {title: SOC overview}
      references: []
      managed: false
      namespaces: [default]
      version: WzEsMV0=
      updated_at: "2026-01-01T00:00:00.000Z"
      outcome: aliasMatch
      alias_target_id: soc-overview
      alias_purpose: savedObjectConversion
route:
  description:
    - How the object was looked for. V(resolve) follows aliases.
    - V(get) does not. It is used where this Kibana has no V(resolve) any more.
  returned: always
  type: str
  sample: resolve
"""

from ansible_collections.stackops.kibana.plugins.module_utils._client import fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError, is_route_missing
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_action

OPTIONS = {"type": {"type": "str", "required": True}, "id": {"type": "str", "required": True}}
ALIAS = ("outcome", "alias_target_id", "alias_purpose")
GONE = 410


def read(context):
    """The object, and the route that led to it."""
    client, names = context.client, {name: context.params[name] for name in OPTIONS}
    try:
        found = client.find(fill_path("/api/saved_objects/resolve/{type}/{id}", names))
    except KibanaError as error:
        if not (error.status == GONE or (error.status == 404 and is_route_missing(error.error))):
            raise
        return result("get", client.find(fill_path("/api/saved_objects/{type}/{id}", names)))
    return result("resolve", found and {**found["saved_object"], **{key: found[key] for key in ALIAS if key in found}})


def result(route, found):
    return {"changed": False, "saved_objects": [] if found is None else [found], "route": route}


def main():
    run_action(read, OPTIONS)


if __name__ == "__main__":
    main()
