# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Versions of packages, force, removal, archives; and the info module."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from harness import Kibana
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.stackops.kibana.plugins.module_utils._fleet_package import installed_version, order
from kibana_emulator.routes.fleet_agent_state import add_agent
from kibana_emulator.routes.fleet_package_policy_state import add_package_policy

MODULE = "fleet_package"
INFO = "fleet_package_info"


def test_the_order_of_versions() -> None:
    versions = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc", "1.0.0", "1.2.0", "1.10.0"]
    assert sorted([*versions[4:], *versions[:4]], key=order) == versions
    assert order("1.0.0+a") == order("1.0.0+b")


@given(st.lists(st.integers(0, 30), min_size=6, max_size=6))
def test_versions_are_ordered_as_their_numbers(parts: list[int]) -> None:
    one, two = parts[:3], parts[3:]
    assert (order(".".join(map(str, one))) < order(".".join(map(str, two)))) == (one < two)


@pytest.mark.parametrize(
    ("item", "version"),
    [
        ({"status": "installed", "version": "2.0.0", "installationInfo": {"version": "1.0.0"}}, "1.0.0"),
        ({"status": "installed", "version": "2.0.0", "savedObject": {"attributes": {"version": "1.0.0"}}}, "1.0.0"),
        ({"status": "not_installed", "version": "2.0.0"}, None),
        ({"installationInfo": {"version": "1.0.0", "install_status": "install_failed"}}, None),
    ],
)
def test_the_version_that_is_installed(item: dict[str, Any], version: str | None) -> None:
    assert installed_version(item) == version


def test_installed_in_another_version_is_not_the_wanted_one(any_kibana: Kibana) -> None:
    any_kibana.ok(MODULE, {"name": "apache", "version": "1.23.0", "force": True})
    assert any_kibana.call("GET", "/api/fleet/epm/packages/apache/1.24.0")["item"]["status"] == "installed"
    assert any_kibana.ok(MODULE, {"name": "apache", "version": "1.24.0"})["changed"]
    assert not any_kibana.ok(MODULE, {"name": "apache"})["changed"]


def test_without_a_version_what_is_there_stays(kibana: Kibana) -> None:
    kibana.ok(MODULE, {"name": "apache", "version": "1.23.0", "force": True})
    result = kibana.ok(MODULE, {"name": "apache"})
    assert (result["changed"], result["package"]["version"], result["package"]["latest_version"]) == (
        *(False, "1.23.0", "1.24.0"),
    )
    assert kibana.ok(MODULE, {"name": "okta"})["package"]["version"] == "3.1.0"


def test_older_versions_need_force(kibana: Kibana) -> None:
    older = {"name": "apache", "version": "1.23.0"}
    assert "needs force" in kibana.fails(MODULE, older, check=True)["msg"]
    kibana.ok(MODULE, {"name": "apache"})
    assert "downgrade" in kibana.fails(MODULE, older)["msg"]
    assert kibana.ok(MODULE, {**older, "force": True}, check=True)["diff"]["after"]["version"] == "1.23.0"
    assert kibana.ok(MODULE, {**older, "force": True})["changed"]
    assert not kibana.ok(MODULE, older)["changed"], "what is there needs no force"


def test_versions_and_packages_that_do_not_exist(kibana: Kibana) -> None:
    for check in (True, False):
        assert "no version 9.9.9" in kibana.fails(MODULE, {"name": "apache", "version": "9.9.9"}, check=check)["msg"]
        assert "no package 'nope'" in kibana.fails(MODULE, {"name": "nope"}, check=check)["msg"]
        assert "no package" in kibana.fails(MODULE, {"name": "preview_demo"}, check=check)["msg"]
    assert "three numbers" in kibana.fails(MODULE, {"name": "apache", "version": "1.2"})["msg"]
    assert not kibana.ok(MODULE, {"name": "nope", "state": "absent"})["changed"]
    assert kibana.writes() == []


def test_a_bad_signature_needs_force(kibana: Kibana) -> None:
    assert "signature" in kibana.fails(MODULE, {"name": "unsigned_demo"})["msg"]
    assert kibana.ok(MODULE, {"name": "unsigned_demo", "force": True})["changed"]


