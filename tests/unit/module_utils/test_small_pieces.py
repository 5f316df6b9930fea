# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What small wrong changes of the core would break and no other fast test noticed, see docs/mutation.md."""

from __future__ import annotations

import email.utils
import importlib.util
import json
import ssl
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from ansible.module_utils.basic import env_fallback
from harness import BASIC, URL, Kibana, client

from ansible_collections.stackops.kibana.plugins.module_utils import _args, _client, _many, _session
from ansible_collections.stackops.kibana.plugins.module_utils import _normalise as n
from ansible_collections.stackops.kibana.plugins.module_utils import _reads as r
from ansible_collections.stackops.kibana.plugins.module_utils._args import (
    LONGEST_SHOWN,
    Settings,
    SettingsError,
    dangers,
    settings_from,
    shortened,
)
from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient
from ansible_collections.stackops.kibana.plugins.module_utils._errors import (
    KibanaError,
    decoded,
    message_of,
    nothing,
    parse,
    refused,
    unreadable,
)
from ansible_collections.stackops.kibana.plugins.module_utils._module import unfit
from ansible_collections.stackops.kibana.plugins.module_utils._plan import PartialFailure, Plan, PlanError, Policy, plan
from ansible_collections.stackops.kibana.plugins.module_utils._resource import Listing, Node, Resource

PEM = "-----BEGIN KEY-----\nlinenumberone\nshort\nlinenumbertwo\n-----END KEY-----"


def resource(**traits: Any) -> Resource:
    options = {name: {"type": "raw"} for name in ("id", "name", "tags", "secret", "box")}
    return Resource(result_key="thing", options=options, collection="/api/things", item="/api/things/{id}", **traits)


# _normalise ----------------------------------------------------------------------------------------------------------


def test_order_within_unordered_dicts_does_not_matter() -> None:
    node = Node(unordered=True)
    assert n.same([{"a": 1, "b": 2}, {"a": 3}], [{"a": 3}, {"b": 2, "a": 1}], node)
    assert not n.same([{"a": 1}, {"a": 1}], [{"a": 1}], node)
    assert not n.same([1, 2], [2, 1], Node())
    assert not n.same([True], [1], node)


def test_scrub_takes_every_way_of_writing_and_leaves_what_is_no_secret() -> None:
    assert n.scrub("x linenumberone linenumbertwo y", [PEM]) == "x ******** ******** y"
    assert n.scrub("short -----BEGIN KEY-----", [PEM]) == "short -----BEGIN KEY-----"
    assert n.scrub("a\\nbc and a%2Fb", ["a\nbc", "a/bc"]) == "******** and a%2Fb"
    assert n.scrub('say \\"hi there\\"', ['"hi there"']) == "say ********"
    assert n.scrub("k%C3%B6nig+reich k%C3%B6nig%20reich", ["könig reich"]) == "******** ********"
    assert n.scrub("a%2Fsecret a/secret", ["a/secret"]) == "******** ********"
    assert n.scrub({"secret": ["my secret", 1, None]}, ["secret"]) == {"********": ["my ********", 1, None]}
    assert n.scrub("abc abcd", ["abc"]) == "abc abcd"
    assert n.scrub("abcd", ["abcd"]) == "********"


@pytest.mark.parametrize("secret", ['a"bcd', 'é"bcd', "b\nword word"])
@pytest.mark.parametrize("plain", [True, False])
def test_scrub_takes_what_is_quoted_once_and_twice(secret: str, plain: bool) -> None:
    once = json.dumps(secret, ensure_ascii=plain)[1:-1]
    twice = json.dumps(once)[1:-1]
    assert n.scrub(f"<{once}> <{twice}>", [secret]) == "<********> <********>"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("http://me:word@host/", {"word"}),
        ("http://:word@host", {"word"}),
        ("a https://u:p1@x b http://u:p2@y", {"p1", "p2"}),
        ("http://host:5601/path@x", set()),
        ("me:word@host", set()),
        ("http://me@host", set()),
        ("http://a b:c@d", set()),
    ],
)
def test_passwords_in_urls(text: str, found: set[str]) -> None:
    assert n.url_passwords({"a": [text]}) == found


def test_the_diff_of_hidden_fields_says_which_changed() -> None:
    node = Node(children={"h": Node(hidden=True), "box": Node(children={"h": Node(hidden=True)})})
    before = {"h": "old", "box": {"h": "same", "x": 1}}
    shown = n.mask_hidden(before, {"h": "new", "box": {"h": "same", "x": 2}}, node)
    assert shown == {"h": n.SECRET_SENT, "box": {"h": n.SECRET_HIDDEN, "x": 2}}
    lists = Node(children={"l": Node(children={"[]": Node(children={"h": Node(hidden=True)})})})
    assert n.mask_hidden({"l": [{"h": 1}]}, {"l": [{"h": 1}]}, lists) == {"l": [{"h": n.SECRET_HIDDEN}]}
    assert n.mask_hidden({"l": [{"h": 1}]}, {"l": [{"h": 2}]}, lists) == {"l": [{"h": n.SECRET_SENT}]}


def test_masking_leaves_references_and_what_is_empty() -> None:
    node = Node(children={"s": Node(secret=True)})
    for kept in ({"id": "a"}, {"id": "a", "hash": "b"}, {"isSecretRef": True, "id": "a"}, None, ""):
        assert n.mask({"s": kept}, node) == {"s": kept}
    for masked in ("word", 0, ["a"]):
        assert n.mask({"s": masked}, node) == {"s": n.SECRET_HIDDEN}
    assert n.mask({"s": {"id": "a", "key": "b"}}, node) == {"s": {"id": n.SECRET_HIDDEN, "key": n.SECRET_HIDDEN}}
    assert n.mask({"s": {"isSecretRef": False, "a": "b"}}, node)["s"]["a"] == n.SECRET_HIDDEN
    assert list(n.hidden_strings([{"s": "a"}], Node(children={"[]": Node(children={"s": Node(hidden=True)})}))) == ["a"]


def test_leaves_and_nest_are_inverse_but_for_references() -> None:
    tree = {"a": {"b": "x", "c": {"d": "y"}}, "e": "z"}
    assert n.nest(n.leaves(tree)) == tree
    assert n.leaves({"a": {"id": "r", "hash": "h"}}) == {("a",): {"id": "r"}}
    assert n.leaves({"a": {"id": "r"}}, references=False) == {("a", "id"): "r"}
    assert n.leaves({"a": {"isSecretRef": True, "x": 1}}) == {("a",): {"isSecretRef": True, "x": 1}}
    assert n.leaves({"a": "", "b": None}) == {}


def test_fill_strip_and_keyed_lists() -> None:
    node = Node(
        children={"tags": Node(default=[]), "id": Node(read_only=True), "box": Node(children={"s": Node(secret=True)})}
    )
    filled = n.fill({"name": "a"}, node)
    assert filled == {"name": "a", "tags": []}
    filled["tags"].append(1)
    assert n.fill({}, node) == {"tags": []}, "a default is never shared"
    assert n.strip({"id": 1, "name": "a", "box": {"s": 1}, "empty": {}}, node) == {"name": "a", "empty": {}}
    keyed = Node(keyed=("k",))
    before = [{"k": 1, "theirs": 1}, {"k": 1, "theirs": 2}]
    assert n.merge(before, [{"k": 1, "x": 1}, {"k": 1}], keyed) == [
        {"k": 1, "theirs": 1, "x": 1},
        {"k": 1, "theirs": 2},
    ]
    assert n.merge({"a": 1}, {}, Node()) == {} and n.merge_fields({"a": 1}, {}, Node()) == {"a": 1}
    assert n.merge("a", {"b": 1}, Node()) == {"b": 1}
    assert n.merge(1, True, Node()) is True
    assert n.merge([{"a": 1}], [{"b": 2}], Node()) == [{"b": 2}], "elements without keys are not merged by their place"


