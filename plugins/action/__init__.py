# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imported by the controller's main process when it looks for an action plugin of this collection.

The routes of `meta/runtime.yml` are followed in the forked workers alone. What is imported here, once, is there in
all of them; otherwise each task would import `requests` anew, which takes longer than all the rest of it.
"""

from __future__ import annotations

from ansible_collections.stackops.kibana.plugins.action import kibana

__all__ = ["kibana"]
