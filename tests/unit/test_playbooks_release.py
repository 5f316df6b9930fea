# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A release, rehearsed in a clone: version, changelog, tag, archive, list of components."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from conftest import ROOT

sys.path.insert(0, str(ROOT / "tools"))
import release

REPORT = {
    "install": [
        {"metadata": {"name": "urllib3", "version": "2.5.0", "license_expression": "MIT"}},
        {
            "metadata": {"name": "requests", "version": "2.34.2", "license": "Apache-2.0"},
            "download_info": {"archive_info": {"hashes": {"sha256": "ab" * 32}}},
        },
    ]
}


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com", "-c", "user.signingkey="]
    return subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone of its own, with the folders that a release needs."""
    folder = tmp_path / "kibana"
    git(tmp_path, "clone", "-q", "--no-hardlinks", str(ROOT), str(folder))
    monkeypatch.chdir(folder)
    for name, value in (("NAME", "Somebody"), ("EMAIL", "somebody@example.com")):
        monkeypatch.setenv(f"GIT_AUTHOR_{name}", value)
        monkeypatch.setenv(f"GIT_COMMITTER_{name}", value)
    return folder


def test_a_first_release(clone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    fragments = clone / "changelogs" / "fragments"
    fragments.mkdir(exist_ok=True)
    (fragments / "1.0.0.yml").write_text("release_summary: The first release.\n", encoding="utf-8")
    with pytest.raises(release.ReleaseError, match="Commit or remove first"):
        release.prepare("1.0.0")
    git(clone, "add", "-A")
    git(clone, "commit", "-q", "-m", "Notes")
    release.prepare("1.0.0")
    assert release.galaxy()["version"] == "1.0.0"
    assert r"The first release\." in release.section("1.0.0")
    changes = yaml.safe_load((clone / "changelogs" / "changelog.yaml").read_text(encoding="utf-8"))
    named = {module["name"] for module in changes["releases"]["1.0.0"]["modules"]}
    assert {"space", "detection_rule", "fleet_output"} <= named
    readme = clone / "README.md"
    text = readme.read_text(encoding="utf-8")
    git(clone, "add", "-A")
    git(clone, "commit", "-q", "-m", "Version 1.0.0")
    if release.NOT_RELEASED in text:
        with pytest.raises(release.ReleaseError, match="still says"):
            release.check("1.0.0")
        readme.write_text(text.replace(release.NOT_RELEASED, "1.0.0 is out"), encoding="utf-8")
        git(clone, "commit", "-q", "-a", "-m", "README")
    with pytest.raises(release.ReleaseError, match=r"galaxy.yml is of 1\.0\.0"):
        release.check("1.1.0")
    release.tag("1.0.0")
    assert git(clone, "tag", "--points-at", "HEAD").strip() == "1.0.0"
    monkeypatch.setattr(release, "run_alone", lambda *command: json.dumps(REPORT))
    release.files()
    folder = clone / ".build" / "release" / "files"
    assert {path.name for path in folder.iterdir()} == {
        "SHA256SUMS",
        "stackops-kibana-1.0.0.cdx.json",
        "stackops-kibana-1.0.0.tar.gz",
    }
    assert r"The first release\." in (clone / ".build" / "release" / "notes.md").read_text(encoding="utf-8")
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder, check=True)
    assert "git push" in capsys.readouterr().out


def test_the_list_of_components(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    archive = tmp_path / "some.tar.gz"
    archive.write_bytes(b"content")
    bill = release.bill(REPORT, archive, datetime(2026, 1, 2, tzinfo=UTC))
    assert [entry["purl"] for entry in bill["components"]] == ["pkg:pypi/requests@2.34.2", "pkg:pypi/urllib3@2.5.0"]
    assert bill["components"][0]["hashes"] == [{"alg": "SHA-256", "content": "ab" * 32}]
    assert bill["metadata"]["component"]["name"] == "stackops.kibana"
    assert bill["metadata"]["timestamp"] == "2026-01-02T00:00:00Z"
    assert bill["dependencies"][0]["dependsOn"] == ["pkg:pypi/requests@2.34.2"]


@pytest.mark.parametrize("version", ("1.0", "v1.0.0", "1.0.0-beta", ""))
def test_what_is_no_version(version: str) -> None:
    with pytest.raises(release.ReleaseError, match="is no version"):
        release.check(version)


def test_a_version_before_this_one(clone: Path) -> None:
    with pytest.raises(release.ReleaseError, match=r"is before"):
        release.prepare("0.0.1")