@pytest.mark.parametrize(
    ("base", "top", "after"),
    [
        (1, {"a": 1}, {"a": 1}),
        ({"a": 1}, 2, 2),
        (None, {"a": 1}, {"a": 1}),
        ({"a": {"b": 1}}, {"a": {"c": 2}, "d": 3}, {"a": {"b": 1, "c": 2}, "d": 3}),
    ],
)
def test_overlay(base: Any, top: Any, after: Any) -> None:
    assert n.overlay(base, top) == after


# _plan ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("policy", "action"), [("always", "update"), ("on_create", "none"), ("on_change", "none")])
@pytest.mark.parametrize("echo", [False, True])
def test_when_a_secret_is_sent_again(policy: str, action: str, echo: bool) -> None:
    kind = resource(write_only=frozenset({"secret"}), echo_secrets=echo)
    current = {"id": "1", "name": "a", **({"secret": {"id": "ref"}} if echo else {})}
    step = plan(kind, {"name": "a", "secret": "word"}, current, Policy(update_secrets=policy))
    assert step.action == action
    assert step.secrets == ({"secret": "word"} if action == "update" else {})
    rotated = Policy(update_secrets="on_change", rotated=frozenset({("secret",)}))
    assert plan(kind, {"secret": "word"}, current, rotated).secrets == {"secret": "word"}


def test_an_empty_secret_is_sent_where_all_are() -> None:
    kind = resource(write_only=frozenset({"secret"}))
    step = plan(kind, {"secret": ""}, {"id": "1"}, Policy(update_secrets="always"))
    assert step.secrets == {"secret": ""}
    assert plan(kind, {"secret": ""}, {"id": "1"}, Policy()).action == "none"


def test_the_default_policy_is_present_and_on_create() -> None:
    assert Policy() == Policy("present", "on_create", frozenset())
    step = plan(resource(), {"name": "b"}, {"id": "1", "name": "a"}, Policy())
    assert (step.action, step.changed, step.desired) == ("update", True, {"name": "b"})
    assert step.current == {"id": "1", "name": "a"}
    assert plan(resource(), {}, None, Policy("absent")).action == "none"
    gone = plan(resource(), {}, {"id": "1"}, Policy("absent"))
    assert (gone.action, gone.before, gone.after) == ("delete", {"id": "1"}, {})


def test_secrets_that_are_forgotten_at_an_update_are_sent_with_it() -> None:
    kind = resource(write_only=frozenset({"secret"}), resend_secrets=True)
    current = {"id": "1", "name": "a"}
    assert plan(kind, {"name": "b", "secret": "word"}, current, Policy()).body == {
        "id": "1",
        "name": "b",
        "secret": "word",
    }
    assert plan(kind, {"name": "a", "secret": "word"}, current, Policy()).action == "none"


def test_an_immutable_field_that_is_new_or_the_same_is_no_problem() -> None:
    kind = resource(immutable=frozenset({"name"}))
    assert plan(kind, {"name": "a"}, {"id": "1"}, Policy()).action == "update"
    assert plan(kind, {"name": "a", "tags": [1]}, {"id": "1", "name": "a"}, Policy()).action == "update"
    with pytest.raises(PlanError, match="give it another id"):
        plan(kind, {"name": "b"}, {"id": "1", "name": "a"}, Policy())


# _errors -------------------------------------------------------------------------------------------------------------


def test_what_a_failed_task_returns() -> None:
    bare = KibanaError("m").as_result()
    assert bare == {"msg": "m"}
    full = KibanaError("m", method="GET", path="/p", status=0, error={}).as_result()
    assert full == {"msg": "m", "method": "GET", "path": "/p", "status": 0, "error": {}}


@pytest.mark.parametrize(
    ("status", "text", "message"),
    [
        (403, '{"message": "no."}', "no; the user or API key lacks a privilege that this needs."),
        (
            401,
            "",
            "check the credentials (kibana_api_key, or kibana_username and kibana_password, or kibana_bearer_token).",
        ),
        (404, '{"message": "Not Found"}', "this Kibana does not have this function"),
        (404, '{"message": "Saved object [x] not found"}', "Saved object [x] not found."),
        (400, '{"message": "Not Found"}', ": Not Found."),
        (500, "{}", "no reason given."),
        (413, "{}", "the request is larger than Kibana (server.maxPayload) or a proxy accepts."),
        (429, "{}", "Kibana is busy, try again later or raise kibana_retries."),
        (503, "x", "x; Kibana is not ready, try again later or raise kibana_retries."),
    ],
)
def test_what_is_said_for_each_status(status: int, text: str, message: str) -> None:
    error = refused("PUT", "/api/x", status, text)
    assert error.message.startswith(f"Kibana refused PUT /api/x with HTTP {status}: ") and message in error.message
    assert (error.status, error.method, error.path, error.ambiguous) == (status, "PUT", "/api/x", False)


def test_texts_are_cut_and_what_is_hidden_is_hidden_before() -> None:
    assert parse(" " + "x" * 3000 + "\n") == "x" * 2000
    assert message_of("x" * 400) == "x" * 300

    def hide(value: Any) -> Any:
        return n.scrub(value, ["secret-word"])

    for text in ("y" * 296 + "secret-word", "y" * 1996 + "secret-word"):
        error = refused("GET", "/x", 400, text, hide)
        assert "secr" not in str(error.error) + error.message
    assert refused("GET", "/x", 400, '{"message": "secret-word"}', hide).error == {"message": "********"}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"message": "", "error": "E", "reason": "R"}, "E"),
        ({"reason": "R"}, "R"),
        ({"message": ["a", {"message": "b"}, "", 5]}, "a; b"),
        ({"message": {"error": {"reason": "deep"}}}, "deep"),
        ({"message": "m", "attributes": {"errors": ["x"]}}, "m (x)"),
        ({"message": "m", "attributes": []}, "m"),
        ({"message": "m", "panelErrors": [{"message": "p"}]}, "m (p)"),
        ({"message": "m", "attributes": {"errors": [{}]}}, "m"),
        ("<HTML><body>", "an HTML page (a proxy, or not Kibana?)"),
        ("  <!DOCTYPE html>", "an HTML page (a proxy, or not Kibana?)"),
        ("<head>", "an HTML page (a proxy, or not Kibana?)"),
        (5, ""),
    ],
)
def test_kibanas_own_words(body: Any, said: str) -> None:
    assert message_of(body) == said


# _args ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"kibana_url": "ftp://k"}, "must be a URL"),
        ({"kibana_url": "http://"}, "must be a URL"),
        ({"kibana_url": "http://me@k"}, "must not contain credentials"),
        ({"kibana_url": "http://:w@k"}, "must not contain credentials"),
        ({"kibana_url": "http://k?a=b"}, "must not contain a query"),
        ({"kibana_url": "http://k#a"}, "must not contain a query"),
        ({"kibana_url": "http://k", "kibana_space": "A"}, "has only a-z"),
        ({"kibana_url": "http://k", "kibana_space": "é"}, "has only a-z"),
        ({"kibana_url": "http://k", "kibana_timeout": 0}, "kibana_timeout is 0: it must be at least 1."),
        ({"kibana_url": "http://k", "kibana_retries": -1}, "kibana_retries is -1: it must be at least 0."),
        ({"kibana_url": "http://k", "kibana_username": "a"}, "kibana_password is missing"),
        ({"kibana_url": "http://k", "kibana_password": "a"}, "kibana_username is missing"),
    ],
)
def test_settings_that_are_refused(params: dict[str, Any], text: str) -> None:
    with pytest.raises(SettingsError) as error:
        settings_from(params, {})
    assert text in str(error.value)


