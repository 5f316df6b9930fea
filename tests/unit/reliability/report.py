# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of reliability counted, one line for each entry, for `make reliability`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def add(kind: str, entries: list[dict[str, Any]]) -> None:
    """Add entries to the file that RELIABILITY_LOG names, if it does."""
    log = os.environ.get("RELIABILITY_LOG")
    if log:
        with Path(log).open("a", encoding="utf-8") as file:
            file.writelines(json.dumps({"kind": kind, **entry}) + "\n" for entry in entries)
