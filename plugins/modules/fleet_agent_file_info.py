#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_agent_file_info
short_description: List files that an agent of Fleet has uploaded
description:
  - Returns the files that agents have uploaded, such as diagnostics, and the uploads that failed or are awaited.
  - An agent that does not exist gives an empty list.
  - It needs the privilege to read agents of Fleet.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.attributes.info
  - stackops.kibana.action_group
options:
  agent_id:
    description: Id of the agent. Give this or O(hostname).
    type: str
  hostname:
    description: Name of the host of the agent. Where several agents have it, the files of all are returned.
    type: str
  status:
    description: Return uploads in one of these states only.
    type: list
    elements: str
    choices: [READY, AWAITING_UPLOAD, IN_PROGRESS, FAILED, EXPIRED, DELETED]
seealso:
  - module: stackops.kibana.fleet_agent_file
"""

EXAMPLES = r"""
- name: List the files of a host
  stackops.kibana.fleet_agent_file_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    hostname: web-01
    status: [READY]
"""

RETURN = r"""
files:
  description: The uploads, the newest first.
  returned: always
  type: list
  elements: dict
  sample:
    - id: file-web-01-b
      name: elastic-agent-diagnostics-2026-01-30T09-00-00Z-00.zip
      status: READY
      createTime: "2026-01-30T09:00:00.000Z"
      filePath: /api/fleet/agents/files/file-web-01-b/elastic-agent-diagnostics-2026-01-30T09-00-00Z-00.zip
      actionId: diag-2
      agent_id: a0000001-0000-4000-8000-000000000001
"""

from ansible_collections.stackops.kibana.plugins.module_utils._fleet_files import AGENT, AGENT_RULES, uploads
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_info

STATES = ["READY", "AWAITING_UPLOAD", "IN_PROGRESS", "FAILED", "EXPIRED", "DELETED"]


def read(context):
    """The uploads that were asked for."""
    wanted = context.params["status"]
    return [upload for upload in uploads(context) if wanted is None or upload["status"] in wanted]


def main():
    options = {**AGENT, "status": {"type": "list", "elements": "str", "choices": STATES}}
    run_info("files", options, read, **AGENT_RULES)


if __name__ == "__main__":
    main()
