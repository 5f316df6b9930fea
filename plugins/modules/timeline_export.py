#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: timeline_export
short_description: Export timelines of Elastic Security
description:
  - Writes timelines and timeline templates to a file, or returns them, as the lines of JSON that Kibana gives, byte for
    byte. M(stackops.kibana.timeline_import) reads them.
  - A file that already holds the same timelines is left alone, even if Kibana has since counted up their versions or
    noted another editor.
  - Drafts are never exported.
  - The user needs the privilege C(read) of the feature Security, and for timelines where Kibana has one of its own for
    them.
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.files
  - stackops.kibana.attributes
  - stackops.kibana.action_group
options:
  ids:
    description: Ids of timelines (C(savedObjectId)), which are exported in this order. All must exist.
    type: list
    elements: str
  titles:
    description:
      - Titles of timelines. All timelines of such a title are exported, and each must have at least one.
      - Without this option and O(ids), all timelines are exported that fit O(timelineType) and O(status).
    type: list
    elements: str
  timelineType:
    description: Only timelines (V(default)), or only timeline templates (V(template)).
    type: str
    choices: [default, template]
  status:
    description: V(active) are those that people have made, V(immutable) the templates that Elastic brings along.
    type: str
    choices: [active, immutable]
    default: active
seealso:
  - module: stackops.kibana.timeline_import
"""

EXAMPLES = r"""
- name: Export all timeline templates of the team
  stackops.kibana.timeline_export:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    timelineType: template
    dest: "{{ playbook_dir }}/timelines/templates.ndjson"
    create_directories: true

- name: Read one timeline
  stackops.kibana.timeline_export:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    titles: [Beacon on web-01]
  register: exported

- name: Show what has been found out
  ansible.builtin.debug:
    msg: "{{ (exported.content.splitlines() | map('from_json') | first).globalNotes | map(attribute='note') | list }}"
"""

RETURN = r"""
timelines:
  description: What was exported, in the order of the export.
  returned: always
  type: list
  elements: dict
  sample:
    - savedObjectId: 7c4a1c80-0000-4000-8000-000000000001
      title: Beacon on web-01
      timelineType: default
dest:
  description: The file.
  returned: when O(dest) is given
  type: str
  sample: /srv/timelines/templates.ndjson
content:
  description: The export, one line of JSON for each timeline.
  returned: when O(dest) is not given
  type: str
checksum:
  description: The SHA-256 checksum of the content.
  returned: always
  type: str
  sample: 0f343b0931126a20f133d67c2b018a3b5f9b5a6d0b8b5d3d1a5a2f7e0f6c3b1a
size:
  description: The size of the content in bytes.
  returned: always
  type: int
  sample: 2048
"""

from ansible_collections.stackops.kibana.plugins.module_utils._files import FILE, FILE_RULES, Output
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_action
from ansible_collections.stackops.kibana.plugins.module_utils._timelines import (
    TIMELINE,
    essence,
    kind_of,
    lines_of,
    parse_line,
    read_all,
)

CHUNK = 1000  # Kibana takes 10 000
OPTIONS = {
    "ids": {"type": "list", "elements": "str"},
    "titles": {"type": "list", "elements": "str"},
    "timelineType": {"type": "str", "choices": ["default", "template"]},
    "status": {"type": "str", "choices": ["active", "immutable"], "default": "active"},
    **FILE,
}


def wanted_ids(context):
    """The ids to export. They are always said: without them Kibana exports nothing."""
    params = context.params
    if params["ids"] is not None:
        return list(dict.fromkeys(params["ids"]))
    query = {"timeline_type": params["timelineType"]} if params["timelineType"] else {}
    found = read_all(context.client, status=params["status"], **query)
    titles = params["titles"]
    if titles is not None:
        known = {timeline.get("title") for timeline in found}
        missing = [title for title in titles if title not in known]
        if missing:
            absent(context, f"No timeline has the title {', '.join(map(repr, missing))}")
        found = [timeline for timeline in found if timeline.get("title") in titles]
    found.sort(key=lambda timeline: (timeline.get("title") or "", timeline["savedObjectId"]))
    return [timeline["savedObjectId"] for timeline in found]


def absent(context, problem):
    """What is to be exported is not there; in check mode, an earlier task may be about to make it."""
    if not context.check_mode:
        raise PlanError(f"{problem}.")
    context.warn(f"{problem} yet; the prediction leaves it out.")


def read(context, ids):
    """The lines of the export, as Kibana sent them, and what they hold."""
    lines, timelines = [], []
    for start in range(0, len(ids), CHUNK):
        body = {"ids": ids[start : start + CHUNK]}
        text = context.client.text("POST", f"{TIMELINE}/_export", params={"file_name": "export.ndjson"}, json=body)
        for number, line in lines_of(text.encode()):
            timeline = parsed(line, number)
            if "savedObjectId" in timeline:
                lines.append(line)
                timelines.append(timeline)
    missing = [key for key in ids if key not in {timeline["savedObjectId"] for timeline in timelines}]
    if missing:
        absent(context, f"There is no timeline with the id {', '.join(missing)}")
    return b"".join(line + b"\n" for line in lines), timelines


def parsed(line, number):
    """The JSON of a line; an answer that was cut off has one that is none."""
    try:
        return dict(parse_line(line))
    except (TypeError, ValueError):
        raise PlanError(f"Line {number} of Kibana's export is not JSON: the export is incomplete, try again.") from None


def same(before, after):
    """Whether two exports hold the same timelines, whatever their versions."""
    try:
        both = [[parse_line(line) for _unused, line in lines_of(content)] for content in (before, after)]
        one, other = ([(item["savedObjectId"], essence(item)) for item in items] for items in both)
    except (AttributeError, KeyError, TypeError, ValueError):  # the file is no export at all
        return False
    return one == other


def export(context):
    """Read the timelines and deliver them."""
    output = Output(context)
    content, timelines = read(context, wanted_ids(context))
    shown = [
        {"savedObjectId": item["savedObjectId"], "title": item.get("title"), "timelineType": kind_of(item)}
        for item in timelines
    ]
    return {"timelines": shown, **output.deliver(content, same)}


def check(params):
    """What is wrong with the options, if anything."""
    for name in ("ids", "titles"):
        if params[name] is not None and not all(text.strip() for text in params[name]):
            return f"{name} has an empty element."
    return None


def main():
    run_action(export, OPTIONS, check=check, mutually_exclusive=[("ids", "titles")], **FILE_RULES)


if __name__ == "__main__":
    main()
