# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets are planted everywhere, and then everything that comes out is searched for them.

Three kinds: those of the connection, in every module; those among the options of a module, by the traits of its fields;
and all of them in answers of a Kibana that repeats what it was sent.
"""

from __future__ import annotations

import base64
import contextlib
import importlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from ansible.module_utils import basic
from harness import Case, Kibana, without_invocation
from reliability import report
from reliability.tasks import MODULES, World, steps
from test_lifecycle import CASES

from ansible_collections.stackops.kibana.plugins.module_utils import _engine, _task
from ansible_collections.stackops.kibana.plugins.module_utils._args import CONNECTION
from ansible_collections.stackops.kibana.plugins.module_utils._normalise import strings_in
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Resource
from kibana_emulator.auth import digest

# Characters that JSON, URLs and YAML write in another way: a secret must not survive in such a form either.
PASSWORD = 'planted/Pass"word §1 s3cret'
API_KEY = "planted-id:planted-api-key-s3cret"
TOKEN = "planted-bearer-token-s3cret"
PROXY = "planted-proxy-password-s3cret"
HEADER = "planted-header-value-s3cret"
SECRETS_KEY = "planted-secrets-key-s3cret"
PEM = "-----BEGIN PRIVATE KEY-----\nMIIplantedLine1s3cretAAAA\nMIIplantedLine2s3cretBBBB\n-----END PRIVATE KEY-----\n"
CREDENTIALS: dict[str, dict[str, str]] = {
    "password": {"kibana_username": "planted", "kibana_password": PASSWORD},
    "key": {"kibana_api_key": API_KEY},
    "token": {"kibana_bearer_token": TOKEN},
}
REST: dict[str, Any] = {
    "kibana_headers": {"X-Access": HEADER},
    "kibana_proxy": f"http://me:{PROXY}@127.0.0.1:3128",
}
SENT = {
    "password": base64.b64encode(f"planted:{PASSWORD}".encode()).decode(),
    "key": base64.b64encode(API_KEY.encode()).decode(),
    "token": TOKEN,
}


# What these return of a successful answer is the text as it came.
RAW = {"kibana_request", "value_list_export"}


def forms(secret: str) -> Iterator[str]:
    """How a secret may be written; of a key in several lines, each line."""
    lines = [line for line in secret.splitlines() if len(line) > 5 and not line.startswith("-----")]
    for line in lines:
        yield from {line, json.dumps(line)[1:-1], quote(line, safe=""), quote(line), json.dumps(json.dumps(line))[3:-3]}


def hits(text: str, secrets: list[str]) -> list[str]:
    """The secrets that are in a text, in any form."""
    return [secret for secret in secrets if any(form in text for form in forms(secret))]


def echoes(secrets: list[str]) -> dict[str, dict[str, Any]]:
    """Answers of a Kibana, or of something before it, that repeat secrets in many ways."""
    joined = " ".join(secrets)
    quoted = json.dumps(dict(enumerate(secrets)))
    far = "x" * 40 + " "
    return {
        "message": {"status": 400, "body": {"statusCode": 400, "error": "Bad Request", "message": f"not: {joined}"}},
        "message in JSON": {"status": 400, "body": {"statusCode": 400, "message": f"[request body]: {quoted}"}},
        "attributes": {"status": 400, "body": {"message": "bad", "attributes": {"errors": secrets, joined: secrets}}},
        "authorization": {"status": 401, "body": {"message": f"no user for [{joined}]", "error": {"reason": joined}}},
        "text": {"status": 500, "body": far * 7 + joined},
        "text that is cut": {"status": 500, "body": "x " * 140 + joined},
        "long text that is cut": {"status": 500, "body": "x " * 990 + joined},
        "html": {"status": 502, "body": f"<html>{joined}</html>"},
        "broken": {"status": 200, "body": quoted[:-3]},
        "broken refusal": {"status": 400, "body": "x" * 280 + quoted.replace(" ", "")[:-3]},
        "query": {"status": 404, "body": {"statusCode": 404, "message": urlencode(dict(enumerate(secrets)))}},
        "redirect": {
            "status": 302,
            "body": joined,
            "headers": {"location": f"https://other.test/?{quote(secrets[0])}"},
        },
    }


@pytest.fixture
def journal(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What goes to the log of the system."""
    lines: list[str] = []

    def log(self: Any, message: Any, log_args: Any = None) -> None:
        lines.append(f"{message} {log_args}")

    monkeypatch.setattr(basic.AnsibleModule, "log", log)
    return lines


