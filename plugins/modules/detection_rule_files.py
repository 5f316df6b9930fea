#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: detection_rule_files
short_description: Read and check the files of detection rules
description:
  - Reads all rules in a directory, with the exception lists, value lists and connectors beside them, and returns them
    as the options of their modules. It changes nothing.
  - All that is wrong with the files is found at once, each with its file and, where it is known, its line. Found are
    unknown and missing fields, values of a wrong kind, fields that do not belong to the type of the rule, ids that are
    there twice, and references to what is neither in the files nor in Kibana.
  - "Formats are TOML as Elastic's repository of detection rules has it (rules, exceptions and connectors), YAML, JSON,
    and NDJSON as Kibana exports it."
  - A file has one object, a list of them, or lists by kind, as C(rules), C(exception_lists), C(value_lists) and
    C(connectors).
  - An object is known by its fields, else by the first folder of its file, which is C(exceptions) or
    C(exception_lists), C(value_lists), C(connectors) or C(action_connectors). Everything else is a rule.
  - Exception lists have their exceptions in C(items). Value lists have C(items), or C(items_src) with the path of a
    file, from the folder of their own.
  - Files and folders whose names begin with a dot or an underscore are left out.
  - What Kibana sets by itself is left out, and so are the random ids of exception lists.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.detection_rule.rule_files
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.attributes.info
  - stackops.kibana.action_group
options:
  path:
    description: The directory, or one file, on the controller. A relative one begins where the playbook is.
    type: path
    required: true
  owner:
    description:
      - Adds the mark of this owner, the tag C(owner:<owner>), to all rules and exception lists, so that
        M(stackops.kibana.kibana_prune) can tell them from others.
    type: str
  references:
    description:
      - Where the exception lists, value lists and connectors have to be that rules and exceptions refer to.
      - V(kibana) is in the files or in Kibana, which is asked only for what the files do not have.
      - V(files) is in the files, for a pipeline that cannot reach Kibana. V(none) checks no references.
    type: str
    choices: [kibana, files, none]
    default: kibana
  fail:
    description: Whether the task fails where something is wrong. Without that, RV(problems) says it.
    type: bool
    default: true
requirements:
  - Python 3.11, or the Python library C(tomli), on the controller, for TOML
notes:
  - It is an action plugin, and reads the files on the controller.
  - Secrets of connectors do not belong into the files, and are refused.
seealso:
  - module: stackops.kibana.detection_rules
  - module: stackops.kibana.detection_rule_snapshot
  - module: stackops.kibana.exception_items
  - plugin: stackops.kibana.rule_from_toml
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Write a file with a rule
  ansible.builtin.copy:
    content: |
      rule_id: soc-new-admin
      type: query
      name: New administrator
      description: Somebody became an administrator.
      severity: medium
      risk_score: 47
      query: event.action:"added-member-to-group"
    dest: "{{ playbook_dir }}/detections.yml"
    mode: "0644"

- name: Read the rules of a directory, or of one file
  stackops.kibana.detection_rule_files:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    path: "{{ playbook_dir }}/detections.yml"
  register: detections

- name: Import them
  stackops.kibana.detection_rules:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    rules: "{{ detections.rules }}"
"""

RETURN = r"""
rules:
  description: The rules, each as the options of M(stackops.kibana.detection_rule).
  returned: when nothing is wrong
  type: list
  elements: dict
  sample:
    - rule_id: soc-new-admin
      type: query
      name: New administrator
exception_lists:
  description: The exception lists with their items, each as an element of the option C(lists) of
    M(stackops.kibana.exception_items).
  returned: when nothing is wrong
  type: list
  elements: dict
  sample: []
value_lists:
  description: The value lists, each as the options of M(stackops.kibana.value_list).
  returned: when nothing is wrong
  type: list
  elements: dict
  sample: []
connectors:
  description: The connectors, each as the options of M(stackops.kibana.connector), without secrets.
  returned: when nothing is wrong
  type: list
  elements: dict
  sample: []
about:
  description: What a file of M(stackops.kibana.detection_rule_snapshot) says of itself.
  returned: when there is one
  type: dict
  sample: {space: soc}
files:
  description: How many files were read.
  returned: when the directory is there
  type: int
  sample: 1
summary:
  description: How many objects of each kind there are.
  returned: when the directory is there
  type: dict
  sample: {rules: 1, exception_lists: 0, value_lists: 0, connectors: 0}
problems:
  description: What is wrong, with the file in the directory, and the line, which is V(0) where it is not known.
  returned: when the directory is there
  type: list
  elements: dict
  sample:
    - file: rules/admin.toml
      line: 12
      msg: "a rule has no field severty: is severity meant?"
"""

# The code is that of the action plugin of the same name.
