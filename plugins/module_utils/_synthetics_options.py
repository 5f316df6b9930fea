# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The options that describe a monitor of Synthetics, of all types."""

from __future__ import annotations

from typing import Any

STRING: dict[str, Any] = {"type": "str"}
BOOL: dict[str, Any] = {"type": "bool"}
INT: dict[str, Any] = {"type": "int"}
DICT: dict[str, Any] = {"type": "dict"}
STRINGS: dict[str, Any] = {"type": "list", "elements": "str"}


def one_of(*choices: str) -> dict[str, Any]:
    return {"type": "str", "choices": list(choices)}


def fields(**options: Any) -> dict[str, Any]:
    return {"type": "dict", "options": options}


ENABLED = fields(enabled={"type": "bool", "required": True})
COMMON: dict[str, Any] = {
    "id": STRING,
    "name": STRING,
    "type": one_of("http", "tcp", "icmp", "browser"),
    "enabled": BOOL,
    "locations": STRINGS,
    "private_locations": STRINGS,
    "schedule": INT,
    "timeout": INT,
    "retest_on_failure": BOOL,
    "alert": fields(status=ENABLED, tls=ENABLED),
    "tags": STRINGS,
    "labels": DICT,
    "namespace": STRING,
    "service": fields(name={"type": "str", "required": True}),
    "params": DICT,
    "maintenance_windows": STRINGS,
}
NETWORK: dict[str, Any] = {
    "url": STRING,
    "host": STRING,
    "wait": INT,
    "max_redirects": INT,
    "mode": one_of("any", "all"),
    "ipv4": BOOL,
    "ipv6": BOOL,
    "username": STRING,
    "password": {"type": "str", "no_log": True},
    "proxy_url": STRING,
    "proxy_headers": DICT,
    "proxy_use_local_resolver": BOOL,
    "check": fields(
        request=fields(
            method=one_of("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"),
            headers=DICT,
            body=STRING,
        ),
        response=fields(
            status=STRINGS,
            headers=DICT,
            body=fields(positive=STRINGS, negative=STRINGS),
            json={"type": "list", "elements": "dict"},
        ),
        send=STRING,
        receive=STRING,
    ),
    "response": fields(
        include_body=one_of("on_error", "never", "always"), include_headers=BOOL, include_body_max_bytes=INT
    ),
    "ssl": fields(
        certificate_authorities=STRING,
        certificate=STRING,
        key={"type": "str", "no_log": True},
        key_passphrase={"type": "str", "no_log": True},
        verification_mode=one_of("full", "strict", "certificate", "none"),
        supported_protocols=STRINGS,
    ),
}
BROWSER: dict[str, Any] = {
    "inline_script": STRING,
    "screenshots": one_of("on", "off", "only-on-failure"),
    "synthetics_args": STRINGS,
    "ignore_https_errors": BOOL,
    "playwright_options": DICT,
}
OPTIONS: dict[str, Any] = {**COMMON, **NETWORK, **BROWSER}
