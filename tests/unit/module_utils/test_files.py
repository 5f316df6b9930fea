# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that exports write: replaced in one step, only where they differ, and predicted by check mode."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils import basic

from ansible_collections.stackops.kibana.plugins.module_utils import _files
from ansible_collections.stackops.kibana.plugins.module_utils._files import (
    FILE,
    FILE_RULES,
    MAX_DIFF,
    Output,
    read_source,
)
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._task import Context


class Client:
    def __init__(self) -> None:
        self.warnings: list[str] = []

    def warn(self, text: str) -> None:
        self.warnings.append(text)


@pytest.fixture
def context(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes the context of a task with these options."""

    def make(check: bool = False, **params: Any) -> Context:
        args = {"_ansible_check_mode": check, "_ansible_diff": True, **params}
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": args}).encode())
        monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        monkeypatch.setattr(basic, "_PARSED_MODULE_ARGS", None, raising=False)
        module = basic.AnsibleModule(argument_spec=FILE, supports_check_mode=True, **FILE_RULES)
        return Context(module, Client(), dict(module.params))  # type: ignore[arg-type]

    return make


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_without_dest_the_content_is_the_result(context: Any) -> None:
    content = "ä\n".encode()
    assert Output(context()).deliver(content) == {
        "changed": False,
        "content": "ä\n",
        "checksum": hashlib.sha256(content).hexdigest(),
        "size": 3,
    }


def test_created_then_unchanged_then_replaced(context: Any, tmp_path: Path) -> None:
    path = tmp_path / "export.txt"
    for content, changed, before in ((b"one\n", True, ""), (b"one\n", False, ""), (b"two\n", True, "one\n")):
        stamp = path.stat().st_ino if path.exists() else None
        predicted = Output(context(check=True, dest=str(path))).deliver(content)
        assert (path.stat().st_ino if path.exists() else None) == stamp, "check mode writes nothing"
        result = Output(context(dest=str(path))).deliver(content)
        assert result == predicted
        assert result["changed"] is changed
        assert path.read_bytes() == content
        if changed:
            assert result["diff"][0]["before"] == before and result["diff"][0]["after"] == content.decode()
            assert path.stat().st_ino != stamp, "another file took its place"
        else:
            assert "diff" not in result and path.stat().st_ino == stamp
    assert sorted(tmp_path.iterdir()) == [path], "nothing is left behind"


def test_what_changes_by_itself_does_not_count(context: Any, tmp_path: Path) -> None:
    path = tmp_path / "export.txt"
    path.write_bytes(b"1 a\n")
    result = Output(context(dest=str(path))).deliver(b"2 a\n", same=lambda one, two: one[2:] == two[2:])
    assert not result["changed"]
    assert result["checksum"] == hashlib.sha256(path.read_bytes()).hexdigest(), "it is about the file"


def test_mode(context: Any, tmp_path: Path) -> None:
    path = tmp_path / "export.txt"
    old = os.umask(0o022)
    try:
        for mode, changed in (("0600", True), ("0600", False), ("0640", True), (None, False)):
            params = {"dest": str(path), **({"mode": mode} if mode else {})}
            predicted = Output(context(check=True, **params)).deliver(b"one\n")
            result = Output(context(**params)).deliver(b"one\n")
            assert result == predicted
            assert result["changed"] is changed
            assert mode_of(path) == int(mode or "0640", 8)
        assert os.umask(0o022) == 0o022, "left as it was"
        Output(context(dest=str(path))).deliver(b"two\n")
        assert mode_of(path) == 0o640, "a file keeps its mode"
    finally:
        os.umask(old)


def test_directories_only_where_asked_for(context: Any, tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "export.txt"
    with pytest.raises(PlanError, match="does not exist: create it first, or set create_directories"):
        Output(context(dest=str(path)))
    checked = context(check=True, dest=str(path))
    assert Output(checked).deliver(b"one\n")["changed"]
    assert "does not exist yet" in checked.client.warnings[0]
    assert Output(context(check=True, dest=str(path), create_directories=True)).deliver(b"one\n")["changed"]
    assert not path.parent.parent.exists()
    assert Output(context(dest=str(path), create_directories=True)).deliver(b"one\n")["changed"]
    assert path.read_bytes() == b"one\n"


def test_what_cannot_be_a_file(context: Any, tmp_path: Path) -> None:
    for dest in (str(tmp_path), str(tmp_path / "new") + "/"):
        with pytest.raises(PlanError, match="which is a directory"):
            Output(context(dest=dest))
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(PlanError, match="cannot be written"):
        Output(context(dest=str(tmp_path / "file" / "export.txt"), create_directories=True)).deliver(b"one\n")


def test_a_long_file_is_not_shown(context: Any, tmp_path: Path) -> None:
    result = Output(context(check=True, dest=str(tmp_path / "x"))).deliver(b"a" * (MAX_DIFF + 1))
    assert result["diff"][0]["after"].startswith(f"{MAX_DIFF + 1} bytes, SHA-256")
    assert Output(context(check=True, dest=str(tmp_path / "x"))).deliver(b"\xff")["diff"][0]["after"].startswith("1 by")


def test_sources(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"\xffone\r\n")
    assert read_source("src", str(tmp_path / "file")) == b"\xffone\r\n"
    with pytest.raises(PlanError, match="which does not exist on the host"):
        read_source("src", str(tmp_path / "none"))
    with pytest.raises(PlanError, match="which is a directory"):
        read_source("src", str(tmp_path))
    with pytest.raises(PlanError, match=r"src names .*, which cannot be read: Is a directory\."):
        _files._read("src", str(tmp_path))


def test_what_a_diff_is_about(context: Any, tmp_path: Path) -> None:
    path = tmp_path / "export.txt"
    path.write_bytes(b"one\n")
    (diff,) = Output(context(dest=str(path))).deliver(b"two\n")["diff"]
    assert diff == {"before_header": str(path), "after_header": str(path), "before": "one\n", "after": "two\n"}
    quiet = context(dest=str(path))
    quiet.module._diff = False
    assert "diff" not in Output(quiet).deliver(b"three\n")


@pytest.mark.parametrize(("length", "shown"), [(MAX_DIFF, True), (MAX_DIFF + 1, False)])
def test_a_diff_shows_both_or_none(context: Any, tmp_path: Path, length: int, shown: bool) -> None:
    path = tmp_path / "export.txt"
    path.write_bytes(b"one\n")
    (diff,) = Output(context(check=True, dest=str(path))).deliver(b"a" * length)["diff"]
    assert (diff["before"] == "one\n") is shown and (diff["after"] == "a" * length) is shown
    assert shown or diff["before"] == f"4 bytes, SHA-256 {hashlib.sha256(path.read_bytes()).hexdigest()}\n"


@pytest.mark.parametrize("mode", [None, "0600"])
@pytest.mark.parametrize("there", [True, False])
def test_a_new_file_with_a_mode_is_private_from_the_start(
    context: Any, tmp_path: Path, mode: str | None, there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, masks = tmp_path / "export.txt", []
    if there:
        path.write_bytes(b"one\n")
    task = context(dest=str(path), mode=mode)
    move = task.module.atomic_move

    def look(source: str, dest: str) -> None:
        masks.append(os.umask(0o022))
        os.umask(masks[0])
        move(source, dest)

    task.module.atomic_move = look
    old = os.umask(0o022)
    try:
        Output(task).deliver(b"two\n")
    finally:
        os.umask(old)
    assert masks == [0o077 if mode and not there else 0o022]


@pytest.mark.parametrize("option", ["mode", "owner", "group"])
def test_how_a_file_is_made_means_nothing_without_one(context: Any, option: str) -> None:
    with pytest.raises(SystemExit):
        context(**{option: "0600"})


def test_the_options_of_a_file(context: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLDER", str(tmp_path))
    params = context(dest="$FOLDER/x", mode=0o600, owner="1", group="2", create_directories="yes").params
    assert params["dest"] == f"{tmp_path}/x" and params["create_directories"] is True and params["mode"] == 0o600
    assert (params["owner"], params["group"]) == ("1", "2")
    assert context().params == {**dict.fromkeys(params), "create_directories": False}


def test_a_bare_name_is_one_of_the_working_folder(
    context: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = Output(context(dest="export.txt")).deliver(b"one\n")
    assert result["dest"] == "export.txt" and (tmp_path / "export.txt").read_bytes() == b"one\n"


def test_no_file_name_has_a_nul(context: Any) -> None:
    with pytest.raises(PlanError, match="the character NUL"):
        Output(context(dest="a\0b"))


def test_a_mode_that_changes_is_a_change_and_its_diff_the_only_one(context: Any, tmp_path: Path) -> None:
    path = tmp_path / "export.txt"
    path.write_bytes(b"one\n")
    path.chmod(0o644)
    result = Output(context(dest=str(path), mode="0600")).deliver(b"one\n")
    assert result["changed"] and [diff["after"]["mode"] for diff in result["diff"]] == ["0600"]
    fresh = Output(context(dest=str(tmp_path / "new"), mode="0600")).deliver(b"one\n")
    assert len(fresh["diff"]) == 1 and fresh["diff"][0]["after"] == "one\n"


def test_what_differs_for_those_who_know_it_is_replaced(context: Any, tmp_path: Path) -> None:
    path = tmp_path / "export.txt"
    path.write_bytes(b"1 a\n")
    result = Output(context(dest=str(path))).deliver(b"2 b\n", same=lambda one, two: one[2:] == two[2:])
    assert result["changed"] and path.read_bytes() == b"2 b\n"


def test_a_device_is_no_source() -> None:
    with pytest.raises(PlanError, match="src names /dev/null, which is no file"):
        read_source("src", os.devnull)


def test_a_destination_that_cannot_be_read_is_named(
    context: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(_files, "_read", lambda *given: asked.append(given))
    path = tmp_path / "export.txt"
    Output(context(dest=str(path)))
    path.write_bytes(b"one\n")
    Output(context(dest=str(path)))
    assert asked == [("dest", str(path))]


def test_a_new_file_gets_its_mode_and_is_compared_with_nothing(context: Any, tmp_path: Path) -> None:
    path = tmp_path / "export.txt"
    task = context(dest=str(path), mode="0640")
    result = Output(task).deliver(b"one\n", same=lambda one, two: one[:1] == two[:1])
    assert result["changed"] and len(result["diff"]) == 1, "that it is new says it all"
    assert mode_of(path) == 0o640


def test_what_cannot_be_put_in_its_place_is_told_and_leaves_nothing_behind(
    context: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, moved = tmp_path / "export.txt", []
    task = context(dest=str(path))

    def refuse(source: str, target: str) -> None:
        moved.append(source)
        raise Exception("The destination directory is not writable by the current user.")

    monkeypatch.setattr(task.module, "atomic_move", refuse)
    with pytest.raises(PlanError, match=f"dest is {path}, which cannot be written: The destination directory is not"):
        Output(task).deliver(b"one\n")
    assert moved and not os.path.exists(moved[0]) and not path.exists()
