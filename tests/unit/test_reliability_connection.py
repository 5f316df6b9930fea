# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad values in the options of the connection: one clear sentence, nothing secret, and no request to anywhere else.

Requests are real ones over sockets, since much of what is bad here is refused, or misunderstood, on the way there.
"""

from __future__ import annotations

import json
import os
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from ansible.module_utils import basic
from harness import Kibana
from reliability import report
from reliability.plugin import look_up
from reliability.tasks import Step, World, world
from reliability.values import judged, soon

from ansible_collections.stackops.kibana.plugins.module_utils import _session
from ansible_collections.stackops.kibana.plugins.plugin_utils._in_process import run_module
from kibana_emulator import EmulatorServer

SECRET = "planted-secret-of-the-connection"
HERE = "127.0.0.1"
LONGEST = 700
FULL = bool(os.environ.get("STACKOPS_FULL"))
PART = 11
BUILD_ADAPTER, REMOVE_VALUES = _session.build_adapter, basic.remove_values  # before a fixture replaces them
MUST_FAIL = {"kibana_url", "kibana_proxy"}
PATHS = re.compile(r"(/somewhere|/%7B%7Bid%7D%7D|/%25zz%25|/;x|/x{999999}x)?/api/(spaces/space|data_views|status)")
OPEN = {"kibana_username": "elastic", "kibana_password": "changeme"}
MEGABYTE = "x" * 1_000_000
PEM = "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n"

# Where {port} is that of a Kibana which answers. Name -> value, and the host that may be asked for ("": none at all).
URLS: dict[str, tuple[Any, str]] = {
    "empty": ("", ""),
    "blank": ("  ", ""),
    "without scheme": ("127.0.0.1:{port}", ""),
    "host alone": ("kibana.example.com", ""),
    "file": ("file:///etc/passwd", ""),
    "ftp": ("ftp://127.0.0.1:{port}", ""),
    "unix socket": ("http+unix://%2Frun%2Fkibana", ""),
    "javascript": ("javascript:alert(1)", ""),
    "scheme alone": ("http://", ""),
    "one slash": ("http:/127.0.0.1:{port}", ""),
    "three slashes": ("http:///127.0.0.1:{port}", ""),
    "upper case": ("HTTP://127.0.0.1:{port}", HERE),
    "credentials": (f"http://elastic:{SECRET}@127.0.0.1:{{port}}", ""),
    "a user": ("http://elastic@127.0.0.1:{port}", ""),
    "an at sign": ("http://@127.0.0.1:{port}", ""),
    "credentials with @": (f"http://elastic:{SECRET}@x@127.0.0.1:{{port}}", ""),
    "credentials with /": (f"http://elastic:{SECRET}/@127.0.0.1:{{port}}", ""),
    "backslash": ("http://127.0.0.1:{port}\\@elsewhere.example", ""),
    "host with a backslash": ("http://elsewhere.example\\.127.0.0.1:{port}", ""),
    "trailing blanks": ("http://127.0.0.1:{port}  ", HERE),
    "trailing newline": ("http://127.0.0.1:{port}\n", HERE),
    "leading blank": (" http://127.0.0.1:{port}", HERE),
    "newline inside": ("http://127.0.0.1\n:{port}", ""),
    "header injection": ("http://127.0.0.1:{port}/ HTTP/1.1\r\nX-Injected: 1\r\n", ""),
    "tab inside": ("http://127.0.0.1:{port}/a\tb", ""),
    "blank inside": ("http://127.0.0.1:{port}/a b", ""),
    "NUL": ("http://127.0.0.1:{port}\0", ""),
    "control character": ("http://127.0.0.1:{port}/\x1b[31m", ""),
    "lone surrogate": ("http://127.0.0.1:{port}/\ud800", ""),
    "IPv6": ("http://[::1]:{port}", "::1"),
    "IPv6 without brackets": ("http://::1:{port}", ""),
    "half a bracket": ("http://[::1", ""),
    "no address in brackets": ("http://[kibana]:{port}", ""),
    "unicode host": ("http://bücher.example:{port}", "xn--bcher-kva.example"),
    "host that no name can be": ("http://\u202e.example:{port}", ""),
    "a long label": ("http://" + "a" * 64 + ".example:{port}", "a" * 64 + ".example"),
    "a megabyte of host": (f"http://{MEGABYTE}:{{port}}", ""),
    "a megabyte of path": (f"http://127.0.0.1:{{port}}/{MEGABYTE}", HERE),
    "empty host": ("http://:{port}", ""),
    "star": ("http://*:{port}", ""),
    "port 0": ("http://127.0.0.1:0", ""),
    "port 99999": ("http://127.0.0.1:99999", ""),
    "port of letters": ("http://127.0.0.1:kibana", ""),
    "negative port": ("http://127.0.0.1:-1", ""),
    "unicode port": ("http://127.0.0.1:٥٦٠١", ""),
    "no port behind the colon": ("http://127.0.0.1:", HERE),
    "port that nobody listens on": ("http://127.0.0.1:1", HERE),
    "path upwards": ("http://127.0.0.1:{port}/kibana/../..", ""),
    "encoded path upwards": ("http://127.0.0.1:{port}/kibana/%2e%2e/%2E%2E", ""),
    "dot as path": ("http://127.0.0.1:{port}/.", ""),
    "several slashes": ("http://127.0.0.1:{port}///", HERE),
    "another path": ("http://127.0.0.1:{port}/somewhere", HERE),
    "braces": ("http://127.0.0.1:{port}/{{id}}", HERE),
    "per cent": ("http://127.0.0.1:{port}/%zz%", HERE),
    "query": ("http://127.0.0.1:{port}?x=1", ""),
    "empty query": ("http://127.0.0.1:{port}?", ""),
    "fragment": ("http://127.0.0.1:{port}#/app/home", ""),
    "empty fragment": ("http://127.0.0.1:{port}/#", ""),
    "parameters": ("http://127.0.0.1:{port}/;x", HERE),
    "list": (["http://127.0.0.1:{port}"], ""),
    "dictionary": ({"url": "http://127.0.0.1:{port}"}, ""),
    "number": (5601, ""),
    "true": (True, ""),
    "TLS to a port that has none": ("https://127.0.0.1:{port}", HERE),
}
URLS_THAT_WORK = {
    "upper case", "trailing blanks", "trailing newline", "leading blank", "several slashes"
}  # fmt: skip

SECRETS: dict[str, Any] = {
    "empty": "",
    "blank": " ",
    "trailing newline": f"{SECRET}\n",
    "header injection": f"{SECRET}\r\nX-Injected: 1",
    "blank inside": f"{SECRET} x",
    "unicode": f"{SECRET}-東京",
    "Latin": f"{SECRET}-Zürich",
    "lone surrogate": f"{SECRET}\ud800",
    "control characters": f"\x1b[31m{SECRET}\x07",
    "NUL": f"{SECRET}\0",
    "colons": f"{SECRET}:x:y",
    "colon and newline": f"id:{SECRET}\n",
    "a colon": ":",
    "no base64": f"%%{SECRET}%%",
    "quotes": f"'\"{SECRET}`\\",
    "braces": f"{{{SECRET}}} %s",
    "a megabyte": SECRET * 32_000,
    "list": [SECRET],
    "dictionary": {"key": SECRET},
    "number": 12345678,
    "true": True,
    "not a number": float("nan"),
}
HEADERS: dict[str, Any] = {
    "a text": "X-A",
    "pairs": f"X-A={SECRET}",
    "JSON": json.dumps({"X-A": SECRET}),
    "half of a JSON": '{"X-A": "' + SECRET,
    "list": [{"X-A": SECRET}],
    "newline in the value": {"X-A": f"{SECRET}\r\nX-B: 1"},
    "trailing newline": {"X-A": f"{SECRET}\n"},
    "leading blank": {"X-A": f" {SECRET}"},
    "newline in the name": {"X-A\r\nX-B": SECRET},
    "colon in the name": {"X-A:": SECRET},
    "blank in the name": {"X A": SECRET},
    "no name": {"": SECRET},
    "unicode name": {"X-Zürich": SECRET},
    "unicode value": {"X-A": f"{SECRET} 東京"},
    "Latin value": {"X-A": f"{SECRET} Zürich"},
    "lone surrogate": {"X-A": f"{SECRET}\ud800"},
    "NUL": {"X-A": f"{SECRET}\0"},
    "null": {"X-A": None},
    "empty": {"X-A": ""},
    "number": {"X-A": 1},
    "true": {"X-A": True},
    "nested": {"X-A": {"b": [SECRET]}},
    "list as value": {"X-A": [SECRET]},
    "of the body": {"Content-Length": "5", "Transfer-Encoding": "chunked"},
    "another host": {"Host": "elsewhere.example"},
    "a megabyte": {"X-A": SECRET * 32_000},
}
NUMBERS: dict[str, Any] = {
    "negative": -1,
    "zero": 0,
    "huge": 10**30,
    "more than a float": 10**400,
    "not a number": float("nan"),
    "infinite": float("inf"),
    "fraction": 0.5,
    "whole": 3.0,
    "1e3": "1e3",
    "hexadecimal": "0x10",
    "time": "12:30:00",
    "underscore": "1_0",
    "unicode digits": "٣",
    "text": "soon",
    "blank": " ",
    "empty": "",
    "true": True,
    "list": [3],
    "dictionary": {},
}
SPACES: dict[str, Any] = {
    "empty": "",
    "blank": " ",
    "slash": "a/b",
    "traversal": "../../api/status",
    "dots": "..",
    "dot": ".",
    "encoded": "%2e%2e%2fapi",
    "upper case": "Security",
    "unicode": "sécurité",
    "digits of another script": "٣",
    "newline": "security\n",
    "NUL": "a\0b",
    "lone surrogate": "\ud800",
    "query": "a?b#c",
    "default": "default",
    "a dash": "-",
    "long": "a" * 5000,
    "a megabyte": MEGABYTE,
    "a megabyte of nonsense": "/" * 1_000_000,
    "list": ["security"],
    "dictionary": {"id": "security"},
    "number": 5,
    "true": True,
}
PROXIES: dict[str, tuple[Any, str]] = {
    "without scheme": ("proxy.example:3128", ""),
    "credentials without scheme": (f"me:{SECRET}@proxy.example:3128", ""),
    "ftp": ("ftp://proxy.example", ""),
    "file": ("file:///etc/passwd", ""),
    "socks": ("socks5://proxy.example:1080", ""),
    "half a bracket": ("http://[::1", ""),
    "port 0": ("http://proxy.example:0", ""),
    "port 99999": ("http://proxy.example:99999", ""),
    "newline": ("http://proxy.example:3128\n", "proxy.example"),
    "newline inside": ("http://proxy\n.example:3128", ""),
    "credentials": (f"http://me:{SECRET}@proxy.example:3128", "proxy.example"),
    "encoded credentials": (f"http://me:{SECRET}%0d%0aX@proxy.example:3128", "proxy.example"),
    "nobody listens": (f"http://me:{SECRET}@127.0.0.1:1", HERE),
    "unicode": (f"http://me:{SECRET}@bücher.example:3128", "xn--bcher-kva.example"),
    "lone surrogate": (f"http://me:{SECRET}\ud800@proxy.example:3128", ""),
    "host alone": ("proxy", ""),
    "path": ("http://proxy.example/a?b#c", "proxy.example"),
    "blank": (" ", ""),
    "list": ([], ""),
    "a megabyte": (f"http://{MEGABYTE}", ""),
}


def _files(folder: Path) -> dict[str, Any]:
    """What a certificate or key may be named, and is none."""
    folder.mkdir()
    authority = trustme.CA()
    chain = authority.issue_cert("kibana.example")
    (folder / "ca.pem").write_bytes(authority.cert_pem.bytes())
    (folder / "key.pem").write_bytes(chain.private_key_pem.bytes())
    (folder / "cert.pem").write_bytes(chain.cert_chain_pems[0].bytes())
    (folder / "encrypted.pem").write_bytes(_encrypted())
    (folder / "empty.pem").write_bytes(b"")
    (folder / "binary.pem").write_bytes(bytes(range(256)) * 9)
    (folder / "text.pem").write_text("Zürich\n", encoding="latin-1")
    (folder / "half.pem").write_bytes(authority.cert_pem.bytes()[:300])
    (folder / "directory.pem").mkdir()
    (folder / "dangling.pem").symlink_to(folder / "nothing")
    (folder / "loop.pem").symlink_to(folder / "loop.pem")
    os.mkfifo(folder / "pipe.pem")
    names = [path.name for path in folder.glob("*.pem")]
    return {
        **{name: str(folder / name) for name in sorted(names)},
        "missing": str(folder / "missing.pem"),
        "null device": os.devnull,
        "endless device": "/dev/zero",
        "NUL": "a\0b",
        "lone surrogate": "\ud800",
        "unicode": "東京.pem",
        "empty text": "",
        "blank": " ",
        "PEM of nothing": PEM.format(""),
        "PEM of nonsense": PEM.format("eA=="),
        "PEM with unicode": PEM.format("Zürich"),
        "PEM that does not end": "-----BEGIN CERTIFICATE-----\n",
        "a megabyte": MEGABYTE,
        "list": ["a"],
        "dictionary": {},
        "number": 5,
    }


def _encrypted() -> bytes:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"passphrase"),
    )


class Line:
    """Modules, actions and lookups that talk to an emulator over sockets; notes which hosts are asked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, there: World, port: int) -> None:
        self.monkeypatch, self.there, self.port = monkeypatch, there, port
        self.hosts: set[str] = set()
        self._look_up = socket.getaddrinfo
        there.connection = {"kibana_url": f"http://{HERE}:{port}", **OPEN}
        monkeypatch.setattr(socket, "getaddrinfo", self._noted)
        monkeypatch.setattr(_session, "build_adapter", BUILD_ADAPTER)
        monkeypatch.setattr(basic, "remove_values", scrubbed)

    def _noted(self, host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else str(host)
        self.hosts.add(name)
        if name != HERE:
            raise socket.gaierror(-2, "Name or service not known")
        return self._look_up(host, *args, **kwargs)

    def run(self, way: str, options: dict[str, Any], environ: dict[str, str] | None = None) -> dict[str, Any]:
        """The result of something that talks to Kibana with these options of the connection (None: not given)."""
        self.hosts.clear()
        _session._SESSIONS.clear()
        self.there.waited = 0.0
        self.there.kibana.emulator.requests.clear()
        self.there.kibana.emulator.crashes.clear()
        given = {**self.there.connection, **options}
        with self.monkeypatch.context() as patch, soon(90):
            for name, value in (environ or {}).items():
                patch.setenv(name, value)
            try:
                return WAYS[way](self.there, {name: value for name, value in given.items() if value is not None})
            except TypeError as error:  # the action says so in a sentence
                return {"failed": True, "msg": str(error)}

    def wrong(self, result: dict[str, Any], allowed: str) -> list[str]:
        """What is wrong with the result of the last run, which may have asked for one host."""
        found = judged(result)
        message = str(result.get("msg", ""))
        found += [f"too long: {len(message)}"] if len(message) > LONGEST else []
        found += [f"a secret is shown: {message[:LONGEST]}"] if SECRET in json.dumps(result, default=str) else []
        found += [f"asked for {host}" for host in sorted(self.hosts - {allowed})]
        paths = {entry["path"] for entry in self.there.kibana.seen()}
        found += [f"a request to {path[:99]}" for path in sorted(paths) if not PATHS.match(path)]
        return [*found, *self.there.kibana.emulator.crashes]


def scrubbed(value: Any, secrets: Any) -> Any:
    """What Ansible shows: only the options are its own business, all else is to be without secrets before that."""
    return {**value, "invocation": REMOVE_VALUES(value.get("invocation"), secrets)}


def _by_module(there: World, options: dict[str, Any]) -> dict[str, Any]:
    return run_module("space_info", options)


def _by_writing(there: World, options: dict[str, Any]) -> dict[str, Any]:
    return run_module("data_view", {"id": "bad-connection", "title": "bad-*", "name": "Bad", **options})


def _by_action(there: World, options: dict[str, Any]) -> dict[str, Any]:
    before, there.connection = there.connection, options
    try:
        return there.run(Step("export", "kibana_export", {"dest": "out", "areas": ["data_views"]}))
    finally:
        there.connection = before


def _by_lookup(there: World, options: dict[str, Any]) -> dict[str, Any]:
    return look_up(["/api/spaces/space"], {"in_space": False, **options})


WAYS: dict[str, Callable[[World, dict[str, Any]], dict[str, Any]]] = {
    "module": _by_module,
    "writing module": _by_writing,
    "action": _by_action,
    "lookup": _by_lookup,
}


@pytest.fixture
def line(kibana: Kibana, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    with world(kibana, tmp_path) as there, EmulatorServer(kibana.emulator) as server:
        yield Line(monkeypatch, there, server.port)


def tried(
    line: Line, way: str, option: str, values: dict[str, tuple[Any, str]], works: Any = (), **others: Any
) -> None:
    """Try each value in an option, and in the variable of the environment that stands in for it."""
    found: dict[str, Any] = {}
    count = 0
    for name in part(values, way + option):
        value, host = values[name]
        value = value.replace("{port}", str(line.port)) if isinstance(value, str) else value
        result = line.run(way, {**others, option: value})
        wrong = line.wrong(result, host)
        if (name in works and result.get("failed")) or (not host and not result.get("failed") and option in MUST_FAIL):
            wrong.append(f"unexpected: {result}")
        found |= {name: wrong} if wrong else {}
        count += 1
        if isinstance(value, str) and value and storable(value):
            environ = {option.upper(): value}
            result = line.run(way, {**others, option: None}, environ)
            wrong = line.wrong(result, host)
            found |= {f"{option.upper()}: {name}": wrong} if wrong else {}
            count += 1
    problems = [f"{option} = {name}: {wrong}" for name, wrong in found.items()]
    report.add("input", [{"module": f"connection, {way}, {option}", "tried": count, "problems": problems}])
    assert found == {}


def part(values: dict[str, Any], place: str) -> list[str]:
    """The values to try in a place: all of them, or others than elsewhere in a short run."""
    return list(values) if FULL else list(values)[len(place) % PART :: PART]


def storable(value: str) -> bool:
    """Whether a process can have the value in its environment."""
    return "\0" not in value and not any("\ud800" <= char <= "\udfff" for char in value) and len(value) < 100_000


def anywhere(values: dict[str, Any], host: str = HERE) -> dict[str, tuple[Any, str]]:
    """Values with which Kibana may be asked."""
    return {name: (value, host) for name, value in values.items()}


@pytest.mark.parametrize("way", WAYS)
def test_urls(line: Line, way: str) -> None:
    tried(line, way, "kibana_url", URLS, URLS_THAT_WORK)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("option", ["kibana_api_key", "kibana_bearer_token", "kibana_username", "kibana_password"])
def test_credentials(line: Line, way: str, option: str) -> None:
    pairs = {"kibana_username": {"kibana_password": SECRET}, "kibana_password": {"kibana_username": "elastic"}}
    others = dict.fromkeys(OPEN) | pairs.get(option, {})
    tried(line, way, option, anywhere(SECRETS), **others)


@pytest.mark.parametrize("way", WAYS)
def test_headers(line: Line, way: str) -> None:
    tried(line, way, "kibana_headers", anywhere(HEADERS))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("option", ["kibana_timeout", "kibana_retries", "kibana_validate_certs"])
def test_numbers(line: Line, way: str, option: str) -> None:
    tried(line, way, option, anywhere(NUMBERS))


@pytest.mark.parametrize("way", WAYS)
def test_spaces(line: Line, way: str) -> None:
    tried(line, way, "kibana_space", anywhere(SPACES))


@pytest.mark.parametrize("way", WAYS)
def test_proxies(line: Line, way: str) -> None:
    tried(line, way, "kibana_proxy", PROXIES)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("option", ["kibana_ca_cert", "kibana_client_cert", "kibana_client_key"])
def test_certificates(line: Line, tmp_path: Path, way: str, option: str) -> None:
    files = _files(tmp_path / "certificates")
    others = {"kibana_client_cert": str(tmp_path / "certificates" / "cert.pem")} if option.endswith("key") else {}
    tried(line, way, option, anywhere(files), kibana_url=f"https://{HERE}:1", kibana_retries=0, **others)
