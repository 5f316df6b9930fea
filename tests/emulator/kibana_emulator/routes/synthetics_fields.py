# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fields of monitors as they are stored, flat, by type; and the two ways to write them (platform F.6)."""

from __future__ import annotations

import copy
import json
from typing import Any

from ..errors import CoreError

Fields = dict[str, Any]
COMMON: Fields = {
    "type": "", "form_monitor_type": "", "enabled": True,
    "alert": {"status": {"enabled": True}, "tls": {"enabled": True}}, "schedule": {"number": "3", "unit": "m"},
    "service.name": "", "config_id": "", "tags": [], "timeout": "16", "name": "", "locations": [],
    "namespace": "default", "origin": "ui", "journey_id": "", "hash": "", "id": "", "params": "", "labels": {},
    "max_attempts": 2, "revision": 1,
}  # fmt: skip
TLS: Fields = {
    "ssl.certificate_authorities": "", "ssl.certificate": "", "ssl.key": "", "ssl.key_passphrase": "",
    "ssl.verification_mode": "full", "ssl.supported_protocols": ["TLSv1.1", "TLSv1.2", "TLSv1.3"],
}  # fmt: skip
NET: Fields = {"mode": "any", "ipv4": True, "ipv6": True}
DEFAULTS: dict[str, Fields] = {
    "http": {
        **COMMON, **TLS, **NET, "__ui": {"is_tls_enabled": False}, "urls": "", "max_redirects": "0", "url.port": None,
        "password": "", "username": "", "proxy_url": "", "proxy_headers": {}, "check.response.body.negative": [],
        "check.response.body.positive": [], "check.response.json": [], "check.response.headers": {},
        "check.response.status": [], "check.request.body": {"value": "", "type": "text"}, "check.request.headers": {},
        "check.request.method": "GET", "response.include_body": "on_error", "response.include_headers": True,
        "response.include_body_max_bytes": "1024",
    },
    "tcp": {
        **COMMON, **TLS, **NET, "__ui": {"is_tls_enabled": False}, "hosts": "", "urls": "", "url.port": None,
        "proxy_url": "", "proxy_use_local_resolver": False, "check.receive": "", "check.send": "",
    },
    "icmp": {**COMMON, **NET, "hosts": "", "wait": "1"},
    "browser": {
        **COMMON, **TLS, "project_id": "", "playwright_options": "", "schedule": {"number": "10", "unit": "m"},
        "source.inline.script": "", "source.project.content": "", "timeout": None, "screenshots": "on",
        "synthetics_args": [], "filter_journeys.match": "", "filter_journeys.tags": [], "ignore_https_errors": False,
        "throttling": {"value": {"download": "5", "upload": "3", "latency": "20"}, "id": "default"},
        "__ui": {"script_source": {"is_generated_script": False, "file_name": ""}},
    },
}  # fmt: skip
PUBLIC_NAMES = {"url": "urls", "host": "hosts", "inline_script": "source.inline.script"}
SPECIAL = ("locations", "private_locations", "retest_on_failure")
SECRETS = (
    "username", "password", "params", "source.inline.script", "source.project.content", "synthetics_args",
    "playwright_options", "proxy_headers", "check.request.body", "check.request.headers",
    "check.response.body.negative", "check.response.body.positive", "check.response.headers",
    "check.send", "check.receive", "ssl.key", "ssl.key_passphrase",
)  # fmt: skip
NUMBERS = ("timeout", "max_redirects", "wait", "response.include_body_max_bytes")
HIDDEN = ("urls", "hosts", "source.inline.script", "hash", "journey_id", "form_monitor_type")
MINUTES = ("1", "2", "3", "5", "10", "15", "20", "30", "60", "120", "240")


def supported(kind: str, version: tuple[int, ...]) -> Fields:
    """Return the fields of a type with their defaults."""
    fields = copy.deepcopy(DEFAULTS[kind])
    if version >= (9, 1):
        fields["maintenance_windows"] = []
    return fields


def flat(body: Fields, keys: Fields, prefix: str = "") -> Fields:
    """Return a nested body flat, down to the keys that are known."""
    found: Fields = {}
    for name, value in body.items():
        key = prefix + name
        if isinstance(value, list):
            found[key] = [str(item) if isinstance(item, int) and not isinstance(item, bool) else item for item in value]
        elif key in keys or not isinstance(value, dict):
            found[key] = value
        else:
            found.update(flat(value, keys, key + "."))
    return found


def normalised(kind: str, body: Fields, version: tuple[int, ...]) -> Fields:
    """Return what a body sets, under the names that are stored; raise 400 for unknown names."""
    keys = supported(kind, version)
    given = flat({name: value for name, value in body.items() if name not in SPECIAL}, keys)
    unknown = [name for name in given if name not in keys and name not in PUBLIC_NAMES]
    unknown += [name for name, stored in PUBLIC_NAMES.items() if name in given and stored not in keys]
    if unknown:
        raise CoreError(400, f"Invalid monitor key(s) for {kind} type:  {' | '.join(unknown)}")
    for name, stored in PUBLIC_NAMES.items():
        value = given.pop(name, None)
        if value:
            given[stored] = value
    for name in ("params", "playwright_options"):
        if name in given:
            given[name] = _as_json(name, given[name])
    if isinstance(given.get("check.request.body"), str):
        given["check.request.body"] = {"type": "text", "value": given["check.request.body"]}
    for name in NUMBERS:
        if given.get(name) is not None and name in given:
            given[name] = str(given[name])
    if any(name.startswith("ssl.") for name in given):
        given["__ui"] = {**(keys.get("__ui") or {}), "is_tls_enabled": True}
    return given


def _as_json(name: str, value: Any) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    try:
        json.loads(value or "{}")
    except ValueError as problem:
        raise CoreError(400, f"Invalid {name}: {problem}") from None
    return value


def schedule(value: Any, default: Fields) -> Fields:
    """Return a schedule as it is stored; raise 400 for one that is not offered."""
    if not value:
        return default
    if isinstance(value, (int, str)):
        text = str(value)
        value = {"number": text.rstrip("s"), "unit": "s" if text.endswith("s") else "m"}
    if value["unit"] == "m" and value["number"] not in MINUTES:
        text = f"Invalid schedule {value['number']} minutes supplied to monitor configuration."
        raise CoreError(400, f"Monitor schedule is invalid. {text} Please use a supported monitor schedule.")
    return value


def shown(monitor: Fields, *, secrets: bool) -> Fields:
    """Return a monitor as the public API shows it: flat, without what is empty, numbers as texts."""
    answer = {name: value for name, value in monitor.items() if name not in HIDDEN}
    answer["url"], answer["host"] = monitor.get("urls"), monitor.get("hosts")
    answer["retest_on_failure"] = monitor["max_attempts"] > 1
    for name in ("params", "playwright_options"):
        if monitor.get(name):
            answer[name] = json.loads(monitor[name])
    answer["inline_script"] = monitor.get("source.inline.script")
    if not secrets:
        for name in (*SECRETS, "inline_script"):
            answer.pop(name, None)
    return {name: value for name, value in answer.items() if not _empty(value)}


def _empty(value: Any) -> bool:
    return value is None or value == [] or value == {} or (isinstance(value, str) and not value.strip())