def test_settings_that_are_taken() -> None:
    found = settings_from(
        {"kibana_url": "https://k/base//", "kibana_space": "a_b-1", "kibana_timeout": 1, "kibana_retries": 0}, {}
    )
    assert found == Settings("https://k/base", "a_b-1", timeout=1, retries=0)
    usual = settings_from({"kibana_url": "http://k"}, {})
    assert (usual.timeout, usual.retries, usual.validate_certs, usual.secrets) == (30, 3, True, ())
    key = settings_from({"kibana_url": "http://k", "kibana_api_key": "aWQ6a2V5LXBhcnQ="}, {})
    assert key.authorization == "ApiKey aWQ6a2V5LXBhcnQ=" and {"id:key-part", "key-part", "aWQ6a2V5LXBhcnQ="} <= set(
        key.secrets
    )
    given = settings_from(
        {"kibana_url": "http://k", "kibana_headers": {"B": 1, "A": "x"}, "kibana_proxy": "http://u:w@p"}, {}
    )
    assert given.headers == (("A", "x"), ("B", "1")) and set(given.secrets) == {"x", "1", "w"}


def test_long_lists_are_counted() -> None:
    params = {"a": [0] * (LONGEST_SHOWN + 1), "b": [0] * LONGEST_SHOWN, "c": "x" * 999}
    assert shortened(params) == {"a": ["(201 elements)"]}


@pytest.mark.parametrize("module", ["connector", "fleet_output"])
def test_there_are_three_ways_to_handle_secrets(kibana: Kibana, module: str) -> None:
    assert (
        "update_secrets must be one of: on_create, on_change, always"
        in kibana.fails(module, {"update_secrets": "x"})["msg"]
    )


# _session ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "text", "ambiguous"),
    [
        (requests.exceptions.ConnectionError("Failed to resolve"), "Cannot find the host", True),
        (requests.exceptions.ConnectionError("Name or service not known"), "Cannot find the host", True),
        (requests.exceptions.ConnectionError("getaddrinfo failed"), "Cannot find the host", True),
        (requests.exceptions.ConnectionError("Connection refused"), "refused the connection", False),
        (requests.exceptions.ConnectionError("url: /api/resolve (refused)"), "refused the connection", False),
        (requests.exceptions.ConnectionError("reset"), "was cut before an answer came", True),
        (requests.exceptions.ConnectTimeout("x"), "did not answer within 30 seconds", False),
        (requests.exceptions.ReadTimeout("x"), "did not answer within 30 seconds", True),
        (requests.exceptions.ProxyError("x"), "through the proxy", False),
        (requests.exceptions.SSLError("bad record mac"), "TLS failed: check", True),
    ],
)
def test_what_is_said_where_no_answer_came(error: Exception, text: str, ambiguous: bool) -> None:
    found = _session.unreachable(error, "PUT", "/api/x", Settings("https://k"))
    assert text in found.message and found.message.endswith("(PUT /api/x)")
    assert found.ambiguous is ambiguous or text == "Cannot find the host"
    assert (found.status, found.method, found.path) == (None, "PUT", "/api/x")


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("certificate has expired", "has expired: renew it"),
        ("hostname doesn't match", "is for another name"),
        ("IP address mismatch", "is for another name"),
        ("WRONG_VERSION_NUMBER", "does not speak TLS there"),
        ("record layer failure", "does not speak TLS there"),
        ("certificate required", "demands a client certificate"),
        ("tlsv1 alert unknown CA", "does not accept the client certificate"),
        ("CERTIFICATE_VERIFY_FAILED", "signed by an unknown CA"),
        ("EOF occurred", "ended the TLS handshake: it may demand a client certificate"),
        ("TLS/SSL connection has been closed (EOF)", "ended the TLS handshake: check Kibana and what lies between"),
        ("tlsv1 alert protocol version", "no TLS 1.2 or newer"),
        ("UNSUPPORTED_PROTOCOL] unsupported protocol", "no TLS 1.2 or newer"),
        ("sslv3 alert handshake failure", "the TLS handshake failed"),
        ("odd", "TLS failed: check"),
    ],
)
def test_before_tls_is_agreed_on_nothing_was_sent(said: str, text: str) -> None:
    def do_handshake() -> None:
        raise ssl.SSLError(said)

    found: Any = None
    try:
        try:
            do_handshake()
        except ssl.SSLError as error:
            raise requests.exceptions.SSLError(error) from error
    except requests.exceptions.SSLError as error:
        found = _session.unreachable(error, "POST", "/api/x", Settings("https://k"))
    assert text in found.message and not found.ambiguous


@pytest.mark.parametrize(
    ("status", "headers", "content", "cut"),
    [
        (200, {"kbn-name": "k"}, b"", True),
        (201, {}, b"", True),
        (200, {"content-length": "0"}, b"", False),
        (200, {"transfer-encoding": "chunked"}, b"", False),
        (200, {}, b"{}", False),
        (204, {}, b"", False),
        (404, {}, b"", True),
    ],
)
def test_an_empty_answer_that_does_not_say_so_ended_in_its_headers(
    status: int, headers: dict[str, str], content: bytes, cut: bool
) -> None:
    response = requests.Response()
    response.status_code, response._content = status, content
    response.headers.update(headers)
    assert _session.cut_short(response) is cut


@pytest.mark.parametrize(
    ("value", "seconds"),
    [(None, None), ("", None), ("2", 2.0), ("0.5", 0.5), ("-3", 0.0), ("9999", 60.0), ("soon", None), ("nan", None)],
)
def test_how_long_to_wait(value: str | None, seconds: float | None) -> None:
    found = _session.retry_after(value)
    assert found == seconds or (value == "nan" and (found is None or 0 <= found <= 60))


def test_what_a_session_sends(kibana: Kibana) -> None:
    session = client(kibana_headers={"X-A": "b"}).session
    assert session.headers["kbn-xsrf"] == "stackops.kibana" and session.headers["X-A"] == "b"
    assert session.headers["elastic-api-version"] == "2023-10-31"
    assert session.headers["Accept"] == "application/json, */*;q=0.5"
    assert session.headers["User-Agent"] == "stackops.kibana (Ansible)"
    assert session.headers["Authorization"].startswith("Basic ")
    assert session.trust_env is False and list(session.adapters) == ["http://"]
    proxied = client(kibana_proxy="http://p:1").session
    assert proxied.proxies == {"http": "http://p:1", "https": "http://p:1"}
    assert "Authorization" not in KibanaClient(settings_from({"kibana_url": URL}, {})).session.headers


def test_sessions_are_shared_by_spaces_and_by_nobody_else(kibana: Kibana) -> None:
    assert client().session is client(kibana_space="ops").session
    assert client().session is not client(kibana_timeout=9).session


def test_what_one_task_has_read_is_forgotten_by_the_next(kibana: Kibana) -> None:
    _session.begin("one")
    assert _session._TASK == {"name": "one", "objects": True}
    session = client().session
    memory = session.kibana_memory
    assert memory.objects is False or memory.objects is True
    _session.begin("one")
    assert session.kibana_memory is memory
    _session.begin("two")
    assert session.kibana_memory is not memory and session.kibana_memory.objects is True
    _session.begin("three", objects=False)
    assert session.kibana_memory.objects is False
    for _unused in range(2):
        memory = session.kibana_memory
        _session.begin("")
        assert session.kibana_memory is not memory and session.kibana_memory.objects is False
    _session.begin("four")
    assert client(kibana_timeout=7).session.kibana_memory.objects is True
    _session.begin("")
    assert client(kibana_timeout=8).session.kibana_memory.objects is False


# _client -------------------------------------------------------------------------------------------------------------


