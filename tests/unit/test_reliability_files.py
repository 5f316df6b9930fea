# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of every sorry kind, wherever a module reads one: a clear failure or a success, never a traceback."""

from __future__ import annotations

import contextlib
import os
import re
import resource
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from harness import Kibana
from reliability import report
from reliability.tasks import PREFIX, Step, world
from reliability.values import judged, soon

LIST = {"id": "l", "name": "l", "description": "l", "type": "keyword"}
SECRETS = {"name": "c", "connector_type_id": ".slack", "secrets": {"webhookUrl": "https://h.example/x"}}
READERS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "value_list": ("value_list", "items_src", LIST),
    "timeline_import": ("timeline_import", "src", {}),
    "saved_objects_import": ("saved_objects_import", "src", {}),
    "fleet_package": ("fleet_package", "src", {"name": "apache"}),
    "apm_source_map": (
        "apm_source_map",
        "src",
        {"service_name": "s", "service_version": "1", "bundle_filepath": "/a.js"},
    ),
    "secrets_file": ("connector", "secrets_file", {**SECRETS, "update_secrets": "on_change", "secrets_key": "k" * 32}),
    "detection_rule_files": ("detection_rule_files", "path", {}),
    "ca": ("space_info", "kibana_ca_cert", {}),
    "rules_src": ("detection_rules", "rules_src", {}),
}


def linked(path: Path) -> None:
    (path.parent / "target").write_text("a\nb\n")
    path.symlink_to(path.parent / "target")


KINDS: dict[str, Callable[[Path], Any]] = {
    "missing": lambda path: None,
    "directory": lambda path: path.mkdir(),
    "empty": lambda path: path.write_bytes(b""),
    "binary": lambda path: path.write_bytes(bytes(range(256)) * 9),
    "not UTF-8": lambda path: path.write_bytes("Zürich\n".encode("latin-1")),
    "BOM": lambda path: path.write_bytes(b"\xef\xbb\xbfa\r\nb\r\n"),
    "CRLF": lambda path: path.write_bytes(b"a\r\nb\r\n\r\n"),
    "huge": lambda path: path.write_bytes(b"value\n" * 200_000),
    "a long line": lambda path: path.write_bytes(b"x" * 2_000_000),
    "duplicates": lambda path: path.write_bytes(b"a\na\na\n"),
    "symlink": linked,
    "dangling symlink": lambda path: path.symlink_to(path.parent / "nothing"),
    "symlink to itself": lambda path: path.symlink_to(path),
    "JSON of another kind": lambda path: path.write_bytes(b"[1, null, {}]\n"),
    "lines of JSON of another kind": lambda path: path.write_bytes(b"1\nnull\n[]\n{}\n"),
    "half of a JSON": lambda path: path.write_bytes(b'{"a": '),
    "pipe": os.mkfifo,
    "null device": lambda path: path.symlink_to(os.devnull),
    "endless device": lambda path: path.symlink_to("/dev/zero"),
    "deep JSON": lambda path: path.write_bytes(b"[" * 100_000),
}


@pytest.mark.parametrize("suffix", ["", ".yml"])
@pytest.mark.parametrize("reader", READERS)
def test_files(kibana: Kibana, tmp_path: Path, reader: str, suffix: str) -> None:
    module, option, args = READERS[reader]
    found = {}
    with world(kibana, tmp_path) as there:
        for number, (name, make) in enumerate(KINDS.items()):
            path = tmp_path / f"{number}" / f"file{suffix}"
            path.parent.mkdir()
            make(path)
            for check in (True, False):
                with soon(60):
                    result = there.run(Step(PREFIX + module, module, {**args, option: str(path)}), check)
                if reader in ("detection_rule_files", "rules_src"):  # it lists all that is wrong, line by line
                    result["msg"] = str(result.get("msg")).replace("\n", " ")
                wrong = [*judged(result), *kibana.emulator.crashes]
                if wrong:
                    found[name] = wrong
    report.add("input", [{"module": f"{module}, files {suffix}", "tried": len(KINDS), "problems": sorted(found)}])
    assert found == {}


