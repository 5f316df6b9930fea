# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file with digests of secrets, without modules around it; with them it is in test_secrets_file.py."""

from __future__ import annotations

import errno
import hashlib
import hmac
import json
import os
import stat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from ansible_collections.stackops.kibana.plugins.module_utils import _secrets_file as s
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PartialFailure, Plan
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource

KEY = "sixteen-letters!"
PATHS = {("a",): "one", ("b", "c"): {"x": 1}}


def resource(**traits: Any) -> Resource:
    options = {name: {"type": "raw"} for name in ("id", "name", "word")}
    return Resource(result_key="thing", options=options, write_only=frozenset({"word"}), **traits)


def task(kind: Resource, path: Path, space: str = "ops", check: bool = False, **params: Any) -> Any:
    """The context of a task, with the warnings that it was given."""
    given = {"update_secrets": "on_change", "secrets_file": str(path), "secrets_key": KEY, **params}
    warnings: list[str] = []
    return SimpleNamespace(
        params=given,
        client=SimpleNamespace(settings=SimpleNamespace(url="https://k", space=space)),
        resource=kind,
        check_mode=check,
        desired={name: given.get(name) for name in kind.options},
        warn=warnings.append,
        warnings=warnings,
    )


@pytest.fixture(params=["json", "yml", "yaml"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> s.SecretsFile:
    return s.SecretsFile(str(tmp_path / f"secrets.{request.param}"), KEY, "https://k/api/things")


def stored(file: s.SecretsFile) -> dict[str, Any]:
    """What is in the file, by the parser that belongs to its name."""
    text = Path(file.path).read_text(encoding="utf-8")
    return json.loads(text) if file.path.endswith("json") else yaml.safe_load(text)  # type: ignore[no-any-return]


def test_what_is_recorded_is_not_changed(file: s.SecretsFile) -> None:
    assert file.changed("1", PATHS) == set(PATHS)
    file.record("1", PATHS)
    assert file.changed("1", PATHS) == set()
    assert file.changed("1", {("a",): "two", ("b", "c"): {"x": 1}, ("d",): "new"}) == {("a",), ("d",)}
    assert file.changed("2", PATHS) == set(PATHS), "an object's digests say nothing of another one"
    other = s.SecretsFile(file.path, KEY, "https://k/api/others")
    assert other.changed("1", PATHS) == set(PATHS)
    file.record("1", {("d",): "new"})
    assert file.changed("1", {**PATHS, ("d",): "new"}) == set(), "what was recorded before is kept"
    file.record("2", PATHS)
    file.forget("1")
    assert file.changed("1", PATHS) == set(PATHS) and file.changed("2", PATHS) == set()


def test_what_is_in_the_file(file: s.SecretsFile) -> None:
    file.record("1", PATHS)
    content = stored(file)
    assert set(content) == {"version", "key_check", "objects"} and content["version"] == 1
    assert set(content["objects"]) == {"https://k/api/things 1"}
    assert set(content["objects"]["https://k/api/things 1"]) == {"a", "b.c"}
    text = Path(file.path).read_text(encoding="utf-8")
    assert "one" not in text and (text.startswith('{\n  "') and text.endswith("}\n")) is file.path.endswith("json")
    assert list(content) == sorted(content)
    assert stat.S_IMODE(os.stat(file.path).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(f"{file.path}.lock").st_mode) == 0o600
    assert sorted(os.listdir(os.path.dirname(file.path))) == sorted(
        [os.path.basename(file.path), os.path.basename(file.path) + ".lock"]
    )


def test_files_of_earlier_versions_can_be_used(file: s.SecretsFile) -> None:
    def digest(text: str) -> str:
        return hmac.new(KEY.encode(), text.encode(), hashlib.sha256).hexdigest()

    content = {
        "version": 1,
        "key_check": digest("key_check"),
        "objects": {"https://k/api/things 1": {"a": digest('["https://k/api/things 1", ["a"], {"x": 1, "y": "one"}]')}},
    }
    Path(file.path).write_text(json.dumps(content), encoding="utf-8")  # which is YAML, too
    assert file.changed("1", {("a",): {"y": "one", "x": 1}}) == set()


def test_nothing_is_written_for_nothing(file: s.SecretsFile) -> None:
    file.record("1", {})
    file.forget("1")
    assert os.listdir(os.path.dirname(file.path)) == []


def test_a_link_is_followed(file: s.SecretsFile, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    target = tmp_path / "there" / "real"
    os.symlink(target, file.path)
    file.record("1", PATHS)
    assert os.path.islink(file.path) and target.exists() and (tmp_path / "there" / "real.lock").exists()
    assert file.check(write=True) is None


@pytest.mark.parametrize("key", ["", "k" * (s.SHORTEST_KEY - 1)])
def test_short_keys_are_refused(file: s.SecretsFile, key: str) -> None:
    with pytest.raises(s.SecretsFileError, match="fewer than 16 characters"):
        s.SecretsFile(file.path, key, "").check(write=False)
    assert s.SecretsFile(file.path, "k" * s.SHORTEST_KEY, "").check(write=False)


def test_a_missing_file_is_a_warning_and_a_missing_folder_an_error(file: s.SecretsFile, tmp_path: Path) -> None:
    assert "is not there yet" in str(file.check(write=True))
    file.record("1", PATHS)
    assert file.check(write=True) is None
    with pytest.raises(s.SecretsFileError, match="there is no folder"):
        s.SecretsFile(str(tmp_path / "none" / "x"), KEY, "").check(write=True)


def test_a_folder_that_cannot_be_written_matters_to_a_write(
    file: s.SecretsFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def no_access(*given: Any) -> bool:
        asked.append(given)
        return False

    monkeypatch.setattr(s.os, "access", no_access)
    with pytest.raises(s.SecretsFileError, match="cannot be written to"):
        file.check(write=True)
    assert asked == [(os.path.dirname(file.path), os.W_OK)]
    assert file.check(write=False) is not None


def test_a_bare_name_lies_in_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = s.SecretsFile("secrets.json", KEY, "")
    file.record("1", PATHS)
    assert file.check(write=True) is None and (tmp_path / "secrets.json").exists()


def test_yaml_without_its_parser(file: s.SecretsFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s, "yaml", None)
    if file.path.endswith("json"):
        assert file.check(write=True)
        Path(file.path).write_text("{", encoding="utf-8")
        with pytest.raises(s.SecretsFileError, match="does not hold what"):
            file.check(write=True)
    else:
        with pytest.raises(s.SecretsFileError, match="needs PyYAML"):
            file.check(write=True)


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"version": None},
        {"key_check": 5},
        {"objects": []},
        {"objects": {"1": {}, "2": "text"}},
    ],
)
def test_what_is_not_ours_is_left_alone(file: s.SecretsFile, change: dict[str, Any]) -> None:
    file.record("1", PATHS)
    content = {**stored(file), **change}
    text = json.dumps(content)  # which is YAML, too
    Path(file.path).write_text(text, encoding="utf-8")
    for use in (lambda: file.check(write=False), lambda: file.record("1", PATHS), lambda: file.changed("1", PATHS)):
        with pytest.raises(s.SecretsFileError, match="does not hold what this collection writes"):
            use()
    assert Path(file.path).read_text(encoding="utf-8") == text


@pytest.mark.parametrize("text", ["", "[]", "{", "5", "\t- :", "nested"])
def test_damaged_files(file: s.SecretsFile, text: str) -> None:
    if text == "nested":  # too deep for the parser
        text = "[" * (1100 if file.path.endswith("json") else 300)
    Path(file.path).write_text(text, encoding="utf-8")
    with pytest.raises(s.SecretsFileError, match="does not hold what this collection writes"):
        file.check(write=False)


def test_a_mistake_in_the_program_is_no_damage(file: s.SecretsFile, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_text: str) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(s.json, "loads", broken)
    monkeypatch.setattr(s.yaml, "safe_load", broken)
    Path(file.path).write_text("{}", encoding="utf-8")
    with pytest.raises(ZeroDivisionError):
        file.check(write=False)


def test_what_cannot_be_read(file: s.SecretsFile) -> None:
    Path(file.path).write_bytes(b"\xff")
    with pytest.raises(s.SecretsFileError, match="cannot be read: it is no text"):
        file.changed("1", PATHS)
    os.unlink(file.path)
    os.mkdir(file.path)
    with pytest.raises(s.SecretsFileError, match="cannot be read: Is a directory"):
        file.changed("1", PATHS)


def test_another_key_is_told_from_damage(file: s.SecretsFile) -> None:
    file.record("1", PATHS)
    with pytest.raises(s.SecretsFileError, match="with another secrets_key"):
        s.SecretsFile(file.path, KEY + "x", file.scope).changed("1", PATHS)


def test_a_disk_that_is_full_leaves_all_as_it_was(file: s.SecretsFile, monkeypatch: pytest.MonkeyPatch) -> None:
    file.record("1", PATHS)
    before = Path(file.path).read_bytes()

    def full(*_given: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(s.os, "fsync", full)
        with pytest.raises(s.SecretsFileError, match=r"cannot be written: No space left on device\."):
            file.record("2", PATHS)
    assert Path(file.path).read_bytes() == before and len(os.listdir(os.path.dirname(file.path))) == 2
    file.record("2", PATHS)


def test_all_is_on_the_disk_before_the_file_takes_its_place(
    file: s.SecretsFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    monkeypatch.setattr(s.os, "fsync", lambda descriptor: sizes.append(os.fstat(descriptor).st_size))
    file.record("1", PATHS)
    assert sizes == [os.stat(file.path).st_size]


def test_a_lock_is_waited_for_and_not_for_ever(file: s.SecretsFile, monkeypatch: pytest.MonkeyPatch) -> None:
    moment, waits = [100.0], []
    monkeypatch.setattr(s.time, "monotonic", lambda: moment[0])

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        moment[0] += seconds

    monkeypatch.setattr(s.time, "sleep", sleep)
    held = os.open(f"{file.path}.lock", os.O_CREAT | os.O_RDWR)
    s.fcntl.flock(held, s.fcntl.LOCK_EX)
    with pytest.raises(s.SecretsFileError, match="is locked by somebody else"):
        file.record("1", PATHS)
    assert s.LOCK_SECONDS <= sum(waits) <= s.LOCK_SECONDS + 1 and max(waits) < 0.5
    waits.clear()
    monkeypatch.setattr(s.time, "sleep", lambda seconds: os.close(held))
    file.record("1", PATHS)


def test_locks_that_cannot_be_had_at_all(file: s.SecretsFile, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_given: Any) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    with monkeypatch.context() as patch:
        patch.setattr(s.fcntl, "flock", refuse)
        with pytest.raises(s.SecretsFileError, match="cannot be written: No locks available"):
            file.record("1", PATHS)
    monkeypatch.setattr(s, "fcntl", None)
    file.record("1", PATHS)
    assert file.changed("1", PATHS) == set()


def test_a_device_holds_no_digests() -> None:
    with pytest.raises(s.SecretsFileError, match="secrets_file is /dev/null, which is no file"):
        s.SecretsFile(os.devnull, KEY, "").check(write=False)


# With a task ---------------------------------------------------------------------------------------------------------


def test_only_a_task_that_asks_for_it_has_a_file(tmp_path: Path) -> None:
    for given in ({"update_secrets": "on_create"}, {"update_secrets": None}):
        assert s.open_secrets_file(task(resource(), tmp_path / "x", **given)) is None
    for name in ("secrets_file", "secrets_key"):
        with pytest.raises(s.SecretsFileError, match=f"{name} is missing"):
            s.open_secrets_file(task(resource(), tmp_path / "x", **{name: None}))


@pytest.mark.parametrize(
    ("traits", "space", "scope"),
    [
        ({"collection": "/c", "item": "/i"}, "ops", "https://k/s/ops/c"),
        ({"item": "/i"}, "", "https://k/i"),
        ({}, "default", "https://k/thing"),
        ({"collection": "/c", "in_space": False}, "ops", "https://k/c"),
    ],
)
def test_scopes(tmp_path: Path, traits: dict[str, Any], space: str, scope: str) -> None:
    found = s.open_secrets_file(task(resource(**traits), tmp_path / "x.json", space))
    assert found == s.SecretsFile(str(tmp_path / "x.json"), KEY, scope)


def test_a_secret_may_have_fields_of_any_name(tmp_path: Path) -> None:
    given = task(resource(), tmp_path / "x", word={"id": "a", "isSecretRef": "b"})
    assert s.given_secrets(given, given.desired) == {("word", "id"): "a", ("word", "isSecretRef"): "b"}


def test_who_gives_secrets_is_told_that_there_is_no_file_yet(tmp_path: Path) -> None:
    with_secret, without = (task(resource(), tmp_path / "x", word=word) for word in ("w", None))
    s.open_secrets_file(with_secret)
    s.open_secrets_file(without)
    assert len(with_secret.warnings) == 1 and without.warnings == []
    file = s.open_secrets_file(with_secret)
    assert file is not None
    file.record("1", PATHS)
    again = task(resource(), tmp_path / "x", word="w")
    s.open_secrets_file(again)
    assert again.warnings == []


def test_check_mode_needs_no_right_to_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s.os, "access", lambda *_given: False)
    assert s.open_secrets_file(task(resource(), tmp_path / "x", check=True))
    with pytest.raises(s.SecretsFileError, match="cannot be written to"):
        s.open_secrets_file(task(resource(), tmp_path / "x"))


def test_the_life_of_an_object(file: s.SecretsFile, tmp_path: Path) -> None:
    kind = resource(decode=lambda raw: raw["inner"])
    context = task(kind, tmp_path / "x", word="w", name="n")
    step = Plan("create", desired={"name": "n", "word": "w"})
    file.note(context, step, {"inner": {"id": "7"}}, {})
    assert file.rotated(context, {"id": "7"}) == set() and file.rotated(context, {"id": "8"}) == {("word",)}
    assert file.rotated(task(kind, tmp_path / "x", word="v"), {"id": "7"}) == {("word",)}
    file.note(context, Plan("delete", current={"id": "7"}), None, {})
    assert stored(file)["objects"] == {}
    plain = task(resource(), tmp_path / "x", word="w", id="9")
    file.note(plain, step, {"id": "9"}, {})
    assert file.rotated(plain, {"id": None}) == set(), "the task itself names the object"
    file.note(plain, Plan("delete"), None, {})
    assert stored(file)["objects"] == {}


def test_what_could_not_be_recorded_is_a_failure_with_the_result(
    file: s.SecretsFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: Any) -> None:
        raise s.SecretsFileError("why")

    monkeypatch.setattr(s.SecretsFile, "_change", fail)
    step = Plan("create", desired={"word": "w"})
    with pytest.raises(PartialFailure, match="but the secrets are not recorded: why") as failure:
        file.note(task(resource(), tmp_path / "x"), step, {"id": "1"}, {"changed": True})
    assert failure.value.result == {"changed": True}
