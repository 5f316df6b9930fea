#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: case_configuration
short_description: Configure the cases of Kibana
description:
  - Sets the connector, the way of closing, the custom fields and the templates for cases of Security, Observability or
    Management. Each of them has one configuration in a space.
  - There is no way to delete a configuration. An empty list removes the custom fields or the templates.
  - Kibana drops the templates and their custom fields when an update does not repeat them. The module repeats them, and
    gives each template the custom fields that are configured, as Kibana demands.
  - The configuration is locked by its version. If somebody else has changed it in the meantime, the module reads it
    again and decides anew.
  - The user needs the privilege to change the settings of these cases, and to read connectors.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.attributes
  - stackops.kibana.action_group
options:
  owner:
    description: Application that the cases belong to.
    type: str
    required: true
    choices: [cases, observability, securitySolution]
  connector:
    description:
      - Connector to the system that cases are pushed to. V({}) removes it.
      - Give C(id) or C(name); what else Kibana wants to know of the connector is looked up.
    type: dict
    suboptions:
      id:
        description: Id of the connector. V(none) removes it.
        type: str
      name:
        description: Name of the connector.
        type: str
      type:
        description: Type of the connector.
        type: str
        choices: [.none, .cases-webhook, .jira, .resilient, .servicenow, .servicenow-sir, .swimlane, .thehive]
  closure_type:
    description: Whether cases are closed by people, or when they are pushed. New configurations get V(close-by-user).
    type: str
    choices: [close-by-user, close-by-pushing]
  customFields:
    description:
      - The custom fields that cases have, up to ten, in the order in which Kibana shows them. V([]) removes all.
      - A field that is not listed is removed, and with it its values in all cases.
    type: list
    elements: dict
    suboptions:
      key:
        description: Key of the field, of a-z, 0-9, _ and -. It identifies the field.
        type: str
        required: true
      label:
        description: Name that people see, up to 50 characters. Required for a new field.
        type: str
      type:
        description: Type of the field. It cannot be changed, and a new field needs one. Kibana 9 knows V(number).
        type: str
        choices: [text, toggle, number]
      required:
        description: Whether each case must have a value. A new field gets V(false).
        type: bool
      defaultValue:
        description: Value of cases that give none, a text, a boolean or a number after the type. V("") removes it.
        type: raw
  templates:
    description:
      - The templates that new cases may start from, up to ten, in the order in which Kibana shows them. V([]) removes
        all. A template that is not listed is removed.
    type: list
    elements: dict
    suboptions:
      key:
        description: Key of the template, of a-z, 0-9, _ and -. It identifies the template.
        type: str
        required: true
      name:
        description: Name that people see, up to 50 characters. Required for a new template.
        type: str
      description:
        description: What the template is for.
        type: str
      tags:
        description: Tags of the template, not of the case. Their order does not count.
        type: list
        elements: str
      caseFields:
        description: What the template fills in. What is not given stays as it is.
        type: dict
        suboptions:
          title:
            description: Title of the case.
            type: str
          description:
            description: Description of the case.
            type: str
          tags:
            description: Tags of the case. Their order does not count.
            type: list
            elements: str
          severity:
            description: Severity.
            type: str
            choices: [low, medium, high, critical]
          category:
            description: Category. V("") removes it.
            type: str
          assignees:
            description: Users who are to work on the case. Needs a Platinum licence.
            type: list
            elements: dict
            suboptions:
              uid:
                description: Id of the user profile.
                type: str
                required: true
          connector:
            description: Connector, as in O(connector).
            type: dict
            suboptions:
              id:
                description: Id of the connector. V(none) removes it.
                type: str
              name:
                description: Name of the connector.
                type: str
              type:
                description: Type of the connector.
                type: str
                choices:
                  [.none, .cases-webhook, .jira, .resilient, .servicenow, .servicenow-sir, .swimlane, .thehive]
              fields:
                description: Fields for the incident there, as M(stackops.kibana.case) describes them.
                type: dict
          settings:
            description: Settings.
            type: dict
            suboptions:
              syncAlerts:
                description: Whether the status of the attached alerts follows that of the case.
                type: bool
                required: true
              extractObservables:
                description: Whether to take observables from the attached alerts. Kibana 9 knows it.
                type: bool
          customFields:
            description:
              - Values of custom fields. Fields that are not listed get the default value of O(customFields).
            type: list
            elements: dict
            suboptions:
              key:
                description: Key of the field.
                type: str
                required: true
              value:
                description: Value, a text, a boolean or a number after the type of the field. V("") means none.
                type: raw
                required: true
  state:
    description: V(present) makes the configuration, or changes what is given and differs.
    type: str
    choices: [present]
    default: present
