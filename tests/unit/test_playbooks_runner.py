# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs as AWX runs them: ansible-runner sends a job away, works on it there, and reads its events and artifacts back.

The private folder of a job holds what AWX puts there: the project, the collections of its requirements file, the
inventory, the credential as environment and files, the answers of the survey as variables. Each host of the inventory
is a Kibana of its own: 5 of them, 20 with STACKOPS_FULL=1.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ansible_runner
import pytest
import requests
import yaml
from archive import Installed, install
from awx import injected
from conftest import ROOT

from kibana_emulator import Emulator, EmulatorServer

PROJECT = ROOT / "extensions" / "awx" / "project"
MANY = 20 if os.environ.get("STACKOPS_FULL") else 5
PASSWORD, WEBHOOK = "planted-awx-passw0rd", "planted-w3bhook-password"
ACCOUNT = {"kibana_username": "awx", "kibana_password": PASSWORD}
OBJECTS = 5  # in the variables of the project


@dataclass(frozen=True)
class Job:
    """How a job ended: its status, its events, its artifacts, and all text that it left behind."""

    status: str
    events: list[dict[str, Any]]
    text: str

    @property
    def artifacts(self) -> dict[str, Any]:
        """What set_stats gave."""
        (stats,) = [event for event in self.events if event["event"] == "playbook_on_stats"]
        return dict(stats["event_data"].get("artifact_data", {}))

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The data of the events of a kind."""
        return [event["event_data"] for event in self.events if event["event"] == kind]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return install(tmp_path_factory.mktemp("archive"))


@pytest.fixture(scope="module")
def kibanas() -> Iterator[dict[str, tuple[str, Emulator]]]:
    """Address and emulator of each host."""
    with contextlib.ExitStack() as stack:
        found = {}
        for number in range(MANY):
            emulator = Emulator()
            emulator.add_user("awx", PASSWORD, ["*"])
            found[f"kibana-{number + 1:02}"] = (stack.enter_context(EmulatorServer(emulator)).url, emulator)
        yield found


def private_folder(folder: Path, installed: Installed, kibanas: dict[str, tuple[str, Emulator]]) -> Path:
    """What AWX prepares for a job."""
    private = folder / "private"
    shutil.copytree(PROJECT, private / "project")
    shutil.copytree(installed.path, private / "requirements_collections", symlinks=True)
    shutil.copytree(PROJECT / "inventory" / "group_vars", private / "inventory" / "group_vars")
    hosts = {name: {"kibana_url": url} for name, (url, _unused) in kibanas.items()}
    inventory = {"kibanas": {"hosts": hosts}}
    (private / "inventory" / "hosts.yml").write_text(yaml.safe_dump(inventory), encoding="utf-8")
    return private


def launch(
    folder: Path, installed: Installed, kibanas: dict[str, tuple[str, Emulator]], playbook: str, **survey: Any
) -> Job:
    """Run a job to its end: transmit, worker, process."""
    private, worker = private_folder(folder, installed, kibanas), folder / "worker"
    worker.mkdir()
    credential = injected({"kibana_url": "http://127.0.0.1:9", **ACCOUNT}, private, seen=worker)
    environment = {
        **credential,
        "ANSIBLE_COLLECTIONS_PATH": str(worker / "requirements_collections"),
        "SOC_WEBHOOK_PASSWORD": WEBHOOK,
    }
    sent, returned = folder / "sent", folder / "returned"
    with sent.open("wb") as stream:
        ansible_runner.run(
            streamer="transmit",
            _output=stream,
            private_data_dir=str(private),
            playbook=playbook,
            envvars=environment,
            extravars=survey,
            forks=MANY,
            cmdline="-vvv --diff",
            settings={"suppress_env_files": True},
            ident="1",
        )
    own = installed.environment(PATH=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    command = [sys.executable, "-m", "ansible_runner", "worker", "--private-data-dir", str(worker)]
    with sent.open("rb") as stream, returned.open("wb") as output:
        subprocess.run(command, stdin=stream, stdout=output, env=own, check=False, timeout=600)
    here = folder / "controller"
    events: list[dict[str, Any]] = []
    with returned.open("rb") as stream:
        done = ansible_runner.run(
            streamer="process", _input=stream, private_data_dir=str(here), event_handler=events.append, ident="1"
        )
    # The runner itself writes the environment of a job into `command`; AWX masks it there.
    files = [path for path in here.rglob("*") if path.is_file() and path.name != "command"]
    text = [path.read_text(encoding="utf-8", errors="replace") for path in files]
    return Job(done.status, events, "\n".join([json.dumps(events), *text]))


def no_secret(job: Job) -> bool:
    """Whether nothing that was read back holds a secret."""
    return not [secret for secret in (PASSWORD, WEBHOOK) if secret in job.text]


def test_jobs_over_many_kibanas(
    installed: Installed, kibanas: dict[str, tuple[str, Emulator]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The configuration is applied twice, somebody changes something, and the report tells."""

    def job(playbook: str, **survey: str) -> Job:
        return launch(tmp_path_factory.mktemp("job"), installed, kibanas, playbook, **survey)

    unanswered = {"survey_exact": "", "survey_max_deletions": "", "survey_keep_going": "no"}
    first = job("kibana_config.yml", **unanswered)
    assert first.status == "successful", first.text[-4000:]
    assert "gets a process of its own" not in first.text
    counts = {"created": OBJECTS, "updated": 0, "deleted": 0, "unchanged": 0, "failed": 0}
    assert first.artifacts["kibana_config"] == dict.fromkeys(kibanas, counts)
    second = job("kibana_config.yml", **unanswered)
    assert second.status == "successful"
    assert second.artifacts["kibana_config"] == {
        name: {**counts, "created": 0, "unchanged": OBJECTS} for name in kibanas
    }
    assert not any(event["res"].get("changed") for event in second.of("runner_on_ok"))

    kibanas["kibana-02"][1].store("spaces")["soc"]["name"] = "Renamed by somebody"
    report = job("drift_report.yml", survey_title="", survey_fail="yes")
    assert report.status == "failed"
    assert report.artifacts["drift"] is True
    assert report.artifacts["drift_summary"] == {
        **dict.fromkeys(("created", "deleted", "failed"), 0),
        "updated": 1,
        "unchanged": OBJECTS * MANY - 1,
    }
    assert "Renamed by somebody" in json.dumps(report.of("runner_on_ok"))
    for done in (first, second, report):
        assert no_secret(done)
        assert {event.get("event") for event in done.events} >= {"playbook_on_start", "runner_on_ok"}
    stored = json.dumps(kibanas["kibana-01"][1].state())
    assert "soc-hook" in stored


