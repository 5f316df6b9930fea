# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  kibana_space:
    description:
      - Accepted so that one set of connection options serves all modules. These objects do not belong to a space, so
        it has no effect here.
      - If not given, the environment variable E(KIBANA_SPACE) is used.
    type: str
    aliases: [space]
"""
