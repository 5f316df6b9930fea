# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The connection options that every module shares, and how they become the settings of a client."""

from __future__ import annotations

import base64
import contextlib
import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ansible.module_utils.basic import env_fallback


class SettingsError(ValueError):
    """A connection option is missing or makes no sense; the text says which, and what to do."""


def _option(name: str, **spec: Any) -> dict[str, Any]:
    return {**spec, "fallback": (env_fallback, [name.upper()])}


LONGEST_SHOWN = 200

# The credentials have no fallback here: Ansible would mix a task's own with those of the environment.
CREDENTIALS: dict[str, dict[str, Any]] = {
    "kibana_api_key": {"type": "str", "no_log": True},
    "kibana_username": {"type": "str"},
    "kibana_password": {"type": "str", "no_log": True},
    "kibana_bearer_token": {"type": "str", "no_log": True},
}

CONNECTION: dict[str, dict[str, Any]] = {
    "kibana_url": _option("kibana_url", type="str"),
    **CREDENTIALS,
    "kibana_space": _option("kibana_space", type="str", aliases=["space"]),
    "kibana_validate_certs": _option("kibana_validate_certs", type="bool", default=True),
    "kibana_ca_cert": _option("kibana_ca_cert", type="str"),
    "kibana_client_cert": _option("kibana_client_cert", type="path"),
    "kibana_client_key": _option("kibana_client_key", type="path", no_log=False),
    "kibana_proxy": _option("kibana_proxy", type="str"),
    # Marked so that Ansible does not log it; the engine takes its values off Ansible's list of words to scrub, which
    # would otherwise mutilate every result that contains one of them, and masks the option itself.
    "kibana_headers": _option("kibana_headers", type="dict", no_log=True),
    "kibana_timeout": _option("kibana_timeout", type="int", default=30),
    "kibana_retries": _option("kibana_retries", type="int", default=3),
}

CONNECTION_RULES: dict[str, Any] = {
    "mutually_exclusive": [
        ("kibana_api_key", "kibana_bearer_token", "kibana_username"),
        ("kibana_api_key", "kibana_bearer_token", "kibana_password"),
    ],
}

UPDATE_SECRETS: dict[str, Any] = {
    # No secret itself, whatever its name suggests; the same goes for the name of the file.
    "update_secrets": {
        "type": "str",
        "choices": ["on_create", "on_change", "always"],
        "default": "on_create",
        "no_log": False,
    },
    "secrets_file": {"type": "path", "no_log": False},
    "secrets_key": {"type": "str", "no_log": True, "fallback": (env_fallback, ["KIBANA_SECRETS_KEY"])},
}


@dataclass(frozen=True)
class Settings:
    """Everything a client needs to know; hashable, so that it can be the key of a cached session.

    ``authorization`` is the value of the HTTP header (empty: none), ``secrets`` what must never be shown.
    """

    url: str
    space: str = ""
    authorization: str = ""
    validate_certs: bool = True
    ca_cert: str = ""
    client_cert: str = ""
    client_key: str = ""
    proxy: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    timeout: int = 30
    retries: int = 3
    secrets: tuple[str, ...] = ()


def settings_from(params: Mapping[str, Any], environ: Mapping[str, str]) -> Settings:
    """The settings that a task's options and the environment give.

    Credentials come from one place: a task that brings any of its own is not mixed with the environment's.
    Raises :class:`SettingsError`.
    """
    credentials = {name: params.get(name) for name in CREDENTIALS}
    if not any(credentials.values()) and not _own_certificate(params, environ):
        credentials = {name: environ.get(name.upper()) for name in CREDENTIALS}
    headers = params.get("kibana_headers") or {}
    proxy = params.get("kibana_proxy") or ""
    authorization = _authorization(credentials)
    hidden = [*_hidden(credentials, authorization), *map(str, headers.values()), urlsplit(proxy).password]
    return Settings(
        url=_url(params.get("kibana_url")),
        space=_space(params.get("kibana_space")),
        authorization=authorization,
        validate_certs=params.get("kibana_validate_certs") is not False,
        ca_cert=params.get("kibana_ca_cert") or "",
        client_cert=params.get("kibana_client_cert") or "",
        client_key=params.get("kibana_client_key") or "",
        proxy=proxy,
        headers=tuple(sorted((str(name), str(value)) for name, value in headers.items())),
        timeout=_positive("kibana_timeout", params.get("kibana_timeout", 30), 1),
        retries=_positive("kibana_retries", params.get("kibana_retries", 3), 0),
        secrets=tuple(filter(None, hidden)),
    )


