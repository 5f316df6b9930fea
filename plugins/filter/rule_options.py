# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: rule_options
short_description: Options of the detection_rule module from rules of Kibana
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
description:
  - Turns a rule as Kibana returns or exports it into the options of M(stackops.kibana.detection_rule).
  - A text is taken for NDJSON, such as a file that Kibana exported, and gives a list. Its lines with exception lists,
    exceptions, connectors and counts are left out.
  - What only Kibana sets is left out, and so are random ids of exception lists, which another Kibana would not know.
  - Any other field that the module has no option for is an error, so that nothing is lost unseen.
options:
  _input:
    description: A rule, a list of rules, or the text of an export.
    type: raw
    required: true
"""

EXAMPLES = r"""
- name: Show the rules of an export
  vars:
    export: |
      {"id": "x", "rule_id": "soc-a", "type": "query", "name": "A", "immutable": false, "revision": 2}
      {"exported_count": 1}
  ansible.builtin.debug:
    msg: "{{ export | stackops.kibana.rule_options }}"
"""

RETURN = r"""
_value:
  description: The options, a dictionary for one rule, else a list of them.
  type: raw
"""

import json
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_options import OPTIONS
from ansible_collections.stackops.kibana.plugins.module_utils._errors import tidy
from ansible_collections.stackops.kibana.plugins.plugin_utils._rule_things import bare_rule


def rule_options(value: Any) -> Any:
    """The options of one rule or of several. Raises AnsibleFilterError, which names the line or the rule."""
    if isinstance(value, str):
        return wrap_var([_options(rule, f"line {line}") for line, rule in _rules(value)])
    if isinstance(value, list):
        return wrap_var([_options(rule, f"element {number}") for number, rule in enumerate(value)])
    return wrap_var(_options(value, "the rule"))


def _rules(text: str) -> list[tuple[int, Any]]:
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
        except ValueError as error:
            raise AnsibleFilterError(f"rule_options: line {number} is no valid JSON: {error}") from error
        if not isinstance(data, Mapping) or "rule_id" in data:
            found.append((number, data))
        elif not any(name in data for name in ("exported_count", "list_id", "attributes")):
            raise AnsibleFilterError(f"rule_options: line {number} is no part of an export of rules.")
    return found


def _options(rule: Any, place: str) -> dict[str, Any]:
    if not isinstance(rule, Mapping):
        raise AnsibleFilterError(f"rule_options: {place} must be a rule, not a {type(rule).__name__}.")
    options = bare_rule(rule)
    for name in options:
        if name not in OPTIONS:
            raise AnsibleFilterError(tidy(f"rule_options: {place}: the module detection_rule has no option {name!r}."))
    return options


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Any]:
        return {"rule_options": rule_options}
