#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kibana_prune
short_description: Delete objects that no list names
description:
  - Reads all objects of the areas, and deletes those that O(objects) does not name, in the reverse order in which they
    depend on each other.
  - An object is deleted only where it carries the mark of O(owner) or lies in O(scope). What Kibana or its
    configuration file manages is never deleted.
  - Nothing is deleted where more would go than O(max_deletions) allows. In check mode the result says what would go.
  - Looked at are the space of the task, those that the objects of the area or their defaults name, and O(spaces).
  - It needs the privileges to read and to delete these objects.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.attributes
  - stackops.kibana.action_group
options:
  areas:
    description:
      - The areas to look at, named as the variables of the role P(stackops.kibana.kibana_config#role) without
        C(kibana_), such as V(connectors) or V(detection_rules).
    type: list
    elements: str
    required: true
  objects:
    description:
      - The objects that stay, a list for each of the O(areas), as given to M(stackops.kibana.kibana_apply). Only what
        names them counts. Other areas are ignored.
    type: dict
    required: true
  scope:
    description:
      - What may be deleted, by area, as fields with patterns, such as C(name) with V(soc-*). All fields have to match.
      - A list, such as tags, has to contain a match for each pattern that is given.
    type: dict
  owner:
    description: What M(stackops.kibana.kibana_apply) marked for this owner may be deleted.
    type: str
  defaults:
    description: Options, by area, for the objects that do not have them, such as C(kibana_space).
    type: dict
  spaces:
    description: Further spaces to look at, where no object names them any more.
    type: list
    elements: str
  max_deletions:
    description: How many objects may be deleted at most, in all areas together.
    type: int
    required: true
notes:
  - It is an action plugin, and reads Kibana from the controller.
seealso:
  - module: stackops.kibana.kibana_apply
"""

EXAMPLES = r"""
- name: No connectors of the SOC but these
  stackops.kibana.kibana_prune:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    areas: [connectors]
    objects:
      connectors:
        - name: soc-log
    scope:
      connectors:
        name: soc-*
    max_deletions: 5

- name: Only the roles that belong to the team's repository
  stackops.kibana.kibana_prune:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    areas: [roles]
    objects:
      roles: []
    owner: soc-repository
    max_deletions: 10
"""

RETURN = r"""
areas:
  description: The areas in which something was deleted, each as M(stackops.kibana.kibana_apply) reports on objects.
  returned: success
  type: list
  elements: dict
  sample:
    - kind: connector
      objects:
        - object: soc-old
          result: deleted
deletions:
  description: What was deleted, or would be in check mode, a line for each object.
  returned: success
  type: list
  elements: str
  sample:
    - connector soc-old in space default
summary:
  description: How many objects were V(deleted) and V(failed).
  returned: success
  type: dict
  sample:
    deleted: 1
    failed: 0
"""

# The code is that of the action plugin of the same name.