class Answers:
    """Stands for the session: gives answers or raises errors, one after the other, and keeps what was asked."""

    def __init__(self, *answers: Any) -> None:
        self.answers, self.asked = list(answers), []

    def request(self, method: str, url: str, **options: Any) -> Any:
        self.asked.append((method, url, options))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def answer(status: int = 200, body: bytes = b"{}", **headers: str) -> requests.Response:
    made = requests.Response()
    made.status_code, made._content = status, body
    made.headers.update({name.replace("_", "-"): text for name, text in headers.items()})
    return made


def answering(kibana: Kibana, *answers: Any, **options: Any) -> tuple[KibanaClient, Answers]:
    made, given = client(**options), Answers(*answers)
    made.session = given
    return made, given


REFUSED = requests.exceptions.ConnectionError("Connection refused")
CUT = requests.exceptions.ConnectionError("reset")


@pytest.mark.parametrize(
    ("method", "safe", "failure", "times"),
    [
        ("POST", False, REFUSED, 2),
        ("POST", False, CUT, 1),
        ("POST", True, CUT, 2),
        ("PUT", False, CUT, 2),
        ("PATCH", False, CUT, 1),
        ("DELETE", False, CUT, 2),
        ("GET", False, answer(503), 2),
        ("POST", False, answer(503), 1),
        ("POST", False, answer(429), 2),
        ("GET", False, answer(500), 1),
        ("GET", False, answer(504), 2),
    ],
)
def test_what_is_sent_again(kibana: Kibana, method: str, safe: bool, failure: Any, times: int) -> None:
    http, given = answering(kibana, failure, answer(200, b'{"a": 1}'))
    if times == 2:
        assert http.call(method, "/api/x", safe=safe) == {"a": 1}
    else:
        with pytest.raises(KibanaError):
            http.call(method, "/api/x", safe=safe)
    assert len(given.asked) == times


def test_retries_end_and_waits_grow(kibana: Kibana) -> None:
    http, given = answering(kibana, *[answer(503)] * 9)
    with pytest.raises(KibanaError) as error:
        http.get("/api/x")
    assert len(given.asked) == 3 and error.value.ambiguous
    assert len(kibana.waits) == 2 and 0.25 <= kibana.waits[0] <= 0.5 <= kibana.waits[1] <= 1.0
    http, given = answering(kibana, *[answer(503)] * 9)
    with pytest.raises(KibanaError):
        http.call("GET", "/api/x", retry=False)
    assert len(given.asked) == 1
    _client.pause(20)
    assert 30 <= kibana.waits[-1] <= 60
    _client.pause(0, 7.0)
    assert kibana.waits[-1] == 7.0


def test_only_a_conflict_after_a_lost_answer_is_ambiguous(kibana: Kibana) -> None:
    http, _unused = answering(kibana, answer(409))
    with pytest.raises(KibanaError) as error:
        http.call("PUT", "/api/x")
    assert not error.value.ambiguous
    http, _unused = answering(kibana, CUT, answer(409))
    with pytest.raises(KibanaError) as error:
        http.call("PUT", "/api/x")
    assert error.value.ambiguous


def test_a_kibana_that_is_not_there_is_asked_no_more(kibana: Kibana) -> None:
    http, given = answering(kibana, *[REFUSED] * 9)
    for start in ("http://", "Not attempted, because Kibana could not be reached before: http://"):
        with pytest.raises(KibanaError) as error:
            http.get("/api/x")
        assert error.value.message.startswith(start)
    assert len(given.asked) == 3
    http, given = answering(kibana, REFUSED, answer(), kibana_timeout=5)
    with pytest.raises(KibanaError):
        http.call("GET", "/api/x", retry=False)
    assert http.get("/api/x") == {}


def test_bodies_and_headers(kibana: Kibana) -> None:
    http, given = answering(kibana, *[answer() for _unused in range(4)])
    http.send("POST", "/api/x", False, {"q": 1}, None, None, False, True, ("application/x-ndjson", b"{}\n"))
    http.call("GET", "/internal/x", in_space=False)
    http.call("POST", "/api/x", json={"a": 1})
    _method, url, options = given.asked[0]
    assert (url, options["params"], options["data"]) == (f"{URL}/api/x", {"q": 1}, b"{}\n")
    assert options["headers"] == {"Content-Type": "application/x-ndjson"} and options["allow_redirects"] is False
    assert given.asked[1][2]["headers"] == {"x-elastic-internal-origin": "Kibana", "elastic-api-version": "1"}
    assert given.asked[2][2]["headers"] == {} and given.asked[2][2]["data"] is None
    assert given.asked[2][2]["timeout"] == 30 and given.asked[2][2]["json"] == {"a": 1}


def test_texts_and_pages_of_a_proxy(kibana: Kibana) -> None:
    http, _given = answering(kibana, answer(200, "é\n".encode(), Content_Type="application/x-ndjson"))
    assert http.text("POST", "/api/x/_export") == "é\n"
    http, _given = answering(kibana, answer(200, b"<html>Log in</html>", Content_Type="text/html; charset=utf-8"))
    with pytest.raises(KibanaError, match="with an HTML page instead of JSON"):
        http.text("POST", "/api/x/_export")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_write_follows_no_redirect(kibana: Kibana, method: str) -> None:
    http, given = answering(kibana, answer(302, b"", Location="/y"))
    with pytest.raises(KibanaError, match="where no credentials are sent"):
        http.call(method, "/x")
    assert len(given.asked) == 1


@pytest.mark.parametrize("there", ["https://localhost:5601/y", "http://localhost:5602/y", "//other.test/y"])
def test_a_read_follows_no_redirect_to_another_server(kibana: Kibana, there: str) -> None:
    http, given = answering(kibana, answer(302, b"", Location=there))
    with pytest.raises(KibanaError, match="where no credentials are sent"):
        http.get("/x")
    assert len(given.asked) == 1


def test_redirects_end(kibana: Kibana) -> None:
    there = [answer(302, b"", Location="/y") for _unused in range(5)]
    http, given = answering(kibana, *there)
    with pytest.raises(KibanaError, match="redirects in a circle"):
        http.get("/x")
    assert len(given.asked) == 3


@pytest.mark.parametrize(("total", "asked"), [(0, 1), (2, 1), (3, 2), (4, 2)])
def test_no_page_is_read_in_vain(kibana: Kibana, total: int, asked: int) -> None:
    pages = [[{"id": 1}, {"id": 2}][:total], [{"id": 3}, {"id": 4}][: max(0, total - 2)], []]
    bodies = [
        answer(200, f'{{"data": {str(page).replace(chr(39), chr(34))}, "total": {total}}}'.encode()) for page in pages
    ]
    http, given = answering(kibana, *bodies)
    assert len(list(http.pages("/api/x", items="data", size_name="per_page", size=2, params={"q": 1}))) == total
    assert len(given.asked) == asked
    assert given.asked[-1][2]["params"] == {"q": 1, "page": asked, "per_page": 2}


def test_a_space_that_was_made_in_between_is_seen(kibana: Kibana) -> None:
    http = client(kibana_space="new")
    said: list[str] = []
    http.warn = said.append
    http.require_space(check_mode=True)
    assert said == ["The space 'new' does not exist yet; the prediction takes it for empty."]
    with pytest.raises(KibanaError, match="create it first"):
        http.require_space()
    kibana.call("POST", "/api/spaces/space", {"id": "new", "name": "N"})
    http.require_space()
    http.call("DELETE", "/api/spaces/space/new", in_space=False)
    with pytest.raises(KibanaError):
        http.require_space()
    client().require_space()
    client(kibana_space="default").require_space()


# _many ---------------------------------------------------------------------------------------------------------------


def test_failures_are_counted_and_the_first_five_are_told() -> None:
    failures = {f"k{number}": "why" for number in range(7)}
    with pytest.raises(PartialFailure) as error:
        _many.complain(9, failures, {"a": 1})
    text = str(error.value)
    assert text.startswith("7 of 9 objects failed: k0: why; ") and text.endswith("k4: why; and 2 more")
    assert error.value.result == {"a": 1}
    with pytest.raises(PartialFailure) as error:
        _many.complain(9, dict(list(failures.items())[:5]), {})
    assert str(error.value).endswith("k4: why")
    _many.complain(9, {}, {})


