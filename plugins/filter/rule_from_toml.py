# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: rule_from_toml
short_description: Options of the detection_rule module from a TOML rule file
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
description:
  - Turns a rule file in the format of Elastic's repository of detection rules into the options of
    M(stackops.kibana.detection_rule).
  - The C(rule) table is the rule. Where Elastic's own tool rewrites it before it goes to Kibana, so does this filter.
    It writes C(new_terms) as C(new_terms_fields) and C(history_window_start), joins the lines of the name, the
    description, the false positives, the references and the tags, and puts the queries of the C(transform) table in
    the place of C($osquery_0), C($investigate_0) and so on in the note.
  - The C(metadata) table is about the file and is left out, and so are fields that only Kibana sets, such as
    C(revision).
  - Elastic's tool also works out C(related_integrations) and C(required_fields) from the packages of integrations,
    which this filter does not have. It takes them over where the file has them.
  - Any other field that the module has no option for is an error, so that nothing is lost unseen.
requirements:
  - Python 3.11, or the Python library C(tomli), on the controller
options:
  _input:
    description: Path of the file, or the text of it. What has more than one line is taken for text.
    type: str
    required: true
  file:
    description: Name of the file for error messages, where the input is text.
    type: str
    default: the TOML text
"""

EXAMPLES = r"""
- name: Show the options for a rule
  vars:
    text: |
      [metadata]
      maturity = "production"

      [rule]
      rule_id = "new-admin-logon"
      type = "new_terms"
      name = "First logon of an administrator on a host"
      description = "An administrator was never seen on this host before."
      severity = "medium"
      risk_score = 47
      query = "event.action:logged-in and user.roles:admin"

      [rule.new_terms]
      field = "new_terms_fields"
      value = ["user.name", "host.id"]

      [[rule.new_terms.history_window_start]]
      field = "history_window_start"
      value = "now-14d"
  ansible.builtin.debug:
    msg: "{{ text | stackops.kibana.rule_from_toml }}"
"""

RETURN = r"""
_value:
  description: Options of the module M(stackops.kibana.detection_rule).
  type: dict
"""

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_options import OPTIONS
from ansible_collections.stackops.kibana.plugins.module_utils._errors import tidy, unreadable
from ansible_collections.stackops.kibana.plugins.plugin_utils import _rule_toml
from ansible_collections.stackops.kibana.plugins.plugin_utils._rule_toml import RuleFileError, rule_of


def rule_from_toml(value: Any, file: str = "the TOML text") -> dict[str, Any]:
    """The options of the module detection_rule. Raises AnsibleFilterError, which names file and line."""
    if not isinstance(value, str):
        raise AnsibleFilterError(f"rule_from_toml takes a path or a text, not a {type(value).__name__}.")
    is_text = "\n" in value
    text, name = (value, file) if is_text else (_read(value), value)
    tables = _tables(text, name)
    try:
        rule = rule_of(tables)
    except RuleFileError as error:
        raise AnsibleFilterError(f"{_place(name, text, 'rule', 'new_terms')}: {error}") from error
    _check(rule, name, text)
    # A note has braces that are for Kibana, and nothing in a file is a template.
    return wrap_var(rule)


def _read(path: str) -> str:
    problem = unreadable(path)
    if problem:
        raise AnsibleFilterError(tidy(f"rule_from_toml cannot read {path!r}: it {problem}."))
    try:
        return Path(path).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise AnsibleFilterError(tidy(f"rule_from_toml cannot read {path!r}: {error}")) from None


def _tables(text: str, name: str) -> dict[str, Any]:
    try:
        tables = _rule_toml.parse(text)
    except RuleFileError as error:
        separator = " is " if str(error).startswith("no valid") else ": "
        raise AnsibleFilterError(f"{name}{separator}{error}") from error
    if not isinstance(tables.get("rule"), dict):
        raise AnsibleFilterError(f"{name} has no [rule] table.")
    for key in tables:
        if key not in _rule_toml.TABLES:
            raise AnsibleFilterError(
                f"{_place(name, text, key)}: [{key}] is none of the tables rule, metadata, transform."
            )
    return tables


def _check(rule: dict[str, Any], name: str, text: str) -> None:
    for key in rule:
        if key not in OPTIONS:
            raise AnsibleFilterError(
                f"{_place(name, text, 'rule', key)}:"
                f" the module detection_rule has no option {key!r} for a field of this name."
            )
    for key in ("rule_id", "type"):
        if not rule.get(key):
            raise AnsibleFilterError(f"{name}: {key} is missing in the [rule] table.")


def _place(name: str, text: str, *path: str) -> str:
    """File and line of a key, which is either assigned or the name of a table."""
    found = _rule_toml.lines(text)
    line = found.get(path) or found.get((*path, 0))
    return f"{name}, line {line}" if line else name


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Any]:
        return {"rule_from_toml": rule_from_toml}
