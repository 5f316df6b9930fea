# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`update_secrets: on_change`, for every module with secrets: a rotated secret is sent once, an unchanged one never."""

from __future__ import annotations

import importlib
import json
import multiprocessing
import os
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml
from harness import Case, Kibana, without_invocation
from test_lifecycle import CASES

from ansible_collections.stackops.kibana.plugins.module_utils._normalise import leaves, nest, overlay, prune, secrets_of
from ansible_collections.stackops.kibana.plugins.module_utils._secrets_file import SecretsFile, SecretsFileError

MODULES = "ansible_collections.stackops.kibana.plugins.modules"
KEY = "a-key-that-nobody-guesses"
SLACK = {"id": "c", "name": "alerts", "connector_type_id": ".slack_api", "secrets": {"token": "xoxb-first"}}


def secrets_in(case: Case, options: dict[str, Any]) -> dict[tuple[str, ...], Any]:
    """The secrets among the options of a case, by path."""
    resource = getattr(importlib.import_module(f"{MODULES}.{case.module}"), "RESOURCE", None)
    found = secrets_of(prune(options), resource.traits) if resource and resource.write_only else {}
    return leaves(found, references=False)


def rotated(case: Case) -> dict[str, Any]:
    """The options of a case with other secrets."""
    new = {path: f"{value}-new" for path, value in secrets_in(case, case.create).items() if isinstance(value, str)}
    return dict(overlay(case.create, nest(new)))


