# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What the items of one loop have read, and may use again.

Two kinds of knowledge are kept, both for half a minute at most, and only until the session writes to the same area of
the API (``fleet``, ``actions``, ...):

- **References**: lists in which names are looked up (connectors, policies, spaces). They are used as they are; where
  they do not give exactly one answer they are read again.
- **Objects**: the list of the very objects that the items are about. It is read once instead of each object, from the
  third object on. It can only say that an object is there and how it looks; what is missing from it is asked for by
  itself. A plan that writes never rests on it: the engine reads such an object again (see ``borrowed``).

Nothing outlives the task, see ``_session.begin``.
"""

from __future__ import annotations

import copy
import math
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Listing

Found = TypeVar("Found")
Wanted = Callable[[dict[str, Any]], bool]
LONGEST = 30.0  # seconds; a slow loop should notice what others do
PATIENCE = 2  # objects that are read one by one before the list is
AREA = re.compile(r"(?:/s/[^/]+)?/(?:api|internal)/([^/?]+)")
# Writes to these reach objects of every kind: imports, copies between spaces, deleted spaces.
EVERYWHERE = ("saved_objects", "spaces")


@dataclass
class Memory:
    """What a session knows from earlier items. ``objects`` says whether lists may stand in for objects."""

    objects: bool = False
    values: dict[str, tuple[float, str, Any]] = field(default_factory=dict)
    reads: dict[str, int] = field(default_factory=dict)
    patience: dict[str, float] = field(default_factory=dict)
    unreachable: KibanaError | None = None

    def get(self, key: str) -> Any:
        """The value under *key*, or None where there is none, or an old one."""
        since, _area, value = self.values.get(key, (0.0, "", None))
        return value if value is not None and time.monotonic() - since <= LONGEST else None

    def put(self, key: str, area: str, value: Any) -> None:
        """Keep a value until something is written to *area* ("": until the task ends)."""
        self.values[key] = (time.monotonic(), area, value)

    def written(self, path: str) -> None:
        """Drop what a write to *path* may have changed. A loop that writes often reads its lists ever more rarely."""
        area = area_of(path)
        for key, (_since, other, _value) in list(self.values.items()):
            if other and (other == area or area in EVERYWHERE):
                self.values.pop(key, None)
                self.patience[key] = 2 * self.patience.get(key, PATIENCE)
        for key in list(self.reads):
            if area in EVERYWHERE or area_of(key.partition(" ")[2]) == area:
                self.reads.pop(key, None)

    def due(self, key: str) -> bool:
        """Count the read of one object; whether the list is to be read instead."""
        self.reads[key] = self.reads.get(key, 0) + 1
        return self.reads[key] > self.patience.get(key, PATIENCE)


class Reads:
    """The memory as the client of one task, or of one item of a loop, uses it.

    ``borrowed`` says that an object came from what an earlier item had read. With ``anew`` every object is read from
    Kibana.
    """

    def __init__(self, client: Any, memory: Memory) -> None:
        self._client = client
        self._memory = memory
        self._start = time.monotonic()
        self.borrowed = False
        self.anew = False

    def find(self, listing: Listing, identity: Any, path: str, probe: str = "") -> dict[str, Any] | None:
        """The object with this identity, or None: from the list where it is known or due, else by reading *path*."""
        known = self._known(listing) if self._memory.objects and not self.anew else {}
        if str(identity) in known:
            self.borrowed = True
            found: dict[str, Any] = copy.deepcopy(known[str(identity)])
            return found
        if self.anew:  # it is not as the list has it, or will not be
            (self._memory.get(self._key(listing)) or {}).pop(str(identity), None)
        answer: Any = self._client.find(path, in_space=listing.in_space, probe=probe)
        stored: dict[str, Any] | None = answer[listing.envelope] if answer is not None and listing.envelope else answer
        return stored

    def search(self, listing: Listing, wanted: Wanted, *, reference: bool = False) -> list[dict[str, Any]]:
        """The entries of a list that are wanted.

        The list that an earlier item has read serves where it has exactly one. ``reference``: the task only refers to
        the entry, and does not write it.
        """
        key = self._key(listing)
        usable = reference or (self._memory.objects and not self.anew)
        known = self._memory.get(key) if usable else None
        found = [item for item in known.values() if wanted(item)] if known else []
        own = reference and known is not None and self._memory.values[key][0] >= self._start  # read by this very task
        if not (own or len(found) == 1):
            found = [item for item in self._read(listing).values() if wanted(item)]
        elif not reference:
            self.borrowed = True
        return copy.deepcopy(found)

    def attempt(self, work: Callable[[], Found], settled: Callable[[Found], bool]) -> Found:
        """What ``work()`` returns. It may borrow objects as long as ``settled`` says that nothing is to be written.

        Otherwise, and where it fails, it is done again with every object read from Kibana. Warnings of what does not
        count are dropped.
        """
        if not self.anew:
            held: list[str] = []
            client, good, self.borrowed = self._client, False, False
            client.warn, tell = held.append, client.warn
            try:
                result = work()
                good = not self.borrowed or settled(result)
                if good:
                    return result
            except (KibanaError, PlanError):
                good = not self.borrowed
                if good:
                    raise
            finally:
                client.warn = tell
                if good:
                    for text in held:
                        tell(text)
        self.anew = True
        return work()

    def _known(self, listing: Listing) -> dict[str, Any]:
        """The list by the key of its entries, once it is worth reading; empty until then, or where it is refused."""
        key = self._key(listing)
        known: dict[str, Any] | None = self._memory.get(key)
        if known is None and self._memory.due(key):
            try:
                known = self._read(listing)
            except KibanaError as error:
                if error.status is None:
                    raise
                self._memory.patience[key] = math.inf
        return known or {}

    def _read(self, listing: Listing) -> dict[str, Any]:
        entries = self._client.pages(
            listing.path, items=listing.items, size_name=listing.size_name, in_space=listing.in_space
        )
        found = {str(item.get(listing.key)): item for item in entries}
        self._memory.put(self._key(listing), area_of(listing.path), found)
        return found

    def _key(self, listing: Listing) -> str:
        return f"{self._client.settings.space if listing.in_space else ''} {listing.path}"


def area_of(path: str) -> str:
    """The part of the API that a path belongs to."""
    match = AREA.match(path)
    return match[1] if match else ""