def _hidden(credentials: Mapping[str, Any], authorization: str) -> list[str | None]:
    """The secrets of the credentials in every form in which they are sent; of a key also the part after its id."""
    key = credentials["kibana_api_key"] or ""
    with contextlib.suppress(ValueError):
        key = key if ":" in key else base64.b64decode(key, validate=True).decode()
    sent = authorization.partition(" ")[2]
    return [key, key.partition(":")[2], credentials["kibana_password"], credentials["kibana_bearer_token"], sent]


def dangers(settings: Settings) -> list[str]:
    """What the person who runs the task should know about the way that credentials take."""
    found, proxy = [], urlsplit(settings.proxy)
    if not settings.validate_certs and settings.url.startswith("https"):
        found.append("kibana_validate_certs is false: the identity of Kibana is not checked.")
    if (settings.authorization or settings.headers) and _in_plain_text(settings.url):
        found.append("kibana_url is http://, so credentials go over the network in plain text: use https://.")
    if proxy.password and _in_plain_text(settings.proxy):
        found.append("kibana_proxy is http://, so its password goes over the network in plain text: use https://.")
    return found


def _in_plain_text(url: str) -> bool:
    """Whether a request to *url* leaves this machine without TLS."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme != "http" or host == "localhost" or host.endswith(".localhost"):
        return False
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return True


def shortened(params: Mapping[str, Any]) -> dict[str, Any]:
    """What to show in place of very long options: Ansible repeats them in each result, all of thousands of rules."""
    return {
        name: [f"({len(value)} elements)"]
        for name, value in params.items()
        if isinstance(value, list) and len(value) > LONGEST_SHOWN
    }


def _own_certificate(params: Mapping[str, Any], environ: Mapping[str, str]) -> bool:
    """Whether the task itself brings a client certificate, which is a kind of credentials, too."""
    theirs = os.path.expanduser(os.path.expandvars(environ.get("KIBANA_CLIENT_CERT", "")))
    return bool(params.get("kibana_client_cert")) and params["kibana_client_cert"] != theirs


def _url(url: str | None) -> str:
    if not url:
        raise SettingsError("kibana_url is missing: give the option, or set the environment variable KIBANA_URL.")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError("kibana_url must be a URL such as https://kibana.example.com:5601 with http or https.")
    if parts.username or parts.password:
        raise SettingsError("kibana_url must not contain credentials: give kibana_username and kibana_password.")
    if parts.query or parts.fragment:
        raise SettingsError("kibana_url must not contain a query or a fragment (? or #).")
    return url.rstrip("/")


def _space(space: str | None) -> str:
    if space and not all(char.isascii() and (char.islower() or char.isdigit() or char in "_-") for char in space):
        raise SettingsError(f"kibana_space is {space!r}: the id of a space has only a-z, 0-9, _ and -.")
    return space or ""


def _positive(name: str, value: int, least: int) -> int:
    if value < least:
        raise SettingsError(f"{name} is {value}: it must be at least {least}.")
    return value


def _authorization(credentials: Mapping[str, str | None]) -> str:
    api_key, token = credentials["kibana_api_key"], credentials["kibana_bearer_token"]
    username, password = credentials["kibana_username"], credentials["kibana_password"]
    if api_key:
        return "ApiKey " + (_base64(api_key) if ":" in api_key else api_key)
    if token:
        return "Bearer " + token
    if bool(username) != bool(password):
        missing = "kibana_password" if username else "kibana_username"
        raise SettingsError(f"{missing} is missing: kibana_username and kibana_password go together.")
    return "Basic " + _base64(f"{username}:{password}") if username else ""


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
