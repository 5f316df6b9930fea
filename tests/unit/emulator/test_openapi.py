# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The contract checker, on documents of its own; with KIBANA_OPENAPI_DIR on Kibana's too."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from emulator_api import Api, ok

from kibana_emulator import Emulator, openapi
from kibana_emulator.openapi import to_json_schema

NAME = {"type": "object", "required": ["name"], "properties": {"name": {"$ref": "#/components/schemas/Text"}}}
DOCUMENT = {
    "openapi": "3.0.3",
    "components": {"schemas": {"Text": {"type": "string"}}},
    "paths": {
        "/s/{spaceId}/api/actions/connectors": {
            "get": {"responses": {"200": {"content": {"application/json": {"schema": {"type": "object"}}}}}}
        },
        "/api/spaces/space/{id}": {"get": {"responses": {"200": {"content": {"application/json": {"schema": NAME}}}}}},
        "/api/spaces/space": {
            "post": {
                "requestBody": {"content": {"application/json": {"schema": {"additionalProperties": False}}}},
                "responses": {"201": {}},
            }
        },
    },
}


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Api:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for name in openapi.DOCUMENTS:
        (tmp_path / name).write_text(json.dumps(DOCUMENT))
    monkeypatch.setenv(openapi.VARIABLE, str(tmp_path))
    return Api(Emulator())


def test_off_without_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(openapi.VARIABLE, raising=False)
    assert Emulator().checker is None


def test_what_fits_is_silent(api: Api) -> None:
    ok(api.get("/api/spaces/space/default"))
    api.get("/api/spaces/space/none")
    assert api.emulator.violations == []


def test_violations_name_place_and_rule_but_no_value(api: Api) -> None:
    ok(api.get("/s/a/api/actions/connectors"))
    ok(api.post("/api/spaces/space", {"id": "s3cret", "name": "n"}))
    found = [(item["part"], item["rule"]) for item in api.emulator.violations]
    assert found == [("response", "type"), ("request", "additionalProperties"), ("response", "status")]
    assert "s3cret" not in json.dumps(ok(api.get("/_emulator/violations")))


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"oneOf": [{"type": "string"}]}, {"anyOf": [{"type": "string"}]}),
        ({"type": "string", "enum": ["a"], "nullable": True}, {"type": ["string", "null"], "enum": ["a", None]}),
        ({"required": True}, {}),
    ],
)
def test_conversion_to_json_schema(schema: dict[str, Any], expected: dict[str, Any]) -> None:
    assert to_json_schema(schema) == expected


@pytest.mark.skipif(openapi.VARIABLE not in os.environ, reason=f"{openapi.VARIABLE} is not set")
@pytest.mark.parametrize("version", ["8.18.0", "9.4.3"])
def test_kibanas_documents_agree_with_roles_spaces_connectors_and_status(version: str) -> None:
    api = Api(Emulator(version))
    role = {"elasticsearch": {"cluster": ["monitor"]}, "kibana": [{"feature": {"ml": ["read"]}, "spaces": ["a"]}]}
    api.put("/api/security/role/demo", role)
    ok(api.post("/api/security/roles", {"roles": {"other": role}}))
    ok(api.post("/api/spaces/space", {"id": "a", "name": "a"}))
    ok(api.put("/api/spaces/space/a", {"id": "a", "name": "b"}))
    hook = {"name": "h", "config": {"url": "https://x.example", "hasAuth": False}}
    ok(api.post("/api/actions/connector/c", {**hook, "connector_type_id": ".webhook"}))
    ok(api.put("/api/actions/connector/c", hook))
    ok(api.post("/api/actions/connector/c/_execute", {"params": {"body": "b"}}))
    for path in ("actions/connector/c", "actions/connectors", "actions/connector_types", "status", "security/role"):
        ok(api.get(f"/api/{path}"))
    assert api.emulator.violations == []