def test_the_result_of_many() -> None:
    plans = {
        "a": Plan("create", {}, {"id": "a"}),
        "b": Plan("update", {"id": "b"}, {"id": "b", "x": 1}),
        "c": Plan("none"),
        "d": Plan("delete", {"id": "d"}),
        "e": Plan("delete", {"id": "e"}),
    }
    context: Any = SimpleNamespace(module=SimpleNamespace(_diff=True))
    found = _many.outcome(context, resource(), plans, {"e": "no"})
    assert found["summary"] == {"unchanged": 1, "created": 1, "updated": 1, "deleted": 1, "failed": 1}
    assert found["thing"][-1] == {"id": "e", "result": "failed", "msg": "no"} and found["changed"] is True
    assert len(found["diff"]) == 3
    assert _many.outcome(context, resource(), {"c": Plan("none")}, {}).get("diff") is None
    only = _many.outcome(context, resource(), {"a": plans["a"]}, {"a": "no"})
    assert only["changed"] is False and "diff" not in only


def test_deletions_up_to_the_limit_are_allowed() -> None:
    plans = {str(number): Plan("delete") for number in range(12)}
    _many.guard_deletions(plans, 12)
    _many.guard_deletions(plans, None)
    with pytest.raises(PlanError) as error:
        _many.guard_deletions(plans, 11)
    assert str(error.value).endswith("They are: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ...")
    with pytest.raises(PlanError) as error:
        _many.guard_deletions(dict(list(plans.items())[:10]), 0)
    assert str(error.value).endswith("7, 8, 9")


def test_the_options_of_exact_are_typed(kibana: Kibana) -> None:
    for options in ({"exact": "maybe"}, {"max_deletions": "many"}):
        assert next(iter(options)) in kibana.fails("kibana_roles", {"roles": [], **options})["msg"]
    assert kibana.seen() == []


def test_failures_that_were_none() -> None:
    assert _many.still_failing({}, lambda: 1 / 0) == {}  # type: ignore[return-value,arg-type]
    plans = {"a": Plan("none"), "b": Plan("update")}
    assert _many.still_failing({"a": "x", "b": "y", "c": "z"}, lambda: plans) == {"b": "y"}

    def broken() -> Any:
        raise KibanaError("no")

    assert _many.still_failing({"a": "x"}, broken) == {"a": "x"}
    assert _many.json_size({"a": "é"}) == 16


# _reads --------------------------------------------------------------------------------------------------------------


def test_what_is_remembered_and_for_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: moment[0])
    memory = r.Memory()
    memory.put("k", "fleet", 5)
    moment[0] += r.LONGEST - 1
    assert memory.get("k") == 5 and memory.get("other") is None
    moment[0] += 2
    assert memory.get("k") is None
    assert memory.unreachable is None and memory.objects is False


@pytest.mark.parametrize(
    ("path", "area"),
    [
        ("/api/fleet/outputs/x", "fleet"),
        ("/s/ops/api/fleet?a", "fleet"),
        ("/internal/x/y", "x"),
        ("/other", ""),
        ("/s/ops/other", ""),
    ],
)
def test_areas(path: str, area: str) -> None:
    assert r.area_of(path) == area


def test_a_write_drops_its_area_and_imports_drop_all() -> None:
    memory = r.Memory()
    for area in ("fleet", "actions", ""):
        memory.put(area, area, 1)
    memory.written("/s/ops/api/fleet/x")
    assert [memory.get(area) for area in ("fleet", "actions", "")] == [None, 1, 1]
    memory.written("/api/saved_objects/_import")
    assert [memory.get(area) for area in ("actions", "")] == [None, 1]
    memory.put("a", "actions", 1)
    memory.written("/api/spaces/space/x")
    assert memory.get("a") is None
    assert memory.patience == {"fleet": 4, "actions": 4, "a": 4}
    memory.put("a", "actions", 1)
    memory.written("/api/actions/x")
    assert memory.patience["a"] == 8


def test_when_a_list_is_due() -> None:
    memory = r.Memory()
    assert [memory.due(" /api/fleet/x") for _unused in range(4)] == [False, False, True, True]
    memory.written("/api/actions/x")
    assert memory.due(" /api/fleet/x")
    memory.written("/api/fleet/y")
    assert not memory.due(" /api/fleet/x")
    memory.written("/api/spaces/y")
    assert not memory.due(" /api/fleet/x")


def test_references_that_another_task_item_has_read_are_used(kibana: Kibana) -> None:
    listing = Listing("/api/spaces/space", in_space=False)
    first = client()
    assert first.reads.search(listing, lambda item: item["id"] == "default", reference=True)
    kibana.seen()
    second = client()
    assert second.reads.search(listing, lambda item: item["id"] == "default", reference=True) and kibana.seen() == []
    assert second.reads.borrowed is False
    assert (
        second.reads.search(listing, lambda item: item["id"] == "x", reference=True) == [] and len(kibana.seen()) == 1
    )
    assert second.reads.search(listing, lambda item: item["id"] == "x", reference=True) == [] and kibana.seen() == []
    assert second.reads.search(listing, lambda item: item["id"] == "default") and len(kibana.seen()) == 1


# What further mutants asked for --------------------------------------------------------------------------------------

BARE = answer(404, b'{"statusCode": 404, "message": "Not Found"}')
WORDS = answer(404, b'{"statusCode": 404, "message": "no such object"}')


@pytest.mark.parametrize(
    ("answers", "fails"),
    [
        ([answer(204, b"")], False),
        ([WORDS], False),
        ([BARE, WORDS], False),
        ([BARE, answer(400)], False),
        ([BARE, answer()], True),
        ([BARE, answer(403)], True),
        ([answer(500)], True),
    ],
)
def test_what_is_gone_is_deleted(kibana: Kibana, answers: list[Any], fails: bool) -> None:
    http, given = answering(kibana, *answers, kibana_space="ops")
    if fails:
        with pytest.raises(KibanaError):
            http.delete("/api/x/1")
    else:
        http.delete("/api/x/1")
    assert given.asked[0][:2] == ("DELETE", f"{URL}/s/ops/api/x/1")
    assert [entry[0] for entry in given.asked[1:]] == ["GET"] * (len(answers) - 1)


@pytest.mark.parametrize(
    ("body", "version"),
    [(b'{"version": {"number": "9.4.3-SNAPSHOT"}}', (9, 4, 3)), (b'{"version": null}', (999,)), (b"{}", (999,))],
)
def test_the_version(kibana: Kibana, body: bytes, version: tuple[int, ...]) -> None:
    http, given = answering(kibana, answer(200, body), kibana_space="ops")
    assert http.version == http.version == version
    assert [entry[1] for entry in given.asked] == [f"{URL}/api/status"]
    http.forget("status")
    with pytest.raises(IndexError):
        assert http.version


def test_the_default_space_has_no_prefix_and_a_space_that_is_not_to_be_seen_is_there(kibana: Kibana) -> None:
    http, given = answering(kibana, answer(), answer(403), kibana_space="default")
    http.get("/api/x")
    assert given.asked[0][1] == f"{URL}/api/x"
    http, given = answering(kibana, answer(403), kibana_space="hidden")
    http.require_space()
    assert given.asked[0][1] == f"{URL}/api/spaces/space/hidden"
    http, given = answering(kibana, answer(500), kibana_space="other")
    with pytest.raises(KibanaError):
        http.require_space()
    kibana.ok("connector_info", {"space": "ops"})
    assert kibana.seen()[-1]["space"] == "ops"


