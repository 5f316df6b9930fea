#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dashboard_info
short_description: Read dashboards of Kibana
description:
  - Returns one dashboard with its panels, or a list of dashboards without them, in the shape of the options of
    M(stackops.kibana.dashboard).
  - Kibana has an API for dashboards from 8.18 to 9.1, and since 9.4.
  - It needs the privilege C(read) of the feature Dashboard.
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
    description:
      - Id of a dashboard, which is returned with its panels. One that does not exist gives an empty list.
      - An id from before an upgrade leads to the dashboard that has replaced it.
    type: str
  query:
    description:
      - Words that title or description must have, in Elasticsearch's simple query syntax, such as V(sales*).
      - Kibana can search since 9.4.
    type: str
  tags:
    description: Ids of tags. A dashboard must have one of them.
    type: list
    elements: str
  excluded_tags:
    description: Ids of tags. A dashboard must have none of them.
    type: list
    elements: str
seealso:
  - module: stackops.kibana.dashboard
"""

EXAMPLES = r"""
- name: Read one dashboard
  stackops.kibana.dashboard_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: soc-overview
  register: one

- name: List the dashboards that have a tag
  stackops.kibana.dashboard_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    tags: [soc]
  register: of_the_soc
"""

RETURN = r"""
dashboards:
  description: The dashboards. Those of a list have no panels, and before 9.4 no time range.
  returned: always
  type: list
  elements: dict
  contains:
    id:
      description: Id.
      returned: always
      type: str
    title:
      description: Title.
      returned: always
      type: str
    tags:
      description: Ids of the tags.
      returned: where Kibana says it
      type: list
      elements: str
    panels:
      description: Panels, in the shape of this version of Kibana.
      returned: when O(id) is given
      type: list
      elements: dict
    warnings:
      description: What Kibana has left out, because its API cannot show it.
      returned: when O(id) is given, and where it has
      type: list
      elements: str
    meta:
      description: Times, version, and whether a package manages the dashboard.
      returned: always
      type: dict
  sample:
    - id: soc-overview
      title: SOC overview
      tags: [soc]
      meta:
        created_at: "2026-01-01T00:00:00.000Z"
        updated_at: "2026-01-01T00:00:00.000Z"
        managed: false
        version: WzEsMV0=
"""

from ansible_collections.stackops.kibana.plugins.module_utils._client import fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._dashboard import (
    decode,
    listed,
    shape_of,
    version_text,
)
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_info

FILTERS = ("query", "tags", "excluded_tags")
OPTIONS = {
    "id": {"type": "str"},
    "query": {"type": "str"},
    "tags": {"type": "list", "elements": "str"},
    "excluded_tags": {"type": "list", "elements": "str"},
}


def read(context):
    """The dashboards that were asked for."""
    params, client = context.params, context.client
    shape = shape_of(client)
    if params["id"] is not None:
        found = client.find(fill_path(shape.item, {"id": params["id"]}))
        return [] if found is None else [decode(found)]
    filters = {name: params[name] for name in FILTERS if params[name]}
    if shape.searches:
        return [decode(item) for item in listed(client, shape, filters)]
    if "query" in filters:
        raise PlanError(
            f"Kibana can search for dashboards since 9.4, and this is {version_text(client)}: leave query out."
        )
    return [item for item in map(decode, listed(client, shape, {})) if has_tags(item, filters)]


def has_tags(item, filters):
    """Whether the tags of a dashboard fit, as Kibana decides it since 9.4."""
    own = set(item["tags"])
    return bool(not filters.get("tags") or own & set(filters["tags"])) and not own & set(
        filters.get("excluded_tags", ())
    )


def main():
    run_info("dashboards", OPTIONS, read, mutually_exclusive=[("id", name) for name in FILTERS])


if __name__ == "__main__":
    main()
