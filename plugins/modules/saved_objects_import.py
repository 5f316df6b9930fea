#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: saved_objects_import
short_description: Import saved objects into Kibana, where they differ
description:
  - Imports dashboards, data views, searches, tags and other saved objects from NDJSON (a JSON object in each line),
    such as M(stackops.kibana.saved_objects_export) and Kibana itself write it.
  - The objects are compared first with those of the space, by attributes and references. Only those that are new or
    differ are sent, and nothing if none does. Times, authors, versions, and how often fields of a data view were used
    do not count.
  - An object that Kibana refuses does not keep it from importing the others. The task then fails, and says what became
    of each.
  - Objects of the space that are not in the file stay as they are.
  - The user needs the privilege C(all) of the feature Saved Objects Management, or of the features that the objects
    belong to.
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
    description: The file, on the host that runs the module. Give this or O(content).
    type: path
  content:
    description: The lines themselves.
    type: str
  overwrite:
    description:
      - Whether objects that are there and differ are overwritten. With V(false) they count as failed.
      - Kibana's own default is not to overwrite.
    type: bool
    default: true
  createNewCopies:
    description:
      - Whether to import all objects as new ones with new ids, at every run. The task is then always changed.
    type: bool
    default: false
  compatibilityMode:
    description: Whether Kibana makes adjustments for objects of other versions, such as keeping old ids as aliases.
    type: bool
    default: false
  ignoreMissingReferences:
    description: Whether to import objects that refer to data views or searches which are neither in the file nor in
      the space.
    type: bool
    default: false
  replaceReferences:
    description: References of all objects that are to lead elsewhere, for example to a data view of this space.
    type: list
    elements: dict
    suboptions:
      type:
        description: Type of the object that is referred to.
        type: str
        required: true
      from:
        description: Its id in the file.
        type: str
        required: true
      to:
        description: The id to refer to instead.
        type: str
        required: true
  retries:
    description: What applies to single objects, by the names of Kibana's C(_resolve_import_errors).
    type: list
    elements: dict
    suboptions:
      type:
        description: Type of the object.
        type: str
        required: true
      id:
        description: Id of the object in the file.
        type: str
        required: true
      overwrite:
        description: As O(overwrite), for this object.
        type: bool
      destinationId:
        description: The id that the object has, or gets, in this space.
        type: str
      createNewCopy:
        description: As O(createNewCopies), for this object. With O(retries[].destinationId) the copy has that id, and
          only the first run makes it.
        type: bool
      ignoreMissingReferences:
        description: As O(ignoreMissingReferences), for this object.
        type: bool
      replaceReferences:
        description: As O(replaceReferences), for this object. These go first.
        type: list
        elements: dict
        suboptions:
          type:
            description: Type of the object that is referred to.
            type: str
            required: true
          from:
            description: Its id in the file.
            type: str
            required: true
          to:
            description: The id to refer to instead.
            type: str
            required: true
notes:
  - Kibana imports objects of its own version, of an older minor version, and of the major version before. It migrates
    them, so that those of another version may differ from the file for ever; there is a warning then.
  - Large files are cut into several, what others refer to first. With O(createNewCopies=true) that is not possible,
    and 25 MiB (C(savedObjects.maxImportPayloadBytes)) are the limit.
  - An object whose id is taken in another space gets a new id, and is found by its old one at the next run.
seealso:
  - module: stackops.kibana.saved_objects_export
"""

EXAMPLES = r"""
- name: Export what the SOC has
  stackops.kibana.saved_objects_export:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    type: [dashboard, index-pattern, search, tag]
    dest: ./soc.ndjson

- name: Import it again, where it differs
  stackops.kibana.saved_objects_import:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    src: ./soc.ndjson

- name: Import a search that shall use the data view of this space
  stackops.kibana.saved_objects_import:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    content: >-
      {"type": "search", "id": "vpn", "attributes": {"title": "VPN", "columns": []},
      "references": [{"type": "index-pattern", "id": "theirs", "name": "index"}]}
    replaceReferences:
      - type: index-pattern
        from: theirs
        to: logs
"""

RETURN = r"""
objects:
  description: What became of each object of the file. In check mode, what would become of it.
  returned: when the file could be read
  type: list
  elements: dict
  contains:
    type:
      description: Type.
      returned: always
      type: str
    id:
      description: Id in the file.
      returned: always
      type: str
    result:
      description: V(created), V(updated), V(unchanged) or V(failed).
      returned: always
      type: str
    destinationId:
      description: Id in this space.
      returned: where it is another one
      type: str
    msg:
      description: Why it failed.
      returned: where it has
      type: str
  sample:
    - type: search
      id: vpn
      result: created
summary:
  description: How many objects were created, updated, unchanged, deleted (never) and failed.
  returned: when the file could be read
  type: dict
  sample: {created: 1, updated: 0, unchanged: 3, deleted: 0, failed: 0}
