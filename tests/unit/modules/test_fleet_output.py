# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Outputs: secrets that must not get lost, default flags, preconfigured outputs, types, what is refused and how."""

from __future__ import annotations

import json
from typing import Any

import pytest
from harness import Kibana, without_invocation

from ansible_collections.stackops.kibana.plugins.module_utils import _fleet_output
from kibana_emulator import EmulatorAdapter
from kibana_emulator.auth import digest

OUTPUTS = "/api/fleet/outputs"
ES = {"name": "es", "type": "elasticsearch", "hosts": ["https://a.example"]}
REMOTE = {"name": "remote", "type": "remote_elasticsearch", "hosts": ["https://a.example"]}
LOGSTASH = {"name": "ls", "type": "logstash", "hosts": ["a.example:5044"]}
KAFKA = {"name": "kafka", "type": "kafka", "hosts": ["a:9092"], "auth_type": "user_pass", "username": "u"}
OPEN_KAFKA = {
    "name": "kafka", "type": "kafka", "hosts": ["a:9092"], "auth_type": "none", "connection_type": "plaintext",
}  # fmt: skip
ALL_SECRETS = ("word-1", "word-2", "word-3", "word-4")


def given(params: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if value is not None}


def output(kibana: Kibana, params: dict[str, Any], **options: Any) -> dict[str, Any]:
    return dict(kibana.ok("fleet_output", params, **options)["output"])


def refused(kibana: Kibana, params: dict[str, Any]) -> str:
    """The message of a task that fails without a single write, in check mode, too."""
    kibana.seen()
    predicted = kibana.fails("fleet_output", params, check=True)["msg"]
    assert kibana.fails("fleet_output", params)["msg"] == predicted
    assert kibana.writes() == []
    return str(predicted)


def stored(kibana: Kibana, name: str) -> dict[str, Any]:
    return next(item for item in kibana.call("GET", OUTPUTS)["items"] if item["name"] == name)


def documents(kibana: Kibana) -> list[str]:
    """The values of the secret documents that exist; of each only a digest is stored."""
    known = {digest(word): word for word in (*ALL_SECRETS, "word-9")}
    return sorted(known[entry["digest"]] for entry in kibana.emulator.store("fleet_secrets").values())


# --- secrets


@pytest.mark.parametrize(
    ("create", "values"),
    [
        ({**ES, "secrets": {"ssl": {"key": "word-1"}}}, ["word-1"]),
        ({**LOGSTASH, "secrets": {"ssl": {"key": "word-1"}}}, ["word-1"]),
        ({**KAFKA, "secrets": {"ssl": {"key": "word-1"}, "password": "word-2"}}, ["word-1", "word-2"]),
        (
            {**REMOTE, "secrets": {"ssl": {"key": "word-1"}, "service_token": "word-3", "kibana_api_key": "word-4"}},
            ["word-1", "word-3", "word-4"],
        ),
    ],
)
def test_an_update_keeps_stored_secrets(any_kibana: Kibana, create: dict[str, Any], values: list[str]) -> None:
    references = output(any_kibana, create)["secrets"]
    for update in ({"config_yaml": "a: 1"}, {"ssl": {"certificate": "C"}}, {"ssl": {}}, {"is_default": True}):
        assert output(any_kibana, {"name": create["name"], **update})["secrets"] == references
    assert documents(any_kibana) == values
    assert not any_kibana.ok("fleet_output", create)["changed"]


