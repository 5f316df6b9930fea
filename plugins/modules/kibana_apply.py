#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kibana_apply
short_description: Apply many objects of one kind
description:
  - Gives each element of a list to the module that manages such an object, in one task, and reports on all of them.
  - It does what a loop over that module does, with three differences. A failed object does not keep the following ones
    from their turn. The result says of each object what became of it. Secrets in the list are not shown as loop items.
  - The task fails after all objects have had their turn, where one of them failed. Where Kibana does not answer, or
    does not know the user, the remaining objects are not attempted.
  - An object may also have C(state=absent), and all else that its module offers.
  - It needs the privileges that the module of the kind needs.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.attributes
  - stackops.kibana.action_group
options:
  kind:
    description:
      - Name of the module that manages one of the objects, without the name of the collection, such as V(connector).
      - Modules that take a list themselves, such as M(stackops.kibana.kibana_roles), are faster where there is one.
    type: str
    required: true
  objects:
    description: The objects, each with the options of that module. They are applied in this order.
    type: list
    elements: dict
    required: true
  defaults:
    description: Options for every object that does not have them.
    type: dict
    default: {}
  owner:
    description:
      - Marks each object as belonging to this owner, so that M(stackops.kibana.kibana_prune) can tell it from others.
      - The mark is the tag C(owner:<owner>), or the entry C(owner) in the metadata of a role. Kinds without tags and
        metadata cannot be marked.
      - An object that is given without tags has that tag alone then.
    type: str
notes:
  - It is an action plugin. With a local connection all modules run inside Ansible's own process, and share one
    connection to Kibana.
seealso:
  - module: stackops.kibana.connector
  - module: stackops.kibana.kibana_prune
  - module: stackops.kibana.kibana_roles
  - module: stackops.kibana.detection_rules
"""

EXAMPLES = r"""
- name: Two connectors in the space of the security team
  stackops.kibana.kibana_apply:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    kind: connector
    defaults:
      connector_type_id: .server-log
    objects:
      - id: soc-log
        name: SOC log
      - id: audit-log
        name: Audit log

- name: One of them goes
  stackops.kibana.kibana_apply:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    kind: connector
    objects:
      - id: audit-log
        state: absent
"""

RETURN = r"""
kind:
  description: The kind of the objects.
  returned: always
  type: str
  sample: connector
objects:
  description: What became of each object, in the order of O(objects).
  returned: always
  type: list
  elements: dict
  contains:
    object:
      description: The name or id by which the task calls the object.
      returned: always
      type: str
    space:
      description: The space that the task, or the object itself, names.
      returned: when one is named
      type: str
    result:
      description: V(created), V(updated), V(deleted), V(unchanged) or V(failed).
      returned: always
      type: str
    msg:
      description: Why it failed. C(status), C(method), C(path) and C(error) tell what Kibana refused, where it did.
      returned: when it failed
      type: str
  sample:
    - object: SOC log
      result: created
    - object: Audit log
      result: unchanged
summary:
  description: How many objects were V(created), V(updated), V(deleted), V(unchanged) and V(failed).
  returned: always
  type: dict
  sample:
    created: 1
    updated: 0
    deleted: 0
    unchanged: 1
    failed: 0
"""

# The code is that of the action plugin of the same name.
