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
  - With O(modules) it also says which privileges these modules need, and which of them the user of this task lacks.
  - Anyone may see the status. The rest needs the privilege C(monitor) on the cluster.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
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
  modules:
    description:
      - Modules of this collection, with or without its name, of whose privileges to ask.
      - Kibana has no public API that tells a user's privileges in Kibana. Harmless reads are tried instead, and nothing
        is written. So a privilege to write is reported as unknown, unless the one to read is missing already.
      - What Elasticsearch allows is told by areas of Kibana for themselves. It is unknown to who may not use the area.
      - The privileges are those in the space of the task.
    type: list
    elements: str
"""

EXAMPLES = r"""
- name: Wait until Kibana has started
  stackops.kibana.kibana_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    wait: true
  register: started

- name: Ask before a run whether privileges are missing
  stackops.kibana.kibana_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    modules: [connector, stackops.kibana.fleet_output]
  register: before
  failed_when: before.privileges.missing | length > 0

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
privileges:
  description: What the modules need, by the names that Kibana gives to privileges in its errors.
  returned: when O(modules) is given
  type: dict
  contains:
    modules:
      description: For each module the privileges to look (C(read)) and those to write besides (C(write)).
      returned: always
      type: dict
    held:
      description: Those of them that the user has.
      returned: always
      type: list
      elements: str
    missing:
      description: Those that the user lacks.
      returned: always
      type: list
      elements: str
    unknown:
      description: Those of which Kibana cannot be asked without writing something.
      returned: always
      type: list
      elements: str
    words:
      description: For each privilege what to give to a role.
      returned: always
      type: dict
  sample:
    modules:
      fleet_output: {read: [fleet-settings-read], write: [fleet-settings-all]}
    held: [fleet-settings-read]
    missing: []
    unknown: [fleet-settings-all]
    words:
      fleet-settings-all: "Fleet, Settings: All"
      fleet-settings-read: "Fleet, Settings: Read"
"""

import time

from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError, is_route_missing
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._privileges import MODULES, PRIVILEGES
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_action

OPTIONS = {
    "wait": {"type": "bool", "default": False},
    "wait_timeout": {"type": "int", "default": 300},
    "modules": {"type": "list", "elements": "str"},
}
PAUSE = 2.0
READY = "available"


def check(params):
    """What is wrong with the options, if anything."""
    strange = [name for name in params["modules"] or () if short(name) not in MODULES]
    return f"modules has {strange[0]!r}, which is no module of this collection." if strange else None


def short(module):
    """The name of a module without that of the collection."""
    return module.removeprefix("stackops.kibana.")


def gather(context):
    """The status, and the privileges that were asked for."""
    result = look(context)
    if context.params["modules"] is not None:
        result["privileges"] = preflight(context.client, {short(name) for name in context.params["modules"]})
    return result


def preflight(client, modules):
    """What the modules need, and what is known about it."""
    needs = {name: {"read": list(MODULES[name].read), "write": list(MODULES[name].write)} for name in sorted(modules)}
    names = sorted({name for need in needs.values() for name in (*need["read"], *need["write"])})
    answers = {name: has(client, name) for name in names}
    return {
        "modules": needs,
        "held": [name for name in names if answers[name]],
        "missing": [name for name in names if answers[name] is False],
        "unknown": [name for name in names if answers[name] is None],
        "words": {name: PRIVILEGES[name].words for name in names},
    }


def has(client, name):
    """Whether the user has a privilege; None where Kibana cannot be asked. Without the weaker one nobody has it."""
    known, held = PRIVILEGES[name], None
    if known.probe:
        allowed, answer = client.cached(f"privilege {known.probe}", lambda: tried(client, known.probe))
        held = told(answer, known.told, name.rpartition(":")[2]) if known.told else allowed
    return False if held is None and known.includes and has(client, known.includes) is False else held


def tried(client, probe):
    """Whether Kibana answers a read (None where it does not know it), and what it answers."""
    try:
        return True, client.get(probe)
    except KibanaError as error:
        if error.status == 403:
            return False, {}
        if error.status in (400, 404) or is_route_missing(error.error):
            return None, {}
        raise


def told(answer, path, name):
    """What an answer says at a path about a privilege of Elasticsearch, for all indices in it; None: nothing."""
    for key in path:
        answer = answer.get(key, {})
    found = [part.get(name) for part in answer.values()] if path[-1] == "index" else [answer.get(name)]
    return None if not found or None in found else all(found)


def look(context):
    """The status, once it is what the task waits for."""
    if not context.params["wait"]:
        return {"changed": False, "kibana": shown(status(context.client))}
    start = time.monotonic()
    while True:
        found, reason = attempt(context.client)
        if found and found["status"] == READY:
            return {"changed": False, "kibana": found}
        if time.monotonic() - start >= context.params["wait_timeout"]:
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
    run_action(gather, OPTIONS, check=check)


if __name__ == "__main__":
    main()
