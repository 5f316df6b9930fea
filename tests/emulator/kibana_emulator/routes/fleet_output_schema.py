# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Request schemas of Fleet outputs: four types, each with a create and an update form (reference platform A.2)."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from ..schema import Strict

ES_TYPES = ("elasticsearch", "remote_elasticsearch")
_KAFKA_VERSIONS = {
    "0.8.2.0", "0.8.2.1", "0.8.2.2", "0.9.0.0", "0.9.0.1", "0.10.0.0", "0.10.0.1", "0.10.1.0", "0.10.1.1", "0.10.2.0",
    "0.10.2.1", "0.11.0.0", "0.11.0.1", "0.11.0.2", "1.0.0", "1.0.1", "1.0.2", "1.1.0", "1.1.1", "2.0.0", "2.0.1",
    "2.1.0", "2.2.0", "2.3.0", "2.4.0", "2.5.0", "2.6.0",
}  # fmt: skip


def _es_host(text: str) -> str:
    try:
        parts = urlsplit(text)
        _port = parts.port  # reading it checks it
    except ValueError:
        raise ValueError("Invalid URL") from None
    if not parts.scheme or not re.match(r"^[a-z][a-z0-9+.-]*:", text, re.IGNORECASE):
        raise ValueError("Invalid URL")
    if parts.scheme not in ("http", "https"):
        raise ValueError("Invalid protocol")
    if not parts.hostname:
        raise ValueError("Invalid URL")
    return text


def _logstash_host(text: str) -> str:
    if re.match(r"^https?://", text):
        raise ValueError("Host address must begin with a domain name or IP address")
    if not re.match(r"^[A-Za-z0-9._\[\]:-]+$", text):
        raise ValueError("Invalid Logstash host")
    return text


def _kafka_host(text: str) -> str:
    if "://" in text:
        raise ValueError('Invalid format. Expected "host:port" without protocol')
    name, _unused, port = text.rpartition(":")
    if not name:
        raise ValueError('Invalid format. Expected "host:port" without protocol')
    if not port.isdigit() or not 1 <= int(port) <= 65535:
        raise ValueError("Invalid port number. Expected a number between 1 and 65535")
    return text


def _kafka_version(text: str) -> str:
    if text not in _KAFKA_VERSIONS:
        raise ValueError("[version]: unknown version of Kafka")
    return text


EsHosts = Annotated[list[Annotated[str, AfterValidator(_es_host)]], Field(min_length=1)]
LogstashHosts = Annotated[list[Annotated[str, AfterValidator(_logstash_host)]], Field(min_length=1)]
KafkaHosts = Annotated[list[Annotated[str, AfterValidator(_kafka_host)]], Field(min_length=1)]
Preset = Literal["balanced", "custom", "throughput", "scale", "latency"]


class SecretRef(Strict):
    """A reference to a stored secret."""

    id: str
    hash: str | None = None


Secret = str | SecretRef


class Ssl(Strict):
    """TLS settings; every part is optional."""

    certificate: str | None = None
    key: str | None = None
    certificate_authorities: Annotated[list[str], Field(max_length=10)] | None = None
    verification_mode: Literal["full", "none", "certificate", "strict"] | None = None


class Shipper(Strict):
    """Settings of the beats shipper, all nullable."""

    disk_queue_enabled: bool | None = None
    disk_queue_path: str | None = None
    disk_queue_max_size: float | None = None
    disk_queue_encryption_enabled: bool | None = None
    disk_queue_compression_enabled: bool | None = None
    compression_level: float | None = None
    loadbalance: bool | None = None
    mem_queue_events: float | None = None
    queue_flush_timeout: float | None = None
    max_batch_bytes: float | None = None


class KeySecret(Strict):
    """`secrets.ssl`."""

    key: Secret = None


class SslSecrets(Strict):
    """`secrets` of elasticsearch and logstash."""

    ssl: KeySecret = None


