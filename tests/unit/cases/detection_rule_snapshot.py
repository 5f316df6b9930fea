# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An action of its own: see tests/unit/test_playbooks_detection_as_code.py."""

from __future__ import annotations

from typing import Any

CASES: list[Any] = []
