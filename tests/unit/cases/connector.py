# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One life for each sort of type: without secrets, with, with both by option, and found by name."""

from __future__ import annotations

from harness import Case

PASSWORD = {"secrets": {"user": "mailer", "password": "pass-0rd-secret"}}
TOKEN = {"secrets": {"token": "xoxb-tok3n-secret"}}
KEY = {"secrets": {"apiKey": "sk-k3y-secret"}}
AZURE = {"apiProvider": "Azure OpenAI", "apiUrl": "https://azure.example"}


def case(name: str, kind: str, create: dict, updates: list[dict], secrets: dict | None = None, **facts) -> Case:
    """A connector found by its id; every update brings its secrets, if it has any."""
    secrets = secrets or {}
    return Case(
        module="connector",
        name=name,
        result_key="connector",
        identity={"id": f"c-{name}"},
        create={"name": f"A {name}", "connector_type_id": kind, **create, **secrets},
        updates=[{**update, **secrets} for update in updates],
        secrets=[*secrets.get("secrets", {}).values(), *facts.pop("secrets_in_config", ())],
        **facts,
    )


CASES = [
    case(
        "index",
        ".index",
        {"config": {"index": "alerts", "refresh": False}},
        [
            {"name": "Ünders / über %2e"},
            {"config": {"executionTimeField": "@timestamp"}},
            {"config": {"index": "other"}},
            {"config": {"refresh": True}},
            {"config": {"executionTimeField": ""}},
        ],
    ),
    case(
        "email",
        ".email",
        {"config": {"from": "soc@example.com", "host": "mail.example.com", "port": 587, "secure": None}},
        [
            {"config": {"port": 465, "secure": True}},
            {"config": {"host": "mail2.example.com"}},
            {"name": "Mail"},
            {"config": {"service": "gmail", "host": ""}},
        ],
        PASSWORD,
    ),
    case(
        "webhook",
        ".webhook",
        {
            "config": {
                "url": "https://hook.example/a",
                "headers": {"X-Trace": "trace-h3ader-secret", "Accept": "text/plain"},
            }
        },
        [
            {"config": {"method": "put"}},
            {"config": {"headers": {"X-Trace": "trace-oth3r-secret"}}},
            {"config": {"headers": {"X-More": "more-h3ader-secret"}}},
            {"config": {"headers": {}}},
            {"config": {"url": "https://hook.example/b"}},
        ],
        PASSWORD,
        secrets_in_config=("trace-h3ader-secret", "trace-oth3r-secret", "more-h3ader-secret"),
    ),
    case(
        "open",
        ".webhook",
        {"config": {"url": "https://hook.example/a", "hasAuth": False}},
        [{"config": {"method": "put"}}, {"name": "Open hook"}],
    ),
    case(
        "slack",
        ".slack_api",
        {},
        [
            {"config": {"allowedChannels": [{"id": "C1", "name": "#soc"}, {"id": "C2", "name": "#ops"}]}},
            {"config": {"allowedChannels": [{"id": "C2", "name": "#ops"}]}},
            {"config": {"allowedChannels": []}},
        ],
        TOKEN,
    ),
    case(
        "model",
        ".gen-ai",
        {"config": {"apiProvider": "OpenAI", "apiUrl": "https://api.example", "organizationId": "soc"}},
        [{"config": {"defaultModel": "large"}}, {"config": AZURE}, {"config": {"apiUrl": "https://azure2.example"}}],
        KEY,
    ),
    case(
        "pagerduty",
        ".pagerduty",
        {"config": {"apiUrl": "https://pd.example"}},
        [{"config": {}}],
        {"secrets": {"routingKey": "r0uting-secret"}},
    ),
    Case(
        module="connector",
        name="by-name",
        result_key="connector",
        identity={"name": "Log / ä", "connector_type_id": ".server-log", "space": "soc"},
        create={},
        setup=lambda kibana: kibana.call("POST", "/api/spaces/space", {"id": "soc", "name": "SOC"}),
    ),
    Case(
        module="connector",
        name="always",
        result_key="connector",
        identity={"id": "often"},
        create={"name": "t", "connector_type_id": ".teams"} | {"secrets": {"webhookUrl": "https://teams-s3cret"}},
        secrets=["https://teams-s3cret"],
    ),
]
