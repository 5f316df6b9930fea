#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: case_comment
short_description: Manage the comments of a case
description:
  - Adds a comment to a case, changes it, or deletes one or all.
  - A comment that the case has already is not added again.
  - It needs the privilege C(all) of the feature Cases of the application that the case belongs to. To delete comments
    is a privilege of its own.
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
  case_id:
    description:
      - Id of the case.
      - Without it, O(case_title) and O(case_owner) name the case. Where more than one case has them, the module fails
        and lists the ids.
    type: str
  case_title:
    description: Title of the case.
    type: str
  case_owner:
    description: Application that the case belongs to.
    type: str
    choices: [cases, observability, securitySolution]
  id:
    description:
      - Id of an existing comment, whose text becomes O(comment). Kibana chooses the ids of new comments.
      - With O(state=absent) it may be the id of an attached alert, too.
      - Without it the comment is the one that has exactly this text, but for blanks around it.
    type: str
  comment:
    description: Text, as Markdown of up to 30000 characters. Required with O(state=present).
    type: str
  all:
    description: With O(state=absent), delete all comments of the case, and the alerts and files attached to it.
    type: bool
    default: false
seealso:
  - module: stackops.kibana.case
  - module: stackops.kibana.case_info
"""

EXAMPLES = r"""
- name: Open a case
  stackops.kibana.case:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    title: Phishing on mail-03
    owner: securitySolution
    description: Users report mails that ask for their passwords.
  register: opened

- name: Say what was done
  stackops.kibana.case_comment:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    case_id: "{{ opened.case.id }}"
    comment: The sender is blocked.
  register: said

- name: Say it better
  stackops.kibana.case_comment:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    case_title: Phishing on mail-03
    case_owner: securitySolution
    id: "{{ said.comment.id }}"
    comment: The sender is blocked on all mail servers.

- name: Delete this comment
  stackops.kibana.case_comment:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    case_id: "{{ opened.case.id }}"
    id: "{{ said.comment.id }}"
    state: absent

- name: Delete whatever else is attached to the case
  stackops.kibana.case_comment:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    case_id: "{{ opened.case.id }}"
    all: true
    state: absent
"""

RETURN = r"""
comment:
  description: The comment as Kibana returns it. In check mode, what it would be.
  returned: when O(state=present)
  type: dict
  sample:
    id: 8af6ac20-74f6-11ea-b83a-553aecdb28b6
    version: WzMwOTAsMV0=
    type: user
    owner: securitySolution
    comment: The sender is blocked.
    created_at: "2026-11-24T09:00:00.000Z"
    created_by: {username: elastic, full_name: null, email: null}
deleted:
  description: How many comments and attached alerts were deleted. In check mode, how many would be.
  returned: when O(state=absent)
  type: int
  sample: 1