@pytest.mark.parametrize(
    ("create", "fields"),
    [
        ({**ES, "ssl": {"key": "word-1", "certificate": "C"}}, {"ssl": {"key": "word-1", "certificate": "C"}}),
        ({**LOGSTASH, "ssl": {"key": "word-1"}}, {"ssl": {"key": "word-1"}}),
        (
            {**KAFKA, "ssl": {"key": "word-1"}, "password": "word-2"},
            {"username": "u", "password": "word-2", "ssl": {"key": "word-1"}, "sasl": {"mechanism": "PLAIN"}},
        ),
        (
            {**REMOTE, "service_token": "word-3", "remote_kibana_api_key": "word-4"},
            {"service_token": "word-3", "kibana_api_key": "word-4"},
        ),
    ],
)
def test_an_update_keeps_plain_secrets_and_shows_none(
    any_kibana: Kibana, create: dict[str, Any], fields: dict[str, Any]
) -> None:
    any_kibana.unscrubbed()
    results = [any_kibana.ok("fleet_output", create)]
    for update in ({"config_yaml": "a: 1"}, {"is_default": True}, {"ssl": {"verification_mode": "none"}}):
        results.append(any_kibana.ok("fleet_output", {"name": create["name"], **update}))
        now = stored(any_kibana, create["name"])
        mode = {"verification_mode": "none"} if "verification_mode" in str(update) else {}
        wanted = {**fields, **({"ssl": {**fields["ssl"], **mode}} if "ssl" in fields else {})}
        assert {name: now.get(name) for name in wanted} == wanted
    results.append(any_kibana.ok("fleet_output", create))
    assert not results[-1]["changed"]
    text = "".join(map(without_invocation, results))
    assert not any(secret in text for secret in ALL_SECRETS)


def test_secrets_are_sent_always_on_request_and_the_old_documents_go(kibana: Kibana) -> None:
    create = {**KAFKA, "secrets": {"password": "word-2"}}
    first = output(kibana, create)["secrets"]
    again = kibana.ok("fleet_output", {"name": "kafka", "secrets": {"password": "word-9"}})
    assert not again["changed"]
    result = kibana.ok("fleet_output", {**create, "secrets": {"password": "word-9"}, "update_secrets": "always"})
    assert result["changed"]
    assert result["diff"]["after"]["secrets"] == {"password": "(a secret will be sent)"}
    assert result["output"]["secrets"] != first
    assert documents(kibana) == ["word-9"]


def test_a_secret_that_is_not_stored_yet_is_a_change(kibana: Kibana) -> None:
    output(kibana, LOGSTASH)
    create = {**LOGSTASH, "secrets": {"ssl": {"key": "word-1"}}}
    assert kibana.ok("fleet_output", create, check=True)["changed"]
    assert kibana.ok("fleet_output", create)["changed"]
    assert documents(kibana) == ["word-1"]
    assert not kibana.ok("fleet_output", create)["changed"]


@pytest.mark.parametrize(
    ("create", "plain", "secret", "name"),
    [
        ({**KAFKA}, {"password": "word-1"}, {"password": "word-2"}, "password"),
        ({**REMOTE}, {"service_token": "word-1"}, {"service_token": "word-2"}, "service_token"),
        ({**REMOTE}, {"remote_kibana_api_key": "word-1"}, {"kibana_api_key": "word-2"}, "kibana_api_key"),
        ({**LOGSTASH}, {"ssl": {"certificate": "C", "key": "word-1"}}, {"ssl": {"key": "word-2"}}, "ssl"),
    ],
)
def test_a_plain_secret_moves_to_the_stored_ones(
    kibana: Kibana, create: dict[str, Any], plain: dict[str, Any], secret: dict[str, Any], name: str
) -> None:
    output(kibana, {**create, **plain})
    moved = {**create, "secrets": secret}
    assert not kibana.ok("fleet_output", moved)["changed"]
    assert kibana.ok("fleet_output", {**moved, "update_secrets": "always"})["changed"]
    assert documents(kibana) == ["word-2"]
    assert stored(kibana, create["name"]).get(name) == ({"certificate": "C"} if name == "ssl" else None)
    # Given as plain text again it stays a stored one: Kibana would refuse both, or lose the document.
    kibana.ok("fleet_output", {**create, **plain, "update_secrets": "always"})
    assert documents(kibana) == ["word-1"]


