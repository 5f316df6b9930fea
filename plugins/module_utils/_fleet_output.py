# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What the four types of Fleet outputs require, exclude and hide. Pure; no Ansible, no requests.

Outputs are dicts in the shape of the module's options; ``remote_kibana_url`` and ``remote_kibana_api_key`` stand for
Kibana's ``kibana_url`` and ``kibana_api_key``, which would clash with the options of the connection.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

try:
    import yaml
except ImportError:  # only `requests` is certain to be there
    yaml = None  # type: ignore[assignment]

Fields = Mapping[str, Any]
Path = tuple[str, ...]
Pair = tuple[Path, Path]

REMOTE_NAMES = {"remote_kibana_url": "kibana_url", "remote_kibana_api_key": "kibana_api_key"}
ES_TYPES = ("elasticsearch", "remote_elasticsearch")
_ES = frozenset({"preset"})
_REMOTE = frozenset({"service_token", "sync_integrations", "sync_uninstalled_integrations", *REMOTE_NAMES})
_KAFKA = frozenset(
    {
        *("auth_type", "connection_type", "username", "password", "sasl", "version", "client_id", "compression"),
        *("compression_level", "topic", "key", "partition", "random", "round_robin", "hash", "headers", "timeout"),
        *("broker_timeout", "required_acks"),
    }
)
OWN: dict[str, frozenset[str]] = {
    "elasticsearch": _ES,
    "remote_elasticsearch": _ES | _REMOTE,
    "logstash": frozenset(),
    "kafka": _KAFKA,
}
SPECIFIC = _ES | _REMOTE | _KAFKA

# Each secret has a plain form and one under `secrets`, and belongs to some types.
SSL_KEY: Pair = (("ssl", "key"), ("secrets", "ssl", "key"))
SERVICE_TOKEN: Pair = (("service_token",), ("secrets", "service_token"))
KIBANA_API_KEY: Pair = (("remote_kibana_api_key",), ("secrets", "kibana_api_key"))
PASSWORD: Pair = (("password",), ("secrets", "password"))
PAIRS: dict[str, tuple[Pair, ...]] = {
    "elasticsearch": (SSL_KEY,),
    "remote_elasticsearch": (SSL_KEY, SERVICE_TOKEN, KIBANA_API_KEY),
    "logstash": (SSL_KEY,),
    "kafka": (SSL_KEY, PASSWORD),
}
ALL_PAIRS = (SSL_KEY, SERVICE_TOKEN, KIBANA_API_KEY, PASSWORD)

POSITIVE: tuple[Path, ...] = (
    ("compression_level",),
    ("timeout",),
    ("broker_timeout",),
    ("random", "group_events"),
    ("round_robin", "group_events"),
)
RESERVED = (
    "bulk_max_size",
    "compression_level",
    "connection_idle_timeout",
    "queue.mem.events",
    "queue.mem.flush.min_events",
    "queue.mem.flush.timeout",
    "worker",
)


def at(tree: Any, path: Path) -> Any:
    """What lies at *path* in nested dicts, None where nothing does."""
    for name in path:
        tree = tree.get(name) if isinstance(tree, dict) else None
    return tree


def put(tree: dict[str, Any], path: Path, value: Any) -> None:
    """Lay *value* at *path*, making the dicts on the way."""
    for name in path[:-1]:
        tree = tree.setdefault(name, {})
    tree[path[-1]] = value