class RemoteSecrets(SslSecrets):
    """`secrets` of remote_elasticsearch."""

    service_token: Secret = None
    kibana_api_key: Secret = None


class KafkaSecrets(SslSecrets):
    """`secrets` of kafka."""

    password: Secret = None


class Common(Strict):
    """What all types know. A default of None in a type without null means: may be absent, may not be null."""

    is_default: bool = False
    is_default_monitoring: bool = False
    is_internal: bool = None
    is_preconfigured: bool = None
    allow_edit: Annotated[list[str], Field(max_length=1000)] = None
    ca_sha256: str | None = None
    ca_trusted_fingerprint: str | None = None
    config_yaml: str | None = None
    proxy_id: str | None = None
    shipper: Shipper | None = None
    ssl: Ssl | None = None


class Es(Common):
    """Fields of elasticsearch."""

    preset: Preset = None
    secrets: SslSecrets = None


class Remote(Common):
    """Fields of remote_elasticsearch."""

    preset: Preset = None
    service_token: str | None = None
    kibana_api_key: str | None = None
    kibana_url: str | None = None
    sync_integrations: bool = None
    sync_uninstalled_integrations: bool = None
    secrets: RemoteSecrets = None


class Logstash(Common):
    """Fields of logstash."""

    secrets: SslSecrets = None


class Mechanism(Strict):
    """`sasl`."""

    mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = None


class Group(Strict):
    """`random` and `round_robin`."""

    group_events: float = None


class Hash(Strict):
    """`hash`."""

    hash: str = None
    random: bool = None


class Header(Strict):
    """One header of the messages."""

    key: str
    value: str


class Kafka(Common):
    """Fields of kafka."""

    version: Annotated[str, AfterValidator(_kafka_version)] = None
    key: str = None
    compression: Literal["gzip", "snappy", "lz4", "none"] = None
    compression_level: int | None = None
    client_id: str = None
    connection_type: Literal["plaintext", "encryption"] | None = None
    username: str | None = None
    password: str | None = None
    sasl: Mechanism | None = None
    partition: Literal["random", "round_robin", "hash"] = None
    random: Group = None
    round_robin: Group = None
    hash: Hash = None
    topic: str = None
    headers: Annotated[list[Header], Field(max_length=100)] = None
    timeout: float = None
    broker_timeout: float = None
    required_acks: Literal[1, 0, -1] = None
    secrets: KafkaSecrets = None


AuthType = Literal["none", "user_pass", "ssl", "kerberos"]


class NewEs(Es):
    """POST of elasticsearch."""

    id: str = None
    name: str
    type: Literal["elasticsearch"]
    hosts: EsHosts


class NewRemote(Remote):
    """POST of remote_elasticsearch."""

    id: str = None
    name: str
    type: Literal["remote_elasticsearch"]
    hosts: EsHosts


class NewLogstash(Logstash):
    """POST of logstash."""

    id: str = None
    name: str
    type: Literal["logstash"]
    hosts: LogstashHosts


class NewKafka(Kafka):
    """POST of kafka."""

    id: str = None
    name: str
    type: Literal["kafka"]
    hosts: KafkaHosts
    auth_type: AuthType


class ChangedEs(Es):
    """PUT of elasticsearch."""

    name: str = None
    type: Literal["elasticsearch"] = None
    hosts: EsHosts = None


class ChangedRemote(Remote):
    """PUT of remote_elasticsearch."""

    name: str = None
    type: Literal["remote_elasticsearch"] = None
    hosts: EsHosts = None


class ChangedLogstash(Logstash):
    """PUT of logstash."""

    name: str = None
    type: Literal["logstash"] = None
    hosts: LogstashHosts = None


class ChangedKafka(Kafka):
    """PUT of kafka: the one that insists on a name."""

    name: str
    type: Literal["kafka"] = None
    hosts: KafkaHosts = None
    auth_type: AuthType = None
