# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from harness import Case, Kibana

from kibana_emulator.routes.fleet_agent_state import add_policy

MOVING = ["revision", "version", "updated_at", "policy_id", "secret_references", "update_secrets"]
ACCESS = "apache.access"


def world(kibana: Kibana) -> None:
    add_policy(kibana.emulator, "web", "Web servers")
    output = {"id": "dc2", "name": "DC 2", "type": "elasticsearch", "hosts": ["http://es2"]}
    kibana.call("POST", "/api/fleet/outputs", output)


def logs(**access: object) -> dict[str, object]:
    return {"inputs": {"apache-logfile": {"streams": {ACCESS: access}}}}


CASES = [
    Case(
        module="fleet_package_policy",
        result_key="package_policy",
        identity={"name": "apache / %2e"},
        create={
            "policy_ids": ["Web servers"],
            "package": {"name": "apache", "version": "1.23.0"},
            "namespace": "production",
            **logs(vars={"paths": ["/b", "/a"]}),
        },
        updates=[
            {"description": "words"},
            {"namespace": ""},
            {"output_id": "DC 2"},
            {"output_id": ""},
            {"policy_ids": ["Emulated policy", "web"]},
            {"policy_ids": []},
            {"policy_ids": ["emulated-policy"]},
            {"additional_datastreams_permissions": ["logs-b-*", "metrics-a-*"]},
            {"additional_datastreams_permissions": []},
            logs(vars={"paths": ["/a"], "tags": []}),
            logs(vars={"processors": "- add_locale: {}\n", "legacy_format": True}),
            logs(enabled=False),
            {"inputs": {"apache-logfile": {"streams": {"apache.error": {"enabled": False}}}}},
            {"inputs": {"apache-logfile": {"enabled": True}}},
            {"inputs": {"apache-apache/metrics": {"enabled": False, "vars": {"hosts": ["http://h"]}}}},
            {"inputs": {"apache-apache/metrics": {"streams": {"apache.status": {"vars": {"period": "9s"}}}}}},
            {"inputs": {"apache-apache/metrics": {"streams": {"apache.status": {"enabled": True}}}}},
        ],
        changes=MOVING,
        setup=world,
    ),
    Case(
        module="fleet_package_policy",
        name="secrets",
        result_key="package_policy",
        identity={"id": "okta-1"},
        create={
            "name": "okta",
            "package": {"name": "okta"},
            "vars": {"url": "https://okta", "proxy_password": "proxy-s3cret"},
            "inputs": {
                "okta-httpjson": {
                    "vars": {"api_key": "key-s3cret", "region": "eu"},
                    "streams": {"okta.system": {"vars": {"keep_token": "stream-s3cret", "batch_size": 10}}},
                }
            },
        },
        updates=[
            {"vars": {"url": "https://other"}},
            {"name": "okta 2"},
            {"inputs": {"okta-httpjson": {"streams": {"okta.users": {"enabled": True, "vars": {"interval": "2h"}}}}}},
        ],
        changes=MOVING,
        secrets=["proxy-s3cret", "key-s3cret", "stream-s3cret"],
    ),
]
