# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration of cases: templates depend on the custom fields of the same request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from emulator_api import Api, ok, refused

from kibana_emulator import Emulator

URL = "/api/cases/configure"
NONE = {"id": "none", "name": "none", "type": ".none", "fields": None}
BODY: dict[str, Any] = {"owner": "cases", "connector": NONE, "closure_type": "close-by-user"}
FIELD = {"key": "a", "label": "A", "type": "toggle", "required": False}
VALUE = {"key": "a", "type": "toggle", "value": True}


@pytest.fixture(params=["8.18.0", "9.4.3"])
def api(request: pytest.FixtureRequest) -> Iterator[Api]:
    api = Api(Emulator(version=request.param))
    yield api
    assert api.emulator.violations == []
    assert api.emulator.crashes == []


def template(*fields: dict[str, Any]) -> dict[str, Any]:
    return {"key": "t", "name": "T", "caseFields": {"customFields": list(fields)}}


def patch(api: Api, **body: Any) -> Any:
    stored = ok(api.get(URL))[0]
    return api.patch(f"{URL}/{stored['id']}", {"version": stored["version"], **body})


def test_an_update_without_templates_empties_them(api: Api) -> None:
    made = ok(api.post(URL, {**BODY, "customFields": [FIELD], "templates": [template(VALUE)]}))
    assert made["templates"] == [template(VALUE)]
    assert ok(patch(api, closure_type="close-by-pushing"))["templates"] == []
    assert ok(api.get(URL))[0]["customFields"] == [FIELD]


def test_an_update_gives_templates_the_custom_fields_of_its_request(api: Api) -> None:
    ok(api.post(URL, BODY))
    changed = ok(patch(api, customFields=[FIELD], templates=[{"key": "t", "name": "T", "caseFields": {}}]))
    assert changed["templates"] == [template({**VALUE, "value": False})]
    assert ok(patch(api, templates=[template(VALUE)]))["templates"] == [template()]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"templates": [template(VALUE)]}, "No custom fields configured."),
        ({"customFields": [FIELD], "templates": [template()]}, "No custom fields added to template."),
        ({"customFields": [FIELD], "templates": [template({**VALUE, "key": "b"})]}, "Invalid custom field keys: b"),
        ({"customFields": [FIELD, FIELD]}, "Invalid duplicated customFields keys"),
        ({"templates": [template(), template()]}, "Invalid duplicated templates keys"),
    ],
)
def test_what_a_creation_refuses(api: Api, body: dict[str, Any], text: str) -> None:
    assert refused(api.post(URL, {**BODY, **body}), 400).startswith(text)


def test_types_and_versions(api: Api) -> None:
    ok(api.post(URL, {**BODY, "customFields": [FIELD]}))
    text = "Invalid custom field types in request for the following labels"
    assert refused(patch(api, customFields=[{**FIELD, "type": "text"}]), 400) == f'{text}: "A"'
    assert "Please refresh" in refused(patch(api, version="WzFd"), 409)
    ok(api.post(URL, BODY))
    assert len(ok(api.get(URL))) == 1, "a second creation takes the place of the first"
