# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of value lists: what each type accepts, and the one form in which a value is kept and shown (E.3, J.6)."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import math
import re
from collections.abc import Callable
from datetime import datetime
from typing import Literal, get_args

ListType = Literal[
    "binary", "boolean", "byte", "date", "date_nanos", "date_range", "double", "double_range", "float", "float_range",
    "geo_point", "geo_shape", "half_float", "integer", "integer_range", "ip", "ip_range", "keyword", "long",
    "long_range", "shape", "short", "text",
]  # fmt: skip
LIST_TYPES = get_args(ListType)
_BITS = {"byte": 8, "short": 16, "integer": 32, "long": 64}


def canonical(kind: str, value: str) -> str:
    """Return `value` as a list of this type shows it; ValueError when it is none."""
    text = value.strip()
    if not text:
        raise ValueError("empty")
    return _READERS.get(kind, str)(text)


def _boolean(text: str) -> str:
    if text not in ("true", "false"):
        raise ValueError(text)
    return text


def _whole(bits: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not re.match(r"^[+-]?\d+(\.0*)?\Z", text):
            raise ValueError(text)
        number = int(text.partition(".")[0])
        if not -(2 ** (bits - 1)) <= number < 2 ** (bits - 1):
            raise ValueError(text)
        return text

    return read


def _fraction(text: str) -> str:
    if not math.isfinite(float(text)):
        raise ValueError(text)
    return text


def _ip(text: str) -> str:
    return ipaddress.ip_address(text).compressed


def _ip_range(text: str) -> str:
    if "/" in text:
        address, _unused, length = text.partition("/")
        found = ipaddress.ip_address(address)
        if not length.isdigit() or int(length) > found.max_prefixlen:
            raise ValueError(text)
        return f"{found.compressed}/{int(length)}"
    return _span(_ip, "-")(text) if "-" in text else _ip(text)


def _span(read: Callable[[str], str], mark: str) -> Callable[[str], str]:
    def both(text: str) -> str:
        parts = re.match(rf"^(.+?)\s*{mark}\s*(.+)$", text)
        return f"{read(parts[1])}{mark}{read(parts[2])}" if parts else read(text)

    return both


def _date(text: str) -> str:
    if not re.match(r"^(\d{4}(-\d\d)?|-?\d{5,})\Z", text):
        datetime.fromisoformat(text)
    return text


def _point(text: str) -> str:
    if re.match(r"^POINT\s*\(\s*-?[\d.]+\s+-?[\d.]+\s*\)\Z", text, re.IGNORECASE):
        return text
    latitude, _unused, longitude = text.partition(",")
    if not (-90 <= float(latitude) <= 90 and -180 <= float(longitude) <= 180):
        raise ValueError(text)
    return f"{latitude.strip()},{longitude.strip()}"


def _shape(text: str) -> str:
    if not re.match(r"^[A-Z]+\s*(\(|EMPTY)", text, re.IGNORECASE):
        raise ValueError(text)
    return text


def _binary(text: str) -> str:
    try:
        base64.b64decode(text, validate=True)
    except binascii.Error as problem:
        raise ValueError(text) from problem
    return text


_READERS: dict[str, Callable[[str], str]] = {
    "binary": _binary, "boolean": _boolean, "date": _date, "date_nanos": _date, "date_range": _span(_date, ","),
    "double": _fraction, "float": _fraction, "half_float": _fraction, "double_range": _span(_fraction, "-"),
    "float_range": _span(_fraction, "-"), "integer_range": _span(_whole(32), "-"), "long_range": _span(_whole(64), "-"),
    "ip": _ip, "ip_range": _ip_range, "geo_point": _point, "geo_shape": _shape, "shape": _shape,
    **{kind: _whole(bits) for kind, bits in _BITS.items()},
}  # fmt: skip
