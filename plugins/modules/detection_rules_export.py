#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: detection_rules_export
short_description: Export detection rules of Elastic Security to files
description:
  - Exports rules of the detection engine with their exception lists and connectors, to one file that Kibana can import,
    or to one file for each.
  - The files are replaced only where something differs, and hold nothing that changes by itself (ids, times, authors),
    so that they can be kept under version control.
  - A file of a single rule has what O(stackops.kibana.detection_rules#module:rules) takes as an element.
  - The user needs C(read) of the feature Security, and of Actions and Connectors for the connectors.
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
  rule_ids:
    description: The lasting ids (C(rule_id)) of the rules. One that does not exist is an error.
    type: list
    elements: str
  tags:
    description: Only rules that have all of these tags.
    type: list
    elements: str
  custom_only:
    description: Whether to leave the prebuilt rules of Elastic out. They are many, and Kibana can install them itself.
    type: bool
    default: false
  exceptions:
    description: Whether to export the exception lists of the rules with their items.
    type: bool
    default: true
  connectors:
    description: Whether to export the connectors of the rules' actions. Secrets are not part of them.
    type: bool
    default: true
  exclude_export_details:
    description: Whether to leave the last line out, which counts the objects.
    type: bool
    default: false
  directory:
    description:
      - A directory, on the host that runs the module, for one JSON file for each rule, named by its C(rule_id).
      - Exception lists with their items go to C(exception_lists) in it, and connectors to C(connectors).
      - Characters that a file name should not have are percent-encoded.
      - O(create_directories), O(mode), O(owner) and O(group) apply to these files, too.
    type: path
  exact:
    description: With O(directory), whether to delete files in it that end in C(.json) and belong to nothing that was
      exported.
    type: bool
    default: false
notes:
  - Without O(rule_ids), O(tags) and O(custom_only) all rules are exported.
seealso:
  - module: stackops.kibana.detection_rules
"""

EXAMPLES = r"""
- name: Keep our own rules under version control, a file for each
  stackops.kibana.detection_rules_export:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    custom_only: true
    directory: ./rules
    create_directories: true
    exact: true

- name: Put all rules of a kind into one file
  stackops.kibana.detection_rules_export:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    tags: [soc]
    dest: ./rules-soc.ndjson
"""

RETURN = r"""
rules:
  description: The lasting ids of the rules that were exported.
  returned: always
  type: list
  elements: str
  sample: [soc-many-failed-logins]
counts:
  description: How many rules, exception lists, items and connectors there are.
  returned: always
  type: dict
  sample: {rules: 1, exception_lists: 0, exception_items: 0, connectors: 0}
dest:
  description: The file.
  returned: when O(dest) is given
  type: str
  sample: ./rules-soc.ndjson
content:
  description: The lines.
  returned: when neither O(dest) nor O(directory) is given
  type: str
  sample: |
    {"name":"Many failed logins","rule_id":"soc-many-failed-logins"}
checksum:
  description: SHA-256 of the content.
  returned: when O(directory) is not given
  type: str
  sample: 5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03
size:
  description: Length of the content in bytes.
  returned: when O(directory) is not given
  type: int
  sample: 1250
files:
  description: The files, with their checksums and sizes.
  returned: when O(directory) is given
  type: list
  elements: dict
  sample:
    - dest: ./rules/soc-many-failed-logins.json
      checksum: 5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03
      size: 1250
deleted:
  description: The files that were deleted, or would be in check mode.
  returned: when O(directory) is given
  type: list
  elements: str
  sample: []
"""

import glob
import os
from dataclasses import replace

from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_export import (
    as_files,
    as_lines,
    export,
    selected,
    settled,
)
from ansible_collections.stackops.kibana.plugins.module_utils._files import FILE, Output
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_action

OPTIONS = {
    "rule_ids": {"type": "list", "elements": "str"},
    "tags": {"type": "list", "elements": "str"},
    "custom_only": {"type": "bool", "default": False},
    "exceptions": {"type": "bool", "default": True},
    "connectors": {"type": "bool", "default": True},
    "exclude_export_details": {"type": "bool", "default": False},
    "directory": {"type": "path"},
    "exact": {"type": "bool", "default": False},
    **FILE,
}
FOLDERS = ("", "exception_lists", "connectors")


def check(params):
    """What is wrong with the options, if anything."""
    if params["rule_ids"] == []:
        return "rule_ids is empty: there is nothing to export."
    if params["rule_ids"] and (params["tags"] or params["custom_only"]):
        return "rule_ids names the rules: tags and custom_only cannot be given with it."
    if params["exact"] and params["directory"] is None:
        return "exact needs directory."
    given = [name for name in ("mode", "owner", "group") if params[name] is not None]
    if given and params["dest"] is None and params["directory"] is None:
        return f"{given[0]} needs dest or directory."
    base = params["directory"]
    if base is not None and os.path.exists(base) and not os.path.isdir(base):
        return f"directory is {base}, which is a file."
    return None


def act(context):
    """Export, and write what differs."""
    params = context.params
    output = Output(context)
    found = fetched(context)
    if not params["exceptions"]:
        found.exception_lists, found.exception_items = {}, {}
    if not params["connectors"]:
        found.connectors = {}
    found = settled(found)
    known = {"rules": list(found.rules), "counts": found.details()}
    if params["directory"] is not None:
        return {**known, **write_files(context, as_files(found))}
    content = as_lines(found, not params["exclude_export_details"])
    return {**known, **output.deliver(content.encode("utf-8"))}


def fetched(context):
    """What Kibana exports. Raises PlanError for a rule that is not there."""
    params, client = context.params, context.client
    rule_ids = params["rule_ids"]
    if params["tags"] or params["custom_only"]:
        rule_ids = selected(client, params["tags"] or [], params["custom_only"])
    found = export(client, None if rule_ids is None else list(dict.fromkeys(rule_ids)))
    if found.missing_rules:
        raise PlanError(f"There is no rule with the rule_id {', '.join(sorted(found.missing_rules))} in this space.")
    if found.missing_exception_lists:
        lost = ", ".join(sorted(set(found.missing_exception_lists)))
        context.warn(f"The rules refer to the exception lists {lost}, which are not there.")
    return found


def write_files(context, files):
    """Write a file for each, and delete what is left over."""
    params, base = context.params, context.params["directory"]
    folder = os.path.isdir(base)
    if not folder and not params["create_directories"]:
        problem = f"The directory {base} does not exist"
        if not context.check_mode:
            raise PlanError(f"{problem}: create it first, or set create_directories.")
        context.warn(f"{problem} yet.")
    # The folders in it are made as they are needed.
    made = {**params, "create_directories": True}
    results = []
    for name in sorted(files):
        one = replace(context, params={**made, "dest": os.path.join(base, name)})
        results.append(Output(one).deliver(files[name].encode("utf-8")))
    doomed = stale(base, files) if params["exact"] else []
    diff = [part for result in results for part in result.get("diff", [])]
    diff += [{"before_header": path, "after_header": path, "before": "the file\n", "after": ""} for path in doomed]
    if not context.check_mode:
        for path in doomed:
            remove(path)
    shown = [{name: result[name] for name in ("dest", "checksum", "size")} for result in results]
    changed = bool(doomed) or any(result["changed"] for result in results)
    answer = {"changed": changed, "files": shown, "deleted": doomed}
    return {**answer, "diff": diff} if diff and context.module._diff else answer


def stale(base, files):
    """The files of earlier exports that belong to nothing any more."""
    kept = {os.path.join(base, name) for name in files}
    there = [
        path
        for folder in FOLDERS
        for path in glob.glob(os.path.join(glob.escape(os.path.join(base, folder)), "*.json"))
    ]
    return sorted(path for path in there if path not in kept)


def remove(path):
    try:
        os.remove(path)
    except OSError as error:
        raise PlanError(f"{path} cannot be deleted: {error.strerror or error}.") from None


def main():
    run_action(act, OPTIONS, check=check, mutually_exclusive=[("dest", "directory")])


if __name__ == "__main__":
    main()
