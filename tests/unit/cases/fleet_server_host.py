# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from harness import Case, Kibana


def proxy(kibana: Kibana) -> None:
    kibana.call("POST", "/api/fleet/proxies", {"id": "p", "name": "p", "url": "http://p"})


CASES = [
    Case(
        module="fleet_server_host",
        result_key="fleet_server_host",
        identity={"id": "dc2"},
        create={
            "name": "DC 2",
            "host_urls": ["https://Fleet-B.example/", "https://fleet-a.example:8220"],
            "is_default": False,
            "proxy_id": "p",
            "ssl": {"certificate": "CERT", "certificate_authorities": ["CA"], "key": "plain-key-s3cret"},
            "secrets": {"ssl": {"es_key": "es-key-s3cret"}},
        },
        updates=[
            {"name": "Data centre 2"},
            {"host_urls": ["https://fleet-c.example"]},
            {"is_internal": True},
            {"is_default": True},
            {"is_default": False},
            {"ssl": {"es_certificate": "ES", "client_auth": "optional"}},
            {"ssl": {"agent_certificate": "A", "agent_certificate_authorities": ["B"]}},
            {"ssl": {"es_certificate_authorities": []}},
            {"proxy_id": ""},
        ],
        secrets=["plain-key-s3cret", "es-key-s3cret"],
        setup=proxy,
    ),
    Case(
        module="fleet_server_host",
        name="by-name",
        result_key="fleet_server_host",
        identity={"name": "DC 3"},
        create={"host_urls": ["http://fleet.example"]},
        updates=[{"host_urls": ["http://fleet.example:8220"]}],
        changes=["id"],
    ),
]
