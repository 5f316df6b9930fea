# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The connection options that every module shares, and how they become the settings of a client."""

from __future__ import annotations

import base64
import contextlib
import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from ansible.module_utils.basic import env_fallback


class SettingsError(ValueError):
    """A connection option is missing or makes no sense; the text says which, and what to do."""


def _option(name: str, **spec: Any) -> dict[str, Any]:
    return {**spec, "fallback": (env_fallback, [name.upper()])}


LONGEST_SHOWN = 200
LONGEST_SPACE = 500  # Elasticsearch's ids have at most 512 bytes
LONGEST_TIMEOUT = 86_400
MOST_RETRIES = 1000
URL_PASSWORD = re.compile(r"(?:\s*\w+://)?[^/:@]*:(?!//)(.+)@", re.DOTALL)
TOKEN = re.compile("[!-~]+")
HEADER_NAME = re.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+")
HEADER_VALUE = re.compile("[!-~\xa1-\xff]([\t -~\xa1-\xff]*[!-~\xa1-\xff])?|")

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
    headers = _headers(params.get("kibana_headers") or {})
    proxy = params.get("kibana_proxy") or ""
    proxy = proxy and _address("kibana_proxy", proxy).geturl()
    authorization = _authorization(credentials)
    hidden = [*_hidden(credentials, authorization), *headers.values(), urlsplit(proxy).password]
    return Settings(
        url=_url(params.get("kibana_url")),
        space=_space(params.get("kibana_space")),
        authorization=authorization,
        validate_certs=params.get("kibana_validate_certs") is not False,
        ca_cert=params.get("kibana_ca_cert") or "",
        client_cert=params.get("kibana_client_cert") or "",
        client_key=params.get("kibana_client_key") or "",
        proxy=proxy,
        headers=tuple(sorted(headers.items())),
        timeout=_within("kibana_timeout", params.get("kibana_timeout", 30), 1, LONGEST_TIMEOUT),
        retries=_within("kibana_retries", params.get("kibana_retries", 3), 0, MOST_RETRIES),
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


def url_password(url: Any) -> str:
    """The password in what is, or was meant to be, the URL of Kibana or of a proxy."""
    found = URL_PASSWORD.match(url) if isinstance(url, str) else None
    return found[1] if found else ""


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
    if not url or not url.strip():
        raise SettingsError("kibana_url is missing: give the option, or set the environment variable KIBANA_URL.")
    parts = _address("kibana_url", url)
    if "@" in parts.netloc:
        raise SettingsError("kibana_url must not contain credentials: give kibana_username and kibana_password.")
    if "?" in url or "#" in url:
        raise SettingsError("kibana_url must not contain a query or a fragment (? or #).")
    if any(unquote(part) in (".", "..") for part in parts.path.split("/")):
        raise SettingsError("kibana_url must not contain . or .. as a part of its path.")
    return parts.geturl().rstrip("/")


def _address(name: str, url: str) -> SplitResult:
    """The parts of a URL that a request can go to: clients do not agree on where one with other characters leads."""
    url = url.strip()
    try:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and _plain(url):
            parts.hostname.encode("idna")
            return parts
    except ValueError:  # a port or an address that is none
        pass
    example = "https://kibana.example.com:5601" if name == "kibana_url" else "http://proxy.example.com:3128"
    raise SettingsError(f"{name} must be a URL such as {example} with http or https.")


def _plain(url: str) -> bool:
    return url.isprintable() and " " not in url and "\\" not in url


def _headers(headers: Mapping[Any, Any]) -> dict[str, str]:
    for name, value in headers.items():
        if not HEADER_NAME.fullmatch(str(name)) or name.lower() in ("content-length", "transfer-encoding"):
            raise SettingsError(f"kibana_headers has {str(name)!r}, which is no name for a header of its own.")
        if value is None or isinstance(value, (dict, list)) or not HEADER_VALUE.fullmatch(str(value)):
            raise SettingsError(
                f"kibana_headers.{name} must be a text of Latin letters without line breaks, also at its end."
            )
    return {name: str(value) for name, value in headers.items()}


def _space(space: str | None) -> str:
    if space and not all(char.isascii() and (char.islower() or char.isdigit() or char in "_-") for char in space):
        raise SettingsError(f"kibana_space is {space!r}: the id of a space has only a-z, 0-9, _ and -.")
    if space and len(space) > LONGEST_SPACE:
        raise SettingsError(f"kibana_space has {len(space)} characters: no space has such a long id.")
    return space or ""


def _within(name: str, value: int, least: int, most: int) -> int:
    value = int(value)  # true is 1
    if not least <= value <= most:
        bound = f"at most {most}" if value > most else f"at least {least}"
        raise SettingsError(f"{name} is {value}: it must be {bound}.")
    return value


def _authorization(credentials: Mapping[str, str | None]) -> str:
    api_key, token = credentials["kibana_api_key"], credentials["kibana_bearer_token"]
    username, password = credentials["kibana_username"], credentials["kibana_password"]
    if api_key:
        return "ApiKey " + (_base64(api_key) if ":" in api_key else _token("kibana_api_key", api_key))
    if token:
        return "Bearer " + _token("kibana_bearer_token", token)
    if bool(username) != bool(password):
        missing = "kibana_password" if username else "kibana_username"
        raise SettingsError(f"{missing} is missing: kibana_username and kibana_password go together.")
    if ":" in (username or ""):
        raise SettingsError("kibana_username must not contain a colon: basic authentication cannot send it.")
    return "Basic " + _base64(f"{username}:{password}") if username else ""


def _token(name: str, text: str) -> str:
    if not TOKEN.fullmatch(text):
        raise SettingsError(f"{name} has a blank, a line break or another character that is in no key or token.")
    return text


def _base64(text: str) -> str:
    try:
        return base64.b64encode(text.encode()).decode()
    except UnicodeEncodeError:
        raise SettingsError("The credentials have a character that cannot be written in UTF-8.") from None
