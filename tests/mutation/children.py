# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work in forked children: what is expensive to import or to collect is there already, and nothing stays behind."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import tempfile
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

Job = TypeVar("Job")
Tell = Callable[[str], None]
AT_ONCE = 2
PATIENCE = 30.0  # seconds
BROKEN = 70  # the status where the work itself raised something, which says nothing


class End(NamedTuple):
    """How a child ended: its status, negative for a signal as of one that hangs, and the last thing that it told."""

    status: int
    told: str


def each(jobs: Iterable[Job], work: Callable[[Job, Tell], int], done: Callable[[Job, End], None]) -> None:
    """Do every job in a child of its own. `work` returns the child's status, and may tell a few words before."""
    waiting, running = iter(jobs), {}
    more = True
    while more or running:
        while more and len(running) < AT_ONCE:
            job = next(waiting, None)
            more = job is not None
            if job is not None:
                words = tempfile.TemporaryFile()  # noqa: SIM115 -- closed when the child has ended
                running[_start(job, work, words.fileno())] = (job, words)
        for child, (job, words) in list(running.items()):
            finished, status = os.waitpid(child, os.WNOHANG)
            if finished:
                del running[child]
                with words:
                    told = words.read().decode()
                with contextlib.suppress(ProcessLookupError):  # what it has started, and left behind
                    os.killpg(child, signal.SIGKILL)
                done(job, End(os.waitstatus_to_exitcode(status), told))
        time.sleep(0.005)


def _start(job: Job, work: Callable[[Job, Tell], int], words: int) -> int:
    child = os.fork()
    if child:
        return child

    def tell(text: str) -> None:
        os.ftruncate(words, 0)
        os.pwrite(words, text.encode(), 0)

    status = BROKEN
    try:
        _apart()
        status = work(job, tell)
    finally:
        os._exit(status)


def _apart() -> None:
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))  # one that eats memory must not take the machine along


def allow(seconds: float) -> None:
    """Let this process end when it has used so much more of the processor, or waits for longer than that."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime + seconds) + 1, resource.RLIM_INFINITY))
    signal.setitimer(signal.ITIMER_REAL, PATIENCE + seconds)  # more than a busy machine needs
