#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ai_prompt_info
short_description: Read prompts of the AI assistant of Elastic Security
description:
  - Returns the prompts that the user who runs this can see.
  - The system prompts that Kibana brings along are not among them.
  - It needs an Enterprise licence and the privilege C(all) of the feature Elastic AI Assistant.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.attributes.info
  - stackops.kibana.action_group
options:
  name:
    description: Only the prompt of this name.
    type: str
  promptType:
    description: Only prompts of this type.
    type: str
    choices: [quick, system]
  filter:
    description:
      - An expression in Kibana's query language. Its fields are in snake case, such as C(prompt_type) or C(is_default).
      - Together with the other options, all must fit.
    type: str
seealso:
  - module: stackops.kibana.ai_prompts
"""

EXAMPLES = r"""
- name: Read the quick prompts
  stackops.kibana.ai_prompt_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    promptType: quick
  register: found

- name: Show their names
  ansible.builtin.debug:
    msg: "{{ found.prompts | map(attribute='name') | list }}"
"""

RETURN = r"""
prompts:
  description: The prompts as Kibana shows them, sorted by name.
  returned: always
  type: list
  elements: dict
  sample:
    - id: 5b7b6f0e-4b3e-4f0e-9d0a-0c2f3c1b9f11
      name: SOC triage
      promptType: quick
      content: Say what happened, how bad it is, and what to look at next.
      categories: [alert]
      color: "#F68FBE"
      isDefault: false
"""

from ansible_collections.stackops.kibana.plugins.module_utils._ai_assistant import find
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_info

OPTIONS = {
    "name": {"type": "str"},
    "promptType": {"type": "str", "choices": ["quick", "system"]},
    "filter": {"type": "str"},
}


def expression(params):
    """The options as one expression for the server."""
    parts = [f"({params['filter']})"] if params["filter"] else []
    if params["promptType"]:
        parts.append(f'prompt_type: "{params["promptType"]}"')
    if params["name"]:
        escaped = params["name"].replace("\\", "\\\\").replace('"', '\\"')
        parts.append(f'name: "{escaped}"')
    return " and ".join(parts)


def read(context):
    """The prompts that fit. The server may match a name more loosely than it was asked to."""
    selected = expression(context.params)
    found = find(context.client, "prompts", "name", **({"filter": selected} if selected else {}))
    name = context.params["name"]
    return [prompt for prompt in found if name is None or prompt["name"] == name]


def main():
    run_info("prompts", OPTIONS, read)


if __name__ == "__main__":
    main()
