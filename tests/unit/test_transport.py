# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How credentials travel: certificates are checked, TLS is recent, and whoever does without is told so."""

from __future__ import annotations

import ast
import importlib.util
import logging
import re
import ssl
import sys
from typing import Any

import pytest
import trustme
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from conftest import ROOT
from harness import Kibana

from ansible_collections.stackops.kibana.plugins.module_utils import _client, _session
from ansible_collections.stackops.kibana.plugins.module_utils._args import CONNECTION, dangers, settings_from
from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError
from ansible_collections.stackops.kibana.plugins.plugin_utils._connect import client_for
from kibana_emulator import Emulator, EmulatorServer

BASIC = {"kibana_username": "elastic", "kibana_password": "changeme"}
PLAIN = "kibana_url is http://, so credentials go over the network in plain text"
UNCHECKED = "kibana_validate_certs is false: the identity of Kibana is not checked."
SAFE = ["localhost", "127.0.0.1", "127.3.2.1", "[::1]", "kibana.localhost", "LOCALHOST."]
FAR = ["kibana.test", "10.0.0.1", "[2001:db8::1]", "localhost.example.com", "127.0.0.1.example.com", "0.0.0.0"]


def told(environ: dict[str, str] | None = None, **params: Any) -> list[str]:
    """What is said about the way of the credentials."""
    return dangers(settings_from(params, environ or {}))


@pytest.mark.parametrize("host", SAFE)
def test_plain_http_to_this_machine_is_nobodys_business(host: str) -> None:
    assert told(kibana_url=f"http://{host}:5601", **BASIC) == []


@pytest.mark.parametrize("host", FAR)
@pytest.mark.parametrize(
    "credentials",
    [BASIC, {"kibana_api_key": "a:b"}, {"kibana_bearer_token": "t"}, {"kibana_headers": {"X-Access": "token"}}],
    ids=["basic", "key", "token", "headers"],
)
def test_credentials_over_plain_http_are_told(host: str, credentials: dict[str, Any]) -> None:
    (said,) = told(kibana_url=f"http://{host}:5601", **credentials)
    assert said.startswith(PLAIN)
    assert told(kibana_url=f"https://{host}:5601", **credentials) == []


def test_credentials_of_the_environment_count() -> None:
    assert told({"KIBANA_API_KEY": "a:b"}, kibana_url="http://kibana.test")
    assert told(kibana_url="http://kibana.test") == []


def test_the_password_of_a_proxy_counts() -> None:
    (said,) = told(kibana_url="https://kibana.test", kibana_proxy="http://me:hidden@proxy.test:3128")
    assert said.startswith("kibana_proxy is http://") and "hidden" not in said
    for proxy in ("http://me:hidden@127.0.0.1:3128", "https://me:hidden@proxy.test", "http://proxy.test:3128"):
        assert told(kibana_url="https://kibana.test", kibana_proxy=proxy) == []


def test_a_module_tells_it(kibana: Kibana) -> None:
    far = {"kibana_url": "http://kibana.test:5601"}
    assert any(text.startswith(PLAIN) for text in kibana.ok("space_info", far)["warnings"])
    assert "warnings" not in kibana.ok("space_info", {"kibana_url": "http://localhost:5601"})
    kibana.fault(path="/api", status=500)
    assert any(text.startswith(PLAIN) for text in kibana.fails("space_info", far)["warnings"])


def test_a_module_tells_that_certificates_are_not_checked(kibana: Kibana) -> None:
    result = kibana.run("space_info", {"kibana_url": "https://127.0.0.1:1", "kibana_validate_certs": False})
    assert result["warnings"] == [UNCHECKED]


def test_lookup_inventory_and_actions_tell_it() -> None:
    said: list[str] = []
    client_for({"kibana_url": "http://kibana.test", **BASIC}, said.append)
    client_for({"kibana_url": "https://kibana.test", "kibana_validate_certs": False, **BASIC}, said.append)
    assert said[0].startswith(PLAIN)
    assert said[1:] == [UNCHECKED]


@pytest.mark.parametrize("value", [None, True, "true", "yes", 1])
def test_nothing_but_false_switches_the_check_off(value: Any) -> None:
    """A variable that is empty, such as one that is defined and has no value, leaves it on."""
    params = {"kibana_url": "https://kibana.test", "kibana_validate_certs": value}
    assert settings_from(params, {}).validate_certs is True
    checked = ArgumentSpecValidator(CONNECTION).validate(params)
    assert checked.error_messages or settings_from(checked.validated_parameters, {}).validate_certs is True


@pytest.mark.parametrize("value", ["", "flase", "none", "-"])
def test_what_is_no_boolean_is_refused_and_not_taken_for_false(kibana: Kibana, value: str) -> None:
    result = kibana.fails("space_info", {"kibana_validate_certs": value})
    assert "kibana_validate_certs" in result["msg"] and kibana.seen() == []
    kibana.monkeypatch.setenv("KIBANA_VALIDATE_CERTS", value)
    assert "kibana_validate_certs" in kibana.fails("space_info", {})["msg"]


