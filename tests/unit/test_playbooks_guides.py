# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of the guides: every playbook and task runs as it stands, in order, and a second time without a change.

A block with a caption is the file of that name, and later blocks of the guide find it. A block of tasks runs as a play.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import LINK, ROOT

from kibana_emulator import Emulator, EmulatorServer

GUIDES = sorted((ROOT / "docs" / "docsite" / "rst").glob("*.rst"))
BLOCK = re.compile(r"^\.\. code-block:: (\S+)\n((?:   :\S+:.*\n)*)\n((?:   .*\n|\n)+)", re.M)
CAPTION = re.compile(r":caption: (\S+)")
# Each guide has two Kibanas: one with data, and an empty one for what is moved from the first to the second.
FULL = ("http://127.0.0.1:5601", "https://kibana.example.com:5601")
EMPTY = ("https://staging.example.com:5601",)


@dataclass(frozen=True)
class Block:
    """A code block that is YAML: the file that it is, if any, and what is in it."""

    file: str
    text: str
    content: Any

    @property
    def is_playbook(self) -> bool:
        """Whether ansible-playbook takes it (a rulebook also has hosts, and sources)."""
        return isinstance(self.content, list) and "hosts" in self.content[0] and "sources" not in self.content[0]

    @property
    def is_tasks(self) -> bool:
        """Whether it is a list of tasks."""
        return isinstance(self.content, list) and isinstance(self.content[0], dict) and "hosts" not in self.content[0]


def blocks(guide: Path) -> Iterator[Block]:
    """The YAML of a guide, in order."""
    for language, options, indented in BLOCK.findall(guide.read_text(encoding="utf-8")):
        text = re.sub(r"^   ", "", indented, flags=re.M).strip("\n") + "\n"
        caption = CAPTION.search(options)
        if language.startswith("yaml"):
            yield Block(caption[1] if caption else "", text, yaml.safe_load(text))
        elif caption:
            yield Block(caption[1], text, None)


def play(folder: Path, playbook: str, url: str) -> str:
    """The output of ansible-playbook, with the environment that the guides tell to export."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "KIBANA_"))}
    environment |= {
        "ANSIBLE_COLLECTIONS_PATH": str(LINK.parents[2]),
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "KIBANA_URL": url,
        "KIBANA_API_KEY": "emulator:emulator",
    }
    inventory = ["-i", "inventory.yml"] if (folder / "inventory.yml").exists() else []
    done = subprocess.run(
        [Path(sys.executable).with_name("ansible-playbook"), *inventory, playbook],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def written(block: Block, folder: Path, urls: dict[str, str]) -> str:
    """The file of a block, or of the play that its tasks make; returns its name."""
    text = block.text
    if block.is_tasks:
        lines = "".join(f"    {line}" if line.strip() else line for line in text.splitlines(keepends=True))
        text = f"- hosts: localhost\n  gather_facts: false\n  tasks:\n{lines}"
    for address, url in urls.items():
        text = text.replace(address, url)
    path = folder / (block.file or "tasks.yml")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path.name


def test_there_are_guides() -> None:
    listed = yaml.safe_load((ROOT / "docs" / "docsite" / "extra-docs.yml").read_text(encoding="utf-8"))
    names = [name for section in listed["sections"] for name in section["toctree"]]
    assert sorted(names) == [guide.stem for guide in GUIDES]


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_examples_of_a_guide_run_twice(guide: Path, tmp_path: Path) -> None:
    with ExitStack() as stack:
        full, empty = (stack.enter_context(EmulatorServer(Emulator(seed=seed))) for seed in ("soc", "default"))
        urls = {**dict.fromkeys(FULL, full.url), **dict.fromkeys(EMPTY, empty.url)}
        for block in blocks(guide):
            if not (block.file or block.is_playbook or block.is_tasks):
                continue
            name = written(block, tmp_path, urls)
            if block.is_playbook or (block.is_tasks and not block.file):
                play(tmp_path, name, full.url)
                again = play(tmp_path, name, full.url)
                assert not re.search(r"changed=[1-9]|\[WARNING\]", again), f"{block.text}\n{again}"


def said_by_the_code() -> str:
    """All string literals of the plugins, those that belong together joined, with <> for what is filled in."""
    files = sorted((ROOT / "plugins").rglob("*.py"))
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    text = re.sub(r'"\s*\n\s*f?"', "", text).replace("{{}}", "\0")
    return re.sub(r"\{[^{}\n\"]*\}", "<>", text).replace("\0", "{}")


def test_messages_of_the_troubleshooting_guide_are_those_of_the_code() -> None:
    guide = (ROOT / "docs" / "docsite" / "rst" / "guide_troubleshooting.rst").read_text(encoding="utf-8")
    messages = re.findall(r"^``(.+)``\n  ", guide.split("\nAnsible\n---")[0], re.M)
    assert len(messages) > 25
    code = said_by_the_code()
    for message in messages:
        parts = [part for part in re.split(r"<\.\.\.>|(?<=[^ ])[:;] ", message) if part.strip(" ():.;")]
        assert all(part.strip() in code for part in parts), message