"""

from ansible_collections.stackops.kibana.plugins.module_utils._case import OWNERS, find_case
from ansible_collections.stackops.kibana.plugins.module_utils._client import fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._engine import run
from ansible_collections.stackops.kibana.plugins.module_utils._plan import Plan, PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource

COMMENTS = "/api/cases/{case}/comments"
COMMENT = "/api/cases/{case}/comments/{id}"


def check(params):
    """The case must be named, and what is to happen to which comment."""
    if params["case_id"] is None and (params["case_title"] is None or params["case_owner"] is None):
        return "Give case_id, or case_title and case_owner, to say which case is meant."
    if params["state"] == "present":
        if params["all"]:
            return "all: true belongs to state: absent."
        if not (params["comment"] or "").strip():
            return "comment must be given and must not be blank."
    elif [params["id"] is not None, params["comment"] is not None, params["all"]].count(True) != 1:
        return "Give one of id, comment or all: true, to say what to delete."
    return None


def find(context):
    """The case, its comments, and the one that is meant; the last is None where there is none."""
    params, client = context.params, context.client
    case = find_case(client, params["case_id"], params["case_title"], params["case_owner"])
    if case is None:
        return {"case": None, "comments": [], "found": None}
    path = fill_path(COMMENTS, {"case": case["id"]}) + "/_find"
    comments = list(client.pages(path, items="comments", size_name="perPage", params={"sortOrder": "asc"}))
    return {"case": case, "comments": comments, "found": meant(params, comments)}


def meant(params, comments):
    """The comment that a task means, by id or by text, the oldest first."""
    if params["id"] is not None:
        return next((item for item in comments if item["id"] == params["id"]), None)
    fits = with_text(comments, params["comment"] or "")
    if len(fits) > 1 and params["state"] == "absent":
        ids = ", ".join(item["id"] for item in fits)
        raise PlanError(f"{len(fits)} comments have this text ({ids}): give the id of the one to delete.")
    return fits[0] if fits else None


def with_text(comments, text):
    """The comments with a text, but for blanks around it."""
    return [item for item in comments if item["type"] == "user" and item["comment"].strip() == text.strip()]


def plan(context, current):
    """What to do, from what the case has."""
    if context.params["state"] == "absent":
        doomed = current["comments"] if context.params["all"] else [current["found"]] if current["found"] else []
        before = {"comments": [summary(item) for item in doomed]}
        action = "delete" if doomed else "none"
        return Plan(action, before=before, current=current, extra={"deleted": len(doomed)})
    found, after = current["found"], {"comment": context.params["comment"]}
    if found is None:
        refuse_impossible(context, current)
        return Plan("create", after=after, current=current)
    if found["type"] != "user":
        raise PlanError(f"{found['id']} is of the type {found['type']}, and has no text to change.")
    before = {"id": found["id"], "comment": found["comment"]}
    if found["comment"].strip() == after["comment"].strip():
        return Plan("none", before, before, current=current)
    return Plan("update", before, {**before, **after}, current=current)


def summary(comment):
    """What tells one comment or alert from another."""
    names = ("id", "type", "comment", "alertId")
    return {name: comment[name] for name in names if name in comment}


def refuse_impossible(context, current):
    """A comment needs its case, and an id means one that is there. In check mode the play may be about to make it."""
    params = context.params
    if current["case"] is None:
        named = params["case_id"] if params["case_id"] is not None else params["case_title"]
        message = f"There is no case {named!r}"
        if not context.check_mode:
            raise PlanError(f"{message}: open it first, or correct case_id.")
        context.warn(f"{message} yet; the prediction takes it for empty.")
    elif params["id"] is not None and not context.check_mode:
        raise PlanError(f"The case has no comment with the id {params['id']!r}: leave id out to add one.")


def apply(context, step):
    """Add, change or delete."""
    client, params, case, found = context.client, context.params, step.current["case"], step.current["found"]
    path = fill_path(COMMENTS, {"case": case["id"]})
    if step.action == "delete":
        client.delete(path if params["all"] else fill_path(COMMENT, {"case": case["id"], "id": found["id"]}))
        return None
    body = {"type": "user", "owner": case["owner"], "comment": params["comment"]}
    if step.action == "update":
        # The version makes a repetition harmless: it conflicts.
        lock = {"id": found["id"], "version": found["version"]}
        comments = client.call("PATCH", path, json={**body, **lock}, safe=True)["comments"]
        return next((item for item in comments if item["id"] == found["id"]), None)
    comments = with_text(client.call("POST", path, json=body)["comments"], params["comment"])
    return comments[-1] if comments else None


def decode(raw):
    """The comment, from what ``find`` or ``apply`` have returned."""
    return raw.get("found", raw)


RESOURCE = Resource(
    result_key="comment",
    options={
        "case_id": {"type": "str"},
        "case_title": {"type": "str"},
        "case_owner": {"type": "str", "choices": OWNERS},
        "id": {"type": "str"},
        "comment": {"type": "str"},
        "all": {"type": "bool", "default": False},
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