def test_an_answer_of_the_survey_deletes_what_is_not_listed(
    installed: Installed, kibanas: dict[str, tuple[str, Emulator]], tmp_path: Path
) -> None:
    name, (url, emulator) = list(kibanas.items())[-1]
    role = {"metadata": {"owner": "soc"}, "elasticsearch": {}, "kibana": []}
    answer = requests.put(
        f"{url}/api/security/role/soc_earlier", json=role, auth=("awx", PASSWORD), headers={"kbn-xsrf": "test"}
    )
    assert answer.status_code == 204
    done = launch(
        tmp_path,
        installed,
        {name: (url, emulator)},
        "kibana_config.yml",
        kibana_owner="soc",
        survey_exact=["roles"],
        survey_max_deletions=1,
    )
    assert done.status == "successful", done.text[-4000:]
    assert done.artifacts["kibana_config"][name]["deleted"] == 1
    assert "soc_earlier" not in json.dumps(emulator.store("roles") if "roles" in emulator.state()["cluster"] else {})


def test_a_refused_credential_fails_the_job_and_does_not_show_itself(
    installed: Installed, kibanas: dict[str, tuple[str, Emulator]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ACCOUNT, "kibana_username", "somebody")
    two = dict(list(kibanas.items())[:2])
    done = launch(tmp_path, installed, two, "kibana_config.yml")
    assert done.status == "failed"
    assert "HTTP 401" in done.text
    assert no_secret(done)
