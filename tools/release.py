# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of a release; docs/releasing.md says when to take which. Run from the root of a clone.

prepare VERSION  new version in galaxy.yml, changelog from the fragments; commit the result
check VERSION    whether the clone is fit to be tagged as that version
tag VERSION      check, then make the annotated tag (signed, where git is told to)
files            archive, list of components (CycloneDX), checksums and notes, in .build/release
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

GALAXY = Path("galaxy.yml")
CHANGELOG = Path("CHANGELOG.md")
BUILD = Path(".build") / "release"
VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")
NOT_RELEASED = "Nothing has been released yet"  # README.md says so until the first release


class ReleaseError(Exception):
    """The step cannot be taken; the text says why."""


def run(*command: str) -> str:
    """Run a program; its output. Raises ReleaseError."""
    beside = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(command, env=beside, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise ReleaseError(f"{' '.join(command)} failed:\n{done.stdout}")
    return done.stdout


def program(name: str) -> str:
    """A program beside this Python."""
    return str(Path(sys.executable).with_name(name))


def galaxy() -> dict[str, Any]:
    """What galaxy.yml says."""
    return dict(yaml.safe_load(GALAXY.read_text(encoding="utf-8")))


def parts(version: str) -> tuple[int, ...]:
    """The numbers of a version. Raises ReleaseError."""
    found = VERSION.fullmatch(version)
    if not found:
        raise ReleaseError(f"{version} is no version such as 1.2.3.")
    return tuple(map(int, found.groups()))


def clean() -> None:
    """Raises ReleaseError where something is not committed."""
    left = run("git", "status", "--porcelain").strip()
    if left:
        raise ReleaseError(f"Commit or remove first:\n{left}")


def section(version: str) -> str:
    """What the changelog says about a version. Raises ReleaseError."""
    text = CHANGELOG.read_text(encoding="utf-8") if CHANGELOG.exists() else ""
    heading = re.escape(version.replace(".", r"\."))  # as antsibull-changelog writes it
    found = re.search(rf"^## v{heading}$(.*?)(?=^<a [^\n]*\n## v|\Z)", text, re.MULTILINE | re.DOTALL)
    if not found:
        raise ReleaseError(f"{CHANGELOG} has no section for {version}: make release-prepare TAG={version}")
    # Anchors are for the page alone.
    return re.sub(r"<a id=.*?></a>\n", "", found[1]).strip() + "\n"


def prepare(version: str) -> None:
    """Bump the version and write the changelog."""
    clean()
    text = GALAXY.read_text(encoding="utf-8")
    now = galaxy()["version"]
    if parts(version) < parts(now):
        raise ReleaseError(f"{version} is before {now}, the version in {GALAXY}.")
    GALAXY.write_text(re.sub(r"^version: .*$", f"version: {version}", text, flags=re.MULTILINE), encoding="utf-8")
    run(program("antsibull-changelog"), "release", "--version", version, "--reload-plugins")
    section(version)
    print(
        f"galaxy.yml and {CHANGELOG} are of {version}. Look at them, edit README.md, commit, then:\n"
        f"  make release-tag TAG={version}"
    )


def check(version: str) -> None:
    """Raises ReleaseError where the clone is not fit to be that version."""
    parts(version)
    clean()
    if galaxy()["version"] != version:
        raise ReleaseError(
            f"galaxy.yml is of {galaxy()['version']}, not of {version}: make release-prepare TAG={version}"
        )
    section(version)
    fragments = [path.name for path in Path("changelogs/fragments").glob("*.y*ml")]
    if fragments:
        raise ReleaseError(f"Not in the changelog yet: {', '.join(sorted(fragments))}")
    if NOT_RELEASED in Path("README.md").read_text(encoding="utf-8"):
        raise ReleaseError(f"README.md still says: {NOT_RELEASED}.")
    print(f"Fit to be {version}.")


def tag(version: str) -> None:
    """Make the tag. Raises ReleaseError."""
    check(version)
    signed = (
        subprocess.run(["git", "config", "--get", "user.signingkey"], capture_output=True, check=False).returncode == 0
    )
    run("git", "tag", "-s" if signed else "-a", version, "-m", f"Version {version}")
    print(f"Tagged {'and signed ' if signed else ''}{version}. Now: git push origin main {version}")


def components(report: dict[str, Any]) -> list[dict[str, Any]]:
    """The packages that the collection needs, from pip's report, in the words of CycloneDX."""
    found = []
    for item in report["install"]:
        name, version = item["metadata"]["name"], item["metadata"]["version"]
        hashes = item.get("download_info", {}).get("archive_info", {}).get("hashes", {})
        entry: dict[str, Any] = {
            "type": "library",
            "bom-ref": f"pkg:pypi/{name.lower()}@{version}",
            "name": name,
            "version": version,
            "purl": f"pkg:pypi/{name.lower()}@{version}",
            "scope": "required",
        }
        licence = item["metadata"].get("license_expression") or item["metadata"].get("license")
        if licence:
            entry["licenses"] = [{"license": {"name": licence}}]
        if "sha256" in hashes:
            entry["hashes"] = [{"alg": "SHA-256", "content": hashes["sha256"]}]
        found.append(entry)
    return sorted(found, key=lambda entry: entry["name"])


def bill(report: dict[str, Any], archive: Path, when: datetime) -> dict[str, Any]:
    """The list of components, as CycloneDX 1.6."""
    meta = galaxy()
    needed = components(report)
    name = f"{meta['namespace']}.{meta['name']}"
    reference = f"pkg:generic/{name}@{meta['version']}"
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {
                "type": "library",
                "bom-ref": reference,
                "name": name,
                "version": meta["version"],
                "purl": reference,
                "licenses": [{"license": {"id": licence}} for licence in meta["license"]],
                "hashes": [{"alg": "SHA-256", "content": digest(archive)}],
            },
        },
        "components": needed,
        "dependencies": [
            {"ref": reference, "dependsOn": [entry["bom-ref"] for entry in needed if entry["name"] == "requests"]}
        ],
    }


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def files() -> None:
    """Write what is published."""
    meta, folder = galaxy(), BUILD / "files"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    run(program("ansible-galaxy"), "collection", "build", "--force", "--output-path", str(folder))
    archive = folder / f"{meta['namespace']}-{meta['name']}-{meta['version']}.tar.gz"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--disable-pip-version-check",
        "--dry-run",
        "--ignore-installed",
    ]
    report = json.loads(run_alone(*pip, "--report", "-", "-r", "requirements.txt"))
    text = json.dumps(bill(report, archive, datetime.now(UTC)), indent=2) + "\n"
    (folder / f"{archive.name.removesuffix('.tar.gz')}.cdx.json").write_text(text, encoding="utf-8")
    sums = "".join(f"{digest(path)}  {path.name}\n" for path in sorted(folder.iterdir()))
    (folder / "SHA256SUMS").write_text(sums, encoding="utf-8")
    (BUILD / "notes.md").write_text(section(meta["version"]), encoding="utf-8")
    print(f"In {folder}: {', '.join(sorted(path.name for path in folder.iterdir()))}")


def run_alone(*command: str) -> str:
    """Standard output alone. Raises ReleaseError."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ReleaseError(done.stderr)
    return done.stdout


def main() -> int:
    """Usage: see above."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=("prepare", "check", "tag", "files"))
    parser.add_argument("version", nargs="?", default="")
    options = parser.parse_args()
    steps = {"prepare": prepare, "check": check, "tag": tag}
    try:
        if options.step == "files":
            files()
        else:
            steps[options.step](options.version)
    except ReleaseError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
