# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let galaxy-importer look at the newest archive in dist/, as Ansible Galaxy and automation hub do at an import.

Fails where it complains about anything: an error stops an import, and a warning is what a reviewer reads first.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# The importer says what it is about to do as INFO. ansible-test needs a container, which is not for this program.
COMPLAINT = re.compile(r"^(WARNING|ERROR|CRITICAL)\b.*")


def main() -> int:
    """Usage: importer.py, with the Python of an environment that has galaxy-importer."""
    archive = max((ROOT / "dist").glob("stackops-kibana-*.tar.gz"), key=lambda path: path.stat().st_mtime)
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "galaxy_importer.main", str(archive)],
            cwd=folder,  # it writes its result into the folder that it runs in
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    complaints = [line for line in done.stdout.splitlines() if COMPLAINT.match(line)]
    if done.returncode or complaints:
        print(done.stdout if done.returncode else "\n".join(complaints))
        return 1
    print(f"galaxy-importer has nothing to say about {archive.name}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
