# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fleet Server hosts, download sources and proxies: facts of the platform reference, sections A.3 to A.5."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from emulator_api import Api, ok, refused

from kibana_emulator import Emulator

HOSTS = "/api/fleet/fleet_server_hosts"
SOURCES = "/api/fleet/agent_download_sources"
PROXIES = "/api/fleet/proxies"


@pytest.fixture(params=["8.18.0", "9.4.3"])
def api(request: pytest.FixtureRequest) -> Iterator[Api]:
    api = Api(Emulator(version=request.param))
    yield api
    assert api.emulator.violations == []
    assert api.emulator.crashes == []


def create(api: Api, path: str, **fields: Any) -> dict[str, Any]:
    body = {
        HOSTS: {"name": "h", "host_urls": ["https://FS.example/"]},
        SOURCES: {"name": "s", "host": "https://mirror.example"},
        PROXIES: {"name": "p", "url": "http://proxy:3128"},
    }[path]
    return ok(api.post(path, {**body, **fields}))["item"]


def test_smallest_objects(api: Api) -> None:
    assert create(api, HOSTS, id="h") == {
        "id": "h", "name": "h", "is_default": False, "host_urls": ["https://fs.example:443"], "is_preconfigured": False,
    }  # fmt: skip
    source = create(api, SOURCES, id="s")
    assert source == {"id": "s", "name": "s", "is_default": False, "host": "https://mirror.example"}
    assert create(api, PROXIES, id="p") == {
        "id": "p", "name": "p", "url": "http://proxy:3128", "is_preconfigured": False,
    }  # fmt: skip


@pytest.mark.parametrize("path", [HOSTS, SOURCES, PROXIES])
def test_what_is_missing_or_taken(api: Api, path: str) -> None:
    refused(api.get(f"{path}/none"), 404)
    refused(api.delete(f"{path}/none"), 404)
    refused(api.post(path, {"name": "x"}), 400)
    create(api, path, id="a")
    refused(api.post(path, {**create_body(path), "id": "a", "name": "other"}), 409)
    refused(api.post(path, {**create_body(path), "name": "third", "unknown": 1}), 400)


def create_body(path: str) -> dict[str, Any]:
    return {HOSTS: {"host_urls": ["https://a"]}, SOURCES: {"host": "https://a"}, PROXIES: {"url": "http://a"}}[path]


def test_the_default_host_moves_and_its_holder_cannot_be_deleted(api: Api) -> None:
    create(api, HOSTS, id="a", is_default=True)
    assert ok(api.get(HOSTS))["items"][0]["id"] == "a"
    assert not ok(api.get(f"{HOSTS}/preconfigured-fleet-server"))["item"]["is_default"]
    refused(api.delete(f"{HOSTS}/a"), 403)
    assert not ok(api.put(f"{HOSTS}/a", {"is_default": False}))["item"]["is_default"]
    assert ok(api.delete(f"{HOSTS}/a")) == {"id": "a"}
    refused(api.delete(f"{HOSTS}/preconfigured-fleet-server"), 403)
    refused(api.put(f"{HOSTS}/preconfigured-fleet-server", {"name": "x"}), 403)


def test_an_update_of_a_host_merges_but_drops_its_proxy_and_its_secrets(api: Api) -> None:
    host = create(api, HOSTS, id="a", proxy_id="p", ssl={"certificate": "c"}, secrets={"ssl": {"key": "k"}})
    reference = host["secrets"]["ssl"]["key"]["id"]
    vault = api.emulator.store("fleet_secrets")
    assert reference in vault
    answer = ok(api.put(f"{HOSTS}/a", {"name": "b"}))["item"]
    assert answer["ssl"] == '{"certificate": "c"}'
    assert reference not in vault
    stored = ok(api.get(f"{HOSTS}/a"))["item"]
    assert (stored["name"], stored["proxy_id"], stored["ssl"]) == ("b", None, {"certificate": "c"})
    refused(api.put(f"{HOSTS}/a", {"ssl": {"key": "k"}, "secrets": {"ssl": {"key": "k"}}}), 400)


def test_an_update_of_a_source_replaces(api: Api) -> None:
    create(api, SOURCES, id="a", is_default=True)
    refused(api.delete(f"{SOURCES}/a"), 400)
    refused(api.put(f"{SOURCES}/a", {"name": "b"}), 400)
    assert not ok(api.put(f"{SOURCES}/a", {"name": "b", "host": "https://b"}))["item"]["is_default"]
    assert ok(api.delete(f"{SOURCES}/a")) == {"id": "a"}


def test_names_of_sources_are_unique_and_their_proxy_exists(api: Api) -> None:
    create(api, SOURCES)
    refused(api.post(SOURCES, {"name": "s", "host": "https://a"}), 400)
    refused(api.post(SOURCES, {"name": "t", "host": "https://a", "proxy_id": "none"}), 400)
    refused(api.post(SOURCES, {"name": "t", "host": "ftp://a"}), 400)


def test_credentials_of_sources() -> None:
    old, new = Api(Emulator(version="8.18.0")), Api(Emulator(version="9.4.3"))
    body = {"name": "t", "host": "https://a", "auth": {"username": "u"}, "secrets": {"auth": {"password": "p"}}}
    refused(old.post(SOURCES, body), 400)
    ok(new.post(SOURCES, body))
    both = {**body, "name": "v", "secrets": {"auth": {"password": "p", "api_key": "k"}}}
    refused(new.post(SOURCES, both), 400)
    refused(new.post(SOURCES, {**body, "name": "v", "secrets": {}}), 400)
    headers = {"username": "u", "headers": [{"key": "Authorization", "value": "x"}]}
    refused(new.post(SOURCES, {**body, "name": "v", "auth": headers}), 400)


def test_an_update_of_a_proxy_nulls_what_it_leaves_out(api: Api) -> None:
    create(api, PROXIES, id="p", proxy_headers={"a": "b"}, certificate="c")
    item = ok(api.put(f"{PROXIES}/p", {"name": "q"}))["item"]
    assert item == {
        "id": "p", "name": "q", "url": "http://proxy:3128", "is_preconfigured": False, "proxy_headers": None,
        "certificate_authorities": None, "certificate": None, "certificate_key": None,
    }  # fmt: skip
    refused(api.put(f"{PROXIES}/preconfigured-proxy", {"name": "q"}), 403)


def test_deleting_a_proxy_takes_it_from_its_users(api: Api) -> None:
    create(api, PROXIES, id="p")
    create(api, HOSTS, id="h", proxy_id="p")
    assert ok(api.delete(f"{PROXIES}/p")) == {"id": "p"}
    assert ok(api.get(f"{HOSTS}/h"))["item"]["proxy_id"] is None