class Planted(World):
    """A world whose tasks carry planted credentials of one kind."""

    kind = "password"

    def _unscrubbed(self, value: Any, secrets: Any) -> Any:
        """Here Ansible scrubs as it does for everybody."""
        return self.scrubber(value, secrets)

    def templated(self, step: Any) -> dict[str, Any]:
        args = super().templated(step)
        if "kibana_url" not in args:
            return args
        kept = {name: value for name, value in args.items() if name not in ("kibana_username", "kibana_password")}
        own = {"secrets_key": SECRETS_KEY} if "update_secrets" in described(step.module)[0] else {}
        return {**kept, **CREDENTIALS[self.kind], **REST, **own}


def planted(kibana: Kibana, folder: Path, kind: str) -> Planted:
    scrubber = basic.remove_values
    world = Planted(kibana, folder)
    world.scrubber, world.kind = scrubber, kind  # type: ignore[attr-defined]
    directory = kibana.emulator.directory
    user = directory.add_user("planted", PASSWORD, ["*"])
    directory.add_api_key(*API_KEY.split(":"), user)
    directory.tokens[digest(TOKEN)] = user
    return world


def of_connection(kind: str) -> list[str]:
    """What must not be seen where a task connects with this kind of credentials."""
    own = [value for name, value in CREDENTIALS[kind].items() if name != "kibana_username"]
    return [*own, SENT[kind], HEADER, PROXY, *(API_KEY.split(":")[1:] if kind == "key" else [])]


@pytest.mark.parametrize("kind", CREDENTIALS)
@pytest.mark.parametrize("module", MODULES)
def test_the_connections_secrets(
    module: str, kind: str, kibana: Kibana, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, journal: list[str]
) -> None:
    """Every module, by the tasks of its own EXAMPLES: as they are, and with a Kibana that repeats what it gets."""
    world, secrets = planted(kibana, tmp_path, kind), of_connection(kind)
    if "update_secrets" in described(module)[0]:
        secrets = [*secrets, SECRETS_KEY]
    answers, seen = echoes(secrets), []
    if module in RAW:
        answers.pop("broken")
    for number, step in enumerate(steps(module)):
        if step.module == module and number < 2:
            for name, fault in list(answers.items())[: 99 if kind == "password" else 3]:
                kibana.fault(path="/(s/[^/]+/)?(api|internal)", **fault)
                seen.append(json.dumps([name, world.run(step)], default=str, ensure_ascii=False))
                kibana.no_faults()
        seen.append(json.dumps(world.run(step), default=str, ensure_ascii=False))
    seen += [json.dumps(kibana.emulator.requests), *journal]
    found = {secret: text[:1500] for text in seen for secret in hits(text, secrets)}
    report.add("secrets", [{"module": module, "planted": len(secrets), "searched": len(seen), "hits": len(found)}])
    assert found == {}


# Options that hold secrets -------------------------------------------------------------------------------------------


class _StopError(BaseException):
    pass


def described(module: str) -> tuple[Mapping[str, Any], Any]:
    """The options of a module and its resource, as it gives them to the engine; nothing for an action plugin."""
    found: list[tuple[Mapping[str, Any], Any]] = []

    def stop(action: Any, options: Any, *, resource: Any = None, **rules: Any) -> None:
        found.append((options, resource))
        raise _StopError

    loaded = importlib.import_module(f"ansible_collections.stackops.kibana.plugins.modules.{module}")
    if not hasattr(loaded, "main"):
        return {}, None
    with pytest.MonkeyPatch.context() as patch:
        for part in (_engine, _task):
            patch.setattr(part, "run_action", stop)
        if hasattr(loaded, "run_action"):
            patch.setattr(loaded, "run_action", stop)
        with contextlib.suppress(_StopError, SystemExit, Exception):  # drift_report reads its own arguments
            loaded.main()
    return found[0] if found else ({}, None)