def test_without_storage_for_secrets(kibana: Kibana) -> None:
    kibana.unscrubbed()
    kibana.emulator.fleet_secrets_enabled = False
    create = {**KAFKA, "secrets": {"password": "word-2", "ssl": {"key": "word-1"}}, "ssl": {"certificate": "C"}}
    result = kibana.ok("fleet_output", create)
    assert not any(secret in without_invocation(result) for secret in ALL_SECRETS)
    assert not kibana.ok("fleet_output", create)["changed"]
    kibana.ok("fleet_output", {**create, "timeout": 3, "ssl": {"verification_mode": "none"}})
    now = stored(kibana, "kafka")
    assert now["password"] == "word-2"
    assert now["ssl"] == {"certificate": "C", "key": "word-1", "verification_mode": "none"}


def test_clearing_ssl_takes_its_plain_key_along(kibana: Kibana) -> None:
    output(kibana, {**LOGSTASH, "ssl": {"certificate": "C", "key": "word-1"}})
    assert kibana.ok("fleet_output", {"name": "ls", "ssl": {}})["changed"]
    assert stored(kibana, "ls")["ssl"] is None
    assert not kibana.ok("fleet_output", {"name": "ls", "ssl": {}})["changed"]


# --- default flags


@pytest.mark.parametrize("create", [ES, LOGSTASH, OPEN_KAFKA, REMOTE])
def test_a_default_flag_moves(any_kibana: Kibana, create: dict[str, Any]) -> None:
    wanted = {**create, "is_default": True, "is_default_monitoring": True}
    predicted = any_kibana.ok("fleet_output", wanted, check=True)
    result = any_kibana.ok("fleet_output", wanted)
    assert predicted["warnings"] == result["warnings"]
    assert [text.partition(" moves from output default (fleet-default-output)")[0] for text in result["warnings"]] == [
        "is_default",
        "is_default_monitoring",
    ]
    again = any_kibana.ok("fleet_output", wanted)
    assert not again["changed"] and "warnings" not in again
    assert stored(any_kibana, "default")["is_default"] is False
    # An update of the default output must not lose its flags, whatever its type.
    assert output(any_kibana, {"name": create["name"], "config_yaml": "a: 1"})["is_default"] is True


def test_a_default_flag_is_not_taken_away_from_its_holder(kibana: Kibana) -> None:
    message = refused(kibana, {"id": "fleet-default-output", "is_default": False})
    assert message == (
        "is_default is false, and output default (fleet-default-output) has it:"
        " set is_default to true on another output instead."
    )
    assert "is_default_monitoring" in refused(kibana, {"name": "default", "is_default_monitoring": False})


def test_a_default_output_is_not_deleted(kibana: Kibana) -> None:
    assert refused(kibana, {"name": "default", "state": "absent"}) == (
        "Output default (fleet-default-output) has is_default, so Kibana keeps it:"
        " set is_default to true on another output first."
    )
    output(kibana, {**ES, "is_default": True})
    assert "is_default_monitoring" in refused(kibana, {"name": "default", "state": "absent"})
    output(kibana, {**ES, "is_default_monitoring": True})
    assert kibana.ok("fleet_output", {"name": "default", "state": "absent"})["changed"]


# --- preconfigured outputs


def test_a_preconfigured_output_is_left_to_its_file(any_kibana: Kibana) -> None:
    by_id = {"id": "preconfigured-es"}
    for change, field in (
        ({"name": "mine"}, "name"),
        ({"ca_sha256": "x"}, "ca_sha256"),
        ({"is_default": True}, "is_default"),
        ({"config_yaml": "worker: 1"}, "preset"),
        ({"secrets": {"ssl": {"key": "word-1"}}}, "secrets"),
    ):
        assert refused(any_kibana, {**by_id, **change}) == (
            f"Output Preconfigured (preconfigured-es) is preconfigured, so {field} can be changed in Kibana's"
            " configuration file only; what can be changed here: config_yaml, hosts."
        )
    assert "delete it in Kibana's configuration file" in refused(any_kibana, {**by_id, "state": "absent"})
    assert output(any_kibana, {**by_id, "config_yaml": "a: 1", "hosts": ["http://b"]})["hosts"] == ["http://b:80"]
    assert not any_kibana.ok("fleet_output", {**by_id, "name": "Preconfigured", "hosts": ["http://B/"]})["changed"]


