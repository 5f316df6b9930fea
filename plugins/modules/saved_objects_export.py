#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: saved_objects_export
short_description: Export saved objects of Kibana to a file
description:
  - Exports dashboards, data views, searches, tags and other saved objects as NDJSON (a JSON object in each line), which
    M(stackops.kibana.saved_objects_import) and Kibana itself can import.
  - The file is replaced only where an object is new, gone or different. See O(stable) for a file that can be kept under
    version control.
  - The user needs C(read) of the features that the objects belong to. Objects that the user may not read are missing
    from an export by O(type).
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
  type:
    description:
      - Types of the objects, such as V(dashboard), V(index-pattern) (data views), V(search), V(visualization), V(lens),
        V(map) or V(tag). V(*) stands for all. Give this or O(objects).
    type: list
    elements: str
  objects:
    description: The objects. One that does not exist is an error.
    type: list
    elements: dict
    suboptions:
      type:
        description: Type of the object.
        type: str
        required: true
      id:
        description: Id of the object.
        type: str
        required: true
  hasReference:
    description: With O(type), only objects that refer to one of these.
    type: list
    elements: dict
    suboptions:
      type:
        description: Type of the object.
        type: str
        required: true
      id:
        description: Id of the object.
        type: str
        required: true
  search:
    description: With O(type), words that the objects must have, in Elasticsearch's simple query syntax.
    type: str
  includeReferencesDeep:
    description: Whether to export everything that the objects refer to, too, and what that refers to.
    type: bool
    default: false
  excludeExportDetails:
    description: Whether to leave the last line out, in which Kibana counts the objects.
    type: bool
    default: false
  stable:
    description:
      - Whether the same objects always give the same lines. The objects are then sorted by type and id, their keys by
        name, and what changes with each write (times, authors, version) is left out.
      - With V(false) the lines are as Kibana gives them, what others refer to first.
    type: bool
    default: true
notes:
  - Kibana exports 10000 objects at most, unless C(savedObjects.maxImportExportSize) says otherwise.
  - Secrets of connectors are not part of an export.
seealso:
  - module: stackops.kibana.saved_objects_import
"""

EXAMPLES = r"""
- name: Keep the dashboards of the SOC, and all that they need, in a file
  stackops.kibana.saved_objects_export:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    objects:
      - type: dashboard
        id: soc-overview
    includeReferencesDeep: true
    dest: ./export/soc.ndjson
    create_directories: true

- name: How many data views and tags are there?
  stackops.kibana.saved_objects_export:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    type: [index-pattern, tag]
  register: export

- name: Show it
  ansible.builtin.debug:
    msg: "{{ export.details.exportedCount }}"
"""

RETURN = r"""
dest:
  description: The file.
  returned: when O(dest) is given
  type: str
  sample: ./export/soc.ndjson
content:
  description: The lines.
  returned: when O(dest) is not given
  type: str
  sample: |
    {"attributes":{"title":"logs-*"},"id":"logs","managed":false,"references":[],"type":"index-pattern"}
checksum:
  description: SHA-256 of the content.
  returned: always
  type: str
  sample: 5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03
size:
  description: Length of the content in bytes.
  returned: always
  type: int
  sample: 1250
objects:
  description: Which objects were exported.
  returned: always
  type: list
  elements: dict
  sample:
    - type: index-pattern
      id: logs
details:
  description: What Kibana counts. There is a warning where something that is referred to is missing.
  returned: always
  type: dict
  sample:
    exportedCount: 1
    missingRefCount: 0
    missingReferences: []
    excludedObjectsCount: 0
    excludedObjects: []
"""

from ansible_collections.stackops.kibana.plugins.module_utils._files import FILE, FILE_RULES, Output
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._saved_objects import (
    VOLATILE,
    export,
    key_of,
    lines,
    name_of,
    parse,
    stable,
)
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_action

OBJECT = {
    "type": "list",
    "elements": "dict",
    "options": {"type": {"type": "str", "required": True}, "id": {"type": "str", "required": True}},
}
BODY = ("type", "objects", "hasReference", "search", "includeReferencesDeep")
OPTIONS = {
    "type": {"type": "list", "elements": "str"},
    "objects": OBJECT,
    "hasReference": OBJECT,
    "search": {"type": "str"},
    "includeReferencesDeep": {"type": "bool", "default": False},
    "excludeExportDetails": {"type": "bool", "default": False},
    "stable": {"type": "bool", "default": True},
    **FILE,
}
RULES = {
    "required_one_of": [("type", "objects")],
    "mutually_exclusive": [("type", "objects"), ("objects", "hasReference"), ("objects", "search")],
    **FILE_RULES,
}


def check(params):
    """What is wrong with the options, if anything."""
    for name in ("type", "objects"):
        if params[name] == []:
            return f"{name} is empty: there is nothing to export."
    return None


def act(context):
    """Export, and write what differs."""
    params, output = context.params, Output(context)
    body = {name: params[name] for name in BODY if params[name] is not None}
    text = export(context.client, body)
    items, details = parse("Kibana's answer", text)
    if details is None:
        raise PlanError("Kibana's answer breaks off: its last line, which counts the objects, is missing.")
    warn(context, details)
    if params["stable"]:
        text = lines([*stable(items), *([] if params["excludeExportDetails"] else [details])])
    elif params["excludeExportDetails"]:
        text = "\n".join(line for line in text.split("\n") if '"exportedCount":' not in line)
    result = output.deliver(text.encode("utf-8"), same)
    return {**result, "objects": [dict(zip(("type", "id"), key_of(item))) for item in items], "details": details}


def same(before, after):
    """Whether two files hold the same objects but for what changes by itself."""
    return bare(before) == bare(after)


def bare(content):
    try:
        items, details = parse("dest", content.decode("utf-8"))
    except (PlanError, UnicodeDecodeError):
        return content
    # A file of another kind of order or with other keys is another file.
    shape = [(key_of(item), sorted(set(item) & VOLATILE)) for item in items]
    return shape, stable(items), details


def warn(context, details):
    """Tell what an import of this file will miss."""
    lost = [name_of(key_of(one)) for one in details.get("missingReferences") or []]
    if lost:
        context.warn(f"The objects refer to {', '.join(lost)}, which this space does not have.")
    for one in details.get("excludedObjects") or []:
        context.warn(f"Kibana has left out {name_of(key_of(one))}: {one.get('reason', 'no reason given')}.")


def main():
    run_action(act, OPTIONS, check=check, **RULES)


if __name__ == "__main__":
    main()
