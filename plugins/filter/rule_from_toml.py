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

import json
import re
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule import READ_ONLY
from ansible_collections.stackops.kibana.plugins.module_utils._detection_rule_options import OPTIONS

try:
    import tomllib as toml
except ImportError:
    try:
        import tomli as toml
    except ImportError:
        toml = None

TABLES = ("rule", "metadata", "transform")
# Texts that are wrapped in the file to keep its lines short.
PROSE = ("name", "description", "false_positives", "references", "tags")
PLACEHOLDER = re.compile(r"\$(osquery|investigate)_(\d+)(?![A-Za-z0-9_])")


def rule_from_toml(value: Any, file: str = "the TOML text") -> dict[str, Any]:
    """The options of the module detection_rule. Raises AnsibleFilterError, which names file and line."""
    if not isinstance(value, str):
        raise AnsibleFilterError(f"rule_from_toml takes a path or a text, not a {type(value).__name__}.")
    is_text = "\n" in value
    text, name = (value, file) if is_text else (_read(value), value)
    tables = _tables(text, name)
    rule = dict(tables["rule"])
    rule.update(_new_terms(rule.pop("new_terms", None), name, text))
    rule = {key: item for key, item in rule.items() if key not in READ_ONLY or key in OPTIONS}
    for key in PROSE:
        if key in rule:
            rule[key] = _joined(rule[key])
    if isinstance(rule.get("note"), str):
        rule["note"] = _with_queries(rule["note"], tables.get("transform", {}))
    _check(rule, name, text)
    # A note has braces that are for Kibana, and nothing in a file is a template.
    return wrap_var(rule)


def _read(path: str) -> str:
    try:
        return Path(path).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise AnsibleFilterError(f"rule_from_toml cannot read {path!r}: {error}") from error


def _tables(text: str, name: str) -> dict[str, Any]:
    if toml is None:
        raise AnsibleFilterError("rule_from_toml needs Python 3.11, or the Python library tomli, on the controller.")
    try:
        tables = toml.loads(text.replace("\r\n", "\n"))
    except toml.TOMLDecodeError as error:
        raise AnsibleFilterError(f"{name} is no valid TOML: {error}") from error
    if not isinstance(tables.get("rule"), dict):
        raise AnsibleFilterError(f"{name} has no [rule] table.")
    for key in tables:
        if key not in TABLES:
            raise AnsibleFilterError(
                f"{_place(name, text, key)}: [{key}] is none of the tables rule, metadata, transform."
            )
    return tables


def _check(rule: dict[str, Any], name: str, text: str) -> None:
    for key in rule:
        if key not in OPTIONS:
            raise AnsibleFilterError(
                f"{_place(name, text, key)}: the module detection_rule has no option {key!r} for a field of this name."
            )
    for key in ("rule_id", "type"):
        if not rule.get(key):
            raise AnsibleFilterError(f"{name}: {key} is missing in the [rule] table.")


def _place(name: str, text: str, key: str) -> str:
    """File and line of a key, which is either assigned or the name of a table."""
    quoted = re.escape(key)
    pattern = re.compile(rf"""\s*(?:\[+(?:rule\.)?["']?{quoted}["']?[.\]]|["']?{quoted}["']?\s*=)""")
    for number, line in enumerate(text.splitlines(), 1):
        if pattern.match(line):
            return f"{name}, line {number}"
    return name


def _new_terms(table: Any, name: str, text: str) -> dict[str, Any]:
    """Elastic's files write the two fields as pairs of a name and a value."""
    if table is None:
        return {}
    try:
        window = table["history_window_start"][0]
        return {table["field"]: table["value"], window["field"]: window["value"]}
    except (KeyError, IndexError, TypeError) as error:
        raise AnsibleFilterError(
            f"{_place(name, text, 'new_terms')}: new_terms needs field, value and a history_window_start with the same."
        ) from error


def _joined(value: Any) -> Any:
    if isinstance(value, list):
        return [_joined(item) for item in value]
    return " ".join(line.strip() for line in value.strip().splitlines()) if isinstance(value, str) else value


def _with_queries(note: str, transform: dict[str, Any]) -> str:
    """The note with each placeholder replaced by the plugin that Kibana shows as a button."""

    def render(found: re.Match[str]) -> str:
        plugin, number = found[1], int(found[2])
        entries = transform.get(plugin, [])
        if number >= len(entries):
            return found[0]
        return f"!{{{plugin}{json.dumps(entries[number], sort_keys=True, separators=(',', ':'))}}}"

    return PLACEHOLDER.sub(render, note)


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Any]:
        return {"rule_from_toml": rule_from_toml}
