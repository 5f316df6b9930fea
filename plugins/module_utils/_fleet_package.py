# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Packages (integrations) of Fleet: what is installed, and which version counts as newer. API: ``/api/fleet/epm``."""

from __future__ import annotations

import re
import tarfile
import zipfile
from typing import Any, cast

from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient, fill_path, pause
from ansible_collections.stackops.kibana.plugins.module_utils._errors import unreadable
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PlanError

PACKAGES = "/api/fleet/epm/packages"
PACKAGE = PACKAGES + "/{name}"
VERSION = PACKAGE + "/{version}"
SEMVER = re.compile(r"^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$")
FOLDER = re.compile(r"^([^/]+)-(\d+\.\d+\.\d+[^/]*)/manifest\.yml$")
POLLS, INTERVAL = 60, 2.0


def order(version: str) -> tuple[Any, ...]:
    """What versions are compared by, as semantic versions are: a prerelease comes before its release."""
    core, _dash, rest = version.partition("+")[0].partition("-")
    parts = [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in rest.split(".")] if rest else []
    return (tuple(int(part) for part in core.split(".")), not rest, tuple(parts))


def installed_version(item: dict[str, Any]) -> str | None:
    """The version that is installed, or None.

    ``version`` is the one that was asked for, and ``status`` belongs to the name alone: neither says what is there.
    """
    info = item.get("installationInfo") or (item.get("savedObject") or {}).get("attributes") or {}
    failed = info.get("install_status") == "install_failed" or item.get("status") in ("not_installed", "install_failed")
    return None if failed else info.get("version")


def read(client: KibanaClient, name: str, prerelease: bool = False) -> dict[str, Any] | None:
    """The package by its name, or None where neither Kibana nor the registry has it; waits while it is installed."""
    query = {"ignoreUnverified": "true", **({"prerelease": "true"} if prerelease else {})}
    for _unused in range(POLLS):
        path = fill_path(PACKAGE, {"name": name})
        answer: Any = client.find(path, in_space=False, params=query, probe=PACKAGES)
        item = cast("dict[str, Any] | None", answer and answer["item"])
        if item is None or (item.get("installationInfo") or {}).get("install_status") != "installing":
            return item
        pause(0, INTERVAL)
    raise PlanError(f"The package {name!r} is still being installed: try again later.")


def manifest(client: KibanaClient, name: str, version: str) -> dict[str, Any]:
    """One version of a package with its templates of policies and their variables, read once."""

    def look() -> Any:
        path = fill_path(VERSION, {"name": name, "version": version})
        query = {"ignoreUnverified": "true", "prerelease": "true"}
        return client.find(path, in_space=False, params=query, probe=PACKAGES)

    answer = client.cached(f"package {name} {version}", look)
    if answer is None:
        raise PlanError(f"There is no version {version} of the package {name!r}.")
    return cast("dict[str, Any]", answer["item"])


def archive_of(path: str) -> tuple[str, str, str]:
    """The type, and the package's name and version, of an archive. Raises :class:`PlanError` where it is none."""
    problem = unreadable(path)
    if problem:
        raise PlanError(f"src: {path} {problem}.")
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                kind, names = "application/zip", archive.namelist()
        else:
            with tarfile.open(path) as bundle:
                kind, names = "application/gzip", bundle.getnames()
    except (OSError, ValueError, tarfile.TarError, zipfile.BadZipFile) as error:  # ValueError: there is no name
        reason = (getattr(error, "strerror", None) or str(error)).partition("\n")[0]
        raise PlanError(f"src: {path} cannot be read as a zip or tar.gz file ({reason.rstrip(':')}).") from error
    found = next((match for match in map(FOLDER.match, names) if match), None)
    if found is None:
        raise PlanError(f"src: {path} is no package: it has no folder <name>-<version> with a manifest.yml.")
    return kind, found[1], found[2]
