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

from ansible_collections.stackops.kibana.plugins.module_utils._engine import default_plan, run
from ansible_collections.stackops.kibana.plugins.module_utils._errors import parse
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource

STRINGS = {"type": "list", "elements": "str"}
NEEDED = {**STRINGS, "required": True}
INDICES = {
    "names": NEEDED,
    "privileges": NEEDED,
    "field_security": {"type": "dict", "options": {"grant": STRINGS, "except": STRINGS}},
    "query": {"type": "json"},
    "allow_restricted_indices": {"type": "bool"},
}
OPTIONS = {
    "name": {"type": "str", "required": True},
    "description": {"type": "str"},
    "metadata": {"type": "dict"},
    "cluster": STRINGS,
    "indices": {"type": "list", "elements": "dict", "options": INDICES},
    "remote_indices": {"type": "list", "elements": "dict", "options": {"clusters": NEEDED, **INDICES}},
    "remote_cluster": {"type": "list", "elements": "dict", "options": {"clusters": NEEDED, "privileges": NEEDED}},
    "run_as": STRINGS,
    "kibana": {
        "type": "list",
        "elements": "dict",
        "options": {"base": {**STRINGS, "choices": ["all", "read"]}, "feature": {"type": "dict"}, "spaces": STRINGS},
    },
}
OUTSIDE_ELASTICSEARCH = ("name", "description", "metadata", "kibana")
NOT_IN_OLD_VERSIONS = ("description", "remote_indices", "remote_cluster")


def check(params):
    """What is wrong with the Kibana privileges, if anything."""
    used = set()
    for number, entry in enumerate(params["kibana"] or []):
        where = f"kibana[{number}]"
        spaces = entry["spaces"] if entry["spaces"] is not None else ["*"]
        if bool(entry["base"]) == bool(entry["feature"]):
            return f"{where} must have either base or feature, and not both."
        if not spaces:
            return f"{where}.spaces is empty: name spaces, or give '*' for all of them."
        if "*" in spaces and len(spaces) > 1:
            return f"{where}.spaces has '*' together with other spaces: give '*' alone, or name the spaces."
        if used.intersection(spaces):
            return f"{where}.spaces repeats {sorted(used.intersection(spaces))}: a space may occur in one entry only."
        used.update(spaces)
    reserved = sorted(key for key in params["metadata"] or {} if str(key).startswith("_"))
    return f"metadata must not have keys that begin with '_': {reserved}." if reserved else None


def decode(raw):
    """Kibana nests the privileges in Elasticsearch; the options are flat."""
    role = {name: raw[name] for name in OUTSIDE_ELASTICSEARCH if name in raw}
    return {**role, **raw["elasticsearch"]}


def encode(plan):
    """The body of a PUT, which knows no name, refuses what only a GET shows, and takes what is left out for empty."""
    after = {name: value for name, value in plan.after.items() if value or name not in NOT_IN_OLD_VERSIONS}
    body = {name: after[name] for name in ("description", "metadata", "kibana") if name in after}
    elasticsearch = {name: value for name, value in after.items() if name not in OUTSIDE_ELASTICSEARCH}
    return {**body, "elasticsearch": elasticsearch}


def plan(context, current):
    """Refuse what must not be touched, before the usual plan."""
    step = default_plan(context, current)
    if current is None or not step.changed:
        return _with_unreadable(context, current, step)
    if current.get("metadata", {}).get("_reserved"):
        raise PlanError(f"{current['name']} is a reserved role of Elasticsearch, which cannot be changed or deleted.")
    return _with_unreadable(context, current, step)


def _with_unreadable(context, current, step):
    """Kibana shows privileges that it cannot translate as an empty list, which is not what is stored."""
    if current is None or not current.get("_transform_error") or step.action == "delete":
        return step
    if context.params["kibana"] is None:
        if not step.changed:
            return step
        raise PlanError(
            f"Kibana cannot read the Kibana privileges of role {current['name']}"
            f" ({', '.join(current['_transform_error'])}), so a change would delete them: give kibana, too."
        )
    return replace(step, action="update", before={**step.before, "kibana": "(unreadable)"})


RESOURCE = Resource(
    result_key="role",
    options=OPTIONS,
    key="name",
    item="/api/security/role/{name}",
    create="/api/security/role/{name}",
    create_method="PUT",
    probe="/api/security/role",
    in_space=False,
    answers_object=False,
    unordered=frozenset(
        {
            "cluster",
            "run_as",
            "indices",
            "indices[].names",
            "indices[].privileges",
            "indices[].field_security.grant",
            "indices[].field_security.except",
            "remote_indices",
            "remote_indices[].clusters",
            "remote_indices[].names",
            "remote_indices[].privileges",
            "remote_indices[].field_security.grant",
            "remote_indices[].field_security.except",
            "remote_cluster",
            "remote_cluster[].clusters",
            "remote_cluster[].privileges",
            "kibana",
            "kibana[].base",
            "kibana[].feature.*",
            "kibana[].spaces",
        }
    ),
    server_defaults={
        "description": "",
        "metadata": {},
        "cluster": [],
        "indices": [],
        "indices[].allow_restricted_indices": False,
        "remote_indices[].allow_restricted_indices": False,
        "remote_indices": [],
        "remote_cluster": [],
        "run_as": [],
        "kibana": [],
        "kibana[].base": [],
        "kibana[].feature": {},
        "kibana[].spaces": ["*"],
    },
    canonical={"indices[].query": parse, "remote_indices[].query": parse},
    check=check,
    decode=decode,
    encode=encode,
    plan=plan,
)


def main():
    run(RESOURCE)


if __name__ == "__main__":
    main()
