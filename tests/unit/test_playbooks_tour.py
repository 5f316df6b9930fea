# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""playbooks/tour.yml calls every promised endpoint, and its second run changes nothing but what is tagged `action`."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import LINK, ROOT
from harness import VERSIONS
from test_coverage import ROWS

from kibana_emulator import Emulator, EmulatorServer

TOUR = ROOT / "playbooks" / "tour.yml"
SECTION_A = [endpoint for row in ROWS if row.place.isdigit() or not row.place for endpoint in row.endpoints]
# What a newer Kibana has instead of an endpoint that is gone.
MOVED = {
    "9.4.3": {
        "DELETE /api/detection_engine/rules/_bulk_delete": "POST /api/detection_engine/rules/_bulk_action",
        "POST /api/dashboards/dashboard/{id}": "PUT /api/dashboards/{id}",
    }
}


def tasks() -> list[dict[str, Any]]:
    return list(yaml.safe_load(TOUR.read_text(encoding="utf-8"))[0]["tasks"])


def run(url: str, exports: Path, *arguments: str) -> dict[str, list[str]]:
    """Run the tour; the names of its tasks by what became of them."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "KIBANA_"))}
    environment |= {
        "ANSIBLE_COLLECTIONS_PATH": str(LINK.parents[2]),
        "ANSIBLE_NOCOLOR": "1",
        "KIBANA_URL": url,
        "KIBANA_API_KEY": "emulator:emulator",
    }
    program = str(Path(sys.executable).with_name("ansible-playbook"))
    variables = {"ansible_python_interpreter": sys.executable, "tour_exports": str(exports)}
    command = [program, "-i", "localhost,", "-e", json.dumps(variables), *arguments, str(TOUR)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    strange = [line for line in done.stderr.split("[WARNING]")[1:] if not ("--check" in arguments and " yet" in line)]
    assert strange == []
    return became(done.stdout)


def became(output: str) -> dict[str, list[str]]:
    """Read Ansible's own lines: a heading for each task, then what became of it."""
    found: dict[str, list[str]] = {"ok": [], "changed": [], "skipping": []}
    for name, rest in re.findall(r"^TASK \[(.+?)\] \**\n(.*?)(?=^TASK |^PLAY RECAP|\Z)", output, re.M | re.S):
        outcome = re.search(r"^(ok|changed|skipping): ", rest, re.M)
        assert outcome, rest
        found[outcome.group(1)].append(name)
    return found


def pattern(endpoint: str) -> re.Pattern[str]:
    """A method and a path, with anything in the place of an id that is no word of the API's own."""
    return re.compile(re.sub(r"\\\{\w+\\\}", "(?!_)[^/]+", re.escape(endpoint)))


@pytest.mark.parametrize("version", VERSIONS)
def test_the_tour(version: str, tmp_path: Path) -> None:
    emulator = Emulator(version=version, seed="soc")
    with EmulatorServer(emulator) as server:
        first, second = (run(server.url, tmp_path / "exports") for _unused in range(2))
        actions = [task["name"] for task in tasks() if "action" in task.get("tags", ())]
        assert set(second["changed"]) <= set(actions) < set(first["changed"])
        assert run(server.url, tmp_path / "exports", "--skip-tags", "action")["changed"] == []
        assert set(run(server.url, tmp_path / "exports", "--check")["changed"]) <= set(actions)
    answered = [f"{entry['method']} {entry['path']}" for entry in emulator.requests if entry["status"] < 300]
    assert len(SECTION_A) == 38
    moved = MOVED.get(version, {})
    wanted = [moved.get(endpoint, endpoint) for endpoint in SECTION_A]
    assert [endpoint for endpoint in wanted if not any(map(pattern(endpoint).fullmatch, answered))] == []
    assert emulator.crashes == []
    assert emulator.violations == []
    assert sorted(path.name for path in (tmp_path / "exports").iterdir()) == ["soc-scanners.txt", "timelines.ndjson"]


def test_check_mode_foretells_the_first_run(tmp_path: Path) -> None:
    emulator = Emulator(seed="soc")
    with EmulatorServer(emulator) as server:
        predicted = run(server.url, tmp_path / "exports", "--check")
        writes = [entry for entry in emulator.requests if entry["method"] not in ("GET", "HEAD")]
        assert {entry["path"] for entry in writes} <= {"/api/timeline/_export", "/api/lists/items/_export"}
        first = run(server.url, tmp_path / "exports")
    # What is finished there was not begun.
    assert set(first["changed"]) ^ set(predicted["changed"]) == {"Put the copies in their place"}
    assert predicted["skipping"] == ["Bring timelines in from a copy"]
