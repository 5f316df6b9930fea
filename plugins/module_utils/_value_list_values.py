# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The values of a value list: where a task has them from, when two of them mean the same, and what is to change.

No requests here. How Kibana writes the values of each type is in its API documentation, group "Security Lists API".
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._errors import unreadable
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError

# What ends a line for Kibana, which reads an import line by line.
LINE_END = re.compile("\r\n|[\n\r\u2028\u2029]")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d)(?::(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)?(Z|[+-]\d\d:?\d\d)?)?)?)?", re.ASCII
)
MILLISECONDS = re.compile(r"-?\d{5,15}", re.ASCII)
POINT = re.compile(r"POINT\s*\(\s*(\S+)\s+(\S+?)\s*\)", re.IGNORECASE)
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def given_values(items: Sequence[Any], boolean: bool) -> list[str]:
    """The texts of the option ``items``: numbers become text, and so do booleans in a list of *boolean*.

    Raises :class:`PlanError` for what is no value.
    """
    return [_text(item, f"items[{number}]", boolean) for number, item in enumerate(items)]


def _text(item: Any, where: str, boolean: bool) -> str:
    if isinstance(item, bool):
        if not boolean:
            raise PlanError(f"{where} is a boolean of YAML: quote the text that is meant, or give type: boolean.")
        return "true" if item else "false"
    if not isinstance(item, (str, int, float)):
        kind = {type(None): "null", dict: "a dictionary", list: "a list"}.get(type(item), type(item).__name__)
        raise PlanError(f"{where} is {kind}: a value must be a text or a number.")
    text = str(item).strip()
    if not text:
        raise PlanError(f"{where} is empty: Kibana knows no empty values.")
    if LINE_END.search(text):
        raise PlanError(f"{where} has a line break, which no value can have: give one value per element.")
    return text


def values_of_file(path: str) -> list[str]:
    """The lines of a UTF-8 file, without the blank ones. Raises :class:`PlanError` where it cannot be read.

    Read line by line, so that the whole is never in memory twice.
    """
    values: list[str] = []
    problem = unreadable(path)
    if problem:
        raise PlanError(f"items_src names {path}, which {problem}.")
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            for line in file:
                if "\0" in line:
                    raise PlanError(f"items_src names {path}, which is no text: it has null bytes.")
                values += values_of_text(line)
    except FileNotFoundError:
        raise PlanError(f"items_src names {path}, which does not exist on the host that runs the module.") from None
    except IsADirectoryError:
        raise PlanError(f"items_src names {path}, which is a directory: name a file.") from None
    except OSError as error:
        raise PlanError(f"items_src names {path}, which cannot be read: {error.strerror or error}.") from None
    except UnicodeDecodeError:
        raise PlanError(f"items_src names {path}, which is no UTF-8 text (after {len(values)} values).") from None
    return values


def values_of_text(text: str) -> list[str]:
    """The values of a text with one value per line, as in a file and in Kibana's export."""
    return [line for line in map(str.strip, LINE_END.split(text)) if line]


def value_key(kind: str) -> Callable[[str], Hashable]:
    """A function from a value to what it means in a list of this type: equal exactly where Kibana finds the same.

    What is no value of the type, or has a form unknown here, stands for itself.
    """
    read = _READERS.get(kind)

    def key(text: str) -> Hashable:
        try:
            return read(text) if read else text
        except (ValueError, ArithmeticError):
            return text

    return key


def _number(text: str) -> Hashable:
    if not NUMBER.fullmatch(text):
        raise ValueError(text)
    return Decimal(text)


def _ip(text: str) -> Hashable:
    address = ipaddress.ip_address(text)
    return getattr(address, "ipv4_mapped", None) or address


def _ip_range(text: str) -> Hashable:
    """First and last address, whether it is written as CIDR, as two addresses or as one."""
    if "/" in text:
        network = ipaddress.ip_network(text, strict=False)
        return network[0], network[-1]
    return _span(_ip, "-")(text)


