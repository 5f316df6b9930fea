# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Source maps of APM, which are artifacts of Fleet: `/api/apm/sourcemaps` (reference platform B.2)."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from ..errors import CoreError
from ..routing import Context, route

if TYPE_CHECKING:
    from ..core import Emulator

BASE, STORE = "/api/apm/sourcemaps", "apm_source_maps"
READ, WRITE = ("apm-read",), ("apm-write",)
FIELDS = ("service_name", "service_version", "bundle_filepath")
PORTS = {"http": 80, "https": 443}
Artifact = dict[str, Any]


def seed_soc(emulator: Emulator) -> None:
    """Add a map of a version that nobody uses any more."""
    body = {"serviceName": "shop-web", "serviceVersion": "0.9", "bundleFilepath": "https://shop.example.com/app.js"}
    _store(emulator, {**body, "sourceMap": {"version": 3, "sources": ["app.ts"], "mappings": "AAAA"}})


@route("GET", BASE, requires=READ)
def list_maps(ctx: Context) -> dict[str, Any]:
    """Return one page of maps with their whole content, the newest first."""
    page, size = (int(ctx.query.get(name, default)) for name, default in (("page", "1"), ("perPage", "20")))
    found = list(reversed(ctx.shared(STORE).values()))
    shown = [{**item, "body": _unpacked(item["body"])} for item in found[(page - 1) * size : page * size]]
    return {"artifacts": shown, "total": len(found)}


@route("POST", BASE, requires=WRITE, multipart=True)
def upload_map(ctx: Context) -> Artifact:
    """Keep a map; the same one again is the same artifact, another one of the same bundle is one more."""
    for name in FIELDS:
        if name not in ctx.form:
            raise CoreError(400, f"Invalid value undefined supplied to : body/{name}: string")
    upload = ctx.files.get("sourcemap")
    text = upload.stream.read().decode() if upload else ctx.form.get("sourcemap", "")
    try:
        content = json.loads(text)
        fits = isinstance(content["version"], int) and isinstance(content["mappings"], str)
        fits = fits and all(isinstance(source, str) for source in content["sources"])
    except (ValueError, KeyError, TypeError):
        fits = False
    if not fits:
        raise CoreError(400, "Failed to validate: \n  in /body/sourcemap: Invalid value supplied to sourcemap")
    service, version, path = (ctx.form[name] for name in FIELDS)
    named = {"serviceName": service, "serviceVersion": version, "bundleFilepath": _cleaned(path)}
    return _store(ctx.emulator, {**named, "sourceMap": content})


@route("DELETE", BASE + "/{id}", requires=WRITE)
def delete_map(ctx: Context) -> dict[str, Any]:
    """Delete a map; one that is not there is an internal error."""
    if ctx.shared(STORE).pop(ctx.path["id"], None) is None:
        raise CoreError(500, f"Something went wrong while deleting source map. id: {ctx.path['id']}")
    return {}


def _store(emulator: Emulator, body: dict[str, Any]) -> Artifact:
    decoded = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
    encoded, digest = zlib.compress(decoded), hashlib.sha256(decoded).hexdigest()
    identifier = f"{body['serviceName']}-{body['serviceVersion']}"
    artifact = {
        "id": f"apm:{identifier}-{digest}",
        "type": "sourcemap",
        "identifier": identifier,
        "relative_url": f"/api/fleet/artifacts/{identifier}/{digest}",
        "body": base64.b64encode(encoded).decode(),
        "created": emulator.now(),
        "packageName": "apm",
        "encryptionAlgorithm": "none",
        "compressionAlgorithm": "zlib",
        "decodedSha256": digest,
        "decodedSize": len(decoded),
        "encodedSha256": hashlib.sha256(encoded).hexdigest(),
        "encodedSize": len(encoded),
    }
    emulator.store(STORE).setdefault(artifact["id"], artifact)
    return artifact


def _unpacked(text: str) -> Any:
    return json.loads(zlib.decompress(base64.b64decode(text)))


def _cleaned(path: str) -> str:
    """Return a URL as JavaScript writes it, and anything else as it is."""
    parts = urlsplit(path)
    if parts.scheme not in PORTS or not parts.hostname:
        return path
    port = "" if parts.port in (None, PORTS[parts.scheme]) else f":{parts.port}"
    return urlunsplit((parts.scheme, parts.hostname + port, parts.path or "/", parts.query, parts.fragment))
