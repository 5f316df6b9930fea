#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: drift_report
short_description: Write a report of what differs between Kibana and its description
description:
  - Turns the results of M(stackops.kibana.kibana_apply) and M(stackops.kibana.kibana_prune) in check mode and diff mode
    into one report on one or many Kibanas, as JSON, Markdown and HTML.
  - It does not talk to Kibana. The role P(stackops.kibana.drift_report#role) collects the results and calls it.
  - Secrets are not in the report, because they are not in the results.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.attributes
options:
  results:
    description:
      - The results by the name of the Kibana that they are about, each a list of what registered tasks returned.
    type: dict
    required: true
  dest:
    description: The directory for C(drift.json), C(drift.md) and C(drift.html). It is made where it is missing.
    type: path
    required: true
  formats:
    description: Which files to write.
    type: list
    elements: str
    choices: [json, markdown, html]
    default: [json, markdown, html]
  title:
    description: The heading of the report.
    type: str
    default: Drift of Kibana
  time:
    description: When the results were collected, as a text for people. Without it, equal results give equal files.
    type: str
    default: ""
seealso:
  - module: stackops.kibana.kibana_apply
  - module: stackops.kibana.kibana_prune
"""

EXAMPLES = r"""
- name: Look whether two connectors are as described
  stackops.kibana.kibana_apply:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    kind: connector
    objects:
      - id: soc-log
        name: SOC log
        connector_type_id: .server-log
  check_mode: true
  diff: true
  register: connectors

- name: Write it down
  stackops.kibana.drift_report:
    results:
      production: ["{{ connectors }}"]
    dest: drift
"""

RETURN = r"""
drift:
  description: Whether anything differs, or could not be looked at.
  returned: always
  type: bool
  sample: true
summary:
  description: How many objects are missing (V(created)), different (V(updated)), not listed (V(deleted)), could not be
    looked at (V(failed)), and are as described (V(unchanged)), in all Kibanas.
  returned: always
  type: dict
  sample:
    created: 1
    updated: 2
    deleted: 0
    failed: 0
    unchanged: 96
files:
  description: The files of the report.
  returned: always
  type: list
  elements: str
  sample: [drift/drift.json, drift/drift.md, drift/drift.html]
kibanas:
  description: The report itself, as it stands in C(drift.json).
  returned: always
  type: list
  elements: dict
  sample:
    - name: production
      summary: {created: 0, updated: 1, deleted: 0, failed: 0, unchanged: 3}
      objects:
        - kind: connector
          object: SOC log
          result: updated
          changes:
            - {field: name, from: Log, to: SOC log}
"""

import json
import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.stackops.kibana.plugins.module_utils import _drift, _drift_text
from ansible_collections.stackops.kibana.plugins.module_utils._errors import tidy
from ansible_collections.stackops.kibana.plugins.module_utils._files import Output
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError

NAMES = {"json": "drift.json", "markdown": "drift.md", "html": "drift.html"}
OPTIONS = {
    "results": {"type": "dict", "required": True},
    "dest": {"type": "path", "required": True},
    "formats": {"type": "list", "elements": "str", "choices": list(NAMES), "default": list(NAMES)},
    "title": {"type": "str", "default": "Drift of Kibana"},
    "time": {"type": "str", "default": ""},
}
RENDER = {
    "json": lambda report: json.dumps(report, ensure_ascii=False, indent=2, sort_keys=True) + "\n",
    "markdown": _drift_text.markdown,
    "html": _drift_text.page,
}


class Place:
    """What writing a file needs to know."""

    def __init__(self, module, path):
        self.module, self.check_mode, self.warn = module, module.check_mode, module.warn
        self.params = {"dest": path, "create_directories": True, "mode": None, "owner": None, "group": None}


def problem(results):
    """What is wrong with the results, if anything."""
    for name, parts in results.items():
        if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
            return f"results[{name!r}] must be a list of what registered tasks returned."
    return None


def main():
    module = AnsibleModule(argument_spec=OPTIONS, supports_check_mode=True)
    params = module.params
    wrong = problem(params["results"])
    if wrong:
        module.fail_json(msg=tidy(wrong))
    report = _drift.report(params["title"], params["time"], params["results"])
    try:
        written = [
            Output(Place(module, os.path.join(params["dest"], NAMES[name]))).deliver(RENDER[name](report).encode())
            for name in params["formats"]
        ]
    except PlanError as error:
        module.fail_json(msg=tidy(str(error)))
    result = {
        "changed": any(one["changed"] for one in written),
        "drift": report["drift"],
        "summary": report["summary"],
        "files": [one["dest"] for one in written],
        "kibanas": report["kibanas"],
    }
    diffs = [part for one in written for part in one.get("diff", [])]
    module.exit_json(**result, **({"diff": diffs} if diffs else {}))


if __name__ == "__main__":
    main()
