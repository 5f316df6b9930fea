# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client against a misbehaving Kibana: retries, error shapes, paging, spaces."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from harness import URL, Kibana

from ansible_collections.stackops.kibana.plugins.module_utils._args import SettingsError, settings_from
from ansible_collections.stackops.kibana.plugins.module_utils._client import KibanaClient, fill_path
from ansible_collections.stackops.kibana.plugins.module_utils._errors import KibanaError, message_of

ROLE = "/api/security/role/viewer"
ANY = "/api/security/role"
STARTING = "Kibana server is not ready yet"


def client(**params: Any) -> KibanaClient:
    given = {"kibana_url": URL, "kibana_username": "elastic", "kibana_password": "changeme", "kibana_retries": 3}
    return KibanaClient(settings_from({**given, **params}, {}))


def caught(http: KibanaClient, method: str = "GET", path: str = ROLE, **options: Any) -> KibanaError:
    with pytest.raises(KibanaError) as error:
        http.call(method, path, in_space=False, **options)
    return error.value


@pytest.mark.parametrize(
    "fault", [{"cut": "before"}, {"status": 502}, {"status": 503}, {"status": 504}, {"status": 429}]
)
def test_a_read_survives_passing_faults(kibana: Kibana, fault: dict[str, Any]) -> None:
    kibana.fault(path=ANY, times=3, **fault)
    assert client().get(ROLE, in_space=False)["name"] == "viewer"
    assert len(kibana.waits) == 3
    assert kibana.waits[0] <= 0.5 and 1.0 <= kibana.waits[2] <= 2.0, "the waits grow"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 500])
def test_other_errors_are_not_retried(kibana: Kibana, status: int) -> None:
    kibana.fault(path=ANY, status=status)
    assert caught(client()).status == status
    assert len(kibana.seen()) == 1


def test_retries_are_bounded(kibana: Kibana) -> None:
    kibana.fault(path=ANY, status=503, body=STARTING)
    error = caught(client(kibana_retries=2))
    assert len(kibana.seen()) == 3
    assert STARTING in error.message
    assert "raise kibana_retries" in error.message


def test_a_create_is_not_repeated_after_a_lost_answer(kibana: Kibana) -> None:
    kibana.fault(path="/api/spaces", cut="after")
    error = caught(client(), "POST", "/api/spaces/space", json={"id": "a", "name": "A"})
    assert error.ambiguous
    assert len(kibana.seen()) == 1


def test_a_create_with_a_chosen_id_is_repeated(kibana: Kibana) -> None:
    kibana.fault(path="/api/spaces", cut="before", times=1)
    space = client().call("POST", "/api/spaces/space", json={"id": "a", "name": "A"}, in_space=False, safe=True)
    assert space["id"] == "a"


def test_429_is_repeated_for_every_verb_but_not_for_what_must_go_out_once(kibana: Kibana) -> None:
    kibana.fault(path="/api/spaces", status=429, times=1)
    client().call("POST", "/api/spaces/space", json={"id": "a", "name": "A"}, in_space=False)
    kibana.fault(path="/api/spaces", status=429, times=1)
    error = caught(client(), "POST", "/api/spaces/space", json={"id": "b", "name": "B"}, retry=False)
    assert error.status == 429


@pytest.mark.parametrize(("value", "least", "most"), [("7", 7, 7), ("100000", 60, 60), ("soon", 0, 0.5)])
def test_retry_after(kibana: Kibana, value: str, least: float, most: float) -> None:
    kibana.fault(path=ANY, status=429, headers={"Retry-After": value}, times=1)
    client().get(ROLE, in_space=False)
    assert least <= kibana.waits[0] <= most


