# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Source maps of APM: facts of the platform reference, section B.2."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from emulator_api import Answer, Api, ok, refused

from kibana_emulator import Emulator

BASE = "/api/apm/sourcemaps"
MAP = {"version": 3, "sources": ["a.ts"], "mappings": "AAAA"}


@pytest.fixture(params=["8.18.0", "9.4.3"])
def api(request: pytest.FixtureRequest) -> Iterator[Api]:
    api = Api(Emulator(version=request.param))
    yield api
    assert api.emulator.violations == []
    assert api.emulator.crashes == []


def upload(api: Api, content: Any, path: str = "/app.js", **left_out: None) -> Answer:
    form = {"service_name": "s", "service_version": "1", "bundle_filepath": path, "sourcemap": json.dumps(content)}
    files = {name: (None, text) for name, text in form.items() if name not in left_out}
    return api.session.post(f"http://kibana{BASE}", files=files)


def test_the_content_makes_the_id(api: Api) -> None:
    first, again, other = (ok(upload(api, one)) for one in (MAP, MAP, {**MAP, "mappings": "B"}))
    assert first["id"] == again["id"] != other["id"]
    assert first["id"] == f"apm:s-1-{first['decodedSha256']}"
    assert isinstance(first["body"], str)
    answer = ok(api.get(BASE))
    assert answer["total"] == 2
    assert [one["id"] for one in answer["artifacts"]] == [other["id"], first["id"]]
    body = {"serviceName": "s", "serviceVersion": "1", "bundleFilepath": "/app.js", "sourceMap": MAP}
    assert answer["artifacts"][1]["body"] == body
    assert [one["id"] for one in ok(api.get(BASE, page=2, perPage=1))["artifacts"]] == [first["id"]]


def test_addresses_are_cleaned(api: Api) -> None:
    ok(upload(api, MAP, "HTTPS://Example.com:443"))
    assert ok(api.get(BASE))["artifacts"][0]["body"]["bundleFilepath"] == "https://example.com/"


def test_refusals(api: Api) -> None:
    for name in ("service_name", "service_version", "bundle_filepath", "sourcemap"):
        assert name in refused(upload(api, MAP, **{name: None}), 400)
    refused(upload(api, {"version": 3}), 400)
    refused(upload(api, {**MAP, "mappings": "A" * 1_048_576}), 413)
    refused(api.post(BASE, {"service_name": "s"}), 415)
    viewer = Api(api.emulator, ("viewer", "viewer"))
    assert ok(viewer.get(BASE)) == {"artifacts": [], "total": 0}
    refused(upload(viewer, MAP), 403)


def test_deleting(api: Api) -> None:
    key = ok(upload(api, MAP))["id"]
    assert ok(api.delete(f"{BASE}/{key}")) == {}
    assert "Something went wrong while deleting source map" in refused(api.delete(f"{BASE}/{key}"), 500)
