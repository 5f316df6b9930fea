#!/usr/bin/python
# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: prebuilt_rules_info
short_description: Read which prebuilt detection rules are installed, installable and upgradeable
description:
  - Returns the prebuilt rules of Elastic that fit all the given options, with what can be done with each.
  - Of a rule that can be upgraded it tells which fields would change, and where your changes and Elastic's meet.
  - Needs the privilege C(read) on the feature Security (on Rules, since 9.3).
version_added: 1.0.0
author:
  - stackops.kibana contributors (@stackops)
extends_documentation_fragment:
  - stackops.kibana.prebuilt_rules
  - stackops.kibana.connection
  - stackops.kibana.space
  - stackops.kibana.attributes.info
  - stackops.kibana.action_group
options:
  status:
    description:
      - Which rules to return. V(installed) are all that are installed, V(installable) those that are not.
      - V(upgradeable) are those installed ones of which Elastic's package has a later version.
    type: list
    elements: str
    choices: [installed, installable, upgradeable]
    default: [installed, installable]
seealso:
  - module: stackops.kibana.prebuilt_rules
"""

EXAMPLES = r"""
- name: Read which rules can be upgraded, and which of our changes stand in the way
  stackops.kibana.prebuilt_rules_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    status: [upgradeable]
  register: pending

- name: Read what Elastic has for cloud accounts that we do not use yet
  stackops.kibana.prebuilt_rules_info:
    kibana_url: "{{ kibana_url }}"
    kibana_api_key: "{{ kibana_api_key }}"
    status: [installable]
    tags: ["Domain: Cloud"]
"""

RETURN = r"""
rules:
  description: The rules, by name.
  returned: always
  type: list
  elements: dict
  contains:
    rule_id:
      description: The lasting id of the rule.
      returned: always
      type: str
    name:
      description: Its name.
      returned: always
      type: str
    status:
      description: V(installed), V(installable) or V(upgradeable).
      returned: always
      type: str
    version:
      description: The installed version, or the one that would be installed.
      returned: always
      type: int
    enabled:
      description: Whether it runs.
      returned: when it is installed
      type: bool
    customized:
      description: Whether it has changes of yours.
      returned: when it is installed
      type: bool
    target_version:
      description: The version in Elastic's package.
      returned: when it is upgradeable
      type: int
    fields:
      description: The names of the fields that Elastic changed.
      returned: when it is upgradeable
      type: list
      elements: str
    conflicts:
      description: The fields that both you and Elastic changed, with V(solvable) or V(non_solvable).
      returned: when it is upgradeable
      type: dict
  sample:
    - rule_id: 2f8a1a2b-96ad-4ac1-9b5d-1b0a1ee25b1a
      name: Run Key Changed
      type: query
      severity: medium
      risk_score: 47
      tags: ["OS: Windows", "Tactic: Persistence", Reviewed]
      status: upgradeable
      version: 104
      target_version: 105
      enabled: true
      customized: true
      fields: [description, kql_query, tags]
      conflicts:
        tags: solvable
counts:
  description: How many rules of the space are V(installed), V(installable) and V(upgradeable), whatever was selected.
  returned: always
  type: dict
  sample:
    installed: 214
    installable: 1103
    upgradeable: 17
"""

from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._prebuilt_rules import (
    SELECTION,
    decide,
    read_catalogue,
    read_status,
    selects,
)
from ansible_collections.stackops.kibana.plugins.module_utils._task import run_action

STATES = ("installed", "installable", "upgradeable")
OPTIONS = {
    **SELECTION,
    "status": {"type": "list", "elements": "str", "choices": list(STATES), "default": ["installed", "installable"]},
}
SHOWN = ("rule_id", "name", "type", "severity", "risk_score", "tags", "version")


def converge(context):
    """The rules that were asked for."""
    client, params = context.client, context.params
    if read_status(client) is None:
        raise PlanError("This Kibana has only the public routes for prebuilt rules, which tell of no rule.")
    found = read_catalogue(client, install=True, upgrade=True)
    found.check_ids(params["rule_id"])
    selected, wanted = selects(params), set(params["status"])
    rules = []
    for key, rule in {**found.installable, **found.installed}.items():
        if selected(rule):
            entry = installed(rule, found.upgradeable.get(key)) if key in found.installed else installable(rule)
            if entry["status"] in wanted or (entry["status"] == "upgradeable" and "installed" in wanted):
                rules.append(entry)
    counts = {name: len(getattr(found, name)) for name in STATES}
    return {
        "changed": False,
        "rules": sorted(rules, key=lambda rule: (rule["name"], rule["rule_id"])),
        "counts": counts,
    }


def installable(rule):
    """A rule that is in the package alone."""
    return {**{name: rule[name] for name in SHOWN if name in rule}, "status": "installable"}


def installed(rule, info):
    """A rule that is installed, with what is pending."""
    source = rule.get("rule_source") or {}
    entry = {**installable(rule), "status": "installed", "enabled": rule["enabled"]}
    entry["customized"] = bool(source.get("is_customized"))
    if info is None:
        return entry
    upgrade = decide(info, "merge")
    changes = sorted(
        name for name, diff in info["diff"]["fields"].items() if diff.get("has_update") and name != "version"
    )
    return {
        **entry,
        "status": "upgradeable",
        "customized": upgrade.customized,
        "target_version": info["target_rule"]["version"],
        "fields": changes,
        "conflicts": upgrade.conflicts,
    }


def main():
    run_action(converge, OPTIONS)


if __name__ == "__main__":
    main()
