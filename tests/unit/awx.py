# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX does, as far as the tests need it: a REST API with a memory, and what becomes of a credential in a job."""

from __future__ import annotations

import json
import re
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from conftest import ROOT
from jinja2 import sandbox
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

TOKEN = "awx-t0ken"
CREDENTIAL_TYPE = yaml.safe_load(
    (ROOT / "playbooks" / "files" / "awx" / "credential_type.yml").read_text(encoding="utf-8")
)
IDS = ("organization", "credential_type", "project", "source_project", "inventory")
RUNNER = "/runner"  # where a job sees its private folder


class Awx:
    """Collections of objects, found by equal fields; surveys and credentials of job templates."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[int, dict[str, Any]]] = defaultdict(dict)
        self.objects["organizations"][1] = {"id": 1, "name": "Default"}
        self.surveys: dict[int, Any] = {}
        self.attached: dict[int, list[int]] = defaultdict(list)
        self.writes: list[str] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        status, body = self.answer(request)
        response = Response(json.dumps(body) if body is not None else "", status, content_type="application/json")
        return response(environ, start_response)

    def answer(self, request: Request) -> tuple[int, Any]:
        """Status and body for a request."""
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, {"detail": "Authentication credentials were not provided."}
        if request.method != "GET":
            self.writes.append(f"{request.method} {request.path}")
        found = re.fullmatch(r"/api/v2/(\w+)/(?:(\d+)/)?(?:(\w+)/)?", request.path)
        if not found:
            return 404, {"detail": "The requested resource could not be found."}
        kind, number, part = found[1], int(found[2] or 0), found[3]
        body = request.get_json() if request.data else None
        if part:
            return self.part(request.method, number, part, body)
        if request.method == "GET":
            wanted = request.args.to_dict()
            hits = [one for one in self.objects[kind].values() if all(str(one.get(k)) == v for k, v in wanted.items())]
            return 200, {"count": len(hits), "results": [self.shown(one) for one in hits]}
        if request.method == "POST":
            if not body.get("name"):
                return 400, {"name": ["This field is required."]}
            number = 1 + sum(len(one) for one in self.objects.values())
            self.objects[kind][number] = {"id": number, "created": "2026-01-01T00:00:00Z"}
        self.objects[kind][number].update({name: self.number(name, value) for name, value in body.items()})
        return 201 if request.method == "POST" else 200, self.shown(self.objects[kind][number])

    def part(self, method: str, number: int, part: str, body: Any) -> tuple[int, Any]:
        """A list or a survey below a job template."""
        if part == "survey_spec":
            if method == "POST":
                self.surveys[number] = body
            return 200, self.surveys.get(number, {})
        if method == "POST":
            self.attached[number].append(int(body["id"]))
            return 204, None
        return 200, {"results": [{"id": one} for one in self.attached[number]]}

    @staticmethod
    def number(name: str, value: Any) -> Any:
        """AWX takes "7" for an id, and answers 7."""
        return int(value) if name in IDS else value

    @staticmethod
    def shown(item: dict[str, Any]) -> dict[str, Any]:
        """As AWX shows it: secrets of a credential as $encrypted$."""
        if "credential_type" not in item:
            return item
        return {**item, "inputs": dict.fromkeys(item.get("inputs", {}), "$encrypted$")}


@contextmanager
def served(awx: Awx) -> Iterator[str]:
    """The URL of an AWX."""
    server = make_server("127.0.0.1", 0, awx, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def injected(inputs: dict[str, str], private: Path, seen: Path | str = RUNNER) -> dict[str, str]:
    """The environment that AWX makes of a credential: fields that were not filled in are undefined.

    Files go into the folder env of the job's private folder, which the job itself sees as `seen`.
    """
    environment = sandbox.ImmutableSandboxedEnvironment()
    names: dict[str, Any] = {name: value for name, value in inputs.items() if value}
    files = {}
    (private / "env").mkdir(parents=True, exist_ok=True)
    for label, template in CREDENTIAL_TYPE["injectors"]["file"].items():
        path = private / "env" / f"file_{label}"
        path.write_text(environment.from_string(template).render(**names), encoding="utf-8")
        files[label.removeprefix("template.")] = f"{seen}/env/{path.name}"
    names["tower"] = {"filename": files}
    return {
        name: environment.from_string(template).render(**names)
        for name, template in CREDENTIAL_TYPE["injectors"]["env"].items()
    }
