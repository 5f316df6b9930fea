#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: data_view_info
short_description: Read data views of Kibana
description:
  - Returns data views of a space, and says which is the default.
  - Those that are asked for by O(id), O(name) or O(title) come whole. The list of all has but their names, patterns and
    spaces.
  - The user needs C(read) of any feature that uses data views, such as Discover. Kibana shows an empty list to those
    who may read none.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.attributes.info
  - stackops.kibana.action_group
options:
  id:
    description: Id of a data view. One that does not exist gives an empty list.
    type: str
  name:
    description: Name of a data view. All that have it are returned.
    type: str
  title:
    description: Index pattern of a data view, such as V(logs-*). All that have exactly it are returned.
    type: str
  fields:
    description: Whether to return the fields of the indices, too, which can be thousands.
    type: bool
    default: false
seealso:
  - module: stackops.kibana.data_view
"""

EXAMPLES = r"""
- name: List the data views
  stackops.kibana.data_view_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
  register: all_of_them

- name: Read one whole
  stackops.kibana.data_view_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: Logs
  register: logs
  failed_when: logs.data_views | length != 1
"""

RETURN = r"""
data_views:
  description: The data views, sorted by id.
  returned: always
  type: list
  elements: dict
  sample:
    - id: logs
      name: Logs
      title: logs-*
      timeFieldName: "@timestamp"
      namespaces: [default]
default:
  description: Id of the default data view of the space. Empty where there is none.
  returned: always
  type: str
  sample: logs
"""

from ansible_collections.stackops.kibana.plugins.module_utils._client import fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._data_view import COLLECTION, ITEM, decode, default_id
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_action

OPTIONS = {
    "id": {"type": "str"},
    "name": {"type": "str"},
    "title": {"type": "str"},
    "fields": {"type": "bool", "default": False},
}


def read(context):
    """The data views that were asked for, and the id of the default one."""
    views = sorted(found(context), key=lambda view: view["id"])
    return {"changed": False, "data_views": views, "default": default_id(context.client)}


def found(context):
    params, client = context.params, context.client
    if params["id"] is not None:
        return whole(client, [params["id"]], params["fields"])
    listed = client.get(COLLECTION)["data_view"]
    wanted = {name: params[name] for name in ("name", "title") if params[name] is not None}
    if not wanted:
        return listed
    ids = [view["id"] for view in listed if all(view.get(name) == value for name, value in wanted.items())]
    return whole(client, ids, params["fields"])


def whole(client, ids, with_fields):
    """The data views of these ids that are there."""
    answers = [client.find(fill_path(ITEM, {"id": one}), probe=COLLECTION) for one in ids]
    views = [answer["data_view"] for answer in answers if answer is not None]
    return views if with_fields else [decode(view) for view in views]


def main():
    run_action(read, OPTIONS, mutually_exclusive=[("id", "name"), ("id", "title")])


if __name__ == "__main__":
    main()
