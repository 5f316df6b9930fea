# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  update_secrets:
    description:
      - When to send secrets, which Kibana never gives back and which therefore cannot be compared.
      - V(on_create) sends them when the object is created, and with an update where Kibana would otherwise lose them.
      - V(always) sends them at every run. The task is then always changed.
    type: str
    choices: [on_create, always]
    default: on_create
"""
