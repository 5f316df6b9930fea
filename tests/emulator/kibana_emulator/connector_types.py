# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connector types: what config and secrets each takes, and what the server fills in (reference security C.4)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any

from pydantic import Field

from .errors import CoreError
from .fields import Fields, choice, filled, model, nullable, texts
from .schema import OMITTED, Strict

ALERTING = ("alerting", "uptime", "siem")
CASES = ("alerting", "cases", "siem", "uptime")
GENERATIVE = ("generativeAIForSecurity", "generativeAIForObservability", "generativeAIForSearchPlayground")
BASIC_AUTH, SSL_AUTH = "webhook-authentication-basic", "webhook-authentication-ssl"

Check = Callable[[dict[str, Any], dict[str, Any]], str | None]


@dataclass(frozen=True)
class ConnectorType:
    """One type. finish completes a validated config; check returns why config and secrets do not fit together."""

    name: str
    licence: str = "gold"
    config: Fields = field(default_factory=dict)
    secrets: Fields = field(default_factory=dict)
    features: tuple[str, ...] = ALERTING
    system: bool = False
    finish: Callable[[dict[str, Any]], None] | None = None
    check: Check | None = None


def _web_config(**others: Any) -> Fields:
    return {
        **others,
        "hasAuth": (bool, True),
        "authType": (choice(BASIC_AUTH, SSL_AUTH) | None, None),
        "certType": (choice("ssl-crt-key", "ssl-pfx"), OMITTED),
        "ca": (str, OMITTED),
        "verificationMode": (choice("none", "certificate", "full"), OMITTED),
    }


def _finish_web(config: dict[str, Any]) -> None:
    if config["hasAuth"] and config["authType"] is None:
        config["authType"] = BASIC_AUTH


def _check_web(config: dict[str, Any], secrets: dict[str, Any]) -> str | None:
    given = {name for name, text in secrets.items() if text}
    if not given or {"user", "password"} == given or {"crt", "key"} <= given or "pfx" in given:
        return None
    return (
        "must specify one of the following schemas: user and password; "
        "crt and key (with optional password); or pfx (with optional password)"
    )


def _check_webhook(config: dict[str, Any], secrets: dict[str, Any]) -> str | None:
    if not re.match(r"https?://[^/]", config["url"]):
        return "error validation webhook action config: unable to parse url: TypeError: Invalid URL"
    return _check_web(config, secrets)


def _check_email(config: dict[str, Any], secrets: dict[str, Any]) -> str | None:
    if config["service"] == "exchange_server":
        missing = [name for name in ("clientId", "tenantId") if config[name] is None]
        missing += [] if secrets["clientSecret"] else ["clientSecret"]
    else:
        missing = [name for name in ("host", "port") if config["service"] == "other" and config[name] is None]
        missing += [name for name in ("user", "password") if config["hasAuth"] and not secrets[name]]
    return f"[{missing[0]}] is required" if missing else None


def _check_servicenow(config: dict[str, Any], secrets: dict[str, Any]) -> str | None:
    needed = ("clientSecret", "privateKey") if config["isOAuth"] else ("username", "password")
    missing = [name for name in needed if not secrets[name]]
    if config["isOAuth"]:
        missing += [name for name in ("clientId", "userIdentifierValue", "jwtKeyId") if not config[name]]
    return f"{missing[0]} must be provided when isOAuth = {str(config['isOAuth']).lower()}" if missing else None


def _check_xmatters(config: dict[str, Any], secrets: dict[str, Any]) -> str | None:
    if config["usesBasic"]:
        missing = [] if config["configUrl"] else ["configUrl"]
        missing += [name for name in ("user", "password") if not secrets[name]]
    else:
        missing = [] if secrets["secretsUrl"] else ["secretsUrl"]
    return f"Provide valid {missing[0]}" if missing else None


_CHANNEL = model(texts("id* name*"), "Channel")
_CHANNEL_93 = model(texts("id name*"), "Channel93")
_METHOD = choice("post", "put", "patch")
_SERVICENOW: Fields = {
    "apiUrl": (str, ...),
    "isOAuth": (bool, False),
    **nullable("clientId jwtKeyId userIdentifierValue"),
}
_SERVICENOW_SECRETS = nullable("username password clientSecret privateKey privateKeyPassword")
_WEB_SECRETS = nullable("user password crt key pfx")
_EMAIL_SERVICES = choice("elastic_cloud", "exchange_server", "gmail", "other", "outlook365", "ses")
_PORT = Annotated[int, Field(ge=1, le=65535)]