seealso:
  - module: stackops.kibana.case
"""

EXAMPLES = r"""
- name: What cases of the SOC look like
  stackops.kibana.case_configuration:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    owner: securitySolution
    closure_type: close-by-user
    customFields:
      - key: playbook
        label: Playbook
        type: text
        required: false
      - key: reported
        label: Reported to the authorities
        type: toggle
        required: true
        defaultValue: false
    templates:
      - key: phishing
        name: Phishing
        tags: [mail]
        caseFields:
          title: Phishing
          severity: medium
          tags: [phishing]
          settings:
            syncAlerts: true
          customFields:
            - key: playbook
              value: PB-7

- name: No connector for cases of Management
  stackops.kibana.case_configuration:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    owner: cases
    connector: {}
"""

RETURN = r"""
case_configuration:
  description: The configuration as Kibana returns it. In check mode, what it would be.
  returned: always
  type: dict
  sample:
    id: 4a97a440-e1cd-11ed-be36-e3b1a8f1a5d8
    version: WzUzMiwxXQ==
    owner: securitySolution
    closure_type: close-by-user
    connector: {id: none, name: none, type: .none, fields: null}
    customFields:
      - {key: playbook, label: Playbook, type: text, required: false}
    templates: []
    mappings: []
    error:
"""

from ansible_collections.stackops.kibana.plugins.module_utils._case import CONNECTOR_FIELDS, NO_CONNECTOR, OWNERS
from ansible_collections.stackops.kibana.plugins.module_utils._case_configuration import apply, check, find, plan
from ansible_collections.stackops.kibana.plugins.module_utils._engine import run
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource

STRING = {"type": "str"}
STRINGS = {"type": "list", "elements": "str"}
BOOL = {"type": "bool"}
KEY = {"type": "str", "required": True, "no_log": False}
CONNECTOR = {"id": STRING, "name": STRING, "type": {"type": "str", "choices": list(CONNECTOR_FIELDS)}}
CUSTOM_FIELD = {
    "key": KEY,
    "label": STRING,
    "type": {"type": "str", "choices": ["text", "toggle", "number"]},
    "required": BOOL,
    "defaultValue": {"type": "raw"},
}
CASE_FIELDS = {
    "title": STRING,
    "description": STRING,
    "tags": STRINGS,
    "severity": {"type": "str", "choices": ["low", "medium", "high", "critical"]},
    "category": STRING,
    "assignees": {"type": "list", "elements": "dict", "options": {"uid": {"type": "str", "required": True}}},
    "connector": {"type": "dict", "options": {**CONNECTOR, "fields": {"type": "dict"}}},
    "settings": {
        "type": "dict",
        "options": {"syncAlerts": {"type": "bool", "required": True}, "extractObservables": BOOL},
    },
    "customFields": {
        "type": "list",
        "elements": "dict",
        "options": {"key": KEY, "value": {"type": "raw", "required": True}},
    },
}
TEMPLATE = {
    "key": KEY,
    "name": STRING,
    "description": STRING,
    "tags": STRINGS,
    "caseFields": {"type": "dict", "options": CASE_FIELDS},
}
RESOURCE = Resource(
    result_key="case_configuration",
    options={
        "owner": {"type": "str", "required": True, "choices": OWNERS},
        "connector": {"type": "dict", "options": CONNECTOR},
        "closure_type": {"type": "str", "choices": ["close-by-user", "close-by-pushing"]},
        "customFields": {"type": "list", "elements": "dict", "options": CUSTOM_FIELD},
        "templates": {"type": "list", "elements": "dict", "options": TEMPLATE},
    },
    states=("present",),
    unordered=frozenset(
        {
            "templates[].tags",
            "templates[].caseFields.tags",
            "templates[].caseFields.assignees",
            "templates[].caseFields.customFields",
            "templates[].caseFields.connector.fields.incidentTypes",
        }
    ),
    server_defaults={
        "closure_type": "close-by-user",
        "connector": NO_CONNECTOR,
        "customFields": [],
        "customFields[].required": False,
        "customFields[].defaultValue": "",
        "templates": [],
        "templates[].description": "",
        "templates[].tags": [],
        "templates[].caseFields.category": "",
        "templates[].caseFields.tags": [],
        "templates[].caseFields.assignees": [],
    },
    check=check,
    find=find,
    plan=plan,
    apply=apply,
)


def main():
    run(RESOURCE)


if __name__ == "__main__":
    main()
