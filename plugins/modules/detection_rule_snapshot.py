#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: detection_rule_snapshot
short_description: Keep the state of detection rules before a change
description:
  - Writes rules, exception lists with their items, value lists with their values, and connectors to a file, from which
    they can be brought back, see M(stackops.kibana.detection_rule_files).
  - The file says everything of an object, with empty values for what it does not have, so that a field that is added
    later goes again. Objects that are not there are in the file as C(state=absent).
  - The file holds no secrets of connectors, since Kibana does not show them. Comments of exceptions are not in it,
    since Kibana cannot take one back.
  - The role P(stackops.kibana.detection_as_code#role) writes such a file in each run that changes something.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.attributes
  - stackops.kibana.action_group
options:
  dest:
    description: The file to write, on the controller. Its folder is created.
    type: path
    required: true
  rules:
    description: Lasting ids (C(rule_id)) of rules.
    type: list
    elements: str
    default: []
  exception_lists:
    description: The exception lists.
    type: list
    elements: dict
    default: []
    suboptions:
      list_id:
        description: Id of a list.
        type: str
        required: true
      namespace_type:
        description: Its namespace. Without it, the list is looked for in both.
        type: str
        choices: [single, agnostic]
  value_lists:
    description: Ids of value lists.
    type: list
    elements: str
    default: []
  connectors:
    description: Ids or names of connectors.
    type: list
    elements: str
    default: []
  results:
    description:
      - What tasks of M(stackops.kibana.detection_rules), M(stackops.kibana.exception_items),
        M(stackops.kibana.kibana_apply) and M(stackops.kibana.kibana_prune) returned in check mode. What they are going
        to change is kept.
    type: list
    elements: dict
    default: []
notes:
  - Where nothing is named, and the results change nothing, no file is written.
  - It is an action plugin, and reads Kibana from the controller.
seealso:
  - module: stackops.kibana.detection_rule_files
  - module: stackops.kibana.detection_rules_export
"""

EXAMPLES = r"""
- name: Keep a rule as it is
  stackops.kibana.detection_rule_snapshot:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    dest: "{{ playbook_dir }}/before.yml"
    rules: [soc-new-admin]

- name: Change it
  stackops.kibana.detection_rule:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    rule_id: soc-new-admin
    type: query
    name: New administrator
    description: Somebody became an administrator.
    severity: medium
    risk_score: 47

- name: Read what it was
  stackops.kibana.detection_rule_files:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    path: "{{ playbook_dir }}/before.yml"
  register: before

- name: Bring it back, or delete it where it was not there
  stackops.kibana.detection_rules:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    rules: "{{ before.rules }}"
"""

RETURN = r"""
dest:
  description: The file. It is empty where there was nothing to write.
  returned: success
  type: str
  sample: /srv/soc/before.yml
changes:
  description: What O(results) are going to change, a line for each object.
  returned: success
  type: list
  elements: str
  sample: [rule soc-new-admin updated]
summary:
  description: How many objects of each kind are in it, those that are not in Kibana included.
  returned: success
  type: dict
  sample: {value_lists: 0, exception_lists: 0, connectors: 0, rules: 1}
"""

# The code is that of the action plugin of the same name.