def test_an_internal_output_can_be_changed_and_deleted(kibana: Kibana) -> None:
    output(kibana, {**ES, "is_internal": True})
    assert kibana.ok("fleet_output", {**ES, "ca_sha256": "x"})["changed"]
    assert kibana.ok("fleet_output", {"name": "es", "state": "absent"})["changed"]


# --- identity


def test_two_outputs_of_one_name(kibana: Kibana) -> None:
    for number in (1, 2):
        output(kibana, {**ES, "id": f"es-{number}"})
    assert "es-1, es-2" in refused(kibana, {**ES})
    assert "es-1, es-2" in refused(kibana, {"name": "es", "state": "absent"})
    assert kibana.ok("fleet_output", {"id": "es-2", "name": "es", "state": "absent"})["changed"]
    assert not kibana.ok("fleet_output", ES)["changed"]


def test_an_id_is_used_for_the_create_and_a_name_may_change(kibana: Kibana) -> None:
    assert output(kibana, {**ES, "id": "mine"})["id"] == "mine"
    assert output(kibana, {"id": "mine", "name": "other"})["name"] == "other"
    assert not kibana.ok("fleet_output", {"name": "es", "state": "absent"})["changed"]


@pytest.mark.parametrize("identity", [{}, {"id": "mine"}])
def test_a_lost_answer_makes_no_second_output(any_kibana: Kibana, identity: dict[str, str]) -> None:
    any_kibana.fault(method="POST", path=OUTPUTS, cut="after", times=1)
    create = {**KAFKA, **identity, "secrets": {"password": "word-2"}}
    assert any_kibana.ok("fleet_output", create)["changed"]
    assert [item["name"] for item in any_kibana.call("GET", OUTPUTS)["items"]].count("kafka") == 1
    assert documents(any_kibana) == ["word-2"]
    assert not any_kibana.ok("fleet_output", create)["changed"]


# --- types


def test_a_type_changes_with_all_that_the_new_one_needs(any_kibana: Kibana) -> None:
    output(any_kibana, {**ES, "preset": "latency", "ca_sha256": "x", "secrets": {"ssl": {"key": "word-1"}}})
    to_kafka = {**KAFKA, "name": "es"}
    assert "hosts[0] must be host:port" in refused(any_kibana, {"name": "es", "type": "kafka"})
    assert "auth_type is missing" in refused(any_kibana, {"name": "es", "type": "kafka", "hosts": ["a:1"]})
    assert "secrets.password is missing" in refused(any_kibana, to_kafka)
    to_kafka["secrets"] = {"password": "word-2"}
    predicted = any_kibana.ok("fleet_output", to_kafka, check=True)["output"]
    changed = output(any_kibana, to_kafka)
    assert "preset" not in predicted and "preset" not in changed
    assert changed["compression_level"] == 4
    assert documents(any_kibana) == ["word-1", "word-2"]
    assert not any_kibana.ok("fleet_output", to_kafka)["changed"]
    to_remote = {**REMOTE, "name": "es", "service_token": "word-3"}
    assert output(any_kibana, to_remote)["preset"] == "balanced"
    assert not any_kibana.ok("fleet_output", to_remote)["changed"]
    to_logstash = {**LOGSTASH, "name": "es"}
    result = any_kibana.ok("fleet_output", to_logstash)
    assert "service_token" not in result["output"]
    assert not any_kibana.ok("fleet_output", to_logstash)["changed"]
    assert "word-1" in documents(any_kibana)


