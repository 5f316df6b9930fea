# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Any request to Kibana: whether it needs to be sent, sending it, and what a task may see of the answer."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError, looks_like_html
from ansible_collections.stackops.kibana.plugins.module_utils._files import Output, read_source
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import (
    SECRET_HIDDEN,
    SECRET_SENT,
    hidden_strings,
    mask,
    overlay,
    prune,
    same,
    scrub,
    secrets_of,
    strip,
)
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError
from ansible_collections.stackops.kibana.plugins.module_utils._request_check import idempotence, json_body
from ansible_collections.stackops.kibana.plugins.module_utils._request_compare import (
    alike,
    below,
    lookup,
    project,
    text_of,
    traits,
)
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource
from ansible_collections.stackops.kibana.plugins.module_utils._task import Context

NDJSON = "application/x-ndjson"


@dataclass
class Answer:
    """What came back: the status, the bytes, and the decoded JSON (None: there is none)."""

    status: int | None = None
    content: bytes = b""
    data: Any = None


@dataclass
class Step:
    """What there is to do: whether to send the request, and the compared fields before and after."""

    needed: bool
    before: Any
    after: Any
    current: Any = None


def secrets_among(params: dict[str, Any]) -> Resource:
    """Which fields of the options hold secrets, in the terms of the engine; a body that is text is taken apart."""
    hidden: set[str] = set()
    if not params["secret_fields"]:
        return Resource(result_key="json", options={})
    for name, holder in (("body", params), ("ndjson", params), ("expected", params["compare"] or {})):
        try:
            value = holder.get(name)
            holder[name] = [json_body(line) for line in value] if name == "ndjson" and value else json_body(value)
        except ValueError:
            hidden.add(name if holder is params else "compare.expected")
    tops = ("body", "ndjson", "query", "upload.form", "compare.query", "compare.expected")
    hidden |= {below(top, path) for top in tops for path in params["secret_fields"] if _has(params, top)}
    return Resource(result_key="json", options={}, hidden=frozenset(hidden))


def _has(params: Mapping[str, Any], top: str) -> bool:
    value: Any = params
    for name in top.split("."):
        value = (value or {}).get(name)
    return value is not None


