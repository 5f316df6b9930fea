#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: case_info
short_description: Read cases of Kibana, and what belongs to them
description:
  - Returns cases, or the comments or alerts of a case, or who has opened cases, or the tags in use.
  - It reads to the end. Kibana gives no more than 10000 cases; of more, choose some with the options.
  - Cases of applications that the user may not see are left out.
  - It needs the privilege C(read) of the feature Cases of these applications.
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
      - V(comments) are all that is attached to the case O(id), alerts and files among it. V(alerts) are its alerts.
      - V(reporters) are the users who have opened cases, V(tags) those of all cases. Both heed O(owner), and no
        other option.
    type: str
    choices: [cases, comments, alerts, reporters, tags]
    default: cases
  id:
    description:
      - Id of a case. One that does not exist gives an empty list.
      - Required for V(comments) and V(alerts).
    type: str
  alert_id:
    description: Id of an alert. The cases that it is attached to are returned, with their most important fields.
    type: str
  owner:
    description: Applications that the cases belong to.
    type: list
    elements: str
    choices: [cases, observability, securitySolution]
  status:
    description: Status of the cases, one of these.
    type: list
    elements: str
    choices: [open, in-progress, closed]
  severity:
    description: Severity of the cases, one of these.
    type: list
    elements: str
    choices: [low, medium, high, critical]
  category:
    description: Category of the cases, one of these.
    type: list
    elements: str
  tags:
    description: Tags of the cases, at least one of these.
    type: list
    elements: str
  assignees:
    description: Ids of the profiles of users who work on the cases. V(none) stands for cases without any.
    type: list
    elements: str
  reporters:
    description: Names of the users who have opened the cases.
    type: list
    elements: str
  from:
    description: Beginning of the time in which the cases were opened, a date or a term such as V(now-7d).
    type: str
  to:
    description: End of this time.
    type: str
  search:
    description: Words, or phrases in quotes, that title or description contain.
    type: str
  searchFields:
    description: Where to look for O(search). Kibana looks in both.
    type: list
    elements: str
    choices: [title, description]
  defaultSearchOperator:
    description: Whether one word of O(search) must be there, or all. Kibana takes V(OR).
    type: str
    choices: [OR, AND]
  sortField:
    description: What to sort the cases by. Kibana takes V(createdAt).
    type: str
    choices: [createdAt, updatedAt, closedAt, title, category, status, severity]
  sortOrder:
    description: Order of the cases. Kibana takes V(desc).
    type: str
    choices: [asc, desc]
seealso:
  - module: stackops.kibana.case
  - module: stackops.kibana.case_comment
"""

EXAMPLES = r"""
- name: Find the open cases of the last week that are urgent
  stackops.kibana.case_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    owner: [securitySolution]
    status: [open, in-progress]
    severity: [high, critical]
    from: now-7d
  register: urgent

- name: Read one case
  stackops.kibana.case_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: "{{ (urgent.cases | map(attribute='id') | list + ['none']) | first }}"

- name: Read what is attached to it
  stackops.kibana.case_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    gather: comments
    id: "{{ (urgent.cases | map(attribute='id') | list + ['none']) | first }}"

- name: Read who has opened cases
  stackops.kibana.case_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    gather: reporters

- name: Read the tags in use
  stackops.kibana.case_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    gather: tags
    owner: [securitySolution]
"""

RETURN = r"""
cases:
  description: The cases, without their comments.
  returned: when O(gather=cases)
  type: list
  elements: dict
  sample:
    - id: 66b9aa00-94fa-11ea-9f74-e7e108796192
      title: Phishing on mail-02
      owner: securitySolution
      status: open
      severity: high
      tags: [phishing, mail-02]
comments:
  description: What is attached to the case, the oldest first.
  returned: when O(gather=comments)
  type: list
  elements: dict
  sample:
    - id: 8af6ac20-74f6-11ea-b83a-553aecdb28b6
      type: user
      comment: The sender is blocked.
alerts:
  description: The alerts of the case.
  returned: when O(gather=alerts)
  type: list
  elements: dict
  sample:
    - id: 09f0c261e39e36351d75995b78bb83673774d1bc2cca9df2d15f0e5c0a99a540
      index: .internal.alerts-security.alerts-default-000001
      attached_at: "2026-11-24T09:00:00.000Z"