def test_what_is_left_of_a_former_type_does_not_count(any_kibana: Kibana) -> None:
    """Neither its preset, nor the reference to a secret that Kibana deletes with the type but still shows."""
    output(any_kibana, {**ES, "preset": "latency"})
    output(any_kibana, {**LOGSTASH, "name": "es", "config_yaml": "worker: 1"})
    to_kafka = {**KAFKA, "name": "es", "secrets": {"password": "word-2"}}
    output(any_kibana, to_kafka)
    output(any_kibana, {**LOGSTASH, "name": "es"})
    assert "secrets.password is missing" in refused(any_kibana, {**KAFKA, "name": "es"})
    reference = output(any_kibana, to_kafka)["secrets"]["password"]
    assert reference["id"] in any_kibana.emulator.store("fleet_secrets")


def test_a_plain_password_goes_with_the_login_that_it_belongs_to(any_kibana: Kibana) -> None:
    output(any_kibana, {**KAFKA, "password": "word-2"})
    change = {"name": "kafka", "auth_type": "none", "connection_type": "plaintext"}
    assert "username" not in output(any_kibana, change)
    assert stored(any_kibana, "kafka")["password"] is None
    assert not any_kibana.ok("fleet_output", change)["changed"]


def test_a_type_that_is_not_known_is_left_alone(kibana: Kibana) -> None:
    output(kibana, {**ES, "id": "mine"})
    kibana.emulator.store("fleet_outputs")["mine"]["type"] = "otlp"
    assert refused(kibana, {"id": "mine", "name": "x"}) == (
        "Output es (mine) is of type otlp, which this module does not know."
    )
    assert kibana.ok("fleet_output", {"id": "mine", "state": "absent"})["changed"]


def test_kafka_without_proxies(monkeypatch: pytest.MonkeyPatch, kibana: Kibana) -> None:
    assert output(kibana, {**OPEN_KAFKA, "proxy_id": "p"})["proxy_id"] == "p"
    newer = Kibana(monkeypatch, "9.5.0")
    assert "proxy_id" in refused(newer, {**OPEN_KAFKA, "proxy_id": "p"})