def test_the_parts_of_a_key_are_secrets() -> None:
    assert {"id:key-part", "key-part"} <= set(
        settings_from({"kibana_url": "http://k", "kibana_api_key": "id:key-part"}, {}).secrets
    )


def test_many_with_a_resource_that_decodes() -> None:
    assert _many.EXACT == {"exact": {"type": "bool", "default": False}, "max_deletions": {"type": "int"}}
    kind = resource(decode=lambda raw: raw["inner"])
    plans = _many.plan_many(
        kind, [{"id": "a", "name": "x"}, {"id": "b"}], {"a": {"inner": {"id": "a", "name": "x"}}}, Policy()
    )
    assert {key: step.action for key, step in plans.items()} == {"a": "none", "b": "create"}
    plain = _many.plan_many(resource(), [{"id": "a", "name": "x"}], {"a": {"id": "a", "name": "x"}}, Policy())
    assert plain["a"].action == "none"


def test_what_means_the_same_stays_as_it_is_stored() -> None:
    assert n.merge([2, 1], [1, 2], Node(unordered=True)) == [2, 1]
    assert isinstance(n.merge(1, 1.0, Node()), float)
    lower = Node(canonical=str.lower)
    assert n.same("A", "a", lower) and n.same(None, None, lower) and not n.same(None, "a", lower)
    assert not n.same(True, False, Node()) and n.same(True, True, Node())
    assert n.scrub("eightlet sevenle", ["-----B\neightlet\nsevenle\n"]) == "******** sevenle"


def test_a_secret_that_is_sent_is_not_repeated_as_well() -> None:
    kind = resource(write_only=frozenset({"secret"}), echo_secrets=True)
    step = plan(kind, {"secret": "new"}, {"id": "1", "secret": "old"}, Policy(update_secrets="always"))
    assert (step.secrets, step.kept) == ({"secret": "new"}, {})


def test_an_empty_answer_may_have_been_a_success() -> None:
    error = nothing("PUT", "/api/x")
    assert error.message.startswith("The answer to PUT /api/x is empty") and error.ambiguous and error.status is None


# What all of the mutants asked for -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("there", "raises"), [(True, True), (False, False)])
def test_who_deletes_may_look_in_another_way(kibana: Kibana, there: bool, raises: bool) -> None:
    http, given = answering(kibana, BARE)
    if raises:
        with pytest.raises(KibanaError):
            http.delete("/api/x/1", is_there=lambda: there)
    else:
        http.delete("/api/x/1", is_there=lambda: there)
        assert http.doubt is not None and http.doubt.status == 404
    assert len(given.asked) == 1


def test_an_empty_page_is_the_last_whatever_the_total_says(kibana: Kibana) -> None:
    bodies = [answer(200, b'{"data": [{"id": 1}], "total": 9}'), answer(200, b'{"data": [], "total": 9}')]
    http, given = answering(kibana, *bodies)
    assert list(http.pages("/api/x", items="data", size_name="per_page")) == [{"id": 1}]
    assert [entry[2]["params"] for entry in given.asked] == [{"page": page, "per_page": 100} for page in (1, 2)]


def test_an_export_is_asked_for_again(kibana: Kibana) -> None:
    http, given = answering(kibana, answer(503), CUT, answer(200, b"line\n"))
    assert http.text("POST", "/api/x/_export", params={"q": 1}, json={"a": 1}) == "line\n"
    assert [(entry[2]["params"], entry[2]["json"]) for entry in given.asked] == [({"q": 1}, {"a": 1})] * 3


@pytest.mark.parametrize(
    ("method", "status", "ambiguous"),
    [("DELETE", 404, True), ("DELETE", 409, True), ("PUT", 404, False), ("PUT", 409, True), ("DELETE", 400, False)],
)
def test_what_a_lost_attempt_may_have_done(kibana: Kibana, method: str, status: int, ambiguous: bool) -> None:
    http, _given = answering(kibana, CUT, answer(status, b'{"message": "words"}'))
    with pytest.raises(KibanaError) as error:
        http.call(method, "/api/x/1")
    assert error.value.ambiguous is ambiguous


def test_many_may_refine_or_decide_their_plans() -> None:
    def refine(raw: Any, step: Plan, item: Any) -> Plan:
        return Plan(step.action, extra={"raw": raw, "item": item})

    stored = {"a": {"id": "a", "name": "x"}}
    plans = _many.plan_many(resource(), [{"id": "a", "name": "y"}], stored, Policy(), refine=refine)
    assert plans["a"] == Plan("update", extra={"raw": stored["a"], "item": {"id": "a", "name": "y"}})
    plans = _many.plan_many(
        resource(), [{"id": "a"}, {"id": "b"}], stored, Policy(), decide=lambda item, raw: Plan("none", item, raw or {})
    )
    assert plans == {"a": Plan("none", {"id": "a"}, stored["a"]), "b": Plan("none", {"id": "b"}, {})}
    plans = _many.plan_many(resource(), [{"id": 1}], {"1": {"id": 1}, "2": {"id": 2}}, Policy(), remove=["2", "1"])
    assert {key: step.action for key, step in plans.items()} == {"1": "none", "2": "delete"}
    with pytest.raises(PlanError, match="id '1' is listed twice"):
        _many.plan_many(resource(), [{"id": 1}, {"id": "1"}], {}, Policy())


def test_chunks_end_where_the_next_item_would_be_too_much() -> None:
    def cut(*weights: int, count: int = 9, size: int = 10) -> list[list[int]]:
        return list(_many.chunks(weights, count, size, abs))

    assert cut(5, 5, 5, 5) == [[5, 5], [5, 5]]
    assert cut(5, 6, 4, 1) == [[5], [6, 4], [1]]
    assert cut(11, 1, 10) == [[11], [1], [10]]
    assert cut(1, 1, 1, 1, 1, count=2) == [[1, 1], [1, 1], [1]]
    assert cut() == []


def test_the_diff_of_many_names_each_object() -> None:
    context: Any = SimpleNamespace(module=SimpleNamespace(_diff=True))
    plans = {"a": Plan("update", {"name": "x"}, {"name": "y"}), "b": Plan("none")}
    found = _many.outcome(context, resource(), plans, {}, describe=lambda key, step: {"called": key.upper()})
    assert found["diff"] == [
        {"before_header": "thing: a", "after_header": "thing: a", "before": {"name": "x"}, "after": {"name": "y"}}
    ]
    assert found["thing"] == [{"called": "A", "result": "updated"}, {"called": "B", "result": "unchanged"}]
    context.module._diff = False
    assert "diff" not in _many.outcome(context, resource(), plans, {})


def test_lists_within_lists() -> None:
    keyed = Node(keyed=("k",), children={"[]": Node(children={"in": Node(keyed=("k",))})})
    before = [{"k": 1, "in": [{"k": 2, "theirs": 1}]}]
    assert n.merge(before, [{"k": 1, "in": [{"k": 2, "x": 1}]}], keyed) == [
        {"k": 1, "in": [{"k": 2, "theirs": 1, "x": 1}]}
    ]
    own = Node(children={"[]": Node(children={"id": Node(read_only=True)})})
    assert n.strip([{"id": 1, "a": 2}], own) == [{"a": 2}]
    defaults = Node(children={"[]": Node(children={"d": Node(default=1)})})
    assert n.fill([{}, {"d": 2}, {"d": None}], defaults) == [{"d": 1}, {"d": 2}, {"d": 1}]


def test_a_plan_of_what_is_absent_has_nothing_before() -> None:
    assert plan(resource(), {}, None, Policy("absent")) == Plan("none")


