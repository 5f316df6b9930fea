# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions of antsibull-nox, as antsibull-nox.toml says. `make nox` runs those that need no network."""

from __future__ import annotations

import sys

import nox

try:
    import antsibull_nox
except ImportError:
    print("pip install antsibull-nox, or run: make nox")
    sys.exit(1)

antsibull_nox.load_antsibull_nox_toml()

if __name__ == "__main__":
    nox.main()
