# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stateful Kibana look-alike for tests, demos and trying playbooks out. See the README next to this package."""

from __future__ import annotations

from .adapter import EmulatorAdapter
from .core import Emulator
from .server import EmulatorServer

__all__ = ["Emulator", "EmulatorAdapter", "EmulatorServer"]
