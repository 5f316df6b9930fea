# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from harness import Case, Kibana


def proxy(kibana: Kibana) -> None:
    kibana.call("POST", "/api/fleet/proxies", {"id": "p", "name": "p", "url": "http://p"})


CASES = [
    Case(
        module="fleet_agent_download_source",
        result_key="download_source",
        identity={"name": "Mirror"},
        create={
            "host": "https://mirror.example/",
            "is_default": True,
            "ssl": {"certificate_authorities": ["CA"], "certificate": "C"},
            "secrets": {"ssl": {"key": "key-s3cret"}},
        },
        updates=[
            {"host": "http://mirror.example"},
            {"proxy_id": "p"},
            {"proxy_id": ""},
            {"ssl": {"certificate_authorities": []}},
            {"is_default": False},
        ],
        secrets=["key-s3cret"],
        setup=proxy,
    ),
    Case(
        module="fleet_agent_download_source",
        name="auth",
        result_key="download_source",
        identity={"id": "m"},
        create={
            "name": "M",
            "host": "https://mirror.example/",
            "auth": {"username": "u", "headers": [{"key": "X-A", "value": "header-s3cret"}]},
            "secrets": {"auth": {"password": "password-s3cret"}},
        },
        updates=[
            {"name": "N"},
            {"auth": {"username": "v"}},
            {"auth": {"headers": [{"key": "X-A", "value": "other-s3cret"}]}},
            {"auth": {"headers": []}},
        ],
        secrets=["password-s3cret", "header-s3cret", "other-s3cret"],
        versions=("9.4.3",),
    ),
]
