# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The file in which a user keeps digests of secrets, so that only those which changed are sent again.

It holds no secret: HMAC-SHA256 with the user's key, over the object, the field and the value, so that equal secrets of
two objects cannot be told. It is read without a lock, since it is only ever replaced as a whole, and written under one.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import hmac
import json
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._errors import unreadable
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import leaves, prune, secrets_of
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PartialFailure, Plan, PlanError

try:
    import fcntl
except ImportError:  # pragma: no cover
    fcntl = None  # type: ignore[assignment]

try:
    import yaml
except ImportError:  # pragma: no cover
    yaml = None  # type: ignore[assignment]

SHORTEST_KEY = 16
LOCK_SECONDS = 30.0
Paths = tuple[str, ...]


class SecretsFileError(PlanError):
    """The file or its key cannot be used; the text says why, and what to do."""


@dataclass(frozen=True)
class SecretsFile:
    """The file *path* with digests made by *key*. ``scope`` is the collection of Kibana that objects belong to."""

    path: str
    key: str
    scope: str

    def check(self, write: bool) -> str | None:
        """Whether the file can be used, before anything happens. Returns a warning where it is not there yet."""
        if len(self.key) < SHORTEST_KEY:
            raise SecretsFileError(f"secrets_key has fewer than {SHORTEST_KEY} characters: give a longer one.")
        if self._format() == "yaml" and yaml is None:
            raise SecretsFileError(f"secrets_file {self.path} is YAML, which needs PyYAML here: name it *.json.")
        problem = unreadable(self.path)
        if problem:
            raise SecretsFileError(f"secrets_file is {self.path}, which {problem}.")
        folder = os.path.dirname(self._real())
        if not os.path.isdir(folder):
            raise SecretsFileError(f"secrets_file is {self.path}, and there is no folder {folder}: create it.")
        if write and not os.access(folder, os.W_OK):
            raise SecretsFileError(f"secrets_file is {self.path}, and the folder {folder} cannot be written to.")
        self._read()
        if not os.path.exists(self.path):
            return f"secrets_file {self.path} is not there yet: all secrets given are taken for changed."
        return None

    def changed(self, identity: str, secrets: Mapping[Paths, Any]) -> frozenset[Paths]:
        """Those of the secrets that are not the recorded ones of the object."""
        known = self._read()["objects"].get(self._name(identity), {})
        return frozenset(path for path, digest in self._digests(identity, secrets).items() if not _equal(known, digest))

    def record(self, identity: str, secrets: Mapping[Paths, Any]) -> None:
        """Note that Kibana has these secrets of the object now."""
        new = dict(self._digests(identity, secrets).values())

        def note(objects: dict[str, Any]) -> None:
            objects[self._name(identity)] = {**objects.get(self._name(identity), {}), **new}

        if new:
            self._change(note)

    def forget(self, identity: str) -> None:
        """Drop what is noted of an object that is gone."""
        if self._name(identity) in self._read()["objects"]:
            self._change(lambda objects: objects.pop(self._name(identity), None))

    def rotated(self, context: Any, view: Mapping[str, Any]) -> frozenset[Paths]:
        """The secrets of a task that are not the recorded ones of what is there."""
        return self.changed(_identity(context, view), given_secrets(context, context.desired))

    def note(self, context: Any, step: Plan, written: dict[str, Any] | None, result: dict[str, Any]) -> None:
        """Record the secrets that Kibana has after a write, since all that changed were sent.

        Raises :class:`PartialFailure` with the *result* where that fails.
        """
        resource = context.resource
        view = resource.decode(written) if resource.decode and written is not None else written
        identity = _identity(context, view or step.current or {})
        try:
            if step.action == "delete":
                self.forget(identity)
            else:
                self.record(identity, given_secrets(context, step.desired))
        except SecretsFileError as error:
            message = f"Kibana has been changed, but the secrets are not recorded: {error}"
            raise PartialFailure(message, result) from error

    def _name(self, identity: str) -> str:
        return f"{self.scope} {identity}"

    def _digests(self, identity: str, secrets: Mapping[Paths, Any]) -> dict[Paths, tuple[str, str]]:
        """The name of each field in the file, and its digest."""
        return {
            path: (".".join(path), self._hmac(json.dumps([self._name(identity), list(path), value], sort_keys=True)))
            for path, value in secrets.items()
        }

    def _hmac(self, text: str) -> str:
        return hmac.new(self.key.encode(), text.encode(), hashlib.sha256).hexdigest()

    def _real(self) -> str:
        return os.path.realpath(self.path)

    def _format(self) -> str:
        return "yaml" if self.path.endswith((".yml", ".yaml")) else "json"

    def _read(self) -> dict[str, Any]:
        """The content of the file; a file that is not there is empty."""
        empty: dict[str, Any] = {"version": 1, "key_check": self._hmac("key_check"), "objects": {}}
        try:
            with open(self.path, encoding="utf-8") as file:
                text = file.read()
        except FileNotFoundError:
            return empty
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is no text"
            raise SecretsFileError(f"secrets_file {self.path} cannot be read: {reason}.") from error
        content: dict[str, Any] = self._parsed(text)
        if not _is_ours(content):
            raise SecretsFileError(
                f"secrets_file {self.path} does not hold what this collection writes (it is damaged, or another file):"
                " restore it, or delete it; then all secrets are sent once more."
            )
        if not hmac.compare_digest(content["key_check"], empty["key_check"]):
            raise SecretsFileError(
                f"secrets_file {self.path} was written with another secrets_key: give that one, or delete the file;"
                " then all secrets are sent once more."
            )
        return content

    def _parsed(self, text: str) -> Any:
        try:
            return yaml.safe_load(text) if self._format() == "yaml" else json.loads(text)
        except (ValueError, RecursionError):
            return None
        except Exception as error:
            if yaml is not None and isinstance(error, yaml.YAMLError):
                return None
            raise

    def _change(self, change: Any) -> None:
        """Read, change and replace the file, while nobody else does."""
        try:
            with self._locked():
                content = self._read()
                change(content["objects"])
                self._replace(content)
        except OSError as error:
            reason = error.strerror or str(error)
            raise SecretsFileError(f"secrets_file {self.path} cannot be written: {reason}.") from error

    def _replace(self, content: Mapping[str, Any]) -> None:
        if self._format() == "yaml":
            text = yaml.safe_dump(dict(content), sort_keys=True)
        else:
            text = json.dumps(content, indent=2, sort_keys=True) + "\n"
        target = self._real()
        handle, temporary = tempfile.mkstemp(dir=os.path.dirname(target), prefix=".kibana-secrets-")  # mode 0600
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, target)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the lock beside the file. The lock stays there: to delete it would let two hold it."""
        descriptor = os.open(self._real() + ".lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            if fcntl is not None:
                _wait_for(descriptor, self.path)
            yield
        finally:
            os.close(descriptor)


def _wait_for(descriptor: int, path: str) -> None:
    end = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                raise
            if time.monotonic() > end:
                raise SecretsFileError(f"secrets_file {path} is locked by somebody else: try again later.") from error
        time.sleep(0.02)


def _equal(known: Mapping[str, Any], digest: tuple[str, str]) -> bool:
    return hmac.compare_digest(str(known.get(digest[0], "")), digest[1])


def _is_ours(content: Any) -> bool:
    return (
        isinstance(content, dict)
        and content.get("version") == 1
        and isinstance(content.get("key_check"), str)
        and isinstance(content.get("objects"), dict)
        and all(isinstance(fields, dict) for fields in content["objects"].values())
    )


def given_secrets(context: Any, desired: Mapping[str, Any]) -> dict[Paths, Any]:
    """The secrets among what a task wants, by their paths."""
    return leaves(secrets_of(prune(desired), context.resource.traits), references=False)


def _identity(context: Any, view: Mapping[str, Any]) -> str:
    """What tells an object from the others of its kind: Kibana's id, so that one that is made anew is another."""
    key = context.resource.key
    return str(view[key] if view.get(key) is not None else context.params.get(key))


def open_secrets_file(context: Any) -> SecretsFile | None:
    """The file of a task that wants to know which secrets changed. Fails before any request where it is of no use."""
    params, settings, resource = context.params, context.client.settings, context.resource
    if params.get("update_secrets") != "on_change":
        return None
    for name in ("secrets_file", "secrets_key"):
        if not params[name]:
            raise SecretsFileError(f"{name} is missing: update_secrets=on_change needs it.")
    space = f"/s/{settings.space}" if resource.in_space and settings.space not in ("", "default") else ""
    scope = settings.url + space + (resource.collection or resource.item or f"/{resource.result_key}")
    file = SecretsFile(params["secrets_file"], params["secrets_key"], scope)
    warning = file.check(write=not context.check_mode)
    if warning and given_secrets(context, context.desired):
        context.warn(warning)
    return file
