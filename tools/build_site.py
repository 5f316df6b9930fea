# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the documentation site: antsibull-docs writes the pages of plugins, roles and guides, Sphinx makes HTML.

Needs no network. A warning is an error. What did not change since the last run is taken from it, unless that failed:
Sphinx does not repeat the warnings of a page that it has already read.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent / "site"
NAME = "stackops.kibana"
# The action plugin of all modules is also linked as a module, for Ansible's sake: there is nothing to read about it.
NO_PAGES = ("kibana_module.rst",)


def write(path: Path, content: bytes) -> bool:
    """Write a file where it differs, as Sphinx reads anew what is newer; returns whether it did."""
    differs = not path.exists() or path.read_bytes() != content
    if differs:
        path.write_bytes(content)
    return differs


def inventory(listing: str) -> bytes:
    """An inventory for intersphinx, version 2, of the lines ``name role page title``."""
    entries = []
    for line in listing.splitlines():
        if line and not line.startswith("#"):
            name, role, page, title = line.split(" ", 3)
            entries.append(f"{name} {role} -1 {page.replace('$', name)} {title}\n")
    head = "# Sphinx inventory version 2\n# Project: Ansible\n# Version: \n# zlib follows\n"
    return head.encode() + zlib.compress("".join(entries).encode())


def run(*command: str | Path, **environment: str) -> int:
    """The exit status of a command. Programs come from the environment of this Python."""
    programs = Path(sys.executable).parent
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    command = (programs / str(command[0]), *command[1:])
    return subprocess.run(command, env={**os.environ, "PATH": path, **environment}, check=False).returncode


def sections() -> list[dict[str, Any]]:
    """The sections of guides, with their titles and pages."""
    listed = yaml.safe_load((HERE.parents[1] / "docs" / "docsite" / "extra-docs.yml").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = listed["sections"]
    return found


def guides() -> str:
    """The tables of contents of the guides, as the start page has them."""
    return "\n\n".join(
        "\n   ".join(
            [".. toctree::", ":maxdepth: 1", f":caption: {section['title']}", ""]
            + [f"collection/docsite/{name}" for name in section["toctree"]]
        )
        for section in sections()
    )


def shorten(index: str) -> str:
    """The list of plugins with their names alone, and without the guides.

    The navigation shows the whole titles of pages otherwise, and the guides are on the start page.
    """
    kinds = "module|role|lookup|filter|inventory"
    index = re.sub(rf"^    ((\w+)_(?:{kinds}))$", r"    \2 <\1>", index, flags=re.M)
    for section in sections():
        index = re.sub(rf"^{section['title']}\n-+\n\n\.\. toctree::\n(    .*\n|\n)+", "", index, flags=re.M)
    return index.replace(f"\n{NAME.title()}\n", f"\n{NAME}\n", 1)


def write_pages(pages: Path) -> int:
    """The pages of the collection, and the start page."""
    target = pages / "collection"
    target.mkdir(parents=True, exist_ok=True)
    for folder in (pages, target):
        folder.chmod(0o755)  # antsibull-docs refuses one that others may write to
    status = run(
        *("antsibull-docs", "--config-file", HERE / "antsibull-docs.cfg", "collection", "--use-current"),
        *("--squash-hierarchy", "--fail-on-error", "--cleanup", "everything", "--dest-dir", target, NAME),
    )
    for name in NO_PAGES:
        (target / name).unlink(missing_ok=True)
    if status == 0:
        index = target / "index.rst"
        write(index, shorten(index.read_text(encoding="utf-8")).encode())
        start = (HERE / "index.rst").read_text(encoding="utf-8").replace("@guides@", guides())
        write(pages / "index.rst", start.encode())
        look = b"".join(path.read_bytes() for path in (index, pages / "index.rst", HERE / "conf.py"))
        if write(pages.parent / "navigation", look):  # it is on each page, and Sphinx writes only those that changed
            shutil.rmtree(pages.parent / "html", ignore_errors=True)
    return status


def main() -> int:
    """Usage: build_site.py FOLDER; the site is then in FOLDER/html."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder.resolve()
    pages, trees, labels = folder / "rst", folder / "doctrees", folder / "ansible.inv"
    folder.mkdir(parents=True, exist_ok=True)
    write(labels, inventory((HERE / "ansible.txt").read_text(encoding="utf-8")))
    status = write_pages(pages) or run(
        *("sphinx-build", "-b", "html", "-q", "-W", "-j", "2", "-c", HERE, "-d", trees, pages, folder / "html"),
        SITE_INVENTORY=str(labels),
    )
    if status:
        shutil.rmtree(trees, ignore_errors=True)
        return status
    print(f"The site is in {folder / 'html' / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
