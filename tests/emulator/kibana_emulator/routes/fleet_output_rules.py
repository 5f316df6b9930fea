# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Fleet does with the fields of an output: hosts, presets, defaults of kafka, secrets, changes of type."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import yaml

from ..auth import digest
from ..errors import CoreError
from .fleet_output_schema import ES_TYPES

if TYPE_CHECKING:
    from ..routing import Context

RESERVED = (
    "bulk_max_size", "compression_level", "connection_idle_timeout", "queue.mem.events", "queue.mem.flush.min_events",
    "queue.mem.flush.timeout", "worker",
)  # fmt: skip

KAFKA_FIELDS = (
    "version", "key", "compression", "compression_level", "connection_type", "client_id", "auth_type", "username",
    "password", "sasl", "partition", "random", "round_robin", "hash", "topic", "headers", "timeout", "broker_timeout",
    "required_acks", "ssl",
)  # fmt: skip

SECRET_PATHS = {
    "elasticsearch": (("ssl", "key"),),
    "logstash": (("ssl", "key"),),
    "remote_elasticsearch": (("ssl", "key"), ("service_token",), ("kibana_api_key",)),
    "kafka": (("ssl", "key"), ("password",)),
}


def normalise_host(host: str) -> str:
    """Return the host as agents get it: lower case, with a port, without a trailing slash (A.2.7)."""
    parts = urlsplit(host)
    if not parts.scheme or not parts.hostname:  # Kibana's `new URL()` throws
        raise CoreError(500, "An internal server error occurred. Check Kibana server logs for details.")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    name = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{name}:{port}{parts.path.rstrip('/')}"


def load_yaml(text: str | None) -> Any:
    """Return the settings in `config_yaml`; unreadable text counts as empty."""
    try:
        return yaml.safe_load(text or "") or {}
    except yaml.YAMLError:
        return {}


def reserved_keys(config_yaml: str | None) -> list[str]:
    """Return the performance keys in `config_yaml`, dotted or nested."""
    found: set[str] = set()

    def walk(value: Any, prefix: str) -> None:
        if not isinstance(value, dict):
            found.add(prefix)
            return
        for key, inner in value.items():
            walk(inner, f"{prefix}.{key}" if prefix else str(key))

    walk(load_yaml(config_yaml), "")
    return [key for key in RESERVED if key in found]


def check_preset(data: dict[str, Any]) -> None:
    """Raise 400 for a preset that the advanced settings contradict (A.2.5)."""
    keys = reserved_keys(data.get("config_yaml"))
    if data.get("preset") not in (None, "custom") and keys:
        raise CoreError(
            400, f"preset cannot be {data['preset']} when config_yaml contains one of {', '.join(RESERVED)}"
        )


def default_preset(data: dict[str, Any]) -> str:
    """Return the preset that an omitted one stands for."""
    return "custom" if reserved_keys(data.get("config_yaml")) else "balanced"


def drop_shipper(data: dict[str, Any]) -> None:
    """Null the shipper unless the settings switch it on."""
    if data.get("shipper"):
        shipper = load_yaml(data.get("config_yaml")).get("shipper")
        if not shipper or (isinstance(shipper, dict) and shipper.get("enabled") is False):
            data["shipper"] = None


def fill_kafka(data: dict[str, Any]) -> None:
    """Fill the defaults of a new kafka output."""
    defaults = {"version": "1.0.0", "client_id": "Elastic", "partition": "hash", "timeout": 30, "broker_timeout": 10}
    for key, value in defaults.items():
        data[key] = data.get(key) or value
    if data.setdefault("compression", "gzip") == "gzip":
        data["compression_level"] = data.get("compression_level") or 4
    if data.get("required_acks") is None:
        data["required_acks"] = 1
    # A password under `secrets` does not count here.
    if data.get("username") and data.get("password") and not (data.get("sasl") or {}).get("mechanism"):
        data["sasl"] = {"mechanism": "PLAIN"}
    partition = data["partition"]
    if partition in ("random", "round_robin") and not (data.get(partition) or {}).get("group_events"):
        data[partition] = {"group_events": 1}


