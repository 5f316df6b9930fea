# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every option of the connection, as it is taken and as it is refused; messages of one line. No request is sent."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.basic import env_fallback

from ansible_collections.stackops.kibana.plugins.module_utils import _args, _errors, _files, _session
from ansible_collections.stackops.kibana.plugins.module_utils._args import Settings, SettingsError, settings_from

KIBANA = "https://kibana.example.com:5601"
PROXY = "http://proxy.example.com:3128"


def taken(environ: dict[str, str] | None = None, **params: Any) -> Settings:
    return settings_from({"kibana_url": "http://k", **params}, environ or {})


BAD_URLS = [
    "ftp://k",
    "http://",
    "k",
    "http://k:0",
    "http://k:x",
    "http://k:99999",
    "http://[::1",
    "http://k k",
    "http://k/a\\b",
    "http://k/a\u200bb",
    "http://a..b",
    "http://" + 64 * "x",
]


@pytest.mark.parametrize("url", BAD_URLS)
def test_addresses_that_nothing_can_be_sent_to(url: str) -> None:
    with pytest.raises(SettingsError) as error:
        taken(kibana_url=url)
    assert str(error.value) == f"kibana_url must be a URL such as {KIBANA} with http or https."
    with pytest.raises(SettingsError) as error:
        taken(kibana_proxy=url)
    assert str(error.value) == f"kibana_proxy must be a URL such as {PROXY} with http or https."


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "kibana_url is missing"),
        (" \t", "kibana_url is missing"),
        (None, "kibana_url is missing"),
        ("http://@k", "must not contain credentials"),
        ("http://me@k", "must not contain credentials"),
        ("http://k/?", "a query or a fragment"),
        ("http://k/#", "a query or a fragment"),
        ("http://k/./a", ". or .. as a part"),
        ("http://k/a/..", ". or .. as a part"),
        ("http://k/%2e%2E/a", ". or .. as a part"),
        ("http://k/%2e", ". or .. as a part"),
    ],
)
def test_addresses_that_kibana_does_not_have(url: str | None, said: str) -> None:
    with pytest.raises(SettingsError) as error:
        taken(kibana_url=url)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("given", "url"),
    [(" https://k/base// ", "https://k/base"), ("HTTP://K:1", "http://K:1"), ("http://k/...", "http://k/...")],
)
def test_addresses_that_are_taken(given: str, url: str) -> None:
    assert taken(kibana_url=given).url == url


def test_a_proxy_may_have_credentials_and_need_not_be() -> None:
    found = taken(kibana_proxy=" http://u:w@p:1 ")
    assert found.proxy == "http://u:w@p:1" and found.secrets == ("w",)
    assert taken().proxy == taken(kibana_proxy="").proxy == ""


def test_what_is_not_given_is_empty() -> None:
    assert taken() == Settings("http://k")
    found = taken(kibana_ca_cert="a", kibana_client_cert="b", kibana_client_key="c", kibana_validate_certs=False)
    assert (found.ca_cert, found.client_cert, found.client_key, found.validate_certs) == ("a", "b", "c", False)


@pytest.mark.parametrize("name", ["", "a b", "a:b", "ä", "Content-Length", "transfer-ENCODING"])
def test_names_that_no_header_has(name: str) -> None:
    with pytest.raises(SettingsError, match="which is no name for a header of its own"):
        taken(kibana_headers={name: "x"})


@pytest.mark.parametrize("value", [None, {}, [], ["a"], "a\nb", "a ", " a", "\u20ac", "a\0"])
def test_values_that_no_header_has(value: Any) -> None:
    with pytest.raises(SettingsError, match=r"kibana_headers\.X-A must be a text of Latin letters"):
        taken(kibana_headers={"X-A": value})


def test_headers_that_are_taken() -> None:
    found = taken(kibana_headers={"X-B": 1, "x-a": "a\tb \xe9", "Empty": ""})
    assert found.headers == (("Empty", ""), ("X-B", "1"), ("x-a", "a\tb \xe9"))


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [("kibana_timeout", 1, _args.LONGEST_TIMEOUT), ("kibana_retries", 0, _args.MOST_RETRIES)],
)
def test_numbers_have_bounds(name: str, least: int, most: int) -> None:
    field = name.removeprefix("kibana_")
    assert [getattr(taken(**{name: value}), field) for value in (least, most, True)] == [least, most, 1]
    for value, bound in ((least - 1, f"at least {least}"), (most + 1, f"at most {most}")):
        with pytest.raises(SettingsError) as error:
            taken(**{name: value})
        assert str(error.value) == f"{name} is {value}: it must be {bound}."


