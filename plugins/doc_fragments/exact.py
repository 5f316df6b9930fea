# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  exact:
    description:
      - Whether to delete what is not listed. What Kibana manages itself is never deleted.
    type: bool
    default: false
  max_deletions:
    description:
      - With O(exact=true), stop before anything is written if more objects than this would be deleted.
    type: int
"""