TYPES: dict[str, ConnectorType] = {
    ".server-log": ConnectorType("Server log", "basic"),
    ".index": ConnectorType(
        "Index", "basic", {**texts("index*", refresh=(bool, False)), **nullable("executionTimeField")}
    ),
    ".email": ConnectorType(
        "Email",
        config={
            **texts("from*"),
            "service": (_EMAIL_SERVICES, "other"),
            **nullable("host"),
            "port": (_PORT | None, None),
            "secure": (bool | None, None),
            "hasAuth": (bool, True),
            **nullable("tenantId clientId oauthTokenUrl"),
        },
        secrets=nullable("user password clientSecret"),
        check=_check_email,
    ),
    ".slack": ConnectorType("Slack", secrets=texts("webhookUrl*")),
    ".slack_api": ConnectorType("Slack API", secrets=texts("token*")),
    ".teams": ConnectorType("Microsoft Teams", secrets=texts("webhookUrl*")),
    ".webhook": ConnectorType(
        "Webhook",
        config=_web_config(
            url=(str, ...), method=(choice("post", "put"), "post"), headers=(dict[str, str] | None, None)
        ),
        secrets=_WEB_SECRETS,
        finish=_finish_web,
        check=_check_webhook,
    ),
    ".cases-webhook": ConnectorType(
        "Webhook - Case Management",
        config=_web_config(
            **texts(
                "createIncidentJson* createIncidentUrl* createIncidentResponseKey* getIncidentUrl* "
                "getIncidentResponseExternalTitleKey* updateIncidentJson* updateIncidentUrl* viewIncidentUrl*"
            ),
            createIncidentMethod=(_METHOD, "post"),
            updateIncidentMethod=(_METHOD, "put"),
            createCommentMethod=(_METHOD, "put"),
            **nullable("createCommentJson createCommentUrl"),
            headers=(dict[str, str] | None, None),
        ),
        secrets=_WEB_SECRETS,
        features=("cases",),
        finish=_finish_web,
        check=_check_web,
    ),
    ".pagerduty": ConnectorType("PagerDuty", config=nullable("apiUrl"), secrets=texts("routingKey*")),
    ".jira": ConnectorType("Jira", "gold", texts("apiUrl* projectKey*"), texts("email* apiToken*"), CASES),
    ".servicenow": ConnectorType(
        "ServiceNow ITSM",
        "platinum",
        {**_SERVICENOW, "usesTableApi": (bool, True)},
        _SERVICENOW_SECRETS,
        CASES,
        check=_check_servicenow,
    ),
    ".servicenow-sir": ConnectorType(
        "ServiceNow SecOps",
        "platinum",
        {**_SERVICENOW, "usesTableApi": (bool, True)},
        _SERVICENOW_SECRETS,
        CASES,
        check=_check_servicenow,
    ),
    ".servicenow-itom": ConnectorType(
        "ServiceNow ITOM", "platinum", _SERVICENOW, _SERVICENOW_SECRETS, check=_check_servicenow
    ),
    ".resilient": ConnectorType(
        "IBM Resilient", "platinum", texts("apiUrl* orgId*"), texts("apiKeyId* apiKeySecret*"), CASES
    ),
    ".swimlane": ConnectorType(
        "Swimlane",
        "gold",
        {
            **texts("apiUrl* appId*"),
            "connectorType": (choice("all", "alerts", "cases"), ...),
            "mappings": (dict[str, Any], {}),
        },
        texts("apiToken*"),
        CASES,
    ),
    ".opsgenie": ConnectorType("Opsgenie", "platinum", texts("apiUrl*"), texts("apiKey*")),
    ".xmatters": ConnectorType(
        "xMatters",
        config={**nullable("configUrl"), "usesBasic": (bool, True)},
        secrets=nullable("user password secretsUrl"),
        check=_check_xmatters,
    ),
    ".tines": ConnectorType("Tines", "gold", texts("url*"), texts("email* token*")),
    ".torq": ConnectorType("Torq", "gold", texts("webhookIntegrationUrl*"), texts("token*")),
    ".d3security": ConnectorType("D3 Security", "gold", texts("url*"), texts("token*")),
    ".thehive": ConnectorType(
        "TheHive", "gold", {**texts("url*"), **nullable("organisation")}, texts("apiKey*"), CASES
    ),
    ".crowdstrike": ConnectorType(
        "CrowdStrike", "enterprise", texts("url*"), texts("clientId* clientSecret*"), ("siem",)
    ),
    ".sentinelone": ConnectorType("Sentinel One", "enterprise", texts("url*"), texts("token*"), ("siem",)),
    ".microsoft_defender_endpoint": ConnectorType(
        "Microsoft Defender for Endpoint",
        "enterprise",
        texts("url* tenantId* clientId* oAuthServerUrl* oAuthScope*"),
        texts("clientSecret*"),
        ("siem",),
    ),
    ".bedrock": ConnectorType("AWS Bedrock", "enterprise", {}, texts("accessKey* secret*"), GENERATIVE),
    ".gemini": ConnectorType("Google Gemini", "enterprise", {}, texts("credentialsJson*"), GENERATIVE),
    ".gen-ai": ConnectorType("OpenAI", "enterprise", {}, texts("apiKey*"), GENERATIVE),
    ".cases": ConnectorType("Cases", "platinum", features=("alerting",), system=True),
    ".observability-ai-assistant": ConnectorType(
        "Observability AI Assistant", "enterprise", features=("alerting",), system=True
    ),
}


