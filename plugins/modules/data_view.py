#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: data_view
short_description: Manage a data view of Kibana
description:
  - Creates, changes and deletes a data view, which was called an index pattern before, and makes it the default of its
    space.
  - The three maps (O(fieldFormats), O(fieldAttrs), O(runtimeFieldMap)) are managed field by field. Fields that a task
    does not name stay as they are, see O(exact).
  - Kibana has several functions for what is one data view here, so a run takes up to four writes, and one for most
    changes.
  - The user needs the privilege C(all) of the feature Data View Management, and, to read, C(read) of any feature that
    uses data views. Changing O(namespaces) of a data view that exists needs it in all these spaces.
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
      - Id of the data view. Without it the data view is looked for by O(name), and without that by O(title).
      - A data view that does not exist is created with this id, or with one that Kibana chooses.
    type: str
  name:
    description: Name that people see. Kibana takes O(title) for a new data view without one. It is unique in a space.
    type: str
  title:
    description:
      - The index pattern, such as V(logs-*) or several with commas between them. Required for a new data view.
    type: str
  timeFieldName:
    description: Field with the time of a document. V("") removes it.
    type: str
  sourceFilters:
    description: Fields to hide in Discover. Their order does not matter. V([]) removes all.
    type: list
    elements: dict
    suboptions:
      value:
        description: Name of a field, or a pattern such as V(tls.*).
        type: str
        required: true
  fieldFormats:
    description:
      - How to show the values of fields, a dictionary with C(id) (such as V(bytes), V(url) or V(number)) and C(params)
        for each field.
      - An entry replaces the stored one of its field, and V({}) for a field removes it. V({}) for the option removes
        all.
    type: dict
  fieldAttrs:
    description:
      - How to call fields, a dictionary with C(customLabel) and C(customDescription) for each field. What is not given
        of a field stays. V("") removes one of them, V({}) for a field both, V({}) for the option all.
      - The popularity of fields, which Kibana keeps there too, is left alone.
    type: dict
  runtimeFieldMap:
    description:
      - Runtime fields, a dictionary with C(type), C(script) (with C(source), in Painless) and, for the type
        V(composite), C(fields) for each.
      - An entry replaces the stored one of its field, and V({}) for a field removes it. V({}) for the option removes
        all.
      - Labels and formats of runtime fields belong into O(fieldAttrs) and O(fieldFormats).
    type: dict
  exact:
    description: Whether the entries that O(fieldFormats), O(fieldAttrs) and O(runtimeFieldMap) have, where these are
      given, are all there are, so that others are removed.
    type: bool
    default: false
  allowNoIndex:
    description:
      - Whether the data view may be there before the first index is. Kibana cannot change it later.
    type: bool
  allowHidden:
    description:
      - Whether hidden and system indices match, too. Kibana cannot change it later through its API.
    type: bool
  type:
    description: Kind of data view, such as V(rollup). Most have none.
    type: str
  typeMeta:
    description: What belongs to O(type), for a rollup C(aggs) and C(params).
    type: dict
  namespaces:
    description:
      - Ids of the spaces that share the data view, with the one that the task works in. V(*) means all spaces.
      - Their order does not matter.
    type: list
    elements: str
  default:
    description:
      - Whether it is the default data view of the space. V(false) makes it the default no more, and leaves the space
        without one.
      - Without this option nothing is asked or changed.
    type: bool
notes:
  - Deleting a data view deletes it in all spaces that share it. What uses it (dashboards, rules, searches) is not
    looked at, and breaks.
seealso:
  - module: stackops.kibana.data_view_info
"""

EXAMPLES = r"""
- name: The data view of the firewalls is there, and the default
  stackops.kibana.data_view:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: firewalls
    name: Firewalls
    title: logs-firewall-*
    timeFieldName: "@timestamp"
    allowNoIndex: true
    default: true

- name: Its fields are easy to read, and one is computed
  stackops.kibana.data_view:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: firewalls
    sourceFilters:
      - value: tls.*
    fieldFormats:
      network.bytes:
        id: bytes
    fieldAttrs:
      network.bytes:
        customLabel: Traffic
    runtimeFieldMap:
      hour:
        type: long
        script:
          source: emit(doc['@timestamp'].value.getHour())

- name: The data view of the trial is gone
  stackops.kibana.data_view:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: Trial
    state: absent
"""

RETURN = r"""
data_view:
  description:
    - The data view as Kibana returns it, without the fields of its indices, and without their popularity. In check
      mode, what it would be.
    - It has C(default) where O(default) is given.
  returned: when O(state=present)
  type: dict
  sample:
    id: firewalls
    name: Firewalls
    title: logs-firewall-*
    timeFieldName: "@timestamp"
    sourceFilters: []
    fieldFormats: {network.bytes: {id: bytes}}
    fieldAttrs: {network.bytes: {customLabel: Traffic}}
    runtimeFieldMap: {}
    allowNoIndex: true
    allowHidden: false
    namespaces: [default]
    version: WzEsMV0=
"""

from ansible_collections.stackops.kibana.plugins.module_utils._data_view import (
    COLLECTION,
    ITEM,
    apply,
    check,
    decode,
    find,
    plan,
)
from ansible_collections.stackops.kibana.plugins.module_utils._engine import run
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource

RESOURCE = Resource(
    result_key="data_view",
    options={
        "id": {"type": "str"},
        "name": {"type": "str"},
        "title": {"type": "str"},
        "timeFieldName": {"type": "str"},
        "sourceFilters": {
            "type": "list",
            "elements": "dict",
            "options": {"value": {"type": "str", "required": True}},
        },
        "fieldFormats": {"type": "dict"},
        "fieldAttrs": {"type": "dict"},
        "runtimeFieldMap": {"type": "dict"},
        "exact": {"type": "bool", "default": False},
        "allowNoIndex": {"type": "bool"},
        "allowHidden": {"type": "bool"},
        "type": {"type": "str"},
        "typeMeta": {"type": "dict"},
        "namespaces": {"type": "list", "elements": "str"},
        "default": {"type": "bool"},
    },
    controls=frozenset({"exact"}),
    collection=COLLECTION,
    item=ITEM,
    list_envelope="data_view",
    rules={"required_one_of": [("id", "name", "title")]},
    immutable=frozenset({"allowNoIndex", "allowHidden"}),
    read_only=frozenset({"version", "managed", "sourceFilters[].clientId"}),
    unordered=frozenset({"sourceFilters", "namespaces"}),
    server_defaults={
        "timeFieldName": "",
        "sourceFilters": [],
        "fieldFormats": {},
        "fieldAttrs": {},
        "runtimeFieldMap": {},
        "allowNoIndex": False,
        "allowHidden": False,
        "type": "",
        "typeMeta": {},
    },
    check=check,
    find=find,
    decode=decode,
    plan=plan,
    apply=apply,
)


def main():
    run(RESOURCE)


if __name__ == "__main__":
    main()
