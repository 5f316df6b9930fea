# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The archive for Ansible Galaxy: what is in it, and that it works where nothing else is installed."""

from __future__ import annotations

import json
import re
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from archive import Installed, install
from conftest import ROOT

from kibana_emulator import Emulator, EmulatorServer

# What a user needs. tests/config.yml tells ansible-test, which others run on the archive, which Pythons are meant.
TOP = {
    "COPYING", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "FILES.json", "LICENSES", "MANIFEST.json", "README.md",
    "REUSE.toml", "changelogs", "docs", "extensions", "meta", "playbooks", "plugins", "requirements.txt", "roles",
    "tests",
}  # fmt: skip
MAY_BE = {"CHANGELOG.md", "SECURITY.md", "bindep.txt", "execution-environment.yml"}
RUN_AGAIN = re.compile(r"changed=(\d+)")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return install(tmp_path_factory.mktemp("archive"))


@pytest.fixture(scope="module")
def kibana() -> Iterator[dict[str, str]]:
    with EmulatorServer(Emulator(seed="soc")) as server:
        yield {"KIBANA_URL": server.url, "KIBANA_API_KEY": "emulator:emulator"}


def play(installed: Installed, kibana: dict[str, str], playbook: str, *arguments: str) -> str:
    """Run a playbook; what it printed."""
    extra = json.dumps({"ansible_python_interpreter": sys.executable})
    done = installed.run("ansible-playbook", "-e", extra, *arguments, playbook, **kibana)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    return done.stdout


def test_the_archive_holds_what_a_user_runs_and_nothing_else(installed: Installed) -> None:
    with tarfile.open(installed.archive) as archive:
        names = [member.name for member in archive.getmembers() if not member.isdir()]
    assert {name.split("/")[0] for name in names} - MAY_BE == TOP
    assert [name for name in names if name.startswith("tests/")] == ["tests/config.yml"]
    assert not [name for name in names if "emulator" in name or "__pycache__" in name or "molecule" in name]
    assert installed.archive.stat().st_size < 5_000_000
    tracked = {path.name for path in (ROOT / "plugins" / "modules").glob("[!_]*.py")}
    assert {Path(name).name for name in names if name.startswith("plugins/modules/")} == tracked


def test_the_action_plugin_stays_a_link_within_the_collection(installed: Installed) -> None:
    link = installed.collection / "plugins" / "action" / "kibana.py"
    assert link.is_symlink()
    assert link.resolve() == (installed.collection / "plugins" / "plugin_utils" / "_action.py").resolve()


def test_galaxy_knows_every_file(installed: Installed) -> None:
    done = installed.run(
        "ansible-galaxy", "collection", "verify", "--offline", "-p", str(installed.path), "stackops.kibana"
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_demonstration_runs_by_its_name_and_in_process(installed: Installed, kibana: dict[str, str]) -> None:
    first = play(installed, kibana, "stackops.kibana.demo", "-vvv")
    again = play(installed, kibana, "stackops.kibana.demo")
    assert "gets a process of its own" not in first
    assert "EXEC " not in re.sub(r"EXEC /bin/sh -c 'echo ~[^\n]*", "", first), "a module in-process starts no program"
    changed = [int(number) for number in RUN_AGAIN.findall(first + again)]
    assert changed[0] >= 7
    assert changed[1] <= 1  # a connector was run


def test_a_module_gets_a_process_where_one_is_wanted(installed: Installed, kibana: dict[str, str]) -> None:
    playbook = installed.home / "space.yml"
    playbook.write_text(yaml.safe_dump([one_task({"stackops.kibana.space": {"id": "other", "name": "Other"}})]))
    shown = play(installed, kibana, str(playbook), "-vvv", "-e", '{"kibana_in_process": false}')
    assert "gets a process of its own" in shown and "AnsiballZ_space.py" in shown


def test_roles_lookup_and_filter(installed: Installed, kibana: dict[str, str]) -> None:
    lookup = "lookup('stackops.kibana.kibana', '/api/status', in_space=false).version.number"
    rule = ROOT / "tests" / "unit" / "files" / "rules" / "query.toml"
    tasks = [
        {"ansible.builtin.debug": {"msg": f"version {{{{ {lookup} }}}}"}},
        {"ansible.builtin.debug": {"msg": f"type {{{{ ('{rule}' | stackops.kibana.rule_from_toml).type }}}}"}},
    ]
    text = {
        **one_task(*tasks),
        "roles": [{"role": "stackops.kibana.kibana_config"}, {"role": "stackops.kibana.drift_report"}],
        "vars": {
            "kibana_spaces": [{"id": "archive", "name": "Archive"}],
            "drift_report_dest": str(installed.home / "drift"),
        },
    }
    playbook = installed.home / "roles.yml"
    playbook.write_text(yaml.safe_dump([text]))
    shown = play(installed, kibana, str(playbook))
    assert "version 9.4.3" in shown and "type query" in shown
    report = json.loads((installed.home / "drift" / "drift.json").read_text(encoding="utf-8"))
    assert "archive" in json.dumps(report) or report


def test_the_inventory_of_agents(installed: Installed, kibana: dict[str, str]) -> None:
    source = installed.home / "fleet_agents.yml"
    source.write_text("plugin: stackops.kibana.fleet_agents\n", encoding="utf-8")
    done = installed.run("ansible-inventory", "-i", str(source), "--list", **kibana)
    assert done.returncode == 0, done.stderr
    assert "web-01" in json.loads(done.stdout)["_meta"]["hostvars"]


def test_documentation_of_all_plugins_and_roles(installed: Installed) -> None:
    done = installed.run("ansible-doc", "-l", "--json", "stackops.kibana")
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)) >= len(list((ROOT / "plugins" / "modules").glob("[!_]*.py")))
    for kind, name in (("lookup", "kibana"), ("inventory", "fleet_agents"), ("role", "kibana_config")):
        shown = installed.run("ansible-doc", "-t", kind, f"stackops.kibana.{name}")
        assert shown.returncode == 0 and name.upper() in shown.stdout.upper(), shown.stderr


def one_task(*tasks: dict[str, Any]) -> dict[str, Any]:
    """A play on localhost."""
    return {"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": list(tasks)}
