#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ai_anonymization_fields
short_description: Manage which fields the AI assistant of Elastic Security may see
description:
  - Says of fields of alerts and events whether they may be sent to a large language model, and whether their values are
    replaced by random ones before that.
  - It reads all fields once, and writes only those that differ, with one request for up to 100 of them.
  - A field that Kibana refuses does not keep it from writing the others. The task then fails, and says what became
    of each.
  - It needs an Enterprise licence, and the privilege C(all) of the feature Elastic AI Assistant with that to change
    anonymization.
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
  fields:
    description: The fields. What is not given of a field stays as it is.
    type: list
    elements: dict
    required: true
    suboptions:
      field:
        description: Name of the field, such as V(host.name).
        type: str
        required: true
      allowed:
        description:
          - Whether it may be sent.
          - A new field for which this is not given is not allowed.
        type: bool
      anonymized:
        description:
          - Whether its values are replaced before they are sent.
          - A new field for which this is not given is not anonymized.
        type: bool
  state:
    description:
      - V(present) creates and changes the fields of the list.
      - V(absent) deletes them.
    type: str
    choices: [present, absent]
    default: present
  scope:
    description:
      - Which fields O(exact=true) may delete, as a shell pattern for their names, such as V(custom.*).
      - V(*) means every field, also those that Kibana brings along.
      - Required with O(exact=true).
    type: str
seealso:
  - name: Kibana API, AI assistant
    description: The endpoints that this module uses.
    link: https://www.elastic.co/docs/api/doc/kibana/group/endpoint-security-ai-assistant-api
"""

EXAMPLES = r"""
- name: Keep names of users and customers away from the language model
  stackops.kibana.ai_anonymization_fields:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    fields:
      - field: user.name
        allowed: true
        anonymized: true
      - field: customer.id
        allowed: false
      - field: process.name
        allowed: true
        anonymized: false

- name: Of our own fields, only these
  stackops.kibana.ai_anonymization_fields:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    exact: true
    scope: customer.*
    max_deletions: 5
    fields:
      - field: customer.id
        allowed: true
        anonymized: true

- name: Forget it again
  stackops.kibana.ai_anonymization_fields:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    state: absent
    fields:
      - field: customer.id
"""

RETURN = r"""
fields:
  description: What became of each field, in the order of O(fields), then those deleted.
  returned: always
  type: list
  elements: dict
  contains:
    field:
      description: Name of the field.
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
    - field: user.name
      result: unchanged
summary:
  description: How many fields were V(created), V(updated), V(unchanged), V(deleted) and V(failed).
  returned: always
  type: dict
  sample:
    created: 1
    updated: 0
    unchanged: 41
    deleted: 0
    failed: 0
"""

from ansible_collections.stackops.kibana.plugins.module_utils._ai_assistant import STAMPS, Kind, check, converge
from ansible_collections.stackops.kibana.plugins.module_utils._many import EXACT
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_action

FIELD = {
    "field": {"type": "str", "required": True},
    "allowed": {"type": "bool"},
    "anonymized": {"type": "bool"},
}
KIND = Kind(
    path="anonymization_fields",
    resource=Resource(
        result_key="fields",
        options=FIELD,
        key="field",
        read_only=STAMPS,
        server_defaults={"allowed": False, "anonymized": False},
    ),
    fixed=frozenset({"field"}),
    guarded=True,
)
OPTIONS = {
    "fields": {"type": "list", "elements": "dict", "required": True, "options": FIELD},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "scope": {"type": "str"},
    **EXACT,
}


def main():
    run_action(lambda context: converge(context, KIND), OPTIONS, check=check, required_if=[("exact", True, ("scope",))])


if __name__ == "__main__":
    main()
