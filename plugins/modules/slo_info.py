#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: slo_info
short_description: Read service level objectives (SLOs) of Kibana
description:
  - Returns SLOs with what Kibana has computed of them, or their definitions alone. It reads to the end.
  - Needs the privilege C(read) of the Kibana feature C(SLOs).
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.attributes.info
  - stackops.kibana.action_group
options:
  gather:
    description:
      - What to return.
      - V(slos) have their status, and an SLO with groups is there once for each of them. Kibana lists an SLO here as
        soon as it has computed it for the first time.
      - V(definitions) are all there are, without status.
    type: str
    choices: [slos, definitions]
    default: slos
  id:
    description: Id of an SLO. One that does not exist gives an empty list.
    type: str
  instanceId:
    description: Value of the groups, with O(id), to read the status of one of them.
    type: str
  kqlQuery:
    description: Condition in Kibana's query language, such as V(slo.tags:shop and status:VIOLATED). For V(slos).
    type: str
  sortBy:
    description: What to sort by. Kibana takes V(status). For V(slos).
    type: str
    choices: [sli_value, status, error_budget_consumed, error_budget_remaining]
  sortDirection:
    description: Order. Kibana takes V(asc). For V(slos).
    type: str
    choices: [asc, desc]
  hideStale:
    description: Whether to leave out those that got no data for long. For V(slos).
    type: bool
  name:
    description: Exact name. For V(definitions).
    type: str
  tags:
    description: Tags, all of these. For V(definitions).
    type: list
    elements: str
seealso:
  - module: stackops.kibana.slo
"""

EXAMPLES = r"""
- name: Read SLOs of the log-in page, with their status
  stackops.kibana.slo_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    kqlQuery: "slo.tags: login"
  register: login

- name: Stop a deployment where the error budget is used up
  ansible.builtin.assert:
    that: item.summary.errorBudget.remaining > 0
  loop: "{{ login.slos }}"
  loop_control:
    label: "{{ item.name }}"

- name: Read one SLO
  stackops.kibana.slo_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: login-page-availability

- name: Read all definitions
  stackops.kibana.slo_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    gather: definitions
"""

RETURN = r"""
slos:
  description: The SLOs, or their definitions.
  returned: always
  type: list
  elements: dict
  sample:
    - id: login-page-availability
      name: Log-in page answers
      indicator: {type: sli.kql.custom, params: {index: logs-nginx-*, timestampField: "@timestamp"}}
      objective: {target: 0.99}
      groupBy: "*"
      instanceId: "*"
      tags: [login]
      enabled: true
      summary:
        status: HEALTHY
        sliValue: 0.9982
        errorBudget: {initial: 0.01, consumed: 0.18, remaining: 0.82, isEstimated: false}
"""

from ansible_collections.stackops.kibana.plugins.module_utils._client import fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_info

SLOS = "/api/observability/slos"
STRING = {"type": "str"}
SUMMARIES = {
    "kqlQuery": STRING,
    "sortBy": {"type": "str", "choices": ["sli_value", "status", "error_budget_consumed", "error_budget_remaining"]},
    "sortDirection": {"type": "str", "choices": ["asc", "desc"]},
    "hideStale": {"type": "bool"},
}
DEFINITIONS = {"name": STRING, "tags": {"type": "list", "elements": "str"}}
OPTIONS = {
    "gather": {"type": "str", "choices": ["slos", "definitions"], "default": "slos"},
    "id": STRING,
    "instanceId": STRING,
    **SUMMARIES,
    **DEFINITIONS,
}


def check(params):
    """An option that would be ignored is refused: the answer would be more than what was asked for."""
    heeded, what = list(SUMMARIES), "gather: slos"
    if params["gather"] == "definitions":
        heeded, what = list(DEFINITIONS), "gather: definitions"
    elif params["id"] is not None:
        heeded, what = ["id", "instanceId"], "id"
    ignored = [name for name in OPTIONS if name != "gather" and params[name] is not None and name not in heeded]
    return f"{' and '.join(ignored)} cannot be given together with {what}." if ignored else None


def read(context):
    """The SLOs that were asked for."""
    params, client = context.params, context.client
    if params["gather"] == "definitions":
        found = client.pages(f"{SLOS}/_definitions", items="results", size_name="perPage")
        wanted = set(params["tags"] or [])
        return [slo for slo in found if params["name"] in (None, slo["name"]) and wanted <= set(slo["tags"])]
    if params["id"] is not None:
        query = {"instanceId": params["instanceId"]} if params["instanceId"] is not None else None
        one = client.find(fill_path(SLOS + "/{id}", params), params=query)
        return [] if one is None else [one]
    query = {name: as_text(params[name]) for name in SUMMARIES if params[name] is not None}
    return list(client.pages(SLOS, items="results", size_name="perPage", params=query))


def as_text(value):
    """A value as a query has it."""
    return str(value).lower() if isinstance(value, bool) else value


def main():
    run_info("slos", OPTIONS, read, check=check)


if __name__ == "__main__":
    main()