reporters:
  description: The users who have opened cases, as they were then.
  returned: when O(gather=reporters)
  type: list
  elements: dict
  sample:
    - username: jdoe
      full_name: Jane Doe
      email: jdoe@example.com
      profile_uid: u_0wpfV1MqYDaXzLtRVY-gLMrddKDEmfz51Fszhj7hWC8_0
tags:
  description: The tags in use.
  returned: when O(gather=tags)
  type: list
  elements: str
  sample: [mail-02, phishing]
"""

from ansible_collections.stackops.kibana.plugins.module_utils._case import CASES, OWNERS, find_case
from ansible_collections.stackops.kibana.plugins.module_utils._client import fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_action


def several(choices=None):
    """An option that takes a list."""
    return {"type": "list", "elements": "str", **({"choices": choices} if choices else {})}


def one_of(*choices):
    """An option that takes one of these."""
    return {"type": "str", "choices": list(choices)}


SORT_FIELDS = ("createdAt", "updatedAt", "closedAt", "title", "category", "status", "severity")
FILTERS = {
    "owner": several(OWNERS),
    "status": several(["open", "in-progress", "closed"]),
    "severity": several(["low", "medium", "high", "critical"]),
    "category": several(),
    "tags": several(),
    "assignees": several(),
    "reporters": several(),
    "from": {"type": "str"},
    "to": {"type": "str"},
    "search": {"type": "str"},
    "searchFields": several(["title", "description"]),
    "defaultSearchOperator": one_of("OR", "AND"),
    "sortField": one_of(*SORT_FIELDS),
    "sortOrder": one_of("asc", "desc"),
}
OF_A_CASE = ("comments", "alerts")
OF_ALL = ("reporters", "tags")
OPTIONS = {
    "gather": {"type": "str", "choices": ["cases", *OF_A_CASE, *OF_ALL], "default": "cases"},
    "id": {"type": "str"},
    "alert_id": {"type": "str"},
    **FILTERS,
}


def check(params):
    """An option that would be ignored is refused: the answer would be more than what was asked for."""
    gather = params["gather"]
    if gather in OF_A_CASE and params["id"] is None:
        return f"gather: {gather} needs id, the case whose {gather} to return."
    heeded = (
        ["id"] if params["id"] is not None else ["alert_id", "owner"] if params["alert_id"] is not None else FILTERS
    )
    if gather in OF_ALL:
        heeded = ["owner"]
    ignored = [name for name in ("id", "alert_id", *FILTERS) if params[name] is not None and name not in heeded]
    if ignored:
        return f"{' and '.join(ignored)} cannot be given together with {_what(params)}."
    return None


def _what(params):
    if params["gather"] in OF_ALL:
        return f"gather: {params['gather']}"
    return "id" if params["id"] is not None else "alert_id"


def gather(context):
    """What was asked for, under its name."""
    kind = context.params["gather"]
    readers = {"cases": read_cases, "comments": read_comments, "alerts": read_alerts}
    return {"changed": False, kind: readers.get(kind, read_all)(context)}


def read_cases(context):
    params, client = context.params, context.client
    if params["id"] is not None:
        found = find_case(client, params["id"])
        return [] if found is None else [without_comments(found)]
    if params["alert_id"] is not None:
        return client.get(fill_path(CASES + "/alerts/{alert_id}", params), params=chosen(params, ["owner"]))
    query = chosen(params, FILTERS)
    found = client.pages(CASES + "/_find", items="cases", size_name="perPage", params=query)
    return [without_comments(case) for case in found]


def chosen(params, names):
    """The conditions that were given. Kibana takes an empty list for no condition, and so must not get one."""
    return {name: params[name] for name in names if params[name] is not None}


def without_comments(case):
    """A case without its comments, which a search does not return either."""
    return {key: value for key, value in case.items() if key != "comments"}


def read_comments(context):
    params, client = context.params, context.client
    if find_case(client, params["id"]) is None:
        return []
    path = fill_path(CASES + "/{id}/comments/_find", params)
    return list(client.pages(path, items="comments", size_name="perPage", params={"sortOrder": "asc"}))


def read_alerts(context):
    found = context.client.find(fill_path(CASES + "/{id}/alerts", context.params))
    return found or []


def read_all(context):
    """Reporters or tags."""
    return context.client.get(f"{CASES}/{context.params['gather']}", params=chosen(context.params, ["owner"]))


def main():
    run_action(gather, OPTIONS, check=check)


if __name__ == "__main__":
    main()
