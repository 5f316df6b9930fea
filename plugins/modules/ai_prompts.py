#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ai_prompts
short_description: Manage prompts of the AI assistant of Elastic Security
description:
  - Creates, changes and deletes the prompts of the user who runs this. Other users do not see them.
  - It reads all prompts once, and writes only those that differ, with one request for up to 100 of them.
  - A prompt that Kibana refuses does not keep it from writing the others. The task then fails, and says what became
    of each.
  - The system prompts that Kibana brings along are neither shown nor touched.
  - It needs an Enterprise licence and the privilege C(all) of the feature Elastic AI Assistant.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.exact
  - stackops.kibana.attributes
  - stackops.kibana.action_group
options:
  prompts:
    description: The prompts. What is not given of a prompt stays as it is.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - Name of the prompt. It identifies the prompt and cannot be changed.
          - Kibana fails on names with characters of its query language, such as V(:) and brackets.
        type: str
        required: true
      promptType:
        description:
          - V(quick) is offered as a button, V(system) sets the tone of a conversation.
          - It cannot be changed. Required for a new prompt.
        type: str
        choices: [quick, system]
      content:
        description: The text of the prompt. Required for a new prompt.
        type: str
      categories:
        description: Where a quick prompt is offered. The order does not matter. V([]) removes all.
        type: list
        elements: str
      color:
        description: Colour of the button of a quick prompt, such as V(#F68FBE).
        type: str
      consumer:
        description: The application that the prompt is for, such as V(securitySolutionUI).
        type: str
      isDefault:
        description: Whether it is one of the prompts that everybody starts with. This is for quick prompts alone.
        type: bool
      isNewConversationDefault:
        description: Whether a new conversation begins with it.
        type: bool
  state:
    description:
      - V(present) creates and changes the prompts of the list.
      - V(absent) deletes them.
    type: str
    choices: [present, absent]
    default: present
  scope:
    description:
      - Which prompts O(exact=true) may delete, as a shell pattern for their names, such as V(SOC *).
      - V(*) means every prompt that the user can see.
      - Required with O(exact=true).
    type: str
seealso:
  - module: stackops.kibana.ai_prompt_info
"""

EXAMPLES = r"""
- name: Prompts of the SOC, and no others whose names begin alike
  stackops.kibana.ai_prompts:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    exact: true
    scope: SOC *
    max_deletions: 3
    prompts:
      - name: SOC triage
        promptType: quick
        content: Say what happened, how bad it is, and what to look at next.
        categories: [alert]
        color: "#F68FBE"
        consumer: securitySolutionUI
      - name: SOC analyst
        promptType: system
        content: You are an analyst of a security operations centre. Be brief and cite your evidence.
        consumer: securitySolutionUI

- name: Change the text of one
  stackops.kibana.ai_prompts:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    prompts:
      - name: SOC triage
        content: Say in two sentences what happened and what to look at next.
"""

RETURN = r"""
prompts:
  description: What became of each prompt, in the order of O(prompts), then those deleted.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name of the prompt.
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
    - name: SOC triage
      result: created
summary:
  description: How many prompts were V(created), V(updated), V(unchanged), V(deleted) and V(failed).
  returned: always
  type: dict
  sample:
    created: 1
    updated: 0
    unchanged: 4
    deleted: 0
    failed: 0
"""

from ansible_collections.stackops.kibana.plugins.module_utils._ai_assistant import STAMPS, Kind, check, converge
from ansible_collections.stackops.kibana.plugins.module_utils._many import EXACT
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_action

PROMPT = {
    "name": {"type": "str", "required": True},
    "promptType": {"type": "str", "choices": ["quick", "system"]},
    "content": {"type": "str"},
    "categories": {"type": "list", "elements": "str"},
    "color": {"type": "str"},
    "consumer": {"type": "str"},
    "isDefault": {"type": "bool"},
    "isNewConversationDefault": {"type": "bool"},
}


def refine(raw, step, item):
    """The plan, refused where a new prompt lacks what it needs, or where Kibana would hide it from us."""
    missing = [name for name in ("promptType", "content") if item[name] is None]
    if step.action == "create" and missing:
        raise PlanError(f"The prompt {item['name']!r} does not exist yet: a new one needs {' and '.join(missing)}.")
    if step.after.get("promptType") == "system" and step.after.get("isDefault"):
        raise PlanError(
            f"The prompt {item['name']!r} cannot be a system prompt and a default one: Kibana takes that for one of its"
            " own, and does not show it any more."
        )
    return step


KIND = Kind(
    path="prompts",
    resource=Resource(
        result_key="prompts",
        options=PROMPT,
        key="name",
        immutable=frozenset({"promptType"}),
        read_only=STAMPS,
        unordered=frozenset({"categories"}),
        server_defaults={"categories": [], "isDefault": False, "isNewConversationDefault": False},
    ),
    fixed=frozenset({"name", "promptType"}),
    guarded=False,  # with an API key, Kibana does not know whose names to compare
    refine=refine,
)
OPTIONS = {
    "prompts": {"type": "list", "elements": "dict", "required": True, "options": PROMPT},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "scope": {"type": "str"},
    **EXACT,
}


def main():
    run_action(lambda context: converge(context, KIND), OPTIONS, check=check, required_if=[("exact", True, ("scope",))])


if __name__ == "__main__":
    main()
