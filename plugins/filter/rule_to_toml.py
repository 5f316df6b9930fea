# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: rule_to_toml
short_description: A TOML rule file from the options of the detection_rule module
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
description:
  - Writes a rule as a file in the format of Elastic's repository of detection rules, with the tables C(metadata) and
    C(rule), and C(new_terms) as that format has it. The fields are in the order of their names.
  - The filter P(stackops.kibana.rule_from_toml#filter) reads it back, to the same options. That filter joins the lines
    of the name, the description, the false positives, the references and the tags.
  - The rule may come from Kibana as well. What only Kibana sets is left out, as P(stackops.kibana.rule_options#filter)
    does it.
positional: metadata
options:
  _input:
    description: Options of M(stackops.kibana.detection_rule), or a rule as Kibana returns or exports it.
    type: dict
    required: true
  metadata:
    description: The table C(metadata), which is about the file. Without it there is none.
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: Keep a rule as a file
  ansible.builtin.copy:
    content: "{{ rule | stackops.kibana.rule_to_toml({'maturity': 'production'}) }}"
    dest: "{{ playbook_dir }}/{{ rule.rule_id }}.toml"
    mode: "0644"
  vars:
    rule:
      rule_id: soc-new-admin
      type: query
      name: New administrator
      description: Somebody became an administrator.
      severity: medium
      risk_score: 47
      query: event.action:"added-member-to-group"
"""

RETURN = r"""
_value:
  description: The text of the file.
  type: str
"""

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.stackops.kibana.plugins.plugin_utils import _rule_toml
from ansible_collections.stackops.kibana.plugins.plugin_utils._rule_things import bare_rule


def rule_to_toml(value: Any, metadata: Any = None) -> str:
    """The text of a rule file."""
    if not isinstance(value, Mapping):
        raise AnsibleFilterError(f"rule_to_toml takes the options of a rule, not a {type(value).__name__}.")
    if not isinstance(metadata or {}, Mapping):
        raise AnsibleFilterError("rule_to_toml takes a dictionary as metadata.")
    try:
        text: str = wrap_var(_rule_toml.dump(bare_rule(value), metadata or {}))
    except _rule_toml.RuleFileError as error:
        raise AnsibleFilterError(f"rule_to_toml: {error}") from error
    return text


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Any]:
        return {"rule_to_toml": rule_to_toml}
