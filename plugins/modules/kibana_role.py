#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kibana_role
short_description: Manage a role of Kibana
description:
  - Creates, changes and deletes a role, with its privileges in Elasticsearch and in Kibana.
  - Kibana replaces a role as a whole. The module reads it first and writes it back with the given fields changed,
    so that what is not given stays as it is.
  - Lists are sets here. The order of privileges, indices and spaces does not matter.
  - Reserved roles, which Elasticsearch brings along, cannot be changed or deleted.
  - It needs the privilege C(manage_security) on the cluster.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.no_space
  - stackops.kibana.state
  - stackops.kibana.attributes
  - stackops.kibana.action_group
options:
  name:
    description: Name of the role. It identifies the role and is case-sensitive.
    type: str
    required: true
  description:
    description:
      - What the role is for. V("") removes it.
      - Kibana knows it since 8.15.
    type: str
  metadata:
    description:
      - Any data about the role. The keys given are merged with the stored ones. V({}) removes all.
      - Keys must not begin with V(_).
    type: dict
  cluster:
    description: Privileges on the cluster, such as V(monitor) or V(manage_index_templates).
    type: list
    elements: str
  indices:
    description: Privileges on indices.
    type: list
    elements: dict
    suboptions: &indices
      names:
        description: Names or patterns of indices, data streams and aliases.
        type: list
        elements: str
        required: true
      privileges:
        description: Privileges on them, such as V(read) or V(view_index_metadata).
        type: list
        elements: str
        required: true
      field_security:
        description: Fields that the privileges are limited to (field level security).
        type: dict
        suboptions:
          grant:
            description: Fields that may be read.
            type: list
            elements: str
          except:
            description: Fields of O(indices[].field_security.grant) that may not be read.
            type: list
            elements: str
      query:
        description:
          - A search in the Elasticsearch query language, as JSON text or as a dict.
          - It limits the documents that the privileges apply to (document level security).
          - It is compared as JSON, so white space does not matter.
        type: json
      allow_restricted_indices:
        description: Whether the names may match restricted indices. Kibana takes a missing value for V(false).
        type: bool
  remote_indices:
    description: Privileges on indices of remote clusters. Kibana knows them since 8.10.
    type: list
    elements: dict
    suboptions:
      clusters:
        description: Names or patterns of remote clusters.
        type: list
        elements: str
        required: true
      <<: *indices
  remote_cluster:
    description: Privileges on remote clusters. Kibana knows them since 8.15.
    type: list
    elements: dict
    suboptions:
      clusters:
        description: Names or patterns of remote clusters.
        type: list
        elements: str
        required: true
      privileges:
        description: Privileges on them, such as V(monitor_enrich).
        type: list
        elements: str
        required: true
  run_as:
    description: Users that owners of this role may act as.
    type: list
    elements: str
  kibana:
    description:
      - Privileges in Kibana. Each space may occur in one entry only.
      - Each entry has either O(kibana[].base) or O(kibana[].feature).
      - The list replaces the stored one. V([]) removes all privileges in Kibana.
    type: list
    elements: dict
    suboptions:
      base:
        description: A privilege on all features.
        type: list
        elements: str
        choices: [all, read]
      feature:
        description: Lists of privileges by id of the feature, such as V(read) for V(discover).
        type: dict
      spaces:
        description: Ids of spaces, or V(*) alone for all of them. Kibana takes a missing value for V(*).
        type: list
        elements: str
  validate:
    description:
      - Whether to compare O(kibana[].feature) with the features and privileges that this Kibana has, before anything is
        written, and to fail where one does not exist. Kibana itself takes any name, and ignores an unknown one.
      - Deprecated features are named in a warning, with what replaces them.
      - Needs the privilege to see the features, which comes with V(all) on all features in all spaces.
    type: bool
    default: false
  migrate:
    description:
      - Whether to replace deprecated features by their successors, such as V(discover) by V(discover_v2) and
        V(savedQueryManagement), in what is written. The role grants the same as before.
      - What cannot be replaced privilege by privilege stays as it is, of which a warning tells.
      - Needs the same privilege as O(validate=true).
    type: bool
    default: false
seealso:
  - name: Kibana API, roles
    description: The endpoints that this module uses.
    link: https://www.elastic.co/docs/api/doc/kibana/group/endpoint-roles
"""

EXAMPLES = r"""
- name: Create a role for analysts of one space
  stackops.kibana.kibana_role:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: soc_analyst
    description: Reads logs and works on alerts
    cluster: [monitor]
    indices:
      - names: ["logs-*", "filebeat-*"]
        privileges: [read, view_index_metadata]
        query: '{"term": {"data_stream.namespace": "production"}}'
    kibana:
      - spaces: [security]
        feature:
          siem: [all]
          discover: [read]

- name: Let it read dashboards everywhere, and leave the rest as it is
  stackops.kibana.kibana_role:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: soc_analyst
    kibana:
      - base: [read]
        spaces: ["*"]

- name: Check the privileges, and write them with the features of this Kibana whatever their names were
  stackops.kibana.kibana_role:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: soc_analyst
    validate: true
    migrate: true
    kibana:
      - spaces: [security]
        feature:
          discover: [read]
          dashboard: [read]

- name: Delete it
  stackops.kibana.kibana_role:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    name: soc_analyst
    state: absent
"""

RETURN = r"""
role:
  description: The role. In check mode, what it would be.
  returned: when O(state=present)
  type: dict
  sample:
    name: soc_analyst
    description: Reads logs and works on alerts
    metadata: {}
    cluster: [monitor]
    indices:
      - names: ["logs-*"]
        privileges: [read]
        allow_restricted_indices: false
    run_as: []
    kibana:
      - base: []
        feature:
          discover: [read]
        spaces: [security]
"""

from dataclasses import replace

from ansible_collections.stackops.kibana.plugins.module_utils import _role, _role_features
from ansible_collections.stackops.kibana.plugins.module_utils._engine import default_plan, run


def plan(context, current):
    """The usual plan with the features of this Kibana, refused where a role must not be touched."""
    params = context.params
    if params["state"] == "present":
        roles = {params["name"]: params["kibana"]}
        features = _role_features.features_for(context.client, params, roles)
        params["kibana"] = _role_features.prepare(
            params["name"], params["kibana"], current, features, params["migrate"], context.warn
        )
    return _role.refine(current, default_plan(context, current), params)


RESOURCE = replace(
    _role.RESOURCE,
    options={**_role.OPTIONS, **_role_features.OPTIONS},
    controls=frozenset(_role_features.OPTIONS),
    check=_role.check,
    plan=plan,
)


def main():
    run(RESOURCE)


if __name__ == "__main__":
    main()
