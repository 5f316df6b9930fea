# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What a task may ask of any endpoint: a path that stays within Kibana, and options that fit together."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

READING = ("GET", "HEAD")
BODIES = ("body", "ndjson", "text", "upload")
IDEMPOTENCE = {"GET": "read", "HEAD": "read", "PUT": "repeatable", "DELETE": "repeatable"}
_UNFIT = re.compile(r"[\s?#\\\x00-\x1f\x7f]")


def idempotence(params: Mapping[str, Any]) -> str:
    """What the request does when it is sent twice: as the task says, else as its method promises."""
    return str(params["idempotence"] or IDEMPOTENCE.get(params["method"], "once"))


def json_body(value: Any) -> Any:
    """A body or a part of one; a text is taken for JSON. Raises ``ValueError``."""
    return json.loads(value) if isinstance(value, str) else value


def check(params: Mapping[str, Any]) -> str | None:
    """What is wrong with the options of a request, if anything: the first problem."""
    return next((problem for problem in _problems(params) if problem), None)


def _problems(params: Mapping[str, Any]) -> Iterator[str | None]:
    compare, method = params["compare"] or {}, params["method"]
    paths = {"path": params["path"], "compare.path": compare.get("path"), "compare.probe": compare.get("probe")}
    for name, path in paths.items():
        if path is not None:
            yield _path_problem(name, path, params["in_space"])
    for name, value in (("body", params["body"]), ("compare.expected", compare.get("expected"))):
        yield _json_problem(name, value)
    for line in params["ndjson"] or ():
        yield _json_problem("ndjson", line)
    given = [name for name in BODIES if params[name] is not None]
    if given and method in READING:
        yield f"{given[0]} is given, and Kibana reads no body of a {method}: use query, or another method."
    yield _status_problem(params)
    yield _read_problem(params) if idempotence(params) == "read" else _compare_problem(params)
    paging = params["paginate"]
    if paging is not None:
        if method != "GET":
            yield f"paginate reads lists, which needs the method GET, not {method}."
        if paging["size"] < 1:
            yield f"paginate.size is {paging['size']}: it must be at least 1."


def _path_problem(name: str, path: str, in_space: bool) -> str | None:
    if not path.startswith("/") or path.startswith("//"):
        return f"{name} is {path!r}: it must begin with one /, and goes to kibana_url alone."
    if _UNFIT.search(path):
        return f"{name} is {path!r}: white space, ?, # and \\ do not belong into it (give parameters in query)."
    plain = path
    while unquote(plain) != plain:
        plain = unquote(plain)
    if any(part.split(";")[0] in (".", "..") for part in re.split(r"[/\\]", plain)):
        return f"{name} is {path!r}: it must not contain the parts . and .. in any spelling."
    if in_space and re.match("/s/", plain):
        return f"{name} is {path!r}: give the space in kibana_space, or set in_space to false."
    return None


def _json_problem(name: str, value: Any) -> str | None:
    try:
        if value is None or isinstance(json_body(value), (dict, list)):
            return None
    except ValueError:
        pass
    return f"{name} is neither a dictionary, nor a list, nor JSON of one of them (text sends what is no JSON)."


def _status_problem(params: Mapping[str, Any]) -> str | None:
    for name in ("status_code", "unchanged_status"):
        wrong = [status for status in params[name] or () if not 200 <= status <= 599]
        if wrong:
            return f"{name} has {wrong[0]}, which is no status of an answer."
    return None


def _read_problem(params: Mapping[str, Any]) -> str | None:
    if params["method"] not in (*READING, "POST"):
        return f"idempotence is read, and {params['method']} writes: only GET, HEAD and POST can be read."
    pointless = [name for name in ("compare", "unchanged_status", "unchanged_when") if params[name] is not None]
    return f"{pointless[0]} is about writes, and this request reads: leave it out." if pointless else None


def _compare_problem(params: Mapping[str, Any]) -> str | None:
    compare = params["compare"]
    if compare is None or params["method"] == "DELETE":
        return None
    wanted = json_body(params["body"] if compare["expected"] is None else compare["expected"])
    if wanted in (None, {}):  # nothing is part of everything
        return "compare needs something to compare with: give body, or compare.expected."
    if not isinstance(wanted, dict) and compare["expected"] is None:
        return "compare works on a dictionary, and body is a list: say in compare.expected what is to be there."
    return None
