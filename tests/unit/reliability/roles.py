# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fault matrix of roles and action plugins, in real plays.

Each fault has a Kibana of its own, and each Kibana is a host of one inventory: one ansible-playbook meets all faults,
the next one none, and the third one must find nothing to do.
"""

from __future__ import annotations

import contextlib
import json
import pickle
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
import test_playbooks_detection_as_code as dac
import test_playbooks_fleet_bootstrap as fleet
import yaml
from harness import Kibana
from plays import Played, play

from kibana_emulator import Emulator, EmulatorServer
from reliability.matrix import FAULTS, INSIDES, LONGEST_MESSAGE, MOST_REQUESTS, MOST_TIMES, Cell, state
from reliability.tasks import PASSWORD, PREFIX, USER

USUAL = "usual"
NAMES = (
    "401", "403 on reads", "403 on writes", "403 from the second write on", "409 once", "429 once", "500, carried out",
    "500 from the second write on", "502 once", "503", "HTML", "truncated JSON", "truncated JSON, carried out",
    "cut before", "cut after, once", "cut after the second write",
)  # fmt: skip
READING = ("401", "403 on reads", "429 once", "502 once", "503", "HTML", "truncated JSON", "cut before")
CONNECTION = {"kibana_username": USER, "kibana_password": PASSWORD, "kibana_retries": 1}
NO_TRACEBACK = "(traceback unavailable)"  # ansible-core's words in every failure
KEPT = "What was there before is in"  # of the role detection_as_code
SOME = "One or more items failed"
Task = dict[str, Any]


@dataclass(frozen=True)
class Subject:
    """A role or an action plugin at work: what is there before, its variables or tasks, its files, its secrets.

    ``apart``: hosts cannot be together in a play, as the role does one thing for all of them. It only reads, and takes
    long, so it meets READING alone.
    """

    before: list[tuple[str, Task]] = field(default_factory=list)
    variables: Task = field(default_factory=dict)
    tasks: list[Task] = field(default_factory=list)
    files: dict[str, Any] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    apart: bool = False


LOG = {"connector_type_id": ".server-log"}
LOGS = [{"id": name, "name": f"soc-{name}", **LOG} for name in ("a", "b", "c")]
HOOK = {
    "id": "hook",
    "name": "soc-hook",
    "connector_type_id": ".webhook",
    "config": {"url": "https://hooks.example.com"},
    "secrets": {"user": "robot-us3r", "password": "planted-s3cret"},
}
ROLES = [{"name": f"soc-{name}", "cluster": ["monitor"]} for name in ("a", "b")]
MARKED = {"name": "soc-old", "cluster": ["monitor"], "metadata": {"owner": "soc"}}
RULE = {"type": "query", "description": "d", "severity": "low", "risk_score": 5, "query": "a:b"}
RULES = [{**RULE, "rule_id": name, "name": name} for name in ("one", "two")]
SPACE = {"id": "soc", "name": "SOC"}
CONFIG = {
    "kibana_spaces": [SPACE],
    "kibana_roles": ROLES,
    "kibana_connectors": [LOGS[0], HOOK],
    "kibana_detection_rules": RULES,
}
AREAS = ["spaces", "roles", "connectors", "exception_lists", "exception_items", "detection_rules"]
REFERRING = {**RULE, "rule_id": "r", "name": "r", "exceptions_list": [{"list_id": "ex"}], "actions": [
    {"id": "a", "params": {"message": "m"}}]}  # fmt: skip

SUBJECTS: dict[str, Subject] = {
    "role kibana_config": Subject(
        before=[("kibana_role", MARKED)],
        variables={**CONFIG, "kibana_owner": "soc", "kibana_exact": ["roles"], "kibana_max_deletions": 3},
        secrets=("planted-s3cret", "robot-us3r"),
    ),
    "role kibana_export": Subject(
        before=[("space", SPACE), ("connector", HOOK), ("exception_list", dac.LIST)],
        variables={"kibana_export_dest": "{{ folder }}/export", "kibana_export_areas": AREAS},
        secrets=("planted-s3cret",),
    ),
    "role drift_report": Subject(
        before=[("space", SPACE), *(("kibana_role", one) for one in ROLES), ("connector", LOGS[0]), ("connector", HOOK)]
        + [("detection_rule", one) for one in RULES],
        variables={
            **CONFIG,
            "drift_report_dest": "{{ folder }}/drift",
            "drift_report_fail": True,
            "drift_report_time": "now",
        },
        secrets=("planted-s3cret", "robot-us3r"),
        apart=True,
    ),
    "role detection_as_code": Subject(
        before=[("space", SPACE)],
        variables={
            "kibana_space": "soc",
            "detection_as_code_path": "{{ folder }}/soc",
            "detection_as_code_owner": "soc",
            "detection_as_code_rollback_dir": "{{ rollback }}",
            "detection_as_code_connector_secrets": dac.SECRETS,
        },
        files={f"soc/{name}": content for name, content in dac.CONTENT.items()},
        secrets=("dac-s3cret",),
    ),
    "role fleet_bootstrap": Subject(variables=fleet.STATE, secrets=("fleet-s3cret",)),
    "kibana_apply": Subject(
        tasks=[
            {"name": "Connectors", f"{PREFIX}kibana_apply": {"kind": "connector", "objects": [*LOGS, HOOK]}},
            {"name": "Rules", f"{PREFIX}kibana_apply": {"kind": "detection_rule", "objects": RULES}},
        ],
        secrets=("planted-s3cret", "robot-us3r"),
    ),
    "kibana_prune": Subject(
        before=[*(("connector", one) for one in LOGS), *(("kibana_role", one) for one in ROLES)],
        tasks=[
            {
                "name": "Prune",
                f"{PREFIX}kibana_prune": {
                    "areas": ["connectors", "roles"],
                    "objects": {"connectors": [{"id": "a"}], "roles": []},
                    "scope": {"connectors": {"name": "soc-*"}, "roles": {"name": "soc-*"}},
                    "max_deletions": 9,
                },
            }
        ],
    ),
    "kibana_export": Subject(
        before=[("space", SPACE), ("connector", HOOK)],
        tasks=[{"name": "Export", f"{PREFIX}kibana_export": {"dest": "{{ folder }}/export", "spaces": ["*"]}}],
        secrets=("planted-s3cret",),
    ),
    "detection_rule_files": Subject(
        before=[("exception_list", dac.LIST), ("connector", LOGS[0])],
        tasks=[{"name": "Files", f"{PREFIX}detection_rule_files": {"path": "{{ folder }}/soc"}}],
        files={"soc/r.json": REFERRING},
    ),
    "detection_rule_snapshot": Subject(
        before=[("exception_list", dac.LIST), ("connector", LOGS[0]), *(("detection_rule", one) for one in RULES)],
        tasks=[
            {
                "name": "Keep",
                f"{PREFIX}detection_rule_snapshot": {
                    "dest": "{{ folder }}/before.yml",
                    "rules": ["one", "two", "three"],
                    "exception_lists": [{"list_id": "ex"}],
                    "connectors": ["soc-a"],
                },
            }
        ],
    ),
}


class Host:
    """A Kibana with its server and its folder, which Ansible sees as a host."""

    def __init__(self, name: str, fault: str, held: bytes, subject: Subject, folder: Path) -> None:
        self.name, self.fault, self.folder = name, fault, folder / name
        self.rollback = folder / "rollback" / name
        self.emulator = Emulator(seed="soc", deterministic=True)
        self.emulator._stores, self.emulator.directory = pickle.loads(held)
        self.folder.mkdir(parents=True)
        dac.put(self.folder, subject.files)
        self.server = EmulatorServer(self.emulator)
        self.since = self.objects()

    def objects(self) -> dict[Any, Any]:
        """What Kibana and the folder hold, by where it lies."""
        stores = pickle.loads(pickle.dumps(self.emulator._stores)).items()
        held = {(space, name, key): value for (space, name), store in stores for key, value in store.items()}
        files = {path: path.read_text(encoding="utf-8") for path in self.folder.rglob("*") if path.is_file()}
        return held | {("file", str(path.relative_to(self.folder)), ""): text for path, text in files.items()}

    def state(self) -> str:
        """How it differs from the beginning."""
        return state(self, self.since).replace(str(self.folder), "<folder>").replace(self.name, "<host>")

    def requests(self) -> list[dict[str, Any]]:
        """The requests since the last call."""
        log = [entry for entry in self.emulator.requests if not entry["path"].startswith("/_emulator")]
        self.emulator.requests.clear()
        return log


@dataclass
class Run:
    """How one host came through a play."""

    results: list[dict[str, Any]]
    output: str
    log: list[dict[str, Any]]
    state: str

    @property
    def failures(self) -> list[dict[str, Any]]:
        """The results that made the host fail, in order."""
        return [entry["result"] for entry in self.results if entry["event"] == "failed" and not entry["ignored"]]

    @property
    def message(self) -> str:
        """What the last of them says."""
        if not self.failures:
            return ""
        text = str(self.failures[-1].get("msg", ""))
        items = [entry["result"] for entry in self.results if entry["event"] == "item failed"]
        return str(items[-1].get("msg", "")) if items and text == SOME else text

    def changes(self) -> list[tuple[str, bool]]:
        """Which tasks changed something."""
        return [(entry["task"], bool(entry["result"].get("changed"))) for entry in self.results]

    def tells(self) -> bool:
        """Whether the results say that something was done, or the message where all that was there before is kept."""
        return any(entry["result"].get("changed") for entry in self.results) or KEPT in self.message


def prepared(kibana: Kibana, subject: Subject) -> bytes:
    """What Kibana holds before the play."""
    kibana.emulator = Emulator(seed="soc", deterministic=True)
    kibana.emulator.add_user(USER, PASSWORD, ["*"])
    for module, options in subject.before:
        kibana.ok(module, options)
    return pickle.dumps((kibana.emulator._stores, kibana.emulator.directory))


def playbook(name: str, subject: Subject, hosts: list[Host]) -> list[Task]:
    """The plays for these hosts: one, or one each, which goes on with the next host whatever happens."""
    role = {"name": "Role", "ansible.builtin.include_role": {"name": PREFIX + name.removeprefix("role ")}}
    tasks = subject.tasks or [role]
    if subject.apart:
        tasks = [{"name": "All", "block": tasks, "rescue": [{"name": "Go on", "ansible.builtin.meta": "noop"}]}]
    common = {
        "gather_facts": False,
        "vars": {**CONNECTION, **subject.variables},
        "module_defaults": {"group/stackops.kibana.kibana": {**CONNECTION, "kibana_url": "{{ kibana_url }}"}},
        "tasks": tasks,
    }
    groups = [host.name for host in hosts] if subject.apart else ["kibanas"]
    return [{"hosts": group, **common} for group in groups]


def played(folder: Path, name: str, subject: Subject, hosts: list[Host]) -> dict[str, Run]:
    """Run the play on all hosts."""
    known = {
        host.name: {"kibana_url": host.server.url, "folder": str(host.folder), "rollback": str(host.rollback)}
        for host in hosts
    }
    inventory, text = folder / "hosts.yml", playbook(name, subject, hosts)
    inventory.write_text(yaml.safe_dump({"kibanas": {"hosts": known}}), encoding="utf-8")
    (folder / "site.yml").write_text(json.dumps(text), encoding="utf-8")
    done: Played = play(folder, "http://nobody.example", folder / "site.yml", "-i", str(inventory), "-f", "4", "--diff")
    assert done.results, done.output
    by_host = {host.name: [entry for entry in done.results if entry["host"] == host.name] for host in hosts}
    return {host.name: Run(by_host[host.name], done.output, host.requests(), host.state()) for host in hosts}


def cells(kibana: Kibana, folder: Path, name: str, faults: tuple[str, ...]) -> Iterator[Cell]:
    """Run a role or an action under faults, then without them, then once more."""
    subject = SUBJECTS[name]
    held = prepared(kibana, subject)
    met = [fault for fault in faults if fault in READING or not subject.apart]
    hosts = [Host(f"kibana-{n}", fault, held, subject, folder) for n, fault in enumerate((USUAL, *met))]
    with contextlib.ExitStack() as stack:
        for host in hosts:
            stack.enter_context(host.server)
            requests.post(f"{host.server.url}/_emulator/faults", json=FAULTS.get(host.fault, []), timeout=30)
        before = hosts[0].state()
        first = played(folder, name, subject, hosts)
        for host in hosts:
            requests.delete(f"{host.server.url}/_emulator/faults", timeout=30)
        second, third = (played(folder, name, subject, hosts) for _unused in range(2))
    usual = (first["kibana-0"], second["kibana-0"], third["kibana-0"])
    assert not usual[0].failures and not any(changed for _task, changed in usual[1].changes()), usual[1].changes()
    for host in hosts[1:]:
        runs = (first[host.name], second[host.name], third[host.name])
        if any(entry.get("fault") for entry in runs[0].log):
            yield judged(
                Cell(name, "play", host.fault, "in real plays"), subject, before, usual[0], runs, host.emulator.crashes
            )


def judged(
    cell: Cell, subject: Subject, before: str, usual: Run, runs: tuple[Run, Run, Run], crashes: list[str]
) -> Cell:
    """Fill in how a host came through the three plays."""
    run, again, last = runs
    cell.outcome, cell.message, cell.requests = "failed" if run.failures else "ok", run.message, len(run.log)
    cell.state = {usual.state: "as without a fault", before: "as before"}.get(run.state, "in between")
    cell.problems = [*_lies(cell, run, usual), *_shown(run, subject), *crashes]
    if cell.requests > max(MOST_REQUESTS, MOST_TIMES * len(usual.log)):
        cell.problems.append(f"{cell.requests} requests instead of {len(usual.log)}")
    if again.failures or again.state != usual.state:
        cell.problems.append(f"the next run does not converge: {again.message}")
    if last.failures or any(changed for _task, changed in last.changes()):
        cell.problems.append(
            f"the run after it: {last.message} {[task for task, changed in last.changes() if changed]}"
        )
    return cell


def _lies(cell: Cell, run: Run, usual: Run) -> list[str]:
    message = cell.message
    if cell.outcome == "ok":
        done = run.state == usual.state and run.changes() == usual.changes()
        return [] if done else [f"success, and not everything is done or said: {run.changes()}"]
    inside = [one["exception"] for one in run.failures if one.get("exception", NO_TRACEBACK) != NO_TRACEBACK]
    if INSIDES.search(message) or inside:
        return [f"the message shows the inside: {message} {inside}"]
    if not message.strip() or len(message) > LONGEST_MESSAGE:
        return [f"no clear message: {message!r}"]
    lost = cell.fault.startswith("cut after") or "carried out" in cell.fault  # nobody can know
    return [] if cell.state == "as before" or lost or run.tells() else ["what was done is not said"]


def _shown(run: Run, subject: Subject) -> list[str]:
    text = run.output + json.dumps(run.results)
    wrong = ["a secret is shown"] if any(secret in text for secret in (*subject.secrets, PASSWORD)) else []
    return wrong + (["a traceback is shown"] if "Traceback" in text else [])
