# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Files that a module writes (exports) or reads (imports).

A module that exports takes the options ``FILE`` and the rules ``FILE_RULES`` (documented by the fragment
``stackops.kibana.files``), and does::

    output = Output(context)  # before any request: complains about a destination that cannot work
    content = context.client.send(...).content
    return {**output.deliver(content), ...}

The file is replaced in one step, and only where its content differs.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._errors import unreadable
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._task import Context

FILE: dict[str, dict[str, Any]] = {
    "dest": {"type": "path"},
    "create_directories": {"type": "bool", "default": False},
    "mode": {"type": "raw"},
    "owner": {"type": "str"},
    "group": {"type": "str"},
}
# They say how a file is made, and mean nothing without one.
FILE_RULES: dict[str, Any] = {"required_by": {"mode": ["dest"], "owner": ["dest"], "group": ["dest"]}}
MAX_DIFF = 104_448  # bytes, as Ansible's own limit for showing a file
Same = Callable[[bytes, bytes], bool]


class Output:
    """Where the content of an export goes: to the file of the option ``dest``, or into the result.

    Raises :class:`PlanError` where the file cannot be written. Only that its directory is missing is a warning in
    check mode, because an earlier task of the play may be about to create it.
    """

    def __init__(self, context: Context) -> None:
        self.context = context
        self.dest: str | None = context.params["dest"]
        if self.dest is None:
            return
        problem = unreadable(self.dest)
        if problem:
            raise PlanError(f"dest is {self.dest}, which {problem}.")
        if os.path.isdir(self.dest) or self.dest.endswith(os.sep):
            raise PlanError(f"dest is {self.dest}, which is a directory: name a file in it.")
        self.folder = os.path.dirname(os.path.abspath(self.dest))
        if not os.path.isdir(self.folder) and not context.params["create_directories"]:
            problem = f"The directory {self.folder} of dest does not exist"
            if not context.check_mode:
                raise PlanError(f"{problem}: create it first, or set create_directories.")
            context.warn(f"{problem} yet.")
        self.before = _read("dest", self.dest) if os.path.exists(self.dest) else None

    def deliver(self, content: bytes, same: Same | None = None) -> dict[str, Any]:
        """Write the content, and return ``changed``, ``checksum``, ``size``, and ``dest`` or ``content``.

        ``same(before, after)`` may say that a file need not be replaced although its bytes differ, where an export
        holds something that changes by itself. The result is then about what is in the file.
        """
        if self.dest is None:
            return {"changed": False, "content": content.decode("utf-8"), **_sums(content)}
        kept = self.before is not None and (self.before == content or bool(same and same(self.before, content)))
        if kept and self.before is not None:
            content = self.before
        elif not self.context.check_mode:
            self._replace(content)
        attributes = self._set_attributes()
        result: dict[str, Any] = {"changed": bool(attributes) or not kept, "dest": self.dest, **_sums(content)}
        if result["changed"] and self.context.module._diff:
            result["diff"] = [*([] if kept else [self._diff(content)]), *attributes]
        return result

    def _replace(self, content: bytes) -> None:
        module, mode = self.context.module, self.context.params["mode"]
        try:
            os.makedirs(self.folder, exist_ok=True)
            handle, path = tempfile.mkstemp(dir=module.tmpdir)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
        except OSError as error:
            raise PlanError(f"dest is {self.dest}, which cannot be written: {error.strerror or error}.") from None
        with _private() if self.before is None and mode is not None else contextlib.nullcontext():
            try:
                module.atomic_move(path, os.path.abspath(self.dest or ""))  # it fails on a bare name
            except Exception as error:  # ansible-core 2.19 and newer raise no other class where they may not write
                with contextlib.suppress(OSError):
                    os.unlink(path)
                raise PlanError(f"dest is {self.dest}, which cannot be written: {error}") from None

    def _set_attributes(self) -> list[dict[str, Any]]:
        """Give the file its mode and owner (in check mode: compare them), and return the diff of that, if any.

        A file that was not there has none: that it is new says it all.
        """
        module = self.context.module
        diff: dict[str, Any] = {}
        if self.before is None and self.context.check_mode:
            return []
        wanted = module.load_file_common_arguments(self.context.params, path=self.dest)
        changed = module.set_fs_attributes_if_different(wanted, False, diff=diff)
        return [diff] if changed and self.before is not None else []

    def _diff(self, content: bytes) -> dict[str, str]:
        header = str(self.dest)
        before = b"" if self.before is None else self.before
        return {
            "before_header": header,
            "after_header": header,
            "before": _shown(before, content),
            "after": _shown(content, before),
        }


def read_source(option: str, path: str) -> bytes:
    """The content of the file that an option names. Raises :class:`PlanError` where it cannot be read."""
    problem = unreadable(path)
    if problem:
        raise PlanError(f"{option} names {path}, which {problem}.")
    if not os.path.exists(path):
        raise PlanError(f"{option} names {path}, which does not exist on the host that runs the module.")
    if os.path.isdir(path):
        raise PlanError(f"{option} names {path}, which is a directory: name a file.")
    return _read(option, path)


def _read(option: str, path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise PlanError(f"{option} names {path}, which cannot be read: {error.strerror or error}.") from None


def _sums(content: bytes) -> dict[str, Any]:
    return {"checksum": hashlib.sha256(content).hexdigest(), "size": len(content)}


def _shown(content: bytes, other: bytes) -> str:
    """What a diff shows of a content: the text, unless one of the two is too long or no text."""
    if max(len(content), len(other)) <= MAX_DIFF:
        with contextlib.suppress(UnicodeDecodeError):
            return content.decode("utf-8")
    return f"{len(content)} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}\n"


@contextlib.contextmanager
def _private() -> Iterator[None]:
    """New files are for their owner alone, until they get the mode that was asked for."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)