def test_what_goes_in_plain_text() -> None:
    told = dangers(Settings("https://k", proxy="http://u:w@"))
    assert len(told) == 1 and "kibana_proxy" in told[0]
    assert dangers(Settings("https://k", proxy="http://p", authorization="x")) == []
    for url, plain in (
        ("https://k", False),
        ("http://k", True),
        ("http://localhost.", False),
        ("http://a.localhost", False),
        ("http://127.0.0.9", False),
        ("http://[::1]:1", False),
        ("http://10.0.0.1", True),
    ):
        for secret in ({"authorization": "x"}, {"headers": (("a", "b"),)}):
            assert len(dangers(Settings(url, **secret))) == plain  # type: ignore[arg-type]
        assert dangers(Settings(url)) == []


@pytest.mark.parametrize("letter", "AXZ.~ é")
def test_letters_that_no_space_has(letter: str) -> None:
    with pytest.raises(SettingsError, match="has only a-z"):
        settings_from({"kibana_url": "http://k", "kibana_space": f"a{letter}"}, {})


def test_tls_only_where_there_is_some() -> None:
    assert _session.build_adapter(Settings("http://k"))._context is None
    context = _session.build_adapter(Settings("https://k"))._context
    assert context.verify_mode == ssl.CERT_REQUIRED and context.check_hostname
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2 and context.get_ca_certs()
    trusting = _session.build_adapter(Settings("https://k", validate_certs=False))._context
    assert trusting.verify_mode == ssl.CERT_NONE and not trusting.check_hostname


@pytest.mark.parametrize("validate", [True, False])
def test_the_warning_of_urllib3_is_switched_off_where_ours_says_it(
    validate: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    off: list[Any] = []
    monkeypatch.setattr(_session.urllib3, "disable_warnings", off.append)
    session = _session._build_session(Settings("http://k", validate_certs=validate))
    assert session.verify is validate and len(off) == (not validate)


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ({"ca_cert": "{}/none.pem"}, "which does not exist"),
        ({"ca_cert": "{}/bad.pem"}, "it is no valid PEM certificate"),
        ({"ca_cert": "-----BEGIN CERTIFICATE-----\nno\n"}, "it is no valid PEM certificate"),
        ({"client_cert": "{}/none.pem"}, "names a missing file"),
        ({"client_cert": "{}/bad.pem", "client_key": "{}/none.pem"}, "cannot be used"),
        ({"client_cert": "{}/bad.pem"}, "They must be a pair of PEM files"),
    ],
)
def test_certificates_that_cannot_be_used(tmp_path: Path, option: dict[str, str], said: str) -> None:
    (tmp_path / "bad.pem").write_text("no certificate")
    given = {name: value.format(tmp_path) for name, value in option.items()}
    with pytest.raises(SettingsError, match=said):
        _session.build_adapter(Settings("https://k", **given))  # type: ignore[arg-type]


def test_every_option_of_the_connection_but_credentials_may_come_from_the_environment() -> None:
    found = {name: spec.get("fallback") for name, spec in _args.CONNECTION.items()}
    assert {name for name, fallback in found.items() if fallback is None} == set(_args.CREDENTIALS)
    assert all(fallback == (env_fallback, [name.upper()]) for name, fallback in found.items() if fallback)


def test_a_key_that_is_no_base64_stays_as_it_is() -> None:
    for key in ("YWJj-ZGVm", "not_base64"):
        assert set(settings_from({"kibana_url": "http://k", "kibana_api_key": key}, {}).secrets) == {key}
    assert settings_from({"kibana_url": "http://k/X/"}, {}).url == "http://k/X"


def test_certificates_matter_to_https_alone() -> None:
    assert dangers(Settings("http://localhost", validate_certs=False)) == []
    assert len(dangers(Settings("https://localhost", validate_certs=False))) == 1
    for url in ("https://k", "http://localhost"):
        assert _args._in_plain_text(url) is False


def test_what_is_left_of_a_delete(kibana: Kibana) -> None:
    http, _given = answering(kibana, WORDS)
    http.delete("/api/x/1")
    assert http.doubt is None
    for status in (400, 404, 405):
        http, _given = answering(kibana, BARE, answer(status))
        http.delete("/api/x/1")
        assert http.doubt is not None
    http, _given = answering(kibana, answer(404))
    assert http._is_there("/api/x", True) is False


def test_an_answer_that_was_lost_says_nothing_of_the_next_request(kibana: Kibana) -> None:
    http, given = answering(kibana, *[CUT] * 3, answer())
    with pytest.raises(KibanaError):
        http.get("/api/x")
    assert http.get("/api/x") == {} and len(given.asked) == 4


def test_what_was_lost_once_stays_lost(kibana: Kibana) -> None:
    http, _given = answering(kibana, CUT, answer(429), answer(409))
    with pytest.raises(KibanaError) as error:
        http.call("PUT", "/api/x")
    assert error.value.ambiguous


def test_the_default_space_is_there_without_asking(kibana: Kibana) -> None:
    for space in ("default", ""):
        client(kibana_space=space).require_space()
    assert kibana.seen() == []


def test_a_client_shares_its_list_of_secrets(kibana: Kibana) -> None:
    secrets: list[str] = []
    settings = settings_from({"kibana_url": URL, **BASIC}, {})
    assert KibanaClient(settings, print, secrets).secrets is secrets
    assert "changeme" in KibanaClient(settings).secrets


def test_bodies_of_errors_may_have_any_shape() -> None:
    for text in ("[]", "words", "5"):
        assert "does not have this function" in refused("GET", "/x", 404, text).message
    assert refused("GET", "/x", 401, "").message.startswith("Kibana refused GET /x with HTTP 401: check the cred")
    with pytest.raises(KibanaError) as error:
        decoded(answer(200, b"words"), "PUT", "/x", "http://k")
    assert error.value.ambiguous and error.value.status == 200 and "something that is not JSON" in str(error.value)


def test_one_at_a_time_needs_no_thread_and_two_are_two() -> None:
    threads: list[int] = []
    _many.in_parallel(range(5), lambda key: threads.append(threading.get_ident()), 1)
    assert set(threads) == {threading.get_ident()}
    together = threading.Barrier(2, timeout=5)
    assert _many.in_parallel(range(2), lambda key: together.wait(), 2) == {}


def test_a_report_fails_where_an_object_has_failed() -> None:
    context: Any = SimpleNamespace(module=SimpleNamespace(_diff=False))
    assert _many.report(context, resource(), {"a": Plan("none")}, {})["changed"] is False
    with pytest.raises(PartialFailure, match="1 of 1 objects failed: a: no"):
        _many.report(context, resource(), {"a": Plan("update")}, {"a": "no"})
    with pytest.raises(PartialFailure, match="; and 1 more"):
        _many.complain(9, dict.fromkeys("abcdef", "no"), {})
    with pytest.raises(PlanError, match=r"8, 9, \.\.\.$"):
        _many.guard_deletions({str(number): Plan("delete") for number in range(11)}, 0)


def test_keys_of_dicts_and_of_lists_are_compared_as_kibana_does() -> None:
    assert n.same({1: "a"}, {"1": "a"}, Node()) and not n.same({1: "a"}, {"1": "b"}, Node())
    lower = Node(keyed=("k",), children={"[]": Node(children={"k": Node(canonical=str.lower)})})
    assert n.merge([{"k": "A", "theirs": 1}], [{"k": "a", "x": 1}], lower) == [{"k": "A", "theirs": 1, "x": 1}]


def test_a_secret_may_have_a_field_called_id() -> None:
    rotated = Policy(update_secrets="on_change", rotated=frozenset({("secret", "key")}))
    kind = resource(write_only=frozenset({"secret"}))
    step = plan(kind, {"secret": {"id": "x", "key": "y"}}, {"id": "1"}, rotated)
    assert step.secrets == {"secret": {"key": "y"}}