class Request:
    """One request of a task. ``run`` gives the result; raises :class:`PlanError` and ``KibanaError``."""

    def __init__(self, context: Context) -> None:
        self.context, self.client, self.params = context, context.client, context.params
        self.method, self.path, self.in_space = (self.params[name] for name in ("method", "path", "in_space"))
        self.kind = idempotence(self.params)
        self.body = json_body(self.params["body"])
        self.secret_fields: list[str] = self.params["secret_fields"] or []
        self.compare: dict[str, Any] | None = self.params["compare"]
        self.shown = traits(hidden=self.secret_fields)
        self.hidden = tuple(hidden_strings(self.params, context.resource.traits)) if context.resource else ()
        self.sent = False
        self.output = Output(context) if self.params["dest"] is not None else None
        self.files, self.content = self._files(), self._content()

    def run(self) -> dict[str, Any]:
        """Send the request where it is needed, and return the result."""
        if self.kind == "read":
            return self._result(self._pages() if self.params["paginate"] else self._send(), False)
        step = self._plan()
        if step.needed and self.in_space:
            self.client.require_space(self.context.check_mode)
        if not step.needed:
            return self._result(Answer(data=step.current), False)
        answer = Answer() if self.context.check_mode else self._write()
        changed = not self._without_effect(answer)
        result = self._result(answer, changed)
        if changed and self.context.module._diff:
            result["diff"] = scrub({"before": prune(step.before), "after": prune(step.after)}, self.hidden)
        return result

    def _plan(self) -> Step:
        """Whether the request is needed: without ``compare`` always."""
        if self.compare is None:
            body = mask(self.body if self.body is not None else self.params["ndjson"], self.shown, SECRET_SENT)
            query = mask(self.params["query"], self.shown, SECRET_SENT)
            request = {"method": self.method, "path": self.path, "query": query, "body": body}
            return Step(True, {}, {"request": request})
        current = self._current(self.compare)
        if self.method == "DELETE":
            return Step(current is not None, mask(current, self.shown), {}, current)
        expected = self.compare["expected"]
        wanted = self.body if expected is None else json_body(expected)
        return self._difference(self.compare, current, wanted)

    def _difference(self, compare: Mapping[str, Any], current: Any, wanted: Any) -> Step:
        ignored = compare["ignore"] or ()
        node = traits(read_only=ignored, write_only=self.secret_fields, unordered=compare["unordered"] or ())
        after = strip(wanted, node)
        before = strip(project(current, after, node), node) if current is not None else {}
        needed = current is None or not same(before, after, node)
        secrets = secrets_of(wanted, node) if isinstance(wanted, dict) and compare["expected"] is None else {}
        after = overlay(after, mask(secrets, node, SECRET_SENT)) if secrets else after
        return Step(needed, before, after, current)

    def _current(self, compare: Mapping[str, Any]) -> Any:
        """The object as it is, None where Kibana says that there is none."""
        path = compare["path"] or self.path
        found = self.client.find(
            path, in_space=self.in_space, probe=compare["probe"] or "", params=_query(compare["query"])
        )
        if found is None or not compare["envelope"]:
            return found
        inner = lookup(found, compare["envelope"])
        if inner is None:
            raise PlanError(f"The answer to GET {path} has no field {compare['envelope']}: correct compare.envelope.")
        return inner

    def _write(self) -> Answer:
        try:
            return self._send()
        except KibanaError as error:
            # Kibana can refuse, or not answer, and have done what was asked.
            if self.compare is None or not (error.ambiguous or error.status in (404, 409)):
                raise
            step = self._plan()
            if step.needed:
                raise
            self.sent = True
            return Answer(data=step.current)

    def _send(self, extra: Mapping[str, Any] | None = None) -> Answer:
        """Send the request once or, where that is harmless, again. Statuses of errors can be accepted."""
        accepted = self.params["status_code"]
        tolerated = {*(accepted or ()), *(self.params["unchanged_status"] or ())}
        query = {**(_query(self.params["query"]) or {}), **(extra or {})}
        safe = self.kind != "once"
        retry = safe or self.method not in ("PUT", "DELETE")
        try:
            response = self.client.send(
                self.method, self.path, self.in_space, query or None, self.body, self.files, safe, retry, self.content
            )
        except KibanaError as error:
            if error.status not in tolerated:
                raise
            self.sent = True
            return Answer(error.status, json.dumps(error.error).encode(), error.error)
        self.sent = True
        if accepted is not None and response.status_code not in tolerated:
            raise self._unwanted(response.status_code, f"with HTTP {response.status_code}, which is not in status_code")
        return Answer(response.status_code, response.content, self._decoded(response))

    def _unwanted(self, status: int, what: str) -> KibanaError:
        message = f"Kibana answered {self.method} {self.path} {what}."
        return KibanaError(message, method=self.method, path=self.path, status=status, ambiguous=True)

    def _decoded(self, response: Any) -> Any:
        kind = response.headers.get("Content-Type", "")
        try:
            if "ndjson" in kind:
                return [json.loads(line) for line in response.content.splitlines() if line.strip()]
            if response.content and "html" not in kind:
                return json.loads(response.content)
        except ValueError:
            if "json" in kind:
                raise self._unwanted(response.status_code, "with something that is not JSON") from None
        if "html" in kind or looks_like_html(response.content[:50].decode("utf-8", "replace")):
            raise self._unwanted(
                response.status_code, "with an HTML page: check that kibana_url is Kibana's own address"
            )
        return None

    def _pages(self) -> Answer:
        """All objects of a list. Where an answer does not tell a total, the first page without new ones is the end."""
        paging, found, last = self.params["paginate"], [], None
        page, status = paging["first_page"], None
        while True:
            answer = self._send({paging["page_name"]: page, paging["size_name"]: paging["size"]})
            if answer.status is not None and answer.status >= 400:
                return answer
            items = lookup(answer.data, paging["items"])
            if not isinstance(items, list):
                raise PlanError(
                    f"The answer to GET {self.path} has no list {paging['items']!r}: correct paginate.items."
                )
            if items and items == last:
                raise PlanError(f"GET {self.path} gives the same page again: correct paginate, or leave it out.")
            found += items
            last, status = items, answer.status
            total = lookup(answer.data, paging["total"]) if isinstance(answer.data, dict) else None
            if not items or (isinstance(total, int) and len(found) >= total):
                return Answer(status, json.dumps(found).encode(), found)
            page += 1

    def _without_effect(self, answer: Answer) -> bool:
        """Whether the answer says that nothing was changed."""
        if not self.sent or self.context.check_mode:
            return False
        wanted = self.params["unchanged_when"]
        if answer.status is not None and answer.status in (self.params["unchanged_status"] or ()):
            return True
        return bool(wanted) and all(alike(lookup(answer.data, path), value) for path, value in wanted.items())

    def _result(self, answer: Answer, changed: bool) -> dict[str, Any]:
        result: dict[str, Any] = {"changed": changed, "sent": self.sent}
        if answer.status is not None:
            result["status"] = answer.status
        if self.output is not None and answer.status is not None and answer.status < 400:
            delivered = self.output.deliver(answer.content)
            if self.secret_fields and "diff" in delivered:
                delivered["diff"] = [_without_content(part) for part in delivered["diff"]]
            return {**result, **delivered, "changed": changed or delivered["changed"]}
        if answer.data is not None:
            result["json"] = scrub(mask(answer.data, self.shown), self.hidden)
        elif answer.content:
            result.update(_as_text(answer.content, self.hidden))
        return result

    def _content(self) -> tuple[str, bytes] | None:
        lines, text = self.params["ndjson"], self.params["text"]
        if lines is not None:
            return NDJSON, "".join(json.dumps(json_body(line)) + "\n" for line in lines).encode()
        return (self.params["content_type"] or "text/plain", text.encode()) if text is not None else None

    def _files(self) -> dict[str, Any] | None:
        upload = self.params["upload"]
        if upload is None:
            return None
        content = read_source("upload.src", upload["src"])
        name = upload["filename"] or os.path.basename(upload["src"])
        fields = {key: (None, text_of(value)) for key, value in (upload["form"] or {}).items()}
        return {**fields, upload["field"]: (name, content, upload["content_type"] or "application/octet-stream")}


def _as_text(content: bytes, secrets: tuple[str, ...]) -> dict[str, Any]:
    """The result for content that is no JSON; of what is no text, only its size."""
    try:
        return {"content": scrub(content.decode("utf-8"), secrets)}
    except UnicodeDecodeError:
        return {"size": len(content)}


def _without_content(part: Mapping[str, Any]) -> dict[str, Any]:
    """The diff of a file without what is in it; the rest is about its mode and its owner."""
    return {key: SECRET_HIDDEN if value and isinstance(value, str) and key in ("before", "after") else value
            for key, value in part.items()}  # fmt: skip


def _query(given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The parameters of a query: a list repeats its name."""
    query = {
        name: [text_of(item) for item in value] if isinstance(value, list) else text_of(value)
        for name, value in (given or {}).items()
        if value is not None
    }
    return query or None