def is_url(text: str) -> bool:
    """Whether a text is a URL with http or https and a host, as Fleet demands of addresses."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False


def normal_host(host: str) -> str:
    """A URL as Kibana stores it: lower case, with a port, no slash at the end. What is no URL stays as it is."""
    try:
        parts = urlsplit(host)
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    except (KeyError, ValueError):
        return host
    name = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{name}:{port}{parts.path.rstrip('/')}"


def meaning(text: str) -> Any:
    """``config_yaml`` in the form in which it is compared: its content, or its text where that cannot be read."""
    if yaml is not None:
        try:
            return yaml.safe_load(text)
        except (yaml.YAMLError, ValueError):  # the latter for a date that there is not
            pass
    return text.strip() or None


def reserved_keys(text: str | None) -> list[str]:
    """The settings in ``config_yaml`` that a preset decides, dotted or nested; none where it cannot be read."""
    content = meaning(text or "")
    found = set(_dotted(content, "")) if isinstance(content, dict) else set()
    return [name for name in RESERVED if name in found]


def usual_preset(text: str | None) -> str | None:
    """The preset that Kibana gives to an output without one; None where ``config_yaml`` cannot be read."""
    if text and yaml is None:
        return None
    return "custom" if reserved_keys(text) else "balanced"


def _dotted(value: Any, prefix: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield prefix
        return
    for key, item in value.items():
        yield from _dotted(item, f"{prefix}.{key}" if prefix else str(key))


def problem(given: Fields, whole: Fields) -> str | None:
    """What is wrong with the fields *given*, as a sentence; *whole* is the output as far as it is known."""
    kind = whole.get("type")
    checks = [_doubles, _foreign, _numbers, _hosts, _config, *([_kafka] if kind == "kafka" else [])]
    return next((text for check in checks for text in [check(given, whole)] if text), None)


def _doubles(given: Fields, whole: Fields) -> str | None:
    for plain, secret in ALL_PAIRS:
        if at(given, plain) and at(given, secret):
            return f"{'.'.join(plain)} and {'.'.join(secret)} are the same thing: give one of them."
    return None


def _foreign(given: Fields, whole: Fields) -> str | None:
    kind = whole.get("type")
    if kind is None:
        return None
    names = [name for name in given if name in SPECIFIC and name not in OWN[kind]]
    names += [
        ".".join(pair[1])
        for pair in ALL_PAIRS
        if at(given, pair[1]) and pair not in PAIRS[kind] and pair[0][0] not in names
    ]
    if not names:
        return None
    owners = " and ".join(other for other in OWN if _belongs(names[0], other))
    return f"{names[0]} is a field of {owners} outputs, and type is {kind}: leave it out, or correct type."


def _belongs(name: str, kind: str) -> bool:
    return name in OWN[kind] or any(".".join(pair[1]) == name for pair in PAIRS[kind])


def _numbers(given: Fields, whole: Fields) -> str | None:
    """Kibana takes a zero in these for a missing value and puts its own default there."""
    for path in POSITIVE:
        value = at(given, path)
        if value is not None and value < 1:
            return f"{'.'.join(path)} is {value}: it must be at least 1."
    return None


def _hosts(given: Fields, whole: Fields) -> str | None:
    """Kibana's own rules for addresses, which differ by type."""
    hosts, kind = given.get("hosts"), whole.get("type")
    if hosts is not None and not hosts:
        return "hosts is empty: give at least one."
    if kind is None or hosts is None:
        return None
    wrong = next((number for number, host in enumerate(hosts) if not _is_host(str(host), kind)), None)
    if wrong is None:
        return None
    if kind in ES_TYPES:
        return f"hosts[{wrong}] must be a URL with http or https, such as https://es.example.com:9200 (type is {kind})."
    return f"hosts[{wrong}] must be host:port without a scheme, such as {kind}.example.com:5044 (type is {kind})."


def _is_host(host: str, kind: str) -> bool:
    if kind in ES_TYPES:
        return is_url(host)
    name, _unused, port = host.rpartition(":")
    if kind == "kafka":
        return bool(name) and "/" not in host and port.isdecimal() and 1 <= int(port) <= 65535
    return bool(re.match(r"^[^\s/?#@]+$", host))