# --- what is refused before any request


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({**ES, "hosts": []}, "hosts is empty"),
        ({**ES, "hosts": ["https://a", "a:9200"]}, "hosts[1] must be a URL"),
        ({**ES, "hosts": ["ftp://a"]}, "hosts[0] must be a URL"),
        ({**ES, "hosts": ["https://a:99999"]}, "hosts[0] must be a URL"),
        ({**LOGSTASH, "hosts": ["http://a:1"]}, "hosts[0] must be host:port without a scheme"),
        ({**OPEN_KAFKA, "hosts": ["kafka://a:1"]}, "hosts[0] must be host:port without a scheme"),
        ({**OPEN_KAFKA, "hosts": ["a"]}, "hosts[0] must be host:port"),
        ({**OPEN_KAFKA, "hosts": ["a:0"]}, "hosts[0] must be host:port"),
        ({**ES, "preset": "balanced", "config_yaml": "queue:\n  mem: {events: 1}"}, "has queue.mem.events"),
        ({**ES, "preset": "scale", "config_yaml": "worker: 1"}, "preset is scale and config_yaml has worker"),
        ({**ES, "config_yaml": "a: [1"}, "config_yaml is not valid YAML (line 1)"),
        ({**LOGSTASH, "preset": "scale"}, "preset is a field of elasticsearch and remote_elasticsearch outputs"),
        ({**ES, "username": "u"}, "username is a field of kafka outputs, and type is elasticsearch"),
        ({**ES, "service_token": "word-1"}, "service_token is a field of remote_elasticsearch outputs"),
        ({**ES, "secrets": {"password": "word-1"}}, "secrets.password is a field of kafka outputs"),
        (
            {**LOGSTASH, "ssl": {"key": "word-1"}, "secrets": {"ssl": {"key": "word-2"}}},
            "ssl.key and secrets.ssl.key are",
        ),
        ({**KAFKA, "password": "word-1", "secrets": {"password": "word-2"}}, "password and secrets.password are"),
        (
            {**REMOTE, "service_token": "word-1", "secrets": {"service_token": "word-2"}},
            "service_token and secrets.service",
        ),
        (
            {**REMOTE, "remote_kibana_api_key": "word-1", "secrets": {"kibana_api_key": "word-2"}},
            "secrets.kibana_api_key are",
        ),
        ({**KAFKA, "connection_type": "plaintext"}, "connection_type goes with auth_type none only"),
        ({**OPEN_KAFKA, "username": "u"}, "username goes with auth_type user_pass only"),
        ({**OPEN_KAFKA, "password": "word-1"}, "password goes with auth_type user_pass only"),
        ({**OPEN_KAFKA, "compression": "lz4", "compression_level": 3}, "compression_level goes with compression gzip"),
        ({**OPEN_KAFKA, "compression": "gzip", "compression_level": 0}, "compression_level is 0"),
        ({**OPEN_KAFKA, "timeout": 0}, "timeout is 0: it must be at least 1."),
        ({**OPEN_KAFKA, "random": {"group_events": 0}}, "random.group_events is 0"),
    ],
)
def test_refused_before_any_request(kibana: Kibana, params: dict[str, Any], message: str) -> None:
    kibana.seen()
    assert message in kibana.fails("fleet_output", params)["msg"]
    assert kibana.seen() == []


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"name": "x"}, "type is missing: a new output needs it."),
        ({"id": "x", "type": "elasticsearch", "hosts": ["http://a"]}, "name is missing: a new elasticsearch output"),
        ({"name": "x", "type": "logstash"}, "hosts is missing: a new logstash output needs it."),
        ({**KAFKA, "auth_type": None, "username": None}, "auth_type is missing: a new kafka output needs it."),
        ({**OPEN_KAFKA, "connection_type": None}, "connection_type is missing: auth_type none needs it"),
        ({**KAFKA, "username": None, "secrets": {"password": "word-2"}}, "username is missing"),
        (KAFKA, "secrets.password is missing"),
        ({**ES, "shipper": {"loadbalance": True}}, "shipper has no effect without a shipper block in config_yaml"),
        (
            {**ES, "shipper": {"loadbalance": True}, "config_yaml": "shipper: {enabled: false}"},
            "shipper has no effect",
        ),
    ],
)
def test_a_new_output_lacks_something(kibana: Kibana, params: dict[str, Any], message: str) -> None:
    assert message in refused(kibana, given(params))


@pytest.mark.parametrize(
    ("create", "change", "message"),
    [
        ({**KAFKA, "password": "word-2"}, {"connection_type": "plaintext"}, "auth_type is user_pass"),
        ({**KAFKA, "password": "word-2"}, {"auth_type": "none"}, "connection_type is missing"),
        ({**OPEN_KAFKA, "compression": "lz4"}, {"compression_level": 3}, "compression is lz4"),
        (OPEN_KAFKA, {"auth_type": "user_pass", "username": "u"}, "secrets.password is missing"),
        ({**ES, "config_yaml": "worker: 1"}, {"preset": "balanced"}, "preset is balanced and config_yaml has worker"),
        (ES, {"username": "u"}, "type is elasticsearch"),
        (LOGSTASH, {"hosts": ["https://a"]}, "hosts[0]"),
    ],
)
def test_a_change_does_not_fit_what_is_stored(
    any_kibana: Kibana, create: dict[str, Any], change: dict[str, Any], message: str
) -> None:
    output(any_kibana, create)
    assert message in refused(any_kibana, {"name": create["name"], **change})


# --- comparison


def test_an_update_sends_no_more_than_it_must(kibana: Kibana, monkeypatch: pytest.MonkeyPatch) -> None:
    output(kibana, {**ES, "preset": "latency", "config_yaml": "a: 1", "ca_sha256": "x"})
    bodies: list[Any] = []
    send = EmulatorAdapter.send

    def note(self: EmulatorAdapter, request: Any, **options: Any) -> Any:
        bodies.extend([json.loads(request.body)] if request.method == "PUT" else [])
        return send(self, request, **options)

    monkeypatch.setattr(EmulatorAdapter, "send", note)
    output(kibana, {"name": "es", "ca_trusted_fingerprint": "y"})
    assert bodies == [
        {
            "type": "elasticsearch",
            "name": "es",
            "is_default": False,
            "is_default_monitoring": False,
            "preset": "latency",
            "ca_trusted_fingerprint": "y",
        }
    ]


