# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copy the collection, as it lies in the working tree, to `.../ansible_collections/<namespace>/<name>`.

ansible-test takes neither a symbolic link nor a folder that the repository around it ignores, so it gets a copy with
a git repository of its own. Only what changed is copied; files that were deleted disappear from the copy as well.
"""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
from pathlib import Path


def wanted_files() -> set[str]:
    """Files that git tracks or would track, without those that were deleted and not committed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], check=True, capture_output=True
    ).stdout.decode()
    return {name for name in listed.split("\0") if name and Path(name).exists()}


def is_current(source: Path, target: Path) -> bool:
    """Whether the copy is as new and as long as its source."""
    if not target.is_file() or source.is_symlink() != target.is_symlink():
        return False
    old, new = target.lstat(), source.lstat()
    return (old.st_mtime_ns, old.st_size, old.st_mode) == (new.st_mtime_ns, new.st_size, new.st_mode)


def copy(name: str, tree: Path) -> None:
    """Copy one file with its times and mode; another session may delete it meanwhile, which is no error."""
    source, target = Path(name), tree / name
    if is_current(source, target):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    try:
        shutil.copy2(source, target, follow_symlinks=False)
    except FileNotFoundError:
        target.unlink(missing_ok=True)


def stage(tree: Path) -> None:
    """Bring the tree up to date. Its manifest names what the last run put there; results of tests stay."""
    manifest = tree.with_name(tree.name + ".manifest")
    before = set(manifest.read_text().split("\0")) - {""} if manifest.exists() else set()
    wanted = wanted_files()
    tree.mkdir(parents=True, exist_ok=True)
    for name in before - wanted:
        (tree / name).unlink(missing_ok=True)
    for name in wanted:
        copy(name, tree)
    manifest.write_text("\0".join(sorted(wanted)))
    if not (tree / ".git").exists():
        subprocess.run(["git", "init", "-q", str(tree)], check=True)


def main() -> None:
    """Usage: stage.py TREE. Two runs at once wait for each other."""
    tree = Path(sys.argv[1])
    tree.parent.mkdir(parents=True, exist_ok=True)
    with open(tree.with_name(tree.name + ".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stage(tree)


if __name__ == "__main__":
    main()
