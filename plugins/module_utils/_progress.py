# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Lines about long work, for the person who waits.

A module in a process of its own can say nothing before its end. Where the action plugin runs it, the plugin gives
``show`` for the time of the task; everywhere else this does nothing. Only numbers go out, never a value.
"""

from __future__ import annotations

import time
from collections.abc import Callable

FIRST = 5.0  # seconds of silence at the start, so that quick tasks stay quiet
EVERY = 10.0

show: Callable[[str], None] | None = None


class Progress:
    """How much of some work is done; says so now and then."""

    def __init__(self, total: int, what: str = "requests done") -> None:
        self.total, self.what, self.done = total, what, 0
        self._next = time.monotonic() + FIRST

    def add(self, number: int = 1) -> None:
        """So much more is done."""
        self.done += number
        self.tell(f"{self.done} of {self.total} {self.what}")

    def tell(self, text: str) -> None:
        """Show a line, unless the last one was a short while ago."""
        now = time.monotonic()
        if show is not None and now >= self._next:
            self._next = now + EVERY
            show(text)