def _span(read: Callable[[str], Hashable], mark: str) -> Callable[[str], Hashable]:
    """A reader of ranges; a single value is a range of one."""
    pattern = re.compile(rf"(.+?)\s*{mark}\s*(.+)")

    def ends(text: str) -> Hashable:
        found = pattern.fullmatch(text)
        return (read(found[1]), read(found[2])) if found else (read(text), read(text))

    return ends


def _date(text: str) -> Hashable:
    """The moment, with its fraction of a second as exact as it is written."""
    if MILLISECONDS.fullmatch(text):
        seconds, rest = divmod(int(text), 1000)
        return EPOCH + timedelta(seconds=seconds), f"{rest:03}".rstrip("0")
    found = DATE.fullmatch(text)
    if not found:
        raise ValueError(text)
    year, month, day, hour, minute, second = (
        int(part or first) for part, first in zip(found.groups(), (1, 1, 1, 0, 0, 0))
    )
    moment = datetime(year, month, day, hour, minute, second, tzinfo=timezone.utc)
    return moment - _offset(found[8]), (found[7] or "").rstrip("0")


def _offset(zone: str | None) -> timedelta:
    if zone is None or zone == "Z":
        return timedelta(0)
    sign = -1 if zone[0] == "-" else 1
    return sign * timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))


def _point(text: str) -> Hashable:
    """Latitude and longitude; the notation POINT has them the other way round."""
    found = POINT.fullmatch(text)
    if found:
        return _number(found[2]), _number(found[1])
    latitude, _unused, longitude = text.partition(",")
    return _number(latitude.strip()), _number(longitude.strip())


_READERS: dict[str, Callable[[str], Hashable]] = {
    **dict.fromkeys(("byte", "short", "integer", "long", "half_float", "float", "double"), _number),
    **dict.fromkeys(("integer_range", "long_range", "float_range", "double_range"), _span(_number, "-")),
    "ip": _ip,
    "ip_range": _ip_range,
    "date": _date,
    "date_nanos": _date,
    "date_range": _span(_date, ","),
    "geo_point": _point,
}


@dataclass(frozen=True)
class Change:
    """What brings the stored values to the wanted ones.

    ``add`` are the values to write, ``drop`` those to delete: each with all the spellings in which it is stored.
    ``kept`` is the number of values that stay. Values count once, however often they are stored.
    """

    add: Mapping[Hashable, str] = field(default_factory=dict)
    drop: Mapping[Hashable, Sequence[str]] = field(default_factory=dict)
    kept: int = 0

    @property
    def size(self) -> int:
        """How much there is to do."""
        return len(self.add) + len(self.drop)

    def counts(self, left: Change | None = None) -> dict[str, int]:
        """The numbers for the result, where *left* could not be done."""
        rest = left or Change()
        added, deleted = len(self.add) - len(rest.add), len(self.drop) - len(rest.drop)
        total = self.kept + added + len(rest.drop)
        return {"added": added, "deleted": deleted, "unchanged": self.kept + len(rest.drop), "total": total}


def compare(kind: str, stored: Iterable[str], wanted: Iterable[str], exact: bool) -> Change:
    """What has to change; without *exact* nothing is deleted."""
    key = value_key(kind)
    have: dict[Hashable, tuple[str, ...]] = {}
    for text in stored:
        name = key(text)
        spellings = have.get(name, ())
        if text not in spellings:
            have[name] = (*spellings, text)
    want: dict[Hashable, str] = {}
    for text in wanted:
        want.setdefault(key(text), text)
    add = {name: text for name, text in want.items() if name not in have}
    drop = {name: texts for name, texts in have.items() if name not in want} if exact else {}
    return Change(add, drop, len(have) - len(drop))


def shorten(values: Iterable[str], most: int) -> list[str]:
    """The first values, and a line that counts the rest."""
    values = list(values)
    return values if len(values) <= most else [*values[:most], f"... and {len(values) - most} more"]
