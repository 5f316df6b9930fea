# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The HTTP client: spaces, retries, paging, and errors that say what to do."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from ansible_collections.stackops.kibana.plugins.module_utils import _session
from ansible_collections.stackops.kibana.plugins.module_utils._args import Settings
from ansible_collections.stackops.kibana.plugins.module_utils._errors import (
    KibanaError,
    decoded,
    is_route_missing,
    refused,
)
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import scrub
from ansible_collections.stackops.kibana.plugins.module_utils._reads import Memory, Reads, area_of

IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE"})
READING = frozenset({"GET", "HEAD"})
PASSING = frozenset({502, 503, 504})
MAX_REDIRECTS = 3
# Kibana 9 refuses its internal routes without the first; their version is 1 where a public one has a date.
INTERNAL = re.compile(r"(/s/[^/]+)?/internal/")
INTERNAL_HEADERS = {"x-elastic-internal-origin": "Kibana", "elastic-api-version": "1"}


def fill_path(template: str, values: Mapping[str, Any]) -> str:
    """Fill a URL template, percent-encoding each value. Raises :class:`KibanaError` for a value that is no id."""
    encoded = {}
    for name, value in values.items():
        if "{" + name + "}" not in template:
            continue
        text = str(value)
        if text.strip() in ("", ".", ".."):
            raise KibanaError(f"{name} is {text!r}: that cannot be the id of an object.")
        encoded[name] = quote(text, safe="")
    return template.format(**encoded)