@pytest.mark.parametrize("name", ["PYTHONHTTPSVERIFY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_no_other_variable_of_the_environment_switches_it_off(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "0")
    session = _session._build_session(settings_from({"kibana_url": "https://kibana.test"}, {}))
    merged = session.merge_environment_settings("https://kibana.test", {}, None, None, None)
    assert merged["verify"] is True


def context(**params: Any) -> ssl.SSLContext:
    """The TLS context of the session for these options."""
    settings = settings_from({"kibana_url": "https://kibana.test", **params}, {})
    adapter = _session._build_session(settings).get_adapter("https://kibana.test")
    return adapter.poolmanager.connection_pool_kw["ssl_context"]


def test_the_context_checks_and_speaks_nothing_old() -> None:
    usual = context()
    assert usual.verify_mode == ssl.CERT_REQUIRED and usual.check_hostname
    for made in (usual, context(kibana_validate_certs=False)):
        assert made.minimum_version == ssl.TLSVersion.TLSv1_2
        assert made.maximum_version in (ssl.TLSVersion.MAXIMUM_SUPPORTED, ssl.TLSVersion.TLSv1_3)
    assert context(kibana_validate_certs=False).verify_mode == ssl.CERT_NONE


def test_a_proxys_connection_has_the_same_context() -> None:
    settings = settings_from({"kibana_url": "https://kibana.test", "kibana_proxy": "http://127.0.0.1:3128"}, {})
    adapter = _session._build_session(settings).get_adapter("https://kibana.test")
    used = adapter.proxy_manager_for("http://127.0.0.1:3128").connection_pool_kw["ssl_context"]
    assert used.verify_mode == ssl.CERT_REQUIRED and used.minimum_version == ssl.TLSVersion.TLSv1_2


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2])
def test_a_server_that_speaks_old_tls_only(monkeypatch: pytest.MonkeyPatch, version: ssl.TLSVersion) -> None:
    monkeypatch.setattr(_client.time, "sleep", lambda seconds: None)
    authority, old = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(old)
    old.set_ciphers("ALL:@SECLEVEL=0")  # a system's policy would forbid the server what this test needs
    old.minimum_version = old.maximum_version = version
    ca = authority.cert_pem.bytes().decode()
    with EmulatorServer(Emulator(), ssl_context=old) as server:
        params = {"kibana_url": server.url, "kibana_ca_cert": ca, "kibana_retries": 0, "kibana_timeout": 5, **BASIC}
        client = KibanaClient(settings_from(params, {}))
        if version == ssl.TLSVersion.TLSv1_2:
            assert client.get("/api/spaces/space")
            return
        with pytest.raises(KibanaError) as error:
            client.get("/api/spaces/space")
        assert "no TLS 1.2 or newer" in error.value.message and not error.value.ambiguous


def source() -> Any:
    """The event source, which Event-Driven Ansible loads from its file."""
    path = ROOT / "extensions" / "eda" / "plugins" / "event_source" / "kibana_alerts.py"
    spec = importlib.util.spec_from_file_location("kibana_alerts_transport", path)
    module = importlib.util.module_from_spec(spec)  # type: ignore[arg-type]
    sys.modules[spec.name] = module  # type: ignore[union-attr]
    spec.loader.exec_module(module)  # type: ignore[union-attr]
    return module


@pytest.mark.parametrize("value", [None, True, "yes", ""])
def test_the_event_source_checks_unless_it_is_told_false(value: Any) -> None:
    alerts = source()
    settings = alerts.settings_from({"kibana_url": "https://k", "kibana_validate_certs": value}, {})
    assert settings.verify is True
    assert alerts.settings_from({"kibana_url": "https://k", "kibana_validate_certs": False}, {}).verify is False


def test_the_event_source_tells_both(caplog: pytest.LogCaptureFixture) -> None:
    alerts = source()
    with caplog.at_level(logging.WARNING):
        alerts.transport(alerts.settings_from({"kibana_url": "http://kibana.test", "kibana_api_key": "a:b"}, {}))
        alerts.transport(alerts.settings_from({"kibana_url": "http://127.0.0.1", "kibana_api_key": "a:b"}, {}))
        alerts.transport(alerts.settings_from({"kibana_url": "https://k", "kibana_validate_certs": False}, {}))
    assert [record.message[:40] for record in caplog.records] == [PLAIN[:40], UNCHECKED[:40]]


@pytest.mark.parametrize(
    "credentials",
    [{"kibana_api_key": "id:s3cret-key"}, {"kibana_username": "me", "kibana_password": "s3cret-key"}],
)
def test_the_event_source_repeats_no_credentials(credentials: dict[str, str]) -> None:
    alerts = source()
    settings = alerts.settings_from({"kibana_url": "https://k", **credentials}, {})
    echoed = f"no: {settings.headers['Authorization']} s3cret-key"
    assert alerts.without_credentials(echoed, settings).endswith("******** ********")
    assert alerts.without_credentials("no", alerts.settings_from({"kibana_url": "https://k"}, {})) == "no"


def test_the_check_is_on_in_everything_that_ships() -> None:
    """No role, playbook or extension turns it off on its own, and no code makes a connection past the client."""
    off = re.compile(r"^\s*\w*validate_certs\s*:\s*[\"']?(false|no|off|0)\b", re.MULTILINE | re.IGNORECASE)
    for path in [*(ROOT / "roles").rglob("*.yml"), *(ROOT / "playbooks").rglob("*.yml")]:
        assert not off.search(path.read_text(encoding="utf-8")), path
    for path in (ROOT / "plugins").rglob("*.py"):
        names = {node.attr for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Attribute)}
        if path.name != "_session.py":
            assert not names & {"CERT_NONE", "check_hostname", "_create_unverified_context", "urlopen"}, path
