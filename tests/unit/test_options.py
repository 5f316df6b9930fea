# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of modules against the bodies in Kibana's OpenAPI documents, where KIBANA_OPENAPI_DIR names them.

Every documented field has an option, and every choice that is documented can be made.
"""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

FOLDER = os.environ.get("KIBANA_OPENAPI_DIR", "")
PLATFORM, FLEET = "kibana-8.18.yaml", "kibana-fleet-9.1.json"
Found = dict[str, list[dict[str, Any]]]

# module, document, path, method, and the documented fields that are no options, with the reason.
BODIES: list[tuple[str, str, str, str, dict[str, str]]] = [
    (
        "detection_rule",
        PLATFORM,
        "/api/detection_engine/rules",
        "post",
        {
            "alias_purpose": "set by Kibana",
            "alias_target_id": "set by Kibana",
            "outcome": "set by Kibana",
            "output_index": "deprecated and ignored",
        },
    ),
    (
        "exception_list",
        PLATFORM,
        "/api/exception_lists",
        "post",
        {"version": "a counter of Kibana, which moves at every write"},
    ),
    ("value_list", PLATFORM, "/api/lists", "post", {"version": "a counter of Kibana, which moves at every write"}),
    (
        "fleet_output",
        FLEET,
        "/api/fleet/outputs",
        "post",
        {
            "is_preconfigured": "belongs to the configuration file",
            "allow_edit": "belongs to the configuration file",
            "kibana_url": "remote_kibana_url",
            "kibana_api_key": "remote_kibana_api_key",
            "shipper.*": "the shipper is gone; its settings are those that the reference names",
        },
    ),
    (
        "fleet_server_host",
        FLEET,
        "/api/fleet/fleet_server_hosts",
        "post",
        {"is_preconfigured": "belongs to the configuration file"},
    ),
    (
        "connector",
        PLATFORM,
        "/api/actions/connector/{id}",
        "post",
        {"config.*": "free, its keys depend on the type", "secrets.*": "free, its keys depend on the type"},
    ),
    ("fleet_agent_policy", FLEET, "/api/fleet/agent_policies", "post", {}),
    (
        "fleet_package_policy",
        FLEET,
        "/api/fleet/package_policies",
        "post",
        {
            "policy_id": "deprecated: policy_ids",
            "package.title": "Kibana takes it from the package",
            "package.requires_root": "Kibana takes it from the package",
            "package.experimental_data_stream_features": "what is stored is kept; not to be set here",
            "inputs.*": "free, its keys depend on the package",
            "vars.*": "free, its keys depend on the package",
        },
    ),
    ("case", PLATFORM, "/api/cases", "post", {"connector.fields.*": "free, its keys depend on the type"}),
    (
        "alerting_rule",
        PLATFORM,
        "/api/alerting/rule/{id}",
        "post",
        {
            "params.*": "free, its keys depend on the type",
            "actions.alerts_filter.query.dsl": "made by Kibana",
            "actions.alerts_filter.query.filters.*": "filters as Kibana writes them",
        },
    ),
    (
        "case_configuration",
        PLATFORM,
        "/api/cases/configure",
        "post",
        {
            "connector.fields": "null in a configuration",
            "templates.caseFields.connector.fields.*": "free, its keys depend on the type",
            "templates.caseFields.customFields.type": "that of the custom field",
        },
    ),
    (
        "ai_knowledge_base_entry",
        PLATFORM,
        "/api/security_ai_assistant/knowledge_base/entries",
        "post",
        {
            "namespace": "the space",
            "users.*": "global says whether they are all or one",
            "users": "global says whether they are all or one",
            "vector": "computed by the model",
        },
    ),
    ("slo", PLATFORM, "/s/{spaceId}/api/observability/slos", "post", {}),
    (
        "synthetics_monitor",
        PLATFORM,
        "/api/synthetics/monitors",
        "post",
        {"service.name": "service, with name in it", "check.response.body.*": "lists of regular expressions"},
    ),
    ("synthetics_private_location", PLATFORM, "/api/synthetics/private_locations", "post", {}),
    ("synthetics_parameter", PLATFORM, "/api/synthetics/params", "post", {}),
]


@lru_cache
def document(name: str) -> dict[str, Any]:
    text = (Path(FOLDER) / name).read_text(encoding="utf-8")
    return dict(json.loads(text) if name.endswith("json") else yaml.load(text, Loader=yaml.CSafeLoader))


def resolved(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        node: Any = document(name)
        for part in schema["$ref"].removeprefix("#/").split("/"):
            node = node[part.replace("~1", "/")]
        schema = node
    return schema


def fields(name: str, schema: dict[str, Any]) -> Found:
    """The properties of a schema in all its variants."""
    schema, found = resolved(name, schema), {}
    parts = [part for key in ("allOf", "oneOf", "anyOf") for part in schema.get(key, [])]
    for part in [*parts, *([schema["items"]] if "items" in schema else [])]:
        for field, variants in fields(name, part).items():
            found.setdefault(field, []).extend(variants)
    for field, variant in schema.get("properties", {}).items():
        found.setdefault(field, []).append(resolved(name, variant))
    return found


def values(name: str, schema: dict[str, Any]) -> Iterator[Any]:
    schema = resolved(name, schema)
    yield from schema.get("enum", [])
    for key in ("allOf", "oneOf", "anyOf"):
        for part in schema.get(key, []):
            yield from values(name, part)


def gaps(name: str, found: Found, options: dict[str, Any], left_out: dict[str, str], prefix: str = "") -> Iterator[str]:
    for field, variants in sorted(found.items()):
        path = prefix + field
        if path in left_out or f"{prefix}*" in left_out:
            continue
        if field not in options:
            yield f"{path} is no option"
            continue
        option = options[field]
        documented = {value for variant in variants for value in values(name, variant) if value is not None}
        if "choices" in option and not documented <= set(option["choices"]):
            yield f"{path} lacks the choices {sorted(documented - set(option['choices']))}"
        if "options" in option:
            below: Found = {}
            for variant in variants:
                for sub, shapes in fields(name, variant).items():
                    below.setdefault(sub, []).extend(shapes)
            yield from gaps(name, below, option["options"], left_out, f"{path}.")


@pytest.mark.skipif(not FOLDER, reason="KIBANA_OPENAPI_DIR names no folder with Kibana's OpenAPI documents")
@pytest.mark.parametrize(("module", "name", "path", "method", "left_out"), BODIES, ids=[body[0] for body in BODIES])
def test_every_documented_field_is_an_option(
    module: str, name: str, path: str, method: str, left_out: dict[str, str]
) -> None:
    resource = importlib.import_module(f"ansible_collections.stackops.kibana.plugins.modules.{module}").RESOURCE
    content = document(name)["paths"][path][method]["requestBody"]["content"]
    found = fields(name, next(iter(content.values()))["schema"])
    assert found, "the document describes the body"
    assert list(gaps(name, found, dict(resource.options), left_out)) == []
