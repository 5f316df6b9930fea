# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Source maps of APM. API: ``/api/apm/sourcemaps``.

Service, version and bundle name a map. Kibana does not know that: another content for the same bundle is one more
artifact beside the old one. Whoever uploads has to take the old one away.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient

SOURCE_MAPS = "/api/apm/sourcemaps"
PAGE = 20  # an answer has the whole content of each
PORTS = {"http": 80, "https": 443}
IDENTITY = {"service_name": "serviceName", "service_version": "serviceVersion", "bundle_filepath": "bundleFilepath"}
SHOWN = ("id", "created", "identifier", "relative_url", "decodedSha256", "decodedSize")


def cleaned(path: str) -> str:
    """The address of a bundle as Kibana writes it: a URL in its normal form, a path as it is."""
    try:
        parts = urlsplit(path)
        port = parts.port
    except ValueError:
        return path
    if parts.scheme not in PORTS or not parts.hostname:
        return path
    place = parts.hostname if port in (None, PORTS[parts.scheme]) else f"{parts.hostname}:{port}"
    login = parts.netloc.rpartition("@")[0]
    place = f"{login}@{place}" if login else place
    return urlunsplit((parts.scheme, place, parts.path or "/", parts.query, parts.fragment))


def checksum(content: Any) -> str:
    """The SHA-256 of a map, whatever the order of its keys and its spaces."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode("utf-8")).hexdigest()


def listed(client: KibanaClient) -> Iterator[dict[str, Any]]:
    """Every map with its content, the newest first."""
    return client.pages(SOURCE_MAPS, items="artifacts", size_name="perPage", size=PAGE, in_space=False)


def shown(artifact: dict[str, Any], identity: dict[str, Any], digest: str) -> dict[str, Any]:
    """A map as the modules return it, without its content."""
    known = {name: artifact[name] for name in SHOWN if name in artifact}
    return {**known, **{name: identity[name] for name in IDENTITY}, "checksum": digest}


def identity_of(artifact: dict[str, Any]) -> dict[str, Any]:
    """Service, version and bundle of a map, by the names of the options."""
    return {name: artifact["body"].get(field) for name, field in IDENTITY.items()}