@pytest.mark.parametrize(
    ("given", "loaded"),
    [
        ({}, [("default_certs",), ("verify_locations", requests.utils.DEFAULT_CA_BUNDLE_PATH)]),
        ({"ca_cert": "~/x.pem"}, [("verify_locations", ("cafile", "/home/x.pem"))]),
        ({"ca_cert": "/"}, [("verify_locations", ("capath", "/"))]),
        ({"ca_cert": "-----BEGIN X"}, [("verify_locations", ("cadata", "-----BEGIN X"))]),
        ({"ca_cert": "x.pem", "validate_certs": False}, []),
        ({"client_cert": "c", "validate_certs": False}, [("cert_chain", "c", None)]),
        ({"client_cert": "c", "client_key": "k", "validate_certs": False}, [("cert_chain", "c", "k")]),
    ],
)
def test_what_is_trusted(given: dict[str, Any], loaded: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home")
    found: list[Any] = []
    for name in ("load_default_certs", "load_verify_locations", "load_cert_chain"):

        def keep(_context: Any, *given: Any, name: str = name, **named: Any) -> None:
            found.append((name.removeprefix("load_"), *given, *named.items()))

        monkeypatch.setattr(ssl.SSLContext, name, keep)
    _session._context(Settings("https://k", **given))
    assert [entry[:3] for entry in found] == loaded


def test_a_date_to_wait_for() -> None:
    assert _session.retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0
    assert _session.retry_after(email.utils.formatdate(time.time() + 3600, usegmt=True)) == _session.MAX_WAIT
    assert 25 <= (_session.retry_after(email.utils.formatdate(time.time() + 30, usegmt=True)) or 0) <= 31


def test_whether_lists_stand_in_for_objects_is_kept_for_sessions_to_come() -> None:
    for task, objects, kept in (("x", True, True), ("y", False, False), ("", True, False)):
        _session.begin(task, objects)
        assert {"name": task, "objects": kept} == _session._TASK
    _session.begin("")


def test_requests_are_counted(kibana: Kibana) -> None:
    http, _given = answering(kibana, CUT, answer(), answer())
    before = http.sent
    http.get("/api/x")
    assert http.sent == before + 1, "a repetition is the same request"
    http.call("PUT", "/api/x")
    assert http.sent == before + 2


def test_an_answer_that_is_cut_short_is_lost(kibana: Kibana) -> None:
    short = answer(200, b"")  # it says nothing of its length either
    http, given = answering(kibana, short, answer())
    assert http.get("/api/x") == {} and len(given.asked) == 2
    http, given = answering(kibana, short)
    with pytest.raises(KibanaError) as error:
        http.call("POST", "/api/x")
    assert error.value.ambiguous and "was cut before an answer came" in error.value.message


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (requests.exceptions.InvalidJSONError("x"), "a number that JSON does not, NaN or infinity"),
        (requests.exceptions.InvalidURL("word"), "Nothing can be sent to https://k: check kibana_url"),
        (requests.exceptions.InvalidHeader("word"), "Nothing can be sent to https://k: check kibana_url"),
    ],
)
def test_what_cannot_be_sent(error: Exception, said: str) -> None:
    found = _session.unreachable(error, "PUT", "/api/x", Settings("https://k"))
    assert said in found.message and "word" not in found.message


def test_what_only_looks_is_sent_again_and_drops_nothing(kibana: Kibana) -> None:
    for method in ("GET", "HEAD"):
        http, given = answering(kibana, CUT, answer())
        http.memory.put("k", "x", 5)
        http.call(method, "/api/x")
        assert len(given.asked) == 2 and http.memory.get("k") == 5


def test_lists_and_objects_are_those_of_the_space(kibana: Kibana) -> None:
    http, given = answering(kibana, answer(200, b"[]"), answer(), answer(200, b"[]"), answer(), kibana_space="ops")
    for in_space in ({}, {"in_space": False}):
        assert list(http.pages("/api/x", **in_space)) == []  # type: ignore[arg-type]
        assert http.find("/api/x/1", **in_space) == {}  # type: ignore[arg-type]
    assert [entry[1].removeprefix(URL) for entry in given.asked] == [
        "/s/ops/api/x",
        "/s/ops/api/x/1",
        "/api/x",
        "/api/x/1",
    ]


def test_an_object_that_was_made_while_the_probe_was_asked_is_looked_for_again(kibana: Kibana) -> None:
    http, given = answering(kibana, BARE, answer(), BARE, kibana_retries=0)
    assert http.find("/api/x/1", probe="/api/x") is None and http.reads.borrowed is True
    http.reads.borrowed = False
    assert http.find("/api/x/2", probe="/api/x") is None and http.reads.borrowed is False
    assert len(given.asked) == 3, "the answer of the probe is remembered"


def test_defaults_are_filled_at_every_depth() -> None:
    inner = Node(children={"d": Node(default=1)})
    node = Node(children={"box": inner, "list": Node(children={"[]": inner})})
    assert n.fill({"box": {}, "list": [{}], "other": {}}, node) == {"box": {"d": 1}, "list": [{"d": 1}], "other": {}}
    assert n.leaves({"a": {"isSecretRef": True}}, references=False) == {("a", "isSecretRef"): True}


def test_only_tls_is_told_by_the_handshake() -> None:
    def do_handshake(error: Exception) -> None:
        raise error

    for error, ambiguous in ((CUT, True), (requests.exceptions.SSLError("odd"), False)):
        try:
            do_handshake(error)
        except requests.exceptions.RequestException as raised:
            assert _session.unreachable(raised, "PUT", "/x", Settings("https://k")).ambiguous is ambiguous


def test_a_process_of_its_own_shares_nothing() -> None:
    spec = importlib.util.spec_from_file_location("session_of_its_own", _session.__file__)
    own = importlib.util.module_from_spec(spec)  # type: ignore[arg-type]
    spec.loader.exec_module(own)  # type: ignore[union-attr]
    assert own._TASK == {"name": "", "objects": False} and own._SESSIONS == {}


def test_progress_counts_one_by_one() -> None:
    progress = _many.Progress(9)
    progress.add()
    progress.add(3)
    assert progress.done == 4


def test_a_text_is_of_the_space_unless_it_is_said_to_be_of_none(kibana: Kibana) -> None:
    kibana.call("POST", "/api/spaces/space", {"id": "ops", "name": "Ops"})
    kibana.seen()
    for words in ({}, {"in_space": False}):
        client(kibana_space="ops").text("POST", "/api/saved_objects/_export", json={"type": ["tag"]}, **words)
    assert [entry["space"] for entry in kibana.seen()] == ["ops", "default"]


def test_a_loop_may_borrow_unless_it_is_told_not_to() -> None:
    _session.begin("a loop that is told nothing")
    assert _session._TASK["objects"] is True
    _session.begin("")


def test_chunks_are_written_one_after_the_other_unless_more_is_asked_for() -> None:
    threads = set()

    def write(chunk: Any) -> dict[str, str]:
        threads.add(threading.get_ident())
        time.sleep(0.01)
        return {}

    _many.write_many([["a"], ["b"], ["c"]], write)
    assert threads == {threading.get_ident()}


@pytest.mark.parametrize(
    ("path", "why"),
    [("a\0b", "contains the character NUL"), ("\ud800", "is no text that a file name can hold"), ("/tmp", "")],
)
def test_paths_that_no_file_can_have(path: str, why: str) -> None:
    assert unreadable(path).startswith(why) and bool(unreadable(path)) is bool(why)


@pytest.mark.parametrize(
    ("kind", "value", "names"),
    [
        ("int", [1], "n"),
        ("float", [1.0], "n"),
        ("str", [1], ""),
        ("int", 10**400, "n"),
        ("float", 1e308, ""),
        ("int", True, ""),
    ],
)
def test_values_that_ansible_stumbles_over(kind: str, value: Any, names: str) -> None:
    assert unfit({"n": {"type": kind}}, {"n": value}) == (names and f"{names}: a value of a wrong type.")
