# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fleet packages: a small registry, what is installed, and templates of inputs (reference platform A.10, A.10.1)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Literal

from ..errors import CoreError
from ..routing import Context, Reply, route
from ..schema import Strict, parse
from .fleet_package_registry import manifest

if TYPE_CHECKING:
    from ..core import Emulator

READ = ("integrations-read", "fleet-setup", "fleet-all")
SEMVER = re.compile(r"^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$")


class TemplateQuery(Strict):
    """Query of a template."""

    format: Literal["json", "yml", "yaml"] = "json"
    prerelease: bool = False
    ignoreUnverified: bool = False


class PackageQuery(Strict):
    """Query of one package."""

    ignoreUnverified: bool = False
    prerelease: bool = False
    full: bool = False
    withMetadata: bool = False


class PackagesQuery(Strict):
    """Query of the list of packages."""

    category: str = None
    prerelease: bool = False
    excludeInstallStatus: bool = False
    withPackagePoliciesCount: bool = False


def _stream(stream_id: str, title: str, kind: str, dataset: str, **values: Any) -> dict[str, Any]:
    data_stream = {"dataset": dataset, "type": kind}
    return {"_title": title, "id": stream_id, "data_stream": data_stream, **values}


_APACHE = [
    {
        "_title": "Collect logs from Apache instances: Collecting Apache access and error logs",
        "id": "apache-logfile",
        "type": "logfile",
        "streams": [
            _stream(
                "logfile-apache.access", "Apache access logs: Collect Apache access logs", "logs", "apache.access",
                paths=["/var/log/apache2/access.log*", "/var/log/httpd/access_log*"], exclude_files=[".gz$"],
                tags=["apache-access"], processors=[{"add_locale": None}],
            ),
            _stream(
                "logfile-apache.error", "Apache error logs: Collect Apache error logs", "logs", "apache.error",
                paths=["/var/log/apache2/error.log*", "/var/log/httpd/error_log*"], exclude_files=[".gz$"],
            ),
        ],
    },
    {
        "_title": "Collect metrics from Apache instances: Collecting Apache status metrics",
        "id": "apache-apache/metrics",
        "type": "apache/metrics",
        "streams": [
            _stream(
                "apache/metrics-apache.status", "Apache status metrics: Collect Apache status metrics", "metrics",
                "apache.status", metricsets=["status"], hosts=["http://127.0.0.1"], period="30s",
                server_status_path="/server-status",
            ),
        ],
    },
]  # fmt: skip
_LOG = [
    {
        "_title": "Custom log file: Collect your custom log files.",
        "id": "logs-logfile",
        "type": "logfile",
        "streams": [_stream("logfile-log.logs", "Custom log file: Custom log file", "logs", "generic", paths=[""])],
    }
]

# Name: title, versions with the latest first, inputs, and whether the signature is valid.
REGISTRY: dict[str, tuple[str, tuple[str, ...], list[dict[str, Any]], bool]] = {
    "apache": ("Apache HTTP Server", ("1.24.0", "1.23.0"), _APACHE, True),
    "log": ("Custom Logs", ("2.3.1",), _LOG, True),
    "elastic_agent": ("Elastic Agent", ("2.0.3",), [], True),
    "security_detection_engine": ("Prebuilt Security Detection Rules", ("9.4.5", "9.4.2"), [], True),
    "okta": ("Okta", ("3.1.0", "3.0.0"), [], True),
    "system": ("System", ("1.61.0", "1.60.0"), [], True),
    "fleet_server": ("Fleet Server", ("1.6.0",), [], True),
    "endpoint": ("Elastic Defend", ("8.18.0",), [], True),
    "preview_demo": ("Preview demo", ("0.1.0-beta.1",), _LOG, True),
    "unsigned_demo": ("Unsigned demo", ("1.0.0",), _LOG, False),
}


def seed(emulator: Emulator) -> None:
    """Fleet itself installs the package for its agents."""
    emulator.store("fleet_packages")["elastic_agent"] = {"version": "2.0.3", "created_at": "2026-01-01T00:00:00.000Z"}


def seed_soc(emulator: Emulator) -> None:
    """An older Apache package is installed."""
    emulator.store("fleet_packages")["apache"] = {"version": "1.23.0", "created_at": "2026-01-05T00:00:00.000Z"}


def latest(name: str, prerelease: bool) -> str | None:
    versions = REGISTRY[name][1] if name in REGISTRY else ()
    return next((version for version in versions if prerelease or "-" not in version), None)


