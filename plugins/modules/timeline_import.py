#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: timeline_import
short_description: Import timelines of Elastic Security
description:
  - Brings timelines and timeline templates of an export to Kibana, as its lines are, byte for byte.
  - Kibana itself makes one more timeline of a line at every import. This module compares first, and sends only the
    lines of which nothing equal is there. Ids, versions, dates and editors do not count.
  - A template is known by its C(templateTimelineId). Kibana updates it where the C(templateTimelineVersion) of the line
    is higher than the stored one. A timeline, or a template without that id, is known by its C(savedObjectId), or else
    by its title. Kibana cannot update one by import, see O(if_different).
  - A line that Kibana refuses does not keep it from importing the others. The task then fails, and says what became of
    each.
  - The user needs the privilege C(all) of the feature Security, and for timelines where Kibana has one of its own for
    them.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.attributes
  - stackops.kibana.action_group
options:
  src:
    description: The file with the export, on the host that runs the module. Give this or O(content).
    type: path
  content:
    description: The export itself, lines of JSON. Give this or O(src).
    type: str
  if_different:
    description:
      - What to do where a timeline is there that differs from its line and cannot be updated.
      - V(fail) leaves it alone, and the task fails after importing what can be.
      - V(create) makes another timeline of the same title. It cannot do so where C(savedObjectId) is the same.
      - V(replace) deletes the stored one, with its notes and pinned events. The new one has another id.
    type: str
    choices: [fail, create, replace]
    default: fail
seealso:
  - module: stackops.kibana.timeline_export
"""

EXAMPLES = r"""
- name: Export the timelines of one space
  stackops.kibana.timeline_export:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    dest: "{{ playbook_dir }}/timelines.ndjson"

- name: Another space
  stackops.kibana.space:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    id: second-shift
    name: Second shift

- name: Import them there
  stackops.kibana.timeline_import:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    kibana_space: second-shift
    src: "{{ playbook_dir }}/timelines.ndjson"
"""

RETURN = r"""
timelines:
  description: What became of each line, in their order.
  returned: always
  type: list
  elements: dict
  contains:
    line:
      description: The number of the line.
      returned: always
      type: int
    title:
      description: The title of the timeline.
      returned: always
      type: str
    timelineType:
      description: V(default) or V(template).
      returned: always
      type: str
    result:
      description: V(created), V(updated), V(replaced), V(unchanged) or V(failed).
      returned: always
      type: str
    savedObjectId:
      description: The id of the timeline in Kibana.
      returned: when it is there; not in check mode where it would be made
      type: str
    msg:
      description: Why it failed.
      returned: when it failed
      type: str
  sample:
    - line: 1
      title: Beacon on web-01
      timelineType: default
      result: created
      savedObjectId: 0d4bb9f3-6a5e-4d6a-8a53-30a2e3a3a8a5
summary:
  description: How many lines were V(created), V(updated), V(replaced), V(unchanged) and V(failed).
  returned: always
  type: dict
  sample:
    created: 1
    updated: 0
    replaced: 0
    unchanged: 2
    failed: 0
"""

from ansible_collections.stackops.kibana.plugins.module_utils._files import read_source
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_action
from ansible_collections.stackops.kibana.plugins.module_utils._timeline_import import parse, plan_all, report, write
from ansible_collections.stackops.kibana.plugins.module_utils._timelines import read_all

OPTIONS = {
    "src": {"type": "path"},
    "content": {"type": "str"},
    "if_different": {"type": "str", "choices": ["fail", "create", "replace"], "default": "fail"},
}


def converge(context):
    """Compare every line with what is there, send those of which nothing equal is, and look again."""
    params, client = context.params, context.client
    source = params["content"].encode() if params["src"] is None else read_source("src", params["src"])
    lines = parse(source)
    steps = plan_all(lines, read_all(client) if lines else [], params["if_different"])
    if any(step.changed for step in steps):
        client.require_space(context.check_mode)
        if not context.check_mode:
            write(client, steps, source)
    return report(context, steps)


def main():
    run_action(converge, OPTIONS, required_one_of=[("src", "content")], mutually_exclusive=[("src", "content")])


if __name__ == "__main__":
    main()
