# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  rule_id:
    description:
      - Lasting ids of rules. An id that is neither installed nor in Elastic's package is an error.
      - All the options that select rules narrow the selection. Without any of them it is all prebuilt rules.
    type: list
    elements: str
  name:
    description: Shell patterns for names of rules, such as V(*PowerShell*), one of which fits. Case does not matter.
    type: list
    elements: str
  tags:
    description:
      - "Tags that a rule has, all of them, such as V(OS: Windows)."
    type: list
    elements: str
  severity:
    description: Severities, one of which a rule has.
    type: list
    elements: str
    choices: [low, medium, high, critical]
  mitre:
    description:
      - Tactics, techniques or subtechniques of MITRE ATT&CK, one of which a rule belongs to.
      - Each is given by its id, such as V(TA0006) or V(T1059.001), or by its name. Case does not matter.
    type: list
    elements: str
  type:
    description: Types of rules, one of which a rule has, such as V(query), V(eql) or V(machine_learning).
    type: list
    elements: str
"""
