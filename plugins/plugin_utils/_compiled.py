# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let Python keep the compiled form of this collection's modules, as it does for all that it imports itself.

Ansible's own importer compiles a collection's files anew in each process, and each task has a process. That takes
longer than the rest of an unchanged task. The finder here names the same files, and leaves the rest to Python's usual
loader: `__pycache__` where that may be written, no matter where it may not.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
from collections.abc import Sequence
from types import ModuleType

PACKAGES = tuple(
    f"ansible_collections.stackops.kibana.plugins.{kind}" for kind in ("modules", "module_utils", "plugin_utils")
)


class Finder(importlib.abc.MetaPathFinder):
    """Finds modules in the packages of this collection that others import, and nothing else."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Where a module is; None leaves it to the next finder, and Ansible's errors with it."""
        package, _dot, name = fullname.rpartition(".")
        if package not in PACKAGES:
            return None
        files = (os.path.join(folder, f"{name}.py") for folder in path or ())
        found = next(filter(os.path.isfile, files), None)
        return found and importlib.util.spec_from_file_location(fullname, found)


def install() -> None:
    """Put the finder right before Ansible's, once."""
    if any(isinstance(finder, Finder) for finder in sys.meta_path):
        return
    owners = [getattr(finder, "__module__", "") for finder in sys.meta_path]
    place = next((number for number, owner in enumerate(owners) if owner.startswith("ansible.")), 0)
    sys.meta_path.insert(place, Finder())
