# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look the requirements up in the databases of known weaknesses, with pip-audit.

Where they cannot be asked it is an error, as nothing is known then. In `make test-full` it is skipped, and says why.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys

# A mirror of packages alone has no data on weaknesses: pip-audit then says that it does not know the package.
OFFLINE = re.compile(r"not found on PyPI|ConnectionError|Failed to (establish|resolve)|timed out|ServiceError")


def main(program: str, arguments: list[str]) -> int:
    """Run the audit; the status is pip-audit's."""
    done = subprocess.run([program, "--strict", *arguments], capture_output=True, text=True, check=False)
    print(done.stdout + done.stderr, end="")
    if done.returncode and OFFLINE.search(done.stderr) and os.environ.get("STACKOPS_FULL"):
        print("audit: skipped, the databases cannot be asked from here")
        return 0
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