def test_config_yaml_is_compared_as_yaml(kibana: Kibana) -> None:
    output(kibana, {**ES, "config_yaml": "a: 1\nb: {c: 2}\n"})
    assert not kibana.ok("fleet_output", {**ES, "config_yaml": "# same\nb:\n  c: 2\n'a': 1"})["changed"]
    assert kibana.ok("fleet_output", {**ES, "config_yaml": "a: '1'\nb: {c: 2}\n"})["changed"]


def test_without_pyyaml_the_text_is_compared(kibana: Kibana, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_fleet_output, "yaml", None)
    create = {**ES, "config_yaml": "worker: 1\nshipper: {enabled: true}\n", "shipper": {"loadbalance": True}}
    assert output(kibana, create)["preset"] == "custom", "Kibana decides"
    assert not kibana.ok("fleet_output", {**create, "config_yaml": create["config_yaml"] + "\n"})["changed"]
    assert kibana.ok("fleet_output", {**create, "config_yaml": "other: 1", "shipper": {}})["changed"]
    assert kibana.ok("fleet_output", {**create, "config_yaml": "", "shipper": {}})["changed"]
    assert not kibana.ok("fleet_output", {**create, "config_yaml": "", "shipper": {}})["changed"]


@pytest.mark.parametrize("preset", ["latency", "custom"])
def test_a_preset_survives_and_follows_config_yaml(any_kibana: Kibana, preset: str) -> None:
    output(any_kibana, {**ES, "preset": preset})
    assert output(any_kibana, {**ES, "config_yaml": "other: 1"})["preset"] == preset
    result = any_kibana.ok("fleet_output", {**ES, "config_yaml": "worker: 1"})
    assert result["output"]["preset"] == result["diff"]["after"]["preset"] == "custom"
    assert output(any_kibana, {**ES, "config_yaml": ""})["preset"] == "custom"


def test_empty_means_absent(any_kibana: Kibana) -> None:
    output(any_kibana, OPEN_KAFKA)
    texts = ("config_yaml", "ca_sha256", "ca_trusted_fingerprint", "proxy_id", "topic", "key")
    dicts = ("ssl", "shipper", "sasl", "random", "round_robin", "hash")
    empty = {**dict.fromkeys(texts, ""), **{name: {} for name in dicts}, "headers": [], "is_internal": False}
    assert not any_kibana.ok("fleet_output", {**OPEN_KAFKA, **empty})["changed"]
    assert not any_kibana.ok("fleet_output", {**OPEN_KAFKA, "hash": {"hash": ""}, "ssl": {"certificate": ""}})[
        "changed"
    ]


def test_fields_that_the_module_does_not_know_survive(kibana: Kibana) -> None:
    output(kibana, {**OPEN_KAFKA, "id": "mine"})
    kibana.emulator.store("fleet_outputs")["mine"]["topics"] = [{"topic": "old"}]
    assert output(kibana, {"id": "mine", "timeout": 3})["topics"] == [{"topic": "old"}]


def test_a_viewer_is_told_so(kibana: Kibana) -> None:
    result = kibana.fails("fleet_output", {**ES, "kibana_username": "viewer", "kibana_password": "viewer"})
    assert result["status"] == 403 and "privilege" in result["msg"]


def test_a_warning_shows_no_secret(kibana: Kibana) -> None:
    """Ansible does not scrub warnings, so the engine has to."""
    output = {"name": "mirror-of-changeme", "type": "elasticsearch", "hosts": ["https://a"], "is_default": True}
    result = kibana.ok("fleet_output", output, check=True)
    assert "moves from output" in result["warnings"][0]
    assert "changeme" not in str(result["warnings"])
