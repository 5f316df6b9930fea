#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kibana_roles
short_description: Manage many roles of Kibana at once
description:
  - Creates, changes and deletes any number of roles. It reads all roles once, and writes only those that differ,
    with one request for up to 100 of them.
  - What is not given of a role stays as it is. Lists are sets here, as for M(stackops.kibana.kibana_role).
  - A role that Kibana refuses does not keep it from writing the others. The task then fails, and says what became
    of each.
  - Kibana before 8.16 has no bulk endpoint. Each role that differs is then written by a request of its own.
  - It needs the privilege C(manage_security) on the cluster.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.no_space
  - stackops.kibana.exact
  - stackops.kibana.attributes
  - stackops.kibana.action_group
options:
  roles:
    description: The roles. Each is described as for M(stackops.kibana.kibana_role).
    type: list
    elements: dict
    required: true
    suboptions:
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
                description: Fields of O(roles[].indices[].field_security.grant) that may not be read.
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
          - Each entry has either O(roles[].kibana[].base) or O(roles[].kibana[].feature).
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
  scope:
    description:
      - Which roles O(exact=true) may delete, as a shell pattern for their names, such as V(soc_*).
      - V(*) means every role that is not reserved.
      - Required with O(exact=true).
    type: str
  validate:
    description:
      - Whether to compare O(roles[].kibana[].feature) with the features and privileges that this Kibana has, before
        anything is written, and to fail where one does not exist. Kibana itself takes any name, and ignores an unknown
        one.
      - Deprecated features are named in a warning, with what replaces them.
      - Needs the privilege to see the features, which comes with V(all) on all features in all spaces.
    type: bool
    default: false
  migrate:
    description:
      - Whether to replace deprecated features by their successors, such as V(discover) by V(discover_v2) and
        V(savedQueryManagement), in what is written. The roles grant the same as before.
      - What cannot be replaced privilege by privilege stays as it is, of which a warning tells.
      - Needs the same privilege as O(validate=true).
    type: bool
    default: false
seealso:
  - module: stackops.kibana.kibana_role
"""

EXAMPLES = r"""
- name: Bring all roles of the SOC to what the repository says, and delete those that left it
  stackops.kibana.kibana_roles:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    exact: true
    scope: soc_*
    max_deletions: 3
    roles:
      - name: soc_analyst
        cluster: [monitor]
        kibana:
          - base: [read]
            spaces: [default]
      - name: soc_engineer
        indices:
          - names: ["logs-*"]
            privileges: [read, view_index_metadata]
        kibana:
          - base: [all]
            spaces: [default]
"""

RETURN = r"""
roles:
  description: What became of each role, in the order of O(roles), then those deleted.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name of the role.
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
    - name: soc_analyst
      result: created
summary:
  description: How many roles were V(created), V(updated), V(unchanged), V(deleted) and V(failed).
  returned: always
  type: dict
  sample:
    created: 1
    updated: 0
    unchanged: 41
    deleted: 0
    failed: 0
"""

from dataclasses import replace
from fnmatch import fnmatchcase

from ansible_collections.stackops.kibana.plugins.module_utils import _role, _role_features
from ansible_collections.stackops.kibana.plugins.module_utils._client import fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError
from ansible_collections.stackops.kibana.plugins.module_utils._many import (
    EXACT,
    chunks,
    guard_deletions,
    in_parallel,
    json_size,
    plan_many,
    report,
    write_many,
)
from ansible_collections.stackops.kibana.plugins.module_utils._plan import Policy
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_action

CHUNK_ROLES = 100
CHUNK_BYTES = 900_000  # Kibana accepts 1 MiB
CONCURRENCY = 8
RESOURCE = replace(_role.RESOURCE, result_key="roles")
OPTIONS = {
    "roles": {"type": "list", "elements": "dict", "required": True, "options": _role.OPTIONS},
    "scope": {"type": "str"},
    **_role_features.OPTIONS,
    **EXACT,
}


def check(params):
    """What is wrong with the options, if anything."""
    for number, role in enumerate(params["roles"]):
        problem = _role.check(role)
        if problem:
            return f"roles[{number}] ({role['name']}): {problem}"
    return None


def converge(context):
    """Read all roles, plan, write what differs."""
    client, params = context.client, context.params
    current = {role["name"]: role for role in client.get("/api/security/role", in_space=False)}
    remove = removable(current, params["scope"]) if params["exact"] else ()
    plans = plan_many(RESOURCE, with_features(context, current), current, Policy(), remove, _role.refine)
    guard_deletions(plans, params["max_deletions"])
    failures = {} if context.check_mode else write(client, plans)
    return report(context, RESOURCE, plans, failures)


def with_features(context, current):
    """The wanted roles with the features of this Kibana."""
    params = context.params
    features = _role_features.features_for(
        context.client, params, {role["name"]: role["kibana"] for role in params["roles"]}
    )
    return [
        {
            **role,
            "kibana": _role_features.prepare(
                role["name"], role["kibana"], current.get(role["name"]), features, params["migrate"], context.warn
            ),
        }
        for role in params["roles"]
    ]


def removable(current, scope):
    """The names that exact mode may delete: never those of Elasticsearch itself."""
    return [
        name
        for name, role in current.items()
        if fnmatchcase(name, scope) and not role.get("metadata", {}).get("_reserved")
    ]


def write(client, plans):
    """Write all that differs; the keys that failed, with the reason."""
    bodies = {name: _role.encode(step) for name, step in plans.items() if step.action in ("create", "update")}
    doomed = [name for name, step in plans.items() if step.action == "delete"]
    sized = chunks(bodies, CHUNK_ROLES, CHUNK_BYTES, lambda name: json_size({name: bodies[name]}))
    failures = write_many(sized, lambda names: write_chunk(client, {name: bodies[name] for name in names}))
    failures.update(in_parallel(doomed, lambda name: client.delete(path(name), in_space=False), CONCURRENCY))
    return failures


def write_chunk(client, bodies):
    """One bulk request, or single ones where Kibana has no bulk endpoint."""
    try:
        answer = client.call("POST", "/api/security/roles", json={"roles": bodies}, in_space=False, safe=True)
    except KibanaError as error:
        if error.status != 404:
            raise
        return in_parallel(
            list(bodies),
            lambda name: client.call("PUT", path(name), json=bodies[name], in_space=False),
            CONCURRENCY,
        )
    return {name: f"{error['type']}: {error['reason']}" for name, error in answer.get("errors", {}).items()}


def path(name):
    return fill_path(RESOURCE.item, {"name": name})


def main():
    run_action(converge, OPTIONS, check=check, required_if=[("exact", True, ("scope",))])


if __name__ == "__main__":
    main()