def _config(given: Fields, whole: Fields) -> str | None:
    """``config_yaml``, and what depends on what it says."""
    text = whole.get("config_yaml") or ""
    if given.get("config_yaml") and yaml is not None:
        try:
            yaml.safe_load(text)
        except (yaml.YAMLError, ValueError) as error:
            mark = getattr(error, "problem_mark", None)
            return f"config_yaml is not valid YAML{f' (line {mark.line + 1})' if mark else ''}."
    keys, preset = reserved_keys(text), whole.get("preset")
    if keys and preset not in (None, "custom") and {"preset", "config_yaml"} & set(given):
        return f"preset is {preset} and config_yaml has {', '.join(keys)}: give preset custom, or take that out."
    return None


def _has_shipper(text: str) -> bool:
    content = meaning(text)
    if not isinstance(content, dict):
        return yaml is None and bool(re.search(r"(?m)^shipper\s*:", text))
    block = content.get("shipper")
    return bool(block) and not (isinstance(block, dict) and block.get("enabled") is False)


def _kafka(given: Fields, whole: Fields) -> str | None:
    auth, compression = whole.get("auth_type"), whole.get("compression")
    if given.get("connection_type") and auth not in (None, "none"):
        return f"connection_type goes with auth_type none only, and auth_type is {auth}: leave it out."
    if given.get("username") and auth not in (None, "user_pass"):
        return f"username goes with auth_type user_pass only, and auth_type is {auth}: leave it out."
    if given.get("password") and auth not in (None, "user_pass"):
        return f"password goes with auth_type user_pass only, and auth_type is {auth}: leave it out."
    if given.get("compression_level") is not None and compression not in (None, "gzip"):
        return f"compression_level goes with compression gzip only, and compression is {compression}: leave it out."
    return None


def missing(given: Fields, whole: Fields, has_password: bool) -> str | None:
    """What a whole output lacks, as a sentence."""
    kind, auth = whole.get("type"), whole.get("auth_type")
    for name in ("name", "type", "hosts", *(("auth_type",) if kind == "kafka" else ())):
        if not whole.get(name):
            return f"{name} is missing: a new {kind + ' ' if kind else ''}output needs it."
    if given.get("shipper") and not _has_shipper(whole.get("config_yaml") or ""):
        return "shipper has no effect without a shipper block in config_yaml, and Kibana drops it: give both."
    if kind != "kafka":
        return None
    if auth == "none" and not whole.get("connection_type"):
        return "connection_type is missing: auth_type none needs it (plaintext or encryption)."
    if auth == "user_pass" and not whole.get("username"):
        return "username is missing: auth_type user_pass needs it."
    if auth == "user_pass" and not has_password:
        return "secrets.password is missing: auth_type user_pass needs it (or password)."
    return None


def kept_secrets(current: Fields | None, kind: str) -> dict[str, Any]:
    """The secrets that Kibana holds for an output and that a type of *kind* keeps: references, or plain texts.

    Where both are there the reference counts, and the plain text is a leftover.
    """
    kept: dict[str, Any] = {}
    if current is None:
        return kept
    for pair in PAIRS[kind] if current["type"] == kind else (SSL_KEY,):
        plain, secret = pair
        found = secret if at(current, secret) else plain
        if at(current, found):
            put(kept, found, at(current, found))
    return kept


def without(kept: Fields, sent: Fields, kind: str) -> dict[str, Any]:
    """Those of the kept secrets that are not replaced by what is sent: an update has to repeat them."""
    rest: dict[str, Any] = {}
    for plain, secret in PAIRS[kind]:
        for path in (plain, secret):
            if at(kept, path) and not (at(sent, plain) or at(sent, secret)):
                put(rest, path, at(kept, path))
    return rest


def new_secrets(desired: Fields, kept: Fields, kind: str, sends: Callable[[Path], bool]) -> dict[str, Any]:
    """The secrets to send: those that Kibana lacks, and those that *sends* wants to be sent all the same; a stored form
    decides over the given one."""
    sent: dict[str, Any] = {}
    for plain, secret in PAIRS[kind]:
        given = plain if at(desired, plain) else secret
        value = at(desired, given)
        if value and (sends(given) or not (at(kept, plain) or at(kept, secret))):
            put(sent, secret if at(kept, secret) or at(desired, secret) else plain, value)
    return sent