def _config_fields(type_id: str, provider: str | None, version: tuple[int, ...]) -> Fields:
    """Return the config fields of a type; those of some depend on the version or on a provider."""
    recent = version >= (9, 3)
    if type_id == ".slack_api":
        limit = Field(OMITTED, max_length=500 if version >= (9, 0) else 25)
        return {"allowedChannels": (Annotated[list[_CHANNEL_93 if recent else _CHANNEL], limit], OMITTED)}
    if type_id == ".bedrock":
        new, old = "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "anthropic.claude-3-5-sonnet-20240620-v1:0"
        return texts("apiUrl*", defaultModel=(str, new if version >= (9, 4) else old))
    if type_id == ".gemini":
        default = "gemini-2.5-pro" if recent else "gemini-1.5-pro-002"
        return texts("apiUrl* gcpRegion* gcpProjectID*", defaultModel=(str, default))
    if type_id == ".gen-ai":
        return _openai_fields(provider, recent)
    return TYPES[type_id].config


def _openai_fields(provider: str | None, recent: bool) -> Fields:
    if provider == "Azure OpenAI":
        return texts("apiUrl*", apiProvider=(choice("Azure OpenAI"), ...))
    if provider == "Other":
        modes = (choice("none", "certificate", "full"), "full")
        return texts("apiUrl* defaultModel*", apiProvider=(choice("Other"), ...), verificationMode=modes)
    common = texts("apiUrl* organizationId projectId", headers=(dict[str, str], OMITTED))
    default = "gpt-4.1" if recent else "gpt-4o"
    return {"apiProvider": (choice("OpenAI"), ...), **common, "defaultModel": (str, default)}


@cache
def _schemas(type_id: str, provider: str | None, version: tuple[int, ...]) -> tuple[type[Strict], type[Strict]]:
    return model(_config_fields(type_id, provider, version)), model(TYPES[type_id].secrets)


def validated(
    type_id: str, config: dict[str, Any], secrets: dict[str, Any], version: tuple[int, ...]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return config and secrets with every default filled in; raise CoreError 400 when they do not fit the type."""
    kind = TYPES[type_id]
    provider = config.get("apiProvider")
    schemas = _schemas(type_id, provider if isinstance(provider, str) else None, version)
    full = filled(schemas[0], config, "error validating action type config")
    hidden = filled(schemas[1], secrets, "error validating action type secrets")
    if kind.finish:
        kind.finish(full)
    problem = kind.check(full, hidden) if kind.check else None
    if problem:
        raise CoreError(400, f"error validating action type connector: {problem}")
    return full, hidden
