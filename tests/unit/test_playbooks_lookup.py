# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup plugin kibana, in a real play."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT
from plays import play

from ansible_collections.stackops.kibana.plugins.doc_fragments import connection, connection_vars, space
from kibana_emulator import Emulator, EmulatorServer

NAME = "'stackops.kibana.kibana'"
CREDENTIALS = {"kibana_username": "elastic", "kibana_password": "changeme"}


def show(name: str, expression: str) -> dict[str, Any]:
    return {"name": name, "ansible.builtin.debug": {"msg": f"{{{{ {expression} }}}}"}}


def test_answers_lists_pages_and_defaults(tmp_path: Path) -> None:
    emulator = Emulator(seed="soc")
    for number in range(250):
        emulator.store("fleet_agent_policies", "default")[f"many-{number}"] = {
            **next(iter(emulator.store("fleet_agent_policies", "default").values())),
            "id": f"many-{number}",
            "name": f"Many {number}",
        }
    tasks = [
        show("Version", f"lookup({NAME}, '/api/status', in_space=false).version.number"),
        show("Role", f"lookup({NAME}, '/api/security/role/no', in_space=false, default={{'none': true}})"),
        show(
            "Policies", f"query({NAME}, '/api/fleet/agent_policies', items='items', page_size_name='perPage') | length"
        ),
        show("Query", f"lookup({NAME}, '/api/fleet/agents?kuery=tags:web&perPage=1')['items'] | length"),
        show("Two", f"query({NAME}, '/api/status', '/api/features', in_space=false) | length"),
        show("Space", f"query({NAME}, '/api/actions/connectors', items='', kibana_space='default') | length"),
    ]
    with EmulatorServer(emulator) as server:
        played = play(tmp_path, server.url, tasks, **CREDENTIALS)
    assert played.status == 0, played.output
    assert played.result("Version")["msg"] == "9.4.3"
    assert played.result("Role")["msg"] == {"none": True}
    assert int(played.result("Policies")["msg"]) > 250
    assert int(played.result("Query")["msg"]) == 1
    assert int(played.result("Two")["msg"]) == 2
    assert int(played.result("Space")["msg"]) >= 1


@pytest.mark.parametrize(
    ("call", "said"),
    (
        ("'/api/security/role/no', in_space=false", "HTTP 404"),
        ("'/api/security/role', kibana_password='wrong', in_space=false", "HTTP 401"),
        ("'https://elsewhere.example/api'", "is no path of Kibana"),
        ("'//elsewhere.example/api'", "is no path of Kibana"),
        ("'/api/status', items='nonsense', in_space=false", "has no list 'nonsense'"),
        ("'/api/status', kibana_url='nonsense', in_space=false", "kibana_url must be a URL"),
        ("'/api/status', kibana_url='http://127.0.0.1:9', kibana_retries=0, in_space=false", "refused the connection"),
    ),
)
def test_errors_are_errors(tmp_path: Path, call: str, said: str) -> None:
    with EmulatorServer(Emulator()) as server:
        played = play(tmp_path, server.url, [show("Wrong", f"lookup({NAME}, {call})")], **CREDENTIALS)
    assert played.status == 2
    assert said in " ".join(played.output.split()), played.output
    assert "Traceback" not in played.output


def test_the_options_are_those_of_the_modules_with_variables() -> None:
    known = {
        name: option
        for fragment in (connection, space)
        for name, option in yaml.safe_load(fragment.ModuleDocFragment.DOCUMENTATION)["options"].items()
    }
    for name, option in yaml.safe_load(connection_vars.ModuleDocFragment.DOCUMENTATION)["options"].items():
        assert option.pop("vars") == [{"name": name}]
        wanted = known.pop(name)
        wanted.pop("default", None)
        assert option == wanted, name
    assert not known


def test_the_examples_run(tmp_path: Path) -> None:
    text = (ROOT / "plugins" / "lookup" / "kibana.py").read_text(encoding="utf-8")
    tasks = yaml.safe_load(text.split('EXAMPLES = r"""')[1].split('"""')[0])
    emulator = Emulator(seed="soc")
    emulator.store("spaces")["security"] = {"id": "security", "name": "Security", "disabledFeatures": []}
    with EmulatorServer(emulator) as server:
        played = play(tmp_path, server.url, tasks, **CREDENTIALS)
    assert played.status == 0, played.output
