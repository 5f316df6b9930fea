#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kibana_info
short_description: Read version and status of Kibana, or wait until it is ready
description:
  - Returns the version, the flavour and the status of Kibana.
  - A Kibana that reports itself as not available is an answer, not a failure, unless O(wait) is V(true).
  - Anyone may see the status. The rest needs the privilege C(monitor) on the cluster.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.no_space
  - stackops.kibana.attributes.info
  - stackops.kibana.action_group
options:
  wait:
    description: Whether to wait until Kibana is available.
    type: bool
    default: false
  wait_timeout:
    description: How many seconds to wait for that, before the task fails.
    type: int
    default: 300
"""

EXAMPLES = r"""
- name: Wait until Kibana has started
  stackops.kibana.kibana_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    wait: true
  register: started

- name: Require a version
  ansible.builtin.assert:
    that: started.kibana.version is version('8.13', '>=')
"""

RETURN = r"""
kibana:
  description: What Kibana says about itself. A user without the right to see it gets the status alone.
  returned: always
  type: dict
  contains:
    status:
      description: V(available), V(degraded), V(unavailable) or V(critical).
      returned: always
      type: str
    name:
      description: Name of this Kibana.
      returned: when the user may see it
      type: str
    uuid:
      description: Id of this Kibana.
      returned: when the user may see it
      type: str
    version:
      description: Version.
      returned: when the user may see it
      type: str
    build_flavor:
      description: V(traditional) or V(serverless).
      returned: when the user may see it and Kibana says it
      type: str
    core:
      description: Status of Elasticsearch and of the saved objects.
      returned: when the user may see it
      type: dict
    plugins:
      description: The plugins that are not available, with their status.
      returned: when the user may see it
      type: dict
  sample:
    status: available
    name: kibana
    uuid: 5b2de169-2785-441b-ae8c-186a1936b17d
    version: 9.4.3
    build_flavor: traditional
    core:
      elasticsearch: available
      savedObjects: available
    plugins: {}
"""

import time

from ansible_collections.stackops.kibana.plugins.module_utils._engine import run_action
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError

OPTIONS = {"wait": {"type": "bool", "default": False}, "wait_timeout": {"type": "int", "default": 300}}
PAUSE = 2.0
READY = "available"


def gather(context):
    """The status, once it is what the task waits for."""
    if not context.params["wait"]:
        return {"changed": False, "kibana": shown(status(context.client))}
    deadline = time.monotonic() + context.params["wait_timeout"]
    while True:
        found, reason = attempt(context.client)
        if found and found["status"] == READY:
            return {"changed": False, "kibana": found}
        if time.monotonic() >= deadline:
            raise PlanError(f"Kibana was not available within {context.params['wait_timeout']} seconds: {reason}")
        time.sleep(PAUSE)


def attempt(client):
    """The status, or None, and what speaks against going on. Wrong credentials do not get better by waiting."""
    try:
        found = shown(status(client))
    except KibanaError as error:
        if error.status in (401, 403, 404):
            raise
        return None, error.message
    return found, f"its status is {found['status']}."


def status(client):
    """The answer of the status API, which comes with HTTP 503 where Kibana is not available."""
    try:
        return client.call("GET", "/api/status", in_space=False, retry=False)
    except KibanaError as error:
        if isinstance(error.error, dict) and "status" in error.error:
            return error.error
        raise


def shown(answer):
    """What is worth knowing of a status."""
    overall, version = answer["status"], answer.get("version", {})
    found = {
        "status": overall["overall"]["level"],
        "name": answer.get("name"),
        "uuid": answer.get("uuid"),
        "version": version.get("number"),
        "build_flavor": version.get("build_flavor"),
    }
    if version:
        found["core"] = {name: part["level"] for name, part in overall.get("core", {}).items()}
        found["plugins"] = {
            name: part["level"] for name, part in overall.get("plugins", {}).items() if part["level"] != READY
        }
    return {name: value for name, value in found.items() if value is not None}


def main():
    run_action(gather, OPTIONS)


if __name__ == "__main__":
    main()
