# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on demand: answers, delays and cut connections instead of (or around) the real answer."""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import Field, field_validator

from .schema import Strict


class Fault(Strict):
    """One fault of `POST /_emulator/faults`.

    path is a regular expression matched from the beginning, so a plain path works as a prefix; it is compared with the
    path as sent and with the path without base path and space. cut `before` (or true) closes the connection without
    handling the request, `after` handles it and then closes without an answer. carried_out handles the request and
    gives status and body as its answer all the same. after skips the first matches; times ends the fault after so many
    hits, None never does.
    """

    method: str | None = None
    path: str | None = None
    status: int | None = Field(None, ge=100, le=599)
    body: Any = None
    headers: dict[str, str] = {}
    delay_ms: int | float = Field(0, ge=0)
    cut: Literal["before", "after"] | None = None
    carried_out: bool = False
    after: int = Field(0, ge=0)
    times: int | None = Field(None, ge=0)

    @field_validator("cut", mode="before")
    @classmethod
    def _true_is_before(cls, value: Any) -> Any:
        return {True: "before", False: None}.get(value, value) if isinstance(value, bool) else value

    @field_validator("path")
    @classmethod
    def _is_regex(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                re.compile(value)
            except re.error as problem:
                raise ValueError(f"no regular expression: {problem}") from problem
        return value

    def concerns(self, method: str, paths: tuple[str, ...]) -> bool:
        """Say whether a request is meant."""
        if self.method is not None and self.method.upper() != method:
            return False
        return self.path is None or any(re.match(self.path, path) for path in paths)


def hit(faults: list[Fault], method: str, paths: tuple[str, ...]) -> Fault | None:
    """Return the first fault that applies to this request, counting it; drop it when it is used up."""
    for fault in list(faults):
        if not fault.concerns(method, paths):
            continue
        if fault.after > 0:
            fault.after -= 1
            continue
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                faults.remove(fault)
            if fault.times < 0:
                continue
        return fault
    return None