def marked(spec: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """The paths of the options that Ansible is told to keep out of its log."""
    for name, option in spec.items():
        if option.get("no_log") and name not in CONNECTION and name != "secrets_key":
            yield path + name
        yield from marked(option.get("options") or {}, f"{path}{name}.")


def secret_paths(module: str) -> set[str]:
    """The paths of all options that hold secrets."""
    options, resource = described(module)
    found = set(marked(options))
    if isinstance(resource, Resource):
        found |= resource.write_only | resource.hidden | resource.veiled
    return {path for path in found if _is_option(path, options)}


def _is_option(path: str, options: Mapping[str, Any]) -> bool:
    name, _unused, rest = path.partition(".")
    spec = options.get(name.partition("[")[0])
    return spec is not None and (not rest or "options" not in spec or _is_option(rest, spec["options"]))


def values_at(value: Any, path: str) -> Iterator[Any]:
    """What is at a path of nested options; `[]` and `*` stand for all elements."""
    name, _unused, rest = path.partition(".")
    if not path:
        yield value
    elif name.endswith("[]"):
        for item in (value or {}).get(name[:-2]) or ():
            yield from values_at(item, rest)
    elif isinstance(value, dict):
        for item in value.values() if name == "*" else [value[name]] if name in value else []:
            yield from values_at(item, rest)


WITH_SECRETS = [name for name in MODULES if secret_paths(name)]
# What the cases of the lifecycle leave out.
SSL = {"certificate": "C", "certificate_authorities": ["CA"]}
SOURCE = {"id": "m", "name": "M", "host": "https://mirror.test/"}
REMOTE = {"id": "r", "name": "R", "type": "remote_elasticsearch", "hosts": ["https://es.test"]}
SERVER = {"id": "s", "name": "S", "host_urls": ["https://fleet.test"]}
MONITOR = {"name": "m", "type": "http", "url": "https://shop.test", "locations": ["us_east"]}
MORE: list[tuple[str, dict[str, Any], list[str]]] = [
    ("fleet_agent_download_source", {**SOURCE, "ssl": {**SSL, "key": PEM}}, [PEM]),
    ("fleet_agent_download_source", {**SOURCE, "auth": {"api_key": "planted-api-s3cret"}}, ["planted-api-s3cret"]),
    (
        "fleet_agent_download_source",
        {**SOURCE, "auth": {"username": "u", "password": "planted-word-s3cret"}},
        ["planted-word-s3cret"],
    ),
    (
        "fleet_agent_download_source",
        {**SOURCE, "secrets": {"auth": {"api_key": "planted-api-s3cret"}}},
        ["planted-api-s3cret"],
    ),
    ("fleet_output", {**REMOTE, "service_token": "planted-token-s3cret"}, ["planted-token-s3cret"]),
    (
        "fleet_output",
        {**REMOTE, "secrets": {"service_token": "planted-token-s3cret", "kibana_api_key": "planted-key-s3cret"}},
        ["planted-token-s3cret", "planted-key-s3cret"],
    ),
    (
        "fleet_server_host",
        {**SERVER, "ssl": {**SSL, "key": PEM, "es_key": "planted-es-s3cret"}},
        [PEM, "planted-es-s3cret"],
    ),
    ("fleet_server_host", {**SERVER, "ssl": {**SSL, "agent_key": PEM}}, [PEM]),
    (
        "fleet_server_host",
        {**SERVER, "secrets": {"ssl": {"key": PEM, "es_key": "planted-es-s3cret", "agent_key": "planted-ag-s3cret"}}},
        [PEM, "planted-es-s3cret", "planted-ag-s3cret"],
    ),
    (
        "synthetics_monitor",
        {**MONITOR, "ssl": {"certificate": "C", "key": PEM, "key_passphrase": "planted-phrase-s3cret"}},
        [PEM, "planted-phrase-s3cret"],
    ),
    (
        "kibana_request",
        {
            "method": "POST",
            "path": "/api/actions/connector",
            "body": {
                "name": "C",
                "connector_type_id": ".slack",
                "config": {},
                "secrets": {"webhookUrl": "https://planted-s3cret.test/x"},
            },
            "secret_fields": ["secrets"],
        },
        ["https://planted-s3cret.test/x"],
    ),
]
BY_NAME = {name: importlib.import_module(f"cases.{name}").CASES for name in WITH_SECRETS}


def test_every_option_that_holds_a_secret_has_one_in_some_case() -> None:
    missing = {}
    for module, cases in BY_NAME.items():
        given = [options for case in cases for options in (case.create, *case.updates)]
        given += [options for name, options, _secrets in MORE if name == module]
        lacking = {path for path in secret_paths(module) if not any(any(values_at(o, path)) for o in given)}
        if lacking:
            missing[module] = sorted(lacking)
    assert missing == {}


def login_names(case: Case, resource: Any) -> set[str]:
    """Names of users among the secrets: they are masked where they stand, and may be said elsewhere."""
    paths = resource.login_names if isinstance(resource, Resource) else ()
    given = [{**case.identity, **options} for options in (case.create, *case.updates)]
    return {value for path in paths for options in given for value in values_at(options, path)}


CASES_WITH_SECRETS = [case for case in CASES if case.secrets]


@pytest.mark.parametrize("case", CASES_WITH_SECRETS, ids=str)
def test_the_options_secrets(case: Case, monkeypatch: pytest.MonkeyPatch, journal: list[str]) -> None:
    """The life of each case with secrets, and each of its steps against a Kibana that repeats what it gets."""
    kibana, resource, seen = Kibana(monkeypatch, case.versions[-1]), described(case.module)[1], []
    veiled = isinstance(resource, Resource) and resource.veiled
    secrets = [secret for secret in case.secrets if secret not in login_names(case, resource)]
    if case.setup:
        case.setup(kibana)
    for options in (case.create, case.create, *case.updates, {**case.create, "update_secrets": "always"}):
        params = {**case.identity, **options}
        if "update_secrets" in options and "update_secrets" not in described(case.module)[0]:
            params.pop("update_secrets")
        text = json.dumps(params, ensure_ascii=False)
        sent = [secret for secret in secrets if json.dumps(secret, ensure_ascii=False)[1:-1] in text]
        for name, fault in echoes(sent or ["nothing"]).items():
            # Of options that are veiled as a whole, only Kibana can say what is secret: reads do not carry them.
            for method in ("POST", "PUT", "PATCH") if veiled else (None,):
                kibana.fault(method=method, path="/(s/[^/]+/)?(api|internal)", **fault)
            result = kibana.run(case.module, params, verbosity=4)
            seen.append(json.dumps([name, result], default=str, ensure_ascii=False))
            kibana.no_faults()
            for method in ("POST", "PUT", "PATCH"):
                kibana.fault(method=method, path="/(s/[^/]+/)?(api|internal)", times=1, **fault)
            # Here Ansible does not help: what is left must have been taken out by our own code.
            with monkeypatch.context() as patch:
                patch.setattr(basic, "remove_values", lambda value, no_log_strings: value)
                seen.append(without_invocation(kibana.run(case.module, params, check=True, verbosity=4)))
                seen.append(without_invocation(kibana.run(case.module, params, verbosity=4)))
            kibana.no_faults()
        for wrong in ({"no_such_option": 1}, {}):
            result = kibana.run(case.module, {**params, **wrong}, verbosity=4)
            seen.append(json.dumps(result, default=str, ensure_ascii=False))
    seen += [json.dumps(kibana.emulator.requests), *journal]
    found = {secret: text[:1500] for text in seen for secret in hits(text, secrets)}
    report.add("secrets", [{"module": str(case), "planted": len(secrets), "searched": len(seen), "hits": len(found)}])
    assert found == {}


@pytest.mark.parametrize(
    ("module", "params", "secrets"), MORE, ids=lambda value: value if isinstance(value, str) else ""
)
def test_more_secrets(
    kibana: Kibana, journal: list[str], module: str, params: dict[str, Any], secrets: list[str]
) -> None:
    seen = []
    for name, fault in [*echoes(secrets).items(), ("none", {})]:
        if fault:
            kibana.fault(path="/(s/[^/]+/)?(api|internal)", **fault)
        for check in (True, False):
            seen.append(json.dumps([name, kibana.run(module, params, check=check, verbosity=4)], ensure_ascii=False))
        kibana.no_faults()
    old = "kibana_api_key" in params.get("secrets", {})  # which the newest version refuses
    assert old or not json.loads(seen[-1])[1].get("failed"), seen[-1]
    found = {secret: text[:1500] for text in [*seen, *journal] for secret in hits(text, secrets)}
    report.add("secrets", [{"module": module, "planted": len(secrets), "searched": len(seen), "hits": len(found)}])
    assert found == {}


# Secrets in URLs and in keys -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("module", "params"),
    [
        ("space_info", {"kibana_url": "http://me:planted-s3cret@localhost:5601"}),
        ("space_info", {"kibana_proxy": "http://me:planted-s3cret@127.0.0.1:3128"}),
        (
            "space_info",
            {"kibana_proxy": "http://me:planted-s3cret@127.0.0.1:3128", "kibana_url": "http://localhost:1/x"},
        ),
        ("fleet_proxy", {"id": "p", "name": "P", "url": "http://me:planted-s3cret@proxy.test:3128"}),
        (
            "connector",
            {
                "id": "c",
                "name": "C",
                "connector_type_id": ".webhook",
                "config": {"url": "https://me:planted-s3cret@hook.test/x", "hasAuth": False, "authType": None},
            },
        ),
        (
            "kibana_request",
            {"path": "/api/spaces/space", "method": "POST", "body": {"id": "x", "name": "//me:planted-s3cret@x/"}},
        ),
        ("synthetics_parameter", {"key": "k", "value": "https://me:planted-s3cret@x.test/"}),
    ],
)
def test_a_password_in_a_url(kibana: Kibana, journal: list[str], module: str, params: dict[str, Any]) -> None:
    echo = {"status": 400, "body": {"statusCode": 400, "message": json.dumps(params)}}
    for fault in ({}, echo):
        if fault:
            kibana.fault(path="/(s/[^/]+/)?(api|internal)", **fault)
        for check in (True, False):
            result = kibana.run(module, params, check=check, verbosity=4)
            assert "planted-s3cret" not in json.dumps(result), result
    assert "planted-s3cret" not in str(journal)


@pytest.mark.parametrize("name", echoes([PEM]))
def test_a_private_key_in_an_error(kibana: Kibana, name: str) -> None:
    kibana.unscrubbed()
    kibana.fault(path="/api", **echoes([PEM])[name])
    params = {"id": "p", "name": "P", "url": "https://proxy.test", "certificate": "c", "certificate_key": PEM}
    assert hits(without_invocation(kibana.run("fleet_proxy", params)), [PEM]) == []


def test_the_hunt_finds_what_is_there() -> None:
    """Each form of a secret is found, or the tests above would prove nothing."""
    for text in (PASSWORD, json.dumps({"a": PASSWORD}), json.dumps(json.dumps({"a": PASSWORD})), quote(PASSWORD)):
        assert hits(text, [PASSWORD]) == [PASSWORD]
    assert hits(" ".join(PEM.split()), [PEM]) == [PEM]
    assert hits("all is well", [PASSWORD, PEM]) == []
    assert set(strings_in({"a": [PASSWORD]})) == {PASSWORD}
