# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manifests of a few packages, and the package policy that each of them proposes (reference platform A.9, A.10)."""

from __future__ import annotations

import copy
from typing import Any

Fields = dict[str, Any]


def _var(name: str, kind: str = "text", default: Any = None, **more: Any) -> Fields:
    found = {"name": name, "type": kind, "title": name.replace("_", " ").capitalize(), "multi": False,
             "required": False, "show_user": True, **more}  # fmt: skip
    return found if default is None else {**found, "default": default}


def _input(kind: str, *variables: Fields, **more: Any) -> Fields:
    found = {"type": kind, "title": kind, "description": f"Collect with {kind}", **more}
    return {**found, "vars": list(variables)} if variables else found


def _stream(dataset: str, kind: str, source: str, *variables: Fields, **more: Any) -> Fields:
    stream = {"input": source, "title": dataset, "template_path": "stream.yml.hbs", "vars": list(variables), **more}
    package = dataset.partition(".")[0]
    return {"type": kind, "dataset": dataset, "title": dataset, "release": "ga", "package": package,
            "path": dataset.partition(".")[2] or dataset, "streams": [stream]}  # fmt: skip


def _template(name: str, *inputs: Fields) -> Fields:
    return {"name": name, "title": name, "description": name, "multiple": True, "inputs": list(inputs)}


def _apache(newer: bool) -> Fields:
    paths = {"multi": True, "required": True}
    added = [_var("preserve_original_event", "bool", False)] if newer else [_var("legacy_format", "bool", False)]
    return {
        "policy_templates": [
            _template("apache", _input("logfile"), _input("apache/metrics", _var("hosts", "text",
                      ["http://127.0.0.1"], multi=True, required=True))),
        ],
        "data_streams": [
            _stream("apache.access", "logs", "logfile", _var("paths", "text", ["/var/log/apache2/access.log*"],
                    **paths), _var("tags", "text", ["apache-access"], multi=True), _var("processors", "yaml"), *added),
            _stream("apache.error", "logs", "logfile", _var("paths", "text", ["/var/log/apache2/error.log*"], **paths),
                    _var("processors", "yaml")),
            _stream("apache.status", "metrics", "apache/metrics", _var("period", "text", "30s"),
                    _var("server_status_path", "text", "/server-status", required=True)),
        ],
    }  # fmt: skip


def _okta(newer: bool) -> Fields:
    added = [_var("region", required=True)] if newer else []
    return {
        "vars": [_var("url", "text", required=True), _var("proxy_password", "password", secret=True)],
        "policy_templates": [
            _template("okta", _input("httpjson", _var("api_key", "password", secret=True, required=True), *added)),
        ],
        "data_streams": [
            _stream("okta.system", "logs", "httpjson", _var("interval", "text", "60s"),
                    _var("batch_size", "integer", 1000), _var("keep_token", "password")),
            _stream("okta.users", "logs", "httpjson", _var("interval", "text", "1h"), enabled=False),
        ],
    }  # fmt: skip


_SYSTEM = {
    "policy_templates": [_template("system", _input("logfile"), _input("system/metrics"))],
    "data_streams": [
        _stream("system.syslog", "logs", "logfile", _var("paths", "text", ["/var/log/syslog*"], multi=True)),
        _stream("system.cpu", "metrics", "system/metrics", _var("period", "text", "10s")),
    ],
}
_LOG = {
    "policy_templates": [_template("logs", _input("logfile"))],
    "data_streams": [_stream("log.logs", "logs", "logfile", _var("paths", "text", multi=True, required=True))],
}
_SERVER = {
    "policy_templates": [_template("fleet_server", _input("fleet-server", _var("max_agents", "integer")))],
    "data_streams": [],
}
_ENDPOINT = {"policy_templates": [_template("endpoint", _input("endpoint"))], "data_streams": []}

MANIFESTS: dict[tuple[str, str], Fields] = {
    ("apache", "1.23.0"): _apache(False),
    ("apache", "1.24.0"): _apache(True),
    ("okta", "3.0.0"): _okta(False),
    ("okta", "3.1.0"): _okta(True),
    ("system", "1.60.0"): _SYSTEM,
    ("system", "1.61.0"): _SYSTEM,
    ("log", "2.3.1"): _LOG,
    ("fleet_server", "1.6.0"): _SERVER,
    ("endpoint", "8.18.0"): _ENDPOINT,
}
LIMITED = ("endpoint", "fleet_server")


def manifest(name: str, version: str) -> Fields:
    """Return the parts of a manifest that describe policies; empty ones for a package without inputs."""
    empty: Fields = {"policy_templates": [], "data_streams": []}
    return copy.deepcopy({**empty, **MANIFESTS.get((name, version), {})})


def _records(variables: list[Fields]) -> Fields:
    records: Fields = {}
    for var in variables:
        value = var.get("default", [] if var["multi"] else None)
        records[var["name"]] = {"type": var["type"]} if value is None else {"type": var["type"], "value": value}
    return records


def proposal(name: str, version: str) -> Fields:
    """Return `vars` and `inputs` of a new package policy in the long format, with every default."""
    source, inputs = manifest(name, version), []
    for template in source["policy_templates"]:
        for item in template["inputs"]:
            streams = [
                {
                    "enabled": stream.get("enabled", True),
                    "data_stream": {"type": data_stream["type"], "dataset": data_stream["dataset"]},
                    "vars": _records(stream["vars"]),
                }
                for data_stream in source["data_streams"]
                for stream in data_stream["streams"]
                if stream["input"] == item["type"]
            ]
            on = any(stream["enabled"] for stream in streams) if streams else True
            entry = {"type": item["type"], "policy_template": template["name"], "enabled": on, "streams": streams}
            inputs.append({**entry, "vars": _records(item["vars"])} if "vars" in item else entry)
    found: Fields = {"inputs": inputs}
    return {**found, "vars": _records(source["vars"])} if "vars" in source else found


def definitions(name: str, version: str) -> dict[tuple[str, ...], Fields]:
    """Return what the manifest says about every variable: by (), (input,) or (input, dataset), then its name."""
    source, found = manifest(name, version), {}
    for var in source.get("vars", ()):
        found[(var["name"],)] = var
    for template in source["policy_templates"]:
        for item in template["inputs"]:
            input_id = f"{template['name']}-{item['type']}"
            for var in item.get("vars", ()):
                found[(input_id, var["name"])] = var
            for data_stream in source["data_streams"]:
                for stream in data_stream["streams"]:
                    for var in stream["vars"] if stream["input"] == item["type"] else ():
                        found[(input_id, data_stream["dataset"], var["name"])] = var
    return found
