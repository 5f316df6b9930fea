#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: case
short_description: Manage a case of Kibana
description:
  - Opens, changes, closes and deletes a case of Security, Observability or Management.
  - Kibana locks a case by its version. Where somebody else has changed the case in the meantime, the module reads it
    again and decides anew.
  - It needs the privilege C(all) of the feature Cases of the application that the case belongs to. To delete cases is a
    privilege of its own.
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
      - Id of an existing case. Kibana chooses the ids of new cases.
      - Without it, O(title) and O(owner) name the case. They need not be unique. Where more than one case has them,
        the module fails and lists the ids. Closed cases count.
    type: str
  title:
    description: Title, of up to 160 characters. With O(id) it may be changed.
    type: str
  owner:
    description: Application that the case belongs to. It cannot be changed.
    type: str
    choices: [cases, observability, securitySolution]
  description:
    description: Description, as Markdown of up to 30000 characters. Required for a new case.
    type: str
  status:
    description: Status. A new case is V(open), and one that is to be something else is changed right after.
    type: str
    choices: [open, in-progress, closed]
  severity:
    description: Severity. Kibana takes V(low) for a new case.
    type: str
    choices: [low, medium, high, critical]
  category:
    description: Category, of up to 50 characters. V("") removes it.
    type: str
  tags:
    description: Tags. Their order does not count. V([]) removes all.
    type: list
    elements: str
  assignees:
    description: Users who are to work on the case. Needs a Platinum licence. V([]) removes all.
    type: list
    elements: dict
    suboptions:
      uid:
        description: Id of the user profile.
        type: str
        required: true
  connector:
    description:
      - Connector to the system that the case is pushed to. V({}) removes it.
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
      fields:
        description:
          - Fields for the incident there. Those given are merged with the stored ones, and V("") removes one.
          - V(.jira) has C(issueType), C(parent) and C(priority).
          - V(.resilient) has C(incidentTypes), a list, and C(severityCode).
          - V(.servicenow) has C(category), C(impact), C(severity), C(subcategory) and C(urgency).
          - V(.servicenow-sir) has C(category), C(priority), C(subcategory) and the booleans C(destIp), C(malwareHash),
            C(malwareUrl) and C(sourceIp).
          - V(.swimlane) has C(caseId). V(.thehive) has C(rule) and C(tlp). The others have none.
        type: dict
  settings:
    description: Settings.
    type: dict
    suboptions:
      syncAlerts:
        description: Whether the status of the attached alerts follows that of the case. A new case gets V(true).
        type: bool
      extractObservables:
        description: Whether to take observables from the attached alerts. Kibana 9 knows it.
        type: bool
  customFields:
    description:
      - Values of custom fields, which the configuration of cases defines. Fields that are not listed stay as they are.
    type: list
    elements: dict
    suboptions:
      key:
        description: Key of the field.
        type: str
        required: true
      type:
        description: Type of the field. Kibana knows V(number) since 9.0.
        type: str
        required: true
        choices: [text, toggle, number]
      value:
        description: Value, a text, a boolean or a number after O(customFields[].type). V("") removes it.
        type: raw
        required: true
seealso:
  - module: stackops.kibana.case_comment
  - module: stackops.kibana.case_info
"""

EXAMPLES = r"""
- name: Open a case
  stackops.kibana.case:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    title: Phishing on mail-02
    owner: securitySolution
    description: Users report mails that ask for their passwords.
    severity: high
    tags: [phishing, mail-02]
    settings:
      syncAlerts: true
  register: opened

- name: Take it up
  stackops.kibana.case:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: "{{ opened.case.id }}"
    status: in-progress

- name: Delete it
  stackops.kibana.case:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    title: Phishing on mail-02
    owner: securitySolution
    state: absent
"""

RETURN = r"""
case:
  description: The case as Kibana returns it, without its comments. In check mode, what it would be.
  returned: when O(state=present)
  type: dict
  sample:
    id: 66b9aa00-94fa-11ea-9f74-e7e108796192
    version: WzUzMiwxXQ==
    title: Phishing on mail-02
    owner: securitySolution
    description: Users report mails that ask for their passwords.
    status: open
    severity: high
    category:
    tags: [phishing, mail-02]
    assignees: []
    connector: {id: none, name: none, type: .none, fields: null}
    settings: {syncAlerts: true}
    customFields: []
    totalComment: 0
    totalAlerts: 0
