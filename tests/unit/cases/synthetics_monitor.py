# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from harness import Case, Kibana

from cases.synthetics_private_location import policies

MOVES = ["id", "config_id", "created_at", "updated_at", "revision", "max_attempts", "__ui"]
SECRETS = ["correct horse", "battery staple", "BEGIN KEY"]


def places(kibana: Kibana) -> None:
    policies(kibana)
    for number, label in ((1, "Berlin"), (2, "Hamburg")):
        body = {"label": label, "agentPolicyId": f"policy-{number}"}
        kibana.call("POST", "/api/synthetics/private_locations", body)


CASES = [
    Case(
        module="synthetics_monitor",
        result_key="monitor",
        identity={"name": 'The "shop" / ü'},
        create={
            "type": "http",
            "url": "https://shop.example",
            "locations": ["united_kingdom", "North America - US Central"],
            "private_locations": ["berlin"],
            "username": "tester",
            "password": "correct horse",
            "params": {"token": "battery staple"},
            "check": {"request": {"method": "POST", "body": "battery staple", "headers": {"X-A": "battery staple"}}},
            "ssl": {"certificate": "BEGIN CERT", "key": "BEGIN KEY", "verification_mode": "strict"},
            "tags": ["zeta", "alpha"],
        },
        updates=[
            {"enabled": False},
            {"enabled": True},
            {"schedule": 10},
            {"timeout": 30},
            {"retest_on_failure": False},
            {"retest_on_failure": True},
            {"alert": {"tls": {"enabled": False}}},
            {"tags": ["alpha"]},
            {"tags": []},
            {"labels": {"a": "b"}},
            {"labels": {"c": "d"}},
            {"labels": {}},
            {"namespace": "shop"},
            {"service": {"name": "shop"}},
            {"service": {"name": ""}},
            {"params": {"token": "correct horse", "a": "b"}},
            {"params": {"token": "correct horse"}},
            {"params": {}},
            {"url": "https://shop.example/cart"},
            {"max_redirects": 3},
            {"mode": "all"},
            {"ipv6": False},
            {"username": ""},
            {"proxy_url": "http://proxy"},
            {"proxy_url": ""},
            {"proxy_headers": {"X-B": "correct horse"}},
            {"check": {"request": {"headers": {"X-C": "battery staple"}}}},
            {"check": {"response": {"status": ["200", "201"], "body": {"positive": ["ok"]}}}},
            {"check": {"response": {"status": []}}},
            {"response": {"include_body": "never", "include_body_max_bytes": 10}},
            {"ssl": {"verification_mode": "full", "supported_protocols": ["TLSv1.3"]}},
            {"private_locations": ["Hamburg", "BERLIN"]},
            {"locations": []},
            {"private_locations": ["Hamburg"]},
            {"locations": ["us_east"], "private_locations": []},
        ],
        changes=MOVES,
        setup=places,
        secrets=SECRETS,
    ),
    Case(
        module="synthetics_monitor",
        name="tcp",
        result_key="monitor",
        identity={"name": "tcp"},
        create={"type": "tcp", "host": "db:5432", "private_locations": ["Berlin"]},
        updates=[
            {"host": "db:5433"},
            {"check": {"send": "a", "receive": "b"}},
            {"proxy_use_local_resolver": True},
            {"ssl": {"certificate_authorities": "BEGIN CA"}},
        ],
        changes=MOVES,
        setup=places,
    ),
    Case(
        module="synthetics_monitor",
        name="icmp",
        result_key="monitor",
        identity={"name": "icmp"},
        create={"type": "icmp", "host": "db", "private_locations": ["Berlin"], "schedule": 1},
        updates=[{"wait": 5}, {"ipv4": False}],
        changes=MOVES,
        setup=places,
    ),
    Case(
        module="synthetics_monitor",
        name="browser",
        result_key="monitor",
        identity={"name": "browser"},
        create={"type": "browser", "inline_script": "correct horse", "private_locations": ["Berlin"]},
        updates=[
            {"inline_script": "battery staple"},
            {"screenshots": "off"},
            {"synthetics_args": ["--no-throttling"]},
            {"synthetics_args": []},
            {"ignore_https_errors": True},
            {"playwright_options": {"a": {"b": 1}}},
            {"playwright_options": {"c": 1}},
            {"timeout": 90},
        ],
        changes=MOVES,
        setup=places,
        secrets=SECRETS,
    ),
    Case(
        module="synthetics_monitor",
        name="new-in-9",
        result_key="monitor",
        identity={"name": "new"},
        create={"type": "icmp", "host": "db", "private_locations": ["Berlin"], "maintenance_windows": ["b", "a"]},
        updates=[{"maintenance_windows": ["a"]}, {"maintenance_windows": []}],
        changes=MOVES,
        setup=places,
        versions=["9.4.3"],
    ),
]
