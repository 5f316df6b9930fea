# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look the requirements up in the databases of known weaknesses, with pip-audit.

Without PyPI's data it is an error, as nothing is known then. In `make test-full` it is skipped, and says why.
"""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.error
import urllib.request

SOURCE = "https://pypi.org/pypi/requests/json"


def reachable() -> str:
    """Why the data cannot be had, or nothing."""
    try:
        with urllib.request.urlopen(SOURCE, timeout=20) as answer:
            return "" if answer.status == 200 else f"HTTP {answer.status}"
    except (urllib.error.URLError, OSError) as error:
        return str(error)


def main(program: str, arguments: list[str]) -> int:
    """Run the audit; the status is pip-audit's."""
    reason = reachable()
    if reason and os.environ.get("STACKOPS_FULL"):
        print(f"audit: skipped, {SOURCE} cannot be read here: {reason}")
        return 0
    if reason:
        print(f"audit: {SOURCE} cannot be read here: {reason}", file=sys.stderr)
        return 1
    return subprocess.run([program, "--strict", *arguments], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