def found(name: str, version: str | None, prerelease: bool, ignore_unverified: bool) -> str:
    """Return the version that is meant; 404, 400 for a bad version or signature."""
    if version and not SEMVER.match(version):
        raise CoreError(400, "Package version is not a valid semver")
    newest = latest(name, prerelease)
    if newest is None or (version and version not in REGISTRY[name][1]):
        raise CoreError(404, f"[{name}-{version or newest}] package not found in registry")
    if not REGISTRY[name][3] and not ignore_unverified:
        attributes = {"type": "verification_failed"}
        raise CoreError(400, f"{name}-{version or newest} failed signature verification.", attributes)
    return version or newest


@route("GET", "/api/fleet/epm/templates/{pkgName}/{pkgVersion}/inputs", requires=READ)
def template_inputs(ctx: Context) -> Reply | dict[str, Any]:
    """The inputs of a package as a standalone agent takes them."""
    query = parse(TemplateQuery, ctx.query, "request query")
    name = ctx.path["pkgName"]
    found(name, ctx.path["pkgVersion"], query.prerelease, query.ignoreUnverified)
    inputs = REGISTRY[name][2]
    if query.format == "json":
        return {"inputs": _untitled(inputs)}
    text = "inputs:\n" + _yaml(inputs, 2) if inputs else "inputs: []\n"
    return Reply(200, text, content_type="text/yaml;charset=utf-8")


def _untitled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _untitled(item) for key, item in value.items() if key != "_title"}
    return [_untitled(item) for item in value] if isinstance(value, list) else value


def _yaml(value: Any, indent: int) -> str:
    """Return YAML with the titles as comments above the entries."""
    pad = " " * indent
    if isinstance(value, list):
        return "".join(_yaml_entry(item, pad, indent) for item in value)
    text = ""
    for key, item in value.items():
        if key != "_title":
            nested = isinstance(item, (dict, list)) and item
            text += f"{pad}{key}:\n{_yaml(item, indent + 2)}" if nested else f"{pad}{key}: {_scalar(item)}\n"
    return text


def _yaml_entry(item: Any, pad: str, indent: int) -> str:
    if not isinstance(item, dict):
        return f"{pad}- {_scalar(item)}\n"
    comment = f"{pad}# {item['_title']}\n" if "_title" in item else ""
    return f"{comment}{pad}- {_yaml(item, indent + 2)[indent + 2 :]}"


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return value if re.fullmatch(r"[A-Za-z/.][\w/.*$ -]*", value) else f"'{value}'"
    return json.dumps(value)


def _summary(ctx: Context, name: str, prerelease: bool) -> dict[str, Any]:
    installed = ctx.shared("fleet_packages").get(name)
    title = REGISTRY[name][0] if name in REGISTRY else name
    newest = latest(name, prerelease) or (installed or {})["version"]
    item = {
        "id": name, "name": name, "title": title, "description": f"{title}, emulated", "version": newest,
        "type": "integration", "release": "beta" if "-" in newest else "ga", "categories": ["observability"],
        "path": f"/package/{name}/{newest}", "download": f"/epr/{name}/{name}-{newest}.zip",
        "status": installed.get("status", "installed") if installed else "not_installed",
        "owner": {"github": "elastic/integrations"},
    }  # fmt: skip
    return {**item, "installationInfo": _installation(name, installed)} if installed else item


def _installation(name: str, installed: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "epm-packages", "name": name, "version": installed["version"],
        "install_status": installed.get("status", "installed"),
        "install_source": installed.get("source", "registry"), "installed_es": [], "installed_kibana": [],
        "verification_status": "verified",
        "created_at": installed["created_at"], "updated_at": installed["created_at"],
    }  # fmt: skip


@route("GET", "/api/fleet/epm/packages", requires=READ)
def list_packages(ctx: Context) -> dict[str, Any]:
    """All packages, unpaged; prereleases only when asked for."""
    query = parse(PackagesQuery, ctx.query, "request query")
    return {"items": [_summary(ctx, name, query.prerelease) for name in REGISTRY if latest(name, query.prerelease)]}


@route("GET", "/api/fleet/epm/packages/{pkgName}", requires=READ)
@route("GET", "/api/fleet/epm/packages/{pkgName}/{pkgVersion}", requires=READ)
def get_package(ctx: Context) -> dict[str, Any]:
    """One package, its latest version by default; `status` looks at the name alone."""
    query = parse(PackageQuery, ctx.query, "request query")
    name, installed = ctx.path["pkgName"], ctx.shared("fleet_packages").get(ctx.path["pkgName"])
    if installed and installed.get("source") == "upload":
        version = newest = installed["version"]
    else:
        version = found(name, ctx.path.get("pkgVersion"), query.prerelease, query.ignoreUnverified)
        newest = latest(name, query.prerelease)
    item = {**_summary(ctx, name, True), "version": version, "latestVersion": newest, **manifest(name, version)}
    keep = (installed or {}).get("keep_policies_up_to_date", False)
    return {"item": {**item, "assets": {"kibana": {}, "elasticsearch": {}}, "keepPoliciesUpToDate": keep}}
