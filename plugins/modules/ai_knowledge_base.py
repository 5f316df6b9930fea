#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ai_knowledge_base
short_description: Set up the knowledge base of the AI assistant of Elastic Security
description:
  - Deploys the model ELSER, creates the knowledge base, and loads the articles of Elastic Security Labs into it.
  - It does nothing where all that is there already, or where a setup is under way.
  - A setup takes minutes. Kibana goes on with it after this task has ended.
  - There is no way to undo it. In check mode, this module returns the status and changes nothing.
  - It needs an Enterprise licence, a node for machine learning, and the privilege C(all) of the feature Elastic AI
    Assistant.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.attributes
  - stackops.kibana.action_group
options:
  resource:
    description: The part of the knowledge base that the request names. Kibana sets up the same for both.
    type: str
    choices: [security_labs, user]
    default: security_labs
  modelId:
    description: Id of the ELSER model, where it is not to be the default one.
    type: str
  ignoreSecurityLabs:
    description: Whether to leave out the articles of Elastic Security Labs.
    type: bool
    default: false
  wait:
    description: Whether to wait until the knowledge base is ready.
    type: bool
    default: false
  wait_timeout:
    description: How many seconds to wait at most.
    type: int
    default: 1200
"""

EXAMPLES = r"""
- name: Set up the knowledge base, and go on when it is ready
  stackops.kibana.ai_knowledge_base:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    wait: true
    wait_timeout: 900
"""

RETURN = r"""
knowledge_base:
  description: The status as Kibana tells it after this task.
  returned: always
  type: dict
  sample:
    elser_exists: true
    is_setup_available: true
    is_setup_in_progress: false
    security_labs_exists: true
    user_data_exists: false
    product_documentation_status: uninstalled
ready:
  description: Whether the model is there, and the articles unless O(ignoreSecurityLabs=true).
  returned: always
  type: bool
  sample: true
"""

import time

from ansible_collections.stackops.kibana.plugins.module_utils._client import fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_action

PATH = "/api/security_ai_assistant/knowledge_base/{resource}"
LONGEST_PAUSE = 10
OPTIONS = {
    "resource": {"type": "str", "choices": ["security_labs", "user"], "default": "security_labs"},
    "modelId": {"type": "str"},
    "ignoreSecurityLabs": {"type": "bool", "default": False},
    "wait": {"type": "bool", "default": False},
    "wait_timeout": {"type": "int", "default": 1200},
}


def check(params):
    """What is wrong with the options, if anything."""
    return "wait_timeout must be at least 1." if params["wait_timeout"] < 1 else None


def converge(context):
    """Look, set up what is not there, wait where that is wanted."""
    before = status = read(context)
    needed = not is_ready(context, status) and not status.get("is_setup_in_progress")
    if needed:
        if not status.get("is_setup_available", True):
            raise PlanError(
                "This Kibana cannot set up the knowledge base: Elasticsearch has no machine learning node for ELSER,"
                " or the licence lacks it."
            )
        context.client.require_space(context.check_mode)
    if not context.check_mode:
        status = set_up(context) if needed else status
        status = wait(context, status) if context.params["wait"] else status
    return result(context, needed, before, status)


def read(context):
    """The status of the knowledge base."""
    return context.client.get(path(context))


def path(context):
    return fill_path(PATH, {"resource": context.params["resource"]})


def is_ready(context, status):
    """Whether all is there that this task wants."""
    labs = context.params["ignoreSecurityLabs"] or status.get("security_labs_exists")
    return bool(status.get("elser_exists") and labs and not status.get("is_setup_in_progress"))


def set_up(context):
    """Start the setup and return the status. Kibana may answer only when it is done, which is no failure of ours."""
    wanted = {"modelId": context.params["modelId"]} if context.params["modelId"] else {}
    if context.params["ignoreSecurityLabs"]:
        wanted["ignoreSecurityLabs"] = "true"
    try:
        context.client.call("POST", path(context), params=wanted)
    except KibanaError as error:
        status = read(context) if error.ambiguous else {}
        if not (status.get("is_setup_in_progress") or is_ready(context, status)):
            raise
        return status
    return read(context)


def wait(context, status):
    """Ask until the knowledge base is ready. Raises KibanaError when the time is over."""
    waited = 0
    while not is_ready(context, status):
        if waited >= context.params["wait_timeout"]:
            raise KibanaError(
                f"The knowledge base was not ready within {waited} seconds (elser_exists: {status.get('elser_exists')},"
                f" security_labs_exists: {status.get('security_labs_exists')}, is_setup_in_progress:"
                f" {status.get('is_setup_in_progress')}): raise wait_timeout, or look at the logs of Kibana.",
                error=status,
            )
        pause = min(waited + 1, LONGEST_PAUSE, context.params["wait_timeout"] - waited)
        time.sleep(pause)
        waited += pause
        status = read(context)
    return status


def result(context, changed, before, after):
    """The result of the task; the diff names what there is to set up."""
    answer = {"changed": changed, "knowledge_base": after, "ready": is_ready(context, after)}
    if changed and context.module._diff:
        names = ["elser_exists"] if context.params["ignoreSecurityLabs"] else ["elser_exists", "security_labs_exists"]
        answer["diff"] = {
            "before": {name: bool(before.get(name)) for name in names},
            "after": dict.fromkeys(names, True),
        }
    return answer


def main():
    run_action(converge, OPTIONS, check=check)


if __name__ == "__main__":
    main()