def test_the_longest_space() -> None:
    assert (_args.LONGEST_SPACE, _args.LONGEST_TIMEOUT, _args.MOST_RETRIES) == (500, 24 * 60 * 60, 1000)
    assert taken(kibana_space="a" * 500).space == "a" * 500
    with pytest.raises(SettingsError, match="kibana_space has 501 characters"):
        taken(kibana_space="a" * 501)


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"kibana_api_key": "a:b"}, "ApiKey YTpi"),
        ({"kibana_api_key": "YTpi"}, "ApiKey YTpi"),
        ({"kibana_bearer_token": "t"}, "Bearer t"),
        ({"kibana_username": "u", "kibana_password": "p:w"}, "Basic dTpwOnc="),
        ({}, ""),
    ],
)
def test_what_is_sent_to_log_in(given: dict[str, str], sent: str) -> None:
    assert taken(**given).authorization == sent
    environ = {name.upper(): value for name, value in given.items()}
    assert taken(environ).authorization == sent


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kibana_api_key": "a b"}, "kibana_api_key has a blank, a line break or another character"),
        ({"kibana_bearer_token": "t\n"}, "kibana_bearer_token has a blank, a line break or another character"),
        ({"kibana_bearer_token": "\xe9"}, "kibana_bearer_token has a blank, a line break or another character"),
        ({"kibana_api_key": "a:\ud800"}, "a character that cannot be written in UTF-8"),
        ({"kibana_username": "u", "kibana_password": "\ud800"}, "a character that cannot be written in UTF-8"),
        ({"kibana_username": "u:v", "kibana_password": "p"}, "kibana_username must not contain a colon"),
        ({"kibana_username": "u"}, "kibana_password is missing"),
        ({"kibana_password": "p"}, "kibana_username is missing"),
    ],
)
def test_credentials_that_are_refused(given: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        taken(**given)


def test_credentials_are_those_of_the_task_or_of_the_environment() -> None:
    environ = {"KIBANA_API_KEY": "theirs", "KIBANA_CLIENT_CERT": "~/c"}
    assert taken(environ, kibana_bearer_token="own").authorization == "Bearer own"
    assert taken(environ).authorization == "ApiKey theirs"
    assert taken(environ, kibana_client_cert="/own").authorization == ""
    assert taken(environ, kibana_client_cert=os.path.expanduser("~/c")).authorization == "ApiKey theirs"


@pytest.mark.parametrize(
    ("url", "password"),
    [
        ("http://u:w@k", "w"),
        (" http://u:w:x@k", "w:x"),
        ("u:w@k", "w"),
        (":w\n@k", "w\n"),
        ("http://u:a@b@k", "a@b"),
        ("http://k:5601", ""),
        ("http://u@k", ""),
        ("http://k/a:b@c", ""),
        (None, ""),
        (5, ""),
    ],
)
def test_the_password_in_what_was_meant_to_be_a_url(url: Any, password: str) -> None:
    assert _args.url_password(url) == password


# The tables of options -----------------------------------------------------------------------------------------------

SECRET = {"kibana_api_key", "kibana_password", "kibana_bearer_token", "kibana_headers", "secrets_key"}
NO_SECRET = {"kibana_client_key", "update_secrets", "secrets_file"}  # whatever Ansible thinks of the name


@pytest.mark.parametrize(
    ("options", "fragments"),
    [(_args.CONNECTION, ("connection", "space")), (_args.UPDATE_SECRETS, ("secrets",)), (_files.FILE, ("files",))],
)
def test_the_options_are_those_of_the_documentation(options: dict[str, Any], fragments: tuple[str, ...]) -> None:
    documented: dict[str, Any] = {}
    for name in fragments:
        fragment = importlib.import_module(f"ansible_collections.stackops.kibana.plugins.doc_fragments.{name}")
        documented.update(yaml.safe_load(fragment.ModuleDocFragment.DOCUMENTATION)["options"])
    assert set(options) == set(documented)
    for name, spec in options.items():
        said = documented[name]
        for key in ("type", "default", "choices", "aliases"):
            assert spec.get(key) == said.get(key), (name, key)
        assert spec.get("no_log") == (True if name in SECRET else False if name in NO_SECRET else None), name
        assert set(spec) <= {"type", "default", "choices", "aliases", "no_log", "fallback"}


def test_credentials_of_two_kinds_exclude_each_other() -> None:
    api_key, token, name, password = "kibana_api_key", "kibana_bearer_token", "kibana_username", "kibana_password"
    rules = {"mutually_exclusive": [(api_key, token, name), (api_key, token, password)]}
    assert rules == _args.CONNECTION_RULES
    assert _args.UPDATE_SECRETS["secrets_key"]["fallback"] == (env_fallback, ["KIBANA_SECRETS_KEY"])


# Files and messages --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("option", ["ca_cert", "client_cert", "client_key"])
def test_what_could_be_read_for_ever_is_no_certificate(option: str) -> None:
    given = {option: os.devnull, **({"client_cert": "c"} if option == "client_key" else {})}
    with pytest.raises(
        SettingsError, match=f"kibana_{option} names /dev/null, which is no file, but a pipe or a device"
    ):
        _session.build_adapter(Settings("https://k", **given))  # type: ignore[arg-type]


def test_what_may_be_opened(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for name in ("file", "none", "."):
        assert _errors.unreadable(str(tmp_path / name)) == ""
    assert _errors.unreadable("a\0b") == "contains the character NUL, which no file name may"
    assert _errors.unreadable("/dev/null") == "is no file, but a pipe or a device"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain \xe9\u20ac text.", "plain \xe9\u20ac text."),
        ("a\tb\nc\rd", "a b c d"),
        ("a\0b\x1bc\x7fd\x9fe\u202ef\ud800g", "a\\x00b\\x1bc\\x7fd\\x9fe\\u202ef\\ud800g"),
        ("x" * 400, "x" * 300 + "..."),
        ("x" * 399, "x" * 399),
        ("see " + "x" * 500 + " there", "see " + "x" * 300 + "... there"),
        ("ab " * 1333 + "c", "ab " * 1333 + "c"),
        ("ab " * 1333 + "cd", "ab " * 1333 + "c..."),
    ],
)
def test_messages_are_one_line_that_can_be_read(text: str, shown: str) -> None:
    assert _errors.tidy(text) == shown


@pytest.mark.parametrize(("url", "hint"), [("http://k", True), ("https://k", False)])
def test_where_a_connection_is_cut_tls_may_be_missing(url: str, hint: bool) -> None:
    found = _session.unreachable(_session.requests.exceptions.ConnectionError("reset"), "GET", "/x", Settings(url))
    assert ("or use https://" in found.message) is hint