WITH_SECRETS = [case for case in CASES if secrets_in(case, case.create)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "secrets.json"


def options(file: Path) -> dict[str, Any]:
    return {"update_secrets": "on_change", "secrets_file": str(file), "secrets_key": KEY}


def clean(kibana: Kibana, module: str, params: dict[str, Any]) -> None:
    """Nothing to do, in check mode and for real."""
    kibana.seen()
    for check in (True, False):
        assert not kibana.ok(module, params, check=check)["changed"]
    assert kibana.writes() == []


@pytest.mark.parametrize("case", WITH_SECRETS, ids=str)
def test_a_rotated_secret_is_sent_once(case: Case, monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    kibana = Kibana(monkeypatch, case.versions[-1])
    kibana.unscrubbed()
    if case.setup:
        case.setup(kibana)
    create, rotation = ({**case.identity, **made, **options(file)} for made in (case.create, rotated(case)))
    results = [kibana.ok(case.module, create, check=True)]
    assert results[0]["changed"] and not file.exists(), "check mode writes nothing"
    assert [text for text in results[0]["warnings"] if "is not there yet: all secrets given are taken for" in text]
    results.append(kibana.ok(case.module, create))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    clean(kibana, case.module, create)

    before = file.read_bytes()
    predicted = kibana.ok(case.module, rotation, check=True)
    assert kibana.writes() == [] and file.read_bytes() == before
    kibana.seen()
    results += [predicted, kibana.ok(case.module, rotation)]
    assert len(kibana.writes()) <= case.writes.get("update", 1)
    assert results[-1]["changed"] and predicted["diff"] == results[-1]["diff"]
    assert "(a secret will be sent)" in json.dumps(results[-1]["diff"])
    assert results[-1]["diff"]["before"] != results[-1]["diff"]["after"]
    clean(kibana, case.module, rotation)

    seen = file.read_text() + "".join(map(without_invocation, results))
    values = [*secrets_in(case, create).values(), *secrets_in(case, rotation).values(), KEY]
    assert not [value for value in values if isinstance(value, str) and value in seen]
    for update in case.updates:  # until it may be deleted
        kibana.ok(case.module, {**case.identity, **update})
    kibana.ok(case.module, {**case.identity, "state": "absent", **options(file)})
    assert json.loads(file.read_text())["objects"] == {}
    assert kibana.emulator.violations == []


def test_there_are_modules_with_secrets() -> None:
    assert {case.module for case in WITH_SECRETS} >= {"connector", "fleet_output", "fleet_proxy", "fleet_server_host"}


def test_only_what_changed_is_sent(kibana: Kibana, file: Path) -> None:
    host = {"id": "h", "name": "H", "host_urls": ["https://a"], **options(file)}
    secrets = {"ssl": {"key": "one-s3cret", "es_key": "two-s3cret"}}
    kibana.ok("fleet_server_host", {**host, "secrets": secrets})
    secrets["ssl"]["es_key"] = "three-s3cret"
    result = kibana.ok("fleet_server_host", {**host, "secrets": secrets})
    assert result["diff"]["after"]["secrets"] == {"ssl": {"es_key": "(a secret will be sent)"}}


def test_an_object_that_is_not_recorded_gets_its_secrets_once(kibana: Kibana, file: Path) -> None:
    kibana.ok("connector", SLACK)
    assert kibana.ok("connector", {**SLACK, **options(file)}, check=True)["changed"]
    assert kibana.ok("connector", {**SLACK, **options(file)})["changed"]
    clean(kibana, "connector", {**SLACK, **options(file)})


def test_an_object_that_was_made_anew_is_another(kibana: Kibana, file: Path) -> None:
    by_name = {key: value for key, value in SLACK.items() if key != "id"}
    kibana.ok("connector", {**by_name, **options(file)})
    kibana.ok("connector", {"name": "alerts", "state": "absent"})
    kibana.ok("connector", {**by_name, "secrets": {"token": "xoxb-by-somebody-else"}})
    assert kibana.ok("connector", {**by_name, **options(file)})["changed"]
    clean(kibana, "connector", {**by_name, **options(file)})


def test_spaces_and_objects_do_not_mix(kibana: Kibana, file: Path) -> None:
    kibana.call("POST", "/api/spaces/space", {"id": "ops", "name": "ops"})
    for place in ({}, {"kibana_space": "ops"}):
        assert kibana.ok("connector", {**SLACK, **place, **options(file)})["changed"]
        kibana.ok("connector", {**SLACK, "id": "d", "name": "d", **place, **options(file)})
    objects = json.loads(file.read_text())["objects"]
    assert len(objects) == 4
    assert len({fields["secrets.token"] for fields in objects.values()}) == 4, "equal secrets cannot be told"
    clean(kibana, "connector", {**SLACK, **options(file)})


@pytest.mark.parametrize("status", [400, 403, 500])
def test_what_kibana_refused_is_not_recorded(kibana: Kibana, file: Path, status: int) -> None:
    kibana.ok("connector", {**SLACK, **options(file)})
    before = file.read_bytes()
    new = {**SLACK, "secrets": {"token": "xoxb-second"}, **options(file)}
    kibana.fault(method="PUT", path="/api/actions", status=status, body={"message": "no"})
    kibana.fails("connector", new)
    assert file.read_bytes() == before
    kibana.no_faults()
    assert kibana.ok("connector", new)["changed"]
    clean(kibana, "connector", new)


def test_a_lost_answer(kibana: Kibana, file: Path) -> None:
    kibana.fault(method="POST", path="/api/actions/connector", cut="after", times=1)
    kibana.ok("connector", {**SLACK, **options(file)})
    kibana.fault(method="PUT", path="/api/actions/connector", cut="after", times=1)
    new = {**SLACK, "secrets": {"token": "xoxb-second"}, **options(file)}
    kibana.ok("connector", new)
    clean(kibana, "connector", new)


def test_yaml(kibana: Kibana, tmp_path: Path) -> None:
    file = tmp_path / "secrets.yml"
    kibana.ok("connector", {**SLACK, **options(file)})
    objects = yaml.safe_load(file.read_text())["objects"]
    assert list(objects) == ["http://localhost:5601/connector c"]
    clean(kibana, "connector", {**SLACK, **options(file)})


def test_the_key_from_the_environment(kibana: Kibana, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIBANA_SECRETS_KEY", KEY)
    given = {key: value for key, value in options(file).items() if key != "secrets_key"}
    result = kibana.ok("connector", {**SLACK, **given})
    assert KEY not in json.dumps(result)
    clean(kibana, "connector", {**SLACK, **options(file)})


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    ("content", "change", "text"),
    [
        ("{", {}, "does not hold what this collection writes"),
        ("[]", {}, "does not hold what this collection writes"),
        ('{"version": 1, "objects": {"a": "b"}, "key_check": ""}', {}, "does not hold what this collection writes"),
        ("\udcff", {}, "cannot be read: it is no text"),
        ('{"version": 1, "objects": {}, "key_check": "0"}', {}, "was written with another secrets_key"),
        (None, {"secrets_key": "tiny-key"}, "secrets_key has fewer than 16 characters: give a longer one"),
        (None, {"secrets_key": None}, "secrets_key is missing: update_secrets=on_change needs it."),
        (None, {"secrets_file": ""}, "secrets_file is missing: update_secrets=on_change needs it."),
        (None, {"secrets_file": "/nowhere/at/all.json"}, "there is no folder /nowhere/at: create it"),
    ],
)
def test_a_file_that_is_of_no_use_is_one_sentence_before_any_request(
    kibana: Kibana, file: Path, content: str | None, change: dict[str, Any], text: str, check: bool
) -> None:
    if content is not None:
        file.write_bytes(content.encode(errors="surrogateescape"))
    result = kibana.fails("connector", {**SLACK, **options(file), **change}, check=check)
    assert text in result["msg"] and "\n" not in result["msg"]
    assert kibana.seen() == []
    assert SLACK["secrets"]["token"] not in json.dumps(result)


def test_a_damaged_yaml_file(kibana: Kibana, tmp_path: Path) -> None:
    file = tmp_path / "secrets.yml"
    file.write_text("a: [")
    assert "it is damaged" in kibana.fails("connector", {**SLACK, **options(file)})["msg"]


def test_a_file_that_cannot_be_written_after_all(kibana: Kibana, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    result = kibana.fails("connector", {**SLACK, **options(file)})
    assert result["msg"].startswith("Kibana has been changed, but the secrets are not recorded: secrets_file ")
    assert "No space left on device" in result["msg"] and result["changed"] is True
    assert [path.name for path in file.parent.iterdir()] == ["secrets.json.lock"]


def test_other_modes_leave_the_file_alone(kibana: Kibana, file: Path) -> None:
    kibana.ok("connector", {**SLACK, **options(file), "update_secrets": "always"})
    assert not file.exists()


def test_a_link_stays_a_link(kibana: Kibana, file: Path, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    file.symlink_to(tmp_path / "real" / "secrets.json")
    kibana.ok("connector", {**SLACK, **options(file)})
    assert file.is_symlink() and (tmp_path / "real" / "secrets.json").is_file()


def _many(path: str, worker: int) -> None:
    for number in range(15):
        SecretsFile(path, KEY, "x").record(f"{worker}-{number}", {("a",): "b"})


def test_forks_that_write_at_once_lose_nothing(file: Path) -> None:
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_many, args=(str(file), worker)) for worker in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    assert len(json.loads(file.read_text())["objects"]) == 60


def test_a_lock_that_somebody_keeps(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fcntl = pytest.importorskip("fcntl")
    name = "ansible_collections.stackops.kibana.plugins.module_utils._secrets_file"
    monkeypatch.setattr(importlib.import_module(name), "LOCK_SECONDS", 0.05)
    with open(f"{file}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(SecretsFileError, match="is locked by somebody else: try again later"):
            SecretsFile(str(file), KEY, "x").record("a", {("a",): "b"})


@pytest.mark.parametrize("module", sorted({case.module for case in CASES}))
def test_every_resource_with_secrets_can_keep_their_digests(module: str) -> None:
    resource = getattr(importlib.import_module(f"{MODULES}.{module}"), "RESOURCE", None)
    if resource:
        assert bool(resource.secrets_file) == bool(resource.write_only or resource.veiled)