WRITERS: dict[str, tuple[str, dict[str, Any]]] = {
    "saved_objects_export": ("dest", {"type": ["tag"]}),
    "detection_rules_export": ("dest", {}),
    "value_list_export": ("dest", {"id": "l"}),
    "kibana_export": ("dest", {"areas": ["spaces"]}),
    "detection_rule_snapshot": ("dest", {"rules": ["soc-r"]}),
}


@contextlib.contextmanager
def full_disk() -> Iterator[None]:
    """No file can grow beyond a few bytes."""
    before, usual = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, usual)


@pytest.mark.parametrize("module", WRITERS)
def test_targets(kibana: Kibana, tmp_path: Path, module: str) -> None:
    option, args = WRITERS[module]
    found = {}
    with world(kibana, tmp_path) as there:
        kibana.ok("value_list", {**LIST, "items": ["a" * 99]})
        for number, (name, make) in enumerate(KINDS.items()):
            path = tmp_path / f"{number}" / "file"
            path.parent.mkdir()
            make(path)
            for full in (True, False):
                with soon(60), full_disk() if full else contextlib.nullcontext():
                    result = there.run(Step(PREFIX + module, module, {**args, option: str(path)}))
                wrong = [*judged(result), *kibana.emulator.crashes]
                wrong += ["written to a full disk"] if full and result.get("changed") and path.is_file() else []
                found |= {f"{name}, full={full}": wrong} if wrong else {}
    report.add("input", [{"module": f"{module}, targets", "tried": 2 * len(KINDS), "problems": sorted(found)}])
    assert found == {}
    assert os.path.exists(os.devnull) and not os.path.isfile(os.devnull)


@contextlib.contextmanager
def unprivileged() -> Iterator[None]:
    """Root may read and write everything: be nobody for a while."""
    before, folder = os.geteuid(), os.getcwd()
    os.chdir("/")  # that of the test is root's own
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)
        os.chdir(folder)


@pytest.fixture
def forbidden() -> Iterator[Path]:
    """A directory that everybody may look into and nobody may write to."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o555)
        yield folder
        folder.chmod(0o755)


@pytest.mark.parametrize("reader", [name for name in READERS if name != "ca"])
def test_a_file_that_may_not_be_read(kibana: Kibana, tmp_path: Path, forbidden: Path, reader: str) -> None:
    module, option, args = READERS[reader]
    path = forbidden / "file.toml"
    forbidden.chmod(0o755)
    path.write_text("a\n")
    path.chmod(0)
    with world(kibana, tmp_path) as there:
        step = Step(PREFIX + module, module, {**args, option: str(path)})
        there.run(step, True)  # what is imported late is imported now
        kibana.seen()
        with unprivileged():
            result = there.run(step)
    result["msg"] = result.get("msg", "").replace("\n", " ")
    assert judged(result) == [] and result["failed"], result
    assert "ermission" in result["msg"] and path.name in result["msg"], result["msg"]
    assert kibana.writes() == []


@pytest.mark.parametrize("module", WRITERS)
def test_a_target_that_may_not_be_written(kibana: Kibana, tmp_path: Path, forbidden: Path, module: str) -> None:
    option, args = WRITERS[module]
    with world(kibana, tmp_path) as there:
        kibana.ok("value_list", {**LIST, "items": ["a"]})
        kibana.ok("space", {"id": "s", "name": "S"})
        there.run(Step(PREFIX + module, module, {**args, option: str(tmp_path / "first")}))
        with unprivileged():
            result = there.run(Step(PREFIX + module, module, {**args, option: str(forbidden / "file")}))
    assert judged(result) == [] and result["failed"], result
    assert re.search("ermission|not writable", result["msg"]) and str(forbidden) in result["msg"], result["msg"]
    assert list(forbidden.iterdir()) == []
