# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts the collection and the emulator where Python finds them, and gives every test a Kibana of its own."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine is slow now and then, which is no failure. A plain run draws the same values each time, so that it
# fails for what was changed; `make test-full` asks for the thorough profile, which looks for what nobody thought of.
settings.register_profile("usual", deadline=None, derandomize=True)
settings.register_profile("thorough", deadline=None, max_examples=1000)
settings.load_profile("usual")

ROOT = Path(__file__).resolve().parents[2]
LINK = ROOT / ".build" / "link" / "ansible_collections" / "stackops" / "kibana"


def _link() -> None:
    """The repository under the name that Ansible imports a collection by. Several test processes may do so at once."""
    LINK.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        LINK.symlink_to(ROOT, target_is_directory=True)


_link()
for folder in (LINK.parents[2], ROOT / "tests" / "emulator", ROOT / "tests" / "unit"):
    sys.path.insert(0, str(folder))
for name in [name for name in os.environ if name.startswith("KIBANA_") and not name.endswith("_DIR")]:
    del os.environ[name]

from harness import VERSIONS, Kibana  # noqa: E402


@pytest.fixture
def kibana(monkeypatch: pytest.MonkeyPatch) -> Kibana:
    """A fresh emulator of the newest version, mounted inside the client."""
    return Kibana(monkeypatch)


@pytest.fixture(params=VERSIONS)
def any_kibana(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Kibana:
    """A fresh emulator of each version in turn."""
    return Kibana(monkeypatch, request.param)