"""

import json
from dataclasses import replace

from ansible_collections.stackops.kibana.plugins.module_utils._case import (
    CASES,
    CONNECTOR_FIELDS,
    NO_CONNECTOR,
    OWNERS,
    find_case,
    whole_connector,
    whole_custom_fields,
)
from ansible_collections.stackops.kibana.plugins.module_utils._engine import default_plan, run
from ansible_collections.stackops.kibana.plugins.module_utils._given import said
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import KNOWN_AFTER_APPLY, same
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource

STRING = {"type": "str"}
OPTIONS = {
    "id": STRING,
    "title": STRING,
    "owner": {"type": "str", "choices": OWNERS},
    "description": STRING,
    "status": {"type": "str", "choices": ["open", "in-progress", "closed"]},
    "severity": {"type": "str", "choices": ["low", "medium", "high", "critical"]},
    "category": STRING,
    "tags": {"type": "list", "elements": "str"},
    "assignees": {"type": "list", "elements": "dict", "options": {"uid": {"type": "str", "required": True}}},
    "connector": {
        "type": "dict",
        "options": {
            "id": STRING,
            "name": STRING,
            "type": {"type": "str", "choices": list(CONNECTOR_FIELDS)},
            "fields": {"type": "dict"},
        },
    },
    "settings": {"type": "dict", "options": {"syncAlerts": {"type": "bool"}, "extractObservables": {"type": "bool"}}},
    "customFields": {
        "type": "list",
        "elements": "dict",
        "options": {
            "key": {"type": "str", "required": True, "no_log": False},
            "type": {"type": "str", "required": True, "choices": ["text", "toggle", "number"]},
            "value": {"type": "raw", "required": True},
        },
    },
}
TRIMMED = ("title", "description", "category")


def check(params):
    """A case must be named, and a new one needs a title."""
    if params["id"] is None and (params["title"] is None or params["owner"] is None):
        return "Give id, or title and owner, to say which case is meant."
    if params["title"] is not None and not params["title"].strip():
        return "title must not be blank."
    return None


def find(context):
    params = context.params
    return find_case(context.client, params["id"], params["title"], params["owner"])


def decode(raw):
    """Without the comments, of which there may be thousands, and which another module manages."""
    return {key: value for key, value in raw.items() if key != "comments"}


def plan(context, current):
    """The usual plan on the fields that the options manage."""
    params = wanted(context, current)
    view = None if current is None else {name: current[name] for name in OPTIONS if name in current}
    step = replace(default_plan(replace(context, params=params), view), current=current)
    if step.action == "create":
        _refuse_incomplete(context, params)
    if step.action != "delete" and params["connector"] is not None:
        step = _with_connector(context, step, params["connector"])
    return step


def wanted(context, current):
    """The options as Kibana stores them: trimmed, and complete where Kibana replaces the whole."""
    params = dict(context.params)
    if params["state"] == "absent":
        return params
    for name in TRIMMED:
        params[name] = params[name] and params[name].strip()
    params["settings"] = said(params["settings"])  # Kibana knows no case without settings
    if params["tags"] is not None:
        params["tags"] = list(dict.fromkeys(tag.strip() for tag in params["tags"]))
    if params["assignees"] is not None:
        uids = dict.fromkeys(item["uid"] for item in params["assignees"])
        params["assignees"] = [{"uid": uid} for uid in uids]
    if params["connector"] is not None:
        stored = current["connector"] if current is not None else None
        params["connector"] = whole_connector(context.client, params["connector"], stored, context.check_mode)
    if params["customFields"] is not None:
        stored = (current.get("customFields") or []) if current is not None else []
        params["customFields"] = whole_custom_fields(params["customFields"], stored)
    return params


def _with_connector(context, step, connector):
    """The plan with the connector as a whole: one type's fields are nothing to another."""
    after = {**step.after, "connector": connector}
    if step.action == "create":
        return replace(step, after=after)
    differs = not same(step.before, after, context.resource.traits)
    return replace(step, action="update", after=after) if differs else replace(step, action="none", after=step.before)


def _refuse_incomplete(context, params):
    if params["id"] is not None and not (context.check_mode and params["id"] == KNOWN_AFTER_APPLY):
        raise PlanError(
            f"There is no case with the id {params['id']!r}, and Kibana chooses the ids of new cases: give title and"
            " owner instead."
        )
    if params["id"] is None and params["description"] is None:
        raise PlanError(
            f"There is no case {params['title']!r} of {params['owner']}, and a new one needs a description."
        )


def encode(name, value):
    """A field as Kibana wants it."""
    if name == "category":
        return value or None
    if name == "customFields":
        return [{"value": None, **field} for field in value]
    return {"fields": None, **value} if name == "connector" else value


def apply(context, step):
    """Write what differs, under the version that was read; a new case gets its status afterwards."""
    client = context.client
    if step.action == "delete":
        client.delete(CASES, params={"ids": json.dumps([step.current["id"]])})
        return None
    if step.action == "update":
        traits = context.resource.traits
        names = [n for n in OPTIONS if not same(step.before.get(n), step.after.get(n), traits.child(n))]
        return _patch(client, step.current, {name: encode(name, step.after[name]) for name in names})
    body = {name: encode(name, value) for name, value in step.after.items() if name not in ("id", "status")}
    body = {name: value for name, value in body.items() if value is not None}
    made = client.call("POST", CASES, json=body)
    return made if made["status"] == step.after["status"] else _patch(client, made, {"status": step.after["status"]})


def _patch(client, case, fields):
    # The version makes a repetition harmless: it conflicts.
    body = {"cases": [{"id": case["id"], "version": case["version"], **fields}]}
    return client.call("PATCH", CASES, json=body, safe=True)[0]


RESOURCE = Resource(
    result_key="case",
    options=OPTIONS,
    immutable=frozenset({"owner"}),
    unordered=frozenset({"tags", "assignees", "customFields", "connector.fields.incidentTypes"}),
    server_defaults={
        "status": "open",
        "severity": "low",
        "category": "",
        "tags": [],
        "assignees": [],
        "customFields": [],
        "connector": NO_CONNECTOR,
        "settings": {"syncAlerts": True},
        "settings.syncAlerts": True,
    },
    canonical={"tags": lambda tags: list(dict.fromkeys(tags))},
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
