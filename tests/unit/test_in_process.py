# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module's result is the same whether it runs in the controller's worker or in a process of its own.

Real ansible-playbook runs on a copy of the collection that has one module, `probe`, beside the real action plugin.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ansible.module_utils import basic
from ansible.module_utils.common import warnings as module_warnings

from ansible_collections.stackops.kibana.plugins.plugin_utils import _in_process
from kibana_emulator import Emulator, EmulatorServer

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent / "in_process"
PLAYBOOK = Path(sys.executable).parent / "ansible-playbook"
MODULES = ("probe", "broken", "lost", "kibana_role")
RUNTIME = {
    "requires_ansible": ">=2.16.0",
    "action_groups": {"kibana": list(MODULES)},
    "plugin_routing": {
        "modules": {name: {"action_plugin": "stackops.kibana.kibana"} for name in MODULES},
        # Without its file the module resolves to nothing; only a redirect still reaches the action plugin.
        "action": {"lost": {"redirect": "stackops.kibana.kibana"}},
    },
}
INVENTORY = f"""
[all:vars]
ansible_connection=local
ansible_python_interpreter={sys.executable}
[all]
inside kibana_in_process=true
outside kibana_in_process=false
plain
localhost
far ansible_connection=ssh ansible_pipelining=true
"""
# Stands in for a remote connection without one: the program of `ssh` runs its last argument on this machine.
SSH = '#!/bin/sh\nfor last; do :; done\nexec /bin/sh -c "$last"\n'
SUDO = '#!/bin/sh\nwhile [ $# -gt 1 ] && [ "$1" != /bin/sh ]; do shift; done\nexec "$@"\n'
OWN_PATHS = ("exception", "module_stderr", "module_stdout", "timedout")


