# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand-in for the get-pip script that ansible-test downloads for every environment that it makes.

`get_pip.py --install` puts it into ansible-test's cache, under the name and version that the installed ansible-core
looks for, unless a file is there already. ansible-test then needs pip's own package index and no other host.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

STAND_IN = '''"""Stand-in for get-pip: pip from Python's own ensurepip, then the version that ansible-test wants."""

import subprocess
import sys

unknown = ("--no-setuptools", "--no-wheel")
arguments = [argument for argument in sys.argv[1:] if argument not in unknown]
subprocess.run([sys.executable, "-m", "ensurepip"], check=True, stdout=subprocess.DEVNULL)
sys.exit(subprocess.run([sys.executable, "-m", "pip", "install", "pip=={version}"] + arguments).returncode)
'''


def wanted_version() -> str:
    """The version of pip that the installed ansible-test pins."""
    code = (
        "from ansible_test._internal.python_requirements import get_venv_packages as get\n"
        "from ansible_test._internal.host_configs import NativePythonConfig\n"
        "import sys\n"
        "version = '.'.join(map(str, sys.version_info[:2]))\n"
        "print(get(NativePythonConfig(version=version, path=sys.executable))['pip'])\n"
    )
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def install() -> None:
    """Write the stand-in where ansible-test looks for its download."""
    version = wanted_version()
    path = Path.home() / ".ansible" / "test" / "cache" / f"get_pip_{version.replace('.', '_')}.py"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(STAND_IN.replace("{version}", version))


if __name__ == "__main__":
    if sys.argv[1:] != ["--install"]:
        sys.exit("usage: get_pip.py --install")
    install()