def test_a_package_in_use_stays(kibana: Kibana) -> None:
    kibana.ok(MODULE, {"name": "log"})
    add_package_policy(kibana.emulator, "default", "mine", "log", "2.3.1", ["emulated-policy"])
    absent = {"name": "log", "state": "absent"}
    for check in (True, False):
        assert "1 package policies" in kibana.fails(MODULE, absent, check=check)["msg"]
    add_agent(kibana.emulator, "a", "host", policy_id="emulated-policy")
    assert kibana.ok(MODULE, {**absent, "force": True})["changed"]
    assert kibana.emulator.store("fleet_package_policies", "default") == {}


def test_an_installation_that_failed_or_is_under_way(kibana: Kibana) -> None:
    store = kibana.emulator.store("fleet_packages")
    store["apache"] = {"version": "1.24.0", "created_at": kibana.emulator.now(), "status": "install_failed"}
    assert kibana.ok(MODULE, {"name": "apache"})["changed"], "a failed one is tried again"
    store["apache"]["status"] = "installing"
    assert "still being installed" in kibana.fails(MODULE, {"name": "apache"})["msg"]
    assert kibana.writes() != []


def packed(path: Path, version: str, name: str = "mine") -> str:
    with zipfile.ZipFile(path / "package.zip", "w") as archive:
        archive.writestr(f"{name}-{version}/", "")
        archive.writestr(f"{name}-{version}/manifest.yml", "name: mine\n")
    return str(path / "package.zip")


def test_archives(any_kibana: Kibana, tmp_path: Path) -> None:
    task = {"src": packed(tmp_path, "0.1.0")}
    assert any_kibana.ok(MODULE, task, check=True)["diff"]["after"] == {
        "name": "mine",
        "version": "0.1.0",
        "keep_policies_up_to_date": False,
    }
    assert any_kibana.writes() == []
    assert any_kibana.ok(MODULE, task)["package"]["install_source"] == "upload"
    assert not any_kibana.ok(MODULE, task)["changed"]
    packed(tmp_path, "0.0.9")
    assert any_kibana.ok(MODULE, {**task, "name": "mine"})["package"]["version"] == "0.0.9"
    assert "name is other" in any_kibana.fails(MODULE, {**task, "name": "other"})["msg"]
    assert any_kibana.ok(MODULE, {**task, "state": "absent"})["changed"]
    with tarfile.open(tmp_path / "package.tar.gz", "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("other-1.0.0/manifest.yml"), io.BytesIO())
    assert any_kibana.ok(MODULE, {"src": str(tmp_path / "package.tar.gz")})["package"]["version"] == "1.0.0"


def test_bad_archives(kibana: Kibana, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no archive", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "empty.zip", "w") as archive:
        archive.writestr("readme", "")
    assert "cannot be read" in kibana.fails(MODULE, {"src": str(tmp_path / "text")})["msg"]
    assert "cannot be read" in kibana.fails(MODULE, {"src": str(tmp_path / "nothing")})["msg"]
    assert "is no package" in kibana.fails(MODULE, {"src": str(tmp_path / "empty.zip")})["msg"]
    assert kibana.seen() == []


def test_info(any_kibana: Kibana) -> None:
    any_kibana.ok(MODULE, {"name": "apache", "version": "1.23.0", "force": True})
    packages = {item["name"]: item for item in any_kibana.ok(INFO, {})["packages"]}
    assert packages["apache"]["outdated"] and packages["apache"]["version"] == "1.23.0"
    assert "version" not in packages["okta"]
    assert "preview_demo" not in packages
    assert [item["name"] for item in any_kibana.ok(INFO, {"outdated": True})["packages"]] == ["apache"]
    current = [item["name"] for item in any_kibana.ok(INFO, {"outdated": False})["packages"]]
    assert "elastic_agent" in current and "apache" not in current
    assert "okta" in [item["name"] for item in any_kibana.ok(INFO, {"installed": False})["packages"]]
    (one,) = any_kibana.ok(INFO, {"name": "apache", "installed": True})["packages"]
    assert one == packages["apache"]
    assert any_kibana.ok(INFO, {"name": "nope"})["packages"] == []
    nobody = {"kibana_username": "nobody", "kibana_password": "nobody"}
    assert any_kibana.fails(INFO, nobody)["status"] == 403
