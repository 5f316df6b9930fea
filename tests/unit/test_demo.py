# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make demo` does what it says, tells when something is wrong, and no secret of it is ever shown."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from conftest import LINK, ROOT

from kibana_emulator import Emulator, EmulatorServer

PLAYBOOKS = ROOT / "playbooks"
RULE = """[rule]
rule_id = "r-{0}"
type = "query"
name = "R {0}"
description = "d"
severity = "low"
risk_score = 1
"""


def own(**more: str) -> dict[str, str]:
    """The environment without what would steer the demonstration."""
    names = ("ANSIBLE_", "KIBANA_", "RULES")
    return {name: value for name, value in os.environ.items() if not name.startswith(names)} | more


def demo(**environment: str) -> subprocess.CompletedProcess[str]:
    """Run the demonstration to its end."""
    command = [sys.executable, str(ROOT / "tools" / "demo.py")]
    return subprocess.run(
        command, env=own(**environment), capture_output=True, text=True, cwd=ROOT, timeout=300, check=False
    )


def lines(text: str) -> set[str]:
    """Lines without the white space in them, which is only for the eye."""
    return {" ".join(line.split()) for line in text.splitlines()}


def secrets() -> list[str]:
    """Every secret of the demonstration."""
    found, left = [], [yaml.safe_load((PLAYBOOKS / "vars" / "demo_secrets.yml").read_text(encoding="utf-8"))]
    while left:
        value = left.pop()
        left += value.values() if isinstance(value, dict) else []
        found += [value] if isinstance(value, str) else []
    return found


def test_the_demonstration(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.toml").write_text(RULE.format(number), encoding="utf-8")
    done = demo(RULES=str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    seen = lines(done.stdout)
    assert seen >= {
        "Spaces 2 created (security, hunting)",
        "Value lists 2 created (soc-scanners, soc-admin-hosts)",
        "Connectors 2 created (SOC server log, SOC on call)",
        "Detection rules 12 created",
        "Announce the change 1 action taken",
        "0 changed, 0 actions taken",
        "3 would change. A run with the old variables after it: 0 changed.",
    }
    assert any(line.startswith("Roles 3 created") for line in seen)
    assert any(line.startswith("Fleet outputs 4 created") for line in seen)
    assert any(line.startswith("first run: 3 rules, 3 created, 0 changed") for line in seen)
    assert done.stdout.count("3 rules, 0 created, 0 changed") == 2


def test_the_rules_are_of_all_types_and_the_outputs_too() -> None:
    rules = yaml.load((PLAYBOOKS / "vars" / "demo_rules.yml").read_text(encoding="utf-8"), Unsafe)["soc_rules"]
    assert len(rules) == 12
    assert {rule["type"] for rule in rules} == {
        "query", "saved_query", "eql", "esql", "threshold", "threat_match", "machine_learning", "new_terms"
    }  # fmt: skip
    outputs = yaml.safe_load((PLAYBOOKS / "vars" / "demo.yml").read_text(encoding="utf-8"))["soc_outputs"]
    assert [output["type"] for output in outputs] == ["elasticsearch", "remote_elasticsearch", "logstash", "kafka"]


class Unsafe(yaml.SafeLoader):
    """Reads !unsafe as text."""


Unsafe.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))


@pytest.mark.parametrize("in_process", [True, False])
def test_no_secret_is_shown(in_process: bool) -> None:
    """Not even with -vvvv --diff, in a first run, in a second one and where secrets are sent again."""
    program = str(Path(sys.executable).with_name("ansible-playbook"))
    variables = {"ansible_python_interpreter": sys.executable, "kibana_in_process": in_process}
    with EmulatorServer(Emulator()) as server:
        environment = own(
            ANSIBLE_COLLECTIONS_PATH=str(LINK.parents[2]),
            KIBANA_URL=server.url,
            KIBANA_USERNAME="elastic",
            KIBANA_PASSWORD="changeme",
        )
        command = [program, "-i", "localhost,", "-vvvv", "--diff", "-e", json.dumps(variables)]
        shown = ""
        for more in [["--check"], [], []] if in_process else [[]]:  # a run with processes takes long
            done = subprocess.run(
                [*command, *more, str(PLAYBOOKS / "demo.yml")],
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout[-3000:]
            shown += done.stdout + done.stderr
        stored = json.dumps(server._server.RequestHandlerClass.emulator.state())
    assert len(secrets()) == 4
    assert "soc-pagerduty" in shown and "soc-kafka" in stored
    for secret in [*secrets(), "changeme"]:
        assert secret not in shown


def test_a_kibana_without_credentials_is_refused() -> None:
    done = demo(KIBANA_URL="http://127.0.0.1:9")
    assert done.returncode == 1
    assert "set KIBANA_API_KEY, too" in done.stdout


def test_a_folder_without_rules_is_refused(tmp_path: Path) -> None:
    done = demo(RULES=str(tmp_path))
    assert done.returncode == 1
    assert "has no TOML files" in done.stdout


def test_a_kibana_that_does_not_answer_gives_the_reason() -> None:
    done = demo(KIBANA_URL="http://127.0.0.1:9", KIBANA_API_KEY="a:b", KIBANA_RETRIES="0")
    assert done.returncode == 1
    assert "Spaces: " in done.stdout and "127.0.0.1:9" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_kibana_that_changes_behind_our_back_fails_the_demonstration() -> None:
    """A second run that changes something is told, and is a failure."""
    with EmulatorServer(Emulator()) as server:
        state = server._server.RequestHandlerClass.emulator
        environment = own(KIBANA_URL=server.url, KIBANA_USERNAME="elastic", KIBANA_PASSWORD="changeme")
        run = subprocess.Popen(
            [sys.executable, str(ROOT / "tools" / "demo.py")],
            env=environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        deadline = time.monotonic() + 120
        while run.poll() is None and time.monotonic() < deadline:
            state.store("spaces").get("hunting", {})["name"] = "Renamed"
            time.sleep(0.02)
        output, _again = run.communicate(timeout=30)
    assert run.returncode == 1, output
    assert "0 changed, 0 actions taken" not in output
    assert "A run changed what should have been as it was." in output


def test_an_interrupt_ends_it_and_its_emulator() -> None:
    run = subprocess.Popen(
        [sys.executable, str(ROOT / "tools" / "demo.py")],
        env=own(),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert run.stdout is not None
    first = run.stdout.readline()
    run.stdout.readline()
    run.stdout.readline()  # the first run begins
    time.sleep(0.7)
    os.killpg(run.pid, signal.SIGINT)
    output, _again = run.communicate(timeout=30)
    assert run.returncode == 130, output
    assert "Interrupted." in output and "Traceback" not in output
    with pytest.raises(ProcessLookupError):
        os.killpg(run.pid, 0)  # nothing of it is left, the emulator included
    assert "(the emulator)" in first


@pytest.fixture(autouse=True)
def _logs_of_its_own(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs that happen at the same time must not share their logs."""
    monkeypatch.setenv("DEMO_LOGS", str(tmp_path_factory.mktemp("logs")))
