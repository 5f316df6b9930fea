# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A few lines around requests for the emulator's own tests."""

from __future__ import annotations

from typing import Any

import requests

from kibana_emulator import Emulator, EmulatorAdapter

Answer = requests.Response


class Api:
    """Calls an emulator; `api.get("/api/x", a=1)`, `api.post("/api/x", {...}, query...)`."""

    def __init__(self, emulator: Emulator, user: tuple[str, str] = ("elastic", "changeme")) -> None:
        self.emulator = emulator
        self.session = requests.Session()
        self.session.mount("http://", EmulatorAdapter(emulator))
        self.session.auth = user
        self.session.headers["kbn-xsrf"] = "true"

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> Answer:
        """Send one request."""
        return self.session.request(method, f"http://kibana{path}", json=body, params=query)

    def get(self, path: str, **query: Any) -> Answer:
        """GET."""
        return self.call("GET", path, **query)

    def post(self, path: str, body: Any = None, **query: Any) -> Answer:
        """POST."""
        return self.call("POST", path, body, **query)

    def put(self, path: str, body: Any = None, **query: Any) -> Answer:
        """PUT."""
        return self.call("PUT", path, body, **query)

    def patch(self, path: str, body: Any = None, **query: Any) -> Answer:
        """PATCH."""
        return self.call("PATCH", path, body, **query)

    def delete(self, path: str, body: Any = None, **query: Any) -> Answer:
        """DELETE."""
        return self.call("DELETE", path, body, **query)

    def upload(self, path: str, name: str, text: str, **query: Any) -> Answer:
        """POST a multipart form with one file."""
        return self.session.post(f"http://kibana{path}", files={"file": (name, text)}, params=query)


def ok(answer: Answer) -> Any:
    """Return the JSON of an answer that must be 200."""
    assert answer.status_code == 200, f"{answer.status_code} {answer.text}"
    return answer.json()


def refused(answer: Answer, status: int) -> Any:
    """Return the message of an answer that must have this status."""
    assert answer.status_code == status, f"{answer.status_code} {answer.text}"
    return answer.json()["message"]
