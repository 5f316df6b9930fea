# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The one exception that a request to Kibana raises, and how Kibana's many shapes of an error become one sentence."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from typing import Any

Hide = Callable[[Any], Any]
_HINTS = {
    401: "check the credentials (kibana_api_key, or kibana_username and kibana_password, or kibana_bearer_token)",
    403: "the user or API key lacks a privilege that this needs",
    413: "the request is larger than Kibana (server.maxPayload) or a proxy accepts",
    429: "Kibana is busy, try again later or raise kibana_retries",
    503: "Kibana is not ready, try again later or raise kibana_retries",
}
_UNSEEN = re.compile("[\0-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_ENDLESS = re.compile(r"(\S{300})\S{100,}")
_LONGEST = 4000


class KibanaError(Exception):
    """A request that failed: what was tried, on what, and what came back.

    ``status`` is the HTTP status, or None where no answer came. ``error`` is Kibana's own answer. ``ambiguous`` says
    that the request may have been carried out all the same.
    """

    def __init__(
        self,
        message: str,
        *,
        method: str = "",
        path: str = "",
        status: int | None = None,
        error: Any = None,
        ambiguous: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.method = method
        self.path = path
        self.status = status
        self.error = error
        self.ambiguous = ambiguous

    def as_result(self) -> dict[str, Any]:
        """The keys of a failed task's result."""
        known = {"status": self.status, "method": self.method, "path": self.path, "error": self.error}
        return {"msg": self.message, **{key: value for key, value in known.items() if value not in (None, "")}}


def tidy(message: str) -> str:
    """A message in one line, whatever values are in it: without their control characters, and their bulk."""
    text = _UNSEEN.sub(_spelt, _ENDLESS.sub(r"\1...", message))
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "..."


def _spelt(found: re.Match[str]) -> str:
    return " " if found[0] in "\t\n\r" else ascii(found[0])[1:-1]


def unreadable(path: str) -> str:
    """Why a path must not be opened, as the end of a sentence; none where nothing speaks against it.

    A pipe or a device might be read for ever.
    """
    if "\0" in path:
        return "contains the character NUL, which no file name may"
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        return "is no text that a file name can hold"
    regular = not os.path.exists(path) or os.path.isfile(path) or os.path.isdir(path)
    return "" if regular else "is no file, but a pipe or a device"


def refused(method: str, path: str, status: int, text: str, hide: Hide = lambda value: value) -> KibanaError:
    """The error for an answer with a status of 400 or more, whatever the shape of its body.

    ``hide`` takes the secrets out of it, before anything is cut.
    """
    body = parse(text, hide)
    said = " ".join(message_of(body).split())  # Elasticsearch writes lists of causes in several lines
    if status == 404 and is_route_missing(body):
        said = (
            "this Kibana does not have this function (its version, licence or flavour, a disabled plugin,"
            " or a kibana_url without its base path)"
        )
    elif status in _HINTS:
        said = f"{said.rstrip('.')}; {_HINTS[status]}" if said else _HINTS[status]
    message = f"Kibana refused {method} {path} with HTTP {status}: {said.rstrip('.') or 'no reason given'}."
    return KibanaError(message, method=method, path=path, status=status, error=body)


def decoded(response: Any, method: str, path: str, url: str) -> Any:
    """The JSON of an answer; None for an empty one, which only a write may give."""
    if not response.content:
        if method == "GET":
            raise nothing(method, path)
        return None
    try:
        return response.json()
    except ValueError:
        what = "an HTML page" if looks_like_html(response.text) else "something that is not JSON"
        raise KibanaError(
            f"{url} answered {method} {path} with {what} instead of JSON:"
            " check that kibana_url is Kibana's own address, with its base path.",
            method=method,
            path=path,
            status=response.status_code,
            ambiguous=True,
        ) from None


def nothing(method: str, path: str) -> KibanaError:
    """The error for an empty answer where one with content was due."""
    return KibanaError(
        f"The answer to {method} {path} is empty: check Kibana, and what lies between.",
        method=method,
        path=path,
        ambiguous=True,
    )


def parse(text: str, hide: Hide = lambda value: value) -> Any:
    """The body of an answer: JSON where it is some, else the text itself, cut to what a person would read."""
    try:
        return hide(json.loads(text))
    except ValueError:
        return hide(text.strip())[:2000]


def is_route_missing(body: Any) -> bool:
    """Whether a 404 has only the bare words that Kibana's router uses (some handlers use them for an object, too)."""
    return not isinstance(body, dict) or body.get("message") in (None, "", "Not Found")


def message_of(body: Any) -> str:
    """Kibana's own words, from any of its error shapes: ``message`` may be a text, a list or an object."""
    if isinstance(body, str):
        return "an HTML page (a proxy, or not Kibana?)" if looks_like_html(body) else body[:300]
    if isinstance(body, list):
        return "; ".join(filter(None, (message_of(item) for item in body)))
    if not isinstance(body, dict):
        return ""
    for key in ("message", "error", "reason"):
        if body.get(key):
            said = message_of(body[key])
            attributes = body.get("attributes")
            details = attributes.get("errors") if isinstance(attributes, dict) else body.get("panelErrors")
            return f"{said} ({message_of(details)})" if details and message_of(details) else said
    return ""


def looks_like_html(text: str) -> bool:
    """Whether a body is a web page instead of an answer of the API."""
    return text.lstrip()[:15].lower().startswith(("<!doctype", "<html", "<head"))
