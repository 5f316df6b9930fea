# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which secrets a connector of a type needs, by its config. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LOGIN = ("user", "password")
ALWAYS: dict[str, tuple[str, ...]] = {
    ".bedrock": ("accessKey", "secret"),
    ".crowdstrike": ("clientId", "clientSecret"),
    ".d3security": ("token",),
    ".gemini": ("credentialsJson",),
    ".gen-ai": ("apiKey",),
    ".jira": ("email", "apiToken"),
    ".microsoft_defender_endpoint": ("clientSecret",),
    ".opsgenie": ("apiKey",),
    ".pagerduty": ("routingKey",),
    ".resilient": ("apiKeyId", "apiKeySecret"),
    ".sentinelone": ("token",),
    ".slack": ("webhookUrl",),
    ".slack_api": ("token",),
    ".swimlane": ("apiToken",),
    ".teams": ("webhookUrl",),
    ".thehive": ("apiKey",),
    ".tines": ("email", "token"),
    ".torq": ("token",),
}
OF_CERTIFICATES = {"ssl-crt-key": ("crt", "key"), "ssl-pfx": ("pfx",)}


def secrets_of(type_id: str, config: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the secrets; none for a type that is not known."""
    if type_id in (".webhook", ".cases-webhook"):
        return _webhook(config)
    if type_id == ".email":
        if config.get("service") == "exchange_server":
            return ("clientSecret",)
        return () if config.get("hasAuth") is False else LOGIN
    if type_id.startswith(".servicenow"):
        return ("clientSecret", "privateKey") if config.get("isOAuth") else ("username", "password")
    if type_id == ".xmatters":
        return ("secretsUrl",) if config.get("usesBasic") is False else LOGIN
    return ALWAYS.get(type_id, ())


def _webhook(config: Mapping[str, Any]) -> tuple[str, ...]:
    if config.get("hasAuth") is False:
        return ()
    kind = config.get("authType")
    if kind == "webhook-oauth2-client-credentials":
        return ("clientSecret",)
    return OF_CERTIFICATES.get(str(config.get("certType")), LOGIN) if kind == "webhook-authentication-ssl" else LOGIN