"""

from ansible_collections.stackops.kibana.plugins.module_utils._files import read_source
from ansible_collections.stackops.kibana.plugins.module_utils._many import WORDS
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PartialFailure, PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._saved_objects import key_of, name_of, named, parse
from ansible_collections.stackops.kibana.plugins.module_utils._saved_objects_import import (
    Work,
    changing,
    files,
    missing_references,
    plan,
    write,
)
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_action

TEXT = {"type": "str", "required": True}
REPLACE = {"type": "list", "elements": "dict", "options": {"type": TEXT, "from": TEXT, "to": TEXT}}
OPTIONS = {
    "src": {"type": "path"},
    "content": {"type": "str"},
    "overwrite": {"type": "bool", "default": True},
    "createNewCopies": {"type": "bool", "default": False},
    "compatibilityMode": {"type": "bool", "default": False},
    "ignoreMissingReferences": {"type": "bool", "default": False},
    "replaceReferences": REPLACE,
    "retries": {
        "type": "list",
        "elements": "dict",
        "options": {
            "type": TEXT,
            "id": TEXT,
            "overwrite": {"type": "bool"},
            "destinationId": {"type": "str"},
            "createNewCopy": {"type": "bool"},
            "ignoreMissingReferences": {"type": "bool"},
            "replaceReferences": REPLACE,
        },
    },
}


def check(params):
    """What is wrong with the options, if anything."""
    if params["createNewCopies"] and params["compatibilityMode"]:
        return "createNewCopies and compatibilityMode exclude each other."
    return None


def work_of(context):
    """The import that the options describe. Raises PlanError for a file that is none."""
    params = context.params
    text = params["content"]
    if text is None:
        try:
            text = read_source("src", params["src"]).decode("utf-8-sig")
        except UnicodeDecodeError:
            raise PlanError(f"src names {params['src']}, which is no text in UTF-8.") from None
    items, _unused = parse("content" if params["src"] is None else params["src"], text)
    if not items:
        raise PlanError("There is no saved object in the file.")
    retries = params["retries"] or []
    return Work(
        client=context.client,
        items=unique("the file", items),
        overwrite=params["overwrite"],
        copies=params["createNewCopies"],
        compatibility=params["compatibilityMode"],
        ignore_missing=params["ignoreMissingReferences"],
        replacements=params["replaceReferences"] or [],
        retries=unique("retries", retries),
    )


def unique(where, items):
    """Objects by key; two of a key are an error."""
    found = {}
    for item in items:
        if key_of(item) in found:
            raise PlanError(f"{name_of(key_of(item))} is twice in {where}.")
        found[key_of(item)] = item
    return found


def act(context):
    """Compare, import what differs, and say what became of each object."""
    work = work_of(context)
    absent = [key for key in work.retries if key not in work.items]
    if absent:
        raise PlanError(f"retries has {named(absent)}, which the file does not have.")
    plan(work)
    if changing(work):
        context.client.require_space(context.check_mode)
        if work.copies and len(files(work)) > 1:
            raise PlanError("The file is too large for createNewCopies: Kibana must get it as one.")
        if context.check_mode:
            for key, refs in missing_references(work).items():
                context.warn(f"{name_of(key)} refers to {named(refs)}, not in this space yet (known after apply).")
        else:
            write(work)
            forgive(work)
    for text in sorted(set(work.told)):
        context.warn(text)
    return report(context, work)


def forgive(work):
    """Take back failures of objects that are as they should be: a lost answer may have been a success."""
    attempted = [key for key in work.failures if key in work.plans and work.plans[key].changed]
    if not attempted or work.copies:
        return
    again = Work(**{**vars(work), "plans": {}, "failures": {}, "targets": {}, "told": []})
    plan(again)
    for key in attempted:
        if key in again.plans and not again.plans[key].changed:
            del work.failures[key]


def report(context, work):
    """The result. Raises PartialFailure with it where an object failed."""
    objects = [entry(work, key) for key in work.items]
    summary = dict.fromkeys((*WORDS.values(), "failed"), 0)
    for one in objects:
        summary[one["result"]] += 1
    made = [key for key in work.items if key not in work.failures and work.plans[key].changed]
    result = {"changed": bool(made), "objects": objects, "summary": summary}
    if made and context.module._diff:
        result["diff"] = [difference(key, work.plans[key]) for key in made]
    if work.failures:
        reasons = " ".join(f"{name_of(key)}: {text}" for key, text in list(work.failures.items())[:5])
        raise PartialFailure(f"{len(work.failures)} of {len(objects)} objects failed. {reasons}", result)
    return result


def entry(work, key):
    """What became of one object."""
    shown = {"type": key[0], "id": key[1]}
    if work.targets.get(key, key[1]) != key[1]:
        shown["destinationId"] = work.targets[key]
    if key in work.failures:
        return {**shown, "result": "failed", "msg": work.failures[key]}
    return {**shown, "result": WORDS[work.plans[key].action]}


def difference(key, step):
    """The diff of one object."""
    return {
        "before_header": name_of(key),
        "after_header": name_of(key),
        "before": step.before,
        "after": step.after,
    }


def main():
    run_action(act, OPTIONS, check=check, required_one_of=[("src", "content")], mutually_exclusive=[("src", "content")])


if __name__ == "__main__":
    main()