def test_retry_after_as_a_date(kibana: Kibana) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    kibana.fault(path=ANY, status=503, headers={"Retry-After": date}, times=1)
    client().get(ROLE, in_space=False)
    assert 17 <= kibana.waits[0] <= 20


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"statusCode": 500, "error": "Internal", "message": "core text"}, "core text"),
        ({"message": "siem text", "status_code": 500}, "siem text"),
        ({"message": ["first", "second"], "status_code": 500}, "first; second"),
        ({"message": {"error": {"message": "nested text", "references": []}}, "status_code": 409}, "nested text"),
        ({"message": "bulk failed", "attributes": {"errors": [{"message": "one rule"}]}}, "bulk failed (one rule)"),
        ({"error": {"reason": "engine text"}}, "engine text"),
        ("plain text", "plain text"),
        ("<!DOCTYPE html><html>secret page</html>", "an HTML page"),
        ({}, "no reason given"),
    ],
)
def test_every_shape_of_an_error(kibana: Kibana, body: Any, text: str) -> None:
    kibana.fault(path=ANY, status=500, body=body)
    error = caught(client())
    assert text in error.message
    assert error.message.startswith(f"Kibana refused GET {ROLE} with HTTP 500: ")
    assert error.as_result()["path"] == ROLE


def test_html_and_broken_json_instead_of_an_answer(kibana: Kibana) -> None:
    kibana.fault(path=ANY, status=200, body="<html>log in</html>", times=1)
    assert "an HTML page instead of JSON" in caught(client()).message
    kibana.fault(path=ANY, status=200, body='{"name": "vie', times=1)
    assert "not JSON" in caught(client()).message


def test_only_the_404_of_an_object_means_absent(kibana: Kibana) -> None:
    http = client()
    assert http.find("/api/actions/connector/x") is None
    with pytest.raises(KibanaError, match="does not have this function"):
        http.find("/api/nonsense/x")
    assert http.find("/api/spaces/space/x", in_space=False, probe="/api/spaces/space") is None
    with pytest.raises(KibanaError, match="does not have this function"):
        http.find("/api/nonsense/x", probe="/api/nonsense")


@pytest.mark.parametrize("value", ["", " ", ".", ".."])
def test_an_id_cannot_leave_its_path(value: str) -> None:
    with pytest.raises(KibanaError, match="cannot be the id"):
        fill_path("/api/x/{id}", {"id": value})


def test_an_id_is_encoded() -> None:
    assert fill_path("/api/x/{id}", {"id": "../a b?c#d%2f/ü"}) == "/api/x/..%2Fa%20b%3Fc%23d%252f%2F%C3%BC"


def test_pages_are_read_to_the_end(kibana: Kibana) -> None:
    for number in range(7):
        kibana.call(
            "POST",
            "/api/exception_lists",
            {"name": "n", "description": "d", "type": "detection", "list_id": str(number)},
        )
    pages = client().pages("/api/exception_lists/_find", items="data", size_name="per_page", size=3)
    assert sorted(item["list_id"] for item in pages) == [str(number) for number in range(7)]


def test_a_missing_space_is_an_error_before_a_write_and_a_warning_in_check_mode(kibana: Kibana) -> None:
    warnings: list[str] = []
    http = client(kibana_space="nowhere")
    http.warn = warnings.append
    with pytest.raises(KibanaError, match="space 'nowhere' does not exist"):
        http.require_space()
    http.require_space(check_mode=True)
    assert len(warnings) == 1
    kibana.call("POST", "/api/spaces/space", {"id": "nowhere", "name": "Now"})
    http.require_space()
    kibana.seen()
    http.require_space()
    assert kibana.seen() == [], "asked once"


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"kibana_url": None}, "kibana_url is missing"),
        ({"kibana_url": "kibana:5601"}, "kibana_url must be a URL"),
        ({"kibana_url": "ftp://kibana"}, "kibana_url must be a URL"),
        ({"kibana_url": "http://me:pw@kibana"}, "must not contain credentials"),
        ({"kibana_url": "http://kibana/?a=1"}, "must not contain a query"),
        ({"kibana_space": "My Space"}, "the id of a space has only"),
        ({"kibana_space": "a/../b"}, "the id of a space has only"),
        ({"kibana_timeout": 0}, "kibana_timeout is 0"),
        ({"kibana_retries": -1}, "kibana_retries is -1"),
        ({"kibana_password": None}, "kibana_password is missing"),
        ({"kibana_username": None}, "kibana_username is missing"),
    ],
)
def test_settings_that_make_no_sense(params: dict[str, Any], text: str) -> None:
    with pytest.raises(SettingsError, match=text.replace("(", r"\(")):
        client(**params)


def test_message_of_is_never_empty_handed_by_a_list() -> None:
    assert message_of([{"message": "a"}, {}, "b"]) == "a; b"