def quoted(text: str) -> str:
    """A text as a value in KQL, in which only these two characters mean something."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class KibanaClient:
    """Requests to one Kibana with the settings of a task.

    Paths are those of the API documentation (``/api/...``); ``in_space=True`` puts ``/s/<space>`` in front of them.
    All methods raise :class:`KibanaError`. ``warn`` takes a text for the person who runs the task. ``secrets`` are
    taken out of what Kibana says when it refuses (none given: those of the settings).
    """

    def __init__(self, settings: Settings, warn: Any = lambda text: None, secrets: list[str] | None = None) -> None:
        self.settings = settings
        self.warn = warn
        self.secrets = list(settings.secrets) if secrets is None else secrets
        self.session = _session.session_for(settings)
        self.memory: Memory = self.session.kibana_memory
        self.reads = Reads(self, self.memory)
        self.doubt: KibanaError | None = None  # why what was deleted may be there all the same
        self.sent = 0

    def get(self, path: str, *, in_space: bool = True, params: Any = None) -> Any:
        """The decoded answer."""
        return self.call("GET", path, in_space=in_space, params=params)

    def find(self, path: str, *, in_space: bool = True, probe: str = "", params: Any = None) -> Any:
        """The decoded answer, or None where the object does not exist.

        Only a 404 of the object means absent. A 404 with the router's bare words means that the function is missing,
        unless the path *probe* answers: some handlers use the same words for an object.
        """
        try:
            return self.get(path, in_space=in_space, params=params)
        except KibanaError as error:
            if error.status != 404:
                raise
            if is_route_missing(error.error):
                if not probe:
                    raise
                sent = self.sent
                self.cached(f"probe {probe}", lambda: self._answers(probe, in_space))
                self.reads.borrowed |= self.sent > sent  # somebody may have made it meanwhile: a write looks again
            return None

    def _answers(self, path: str, in_space: bool) -> bool:
        self.get(path, in_space=in_space)
        return True

    def delete(
        self, path: str, *, in_space: bool = True, params: Any = None, json: Any = None, is_there: Any = None
    ) -> None:
        """Delete an object that was there when last read; one that is gone by now is deleted.

        Where a 404 may mean the route, too, the object is looked at again: by ``is_there()``, else by reading *path*.
        """
        try:
            self.call("DELETE", path, in_space=in_space, params=params, json=json)
        except KibanaError as error:
            unclear = error.status == 404 and is_route_missing(error.error)
            if error.status != 404 or (unclear and (is_there() if is_there else self._is_there(path, in_space))):
                raise
            self.doubt = error if unclear else None

    def _is_there(self, path: str, in_space: bool) -> bool:
        """Whether an object can be read after all; not so where there is no such route for reading."""
        try:
            return self._answers(path, in_space)
        except KibanaError as error:
            if error.status not in (400, 404, 405):
                raise
            return False

    def pages(
        self,
        path: str,
        *,
        items: str = "",
        size_name: str = "",
        size: int = 100,
        params: Mapping[str, Any] | None = None,
        in_space: bool = True,
    ) -> Iterator[dict[str, Any]]:
        """Every object of a list, to the end.

        ``items`` is the key of the list in an answer ("": the answer is the list), ``size_name`` the parameter for
        the size of a page ("": Kibana gives the whole list at once).
        """
        page, seen = 1, 0
        while True:
            query = {**(params or {}), **({"page": page, size_name: size} if size_name else {})}
            answer = self.get(path, in_space=in_space, params=query)
            found = answer[items] if items else answer
            yield from found
            seen += len(found)
            if not size_name or not found or seen >= answer.get("total", 0):
                return
            page += 1

    def call(
        self,
        method: str,
        path: str,
        *,
        in_space: bool = True,
        params: Any = None,
        json: Any = None,
        files: Any = None,
        safe: bool = False,
        retry: bool = True,
    ) -> Any:
        """Send a request and decode the answer (None for an empty one).

        ``safe``: a repetition does no harm although the method is not idempotent (a create with a chosen id).
        ``retry=False``: send it once, whatever happens.
        """
        response = self.send(method, path, in_space, params, json, files, safe, retry)
        return decoded(response, method, path, self.settings.url)

    def text(self, method: str, path: str, *, in_space: bool = True, params: Any = None, json: Any = None) -> str:
        """The answer as text, for exports (NDJSON, lines)."""
        response = self.send(method, path, in_space, params, json, None, True, True)
        if "html" in response.headers.get("Content-Type", ""):  # a proxy's page, which is no export
            return str(decoded(response, method, path, self.settings.url))
        response.encoding = "utf-8"
        return str(response.text)

    def send(
        self,
        method: str,
        path: str,
        in_space: bool,
        params: Any,
        json: Any,
        files: Any,
        safe: bool,
        retry: bool,
        content: tuple[str, bytes] | None = None,
    ) -> Any:
        """Send a request, again where that is safe and may help, and return the answer as ``requests`` gives it.

        ``content`` is a body that is neither JSON nor a form: its type and its bytes.
        """
        path = self._in_space(path) if in_space else path
        self.sent += 1
        again = safe or method in IDEMPOTENT
        left = self.settings.retries if retry else 0
        attempt, lost = 0, False
        self._before(method, path)
        while True:
            failure, wait = None, None
            try:
                response = self._once(method, path, params, json, files, content)
            except _session.requests.exceptions.RequestException as error:
                failure = _session.unreachable(error, method, path, self.settings)
                passing = again or not failure.ambiguous
            else:
                if response.status_code < 400:
                    return response
                failure = refused(method, path, response.status_code, response.text, self._hide)
                # A conflict, or nothing to delete, after a lost answer may be what the lost attempt has done.
                doubtful = (404, 409) if method == "DELETE" else (409,)
                failure.ambiguous = response.status_code in PASSING or (lost and response.status_code in doubtful)
                passing = response.status_code == 429 or (again and response.status_code in PASSING)
                wait = _session.retry_after(response.headers.get("Retry-After"))
            if not passing or attempt >= left:
                if failure.status is None and not failure.ambiguous and retry:
                    self.memory.unreachable = failure
                raise failure
            pause(attempt, wait)
            attempt, lost = attempt + 1, lost or failure.ambiguous

    def _hide(self, value: Any) -> Any:
        return scrub(value, self.secrets)

    def _before(self, method: str, path: str) -> None:
        """Fail at once where Kibana could not be reached for an earlier item of the loop; forget what a write changes.

        What is remembered are connections that never came about, in spite of all retries.
        """
        earlier = self.memory.unreachable
        if earlier is not None:
            raise KibanaError(
                f"Not attempted, because Kibana could not be reached before: {earlier.message}",
                method=method,
                path=path,
            )
        if method not in READING:
            self.memory.written(path)

    def _once(self, method: str, path: str, params: Any, json: Any, files: Any, content: Any) -> Any:
        url = self.settings.url + path
        headers = {
            **(INTERNAL_HEADERS if INTERNAL.match(path) else {}),
            **({"Content-Type": content[0]} if content else {}),
        }
        for _unused in range(MAX_REDIRECTS):
            response = self.session.request(
                method,
                url,
                params=params,
                json=json,
                files=files,
                data=content[1] if content else None,
                headers=headers,
                timeout=self.settings.timeout,
                allow_redirects=False,
            )
            if not response.is_redirect:
                if _session.cut_short(response):
                    raise _session.requests.exceptions.ConnectionError
                return response
            url, params = _session.redirected(method, path, url, response, self.settings), None
        raise KibanaError(f"{url} redirects in a circle: check kibana_url.", method=method, path=path)

    def _in_space(self, path: str) -> str:
        space = self.settings.space
        return f"/s/{space}{path}" if space and space != "default" else path

    def cached(self, key: str, read: Any, area: str = "") -> Any:
        """What ``read()`` gives, read once in a task and all items of its loop.

        A write to *area* (the path of any endpoint in it) drops it, as ``forget`` does.
        """
        key = f"{self.settings.space} {key}"
        known = self.memory.get(key)
        if known is None:
            known = read()
            self.memory.put(key, area_of(area), known)
        return known

    def forget(self, key: str) -> None:
        """Drop what ``cached`` keeps under *key*."""
        self.memory.values.pop(f"{self.settings.space} {key}", None)

    @property
    def version(self) -> tuple[int, ...]:
        """Kibana's version as numbers, such as ``(9, 4, 3)``; ``(999,)`` where the user may not see it."""
        status = self.cached("status", lambda: self.get("/api/status", in_space=False))
        number = (status.get("version") or {}).get("number", "999")
        return tuple(int(part) for part in number.split("-")[0].split("."))

    def require_space(self, check_mode: bool = False) -> None:
        """Fail where the space does not exist: Kibana itself would silently write into nowhere.

        In check mode a missing space is a warning, because the same play may be about to create it.
        """
        space = self.settings.space
        if not space or space == "default":
            return
        if not self.cached(f"space {space}", lambda: self._space_exists(space), "/api/spaces"):
            self.forget(f"space {space}")
            message = f"The space {space!r} does not exist"
            if not check_mode:
                raise KibanaError(f"{message}: create it first, or correct kibana_space.")
            self.warn(f"{message} yet; the prediction takes it for empty.")

    def _space_exists(self, space: str) -> bool:
        try:
            return self.find(f"/api/spaces/space/{space}", in_space=False, probe="/api/spaces/space") is not None
        except KibanaError as error:
            if error.status == 403:  # one may work in a space without a right to look at spaces
                return True
            raise


def pause(attempt: int, wait: float | None = None) -> None:
    """Wait before the next attempt: 0.5, 1, 2, ... seconds with jitter, or as long as Kibana said."""
    time.sleep(min(_session.MAX_WAIT, 0.5 * 2.0**attempt) * random.uniform(0.5, 1.0) if wait is None else wait)