def _program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A collections path whose stackops.kibana has the module `probe`, and the playbooks beside it."""
    base = tmp_path_factory.mktemp("in_process")
    collection = base / "collections/ansible_collections/stackops/kibana"
    shutil.copytree(ROOT / "plugins", collection / "plugins", symlinks=True)
    shutil.copy(HERE / "probe.py", collection / "plugins/modules")
    (collection / "plugins/modules/broken.py").write_text("#!/usr/bin/python\nimport nowhere_to_be_found\n")
    (collection / "meta").mkdir()
    (collection / "meta/runtime.yml").write_text(json.dumps(RUNTIME))
    shutil.copytree(HERE, base / "play")
    (base / "play/inventory").write_text(INVENTORY)
    (base / "play/password").write_text("probe")
    _program(base / "play/python", f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    _program(base / "play/ssh", SSH)
    _program(base / "play/sudo", SUDO)
    return base


def settings(tree: Path) -> dict[str, str]:
    """The environment of a run: this one without what would steer Ansible or the modules."""
    own = {k: v for k, v in os.environ.items() if not k.startswith(("ANSIBLE_", "KIBANA_"))}
    return own | {
        "ANSIBLE_COLLECTIONS_PATH": str(tree / "collections"),
        "ANSIBLE_CALLBACK_PLUGINS": str(tree / "play/callback_plugins"),
        "ANSIBLE_CALLBACKS_ENABLED": "results",
        "ANSIBLE_VAULT_PASSWORD_FILE": str(tree / "play/password"),
        "ANSIBLE_SSH_EXECUTABLE": str(tree / "play/ssh"),
        "ANSIBLE_SSH_ARGS": "",
        "ANSIBLE_HOME": str(tree / "home"),
        "RESULTS_FILE": str(tree / "results.jsonl"),
        "LC_ALL": "C.UTF-8",
    }


def play(tree: Path, name: str, *arguments: str, **environment: str) -> list[dict]:
    """Run a playbook of `in_process` and return its results, each with host, task and event."""
    results = tree / "results.jsonl"
    results.unlink(missing_ok=True)
    done = subprocess.run(
        [str(PLAYBOOK), "-i", "play/inventory", f"play/{name}", *arguments],
        cwd=tree,
        env=settings(tree) | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "Unexpected failure during module execution" not in done.stdout
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def both(tree):
    """task -> (results inside, results outside), each a list of (event, result)."""
    tasks: dict[str, dict[str, list]] = {}
    for line in play(tree, "both_ways.yml"):
        hosts = tasks.setdefault(line["task"], {"inside": [], "outside": []})
        hosts[line["host"]].append((line["event"], line["result"]))
    return {task: (hosts["inside"], hosts["outside"]) for task, hosts in tasks.items()}


EQUAL = [
    "Fine", "Change", "Change with diff", "Check mode", "Leak", "Warn", "Fail", "Fail guarded", "Fail in a loop",
    "Unknown option", "Wrong type", "Wrong choice", "Chatter", "Shapes", "Facts", "Temporary", "Surroundings", "Types",
    "Forget", "No log", "Delegated", "Failed when",
]  # fmt: skip


@pytest.mark.parametrize("task", EQUAL)
def test_same_result_both_ways(both, task):
    inside, outside = both[task]
    assert inside
    assert json.dumps(inside) == json.dumps(outside)


def test_it_ran_both_ways(both):
    inside, outside = both["Process"]
    assert (inside[0][1]["here"], outside[0][1]["here"]) == (True, False)


@pytest.mark.parametrize("task", ["Crash", "Leave", "Leave with words", "Timeout"])
def test_same_failure_but_for_tracebacks(both, task):
    inside, outside = (
        [{k: v for k, v in result.items() if k not in OWN_PATHS} for _unused, result in way] for way in both[task]
    )
    assert [event for event, _unused in both[task][0]] == ["failed"]
    assert json.dumps(inside) == json.dumps(outside)


def test_crash_says_what_happened(both):
    for way in both["Crash"]:
        assert "unexpected value" in json.dumps(way)


def test_retries_go_on_until_done(both):
    for way in both["Retry"]:
        assert way[-1][1]["attempts"] == 2


def test_warnings_are_those_of_the_item(both):
    items = [result for event, result in both["Warn"][0] if event.startswith("item")]
    assert [len(item["warnings"]) for item in items] == [1, 1, 1]
    assert "one" in str(items[0]["warnings"])
    assert "two" in str(items[1]["warnings"])
    assert all(item["deprecations"] for item in items)


def test_secrets_are_masked(both):
    inside = json.dumps(both["Leak"][0])
    assert "tOpSeCrEt" not in inside
    assert "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER" in inside


def test_temporary_folder_is_removed(both):
    for way in both["Leftovers"]:
        assert not os.path.exists(way[0][1]["left"])


def test_runs_in_the_folder_of_the_playbook(both, tree):
    assert both["Surroundings"][0][0][1]["cwd"] == str(tree / "play")


@pytest.fixture(scope="module")
def places(tree):
    """task -> its results, where one tells whether the module ran here."""
    tasks: dict[str, list] = {}
    for line in play(tree, "fall_back.yml"):
        tasks.setdefault(line["task"], []).append(line["result"])
    return tasks


@pytest.mark.parametrize("task", ["plain", "empty environment", "discovery", "delegated to localhost"])
def test_runs_in_process(places, task):
    assert places[task][-1]["here"] is True


@pytest.mark.parametrize("task", ["variable", "become", "async", "async status", "interpreter", "delegated"])
def test_falls_back(places, task):
    assert places[task][-1]["here"] is False


def test_environment_reaches_the_module(places):
    assert places["environment"][0]["path"] == "set"


def test_no_discovery_where_none_is_needed(places):
    assert "ansible_facts" not in places["discovery"][0]


def test_loop_stays_in_one_process(places):
    items = [result for result in places["loop"] if "results" not in result]
    assert len(items) == 3
    assert len({item["pid"] for item in items}) == 1


def test_wrong_variable_is_one_sentence(places):
    assert "kibana_in_process must be true or false, not 'perhaps'." in places["wrong variable"][0]["msg"]


@pytest.mark.parametrize(("task", "words"), [("lost module", "not found"), ("broken module", "nowhere_to_be_found")])
def test_a_module_that_cannot_be_loaded(places, task, words):
    assert words in json.dumps(places[task][0])


class Counted:
    """A served emulator that counts its connections."""

    def __init__(self) -> None:
        self.connections = 0
        self.server = EmulatorServer(Emulator(deterministic=True))
        accept = self.server._server.process_request

        def count(*arguments):
            self.connections += 1
            accept(*arguments)

        self.server._server.process_request = count


def roles(tree, in_process: str) -> tuple[str, int]:
    """The results of roles.yml against a fresh emulator, and the number of connections that it took."""
    counted = Counted()
    with counted.server as server:
        url = server.url
        environment = {"KIBANA_URL": url, "KIBANA_USERNAME": "elastic", "KIBANA_PASSWORD": "changeme"}
        results = play(tree, "roles.yml", "-e", f"kibana_in_process={in_process}", **environment)
    return json.dumps(results).replace(url, "http://emulator"), counted.connections


def test_a_real_module_both_ways_and_one_connection_for_a_loop(tree):
    inside, few = roles(tree, "true")
    outside, many = roles(tree, "false")
    assert inside == outside
    assert '"changed": true' in inside
    assert (few, many) == (6, 14)


def test_what_a_loop_reads(tree):
    kibana = Emulator()
    with EmulatorServer(kibana) as server:
        environment = {"KIBANA_URL": server.url, "KIBANA_USERNAME": "elastic", "KIBANA_PASSWORD": "changeme"}
        results = play(tree, "prefetch.yml", **environment)
    tasks = {
        line["task"]: line["result"] for line in results if line["result"].get("results") or "role" in line["result"]
    }
    assert [task for task, result in tasks.items() if result["changed"]] == ["Present"]
    log = [entry["path"].removeprefix("/api/security/role") for entry in kibana.requests if entry["method"] == "GET"]
    each = [f"/role-{number}" for number in range(8)]
    listed = ["/role-0", "/role-1", ""]
    present, rest = log[:18], log[18:]
    # Before and after each write; once it is asked whether roles are there at all, and then looked again.
    assert present == ["/role-0", "", *[name for name in each for _unused in (1, 2)]]
    assert rest == [*listed, "/role-1", *each, *each, *listed]


def test_interrupted_by_the_user(tree):
    run = subprocess.Popen(
        [str(PLAYBOOK), "-i", "inventory", "interrupt.yml"],
        cwd=tree / "play",
        env=settings(tree),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 20
    while not (tree / "play/started").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(run.pid, signal.SIGINT)
    output, _unused = run.communicate(timeout=10)
    assert run.returncode == 99, output
    assert "Traceback" not in output


@pytest.fixture
def probe(monkeypatch):
    """Runs the module `probe` inside this process."""
    name = f"{_in_process.COLLECTION}.modules.probe"
    spec = importlib.util.spec_from_file_location(name, HERE / "probe.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setitem(sys.modules, name, module)
    return lambda do, **options: _in_process.run_module("probe", {"do": do, **options.pop("args", {})}, **options)


def surroundings() -> tuple:
    state = [getattr(basic, name, None) for name in ("_ANSIBLE_ARGS", "_ANSIBLE_PROFILE", "_PARSED_MODULE_ARGS")]
    warnings = (list(module_warnings._global_warnings), list(module_warnings._global_deprecations))
    return state, warnings, basic.atexit, sys.argv, sys.stdout, sys.stderr, os.getcwd()


@pytest.mark.parametrize("do", ["fine", "warn", "fail", "crash", "leave", "chatter", "leftovers", "forget"])
def test_nothing_is_left_behind(probe, do, tmp_path, capfd):
    before = surroundings()
    probe(do, remote_tmp=str(tmp_path), cwd=str(tmp_path))
    assert surroundings() == before
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")


def test_interrupt_passes_through(probe):
    before = surroundings()
    with pytest.raises(KeyboardInterrupt):
        probe("interrupt")
    assert surroundings() == before


def test_earlier_warnings_stay_where_they_are(probe, monkeypatch):
    warned = module_warnings._global_warnings
    warned.update({"earlier": None}) if isinstance(warned, dict) else warned.append("earlier")
    assert probe("warn", args={"value": "x"})["warnings"] == ["careful with x and None"]
    assert list(warned) == ["earlier"]
    warned.clear()


def test_warnings_are_returned_where_the_controller_would_show_them(probe, monkeypatch):
    pytest.importorskip("ansible.module_utils._internal._traceback", reason="from ansible-core 2.19 on")
    internal = importlib.import_module("ansible.module_utils._internal")
    monkeypatch.setattr(internal, "is_controller", True)
    assert probe("warn", args={"value": "x"})["warnings"] == ["careful with x and None"]


def test_run_module_returns_what_a_test_wants(probe):
    assert probe("fine", check_mode=True, args={"value": "x"})["check_mode"] is True
    assert probe("change", diff=True)["diff"] == {"before": {"a": 1}, "after": {"a": 2}}
    failed = probe("fail", args={"secret": "tOpSeCrEt"})
    assert (failed["failed"], failed["status"], failed["error"]["list"]) == (True, 403, [1, [2, 3]])
    assert "tOpSeCrEt" not in json.dumps(failed)
    assert failed["invocation"]["module_args"]["secret"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
    crashed = probe("crash")
    assert crashed["failed"] and "unexpected" in crashed["msg"] and "Traceback" in crashed["exception"]
    assert probe("warn", args={"value": "y"})["deprecations"] == ["old"]
    assert "unsupported" in _in_process.run_module("probe", {"nonsense": 1})["msg"].lower()
