# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connection options over real sockets: credentials, TLS, proxy, redirects, and the sentence for each failure."""

from __future__ import annotations

import base64
import contextlib
import datetime
import http.server
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from ansible_collections.stackops.kibana.plugins.module_utils import _client, _session
from ansible_collections.stackops.kibana.plugins.module_utils._args import SettingsError, settings_from
from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError
from kibana_emulator import Emulator, EmulatorServer

BASIC = {"kibana_username": "elastic", "kibana_password": "changeme"}
WHO = "/api/security/role/viewer"


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_session, "_SESSIONS", {})
    monkeypatch.setattr(_client.time, "sleep", lambda seconds: None)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@contextlib.contextmanager
def serving(context: ssl.SSLContext | None = None, **options: Any) -> Iterator[EmulatorServer]:
    with EmulatorServer(Emulator(**options), ssl_context=context) as server:
        yield server


def tls(leaf: trustme.LeafCert, client_ca: trustme.CA | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    if client_ca:
        client_ca.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def client(environ: dict[str, str] | None = None, **params: Any) -> KibanaClient:
    defaults = {"kibana_validate_certs": True, "kibana_timeout": 5, "kibana_retries": 0}
    return KibanaClient(settings_from({**defaults, **params}, environ or {}))


def failure(**params: Any) -> str:
    with pytest.raises(KibanaError) as error:
        client(**params).get(WHO, in_space=False)
    return error.value.message


ENCODED = base64.b64encode(b"emulator:emulator").decode()


def test_certificates_are_checked_unless_somebody_says_otherwise() -> None:
    from ansible_collections.stackops.kibana.plugins.module_utils._args import CONNECTION

    assert CONNECTION["kibana_validate_certs"]["default"] is True
    assert settings_from({"kibana_url": "https://k"}, {}).validate_certs is True


@pytest.mark.parametrize(
    "credentials",
    [
        BASIC,
        {"kibana_api_key": "emulator:emulator"},
        {"kibana_api_key": ENCODED},
        {"kibana_bearer_token": "emulator-token"},
    ],
    ids=["basic", "id:key", "encoded", "bearer"],
)
@pytest.mark.parametrize("origin", ["task", "environment"])
def test_every_kind_of_credentials(credentials: dict[str, str], origin: str) -> None:
    environ = {name.upper(): value for name, value in credentials.items()} if origin == "environment" else {}
    with serving() as server:
        params = {} if environ else credentials
        assert client(environ, kibana_url=server.url, **params).get(WHO, in_space=False)["name"] == "viewer"


@pytest.mark.parametrize("wrong", [{"KIBANA_API_KEY": "a:b"}, {"KIBANA_BEARER_TOKEN": "x"}, {"KIBANA_USERNAME": "x"}])
def test_a_tasks_own_credentials_win_over_any_of_the_environment(wrong: dict[str, str]) -> None:
    for own in (BASIC, {"kibana_api_key": "emulator:emulator"}, {"kibana_bearer_token": "emulator-token"}):
        with serving() as server:
            assert client(wrong, kibana_url=server.url, **own).get(WHO, in_space=False)["name"] == "viewer"


def test_a_tasks_own_client_certificate_wins_too_but_one_of_the_environment_does_not() -> None:
    environ = {"KIBANA_API_KEY": "a:b", "KIBANA_CLIENT_CERT": "~/cert.pem"}
    own = settings_from({"kibana_url": "https://k", "kibana_client_cert": "/cert.pem"}, environ)
    assert own.authorization == ""
    theirs = str(Path("~/cert.pem").expanduser())
    both = settings_from({"kibana_url": "https://k", "kibana_client_cert": theirs}, environ)
    assert both.authorization.startswith("ApiKey ")


def test_base_path_and_space_reach_the_url() -> None:
    emulator = Emulator(base_path="/kibana")
    with EmulatorServer(emulator) as server:
        http = client(kibana_url=server.url.rstrip("/") + "/", kibana_space="ops", **BASIC)
        http.get("/api/actions/connectors")
        assert [entry["space"] for entry in emulator.requests] == ["ops"]
        assert http.version == (9, 4, 3)


def test_headers_reach_the_server_and_their_values_are_secrets() -> None:
    with echo() as (url, seen):
        settings = {"kibana_headers": {"X-Access": "token-for-the-proxy"}}
        client(kibana_url=url, **BASIC, **settings).get("/api/x")
    assert seen[0]["x-access"] == "token-for-the-proxy"
    assert seen[0]["kbn-xsrf"]
    assert seen[0]["elastic-api-version"] == "2023-10-31"


def test_ca_as_file_and_as_text(authority: trustme.CA, tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_bytes(authority.cert_pem.bytes())
    with serving(tls(authority.issue_cert("127.0.0.1"))) as server:
        for ca in (str(path), authority.cert_pem.bytes().decode()):
            http = client(kibana_url=server.url, kibana_ca_cert=ca, **BASIC)
            assert http.get(WHO, in_space=False)["name"] == "viewer"
        assert "signed by an unknown CA" in failure(kibana_url=server.url, **BASIC)
        http = client(kibana_url=server.url, kibana_validate_certs=False, **BASIC)
        assert http.get(WHO, in_space=False)["name"] == "viewer"


def test_another_ca_is_not_enough(authority: trustme.CA) -> None:
    with serving(tls(authority.issue_cert("127.0.0.1"))) as server:
        other = trustme.CA().cert_pem.bytes().decode()
        assert "signed by an unknown CA" in failure(kibana_url=server.url, kibana_ca_cert=other, **BASIC)


def test_expired_certificate_and_wrong_name(authority: trustme.CA) -> None:
    ca = authority.cert_pem.bytes().decode()
    past = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    with serving(tls(authority.issue_cert("127.0.0.1", not_before=past, not_after=past.replace(year=2021)))) as server:
        assert "has expired: renew it" in failure(kibana_url=server.url, kibana_ca_cert=ca, **BASIC)
    with serving(tls(authority.issue_cert("elsewhere.example"))) as server:
        assert "is for another name" in failure(kibana_url=server.url, kibana_ca_cert=ca, **BASIC)


def test_client_certificate(authority: trustme.CA, tmp_path: Path) -> None:
    leaf = authority.issue_cert("robot@example.com")
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    cert.write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
    key.write_bytes(leaf.private_key_pem.bytes())
    ca = authority.cert_pem.bytes().decode()
    with serving(tls(authority.issue_cert("127.0.0.1"), authority)) as server:
        trusted = {"kibana_url": server.url, "kibana_ca_cert": ca, **BASIC}
        http = client(**trusted, kibana_client_cert=str(cert), kibana_client_key=str(key))
        assert http.get(WHO, in_space=False)["name"] == "viewer"
        text = failure(**trusted)
        assert "kibana_client_cert" in text or "was cut" in text  # as the system's TLS reports it


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"kibana_ca_cert": "/nowhere/ca.pem"}, "kibana_ca_cert names /nowhere/ca.pem, which does not exist"),
        ({"kibana_ca_cert": "-----BEGIN CERTIFICATE-----\nx\n"}, "kibana_ca_cert cannot be used"),
        ({"kibana_client_cert": "/nowhere/c.pem"}, "names a missing file (/nowhere/c.pem)"),
    ],
)
def test_unusable_certificates(options: dict[str, str], text: str) -> None:
    with pytest.raises(SettingsError) as error:
        client(kibana_url="https://127.0.0.1:1", **BASIC, **options)
    assert text in str(error.value)


