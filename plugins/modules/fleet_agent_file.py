#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_agent_file
short_description: Delete a file that an agent of Fleet has uploaded
description:
  - Deletes an uploaded file, such as diagnostics, and returns the uploads that the agent has left.
  - Uploads that failed or are awaited have no file, so there is nothing to delete of them.
  - It needs the privileges to read and write agents of Fleet.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.attributes
  - stackops.kibana.action_group
options:
  state:
    description: What to do. Files are made by agents, so V(absent) is all that can be asked for.
    type: str
    choices: [absent]
    default: absent
  agent_id:
    description: Id of the agent. Give this or O(hostname).
    type: str
  hostname:
    description: Name of the host of the agent. Where several agents have it, the file is looked for with all.
    type: str
  file_id:
    description: Id of the file. Give this or O(name).
    type: str
  name:
    description: Name of the file. All files of that name are deleted.
    type: str
seealso:
  - module: stackops.kibana.fleet_agent_file_info
"""

EXAMPLES = r"""
- name: Delete a file by its id
  stackops.kibana.fleet_agent_file:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    hostname: web-01
    file_id: file-web-01-a
    state: absent

- name: Delete diagnostics by their name
  stackops.kibana.fleet_agent_file:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    agent_id: a0000001-0000-4000-8000-000000000001
    name: elastic-agent-diagnostics-2026-01-30T09-00-00Z-00.zip
"""

RETURN = r"""
files:
  description: The uploads of the agent afterwards, the newest first. In check mode, what they would be.
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
deleted:
  description: Ids of the files that were deleted. In check mode, that would be.
  returned: always
  type: list
  elements: str
  sample: [file-web-01-a]
"""

from ansible_collections.stackops.kibana.plugins.module_utils._client import fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError, is_route_missing
from ansible_collections.stackops.kibana.plugins.module_utils._fleet_files import AGENT, AGENT_RULES, uploads
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_action

FILE = "/api/fleet/agents/files/{id}"
OPTIONS = {
    **AGENT,
    "file_id": {"type": "str"},
    "name": {"type": "str"},
    "state": {"type": "str", "choices": ["absent"], "default": "absent"},
}


def matches(upload, params):
    """Whether an upload is the file that is meant. Without a path it has no file, and its id is that of an action."""
    if not upload.get("filePath") or upload["status"] == "DELETED":
        return False
    return upload["id"] == params["file_id"] if params["file_id"] is not None else upload["name"] == params["name"]


def converge(context):
    """Look for the file among the uploads, and delete it."""
    before = uploads(context)
    doomed = [upload for upload in before if matches(upload, context.params)]
    after = [upload for upload in before if upload not in doomed]
    result = {"changed": bool(doomed), "files": after, "deleted": [upload["id"] for upload in doomed]}
    if doomed and context.module._diff:
        result["diff"] = {"before": names(before), "after": names(after)}
    if not context.check_mode:
        for upload in doomed:
            delete(context, upload)
    return result


def delete(context, upload):
    """Delete one file; Kibana answers 400 or 404 where somebody else has just done so."""
    try:
        context.client.call("DELETE", fill_path(FILE, upload))
    except KibanaError as error:
        gone = error.status == 400 or (error.status == 404 and not is_route_missing(error.error))
        if not gone or any(other["id"] == upload["id"] for other in uploads(context)):
            raise


def names(files):
    """What a diff shows of the uploads."""
    return {"files": [{"id": upload["id"], "name": upload["name"]} for upload in files]}


def main():
    rules = {name: [*AGENT_RULES[name], ("file_id", "name")] for name in AGENT_RULES}
    run_action(converge, OPTIONS, **rules)


if __name__ == "__main__":
    main()