def change_type(data: dict[str, Any], stored: dict[str, Any]) -> None:
    """Null what belongs to the former type and fill what the new one needs."""
    old, new = stored["type"], data["type"]
    if old == "kafka":
        data.update({key: data.get(key) if key == "ssl" else None for key in KAFKA_FIELDS})
    if old == "remote_elasticsearch":
        data.setdefault("service_token", None)
        data.setdefault("kibana_api_key", None)
    if new not in ES_TYPES:
        data.update(preset=None, ca_trusted_fingerprint=None, ca_sha256=None)
    if new == "kafka":
        fill_kafka(data)
        if data["compression"] != "gzip":
            data["compression_level"] = None


def clear_omitted(data: dict[str, Any]) -> None:
    """Null what a PUT with a type resets when it is left out (A.2.9)."""
    keys = {
        "kafka": ("password", "username", "sasl", "ssl"),
        "remote_elasticsearch": ("service_token", "kibana_api_key"),
    }
    for key in keys.get(data.get("type", ""), ()):
        data[key] = data.get(key) or None


def at(tree: Any, path: tuple[str, ...]) -> Any:
    """Return what lies at `path`, None when nothing does."""
    for key in path:
        tree = tree.get(key) if isinstance(tree, dict) else None
    return tree


def store_secrets(ctx: Context, output_id: str, data: dict[str, Any], stored: dict[str, Any] | None = None) -> None:
    """Store the secrets of an output, see `keep_secrets`."""
    keep_secrets(ctx, output_id, data, stored, SECRET_PATHS[data.get("type") or stored["type"]])


def keep_secrets(
    ctx: Context, owner: str, data: dict[str, Any], stored: dict[str, Any] | None, paths: Iterable[tuple[str, ...]]
) -> None:
    """Move the texts under `secrets` into the store `fleet_secrets` and leave references.

    An update deletes the document of every stored secret which the request does not repeat as `{id}`; where the
    request is silent about it, the reference stays in the object and dangles (A.2.6).
    """
    vault, old_secrets = ctx.shared("fleet_secrets"), (stored or {}).get("secrets")
    for path in paths:
        sent, old = at(data.get("secrets"), path), at(old_secrets, path)
        if isinstance(sent, str):
            reference = {"id": ctx.emulator.uuid()}
            # As with passwords and keys, only a digest is kept: enough to tell which text was stored last.
            entry = {"id": reference["id"], "output": owner, "path": ".".join(path), "digest": digest(sent)}
            vault[reference["id"]] = entry
            at(data["secrets"], path[:-1])[path[-1]] = reference
            sent = reference
        if old and (not sent or sent["id"] != old["id"]):
            vault.pop(old["id"], None)


def secrets_as_plain(data: dict[str, Any]) -> None:
    """Copy `secrets` to the plain fields, as a Kibana without storage for secrets does."""
    secrets = data.pop("secrets", None) or {}
    key = at(secrets, ("ssl", "key"))
    if isinstance(key, str):
        data["ssl"] = {**(data.get("ssl") or {}), "key": key}
    for name in ("password", "service_token", "kibana_api_key"):
        if isinstance(secrets.get(name), str):
            data[name] = secrets[name]


def drop_secrets(ctx: Context, output_id: str) -> None:
    """Delete every secret of an output."""
    vault = ctx.shared("fleet_secrets")
    for key in [key for key, secret in vault.items() if secret["output"] == output_id]:
        del vault[key]


def merge(stored: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    """Return `stored` with `data` laid over it: objects merge, everything else (and `ssl`, kept as a text) replaces."""
    merged = dict(stored)
    for key, value in data.items():
        old = merged.get(key)
        merged[key] = merge(old, value) if key != "ssl" and isinstance(old, dict) and isinstance(value, dict) else value
    return merged