def test_tls_where_there_is_none() -> None:
    with serving() as server:
        assert "does not speak TLS there" in failure(kibana_url=server.url.replace("http", "https"), **BASIC)


def test_refused_unknown_host_and_slow() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    assert failure(kibana_url=url, **BASIC).startswith(f"{url} refused the connection: check kibana_url")
    assert "Cannot find the host" in failure(kibana_url="http://does-not-exist.invalid", **BASIC)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        slow = f"http://127.0.0.1:{silent.getsockname()[1]}"
        assert "did not answer within 1 seconds" in failure(kibana_url=slow, kibana_timeout=1, **BASIC)


def test_wrong_password_and_missing_privilege() -> None:
    with serving() as server:
        wrong = failure(kibana_url=server.url, kibana_username="elastic", kibana_password="no")
        assert "HTTP 401" in wrong
        assert "check the credentials" in wrong
        with pytest.raises(KibanaError) as error:
            client(kibana_url=server.url, kibana_username="nobody", kibana_password="nobody").get("/api/fleet/outputs")
        assert "lacks a privilege" in error.value.message
        assert "fleet-settings-read" in error.value.message


def test_proxy_is_used_and_its_failure_is_named() -> None:
    with echo() as (url, seen):
        client(kibana_url="http://kibana.test:5601", kibana_proxy=url, **BASIC).get("/api/x")
    assert seen[0]["host"] == "kibana.test:5601"
    proxy = {"kibana_proxy": "http://me:hidden@127.0.0.1:1"}
    text = failure(kibana_url="http://kibana.test:5601", **proxy, **BASIC)
    assert "through the proxy: check kibana_proxy" in text
    assert "hidden" not in text


def test_the_environments_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with serving() as server:
        assert client(kibana_url=server.url, **BASIC).get(WHO, in_space=False)["name"] == "viewer"


def test_credentials_do_not_follow_a_redirect_to_another_host() -> None:
    with echo() as served, redirecting(served[0]) as here:
        for method in ("GET", "POST"):
            with pytest.raises(KibanaError) as error:
                client(kibana_url=here, **BASIC).call(method, "/api/x", json={})
            assert "where no credentials are sent" in error.value.message
    assert served[1] == []


def test_a_read_follows_a_redirect_on_the_same_host() -> None:
    with echo() as (url, seen):
        assert client(kibana_url=url, **BASIC).get("/moved") == {}
    assert [request["path"] for request in seen] == ["/moved", "/api/there"]


@contextlib.contextmanager
def echo() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A server that answers everything with {}, and remembers the headers."""
    seen: list[dict[str, str]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append({**{name.lower(): value for name, value in self.headers.items()}, "path": self.path})
            moved = self.path == "/moved"
            self.send_response(302 if moved else 200)
            if moved:
                self.send_header("Location", "/api/there")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_POST = do_GET

        def log_message(self, *args: Any) -> None:
            pass

    with run(Handler) as url:
        yield url, seen


@contextlib.contextmanager
def redirecting(target: str) -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", target + "/api/x")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_GET

        def log_message(self, *args: Any) -> None:
            pass

    with run(Handler) as url:
        yield url


@contextlib.contextmanager
def run(handler: type[http.server.BaseHTTPRequestHandler]) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
