#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: endpoint_action_state_info
short_description: Read whether response actions of Elastic Defend are ready
description:
  - Says whether Kibana can encrypt the response actions that it sends to endpoints, such as isolating a host. Without
    an encryption key of its own (C(xpack.encryptedSavedObjects.encryptionKey)) it cannot.
  - The user needs the privilege for at least one response action.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.attributes.info
  - stackops.kibana.action_group
"""

EXAMPLES = r"""
- name: Ask about response actions
  stackops.kibana.endpoint_action_state_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
  register: actions

- name: Stop where they cannot be sent
  ansible.builtin.assert:
    that: actions.action_state.canEncrypt
    fail_msg: Set xpack.encryptedSavedObjects.encryptionKey in kibana.yml.
"""

RETURN = r"""
action_state:
  description: The state of response actions.
  returned: always
  type: dict
  contains:
    canEncrypt:
      description: Whether Kibana can encrypt what it sends to endpoints.
      returned: always
      type: bool
  sample:
    canEncrypt: true
"""

from ansible_collections.stackops.kibana.plugins.module_utils._task import run_action


def read(context):
    """The state; the documentation of the API has it below ``body``, where no Kibana puts it."""
    answer = context.client.get("/api/endpoint/action/state")
    return {"changed": False, "action_state": answer.get("body", answer)["data"]}


def main():
    run_action(read, {})


if __name__ == "__main__":
    main()
